"""Articles → which of them print a story again that another printed before.

Two articles are near-duplicates if the sets of their shingles, runs of `SHINGLE` syllables, are alike: a Jaccard
similarity of at least `REPEAT_SIMILARITY`, published at most `REPEAT_DAYS` days apart unless the words are the same.
Candidates are articles that share a bucket of locality-sensitive hashing over MinHash signatures (Broder 1997;
Leskovec, Rajaraman & Ullman 2020, Mining of Massive Datasets, chapter 3) and that no more than those days lie between,
or days of others in that bucket; what decides is their similarity, counted on the whole sets.

A group is one article and all those similar to itself, so that a chain of small changes does not join two stories. The
first one printed stands for the group. The outcome depends neither on the order of the pages nor on batches or threads.
"""

import tempfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import polars as pl
import rensa

from .catalogue import folded
from .engine import Engine, in_threads
from .schema import ARTICLES, COUNTED_ROLES, REPEAT_DAYS, REPEAT_SIMILARITY, REPEAT_SYLLABLES, conform, empty

SHINGLE = 4  # syllables: two or three words
# With 25 bands of 5 a pair at 0.7 shares a bucket in 99 cases of 100, one at half of that in 12, at a tenth never.
BANDS, ROWS = 25, 5
BAND_COLUMNS = [f"band_{band:02}" for band in range(BANDS)]
SEED = 20240601
# What bounds memory: pages whose shingles are made at a time, pairs compared at a time, articles compared together
# (with all that are linked to them by buckets), bands read together, articles whose neighbours are looked for at a
# time.
_HASHED, _PAIRS, _TOGETHER, _BANDS, _SEARCHED = 500, 2_000, 5_000, 5, 10_000
_MULTIPLIERS = np.array([0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93], dtype=np.uint64)  # odd, of random bits

# The hashes are 32 bits with a sign, since Delta Lake has no numbers without. A column a band.
PRINTS = pl.Schema({"page": pl.String, **dict.fromkeys(BAND_COLUMNS, pl.Int32), "shingles": pl.List(pl.Int32)})
# The same in two, since buckets are looked through and the shingles of few articles are compared.
SHINGLES = pl.Schema({name: PRINTS[name] for name in ("page", "shingles")})
DAYS = {name: ARTICLES[name] for name in ("published_first", "published_last")}
BUCKETS = pl.Schema({"page": pl.String, **DAYS, **{name: PRINTS[name] for name in BAND_COLUMNS}})


# Of two articles, one with `other_` before its columns: undated, it may have been printed on any day.
_NEAR = (
    pl.max_horizontal(
        pl.col("published_first") - pl.col("other_published_last"),
        pl.col("other_published_first") - pl.col("published_last"),
    ).dt.total_days()
    <= REPEAT_DAYS
).fill_null(True)
_EARLIEST, _LATEST = -(2**30), 2**30  # days, where a bound is not known


def fingerprints(lines: pl.DataFrame) -> pl.DataFrame:
    """Lines (with `text`, `role`) → `PRINTS`: of each main article that is long enough, its buckets and shingles.

    A shingle is 32 bits of a hash of its syllables, so that its set can be kept without the text.
    """
    own = lines.filter((pl.col("segment") == 0) & pl.col("role").is_in(COUNTED_ROLES)).select("page", "text")
    parts = own.with_columns(part=pl.col("page").rle_id() // _HASHED).partition_by("part", include_key=False)
    return pl.concat([empty(PRINTS), *map(_fingerprints, parts)])


def _fingerprints(own: pl.DataFrame) -> pl.DataFrame:
    words = folded(pl.col("text")).str.to_lowercase().str.extract_all(r"[\p{L}\p{M}\d]+")
    written = own.select("page", syllables=words).with_columns(length=pl.col("syllables").list.len())
    written = written.filter(pl.col("length").sum().over("page") >= REPEAT_SYLLABLES)
    if written.is_empty():
        return empty(PRINTS)
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
    bands = _mixed([rows[:, :, row] for row in range(ROWS)]).astype(np.uint32).view(np.int32)
    grouped = pl.DataFrame({"article": np.repeat(np.arange(len(sizes)), sizes), "shingles": shingles.view(np.int32)})
    return pl.DataFrame(
        {
            "page": lengths["page"],
            **{name: bands[:, band] for band, name in enumerate(BAND_COLUMNS)},
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


def mark(articles: pl.LazyFrame, prints: pl.LazyFrame, folder: Path | None = None) -> pl.DataFrame:
    """Articles and their `PRINTS` → `schema.ARTICLES`, with `duplicate_of` and `similarity` of those that repeat.

    folder: as in `repeats`.
    """
    told = repeats(buckets(articles, prints), prints.select(SHINGLES.names()), folder)
    told = told.with_columns(segment=pl.lit(0, pl.Int32))
    articles = articles.collect()  # not before: comparing takes the more memory
    marked = articles.join(told, on=["page", "segment"], how="left", maintain_order="left", validate="m:1")
    assert marked.height == articles.height
    return conform(marked, ARTICLES)


def buckets(articles: pl.LazyFrame, prints: pl.LazyFrame) -> pl.LazyFrame:
    """Articles and their `PRINTS` → `BUCKETS`, in the order of the prints."""
    main = articles.filter(pl.col("segment") == 0).select("page", *DAYS)
    return prints.join(main, on="page", maintain_order="left").select(BUCKETS.names())


def repeats(
    buckets: pl.LazyFrame, shingles: pl.LazyFrame, folder: Path | None = None, engine: Engine = in_threads
) -> pl.DataFrame:
    """Articles' `BUCKETS` and `SHINGLES` → page, duplicate_of, similarity: a row a page that repeats another.

    The first print is the one published first (an inferred date counts from the end of its bounds, no date last), of
    several the first by name. Memory: of every article its dates and `_BANDS` hashes; of those that share a bucket the
    names; the shingles of two packs a core, of `_TOGETHER` articles or of as many as are linked by buckets, if these
    are more. Those of all packs are in a folder meanwhile, which is made in the one given, and removed.
    """
    packs = _packs(_links(buckets))
    linked = buckets.select("page", "published_last").with_row_index("row")
    linked = linked.join(packs.lazy(), on="row", maintain_order="left").collect(engine="streaming")
    ranked = linked.sort("published_last", "page", nulls_last=True).with_row_index("rank")
    ranked = ranked.select("rank", "page", "pack")
    with tempfile.TemporaryDirectory(dir=folder, prefix="packs-") as scratch:
        found = [part for _, part in engine(_repeats, (), _packed(ranked, buckets, shingles, Path(scratch)))]
    names = ranked.select("rank", "page")
    told = pl.concat([_NO_REPEATS, *found]).join(names, on="rank").join(
        names.select(original="rank", duplicate_of="page"), on="original", validate="m:1"
    )
    return told.select("page", "duplicate_of", "similarity")


def neighbourhood(some: pl.DataFrame, others: pl.LazyFrame, reach: pl.DataFrame) -> pl.DataFrame:
    """Some articles and all others (`BUCKETS`, `month`, …) → those of the others that can matter to the first.

    They share a bucket with one of them, or with one that does, and so on: what repeats what among them depends on
    nobody else. reach: `month` and `DAYS`, between which all others of that month were published, null: any day. Of
    months too far from those articles only the first band is looked through.
    """
    found, queue = others.clear().collect(), some.select(BUCKETS.names())
    while queue.height:
        edge, queue = queue[:_SEARCHED], queue[_SEARCHED:]
        days = edge.select(pl.col(*DAYS).name.prefix("other_")).unique()
        is_near = pl.col("month").is_in(reach.join(days, how="cross").filter(_NEAR)["month"].unique().implode())
        first, *more = (pl.col(band).is_in(edge[band].unique().implode()) for band in BAND_COLUMNS)
        searched = others.filter(is_near & pl.any_horizontal(first, *more)), others.filter(~is_near & first)
        met = pl.concat(part.collect(engine="streaming") for part in searched).join(found, on="page", how="anti")
        both = pl.concat([edge, met.select(edge.columns)]).with_row_index("rank")
        is_met = pl.col("rank") >= edge.height
        shared = _shared(both, BAND_COLUMNS).filter((~is_met).any().over("bucket") & is_met)
        met = met[(shared["rank"].unique().sort() - edge.height).to_list()]
        found, queue = pl.concat([found, met]), pl.concat([queue, met.select(queue.columns)])
    return found


def _shared(articles: pl.DataFrame, bands: Sequence[str]) -> pl.DataFrame:
    """Articles with `rank`, `DAYS` and some bands → `rank`, `bucket` (a number): those that share one, be it several.

    Each bucket of a band is divided where none of it lies within `REPEAT_DAYS` of those before. Not in the first band:
    the same words, which have all bands in common, count on any day.
    """
    first, last = (pl.col(day).to_physical() for day in DAYS)
    every = pl.concat(
        articles.select(
            "rank",
            hash=pl.lit(BAND_COLUMNS.index(band) << 32, pl.UInt64) + pl.col(band).reinterpret(signed=False),
            first=pl.lit(_EARLIEST) if band == BAND_COLUMNS[0] else first.fill_null(_EARLIEST),
            last=pl.lit(_LATEST) if band == BAND_COLUMNS[0] else last.fill_null(_LATEST),
        )
        for band in bands
    )
    is_before, is_next = (pl.col("hash") == pl.col("hash").shift(by) for by in (1, -1))
    met = every.sort("hash", "first").filter(is_before | is_next)
    begins = pl.col("first") > pl.col("last").cum_max().shift().over("hash") + REPEAT_DAYS
    met = met.select("rank", bucket=begins.fill_null(True).cum_sum())
    return met.filter(pl.len().over("bucket") > 1)


def _links(buckets: pl.LazyFrame) -> pl.DataFrame:
    """Buckets → `first`, `row`: the number of each row that shares a bucket, and that of the first one in it."""
    links = pl.DataFrame(schema={"first": pl.UInt32, "row": pl.UInt32})
    days = buckets.select(*DAYS).collect(engine="streaming").with_row_index("rank")
    for at in range(0, BANDS, _BANDS):
        for band in buckets.select(BAND_COLUMNS[at : at + _BANDS]).collect(engine="streaming"):
            hashes = band.sort()  # in less memory than a table of them
            several = hashes.filter(hashes == hashes.shift()).unique()
            met = days.with_columns(band).filter(band.is_in(several.implode()))
            shared = _shared(met, [band.name])
            pairs = shared.select(first=pl.col("rank").min().over("bucket"), row="rank")
            links = pl.concat([links, pairs.filter(pl.col("first") < pl.col("row"))]).unique()
    return links


def _packs(links: pl.DataFrame) -> pl.DataFrame:
    """Links → `row`, `pack`: articles that are linked, be it through others, are in one pack, of `_TOGETHER` or more.

    What repeats what in a pack depends on nothing outside it.
    """
    rows = pl.concat([links["first"], links["row"]]).unique().sort()
    first, second = (rows.search_sorted(links[column]).to_numpy() for column in links.columns)
    group, before = np.arange(len(rows)), None
    while before is None or (group != before).any():  # each takes the least number it is linked to, until none changes
        before = group.copy()
        least = np.minimum(group[first], group[second])
        for end in (first, second):
            np.minimum.at(group, before[end], least)
            np.minimum.at(group, end, least)
        group = group[group]
    grouped = pl.DataFrame({"row": rows, "group": group}).sort("group", "row").with_row_index("place")
    return grouped.select("row", pack=pl.col("place").min().over("group") // _TOGETHER)


def _packed(
    ranked: pl.DataFrame, buckets: pl.LazyFrame, shingles: pl.LazyFrame, folder: Path
) -> Iterator[tuple[pl.DataFrame, None]]:
    """→ of each pack the articles, with rank, dates, bands and shingles.

    All are put into a file a pack first: what is to be read for one may stand anywhere.
    """
    if ranked.is_empty():
        return
    packs = ranked["pack"].unique().sort()
    named = pl.col("page").is_in(ranked["page"].implode())  # by name first, since then no other shingles are decoded
    for table, rows in (("buckets", buckets.select(BUCKETS.names())), ("shingles", shingles)):
        target = pl.PartitionBy(folder / table, key="pack", include_key=False, approximate_bytes_per_file=None)
        # in their order: else the join would hold millions of rows until it knows which side is the smaller
        placed = rows.filter(named).join(ranked.lazy(), on="page", maintain_order="left").drop("page")
        # one row group of every pack is held in memory
        placed.sink_parquet(target, mkdir=True, compression="lz4", row_group_size=max(1, _TOGETHER // len(packs)))
    for pack in packs:
        yield _opened(folder, pack), None


def _opened(folder: Path, pack: int) -> pl.DataFrame:
    files = (folder / table / f"pack={pack}" / "*.parquet" for table in ("buckets", "shingles"))
    buckets, shingles = (pl.read_parquet(rows, hive_partitioning=False) for rows in files)
    return buckets.join(shingles, on="rank", validate="1:1").sort("rank")


_NO_REPEATS = pl.DataFrame(schema={"original": pl.UInt32, "rank": pl.UInt32, "similarity": pl.Float64})


def _repeats(articles: pl.DataFrame) -> pl.DataFrame:
    """Articles of a pack → `rank`, `original` (the rank it repeats), `similarity`; a row a repeat.

    In each round the first article of every bucket it is in stands for itself, and the others of its buckets are
    compared with it; those similar to it are its repeats. Both leave, and the rest of the buckets goes on.
    """
    found = [_NO_REPEATS]
    buckets = _shared(articles, BAND_COLUMNS)
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
        similar.append(
            both.with_columns(similarity=shared / either)
            .filter((pl.col("similarity") >= REPEAT_SIMILARITY) & (_NEAR | (pl.col("similarity") == 1)))
            .select("original", "rank", "similarity")
        )
    return pl.concat(similar)
