"""A page → its lines, the role of each, the articles they make up, and what the page says of its publication.

Roles are decided by general signals of layout (a title that stands twice, a teaser that breaks off, a heading of links,
a credit, sentence-like lines that follow one another), never by the wording of one site.
"""

import polars as pl

from .catalogue import Catalogue, any_of, folded

_PAGE = pl.col("page")
# What may close a sentence; a line of prose ends with it, a title does not.
_TERMINAL = r"[.!?;:…][\"')\]]*\s*$|[\"'][)\]]?\s*$|[.!?][\"']? ?\([^()]{1,40}\)\s*$"
_ELLIPSIS = r"(?:\.\.\.|…)[\"')\]]*\s*$"


def split_lines(pages: pl.DataFrame) -> pl.DataFrame:
    """Pages → one row a line: `page`, `line` (from 1), `start`, `end`, `text` without its newline.

    A line's span takes in the newline that ends it, so the spans of a page cover every character once.
    """
    return (
        pages.lazy()
        .select("page", text=pl.col("text").str.split("\n"))
        .with_columns(line=pl.int_ranges(1, pl.col("text").list.len() + 1, dtype=pl.Int32))
        .explode("text", "line")
        .with_columns(length=pl.col("text").str.len_chars().cast(pl.Int64))
        # all lines but a page's last end in a newline
        .with_columns(length=pl.col("length") + (_PAGE == _PAGE.shift(-1)).fill_null(False).cast(pl.Int64))
        .with_columns(end=pl.col("length").cum_sum().over("page"))
        .select("page", "line", start=pl.col("end") - pl.col("length"), end="end", text="text")
        .collect()
    )


def line_roles(lines: pl.DataFrame, pages: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    """Lines of `split_lines` → the same with `segment` and `role` (null for a blank line)."""
    cues = catalogue.cues["lines"]
    full = (
        lines.with_columns(plain=folded(pl.col("text")).str.replace_all("[\u200b\ufeff]", "").str.strip_chars())
        .filter(pl.col("plain") != "")
        .join(pages.select("page", "title"), on="page", how="left", maintain_order="left")
    )
    full = _signals(full, cues)
    full = _frame(full)
    full = _zones(full)
    full = _second_articles(full)
    full = _closing_block(full)
    roles = full.select("page", "line", "segment", role=_role())
    return (
        lines.join(roles, on=["page", "line"], how="left", maintain_order="left")
        .with_columns(pl.col("segment").fill_null(strategy="forward").over("page").fill_null(0))
        .select("page", "segment", "line", "start", "end", "text", "role")
    )


def _signals(full: pl.DataFrame, cues: dict) -> pl.DataFrame:
    """Non-blank lines → what each line shows by itself and beside the same line elsewhere on the page."""
    plain, low = pl.col("plain"), pl.col("plain").str.to_lowercase()
    full = full.with_row_index("n").with_columns(
        syllables=plain.str.count_matches(r"[\p{L}\p{M}]+"),
        terminal=plain.str.contains(_TERMINAL),
        broken_off=plain.str.contains(_ELLIPSIS) & (plain.str.count_matches(r'"') % 2 == 0),
        credit=low.str.contains(rf"^(?:{any_of(cues['caption_openers'])})[,:]")
        | low.str.contains(r"[.] ?ảnh minh họa[.]?$|^© ?[^\d.]{3,60}$")
        | low.str.contains(rf"(?:^|[ (\[\-/.*])(?:{any_of(cues['credit_words'])})(?: \([^)]*\))? ?: ?[^ ]")
        | low.str.contains(r"\((?:ảnh|photo|nguồn)[ :][^)]{0,60}\)[ .]*$")
        | low.str.contains(r"[ .][-–] ?ảnh (?:chụp màn hình )?[^ .,;:]+(?: [^ .,;:]+){0,3}[ .]*$"),
        link_opener=low.str.contains(rf"^(?:{any_of(cues['link_openers'])})"),
        form=low.str.contains(rf"^[^\p{{L}}©®]*(?:{any_of(cues['forms'] + cues['ui_openers'])})(?:[^\p{{L}}]|$)")
        | low.str.contains(r"^(?:báo|tạp chí|trang)[^.]{0,40} điện tử$")
        | low.str.contains(r"^(?:số )?\d+[^.]{3,60}(?:hà nội|hcm|hồ chí minh)$"),
        listed=(pl.col("text").str.count_matches(r"\t|[|·•]") >= 2)
        | plain.str.contains(r"^[^,]{2,30},$|^#[^ ]")
        | (
            (plain.str.count_matches(",") >= 2)
            & ~plain.str.contains(r"(?:[^ ,]+ ){5}")
            & ~plain.str.contains(_TERMINAL)
        ),
        is_title=(pl.col("title") == pl.col("text").str.strip_chars()).fill_null(False),
    )
    short = _short_signals(full.filter(pl.col("syllables") <= SHORT), cues)
    full = full.join(short, on="n", how="left", maintain_order="left").with_columns(
        pl.col(name).fill_null(False) for name in short.columns if name != "n"
    )
    full = full.with_columns(form=pl.col("form") & ~pl.col("credit"))
    content = (pl.col("syllables") >= 7) & pl.col("terminal") & ~pl.col("credit")
    copies = (pl.col("syllables") >= 4) & (pl.len().over("page", "plain") > 1)
    return full.with_columns(content=content, copied=copies, doubled=_says_twice(plain))


SHORT = 16  # syllables of the longest line that can be a dateline, a signature, a heading of links


def _short_signals(short: pl.DataFrame, cues: dict) -> pl.DataFrame:
    """Short lines → the signals only they can show: `n` and a truth value each."""
    plain, low = pl.col("plain"), pl.col("plain").str.to_lowercase()
    name = r"(?:\p{Lu}[\p{L}'.]*[\p{L}']|\p{Lu}\.?)"
    digits = r"\d{1,2} ?[/.-] ?\d{1,2} ?[/.-] ?\d{4}|\d{4}-\d{2}-\d{2}|\d{1,2}[:h]\d{2}(?::\d{2})?|\d+"
    date_words = rf"\b(?:{any_of(cues['byline_words'])}|ngày|tháng|năm|{_ENGLISH_DATES})\b"
    # a dateline: take dates, times, byline words and names away, and nothing is left
    left_over = plain.str.replace_all(digits, " ").str.replace_all(f"(?i){date_words}", " ")
    has_date = plain.str.contains(
        r"(?i)\d ?tháng ?\d{1,2},? ?(?:năm )?(?:19|20)\d{2}"
        r"|\d{1,2} ?[/.-] ?\d{1,2} ?[/.-] ?(?:19|20)\d{2}|(?:19|20)\d{2}-\d{2}-\d{2}"
    ) | (low.str.contains(rf"\b(?:{_ENGLISH_DATES})\b") & plain.str.contains(r"(?:19|20)\d{2}"))
    agency = r"\((?:(?:[Tt]heo|[Tt]ổng hợp|[Dd]ịch|[Ll]ược|[Nn]guồn).{0,40}|[TtHhG .,/]{1,7}|[\p{L} .,&-]{2,20})\)"
    return short.select(
        "n",
        image_file=low.str.contains(r"^[^ ]+\.(?:jpe?g|png|webp|gif|avif)$"),
        link_heading=low.str.contains(rf"^[^\p{{L}}]*(?:{any_of(cues['link_headings'])})[^\p{{L}}]*$"),
        ui=low.str.contains(rf"^[^\p{{L}}]*(?:(?:{any_of(cues['ui'])})[^\p{{L}}]*)+$")
        | (plain.str.contains(r" [|>›»] ") & (pl.col("syllables") <= 10) & ~pl.col("credit") & ~has_date)
        | (low.str.contains(rf"^(?:{any_of(cues['ui_openers'])})") & ~plain.str.contains(r"[.!?]$"))
        | ~plain.str.contains(r"\p{L}"),
        named=plain.str.contains(rf"^{name}(?:[ ,/|–-]+{name})*$|\d ?[/.-] ?\d"),
        name_only=plain.str.contains(rf"^{name}(?: {name}){{1,3}}$")
        & plain.str.contains(r"\p{Ll}|\.")
        & ~plain.str.contains(r"\p{L}{2}\.$"),
        dateline=has_date & ~left_over.str.replace_all(name, " ").str.contains(r"\p{L}"),
        wire_end=plain.str.contains(
            r"^\(? ?(?i:theo|nguồn|tổng hợp|lược dịch|dịch)(?i: từ| tin| theo)?"
            r"(?:[ :]+(?i:hãng tin|hãng|báo|đài|tờ|trang))?[ :]+"
            r"\p{Lu}[^.!?,]*(?:(?:[,/]| và) ?\p{Lu}[^.!?,]*)*[).]*$"
        )
        & (pl.col("syllables") <= 10),
        signed=plain.str.contains(rf"^{name}(?: {name}){{0,4}} ?(?:[-/|–] ?{name}(?: {name}){{0,3}}|{agency})$")
        & (pl.col("syllables") <= 9)
        & ~pl.col("credit"),
    )


_ENGLISH_DATES = (
    "monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|may|june|july|august"
    "|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec"
)


def _says_twice(plain: pl.Expr) -> pl.Expr:
    """Whether a line is the same title written twice over ("A A"), as link lists with a picture's alt text are."""
    half = (plain.str.len_chars() - 1) // 2
    return (
        (plain.str.len_chars() >= 30)
        & (plain.str.len_chars() % 2 == 1)
        & (plain.str.head(half) == plain.str.slice(half + 1))
    )


def _frame(full: pl.DataFrame) -> pl.DataFrame:
    """Signals → the place of each line in its page: headline, lead, the last line of the story, the closing block."""
    k = pl.int_range(pl.len()).over("page")
    full = full.with_columns(k=k)
    title_like = (
        (pl.col("syllables") >= 4)
        & ~pl.any_horizontal("ui", "link_heading", "link_opener", "dateline", "image_file", "wire_end", "credit")
        & ~(pl.col("name_only") & (pl.col("syllables") <= 4))
    )
    full = full.with_columns(title_like=title_like)
    first = pl.col("k").filter(title_like & ((pl.col("k") <= 15) | pl.col("is_title"))).min().over("page")
    stated = pl.col("k").filter(pl.col("is_title")).min().over("page")
    full = full.join(_echoed(full), on="page", how="left", maintain_order="left")
    full = full.with_columns(headline_at=pl.coalesce(stated, "echoed_at", first, pl.lit(0)))
    after = pl.col("k") > pl.col("headline_at")
    prose = pl.col("content") & after & ~pl.any_horizontal("copied", "doubled", "broken_off", "link_opener", "wire_end")
    # a caption in place of a standfirst ends with the day of the picture
    pictured = pl.col("plain").str.contains(r"(?:ngày|hôm) \d{1,2} ?[/.-] ?\d{1,2} ?[/.-] ?(?:19|20)\d{2}[.)]?$") & (
        pl.col("syllables") <= 40
    )
    lead_at = (
        pl.col("k")
        .filter(
            after
            & ~pl.any_horizontal(
                "ui", "dateline", "link_heading", "link_opener", "image_file", "wire_end", "credit", "is_title"
            )
            & (pl.col("syllables") >= 8)
            & ~pl.col("doubled")
            & (pl.col("plain") != pl.col("plain").filter(pl.col("k") == pl.col("headline_at")).first().over("page"))
        )
        .min()
        .over("page")
    )
    full = full.with_columns(prose=prose, lead_at=lead_at, pictured=pictured)
    picture_at = (
        pl.col("k")
        .filter(after & (pl.col("credit") | (pl.col("pictured") & (pl.col("k") == pl.col("lead_at")))))
        .min()
        .over("page")
    )
    # where the first thing below the headline is a picture, the text begins without a standfirst
    return full.with_columns(has_lead=(picture_at.is_null() | (picture_at > pl.col("lead_at"))), picture_at=picture_at)


def _echoed(full: pl.DataFrame) -> pl.DataFrame:
    """Lines → `page`, `echoed_at`: the title above the story whose words the story takes up, where there is a choice.

    Menus, teasers and notices may stand above a headline; what they say is not said again in the text. The story is the
    stretch of lines with most prose (the maximum subarray of prose against other lines).
    """
    weight = pl.when("content").then(pl.col("syllables").clip(0, 60)).otherwise(-6)
    total = weight.cum_sum().over("page")
    low = (total - weight).cum_min().over("page")
    reach = full.with_columns(total=total).with_columns(gain=pl.col("total") - low, low=low)
    end = pl.col("gain").arg_max()
    stretch = reach.group_by("page", maintain_order=True).agg(
        ends=pl.col("k").get(end), low=pl.col("low").get(end), k="k", before=pl.col("total").shift(1, fill_value=0)
    )
    begins = (
        stretch.explode("k", "before")
        .filter((pl.col("k") <= pl.col("ends")) & (pl.col("before") == pl.col("low")))
        .group_by("page", maintain_order=True)
        .agg(begins=pl.col("k").max(), ends=pl.col("ends").first())
    )
    placed = full.join(begins, on="page", how="inner", maintain_order="left")
    above = pl.col("title_like") & (pl.col("k") < pl.col("begins"))
    near = (pl.col("begins") - pl.col("k") <= _HEAD) & pl.col("syllables").is_between(5, 32)
    choice = placed.filter(above.sum().over("page") > 1).filter(above & near)
    spoken = placed.filter(pl.col("page").is_in(choice["page"].unique().implode()))
    spoken = spoken.filter(pl.col("content") & pl.col("k").is_between("begins", "ends"))
    said = _syllables(spoken).unpivot(["syllable", "pair"], index="page", value_name="said").drop("variable").unique()
    echo = _syllables(choice).unpivot(["syllable", "pair"], index=["page", "k", "begins"], value_name="said")
    echo = echo.filter(pl.col("said").is_not_null()).join(
        said.with_columns(again=pl.lit(True)), on=["page", "said"], how="left", maintain_order="left"
    )
    return (
        echo.group_by("page", "k", "begins", maintain_order=True)
        .agg(
            number=(pl.col("variable") == "syllable").sum(),
            syllables=pl.col("again").fill_null(False).filter(pl.col("variable") == "syllable").mean(),
            pairs=pl.col("again").fill_null(False).filter(pl.col("variable") == "pair").mean(),
        )
        .with_columns(echo=(pl.col("syllables") / 2 + pl.col("pairs")) * pl.col("number").sqrt())
        .with_columns(score=pl.col("echo") - (pl.col("begins") - pl.col("k")) * 0.05)
        .filter(pl.col("score") >= 0.5)
        .sort("page", "score", "k", descending=[False, True, False])
        .group_by("page", maintain_order=True)
        .agg(echoed_at=pl.col("k").first())
    )


_HEAD = 25  # lines with text between a headline and its story, at most


def _syllables(lines: pl.DataFrame) -> pl.DataFrame:
    """Lines → one row a syllable: the columns of the line, the `syllable` in lower case, the `pair` it begins."""
    words = lines.with_columns(syllable=pl.col("plain").str.to_lowercase().str.extract_all(r"[\p{L}\p{M}\d]+"))
    pair = pl.concat_str(pl.element(), pl.element().shift(-1), separator=" ")
    return words.with_columns(pair=pl.col("syllable").list.eval(pair)).explode("syllable", "pair")


def _zones(full: pl.DataFrame) -> pl.DataFrame:
    """Place → `linked` (the line belongs to a list of other stories) and `closed` (the story has ended before it)."""
    same = _PAGE == _PAGE.shift(1)
    before = lambda column: pl.when(same).then(pl.col(column).shift(1))  # noqa: E731
    same_next = _PAGE == _PAGE.shift(-1)
    # a short paragraph right below a title that stands twice is that title's teaser, unless prose goes on below it
    next_prose = (
        pl.when(same_next).then(pl.col("prose").shift(-1) & (pl.col("syllables").shift(-1) >= 12)).fill_null(False)
    )
    teaser = ((before("copied") & (pl.col("k") > pl.col("lead_at") + 1)) | before("doubled")) & ~next_prose
    story = pl.col("prose") & (~teaser.fill_null(False) | (pl.col("syllables") >= 45))
    full = full.with_columns(story=story)
    # a list opens with its heading and ends where prose goes on: a long paragraph, or two in a row
    goes_on = pl.col("story") & (
        (pl.col("syllables") >= 30)
        | (
            pl.when(same_next).then(pl.col("story").shift(-1) & (pl.col("syllables").shift(-1) >= 12)).fill_null(False)
            & (pl.col("syllables") >= 12)
        )
    )
    state = pl.when(pl.col("link_heading") & (pl.col("k") > pl.col("headline_at"))).then(True).when(goes_on).then(False)
    full = full.with_columns(in_list=state.forward_fill().over("page").fill_null(False))
    full = full.with_columns(story=pl.col("story") & ~pl.col("in_list"))
    # the story is closed by its signature or wire credit, once prose has begun
    stories_before = pl.col("story").cum_sum().over("page") - pl.col("story").cast(pl.Int64)
    ending = (
        pl.any_horizontal("wire_end", "name_only", "signed")
        & (stories_before >= 3)
        & ~pl.col("copied")
        & ~pl.col("credit")
        & ~pl.col("in_list")
    )
    # a name alone between paragraphs of prose is a subheading, not a signature
    prose_left = pl.col("story").cast(pl.Int64).sum().over("page") - pl.col("story").cum_sum().over("page")
    ending = ending & (prose_left <= stories_before)
    full = full.with_columns(ending=ending)
    closed = (pl.col("ending").cum_sum().over("page") - pl.col("ending").cast(pl.Int64)) > 0
    full = full.with_columns(closed=closed)
    last = pl.col("k").filter(pl.col("story") & ~pl.col("closed")).max().over("page")
    return full.with_columns(last_story=pl.coalesce(last, pl.col("k").max().over("page")))


def _second_articles(full: pl.DataFrame) -> pl.DataFrame:
    """Zones → `segment`: 0, and one more from each headline of an article run on below the main one.

    A headline inside a page is told from a subheading by what follows in order, standfirst, picture with its credit,
    text, or by the end of the story above it.
    """

    def near(column: str, by: int) -> pl.Expr:
        return pl.when(_PAGE == _PAGE.shift(-by)).then(pl.col(column).shift(-by)).fill_null(False)

    heads = (
        ~pl.col("terminal")
        & pl.col("syllables").is_between(7, 30)
        & ~pl.any_horizontal(
            "credit", "dateline", "ui", "link_heading", "link_opener", "signed", "image_file", "copied"
        )
        & ~pl.col("in_list")
        & near("content", 1)
        & (pl.col("k") > pl.col("lead_at") + 3)
    )
    in_order = (near("credit", 2) & near("content", 3)) | (near("dateline", 2) & near("credit", 3) & near("content", 4))
    prose_after = sum(near("content", by).cast(pl.Int64) for by in range(1, 7))
    opens = heads & (in_order | (pl.col("closed") & (prose_after >= 4)))
    full = full.with_columns(segment=opens.cast(pl.Int32).cum_sum().over("page"))
    # an article run on ends where, after its text, the site speaks again
    told = pl.col("content").cast(pl.Int32).cum_sum().over("page", "segment") >= 3
    full = full.with_columns(site=pl.any_horizontal("ui", "link_heading") | (pl.col("form") & ~pl.col("terminal")))
    return full.with_columns(ended=(told & pl.col("site")).cast(pl.Int32).cum_sum().over("page", "segment") > 0)


def _role() -> pl.Expr:
    """All signals → the line's role."""
    k = pl.col("k")
    small = pl.col("syllables") <= 4
    at_head = k < pl.coalesce("lead_at", pl.col("headline_at") + 1)
    below = k >= pl.col("last_story")
    byline = (
        pl.any_horizontal("dateline", "wire_end", "ending")
        | ((pl.col("name_only") | pl.col("signed")) & at_head & (k > pl.col("headline_at")))
        # a name alone further down is the topic of a story, not who wrote it
        | (below & (pl.col("signed") | (pl.col("name_only") & (k <= pl.col("last_story") + 2))))
    )
    same_next = _PAGE == _PAGE.shift(-1)
    before_caption = (
        pl.when(same_next)
        .then(pl.col("credit").shift(-1) & (pl.col("line").shift(-1) == pl.col("line") + 1))
        .fill_null(False)
        & ~pl.col("terminal")
        & (k > pl.col("headline_at"))
    )
    outside = (k > pl.col("last_story")) | pl.col("closed")
    # the topics an article is filed under stand alone between two headings
    heading = pl.col("link_heading") | pl.col("ui")
    topic = (
        pl.any_horizontal(pl.when(_PAGE == _PAGE.shift(by)).then(pl.col("link_heading").shift(by)) for by in (1, 2))
        & pl.any_horizontal(pl.when(_PAGE == _PAGE.shift(-by)).then(heading.shift(-by)) for by in (1, 2))
        & (pl.col("syllables") <= 5)
        & ~pl.col("terminal")
    )
    linked = (
        pl.col("link_opener")
        | pl.col("doubled")
        | (pl.col("copied") & ~pl.col("closing") & (k != pl.col("lead_at")) & (k != pl.col("headline_at")))
        | (pl.col("in_list") & ~pl.col("story"))
    )
    # below the story a sentence is a teaser where there are links, and a late paragraph where there are none
    lists_links = ((linked & (k > pl.col("headline_at"))) | (outside & ~pl.col("terminal") & ~small)).any().over("page")
    follows_copy = (
        pl.when(_PAGE == _PAGE.shift(1)).then(pl.col("copied").shift(1) | pl.col("doubled").shift(1)).fill_null(False)
    )
    return (
        pl.when(k == pl.col("headline_at"))
        .then(pl.lit("headline"))
        .when(
            (pl.col("segment") > 0)
            & (pl.col("link_opener") | (pl.col("broken_off") & ~pl.col("story")) | pl.col("doubled"))
        )
        .then(pl.lit("related"))
        .when((pl.col("segment") > 0) & (pl.col("site") | (pl.col("ended") & (small | pl.col("listed")))))
        .then(pl.lit("ui"))
        .when((pl.col("segment") > 0) & pl.col("ended"))
        .then(pl.lit("related"))
        .when(pl.col("segment") > 0)
        .then(pl.lit("other"))
        .when(pl.col("image_file"))
        .then(pl.lit("ui"))
        .when(byline & ~pl.col("in_list") & ~(pl.col("ui") & ~pl.col("dateline")))
        .then(pl.lit("byline"))
        .when(pl.col("ui") | pl.col("link_heading") | topic)
        .then(pl.lit("ui"))
        .when(
            pl.col("credit")
            | (before_caption & ~linked)
            | pl.col("closing")
            | ((k == pl.col("picture_at")) & pl.col("pictured"))
        )
        .then(pl.lit("caption"))
        .when(at_head & (k < pl.col("headline_at")))
        .then(pl.lit("ui"))
        .when((pl.col("form") & (outside | ~pl.col("terminal"))) | (pl.col("listed") & outside))
        .then(pl.lit("ui"))
        .when(outside & small & ~pl.col("copied") & ~pl.col("terminal"))
        .then(pl.lit("ui"))
        .when(linked)
        .then(pl.lit("related"))
        .when((k == pl.col("lead_at")) & pl.col("has_lead"))
        .then(pl.lit("lead"))
        .when(at_head)
        .then(pl.when(small).then(pl.when("named").then(pl.lit("byline")).otherwise(pl.lit("ui"))).otherwise(pl.lit("lead")))
        .when(outside & ~(pl.col("terminal") & ~lists_links))
        .then(pl.lit("related"))
        .when(follows_copy & pl.col("broken_off"))
        .then(pl.lit("related"))
        .otherwise(pl.lit("body"))
    )


def _closing_block(full: pl.DataFrame) -> pl.DataFrame:
    """Zones → `closing`: captions some sites print below a story (the last block of a dense page), and their copies."""
    gap = pl.when(_PAGE == _PAGE.shift(1)).then(pl.col("line") - pl.col("line").shift(1) > 1).fill_null(True)
    full = full.with_columns(block=gap.cast(pl.Int32).cum_sum().over("page"))
    full = full.with_columns(size=pl.len().over("page", "block"), blocks=pl.col("block").max().over("page"))
    in_block = pl.any_horizontal("credit", "copied").any().over("page", "block")
    last = (
        (pl.col("block") == pl.col("blocks"))
        & pl.col("blocks").is_between(3, 5)
        & (pl.col("size").max().over("page") >= 3)
        & (pl.col("size") < pl.col("size").max().over("page"))
        & ((pl.col("k") >= pl.col("last_story")) | pl.col("closed") | in_block)
        & (pl.col("syllables") <= 60)
        & ~pl.any_horizontal("ui", "link_heading")
        & (pl.col("link_opener").cast(pl.Int32).cum_sum().over("page", "block") == 0)
    )
    full = full.with_columns(closing=last)
    return full.with_columns(closing=pl.col("closing").any().over("page", "plain"))


def article_table(lines: pl.DataFrame, pages: pl.DataFrame, stated: pl.DataFrame) -> pl.DataFrame:
    """Lines with roles, pages, publication lines (`page`, `published`) → a row an article, sources still unknown.

    Columns: `page`, `segment`, `title`, `publisher`, `published`, `published_first`, `published_last`,
    `published_basis`, `syllables` (of headline, lead and body; of the `other` lines for a run-on article).
    """
    own = pl.col("role").is_in(["headline", "lead", "body", "other"])
    words = pl.col("text").filter(own)
    table = (
        lines.lazy()
        .filter(pl.col("role").is_not_null())
        .group_by("page", "segment", maintain_order=True)
        .agg(
            title=pl.col("text").filter(pl.col("role").is_in(["headline", "other"])).first().str.strip_chars(),
            syllables=words.str.count_matches(r"[\p{L}\p{M}]+").sum().cast(pl.Int64),
        )
        .collect()
    )
    dated = (
        pages.select("page", "publisher", meta="published", meta_title="title")
        .join(
            stated.select("page", "published").unique("page", keep="first"),
            on="page",
            how="left",
            maintain_order="left",
        )
        .with_columns(published=pl.coalesce("meta", "published"))
    )
    day = pl.col("published").str.to_date("%Y-%m-%d", strict=False)
    main = pl.col("segment") == 0
    joined = table.join(dated, on="page", how="left", maintain_order="left")
    assert joined.height == table.height
    return (
        joined.with_columns(
            title=pl.when(main).then(pl.coalesce("title", "meta_title")).otherwise("title"),
            published=pl.when(main & day.is_not_null()).then("published"),
            publisher=pl.when(main).then("publisher"),
        )
        .with_columns(
            published_first=day,
            published_last=day,
            published_basis=pl.when(pl.col("published").is_not_null())
            .then(pl.lit("stated"))
            .otherwise(pl.lit("unknown")),
        )
        .drop("meta", "meta_title")
    )
