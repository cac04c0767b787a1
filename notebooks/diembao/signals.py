"""Lines of a page ↔ paragraphs, and what each shows by itself and beside its copies: its signals.

What they mean in their page, and so the role of each, is decided in `articles`.
"""

import polars as pl

from .catalogue import Catalogue, any_of, asked, folded
from .dates import DAY_BEFORE

_PAGE = pl.col("page")
# What may close a sentence; a line of prose ends with it, a title does not.
TERMINAL = r"[.!?;:…][\"')\]]*\s*$|[\"'][)\]]?\s*$|[.!?][\"']? ?\([^()]{1,40}\)\s*$"
BULLET = r"^[*•·▪] +"
_INVISIBLE = "[\u200b\ufeff\x1c-\x1f]"
# The text of a picture that has none of its own: "… - Ảnh 2.", "… - 2", "… hình ảnh 2".
_NUMBERED = r"(?:[-–] ?[Ảả]nh|[Hh]ình ảnh|hinh anh) \d{1,2}[.]?$|^\p{Lu}.{19,}[^\d ] - \d{1,2}$"
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


# Who works for an outlet and signs with its name.
_STAFF = ("phóng viên", "thông tín viên", "đặc phái viên", "biên tập viên", "ptv", "pv")
# What shares a story, in a row: "Facebook Twitter Google+ In bài".
_SHARE = (
    r"^(?:\[?(?:facebook|twitter|tweet|share|google ?\+|google plus|pinterest|e-?mail|gửi (?:e?mail|bài)|print|in bài"
    r"|in trang|in|bản (?:để )?in|zalo|zing me|linkedin|whatsapp|telegram|viber|messenger|reddit|tumblr|copy link"
    r"|chia sẻ|lưu|quay lại)\]?(?:[ |,:/-]+|$)){2,}$"
)


def in_paragraphs(lines: pl.DataFrame, pages: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Lines of `split_lines` and pages → paragraphs in `plain` words, and the `line` (their first) of each `part`."""
    full = (
        lines.with_columns(plain=folded(pl.col("text")).str.replace_all(_INVISIBLE, "").str.strip_chars())
        .filter(pl.col("plain") != "")
        .join(pages.select("page", "title"), on="page", how="left", maintain_order="left")
    )
    full, lines_of = _paragraphs(_parted(_unmarked(_written(full))))
    return full.with_columns(low=pl.col("plain").str.to_lowercase()), lines_of


def _written(full: pl.DataFrame) -> pl.DataFrame:
    """Lines → the same without what a scraper left of the page's markup; `stamped`: a day was glued to the words."""
    plain = without_markup(pl.col("plain"))
    # (markup alone is the site's)
    full = full.with_columns(plain=pl.when(plain == "").then(pl.lit("-")).otherwise(plain))
    words = without_day(pl.col("plain"))
    return full.with_columns(stamped=words != pl.col("plain"), plain=words)


def without_markup(plain: pl.Expr) -> pl.Expr:
    """Texts → the same without tags, the bars of a table and runs of spaces."""
    marked = plain.str.contains(r"[<|]| {2}|^(?:Title|title) ?:")
    cleaned = (
        asked(marked, plain)
        .str.replace_all(r"</?[A-Za-z][^<>]{0,400}>", " ")
        .str.replace_all(r"^[ |]*\| ?| ?\|[ |]*$|^(?:Title|title) ?: ?", "")
        .str.replace_all(" {2,}", " ")
        .str.strip_chars()
    )
    return pl.when(marked).then(cleaned).otherwise(plain)


def without_day(plain: pl.Expr) -> pl.Expr:
    """Texts → the same without a day before a title, unless that is little more than the day."""
    dated = plain.str.contains(rf"^{DAY_BEFORE}")
    words = asked(dated, plain).str.replace(rf"^{DAY_BEFORE}", "${1}")
    return pl.when(dated & (words.str.count_matches(" ") >= 5)).then(words).otherwise(plain)


def _parted(full: pl.DataFrame) -> pl.DataFrame:
    """Lines → `parted`: the titles of a ticker, each but the last with a dash behind it, and no dash in their words."""
    dash = pl.col("plain").str.contains(r"(?:^| )[-|]$")
    dashes = (dash & (dash.sum().over("page") >= TICKER)).fill_null(False)
    parted = dashes | (dashes.shift(1) & (_PAGE == _PAGE.shift(1))).fill_null(False)
    plain = pl.col("plain").str.replace(r"(.) [-|]$", "${1}")
    return full.with_columns(parted=parted, plain=pl.when(dashes).then(plain).otherwise("plain"))


TICKER = 3  # titles with a dash behind them from which they are a ticker's


def _unmarked(full: pl.DataFrame) -> pl.DataFrame:
    """Lines → the same without the bullets that some dumps put before whatever stands in a list, menus and links."""
    marked = pl.col("plain").str.contains(BULLET)
    plain = pl.when(marked & (marked.sum().over("page") >= _MARKED)).then(pl.col("plain").str.replace(BULLET, ""))
    return full.with_columns(plain=pl.coalesce(plain, "plain"))


_MARKED = 8  # lines with bullets from which they say nothing


def _paragraphs(full: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Non-blank lines → paragraphs, under the number of their first line, and the `line` each `part` belongs to.

    Most lines are paragraphs. Where a dump is wrapped at a width, or broken at its links, lines run on into the next.
    """
    plain, by = pl.col("plain"), pl.col("line") - pl.col("line").shift(1)
    here = _PAGE == _PAGE.shift(1)
    spaced = (by == 2).sum().over("page") * 5 >= pl.len().over("page") * 4  # a blank line between all
    open_end = ~plain.str.strip_chars_end("\"')]").str.tail(1).is_in(list(".!?…")).shift(1)
    runs_on = here & plain.str.contains(r"^(?:[\"'(]?\p{Ll}|[,.;:!?)…])") & open_end & ~_numbered(plain)
    runs_on = (runs_on & ((by == 1) | ((by == 2) & spaced))).fill_null(False)
    full = full.with_columns(last="line", at=pl.int_range(pl.len()), open_end=open_end, runs_on=runs_on)
    parts = full.select("page", "line", part="line")
    some = full.filter(pl.col("runs_on").any().over("page"))
    if some.is_empty():
        return full.drop("at", "open_end", "runs_on"), parts
    some = _broken(_wrapped(some)).with_columns(first=~pl.any_horizontal("wraps", "linked"))
    some = some.with_columns(first=pl.when("first").then("line").forward_fill())
    joined = some.group_by("page", line="first", maintain_order=True).agg(
        pl.col("text", "plain").str.join(" "),
        pl.col("start", "title", "at", "stamped", "parted").first(),
        pl.col("end", "last").last(),
    )
    whole = full.join(some.select("at"), on="at", how="anti").select(joined.columns)
    firsts = some.select("page", "first", part="line")
    parts = parts.join(firsts, on=["page", "part"], how="left", maintain_order="left")
    parts = parts.select("page", "part", line=pl.coalesce("first", "line"))
    return pl.concat([whole, joined]).sort("at").drop("at"), parts


def _wrapped(full: pl.DataFrame) -> pl.DataFrame:
    """Lines → `wraps`: those that a wrap at a width has parted from the line before.

    A line ends where the next word would not have fitted (a greedy wrap); the width is that of the longest broken off.
    """
    plain, next_line = pl.col("plain"), (_PAGE == _PAGE.shift(1)) & (pl.col("line") == pl.col("line").shift(1) + 1)
    full = full.with_columns(wide=pl.col("text").str.strip_chars_end().str.len_chars().shift(1).cast(pl.Int64))
    word = pl.col("plain").str.extract("^([^ ]+)").str.len_chars().cast(pl.Int64)
    full = full.with_columns(
        with_next=pl.col("wide") + 1 + word, cut=pl.col("runs_on") & next_line & (pl.col("wide") >= _NARROW)
    )
    # what begins below the first title begins a sentence: a capital and no name
    long = pl.col("plain").str.count_matches(" ") >= 5
    titled = (long & (long.cum_sum().over("page") == 1)).shift(1)
    titled = titled & pl.col("plain").str.contains(r"^\p{Lu}\p{Ll}* \p{Ll}")
    width = pl.col("wide").filter("cut").max().over("page")
    open_above = next_line & pl.col("open_end")  # a capital may follow the longest
    width = pl.col("wide").filter(open_above & (pl.col("wide") <= width + 4)).max().over("page")
    cuts = pl.col("cut").sum().over("page")
    # (a heading may be wrapped a little wider than the text)
    tight, loose = (
        (pl.col("cut") & (pl.col("with_next") > width * share)).sum().over("page") for share in (1, _HEADING)
    )
    fits = pl.when(tight * 2 >= cuts).then(width).otherwise(width * _HEADING)
    # by hand lines are broken anywhere, but most of them are
    by_hand = (cuts >= _BROKEN) & (cuts * 5 >= (next_line & (pl.col("wide") >= _NARROW)).sum().over("page") * 2)
    goes_on = (pl.col("wide") * 5 >= width * 3) | plain.shift(1).str.ends_with(",")
    wraps = (
        ((width <= _WIDE) & (cuts >= 3) & ((loose * 2 >= cuts) | by_hand))
        & (open_above & (pl.col("wide") <= width))
        & (
            (pl.col("with_next") > fits)
            | (pl.col("cut") & (pl.col("wide") * 2 >= width))
            | (by_hand & goes_on & (pl.col("wide") >= _NARROW))
        )
        & ~(titled | pl.col("plain").str.contains(r"^(?:[-+*•–]|\d+[.)]) |^[^ ]*@"))
    )
    return full.with_columns(wraps=wraps.fill_null(False))


def _broken(full: pl.DataFrame) -> pl.DataFrame:
    """Lines → `linked`: those that stand apart from the line before because a link parts them.

    The pieces make a sentence; what stands before the words of a link, which may begin with a capital, belongs to it.
    """
    plain, before = pl.col("plain"), pl.col("line") - pl.col("line").shift(1)
    linked = pl.col("runs_on") & ~pl.col("wraps")
    here, next_here = _PAGE == _PAGE.shift(1), _PAGE == _PAGE.shift(-1)
    words_of_link = (
        (here & next_here & linked.shift(-1) & (before == before.shift(-1)) & pl.col("open_end"))
        & plain.str.contains(r"^\p{Lu}.")
        & (plain.str.count_matches(" ") <= 5)
        & ~(plain.shift(1).str.contains(r"\d{3}|\d[:/]\d|^[^\p{L}]*$") & (plain.shift(1).str.count_matches(" ") <= 8))
    )
    full = full.with_columns(linked=linked | words_of_link.fill_null(False))
    full = full.with_columns(sentence=(~pl.any_horizontal("linked", "wraps")).cum_sum())
    told = plain.last().str.contains(TERMINAL) & (plain.str.count_matches(" ").sum() + pl.len() >= 12)
    return full.with_columns(linked=pl.col("linked") & told.over("sentence"))


_HEADING = 0.96  # of the width of a heading, that of the text below
_BROKEN = 8  # lines that go on in small letters, from which a text may be broken by hand
_NARROW, _WIDE = 40, 150  # characters of the lines a dump may be wrapped to


def signals(full: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    """Non-blank lines → what each line shows by itself and beside the same line elsewhere on the page."""
    cues = catalogue.cues["lines"]
    plain, low = pl.col("plain"), pl.col("low")
    outlets, houses, agencies = _outlets(catalogue)
    ending = plain.str.tail(70)  # where a credit stands
    signed = asked(plain.str.tail(65).str.contains(r"[.] ?\p{Lu}[^.]+$"), ending)  # few do; parts cost

    labels = rf"(?:^|[^\p{{L}}])(?:{any_of(cues['imprint_labels'])}) ?:"

    def is_outlet(text: pl.Expr) -> pl.Expr:
        return text.is_in(outlets.implode()).fill_null(False)

    def opens(words: list[str]) -> pl.Expr:
        return low.str.contains(rf"^[^\p{{L}}]*(?:{any_of(words)})(?:[^\p{{L}}]|$)")

    full = full.with_row_index("n").with_columns(numbered=_numbered(plain)).with_columns(
        syllables=plain.str.count_matches(r"[\p{L}\p{M}]+"),
        terminal=plain.str.contains(TERMINAL),
        broken_off=plain.str.contains(_ELLIPSIS) & (plain.str.count_matches(r'"') % 2 == 0),
        credit=(
            pl.col("numbered")
            | low.str.contains(rf"^(?:{any_of(cues['caption_openers'])})[,:]")
            | low.str.contains(r"^(?:(?:ảnh|hình) (?:tư liệu|minh họa)|file(?: photo)?) ?[-–—]")
            | low.str.contains(r"(?:^|[.] ?)ảnh minh họa[.]?$|^(?:ảnh )?chụp màn hình(?: [^ .,;:]+){1,3}$")
            | (
                low.str.contains(r"(?:^|[.,)] ?)© ?[^\d.©]{3,60}$| © [^\d.©/]{2,30}/[^\d.©/]{2,30}$")
                & ~low.str.contains("quyền|rights|copyright")
            )
            # an agency behind a sentence, in brackets behind words that end in nothing, or before a photographer's name
            | is_outlet(signed.str.extract(r"[.] ?(\p{Lu}[\p{L} ]{1,20}?)(?: ?[-/] ?\p{Lu}[^.]{2,40})?$"))
            # (unless it ends an item: "* Hai bên gặp nhau: … (AFP)")
            | (
                is_outlet(ending.str.extract(r"[^.!?;:\"] ?\(([^()]{2,30})\)$"))
                & (plain.str.count_matches(" ") >= 5)
                & ~pl.col("text").str.contains(r"^\s*[*•+] ?\p{Lu}")
            )
            | ending.str.contains(r"(?:^| )\p{Lu}{2,8}(?:(?: (?i:photo))?/\p{Lu}[^.!?]{2,40}| (?i:photo))$")
            | low.str.contains(rf"(?:^|[ (\[\-/.*])(?:{any_of(cues['credit_words'])})(?: \([^)]*\))? ?: ?[^ ]")
            | low.str.contains(r"\((?:ảnh|photo|nguồn)[ :][^)]{0,60}\)[ .]*$")
            | low.str.contains(r"[ .][-–] ?ảnh (?:chụp màn hình )?[^ .,;:]+(?: [^ .,;:]+){0,3}[ .]*$")
            | ending.str.contains(r"[.] Ảnh \p{Lu}[^ .,;:]*(?: \p{Lu}[^ .,;:]*){0,3}[ .]*$")
            | ending.str.contains(r"[^.:;,(] (?:Getty Images|GETTY IMAGES)$")
            # the text of a picture with its outlet, its width and its day, below whose it is
            | (
                ending.str.contains(r" - \p{Lu}[^-]{3,30}, \d{3,4}, \d{1,2}[.]\d{1,2}[.]\d{4}$")
                & (plain.shift(1).str.starts_with("©") & (_PAGE == _PAGE.shift(1))).fill_null(False)
            )
        )
        & ~low.str.contains(r"^(?:chùm|loạt) ảnh ?:")  # a title
        & ~plain.str.contains(r"^(?:VIDEO|CLIP) ?: ?(?:[^ :]+ ){6}[^:.]*[^:.,\"']$"),  # another
        link_opener=low.str.contains(rf"^(?:{any_of(cues['link_openers'])})")
        | pl.col("parted")
        | plain.str.contains(r"^\p{Lu}[^.→]{15,} ?→$")
        | plain.str.contains(r"^> ?\p{Lu}[^>]{15,}[^>.:;,]$")
        # as Markdown writes a link alone in its line: "> [Lối đi nào cho hai nước?](https://…)"
        | asked(plain.str.contains("](", literal=True), plain)
        .str.contains(r"^[>*+-]? ?\[(?:[^ \]]+ ){4,}[^ \]]+\]\((?:https?:/)?/[^ )]*\)$")
        .fill_null(False)
        | pl.col("text").str.contains(r"^\p{Lu}[^/.!?:]{20,}[ \u00a0]{2}/[ \u00a0]{2}\p{Lu}[^/.!?:]{20,}$"),
        dated_title=(
            plain.str.contains(r"^\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)\d{2}(?:,? \d{1,2}:\d{2})?(?: ?[-–|:])? \p{Lu}")
            | ending.str.contains(r" \(\d{1,2}/\d{1,2}(?:/\d{2,4})?\)$")
            | pl.col("stamped")
        )
        & (plain.str.count_matches(" ") >= 4)
        & ~ending.str.contains(r"[.!…;:][\"')]*$|[.!…] \p{Lu}"),
        form=opens(cues["forms"] + cues["ui_openers"]),
        imprint=low.str.contains(rf"^[^\p{{L}}\d]*(?:{any_of(cues['imprint'])})(?:[^\p{{L}}]|$)")
        | low.str.contains(r"^[©®]|^(?:báo|tạp chí|trang)[^.]{0,40} điện tử$")
        | low.str.contains(r"^(?:số )?\d+[^.]{3,60}(?:hà nội|hcm|hồ chí minh)$"),
        notice=low.str.contains(rf"(?:^[^\p{{L}}]*|[.!?©] )(?:{any_of(cues['notices'])})(?:[^\p{{L}}]|$)")
        | low.str.contains(ADDRESS)
        | low.str.contains(r"^©[^\p{L}]{0,3}(?:19|20)\d{2}")
        | (asked(low.str.contains(":"), low).str.count_matches(labels) >= 2).fill_null(False),
        listed=(pl.col("text").str.count_matches(r"\t|[|·•]|[^ ] {3}") >= 2)
        | plain.str.contains(r"^[^,]{2,30},$|^#[^ ]|^\p{Ll}[^.!?:;]{0,25}$")
        | (asked(~plain.str.contains(", ", literal=True), plain).str.count_matches(r",[^ \d]") >= 3)
        | (
            (plain.str.count_matches(",") >= 2)
            & ~plain.str.contains(r"(?:[^ ,]+ ){5}")
            & ~plain.str.contains(TERMINAL)
        ),
        # "Hai bên gặp nhau - AFP"
        of_agency=ending.str.extract(r" [-–|] (\p{Lu}[\p{L} ]{1,20})$").is_in(agencies.implode()).fill_null(False),
        # a caption may end with the day of its picture
        pictured=plain.str.contains(r"(?:ngày|hôm) \d{1,2} ?[/.-] ?\d{1,2} ?[/.-] ?(?:19|20)\d{2}[.)]?$")
        & (plain.str.count_matches(" ") < 40),
        # who is who in a picture
        pointed=low.str.contains(
            r"\((?:(?:ngoài|bìa|bên|thứ|hàng|đứng|ngồi|người|áo|ở|từ) [^()]{0,20})?"
            r"(?:trái|phải|giữa)(?: sang| qua)?(?:,[^()]{0,30})?\)|^từ (?:trái|phải)|^hàng (?:đầu|trước|sau)[,:]"
        ),
        # what a site says of itself, in the title of its pages
        slogan=(low.str.count_matches(rf"(?:^|[^\p{{L}}])(?:{any_of(cues['slogans'])})(?:$|[^\p{{L}}])") >= 4)
        & ~pl.col("text").str.contains(r"[.!?]$"),
        named_site=low.str.contains(rf"^(?:{any_of(cues['site_names'])}) "),
        mark=plain.str.extract(r"^(\([^()]{2,20}\)|\p{Lu}[\p{L}.&]{1,12}) ?- "),
        is_title=(pl.col("title") == pl.col("text").str.strip_chars()).fill_null(False),
    )
    short = _short_signals(full.filter(pl.col("syllables") <= SHORT), cues, outlets, houses)
    full = full.join(short, on="n", how="left", maintain_order="left").with_columns(
        pl.col(name).fill_null(False) for name in short.columns if name != "n"
    )
    # (a heading may be glued to the end of a paragraph)
    told = (pl.col("syllables") >= 30) & ~pl.col("terminal")
    told = told & asked(told, plain).str.contains(r"\p{Ll}[.!?][\"')]* [\"'(]?\p{Lu}\p{Ll}.* ")
    told = told & ~pl.any_horizontal("listed", "link_opener", "is_title", "credit")
    # "… vào cuối tháng. (V.Giang)"
    initials = plain.str.contains(r"[.!?][\"']? ?\(\p{Lu}[\p{L}. ]{1,20}\)$") & ~pl.col("credit")
    told = told | ((pl.col("syllables") >= 12) & initials)
    # the text of a page may be cut off, and then its last line ends anywhere
    last = (_PAGE != _PAGE.shift(-1)).fill_null(True) & ~pl.col("terminal")
    last = last & ~pl.any_horizontal("credit", "link_opener", "notice")
    last = last & ~pl.any_horizontal("form", "imprint", "listed", "ui", "dateline", "wire_end", "signed", "name_only")
    prose = (pl.col("syllables") >= 20) & (pl.col("terminal") | told)
    above = pl.any_horizontal(prose.shift(by) & (_PAGE == _PAGE.shift(by)) for by in (1, 2, 3))
    cut = last & above.fill_null(False) & (pl.col("syllables") >= 7)
    cut = cut & ((pl.col("syllables") >= 25) | plain.str.contains(_CUT_SYLLABLE))
    full = full.with_columns(terminal=pl.any_horizontal("terminal", told, cut))
    content = (pl.col("syllables") >= 7) & pl.col("terminal") & ~pl.any_horizontal("credit", "notice")
    full = full.with_columns(
        image_file=pl.col("image_file") | low.str.tail(6).str.contains(r"\.(?:jpe?g|png|webp|gif|avif)$"),
        form=pl.any_horizontal("form", "list_end") & ~pl.col("credit"),
        imprint=pl.col("imprint") & ~pl.col("credit"),
        content=content,
        copied=(pl.col("syllables") >= 4) & (pl.len().over("page", "plain") > 1),
        repeated=(pl.col("syllables") <= 4) & (pl.len().over("page", "plain") >= 3),
        doubled=_says_twice(plain),
    )
    # links repeat a title or a teaser; the first paragraph, again among others, is the standfirst
    told = content & (pl.col("syllables") >= 12) & ~pl.any_horizontal("link_opener", "doubled")
    once = told & ~pl.col("copied")
    among = (once.shift(1) & (_PAGE == _PAGE.shift(1))) | (once.shift(-1) & (_PAGE == _PAGE.shift(-1)))
    first = told & (plain == plain.filter(told).first().over("page"))
    number = told.cum_sum().over("page")
    anew = number.filter(first).slice(1, 1).first().over("page")  # (an excerpt of some paragraphs, and then the text)
    among = (first & among) | (told & (anew <= 5) & (number <= 2 * (anew - 1)))
    # (a title may end in a quotation, or ask)
    head_like = (
        pl.col("syllables").is_between(4, 30)
        & ~asked(pl.col("syllables") <= 30, plain).str.contains(r"[.:;,…][\"')]*$|\p{Ll}[.!?…] \p{Lu}|^\p{Ll}")
        & ~pl.any_horizontal("credit", "link_opener", "link_heading", "ui", "stored", "image_file", "notice")
        & ~(pl.col("listed") & (pl.col("syllables") < 9))
    )
    full = full.with_columns(retold=_retold(), among=among.fill_null(False), head_like=head_like)
    paragraph = pl.col("content") & (pl.col("syllables") >= PARAGRAPH)  # as long as no teaser is
    return full.with_columns(copied=pl.col("copied") & ~pl.any_horizontal("retold", "among") & ~paragraph)


def _retold() -> pl.Expr:
    """Whether a line belongs to a story that its page holds twice, as some dumps do: text all the same, no links.

    Links repeat a title or a teaser; here most of the page's prose stands twice, in paragraphs that follow each other.
    """
    prose = pl.col("content") & (pl.col("syllables") >= 12)
    twice = prose & pl.col("copied")
    told, told_twice = (pl.col("syllables").filter(which).sum().over("page") for which in (prose, twice))
    paragraphs = pl.col("plain").filter(twice).n_unique().over("page")
    next_one = (_PAGE == _PAGE.shift(1)) & (pl.col("plain") != pl.col("plain").shift(1))
    in_a_row = (twice & twice.shift(1) & next_one).sum().over("page")
    whole = (paragraphs >= 2) & (in_a_row >= 2) & (told_twice * 3 >= told * 2)
    line = pl.col("line")
    first, last = line.filter(twice).min().over("page"), line.filter(twice).max().over("page")
    return (whole & line.is_between(first, last)).fill_null(False)


# What no Vietnamese syllable ends in: consonants alone, or a vowel that asks for a final consonant ("liề", "nư").
_CUT_SYLLABLE = (
    r" (?:[b-df-hj-np-tv-xzđ]{1,3}"
    r"|\p{L}{0,3}(?:[iy][êếềểễệ]|u[ôốồổỗộ]|ư[ơớờởỡợ]|[ăắằẳẵặâấầẩẫậ]))$"
)
PARAGRAPH = 45  # syllables of a paragraph that is no teaser
SHORT = 16  # syllables of the longest line that can be a dateline, a signature, a heading of links
# of a page or a mailbox, alone in its line, or the end of a page's ("hai-nuoc-noi-lai-dam-phan")
ADDRESS = r"^(?:[^:.]{0,20}: ?)?(?:https?://|www[.])[^ ]+$|^[^ @]+@[^ @]+[.][^ @]+$|^[a-z\d]+(?:-[a-z\d]+){3,}$"


def _outlets(catalogue: Catalogue) -> tuple[pl.Series, pl.Series, pl.Series]:
    """The names that are an outlet's in any context; those of Vietnamese houses; those of whom they take reports."""
    ours = catalogue.outlets.filter(pl.col("country") == "VNM")
    portals = ours.filter(pl.col("kind") != "agency")["id"]
    forms = catalogue.outlet_forms.filter(~pl.col("cued"))
    houses = catalogue.outlet_forms.filter(pl.col("source_id").is_in(ours["id"].implode()))
    agencies = forms.filter(~pl.col("source_id").is_in(portals.implode()))
    return forms["surface"], houses["surface"], agencies["surface"]


def _short_signals(short: pl.DataFrame, cues: dict, outlets: pl.Series, houses: pl.Series) -> pl.DataFrame:
    """Short lines → the signals only they can show: `n` and a truth value each."""
    plain, low = pl.col("plain"), pl.col("low")
    name = r"(?:\p{Lu}[\p{L}'.]*[\p{L}']|\p{Lu}\.?)"
    digits = r"\d{1,2} ?[/.-] ?\d{1,2} ?[/.-] ?\d{4}|\d{4}[/.-]\d{2}[/.-]\d{2}|\d{1,2}[:h]\d{2}(?::\d{2})?|\d+"
    months = "giêng|một|hai|ba|tư|năm|sáu|bảy|tám|chín|mười(?: một| hai)?|chạp"
    date_words = rf"\b(?:{any_of(cues['byline_words'])}|ngày|tháng(?: (?:{months}))?|năm|{_ENGLISH_DATES})\b"
    has_date = plain.str.contains(
        r"(?i)\d ?tháng ?(?:\d{1,2}|\p{L}+(?: \p{L}+)?),? ?(?:năm )?(?:19|20)\d{2}"
        r"|\d{1,2} ?[/.-] ?\d{1,2} ?[/.-] ?(?:19|20)\d{2}|(?:19|20)\d{2}[/.-]\d{2}[/.-]\d{2}"
        rf"|(?:^|[ (])\d{{1,2}}/\d{{1,2}}/\d{{2}},? \d{{1,2}}:\d{{2}}|{_THREAD}"
    ) | (low.str.contains(rf"\b(?:{_ENGLISH_DATES})\b") & plain.str.contains(r"(?:19|20)\d{2}"))
    # a dateline: take dates, times, byline words, names and a section's name away, and nothing is left
    left_over = asked(has_date, plain).str.replace(r"^[^|\d]{2,25}[|]|[|][^|\d]{2,25}$", " ")
    left_over = left_over.str.replace(
        r"^[^|\d]{2,25} - (\d)|^[^|\d,-]{2,25} ?- ?((?i:thứ |chủ nhật|ngày ))", "${1}${2}"
    )
    left_over = left_over.str.replace_all(digits, " ").str.replace_all(f"(?i){date_words}", " ")
    agency = (
        r"\((?:(?:[Tt]heo|[Tt]ổng hợp|[Dd]ịch|[Ll]ược|[Nn]guồn|thực hiện).{0,40}|[TtHhG .,/]{1,7}"
        r"|\p{L}[\p{L}\d .,&+/-]{1,23}|(?:P[./]?[Vv]|[Pp]hóng viên|[Tt]hông tín viên) [^()]{2,60})\)"
    )
    rendered = any_of([f"{how}{of}" for how in cues["rendered"] for of in (" từ", " theo")] + ["theo"])
    # (no bounds in these: patterns in patterns, they would be compiled as often as may be)
    full_name = rf"(?:{name}(?: {name})*|(?:\p{{Lu}}\.)+)"
    several = rf"(?: ?[-/|] ?{full_name}|/(?:báo|Báo) [^()/.]{{2,20}})"
    parts = plain.str.strip_chars("()[]. ").str.replace_all(r" ?[/,] ?| và | [-–] ", "|").str.split("|")
    label, names = rf"(?i:{any_of(cues['author_labels'])}) ?[:,] ?", rf"{name}(?:[ ,&/-]+{name})*"

    def is_heading(words: list[str]) -> pl.Expr:
        return low.str.contains(rf"^[^\p{{L}}]*(?:{any_of(words)})[^\p{{L}}]*$")

    def made_of(words: list[str], marks: list[str]) -> pl.Expr:
        """Whether a line is made of the words alone, a mark among them; a colon or a question mark may end it."""
        whole = rf"^[^\p{{L}}\d]*(?:{any_of(words)})(?:[ ,/]+(?:{any_of(words)}))*[^\p{{L}}\d.!]*$"
        marked = low.str.contains(rf"(?:^|[^\p{{L}}])(?:{any_of(marks)})(?:[^\p{{L}}]|$)")
        return pl.col("syllables").is_between(2, 9) & asked(marked, low).str.contains(whole).fill_null(False)

    of_section = any_of(words for words in cues["link_headings"] if " " in words)
    inside = plain.str.extract(r"^\(?([^(),/&]+)").str.strip_chars()
    plain_letters = asked(plain.str.contains(r"^[ -~]+$"), plain)
    # "Tin tức Xã hội Doanh nghiệp Lãnh đạo": the entries of a menu in one line
    entries = plain.str.replace_all(r" (?:[-|•] )?(\p{Lu})", "|${1}").str.to_lowercase().str.split("|")
    known = entries.list.eval(pl.element().is_in(cues["ui"])).list.sum()
    menu_like = plain.str.contains(r"^(?:\p{Lu}[\p{L}-]*(?: \p{Ll}+){0,3}(?: [-|•])?(?: |$)){3,}$")
    return short.select(
        "n",
        menu_like=menu_like,
        menu=menu_like & (known >= 2) & (known * 2 >= entries.list.len()),
        # an image, or the slot of one: "{keywords}", "TPP-MCCAIN-01"
        image_file=(
            low.str.contains(r"^[{\[<!][^ ]*[}\])>]+$|^[a-z][a-z_-]{3,}\d{1,3}$|^[0-9a-f]{24,64}$")
            & ~plain.is_in(outlets.implode())
            & ~low.str.contains(r"quang[_-]?cao|quảng[_-]?cáo|^\[?ads?\d*\]?$")
        )
        | pl.col("text").str.contains(r"^\s*<img [^<>]*>\s*$"),
        link_heading=is_heading(cues["link_headings"])
        | plain.str.contains(rf"^[^\p{{L}}]*(?i:{of_section}) \p{{Lu}}\p{{L}}*(?: \p{{L}}+){{0,2}}$")
        | low.str.contains(r"^(?:theo )?dòng sự kiện ?: ?[^.!?]+$")
        | (
            made_of(cues["heading_words"], cues["heading_marks"])
            & ~is_heading(cues["tag_headings"] + cues["comment_orders"])
            & ~low.str.contains(r"^[^\p{L}]*(?:(?:quan tâm|mới|hay|cũ|thích|phổ biến) nhất[^\p{L}]*){2,}$")
        ),
        tag_heading=is_heading(cues["tag_headings"])
        | low.str.contains(rf"^(?:{any_of(cues['tag_headings'])}) ?: ?[^.!?]+$")
        | (
            plain.str.contains(r"^#[^ #]+(?: ?,? #?[^ #.]+){0,8}$|^#[^#.!?]+(?: #[^#.!?]+)+$")
            & ~low.str.contains(_FORUM)
        ),
        talk_heading=is_heading(cues["talk_headings"])
        | made_of(cues["talk_words"], cues["talk_marks"])
        | low.str.contains(r"^#\d+$|^bởi ?: .+ từ ?: |^xem bình luận \(\d+\)$")
        | plain.str.contains(r"^[^.!?:]{2,40} (?:says|said|đã viết) ?:$")
        | (low.str.contains(_FORUM) & low.str.contains("^#")),
        order=is_heading(cues["comment_orders"]),
        button=is_heading(cues["link_buttons"]),
        # (the list is named: "Kết thúc Đọc nhiều"; a story's own title goes on in small letters)
        list_end=plain.str.contains(rf"^(?i:{any_of(cues['list_ends'])}) \p{{Lu}}") & ~pl.col("terminal"),
        ui=low.str.contains(rf"^[^\p{{L}}]*(?:(?:{any_of(cues['ui'])})[^\p{{L}}]*)+$")
        | (
            plain.str.contains(r" [|>›»] ")
            & ~plain.str.contains(r"«|\d")
            & (pl.col("syllables") <= 10)
            & ~pl.col("credit")
            & ~has_date
        )
        | (low.str.contains(rf"^(?:{any_of(cues['ui_openers'])})") & ~plain.str.contains(r"[.!?]$"))
        # English: words that end as no Vietnamese syllable does
        | (plain_letters.str.count_matches(r"\b[a-z]*(?:[bdfjklqrsvwxz]|[a-z]{7})\b") >= 2)
        | low.str.contains(r"(?:trên|on) google(?: news| search)?(?:$|[.,])|trên google news|\[(?:qc|pr|ads?)\]")
        | low.str.contains("nguồn (?:tìm kiếm )?ưu tiên")
        # links of a few words as Markdown writes them
        | asked(plain.str.contains("](", literal=True), plain).str.contains(
            r"^[*+-]? ?\[[^ \]]+(?: [^ \]]+){0,3}\]\([^()]*\) ?(?:[|]$|$|[*+|-] ?\[)"
        ).fill_null(False)
        | low.str.contains(r"^cơ quan (?:của|ngôn luận|trung ương)[^.]* - tiếng nói |^\d+ liên quan$")
        | low.str.contains(_SHARE)
        | low.str.contains(r"^(?:\d+|one) (?:thoughts?|responses?|comments?|bình luận|phản hồi) (?:on|to|về|cho) ")
        | low.str.contains(r"^this entry was (?:posted|tagged) ")
        # of a forum: its pages, who liked a post, whom one answers
        | low.str.contains(r"^trang \d+ (?:của|trên|/) ?\d+$|^\d+(?: [\d.…]+)* (?:tiếp|sau|cuối|next)\b[^\p{L}]*$")
        | low.str.contains(r"^[^.!?:]{2,80} (?:thích bài này|đã cảm ơn)[.]?$|^[^ ]+ (?:nói|said|viết) ?: ?↑?$")
        | low.str.contains(r"^\[?(?:quang[_-]?cao|quảng[_-]?cáo)\d*\]?$")
        | ~plain.str.contains(r"\p{L}")
        | (plain.str.contains(r"\d") & ~plain.str.contains(r"\p{L}{3}"))
        | low.str.contains(r"^[^\p{L}]*a[^\p{L}]*$"),
        # what a player offers: "1080p 720p auto", "1.00x"
        player=low.str.contains(r"^(?:(?:\d{3,4}p|auto|\d(?:[.,]\d+)?x) ?)+$|chọn giọng|tốc độ đọc"),
        labelled=plain.str.contains(r"^(?:[^ :.]+ ){0,5}[^ :.]+ ?: ?(?:\p{Lu}\p{L}+(?: \p{Lu}\p{L}*){1,4}|[\d.,]+)$"),
        loud=plain.str.contains(r"^[^\p{Ll}]+$") & (pl.col("syllables") <= 7),  # in capitals
        scene=(
            low.str.contains(rf"^(?:{any_of(cues['scenes'])}) [^.;:!?]*[.]?$")
            | low.str.contains(rf"^[^.;:!?]{{3,60}}(?:[^à]|[^v]à) (?:{any_of(cues['scene_ends'])})[.]?$")
        ),
        # as titles do, or an interviewer, a speaker
        asks=plain.str.ends_with("?") & ~plain.str.contains(r"[.!?…] "),
        quotes=plain.str.contains(r"[^.!?…,\"'] ?[\"']$"),
        # as databases write it, alone in its line
        stored=plain.str.contains(r"^(?:19|20)\d{2}[-/]\d{2}[-/]\d{2}(?:[ T,]+\d{2}:\d{2}[^\p{L}]*[TZ]?)?$"),
        clock=low.str.contains(r"^[^\p{L}\d]*\d{1,2}[:hg]\d{2}$"),
        # "TTXVN", "Reuters, AP", "TTXVN/Vietnam+"
        agency=plain.str.strip_chars("()[]. ").is_in(outlets.implode())
        | (
            pl.all_horizontal(part.is_in(outlets.implode()) for part in (parts.list.first(), parts.list.last()))
            & (parts.list.len() <= 3)
        ),
        house=plain.is_in(houses.implode()),
        # "VOV/Minh Thử", "PV/TTXVN": whose reporter wrote, or took the picture
        housed=parts.list.first().is_in([*cues["unsigned"], *houses]) & plain.str.contains(r"^[^/]+/\p{Lu}[^/.!?]*$"),
        named=plain.str.contains(rf"^{name}(?:[ ,/|–-]+{name})*$|\d ?[/.-] ?\d"),
        name_only=plain.str.contains(rf"^{name}(?: {name}){{1,3}}$")
        & plain.str.contains(r"\p{Ll}|\.")
        & ~plain.str.contains(r"\p{L}{2}\.$"),
        # "Lan" beside "2019-05-06 00:00:00": the fields of a record
        one_name=plain.str.contains(r"^\p{Lu}\p{Ll}+$"),
        full_stamp=plain.str.contains(r"^(?:19|20)\d{2}[/-]\d{2}[/-]\d{2}[ T]\d{2}:\d{2}:\d{2}\b"),
        capitals=plain.str.contains(r"^\p{Lu}{2,}(?: \p{Lu}{2,}){1,3}$"),
        dateline=has_date
        & ~low.str.contains(_FORUM)
        & (
            ~left_over.str.replace_all(name, " ").str.contains(r"\p{L}")
            # some words, the day and the hour, and no more: a section above, an author
            | ((pl.col("syllables") <= 9) & plain.str.contains(_SECTION_AND_HOUR))
            | ((pl.col("syllables") <= 16) & low.str.contains(_STORED))
            | ((pl.col("syllables") <= 14) & low.str.contains(_POSTED))
            | plain.str.contains(_THREAD)
        ),
        stamp=low.str.contains(
            r"^(?:thời gian ?: ?)?(?:\d+|một|vài) (?:giây|phút|giờ|ngày|tuần|tháng) trước"
            r"|^hôm (?:nay|qua),? (?:lúc )?\d"
        ),
        reprint=low.str.contains(r"^(?:theo|nguồn:?) [^!?]{2,40} (?:copy link|lấy link|sao chép liên kết)$"),
        wire_end=(
            plain.str.contains(
                r"^\(? ?(?i:theo|nguồn|tổng hợp|lược dịch|dịch)(?i: từ| tin| theo)?"
                rf"(?:[ :]+(?i:{any_of(cues['press_words'])}))?[ :]+"
                r"(?:\p{Lu}[^.!?,]*(?:(?:[,/]| và) ?\p{Lu}[^.!?,]*)*|[a-z0-9-]+(?:\.[a-z]{2,4}){1,2})"
                r"(?: (?i:copy link|lấy link|sao chép liên kết))?[).]*$"
            )
            & (pl.col("syllables") <= 10)
            & ~plain.str.contains(rf", ?\p{{Lu}}[^,]* (?:{any_of(cues['tells'])}) ")  # "Theo AP, Iran đã đồng ý."
        )
        | plain.str.contains(r"^(?i:nguồn tham khảo|tham khảo) ?: ?\p{Lu}[^.!?]*$")
        | plain.str.extract(rf"^{full_name} ?[|] ?([^|]{{2,25}})$").is_in(outlets.implode()).fill_null(False)
        | plain.str.extract(r"^(?i:tham khảo|nguồn tham khảo) (\p{Lu}[^ ,.]*)(?:, ?\p{Lu}[^ ,.]*){0,3}$")
        .is_in(outlets.implode())
        .fill_null(False)
        | low.str.contains(r'^(?:trích |dẫn |trích dẫn )?nguồn[^:]{0,30}:? ?https?://|^nguồn ?: ?[^"]{3,60}"')
        | plain.str.contains(rf"^{label}{names}(?: ?[|-] ?{label}{names})?$")
        | (plain.str.contains(r"^\([^()]{2,40}\)$") & inside.is_in(outlets.implode()))
        # "(Biên dịch: Trần Mẫu; nguồn: AP)", "Nguồn: Lược dịch từ AP", "Bản tin có sự đóng góp của AP."
        | (plain.str.contains(rf"^\((?i:{any_of(cues['rendered'])}) ?:[^()]*\)$") & (pl.col("syllables") <= 15))
        | low.str.contains(rf"^nguồn ?: ?(?:{any_of(cues['rendered'])}) (?:từ|theo) [^!?]{{2,60}}$")
        | low.str.contains(r"^(?:bản tin|bài|bài viết)(?: này)? có sự đóng góp của [^.!?]{2,60}[.]?$"),
        signed=plain.is_in(cues["unsigned"])
        # "Trần Mẫu, phóng viên RFA", "ThS. Trần Mẫu - Viện Sử học"
        | (
            plain.str.contains(rf"^{full_name}, (?i:{any_of(_STAFF)})(?: (?:của |tại )?\p{{Lu}}[^ .,;:!?]*){{1,5}}$")
            | plain.str.contains(r"^(?:(?:GS|PGS|TS|ThS|NCS|LS|BS|TSKH)[.]?[ ,]*){1,3}\p{Lu}[^.!?:;]{4,}$")
            | plain.str.extract(rf"^{full_name}, ([^,]{{2,25}})$").is_in(outlets.implode()).fill_null(False)
            | plain.str.contains(_POSTED_BY)
            # of an aggregator: "Báo Mẫu 2 giờ 41 liên quan"
            | low.str.contains(
                r"^[^.!?:;]{2,30}[ •·]+\d+ (?:giờ|phút|ngày|tháng)(?: trước)?[ •·]+\d+ (?:liên quan|đăng lại)$"
            )
        )
        & (pl.col("syllables") <= 16)
        & ~pl.col("credit")
        | plain.str.contains(
            rf"^{full_name}(?:{several}+|(?:{several}|, ?{full_name})* ?{agency}| ?[-–|(]? ?[^ @]+@[^ @]+[.][^ @]+"
            r"| (?i:nhà báo|phóng viên|biên tập viên|cộng tác viên)"
            rf"| (?i:{rendered}) {full_name}(?:[,/ ]+{full_name})*| (?i:{any_of(cues['rendered'])}))$"
        )
        & (pl.col("syllables") <= 12)
        & ~pl.col("credit"),
    )


# "Đăng lúc: Thứ sáu - 30/09/2016 03:22 - Người đăng bài viết: Trần Mẫu"
_STORED = r"^(?:đăng lúc|ngày đăng|đăng ngày|đăng vào)[ :].{0,20}\d{1,2}[/.-]\d{1,2}[/.-](?:19|20)\d\d[^.!?]*$"
_SECTION_AND_HOUR = r"^[^:.!?\d]+\d{1,2}[/-]\d{1,2}[/-]\d{4},?(?: -)? \d{1,2}:\d{2}[^\p{Ll}]*$"
# a post below the first of a thread, and who wrote it: "#2 Đã gửi : 09/05/2018", "Gia nhập: 11-04-2012"
_FORUM = r"^#(?:[2-9]|\d{2,}) (?:đã )?gửi |^(?:gia nhập|tham gia|ngày tham gia) ?:|^ngày (?:cấp|sinh)"
_POSTED = r"^(?:posted on|đăng ngày|đăng vào|được đăng (?:ngày|vào)) [^.]*\d{1,2}/\d{1,2}/\d{4} (?:by|bởi) [^.]{3,40}$"
# above a thread: "Thảo luận trong 'Châu Á' bắt đầu bởi tranmau, 17/6/20."
_THREAD = (
    r"(?i:bắt đầu bởi|started by) [^,:]{2,40}, \d{1,2}/\d{1,2}/(?:(?:19|20)\d{2}|\d{2})[.]?$"
    r"|^(?i:ngày gửi|start date) ?:? ?\d{1,2}/\d{1,2}/(?:(?:19|20)\d{2}|\d{2})$"
)
# "Written by Trần Mẫu", "Publié par Trần Mẫu à 10:42"
_POSTED_BY = r"^(?i:written by|publié par|posted by|được đăng bởi|đăng bởi) \p{Lu}[^.!?:]{2,40}(?: \d{1,2}:\d{2})?$"
_ENGLISH_DATES = (
    "monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|may|june|july|august"
    "|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec"
    "|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|janvier|février|avril|mai|juin|juillet|août|septembre"
    "|octobre|novembre|décembre"
)


def _numbered(plain: pl.Expr) -> pl.Expr:
    """Whether a line only counts a picture."""
    return asked(plain.str.tail(3).str.contains(r"\d\.?$"), plain).str.contains(_NUMBERED).fill_null(False)


def _says_twice(plain: pl.Expr) -> pl.Expr:
    """Whether a line is the same title written twice over ("A A"), as link lists with a picture's alt text are."""
    half = (plain.str.len_chars() - 1) // 2
    return (
        (plain.str.len_chars() >= 30)
        & (plain.str.len_chars() % 2 == 1)
        & (plain.str.head(half) == plain.str.slice(half + 1))
    )
