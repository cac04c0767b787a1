"""Lines of a page and their signals → the role of each, the articles they make up, and what the page says of its day.

Roles are decided by general signals of layout (a title that stands twice, a teaser that breaks off, a heading of links,
a credit, sentence-like lines that follow one another) and by what the lines speak of (`topics`), never by the wording
of one site.
"""

import polars as pl

from . import learned, records
from .catalogue import Catalogue, any_of, asked
from .signals import ADDRESS, BULLET, PARAGRAPH, TERMINAL, TICKER, in_paragraphs, signals, without_day, without_markup
from .topics import carried, echoed, shared, syllables

_PAGE = pl.col("page")
# What lets a reader skip a box in a story, and the box's last line; how many lines it has at most.
_SKIP = r"^(?:bỏ qua .{2,60} và tiếp tục đọc|skip .{2,60} and continue reading|bỏ qua \p{L}+ bài viết.*)$"
_SKIPPED = r"^(?:hết|end of) .{2,60}$"
_BOX = 30


def line_roles(lines: pl.DataFrame, pages: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    """Lines of `signals.split_lines` → the same with `segment`, `role`, `paragraph` (its first line; null: blank)."""
    boxed = _boxed(lines)
    full, lines_of = judged(lines.join(boxed, on=["page", "line"], how="anti", maintain_order="left"), pages, catalogue)
    roles = records.whole(learned.corrected(full))
    roles = lines_of.join(roles, on=["page", "line"], how="left", maintain_order="left")
    roles = roles.rename({"line": "paragraph", "part": "line"})
    return (
        lines.join(roles, on=["page", "line"], how="left", maintain_order="left")
        .join(boxed, on=["page", "line"], how="left", maintain_order="left")
        .with_columns(paragraph=pl.when(pl.col("box").is_null()).then("paragraph").otherwise("line"))
        .with_columns(role=pl.coalesce("box", "role"))
        .with_columns(pl.col("segment").fill_null(strategy="forward").over("page").fill_null(0))
        .select("page", "segment", "line", "start", "end", "text", "role", "paragraph")
    )


def _boxed(lines: pl.DataFrame) -> pl.DataFrame:
    """Lines → `page`, `line`, `box` (the role) of what a page lets its readers skip: it parts no story.

    "Bỏ qua Podcast và tiếp tục đọc", "Podcast", "Nghe bản tin", "Hết Podcast".
    """
    low = pl.col("text").str.strip_chars().str.to_lowercase()
    some = lines.filter(low != "").select("page", "line", low=low)
    opens = pl.col("low").str.contains(_SKIP)
    skips = some.filter(opens.any().over("page"))
    ends = pl.col("low").str.contains(_SKIPPED)
    skips = skips.with_columns(n=pl.int_range(pl.len()).over("page"), opens=opens, ends=ends)
    skips = skips.with_columns(box=pl.col("opens").cum_sum().over("page")).filter(pl.col("box") > 0)
    at = pl.col("n") - pl.col("n").first().over("page", "box")
    last = at.filter("ends").min().over("page", "box")
    title = pl.col("low").str.count_matches(" ") >= 5
    return skips.filter((at <= last) & (last <= _BOX)).select(
        "page", "line", box=pl.when(title & ~pl.col("opens")).then(pl.lit("related")).otherwise(pl.lit("ui"))
    )


def judged(lines: pl.DataFrame, pages: pl.DataFrame, catalogue: Catalogue) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The same → paragraphs with their signals and the `role` that rules give, and the `line` of each `part`."""
    full, lines_of = in_paragraphs(lines, pages)
    full = signals(full, catalogue)
    full = _lists(_frame(records.apart(full)), catalogue.cues["lines"])
    full = _zones(full)
    topics = catalogue.cues["topics"]
    full = _strangers(_second_articles(full, topics), topics["common"])
    full = _kinds(_closing_block(full))
    return full.with_columns(role=_role()), lines_of


def _line(column: str, by: int) -> pl.Expr:
    """The truth value of a column `by` lines further down the page; false beyond its ends."""
    return _line_of(pl.col(column), by)


def _line_of(signal: pl.Expr, by: int) -> pl.Expr:
    """The truth value of a signal `by` lines further down the page; false beyond its ends."""
    return (signal.shift(-by) & _on_page(by)).fill_null(False)


def _on_page(by: int) -> pl.Expr:
    """Whether the line `by` lines further down is still the same page's."""
    return pl.col("k").shift(-by) == pl.col("k") + by


def _frame(full: pl.DataFrame) -> pl.DataFrame:
    """Signals → the place of each line in its page: headline, lead, the last line of the story, the closing block."""
    k = pl.int_range(pl.len()).over("page")
    full = full.with_columns(k=k, pointed=pl.col("pointed") & (pl.col("syllables") <= 45))
    # names in a row beside a player are its voices
    row = (pl.col("name_only") != pl.col("name_only").shift(1)).fill_null(True).cum_sum()
    voice = pl.col("name_only") & (pl.len().over("page", row) >= 3) & pl.col("player").any().over("page")
    # what marks alone in a line part from each other are entries of a menu, or topics
    parting = pl.col("plain").str.contains(r"^[,;|/•·›»>]$")
    parting = parting & ((pl.col("plain") == ",") | (parting.sum().over("page") >= _PARTED))
    entry = (pl.col("syllables") <= 8) & ~pl.col("terminal") & (_line_of(parting, 1) | _line_of(parting, -1))
    # what looks like a menu in one line stands beside one
    menu = pl.col("menu") | (pl.col("menu_like") & (_line("menu", -1) | _line("menu", 1)))
    menu = menu | pl.col("plain").str.contains(r"(?:^| )(?:\d+ ){6}|(?:Tháng \d+ ){4}")  # a calendar's
    # or entries between bars: "Trang chủ | Dầu khí | Điện | Than"
    barred = pl.col("plain").str.count_matches(" | ", literal=True) >= 3
    told = asked(barred, "plain").str.contains(r"[.!?:;]|[^|]{32}")
    menu = menu | (barred & ~told.fill_null(False) & ~pl.any_horizontal("dateline", "credit"))
    # what a forum counts of who wrote: "Tham gia ngày:", and below it the day
    counted = pl.col("plain").str.contains(r"^[^.!?;\d]{2,25}:$") & (pl.col("syllables") <= 5)
    counted = counted & _line_of(pl.col("plain").str.contains(r"^[\d.,/-]+$"), 1)
    # the heads of the parts of a digest are its own: "Châu Á", above "* Hai bên gặp nhau: …"
    item = pl.col("text").str.contains(_ITEM) & (pl.col("syllables") >= 12)
    item = item & (item.sum().over("page") >= _LIVE)
    heads_item = _line_of(item, 1) & (pl.col("syllables") <= 8) & ~pl.col("link_heading")
    full = full.with_columns(
        digested=item,
        ui=(pl.any_horizontal("ui", "player") | voice | entry | menu | counted) & ~heads_item,
        name_only=pl.col("name_only") & ~voice & ~heads_item,
        signed=pl.col("signed") & ~heads_item,
    )
    # beside the day a name with whose pictures they are is a byline
    beside = (_line("dateline", 1) | _line("dateline", -1)) & pl.col("low").str.ends_with(")")
    wrote = beside & pl.col("credit") & pl.col("plain").str.contains(r"^(?:\p{Lu}[\p{L}.]* ){1,4}\([^()]*\)$")
    full = full.with_columns(credit=pl.col("credit") & ~wrote, signed=pl.col("signed") | wrote)
    # lists give the day of each story beside its title
    dated = pl.col("dated_title") & (_line("dated_title", 1) | _line("dated_title", -1))
    full = full.with_columns(link_opener=pl.col("link_opener") | dated)
    title_like = (
        (pl.col("syllables") >= 4)
        & ~pl.any_horizontal("ui", "link_heading", "link_opener", "dateline", "image_file", "wire_end", "credit")
        & ~pl.any_horizontal("notice", "talk_heading", "tag_heading", "slogan")
        & ~(pl.col("name_only") & (pl.col("syllables") <= 4))
    )
    # (what a picture shows stands between the headline and whose it is)
    shown = title_like & _line_of(pl.col("low").str.contains(r"^nguồn hình ảnh[,:]"), 1)
    shown = shown & _line_of(title_like & (pl.col("syllables") >= 6), -1)
    full = full.with_columns(title_like=title_like & ~shown, credit=pl.col("credit") | shown)
    # the button of a link stands below its title, and comments are ordered by what heads lists elsewhere
    button = pl.col("button") & _line("head_like", -1) & _line("content", 1)
    of_teaser = pl.col("button") & _line("content", -1) & _line("head_like", -2)
    # (each item of a digest may have one)
    item = (pl.col("button").sum().over("page") > 2) | (_line("head_like", 1) & _line("content", 2))
    of_teaser = of_teaser & ~item
    full = full.with_columns(
        pressed=pl.col("button"),
        button=button | of_teaser,
        boxed=_line_of(of_teaser, 1) | _line_of(of_teaser, 2) | _boxes(full),
        link_heading=pl.col("link_heading") & ~button & ~_line("order", -1) & ~_line("order", 1)
    )
    full = full.with_columns(opens_marked=pl.col("mark").is_not_null() & pl.col("content"))
    text = pl.col("content") & ~pl.col("head_like")
    above_text = text.cast(pl.Int32).cum_sum().over("page") == 0
    first = pl.col("k").filter(title_like & ((pl.col("k") <= 15) | above_text | pl.col("is_title"))).min().over("page")
    # (a short one above a menu is the site's)
    long = pl.col("k").filter(title_like & above_text & (pl.col("syllables") >= 6)).min().over("page")
    short = pl.col("syllables").filter(k == first).first().over("page") <= 5
    menu = ((k > first) & (k < long) & ~title_like).sum().over("page") >= 3
    first = pl.when(short & menu).then(long).otherwise(first)
    # (and titles in a run above the text are all a menu's, none of them the page's)
    text_at = pl.col("k").filter(text).min().over("page")
    run = (title_like & ~pl.col("terminal") & (pl.col("k") > first) & (pl.col("k") < text_at)).sum().over("page")
    first = pl.when(run >= _MENU).then(text_at).otherwise(first)
    stated = pl.col("k").filter(pl.col("is_title")).min().over("page")
    full = full.join(_echoed(full), on="page", how="left", maintain_order="left")
    full = full.with_columns(headline_at=pl.coalesce(stated, "echoed_at", first, pl.lit(0)))
    # a title may stand twice above the story, also with the site's name behind it: the first without is the headline
    # a page may have lost its title, and then begins with a paragraph
    paragraph = pl.col("content") & (pl.col("syllables") >= 20) & pl.col("plain").str.contains(r"[.]$|\p{Ll}[.] \p{Lu}")
    paragraph = paragraph & ~pl.col("is_title") & (pl.col("k") == pl.col("headline_at"))
    full = full.with_columns(headed=~paragraph.any().over("page"))
    full = full.with_columns(title_below=pl.col("n").is_in(_titled_below(full).implode()))
    # a page's own title has the site's name behind it, where the headline may have a button's words before it
    own = pl.col("plain").filter(pl.col("k") == 0).first().over("page").str.extract(_WITH_SITE)
    again = pl.col("plain").str.ends_with(own) & title_like & pl.col("k").is_between(1, _HEAD) & ~pl.col("terminal")
    again = again & (pl.col("syllables") <= own.str.count_matches(" ") + 4)
    full = full.with_columns(headline_at=pl.coalesce(pl.col("k").filter(again).min().over("page"), "headline_at"))
    title = pl.col("plain").filter(pl.col("k") == pl.col("headline_at")).first().over("page")
    bare = title.str.starts_with(pl.col("plain")) & title_like & (pl.col("k") <= pl.col("headline_at"))
    full = full.with_columns(headline_at=pl.coalesce(pl.col("k").filter(bare).min().over("page"), "headline_at"))
    title = pl.col("plain").filter(pl.col("k") == pl.col("headline_at")).first().over("page")
    # and of two with a menu between them the one right above the text
    text_at = pl.col("k").filter(pl.col("content") & (pl.col("k") > pl.col("headline_at"))).min().over("page")
    below = (pl.col("plain") == title) & (pl.col("k") > pl.col("headline_at") + 2) & (pl.col("k") < text_at)
    full = full.with_columns(headline_at=pl.coalesce(pl.col("k").filter(below).max().over("page"), "headline_at"))
    without_site = title == asked(pl.col("k") == 0, "plain").str.extract(r"^(.+?) [-|] [^-|]+$")
    without_site |= title.str.ends_with(asked(pl.col("k") == 0, "plain").str.extract(_WITH_SITE))
    full = full.with_columns(
        headline_again=(
            (pl.col("plain").str.starts_with(title) & (~pl.col("terminal") | (pl.col("plain") == title)))
            | (without_site & (pl.col("k") == 0)).fill_null(False)
        )
        & (pl.col("k") != pl.col("headline_at"))
    )
    again = (pl.col("plain") == pl.col("plain").shift(1)) | (pl.col("plain") == pl.col("plain").shift(-1))
    full = full.with_columns(
        again=(again & pl.col("copied") & (pl.col("k") > pl.col("headline_at"))).fill_null(False),
        above_credit=_line("credit", 1) & (pl.col("syllables").shift(-1) <= 5) & (pl.col("syllables") <= 20),
    )
    after = pl.col("k") > pl.col("headline_at")
    # (a blog's title may stand above the story's own)
    own = pl.col("title_like") & ~pl.col("terminal") & (pl.col("syllables") >= 6) & _line("opens_marked", 1) & after
    full = full.with_columns(own_title=own & (pl.col("k") <= pl.col("headline_at") + 6))
    timed = pl.col("plain").str.contains(r"[^\d ]\d{2}:\d{2}$")
    prose = pl.col("content") & after & ~pl.any_horizontal("copied", "doubled", "broken_off", "link_opener", "wire_end")
    lead_at = (
        pl.col("k")
        .filter(
            after
            & ~pl.any_horizontal(
                "ui", "dateline", "link_heading", "link_opener", "image_file", "wire_end", "credit", "is_title"
            )
            & ~pl.col("low").str.contains(ADDRESS)
            & (pl.col("syllables") >= 8)
            & ~pl.any_horizontal("doubled", "above_credit", "headline_again", "pointed")
            & ~(~pl.col("terminal") & (_line("credit", -1) | _line("credit", -2)) & (pl.col("syllables") <= 20))
            & ~(pl.col("again") & pl.col("pictured"))
            & ~(pl.col("own_title") | (timed & (timed.sum().over("page") >= TICKER)))
        )
        .min()
        .over("page")
    )
    full = full.with_columns(prose=prose, lead_at=lead_at)
    picture_at = (
        pl.col("k")
        .filter(
            after
            & (
                pl.col("pointed")
                | (pl.col("credit") & ~pl.col("wire_end"))
                | (pl.col("pictured") & (pl.col("k") == pl.col("lead_at")))
                | (pl.col("again") & pl.col("pictured"))
            )
        )
        .min()
        .over("page")
    )
    # where the first thing below the headline is a picture, the text begins without a standfirst
    # (a standfirst is short)
    brief = pl.col("syllables").filter(pl.col("k") == pl.col("lead_at")).first().over("page") <= _STANDFIRST
    marked = pl.col("opens_marked").filter(pl.col("k") == pl.col("lead_at")).first().over("page")
    has_lead = (picture_at.is_null() | (picture_at > pl.col("lead_at")) | marked) & pl.col("headed") & brief
    return full.with_columns(has_lead=has_lead, picture_at=picture_at)


_PARTED = 2  # marks alone in a line from which they part entries
_MENU = 6  # titles above a text, of which no one is taken up there, from which they are a menu
_STANDFIRST = 100  # syllables of the longest standfirst


_WITH_SITE = r"^((?:[^ ]+ ){5,}[^ ]+) [-|] (?:[^ ]+ ?){1,4}$"


def _boxes(full: pl.DataFrame) -> pl.Series:
    """Lines of a site's page → which are titles and teasers, two to five in turn, between its story and its links."""
    site = (pl.any_horizontal("ui", "link_heading", "talk_heading").sum() >= _SITE).over("page")
    quotes = pl.col("plain").str.contains(r"[^.!?…] ?[\"'’”]$|^[^.!?…]+\?$")
    title = pl.col("title_like") & (~pl.col("terminal") | quotes) & pl.col("syllables").is_between(12, 32) & site
    box = title & _line("content", 1)
    ends = title & ~_line("content", 1)
    full = full.select("page", "k", "content", box=box, ends=ends).with_columns(last=pl.col("box") & _line("ends", 2))
    first = ~_line("box", -2) & pl.all_horizontal(_line("content", -by) for by in (1, 2, 3))
    full = full.with_columns(first=pl.col("box") & first)
    boxed = pl.lit(False)
    for more in range(1, 5):
        row = pl.col("first") & pl.all_horizontal(_line("box", 2 * by) for by in range(more)) & _line("last", 2 * more)
        boxed |= pl.any_horizontal(_line_of(row, -by) for by in range(2 * more + 2))
    return full.select(boxed=boxed).to_series()


_SITE = 5  # lines of a site's own from which a page is a site's


def _titled_below(full: pl.DataFrame) -> pl.Series:
    """Lines → `n` of the titles alone below the text of pages that begin without one, whose words the text has."""
    last = pl.col("k").filter(pl.col("content") & ~pl.col("head_like")).max().over("page")
    title = pl.col("head_like") & (pl.col("syllables") >= 6)
    title = title & ~pl.any_horizontal("field", "copied", "signed")
    here = full.filter(~pl.col("headed")).filter(title & (pl.col("k") > last))
    here = here.filter(pl.len().over("page") == 1)
    if here.is_empty():
        return here["n"]
    told = full.filter(pl.col("content") & pl.col("page").is_in(here["page"].unique().implode()))
    said = syllables(told.select("page", "plain")).select("page", "pair", said=pl.lit(True)).unique()
    pairs = syllables(here.select("n", "page", "plain")).drop_nulls("pair")
    shared = pairs.join(said, on=["page", "pair"], how="left").group_by("n", maintain_order=True)
    return shared.agg(pl.col("said").fill_null(False).mean()).filter(pl.col("said") >= 0.15)["n"]


def _lists(full: pl.DataFrame, cues: dict) -> pl.DataFrame:
    """Place → `lists`: the page has no article, only titles and teasers of others, as pages of a topic do.

    Its teasers open with the site's mark, of which a story has one; or stand below titles that are written twice; or
    below no title at all, each a beginning of its own; or are records, with a field that is the same below each.
    """
    content, on = pl.col("content") & ~pl.col("is_title"), "page"
    full = full.with_columns(itemed=_line("repeated", 1) & _line("title_like", -1) & ~_line("terminal", -1))
    # (a topic's name is no title, nor what a site says of itself)
    named = (pl.col("k") == pl.col("headline_at")) & pl.col("plain").str.contains(r"^\p{Ll}")
    named = named & (pl.col("syllables") <= 6)
    full = full.with_columns(untitled=(named | pl.col("slogan")).any().over(on))
    distinct = full.filter(content).unique(["page", "plain"], keep="first", maintain_order=True)
    goes_on = pl.col("low").str.contains(rf"^[\"']|^(?:{any_of(cues['goes_on'])})(?:[^\p{{L}}]|$)")
    above = full.filter(pl.col("title_like")).select("page", k=pl.col("k") + 1, above="plain", twice="copied")
    told = distinct.join(above, on=["page", "k"], how="left", maintain_order="left")
    twice = pl.col("twice") & ~pl.col("above").str.contains(TERMINAL)
    # (paragraphs below a marked one are its story)
    told = told.with_columns(story=pl.col("mark").is_not_null().cum_sum().over("page"))
    told = told.with_columns(follow=pl.col("mark").is_null().sum().over("page", "story"))
    pages = told.group_by(on, maintain_order=True).agg(
        told=pl.len(),
        marked=pl.col("mark").drop_nulls().value_counts().struct.field("count").max(),
        longest=pl.col("syllables").max(),
        sentences=pl.col("plain").str.count_matches(r"\p{L}[.!?][\"')]* [\"'(]?\p{Lu}").max(),
        twice=twice.fill_null(False).sum(),
        itemed=pl.col("itemed").all(),
        goes_on=goes_on.any(),
        follow=pl.col("follow").max(),
        untitled=pl.col("untitled").first(),
    )
    few = pl.col("longest") <= _TEASER
    lists = pages.select(
        "page",
        lists=few
        & (
            ((pl.col("marked") >= 3) & (pl.col("marked") * 2 > pl.col("told")) & (pl.col("follow") <= 1))
            | ((pl.col("twice") >= 2) & (pl.col("twice") == pl.col("told")))
            | ((pl.col("told") >= 3) & pl.col("itemed"))
            | ((pl.col("told") >= 4) & pl.col("untitled") & ~pl.col("goes_on") & (pl.col("sentences") <= 1))
        ),
    )
    return full.join(lists, on="page", how="left", maintain_order="left").with_columns(pl.col("lists").fill_null(False))


_TEASER = 100  # syllables of the longest teaser


def _echoed(full: pl.DataFrame) -> pl.DataFrame:
    """Lines → `page`, `echoed_at`: the title above the story whose words the story takes up, where there is a choice.

    Menus, teasers and notices may stand above a headline; what they say is not said again in the text. The story is the
    stretch of lines with most prose (the maximum subarray of prose against other lines).
    """
    # (where nothing is of a site, a long question below the title is its standfirst)
    asks = pl.col("head_like") & pl.col("plain").str.ends_with("?") & (pl.col("syllables") <= _LONGEST)
    asks = asks & (pl.col("ui").sum().over("page") >= _MENU)
    told = pl.col("content") & ~pl.any_horizontal("asks", "quotes") & ~asks
    weight = pl.when(told).then(pl.col("syllables").clip(0, 120)).otherwise(-5)
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
    near = (pl.col("begins") - pl.col("k") <= _HEAD) & pl.col("syllables").is_between(5, _LONGEST)
    near = near & ~pl.col("plain").str.contains(BULLET)  # the story in brief
    choice = placed.filter(above.sum().over("page") > 1).filter(above & near)
    # (its author may stand between a title and its day)
    short = (pl.col("syllables").shift(-1) <= 4) & ~_line("terminal", 1)
    dated = _line("dateline", 1) | _line("dateline", -1) | (_line("dateline", 2) & short)
    sentence = pl.col("content") & pl.col("plain").str.ends_with(".")
    # (right below the first line it makes that the title)
    below = sentence & _line("head_like", -1) & ~_line("terminal", -1)
    first = (pl.col("k") == 0) & _line_of(below, 1)
    # (a few words above a menu are the site's name)
    of_story = pl.any_horizontal("terminal", "dateline", "stamp", "name_only", "agency", "signed")
    entry = (pl.col("syllables") <= 4) & ~of_story
    menu = sum(_line_of(entry, by).cast(pl.Int8) for by in (1, 2, 3)) >= 2
    top = pl.when(pl.col("k") == 0).then(pl.when((pl.col("syllables") <= 5) & menu).then(-0.6).otherwise(0.6))
    sentence = sentence.cast(pl.Float64) + below.cast(pl.Float64) - first.cast(pl.Float64)
    # (one of a run of titles is a list's)
    bare = pl.col("title_like") & ~pl.col("terminal") & (pl.col("syllables") >= 6)
    in_run = pl.any_horizontal(
        pl.all_horizontal(_line_of(bare, by) for by in two) for two in ((-2, -1), (-1, 1), (1, 2))
    )
    dated = placed.select("page", "k", sentence=sentence, dated=dated, top=top, in_run=in_run)
    spoken = placed.filter(pl.col("page").is_in(choice["page"].unique().implode()))
    spoken = spoken.filter(pl.col("content") & pl.col("k").is_between("begins", "ends"))
    copies = choice.select("page", stem=pl.col("plain").str.strip_chars_end(".!?… "))
    spoken = spoken.with_columns(stem=pl.col("plain").str.strip_chars_end(".!?… "))
    spoken = spoken.join(copies, on=["page", "stem"], how="anti")
    said = syllables(spoken).unpivot(["syllable", "pair"], index="page", value_name="said").drop("variable").unique()
    echo = syllables(choice).unpivot(["syllable", "pair"], index=["page", "k", "begins"], value_name="said")
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
        .join(dated, on=["page", "k"], how="left", maintain_order="left")
        .with_columns(
            score=pl.col("echo")
            - (pl.col("begins") - pl.col("k")) * 0.05
            - (pl.col("number").cast(pl.Float64) - 22).clip(0) * 0.2  # longer than titles are
            + pl.col("dated").fill_null(False).cast(pl.Float64) * 0.5
            - pl.col("sentence").fill_null(0)  # a sentence, as a standfirst is
            + pl.col("top").fill_null(0)
            - pl.col("in_run").fill_null(False).cast(pl.Float64) * 0.7
        )
        .filter(pl.col("score") >= 0.5)
        .sort("page", "score", "k", descending=[False, True, False])
        .group_by("page", maintain_order=True)
        .agg(echoed_at=pl.col("k").first())
    )


_HEAD = 25  # lines with text between a headline and its story, at most
_LONGEST = 24  # syllables of a headline, where there is a choice


def _zones(full: pl.DataFrame) -> pl.DataFrame:
    """Place → `zone` (what a heading has opened: links, tags, talk, imprint), `story` (prose of the article) and
    `closed` (the story has ended before the line)."""
    # a short paragraph right below a title that stands twice is that title's teaser, unless prose goes on below it
    next_prose = _line("prose", 1) & (pl.col("syllables").shift(-1) >= 12)
    teaser = ((_line("copied", -1) & (pl.col("k") > pl.col("lead_at") + 1)) | _line("doubled", -1)) & ~next_prose
    # and so is one that begins with the site's mark ("TTO - "), as the standfirst of this article does
    lead_mark = pl.col("mark").filter(pl.col("k") == pl.col("lead_at")).first().over("page")
    marked = ((pl.col("mark") == lead_mark) & (pl.col("k") > pl.col("lead_at"))).fill_null(False)
    full = full.with_columns(
        said_out=pl.col("content") & pl.col("plain").str.ends_with(".") & (pl.col("syllables") >= 12),
        story=pl.col("prose") & ~pl.col("ui") & (~teaser | (pl.col("syllables") >= 45)) & ~marked, marked=marked
    ).join(_teasers(full), on="n", how="left", maintain_order="left")
    # what stands below each of several titles in a row is a teaser, however long
    day = pl.any_horizontal("stamp", "dateline")
    bare = pl.col("title_like") & ~pl.col("terminal")
    below = _line("content", -2) | (_line_of(day, -2) & _line("content", -3))
    above = _line_of(bare, 1) & _line("content", 2) & (below | _line_of(bare | day, 3))
    item = _line_of(bare, -1) & (_line("stamp", 1) | above)
    # a list opens with its heading and ends where prose goes on: a long paragraph, or two in a row
    goes_on = (
        pl.col("story")
        & ~pl.col("teaser").fill_null(False)
        & ~item
        & (
            (pl.col("syllables") >= 30)
            | (
                _line("story", 1)
                & (pl.col("syllables").shift(-1) >= 12)
                & ((pl.col("syllables") >= 12) | _line("content", -1))
            )
            # no teaser has two paragraphs
            | ((pl.col("syllables") >= 12) & _line("said_out", -1))
        )
    )
    full = full.with_columns(goes_on=goes_on, teased=pl.col("content") & ~pl.col("plain").str.ends_with("?"))
    # below a title and its teaser a title that is followed by the story is a subheading
    resumes = ~pl.col("terminal") & (pl.col("syllables") <= 8) & _line("teased", -1) & _line("goes_on", 1)
    # and so is a short one right below a whole link, "Đọc thêm: …" or a title and its day; "* Châu Á" heads each part
    linked = _line("link_opener", -1) | (_line_of(day, -1) & _line_of(bare, -2))
    quoted = pl.col("plain").str.contains(r"^\"[^\"]+\"$") & (pl.col("syllables") <= 14)
    short = pl.col("head_like") & ((pl.col("syllables") <= 8) | quoted)
    resumes |= linked & short & _line("goes_on", 1) & ~day
    part = pl.col("text").str.contains(r"^\* ?\p{Lu}") & pl.col("head_like") & _line("said_out", 1)
    resumes |= part & (part.sum().over("page") >= _LIVE)
    full = full.with_columns(goes_on=pl.col("goes_on") | (resumes & pl.col("title_like")), resumes=resumes)
    # so does a title with the day or the hour of another story below it
    stamped = pl.col("title_like") & ~pl.col("terminal") & (_line("dateline", 1) | _line("stamp", 1))
    # (below what heads comments, a name with its hour is a reader's)
    talking = pl.when("talk_heading").then(True).when(pl.any_horizontal("link_heading", "tag_heading")).then(False)
    talking = talking.forward_fill().over("page").fill_null(False)
    stamped = stamped & ~(talking & (pl.col("syllables") <= 6))
    # (the section a story stands in may be called as a list is: "Tin nóng", and below it the day)
    section = (pl.col("k") <= pl.col("headline_at") + 2) & _line("dateline", 1)
    heads_links = (pl.col("link_heading") & (pl.col("k") > pl.col("headline_at")) & ~section) | (
        stamped & (pl.col("k") > pl.col("lead_at") + 1)
    )
    # a live report goes on with its next hour, which text follows as it does not below the length of a video
    hour = pl.col("clock") & (_line("content", 1) | _line("content", 2)) & (pl.col("k") > pl.col("headline_at"))
    hour = hour & (hour.sum().over("page") >= _LIVE)
    # so does a digest with its next item
    full = full.with_columns(hour=hour, goes_on=pl.any_horizontal("goes_on", "digested") | hour)
    state = pl.when(heads_links).then(True).when(pl.col("goes_on") | _line("list_end", -1)).then(False)
    full = full.with_columns(in_list=state.forward_fill().over("page").fill_null(False))
    full = full.with_columns(story=pl.col("story") & ~pl.col("in_list"))
    full = full.join(_said(full), on="n", how="left", maintain_order="left").with_columns(
        author=(pl.any_horizontal("name_only", "capitals") & ~pl.any_horizontal("said", "pressed").fill_null(False))
        | pl.col("signed")
    )
    told = pl.when("story").then("syllables").otherwise(0).cum_sum().over("page")
    stories = pl.col("story").cast(pl.Int64).cum_sum().over("page")
    full = full.with_columns(
        told=told, stories=stories, last_told=pl.when("story").then("k").forward_fill().over("page")
    ).with_columns(
        stories_before=pl.col("stories") - pl.col("story").cast(pl.Int64),
        stories_left=pl.col("stories").last().over("page") - pl.col("stories"),
        all_told=pl.col("told").last().over("page"),
    )
    balanced = pl.col("stories_left") <= pl.col("stories_before") * pl.when("wire_end").then(2).otherwise(1)
    # (who stands above and below the story wrote it)
    at_head = pl.col("name_only") & (pl.col("k") <= pl.col("lead_at"))
    above = at_head.any().over("page", "plain") & (pl.col("k") > pl.col("lead_at"))
    # (a whole story may be one line)
    whole = pl.any_horizontal("wire_end", "signed") & (pl.col("stories_before") < 3)
    whole = whole & (pl.col("told") >= 120) & (pl.col("all_told") <= 2 * pl.col("told"))
    # the story is closed by its signature or wire credit, once prose has begun
    named = pl.col("name_only") & _line("story", 1) & _line("said_out", 1) & (pl.col("syllables").shift(-1) >= 20)
    heads = named & ~above & (named.sum().over("page") >= 2)
    ending = (
        pl.any_horizontal("wire_end", "author")
        & ~heads
        & ((pl.col("stories_before") >= 3) | whole)
        & (pl.col("k") - pl.col("last_told") <= 4)
        & ~pl.any_horizontal("copied", "credit", "in_list", "ui", "link_heading", "form", "imprint", "notice", "retold")
        & ~(pl.col("name_only") & _line("clock", 1))  # a live report goes on with the next hour
        # a name alone between paragraphs of prose is a subheading, not a signature
        & (whole | above | balanced)
    )
    # or by what stands below stories only: its topics, the readers, the imprint
    strong = pl.col("imprint") & pl.col("plain").str.contains(r"[:\d©®]")
    closes = (
        (
            (pl.any_horizontal("tag_heading", "talk_heading") & (pl.col("all_told") <= 2 * pl.col("told")))
            | (strong & (pl.col("all_told") * 3 <= 4 * pl.col("told")))
        )
        & (~pl.col("content") | pl.col("talk_heading"))
        & (pl.col("stories_before") >= 2)
    )
    full = full.with_columns(ending=ending, closes=closes)
    ends = pl.any_horizontal("ending", "closes").cast(pl.Int32)
    full = full.with_columns(closed=(ends.cum_sum().over("page") - ends) > 0)
    opened = (
        pl.when(heads_links)
        .then(_LINKS)
        .when(pl.col("closes") & pl.col("tag_heading"))
        .then(_TAGS)
        .when(pl.col("closes") & pl.col("talk_heading"))
        .then(_TALK)
        .when("closes")
        .then(_IMPRINT)
        .when((pl.col("goes_on") | _line("list_end", -1)) & ~pl.col("closed"))
        .then(_STORY)
    )
    full = full.with_columns(zone=opened.forward_fill().over("page").fill_null(_STORY))
    last = pl.col("k").filter(pl.col("story") & ~pl.col("closed")).max().over("page")
    return full.with_columns(
        in_list=pl.col("zone") == _LINKS, last_story=pl.coalesce(last, pl.col("k").max().over("page"))
    )


_LIVE = 3  # lines with nothing but an hour, each above text, from which a page is a live report
_STORY, _LINKS, _TAGS, _TALK, _IMPRINT = range(5)  # what a heading may open, down to the next


def _teasers(full: pl.DataFrame) -> pl.DataFrame:
    """Lines → `n`, `teaser`: the paragraphs that say what the title above them says, and nothing above it has said.

    A story goes on below a link without a word for it; a teaser takes its title up.
    """
    below = pl.col("content") & _line("title_like", -1) & ~_line("terminal", -1) & (pl.col("k") > pl.col("lead_at"))
    lists = (pl.col("link_heading") & (pl.col("k") > pl.col("lead_at"))).any().over("page")
    asked = full.with_columns(below=below & lists)
    titles = asked.filter(_line("below", 1)).select("page", "k", title="plain")
    if titles.is_empty():
        return pl.DataFrame(schema={"n": full.schema["n"], "teaser": pl.Boolean})
    first = (
        syllables(asked.filter(pl.col("page").is_in(titles["page"].unique().implode()) & pl.col("content")))
        .group_by("page", "syllable")
        .agg(first=pl.col("k").min())
    )
    new = (
        syllables(titles.rename({"title": "plain"}))
        .unique(["page", "k", "syllable"])
        .join(first, on=["page", "syllable"], how="left")
        .filter(pl.col("first").is_null() | (pl.col("first") > pl.col("k")))
        .group_by("page", k=pl.col("k") + 1)
        .agg(taken=(pl.col("first") == pl.col("k") + 1).sum(), new=pl.len())
    )
    taken = (pl.col("taken") >= 3) | ((pl.col("taken") >= 2) & (pl.col("taken") * 2 >= pl.col("new")))
    return asked.filter("below").join(new, on=["page", "k"], how="inner").select("n", teaser=taken)


def _said(full: pl.DataFrame) -> pl.DataFrame:
    """Lines → `n`, `said`: the names alone in a line of which the story speaks; who wrote it, it does not name."""
    names = full.filter(pl.col("name_only") | pl.col("capitals")).select("n", "page", "low")
    stories = (
        full.filter(pl.col("content") & pl.col("page").is_in(names["page"].unique().implode()))
        .group_by("page")
        .agg(told=pl.col("low").str.join(" "))
    )
    return names.join(stories, on="page", how="inner").select(
        "n", said=pl.col("told").str.contains(pl.col("low"), literal=True)
    )


def _second_articles(full: pl.DataFrame, topics: dict[str, list[str]]) -> pl.DataFrame:
    """Zones → `segment`: 0, and one more from each headline of an article run on below the main one.

    A headline inside a page is told from a subheading by what follows in order, standfirst, picture with its credit,
    text, or by the end of the story above it.
    """
    titles = (
        ~pl.col("terminal")
        & pl.col("syllables").is_between(7, 30)
        & ~pl.any_horizontal(
            "credit", "dateline", "ui", "link_heading", "link_opener", "signed", "image_file", "copied"
        )
        & ~pl.any_horizontal("form", "imprint", "notice", "marked")
        & (pl.col("k") > pl.col("lead_at") + 3)
    )
    full = _teaser_lists(full)
    contents = _contents(full)
    heads = pl.col("titles") & pl.col("zone").is_in([_STORY, _TAGS]) & _line("content", 1) & ~_of_headline()
    pictured = _line("credit", 2) & _line("content", 3)
    in_order = pictured | (_line("dateline", 2) & _line("credit", 3) & _line("content", 4))
    prose_after = sum(_line("content", by).cast(pl.Int64) for by in range(1, 7))
    full = full.with_columns(titles=titles)
    # whatever stands between, a title with its day or its picture and paragraphs in a row is an article of its own
    dated = pl.any_horizontal(_line("dateline", by) for by in (1, 2, 3)) | (_line("content", 1) & pictured)
    dated |= _line("said_out", 1) & _line("said_out", 2) & _line("credit", 3) & _line("content", 4)
    in_a_row = pl.any_horizontal(_line("said_out", by) & _line("said_out", by + 1) for by in range(1, 6))
    told_after = sum(_line("said_out", by).cast(pl.Int64) for by in range(1, 10))
    below = full.filter("closed")  # which the last lines of a page are, in most pages none
    whole = below.filter(pl.col("titles") & dated & in_a_row & (told_after >= 3))["n"]
    # so does what has its day right below it as the headline has, even where the first story has no end (its topics may
    # stand between)
    told = sum(_line("said_out", by).cast(pl.Int64) for by in range(1, 15)) >= 3
    told = told & pl.any_horizontal(_line("said_out", by) & _line("said_out", by + 1) for by in range(1, 12))
    of_headline = pl.col("dateline") & (pl.col("k") == pl.col("headline_at") + 1)
    stamped = _line("dateline", 1) & pl.col("titles") & told & of_headline.any().over("page")
    # (and the other articles of an issue)
    of_issue = below.filter(_line("content", 1)).join(contents, on=["page", "low"], how="semi")["n"]
    # (the items of a digest are its own)
    digest = _digest()
    opens = (heads & ~digest & (in_order | (pl.col("closed") & (prose_after >= 4)))) | stamped
    opens = opens | pl.col("n").is_in(whole.append(of_issue).implode())
    # so does a title too short to tell from a subheading, where the story has none, begins in the same order, and the
    # paragraph below takes the title up
    brief = pl.col("title_like") & ~pl.col("terminal") & (pl.col("syllables") <= 6) & (pl.col("zone") == _STORY)
    brief = brief & _line("content", 1) & (pl.col("k") > pl.col("lead_at") + 3)
    ordered = (pl.col("credit") & (pl.col("k") == pl.col("lead_at") + 1)).any().over("page")
    brief = brief & (brief.sum().over("page") == 1) & ordered & (pl.col("stories_before") >= 4)
    opens = opens | (brief & ~digest & pictured & _line("teaser", 1) & (prose_after >= 5))
    # so does what a line of marks parts from the story above, with whose it is and its day below: "VOA, 05/08/2022"
    marks = pl.col("plain").str.contains(r"^(?:[*=_~#–—-] ?){3,}$")
    parted = _line_of(marks, -1) & pl.col("titles")
    begun = (parted & _line("dateline", 1) & _line("content", 2)).fill_null(False)
    # (where one has begun so, others do without their day)
    opens = opens | begun | (parted & _line("content", 1) & (begun.cum_sum().over("page") > 0))
    # so does a record where its first field comes again: the time it was stored, its address
    address, number = (pl.col("plain").str.contains(form) for form in (r"^https?://[^ ]+$", "^[0-9a-f]{24,64}$"))
    kind = pl.when("stored").then(1).when(address).then(2).when(number).then(3)
    first = kind.filter(pl.col("k") == 0).first().over("page")
    field = (kind == first).fill_null(False)
    opens = opens | (field & ~_line_of(field, -1) & (pl.col("k") > 2) & pl.any_horizontal(
        _line("content", by) for by in range(1, 6)
    ))
    # so does what stands above its text as only the headline does
    opens = opens | (_set_as_headline() & ~digest & (prose_after >= 3))
    # and whatever begins to speak of something else
    opens = opens | (pl.col("n").is_in(_others(full, topics).implode()) & ~digest)
    full = full.with_columns(
        segment=opens.cast(pl.Int32).cum_sum().over("page"), contents=pl.col("n").is_in(contents["n"].implode())
    )
    # an article run on ends where, after its text, the site speaks again
    told = pl.col("content").cast(pl.Int32).cum_sum().over("page", "segment") >= 2
    headings = pl.any_horizontal("ui", "link_heading", "tag_heading", "talk_heading") & ~pl.col("dateline")
    full = full.with_columns(
        topical=~pl.col("terminal") & (pl.col("syllables") <= 4) & pl.col("closed"),
        heading=pl.any_horizontal("link_heading", "tag_heading", "ui") & ~pl.any_horizontal("dateline", "stamp"),
        site=headings | pl.col("notice") | (pl.any_horizontal("form", "imprint") & ~pl.col("content"))
    )
    # or, whatever its heading says, with a run of titles, of which a story has none
    listed = ~pl.col("terminal") & (pl.col("syllables") >= 6) & ~pl.any_horizontal("credit", "signed", "listed")
    full = full.with_columns(listing=listed)
    heading = ~pl.col("terminal") & pl.col("syllables").is_between(2, 5) & ~pl.any_horizontal("name_only", "signed")
    stamped = (_line("dateline", 1) | _line("stamp", 1)) & _line("listing", 2)
    runs = (pl.col("listing") & (_line("listing", 1) | stamped)) | (heading & _line("listing", 1) & _line("listing", 2))
    runs = (runs | (heading & _line("listing", 1) & _line("dateline", 2))) & (pl.col("segment") > 0)
    ended = (told & (pl.col("site") | runs)) | (pl.col("link_heading") & (pl.col("segment") > 0))
    return full.with_columns(ended=ended.cast(pl.Int32).cum_sum().over("page", "segment") > 0)


def _digest() -> pl.Expr:
    """Whether a page tells of many things: its headline says so, or its items are numbered or marked."""
    headline = pl.col("low").filter(pl.col("k") == pl.col("headline_at")).first().over("page")
    numbered = pl.col("plain").str.contains(r"^\d{1,2}[.)] ?\p{Lu}") & pl.col("title_like")
    marked = pl.col("text").str.contains(_ITEM) & (pl.col("syllables") >= 12)
    inside = pl.col("k") <= pl.col("last_story")
    items = pl.max_horizontal(*((item & inside).sum().over("page") for item in (numbered, marked)))
    return (headline.str.contains(_DIGEST) | (items >= 3)).fill_null(False)


_ITEM = r"^\s*[*•+] ?\p{Lu}"
_DIGEST = (
    r"^(?:(?:tin |tin tức )?(?:ngày )?\d{1,2}/\d{1,2}(?:/\d{4})? ?: |tổng hợp tin |"
    r"(?:bản )?tin (?:nóng )?(?:thế giới|quốc tế|vắn|tổng hợp|tức (?:thế giới|quốc tế)|trong ngày)|điểm (?:tin|báo)"
    r"|toàn cảnh (?:thế giới|quốc tế)|thế giới (?:24 ?h|24 giờ|hôm nay|trong tuần|tuần qua|trong ngày|nổi bật|qua ảnh))"
)


def _of_headline() -> pl.Expr:
    """Whether a title says in the headline's words what the headline says, as a subheading may: three in four."""
    words = pl.when("titles").then(pl.col("low")).str.split(" ").list.unique()
    headline = pl.col("low").filter(pl.col("k") == pl.col("headline_at")).first().over("page").str.split(" ")
    shared = words.list.set_intersection(pl.when("titles").then(headline)).list.len()
    return (shared * 4 >= words.list.len() * 3).fill_null(False)


def _set_as_headline() -> pl.Expr:
    """Whether a title is followed as only the headline is.

    By its standfirst twice, by who wrote it, its day and its standfirst, or by no blank line.
    """
    k = pl.col("k")
    twice = _line("content", 1) & _line_of(pl.col("plain") == pl.col("plain").shift(-1), 1)
    below = ((pl.col("line") == pl.col("last").shift(1) + 1) & _on_page(-1)).fill_null(False)
    # (what stands right above may be the paragraph before, or the section that stands above the headline)
    section = pl.col("plain").shift(1)
    section = section == section.filter(k == pl.col("headline_at")).first().over("page")
    joined = (k == pl.col("headline_at")) | (below & (_line("said_out", -1) | section.fill_null(False)))
    bound = _line_of(below, 1) & _line("content", 1) & ~twice & joined
    dense, loose = bound & _line_of(below, 2) & _line("content", 2), bound & ~_line_of(below, 2)
    parted = (~below & (k > 3)).sum().over("page") * 3 > 2 * (k > 3).sum().over("page")
    dated = _line("name_only", 1) & _line("dateline", 2) & _line("content", 3)
    signed = _line("name_only", 1) & _line("said_out", 2)
    alike = (
        kind & (kind & (k == pl.col("headline_at"))).any().over("page")
        for kind in (twice, dated, signed, dense & parted, loose & parted)
    )
    return pl.any_horizontal(alike) & pl.col("head_like") & (k > pl.col("lead_at") + 3)


def _teaser_lists(full: pl.DataFrame) -> pl.DataFrame:
    """Zones → `teasers`: titles with one paragraph each, three at least in a row, that are not about the story."""
    title = pl.col("head_like") & ~pl.col("terminal") & (pl.col("syllables") >= 6) & (pl.col("k") > pl.col("lead_at"))
    item = title & _line("content", 1) & ~_line("content", 2)
    full = full.with_columns(item=item & ~pl.any_horizontal("form", "imprint", "listed", "signed"))
    full = full.with_columns(in_item=pl.col("item") | _line("item", -1))
    run = (pl.col("in_item") != pl.col("in_item").shift(1)).fill_null(True).cum_sum()
    full = full.with_columns(run=run).with_columns(items=pl.col("item").sum().over("page", "run"))
    many = pl.col("item") & (pl.col("items") >= _ITEMS)
    first = many & (pl.col("k") == pl.col("k").filter(many).min().over("page", "run")) & ~pl.col("lists")
    told = pl.col("content") | (pl.col("k") == pl.col("headline_at"))
    apart = shared(full, first, told).filter((pl.col("shared") < 0.16) & (pl.col("pairs") >= 20))
    runs = full.join(apart, on="n", how="semi")["run"]
    return full.with_columns(teasers=pl.col("run").is_in(runs.implode()) & pl.col("in_item"))


_ITEMS = 3  # titles with a paragraph each from which they are a list


def _others(full: pl.DataFrame, topics: dict[str, list[str]]) -> pl.Series:
    """Lines → `n` of those that begin to speak of something else, where the page shows that another article may begin.

    The less a line looks like a beginning, the less may what follows share with what is above. Two paragraphs at least
    follow, or a long one: a teaser is shorter.
    """
    full = full.with_columns(
        paragraph=pl.col("said_out")
        & ~pl.any_horizontal("in_list", "broken_off")
        & ~pl.col("copied"),
        # what stands between two articles: the day, the author, the picture's file, and what a site says below
        seam=pl.any_horizontal("dateline", "image_file", "imprint", "wire_end", "author") & ~pl.col("content"),
    )
    text = pl.any_horizontal(_line("content", by) for by in (1, 2, 3))
    title = pl.col("title_like") & ~pl.any_horizontal("name_only", "signed", "listed", "form", "imprint", "marked")
    calls = pl.col("content") & (pl.col("syllables") <= 25) & pl.col("plain").str.contains(r"^[^.!?]+[!?]$")
    quoted = pl.col("plain").str.contains(r"^[^.!?]*['\"]$")  # words at the end of a title
    title = ((title & (~pl.col("terminal") | quoted)) | calls) & text & ~pl.any_horizontal("in_list", "teasers")
    title = title & pl.col("plain").str.contains(r"^[\p{Lu}\d\"']") & ~pl.col("plain").str.contains(r"[:;,]$")
    title = title & ~pl.any_horizontal(_line(what, 1) for what in ("pressed", "credit", "agency"))
    # (the heading of a chapter says what comes below a picture's text)
    title = title & ~pl.col("plain").str.contains(_CHRONICLE) & ~_line_of(pl.col("plain").str.contains(_CHRONICLE), 1)
    told = pl.any_horizontal(_line("paragraph", by) & _line("paragraph", by + 1) for by in range(0, 5))
    long = pl.col("paragraph") & (pl.col("syllables") >= PARAGRAPH)
    full = full.with_columns(
        beside=_line("seam", -1) | _line("seam", 1) | _line("seam", 2),
        after=pl.col("paragraph") & _line("seam", -1),
        bare_title=title & ~pl.col("terminal"),
    )
    next_title = pl.col("title_like") & (~pl.col("content") | pl.col("asks")) & pl.col("syllables").is_between(6, 22)
    next_title = next_title & ~pl.any_horizontal("dateline", "credit")
    full = full.with_columns(in_titles=_line_of(next_title, 1) | (pl.col("asks") & _line_of(next_title, -1)))
    # (titles with a teaser each are a list, however long the teasers)
    listed = _line("content", 1) & _line("bare_title", 2) & _line("content", 3) & ~pl.col("beside")
    told = told | (pl.any_horizontal(_line_of(long, by) for by in range(0, 4)) & ~listed & ~pl.col("copied"))
    site = pl.any_horizontal("ui", "image_file", "dateline", "link_heading", "imprint", "notice", "link_opener")
    full = full.with_columns(crawled=site.any().over("page"))
    long = (pl.col("syllables") >= 6) | (pl.col("crawled") & pl.col("beside"))
    # (where nothing is of a site, short titles are mostly chapters of the story's own)
    full = full.with_columns(chapter=~pl.col("crawled") & (pl.col("syllables") < 9))
    asked = ((title & long) | pl.col("after")) & told & (pl.col("k") > pl.col("lead_at")) & ~pl.col("lists")
    said = (pl.col("content") & ~pl.col("in_list")) | (pl.col("k") == pl.col("headline_at"))
    told_of = full
    full = full.join(shared(full, asked, said, topics["common"]), on="n", how="inner", maintain_order="left")
    # a headline is taken up, as a link in a story, the heading of a chapter or the text of a picture is not
    # (a short one is a subheading, unless a whole story stands above it)
    within = pl.all_horizontal("crawled", pl.col("stories_before") < _WHOLE) & ~pl.col("beside")
    long = pl.col("syllables") >= pl.when(within).then(8).otherwise(6)
    headline = (pl.col("taken") >= 2) & long & (pl.col("syllables") <= 30) & ~pl.col("after")
    headline = headline & (pl.col("beside") | ~pl.col("copied"))
    limit = pl.when(headline & pl.col("beside")).then(0.16).when(headline & ~pl.col("crawled")).then(0.05)
    limit = limit.when(headline & (pl.col("taken") >= 3)).then(0.11).when(headline).then(0.08)
    limit = limit.when(pl.col("beside") | pl.col("after")).then(0.05).otherwise(0.01)
    full = full.with_columns(limit=limit)
    enough = pl.col("pairs") >= pl.when(headline).then(20).otherwise(60)
    apart = (pl.col("shared") < pl.col("limit")) & (~pl.col("chapter") | pl.col("after"))
    # (in a text where nothing is of a site it is a chapter's, or an item's of a digest, rather than a headline)
    sure = pl.col("crawled") | (pl.col("pairs") >= _PLENTY)
    own = pl.when("chapter").then(_APART / 3).when(sure).then(_APART).otherwise(_APART * 2 / 3)
    own = (pl.col("own") < own) & ~pl.col("plain").str.contains(r"[!?][\"']*$")
    apart |= headline & own & (pl.col("shared") < 0.12) & (pl.col("pairs") >= 60)
    begun = full.filter(apart & enough)
    # (a story goes on with its names below a link, and below two; before its third paragraph it has not been told)
    asked = pl.col("n").is_in(begun["n"].implode())
    goes_on = carried(told_of, asked, ~pl.col("in_list"), topics["common_names"])
    goes_on = begun.join(goes_on, on="n", how="left").filter((pl.col("names") >= 2) & ~pl.col("beside"))["n"]
    early = (pl.col("stories_before") < 3) | (pl.col("in_titles") & ~pl.col("beside"))
    return begun.filter(~early & ~pl.col("n").is_in(goes_on.implode()))["n"]


_APART = 0.035  # share of pairs two stories at most have in common, without those common in news
_WHOLE = 8  # paragraphs
_PLENTY = 250  # pairs on either side from which that share is no chance


def _strangers(full: pl.DataFrame, common: list[str]) -> pl.DataFrame:
    """Zones → `stranger`: titles within the story of a crawled page that say nothing the story says."""
    k = pl.col("k")
    inside = k.is_between(pl.col("lead_at"), pl.col("last_story"), closed="none") & (pl.col("segment") == 0)
    title = (pl.col("title_like") & ~pl.col("terminal")) | pl.col("head_like")
    title = title & pl.col("syllables").is_between(_SHORTEST, 30) & pl.col("plain").str.contains(r"^[\p{Lu}\d\"']")
    title = title & ~pl.any_horizontal("credit", "signed", "listed", "form", "wire_end", "numbered")
    title = title & ~pl.any_horizontal("copied", "in_list")
    title = title & ~pl.col("plain").str.contains(_CHRONICLE) & ~_line("clock", -1)
    for what in ("credit", "agency", "image_file"):
        title = title & ~_line(what, 1) & ~_line(what, -1)
    crawled = (pl.col("site") & ~pl.col("content")).sum().over("page") >= 3
    told = (pl.col("content") & (pl.col("segment") == 0) & ~pl.col("in_list")) | (k == pl.col("headline_at"))
    said = echoed(full, title & inside & crawled, told, common).filter((pl.col("own") >= 3) & (pl.col("echoed") == 0))
    return full.with_columns(stranger=pl.col("n").is_in(said["n"].implode()))


_SHORTEST = 8  # syllables of titles of other stories; of subheadings with fewer many share nothing with their chapter


def _contents(full: pl.DataFrame) -> pl.DataFrame:
    """Lines → `n`, `page`, `low` of the titles that a page lists together with its own headline, right above it."""
    again = pl.col("headline_again") & (pl.col("k") < pl.col("headline_at"))
    tops = full.filter(again).group_by("page").agg(top=pl.col("k").max())
    listed = full.join(tops, on="page", how="inner").filter(pl.col("k").is_between("top", "headline_at", closed="none"))
    return listed.filter(pl.col("title_like").all().over("page")).select("n", "page", "low")


_CHRONICLE = r"^(?:(?:Sáng|Trưa|Chiều|Tối|Đêm) )?(?:[Nn]gày|Tháng|Năm|Quý) [\d/ -]+(?:năm \d+)? ?: "
_DUMP = 10  # lines of the site's own from which a page is the dump of all its text


def _kinds(full: pl.DataFrame) -> pl.DataFrame:
    """Zones → where each line stands, and whether it is `byline`, `caption`, `link`, `spoken` by the site."""
    k, bare = pl.col("k"), pl.col("bare")
    menu = (k < pl.col("headline_at")) & (pl.col("syllables") <= 6)
    own = (pl.any_horizontal("site", "imprint") | menu) & ~pl.col("terminal")
    full = full.with_columns(
        bare=~pl.col("terminal"),
        small=pl.col("syllables") <= 4,
        title=~pl.col("terminal") & (pl.col("syllables") >= 5),
        at_head=k < pl.coalesce("lead_at", pl.col("headline_at") + 1),
        below=k > pl.col("headline_at"),
        outside=(k > pl.col("last_story")) | pl.col("closed"),
        dumped=own.sum().over("page") >= _DUMP,
        scraped=pl.any_horizontal("site", "link_opener").any().over("page"),
    )
    # what stands right above another article ends this one
    opens = (pl.col("segment") > pl.col("segment").shift(1)) & _on_page(-1)
    full = full.with_columns(opens=opens.fill_null(False))
    full = full.with_columns(ends_here=_line("opens", 1) | _line("opens", 2))
    # (a short question is a subheading, and any may be an interviewer's)
    asking = pl.all_horizontal("asks", "dumped") & (pl.col("syllables") >= 9)
    full = full.with_columns(title=pl.col("title") | asking)
    # (the days of a chronicle head its parts)
    alike = pl.col("title") & ~pl.col("plain").str.contains(_CHRONICLE)
    asked = pl.col("asks") & (pl.col("syllables") >= 6) & pl.col("plain").str.contains(r"^\p{Lu}")
    asked = asked & ~pl.any_horizontal("ui", "form", "talk_heading")
    # "Ông Mẫu lên tiếng: 'Vẫn có thể'", above another title
    quoted = pl.all_horizontal("dumped", "head_like", "quotes") & pl.col("plain").str.contains(r"^\p{Lu}")
    quoted = quoted & ~pl.col("plain").str.contains(_CHRONICLE)
    led = pl.any_horizontal("link_opener", "ui", "link_heading")
    full = full.with_columns(
        # (a page may have no standfirst, and nothing is below it then)
        inside=(k > pl.col("lead_at")).fill_null(False)
        & ~pl.any_horizontal("outside", "in_list")
        & (pl.col("segment") == 0),
        in_run=(alike & (_line_of(alike, 1) | _line_of(alike, -1)))
        | ((asked | quoted) & _line_of(alike & ~led, -1))
        | (quoted & _line_of(alike & ~led, 1))
        | (alike & ~led & _line_of(asked, 1)),
    )
    # a few words above a title head a list, whatever they are: subheadings do not follow one another
    few = pl.col("syllables").is_between(2, 5) & pl.col("plain").str.contains(r"^\p{Lu}")
    few = few & ~pl.any_horizontal("name_only", "capitals", "listed", "credit", "signed", "link_opener", "site")
    title = pl.col("bare") & pl.col("syllables").is_between(6, 22) & pl.col("plain").str.contains(r"^[\p{Lu}\"'\[]")
    title = title & ~pl.any_horizontal("credit", "listed", "form", "wire_end", "signed") & ~_line("credit", 1)
    title = title & ~pl.col("plain").str.contains(r"[:;,]$")
    full = full.with_columns(linked=title)
    full = full.with_columns(opens=pl.all_horizontal("dumped", "inside", "bare") & few & _line("linked", 1))
    full = full.with_columns(linked=_line("opens", -1))
    # readers do not write a title above each of their paragraphs
    title = pl.col("title") & (pl.col("syllables") >= 6) & pl.col("plain").str.contains(r"^[\p{Lu}\"'\[\d]")
    full = full.with_columns(teased=title & _line("content", 1) & ~pl.any_horizontal("form", "site"))
    full = full.with_columns(teased=pl.col("teased") | (_line("teased", -1) & ~pl.col("form")))
    # what a line's form says is never learned otherwise
    kind = pl.col("plain").str.contains(_KIND_OF_STORY) & pl.col("bare") & (k > pl.col("lead_at"))
    full = full.with_columns(of_kind=kind, by_form=kind | (pl.col("teased") & (pl.col("zone") == _TALK)))
    # in the dump of a whole page a long title inside the story is a link, unless there are as many as subheadings, and
    # what is longer than a title is the caption of a picture that is gone
    stray = (
        pl.all_horizontal("dumped", "inside", "bare")
        & pl.col("syllables").is_between(9, 35)
        & (_line("story", -1) | _line("credit", -1) | _line("link_opener", -1))
        & ~_line("credit", 1)
        & ~(pl.col("plain").shift(-1).str.contains(r"^[\"'(]?\p{Ll}") & _on_page(1)).fill_null(False)
        & ~pl.col("text").str.contains(r"\t\S")
        & ~pl.col("plain").str.contains(r"^(?:[-+*•]|\d+[.)/])|:$")
        & ~pl.col("plain").str.contains(_CHRONICLE)
    )
    # between the end of a story and the first heading short lines stand together as its topics
    tag = (
        pl.all_horizontal("closed", "bare")
        & (pl.col("zone") == _STORY)
        & (pl.col("syllables") <= 6)
        & (_line("topical", -1) | _line("listed", -1))
    )
    # so do three short lines in a row, which are no list of the story's
    brief = pl.all_horizontal("bare", "small") & ~pl.any_horizontal("name_only", "credit", "agency", "dateline")
    full = full.with_columns(brief=brief & pl.col("plain").str.contains(r"^\p{L}"))
    in_menu = pl.any_horizontal(
        pl.all_horizontal(_line("brief", by + i) for i in range(3)) for by in (-2, -1, 0)
    )
    # the title of a film stands above its length ("01:27")
    length = pl.col("plain").str.contains(r"^\d{1,2}:\d{2}(?::\d{2})?$")
    filmed = pl.all_horizontal("title_like", "bare", "outside") & (pl.col("syllables") >= 6) & _line_of(length, 1)
    full = full.with_columns(filmed=filmed.fill_null(False))
    spoken = (
        ((pl.col("zone") == _TALK) & (~pl.any_horizontal("in_run", "teased") | pl.col("form")))
        | (pl.col("zone") == _IMPRINT)
        | ((pl.col("zone") == _TAGS) & (pl.col("syllables") <= 6) & bare & ~pl.col("wire_end"))
        | (
            pl.col("named_site")
            & pl.col("outside")
            & (_line("imprint", 1) | (_line("named_site", 1) & _line("imprint", 2)))
        )
        | (pl.col("outside") & pl.col("labelled") & ~pl.any_horizontal("wire_end", "dateline"))
        | (pl.col("plain").str.starts_with("©") & pl.col("outside") & ~pl.col("closing"))
        | pl.col("opens")
        | (pl.all_horizontal("dumped", "inside", "brief") & in_menu)
        | (pl.all_horizontal("dumped", "inside", "bare") & pl.col("plain").str.contains(r"^\p{Ll}[^.!?:;,]{0,25}$"))
    ) & ~(
        pl.any_horizontal("link_opener", "doubled", "reprint", "filmed")
        | (pl.col("copied") & (pl.col("syllables") > 5))
    )
    full = full.with_columns(stray=stray & (stray.sum().over("page") <= 4), tag=tag, spoken=spoken)
    # what a page is taken from stands above or below its story, what a picture is, in it
    of_picture = pl.col("wire_end") & pl.col("low").str.contains(r"^\(?nguồn[^/]*$") & pl.col("inside")
    of_picture = of_picture & ~pl.col("low").str.contains("dịch|tổng hợp")
    # the day that heads a blog stands above the title of its day, the day of a site above its menu
    of_day = pl.col("title_like") & _line("dateline", -1) & (k == 1) & pl.col("headline_at").is_between(2, 6)
    apart = (pl.col("line").shift(-1) > pl.col("last") + 1) & _on_page(1)
    hung = (pl.col("line") == pl.col("last").shift(1) + 1) & apart
    full = full.with_columns(hung=hung.fill_null(False))
    full = full.with_columns(of_day=of_day & ~pl.col("plain").str.contains(":"))
    of_picture = of_picture & (pl.col("stories_left") >= 2) & (pl.col("stories_before") >= 1)
    full = full.with_columns(of_picture=of_picture & ~pl.col("ends_here"))
    # the fields of a story stand together below its standfirst, its day among them
    text = pl.col("content").cum_sum().over("page")
    lead = text.filter(k == pl.col("lead_at")).first().over("page")
    few = pl.all_horizontal("bare", "below") & (text == lead) & (k > pl.col("lead_at")) & (pl.col("syllables") <= 8)
    fielded = few & (few.sum().over("page") >= 3) & (few & pl.col("dateline")).any().over("page")
    full = full.with_columns(fielded=fielded.fill_null(False))
    # titles one below the other above the story are the site's choice of others
    title = (pl.col("title_like") & pl.col("bare")) | pl.col("head_like")
    other = (k < pl.col("headline_at")) & title & (pl.col("syllables") >= 6)
    other = other & pl.col("plain").str.contains(r"^[\p{Lu}\d\"'].*\p{Ll}") & ~pl.any_horizontal(
        "form", "imprint", "listed", "signed", "notice", "slogan", "named_site", "site", "copied", "headline_again"
    )
    other = other & ~pl.col("plain").str.contains(r"^\d+[.)]")  # the chapters of a book
    full = full.with_columns(above=other & (_line_of(other, 1) | _line_of(other, -1)))
    full = full.with_columns(link=_link().fill_null(False))
    return full.with_columns(byline=_byline().fill_null(False), caption=_caption().fill_null(False))


def _link() -> pl.Expr:
    """Whether a line belongs to another story of the site, whatever else it may be."""
    # subheadings do not follow one another
    run = (
        pl.all_horizontal("in_run", "inside", "scraped")
        & pl.col("syllables").is_between(6, 22)
        & pl.col("plain").str.contains(r"^[\p{Lu}\"'(\[]")
        & ~pl.col("plain").str.contains(r"[:;,]$|^PV")
        & ~pl.any_horizontal("credit", "listed", "form", "wire_end", "signed")
        & ~_line("credit", 1)
    )
    # (the text may begin with the standfirst again, or end with it)
    lead = pl.col("plain").filter(pl.col("k") == pl.col("lead_at")).first().over("page")
    ends = pl.col("content") & (pl.col("k") == pl.col("last_story") + 1) & ~pl.any_horizontal("closed", "in_list")
    again = (pl.col("plain") == lead) & ((pl.col("k") <= pl.col("lead_at") + 4) | ends)
    copied = pl.col("copied") & ~pl.col("closing") & ~again
    copied = copied & (pl.col("k") != pl.col("lead_at")) & (pl.col("k") != pl.col("headline_at"))
    return (
        pl.any_horizontal("link_opener", "doubled", "marked", "linked", "filmed")
        | (_line("marked", 1) & pl.col("bare") & (pl.col("k") > pl.col("lead_at")))
        | (pl.col("stranger") & ~pl.col("resumes"))
        | (_line("button", 1) & pl.any_horizontal("bare", "head_like"))
        | (pl.col("boxed") & (pl.col("k") > pl.col("lead_at")))
        | copied
        | pl.col("of_kind")
        | (pl.col("in_list") & ~pl.col("story"))
        | (run & ~pl.col("resumes"))
    )


# What a link to pictures begins with: "Ảnh: Bên trong căn cứ …", "[Infographics] …".
_SHOWS = r"^(?:ảnh|video|clip|bài - ảnh|infographics?|chùm ảnh) ?: "
_KIND_OF_STORY = r"^\[(?i:infographics?|video|clip|ảnh|photo|podcast|e-?magazine|trực tiếp)\] ?\p{Lu}"


def _byline() -> pl.Expr:
    """Whether a line says who wrote, and when."""
    k = pl.col("k")
    late = k >= pl.col("last_story")
    below = (k > pl.col("last_story")) & (k <= pl.col("last_story") + 2)
    # a page's clock and the days of its links come after the day below the headline
    dated_above = (pl.col("dateline") & (k <= pl.col("lead_at") + 3)).any().over("page")
    titled = k.filter(pl.col("headline_again") | (k == pl.col("headline_at"))).min().over("page")
    near = pl.col("dateline") & k.is_between(pl.col("headline_at") - 3, pl.col("lead_at") + 3)
    dateline = pl.col("dateline") & ((k <= pl.col("lead_at") + 3) | ~dated_above) & (near | ~near.any().over("page"))
    # (the day of a printed issue stands in its masthead)
    issue = pl.col("low").str.contains(r"^số:? \d")
    dateline = dateline & ((k >= titled - 3) | _line("author", 1) | issue)
    signed_above = (
        pl.col("name_only")
        & late
        & ((pl.col("name_only") & pl.col("at_head")).cast(pl.Int32).sum().over("page", "plain") > 0)
    )
    first_name = (pl.col("author") & late).cast(pl.Int32).cum_sum().over("page") == 1
    dated = (_line("dateline", -1) | _line("dateline", 1)) & (k - pl.col("headline_at")).is_between(-6, 0)
    # the fields of a record end with its day and who published it
    recorded = pl.any_horizontal(_line("dateline", -by) for by in (1, 2, 3))
    # "TP", right below a story
    initials = pl.col("plain").str.contains(r"^\p{Lu}{2,3}$") & (k == pl.col("last_story") + 1) & _line("content", -1)
    # "Theo Báo Mẫu Copy link", below the tags too
    reprint = pl.col("reprint") & late
    # "20/07 23:58", below the headline
    day_and_hour = pl.col("plain").str.contains(r"^\d{1,2}/\d{1,2},? \d{1,2}:\d{2}$")
    day_and_hour = day_and_hour & (k - pl.col("headline_at")).is_between(1, 2)
    byline = (
        dateline
        | (pl.col("dateline") & (_line("of_day", 1) | pl.col("field")))
        | (pl.any_horizontal("wire_end", "ending") & ~pl.col("of_picture"))
        | (pl.any_horizontal("author", "dateline", "wire_end") & pl.col("ends_here"))
        | (pl.col("stamp") & _line("wire_end", -1))
        | (pl.any_horizontal("agency", "house") & (k == k.max().over("page")) & recorded)
        # an outlet alone right below the story, unless it opens a list of them; its reporter
        | (pl.col("agency") & below & ~_line("agency", 1))
        | (pl.col("housed") & below & (_line("story", -1) | _line("content", -1)))
        | initials
        | (pl.any_horizontal("name_only", "signed") & pl.col("at_head") & pl.col("below"))
        | (pl.col("name_only") & (dated | _line("stored", 1)))
        | (pl.col("one_name") & (_line("full_stamp", 1) | _line("full_stamp", -1)) & dated)
        # (who wrote a story that stands twice is named below each)
        | (pl.all_horizontal("author", "retold") & (pl.len().over("page", "plain") > 1))
        | (pl.col("author") & (pl.col("stories_before") <= 1) & pl.col("below") & ~pl.col("is_title"))
        # a name alone further down is the topic of a story, not who wrote it
        | (late & first_name & (pl.col("signed") | (pl.col("author") & (k <= pl.col("last_story") + 2))))
    )
    # (a title with its hour opens a list, but not at the end of a page)
    last = pl.col("stored") & (k == k.max().over("page")) & ~_line("in_list", -2)
    # (right below the heading of a list, before its first link)
    signed_below = pl.all_horizontal("author", "in_list") & _line("link_heading", -1) & (pl.col("syllables") <= 8)
    signed_below = signed_below & pl.col("plain").str.contains(r"\((?i:theo) [^()]+\)$") & ~_line("in_list", -2)
    return ((byline & ~pl.col("in_list")) | signed_above | signed_below | last | reprint | day_and_hour) & ~(
        pl.any_horizontal("ui", "link_heading") & ~pl.any_horizontal("dateline", "wire_end") & ~initials & ~day_and_hour
    )


def _caption() -> pl.Expr:
    """Whether a line describes a picture, or says whose it is."""
    k, bare = pl.col("k"), pl.col("bare")
    before_credit = _line("credit", 1) & (pl.col("line").shift(-1) == pl.col("last") + 1) & bare & pl.col("below")
    # (a subheading, where the picture below has a text of its own)
    told = pl.col("plain").str.contains(r"^\p{Lu}") & (pl.col("syllables") >= 9)
    before_credit = before_credit & ~((pl.col("syllables") <= 8) & _line("content", -1) & _line_of(told, 1))
    tabled = pl.col("text").str.contains("\t", literal=True)
    heads = _line("credit", -1) & (pl.col("syllables").shift(1) >= 9) & _line("content", 1)
    beside_credit = pl.col("above_credit") | (
        bare & ~pl.col("small") & (_line("credit", -1) | _line("credit", -2)) & ~heads
    )
    headline = pl.col("low").filter(k == pl.col("headline_at")).first().over("page")
    credits = (pl.col("credit") & pl.col("below") & (pl.col("zone") == _STORY)).sum().over("page")
    mostly = (credits >= 5) & (credits >= pl.col("story").sum().over("page"))
    pictures = headline.str.contains(r"^[^\p{L}]*(?:chùm |loạt |hình |những hình )?ảnh ") & (
        pl.col("credit").cast(pl.Int32).sum().over("page") >= 3
    )
    pictures = pictures | (mostly & (_line("credit", -1) | _line("credit", 1)))
    return (
        pl.col("of_picture")
        | (
            pl.col("credit")
            & ~(pl.col("spoken") & ~pl.col("closing"))
            & ~(pl.all_horizontal("in_list", "title") & _line("heading", -1))
            & ~(pl.all_horizontal("in_list", "below") & (pl.col("syllables") >= 6) & pl.col("low").str.contains(_SHOWS))
        )
        | (before_credit & ~tabled & ~pl.any_horizontal("link", "form", "stray"))
        | pl.col("closing")
        # the text of a record's picture follows its file
        | (_line("image_file", -1) & _line("field", 1) & pl.col("syllables").is_between(4, 30))
        # what hangs on the number of a picture, where blank lines part paragraphs
        | (
            pl.all_horizontal("inside", "hung")
            & (pl.col("syllables") <= 25)
            & _line("numbered", -1)
        )
        | (pl.all_horizontal("inside", "headline_again") & (_line("credit", 1) | _line("credit", -1)))
        | (pl.col("scene") & pl.col("below") & ~pl.any_horizontal("outside", "in_list"))
        # what stands below the slot of a picture
        | (pl.all_horizontal("inside", "bare") & _line("image_file", -1) & (pl.col("syllables") >= 4))
        # an agency alone in its line is the credit of the picture above it
        | ((pl.col("agency") | (bare & (_line("agency", 1) | pl.col("of_agency")))) & pl.col("inside"))
        # or of the one whose text follows, where none stands above
        | (pl.all_horizontal("inside", "bare") & _line("agency", -1) & _line("content", -2))
        | (beside_credit & pl.col("below") & (k < pl.col("lead_at")))
        # a short sentence with whose picture it is alone below
        | (
            pl.all_horizontal("inside", "terminal")
            & pl.col("syllables").is_between(5, 16)
            & _line("credit", 1)
            & (pl.col("syllables").shift(-1) <= 4)
            & (pl.col("line").shift(-1) <= pl.col("last") + 2)
        )
        # the text of a picture beside the picture's own
        | (pl.all_horizontal("again", "pictured") & (k < pl.col("last_story")) & ~pl.col("in_list"))
        | (pl.col("stray") & (pl.col("syllables") >= 14) & ~pl.col("link"))
        # in a story in pictures short sentences are captions
        | (
            pictures
            & pl.all_horizontal("dumped", "terminal")
            & (pl.col("inside") | (_line("credit", -1) & _line("credit", 1)))
            & (pl.col("syllables") <= 20)
        )
        | ((k == pl.col("picture_at")) & pl.col("pictured"))
        | (pl.all_horizontal("pointed", "below") & ~pl.any_horizontal("outside", "in_list"))
    )


def _role() -> pl.Expr:
    """All signals → the line's role."""
    k, bare, outside, small = pl.col("k"), pl.col("bare"), pl.col("outside"), pl.col("small")
    # the topics an article is filed under stand alone between two headings
    headed = [_line(kind, by) for kind in ("link_heading", "tag_heading") for by in (-1, -2)]
    topic = pl.any_horizontal(headed) & (_line("heading", 1) | _line("heading", 2)) & (pl.col("syllables") <= 5) & bare
    # below the story a sentence is a teaser where there are links, and a late paragraph where there are none; a short
    # sentence right below it is its last
    lists_links = ((pl.col("link") & pl.col("below")) | (outside & bare & ~small)).any().over("page")
    last_words = (k == pl.col("last_story") + 1) & (pl.col("zone") == _STORY) & ~pl.col("closed")
    long = pl.col("syllables") >= 25  # no title is
    other = pl.col("segment") > 0
    uncapped = pl.col("plain").str.contains(r"^\p{Ll}[^>:]*$")  # topics, as no title begins
    entry = (pl.col("syllables") <= 6) & _line("ui", -1) & _line("ui", 1)  # of a menu
    # the standfirst may be the last field of a record
    last = pl.col("k").filter(pl.col("content")).max().over("page", "segment")
    fields = pl.any_horizontal(_line(kind, -1) for kind in ("field", "notice", "image_file"))
    summary = (k == last) & fields & (pl.col("stories_before") >= 2) & pl.col("headed") & (pl.col("syllables") >= 12)
    summary = summary & pl.col("recorded") & ~pl.any_horizontal("caption", "entry")
    # or the last but one, before the time the record was stored
    last_line = pl.len().over("page") - 1
    cut = pl.col("title_like") & ~pl.col("terminal") & (pl.col("syllables") >= 10)
    ended = (k == last_line - 1) & _line("stored", 1) & pl.col("headed") & ~_line("stored", -2)
    ended = ended & ((cut & _line("story", -1)) | ((cut | pl.col("content")) & _line("byline", -1)))
    led_below = (summary & (pl.len().over("page", "plain") == 1)).any().over("page", "segment")
    page_title = pl.col("copied") & pl.col("title_like") & (pl.col("syllables") >= 7)
    page_title = page_title & (pl.col("plain") == pl.col("plain").first().over("page"))
    of_title = pl.col("title") & ~pl.col("plain").str.contains(":")
    # without a headline: a sentence alone, of which the paragraph below says more
    stands_first = ~pl.col("plain").str.contains(r"\p{Ll}[.!?] \p{Lu}") & (k == 0) & (pl.col("syllables") <= 45)
    stands_first = stands_first & _line("content", 1) & (pl.col("syllables").shift(-1) > pl.col("syllables"))
    return (
        pl.when("lists")
        .then(
            pl.when(pl.any_horizontal("content", "link") | (pl.col("title_like") & (pl.col("syllables") >= 6)))
            .then(pl.lit("related"))
            .otherwise(pl.lit("ui"))
        )
        .when(pl.col("title_below") | (pl.col("headline_again") & pl.col("ui") & (k == 0)))
        .then(pl.lit("headline"))
        .when(k == pl.col("headline_at"))
        .then(
            pl.when(pl.col("credit") & (pl.len().over("page") > 1)).then(pl.lit("caption"))
            .when("headed").then(pl.lit("headline"))
            .when((pl.col("picture_at") <= k + 2) | stands_first).then(pl.lit("lead"))
            .otherwise(pl.lit("body"))
        )
        .when("teasers")
        .then(pl.lit("related"))
        .when(other & (pl.any_horizontal("link_opener", "doubled") | (pl.col("broken_off") & ~pl.col("story"))))
        .then(pl.lit("related"))
        .when(other & (pl.col("site") | (pl.col("ended") & pl.any_horizontal("small", "listed", "spoken"))))
        .then(pl.lit("ui"))
        .when(other & pl.col("ended"))
        .then(pl.lit("related"))
        .when(other)
        .then(pl.lit("other"))
        .when(pl.col("stored") & _line("entry", -1))
        .then(pl.lit("ui"))
        .when(summary | ended)
        .then(pl.lit("lead"))
        .when(pl.any_horizontal("image_file", "notice") & ~pl.any_horizontal("link_opener", "wire_end"))
        .then(pl.lit("ui"))
        .when(pl.col("byline") & ~pl.col("spoken"))
        .then(pl.lit("byline"))
        .when(pl.col("hour") & ~pl.any_horizontal("outside", "in_list"))
        .then(pl.lit("body"))
        .when(pl.any_horizontal("ui", "link_heading", "tag_heading", "talk_heading", "button", "entry") | topic)
        .then(pl.lit("ui"))
        .when("contents")
        .then(pl.lit("related"))
        .when(pl.all_horizontal("field", "small") & ~pl.col("credit"))
        .then(pl.lit("ui"))
        .when(pl.col("fielded") & ~pl.col("credit"))
        .then(pl.when(pl.any_horizontal("agency", "author", "dateline")).then(pl.lit("byline")).otherwise(pl.lit("ui")))
        .when("caption")
        .then(pl.lit("caption"))
        .when(pl.col("of_day") | (page_title & (k < pl.col("headline_at"))))
        .then(pl.lit("headline"))
        .when(pl.col("headline_again") & (k <= pl.col("lead_at") + 2))
        .then(
            pl.when(_line("credit", 1) & pl.col("below")).then(pl.lit("caption"))
            .when("copied").then(pl.lit("headline"))
            .when(k < pl.col("headline_at")).then(pl.lit("headline"))  # the page's, with the site's name behind it
            .otherwise(pl.lit("ui"))
        )
        .when(pl.col("parted") & ~small)
        .then(pl.lit("related"))
        .when("above")
        .then(pl.lit("related"))
        .when((k < pl.col("headline_at")) | pl.col("spoken"))
        .then(pl.lit("ui"))
        .when(
            (pl.col("imprint") & (outside | bare))
            | (pl.col("form") & (outside | bare) & ~(pl.col("in_list") & of_title))
            | (pl.col("listed") & outside)
            | (outside & (small | pl.col("tag") | pl.col("loud") | uncapped | entry) & ~pl.col("copied") & bare)
            | (outside & pl.col("loud") & pl.col("plain").str.ends_with(":"))
        )
        .then(pl.lit("ui"))
        .when("link")
        .then(pl.lit("related"))
        .when((k == pl.col("lead_at")) & pl.col("has_lead"))
        .then(pl.when(led_below).then(pl.lit("body")).otherwise(pl.lit("lead")))
        # (the standfirst again, as the page's description and its text)
        .when((k == pl.col("lead_at") + 1) & pl.col("has_lead") & (pl.col("plain") == pl.col("plain").shift(1)))
        .then(pl.lit("lead"))
        .when("at_head")
        .then(
            pl.when("own_title").then(pl.lit("headline"))
            .when(bare & ~small & ~pl.col("has_lead") & _line("credit", -1)).then(pl.lit("body"))
            .when(small & pl.col("named")).then(pl.lit("byline"))
            .when(small).then(pl.lit("ui"))
            .otherwise(pl.lit("lead"))
        )
        .when(outside & (bare | lists_links) & ~(last_words & (~bare | long)))
        .then(pl.lit("related"))
        .when((_line("copied", -1) | _line("doubled", -1)) & pl.col("broken_off"))
        .then(pl.lit("related"))
        .otherwise(pl.lit("body"))
    )


def _closing_block(full: pl.DataFrame) -> pl.DataFrame:
    """Zones → `closing`: captions some sites print below a story (the last block of a dense page), and their copies."""
    gap = pl.when(_PAGE == _PAGE.shift(1)).then(pl.col("line") - pl.col("last").shift(1) > 1).fill_null(True)
    full = full.with_columns(block=gap.cast(pl.Int32).cum_sum().over("page"))
    full = full.with_columns(size=pl.len().over("page", "block"), blocks=pl.col("block").max().over("page"))
    in_block = pl.any_horizontal("credit", "copied").any().over("page", "block")
    told = pl.col("content").cast(pl.Int32)
    last = (
        (pl.col("block") == pl.col("blocks"))
        & pl.col("blocks").is_between(3, 5)
        & (pl.col("size").max().over("page") >= 3)
        & (pl.col("size") < pl.col("size").max().over("page"))
        & ((pl.col("k") >= pl.col("last_story")) | pl.col("closed") | in_block)
        & (in_block | (pl.col("blocks") * 2 < pl.len().over("page")))
        & (told.sum().over("page", "block") * 2 <= told.sum().over("page"))  # it is not the story itself
        & (pl.col("syllables") <= pl.when("broken_off").then(40).otherwise(60))
        & ~pl.any_horizontal("ui", "link_heading")
        & (pl.col("zone") != _TALK)
        & (pl.col("link_opener").cast(pl.Int32).cum_sum().over("page", "block") == 0)
    )
    full = full.with_columns(closing=last)
    return full.with_columns(closing=pl.col("closing").any().over("page", "plain"))


def article_table(lines: pl.DataFrame, pages: pl.DataFrame, stated: pl.DataFrame) -> pl.DataFrame:
    """Lines with roles, pages, publication lines (`page`, `published`) → a row an article, sources still unknown.

    Columns: `page`, `segment`, `title`, `publisher`, `published`, `published_first`, `published_last`,
    `published_basis`, `syllables` (of headline, lead and body; of the `other` lines for a run-on article). A page that
    only lists other articles has no row.
    """
    own = pl.col("role").is_in(["headline", "lead", "body", "other"])
    words = pl.col("text").filter(own)
    table = (
        lines.lazy()
        .filter(pl.col("role").is_not_null())
        .group_by("page", "segment", maintain_order=True)
        .agg(
            title=pl.col("text").filter(pl.col("role").is_in(["headline", "other"])).first(),
            syllables=words.str.count_matches(r"[\p{L}\p{M}]+").sum().cast(pl.Int64),
            listed=pl.col("role").is_in(["related", "ui"]).all() & (pl.col("role") == "related").any(),
        )
        .filter(~pl.col("listed"))
        .drop("listed")
        .with_columns(title=without_day(without_markup(pl.col("title").str.strip_chars())))
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
