"""The tables of a corpus as measures count them: numbers in place of names, all rows of an article in one part.

A part is made of some pages by themselves, an archive's of those of a month, whatever a reader chooses and whatever
other pages there are. A corpus that can (`kept`) therefore keeps it for as long as these pages stay as they are, and
what a day adds to an archive costs its month, not the years before it. Parts of several tables with the same label are
of the same pages, so that no page's name is looked up in another table: each row tells its place among them.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np
import polars as pl

from ..catalogue import folded, name_key
from ..schema import ACTOR_KINDS, CITATION_ROLES, LINE_ROLES, PUBLISHED_BASES, READINGS

VIAS = ("name", "capital", "seat", "office")  # what names a state: itself, its capital, seat, office holder
HELD = 2**24  # bytes of a table up to which it is held as a whole
_WORDS = {"actor_kind": ACTOR_KINDS, "role": LINE_ROLES, "reading": READINGS, "via": VIAS}
_WORDS = {name: pl.Enum(words) for name, words in _WORDS.items()}
_BASIS, _CITED_AS = pl.Enum(PUBLISHED_BASES), pl.Enum(CITATION_ROLES)
_METHOD = Path(__file__).read_text(encoding="utf-8")  # what is kept depends on it


class CatalogueLike(Protocol):
    """What of a catalogue is read here: its tables, with the columns of their files."""

    actors: pl.DataFrame
    aliases: pl.DataFrame
    offices: pl.DataFrame
    outlets: pl.DataFrame


class CorpusLike(Protocol):
    """What of a corpus is read here: its lazy tables, how long they are, its catalogue.

    For `copies`, and for `kept` and `between`, which only an archive has, see `corpus`.
    """

    articles: pl.LazyFrame
    lines: pl.LazyFrame
    mentions: pl.LazyFrame
    citations: pl.LazyFrame
    dates: pl.LazyFrame
    pages: pl.LazyFrame
    problems: pl.LazyFrame
    copies: pl.LazyFrame
    catalogue: CatalogueLike

    def rows(self, table: str) -> int: ...


@dataclass(frozen=True, eq=False)
class Part:
    """Lazy `rows` of some articles; the `numbers` of these, null for those that are not counted, in the order of pages;
    `mark`: the same only for the same rows, but for what numbers and names are called. None: it is not known."""

    rows: pl.LazyFrame
    numbers: pl.Series
    mark: str | None


@dataclass(frozen=True, eq=False)
class Parted:
    """A table too long to be held, in parts: all rows of an article are in one of them."""

    parts: tuple[Part, ...]

    @property
    def columns(self) -> list[str]:
        return self.parts[0].rows.collect_schema().names()

    def lazy(self) -> pl.LazyFrame:
        """→ the parts as one table."""
        return pl.concat(part.rows for part in self.parts)


Table = pl.DataFrame | pl.LazyFrame | Parted


def frame(table: Table) -> pl.DataFrame:
    """A table of any kind → the whole of it."""
    return table if isinstance(table, pl.DataFrame) else table.lazy().collect()


def settled(table: Table) -> pl.DataFrame | Parted:
    """A table of any kind → the whole of it, unless it is in parts."""
    return table if isinstance(table, Parted) else frame(table)


def parts_of(table: pl.DataFrame | Parted, *columns: str) -> Iterator[pl.DataFrame]:
    """A table → these columns of it (default: all) or of its parts, one after the other."""
    for part in [part.rows for part in table.parts] if isinstance(table, Parted) else [table]:
        yield frame(part.select(columns) if columns else part)


Parts = Mapping[str, Mapping[str, pl.LazyFrame]]


def made(corpus: CorpusLike, table: str, wanted: bool = True) -> Parts:
    """A corpus and `articles`, `mentions`, `citations` or `dates` → its parts by label, each of several tables.

    Of articles: `pages`, page of the main ones, in order; `rows`, a row each, the columns that count; `names`, what
    their sources are called; `every`, articles: how many there are with those that are not main ones.
    Of others: `rows`: `at` (the place of their page in `pages`) and the columns that count; of mentions `written`:
    actor_id, surface, read (whether it has a reading), len: under which forms actors are named, wherever on a page; of
    citations `names`. Of what is kept besides: `mark`, see there. Not wanted: no rows.
    """
    needed, make = _MADE[table]
    make = partial(make, corpus.catalogue)
    if wanted and hasattr(corpus, "kept") and (parts := corpus.kept(table, needed, make, _METHOD)):
        return parts
    tables = {name: getattr(corpus, name) for name in needed}
    whole = make(tables if wanted else {name: rows.clear() for name, rows in tables.items()})
    return {"": {name: rows.lazy() for name, rows in whole.items()}}


def held(
    parts: Sequence[pl.LazyFrame], of: Parts, articles: Parts, numbers: Mapping[str, pl.Series], *how: object
) -> pl.DataFrame | Parted:
    """Lazy parts by number → the whole in order, if they are not too long.

    of, articles: the parts as `made` they are of, and their articles. numbers: of articles as in `numbered`. how: all
    that decides which of the rows these are.
    """
    rows = sum(count.item() for count in pl.collect_all([part["rows"].select(pl.len()) for part in of.values()]))
    row = sum(16 if dtype == pl.String else 4 for dtype in parts[0].collect_schema().dtypes())
    if rows * row <= HELD:
        return pl.concat(pl.collect_all(parts)).sort("number")
    marks = (_mark(of[label], articles[label], *how) for label in of)
    return Parted(tuple(map(Part, parts, (numbers[label] for label in of), marks)))


def _mark(part: Mapping[str, pl.LazyFrame], articles: Mapping[str, pl.LazyFrame], *how: object) -> str | None:
    """What a part as `made` and its articles are made of, and how it was chosen → what tells it from all others."""
    if not ("mark" in part and "mark" in articles):
        return None
    return repr((*(table["mark"].collect().item() for table in (part, articles)), *how))


@dataclass(frozen=True, eq=False)
class Articles:
    """The main articles of a corpus in the order of their pages, as far as measures count by them.

    `rows`: published_first, published_last, published_basis, syllables, publisher, credits, names being Enums;
    `repeats`: number (place among `rows`), group, copy: of those that print another again and of those printed again;
    `numbers`: of each part, by its label, the numbers of its `pages`;
    `every`: how many articles there are with those that are not main ones.
    """

    rows: pl.DataFrame
    repeats: pl.DataFrame
    numbers: Mapping[str, pl.Series]
    every: int


def articles(parts: Parts, copies: pl.DataFrame, outlets: Mapping[str, str], ids: pl.Enum) -> Articles:
    """Parts of articles as `made`, page and duplicate_of of copies, what outlets are called and all ids → `Articles`.

    The pages' names are held for as long as they are put in order; all else is read part by part.
    """
    pages = [part["pages"].collect()["page"] for part in parts.values()]
    numbers = _places(pages)
    ends = itertools.accumulate(map(len, pages))
    own = [numbers.slice(end - len(page), len(page)) for page, end in zip(pages, ends, strict=True)]
    numbers = dict(zip(parts, own, strict=True))
    originals = copies.select(page="duplicate_of", group=pl.lit(None, pl.String))
    groups = pl.concat([copies.select("page", group="duplicate_of"), originals])
    groups = groups.unique("page", keep="first", maintain_order=True)
    repeats = pl.concat(
        pl.DataFrame({"number": number, "page": page}).join(groups, on="page")
        for number, page in zip(numbers.values(), pages, strict=True)
    )
    del pages
    rows = []
    for part in parts.values():
        known = part["names"].collect()["name"].replace(outlets).cast(ids)
        coded = _taken(pl.col("publisher"), known), pl.col("credits").list.eval(_taken(pl.element(), known))
        rows.append(part["rows"].with_columns(pl.col("published_basis").cat.to(_BASIS), *coded).collect())
    order = pl.concat(numbers.values()).arg_sort()
    return Articles(
        # column by column, as all together would be held twice; in one piece, as lists of many pieces take ten times it
        pl.DataFrame([pl.concat(column, rechunk=True).gather(order) for column in zip(*rows, strict=True)]),
        repeats.select("number", group=pl.coalesce("group", "page"), copy=pl.col("group").is_not_null()),
        numbers,
        sum(part["every"].collect().item() for part in parts.values()),
    )


def _places(pages: Sequence[pl.Series]) -> pl.Series:
    """Names of pages, in parts → the place of each among all of them in order."""
    order = pl.concat(pages).arg_sort()
    places = np.empty(len(order), dtype=np.uint32)
    places[order.to_numpy()] = np.arange(len(order), dtype=np.uint32)
    return pl.Series(places)


def numbered(parts: Parts, numbers: Mapping[str, pl.Series]) -> list[pl.LazyFrame]:
    """Parts as `made`, numbers of articles (`Articles.numbers`; null: not wanted) → their rows, `number` for `at`."""
    return [
        part["rows"]
        .with_columns(_taken(pl.col("at"), numbers[label]).alias("number"))
        .filter(pl.col("number").is_not_null())
        .select("number", pl.exclude("number", "at"))
        for label, part in parts.items()
    ]


def paged(parts: Parts, numbers: Mapping[str, pl.Series]) -> pl.LazyFrame:
    """Parts of articles as `made` and their numbers (null: not wanted) → number, page."""
    pages = {label: part["pages"].with_row_index("at") for label, part in parts.items()}
    return pl.concat(numbered({label: {"rows": page} for label, page in pages.items()}, numbers))


def named(parts: Parts, numbers: Mapping[str, pl.Series], ids: pl.Enum) -> list[pl.LazyFrame]:
    """Parts of mentions as `made`, numbers and all ids of actors → their rows as `numbered`, with names as Enums."""
    own = [part["written"].select(pl.col("actor_id").drop_nulls().unique().sort()) for part in parts.values()]
    words = [pl.col(name).cat.to(dtype) for name, dtype in _WORDS.items()]
    return [
        rows.with_columns(_taken(pl.col("actor_id"), names["actor_id"].cast(ids)), *words)
        for rows, names in zip(numbered(parts, numbers), pl.collect_all(own), strict=True)
    ]


def cited(parts: Parts, numbers: Mapping[str, pl.Series], ids: pl.Enum) -> list[pl.LazyFrame]:
    """Parts of citations as `made`, numbers and all ids of sources → their rows as `numbered`, with names as Enums."""
    own = pl.collect_all([part["names"] for part in parts.values()])
    return [
        rows.with_columns(_taken(pl.col("source_id"), names["name"].cast(ids)), pl.col("role").cat.to(_CITED_AS))
        for rows, names in zip(numbered(parts, numbers), own, strict=True)
    ]


def told(parts: Parts, numbers: Mapping[str, pl.Series]) -> list[pl.LazyFrame]:
    """Parts of dates as `made` and numbers → their rows as `numbered`, with the role of their line as an Enum."""
    return [rows.with_columns(pl.col("role").cat.to(_WORDS["role"])) for rows in numbered(parts, numbers)]


def called(parts: Parts) -> pl.Series:
    """Parts of articles or citations as `made` → what their sources are called, each once."""
    return pl.concat(part["names"] for part in parts.values()).unique().collect()["name"]


def _taken(place: pl.Expr, values: pl.Series) -> pl.Expr:
    """A column of places among values → the values there."""
    return place.map_batches(values.gather, return_dtype=values.dtype, is_elementwise=True)


def via(mentions: pl.LazyFrame, written: pl.DataFrame, aliases: pl.DataFrame) -> pl.LazyFrame:
    """Mentions → the same with `via`: a name, or where it has a reading the form of its alias."""
    key = name_key(folded(pl.col("surface")))
    forms = aliases.filter(pl.col("form").is_in(["capital", "seat"])).select("actor_id", key=key, via="form")
    surfaces = written.filter("read").select("surface", "actor_id", key=key)
    known = surfaces.join(forms.unique(["key", "actor_id"]), on=["key", "actor_id"], how="left", validate="m:1")
    found = mentions.join(known.lazy().drop("key"), on=["surface", "actor_id"], how="left")
    capital = pl.col("via").fill_null("capital")  # a spelling no alias has
    return found.with_columns(via=pl.when(pl.col("reading").is_null()).then(pl.lit("name")).otherwise(capital))


def _articles(catalogue: CatalogueLike, tables: Mapping[str, pl.LazyFrame]) -> dict[str, pl.DataFrame]:
    every = tables["articles"].select(articles=pl.len()).collect()
    days = "published_first", "published_last"
    told = tables["articles"].filter(pl.col("segment") == 0)
    told = told.select("page", *days, "published_basis", "syllables", "publisher", "credits")
    told = told.collect(engine="streaming").sort("page")
    names = pl.concat([told["publisher"], told["credits"].explode()]).drop_nulls().unique().sort()
    rows = told.select(
        *days,
        pl.col("published_basis").cast(_BASIS).to_physical(),
        "syllables",
        _coded(pl.col("publisher"), names),
        pl.col("credits").list.eval(_coded(pl.element(), names)),
    )
    return {"pages": told.select("page"), "rows": rows, "names": names.alias("name").to_frame(), "every": every}


def _mentions(catalogue: CatalogueLike, tables: Mapping[str, pl.LazyFrame]) -> dict[str, pl.DataFrame]:
    mentions, read = tables["mentions"], pl.col("reading").is_not_null()
    written = mentions.group_by("actor_id", "surface", read=read).len().collect(engine="streaming")
    ids = written["actor_id"].drop_nulls().unique().sort()
    codes = (pl.col(name).cast(dtype).to_physical() for name, dtype in _WORDS.items())
    rows = via(mentions, written, catalogue.aliases)
    rows = rows.select("page", "segment", "sentence", _coded(pl.col("actor_id"), ids), *codes)
    return {"written": written, "rows": _placed(rows, tables["articles"])}


def _citations(catalogue: CatalogueLike, tables: Mapping[str, pl.LazyFrame]) -> dict[str, pl.DataFrame]:
    names = tables["citations"].select(pl.col("source_id").drop_nulls().unique().sort()).collect()["source_id"]
    codes = _coded(pl.col("source_id"), names), pl.col("role").cast(_CITED_AS).to_physical()
    rows = tables["citations"].select("page", "segment", "sentence", *codes)
    return {"names": names.alias("name").to_frame(), "rows": _placed(rows, tables["articles"])}


def _dates(catalogue: CatalogueLike, tables: Mapping[str, pl.LazyFrame]) -> dict[str, pl.DataFrame]:
    lines = tables["lines"].select("page", "segment", "line", pl.col("role").cast(_WORDS["role"]).to_physical())
    dates = tables["dates"].select("page", "segment", "line", "first", "last")
    dates = dates.join(lines, on=["page", "segment", "line"], validate="m:1").drop("line")
    return {"rows": _placed(dates, tables["articles"])}


def _coded(name: pl.Expr, names: pl.Series) -> pl.Expr:
    """A column of names, and all of them, each once → their places among these."""
    return name.cast(pl.Enum(names)).to_physical()


def _placed(rows: pl.LazyFrame, articles: pl.LazyFrame) -> pl.DataFrame:
    """Rows of pages, and their articles → the rows of main ones, with the place of their page among these."""
    pages = articles.filter(pl.col("segment") == 0).select(pl.col("page").sort()).collect()["page"]
    main = rows.filter(pl.col("segment") == 0).drop("segment").collect(engine="streaming")
    at = pl.col("page").cast(pl.Enum(pages), strict=False).to_physical().cast(pl.UInt32)
    return main.select(pl.exclude("page"), at=at).drop_nulls("at").sort("at", maintain_order=True)


# Of each table those it is made of, and by what.
_MADE = {
    "articles": (("articles",), _articles),
    "mentions": (("mentions", "articles"), _mentions),
    "citations": (("citations", "articles"), _citations),
    "dates": (("dates", "lines", "articles"), _dates),
}
