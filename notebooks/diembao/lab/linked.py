"""A linked chart on the screen, and what a reader brushes or clicks in it."""

import asyncio
import datetime
from collections.abc import Callable

import altair as alt
import ipywidgets as w

from .. import charts

alt.JupyterChart.enable_offline()


class _Chart(alt.JupyterChart):
    """A template's chart that goes to the browser with its rows.

    Filled only there, it would be drawn twice at once, and on a busy machine the empty template may come out last.
    """

    def __init__(self, template: alt.TopLevelMixin, spec: dict):
        self.first = spec
        options = {"actions": False, "renderer": "svg"}
        super().__init__(template, embed_options=options, debounce_wait=150, max_wait=False)

    def open(self) -> None:
        self.spec = self.first
        super().open()


class Linked:
    """A linked chart on the screen: drawn again only when what it shows has changed, filled rather than made anew."""

    def __init__(self, on_brush: Callable | None = None, on_pick: Callable | None = None):
        self.place = w.Box()
        self.chart: alt.JupyterChart | None = None
        self.on_brush, self.on_pick = on_brush, on_pick
        self.drawn: tuple = ((), "")
        self.days: tuple[str, str] | None = None  # what its brush covers, as drawn or as it last said
        self.gone: tuple[str, str] | None = None  # what it covered when others last moved it
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
        if days != self.days:
            self.gone = self.days
        self.key, self.drawn, self.days = key, (rows, title), days
        spec = charts.filled(self.templates[key], rows, f"{title} · {hint}", days)
        if self.chart is None:
            self._attach(template, spec)
        else:
            self.chart.spec = spec

    async def settled(self, seconds: float = 10) -> None:
        """Waits until the browser has drawn the chart once, or so long: of two drawings at once either may come out."""
        for _ in range(int(10 * seconds)):
            if self.chart.local_tz:  # the browser says it when it has drawn
                return
            await asyncio.sleep(0.1)

    def still(self) -> dict:
        """→ the chart as it is drawn, without what only the screen needs."""
        return charts.filled(self.templates[self.key], *self.drawn)

    def _attach(self, template: alt.TopLevelMixin, spec: dict) -> None:
        self.chart = _Chart(template, spec)
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
            first, last = (datetime.datetime.fromtimestamp(x / 1000, datetime.UTC) for x in sorted(ends))
            last = max(first, last - datetime.timedelta(milliseconds=1))
            days = (first.date().isoformat(), last.date().isoformat())
        # of two drawings the older may come out last, and say its brush again
        if days != self.days and not (days and days == self.gone):
            self.days, self.gone = days, None
            self.on_brush(days)

    def _picked(self, change: dict) -> None:
        if change["new"].value:
            self.on_pick(change["new"].value[0])
