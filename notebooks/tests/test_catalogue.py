"""The catalogue: what ships is complete and sound; what a researcher breaks is named with file, row and column."""

import re
import shutil

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diembao import DiembaoError, load_catalogue
from diembao.catalogue import SHIPPED, add_row, fold, folded, slug


@pytest.fixture
def copy(tmp_path):
    shutil.copytree(SHIPPED, tmp_path / "catalogue")
    return tmp_path / "catalogue"


def test_ships_what_the_question_needs():
    catalogue = load_catalogue()
    kinds = dict(catalogue.actors["kind"].value_counts().iter_rows())
    assert kinds["state"] >= 195
    assert kinds["org"] >= 27
    assert kinds["person"] >= 150
    assert catalogue.outlets.height >= 80
    assert catalogue.offices.height >= 300


@pytest.mark.parametrize(
    ("surface", "actor"),
    [
        ("Mỹ", "USA"),
        ("Hoa Kỳ", "USA"),
        ("Bắc Hàn", "PRK"),
        ("CHDCND Triều Tiên", "PRK"),
        ("Cộng hòa Dân chủ Nhân dân Triều Tiên", "PRK"),
        ("Liên bang Nga", "RUS"),
        ("Úc", "AUS"),
        ("Australia", "AUS"),
        ("Mátxcơva", "RUS"),
        ("Matxcơva", "RUS"),
        ("Nhà Xanh", "KOR"),
        ("Lầu Năm Góc", "USA"),
        ("Liên hiệp châu Âu", "EU"),
        ("Hội đồng Bảo an", "UNSC"),
        ("Tập Cận Bình", "xi-jinping"),
        ("Kim Jong-un", "kim-jong-un"),
        ("Kim Jong Un", "kim-jong-un"),
        ("Zelenskyy", "volodymyr-zelensky"),
    ],
)
def test_knows_the_written_forms(surface, actor):
    aliases = load_catalogue().aliases
    assert actor in aliases.filter(pl.col("surface") == surface)["actor_id"].to_list()


def test_every_name_of_a_person_belongs_to_one():
    names = load_catalogue().aliases.filter(pl.col("form") == "name")
    owners = names.group_by("surface").agg(pl.col("actor_id").n_unique().alias("owners"))
    assert owners.filter(pl.col("owners") > 1).is_empty()


def test_persons_are_called_by_the_slug_of_their_name():
    persons = load_catalogue().actors.filter(pl.col("kind") == "person")
    assert [slug(name) for name in persons["name_en"]] == persons["id"].to_list()


def test_no_form_of_an_outlet_is_shared():
    assert load_catalogue().outlet_forms["surface"].is_unique().all()


@pytest.mark.parametrize(
    ("file", "row", "expected"),
    [
        (
            "aliases.csv",
            "Nước Lạ,XYZ,name,",
            "aliases.csv, row {n}, column `actor_id`: 'XYZ' is not an id of actors.csv",
        ),
        ("aliases.csv", "Nước Lạ,USA,nickname,", "aliases.csv, row {n}, column `form`: 'nickname' is none of"),
        ("aliases.csv", "Nước Lạ,,phrase,", "aliases.csv, row {n}, column `example`: '' is empty"),
        ("actors.csv", "USA,state,Again,Lại,", "actors.csv, row {usa}, column `id`: 'USA' stands twice"),
        ("actors.csv", "NEW,planet,New,Mới,", "actors.csv, row {n}, column `kind`: 'planet' is none of"),
        ("actors.csv", "NEW,state,New,Mới,148", "actors.csv, row {n}, column `wikidata`: '148' is no Wikidata QID"),
        ("offices.csv", "nobody,president,Tổng thống,USA,2020,", "offices.csv, row {n}, column `person_id`"),
        ("offices.csv", "joe-biden,president,Tổng thống,USA,hôm qua,", "offices.csv, row {n}, column `start`"),
        ("outlets.csv", "New,New,website,USA,New,,", "outlets.csv, row {n}, column `kind`: 'website' is none of"),
    ],
)
def test_a_wrong_row_is_named(copy, file, row, expected):
    text = (copy / file).read_text(encoding="utf-8")
    (copy / file).write_text(text + row + "\n", encoding="utf-8")
    last = pl.read_csv(copy / file, infer_schema=False).height + 1
    usa = load_catalogue().actors["id"].index_of("USA") + 2
    with pytest.raises(DiembaoError) as error:
        load_catalogue(copy)
    assert expected.format(n=last, usa=usa) in str(error.value)


def test_a_missing_column_a_missing_file_and_a_missing_folder_are_named(copy, tmp_path):
    aliases = copy / "aliases.csv"
    aliases.write_text(aliases.read_text(encoding="utf-8").replace("surface,", "name,", 1), encoding="utf-8")
    with pytest.raises(DiembaoError, match=r"aliases\.csv, row 1: column `surface` is missing"):
        load_catalogue(copy)
    aliases.unlink()
    with pytest.raises(DiembaoError, match=r"aliases\.csv: missing; copy it from"):
        load_catalogue(copy)
    with pytest.raises(DiembaoError, match="no such catalogue folder"):
        load_catalogue(tmp_path / "nowhere")


def test_broken_cues_are_named(copy):
    (copy / "cues.toml").write_text("[names\n", encoding="utf-8")
    with pytest.raises(DiembaoError, match=r"cues\.toml"):
        load_catalogue(copy)


def test_no_list_of_cues_holds_a_value_twice():
    def lists(cues, name=""):
        if isinstance(cues, dict):
            return [entry for key, value in cues.items() for entry in lists(value, f"{name}.{key}")]
        return [(name, cues)] if isinstance(cues, list) else []

    found = lists(load_catalogue().cues)
    assert len(found) > 100
    assert not {name: values for name, values in found if any(values.count(value) > 1 for value in values)}


def test_cues_from_before_a_name_was_added_are_completed_from_the_shipped_ones(copy):
    shipped = load_catalogue()
    file = copy / "cues.toml"
    before = re.sub(r"(?ms)^\[sentences\].*?(?=^\[|\Z)", "", file.read_text(encoding="utf-8"))
    file.write_text(before, encoding="utf-8")
    old = load_catalogue(copy)
    assert "[sentences]" not in before and old.cues == shipped.cues
    assert old.digest != shipped.digest
    file.write_text(re.sub(r"(?m)^pair_only = .*$", "pair_only = []", before), encoding="utf-8")
    assert load_catalogue(copy).cues["forms"]["pair_only"] == []


def test_folding_makes_spellings_equal():
    assert fold("hoà bình, thuý, Ủy ban uỷ quyền") == fold("hòa bình, thúy, Ủy ban ủy quyền")
    assert fold("“Mỹ–Hàn” ‘A’") == "\"Mỹ-Hàn\" 'A'"


@given(st.text())
def test_folding_keeps_every_offset(text):
    assert len(fold(text)) == len(text)
    assert pl.select(folded(pl.lit(text))).item() == fold(text)


def test_rows_of_ones_own_are_added_and_told_apart(tmp_path):
    add_row(tmp_path, "actors.csv", id="bui-van-thu", kind="person", name_en="Bùi Văn Thử", name_vi="Bùi Văn Thử")
    add_row(tmp_path, "aliases.csv", surface="Bùi Văn Thử", actor_id="bui-van-thu", form="name")
    add_row(tmp_path, "aliases.csv", surface="Bùi Văn Thử", actor_id="bui-van-thu", form="name")
    shipped, mine = load_catalogue(), load_catalogue(own=tmp_path)
    assert mine.actors.height == shipped.actors.height + 1 and mine.aliases.height == shipped.aliases.height + 1
    assert mine.digest == shipped.digest and shipped.own == {}
    assert sorted(map(tuple, mine.own.values())) == [("Bùi Văn Thử",), ("Bùi Văn Thử", "Bùi Văn Thử")]


@pytest.mark.parametrize(
    ("file", "row", "expected"),
    [
        ("aliases.csv", {"surface": "Xứ Sương", "actor_id": "XXX", "form": "name"}, "row 2, column `actor_id`: 'XXX'"),
        ("actors.csv", {"id": "USA", "kind": "state", "name_en": "Again"}, "row 2, column `id`: 'USA' stands twice"),
    ],
)
def test_a_wrong_row_of_ones_own_is_refused_and_not_written(tmp_path, file, row, expected):
    with pytest.raises(DiembaoError) as error:
        add_row(tmp_path, file, **row)
    assert str(tmp_path / file) in str(error.value) and expected in str(error.value)
    assert not (tmp_path / file).exists()
    with pytest.raises(DiembaoError, match="no such folder of own rows"):
        load_catalogue(own=tmp_path / "elsewhere")
