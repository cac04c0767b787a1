"""What all measures count: the one place where date range, line roles, capitals, roll-up and duplicates are applied.

`select` turns a corpus into a `Selection`, and every measure takes that selection's tables. Nothing is left out without
being told: `Selection.steps` says how many articles each rule left out.
"""

import calendar
import datetime
import difflib
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from ..schema import COUNTED_ROLES, LINE_ROLES, READINGS, DiembaoError
from . import narrow
from .kept import once
from .narrow import CatalogueLike, CorpusLike, Part, Parted, Table, frame, parts_of, settled

ARTICLE = ("page", "segment")  # the key of an article
NUMBER = ("number",)  # that of a selection's tables: the article's place among the main ones of the corpus, by page
DEFAULT_SOURCES = ("AP", "VOA", "Reuters", "Yonhap")
PARTS = ("mentions", "citations", "dates")  # tables of a selection besides its articles
CAPITALS = (*READINGS, "both")
DUPLICATES = ("once", "printed")
ROLLUPS = ("none", "capitals", "all")
SLICE = 2**18  # items counted at a time: bounds memory
_DAY = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


@dataclass(frozen=True)
class Selection:
    """The tables measures count, their articles told by `number` (see `NUMBER`).

    `articles`, those counted, in the order of their pages: number, and as in `schema` published_first, published_last,
    published_basis, syllables, publisher, credits (both as ids of the outlets catalogue where they are in it); names
    are Enums;
    `pages`: number, page: what the articles counted are called, read only when collected;
    `mentions`, in the counted line roles: number, sentence, actor_id, actor_kind, role, via (one of `narrow.VIAS`: by
    what of it the actor is named); names are Enums;
    `citations`: number, sentence, source_id, role; names are Enums, sources those of `articles`;
    `dates`, in the counted line roles: number, first, last;
    these three stand in the order of their articles, and are `Parted` above `narrow.HELD` bytes;
    `spans`: the same mentions as `mentions` with all that `schema` knows of them, read only when collected;
    `sources`, `actors`: the ids asked for; `names`: id, name_en, name_vi of every actor that occurs;
    `steps`: step, articles (how many each rule left out, then how many are `counted`).
    """

    articles: pl.DataFrame
    pages: pl.LazyFrame
    mentions: pl.DataFrame | Parted
    citations: pl.DataFrame | Parted
    dates: pl.DataFrame | Parted
    spans: pl.LazyFrame
    sources: tuple[str, ...]
    actors: tuple[str, ...]
    names: pl.DataFrame
    steps: pl.DataFrame

    def with_pages(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Rows that tell their articles by number → the same with their page and segment."""
        called = self.pages.join(rows.lazy().select(*NUMBER).unique(), on=NUMBER, build_side="force_right").collect()
        return attach(rows, called.with_columns(segment=pl.lit(0, pl.Int32)), NUMBER)


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

    written = _written(narrow.made(corpus, "mentions", "mentions" in parts or len(listed(actors)) > 0))
    known = _names(corpus.catalogue.actors, written)
    asked = resolve("actors", actors, actor_ids(known), "an actor", "actors.csv")

    printed, whole = narrow.made(corpus, "articles"), corpus
    if hasattr(corpus, "between"):  # an archive opens only the months of the range
        corpus = corpus.between(first, last)
    made = {part: narrow.made(corpus, part, part in parts) for part in PARTS}
    called = pl.concat([narrow.called(printed).replace(outlets), narrow.called(made["citations"])])
    named = pl.Enum(pl.concat([called, pl.Series([*outlets.values(), *source_ids], dtype=pl.String)]).unique().sort())
    main = narrow.articles(printed, whole.copies.collect(), outlets, named)
    articles, steps = _choose(main, first, last, duplicates)
    numbers = _among(articles, main.numbers)
    del main
    readings = [] if rollup == "none" else READINGS if capitals == "both" else [capitals]
    spoken = pl.col("role").is_in(roles)
    read = spoken & (pl.col("reading").is_null() | pl.col("reading").is_in(readings))

    ids = pl.Enum(pl.concat([written["actor_id"], known["id"]]).drop_nulls().unique().sort())
    mentions = [part.filter(read).drop("reading") for part in narrow.named(made["mentions"], numbers, ids)]
    pages = narrow.paged(printed, numbers)
    spans = corpus.mentions.filter(pl.col("segment") == 0) if "mentions" in parts else corpus.mentions.clear()
    # left to itself polars holds ten million of them before it looks which side is the shorter one
    spans = spans.join(pages, on="page", build_side="force_right").filter(read)
    spans = narrow.via(spans, written, corpus.catalogue.aliases)
    if rollup == "all":
        held = pl.concat(_in_office(part, articles, corpus.catalogue) for part in mentions)
        mentions = [_for_their_states(part, held) for part in mentions]
        spans = _for_their_states(spans, held.cast({"actor_id": pl.String, "state": pl.String}))
    mentions = narrow.held(mentions, made["mentions"], printed, numbers, roles, readings, rollup)
    citations = narrow.cited(made["citations"], numbers, named)
    dates = [part.filter(spoken).drop("role") for part in narrow.told(made["dates"], numbers)]
    return Selection(
        articles,
        pages,
        mentions,
        narrow.held(citations, made["citations"], printed, numbers),
        narrow.held(dates, made["dates"], printed, numbers, roles),
        spans,
        source_ids,
        asked,
        known.filter(pl.col("id").is_in([*totals(mentions, articles, "actor_id")["actor_id"].cast(pl.String), *asked])),
        steps,
    )


def sizes(corpus: CorpusLike) -> pl.DataFrame:
    """A corpus → table, rows: how much of everything it holds, before anything is left out."""
    names = ("pages", "articles", "lines", "mentions", "citations", "dates", "problems")
    return pl.DataFrame({"table": names, "rows": list(map(corpus.rows, names))}).cast({"rows": pl.Int64})


def attach(left: pl.DataFrame, right: pl.DataFrame, on: Sequence[str], **options) -> pl.DataFrame:
    """Left join that may not fan out → `left`, row for row, with the columns of `right`."""
    joined = left.join(right, on=list(on), how="left", validate="m:1", maintain_order="left", **options)
    assert joined.height == left.height, f"joining on {on} made {joined.height} of {left.height} rows"
    return joined


def key(*tables: pl.DataFrame | Parted) -> tuple[str, ...]:
    """Tables → the columns by which they tell an article: `NUMBER` if all are of a selection, else `ARTICLE`."""
    return NUMBER if all(NUMBER[0] in table.columns for table in tables) else ARTICLE


def ordered(articles: pl.DataFrame) -> pl.DataFrame:
    """Articles → the same in the order of their pages."""
    return articles.sort(key(articles))


def of(items: pl.DataFrame, articles: pl.DataFrame) -> pl.DataFrame:
    """Rows of any table that tells its articles → those of the given articles."""
    on = key(items, articles)
    if on == ARTICLE:
        return items.join(articles.select(on), on=on, how="semi", maintain_order="left")
    return items.filter(pl.Series(places(articles)(items) >= 0, dtype=pl.Boolean))


def places(articles: pl.DataFrame) -> Callable[[pl.DataFrame], np.ndarray]:
    """Articles told by `NUMBER` → what finds of rows the place of their article, in the order of pages, or -1."""
    numbers = ordered(articles.select(NUMBER))[NUMBER[0]].to_numpy()
    place = np.full((numbers[-1] if len(numbers) else 0) + 2, -1, dtype=np.int32)  # the last for all numbers beyond
    place[numbers] = np.arange(len(numbers), dtype=np.int32)
    return lambda rows: place[np.minimum(rows[NUMBER[0]].to_numpy(), len(place) - 1)]


def rows_of(rows: pl.DataFrame, articles: pl.DataFrame) -> pl.Series:
    """Rows that tell their articles → the place of these in the order of pages; null for those of no article given."""
    on = key(rows, articles)
    if on == NUMBER:
        place = pl.Series(places(articles)(rows))
        return place.set(place < 0, None)
    placed = ordered(articles.select(on)).with_row_index("row").cast({"row": pl.Int32})
    return attach(rows.select(on), placed, on)["row"]


def counted(items: Table, articles: pl.DataFrame, *by: str) -> pl.DataFrame:
    """Items → row (the place of their article, by page and segment), `by`, count: how many, nulls left out.

    Items of no article given are left out too.
    """
    return pl.concat(part_by_part(_counted, items, articles, by, ("row", *by)))


def cells_of(items: Table, articles: pl.DataFrame, *by: str) -> Iterable[pl.DataFrame]:
    """Items → `counted`, in parts, to be gone through as often as is needed.

    Of items in parts that are kept the counts are kept too: they are read each time, one after the other, never held.
    """
    items = settled(items)
    if isinstance(items, Parted) and all(part.mark for part in items.parts):
        return _Cells(items, articles, by)
    return [counted(items, articles, *by)]


@dataclass(frozen=True, eq=False)
class _Cells:
    items: Parted
    articles: pl.DataFrame
    by: tuple[str, ...]

    def __iter__(self) -> Iterator[pl.DataFrame]:
        return part_by_part(_counted, self.items, self.articles, self.by, ("row", *self.by))


def totals(items: Table, articles: pl.DataFrame, *by: str) -> pl.DataFrame:
    """Items → `by`, count: the sums of `counted` over all articles."""
    return pl.concat(part_by_part(_counted, items, articles, by, by)).group_by(by).agg(pl.col("count").sum())


def _counted(parts: Iterable[pl.DataFrame], by: Sequence[str]) -> pl.DataFrame:
    """`slices` → `by`, count."""
    found = pl.concat(part.drop_nulls().group_by(by).len("count") for part in parts)
    return found if "row" in by else found.group_by(by).agg(pl.col("count").sum())


def part_by_part(
    work: Callable[..., pl.DataFrame],
    items: Table,
    articles: pl.DataFrame,
    columns: Sequence[str],
    *told: object,
    beside: Sequence[str] = (),
) -> Iterator[pl.DataFrame]:
    """What makes a table of `slices` and of what it is told; items, articles → such tables, together about all items.

    columns: of the items, in the slices. beside: of their articles, days and numbers. `row` of a table is as in
    `counted`. Of a part of the items that is what it was (`narrow.Part`), and of whose articles the same are given, the
    table is kept, whatever other pages are added.
    """
    items, near = settled(items), ordered(articles).select(beside)
    if not isinstance(items, Parted):
        yield work(_with(near, slices(items, articles, *columns)), *told)
        return
    place, dtypes = places(articles), items.parts[0].rows.collect_schema()
    for part in items.parts:
        rows = place(part.numbers.fill_null(pl.UInt32.max()).alias(NUMBER[0]).to_frame())
        own = rows[rows >= 0]
        given = part, rows >= 0, near[own] if beside else near, work, tuple(columns), told
        made = once(_of_part, given) if part.mark else _of_part(*given)
        yield _again(made, own, dtypes)


def _of_part(
    part: Part,
    given: np.ndarray,
    near: pl.DataFrame,
    work: Callable[..., pl.DataFrame],
    columns: Sequence[str],
    told: tuple,
) -> pl.DataFrame:
    """A part of items, which of its articles are given, columns of these → their table, `row` counting them alone."""
    rows = places(part.numbers.filter(pl.Series(given)).alias(NUMBER[0]).to_frame())
    return work(_with(near, _cut(frame(part.rows.select(*NUMBER, *columns)), rows, columns)), *told)


def _with(near: pl.DataFrame, parts: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Columns of articles, `slices` → the slices with these."""
    return (pl.concat([part, near[part["row"]]], how="horizontal") if near.width else part for part in parts)


def _again(made: pl.DataFrame, rows: np.ndarray, dtypes: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """A table as `_of_part`, the rows of the articles given, dtypes of the items → the table of all articles' rows.

    A name may since have another place among all names.
    """
    known = [
        pl.Series(name, series.dtype.categories).cast(dtypes[name]).gather(series.to_physical())
        for name, series in zip(made.columns, made, strict=True)
        if isinstance(series.dtype, pl.Enum) and name in dtypes and series.dtype != dtypes[name]
    ]
    made = made.with_columns(known)
    return made.with_columns(row=pl.Series(rows).gather(made["row"])) if "row" in made.columns else made


def slices(items: Table, articles: pl.DataFrame, *columns: str) -> Iterator[pl.DataFrame]:
    """Items → row (as in `counted`) and columns, in parts of some `SLICE` items, all of an article in one part."""
    items = settled(items)
    on = key(items, articles)
    articles = ordered(articles.select(on))
    if on == ARTICLE:
        rows = articles.with_row_index("row")
        yield items.select(*on, *columns).join(rows, on=on, validate="m:1").select("row", *columns)
        return
    rows = places(articles)
    for part in parts_of(items, *on, *columns):
        yield from _cut(part, rows, columns)


def _cut(
    part: pl.DataFrame, rows: Callable[[pl.DataFrame], np.ndarray], columns: Sequence[str]
) -> Iterator[pl.DataFrame]:
    """Items with their articles' numbers, and what finds their rows → `slices` of them."""
    numbers = part[NUMBER[0]] if part[NUMBER[0]].is_sorted() else (part := part.sort(NUMBER))[NUMBER[0]]
    cuts = numbers.search_sorted(numbers.gather(range(SLICE, part.height, SLICE))).unique().to_list()
    for start, end in itertools.pairwise([0, *cuts, part.height]):
        here = part.slice(start, end - start)
        yield here.select(pl.Series("row", rows(here)), *columns).filter(pl.col("row") >= 0)


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


def published() -> pl.Expr:
    """Of articles, the day they are dated to, or the first and last they may be from: 2024-05-01/2024-05-31."""
    first, last = (pl.col(f"published_{end}").dt.to_string() for end in ("first", "last"))
    return pl.when(first == last).then(first).otherwise(pl.concat_str(first, pl.lit("/"), last))


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
    main: narrow.Articles, first: datetime.date | None, last: datetime.date | None, duplicates: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """All articles → `Selection.articles` and `Selection.steps`."""
    rows, dated = main.rows, pl.all_horizontal(pl.col("published_first", "published_last").is_not_null())
    within = pl.lit(True) if first is None else pl.col("published_first") >= first
    within &= pl.lit(True) if last is None else pl.col("published_last") <= last
    dated, within = rows.select(dated=dated, within=(within & (dated | pl.lit(not (first or last)))).fill_null(False))
    counted = within.to_numpy().copy()
    if duplicates == "once":
        counted[_repeats(main, within)] = False
    if not counted.any():
        raise DiembaoError(nothing_counted(rows, first, last))
    undated = (~dated).sum() if first or last else 0
    steps = {
        "segment": main.every - rows.height,
        "undated": undated,
        "range": rows.height - undated - within.sum(),
        "duplicate": int(within.sum() - counted.sum()),
        "counted": int(counted.sum()),
    }
    assert sum(steps.values()) == main.every
    steps = pl.DataFrame({"step": list(steps), "articles": list(steps.values())})
    counted = rows.with_row_index(*NUMBER).filter(pl.Series(counted))
    return counted.with_columns(pl.col(NUMBER).set_sorted()), steps


def _repeats(main: narrow.Articles, within: pl.Series) -> pl.Series:
    """All articles and which are in the range → the numbers of those for which another of their group stands.

    The first of its group stands for all of them, also where the range has left the group's original out.
    """
    repeats = main.repeats.filter(within.gather(main.repeats["number"]))
    days = main.rows["published_first"].gather(repeats["number"])
    order = repeats.with_columns(days).sort("group", "copy", "published_first", "number", nulls_last=True)
    return order.filter(~pl.col("group").is_first_distinct())["number"]


def _among(articles: pl.DataFrame, numbers: Mapping[str, pl.Series]) -> dict[str, pl.Series]:
    """Articles counted and numbers of others by part → the same, null for those that are not counted."""
    counted = np.zeros(1 + max((part.max() or 0 for part in numbers.values()), default=0), dtype=bool)
    counted[articles["number"].to_numpy()] = True
    found = {
        label: pl.select(pl.when(pl.Series(counted[part.to_numpy()])).then(part)).to_series()
        for label, part in numbers.items()
    }
    return {"": pl.Series(dtype=pl.UInt32), **found}  # what is not wanted has one part, without rows


def _written(parts: narrow.Parts) -> pl.DataFrame:
    """Parts of mentions (`narrow.made`) → actor_id, surface, `read`, len: under which forms actors are named."""
    every = pl.concat(part["written"] for part in parts.values())
    return every.group_by("actor_id", "surface", "read").agg(pl.col("len").sum()).collect(engine="streaming")


def _in_office(mentions: pl.LazyFrame, articles: pl.DataFrame, catalogue: CatalogueLike) -> pl.DataFrame:
    """Mentions → number, actor_id and state of persons in an office of one state on the article's date."""
    states = catalogue.actors.filter(pl.col("kind") == "state").select(of="id")
    ids = mentions.collect_schema()["actor_id"]
    terms = catalogue.offices.join(states, on="of", how="semi").select(
        state=pl.col("of").cast(ids),
        actor_id=pl.col("person_id").cast(ids, strict=False),
        start=_bound("start", "-01-01", "-01"),
        end=_bound("end", "-12-31", "-01", True),
    )
    dated = articles.lazy().select(*NUMBER, "published_first", "published_last").drop_nulls()
    inside = pl.col("published_first") >= pl.col("start")
    inside &= pl.col("published_last") <= pl.col("end").fill_null(datetime.date.max)
    return (
        mentions.select(*NUMBER, "actor_id")
        .join(terms.lazy(), on="actor_id", how="semi")
        .unique()
        .join(dated, on=NUMBER)
        .join(terms.lazy(), on="actor_id")  # fans out on purpose: a person has held several offices
        .filter(inside)
        .group_by(*NUMBER, "actor_id")
        .agg(pl.col("state").first(), states=pl.col("state").n_unique())
        .filter(pl.col("states") == 1)
        .drop("states")
        .collect(engine="streaming")
    )


def _for_their_states(mentions: pl.LazyFrame, held: pl.DataFrame) -> pl.LazyFrame:
    """Mentions → the same, those of persons in an office (`_in_office`) being its state's."""
    dtypes, office = mentions.collect_schema(), pl.col("state").is_not_null()
    told = {"actor_kind": pl.lit("state"), "via": pl.lit("office")}
    return (
        mentions.join(held.lazy(), on=(*NUMBER, "actor_id"), how="left")
        .with_columns(
            pl.coalesce("state", "actor_id").alias("actor_id"),
            *(pl.when(office).then(word.cast(dtypes[name])).otherwise(name).alias(name) for name, word in told.items()),
        )
        .drop("state")
    )


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
