"""A linked chart on the screen, and what a reader brushes or clicks in it."""

import datetime
from collections.abc import Callable

import altair as alt
import ipywidgets as w
import traitlets

from .. import charts

alt.JupyterChart.enable_offline()


class _Chart(alt.JupyterChart):
    """A template's chart that goes to the browser with its rows, and then with one change at a time.

    Of two drawings at once, be one of them the empty template's, the older may come out last on a busy machine, and
    say its brush again.
    """

    def __init__(self, template: alt.TopLevelMixin, spec: dict):
        self.waiting: dict | None = spec
        options = {"actions": False, "renderer": "svg"}
        super().__init__(template, embed_options=options, debounce_wait=150, max_wait=False)

    def open(self) -> None:
        self.spec, self.waiting = self.waiting, None
        super().open()

    @property
    def is_drawn(self) -> bool:
        """Whether the browser shows what it is to show: it says where it is when it has drawn."""
        return self.local_tz is not None and self.waiting is None

    def draw(self, spec: dict) -> None:
        """Shows this as soon as what was sent before has been drawn."""
        self.waiting = spec
        self._go_on()

    @traitlets.observe("local_tz")
    def _go_on(self, _: object = None) -> None:
        if self.waiting is not None and self.local_tz is not None:
            spec, self.waiting = self.waiting, None
            self.local_tz = None  # in a message before, since the browser says nothing that it said before
            self.spec = spec


class Linked:
    """A linked chart on the screen: drawn again only when what it shows has changed, filled rather than made anew."""

    def __init__(self, on_brush: Callable | None = None, on_pick: Callable | None = None):
        self.place = w.Box()
        self.chart: _Chart | None = None
        self.on_brush, self.on_pick = on_brush, on_pick
        self.drawn: tuple = ((), "")
        self.days: tuple[str, str] | None = None  # what its brush covers, as drawn or as it last said
        self.drawings = 0
        self.key: tuple = ()
        self.templates: dict[tuple, dict] = {}  # by kind, language and measure

    def show(
        self, key: tuple, make: Callable, rows: list[dict], title: str, hint: str, days: tuple[str, str] | None
    ) -> None:
        if key not in self.templates:
            template = make()
            self.templates[key] = template.to_dict()
        if (key, rows, title, days) == (self.key, *self.drawn, self.days):
            return
        self.key, self.drawn, self.days = key, (rows, title), days
        self.drawings += 1
        spec = charts.filled(self.templates[key], rows, f"{title} · {hint}", days, self._name)
        if self.chart is None:
            self._attach(template, spec)
        else:
            self.chart.draw(spec)

    def still(self) -> dict:
        """→ the chart as it is drawn, without what only the screen needs."""
        return charts.filled(self.templates[self.key], *self.drawn)

    @property
    def _name(self) -> str:
        """→ the name of the newest drawing, that there is or that is to be."""
        return f"drawing_{self.drawings}"

    def _attach(self, template: alt.TopLevelMixin, spec: dict) -> None:
        self.chart = _Chart(template, spec)
        if self.on_brush:
            self.chart.selections.observe(self._brushed, charts.BRUSH)
        if self.on_pick:
            self.chart.selections.observe(self._picked, charts.PICK)
        self.place.children = (self.chart,)

    def _brushed(self, change: dict) -> None:
        # The browser says a brush a moment later, also one that only a change of width has moved: an older drawing may
        # do so when a newer one has been drawn. Nor is heard what a drawing says that another is to follow.
        if not self.chart.is_drawn or any(part["unit"] != self._name for part in change["new"].store):
            return
        ends = next(iter(change["new"].value.values()), None) if change["new"].value else None
        days = None
        if ends:
            # in universal time; the last day is the one before the brush ends
            first, last = (datetime.datetime.fromtimestamp(x / 1000, datetime.UTC) for x in sorted(ends))
            last = max(first, last - datetime.timedelta(milliseconds=1))
            days = (first.date().isoformat(), last.date().isoformat())
        if days != self.days:
            self.days = days
            self.on_brush(days)

    def _picked(self, change: dict) -> None:
        if change["new"].value:
            self.on_pick(change["new"].value[0])
