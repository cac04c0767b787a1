"""What a reader reads: our strings in English and Vietnamese, numbers and dates in each language's form, findings.

`wording.toml` holds the strings. `Words` speaks one language with the names of one selection: it shows a tidy table
under readable headings and turns it into a `Finding`, a title and sentences whose numbers come from that table. Text of
pages never passes as markup: what is shown as HTML is escaped here.
"""

import datetime
import html
import os
import re
import textwrap
import tomllib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import polars as pl

from .schema import REPEAT_DAYS, REPEAT_SIMILARITY, REPEAT_SYLLABLES, DiembaoError

LANGUAGES = ("en", "vi")
STRINGS = Path(__file__).with_name("wording.toml")
TABLE = "application/vnd.diembao.table+json"  # a table as reports take it
TIED = 3  # of what ties for a place, that many are named
LONGEST = 1000  # rows of a table in a report, where they can be searched; the files written out have all
CONTEXT = {"left": "left", "surface": "keyword", "right": "right"}  # columns of a concordance and how they are set

# How the columns of the measures are written; all others are counts or texts.
_PERCENT = ("share", "rest_share", "article_share", "chance")
_DIGITS = {"rate": 2, "log_odds": 2, "z": 2, "distance": 2, "by_chance": 2, "p": 3, "q": 3, "usual_step": 1, "times": 1}
_DIGITS |= {"similarity": 2, "npmi": 2, "megabytes": 1} | dict.fromkeys(("value", "precision", "recall"), 3)
_VOCABULARIES = {
    "actor_kind": "kind",
    "line_role": "line_role",
    "via": "via",
    "role": "role",
    "also": "role",
    "meaning": "meaning",
    "publisher": "publisher",
    "first_publisher": "publisher",
    "state": "state",
    "basis": "basis",
    "precision": "precision",
    "reach": "reach",
    "step": "step",
    "table": "table_name",
    "figure": "figure",
    "error": "error",
}
EVIDENCE = ("disagreeing", "in office", "looks back on", "reports", "to come", "against")  # of an inferred date
# What the two sides of an error are, by its figure; those of the others are written as they are.
_SIDES = {
    **dict.fromkeys(("state", "org", "person"), "actor_id"),
    **dict.fromkeys(("citation_span", "citation_role"), "role"),
    "line_role": "line_role",
}

# Who held which office of whom in which months, as it stands in the evidence of a date.
_TERM = re.compile(
    r"(?P<person>[^\s,(][^(]*?) \((?P<office>[^()]+) (?P<of>\S+) (?P<first>\d{4}-\d\d|\.\.)/(?P<last>\d{4}-\d\d|\.\.)\)"
)
_DAYS = re.compile(r"\d{4}-\d\d-\d\d(/\d{4}-\d\d-\d\d)?")  # a day, or two as EDTF has an interval
_WHEN = ("before", "now")

# What else Vega's locale of dates must have; charts name their own patterns.
_TIME = {
    "dateTime": "%d/%m/%Y %H:%M",
    "date": "%d/%m/%Y",
    "time": "%H:%M",
    "periods": ["", ""],
    "days": [""] * 7,
    "shortDays": [""] * 7,
}


@cache
def strings() -> dict[str, dict[str, str]]:
    """`wording.toml` → {"section.key": {"en": …, "vi": …}}."""
    found: dict[str, dict[str, str]] = {}

    def walk(prefix: str, node: dict) -> None:
        for name, value in node.items():
            if isinstance(value, str):
                found.setdefault(prefix, {})[name] = value
            else:
                walk(f"{prefix}.{name}" if prefix else name, value)

    walk("", tomllib.loads(STRINGS.read_text(encoding="utf-8")))
    return found


def text(key: str, language: str, **values: object) -> str:
    """A key of `wording.toml` and what to fill in → the string; `DiembaoError` for a language we do not speak."""
    if language not in LANGUAGES:
        raise DiembaoError(f"language: {language!r} is not spoken here; choose from {', '.join(LANGUAGES)}")
    return strings()[key][language].format(**values)


@dataclass(frozen=True)
class Finding:
    """What a table says: `title` for over the chart, `sentence` for under it. Shown as its sentence, in plain text."""

    title: str
    sentence: str

    def __repr__(self) -> str:
        return textwrap.fill(self.sentence, 100, break_long_words=False, break_on_hyphens=False)


@dataclass(frozen=True)
class Shown:
    """A table as a reader sees it: headings and cells are finished strings.

    `rows` may be more than the first `most`, for reports, which can search and unfold them; notebooks show only those.
    `keys`: a column's place → what its cells are sorted by; `styles`: a column's place → `left`, `keyword` or `right`.
    """

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    numeric: Sequence[bool]
    note: str
    most: int = LONGEST
    total: int | None = None  # rows of the whole table
    keys: dict[int, list] = field(default_factory=dict)
    styles: dict[int, str] = field(default_factory=dict)
    remark: str = ""  # of `note`, what is true however many rows are shown

    def __repr__(self) -> str:
        lines = [self.headings, *self.rows[: self.most]]
        widths = [max(len(line[place]) for line in lines) for place in range(len(self.headings))]
        written = [
            "  ".join(
                cell.rjust(width) if right else cell.ljust(width)
                for cell, width, right in zip(line, widths, self.numeric, strict=True)
            ).rstrip()
            for line in lines
        ]
        written.insert(1, "  ".join("─" * width for width in widths))
        return "\n".join([*written, *([self.note] if self.note else [])])

    def _repr_html_(self) -> str:
        # the class is for reports, which strip styles; the style for JupyterLab, which sets all cells right
        sides = [
            ' class="number" style="text-align: right"' if right else ' style="text-align: left"'
            for right in self.numeric
        ]

        def cells(line: Sequence[str], first: str, rest: str) -> str:
            tags = [first, *[rest] * (len(line) - 1)]
            return "".join(
                f"<{tag}{side}>{html.escape(cell)}</{tag.split()[0]}>"
                for cell, tag, side in zip(line, tags, sides, strict=True)
            )

        column, row = 'th scope="col"', 'th scope="row"'
        head = f"<tr>{cells(self.headings, column, column)}</tr>"
        body = "".join(f"<tr>{cells(line, row, 'td')}</tr>" for line in self.rows[: self.most])
        note = f'<p class="note">{html.escape(self.note)}</p>' if self.note else ""
        return f'<table class="diembao"><thead>{head}</thead><tbody>{body}</tbody></table>{note}'

    def data(self) -> dict:
        """→ what a report takes of it: `columns` (label, numeric, style), `rows`, `keys`, `most`, `total`, `note`."""
        places = range(len(self.headings))
        return {
            "columns": [
                {"label": self.headings[place], "numeric": self.numeric[place], "style": self.styles.get(place, "")}
                for place in places
            ],
            "rows": self.rows,
            "keys": [self.keys.get(place) for place in places],
            "most": self.most,
            "total": len(self.rows) if self.total is None else self.total,
            "note": self.remark,
        }

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict:
        return {TABLE: self.data()} if _in_build() else {}


def _sortable(column: pl.Series) -> list | None:
    """A column → numbers or ISO dates to sort its cells by; None where they are sorted as they are written."""
    if column.dtype.is_temporal():
        return column.cast(pl.String).to_list()
    if column.dtype.is_float():
        return column.fill_nan(None).round(6).to_list()
    return column.to_list() if column.dtype.is_integer() else None


def _in_build() -> bool:
    """→ whether a report is being made, rather than a notebook read."""
    return bool(os.environ.get("DIEMBAO_BUILD"))


class Words:
    """One language and the names of one selection.

    language: `en` or `vi`. names: `id`, `name_en`, `name_vi` (`Selection.names`); an id without a name is its own.
    offices: those of the catalogue (`office`, `office_vi`, `of`), to name what dates are inferred from.
    """

    def __init__(self, language: str, names: pl.DataFrame | None = None, offices: pl.DataFrame | None = None):
        text("number.point", language)
        self.language = language
        self.strings = strings().keys()
        self._names = {} if names is None else dict(names.select("id", f"name_{language}").iter_rows())
        english = {} if names is None else dict(names.select("name_en", "id").iter_rows())
        self._persons = {name: self.name(id_) for name, id_ in english.items()}
        listed = offices is not None and language == "en"
        held = offices.select("office_vi", "of", "office").iter_rows() if listed else []
        self._offices = {(name, of): office for name, of, office in held}

    # --- words, numbers, dates -------------------------------------------------------------------------------------

    def text(self, key: str, **values: object) -> str:
        return text(key, self.language, **values)

    def name(self, actor: str) -> str:
        """An actor's id → its name."""
        return self._names.get(actor) or actor

    def source(self, source: str) -> str:
        """A source's id → how it is written; outlets go by their id in every language."""
        key = f"source.{source}"
        return self.text(key) if key in strings() else source

    def number(self, value: float | None, digits: int = 0) -> str:
        if value is None:
            return self.text("number.none")
        # dots and commas change places by way of a third character
        swap = {",": self.text("number.thousands"), ".": self.text("number.point")}
        return "".join(swap.get(sign, sign) for sign in f"{value:z,.{digits}f}".replace("-", "−"))

    def percent(self, share: float | None, digits: int = 1) -> str:
        if share is None:
            return self.text("number.none")
        return self.text("number.percent", number=self.number(100 * share, digits))

    def probability(self, p: float | None, *, sign: bool = False) -> str:
        """A probability → "0.013", "< 0.001"; with sign "= 0.013"."""
        if p is not None and p < 0.001:
            return self.text("number.below", number=self.number(0.001, 3))
        return self.text("number.equal", number=self.number(p, 3)) if sign else self.number(p, 3)

    def interval(self, low: float | None, high: float | None, digits: int = 1, *, percent: bool = True) -> str:
        """The ends of an interval → "10.1–14.5%", null → a dash."""
        if low is None or high is None:
            return self.text("number.none")
        factor = 100 if percent else 1
        ends = {"low": self.number(factor * low, digits), "high": self.number(factor * high, digits)}
        written = self.text("number.range" if low >= 0 else "number.signed_range", **ends)
        return self.text("number.percent", number=written) if percent else written

    def estimate(self, row: dict, name: str = "share") -> str:
        """A row with `name`, `name_low`, `name_high` (shares) → estimate and interval, or estimate and abstention."""
        estimate = self.percent(row[name])
        if row[f"{name}_low"] is None:
            return self.text("interval.without", estimate=estimate)
        written = self.interval(row[f"{name}_low"], row[f"{name}_high"])
        return self.text("interval.with", estimate=estimate, range=written)

    def date(self, day: datetime.date | None) -> str:
        if day is None:
            return self.text("number.none")
        month = self.text("date.months").split("|")[day.month - 1]
        return self.text("date.day", day=day.day, month=month, number=day.month, year=day.year)

    def short_date(self, day: datetime.date) -> str:
        """A day as it fits beside an axis: "4 Jun 2024", "4/6/2024"."""
        month = self.text("date.short_months").split("|")[day.month - 1]
        return self.text("date.day", day=day.day, month=month, number=day.month, year=day.year)

    def span(self, first: datetime.date, last: datetime.date) -> str:
        """Two days → "4 Jun 2024 – 1 Jul 2024", one day alone where they are the same."""
        return " – ".join(dict.fromkeys((self.short_date(first), self.short_date(last))))

    def period(self, first: datetime.date | None, every: str) -> str:
        """The first day of a month, quarter, half-year or year → "June 2024", "Q2 2024", "H1 2024", "2024"."""
        if first is None:
            return self.text("date.unknown")
        month = self.text("date.months").split("|")[first.month - 1]
        part = (first.month + 2) // 3
        key = every if every != "half" else "first_half" if part < 3 else "second_half"
        return self.text(f"date.{key}", month=month, number=first.month, part=part, year=first.year)

    def count(self, noun: str, n: float) -> str:
        """A noun of the section `count` and a number → "1 article", "12 articles"."""
        one, more = self.text(f"count.{noun}", n=self.number(n, 0 if n == int(n) else 1)).split("|")
        return one if n == 1 else more

    def listed(self, items: Iterable[str], *, separator: str = "list.separator") -> str:
        """Several → "a, b and c"; with separator `list.items` → "a; b; c"."""
        items = list(items)
        if not items:
            return self.text("list.nobody")
        if len(items) == 1 or separator == "list.items":
            return self.text(separator).join(items)
        return self.text("list.last", first=self.text(separator).join(items[:-1]), last=items[-1])

    def label(self, column: str, value: object) -> str:
        """A cell of a measure's table → how it is written in its column."""
        if value is None:
            return self.text("number.none")
        if isinstance(value, bool):
            return self.text("number.yes" if value else "number.no")
        if column in ("actor_id", "partner_id"):
            return self.name(value)
        if column in ("source_id", "other_id"):
            return self.source(value)
        if column in _VOCABULARIES and isinstance(value, str):
            key = f"{_VOCABULARIES[column]}.{value}"
            return self.text(key) if key in self.strings else str(value)
        if isinstance(value, datetime.date):
            return self.date(value)
        if column in _PERCENT:
            return self.percent(value)
        if column in ("p", "q"):
            return self.probability(value)
        if column == "evidence":
            return self._evidence(value)
        if column == "published" and _DAYS.fullmatch(str(value)):
            ends = [datetime.date.fromisoformat(day) for day in str(value).split("/")]
            return self.span(ends[0], ends[-1])
        if isinstance(value, int | float):
            return self.number(value, _DIGITS.get(column, 0))
        if isinstance(value, list | pl.Series):
            return self.listed(value)
        return str(value)

    def labels(self, table: pl.DataFrame, column: str) -> pl.Series:
        """A column of a measure's table → the same, written."""
        if column == "period":
            return pl.Series(column, [self.period(*row) for row in table.select(column, "every").iter_rows()])
        if column in ("expected", "got"):
            sides = table.select(column, "figure").iter_rows()
            return pl.Series(column, [self._side(*row) for row in sides], dtype=pl.String)
        return pl.Series(column, [self.label(column, value) for value in table[column]], dtype=pl.String)

    def _evidence(self, value: str) -> str:
        """`published_evidence` → the same in the language; words of the page stay as they are, in quotation marks."""
        parts = value.split("; ")
        for place, part in enumerate(parts):
            sign = next((sign for sign in EVIDENCE if part == sign or part.startswith(f"{sign} ")), None)
            if sign:
                signs = _TERM.sub(self._term, part[len(sign) + 1 :])
                parts[place] = self.text(f"evidence.{sign}", signs=signs)
        return "; ".join(parts)

    def _term(self, found: re.Match) -> str:
        """Who held an office, in `published_evidence` → "Joe Biden (president, United States, Jan 2021 – Jan 2025)"."""
        months = self.text("date.short_months").split("|")
        ends = {}
        for end in ("first", "last"):
            if found[end] != "..":
                year, month = map(int, found[end].split("-"))
                ends[end] = self.text("date.month", month=months[month - 1], number=month, year=year)
        if not ends:
            return found[0]
        kind = {("first",): "since", ("last",): "until"}.get(tuple(ends), "between")
        person, office, of = found["person"], found["office"], found["of"]
        return self.text(
            "evidence.term",
            person=self._persons.get(person) or person,
            office=self._offices.get((office, of), office),
            of=self.name(of),
            dates=self.text(f"evidence.{kind}", **ends),
        )

    def _side(self, value: str | None, figure: str) -> str:
        """One side of an error and its figure → how it is written; a line may have several right roles."""
        column = _SIDES.get(figure, "")
        parts = [value] if value is None or column != "line_role" else value.split("|")
        return " / ".join(self.label(column, part) for part in parts)

    def pattern(self, column: str) -> str:
        """A measure's column → the d3 format its numbers have in charts."""
        return ".1%" if column in _PERCENT else f",.{_DIGITS.get(column, 0)}f"

    def locale(self) -> dict:
        """→ Vega's locale: signs of numbers and names of months."""
        months = {"months": "date.months", "shortMonths": "date.short_months"}
        return {
            "number": {
                "decimal": self.text("number.point"),
                "thousands": self.text("number.thousands"),
                "grouping": [3],
                "currency": ["", ""],
                "minus": "-",  # the true minus sign is missing from fonts that have all Vietnamese letters
            },
            "time": _TIME | {name: self.text(key).split("|") for name, key in months.items()},
        }

    # --- tables ----------------------------------------------------------------------------------------------------

    def table(self, table: pl.DataFrame, rows: int = 12, columns: Sequence[str] = (), note: str = "") -> Shown:
        """A tidy table → its first `rows` rows under readable headings.

        An interval stands in brackets after its estimate, a denominator after a stroke behind its count.
        columns: which to show, in order (default: all that `wording.toml` has a heading for). note: said below, last.
        """
        head = table.head(max(rows, LONGEST) if _in_build() else rows)
        chosen = columns or [name for name in table.columns if f"column.{name}" in self.strings]
        chosen = [name for name in chosen if name.removesuffix("_total") not in set(chosen) - {name}]
        # a concordance of tables without texts has no words around its names
        bare = {"left", "right"} <= set(chosen) and table.height and table["left"].null_count() == table.height
        chosen = [name for name in chosen if not (bare and name in ("left", "right"))]
        cells = [self._cells(head, name) for name in chosen]
        cut = {"shown": self.number(rows), "all": self.number(table.height)}
        told = self.text("table.rows", **cut) if table.height > rows else ""
        empty, no_text = self.text("table.empty"), self.text("table.no_text")
        remark = " ".join(filter(None, [empty if table.is_empty() else "", no_text if bare else "", note]))
        in_context = CONTEXT.keys() <= set(chosen)
        return Shown(
            [self._heading(table, name) for name in chosen],
            list(zip(*cells, strict=True)),
            [table.schema[name].is_numeric() for name in chosen],
            f"{told} {remark}".strip(),
            rows,
            table.height,
            {place: keys for place, name in enumerate(chosen) if (keys := _sortable(head[name]))},
            {place: CONTEXT[name] for place, name in enumerate(chosen) if in_context and name in CONTEXT},
            remark,
        )

    def only_first(self, mentions: int, read: int) -> str:
        """How many mentions there are and how many a concordance reads → that it may not have all; else nothing."""
        if mentions <= read:
            return ""
        return self.text("table.first", all=self.count("mention", mentions), read=self.number(read))

    def _heading(self, table: pl.DataFrame, name: str) -> str:
        heading = self.text(f"column.{name}")
        if f"{name}_low" in table.columns:
            return self.text("interval.heading", estimate=heading)
        return self.text("table.of", part=heading) if f"{name}_total" in table.columns else heading

    def _cells(self, table: pl.DataFrame, name: str) -> list[str]:
        written = self.labels(table, name).to_list()
        if f"{name}_low" in table.columns:
            digits = {"digits": 1} if name in _PERCENT else {"digits": _DIGITS.get(name, 0), "percent": False}
            ends = zip(written, table[f"{name}_low"], table[f"{name}_high"], strict=True)
            nothing = self.text("number.none")
            return [
                cell
                if cell == nothing
                else self.text("interval.short", estimate=cell, range=self.interval(low, high, **digits))
                for cell, low, high in ends
            ]
        if f"{name}_total" in table.columns:
            return [
                f"{cell} / {self.number(total)}" for cell, total in zip(written, table[f"{name}_total"], strict=True)
            ]
        return written

    # --- findings --------------------------------------------------------------------------------------------------

    def _finding(self, key: str, title: str, values: dict, *sentences: str) -> Finding:
        # what the brackets behind an estimate hold is said once
        said = " ".join(sentence for sentence in sentences if sentence)
        named = self.text("interval.with", estimate="", range="|").split("|")[0].lstrip()
        first, interval, others = said.partition(named)
        return Finding(self.text(f"say.{key}.{title}", **values), first + interval + others.replace(named, "("))

    def _nothing(self, what: str) -> Finding:
        """What there is none of, a key of `say.nothing` → that there is nothing to show."""
        return self._finding("nothing", "title", {}, self.text(f"say.nothing.{what}"))

    def steps(self, table: pl.DataFrame) -> Finding:
        """`Selection.steps` → how many articles are counted and why the others are not."""
        counts = dict(table.iter_rows())
        values = {
            "all": self.count("article", sum(counts.values())),
            "counted": self.number(counts["counted"]),
        }
        left = [
            self.text("say.steps.item", n=self.number(n), why=self.text(f"step.{step}"))
            for step, n in counts.items()
            if n and step != "counted"
        ]
        return self._finding(
            "steps",
            "title",
            values,
            self.text("say.steps.text", **values),
            self.text("say.steps.left", list=self.listed(left, separator="list.items")) if left else "",
        )

    def actors(self, table: pl.DataFrame) -> Finding:
        """`frequency.by_actor` → who is named most, by how much, and how certain the first place is."""
        if table.is_empty() or not table["mentions"][0]:
            return self._nothing("actors")
        top = table.row(0, named=True)
        name = self.name(top["actor_id"])
        sentences = [
            self.text(
                "say.actors.first",
                actor=name,
                mentions=self.count("time", top["mentions"]),
                articles=self.number(top["articles"]),
                all=self.count("article", top["articles_total"]),
                share=self.estimate(top),
                total=self.number(top["mentions_total"]),
                rate=self.number(top["rate"], 1),
            )
        ]
        tied = False
        if table.height > 1:
            second = table.row(1, named=True)
            tied = second["mentions"] == top["mentions"]
            equal = table.slice(1).filter(pl.col("mentions") == second["mentions"])["actor_id"].to_list()
            others = self.text("say.actors.others", n=self.number(len(equal) - 1))
            named = [self.name(actor) for actor in equal] if len(equal) <= TIED else [self.name(equal[0]), others]
            key = ("tied" if tied else "second") + ("" if len(equal) == 1 else "_several")
            sentences.append(self.text(f"say.actors.{key}", actor=self.listed(named), share=self.estimate(second)))
        if top["rank_low"] is not None:
            certain = "certain" if top["rank_high"] == 1 else "uncertain"
            ranks = {"low": self.number(top["rank_low"]), "high": self.number(top["rank_high"])}
            sentences.append(self.text(f"say.actors.{certain}", actor=name, **ranks))
        if rare := table["abstains"].sum():
            sentences.append(
                self.text("say.actors.rare", rare=self.number(rare), all=self.count("actor", table.height))
            )
        title = {"actor": name, "share": self.percent(top["share"])}
        title |= {"actor": self.listed([name, *named])} if tied else {}
        return self._finding("actors", "tied_title" if tied else "title", title, *sentences)

    def kinds(self, kinds: pl.DataFrame, roles: pl.DataFrame) -> Finding:
        """`frequency.by_kind` and `by_role` → how mentions divide, and where persons weigh most and least."""
        if not kinds["mentions"].sum():
            return self._nothing("actors")
        first = kinds.row(0, named=True)
        items = [
            self.text("say.kinds.item", kind=self.text(f"kinds.{row['actor_kind']}").lower(), share=self.estimate(row))
            for row in kinds.iter_rows(named=True)
        ]
        sentences = [
            self.text(
                "say.kinds.text",
                total=self.count("mention", first["mentions_total"]),
                list=self.listed(items, separator="list.items"),
            )
        ]
        persons = roles.filter((pl.col("actor_kind") == "person") & ~pl.col("abstains")).sort("share")
        if persons.height > 1:
            low, high = persons.row(0, named=True), persons.row(-1, named=True)
            sentences.append(
                self.text(
                    "say.kinds.most",
                    part=self.text(f"line_role.{high['line_role']}"),
                    high=self.estimate(high),
                    other=self.text(f"line_role.{low['line_role']}"),
                    low=self.estimate(low),
                )
            )
        title = {"kind": self.text(f"kinds.{first['actor_kind']}"), "share": self.percent(first["share"])}
        return self._finding("kinds", "title", title, *sentences)

    def roll_up(self, table: pl.DataFrame) -> Finding:
        """`frequency.by_via` → what of the most mentioned actor is named, and who would lead by own names alone."""
        named = table.filter(pl.col("mentions") > 0)
        if named.is_empty():
            return self._nothing("states")
        if set(named["via"]) == {"name"}:
            return self._finding("roll_up", "none_title", {}, self.text("say.roll_up.none"))
        first = named.filter(pl.col("actor_id") == named["actor_id"][0])
        items = [
            self.text("say.roll_up.item", via=self.text(f"via.{row['via']}").lower(), share=self.estimate(row))
            for row in first.iter_rows(named=True)
        ]
        own = table.filter(pl.col("via") == "name").sort("mentions", "actor_id", descending=[True, False])
        lead, total = own.row(0, named=True), first.row(0, named=True)
        known = own.filter(~pl.col("abstains")).sort("share", maintain_order=True)
        least = (known if known.height else own).row(0, named=True)
        values = {"actor": self.name(total["actor_id"]), "all": self.count("time", total["mentions_total"])}
        values |= {"list": self.listed(items, separator="list.items"), "least": self.name(least["actor_id"])}
        values |= {"other": self.name(lead["actor_id"]), "mentions": self.count("time", lead["mentions"])}
        order = "same" if lead["actor_id"] == total["actor_id"] else "changed"
        return self._finding(
            "roll_up",
            "title",
            values | {"share": self.percent(least["share"])},
            self.text("say.roll_up.text", **values),
            self.text(f"say.roll_up.{order}", **values),
            self.text("say.roll_up.least", share=self.estimate(least), **values) if known.height > 1 else "",
        )

    def comention(self, table: pl.DataFrame) -> Finding:
        """`comention.pairs` → which two actors are named together most and least beyond what chance explains."""
        if table.is_empty() or not table["units_total"][0]:
            return self._nothing("actors")
        solid = table.filter(~pl.col("abstains")).sort("npmi", descending=True, maintain_order=True)
        within, pairs = table["within"][0], self.count("pair", table.height)
        few = table.height - solid.height
        abstention = self.text("say.comention.few", few=self.number(few), all=pairs) if few else ""
        total = self.count(within, table["units_total"][0])
        if solid.is_empty():
            sentence = self.text("say.comention.abstain", units=total, all=pairs)
            return self._finding("comention", "abstain_title", {}, sentence)
        more, less = solid.filter(pl.col("npmi_low") > 0), solid.filter(pl.col("npmi_high") < 0)
        if more.is_empty() and less.is_empty():
            sentence = self.text("say.comention.none", units=total, all=self.count("pair", solid.height))
            return self._finding("comention", "none_title", {}, sentence, abstention)
        sentences = [
            self.text(f"say.comention.{side}", **self._together(rows.row(at, named=True)))
            for side, rows, at in (("most", more, 0), ("least", less, -1))
            if rows.height
        ]
        side, row = ("title", more.row(0, named=True)) if more.height else ("less_title", less.row(-1, named=True))
        counts = {"more": self.number(more.height), "less": self.number(less.height)}
        return self._finding(
            "comention",
            side,
            self._together(row),
            self.text("say.comention.text", units=total),
            *sentences,
            self.text("say.comention.counts", all=self.count("pair", solid.height), **counts),
            abstention,
        )

    def _together(self, row: dict) -> dict:
        ends = self.interval(row["npmi_low"], row["npmi_high"], 2, percent=False)
        estimate = self.text("interval.with", estimate=self.number(row["npmi"], 2), range=ends)
        return {
            "actor": self.name(row["actor_id"]),
            "partner": self.name(row["partner_id"]),
            "together": self.count(row["within"], row["together"]),
            "chance": self.number(row["by_chance"], 1),
            "npmi": estimate,
        }

    def periods(self, table: pl.DataFrame) -> Finding:
        """`frequency.by_period` → between which periods the most named actor's share moves, and if that is certain."""
        if table.is_empty():
            return self._nothing("actors")
        totals = table.group_by("actor_id").agg(pl.col("mentions").sum())
        actor = totals.sort("mentions", "actor_id", descending=[True, False])["actor_id"][0]
        dated = table.filter((pl.col("actor_id") == actor) & pl.col("period").is_not_null()).sort("share", "period")
        solid = dated.filter(~pl.col("abstains"))
        every = table["every"][0]
        values = {"actor": self.name(actor), "all": self.count(every, dated.height)}
        few = dated.height - solid.height
        undated = table.filter(pl.col("period").is_null())["articles_total"].max() or 0
        silent = (dated["articles_total"] == 0).sum()
        counts = {"few": self.number(few), "silent": self.number(silent), **values}
        unplaced = self.text("say.periods.undated", articles=self.count("article", undated)) if undated else ""
        rest = [
            self._departures(table),
            self.text(f"say.periods.{'silent' if silent else 'few'}", **counts) if few else "",
            unplaced,
        ]
        if dated.is_empty():
            return self._finding("periods", "none_title", values, self.text("say.periods.none"))
        if dated.height == 1:
            values["period"] = self.period(dated["period"][0], every)
            return self._finding(
                "periods", "single_title", values, self.text("say.periods.single", **values), unplaced
            )
        if solid.height < 2:
            return self._finding("periods", "abstain_title", values, self.text("say.periods.abstain", **values), *rest)
        low, high = solid.row(0, named=True), solid.row(-1, named=True)
        values |= {"low_period": self.period(low["period"], every), "high_period": self.period(high["period"], every)}
        apart = "apart" if low["share_high"] < high["share_low"] else "overlap"
        ends = {"low": self.percent(low["share"]), "high": self.percent(high["share"])}
        if ends["low"] == ends["high"]:
            title, moved = "alike_title", [self.text("say.periods.alike", **values, **ends)]
        else:
            estimates = {"low": self.estimate(low), "high": self.estimate(high)}
            title, moved = "title", [self.text("say.periods.text", **values, **estimates)]
            moved.append(self.text(f"say.periods.{apart}"))
        found = self._differing(table)
        return self._finding(
            "periods",
            "differ_title" if found.height else title,
            self._departure(found.row(0, named=True)) if found.height else values | ends,
            *moved,
            *rest,
        )

    def _differing(self, table: pl.DataFrame) -> pl.DataFrame:
        """`frequency.by_period` → the rows that differ from the rest beyond chance, the surest first."""
        apart = (pl.col("share") - pl.col("rest_share")).abs()
        return table.filter(pl.col("differs")).sort("p", apart, descending=[False, True], maintain_order=True)

    def _departure(self, row: dict) -> dict:
        return {
            "actor": self.name(row["actor_id"]),
            "period": self.period(row["period"], row["every"]),
            "share": self.percent(row["share"]),
            "rest": self.percent(row["rest_share"]),
        }

    def _departures(self, table: pl.DataFrame, level: float = 0.05, most: int = 5) -> str:
        """`frequency.by_period` → in words, the periods in which an actor's share differs from that in all others."""
        tested = table["p"].count()
        if not tested:
            return self.text("say.periods.untested")
        found = self._differing(table)
        values = {"n": self.number(tested), "level": self.number(level, 2)}
        if found.is_empty():
            return self.text("say.periods.same", **values)
        rows = found.head(most).iter_rows(named=True)
        items = [self.text("say.periods.item", **self._departure(row)) for row in rows]
        if found.height > most:
            items.append(self.text("say.periods.further", further=self.number(found.height - most)))
        return self.text("say.periods.differ", list=self.listed(items, separator="list.items"), **values)

    def months(self, table: pl.DataFrame) -> Finding:
        """`frequency.by_period` by months → how the dated articles spread over the months."""
        months = table.filter(pl.col("period").is_not_null()).unique("period", maintain_order=True)
        if months.is_empty():
            return self._finding("periods", "none_title", {}, self.text("say.periods.none"))
        most = months["articles_total"].max()
        fullest = months.filter(pl.col("articles_total") == most).sort("period")["period"]
        named = [self.period(month, "month") for month in fullest]
        silent = (months["articles_total"] == 0).sum()
        values = {
            "period": self.listed(named) if len(named) <= TIED else self.count("month", len(named)),
            "n": self.number(most),
            "all": self.count("article", months["articles_total"].sum()),
            "months": self.count("month", months.height),
        }
        title, sentence = ("tied_title", "tied") if len(named) > 1 else ("title", "text")
        return self._finding(
            "months",
            title,
            values,
            self.text(f"say.months.{'single' if months.height == 1 else sentence}", **values),
            self.text("say.months.silent", silent=self.count("month", silent)) if silent else "",
        )

    def roles(self, table: pl.DataFrame) -> Finding:
        """`comparison.role_matrix` → what each source mostly is."""
        own = table.filter(pl.col("source_id") != "others")
        present = own.filter(pl.col("citations") > 0)
        if present.is_empty():
            return self._nothing("sources")
        mostly = present.sort("articles", "citations", descending=True, maintain_order=True).unique(
            "source_id", keep="first", maintain_order=True
        )
        items = [
            self.text(
                "say.roles.item",
                source=self.source(row["source_id"]),
                role=self.text(f"role.{row['role']}"),
                articles=self.count("article", row["articles"]),
            )
            for row in mostly.iter_rows(named=True)
        ]
        absent = [
            self.source(name)
            for name in own["source_id"].unique(maintain_order=True)
            if name not in set(mostly["source_id"])
        ]
        first = mostly.row(0, named=True)
        return self._finding(
            "roles",
            "title",
            {
                "source": self.source(first["source_id"]),
                "role": self.text(f"role.{first['role']}"),
                "articles": self.number(first["articles"]),
                "all": self.count("article", first["articles_total"]),
            },
            self.text(
                "say.roles.text",
                all=self.count("article", first["articles_total"]),
                list=self.listed(items, separator="list.items"),
            ),
            self.text("say.roles.absent", list=self.listed(absent)) if absent else "",
        )

    def shares(self, table: pl.DataFrame, minimum: int) -> Finding:
        """`comparison.actor_shares` and the minimum of articles → the actor on whom two sources differ most."""
        return self._furthest("shares", table, minimum)

    def attributed(self, table: pl.DataFrame, minimum: int) -> Finding:
        """`comparison.attributed_shares` and the minimum of articles → the same, of what is attributed to them."""
        return self._furthest("attributed", table, minimum)

    def _furthest(self, key: str, table: pl.DataFrame, minimum: int) -> Finding:
        sources = table.unique("source_id", keep="first", maintain_order=True)
        few = [self.source(name) for name in sources.filter(pl.col("articles_total") < minimum)["source_id"]]
        abstention = (
            self.text(f"say.{key}.few", minimum=self.count("article", minimum), list=self.listed(few)) if few else ""
        )
        solid = table.filter(~pl.col("abstains"))
        spread = (
            solid.group_by("actor_id")
            .agg(spread=pl.col("share").max() - pl.col("share").min(), sources=pl.len())
            .filter(pl.col("sources") > 1)
            .sort("spread", "actor_id", descending=[True, False])
        )
        if spread.is_empty():
            return self._finding(key, "abstain_title", {}, self.text(f"say.{key}.abstain"), abstention)
        actor = spread["actor_id"][0]
        of_actor = solid.filter(pl.col("actor_id") == actor).sort("share", "source_id")
        low, high = of_actor.row(0, named=True), of_actor.row(-1, named=True)
        names = {
            "actor": self.name(actor),
            "high_source": self.source(high["source_id"]),
            "low_source": self.source(low["source_id"]),
        }
        shares = {"high": self.percent(high["share"]), "low": self.percent(low["share"])}
        if shares["high"] == shares["low"]:
            return self._finding(key, "alike_title", {}, self.text(f"say.{key}.alike"), abstention)
        return self._finding(
            key,
            "title",
            names | shares,
            self.text(f"say.{key}.text", **names, high=self.estimate(high), low=self.estimate(low)),
            abstention,
        )

    def log_odds(self, table: pl.DataFrame, minimum: int, level: float = 0.05, most: int = 5) -> Finding:
        """`comparison.log_odds` and the minimum of articles → whom a source names more or less, beyond chance."""
        tested = table.filter(pl.col("p").is_not_null())
        untested = [
            self.source(name)
            for name in table["source_id"].unique(maintain_order=True)
            if name not in set(tested["source_id"])
        ]
        few = self.text("say.log_odds.few", list=self.listed(untested)) if untested else ""
        if tested.is_empty():
            sentence = self.text("say.log_odds.abstain", minimum=self.count("article", minimum))
            return self._finding("log_odds", "abstain_title", {}, sentence)
        found = tested.filter(pl.col("differs")).sort(pl.col("z").abs(), descending=True)
        if found.is_empty():
            values = {"n": self.number(tested.height), "level": self.number(level, 2)}
            return self._finding("log_odds", "none_title", {}, self.text("say.log_odds.none", **values), few)

        def named(row: dict) -> dict:
            return {
                "source": self.source(row["source_id"]),
                "actor": self.name(row["actor_id"]),
                "more": self.text(f"say.log_odds.{'more' if row['log_odds'] > 0 else 'less'}"),
                "value": self.number(row["log_odds"], 2),
            }

        items = [self.text("say.log_odds.item", **named(row)) for row in found.head(most).iter_rows(named=True)]
        if found.height > most:
            items.append(self.text("say.log_odds.further", n=self.number(found.height - most)))
        listed = self.listed(items, separator="list.items")
        sentence = self.text("say.log_odds.text", level=self.number(level, 2), list=listed)
        return self._finding("log_odds", "title", named(found.row(0, named=True)), sentence, few)

    def distances(self, table: pl.DataFrame, minimum: int, level: float = 0.05) -> Finding:
        """`comparison.distances` and the minimum of articles → the two sources furthest apart, and if by chance."""
        solid = table.filter(~pl.col("abstains")).sort("distance", descending=True, maintain_order=True)
        few = table.height - solid.height
        abstention = self.text("say.distances.few", n=self.count("pair", few)) if few else ""
        if solid.is_empty():
            sentence = self.text("say.distances.abstain", minimum=self.count("article", minimum))
            return self._finding("distances", "abstain_title", {}, sentence)
        top = solid.row(0, named=True)
        values = {
            "source": self.source(top["source_id"]),
            "other": self.source(top["other_id"]),
            "distance": self.number(top["distance"], 2),
            "chance": self.number(top["by_chance"], 2),
            "p": self.probability(top["p"], sign=True),
        }
        significant = self.text(
            "say.distances.significant",
            n=self.number((solid["p"] <= level).sum()),
            all=self.count("pair", solid.height),
            level=self.number(level, 2),
        )
        return self._finding(
            "distances", "title", values, self.text("say.distances.text", **values), significant, abstention
        )

    def syndicated(self, table: pl.DataFrame) -> Finding:
        """`comparison.syndicated` → how many near-duplicates there are, by what rule."""
        rule = {
            "similarity": self.percent(REPEAT_SIMILARITY, 0),
            "days": self.count("day", REPEAT_DAYS),
            "syllables": self.number(REPEAT_SYLLABLES),
        }
        if table.is_empty():
            return self._finding("syndicated", "none_title", {}, self.text("say.syndicated.none", **rule))
        values = {
            "groups": self.count("group", table.height),
            "articles": self.count("article", table["articles"].sum()),
            "largest": self.count("article", table["articles"].max()),
        }
        same = table.filter(pl.col("similarity") == 1).height
        return self._finding(
            "syndicated",
            "title",
            values,
            self.text("say.syndicated.text", **values, **rule),
            self.text("say.syndicated.same", same=self.number(same)) if same else "",
        )

    def reprints(self, table: pl.DataFrame, groups: pl.DataFrame) -> Finding:
        """`comparison.reprints` and `syndicated` → how many near-duplicates there are, who prints whose most."""
        found = self.syndicated(groups)
        if groups.is_empty():
            return found
        if table.is_empty():
            return Finding(found.title, f"{found.sentence} {self.text('say.reprints.none')}")
        known = self.number(groups["first_publisher"].count())
        others = table.filter(pl.col("first_publisher") != pl.col("publisher"))
        if others.is_empty():
            return self._finding(
                "reprints", "own_title", {}, found.sentence, self.text("say.reprints.own", known=known)
            )
        top = others.row(0, named=True)
        values = {
            "first": self.label("publisher", top["first_publisher"]),
            "again": self.label("publisher", top["publisher"]),
            "stories": self.count("story", top["stories"]),
        }
        text = self.text("say.reprints.text", **values, known=known)
        return self._finding("reprints", "title", values, found.sentence, text)

    def wires(self, table: pl.DataFrame, minimum: int) -> Finding:
        """`comparison.publishers_by_wire` and the minimum of articles → which publisher leans most on which source."""
        if table.is_empty():
            return self._finding("wires", "none_title", {}, self.text("say.wires.none"))
        publishers = table.unique("publisher", keep="first", maintain_order=True)
        known = self.count("article", publishers["articles_total"].sum())
        weak = publishers.filter("abstains").height
        few = self.text("say.wires.few", n=self.number(weak), minimum=self.count("article", minimum)) if weak else ""
        solid = table.filter(~pl.col("abstains"))
        if solid["articles"].sum() == 0:
            title = "abstain_title" if solid.is_empty() else "zero_title"
            sentence = "" if solid.is_empty() else self.text("say.wires.zero", all=known)
            return self._finding("wires", title, {}, sentence, few)
        top = solid.sort("article_share", "articles_total", descending=True, maintain_order=True).row(0, named=True)
        named = {"publisher": self.label("publisher", top["publisher"]), "source": self.source(top["source_id"])}
        text = self.text(
            "say.wires.text",
            **named,
            share=self.estimate(top, "article_share"),
            articles=self.count("article", top["articles_total"]),
            all=known,
        )
        return self._finding("wires", "title", named | {"share": self.percent(top["article_share"])}, text, few)

    def dating(self, table: pl.DataFrame) -> Finding:
        """`coverage.dating` → by what the articles are dated."""
        stated = table.filter((pl.col("basis") == "stated") & (pl.col("precision") == "day"))["article_share"].sum()
        items = [
            self.text(
                "say.dating.item",
                basis=self.text(f"basis.{row['basis']}"),
                precision=self.text(f"precision.{row['precision']}"),
                articles=self.number(row["articles"]),
                share=self.percent(row["article_share"]),
            )
            for row in table.iter_rows(named=True)
        ]
        sentence = self.text(
            "say.dating.text",
            all=self.count("article", table["articles_total"][0]),
            list=self.listed(items, separator="list.items"),
        )
        longer = table.filter(pl.col("precision") == "longer").sort("articles", descending=True)
        ends = [self.count("day", longer[name][0]) for name in ("typical", "widest") if longer.height]
        spread = self.text("say.dating.spread", typical=ends[0], widest=ends[1]) if ends else ""
        return self._finding("dating", "title", {"share": self.percent(stated)}, sentence, spread)

    def calendar(self, sources: pl.DataFrame) -> Finding:
        """`coverage.by_source` → the span of the corpus, its days with articles and without."""
        whole = sources.row(0, named=True)
        if not whole["publication_days"]:
            return self._finding("calendar", "abstain_title", {}, self.text("say.calendar.abstain"))
        loose = whole["undated"] + whole["longer_dated"]
        items = [
            self.text("say.calendar.item", source=self.source(name), n=self.number(days))
            for name, days in sources.slice(1).select("source_id", "publication_days").iter_rows()
        ]
        values = {
            "days": self.number(whole["publication_days"]),
            "span": self.count("day", whole["span_days"]),
            "first": self.date(whole["first"]),
            "last": self.date(whole["last"]),
        }
        silent = whole["silent_days"]
        return self._finding(
            "calendar",
            "title",
            values,
            self.text(f"say.calendar.{'single' if whole['span_days'] == 1 else 'text'}", **values),
            self.text("say.calendar.silent", silent=self.count("day", silent)) if silent else "",
            self.text("say.calendar.possible", days=self.count("day", whole["possible_days"]))
            if whole["possible_days"]
            else "",
            self.text("say.calendar.undated", articles=self.count("article", loose)) if loose else "",
            self.text("say.calendar.source", list=self.listed(items)) if items else "",
        )

    def gaps(self, table: pl.DataFrame, level: float = 0.05) -> Finding:
        """`coverage.gaps` → the longest silence of a source (of all articles where no source has days enough)."""
        if table.is_empty():
            return self._finding("gaps", "none_title", {}, self.text("say.gaps.none"))
        solid = table.filter(~pl.col("abstains"))
        if solid.is_empty():
            return self._finding("gaps", "abstain_title", {}, self.text("say.gaps.abstain"))
        of_sources = solid.filter(pl.col("source_id") != "all")
        longest = (solid if of_sources.is_empty() else of_sources).row(0, named=True)
        values = {"source": self.source(longest["source_id"]), "days": self.count("day", longest["days"])}
        sentence = self.text(
            "say.gaps.text",
            **values,
            first=self.date(longest["first"]),
            last=self.date(longest["last"]),
            times=self.number(longest["times"], 1),
            step=self.count("day", longest["usual_step"]),
        )
        chance = longest["chance"]
        verdict = "usual" if chance > level else "unusual"
        chance = self.text(f"say.gaps.{verdict}", chance=self.percent(chance))
        possible = longest["possible"]
        filled = self.text("say.gaps.possible", articles=self.count("article", possible)) if possible else ""
        return self._finding("gaps", "title", values, sentence, chance, filled)

    def reach(self, table: pl.DataFrame) -> Finding:
        """`coverage.reach` → how much of what the texts date lies near publication."""
        total = table["dates_total"].max()
        if not total:
            return self._nothing("dates")
        share = dict(table.select("reach", "share").iter_rows())
        if share["unplaced"] == 1:
            sentence = self.text("say.reach.none", all=self.count("date", total))
            return self._finding("reach", "none_title", {}, sentence)
        near = sum(share[name] for name in ("days_before", "same", "days_after"))
        before = sum(value for name, value in share.items() if name.endswith("_before")) - share["days_before"]
        after = sum(value for name, value in share.items() if name.endswith("_after")) - share["days_after"]
        title = ("title", near) if share["unplaced"] < 0.5 else ("unplaced_title", share["unplaced"])
        return self._finding(
            "reach",
            title[0],
            {"share": self.percent(title[1])},
            self.text(
                "say.reach.text",
                all=self.count("date", total),
                near=self.percent(near),
                before=self.percent(before),
                after=self.percent(after),
            ),
            self.text("say.reach.unplaced", share=self.percent(share["unplaced"])) if share["unplaced"] else "",
        )

    def reach_by_source(self, table: pl.DataFrame) -> Finding:
        """`coverage.reach` by source → the distance from publication in which two sources differ most."""
        solid = table.filter(~pl.col("abstains") & (pl.col("source_id") != "all") & (pl.col("reach") != "unplaced"))
        spread = (
            solid.group_by("reach", maintain_order=True)
            .agg(spread=pl.col("share").max() - pl.col("share").min(), sources=pl.len())
            .filter(pl.col("sources") > 1)
            .sort("spread", descending=True, maintain_order=True)
        )
        if spread.is_empty():
            return self._finding("reach_by_source", "abstain_title", {}, self.text("say.reach_by_source.abstain"))
        rows = solid.filter(pl.col("reach") == spread["reach"][0]).sort("share", "source_id")
        low, high = rows.row(0, named=True), rows.row(-1, named=True)
        ends = {"low": self.percent(low["share"]), "high": self.percent(high["share"])}
        if ends["low"] == ends["high"]:
            return self._finding("reach_by_source", "alike_title", {}, self.text("say.reach_by_source.alike"))
        values = {"reach": self.text(f"reach.{low['reach']}")}
        values |= {"low_source": self.source(low["source_id"]), "high_source": self.source(high["source_id"])}
        apart = "apart" if low["share_high"] < high["share_low"] else "overlap"
        return self._finding(
            "reach_by_source",
            "title",
            values | ends,
            self.text("say.reach_by_source.text", low=self.estimate(low), high=self.estimate(high), **values),
            self.text(f"say.reach_by_source.{apart}"),
        )

    def days_named(self, table: pl.DataFrame, minimum: int, most: int = 3) -> Finding:
        """`coverage.days_named` and the minimum of articles → the days most written about."""
        known = table.filter(pl.col("articles") >= minimum)
        if known.is_empty():
            sentence = self.text("say.days_named.abstain", minimum=self.count("article", minimum))
            return self._finding("days_named", "abstain_title", {}, sentence)
        first = known.row(0, named=True)
        values = {"day": self.date(first["day"]), "articles": self.number(first["articles"])}
        values |= {"all": self.count("article", first["articles_total"]), "same": self.number(first["same_day"])}
        items = [
            self.text("say.days_named.item", day=self.date(row["day"]), n=self.number(row["articles"]))
            for row in known.slice(1, most).iter_rows(named=True)
        ]
        return self._finding(
            "days_named",
            "title",
            values,
            self.text("say.days_named.text", share=self.estimate(first, "article_share"), **values),
            self.text("say.days_named.next", list=self.listed(items)) if items else "",
        )

    def delays(self, table: pl.DataFrame, minimum: int) -> Finding:
        """`coverage.delays` and the minimum of articles → how soon after an event half of the articles are out."""
        solid = table.filter(~pl.col("abstains"))
        whole = solid.filter(pl.col("source_id") == "all")
        if whole.is_empty():
            sentence = self.text("say.delays.abstain", minimum=self.count("article", minimum))
            return self._finding("delays", "abstain_title", {}, sentence)
        half = whole.filter(pl.col("article_share") >= 0.5)
        values = {"all": self.count("article", whole["articles_total"][0])}
        days = half["days"][0] if half.height else whole["days"][-1]
        values["days"] = self.count("day", days)
        day = solid.filter((pl.col("days") == 1) & (pl.col("source_id") != "all"))
        items = [
            self.text(
                "say.delays.item", source=self.source(row["source_id"]), share=self.estimate(row, "article_share")
            )
            for row in day.iter_rows(named=True)
        ]
        few = [
            self.source(name)
            for name in table.filter(pl.col("abstains"))["source_id"].unique(maintain_order=True).to_list()
        ]
        title, sentence = ("same_title", "same") if days == 0 else ("title", "text")
        if half.is_empty():
            title, sentence = "late_title", "late"
        return self._finding(
            "delays",
            title,
            values,
            self.text(f"say.delays.{sentence}", **values),
            self.text("say.delays.sources", list=self.listed(items, separator="list.items")) if items else "",
            self.text("say.delays.few", minimum=self.count("article", minimum), list=self.listed(few)) if few else "",
        )

    def measured(self, pages: int, whose: str, file: str) -> Finding:
        """How many pages are marked, whose they are (`gold.Gold.whose`), the file's name → what is measured on."""
        values = {"pages": self.count("article", pages), "file": file}
        return self._finding("measured", "title", values, self.text(f"say.measured.{whose}", **values))

    def accuracy(self, table: pl.DataFrame) -> Finding:
        """`quality.figures` → where extraction agrees least with the marks, where wholly, how far counts are off."""
        known = table.filter((pl.col("measure") != "error") & pl.col("value").is_not_null())
        if known.is_empty():
            return self._nothing("marks")
        ranked = known.sort("value", maintain_order=True)
        worst = ranked.row(0, named=True)
        whole = [self.label("figure", name) for name in known.filter(pl.col("value") == 1)["figure"]]
        values = {
            "figure": self.label("figure", worst["figure"]),
            "all": self.count("article", worst["articles_total"]),
        }
        sentences = [self.text("say.accuracy.worst", value=self._agreement(worst), **values)]
        second = ranked.row(min(1, ranked.height - 1), named=True)
        if second["figure"] != worst["figure"] and second["value"] < 1:
            named = {"figure": self.label("figure", second["figure"]), "value": self._agreement(second)}
            sentences.append(self.text("say.accuracy.second", **named))
        if whole:
            sentences.append(self.text("say.accuracy.whole", list=self.listed(whole, separator="list.items")))
        for row in table.filter((pl.col("measure") == "error") & pl.col("value").is_not_null()).iter_rows(named=True):
            sentences.append(self.text("say.accuracy.counts", share=self.estimate(row, "value")))
        title = values | {"value": self.number(worst["value"], 3)}
        return self._finding("accuracy", "title", title, *sentences)

    def _agreement(self, row: dict) -> str:
        """A row of `quality.figures` → its value and interval, or its value and abstention."""
        estimate = self.number(row["value"], 3)
        if row["value_low"] is None:
            return self.text("interval.without", estimate=estimate)
        written = self.interval(row["value_low"], row["value_high"], 3, percent=False)
        return self.text("interval.with", estimate=estimate, range=written)

    def differences(self, table: pl.DataFrame) -> Finding:
        """`quality.concordance` → how many differences from the marks there are, and about what."""
        if table.is_empty():
            return self._finding("differences", "none_title", {}, self.text("say.differences.none"))
        kinds = dict(table["error"].value_counts().iter_rows())
        most = table["figure"].value_counts().sort("count", "figure", descending=[True, False]).row(0)
        values = {
            "n": self.count("difference", table.height),
            "articles": self.count("article", table["page"].n_unique()),
            **{name: self.number(kinds.get(name, 0)) for name in ("missed", "invented", "wrong")},
            "figure": self.label("figure", most[0]),
            "most": self.number(most[1]),
        }
        return self._finding("differences", "title", values, self.text("say.differences.text", **values))

    def agreement(self, table: pl.DataFrame, minimum: int) -> Finding:
        """`quality.by_source` or `by_year` and the minimum of articles → where the groups differ most, if for sure."""
        if table.is_empty():
            return self._nothing("marks")
        group = table.columns[0]
        few = table.filter(pl.col("articles_total") < minimum)[group].unique(maintain_order=True)
        few = [self._group(group, name) for name in few]
        abstention = (
            self.text("say.agreement.few", minimum=self.count("article", minimum), list=self.listed(few)) if few else ""
        )
        solid = table.filter(~pl.col("abstains") & pl.col("value").is_not_null())
        spread = (
            solid.group_by("figure", maintain_order=True)
            .agg(spread=pl.col("value").max() - pl.col("value").min(), groups=pl.len())
            .filter(pl.col("groups") > 1)
            .sort("spread", descending=True, maintain_order=True)
        )
        if spread.is_empty():
            return self._finding("agreement", "abstain_title", {}, self.text("say.agreement.abstain"), abstention)
        rows = solid.filter(pl.col("figure") == spread["figure"][0]).sort("value", maintain_order=True)
        low, high = rows.row(0, named=True), rows.row(-1, named=True)
        values = {
            "figure": self.label("figure", low["figure"]),
            "low_group": self._group(group, low[group]),
            "high_group": self._group(group, high[group]),
        }
        ends = {"low": self.number(low["value"], 3), "high": self.number(high["value"], 3)}
        if ends["low"] == ends["high"]:
            sentence = self.text("say.agreement.none", least=self.number(0.001, 3))
            return self._finding("agreement", "none_title", {}, sentence, abstention)
        apart = "apart" if low["value_high"] < high["value_low"] else "overlap"
        return self._finding(
            "agreement",
            "title",
            values | ends,
            self.text("say.agreement.text", low=self._agreement(low), high=self._agreement(high), **values),
            self.text(f"say.agreement.{apart}"),
            abstention,
        )

    def _group(self, column: str, name: str | None) -> str:
        return self.text("say.agreement.unknown") if name is None else self.label(column, name)

    # --- what changed between two builds -----------------------------------------------------------------------------

    def changes(self, table: pl.DataFrame, compared: Collection[str]) -> list[str]:
        """`change.between` and the names of the tables it compared → a sentence on each, also where nothing changed."""
        say = {"pages": self._changed_pages, "corrections": self._changed_corrections}
        say |= {"actors": self._changed_actors, "gaps": self._changed_gaps}
        return [
            " ".join(part for part in sentence(table.filter(pl.col("subject") == name.removesuffix("s"))) if part)
            for name, sentence in say.items()
            if name in compared
        ]

    def change_table(self, table: pl.DataFrame) -> Shown:
        """`change.between` → the changes alone, each with what it was before and what it is now."""
        told = table.filter(~pl.col("change").is_in(["within", "abstains", "usual"]))
        headings = [self.text(f"change.{name}") for name in ("subject", "change", "id", "about")]
        rows = [
            [
                self.text(f"change.{row['subject']}"),
                self.text(f"change.{row['change']}"),
                {"actor": self.name, "gap": self.source}.get(row["subject"], str)(row["id"]),
                self._about(row),
            ]
            for row in told.head(LONGEST).iter_rows(named=True)
        ]
        return Shown(headings, rows, [False] * 4, "", 12, told.height)

    def _about(self, row: dict) -> str:
        if row["subject"] == "actor":
            return self.text("change.from_to", **self._moved(row))
        if row["subject"] == "gap":
            return self.span(row["first"], row["last"])
        return row["about"] or self.text("number.none")

    def _moved(self, row: dict) -> dict[str, str]:
        """A row of an actor → its name and its shares before and now, with intervals."""
        shares = {when: {f"share{end}": row[f"{when}{end}"] for end in ("", "_low", "_high")} for when in _WHEN}
        return {"actor": self.name(row["id"]), **{when: self.estimate(share) for when, share in shares.items()}}

    def _changed_pages(self, rows: pl.DataFrame) -> list[str]:
        if rows.is_empty():
            return [self.text("say.change.pages_none")]
        return [self.text("say.change.pages", **self._counted(rows, "new", "gone", "edited"))]

    def _changed_corrections(self, rows: pl.DataFrame) -> list[str]:
        if rows.is_empty():
            return [self.text("say.change.corrections_none")]
        return [self.text("say.change.corrections", **self._counted(rows, "new", "gone"))]

    def _changed_actors(self, rows: pl.DataFrame) -> list[str]:
        few = rows.filter(pl.col("change") == "abstains").height
        compared = rows.height - few
        if not compared:
            return [self.text("say.change.actors_abstain")]
        moved = [
            self.text(f"say.change.actor_{row['change']}", **self._moved(row))
            for row in rows.filter(pl.col("change").is_in(["up", "down"])).iter_rows(named=True)
        ]
        found = "actors" if moved else "actors_none"
        values = {"n": self.count("actor", compared), "list": self.listed(moved, separator="list.items")}
        rest = self.text("say.change.actors_few", few=self.count("actor", few)) if few else ""
        return [self.text(f"say.change.{found}", **values), rest]

    def _changed_gaps(self, rows: pl.DataFrame) -> list[str]:
        def silences(change: str) -> list[str]:
            spans = rows.filter(pl.col("change") == change).select("id", "first", "last").iter_rows()
            return [f"{self.source(source)} {self.span(first, last)}" for source, first, last in spans]

        new, gone, usual = silences("new"), silences("gone"), len(silences("usual"))
        listed = {"list": self.listed(new, separator="list.items")}
        return [
            self.text("say.change.gaps", **listed) if new else self.text("say.change.gaps_none"),
            self.text("say.change.gaps_usual", n=self.number(usual)) if usual else "",
            self.text("say.change.gaps_gone", list=self.listed(gone, separator="list.items")) if gone else "",
        ]

    def _counted(self, rows: pl.DataFrame, *changes: str) -> dict[str, str]:
        return {change: self.number((rows["change"] == change).sum()) for change in changes}
