"""An opened corpus and the tables of a view, each made anew only when a choice it depends on has changed."""

from collections.abc import Callable
from functools import cached_property, wraps
from pathlib import Path

import numpy as np
import polars as pl

from .. import catalogue as catalogues
from ..corpus import Corpus, open_corpus
from ..measures import cube, frequency, selection
from ..measures.selection import ARTICLE, attach
from .aggregate import aggregate
from .state import View

BARS, LINES, CELLS = 10, 4, 8  # actors in the bars, lines and rows of cells; the tables written out have all
ROWS = 25  # of the concordance on the screen at a time
BESIDE = 24  # characters, at most, of the words beside a mention: a line of the concordance is never cut off
SORTED = 2_000  # mentions sorted by the words beside them; more would take longer than a click may
ORDERS = ("page", "published", "actor_id", "left", "right")

COUNTING = ("date_from", "date_to", "line_roles", "capitals", "duplicates", "only", "basis")
ALWAYS = ("line_roles", "capitals", "duplicates", "only", "basis")  # what counts, whatever the dates


def depends(*names: str) -> Callable:
    """A table of a view → the same, kept until one of the named choices changes, or what else it is asked for."""

    def keep(make: Callable) -> Callable:
        @wraps(make)
        def kept(self: "Desk", view: View, *asked: object) -> object:
            chosen = (tuple(value) if isinstance(value := getattr(view, name), list) else value for name in names)
            key = (*chosen, *asked)
            if make.__name__ not in self.kept or self.kept[make.__name__][0] != key:
                self.kept[make.__name__] = (key, make(self, view, *asked))
            return self.kept[make.__name__][1]

        return kept

    return keep


class Desk:
    """A view's corpus and own catalogue, opened. `DiembaoError` where there is nothing to open.

    In memory are the counts (`Cube`), by number; mentions, pages and the like are read for what is on the screen.
    """

    def __init__(
        self,
        view: View,
        progress: Callable[[int, int], None] | bool = False,
        counting: Callable[[int, int], None] | None = None,
    ):
        own = view.catalogue if view.catalogue and Path(view.catalogue).is_dir() else None
        self.news: Corpus = open_corpus(view.corpus, catalogues.load_catalogue(own=own), progress)
        self.kept: dict[str, tuple] = {}
        self.cube, self.newcomers = aggregate(self.news, counting)
        self.names = self._names()
        outlets = self.news.catalogue.outlets
        self.sources = sorted({*self.cube.sources["source_id"], *outlets["id"]})
        self.outlets = dict(outlets.select("id", "name").iter_rows())
        self.problems = self.news.problems.select("page", "file", "stage", "problem").collect()
        self.has_text = self.news.rows("pages") > 0
        self.pages = int(self.cube.articles["segment"].eq(0).sum())
        self.texts: dict[str, str] = {}  # of the pages read last
        self.marked: tuple = ("", None)  # the page read last, and its marks

    def _names(self) -> pl.DataFrame:
        """The catalogue's actors, and under their most frequent form those it does not list; with their mentions."""
        known = self.news.catalogue.actors.select("id", "kind", "name_en", "name_vi")
        counts = self.cube.actors.select("mentions", id="actor_id")
        named = pl.concat([known, self.newcomers.select(known.columns)])
        return attach(named, counts, ["id"]).with_columns(pl.col("mentions").fill_null(0))

    def ids(self, view: View) -> dict[str, list[str]]:
        """A view whose actors and sources may be written as names → their ids; `DiembaoError` for one not known."""
        outlets, actors = selection.outlet_ids(self.news.catalogue.outlets), selection.actor_ids(self.names)
        return {
            "actors": list(selection.resolve("actors", view.actors, actors, "an actor", "actors.csv")),
            "sources": list(selection.resolve("sources", view.sources, outlets, "a source", "outlets.csv")),
        }

    # --- what counts ------------------------------------------------------------------------------------------------

    @depends(*COUNTING)
    def chosen(self, view: View) -> np.ndarray:
        """→ which articles count within the view's dates, True or False by number."""
        dates = {"date_from": view.date_from, "date_to": view.date_to}
        return cube.chosen(self.cube, duplicates=view.duplicates, only=view.only, basis=view.basis, **dates)

    @depends("duplicates", "only", "basis")
    def ever(self, view: View) -> np.ndarray:
        """→ the same for all dates: what a timeline shows beyond its brush."""
        return cube.chosen(self.cube, duplicates=view.duplicates, only=view.only, basis=view.basis)

    @depends("line_roles", "capitals")
    def counts(self, view: View) -> cube.Counts:
        """→ what counts of every article."""
        return cube.within(self.cube, view.line_roles, view.capitals)

    # --- what is shown ----------------------------------------------------------------------------------------------

    @depends(*COUNTING)
    def actors(self, view: View) -> pl.DataFrame:
        """→ `cube.by_actor` of all that are named."""
        return cube.by_actor(self.cube, self.counts(view), self.chosen(view))

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
        ends = cube.resampled(self.cube, self.counts(view), self.chosen(view), bars["actor_id"].to_list())
        return attach(bars, ends, ["actor_id"])

    @depends(*ALWAYS, "actors")
    def periods(self, view: View) -> pl.DataFrame:
        """→ `cube.by_period` of the first actors asked for, else of the most named, over all dates."""
        actors = view.actors[: 2 * LINES]
        if not (actors or view.date_from or view.date_to):  # those that `by_period` would look for again
            table = self.actors(view).sort("mentions", "actor_id", descending=[True, False])
            actors = table["actor_id"].head(LINES).to_list()
        return cube.by_period(self.cube, self.counts(view), self.ever(view), actors)

    @depends(*COUNTING, "actors", "sources")
    def cells(self, view: View) -> pl.DataFrame:
        """→ `cube.by_source` of the sources compared, for the first of the bars."""
        bars = self.bars(view)
        first = bars.filter(pl.col("actor_id").is_in(view.actors))
        rows = (
            pl.concat([first, bars])
            .unique("actor_id", maintain_order=True)
            .head(CELLS)
            .sort("mentions", descending=True)
        )
        asked = (view.sources, view.basis, rows["actor_id"].to_list())
        table = cube.by_source(self.cube, self.counts(view), self.chosen(view), *asked)
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
        every = cube.chosen(self.cube, duplicates=view.duplicates)
        return cube.calendar(self.cube, every, view.sources, view.basis)

    @cached_property
    def first_days(self) -> tuple[str, str] | None:
        """→ the first and the last publication day, as ISO dates; none if no article is dated."""
        dated = self._day(np.flatnonzero(cube.chosen(self.cube, duplicates="printed")))
        return None if dated["published_first"].min() is None else (
            dated["published_first"].min().isoformat(),
            dated["published_last"].max().isoformat(),
        )

    def _day(self, articles: np.ndarray | pl.Series) -> pl.DataFrame:
        """Numbers of articles → published_first, published_last."""
        return self.cube.days[self.cube.articles["days"].gather(articles)]

    # --- what is read -----------------------------------------------------------------------------------------------

    @depends(*COUNTING, "actors")
    def hits(self, view: View) -> np.ndarray:
        """→ how often the actors asked for (or all) are named in each article, where it counts."""
        return cube.hits(self.cube, self.counts(view), self.chosen(view), view.actors)

    def found(self, view: View) -> pl.LazyFrame:
        """→ exactly the mentions counted, of the actors asked for (or of all)."""
        chosen = self.cube.articles.filter(pl.Series(self.hits(view) > 0)).select(ARTICLE).lazy()
        parts = [part.filter(_counted(view)) for part in self.news.parts("mentions")]
        return pl.concat(parts).join(chosen, on=ARTICLE, how="semi", maintain_order="left")

    @depends(*COUNTING, "actors")
    def concordance(self, view: View, order: str = "page", descending: bool = False, at: int = 0) -> pl.DataFrame:
        """The rows from `at` on of the mentions found, in order → `frequency.concordance` with their place and day.

        By the words beside them (`left` and `right`: the nearest first) only the first `SORTED` are sorted.
        """
        if order in ("left", "right"):
            found = self._in_context(self._read(view, self._in_order(view), 0, SORTED))
            beside = selection.nearest_first(order)
            return found.sort(beside, "page", "start", descending=[descending, False, False]).slice(at, ROWS)
        if order == "actor_id":
            return self._in_context(self._by_actors(view, descending, at))
        places = self._in_order(view, order, descending)
        return self._in_context(self._read(view, places, at, ROWS, descending and order == "page"))

    def _in_order(self, view: View, order: str = "page", descending: bool = False) -> pl.DataFrame:
        """→ article, hits: those with mentions found, in the order of their pages or of their days (undated last)."""
        hits = self.hits(view)
        articles = np.flatnonzero(hits)
        places = pl.DataFrame({"article": articles, "hits": hits[articles]})
        if order != "published":
            return places.reverse() if descending else places
        dated = places.with_columns(self._day(places["article"])["published_first"])
        dated = dated.sort("published_first", "article", descending=[descending, False], nulls_last=True)
        return dated.drop("published_first")

    def _by_actors(self, view: View, descending: bool, at: int) -> pl.DataFrame:
        """→ the mentions found from `at` on, in the order of actors, then pages."""
        table = self.actors(view).filter(pl.col("actor_id").is_in(view.actors) | pl.lit(not view.actors))
        table = table.select("actor_id", "mentions").sort("actor_id", descending=descending)
        last = pl.col("mentions").cum_sum()
        table = table.with_columns(first=last - pl.col("mentions"))
        table = table.filter(last > at, pl.col("first") < at + ROWS)
        inside, counts, parts = self.chosen(view), self.counts(view), [self._in_order(view).clear()]
        for actor in table["actor_id"]:
            article, mentions = counts.of(*cube.numbers(self.cube, [actor]))
            named = {"article": article[inside[article]], "hits": mentions[inside[article]].astype(np.int64)}
            parts.append(pl.DataFrame({**named, "actor_id": actor}))
        return self._read(view, pl.concat(parts, how="diagonal"), at - (table["first"].min() or 0), ROWS)

    def _read(
        self, view: View, places: pl.DataFrame, at: int, rows: int, backwards: bool = False
    ) -> pl.DataFrame:
        """Articles, or articles and actors, in order → the mentions found there, so many of them from `at` on.

        backwards: also those within a page.
        """
        last = places["hits"].cum_sum()
        begin, end = last.search_sorted(at, "right"), last.search_sorted(at + rows, "left") + 1
        wanted = places[begin:end].with_row_index("place")
        found = self._mentions(wanted["article"]).filter(_counted(view)).collect()
        found = found.join(wanted, on=[name for name in ("article", "actor_id") if name in wanted], validate="m:1")
        assert found.height == wanted["hits"].sum(), "what is read is not what was counted"
        found = found.sort("place", "start", descending=[False, backwards]).drop("place", "hits")
        return found.slice(at - (last[begin - 1] if begin else 0), rows)

    def _mentions(self, articles: pl.Series) -> pl.LazyFrame:
        """Numbers of articles → their mentions of actors, with `article`."""
        told = self.cube.articles.select(ARTICLE).with_columns(article=pl.int_range(pl.len(), dtype=pl.Int64))
        told = told[articles.unique()]
        named = self.news.on("mentions", self._dated(told["page"])).filter(pl.col("actor_id").is_not_null())
        return named.join(told.lazy(), on=ARTICLE)

    def _dated(self, pages: pl.Series) -> pl.DataFrame:
        """Pages → page, published_first, publisher of its main article, as `Corpus.on` asks for them."""
        first = self.cube.articles["page"].search_sorted(pages.unique())  # of its articles the main one stands first
        return self.cube.articles[first].select("page", "publisher", self._day(first)["published_first"])

    def _in_context(self, found: pl.DataFrame) -> pl.DataFrame:
        """Mentions → their concordance, row for row."""
        placed = found.with_row_index("row").sort("page", "start", "row")
        texts = self.news.pages.clear() if found.is_empty() else self.news.on("pages", self._dated(placed["page"]))
        texts = texts.select("page", "text").collect()
        self.texts = dict(texts.iter_rows())
        told = frequency.concordance(placed.drop("row"), texts, width=BESIDE)
        days = self._day(placed["article"]).select(published=selection.published())
        told = told.with_columns(placed["row"], placed["start"], placed["end"], placed["segment"], days["published"])
        return told.sort("row").drop("row")

    def text(self, page: str) -> str | None:
        """A page → its text, none where the corpus came without."""
        if page in self.texts:
            return self.texts[page]
        found = self.news.on("pages", self._dated(pl.Series([page]))).select("text").collect()
        return found["text"][0] if found.height else None

    def marks(self, page: str) -> pl.DataFrame:
        """A page → every mention, citation and date in it: start, end, field, `what` it is and `value`."""
        if self.marked[0] == page:
            return self.marked[1]
        actor = pl.concat_str(
            "actor_id", pl.when(pl.col("reading").is_not_null()).then(pl.format("@{}", "reading")).otherwise(pl.lit(""))
        )
        tables = (
            ("mentions", "mention", pl.col("actor_kind"), actor),
            ("citations", "citation", pl.lit("citation"), pl.format("{}:{}", "source_id", "role")),
            ("dates", "date", pl.lit("date"), pl.col("edtf")),
        )
        here = self._dated(pl.Series([page]))
        found = [
            self.news.on(table, here).select("start", "end", "surface", field=pl.lit(field), what=what, value=value)
            for table, field, what, value in tables
        ]
        self.marked = page, pl.concat(pl.collect_all(found)).sort("start", "end")
        return self.marked[1]

    def sentences(self, actor: str, most: int = 3) -> pl.DataFrame:
        """An actor → the concordance of its first mentions, whatever is chosen."""
        (number,) = cube.numbers(self.cube, [actor])
        articles = self.cube.pairs["article"][self.cube.starts[number] : self.cube.starts[number + 1]].head(most)
        found = self._mentions(articles).filter(pl.col("actor_id") == actor).collect()
        return self._in_context(found.sort("page", "start").head(most))


def _counted(view: View) -> pl.Expr:
    """Which mentions count, and are of the actors asked for."""
    kept = pl.col("role").is_in(view.line_roles) & pl.col("actor_id").is_not_null()
    if view.capitals != "both":
        kept &= pl.col("reading").is_null() | (pl.col("reading") == view.capitals)
    return kept & pl.col("actor_id").is_in(view.actors) if view.actors else kept
