"""Names in text: exact offsets, whole words, every spelling; phrases and Vietnamese names take theirs out of play."""

import polars as pl
import pytest
from extracting import catalogue
from hypothesis import given, settings
from hypothesis import strategies as st

from diembao import names
from diembao.catalogue import fold


def scan(*texts: str) -> pl.DataFrame:
    lines = pl.DataFrame({"page": "p", "line": range(1, len(texts) + 1), "start": 0, "text": texts}).with_columns(
        start=(pl.col("text").str.len_chars() + 1).cum_sum().cast(pl.Int64) - pl.col("text").str.len_chars() - 1
    )
    return names.scan(lines, catalogue())


def found(text: str, *what: str) -> list[str]:
    return scan(text).filter(pl.col("what").is_in(what))["surface"].to_list()


def test_names_stand_at_their_offsets_beside_each_other():
    assert found("Mỹ Nga, Trung Quốc.", "state") == ["Mỹ", "Nga", "Trung Quốc"]


def test_a_name_is_a_whole_word():
    assert found("Ngay sau đó, thẩm mỹ viện mở cửa.", "state") == []


def test_a_long_name_broken_off_inside_a_word_leaves_the_short_one():
    assert found("Ngoại trưởng Mỹ Antony Blinken", "state") == ["Mỹ"]


@pytest.mark.parametrize("spelling", ["Liên hợp quốc", "Cộng hoà Séc", "Cộng hòa Séc", "Thuỵ Sĩ", "Thụy Sĩ"])
def test_tone_mark_placement_does_not_matter(spelling):
    assert found(f"Phái đoàn {spelling} lên tiếng.", "state", "org") == [spelling]


@pytest.mark.parametrize("spelling", ["Mỹ-Hàn", "Mỹ - Hàn", "Mỹ – Hàn", "Mỹ—Hàn"])
def test_dashes_do_not_matter(spelling):
    assert found(f"tập trận {spelling} năm nay", "state", "short") == ["Mỹ", "Hàn"]


def test_phrases_only_consume_text():
    text = "Trên bán đảo Triều Tiên, ở Ấn Độ Dương, Nam Mỹ, Trung Đông và biển Nhật Bản, vào Chủ nhật."
    assert found(text, "state", "short") == []


def test_a_vietnamese_name_keeps_its_given_name():
    assert found("Bà Nguyễn Thị Nga và ông Trần Văn Đức phát biểu.", "state", "short") == []
    assert found("Bà Nguyễn Thị Nga phát biểu.", "run") == ["Bà Nguyễn Thị Nga"]


def test_a_headline_in_capitals_is_read_too():
    assert found("TRIỀU TIÊN VÀ HÀN QUỐC NỐI LẠI ĐỐI THOẠI", "state") == ["TRIỀU TIÊN", "HÀN QUỐC"]


@pytest.mark.parametrize(
    "name",
    [
        "Chan Man - tak",
        "Laura Hensley - Crane",
        "Lee Cheol - hee",
        "Tsui Man - tak",
        "Lee Cheol-hee",
        "Frank - Walter Steinmeier",
        "Mohammed bin Salman",
        "V. Putin",
    ],
)
def test_a_run_of_capitals_is_one_name(name):
    assert name in scan(f"theo {name} nói").filter(pl.col("what").is_in(["run", "person"]))["surface"].to_list()


def test_a_dash_before_a_description_does_not_belong_to_the_name():
    assert found("gặp Kim Jong - nhà lãnh đạo", "run") == ["Kim Jong"]
    assert found("gặp Cha Min Su - cha của cậu bé", "run") == ["Cha Min Su"]


def test_a_phrase_inside_a_longer_name_leaves_the_name_alone():
    assert found("Vì sao Thổ Nhĩ Kỳ rút quân?", "state") == ["Thổ Nhĩ Kỳ"]
    assert found("ông Trần Việt Khang", "run") == ["Trần Việt Khang"]


ALPHABET = st.sampled_from(
    [
        "Mỹ",
        "Nga",
        "Triều Tiên",
        "Kim Jong - un",
        "hoà",
        "hòa",
        " ",
        " ",
        "-",
        "–",
        ".",
        "“",
        "”",
        "\u0301",
        "Ngay",
        "AP",
        "ông ",
        "\x01",
        "\x02",
        "Hàn",
        "An",
        "O'Brien",
        "é",
        "😀",
        "\t",
    ]
)


@settings(max_examples=150)
@given(st.lists(ALPHABET, max_size=25).map("".join))
def test_offsets_slice_back(text):
    table = scan(text, text)
    whole = f"{text}\n{text}"
    for start, end, surface in table.select("start", "end", "surface").iter_rows():
        assert whole[start:end] == surface


@settings(max_examples=100)
@given(st.lists(ALPHABET, max_size=25).map("".join))
def test_spans_do_not_overlap(text):
    table = scan(text).filter(pl.col("what") != "run").sort("start")
    assert (table["start"].slice(1) >= table["end"].slice(0, max(table.height - 1, 0))).all()


def test_the_pattern_holds_nothing_but_literals():
    body = names._pattern(catalogue(), False)
    assert not any(sign in body.split("])(", 1)[1].rsplit(")([", 1)[0] for sign in ("?", "[", "{"))
    assert fold("Nga") in body
