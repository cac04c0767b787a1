"""The panels of the lab: every control made, labelled in a language and tied to what it does."""

from collections.abc import Callable

import ipywidgets as w

from .. import charts, wording
from ..schema import ACTOR_KINDS, LINE_ROLES
from . import leave
from .desk import ORDERS, ROWS
from .linked import Linked
from .widgets import Fit, PageText, Search, Table

FIGURES = ("periods", "actors", "sources", "calendar")


class Panels(w.VBox):
    """The screen without what it shows: `Lab` brings it up to date and does what its buttons say."""

    def _text(self, key: str, **values: object) -> str:
        return wording.text(f"lab.{key}", self.view.language, **values)

    def _build(self) -> None:
        """Makes every control anew, in the language of the view."""
        text = self._text
        self.words = self._words()
        self.head = w.HTML()
        self.language = w.ToggleButtons(
            options=[("English", "en"), ("Tiếng Việt", "vi")],
            value=self.view.language,
            tooltips=["English", "Tiếng Việt"],
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
            options=shown,
            value=getattr(self.view, name),
            description=self._text(f"ask.{name}"),
            tooltip=self._text(f"tip.{name}"),
        )
        return self._bind(control, name)

    def _search(self, key: str, find: Callable, add: Callable, remove: Callable) -> Search:
        made = Search(
            label=self._text(f"ask.{key}"), placeholder=self._text(f"ask.{key}_hint"), remove=self._text("ask.remove")
        )
        made.observe(
            lambda change: setattr(made, "options", find(change["new"]) if change["new"].strip() else []), "query"
        )

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
        self.groups = w.Dropdown(
            description=text("ask.group"), options=[(text("ask.group_hint"), "")], tooltip=text("tip.group")
        )
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
            w.Text(
                description=text(f"ask.{name}"),
                placeholder=text("ask.date_hint"),
                tooltip=text("tip.dates"),
                continuous_update=False,
            )
            for name in ("date_from", "date_to")
        ]
        self.date_from, self.date_to = dates
        self._bind(self.date_from, "date_from")
        self._bind(self.date_to, "date_to")
        self.roles = {
            role: w.Checkbox(description=wording.text(f"line_role.{role}", view.language), indent=False)
            for role in LINE_ROLES
        }
        for box in self.roles.values():
            box.observe(lambda _: self._choose(line_roles=[r for r, b in self.roles.items() if b.value]), "value")
        self.capitals = self._dropdown("capitals", ["gov", "place", "both"])
        self.duplicates = self._dropdown("duplicates", ["once", "printed"])
        reset = w.Button(description=text("ask.reset"), tooltip=text("tip.reset"))
        reset.on_click(lambda _: self._reset())
        caption = w.HTML(f"<h4>{text('ask.title')}</h4>").add_class("db-caption")
        roles = w.VBox(
            [
                w.HTML(text("ask.line_roles")).add_class("db-caption"),
                w.Box(list(self.roles.values())).add_class("db-roles"),
            ]
        ).add_class("db-section")
        return w.VBox(
            [
                caption,
                self.actors,
                self.groups,
                self.sources,
                self.basis,
                self.only,
                self.date_from,
                self.date_to,
                roles,
                self.capitals,
                self.duplicates,
                reset,
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
        self.evidence.observe(lambda _: self._turn(), ["order", "descending"])
        self.about = w.HTML().add_class("db-caption")
        self.earlier, self.later = (
            w.Button(description=sign, tooltip=text(f"read.{name}"))
            for sign, name in (("‹", "earlier"), ("›", "later"))
        )
        self.earlier.on_click(lambda _: self._turn(self.at - ROWS))
        self.later.on_click(lambda _: self._turn(self.at + ROWS))
        self.page = PageText(label=text("read.page"))
        self.page.observe(lambda change: self._pick_mark(change["new"]), "picked")
        self.which = w.HTML().add_class("db-caption")
        self.value = w.Text(
            description=text("flag.value"), placeholder=text("flag.value_hint"), tooltip=text("tip.flag")
        )
        self.reason = w.Text(description=text("flag.reason"), placeholder=text("flag.reason_hint"))
        flag = w.Button(description=text("flag.add"), tooltip=text("tip.flag"), icon="flag")
        flag.on_click(lambda _: self.flag(self.value.value, self.reason.value))
        self.flagging = w.Box([self.value, self.reason, flag]).add_class("db-form")
        legend = "".join(
            f'<mark class="{kind}">{self._text(f"read.{kind}")}</mark>' for kind in (*ACTOR_KINDS, "citation", "date")
        )
        read = w.Box(
            [
                w.VBox([w.HBox([self.earlier, self.later, self.about]).add_class("db-bar"), self.evidence]).add_class(
                    "db-section"
                ),
                w.VBox(
                    [
                        self.which,
                        self.page,
                        w.HTML(f'<div class="db-legend">{legend}</div>').add_class("db-caption"),
                        self.flagging,
                    ]
                ).add_class("db-section"),
            ]
        ).add_class("db-read")
        places = w.Box([*(link.place for link in self.links.values()), Fit()]).add_class("db-charts")
        return w.VBox([w.HBox([self.measure, self.counted]).add_class("db-bar"), places, read])

    def _teach(self) -> w.Widget:
        text = self._text
        self.newcomers = Table(label=text("teach.title"))
        self.newcomers.columns = [
            {
                "key": "name",
                "label": wording.text("column.surface", self.view.language),
                "align": "left",
                "strong": True,
            },
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
        actor, alias = (
            w.Button(description=text(f"teach.{name}"), tooltip=text(f"tip.{name}"))
            for name in ("add_actor", "add_alias")
        )
        actor.on_click(lambda _: self.add_actor(self.form.value, self.kind.value))
        alias.on_click(lambda _: self.add_alias(self.form.value, self.whose.tags[0][0] if self.whose.tags else ""))
        self.own = w.Text(
            description=text("teach.own"), placeholder="my-catalogue", continuous_update=False, tooltip=text("tip.own")
        )
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
        return w.Box([left, right]).add_class("db-read").add_class("db-teach")

    def _leave(self) -> w.Widget:
        text = self._text
        self.folder = w.Text(value="lab-output", description=text("leave.folder"), tooltip=text("tip.folder"))
        self.figure = w.Dropdown(
            description=text("leave.figure"),
            options=[(text(f"chart.{name}"), name) for name in FIGURES],
            value="actors",
        )
        saves = [w.Button(description=label, tooltip=text("tip.figure")) for label in ("SVG", "PNG", "Vega-Lite")]
        for button, kind in zip(saves, leave.FIGURE_KINDS, strict=True):
            button.on_click(lambda _, kind=kind: self.save_figure(self.figure.value, kind))
        tables, bare, edition = (
            w.Button(description=text(f"leave.{name}"), tooltip=text(f"tip.{name}"))
            for name in ("tables", "bare", "edition")
        )
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
        self.path = w.Text(
            value=self.view.corpus, description=text("open.path"), placeholder="sample", tooltip=text("tip.path")
        )
        go, restore = (w.Button(description=text(f"open.{name}")) for name in ("go", "restore"))
        go.on_click(lambda _: self._choose(corpus=self.path.value.strip() or "sample"))
        self.upload = w.FileUpload(
            accept=".txt,.html,.htm,.csv,.jsonl,.parquet,.warc",
            multiple=True,
            description=text("open.upload"),
            tooltip=text("tip.upload"),
        )
        self.upload.observe(lambda change: self.take(change["new"]), "value")
        self.restored = w.Text(description=text("open.link"), placeholder="diembao:?…")
        restore.on_click(lambda _: self.restore(self.restored.value))
        self.problems = Table(label=text("open.problems"))
        language = self.view.language
        self.problems.columns = [
            {"key": name, "label": wording.text(f"column.{name}", language), "align": "left"}
            for name in ("page", "file", "stage", "problem")
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

    def _context_columns(self, names: tuple[str, ...], sorts: bool = True) -> list[dict]:
        aligned = {"left": "right context", "surface": "center", "right": "left context"}
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
