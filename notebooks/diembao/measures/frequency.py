"""Who is mentioned how often: mentions, shares, articles, rates per 1,000 syllables, with denominators and intervals.

Every table counts the mentions it is given (choose them with `select`) in the articles it is given. `share` is of all
actor mentions in the same articles, `rate` per 1,000 syllables of their body; `intervals.shares` tells the columns.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

import polars as pl

from ..schema import ACTOR_KINDS, ARTICLES, LINE_ROLES, DiembaoError, empty
from . import intervals
from .narrow import VIAS, Parted, Table, frame, settled
from .selection import (
    NUMBER,
    alphabetical,
    attach,
    beside,
    cells_of,
    counted,
    key,
    nearest_first,
    of,
    ordered,
    part_by_part,
    published,
    totals,
)

SHOWN = 300_000  # mentions in a concordance
TOP, LINES = 8, 4  # actors shown by source and over time unless others are asked for
DEALS = 20  # permutations for each comparison of a period: fewer could not tell one among so many
ORDERS = ("page", "date", "left", "right", "source")  # of a concordance
PERIODS = {"month": "1mo", "quarter": "1q", "half": "6mo", "year": "1y"}


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
    mentions, articles, names = settled(mentions), frame(articles), ("actor_id", "actor_kind")
    table = _shares(mentions, articles, "actor_id", _keys(actors), seed=seed, resamples=resamples)
    kinds = totals(mentions, articles, *names).cast(dict.fromkeys(names, pl.String))
    kinds = kinds.sort("count", "actor_kind", descending=[True, False]).unique("actor_id", keep="first").drop("count")
    return attach(table, kinds, ["actor_id"]).select("actor_id", "actor_kind", pl.exclude("actor_id", "actor_kind"))


def by_kind(
    mentions: Table, articles: Table, *, seed: int = intervals.SEED, resamples: int = intervals.RESAMPLES
) -> pl.DataFrame:
    """Mentions → `actor_kind` (state, org, person; zeros included) and the columns of `by_actor`, without ranks."""
    table = _shares(mentions, frame(articles), "actor_kind", _keys(ACTOR_KINDS), seed=seed, resamples=resamples)
    return table.drop("rank", "rank_low", "rank_high")


def by_via(
    mentions: Table,
    articles: Table,
    actors: Sequence[str] = (),
    *,
    seed: int = intervals.SEED,
    resamples: int = intervals.RESAMPLES,
) -> pl.DataFrame:
    """Mentions (with `via`, of `select`) → by what of it each actor is named: `actor_id`, `via` (`VIAS`, zeros too).

    Columns: actor_id, via, mentions, mentions_total (of the actor), share ±, articles, articles_total (that name the
    actor), article_share ±, abstains. actors: default the `TOP` states most mentioned.
    """
    mentions, articles = settled(mentions), frame(articles)
    named = totals(mentions, articles, "actor_id", "actor_kind")
    keys = leading(named.filter(pl.col("actor_kind") == "state"), actors, TOP)
    vias = pl.concat(part_by_part(_vias, mentions, articles, ("actor_id", "via"), tuple(keys.sort())))
    vias = {actor: vias.filter(pl.col("actor_id") == actor) for actor in keys} or {"": vias}
    options = {"corpus": sum(its["row"].n_unique() for its in vias.values()), "seed": seed, "resamples": resamples}
    table = _named(pl.concat(_via_shares(actor, its, **options) for actor, its in vias.items()))
    table = table.drop("rank", "rank_low", "rank_high")
    places = keys.alias("actor_id").to_frame().with_row_index("place")
    order = pl.col("via").replace_strict({via: place for place, via in enumerate(VIAS)}, return_dtype=pl.Int32)
    return attach(table, places, ["actor_id"]).sort("place", order).drop("place")


def _vias(parts: Iterable[pl.DataFrame], actors: Sequence[str]) -> pl.DataFrame:
    """`slices` of mentions → row, actor_id, via, count: of these actors."""
    those = pl.Series(actors, dtype=pl.String)
    return pl.concat(
        part.filter(pl.col("actor_id").is_in(those.cast(part.schema["actor_id"]).implode()))
        .group_by("row", "actor_id", "via")
        .len("count")
        for part in parts
    )


def _via_shares(actor: str, its: pl.DataFrame, **options) -> pl.DataFrame:
    """An actor and its `_vias` → its rows of `by_via`."""
    # its articles here are those that name it, with nothing in them but its mentions
    own = its.select(number=pl.col("row").unique().sort(), actor_id=pl.lit(actor, pl.Enum([actor])))
    its = its.select("via", "count", row=own["number"].search_sorted(its["row"]))
    options |= {"group": "actor_id", "keys": _keys(VIAS)}
    return intervals.shares(its, own, "via", **options).cast({"actor_id": pl.String})


def by_role(
    mentions: Table, articles: Table, *, seed: int = intervals.SEED, resamples: int = intervals.RESAMPLES
) -> pl.DataFrame:
    """Mentions → `line_role` (as in `schema`), `actor_kind` and how the mentions in such lines divide among the kinds.

    Columns: line_role, actor_kind, mentions, mentions_total (in that role), share ±, articles, articles_total,
    article_share ±, abstains.
    """
    articles = frame(articles)
    named = counted(mentions, articles, "role", "actor_kind")
    parts = [
        intervals.shares(
            part.drop("role"), articles, "actor_kind", keys=_keys(ACTOR_KINDS), seed=seed, resamples=resamples
        ).with_columns(line_role=pl.lit(role, dtype=pl.String))
        for role in LINE_ROLES
        if not (part := named.filter(pl.col("role") == role)).is_empty()
    ]
    if not parts:
        parts = [intervals.shares(named, articles, "actor_kind").with_columns(line_role=pl.lit(None, dtype=pl.String))]
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
    actors: default the `LINES` most mentioned. resamples: 0 for neither intervals nor tests.
    Besides: `rest_share` (in all other periods), `p` (how often dealing the dated articles out to the periods at random
    puts the share at least as far from the rest), `q` (p corrected for all rows: Benjamini & Hochberg 1995), `differs`
    (q ≤ 0.05); null with fewer than `MINIMUM_ARTICLES` in the period or the rest, or `MINIMUM_NAMING` naming the actor.
    Raises `DiembaoError` for an unknown `every`.
    """
    mentions, articles = settled(mentions), frame(articles)
    if every not in (*PERIODS, "auto"):
        raise DiembaoError(f"every: {every!r} is no period; choose from {', '.join(PERIODS)}, auto")
    every = _finest(articles) if every == "auto" else every
    periods = _periods(articles, every)
    keys = leading(totals(mentions, articles, "actor_id"), actors, LINES)
    options = {"groups": periods, "group": "period", "seed": seed, "resamples": resamples}
    table = _shares(mentions, articles, "actor_id", keys, **options)
    table = _departures(table, mentions, articles, periods, seed, resamples)
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

    attributed: what stands on which source (`comparison.attributed`). actors: default the `TOP` most mentioned.
    """
    mentions, articles = settled(mentions), frame(articles)
    keys = leading(totals(mentions, articles, "actor_id"), actors, TOP)
    options = {"groups": frame(attributed), "group": "source_id", "seed": seed, "resamples": resamples}
    return _shares(mentions, articles, "actor_id", keys, **options).cast({"source_id": pl.String})


def concordance(
    mentions: Table,
    pages: Table,
    articles: Table | None = None,
    actors: Sequence[str] = (),
    *,
    contains: str = "",
    order: str = "page",
    width: int = 60,
    most: int = SHOWN,
) -> pl.DataFrame:
    """Mentions (`Selection.spans`) of actors (default: of all) → the words around each, a keyword in context a row.

    contains: keep those with this text in the name or around it, whatever its case. order: `page`, `date` (undated
    last), `source`, `right` (the words after the name, in Vietnamese alphabetical order) or `left` (those before it,
    the nearest first). Of more than `most` the first ones are read, by page where they are sorted by words.
    Columns: actor_id, page, published (a day, or the first and last it may be, as
    2024-05-01/2024-05-31), source_id (who published the page; both null without `articles`), line, line_role, left,
    surface, right (up to `width` characters, whole words on one line). Raises `DiembaoError` for an unknown order.
    """
    if order not in ORDERS:
        raise DiembaoError(f"order: {order!r} is no order of a concordance; choose from {', '.join(ORDERS)}")
    found, pages = mentions.lazy(), pages.lazy().select("page", "text")
    found = found.filter(pl.col("actor_id").is_in(list(actors))) if len(actors) else found
    printed = empty(ARTICLES) if articles is None else frame(articles)
    on = key(printed, empty(mentions.collect_schema()))
    printed = printed.select(*on, "published_first", "published_last", "publisher")
    # left to itself polars may hold millions of rows of the longer side of a join: of mentions, even of texts
    held = {"build_side": "force_right"}
    if contains:
        holding = pages.filter(_holding(pl.col("text"), contains)).select("page")
        found = found.join(holding, on="page", how="semi", **held)
    days, publisher = ("published_first", "published_last"), pl.col("publisher").cast(pl.String)
    source = alphabetical(publisher)
    first = printed.select({"date": days, "source": source}.get(order, ()))
    if first.width:
        found = found.join(printed.select(*on, *first).lazy(), on=on, how="left", **held)
    elif not contains:  # to count the mentions of each page is far less than to sort those of all
        counts = found.group_by("page").len().collect(engine="streaming").sort("page")
        beyond = counts.filter(pl.col("len").cum_sum() >= most)["page"].head(1)
        found = found.filter(pl.col("page") <= beyond.item()) if len(beyond) else found
    found = found.sort(*first.columns, "page", "start", nulls_last=True, maintain_order=True).head(most)
    span = ("page", "start", "end")
    found = found.select(*dict.fromkeys((*on, *span)), "line", "surface", "actor_id", "role")
    found = found.collect(engine="streaming").sort("page", "start", maintain_order=True).with_row_index("row")
    left, right = beside(pl.col("text"), pl.col("start"), pl.col("end"), width)
    # texts of pages beyond are not even decompressed
    pages = pages.filter(pl.col("page").is_between(pl.lit(found["page"].min()), pl.lit(found["page"].max())))
    cut = pages.join(found.lazy().select("row", *span), on="page", **held).select("row", left=left, right=right)
    table = attach(found, cut.collect(engine="streaming"), ["row"])
    table = attach(table, of(printed, found).select(*on, published=published(), source_id=publisher), on)
    if contains:
        table = table.filter(_holding(pl.concat_str("left", "surface", "right"), contains))
    place = {
        "page": pl.col("page"),
        "date": pl.col("published"),
        "source": alphabetical(pl.col("source_id")),
        "right": nearest_first("right"),
        "left": nearest_first("left"),
    }[order]
    columns = ("actor_id", "page", "published", "source_id", "line", "line_role", "left", "surface", "right")
    return table.sort(place, nulls_last=True, maintain_order=True).rename({"role": "line_role"}).select(columns)


def _holding(text: pl.Expr, contains: str) -> pl.Expr:
    """Texts (NFC) → whether this is in them, whatever its case and the white space."""
    written = re.sub(r"\s+", " ", unicodedata.normalize("NFC", contains))
    return text.str.contains("(?i)" + pl.escape_regex(written).replace(" ", r"\s+"))


def leading(named: pl.DataFrame, actors: Sequence[str], most: int) -> pl.Series:
    """`selection.totals` by actor → the ids of the actors asked for, else of the `most` mentioned ones, most first."""
    if len(actors):
        return _keys(actors)
    counts = named.group_by("actor_id").agg(pl.col("count").sum()).cast({"actor_id": pl.String})
    return counts.sort("count", "actor_id", descending=[True, False])["actor_id"].head(most)


def newcomers(mentions: Table, known: Sequence[str]) -> pl.DataFrame:
    """Mentions (`Selection.spans`) and the ids of the catalogue → persons it does not list, the most often named first.

    Columns: those of `actors.csv` (id, kind, name_en, name_vi, wikidata), to be pasted into it; mentions, articles.
    """
    found = mentions.lazy().filter((pl.col("basis") == "candidate") & ~pl.col("actor_id").is_in(list(known)))
    article = next(name for name in (*NUMBER, "page") if name in found.collect_schema())
    # words as categories: a number for each of its occurrences
    names = pl.col("surface", "actor_id", "actor_kind")
    found = found.select(article, "start", names.cast(pl.Categorical)).collect(engine="streaming")
    name = pl.col("surface").mode(maintain_order=True).first()
    return (
        found.sort(article, "start")
        .group_by("actor_id", maintain_order=True)
        .agg(name=name, kind=pl.col("actor_kind").first(), mentions=pl.len(), articles=pl.col(article).n_unique())
        .cast({"mentions": pl.Int64, "articles": pl.Int64, **dict.fromkeys(("actor_id", "name", "kind"), pl.String)})
        .with_columns(pl.col("name").str.replace_all(" *- *", "-"))
        .sort("mentions", "articles", "actor_id", descending=[True, True, False])
        .with_columns(id="actor_id", name_en="name", name_vi="name", wikidata=pl.lit(""))
        .select("id", "kind", "name_en", "name_vi", "wikidata", "mentions", "articles")
    )


def _keys(ids: Sequence[str]) -> pl.Series | None:
    return pl.Series(list(ids), dtype=pl.String) if len(ids) else None


def period(every: str) -> pl.Expr:
    """Of articles, the first day of the period (of `PERIODS`) they are dated to; null where it is not one."""
    first, last = (pl.col(f"published_{end}").dt.truncate(PERIODS[every]) for end in ("first", "last"))
    return pl.when(first == last).then(first)


def _periods(articles: pl.DataFrame, every: str) -> pl.DataFrame:
    """Articles → their key, `period`."""
    return articles.select(*key(articles), period=period(every))


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


def _departures(
    table: pl.DataFrame,
    mentions: pl.DataFrame | Parted,
    articles: pl.DataFrame,
    periods: pl.DataFrame,
    seed: int,
    resamples: int,
) -> pl.DataFrame:
    """The rows of `by_period` → the same with `rest_share`, `p`, `q`, `differs`."""
    dated = pl.col("period").is_not_null()
    rest = {
        name: pl.when(dated).then(pl.col(name).filter(dated).sum().over("actor_id") - pl.col(name))
        for name in ("mentions", "mentions_total", "articles", "articles_total")
    }
    enough = pl.min_horizontal("articles_total", rest["articles_total"]) >= intervals.MINIMUM_ARTICLES
    often = pl.col("articles") + rest["articles"] >= intervals.MINIMUM_NAMING
    table = table.with_columns(
        rest_share=intervals.quotient(rest["mentions"], rest["mentions_total"]),
        p=pl.lit(None, dtype=pl.Float64),
        tested=(enough & often).fill_null(False) & pl.lit(resamples > 0),
    )
    if table["tested"].any():
        keys = table["actor_id"].unique().sort()
        on = key(articles, periods)
        placed = (
            attach(ordered(articles).select(on), periods.select(*on, "period"), on)
            .with_row_index("row")
            .filter(dated)
        )
        rows = placed["row"].to_numpy()
        named = cells_of(mentions, articles, "actor_id")
        sizes = intervals.items_of(named, articles.height)[rows]
        counts = intervals.matrix(named, articles.height, "actor_id", keys)[rows].toarray()
        groups = (placed["period"].rank("dense") - 1).to_numpy()
        deals = max(intervals.PERMUTATIONS, DEALS * int(table["tested"].sum()))
        p = intervals.departures(counts, sizes, groups, intervals.generator(seed, "periods"), deals)
        tests = pl.DataFrame(p, schema=keys.to_list()).with_columns(period=placed["period"].unique().sort())
        tests = tests.unpivot(index="period", variable_name="actor_id", value_name="tested_p")
        table = attach(table, tests, ("period", "actor_id")).with_columns(p=pl.when("tested").then("tested_p"))
    table = table.with_columns(q=intervals.false_discovery_rate(table["p"]))
    kept = pl.exclude("tested", "tested_p", "abstains", "q")
    return table.select(kept, "q", differs=pl.col("q") <= 1 - intervals.LEVEL, abstains="abstains")


def _named(table: pl.DataFrame) -> pl.DataFrame:
    return table.rename({"count": "mentions", "total": "mentions_total"})


def _shares(
    mentions: pl.DataFrame, articles: pl.DataFrame, key: str, keys: pl.Series | None, **options
) -> pl.DataFrame:
    return _named(intervals.shares(mentions, articles, key, keys=keys, exposure="syllables", **options))
