"""Pages → an archive, commit by commit: what is new or changed is extracted, the rest is looked up.

What one commit means: every page the archive holds has the tables that the code, the catalogue and the corrections of
that commit make of it, as if all of them had been extracted at once.
"""

import io
import re
import shutil
import tempfile
import unicodedata
import zlib
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from deltalake.exceptions import DeltaError

from . import archive, corpus, corrections, duplicates
from .archive import MONTHLY, UNDATED, Snapshot, Transaction, in_portions, placed
from .catalogue import FILES, Catalogue, changed_names, load_catalogue
from .engine import Engine, in_threads
from .memory import give_back
from .pages import read_pages
from .schema import CORRECTIONS, PAGES, PROBLEMS, DiembaoError, conform, empty

# What is held of every page of the archive, its name as a hash: in ten million, two of one hash are one in 400,000, and
# then a count would be wrong by one, and the digest.
_KNOWN = pl.Schema({"key": pl.UInt64, "content": pl.Int64, "corrected": pl.Int64})
_KEY = pl.col("page").hash().alias("key")
_HELD = (_KEY, "content", "corrected")
_PLACES = pl.Schema({"page": pl.String, "month": pl.String})


@dataclass(frozen=True)
class Ingested:
    """What `ingest` did: the archive after it, the pages it could not read, and how many it left out of date for want
    of their texts."""

    snapshot: Snapshot
    rejected: pl.DataFrame
    out_of_date: int


def ingest(
    paths: str | Path | Sequence[str | Path],
    root: str | Path,
    catalogue: str | Path | Catalogue | None = None,
    text: bool = True,
    progress: bool = False,
    engine: Engine = in_threads,
) -> Ingested:
    """Pages and an archive (made if it is not there) → `Ingested`; its counts are those of the commit.

    A page the archive knows by its name and content is left alone, unless other code, a catalogue that names something
    in it otherwise, or a correction gives it other tables; then they are made again from the text the archive keeps.
    text: whether it keeps texts, decided by its first commit. A correction beside the pages, once taken in, stays
    until a later one overrules it. engine: what extracts and compares, `cluster.connect` for one of many machines.

    Memory: a few batches of pages, then a table a core of `archive.TOGETHER` pages or of the largest month in which a
    page is replaced, and some 50 bytes for every page there is. Raises `DiembaoError` where there is nothing to read or
    nowhere to write, and `archive.LostError` where another ingest was committed meanwhile: then nothing has changed,
    and it can be repeated.
    """
    catalogue = catalogue if isinstance(catalogue, Catalogue) else load_catalogue(catalogue)
    root = str(root) if "://" in str(root) else str(Path(root).absolute())
    transaction = Transaction(root)
    if transaction.base and text != transaction.base.facts["text"]:
        kept = "keeps its pages' texts; leave --no-text out" if not text else "was made with --no-text; give it again"
        raise DiembaoError(f"{root}: {kept}, or choose another folder")
    try:
        with tempfile.TemporaryDirectory(dir=corpus.cache_home(), prefix="ingesting-") as scratch:
            return _Run(transaction, paths, catalogue, text, engine, scratch).carry_out(progress)
    except (OSError, DeltaError, pl.exceptions.ComputeError) as error:  # a full disk, storage that is gone
        told = f"{root}: stopped ({archive.why(error)}); the archive is as before: mend this and run it again"
        raise DiembaoError(told) from error


class _Run:
    """One ingest: what the archive held, what of it is out of date, and what is staged to be written."""

    def __init__(self, transaction: Transaction, paths, catalogue: Catalogue, text: bool, engine: Engine, scratch):
        self.transaction, self.base, self.paths = transaction, transaction.base, paths
        self.catalogue, self.text, self.engine = catalogue, text, engine
        self.method = f"{corpus.code_digest()}-{catalogue.digest}"
        self.given = _all_given(paths, catalogue, self.base)
        self.known = self._stored("index").select(*_HELD).collect(engine="streaming") if self.base else empty(_KNOWN)
        self.stale = self._out_of_date() if self.base else empty(_PLACES)
        self.counts = dict.fromkeys(("new", "changed", "unchanged", "extracted_again", "rejected"), 0)
        self.problems, self.corrections, self.rejected = [empty(PROBLEMS)], [empty(CORRECTIONS)], [empty(PROBLEMS)]
        self.staged = _Staged(Path(scratch))

    def _stored(self, table: str) -> pl.LazyFrame:
        return self.base.stored(table)

    def carry_out(self, progress: bool) -> Ingested:
        batches = corpus.shown(self._batches(), progress)
        shared = (self.catalogue, self.given, self.method, self.text)
        for unread, (tables, problems, told) in self.engine(_made, shared, batches):
            unread = unread if self.text else corpus.without_words("problems", unread)
            self.problems += _with_rows(unread, problems)
            self.corrections += _with_rows(told)
            self.staged.add(tables)
        return Ingested(self._write(), pl.concat(self.rejected), 0 if self.text else self.stale.height)

    # What is to be extracted ---------------------------------------------------------------------------------------

    def _out_of_date(self) -> pl.DataFrame:
        """→ page, month of those whose tables this code, catalogue or these corrections would make otherwise."""
        uncorrected = self.given.is_empty() and not self.known["corrected"].count()
        if uncorrected and self.text and not self._method_changed():  # which is then that of every page
            return empty(_PLACES)
        marks = corrections.marks(self.given).with_columns(pl.col("corrected").reinterpret(signed=True))
        index = self._stored("index").join(marks.lazy().rename({"corrected": "given"}), on="page", how="left")
        corrected, other = ~pl.col("corrected").eq_missing(pl.col("given")), pl.col("method") != self.method
        stale = index.filter(corrected | other).select(*_PLACES, corrected=corrected, other=other)
        stale = stale.collect(engine="streaming").sort("month", "page")
        if stale["other"].any() and self.text:
            touched = self._named_otherwise()
            if touched is not None:
                stale = stale.filter(pl.col("corrected") | pl.col("page").is_in(touched.implode()))
        return stale.select(_PLACES.names())

    def _named_otherwise(self) -> pl.Series | None:
        """→ the pages in which stands a name that this catalogue and the archive's treat differently; None: any may."""
        code, _, _ = self.base.facts["method"].partition("-")
        names = changed_names(corpus.archived_catalogue(self.base), self.catalogue)
        if code != corpus.code_digest() or names is None:
            return None
        pages = self._stored("pages").select("page", "text")
        return pages.filter(_names_any(pl.col("text"), names)).select("page").collect(engine="streaming")["page"]

    def _batches(self) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
        """→ batches of pages to extract, with their marks, and what could not be read."""
        for pages, problems in read_pages(self.paths, batch_size=corpus.BATCH):
            marked = corpus.with_marks(pages, self.given).with_columns(_KEY)
            known = self.known.join(marked, on="key", how="semi").select("key", was="content")
            marked = marked.join(known, on="key", how="left", maintain_order="left")
            is_new, same = pl.col("was").is_null(), (pl.col("content") == pl.col("was")).fill_null(False)
            stale = self.stale.join(marked, on="page", how="semi")["page"]
            again = same & pl.col("page").is_in(stale.implode()) if not self.text else pl.lit(False)
            self.counts["new"] += marked.filter(is_new).height
            self.counts["changed"] += marked.filter(~is_new & ~same).height
            self.counts["extracted_again"] += marked.filter(again).height
            refused = problems.join(pages, on="page", how="anti", maintain_order="left")
            self.counts["rejected"] += refused.height
            self.rejected += _with_rows(refused)
            self.counts["unchanged"] += marked.filter(same).height
            fresh, left = marked.filter(~same | again), marked.filter(same & ~again)
            if len(stale):
                self.stale = self.stale.join(fresh, on="page", how="anti", maintain_order="left")
            told = problems.join(left, on="page", how="anti", maintain_order="left")  # of the others it was told before
            yield fresh, told
        if self.text:
            yield from self._again()

    def _again(self) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
        """→ batches of what is still out of date, from the texts the archive keeps, a month at a time."""
        self.counts["extracted_again"] += self.stale.height
        for (month,), part in self.stale.group_by("month", maintain_order=True):
            texts = self._stored("pages").filter(pl.col("month") == month).select(PAGES.names())
            for at in range(0, part.height, corpus.BATCH):
                pages = texts.join(part[at : at + corpus.BATCH].lazy(), on="page", how="semi").collect().sort("page")
                yield corpus.with_marks(pages, self.given), empty(PROBLEMS)

    # What is written -----------------------------------------------------------------------------------------------

    def _write(self) -> Snapshot:
        """Staged parts → a commit."""
        give_back()  # what extraction needed
        fresh = self.staged.rows("index").select(*_HELD).collect(engine="streaming")
        left = self.known.join(fresh, on="key", how="anti")
        known = pl.concat([left, fresh])
        replaced = self._replaced(fresh) if left.height < self.known.height else empty(_PLACES)
        self._put_whole("repeats", self._repeats(replaced, fresh.height > left.height))
        give_back()
        self.staged.sort_into_months()
        grown = _counted(self.staged.rows("index"))

        def put(table: str) -> None:
            self._put(table, grown, replaced)

        put("index")  # of two writers who is later here goes on: each ahead in another table, both would stop
        with ThreadPoolExecutor(pl.thread_pool_size()) as pool:  # a table a core: most of a write is done by one thread
            list(pool.map(put, [table for table in MONTHLY if table != "index"]))
        told, unread = corrections.unread(self.given, _there(self.given["page"], known))
        if not self.text:
            told, unread = (corpus.without_words(*each) for each in (("corrections", told), ("problems", unread)))
        kept = {}
        for table in ("corrections", "problems"):  # of the pages that are left alone
            rows = self._rows(table)
            old, is_fresh = (pl.col("page").is_in(_there(rows["page"], pages).implode()) for pages in (left, fresh))
            # a file that cannot be read has no page, or one that is not known
            unreadable = pl.col("stage") == "pages" if table == "problems" else pl.lit(False)
            kept[table] = rows.filter(old.fill_null(False) | (unreadable & ~is_fresh.fill_null(False)))
        self._put_whole("corrections", pl.concat([kept["corrections"], *self.corrections, told]))
        problems = pl.concat([kept["problems"], *self.problems, unread]).unique(maintain_order=True)
        self._put_whole("problems", problems)
        self._put_whole("given", self.given)
        if self._rows("catalogues").filter(pl.col("digest") == self.catalogue.digest).is_empty():
            files = {name: zlib.compress((self.catalogue.path / name).read_bytes()) for name in FILES}
            row = pl.DataFrame([{"digest": self.catalogue.digest, **files}], schema=archive.CATALOGUES)
            self.transaction.append("catalogues", row.lazy())
        notes = problems.filter(pl.col("stage") == "pages")
        return self.transaction.commit(
            "ingest",
            **self.counts,
            pages=known.height,
            text=self.text,
            method=self.method,
            catalogue=self.catalogue.digest,
            digest=corpus.digest(known.lazy(), notes, self.given, self.catalogue),
        )

    def _replaced(self, fresh: pl.DataFrame) -> pl.DataFrame:
        """Hashes of staged pages → page, month of those of them that the archive holds."""
        keys = fresh.join(self.known, on="key", how="semi")["key"]
        held = self._stored("index").filter(_KEY.is_in(keys.implode())).select(_PLACES.names())
        return held.join(self.staged.rows("index"), on="page", how="semi").collect(engine="streaming")

    def _method_changed(self) -> bool:
        return self.base is not None and self.base.facts["method"] != self.method

    def _put(self, table: str, grown: dict[str, int], replaced: pl.DataFrame) -> None:
        """Staged rows → their table, in the place of what it held of the same pages.

        grown: pages staged, by month. replaced: those of them that the archive holds.
        """
        columns = placed(MONTHLY[table][0]).names()
        another_method = table == "index" and self.text and self._method_changed()
        held = self._pages_of(None if another_method else replaced["month"].unique())
        limit = archive.together(table)
        for months in in_portions({month: held[month] + grown.get(month, 0) for month in held}, limit):
            these = pl.col("month").is_in(months)
            kept = _without(replaced.filter(these), self._stored(table).select(columns).filter(these))
            if another_method:  # whatever this method would have made otherwise has been made again
                kept = kept.with_columns(method=pl.lit(self.method))
            self.transaction.replace(table, pl.concat([kept, self.staged.rows(table, months)]), months)
        only_grown = {month: pages for month, pages in grown.items() if month not in held}
        for months in in_portions(only_grown, limit):
            for rows in self.staged.portions(table, months):
                self.transaction.append(table, rows)

    def _pages_of(self, months: pl.Series | None) -> dict[str, int]:
        """→ how many pages the archive holds of each of these months, or of every, in order."""
        if months is not None and months.is_empty():
            return {}
        within = None if months is None else pl.col("month").is_in(months.implode())
        held = self.base.months(["index"], ["index"], within)
        return {month: pages for month, pages, _ in held}

    def _rows(self, table: str) -> pl.DataFrame:
        """A table without partitions → its rows before this ingest."""
        schema = archive.WHOLE[table]
        return conform(self._stored(table).collect(), schema) if self.base else empty(schema)

    def _put_whole(self, table: str, rows: pl.DataFrame) -> None:
        rows = conform(rows, archive.WHOLE[table])
        rows = rows.sort("page", maintain_order=True, nulls_last=True)
        if not rows.equals(self._rows(table)):
            self.transaction.replace(table, rows.lazy())

    def _repeats(self, replaced: pl.DataFrame, most: bool) -> pl.DataFrame:
        """→ `archive.REPEATS` of the whole archive; only what may resemble a fresh or a replaced page is compared.

        most: whether there are more fresh pages than others; then all are compared.
        """
        columns = placed(duplicates.BUCKETS).names()
        buckets = self.staged.rows("buckets").select(columns)
        shingles = self.staged.rows("shingles").select(duplicates.SHINGLES.names())
        if not self.base:
            return duplicates.repeats(buckets, shingles, self.staged.folder, self.engine)
        before = self._stored("buckets").select(columns)
        if most:
            columns = duplicates.SHINGLES.names()
            buckets = pl.concat([buckets, _without(replaced, before)])
            shingles = pl.concat([shingles, _without(replaced, self._stored("shingles").select(columns))])
            return duplicates.repeats(buckets, shingles, self.staged.folder, self.engine)
        gone = _in_place(replaced) if replaced.height else pl.lit(False)
        moved = pl.concat(rows.collect() for rows in (buckets, before.filter(gone)))
        near = duplicates.neighbourhood(moved, before.filter(~gone), self.base.reach())
        if near.height:  # beside the new ones, so that each of the archive's is read once
            file = self.staged.folder / "near.parquet"
            archive.rows_of(self._stored("shingles"), near).select(duplicates.SHINGLES.names()).sink_parquet(file)
            buckets, shingles = pl.concat([buckets, near.lazy()]), pl.concat([shingles, pl.scan_parquet(file)])
        told = duplicates.repeats(buckets, shingles, self.staged.folder, self.engine)
        compared = pl.concat([near["page"], replaced["page"]])
        return pl.concat([self._rows("repeats").filter(~pl.col("page").is_in(compared.implode())), told])


def _with_rows(*tables: pl.DataFrame) -> list[pl.DataFrame]:
    """→ those that are worth holding: of each that stays, the allocator keeps the pages of memory it lies in."""
    return [table for table in tables if table.height]


def _there(pages: pl.Series, known: pl.DataFrame) -> pl.Series:
    """Names of pages → those that are among these, told by their hashes."""
    named = pages.drop_nulls().unique().to_frame().with_columns(_KEY)
    return named.join(known.join(named, on="key", how="semi"), on="key", how="semi")["page"]


def _without(replaced: pl.DataFrame, rows: pl.LazyFrame) -> pl.LazyFrame:
    """Pages, rows of a table → those of other pages, in their order."""
    return rows.join(replaced.lazy(), on="page", how="anti", maintain_order="left")


def _all_given(paths: str | Path | Sequence[str | Path], catalogue: Catalogue, base: Snapshot | None) -> pl.DataFrame:
    """→ the corrections an archive has taken in and those beside the pages, each once, the later overruling."""
    beside = corrections.load(paths, catalogue)
    if base is None:
        return beside
    kept = base.stored("given").select(corrections.GIVEN.names()).collect()
    what = [name for name in corrections.GIVEN if name not in ("file", "row", "overruled", "undoes")]
    return corrections.ranked(pl.concat([kept, beside]).unique(what, keep="first", maintain_order=True))


def _made(
    marked: pl.DataFrame, catalogue: Catalogue, given: pl.DataFrame, method: str, text: bool
) -> tuple[dict[str, bytes], pl.DataFrame, pl.DataFrame]:
    """Pages with their marks → the rows of `MONTHLY` as Parquet files, problems, corrections.

    Everything that is done to a batch, so that on a cluster the workers do it.
    """
    pages = marked.select(PAGES.names())
    tables = corpus.extract_pages(pages, catalogue, given)
    if not text:
        tables = {name: corpus.without_words(name, table) for name, table in tables.items()}
    rows = {
        **{table: tables[table] for table in MONTHLY if table in tables},
        "pages": pages if text else pages.clear(),
        "index": marked.with_columns(method=pl.lit(method)),
        "buckets": duplicates.buckets(tables["articles"].lazy(), tables["prints"].lazy()).collect(),
        "shingles": tables["prints"],
    }
    main = tables["articles"].filter(pl.col("segment") == 0)
    place = main.select("page", source="publisher", month=archive.month())
    files = {}
    for table, (schema, _) in MONTHLY.items():
        put = rows[table].join(place, on="page", how="left", maintain_order="left")
        files[table] = io.BytesIO()
        put.with_columns(pl.col("month").fill_null(UNDATED)).select(placed(schema).names()).write_parquet(
            files[table], compression="lz4"
        )
    contents = {table: file.getvalue() for table, file in files.items()} if pages.height else {}
    return contents, tables["problems"], tables["corrections"]


def _in_place(pages: pl.DataFrame) -> pl.Expr:
    """Pages with their month → whether a row is of one of them; told by month, readers pass over most of the others."""
    places = pages.group_by("month").agg("page").sort("month")
    return pl.any_horizontal((pl.col("month") == month) & pl.col("page").is_in(named) for month, named in places.rows())


def _counted(pages: pl.LazyFrame) -> dict[str, int]:
    """Pages with `month` → the number of each month's, in order."""
    return dict(pages.group_by("month").len().sort("month").collect().iter_rows())


class _Staged:
    """Rows on their way into an archive: parts beside it, one a batch, sorted into months when there are many."""

    def __init__(self, folder: Path):
        self.folder, self.parts, self.in_months = folder, 0, False

    def add(self, tables: dict[str, bytes]) -> None:
        """Parquet files by table → a part of each."""
        for table, content in tables.items():
            (self.folder / table).mkdir(exist_ok=True)
            (self.folder / table / f"{self.parts:06}.parquet").write_bytes(content)
        self.parts += bool(tables)

    def rows(self, table: str, months: Collection[str] | None = None) -> pl.LazyFrame:
        """→ the rows of a table, or of some of its months."""
        return pl.concat([empty(placed(MONTHLY[table][0])).lazy(), *self.portions(table, months)])

    def portions(self, table: str, months: Collection[str] | None = None) -> list[pl.LazyFrame]:
        """→ the same; where the months are one that is too large to be held in memory, in parts that are not."""
        if not self.parts:
            return []
        if not self.in_months or months is None:
            rows = pl.scan_parquet(self.folder / table / "**/*.parquet", hive_partitioning=False)
            return [rows if months is None else rows.filter(pl.col("month").is_in(list(months)))]
        folders = (self.folder / table / f"month={month}" for month in months)
        files = [file for folder in folders for file in sorted(folder.glob("*.parquet"))]
        together = [files] if len(months) > 1 and files else [[file] for file in files]
        return [pl.scan_parquet(each, hive_partitioning=False) for each in together]

    def sort_into_months(self) -> None:
        """Puts the parts into a folder a month, if they are more than may be searched again for each portion."""
        pages = self.rows("index").select(pl.len()).collect().item()
        if pages <= archive.TOGETHER:
            return
        for table in MONTHLY:
            folder, sorted_folder = self.folder / table, self.folder / f"{table}-sorted"
            rows = pl.scan_parquet(folder / "*.parquet")
            together = archive.together(table) * max(1, rows.select(pl.len()).collect().item() // pages)
            target = pl.PartitionBy(
                sorted_folder,
                key="month",
                include_key=True,
                max_rows_per_file=together,
                approximate_bytes_per_file=None,
            )
            # one row group of every month is held in memory
            rows.sink_parquet(target, mkdir=True, compression="lz4", row_group_size=max(1, together // 50))
            shutil.rmtree(folder)
            if sorted_folder.exists():
                sorted_folder.rename(folder)
        self.in_months = True


def _names_any(text: pl.Expr, names: Collection[str]) -> pl.Expr:
    """Texts → whether one of the names stands in them, in whatever case, spelling of tones, or division into words."""
    if not names:
        return pl.lit(False)
    words = [re.findall("[a-z0-9]+", _plain(name)) for name in names]
    pattern = "|".join(sorted({" ?".join(name) for name in words if name}))
    plain = text.str.normalize("NFD").str.replace_all(r"\p{M}", "").str.to_lowercase().str.replace_all("đ", "d")
    return plain.str.replace_all("[^a-z0-9]+", " ").str.contains(pattern)


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFD", name)
    return "".join(c for c in letters if not unicodedata.combining(c)).lower().replace("đ", "d")
