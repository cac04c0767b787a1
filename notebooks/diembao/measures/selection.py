"""What all measures count: the one place where date range, line roles, capitals, roll-up and duplicates are applied.

`select` turns a corpus into a `Selection`, and every measure takes that selection's tables. Nothing is left out without
being told: `Selection.steps` says how many articles each rule left out.
"""

import calendar
import datetime
import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import polars as pl

from ..catalogue import folded, name_key
from ..schema import COUNTED_ROLES, LINE_ROLES, READINGS, DiembaoError

ARTICLE = ("page", "segment")  # the key of an article
DEFAULT_SOURCES = ("AP", "VOA", "Reuters", "Yonhap")
CAPITALS = (*READINGS, "both")
DUPLICATES = ("once", "printed")
ROLLUPS = ("none", "capitals", "all")
VIAS = ("name", "capital", "seat", "office")  # what names a state: itself, its capital, seat, office holder
_DAY = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


class CatalogueLike(Protocol):
    """What of a catalogue is read here: its tables, with the columns of their files."""

    actors: pl.DataFrame
    aliases: pl.DataFrame
    offices: pl.DataFrame
    outlets: pl.DataFrame


class CorpusLike(Protocol):
    """What of a corpus is read here: its lazy tables and its catalogue."""

    articles: pl.LazyFrame
    lines: pl.LazyFrame
    mentions: pl.LazyFrame
    citations: pl.LazyFrame
    dates: pl.LazyFrame
    pages: pl.LazyFrame
    problems: pl.LazyFrame
    catalogue: CatalogueLike


@dataclass(frozen=True)
class Selection:
    """The tables measures count.

    `articles`, `mentions`, `citations`, `dates`: as in `schema`, restricted to the counted articles (mentions and dates
    also to the counted line roles; `publisher` and `credits` as ids of the outlets catalogue where they are in it;
    mentions with `via`, one of `VIAS`: by what of it the actor is named);
    `sources`, `actors`: the ids asked for; `names`: id, name_en, name_vi of every actor that occurs;
    `steps`: step, articles (how many each rule left out, then how many are `counted`).
    """

    articles: pl.DataFrame
    mentions: pl.DataFrame
    citations: pl.DataFrame
    dates: pl.DataFrame
    sources: tuple[str, ...]
    actors: tuple[str, ...]
    names: pl.DataFrame
    steps: pl.DataFrame


def select(
    corpus: CorpusLike,
    *,
    date_from: str = "",
    date_to: str = "",
    sources: Sequence[str] | str = DEFAULT_SOURCES,
    actors: Sequence[str] | str = (),
    line_roles: Sequence[str] | str = COUNTED_ROLES,
    capitals: str = "gov",
    rollup: str = "capitals",
    duplicates: str = "once",
) -> Selection:
    """A corpus and a reader's choices → the `Selection` that measures count.

    Counted are main articles (segment 0) that lie wholly inside the range [date_from, date_to] (`2024-06-30`, `2024-06`
    or `2024`; empty: open; undated articles only if both are empty). Of near-duplicates one article stands for its
    group (`duplicates="printed"`: all). `rollup`: what counts for a state: "none", its own name alone; "capitals", its
    capitals and seats too, in the reading `capitals` ("both": any); "all", also whoever holds an office of it
    (`offices.csv`) on every day the article may be from; on other days, and undated, they count as persons.
    Raises `DiembaoError` naming the parameter and the value for a wrong date, role, source, actor or word.
    """
    first, last = _range(date_from, date_to)
    roles = _chosen("line_roles", line_roles, LINE_ROLES, "a line role")
    _chosen("capitals", capitals, CAPITALS, "a reading of capitals")
    _chosen("rollup", rollup, ROLLUPS, "a way to roll up")
    _chosen("duplicates", duplicates, DUPLICATES, "a way to count duplicates")
    outlets = _outlet_ids(corpus.catalogue.outlets)
    source_ids = _resolve("sources", sources, outlets, "a source", "outlets.csv")

    mentions = frame(corpus.mentions)
    named = _names(corpus.catalogue.actors, mentions)
    actor_ids = _resolve("actors", actors, _actor_ids(named), "an actor", "actors.csv")

    articles, steps = _articles(frame(corpus.articles), first, last, duplicates)
    articles = articles.with_columns(
        pl.col("publisher").replace(outlets), pl.col("credits").list.eval(pl.element().replace(outlets))
    )
    readings = [] if rollup == "none" else READINGS if capitals == "both" else [capitals]
    read = pl.col("reading").is_null() | pl.col("reading").is_in(readings)
    mentions = _via(of(mentions.filter(pl.col("role").is_in(roles) & read), articles), corpus.catalogue.aliases)
    if rollup == "all":
        mentions = _for_their_states(mentions, articles, corpus.catalogue)
    lines = frame(corpus.lines.select(*ARTICLE, "line", "role"))
    dates = attach(of(frame(corpus.dates), articles), lines, (*ARTICLE, "line"))
    return Selection(
        articles,
        mentions,
        of(frame(corpus.citations), articles),
        dates.filter(pl.col("role").is_in(roles)).drop("role"),
        source_ids,
        actor_ids,
        named.filter(pl.col("id").is_in([*mentions["actor_id"].unique(), *actor_ids])),
        steps,
    )


def sizes(corpus: CorpusLike) -> pl.DataFrame:
    """A corpus → table, rows: how much of everything it holds, before anything is left out."""
    names = ("pages", "articles", "lines", "mentions", "citations", "dates", "problems")
    counts = pl.collect_all([getattr(corpus, name).select(pl.len()) for name in names])
    return pl.DataFrame({"table": names, "rows": [count.item() for count in counts]}).cast({"rows": pl.Int64})


def attach(left: pl.DataFrame, right: pl.DataFrame, on: Sequence[str], **options) -> pl.DataFrame:
    """Left join that may not fan out → `left`, row for row, with the columns of `right`."""
    joined = left.join(right, on=list(on), how="left", validate="m:1", maintain_order="left", **options)
    assert joined.height == left.height, f"joining on {on} made {joined.height} of {left.height} rows"
    return joined


def of(items: pl.DataFrame, articles: pl.DataFrame) -> pl.DataFrame:
    """Rows of any table with `page` and `segment` → those of the given articles."""
    return items.join(articles.select(ARTICLE), on=ARTICLE, how="semi", maintain_order="left")


def frame(table: pl.DataFrame | pl.LazyFrame) -> pl.DataFrame:
    """A lazy or eager table → the eager one."""
    return table.collect() if isinstance(table, pl.LazyFrame) else table


def listed(value: Sequence[str] | str) -> list[str]:
    """A list parameter as it comes from a notebook or a command line ("AP, VOA") → list of stripped strings."""
    parts = value.split(",") if isinstance(value, str) else value
    return list(dict.fromkeys(part for part in (str(part).strip() for part in parts) if part))


def alphabetical(text: pl.Expr) -> pl.Expr:
    """A column of texts → what they sort by in Vietnamese: a, ă, â, b, c, d, đ …, whatever the case and the tone."""
    letters = {"đ": "d~", "\u0306": "~", "\u0302": "~~", "\u031b": "~~~"}  # ă, â, ơ come after all of a and o
    tones = dict.fromkeys("\u0300\u0301\u0303\u0309\u0323", "")
    marks = letters | tones
    return text.str.to_lowercase().str.normalize("NFD").str.replace_many(list(marks), list(marks.values()))


def beside(text: pl.Expr, start: pl.Expr, end: pl.Expr, width: int) -> tuple[pl.Expr, pl.Expr]:
    """A column of texts and a stretch in each → up to `width` characters before it and behind it, on one line.

    They begin and end with whole words, unless there is no space in them at all.
    """
    # one character more than asked for tells whether a word is cut; one slice, as each counts from the text's beginning
    before = pl.min_horizontal(start, pl.lit(width + 1))
    around = text.str.slice(start - before, before + (end - start) + width + 1)
    left, right = around.str.slice(0, before), around.str.slice(before + (end - start))
    left = pl.when(left.str.len_chars() > width).then(left.str.replace(r"^\S+(\s)", "${1}")).otherwise(left)
    right = pl.when(right.str.len_chars() > width).then(right.str.replace(r"(\s)\S+$", "${1}")).otherwise(right)
    left, right = (side.str.replace_all(r"\s+", " ") for side in (left.str.tail(width), right.str.head(width)))
    return left.str.replace(r"^ (.)", "${1}"), right.str.replace(r"(.) $", "${1}")


def day_range(name: str, value: str) -> tuple[datetime.date, datetime.date] | None:
    """`2024-06-30`, `2024-06` or `2024` → its first and last day; empty → None; else `DiembaoError`."""
    text = str(value).strip()
    if not text:
        return None
    found = _DAY.fullmatch(text)
    try:
        year, month, day = (int(part) if part else None for part in found.groups())
        start = datetime.date(year, month or 1, day or 1)
        if day:
            return start, start
        month = month or 12
        return start, datetime.date(year, month, calendar.monthrange(year, month)[1])
    except (AttributeError, ValueError):
        raise DiembaoError(f"{name}: {text!r} is no date; write it as 2024-06-30, 2024-06 or 2024") from None


def _range(date_from: str, date_to: str) -> tuple[datetime.date | None, datetime.date | None]:
    start, end = day_range("date_from", date_from), day_range("date_to", date_to)
    first, last = start and start[0], end and end[1]
    if first and last and first > last:
        raise DiembaoError(f"date_from: {first} is after date_to {last}; swap the two, or leave one of them empty")
    return first, last


def _articles(
    articles: pl.DataFrame, first: datetime.date | None, last: datetime.date | None, duplicates: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    total = articles.height
    main = articles.filter(pl.col("segment") == 0)
    undated = pl.col("published_first").is_null() | pl.col("published_last").is_null()
    dated = main.filter(~undated) if first or last else main
    inside = dated.filter(
        (pl.lit(True) if first is None else pl.col("published_first") >= first)
        & (pl.lit(True) if last is None else pl.col("published_last") <= last)
    )
    # the first of its group stands for all of them, also where the range has left the group's original out
    group = pl.coalesce("duplicate_of", "page")
    counted = inside.sort(group, pl.col("duplicate_of").is_not_null(), "published_first", "page", nulls_last=True)
    if duplicates == "once":
        counted = counted.unique(group, keep="first", maintain_order=True)
    if counted.is_empty():
        raise DiembaoError(_nothing(main, first, last))
    steps = {
        "segment": total - main.height,
        "undated": main.height - dated.height,
        "range": dated.height - inside.height,
        "duplicate": inside.height - counted.height,
        "counted": counted.height,
    }
    assert sum(steps.values()) == total
    return counted.sort(ARTICLE), pl.DataFrame({"step": list(steps), "articles": list(steps.values())})


def _via(mentions: pl.DataFrame, aliases: pl.DataFrame) -> pl.DataFrame:
    """Mentions → the same with `via`: a name, or where it has a reading the form of its alias."""
    key = name_key(folded(pl.col("surface")))
    forms = aliases.filter(pl.col("form").is_in(["capital", "seat"])).select("actor_id", key=key, via="form")
    surfaces = mentions.filter(pl.col("reading").is_not_null()).select("surface", "actor_id").unique()
    known = attach(surfaces.with_columns(key=key), forms.unique(["key", "actor_id"]), ("key", "actor_id"))
    found = attach(mentions, known.select("surface", "actor_id", "via"), ("surface", "actor_id"))
    capital = pl.col("via").fill_null("capital")  # a spelling no alias has
    return found.with_columns(via=pl.when(pl.col("reading").is_null()).then(pl.lit("name")).otherwise(capital))


def _for_their_states(mentions: pl.DataFrame, articles: pl.DataFrame, catalogue: CatalogueLike) -> pl.DataFrame:
    """Mentions → the same, those of persons in an office of one state on the article's date being that state's."""
    states = catalogue.actors.filter(pl.col("kind") == "state").select(of="id")
    terms = catalogue.offices.join(states, on="of", how="semi").select(
        "of", actor_id="person_id", start=_bound("start", "-01-01", "-01"), end=_bound("end", "-12-31", "-01", True)
    )
    dated = articles.select(*ARTICLE, "published_first", "published_last").drop_nulls()
    inside = pl.col("published_first") >= pl.col("start")
    inside &= pl.col("published_last") <= pl.col("end").fill_null(datetime.date.max)
    held = (
        mentions.select(*ARTICLE, "actor_id")
        .unique()
        .join(dated, on=ARTICLE, validate="m:1")
        .join(terms, on="actor_id")  # fans out on purpose: a person has held several offices
        .filter(inside)
        .group_by(*ARTICLE, "actor_id")
        .agg(state=pl.col("of").first(), states=pl.col("of").n_unique())
        .filter(pl.col("states") == 1)
    )
    found = attach(mentions, held.drop("states"), (*ARTICLE, "actor_id"))
    office = pl.col("state").is_not_null()
    return found.with_columns(
        actor_id=pl.coalesce("state", "actor_id"),
        actor_kind=pl.when(office).then(pl.lit("state")).otherwise("actor_kind"),
        via=pl.when(office).then(pl.lit("office")).otherwise("via"),
    ).drop("state")


def _bound(column: str, year: str, month: str, end: bool = False) -> pl.Expr:
    """A day, month or year as it is written → its first day (end: its last), null where empty."""
    text = pl.col(column)
    missing = text.str.len_chars().replace_strict({0: "", 4: year, 7: month, 10: ""})
    day = (text + missing).str.to_date("%Y-%m-%d", strict=False)
    return pl.when(text.str.len_chars() == 7).then(day.dt.month_end()).otherwise(day) if end else day


def _nothing(main: pl.DataFrame, first: datetime.date | None, last: datetime.date | None) -> str:
    start, end = main["published_first"].min(), main["published_last"].max()
    if main.is_empty():
        return "corpus: it holds no article; look at the table `problems` for the reasons"
    if start is None:
        return "date_from, date_to: no article of this corpus is dated; leave both empty to count the undated ones"
    return (
        f"date_from, date_to: no article lies between {first or '…'} and {last or '…'}; "
        f"the dated articles run from {start} to {end}"
    )


def _chosen(parameter: str, value: Sequence[str] | str, allowed: Sequence[str], what: str) -> list[str]:
    chosen = listed(value)
    if not chosen:
        raise DiembaoError(f"{parameter}: empty; choose from {', '.join(allowed)}")
    for item in chosen:
        if item not in allowed:
            raise DiembaoError(f"{parameter}: {item!r} is not {what}; choose from {', '.join(allowed)}")
    return chosen


def _resolve(parameter: str, value: Sequence[str] | str, ids: dict[str, str], what: str, file: str) -> tuple[str, ...]:
    """Ids or names as the reader writes them → ids, each once, in the reader's order."""
    folded = {written.casefold(): id_ for written, id_ in reversed(ids.items())}
    resolved = []
    for item in listed(value):
        if item in ids:
            resolved.append(ids[item])
        elif item.casefold() in folded:
            resolved.append(folded[item.casefold()])
        else:
            close = difflib.get_close_matches(item.casefold(), folded, n=3)
            hint = f"did you mean {' or '.join(dict.fromkeys(folded[name] for name in close))}?" if close else ""
            way_out = hint or f"the ones known stand in data/catalogue/{file}, where you can add it"
            raise DiembaoError(f"{parameter}: {item!r} is not {what} of the catalogue; {way_out}")
    return tuple(dict.fromkeys(resolved))


def _outlet_ids(outlets: pl.DataFrame) -> dict[str, str]:
    """outlets.csv → every id, name and written form with the outlet's id; an id wins over a name, that over a form."""
    forms = outlets.select("id", pl.col("forms").str.split("|")).explode("forms")
    return {
        **_pairs(forms["forms"], forms["id"]),
        **_pairs(outlets["name"], outlets["id"]),
        **_pairs(outlets["id"], outlets["id"]),
    }


def _actor_ids(names: pl.DataFrame) -> dict[str, str]:
    return {
        **_pairs(names["name_en"], names["id"]),
        **_pairs(names["name_vi"], names["id"]),
        **_pairs(names["id"], names["id"]),
    }


def _pairs(written: Iterable[str | None], ids: Iterable[str]) -> dict[str, str]:
    return {text.strip(): id_ for text, id_ in zip(written, ids, strict=True) if text and text.strip()}


def _names(actors: pl.DataFrame, mentions: pl.DataFrame) -> pl.DataFrame:
    """The catalogue's actors and, under their most frequent written form, the actors it does not know."""
    unknown = (
        mentions.filter(pl.col("actor_id").is_not_null())
        .join(actors, left_on="actor_id", right_on="id", how="anti")
        .group_by(id="actor_id", name="surface")
        .len()
        .sort("len", "name", descending=[True, False])
        .unique("id", keep="first", maintain_order=True)
    )
    return pl.concat(
        [actors.select("id", "name_en", "name_vi"), unknown.select("id", name_en="name", name_vi="name")]
    ).unique("id", keep="first", maintain_order=True)
