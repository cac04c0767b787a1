import polars as pl
import pytest

from diembao.measures import write
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
