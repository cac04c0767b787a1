"""Counts made once and added up again and again: what `select` chooses and `frequency` measures, for a view that
changes at every click.

A cell is how often an actor is named in an article, in lines of one role, in one reading. Everything is numbered, so
that a million articles are some two hundred megabytes: an article by its row in `Cube.articles`, an actor by its row in
`Cube.actors`, the two together by their row in `Cube.pairs`. Most cells are of names in the body of the text, and stand
there; a choice of other lines or readings adds up the few that are left. Which articles count is a mask, True or False
by number. The tables are those of `frequency` and
`coverage` (property tests compare them), without intervals: these come from `resampled`, when there is time.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from ..memory import give_back
from ..schema import COUNTED_ROLES, LINE_ROLES, READINGS, DiembaoError
from . import comparison, coverage, intervals, selection
from .frequency import LINES, PERIODS, TOP, _span, period
from .narrow import Table, frame
from .selection import ARTICLE, CAPITALS, DUPLICATES, attach

# Of each cell, line role and reading in one number: `_PART[role] + _READ[reading]`; `_NEVER`: a role there is not.
_PART = {role: place * (1 + len(READINGS)) for place, role in enumerate(LINE_ROLES)}
_READ = {reading: 1 + place for place, reading in enumerate(READINGS)}
_NEVER = 255
_MOST = _PART["body"]  # of names, which have no reading, in the body of the text: the part with most of the cells
_PORTION = 2**22  # mentions whose cells are put in order together: what that takes comes on top of all that are held
_BITS = {basis: 1 << place for place, basis in enumerate(comparison.BASES)}


_NO_DAYS = pl.DataFrame(
    schema={"days": pl.UInt32, "actor_id": pl.String, "mentions": pl.Int64, "articles": pl.Int64}
)


@dataclass(frozen=True, eq=False)
class Cube:
    """What no choice changes.

    `articles`: page, segment, publisher, days (row of `days`), syllables, in the order of pages; `days`:
    published_first, published_last; `repeats`: group, article, the articles that are not alone in their group of
    near-duplicates, of each group the one that stands for it first; `actors`: actor_id, actor_kind, mentions, articles
    (how many name it anywhere); `pairs`: article, mentions (those of `_MOST`), in the order of actors, then articles;
    `cells`: pair, part, mentions, those of other parts, in the order of these; `totals`: of each article all mentions,
    a column a part; `sources`: source_id; `standing`: source, article, basis (`comparison.attributed` by any of them).
    """

    articles: pl.DataFrame
    days: pl.DataFrame
    repeats: pl.DataFrame
    actors: pl.DataFrame
    pairs: pl.DataFrame
    cells: pl.DataFrame
    totals: pl.DataFrame
    sources: pl.DataFrame
    standing: pl.DataFrame

    @cached_property
    def starts(self) -> np.ndarray:
        """→ where in `pairs` each actor starts, and where the last ends."""
        return np.concatenate([[0], self.actors["articles"].to_numpy()]).cumsum()

    @cached_property
    def width(self) -> np.dtype:
        """→ the type of number that holds every sum of a pair's cells."""
        most = [self.pairs["mentions"].max(), *self.cells.group_by("part").agg(pl.col("mentions").max())["mentions"]]
        return np.min_scalar_type(sum(number or 0 for number in most))


@dataclass(frozen=True, eq=False)
class Counts:
    """How often actors are named where it counts, whatever articles do: a pair of actor and article an entry, 0 too.

    Those of actor number i stand from `starts[i]` to `starts[i + 1]`. `totals`: all mentions of each article.
    """

    starts: np.ndarray
    article: pl.Series
    mentions: np.ndarray
    totals: np.ndarray

    def of(self, actor: int) -> tuple[np.ndarray, np.ndarray]:
        """An actor's number → the articles that name it, and how often."""
        here = slice(self.starts[actor], self.starts[actor + 1])
        named = self.mentions[here] > 0
        return self.article[here].to_numpy()[named].astype(np.intp), self.mentions[here][named]

    def everywhere(self, actor: int | None) -> np.ndarray:
        """An actor's number, None of one that is never named → how often each article names it."""
        found = np.zeros(len(self.totals), dtype=self.mentions.dtype)
        if actor is not None:
            here = slice(self.starts[actor], self.starts[actor + 1])
            found[self.article[here].to_numpy()] = self.mentions[here]
        return found


# --- made once --------------------------------------------------------------------------------------------------------


def cube(
    mentions: Table | Iterable[pl.LazyFrame],
    articles: Table,
    citations: Table | Iterable[pl.LazyFrame] | None = None,
    outlets: pl.DataFrame | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Cube:
    """All tables of a corpus and its catalogue's outlets → `Cube`.

    mentions, citations: perhaps in parts, of which one is held at a time; progress is called with the parts of mentions
    done and all.
    """
    told = frame(articles.lazy().drop("title", "published", "published_evidence", "similarity", strict=False))
    told = told.sort(ARTICLE).with_row_index("article")
    repeats = _repeats(told)
    days = "published_first", "published_last"
    day_ranges = told.select(days).unique().sort(pl.all()).with_row_index("days")
    told = told.drop("duplicate_of").join(day_ranges, on=days, how="left", nulls_equal=True, maintain_order="left")
    sources, standing = _standing(told, citations, outlets)
    told = told.select(
        *ARTICLE,
        pl.col("publisher").cast(pl.Enum(told["publisher"].drop_nulls().unique().sort())),
        "days",
        pl.col("syllables").fill_null(0).cast(pl.UInt32),
    )
    give_back()
    parts, found, numbered = _listed(mentions), [], told.select(ARTICLE).with_row_index("article")
    for done, part in enumerate(parts):
        if progress:
            progress(done, len(parts))
        found.append(_cells(part, numbered))
    return Cube(
        told, day_ranges.drop("days"), repeats, *_in_order(found, told.height), sources=sources, standing=standing
    )


def _listed(table: Table | Iterable[pl.LazyFrame]) -> list[pl.LazyFrame]:
    return [table.lazy()] if isinstance(table, pl.DataFrame | pl.LazyFrame) else list(table)


def _cells(part: pl.LazyFrame, numbered: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Mentions → actor_id, actor_kind, mentions; and by key, in order (the place of the actor among these, article and
    part in one number), mentions."""
    role = pl.col("role").replace_strict(_PART, default=_NEVER, return_dtype=pl.UInt8)
    reading = pl.col("reading").replace_strict(_READ, default=0, return_dtype=pl.UInt8)
    line = pl.when(role == _NEVER).then(role).otherwise(role + reading)
    named = part.filter(pl.col("actor_id").is_not_null()).select(*ARTICLE, "actor_id", "actor_kind", part=line)
    named = named.collect(engine="streaming")
    own = numbered.join(named.select(ARTICLE).unique(), on=ARTICLE, how="semi")  # few, and found sooner than among all
    named = named.join(own, on=ARTICLE).drop(ARTICLE)
    kinds = named.group_by("actor_id", "actor_kind").agg(mentions=pl.len())
    actor = pl.col("actor_id").cast(pl.Enum(_met(kinds))).to_physical().cast(pl.UInt64)
    key = actor * 2**40 + pl.col("article").cast(pl.UInt64) * 2**8 + pl.col("part")
    cells = named.group_by(key=key).agg(mentions=pl.len()).sort("key")
    return kinds, cells.with_columns(cells["mentions"].shrink_dtype())


def _met(kinds: pl.DataFrame) -> pl.Series:
    return kinds["actor_id"].unique().sort()


def _actors(kinds: list[pl.DataFrame]) -> pl.DataFrame:
    counts = pl.concat(kinds).group_by("actor_id", "actor_kind").agg(pl.col("mentions").sum())
    counts = counts.sort("actor_id", "mentions", "actor_kind", descending=[False, True, False])
    kind = pl.col("actor_kind").first()
    return counts.group_by("actor_id", maintain_order=True).agg(kind, pl.col("mentions").sum().cast(pl.Int64))


def _in_order(found: list[tuple[pl.DataFrame, pl.DataFrame]], articles: int) -> Iterator[pl.DataFrame]:
    """What `_cells` finds in each part of the mentions, used up, and the number of articles → `Cube.actors`, `pairs`,
    `cells` and `totals`."""
    actors = _actors([kinds for kinds, _ in found])
    parts = [_numbered(*found.pop(), actors["actor_id"]) for _ in range(len(found))]
    portion = (actors["mentions"].cum_sum() // _PORTION).to_numpy()
    edges = np.append(np.flatnonzero(np.diff(portion, prepend=-1)), actors.height).astype(np.uint64)
    bounds = [key.searchsorted(edges << 40) for key, _ in parts]
    of_actors, totals = np.zeros(actors.height, dtype=np.int64), {0: np.zeros(articles, dtype=np.uint32)}
    pairs = [pl.DataFrame(schema={"article": pl.UInt32, "mentions": pl.UInt8})]
    cells = [pl.DataFrame(schema={"pair": pl.UInt32, "part": pl.UInt8, "mentions": pl.UInt8})]
    done = 0
    for n in range(len(edges) - 1):
        here = [[column[bound[n] : bound[n + 1]] for column in part] for part, bound in zip(parts, bounds, strict=True)]
        key, mentions = map(np.concatenate, zip(*here, strict=True))
        order = key.argsort(kind="stable")  # of stretches that are in order already
        key, mentions = key[order], mentions[order]
        first = _first(key)  # an article may lie in two parts
        key, mentions = key[first], np.add.reduceat(mentions, np.flatnonzero(first), dtype=np.uint32)
        part, article, pair = (key % 2**8).astype(np.uint8), (key // 2**8 % 2**32).astype(np.uint32), key // 2**8
        for each in np.unique(part):
            total = totals.setdefault(int(each), np.zeros(articles, dtype=np.uint32))
            np.add.at(total, article[part == each], mentions[part == each])
        first, most = _first(pair), part == _MOST
        of_actors += np.bincount(pair[first] // 2**32, minlength=actors.height)
        pair = first.cumsum() - 1
        named = np.zeros(pair[-1] + 1, dtype=np.uint32)
        named[pair[most]] = mentions[most]
        others = {"pair": (done + pair[~most]).astype(np.uint32), "part": part[~most], "mentions": mentions[~most]}
        done += len(named)
        for tables, made in ((pairs, {"article": article[first], "mentions": named}), (cells, others)):
            table = pl.DataFrame(made)
            tables.append(table.with_columns(table["mentions"].shrink_dtype()))
    yield actors.with_columns(articles=pl.Series(of_actors, dtype=pl.UInt32))
    yield pl.concat(pairs, how="vertical_relaxed").rechunk()
    yield pl.concat(cells, how="vertical_relaxed").sort("part", maintain_order=True)
    yield pl.DataFrame({str(part): pl.Series(totals[part]).shrink_dtype() for part in sorted(totals)})


def _numbered(kinds: pl.DataFrame, cells: pl.DataFrame, actors: pl.Series) -> tuple[np.ndarray, np.ndarray]:
    """What `_cells` finds, and all actors in order → key, mentions, with the actors' places among all."""
    places = actors.search_sorted(_met(kinds)).to_numpy().astype(np.uint64)
    key = cells["key"].to_numpy()
    return places[key >> 40] * 2**40 + key % 2**40, cells["mentions"].to_numpy()


def _first(keys: np.ndarray) -> np.ndarray:
    """Keys in order → whether each is the first of its like."""
    return np.append(True, keys[1:] != keys[:-1]) if len(keys) else np.zeros(0, dtype=bool)


def _repeats(articles: pl.DataFrame) -> pl.DataFrame:
    """Articles → those of groups of more than one, in the order in which `select` lets them stand for their group."""
    main = articles.filter(pl.col("segment") == 0)
    copied = main["duplicate_of"].drop_nulls().unique()
    held = main.filter(pl.col("duplicate_of").is_not_null() | pl.col("page").is_in(copied.implode()))
    held = held.with_columns(of=pl.coalesce("duplicate_of", "page"))
    held = held.sort("of", pl.col("duplicate_of").is_not_null(), "published_first", "page", nulls_last=True)
    return held.select(group=pl.col("of").rank("dense").cast(pl.UInt32), article="article")


def _standing(
    articles: pl.DataFrame, citations: Table | Iterable[pl.LazyFrame] | None, outlets: pl.DataFrame | None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    if citations is None:
        sources = pl.DataFrame(schema={"source_id": pl.String})
        return sources, pl.DataFrame(schema={"source": pl.UInt32, "article": pl.UInt32, "basis": pl.UInt8})
    if outlets is not None:
        ids = selection.outlet_ids(outlets)
        listed = pl.col("credits").list.eval(pl.element().replace(ids))
        articles = articles.with_columns(pl.col("publisher").replace(ids), listed)
    numbered = articles.select(*ARTICLE, number="article")
    cited = pl.concat(_cited(part, numbered) for part in _listed(citations))
    sources = pl.concat([cited["source_id"], articles["publisher"], articles["credits"].explode()])
    sources = sources.drop_nulls().unique().sort()
    coded = pl.Enum(sources)  # numbers take a tenth of the memory of names
    cited = cited.with_columns(pl.col("source_id").cast(coded))
    listed = pl.col("credits").list.eval(pl.element().cast(coded))
    articles = articles.select("publisher", listed, number="article").cast({"publisher": coded})
    found = []
    for basis, bit in _BITS.items():
        pairs = comparison.attributed(articles, cited, basis=basis)
        found.append(pairs.with_columns(basis=pl.lit(bit, pl.UInt8)))
    pairs = pl.concat(found).group_by("number", "source_id").agg(pl.col("basis").sum())
    pairs = pairs.select(source=pl.col("source_id").to_physical(), article="number", basis="basis")
    pairs = pairs.cast({"basis": pl.UInt8}).sort("source", "article")
    return sources.alias("source_id").to_frame(), pairs.rechunk()


def _cited(part: pl.LazyFrame, numbered: pl.DataFrame) -> pl.DataFrame:
    """Citations → number of their article, source_id, role."""
    cited = part.filter(pl.col("source_id").is_not_null()).select(*ARTICLE, "source_id", "role")
    cited = cited.collect(engine="streaming")
    own = numbered.join(cited.select(ARTICLE).unique(), on=ARTICLE, how="semi")
    return cited.join(own, on=ARTICLE).select("number", "source_id", "role")


# --- what counts ------------------------------------------------------------------------------------------------------


def chosen(
    cube: Cube,
    *,
    date_from: str = "",
    date_to: str = "",
    duplicates: str = "once",
    only: Sequence[str] = (),
    basis: str = "any",
) -> np.ndarray:
    """Choices of `select`, and sources on which an article must stand → which articles count, True or False by number.

    Raises the `DiembaoError` of `select`, also where none stands on the sources.
    """
    first, last = selection.days_between(date_from, date_to)
    selection.chosen_of("duplicates", duplicates, DUPLICATES, "a way to count duplicates")
    main = cube.articles["segment"].eq(0).to_numpy()
    counted = main
    if first or last:
        inside = pl.lit(True) if first is None else pl.col("published_first") >= first
        inside &= pl.lit(True) if last is None else pl.col("published_last") <= last
        inside &= pl.col("published_first").is_not_null() & pl.col("published_last").is_not_null()
        counted = main & cube.days.select(inside.fill_null(False)).to_series().to_numpy()[_days(cube)]
    if duplicates == "once":
        group, article = (cube.repeats[name].to_numpy() for name in ("group", "article"))
        group, article = group[counted[article]], article[counted[article]]
        counted = counted.copy()
        counted[article[1:][group[1:] == group[:-1]]] = False
    if not counted.any():
        held = cube.days[np.unique(_days(cube)[main])]
        raise DiembaoError(selection.nothing_counted(held, first, last))
    if only:
        counted = counted & stands(cube, only, basis)
        if not counted.any():
            raise DiembaoError(f"only: no article that counts stands on {', '.join(only)}; choose other sources")
    return counted


def stands(cube: Cube, sources: Sequence[str], basis: str = "any") -> np.ndarray:
    """Sources → which articles stand on any of them."""
    mask = np.zeros(cube.articles.height, dtype=bool)
    for number in cube.sources["source_id"].is_in(list(sources)).arg_true():
        first, last = (cube.standing["source"].search_sorted(number, side) for side in ("left", "right"))
        here = cube.standing[first:last].filter(pl.col("basis") & _BITS[basis] != 0)
        mask[here["article"].to_numpy()] = True
    return mask


def within(cube: Cube, line_roles: Sequence[str] = COUNTED_ROLES, capitals: str = "gov") -> Counts:
    """What of an article counts (see `select`) → `Counts` of all articles."""
    roles = selection.chosen_of("line_roles", line_roles, LINE_ROLES, "a line role")
    selection.chosen_of("capitals", capitals, CAPITALS, "a reading of capitals")
    readings = [0, *(_READ[name] for name in READINGS if capitals in (name, "both"))]
    parts = [_PART[role] + reading for role in roles for reading in readings]
    mentions = (cube.pairs["mentions"].to_numpy() * (_MOST in parts)).astype(cube.width)
    for part in parts:
        first, last = (cube.cells["part"].search_sorted(part, side) for side in ("left", "right"))
        here = cube.cells[first:last]
        mentions[here["pair"].to_numpy()] += here["mentions"].to_numpy()  # each pair once
    totals = np.zeros(cube.articles.height, dtype=np.int64)
    for part in map(str, parts):
        if part in cube.totals.columns:
            totals += cube.totals[part].to_numpy()
    return Counts(cube.starts, cube.pairs["article"], mentions, totals)


def hits(cube: Cube, counts: Counts, inside: np.ndarray, actors: Sequence[str] = ()) -> np.ndarray:
    """Counts, the articles that count, actors (default: all) → how often any of them is named in each article."""
    if not len(actors):
        return counts.totals * inside
    found = np.zeros(len(inside), dtype=np.int64)
    for actor in numbers(cube, dict.fromkeys(actors)):
        if actor is not None:
            article, mentions = counts.of(actor)
            found[article] += mentions  # each article once
    return found * inside


def numbers(cube: Cube, actors: Iterable[str]) -> list[int | None]:
    """Ids of actors → their numbers, None of one that is never named."""
    ids = list(actors)
    known = cube.actors.select("actor_id").with_row_index("actor").filter(pl.col("actor_id").is_in(ids))
    places = dict(known.select("actor_id", "actor").iter_rows())
    return [places.get(id_) for id_ in ids]


# --- the tables -------------------------------------------------------------------------------------------------------


def by_actor(cube: Cube, counts: Counts, inside: np.ndarray, actors: Sequence[str] = ()) -> pl.DataFrame:
    """Counts and the articles that count → `frequency.by_actor` without intervals."""
    mentions = _within(counts, inside)
    tally = cube.actors.select("actor_id", mentions=_sums(cube, mentions), articles=_naming(cube, mentions))
    tally = tally.filter(pl.col("articles") > 0)
    whole = tally["mentions"].sum()
    tally = tally.with_columns(rank=pl.col("mentions").rank("min", descending=True).cast(pl.Int64))
    if len(actors):
        wanted = pl.DataFrame({"actor_id": list(actors)}, schema={"actor_id": pl.String})
        tally = attach(wanted, tally, ["actor_id"]).with_columns(pl.col("mentions", "articles").fill_null(0))
    tally = tally.with_columns(
        mentions_total=pl.lit(whole, pl.Int64),
        articles_total=pl.lit(np.count_nonzero(inside), pl.Int64),
        syllables=pl.lit(_syllables(cube, inside), pl.Int64),
    )
    table = attach(_shares(tally), cube.actors.select("actor_id", "actor_kind"), ["actor_id"])
    return table.sort("mentions", "articles", "actor_id", descending=[True, True, False]).select(
        "actor_id", "actor_kind", pl.exclude("actor_id", "actor_kind")
    )


def by_period(
    cube: Cube, counts: Counts, inside: np.ndarray, actors: Sequence[str] = (), every: str = "auto"
) -> pl.DataFrame:
    """Counts and the articles that count → `frequency.by_period` of the dated articles without intervals."""
    days = _days(cube)
    each = {
        "articles_total": inside,
        "syllables": cube.articles["syllables"].to_numpy() * inside,
        "mentions_total": counts.totals * inside,
    }
    summed = {name: np.bincount(days, weights=weights, minlength=cube.days.height) for name, weights in each.items()}
    sizes = cube.days.with_columns(**summed).cast(dict.fromkeys(each, pl.Int64))
    sizes = sizes.with_row_index("days").filter(pl.col("articles_total") > 0)
    every = _finest(sizes) if every == "auto" else every
    keys = list(actors) or _most(cube, counts, inside, LINES)
    places = zip(keys, numbers(cube, keys), strict=True)
    named = pl.concat([_of_days(cube, counts, inside, *place) for place in places] or [_NO_DAYS])
    dated = sizes.with_columns(period=period(every)).filter(pl.col("period").is_not_null())
    named = named.join(dated.select("days", "period"), on="days", validate="m:1")
    named = named.group_by("period", "actor_id").agg(pl.col("mentions", "articles").sum())
    totals = dated.group_by("period").agg(pl.col("articles_total", "syllables", "mentions_total").sum())
    wanted = _span(dated, every).join(_ids(keys), how="cross")
    table = _filled(attach(attach(wanted, named, ("period", "actor_id")), totals, ["period"]))
    return table.sort("period", "mentions", "actor_id", descending=[False, True, False]).select(
        "period", pl.lit(every).alias("every"), pl.exclude("period")
    )


def by_source(
    cube: Cube,
    counts: Counts,
    inside: np.ndarray,
    sources: Sequence[str],
    basis: str = "any",
    actors: Sequence[str] = (),
) -> pl.DataFrame:
    """Counts, the articles that count, sources → `frequency.by_source` of `comparison.attributed` without intervals."""
    keys = list(actors) or _most(cube, counts, inside, TOP)
    named = [counts.everywhere(actor) for actor in numbers(cube, keys)]
    syllables, rows = cube.articles["syllables"].to_numpy(), []
    for source in dict.fromkeys(sources):
        here = np.flatnonzero(inside & stands(cube, [source], basis))
        if not len(here):
            continue
        whole = int(counts.totals[here].sum()), len(here), int(syllables[here].sum(dtype=np.int64))
        for key, everywhere in zip(keys, named, strict=True):
            mentions = everywhere[here]
            rows.append((source, key, int(mentions.sum(dtype=np.int64)), np.count_nonzero(mentions), *whole))
    columns = ("mentions", "articles", "mentions_total", "articles_total", "syllables")
    schema = {"source_id": pl.String, "actor_id": pl.String, **dict.fromkeys(columns, pl.Int64)}
    table = _filled(pl.DataFrame(rows, schema=schema, orient="row"))
    return table.sort("source_id", "mentions", "articles", "actor_id", descending=[False, True, True, False])


def calendar(cube: Cube, inside: np.ndarray, sources: Sequence[str], basis: str = "any") -> pl.DataFrame:
    """The articles that count → their `coverage.calendar`."""
    masks = {coverage.ALL: inside, **{source: inside & stands(cube, [source], basis) for source in sources}}
    days = _days(cube)
    counted = pl.concat(
        cube.days.select(
            pl.lit(source).alias("source_id"),
            first="published_first",
            last="published_last",
            articles=np.bincount(days[mask], minlength=cube.days.height),
        )
        for source, mask in masks.items()
    )
    return coverage.calendar_of(counted.filter(pl.col("articles") > 0), sources)


def resampled(
    cube: Cube,
    counts: Counts,
    inside: np.ndarray,
    actors: Sequence[str],
    *,
    seed: int = intervals.SEED,
    resamples: int = intervals.RESAMPLES,
) -> pl.DataFrame:
    """Counts, the articles that count, actors → actor_id and the ends of `share` and `rate` as in `frequency.by_actor`.

    Null where too few articles hold the actor.
    """
    actors = list(actors)
    articles = np.flatnonzero(inside)
    values = np.zeros((len(articles), len(actors) + 2))
    for column, actor in enumerate(actors):
        values[:, column] = hits(cube, counts, inside, [actor])[articles]
    values[:, -2] = counts.totals[articles]
    values[:, -1] = cube.articles["syllables"].to_numpy()[articles]
    naming = (values[:, :-2] > 0).sum(0)
    names = [f"{name}_{end}" for name in ("share", "rate") for end in ("low", "high")]
    ends = dict.fromkeys(names, np.full(len(actors), np.nan))
    if len(articles) >= intervals.MINIMUM_ARTICLES and actors:
        found = intervals.ends(values, intervals.generator(seed, ""), resamples)
        ends = {name: np.where(naming < intervals.MINIMUM_NAMING, np.nan, found[name]) for name in names}
    table = pl.DataFrame({"actor_id": actors} | ends, schema={"actor_id": pl.String} | dict.fromkeys(ends, pl.Float64))
    return table.fill_nan(None)


def _days(cube: Cube) -> np.ndarray:
    return cube.articles["days"].to_numpy()


def _syllables(cube: Cube, inside: np.ndarray) -> int:
    return int((cube.articles["syllables"].to_numpy() * inside).sum(dtype=np.int64))


def _ids(actors: Sequence[str]) -> pl.DataFrame:
    return pl.DataFrame({"actor_id": list(actors)}, schema={"actor_id": pl.String})


def _within(counts: Counts, inside: np.ndarray) -> np.ndarray:
    """Counts and the articles that count → of each pair the mentions, 0 where its article does not count."""
    within = np.empty_like(counts.mentions)
    article = counts.article.to_numpy()
    for at in range(0, len(within), 2**18):  # numpy needs longer numbers of articles, of which few are to be held
        here = slice(at, at + 2**18)
        np.multiply(counts.mentions[here], inside.take(article[here]), out=within[here])
    return within


def _sums(cube: Cube, mentions: np.ndarray) -> np.ndarray:
    """Mentions of each pair → those of each actor."""
    if not len(mentions):
        return np.zeros(cube.actors.height, dtype=np.int64)
    most = np.uint32 if cube.actors["mentions"].max() < 2**32 else np.int64  # summed up twice as fast
    return np.add.reduceat(mentions, cube.starts[:-1], dtype=most).astype(np.int64)


def _naming(cube: Cube, mentions: np.ndarray) -> np.ndarray:
    """Mentions of each pair → how many articles name each actor."""
    stretches = itertools.pairwise(cube.starts.tolist())
    return np.array([np.count_nonzero(mentions[start:end]) for start, end in stretches], dtype=np.int64)


def _most(cube: Cube, counts: Counts, inside: np.ndarray, most: int) -> list[str]:
    totals = cube.actors.select("actor_id", mentions=_sums(cube, _within(counts, inside)))
    totals = totals.filter(pl.col("mentions") > 0).sort("mentions", "actor_id", descending=[True, False])
    return totals["actor_id"].head(most).to_list()


def _of_days(cube: Cube, counts: Counts, inside: np.ndarray, actor: str, number: int | None) -> pl.DataFrame:
    """An actor and its number → days (row of `Cube.days`), actor_id, mentions, articles."""
    article, mentions = counts.of(number) if number is not None else (np.zeros(0, np.intp), np.zeros(0, np.int64))
    days, named = _days(cube).take(article), inside.take(article)
    table = pl.DataFrame(
        {
            "mentions": np.bincount(days, weights=mentions * named, minlength=cube.days.height),
            "articles": np.bincount(days[named], minlength=cube.days.height),
        }
    ).cast(pl.Int64).with_row_index("days")
    return table.select(pl.col("days").cast(pl.UInt32), pl.lit(actor).alias("actor_id"), "mentions", "articles")


def _finest(sizes: pl.DataFrame) -> str:
    """Days with their articles → the finest period of which at least half hold enough (see `frequency.by_period`)."""
    for every in PERIODS:
        held = sizes.group_by(period=period(every)).agg(pl.col("articles_total").sum())
        held = held.filter(pl.col("period").is_not_null())
        enough = (held["articles_total"] >= intervals.MINIMUM_ARTICLES).sum()
        if 2 * enough >= _span(held, every).height:
            return every
    return "year"


def _filled(table: pl.DataFrame) -> pl.DataFrame:
    whole = ("mentions", "articles", "mentions_total", "articles_total", "syllables")
    return _shares(table.with_columns(pl.col(whole).fill_null(0)))


def _shares(tally: pl.DataFrame) -> pl.DataFrame:
    return tally.with_columns(
        share=intervals.quotient(pl.col("mentions"), pl.col("mentions_total")),
        article_share=intervals.quotient(pl.col("articles"), pl.col("articles_total")),
        rate=intervals.quotient(1000 * pl.col("mentions"), pl.col("syllables")),
        abstains=(pl.col("articles") < intervals.MINIMUM_NAMING)
        | (pl.col("articles_total") < intervals.MINIMUM_ARTICLES),
    )
