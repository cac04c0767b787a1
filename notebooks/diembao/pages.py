"""Reads pages as researchers keep them (text, HTML, tables, web archives) into one table of page text.

A page's text is what its file says, decoded, in NFC, with plain newlines; nothing else is touched, so offsets hold.
What cannot be read, and what had to be converted, is in the problems table with the reason and the way out.
"""

import codecs
import contextlib
import copy
import gzip
import hashlib
import io
import logging
import os
import re
import unicodedata
import zlib
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain, count, islice
from pathlib import Path
from typing import BinaryIO

import lxml.etree
import lxml.html
import numpy as np
import polars as pl
import trafilatura
from warcio.archiveiterator import ArchiveIterator

from .schema import PAGES, PROBLEMS, DiembaoError

MAX_PAGE_CHARS = 2_000_000  # a longer text is no page but a dump, or a table under the wrong name
MAX_PAGE_BYTES = 64 * 2**20  # a page saved with its pictures inside is far bigger than its text
MAX_MARKUP_BYTES = 8 * 2**20  # what is left of it without the pictures
MAX_TAGS = 400_000  # beyond them no page, and gigabytes of memory
MAX_TAGS_MAIN = 20_000  # finding the main text takes time by their square; a busy portal's page has some 5,000
MAX_LEGACY_TABLE_BYTES = 512 * 2**20  # a table that is not UTF-8 is converted in memory
BATCH_CHARS = 2**24  # single pages are handed on before they outgrow this

SUFFIXES = {
    ".txt": "text",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".csv": "csv",
    ".jsonl": "jsonl",
    ".parquet": "parquet",
    ".warc": "warc",
    ".warc.gz": "warc",
}
RESERVED = ("truth.jsonl", "corrections.csv", "README.md")  # stand beside the pages of a corpus and are none

# A page before it is checked: `refused` says why it is not kept, `notice` what was done to one that is.
_RAW = pl.Schema({**PAGES, "refused": pl.String, "notice": pl.String})
_ROW = "number of the row"
_CONTROLS = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F]"  # all but tab and newlines

# Whatever is none of the characters that are the same in NFC and stay as they are: Latin, Vietnamese, punctuation.
_NOT_PLAIN = r"[^\t\n -~\x{80}-\x{2FF}\x{1E00}-\x{1EFF}\x{2002}-\x{20CF}]"

for _library in ("trafilatura", "htmldate"):  # they log what is reported here, or does not matter
    logging.getLogger(_library).setLevel(logging.CRITICAL)


class _Unreadable(Exception):
    """Why a page or a file cannot be read, and the way out."""


def read_pages(
    paths: str | Path | Sequence[str | Path], batch_size: int = 2000
) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Files and folders → batches (pages as `schema.PAGES`, problems as `schema.PROBLEMS`), in bounded memory.

    Every page ends in one of the two; one that is kept but had to be converted or repaired is in both. `DiembaoError`
    for a path that does not exist, and where there is no page to read at all.
    """
    kept, reasons = 0, []
    for raw in _batches(list_files(paths), batch_size):
        pages, problems = _check(raw)
        kept += pages.height
        reasons += problems.head(4 - len(reasons)).select(pl.format("{}: {}", "file", "problem")).to_series().to_list()
        yield pages, problems
    if not kept:
        raise DiembaoError("\n  ".join(["no page could be read", *reasons[:3], *(["…"] if len(reasons) > 3 else [])]))


def list_files(paths: str | Path | Sequence[str | Path]) -> list[tuple[Path, str]]:
    """Files and folders → every file to read, in order, each once, with its name relative to the folder given.

    Folders are read with their subfolders, sorted; hidden files, `RESERVED` names and what browsers save beside a page
    (`NAME_files/`) are left out. A folder without files stands for itself. `DiembaoError` if a path is missing.
    """
    listed = {}
    for path in map(Path, [paths] if isinstance(paths, str | Path) else paths):
        if os.path.isdir(path):
            inside = ((file, file.relative_to(path)) for file in sorted(_walk(path)))
            found = [(file, name.as_posix()) for file, name in inside if _may_be_page(path, name)]
            found = found or [(path, path.name)]
        elif os.path.exists(path):
            found = [(path, path.name)]
        else:
            raise DiembaoError(f"{path}: no such file or folder; check the spelling or give the full path")
        for file, name in found:
            listed.setdefault(os.path.realpath(file), (file, name))
    return list(listed.values())


def _walk(folder: Path) -> Iterator[Path]:
    """A folder → all files below it, through links but each folder once, and the folders that cannot be listed."""
    refused, visited = [], set()
    for here, folders, files in os.walk(folder, followlinks=True, onerror=refused.append):
        visited.add(os.path.realpath(here))
        folders[:] = [name for name in sorted(folders) if os.path.realpath(os.path.join(here, name)) not in visited]
        yield from (Path(here, name) for name in files)
    yield from (Path(error.filename) for error in refused)


def _may_be_page(folder: Path, name: Path) -> bool:
    if name.name in RESERVED or any(part.startswith(".") for part in name.parts):
        return False
    assets = [str(folder / parent)[: -len("_files")] for parent in name.parents if parent.name.endswith("_files")]
    return not any(Path(page + suffix).exists() for page in assets for suffix in (".html", ".htm"))


# From files to batches -----------------------------------------------------------------------------------------------


def _batches(files: list[tuple[Path, str]], batch_size: int) -> Iterator[pl.DataFrame]:
    """Files → tables of `_RAW` of at most about `batch_size` rows, in the order of the files."""
    single, size = [], 0
    for item in _items(files, batch_size):
        is_table = isinstance(item, pl.DataFrame)
        if not is_table:
            single.append(item)
            size += len(item.get("text") or "") + len(item.get("main") or "")
        if single and (is_table or len(single) >= batch_size or size > BATCH_CHARS):
            yield pl.DataFrame(single, schema=_RAW)
            single, size = [], 0
        if is_table:
            yield item
    if single:
        yield pl.DataFrame(single, schema=_RAW)


def _items(files: list[tuple[Path, str]], batch_size: int) -> Iterator[dict | pl.DataFrame]:
    """Files → a dict for a page or an unreadable file, a data frame for a batch of a table; columns of `_RAW`."""
    names = _Names()
    for file, name in ((file, _printable(name)) for file, name in files):
        stem, kind = _stem_and_kind(name)
        page = names.of_page(stem, name) if kind in ("text", "html") else None
        shown = {"page": page, "file": _printable(file)}
        try:
            _check_file(file)
            if page:
                with file.open("rb") as stream:
                    yield shown | _page(_bytes(stream), kind == "html")
            elif kind == "warc":
                label = names.of_table(stem, name)
                yield from (shown | record for record in _archive(file, label, names))
            elif kind:
                rows, notice = _scan(file, kind)
                if notice:
                    yield shown | {"refused": notice}
                batches = (
                    _slices(rows, batch_size) if kind == "parquet" else rows.collect_batches(chunk_size=batch_size)
                )
                yield from _table(batches, names, names.of_table(stem, name), shown["file"])
            else:
                raise _Unreadable(
                    f"not a page: its name ends in none of {' '.join(SUFFIXES)}; move it out of the folder"
                )
        except _Unreadable as error:
            yield shown | {"refused": str(error)}
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
            why = str(error).strip().split("\n")[0][:300] or type(error).__name__
            yield shown | {"refused": f"damaged table, not read from there on ({why}); export it again"}
        except OSError as error:
            yield shown | {"refused": f"cannot be read ({error.strerror or error}); check the file and its permissions"}


def _check(raw: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A batch as `_RAW` → (pages, problems): text in NFC, empty and too long ones refused, `published` as EDTF."""
    text, stated = pl.col("text"), pl.col("published").str.strip_chars()
    cleaned = raw.with_columns(_plain(pl.col("text", "url", "title", "published", "publisher", "main"))).with_columns(
        pl.when(pl.col(name).str.contains(r"\S")).then(name) for name in ("url", "title", "publisher", "main")
    )
    day_first = stated.str.extract(r"^(\d{1,2}[/.-]\d{1,2}[/.-]\d{4})\b").str.replace_all("[.-]", "/")
    checked = cleaned.with_columns(
        refused=pl.coalesce(
            "refused",
            pl.when(text.str.len_chars() > MAX_PAGE_CHARS).then(
                pl.format(
                    f"{{}} characters, and a page has at most {MAX_PAGE_CHARS:,}; split it into one file a page, "
                    "or into the rows of a table",
                    text.str.len_chars(),
                )
            ),
            pl.when(~text.fill_null("").str.contains(r"\S")).then(pl.lit("empty, no text in it; save the page again")),
        ),
        published=pl.coalesce(
            stated.str.extract(r"^(\d{4}-\d{2}-\d{2})[T ]"),  # a moment: its day
            day_first.str.to_date("%d/%m/%Y", strict=False).cast(pl.String),  # as Vietnamese papers write it
            pl.when(stated.str.contains(r"^[\[{]?(\.\.)?/?[\dX]{4}([-/~?%.,\]}]|$)")).then(stated),
        ),
        undated=pl.when(stated.str.contains(r"\S")).then(
            pl.format("`published` is no date ({}); write it as 2024-11-15", stated.str.slice(0, 40))
        ),
    )
    said = pl.concat_list(
        "refused",
        pl.when(pl.col("refused").is_null()).then("notice"),
        pl.when(pl.col("published").is_null()).then("undated"),
    )
    problems = (
        checked.select("page", "file", stage=pl.lit("pages"), problem=said.list.drop_nulls())
        .explode("problem")
        .filter(pl.col("problem").is_not_null())
    )
    return checked.filter(pl.col("refused").is_null()).select(PAGES.names()), problems.select(PROBLEMS.names())


def _plain(texts: pl.Expr) -> pl.Expr:
    """Texts → the same in NFC, newlines as \\n, other controls as spaces. The few that need it are picked out first."""
    changed = pl.when(texts.str.contains(_NOT_PLAIN)).then(texts).str.normalize("NFC")
    return pl.coalesce(changed.str.replace_all("\r\n?", "\n").str.replace_all(_CONTROLS, " "), texts)


class _Taken:
    """A set of page ids, each held as a hash of 64 bits, since there may be ten million of them.

    In so many, two of one hash are one in 400,000, and then the later page is called otherwise or refused.
    """

    _RECENT = 20_000  # as many as may be added before they are sorted among the others

    def __init__(self) -> None:
        self._recent: set[int] = set()
        self._sorted = memoryview(np.empty(0, dtype=np.uint64))

    def __contains__(self, page: str) -> bool:
        key = _key(page)
        at = bisect_left(self._sorted, key)
        return key in self._recent or (at < len(self._sorted) and self._sorted[at] == key)

    def add(self, page: str) -> None:
        self._recent.add(_key(page))
        if len(self._recent) >= self._RECENT:
            recent = np.sort(np.fromiter(self._recent, np.uint64, len(self._recent)))
            self._sorted = memoryview(np.sort(np.concatenate([self._sorted, recent]), kind="stable"))
            self._recent.clear()


def _key(page: str) -> int:
    return int.from_bytes(hashlib.blake2b(page.encode(), digest_size=8).digest(), "big")


class _Names:
    """The page ids and the table names given so far."""

    def __init__(self) -> None:
        self.pages = _Taken()
        self.tables: set[str] = set()

    def of_page(self, stem: str, name: str) -> str:
        return _first_free(self.pages, stem, name)

    def of_table(self, stem: str, name: str) -> str:
        return _first_free(self.tables, stem, name)


def _first_free(taken: set[str] | _Taken, stem: str, name: str) -> str:
    """The stem of a file; where that is taken, its relative path without, then with its suffix, then numbered."""
    path = "/".join([*name.split("/")[:-1], stem])
    options = chain([stem, path, name], (f"{name}#{number}" for number in count(2)))
    free = next(option for option in options if option not in taken)
    taken.add(free)
    return free


def _stem_and_kind(name: str) -> tuple[str, str | None]:
    last = name.split("/")[-1]
    suffix = max((s for s in SUFFIXES if last.lower().endswith(s)), key=len, default="")
    return last[: len(last) - len(suffix)] or last, SUFFIXES.get(suffix)


def _printable(path: str | Path) -> str:
    """A path → its text in NFC; bytes of a name that is not UTF-8 become �."""
    return unicodedata.normalize("NFC", os.fsencode(path).decode("utf-8", "replace"))


def _check_file(file: Path) -> None:
    if file.is_dir():
        raise _Unreadable(
            f"no pages in this folder, or it may not be listed; put files ending in {' '.join(SUFFIXES)} there"
        )
    if not file.is_file():
        raise _Unreadable("not a file that can be read (a broken link or a device); replace it by a copy of the page")
    if not file.stat().st_size:
        raise _Unreadable("empty file; save the page again")


def _bytes(stream: BinaryIO) -> bytes:
    """A stream → all its bytes, or `_Unreadable` beyond `MAX_PAGE_BYTES`."""
    blocks, size = [], 0
    while block := stream.read(2**20):
        blocks.append(block)
        size += len(block)
        if size > MAX_PAGE_BYTES:
            raise _Unreadable(
                f"more than {MAX_PAGE_BYTES // 2**20} MB, too much for one page; split it into one file a page"
            )
    return b"".join(blocks)


# One page ------------------------------------------------------------------------------------------------------------


def _page(raw: bytes, is_html: bool, declared: str | None = None, url: str | None = None) -> dict:
    """Bytes of a page → its columns of `_RAW`; `_Unreadable` if it is none."""
    if not is_html:
        text, notice = decode(raw, declared)
        return {"text": text, "url": url, "notice": notice}
    raw = re.sub(rb"data:[\w/+.;=-]{0,100};base64,[\w+/=%]*", b"", raw)
    if len(raw) > MAX_MARKUP_BYTES:
        raise _Unreadable(f"more than {MAX_MARKUP_BYTES // 2**20} MB of HTML; save the page's text alone as .txt")
    tags = raw.count(b"<")
    if tags > MAX_TAGS:
        raise _Unreadable(f"{tags} HTML tags, too many for one page; save the page's text alone as .txt")
    in_page = re.search(rb"charset\s{0,9}=\s{0,9}[\"']?([\w-]+)", raw[:4096], re.IGNORECASE)
    text, notice = decode(raw, declared or (in_page[1].decode("ascii", "replace") if in_page else None))
    parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    text = re.sub(r"</(?:html|body)\s{0,9}>", "<br>", text, flags=re.IGNORECASE)  # libxml2 drops what follows these
    markup = re.sub(_CONTROLS, " ", text).encode("utf-8", "replace")
    try:
        tree = lxml.html.document_fromstring(markup, parser=parser)
    except lxml.etree.LxmlError:
        raise _Unreadable("no text in this HTML; save the page again, or its text as .txt") from None
    if parser.error_log.filter_from_fatals():
        raise _Unreadable("HTML nested too deeply to be read whole; save the page's text as .txt")
    for element in tree.iter():  # &#1; and the like, which lxml reads but does not let one write
        element.text, element.tail = (part and _NOT_XML.sub(" ", part) for part in (element.text, element.tail))
    seen = _visible_text(copy.deepcopy(tree))
    if not seen:
        raise _Unreadable("no visible text in this HTML (drawn by a script?); save it from the browser once it shows")
    row = {"text": seen, "url": url, "notice": notice}
    if len(seen) > MAX_PAGE_CHARS:
        return row  # refused later, so the costly part is not worth it
    try:
        known = trafilatura.extract_metadata(copy.deepcopy(tree), default_url=url, extensive=False)
        row |= {"title": known.title, "published": known.date, "publisher": known.sitename or known.hostname}
        row["url"] = url or known.url
        if tags <= MAX_TAGS_MAIN:
            article = trafilatura.bare_extraction(tree, url=url, include_comments=False)
            row["main"] = article and article.text
    except Exception as error:  # whatever it stumbles over, the page has its text
        failed = f"title, date or main text not found ({type(error).__name__})"
        row["notice"] = f"{notice}; {failed}" if notice else failed
    return row


_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LINE = "\u2028"  # marks the end of a line while spaces and newlines of the source still mean the same
# fmt: off
_UNSEEN = (
    "head", "script", "style", "noscript", "template", "iframe", "object", "svg", "math", "canvas", "audio", "video",
    "datalist",
)
_BLOCKS = (
    "address", "article", "aside", "blockquote", "body", "br", "button", "caption", "center", "dd", "details", "dialog",
    "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hgroup", "hr", "input", "label", "legend", "li", "main", "menu", "nav", "ol", "optgroup", "option", "p",
    "pre", "search", "section", "select", "summary", "table", "tbody", "textarea", "tfoot", "thead", "tr", "ul",
)
# fmt: on
_APART = ("a", "span", "time", "td", "th")
_HIDDEN = "//body//*[@hidden or contains(translate(@style, ' ', ''), 'display:none')]"


def _visible_text(tree: lxml.html.HtmlElement) -> str:
    """An HTML document, which is used up → what a reader sees, a line for a block, a line break or a table row."""
    lxml.etree.strip_elements(tree, *_UNSEEN, with_tail=False)
    for element in tree.xpath(_HIDDEN):
        element.drop_tree()
    for element in tree.iter("pre", "textarea"):
        for part in element.iter():
            part.text = (part.text or "").replace("\n", _LINE)
            if part is not element:
                part.tail = (part.tail or "").replace("\n", _LINE)
    for element in tree.iter(*_APART):  # styles keep these apart: <a>AP</a><span>19/6</span>
        following = element.getnext()
        if element.tag in ("td", "th") or (not element.tail and following is not None and following.tag in _APART):
            element.tail = " " + (element.tail or "")
    for element in tree.iter(*_BLOCKS):
        element.text = _LINE + (element.text or "")
        element.tail = _LINE + (element.tail or "")
    lines = (re.sub(r"[ \t\n\f\r]+", " ", line).strip(" ") for line in tree.text_content().split(_LINE))
    return "\n".join(line for line in lines if line.strip())


def _archive(file: Path, label: str, names: _Names) -> Iterator[dict]:
    """A WARC file → a row a web page in it (`label-1`, …), and one that counts what else it holds."""
    pages, others = 0, Counter()
    with file.open("rb") as stream:
        records = ArchiveIterator(stream)
        while True:
            try:
                with contextlib.redirect_stderr(io.StringIO()) as complaint:  # warcio prints where it lost the thread
                    record = next(records, None)
                if complaint.getvalue():
                    lost = (
                        "the record after page {} has a wrong length, something may be missing; fetch the archive again"
                    )
                    yield {"page": None, "refused": lost.format(pages)}
                if record is None:
                    break
                if record.rec_type not in ("response", "resource", "conversion"):
                    continue
                headers = record.http_headers or record.rec_headers
                mime, _, parameters = (headers.get_header("Content-Type") or "").lower().partition(";")
                status = record.http_headers.get_statuscode() if record.http_headers else "200"
                if mime.strip() not in ("text/html", "application/xhtml+xml", "text/plain") or status[:1] != "2":
                    others[mime.strip() or "no type" if status[:1] == "2" else f"status {status}"] += 1
                    continue
                raw = _bytes(record.content_stream())
                record.raw_stream.read()  # what stands after the content, so that what is missing can be told
                missing = record.raw_stream.limit
            except _Unreadable as error:
                raw, missing = error, 0
            except Exception as error:  # warcio and zlib raise a dozen kinds on a damaged file
                why = " ".join(f"{type(error).__name__}: {error}".split())[:200]
                raise _Unreadable(f"damaged web archive, {pages} pages read before ({why}); fetch it again") from None
            pages += 1
            page = names.of_page(f"{label}-{pages}", f"{label}-{pages}")
            row = {"page": page, "url": record.rec_headers.get_header("WARC-Target-URI")}
            try:
                if isinstance(raw, _Unreadable):
                    raise raw
                charset = parameters.partition("charset=")[2].strip(" \"'") or None
                content = _page(raw, mime.strip() != "text/plain", charset, row["url"])
                if missing:
                    told = f"the archive ends {missing} bytes before this page does; fetch it again"
                    content["notice"] = "; ".join(filter(None, [content["notice"], told]))
                yield row | content
            except _Unreadable as error:
                yield row | {"refused": str(error)}
    if _is_cut(file):
        yield {"page": None, "refused": f"web archive cut off after page {pages}; fetch it again"}
    if others:
        counts = ", ".join(f"{count} {what}" for what, count in others.most_common())
        yield {"page": None, "refused": f"{others.total()} records are not pages and were left out: {counts}"}
    if not pages:
        raise _Unreadable("no web page in this archive; give one with responses of type text/html")


def _is_cut(file: Path) -> bool:
    """Whether a compressed file ends before its end; warcio passes over that in silence."""
    with gzip.open(file) as stream:
        try:
            while stream.read(2**20):
                pass
        except EOFError:
            return True
        except (OSError, zlib.error):  # not compressed, or damaged otherwise, which warcio says
            pass
    return False


# Tables --------------------------------------------------------------------------------------------------------------


def _scan(file: Path, kind: str) -> tuple[pl.LazyFrame, str | None]:
    """A table → (its rows: `row` from 1, the columns of `PAGES` as strings and `refused`, notice or None)."""
    if kind == "parquet":
        table, notice, place = pl.scan_parquet(file, glob=False, row_index_name=_ROW, row_index_offset=1), None, "row"
        _check_columns(table)
    else:
        source, notice = _as_utf8(file)
        table, place = (_scan_csv(source), "row") if kind == "csv" else (_scan_jsonl(source), "line")
    columns = table.collect_schema()
    given = [name for name in PAGES if name in columns and name != "file"]
    if odd := [name for name in given if columns[name].is_nested() or columns[name] == pl.Duration]:
        told = ", ".join(f"`{name}` ({columns[name]})" for name in odd)
        if "text" in odd or "page" in odd:
            raise _Unreadable(f"no text in column {told}; write it as text and export the table again")
        notice = f"left out, being no text: {told}; write it as text if it matters"
        given = [name for name in given if name not in odd]
    missing = [pl.lit(None, pl.String).alias(name) for name in PAGES if name not in given]
    what = "no JSON object with a `text`" if kind == "jsonl" else "no `text`"
    rows = table.select(_ROW, *(pl.col(name).cast(pl.String) for name in given), *missing).with_columns(
        refused=pl.when(pl.col("text").is_null()).then(
            pl.format(f"{place} {{}}: {what}; fill it in or delete it", _ROW)
        )
    )
    return rows, notice


def _scan_csv(source: Path | bytes) -> pl.LazyFrame:
    options = {"infer_schema": False, "glob": False, "row_index_name": _ROW, "row_index_offset": 1}
    tables = [pl.scan_csv(source, separator=separator, **options) for separator in ",;\t"]
    table = next((table for table in tables if "text" in table.collect_schema()), tables[0])
    _check_columns(table)
    return table


def _scan_jsonl(source: Path | bytes) -> pl.LazyFrame:
    line = pl.col("line").str.strip_chars_start("\ufeff")
    lines = pl.scan_lines(source, glob=False, row_index_name=_ROW, row_index_offset=1).filter(line.str.contains(r"\S"))
    return lines.select(_ROW, **{name: line.str.json_path_match(f"$.{name}") for name in PAGES})


def _check_columns(table: pl.LazyFrame) -> None:
    names = [name for name in table.collect_schema() if name != _ROW]
    if "text" not in names:
        raise _Unreadable(
            f"no column `text` (there is {', '.join(names)[:200] or 'none'}); call the column with the "
            "page's text `text`, and the one with its id `page`"
        )


def _as_utf8(file: Path) -> tuple[Path | bytes, str | None]:
    """A text table → (itself, or its bytes in UTF-8 where it is written otherwise, notice or None)."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with file.open("rb") as stream:
        try:
            for block in iter(partial(stream.read, 2**20), b""):
                decoder.decode(block)
            decoder.decode(b"", final=True)
            return file, None
        except UnicodeDecodeError:
            pass
    if file.stat().st_size > MAX_LEGACY_TABLE_BYTES:
        raise _Unreadable("a table this big must be UTF-8; convert it, or split it")
    text, notice = decode(file.read_bytes())
    return text.encode(), f"the table {notice or 'was in UTF-16, converted to UTF-8'}"


def _slices(rows: pl.LazyFrame, size: int) -> Iterator[pl.DataFrame]:
    """The rows of a Parquet file → batches. `collect_batches` would read hundreds of megabytes ahead of its user."""
    for start in range(0, rows.select(pl.len()).collect().item(), size):
        yield rows.slice(start, size).collect()


def _table(batches: Iterator[pl.DataFrame], names: _Names, label: str, file: str) -> Iterator[pl.DataFrame]:
    """The batches of a table → the same as `_RAW`, with page ids that are nobody else's.

    A row without an id is called after its table and its number; one whose id another file has given before gets the
    table's name in front; the second row of an id inside the table is refused.
    """
    seen, rows = _Taken(), 0
    unnamed = pl.format(f"{label.replace('{', '{{').replace('}', '}}')}-{{}}", _ROW)
    for batch in batches:
        page = pl.col("page").str.normalize("NFC").str.replace_all(r"\s+", " ").str.strip_chars()
        batch = batch.with_columns(page=pl.when(page != "").then(page).otherwise(unnamed))
        given = batch["page"].to_list()
        elsewhere = [page for page in given if page in names.pages and page not in seen]
        prefixed = pl.format("{}/{}", pl.lit(label), "page")
        batch = batch.with_columns(page=pl.when(pl.col("page").is_in(elsewhere)).then(prefixed).otherwise("page"))
        taken = [page for page in batch["page"] if page in names.pages]
        repeated = pl.col("page").is_in(taken) | ~pl.col("page").is_first_distinct()
        twice = pl.format("row {}: the page id `{}` stands in this table before; give each page its own", _ROW, "page")
        for held, pages in ((names.pages, batch["page"]), (seen, given)):
            for page in pages:
                held.add(page)
        rows += batch.height
        yield batch.select(
            *(pl.col(name) for name in PAGES if name != "file"),
            file=pl.lit(file),
            refused=pl.when(repeated).then(twice).otherwise("refused"),
            notice=pl.lit(None, pl.String),
        ).select(_RAW.names())
    if not rows:
        raise _Unreadable("a table without rows; export it again")


# Encodings -----------------------------------------------------------------------------------------------------------


def decode(raw: bytes, declared: str | None = None) -> tuple[str, str | None]:
    """Bytes of a text, with the charset its page or server declares → (text, notice or None).

    UTF-8, UTF-16 and UTF-32 are taken as they are; else the Vietnamese encodings before Unicode are tried, and
    the one in which most words are Vietnamese syllables wins. `_Unreadable` if it is no text.
    """
    if encoding := _wide(raw):
        text = raw.decode(encoding, "replace").removeprefix("\ufeff")
        if len(re.findall(_CONTROLS, text)) > 3 + len(text) // 50:
            raise _Unreadable(_BINARY)
        return text, _repaired(encoding.upper(), text.count("\ufffd"))
    if len(raw) - len(raw.translate(None, _CONTROL_BYTES)) > 3 + len(raw) // 50:
        raise _Unreadable(_BINARY)
    try:
        return raw.decode("utf-8-sig"), None
    except UnicodeDecodeError:
        text = raw.decode("utf-8-sig", "replace")
    broken = text.count("\ufffd")
    intact = len(re.findall(r"[^\x00-\x7f\ufffd]", text))
    if intact >= 4 * broken:
        return text, _repaired("UTF-8", broken)
    words = b" ".join(word[:100] for word in islice((word for word in raw.split() if not word.isascii()), 5000))
    plausible = {name: _share_of_syllables(convert(words)) for name, convert in LEGACY_ENCODINGS.items()}
    best = max(plausible, key=plausible.get)
    if plausible[best] >= 0.7:
        return LEGACY_ENCODINGS[best](raw), f"was in {best}, converted to Unicode"
    if intact > broken:
        return text, _repaired("UTF-8", broken)
    if declared and (codec := _codec(declared)):
        return raw.decode(codec, "replace"), f"was in {codec}, as it declares; converted to Unicode"
    if broken <= len(text) // 20:
        return raw.decode("cp1252", "replace"), "neither UTF-8 nor a Vietnamese encoding; read as windows-1252"
    raise _Unreadable("text in an encoding that was not recognised; save it as UTF-8")


def _wide(raw: bytes) -> str | None:
    """Bytes → the encoding of two or four bytes a character they are in, told by its mark or, without, by its zeros."""
    marks = {"utf-32": (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE), "utf-16": (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)}
    if marked := [encoding for encoding, those in marks.items() if raw.startswith(those)]:
        return marked[0]
    head = raw[: 2**16]
    zeros = {"utf-16-le": head[1::2].count(0), "utf-16-be": head[::2].count(0)}
    least, most = sorted(zeros, key=zeros.get)
    return most if zeros[most] > len(head) // 8 and zeros[least] <= len(head) // 1000 else None


def _repaired(encoding: str, broken: int) -> str | None:
    return f"broken {encoding}: {broken} unreadable places are now �; save the page again as UTF-8" if broken else None


def _codec(declared: str) -> str | None:
    """A charset's name → the codec's; null if it is no charset that extends ASCII, or one tried in vain already."""
    letters = bytes(range(32, 127))
    try:
        codec = codecs.lookup(declared).name
        extends = "escape" not in codec and letters.decode(codec, "replace") == letters.decode("ascii")
    except (LookupError, ValueError):
        return None
    return codec if extends and codec not in ("utf-8", "ascii") else None


_BINARY = "binary data, not text; export it as UTF-8 text, HTML or a table"
_CONTROL_BYTES = bytes(set(range(32)) - set(b"\t\n\f\r\x1b"))

# TCVN 5712:1993, whose part from A1 on is the "ABC" fonts' TCVN3; checked against glibc's table.
_TCVN3 = dict(
    enumerate(
        "ĂÂÊÔƠƯĐăâêôơưđẰ\u0300\u0309\u0303\u0301\u0323àảãáạẲằẳẵắẴẮẦẨẪẤỀặầẩẫấậèỂẻẽé"
        "ẹềểễếệìỉỄẾỒĩíịòỔỏõóọồổỗốộờởỡớợùỖủũúụừửữứựỳỷỹýỵỐ",
        0xA1,
    )
)
# RFC 1456; checked against glibc's table.
_VISCII = dict(
    enumerate(
        "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲÕắằặấầẩậẽẹếềểễệốồổỗỠƠộờởịỰỨỪỬơớƯ"
        "ÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳĐứÒÓÔạỷừửÙÚỹỵÝỡưàáâãảăữẫèéêẻìíĩỉđựòóôõỏọụùúũủýợỮ",
        0x80,
    )
) | {0x02: "Ẳ", 0x05: "Ẵ", 0x06: "Ẫ", 0x14: "Ỷ", 0x19: "Ỹ", 0x1E: "Ỵ"}
# VNI for Windows writes a vowel and then its marks, of either case; ơ, ư, đ and most of i and y are single bytes.
_VNI_MARKS = {
    "ù": "\u0301",
    "ø": "\u0300",
    "û": "\u0309",
    "õ": "\u0303",
    "ï": "\u0323",
    "â": "\u0302",
    "á": "\u0302\u0301",
    "à": "\u0302\u0300",
    "å": "\u0302\u0309",
    "ã": "\u0302\u0303",
    "ä": "\u0302\u0323",
    "ê": "\u0306",
    "é": "\u0306\u0301",
    "è": "\u0306\u0300",
    "ú": "\u0306\u0309",
    "ü": "\u0306\u0303",
    "ë": "\u0306\u0323",
}
_VNI_LETTERS = str.maketrans("ôöñíìæóòîÔÖÑÍÌÆÓÒÎ", "ơưđíìỉĩịỵƠƯĐÍÌỈĨỊỴ")


def _vni(raw: bytes) -> str:
    text = raw.decode("cp1252", "replace")
    marked = re.sub(
        f"(?<=[aeouyôöAEOUYÔÖ])[{''.join(_VNI_MARKS)}]",
        lambda mark: _VNI_MARKS[mark[0].lower()],
        text,
        flags=re.IGNORECASE,
    )
    return unicodedata.normalize("NFC", marked.translate(_VNI_LETTERS))


# The Vietnamese encodings before Unicode: name → bytes to text.
LEGACY_ENCODINGS: dict[str, Callable[[bytes], str]] = {
    "windows-1258": lambda raw: unicodedata.normalize("NFC", raw.decode("cp1258", "replace")),
    "TCVN3 (ABC)": lambda raw: unicodedata.normalize("NFC", raw.decode("cp1252", "replace").translate(_TCVN3)),
    "VNI": _vni,
    "VISCII": lambda raw: raw.decode("latin-1").translate(_VISCII),
}

_TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_SYLLABLE = re.compile(  # without its tone: onset, then an open rhyme or a vowel with its coda
    r"(?:b|ch?|d|đ|g[hi]?|h|kh?|l|m|n(?:gh?|h)?|ph?|qu|r|s|t[hr]?|v|x)?"
    r"(?:[aeêioôơuưy]|[iyuư]a|o[aei]|u[êơyi]|uya|a[iouy]|â[uy]|eo|[êiư]u|(?:iê|yê|ươ)u|[ôơư]i|(?:uô|ươ)i|oa[iyo]|oeo|uây|uyu"
    r"|(?:[aăâeêioôơuưy]|[iy]ê|uô|ươ|o[aăeo]|u[âêy]|uyê)(?:m|n[gh]?|(?P<stop>ch?|p|t)))"
)


def _share_of_syllables(text: str) -> float:
    """A text → the share of its words with a letter beyond ASCII that could be Vietnamese syllables, 0 without any."""
    words = [word for word in re.findall(r"[^\s!-@\[-`{-~\xA0–—‘’“”…«»•]+", text) if not word.isascii()]
    return sum(map(_is_syllable, words)) / max(1, len(words))


def _is_syllable(word: str) -> bool:
    letters = unicodedata.normalize("NFD", word)
    tones = _TONES.findall(letters)
    syllable = _SYLLABLE.fullmatch(unicodedata.normalize("NFC", _TONES.sub("", letters)).lower())
    if not syllable or len(tones) > 1 or word not in (word.lower(), word.upper(), word.capitalize()):
        return False
    return not syllable["stop"] or tones in (["\u0301"], ["\u0323"])
