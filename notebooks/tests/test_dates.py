"""In-text dates: every written form in a sentence of our own, what is no date, and what publication makes of them."""

import re
import tomllib
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from diembao import dates
from diembao.schema import DATES, GRANULARITIES

CATALOGUE = Path(__file__).resolve().parents[2] / "data" / "catalogue"
CUES: dict = {}
for file in sorted(CATALOGUE.glob("cues*.toml")):
    CUES |= tomllib.loads(file.read_text(encoding="utf-8")).get("dates", {})

# The part of EDTF (ISO 8601-2) that is written here: unspecified digits, sub-year groupings, decades, intervals.
YEAR, MONTH, DAY = r"(?:\d{4}|XXXX)", "(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12]\d|3[01])"
POINT = rf"(?:\d{{4}}|\d{{3}}X|\d{{2}}XX|{YEAR}-{MONTH}|{YEAR}-(?:2[1-4]|3[3-6])|{YEAR}-(?:{MONTH}|XX)-{DAY})"
EDTF = re.compile(rf"{POINT}(?:/{POINT})?|REL")


def lines_of(*texts: str, page: str = "p", roles: list[str] | None = None) -> pl.DataFrame:
    """Texts of lines → the lines of one page."""
    frame = pl.DataFrame({"page": page, "line": range(1, len(texts) + 1), "text": list(texts)})
    width = pl.col("text").str.len_chars().cast(pl.Int64)
    frame = frame.with_columns(start=(width + 1).cum_sum() - width - 1)
    return frame.with_columns(role=pl.Series(roles)) if roles else frame


def anchor(published: str | None = None, page: str = "p") -> pl.DataFrame:
    """An EDTF string → the anchors table of one page."""
    frame = pl.DataFrame({"page": [page], "published": [published]}, schema_overrides={"published": pl.String})
    limits = dates.bounds(pl.col("published"))
    return frame.with_columns(published_first=limits.struct.field("first"), published_last=limits.struct.field("last"))


def dated(*texts: str, published: str | None = None, roles: list[str] | None = None) -> list[tuple[str, str]]:
    """Texts of lines → (surface, EDTF) of every date found."""
    table = dates.resolve(dates.scan(lines_of(*texts, roles=roles), CUES), anchor(published), CUES)
    return list(table.select("surface", "edtf").iter_rows())


FORMS = [
    # full dates, month and year
    ("Hai bên ký văn kiện ngày 15/11/2024 tại thủ đô.", [("ngày 15/11/2024", "2024-11-15")]),
    ("Ảnh chụp hôm 15-11-2024.", [("hôm 15-11-2024", "2024-11-15")]),
    ("Cuộc họp NGÀY 15.11.2024 kết thúc.", [("NGÀY 15.11.2024", "2024-11-15")]),
    ("Thông báo ngày 15 / 11 / 2024 nêu rõ.", [("ngày 15 / 11 / 2024", "2024-11-15")]),
    ("Đoàn tới nơi ngày 15 tháng 11 năm 2024.", [("ngày 15 tháng 11 năm 2024", "2024-11-15")]),
    ("Đăng 15 Tháng Mười Một 2024", [("15 Tháng Mười Một 2024", "2024-11-15")]),
    ("Friday, November 15, 2024", [("Friday, November 15, 2024", "2024-11-15")]),
    ("Nov 15, 2024", [("Nov 15, 2024", "2024-11-15")]),
    ("2024-11-15T10:00:00+07:00", [("2024-11-15", "2024-11-15")]),
    ("Hội đàm tại thủ đô ngày 2/2022.", [("ngày 2/2022", "2022-02")]),
    ("Ông thăm nước này hồi tháng 4-2013.", [("tháng 4-2013", "2013-04")]),
    ("Ông viết bài này đầu tháng 11/2024.", [("đầu tháng 11/2024", "2024-11")]),
    ("Bà nhậm chức tháng Tư năm 2013.", [("tháng Tư năm 2013", "2013-04")]),
    # without a year
    ("Hôm 12/6 hai ông gặp nhau.", [("Hôm 12/6", "XXXX-06-12")]),
    ("Bà lên đường ngày 29-10.", [("ngày 29-10", "XXXX-10-29")]),
    ("Ông phát biểu ngày 18.6 ở đây.", [("ngày 18.6", "XXXX-06-18")]),
    ("Tàu cập cảng sáng 7-8.", [("7-8", "XXXX-08-07")]),
    ("Lệnh cấm có hiệu lực từ 1-1 tại nước này.", [("1-1", "XXXX-01-01")]),
    ("Lễ kỷ niệm ngày Quốc khánh 2-9 diễn ra.", [("2-9", "XXXX-09-02")]),
    ("Hôm 15 tháng 9 vừa qua, hai bên họp.", [("Hôm 15 tháng 9", "XXXX-09-15")]),
    ("Hội nghị dự kiến vào tháng 4.", [("tháng 4", "XXXX-04")]),
    ("Hồi tháng Mười Một, họ ký kết.", [("tháng Mười Một", "XXXX-11")]),
    ("Đàm phán nối lại hồi tháng giêng.", [("tháng giêng", "XXXX-01")]),
    # spans and what follows day by day: one date; other lists: a date each
    ("Diễn tập từ ngày 13 đến 24/3.", [("ngày 13 đến 24/3", "XXXX-03-13/XXXX-03-24")]),
    ("Kéo dài từ ngày 1/3 đến 30/4.", [("ngày 1/3 đến 30/4", "XXXX-03-01/XXXX-04-30")]),
    ("Thế vận hội, 9 - 25/2, rất đông.", [("9 - 25/2", "XXXX-02-09/XXXX-02-25")]),
    ("Ông thăm từ ngày 16 đến ngày 18/6.", [("ngày 16 đến ngày 18/6", "XXXX-06-16/XXXX-06-18")]),
    ("Từ 25-28 tháng 3-2018 ông ở Bắc Kinh.", [("25-28 tháng 3-2018", "2018-03-25/2018-03-28")]),
    ("Kéo dài từ ngày 30 đến 2/7.", [("ngày 30 đến 2/7", "XXXX-06-30/XXXX-07-02")]),
    ("Từ 29/12/2018 đến 3/1 nghỉ lễ.", [("29/12/2018 đến 3/1", "2018-12-29/2019-01-03")]),
    ("Từ tháng 5 tới tháng 9/2018, khách giảm.", [("tháng 5 tới tháng 9/2018", "2018-05/2018-09")]),
    ("Giai đoạn 2014-2016 rất khó.", [("2014-2016", "2014/2016")]),
    ("Ông cầm quyền từ năm 2008 đến 2013.", [("năm 2008 đến 2013", "2008/2013")]),
    ("Họp trong hai ngày 13 và 14/11.", [("ngày 13 và 14/11", "XXXX-11-13/XXXX-11-14")]),
    ("Họp ngày 14, 15/6.", [("ngày 14, 15/6", "XXXX-06-14/XXXX-06-15")]),
    ("Họp ngày 14, 15 và 16/6.", [("ngày 14, 15 và 16/6", "XXXX-06-14/XXXX-06-16")]),
    ("Ông ở Hà Nội hai ngày 1 và 2-3-2019.", [("ngày 1 và 2-3-2019", "2019-03-01/2019-03-02")]),
    ("Ngày 30 và 1/5 được nghỉ.", [("Ngày 30 và 1/5", "XXXX-04-30/XXXX-05-01")]),
    ("Ngày 30 và 1/6 được nghỉ.", [("Ngày 30", "XXXX-05-30"), ("1/6", "XXXX-06-01")]),
    ("Họp các ngày 13 và 17/11.", [("ngày 13", "XXXX-11-13"), ("17/11", "XXXX-11-17")]),
    ("Có thể là ngày 13 hoặc 14/11.", [("ngày 13", "XXXX-11-13"), ("14/11", "XXXX-11-14")]),
    ("Họp sáng 13 và chiều 14/11.", [("13", "XXXX-11-13"), ("14/11", "XXXX-11-14")]),
    (
        "Các vụ phóng ngày 4/7, 28/7 và 29/11/2017.",
        [("ngày 4/7", "2017-07-04"), ("28/7", "2017-07-28"), ("29/11/2017", "2017-11-29")],
    ),
    ("Có thể vào tháng 4 hoặc đầu tháng 5.", [("tháng 4", "XXXX-04"), ("đầu tháng 5", "XXXX-05")]),
    (
        "Nhập khẩu tháng 10, 11 và 12-2017 giảm.",
        [("tháng 10, 11 và 12-2017", "2017-10/2017-12")],
    ),
    ("Hai lần, năm 2011 và 2015.", [("năm 2011", "2011"), ("2015", "2015")]),
    # years and parts of years
    ("Từ năm 1949 đến nay.", [("năm 1949", "1949")]),
    ("Khu này xây đầu năm 2014.", [("đầu năm 2014", "2014")]),
    ("Cuộc tập trận Zapad 2017 kết thúc.", [("2017", "2017")]),
    ("Thế vận hội mùa đông 2018 khai mạc.", [("2018", "2018")]),
    ("Ngân sách năm tài khóa 2018 tăng.", [("năm tài khóa 2018", "2018")]),
    ("Vào những năm 1960, hai nước thân thiết.", [("những năm 1960", "196X")]),
    ("Cuối thập niên 80 của thế kỷ 20, ông rời đi.", [("Cuối thập niên 80 của thế kỷ 20", "198X")]),
    ("Đầu thập kỷ 1990 họ lập quan hệ.", [("Đầu thập kỷ 1990", "199X")]),
    ("Ngôi nhà có từ thế kỷ 19.", [("thế kỷ 19", "18XX")]),
    ("GDP quý III/2024 tăng.", [("quý III/2024", "2024-35")]),
    ("Tăng trưởng quý 3 chậm lại.", [("quý 3", "XXXX-35")]),
    ("vendredi 24 mai 2024, Mars 2020 hạ cánh.", [("vendredi 24 mai 2024", "2024-05-24"), ("2020", "2020")]),
    ("Vào mùa hè năm 2018 họ gặp nhau.", [("mùa hè năm 2018", "2018-22")]),
    ("Từ mùa xuân 2023 tình hình khác.", [("mùa xuân 2023", "2023-21")]),
    ("Xuất khẩu 6 tháng đầu năm 2018 tăng.", [("6 tháng đầu năm 2018", "2018-01/2018-06")]),
    # years that are not said outright
    ("Xây từ tháng 7 năm ngoái.", [("tháng 7 năm ngoái", "XXXX-07")]),
    ("Ngày 9/9 năm ngoái họ thử vũ khí.", [("Ngày 9/9 năm ngoái", "XXXX-09-09")]),
    (
        "Năm 2017, diễn tập kéo dài từ ngày 13 đến 24/3.",
        [("Năm 2017", "2017"), ("ngày 13 đến 24/3", "2017-03-13/2017-03-24")],
    ),
    (
        "World Cup 2018 diễn ra từ ngày 14/6 đến 15/7.",
        [("2018", "2018"), ("ngày 14/6 đến 15/7", "2018-06-14/2018-07-15")],
    ),
    # relative, and relative made absolute
    ("Ông đến hôm nay và đi ngày mai.", [("hôm nay", "REL"), ("ngày mai", "REL")]),
    ("Tối qua và sáng sớm nay trời mưa.", [("Tối qua", "REL"), ("sáng sớm nay", "REL")]),
    ("Đầu tuần này và cuối tuần qua họ gặp nhau.", [("Đầu tuần này", "REL"), ("cuối tuần qua", "REL")]),
    ("Hội nghị tháng tới, bầu cử năm tới.", [("tháng tới", "REL"), ("năm tới", "REL")]),
    ("Họ chia tay hồi đầu tháng.", [("đầu tháng", "REL")]),
    ("Phát biểu hồi đầu tuần của bà gây chú ý.", [("đầu tuần", "REL")]),
    ("Họ gặp nhau hồi mùa hè rồi.", [("mùa hè rồi", "XXXX-22")]),
    ("Bà phát biểu hôm thứ Hai.", [("hôm thứ Hai", "REL")]),
    ("Hạn chót là thứ Sáu tuần trước.", [("thứ Sáu tuần trước", "REL")]),
    ("Hôm thứ ba, 3-9, ông trả lời.", [("Hôm thứ ba, 3-9", "XXXX-09-03")]),
    ("Thông báo ngày hôm nay 29-11 nêu rõ.", [("ngày hôm nay 29-11", "XXXX-11-29")]),
    ("Trong ngày hôm nay (26-6), ông nói.", [("ngày hôm nay", "XXXX-06-26"), ("26-6", "XXXX-06-26")]),
    ("Vào thứ tư (7-8), thị trường giảm.", [("thứ tư", "XXXX-08-07"), ("7-8", "XXXX-08-07")]),
    ("Bà tới đó Chủ nhật 17/11.", [("Chủ nhật 17/11", "XXXX-11-17")]),
]

NO_DATES = [
    "Đây là chuyến thăm đầu tiên sau 24 năm.",
    "Thiết quân luật kéo dài 30 ngày, ba tháng hoặc hai năm tới.",
    "Cô gái 26 tuổi đến lúc 14h30 và rời đi lúc 15:44.",
    "Chiến tranh Thế giới thứ II và Thế chiến thứ hai.",
    "Hiện nay, gần đây, trước đó, mới đây, cùng ngày, hôm sau, năm đó.",
    "Khi mùa đông tới, họ mừng lễ hội mùa xuân tới tận khuya.",
    "Chiếm hơn 2/3 số ghế, gần 1/3 dân số, bảo vệ 24/7.",
    "Khoảng 7-8 người, mất 2-3 năm, thắng với tỷ số 2-1.",
    "Bụi mịn PM 2.5 tăng 1.5 lần, động đất 6.6 độ.",
    "Tầm bắn 2000 km, nặng 1500 tấn, tiêm kích Mirage 2000.",
    "Nghị quyết 2270 và nghị quyết số 1718 của hội đồng.",
    "Lần thứ hai, đứng thứ ba, vòng thứ tư, nước thứ năm.",
    "Tuần trước khi bầu cử chỉ hai ngày, năm sau đó, một tháng một lần.",
    "Công chúa Nhật Bản, chế độ quân chủ Nhật Bản.",
    "Những năm qua, nhiều thập kỷ qua, mỗi tháng, vài tuần tới.",
    "Thứ trưởng Ngoại giao, Lầu Năm Góc, tuần tra chung, tối cao.",
    "Kim loại quý này có giá, quý vị biết đấy.",
    "Ngày 31/2 và 45/13 không có trong lịch.",
]


@cache
def all_dated(texts: tuple[str, ...], published: str | None = None) -> dict[str, list[tuple[str, str]]]:
    """Texts, each a page of its own → for each (surface, EDTF) of every date found."""
    lines = pl.concat([lines_of(text, page=text) for text in texts])
    anchors = pl.concat([anchor(published, page=text) for text in texts])
    table = dates.resolve(dates.scan(lines, CUES), anchors, CUES)
    found: dict[str, list[tuple[str, str]]] = {text: [] for text in texts}
    for page, surface, edtf in table.select("page", "surface", "edtf").iter_rows():
        found[page].append((surface, edtf))
    return found


def test_a_day_without_its_word_is_one_where_the_page_also_says_it_with_the_word():
    bare, said = "1-9 cận kề, các nhà máy lo ngại.", "Thuế mới có hiệu lực kể từ ngày 1-9."
    assert dated(bare, said) == [("1-9", "XXXX-09-01"), ("ngày 1-9", "XXXX-09-01")]
    assert dated(bare) == []
    assert dated("Có 1-9 người bị thương.", said) == [("ngày 1-9", "XXXX-09-01")]


def test_how_long_something_lasted_is_no_date():
    assert dated("Trong năm qua, hai bên gặp nhau ba lần, và suốt tháng qua thì không.") == []
    assert dated("Trong năm ngoái, hai bên gặp nhau ba lần.") == [("năm ngoái", "REL")]


def test_a_part_of_a_week_or_month_may_be_introduced_as_a_day():
    said = "Hai bên gặp nhau hôm đầu tuần, hôm đầu tháng này và hôm cuối tháng 4."
    assert [surface for surface, _ in dated(said)] == ["hôm đầu tuần", "hôm đầu tháng này", "hôm cuối tháng 4"]
    assert dated(said, published="2018-05-17")[0] == ("hôm đầu tuần", "2018-05-14/2018-05-20")


def test_a_weekday_on_which_something_begins_is_one():
    assert dated("Cuộc tập trận sẽ bắt đầu vào thứ hai để kiểm tra lực lượng.", published="2018-11-02") == [
        ("thứ hai", "2018-11-05")
    ]
    assert dated("Trong ngày thứ hai tại hội nghị, hai bên ký thỏa thuận.") == []


@pytest.mark.parametrize(("text", "expected"), FORMS, ids=[text[:40] for text, _ in FORMS])
def test_written_forms(text: str, expected: list[tuple[str, str]]) -> None:
    assert all_dated(tuple(text for text, _ in FORMS))[text] == expected


@pytest.mark.parametrize("text", NO_DATES, ids=[text[:40] for text in NO_DATES])
def test_what_is_no_date(text: str) -> None:
    assert all_dated(tuple(NO_DATES))[text] == []


def test_ordinal_before_a_date_is_no_weekday() -> None:
    assert dated("Vụ thử lần thứ năm ngày 9/9 gây chấn động.") == [("ngày 9/9", "XXXX-09-09")]
    assert dates.scan(lines_of("Vụ thử lần thứ năm ngày 9/9."), CUES)["weekday"].to_list() == [None]
    assert dates.scan(lines_of("Vào thứ năm ngày 9/9 họ gặp nhau."), CUES)["weekday"].to_list() == [4]


FROM_15_NOVEMBER_2024 = [
    ("hôm nay", "2024-11-15"),
    ("tối qua", "2024-11-14"),
    ("ngày mai", "2024-11-16"),
    ("tuần này", "2024-11-11/2024-11-17"),
    ("tuần trước", "2024-11-04/2024-11-10"),
    ("cuối tuần này", "2024-11-16/2024-11-17"),
    ("tháng trước", "2024-10"),
    ("đầu tháng tới", "2024-12"),
    ("năm ngoái", "2023"),
    ("hồi đầu năm", "2024"),
    ("quý trước", "2024-35"),
    ("mùa hè năm ngoái", "2023-22"),
    ("mùa hè vừa qua", "2024-22"),
    ("mùa xuân tới", "2025-21"),
    ("mùa đông tới", "2024-24"),
    ("mùa đông vừa qua", "2023-24"),
    ("tháng 7 năm ngoái", "2023-07"),
    ("quý 3 năm nay", "2024-35"),
    ("6 tháng đầu năm nay", "2024-01/2024-06"),
    ("hôm thứ Hai", "2024-11-11"),  # the last one; publication was a Friday
    ("hôm thứ Sáu", "2024-11-15"),
    ("vào thứ Hai tới", "2024-11-18"),
    ("hôm thứ Hai tuần trước", "2024-11-04"),
    ("ngày 14/11", "2024-11-14"),
    ("ngày 20/11", "2024-11-20"),
    ("hôm 20/12", "2023-12-20"),  # hôm looks back
    ("hồi tháng 12", "2023-12"),
    ("vào tháng 1 tới", "2025-01"),
    ("hồi tháng 5", "2024-05"),
    ("ngày 3/1", "2025-01-03"),
    ("từ ngày 28/12 đến 3/1 tới", "2024-12-28/2025-01-03"),
    ("hôm 29/2", "2024-02-29"),
    ("năm qua", "REL"),
    ("so với năm trước", "REL"),
]


@pytest.mark.parametrize(("text", "value"), FROM_15_NOVEMBER_2024)
def test_publication_day_known(text: str, value: str) -> None:
    sentences = {words: f"Họ nói {words}." for words, _ in FROM_15_NOVEMBER_2024}
    ((_, edtf),) = all_dated(tuple(sentences.values()), published="2024-11-15")[sentences[text]]
    assert edtf == value


def test_where_the_page_s_day_contradicts_its_text_the_year_is_the_page_s() -> None:
    told = ["Báo Mẫu ngày 3/3 viết về cuộc gặp.", "Cuộc gặp hôm 28/2 kết thúc mà không có thỏa thuận."]
    assert [edtf for _, edtf in dated(*told, published="2019-02-12")] == ["2019-03-03", "2019-02-28"]
    # where the text has a day of these weeks, what is past lies a year back
    fresh = ["Hai bên gặp nhau hôm 10/2.", told[1]]
    assert [edtf for _, edtf in dated(*fresh, published="2019-02-12")] == ["2019-02-10", "2018-02-28"]


def test_a_day_glued_to_the_section_or_the_author_above_a_story_is_read() -> None:
    for line in ("Thế giớiQuân sựThứ bảy, 26/10/2024, 09:24 (GMT+7)", "LÊ MẪU26/10/2024 - 07:09"):
        ((surface, edtf),) = dated(line)
        assert (surface in line, edtf) == (True, "2024-10-26")
    for line in ("15 Tháng Bảy 20169:12 SA(Xem: 4127)", "15 Tháng Bảy 201611:12 SA"):  # or its hour to it
        assert dated(line) == [("15 Tháng Bảy 2016", "2016-07-15")]


def test_how_wide_a_picture_is_beside_its_day_is_no_year() -> None:
    assert dated("Hai đoàn gặp nhau - Báo Mẫu, 1920, 13.09.2023") == [("13.09.2023", "2023-09-13")]
    assert [edtf for _, edtf in dated("Hiệp ước Riga, 1921, và các thỏa thuận khác.")] == ["1921"]


def test_publication_in_an_interval_gives_what_all_of_it_agrees_on() -> None:
    texts = ("Hôm nay, hồi tháng 5, ngày 3/9 năm nay, năm ngoái, tuần trước.",)
    assert [edtf for _, edtf in dated(*texts, published="2018-11-01/2018-11-30")] == [
        "REL",
        "2018-05",
        "2018-09-03",
        "2017",
        "REL",
    ]
    assert dated("Hôm 15/11 họ gặp nhau.", published="2018") == [("Hôm 15/11", "XXXX-11-15")]


def test_an_article_that_dates_its_today_dates_its_other_days() -> None:
    assert dated("Hôm qua (28-6) họ gặp nhau.", "Hôm nay họ chia tay.", "Tháng tới gặp lại.") == [
        ("Hôm qua", "XXXX-06-28"),
        ("28-6", "XXXX-06-28"),
        ("Hôm nay", "XXXX-06-29"),
        ("Tháng tới", "XXXX-07"),
    ]
    assert dated("Thông báo sáng nay 1-1-2018.", "Hôm qua, ngày 31-12, tuần này, năm ngoái.") == [
        ("sáng nay 1-1-2018", "2018-01-01"),
        ("Hôm qua, ngày 31-12", "2017-12-31"),
        ("tuần này", "2018-01-01/2018-01-07"),
        ("năm ngoái", "2017"),
    ]


def test_a_round_up_dates_its_today_at_its_head() -> None:
    texts = ("Điểm tin thế giới ngày mới 28/6", "Tối qua hai bên gặp nhau, tháng tới gặp lại.")
    assert dated(*texts, roles=["headline", "body"]) == [
        ("28/6", "XXXX-06-28"),
        ("Tối qua", "XXXX-06-27"),
        ("tháng tới", "XXXX-07"),
    ]
    assert dated(*texts, roles=["body", "body"])[1] == ("Tối qua", "REL")
    texts = ("Hai bên gặp nhau là tin đáng chú ý đầu ngày 28/6.", "Tối qua hai bên gặp nhau.")
    assert dated(*texts, roles=["lead", "body"])[1] == ("Tối qua", "XXXX-06-27")
    for headline in ("Quét tin thế giới ngày 28/6: Gặp lại", "Tin tức 24h ngày 28/6", "Tin nổi bật ngày 28/6"):
        assert dated(headline, texts[1], roles=["headline", "body"])[1] == ("Tối qua", "XXXX-06-27")


def test_a_day_may_be_one_of_this_month_or_the_next() -> None:
    texts = ("Ông đi ngày 28 tháng này, các ngày 28-30 tháng tới, hôm 5 tháng trước.", "Lớp học dài 8-10 tháng tới.")
    days = ["ngày 28 tháng này", "ngày 28-30 tháng tới", "hôm 5 tháng trước"]
    assert dated(*texts) == [(day, "REL") for day in days]
    now = [value for _, value in dated("Hôm nay (15/12/2017) có lễ ký.", *texts)[-3:]]
    assert now == ["2017-12-28", "2018-01-28/2018-01-30", "2017-11-05"]
    assert dated("Hôm nay (15/12) có lễ ký.", texts[0])[-3] == ("ngày 28 tháng này", "XXXX-12-28")


def test_a_month_may_be_written_with_its_initial() -> None:
    assert dated("Chỉ số T9/2026 tăng, xe T-90 và tàu T9 thì không.") == [("T9/2026", "2026-09")]


def test_a_day_in_the_hours_of_a_country_is_one() -> None:
    assert dated("29.11 giờ Việt Nam, tàu rời cảng.", "Tàu đi 29.11 giờ.") == [("29.11", "XXXX-11-29")]


def test_the_year_of_today_may_stand_with_the_same_day_elsewhere() -> None:
    assert dated("Hôm nay (8-2) có lễ diễu binh.", "Ảnh chụp ngày 8-2-2018.", "Năm ngoái không có.")[3] == (
        "Năm ngoái",
        "2017",
    )


def test_a_year_counted_back_from_now_gives_the_year_of_the_article() -> None:
    texts = ("Cách đây đúng 50 năm, vào năm 1969, hai nước đụng độ.", "Ngày 5-6 họ gặp lại, như hồi tháng 4 năm ngoái.")
    assert [edtf for _, edtf in dated(*texts)] == ["1969", "2019-06-05", "2018-04"]
    assert dated("Cách đây hơn 50 năm, vào năm 1969, họ đụng độ.", "Ngày 5-6 họ gặp lại.")[1][1] == "XXXX-06-05"


def test_a_weekday_alone_is_the_day_its_article_dates_it_with() -> None:
    texts = ("Sáng Chủ nhật 1/3, hai bên ngừng bắn.", "Đến tối Chủ nhật họ mới gặp nhau.", "Họ hẹn lại Chủ nhật tới.")
    days = [("Sáng Chủ nhật 1/3", "XXXX-03-01"), ("tối Chủ nhật", "XXXX-03-01"), ("Chủ nhật tới", "REL")]
    assert dated(*texts) == days
    assert dated(*texts, published="2026-02-28")[1] == ("tối Chủ nhật", "2026-03-01")  # not the Sunday before
    twice = dated(*texts, "Họ từng họp Chủ nhật 22/2.")
    assert twice[1] == ("tối Chủ nhật", "REL")


@pytest.mark.parametrize(
    ("claim", "year"),
    [
        ("Đây là chuyến thăm đầu tiên sau 12 năm, kể từ khi hai nước nối lại quan hệ năm 2007.", "2019"),
        ("Đoàn xiếc lần đầu tới đây trong 55 năm qua kể từ buổi diễn năm 1964.", "2019"),
        ("Đây là chuyến thăm đầu tiên sau 2 năm, kể từ khi hai nước nối lại quan hệ năm 2017.", "XXXX"),
        ("Đây là chuyến thăm đầu tiên sau hơn 12 năm, kể từ khi hai nước nối lại quan hệ năm 2007.", "XXXX"),
        ("Xưởng tàu được cấp vốn trong 12 năm kể từ năm 2007.", "XXXX"),
        ("Lần đầu tiên trong hơn 6 năm, giá gạo giảm. Giá thép cao nhất kể từ tháng 6-2018.", "XXXX"),
    ],
)
def test_years_counted_since_a_year_give_that_of_the_article_where_they_stand_together(claim: str, year: str) -> None:
    assert dated(claim, "Ngày 5-6 họ gặp lại.")[-1] == ("Ngày 5-6", f"{year}-06-05")


@pytest.mark.parametrize(
    "sentence",
    [
        "Hai nước kỷ niệm 5 năm ngày ký hiệp ước (18/3/2014).",
        "Hôm ấy là lễ kỉ niệm 5 năm hai nước mở cửa biên giới vào tháng 3/2014.",
        "Cách đây đúng 5 năm, ngày 18/3/2014, hai nước ký hiệp ước.",
    ],
)
def test_an_anniversary_gives_the_year_of_the_article(sentence: str) -> None:
    assert dated(sentence, "Hôm 20/3 họ gặp lại.")[-1] == ("Hôm 20/3", "2019-03-20")


@pytest.mark.parametrize(
    "sentence",
    [
        "Hai nước kỷ niệm 5 năm hợp tác, sau cuộc gặp ngày 18/3/2014.",
        "Nhà máy chạy được 5 năm kể từ ngày 18/3/2014.",
    ],
)
def test_years_counted_from_something_else_are_no_anniversary(sentence: str) -> None:
    assert dated(sentence, "Hôm 20/3 họ gặp lại.")[-1] == ("Hôm 20/3", "XXXX-03-20")


def test_an_event_named_with_its_year_beside_a_day_gives_it_its_year() -> None:
    assert dated("Họ chụp ảnh hôm 12/2, ngày khai mạc Hội chợ Hải Vân 2018.")[0] == ("hôm 12/2", "2018-02-12")
    assert dated("Đội chủ nhà thắng ở Hội thao Hải Vân 2018 hôm 1/9.")[-1] == ("hôm 1/9", "2018-09-01")
    # nor a text that is only referred to, the day of a report, or an event further on
    for text in (
        "Họ nhắc tới Hiệp định Hải Vân 1991 hôm 1/9.",
        "Sau Hội thao Hải Vân 2018, hãng tin ngày 1/9 đưa tin về đội chủ nhà.",
        "Hôm 1/9 họ bàn về đội tuyển, về sân bãi, về kinh phí và về việc đăng cai Hội thao Hải Vân 2018.",
        "Hôm 1/9 họ gặp nhau. Hội thao Hải Vân 2018 đã xong.",
        "Ngày 1/9, bà Trần Thị Mẫu (SN 1981, trú tại Hải Vân) nhận được thông báo.",
    ):
        assert "XXXX-09-01" in [edtf for _, edtf in dated(text)]


def test_a_day_and_its_anniversary_are_two() -> None:
    found = dated("Hai nước kỷ niệm 50 năm quan hệ (21/9/1973 - 21/9/2023).")
    assert [edtf for _, edtf in found] == ["1973-09-21", "2023-09-21"]
    assert [edtf for _, edtf in dated("Từ 21/9/1973 - 22/9/2023.")] == ["1973-09-21/2023-09-22"]


def test_a_dated_page_beside_it_changes_nothing() -> None:
    lines = lines_of("Hôm 3-9 họ thử vũ khí.", "Vụ thử ngày 3-9-2017 rất mạnh.")
    found = dates.scan(pl.concat([lines, lines.with_columns(page=pl.lit("q"))]), CUES)
    anchors = pl.concat([anchor(), anchor("2020-10-01", page="q")])
    table = dates.resolve(found, anchors, CUES)
    assert table.filter(pl.col("page") == "p")["edtf"].to_list() == ["2017-09-03", "2017-09-03"]


def test_other_stories_on_the_page_say_nothing_of_this_one() -> None:
    texts = ("Hôm nay họ gặp nhau.", "Giá vàng hôm nay 19/3/2026 giảm.")
    assert dated(*texts, roles=["body", "related"])[0] == ("Hôm nay", "REL")
    assert dated(*texts, roles=["body", "body"])[0] == ("Hôm nay", "2026-03-19")


def test_the_same_day_named_with_its_year_elsewhere() -> None:
    assert dated("Hôm 3-9 họ thử vũ khí.", "Vụ thử ngày 3-9-2017 rất mạnh.")[0] == ("Hôm 3-9", "2017-09-03")
    # an earlier year is an anniversary
    assert dated("Hôm 18/3 họ tập trận.", "Ngày 18/3/2014 và năm 2019.")[0] == ("Hôm 18/3", "XXXX-03-18")


def test_table_has_bounds_granularity_and_basis() -> None:
    lines = lines_of("Năm 2017 từ ngày 9 - 25/2, hôm qua, những năm 1960, tuần trước.")
    table = dates.resolve(dates.scan(lines, CUES), anchor("2018-03-01"), CUES)
    assert table.schema == DATES
    assert table.select("edtf", "first", "last", "granularity", "basis").rows() == [
        ("2017", date(2017, 1, 1), date(2017, 12, 31), "year", "explicit"),
        ("2017-02-09/2017-02-25", date(2017, 2, 9), date(2017, 2, 25), "interval", "context"),
        ("2018-02-28", date(2018, 2, 28), date(2018, 2, 28), "day", "publication"),
        ("196X", date(1960, 1, 1), date(1969, 12, 31), "decade", "explicit"),
        ("2018-02-19/2018-02-25", date(2018, 2, 19), date(2018, 2, 25), "week", "publication"),
    ]


def test_other_columns_are_carried_and_offsets_are_code_points() -> None:
    text = "𝔘𝔫 😀 Đoàn tới ngày 1/6."
    lines = lines_of("Dòng đầu ngày 2/6", text).with_columns(segment=pl.lit(3), extra=pl.lit("x"))
    found = dates.scan(lines, CUES)
    page = "\n".join(lines["text"])
    assert [page[start:end] for start, end in found.select("start", "end").iter_rows()] == ["ngày 2/6", "ngày 1/6"]
    assert found["extra"].to_list() == ["x", "x"]
    assert dates.resolve(found, anchor(), CUES)["segment"].to_list() == [3, 3]


@pytest.mark.parametrize(
    ("edtf", "first", "last", "granularity"),
    [
        ("2024-11-15", date(2024, 11, 15), date(2024, 11, 15), "day"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "month"),
        ("2018-04~", date(2018, 4, 1), date(2018, 4, 30), "month"),
        ("2023-10-03?", date(2023, 10, 3), date(2023, 10, 3), "day"),
        ("2024-24", date(2024, 12, 1), date(2025, 2, 28), "season"),
        ("2024-33", date(2024, 1, 1), date(2024, 3, 31), "quarter"),
        ("196X", date(1960, 1, 1), date(1969, 12, 31), "decade"),
        ("18XX", date(1800, 1, 1), date(1899, 12, 31), "interval"),
        ("2014/2016", date(2014, 1, 1), date(2016, 12, 31), "interval"),
        ("2024-11-15/..", date(2024, 11, 15), None, "interval"),
        ("[2024-11-01..2024-11-05]", date(2024, 11, 1), date(2024, 11, 5), "set"),
        ("{2024-11,2025-01,2025-03}", date(2024, 11, 1), date(2025, 3, 31), "set"),
        ("XXXX-11-15", None, None, "day"),
        ("XXXX-11", None, None, "month"),
        ("2023-02-30", None, None, "day"),
        ("REL", None, None, "unknown"),
        (None, None, None, "unknown"),
    ],
)
def test_bounds(edtf: str | None, first: date | None, last: date | None, granularity: str) -> None:
    limits = pl.select(dates.bounds(pl.lit(edtf, pl.String))).item()
    assert limits == {"first": first, "last": last, "granularity": granularity}


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("15/11/2024", "2024-11-15"),
        ("Friday, November 15, 2024", "2024-11-15"),
        ("Nguyễn Văn An 19/06/2024 15:44", "2024-06-19"),
        ("Thứ sáu, 15/11/2024, 10:00 (GMT+7)", "2024-11-15"),
        ("Cập nhật lúc 15:44 19/06/2024", "2024-06-19"),
        ("Ngày đăng: 15/11/2024", "2024-11-15"),
        ("Đăng lúc 10h30 ngày 15/11/2024", "2024-11-15"),
        ("2024-11-15T10:00:00+07:00", "2024-11-15"),
        ("2024/11/15 06:53:00", "2024-11-15"),
        ("15 Tháng Mười Một 2024", "2024-11-15"),
        ("Posted on Nov 15, 2024 by Admin", "2024-11-15"),
        ("Thế giới | 15/11/2024 10:05", "2024-11-15"),
        ("Giá vàng hôm nay 19/3/2026", None),
        ("Hai bên gặp nhau ngày 12/6/2018 ở Singapore", None),
        ("(Ảnh: AFP 12/6/2018)", None),
        ("Cuộc gặp ngày 15/11", None),
    ],
)
def test_publication_line(line: str, day: str | None) -> None:
    lines = lines_of("Tiêu đề của bài viết", line, "Ngày 1/1/2020, hai bên gặp nhau.", "Hết.")
    stated = dates.publication_lines(lines, dates.scan(lines, CUES), CUES)
    assert stated.select("line", "published").rows() == ([(2, day)] if day else [])


def test_publication_line_is_at_the_top_or_last_and_the_earliest_of_several() -> None:
    filler = ["Một đoạn văn dài của bài viết này."] * 14
    clock = lines_of("Thứ Sáu, 20/3/2026", "Tiêu đề", "Cập nhật: 16/11/2024 09:00", "15/11/2024 10:00", *filler)
    assert dates.publication_lines(clock, dates.scan(clock, CUES), CUES)["published"].to_list() == ["2024-11-15"]
    below = lines_of("Tiêu đề", *filler, "19/3/2026", "Bài khác")
    assert dates.publication_lines(below, dates.scan(below, CUES), CUES).is_empty()
    last = lines_of("Tiêu đề", *filler, "VOA, 15/11/2024", "")
    assert dates.publication_lines(last, dates.scan(last, CUES), CUES)["published"].to_list() == ["2024-11-15"]


def test_nothing_to_find() -> None:
    for lines in (lines_of("", "Không có gì."), lines_of("x").head(0)):
        found = dates.scan(lines, CUES)
        assert found.is_empty()
        assert dates.resolve(found, anchor(), CUES).schema == DATES
        assert dates.publication_lines(lines, found, CUES).is_empty()


PIECES = st.sampled_from(
    [text for text, _ in FORMS]
    + ["ngày", "hôm", "tháng", "năm", "29/2", "31-4", "0/0", "12/6/18", "và", "đến", "-", " ", ",", "(", ")", ".", "/"]
    + ["\u0001", "\u0002", "\u00a0", "😀", "thứ", "hai", "tuần", "tới", "quý", "mùa", "2019", "1/", "/12", "T10:00"]
)
PUBLISHED = st.sampled_from([None, "2024-02-29", "2023-12-31", "2018", "2018-11-20/2019-02-03", "REL"])


@settings(max_examples=80)
@given(st.lists(st.one_of(PIECES, st.text(max_size=12)), max_size=12), PUBLISHED)
@example(["Hôm 29/2 và ngày 29/2/2023"], "2023-05-01")
@example(["\u0001hôm nay\u0001 (26-6)"], None)
def test_invariants(pieces: list[str], published: str | None) -> None:
    texts = re.split(r"[\r\n]", " ".join(pieces))
    lines = lines_of(*texts)
    found = dates.scan(lines, CUES)
    table = dates.resolve(found, anchor(published), CUES)
    page = "\n".join(texts)
    assert table.height == found.height
    for row in table.iter_rows(named=True):
        assert page[row["start"] : row["end"]] == row["surface"] != ""
        assert EDTF.fullmatch(row["edtf"]), row
        assert row["granularity"] in GRANULARITIES
        assert (row["first"] is None) == (row["last"] is None)
        assert row["first"] is None or row["first"] <= row["last"], row
        assert (row["basis"] == "unresolved") == (row["first"] is None)
    spans = table.sort("start").select("start", "end").rows()
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    dates.publication_lines(lines, found, CUES)


def test_the_type_of_a_helicopter_cut_into_tokens_is_no_date():
    assert dated("Hai trực thăng Mi - 8/1 7 và Ka - 27/2 9 hạ cánh.") == []


def test_what_happened_has_a_day_that_is_past():
    for text in ("Nhóm này dự kiến nộp báo cáo về vụ nổ ngày 21-8.", "Hội đồng sẽ bàn về sự cố ở mỏ ngày 21-8."):
        assert dated(text, published="2013-09-15")[-1][1] == "2013-08-21"
    for text in ("Vụ phóng dự kiến diễn ra ngày 20/8.", "Tòa sẽ xử vụ án này ngày 20/8."):
        assert dated(text, published="2013-09-15") == [("ngày 20/8", "2014-08-20")]


def test_the_same_year_is_that_of_the_date_told_before():
    before = "Đạo luật được thông qua hồi tháng 8/2022."
    for text, edtf in {
        "Tới tháng 12 cùng năm, luật có hiệu lực.": "2022-12",
        "Ngày 7/12 năm đó hai bên gặp nhau.": "2022-12-07",
        "Ngày 7/12 hai bên gặp nhau.": "XXXX-12-07",
    }.items():
        assert dated(before, "", text)[-1][1] == edtf
    assert dated("Ngày 7/12 năm đó hai bên gặp nhau.") == [("Ngày 7/12", "XXXX-12-07")]


def test_before_something_is_no_week_before():
    for text, expected in {
        "Ông đọc tuyên bố hôm thứ Ba trước sự chứng kiến của các bên.": ("hôm thứ Ba", "2007-02-13"),
        "Ông đọc tuyên bố hôm thứ Ba tuần trước tại Bắc Kinh.": ("hôm thứ Ba tuần trước", "2007-02-06"),
        "Ông đọc tuyên bố hôm thứ Ba trước.": ("hôm thứ Ba trước", "2007-02-06"),
    }.items():
        assert dated(text, published="2007-02-13") == [expected]
