"""What is found in a page, and the actors a reader may mean by what is typed."""

import unicodedata

import polars as pl

from ..wording import Words

Segment = tuple[str, str, str, int]


def plain(text: pl.Expr) -> pl.Expr:
    """A column of names → the form they are searched in: lower case, without diacritics."""
    return text.str.normalize("NFD").str.replace_all(r"\p{M}", "").str.to_lowercase().str.replace_all("đ", "d")


def find(names: pl.DataFrame, aliases: pl.DataFrame, query: str, language: str) -> list[list[str]]:
    """Actors (id, name_en, name_vi, mentions), written forms, what was typed → id, name, fitting form, best first.

    Diacritics count where the reader typed some. A name that begins so comes before one that only holds it, and of
    these the actor named more often.
    """
    typed = unicodedata.normalize("NFC", query.strip().lower())
    bare = pl.select(plain(pl.lit(typed))).item()
    search = plain if bare == typed else (lambda text: text.str.to_lowercase())
    written = pl.concat(
        [
            *(names.select("id", form=column) for column in (f"name_{language}", "name_en", "name_vi", "id")),
            aliases.filter(pl.col("form") != "surname").select(id="actor_id", form="surface"),
        ]
    ).filter(pl.col("form").is_not_null())
    fitting = written.with_columns(at=search(pl.col("form")).str.find(typed, literal=True)).filter(
        pl.col("at").is_not_null()
    )
    fitting = fitting.with_columns(begins=pl.col("at") == 0, length=pl.col("form").str.len_chars())
    best = fitting.sort("begins", "length", descending=[True, False], maintain_order=True).unique(
        "id", keep="first", maintain_order=True
    )
    shown = best.join(names.select("id", "mentions", name=f"name_{language}"), on="id").sort(
        "begins", "mentions", "length", descending=[True, True, False]
    )
    return [
        [id_, name or id_, "" if form == name else form]
        for id_, name, form in shown.select("id", "name", "form").iter_rows()
    ]


def segments(text: str, marks: pl.DataFrame, start: int, end: int, words: Words) -> list[Segment]:
    """A page's text, its marks (see `Desk.marks`), the mention that is read → stretches of text, each with its classes,
    what is said of it and the number of its mark (-1: none); together they are the whole text.

    Where marks overlap the later one begins at the end of the earlier.
    """
    parts: list[Segment] = []
    at = 0
    for number, mark in enumerate(marks.iter_rows(named=True)):
        first, last = max(at, mark["start"]), mark["end"]
        if last <= first:
            continue
        if first > at:
            parts.append((text[at:first], "", "", -1))
        here = " here" if (mark["start"], mark["end"], mark["field"]) == (start, end, "mention") else ""
        parts.append((text[first:last], mark["what"] + here, said(mark, words), number))
        at = last
    return [*parts, (text[at:], "", "", -1)] if at < len(text) else parts


def said(mark: dict, words: Words) -> str:
    """A mark → whom or what it stands for: "Russia · government", "AP · credit", "2024-06-30"."""
    value, _, part = (mark["value"] or "").partition("@" if mark["field"] == "mention" else ":")
    if mark["field"] == "mention":
        return " · ".join(filter(None, [words.name(value), words.text(f"lab.capitals.{part}") if part else ""]))
    if mark["field"] == "citation":
        return " · ".join([words.source(value), words.label("role", part)])
    return mark["value"] or ""
