"""Lines → where their sentences begin, so that what is named can be counted by the sentence it stands in."""

import polars as pl

from .catalogue import asked
from .names import offsets

_BREAK = "\x1e"  # ASCII's record separator, put where a sentence begins; one that a page holds is taken for a space
_DOT = "․"  # a one-dot leader in place of a full stop that ends no sentence, so that no offset moves
_CLOSING, _OPENING = r"[\"'”’»)\]]*", r"(?:[\"'“‘«(\[] ?)*(?:[-–—•] ?)?"


def sentence_starts(lines: pl.DataFrame, words: dict) -> pl.DataFrame:
    """Lines (with `text`, `role`) and the cues of `[sentences]` → `page`, `sentence` (from 1 within the page), `start`.

    A line that is not blank begins a sentence, whatever its role. Inside it one begins behind a full stop, question or
    exclamation mark or an ellipsis, where a capital or a number follows; not behind an initial, an abbreviation of the
    list or the number of a list's item. `start` counts code points, as everywhere.
    """
    text = pl.col("text").str.replace_all(_BREAK, " ", literal=True)
    text = text.str.replace(r"^(\s*(?:\d{1,3}|[IVX]+|\p{L}))\.(\s)", f"${{1}}{_DOT}${{2}}")
    short = rf"([A-Z]|{'|'.join(words['abbreviations'])})\."
    shortened = text.str.contains(short)  # in few lines, and where words begin is slow to find
    dotted = asked(shortened, text).str.replace_all(rf"\b{short}", f"${{1}}{_DOT}")
    text = pl.when(shortened).then(dotted).otherwise(text)
    spaced = text.str.replace_all(
        rf"([.!?…]{_CLOSING}[\s\u{{A0}}]+)({_OPENING}[\p{{Lu}}\p{{N}}])", f"${{1}}{_BREAK}${{2}}"
    )
    # a page that has lost the blank between two sentences: "hòa bình.Ông nói"
    parts = spaced.str.replace_all(rf"(\p{{Ll}}[.!?…]{_CLOSING})(\p{{Lu}}\p{{Ll}})", f"${{1}}{_BREAK}${{2}}")
    return (
        lines.lazy()
        .filter(pl.col("role").is_not_null())
        .select("page", "start", part=parts.str.split(_BREAK))
        .with_row_index("row")
        .explode("part")
        .with_columns(length=pl.col("part").str.len_chars().cast(pl.Int64))
        .select(
            "page",
            sentence=pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over("page"),
            start=pl.col("start") + offsets(pl.col("length"), "row"),
        )
        .collect()
    )


def with_sentences(spans: pl.DataFrame, starts: pl.DataFrame) -> pl.DataFrame:
    """Spans (`page`, `start`) and the sentences of their pages → the same rows in the same order, with `sentence`."""
    numbered = (
        spans.with_row_index("n")
        .sort("start")
        .join_asof(starts.sort("start"), on="start", by="page", strategy="backward", check_sortedness=False)
        .sort("n")
        .drop("n")
    )
    assert numbered.height == spans.height
    return numbered
