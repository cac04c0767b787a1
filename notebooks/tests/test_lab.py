"""The lab driven from Python: every choice changes the tables it should, and no mistake ends in a traceback."""

import json
import os
import re
from pathlib import Path

import altair as alt
import ipywidgets as w
import polars as pl
import pytest
from conftest import HOSTILE
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from diembao import DiembaoError, charts, load_catalogue, measures, open_corpus
from diembao.corpus import SAMPLE
from diembao.ingest import ingest
from diembao.lab import Lab, View, leave, reading, show
from diembao.lab.desk import BESIDE, ORDERS, ROWS
from diembao.measures import comparison, cube, frequency, selection
from diembao.measures.narrow import frame
from diembao.measures.selection import of
from diembao.report import plan
from diembao.schema import LINE_ROLES
from diembao.wording import Words

ROOT = Path(__file__).resolve().parents[2]
FIRST_PAGES = ROOT / "data" / "first_pages"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def lab():
    lab = Lab(View())
    for link in lab.links.values():
        link.chart.observe(drawn, "spec")
        drawn(link.chart)
    return lab


def drawn(chart) -> None:
    """What the browser answers when it has drawn a chart."""
    getattr(chart, "owner", chart).local_tz = "UTC"


def counted(lab: Lab, actor: str) -> int:
    return lab.desk.actors(lab.view).filter(pl.col("actor_id") == actor)["mentions"].sum()


# --- the view ---------------------------------------------------------------------------------------------------------

VIEWS = st.fixed_dictionaries(
    {},
    optional={
        "corpus": st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
        "actors": st.lists(st.sampled_from(["RUS", "USA", "NATO", "kim-jong-un"]), unique=True),
        "sources": st.lists(st.sampled_from(["AP", "VOA", "Thế giới & Việt Nam"]), unique=True),
        "only": st.lists(st.sampled_from(["AP", "VOA"]), max_size=1),
        "date_from": st.sampled_from(["", "2023", "2023-05-01"]),
        "line_roles": st.lists(st.sampled_from(LINE_ROLES), min_size=1, unique=True),
        "capitals": st.sampled_from(["gov", "place", "both"]),
        "measure": st.sampled_from(charts.MEASURES),
        "language": st.sampled_from(["en", "vi"]),
    },
)


@given(VIEWS)
def test_a_view_comes_back_from_its_link_and_its_dict(choices):
    view = View.from_dict(choices)
    assert View.from_link(view.to_link()).to_dict() == view.to_dict() == View.from_dict(view.to_dict()).to_dict()
    compile(view.to_cell(), "cell", "exec")


@pytest.mark.parametrize(("link", "named"), [("diembao:?measure=most", "measure"), ("diembao:?colour=red", "colour")])
def test_a_wrong_link_is_refused_and_changes_nothing(link, named):
    with pytest.raises(DiembaoError, match=named):
        View.from_link(link)
    lab = Lab(View(actors=["RUS"]))
    lab.restore(link)
    assert named in lab.message.value and lab.view.actors == ["RUS"]


CHOICES = [
    {},
    {"actors": ["RUS", "NATO"], "date_from": "2023-03", "date_to": "2024-06-30", "only": ["AP"]},
    {
        "capitals": "both",
        "line_roles": ["headline", "caption"],
        "duplicates": "printed",
        "basis": "credit",
        "only": ["VOA"],
    },
]


@pytest.mark.parametrize("choices", CHOICES)
def test_a_restored_view_gives_the_same_tables_as_the_public_functions_and_its_own_cell(lab, choices):
    lab.view.choose(**choices)
    again = Lab(View.from_link(lab.view.to_link()))
    for name in ("bars", "periods", "cells", "days", "found"):
        assert_frame_equal(*(frame(getattr(each.desk, name)(each.view)) for each in (lab, again)))
    asked = {name: getattr(lab.view, name) for name in ("date_from", "date_to", "line_roles", "capitals", "duplicates")}
    chosen = measures.select(open_corpus("sample"), **asked)
    articles = chosen.articles
    if lab.view.only:
        articles = of(articles, comparison.attributed(articles, chosen.citations, lab.view.only, lab.view.basis))
    table = frequency.by_actor(chosen.mentions, articles, resamples=10)
    assert_frame_equal(lab.desk.actors(lab.view), table.select(lab.desk.actors(lab.view).columns))
    # the evidence is exactly what is counted
    asked = pl.col("actor_id").is_in(lab.view.actors) if lab.view.actors else True
    named = of(chosen.spans.collect(), articles).filter(asked)
    places = ["page", "start", "end", "surface", "actor_id"]
    found = lab.desk.found(lab.view).select(places).collect()
    assert_frame_equal(found.sort(places), named.select(places).sort(places))
    said = {}
    exec(lab.view.to_cell(), said)
    wanted = lab.view.actors or said["by_actor"]["actor_id"].to_list()
    ours = lab.desk.actors(lab.view).filter(pl.col("actor_id").is_in(wanted))
    assert_frame_equal(ours, said["by_actor"].select(ours.columns))


def test_a_view_may_bring_names_for_ids():
    lab = Lab(View(actors=["Triều Tiên", "russia"], sources=["Associated Press"]))
    assert (lab.view.actors, lab.view.sources) == (["PRK", "RUS"], ["AP"])
    assert [tag[0] for tag in lab.actors.tags] == ["PRK", "RUS"]
    assert "Rusia" in Lab(View(actors=["Rusia"])).message.value


def test_it_is_said_whether_the_bars_have_their_intervals_yet():
    lab = Lab()
    assert lab.counted.value.endswith("95% intervals are being computed…")
    lab.rest()
    assert lab.counted.value.endswith("with 95% intervals")
    lab.view.choose(measure="mentions")
    assert "interval" not in lab.counted.value


def test_intervals_are_those_of_the_reports(lab):
    lab.rest()
    chosen = measures.select(open_corpus("sample"))
    table = frequency.by_actor(chosen.mentions, chosen.articles).head(5)
    assert_frame_equal(
        lab.desk.intervals(lab.view).head(5).select("share_low", "share_high"), table.select("share_low", "share_high")
    )
    rows = lab.links["actors"].drawn[0]
    assert rows[0]["low"] < rows[0]["value"] < rows[0]["high"]


# --- looking ----------------------------------------------------------------------------------------------------------


def clicked(link, **cell):
    """What the browser says when a mark is clicked, after it has said that the chart is drawn anew."""
    link.chart._vl_selections = {charts.PICK: {"value": {}, "store": []}}
    link.chart._vl_selections = {
        charts.PICK: {
            "value": {name: [value] for name, value in cell.items()} | {"vlPoint": {"or": [cell]}},
            "store": [],
        }
    }


def drawing(link) -> str:
    """→ the name of what the browser shows, or is about to."""
    spec = link.chart.spec
    return next(part["name"] for part in (spec, *spec.get("layer", [])) if "name" in part)


def brushed(link, first, last, unit=""):
    """What the browser says of a brush, with the name of the drawing it was made in."""
    field = "period" if link.key[0] == "periods" else "first"
    ends = [charts._moment(first), charts._moment(last, 1)] if first else None
    store = [{"unit": unit or drawing(link), "fields": [{"field": field}], "values": [ends]}] if ends else []
    link.chart._vl_selections = {charts.BRUSH: {"value": {field: ends} if ends else {}, "store": store}}


def test_a_bar_clicked_leads_to_the_sentences_and_clicked_again_back(lab):
    every = lab.desk.hits(lab.view).sum()
    clicked(lab.links["actors"], actor_id="RUS")
    assert lab.view.actors == ["RUS"] and lab.actors.tags == [["RUS", "Russia"]]
    assert lab.desk.hits(lab.view).sum() == counted(lab, "RUS") < every
    assert all(row[-1] == "Russia" for row in lab.evidence.rows) and len(lab.evidence.rows) == ROWS
    assert [row["chosen"] for row in lab.links["actors"].drawn[0] if row["actor_id"] != "RUS"] == [False] * 9
    text = "".join(part[0] for part in lab.page.segments)
    assert text == lab.desk.text(lab.spot[0]) and text[lab.spot[1] : lab.spot[2]] == lab.lines["surface"][0]
    assert [part[0] for part in lab.page.segments if "here" in part[1].split()] == [lab.lines["surface"][0]]
    clicked(lab.links["actors"], actor_id="RUS")
    assert lab.view.actors == [] and lab.desk.hits(lab.view).sum() == every


def test_a_cell_clicked_chooses_actor_and_source(lab):
    clicked(lab.links["sources"], actor_id="KOR", source_id="Yonhap")
    assert (lab.view.actors, lab.view.only, lab.only.value) == (["KOR"], ["Yonhap"], "Yonhap")
    assert 0 < lab.desk.chosen(lab.view).sum() < open_corpus("sample").articles.collect().height
    clicked(lab.links["sources"], actor_id="KOR", source_id="Yonhap")
    assert (lab.view.actors, lab.view.only) == ([], [])


def test_a_brush_chooses_days_both_ways_and_is_not_drawn_over_by_itself(lab):
    timeline, calendar = lab.links["periods"], lab.links["calendar"]
    before = timeline.chart.spec
    brushed(timeline, "2023-03-01", "2023-08-31")
    assert (lab.view.date_from, lab.view.date_to) == ("2023-03-01", "2023-08-31")
    assert timeline.chart.spec is before
    (brush,) = [param for param in calendar.chart.spec["params"] if param["name"] == charts.BRUSH]
    assert brush["value"]["x"] == [charts._moment("2023-03-01"), charts._moment("2023-09-01")]
    counted = measures.select(open_corpus("sample"), date_from="2023-03-01", date_to="2023-08-31").articles
    assert lab.desk.chosen(lab.view).sum() == counted.height
    lab.date_to.value = "2023-05"
    (brush,) = [param for param in timeline.chart.spec["params"] if param["name"] == charts.BRUSH]
    assert brush["value"]["x"][1] == charts._moment("2023-06-01")
    brushed(calendar, "2023-03-01", "2023-05-31")  # as the browser repeats a brush that was drawn for it
    assert lab.view.date_to == "2023-05"
    brushed(calendar, "", "")
    assert (lab.view.date_from, lab.view.date_to, lab.date_to.value) == ("", "", "")


def test_charts_get_few_rows_whatever_the_corpus(lab):
    lab.groups.value = next(members for _, members in lab.groups.options if members)
    assert len(lab.view.actors) == 32
    assert all(len(link.drawn[0]) <= 1_000 for link in lab.links.values())


def test_only_what_depends_on_a_choice_is_made_again(lab):
    kept = {
        name: lab.desk.kept[name][1] for name in ("chosen", "counts", "actors", "periods", "cells", "days", "hits")
    }
    lab.measure.value = "articles"
    assert all(lab.desk.kept[name][1] is table for name, table in kept.items())
    lab.view.choose(actors=["RUS"])
    same = {name for name, table in kept.items() if lab.desk.kept[name][1] is table}
    assert same == {"chosen", "counts", "actors", "days"}
    brushed(lab.links["periods"], "2023-03-01", "2023-08-31")
    assert lab.desk.kept["days"][1] is kept["days"]


def test_what_is_on_the_screen_is_neither_read_nor_written_again(lab, monkeypatch):
    lab.view.choose(actors=["RUS"])
    monkeypatch.setattr(open_corpus("sample").__class__, "on", lambda *_: pytest.fail("read again"))
    calendar, lines, marks = lab.links["calendar"].drawn[0], lab.lines, lab.marks
    lab.measure.value = "articles"
    assert lab.links["calendar"].drawn[0] is calendar and lab.lines is lines and lab.marks is marks
    assert lab.links["periods"].drawn[0] != lab.links["calendar"].drawn[0]


def test_every_control_changes_the_view_and_back(lab):
    lab.basis.value, lab.capitals.value, lab.duplicates.value = "credit", "both", "printed"
    lab.roles["caption"].value = True
    lab.date_from.value, lab.measure.value = "2023-02", "rate"
    lab.only.value = "AP"
    told = View.from_link(lab.link.value)
    assert told.to_dict() == lab.view.to_dict()
    assert (told.basis, told.capitals, told.line_roles, told.only) == (
        "credit",
        "both",
        ["headline", "lead", "body", "caption"],
        ["AP"],
    )
    lab._reset()
    assert lab.view.to_dict() == View().to_dict() and not lab.roles["caption"].value and lab.only.value == ""


def test_what_cannot_be_counted_is_said_in_the_panel(lab):
    lab.date_from.value = "1890"
    lab.date_to.value = "1891"
    assert "1891-12-31" in lab.message.value and 'role="alert"' in lab.message.value
    lab.date_to.value = lab.date_from.value = ""
    assert lab.message.value == ""
    lab.date_from.value = "yesterday"
    assert "yesterday" in lab.message.value
    lab.evidence.order = "published"  # the evidence of nothing
    assert "yesterday" in lab.message.value
    lab.date_from.value = ""
    assert lab.message.value == "" and lab.evidence.rows


def test_both_languages_show_the_same_rows(lab):
    lab.view.choose(actors=["RUS"])
    english = [row[:3] for row in lab.evidence.rows]
    lab.language.value = "vi"
    assert [row[:3] for row in lab.evidence.rows] == english
    assert lab.actors.tags == [["RUS", "Nga"]] and lab.tabs.get_title(0) == "Xem và đọc"


# --- searching and reading --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "first"), [("nga", "RUS"), ("Mỹ", "USA"), ("trung quoc", "CHN"), ("hoa kỳ", "USA"), ("RUS", "RUS")]
)
def test_actors_are_found_by_name_and_alias_with_and_without_diacritics(lab, typed, first):
    lab.actors.query = typed
    assert lab.actors.options[0][0] == first
    lab.actors._handle_custom_msg({"add": first}, [])
    assert lab.view.actors == [first] and lab.actors.query == ""
    lab.actors._handle_custom_msg({"remove": first}, [])
    assert lab.view.actors == []


def test_the_evidence_is_sorted_and_leafed_through(lab):
    lab.view.choose(actors=["RUS"])
    first = lab.evidence.rows
    lab.later.click()
    assert lab.at == ROWS and lab.evidence.rows != first
    lab.earlier.click()
    assert lab.evidence.rows == first
    lab.evidence.order = "right"
    assert in_vietnamese_order([row[2].split()[:1] for row in lab.evidence.rows])
    lab.evidence.order = "left"
    assert in_vietnamese_order([row[0].split()[-1:] for row in lab.evidence.rows])
    lab.evidence.descending = True
    assert in_vietnamese_order([row[0].split()[-1:] for row in reversed(lab.evidence.rows)])
    lab.evidence.descending = False
    lab.evidence.order = "published"
    days = lab.lines["published"].str.slice(0, 10).drop_nulls().to_list()
    assert days and days == sorted(days)


def in_vietnamese_order(words):
    written = pl.Series(words, dtype=pl.List(pl.String)).list.join(" ")
    keys = pl.select(selection.alphabetical(pl.lit(written))).to_series().to_list()
    return keys == sorted(keys)


def test_charts_go_to_the_browser_with_their_rows(monkeypatch):
    sent, really_open = [], w.Widget.open

    def opened(widget):
        sent.extend([widget.spec] if isinstance(widget, alt.JupyterChart) else [])
        really_open(widget)

    monkeypatch.setattr(w.Widget, "open", opened)
    lab = Lab(View())
    assert len(sent) == len(lab.links) == 4
    for spec in sent:
        assert spec["title"]["text"] and all(len(rows) > 4 for rows in spec["datasets"].values())
    assert [link.chart.spec for link in lab.links.values()] == sent


def test_a_chart_is_sent_when_the_one_before_has_been_drawn(lab):
    timeline = lab.links["periods"]
    timeline.chart.unobserve(drawn, "spec")
    brushed(lab.links["calendar"], "2023-03-01", "2023-08-31")
    sent = timeline.chart.spec
    brushed(lab.links["calendar"], "", "")
    lab.measure.value = "articles"
    assert timeline.chart.spec is sent
    brushed(timeline, "2023-03-01", "2023-08-31")  # as the drawing of what was sent says it
    assert lab.view.date_from == ""
    drawn(timeline.chart)
    assert timeline.drawn[0] in timeline.chart.spec["datasets"].values()
    assert timeline.drawn[0] not in sent["datasets"].values()
    brushed(timeline, "", "")
    drawn(timeline.chart)
    brushed(timeline, "2023-03-01", "2023-08-31")
    assert lab.view.date_from == "2023-03-01"


def test_a_brush_that_an_older_drawing_says_late_moves_no_days(lab):
    timeline, calendar = lab.links["periods"], lab.links["calendar"]
    for link in (timeline, calendar):
        before = drawing(link)
        brushed(link, "2023-03-01", "2023-08-31")
        assert lab.view.date_from == "2023-03-01"
        lab._reset()
        assert lab.view.date_from == "" and drawing(link) != before
        brushed(link, "2023-03-01", "2023-08-31", before)
        assert lab.view.date_from == ""


def test_words_beside_a_mention_are_whole(lab):
    for row in lab.lines.iter_rows(named=True):
        text = " ".join(lab.desk.text(row["page"]).split())
        around = f"{row['left']}{row['surface']}{row['right']}".strip()
        assert max(len(row["left"]), len(row["right"])) <= BESIDE
        assert f" {around} " in f" {text} "


def test_an_article_dated_to_a_range_is_shown_with_both_ends(lab):
    bounded = lab.desk.news.articles.filter(pl.col("published_first") < pl.col("published_last")).collect()
    page, first, last = bounded.select("page", "published_first", "published_last").row(0)
    named = lab.desk.found(lab.view).filter(pl.col("page") == page).collect()["actor_id"]
    rarest = lab.desk.actors(lab.view).filter(pl.col("actor_id").is_in(named.implode()))["actor_id"][-1]
    lab.view.choose(actors=[rarest])
    assert {row[4] for row in lab.evidence.rows if row[3] == page} == {Words("en").span(first, last)}


@pytest.mark.parametrize("order", ["page", "published", "actor_id"])
@pytest.mark.parametrize("descending", [False, True])
def test_leafing_through_meets_every_mention_once_in_order(lab, order, descending):
    lab.view.choose(actors=["RUS", "NATO"], capitals="both", line_roles=["headline", "body", "caption"])
    total = int(lab.desk.hits(lab.view).sum())
    leaves = [lab.desk.concordance(lab.view, order, descending, at) for at in range(0, total, ROWS)]
    assert {leaf.height for leaf in leaves[:-1]} == {ROWS}
    first = pl.col("published").str.slice(0, 10).str.to_date()
    read = pl.concat(leaves).select("page", "start", first, "actor_id")
    found = lab.desk.found(lab.view).collect()
    days = lab.desk.news.articles.select("page", "segment", published="published_first").collect()
    found = found.join(days, on=["page", "segment"], how="left").select(read.columns)
    # by page both turn round; else pages and places stay in their order
    directions = [descending, descending if order == "page" else False, descending and order == "page"]
    found = found.sort(order, "page", "start", descending=directions, nulls_last=True)
    assert_frame_equal(read, found)


def test_an_archive_shows_what_its_pages_show(lab, tmp_path):
    archive = ingest(SAMPLE, tmp_path / "archive").snapshot.root
    other = Lab(View(corpus=archive))
    for choices in CHOICES:
        for each in (lab, other):
            each.view.choose(**{**View().to_dict(), **choices, "corpus": each.view.corpus})
        for name in ("bars", "periods", "cells", "days"):
            assert_frame_equal(*(getattr(each.desk, name)(each.view) for each in (lab, other)))
        for order in ORDERS:
            assert_frame_equal(*(each.desk.concordance(each.view, order) for each in (lab, other)))
        assert other.page.segments == lab.page.segments
    assert other.newcomers.rows == lab.newcomers.rows and other.said.rows == lab.said.rows


def test_what_was_counted_once_is_read_the_next_time(lab, monkeypatch):
    monkeypatch.setattr(cube, "cube", lambda *_: pytest.fail("counted again"))
    assert_frame_equal(Lab(View()).desk.actors(View()), lab.desk.actors(lab.view))


SPAN = st.tuples(st.integers(0, 30), st.integers(1, 9), st.sampled_from(["mention", "citation", "date"]))


@given(st.text(min_size=40, max_size=60), st.lists(SPAN, max_size=8), st.data())
def test_segments_are_the_whole_text_whatever_is_marked(text, spans, data):
    rows = [
        {"start": start, "end": start + length, "surface": "x", "field": field, "what": "state", "value": "RUS"}
        for start, length, field in sorted(spans)
    ]
    marks = pl.DataFrame(
        rows,
        schema={"start": pl.Int64, "end": pl.Int64} | dict.fromkeys(("surface", "field", "what", "value"), pl.String),
    )
    parts = reading.segments(text, marks, 0, 3, Words("en"))
    assert "".join(part[0] for part in parts) == text
    assert len({part[3] for part in parts if part[3] >= 0}) == len([part for part in parts if part[3] >= 0])


# --- opening ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["nowhere", "<img src=x onerror=alert(1)>"])
def test_a_broken_path_is_a_message_and_what_was_open_stays(lab, path):
    desk = lab.desk
    lab.path.value = path
    lab._choose(corpus=path)
    assert 'role="alert"' in lab.message.value and "<img" not in lab.message.value
    assert lab.desk is desk and lab.tabs.selected_index == 3 and lab.view.corpus == "sample"
    assert repr(Lab(View(corpus=path))) == "Lab: nothing is open"


def test_uploaded_pages_are_put_into_a_folder_and_opened(lab):
    text = (SAMPLE / "mau-a01.txt").read_bytes()
    lab.take(({"name": "../trang.txt", "content": memoryview(text)}, {"name": "rong.txt", "content": memoryview(b"")}))
    assert lab.view.corpus == "my-pages" and Path("my-pages/trang.txt").read_bytes() == text
    assert lab.desk.pages == 1 and lab.problems.rows[0][0] == "rong"


def test_an_extract_without_text_is_explored_with_the_concordance_off():
    lab = Lab(View(corpus=str(FIRST_PAGES)))
    assert [column["key"] for column in lab.evidence.columns][:2] == ["surface", "page"]
    assert lab.page.segments == [] and "without the pages" in lab.about.value
    lab.add_actor("Ai Đó", "person")
    assert "extracted tables" in lab.message.value and not Path("my-catalogue").exists()


def test_what_ships_without_text_holds_names_and_no_sentence():
    news = open_corpus(FIRST_PAGES)
    assert news.pages.collect().is_empty() and news.articles.select("page").collect().n_unique() == 5
    for name in ("articles", "lines", "mentions", "citations", "dates", "corrections", "problems"):
        table = getattr(news, name).collect()
        for column in table.select(pl.col(pl.String)).columns:
            longest = table[column].str.count_matches(r"[\p{L}\p{M}]+").max() or 0
            assert longest <= 8, (name, column)
    articles = news.articles.collect()
    assert articles["title"].null_count() == articles["published_evidence"].null_count() == articles.height
    assert sum(file.stat().st_size for file in FIRST_PAGES.iterdir()) < 60_000


def test_nothing_of_a_page_or_a_path_passes_as_markup(tmp_path):
    folder = tmp_path / "<b>trang"
    folder.mkdir()
    text = (SAMPLE / "mau-a01.txt").read_text()
    (folder / "<img src=x>.txt").write_text(text.replace("Nga gọi", f"{' '.join(HOSTILE)} Nga gọi"))
    lab = Lab(View(corpus=str(folder), actors=["RUS"]))
    assert HOSTILE[0] in "".join(part[0] for part in lab.page.segments)
    for message in HOSTILE:
        lab.tell(message, wrong=True)
        held = [widget.value for widget in vars(lab).values() if isinstance(widget, w.HTML)]
        assert len(held) >= 7
        for value in held:
            assert not re.search(r"<(?!/?(h[34]|p|b|code|mark|div)\b)[a-z!/]", value, flags=re.I), value
    assert "<b>trang" not in lab.head.value and "<img" not in lab.which.value


# --- teaching and correcting ------------------------------------------------------------------------------------------


def test_an_alias_taught_is_counted_at_once_and_the_shipped_catalogue_stays(lab):
    before, shipped = counted(lab, "NATO"), load_catalogue()
    assert "Leopard 2" in lab.desk.text("mau-a01")
    lab.add_alias("Leopard 2", "NATO")
    assert counted(lab, "NATO") > before and "Leopard 2" in lab.message.value
    assert lab.view.catalogue == "my-catalogue" and load_catalogue().aliases.equals(shipped.aliases)
    said = {}
    exec(lab.view.to_cell(), said)
    assert said["by_actor"].filter(pl.col("actor_id") == "NATO")["mentions"].item() == counted(lab, "NATO")


def test_a_candidate_becomes_an_actor_of_ones_own(lab):
    name, before = lab.newcomers.rows[0][0], len(lab.newcomers.rows)
    assert lab.form.value == name and lab.said.rows
    lab.add_actor(name, "person")
    assert len(lab.newcomers.rows) == before - 1
    assert "my-catalogue" in lab.view.to_cell()
    lab.add_alias("", "RUS")
    assert 'role="alert"' in lab.message.value


def test_a_flag_corrects_the_copy_of_the_sample_and_the_figures_follow(lab):
    lab.view.choose(actors=["RUS"])
    before, mark = counted(lab, "RUS"), lab.mark
    lab.flag("", "")
    assert 'role="alert"' in lab.message.value and counted(lab, "RUS") == before  # no reason was given
    lab.flag("", "names no state here")
    assert counted(lab, "RUS") == before - 1
    assert lab.view.corpus == "my-sample" and not (SAMPLE / "corrections.csv").exists()
    (row,) = pl.read_csv("my-sample/corrections.csv").rows(named=True)
    assert (row["field"], row["start"], row["surface"], row["value"] or "") == (
        "mention",
        mark["start"],
        mark["surface"],
        "",
    )
    lab.flag("UKR@gov", "means the other one")
    assert counted(lab, "RUS") == before - 2 and pl.read_csv("my-sample/corrections.csv").height == 2


# --- leaving ----------------------------------------------------------------------------------------------------------


def test_figures_and_tables_are_written(lab):
    lab.view.choose(actors=["RUS"])
    for kind in leave.FIGURE_KINDS:
        lab.save_figure("actors", kind)
    svg = Path("lab-output/actors.svg").read_text()
    assert svg.startswith("<svg") and "Russia" in svg and "click" not in svg
    assert Path("lab-output/actors.png").read_bytes().startswith(b"\x89PNG")
    spec = json.loads(Path("lab-output/actors.vl.json").read_text())
    assert spec["datasets"]["rows"][0]["actor"] == "Russia" and not spec["params"]
    lab.save_tables()
    assert pl.read_parquet("lab-output/actors.parquet").height == lab.desk.actors(lab.view).height
    assert pl.read_csv("lab-output/mentions.csv").height == counted(lab, "RUS")
    Path("taken").write_text("")
    lab.folder.value = "taken"
    lab.save_tables()
    assert 'role="alert"' in lab.message.value


def test_the_corpus_without_its_text_opens_with_the_same_counts(lab):
    lab.save_extract()
    bare = Lab(View(corpus="lab-output/extract"))
    assert_frame_equal(bare.desk.actors(bare.view), lab.desk.actors(lab.view))
    assert not bare.desk.has_text


def test_an_edition_is_added_and_the_file_else_kept(tmp_path):
    file = tmp_path / "reports" / "editions.toml"
    file.parent.mkdir()
    (tmp_path / "notebooks").symlink_to(leave.EDITIONS.parents[1] / "notebooks")
    file.write_bytes(leave.EDITIONS.read_bytes())
    view = View(actors=["RUS"], date_from="2023", language="vi")
    leave.edition(view, "mine", file)
    assert file.read_text().startswith(leave.EDITIONS.read_text())
    made = plan.read(file, "mine", {}, None)
    named = made.jobs[0].parameters
    assert {name: named[name] for name in ("actors", "date_from")} == {"actors": ["RUS"], "date_from": "2023"}
    assert (named["corpus"], made.languages) == ("sample", ["vi"])
    for name in ("mine", "Mine!", ""):
        with pytest.raises(DiembaoError):
            leave.edition(view, name, file)


def test_a_build_shows_one_chart_and_no_widget(monkeypatch):
    monkeypatch.setenv("DIEMBAO_BUILD", "1")
    shown = show(View())
    assert isinstance(shown, charts.Chart) and "Russia" in json.dumps(shown.to_dict(), ensure_ascii=False)
    monkeypatch.delenv("DIEMBAO_BUILD")
    assert (
        os.environ.get("DIEMBAO_BUILD") is None
        and repr(show(View())) == "Lab: 38 articles, 1,390 mentions of 152 actors are counted"
    )
