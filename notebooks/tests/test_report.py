"""A build is whole or nothing, says what went wrong, and shows whatever stands in a page as text."""

import datetime
import fcntl
import json
import os
import subprocess
import time

import nbformat
import pytest
from conftest import HOSTILE, PARAMETERS, write_editions, write_notebook
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from diembao import report
from diembao.__main__ import main
from diembao.report import document, execute, plan
from diembao.schema import DiembaoError


def rendered(*cells, language="en"):
    about = {"name": "n", "edition": "e", "built": "2026-11-01T00:00:00+00:00", "home": "index.html"}
    about |= {"translations": [], "parameters": {}, "versions": {}}
    return document.render(new_notebook(cells=list(cells)), language, about)


def shown(data, **metadata):
    cell = new_code_cell("x", execution_count=1, metadata=metadata)
    cell.outputs = [new_output("display_data", data=data)]
    return cell


# --- what a build holds


def test_build_holds_reports_notebooks_tables_and_manifest(built):
    assert (built.out / "latest").resolve() == built.folder
    assert os.readlink(built.out / "latest") == f"builds/{built.folder.name}"
    manifest = json.loads((built.folder / "manifest.json").read_text())
    assert manifest["status"] == "good" and manifest["build"] == built.folder.name
    assert {"python", "diembao", "polars", "papermill"} <= manifest["versions"].keys()
    plain, hostile, plain_vi, _ = manifest["reports"]
    assert [r["file"] for r in (plain, plain_vi)] == ["plain.html", "plain.vi.html"]
    assert plain["title"] == "Who is mentioned?" and plain_vi["title"] == "Ai được nhắc đến?"
    assert plain["lead"] == "A lead." and plain["manifest"] == {"digest": "abc123", "top": 7}
    assert plain["parameters"]["top"] == 7 and plain["parameters"]["sources"] == [HOSTILE[0]]
    assert plain["findings"][0]["text"] == f"{[HOSTILE[0]]} 8 False en"
    assert plain_vi["findings"][0]["text"].endswith("vi")
    assert plain["problems"] == [] and plain["charts"] == 2 and plain["tables"] == 1
    assert "warned" in hostile["problems"][0]
    for entry in manifest["reports"]:
        assert (built.folder / entry["file"]).stat().st_size == entry["bytes"]
        cells = nbformat.read(built.folder / entry["notebook"], as_version=4).cells
        assert all(cell.execution_count for cell in cells if cell.cell_type == "code")
        assert all((built.folder / file).is_file() for file in entry["files"])
    assert plain["files"] == ["tables/plain/actors.csv"]
    assert (built.folder / "index.html").is_file() and (built.folder / "index.vi.html").is_file()
    assert not list(built.out.glob("builds/.partial-*"))


def test_executed_notebook_and_report_name_the_tables_where_they_stand(built):
    for file in ("notebooks/plain.ipynb", "plain.html"):
        text = (built.folder / file).read_text()
        assert "1 tables/plain" in text and ".partial" not in text


def test_report_hides_code_and_speaks_its_language(built):
    english, vietnamese = ((built.folder / f"plain{suffix}.html").read_text() for suffix in ("", ".vi"))
    for page in (english, vietnamese):
        assert "pl.DataFrame" not in page and page.count("<main") == 1
    assert '<html lang="en">' in english and '<html lang="vi">' in vietnamese
    assert "Thứ nhất" in vietnamese and "1234.5" in english and "1234,5" in vietnamese
    assert "<td>–</td>" in english  # null, without the quotes polars prints around strings
    assert "<td>Mỹ</td>" in english


def test_report_size(built):
    assert (built.folder / "plain.html").stat().st_size < 1_200_000


# --- requests that make no sense


@pytest.fixture
def no_kernels(monkeypatch):
    monkeypatch.setattr(execute, "run", lambda *_, **__: pytest.fail("a kernel would have started"))


@pytest.fixture
def edition(tmp_path):
    write_notebook(tmp_path / "n.ipynb", ("parameters", PARAMETERS), ("", "x = 1"))
    return write_editions(tmp_path, notebooks=["n.ipynb"])


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"tpo": "3"}, "parameter tpo.*capitals, corpus, share, sources, top$"),
        ({"top": "many"}, "parameter top: 'many' is not of the type int"),
        ({"top": True}, "parameter top: True"),
        ({"top": "1.5"}, "parameter top"),
        ({"share": "much"}, "parameter share.*float"),
        ({"capitals": "perhaps"}, "parameter capitals.*bool"),
        ({"sources": [1, 2]}, "parameter sources.*list of str"),
        ({"sources": "[1]"}, "parameter sources"),
        ({"corpus": "\udcff"}, "parameter corpus"),
        ({"output": "/tmp/x"}, "set by the builder"),
        ({"language": "vi"}, "--language"),
        ({"top": 3.0}, "parameter top: 3.0 is not of the type int"),
        ({"corpus": 2024}, "parameter corpus: 2024 is not of the type str"),
        ({"sources": "AP", "x = 1; top": 3}, "parameter x = 1; top: no notebook"),
    ],
)
def test_parameters_are_refused_before_a_kernel_starts(edition, tmp_path, no_kernels, parameters, message):
    with pytest.raises(DiembaoError, match=message):
        report.build(parameters=parameters, editions=edition, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("text", "default", "value"),
    [
        ("007", "sample", "007"),
        ("007", 1, 7),
        ("1", 0.5, 1.0),
        ("yes", False, True),
        ("AP, Yonhap", ["VOA"], ["AP", "Yonhap"]),
        ('["a,b"]', ["VOA"], ["a,b"]),
        ("", ["VOA"], []),
        ("CHN", [], ["CHN"]),
        ("2024-06-01", "", "2024-06-01"),
        (datetime.date(2024, 6, 1), "", "2024-06-01"),
        (["AP", "VOA"], [], ["AP", "VOA"]),
        ("[2, 3]", [1], [2, 3]),
    ],
)
def test_text_takes_the_type_of_the_default(text, default, value):
    assert execute.typed("p", text, default) == value


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"notebooks": ["gone.ipynb"]}, "gone.ipynb: there is no such notebook"),
        ({"notebooks": []}, "notebooks must be a list"),
        ({"notebooks": ["n.ipynb"], "colour": "red"}, "'colour' is no setting"),
        ({"notebooks": ["n.ipynb"], "timeout": "long"}, "timeout must be a number"),
        ({"notebooks": ["n.ipynb"], "timeout": 0}, "timeout must be a number"),
        ({"notebooks": ["n.ipynb"], "keep": 0}, "keep must be a number of good builds, 1 or more"),
        ({"notebooks": ["n.ipynb"], "keep": 2.5}, "keep must be a number of good builds"),
        ({"notebooks": ["n.ipynb"], "parameters": 7}, "parameters must be a table"),
        ({"notebooks": ["n.ipynb"], "languages": ["xx"]}, "choose from en, vi"),
        ({"notebooks": ["n.ipynb", "n.ipynb"]}, "two notebooks of one name"),
        ({"notebooks": ["editions.toml"]}, "not a readable notebook"),
    ],
)
def test_editions_file_is_checked(edition, tmp_path, no_kernels, settings, message):
    write_editions(tmp_path, **settings)
    with pytest.raises(DiembaoError, match=message):
        report.build(editions=edition, out=tmp_path / "out")


def test_unknown_edition_names_the_known_ones(edition, no_kernels):
    with pytest.raises(DiembaoError, match=r"'weekly' is not in .*it has: default"):
        report.build("weekly", editions=edition)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("top = '3'\nshare = 'much'", "parameter share: 'much' is not of the type float"),
        ("tpo = 3", "parameter tpo.*they have: capitals, corpus, share, sources, top$"),
        ("top = 3.5", "parameter top: 3.5 is not of the type int"),
        ("sources = ['AP', 7]", "parameter sources.*is not of the type list of str"),
        ("output = '/tmp/x'", "parameter output is set by the builder"),
        ("top = 1\ntop = 2", "not a readable editions file"),
    ],
)
def test_parameters_of_the_editions_file_are_typed_too(edition, tmp_path, no_kernels, settings, message):
    edition.write_text(f"[default]\nnotebooks = ['n.ipynb']\n[default.parameters]\n{settings}\n")
    with pytest.raises(DiembaoError, match=message):
        report.build(editions=edition, out=tmp_path / "out")


def test_dates_and_text_that_looks_like_a_number_stay_text(edition):
    edition.write_text("[default]\nnotebooks = ['n.ipynb']\n[default.parameters]\ncorpus = 2024-06-30\n")
    assert plan.read(edition, "default", {}, None).jobs[0].parameters["corpus"] == "2024-06-30"
    assert plan.read(edition, "default", {"corpus": "007"}, None).jobs[0].parameters["corpus"] == "007"


@pytest.mark.parametrize("name", ["Weekly", "a/b", "weekly-failed", ""])
def test_edition_names_that_could_not_name_a_folder_are_refused(edition, no_kernels, name):
    edition.write_text(f"['{name}']\nnotebooks = ['n.ipynb']\n")
    with pytest.raises(DiembaoError, match="an edition's name is made of"):
        report.build(name, editions=edition)


def test_parameters_cell_must_hold_literals(tmp_path, no_kernels):
    write_notebook(tmp_path / "n.ipynb", ("parameters", "top = len('abc')"))
    with pytest.raises(DiembaoError, match="literals only"):
        report.build(editions=write_editions(tmp_path, notebooks=["n.ipynb"]), out=tmp_path / "out")


def test_relative_corpus_counts_from_the_editions_file(tmp_path, monkeypatch):
    write_notebook(tmp_path / "n.ipynb", ("parameters", PARAMETERS))
    editions = write_editions(tmp_path, notebooks=["n.ipynb"], corpus="pages")
    (job,) = plan.read(editions, "default", {}, None).jobs
    assert job.parameters["corpus"] == str(tmp_path / "pages")
    (job,) = plan.read(editions, "default", {"corpus": "here"}, None).jobs
    assert job.parameters["corpus"] == "here"


# --- builds that fail


def test_failed_build_is_kept_and_the_last_good_one_stands(built):
    """One build in which every notebook fails in its own way: raises, hangs, ends early, loses its kernel."""
    place = built.notebooks
    write_notebook(place / "raises.ipynb", ("", "fine = 1"), ("", "print('so far')\n1 / 0"), ("", "never = 1"))
    write_notebook(place / "hangs.ipynb", ("", "import time\ntime.sleep(600)"), ("", "never = 1"))
    write_notebook(place / "exits.ipynb", ("", "import sys\nsys.exit(0)"), ("", "never = 1"))
    write_notebook(place / "dies.ipynb", ("", "import os\nos.kill(os.getpid(), 9)"))
    names = ["raises", "hangs", "exits", "dies"]
    editions = place / "failing.toml"
    notebooks = [f"{name}.ipynb" for name in names]
    editions.write_text(f"[default]\nnotebooks = {notebooks}\ntimeout = 10\n")
    before = {path: path.stat().st_mtime_ns for path in built.folder.rglob("*")}
    start = time.monotonic()
    with pytest.raises(report.BuildError) as failure:
        report.build(editions=editions, out=built.out, progress=False)
    assert time.monotonic() - start < 60
    message = str(failure.value)
    assert "raises.ipynb, cell 2: ZeroDivisionError: division by zero" in message
    assert "1 / 0" in message and "\x1b" not in message
    assert "hangs.ipynb, cell 1: not finished within the timeout of 10 s" in message
    assert "exits.ipynb, cell 1: ended the notebook" in message
    assert "dies.ipynb, cell 1: DeadKernelError" in message
    (kept,) = built.out.glob("builds/*-failed")
    assert str(kept) in message
    assert "ZeroDivisionError" in (kept / "error.txt").read_text()
    assert json.loads((kept / "manifest.json").read_text())["status"] == "failed"
    cells = nbformat.read(kept / "notebooks" / "raises.ipynb", as_version=4).cells
    assert cells[1].outputs[0].text == "so far\n" and cells[1].outputs[1].ename == "ZeroDivisionError"
    assert (built.out / "latest").resolve() == built.folder
    assert {path: path.stat().st_mtime_ns for path in built.folder.rglob("*")} == before
    assert not running_kernels()


def running_kernels():
    """→ kernels that are children of this process."""
    listing = subprocess.run(["ps", "-o", "pid,args", "--ppid", str(os.getpid())], capture_output=True, text=True)
    return [line for line in listing.stdout.splitlines() if "ipykernel" in line and "defunct" not in line]


def test_second_build_waits_and_says_who_holds_the_lock(edition, tmp_path, monkeypatch, no_kernels, capsys):
    monkeypatch.setattr(report, "LOCK_WAIT", 0.5)
    (tmp_path / "out").mkdir()
    with open(tmp_path / "out" / ".lock", "w") as lock:
        lock.write("process 123, edition daily, since 06:00:00")
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(DiembaoError, match="held by process 123, edition daily"):
            report.build(editions=edition, out=tmp_path / "out")
    assert "waiting for process 123" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_to_is_named(edition, tmp_path, no_kernels):
    (tmp_path / "file").touch()
    (tmp_path / "out" / ".lock").mkdir(parents=True)
    for out in ("file", "out"):
        with pytest.raises(DiembaoError, match=f"{tmp_path / out}: cannot hold builds"):
            report.build(editions=edition, out=tmp_path / out)


# --- the command


def test_command_exit_codes(tmp_path, capsys):
    assert main(["report", "no-such-edition", "--out", str(tmp_path)]) == 1
    error = capsys.readouterr().err
    assert error.startswith("diembao: edition 'no-such-edition'") and "Traceback" not in error
    for wrong in (["report", "-p", "top"], ["report", "--colour"], []):
        with pytest.raises(SystemExit) as ended:
            main(wrong)
        assert ended.value.code == 2


def test_interrupt_ends_without_a_traceback(monkeypatch, capsys):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(report, "build", interrupted)
    assert main(["report"]) == 130
    assert capsys.readouterr().err == "diembao: interrupted\n"


# --- the document


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text):
    """Each string by itself on each path into a page: no element of it may come to life there."""
    import lxml.html

    inert = rendered(new_markdown_cell("# Title"), new_markdown_cell("harmless"), shown({"text/plain": "harmless"}))
    allowed = {element.tag for element in lxml.html.fromstring(inert.html).iter() if isinstance(element.tag, str)}
    page = rendered(
        new_markdown_cell(f"# Title {text}"),
        new_markdown_cell(text),
        shown({"text/plain": text}),
        shown({"text/html": text}),
        shown({"text/markdown": text}),
        shown({"text/plain": repr(text)}, tags=["finding"]),
    )
    tree = lxml.html.fromstring(page.html)
    tags = {element.tag for element in tree.iter() if isinstance(element.tag, str)}
    tags -= {"section", "h2", "ul", "li", "p", "em", "a", "details", "svg", "math", "img", "nav", "ol", "strong", "b"}
    assert tags <= allowed
    for element in tree.iter():
        assert not [name for name in element.attrib if name.startswith("on") or name == "style"]
        assert element.get("src", "data:image/").startswith("data:image/")
        assert not element.get("href", "").lower().startswith(("javascript:", "data:"))
    ours = lxml.html.fromstring(inert.html).xpath("//script/text()")
    assert tree.xpath("//script/text()") == ours and len(tree.xpath("//script")) == len(ours)
    assert not tree.xpath(
        "//iframe | //form | //base | //link | //style[position() > 1] | //meta[@http-equiv='refresh']"
    )


@given(st.text())
def test_script_blocks_hold_any_text(text):
    written = document.block_json({"text": text})
    assert json.loads(written) == {"text": text}
    assert not {"<", "\u2028", "\u2029"} & set(written)


def test_headings_are_in_order_with_anchors_of_their_own():
    page = rendered(
        new_markdown_cell("## The title\n\nLead *text*."),
        new_markdown_cell("# Second\n\n##### Deep\n\n## Đông Á\n\n## Đông Á"),
    )
    assert '<h1 id="s-the-title">The title</h1>' in page.html and page.html.count("<h1") == 1
    assert '<h2 id="s-second">' in page.html and '<h3 id="s-deep">' in page.html
    assert 'id="s-dong-a"' in page.html and 'id="s-dong-a--2"' in page.html
    assert page.title == "The title" and page.lead == "Lead text."


def test_chart_without_description_or_data_is_a_problem():
    page = rendered(
        shown({"application/vnd.vegalite.v6+json": {"mark": "bar", "data": {"url": "https://example.org/"}}})
    )
    assert len(page.problems) == 2


def test_widgets_and_unknown_outputs_are_problems():
    widget = shown({"application/vnd.jupyter.widget-view+json": {}, "text/plain": "Button()"})
    page = rendered(widget, shown({"application/x-unknown": "x"}))
    assert len(page.problems) == 2 and "Button()" in page.html


@pytest.mark.parametrize(
    ("value", "pattern", "text"),
    [
        (0.1234, ".1%", "12.3%"),
        (1234, ",d", "1,234"),
        (3.0, "d", "3"),
        (1234.5678, None, "1,234.568"),
        (1200.0, None, "1,200"),
        (7, None, "7"),
        (0.5, "~s", "0.5"),
    ],
)
def test_numbers_take_the_format_of_the_chart(value, pattern, text):
    assert document._number(value, pattern) == text


def test_languages_have_the_same_words():
    assert document.languages() == ["en", "vi"]
    assert document.words("en").keys() == document.words("vi").keys()


def test_vega_bundle_is_kept_and_cannot_end_its_script_block(tmp_path, monkeypatch):
    monkeypatch.setattr(document.platformdirs, "user_cache_path", lambda _: tmp_path)
    document.vega.cache_clear()
    made = document.vega()
    document.vega.cache_clear()
    (kept,) = tmp_path.iterdir()
    assert document.vega() == made == kept.read_text()
    assert "</script" not in made and "<!--" not in made and "vegaEmbed" in made
    document.vega.cache_clear()
