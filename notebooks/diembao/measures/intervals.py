"""Shares and their 95 % intervals by resampling articles.

Mentions inside one article are not independent of each other, so what is drawn with replacement is the article with all
it contains. One draw is a vector of whole-number weights, one an article, and all draws together are one matrix product
`weights · (article × key counts)`. Draws are made in blocks, each with a random stream of its own, on whatever machine
`cluster.chosen` says. Whole numbers below 2^53 add up exactly in any order: a seed gives the same table on any number
of threads or machines.

Percentiles of the draws cover a true share too seldom where articles are few, and too often where an actor stands in
few of many (tests/test_intervals.py measures it). A share therefore gets the standard interval: its logit plus or minus
Student's t, one degree of freedom less than articles, times its standard error among the draws; a rate the same of its
logarithm (Efron & Tibshirani 1993, "An Introduction to the Bootstrap", chapters 12 and 13.7; logits as for clustered
samples in Korn & Graubard 1998, Survey Methodology 24). Ranks and log-odds have the percentiles of the draws, their
levels widened as in Hesterberg (2015, "What teachers should know about the bootstrap", The American Statistician 69).

Of a corpus of more than `UNITED` articles, those drawn are first put together, at random and once for all draws, into
`UNITS` of equal size where they are more, and units are drawn or dealt in place of articles: random groups (Wolter
2007, "Introduction to Variance Estimation", chapter 2). A standard error from them is that of the articles, give or
take 1 / √(2 · UNITS), about 1 %, less than what 2,000 draws leave to chance.
"""

import itertools
import math
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, wraps
from statistics import NormalDist
from typing import Any

import numpy as np
import polars as pl
from scipy.sparse import csr_array, hstack

from .. import cluster
from .kept import once
from .narrow import Parted, Table, settled
from .selection import SLICE, attach, cells_of, of, ordered, rows_of
from .selection import key as key_of

MINIMUM_ARTICLES = 5  # fewer articles than this give no interval, whatever is measured
MINIMUM_NAMING = 3  # nor does a key that stands in fewer articles: resampling cannot tell how rare it is
RESAMPLES = 2000
PERMUTATIONS = 1999
LEVEL = 0.95
SEED = 20240601
RANKED = 500  # so many of the most frequent keys take part in the ranks of every resample
UNITED, UNITS = 2**14, 2**12  # more articles than the first are drawn as so many random groups
_CELLS = 2**19  # articles times draws of a block: its weights take 4 MB
_TOGETHER = 2**16  # units whose counts are added up at a time, give or take a group
_KEYS = 2**9  # so many keys are resampled at a time


# Article × column counts: where most are 0, as a sparse array.
Counts = np.ndarray | csr_array


def drawn(articles: int, corpus: int = 0) -> int:
    """Number of articles, and of those of the corpus they are from → how many things a resample draws."""
    return articles if max(articles, corpus) <= UNITED else min(articles, UNITS)


def united(values: Counts, source: np.random.Generator, corpus: int = 0, rows: np.ndarray | None = None) -> Counts:
    """Article × column counts → those of what is drawn: the articles, or units that hold as many of them, ± 1.

    With units the number of articles in a draw varies: sums are for quotients of each other, as all measures take them.
    rows: which of the articles these are (default: all).
    """
    articles = len_of(values) if rows is None else len(rows)
    size = drawn(articles, corpus)
    if size == articles:
        return values if rows is None else values[rows]
    return placed(values, units(articles, source, corpus), size, rows)


def units(articles: int, source: np.random.Generator, corpus: int = 0) -> np.ndarray:
    """Number of articles, and of those of the corpus they are from → which of what is drawn (`drawn`) each is in."""
    size = drawn(articles, corpus)
    if size == articles:
        return np.arange(articles)
    place = source.permutation(articles)
    place *= size  # in place: of a million articles each copy takes 8 MB
    place //= articles
    return place.astype(np.int32)


def placed(values: Counts, place: np.ndarray, places: int, rows: np.ndarray | None = None) -> Counts:
    """Where each article, or each of these rows, belongs (beyond the last place: nowhere) → place × column sums."""
    inside = np.flatnonzero(place < places)
    at = (place[inside], inside if rows is None else rows[inside])
    ones = np.ones(len(inside), dtype=values.dtype)
    # told by the numbers that `values` are told by: else they would be copied
    return csr_array((ones, tuple(each.astype(np.int32) for each in at)), shape=(places, len_of(values))) @ values


def sums_of(values: Counts, rows: np.ndarray, *, naming: bool = False) -> np.ndarray:
    """Article × column counts, some of the articles → the sums of their columns; naming: how many articles have any.

    Articles are copied some at a time.
    """
    parts = (values[part] for part in np.array_split(rows, 1 + len(rows) // _TOGETHER))
    return sum(part.count_nonzero(0) if naming else part.sum(0) for part in parts)


def len_of(values: Counts) -> int:
    return values.shape[0]


def generator(seed: int, *names: object) -> np.random.Generator:
    """A seed and the name of what is resampled → its own generator, so that leaving one group out changes no other."""
    return np.random.default_rng([seed, *(zlib.crc32(str(name).encode()) for name in names)])


def drawn_once(work: Callable[..., np.ndarray]) -> Callable[..., np.ndarray]:
    """What makes an array by draws (given values first, a stream and how many draws last) → the same, its array kept.

    Not so where all draws are one block: to make them again takes no longer than to look for them.
    """

    @wraps(work)
    def made(values: Counts, *others: Any) -> np.ndarray:
        if others[-1] * len_of(values) <= _CELLS:
            return work(values, *others)
        return once(work, (values, *others), _CELLS, UNITED, UNITS)

    return made


def resampled(
    values: Counts,
    source: np.random.Generator,
    resamples: int = RESAMPLES,
    corpus: int = 0,
    rows: np.ndarray | None = None,
) -> np.ndarray:
    """Article × column counts → resample × column sums over as many articles (see `UNITED`), drawn with replacement.

    rows: of these articles alone.
    """
    values = _summable(united(values, source, corpus, rows))
    sums = np.empty((resamples, values.shape[1]))
    for at, block in _in_blocks(_resampled, (values,), source, resamples, len_of(values)):
        sums[at : at + len(block)] = block
    return sums


def _in_blocks(
    work: Callable[..., Any], shared: tuple, source: np.random.Generator, draws: int, articles: int
) -> Iterator[tuple[int, Any]]:
    """What makes some of the draws of so many articles each, and from what → draws made before, what became of a block.

    Blocks and their streams, spawned from the source's, do not depend on who makes them, nor on when. A single one is
    not worth sending anywhere.
    """
    step = max(1, _CELLS // articles)
    starts = range(0, draws, step)
    blocks = [
        ((stream, min(step, draws - at)), at) for at, stream in zip(starts, source.spawn(len(starts)), strict=True)
    ]
    if len(blocks) == 1:
        yield 0, work(blocks[0][0], *shared)
    elif blocks:
        yield from cluster.chosen()(work, shared, blocks)


def _summable(values: Counts) -> Counts:
    return np.ascontiguousarray(values, dtype=np.float64) if isinstance(values, np.ndarray) else values


def _resampled(block: tuple[np.random.Generator, int], values: Counts) -> np.ndarray:
    """A stream and a number of draws, article × column counts → draw × column sums."""
    (source, draws), articles = block, len_of(values)
    picked = source.integers(0, articles, size=(draws, articles))
    picked *= draws  # in place: twice as fast
    picked += np.arange(draws)[:, None]
    weights = np.bincount(picked.ravel(), minlength=draws * articles).reshape(articles, draws)
    return _times(weights.astype(np.float64), values)


def _times(weights: np.ndarray, values: Counts) -> np.ndarray:
    """Article × draw weights and article × column counts → draw × column sums."""
    return weights.T @ values if isinstance(values, np.ndarray) else (values.T @ weights).T


def bounds(draws: np.ndarray, naming: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Resample × column estimates, and how many articles each column rests on → low and high ends of 95 % intervals."""
    ordered = np.sort(np.ascontiguousarray(draws.T), axis=1)  # three times as fast as column by column
    tails = np.array([tail_level(int(articles)) for articles in naming])
    return _quantile(ordered, tails), _quantile(ordered, 1 - tails)


def standard(estimate: np.ndarray, draws: np.ndarray, articles: int, scale: str) -> tuple[np.ndarray, np.ndarray]:
    """Estimates, resample × column draws of them, number of articles (`drawn`) → low and high ends of 95 % intervals.

    scale: `logit` for a share, `log` for a rate, `fisher` for a coefficient from -1 to 1. NaN where the scale has no
    end (a share of 0 or 1, a coefficient of ±1), or where all draws are the same.
    """
    to, back, slope = _SCALES[scale]
    with np.errstate(divide="ignore", invalid="ignore"):
        middle = to(estimate)
        error = draws.std(0, ddof=1) * math.sqrt(articles / (articles - 1))  # draws spread too little by that much
        half = _student(NormalDist().inv_cdf((1 + LEVEL) / 2), articles - 1) * error * slope(estimate)
        ends = (np.where(np.isfinite(middle) & (error > 1e-12), back(middle + sign * half), np.nan) for sign in (-1, 1))
        return tuple(ends)


# Of each scale: there, back, and its slope, by which a standard error changes.
_SCALES = {
    "logit": (lambda p: np.log(p) - np.log1p(-p), lambda x: 1 / (1 + np.exp(-x)), lambda p: 1 / (p * (1 - p))),
    "log": (np.log, np.exp, lambda rate: 1 / rate),
    "fisher": (np.arctanh, np.tanh, lambda r: 1 / (1 - r**2)),
}


def _quantile(ordered: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Sorted rows and a level each → the quantile of each row, linearly interpolated."""
    last = ordered.shape[1] - 1
    position = levels * last
    below = np.floor(position).astype(int)
    rows = np.arange(len(ordered))
    low, high = (ordered[rows, at].astype(float) for at in (below, np.minimum(below + 1, last)))
    return low + (position - below) * (high - low)


@cache
def tail_level(articles: int) -> float:
    """Number of articles → the level of the lower percentile, 2.5 % for many, less for few (Hesterberg 2015)."""
    if articles < 2:
        return 0.0
    normal, freedom = NormalDist(), articles - 1
    return normal.cdf(-math.sqrt(articles / freedom) * _student(normal.inv_cdf((1 + LEVEL) / 2), freedom))


def _student(z: float, freedom: int) -> float:
    """A normal quantile → Student's, by the expansion of Abramowitz & Stegun 26.7.5 (within 0.3 % from 4 degrees on,
    4 % too small at 2)."""
    return (
        z
        + (z**3 + z) / (4 * freedom)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * freedom**3)
    )


def dealt(
    values: Counts,
    size: int,
    source: np.random.Generator,
    permutations: int = PERMUTATIONS,
    rows: np.ndarray | None = None,
) -> np.ndarray:
    """Article × column counts → permutation × column sums of `size` articles picked at random, without replacement.

    Of more than `UNITED` articles whole units are picked, as many as `size` holds, and so many articles of one more
    that there are `size` of them. rows: which articles are dealt (default: all).
    """
    rows = np.arange(len_of(values)) if rows is None else rows
    articles = len(rows)
    if articles <= UNITED:
        return _dealt(_picked, (_summable(values[rows]), size), (articles, values.shape[1]), source, permutations)
    if 2 * size > articles:  # of the rest there are fewer, and always a unit more than is picked
        return sums_of(values, rows) - dealt(values, articles - size, source, permutations, rows)
    each = articles // UNITS
    (units, single), places = divmod(size, each), articles // each
    place, number = np.divmod(source.permutation(articles), each)
    first = np.where(number < single, place, places)
    together = placed(values, place, places, rows), placed(values, first, places, rows)
    return _dealt(_picked_units, (*together, units), together[0].shape, source, permutations)


def _dealt(
    work: Callable[..., np.ndarray],
    shared: tuple,
    shape: tuple[int, int],
    source: np.random.Generator,
    permutations: int,
) -> np.ndarray:
    """What makes some of the deals, from what, and how many places and columns that has → all deals."""
    sums = np.empty((permutations, shape[1]))
    for at, block in _in_blocks(work, shared, source, permutations, shape[0]):
        sums[at : at + len(block)] = block
    return sums


def _picked(block: tuple[np.random.Generator, int], values: Counts, size: int) -> np.ndarray:
    """A stream and a number of deals, article × column counts → deal × column sums of `size` articles each."""
    (source, deals), articles = block, len_of(values)
    order = np.argpartition(source.random((deals, articles)), size - 1, axis=1)
    picked = np.zeros((articles, deals))
    picked[order[:, :size], np.arange(deals)[:, None]] = 1.0
    return _times(picked, values)


def _picked_units(block: tuple[np.random.Generator, int], whole: Counts, first: Counts, units: int) -> np.ndarray:
    """As `_picked`, from unit × column counts of all their articles, and of their first ones: so many units are picked
    whole, and the first ones of another."""
    (source, deals), places = block, len_of(whole)
    order = np.argpartition(source.random((deals, places)), units, axis=1)
    picked = np.zeros((places, deals))
    picked[order[:, :units], np.arange(deals)[:, None]] = 1.0
    beyond = first[order[:, units]]
    return _times(picked, whole) + (beyond if isinstance(beyond, np.ndarray) else beyond.toarray())


@drawn_once
def departures(
    counts: np.ndarray, sizes: np.ndarray, groups: np.ndarray, source: np.random.Generator, permutations: int
) -> np.ndarray:
    """Article × key counts, items of each article, and its group from 0 → group × key p-values, two-sided.

    Tested is whether a group's share of a key differs from that of the other articles: what its articles hold beyond
    the common share is summed, and p is how often dealing the articles out to the groups at random gives a sum at least
    as far from 0 (one of the deals is the one observed). More than `UNITED` are dealt as in `dealt`.
    """
    common = counts.sum(0) / max(1, sizes.sum())
    many, each = len(counts), np.bincount(groups)
    sums = np.stack([np.bincount(groups, of) for of in (*counts.T, sizes)])
    # equal sums in another order must count as equal
    observed = np.abs(sums[:-1] - sums[-1] * common[:, None]) - 1e-9
    if many > UNITED:
        work, shared, many = _of_units(counts, sizes, each, source)
        shared = (*shared, common, observed)
    else:
        excess = (counts - sizes[:, None] * common)[np.argsort(groups, kind="stable")].T.copy()
        work, shared = _as_far, (excess, np.cumsum(each) - each, observed)
    blocks = _in_blocks(work, shared, source, permutations, many)
    as_far = sum((found for _, found in blocks), np.zeros(observed.shape))
    return ((1 + as_far) / (1 + permutations)).T


def _as_far(
    block: tuple[np.random.Generator, int], excess: np.ndarray, starts: np.ndarray, observed: np.ndarray
) -> np.ndarray:
    """A stream and a number of deals, key × article excess → key × group: how many deals are as far off as observed."""
    (source, deals), articles = block, excess.shape[1]
    dealt = source.permuted(np.broadcast_to(np.arange(articles), (deals, articles)), axis=1)
    sums = (np.add.reduceat(held[dealt], starts, axis=1) for held in excess)
    return np.stack([(np.abs(each) >= far).sum(0) for each, far in zip(sums, observed, strict=True)])


def _of_units(
    counts: np.ndarray, sizes: np.ndarray, groups: np.ndarray, source: np.random.Generator
) -> tuple[Callable[..., np.ndarray], tuple, int]:
    """Article × key counts, items of each, articles of each group → what deals units out, from what, how many at most.

    What a group gets beyond whole units is drawn with replacement: of so few among so many none comes twice.
    """
    each = len(counts) // UNITS
    (units, single), places = np.divmod(groups, each), len(counts) // each
    order = source.permutation(len(counts))[: places * each]
    columns = [*counts.T, sizes]
    together = [column[order].reshape(places, each).sum(1) for column in columns]
    shared = _packed(together, units), units, _packed(columns, single), single
    return _units_as_far, shared, max(places, int(single.sum()))


def _units_as_far(
    block: tuple[np.random.Generator, int],
    together: tuple[np.ndarray, int],
    units: np.ndarray,
    alone: tuple[np.ndarray, int],
    single: np.ndarray,
    common: np.ndarray,
    observed: np.ndarray,
) -> np.ndarray:
    """As `_as_far`, from column × unit and column × article counts (`_packed`), units and single articles a group."""
    (source, deals), places, articles = block, together[0].shape[1], alone[0].shape[1]
    order = source.permuted(np.broadcast_to(np.arange(places), (deals, places)), axis=1)
    picked = source.integers(0, articles, (deals, int(single.sum())))
    columns = len(common) + 1
    whole, one = _runs(together, order, units, columns), _runs(alone, picked, single, columns)
    *keys, items = (many + few for many, few in zip(whole, one, strict=True))
    beyond = (each - items * of for each, of in zip(keys, common, strict=True))
    return np.stack([(np.abs(each) >= far).sum(0) for each, far in zip(beyond, observed, strict=True)])


def _packed(columns: Sequence[np.ndarray], lengths: np.ndarray) -> tuple[np.ndarray, int]:
    """Columns of whole numbers, lengths of the runs they are summed in → words of several columns, bits of a column.

    To look numbers up is what takes long: in one word several are looked up, and summed, at once.
    """
    most = max(int(column.max(initial=0)) for column in columns)
    bits = max(1, (most * int(lengths.max(initial=0))).bit_length())
    together = max(1, 64 // bits)
    words = np.zeros((-(-len(columns) // together), len(columns[0])), dtype=np.uint64)
    for number, column in enumerate(columns):  # one by one: all of them in 64 bits would take several times the words
        words[number // together] |= column.astype(np.uint64) << np.uint64(bits * (number % together))
    return words, bits


def _runs(packed: tuple[np.ndarray, int], order: np.ndarray, lengths: np.ndarray, columns: int) -> Iterator[np.ndarray]:
    """`_packed` columns, draw × place numbers, lengths of runs of these → of each column draw × run sums."""
    words, bits = packed
    ends = np.cumsum(lengths)
    for number, word in enumerate(words):
        sums = np.zeros((len(order), order.shape[1] + 1), dtype=np.uint64)
        np.cumsum(word[order], axis=1, out=sums[:, 1:])  # beyond 64 bits it wraps, and differences are right
        sums = sums[:, ends] - sums[:, ends - lengths]
        for column in range(min(64 // bits, columns - number * (64 // bits))):
            yield ((sums >> np.uint64(bits * column)) & np.uint64((1 << bits) - 1)).astype(float)


def false_discovery_rate(p: pl.Series) -> pl.Series:
    """P-values, nulls among them → Benjamini & Hochberg's (1995) adjusted ones, nulls where they were."""
    order = p.arg_sort(nulls_last=True)[: p.count()]
    ranked = p.gather(order).to_numpy() * p.count() / np.arange(1, p.count() + 1)
    adjusted = np.minimum(1, np.minimum.accumulate(ranked[::-1])[::-1])
    return pl.Series([None] * len(p), dtype=pl.Float64).scatter(order, pl.Series(adjusted, dtype=pl.Float64))


def quotient(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    """Two columns → their quotient, null where the divisor is 0, to 12 digits.

    Polars multiplies by the reciprocal where the divisor is one value for the whole column, and the last digits would
    depend on that.
    """
    return pl.when(whole > 0).then((part / whole).round(12))


def wilson(count: pl.Expr, total: pl.Expr, high: bool) -> pl.Expr:
    """Articles of all articles → an end of the 95 % interval of the proportion (Wilson 1927), sound at 0 and 1 too."""
    z = NormalDist().inv_cdf((1 + LEVEL) / 2)
    share = count / total
    half = z * (share * (1 - share) / total + z**2 / (4 * total**2)).sqrt()
    end = (share + z**2 / (2 * total) + (half if high else -half)) / (1 + z**2 / total)
    return end.clip(0, 1).round(12)  # the last bits depend on where in a column a row stands


def matrix(cells: Iterable[pl.DataFrame], articles: int, key: str, keys: pl.Series) -> csr_array:
    """Cells (`selection.cells_of`) and the number of articles → article × key counts, keys in the order given."""
    columns = pl.DataFrame({key: keys}).with_row_index("column")
    found = (keyed(part, columns, key).select("count", "row", "column") for part in pieces(cells))
    return added_up(found, (articles, len(keys)), np.int32)


def _is_counted(items: pl.DataFrame | Parted) -> bool:
    """Whether items are as `selection.counted` makes them."""
    return {"row", "count"} <= set(items.columns)


def keyed(part: pl.DataFrame, columns: pl.DataFrame, key: str) -> pl.DataFrame:
    """Cells and what else is known of each key → the cells of these keys, with that."""
    return part.join(columns.cast({key: part.schema[key]}), on=key, validate="m:1")


def items_of(cells: Iterable[pl.DataFrame], articles: int) -> np.ndarray:
    """Cells (`selection.cells_of`) and the number of articles → how many items each article has."""
    sums = np.zeros(articles, dtype=np.int64)
    for part in pieces(cells):
        sums += np.bincount(part["row"].to_numpy(), part["count"].to_numpy(), articles).astype(np.int64)
    return sums


def pieces(cells: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Cells → the same in parts that are not too long: what is joined to them takes several times their memory."""
    return (part.slice(at, SLICE) for part in cells for at in range(0, max(1, part.height), SLICE))


def added_up(parts: Iterable[pl.DataFrame], shape: tuple[int, int], dtype: type = np.float64) -> csr_array:
    """Rows of count, row and column, as they are called, in parts → the counts, added up where there are several.

    Sums are added to sums of about their size: none is copied for every part that follows.
    """
    sums = []
    for part in parts:
        count, *at = (part.to_series(number).to_numpy() for number in range(3))
        sums.append(csr_array((count.astype(dtype), tuple(each.astype(np.int32) for each in at)), shape=shape))
        while len(sums) > 1 and sums[-2].nnz < 2 * sums[-1].nnz:
            _merge(sums)
    while len(sums) > 1:
        _merge(sums)
    return sums[0] if sums else csr_array(shape, dtype=dtype)


def _merge(sums: list[csr_array]) -> None:
    """Adds the last sum to the one before."""
    last = sums.pop()
    sums[-1] = sums[-1] + last


def shares(
    items: Table,
    articles: pl.DataFrame,
    key: str,
    *,
    groups: pl.DataFrame | None = None,
    group: str | None = None,
    keys: pl.Series | None = None,
    exposure: str | None = None,
    seed: int = SEED,
    resamples: int = RESAMPLES,
    corpus: int = 0,
) -> pl.DataFrame:
    """Items in articles → how often each `key` occurs, a row a key (and group), with denominators and intervals.

    items: `page`, `segment`, `key`, a row an occurrence, or `counted`. groups: `page`, `segment`, `group`, an article
    being in one, several or none; without them `group` is a column of the articles. keys: the keys to report, in each
    group, zeros included (default: those that occur). resamples: 0 for no intervals.
    corpus: how many articles there are besides (see `drawn`).
    Columns: group, key, `count`, `total` (all items of the group), `share` ± `_low`, `_high`, `rank` ± (1 = most),
    `articles` (with the key), `articles_total`, `article_share` ± (Wilson), with `exposure` (a column of articles) its
    sum and `rate` ± (per 1,000 of it), `abstains` (too few articles with the key, with anything else, or at all: the
    intervals are null).
    """
    size = pl.lit(None, dtype=pl.Int8) if exposure is None else pl.col(exposure)
    corpus, items = max(corpus, articles.height), settled(items)
    if groups is not None and not _is_counted(items):
        articles = of(articles, groups)
    cells = [items] if _is_counted(items) else cells_of(items, articles, key)
    on = key_of(articles) if groups is None else key_of(articles, groups)
    own = [group] if groups is None and group else []
    articles = ordered(articles).select(*on, *own, exposure=size).with_row_index("row")
    named = group or "group"
    if groups is None:
        groups = articles.select("row", pl.col(group) if group else pl.lit("", pl.Enum([""])).alias(named))
    else:
        rows = rows_of(groups, articles).cast(pl.UInt32)
        groups = groups.select(rows.alias("row"), named).drop_nulls("row").sort("row")
        pair = pl.col(named).rank("dense").fill_null(0).cast(pl.UInt64) * 2**32 + pl.col("row")
        # sorted, as a table of pairs that have been met would take several times their memory
        assert not groups.select((pair.sort().diff() == 0).any()).item(), "an article stands twice in one group"
    known = articles.select("exposure", items=items_of(cells, articles.height))
    groups = pl.concat([groups, known[groups["row"]]], how="horizontal")
    table = _tally(cells, groups, named, key, keys)
    # keys too rare for an interval still take part in the ranking, as long as they may come near those that have one
    ranking = (pl.col("articles_total") >= MINIMUM_ARTICLES) & (pl.col("rank") <= RANKED)
    wanted = table.filter((~pl.col("abstains") | ranking) & pl.lit(resamples > 0))
    table_ends = _intervals(cells, groups, named, key, wanted, seed, resamples, corpus)
    articles_of = (pl.col("articles"), pl.col("articles_total"))
    table = (
        attach(table, table_ends, (named, key), nulls_equal=True)
        .with_columns(abstains=pl.col("abstains") | (pl.col("share_low").is_null() & pl.lit(resamples > 0)))
        .with_columns(
            pl.when(~pl.col("abstains")).then(pl.col(_ENDS)),
            *(
                pl.when(pl.col("articles_total") >= MINIMUM_ARTICLES)
                .then(wilson(*articles_of, end == "high"))
                .alias(f"article_share_{end}")
                for end in ("low", "high")
            ),
        )
        .with_columns(pl.col("rank_low", "rank_high").cast(pl.Int64))
    )
    if keys is not None:
        table = table.filter(pl.col(key).is_in(keys.implode()))
    estimates = ("share", "rank", "articles", "articles_total", "article_share", "exposure", "rate")
    columns = [
        column
        for name in estimates
        for column in (name, f"{name}_low", f"{name}_high")
        if column in table.columns and not (exposure is None and name in ("exposure", "rate"))
    ]
    table = table.select(named, key, "count", "total", *columns, "abstains")
    table = table if group else table.drop(named)
    return table if exposure is None else table.rename({"exposure": exposure})


_ENDS = [f"{name}_{end}" for name in ("share", "rank", "rate") for end in ("low", "high")]


def _grouped(cells: Iterable[pl.DataFrame], groups: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Cells, articles in groups, by row → the cells of each group with what else is told of their article, in parts."""
    rows = groups["row"].to_numpy()
    if np.array_equal(rows, np.arange(len(rows))):  # each article is in one, those beyond in none
        told = groups.drop("row")
        inside = (part.filter(pl.col("row") < len(rows)) for part in pieces(cells))
        return (pl.concat([part, told[part["row"]]], how="horizontal") for part in inside)
    # fans out on purpose: an article may be in several groups
    return (part.join(groups, on="row") for part in pieces(cells))


def _tally(
    cells: Iterable[pl.DataFrame], groups: pl.DataFrame, group: str, key: str, keys: pl.Series | None
) -> pl.DataFrame:
    """Cells, articles in groups → the columns of `shares` that need no resampling, for all keys that occur.

    Besides: `others`, how many articles have anything else.
    """
    totals = groups.group_by(group).agg(
        articles_total=pl.len().cast(pl.Int64),
        exposure=pl.col("exposure").sum(),
        total=pl.col("items").sum(),
        others=(pl.col("items") > 0).sum().cast(pl.Int64),
    )
    counts = {"articles": pl.len(), "alone": (pl.col("count") == pl.col("items")).sum()}
    parts = _grouped(cells, groups.select("row", group, "items"))
    tally = pl.concat(part.group_by(group, key).agg(pl.col("count").sum(), **counts) for part in parts)
    tally = tally.group_by(group, key).agg(pl.col("count", "articles", "alone").sum()).cast({key: pl.String})
    if keys is not None:
        wanted = totals.select(group).join(keys.alias(key).to_frame(), how="cross")
        pairs = pl.concat([tally.select(group, key), wanted]).unique()
        tally = attach(pairs, tally, (group, key), nulls_equal=True)
    count, rank = pl.col("count"), pl.col("count").rank("min", descending=True).over(group)
    return (
        attach(tally, totals, [group], nulls_equal=True)
        .with_columns(pl.col("count", "articles", "alone", "total").fill_null(0).cast(pl.Int64))
        .with_columns(
            pl.col("others") - pl.col("alone"),
            share=quotient(count, pl.col("total")),
            rank=pl.when(count > 0).then(rank).cast(pl.Int64),
            article_share=quotient(pl.col("articles"), pl.col("articles_total")),
            rate=quotient(1000 * count, pl.col("exposure")),
            abstains=(pl.col("articles") < MINIMUM_NAMING) | (pl.col("articles_total") < MINIMUM_ARTICLES),
        )
        .sort(group, "count", "articles", key, descending=[False, True, True, False])
    )


def _intervals(
    cells: Iterable[pl.DataFrame],
    groups: pl.DataFrame,
    group: str,
    key: str,
    wanted: pl.DataFrame,
    seed: int,
    resamples: int,
    corpus: int,
) -> pl.DataFrame:
    """Cells, articles in groups, rows of `_tally`, number of articles of the corpus → these with their `_ENDS`."""
    schema = {group: wanted.schema[group], key: wanted.schema[key], **dict.fromkeys(_ENDS, pl.Float64)}
    columns = wanted.select(pl.col(key).unique().sort()).with_row_index("column")
    members = groups.select(group, at=pl.int_range(pl.len(), dtype=pl.UInt32))
    members = members.partition_by(group, as_dict=True, include_key=False)
    unit, drawing, start = np.full(groups.height, -1, dtype=np.int32), [], 0
    for name, rows in wanted.partition_by(group, as_dict=True, maintain_order=True).items():
        at, source = members[name]["at"], generator(seed, *name)
        size, its = drawn(len(at), corpus), units(len(at), source, corpus)
        beside = groups[at].select(pl.col("items", "exposure").fill_null(0).cast(pl.Float64)).to_numpy()
        drawing.append((rows, source, slice(start, start + size), placed(beside, its, size)))
        unit[at.to_numpy()] = start + its
        start += size
    placed_in = groups.select("row", unit=unit)
    found = [pl.DataFrame(schema=schema)]
    for _, batch in itertools.groupby(drawing, lambda each: each[2].start // _TOGETHER):
        batch = list(batch)
        first, last = batch[0][2].start, batch[-1][2].stop
        parts = (part.filter(pl.col("unit").is_between(first, last - 1)) for part in _grouped(cells, placed_in))
        parts = (keyed(part, columns, key).select("count", pl.col("unit") - first, "column") for part in parts)
        sums = added_up(parts, (last - first, columns.height), np.int32)
        for rows, source, here, beside in batch:
            those = attach(rows.select(key), columns, [key])["column"].to_numpy()
            together = hstack([sums[here.start - first : here.stop - first][:, those], beside], format="csr")
            ends = _ends(together, rows["articles"].to_numpy(), rows["others"].to_numpy(), source, resamples)
            ends = (pl.Series(*end) for end in zip(_ENDS, ends, strict=True))
            found.append(rows.select(group, key).with_columns(ends))
    return pl.concat(found).fill_nan(None)


def ends(values: np.ndarray, source: np.random.Generator, resamples: int = RESAMPLES) -> dict[str, np.ndarray]:
    """Article × (count of each key …, all items, exposure) → `share_low`, `share_high`, `rank_low` … of each key.

    Shares, ranks among these keys (1 = most), and rates per 1,000 of the exposure; NaN where there is none. So is the
    share of a key where what is left to it stands in fewer than `MINIMUM_NAMING` articles: it is known no better.
    """
    counts, items = values[:, :-2], values[:, -2]
    naming, alone = (counts > 0).sum(0), ((counts == items[:, None]) & (counts > 0)).sum(0)
    together = united(csr_array(values, dtype=np.float64), source)
    found = _ends(together, naming, (items > 0).sum() - alone, source, resamples)
    return dict(zip(_ENDS, found, strict=True))


@drawn_once
def _ends(
    together: csr_array, naming: np.ndarray, others: np.ndarray, source: np.random.Generator, resamples: int
) -> np.ndarray:
    """Unit × (count of each key …, all items, exposure), how many articles have each key and how many anything else →
    the `_ENDS` of each key."""
    many = len(naming)
    counts, beside = np.empty((resamples, many), dtype=np.int32), np.empty((resamples, 2))
    for at, block in _in_blocks(_resampled, (together,), source, resamples, len_of(together)):
        counts[at : at + len(block)], beside[at : at + len(block)] = block[:, :-2], block[:, -2:]
    total, exposure = np.hsplit(beside, 2)
    *observed, items, exposed = together.sum(0)
    observed = np.array(observed)
    found = np.empty((len(_ENDS), many))
    for keys in _key_blocks(many):
        each, here = counts[:, keys], observed[keys]
        with np.errstate(divide="ignore", invalid="ignore"):
            shares, rates = each / np.maximum(1, total), 1000.0 * each / exposure
            told = standard(here / items, shares, len_of(together), "logit")
            found[:2, keys] = np.where(others[keys] < MINIMUM_NAMING, np.nan, told)
            found[4:, keys] = standard(1000 * here / exposed, rates, len_of(together), "log")
    found[2:4] = _rank_ends(counts, naming)
    return found


def _rank_ends(counts: np.ndarray, naming: np.ndarray) -> np.ndarray:
    """Resample × key counts, articles that have each key → ends of its rank; equal counts keep the order of keys.

    Ranks take the place of the counts, which are not needed any more.
    """
    keys, bits = counts.shape[1], counts.shape[1].bit_length()
    # count and key in one number, which sorts several times as fast as an index does
    number = np.min_scalar_type(-(int(counts.max(initial=0)) + 1 << bits))
    for part in np.array_split(np.arange(len(counts)), min(20, len(counts))):
        order = np.sort(np.arange(keys, dtype=number) - (counts[part].astype(number) << bits), axis=1)
        order &= (1 << bits) - 1
        np.put_along_axis(counts[part[0] : part[-1] + 1], order, np.arange(1, keys + 1, dtype=np.int32), 1)
    return np.hstack([bounds(counts[:, block], naming[block]) for block in _key_blocks(keys)])


def _key_blocks(keys: int) -> list[slice]:
    """Number of keys → blocks of at most `_KEYS`, as even as can be."""
    return [slice(part[0], part[-1] + 1) for part in np.array_split(np.arange(keys), -(-keys // _KEYS))]
