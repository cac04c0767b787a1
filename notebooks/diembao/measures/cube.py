"""Counts made once and added up again and again: what `select` chooses and `frequency` measures, for a view that
changes at every click.

A cell is how often an actor is named in an article, in lines of one role, in one reading. Everything is numbered, so
that a million articles are some two hundred megabytes: an article by its row in `Cube.articles`, an actor by its row in
`Cube.actors`. Which articles count is a mask, True or False by number. The tables are those of `frequency` and
`coverage` (property tests compare them), without intervals: these come from `resampled`, when there is time.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from ..schema import COUNTED_ROLES, LINE_ROLES, READINGS, DiembaoError
from . import comparison, coverage, intervals, selection
from .frequency import LINES, PERIODS, TOP, _span, period
from .narrow import Table, frame
from .selection import ARTICLE, CAPITALS, DUPLICATES, attach

# Of each cell, line role and reading in one number: `_PART[role] + _READ[reading]`; `_NEVER`: a role there is not.
_PART = {role: place * (1 + len(READINGS)) for place, role in enumerate(LINE_ROLES)}
_READ = {reading: 1 + place for place, reading in enumerate(READINGS)}
_NEVER = 255
_BITS = {basis: 1 << place for place, basis in enumerate(comparison.BASES)}


_NO_DAYS = pl.DataFrame(
    schema={"days": pl.UInt32, "actor_id": pl.String, "mentions": pl.Int64, "articles": pl.Int64}
)


@dataclass(frozen=True, eq=False)
class Cube:
    """What no choice changes.

    `articles`: page, segment, days (row of `days`), syllables, in the order of pages; `days`: published_first,
    published_last; `repeats`: group, article, the articles that are not alone in their group of near-duplicates, of
    each group the one that stands for it first; `actors`: actor_id, actor_kind, mentions; `cells`: actor, article,
    part, mentions; `totals`: of each article all mentions, a column a part; `sources`: source_id; `standing`: source,
    article, basis (`comparison.attributed` by any of them).
    """

    articles: pl.DataFrame
    days: pl.DataFrame
    repeats: pl.DataFrame
    actors: pl.DataFrame
    cells: pl.DataFrame
    totals: pl.DataFrame
    sources: pl.DataFrame
    standing: pl.DataFrame

    @cached_property
    def pairs(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """→ where in `cells` each pair of actor and article starts, its article, where in these each actor starts."""
        actor, article = (self.cells[name].to_numpy() for name in ("actor", "article"))
        first = np.ones(len(actor), dtype=bool)
        first[1:] = (actor[1:] != actor[:-1]) | (article[1:] != article[:-1])
        at = np.flatnonzero(first)
        actors = np.arange(self.actors.height + 1, dtype=actor.dtype)
        # an article's number is numpy's own kind of index here: it would make one at every use
        return at, article[at].astype(np.intp), np.searchsorted(actor[at], actors)


@dataclass(frozen=True, eq=False)
class Counts:
    """How often actors are named where it counts, whatever articles do: a pair of actor and article an entry, 0 too.

    Those of actor number i stand from `starts[i]` to `starts[i + 1]`. `totals`: all mentions of each article.
    """

    starts: np.ndarray
    article: np.ndarray
    mentions: np.ndarray
    totals: np.ndarray

    def of(self, actor: int) -> tuple[np.ndarray, np.ndarray]:
        """An actor's number → the articles that name it, and how often."""
        here = slice(self.starts[actor], self.starts[actor + 1])
        named = self.mentions[here] > 0
        return self.article[here][named], self.mentions[here][named]


# --- made once --------------------------------------------------------------------------------------------------------


def cube(
    mentions: Table | Iterable[pl.LazyFrame],
    articles: Table,
    citations: Table | None = None,
    outlets: pl.DataFrame | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Cube:
    """All tables of a corpus and its catalogue's outlets → `Cube`.

    mentions: perhaps in parts, of which one is held at a time; progress is called with the parts done and all.
    """
    parts = [mentions.lazy()] if isinstance(mentions, pl.DataFrame | pl.LazyFrame) else list(mentions)
    parts = [part.filter(pl.col("actor_id").is_not_null()) for part in parts]
    told = frame(articles.lazy().drop("title", "published", "published_evidence", "similarity", strict=False))
    told = told.sort(ARTICLE).with_row_index("article")
    day_ranges = told.select("published_first", "published_last").unique().sort(pl.all()).with_row_index("days")
    told = told.join(
        day_ranges, on=["published_first", "published_last"], how="left", nulls_equal=True, maintain_order="left"
    )
    actors = _actors(parts)
    numbered = told.lazy().select(*ARTICLE, "article")
    cells = []
    for done, part in enumerate(parts):
        if progress:
            progress(done, len(parts))
        cells.append(_cells(part, actors["actor_id"], numbered))
    cells = pl.concat(cells).sort("key")
    sources, standing = _standing(told, citations, outlets)
    cells = cells.select(
        actor=(pl.col("key") // 2**40).cast(pl.UInt32),
        article=(pl.col("key") // 2**8 % 2**32).cast(pl.UInt32),
        part=(pl.col("key") % 2**8).cast(pl.UInt8),
        mentions="mentions",
    ).rechunk()
    return Cube(
        told.select("page", "segment", "days", pl.col("syllables").fill_null(0).cast(pl.UInt32)),
        day_ranges.drop("days"),
        _repeats(told),
        actors,
        cells,
        _totals(cells, told.height),
        sources,
        standing,
    )


def _actors(parts: list[pl.LazyFrame]) -> pl.DataFrame:
    counts = [part.group_by("actor_id", "actor_kind").agg(mentions=pl.len()) for part in parts]
    counts = pl.concat(count.collect(engine="streaming") for count in counts)
    counts = counts.group_by("actor_id", "actor_kind").agg(pl.col("mentions").sum())
    counts = counts.sort("actor_id", "mentions", "actor_kind", descending=[False, True, False])
    kind = pl.col("actor_kind").first()
    return counts.group_by("actor_id", maintain_order=True).agg(kind, pl.col("mentions").sum().cast(pl.Int64))


def _cells(part: pl.LazyFrame, actors: pl.Series, numbered: pl.LazyFrame) -> pl.DataFrame:
    """Mentions → key (actor, article and part in one number), mentions."""
    role = pl.col("role").replace_strict(_PART, default=_NEVER, return_dtype=pl.UInt8)
    reading = pl.col("reading").replace_strict(_READ, default=0, return_dtype=pl.UInt8)
    actor = pl.col("actor_id").cast(pl.Enum(actors)).to_physical().cast(pl.UInt64)
    line = pl.when(role == _NEVER).then(role).otherwise(role + reading)
    return (
        part.select(*ARTICLE, actor=actor, part=line)
        .join(numbered, on=ARTICLE)
        .group_by(key=pl.col("actor") * 2**40 + pl.col("article").cast(pl.UInt64) * 2**8 + pl.col("part"))
        .agg(mentions=pl.len())
        .collect(engine="streaming")
    )


def _totals(cells: pl.DataFrame, articles: int) -> pl.DataFrame:
    columns = {}
    for part in sorted({0, *cells["part"].unique()}):
        here = cells.filter(pl.col("part") == part)
        count = np.bincount(here["article"].to_numpy(), weights=here["mentions"].to_numpy(), minlength=articles)
        columns[str(part)] = pl.Series(count).cast(pl.UInt32).shrink_dtype()
    return pl.DataFrame(columns)


def _repeats(articles: pl.DataFrame) -> pl.DataFrame:
    """Articles → those of groups of more than one, in the order in which `select` lets them stand for their group."""
    main = articles.filter(pl.col("segment") == 0)
    copied = main["duplicate_of"].drop_nulls().unique()
    held = main.filter(pl.col("duplicate_of").is_not_null() | pl.col("page").is_in(copied.implode()))
    held = held.with_columns(of=pl.coalesce("duplicate_of", "page"))
    held = held.sort("of", pl.col("duplicate_of").is_not_null(), "published_first", "page", nulls_last=True)
    return held.select(group=pl.col("of").rank("dense").cast(pl.UInt32), article="article")


def _standing(
    articles: pl.DataFrame, citations: Table | None, outlets: pl.DataFrame | None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    if citations is None:
        sources = pl.DataFrame(schema={"source_id": pl.String})
        return sources, pl.DataFrame(schema={"source": pl.UInt32, "article": pl.UInt32, "basis": pl.UInt8})
    if outlets is not None:
        ids = selection.outlet_ids(outlets)
        listed = pl.col("credits").list.eval(pl.element().replace(ids))
        articles = articles.with_columns(pl.col("publisher").replace(ids), listed)
    cited = frame(citations.lazy().select(*ARTICLE, "source_id", "role"))
    found = []
    for basis, bit in _BITS.items():
        pairs = comparison.attributed(articles, cited, basis=basis)
        found.append(pairs.with_columns(basis=pl.lit(bit, pl.UInt8)))
    pairs = pl.concat(found).group_by(*ARTICLE, "source_id").agg(pl.col("basis").sum())
    sources = pl.concat([pairs["source_id"], cited["source_id"]]).drop_nulls().unique().sort().to_frame()
    pairs = attach(pairs, sources.with_row_index("source"), ["source_id"])
    pairs = attach(pairs, articles.select(*ARTICLE, "article"), ARTICLE)
    return sources, pairs.select("source", "article", "basis").sort("source", "article").rechunk()


# --- what counts ------------------------------------------------------------------------------------------------------


def chosen(
    cube: Cube,
    *,
    date_from: str = "",
    date_to: str = "",
    duplicates: str = "once",
    only: Sequence[str] = (),
    basis: str = "any",
) -> np.ndarray:
    """Choices of `select`, and sources on which an article must stand → which articles count, True or False by number.

    Raises the `DiembaoError` of `select`, also where none stands on the sources.
    """
    first, last = selection.days_between(date_from, date_to)
    selection.chosen_of("duplicates", duplicates, DUPLICATES, "a way to count duplicates")
    main = cube.articles["segment"].eq(0).to_numpy()
    counted = main
    if first or last:
        inside = pl.lit(True) if first is None else pl.col("published_first") >= first
        inside &= pl.lit(True) if last is None else pl.col("published_last") <= last
        inside &= pl.col("published_first").is_not_null() & pl.col("published_last").is_not_null()
        counted = main & cube.days.select(inside.fill_null(False)).to_series().to_numpy()[_days(cube)]
    if duplicates == "once":
        group, article = (cube.repeats[name].to_numpy() for name in ("group", "article"))
        group, article = group[counted[article]], article[counted[article]]
        counted = counted.copy()
        counted[article[1:][group[1:] == group[:-1]]] = False
    if not counted.any():
        held = cube.days[np.unique(_days(cube)[main])]
        raise DiembaoError(selection.nothing_counted(held, first, last))
    if only:
        counted = counted & stands(cube, only, basis)
        if not counted.any():
            raise DiembaoError(f"only: no article that counts stands on {', '.join(only)}; choose other sources")
    return counted


def stands(cube: Cube, sources: Sequence[str], basis: str = "any") -> np.ndarray:
    """Sources → which articles stand on any of them."""
    numbers = cube.sources.with_row_index("source").filter(pl.col("source_id").is_in(list(sources)))["source"]
    on = pl.col("source").is_in(numbers.implode()) & (pl.col("basis") & _BITS[basis] != 0)
    mask = np.zeros(cube.articles.height, dtype=bool)
    mask[cube.standing.filter(on)["article"].to_numpy()] = True
    return mask


def within(cube: Cube, line_roles: Sequence[str] = COUNTED_ROLES, capitals: str = "gov") -> Counts:
    """What of an article counts (see `select`) → `Counts` of all articles."""
    roles = selection.chosen_of("line_roles", line_roles, LINE_ROLES, "a line role")
    selection.chosen_of("capitals", capitals, CAPITALS, "a reading of capitals")
    readings = [0, *(_READ[name] for name in READINGS if capitals in (name, "both"))]
    parts = [_PART[role] + reading for role in roles for reading in readings]
    counted = np.zeros(256, dtype=np.uint32)
    counted[parts] = 1
    at, article, starts = cube.pairs
    mentions = cube.cells["mentions"].to_numpy() * counted[cube.cells["part"].to_numpy()]
    mentions = np.add.reduceat(mentions, at, dtype=np.uint32) if len(at) else mentions
    held = [pl.col(str(part)).cast(pl.Int64) for part in parts if str(part) in cube.totals.columns]
    totals = cube.totals.select(pl.sum_horizontal(*held, pl.lit(0))).to_series()
    return Counts(starts, article, mentions, totals.to_numpy())


def hits(cube: Cube, counts: Counts, inside: np.ndarray, actors: Sequence[str] = ()) -> np.ndarray:
    """Counts, the articles that count, actors (default: all) → how often any of them is named in each article."""
    if not len(actors):
        return counts.totals * inside
    found = np.zeros(len(inside), dtype=np.int64)
    for actor in numbers(cube, dict.fromkeys(actors)):
        if actor is not None:
            article, mentions = counts.of(actor)
            found[article] += mentions  # each article once
    return found * inside


def numbers(cube: Cube, actors: Iterable[str]) -> list[int | None]:
    """Ids of actors → their numbers, None of one that is never named."""
    ids = list(actors)
    known = cube.actors.select("actor_id").with_row_index("actor").filter(pl.col("actor_id").is_in(ids))
    places = dict(known.select("actor_id", "actor").iter_rows())
    return [places.get(id_) for id_ in ids]


# --- the tables -------------------------------------------------------------------------------------------------------


def by_actor(cube: Cube, counts: Counts, inside: np.ndarray, actors: Sequence[str] = ()) -> pl.DataFrame:
    """Counts and the articles that count → `frequency.by_actor` without intervals."""
    here = inside[counts.article]
    here &= counts.mentions > 0
    tally = cube.actors.select(
        "actor_id",
        mentions=_sums(counts.mentions * here, counts.starts),
        articles=_sums(here, counts.starts),
    ).filter(pl.col("articles") > 0)
    whole = tally["mentions"].sum()
    tally = tally.with_columns(rank=pl.col("mentions").rank("min", descending=True).cast(pl.Int64))
    if len(actors):
        wanted = pl.DataFrame({"actor_id": list(actors)}, schema={"actor_id": pl.String})
        tally = attach(wanted, tally, ["actor_id"]).with_columns(pl.col("mentions", "articles").fill_null(0))
    tally = tally.with_columns(
        mentions_total=pl.lit(whole, pl.Int64),
        articles_total=pl.lit(np.count_nonzero(inside), pl.Int64),
        syllables=pl.lit(_syllables(cube, inside), pl.Int64),
    )
    table = attach(_shares(tally), cube.actors.select("actor_id", "actor_kind"), ["actor_id"])
    return table.sort("mentions", "articles", "actor_id", descending=[True, True, False]).select(
        "actor_id", "actor_kind", pl.exclude("actor_id", "actor_kind")
    )


def by_period(
    cube: Cube, counts: Counts, inside: np.ndarray, actors: Sequence[str] = (), every: str = "auto"
) -> pl.DataFrame:
    """Counts and the articles that count → `frequency.by_period` of the dated articles without intervals."""
    days = _days(cube)
    each = {
        "articles_total": inside,
        "syllables": cube.articles["syllables"].to_numpy() * inside,
        "mentions_total": counts.totals * inside,
    }
    summed = {name: np.bincount(days, weights=weights, minlength=cube.days.height) for name, weights in each.items()}
    sizes = cube.days.with_columns(**summed).cast(dict.fromkeys(each, pl.Int64))
    sizes = sizes.with_row_index("days").filter(pl.col("articles_total") > 0)
    every = _finest(sizes) if every == "auto" else every
    keys = list(actors) or _most(cube, counts, inside, LINES)
    named = pl.concat([_of_days(cube, counts, inside, actor) for actor in keys] or [_NO_DAYS])
    dated = sizes.with_columns(period=period(every)).filter(pl.col("period").is_not_null())
    named = named.join(dated.select("days", "period"), on="days", validate="m:1")
    named = named.group_by("period", "actor_id").agg(pl.col("mentions", "articles").sum())
    totals = dated.group_by("period").agg(pl.col("articles_total", "syllables", "mentions_total").sum())
    wanted = _span(dated, every).join(_ids(keys), how="cross")
    table = _filled(attach(attach(wanted, named, ("period", "actor_id")), totals, ["period"]))
    return table.sort("period", "mentions", "actor_id", descending=[False, True, False]).select(
        "period", pl.lit(every).alias("every"), pl.exclude("period")
    )


def by_source(
    cube: Cube,
    counts: Counts,
    inside: np.ndarray,
    sources: Sequence[str],
    basis: str = "any",
    actors: Sequence[str] = (),
) -> pl.DataFrame:
    """Counts, the articles that count, sources → `frequency.by_source` of `comparison.attributed` without intervals."""
    keys = list(actors) or _most(cube, counts, inside, TOP)
    pairs = {key: counts.of(actor) for key, actor in zip(keys, numbers(cube, keys), strict=True) if actor is not None}
    rows = []
    for source in dict.fromkeys(sources):
        here = inside & stands(cube, [source], basis)
        if not here.any():
            continue
        whole = (int((counts.totals * here).sum()), np.count_nonzero(here), _syllables(cube, here))
        for key in keys:
            article, mentions = pairs.get(key, (np.zeros(0, np.intp), np.zeros(0, np.int64)))
            named = here[article]
            rows.append((source, key, int((mentions * named).sum()), np.count_nonzero(named), *whole))
    columns = ("mentions", "articles", "mentions_total", "articles_total", "syllables")
    schema = {"source_id": pl.String, "actor_id": pl.String, **dict.fromkeys(columns, pl.Int64)}
    table = _filled(pl.DataFrame(rows, schema=schema, orient="row"))
    return table.sort("source_id", "mentions", "articles", "actor_id", descending=[False, True, True, False])


def calendar(cube: Cube, inside: np.ndarray, sources: Sequence[str], basis: str = "any") -> pl.DataFrame:
    """The articles that count → their `coverage.calendar`."""
    masks = {coverage.ALL: inside, **{source: inside & stands(cube, [source], basis) for source in sources}}
    days = _days(cube)
    counted = pl.concat(
        cube.days.select(
            pl.lit(source).alias("source_id"),
            first="published_first",
            last="published_last",
            articles=np.bincount(days[mask], minlength=cube.days.height),
        )
        for source, mask in masks.items()
    )
    return coverage.calendar_of(counted.filter(pl.col("articles") > 0), sources)


def resampled(
    cube: Cube,
    counts: Counts,
    inside: np.ndarray,
    actors: Sequence[str],
    *,
    seed: int = intervals.SEED,
    resamples: int = intervals.RESAMPLES,
) -> pl.DataFrame:
    """Counts, the articles that count, actors → actor_id and the ends of `share` and `rate` as in `frequency.by_actor`.

    Null where too few articles hold the actor.
    """
    actors = list(actors)
    articles = np.flatnonzero(inside)
    values = np.zeros((len(articles), len(actors) + 2))
    for column, actor in enumerate(actors):
        values[:, column] = hits(cube, counts, inside, [actor])[articles]
    values[:, -2] = counts.totals[articles]
    values[:, -1] = cube.articles["syllables"].to_numpy()[articles]
    naming = (values[:, :-2] > 0).sum(0)
    names = [f"{name}_{end}" for name in ("share", "rate") for end in ("low", "high")]
    ends = dict.fromkeys(names, np.full(len(actors), np.nan))
    if len(articles) >= intervals.MINIMUM_ARTICLES and actors:
        found = intervals.ends(values, intervals.generator(seed, ""), resamples)
        ends = {name: np.where(naming < intervals.MINIMUM_NAMING, np.nan, found[name]) for name in names}
    table = pl.DataFrame({"actor_id": actors} | ends, schema={"actor_id": pl.String} | dict.fromkeys(ends, pl.Float64))
    return table.fill_nan(None)


def _days(cube: Cube) -> np.ndarray:
    return cube.articles["days"].to_numpy()


def _syllables(cube: Cube, inside: np.ndarray) -> int:
    return int(cube.articles["syllables"].to_numpy()[inside].sum(dtype=np.int64))


def _ids(actors: Sequence[str]) -> pl.DataFrame:
    return pl.DataFrame({"actor_id": list(actors)}, schema={"actor_id": pl.String})


def _sums(values: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Values and where each stretch of them starts (and the last ends) → the sum of each stretch, 0 of an empty one."""
    sums = np.zeros(len(starts) - 1, dtype=np.int64)
    held = starts[:-1] < starts[1:]
    if held.any():
        sums[held] = np.add.reduceat(values, starts[:-1][held], dtype=np.int64)
    return sums


def _most(cube: Cube, counts: Counts, inside: np.ndarray, most: int) -> list[str]:
    totals = cube.actors.select("actor_id", mentions=_sums(counts.mentions * inside[counts.article], counts.starts))
    totals = totals.filter(pl.col("mentions") > 0).sort("mentions", "actor_id", descending=[True, False])
    return totals["actor_id"].head(most).to_list()


def _of_days(cube: Cube, counts: Counts, inside: np.ndarray, actor: str) -> pl.DataFrame:
    """An actor → days (row of `Cube.days`), actor_id, mentions, articles."""
    (number,) = numbers(cube, [actor])
    article, mentions = counts.of(number) if number is not None else (np.zeros(0, np.intp), np.zeros(0, np.int64))
    days, named = _days(cube)[article], inside[article]
    tally = [np.bincount(days, weights=each * named, minlength=cube.days.height) for each in (mentions, 1)]
    table = pl.DataFrame({"mentions": tally[0], "articles": tally[1]}).cast(pl.Int64).with_row_index("days")
    return table.select(pl.col("days").cast(pl.UInt32), pl.lit(actor).alias("actor_id"), "mentions", "articles")


def _finest(sizes: pl.DataFrame) -> str:
    """Days with their articles → the finest period of which at least half hold enough (see `frequency.by_period`)."""
    for every in PERIODS:
        held = sizes.group_by(period=period(every)).agg(pl.col("articles_total").sum())
        held = held.filter(pl.col("period").is_not_null())
        enough = (held["articles_total"] >= intervals.MINIMUM_ARTICLES).sum()
        if 2 * enough >= _span(held, every).height:
            return every
    return "year"


def _filled(table: pl.DataFrame) -> pl.DataFrame:
    whole = ("mentions", "articles", "mentions_total", "articles_total", "syllables")
    return _shares(table.with_columns(pl.col(whole).fill_null(0)))


def _shares(tally: pl.DataFrame) -> pl.DataFrame:
    return tally.with_columns(
        share=intervals.quotient(pl.col("mentions"), pl.col("mentions_total")),
        article_share=intervals.quotient(pl.col("articles"), pl.col("articles_total")),
        rate=intervals.quotient(1000 * pl.col("mentions"), pl.col("syllables")),
        abstains=(pl.col("articles") < intervals.MINIMUM_NAMING)
        | (pl.col("articles_total") < intervals.MINIMUM_ARTICLES),
    )
