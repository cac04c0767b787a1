"""What a report says and how its tables stand, as HTML: languages, changes, quality, notes, tables of more rows."""

import json
from pathlib import Path

import lxml.html
import polars as pl
import pytest
import synthetic
from conftest import HOSTILE
from documents import about, concordance, everything, in_report, shown, two_builds, write_build
from nbformat.v4 import new_markdown_cell, new_notebook

from diembao import charts, theme
from diembao.measures import comparison
from diembao.report import builds, context, document
from diembao.wording import LONGEST, TABLE, Words


def page(*cells, language="en", **besides):
    """Cells → the report as a tree."""
    told = {"name": "n", "edition": "e", "built": "2026-11-01T00:00:00+00:00", "home": "index.html"}
    told |= {"translations": [], "parameters": {}, "versions": {}} | besides
    notebook = new_notebook(cells=[new_markdown_cell("# Title"), *cells])
    return lxml.html.fromstring(document.render(notebook, language, told).html)


def texts(tree, path):
    return [" ".join(element.text_content().split()) for element in tree.xpath(path)]


# --- tables


def test_a_long_table_stands_whole_in_a_report_and_short_in_a_notebook(monkeypatch):
    table = pl.DataFrame({"page": [f"p{n}" for n in range(40)], "mentions": range(40)})
    assert Words("en").table(table, 5)._repr_mimebundle_() == {}
    assert Words("en").table(table, 5)._repr_html_().count("<tr>") == 6
    monkeypatch.setenv("DIEMBAO_BUILD", "1")
    shown_table = Words("en").table(table, 5)
    assert len(shown_table._repr_mimebundle_()[TABLE]["rows"]) == 40
    assert repr(shown_table).count("\n") == 7  # heading, rule, 5 rows, note
    tree = page(in_report(table, "en", 5))
    assert len(tree.xpath("//main//tbody/tr")) == 40 and tree.xpath("//table/@data-most") == ["5"]
    assert tree.xpath("//tbody/tr[3]/*/@data-key") == ["2"]


def test_a_table_longer_than_a_report_can_hold_says_so():
    table = pl.DataFrame({"page": [f"p{n}" for n in range(LONGEST + 234)]})
    tree = page(in_report(table, "vi"), language="vi")
    assert len(tree.xpath("//main//tbody/tr")) == LONGEST
    assert texts(tree, "//p[@class='note']") == [
        "Ở đây có 1.000 trong 1.234 dòng; tất cả nằm trong các bảng của lần dựng."
    ]


def test_what_is_remarked_on_a_table_stands_below_it(monkeypatch):
    monkeypatch.setenv("DIEMBAO_BUILD", "1")
    bare = concordance(4).with_columns(left=pl.lit(None, pl.String), right=pl.lit(None, pl.String))
    tree = page(shown(Words("en").table(bare, 2, note="Only some were read.")._repr_mimebundle_()))
    (note,) = texts(tree, "//p[@class='note']")
    assert note == f"{Words('en').text('table.no_text')} Only some were read."


def test_a_concordance_is_aligned_and_keeps_its_meaning_for_screen_readers():
    tree = page(in_report(concordance(4), "en"))
    (table,) = tree.xpath("//table[contains(@class, 'context')]")
    assert table.get("role") == "table" and len(table.xpath(".//*[@role='row']")) == 5
    row = table.xpath(".//tbody/tr[1]/td")
    assert [cell.get("class") for cell in row] == [None, "left", "keyword", "right", "number"]
    assert [cell.get("role") for cell in row] == ["cell"] * 5
    assert row[2].text_content() == "Triều Tiên"


def test_what_sorts_otherwise_than_it_is_written_has_a_key():
    table = pl.DataFrame({"first": [None, "2024-06-01"], "share": [0.5, None], "page": ["a", "b"]})
    shown_table = Words("vi").table(table.with_columns(pl.col("first").str.to_date())).data()
    assert shown_table["keys"] == [[None, "2024-06-01"], [0.5, None], None]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text_in_tables_notes_and_parameters(text):
    spec = {"mark": "bar", "title": text, "description": text, "data": {"values": [{"a": text, "b": 1}]}}
    spec["usermeta"] = {"diembao": {"read": text, "of": text}, "embedOptions": {"actions": True}}
    table = pl.DataFrame({"page": [text], "left": [text], "surface": [text], "right": [text]})
    tree = page(shown({theme.MIME: spec}), in_report(table, "en"), parameters={"sources": [text], "top": text})
    assert texts(tree, "//table[contains(@class, 'context')]//td") == [" ".join(text.split())] * 4
    assert texts(tree, "//code[.='sources']/../../td[2] | //code[.='top']/../../td[2]") == [" ".join(text.split())] * 2
    assert len(texts(tree, "//figcaption/p")) == 3 and all(
        " ".join(text.split()) in note for note in texts(tree, "//figcaption/p")
    )
    (drawing,) = tree.xpath("//figure/script")
    assert "usermeta" not in json.loads(drawing.text)
    assert len(tree.xpath("//script[not(@type)]")) == 2  # Vega and ours
    assert not tree.xpath("//main//iframe | //form | //base | //link | //main//style | //*[@onerror or @onload]")


# --- charts


@pytest.mark.parametrize(
    ("language", "read", "of"), [("en", "How to read it:", "Out of:"), ("vi", "Cách đọc:", "Tính trên:")]
)
def test_every_chart_says_how_to_read_it_what_it_is_out_of_and_has_its_table(tmp_path, language, read, of):
    made = everything(tmp_path, language)
    tree = lxml.html.fromstring(made.html)
    figures = tree.xpath("//figure")
    assert len(figures) == made.charts > 10 and made.problems == []
    for figure in figures:
        labels = texts(figure, ".//figcaption//span[@class='label']")
        assert labels[1:] == [read, of], figure.get("id")
        assert figure.xpath(".//details//tbody/tr"), figure.get("id")
        bare = [text for text in texts(figure, ".//th") if "_" in text or text in ("place", "row", "gap", "name")]
        assert not bare, figure.get("id")  # a column's own name, or one that only puts marks in order
    assert len(made.html.encode()) < 3_000_000


def test_an_empty_chart_is_no_problem_and_one_without_its_data_is(tmp_path):
    words = Words("en")
    press = synthetic.press()
    empty = charts.reprints(comparison.reprints(press.articles, press.copies), words, "Nothing printed again").to_dict()
    bare = {"$schema": empty["$schema"], "mark": "bar", "description": "a chart of data from elsewhere"}

    def problems(spec):
        cells = [new_markdown_cell("# Title"), shown({theme.MIME: spec, "text/plain": "a chart"})]
        return document.render(new_notebook(cells=cells), "en", about(tmp_path)).problems

    assert problems(empty) == []
    assert len(problems(bare)) == 1


def test_dates_and_numbers_of_a_charts_table_in_the_language():
    values = [{"day": "2024-06-04T00:00:00", "n": 1234.5}, {"day": "2024-06-05T00:00:00", "n": 2}]
    encoding = {"x": {"field": "day", "type": "temporal"}, "y": {"field": "n", "type": "quantitative"}}
    spec = {"mark": "bar", "description": "d", "data": {"values": values}, "encoding": encoding}
    cells = {language: page(shown({theme.MIME: spec}), language=language) for language in ("en", "vi")}
    assert texts(cells["en"], "//details//tbody/tr[1]/td") == ["4 June 2024", "1,234.5"]
    assert texts(cells["vi"], "//details//tbody/tr[1]/td") == ["04/06/2024", "1.234,5"]


# --- what changed, and the end of a report


def test_changes_are_told_in_words_and_as_a_table(tmp_path):
    told = two_builds(tmp_path)
    english, vietnamese = (context.since(told, language, "%d/%m/%Y") for language in ("en", "vi"))
    assert english.title == "What changed since the build of 01/10/2026"
    assert english.sentences == [
        "Not as it was then: the package's code. The method is not the same, so figures may differ although no page "
        "did.",
        "Pages: 1 new, 1 gone, 0 with other words.",
        "No correction is new or withdrawn.",
        "Of 1 actor compared, these moved beyond the intervals of both builds: Russia rose from 10.0% (95% interval "
        "8.0–12.0%) to 30.0% (95% interval 20.0–40.0%).",
        "New silences that are unusual for their source: AP 10 Jun 2024 – 20 Jun 2024. No longer silent: "
        "AP 1 Jun 2024 – 5 Jun 2024.",
    ]
    assert [row[:3] for row in english.table.rows] == [
        ["page", "new", "c"],
        ["page", "gone", "b"],
        ["actor", "rose", "Russia"],
        ["silence", "new", "AP"],
        ["silence", "gone", "AP"],
    ]
    assert len(vietnamese.sentences) == 5 and "Nga tăng từ 10,0%" in vietnamese.sentences[3]


def test_nothing_to_compare_with_nothing_changed_and_no_build_at_all(tmp_path):
    assert context.since({"name": "n"}, "en", "%Y") is None
    first = context.since(about(tmp_path), "en", "%Y")
    assert first.sentences == ["There is no earlier build of this edition with these parameters to compare with."]
    build = write_build(tmp_path / "b", {"a": "A"}, {"RUS": (0.1, None, None)}, [])
    same = context.since(about(build, previous=build), "en", "%Y")
    assert same.table is None and same.sentences == [
        "No page is new, gone or changed.",
        "No correction is new or withdrawn.",
        "No actor has an interval in both builds, so no share is compared.",
        "No new silence is unusual for its source.",
    ]


def test_texts_hashed_by_another_polars_are_not_compared(tmp_path):
    builds = [write_build(tmp_path / name, {"a": "A"}, {}, []) for name in ("was", "now")]
    file = builds[1] / "corpora/c/pages.parquet"
    pl.read_parquet(file).with_columns(mark=pl.lit(2, dtype=pl.UInt64)).write_parquet(file)
    told = about(builds[1], previous=builds[0])
    assert "1 with other words" in context.since(told, "en", "%Y").sentences[0]
    told["versions"] = {"polars": "3"}
    assert context.since(told, "en", "%Y").sentences[0] == "No page is new, gone or changed."


def test_a_table_of_another_kind_under_the_same_name_is_not_compared(tmp_path):
    build = write_build(tmp_path / "b", {"a": "A"}, {}, [])
    pl.DataFrame({"actor_id": ["RUS"]}).write_parquet(build / "tables/n/actors.parquet")
    assert len(context.since(about(build, previous=build), "en", "%Y").sentences) == 3


def test_quality_is_that_of_the_same_build(tmp_path):
    assert context.quality(about(tmp_path), "en") is None
    row = {"figure": "state", "measure": "f1", "value": 0.9, "value_low": 0.8, "value_high": 0.95, "articles_total": 38}
    for name in ("q", "q.vi"):
        (tmp_path / "tables" / name).mkdir(parents=True)
        pl.DataFrame([row]).write_parquet(tmp_path / "tables" / name / "quality.parquet")
    assert context.quality(about(tmp_path), "en")["file"] == "q.html"
    told = context.quality(about(tmp_path, name="n.vi"), "vi")
    assert told["file"] == "q.vi.html" and "0,900" in told["sentence"]


@pytest.mark.parametrize("language", document.languages())
def test_a_report_ends_with_method_quality_limits_origin_and_parameters(language):
    cell = shown({"text/plain": '\'{"digest": "abc123", "articles": 12393}\''})
    cell.metadata["tags"] = ["manifest"]
    tree = page(cell, language=language, parameters={"top": 7})
    word = document.words(language)
    assert texts(tree, "//footer//h3") == [word[key] for key in ("method", "quality", "origin", "parameters")]
    terms = dict(zip(texts(tree, "//footer//dt"), texts(tree, "//footer//dd"), strict=True))
    assert terms[word["manifest_digest"]] == "abc123"
    assert terms[word["manifest_articles"]] == f"12{word['separators'][0]}393"
    assert len(terms[word["catalogue"]]) == 16


def test_a_finding_said_again_leads_the_report_once():
    cells = [shown({"text/plain": text}) for text in ("No actor is named.", "3 of 4.", "No actor is named.")]
    for cell in cells:
        cell.metadata["tags"] = ["finding"]
    tree = page(*cells)
    assert texts(tree, "//section[@class='findings']//li") == ["No actor is named.", "3 of 4."]
    assert texts(tree, "//p[@class='finding']") == ["No actor is named.", "3 of 4.", "No actor is named."]
    assert len(set(tree.xpath("//p[@class='finding']/@id"))) == 3


def test_the_list_of_builds_says_once_what_changed_and_that_the_newest_failed():
    report = {"file": "n.html", "title": "T", "language": "en", "changes": ["A page is new."], "problems": []}
    report |= {"findings": [{"anchor": "finding-1", "text": "3 of 4."}]}
    good = {"build": "b1", "edition": "e", "started": "2026-11-01T00:00:00+00:00", "seconds": 1, "bytes": 7_400_000}
    good |= {"status": "good", "languages": [{"language": "en"}], "reports": [report, report], "errors": []}
    failed = good | {"build": "b2-failed", "status": "failed", "reports": [], "errors": ["KeyError"]}
    tree = lxml.html.fromstring(document.listing([failed, good], "b1", "vi", []))
    word = document.words("vi")
    assert texts(tree, "//details//li") == ["A page is new.", "3 of 4.", "3 of 4."]
    assert word["builds_since"] in texts(tree, "//section/p") and "7,4 MB" in texts(tree, "//summary")[1]
    tree = lxml.html.fromstring(document.listing([good], "b1", "vi", []))
    assert word["builds_since"] not in texts(tree, "//section/p")
    assert builds.feed([good], Path("/r")).count("A page is new.") == 1


def test_overview_leads_with_what_changed_once(tmp_path):
    entry = {"file": "n.html", "language": "en", "title": "T", "lead": "", "findings": [], "charts": 1, "tables": 1}
    entry |= {"bytes": 1_200_000, "notebook": "notebooks/n.ipynb", "files": [], "manifest": {"digest": "abc"}}
    entry |= {"problems": [], "changes": ["A page is new.", "Mỹ rose."]}
    build = {"edition": "e", "started": "2026-11-01T00:00:00+00:00", "languages": []}
    build["reports"] = [
        entry,
        entry | {"changes": ["A page is new."]},
        {**entry, "language": "vi", "changes": ["Mới."]},
    ]
    tree = lxml.html.fromstring(document.overview(build, "en"))
    assert texts(tree, "//section[@class='changes']//li") == ["A page is new.", "Mỹ rose."]
    assert "1.2 MB" in texts(tree, "//article")[0] and "Corpus digest: abc" in texts(tree, "//article")[0]
    for report in build["reports"]:
        del report["changes"]  # as builds were before
    assert "What changed" not in document.overview(build, "en")
