"""A researcher's dated corrections: rows of `corrections.csv` that take the place of what was extracted.

A correction is part of its page: it is applied while the page is extracted, so that whatever follows from it (counts of
syllables, in-text dates resolved from publication, credits from a citation, duplicates) follows from what it says. The
form of the file is described in `data/README.md`. What no longer fits its page is told in `problems`, never dropped.
"""

import datetime
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from .catalogue import Catalogue
from .dates import bounds
from .schema import (
    CITATION_ROLES,
    CORRECTIONS,
    DATES,
    FOUND_CITATIONS,
    FOUND_MENTIONS,
    LINE_ROLES,
    PROBLEMS,
    READINGS,
    UNRESOLVED,
    DiembaoError,
    conform,
    empty,
)

NAME = "corrections.csv"
REQUIRED = ("date", "page", "field", "value", "reason")
OPTIONAL = ("start", "end", "surface")
PAGE_FIELDS = ("title", "publisher", "credits", "published")  # of the main article of a page
SPAN_FIELDS = {"mention": FOUND_MENTIONS, "citation": FOUND_CITATIONS, "date": DATES}

# Corrections as loaded. `part`: the field without its line number; `row` in `file`; `overruled`: by a later correction
# of the same; `undoes`: removes what an earlier correction added.
GIVEN = pl.Schema(
    {
        "date": pl.Date,
        "page": pl.String,
        "field": pl.String,
        "part": pl.String,
        "line": pl.Int32,
        "start": pl.Int64,
        "end": pl.Int64,
        "surface": pl.String,
        "value": pl.String,
        "reason": pl.String,
        "file": pl.String,
        "row": pl.Int64,
        "overruled": pl.Boolean,
        "undoes": pl.Boolean,
    }
)

NONE = empty(GIVEN)

_MAIN_ROLES = ("headline", "lead", "byline", "body", "caption")  # lines that can only be the main article's
_PERSON_ID = "^[a-z0-9]+(-[a-z0-9]+)+$"
_YEAR = "(?:[0-9]{4}|[0-9]{3}X|[0-9]{2}XX|XXXX)"
_POINT = f"{_YEAR}(?:-(?:2[1-4]|3[3-6])|-(?:0[1-9]|1[0-2]|XX)(?:-(?:0[1-9]|[12][0-9]|3[01]|XX))?)?[?~%]?"
_LIST = rf"{_POINT}(?:(?:,|\.\.){_POINT})*"
_EDTF = rf"^(?:{_POINT}|(?:{_POINT}|\.\.)/(?:{_POINT}|\.\.)|\[{_LIST}\]|\{{{_LIST}\}})$"


# Reading the file ----------------------------------------------------------------------------------------------------


def load(paths: str | Path | Sequence[str | Path], catalogue: Catalogue) -> pl.DataFrame:
    """Folders and files of pages → the corrections beside them (`GIVEN`), oldest first; no rows if there are none.

    Read are `corrections.csv` in each folder and below it, and in the folder of each single file. `DiembaoError` names
    the file, row and column of what cannot be a correction.
    """
    files: dict[Path, Path] = {}
    for path in map(Path, [paths] if isinstance(paths, str | Path) else paths):
        found = sorted(path.rglob(NAME)) if path.is_dir() else [path.parent / NAME]
        files.update({file.resolve(): file for file in found if file.is_file()})
    tables = [_read(file, catalogue) for file in files.values()]
    return ranked(pl.concat(tables)) if tables else NONE


def add(path: str | Path, catalogue: Catalogue, **values: object) -> Path:
    """A corpus and the columns of a correction (`date`: today unless given) → the file beside the pages it stands in.

    `DiembaoError` if it cannot be a correction or cannot be written: then the file stays as it was.
    """
    folder = Path(path) if Path(path).is_dir() else Path(path).parent
    file = folder / NAME
    columns = (*REQUIRED, *OPTIONAL)
    written = {"date": datetime.date.today().isoformat()} | values
    row = pl.DataFrame({name: ["" if written.get(name) is None else str(written[name])] for name in columns})
    before = file.read_bytes() if file.is_file() else None
    try:
        table = row if before is None else pl.concat([pl.read_csv(file, infer_schema=False), row], how="diagonal")
        table.write_csv(file)
        _read(file, catalogue)
    except (DiembaoError, pl.exceptions.PolarsError, OSError) as error:
        if before is not None:
            file.write_bytes(before)
        elif file.is_file():
            file.unlink()
        if isinstance(error, DiembaoError):
            raise
        raise DiembaoError(f"{file}: cannot be written ({error})") from None
    return file


def _read(file: Path, catalogue: Catalogue) -> pl.DataFrame:
    try:
        table = pl.read_csv(file, infer_schema=False)
    except (pl.exceptions.PolarsError, OSError) as error:
        why = str(error).splitlines()[0]
        raise DiembaoError(f"{file}: not a comma-separated UTF-8 table ({why}); save it as CSV UTF-8") from None
    columns = (*REQUIRED, *OPTIONAL)
    if missing := [name for name in REQUIRED if name not in table.columns]:
        raise DiembaoError(f"{file}, row 1: column `{missing[0]}` is missing; the columns are {', '.join(columns)}")
    if unknown := [name for name in table.columns if name not in columns]:
        raise DiembaoError(f"{file}, row 1: column `{unknown[0]}` is unknown; the columns are {', '.join(columns)}")
    table = table.with_columns(pl.lit(None, pl.String).alias(name) for name in OPTIONAL if name not in table.columns)
    table = (
        table.select(pl.col(name).fill_null("").str.strip_chars().str.normalize("NFC") for name in columns)
        .with_row_index("row", offset=2)
        .filter(pl.any_horizontal(pl.col(columns) != ""))  # spreadsheets leave empty rows behind
        .with_columns(part=pl.col("field").str.extract(rf"^({'|'.join((*PAGE_FIELDS, *SPAN_FIELDS))})$"))
        .with_columns(part=pl.coalesce("part", pl.col("field").str.extract("^(role):[1-9][0-9]{0,8}$")))
    )
    for column, wrong, what in [*_placed_wrong(), *_valued_wrong(catalogue)]:
        rows = table.filter(wrong)
        if rows.height:
            raise DiembaoError(f"{file}, row {rows['row'][0]}, column `{column}`: {rows[column][0]!r} {what}")
    return table.with_columns(
        pl.col("date").str.to_date("%Y-%m-%d"),
        pl.col("start", "end").cast(pl.Int64, strict=False),
        line=pl.col("field").str.extract(":([0-9]+)$").cast(pl.Int32),
        surface=pl.when(pl.col("surface") != "").then("surface"),
        file=pl.lit(str(file)),
    )


def _placed_wrong() -> list[tuple[str, pl.Expr, str]]:
    """What can be wrong with where a correction points: column, which rows, what to say."""
    span = pl.col("part").is_in(list(SPAN_FIELDS))
    start, end = (pl.col(name).cast(pl.Int64, strict=False) for name in ("start", "end"))
    offset = "is no offset: the number of characters of the page before it, as in the tables"
    only_span = f"must be empty: only {', '.join(SPAN_FIELDS)} stand at a place in the text"
    return [
        ("date", ~_is_day("date"), "is no day such as 2024-11-15"),
        ("page", pl.col("page") == "", "is empty: write the id of the page, as in the column `page` of the tables"),
        (
            "field",
            pl.col("part").is_null(),
            f"is none of {', '.join(PAGE_FIELDS)}, {', '.join(SPAN_FIELDS)}, or role: and the line's number (role:12)",
        ),
        ("reason", pl.col("reason") == "", "is empty: say why, so that a reader can judge"),
        *((name, span & ~pl.col(name).str.contains("^[0-9]{1,9}$"), offset) for name in ("start", "end")),
        ("end", span & (end <= start), "does not lie behind `start`"),
        *((name, ~span & (pl.col(name) != ""), only_span) for name in ("start", "end")),
        (
            "surface",
            pl.col("part").is_in(PAGE_FIELDS) & (pl.col("surface") != ""),
            "must be empty: it repeats the text of a span or line, to check that this is still what is meant",
        ),
    ]


def _valued_wrong(catalogue: Catalogue) -> list[tuple[str, pl.Expr, str]]:
    """What can be wrong with the value of a correction: column, which rows, what to say."""
    part, value = pl.col("part"), pl.col("value")
    filled = value != ""
    limits = bounds(value)
    first, last = limits.struct["first"], limits.struct["last"]
    is_edtf = value.str.contains(_EDTF)
    no_day = (first.is_null() & ~value.str.starts_with("..")) | (last.is_null() & ~value.str.ends_with(".."))
    impossible = ~value.str.contains("XX", literal=True) & no_day
    kinds = catalogue.actors.select("id", "kind")
    persons = kinds.filter(pl.col("kind") == "person")["id"].to_list()
    actor, reading = value.str.extract("^([^@]*)"), value.str.extract("@(.*)$")
    listed, person = actor.is_in(kinds["id"].to_list()), actor.is_in(persons) | actor.str.contains(_PERSON_ID)
    source, role = value.str.extract("^(.+):[^:]*$"), value.str.extract(":([^:]*)$").fill_null("")
    outlets = catalogue.outlets["id"].to_list()
    return [
        ("value", (part == "title") & ~filled, "is empty: write the title"),
        ("value", (part == "credits") & filled & value.str.contains(r"(?:^|\|)\s*(?:\||$)"), "names nobody at a bar"),
        (
            "value",
            (part == "published") & filled & (~is_edtf | first.is_null() | last.is_null() | (last < first)),
            "is no bounded date such as 2024-11-15, 2024-11 or 2024-11-01/2024-11-30; empty: not known",
        ),
        ("value", (part == "role") & ~value.is_in(LINE_ROLES), f"is none of {', '.join(LINE_ROLES)}"),
        (
            "value",
            (part == "mention") & filled & ~listed & ~actor.str.contains(_PERSON_ID),
            f"names no id of {catalogue.path / 'actors.csv'}, nor a person by name (xi-jinping); add the actor there",
        ),
        (
            "value",
            (part == "mention") & reading.is_not_null() & (~reading.fill_null("").is_in(READINGS) | person),
            f"has no such reading: a state or an organisation may have {' or '.join('@' + name for name in READINGS)}",
        ),
        (
            "value",
            (part == "citation") & filled & ~role.is_in(CITATION_ROLES),
            f"is no outlet with its part, such as AP:credit; the parts are {', '.join(CITATION_ROLES)}",
        ),
        (
            "value",
            (part == "citation") & filled & ~source.is_in(outlets) & (source != pl.col("surface")),
            f"names no id of {catalogue.path / 'outlets.csv'}; an outlet that is not listed there goes by its name as "
            "written, and `surface` repeats it",
        ),
        (
            "value",
            (part == "date") & filled & (value != UNRESOLVED) & (~is_edtf | impossible | (last < first)),
            f"is no EDTF date such as 2024-11-15, XXXX-10-02 or 2018-04-13/2018-04-24, nor {UNRESOLVED}",
        ),
    ]


def _is_day(column: str) -> pl.Expr:
    day = pl.col(column)
    return day.str.contains("^[0-9]{4}-[0-9]{2}-[0-9]{2}$") & day.str.to_date("%Y-%m-%d", strict=False).is_not_null()


def ranked(rows: pl.DataFrame) -> pl.DataFrame:
    """Corrections of all files → `GIVEN`: the latest date, and of one date the last row, overrules what it meets."""
    rows = rows.sort("date", maintain_order=True).with_row_index("n")
    earlier = pl.int_range(pl.len()).over("page", "field", "start", "end")
    later = rows.select(
        "page", "field", *(pl.col(name).name.suffix("_later") for name in ("n", "start", "end", "value"))
    )
    same = pl.col("start").eq_missing(pl.col("start_later")) & pl.col("end").eq_missing(pl.col("end_later"))
    overlap = (pl.col("start") < pl.col("end_later")) & (pl.col("end") > pl.col("start_later"))
    both = (pl.col("value") != "") & (pl.col("value_later") != "")
    beaten = rows.join(later, on=["page", "field"]).filter(
        (pl.col("n") < pl.col("n_later")) & (same | (overlap & both))
    )
    told = rows.with_columns(
        overruled=pl.col("n").is_in(beaten["n"].implode()), undoes=(pl.col("value") == "") & (earlier > 0)
    )
    return conform(told, GIVEN)


# Applying it ---------------------------------------------------------------------------------------------------------


def marks(given: pl.DataFrame) -> pl.DataFrame:
    """Corrections → `page`, `corrected`: a hash of all that is corrected on it, so that its tables are made anew."""
    row = pl.concat_str(pl.all().cast(pl.String).fill_null("\x00"), separator="\x01")
    return given.select("page", corrected=row).group_by("page").agg(pl.col("corrected").str.join("\x02").hash(seed=1))


def place(given: pl.DataFrame, lines: pl.DataFrame, pages: pl.DataFrame) -> pl.DataFrame:
    """Corrections, lines with `text` and `role`, pages → those of these, with `line`, `there` (its text) and `why`.

    `there` is the text at the span or line; `why` says what keeps the correction from fitting its page, else null.
    """
    columns = [*GIVEN.names(), "there"]
    mine = given.with_columns(there=pl.lit(None, pl.String)).join(lines, on="page", how="semi", maintain_order="left")
    if mine.is_empty():
        return mine.with_columns(why=pl.lit(None, pl.String))
    filled = lines.filter(pl.col("role").is_not_null()).join(mine, on="page", how="semi")
    filled = filled.select("page", "paragraph", at_line="line", from_="start", text="text")
    is_role = pl.col("part") == "role"
    of_role = mine.filter(is_role).join(filled, left_on=["page", "line"], right_on=["page", "at_line"], how="left")
    of_role = of_role.with_columns(there=pl.col("text").str.strip_chars())
    spans = mine.filter(pl.col("start").is_not_null()).select("file", "row", "page", "start", "end")
    begins, ends = (
        spans.join(filled, on="page").filter(
            at.is_between(pl.col("from_"), pl.col("from_") + pl.col("text").str.len_chars(), closed="left")
        )
        for at in (pl.col("start"), pl.col("end") - 1)
    )
    held = begins.join(ends.select("file", "row", "paragraph"), on=["file", "row", "paragraph"]).drop("text")
    there = pl.col("text").str.slice("start", pl.col("end") - pl.col("start"))
    held = held.join(pages.select("page", "text"), on="page").select("file", "row", "at_line", held=there)
    elsewhere = mine.filter(~is_role).join(held, on=["file", "row"], how="left", maintain_order="left")
    elsewhere = elsewhere.with_columns(there="held", line="at_line")
    other = pl.col("surface").is_not_null() & (pl.col("surface") != pl.col("there"))
    said = pl.col("there").str.head(40)
    return (
        pl.concat([of_role.select(columns), elsewhere.select(columns)])
        .sort("date", "file", "row", maintain_order=True)
        .with_columns(
            why=pl.when(is_role & pl.col("there").is_null())
            .then(pl.lit("the page has no such line with text in it; give the number of another"))
            .when(pl.col("start").is_not_null() & pl.col("there").is_null())
            .then(pl.lit("no line of the page holds this span; give one inside a line"))
            .when(other)
            .then(pl.format("the text there is now “{}”; give the place of “{}” anew", said, pl.col("surface")))
        )
    )


def with_roles(lines: pl.DataFrame, placed: pl.DataFrame) -> pl.DataFrame:
    """Lines and placed corrections → the lines with corrected roles, and the `segment` that follows from them.

    A line corrected to a role of the main article joins segment 0, one corrected to `other` leaves it.
    """
    given = _usable(placed, "role")
    if given.is_empty():
        return lines
    given = given.select("page", "line", given="value")
    joined = lines.join(given, on=["page", "line"], how="left", maintain_order="left")
    assert joined.height == lines.height
    segment = (
        pl.when(pl.col("given") == "other")
        .then(pl.max_horizontal("segment", pl.lit(1, pl.Int32)))
        .when(pl.col("given").is_in(_MAIN_ROLES))
        .then(pl.lit(0, pl.Int32))
        .otherwise("segment")
    )
    return joined.with_columns(segment=segment, role=pl.coalesce("given", "role")).drop("given")


def with_published(table: pl.DataFrame, placed: pl.DataFrame) -> pl.DataFrame:
    """Articles → with corrected `published` and its bounds, basis `stated`; an empty value makes it unknown."""
    if _usable(placed, "published").is_empty():
        return table
    joined, here = _with_given(table, placed, "published")
    limits = bounds(pl.col("given"))
    return joined.with_columns(
        published=pl.when(here).then(pl.when(pl.col("given") != "").then("given")).otherwise("published"),
        published_first=pl.when(here).then(limits.struct["first"]).otherwise("published_first"),
        published_last=pl.when(here).then(limits.struct["last"]).otherwise("published_last"),
        published_basis=pl.when(here & (pl.col("given") == ""))
        .then(pl.lit("unknown"))
        .when(here)
        .then(pl.lit("stated"))
        .otherwise("published_basis"),
    ).drop("given")


def with_facts(table: pl.DataFrame, placed: pl.DataFrame) -> pl.DataFrame:
    """Articles → with corrected `title`, `publisher` (empty: none) and `credits` (separated by bars; empty: nobody)."""
    names = pl.col("given").str.split("|").list.eval(pl.element().str.strip_chars())
    values = {
        "title": pl.col("given"),
        "publisher": pl.when(pl.col("given") != "").then("given"),
        "credits": pl.when(pl.col("given") == "").then(pl.lit([], pl.List(pl.String))).otherwise(names),
    }
    for field, value in values.items():
        if not _usable(placed, field).is_empty():
            joined, here = _with_given(table, placed, field)
            table = joined.with_columns(pl.when(here).then(value).otherwise(field).alias(field)).drop("given")
    return table


def with_spans(
    part: str, table: pl.DataFrame, placed: pl.DataFrame, lines: pl.DataFrame, catalogue: Catalogue
) -> pl.DataFrame:
    """A table of `SPAN_FIELDS` → with its corrections: a value takes the place of all it overlaps, none removes.

    A removal takes away exactly the span it names. Corrected mentions have basis `catalogue` (`candidate` for a person
    who is not in it), corrected dates `explicit` if they name their year themselves, else `context` or `unresolved`.
    """
    given = _usable(placed, part)
    if given.is_empty():
        return table
    numbered = table.with_row_index("n")
    meant = given.select("page", "value", from_="start", to="end")
    same = (pl.col("start") == pl.col("from_")) & (pl.col("end") == pl.col("to"))
    overlap = (pl.col("start") < pl.col("to")) & (pl.col("end") > pl.col("from_"))
    gone = numbered.join(meant, on="page").filter(same | (overlap & (pl.col("value") != "")))
    kept = numbered.join(gone, on="n", how="anti", maintain_order="left").drop("n")
    added = (
        given.filter(pl.col("value") != "")
        .select("page", "line", "start", "end", "value", surface="there")
        .join(lines.select("page", "line", "segment", "role"), on=["page", "line"])
    )
    merged = pl.concat([kept, _ADDED[part](added, catalogue)]).sort("start", maintain_order=True)
    pages = lines.select("page").unique(maintain_order=True)
    pages = pages if part == "date" else pages.sort("page")  # the order each stage gives its table
    return conform(pages.join(merged, on="page", maintain_order="left_right"), SPAN_FIELDS[part])


def _mentions(added: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    kinds = catalogue.actors.select(actor_id="id", actor_kind="kind")
    named = added.with_columns(
        actor_id=pl.col("value").str.extract("^([^@]*)"), reading=pl.col("value").str.extract("@(.*)$")
    ).join(kinds, on="actor_id", how="left")
    unlisted = pl.col("actor_kind").is_null()
    return conform(
        named.with_columns(
            basis=pl.when(unlisted).then(pl.lit("candidate")).otherwise(pl.lit("catalogue")),
            actor_kind=pl.col("actor_kind").fill_null("person"),
        ),
        FOUND_MENTIONS,
    )


def _citations(added: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    source, role = pl.col("value").str.extract("^(.+):"), pl.col("value").str.extract(":([^:]*)$")
    return conform(added.with_columns(source_id=source, role=role), FOUND_CITATIONS)


def _dates(added: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    edtf = pl.col("value")
    basis = (
        pl.when(edtf.str.contains(f"XXXX|^{UNRESOLVED}$"))
        .then(pl.lit("unresolved"))
        .when(pl.col("surface").str.contains(edtf.str.extract("([0-9]{4})"), literal=True))
        .then(pl.lit("explicit"))
        .otherwise(pl.lit("context"))
    )
    return conform(added.with_columns(edtf=edtf, basis=basis, limits=bounds(edtf)).unnest("limits"), DATES)


_ADDED = {"mention": _mentions, "citation": _citations, "date": _dates}


def _usable(placed: pl.DataFrame, part: str) -> pl.DataFrame:
    return placed.filter((pl.col("part") == part) & pl.col("why").is_null() & ~pl.col("overruled"))


def _with_given(table: pl.DataFrame, placed: pl.DataFrame, field: str) -> tuple[pl.DataFrame, pl.Expr]:
    """Articles → the same with `given`, the value a correction gives their page, and which rows it is meant for."""
    given = _usable(placed, field).select("page", given="value")
    joined = table.join(given, on="page", how="left", maintain_order="left")
    assert joined.height == table.height
    return joined, pl.col("given").is_not_null() & (pl.col("segment") == 0)


# Telling what came of it ---------------------------------------------------------------------------------------------


def outcome(
    placed: pl.DataFrame, table: pl.DataFrame, extracted: dict[str, pl.DataFrame]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Placed corrections, articles, span tables as extracted → (`schema.CORRECTIONS`, `schema.PROBLEMS`)."""
    if placed.is_empty():
        return empty(CORRECTIONS), empty(PROBLEMS)
    there = pl.concat(
        frame.select("page", "start", "end", field=pl.lit(part)) for part, frame in extracted.items()
    ).with_columns(stands=pl.lit(True))
    articles = table.filter(pl.col("segment") == 0).select("page", main=pl.lit(True))
    told = placed.join(there.unique(), on=["page", "field", "start", "end"], how="left", maintain_order="left").join(
        articles, on="page", how="left", maintain_order="left"
    )
    removal = pl.col("part").is_in(list(SPAN_FIELDS)) & (pl.col("value") == "") & ~pl.col("undoes")
    missed = (
        pl.when(removal & pl.col("stands").is_null())
        .then(pl.lit("nothing was extracted at exactly this span; remove the row, or give the span as in the tables"))
        .when(pl.col("part").is_in(PAGE_FIELDS) & pl.col("main").is_null())
        .then(pl.lit("the page has no main article; remove the row"))
    )
    return _told(told.with_columns(why=pl.coalesce("why", missed)))


def unread(given: pl.DataFrame, pages: pl.Series) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Corrections and the pages extracted → those of no such page, as in `outcome`."""
    why = "no such page was extracted; check the id, or remove the row"
    there = pages.filter(pages.is_in(given["page"].implode()))
    missing = given.filter(~pl.col("page").is_in(there.implode()))
    return _told(missing.with_columns(why=pl.lit(why)))


def check_applied(given: pl.DataFrame, applied: pl.DataFrame) -> None:
    """`DiembaoError` where corrections stand beside extracted tables that were made without them."""
    key = [name for name in CORRECTIONS if name != "applied"]
    lacking = given.join(applied, on=key, how="anti", nulls_equal=True)
    if lacking.height:
        row = lacking.row(0, named=True)
        raise DiembaoError(
            f"{row['file']}, row {row['row']}: stands beside extracted tables that were made without it; "
            f"put {NAME} beside the pages and run `diembao extract` again"
        )


def _told(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Corrections with `why` they do not fit (null: they do) → (`schema.CORRECTIONS`, `schema.PROBLEMS`)."""
    span = pl.format(" {}–{}", "start", "end").fill_null("")
    problems = rows.filter(pl.col("why").is_not_null() & ~pl.col("overruled")).with_columns(
        stage=pl.lit("corrections"),
        problem=pl.format("row {}, `{}`{}: {}", "row", "field", span, "why"),
    )
    applied = pl.col("why").is_null() & ~pl.col("overruled")
    return conform(rows.with_columns(applied=applied), CORRECTIONS), conform(problems, PROBLEMS)
