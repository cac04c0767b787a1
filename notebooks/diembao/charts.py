"""One tidy table → one chart. Charts choose marks, never numbers: what they draw is in the table beside them.

Every function takes a table of `measures`, the `Words` of a language and a title that says the finding, and returns an
Altair chart with a description for readers who cannot see it. Names, units and dates come written from `Words`.
"""

import datetime
import json
import textwrap
from collections.abc import Sequence

import altair as alt
import polars as pl

from . import theme
from .wording import Words

MOST = 12  # categories in one chart; the table beside it has the others
LINES = len(theme.PALETTE)  # actors in one line chart
Chart = alt.Chart | alt.LayerChart | alt.VConcatChart


def actor_bars(table: pl.DataFrame, words: Words, title: str) -> Chart:
    """`frequency.by_actor` → bars of shares with intervals, coloured by kind; the first `MOST` rows."""
    table = table.head(MOST)
    data = _data(table, words, "actor_id", "actor_kind", "mentions", "share", "articles")
    base = alt.Chart(data).encode(y=_rows(data, "actor_id"), tooltip=_tooltips(data, words))
    bars = base.mark_bar(height={"band": 0.68}).encode(
        x=_share(words, "axis.share"), color=_vocabulary(table, words, "actor_kind", theme.KINDS)
    )
    of = _of(table, words, "mentions_total", "articles_total")
    return _finish(bars + _interval(base, "share"), data, words, title, "actor_bars", data.height, of=of)


def kind_bars(table: pl.DataFrame, words: Words, title: str) -> Chart:
    """`frequency.by_role` → one stacked bar a line role, its parts the kinds of actors."""
    data = _data(table, words, "line_role", "actor_kind", "mentions", "share")
    chart = (
        alt.Chart(data)
        .mark_bar(height={"band": 0.68}, stroke=theme.PAPER)
        .encode(
            x=_share(words, "axis.share").stack("zero").scale(domain=[0, 1]),
            y=_rows(data, "line_role"),
            color=_vocabulary(table, words, "actor_kind", theme.KINDS),
            tooltip=_tooltips(data, words),
        )
    )
    return _finish(chart, data, words, title, "kind_bars", of=_of(table, words, "mentions_total", "articles_total"))


def roll_up(table: pl.DataFrame, words: Words, title: str) -> Chart:
    """`frequency.by_via` → a stacked bar an actor: by its own name, capital, seat and office holders."""
    table = table.filter(pl.col("mentions") > 0)
    order = pl.col("via").replace_strict({via: place for place, via in enumerate(theme.VIAS)}, return_dtype=pl.Int32)
    data = _data(table, words, "actor_id", "via", "mentions", "share", "articles")
    data = data.with_columns(place=table.select(order).to_series())
    chart = (
        alt.Chart(data)
        .mark_bar(height={"band": 0.68}, stroke=theme.PAPER)
        .encode(
            x=alt.X("mentions:Q", title=words.text("column.mentions")).stack("zero"),
            y=_rows(data, "actor_id"),
            color=_vocabulary(table, words, "via", theme.VIAS),
            order=alt.Order("place:Q"),
            tooltip=_tooltips(data, words),
        )
    )
    of = _of(table, words, "mentions_total")
    return _finish(chart, data, words, title, "roll_up", data["actor_id"].n_unique(), of=of)


def comention(table: pl.DataFrame, words: Words, title: str) -> Chart:
    """`comention.pairs` → a heat map of the NPMI of every two actors, both ways round; empty where it abstains."""
    known = table.filter(~pl.col("abstains"))
    actors = [*dict.fromkeys([*table["actor_id"], *table["partner_id"]])]
    actors = [actor for actor in actors if actor in {*known["actor_id"], *known["partner_id"]}][:MOST]
    columns = ("actor_id", "partner_id", "together", "units", "other_units", "by_chance", "npmi", "articles")
    kept = known.filter(pl.col("actor_id").is_in(actors) & pl.col("partner_id").is_in(actors))
    turned = {"actor_id": "partner_id", "partner_id": "actor_id", "units": "other_units", "other_units": "units"}
    both = pl.concat([kept, kept.rename(turned).select(kept.columns)])
    data = _data(both, words, *columns)
    names = [words.name(actor) for actor in actors]
    chart = _heat(data, words, "partner_id", "actor_id", "npmi", words.text("axis.npmi"), order=names, opposed=True)
    units = table.select("articles_total", sentences=pl.when(pl.col("within") == "sentence").then("units_total"))
    of = _of(units, words, "sentences", "articles_total")
    return _finish(chart, data, words, title, "comention", len(actors), of=of)


def periods(table: pl.DataFrame, words: Words, title: str) -> Chart:
    """`frequency.by_period` → a line an actor; the interval of the first, or of the one clicked on, is a band.

    Periods without articles break the lines; a large point differs from the other periods beyond chance.
    """
    actors = _by_mentions(table, "actor_id")[:LINES]
    table = table.filter(pl.col("period").is_not_null() & pl.col("actor_id").is_in(actors))
    columns = ("actor_id", "period", "mentions", "share", "rest_share", "q", "differs", "articles_total")
    data = _data(table, words, *columns)
    names = [words.name(actor) for actor in actors]
    chosen = alt.selection_point(
        name="actor",
        fields=["actor_id"],
        toggle=False,
        value=[{"actor_id": name} for name in names[:1]],
    )
    scale = alt.Scale(domain=names, range=list(theme.PALETTE[: len(names)]))
    legend = _legend(names, title=words.text("axis.band").split("|"), symbolType="circle", symbolOpacity=1)
    base = alt.Chart(data).encode(
        x=alt.X("period:T", title=None, axis=alt.Axis(format=words.text("date.month_pattern"))),
        color=alt.Color("actor_id:N", scale=scale, legend=legend),
        tooltip=_tooltips(data, words),
    )
    y = alt.Y("share:Q", title=words.text("axis.share").split("|"), axis=alt.Axis(format="%"))
    breaks = {"invalid": "break-paths-show-domains"}
    band = base.mark_area(opacity=0.16, **breaks).encode(y="share_low:Q", y2="share_high:Q")
    lines = base.mark_line(strokeWidth=2, **breaks).encode(y=y)
    size = alt.condition("datum.differs", alt.value(150), alt.value(28))
    points = base.mark_point(filled=True, opacity=1, invalid="filter").encode(y=y, size=size)
    chart = band.transform_filter(chosen) + lines + points.add_params(chosen)
    of = _of(table, words, "mentions_total", "articles_total")
    return _finish(chart, data, words, title, "periods", len(actors), height=280, of=of)


def months(table: pl.DataFrame, words: Words, title: str) -> Chart:
    """`frequency.by_period` by months → bars of articles over bars of actors, of the months chosen in the first."""
    table = table.filter(pl.col("period").is_not_null())
    data = _data(table, words, "actor_id", "period", "mentions", "mentions_total", "share", "articles_total")
    data = data.drop("share_low", "share_high")  # of one month; the bars are of those chosen
    chosen = alt.selection_interval(name="months", encodings=["x"])
    over = [alt.Tooltip("period:T", title=words.text("column.period"), format=words.text("date.month_pattern"))]
    over += [alt.Tooltip("articles_total:Q", title=words.text("column.articles"), format=words.pattern("articles"))]
    above = (
        alt.Chart(data)
        .transform_filter(alt.datum.actor_id == (data["actor_id"][0] if data.height else ""))
        .transform_calculate(end="timeOffset('month', toDate(datum.period), 1)")
        .mark_bar(color=theme.SOURCE[0], stroke=theme.PAPER, strokeWidth=0.5, cornerRadiusEnd=0)
        .encode(
            x=alt.X("period:T", title=None, axis=alt.Axis(format=words.text("date.month_pattern"))),
            x2="end:T",
            y=alt.Y("articles_total:Q", title=words.text("column.articles"), axis=alt.Axis(tickCount=3, tickMinStep=1)),
            y2=alt.Y2Datum(0),
            color=alt.condition(chosen, alt.value(theme.BLUE), alt.value(theme.SOURCE[0])),
            tooltip=over,
        )
        .add_params(chosen)
        .properties(width=theme.WIDTH, height=80)
    )
    columns = ("actor_id", "mentions", "mentions_total", "share")
    below = (
        alt.Chart(data)
        .transform_filter(chosen)
        .transform_aggregate(mentions="sum(mentions)", mentions_total="sum(mentions_total)", groupby=["actor_id"])
        .transform_calculate(share="datum.mentions_total ? datum.mentions / datum.mentions_total : 0")
        .mark_bar(height={"band": 0.68}, color=theme.BLUE)
        .encode(
            x=alt.X("share:Q", title=words.text("axis.share_chosen").split("|"), axis=alt.Axis(format="%")),
            y=alt.Y("actor_id:N", title=None, sort=[words.name(actor) for actor in _by_mentions(table, "actor_id")]),
            tooltip=[
                alt.Tooltip(
                    f"{name}:{'N' if name == 'actor_id' else 'Q'}",
                    title=words.text(f"column.{name}"),
                    **({} if name == "actor_id" else {"format": words.pattern(name)}),
                )
                for name in columns
            ],
        )
        .properties(width=theme.WIDTH, height=alt.Step(theme.ROW))
    )
    totals = table.unique("period").select(pl.col("mentions_total", "articles_total").sum())
    of = _of(totals, words, *totals.columns)
    chart = alt.vconcat(above, below, spacing=18)
    return _finish(chart, data, words, title, "months", table["actor_id"].n_unique(), of=of)


def role_matrix(table: pl.DataFrame, words: Words, title: str) -> Chart:
    """`comparison.role_matrix` → a heat map of roles by sources, the number of articles written in each cell."""
    data = _data(table, words, "source_id", "role", "citations", "articles", "article_share")
    chart = _heat(data, words, "source_id", "role", "articles")
    of = _of(table, words, "articles_total")
    return _finish(chart, data, words, title, "role_matrix", data["source_id"].n_unique(), of=of)


def source_shares(table: pl.DataFrame, words: Words, title: str) -> Chart:
    """`comparison.actor_shares` → a dot with its interval for each source, grouped by actor."""
    return _by_source(table, words, title, "source_shares", "axis.share")


def attributed(table: pl.DataFrame, words: Words, title: str) -> Chart:
    """`comparison.attributed_shares` → a dot with its interval for each source, grouped by actor."""
    return _by_source(table, words, title, "attributed", "axis.share_of_said")


def _by_source(table: pl.DataFrame, words: Words, title: str, kind: str, axis: str) -> Chart:
    actors = _by_mentions(table, "actor_id")[:MOST]
    table = table.filter(pl.col("share").is_not_null() & pl.col("actor_id").is_in(actors))
    data = _data(table, words, "actor_id", "source_id", "mentions", "share", "articles_total")
    sources = _unique(table, "source_id")
    names = [words.name(actor) for actor in actors]
    base = alt.Chart(data).encode(
        y=alt.Y("actor_id:N", title=None, sort=names, scale=alt.Scale(paddingInner=0.3)),
        yOffset=alt.YOffset("source_id:N", sort=[words.source(source) for source in sources]),
        color=_sources(words, sources),
        tooltip=_tooltips(data, words),
    )
    dots = base.mark_point(size=64, filled=True, opacity=1).encode(
        x=_share(words, axis), shape=_sources(words, sources, alt.Shape)
    )
    of, height = _of(table, words, "mentions_total", "articles_total"), alt.Step(theme.DODGE, **{"for": "offset"})
    chart = _interval(base, "share", on_bars=False) + dots
    return _finish(chart, data, words, title, kind, len(sources), height, of=of)


def log_odds(table: pl.DataFrame, words: Words, title: str) -> Chart:
    """`comparison.distinctive` → a row for a source and an actor: log-odds and interval, hollow where within chance."""
    table = table.head(MOST)
    sources = _unique(table, "source_id")
    columns = ("source_id", "actor_id", "mentions", "rest_mentions", "log_odds", "q", "differs")
    data = _data(table, words, *columns).with_columns(row=pl.concat_str("source_id", pl.lit(" · "), "actor_id"))
    colour = _sources(words, sources, legend=None)
    base = alt.Chart(data).encode(y=_rows(data, "row"), color=colour, tooltip=_tooltips(data, words))
    dots = base.mark_point(size=80, opacity=1, strokeWidth=2).encode(
        x=alt.X("log_odds:Q", title=words.text("axis.log_odds").split("|")),
        shape=_sources(words, sources, alt.Shape, legend=None),
        fill=_sources(words, sources, alt.Fill, legend=None),
        fillOpacity=alt.condition("datum.differs", alt.value(1), alt.value(0)),
    )
    zero = alt.Chart(pl.DataFrame({"zero": [0]})).mark_rule(color=theme.RULE, strokeDash=[3, 3]).encode(x=alt.XDatum(0))
    of = _of(table, words, "mentions_total", "rest_mentions_total")
    chart = zero + _interval(base, "log_odds", on_bars=False) + dots
    return _finish(chart, data, words, title, "log_odds", table.height, of=of)


def distances(table: pl.DataFrame, words: Words, title: str) -> Chart:
    """`comparison.distances` → a heat map of the distance of each pair of sources with articles enough."""
    table = table.filter(~pl.col("abstains"))
    data = _data(table, words, "source_id", "other_id", "distance", "by_chance", "p")
    chart = _heat(data, words, "source_id", "other_id", "distance", words.text("axis.distance"))
    of = _of(table, words, "articles", "other_articles")
    return _finish(chart, data, words, title, "distances", len({*data["source_id"], *data["other_id"]}), of=of)


def wires(table: pl.DataFrame, words: Words, title: str) -> Chart:
    """`comparison.publishers_by_wire` → a heat map of publishers with articles enough by the sources they credit."""
    table = table.filter(~pl.col("abstains"))
    data = _data(table, words, "publisher", "source_id", "articles", "articles_total", "article_share")
    chart = _heat(data, words, "source_id", "publisher", "article_share", words.text("axis.credited"))
    of = _of(table, words, "articles_total")
    return _finish(chart, data, words, title, "wires", data["publisher"].n_unique(), of=of)


def reprints(table: pl.DataFrame, words: Words, title: str) -> Chart:
    """`comparison.reprints` → a heat map: who printed first, who printed it again, how many stories."""
    data = _data(table, words, "first_publisher", "publisher", "stories")
    order = pl.concat([data["first_publisher"], data["publisher"]]).unique(maintain_order=True).to_list()
    chart = _heat(data, words, "publisher", "first_publisher", "stories", order=order, named=True)
    total = table.select(pl.col("stories").sum())
    return _finish(chart, data, words, title, "reprints", data["publisher"].n_unique(), of=_of(total, words, "stories"))


def calendar(table: pl.DataFrame, sources: pl.DataFrame, words: Words, title: str) -> Chart:
    """`coverage.calendar` and `coverage.by_source` → a strip of days a source, in the colours of the three states."""
    shown = _unique(table, "source_id")[: MOST + 1]
    table = table.filter(pl.col("source_id").is_in(shown))
    data = _data(table, words, "source_id", "state", "first", "last", "days", "articles")
    labels = {
        words.source(source): [
            words.source(source),
            words.text("axis.dated", dated=words.number(dated), undated=words.number(longer + undated)),
        ]
        for source, dated, longer, undated in sources.select(
            "source_id", "day_dated", "longer_dated", "undated"
        ).iter_rows()
    }
    base = (
        alt.Chart(data)
        .transform_calculate(end="timeOffset('day', toDate(datum.last), 1)")  # a day lasts until the next midnight
        .encode(
            x=alt.X("first:T", title=None, axis=alt.Axis(format=words.text("date.month_pattern"))),
            x2="end:T",
            y=_rows(data, "source_id", lines=labels),
            color=_vocabulary(table, words, "state", theme.STATES, symbolStrokeColor=theme.RULE, columns=1),
            tooltip=_tooltips(data, words),
        )
    )
    published = alt.datum.state == words.label("state", "published")
    ground = base.transform_filter(~published).mark_rect(stroke=theme.GRID, strokeWidth=0.5, height={"band": 0.72})
    # a single day of two years is thinner than a pixel: its outline keeps it visible
    days = base.transform_filter(published).mark_rect(
        stroke=theme.STATES["published"], strokeWidth=1.2, height={"band": 0.72}
    )
    of = _of(sources.head(1), words, "articles", "span_days")
    return _finish(ground + days, data, words, title, "calendar", len(shown), alt.Step(theme.TWO_LINES), of=of)


def gaps(table: pl.DataFrame, words: Words, title: str) -> Chart:
    """`coverage.gaps` → bars of the `MOST` longest silences, a mark at the usual step of each source.

    Of sources with too few days only where there is no other.
    """
    solid = table.filter(~pl.col("abstains"))
    table = (table if solid.is_empty() else solid).head(MOST)
    labels = {
        str(number): [words.source(row["source_id"]), words.span(row["first"], row["last"])]
        for number, row in enumerate(table.iter_rows(named=True))
    }
    columns = ("source_id", "first", "last", "days", "usual_step", "times", "chance")
    data = _data(table, words, *columns).with_columns(gap=pl.Series(list(labels), dtype=pl.String))
    base = alt.Chart(data).encode(y=_rows(data, "gap", lines=labels), tooltip=_tooltips(data.drop("gap"), words))
    bars = base.mark_bar(height={"band": 0.6}).encode(
        x=alt.X("days:Q", title=words.text("axis.silent_days").split("|")),
        color=_sources(words, _unique(table, "source_id"), legend=None),
    )
    usual = base.encode(x="usual_step:Q")
    halo = usual.mark_tick(color=theme.PAPER, thickness=4, size=theme.ROW * 0.9)
    mark = usual.mark_tick(color=theme.INK, thickness=2, size=theme.ROW * 0.9)
    of = _of(table, words, "publication_days")
    return _finish(bars + halo + mark, data, words, title, "gaps", table.height, alt.Step(theme.TWO_LINES), of=of)


def reach(table: pl.DataFrame, words: Words, title: str) -> Chart:
    """`coverage.reach` → bars of the share of dates at each distance from publication, earliest first."""
    data = _data(table, words, "reach", "dates", "share", "articles")
    base = alt.Chart(data).encode(y=_rows(data, "reach"), tooltip=_tooltips(data, words))
    unplaced = alt.datum.reach == words.label("reach", "unplaced")
    colour = alt.condition(unplaced, alt.value(theme.SOURCE[0]), alt.value(theme.BLUE))
    bars = base.mark_bar(height={"band": 0.68}).encode(x=_share(words, "axis.share_of_dates"), color=colour)
    of = _of(table, words, "dates_total", "articles_total")
    return _finish(bars + _interval(base, "share"), data, words, title, "reach", of=of)


def reach_by_source(table: pl.DataFrame, words: Words, title: str) -> Chart:
    """`coverage.reach` by source → a heat map of distances from publication by sources, the share in each cell."""
    sources = _unique(table, "source_id")[:MOST]
    table = table.filter(pl.col("source_id").is_in(sources))
    data = _data(table, words, "source_id", "reach", "dates", "share", "articles")
    chart = _heat(data, words, "source_id", "reach", "share")
    of = _of(table, words, "dates_total", "articles_total")
    return _finish(chart, data, words, title, "reach_by_source", len(sources), of=of)


def days_named(table: pl.DataFrame, words: Words, title: str) -> Chart:
    """`coverage.days_named` → bars of the articles that name each of the `MOST` days most written about."""
    table = table.head(MOST)
    data = _data(table, words, "day", "dates", "articles", "article_share", "same_day")
    data = data.with_columns(name=pl.Series([words.date(day) for day in table["day"]], dtype=pl.String))
    ticks = min(5, table["articles"].max() or 0)  # no halves of articles
    chart = (
        alt.Chart(data)
        .mark_bar(height={"band": 0.68}, color=theme.BLUE)
        .encode(
            x=alt.X("articles:Q", title=words.text("column.articles"), axis=alt.Axis(format="d", tickCount=ticks)),
            y=_rows(data, "name"),
            tooltip=_tooltips(data.drop("name"), words),
        )
    )
    return _finish(chart, data, words, title, "days_named", data.height, of=_of(table, words, "articles_total"))


def delays(table: pl.DataFrame, words: Words, title: str) -> Chart:
    """`coverage.delays` → a line a source: the share of its articles out so many days after the event, at most."""
    sources = _unique(table, "source_id")[:LINES]
    table = table.filter(~pl.col("abstains") & pl.col("source_id").is_in(sources))
    sources = [source for source in sources if source in set(table["source_id"])]
    data = _data(table, words, "source_id", "days", "articles", "article_share", "articles_total")
    base = alt.Chart(data).encode(
        x=alt.X("days:O", title=words.text("axis.delay").split("|"), axis=alt.Axis(labelAngle=0)),
        y=alt.Y("article_share:Q", title=words.text("axis.share_of_articles").split("|"), axis=alt.Axis(format="%"))
        .scale(domain=[0, 1]),
        color=_sources(words, sources),
        tooltip=_tooltips(data, words),
    )
    points = base.mark_point(size=60, filled=True, opacity=1).encode(shape=_sources(words, sources, alt.Shape))
    chart, of = base.mark_line(strokeWidth=2) + points, _of(table, words, "articles_total")
    return _finish(chart, data, words, title, "delays", len(sources), height=240, of=of)


def accuracy(table: pl.DataFrame, words: Words, title: str) -> Chart:
    """`quality.figures` → a dot with its interval for each figure that is better the higher it is."""
    table = table.filter((pl.col("measure") != "error") & pl.col("value").is_not_null())
    data = _data(table, words, "figure", "value", "tp", "fp", "fn", "articles")
    base = alt.Chart(data).encode(y=_rows(data, "figure"), tooltip=_tooltips(data, words))
    dots = base.mark_point(size=80, filled=True, opacity=1, color=theme.BLUE).encode(x=_agreement(data, words))
    of = _of(table, words, "articles_total")
    return _finish(_interval(base, "value", on_bars=False) + dots, data, words, title, "accuracy", data.height, of=of)


def agreement(table: pl.DataFrame, words: Words, title: str) -> Chart:
    """`quality.by_source` or `by_year` → a dot with its interval for each group of articles, by figure.

    The first column is the group; of years the last that have a colour, and no articles of an unknown one.
    """
    group = table.columns[0]
    shown = table.filter(pl.col("value").is_not_null() & pl.col(group).is_not_null())
    groups = _unique(shown, group)[-LINES:]
    data = _data(
        shown.filter(pl.col(group).is_in(groups)), words, group, "figure", "value", "tp", "fp", "fn", "articles"
    )
    names = [words.label(group, name) for name in groups]
    order = [words.label("figure", name) for name in _unique(table, "figure")]
    if group == "source_id":
        colour, shape = _sources(words, groups), _sources(words, groups, alt.Shape)
    else:
        scale = alt.Scale(domain=names, range=list(theme.PALETTE[: len(names)]))
        colour, shape = alt.Color(f"{group}:N", scale=scale, legend=_legend(names)), alt.Undefined
    base = alt.Chart(data).encode(
        y=alt.Y("figure:N", title=None, sort=order, scale=alt.Scale(paddingInner=0.3)),
        yOffset=alt.YOffset(f"{group}:N", sort=names),
        color=colour,
        tooltip=_tooltips(data, words),
    )
    dots = base.mark_point(size=64, filled=True, opacity=1).encode(x=_agreement(data, words), shape=shape)
    of, height = _of(shown, words, "articles_total"), alt.Step(theme.DODGE, **{"for": "offset"})
    chart = _interval(base, "value", on_bars=False) + dots
    return _finish(chart, data, words, title, "agreement", len(groups), height, of=of)


# --- linked charts: a click or a brush in them is a choice -----------------------------------------------------------
# Each is a template without rows, drawn once for a language and a measure, and filled again at every click: making an
# Altair chart takes ten times as long as counting what it shows. Days are in universal time, so that a brush means the
# same days in every browser.

MEASURES = ("mentions", "share", "rate", "articles")
ROWS = "rows"  # the name of a template's data
BRUSH, PICK = "brush", "pick"  # the selections of linked charts


def linked_periods(words: Words, measure: str) -> Chart:
    """→ a template for `cube.by_period`: lines over time, one an actor; brush days."""
    brush = alt.selection_interval(name=BRUSH, encodings=["x"], mark=_brush())
    chart = (
        _template()
        .mark_line(strokeWidth=1.8, point={"size": 18, "filled": True}, invalid="break-paths-show-domains")
        .encode(
            x=alt.X("period:T", title=None, scale=alt.Scale(type="utc"), axis=alt.Axis(format="%m/%Y")),
            y=_measured(words, measure, alt.Y),
            color=alt.Color(
                "actor:N",
                sort=None,
                scale=alt.Scale(range=list(theme.PALETTE)),
                legend=alt.Legend(title=None, columns=2),
            ),
            tooltip=_told(words, "actor", "when", "value", "articles", measure=measure),
        )
        .add_params(brush)
    )
    return _linked(chart, words, "periods", 132)


def linked_actors(words: Words, measure: str) -> Chart:
    """→ a template for `cube.by_actor`: bars with intervals where they are known; click an actor."""
    pick = alt.selection_point(name=PICK, fields=["actor_id"], toggle=False)
    base = _template().encode(y=alt.Y("actor:N", title=None, sort=None, axis=alt.Axis(labelLimit=120)))
    bars = base.mark_bar(height={"band": 0.7}, cursor="pointer").encode(
        x=_measured(words, measure, alt.X),
        color=_kinds(words),
        opacity=_highlighted(),
        tooltip=_told(words, "actor", "value", "interval", "articles", measure=measure),
    )
    ends = base.transform_filter("isValid(datum.low)").encode(x="low:Q", x2="high:Q")
    halo = ends.mark_rule(strokeWidth=4, color=theme.PAPER, opacity=0.85)
    rule = ends.mark_rule(strokeWidth=1.5, color=theme.INK)
    return _linked(alt.layer(bars.add_params(pick), halo, rule), words, "actor_bars", alt.Step(17))


def linked_sources(words: Words, measure: str) -> Chart:
    """→ a template for `cube.by_source`: a heat map of actors by sources; click a cell."""
    pick = alt.selection_point(name=PICK, fields=["source_id", "actor_id"], toggle=False)
    base = _template().encode(
        x=alt.X("source:N", title=None, sort=None, axis=alt.Axis(orient="top", labelAngle=0, labelLimit=80)),
        y=alt.Y("actor:N", title=None, sort=None, axis=alt.Axis(labelLimit=120)),
    )
    scale = alt.Scale(range=list(theme.HEAT), interpolate="lab", domainMin=0)
    # a source without an article is an empty column: it has a place on the axis, and no value
    ground = base.mark_rect(color=theme.PAPER)
    known = base.transform_filter("isValid(datum.value)")
    cells = known.mark_rect(stroke=theme.PAPER, strokeWidth=2, cursor="pointer").encode(
        color=alt.Color("value:Q", scale=scale, legend=None),
        opacity=_highlighted(),
        tooltip=_told(words, "actor", "source", "value", "articles", measure=measure),
    )
    ink = alt.condition("datum.dark", alt.value(theme.PAPER), alt.value(theme.INK))
    text = known.mark_text(fontSize=11).encode(text=alt.Text("value:Q", format=words.pattern(measure)), color=ink)
    return _linked(alt.layer(ground, cells.add_params(pick), text), words, "source_shares", alt.Step(19))


def linked_calendar(words: Words) -> Chart:
    """→ a template for `coverage.calendar`: a strip of days a source, in the colours of their states; brush days."""
    brush = alt.selection_interval(name=BRUSH, encodings=["x"], mark=_brush())
    names = [words.label("state", state) for state in theme.STATES]
    colour = alt.Color(
        "state_name:N",
        scale=alt.Scale(domain=names, range=list(theme.STATES.values())),
        legend=alt.Legend(title=None, symbolType="square", symbolStrokeColor=theme.RULE, columns=2),
    )
    base = _template().encode(
        x=alt.X("first:T", title=None, scale=alt.Scale(type="utc"), axis=alt.Axis(format="%m/%Y")),
        x2="end:T",
        y=alt.Y("source:N", title=None, sort=None),
        color=colour,
        tooltip=_told(words, "source", "state_name", "when", "articles"),
    )
    published = alt.datum.state == "published"
    ground = base.transform_filter(~published).mark_rect(stroke=theme.GRID, strokeWidth=0.5, height={"band": 0.72})
    # a single day of many years is thinner than a pixel: its outline keeps it visible
    days = base.transform_filter(published).mark_rect(
        stroke=theme.STATES["published"], strokeWidth=1, height={"band": 0.72}
    )
    return _linked(alt.layer(ground.add_params(brush), days), words, "calendar", alt.Step(24))


def linked_rows(table: pl.DataFrame, words: Words, measure: str = "articles", chosen: Sequence[str] = ()) -> list[dict]:
    """A table of `cube` or `coverage.calendar` → the rows of its template; chosen: actors that stand out."""
    shown = table.with_columns(
        value=pl.col(measure),
        low=pl.col(f"{measure}_low") if f"{measure}_low" in table.columns else None,
        high=pl.col(f"{measure}_high") if f"{measure}_high" in table.columns else None,
    )
    most = shown["value"].cast(pl.Float64).max() or 0
    shown = shown.with_columns(dark=pl.col("value") > theme.HEAT_TEXT * most)
    extra = {}
    if "actor_id" in table.columns:
        extra["actor"] = _distinct(table["actor_id"], words.labels(table, "actor_id"))
        shown = shown.with_columns(chosen=pl.col("actor_id").is_in(list(chosen)) if chosen else pl.lit(True))
        shown = shown.with_columns(pl.col("dark") & pl.col("chosen"))  # pale cells need dark numbers
    if "actor_kind" in table.columns:
        extra["kind"] = words.labels(table, "actor_kind")
    if "source_id" in table.columns:
        extra["source"] = words.labels(table, "source_id")
    if "period" in table.columns:
        extra["when"] = words.labels(table, "period")
    if "state" in table.columns:
        spans = table.select("first", "last").iter_rows()
        extra |= {"state_name": words.labels(table, "state"), "when": pl.Series([words.span(*ends) for ends in spans])}
        shown = shown.with_columns(end=pl.col("last") + pl.duration(days=1))  # a day lasts until the next midnight
    keep = ["actor_id", "source_id", "period", "state", "first", "end", "value", "low", "high", "dark", "chosen"]
    kept = shown.select(name for name in [*keep, "articles"] if name in shown.columns)
    if "low" in kept.columns:
        written = {} if words.pattern(measure).endswith("%") else {"digits": 2, "percent": False}
        extra["interval"] = [words.interval(*ends, **written) for ends in kept.select("low", "high").iter_rows()]
    kept = kept.with_columns(*(pl.Series(name, values, dtype=pl.String) for name, values in extra.items()))
    return kept.with_columns(pl.selectors.date().dt.to_string("%Y-%m-%d"), pl.selectors.float().round(5)).to_dicts()


def filled(
    template: dict, rows: list[dict], title: str, days: tuple[str, str] | None = None, name: str | None = None
) -> dict:
    """A template's specification and its rows → the chart's; days: first and last of the brush.

    name: what a selection says, as the `unit` of its store, that it was made in.
    """
    spec = {**template, "datasets": {ROWS: rows}, "title": {**template["title"], "text": title}}
    if name and "layer" in spec:  # the one layer with a name is the one with the selection
        spec["layer"] = [layer | {"name": name} if "name" in layer else layer for layer in spec["layer"]]
        spec["params"] = [param | {"views": [name]} for param in spec["params"]]
    elif name:
        spec["name"] = name
    spec["description"] = f"{title}. {template['description']}"
    if any(param["name"] == BRUSH for param in spec.get("params", [])):
        brushed = {"x": [_moment(days[0]), _moment(days[1], 1)]} if days else None
        spec["params"] = [
            {name: value for name, value in param.items() if name != "value"}
            | ({"value": brushed} if brushed and param["name"] == BRUSH else {})
            for param in spec["params"]
        ]
    return spec


def _moment(day: str, later: int = 0) -> int:
    """A day → its midnight in milliseconds; later: so many days after."""
    start = datetime.datetime.fromisoformat(day).replace(tzinfo=datetime.UTC)
    return int((start + datetime.timedelta(days=later)).timestamp() * 1000)


def _template() -> alt.Chart:
    return alt.Chart(alt.NamedData(name=ROWS))


def _brush() -> alt.BrushConfig:
    return alt.BrushConfig(fill=theme.ORANGE, fillOpacity=0.14, stroke=theme.ORANGE, cursor="move")


def _measured(words: Words, measure: str, channel: type) -> alt.X:
    axis = alt.Axis(format=words.pattern(measure).replace(".1%", "~%"), tickCount=4, labelOverlap=True)
    return channel("value:Q", title=words.text(f"column.{measure}"), axis=axis)


def _kinds(words: Words) -> alt.Color:
    names = [words.label("actor_kind", kind) for kind in theme.KINDS]
    scale = alt.Scale(domain=names, range=list(theme.KINDS.values()))
    return alt.Color("kind:N", scale=scale, legend=alt.Legend(title=None, symbolType="square"))


def _highlighted() -> alt.Opacity:
    return alt.condition("datum.chosen", alt.value(1), alt.value(0.32))


def _told(words: Words, *fields: str, measure: str = "articles") -> list[alt.Tooltip]:
    patterns = {"value": words.pattern(measure), "articles": words.pattern("articles")}
    return [
        alt.Tooltip(f"{field}:Q", title=words.text(f"lab.tip.{field}"), format=patterns[field])
        if field in patterns
        else alt.Tooltip(f"{field}:N", title=words.text(f"lab.tip.{field}"))
        for field in fields
    ]


def _distinct(ids: pl.Series, names: pl.Series) -> list[str]:
    """Ids and their names → the names, with the id where two actors share one."""
    owners: dict[str, str] = {}
    for id_, name in zip(ids, names, strict=True):
        owners.setdefault(name, id_)
    return [name if owners[name] == id_ else f"{name} ({id_})" for id_, name in zip(ids, names, strict=True)]


def _linked(chart: Chart, words: Words, kind: str, height: object) -> Chart:
    """A template → the same as wide as its place, with the language's numbers and months."""
    few = {"orient": "top", "labelLimit": 130, "labelFontSize": 11, "symbolSize": 50, "columnPadding": 6, "offset": 2}
    return chart.properties(
        title=alt.Title("", fontSize=13, offset=4),
        description=words.text(f"lab.alt.{kind}"),
        width="container",
        height=height,
    ).configure(locale=words.locale(), legend=alt.LegendConfig(**few), padding=4)


# --- parts ----------------------------------------------------------------------------------------------------------


def _data(table: pl.DataFrame, words: Words, *columns: str) -> pl.DataFrame:
    """A measure's table → the columns a chart shows with the ends of their intervals, ids and vocabularies written."""
    ends = [f"{name}_{end}" for name in columns for end in ("low", "high")]
    kept = table.select(*columns, *(name for name in ends if name in table.columns))
    written = [name for name in columns if table.schema[name] == pl.String]
    return kept.with_columns(*(words.labels(table, name) for name in written), pl.selectors.float().round(5))


def _unique(table: pl.DataFrame, column: str) -> list[str]:
    return table[column].unique(maintain_order=True).to_list()


def _by_mentions(table: pl.DataFrame, column: str) -> list[str]:
    """A column's values, those with the most mentions in the whole table first."""
    totals = table.group_by(column).agg(pl.col("mentions").sum())
    return totals.sort("mentions", column, descending=[True, False])[column].to_list()


def _rows(data: pl.DataFrame, column: str, lines: dict[str, list[str]] | None = None) -> alt.Y:
    """A column of names → one row each, in the table's order; lines: a name → the lines to write for it."""
    if lines is None:
        return alt.Y(f"{column}:N", title=None, sort=_unique(data, column))
    axis = alt.Axis(labelExpr=f"({json.dumps(lines)})[datum.label]", labelLineHeight=15, labelOffset=-7)
    return alt.Y(f"{column}:N", title=None, sort=_unique(data, column), axis=axis)


def _share(words: Words, key: str) -> alt.X:
    return alt.X("share:Q", title=words.text(key).split("|"), axis=alt.Axis(format="%"))


def _agreement(data: pl.DataFrame, words: Words) -> alt.X:
    """F1 and accuracies → an axis that ends at 1 and shows at least the tenth below it."""
    least = data.select(pl.min_horizontal(pl.col("value", "value_low").min(), 0.9)).item()
    return alt.X(
        "value:Q",
        title=words.text("axis.agreement").split("|"),
        axis=alt.Axis(format=".2f"),
        scale=alt.Scale(domain=[least, 1], zero=False, nice=True),
    )


def _interval(base: alt.Chart, name: str, on_bars: bool = True) -> Chart:
    """`_low` and `_high` of a column → a line from end to end, none where the measure abstains; seen on bars too."""
    known = base.transform_filter(f"isValid(datum.{name}_low)").encode(x=f"{name}_low:Q", x2=f"{name}_high:Q")
    if not on_bars:
        return known.mark_rule(strokeWidth=1.5)
    return known.mark_rule(strokeWidth=4, color=theme.PAPER, opacity=0.85) + known.mark_rule(
        strokeWidth=1.5, color=theme.INK
    )


def _legend(names: Sequence[str], **options: object) -> alt.Legend:
    """Names → a legend in as many columns as fit a narrow screen."""
    widest = max(map(len, names), default=1) * theme.LETTER + theme.SYMBOL
    return alt.Legend(**({"title": None, "columns": max(1, int(theme.LEGEND_WIDTH / widest))} | options))


def _vocabulary(
    table: pl.DataFrame, words: Words, column: str, colours: dict[str, str], **options: object
) -> alt.Color:
    """A vocabulary with fixed colours → the colour channel, its legend in the vocabulary's order."""
    present = [value for value in colours if value in set(table[column])]
    names = [words.label(column, value) for value in present]
    scale = alt.Scale(domain=names, range=[colours[value] for value in present])
    return alt.Color(f"{column}:N", scale=scale, legend=_legend(names, symbolType="square", **options))


def _sources(words: Words, sources: Sequence[str], channel: type = alt.Color, **options: object) -> alt.Color:
    """Sources → their fixed colours, or shapes, as the given channel."""
    names = [words.source(source) for source in sources]
    style = theme.source_shape if channel is alt.Shape else theme.source_colour
    scale = alt.Scale(domain=names, range=[style(source) for source in sources])
    return channel("source_id:N", scale=scale, **({"legend": _legend(names)} | options))


def _heat(
    data: pl.DataFrame,
    words: Words,
    x: str,
    y: str,
    value: str,
    title: str | None = None,
    *,
    order: Sequence[str] | None = None,
    named: bool = False,
    opposed: bool = False,
) -> Chart:
    """Two columns of names and one of values → coloured cells, with the value written in each where there is room.

    title: of the legend, if there is to be one. order: of the names on both sides (default: the table's of each).
    named: whether the sides say what they are. opposed: colours part at 0.
    """
    columns = order or _unique(data, x)
    widest = max((len(word) for name in columns for word in name.split()), default=1)
    room = max(6, int(theme.NARROW / theme.LETTER / max(1, len(columns))))  # letters over a column
    options = {"max_lines": theme.HEADING_LINES, "placeholder": " …", "break_long_words": False}
    lines = {name: textwrap.wrap(name, room, **options) or [name] for name in columns}
    upright = {"labelAngle": 0, "labelExpr": f"({json.dumps(lines)})[datum.label]"}
    upright["labelPadding"] = 14 * max(map(len, lines.values()), default=1) - 8
    turned = {"labelAngle": -90, "labelLimit": 110}  # where upright ones would run into each other on a narrow screen
    few = len(columns) <= 4 or widest * len(columns) * theme.LETTER <= theme.NARROW
    axis = alt.Axis(orient="top", labelLineHeight=14, **(upright if few else turned))
    sides = [words.text(f"axis.{side}") if named else None for side in (x, y)]
    rows = _rows(data, y) if order is None else alt.Y(f"{y}:N", sort=order)
    base = alt.Chart(data).encode(
        x=alt.X(f"{x}:N", title=sides[0], sort=columns, axis=axis),
        y=rows.title(sides[1]),
        tooltip=_tooltips(data, words),
    )
    pattern = words.pattern(value)
    legend = title and alt.Legend(title=title, orient="bottom", gradientLength=180, format=pattern)
    if opposed:
        most = data[value].abs().max() or 1
        scale = alt.Scale(range=list(theme.OPPOSED), interpolate="lab", domain=[-most, most])
        dark = f"abs(datum.{value}) > {theme.HEAT_TEXT * most}"
    else:
        most = data[value].max() or 1  # where all is 0, no cell has the colour of much
        scale = alt.Scale(range=list(theme.HEAT), interpolate="lab", domain=[0, most])
        dark = alt.datum[value] > theme.HEAT_TEXT * most
    cells = base.mark_rect(stroke=theme.PAPER, strokeWidth=2).encode(
        color=alt.Color(f"{value}:Q", scale=scale, legend=legend or None)
    )
    if len(columns) > theme.WRITTEN:
        return cells
    ink = alt.condition(dark, alt.value(theme.PAPER), alt.value(theme.INK))
    return cells + base.mark_text().encode(text=alt.Text(f"{value}:Q", format=pattern), color=ink)


def _tooltips(data: pl.DataFrame, words: Words) -> list[alt.Tooltip]:
    """A chart's data → what the reader sees over a mark: every column with its heading, its unit and its interval."""
    shown = []
    for name, dtype in data.schema.items():
        column, _, end = name.rpartition("_")
        if end in ("low", "high"):
            title = f"{words.text('axis.interval')} {'↓' if end == 'low' else '↑'}"
            shown.append(alt.Tooltip(f"{name}:Q", title=title, format=words.pattern(column)))
        elif f"column.{name}" in words.strings:
            day = ("T", words.text("date.pattern"))
            kind, pattern = {pl.String: ("N", None), pl.Date: day}.get(dtype, ("Q", words.pattern(name)))
            options = {} if pattern is None else {"format": pattern}
            shown.append(alt.Tooltip(f"{name}:{kind}", title=words.text(f"column.{name}"), **options))
    return shown


def _of(table: pl.DataFrame, words: Words, *columns: str) -> str:
    """A measure's table and its columns of totals → what the figures are out of: "1,390 mentions, 38 articles"."""
    written = []
    for name in columns:
        ends = [words.number(end) for end in (table[name].min(), table[name].max()) if end is not None]
        if ends:
            one, more = words.text(f"of.{name}", n="–".join(dict.fromkeys(ends))).split("|")
            written.append(one if set(ends) == {"1"} else more)
    return words.text("list.separator").join(written)


def _finish(
    chart: Chart,
    data: pl.DataFrame,
    words: Words,
    title: str,
    kind: str,
    n: int = 0,
    height: object = None,
    of: str = "",
) -> Chart:
    """A chart → the same with title, description, size and the language's numbers and months; no data → it says so.

    `usermeta` tells reports how to read it and what its figures are out of.
    """
    about, read = words.text(f"alt.{kind}", n=words.number(n)), words.text(f"read.{kind}")
    if data.is_empty():  # Vega has no size for scales without a value
        height, about, read, of = theme.ROW, words.text("table.empty"), "", ""
        chart = alt.Chart(pl.DataFrame({"text": [about]})).mark_text().encode(text="text:N")
    size = {"width": theme.WIDTH, "height": height or alt.Step(theme.ROW)}
    if isinstance(chart, alt.VConcatChart):  # whose parts have sizes of their own
        size = {}
    return chart.properties(
        title=alt.Title(_lines(title)),
        description=f"{title}. {about}",
        usermeta={"diembao": {"read": read, "of": of}},
        **size,
    ).configure(locale=words.locale())


def _lines(title: str) -> list[str]:
    """A title → as few lines as fit a narrow screen, of about the same length."""
    fewest = textwrap.wrap(title, theme.TITLE_CHARACTERS)
    for width in range(max(1, len(title) // max(1, len(fewest))), theme.TITLE_CHARACTERS):
        if len(lines := textwrap.wrap(title, width)) == len(fewest):
            return lines
    return fewest
