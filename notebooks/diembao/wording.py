"""What a reader reads: our strings in English and Vietnamese, numbers and dates in each language's form, findings.

`wording.toml` holds the strings. `Words` speaks one language with the names of one selection: it shows a tidy table
under readable headings and turns it into a `Finding`, a title and sentences whose numbers come from that table. Text of
pages never passes as markup: what is shown as HTML is escaped here.
"""

import datetime
import html
import textwrap
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl

from .schema import DiembaoError

LANGUAGES = ("en", "vi")
STRINGS = Path(__file__).with_name("wording.toml")

# How the columns of the measures are written; all others are counts or texts.
_PERCENT = ("share", "article_share", "chance")
_DIGITS = {"rate": 2, "log_odds": 2, "z": 2, "distance": 2, "by_chance": 2, "p": 3, "q": 3, "usual_step": 1, "times": 1}
_DIGITS |= dict.fromkeys(("value", "precision", "recall"), 3) | {"megabytes": 1}
_VOCABULARIES = {
    "actor_kind": "kind",
    "line_role": "line_role",
    "role": "role",
    "state": "state",
    "basis": "basis",
    "precision": "precision",
    "reach": "reach",
    "step": "step",
    "table": "table_name",
    "figure": "figure",
    "error": "error",
}
# What the two sides of an error are, by its figure; those of the others are written as they are.
_SIDES = {
    **dict.fromkeys(("state", "org", "person"), "actor_id"),
    **dict.fromkeys(("citation_span", "citation_role"), "role"),
    "line_role": "line_role",
}

# What else Vega's locale of dates must have; charts write days as 04/06/2024 in both languages.
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
    """A table as a reader sees it: headings and cells are finished strings."""

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    numeric: Sequence[bool]
    note: str

    def __repr__(self) -> str:
        lines = [self.headings, *self.rows]
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
        body = "".join(f"<tr>{cells(line, row, 'td')}</tr>" for line in self.rows)
        note = f'<p class="note">{html.escape(self.note)}</p>' if self.note else ""
        return f'<table class="diembao"><thead>{head}</thead><tbody>{body}</tbody></table>{note}'


class Words:
    """One language and the names of one selection.

    language: `en` or `vi`. names: `id`, `name_en`, `name_vi` (`Selection.names`); an id without a name is its own.
    """

    def __init__(self, language: str, names: pl.DataFrame | None = None):
        text("number.point", language)
        self.language = language
        self.strings = strings().keys()
        self._names = {} if names is None else dict(names.select("id", f"name_{language}").iter_rows())

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
        return "".join(swap.get(sign, sign) for sign in f"{value:,.{digits}f}".replace("-", "−"))

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
        written = self.text("number.range", **ends)
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
            return self.text("number.none")
        month = self.text("date.months").split("|")[first.month - 1]
        part = {"quarter": (first.month + 2) // 3, "half": (first.month + 5) // 6}.get(every)
        return self.text(f"date.{every}", month=month, number=first.month, part=part, year=first.year)

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
        if column == "actor_id":
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

    def table(self, table: pl.DataFrame, rows: int = 12, columns: Sequence[str] = ()) -> Shown:
        """A tidy table → its first `rows` rows under readable headings.

        An interval stands in brackets after its estimate, a denominator after a stroke behind its count.
        columns: which to show, in order (default: all that `wording.toml` has a heading for).
        """
        head = table.head(rows)
        chosen = columns or [name for name in table.columns if f"column.{name}" in self.strings]
        chosen = [name for name in chosen if name.removesuffix("_total") not in set(chosen) - {name}]
        cells = [self._cells(head, name) for name in chosen]
        note = ""
        if table.is_empty():
            note = self.text("table.empty")
        elif table.height > rows:
            note = self.text("table.rows", shown=self.number(rows), all=self.number(table.height))
        return Shown(
            [self._heading(table, name) for name in chosen],
            list(zip(*cells, strict=True)),
            [table.schema[name].is_numeric() for name in chosen],
            note,
        )

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
            return [
                self.text("interval.short", estimate=cell, range=self.interval(low, high, **digits))
                for cell, low, high in ends
            ]
        if f"{name}_total" in table.columns:
            return [
                f"{cell} / {self.number(total)}" for cell, total in zip(written, table[f"{name}_total"], strict=True)
            ]
        return written

    # --- findings --------------------------------------------------------------------------------------------------

    def _finding(self, key: str, title: str, values: dict, *sentences: str) -> Finding:
        return Finding(
            self.text(f"say.{key}.{title}", **values), " ".join(sentence for sentence in sentences if sentence)
        )

    def _nothing(self) -> Finding:
        return self._finding("nothing", "title", {}, self.text("say.nothing.text"))

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
            return self._nothing()
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
        if table.height > 1:
            second = table.row(1, named=True)
            sentences.append(
                self.text("say.actors.second", actor=self.name(second["actor_id"]), share=self.estimate(second))
            )
        if top["rank_low"] is not None:
            certain = "certain" if top["rank_high"] == 1 else "uncertain"
            ranks = {"low": self.number(top["rank_low"]), "high": self.number(top["rank_high"])}
            sentences.append(self.text(f"say.actors.{certain}", actor=name, **ranks))
        if rare := table["abstains"].sum():
            sentences.append(
                self.text("say.actors.rare", rare=self.number(rare), all=self.count("actor", table.height))
            )
        return self._finding("actors", "title", {"actor": name, "share": self.percent(top["share"])}, *sentences)

    def kinds(self, kinds: pl.DataFrame, roles: pl.DataFrame) -> Finding:
        """`frequency.by_kind` and `by_role` → how mentions divide, and where persons weigh most and least."""
        if not kinds["mentions"].sum():
            return self._nothing()
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

    def periods(self, table: pl.DataFrame) -> Finding:
        """`frequency.by_period` → between which periods the most named actor's share moves, and if that is certain."""
        if table.is_empty():
            return self._nothing()
        totals = table.group_by("actor_id").agg(pl.col("mentions").sum())
        actor = totals.sort("mentions", "actor_id", descending=[True, False])["actor_id"][0]
        dated = table.filter((pl.col("actor_id") == actor) & pl.col("period").is_not_null()).sort("share", "period")
        solid = dated.filter(~pl.col("abstains"))
        every = table["every"][0]
        values = {"actor": self.name(actor), "all": self.count(every, dated.height)}
        few = dated.height - solid.height
        undated = table.filter(pl.col("period").is_null())["articles_total"].max() or 0
        silent = self.number((dated["articles_total"] == 0).sum())
        rest = [
            self.text("say.periods.few", few=self.number(few), silent=silent, **values) if few else "",
            self.text("say.periods.undated", articles=self.count("article", undated)) if undated else "",
        ]
        if dated.is_empty():
            return self._finding("periods", "none_title", values, self.text("say.periods.none"))
        if solid.height < 2:
            return self._finding("periods", "abstain_title", values, self.text("say.periods.abstain", **values), *rest)
        low, high = solid.row(0, named=True), solid.row(-1, named=True)
        values |= {"low_period": self.period(low["period"], every), "high_period": self.period(high["period"], every)}
        apart = "apart" if low["share_high"] < high["share_low"] else "overlap"
        return self._finding(
            "periods",
            "title",
            values | {"low": self.percent(low["share"]), "high": self.percent(high["share"])},
            self.text("say.periods.text", low=self.estimate(low), high=self.estimate(high), **values),
            self.text(f"say.periods.{apart}"),
            *rest,
        )

    def roles(self, table: pl.DataFrame) -> Finding:
        """`comparison.role_matrix` → what each source mostly is."""
        own = table.filter(pl.col("source_id") != "others")
        present = own.filter(pl.col("citations") > 0)
        if present.is_empty():
            return self._nothing()
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
            {"source": self.source(first["source_id"]), "role": self.text(f"role.{first['role']}")},
            self.text(
                "say.roles.text",
                all=self.count("article", first["articles_total"]),
                list=self.listed(items, separator="list.items"),
            ),
            self.text("say.roles.absent", list=self.listed(absent)) if absent else "",
        )

    def shares(self, table: pl.DataFrame, minimum: int) -> Finding:
        """`comparison.actor_shares` and the minimum of articles → the actor on whom two sources differ most."""
        if table.is_empty():
            return self._nothing()
        sources = table.unique("source_id", keep="first", maintain_order=True)
        few = [self.source(name) for name in sources.filter(pl.col("articles_total") < minimum)["source_id"]]
        abstention = (
            self.text("say.shares.few", minimum=self.count("article", minimum), list=self.listed(few)) if few else ""
        )
        solid = table.filter(~pl.col("abstains"))
        spread = (
            solid.group_by("actor_id")
            .agg(spread=pl.col("share").max() - pl.col("share").min(), sources=pl.len())
            .filter(pl.col("sources") > 1)
            .sort("spread", "actor_id", descending=[True, False])
        )
        if spread.is_empty():
            return self._finding("shares", "abstain_title", {}, self.text("say.shares.abstain"), abstention)
        actor = spread["actor_id"][0]
        of_actor = solid.filter(pl.col("actor_id") == actor).sort("share", "source_id")
        low, high = of_actor.row(0, named=True), of_actor.row(-1, named=True)
        names = {
            "actor": self.name(actor),
            "high_source": self.source(high["source_id"]),
            "low_source": self.source(low["source_id"]),
        }
        shares = {"high": self.percent(high["share"]), "low": self.percent(low["share"])}
        return self._finding(
            "shares",
            "title",
            names | shares,
            self.text("say.shares.text", **names, high=self.estimate(high), low=self.estimate(low)),
            abstention,
        )

    def log_odds(self, table: pl.DataFrame, minimum: int, level: float = 0.05, most: int = 5) -> Finding:
        """`comparison.log_odds` and the minimum of articles → whom a source names more or less, beyond chance."""
        if table.is_empty():
            return self._nothing()
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
        """`comparison.syndicated` → how many near-duplicates there are."""
        if table.is_empty():
            return self._finding("syndicated", "none_title", {}, self.text("say.syndicated.none"))
        values = {
            "groups": self.count("group", table.height),
            "articles": self.count("article", table["articles"].sum()),
            "largest": self.count("article", table["articles"].max()),
        }
        return self._finding("syndicated", "title", values, self.text("say.syndicated.text", **values))

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
        return self._finding("dating", "title", {"share": self.percent(stated)}, sentence)

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
        title = {
            "days": self.number(whole["publication_days"]),
            "span": self.count("day", whole["span_days"]),
        }
        return self._finding(
            "calendar",
            "title",
            title,
            self.text(
                "say.calendar.text",
                first=self.date(whole["first"]),
                last=self.date(whole["last"]),
                silent=self.number(whole["span_days"] - whole["publication_days"]),
                **title,
            ),
            self.text("say.calendar.undated", articles=self.count("article", loose)) if loose else "",
            self.text("say.calendar.source", list=self.listed(items)) if items else "",
        )

    def gaps(self, table: pl.DataFrame, level: float = 0.05) -> Finding:
        """`coverage.gaps` → the longest silence of a source (of all articles where no source has one)."""
        if table.is_empty():
            return self._finding("gaps", "none_title", {}, self.text("say.gaps.none"))
        of_sources = table.filter(pl.col("source_id") != "all")
        longest = (table if of_sources.is_empty() else of_sources).row(0, named=True)
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
        verdict = "abstain" if chance is None else "usual" if chance > level else "unusual"
        chance = self.text(f"say.gaps.{verdict}", chance=self.probability(chance))
        return self._finding("gaps", "title", values, sentence, chance)

    def reach(self, table: pl.DataFrame) -> Finding:
        """`coverage.reach` → how much of what the texts date lies near publication."""
        total = table["dates_total"].max()
        if not total:
            return self._nothing()
        share = dict(table.select("reach", "share").iter_rows())
        if share["unplaced"] == 1:
            sentence = self.text("say.reach.none", all=self.count("date", total))
            return self._finding("reach", "none_title", {}, sentence)
        near = sum(share[name] for name in ("days_before", "same", "days_after"))
        before = sum(value for name, value in share.items() if name.endswith("_before")) - share["days_before"]
        after = sum(value for name, value in share.items() if name.endswith("_after")) - share["days_after"]
        return self._finding(
            "reach",
            "title",
            {"share": self.percent(near)},
            self.text(
                "say.reach.text",
                all=self.count("date", total),
                near=self.percent(near),
                before=self.percent(before),
                after=self.percent(after),
            ),
            self.text("say.reach.unplaced", share=self.percent(share["unplaced"])),
        )

    def measured(self, pages: int, whose: str, file: str) -> Finding:
        """How many pages are marked, whose they are (`gold.Gold.whose`), the file's name → what is measured on."""
        values = {"pages": self.count("article", pages), "file": file}
        return self._finding("measured", "title", values, self.text(f"say.measured.{whose}", **values))

    def accuracy(self, table: pl.DataFrame) -> Finding:
        """`quality.figures` → where extraction agrees least with the marks, where wholly, how far counts are off."""
        known = table.filter((pl.col("measure") != "error") & pl.col("value").is_not_null())
        if known.is_empty():
            return self._nothing()
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
            return self._nothing()
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
        if not spread["spread"][0]:
            return self._finding("agreement", "none_title", {}, self.text("say.agreement.none"), abstention)
        rows = solid.filter(pl.col("figure") == spread["figure"][0]).sort("value", maintain_order=True)
        low, high = rows.row(0, named=True), rows.row(-1, named=True)
        values = {
            "figure": self.label("figure", low["figure"]),
            "low_group": self._group(group, low[group]),
            "high_group": self._group(group, high[group]),
        }
        ends = {"low": self.number(low["value"], 3), "high": self.number(high["value"], 3)}
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
