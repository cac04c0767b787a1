"""Sentences: where one begins, and in which of them a mention or a citation stands."""

import textwrap

import polars as pl
import pytest
from extracting import catalogue, extract, story
from hypothesis import given, settings
from hypothesis import strategies as st

from diembao.sentences import sentence_starts, with_sentences

WORDS = catalogue().cues["sentences"]


def sentences(*lines: str) -> list[str]:
    """Lines of one page → its sentences as text."""
    text = "\n".join(lines)
    ends = [len("\n".join(lines[: n + 1])) + (n + 1 < len(lines)) for n in range(len(lines))]
    roles = ["body" if line.strip() else None for line in lines]
    table = pl.DataFrame(
        {"page": "p", "line": range(1, len(lines) + 1), "start": [0, *ends[:-1]], "text": lines, "role": roles},
        schema_overrides={"start": pl.Int64, "role": pl.String},
    )
    starts = sentence_starts(table, WORDS)
    assert starts["sentence"].to_list() == list(range(1, starts.height + 1))
    begun = starts["start"].to_list()
    return [text[a:b].strip() for a, b in zip(begun, [*begun[1:], len(text)], strict=True)]


@pytest.mark.parametrize(
    "text",
    [
        "Hai bên gặp nhau tại Seoul.| Cuộc họp kéo dài ba giờ!| Kết quả ra sao?| Chưa ai rõ.",
        "Ông George W. Bush và bà J. K. Rowling đến TP. Hồ Chí Minh.| TS. Lê Minh đón họ ở sân bay St. Petersburg.",
        "Thiệt hại lên tới 1.000.000 USD, tăng 2.5%.| 13 người bị thương trong năm 2018.| Năm 2019 thì khác.",
        'Ông nói: "Chúng tôi đã sẵn sàng.| Không ai lùi bước."| Bà đồng ý.',
        '"Vì sao lại thế?" ông hỏi.| "Tôi không rõ...", bà đáp.',
        "Họ chờ đợi… và chờ đợi.| Rồi họ về (muộn).| “Thế là hết.”| – Một người nói.",
        "Các bên đã ký hiệp định hòa bình.|Ông cho biết như vậy tại châu Á.| Tin từ baochi.vn và U.S. Navy.",
        "1. Các bên ngừng bắn.| 2 bên rút quân.",
        "Không có dấu chấm ở cuối dòng này",
    ],
)
def test_a_sentence_begins_where_a_reader_begins_one(text):
    assert sentences(text.replace("|", "")) == [part.strip() for part in text.split("|")]


def test_every_line_with_text_begins_a_sentence_and_a_blank_one_none():
    assert sentences("Tiêu đề bài viết", "", "Đoạn một. Hai câu.", "Ảnh: AP") == [
        "Tiêu đề bài viết",
        "Đoạn một.",
        "Hai câu.",
        "Ảnh: AP",
    ]


@settings(max_examples=150)
@given(st.lists(st.text(alphabet='aÁB1. ?!…"”(\x1e\u0301', max_size=30), min_size=1, max_size=4))
def test_sentences_cover_every_line_and_nothing_twice(lines):
    texts = [line.strip() for line in lines]
    roles = tuple("body" if text else None for text in texts)
    begins = [1000 * n for n in range(len(texts))]
    table = pl.DataFrame(
        {"page": "p", "line": range(1, len(lines) + 1), "start": begins, "text": texts, "role": roles},
        schema_overrides={"start": pl.Int64, "role": pl.String},
    )
    starts = sentence_starts(table, WORDS)
    assert starts["start"].is_sorted() and starts["start"].is_unique().all()
    begun = set(starts["start"])
    assert {1000 * n for n, text in enumerate(texts) if text} == {start for start in begun if start % 1000 == 0}
    assert all(start % 1000 < max(1, len(texts[start // 1000])) for start in begun)


def test_mentions_and_citations_know_their_sentence():
    page = story("Theo Reuters, Mỹ rút quân. Nga im lặng. Yonhap nói Hàn Quốc lo ngại.", "Trung Quốc lên tiếng.")
    found = extract(p=page)
    mentions, citations = (found[name] for name in ("mentions", "citations"))
    of = {name: number for name, number in mentions.select("surface", "sentence").iter_rows()}
    sources = dict(citations.select("source_id", "sentence").iter_rows())
    assert of["Mỹ"] == sources["Reuters"] == 3  # the headline is the first, the standfirst the second
    assert of["Nga"] == 4
    assert of["Hàn Quốc"] == sources["Yonhap"] == 5
    assert of["Trung Quốc"] == 6


WRAPPED = story(
    "Trong cuộc gặp tại Seoul, ông Vladimir Putin nói rằng lệnh ngừng bắn giữa hai nước đã có hiệu lực kể từ"
    " hôm 15 tháng 11 năm 2018, dù vẫn còn một số vụ nổ súng lẻ tẻ ở những vùng núi xa xôi.",
    "Tổng thống Nga Putin đưa ra nhận định này khi trả lời hãng tin Reuters, theo đó việc rút quân còn kéo dài"
    " nhiều tháng nữa. Bình Nhưỡng tuyên bố sẽ không rút quân nếu các bên khác không rút trước.",
    "Theo hãng thông tấn Yonhap, đoàn đàm phán của Hàn Quốc đã rời Bình Nhưỡng hôm 17-11 mà không đạt được thỏa thuận"
    " nào với phía bên kia, và hiện chưa rõ bao giờ cuộc gặp tiếp theo sẽ được tổ chức.",
)


def told(text: str) -> dict[str, list[tuple]]:
    """A page → what is found in it, each by its words, whatever lines they are broken in; they stand at its offsets."""
    found = extract(p=text)
    what = {
        "mentions": ("actor_id", "reading", "basis", "sentence"),
        "citations": ("source_id", "role", "sentence"),
        "dates": ("edtf", "basis"),
    }
    rows = {}
    for name, columns in what.items():
        table = found[name]
        lines = {line: (start, end) for line, start, end in found["lines"].select("line", "start", "end").iter_rows()}
        for line, start, end, surface in table.select("line", "start", "end", "surface").iter_rows():
            assert text[start:end] == surface and lines[line][0] <= start < lines[line][1]
        flat = pl.col("surface").str.replace_all(r"\s+", " ")
        rows[name] = list(table.select(flat, *columns).iter_rows())
    rows["articles"] = list(found["articles"].select("title", "published", "published_evidence").iter_rows())
    return rows


@pytest.mark.parametrize("width", [56, 64, 72, 80, 100])
def test_a_page_wrapped_at_a_width_tells_what_it_told_before(width):
    def wrapped(line: str) -> str:
        return textwrap.fill(line, width, break_on_hyphens=False)

    whole = told(WRAPPED)
    assert told("\n".join(map(wrapped, WRAPPED.split("\n")))) == whole
    assert told("\n".join("  " + wrapped(line).replace("\n", " \n  ") for line in WRAPPED.split("\n"))) == whole
    assert [name for name, *_ in whole["citations"]] == ["Reuters", "Yonhap"]
    assert [edtf for _, edtf, _ in whole["dates"]] == ["2018-11-15", "XXXX-11-17"]
    assert "Vladimir Putin" in whole["articles"][0][2]  # whose office bounds the day of publication


def test_a_name_that_a_link_parts_from_its_sentence_is_read_in_it():
    pieces = ["Sau cuộc gặp ở thủ đô, Tổng thống", "Vladimir Putin", "nói với", "Reuters"]
    pieces += [", song không cho biết thêm chi tiết nào, rằng hôm 17 tháng 11 ông đã tới", "Seoul", "để gặp chủ nhà."]
    assert told(story(*pieces)) == told(story(" ".join(pieces).replace(" ,", ",")))


def test_numbering_keeps_rows_and_their_order():
    starts = pl.DataFrame({"page": ["a", "a", "b"], "sentence": [1, 2, 1], "start": [0, 10, 0]})
    spans = pl.DataFrame({"page": ["b", "a", "a", "a"], "start": [50, 10, 9, 9]})
    assert with_sentences(spans, starts)["sentence"].to_list() == [1, 2, 1, 1]
    assert with_sentences(spans.clear(), starts).is_empty()
