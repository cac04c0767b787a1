"""Article lines → every stretch that may be a name, with exact offsets and its context.

Two passes of one regular expression each, no row loop. The first finds the catalogue's names, longest first, together
with the phrases that only consume text; the second finds runs of capitalised words in what is left between them.
Matches are bracketed with control characters, split and exploded, so that running sums of lengths are code point
offsets. `polars.str.find_many` would give bytes and is not exact at word boundaries.
"""

import re
from functools import lru_cache

import polars as pl

from .catalogue import Catalogue, any_of, asked, fold, folded, name_key

# Latin letters and digits: a name is not one if it continues with one of these (ranges, because Rust's automaton is
# several times faster on them than on Unicode word boundaries).
_ALPHABET = r"A-Za-z_\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{24F}\x{300}-\x{36F}\x{1E00}-\x{1EFF}"
LETTER = "0-9" + _ALPHABET
OPEN, CLOSE = "\x01", "\x02"
GLUED_DAY = r"^\d{1,2}/\d{1,2}(?:\D|$)"  # "Trump15/11": what extraction has glued to the name before it

# How a name looks in the context of its neighbours: the context rules ask for kinds of names, not for names.
MASKS = {"state": "§", "capital": "¥", "seat": "¥", "org": "¶", "person": "¤", "outlet": "¢", "short": "§"}
LEFT, RIGHT = 90, 70  # code points of context kept on either side


def scan(lines: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    """Lines (`page`, `line`, `start`, `text` and columns to carry) → candidate names, in page order.

    Columns: the carried ones, `start`, `end`, `surface`, `key` (see `catalogue.name_key`), `what` (`state` `org`
    `person` `capital` `seat` `short` `outlet` `cued` `run` `site`), `left`, `right` (neighbouring text, names masked)
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
    found = [names, _runs(pieces, catalogue).select(columns), _addresses(numbered).select(columns)]
    found = pl.concat(found).sort("row", "offset")
    source = numbered.select("row", *carried, line_start="start", line_text="text")
    return (
        found.join(source, on="row", how="left", maintain_order="left")
        .with_columns(length=pl.col("hit").str.len_chars())
        .with_columns(
            surface=pl.col("line_text").str.slice(pl.col("offset"), pl.col("length")),
            start=pl.col("line_start") + pl.col("offset"),
            end=pl.col("line_start") + pl.col("offset") + pl.col("length"),
            key=name_key(pl.col("hit").str.replace(_NICKNAME, " ")),
        )
        .select(*carried, "row", "start", "end", "surface", "key", "what", "left", "right")
    )


# A house of parliament is led by a person, unlike an institute ("viện").
CHAMBER = "(?i)(?:thượng|hạ|nghị|tham nghị|chúng nghị) viện $"


def romanised_surnames(catalogue: Catalogue) -> str:
    """Catalogue → an alternation of the family names that open a romanised Korean or Chinese name."""
    names = catalogue.cues["names"]
    return "|".join(names["korean_surnames"] + names["chinese_surnames"])


def without_lead_words(runs: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    """Runs → the same without common words and places at their head ("Theo Merkel"), and `words`, their length."""
    lead = f"(?:(?:{any_of(catalogue.cues['names']['lead_words'])}) )+"
    persons = catalogue.cues["persons"]
    # "Huawei Guo Ping", "Texas Greg Abbott": what somebody leads stands before the name
    led = rf"^((?:(?:{any_of(persons['never'] + persons['places'] + persons['company_words'])}) )+)[^ ]+ [^ ]+"
    korean = romanised_surnames(catalogue)
    # "ông Thẩm Kim Long": a family name that is a common word, too
    whole = pl.col("left").str.contains("(?:[Ôô]ng|[Bb]à|[Tt]ướng|[Đđ]ốc|[Đđ]ại sứ|lâm thời) $") & pl.col(
        "surface"
    ).str.contains(f"^{_SYLLABLE} {_SYLLABLE} {_SYLLABLE}$")
    whole |= (
        pl.col("left").str.contains(f"(?i:(?:^|[ (])(?:{_PERSONAL})) $")
        & pl.col("surface").str.contains(f"^{_SYLLABLE}(?: {_SYLLABLE}){{1,3}}$")
        & ~pl.col("surface").str.contains(f"^(?:{_INSTITUTES}) ")
    )
    common = rf"^((?:{lead})?{_DEGREES}|{lead}|\p{{Lu}}{{2,6}} )"
    addressed = pl.col("surface").str.extract(f"^((?:Ông|Bà) ){_SYLLABLE}(?: {_SYLLABLE}){{1,3}}$")
    cut = (
        pl.when(
            # inside a sentence "Xu Aimeng" opens with a name; "Bộ Công" does not
            (
                pl.col("left").str.contains(r"[\p{Ll}§¥¶,] $")
                & pl.col("surface").str.contains("^[A-Z][a-z]+ [A-Z][a-z]+$")
            )
            | whole
            | pl.col("surface").str.contains(r"^(?:USS|USNS|HMS|HMAS|INS|CNS|KRI|BRP|MV) ")
            | pl.col("surface").str.contains(rf"^(?:{korean}) \p{{Lu}}[a-z]+(?: ?- ?[a-z]+| \p{{Lu}}[a-z]+)$")
            # "JULIEN GUERRIER", known to be a name
            | (~pl.col("surface").str.contains(r"\p{Ll}") & pl.col("key").str.contains(r"\p{Ll}"))
        )
        .then(pl.lit(""))
        .when(addressed.is_not_null())
        .then(addressed)
        .otherwise(folded(pl.col("surface")).str.extract(common).fill_null(""))
    )
    # "Song Bolton nhấn mạnh": but Bolton, unlike Song Tao
    single = catalogue.aliases.filter(pl.col("form").is_in(["name", "surname"]))["surface"].implode()
    but = pl.col("surface").str.starts_with("Song ") & pl.col("surface").str.slice(5).is_in(single)
    cut = pl.when(but).then(pl.lit("Song ")).otherwise(cut)
    # each pattern is asked only of the runs it can fit
    long = pl.when(pl.col("surface").str.contains(" .* ")).then("surface")
    place = folded(long).str.extract(led).fill_null("")
    ship = pl.col("surface").str.contains("^(?:USS|USNS|HMS|HMAS|INS|CNS|KRI|BRP|MV) ")
    cut = pl.when((place.str.len_chars() > 0) & ~ship).then(place).otherwise(cut)
    given = pl.Series(catalogue.cues["names"]["given"]).implode()
    of_place = pl.col("left").str.contains(rf"(?:^|[^{LETTER}])(?i:{any_of(persons['place_cues'])}) $")
    of_place = of_place & ~pl.col("left").str.contains(CHAMBER)
    in_place = pl.when(of_place).then(long)
    first, second, third = (in_place.str.extract(rf"^(?:[^ ]+ ){{{n}}}([^ ]+) [^ ]+").is_in(given) for n in range(3))
    where = pl.when(third).then(in_place.str.extract("^([^ ]+ [^ ]+ )")).when(second).then(
        in_place.str.extract("^([^ ]+ )")
    )
    cut = pl.when(~first & where.is_not_null()).then(where).otherwise(cut)
    # "An Ninh Quốc Gia John Kirby": what somebody is in charge of, in capitals, stands before the name
    charge = pl.when(pl.col("surface").str.contains(" .* .* ")).then("surface")
    charge = charge.str.extract(rf"^((?:{_ANY_SYLLABLE} ){{2,5}}?)[A-Z][a-z]+ [A-Z][\p{{L}}'-]+$")
    led_by = pl.col("surface").str.slice(charge.str.len_chars()).str.extract("^([^ ]+)").is_in(given)
    led_by = led_by & charge.str.contains("[^ -~]") & ~charge.str.contains("^(?:Ông|Bà|Cô|Anh|Chị|Tướng|Vua|Tàu) ")
    cut = pl.when(led_by).then(charge).otherwise(cut)
    # so it does before any foreign name: "Bộ trưởng Nội Vụ Gérald Darmanin", "Ủy Ban Châu Âu Ursula von der Leyen"
    charge = pl.when(pl.col("left").str.contains(r"[\p{Ll}§¥¶] $")).then("surface")
    charge = charge.str.extract(rf"^((?:{_VIETNAMESE} ){{2,6}})\p{{Lu}}[\p{{L}}'-]{{2,}} \p{{L}}")
    family = f"^(?:{any_of(catalogue.cues['names']['surnames'])}) "
    charge = pl.when(~charge.str.contains(family) | charge.str.contains("^Châu (?:Âu|Á|Phi|Mỹ) ")).then(charge)
    before = pl.col("left").str.contains(f"(?i:(?:^|[ (])(?:{_PERSONAL})) $")
    after = pl.col("surface").str.slice(charge.str.len_chars())
    foreign = charge.str.contains("[^ -~]") & ~after.str.contains(f"^{_VIETNAMESE}(?:[ -]|$)") & ~before
    foreign &= ~charge.str.contains(rf" (?:{korean}) $")
    cut = pl.when(foreign.fill_null(False)).then(charge).otherwise(cut)
    # "Tillerson Ngoại trưởng": a Vietnamese word after a foreign name opens the next phrase
    accented = any_of(_accented(catalogue))
    goes_on = pl.col("right").str.contains(r"^ \p{Ll}") & pl.col("surface").str.contains("[a-z] .*[^ -~]")
    goes_on &= ~(whole & pl.col("surface").str.contains("^[^ ]*[^ -~]"))
    tail = folded(pl.when(goes_on).then("surface")).str.extract(
        rf"^(?:(?:{accented}) )*[A-Z][a-z]{{3,}}(?: [A-Z][a-z]+)*((?: (?:{accented}))+)$"
    )
    length = pl.col("cut").str.len_chars()
    return (
        _without_tails(runs, tail.fill_null(""))
        .with_columns(cut=cut)
        .with_columns(
            start=pl.col("start") + length.cast(pl.Int64),
            surface=pl.col("surface").str.slice(length),
            key=pl.col("key").str.slice(length),
            left=pl.col("left") + pl.col("cut"),
        )
        .with_columns(words=pl.col("key").str.count_matches(" ") + 1)
    )


# After these a name begins, whatever its first word else means: "Giáo sư Thẩm Duy Khang", "ông Bảo Khang".
_PERSONAL = "ông|bà|giáo sư|tiến sĩ|thạc sĩ|học giả|luật sư|bác sĩ|nhà nghiên cứu|nhà phân tích|ts|gs|pgs|ths|đại tá"

_INSTITUTES = "Viện|Luật|Trường|Khoa|Học|Đại|Ban|Bộ|Cục|Sở|Hội|Báo|Trung|Kinh|Chính|Ngôn|Lịch|Quốc"
_DEGREES = r"(?:(?:(?:PGS|GS|TS|Th[Ss]|BS|LS|KS|CN|NCS)[. ]+)+)"


def _accented(catalogue: Catalogue) -> list[str]:
    """The lead words that no foreign name can end with."""
    return [word for word in catalogue.cues["names"]["lead_words"] if not word.isascii()]


def _without_tails(runs: pl.DataFrame, tail: pl.Expr) -> pl.DataFrame:
    """Runs → the same, the given end of each put back into the text after it."""
    length = pl.col("tail").str.len_chars()
    return (
        runs.with_columns(tail=tail)
        .with_columns(
            end=pl.col("end") - length.cast(pl.Int64),
            surface=pl.col("surface").str.head(pl.col("surface").str.len_chars() - length),
            key=pl.col("key").str.head(pl.col("key").str.len_chars() - length),
            right=pl.col("tail") + pl.col("right"),
        )
        .drop("tail")
    )


def offsets(length: pl.Expr, of: str) -> pl.Expr:
    """Lengths of pieces in their order, the column that says whose pieces they are → where in it each begins.

    A window (`over`) of so many short runs takes ten times as long.
    """
    begins = length.cast(pl.Int64).cum_sum() - length
    first = (pl.col(of) != pl.col(of).shift(1)).fill_null(True)
    return begins - pl.when(first).then(begins).forward_fill()


def _all_capitals(text: pl.Expr) -> pl.Expr:
    return text.str.contains(r"\p{Lu}{3}") & ~text.str.contains(r"\p{Ll}")


@lru_cache(maxsize=8)
def _surfaces(catalogue: Catalogue) -> pl.DataFrame:
    """Catalogue → `surface` (folded), `key`, `what` of everything the first pass looks for.

    Persons are left to the second pass, where a run of capitals is looked up whole, however long the catalogue grows;
    all but those whose name contains another's ("Hàn Quốc Du") or is no plain run ("Annegret Kramp - Karrenbauer",
    "Kim Jong un").
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
    korean = romanised_surnames(catalogue)
    hyphenated = (
        pl.col("key").str.contains(r"-\p{Lu}|-[^ -]+-")
        | (pl.col("key").str.contains(r" [^ ]*-\p{Ll}") & ~pl.col("key").str.contains(rf"^(?:{korean}) "))
        | pl.col("key").str.contains(rf"^(?:{korean}) .* \p{{Ll}}+$")
    )
    return table.filter(~persons | pl.Series(inside) | hyphenated)


def _contains_name(words: list[str], names: set[str]) -> bool:
    """Whether a part of a name, word for word, is one of the names."""
    parts = ((a, b) for a in range(len(words)) for b in range(a + 1, len(words) + 1) if (a, b) != (0, len(words)))
    return any(" ".join(words[a:b]) in names for a, b in parts)


@lru_cache(maxsize=16)
def _pattern(catalogue: Catalogue, upper: bool) -> str:
    """Catalogue → one flat alternation of literals: anything else in it costs Rust's engine its fast path (tenfold)."""
    surfaces = _surfaces(catalogue)["surface"].to_list()
    if upper:
        surfaces = [surface.upper() for surface in surfaces]
    spellings = {re.sub(" *- *", hyphen, surface) for surface in surfaces for hyphen in ("-", " - ")}
    longest_first = sorted(spellings, key=lambda surface: (-len(surface), surface))
    return rf"(^|[^{_ALPHABET}])({'|'.join(map(pl.escape_regex, longest_first))})([{LETTER}]*)"


def plain_pattern(catalogue: Catalogue) -> str:
    """Catalogue → the regular expression of the first pass, the yardstick of `make bench`."""
    return _pattern(catalogue, False)


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
    """Pieces → the same with `what` each hit is; a word that only begins like a name goes back into the text."""
    surfaces = _surfaces(catalogue)
    keys = pl.concat(
        [
            surfaces.select("key", "what", capitals=pl.lit(False)),
            surfaces.select(pl.col("key").str.to_uppercase(), "what", capitals=pl.lit(True)),
        ]
    ).unique(["key", "capitals"], keep="first", maintain_order=True)
    cut_off = pl.col("rest").str.contains(rf"^[{LETTER}]") & ~pl.col("rest").str.contains(GLUED_DAY)
    # a long name that breaks off inside a word hides the shorter one it begins with: "Mỹ An|tony" is "Mỹ"
    shorter = pl.col("hit").str.extract(r"^(.*) [^ ]*$")
    pieces = (
        pieces.with_columns(shorter=pl.when(cut_off).then(shorter))
        .with_columns(
            hit=pl.coalesce("shorter", "hit"),
            rest=pl.when(pl.col("shorter").is_not_null())
            .then(pl.col("hit").str.slice(pl.col("shorter").str.len_chars()) + pl.col("rest"))
            .otherwise("rest"),
        )
        .with_columns(key=name_key(pl.col("hit")))
        .join(keys, on=["key", "capitals"], how="left", maintain_order="left")
        .with_columns(what=pl.when(~cut_off).then("what"))
        .drop("shorter")
    )
    pieces = _glued(pieces)
    # "Đài CNN", "Đài truyền hình" is a broadcaster, "Đài" alone would be Taiwan
    spoken = (
        (pl.col("what") == "short")
        & (pl.col("rest") == " ")
        & (pl.col("row").shift(-1) == pl.col("row"))
        & pl.col("what").shift(-1).is_in(["outlet", "cued"])
    )
    spoken |= (pl.col("key") == "Đài") & pl.col("rest").str.contains("^ (?i:truyền|phát thanh|tiếng nói)")
    # "bà Thái", "chị Nga" are persons, and "Yun Sun" has nothing to do with The Sun
    before = pl.when(pl.col("row") == pl.col("row").shift(1)).then(pl.col("rest").shift(1))
    addressed = pl.col("key").is_in(list(catalogue.cues["forms"]["ordinary"])) | (pl.col("what") == "short")
    addressed &= before.str.contains(rf"(?:^|[^{LETTER}])(?:[Ôô]ng|[Bb]à|[Cc]ô|[Cc]hị) $")
    addressed &= ~before.str.contains("(?:[Đđ]àn|[Cc]ụ) (?:ông|bà) $")
    addressed &= ~pl.col("rest").str.contains(rf"^ (?:[A-Z][a-z]|\(|-)|^ {_SYLLABLE} {_SYLLABLE}")
    # "ông Hill" is no Hill of Washington's press
    addressed |= pl.col("what").is_in(["outlet", "cued"]) & before.str.contains(rf"(?:^|[^{LETTER}])(?:[Ôô]ng|[Bb]à) $")
    # "Anh Abianto, người dân", "Anh Martin Reed kể": he, at the head of a sentence
    he = (pl.col("key") == "Anh") & before.str.contains(r'(?:^|[.!?…:;"(\[]|- ) *$')
    he &= pl.col("rest").str.contains("^ [A-Z][a-z]+[ ,]")
    named = (pl.col("what") == "cued") & before.str.contains(r"(?:^|[ \"(])[A-Z][a-z]+ $")
    named &= ~before.str.contains(r"(?:^|[ \"(])(?:Theo|Trang|Prefer|Add) $")  # "Theo Mirror, …"
    # "Chad Bown", "Kingston Reif": a first name that is also a place
    called = pl.col("key").is_in(catalogue.cues["names"]["also_places"])
    called &= pl.col("rest").str.contains(rf"^ [A-Z][a-z]+(?:[^{LETTER} ]| [^A-Z]|$)")
    called &= ~before.str.contains(rf"(?i)(?:^|[^{LETTER}])(?:{any_of(catalogue.cues['persons']['not_person'])}) $")
    # "00:33Tổng thống", "7/11Mỹ": a word that extraction has glued to a number, unlike the letters of "S300PMU"
    glued = before.str.contains("[0-9]$") & ~pl.col("hit").str.contains(rf"^{_SYLLABLE}")
    # "C.Rai-xơ" has nothing to do with RAI
    syllable = pl.col("what").is_in(["outlet", "cued"]) & pl.col("rest").str.contains(r"^-\p{Ll}")
    no_name = spoken | addressed | named | called | glued | syllable
    pieces = pieces.with_columns(what=pl.when(he.fill_null(False)).then(pl.lit("phrase")).otherwise("what"))
    pieces = _glued(pieces.with_columns(what=pl.when(~no_name.fill_null(False)).then("what")))
    # "Nguyễn Thị Nga" is a person: a name after a Vietnamese family name belongs to it
    surnames = "|".join(sorted(map(fold, catalogue.cues["names"]["surnames"]), key=len, reverse=True))
    family = rf"(?:^|[^{LETTER}])(?:{surnames})(?: {_SYLLABLE}){{0,2}} $"
    for _ in range(2):  # "Trần Anh Đức" holds two of them
        before = pl.when(pl.col("row") == pl.col("row").shift(1)).then(pl.col("rest").shift(1))
        given = (pl.col("what").is_in(["state", "short"]) & ~pl.col("key").str.contains("[ -]")) | (
            (pl.col("what") == "phrase") & pl.col("key").str.contains(rf"^{_SYLLABLE}(?: {_SYLLABLE})*$")
        )
        given &= before.str.slice(-30).str.contains(family)
        # "Trần Việt" opens "Trần Việt Thái"
        given |= (
            (pl.col("what") == "phrase")
            & pl.col("key").str.contains(rf"^(?:{surnames})(?: {_SYLLABLE})+$")
            & pl.col("rest").str.contains(rf"^ (?:{_SYLLABLE}|$)")
        )
        pieces = _glued(pieces.with_columns(what=pl.when(~given.fill_null(False)).then("what")))
    length = pl.col("hit").str.len_chars().fill_null(0) + pl.col("rest").str.len_chars()
    return pieces.with_columns(offset=offsets(length, "row")).drop("key")


_SYLLABLE = (
    r"[A-Z\x{C0}-\x{DE}\x{102}\x{110}\x{128}\x{168}\x{1A0}\x{1AF}\x{1EA0}-\x{1EF9}]"
    r"[a-z\x{DF}-\x{FF}\x{103}\x{111}\x{129}\x{169}\x{1A1}\x{1B0}\x{1EA0}-\x{1EF9}]+"
)
# One without accents, as in "Linh An", and either.
PLAIN_SYLLABLE = "(?:Ng?h?|Th|Tr|Ch|Kh|Nh|Ph|Gi|Qu|[BCDGHKLMNPQRSTVX])?[AEIOUYaeiouy]{1,3}(?:ng|nh|ch|[cmnpt])?"
_ANY_SYLLABLE = rf"(?:{_SYLLABLE}|{PLAIN_SYLLABLE})"
# One as the language builds them, with accents or without.
_VOWELS = "aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵ"
_VIETNAMESE = (
    f"(?:(?:Ng?h?|Th|Tr|Ch|Kh|Nh|Ph|Gi|Qu|[BCDĐGHKLMNPQRSTVX])[{_VOWELS}]|[{_VOWELS.upper()}])[{_VOWELS}]{{0,2}}"
    "(?:ng|nh|ch|[cmnpt])?"
)


def _glued(pieces: pl.DataFrame) -> pl.DataFrame:
    """Pieces → the same with every hit that is no name (`what` null) put back into the text of the piece before it."""
    loose = pl.col("hit").is_not_null() & pl.col("what").is_null()
    torn = pieces.filter(loose).select("row").unique()
    if not torn.height:
        return pieces
    whole = pieces.join(torn, on="row", how="anti", maintain_order="left")
    text = pl.when(loose).then(pl.col("hit") + pl.col("rest")).otherwise("rest")
    mended = (
        pieces.join(torn, on="row", how="semi", maintain_order="left")
        .with_columns(rest=text, piece=(~loose).cast(pl.Int32).cum_sum().over("row"))
        .group_by("row", "piece", maintain_order=True)
        .agg(pl.all().exclude("rest").first(), pl.col("rest").str.join(""))
        .select(pieces.columns)
    )
    return pl.concat([whole, mended]).sort("row", "order")


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


_LABELS = r"(?:[A-Za-z0-9][A-Za-z0-9-]*\.)+"
_ADDRESS = rf"(?:https?://)?(?:www\.{_LABELS}[a-z]{{2,4}}|{_LABELS}(?:vn|com|net|org|info|gov|edu|tv)(?:\.[a-z]{{2}})?)"


def _addresses(lines: pl.DataFrame) -> pl.DataFrame:
    """Lines → the addresses of sites in them ("Ảnh: www.hoinghi.ph"): columns as of the names themselves."""
    text = pl.col("folded")
    return (
        lines.lazy()
        .filter(text.str.contains(rf"www\.|\.(?:vn|com|net|org|info|gov|edu|tv)(?:[^{LETTER}]|$)"))
        .select(
            "row",
            "folded",
            piece=text.str.replace_all(rf"(^|[ (\[:/,;-])({_ADDRESS})", f"${{1}}{OPEN}${{2}}{CLOSE}").str.split(OPEN),
        )
        .with_columns(order=pl.int_ranges(0, pl.col("piece").list.len(), dtype=pl.Int32))
        .explode("piece", "order")
        .with_columns(parts=pl.col("piece").str.splitn(CLOSE, 2))
        .unnest("parts")
        .with_columns(length=pl.col("piece").str.len_chars() - (pl.col("order") > 0).cast(pl.UInt32))
        .with_columns(offset=offsets(pl.col("length"), "row"))
        .filter(pl.col("order") > 0)
        .select(
            "row",
            "offset",
            hit="field_0",
            what=pl.lit("site"),
            left=text.str.slice(0, pl.col("offset")).str.tail(LEFT),
            right=text.str.slice(pl.col("offset") + pl.col("field_0").str.len_chars()).str.head(RIGHT),
        )
        .collect()
    )


_WORD = r"\p{Lu}[\p{L}\p{M}']*(?:-\p{L}[\p{L}\p{M}']*)*"
_INITIALS = r"(?:(?:\p{Lu}\. ?){1,3}|\p{Lu}\.\p{Lu} )"
_ADDRESSED = r"(?:[Ôô]ng|[Bb]à|[Cc]ô|[Nn]gài|[Tt]ướng|[Tt]hống|[Tt]ịch|[Tt]rưởng|[Ss]ứ|[Tt]á|[Cc]hí|TT) $"
_LINK = r"(?:(?:bin|ibn|bint|al|el|ul|de|da|di|del|dela|della|van|von|der|den|la|le|du|dos|abu) )"
# The words before a romanised name that belong to the sentence: "Ông Tillerson".
_LEAD = r"^(?:[^ ]*[^ -~][^ ]* )*"
_NAME = rf"(?:{_INITIALS}{_WORD}|{_WORD})"
_PLAIN = rf"{_NAME}(?: (?:[Aa]l|[Ee]l|[Uu]l) ?- ?{_WORD}| {_LINK}{{0,2}}(?:d[aei]|l[ae])?{_NAME})*"
_RUN = rf"(^|[^{_ALPHABET}])({_PLAIN})"
_NICKNAME = r' "[A-Z][a-z]+" '  # 'Martin "Marty" Reed'
_NICKNAMED = rf"(^|[^{_ALPHABET}])({_PLAIN}(?:{_NICKNAME}{_WORD}(?: {_WORD})*)?)"


@lru_cache(maxsize=8)
def _given_alone(catalogue: Catalogue) -> list[str]:
    """Hyphenated given names that may stand for a person by themselves ("Han-sol", "Ông Jong-nam"), as keys."""
    korean = romanised_surnames(catalogue)
    given = pl.col("surface").str.extract(rf"^(?:(?:{korean}) )?(\p{{Lu}}[a-z]+-[a-z]+)$")
    persons = catalogue.aliases.filter(pl.col("form").is_in(["name", "surname"])).select(given=given)
    return persons["given"].drop_nulls().unique().sort().to_list()


def _runs(pieces: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    """Pieces → runs of capitalised words in the text between the names: columns as of the names themselves."""
    lead_words = catalogue.cues["names"]["lead_words"]
    korean = romanised_surnames(catalogue)
    hyphenated = "|".join(catalogue.cues["names"]["hyphenated_given"])
    compound = catalogue.aliases.filter(pl.col("surface").str.contains("-[A-Z]"))["surface"].implode()
    given = pl.Series(catalogue.cues["names"]["given"]).implode()
    surnames = "|".join(catalogue.cues["names"]["korean_surnames"])
    famous, surnamed = (
        catalogue.aliases.filter(pl.col("form") == form)["surface"].implode() for form in ("name", "surname")
    )
    nicknamed = pl.col("text").str.contains(f"[a-z]{_NICKNAME}[A-Z]")
    bracketed = f"${{1}}{OPEN}${{2}}{CLOSE}"
    return (
        pieces.lazy()
        .filter(~pl.col("capitals"))
        .select(
            "row",
            text="rest",
            before=pl.col("left") + pl.when(pl.col("hit").is_null()).then(pl.lit("")).otherwise(_shown()),
            after=pl.col("right").str.slice(pl.col("rest").str.len_chars()),
            start=pl.col("offset") + pl.col("hit").str.len_chars().fill_null(0),
        )
        .filter(pl.col("text").str.contains(r"\p{Lu}"))
        .with_columns(
            piece=pl.when(nicknamed)  # few texts: the pattern takes three times as long
            .then(asked(nicknamed, "text").str.replace_all(_NICKNAMED, bracketed))
            .otherwise(asked(~nicknamed, "text").str.replace_all(_RUN, bracketed))
            .str.split(OPEN)
        )
        .with_columns(order=pl.int_ranges(0, pl.col("piece").list.len(), dtype=pl.Int32))
        .with_row_index("text_row")
        .explode("piece", "order")
        .with_columns(parts=pl.col("piece").str.splitn(CLOSE, 2))
        .unnest("parts")
        # the first piece has no run before it; of all others field_0 is the run and field_1 the text after it
        .with_columns(length=pl.col("piece").str.len_chars() - (pl.col("order") > 0).cast(pl.UInt32))
        .with_columns(
            at=offsets(pl.col("length"), "text_row"),
            behind=pl.when(pl.col("order") > 0).then("field_1").otherwise("field_0").str.tail(4).shift(1),
        )
        .filter(pl.col("order") > 0)
        # the hyphen of a Korean name may be spaced, "Lee Cheol - hee", unlike that before "Lee Cheol - nghị sĩ"
        .with_columns(
            syllable=pl.col("field_1").str.extract(rf"^( ?- ?[A-Za-z][a-z]{{0,5}})(?:[^{LETTER}]|$)").fill_null("")
        )
        .with_columns(opening=asked(pl.col("syllable") != "", "field_0"))  # most have none
        .with_columns(
            syllable=pl.when(
                (
                    pl.col("opening").str.contains(rf"(?:^| )(?:{korean}) \p{{Lu}}[a-z]+$")
                    # "Kim Jong Un - nhà lãnh đạo": three syllables are a whole name
                    & ~pl.col("opening").str.contains(rf"(?:^| )(?:{korean}) \p{{Lu}}[a-z]+ \p{{Lu}}[a-z]+$")
                )
                | name_key(pl.col("opening").str.replace(_LEAD, "") + pl.col("syllable")).is_in(_given_alone(catalogue))
            )
            .then("syllable")
            .otherwise(pl.lit(""))
        )
        .with_columns(hit=pl.col("field_0") + pl.col("syllable"))
        .with_columns(gap=pl.col("field_1").shift(1))
        # the run before, if what stands between may join the two; most have none, which spares the patterns below
        .with_columns(
            prior=asked(pl.col("gap").str.contains("^(?: ?- ?(?:[a-z]{2,6} )?| ' )$"), pl.col("hit").shift(1))
        )
        # "Marie - Claude Bibeau", "Peter O ' Neill": two runs and what stands between them are one name
        .with_columns(
            joined=(pl.col("text_row") == pl.col("text_row").shift(1))
            & (
                (
                    pl.col("gap").is_in([" - ", "-", " -", "- "])
                    & pl.col("prior").str.contains(rf"(?:^| )(?:{hyphenated})$")
                )
                | (
                    pl.col("gap").is_in([" - ", "-", " -", "- "])
                    & (pl.col("prior") + "-" + pl.col("hit")).is_in(compound)
                )
                # "bà Phan - Gillis"
                | (
                    pl.col("gap").is_in([" - ", "-"])
                    & (pl.col("behind").shift(1) + pl.col("prior")).str.contains(
                        "(?:[Ôô]ng|[Bb]à|[Cc]ô) [A-Z][a-z]{2,}$"
                    )
                    & pl.col("hit").str.contains("^[A-Z][a-z]{3,}$")
                    & ~pl.col("hit").is_in(famous)
                    & ~pl.col("hit").is_in(surnamed)
                )
                # "Ju - min Park"
                | (
                    pl.col("gap").str.contains("^ ?- ?[a-z]{2,6} $")
                    & pl.col("prior").str.contains(rf"{_LEAD}[A-Z][a-z]{{1,5}}$")
                    & pl.col("hit").str.contains(rf"^(?:{surnames})$")
                )
                # "Julian Evans - Pritchard", but not "Donald Trump - Putin"
                | (
                    pl.col("gap").is_in([" - ", "-"])
                    & ~pl.col("hit").is_in(famous)
                    & (
                        (
                            pl.col("prior").str.extract(rf"{_LEAD}([^ ]+) [A-Z][a-z]+$").is_in(given)
                            & ~pl.col("prior").is_in(famous)
                            & ~pl.col("hit").is_in(surnamed)
                            & pl.col("hit").str.contains("^[A-Z][a-z]{3,}$")
                        )
                        # "Chun Yu - Ok", "Kai - Fu Lee"
                        | (
                            pl.col("prior").str.contains(rf"{_LEAD}(?:{korean}) [A-Z][a-z]+$")
                            & pl.col("hit").str.contains("^[A-Z][a-z]{1,5}$")
                        )
                        | (
                            pl.col("prior").str.contains(rf"{_LEAD}[A-Z][a-z]{{1,4}}$")
                            & pl.col("hit").str.contains(rf"^[A-Z][a-z]{{1,4}} (?:{korean})$")
                            & ~pl.col("hit").str.contains(rf"^(?:{surnames}) ")
                        )
                    )
                )
                | ((pl.col("gap") == " ' ") & pl.col("prior").str.contains("(?:^| )O$"))
            )
        )
        .with_columns(
            at=pl.when("joined").then(pl.col("at").shift(1)).otherwise("at"),
            hit=pl.when("joined")
            .then(pl.col("hit").shift(1) + pl.col("field_1").shift(1) + pl.col("hit"))
            .otherwise("hit"),
        )
        .filter(~((pl.col("text_row") == pl.col("text_row").shift(-1)) & pl.col("joined").shift(-1)).fill_null(False))
        .filter(
            ~pl.col("behind").str.contains("[0-9]$").fill_null(False) | pl.col("hit").str.contains(rf"^{_SYLLABLE}")
        )
        # a word that may open a sentence is a name only where it is addressed as one ("ông Chung")
        .with_columns(  # only so much of it: the text of a whole page may be one line
            behind=pl.col("text").str.slice((pl.col("at") - LEFT).clip(0), pl.min_horizontal("at", LEFT))
        )
        .with_columns(ahead=pl.col("text").str.slice(pl.col("at") + pl.col("hit").str.len_chars(), RIGHT))
        .filter(
            ~pl.col("hit").is_in(lead_words)
            | pl.col("behind").str.contains(_ADDRESSED)
            # "thượng đỉnh Trump - Tập"
            | (
                pl.col("hit").is_in(catalogue.cues["persons"]["known_by_surname"])
                & (
                    pl.col("behind").str.contains(r"\p{Lu}\p{L}+ ?[-–] ?$")
                    | pl.col("ahead").str.contains(r"^ ?[-–] ?\p{Lu}\p{L}")
                )
            )
        )
        .select(
            "row",
            "hit",
            offset=pl.col("start") + pl.col("at"),
            what=pl.lit("run"),
            left=(pl.col("before") + pl.col("behind")).str.slice(-LEFT),
            right=(pl.col("ahead") + pl.col("after")).str.slice(0, RIGHT),
        )
        .collect()
    )
