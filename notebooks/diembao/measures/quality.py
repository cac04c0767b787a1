"""How far extraction agrees with marks made by hand: precision, recall and F1 of each figure, and every difference.

A mark and a found item are paired where they overlap, one to one: the marks choose in their order, each the free item
it overlaps most. Actors must be of the same kind and id; persons, citations and dates are also paired by their place
alone (the `_span` figures), and what was paired is then compared by value. A wrong value counts as one found too much
and as one missed. A mark of a date may be `optional` (neither finding nor missing it counts) and have several right
values.

F1 = 2tp / (2tp + fp + fn). Where every mark has its item (reading, line role, date of publication) it is the accuracy.
The count error is the sum over actors and articles of |found − marked|, divided by all marked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import polars as pl

from ..schema import ACTOR_KINDS, UNRESOLVED, DiembaoError
from . import intervals
from .narrow import CorpusLike, frame
from .selection import attach, beside

COUNT_ERROR = "count_error"
ACCURACIES = ("reading", "line_role", "published")
FIGURES = (
    *("state", "org", "person", "person_span", "citation_span", "citation_role", "date_span", "date_value"),
    *ACCURACIES,
    COUNT_ERROR,
)
MAIN = ("state", "org", "person", "citation_role", "date_value", "line_role")  # compared between groups of articles
ERRORS = ("missed", "invented", "wrong")
_SPANS = {"person": "person_span", "source": "citation_span", "date": "date_span"}
_VALUES = {"source": "citation_role", "date": "date_value"}
_SIGNS = ("tp", "fp", "fn")
_ESTIMATES = ("value", "precision", "recall")
_NO_DATE = "XXXX-XX-XX"  # as good as `UNRESOLVED` for a date that cannot be resolved
Table = pl.DataFrame | pl.LazyFrame


class GoldLike(Protocol):
    """What of marked pages is read here: the tables of `gold` and, for messages, the file they come from."""

    file: object
    documents: pl.DataFrame
    marks: pl.DataFrame
    roles: pl.DataFrame


@dataclass(frozen=True)
class Compared:
    """`counts`: page, figure, tp, fp, fn, a row for each marked page and figure of `FIGURES`, in their order;
    `errors`: figure, error (one of `ERRORS`), page, start, end, surface, expected, got, in the order of the pages."""

    counts: pl.DataFrame
    errors: pl.DataFrame


def sizes(gold: GoldLike) -> pl.DataFrame:
    """Marked pages → table, rows: how many pages, lines with a role, marks of actors, sources and dates there are."""
    of_family = dict(gold.marks["family"].value_counts().iter_rows())
    rows = {"pages": gold.documents.height, "lines": gold.roles.height}
    names = {"mentions": "actor", "citations": "source", "dates": "date"}
    rows |= {table: of_family.get(family, 0) for table, family in names.items()}
    return pl.DataFrame({"table": list(rows), "rows": list(rows.values())})


def compare(gold: GoldLike, corpus: CorpusLike) -> Compared:
    """Marked pages and the corpus extracted from the same pages → where they agree and differ.

    Raises `DiembaoError` where a marked page is not in the corpus, or has changed since it was marked.
    """
    pages = gold.documents.select("page")
    _check(gold, frame(corpus.pages.select("page", "text")), frame(corpus.lines.select("page")))
    marks, found = gold.marks.with_row_index("mark"), _found(corpus, pages)
    named = _pairs(marks, found, pl.col("value") == pl.col("got"))
    placed = _pairs(marks, found)
    roles = _role_pairs(gold.roles, corpus)
    dated = _published(gold.documents, corpus)
    signs = [
        *_named_signs(marks, found, named),
        *_placed_signs(marks, found, placed),
        *_single_signs(_readings(named), "reading"),
        *_single_signs(roles, "line_role"),
        *_single_signs(dated, "published"),
        _count_signs(marks, found),
    ]
    cells = pages.join(pl.DataFrame({"figure": FIGURES}), how="cross", maintain_order="left_right")
    sums = pl.concat(signs).group_by("page", "figure").agg(pl.col(_SIGNS).sum().cast(pl.Int64))
    counts = attach(cells, sums, ["page", "figure"]).with_columns(pl.col(_SIGNS).fill_null(0))
    errors = pl.concat(
        [
            _named_errors(marks, found, named),
            _placed_errors(marks, found, placed),
            *(_single_errors(rows, name) for rows, name in ((_readings(named), "reading"), (roles, "line_role"))),
            _single_errors(dated, "published"),
        ]
    )
    return Compared(counts, errors.sort("page", "start", "figure", "error", nulls_last=True))


def figures(
    counts: pl.DataFrame,
    groups: pl.DataFrame | None = None,
    group: str | None = None,
    *,
    seed: int = intervals.SEED,
    resamples: int = intervals.RESAMPLES,
) -> pl.DataFrame:
    """`Compared.counts` → a row a figure (and group) with its 95 % intervals by resampling articles.

    groups: `page`, `group`; an article may be in one, several or none. Columns: group, figure, `measure` (f1, accuracy,
    error), `value` ±, `precision` ±, `recall` ± (null for accuracies and errors), tp, fp, fn, `articles` (that have the
    figure at all), `articles_total`, `abstains` (too few of them: the intervals are null). Resampling cannot see beyond
    a figure without an error, or without a hit: such an interval is Wilson's (1927) for as many items, each by itself.
    """
    counts = counts.sort("page", pl.col("figure").cast(pl.Enum(FIGURES)))
    pages = counts["page"].unique(maintain_order=True)
    values = counts.select(_SIGNS).to_numpy().reshape(len(pages), len(FIGURES), len(_SIGNS))
    if groups is None:
        return _estimated(values, intervals.generator(seed), resamples)
    assert not groups.is_duplicated().any(), "an article stands twice in one group"
    rows = groups.join(pages.to_frame().with_row_index("row"), on="page", maintain_order="left")
    parts = rows.partition_by(group, as_dict=True, maintain_order=True)
    tables = [
        _estimated(values[np.sort(part["row"].to_numpy())], intervals.generator(seed, name), resamples).select(
            pl.lit(name, dtype=groups.schema[group]).alias(group), pl.all()
        )
        for (name,), part in parts.items()
    ]
    if not tables:
        return (
            _estimated(values, intervals.generator(seed), 1)
            .clear()
            .select(pl.lit(None, dtype=groups.schema[group]).alias(group), pl.all())
        )
    return pl.concat(tables)


def by_source(
    counts: pl.DataFrame, attributed: pl.DataFrame, sources: Sequence[str] = (), *, seed: int = intervals.SEED
) -> pl.DataFrame:
    """`figures`, those of `MAIN`, in the articles of each source; attributed: page, segment, source_id."""
    attributed = attributed.cast({"source_id": pl.String})
    chosen = list(sources) or attributed["source_id"].unique().sort()
    order = pl.DataFrame({"source_id": chosen}, schema={"source_id": pl.String}).with_row_index("place")
    groups = attributed.filter(pl.col("segment") == 0).join(order, on="source_id").sort("place", "page")
    return _main(figures(counts, groups.select("page", "source_id"), "source_id", seed=seed))


def by_year(counts: pl.DataFrame, documents: pl.DataFrame, *, seed: int = intervals.SEED) -> pl.DataFrame:
    """`figures`, those of `MAIN`, by the year in which the articles were published as marked, null: unknown."""
    year = pl.col("published").str.extract(r"^(\d{4})").alias("year")
    groups = documents.select("page", year).sort("year", "page", nulls_last=True)
    return _main(figures(counts, groups, "year", seed=seed))


def concordance(errors: pl.DataFrame, pages: Table, width: int = 40) -> pl.DataFrame:
    """`Compared.errors` → the same with the words around each.

    Columns: figure, error, page, left, surface, right (up to `width` characters, whole words), expected, got.
    """
    texts = attach(errors, frame(pages).select("page", "text"), ["page"])
    left, right = beside(pl.col("text"), pl.col("start"), pl.col("end"), width)
    surface = pl.col("surface").fill_null(pl.col("text").str.slice("start", pl.col("end") - pl.col("start")))
    spaces = r"\s+"
    return texts.select(
        "figure",
        "error",
        "page",
        left=left,
        surface=surface.str.strip_chars().str.replace_all(spaces, " ").str.slice(0, 2 * width),
        right=right,
        expected="expected",
        got="got",
    )


# --- marks and what was found -----------------------------------------------------------------------------------------


def _check(gold: GoldLike, texts: pl.DataFrame, lines: pl.DataFrame) -> None:
    known = pl.concat([texts.select("page"), lines]).unique()
    lost = gold.documents.join(known, on="page", how="anti", maintain_order="left")
    if lost.height:
        page, row = lost.row(0)[:2]
        more = f" (nor are {lost.height - 1} others)" if lost.height > 1 else ""
        raise DiembaoError(
            f"{gold.file}, line {row}: page {page!r} is not among the pages{more}; "
            "a page is named as its file, without the ending"
        )
    there = pl.col("text").str.slice("start", pl.col("end") - pl.col("start"))
    marks = gold.marks.join(texts, on="page", maintain_order="left").with_columns(there=there)
    moved = marks.filter(pl.col("there") != pl.col("surface"))
    if moved.height:
        first = attach(moved.head(1), gold.documents, ["page"]).row(0, named=True)
        raise DiembaoError(
            f"{gold.file}, line {first['row']}: page {first['page']!r} has {first['there']!r} at {first['start']} "
            f"and not {first['surface']!r}; it has changed since it was marked"
        )


def _found(corpus: CorpusLike, pages: pl.DataFrame) -> pl.DataFrame:
    """The tables of a corpus → one of all actors, sources and dates on the marked pages, in their order."""
    none = pl.lit(None, dtype=pl.String)
    actor, source, date = (pl.lit(name) for name in ("actor", "source", "date"))
    parts = [
        (corpus.mentions, {"family": actor, "kind": "actor_kind", "got": "actor_id", "got_reading": "reading"}),
        (corpus.citations, {"family": source, "kind": source, "got": "role", "got_reading": none}),
        (corpus.dates, {"family": date, "kind": date, "got": "edtf", "got_reading": none}),
    ]
    spans = {"page": "page", "found_start": "start", "found_end": "end", "found_surface": "surface"}
    found = pl.concat([frame(table.select(**spans, **columns)) for table, columns in parts])
    return found.join(pages, on="page", how="semi", maintain_order="left").with_row_index("found")


def _pairs(marks: pl.DataFrame, found: pl.DataFrame, same: pl.Expr | None = None, on: str = "kind") -> pl.DataFrame:
    """Marks and found items → those paired one to one, with the columns of both.

    The result is that of going through the marks one by one. A round takes all pairs that this must come to: the mark's
    best choice, which no earlier mark can want.
    """
    overlap = pl.min_horizontal("end", "found_end") - pl.max_horizontal("start", "found_start")
    open_ = (
        marks.join(found.drop({"kind", "family"} - {on}), on=["page", on])
        .with_columns(overlap=overlap)
        .filter((pl.col("overlap") > 0) & (True if same is None else same))
        .sort("mark", "overlap", "found", descending=[False, True, False])
    )
    taken = [open_.clear()]
    while open_.height:
        best = pl.col("found") == pl.col("found").first().over("mark")
        sure = open_.filter(best & (pl.col("mark") == pl.col("mark").min().over("found")))
        taken.append(sure)
        for side in ("mark", "found"):
            open_ = open_.join(sure, on=side, how="anti", maintain_order="left")
    return pl.concat(taken).sort("mark")


def _without(rows: pl.DataFrame, pairs: pl.DataFrame, on: str) -> pl.DataFrame:
    return rows.join(pairs, on=on, how="anti", maintain_order="left")


def _agrees() -> pl.Expr:
    unresolved = (pl.col("value") == UNRESOLVED) & pl.col("got").fill_null(_NO_DATE).eq(_NO_DATE)
    return pl.col("got").is_in("accepted").fill_null(False) | ((pl.col("kind") == "date") & unresolved)


def _readings(named: pl.DataFrame) -> pl.DataFrame:
    """Pairs of a capital or seat → page, start, end, surface, expected, got, right."""
    return named.filter(pl.col("reading").is_not_null()).select(
        "page", "start", "end", "surface", expected="reading", got="got_reading", right=_equal("reading", "got_reading")
    )


def _role_pairs(roles: pl.DataFrame, corpus: CorpusLike) -> pl.DataFrame:
    """Marked lines → the same columns; the surface is null, for it stands in the page."""
    lines = frame(corpus.lines.select("page", "line", "start", "end", got="role"))
    return attach(roles, lines, ["page", "line"]).select(
        "page",
        "start",
        "end",
        surface=pl.lit(None, dtype=pl.String),
        expected=pl.col("accepted").list.join("|"),
        got="got",
        right=pl.col("got").is_in("accepted").fill_null(False),
    )


def _published(documents: pl.DataFrame, corpus: CorpusLike) -> pl.DataFrame:
    """Dated pages → the same columns; what is uncertain or approximate agrees with what is not."""
    first = frame(corpus.articles.select("page", "segment", got="published")).sort("page", "segment")
    joined = attach(
        documents.filter(pl.col("published").is_not_null()),
        first.unique("page", keep="first", maintain_order=True),
        ["page"],
    ).with_columns(pl.col("published", "got").str.strip_chars_end("?~%").name.suffix("_plain"))
    here = pl.lit(0, dtype=pl.Int64)
    return joined.select(
        "page",
        start=here,
        end=here,
        surface=pl.lit(""),
        expected="published",
        got="got",
        right=_equal("published_plain", "got_plain"),
    )


def _equal(one: str, other: str) -> pl.Expr:
    return (pl.col(one) == pl.col(other)).fill_null(False)


# --- counts -----------------------------------------------------------------------------------------------------------


def _signed(rows: pl.DataFrame, figure: str | pl.Expr, *signs: str) -> pl.DataFrame:
    """Rows → page, figure, tp, fp, fn: 1 for the signs given, 0 for the others; rows without a figure are left out."""
    figure = pl.lit(figure) if isinstance(figure, str) else figure
    ones = (pl.lit(int(sign in signs), dtype=pl.Int64).alias(sign) for sign in _SIGNS)
    return rows.select("page", figure=figure).filter(pl.col("figure").is_not_null()).with_columns(*ones)


def _named_signs(marks: pl.DataFrame, found: pl.DataFrame, named: pl.DataFrame) -> list[pl.DataFrame]:
    kind = pl.when(pl.col("kind").is_in(ACTOR_KINDS)).then("kind")
    return [
        _signed(named, kind, "tp"),
        _signed(_without(found, named, "found"), kind, "fp"),
        _signed(_without(marks, named, "mark"), kind, "fn"),
    ]


def _placed_signs(marks: pl.DataFrame, found: pl.DataFrame, placed: pl.DataFrame) -> list[pl.DataFrame]:
    span, value = (pl.col("kind").replace_strict(names, default=None) for names in (_SPANS, _VALUES))
    needed = marks.filter(~pl.col("optional"))
    needed_pairs = placed.filter(~pl.col("optional"))
    right = needed_pairs.filter(_agrees())
    return [
        _signed(needed_pairs, span, "tp"),
        _signed(_without(found, placed, "found"), span, "fp"),
        _signed(_without(needed, placed, "mark"), span, "fn"),
        _signed(right, value, "tp"),
        _signed(_without(_without(found, right, "found"), _overlapping(marks, found), "found"), value, "fp"),
        _signed(_without(needed, right, "mark"), value, "fn"),
    ]


def _overlapping(marks: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """→ the found items that touch an optional mark."""
    near = marks.filter("optional").join(found, on=["page", "kind"])
    return near.filter((pl.col("start") < pl.col("found_end")) & (pl.col("found_start") < pl.col("end")))


def _single_signs(rows: pl.DataFrame, figure: str) -> list[pl.DataFrame]:
    return [_signed(rows.filter("right"), figure, "tp"), _signed(rows.filter(~pl.col("right")), figure, "fp", "fn")]


def _count_signs(marks: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    keys = ["page", "kind", "value"]
    marked = marks.filter(pl.col("family") == "actor").group_by(keys).agg(marked=pl.len().cast(pl.Int64))
    counted = found.filter(pl.col("kind").is_in(ACTOR_KINDS)).group_by("page", "kind", value="got")
    counted = counted.agg(counted=pl.len().cast(pl.Int64))
    both = marked.join(counted, on=keys, how="full", coalesce=True, nulls_equal=True)
    marked, counted = (pl.col(name).fill_null(0) for name in ("marked", "counted"))
    least = pl.min_horizontal(marked, counted)
    return both.select("page", figure=pl.lit(COUNT_ERROR), tp=least, fp=counted - least, fn=marked - least)


# --- estimates --------------------------------------------------------------------------------------------------------


def _estimated(values: np.ndarray, source: np.random.Generator, resamples: int) -> pl.DataFrame:
    """Article × figure × sign counts of one group → the columns of `figures`."""
    articles, size = values.shape[:2]
    sums, having = values.sum(0), values.any(2).sum(0)
    columns = {
        "figure": FIGURES,
        "measure": ["error" if name == COUNT_ERROR else "accuracy" if name in ACCURACIES else "f1" for name in FIGURES],
        **{sign: sums[:, place] for place, sign in enumerate(_SIGNS)},
        "articles": having,
    }
    table = pl.DataFrame(columns).with_columns(
        pl.col(*_SIGNS, "articles").cast(pl.Int64),
        articles_total=pl.lit(articles, dtype=pl.Int64),
        abstains=(pl.col("articles") < intervals.MINIMUM_NAMING) | pl.lit(articles < intervals.MINIMUM_ARTICLES),
    )
    draws = intervals.resampled(values.reshape(articles, -1), source, resamples).reshape(-1, size, len(_SIGNS))
    for name, part, whole, part_drawn, whole_drawn in zip(
        _ESTIMATES, *_fractions(sums), *_fractions(draws), strict=True
    ):
        estimate = np.divide(part, whole, out=np.zeros(size), where=whole > 0)
        # a draw without the figure says nothing of it
        drawn = np.tile(estimate, (len(draws), 1))
        np.divide(part_drawn, whole_drawn, out=drawn, where=whole_drawn > 0)
        low, high = intervals.bounds(drawn, having)
        table = _with_estimate(table.with_columns(part=part, whole=whole, low=low, high=high), name)
    ends = [column for name in _ESTIMATES for column in (name, f"{name}_low", f"{name}_high")]
    return table.select("figure", "measure", *ends, *_SIGNS, "articles", "articles_total", "abstains")


def _fractions(counts: np.ndarray) -> tuple[tuple[np.ndarray, ...], tuple[np.ndarray, ...]]:
    """… × figure × sign counts → numerators and denominators of value, precision and recall, … × figure each."""
    tp, fp, fn = (counts[..., place].astype(float) for place in range(len(_SIGNS)))
    error = np.array([name == COUNT_ERROR for name in FIGURES])
    value = np.where(error, fp + fn, tp), np.where(error, tp + fn, tp + (fp + fn) / 2)
    return (value[0], tp, tp), (value[1], tp + fp, tp + fn)


def _with_estimate(table: pl.DataFrame, name: str) -> pl.DataFrame:
    """`part`, `whole` and the resampled `low`, `high` → estimate and interval under their name."""
    part, whole = pl.col("part"), pl.col("whole")
    shown = (whole > 0) & (pl.lit(True) if name == "value" else pl.col("measure") == "f1")
    none, all_ = part == 0, part == whole
    ends = {
        "low": pl.when(none).then(0.0).when(all_).then(intervals.wilson(part, whole, False)).otherwise("low"),
        "high": pl.when(all_).then(1.0).when(none).then(intervals.wilson(part, whole, True)).otherwise("high"),
    }
    return table.with_columns(
        pl.when(shown).then(intervals.quotient(part, whole)).alias(name),
        *(
            pl.when(shown & ~pl.col("abstains")).then(end.round(12)).alias(f"{name}_{which}")
            for which, end in ends.items()
        ),
    )


def _main(table: pl.DataFrame) -> pl.DataFrame:
    return table.filter(pl.col("figure").is_in(MAIN))


# --- errors -----------------------------------------------------------------------------------------------------------


def _errors(rows: pl.DataFrame, figure: str | pl.Expr, error: str | pl.Expr, **columns: str | None) -> pl.DataFrame:
    """Rows → the columns of `Compared.errors`; columns: which of the rows' it is, where the name is another."""
    names = {name: name for name in ("start", "end", "surface", "expected", "got")} | columns
    kept = {name: pl.lit(None, dtype=pl.String) if column is None else pl.col(column) for name, column in names.items()}
    figure, error = (pl.lit(value) if isinstance(value, str) else value for value in (figure, error))
    return rows.select(figure=figure, error=error, page="page", **kept).filter(pl.col("figure").is_not_null())


_OF_MARK = {"expected": "value", "got": None}
_OF_FOUND = {"start": "found_start", "end": "found_end", "surface": "found_surface", "expected": None, "got": "got"}
_OF_PAIR = {"expected": "value", "got": "got"}


def _named_errors(marks: pl.DataFrame, found: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
    """Actors; a mark and an item left over that overlap are one error, whatever their kinds."""
    kind = pl.col("kind")
    missed = _without(marks.filter(pl.col("family") == "actor"), named, "mark")
    invented = _without(found.filter(kind.is_in(ACTOR_KINDS)), named, "found")
    wrong = _pairs(missed, invented, on="family")
    return pl.concat(
        [
            _errors(wrong, kind, "wrong", **_OF_PAIR),
            _errors(_without(missed, wrong, "mark"), kind, "missed", **_OF_MARK),
            _errors(_without(invented, wrong, "found"), kind, "invented", **_OF_FOUND),
        ]
    )


def _placed_errors(marks: pl.DataFrame, found: pl.DataFrame, placed: pl.DataFrame) -> pl.DataFrame:
    """Citations and dates."""
    value = pl.col("kind").replace_strict(_VALUES, default=None)
    span = pl.when(value.is_not_null()).then(pl.col("kind").replace_strict(_SPANS, default=None))
    needed = marks.filter(~pl.col("optional"))
    return pl.concat(
        [
            _errors(placed.filter(~pl.col("optional") & ~_agrees()), value, "wrong", **_OF_PAIR),
            _errors(_without(needed, placed, "mark"), span, "missed", **_OF_MARK),
            _errors(_without(found, placed, "found"), span, "invented", **_OF_FOUND),
        ]
    )


def _single_errors(rows: pl.DataFrame, figure: str) -> pl.DataFrame:
    error = pl.when(pl.col("got").is_null()).then(pl.lit("missed")).otherwise(pl.lit("wrong"))
    return _errors(rows.filter(~pl.col("right")), figure, error)
