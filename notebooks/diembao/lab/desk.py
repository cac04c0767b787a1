"""An opened corpus and the tables of a view, each made anew only when a choice it depends on has changed."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import polars as pl

from .. import catalogue as catalogues
from ..corpus import Corpus, open_corpus
from ..measures import comparison, coverage, cube, frequency, select
from ..measures.selection import ARTICLE, Selection, attach, of
from ..schema import DiembaoError
from .state import View

BARS, LINES, CELLS = 10, 4, 8  # actors in the bars, lines and rows of cells; the tables written out have all
ROWS = 25  # of the concordance on the screen at a time
SORTED = 2_000  # mentions sorted by the words beside them; more would take longer than a click may
ORDERS = ("page", "published", "actor_id", "left", "right")

COUNTING = ("date_from", "date_to", "line_roles", "capitals", "duplicates", "only", "basis")
ALWAYS = ("line_roles", "capitals", "duplicates", "only", "basis")  # what counts, whatever the dates


def depends(*names: str) -> Callable:
    """A table of a view → the same, kept until one of the named choices changes."""

    def keep(make: Callable) -> Callable:
        @wraps(make)
        def kept(self: "Desk", view: View) -> object:
            key = tuple(tuple(value) if isinstance(value := getattr(view, name), list) else value for name in names)
            if make.__name__ not in self.kept or self.kept[make.__name__][0] != key:
                self.kept[make.__name__] = (key, make(self, view))
            return self.kept[make.__name__][1]

        return kept

    return keep


class Desk:
    """A view's corpus and own catalogue, opened and in memory. `DiembaoError` where there is nothing to open."""

    def __init__(self, view: View, progress: Callable[[int, int], None] | bool = False):
        own = view.catalogue if view.catalogue and Path(view.catalogue).is_dir() else None
        self.news: Corpus = open_corpus(view.corpus, catalogues.load_catalogue(own=own), progress)
        self.kept: dict[str, tuple] = {}
        articles, mentions, citations, pages = pl.collect_all(
            [
                self.news.articles,
                self.news.mentions.filter(pl.col("actor_id").is_not_null()).sort("page", "start", maintain_order=True),
                self.news.citations,
                self.news.pages.select("page", "text"),
            ]
        )
        self.pages = pages
        self.articles = articles
        self.cube = cube.cube(mentions, articles)
        self.names = self._names(mentions)
        self.sources = sorted({*citations["source_id"].unique(), *self.news.catalogue.outlets["id"]} - {None})
        self.outlets = dict(self.news.catalogue.outlets.select("id", "name").iter_rows())
        actors = pl.Enum(self.names["id"].unique().sort())
        # the mentions for reading: by number of their article, so that a choice of articles is one look-up a row
        self.mentions = attach(mentions, self.cube.articles, ARTICLE).with_columns(
            pl.col("actor_id").cast(actors), pl.col("role", "reading").cast(pl.Categorical)
        )
        # what `select` needs to choose articles; it counts no mentions here
        empty = {
            "mentions": mentions.clear(),
            "dates": self.news.dates.collect().clear(),
            "lines": self.news.lines.head(0),
        }
        catalogue = self.news.catalogue
        self.light = SimpleNamespace(
            articles=articles.lazy(),
            citations=citations.lazy(),
            **{name: table.lazy() for name, table in empty.items()},
            catalogue=SimpleNamespace(actors=self.names, outlets=catalogue.outlets, aliases=catalogue.aliases),
        )
        self.main = cube.numbers(self.cube, articles.filter(pl.col("segment") == 0))

    def _names(self, mentions: pl.DataFrame) -> pl.DataFrame:
        """The catalogue's actors, and under their most frequent form those it does not list; with their mentions."""
        known = self.news.catalogue.actors.select("id", "kind", "name_en", "name_vi")
        others = frequency.newcomers(mentions, known["id"]).select(known.columns)
        counts = mentions.group_by(id="actor_id").agg(mentions=pl.len())
        named = pl.concat([known, others]).join(counts, on="id", how="left", maintain_order="left")
        return named.with_columns(pl.col("mentions").fill_null(0))

    @property
    def has_text(self) -> bool:
        return not self.pages.is_empty()

    # --- what counts ------------------------------------------------------------------------------------------------

    def _select(self, view: View, **dates: str) -> Selection:
        chosen = select(
            self.light, line_roles=view.line_roles, capitals=view.capitals, duplicates=view.duplicates, **dates
        )
        if not view.only:
            return chosen
        standing = comparison.attributed(chosen.articles, chosen.citations, view.only, view.basis)
        articles = of(chosen.articles, standing)
        if articles.is_empty():
            raise DiembaoError(f"only: no article that counts stands on {', '.join(view.only)}; choose other sources")
        return Selection(**{**vars(chosen), "articles": articles, "citations": of(chosen.citations, articles)})

    @depends(*COUNTING)
    def chosen(self, view: View) -> Selection:
        """→ the selection within the view's dates; it has no mentions, see `counts`."""
        return self._select(view, date_from=view.date_from, date_to=view.date_to)

    @depends(*ALWAYS)
    def ever(self, view: View) -> Selection:
        """→ the same for all dates: what a timeline shows beyond its brush."""
        return self._select(view)

    @depends(*COUNTING)
    def counts(self, view: View) -> pl.DataFrame:
        """→ `cube.within` the selection."""
        return self._within(view, self.chosen(view).articles)

    def _within(self, view: View, articles: pl.DataFrame) -> pl.DataFrame:
        return cube.within(self.cube, cube.numbers(self.cube, articles), view.line_roles, view.capitals)

    # --- what is shown ----------------------------------------------------------------------------------------------

    @depends(*COUNTING)
    def actors(self, view: View) -> pl.DataFrame:
        """→ `cube.by_actor` of all that are named."""
        return cube.by_actor(self.cube, self.counts(view), self.chosen(view).articles)

    @depends(*COUNTING, "actors")
    def bars(self, view: View) -> pl.DataFrame:
        """→ the actors asked for, then the most named ones up to `BARS`."""
        table = self.actors(view)
        asked = table.filter(pl.col("actor_id").is_in(view.actors))
        others = table.join(asked, on="actor_id", how="anti", maintain_order="left").head(max(0, BARS - asked.height))
        return pl.concat([asked, others]).sort("mentions", "actor_id", descending=[True, False]).head(2 * BARS)

    @depends(*COUNTING, "actors")
    def intervals(self, view: View) -> pl.DataFrame:
        """→ `bars` with the ends of their intervals; takes a moment on a large corpus."""
        bars = self.bars(view)
        ends = cube.resampled(self.cube, self.counts(view), self.chosen(view).articles, bars["actor_id"].to_list())
        return attach(bars, ends, ["actor_id"])

    @depends(*ALWAYS, "actors")
    def periods(self, view: View) -> pl.DataFrame:
        """→ `cube.by_period` of the first actors asked for, else of the most named, over all dates."""
        articles = self.ever(view).articles
        if "within" not in self.kept or self.kept["within"][0] is not articles:
            self.kept["within"] = (articles, self._within(view, articles))
        return cube.by_period(self.cube, self.kept["within"][1], articles, view.actors[: 2 * LINES])

    @depends(*COUNTING, "actors", "sources")
    def cells(self, view: View) -> pl.DataFrame:
        """→ `cube.by_source` of the sources compared, for the first of the bars."""
        chosen = self.chosen(view)
        standing = comparison.attributed(chosen.articles, chosen.citations, view.sources, view.basis)
        bars = self.bars(view)
        first = bars.filter(pl.col("actor_id").is_in(view.actors))
        rows = (
            pl.concat([first, bars])
            .unique("actor_id", maintain_order=True)
            .head(CELLS)
            .sort("mentions", descending=True)
        )
        table = cube.by_source(self.cube, self.counts(view), chosen.articles, standing, rows["actor_id"].to_list())
        # a source without an article has an empty column, not none at all
        absent = pl.DataFrame({"source_id": view.sources}, schema={"source_id": pl.String})
        absent = absent.join(table, on="source_id", how="anti").join(rows.select("actor_id"), how="cross")
        table = pl.concat([table, absent], how="diagonal")
        places = [{name: place for place, name in enumerate(names)} for names in (rows["actor_id"], view.sources)]
        return table.sort(
            pl.col("actor_id").replace_strict(places[0], return_dtype=pl.Int32),
            pl.col("source_id").replace_strict(places[1], return_dtype=pl.Int32),
        )

    @depends("sources", "basis", "duplicates")
    def days(self, view: View) -> pl.DataFrame:
        """→ `coverage.calendar` of the sources compared, over all dates and whatever else is chosen."""
        every = select(self.light, duplicates=view.duplicates)
        return coverage.calendar(every.articles, every.citations, view.sources, basis=view.basis)

    def first_days(self, view: View) -> tuple[str, str] | None:
        """→ the first and the last publication day, as ISO dates; none if no article is dated."""
        articles = self.articles.filter(pl.col("segment") == 0)
        ends = articles["published_first"].min(), articles["published_last"].max()
        return None if ends[0] is None else tuple(day.isoformat() for day in ends)

    # --- what is read -----------------------------------------------------------------------------------------------

    @depends(*COUNTING, "actors")
    def found(self, view: View) -> pl.DataFrame:
        """→ exactly the mentions counted, of the actors asked for (or of all), in the order of the pages."""
        inside = np.zeros(self.cube.articles.height, dtype=bool)
        inside[cube.numbers(self.cube, self.chosen(view).articles).to_numpy()] = True
        kept = pl.col("role").is_in(view.line_roles)
        if view.capitals != "both":
            kept &= pl.col("reading").is_null() | (pl.col("reading") == view.capitals)
        if view.actors:
            kept &= pl.col("actor_id").is_in(view.actors)
        numbers = self.mentions["article"].fill_null(0).to_numpy()
        here = pl.Series(inside[numbers]) & self.mentions["article"].is_not_null()
        return self.mentions.filter(kept & here)

    def concordance(self, view: View, order: str = "page", descending: bool = False, at: int = 0) -> pl.DataFrame:
        """The rows from `at` on of the mentions found, in order → `frequency.concordance` with their place and day.

        By the words beside them (`left`: the nearest first, `right`) only the first `SORTED` are sorted.
        """
        found = self.found(view)
        if order in ("left", "right"):
            found = self._in_context(found.head(SORTED))
            beside = pl.col(order).str.to_lowercase()
            beside = beside.str.reverse() if order == "left" else beside
            return found.sort(beside, "page", "start", descending=[descending, False, False]).slice(at, ROWS)
        if order == "published":
            days = self.articles.sort(ARTICLE)["published_first"]
            found = found.with_columns(day=days.gather(found["article"])).sort(
                "day", "page", "start", descending=[descending, False, False], nulls_last=True
            )
        elif order == "actor_id":
            found = found.sort(
                pl.col("actor_id").cast(pl.String), "page", "start", descending=[descending, False, False]
            )
        elif descending:
            found = found.reverse()
        return self._in_context(found.slice(at, ROWS).select(self.mentions.columns))

    def _in_context(self, found: pl.DataFrame) -> pl.DataFrame:
        """Mentions → their concordance, row for row."""
        placed = (
            found.with_row_index("row").cast({"actor_id": pl.String, "role": pl.String}).sort("page", "start", "row")
        )
        pages = self.pages.filter(pl.col("page").is_in(placed["page"].unique().implode()))
        told = frequency.concordance(placed.drop("row"), pages)
        days = self.articles.sort(ARTICLE)["published_first"]
        told = told.with_columns(
            placed["row"], placed["start"], placed["end"], placed["segment"], published=days.gather(placed["article"])
        )
        return told.sort("row").drop("row")

    def text(self, page: str) -> str | None:
        """A page → its text, none where the corpus came without."""
        found = self.pages.filter(pl.col("page") == page)
        return found["text"][0] if found.height else None

    def marks(self, page: str) -> pl.DataFrame:
        """A page → every mention, citation and date in it: start, end, field, `what` it is and `value`."""
        actor = pl.concat_str(
            "actor_id", pl.when(pl.col("reading").is_not_null()).then(pl.format("@{}", "reading")).otherwise(pl.lit(""))
        )
        tables = (
            (self.news.mentions, "mention", pl.col("actor_kind"), actor),
            (self.news.citations, "citation", pl.lit("citation"), pl.format("{}:{}", "source_id", "role")),
            (self.news.dates, "date", pl.lit("date"), pl.col("edtf")),
        )
        return pl.concat(
            table.filter(pl.col("page") == page)
            .select("start", "end", "surface", field=pl.lit(field), what=what, value=value)
            .collect()
            for table, field, what, value in tables
        ).sort("start", "end")

    @depends("corpus")
    def candidates(self, view: View) -> pl.DataFrame:
        """→ `frequency.newcomers` of the whole corpus."""
        return frequency.newcomers(
            self.mentions.cast({"actor_id": pl.String}), self.news.catalogue.actors["id"].to_list()
        )

    def sentences(self, actor: str, most: int = 3) -> pl.DataFrame:
        """An actor → the concordance of its first mentions, whatever is chosen."""
        return self._in_context(self.mentions.filter(pl.col("actor_id") == actor).head(most))
