"""A build that would come out the same need not run; old ones go, and lists tell of all of them."""

import datetime
import json
import os
import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import lxml.etree
import lxml.html
import polars as pl
import pytest
from conftest import HOSTILE, PARAMETERS, write_editions, write_notebook
from hypothesis import given
from hypothesis import strategies as st

from diembao import report
from diembao.report import builds, execute, inputs, plan
from diembao.schema import CORRECTIONS

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def place(tmp_path, monkeypatch):
    """→ a folder with an edition of one notebook and a corpus of two pages; notebooks "run" without a kernel.

    What they would have put out does not matter here: `runs` counts how often they would have started.
    """
    pages = tmp_path / "pages"
    pages.mkdir()
    for page in ("a", "b"):
        (pages / f"{page}.txt").write_text(f"Tiêu đề {page}\n\nTổng thống Mỹ thăm Việt Nam.\n", encoding="utf-8")
    write_notebook(tmp_path / "n.ipynb", ("md", "# Who?\n\nA lead."), ("parameters", PARAMETERS), ("", "x = 1"))
    write_editions(tmp_path, notebooks=["n.ipynb"], corpus="pages")
    tmp_path.joinpath("runs").write_text("")

    def run(jobs, timeout, on_cell, environment):
        with open(tmp_path / "runs", "a") as file:
            file.write("x")
        return [execute.Run(job, job.notebook, 0.5, None) for job in jobs]

    monkeypatch.setattr(execute, "run", run)
    monkeypatch.setattr(inputs, "distributions", lambda: [])
    return tmp_path


def build(place, **options):
    return report.build(editions=place / "editions.toml", out=place / "out", progress=False, **options)


def runs(place):
    return len((place / "runs").read_text())


# --- nothing changed


def test_an_unchanged_build_does_not_run_again(place):
    first, again = build(place), build(place)
    assert again.unchanged and not first.unchanged and again.folder == first.folder
    assert runs(place) == 1 and len(builds.listed(place / "out")) == 1
    assert build(place, force=True).folder != first.folder and runs(place) == 2


def add_page(place):
    (place / "pages" / "c.txt").write_text("Một trang mới\n\nNga và Trung Quốc hội đàm.\n", encoding="utf-8")


def change_page(place):
    (place / "pages" / "a.txt").write_text("Tiêu đề khác\n\nNga và Trung Quốc hội đàm.\n", encoding="utf-8")


def correct(place):
    header = "date,page,field,start,end,surface,value,reason"
    (place / "pages" / "corrections.csv").write_text(f"{header}\n2026-11-01,a,title,,,,Đầu đề,sai\n", encoding="utf-8")


def edit_notebook(place):
    write_notebook(place / "n.ipynb", ("md", "# Who?\n\nA lead."), ("parameters", PARAMETERS), ("", "x = 2"))


def set_parameter(place):
    with open(place / "editions.toml", "a") as file:
        file.write("[default.parameters]\ntop = 5\n")


def add_language(place):
    write_editions(place, notebooks=["n.ipynb"], corpus="pages", languages=["en", "vi"])


def mark_pages(place):
    (place / "truth.jsonl").write_text("{}\n")
    (place / "pages" / "truth.jsonl").write_text('{"doc": "a", "marks": []}\n')


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (add_page, "corpus"),
        (change_page, "corpus"),
        (correct, "corrections"),
        (edit_notebook, "notebooks"),
        (set_parameter, "parameters"),
        (add_language, "parameters"),
        (mark_pages, "files"),
    ],
)
def test_whatever_changes_is_built_and_named(place, change, part):
    first = build(place)
    hashes = builds.read(first.folder)["inputs"]
    change(place)
    second = build(place)
    assert not second.unchanged and runs(place) == 2
    assert part in builds.changed(builds.read(second.folder)["inputs"], hashes)


@pytest.mark.parametrize("part", ["PACKAGE", "SHIPPED", "TEMPLATE"])
def test_code_catalogue_and_template_are_inputs(place, monkeypatch, part):
    owner = inputs.document if part == "TEMPLATE" else inputs
    copy = place / part
    shutil.copytree(getattr(owner, part), copy)
    job = plan.read(place / "editions.toml", "default", {}, None).jobs
    before = inputs.hashes(job, {})
    monkeypatch.setattr(owner, part, copy)
    assert inputs.hashes(job, {}) == before
    edited = next(file for file in sorted(copy.rglob("*")) if file.suffix in (".py", ".csv", ".css"))
    edited.write_bytes(edited.read_bytes() + b"\n")
    name = {"PACKAGE": "package", "SHIPPED": "catalogue", "TEMPLATE": "template"}[part]
    assert builds.changed(inputs.hashes(job, {}), before) == [name]


def test_installed_versions_are_inputs(place, monkeypatch):
    jobs = plan.read(place / "editions.toml", "default", {}, None).jobs
    before = inputs.hashes(jobs, {})
    monkeypatch.setattr(inputs, "distributions", lambda: [SimpleNamespace(name="polars", version="99")])
    assert builds.changed(inputs.hashes(jobs, {}), before) == ["environment"]


def test_executing_a_notebook_in_place_changes_nothing(place):
    build(place)
    path = place / "n.ipynb"
    notebook = json.loads(path.read_text())
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["execution_count"] = 7
            cell["metadata"]["execution"] = {"iopub.status.busy": "2026-11-01T00:00:00Z"}
    path.write_text(json.dumps(notebook))
    assert build(place).unchanged


def test_a_build_that_lost_a_report_is_made_again(place):
    first = build(place)
    (first.folder / "n.html").unlink()
    assert not build(place).unchanged


def test_an_unchanged_build_brings_lists_and_retention_up_to_date(place):
    write_editions(place, notebooks=["n.ipynb"], corpus="pages", keep=1)
    first = build(place)
    (place / "out" / "index.html").unlink()
    fake(place / "out", "20200101T000000Z-default")
    assert build(place).unchanged
    assert (place / "out" / "index.html").is_file()
    assert [build["build"] for build in builds.listed(place / "out")] == [first.folder.name]


def test_latest_leads_to_the_edition_asked_for_last(place):
    with open(place / "editions.toml", "a") as file:
        file.write('[other]\nnotebooks = ["n.ipynb"]\n')
    first = build(place)
    other = build(place, edition="other")
    assert (place / "out" / "latest").resolve() == other.folder
    assert build(place).unchanged
    assert (place / "out" / "latest").resolve() == first.folder


# --- the same inputs, the same build


def test_a_corpus_is_opened_once_before_any_notebook_runs(place, monkeypatch):
    write_notebook(place / "m.ipynb", ("parameters", PARAMETERS))
    write_editions(place, notebooks=["n.ipynb", "m.ipynb"], corpus="pages", languages=["en", "vi"])
    opened, open_corpus = [], inputs.open_corpus
    monkeypatch.setattr(inputs, "open_corpus", lambda name, **_: opened.append(runs(place)) or open_corpus(name))
    build(place)
    assert opened == [0] and runs(place) == 1


def test_the_same_inputs_give_the_same_bytes(tmp_path, monkeypatch):
    moment = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    monkeypatch.setattr(builds, "name", lambda root, edition: (f"{moment:%Y%m%dT%H%M%SZ}-{edition}", moment))
    cells = [
        "from diembao import open_corpus\nfrom diembao import charts, measures\nfrom diembao.wording import Words",
        "from diembao.measures import frequency\nnews = open_corpus(corpus)\nchosen = measures.select(news)",
        "words = Words(language, chosen.names)",
        "counted = frequency.by_actor(chosen.mentions, chosen.articles, chosen.actors, seed=1)",
        "measures.write(output, actors=counted)",
        "charts.actor_bars(counted, words, 'Title')",
    ]
    parameters = ("parameters", 'corpus = "sample"\nlanguage = "en"\noutput = ""')
    write_notebook(tmp_path / "n.ipynb", ("md", "# Who?"), parameters, *(("", cell) for cell in cells))
    editions = write_editions(tmp_path, notebooks=["n.ipynb"])
    made = [report.build(editions=editions, out=tmp_path / out, progress=False).folder for out in ("one", "two")]
    files = [{path.relative_to(folder) for path in folder.rglob("*") if path.is_file()} for folder in made]
    assert files[0] == files[1]
    compared = [file for file in files[0] if file.suffix in (".html", ".parquet", ".csv")]
    assert {file.name for file in compared} >= {"n.html", "index.html", "actors.parquet", "actors.csv", "pages.parquet"}
    for file in compared:
        assert (made[0] / file).read_bytes() == (made[1] / file).read_bytes(), file


# --- what the next build compares with


def test_a_build_keeps_its_pages_and_corrections(place):
    correct(place)
    made = build(place)
    manifest = builds.read(made.folder)
    ((digest, path),) = manifest["corpora"].items()
    assert path == str(place / "pages") and manifest["reports"][0]["corpus"] == digest
    pages = pl.read_parquet(made.folder / "corpora" / digest / "pages.parquet")
    assert pages.columns == ["page", "title", "publisher", "published", "mark"]
    assert pages["page"].to_list() == ["a", "b"] and pages["title"][0] == "Đầu đề"
    assert pages["mark"].n_unique() == 2 and pages["mark"].null_count() == 0
    corrected = pl.read_parquet(made.folder / "corpora" / digest / "corrections.parquet")
    assert corrected.schema == CORRECTIONS and corrected["applied"].to_list() == [True]


def test_a_report_is_handed_the_last_good_build_of_the_same_edition_and_parameters(place, monkeypatch):
    handed = []
    render = report.document.render

    def rendered(notebook, language, about):
        handed.append(about)
        return render(notebook, language, about)

    monkeypatch.setattr(report.document, "render", rendered)
    first = build(place)
    build(place, parameters={"top": 9})
    add_page(place)
    third = build(place)
    assert [about["previous"] for about in handed] == [None, None, first.folder]
    assert [about["changed"] for about in handed] == [None, None, ["corpus"]]
    assert handed[2]["corpus"] != handed[0]["corpus"]
    assert builds.read(third.folder)["previous"] == first.folder.name
    assert third.line["changed"] == ["corpus"]


def test_failed_and_broken_builds_are_not_compared_with(place, monkeypatch):
    first = build(place)
    broken = place / "out" / "builds" / "20990101T000000Z-default"
    broken.mkdir()
    shutil.copytree(first.folder, broken.with_name("20980101T000000Z-default-failed"))
    shutil.copytree(first.folder, broken.with_name("20970101T000000Z-other"))
    (broken.with_name("20970101T000000Z-other") / "n.html").write_text("cut")
    assert builds.last_good(place / "out", "default")["build"] == first.folder.name
    assert builds.last_good(place / "out", "other") is None


# --- retention


def fake(root: Path, name: str, status: str = "good") -> str:
    folder = root / "builds" / name
    folder.mkdir(parents=True)
    edition = name.partition("-")[2].removesuffix("-failed")
    (folder / "manifest.json").write_text(json.dumps({"status": status, "edition": edition}))
    return name


def test_keep_counts_good_builds_of_the_edition(place):
    write_editions(place, notebooks=["n.ipynb"], corpus="pages", keep=2)
    root = place / "out"
    stays = fake(root, "20200101T000000Z-other")
    old = [fake(root, f"2020010{day}T000000Z-default") for day in range(1, 5)]
    failed = [fake(root, f"202002{day:02}T000000Z-default-failed") for day in range(1, 10)]
    (root / "builds" / "notes").mkdir()
    made = build(place)
    left = {folder.name for folder in (root / "builds").iterdir()}
    assert left == {made.folder.name, old[-1], stays, "notes", *failed[-builds.FAILED_KEPT :]}


def test_failures_in_a_row_do_not_pile_up(place, monkeypatch):
    write_editions(place, notebooks=["n.ipynb"], corpus="nowhere", keep=2)
    good = fake(place / "out", "20200101T000000Z-default")
    failed = [fake(place / "out", f"202002{day:02}T000000Z-default-failed") for day in range(1, 10)]
    with pytest.raises(report.BuildError):
        build(place)
    newest, *others = [build["build"] for build in builds.listed(place / "out")]
    assert newest > failed[-1] and others == [*failed[: -builds.FAILED_KEPT : -1], good]


def test_an_error_of_ours_is_named_before_its_traceback(place, monkeypatch):
    monkeypatch.setattr(execute, "run", lambda *_, **__: {}["gone"])
    with pytest.raises(report.BuildError) as failure:
        build(place)
    assert failure.value.line["error"] == "KeyError: 'gone'" and "Traceback" in str(failure.value)


def test_without_keep_nothing_goes(place):
    old = [fake(place / "out", f"202001{day:02}T000000Z-default") for day in range(1, 29)]
    build(place)
    assert {build["build"] for build in builds.listed(place / "out")} > set(old)


def test_what_latest_leads_to_or_led_to_stays(place):
    write_editions(place, notebooks=["n.ipynb"], corpus="pages", keep=1)
    root = place / "out"
    first, second = fake(root, "20200101T000000Z-default"), fake(root, "20200102T000000Z-default")
    builds.point_latest(root, first)
    made = build(place)
    assert {build["build"] for build in builds.listed(root)} == {first, made.folder.name}
    builds.prune(root, "default", 1, spared=[])
    assert {build["build"] for build in builds.listed(root)} == {made.folder.name}
    builds.point_latest(root, fake(root, second))
    fake(root, "20990101T000000Z-default")
    builds.prune(root, "default", 1, spared=[])
    assert second in {build["build"] for build in builds.listed(root)}


def test_a_removal_that_was_cut_short_is_finished(place):
    write_editions(place, notebooks=["n.ipynb"], corpus="pages", keep=1)
    half = place / "out" / "builds" / ".removed-20200101T000000Z-default"
    half.mkdir(parents=True)
    (half / "n.html").write_text("x")
    build(place)
    assert not half.exists()


# --- the lists


def test_lists_tell_of_every_build(place):
    with open(place / "editions.toml", "a") as file:
        file.write('[broken]\nnotebooks = ["n.ipynb"]\ncorpus = "nowhere"\n')
    good = build(place)
    with pytest.raises(report.BuildError) as failure:
        build(place, edition="broken")
    build(place)
    lines = [json.loads(line) for line in (place / "out" / "builds.jsonl").read_text().splitlines()]
    assert [(line["edition"], line["status"]) for line in lines] == [
        ("default", "good"),
        ("broken", "failed"),
        ("default", "unchanged"),
    ]
    assert len({tuple(line) for line in lines}) == 1  # the same keys, in the same order
    assert lines[0] == good.line and lines[1] == failure.value.line and "nowhere" in lines[1]["error"]
    for file, language in (("index.html", "en"), ("index.vi.html", "vi")):
        page = lxml.html.parse(place / "out" / file).getroot()
        assert page.get("lang") == language
        assert [heading.text_content().split()[-1] for heading in page.iterfind(".//h2")] == ["broken", "default"]
        for link in page.xpath("//main//a/@href"):
            assert (place / "out" / link.partition("#")[0]).is_file(), link
    entries = lxml.etree.parse(place / "out" / "feed.xml").findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == ["broken: failed", "default: good"]
    assert "nowhere" in entries[0].findtext(f"{ATOM}content")


def test_the_log_of_runs_outlives_builds_and_a_line_cut_off(place):
    first = build(place)
    log = place / "out" / "builds.jsonl"
    log.write_text(log.read_text() + '{"build": "cut o')
    build(place)
    shutil.rmtree(first.folder)
    last = build(place)
    lines = log.read_text().splitlines()
    assert lines[1] == '{"build": "cut o' and len(lines) == 4
    told = [json.loads(lines[number]) for number in (0, 2, 3)]
    assert [line["status"] for line in told] == ["good", "unchanged", "good"]
    assert [line["build"] for line in told] == [first.folder.name, first.folder.name, last.folder.name]


def listing(tmp_path, text):
    """→ the folder of a root whose one build says `text` wherever it says anything."""
    root = tmp_path / "root"
    shutil.rmtree(root, ignore_errors=True)
    name = fake(root, "20260101T000000Z-default")
    finding = {"anchor": "finding-1", "text": text}
    entry = {"name": "n", "file": f"{text[:20]}.html".replace("/", ""), "language": "en", "title": text, "lead": text}
    entry |= {"findings": [finding], "problems": [text], "changes": [text], "bytes": 1, "corpus": None}
    manifest = {"reports": [entry], "languages": [{"language": "en"}], "seconds": 1.0}
    (root / "builds" / name / "manifest.json").write_text(json.dumps(manifest))
    failed = fake(root, "20260102T000000Z-default-failed")
    (root / "builds" / failed / "manifest.json").write_text(json.dumps({"status": "failed", "errors": [text]}))
    builds.write_lists(root)
    return root


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text_in_the_lists(text, tmp_path):
    root = listing(tmp_path, text)
    page = lxml.html.parse(root / "index.html").getroot()
    assert not page.xpath("//script | //img | //iframe | //svg | //form | //base | //link | //style[position() > 1]")
    for element in page.iter():
        assert not [name for name in element.attrib if name.startswith("on") or name == "style"]
        assert re.match(r"(\./)?(builds/2026010|index|feed\.xml|builds\.jsonl|#)", element.get("href", "#"))
    assert page.xpath("//h4")[0].text_content() == text
    policy = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    assert "default-src 'none'" in policy and "script-src 'none'" in policy and "unsafe" not in policy


@given(text=st.text())
def test_a_feed_holds_any_text(text, tmp_path_factory):
    build = {"build": "20260101T000000Z-e", "edition": "e", "status": "failed", "started": "2026-01-01T00:00:00+00:00"}
    build |= {"errors": [text], "reports": [], "languages": []}
    feed = lxml.etree.fromstring(builds.feed([build], Path("/r")).encode())
    (entry,) = feed.findall(f"{ATOM}entry")
    assert len(entry.findtext(f"{ATOM}content") or "") == len(text.replace("\r\n", "\n"))


def test_feed_has_what_atom_asks_for(place):
    build(place)
    build(place, force=True)
    feed = lxml.etree.parse(place / "out" / "feed.xml").getroot()
    entries = feed.findall(f"{ATOM}entry")
    for element in (feed, *entries):
        for name in ("id", "title", "updated"):
            assert element.findtext(f"{ATOM}{name}")
    ids = [element.findtext(f"{ATOM}id") for element in (feed, *entries)]
    assert len(set(ids)) == 3 and all(id.startswith("urn:uuid:") for id in ids)
    assert feed.find(f"{ATOM}author") is not None
    for entry in entries:
        assert (place / "out" / entry.find(f"{ATOM}link").get("href")).is_file()


def test_lists_are_replaced_whole(place, monkeypatch):
    build(place)
    before = (place / "out" / "index.html").read_bytes()
    monkeypatch.setattr(os, "replace", lambda *_: pytest.fail("stop"))
    with pytest.raises(pytest.fail.Exception):
        builds.write(place / "out" / "index.html", "half")
    assert (place / "out" / "index.html").read_bytes() == before
