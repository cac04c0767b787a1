"""Which days are covered: publication days, silences and gaps by source, and the days the texts speak of.

Absences are told apart: a day of the corpus's span from which no article is or can be (`nothing`, a true zero), one
from which an article may be that is only dated to a longer period (`possible`), a day before the first or after the
last dated article (`outside`, nothing is known), and articles without a date (`undated`: they may be from any day).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
import polars as pl

from ..schema import PUBLISHED_BASES
from . import intervals
from .comparison import attributed
from .narrow import Parted, Table, frame, settled
from .selection import ARTICLE, DEFAULT_SOURCES, NUMBER, attach, day_range, key, of, ordered, part_by_part, rows_of

ALL = "all"  # the row for all articles together, whatever their source
STATES = ("published", "possible", "nothing", "outside")
DELAYS = (0, 1, 2, 3, 7, 14, 30, 90, 365)  # days after an event that reports are counted by
# How far a date lies from publication, in days: name, nearest and farthest day.
BINS = (
    ("decades_before", -(10**7), -3653),
    ("years_before", -3652, -366),
    ("months_before", -365, -31),
    ("weeks_before", -30, -8),
    ("days_before", -7, -1),
    ("same", 0, 0),
    ("days_after", 1, 7),
    ("weeks_after", 8, 30),
    ("months_after", 31, 365),
    ("years_after", 366, 10**7),
)
UNPLACED = "unplaced"  # a date without a year, or in an article that is undated or dated too vaguely to tell
REACHES = (*(name for name, _, _ in BINS), UNPLACED)


def dating(articles: Table) -> pl.DataFrame:
    """Articles → how they are dated: `basis` (stated, inferred, unknown), `precision` (day, longer, none) and counts.

    Columns: basis, precision, articles, articles_total, article_share ± (Wilson), typical and widest (median and most
    days from the first to the last day an article of this row may be from), abstains.
    """
    articles = frame(articles)
    total, few = articles.height, articles.height < intervals.MINIMUM_ARTICLES
    width = (pl.col("published_last") - pl.col("published_first")).dt.total_days() + 1
    precision = pl.when(width == 1).then(pl.lit("day")).when(width > 1).then(pl.lit("longer")).otherwise(pl.lit("none"))
    ends = {
        f"article_share_{end}": pl.when(not few).then(
            intervals.wilson(pl.col("articles"), pl.lit(total), end == "high")
        )
        for end in ("low", "high")
    }
    order = pl.col("basis").replace_strict({name: i for i, name in enumerate(PUBLISHED_BASES)}, return_dtype=pl.Int32)
    return (
        articles.group_by(basis=pl.col("published_basis").fill_null("unknown"), precision=precision)
        .agg(articles=pl.len().cast(pl.Int64), typical=width.median(), widest=width.max())
        .cast({"basis": pl.String})
        .sort(order, "precision")
        .select(
            "basis",
            "precision",
            "articles",
            articles_total=pl.lit(total, dtype=pl.Int64),
            article_share=intervals.quotient(pl.col("articles"), pl.lit(total)),
            **ends,
            typical="typical",
            widest="widest",
            abstains=pl.lit(few),
        )
    )


def ranges(articles: Table, written: Table, pages: Table | None = None) -> pl.DataFrame:
    """Articles → those dated to more than one day: page, title, basis, published (EDTF), first, last, days, evidence.

    Longest first; `evidence` is what an inferred date follows from. written: the table (`schema.ARTICLES`) that has
    their titles; of other articles it is not read. pages: of a selection, its `pages`.
    """
    days = (pl.col("published_last") - pl.col("published_first")).dt.total_days() + 1
    found = frame(articles.lazy().filter(days > 1))
    if pages is not None:
        called = pages.lazy().join(found.lazy().select(NUMBER), on=NUMBER, build_side="force_right")
        found = attach(found, called.collect(engine="streaming"), NUMBER).with_columns(segment=pl.lit(0, pl.Int32))
    found = found.select(*ARTICLE, "published_first", "published_last", days=days)
    told = written.lazy().filter(pl.col("page").is_in(found["page"].implode()))
    told = told.select(*ARTICLE, "title", "published_basis", "published", "published_evidence")
    return (
        attach(found, told.collect(engine="streaming"), ARTICLE)
        .select(
            "page",
            "title",
            basis="published_basis",
            published="published",
            first="published_first",
            last="published_last",
            days="days",
            evidence="published_evidence",
        )
        .sort("days", "page", descending=[True, False])
    )


def standing(
    articles: Table, citations: Table, sources: Sequence[str] = DEFAULT_SOURCES, *, basis: str = "any"
) -> pl.DataFrame:
    """Articles → their key, `source_id` (an Enum): every article on `ALL`, and on each of the sources it stands on."""
    return pl.concat(_standing(frame(articles), settled(citations), sources, basis))


def _standing(
    articles: pl.DataFrame, citations: pl.DataFrame | Parted, sources: Sequence[str], basis: str
) -> Iterator[pl.DataFrame]:
    """Articles → `standing`, `ALL` and the sources one after the other."""
    ids = pl.Enum(list(dict.fromkeys((ALL, *sources))))
    yield articles.select(*key(articles, citations), source_id=pl.lit(ALL, ids))
    for source in sources:
        yield attributed(articles, citations, [source], basis).cast({"source_id": ids})


def _dated_on(articles: pl.DataFrame, citations: Table, sources: Sequence[str], basis: str) -> pl.DataFrame:
    """Articles → source_id (as in `standing`), first, last, articles: how many of each are dated so."""
    days = {"first": "published_first", "last": "published_last"}
    found = []
    for pairs in _standing(articles, settled(citations), sources, basis):
        dated = ordered(articles).select(**days)[rows_of(pairs, articles)]
        placed = pl.concat([pairs.select("source_id"), dated], how="horizontal")
        found.append(placed.group_by("source_id", *days).len("articles"))
    return pl.concat(found).cast({"source_id": pl.String, "articles": pl.Int64})


def by_source(
    articles: Table, citations: Table, sources: Sequence[str] = DEFAULT_SOURCES, *, basis: str = "any"
) -> pl.DataFrame:
    """Articles → a row for `ALL` and for each source: how many, from when to when, on how many days.

    Columns: source_id, articles, day_dated, longer_dated, undated, first, last (publication days), publication_days,
    possible_days and silent_days (of the corpus's span, as in `calendar`), span_days (from first to last), usual_step
    (median days from one publication day to the next; 1 = daily).
    """
    dated = _dated_on(frame(articles), citations, sources, basis)
    day, longer, count = _on_a_day(), pl.col("first") < pl.col("last"), pl.col("articles")
    counts = dated.group_by("source_id").agg(
        articles=count.sum(),
        day_dated=count.filter(day).sum(),
        longer_dated=count.filter(longer).sum(),
        undated=count.filter(day.is_null()).sum(),
    )
    days = dated.filter(day).rename({"first": "day"})
    spans = days.group_by("source_id").agg(
        first=pl.col("day").min(),
        last=pl.col("day").max(),
        publication_days=pl.len(),
        usual_step=pl.col("day").sort().diff().dt.total_days().median(),
    )
    day_sums = {
        name: pl.col("days").filter(pl.col("state") == state).sum()
        for name, state in (("possible_days", "possible"), ("silent_days", "nothing"))
    }
    runs = calendar_of(dated, sources).group_by("source_id").agg(**day_sums)
    table = pl.DataFrame({"source_id": [ALL, *sources]})
    for part in (counts, spans, runs):
        table = attach(table, part, ["source_id"])
    return table.select(
        "source_id",
        pl.col("articles", "day_dated", "longer_dated", "undated").fill_null(0).cast(pl.Int64),
        "first",
        "last",
        pl.col("publication_days", "possible_days", "silent_days").fill_null(0).cast(pl.Int64),
        span_days=(pl.col("last") - pl.col("first")).dt.total_days() + 1,
        usual_step="usual_step",
    )


def calendar(
    articles: Table,
    citations: Table,
    sources: Sequence[str] = DEFAULT_SOURCES,
    *,
    basis: str = "any",
    date_from: str = "",
    date_to: str = "",
) -> pl.DataFrame:
    """Articles → for `ALL` and each source the runs of days in one state, without a hole or an overlap.

    Give it the articles of the whole corpus: its span is what tells `nothing` from `outside`. The calendar runs from
    date_from to date_to, where empty from the start of the first article's month to the end of the last one's.
    Columns: source_id, state (`STATES`), first, last, days, articles. Empty if no article is dated to a day.
    """
    dated = _dated_on(frame(articles), citations, sources, basis)
    return calendar_of(dated, sources, date_from=date_from, date_to=date_to)


def calendar_of(
    counted: pl.DataFrame, sources: Sequence[str], *, date_from: str = "", date_to: str = ""
) -> pl.DataFrame:
    """source_id (`ALL` too), first, last, articles: how many of each are dated so → their `calendar`."""
    days = counted.filter(pl.col("first") == pl.col("last")).select("source_id", "articles", day="first")
    start, end = days["day"].min(), days["day"].max()
    schema = {
        "source_id": pl.String,
        "state": pl.String,
        "first": pl.Date,
        "last": pl.Date,
        "days": pl.Int64,
        "articles": pl.Int64,
    }
    if start is None:
        return pl.DataFrame(schema=schema)
    asked_from, asked_to = day_range("date_from", date_from), day_range("date_to", date_to)
    first = asked_from[0] if asked_from else start.replace(day=1)
    last = asked_to[1] if asked_to else day_range("date_to", f"{end:%Y-%m}")[1]
    every = pl.DataFrame({"source_id": [ALL, *sources]}).join(
        pl.DataFrame({"day": pl.date_range(first, last, "1d", eager=True)}), how="cross"
    )
    state = (
        pl.when(pl.col("articles") > 0)
        .then(pl.lit("published"))
        .when(~pl.col("day").is_between(start, end))
        .then(pl.lit("outside"))
        .when(pl.col("begin").cum_sum().over("source_id") > 0)
        .then(pl.lit("possible"))
        .otherwise(pl.lit("nothing"))
    )
    # a range adds one on its first day and takes it away on the day after its last
    spread = counted.filter(pl.col("first") < pl.col("last")).cast({"articles": pl.Int64})
    ends = ((pl.col("first"), 1), (pl.col("last").dt.offset_by("1d"), -1))
    turns = pl.concat(
        spread.select("source_id", day=pl.max_horizontal(end, pl.lit(first)), begin=step * pl.col("articles"))
        for end, step in ends
    )
    turns = turns.group_by("source_id", "day").agg(pl.col("begin").sum())
    runs = (
        attach(attach(every, days, ("source_id", "day")), turns, ("source_id", "day"))
        .with_columns(pl.col("begin").fill_null(0))
        .with_columns(state=state)
        .group_by("source_id", "state", run=pl.struct("source_id", "state").rle_id(), maintain_order=True)
        .agg(first=pl.col("day").min(), last=pl.col("day").max(), days=pl.len(), articles=pl.col("articles").sum())
    )
    return runs.select(name for name in schema).cast(schema)


def gaps(
    articles: Table, citations: Table, sources: Sequence[str] = DEFAULT_SOURCES, *, basis: str = "any"
) -> pl.DataFrame:
    """Articles → the silences of `ALL` and of each source between two of its publication days, longest first.

    `usual_step` is the source's own median number of days from one publication day to the next, `times` how many
    of them the silence took. `chance`: the probability of at least one silence this long from a source that publishes
    on as many of the days between its first and last, each day by itself; null below `MINIMUM_ARTICLES` such days.
    `possible`: the source's articles dated to a longer period that may be from the silence. Columns: source_id, first,
    last (silent days), days, possible, usual_step, times, publication_days, chance, abstains.
    """
    dated = _dated_on(frame(articles), citations, sources, basis)
    days = dated.filter(_on_a_day()).select("source_id", day="first").sort("source_id", "day")
    steps = days.with_columns(
        before=pl.col("day").shift(1).over("source_id"),
        publication_days=pl.len().over("source_id").cast(pl.Int64),
        span=(pl.col("day").max() - pl.col("day").min()).dt.total_days().over("source_id"),
    ).with_columns(step=(pl.col("day") - pl.col("before")).dt.total_days())
    # `span` days came after the first publication day, and all other publication days are among them
    silent = 1 - (pl.col("publication_days") - 1) / pl.col("span")
    chance = 1 - (1 - silent ** pl.col("days")) ** (pl.col("publication_days") - 1)
    abstains = pl.col("publication_days") < intervals.MINIMUM_ARTICLES
    silences = (
        steps.with_columns(usual_step=pl.col("step").median().over("source_id"), days=pl.col("step") - 1)
        .filter(pl.col("days") > 0)
        .with_columns(first=pl.col("before").dt.offset_by("1d"), last=pl.col("day").dt.offset_by("-1d"))
    )
    spread = dated.filter(pl.col("first") < pl.col("last")).rename({"source_id": "of", "first": "begin", "last": "end"})
    reached = silences.select("source_id", "first", "last").join_where(
        spread, pl.col("source_id") == pl.col("of"), pl.col("begin") <= pl.col("last"), pl.col("end") >= pl.col("first")
    )
    possible = reached.group_by("source_id", "first").agg(possible=pl.col("articles").sum())
    return (
        attach(silences, possible, ("source_id", "first"))
        .select(
            "source_id",
            "first",
            "last",
            "days",
            possible=pl.col("possible").fill_null(0),
            usual_step="usual_step",
            times=intervals.quotient(pl.col("step"), pl.col("usual_step")),
            publication_days="publication_days",
            chance=pl.when(~abstains).then(chance),
            abstains=abstains,
        )
        .sort("days", "source_id", "first", descending=[True, False, False])
    )


def offsets(dates: Table, articles: Table) -> pl.DataFrame:
    """Dates in the text → their article, surface, edtf (if given), `days` from publication (before: negative), `reach`.

    0 where the period holds the publication day; otherwise the days to its nearer end. Null without a year or a
    publication date. Of an article that is only dated within bounds, `reach` is what holds on every day between them,
    else `unplaced`, and `days` is null unless the same on all of them.
    """
    articles, dates = frame(articles), frame(dates)
    on = key(articles, dates)
    published = articles.select(*on, "published_first", "published_last")
    return attach(of(dates, articles), published, on).select(*on, pl.col("^surface|edtf$"), **_OFFSETS)


def _dated(
    work: Callable[..., pl.DataFrame], dates: Table, articles: pl.DataFrame, *told: object
) -> Iterator[pl.DataFrame]:
    """What makes a table of `slices` of row, first, last, and the first and last day their article may be from; dates
    in the text → such tables, as `selection.part_by_part`."""
    days = ("published_first", "published_last")
    return part_by_part(work, dates, articles, ("first", "last"), *told, beside=days)


def _days_off(published: str) -> pl.Expr:
    """A column of publication days → days from each to the period first/last, 0 within it, null where not known."""
    before, after = ((pl.col(end) - pl.col(published)).dt.total_days() for end in ("last", "first"))
    known = before.is_not_null() & after.is_not_null()
    return pl.when(before < 0).then(before).when(after > 0).then(after).when(known).then(0)


def _reach(days: pl.Expr) -> pl.Expr:
    """Days from publication → the bin of `BINS` they lie in, else `UNPLACED`."""
    reach = pl.lit(UNPLACED)
    for name, low, high in BINS:
        reach = pl.when(days.is_between(low, high)).then(pl.lit(name)).otherwise(reach)
    return reach


_EARLIEST, _LATEST = _days_off("published_first"), _days_off("published_last")
_SAME = _reach(_EARLIEST) == _reach(_LATEST)
_OFFSETS = {
    "days": pl.when(_EARLIEST == _LATEST).then(_EARLIEST),
    "reach": pl.when(_SAME).then(_reach(_EARLIEST)).otherwise(pl.lit(UNPLACED)),
}


def reach(
    dates: Table,
    articles: Table,
    by: Table | None = None,
    *,
    seed: int = intervals.SEED,
    resamples: int = intervals.RESAMPLES,
) -> pl.DataFrame:
    """Dates in the text → how far they lie from publication: `reach` (in the order of `REACHES`, zeros included).

    by: `page`, `segment`, `source_id` (`standing`) for a table by source, in its order. Columns: [source_id,] reach,
    dates, dates_total, share ±, articles, articles_total, article_share ±, abstains.
    """
    articles = frame(articles)
    cells = pl.concat(_dated(_reached, dates, articles))
    options = {"keys": pl.Series(REACHES), "seed": seed, "resamples": resamples}
    if by is None:
        table = intervals.shares(cells, articles, "reach", **options)
    else:  # source by source: all articles stand on one of them
        parts = frame(by).partition_by("source_id", maintain_order=True)
        options |= {"group": "source_id"}
        tables = [intervals.shares(cells, articles, "reach", groups=part, **options) for part in parts]
        table = pl.concat(tables).cast({"source_id": pl.String})
    order = pl.col("reach").replace_strict({name: i for i, name in enumerate(REACHES)}, return_dtype=pl.Int32)
    return (
        table.sort(*([] if by is None else [_order_of(frame(by))]), order)
        .drop("rank", "rank_low", "rank_high")
        .rename({"count": "dates", "total": "dates_total"})
    )


def _reached(parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Dates as in `_dated` → row, reach, count."""
    bins = _OFFSETS["reach"].cast(pl.Enum(REACHES))
    return pl.concat(part.group_by("row", reach=bins).len("count") for part in parts)


def days_named(dates: Table, articles: Table) -> pl.DataFrame:
    """Dates in the text → the days most written about, one a row, those in the most articles first.

    Both days of a period of two are named ("ngày 13 và 14/11"), none of a longer one.
    Columns: day, dates (how often it is named), articles (that name it), articles_total, article_share ± (Wilson),
    same_day (of those articles, how many were published on it), abstains.
    """
    articles = frame(articles)
    total, few = articles.height, articles.height < intervals.MINIMUM_ARTICLES
    named = pl.concat(_dated(_named, dates, articles))
    ends = {
        f"article_share_{end}": pl.when(not few).then(
            intervals.wilson(pl.col("articles"), pl.lit(total), end == "high")
        )
        for end in ("low", "high")
    }
    return (
        named.group_by("day")
        .agg(pl.col("dates", "articles", "same_day").sum().cast(pl.Int64))
        .sort("articles", "dates", "day", descending=[True, True, False])
        .select(
            "day",
            "dates",
            "articles",
            articles_total=pl.lit(total, dtype=pl.Int64),
            article_share=intervals.quotient(pl.col("articles"), pl.lit(total)),
            **ends,
            same_day="same_day",
            abstains=pl.lit(few),
        )
    )


def _named(parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Dates as in `_dated` → day, dates, articles, same_day; a day perhaps in several rows."""
    same = pl.col("row").filter((pl.col("published_first") == pl.col("first")) & _on_a_day("published_"))
    counts = {"dates": pl.len(), "articles": pl.col("row").n_unique(), "same_day": same.n_unique()}
    return pl.concat(_days(part).group_by(day="first").agg(**counts) for part in parts)


def delays(dates: Table, articles: Table, by: Table) -> pl.DataFrame:
    """Dates in the text → how soon after an event the articles of each source of `by` (`standing`) come out.

    An article's event is the latest day it names that is not after its own; articles that name none, or are not dated
    to the day, tell no delay. Columns: source_id (in the order of `by`), days (`DELAYS`), articles (whose event lies at
    most so many days back), articles_total (that tell a delay), article_share ± (Wilson), abstains.
    """
    articles, by = frame(articles), frame(by)
    delay = np.full(articles.height, -1, dtype=np.int32)  # by the articles' rows; -1: it tells none
    for told in _dated(_delays, dates, articles):
        delay[told["row"].to_numpy()] = told["delay"].to_numpy()
    placed = by.select("source_id", delay=pl.Series(delay)[rows_of(by, articles)]).filter(pl.col("delay") >= 0)
    cells = by.select("source_id").unique().join(pl.DataFrame({"days": DELAYS}), how="cross")
    cells = cells.sort(_order_of(by), "days").cast({"source_id": pl.String})
    within = {str(days): (pl.col("delay") <= days).sum() for days in DELAYS}
    counts = placed.group_by("source_id").agg(articles_total=pl.len(), **within).cast({"source_id": pl.String})
    counts = counts.unpivot(index=["source_id", "articles_total"], variable_name="days", value_name="articles")
    counts = counts.select("source_id", pl.col("days").cast(pl.Int64), "articles", "articles_total")
    count, total = pl.col("articles"), pl.col("articles_total")
    few = total < intervals.MINIMUM_ARTICLES
    return (
        attach(cells.cast({"days": pl.Int64}), counts, ("source_id", "days"))
        .with_columns(pl.col("articles", "articles_total").fill_null(0).cast(pl.Int64))
        .with_columns(
            article_share=intervals.quotient(count, total),
            article_share_low=pl.when(~few).then(intervals.wilson(count, total, False)),
            article_share_high=pl.when(~few).then(intervals.wilson(count, total, True)),
            abstains=few,
        )
    )


def _delays(parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Dates as in `_dated` → row, delay: days since its event of each article that tells them."""
    since = (pl.col("published_first") - pl.col("first")).dt.total_days()
    told = _on_a_day("published_") & (since >= 0)
    return pl.concat(_days(part).filter(told).group_by("row").agg(delay=since.min()) for part in parts)


def _days(part: pl.DataFrame) -> pl.DataFrame:
    """Dates as in `_dated` → a row for each day they name, `first`: a day, or both of a period of two."""
    two = part.filter(pl.col("last") == pl.col("first").dt.offset_by("1d"))
    return pl.concat([part.filter(_on_a_day()), two, two.with_columns(first="last")])


def _order_of(by: pl.DataFrame) -> pl.Expr:
    """`standing` → the place of a row's source in it."""
    sources = by["source_id"].unique(maintain_order=True).cast(pl.String).to_list()
    order = {name: at for at, name in enumerate(sources)}
    return pl.col("source_id").cast(pl.String).replace_strict(order, return_dtype=pl.Int32)


def _on_a_day(prefix: str = "") -> pl.Expr:
    """Rows with bounds → whether they are dated to one day."""
    return pl.col(f"{prefix}first") == pl.col(f"{prefix}last")
