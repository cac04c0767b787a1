"""The tables of a corpus as measures count them: numbers in place of names, all rows of an article in one part.

A part is made of some pages by themselves, an archive's of those of a month, whatever a reader chooses and whatever
other pages there are. A corpus that can (`kept`) therefore keeps it for as long as these pages stay as they are, and
what a day adds to an archive costs its month, not the years before it.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

import polars as pl

from ..catalogue import folded, name_key
from ..schema import ACTOR_KINDS, LINE_ROLES, READINGS

VIAS = ("name", "capital", "seat", "office")  # what names a state: itself, its capital, seat, office holder
HELD = 3 * 2**24  # bytes of a table up to which it is held as a whole
_WORDS = {"actor_kind": ACTOR_KINDS, "role": LINE_ROLES, "reading": READINGS, "via": VIAS}
_WORDS = {name: pl.Enum(words) for name, words in _WORDS.items()}
_METHOD = Path(__file__).read_text(encoding="utf-8")  # what is kept depends on it


class CatalogueLike(Protocol):
    """What of a catalogue is read here: its tables, with the columns of their files."""

    actors: pl.DataFrame
    aliases: pl.DataFrame
    offices: pl.DataFrame
    outlets: pl.DataFrame


class CorpusLike(Protocol):
    """What of a corpus is read here: its lazy tables and its catalogue. For `kept` and `between` see `corpus`."""

    articles: pl.LazyFrame
    lines: pl.LazyFrame
    mentions: pl.LazyFrame
    citations: pl.LazyFrame
    dates: pl.LazyFrame
    pages: pl.LazyFrame
    problems: pl.LazyFrame
    catalogue: CatalogueLike


@dataclass(frozen=True, eq=False)
class Parted:
    """A table too long to be held, in lazy parts: all rows of an article are in one of them."""

    parts: tuple[pl.LazyFrame, ...]

    @property
    def columns(self) -> list[str]:
        return self.parts[0].collect_schema().names()

    def lazy(self) -> pl.LazyFrame:
        """→ the parts as one table."""
        return pl.concat(self.parts)


Table = pl.DataFrame | pl.LazyFrame | Parted


def frame(table: Table) -> pl.DataFrame:
    """A table of any kind → the whole of it."""
    return table if isinstance(table, pl.DataFrame) else table.lazy().collect()


def settled(table: Table) -> pl.DataFrame | Parted:
    """A table of any kind → the whole of it, unless it is in parts."""
    return table if isinstance(table, Parted) else frame(table)


def parts_of(table: pl.DataFrame | Parted, *columns: str) -> Iterator[pl.DataFrame]:
    """A table → these columns of it (default: all) or of its parts, one after the other."""
    for part in table.parts if isinstance(table, Parted) else [table]:
        yield frame(part.select(columns) if columns else part)


def made(corpus: CorpusLike, table: str, wanted: bool = True) -> list[Mapping[str, pl.LazyFrame]]:
    """A corpus and `mentions`, `citations` or `dates` → of each part its `pages`, `rows` and, of mentions, `written`.

    `pages`: page; `rows`: `at` (the page's place in `pages`) and the columns that count; `written`: actor_id, surface,
    read (whether it has a reading), len: under which forms actors are named, wherever on a page. Not wanted: no rows.
    """
    needed, make = _MADE[table]
    make = partial(make, corpus.catalogue)
    if wanted and hasattr(corpus, "kept") and (parts := corpus.kept(table, needed, make, _METHOD)):
        return parts
    tables = {name: getattr(corpus, name) for name in needed}
    whole = make(tables if wanted else {name: rows.clear() for name, rows in tables.items()})
    return [{name: rows.lazy() for name, rows in whole.items()}]


def held(parts: Sequence[pl.LazyFrame], of: Sequence[Mapping[str, pl.LazyFrame]]) -> pl.DataFrame | Parted:
    """Lazy parts by number, and the parts as `made` they are of → the whole in order, if these are not too long."""
    rows = sum(count.item() for count in pl.collect_all([part["rows"].select(pl.len()) for part in of]))
    row = sum(16 if dtype == pl.String else 4 for dtype in parts[0].collect_schema().dtypes())
    return Parted(tuple(parts)) if rows * row > HELD else pl.concat(pl.collect_all(parts)).sort("number")


def numbered(parts: Sequence[Mapping[str, pl.LazyFrame]], articles: pl.DataFrame) -> list[pl.LazyFrame]:
    """Parts as `made` and articles (page, number) → their rows of these articles, their number in place of `at`."""
    pages = pl.collect_all([part["pages"] for part in parts])
    # one join for all: each would look at all articles
    every = pl.concat(pages).join(articles.select("page", "number"), on="page", how="left", maintain_order="left")
    numbers, ends = every["number"], itertools.accumulate(part.height for part in pages)
    return [
        part["rows"]
        .with_columns(_taken(numbers.slice(end - own.height, own.height), "at").alias("number"))
        .filter(pl.col("number").is_not_null())
        .select("number", pl.exclude("number", "at"))
        for part, own, end in zip(parts, pages, ends, strict=True)
    ]


def named(parts: Sequence[Mapping[str, pl.LazyFrame]], articles: pl.DataFrame, ids: pl.Enum) -> list[pl.LazyFrame]:
    """Parts of mentions as `made`, articles and all ids of actors → their rows as `numbered`, with names as Enums."""
    own = pl.collect_all([part["written"].select(pl.col("actor_id").drop_nulls().unique().sort()) for part in parts])
    words = [pl.col(name).cat.to(dtype) for name, dtype in _WORDS.items()]
    return [
        rows.with_columns(_taken(names["actor_id"].cast(ids), "actor_id"), *words)
        for rows, names in zip(numbered(parts, articles), own, strict=True)
    ]


def told(parts: Sequence[Mapping[str, pl.LazyFrame]], articles: pl.DataFrame) -> list[pl.LazyFrame]:
    """Parts of dates as `made` and articles → their rows as `numbered`, with the role of their line as an Enum."""
    return [rows.with_columns(pl.col("role").cat.to(_WORDS["role"])) for rows in numbered(parts, articles)]


def _taken(values: pl.Series, place: str) -> pl.Expr:
    """Values and a column of places among them → the values there."""
    return pl.col(place).map_batches(values.gather, return_dtype=values.dtype, is_elementwise=True)


def via(mentions: pl.LazyFrame, written: pl.DataFrame, aliases: pl.DataFrame) -> pl.LazyFrame:
    """Mentions → the same with `via`: a name, or where it has a reading the form of its alias."""
    key = name_key(folded(pl.col("surface")))
    forms = aliases.filter(pl.col("form").is_in(["capital", "seat"])).select("actor_id", key=key, via="form")
    surfaces = written.filter("read").select("surface", "actor_id", key=key)
    known = surfaces.join(forms.unique(["key", "actor_id"]), on=["key", "actor_id"], how="left", validate="m:1")
    found = mentions.join(known.lazy().drop("key"), on=["surface", "actor_id"], how="left")
    capital = pl.col("via").fill_null("capital")  # a spelling no alias has
    return found.with_columns(via=pl.when(pl.col("reading").is_null()).then(pl.lit("name")).otherwise(capital))


def _mentions(catalogue: CatalogueLike, tables: Mapping[str, pl.LazyFrame]) -> dict[str, pl.DataFrame]:
    mentions, read = tables["mentions"], pl.col("reading").is_not_null()
    written = mentions.group_by("actor_id", "surface", read=read).len().collect(engine="streaming")
    ids = pl.Enum(written["actor_id"].drop_nulls().unique().sort())
    words = {"actor_id": ids, **_WORDS}
    codes = (pl.col(name).cast(dtype).to_physical() for name, dtype in words.items())
    rows = via(mentions, written, catalogue.aliases).select("page", "segment", "sentence", *codes)
    return {"written": written, **_placed(rows)}


def _citations(catalogue: CatalogueLike, tables: Mapping[str, pl.LazyFrame]) -> dict[str, pl.DataFrame]:
    return _placed(tables["citations"].select("page", "segment", "sentence", "source_id", "role"))


def _dates(catalogue: CatalogueLike, tables: Mapping[str, pl.LazyFrame]) -> dict[str, pl.DataFrame]:
    lines = tables["lines"].select("page", "segment", "line", pl.col("role").cast(_WORDS["role"]).to_physical())
    dates = tables["dates"].select("page", "segment", "line", "first", "last")
    return _placed(dates.join(lines, on=["page", "segment", "line"], validate="m:1").drop("line"))


def _placed(rows: pl.LazyFrame) -> dict[str, pl.DataFrame]:
    """Rows of pages → `pages` of which some are of the main article, and these `rows` with the place of theirs."""
    main = rows.filter(pl.col("segment") == 0).drop("segment").collect(engine="streaming")
    pages = main["page"].unique().sort()
    at = pl.col("page").cast(pl.Enum(pages)).to_physical().cast(pl.UInt32)
    return {"pages": pages.to_frame(), "rows": main.select(pl.exclude("page"), at=at).sort("at", maintain_order=True)}


# Of each table those it is made of, and by what.
_MADE = {
    "mentions": (("mentions",), _mentions),
    "citations": (("citations",), _citations),
    "dates": (("dates", "lines"), _dates),
}
