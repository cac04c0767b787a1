"""Reads and checks `data/catalogue/`: who can be mentioned, under which written forms, and the cues that decide.

The catalogue is knowledge a researcher edits in a spreadsheet; a wrong row is refused with its file, row and column.
"""

import hashlib
import re
import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

import polars as pl

from .schema import ACTOR_KINDS, DiembaoError

SHIPPED = Path(__file__).resolve().parents[2] / "data" / "catalogue"

FORMS = ("name", "short", "surname", "capital", "seat", "phrase")
OUTLET_KINDS = ("agency", "broadcaster", "newspaper", "magazine", "portal", "photo")
_COLUMNS = {
    "actors.csv": ("id", "kind", "name_en", "name_vi", "wikidata"),
    "aliases.csv": ("surface", "actor_id", "form", "example"),
    "offices.csv": ("person_id", "office", "office_vi", "of", "start", "end"),
    "outlets.csv": ("id", "name", "kind", "country", "forms", "cued", "wikidata"),
}
_GROUPS = ("id", "name_en", "name_vi", "members", "as_of")
# Where in a row stand the names that a page must hold for the row to matter to it.
_NAMES = {"actors.csv": (2, 3), "aliases.csv": (0,), "offices.csv": (2,), "outlets.csv": (4, 5)}
_Files = list[tuple[Path, int]]  # the files a table was read from, and how many rows of each
FILES = (*_COLUMNS, "cues.toml")
_DAY = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")

# Both tone-mark placements in use (hòa / hoà, thúy / thuý) are written the first way, dashes and quotes their plain
# way. Every replacement is one code point for one, so offsets in the folded text are offsets in the page.
_PAIRS = {
    "oa": ("òa óa ỏa õa ọa", "oà oá oả oã oạ"),
    "oe": ("òe óe ỏe õe ọe", "oè oé oẻ oẽ oẹ"),
    "uy": ("ùy úy ủy ũy ụy", "uỳ uý uỷ uỹ uỵ"),
}
_FOLDS = {
    **{new: old for olds, news in _PAIRS.values() for old, new in zip(olds.split(), news.split(), strict=True)},
    **{
        new.capitalize(): old.capitalize()
        for olds, news in _PAIRS.values()
        for old, new in zip(olds.split(), news.split(), strict=True)
    },
    **{
        new.upper(): old.upper()
        for olds, news in _PAIRS.values()
        for old, new in zip(olds.split(), news.split(), strict=True)
    },
    **{"Ð": "Đ", "ð": "đ"},  # the Icelandic letter that older Vietnamese keyboards wrote
    **dict.fromkeys("‐‑‒–—−", "-"),
    **dict.fromkeys("‘’ʼ`´", "'"),
    **dict.fromkeys("“”„", '"'),
    **dict.fromkeys("\u00a0\u2007\u2009\u202f\t\x01\x02\x03", " "),
}
_FOLDED = re.compile("|".join(map(re.escape, _FOLDS)))


def fold(text: str) -> str:
    """A text → the same text, code point for code point, in the one spelling that names are compared in."""
    return _FOLDED.sub(lambda m: _FOLDS[m[0]], text)


def folded(expr: pl.Expr) -> pl.Expr:
    """A column of texts → `fold` of each, same lengths in code points."""
    return expr.str.replace_many(list(_FOLDS), list(_FOLDS.values()))


def name_key(expr: pl.Expr) -> pl.Expr:
    """A column of folded names → the key two spellings of one name share: no spaces around hyphens, single spaces."""
    expr = expr.str.replace_all(r"(^| )O ' ", "${1}O'")
    return expr.str.replace_all(r" *- *", "-").str.replace_all(r" {2,}", " ")


def asked(holds: pl.Expr, text: pl.Expr | str) -> pl.Expr:
    """A truth value and a column of texts → each text where it holds, elsewhere "".

    For slow patterns: behind a null polars keeps the text, and searches it all the same.
    """
    return pl.when(holds).then(text).otherwise(pl.lit(""))


def any_of(words: Iterable[str]) -> str:
    """Words of the cue lists → one alternation, folded and escaped, longest first."""
    return _alternation(tuple(words))


@lru_cache(maxsize=512)
def _alternation(words: tuple[str, ...]) -> str:
    return "|".join(re.escape(fold(word)).replace(r"\ ", " ") for word in sorted(words, key=len, reverse=True))


def slug(name: str) -> str:
    """A person's name → its id: ASCII, lower case, words joined by hyphens."""
    plain = unicodedata.normalize("NFD", name.replace("đ", "d").replace("Đ", "D"))
    plain = "".join(c for c in plain if not unicodedata.combining(c)).lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


_WORDS = ("names", "persons", "citations", "topics")  # sections of the cues that hold words alone, no patterns
_CAPITALS = r"^\p{Lu}\p{Ll}+(?: \p{Lu}\p{Ll}+)+$"  # a name of two words and more


@dataclass(frozen=True, eq=False)
class Catalogue:
    """The tables of a catalogue folder: `actors`, `aliases`, `offices`, `outlets`, the `cues`, and their `digest`.

    own: each row of one's own that was added, and the names it brings. groups: actors chosen together (id, name_en,
    name_vi, members, as_of).
    """

    path: Path
    actors: pl.DataFrame
    aliases: pl.DataFrame
    offices: pl.DataFrame
    outlets: pl.DataFrame
    cues: dict = field(repr=False)
    digest: str
    own: dict[str, list[str]] = field(default_factory=dict, repr=False)
    groups: pl.DataFrame = field(default_factory=pl.DataFrame, repr=False)

    @cached_property
    def outlet_forms(self) -> pl.DataFrame:
        """Every written form of an outlet: `surface`, `source_id`, `cued` (counts only right after a cue word).

        A foreign name of two words and more counts in capitals, too ("BANGKOK POST"), a Vietnamese one run together
        without its marks ("TuoiTre").
        """
        forms = pl.concat(
            self.outlets.select(surface=pl.col(column).str.split("|"), source_id="id", cued=pl.lit(column == "cued"))
            .explode("surface")
            .with_columns(pl.col("surface").str.strip_chars())
            .filter(pl.col("surface") != "")
            for column in ("forms", "cued")
        )
        foreign = pl.col("surface").str.contains("^[ -~]{3,} [ -~]{3,}$") & ~pl.col("cued")
        capitals = forms.filter(foreign).with_columns(pl.col("surface").str.to_uppercase())
        own = self.outlets.filter(pl.col("country") == "VNM").select(source_id="id")
        named = forms.join(own, on="source_id", how="semi").filter(pl.col("surface").str.contains(_CAPITALS))
        bare = pl.col("surface").str.replace_many(["Đ", "đ"], ["D", "d"])
        bare = bare.str.normalize("NFD").str.replace_all(r"\p{M}| ", "")
        bare = named.with_columns(surface=bare, cued=pl.lit(False)).filter(pl.col("surface").str.len_chars() >= 7)
        return pl.concat([forms, capitals, bare]).unique(["surface", "source_id"], keep="first", maintain_order=True)


def load_catalogue(path: str | Path | None = None, own: str | Path | None = None) -> Catalogue:
    """A catalogue folder (default: the shipped one) → `Catalogue`; `DiembaoError` names the file, row and column.

    own: a folder with rows of one's own, in any of the same CSV files, that are added to it.
    """
    folder = Path(path) if path else SHIPPED
    if not folder.is_dir():
        raise DiembaoError(f"{folder}: no such catalogue folder; leave `catalogue` out to use the shipped one")
    if own and not Path(own).is_dir():
        raise DiembaoError(f"{own}: no such folder of own rows; leave `own` out to use the catalogue as it is")
    files = {name: [folder / name] for name in _COLUMNS}
    for name in _COLUMNS if own else ():
        files[name] += [file] if (file := Path(own, name)).is_file() else []
    parts = {name: [_read(file, _COLUMNS[name]) for file in named] for name, named in files.items()}
    actors, aliases, offices, outlets = map(pl.concat, parts.values())
    files = {
        name: [(file, part.height) for file, part in zip(named, parts[name], strict=True)]
        for name, named in files.items()
    }
    _check(files["actors.csv"], actors, "id", actors["id"].is_duplicated(), "stands twice")
    _check(files["actors.csv"], actors, "id", actors["id"] == "", "is empty")
    _one_of(files["actors.csv"], actors, "kind", ACTOR_KINDS)
    _check(
        files["actors.csv"],
        actors,
        "wikidata",
        ~actors["wikidata"].str.contains(r"^(Q[1-9]\d*)?$"),
        "is no Wikidata QID such as Q148",
    )
    known = set(actors["id"])
    _one_of(files["aliases.csv"], aliases, "form", FORMS)
    _check(files["aliases.csv"], aliases, "surface", aliases["surface"] == "", "is empty")
    is_phrase = aliases["form"] == "phrase"
    _check(
        files["aliases.csv"],
        aliases,
        "actor_id",
        ~is_phrase & ~aliases["actor_id"].is_in(known),
        "is not an id of actors.csv",
    )
    _check(
        files["aliases.csv"],
        aliases,
        "actor_id",
        is_phrase & (aliases["actor_id"] != ""),
        "must be empty for a phrase, which names nobody",
    )
    _check(
        files["aliases.csv"],
        aliases,
        "example",
        aliases["form"].is_in(["short", "phrase"]) & (aliases["example"] == ""),
        "is empty: a short form or a phrase needs an example sentence",
    )
    for column in ("person_id", "of"):
        _check(files["offices.csv"], offices, column, ~offices[column].is_in(known), "is not an id of actors.csv")
    for column, may_be_empty in (("start", False), ("end", True)):
        _check(
            files["offices.csv"],
            offices,
            column,
            ~offices[column].map_elements(
                lambda day, empty=may_be_empty: bool(_DAY.fullmatch(day)) or (empty and day == ""),
                return_dtype=pl.Boolean,
            ),
            "is no date such as 2024-10-01 or 2024-10",
        )
    _check(files["outlets.csv"], outlets, "id", outlets["id"].is_duplicated(), "stands twice")
    _one_of(files["outlets.csv"], outlets, "kind", OUTLET_KINDS)
    _check(files["outlets.csv"], outlets, "forms", outlets["forms"] == "", "is empty")
    given = _read_cues(folder)
    # what a copy from before a name came into the shipped cues lacks is taken from there
    cues = {name: {**shipped, **given.get(name, {})} for name, shipped in _read_cues(SHIPPED).items()}
    digest = hashlib.sha256()
    for name in FILES:
        digest.update((folder / name).read_bytes())
    if cues != given:
        digest.update((SHIPPED / "cues.toml").read_bytes())
    added = {
        "|".join((name, *row)): [row[place] for place in _NAMES[name] if row[place]]
        for name, tables in parts.items()
        for table in tables[1:]
        for row in table.iter_rows()
    }
    # they play no part in extraction, so a catalogue may do without, and they are not in the digest
    grouped = folder / "groups.csv"
    groups = _read(grouped, _GROUPS) if grouped.is_file() else pl.DataFrame(schema=dict.fromkeys(_GROUPS, pl.String))
    unknown = groups["members"].str.split("|").list.set_difference(actors["id"].to_list()).list.len() > 0
    _check([(grouped, groups.height)], groups, "members", unknown, "names an id that is not in actors.csv")
    return Catalogue(folder, actors, aliases, offices, outlets, cues, digest.hexdigest()[:16], added, groups)


def _in_one_spelling(cues: object) -> object:
    """Lists of words → the same, folded as the names and texts are that they are compared with."""
    if isinstance(cues, dict):
        return {name: _in_one_spelling(each) for name, each in cues.items()}
    if isinstance(cues, list):
        return [_in_one_spelling(each) for each in cues]
    return fold(cues) if isinstance(cues, str) else cues


def _read_cues(folder: Path) -> dict:
    file = folder / "cues.toml"
    try:
        cues = tomllib.loads(file.read_text(encoding="utf-8"))
        return cues | {name: _in_one_spelling(cues[name]) for name in _WORDS if name in cues}
    except FileNotFoundError:
        raise DiembaoError(f"{file}: missing; copy it from {SHIPPED}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DiembaoError(f"{file}: {error}") from None


def add_row(own: str | Path, file: str, **values: str) -> None:
    """A folder of one's own, `actors.csv` or another of its tables, a row → the row stands in it.

    A row that is there already is not added again. `DiembaoError` if the catalogue would not load with it: then the
    file stays as it was.
    """
    place = Path(own, file)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        before = place.read_bytes() if place.exists() else None
        row = pl.DataFrame({name: [values.get(name, "")] for name in _COLUMNS[file]})
        table = row if before is None else pl.concat([_read(place, _COLUMNS[file]), row])
        table.unique(maintain_order=True).write_csv(place)
    except OSError as error:
        raise DiembaoError(f"{place}: cannot be written ({error.strerror}); choose another folder") from None
    try:
        load_catalogue(own=own)
    except DiembaoError:
        place.unlink() if before is None else place.write_bytes(before)
        raise


def changed_names(old: Catalogue, new: Catalogue) -> list[str] | None:
    """Two catalogues → every written form that a difference between them is about; None: they differ in more than rows.

    A text in which none of the forms stands is read the same with both. Other cues, or rows in another order (of two
    rows with one form the first counts), can change the reading of any text.
    """
    if old.cues != new.cues:
        return None
    names, persons = [], set()
    for table, key in (("actors", "id"), ("aliases", "actor_id"), ("offices", "person_id"), ("outlets", "id")):
        before, after = getattr(old, table), getattr(new, table)
        common = [one.join(two, on=one.columns, how="semi", maintain_order="left") for one, two in
                  ((before, after), (after, before))]  # fmt: skip
        if not common[0].equals(common[1]):
            return None
        rows = pl.concat(one.join(two, on=one.columns, how="anti") for one, two in ((before, after), (after, before)))
        if table in ("actors", "offices"):
            persons.update(rows[key])
        columns = {"actors": ("name_en", "name_vi"), "aliases": ("surface",), "outlets": ("name", "forms", "cued")}
        for column in columns.get(table, ()):
            names += rows[column].str.split("|").explode(empty_as_null=False).to_list()
    for catalogue in (old, new):
        names += catalogue.aliases.filter(pl.col("actor_id").is_in(list(persons)))["surface"].to_list()
    names += [identifier.replace("-", " ") for identifier in persons]
    return sorted({name.strip() for name in names} - {""})


def _read(file: Path, columns: tuple[str, ...]) -> pl.DataFrame:
    try:
        table = pl.read_csv(file, infer_schema=False)
    except FileNotFoundError:
        raise DiembaoError(f"{file}: missing; copy it from {SHIPPED}") from None
    except (pl.exceptions.PolarsError, UnicodeDecodeError) as error:
        raise DiembaoError(f"{file}: not a comma-separated UTF-8 table ({str(error).splitlines()[0]})") from None
    if missing := [name for name in columns if name not in table.columns]:
        raise DiembaoError(f"{file}, row 1: column `{missing[0]}` is missing; the columns are {', '.join(columns)}")
    return table.select(pl.col(name).fill_null("").str.strip_chars().str.normalize("NFC") for name in columns)


def _check(files: _Files, table: pl.DataFrame, column: str, wrong: pl.Series, what: str) -> None:
    rows = wrong.arg_true()
    if len(rows):
        row = place = rows[0] if len(files) == 1 else rows[-1]  # rows of one's own are the last, and the likelier wrong
        file, height = files[0]
        if place >= height:
            file, place = files[1][0], place - height
        raise DiembaoError(f"{file}, row {place + 2}, column `{column}`: {table[column][row]!r} {what}")


def _one_of(files: _Files, table: pl.DataFrame, column: str, allowed: tuple[str, ...]) -> None:
    _check(files, table, column, ~table[column].is_in(allowed), f"is none of {', '.join(allowed)}")
