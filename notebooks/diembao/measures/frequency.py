"""Who is mentioned how often: mentions, shares, articles, rates per 1,000 syllables, with denominators and intervals.

Every table counts the mentions it is given (choose them with `select`) in the articles it is given. `share` is of all
actor mentions in the same articles, `rate` per 1,000 syllables of their body; `intervals.shares` tells the columns.
"""

from collections.abc import Sequence

import polars as pl

from ..schema import ACTOR_KINDS
from . import intervals
from .selection import ARTICLE, attach, frame, of

TOP = 8  # actors shown over months and sources unless others are asked for
Table = pl.DataFrame | pl.LazyFrame


def by_actor(
    mentions: Table,
    articles: Table,
    actors: Sequence[str] = (),
    *,
    seed: int = intervals.SEED,
    resamples: int = intervals.RESAMPLES,
) -> pl.DataFrame:
    """Mentions → `actor_id`, `actor_kind` and the columns of `intervals.shares` (`count` is `mentions`), most first.

    actors: ids to report, those never mentioned included (default: all that are mentioned).
    """
    mentions = frame(mentions)
    table = _shares(mentions, frame(articles), "actor_id", _keys(actors), seed=seed, resamples=resamples)
    kinds = mentions.group_by("actor_id").agg(pl.col("actor_kind").mode().sort().first())
    return attach(table, kinds, ["actor_id"]).select("actor_id", "actor_kind", pl.exclude("actor_id", "actor_kind"))


def by_kind(
    mentions: Table, articles: Table, *, seed: int = intervals.SEED, resamples: int = intervals.RESAMPLES
) -> pl.DataFrame:
    """Mentions → `actor_kind` (state, org, person; zeros included) and the columns of `by_actor`, without ranks."""
    table = _shares(frame(mentions), frame(articles), "actor_kind", _keys(ACTOR_KINDS), seed=seed, resamples=resamples)
    return table.drop("rank", "rank_low", "rank_high")


def by_role(
    mentions: Table, articles: Table, *, seed: int = intervals.SEED, resamples: int = intervals.RESAMPLES
) -> pl.DataFrame:
    """Mentions → `line_role`, `actor_kind` and how the mentions in lines of that role divide among the kinds.

    Columns: line_role, actor_kind, mentions, mentions_total (in that role), share ±, articles, articles_total,
    article_share ±, abstains.
    """
    mentions, articles = frame(mentions), frame(articles)
    parts = [
        intervals.shares(
            part, articles, "actor_kind", keys=_keys(ACTOR_KINDS), seed=seed, resamples=resamples
        ).with_columns(line_role=pl.lit(role, dtype=pl.String))
        for (role,), part in mentions.sort("role").partition_by("role", as_dict=True, maintain_order=True).items()
    ]
    if not parts:
        parts = [intervals.shares(mentions, articles, "actor_kind").with_columns(line_role=pl.lit(None, dtype=pl.String))]
    table = _named(pl.concat(parts)).drop("rank", "rank_low", "rank_high")
    return table.select("line_role", pl.exclude("line_role"))


def by_month(
    mentions: Table,
    articles: Table,
    actors: Sequence[str] = (),
    *,
    seed: int = intervals.SEED,
    resamples: int = intervals.RESAMPLES,
) -> pl.DataFrame:
    """Mentions → `month` (its first day), `actor_id` and the columns of `by_actor` within the month.

    Every month from the first to the last dated article has its rows, those without articles with `articles_total` 0
    and a null share. Articles not dated to one month are the month null, so that the months add up to all articles.
    actors: default the `TOP` most mentioned.
    """
    mentions, articles = frame(mentions), frame(articles)
    first, last = (pl.col(f"published_{end}").dt.truncate("1mo") for end in ("first", "last"))
    months = articles.select(*ARTICLE, month=pl.when(first == last).then(first))
    keys = _top(mentions, articles, actors)
    table = _shares(mentions, articles, "actor_id", keys, groups=months, group="month", seed=seed, resamples=resamples)
    dated = months["month"].drop_nulls()
    span = pl.date_range(dated.min(), dated.max(), "1mo", eager=True) if len(dated) else dated
    silent = span.alias("month").to_frame().join(months, on="month", how="anti")
    silent = silent.join(keys.alias("actor_id").to_frame(), how="cross")
    zeros = silent.with_columns(
        pl.lit(0, dtype=pl.Int64).alias(name)
        for name in ("mentions", "mentions_total", "articles", "articles_total", "syllables")
    ).with_columns(abstains=pl.lit(True))
    return pl.concat([table, zeros], how="diagonal").sort(
        "month", "mentions", "actor_id", descending=[False, True, False], nulls_last=True
    )


def by_source(
    mentions: Table,
    articles: Table,
    attributed: Table,
    actors: Sequence[str] = (),
    *,
    seed: int = intervals.SEED,
    resamples: int = intervals.RESAMPLES,
) -> pl.DataFrame:
    """Mentions → `source_id`, `actor_id` and the columns of `by_actor` within the articles of that source.

    attributed: `page`, `segment`, `source_id` (see `comparison.attributed`). actors: default the `TOP` most mentioned.
    """
    mentions, articles = frame(mentions), frame(articles)
    keys = _top(mentions, articles, actors)
    return _shares(
        mentions,
        articles,
        "actor_id",
        keys,
        groups=frame(attributed),
        group="source_id",
        seed=seed,
        resamples=resamples,
    )


def concordance(mentions: Table, pages: Table, actor: str, width: int = 60) -> pl.DataFrame:
    """Mentions of an actor → the text around each: page, line, line_role, left, surface, right (`width` characters)."""
    found = frame(mentions).filter(pl.col("actor_id") == actor).sort("page", "start")
    texts = attach(found, frame(pages).select("page", "text"), ["page"])
    before = pl.min_horizontal("start", pl.lit(width))
    return texts.select(
        "page",
        "line",
        line_role="role",
        left=pl.col("text").str.slice(pl.col("start") - before, before).str.replace_all(r"\s+", " "),
        surface="surface",
        right=pl.col("text").str.slice(pl.col("end"), width).str.replace_all(r"\s+", " "),
    )


def _keys(ids: Sequence[str]) -> pl.Series | None:
    return pl.Series(list(ids), dtype=pl.String) if len(ids) else None


def _top(mentions: pl.DataFrame, articles: pl.DataFrame, actors: Sequence[str]) -> pl.Series:
    if len(actors):
        return _keys(actors)
    counts = of(mentions, articles).filter(pl.col("actor_id").is_not_null())["actor_id"].value_counts()
    return counts.sort("count", "actor_id", descending=[True, False])["actor_id"].head(TOP)


def _named(table: pl.DataFrame) -> pl.DataFrame:
    return table.rename({"count": "mentions", "total": "mentions_total"})


def _shares(
    mentions: pl.DataFrame, articles: pl.DataFrame, key: str, keys: pl.Series | None, **options
) -> pl.DataFrame:
    return _named(intervals.shares(mentions, articles, key, keys=keys, exposure="syllables", **options))
