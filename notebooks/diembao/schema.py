"""Names, columns and types of every table, and the vocabularies their cells are drawn from.

Offsets `start`, `end` count Unicode code points of the page's text as read (decoded, NFC), so
`text[start:end] == surface` always. Dates are EDTF strings (ISO 8601-2), `first`/`last` their bounds.
"""

import polars as pl

ACTOR_KINDS = ("state", "org", "person")
READINGS = ("gov", "place")  # of a capital or a seat of government; null for every other name
BASES = ("catalogue", "coreference", "candidate")  # how a mention was recognised
LINE_ROLES = ("headline", "lead", "byline", "body", "caption", "related", "other", "ui")
COUNTED_ROLES = ("headline", "lead", "body")  # the article's own words: what measures count by default
CITATION_ROLES = ("pub", "credit", "att", "photo", "other")
PUBLISHED_BASES = ("stated", "inferred", "unknown")
DATE_BASES = ("explicit", "context", "publication", "unresolved")
GRANULARITIES = ("day", "week", "month", "quarter", "season", "year", "decade", "interval", "set", "unknown")
UNRESOLVED = "REL"  # the EDTF column of a relative date whose anchor the page does not give

# What `pages` hands to every later stage. `title`, `published`, `publisher`, `main` come from a page's metadata
# (HTML head, a table's columns) and are null where there is none; `file` is where the page was read from.
PAGES = pl.Schema(
    {
        "page": pl.String,
        "text": pl.String,
        "url": pl.String,
        "title": pl.String,
        "published": pl.String,
        "publisher": pl.String,
        "main": pl.String,
        "file": pl.String,
    }
)
PROBLEMS = pl.Schema({"page": pl.String, "file": pl.String, "stage": pl.String, "problem": pl.String})

ARTICLES = pl.Schema(
    {
        "page": pl.String,
        "segment": pl.Int32,
        "title": pl.String,
        "publisher": pl.String,
        "credits": pl.List(pl.String),
        "published": pl.String,
        "published_first": pl.Date,
        "published_last": pl.Date,
        "published_basis": pl.String,
        "syllables": pl.Int64,
        "duplicate_of": pl.String,
        "similarity": pl.Float64,
        "published_evidence": pl.String,
    }
)
_SPAN = {
    "page": pl.String,
    "segment": pl.Int32,
    "line": pl.Int32,
    "start": pl.Int64,
    "end": pl.Int64,
}
LINES = pl.Schema({**_SPAN, "role": pl.String})
# Mentions and citations as their stages find them; `sentence` (from 1 within the page) is added when all are found.
FOUND_MENTIONS = pl.Schema(
    {
        **_SPAN,
        "surface": pl.String,
        "actor_id": pl.String,
        "actor_kind": pl.String,
        "reading": pl.String,
        "basis": pl.String,
        "role": pl.String,
    }
)
MENTIONS = pl.Schema({**FOUND_MENTIONS, "sentence": pl.Int32})
FOUND_CITATIONS = pl.Schema({**_SPAN, "surface": pl.String, "source_id": pl.String, "role": pl.String})
CITATIONS = pl.Schema({**FOUND_CITATIONS, "sentence": pl.Int32})
DATES = pl.Schema(
    {
        **_SPAN,
        "surface": pl.String,
        "edtf": pl.String,
        "first": pl.Date,
        "last": pl.Date,
        "granularity": pl.String,
        "basis": pl.String,
    }
)
# What a researcher has corrected, in `corrections.csv`: where (`field` role:12 names a line, `start` and `end` a span),
# what it says instead, and whether it was applied (if not, a later one overruled it or it is in `problems`).
CORRECTIONS = pl.Schema(
    {
        "date": pl.Date,
        "page": pl.String,
        "field": pl.String,
        "start": pl.Int64,
        "end": pl.Int64,
        "value": pl.String,
        "reason": pl.String,
        "applied": pl.Boolean,
    }
)
TABLES = {
    "articles": ARTICLES,
    "lines": LINES,
    "mentions": MENTIONS,
    "citations": CITATIONS,
    "dates": DATES,
    "corrections": CORRECTIONS,
    "problems": PROBLEMS,
}


class DiembaoError(Exception):
    """A mistake the user can mend: the message names the file, the place and the way out."""

    def _render_traceback_(self) -> list[str]:
        """For notebooks: the message alone, since where in this package it was raised helps nobody."""
        return [f"{type(self).__name__}: {self}"]


def conform(frame: pl.DataFrame | pl.LazyFrame, schema: pl.Schema) -> pl.DataFrame | pl.LazyFrame:
    """A frame with at least the schema's columns → the same rows with exactly those columns, in order and type."""
    return frame.select(pl.col(name).cast(dtype) for name, dtype in schema.items())


def empty(schema: pl.Schema) -> pl.DataFrame:
    """A schema → its table without rows."""
    return pl.DataFrame(schema=schema)
