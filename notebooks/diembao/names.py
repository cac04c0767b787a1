"""Article lines → every stretch that may be a name, with exact offsets and its context.

Two passes of one regular expression each, no row loop. The first finds the catalogue's names, longest first, together
with the phrases that only consume text; the second finds runs of capitalised words in what is left between them.
Matches are bracketed with control characters, split and exploded, so that running sums of lengths are code point
offsets. `polars.str.find_many` would give bytes and is not exact at word boundaries.
"""

import re
from functools import lru_cache

import polars as pl

from .catalogue import Catalogue, fold, folded, name_key

# Latin letters and digits: a name is not one if it continues with one of these (ranges, because Rust's automaton is
# several times faster on them than on Unicode word boundaries).
LETTER = r"0-9A-Za-z_\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{24F}\x{300}-\x{36F}\x{1E00}-\x{1EFF}"
OPEN, CLOSE = "\x01", "\x02"

# How a name looks in the context of its neighbours: the context rules ask for kinds of names, not for names.
MASKS = {"state": "§", "capital": "¥", "seat": "¥", "org": "¶", "person": "¤", "viet": "¤", "outlet": "¢", "short": "§"}
LEFT, RIGHT = 90, 70  # code points of context kept on either side


def scan(lines: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    """Lines (`page`, `line`, `start`, `text` and columns to carry) → candidate names, in page order.

    Columns: the carried ones, `start`, `end`, `surface`, `key` (see `catalogue.name_key`), `what` (`state` `org`
    `person` `capital` `seat` `short` `outlet` `cued` `viet` `run`), `left`, `right` (neighbouring text, names masked)
    and `row`, the number of its line.
    """
    carried = [name for name in lines.columns if name not in ("start", "end", "text")]
    numbered = lines.with_row_index("row").with_columns(
        folded(pl.col("text")).alias("folded"), capitals=_all_capitals(pl.col("text"))
    )
    pieces = pl.concat(
        _split(numbered.filter(pl.col("capitals") == upper), _pattern(catalogue, upper)) for upper in (False, True)
    ).sort("row", "order")
    pieces = _context(_resolve(pieces, catalogue))
    columns = ("row", "hit", "offset", "what", "left", "right")
    names = pieces.filter(pl.col("what").is_not_null() & (pl.col("what") != "phrase")).select(columns)
    found = pl.concat([names, _runs(pieces, catalogue).select(columns)]).sort("row", "offset")
    source = numbered.select("row", *carried, line_start="start", line_text="text")
    return (
        found.join(source, on="row", how="left", maintain_order="left")
        .with_columns(length=pl.col("hit").str.len_chars())
        .with_columns(
            surface=pl.col("line_text").str.slice(pl.col("offset"), pl.col("length")),
            start=pl.col("line_start") + pl.col("offset"),
            end=pl.col("line_start") + pl.col("offset") + pl.col("length"),
            key=name_key(pl.col("hit")),
        )
        .select(*carried, "row", "start", "end", "surface", "key", "what", "left", "right")
    )


def _all_capitals(text: pl.Expr) -> pl.Expr:
    return text.str.contains(r"\p{Lu}{3}") & ~text.str.contains(r"\p{Ll}")


@lru_cache(maxsize=8)
def _surfaces(catalogue: Catalogue) -> pl.DataFrame:
    """Catalogue → `surface` (folded), `key`, `what` of everything the first pass looks for.

    Persons are left to the second pass, where a run of capitals is looked up whole, however long the catalogue grows;
    all but those whose name contains another's ("Hàn Quốc Du").
    """
    kinds = catalogue.actors.select(actor_id="id", kind="kind")
    aliases = catalogue.aliases.join(kinds, on="actor_id", how="left", maintain_order="left")
    aliases = aliases.filter((pl.col("kind") != "person").fill_null(True) | (pl.col("form") == "name")).select(
        "surface",
        what=pl.when(pl.col("form").is_in(["capital", "seat", "short", "phrase"])).then("form").otherwise("kind"),
    )
    outlets = catalogue.outlet_forms.select(
        "surface", what=pl.when("cued").then(pl.lit("cued")).otherwise(pl.lit("outlet"))
    )
    table = (
        pl.concat([aliases, outlets])
        .with_columns(folded(pl.col("surface")))
        .with_columns(key=name_key(pl.col("surface")))
        .unique("key", keep="first", maintain_order=True)
        .select("surface", "key", "what")
    )
    persons = pl.col("what") == "person"
    others = set(table.filter(~persons)["key"])
    inside = [_contains_name(key.split(" "), others) for key in table["key"]]
    return table.filter(~persons | pl.Series(inside))


def _contains_name(words: list[str], names: set[str]) -> bool:
    """Whether a part of a name, word for word, is one of the names."""
    parts = ((a, b) for a in range(len(words)) for b in range(a + 1, len(words) + 1) if (a, b) != (0, len(words)))
    return any(" ".join(words[a:b]) in names for a, b in parts)


@lru_cache(maxsize=16)
def _pattern(catalogue: Catalogue, upper: bool) -> str:
    surfaces = _surfaces(catalogue)["surface"].to_list()
    if upper:
        surfaces = [surface.upper() for surface in surfaces]
    longest_first = sorted(set(surfaces), key=lambda surface: (-len(surface), surface))
    names = [re.sub(r" *- *", " ?- ?", pl.escape_regex(surface).replace(r"\-", "-")) for surface in longest_first]
    if not upper:
        surnames = "|".join(sorted(map(fold, catalogue.cues["names"]["surnames"]), key=len, reverse=True))
        names.append(rf"(?:{surnames})(?: \p{{Lu}}\p{{Ll}}+){{1,3}}")
    return rf"(^|[^{LETTER}])({'|'.join(names)})([{LETTER}]*)"


def _split(lines: pl.DataFrame, pattern: str) -> pl.DataFrame:
    """Lines → pieces: `row`, `order`, `hit` (null in the first piece of a line), `rest` (text up to the next hit)."""
    return (
        lines.lazy()
        .select("row", "capitals", piece=pl.col("folded").str.replace_all(pattern, f"${{1}}{OPEN}${{2}}{CLOSE}${{3}}"))
        .select("row", "capitals", piece=pl.col("piece").str.split(OPEN))
        .with_columns(order=pl.int_ranges(0, pl.col("piece").list.len(), dtype=pl.Int32))
        .explode("piece", "order")
        .with_columns(parts=pl.col("piece").str.splitn(CLOSE, 2))
        .unnest("parts")
        .select(
            "row",
            "capitals",
            "order",
            hit=pl.when(pl.col("order") > 0).then("field_0"),
            rest=pl.when(pl.col("order") > 0).then("field_1").otherwise("field_0"),
        )
        .collect()
    )


def _resolve(pieces: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    """Pieces → the same with `what` each hit is (null: a word that only begins like a name) and its `offset`."""
    surfaces = _surfaces(catalogue)
    keys = pl.concat(
        [
            surfaces.select("key", "what", capitals=pl.lit(False)),
            surfaces.select(pl.col("key").str.to_uppercase(), "what", capitals=pl.lit(True)),
        ]
    ).unique(["key", "capitals"], keep="first", maintain_order=True)
    cut = pl.col("rest").str.contains(rf"^[{LETTER}]")
    return (
        pieces.with_columns(key=name_key(pl.col("hit")))
        .join(keys, on=["key", "capitals"], how="left", maintain_order="left")
        .with_columns(
            what=pl.when(pl.col("hit").is_null() | cut).then(None).otherwise(pl.col("what").fill_null("viet")),
            length=pl.col("hit").str.len_chars().fill_null(0) + pl.col("rest").str.len_chars(),
        )
        .with_columns(offset=(pl.col("length").cum_sum() - pl.col("length")).over("row").cast(pl.Int64))
        .drop("key", "length")
    )


def _shown() -> pl.Expr:
    return pl.coalesce(pl.col("what").replace_strict(MASKS, default=None), pl.col("hit"), pl.lit(""))


def _context(pieces: pl.DataFrame) -> pl.DataFrame:
    """Pieces → the same with `left` and `right`: the line around each hit, neighbouring names masked."""
    pieces = pieces.with_columns(shown=_shown() + pl.col("rest"))

    def neighbour(column: str, by: int) -> pl.Expr:
        same_line = pl.col("row").shift(by) == pl.col("row")
        return pl.when(same_line).then(pl.col(column).shift(by)).otherwise(pl.lit("")).fill_null("")

    return pieces.with_columns(
        left=pl.concat_str(neighbour("shown", by) for by in (4, 3, 2, 1)).str.slice(-LEFT),
        right=pl.concat_str("rest", *(neighbour("shown", -by) for by in (1, 2, 3))).str.slice(0, RIGHT),
    ).drop("shown")


_WORD = r"\p{Lu}[\p{L}\p{M}']*(?:-\p{L}[\p{L}\p{M}']*)*"
_INITIALS = r"(?:\p{Lu}\. ?){1,2}"
_ADDRESSED = r"(?:[Ôô]ng|[Bb]à|[Cc]ô|[Nn]gài|[Tt]ướng|[Tt]hống) $"
_LINK = r"(?:(?:bin|ibn|bint|al|el|ul|de|da|di|del|della|van|von|der|den|la|le|du|dos|abu) )"


@lru_cache(maxsize=8)
def _run_pattern(catalogue: Catalogue) -> str:
    korean = "|".join(catalogue.cues["names"]["korean_surnames"])
    spaced = rf"(?:{korean}) \p{{Lu}}[a-z]+ ?- ?[a-z]{{1,6}}"
    word = rf"(?:{_INITIALS}{_WORD}|{_WORD})"
    return rf"(^|[^{LETTER}])({spaced}|{word}(?: {_LINK}{{0,2}}{word}| (?:al|el|ul) ?- ?{_WORD})*)"


def _runs(pieces: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    """Pieces → runs of capitalised words in the text between the names: columns as of the names themselves."""
    is_name = pl.col("what").is_not_null()
    # a hit that turned out to be no name is text like any other
    text = pl.when(is_name | pl.col("hit").is_null()).then("rest").otherwise(pl.col("hit") + pl.col("rest"))
    mask = pl.when(is_name).then(_shown()).otherwise(pl.lit(""))
    lead_words = catalogue.cues["names"]["lead_words"]
    return (
        pieces.lazy()
        .filter(~pl.col("capitals"))
        .select(
            "row",
            text=text,
            before=pl.col("left") + mask,
            after=pl.col("right").str.slice(pl.col("rest").str.len_chars()),
            start=pl.col("offset") + pl.when(is_name).then(pl.col("hit").str.len_chars()).otherwise(0),
        )
        .filter(pl.col("text").str.contains(r"\p{Lu}"))
        .with_columns(
            piece=pl.col("text").str.replace_all(_run_pattern(catalogue), f"${{1}}{OPEN}${{2}}{CLOSE}").str.split(OPEN)
        )
        .with_columns(order=pl.int_ranges(0, pl.col("piece").list.len(), dtype=pl.Int32))
        .with_row_index("text_row")
        .explode("piece", "order")
        .with_columns(parts=pl.col("piece").str.splitn(CLOSE, 2))
        .unnest("parts")
        # the first piece has no run before it; of all others field_0 is the run and field_1 the text after it
        .with_columns(length=pl.col("piece").str.len_chars() - (pl.col("order") > 0).cast(pl.UInt32))
        .with_columns(at=(pl.col("length").cum_sum() - pl.col("length")).over("text_row"))
        .filter(pl.col("order") > 0)
        .with_columns(hit=pl.col("field_0"))
        # a word that may open a sentence is a name only where it is addressed as one ("ông Chung")
        .filter(~pl.col("hit").is_in(lead_words) | pl.col("text").str.slice(0, pl.col("at")).str.contains(_ADDRESSED))
        .select(
            "row",
            "hit",
            offset=pl.col("start") + pl.col("at").cast(pl.Int64),
            what=pl.lit("run"),
            left=(pl.col("before") + pl.col("text").str.slice(0, pl.col("at"))).str.slice(-LEFT),
            right=(pl.col("text").str.slice(pl.col("at") + pl.col("hit").str.len_chars()) + pl.col("after")).str.slice(
                0, RIGHT
            ),
        )
        .collect()
    )
