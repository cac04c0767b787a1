import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from extracting import catalogue, extract, pages, several
from hypothesis import given, settings
from hypothesis import strategies as st

from diembao import articles, dates, names, publication, signals
from diembao.corpus import SAMPLE, extract_pages
from diembao.mentions import find_mentions
from diembao.pages import read_pages

GOLD = Path(__file__).resolve().parents[3] / "shared" / "gold"
HEAD = "Hai nước nối lại đối thoại sau nhiều tháng gián đoạn"


def dated(*sentences: str) -> dict:
    """An undated page of our own → its row of the table of articles."""
    return extract(p="\n\n".join([HEAD, *sentences]))["articles"].row(0, named=True)


def published(*sentences: str) -> str | None:
    return dated(*sentences)["published"]


BIDEN = "Tổng thống Mỹ Joe Biden hoan nghênh kết quả này và cho rằng đối thoại cần được tiếp tục."
MILLER = "Người phát ngôn Bộ Ngoại giao Mỹ Matthew Miller cho biết Washington sẵn sàng đối thoại."


def test_terms_of_office_bound_from_both_sides():
    row = dated(BIDEN, "Tổng thư ký NATO Mark Rutte có mặt tại cuộc họp.")
    assert (row["published"], row["published_basis"]) == ("[2024-10-01..2025-01-20]", "inferred")
    assert (row["published_first"], row["published_last"]) == (date(2024, 10, 1), date(2025, 1, 20))
    assert "Mark Rutte (Tổng thư ký NATO 2024-10/..)" in row["published_evidence"]


@pytest.mark.parametrize(
    "sentence",
    [
        "Cựu Tổng thống Mỹ Joe Biden hoan nghênh kết quả này.",
        "Phó Tổng thống đắc cử Mỹ Joe Biden hoan nghênh kết quả này.",
        "Ứng viên tổng thống Mỹ Joe Biden hoan nghênh kết quả này.",
        "Năm 2022, Tổng thống Mỹ Joe Biden từng hoan nghênh một kết quả như vậy.",
        "Ông Joe Biden hoan nghênh kết quả này.",
    ],
)
def test_who_does_not_hold_the_office_bounds_nothing(sentence):
    assert published(sentence, "Hôm 16/5, hai bên tuyên bố sẽ gặp lại.") is None


def test_an_office_still_held_leaves_the_date_open():
    row = dated("Tổng thư ký NATO Mark Rutte hoan nghênh kết quả này.", "Hôm 16/5, hai bên tuyên bố sẽ gặp lại.")
    assert (row["published"], row["published_basis"]) == (None, "unknown")
    assert "Mark Rutte" in row["published_evidence"]


def test_the_latest_date_with_a_year_that_is_looked_back_on_is_a_lower_bound():
    assert published(BIDEN, "Hai bên đã ký thỏa thuận ngày 13-4-2023.") == "[2023-04-13..2025-01-20]"
    assert published(BIDEN, "Hai bên dự kiến ký thỏa thuận ngày 13-4-2024.") == "[2021-01-20..2025-01-20]"
    assert published(BIDEN, "Mục tiêu này cần đạt trước năm 2024.") == "[2021-01-20..2025-01-20]"


def test_reported_days_give_part_of_each_possible_year():
    got = published("Ngày 2/10, hai bên kêu gọi đối thoại.", MILLER)
    assert got == "[2023-10-02..2023-12-31,2024-10-02..2024-12-31]"


def test_what_is_to_come_is_an_upper_bound():
    got = published("Ngày 2/10, hai bên kêu gọi đối thoại.", MILLER, "Cuộc gặp sẽ diễn ra vào ngày 14/10 tới.")
    assert got == "[2023-10-02..2023-10-16,2024-10-02..2024-10-16]"
    got = published("Ngày 2/10, hai bên kêu gọi đối thoại.", MILLER, "Cuộc gặp sẽ kéo dài từ ngày 11 đến 14/10.")
    assert got == "[2023-10-02..2023-10-16,2024-10-02..2024-10-16]"  # a period is over with its last day


def test_a_page_that_dates_its_own_day_is_dated_by_it():
    office = "Chủ tịch nước Võ Văn Thưởng dự lễ ký."
    row = dated("Hôm qua (26-6), hai bên tuyên bố nối lại đối thoại.", office)
    assert (row["published"], row["published_first"], row["published_last"]) == ("2023-06-27", *[date(2023, 6, 27)] * 2)


def test_a_weekday_restricts_the_years():
    assert published("Hôm thứ Sáu 15/11, hai bên đã gặp nhau.", BIDEN) == "[2024-11-15..2025-01-20]"


def test_disagreement_is_said_and_dates_nothing():
    row = dated(BIDEN, "Hai bên đã ký thỏa thuận ngày 13-4-2026.")
    assert row["published"] is None and row["published_evidence"].startswith("disagreeing; ")


def test_two_holders_of_one_office_leave_both_terms():
    both = (
        BIDEN,
        "Tổng thống Mỹ Donald Trump cho biết sẽ xem xét lại thỏa thuận.",
        "Thủ tướng Đức Angela Merkel có mặt.",
    )
    assert published(*both) == "[2017-01-20..2021-12-31]"


def test_other_stories_on_the_page_bound_nothing():
    text = "\n\n".join(
        [HEAD, BIDEN, "Hai bên nhất trí sẽ gặp lại.", "Tin liên quan", "Giá vàng hôm nay 19/3/2026 giảm"]
    )
    assert extract(p=text)["articles"]["published"][0] == "[2021-01-20..2025-01-20]"


def test_stated_dates_stay_and_dates_in_the_text_are_not_resolved_by_inference():
    stated = extract(p="\n\n".join([HEAD, "15/11/2024", BIDEN]))["articles"].row(0, named=True)
    assert (stated["published"], stated["published_basis"]) == ("2024-11-15", "stated")
    assert stated["published_evidence"] is None
    office = "Chủ tịch nước Võ Văn Thưởng dự lễ ký."
    tables = extract(p="\n\n".join([HEAD, "Hôm qua (26-6), hai bên tuyên bố nối lại đối thoại.", office]))
    assert tables["articles"]["published_basis"][0] == "inferred"
    assert tables["dates"]["edtf"].str.starts_with("XXXX").all()


def resolved(*sentences: str) -> list[str]:
    """The days of an undated page of our own, as dated from what the page itself tells."""
    dated = extract(p="\n\n".join([HEAD, *sentences]))["dates"]
    assert set(dated["basis"]) <= {"explicit", "context", "unresolved"}
    return dated["edtf"].to_list()


NEWS = "Ngày 9/4, hai bên tuyên bố nối lại đối thoại."


def test_a_plan_and_what_lies_behind_leave_one_year_for_the_days_between():
    behind, plan = "Hai bên gặp nhau hồi tháng 7-2018.", "Họ dự kiến ký thỏa thuận vào mùa hè năm 2019."
    assert resolved(NEWS, behind, plan)[0] == "2019-04-09"
    assert resolved(NEWS, plan)[0] == "XXXX-04-09"  # as well the year before
    assert resolved(NEWS, behind)[0] == "XXXX-04-09"  # as well a year later
    assert resolved(NEWS, "Hai bên gặp nhau hồi tháng 7-2017.", plan)[0] == "XXXX-04-09"
    assert resolved(NEWS, "Hai bên gặp nhau ngày 3-9-2019.", plan)[0] == "XXXX-04-09"  # they disagree


def test_a_plan_for_early_in_a_year_puts_later_days_in_the_year_before():
    assert resolved(NEWS, "Cuộc gặp tới sẽ diễn ra vào tháng 1/2020.", "Họ gặp nhau hồi tháng 2.") == [
        "2019-04-09",
        "2020-01",
        "2019-02",
    ]
    assert resolved(NEWS, "Họ từng gặp nhau vào tháng 1/2020.")[0] == "XXXX-04-09"


def test_a_month_planned_for_with_and_without_its_year_comes_next():
    full, bare = "Họ sẽ gặp lại tại thủ đô vào tháng 6-2019.", "Hai bên sẽ ký thỏa thuận trong tháng 6."
    assert resolved(NEWS, full, bare) == ["2019-04-09", "2019-06", "2019-06"]
    assert resolved(NEWS, full)[0] == "XXXX-04-09"  # a plan may be made for a year ahead
    assert resolved(NEWS, full, "Hai bên sẽ ký thỏa thuận trong tháng 7.")[0] == "XXXX-04-09"
    since = "Đây sẽ là cuộc gặp đầu tiên của họ kể từ tháng 6-2018."
    assert resolved(NEWS, since, bare)[0] == "XXXX-04-09"


def test_next_month_is_the_one_something_is_to_come_in_after_the_news():
    plan = "Cuộc họp vào tháng tới sẽ diễn ra tại thủ đô, và đầu tháng này họ đã chuẩn bị."
    assert resolved(NEWS, plan, "Vòng đàm phán dự kiến diễn ra ngày 12/5.") == [
        "XXXX-04-09",
        "XXXX-05",
        "XXXX-04",
        "XXXX-05-12",
    ]
    assert resolved(NEWS, plan, "Vòng đàm phán dự kiến diễn ra ngày 12/6.")[1:3] == ["REL", "REL"]
    assert resolved(NEWS, plan, "Vòng đàm phán đã diễn ra ngày 12/5.")[1:3] == ["REL", "REL"]
    december = NEWS.replace("9/4", "9/12")
    assert resolved(december, plan, "Vòng đàm phán dự kiến diễn ra ngày 12/1.")[1:3] == ["XXXX-01", "XXXX-12"]


@pytest.mark.parametrize("report", ["cho biết hai bên sẽ", ", khi ông này cho rằng hai bên có thể", "nhận định họ sắp"])
def test_a_day_on_which_a_plan_is_told_of_is_a_reported_one(report):
    got = published(MILLER, f"Trong khi đó, đại diện hai bên ngày 2/10 {report} nối lại đối thoại.".replace(" ,", ","))
    assert got == "[2023-10-02..2023-12-31,2024-10-02..2024-12-31]"


def test_a_day_that_is_planned_is_not_reported_by_who_tells_of_it():
    got = published(MILLER, "Ông kêu gọi các bên sẽ gặp nhau ngày 2/10, nói rằng hòa bình đang tới gần.")
    assert got == published(MILLER)


def test_a_day_just_after_one_with_its_year_goes_on_from_it():
    photo = "Đại diện hai bên tại cuộc gặp ngày 7-4-2019."
    assert resolved(NEWS, photo, "Hôm 2/4, họ đã gặp nhau.") == ["2019-04-09", "2019-04-07", "2019-04-02"]
    assert resolved(NEWS, "Đại diện hai bên tại cuộc gặp ngày 17-3-2019.")[0] == "XXXX-04-09"
    assert resolved("Ngày 1/3, hai bên tuyên bố gặp lại.", "Đại diện hai bên ngày 29-2-2020.")[1] == "2020-02-29"
    assert resolved(NEWS, "Hai bên kỷ niệm 5 năm ngày ký hiệp ước (7-4-2014).")[0] == "2019-04-09"


def test_a_plan_is_no_plan_looked_back_on_however_long_its_sentence():
    plan = "Hai bên sẽ có cuộc gặp chính thức đầu tiên ở cấp cao giữa hai chính phủ tại thủ đô vào tháng 4-2024"
    assert published(BIDEN, f"{plan}, và đã nhất trí về việc này.") == "[2021-01-20..2025-01-20]"


def withheld(read: pl.DataFrame) -> pl.DataFrame:
    """Pages → their main articles, dated as if no page stated its date."""
    lines = articles.line_roles(signals.split_lines(read), read, catalogue())
    full = lines.filter(pl.col("role").is_not_null())
    found = dates.scan(full, catalogue().cues["dates"]).filter(pl.col("role") != "byline")
    bare = read.with_columns(published=pl.lit(None, pl.String))
    none = pl.DataFrame(schema={"page": pl.String, "published": pl.String})
    table = articles.article_table(lines, bare, none)
    mentions = find_mentions(names.scan(full.with_columns(at_head=pl.lit(False)), catalogue()), full, catalogue())
    told = publication.tell(table, found, catalogue())
    return publication.infer(table, told, mentions, full, catalogue()).filter(pl.col("segment") == 0)


def contained(folder: Path, truth: Path) -> pl.DataFrame:
    """Pages whose date is known, inferred without it → page, first, last, known, and whether it lies within."""
    read = pl.concat(batch for batch, _ in read_pages(folder))
    facts = (json.loads(line) for line in truth.read_text(encoding="utf-8").splitlines())
    known = pl.DataFrame([{"page": f["doc"], "known": (f["facts"]["published"] or "").strip("?")} for f in facts])
    known = known.filter(pl.col("known") != "").with_columns(pl.col("known").str.to_date())
    found = withheld(read).join(known, on="page", how="inner")
    limits = found.select(limits=dates.bounds(pl.col("published"))).unnest("limits")
    bounded = found["published"].is_not_null()
    assert limits["first"].filter(bounded).to_list() == found["published_first"].filter(bounded).to_list()
    assert limits["last"].filter(bounded).to_list() == found["published_last"].filter(bounded).to_list()
    return found.with_columns(held=pl.col("known").is_between("published_first", "published_last"))


def test_known_dates_of_the_sample_lie_within_the_bounds():
    found = contained(SAMPLE, SAMPLE / "truth.jsonl")
    inferred = found.filter(pl.col("published_basis") == "inferred")
    assert inferred.height >= 0.6 * found.height
    assert inferred["held"].mean() >= 0.97


@pytest.mark.skipif(not GOLD.is_dir(), reason="the gold pages are not beside this folder")
def test_known_dates_of_the_gold_lie_within_the_bounds():
    found = contained(GOLD / "pages", GOLD / "dev.jsonl")
    assert found["held"].to_list() == [True] * found.height


WORDS = ["ngày", "hôm qua", "hôm nay", "(", ")", "29/2", "31-4", "29/2/2019", "2018", "thứ Sáu", "tháng 2", "sẽ", "đã"]
PIECES = st.lists(st.sampled_from([*WORDS, "Tổng thống Mỹ Joe Biden", "Thủ tướng", "Angela Merkel", ".", ",", "\n"]))


@given(several(PIECES.map(lambda words: " ".join([HEAD, "\n", *words]))))
@settings(max_examples=12)
def test_whatever_the_text_a_date_is_inferred_or_stays_unknown(texts):
    tables = extract_pages(pages(**texts), catalogue())
    assert tables["problems"].is_empty()
    main = tables["articles"].filter(pl.col("segment") == 0)
    inferred = main["published_basis"] == "inferred"
    assert (main["published_first"].is_not_null() == (main["published_basis"] != "unknown")).all()
    assert (main["published_first"] <= main["published_last"]).filter(inferred).all()
