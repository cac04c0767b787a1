"""The lab on the screen: ipywidgets that show a `View` and change it. They hold no data; `Desk` has the tables."""

import asyncio
import contextlib
import datetime
import os
import zoneinfo
from collections.abc import Callable
from pathlib import Path

import altair as alt
import ipywidgets as w
import polars as pl

from .. import charts, corpus, corrections, wording
from .. import catalogue as catalogues
from ..measures import cube, selection
from ..schema import ACTOR_KINDS, LINE_ROLES, DiembaoError
from . import leave, reading
from .desk import BARS, ORDERS, ROWS, SORTED, Desk
from .state import View
from .widgets import PageText, Search, Table

SUGGESTED = 12  # options a search shows
CANDIDATES = 100  # names the catalogue does not list, on the screen
FIGURES = ("periods", "actors", "sources", "calendar")
alt.JupyterChart.enable_offline()


class Linked:
    """A linked chart on the screen: drawn again only when what it shows has changed, filled rather than made anew."""

    def __init__(self, on_brush: Callable | None = None, on_pick: Callable | None = None):
        self.place = w.Box()
        self.chart: alt.JupyterChart | None = None
        self.on_brush, self.on_pick = on_brush, on_pick
        self.drawn: tuple = ()
        self.days: tuple[str, str] | None = None  # what its brush covers, as drawn or as it last said
        self.template: tuple = ()

    def show(self, key: tuple, make: Callable, rows: list[dict], title: str, days: tuple[str, str] | None) -> None:
        if key != self.template:
            template = make()
            self.template, self.spec = key, template.to_dict()
            self._attach(template)
        elif (rows, title) == self.drawn and days == self.days:
            return
        self.drawn, self.days = (rows, title), days
        self.chart.spec = self.filled(days)

    def filled(self, days: tuple[str, str] | None = None) -> dict:
        return charts.filled(self.spec, *self.drawn, days)

    def _attach(self, template: alt.Chart) -> None:
        options = {"actions": False, "renderer": "svg"}
        self.chart = alt.JupyterChart(template, embed_options=options, debounce_wait=150, max_wait=False)
        if self.on_brush:
            self.chart.selections.observe(self._brushed, charts.BRUSH)
        if self.on_pick:
            self.chart.selections.observe(self._picked, charts.PICK)
        self.place.children = (self.chart,)

    def _brushed(self, change: dict) -> None:
        ends = next(iter(change["new"].value.values()), None) if change["new"].value else None
        days = None
        if ends:
            # in universal time; the last day is the one before the brush ends
            first, last = (datetime.datetime.fromtimestamp(x / 1000, zoneinfo.ZoneInfo("UTC")) for x in sorted(ends))
            last = max(first, last - datetime.timedelta(milliseconds=1))
            days = (first.date().isoformat(), last.date().isoformat())
        if days != self.days:
            self.days = days
            self.on_brush(days)

    def _picked(self, change: dict) -> None:
        if change["new"].value:
            self.on_pick(change["new"].value[0])


class Lab(w.VBox):
    """A view on the screen. Changing the view changes the screen, and the other way round.

    `desk` holds the opened corpus, none if it could not be opened: the message says why.
    """

    def __init__(self, view: View | None = None):
        self.view = view or View()
        self.desk: Desk | None = None
        self.row, self.at, self.mark = 0, 0, None
        self.shown: dict = {}
        self._busy = False
        super().__init__()
        self.add_class("db-lab")
        self.message = w.HTML().add_class("db-message")
        self.bar = w.IntProgress(layout={"width": "100%", "display": "none"})
        self._build()
        self._open()
        self.view.observe(self._changed)

    def __repr__(self) -> str:
        if self.desk is None:
            return "Lab: nothing is open"
        try:
            table = self.desk.actors(self.view)
        except DiembaoError as error:
            return f"Lab: {error}"
        articles = self.desk.chosen(self.view).articles.height
        named = int(table["mentions"].sum())
        return f"Lab: {articles:,} articles, {named:,} mentions of {table.height:,} actors are counted"

    def _text(self, key: str, **values: object) -> str:
        return wording.text(f"lab.{key}", self.view.language, **values)

    # --- building ---------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        """Makes every control anew, in the language of the view."""
        text = self._text
        self.words = self._words()
        self.head = w.HTML()
        self.language = w.ToggleButtons(
            options=[("English", "en"), ("Tiếng Việt", "vi")], value=self.view.language, tooltips=["English", "Tiếng Việt"]
        )
        self._bind(self.language, "language")
        head = w.HBox([self.head, w.HBox([self.language]).add_class("db-bar")]).add_class("db-head")
        self.tabs = w.Tab([self._look(), self._teach(), self._leave(), self._opening()]).add_class("db-main")
        for number, name in enumerate(("look", "teach", "leave", "open")):
            self.tabs.set_title(number, text(f"tab.{name}"))
        body = w.Box([self._ask(), self.tabs]).add_class("db-body")
        self.children = (head, self.bar, self.message, body)

    def _words(self) -> wording.Words:
        return wording.Words(self.view.language, self.desk.names if self.desk else None)

    def _bind(self, control: w.Widget, name: str) -> w.Widget:
        """A control and the choice it shows → the control; each follows the other."""
        control.observe(lambda change: self._choose(**{name: change["new"]}), "value")
        return control

    def _dropdown(self, name: str, options: list) -> w.Dropdown:
        shown = [(self._text(f"{name}.{value}"), value) for value in options]
        control = w.Dropdown(
            options=shown, value=getattr(self.view, name), description=self._text(f"ask.{name}"), tooltip=self._text(f"tip.{name}")
        )
        return self._bind(control, name)

    def _search(self, key: str, find: Callable, add: Callable, remove: Callable) -> Search:
        made = Search(
            label=self._text(f"ask.{key}"), placeholder=self._text(f"ask.{key}_hint"), remove=self._text("ask.remove")
        )
        made.observe(lambda change: setattr(made, "options", find(change["new"]) if change["new"].strip() else []), "query")

        def heard(_: object, content: dict, __: object) -> None:
            if "add" in content:
                made.query = ""
                add(content["add"])
            elif "remove" in content:
                remove(content["remove"])

        made.on_msg(heard)
        return made

    def _ask(self) -> w.Widget:
        text, view = self._text, self.view
        self.actors = self._search(
            "actors",
            self.find_actors,
            lambda id_: self._choose(actors=[*view.actors, id_]),
            lambda id_: self._choose(actors=[kept for kept in view.actors if kept != id_]),
        )
        self.groups = w.Dropdown(description=text("ask.group"), options=[(text("ask.group_hint"), "")], tooltip=text("tip.group"))
        self.groups.observe(self._add_group, "value")
        self.sources = self._search(
            "sources",
            self.find_sources,
            lambda id_: self._choose(sources=[*view.sources, id_]),
            lambda id_: self._choose(sources=[kept for kept in view.sources if kept != id_]),
        )
        self.basis = self._dropdown("basis", ["any", "credit", "attribution"])
        self.only = w.Dropdown(description=text("ask.only"), tooltip=text("tip.only"))
        self.only.observe(lambda change: self._choose(only=[change["new"]] if change["new"] else []), "value")
        dates = [
            w.Text(description=text(f"ask.{name}"), placeholder=text("ask.date_hint"), tooltip=text("tip.dates"), continuous_update=False)
            for name in ("date_from", "date_to")
        ]
        self.date_from, self.date_to = dates
        self._bind(self.date_from, "date_from")
        self._bind(self.date_to, "date_to")
        self.roles = {
            role: w.Checkbox(description=wording.text(f"line_role.{role}", view.language), indent=False) for role in LINE_ROLES
        }
        for box in self.roles.values():
            box.observe(lambda _: self._choose(line_roles=[r for r, b in self.roles.items() if b.value]), "value")
        self.capitals = self._dropdown("capitals", ["gov", "place", "both"])
        self.duplicates = self._dropdown("duplicates", ["once", "printed"])
        reset = w.Button(description=text("ask.reset"), tooltip=text("tip.reset"))
        reset.on_click(lambda _: self._reset())
        caption = w.HTML(f"<h4>{text('ask.title')}</h4>").add_class("db-caption")
        roles = w.VBox(
            [w.HTML(text("ask.line_roles")).add_class("db-caption"), w.Box(list(self.roles.values())).add_class("db-roles")]
        ).add_class("db-section")
        return w.VBox(
            [
                caption, self.actors, self.groups, self.sources, self.basis, self.only, self.date_from, self.date_to, roles,
                self.capitals, self.duplicates, reset,
            ]
        ).add_class("db-ask")

    def _look(self) -> w.Widget:
        text = self._text
        self.measure = w.ToggleButtons(
            options=[(wording.text(f"column.{name}", self.view.language), name) for name in charts.MEASURES],
            value=self.view.measure,
            tooltips=[text(f"tip.measure_{name}") for name in charts.MEASURES],
        )
        self._bind(self.measure, "measure")
        self.counted = w.HTML().add_class("db-caption")
        self.links = {
            "periods": Linked(on_brush=self.brush),
            "actors": Linked(on_pick=self.pick),
            "sources": Linked(on_pick=self.pick),
            "calendar": Linked(on_brush=self.brush),
        }
        self.evidence = Table(label=text("read.title"), order="page")
        self.evidence.observe(lambda change: self._read(change["new"]), "chosen")
        self.evidence.observe(lambda _: self._evidence(), ["order", "descending"])
        self.about = w.HTML().add_class("db-caption")
        self.earlier, self.later = (w.Button(description=sign, tooltip=text(f"read.{name}")) for sign, name in (("‹", "earlier"), ("›", "later")))
        self.earlier.on_click(lambda _: self._evidence(self.at - ROWS))
        self.later.on_click(lambda _: self._evidence(self.at + ROWS))
        self.page = PageText(label=text("read.page"))
        self.page.observe(lambda change: self._pick_mark(change["new"]), "picked")
        self.which = w.HTML().add_class("db-caption")
        self.value = w.Text(description=text("flag.value"), placeholder=text("flag.value_hint"), tooltip=text("tip.flag"))
        self.reason = w.Text(description=text("flag.reason"), placeholder=text("flag.reason_hint"))
        flag = w.Button(description=text("flag.add"), tooltip=text("tip.flag"), icon="flag")
        flag.on_click(lambda _: self.flag(self.value.value, self.reason.value))
        self.flagging = w.Box([self.value, self.reason, flag]).add_class("db-form")
        legend = "".join(
            f'<mark class="{kind}">{self._text(f"read.{kind}")}</mark>' for kind in (*ACTOR_KINDS, "citation", "date")
        )
        read = w.Box(
            [
                w.VBox([w.HBox([self.earlier, self.later, self.about]).add_class("db-bar"), self.evidence]).add_class("db-section"),
                w.VBox([self.which, self.page, w.HTML(f'<div class="db-legend">{legend}</div>').add_class("db-caption"), self.flagging]).add_class("db-section"),
            ]
        ).add_class("db-read")
        places = w.Box([link.place for link in self.links.values()]).add_class("db-charts")
        return w.VBox([w.HBox([self.measure, self.counted]).add_class("db-bar"), places, read])

    def _teach(self) -> w.Widget:
        text = self._text
        self.newcomers = Table(label=text("teach.title"))
        self.newcomers.columns = [
            {"key": "name", "label": wording.text("column.surface", self.view.language), "align": "left", "strong": True},
            {"key": "mentions", "label": wording.text("column.mentions", self.view.language), "align": "right"},
            {"key": "articles", "label": wording.text("column.articles", self.view.language), "align": "right"},
        ]
        self.newcomers.observe(lambda change: self._sentences(change["new"]), "chosen")
        self.said = Table(label=text("teach.sentences"))
        self.said.columns = self._context_columns(("page", "left", "surface", "right"), sorts=False)
        self.form = w.Text(description=text("teach.form"), placeholder=text("teach.form_hint"))
        self.kind = w.Dropdown(
            description=text("teach.kind"),
            options=[(wording.text(f"kind.{kind}", self.view.language), kind) for kind in ACTOR_KINDS],
            value="person",
        )
        self.whose = self._search("whose", self.find_actors, self._set_whose, lambda _: self._set_whose(""))
        actor, alias = (w.Button(description=text(f"teach.{name}"), tooltip=text(f"tip.{name}")) for name in ("add_actor", "add_alias"))
        actor.on_click(lambda _: self.add_actor(self.form.value, self.kind.value))
        alias.on_click(lambda _: self.add_alias(self.form.value, self.whose.tags[0][0] if self.whose.tags else ""))
        self.own = w.Text(description=text("teach.own"), placeholder="my-catalogue", continuous_update=False, tooltip=text("tip.own"))
        self._bind(self.own, "catalogue")
        self.untaught = w.HTML().add_class("db-caption")
        left = w.VBox([self.untaught, self.newcomers]).add_class("db-section")
        right = w.VBox(
            [
                w.HTML(text("teach.sentences")).add_class("db-caption"),
                self.said,
                w.Box([self.form, self.kind, actor]).add_class("db-form"),
                w.Box([self.whose, alias]).add_class("db-form"),
                w.Box([self.own]).add_class("db-form"),
            ]
        ).add_class("db-section")
        return w.Box([left, right]).add_class("db-read")

    def _leave(self) -> w.Widget:
        text = self._text
        self.folder = w.Text(value="lab-output", description=text("leave.folder"), tooltip=text("tip.folder"))
        self.figure = w.Dropdown(
            description=text("leave.figure"), options=[(text(f"chart.{name}"), name) for name in FIGURES], value="actors"
        )
        saves = [w.Button(description=label, tooltip=text("tip.figure")) for label in ("SVG", "PNG", "Vega-Lite")]
        for button, kind in zip(saves, leave.FIGURE_KINDS, strict=True):
            button.on_click(lambda _, kind=kind: self.save_figure(self.figure.value, kind))
        tables, bare, edition = (w.Button(description=text(f"leave.{name}"), tooltip=text(f"tip.{name}")) for name in ("tables", "bare", "edition"))
        tables.on_click(lambda _: self.save_tables())
        bare.on_click(lambda _: self.save_extract())
        self.edition = w.Text(description=text("leave.name"), placeholder="my-edition")
        edition.on_click(lambda _: self.save_edition(self.edition.value))
        self.link = w.Text(description=text("leave.link"), disabled=False)
        self.cell = w.Textarea(description="", layout={"width": "100%"}).add_class("db-code")
        return w.VBox(
            [
                w.Box([self.folder]).add_class("db-form"),
                w.Box([self.figure, w.HBox(saves).add_class("db-bar")]).add_class("db-form"),
                w.HBox([tables, bare]).add_class("db-bar"),
                w.Box([self.edition, edition]).add_class("db-form"),
                w.HTML(text("leave.code")).add_class("db-caption"),
                self.cell,
                w.HTML(text("leave.keep")).add_class("db-caption"),
                w.Box([self.link]).add_class("db-form"),
            ]
        ).add_class("db-section")

    def _opening(self) -> w.Widget:
        text = self._text
        self.path = w.Text(value=self.view.corpus, description=text("open.path"), placeholder="sample", tooltip=text("tip.path"))
        go, restore = (w.Button(description=text(f"open.{name}")) for name in ("go", "restore"))
        go.on_click(lambda _: self._choose(corpus=self.path.value.strip() or "sample"))
        self.upload = w.FileUpload(
            accept=".txt,.html,.htm,.csv,.jsonl,.parquet,.warc", multiple=True, description=text("open.upload"), tooltip=text("tip.upload")
        )
        self.upload.observe(lambda change: self.take(change["new"]), "value")
        self.restored = w.Text(description=text("open.link"), placeholder="diembao:?…")
        restore.on_click(lambda _: self.restore(self.restored.value))
        self.problems = Table(label=text("open.problems"))
        language = self.view.language
        self.problems.columns = [
            {"key": name, "label": wording.text(f"column.{name}", language), "align": "left"} for name in ("page", "file", "stage", "problem")
        ]
        self.unread = w.HTML().add_class("db-caption")
        return w.VBox(
            [
                w.HTML(text("open.about")).add_class("db-caption"),
                w.Box([self.path, go]).add_class("db-form"),
                w.Box([self.upload]).add_class("db-form"),
                w.Box([self.restored, restore]).add_class("db-form"),
                self.unread,
                self.problems,
            ]
        ).add_class("db-section")

    # --- changing the view ------------------------------------------------------------------------------------------

    def _choose(self, **choices: object) -> None:
        """Sets choices unless it is the screen itself that is being brought up to date."""
        if not self._busy:
            with self._telling():
                self.view.choose(**choices)

    def _changed(self, _: dict) -> None:
        now = self.view.to_dict()
        if self._busy or now == self.shown:  # several choices made at once are one change
            return
        others = {name for name in now if now[name] != self.shown.get(name)}
        self.shown = now
        with self._telling():
            if "language" in others:
                self._build()
            if others & {"corpus", "catalogue"}:
                self._open()
            else:
                self._refresh()

    @contextlib.contextmanager
    def _telling(self):
        """What a reader can mend is told in the panel; anything else is a mistake of ours and is raised."""
        try:
            yield
        except DiembaoError as error:
            self.tell(str(error), wrong=True)

    def tell(self, message: str = "", wrong: bool = False) -> None:
        """A message → the panel; empty: none."""
        kind = "wrong" if wrong else "done"
        role = "alert" if wrong else "status"
        self.message.value = f'<p class="{kind}" role="{role}">{wording.html.escape(message)}</p>' if message else ""

    def _open(self) -> None:
        """Opens the corpus and the own catalogue of the view; what was open stays open if that fails."""
        self.tell()
        try:
            desk = Desk(self.view, self._progress)
        except (DiembaoError, OSError) as error:
            self.tell(str(error), wrong=True)
            self.tabs.selected_index = 3
            return
        finally:
            self.bar.layout.display = "none"
        self.tell()
        self.desk, self.at = desk, 0
        language = self.view.language
        groups = desk.news.catalogue.groups.select(f"name_{language}", "members").rows()
        self._busy = True
        self.groups.options = [(self._text("ask.group_hint"), ""), *groups]
        self._busy = False
        self._refresh()

    def _progress(self, done: int, total: int) -> None:
        self.bar.layout.display = ""
        self.bar.max, self.bar.value = max(1, total), done
        self.tell(self._text("open.progress", done=self.words.number(done), total=self.words.number(total)))

    def _reset(self) -> None:
        usual = View().to_dict()
        kept = ("corpus", "catalogue", "language")
        self._choose(**{name: value for name, value in usual.items() if name not in kept})

    def _add_group(self, change: dict) -> None:
        if change["new"] and not self._busy:
            self._choose(actors=list(dict.fromkeys([*self.view.actors, *change["new"].split("|")])))
            self.groups.value = ""

    def brush(self, days: tuple[str, str] | None) -> None:
        """A brush's first and last day, none where it was taken away → the view's dates."""
        self._choose(date_from=days[0] if days else "", date_to=days[1] if days else "")

    def pick(self, cell: dict) -> None:
        """A bar or cell clicked → its actor, and its source, are chosen; clicked again, they no longer are."""
        actor, source = [cell["actor_id"]], [cell["source_id"]] if "source_id" in cell else None
        if source is None:
            has = actor[0] in self.view.actors
            self._choose(actors=[a for a in self.view.actors if a != actor[0]] if has else [*self.view.actors, *actor])
        elif (self.view.actors, self.view.only) == (actor, source):
            self._choose(actors=[], only=[])
        else:
            self._choose(actors=actor, only=source)

    def find_actors(self, query: str) -> list[list[str]]:
        """What was typed → id, name and the form that fits, of the actors with such a name or alias, most named first."""
        if self.desk is None:
            return []
        return reading.find(self.desk.names, self.desk.news.catalogue.aliases, query, self.view.language)[:SUGGESTED]

    def find_sources(self, query: str) -> list[list[str]]:
        """What was typed → id, name of the sources with such a name."""
        if self.desk is None:
            return []
        folded = query.strip().casefold()
        named = [[id_, id_, name if (name := self.desk.outlets.get(id_, "")) != id_ else ""] for id_ in self.desk.sources]
        fitting = [option for option in named if folded in option[1].casefold() or folded in option[2].casefold()]
        return sorted(fitting, key=lambda option: not option[1].casefold().startswith(folded))[:SUGGESTED]

    # --- showing it -------------------------------------------------------------------------------------------------

    def _refresh(self) -> None:
        """Brings every control, chart and table up to date with the view."""
        self.shown = self.view.to_dict()
        if self.desk is None:
            return
        self.words = self._words()
        self._busy = True
        try:
            self._controls()
        finally:
            self._busy = False
        self._teaching()
        self._leaving()
        self.desk.chosen(self.view)  # says here what cannot be counted, before anything is drawn
        self._charts()
        self._evidence(0)
        if "wrong" in self.message.value:
            self.tell()
        self._later()

    def _controls(self) -> None:
        view, words = self.view, self.words
        outlets = [[source, words.source(source)] for source in view.sources]
        self.actors.tags = [[actor, words.name(actor)] for actor in view.actors]
        self.sources.tags = outlets
        every = dict.fromkeys([*view.sources, *view.only])
        self.only.options = [(self._text("only.none"), ""), *((words.source(source), source) for source in every)]
        self.only.value = view.only[0] if view.only else ""
        for name in ("basis", "capitals", "duplicates", "measure", "language", "date_from", "date_to"):
            getattr(self, name).value = getattr(view, name)
        self.own.value, self.path.value = view.catalogue, view.corpus
        for role, box in self.roles.items():
            box.value = role in view.line_roles
        problems = self.desk.news.problems.select("page", "file", "stage", "problem").head(200).collect()
        self.problems.rows = [[cell or "" for cell in row] for row in problems.rows()]
        self.unread.value = wording.html.escape(self._text("open.unread", n=words.number(problems.height)))
        pages = words.number(self.desk.articles["page"].n_unique())
        name = wording.html.escape(view.corpus)
        about = self._text("head.corpus", corpus=name, pages=pages, digest=self.desk.news.digest)
        self.head.value = f"<h3>{self._text('head.title')}</h3><p>{about}</p>"

    def _charts(self) -> None:
        view, desk, words, text = self.view, self.desk, self.words, self._text
        days = None
        if view.date_from or view.date_to:
            ends = desk.first_days(view) or ("", "")
            asked = [selection.day_range(name, getattr(view, name)) for name in ("date_from", "date_to")]
            days = (asked[0][0].isoformat() if asked[0] else ends[0], asked[1][1].isoformat() if asked[1] else ends[1])
        bars = desk.kept["intervals"][1] if self._has_intervals() else desk.bars(view)
        made = {
            "periods": (charts.linked_periods, desk.periods(view), view.measure),
            "actors": (charts.linked_actors, bars, view.measure),
            "sources": (charts.linked_sources, desk.cells(view), view.measure),
            "calendar": (lambda words, _: charts.linked_calendar(words), desk.days(view), "articles"),
        }
        for name, (template, table, measure) in made.items():
            chosen = view.actors if name in ("actors", "sources") else ()
            rows = charts.linked_rows(table, words, measure, chosen)
            brushed = days if name in ("periods", "calendar") else None
            key = (name, view.language, measure)
            self.links[name].show(key, lambda make=template: make(words, view.measure), rows, text(f"chart.{name}"), brushed)
        counted, named = desk.chosen(view).articles.height, int(desk.actors(view)["mentions"].sum())
        self.counted.value = text("look.counted", articles=words.count("article", counted), mentions=words.count("mention", named))

    def _has_intervals(self) -> bool:
        """Whether the intervals of the present view are computed already."""
        kept, bars = self.desk.kept.get("intervals"), self.desk.kept.get("bars")
        return kept is not None and bars is not None and kept[0] == bars[0]

    def _later(self) -> None:
        """Intervals are computed when the view rests: in the background of a notebook, not at all without one."""
        if self._has_intervals() or self.view.measure not in ("share", "rate"):
            return
        with contextlib.suppress(RuntimeError):
            loop = asyncio.get_running_loop()
            self._resting = loop.create_task(self._rest(loop))

    async def _rest(self, loop: asyncio.AbstractEventLoop) -> None:
        desk, view = self.desk, self.view
        bars, key = desk.bars(view), desk.kept["bars"][0]
        await asyncio.sleep(0.3)
        if desk is not self.desk or desk.kept["bars"][0] != key:
            return
        parts = desk.counts(view), desk.chosen(view).articles, bars["actor_id"].to_list()
        ends = await loop.run_in_executor(None, cube.resampled, desk.cube, *parts)
        if desk is self.desk and desk.kept["bars"][0] == key:
            desk.kept["intervals"] = (key, selection.attach(bars, ends, ["actor_id"]))
            self._charts()

    def rest(self) -> None:
        """Computes the intervals now, where no notebook does it in the background."""
        self.desk.intervals(self.view)
        self._charts()

    def _context_columns(self, names: tuple[str, ...], sorts: bool = True) -> list[dict]:
        aligned = {"left": "right", "surface": "center"}
        return [
            {
                "key": name,
                "label": wording.text(f"column.{name}" if name != "published" else "lab.tip.when", self.view.language),
                "align": aligned.get(name, "left"),
                "sorts": sorts and name in ORDERS,
                "strong": name == "surface",
            }
            for name in names
        ]

    def _evidence(self, at: int | None = None) -> None:
        if self.desk is None:
            return
        desk, words = self.desk, self.words
        total = desk.found(self.view).height
        shown = min(total, SORTED) if self.evidence.order in ("left", "right") else total
        self.at = max(0, min(self.at if at is None else at, max(0, shown - 1) // ROWS * ROWS))
        self.lines = desk.concordance(self.view, self.evidence.order or "page", self.evidence.descending, self.at)
        context = ("left", "surface", "right") if desk.has_text else ("surface",)
        columns = (*context, "page", "published", "line_role", "actor_id")
        with self.evidence.hold_sync():
            self.evidence.columns = self._context_columns(columns)
            day = lambda row: "" if row["published"] is None else row["published"].isoformat()  # noqa: E731
            written = {"published": day, "line_role": lambda row: words.label("line_role", row["line_role"]), "actor_id": lambda row: words.name(row["actor_id"])}
            self.evidence.rows = [
                [written[name](row) if name in written else str(row[name] or "") for name in columns]
                for row in self.lines.iter_rows(named=True)
            ]
            self.evidence.chosen = 0 if self.lines.height else -1
        span = {"first": words.number(min(self.at + 1, shown)), "last": words.number(min(self.at + ROWS, shown)), "all": words.number(total)}
        told = self._text("read.rows", **span)
        if shown < total:
            told += " " + self._text("read.sorted", most=words.number(SORTED))
        if not desk.has_text:
            told += " " + wording.text("table.no_text", self.view.language)
        self.about.value = f"<h4>{self._text('read.title')}</h4>{wording.html.escape(told)}"
        self.earlier.disabled, self.later.disabled = self.at == 0, self.at + ROWS >= shown
        self._read(self.evidence.chosen)

    def _read(self, row: int) -> None:
        """Shows the page of a row of the evidence, its mention in sight."""
        self.mark = None
        self.flagging.layout.display = "none"
        if not 0 <= row < self.lines.height:
            self.page.segments, self.which.value = [], ""
            return
        line = self.lines.row(row, named=True)
        self.spot = (line["page"], line["start"], line["end"])
        text = self.desk.text(line["page"])
        if text is None:
            self.page.segments, self.which.value = [], wording.html.escape(self._text("read.no_text"))
            return
        self.marks = self.desk.marks(line["page"])
        segments = reading.segments(text, self.marks, line["start"], line["end"], self.words)
        here = next((part[3] for part in segments if "here" in part[1].split()), -1)
        with self.page.hold_sync():
            self.page.picked = here
            self.page.segments = segments
        self._pick_mark(here)

    def _pick_mark(self, number: int) -> None:
        """A mark of the page → the form to flag it."""
        if number < 0 or number >= self.marks.height:
            return
        self.mark = self.marks.row(number, named=True)
        self.value.value, self.reason.value = self.mark["value"] or "", ""
        page = wording.html.escape(self.spot[0])
        surface = wording.html.escape(self.mark["surface"])
        self.which.value = self._text("flag.about", page=page, surface=surface, what=self._text(f"read.{self.mark['what']}"))
        self.flagging.layout.display = ""

    def _teaching(self) -> None:
        found = self.desk.candidates(self.view)
        shown = found.head(CANDIDATES)
        self.newcomers.rows = [[row["name_vi"], str(row["mentions"]), str(row["articles"])] for row in shown.iter_rows(named=True)]
        text = self._text("teach.about", shown=self.words.number(shown.height), all=self.words.number(found.height))
        self.untaught.value = f"<h4>{self._text('teach.title')}</h4>{wording.html.escape(text)}"

    def _sentences(self, row: int) -> None:
        found = self.desk.candidates(self.view)
        if 0 <= row < found.height:
            actor = found.row(row, named=True)
            self.form.value = actor["name_vi"]
            said = self.desk.sentences(actor["id"], 8)
            self.said.rows = [[str(row[name] or "") for name in ("page", "left", "surface", "right")] for row in said.iter_rows(named=True)]

    def _set_whose(self, actor: str) -> None:
        self.whose.tags = [[actor, self.words.name(actor)]] if actor else []

    def _leaving(self) -> None:
        self.link.value, self.cell.value = self.view.to_link(), self.view.to_cell()

    # --- what a researcher does -------------------------------------------------------------------------------------

    def flag(self, value: str, reason: str) -> None:
        """What the picked mark should say (empty: nothing is there) and why → a row of `corrections.csv`, applied."""
        with self._telling():
            if self.mark is None:
                raise DiembaoError(self._text("flag.none"))
            place = self._own_corpus()
            file = corrections.add(
                place,
                self.desk.news.catalogue,
                page=self.spot[0],
                field=self.mark["field"],
                value=value.strip(),
                reason=reason.strip(),
                start=self.mark["start"],
                end=self.mark["end"],
                surface=self.mark["surface"],
            )
            self._reopen(corpus=place)
            self.tell(self._text("flag.done", file=file))

    def _own_corpus(self) -> str:
        """→ the path corrections go beside; of the sample a copy, so that the one that ships stays as it is."""
        if self.view.corpus != "sample":
            if not self.desk.has_text:
                raise DiembaoError(self._text("flag.tables"))
            return self.view.corpus
        return leave.copy_of_sample()

    def _reopen(self, **choices: str) -> None:
        """Opens again what has changed on disk, whether the choices are other ones or not."""
        self._busy = True
        try:
            self.view.choose(**choices)
        finally:
            self._busy = False
        self._open()

    def add_actor(self, name: str, kind: str) -> None:
        """A name and its kind → an actor with that written form in the own catalogue, counted at once."""
        with self._telling():
            own, name = self._own_catalogue(name)
            id_ = catalogues.slug(name) if kind == "person" else catalogues.slug(name).upper()
            catalogues.add_row(own, "actors.csv", id=id_, kind=kind, name_en=name, name_vi=name)
            catalogues.add_row(own, "aliases.csv", surface=name, actor_id=id_, form="name")
            self._reopen(catalogue=own)
            self.tell(self._text("teach.done", name=name, folder=own))

    def add_alias(self, form: str, actor: str) -> None:
        """A written form and an actor's id → the form in the own catalogue, counted at once."""
        with self._telling():
            if not actor:
                raise DiembaoError(self._text("teach.nobody"))
            own, form = self._own_catalogue(form)
            catalogues.add_row(own, "aliases.csv", surface=form, actor_id=actor, form="name")
            self._reopen(catalogue=own)
            self.tell(self._text("teach.done", name=form, folder=own))

    def _own_catalogue(self, name: str) -> tuple[str, str]:
        if not self.desk.has_text:
            raise DiembaoError(self._text("flag.tables"))
        if not name.strip():
            raise DiembaoError(self._text("teach.unnamed"))
        return self.view.catalogue or "my-catalogue", name.strip()

    def save_figure(self, name: str, kind: str) -> None:
        """A chart's name and `svg`, `png` or `json` → a file of it."""
        with self._telling():
            self.tell(self._text("leave.done", files=leave.figure(self.links[name].filled(), name, kind, self.folder.value)))

    def save_tables(self) -> None:
        """→ the tables of the view as CSV and Parquet."""
        with self._telling():
            self.tell(self._text("leave.done", files=leave.tables(self.desk, self.view, self.folder.value)))

    def save_extract(self) -> None:
        """→ the corpus' tables without the articles' words."""
        with self._telling():
            self.tell(self._text("leave.done", files=leave.extract(self.desk, self.folder.value)))

    def save_edition(self, name: str) -> None:
        """A name → the view's parameters as an edition of reports."""
        with self._telling():
            self.tell(self._text("leave.edition_done", name=name, file=leave.edition(self.view, name)))

    def take(self, files: tuple) -> None:
        """Uploaded pages → a folder of their own, opened."""
        if files:
            with self._telling():
                self._choose(corpus=leave.stored(files))

    def restore(self, link: str) -> None:
        """A link of `View.to_link` → the view it was made of."""
        with self._telling():
            self.view.choose(**View.from_link(link).to_dict())


def show(view: View) -> object:
    """A view → the lab; in a build, where nobody clicks, the chart of its actors once."""
    if not os.environ.get("DIEMBAO_BUILD"):
        return Lab(view)
    desk = Desk(view)
    words = wording.Words(view.language, desk.names)
    table = desk.intervals(view).head(BARS)
    return charts.actor_bars(table, words, words.actors(table).title)
