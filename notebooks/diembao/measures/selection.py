"""What all measures count: the one place where date range, line roles, capitals, roll-up and duplicates are applied.

`select` turns a corpus into a `Selection`, and every measure takes that selection's tables. Nothing is left out without
being told: `Selection.steps` says how many articles each rule left out.
"""

import calendar
import datetime
import difflib
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import polars as pl

from ..catalogue import folded, name_key
from ..schema import ACTOR_KINDS, COUNTED_ROLES, LINE_ROLES, READINGS, DiembaoError

ARTICLE = ("page", "segment")  # the key of an article
NUMBER = ("number",)  # that of a selection's tables: the article's place among all of the corpus, by page and segment
DEFAULT_SOURCES = ("AP", "VOA", "Reuters", "Yonhap")
PARTS = ("mentions", "citations", "dates")  # tables of a selection besides its articles
CAPITALS = (*READINGS, "both")
DUPLICATES = ("once", "printed")
ROLLUPS = ("none", "capitals", "all")
VIAS = ("name", "capital", "seat", "office")  # what names a state: itself, its capital, seat, office holder
SLICE = 2**20  # items counted at a time: bounds memory
_DAY = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


class CatalogueLike(Protocol):
    """What of a catalogue is read here: its tables, with the columns of their files."""

    actors: pl.DataFrame
    aliases: pl.DataFrame
    offices: pl.DataFrame
    outlets: pl.DataFrame


class CorpusLike(Protocol):
    """What of a corpus is read here: its lazy tables and its catalogue."""

    articles: pl.LazyFrame
    lines: pl.LazyFrame
    mentions: pl.LazyFrame
    citations: pl.LazyFrame
    dates: pl.LazyFrame
    pages: pl.LazyFrame
    problems: pl.LazyFrame
    catalogue: CatalogueLike


@dataclass(frozen=True)
class Selection:
    """The tables measures count, their articles told by `number` (see `NUMBER`).

    `articles`: as in `schema`, with `number`, restricted to the counted ones; `publisher` and `credits` as ids of the
    outlets catalogue where they are in it;
    `mentions`, in the counted line roles and the order of their articles: number, sentence, actor_id, actor_kind, role,
    via (one of `VIAS`: by what of it the actor is named); names are Enums, so that a row takes 13 bytes;
    `citations`: number, sentence, source_id, role;
    `dates`, in the counted line roles: number, first, last;
    `spans`: the same mentions as `mentions` with all that `schema` knows of them, read only when collected;
    `sources`, `actors`: the ids asked for; `names`: id, name_en, name_vi of every actor that occurs;
    `steps`: step, articles (how many each rule left out, then how many are `counted`).
    """

    articles: pl.DataFrame
    mentions: pl.DataFrame
    citations: pl.DataFrame
    dates: pl.DataFrame
    spans: pl.LazyFrame
    sources: tuple[str, ...]
    actors: tuple[str, ...]
    names: pl.DataFrame
    steps: pl.DataFrame


def select(
    corpus: CorpusLike,
    *,
    date_from: str = "",
    date_to: str = "",
    sources: Sequence[str] | str = DEFAULT_SOURCES,
    actors: Sequence[str] | str = (),
    line_roles: Sequence[str] | str = COUNTED_ROLES,
    capitals: str = "gov",
    rollup: str = "capitals",
    duplicates: str = "once",
    parts: Sequence[str] = PARTS,
) -> Selection:
    """A corpus and a reader's choices → the `Selection` that measures count.

    Counted are main articles (segment 0) that lie wholly inside the range [date_from, date_to] (`2024-06-30`, `2024-06`
    or `2024`; empty: open; undated articles only if both are empty). Of near-duplicates one article stands for its
    group (`duplicates="printed"`: all). `rollup`: what counts for a state: "none", its own name alone; "capitals", its
    capitals and seats too, in the reading `capitals` ("both": any); "all", also whoever holds an office of it
    (`offices.csv`) on every day the article may be from; on other days, and undated, they count as persons.
    parts: the tables wanted besides the articles; the others have no rows, and are not read.
    Raises `DiembaoError` naming the parameter and the value for a wrong date, role, source, actor or word.
    """
    first, last = days_between(date_from, date_to)
    roles = chosen_of("line_roles", line_roles, LINE_ROLES, "a line role")
    chosen_of("capitals", capitals, CAPITALS, "a reading of capitals")
    chosen_of("rollup", rollup, ROLLUPS, "a way to roll up")
    chosen_of("duplicates", duplicates, DUPLICATES, "a way to count duplicates")
    outlets = outlet_ids(corpus.catalogue.outlets)
    source_ids = resolve("sources", sources, outlets, "a source", "outlets.csv")

    written = _written(corpus.mentions if "mentions" in parts or len(listed(actors)) else corpus.mentions.clear())
    named = _names(corpus.catalogue.actors, written)
    asked = resolve("actors", actors, actor_ids(named), "an actor", "actors.csv")

    chosen, steps = _choose(corpus.articles, first, last, duplicates)
    main = corpus.articles.filter(pl.col("segment") == 0).join(chosen.lazy(), on="page").sort(NUMBER)
    known = pl.col("publisher").replace(outlets), pl.col("credits").list.eval(pl.element().replace(outlets))
    articles = main.with_columns(known).select(*NUMBER, pl.exclude(NUMBER)).collect(engine="streaming")
    if hasattr(corpus, "between"):  # an archive opens only the months of the range
        corpus = corpus.between(first, last)
    wanted = {*parts, "lines"} if "dates" in parts else {*parts}
    tables = {part: getattr(corpus, part) for part in (*PARTS, "lines")}
    counted = {part: _numbered(table if part in wanted else table.clear(), articles) for part, table in tables.items()}

    readings = [] if rollup == "none" else READINGS if capitals == "both" else [capitals]
    read = pl.col("reading").is_null() | pl.col("reading").is_in(readings)
    spans = _via(counted["mentions"].filter(pl.col("role").is_in(roles) & read), written, corpus.catalogue.aliases)
    if rollup == "all":
        spans = _for_their_states(spans, articles, corpus.catalogue)
    ids = pl.Enum(pl.concat([written["actor_id"], named["id"]]).drop_nulls().unique().sort())
    kinds = {"actor_id": ids, "actor_kind": pl.Enum(ACTOR_KINDS), "role": pl.Enum(LINE_ROLES), "via": pl.Enum(VIAS)}
    narrow = spans.select(*NUMBER, "sentence", *(pl.col(name).cast(words) for name, words in kinds.items()))
    mentions = narrow.sort(NUMBER).collect(engine="streaming")
    occurring = mentions["actor_id"].unique().cast(pl.String)
    return Selection(
        articles,
        mentions,
        counted["citations"].select(*NUMBER, "sentence", "source_id", "role").collect(engine="streaming"),
        _dates(counted["dates"], counted["lines"].filter(pl.col("role").is_in(roles))),
        spans,
        source_ids,
        asked,
        named.filter(pl.col("id").is_in([*occurring, *asked])),
        steps,
    )


def sizes(corpus: CorpusLike) -> pl.DataFrame:
    """A corpus → table, rows: how much of everything it holds, before anything is left out."""
    names = ("pages", "articles", "lines", "mentions", "citations", "dates", "problems")
    counts = pl.collect_all([getattr(corpus, name).select(pl.len()) for name in names])
    return pl.DataFrame({"table": names, "rows": [count.item() for count in counts]}).cast({"rows": pl.Int64})


def attach(left: pl.DataFrame, right: pl.DataFrame, on: Sequence[str], **options) -> pl.DataFrame:
    """Left join that may not fan out → `left`, row for row, with the columns of `right`."""
    joined = left.join(right, on=list(on), how="left", validate="m:1", maintain_order="left", **options)
    assert joined.height == left.height, f"joining on {on} made {joined.height} of {left.height} rows"
    return joined


def key(*tables: pl.DataFrame) -> tuple[str, ...]:
    """Tables → the columns by which they tell an article: `NUMBER` if all are of a selection, else `ARTICLE`."""
    return NUMBER if all(NUMBER[0] in table.columns for table in tables) else ARTICLE


def article(*tables: pl.DataFrame) -> pl.Expr:
    """Tables → what tells one article from another in all of them, as one column."""
    return pl.col(*NUMBER) if key(*tables) == NUMBER else pl.struct(ARTICLE)


def of(items: pl.DataFrame, articles: pl.DataFrame) -> pl.DataFrame:
    """Rows of any table that tells its articles → those of the given articles."""
    on = key(items, articles)
    return items.join(articles.select(on), on=on, how="semi", maintain_order="left")


def counted(items: pl.DataFrame, articles: pl.DataFrame, *by: str) -> pl.DataFrame:
    """Items → row (the place of their article, by page and segment), `by`, count: how many, nulls left out.

    Items of no article given are left out too.
    """
    return pl.concat(part.drop_nulls().group_by("row", *by).len("count") for part in slices(items, articles, *by))


def slices(items: pl.DataFrame, articles: pl.DataFrame, *columns: str) -> Iterator[pl.DataFrame]:
    """Items → row (as in `counted`) and columns, in parts of some `SLICE` items, all of an article in one part."""
    on = key(items, articles)
    rows = articles.select(*dict.fromkeys((*ARTICLE, *on))).sort(ARTICLE).select(on).with_row_index("row")
    if on == ARTICLE:
        yield items.select(*on, *columns).join(rows, on=on, validate="m:1").select("row", *columns)
        return
    numbers = items[on[0]] if items[on[0]].is_sorted() else (items := items.sort(on))[on[0]]
    row = np.full(max(numbers.max() or 0, rows[on[0]].max() or 0) + 1, -1, dtype=np.int32)
    row[rows[on[0]].to_numpy()] = rows["row"].to_numpy()
    cuts = numbers.search_sorted(numbers.gather(range(SLICE, items.height, SLICE))).unique().to_list()
    for start, end in itertools.pairwise([0, *cuts, items.height]):
        part = items.slice(start, end - start).select(*on, *columns)
        yield part.select(pl.Series("row", row[part[on[0]].to_numpy()]), *columns).filter(pl.col("row") >= 0)


def frame(table: pl.DataFrame | pl.LazyFrame) -> pl.DataFrame:
    """A lazy or eager table → the eager one."""
    return table.collect() if isinstance(table, pl.LazyFrame) else table


def listed(value: Sequence[str] | str) -> list[str]:
    """A list parameter as it comes from a notebook or a command line ("AP, VOA") → list of stripped strings."""
    parts = value.split(",") if isinstance(value, str) else value
    return list(dict.fromkeys(part for part in (str(part).strip() for part in parts) if part))


def alphabetical(text: pl.Expr) -> pl.Expr:
    """A column of texts → what they sort by in Vietnamese: a, ă, â, b, c, d, đ …, whatever the case and the tone."""
    letters = {"đ": "d~", "\u0306": "~", "\u0302": "~~", "\u031b": "~~~"}  # ă, â, ơ come after all of a and o
    tones = dict.fromkeys("\u0300\u0301\u0303\u0309\u0323", "")
    marks = letters | tones
    return text.str.to_lowercase().str.normalize("NFD").str.replace_many(list(marks), list(marks.values()))


def nearest_first(side: str) -> pl.Expr:
    """`left` or `right` of a concordance → what its rows sort by there: the words from the name outwards."""
    words = pl.col(side).str.strip_chars().str.split(" ")
    return alphabetical((words.list.reverse() if side == "left" else words).list.join(" "))


def beside(text: pl.Expr, start: pl.Expr, end: pl.Expr, width: int) -> tuple[pl.Expr, pl.Expr]:
    """A column of texts and a stretch in each → up to `width` characters before it and behind it, on one line.

    They begin and end with whole words, unless there is no space in them at all.
    """
    # one character more than asked for tells whether a word is cut; one slice, as each counts from the text's beginning
    before = pl.min_horizontal(start, pl.lit(width + 1))
    around = text.str.slice(start - before, before + (end - start) + width + 1)
    left, right = around.str.slice(0, before), around.str.slice(before + (end - start))
    left = pl.when(left.str.len_chars() > width).then(left.str.replace(r"^\S+(\s)", "${1}")).otherwise(left)
    right = pl.when(right.str.len_chars() > width).then(right.str.replace(r"(\s)\S+$", "${1}")).otherwise(right)
    left, right = (side.str.replace_all(r"\s+", " ") for side in (left.str.tail(width), right.str.head(width)))
    return left.str.replace(r"^ (.)", "${1}"), right.str.replace(r"(.) $", "${1}")


def day_range(name: str, value: str) -> tuple[datetime.date, datetime.date] | None:
    """`2024-06-30`, `2024-06` or `2024` → its first and last day; empty → None; else `DiembaoError`."""
    text = str(value).strip()
    if not text:
        return None
    found = _DAY.fullmatch(text)
    try:
        year, month, day = (int(part) if part else None for part in found.groups())
        start = datetime.date(year, month or 1, day or 1)
        if day:
            return start, start
        month = month or 12
        return start, datetime.date(year, month, calendar.monthrange(year, month)[1])
    except (AttributeError, ValueError):
        raise DiembaoError(f"{name}: {text!r} is no date; write it as 2024-06-30, 2024-06 or 2024") from None


def days_between(date_from: str, date_to: str) -> tuple[datetime.date | None, datetime.date | None]:
    """The ends of a range as a reader writes them → its first and last day, None: open; else `DiembaoError`."""
    start, end = day_range("date_from", date_from), day_range("date_to", date_to)
    first, last = start and start[0], end and end[1]
    if first and last and first > last:
        raise DiembaoError(f"date_from: {first} is after date_to {last}; swap the two, or leave one of them empty")
    return first, last


def _choose(
    articles: pl.LazyFrame, first: datetime.date | None, last: datetime.date | None, duplicates: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """All articles → page and `number` of those counted, and `Selection.steps`."""
    asked = articles.select(*ARTICLE, "published_first", "published_last", "duplicate_of").collect(engine="streaming")
    articles = asked.sort(ARTICLE).with_row_index(*NUMBER)
    main = articles.filter(pl.col("segment") == 0)
    undated = pl.col("published_first").is_null() | pl.col("published_last").is_null()
    dated = main.filter(~undated) if first or last else main
    inside = dated.filter(
        (pl.lit(True) if first is None else pl.col("published_first") >= first)
        & (pl.lit(True) if last is None else pl.col("published_last") <= last)
    )
    counted = inside
    if duplicates == "once":
        # the first of its group stands for all of them, also where the range has left the group's original out
        group = pl.coalesce("duplicate_of", "page")
        copies = inside.with_columns(group=group, copy=pl.col("duplicate_of").is_not_null())
        copies = copies.filter(pl.col("copy") | pl.col("group").is_in(pl.col("group").filter("copy").implode()))
        order = copies.sort("group", "copy", "published_first", "page", nulls_last=True)
        repeats = order.filter(~pl.col("group").is_first_distinct())
        counted = inside.join(repeats.select(NUMBER), on=NUMBER, how="anti", maintain_order="left")
    if counted.is_empty():
        raise DiembaoError(nothing_counted(main, first, last))
    steps = {
        "segment": articles.height - main.height,
        "undated": main.height - dated.height,
        "range": dated.height - inside.height,
        "duplicate": inside.height - counted.height,
        "counted": counted.height,
    }
    assert sum(steps.values()) == articles.height
    return counted.select("page", *NUMBER), pl.DataFrame({"step": list(steps), "articles": list(steps.values())})


def _numbered(items: pl.LazyFrame, articles: pl.DataFrame) -> pl.LazyFrame:
    """Rows of any table → those of the articles counted, which are main ones, with their `number`."""
    numbers = articles.lazy().select("page", *NUMBER)
    return items.filter(pl.col("segment") == 0).join(numbers, on="page")


def _dates(dates: pl.LazyFrame, lines: pl.LazyFrame) -> pl.DataFrame:
    """Dates and the lines in which they count, by number → those that count."""
    line = pl.col(NUMBER).cast(pl.UInt64) * 2**32 + pl.col("line")
    counted = lines.select(line=line).join(dates.select(*NUMBER, "first", "last", line=line), on="line", validate="1:m")
    return counted.select(*NUMBER, "first", "last").collect(engine="streaming")


def _written(mentions: pl.LazyFrame) -> pl.DataFrame:
    """Mentions → actor_id, surface, `read` (whether it has a reading), len: under which forms actors are named."""
    read = pl.col("reading").is_not_null()
    return mentions.group_by("actor_id", "surface", read=read).len().collect(engine="streaming")


def _via(mentions: pl.LazyFrame, written: pl.DataFrame, aliases: pl.DataFrame) -> pl.LazyFrame:
    """Mentions → the same with `via`: a name, or where it has a reading the form of its alias."""
    key = name_key(folded(pl.col("surface")))
    forms = aliases.filter(pl.col("form").is_in(["capital", "seat"])).select("actor_id", key=key, via="form")
    surfaces = written.filter("read").select("surface", "actor_id")
    known = attach(surfaces.with_columns(key=key), forms.unique(["key", "actor_id"]), ("key", "actor_id"))
    known = known.lazy().select("surface", "actor_id", "via")
    found = mentions.join(known, on=["surface", "actor_id"], how="left")
    capital = pl.col("via").fill_null("capital")  # a spelling no alias has
    return found.with_columns(via=pl.when(pl.col("reading").is_null()).then(pl.lit("name")).otherwise(capital))


def _for_their_states(mentions: pl.LazyFrame, articles: pl.DataFrame, catalogue: CatalogueLike) -> pl.LazyFrame:
    """Mentions → the same, those of persons in an office of one state on the article's date being that state's."""
    states = catalogue.actors.filter(pl.col("kind") == "state").select(of="id")
    terms = catalogue.offices.join(states, on="of", how="semi").select(
        "of", actor_id="person_id", start=_bound("start", "-01-01", "-01"), end=_bound("end", "-12-31", "-01", True)
    )
    dated = articles.lazy().select(*NUMBER, "published_first", "published_last").drop_nulls()
    inside = pl.col("published_first") >= pl.col("start")
    inside &= pl.col("published_last") <= pl.col("end").fill_null(datetime.date.max)
    held = (
        mentions.select(*NUMBER, "actor_id")
        .filter(pl.col("actor_id").is_in(terms["actor_id"].implode()))
        .unique()
        .join(dated, on=NUMBER)
        .join(terms.lazy(), on="actor_id")  # fans out on purpose: a person has held several offices
        .filter(inside)
        .group_by(*NUMBER, "actor_id")
        .agg(state=pl.col("of").first(), states=pl.col("of").n_unique())
        .filter(pl.col("states") == 1)
        .collect(engine="streaming")
    )
    found = mentions.join(held.lazy().drop("states"), on=(*NUMBER, "actor_id"), how="left")
    office = pl.col("state").is_not_null()
    return found.with_columns(
        actor_id=pl.coalesce("state", "actor_id"),
        actor_kind=pl.when(office).then(pl.lit("state")).otherwise("actor_kind"),
        via=pl.when(office).then(pl.lit("office")).otherwise("via"),
    ).drop("state")


def _bound(column: str, year: str, month: str, end: bool = False) -> pl.Expr:
    """A day, month or year as it is written → its first day (end: its last), null where empty."""
    text = pl.col(column)
    missing = text.str.len_chars().replace_strict({0: "", 4: year, 7: month, 10: ""})
    day = (text + missing).str.to_date("%Y-%m-%d", strict=False)
    return pl.when(text.str.len_chars() == 7).then(day.dt.month_end()).otherwise(day) if end else day


def nothing_counted(main: pl.DataFrame, first: datetime.date | None, last: datetime.date | None) -> str:
    """Main articles and a range in which none lies → the reason and the way out, in words."""
    start, end = main["published_first"].min(), main["published_last"].max()
    if main.is_empty():
        return "corpus: it holds no article; look at the table `problems` for the reasons"
    if start is None:
        return "date_from, date_to: no article of this corpus is dated; leave both empty to count the undated ones"
    return (
        f"date_from, date_to: no article lies between {first or '…'} and {last or '…'}; "
        f"the dated articles run from {start} to {end}"
    )


def chosen_of(parameter: str, value: Sequence[str] | str, allowed: Sequence[str], what: str) -> list[str]:
    """Words as a reader writes them → the list of them, all allowed ones; else `DiembaoError` names the parameter."""
    chosen = listed(value)
    if not chosen:
        raise DiembaoError(f"{parameter}: empty; choose from {', '.join(allowed)}")
    for item in chosen:
        if item not in allowed:
            raise DiembaoError(f"{parameter}: {item!r} is not {what}; choose from {', '.join(allowed)}")
    return chosen


def resolve(parameter: str, value: Sequence[str] | str, ids: dict[str, str], what: str, file: str) -> tuple[str, ...]:
    """Ids or names as the reader writes them → ids, each once, in the reader's order."""
    folded = {written.casefold(): id_ for written, id_ in reversed(ids.items())}
    resolved = []
    for item in listed(value):
        if item in ids:
            resolved.append(ids[item])
        elif item.casefold() in folded:
            resolved.append(folded[item.casefold()])
        else:
            close = difflib.get_close_matches(item.casefold(), folded, n=3)
            hint = f"did you mean {' or '.join(dict.fromkeys(folded[name] for name in close))}?" if close else ""
            way_out = hint or f"the ones known stand in data/catalogue/{file}, where you can add it"
            raise DiembaoError(f"{parameter}: {item!r} is not {what} of the catalogue; {way_out}")
    return tuple(dict.fromkeys(resolved))


def outlet_ids(outlets: pl.DataFrame) -> dict[str, str]:
    """outlets.csv → every id, name and written form with the outlet's id; an id wins over a name, that over a form."""
    forms = outlets.select("id", pl.col("forms").str.split("|")).explode("forms")
    return {
        **_pairs(forms["forms"], forms["id"]),
        **_pairs(outlets["name"], outlets["id"]),
        **_pairs(outlets["id"], outlets["id"]),
    }


def actor_ids(names: pl.DataFrame) -> dict[str, str]:
    """id, name_en, name_vi → every id and name with the actor's id; an id wins over a name."""
    return {
        **_pairs(names["name_en"], names["id"]),
        **_pairs(names["name_vi"], names["id"]),
        **_pairs(names["id"], names["id"]),
    }


def _pairs(written: Iterable[str | None], ids: Iterable[str]) -> dict[str, str]:
    return {text.strip(): id_ for text, id_ in zip(written, ids, strict=True) if text and text.strip()}


def _names(actors: pl.DataFrame, written: pl.DataFrame) -> pl.DataFrame:
    """The catalogue's actors and, under their most frequent written form, the actors it does not know."""
    unknown = (
        written.filter(pl.col("actor_id").is_not_null())
        .join(actors, left_on="actor_id", right_on="id", how="anti")
        .group_by(id="actor_id", name="surface")
        .agg(pl.col("len").sum())
        .sort("len", "name", descending=[True, False])
        .unique("id", keep="first", maintain_order=True)
    )
    return pl.concat(
        [actors.select("id", "name_en", "name_vi"), unknown.select("id", name_en="name", name_vi="name")]
    ).unique("id", keep="first", maintain_order=True)
