"""Counts made once and added up again and again: what `frequency` measures, for a view that changes at every click.

A cell is how often an actor is named in an article, in lines of one role, in one reading. The tables are those of
`frequency` (a property test compares them), without intervals: these come from `resampled`, when there is time.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from ..schema import COUNTED_ROLES
from . import intervals
from .frequency import LINES, TOP, Table, _finest, _periods, _span
from .selection import ARTICLE, attach, frame


@dataclass(frozen=True, eq=False)
class Cube:
    """`articles`: page, segment, `article` (its number); `cells`: article, actor_id, role, reading, mentions; `kinds`:
    actor_id, actor_kind."""

    articles: pl.DataFrame
    cells: pl.DataFrame
    kinds: pl.DataFrame


def cube(mentions: Table, articles: Table) -> Cube:
    """All mentions of a corpus and its articles → `Cube`."""
    numbered = frame(articles).sort(ARTICLE).select(ARTICLE).with_row_index("article")
    named = frame(mentions).filter(pl.col("actor_id").is_not_null())
    kinds = named.group_by("actor_id").agg(pl.col("actor_kind").mode().sort().first())
    actors = pl.Enum(kinds["actor_id"].sort())
    cells = (
        attach(named, numbered, ARTICLE)
        .filter(pl.col("article").is_not_null())
        .select("article", pl.col("actor_id").cast(actors), pl.col("role", "reading").cast(pl.Categorical))
        .group_by("article", "actor_id", "role", "reading")
        .agg(mentions=pl.len())
        .sort("article", "actor_id", "role", "reading")
    )
    return Cube(numbered, cells, kinds)


def numbers(cube: Cube, articles: pl.DataFrame) -> pl.Series:
    """Articles → their numbers in the cube, in its order."""
    return cube.articles.join(articles.select(ARTICLE), on=ARTICLE, how="semi", maintain_order="left")["article"]


def within(
    cube: Cube, chosen: pl.Series, line_roles: Sequence[str] = COUNTED_ROLES, capitals: str = "gov"
) -> pl.DataFrame:
    """The numbers of articles and what counts in them (see `select`) → article, actor_id, mentions: each pair once."""
    inside = np.zeros(cube.articles.height, dtype=bool)
    inside[chosen.to_numpy()] = True
    read = pl.lit(True) if capitals == "both" else pl.col("reading").is_null() | (pl.col("reading") == capitals)
    kept = cube.cells.filter(pl.Series(inside[cube.cells["article"].to_numpy()]))
    kept = kept.filter(pl.col("role").is_in(list(line_roles)) & read)
    return kept.group_by("article", "actor_id").agg(pl.col("mentions").sum().cast(pl.Int64))


def by_actor(cube: Cube, counts: pl.DataFrame, articles: pl.DataFrame, actors: Sequence[str] = ()) -> pl.DataFrame:
    """`within` and its articles → `frequency.by_actor` without intervals."""
    tally = counts.group_by("actor_id").agg(pl.col("mentions").sum(), articles=pl.len().cast(pl.Int64))
    tally = _ranked(tally.cast({"actor_id": pl.String}))
    if len(actors):
        wanted = pl.DataFrame({"actor_id": list(actors)}, schema={"actor_id": pl.String})
        tally = attach(wanted, tally, ["actor_id"]).with_columns(pl.col("mentions", "articles").fill_null(0))
    tally = tally.with_columns(
        mentions_total=pl.lit(counts["mentions"].sum(), pl.Int64),
        articles_total=pl.lit(articles.height, pl.Int64),
        syllables=pl.lit(articles["syllables"].sum(), pl.Int64),
    )
    table = attach(_shares(tally), cube.kinds, ["actor_id"])
    return table.sort("mentions", "articles", "actor_id", descending=[True, True, False]).select(
        "actor_id", "actor_kind", pl.exclude("actor_id", "actor_kind")
    )


def by_period(
    cube: Cube, counts: pl.DataFrame, articles: pl.DataFrame, actors: Sequence[str] = (), every: str = "auto"
) -> pl.DataFrame:
    """`within` and its articles → `frequency.by_period` of the dated articles without intervals."""
    every = _finest(articles) if every == "auto" else every
    periods = _periods(articles, every)
    numbered = attach(periods, cube.articles, ARTICLE).select("article", "period")
    sizes = attach(periods, articles.select(*ARTICLE, "syllables"), ARTICLE).group_by("period")
    sizes = sizes.agg(articles_total=pl.len().cast(pl.Int64), syllables=pl.col("syllables").sum())
    keys = list(actors) or _most(counts, LINES)
    span = _span(periods, every).join(pl.DataFrame({"actor_id": keys}, schema={"actor_id": pl.String}), how="cross")
    table = _grouped(counts, numbered, "period", keys, span, sizes)
    return table.sort("period", "mentions", "actor_id", descending=[False, True, False]).select(
        "period", pl.lit(every).alias("every"), pl.exclude("period")
    )


def by_source(
    cube: Cube, counts: pl.DataFrame, articles: pl.DataFrame, standing: pl.DataFrame, actors: Sequence[str] = ()
) -> pl.DataFrame:
    """`within`, its articles and `comparison.attributed` of them → `frequency.by_source` without intervals."""
    numbered = attach(standing, cube.articles, ARTICLE).select("article", "source_id")
    sizes = attach(standing, articles.select(*ARTICLE, "syllables"), ARTICLE).group_by("source_id")
    sizes = sizes.agg(articles_total=pl.len().cast(pl.Int64), syllables=pl.col("syllables").sum())
    keys = list(actors) or _most(counts, TOP)
    wanted = sizes.select("source_id").join(
        pl.DataFrame({"actor_id": keys}, schema={"actor_id": pl.String}), how="cross"
    )
    table = _grouped(counts, numbered, "source_id", keys, wanted, sizes)
    return table.sort("source_id", "mentions", "articles", "actor_id", descending=[False, True, True, False])


def resampled(
    cube: Cube,
    counts: pl.DataFrame,
    articles: pl.DataFrame,
    actors: Sequence[str],
    *,
    seed: int = intervals.SEED,
    resamples: int = intervals.RESAMPLES,
) -> pl.DataFrame:
    """`within`, its articles and actors → actor_id and the ends of `share` and `rate` as in `frequency.by_actor`.

    Null where too few articles hold the actor.
    """
    actors = list(actors)
    chosen = attach(articles.sort(ARTICLE).select(*ARTICLE, "syllables"), cube.articles, ARTICLE)
    row = np.zeros(cube.articles.height, dtype=np.int64)
    row[chosen["article"].to_numpy()] = np.arange(chosen.height)
    values = np.zeros((chosen.height, len(actors) + 2))
    np.add.at(values[:, -2], row[counts["article"].to_numpy()], counts["mentions"].to_numpy())
    values[:, -1] = chosen["syllables"].fill_null(0).to_numpy()
    column = pl.DataFrame({"actor_id": actors, "column": range(len(actors))}, schema_overrides={"actor_id": pl.String})
    ours = counts.filter(pl.col("actor_id").is_in(actors)).cast({"actor_id": pl.String})
    ours = attach(ours, column, ["actor_id"])
    values[row[ours["article"].to_numpy()], ours["column"].to_numpy()] = ours["mentions"].to_numpy()
    naming = (values[:, :-2] > 0).sum(0)
    names = [f"{name}_{end}" for name in ("share", "rate") for end in ("low", "high")]
    ends = dict.fromkeys(names, np.full(len(actors), np.nan))
    if chosen.height >= intervals.MINIMUM_ARTICLES and actors:
        found = intervals.ends(values, intervals.generator(seed, ""), resamples)
        ends = {name: np.where(naming < intervals.MINIMUM_NAMING, np.nan, found[name]) for name in names}
    table = pl.DataFrame({"actor_id": actors} | ends, schema={"actor_id": pl.String} | dict.fromkeys(ends, pl.Float64))
    return table.fill_nan(None)



def _most(counts: pl.DataFrame, most: int) -> list[str]:
    totals = counts.group_by(pl.col("actor_id").cast(pl.String)).agg(pl.col("mentions").sum())
    return totals.sort("mentions", "actor_id", descending=[True, False])["actor_id"].head(most).to_list()


def _grouped(
    counts: pl.DataFrame,
    numbered: pl.DataFrame,
    group: str,
    keys: list[str],
    wanted: pl.DataFrame,
    sizes: pl.DataFrame,
) -> pl.DataFrame:
    """Counts, the groups of articles, groups × actors wanted, sizes of groups → the columns of `frequency` by group."""
    grouped = counts.join(numbered, on="article")  # fans out on purpose: an article may be in several groups
    totals = grouped.group_by(group).agg(mentions_total=pl.col("mentions").sum())
    ours = grouped.filter(pl.col("actor_id").is_in(keys)).cast({"actor_id": pl.String})
    tally = ours.group_by(group, "actor_id").agg(pl.col("mentions").sum(), articles=pl.len().cast(pl.Int64))
    table = attach(attach(attach(wanted, tally, (group, "actor_id")), totals, [group]), sizes, [group])
    whole = ("mentions", "articles", "mentions_total", "articles_total", "syllables")
    return _shares(table.with_columns(pl.col(whole).fill_null(0)))


def _ranked(tally: pl.DataFrame) -> pl.DataFrame:
    return tally.with_columns(rank=pl.col("mentions").rank("min", descending=True).cast(pl.Int64))


def _shares(tally: pl.DataFrame) -> pl.DataFrame:
    return tally.with_columns(
        share=intervals.quotient(pl.col("mentions"), pl.col("mentions_total")),
        article_share=intervals.quotient(pl.col("articles"), pl.col("articles_total")),
        rate=intervals.quotient(1000 * pl.col("mentions"), pl.col("syllables")),
        abstains=(pl.col("articles") < intervals.MINIMUM_NAMING)
        | (pl.col("articles_total") < intervals.MINIMUM_ARTICLES),
    )
