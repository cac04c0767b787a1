"""How sources differ: the role each plays, whom the articles on its reporting speak of, how far apart they are, and who
prints whose stories.

An article stands on a source if it credits it (`credit`), says that the source reports something (`attribution`), or
either, or is published by it (`any`). An article may stand on several sources and then counts for each of them.
"""

import itertools
from collections.abc import Iterable, Sequence

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from ..schema import CITATION_ROLES, DiembaoError
from . import intervals
from .frequency import TOP, by_source
from .narrow import Parted, Table, frame, parts_of, settled
from .selection import (
    DEFAULT_SOURCES,
    attach,
    cells_of,
    key,
    of,
    ordered,
    part_by_part,
    rows_of,
    slices,
    totals,
)

BASES = ("credit", "attribution", "any")
OTHERS = "others"  # all sources, actors or publishers that are not compared one by one
PUBLISHERS = 12  # publishers in one table, the rest being one of them
COMPARED = 500  # actors compared one by one: rarer ones would add noise, and hours to the permutations


def attributed(articles: Table, citations: Table, sources: Sequence[str] = (), basis: str = "any") -> pl.DataFrame:
    """Articles and their citations → their key, `source_id`: which article stands on which source, once each.

    basis `credit`: the article's byline or end credit names the source; an article that credits nobody is its
    publisher's own. `attribution`: its text says that the source reports. `any`: either, or it is its publisher.
    Photo credits never count. sources: ids to keep (default: all). Raises `DiembaoError` for an unknown basis.
    """
    if basis not in BASES:
        raise DiembaoError(f"basis: {basis!r} is not a basis; choose from {', '.join(BASES)}")
    articles, citations = frame(articles), settled(citations)
    on = key(articles, citations)
    source = pl.col("source_id")
    asked = source.is_in(list(sources)) if len(sources) and basis != "credit" else source.is_not_null()
    cited, columns = _of_these(citations, asked), (*on, "source_id")
    lists = articles.filter(pl.col("credits").list.len() > 0).select(*on, source_id="credits").explode("source_id")
    publisher = articles.select(*on, source_id="publisher").filter(asked)
    credit, published, attribution = (
        of(cited.filter(pl.col("role") == role).select(columns), articles) for role in ("credit", "pub", "att")
    )
    credit, publisher = pl.concat([credit, lists.filter(asked)]), pl.concat([published, publisher])
    own = publisher.join(credit, on=on, how="anti")
    chosen = {"credit": [credit, own], "attribution": [attribution], "any": [credit, publisher, attribution]}[basis]
    standing = _each_once(pl.concat(chosen).select(columns))
    return standing.filter(pl.col("source_id").is_in(list(sources))) if len(sources) else standing


def _each_once(rows: pl.DataFrame) -> pl.DataFrame:
    """→ the rows in order, each once: sorted, as a table of rows that have been met would take several times their
    memory."""
    rows = rows.sort(pl.all())
    return rows.filter(pl.any_horizontal(pl.all().ne_missing(pl.all().shift())))


def _of_these(citations: pl.DataFrame | Parted, which: pl.Expr) -> pl.DataFrame:
    """Citations → these of them."""
    return pl.concat(part.filter(which) for part in parts_of(citations))


def role_matrix(citations: Table, articles: Table, sources: Sequence[str] = DEFAULT_SOURCES) -> pl.DataFrame:
    """Citations → `source_id` (those asked for, then `OTHERS`) by `role`: how often it plays that role, zeros included.

    Columns: citations, citations_total (of the source), articles (with it in that role), articles_total (all counted),
    article_share ± (Wilson), abstains.
    """
    articles = frame(articles)
    source = pl.col("source_id").cast(pl.Enum(list(dict.fromkeys((*sources, OTHERS)))), strict=False).fill_null(OTHERS)
    by = {"source_id": source, "role": "role"}
    counts = pl.concat(
        part.group_by(**by).agg(citations=pl.len(), articles=pl.col("row").n_unique())
        for part in slices(citations, articles, "source_id", "role")
    )
    counts = counts.group_by(*by).agg(pl.col("citations", "articles").sum()).cast(dict.fromkeys(by, pl.String))
    cells = pl.DataFrame({"source_id": [*sources, OTHERS]}).join(pl.DataFrame({"role": CITATION_ROLES}), how="cross")
    total, few = articles.height, articles.height < intervals.MINIMUM_ARTICLES
    ends = {
        f"article_share_{end}": pl.when(not few).then(
            intervals.wilson(pl.col("articles"), pl.lit(total), end == "high")
        )
        for end in ("low", "high")
    }
    return (
        attach(cells, counts, ("source_id", "role"))
        .with_columns(pl.col("citations", "articles").fill_null(0).cast(pl.Int64))
        .select(
            "source_id",
            "role",
            "citations",
            pl.col("citations").sum().over("source_id").alias("citations_total"),
            "articles",
            articles_total=pl.lit(total, dtype=pl.Int64),
            article_share=intervals.quotient(pl.col("articles"), pl.lit(total)),
            **ends,
            abstains=pl.lit(few),
        )
    )


def profiles(roles: pl.DataFrame) -> pl.DataFrame:
    """`role_matrix` → what each source mostly is in these articles: a row a source, in the same order, no `OTHERS`.

    Columns: source_id, role (in most articles; null if it is not cited), articles (with it in that role),
    articles_total, `also` (the role that follows, if it is in at least half as many articles), also_articles, `meaning`
    (the role again, `absent` if there is none; written out by `wording`).
    """
    cited = roles.filter((pl.col("source_id") != OTHERS) & (pl.col("articles") > 0)).sort(
        "articles", "citations", descending=True, maintain_order=True
    )
    kept = pl.col("articles") * 2 >= pl.col("articles").first()
    follows = cited.group_by("source_id").agg(
        role=pl.col("role").first(),
        articles=pl.col("articles").first(),
        also=pl.col("role").filter(kept).get(1, null_on_oob=True),
        also_articles=pl.col("articles").filter(kept).get(1, null_on_oob=True),
    )
    rows = roles.filter(pl.col("source_id") != OTHERS).unique("source_id", keep="first", maintain_order=True)
    table = attach(rows.select("source_id", "articles_total"), follows, ["source_id"])
    return table.select(
        "source_id",
        "role",
        pl.col("articles").fill_null(0),
        "articles_total",
        "also",
        "also_articles",
        meaning=pl.col("role").fill_null("absent"),
    )


def actor_shares(
    mentions: Table,
    articles: Table,
    citations: Table,
    sources: Sequence[str] = DEFAULT_SOURCES,
    actors: Sequence[str] = (),
    *,
    basis: str = "any",
    seed: int = intervals.SEED,
    resamples: int = intervals.RESAMPLES,
) -> pl.DataFrame:
    """Mentions → `source_id`, `actor_id` and the columns of `frequency.by_actor` within the source's articles.

    Sources on which no article stands are kept with `articles_total` 0 and a null share.
    """
    standing = attributed(articles, citations, sources, basis)
    table = by_source(mentions, articles, standing, actors, seed=seed, resamples=resamples)
    absent = pl.DataFrame(
        {"source_id": [source for source in sources if source not in set(standing["source_id"])]},
        schema={"source_id": pl.String},
    )
    zeros = absent.join(table.select("actor_id").unique(), how="cross").with_columns(
        *(
            pl.lit(0, dtype=pl.Int64).alias(name)
            for name in ("mentions", "mentions_total", "articles", "articles_total")
        ),
        abstains=pl.lit(True),
    )
    order = pl.col("source_id").replace_strict(
        {source: place for place, source in enumerate(sources)}, return_dtype=pl.Int32
    )
    return pl.concat([table, zeros], how="diagonal").sort(
        order, pl.col("mentions"), "actor_id", descending=[False, True, False]
    )


def attributed_shares(
    mentions: Table,
    articles: Table,
    citations: Table,
    sources: Sequence[str] = DEFAULT_SOURCES,
    actors: Sequence[str] = (),
    *,
    seed: int = intervals.SEED,
    resamples: int = intervals.RESAMPLES,
) -> pl.DataFrame:
    """Mentions → whom the sentences attributed to each source are about: `source_id`, `actor_id` and their shares.

    A sentence is attributed to a source that it names as the one who reports it; one attributed to two counts for both.
    Columns: mentions, mentions_total (in the sentences attributed to the source), share ±, rank ±, articles (with such
    a mention), articles_total (with a sentence attributed to the source), article_share ±, sentences (with such a
    mention), sentences_total, abstains. actors: default the `frequency.TOP` most mentioned in such sentences.
    """
    articles, citations = frame(articles), settled(citations)
    on, ids = key(articles, citations), pl.Enum(list(dict.fromkeys(sources)))
    asked = (pl.col("role") == "att") & pl.col("source_id").is_in(list(sources))
    said = of(_of_these(citations, asked), articles).select(*on, "sentence", pl.col("source_id").cast(ids))
    said = _each_once(said)
    within = said.with_columns(row=rows_of(said, articles))
    has_said = np.zeros(articles.height, dtype=bool)
    has_said[within["row"].to_numpy()] = True
    known = ordered(articles).with_columns(said=pl.Series(has_said))
    parts = part_by_part(_beside_said, mentions, known, ("sentence", "actor_id"), beside=("said",))
    # fans out on purpose: a sentence may have two sources
    heard = pl.concat(part.join(within, on=["row", "sentence"]) for part in parts)
    most = heard["actor_id"].value_counts().cast({"actor_id": pl.String})
    most = most.sort("count", "actor_id", descending=[True, False])["actor_id"]
    keys = pl.Series(list(actors), dtype=pl.String) if len(actors) else most.head(TOP)
    tables = [
        _of_source(pl.lit(source, ids), heard, said, articles, keys, seed, resamples)
        for source in sources
    ]
    return pl.concat(tables).cast({"source_id": pl.String})


def _beside_said(parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """`slices` of mentions, and whether anything is said in their article → row, sentence, actor_id: where it is."""
    those = pl.col("said") & pl.col("actor_id").is_not_null()
    return pl.concat(part.filter(those).select("row", "sentence", "actor_id") for part in parts)


def _of_source(
    source: pl.Expr,
    heard: pl.DataFrame,
    said: pl.DataFrame,
    articles: pl.DataFrame,
    keys: pl.Series,
    seed: int,
    resamples: int,
) -> pl.DataFrame:
    """One source's rows of `attributed_shares`."""
    on = key(said)
    said, heard = (table.filter(pl.col("source_id") == source) for table in (said, heard))
    its = _each_once(said.select(*on, "source_id"))
    options = {"groups": its, "group": "source_id", "keys": keys, "seed": seed, "resamples": resamples}
    table = intervals.shares(heard.drop("row"), of(articles.select(on), its), "actor_id", **options)
    zeros = pl.DataFrame({"actor_id": keys}).join(table, on="actor_id", how="anti")  # nothing is attributed to it
    counts = ("count", "total", "articles", "articles_total")
    zeros = zeros.with_columns(
        source.alias("source_id"), *(pl.lit(0, pl.Int64).alias(name) for name in counts), abstains=pl.lit(True)
    )
    shown = heard.filter(pl.col("actor_id").is_in(keys.cast(heard.schema["actor_id"], strict=False).implode()))
    shown = _each_once(shown.select("actor_id", *on, "sentence"))
    sentences = shown.group_by("actor_id").agg(sentences=pl.len().cast(pl.Int64)).cast({"actor_id": pl.String})
    table = attach(pl.concat([table, zeros], how="diagonal"), sentences, ["actor_id"]).with_columns(
        pl.col("sentences").fill_null(0), sentences_total=pl.lit(said.height, pl.Int64)
    )
    table = table.rename({"count": "mentions", "total": "mentions_total"})
    return table.select(pl.exclude("abstains"), "abstains").sort("mentions", "actor_id", descending=[True, False])


def publishers_by_wire(
    articles: Table,
    citations: Table,
    sources: Sequence[str] = DEFAULT_SOURCES,
    *,
    most: int = PUBLISHERS,
) -> pl.DataFrame:
    """Articles as printed → which publishers lean on which source: `publisher` (most articles first), `source_id`.

    Columns: articles (of the publisher that credit the source), articles_total (of the publisher), article_share ±
    (Wilson), abstains (too few articles of the publisher). The `most` - 1 publishers with most articles, then `OTHERS`;
    articles whose publisher is not known are left out, and a publisher has no row for itself as a source.
    """
    articles, citations = frame(articles).filter(pl.col("publisher").is_not_null()), settled(citations)
    on = key(articles, citations)
    sizes = (
        articles["publisher"]
        .value_counts(name="articles_total")
        .cast({"publisher": pl.String})
        .sort("articles_total", "publisher", descending=[True, False])
    )
    shown = sizes["publisher"] if sizes.height <= most else sizes["publisher"].head(most - 1)
    publisher = pl.col("publisher").cast(pl.String)
    named = pl.when(publisher.is_in(shown.implode())).then(publisher).otherwise(pl.lit(OTHERS))
    totals = sizes.group_by(shown=named, maintain_order=True).agg(pl.col("articles_total").sum().cast(pl.Int64))
    credits = pl.concat(
        [
            of(_of_these(citations, pl.col("role") == "credit"), articles).select(*on, "source_id"),
            articles.select(*on, source_id="credits").explode("source_id", empty_as_null=False),
        ]
    ).unique()
    credited = attach(credits, articles.select(*on, "publisher"), on)
    counts = credited.group_by("source_id", "publisher").len("articles").group_by("source_id", shown=named)
    counts = counts.agg(pl.col("articles").sum().cast(pl.Int64)).cast({"source_id": pl.String})
    cells = totals.join(pl.DataFrame({"source_id": list(sources)}, schema={"source_id": pl.String}), how="cross")
    cells = cells.filter(pl.col("shown") != pl.col("source_id"))
    few = pl.col("articles_total") < intervals.MINIMUM_ARTICLES
    ends = {
        f"article_share_{end}": pl.when(~few).then(
            intervals.wilson(pl.col("articles"), pl.col("articles_total"), end == "high")
        )
        for end in ("low", "high")
    }
    return (
        attach(cells, counts, ("shown", "source_id"))
        .with_columns(pl.col("articles").fill_null(0))
        .select(
            pl.col("shown").alias("publisher"),
            "source_id",
            "articles",
            "articles_total",
            article_share=intervals.quotient(pl.col("articles"), pl.col("articles_total")),
            **ends,
            abstains=few,
        )
    )


def log_odds(
    mentions: Table,
    articles: Table,
    citations: Table,
    sources: Sequence[str] = DEFAULT_SOURCES,
    *,
    basis: str = "any",
    prior: float | None = None,
    seed: int = intervals.SEED,
    resamples: int = intervals.RESAMPLES,
    permutations: int = intervals.PERMUTATIONS,
) -> pl.DataFrame:
    """Mentions → whom the articles on a source name more (or less) than those on the other sources compared.

    Weighted log-odds ratio with an informative Dirichlet prior (Monroe, Colaresi & Quinn 2008, "Fightin' words",
    Political Analysis 16(4), section 3.5.1), each source against the rest: the articles on any other of the sources,
    but not on it. The prior is spread as the mentions of all articles given; `prior` is its weight in mentions
    (default: as much as `MINIMUM_ARTICLES` average articles hold). Rows: the `COMPARED` actors most mentioned; all
    others are one actor without a row.
    Columns: source_id, actor_id, mentions, mentions_total, rest_mentions, rest_mentions_total, articles (that name the
    actor), articles_total, rest_articles, rest_articles_total, log_odds (natural logarithm) ± (resampling the articles
    of both sides), z (as in the paper: it takes mentions for independent), p (how often dealing the articles out at
    random gives log-odds at least as far from 0), q (p corrected for all rows of the table: Benjamini & Hochberg 1995),
    `differs` (q ≤ 0.05), abstains (no interval: too few articles on either side).
    """
    articles = ordered(frame(articles))
    standing = attributed(articles, citations, sources, basis)
    compared = of(articles, standing)
    numbered = compared.select(key(compared)).with_row_index("row")
    counts, keys, background = _leading(mentions, articles, compared)
    weight = intervals.MINIMUM_ARTICLES * background.sum() / articles.height if prior is None else prior
    spread = background / max(1, background.sum())
    table = pl.concat(
        _against_rest(
            counts,
            of(numbered, standing.filter(pl.col("source_id") == source))["row"].to_numpy(),
            articles.height,
            source,
            keys,
            weight * spread,
            seed,
            resamples,
            permutations,
        )
        for source in sources
    ).filter(pl.col("actor_id") != OTHERS)
    return table.with_columns(q=intervals.false_discovery_rate(table["p"])).select(
        pl.exclude("abstains"), differs=pl.col("q") <= 1 - intervals.LEVEL, abstains="abstains"
    )


def _against_rest(
    counts: csr_array,
    its: np.ndarray,
    corpus: int,
    source: str,
    keys: pl.Series,
    alpha: np.ndarray,
    seed: int,
    resamples: int,
    permutations: int,
) -> pl.DataFrame:
    """Article × actor counts, which of the articles are a source's, number of all of the corpus → its rows of
    `log_odds`, without q."""
    rest = np.setdiff1d(np.arange(counts.shape[0]), its, assume_unique=True)
    ours, theirs = (intervals.sums_of(counts, side) for side in (its, rest))
    delta, variance = _log_odds(ours, theirs, alpha)
    naming, rest_naming = (intervals.sums_of(counts, side, naming=True) for side in (its, rest))
    low, high, p = (np.full(len(keys), np.nan) for _ in range(3))
    enough = min(len(its), len(rest)) >= intervals.MINIMUM_ARTICLES and len(keys) > 1
    abstains = (np.minimum(naming, rest_naming) < intervals.MINIMUM_NAMING) | (not enough)
    if enough:
        own, other, deals = (intervals.generator(seed, source, name) for name in ("own", "rest", "dealt"))
        fewest = np.minimum(naming, rest_naming)
        low, high = _ends(counts, its, rest, alpha, fewest, corpus, own, other, resamples)
        as_far = _as_far(counts, its, rest, alpha, delta, deals, permutations)
        p = np.where(naming + rest_naming < intervals.MINIMUM_NAMING, np.nan, (1 + as_far) / (1 + permutations))
    low, high = (np.where(abstains, np.nan, end) for end in (low, high))

    def whole(values: np.ndarray | int) -> np.ndarray:
        return np.broadcast_to(values, len(keys)).astype(np.int64)

    return pl.DataFrame(
        {
            "source_id": pl.Series([source] * len(keys), dtype=pl.String),
            "actor_id": keys,
            "mentions": whole(ours),
            "mentions_total": whole(ours.sum()),
            "rest_mentions": whole(theirs),
            "rest_mentions_total": whole(theirs.sum()),
            "articles": whole(naming),
            "articles_total": whole(len(its)),
            "rest_articles": whole(rest_naming),
            "rest_articles_total": whole(len(rest)),
            "log_odds": delta,
            "log_odds_low": low,
            "log_odds_high": high,
            "z": delta / np.sqrt(variance),
            "p": p,
            "abstains": np.asarray(abstains, dtype=bool),
        }
    ).with_columns(pl.selectors.float().fill_nan(None))


@intervals.drawn_once
def _ends(
    counts: csr_array,
    its: np.ndarray,
    rest: np.ndarray,
    alpha: np.ndarray,
    naming: np.ndarray,
    corpus: int,
    source: np.random.Generator,
    rest_source: np.random.Generator,
    resamples: int,
) -> np.ndarray:
    """Article × actor counts, a source's own articles and the rest → the ends of its log-odds."""
    sides = (its, source), (rest, rest_source)
    draws = [intervals.resampled(counts, stream, resamples, corpus, side) for side, stream in sides]
    return np.stack(intervals.bounds(_log_odds(*draws, alpha)[0], naming))


@intervals.drawn_once
def _as_far(
    counts: csr_array,
    its: np.ndarray,
    rest: np.ndarray,
    alpha: np.ndarray,
    delta: np.ndarray,
    source: np.random.Generator,
    permutations: int,
) -> np.ndarray:
    """Article × actor counts, a source's own articles and the rest → how many deals are as far off as observed."""
    dealt = intervals.dealt(counts, len(its), source, permutations, np.concatenate([its, rest]))
    chance = _log_odds(dealt, counts.sum(0) - dealt, alpha)[0]
    return (np.abs(chance) >= np.abs(delta) - 1e-12).sum(0)


def _log_odds(ours: np.ndarray, theirs: np.ndarray, alpha: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """… × actor counts of both sides and the prior → log-odds ratio and its variance, same shape."""
    own, other = ours + alpha, theirs + alpha
    with np.errstate(divide="ignore", invalid="ignore"):  # a single actor has no odds: NaN, and null in the table
        odds = [side / (side.sum(-1, keepdims=True) - side) for side in (own, other)]
        return np.log(odds[0]) - np.log(odds[1]), 1 / own + 1 / other


def distinctive(table: pl.DataFrame, rows: int = 12) -> pl.DataFrame:
    """`log_odds` → its `rows` most telling rows, those beyond chance first, then by |z|; sorted by source and value."""
    best = table.filter(pl.col("p").is_not_null()).sort(
        pl.col("differs"), pl.col("z").abs(), "source_id", "actor_id", descending=[True, True, False, False]
    )
    order = table.select(pl.col("source_id").unique(maintain_order=True)).with_row_index("place")
    return (
        attach(best.head(rows), order, ["source_id"])
        .sort("place", "log_odds", "actor_id", descending=[False, True, False])
        .drop("place")
    )


def distances(
    mentions: Table,
    articles: Table,
    citations: Table,
    sources: Sequence[str] = DEFAULT_SOURCES,
    *,
    basis: str = "any",
    seed: int = intervals.SEED,
    permutations: int = intervals.PERMUTATIONS,
) -> pl.DataFrame:
    """Mentions → how far apart the actor shares of each pair of sources are, articles standing on both left out.

    `distance` is the Jensen–Shannon distance: the square root of the divergence in bits, 0 (same shares) to 1 (no actor
    in common); the actors beyond the `COMPARED` most mentioned count as one. Small samples are apart by chance alone:
    `by_chance` is the mean distance when the articles are dealt out to the two sources at random, and `p` how often
    such a deal comes at least as far (one of the deals is the one observed).
    Columns: source_id, other_id, articles, other_articles, shared_articles, mentions, other_mentions, divergence
    (bits), distance, by_chance, p, abstains (fewer than `MINIMUM_ARTICLES` on either side).
    """
    articles = ordered(frame(articles))
    standing = attributed(articles, citations, sources, basis)
    compared = of(articles, standing)
    counts, *_ = _leading(mentions, articles, compared)
    numbered = compared.select(key(compared)).with_row_index("row")
    rows = []
    for one, other in itertools.combinations(sources, 2):
        first, second = (
            of(numbered, standing.filter(pl.col("source_id") == source))["row"].to_numpy() for source in (one, other)
        )
        both = np.intersect1d(first, second, assume_unique=True)
        sides = [np.setdiff1d(side, both, assume_unique=True) for side in (first, second)]
        sizes, sums = list(map(len, sides)), [intervals.sums_of(counts, side) for side in sides]
        abstains = min(sizes) < intervals.MINIMUM_ARTICLES or min(side.sum() for side in sums) == 0
        divergence = by_chance = p = None
        if min(side.sum() for side in sums) > 0:
            divergence = float(_divergence(*sums))
        if not abstains:
            stream = intervals.generator(seed, one, other)
            by_chance, p = _by_chance(counts, *sides, divergence, stream, permutations).tolist()
        rows.append(
            (
                one,
                other,
                *sizes,
                len(both),
                *(int(side.sum()) for side in sums),
                divergence,
                None if divergence is None else divergence**0.5,
                by_chance,
                p,
                abstains,
            )
        )
    schema = {
        "source_id": pl.String,
        "other_id": pl.String,
        "articles": pl.Int64,
        "other_articles": pl.Int64,
        "shared_articles": pl.Int64,
        "mentions": pl.Int64,
        "other_mentions": pl.Int64,
        "divergence": pl.Float64,
        "distance": pl.Float64,
        "by_chance": pl.Float64,
        "p": pl.Float64,
        "abstains": pl.Boolean,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


@intervals.drawn_once
def _by_chance(
    counts: csr_array,
    its: np.ndarray,
    others: np.ndarray,
    divergence: float,
    source: np.random.Generator,
    permutations: int,
) -> np.ndarray:
    """Article × actor counts, the articles of either side → mean distance of deals, p of the observed one."""
    both = np.concatenate([its, others])
    dealt = intervals.dealt(counts, len(its), source, permutations, both)
    dealt = _divergence(dealt, intervals.sums_of(counts, both) - dealt)
    # equal deals must count as equal: the same numbers summed in another order differ in the last bits
    p = (1 + (dealt >= divergence - 1e-12).sum()) / (1 + permutations)
    return np.array([np.sqrt(dealt).mean(), p])


def _leading(
    mentions: Table, articles: pl.DataFrame, compared: pl.DataFrame
) -> tuple[csr_array, pl.Series, np.ndarray]:
    """Mentions → article × actor counts in the articles compared, the actors, and their counts in all articles.

    Actors are the `COMPARED` most mentioned in the articles compared; all others are one, `OTHERS`.
    """
    mentions = settled(mentions)
    within = totals(mentions, compared, "actor_id").rename({"count": "within"})
    actors = attach(totals(mentions, articles, "actor_id"), within, ["actor_id"])
    actors = actors.with_columns(pl.col("within").fill_null(0), name=pl.col("actor_id").cast(pl.String))
    actors = actors.sort("within", "name", descending=[True, False]).with_row_index("rank")
    shown = (pl.col("rank") < COMPARED) & (pl.col("within") > 0)
    actors = actors.with_columns(key=pl.when(shown).then("name").otherwise(pl.lit(OTHERS)))
    keys = actors["key"].unique().sort()
    columns = actors.join(keys.to_frame().with_row_index("column"), on="key").select("actor_id", "column", "count")
    background = np.bincount(columns["column"].to_numpy(), columns["count"].to_numpy(), len(keys))
    parts = intervals.pieces(cells_of(mentions, compared, "actor_id"))
    found = (part.join(columns.drop("count"), on="actor_id").select("count", "row", "column") for part in parts)
    return intervals.added_up(found, (compared.height, len(keys)), np.int32), keys, background


def _divergence(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """… × actor counts of two sides → Jensen–Shannon divergence in bits, 0 where a side is empty."""
    p, q = (side / np.maximum(1, side.sum(-1, keepdims=True)) for side in (first, second))
    middle = (p + q) / 2
    terms = [side * np.log2(np.divide(side, middle, out=np.ones_like(side), where=side > 0)) for side in (p, q)]
    return np.clip(sum(term.sum(-1) for term in terms) / 2, 0, 1)


def syndicated(articles: Table, copies: Table) -> pl.DataFrame:
    """All articles (before duplicates are left out) → the groups of near-duplicates, largest first.

    copies: page, duplicate_of of those that print another again, as a corpus tells them.
    Columns: page (the one that stands for the group), title, articles, publishers (distinct, sorted), first_publisher
    (of the page that stands for the group, where it was certainly printed before all others, else null), credits
    (sources that any of them credits, sorted), published_first, published_last, similarity (of the print least like
    the first one).
    """
    return (
        _repeated(articles, copies, "title", "credits", "similarity")
        .group_by(page=pl.coalesce("duplicate_of", "page"))
        .agg(
            title=pl.col("title").filter(~_COPY).first(),
            articles=pl.len().cast(pl.Int64),
            publishers=pl.col("publisher").drop_nulls().unique().sort(),
            first_publisher=_FIRST,
            credits=pl.col("credits").explode(empty_as_null=False).unique().sort(),
            published_first=pl.col("published_first").min(),
            published_last=pl.col("published_last").max(),
            similarity=pl.col("similarity").min(),
        )
        .filter(pl.col("articles") > 1)
        .sort("articles", "page", descending=[True, False])
    )


_COPY = pl.col("duplicate_of").is_not_null()
# Of a group of near-duplicates: who certainly printed it before all others.
_FIRST = pl.when(
    pl.col("published_last").filter(~_COPY).first() < pl.col("published_first").filter(_COPY).min(),
    pl.col("published_first").filter(_COPY).is_not_null().all(),
).then(pl.col("publisher").filter(~_COPY).first())


def reprints(articles: Table, copies: Table, *, most: int = PUBLISHERS) -> pl.DataFrame:
    """All articles, copies as in `syndicated` → who printed whose story again, most stories first.

    Columns: first_publisher, publisher, stories (that the one certainly printed first and the other again). The `most`
    - 1 publishers with most such stories, then `OTHERS`; a publisher that repeats itself counts too.
    """
    repeated = _repeated(articles, copies)
    groups = repeated.group_by(page=pl.coalesce("duplicate_of", "page")).agg(first_publisher=_FIRST)
    groups = groups.drop_nulls("first_publisher")
    again = repeated.filter(_COPY & pl.col("publisher").is_not_null())
    pairs = (
        again.select("publisher", page="duplicate_of")
        .unique()
        .join(groups, on="page", validate="m:1")
    )
    often = pl.concat([pairs["publisher"], pairs["first_publisher"]]).value_counts(name="stories")
    often = often.sort("stories", "publisher", descending=[True, False])["publisher"]
    shown = often if len(often) <= most else often.head(most - 1)
    return (
        pairs.with_columns(
            pl.when(pl.col(name).is_in(shown.implode())).then(name).otherwise(pl.lit(OTHERS)).alias(name)
            for name in ("first_publisher", "publisher")
        )
        .group_by("first_publisher", "publisher")
        .agg(stories=pl.col("page").n_unique().cast(pl.Int64))
        .sort("stories", "first_publisher", "publisher", descending=[True, False, False])
    )


def _repeated(articles: Table, copies: Table, *besides: str) -> pl.DataFrame:
    """All articles and copies → the main ones that repeat another or are repeated, with what tells of them."""
    main, copies = articles.lazy().filter(pl.col("segment") == 0), frame(copies)
    repeated = pl.concat([copies["page"], copies["duplicate_of"]]).unique()
    # by page alone, so that of all other articles nothing but the page is read
    told = ("page", "publisher", "published_first", "published_last", "duplicate_of", *besides)
    return main.filter(pl.col("page").is_in(repeated.implode())).select(told).collect(engine="streaming")
