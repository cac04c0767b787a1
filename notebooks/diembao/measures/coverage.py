"""Which days are covered: publication days, silences and gaps by source, and the days the texts speak of.

Three absences are told apart: a day of the corpus's span without an article (`nothing`, a true zero), a day before its
first or after its last dated article (`outside`, nothing is known), and articles without a date (`undated`, which may
belong to any day). An article dated to a month or a year is counted, but fills no day.
"""

from collections.abc import Sequence

import polars as pl

from ..schema import PUBLISHED_BASES
from . import intervals
from .comparison import attributed
from .frequency import Table
from .selection import ARTICLE, DEFAULT_SOURCES, attach, day_range, frame, of

ALL = "all"  # the row for all articles together, whatever their source
STATES = ("published", "nothing", "outside")
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

    Columns: basis, precision, articles, articles_total, article_share ± (Wilson), widest (days from the first to the
    last day an article of this row may be from), abstains.
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
        .agg(articles=pl.len().cast(pl.Int64), widest=width.max())
        .sort(order, "precision")
        .select(
            "basis",
            "precision",
            "articles",
            articles_total=pl.lit(total, dtype=pl.Int64),
            article_share=intervals.quotient(pl.col("articles"), pl.lit(total)),
            **ends,
            widest="widest",
            abstains=pl.lit(few),
        )
    )


def by_source(
    articles: Table, citations: Table, sources: Sequence[str] = DEFAULT_SOURCES, *, basis: str = "any"
) -> pl.DataFrame:
    """Articles → a row for `ALL` and for each source: how many, from when to when, on how many days.

    Columns: source_id, articles, day_dated, longer_dated, undated, first, last (publication days), publication_days,
    span_days (from first to last), usual_step (median days from one publication day to the next; 1 = daily).
    """
    articles = frame(articles)
    standing = _standing(articles, citations, sources, basis)
    dated = attach(standing, articles.select(*ARTICLE, "published_first", "published_last"), ARTICLE)
    day = pl.col("published_first") == pl.col("published_last")
    counts = dated.group_by("source_id").agg(
        articles=pl.len(),
        day_dated=day.sum(),
        longer_dated=(pl.col("published_first") < pl.col("published_last")).sum(),
        undated=day.is_null().sum(),
    )
    days = _days(articles, standing)
    spans = days.group_by("source_id").agg(
        first=pl.col("day").min(),
        last=pl.col("day").max(),
        publication_days=pl.len(),
        usual_step=pl.col("day").sort().diff().dt.total_days().median(),
    )
    rows = pl.DataFrame({"source_id": [ALL, *sources]})
    table = attach(attach(rows, counts, ["source_id"]), spans, ["source_id"])
    return table.select(
        "source_id",
        pl.col("articles", "day_dated", "longer_dated", "undated").fill_null(0).cast(pl.Int64),
        "first",
        "last",
        pl.col("publication_days").fill_null(0).cast(pl.Int64),
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
    articles = frame(articles)
    days = _days(articles, _standing(articles, citations, sources, basis))
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
        .when(pl.col("day").is_between(start, end))
        .then(pl.lit("nothing"))
        .otherwise(pl.lit("outside"))
    )
    runs = (
        attach(every, days, ("source_id", "day"))
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
    Columns: source_id, first, last (silent days), days, usual_step, times, publication_days, chance, abstains.
    """
    articles = frame(articles)
    days = _days(articles, _standing(articles, citations, sources, basis)).sort("source_id", "day")
    steps = days.with_columns(
        before=pl.col("day").shift(1).over("source_id"),
        publication_days=pl.len().over("source_id").cast(pl.Int64),
        span=(pl.col("day").max() - pl.col("day").min()).dt.total_days().over("source_id"),
    ).with_columns(step=(pl.col("day") - pl.col("before")).dt.total_days())
    # `span` days came after the first publication day, and all other publication days are among them
    silent = 1 - (pl.col("publication_days") - 1) / pl.col("span")
    chance = 1 - (1 - silent ** pl.col("days")) ** (pl.col("publication_days") - 1)
    abstains = pl.col("publication_days") < intervals.MINIMUM_ARTICLES
    return (
        steps.with_columns(usual_step=pl.col("step").median().over("source_id"), days=pl.col("step") - 1)
        .filter(pl.col("days") > 0)
        .select(
            "source_id",
            first=pl.col("before").dt.offset_by("1d"),
            last=pl.col("day").dt.offset_by("-1d"),
            days="days",
            usual_step="usual_step",
            times=intervals.quotient(pl.col("step"), pl.col("usual_step")),
            publication_days="publication_days",
            chance=pl.when(~abstains).then(chance),
            abstains=abstains,
        )
        .sort("days", "source_id", "first", descending=[True, False, False])
    )


def offsets(dates: Table, articles: Table) -> pl.DataFrame:
    """Dates in the text → page, segment, surface, edtf, `days` from publication (before: negative), `reach`.

    0 where the period holds the publication day; otherwise the days to its nearer end. Null without a year or a
    publication date. Of an article that is only dated within bounds, `reach` is what holds on every day between them,
    else `unplaced`, and `days` is null unless the same on all of them.
    """
    articles = frame(articles)
    published = articles.select(*ARTICLE, "published_first", "published_last")
    earliest, latest = _days_off("published_first"), _days_off("published_last")
    reach = pl.when(_reach(earliest) == _reach(latest)).then(_reach(earliest)).otherwise(pl.lit(UNPLACED))
    return attach(of(frame(dates), articles), published, ARTICLE).select(
        *ARTICLE, "surface", "edtf", days=pl.when(earliest == latest).then(earliest), reach=reach
    )


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


def reach(
    dates: Table,
    articles: Table,
    standing: Table | None = None,
    *,
    seed: int = intervals.SEED,
    resamples: int = intervals.RESAMPLES,
) -> pl.DataFrame:
    """Dates in the text → how far they lie from publication: `reach` (in the order of `REACHES`, zeros included).

    standing: `page`, `segment`, `source_id` (`comparison.attributed`) for a table by source. Columns: [source_id,]
    reach, dates, dates_total, share ±, articles, articles_total, article_share ±, abstains.
    """
    groups = {} if standing is None else {"groups": frame(standing), "group": "source_id"}
    keys = pl.Series(REACHES)
    articles = frame(articles)
    table = intervals.shares(
        offsets(dates, articles), articles, "reach", keys=keys, seed=seed, resamples=resamples, **groups
    )
    order = pl.col("reach").replace_strict({name: i for i, name in enumerate(REACHES)}, return_dtype=pl.Int32)
    return (
        table.sort(*([] if standing is None else ["source_id"]), order)
        .drop("rank", "rank_low", "rank_high")
        .rename({"count": "dates", "total": "dates_total"})
    )


def _standing(articles: pl.DataFrame, citations: Table, sources: Sequence[str], basis: str) -> pl.DataFrame:
    every = articles.select(*ARTICLE, source_id=pl.lit(ALL))
    return pl.concat(
        [every, attributed(articles, citations, sources, basis).filter(pl.col("source_id").is_in(list(sources)))]
    )


def _days(articles: pl.DataFrame, standing: pl.DataFrame) -> pl.DataFrame:
    """Articles dated to a day → source_id, day, articles."""
    single = articles.filter(pl.col("published_first") == pl.col("published_last")).select(
        *ARTICLE, day="published_first"
    )
    joined = standing.join(single, on=ARTICLE, validate="m:1")
    assert joined.height <= standing.height
    return joined.group_by("source_id", "day").agg(articles=pl.len())
