"""The lab on the screen: panels that show a `View` and change it. They hold no data; `Desk` has the tables."""

import asyncio
import contextlib
import os
from functools import partial

import ipywidgets as w

from .. import catalogue as catalogues
from .. import charts, corrections, measures, wording
from ..corpus import open_corpus
from ..measures import cube, frequency, selection
from ..schema import DiembaoError
from . import leave, reading
from .desk import BARS, ROWS, SORTED, Desk
from .panels import Panels
from .state import View

SUGGESTED = 12  # options a search shows
INTERVALS = ("share", "rate")  # measures whose bars have intervals
CANDIDATES, PROBLEMS = 100, 200  # names the catalogue does not list, and problems, on the screen


class Lab(Panels):
    """A view on the screen. Changing the view changes the screen, and the other way round.

    `desk` holds the opened corpus, none if it could not be opened: the message says why.
    """

    def __init__(self, view: View | None = None):
        self.view = view or View()
        self.desk: Desk | None = None
        self.row, self.at, self.mark = 0, 0, None
        self.shown: dict = {}
        self.rows: dict[str, tuple] = {}  # of each chart: what its rows were made of, and these
        self.taught: tuple = ()  # the desk and language whose names stand on the page for teaching
        self._busy = False
        super().__init__()
        self.add_class("db-lab")
        self.message = w.HTML().add_class("db-message")
        self.bar = w.IntProgress(layout={"width": "100%", "display": "none"})
        self._build()
        if self._open():
            self._to_ids()
        self.view.observe(self._changed)

    def __repr__(self) -> str:
        if self.desk is None:
            return "Lab: nothing is open"
        try:
            table = self.desk.actors(self.view)
        except DiembaoError as error:
            return f"Lab: {error}"
        articles = int(self.desk.chosen(self.view).sum())
        named = int(table["mentions"].sum())
        return f"Lab: {articles:,} articles, {named:,} mentions of {table.height:,} actors are counted"

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

    def _open(self) -> bool:
        """Opens the corpus and the own catalogue of the view → whether it could; if not, what was open stays open."""
        self.tell()
        try:
            desk = Desk(self.view, partial(self._progress, "extracting"), partial(self._progress, "counting"))
        except (DiembaoError, OSError) as error:
            self.tell(str(error), wrong=True)
            self.tabs.selected_index = 3
            if self.desk is not None:
                self._quietly(**self.opened)
            return False
        finally:
            self.bar.layout.display = "none"
        self.tell()
        self.desk, self.at = desk, 0
        self.words = self._words()
        self.opened = {name: getattr(self.view, name) for name in ("corpus", "catalogue")}
        language = self.view.language
        groups = desk.news.catalogue.groups.select(f"name_{language}", "members").rows()
        self._busy = True
        self.groups.options = [(self._text("ask.group_hint"), ""), *groups]
        self._busy = False
        self._refresh()
        return True

    def _to_ids(self) -> None:
        """Actors and sources that a view brings by their names → their ids."""
        with self._telling():
            ids = self.desk.ids(self.view)
            if ids != {name: getattr(self.view, name) for name in ids}:
                self._quietly(**ids)
                self._refresh()

    def _progress(self, what: str, done: int, total: int) -> None:
        self.bar.layout.display = ""
        self.bar.max, self.bar.value = max(1, total), done
        self.tell(self._text(f"open.{what}", done=self.words.number(done), total=self.words.number(total)))

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
        """What was typed → id, name and the form that fits, of the actors so named, most named first."""
        if self.desk is None:
            return []
        return reading.find(self.desk.names, self.desk.news.catalogue.aliases, query, self.view.language)[:SUGGESTED]

    def find_sources(self, query: str) -> list[list[str]]:
        """What was typed → id, name of the sources with such a name."""
        if self.desk is None:
            return []
        folded = query.strip().casefold()
        named = [
            [id_, id_, name if (name := self.desk.outlets.get(id_, "")) != id_ else ""] for id_ in self.desk.sources
        ]
        fitting = [option for option in named if folded in option[1].casefold() or folded in option[2].casefold()]
        return sorted(fitting, key=lambda option: not option[1].casefold().startswith(folded))[:SUGGESTED]

    # --- showing it -------------------------------------------------------------------------------------------------

    def _refresh(self) -> None:
        """Brings every control, chart and table up to date with the view."""
        self.shown = self.view.to_dict()
        if self.desk is None:
            return
        self._busy = True
        try:
            self._controls()
        finally:
            self._busy = False
        if self.taught != (self.desk, self.view.language):
            self._teaching()
        self._leaving()
        self.desk.actors(self.view)  # says here what cannot be counted, before anything is drawn
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
        problems = self.desk.problems
        self.problems.rows = [[cell or "" for cell in row] for row in problems.head(PROBLEMS).iter_rows()]
        shown = words.number(min(PROBLEMS, problems.height))
        told = "open.unread" if problems.height else "open.read"
        self.unread.value = self._text(told, n=words.number(problems.height), shown=shown)
        self.problems.layout.display = "" if problems.height else "none"
        pages = words.number(self.desk.pages)
        name = wording.html.escape(view.corpus)
        about = self._text("head.corpus", corpus=name, pages=pages, digest=self.desk.news.digest)
        self.head.value = f"<h3>{self._text('head.title')}</h3><p>{about}</p>"

    def _charts(self) -> None:
        view, desk, words, text = self.view, self.desk, self.words, self._text
        days = None
        if view.date_from or view.date_to:
            ends = desk.first_days or ("", "")
            asked = [selection.day_range(name, getattr(view, name)) for name in ("date_from", "date_to")]
            days = (asked[0][0].isoformat() if asked[0] else ends[0], asked[1][1].isoformat() if asked[1] else ends[1])
        known = self._has_intervals()
        bars = desk.kept["intervals"][1] if known else desk.bars(view)
        intervals = ("intervals" if known else "coming") if view.measure in INTERVALS else ""
        made = {
            "periods": (charts.linked_periods, desk.periods(view), view.measure),
            "actors": (charts.linked_actors, bars, view.measure),
            "sources": (charts.linked_sources, desk.cells(view), view.measure),
            "calendar": (lambda words, _: charts.linked_calendar(words), desk.days(view), "articles"),
        }
        for name, (template, table, measure) in made.items():
            chosen = view.actors if name in ("actors", "sources") else []
            of = (words, measure, chosen)
            if name not in self.rows or self.rows[name][0] is not table or self.rows[name][1] != of:
                self.rows[name] = (table, of, charts.linked_rows(table, words, measure, chosen))
            rows = self.rows[name][2]
            brushed = days if name in ("periods", "calendar") else None
            key = (name, view.language, measure)
            self.links[name].show(
                key,
                lambda make=template: make(words, view.measure),
                rows,
                text(f"chart.{name}"),
                text(f"hint.{name}"),
                brushed,
            )
        table = desk.actors(view)
        counted = text(
            "look.counted",
            articles=words.count("article", int(desk.chosen(view).sum())),
            mentions=words.count("mention", int(table["mentions"].sum())),
            shown=words.number(bars.height),
            actors=words.count("actor", table.height),
        )
        self.counted.value = f"{counted} · {text(f'look.{intervals}')}" if intervals else counted

    def _has_intervals(self) -> bool:
        """Whether the intervals of the present view are computed already."""
        kept, bars = self.desk.kept.get("intervals"), self.desk.kept.get("bars")
        return kept is not None and bars is not None and kept[0] == bars[0]

    def _later(self) -> None:
        """Intervals are computed when the view rests: in the background of a notebook, not at all without one."""
        if self._has_intervals() or self.view.measure not in INTERVALS:
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
        parts = desk.counts(view), desk.chosen(view), bars["actor_id"].to_list()
        ends = await loop.run_in_executor(None, cube.resampled, desk.cube, *parts)
        if desk is self.desk and desk.kept["bars"][0] == key:
            desk.kept["intervals"] = (key, selection.attach(bars, ends, ["actor_id"]))
            self._charts()

    def rest(self) -> None:
        """Computes the intervals now, where no notebook does it in the background."""
        self.desk.intervals(self.view)
        self._charts()

    def _turn(self, at: int | None = None) -> None:
        with self._telling():
            self._evidence(at)

    def _evidence(self, at: int | None = None) -> None:
        if self.desk is None:
            return
        desk, words = self.desk, self.words
        total = int(desk.hits(self.view).sum())
        shown = min(total, SORTED) if self.evidence.order in ("left", "right") else total
        self.at = max(0, min(self.at if at is None else at, max(0, shown - 1) // ROWS * ROWS))
        self.lines = desk.concordance(self.view, self.evidence.order or "page", self.evidence.descending, self.at)
        context = ("left", "surface", "right") if desk.has_text else ("surface",)
        columns = (*context, "page", "published", "line_role", "actor_id")
        with self.evidence.hold_sync():
            self.evidence.columns = self._context_columns(columns)
            written = {
                "published": lambda row: words.label("published", row["published"]),
                "line_role": lambda row: words.label("line_role", row["line_role"]),
                "actor_id": lambda row: words.name(row["actor_id"]),
            }
            self.evidence.rows = [
                [written[name](row) if name in written else str(row[name] or "") for name in columns]
                for row in self.lines.iter_rows(named=True)
            ]
            self.evidence.chosen = 0 if self.lines.height else -1
        span = {
            "first": words.number(min(self.at + 1, shown)),
            "last": words.number(min(self.at + ROWS, shown)),
            "all": words.number(total),
        }
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
        self.which.value = self._text(
            "flag.about", page=page, surface=surface, what=self._text(f"read.{self.mark['what']}")
        )
        self.flagging.layout.display = ""

    def _teaching(self) -> None:
        self.taught = (self.desk, self.view.language)
        found = self.desk.newcomers
        shown = found.head(CANDIDATES)
        self.newcomers.rows = [
            [row["name_vi"], str(row["mentions"]), str(row["articles"])] for row in shown.iter_rows(named=True)
        ]
        self.newcomers.chosen = -1
        self.newcomers.chosen = 0 if shown.height else -1
        text = self._text("teach.about", shown=self.words.number(shown.height), all=self.words.number(found.height))
        self.untaught.value = f"<h4>{self._text('teach.title')}</h4>{wording.html.escape(text)}"

    def _sentences(self, row: int) -> None:
        found = self.desk.newcomers
        if 0 <= row < found.height:
            actor = found.row(row, named=True)
            self.form.value = actor["name_vi"]
            said = self.desk.sentences(actor["id"], 8)
            self.said.rows = [
                [str(row[name] or "") for name in ("page", "left", "surface", "right")]
                for row in said.iter_rows(named=True)
            ]

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
            self._reopen(self._text("flag.done", file=file), corpus=place)

    def _own_corpus(self) -> str:
        """→ the path corrections go beside; of the sample a copy, so that the one that ships stays as it is."""
        if self.view.corpus != "sample":
            if not self.desk.has_text:
                raise DiembaoError(self._text("flag.tables"))
            return self.view.corpus
        return leave.copy_of_sample()

    def _reopen(self, done: str, **choices: str) -> None:
        """Opens again what has changed on disk, and says what was done if that went well."""
        self._quietly(**choices)
        if self._open():
            self.tell(done)

    def _quietly(self, **choices: str) -> None:
        """Sets choices without anything being made anew."""
        self._busy = True
        try:
            self.view.choose(**choices)
        finally:
            self._busy = False
        self.shown = self.view.to_dict()

    def add_actor(self, name: str, kind: str) -> None:
        """A name and its kind → an actor with that written form in the own catalogue, counted at once."""
        with self._telling():
            own, name = self._own_catalogue(name)
            id_ = catalogues.slug(name) if kind == "person" else catalogues.slug(name).upper()
            catalogues.add_row(own, "actors.csv", id=id_, kind=kind, name_en=name, name_vi=name)
            catalogues.add_row(own, "aliases.csv", surface=name, actor_id=id_, form="name")
            self._reopen(self._text("teach.done", name=name, folder=own), catalogue=own)

    def add_alias(self, form: str, actor: str) -> None:
        """A written form and an actor's id → the form in the own catalogue, counted at once."""
        with self._telling():
            if not actor:
                raise DiembaoError(self._text("teach.nobody"))
            own, form = self._own_catalogue(form)
            catalogues.add_row(own, "aliases.csv", surface=form, actor_id=actor, form="name")
            self._reopen(self._text("teach.done", name=form, folder=own), catalogue=own)

    def _own_catalogue(self, name: str) -> tuple[str, str]:
        if not self.desk.has_text:
            raise DiembaoError(self._text("flag.tables"))
        if not name.strip():
            raise DiembaoError(self._text("teach.unnamed"))
        return self.view.catalogue or "my-catalogue", name.strip()

    def save_figure(self, name: str, kind: str) -> None:
        """A chart's name and `svg`, `png` or `json` → a file of it."""
        with self._telling():
            self.tell(
                self._text("leave.done", files=leave.figure(self.links[name].still(), name, kind, self.folder.value))
            )

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
    news = open_corpus(view.corpus, catalogues.load_catalogue(own=view.catalogue or None))
    asked = ("date_from", "date_to", "sources", "actors", "line_roles", "capitals", "duplicates")
    chosen = measures.select(news, **{name: getattr(view, name) for name in asked})
    table = frequency.by_actor(chosen.mentions, chosen.articles, chosen.actors)
    words = wording.Words(view.language, chosen.names)
    return charts.actor_bars(table.head(BARS), words, words.actors(table).title)
