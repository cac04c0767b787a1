"""Pages → an archive, commit by commit: what is new or changed is extracted, the rest is looked up.

What one commit means: every page the archive holds has the tables that the code, the catalogue and the corrections of
that commit make of it, as if all of them had been extracted at once.
"""

import re
import tempfile
import unicodedata
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from deltalake.exceptions import DeltaError

from . import archive, corpus, corrections, duplicates
from .archive import INDEX, MONTHLY, UNDATED, Snapshot, Transaction
from .catalogue import FILES, Catalogue, changed_names, load_catalogue
from .pages import read_pages
from .schema import CORRECTIONS, PAGES, PROBLEMS, DiembaoError, conform, empty

# How batches of pages become tables: `corpus.extract_batches`, or the same on other machines.
Engine = Callable[[Iterable, Catalogue, pl.DataFrame], Iterator]

_KNOWN = pl.Schema({**INDEX, "month": pl.String})


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
    engine: Engine = corpus.extract_batches,
) -> Ingested:
    """Pages and an archive (made if it is not there) → `Ingested`; its counts are those of the commit.

    A page the archive knows by its name and content is left alone, unless other code, a catalogue that names something
    in it otherwise, or a correction gives it other tables; then they are made again from the text the archive keeps.
    text: whether it keeps texts, decided by its first commit. A correction beside the pages, once taken in, stays
    until a later one overrules it. Raises `DiembaoError` where there is nothing to read or nowhere to write, and
    `archive.LostError` where another ingest was committed meanwhile: then nothing has changed, and it can be repeated.
    """
    catalogue = catalogue if isinstance(catalogue, Catalogue) else load_catalogue(catalogue)
    root = str(root) if "://" in str(root) else str(Path(root).absolute())
    transaction = Transaction(root)
    if transaction.base and text != transaction.base.facts["text"]:
        kept = "keeps its pages' texts; leave --no-text out" if not text else "was made with --no-text; give it again"
        raise DiembaoError(f"{root}: {kept}, or choose another folder")
    try:
        with tempfile.TemporaryDirectory(dir=corpus.cache_home(), prefix="ingesting-") as scratch:
            return _Run(transaction, paths, catalogue, text, Path(scratch)).carry_out(engine, progress)
    except (OSError, DeltaError, pl.exceptions.ComputeError) as error:  # a full disk, storage that is gone
        told = f"{root}: stopped ({archive.why(error)}); the archive is as before: mend this and run it again"
        raise DiembaoError(told) from error


class _Run:
    """One ingest: what the archive held, what of it is out of date, and what is staged to be written."""

    def __init__(self, transaction: Transaction, paths, catalogue: Catalogue, text: bool, scratch: Path):
        self.transaction, self.base, self.paths = transaction, transaction.base, paths
        self.catalogue, self.text, self.scratch = catalogue, text, scratch
        self.method = f"{corpus.code_digest()}-{catalogue.digest}"
        self.given = _all_given(paths, catalogue, self.base)
        self.known = self._stored("index").select(_KNOWN.names()).collect() if self.base else empty(_KNOWN)
        self.stale = self._out_of_date() if self.base else pl.Series("page", [], pl.String)
        self.counts = dict.fromkeys(("new", "changed", "unchanged", "extracted_again", "rejected"), 0)
        self.problems, self.corrections, self.rejected = [empty(PROBLEMS)], [empty(CORRECTIONS)], [empty(PROBLEMS)]
        self.parts = 0

    def _stored(self, table: str) -> pl.LazyFrame:
        return self.base.stored(table)

    def carry_out(self, engine: Engine, progress: bool) -> Ingested:
        batches = corpus.shown(self._batches(), progress)
        for _, (pages, problems), tables in engine(batches, self.catalogue, self.given):
            self._stage(pages, problems, tables)
        snapshot = self._write()
        left = 0 if self.text else self._left_out_of_date()
        return Ingested(snapshot, pl.concat(self.rejected), left)

    # What is to be extracted ---------------------------------------------------------------------------------------

    def _out_of_date(self) -> pl.Series:
        """→ the pages of the archive whose tables this code, catalogue or these corrections would make otherwise."""
        marks = corrections.marks(self.given).with_columns(pl.col("corrected").reinterpret(signed=True))
        now = self.known.join(marks.rename({"corrected": "given"}), on="page", how="left", maintain_order="left")
        corrected = ~pl.col("corrected").eq_missing(pl.col("given"))
        other = pl.col("method") != self.method
        stale = now.filter(corrected | other)
        if stale.select(other.any()).item() and self.text:
            touched = self._named_otherwise()
            if touched is not None:
                stale = stale.filter(corrected | pl.col("page").is_in(touched.implode()))
        return stale["page"]

    def _named_otherwise(self) -> pl.Series | None:
        """→ the pages in which stands a name that this catalogue and the archive's treat differently; None: any may."""
        code, _, _ = self.base.facts["method"].partition("-")
        names = changed_names(corpus.archived_catalogue(self.base), self.catalogue)
        if code != corpus.code_digest() or names is None:
            return None
        pages = self._stored("pages").select("page", "text")
        return pages.filter(_names_any(pl.col("text"), names)).select("page").collect(engine="streaming")["page"]

    def _batches(self) -> Iterator[tuple[pl.DataFrame, tuple[pl.DataFrame, pl.DataFrame]]]:
        """→ batches of pages to extract, with their marks and with what could not be read."""
        taken = []
        for pages, problems in read_pages(self.paths, batch_size=corpus.BATCH):
            marked = corpus.with_marks(pages, self.given).join(
                self.known.select("page", was="content", at="method"), on="page", how="left", maintain_order="left"
            )
            is_new, same = pl.col("at").is_null(), (pl.col("content") == pl.col("was")).fill_null(False)
            again = same & pl.col("page").is_in(self.stale.implode()) if not self.text else pl.lit(False)
            self.counts["new"] += marked.filter(is_new).height
            self.counts["changed"] += marked.filter(~is_new & ~same).height
            self.counts["extracted_again"] += marked.filter(again).height
            refused = problems.join(pages, on="page", how="anti", maintain_order="left")
            self.counts["rejected"] += refused.height
            self.rejected.append(refused)
            self.counts["unchanged"] += marked.filter(same).height
            fresh, left = marked.filter(~same | again), marked.filter(same & ~again)
            taken.append(fresh["page"])
            told = problems.join(left, on="page", how="anti", maintain_order="left")  # of the others it was told before
            yield fresh.select(PAGES.names()), (fresh, told)
        if self.text and len(self.stale):
            stale = self.known.filter(pl.col("page").is_in(self.stale.implode()))
            yield from self._again(stale.filter(~pl.col("page").is_in(pl.concat(taken).implode())))

    def _again(self, stale: pl.DataFrame) -> Iterator[tuple[pl.DataFrame, tuple[pl.DataFrame, pl.DataFrame]]]:
        """Pages of the archive to extract again → batches of them, a month at a time."""
        self.counts["extracted_again"] += stale.height
        for (month,), part in stale.group_by("month", maintain_order=True):
            texts = self._stored("pages").filter(pl.col("month") == month).select(PAGES.names())
            for at in range(0, part.height, corpus.BATCH):
                pages = texts.join(part[at : at + corpus.BATCH].lazy(), on="page", how="semi").collect().sort("page")
                yield pages, (corpus.with_marks(pages, self.given), empty(PROBLEMS))

    # What is written -----------------------------------------------------------------------------------------------

    def _stage(self, pages: pl.DataFrame, problems: pl.DataFrame, tables: dict[str, pl.DataFrame]) -> None:
        """Extracted pages → parts beside the archive, each row with the month its page belongs to."""
        self.problems += [problems, tables["problems"]]
        self.corrections.append(tables["corrections"])
        if pages.is_empty():
            return
        main = tables["articles"].filter(pl.col("segment") == 0)
        months = main.select("page", month=pl.col("published_first").dt.strftime("%Y-%m"))
        rows = {
            **{table: tables[table] for table in MONTHLY if table in tables},
            "pages": pages if self.text else pages.clear(),
            "index": pages.with_columns(method=pl.lit(self.method)),
            "prints": _stored_prints(tables["prints"]),
        }
        for table, (schema, _) in MONTHLY.items():
            placed = rows[table].select(schema.names()).join(months, on="page", how="left", maintain_order="left")
            folder = self.scratch / table
            folder.mkdir(exist_ok=True)
            placed.with_columns(pl.col("month").fill_null(UNDATED)).write_parquet(folder / f"{self.parts:06}.parquet")
        self.parts += 1

    def _staged(self, table: str) -> pl.LazyFrame:
        if not self.parts:
            return empty(pl.Schema({**MONTHLY[table][0], "month": pl.String})).lazy()
        return pl.scan_parquet(self.scratch / table / "*.parquet")

    def _write(self) -> Snapshot:
        """Staged parts → a commit."""
        fresh = self._staged("index").select("page").collect()["page"]
        replaced = self.known.filter(pl.col("page").is_in(fresh.implode())).select("page", "month")
        index = self._index_after(fresh)
        if self._method_changed():
            self.transaction.replace("index", index.lazy())
        for table in MONTHLY:
            if table != "index" or not self._method_changed():
                self._put(table, replaced)
        self._put_whole("repeats", self._repeats(fresh, replaced))
        told, unread = corrections.unread(self.given, index["page"])
        old = pl.col("page").is_in(self.known["page"].implode()) & ~pl.col("page").is_in(fresh.implode())
        self._put_whole("corrections", pl.concat([self._rows("corrections").filter(old), *self.corrections, told]))
        # a file that cannot be read has no page, or one that is not known
        read_before = (pl.col("stage") == "pages") & ~pl.col("page").is_in(fresh.implode()).fill_null(False)
        kept = self._rows("problems").filter(old.fill_null(False) | read_before)
        problems = pl.concat([kept, *self.problems, unread]).unique(maintain_order=True)
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
            pages=index.height,
            text=self.text,
            method=self.method,
            catalogue=self.catalogue.digest,
            digest=corpus.digest(index.lazy(), notes, self.given, self.catalogue),
        )

    def _method_changed(self) -> bool:
        return self.base is not None and self.base.facts["method"] != self.method

    def _index_after(self, fresh: pl.Series) -> pl.DataFrame:
        kept = self.known.filter(~pl.col("page").is_in(fresh.implode()))
        if self.text:  # whatever this method would have made otherwise has been made again
            kept = kept.with_columns(method=pl.lit(self.method))
        return pl.concat([kept, self._staged("index").select(_KNOWN.names()).collect()])

    def _put(self, table: str, replaced: pl.DataFrame) -> None:
        """Staged rows → their table, in the place of what it held of the same pages."""
        rows = self._staged(table)
        months = replaced["month"].unique().sort()
        if len(months):
            within = pl.col("month").is_in(months.implode())
            kept = self._stored(table).filter(within).join(replaced.lazy().select("page"), on="page", how="anti")
            columns = [*MONTHLY[table][0].names(), "month"]
            both = pl.concat([kept.select(columns), rows.filter(within).select(columns)])
            self.transaction.replace(table, both, months.to_list())
            rows = rows.filter(~within)
        self.transaction.append(table, rows)

    def _rows(self, table: str) -> pl.DataFrame:
        """A table without partitions → its rows before this ingest."""
        schema = archive.WHOLE[table]
        return conform(self._stored(table).collect(), schema) if self.base else empty(schema)

    def _put_whole(self, table: str, rows: pl.DataFrame) -> None:
        rows = conform(rows, archive.WHOLE[table])
        rows = rows.sort("page", maintain_order=True, nulls_last=True)
        if not rows.equals(self._rows(table)):
            self.transaction.replace(table, rows.lazy())

    def _repeats(self, fresh: pl.Series, replaced: pl.DataFrame) -> pl.DataFrame:
        """→ `archive.REPEATS` of the whole archive; only what may resemble a fresh or a replaced page is compared."""
        prints = self._staged("prints")
        facts = ["page", "segment", "published_first", "published_last"]
        articles = self._staged("articles").select(facts)
        if not self.base:
            return duplicates.repeats(articles.collect(), _prints(prints))
        before, bands = self._stored("prints"), ["page", *duplicates.BAND_COLUMNS]
        gone = pl.col("page").is_in(replaced["page"].implode())
        moved = pl.concat(rows.select(bands).collect() for rows in (prints, before.filter(gone)))
        near = duplicates.neighbourhood(moved, before.filter(~gone)).select("page").lazy()
        known = self._stored("articles").select(facts).join(near, on="page", how="semi")
        told = duplicates.repeats(
            pl.concat([articles, known]).collect(),
            pl.concat([_prints(prints), _prints(before.join(near, on="page", how="semi"))]),
        )
        compared = pl.concat([near.collect()["page"], fresh])
        return pl.concat([self._rows("repeats").filter(~pl.col("page").is_in(compared.implode())), told])

    def _left_out_of_date(self) -> int:
        """→ how many pages keep tables of another method, because the archive has no text to make them again."""
        fresh = self._staged("index").select("page").collect()["page"]
        return int((~self.stale.is_in(fresh.implode())).sum())


def _all_given(paths: str | Path | Sequence[str | Path], catalogue: Catalogue, base: Snapshot | None) -> pl.DataFrame:
    """→ the corrections an archive has taken in and those beside the pages, each once, the later overruling."""
    beside = corrections.load(paths, catalogue)
    if base is None:
        return beside
    kept = base.stored("given").select(corrections.GIVEN.names()).collect()
    what = [name for name in corrections.GIVEN if name not in ("file", "row", "overruled", "undoes")]
    return corrections.ranked(pl.concat([kept, beside]).unique(what, keep="first", maintain_order=True))


def _stored_prints(prints: pl.DataFrame) -> pl.DataFrame:
    """`duplicates.PRINTS` → `archive.PRINTS`: the same bits with a sign, since Delta Lake has no unsigned numbers."""
    bands = pl.col("bands").arr.to_struct(duplicates.BAND_COLUMNS)
    shingles = pl.col("shingles").list.eval(pl.element().reinterpret(signed=True))
    return prints.select("page", shingles, bands).unnest("bands").with_columns(
        pl.col(duplicates.BAND_COLUMNS).reinterpret(signed=True)
    )


def _prints(stored: pl.LazyFrame) -> pl.LazyFrame:
    """`archive.PRINTS` → `duplicates.PRINTS`."""
    bands = pl.concat_arr(pl.col(duplicates.BAND_COLUMNS).reinterpret(signed=False))
    shingles = pl.col("shingles").list.eval(pl.element().reinterpret(signed=False))
    return stored.select("page", bands=bands, shingles=shingles)


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
