"""Lines → the paragraphs that names and dates are read in, and where the sentences begin that they are counted by."""

import polars as pl

from .catalogue import asked
from .names import offsets
from .schema import conform

_BREAK = "\x1e"  # ASCII's record separator, put where a sentence begins; one that a page holds is taken for a space
_DOT = "․"  # a one-dot leader in place of a full stop that ends no sentence, so that no offset moves
_CLOSING, _OPENING = r"[\"'”’»)\]]*", r"(?:[\"'“‘«(\[] ?)*(?:[-–—•] ?)?"
_PARTS = pl.Schema(
    {"page": pl.String, "paragraph": pl.Int32, "read_at": pl.Int64, "part": pl.Int32, "stands_at": pl.Int64}
)


def paragraphs(lines: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Lines of `articles.line_roles` → the paragraphs with text, and the parts of those that are broken into lines.

    Most lines are paragraphs. The lines of one that a dump breaks at a width or at its links are joined by a blank; it
    has the columns of a line, `line` and `start` of its first one. `on_lines` undoes it for what is found there.
    """
    full = lines.filter(pl.col("role").is_not_null())
    columns = [name for name in full.columns if name != "paragraph"]
    if (full["paragraph"] == full["line"]).all():
        return full.select(columns), pl.DataFrame(schema=_PARTS)
    same = (pl.col(name) == pl.col(name).shift(1) for name in ("page", "paragraph", "segment", "role"))
    full = full.with_columns(goes_on=pl.all_horizontal(same).fill_null(False))
    full = full.with_columns(number=(~pl.col("goes_on")).cum_sum())
    whole = full.filter(~pl.col("goes_on") & ~pl.col("goes_on").shift(-1, fill_value=False))
    broken = full.join(whole.select("number"), on="number", how="anti", maintain_order="left")
    text, goes_on = pl.col("text").str.strip_chars_end(), pl.col("goes_on")
    inner = pl.when(goes_on).then(text.str.strip_chars_start()).otherwise(text)
    # the words of a link may stand alone in brackets or before a comma
    blank = goes_on & ~inner.str.contains(r"^[,.;:!?)\]…”’]") & ~inner.shift(1).str.contains(r"[(\[“‘]$")
    broken = broken.with_columns(
        text=pl.when(blank).then(pl.concat_str(pl.lit(" "), inner)).otherwise(inner),
        blank=blank.cast(pl.Int64),
        stands_at=pl.col("start") + text.str.len_chars() - inner.str.len_chars(),
    )
    first = pl.col("line", "start").first().over("number")
    parts = broken.with_columns(first.name.suffix("_first"), at=offsets(pl.col("text").str.len_chars(), "number"))
    parts = parts.select(
        "page",
        paragraph="line_first",
        read_at=pl.col("start_first") + pl.col("at") + pl.col("blank"),
        part="line",
        stands_at="stands_at",
    )
    joined = broken.group_by("number", maintain_order=True).agg(
        pl.all().exclude("text", "end").first(), pl.col("text").str.join(""), pl.col("end").last()
    )
    read = pl.concat([whole.select("number", *columns), joined.select("number", *columns)])
    return read.sort("number").drop("number"), conform(parts, _PARTS)


def on_lines(found: pl.DataFrame, parts: pl.DataFrame, pages: pl.DataFrame) -> pl.DataFrame:
    """What is found in paragraphs (`page`, `line`, `start`) → the same in the same order, where it stands on the page.

    What has an `end` and a `surface` may reach from one line into the next; the surface then holds the line break.
    """
    if parts.is_empty():
        return found
    placed = _located(found.with_row_index("n"), "start", parts)
    if "end" not in found.columns:
        return placed.with_columns(line="line_there").sort("n").select(found.columns)
    placed = placed.rename({"line_there": "first_line"}).with_columns(end=pl.col("end") - 1)
    placed = _located(placed, "end", parts).with_columns(end=pl.col("end") + 1)
    over = placed.filter(pl.col("first_line") != pl.col("line_there")).join(pages.select("page", "text"), on="page")
    over = over.select("n", there=pl.col("text").str.slice("start", pl.col("end") - pl.col("start")))
    placed = placed.join(over, on="n", how="left").sort("n")
    assert placed.height == found.height
    return placed.with_columns(line="first_line", surface=pl.coalesce("there", "surface")).select(found.columns)


def _located(found: pl.DataFrame, at: str, parts: pl.DataFrame) -> pl.DataFrame:
    """Rows and a column of places in their paragraphs → the same, the places those on the page, and `line_there`."""
    there = parts.select(
        "page", line="paragraph", read_at="read_at", line_there="part", by=pl.col("stands_at") - pl.col("read_at")
    )
    return (
        found.sort(at)
        .join_asof(there.sort("read_at"), left_on=at, right_on="read_at", by=["page", "line"], check_sortedness=False)
        .with_columns(pl.col(at) + pl.col("by").fill_null(0), line_there=pl.coalesce("line_there", "line"))
        .drop("read_at", "by")
    )


def around_lines(read: pl.DataFrame, parts: pl.DataFrame) -> pl.DataFrame:
    """Paragraphs and parts → each line (`page`, `line`) with its paragraph's `text`, and the `start` that would have.

    What stands in the line at `start` + n of the page is at n in the text.
    """
    columns = ["page", "line", "text", "start"]
    shift = parts.filter(pl.col("part") != pl.col("paragraph")).select(
        "page", "part", line="paragraph", by=pl.col("stands_at") - pl.col("read_at")
    )
    later = read.join(shift, on=["page", "line"]).with_columns(pl.col("start") + pl.col("by"), line="part")
    return pl.concat([read.select(columns), later.select(columns)])


def sentence_starts(lines: pl.DataFrame, words: dict) -> pl.DataFrame:
    """Paragraphs (with `text`, `role`), cues of `[sentences]` → `page`, `line`, `sentence` (from 1 in it), `start`.

    A paragraph that is not blank begins a sentence, whatever its role. Inside it one begins behind a full stop, a
    question or exclamation mark or an ellipsis, where a capital or a number follows; not behind an initial, an
    abbreviation of the list or the number of a list's item. `start` counts code points, as everywhere.
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
        .select("page", "line", "start", part=parts.str.split(_BREAK))
        .with_row_index("row")
        .explode("part")
        .with_columns(length=pl.col("part").str.len_chars().cast(pl.Int64))
        .select(
            "page",
            "line",
            sentence=pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over("page"),
            start=pl.col("start") + offsets(pl.col("length"), "row"),
        )
        .collect()
    )


def with_sentences(spans: pl.DataFrame, starts: pl.DataFrame) -> pl.DataFrame:
    """Spans (`page`, `start`) and the sentences of their pages → the same rows in the same order, with `sentence`."""
    starts = starts.select("page", "start", "sentence").sort("start")
    numbered = (
        spans.with_row_index("n")
        .sort("start")
        .join_asof(starts, on="start", by="page", strategy="backward", check_sortedness=False)
        .sort("n")
        .drop("n")
    )
    assert numbered.height == spans.height
    return numbered
