"""Articles → which of them print a story again that another printed before.

Two articles are near-duplicates if the sets of their shingles, runs of `SHINGLE` syllables, are alike: a Jaccard
similarity of at least `REPEAT_SIMILARITY`, published at most `REPEAT_DAYS` days apart unless the words are the same.
Candidates are articles that share a bucket of locality-sensitive hashing over MinHash signatures (Broder 1997;
Leskovec, Rajaraman & Ullman 2020, Mining of Massive Datasets, chapter 3); what decides is their similarity, counted on
the whole sets.

A group is one article and all those similar to itself, so that a chain of small changes does not join two stories. The
first one printed stands for the group. The outcome depends neither on the order of the pages nor on batches or threads.
"""

import zlib
from collections.abc import Sequence

import numpy as np
import polars as pl
import rensa

from .catalogue import folded
from .schema import ARTICLES, COUNTED_ROLES, REPEAT_DAYS, REPEAT_SIMILARITY, REPEAT_SYLLABLES, conform

SHINGLE = 4  # syllables: two or three words
# With 25 bands of 5 a pair at 0.7 shares a bucket in 99 cases of 100, one at half of that in 12, at a tenth never.
BANDS, ROWS = 25, 5
BAND_COLUMNS = [f"band_{band:02}" for band in range(BANDS)]  # where each has a column of its own
SEED = 20240601
_PAIRS = 20_000  # compared at a time: bounds memory
_MULTIPLIERS = np.array([0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93], dtype=np.uint64)  # odd, of random bits

PRINTS = pl.Schema({"page": pl.String, "bands": pl.Array(pl.UInt32, BANDS), "shingles": pl.List(pl.UInt32)})


def fingerprints(lines: pl.DataFrame) -> pl.DataFrame:
    """Lines (with `text`, `role`) → `PRINTS`: of each main article that is long enough, its buckets and shingles.

    A shingle is 32 bits of a hash of its syllables, so that its set can be kept without the text.
    """
    own = (pl.col("segment") == 0) & pl.col("role").is_in(COUNTED_ROLES)
    words = folded(pl.col("text")).str.to_lowercase().str.extract_all(r"[\p{L}\p{M}\d]+")
    written = lines.filter(own).select("page", syllables=words).with_columns(length=pl.col("syllables").list.len())
    written = written.filter(pl.col("length").sum().over("page") >= REPEAT_SYLLABLES)
    if written.is_empty():
        return pl.DataFrame(schema=PRINTS)
    lengths = written.group_by("page", maintain_order=True).agg(pl.col("length").sum())
    codes = _codes(written["syllables"].explode(empty_as_null=False))
    article = np.repeat(np.arange(lengths.height, dtype=np.uint64), lengths["length"].to_numpy())
    begins = np.flatnonzero(article[: 1 - SHINGLE] == article[SHINGLE - 1 :])  # where a whole shingle fits
    # an article's number and its shingle in one, so that the sets of all articles are made by one sort
    sets = np.sort(article[begins] << np.uint64(32) | _mixed([codes[begins + at] for at in range(SHINGLE)]))
    sets = sets[np.diff(sets, prepend=~sets[:1]) != 0]
    shingles, sizes = sets.astype(np.uint32), np.bincount((sets >> np.uint64(32)).astype(np.int64))
    ends = np.cumsum(sizes)
    offsets = np.concatenate([[0], ends]).astype(np.uint64)
    signatures = rensa.RMinHash.digest_matrix_from_flat_token_hashes(
        shingles.astype(np.uint64), offsets, BANDS * ROWS, SEED
    )
    rows = np.array(signatures.to_rows(), dtype=np.uint64).reshape(-1, BANDS, ROWS)
    bands = _mixed([rows[:, :, row] for row in range(ROWS)]).astype(np.uint32)
    grouped = pl.DataFrame({"article": np.repeat(np.arange(len(sizes)), sizes), "shingles": shingles})
    return pl.DataFrame(
        {
            "page": lengths["page"],
            "bands": pl.Series(bands, dtype=PRINTS["bands"]),
            "shingles": grouped.group_by("article", maintain_order=True).agg("shingles")["shingles"],
        }
    )


def _codes(syllables: pl.Series) -> np.ndarray:
    """Syllables → a number for each, the same in every batch and on every machine."""
    different = syllables.unique()
    codes = pl.Series([zlib.crc32(syllable.encode()) for syllable in different], dtype=pl.UInt64)
    return syllables.replace_strict(different, codes, return_dtype=pl.UInt64).to_numpy()


def _mixed(parts: Sequence[np.ndarray]) -> np.ndarray:
    """Arrays of numbers, their order telling → one array of 32-bit numbers that depend on all of them."""
    first, second = _MULTIPLIERS
    mixed = np.zeros(parts[0].shape, dtype=np.uint64)
    for part in parts:
        mixed = (mixed ^ part) * first
        mixed ^= mixed >> np.uint64(32)
    return (mixed * second) >> np.uint64(32)


def mark(articles: pl.DataFrame, prints: pl.LazyFrame) -> pl.DataFrame:
    """Articles and their `PRINTS` → `schema.ARTICLES`, with `duplicate_of` and `similarity` of those that repeat."""
    told = repeats(articles, prints).with_columns(segment=pl.lit(0, pl.Int32))
    marked = articles.join(told, on=["page", "segment"], how="left", maintain_order="left", validate="m:1")
    assert marked.height == articles.height
    return conform(marked, ARTICLES)


def repeats(articles: pl.DataFrame, prints: pl.LazyFrame) -> pl.DataFrame:
    """Articles and their `PRINTS` → page, duplicate_of, similarity: a row a page that repeats another.

    The first print is the one published first (an inferred date counts from the end of its bounds, no date last), of
    several the first by name. Memory: the shingles of the articles that share a bucket, and `_PAIRS` pairs of them.
    """
    main = articles.filter(pl.col("segment") == 0).sort("published_last", "page", nulls_last=True)
    ranked = main.select("page", "published_first", "published_last").with_row_index("rank")
    buckets = _buckets(ranked, prints)
    candidates = ranked.join(buckets.select("rank").unique(), on="rank", how="semi")
    held = prints.select("page", "shingles").join(candidates.lazy().select("page", "rank"), on="page").collect()
    found = _repeats(buckets, candidates.join(held.select("rank", "shingles"), on="rank"))
    names = ranked.select("rank", "page")
    told = found.join(names, on="rank").join(
        names.select(original="rank", duplicate_of="page"), on="original", validate="m:1"
    )
    return told.select("page", "duplicate_of", "similarity")


def neighbourhood(some: pl.DataFrame, others: pl.LazyFrame) -> pl.DataFrame:
    """Some articles and all others (`page`, `BAND_COLUMNS`) → those of the others that can matter to any of the first.

    They share a bucket with one of them, or with one that does, and so on: what repeats what among them depends on
    nobody else. One pass over the others a step; most often two.
    """
    found, edge = some.clear(), some
    while edge.height:
        shared = pl.any_horizontal(pl.col(band).is_in(edge[band].unique().implode()) for band in BAND_COLUMNS)
        near = others.select(some.columns).filter(shared).collect(engine="streaming")
        edge = near.join(found, on="page", how="anti")
        found = pl.concat([found, edge])
    return found


def _buckets(ranked: pl.DataFrame, prints: pl.LazyFrame) -> pl.DataFrame:
    """Ranks and prints → `bucket`, `rank`: the articles of each bucket that holds several, a band at a time."""
    bands = prints.select("page", "bands").collect().join(ranked.select("page", "rank"), on="page")
    shared = [
        bands.select("rank", bucket=pl.lit(band << 32, pl.UInt64) + pl.col("bands").arr.get(band)).filter(
            pl.col("bucket").is_duplicated()
        )
        for band in range(BANDS)
    ]
    return pl.concat(shared)


def _repeats(buckets: pl.DataFrame, articles: pl.DataFrame) -> pl.DataFrame:
    """Buckets and the articles in them → `rank`, `original` (the rank it repeats), `similarity`; a row a repeat.

    In each round the first article of every bucket it is in stands for itself, and the others of its buckets are
    compared with it; those similar to it are its repeats. Both leave, and the rest of the buckets goes on.
    """
    found = [pl.DataFrame(schema={"original": pl.UInt32, "rank": pl.UInt32, "similarity": pl.Float64})]
    rank, first = pl.col("rank"), pl.col("rank").min().over("bucket")
    while not (buckets := buckets.filter(pl.len().over("bucket") > 1)).is_empty():
        buckets = buckets.with_columns(original=first)
        leaders = buckets.group_by("rank").agg(leads=(rank == pl.col("original")).all()).filter("leads")
        pairs = (
            buckets.filter(rank != pl.col("original"))
            .join(leaders.select(original="rank"), on="original", how="semi")
            .select("original", "rank")
            .unique()
            .sort("original", "rank")
        )
        similar = _similar(pairs, articles).sort("rank", "similarity", "original", descending=[False, True, False])
        found.append(similar.unique("rank", keep="first", maintain_order=True))
        settled = pl.concat([leaders["rank"], found[-1]["rank"]])
        buckets = buckets.select("bucket", "rank").filter(~rank.is_in(settled.implode()))
    return pl.concat(found)


def _similar(pairs: pl.DataFrame, articles: pl.DataFrame) -> pl.DataFrame:
    """Pairs of `original` and `rank` → those that are near-duplicates, with `similarity`."""
    similar = [pairs.clear().with_columns(similarity=pl.lit(None, pl.Float64))]
    for at in range(0, pairs.height, _PAIRS):
        both = (
            pairs[at : at + _PAIRS]
            .join(articles, on="rank")
            .join(articles.select(pl.all().name.prefix("other_")), left_on="original", right_on="other_rank")
        )
        shared = pl.col("shingles").list.set_intersection("other_shingles").list.len()
        either = pl.col("shingles").list.len() + pl.col("other_shingles").list.len() - shared
        apart = pl.max_horizontal(
            pl.col("published_first") - pl.col("other_published_last"),
            pl.col("other_published_first") - pl.col("published_last"),
        ).dt.total_days()
        near = (apart <= REPEAT_DAYS).fill_null(True)  # undated, it may have been printed on any day
        similar.append(
            both.with_columns(similarity=shared / either)
            .filter((pl.col("similarity") >= REPEAT_SIMILARITY) & (near | (pl.col("similarity") == 1)))
            .select("original", "rank", "similarity")
        )
    return pl.concat(similar)
