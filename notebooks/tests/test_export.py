import json
from pathlib import Path

import nbformat
import polars as pl
import pytest

from diembao.measures import export, write
from diembao.schema import DiembaoError

TABLE = pl.DataFrame({"actor_id": ["USA", "=1+1"], "share": [0.5, None], "publishers": [["VOA", "AP"], []]})


def test_tables_are_written_as_parquet_and_csv(tmp_path):
    counts = write(str(tmp_path / "new" / "tables"), actors=TABLE)
    assert counts.rows() == [("actors", 2)]
    assert pl.read_parquet(tmp_path / "new" / "tables" / "actors.parquet").equals(TABLE)
    lines = (tmp_path / "new" / "tables" / "actors.csv").read_text(encoding="utf-8").splitlines()
    assert lines == ["actor_id,share,publishers", "USA,0.5,VOA|AP", '\'=1+1,,""']


def test_without_a_folder_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert write("", actors=TABLE).height == 1
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_is_an_error_of_the_user(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DiembaoError, match="output"):
        write(str(tmp_path / "file"), actors=TABLE)


NOTEBOOKS = sorted(Path(__file__).resolve().parents[1].glob("*.ipynb"))


@pytest.fixture(scope="module")
def exported(tmp_path_factory) -> Path:
    """→ the folder of all tables that the notebooks write, run on the sample in this process."""
    folder = tmp_path_factory.mktemp("tables")
    for path in NOTEBOOKS:
        cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
        if any("measures.write" in cell.source for cell in cells):
            names: dict = {}
            for cell in cells:
                exec(compile(cell.source, cell.id, "exec"), names)
                if "parameters" in cell.metadata.get("tags", []):
                    names["output"] = str(folder)
    return folder


def test_every_column_written_is_described_and_every_description_is_of_one_written(exported):
    columns = pl.read_csv(exported / "dictionary.csv", infer_schema=False)
    assert not columns.filter(pl.col("description").is_null()).select("table", "column").rows()
    tables = {file.stem for file in exported.glob("*.parquet")}
    assert tables == set(columns["table"]) == set(export.entries()["tables"])
    pairs = set(columns.select("table", "column").rows())
    assert {name for _, name in pairs} >= set(export.entries()["columns"])
    own = {(table, name) for table, entry in export.entries()["tables"].items() for name in entry.get("columns", {})}
    assert own <= pairs
    assert all(entry["description"] for entry in export.entries()["tables"].values())


def test_the_package_names_files_that_hold_the_columns_and_types_it_says(exported):
    package = json.loads((exported / "datapackage.json").read_text(encoding="utf-8"))
    assert {resource["name"] for resource in package["resources"]} == set(export.entries()["tables"])
    dtypes = {"integer": pl.Int64, "number": pl.Float64, "boolean": pl.Boolean, "date": pl.Date, "string": pl.String}
    for resource in package["resources"]:
        fields = resource["schema"]["fields"]
        schema = {field["name"]: dtypes[field["type"]] for field in fields}
        table = pl.read_csv(exported / resource["path"], schema=schema)  # an error if a cell is of another type
        assert table.columns == [field["name"] for field in fields]
        assert table.height == pl.read_parquet(exported / f"{resource['name']}.parquet").height


def test_a_table_of_ones_own_is_written_without_descriptions(tmp_path):
    write(str(tmp_path), mine=TABLE.rename({"share": "my_low"}))
    columns = pl.read_csv(tmp_path / "dictionary.csv", infer_schema=False)
    assert columns.select("column", "type").rows() == [
        ("actor_id", "string"),
        ("my_low", "number"),
        ("publishers", "string"),
    ]
    assert columns["description"].is_null().to_list() == [False, True, False]
