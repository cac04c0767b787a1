"""Who is mentioned how often: mentions, shares, articles, rates per 1,000 syllables, with denominators and intervals.

Every table counts the mentions it is given (choose them with `select`) in the articles it is given. `share` is of all
actor mentions in the same articles, `rate` per 1,000 syllables of their body; `intervals.shares` tells the columns.
"""

from collections.abc import Sequence

import polars as pl

from ..schema import ACTOR_KINDS, LINE_ROLES, DiembaoError
from . import intervals
from .selection import ARTICLE, attach, frame, of

TOP, LINES = 8, 4  # actors shown by source and over time unless others are asked for
PERIODS = {"month": "1mo", "quarter": "1q", "half": "6mo", "year": "1y"}
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
    """Mentions → `line_role` (as in `schema`), `actor_kind` and how the mentions in such lines divide among the kinds.

    Columns: line_role, actor_kind, mentions, mentions_total (in that role), share ±, articles, articles_total,
    article_share ±, abstains.
    """
    mentions, articles = frame(mentions), frame(articles)
    parts = [
        intervals.shares(
            part, articles, "actor_kind", keys=_keys(ACTOR_KINDS), seed=seed, resamples=resamples
        ).with_columns(line_role=pl.lit(role, dtype=pl.String))
        for role in LINE_ROLES
        if not (part := mentions.filter(pl.col("role") == role)).is_empty()
    ]
    if not parts:
        parts = [
            intervals.shares(mentions, articles, "actor_kind").with_columns(line_role=pl.lit(None, dtype=pl.String))
        ]
    table = _named(pl.concat(parts)).drop("rank", "rank_low", "rank_high")
    return table.select("line_role", pl.exclude("line_role"))


def by_period(
    mentions: Table,
    articles: Table,
    actors: Sequence[str] = (),
    every: str = "month",
    *,
    seed: int = intervals.SEED,
    resamples: int = intervals.RESAMPLES,
) -> pl.DataFrame:
    """Mentions → `period` (its first day), `every`, `actor_id` and the columns of `by_actor` within the period.

    every: `month`, `quarter`, `half`, `year`, or `auto`: the finest of which at least half hold `MINIMUM_ARTICLES`.
    Every period from the first to the last dated article has its rows, those without articles with `articles_total` 0
    and a null share. Articles not dated to one period are the period null, so that the periods add up to all articles.
    actors: default the `LINES` most mentioned. Raises `DiembaoError` for an unknown `every`.
    """
    mentions, articles = frame(mentions), frame(articles)
    if every not in (*PERIODS, "auto"):
        raise DiembaoError(f"every: {every!r} is no period; choose from {', '.join(PERIODS)}, auto")
    every = _finest(articles) if every == "auto" else every
    periods = _periods(articles, every)
    keys = _top(mentions, articles, actors, LINES)
    options = {"groups": periods, "group": "period", "seed": seed, "resamples": resamples}
    table = _shares(mentions, articles, "actor_id", keys, **options)
    silent = _span(periods, every).join(periods, on="period", how="anti")
    zeros = silent.join(keys.alias("actor_id").to_frame(), how="cross").with_columns(
        *(
            pl.lit(0, dtype=pl.Int64).alias(name)
            for name in ("mentions", "mentions_total", "articles", "articles_total", "syllables")
        ),
        abstains=pl.lit(True),
    )
    return (
        pl.concat([table, zeros], how="diagonal")
        .sort("period", "mentions", "actor_id", descending=[False, True, False], nulls_last=True)
        .select("period", pl.lit(every).alias("every"), pl.exclude("period"))
    )


def by_month(
    mentions: Table,
    articles: Table,
    actors: Sequence[str] = (),
    *,
    seed: int = intervals.SEED,
    resamples: int = intervals.RESAMPLES,
) -> pl.DataFrame:
    """`by_period` by months."""
    return by_period(mentions, articles, actors, "month", seed=seed, resamples=resamples)


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
    keys = _top(mentions, articles, actors, TOP)
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


def concordance(mentions: Table, pages: Table, actors: Sequence[str] = (), width: int = 60) -> pl.DataFrame:
    """Mentions of actors (default: of all) → the words around each, in the order of the pages.

    Columns: actor_id, page, line, line_role, left, surface, right (up to `width` characters, on one line).
    """
    found = frame(mentions).sort("page", "start")
    found = found.filter(pl.col("actor_id").is_in(list(actors))) if len(actors) else found
    texts = attach(found, frame(pages).select("page", "text"), ["page"])
    before = pl.min_horizontal("start", pl.lit(width))
    spaces = r"\s+"
    return texts.select(
        "actor_id",
        "page",
        "line",
        line_role="role",
        left=pl.col("text").str.slice(pl.col("start") - before, before).str.replace_all(spaces, " "),
        surface="surface",
        right=pl.col("text").str.slice(pl.col("end"), width).str.replace_all(spaces, " "),
    )


def newcomers(mentions: Table, known: Sequence[str]) -> pl.DataFrame:
    """Mentions and the ids of the catalogue → persons it does not list, the most often named first.

    Columns: those of `actors.csv` (id, kind, name_en, name_vi, wikidata), to be pasted into it; mentions, articles.
    """
    found = frame(mentions).filter((pl.col("basis") == "candidate") & ~pl.col("actor_id").is_in(list(known)))
    name = pl.col("surface").mode(maintain_order=True).first().str.replace_all(" *- *", "-")
    return (
        found.sort("page", "start")
        .group_by("actor_id", maintain_order=True)
        .agg(name=name, kind=pl.col("actor_kind").first(), mentions=pl.len(), articles=pl.col("page").n_unique())
        .sort("mentions", "articles", "actor_id", descending=[True, True, False])
        .with_columns(id="actor_id", name_en="name", name_vi="name", wikidata=pl.lit(""))
        .select("id", "kind", "name_en", "name_vi", "wikidata", "mentions", "articles")
    )


def _keys(ids: Sequence[str]) -> pl.Series | None:
    return pl.Series(list(ids), dtype=pl.String) if len(ids) else None


def _top(mentions: pl.DataFrame, articles: pl.DataFrame, actors: Sequence[str], most: int) -> pl.Series:
    if len(actors):
        return _keys(actors)
    counts = of(mentions, articles).filter(pl.col("actor_id").is_not_null())["actor_id"].value_counts()
    return counts.sort("count", "actor_id", descending=[True, False])["actor_id"].head(most)


def _periods(articles: pl.DataFrame, every: str) -> pl.DataFrame:
    """Articles → page, segment, `period`, null where the article is not dated to one."""
    first, last = (pl.col(f"published_{end}").dt.truncate(PERIODS[every]) for end in ("first", "last"))
    return articles.select(*ARTICLE, period=pl.when(first == last).then(first))


def _span(periods: pl.DataFrame, every: str) -> pl.DataFrame:
    """Dated articles → every period from the first to the last."""
    dated = periods["period"].drop_nulls()
    span = pl.date_range(dated.min(), dated.max(), PERIODS[every], eager=True) if len(dated) else dated
    return span.alias("period").to_frame()


def _finest(articles: pl.DataFrame) -> str:
    for every in PERIODS:
        periods = _periods(articles, every)
        held = periods["period"].drop_nulls().value_counts()["count"] >= intervals.MINIMUM_ARTICLES
        if 2 * held.sum() >= _span(periods, every).height:
            return every
    return "year"


def _named(table: pl.DataFrame) -> pl.DataFrame:
    return table.rename({"count": "mentions", "total": "mentions_total"})


def _shares(
    mentions: pl.DataFrame, articles: pl.DataFrame, key: str, keys: pl.Series | None, **options
) -> pl.DataFrame:
    return _named(intervals.shares(mentions, articles, key, keys=keys, exposure="syllables", **options))
