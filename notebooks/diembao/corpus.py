"""The one door to a corpus: pages in, lazy tables out, extracted once, kept, and extended by what is new."""

import contextlib
import hashlib
import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import platformdirs
import polars as pl
from tqdm import tqdm

from . import archive, articles, citations, corrections, dates, duplicates, mentions, names, publication, signals
from .catalogue import Catalogue, any_of, fold, folded, load_catalogue
from .engine import Carried, in_threads
from .learned import WEIGHTS
from .pages import list_files, read_pages
from .schema import CITATIONS, DATES, LINES, MENTIONS, PAGES, PROBLEMS, TABLES, DiembaoError, conform, empty
from .sentences import around_lines, on_lines, paragraphs, sentence_starts, with_sentences

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample"
_SETTLED = 2 * 10**9  # nanoseconds: no file system's clock is coarser
PART = 1_000_000  # rows of a table that a reader of all of it holds at a time
BATCH = 2_000  # pages extracted at a time: with one batch a core in work, this bounds memory
# Columns that may hold words of an article beyond the names, sources and dates in it.
WORDS = {
    "articles": ("title", "published_evidence"),
    "corrections": ("value", "reason"),
    "problems": ("file", "problem"),
}
_UNUSED = 30 * 24 * 3600  # seconds after which what is kept of an archive's earlier states goes: it may be made again
Make = Callable[[dict[str, pl.LazyFrame]], Mapping[str, pl.DataFrame]]
# Monthly tables that measures read; by the longest of them all are divided into the same parts.
_COUNTED = ("articles", "lines", "mentions", "citations", "dates")
_DATED_ROLES = ("headline", "lead", "byline", "body", "caption")


@dataclass(frozen=True, eq=False)
class Corpus:
    """An opened corpus: one LazyFrame a table of `schema`, the `pages` themselves, the catalogue and a `digest`."""

    path: str
    folder: Path
    catalogue: Catalogue
    digest: str

    def __repr__(self) -> str:
        return f"Corpus({self.path!r}, digest={self.digest!r})"

    def _scan(self, table: str) -> pl.LazyFrame:
        return pl.scan_parquet(self.folder / f"{table}.parquet")

    def parts(self, table: str) -> list[pl.LazyFrame]:
        """A table's name (`mentions`, …) → all its rows in parts, for who cannot hold them together; in no order."""
        rows = self._scan(table).select(pl.len()).collect().item()
        return [self._scan(table).slice(at, PART) for at in range(0, max(rows, 1), PART)]

    def rows(self, table: str) -> int:
        """A table's name → the number of its rows."""
        return getattr(self, table).select(pl.len()).collect().item()

    def on(self, table: str, pages: pl.DataFrame) -> pl.LazyFrame:
        """A table's name; page, published_first, publisher of main articles → the rows of their pages, in no order.

        Of an archive only the files of their months are opened, and there the rows near those of their publishers.
        """
        return getattr(self, table).filter(pl.col("page").is_in(pages["page"].implode()))

    @property
    def copies(self) -> pl.LazyFrame:
        """page, duplicate_of of the main articles that print another again."""
        return self.articles.filter(pl.col("duplicate_of").is_not_null()).select("page", "duplicate_of")

    @property
    def pages(self) -> pl.LazyFrame:
        """`schema.PAGES`: the pages as read; no rows where the corpus was opened from tables without its texts."""
        file = self.folder / "pages.parquet"
        return pl.scan_parquet(file).select(PAGES.names()) if file.exists() else empty(PAGES).lazy()

    @property
    def articles(self) -> pl.LazyFrame:
        """`schema.ARTICLES`: one row an article; segment 0 is a page's main one."""
        return self._scan("articles")

    @property
    def lines(self) -> pl.LazyFrame:
        """`schema.LINES`: one row a line, every character of every page in exactly one."""
        return self._scan("lines")

    @property
    def mentions(self) -> pl.LazyFrame:
        """`schema.MENTIONS`: one row an actor mention."""
        return self._scan("mentions")

    @property
    def citations(self) -> pl.LazyFrame:
        """`schema.CITATIONS`: one row a named outlet, with its part."""
        return self._scan("citations")

    @property
    def dates(self) -> pl.LazyFrame:
        """`schema.DATES`: one row a date expression, with its EDTF value."""
        return self._scan("dates")

    @property
    def corrections(self) -> pl.LazyFrame:
        """`schema.CORRECTIONS`: what the researcher's `corrections.csv` says instead, and whether it was applied."""
        return self._scan("corrections")

    @property
    def problems(self) -> pl.LazyFrame:
        """`schema.PROBLEMS`: what could not be read, or not as it stood."""
        return self._scan("problems")


@dataclass(frozen=True, eq=False, repr=False)
class _Archived(Corpus):
    """A corpus whose tables are those of an archive after one commit."""

    snapshot: archive.Snapshot
    within: pl.Expr | None = None  # whose files are opened, see `archive.Snapshot.scan`

    def _scan(self, table: str) -> pl.LazyFrame:
        return self.snapshot.scan(table, self.within)

    def between(self, first: date | None, last: date | None) -> "_Archived":
        """→ the same, of its pages only those published in the months of these days; None: open, undated ones too."""
        if first is None and last is None:
            return self
        months = f"{first:%Y-%m}" if first else "", f"{last:%Y-%m}" if last else "9999-12"
        return replace(self, within=pl.col("month").is_between(*map(pl.lit, months)))

    def parts(self, table: str) -> list[pl.LazyFrame]:
        return self.snapshot.parts(table, PART)

    def rows(self, table: str) -> int:
        return self.snapshot.rows(table, self.within)

    @property
    def copies(self) -> pl.LazyFrame:
        return self.snapshot.stored("repeats").select("page", "duplicate_of")

    def kept(self, name: str, tables: Sequence[str], make: Make, method: str) -> dict[str, dict[str, pl.LazyFrame]]:
        """Monthly tables and what makes others of the rows of some pages → by label of a part, these by name.

        A part, of a month or of as many of its pages as a reader holds, is made once and kept in the user's cache for
        as long as neither its files in the archive change nor how it is made: `make` and what it is told by `method`.
        Parts with the same label are of the same pages, whatever they are made of. `mark`, one row, is the same for as
        long as a part is.
        """
        root = self.snapshot.root if "://" in self.snapshot.root else str(self.folder.resolve())
        home = cache_home() / "kept" / hashlib.sha256(root.encode()).hexdigest()[:16] / name
        how = (method, pl.__version__, self.catalogue.digest, _own(self.catalogue))
        kept = {}
        for month, rows, files in self.snapshot.months(_COUNTED, tables, self.within):
            parts = max(1, -(-rows // PART))
            seen = hashlib.sha256("\n".join([*how, str(parts), *files]).encode()).hexdigest()[:16]
            for part in range(parts):
                folder = home / f"{month}-{seen}-{part}"
                if not folder.exists():
                    here = (pl.col("month") == month) & (pl.col("page").hash() % parts == part)
                    rows = {table: self.snapshot.stored(table).filter(here) for table in tables}
                    _keep(make(rows), folder)
                    _forget(home, month, seen)
                os.utime(folder)
                kept[f"{month}-{part}"] = {file.stem: pl.scan_parquet(file) for file in folder.iterdir()}
                kept[f"{month}-{part}"]["mark"] = pl.LazyFrame({"mark": [f"{home.parent.name} {name} {folder.name}"]})
        return kept

    def on(self, table: str, pages: pl.DataFrame) -> pl.LazyFrame:
        return self.snapshot.on(table, pages)

    @property
    def pages(self) -> pl.LazyFrame:
        return self._scan("pages")


def open_corpus(
    path: str | Path = "sample",
    catalogue: str | Path | Catalogue | None = None,
    progress: bool | Callable[[int, int], None] = False,
) -> Corpus:
    """A folder or file of pages, a folder of extracted tables, an archive, or "sample" → `Corpus`.

    Extraction happens once: the tables are kept in the user's cache, and pages that are new or changed since the last
    time are the only ones extracted again; so are those with other corrections. An archive (`DIR`, or `DIR@12`,
    `DIR@2026-11-01T06:00` for what it was) is opened as it stands, with the catalogue it was made with unless another
    is given. Raises `DiembaoError` where there is nothing to read, and for a wrong row of `corrections.csv`. progress:
    a bar, or what is called with the number of pages extracted so far and of all that are to be.
    """
    if place := archive.find(path):
        return _open_archive(archive.open_snapshot(*place), catalogue)
    catalogue = catalogue if isinstance(catalogue, Catalogue) else load_catalogue(catalogue)
    source = SAMPLE if str(path) == "sample" else Path(path)
    given = corrections.load(source, catalogue)
    if (source / "articles.parquet").is_file() and (source / "mentions.parquet").is_file():
        _check_tables(source)
        corrections.check_applied(given, pl.read_parquet(source / "corrections.parquet"))
        return Corpus(str(path), source, catalogue, _digest_of_tables(source))
    home = cache_home() / hashlib.sha256(str(source.resolve()).encode()).hexdigest()[:16]
    state = _state(source, given, catalogue)
    for known in home.glob("*/state"):
        if known.read_text() == state:
            return Corpus(str(path), known.parent, catalogue, known.parent.name)
    with tempfile.TemporaryDirectory(dir=_made(home), prefix="reading-") as scratch:
        marked = _mark_pages(read_pages(source, batch_size=BATCH), given, Path(scratch))
        marks, notes = pl.scan_parquet(marked / "pages" / "*.parquet"), pl.read_parquet(marked / "notes" / "*.parquet")
        seen = digest(marks, notes, given, catalogue)
        folder = home / seen
        if not (folder / "done").exists():
            _build(marked, _previous(home, catalogue), catalogue, given, Path(scratch) / "built", progress)
            _publish(Path(scratch) / "built", folder, catalogue)
    (folder / "state").write_text(state)
    return Corpus(str(path), folder, catalogue, seen)


def _open_archive(snapshot: archive.Snapshot, catalogue: str | Path | Catalogue | None) -> Corpus:
    if catalogue is None:
        catalogue = archived_catalogue(snapshot)
    elif not isinstance(catalogue, Catalogue):
        catalogue = load_catalogue(catalogue)
    return _Archived(snapshot.name, Path(snapshot.root), catalogue, snapshot.facts["digest"], snapshot)


def archived_catalogue(snapshot: archive.Snapshot) -> Catalogue:
    """An archive at a commit → the catalogue its tables were made with."""
    folder = cache_home() / "catalogues" / snapshot.facts["catalogue"]
    if not folder.exists():
        with tempfile.TemporaryDirectory(dir=_made(folder.parent)) as scratch:
            copy = _made(Path(scratch) / "copy")
            for name, content in snapshot.catalogue_files().items():
                (copy / name).write_bytes(content)
            with contextlib.suppress(OSError):  # another process was first, with the same files
                os.rename(copy, folder)
    return load_catalogue(folder)


def extract(
    paths: str | Path | Sequence[str | Path],
    out: str | Path,
    catalogue: str | Path | Catalogue | None = None,
    progress: bool = False,
    text: bool = True,
) -> dict[str, int]:
    """Pages → `articles.parquet`, `lines.parquet`, … in `out`; returns rows by table, and `pages`.

    text=False leaves the articles' words out: no titles, no evidence that quotes them; names, sources and dates stay.

    Works through the pages in batches, so memory does not grow with the corpus. Raises `DiembaoError` where there is
    nothing to read or nowhere to write.
    """
    catalogue = catalogue if isinstance(catalogue, Catalogue) else load_catalogue(catalogue)
    given = corrections.load(paths, catalogue)
    out = Path(out)
    if out.exists() and not out.is_dir():
        raise DiembaoError(f"{out}: is a file; --out names the folder the tables are written to")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DiembaoError(f"{out}: cannot be made ({error.strerror}); choose another folder for --out") from None
    with tempfile.TemporaryDirectory(dir=out, prefix=".extracting-") as scratch:
        parts = _Parts(Path(scratch))
        total = 0
        batches = read_pages(paths, batch_size=BATCH)
        for pages, problems, tables in extract_batches(shown(batches, progress), catalogue, given):
            parts.add(tables, problems)
            total += pages
        parts.add_unread(given)
        parts.finish(out)
    if not text:
        strip_text(out)
    counts = {name: pl.scan_parquet(out / f"{name}.parquet").select(pl.len()).collect().item() for name in TABLES}
    return {"pages": total, **counts}


def without_words(name: str, table: pl.DataFrame) -> pl.DataFrame:
    """A table's name and the table → the same without the articles' words (see `WORDS`).

    What is left are places, names, sources and dates as written, numbers and ids.
    """
    return table.with_columns(pl.lit(None, table.schema[column]).alias(column) for column in WORDS.get(name, ()))


def strip_text(folder: str | Path) -> None:
    """A folder of extracted tables → the same, each `without_words`."""
    for name in WORDS:
        file = Path(folder) / f"{name}.parquet"
        without_words(name, pl.read_parquet(file)).write_parquet(file)


def extract_pages(
    pages: pl.DataFrame, catalogue: Catalogue, given: pl.DataFrame = corrections.NONE
) -> dict[str, pl.DataFrame]:
    """Pages (`schema.PAGES`) → the tables of the design, and `prints`, by which `duplicates` fills two of `articles`.

    given: corrections as `corrections.load` reads them; those of other pages are passed over. A page on which a stage
    fails is set aside as a row of `problems`; the others go on.
    """
    if not pages.height:
        return _no_rows()
    try:
        return _extract_pages(pages, catalogue, given)
    except pl.exceptions.PolarsError as error:
        if pages.height == 1:
            failed = pages.select("page", "file", stage=pl.lit("extraction"), problem=pl.lit(str(error)[:300]))
            return {**extract_pages(pages.clear(), catalogue), "problems": conform(failed, PROBLEMS)}
        half = pages.height // 2
        first, second = (extract_pages(part, catalogue, given) for part in (pages[:half], pages[half:]))
        return {name: pl.concat([first[name], second[name]]) for name in first}


_PARTS = {**TABLES, "articles": archive.UNMARKED, "prints": duplicates.PRINTS}


def _no_rows() -> dict[str, pl.DataFrame]:
    return {name: empty(schema) for name, schema in _PARTS.items()}


def _extract_pages(pages: pl.DataFrame, catalogue: Catalogue, given: pl.DataFrame) -> dict[str, pl.DataFrame]:
    lines = articles.line_roles(signals.split_lines(pages), pages, catalogue)
    placed = corrections.place(given, lines, pages)
    lines = corrections.with_roles(lines, placed)
    full, parts = paragraphs(lines)
    prints = duplicates.fingerprints(full)  # takes much memory for a moment, so before the names are there
    words = catalogue.cues["dates"]
    found = dates.scan(full, words)
    bylines = full.filter(pl.col("role").is_in(["byline", "headline"]))
    table = articles.article_table(full, pages, dates.publication_lines(bylines, found, words))
    table = corrections.with_published(table, placed)
    told = publication.tell(table, found, catalogue)
    anchors = table.join(told.window, on=["page", "segment"], how="left", maintain_order="left")
    timed = dates.resolve(found.filter(pl.col("role").is_in(_DATED_ROLES)), anchors, words)
    full = full.with_columns(at_head=_at_head())
    named = names.scan(full, catalogue)
    read = {
        "mention": mentions.find_mentions(named, full, catalogue),
        "citation": citations.find_citations(named, full, catalogue),
        "date": conform(timed, DATES),
    }
    extracted = {part: on_lines(spans, parts, pages) for part, spans in read.items()}
    mentioned, cited, timed = (
        corrections.with_spans(part, spans, placed, lines, catalogue) for part, spans in extracted.items()
    )
    around = around_lines(full, parts)
    # only now: what the text's dates say is resolved from what the page says, not from what is known of office holders
    table = publication.infer(table, told, mentioned, around, catalogue)
    table = corrections.with_facts(_with_sources(table, cited), placed)
    told, problems = corrections.outcome(placed, table, extracted)
    listed = pages.join(table, on="page", how="anti", maintain_order="left")
    listed = listed.select("page", "file", stage=pl.lit("articles"), problem=pl.lit(_LISTED))
    starts = on_lines(sentence_starts(full, catalogue.cues["sentences"]), parts, pages)
    return {
        "articles": conform(table, archive.UNMARKED),
        "lines": conform(lines, LINES),
        "mentions": conform(with_sentences(mentioned, starts), MENTIONS),
        "citations": conform(with_sentences(cited, starts), CITATIONS),
        "dates": timed,
        "corrections": told,
        "problems": pl.concat([problems, conform(listed, PROBLEMS)]),
        "prints": prints,
    }


_LISTED = (
    "no article on this page, only titles and teasers of others, and nothing on it is counted; give the pages of the "
    "articles, or say with `role:` in corrections.csv which lines are one"
)


def _at_head() -> pl.Expr:
    """Whether a line stands above the text of its page."""
    text_from = pl.col("line").filter(pl.col("role").is_in(["lead", "body"])).min().over("page")
    return (pl.col("line") < text_from).fill_null(True)


def _with_sources(table: pl.DataFrame, cited: pl.DataFrame) -> pl.DataFrame:
    """Articles → the same with `credits`, and with `publisher` where the page itself names it."""
    credited = (
        cited.filter(pl.col("role") == "credit")
        .group_by("page", "segment", maintain_order=True)
        .agg(credits=pl.col("source_id").unique(maintain_order=True))
    )
    published = (
        cited.filter(pl.col("role") == "pub")
        .group_by("page", maintain_order=True)
        .agg(named=pl.col("source_id").mode(maintain_order=True).first())
        .with_columns(segment=pl.lit(0, pl.Int32))
    )
    joined = table.join(credited, on=["page", "segment"], how="left", maintain_order="left").join(
        published, on=["page", "segment"], how="left", maintain_order="left"
    )
    assert joined.height == table.height
    return joined.with_columns(
        credits=pl.col("credits").fill_null(pl.lit([], dtype=pl.List(pl.String))),
        publisher=pl.coalesce("publisher", "named"),
    )


class _Parts:
    """Tables that arrive batch by batch, written as parts and joined file by file at the end."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.number = 0

    def add(self, tables: dict[str, pl.DataFrame], *problems: pl.DataFrame) -> None:
        tables = {**tables, "problems": pl.concat([*problems, tables["problems"]])}
        for name, table in tables.items():
            _made(self.folder / name)
            table.write_parquet(self.folder / name / f"{self.number:06}.parquet")
        self.number += 1

    def add_unread(self, given: pl.DataFrame) -> None:
        """Adds the corrections of pages that none of the parts speaks of."""
        if not given.is_empty():
            seen = pl.read_parquet(self.folder / "corrections" / "*.parquet", columns=["page"])["page"].unique()
            told, problems = corrections.unread(given, seen)
            self.add({**_no_rows(), "corrections": told, "problems": problems})

    def finish(self, out: Path, by_page: bool = False) -> None:
        """Joins the parts; `by_page`: in the order of the pages' names, however the parts came."""
        if not self.number:
            self.add(_no_rows())
        found, prints = (pl.scan_parquet(self.folder / name / "*.parquet") for name in ("articles", "prints"))
        marked = duplicates.mark(found, prints, self.folder)
        marked = marked.sort("page", "segment") if by_page else marked
        marked.write_parquet(self.folder / "articles.parquet")
        for name in TABLES:
            if name != "articles":
                parts = pl.scan_parquet(self.folder / name / "*.parquet")
                parts = parts.sort("page", maintain_order=True, nulls_last=True) if by_page else parts
                parts.sink_parquet(self.folder / f"{name}.parquet", row_group_size=50_000)
            os.replace(self.folder / f"{name}.parquet", out / f"{name}.parquet")


def extract_batches(
    batches: Iterable[tuple[pl.DataFrame, Carried]], catalogue: Catalogue, given: pl.DataFrame
) -> Iterator[tuple[int, Carried, dict[str, pl.DataFrame]]]:
    """Batches of pages and what goes with them → number of pages, the same, tables of each, in order."""
    sized = ((pages, (pages.height, carried)) for pages, carried in batches)
    for (height, carried), tables in in_threads(extract_pages, (catalogue, given), sized):
        yield height, carried, tables


def shown(batches: Iterable[tuple], progress: bool) -> Iterator[tuple]:
    """Batches, each with its pages first → the same, while a bar counts the pages taken."""
    with tqdm(unit=" pages", disable=not progress) as bar:
        for batch in batches:
            yield batch
            bar.update(batch[0].height)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _keep(tables: Mapping[str, pl.DataFrame], folder: Path) -> None:
    """Tables by name → a folder of their files, by one rename."""
    with tempfile.TemporaryDirectory(dir=_made(folder.parent), prefix="making-") as scratch:
        made = _made(Path(scratch) / "made")
        for name, table in tables.items():
            table.write_parquet(made / f"{name}.parquet")
        with contextlib.suppress(OSError):  # another process was first, with the same files
            os.rename(made, folder)


def _forget(home: Path, month: str, seen: str) -> None:
    """Removes what was kept of a month made otherwise or of other files, if it has not been used for long."""
    for folder in home.glob(f"{month}-*"):
        if seen not in folder.name and time.time() - folder.stat().st_mtime > _UNUSED:
            shutil.rmtree(folder, ignore_errors=True)


def cache_home() -> Path:
    """Where extracted tables are kept: `DIEMBAO_CACHE`, or the user's cache folder, or a temporary one."""
    home = Path(os.environ.get("DIEMBAO_CACHE") or platformdirs.user_cache_dir("diembao"))
    try:
        return _made(home)
    except OSError:
        return Path(tempfile.mkdtemp(prefix="diembao-"))


def code_digest() -> str:
    """→ a digest of the code that makes tables of pages."""
    code = hashlib.sha256()
    stages = ("pages", "dates", "articles", "names", "mentions", "citations", "publication", "corrections")
    of_lines = ("signals", "topics", "records", "learned")
    for module in ("schema", "catalogue", *stages, *of_lines, "sentences", "duplicates", "corpus"):
        code.update((Path(__file__).parent / f"{module}.py").read_bytes())
    code.update(WEIGHTS.read_bytes())
    return code.hexdigest()[:12]


def _method(catalogue: Catalogue) -> str:
    """What the tables depend on besides the pages: this package's code, polars, the catalogue."""
    return f"{code_digest()}-{pl.__version__}-{catalogue.digest}"


def content(pages: pl.DataFrame) -> pl.Series:
    """Pages → a 64-bit hash of each one's content, wherever it was read from; the same on every machine and version.

    Page by page, since polars' own hashes may change with its version; a thousandth of what extraction takes.
    """
    joined = pl.concat_str(pl.all().exclude("file").fill_null("\x00"), separator="\x01")
    hashes = (hashlib.blake2b(text.encode(), digest_size=8).digest() for text in pages.select(joined).to_series())
    return pl.Series("content", [int.from_bytes(h, signed=True) for h in hashes], dtype=pl.Int64)


def with_marks(pages: pl.DataFrame, given: pl.DataFrame) -> pl.DataFrame:
    """Pages and corrections → with hashes of their `content` and of what is `corrected` on them (null: nothing)."""
    corrected = corrections.marks(given).with_columns(pl.col("corrected").reinterpret(signed=True))
    marked = pages.with_columns(content(pages)).join(corrected, on="page", how="left", maintain_order="left")
    return marked.select(*PAGES.names(), "content", "corrected")


def digest(marks: pl.LazyFrame, notes: pl.DataFrame, given: pl.DataFrame, catalogue: Catalogue) -> str:
    """Hashes of all pages, problems of reading, corrections → the corpus' digest, of them and of the method.

    In whatever order the pages and problems come.
    """
    mark = pl.col("content") ^ pl.col("corrected").fill_null(0)
    sorted_marks = marks.select(mark.sort()).collect().to_series()
    told = notes.sort(pl.all()).write_csv() + given.write_csv()  # corrections of pages that are not there have no mark
    method = _method(catalogue) + (_own(catalogue) if catalogue.own else "")
    seen = hashlib.sha256(sorted_marks.to_numpy().tobytes() + told.encode() + method.encode())
    return seen.hexdigest()[:16]


def _own(catalogue: Catalogue) -> str:
    """What the tables depend on in the researcher's own rows."""
    return json.dumps(sorted(catalogue.own), ensure_ascii=False)


def _state(source: Path, given: pl.DataFrame, catalogue: Catalogue) -> str:
    """Files of pages, corrections and the method → what is the same for as long as nothing is written to any of them.

    A file's `ctime` moves with every change of it, and cannot be set. Where one was changed in this very moment it may
    be changed again without moving: such a state is like no other.
    """
    began, told = time.time_ns(), hashlib.sha256((given.write_csv() + _method(catalogue) + _own(catalogue)).encode())
    newest = 0
    for file, name in list_files(source):
        try:
            stat = file.stat()
        except OSError:  # a link to nothing: a problem for who reads it
            newest = began
            continue
        told.update(f"{name}|{stat.st_size}|{stat.st_mtime_ns}|{stat.st_ctime_ns}|{stat.st_ino}\n".encode())
        newest = max(newest, stat.st_ctime_ns)
    return told.hexdigest() if newest < began - _SETTLED else f"{began}-{os.urandom(8).hex()}"


def _mark_pages(batches: Iterator[tuple[pl.DataFrame, pl.DataFrame]], given: pl.DataFrame, scratch: Path) -> Path:
    """Pages as they are read → `scratch/pages`, parts with their marks, and `scratch/notes`, what could not be read."""
    pages, notes = _made(scratch / "pages"), _made(scratch / "notes")
    for number, (batch, problems) in enumerate(batches):
        with_marks(batch, given).write_parquet(pages / f"{number:06}.parquet")
        problems.write_parquet(notes / f"{number:06}.parquet")
    return scratch


def _previous(home: Path, catalogue: Catalogue) -> tuple[Path, list[str]] | None:
    """The newest finished tables of the same path made by the same method, and the names of own rows that differ."""
    told = {file.parent: json.loads(file.read_text(encoding="utf-8")) for file in home.glob("*/done")}
    done = [folder for folder in told if told[folder]["method"] == _method(catalogue)]
    newest = max(done, key=lambda folder: (folder / "done").stat().st_mtime, default=None)
    if newest is None:
        return None
    then, now = told[newest]["own"], catalogue.own
    return newest, [name for row in then.keys() ^ now.keys() for name in (then | now)[row]]


def _holds(names: Sequence[str]) -> pl.Expr:
    """Names → whether a text may hold one of them: the longest word of each, in whatever case and spelling."""
    words = {max(re.split(r"[^\w]+", fold(name)), key=len) for name in names}
    return folded(pl.col("text")).str.contains(f"(?i){any_of([word for word in words if word])}")


def _build(
    scratch: Path,
    previous: tuple[Path, list[str]] | None,
    catalogue: Catalogue,
    given: pl.DataFrame,
    out: Path,
    progress: bool | Callable[[int, int], None],
) -> None:
    """Marked pages → a folder of finished tables; pages the previous folder holds unchanged are taken from there.

    Not taken are those that may hold a name of the catalogue's own rows that has come or gone since.
    """
    parts = _Parts(_made(scratch / "parts"))
    key = ["page", "content", "corrected"]
    known = pl.DataFrame(schema={"page": pl.String, "content": pl.Int64, "corrected": pl.Int64})
    if previous is not None:
        previous, names = previous
        wanted = pl.scan_parquet(scratch / "pages" / "*.parquet").select(key).collect()
        held = pl.scan_parquet(previous / "pages.parquet")
        held = held.filter(~_holds(names)) if names else held
        known = held.select(key).collect().join(wanted, on=key, how="semi", nulls_equal=True)
        kept = {
            name: pl.scan_parquet(previous / f"{file}.parquet").join(known.lazy(), on="page", how="semi").collect()
            for name, file in {**{name: name for name in _PARTS}, "articles": "unmarked"}.items()
        }
        kept["problems"] = kept["problems"].filter(pl.col("stage") != "pages")  # those are read anew
        parts.add(kept)

    def fresh() -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
        for file in sorted((scratch / "pages").glob("*.parquet")):
            new = pl.read_parquet(file).join(known, on=key, how="anti", nulls_equal=True, maintain_order="left")
            yield new.select(PAGES.names()), pl.read_parquet(scratch / "notes" / file.name)

    total = pl.scan_parquet(scratch / "pages" / "*.parquet").select(pl.len()).collect().item() - known.height
    done = 0
    for pages, notes, tables in extract_batches(shown(fresh(), progress is True), catalogue, given):
        parts.add(tables, notes)
        done += pages
        if callable(progress):
            progress(done, total)
    parts.add_unread(given)
    parts.finish(_made(out), by_page=True)
    for name, file in {"articles": "unmarked", "prints": "prints"}.items():  # for the next time
        pl.scan_parquet(scratch / "parts" / name / "*.parquet").sink_parquet(out / f"{file}.parquet")
    pl.scan_parquet(scratch / "pages" / "*.parquet").sink_parquet(out / "pages.parquet", row_group_size=2_000)


def _publish(built: Path, folder: Path, catalogue: Catalogue) -> None:
    """A finished folder → its place, by one rename; older tables of the same path are removed."""
    told = {"method": _method(catalogue), "own": catalogue.own}
    (built / "done").write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    try:
        os.rename(built, folder)
    except OSError:
        if not (folder / "done").exists():  # otherwise another process was first, with the same tables
            raise
    finished = sorted(folder.parent.glob("*/done"), key=lambda done: done.stat().st_mtime)
    for done in finished[:-3]:
        if done.parent != folder:
            shutil.rmtree(done.parent, ignore_errors=True)


def _check_tables(folder: Path) -> None:
    for name, schema in TABLES.items():
        file = folder / f"{name}.parquet"
        if not file.is_file():
            raise DiembaoError(f"{file}: missing; run `diembao extract PAGES --out {folder}` again")
        try:
            columns = pl.read_parquet_schema(file)
        except (pl.exceptions.PolarsError, OSError) as error:
            raise DiembaoError(f"{file}: not a readable Parquet file ({str(error).splitlines()[0]})") from None
        if missing := [column for column in schema if column not in columns]:
            raise DiembaoError(f"{file}: column `{missing[0]}` is missing; extract the corpus again")


def _digest_of_tables(folder: Path) -> str:
    seen = hashlib.sha256()
    for name in TABLES:
        seen.update((folder / f"{name}.parquet").read_bytes())
    return seen.hexdigest()[:16]
