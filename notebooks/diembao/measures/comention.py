"""Who appears with whom: normalised pointwise mutual information within sentences or within articles.

Two actors who are named often stand together often by accident. The NPMI (Bouma 2009, "Normalized (pointwise) mutual
information in collocation extraction", GSCL) compares how often they do with what independence would give: 1 only ever
together, 0 as often as by accident, -1 never together. Sentences of one article are not independent of each other, so
its interval comes from resampling articles.
"""

import math
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import polars as pl
from scipy.sparse import csr_array, hstack

from ..schema import DiembaoError
from . import intervals
from .frequency import leading
from .narrow import Table, frame, settled
from .selection import part_by_part, totals

UNITS = ("sentence", "article")
ORDERS = ("total", "cluster")
MOST = 12  # actors in the matrix unless others are asked for


def pairs(
    mentions: Table,
    articles: Table,
    actors: Sequence[str] = (),
    within: str = "sentence",
    *,
    order: str = "total",
    seed: int = intervals.SEED,
    resamples: int = intervals.RESAMPLES,
) -> pl.DataFrame:
    """Mentions → every pair of actors once, and how often the two stand in one sentence (article).

    Counted are the sentences (articles) that name any actor at all. order of the actors, and so of the rows: `total`,
    those in the most sentences first; `cluster`, those often together beside each other. actors: default the `MOST`
    most mentioned. Columns: actor_id, partner_id, within, together (sentences with both), units and other_units (with
    each), units_total, by_chance (together, under independence), npmi ± (null where one is named nowhere or both are
    everywhere), articles (that have both in one sentence), articles_total, abstains (fewer than `MINIMUM_NAMING` of
    those, or than `MINIMUM_ARTICLES` of these). Raises `DiembaoError` for an unknown `within` or `order`.
    """
    if within not in UNITS:
        raise DiembaoError(f"within: {within!r} is no unit of text; choose from {', '.join(UNITS)}")
    if order not in ORDERS:
        raise DiembaoError(f"order: {order!r} is no order of actors; choose from {', '.join(ORDERS)}")
    mentions, articles = settled(mentions), frame(articles)
    names = leading(totals(mentions, articles, "actor_id"), actors, MOST)
    size, few = len(names), articles.height < intervals.MINIMUM_ARTICLES
    upper = np.triu_indices(size, 1)
    sentences = within == "sentence"
    columns = ("actor_id", "sentence") if sentences else ("actor_id",)
    # told in the order of ids: who has been named more often since changes none of the cells
    cells = part_by_part(_cells, mentions, articles, columns, tuple(names.sort()), sentences)
    source = intervals.generator(seed, within)
    counts, naming = _counts(cells, intervals.units(articles.height, source), _columns(names.arg_sort().to_numpy()))
    naming = naming[1 + size :]
    units, each, both = _sums(counts.sum(0)[None], size)
    npmi = _npmi(both, each[:, upper[0]], each[:, upper[1]], units)[0]
    square = np.zeros((size, size))
    square[upper] = np.nan_to_num(npmi)
    chosen = _seriated(square + square.T) if order == "cluster" else np.argsort(-each[0], kind="stable")
    # from here on the pairs stand in that order
    number = np.zeros((size, size), dtype=int)
    number[upper] = np.arange(len(npmi))
    one, other = chosen[upper[0]], chosen[upper[1]]
    pair = (number + number.T)[one, other]
    low, high = np.full((2, len(npmi)), np.nan)
    if resamples and not few:
        low, high = _ends(counts, npmi, source, resamples)
    abstains = (naming < intervals.MINIMUM_NAMING) | few | (np.isnan(low) & (resamples > 0))
    low, high = (np.where(abstains, np.nan, end) for end in (low, high))
    total = int(units.item())
    return pl.DataFrame(
        {
            "actor_id": names.gather(one),
            "partner_id": names.gather(other),
            "within": pl.Series([within] * len(pair), dtype=pl.String),
            "together": both[0, pair].astype(np.int64),
            "units": each[0, one].astype(np.int64),
            "other_units": each[0, other].astype(np.int64),
            "units_total": np.full(len(pair), total),
            "by_chance": each[0, one] * each[0, other] / max(1, total),
            "npmi": npmi[pair],
            "npmi_low": low[pair],
            "npmi_high": high[pair],
            "articles": naming[pair].astype(np.int64),
            "articles_total": np.full(len(pair), articles.height),
            "abstains": abstains[pair],
        }
    ).with_columns(pl.selectors.float().fill_nan(None))


def _columns(places: np.ndarray) -> np.ndarray:
    """Places of names → those of the columns of `_cells`: of any name, of each one, of each pair."""
    size = len(places)
    square = np.zeros((size, size), dtype=int)
    square[np.triu_indices(size, 1)] = np.arange(size * (size - 1) // 2)
    one, other = np.triu_indices(size, 1)
    pairs = (square + square.T)[places[one], places[other]]
    return np.concatenate([[0], 1 + places, 1 + size + pairs])


def _counts(cells: Iterable[pl.DataFrame], drawn: np.ndarray, columns: np.ndarray) -> tuple[csr_array, np.ndarray]:
    """`_cells`, what each article is drawn in, where the columns belong → of each of these: its units that name anyone,
    those with each name, those with each pair; and how many articles have any of each."""
    width, places, drawn_in = len(columns), pl.Series("column", columns), pl.Series("drawn", drawn)
    naming = np.zeros(width, dtype=np.int64)

    def placed() -> Iterator[pl.DataFrame]:
        for part in cells:
            column = places.gather(part["column"])
            naming[:] += np.bincount(column.to_numpy(), minlength=width)
            yield part.select("count", drawn_in.gather(part["row"]), column)

    return intervals.added_up(placed(), (drawn.max(initial=-1) + 1, width)), naming


def _cells(parts: Iterable[pl.DataFrame], names: Sequence[str], sentences: bool) -> pl.DataFrame:
    """`slices` of mentions → row, column, count: of each article the units that name anyone, those with each name,
    those with each pair."""
    names, found = pl.Series(names, dtype=pl.String), []
    for part in parts:
        row, present = _present(part, names, sentences)
        rows, article = np.unique(row, return_inverse=True)
        # beside the first column, of any name, stand all; beside each name those behind it: pairs row by row
        of = present.tocsc()
        units = (of.indices[of.indptr[one] : of.indptr[one + 1]] for one in range(max(1, len(names))))
        beside = (
            intervals.placed(present[those][:, one + (one > 0) :], article[those], len(rows))
            for one, those in enumerate(units)
        )
        own = hstack(list(beside), format="coo")
        found.append(pl.DataFrame({"row": rows[own.row], "column": own.col, "count": own.data}).cast(_CELLS))
    return pl.concat(found)


_CELLS = {"row": pl.UInt32, "column": pl.UInt16, "count": pl.UInt32}


def _present(part: pl.DataFrame, names: pl.Series, sentences: bool) -> tuple[np.ndarray, csr_array]:
    """`slices` of mentions → of each unit of text that names anyone its row, and whether it has anyone, each name."""
    place = pl.DataFrame({"actor_id": names}).with_row_index("place").cast({"place": pl.Int64})
    place = place.cast({"actor_id": part.schema["actor_id"]})
    found = part.filter(pl.col("actor_id").is_not_null()).join(place, on="actor_id", how="left", validate="m:1")
    unit = pl.col("row").cast(pl.Int64) * 2**24 + (pl.col("sentence") if sentences else 0)
    # a unit and a name in one number, anyone being the first name
    cell = found.select(unit * (1 + len(names)) + pl.col("place") + 1).drop_nulls().to_series()
    units = found.select(unit.unique().sort()).to_series()
    cells = pl.concat([units * (1 + len(names)), cell]).unique().sort().to_numpy()
    column = cells % (1 + len(names))
    ends = np.append(np.flatnonzero(column == 0), len(cells))  # each unit begins with anyone
    shape = len(units), 1 + len(names)
    return (units // 2**24).to_numpy(), csr_array((np.ones(len(cells)), column, ends), shape=shape)


@intervals.drawn_once
def _ends(counts: csr_array, npmi: np.ndarray, source: np.random.Generator, resamples: int) -> np.ndarray:
    """`_counts` of what is drawn, NPMI of each pair → the ends of its interval."""
    size = (1 + math.isqrt(1 + 8 * len(npmi))) // 2
    one, other = np.triu_indices(size, 1)
    units, each, both = _sums(intervals.resampled(counts, source, resamples), size)
    draws = _npmi(both, each[:, one], each[:, other], units)
    return np.stack(intervals.standard(npmi, draws, counts.shape[0], "fisher"))


def _sums(sums: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows of summed `_counts` → units, units with each name, units with each pair."""
    return sums[:, :1], sums[:, 1 : 1 + size], sums[:, 1 + size :]


def _npmi(both: np.ndarray, one: np.ndarray, other: np.ndarray, units: np.ndarray) -> np.ndarray:
    """Units with both, with either and in all → NPMI; NaN where either has none, or both have all."""
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.log(both * units / (one * other)) / -np.log(both / units)
        return np.where(np.minimum(one, other) > 0, np.where(both > 0, value, -1.0), np.nan)


def _seriated(npmi: np.ndarray) -> np.ndarray:
    """Symmetric matrix → the order that puts what is often together side by side.

    Spectral seriation (Atkins, Boman & Hendrickson 1998, SIAM Journal on Computing 28): the order of the Fiedler
    vector's entries; of its two directions the one that has the first actor in its first half.
    """
    near = (1 + npmi) / 2
    np.fill_diagonal(near, 0)
    fiedler = np.linalg.eigh(np.diag(near.sum(0)) - near)[1][:, 1:2]
    order = np.argsort(fiedler[:, 0].round(9) if fiedler.size else np.zeros(len(npmi)), kind="stable")
    return order[::-1] if len(order) and 2 * np.flatnonzero(order == 0)[0] >= len(order) else order
