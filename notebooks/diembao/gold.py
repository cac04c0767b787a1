"""Pages marked by hand: where they are, and their marks as tables that extraction can be compared with.

A gold file has one marked page a line, like `data/sample/truth.jsonl`; `data/README.md` describes its form. A row of
another form is refused with its file, line and place.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from . import articles, learned, signals
from .catalogue import load_catalogue, slug
from .corpus import SAMPLE
from .pages import read_pages
from .schema import CITATION_ROLES, LINE_ROLES, DiembaoError

TRUTH = "truth.jsonl"
# row: number of the line in the gold file. Offsets count code points of the page's text, as everywhere.
DOCUMENTS = pl.Schema({"page": pl.String, "row": pl.Int64, "published": pl.String})
MARKS = pl.Schema(
    {
        "page": pl.String,
        "family": pl.String,  # actor, source, date
        "kind": pl.String,  # state, org, person, source, date
        "start": pl.Int64,
        "end": pl.Int64,
        "surface": pl.String,
        "value": pl.String,  # id of an actor, role of a source, EDTF of a date
        "reading": pl.String,
        "accepted": pl.List(pl.String),  # every value that is right
        "optional": pl.Boolean,
    }
)
ROLES = pl.Schema({"page": pl.String, "line": pl.Int32, "accepted": pl.List(pl.String)})

_KINDS = {"S": "state", "O": "org", "P": "person"}
_ACTOR = re.compile(r"([SOP]):([^@]+)(?:@(gov|place))?")


@dataclass(frozen=True)
class Gold:
    """Marked pages: `documents`, `marks`, `roles` (see the schemas above), their `file`, and `pages` to open.

    whose: `sample` (of the sample corpus), `corpus` (beside the corpus asked for), `given`, or `substitute` (of the
    sample, because the corpus asked for has none).
    """

    file: Path
    pages: str
    whose: str
    documents: pl.DataFrame
    marks: pl.DataFrame
    roles: pl.DataFrame


def find_gold(gold: str | Path = "", corpus: str | Path = "sample") -> Gold:
    """A gold folder or file, or empty and a corpus → its marked pages.

    A gold folder holds one `.jsonl` of marks (or several, `truth.jsonl` among them) and the pages, in `pages/` or
    beside it. Empty: the `truth.jsonl` beside the corpus, or the sample's where there is none. Raises `DiembaoError`.
    """
    if str(gold):
        file = _file_of(Path(gold))
        pages = file.parent / "pages"
        return Gold(file, str(pages if pages.is_dir() else file.parent), "given", *read_gold(file))
    if str(corpus) != "sample":
        place = Path(corpus)
        file = (place if place.is_dir() else place.parent) / TRUTH
        if file.is_file():
            return Gold(file, str(corpus), "corpus", *read_gold(file))
    whose = "sample" if str(corpus) == "sample" else "substitute"
    return Gold(SAMPLE / TRUTH, "sample", whose, *read_gold(SAMPLE / TRUTH))


def line_weights(golds: Sequence[str | Path]) -> pl.DataFrame:
    """Folders of marked pages → the weights of lines' signals (`learned.fit`), to be kept as `line_weights.csv`."""
    parts, catalogue = [], load_catalogue()
    for place, gold in enumerate(map(find_gold, golds)):
        pages = pl.concat(batch for batch, _ in read_pages(gold.pages))
        pages = pages.filter(pl.col("page").is_in(gold.roles["page"].unique().implode()))
        full, _ = articles.judged(signals.split_lines(pages), pages, catalogue)
        right = gold.roles.select("line", "accepted", whole="page")
        full = full.join(right, on=["whole", "line"], how="left", maintain_order="left")
        parts.append(full.with_columns(whole=pl.format("{}/{}", pl.lit(place), "whole")))
    full = pl.concat(parts, how="diagonal_relaxed")
    return learned.fit(full, full["accepted"])


def _file_of(gold: Path) -> Path:
    if gold.is_file():
        return gold
    if not gold.is_dir():
        raise DiembaoError(f"gold: {gold}: no such file or folder; name a folder with marks (.jsonl) and their pages")
    files = sorted(gold.glob("*.jsonl"))
    named = [file for file in files if file.name == TRUTH] or files
    if len(named) != 1:
        found = f"{', '.join(file.name for file in named)}: name the one meant" if named else "none is there"
        raise DiembaoError(f"gold: {gold}: needs one .jsonl of marks; {found}")
    return named[0]


def read_gold(file: str | Path) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """A gold file → `DOCUMENTS`, `MARKS`, `ROLES`; a `DiembaoError` names file, line and place of a wrong row."""
    documents, marks, roles, seen = [], [], [], {}
    try:
        lines = Path(file).read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise DiembaoError(f"{file}: not a readable file of marks ({error})") from None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = _object(json.loads(line), "the line")
            page = _text(row, "doc", "the line")
            _expect(page not in seen, f"`doc` {page!r} stands in line {seen.get(page)} already; a page has one line")
            seen[page] = number
            documents.append((page, number, _published(row)))
            marks += [(page, *_mark(mark, f"marks[{place}]")) for place, mark in enumerate(_list(row, "marks"))]
            roles += [(page, *role) for role in _roles(row)]
        except json.JSONDecodeError as error:
            raise DiembaoError(f"{file}, line {number}: no JSON at character {error.pos + 1} ({error.msg})") from None
        except ValueError as error:
            raise DiembaoError(f"{file}, line {number}: {error}") from None
    if not documents:
        raise DiembaoError(f"{file}: holds no marked page; each line is one, a JSON object with `doc` and `marks`")
    tables = zip((documents, marks, roles), (DOCUMENTS, MARKS, ROLES), strict=True)
    return tuple(pl.DataFrame(rows, schema=schema, orient="row") for rows, schema in tables)


def _mark(mark: object, place: str) -> tuple:
    """A mark → its row of `MARKS`, without the page."""
    mark = _object(mark, place)
    start, end = (mark.get(name) for name in ("start", "end"))
    whole = type(start) is int and type(end) is int
    _expect(whole and 0 <= start < end, f"{place}: `start` and `end` must be offsets, not {start!r} and {end!r}")
    surface, label = (_text(mark, name, place) for name in ("surface", "label"))
    family, reading, accepted, optional = mark.get("kind"), None, [label], False
    if family == "actor":
        parts = _ACTOR.fullmatch(label)
        _expect(parts, f"{place}: label {label!r} is no actor; write S:USA, S:USA@gov, S:USA@place, O:NATO or P:Name")
        letter, named, reading = parts.groups()
        kind, label = _KINDS[letter], slug(named) if letter == "P" else named
        accepted = [label]
    elif family == "source":
        kind, known = "source", ", ".join(CITATION_ROLES)
        _expect(label in CITATION_ROLES, f"{place}: label {label!r} is no role; choose from {known}")
    elif family == "date":
        kind, optional = "date", bool(mark.get("optional"))
        accepted += _list(mark, "alts", place)
        _expect(all(isinstance(other, str) for other in accepted), f"{place}: `alts` must be EDTF values")
    else:
        raise ValueError(f"{place}: kind {family!r} is none of actor, source, date")
    return family, kind, start, end, surface, label, reading, accepted, optional


def _roles(row: dict) -> Iterator[tuple[int, list[str]]]:
    """A row's `roles` → number of each line, the roles that are right for it."""
    for line, written in _object(row.get("roles") or {}, "`roles`").items():
        accepted = written.split("|") if isinstance(written, str) else [written]
        _expect(line.isdecimal() and int(line) > 0, f"roles: {line!r} is no number of a line; the first one is 1")
        for role in accepted:
            _expect(role in LINE_ROLES, f"roles, line {line}: {role!r} is no role; choose from {', '.join(LINE_ROLES)}")
        yield int(line), accepted


def _published(row: dict) -> str | None:
    published = _object(row.get("facts") or {}, "`facts`").get("published")
    _expect(isinstance(published, str | None), f"facts: `published` must be an EDTF date or null, not {published!r}")
    return published or None


def _object(value: object, place: str) -> dict:
    _expect(isinstance(value, dict), f"{place} must be a JSON object")
    return value


def _list(row: dict, name: str, place: str = "the line") -> list:
    value = row.get(name, [])
    _expect(isinstance(value, list), f"{place}: `{name}` must be a list")
    return value


def _text(row: dict, name: str, place: str) -> str:
    value = row.get(name)
    _expect(isinstance(value, str) and value, f"{place}: `{name}` must be a text, not {value!r}")
    return value


def _expect(true: object, message: str) -> None:
    if not true:
        raise ValueError(message)
