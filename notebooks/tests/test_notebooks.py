"""The shape every notebook keeps; what its cells put out is compared by nbval."""

import ast
from pathlib import Path

import nbformat
import papermill
import pytest

FOLDER = Path(__file__).resolve().parents[1]
NAMES = ("start_here", "explore", "actor_mentions", "source_comparison", "date_coverage", "extraction_quality")
# They choose nothing from a corpus: the first shows all of it, the other all that is marked.
UNSELECTIVE = ("start_here", "extraction_quality")
COMMON = {
    "corpus": "sample",
    "date_from": "",
    "date_to": "",
    "sources": ["AP", "VOA", "Reuters", "Yonhap"],
    "actors": [],
    "line_roles": ["headline", "lead", "body"],
    "capitals": "gov",
    "language": "en",
    "seed": 20240601,
    "output": "",
}


@pytest.fixture(params=NAMES)
def notebook(request) -> nbformat.NotebookNode:
    found = nbformat.read(FOLDER / f"{request.param}.ipynb", as_version=4)
    found.metadata.title = request.param
    return found


def cells(notebook: nbformat.NotebookNode, kind: str) -> list:
    return [cell for cell in notebook.cells if cell.cell_type == kind]


def test_it_is_valid_small_and_run_in_order(notebook):
    nbformat.validate(notebook)
    assert (FOLDER / f"{notebook.metadata.title}.ipynb").stat().st_size < 500_000
    assert notebook.metadata.kernelspec.name == "python3"
    counts = [cell.execution_count for cell in cells(notebook, "code")]
    assert counts == list(range(1, len(counts) + 1))
    assert not [cell.id for cell in notebook.cells if "error" in [o.output_type for o in cell.get("outputs", [])]]


def test_cells_are_short_and_there_is_more_prose_than_code(notebook):
    for cell in cells(notebook, "code"):
        lines = cell.source.splitlines()
        assert "parameters" in cell.metadata.get("tags", []) or 1 <= len(lines) <= 7, cell.id
        assert not [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.FunctionDef | ast.Lambda)]
    prose, code = (sum(len(cell.source) for cell in cells(notebook, kind)) for kind in ("markdown", "code"))
    assert prose > code


def test_the_title_is_a_question_and_every_text_is_there_in_vietnamese(notebook):
    title = notebook.cells[0].source
    assert title.startswith("# ") and title.splitlines()[0].endswith("?")
    for cell in cells(notebook, "markdown"):
        vietnamese = "".join(cell.metadata["vi"])
        for form in (cell.source, vietnamese):
            assert form.strip() == form and form, cell.id
        headings, translated = (form.split(" ")[0] for form in (cell.source, vietnamese))
        assert headings == translated, cell.id
        assert cell.source.count("`") == vietnamese.count("`"), cell.id


def test_parameters_are_commented_literals_with_the_same_defaults_everywhere(notebook):
    tagged = [cell for cell in cells(notebook, "code") if "parameters" in cell.metadata.get("tags", [])]
    assert [cell.id for cell in tagged] == [notebook.cells[1].id]
    assert all("  # " in line for line in tagged[0].source.splitlines())
    assert "an archive" in next(line for line in tagged[0].source.splitlines() if line.startswith("corpus = "))
    found = {node.targets[0].id: ast.literal_eval(node.value) for node in ast.parse(tagged[0].source).body}
    assert {name: found[name] for name in found if name in COMMON} == {
        name: value for name, value in COMMON.items() if name in found
    }
    assert notebook.metadata.title in UNSELECTIVE or COMMON.keys() <= found.keys()


def test_ids_are_named_and_unique(notebook):
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    assert len({cell_id.split("-")[0] for cell_id in ids}) == 1


def test_every_chart_follows_a_table_and_has_its_picture_and_its_words(notebook):
    shown = [(cell.id, output.data) for cell in cells(notebook, "code") for output in cell.outputs if "data" in output]
    charts = {name: data for name, data in shown if "application/vnd.vegalite.v6+json" in data}
    assert charts
    for name, data in charts.items():
        assert data["image/png"] and data["text/plain"], name
        about = name.removesuffix("-chart")
        assert {f"{about}-table", f"{about}-said"} <= {cell_id for cell_id, _ in shown}, name


@pytest.mark.parametrize("name", [name for name in NAMES if name != "extraction_quality"])
def test_it_runs_on_tables_without_text(name, tmp_path):
    """`data/first_pages` has no texts: the words around a name are off, and it is said."""
    corpus = FOLDER.parent / "data" / "first_pages"
    ran = papermill.execute_notebook(
        FOLDER / f"{name}.ipynb", None, {"corpus": str(corpus)}, progress_bar=False, kernel_name="python3"
    )
    said = "".join(str(output.get("data", "")) for cell in ran.cells for output in cell.get("outputs", []))
    assert ("without the pages' texts" in said) == ("frequency.concordance" in str(ran.cells))
