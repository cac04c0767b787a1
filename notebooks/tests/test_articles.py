"""Lines and their roles: every character in one line, the story apart from everything around it."""

import textwrap

import polars as pl
import pytest
from extracting import extract, report, roles_of, several
from hypothesis import given, settings
from hypothesis import strategies as st

from diembao.topics import carried

BODY = [
    "Phái đoàn hai nước bắt đầu vòng đàm phán mới vào sáng nay, sau hơn nửa năm không gặp nhau.",
    "Theo hãng tin Reuters, nội dung chính là thuế quan và kiểm soát xuất khẩu công nghệ cao.",
    "Giới quan sát cho rằng khó có kết quả lớn, nhưng việc ngồi lại với nhau đã là một bước tiến.",
    "Vòng tiếp theo dự kiến diễn ra ở châu Âu, thời gian cụ thể sẽ được công bố sau.",
]
HEADLINE = "Mỹ và Trung Quốc mở vòng đàm phán thương mại mới"
LEAD = "Hai bên gặp nhau lần đầu sau sáu tháng, giữa lúc căng thẳng về thuế quan chưa hạ nhiệt."


def test_a_plain_story():
    roles = roles_of("\n".join([HEADLINE, "", LEAD, "", *BODY, "Minh Thử (theo AP)"]))
    assert roles[HEADLINE] == "headline"
    assert roles[LEAD] == "lead"
    assert {roles[line] for line in BODY} == {"body"}
    assert roles["Minh Thử (theo AP)"] == "byline"


def test_captions_below_a_story_and_their_copy_inside_it():
    caption = "Trưởng đoàn hai nước trước giờ họp."
    page = "\n".join([HEADLINE, "", LEAD, "", caption, *BODY, "Minh Thử", "", caption, "Ảnh: Reuters."])
    roles = roles_of(page)
    assert roles[caption] == roles["Ảnh: Reuters."] == "caption"
    assert roles["Minh Thử"] == "byline"
    assert {roles[line] for line in BODY} == {"body"}


def test_a_closing_block_of_captions_may_read_like_prose():
    caption = "Tổ hợp phòng không bắn thử nghiệm trong cuộc tập trận hôm 19/9."
    page = "\n".join(
        [HEADLINE, "", LEAD, "", caption, *BODY, "Minh Thử", "", caption, "Bản đồ khu vực tập trận.", "Đồ hoạ: BBC."]
    )
    roles = roles_of(page)
    assert {roles[line] for line in (caption, "Bản đồ khu vực tập trận.", "Đồ hoạ: BBC.")} == {"caption"}


def test_a_short_answer_that_begins_with_theo_is_no_credit():
    roles = roles_of("\n".join([HEADLINE, LEAD, *BODY, "Theo tôi là khuấy động nhiều hơn.", *BODY[:2]]))
    assert roles["Theo tôi là khuấy động nhiều hơn."] == "body"


def test_a_blog_header_is_bylines():
    page = "\n".join(
        [
            "Friday, March 17, 2023",
            "",
            HEADLINE,
            "AP",
            "17/03/2023",
            "VOA",
            "",
            LEAD,
            "",
            *BODY,
            "",
            "No comments:",
            "Post a Comment",
        ]
    )
    roles = roles_of(page)
    assert [roles[line] for line in ("Friday, March 17, 2023", "AP", "17/03/2023", "VOA")] == ["byline"] * 4
    assert roles["No comments:"] == roles["Post a Comment"] == "ui"
    assert roles[HEADLINE] == "headline"


def test_link_lists_before_within_and_after_the_story_are_not_the_story():
    titles = [
        "Nga nói sẵn sàng đàm phán về Ukraine",
        "Triều Tiên thử tên lửa tầm ngắn",
        "Giá dầu tăng phiên thứ ba liên tiếp",
    ]
    listed = [
        line for title in titles for line in (title, "", title, "", f"{title}, theo tin từ giới chức các bên ...", "")
    ]
    page = "\n".join(
        ["Thế giới", HEADLINE, "Hà Mẫu", LEAD, "Theo dõi Báo Mẫu trên", *BODY[:2], "Tin liên quan", titles[0],
         titles[0], *BODY[2:], "(theo Yonhap)", "Đọc thêm", *listed]
    )  # fmt: skip
    roles = roles_of(page)
    assert roles["Thế giới"] == roles["Theo dõi Báo Mẫu trên"] == roles["Tin liên quan"] == roles["Đọc thêm"] == "ui"
    assert {roles[title] for title in titles} == {"related"}
    assert {role for line, role in roles.items() if line.endswith("...")} == {"related"}
    assert {roles[line] for line in BODY} == {"body"}
    assert roles["(theo Yonhap)"] == "byline"


def test_an_article_run_on_below_the_first_is_another_segment():
    second = [
        "Phần Lan chính thức gia nhập liên minh quân sự lớn nhất thế giới",
        "Lễ kéo cờ diễn ra tại trụ sở của khối trước sự chứng kiến của các ngoại trưởng.",
        "Quốc kỳ được kéo lên trước trụ sở. Ảnh: AFP",
        "Đây là lần mở rộng đầu tiên của khối sau ba năm, theo giới chức.",
        "Nước láng giềng nói sẽ có biện pháp đáp trả tương xứng.",
    ]
    tables = extract(p="\n".join([HEADLINE, LEAD, *BODY, *BODY[:2], *second]))
    articles = tables["articles"]
    assert articles["segment"].to_list() == [0, 1]
    assert articles["title"].to_list() == [HEADLINE, second[0]]
    assert set(tables["lines"].filter(pl.col("segment") == 1)["role"].drop_nulls()) == {"other"}
    assert tables["mentions"]["segment"].to_list() == [0] * tables["mentions"].height


def test_a_subheading_does_not_start_another_article():
    page = "\n".join([HEADLINE, LEAD, *BODY, "Hành xử khác thường của các bên trong đàm phán", *BODY[:3]])
    assert extract(p=page)["articles"].height == 1


def test_the_publication_date_is_taken_from_the_page_and_not_from_its_links():
    dated = "\n".join(["Quốc tế", "", HEADLINE, "", "Hà Mẫu 19/06/2024 15:44", "", LEAD, "", *BODY])
    undated = "\n".join(
        [HEADLINE, LEAD, *BODY, "(theo Yonhap)", "Đọc thêm", "19/3/2026", "Giá dầu tăng phiên thứ ba liên tiếp"]
    )
    articles = extract(dated=dated, undated=undated)["articles"].sort("page")
    assert articles["published"].to_list() == ["2024-06-19", None]
    assert articles["published_basis"].to_list() == ["stated", "unknown"]
    assert articles["published_first"].to_list() == articles["published_last"].to_list()


LINE = st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cs"]), max_size=60)
PIECE = st.sampled_from(
    [HEADLINE, LEAD, *BODY, "Ảnh: AP", "Đọc thêm", "(theo Yonhap)", "", "19/06/2024 15:44", ">> Mỹ-Hàn"]
)


@settings(max_examples=12)
@given(several(st.lists(st.one_of(LINE, PIECE), max_size=14).map("\n".join)))
def test_every_character_stands_in_exactly_one_line(texts):
    found = extract(**texts)["lines"].sort("start")
    for page, text in texts.items():
        lines = found.filter(pl.col("page") == page)
        assert lines["start"].to_list() == [0, *lines["end"].to_list()[:-1]]
        assert lines["end"].to_list()[-1] == len(text)
        assert lines["line"].to_list() == list(range(1, text.count("\n") + 2))
        for start, end, role in lines.select("start", "end", "role").iter_rows():
            assert (role is None) == (not text[start:end].replace("\u200b", "").strip()) or role is None


PORTAL = """\
Báo Mẫu điện tử
Thời sự
Người Việt ở nước ngoài hôm nay
Chuyện lạ đó đây
Chúng tôi sử dụng cookie để đo lượng truy cập. Bạn có thể từ chối.
Hai nước nối lại vòng đàm phán hạt nhân tại Geneva
Nghe bài viết
Lan Mẫu
12/03/2024 08:15
Vòng đàm phán hạt nhân giữa hai nước được nối lại sáng nay tại Geneva sau bốn tháng gián đoạn, theo ban tổ chức.
Nguồn hình ảnh, Reuters
Hai phái đoàn bàn về số lượng đầu đạn và cách kiểm chứng, hai vấn đề từng làm vòng đàm phán trước đổ vỡ hồi tháng 11.
Đọc nhiều
Đường sắt cao tốc chọn phương án mới
Giá vàng tăng phiên thứ ba
Phiên họp toàn thể kéo dài ba giờ và kết thúc vào buổi trưa.
Buổi chiều, các nhóm kỹ thuật làm việc riêng về danh sách các cơ sở được thanh sát trong năm tới.
Hai bên chưa công bố lịch của vòng tiếp theo, song nói đường dây liên lạc vẫn mở.
(Theo Reuters)
Geneva, hạt nhân, đàm phán
Vui lòng nhập họ tên và email để gửi bình luận.
Cơ quan chủ quản: Hội Mẫu
Số 7 Phố Mẫu, Hà Nội"""


def test_a_portal_without_its_frame():
    lines = extract(p=PORTAL)["lines"]
    roles = dict(zip(PORTAL.split("\n"), lines["role"], strict=True))
    assert [line for line, role in roles.items() if role == "headline"] == [
        "Hai nước nối lại vòng đàm phán hạt nhân tại Geneva"
    ]
    body = [line for line, role in roles.items() if role == "body"]
    assert [line.split()[0] for line in body] == ["Hai", "Phiên", "Buổi", "Hai"]
    assert roles["Nguồn hình ảnh, Reuters"] == "caption"
    assert roles["Lan Mẫu"] == roles["12/03/2024 08:15"] == roles["(Theo Reuters)"] == "byline"
    site = ["Báo Mẫu điện tử", "Thời sự", "Người Việt ở nước ngoài hôm nay", "Nghe bài viết", "Đọc nhiều"]
    site += ["Geneva, hạt nhân, đàm phán", "Cơ quan chủ quản: Hội Mẫu", "Số 7 Phố Mẫu, Hà Nội"]
    assert {roles[line] for line in site} == {"ui"}
    assert roles["Giá vàng tăng phiên thứ ba"] == "related"


LONG = [
    "Phái đoàn hai nước bắt đầu vòng đàm phán mới vào sáng nay tại Geneva, sau hơn nửa năm không gặp nhau và nhiều "
    "tuần trao đổi qua trung gian về chương trình nghị sự.",
    "Nội dung chính là thuế quan và kiểm soát xuất khẩu công nghệ cao, hai vấn đề đã làm vòng trước đổ vỡ hồi mùa thu "
    "năm ngoái, theo các nhà ngoại giao dự họp.",
    "Giới quan sát cho rằng khó có kết quả lớn, nhưng việc ngồi lại với nhau đã là một bước tiến so với những tháng "
    "chỉ có lời qua tiếng lại giữa hai bên.",
    "Vòng tiếp theo dự kiến diễn ra ở châu Âu vào mùa xuân, thời gian cụ thể sẽ được công bố sau khi hai phái đoàn về "
    "nước báo cáo với lãnh đạo.",
]
MENU = ["Thời sự", "Thế giới", "Kinh tế", "Quân sự", "Hồ sơ", "Phân tích", "Quốc tế", "Chia sẻ", "Tìm kiếm", "Video"]


def test_topics_readers_and_imprint_stand_below_a_story():
    below = [
        "Từ khóa:",
        "đàm phán",
        "Thương mại Mỹ Trung",
        "Bình luận (2)",
        "Được quan tâm nhất",
        "Mới nhất",
        "Nguyễn Văn Mẫu",
        "Mong hai bên sớm có kết quả tốt cho người tiêu dùng cả hai nước.",
        "Thích",
        "Tin cùng chuyên mục",
        "Giá dầu tăng phiên thứ ba liên tiếp",
        "Báo Mẫu điện tử",
        "Cơ quan chủ quản: Hội Mẫu Việt Nam",
        "Cấm sao chép dưới mọi hình thức nếu không có văn bản đồng ý",
        "Phòng 7 nhà B khu tập thể Mẫu",
    ]
    roles = roles_of("\n".join([HEADLINE, LEAD, *BODY, *below]))
    assert {roles[line] for line in BODY} == {"body"}
    assert roles.pop("Giá dầu tăng phiên thứ ba liên tiếp") == "related"
    assert {line for line in below if roles.get(line, "ui") != "ui"} == set()


def test_whom_the_story_names_did_not_write_it():
    page = [HEADLINE, LEAD, *BODY, "Ông Trần Thử dẫn đầu phái đoàn sang châu Âu.", "MINH MẪU", "Chia sẻ"]
    roles = roles_of("\n".join([*page, "Trần Thử", "Geneva"]))
    assert roles["MINH MẪU"] == "byline"
    assert roles["Trần Thử"] == roles["Geneva"] == "ui"
    named = roles_of("\n".join([HEADLINE, LEAD, *BODY[:3], "Trần Thử", "Ông Trần Thử dẫn đầu phái đoàn.", BODY[3]]))
    assert named["Trần Thử"] == "body"


def test_a_teaser_takes_its_title_up_and_a_story_goes_on_without():
    title = "Vệ tinh trinh sát phát nổ khi rời bệ phóng"
    teaser = "Vệ tinh trinh sát mới phát nổ ít phút sau khi rời bệ phóng ở bờ biển phía tây, theo quân đội nước bên."
    page = [HEADLINE, LEAD, *LONG[:2], "Tin liên quan", title]
    with_teaser = roles_of("\n".join([*page, teaser, *LONG[2:]]))
    assert with_teaser[title] == with_teaser[teaser] == "related"
    assert {with_teaser[line] for line in LONG} == {"body"}
    assert {roles_of("\n".join([*page, *LONG[2:]]))[line] for line in LONG} == {"body"}


def test_a_paragraph_that_begins_with_the_site_s_mark_is_another_story_s():
    title = "Bão đổ bộ miền Trung"
    teaser = "MẪU - Cơn bão mạnh nhất từ đầu năm đổ bộ vào rạng sáng nay, nhiều nơi mất điện."
    roles = roles_of("\n".join([HEADLINE, f"MẪU - {LEAD}", *LONG[:2], title, teaser, *LONG[2:]]))
    assert roles[f"MẪU - {LEAD}"] == "lead"
    assert roles[title] == roles[teaser] == "related"
    assert {roles[line] for line in LONG} == {"body"}


def test_a_title_with_an_hour_below_it_opens_a_list():
    listed = ["Giá dầu tăng phiên thứ ba liên tiếp", "3 giờ trước", "Bão đổ bộ miền Trung", "Nhiều nơi mất điện."]
    roles = roles_of("\n".join([HEADLINE, LEAD, *LONG, *listed]))
    assert roles[listed[0]] == roles[listed[2]] == roles[listed[3]] == "related"
    assert roles["3 giờ trước"] in ("ui", "related")
    assert {roles[line] for line in LONG} == {"body"}


def test_a_link_may_have_its_button_below_and_a_list_its_end():
    title = "Chuyến thăm lịch sử của phái đoàn"
    roles = roles_of("\n".join([HEADLINE, LEAD, *LONG[:2], title, "Đọc ngay", *LONG[2:]]))
    assert roles[title] == "related"
    assert {roles[line] for line in LONG} == {"body"}
    boxed = [
        HEADLINE, LEAD, *LONG[:2], "Bỏ qua Đọc nhiều và tiếp tục đọc", "Đọc nhiều", title, "Kết thúc Đọc nhiều",
        "Hai bên nói gì?", *LONG[2:],
    ]  # fmt: skip
    roles = roles_of("\n".join(boxed))
    assert roles[title] == "related"
    assert roles["Kết thúc Đọc nhiều"] == "ui"
    assert roles["Hai bên nói gì?"] == "body"


def test_pictures_without_the_word_for_them():
    date = "Trụ sở hội nghị ở Geneva, ngày 12/3/2024."
    captions = [
        "Lãnh đạo hai nước bắt tay trước giờ họp",
        "REUTERS",
        "Nhà đàm phán rời khách sạn trong đêm (AP)",
        "Xe chở phái đoàn trước cổng hội nghị. © AFP",
        "Người biểu tình trước tòa nhà. AFP - Jean Mẫu",
    ]
    page = [HEADLINE, "12/03/2024", date, date, LEAD, BODY[0], *captions[:2], BODY[1], captions[2], BODY[2]]
    roles = roles_of("\n".join([*page, *captions[3:], BODY[3]]))
    assert {roles[line] for line in [date, *captions]} == {"caption"}
    assert {roles[line] for line in BODY} == {"body"}


def test_of_a_title_that_stands_twice_the_first_is_the_headline():
    lines = extract(p="\n".join([HEADLINE, f"{HEADLINE} | Báo Mẫu", "Hà Mẫu", LEAD, *BODY]))["lines"]
    assert lines["role"].to_list()[:4] == ["headline", "ui", "byline", "lead"]


def test_a_headline_below_a_long_menu_is_found():
    menu = [*MENU, "Văn hóa", "Giáo dục", "Du lịch", "Sức khỏe", "Giải trí", "Công nghệ", "Xe", "Nhà đất"]
    roles = roles_of("\n".join([*menu, HEADLINE, "Hà Mẫu", "12/03/2024 | 08:15", LEAD, *BODY]))
    assert roles[HEADLINE] == "headline"
    assert roles["Hà Mẫu"] == roles["12/03/2024 | 08:15"] == "byline"


def test_in_the_dump_of_a_page_long_titles_in_the_story_are_links_and_longer_ones_captions():
    link = "Ông Mẫu tặng người đồng cấp một chiếc xe cổ"
    caption = "Hai phái đoàn bàn về kiểm soát xuất khẩu bên hồ trước cửa khách sạn nơi diễn ra hội nghị"
    story = [HEADLINE, "12/03/2024", LEAD, LONG[0], link, *LONG[1:3], caption, LONG[3]]
    dumped = roles_of("\n".join([*MENU, *story]))
    assert (dumped[link], dumped[caption]) == ("related", "caption")
    plain = roles_of("\n".join(story))
    assert plain[link] == plain[caption] == "body"


def test_subheadings_do_not_follow_one_another():
    links = ["Bão đổ bộ miền Trung trong đêm", "Giá dầu tăng phiên thứ ba liên tiếp"]
    roles = roles_of("\n".join(["Thế giới", HEADLINE, "12/03/2024", LEAD, *LONG[:2], *links, *LONG[2:], "Chia sẻ"]))
    assert {roles[link] for link in links} == {"related"}
    assert {roles[line] for line in LONG} == {"body"}


def test_who_wrote_where_from_and_in_which_words():
    head = ["Tác giả: Jane Mẫu | Biên dịch: Trần Thử", 'Nguồn: Jane Mẫu, "A new round of talks", Foreign Mẫu.']
    for end in ["(Reuters, AFP)", "Công Mẫu/Báo Mẫu (Tổng hợp từ Yonhap)", "Nguồn: https://mau.example/ban-tin.html"]:
        roles = roles_of("\n".join([HEADLINE, *head, LEAD, *BODY, end]))
        assert {roles[line] for line in [*head, end]} == {"byline"}


def test_what_a_site_says_in_whole_sentences():
    notices = [
        "* Mời quý độc giả theo dõi các chương trình của Đài Mẫu trên mạng!",
        "Báo Mẫu tiếp tục cập nhật. Vui lòng nhấn F5 để xem tin mới",
        "https://mau.example/tin-tuc/abc.html",
        "The code has been copied to your clipboard.",
    ]
    roles = roles_of("\n".join([HEADLINE, LEAD, BODY[0], notices[0], BODY[1], *notices[1:], *BODY[2:]]))
    assert {roles[line] for line in notices} == {"ui"}
    assert {roles[line] for line in BODY} == {"body"}


def test_of_a_title_above_a_menu_and_below_it_both_are_headlines():
    page = [HEADLINE, "Báo Mẫu", "Mua vàng hôm nay", "Kinh tế", *MENU, HEADLINE, LEAD, *BODY]
    lines = extract(p="\n".join(page))["lines"]
    roles = lines.filter(pl.col("role").is_not_null())["role"].to_list()
    assert roles[0] == roles[4 + len(MENU)] == "headline" and roles[5 + len(MENU) :] == ["lead", *["body"] * len(BODY)]
    assert set(roles[1 : 4 + len(MENU)]) == {"ui"}


@pytest.mark.parametrize("between", ["Bình luận (3)", "Bản quyền thuộc về Báo Mẫu. Giấy phép số 12/GP"])
def test_an_article_of_its_own_below_the_site_is_another(between):
    second = ["Ga tàu điện mới của thành phố Mẫu mở cửa", "Hà Mẫu", "11/03/2024 06:12 GMT+7", *LONG[:3]]
    roles = roles_of("\n".join([*MENU, HEADLINE, "12/03/2024", LEAD, *BODY, "(Theo AFP)", between, *second]))
    assert [roles[line] for line in second] == ["other"] * len(second)
    assert {roles[line] for line in BODY} == {"body"}


def test_the_words_of_a_form_may_open_a_title():
    titles = ["Nhập khẩu thép tăng mạnh trong quý đầu năm", "Thành viên mới của khối họp phiên đầu tiên"]
    roles = roles_of("\n".join([HEADLINE, LEAD, *BODY, "Tin cùng chuyên mục", *titles, "Quảng cáo: 024 1234"]))
    assert {roles[title] for title in titles} == {"related"}
    assert roles["Quảng cáo: 024 1234"] == "ui"


def test_a_story_in_pictures():
    captions = ["Đội danh dự trong lễ đón.", "Món mì lạnh trên bàn tiệc tối.", "Hai phu nhân tại vườn hoa."]
    credits = ["Cái bắt tay đầu tiên. Ảnh: AP", "Lễ ký tuyên bố. Ảnh: AFP", "Buổi tiệc tối. Ảnh: Reuters"]
    mixed = [line for pair in zip(credits, captions, strict=True) for line in pair]
    page = [*MENU, "Hình ảnh một ngày hội nghị ở Geneva", "12/03/2024", LEAD, LONG[0], *mixed, LONG[1]]
    roles = roles_of("\n".join(page))
    assert {roles[line] for line in mixed} == {"caption"}


def test_the_name_above_a_story_is_its_publisher():
    page = "\n".join(["Báo Dân trí", "Thế giới", HEADLINE, "12/03/2024", LEAD, *BODY])
    assert extract(p=page)["articles"]["publisher"].to_list() == ["Dân trí"]


def lines_of(text: str) -> list[tuple[str, str | None]]:
    """A page → its lines in order, each with its role."""
    lines = extract(p=text)["lines"].select("start", "end", "role")
    return [(text[start:end].rstrip("\n"), role) for start, end, role in lines.iter_rows()]


def test_lines_are_judged_by_their_paragraph_where_a_page_is_wrapped():
    page = [*MENU, HEADLINE, "12/03/2024", LEAD, *BODY, *LONG, "(Theo AFP)", "Tin liên quan", "Mưa lớn ở miền Trung"]
    roles = dict(lines_of("\n".join(page)))

    @settings(max_examples=8)
    @given(st.integers(56, 110))
    def at_any_width(width):
        pieces = [(piece, line) for line in page for piece in textwrap.wrap(line, width, break_on_hyphens=False)]
        lines = lines_of("\n".join(piece for piece, _ in pieces))
        assert [text for text, _ in lines] == [piece for piece, _ in pieces]
        told = [(role, roles[line]) for (_, role), (_, line) in zip(lines, pieces, strict=True)]
        assert sum(got == said for got, said in told) >= 0.9 * len(told)
        assert all(got == "body" for got, said in told if said == "body")

    at_any_width()


def test_lines_broken_at_their_links_are_one_sentence():
    pieces = ["Trưởng đoàn", "Lý Thử", "nói với hãng tin", "Reuters", "rằng còn nhiều khác biệt", ", song sẽ gặp lại."]
    roles = roles_of("\n".join([*MENU, HEADLINE, "12/03/2024", LEAD, BODY[0], *pieces, *BODY[1:]]))
    assert {roles[piece] for piece in pieces} == {"body"}


def test_a_line_that_begins_small_after_a_blank_one_is_a_paragraph():
    roles = roles_of("\n".join([HEADLINE, "", LEAD[0].lower() + LEAD[1:], "", *BODY]))
    assert roles[HEADLINE] == "headline" and roles[LEAD[0].lower() + LEAD[1:]] == "lead"


def test_boxes_of_rates_and_weather_above_a_story_are_the_site_s():
    box = ["Cổng tin Ví Dụ", "Hà Nội, 28°C, nhiều mây", "USD 25.120 - 25.460", "Vàng 79,5 - 81,5"]
    box.append("Thứ Hai, 02/06/2025 10:12")
    story = [HEADLINE, "12/03/2024", LEAD, *BODY]
    roles = roles_of("\n".join([*box, *MENU, *story]))
    assert {roles[line] for line in box} == {"ui"}
    assert [roles[line] for line in story[:3]] == ["headline", "byline", "lead"]


def test_a_whole_story_in_one_line_is_closed_by_its_signature():
    second = ["Ga tàu điện mới của thành phố Mẫu mở cửa", "11/03/2024 06:12", "Ga đón khách từ hôm qua.", *LONG[:3]]
    page = [*MENU, HEADLINE, "12/03/2024", LEAD, " ".join([*BODY, *LONG]), "Minh Thử/Báo Mẫu (Theo AP)"]
    roles = roles_of("\n".join([*page, "Tin nóng", "Mưa lớn ở miền Trung", "2 giờ trước", *second]))
    assert roles[HEADLINE] == "headline"
    assert roles[page[-1]] == "byline"
    assert {roles[line] for line in second} == {"other"}


def test_titles_that_ask_are_links_beside_titles_and_questions_elsewhere():
    links = ["Vì sao giá gạo thế giới tăng liên tục từ đầu năm?", "Ba kịch bản cho vụ lúa sắp tới ở đồng bằng"]
    asked = "Ông nghĩ gì về vòng đàm phán sắp tới giữa hai bên ở Geneva?"
    roles = roles_of("\n".join([*MENU, HEADLINE, "12/03/2024", LEAD, BODY[0], *links, *BODY[1:], asked, *LONG]))
    assert {roles[line] for line in links} == {"related"}
    assert roles[asked] == "body"


def test_links_that_begin_with_their_day():
    links = ["11-03-2024 Hai bên trao đổi danh sách", "10-03-2024 Đoàn đàm phán lên đường"]
    roles = roles_of("\n".join([*MENU, HEADLINE, "12/03/2024", *links, LEAD, *BODY]))
    assert {roles[line] for line in links} == {"related"}
    assert roles[LEAD] == "lead"


def test_who_stands_where_in_a_picture_is_its_caption():
    captions = ["Trưởng đoàn Mẫu Quốc (trái) và người đồng cấp trước giờ họp.", "Từ trái: ba trưởng đoàn tại Geneva."]
    roles = roles_of("\n".join([HEADLINE, LEAD, BODY[0], captions[0], BODY[1], captions[1], *BODY[2:]]))
    assert {roles[line] for line in captions} == {"caption"}
    claim = "Họ phản đối việc khai thác (trái phép) ở vùng biển này."
    assert roles_of("\n".join([HEADLINE, LEAD, *BODY, claim, *LONG]))[claim] == "body"


def test_readers_and_their_hours_are_no_stories_of_the_site():
    talk = ["Nguyễn Mẫu", "12/03/2024 10:12", "Bài hay, ngắn gọn mà đủ thông tin cho người đọc.", "Thích"]
    links = ["Cầu mới nối hai bờ sông Mẫu sắp thông xe", "Cây cầu dài hai cây số sẽ mở cửa cho xe máy trước."]
    page = [*MENU, HEADLINE, "12/03/2024", LEAD, *BODY, "(Theo AFP)", "Bình luận (1)", *talk, "Gửi bình luận", *links]
    roles = roles_of("\n".join(page))
    assert {roles[line] for line in talk} == {"ui"}
    assert {roles[line] for line in links} == {"related"}


def test_a_heading_of_links_is_known_by_where_it_stands():
    title = "Nông dân miền Tây vào vụ thu hoạch xoài"
    story = [HEADLINE, "12/03/2024", LEAD, BODY[0], "Chuyện quanh ta", title, *BODY[1:], *LONG]
    roles = roles_of("\n".join([*MENU, *story]))
    assert roles["Chuyện quanh ta"] == "ui"
    assert roles[title] == "related"
    assert {roles[line] for line in BODY} == {"body"}


def test_bullets_before_every_entry_of_a_dump_say_nothing():
    links = ["Hai bên trao đổi danh sách hàng hóa", "Đoàn đàm phán lên đường tới Geneva"]
    plain = [*MENU, HEADLINE, "12/03/2024", LEAD, BODY[0], *links, *BODY[1:]]
    marked = [f"  * {line}" if line in (*MENU, *links) else line for line in plain]
    roles = roles_of("\n".join(marked))
    assert {roles[f"* {line}"] for line in links} == {"related"}


def test_a_name_between_the_hours_of_a_live_report_does_not_end_it():
    hours = [["* 15:25", LONG[0], LONG[1]], ["* 14:15", LONG[2], "Hà Mẫu"], ["* 13:30", BODY[0]], ["* 12:35", BODY[1]]]
    roles = roles_of("\n".join([*MENU, HEADLINE, "12/03/2024", LEAD, *(line for hour in hours for line in hour)]))
    assert roles[BODY[0]] == roles[BODY[1]] == "body"


def test_the_hours_of_a_live_report_go_on_below_a_link():
    title = "TƯỜNG THUẬT: Vòng đàm phán thương mại Mỹ - Trung Quốc"
    brief = ["* Hai bên bàn về thuế quan", "* Phái đoàn hai nước gặp nhau ở Geneva"]
    head = [title, "Minh Thử - Hà Mẫu", "Thứ Ba, 12/03/2024 - 18:20", "Nghe bài viết", LEAD, *brief]
    link = "Những vấn đề gai góc trên bàn đàm phán"
    told = ["17:40", "Kết thúc phiên họp sớm hơn dự kiến", LONG[0], "16:10", "Hai phái đoàn vào phòng họp", LONG[1]]
    later = ["14:05", "Chuyên cơ hạ cánh", LONG[2]]
    page = "\n".join([*MENU, *head, *told, "Xem thêm", link, *later, "Tin liên quan", "Giá gạo tăng lên từ đầu năm"])
    roles = roles_of(page)
    assert roles[title] == "headline"
    assert roles["Thứ Ba, 12/03/2024 - 18:20"] == "byline"
    assert {roles[line] for line in [*told, *later]} == {"body"}
    assert roles[link] == "related"
    assert extract(p=page)["articles"]["published"].to_list() == ["2024-03-12"]


def test_the_day_and_the_other_articles_of_a_printed_issue():
    others = ["Mưa lớn gây ngập ở miền Trung", "Tin vắn thế giới"]
    story = [HEADLINE, LEAD, *BODY, *LONG, "MINH THỬ (theo AP)"]
    below = [others[0], f"* {LONG[3]}", "HÀ MẪU", others[1].upper(), f"* {LONG[1]}", f"* {LONG[2]}"]
    masthead = ["Báo Mẫu - Bản điện tử", "Số 12345 - Thứ Ba, ngày 12-3-2024", "Trang trước | Trang sau"]
    page = "\n".join([*masthead, "Các bài trong trang", HEADLINE, *others, "", *story, "", *below])
    roles = roles_of(page)
    assert {roles[line] for line in below if line != others[0]} == {"other"}
    assert {roles[line] for line in [*BODY, *LONG]} == {"body"}
    told = extract(p=page)
    assert told["articles"].filter(pl.col("segment") == 0)["published"].to_list() == ["2024-03-12"]
    at = [number for number, line in enumerate(page.split("\n"), 1) if line == others[0]]
    assert told["lines"].filter(pl.col("line").is_in(at))["role"].to_list() == ["related", "other"]


def test_an_article_below_another_may_have_a_short_title():
    picture = "Trưởng đoàn hai nước tại Geneva. Ảnh: AP"
    second = [
        "Sông Mẫu trở lại đồng ruộng",
        "Sau nhiều năm cạn nước, sông Mẫu trở lại với đồng ruộng của ba huyện phía bắc.",
        "Dòng nước về tới đập đầu nguồn. Ảnh: Reuters",
        "Nông dân nơi đây đã đợi ngày này từ khi hồ chứa được đóng cửa để sửa chữa.",
        "Mực nước dâng thêm hai mét chỉ trong một tuần và còn tiếp tục dâng.",
        "Vụ lúa đầu tiên sẽ được gieo trước cuối tháng trên một nửa diện tích.",
        "Tôm cá cũng theo dòng nước về lại các con kênh quanh làng.",
    ]
    links = ["Đọc nhiều", "Giá gạo thế giới tăng liên tục"]
    page = ["Tin mới Quốc tế Pháp luật Thể thao Video", HEADLINE, LEAD, picture, *BODY, *LONG]
    roles = roles_of("\n".join([*page, *second, *links]))
    assert {roles[line] for line in second} == {"other"}
    assert {roles[line] for line in [*BODY, *LONG]} == {"body"}
    # a short title of the story itself is a subheading
    own = ["Hai bên cùng muốn gì", *(line.replace("Geneva", "châu Âu") for line in LONG)]
    roles = roles_of("\n".join([*page, *own, *links]))
    assert "other" not in {roles[line] for line in own}


def test_in_a_story_of_captions_short_sentences_are_captions():
    credited = [f"Phái đoàn {word} bước vào phòng họp ở Geneva. Ảnh: AP" for word in ("Mỹ", "Nga", "Anh", "Đức", "Ý")]
    short = ["Đội danh dự diễu hành.", "Hai trưởng đoàn bắt tay nhau."]
    head = [HEADLINE, "Minh Thử (Ảnh: AP, Reuters)", "12/03/2024 09:12", LEAD]
    links = ["Ảnh khác", "Chùm ảnh: Mùa nước nổi ở miền Tây", "Gợi ý cho bạn", "Giá gạo tăng từ đầu năm"]
    story = [credited[0], short[0], *credited[1:3], LONG[0], credited[3], short[1], credited[4]]
    roles = roles_of("\n".join([*MENU, *head, *story, *links]))
    assert {roles[line] for line in [*credited, *short]} == {"caption"}
    assert roles[head[1]] == "byline"
    assert roles[LONG[0]] == "body"
    assert roles[links[1]] == "related"


def test_a_screenshot_a_section_s_day_and_the_end_of_a_list():
    listed = ["Đọc nhiều", "Giá gạo thế giới tăng liên tục từ đầu năm", "Kết thúc Đọc nhiều"]
    head = [HEADLINE, "Ban Thời sự - 12/03/2024 10:57 GMT+7", LEAD]
    story = [BODY[0], "CHỤP MÀN HÌNH REUTERS", BODY[1], *listed, *BODY[2:]]
    roles = roles_of("\n".join([*head, *story, "V.T. (Theo AFP)"]))
    assert roles["CHỤP MÀN HÌNH REUTERS"] == "caption"
    assert roles[head[1]] == roles["V.T. (Theo AFP)"] == "byline"
    assert {roles[line] for line in BODY} == {"body"}
    assert roles[listed[2]] == "ui"


def test_what_a_scraper_left_of_the_markup_is_no_part_of_the_words():
    head = [f"<h1> {HEADLINE}", "</h1>", "12/03/2024 10:57", f"| {LEAD} |"]
    story = [*head, "![]() |", "| Toàn cảnh phòng họp Geneva |", *BODY]
    roles = roles_of("\n".join(story))
    assert [roles[line] for line in story[:6]] == ["headline", "ui", "byline", "lead", "ui", "caption"]
    assert {roles[line] for line in BODY} == {"body"}
    assert extract(p="\n".join(story))["articles"]["title"].to_list() == [HEADLINE]


def test_a_ticker_above_the_story_and_a_day_glued_to_its_title():
    titles = ["Mưa lớn gây ngập ở miền Trung", "Giá vàng giảm phiên thứ ba", "Bão số ba vào biển Đông"]
    ticker = [f"{title} -" for title in titles]
    story = [f"14/01/2019 16:08{HEADLINE}", LEAD, *BODY]
    page = "\n".join(["-", *ticker, "Lúa gạo được mùa ở miền Tây", "Thế giới", *story])
    roles = roles_of(page)
    assert {roles[line] for line in [*ticker, "Lúa gạo được mùa ở miền Tây"]} == {"related"}
    assert roles[f"14/01/2019 16:08{HEADLINE}"] == "headline"
    article = extract(p=page)["articles"].select("title", "published", "published_basis")
    assert article.rows() == [(HEADLINE, "2019-01-14", "stated")]


TEASERS = {
    "Các bộ trưởng khu vực bàn về an ninh biển": "Bộ trưởng mười nước họp kín ở Jakarta để bàn về tuần tra chung.",
    "Indonesia đăng cai vòng đàm phán mới": "Vòng đàm phán thứ ba sẽ diễn ra ở Bali vào tháng tới, chủ nhà cho hay.",
    "Philippines và Nhật Bản ký thỏa thuận hậu cần": "Thỏa thuận cho phép hai bên dùng chung kho và cảng khi cứu trợ.",
    "Thái Lan mở lại cửa khẩu phía bắc": "Cửa khẩu đóng cửa suốt nửa năm vì lũ, nay đón những chuyến xe đầu tiên.",
}


@pytest.mark.parametrize(
    "listed",
    [
        [line for title, teaser in TEASERS.items() for line in (title, f"MAU.VN - {teaser}")],
        [line for title, teaser in TEASERS.items() for line in (title, "", title, "", teaser)],
        ["Tin nhanh 24h, website đọc báo, tin tức mới nhất", *(f"{title}. {text}" for title, text in TEASERS.items())],
    ],
    ids=["marked", "twice", "untitled"],
)
def test_a_page_that_only_lists_others_has_no_article_and_counts_nothing(listed):
    told = extract(p="\n".join(["an ninh khu vực", *listed]), q="\n".join([HEADLINE, LEAD, *BODY]))
    assert told["articles"]["page"].to_list() == ["q"]
    assert told["problems"].select("page", "stage").rows() == [("p", "articles")]
    assert told["mentions"].filter((pl.col("page") == "p") & (pl.col("segment") == 0)).is_empty()
    roles = told["lines"].filter((pl.col("page") == "p") & pl.col("role").is_not_null())["role"]
    assert set(roles) == {"ui", "related"}


def test_a_page_without_its_title_begins_with_a_paragraph():
    first = f"{LONG[0]} {BODY[0]}"
    told = extract(p="\n".join([first, *BODY[1:], *LONG[1:]]))
    assert told["articles"]["title"].to_list() == [None]
    assert set(told["lines"].filter(pl.col("role").is_not_null())["role"]) == {"body"}


def test_the_last_words_of_a_text_that_is_cut_off_belong_to_it():
    for cut in ("Theo kế hoạch, vòng đàm phán tiếp theo sẽ diễn ra ở ch", f"{LONG[0]} {BODY[0][:30]}"):
        assert roles_of("\n".join([HEADLINE, LEAD, *LONG, cut]))[cut] == "body"
    link = "Giá gạo thế giới tăng liên tục từ đầu năm"
    assert roles_of("\n".join([HEADLINE, LEAD, *LONG, link]))[link] == "related"


def test_a_player_its_voices_and_its_qualities_are_the_site_s():
    player = ["Play", "0:00", "Bài đầy đủ Bài tóm tắt", "1.00x Chọn tốc độ đọc", "Chọn giọng đọc", "1080p 720p auto"]
    voices = ["Lan Mẫu", "Hoa Mẫu", "Minh Mẫu"]
    head = [HEADLINE, "Minh Thử - minhthu@mau.vn", "12/03/2024 10:57 GMT+7", *player, *voices, LEAD]
    roles = roles_of("\n".join([*head, *BODY]))
    assert {roles[line] for line in [*player, *voices]} == {"ui"}
    assert roles["Minh Thử - minhthu@mau.vn"] == "byline"
    assert roles[LEAD] == "lead"


def test_a_forum_s_headline_and_a_blog_s():
    forum = [f"{HEADLINE} - Diễn đàn Mẫu", "HOME", "Thread Tools", "#1", f"Old  Default {HEADLINE}", LEAD, *BODY]
    roles = roles_of("\n".join(forum))
    assert roles[forum[0]] == roles[forum[4]] == "headline"
    own = "Thuế quan là trọng tâm của vòng đàm phán mới"
    day = "22 Tháng Bảy 20157:41 SA(Xem: 16943)"
    blog = [HEADLINE, day, HEADLINE, "THUE-QUAN-01", own, f"(GDVN) - {LEAD}", "", *BODY]
    roles = roles_of("\n".join(blog))
    assert [roles[line] for line in blog[1:6]] == ["byline", "headline", "ui", "headline", "lead"]
    daily = ["Wednesday, July 29, 2015", "", "Tin Tổng Hợp Thứ Tư 29/7", "", "Tin Thế Giới", "", HEADLINE, LEAD, *BODY]
    roles = roles_of("\n".join(daily))
    assert [roles[line] for line in (*daily[:5:2], HEADLINE)] == ["byline", "headline", "ui", "headline"]


def test_the_source_of_a_picture_within_a_story_is_its_caption():
    roles = roles_of("\n".join([HEADLINE, LEAD, *BODY, "(Nguồn: Newsweek)", *LONG, "(Nguồn: AP)"]))
    assert (roles["(Nguồn: Newsweek)"], roles["(Nguồn: AP)"]) == ("caption", "byline")


def test_a_standfirst_told_twice_is_no_link():
    lines = extract(p="\n".join([HEADLINE, LEAD, LEAD, *BODY]))["lines"]
    assert lines["role"].to_list()[:4] in (["headline", "lead", "lead", "body"], ["headline", "lead", "body", "body"])


def test_where_a_page_begins_to_speak_of_something_else_another_article_begins():
    title = "Hai hợp tác xã An Mẫu và Bình Mẫu nhận giải nông sản"
    others = [
        "Trong buổi lễ chiều qua, hai hợp tác xã An Mẫu và Bình Mẫu đã nhận giải nông sản sạch của năm do tỉnh trao.",
        "Ban giám khảo đánh giá cao cách trồng lúa của An Mẫu, nơi đã bỏ thuốc hóa học từ nhiều năm nay trên mọi thửa.",
    ]
    story = [HEADLINE, LEAD, *LONG]
    for page in ([*story, title, *others], [*story, "2024-03-13", title, "Lê Mẫu", *others]):
        roles = roles_of("\n".join(page))
        assert {roles[line] for line in [title, *others]} == {"other"}
        assert {roles[line] for line in LONG} == {"body"}
    # what the title above says, and the story goes on with, is a chapter of it
    chapter = "Thuế quan và kiểm soát xuất khẩu công nghệ cao vẫn là hai vấn đề lớn"
    own = [line.replace("Geneva", "châu Âu") for line in LONG]
    assert "other" not in roles_of("\n".join([*story, chapter, *own])).values()
    # and a link in the midst of it is not taken up
    roles = roles_of("\n".join(["Trang chủ", HEADLINE, LEAD, *LONG[:2], title, *LONG[2:]]))
    assert {roles[line] for line in LONG} == {"body"}
    # what a digest of a day goes on with is its own
    for day in ("Ngày 3/11: Tin nóng 24h qua", "Tin 22/2: Đàm phán mới; giải nông sản", "Tổng hợp tin tức ngày 5/6"):
        assert "other" not in roles_of("\n".join([day, *story[1:], title, *others])).values()


def test_what_all_news_share_does_not_make_two_stories_one():
    title = "NATO tập trận chống ngầm ngoài khơi Na Uy"
    other = [
        "NATO tập trận chống ngầm ngoài khơi Na Uy từ thứ hai, bắt đầu bằng bài tìm kiếm ban đêm của chín tàu chiến, "
        "các nhà lãnh đạo quân sự cho biết.",
        "Giới chức Oslo cho rằng eo biển phía bắc, nơi tàu ngầm qua lại nhiều lần trong mùa đông, sẽ là đề tài khi bộ "
        "trưởng quốc phòng các thành viên họp vào cuối tháng tại Brussels.",
        "Kết quả bài bắn đạn thật dự kiến sẽ được công bố sau khi đoàn tàu về cảng Bergen, và có thể làm thay đổi kế "
        "hoạch mua máy bay săn ngầm của hải quân Na Uy.",
    ]
    page = ["Trang chủ", "Thế giới", HEADLINE, LEAD, *BODY, *LONG[:3]]
    roles = roles_of("\n".join([*page, title, *other]))
    assert {roles[line] for line in [title, *other]} == {"other"}
    assert {roles[line] for line in [*BODY, *LONG[:3]]} == {"body"}
    # one that goes on with words of its own is a chapter, whatever it speaks of
    chapter = [*LONG[3:], other[1], "Theo hãng tin Reuters, thuế quan và kiểm soát xuất khẩu công nghệ cao, nội dung "
               "chính của vòng đàm phán mới, còn chờ lãnh đạo hai nước."]  # fmt: skip
    assert "other" not in roles_of("\n".join([*page, title, *chapter])).values()


def test_entries_that_a_comma_parts_line_by_line_are_the_sites():
    entries = ["Hội nghị thương mại Mỹ - Trung", ",", "Thuế quan"]
    page = [HEADLINE, "Thứ Sáu, ngày 01/03/2024 07:48 (GMT+7)", LEAD, "Sự kiện:", *entries, *LONG]
    roles = roles_of("\n".join(page))
    assert {roles[line] for line in entries} == {"ui"}
    assert {roles[line] for line in LONG} == {"body"}


def test_a_title_with_its_day_below_as_the_headline_has_it_begins_another_article():
    title, day = "Thuế quan và kiểm soát xuất khẩu trước vòng đàm phán thương mại mới", "Thứ Năm, ngày 29/02/2024 07:48"
    second = [title, day, "Sự kiện:", "Thuế quan", ",", "Thương mại", *BODY]
    page = [HEADLINE, "Thứ Sáu, ngày 01/03/2024 16:58", LEAD, *LONG]
    roles = roles_of("\n".join([*page, *second]))
    assert {roles[line] for line in (title, *BODY)} == {"other"}
    assert {roles[line] for line in LONG} == {"body"}
    # a list of links has days below its titles too, and a teaser each
    links = [line for at, teaser in enumerate(BODY[:3]) for line in (f"{title} lần {at}", day, teaser)]
    assert "other" not in roles_of("\n".join([*page, *links])).values()


def test_a_clock_above_the_menu_is_no_byline_where_the_day_stands_at_the_headline():
    clock, day = "Thứ Sáu, 1/3/2024", "29/02/2024 07:48 GMT+7"
    menu = ["Chính trị", "Thế giới", "Kinh tế", "Đời sống", "Giáo dục", "Du lịch", "Thể thao"]
    page = [f"{HEADLINE} | Báo Mẫu", clock, *menu, HEADLINE, day, LEAD, *LONG]
    told = extract(p="\n".join(page))
    roles = dict(zip(page, told["lines"]["role"], strict=True))
    assert (roles[clock], roles[day]) == ("ui", "byline")
    assert told["articles"]["published"].to_list() == ["2024-02-29"]


def test_a_title_may_end_with_quoted_words():
    title = "Giám khảo gọi lúa của hợp tác xã An Mẫu là 'hạt ngọc sạch'"
    other = [
        "Trong buổi lễ chiều qua, lúa của hợp tác xã An Mẫu được ban giám khảo gọi là hạt ngọc sạch của tỉnh.",
        "Ban giám khảo đánh giá cao cách trồng lúa của An Mẫu, nơi đã bỏ thuốc hóa học từ nhiều năm nay trên mọi thửa.",
    ]
    roles = roles_of("\n".join([HEADLINE, LEAD, *LONG, title, *other]))
    assert {roles[line] for line in [title, *other]} == {"other"}


def test_a_section_and_its_day_glued_together_are_a_byline_and_date_the_page():
    line = "Thế giớiQuân sựThứ bảy, 26/10/2024, 09:24 (GMT+7)"
    told = extract(p="\n".join([HEADLINE, line, LEAD, *BODY]))
    assert told["lines"]["role"].to_list()[:3] == ["headline", "byline", "lead"]
    assert told["articles"]["published"].to_list() == ["2024-10-26"]


def test_titles_with_a_paragraph_each_that_are_about_something_else_are_teasers():
    told = {
        "Lúa đông xuân được mùa ở ba huyện phía bắc": "Nông dân ba huyện phía bắc vừa gặt xong vụ lúa đông xuân.",
        "Cầu Mẫu Giang thông xe sau hai năm xây dựng": "Sáng qua, những chiếc ô tô đầu tiên đã đi qua cầu Mẫu Giang.",
        "Đội bóng thành phố lên hạng sau trận cuối": "Bàn thắng ở phút bù giờ đưa đội bóng thành phố lên hạng.",
    }
    teasers = [line for item in told.items() for line in item]
    roles = roles_of("\n".join([HEADLINE, LEAD, *LONG, *teasers]))
    assert {roles[line] for line in teasers} == {"related"}
    # chapters of one paragraph each are the story's
    chapters = [line for title, text in zip(["Thuế quan hai bên", "Xuất khẩu công nghệ cao", "Vòng đàm phán tiếp theo"],
                LONG[1:], strict=True) for line in (title, text)]  # fmt: skip
    roles = roles_of("\n".join([HEADLINE, LEAD, *BODY, *chapters]))
    assert {roles[line] for line in chapters} == {"body"}


def test_paragraphs_that_stand_twice_are_no_links_and_a_run_of_titles_above_is_a_menu():
    long = f"{LONG[0]} {LONG[1]}"
    roles = roles_of("\n".join([HEADLINE, LEAD, BODY[0], long, BODY[1], long]))
    assert roles[long] == "body"
    menu = [f"{number}. Bài học về phép tính thứ {number}" for number in range(1, 10)]
    roles = roles_of("\n".join([*menu, *LONG]))
    assert {roles[line] for line in menu} == {"ui"}
    assert {roles[line] for line in LONG} == {"body"}


def test_a_story_that_its_page_holds_twice_is_text_both_times():
    caption, author = "Trưởng đoàn hai nước trước giờ họp. Ảnh: AFP.", "Minh Thử"
    story = [caption, *BODY, author]
    lines = extract(p="\n".join([HEADLINE, LEAD, *story, *story, "2024-11-15 17:01:25"]))["lines"]
    told = ["caption", *["body"] * len(BODY), "byline"]
    assert lines["role"].to_list() == ["headline", "lead", *told, *told, "byline"]
    # a teaser that stands twice is still another story's
    link = ["Giá gạo thế giới tăng liên tục từ đầu năm", "Các nhà buôn gạo cho biết giá sẽ còn tăng đến hết quý sau."]
    roles = roles_of("\n".join([HEADLINE, LEAD, *LONG, "Tin liên quan", *link, *link]))
    assert {roles[line] for line in link} == {"related"}


def test_a_story_may_end_with_its_standfirst():
    lines = extract(p="\n".join([HEADLINE, LEAD, *BODY, LEAD, "anh-8.jpg"]))["lines"]
    assert lines["role"].to_list() == ["headline", "lead", *["body"] * (len(BODY) + 1), "ui"]


def test_a_sentence_alone_above_a_longer_paragraph_is_the_standfirst_of_a_page_without_its_title():
    first = "Phái đoàn hai nước mở vòng đàm phán thương mại mới, giữa lúc căng thẳng về thuế quan chưa hạ nhiệt."
    lines = extract(p="\n".join([first, f"{LONG[0]} {LONG[1]}", *BODY]))["lines"]
    assert lines["role"].to_list() == ["lead", *["body"] * (len(BODY) + 1)]


def test_the_fields_of_a_record_are_no_text():
    told = extract(p="\n".join(["Lan", "2019-05-06 00:00:00", HEADLINE, LEAD, *BODY]))
    assert told["lines"]["role"].to_list()[:4] == ["byline", "byline", "headline", "lead"]
    slug = "my-va-trung-quoc-mo-vong-dam-phan-thuong-mai-moi"
    told = extract(p="\n".join([HEADLINE, slug, LEAD, *BODY, "2024/11/15 06:53:00"]))
    assert told["lines"]["role"].to_list() == ["headline", "ui", "lead", *["body"] * len(BODY), "byline"]
    assert told["articles"]["published"].to_list() == ["2024-11-15"]
    roles = roles_of("\n".join([HEADLINE, "15/11/2024", "Xem các bài viết của tác giả", LEAD, *BODY]))
    assert roles["Xem các bài viết của tác giả"] == "ui"


RECORD = ["anh/ban-dam-phan.jpg", "2024-11-15 17:01:25"]
HARVEST = "Nông dân vùng cao được mùa hồng giòn"
GROVES = [
    "Những vườn hồng trên sườn đồi đã chín đỏ, và thương lái từ các tỉnh miền xuôi đến tận nơi thu mua.",
    "Giá bán năm nay cao hơn năm ngoái một phần ba, nhờ đường lên bản vừa được mở rộng trong mùa khô.",
]


@pytest.mark.parametrize("fields", [RECORD, ["12", *RECORD[::-1], "tin-the-gioi"], ["anh/ban-dam-phan.jpg", "250"]])
def test_records_run_together_are_articles_of_their_own(fields: list[str]):
    first, second = [HEADLINE, LEAD, *BODY, *fields], [HARVEST, *GROVES, *fields]
    lines = extract(p="\n".join([*first, *second]))["lines"]
    assert lines["segment"].to_list() == [0] * len(first) + [1] * len(second)
    assert lines["role"].to_list()[: 2 + len(BODY)] == ["headline", "lead", *["body"] * len(BODY)]
    assert lines["role"].to_list()[len(first) :][:3] == ["other"] * 3


def test_the_fields_of_records_may_stand_below_their_titles():
    first, second = [HEADLINE, LEAD, *RECORD, *BODY], [HARVEST, GROVES[0], *RECORD, *GROVES]
    lines = extract(p="\n".join([*first, *second]))["lines"]
    assert lines["segment"].to_list() == [0] * len(first) + [1] * len(second)
    roles = lines["role"].to_list()[len(first) :]
    assert (*roles[:2], *roles[-2:]) == ("other",) * 4


def test_a_record_may_give_its_title_last():
    page = [LONG[0], *BODY, *RECORD, HEADLINE, "", *GROVES, *RECORD, f"{HARVEST} trên sườn đồi"]
    roles = roles_of("\n".join(page))
    assert roles[HEADLINE] == "headline"
    assert {roles[line] for line in GROVES} == {"other"}
    assert {roles[line] for line in BODY} == {"body"}
    # a link below a page without its title has nothing of its words
    roles = roles_of("\n".join([LONG[0], *BODY, HARVEST]))
    assert roles[HARVEST] != "headline"


def test_records_with_a_teaser_each_are_a_list_of_links():
    items = [(HEADLINE, BODY[0]), (HARVEST, GROVES[0]), ("Tàu hỏa về ga sớm hơn lịch", BODY[2])]
    page = [line for title, teaser in items for line in (title, teaser, "Báo Mẫu", "Tổng hợp", "2024-11-15 17:01:25")]
    roles = roles_of("\n".join(page))
    assert {roles[line] for item in items for line in item} == {"related"}
    assert roles["Tổng hợp"] == "ui"


def test_what_a_reader_says_between_two_hours_is_the_sites():
    comment = "Tôi mong hai nước sớm tìm được tiếng nói chung để giá hàng hóa bớt đắt đỏ."
    page = [HEADLINE, LEAD, *BODY, "Minh Thử", "2024-11-15 00:00:00", "Sao Mai", comment, "2024-11-15 19:35:41"]
    roles = roles_of("\n".join(page))
    assert (roles[comment], roles["2024-11-15 19:35:41"], roles["2024-11-15 00:00:00"]) == ("ui", "ui", "byline")


def test_a_record_may_end_with_its_standfirst_and_the_text_of_its_picture():
    caption = "Trưởng đoàn hai nước trước giờ họp."
    page = [HEADLINE, *BODY, "12", "2024-11-15 17:01:25", LEAD]
    assert roles_of("\n".join(page))[LEAD] == "lead"
    fields = ["anh/ban dam phan ngay dau tien tai chau au.jpg", caption, "1", "2024-11-15 17:01:25"]
    page = [HEADLINE, LEAD, *BODY, *fields]
    roles = roles_of("\n".join(page))
    assert (roles[page[-4]], roles[caption]) == ("ui", "caption")


def test_the_fields_of_an_aggregator_below_a_story():
    topics = "Đàm phán,Thuế quan,Hãng thông tấn nhà nước,Châu âu,Chuỗi cung ứng toàn cầu,Xuất khẩu"
    told = extract(p="\n".join([HEADLINE, LEAD, *BODY, "15/11/24 20:44 GMT+7", "Thế giới", topics, "VOV"]))
    assert told["lines"]["role"].to_list()[-4:] == ["byline", "ui", "ui", "byline"]
    # two digits before an hour are a year
    assert told["articles"]["published"].to_list() == ["2024-11-15"]


def test_a_numbered_picture_and_the_words_that_hang_on_it():
    caption = "Trung tâm hội nghị nhìn từ bờ hồ."
    page = [HEADLINE, LEAD, *LONG, "", f"{HEADLINE} - 2", caption, "", BODY[0], "", "thuế quan - Ảnh 3."]
    roles = roles_of("\n".join(page))
    assert {roles[line] for line in (f"{HEADLINE} - 2", caption, "thuế quan - Ảnh 3.")} == {"caption"}
    assert roles[BODY[0]] == "body"
    # a score is none
    roles = roles_of("\n".join(["Đội tuyển nữ thắng trận mở màn 2 - 1", LEAD, *BODY]))
    assert roles["Đội tuyển nữ thắng trận mở màn 2 - 1"] == "headline"


def test_the_title_again_beside_a_picture_is_its_text():
    pictures = [HEADLINE, "Bàn đàm phán. Ảnh: AFP", HEADLINE, "Hai trưởng đoàn. Ảnh: AP"]
    lines = extract(p="\n".join([HEADLINE, LEAD, *LONG, *pictures, *BODY]))["lines"]
    assert lines["role"].to_list()[2 + len(LONG) : -len(BODY)] == ["caption"] * 4


def test_names_above_paragraphs_are_subheadings_and_sign_nothing():
    lake, island = "Hồ Mẫu Sơn", "Tam Mẫu"
    below = "Nơi này cách thủ đô năm mươi cây số, có bãi cỏ rộng và bến thuyền cho khách đi chơi ngày cuối tuần."
    page = ["Hai điểm đến cho ngày nghỉ dài", LEAD, *LONG, lake, below, *GROVES, island, *BODY[:2]]
    roles = roles_of("\n".join(page))
    assert (roles[lake], roles[island], roles[below]) == ("body", "body", "body")


def test_a_box_that_a_button_ends_is_another_story():
    teaser = "Giới buôn gạo cho biết giá còn tăng đến hết quý sau, khi các nước nhập khẩu lớn mua dự trữ."
    box = ["Giá gạo thế giới tăng lên mức 'chưa từng có'", teaser, "Đọc tiếp"]
    roles = roles_of("\n".join([HEADLINE, LEAD, *LONG, "Các mỏ kêu cứu, ngành thép lo", "ĐỌC NGAY", *BODY, *box]))
    assert [roles[line] for line in box] == ["related", "related", "ui"]
    assert roles["Các mỏ kêu cứu, ngành thép lo"] == "related"
    assert {roles[line] for line in BODY} == {"body"}
    # as many items of a digest have one
    about = "Nội dung chính là thuế quan và công nghệ cao"
    titles = ("Thuế quan lại nóng", about, "Tàu về ga sớm hơn lịch")
    items = [line for item in zip(titles, BODY[:3], strict=True) for line in (*item, "Xem chi tiết")]
    roles = roles_of("\n".join([HEADLINE, LEAD, *LONG, *items]))
    assert {roles[line] for line in (about, *BODY[:3])} == {"body"}


def test_an_excerpt_of_some_paragraphs_is_text():
    lines = extract(p="\n".join([HEADLINE, LEAD, BODY[0], LEAD, *BODY]))["lines"]
    assert set(lines["role"][2:]) <= {"lead", "body"}
    lines = extract(p="\n".join([HEADLINE, LEAD, *BODY[:2], LEAD, *BODY[2:]]))["lines"]
    assert set(lines["role"][2:]) <= {"lead", "body"}


def test_a_page_of_captions_has_no_headline():
    first = "Lũ đổ về các bản dọc con suối sau trận mưa đêm. (Ảnh: TTXVN)"
    assert roles_of("\n".join([first, "Đường lên bản bị sạt lở. (Ảnh: VOV)"]))[first] == "caption"


def test_a_heading_may_be_wrapped_a_little_wider_than_the_text():
    heading = textwrap.wrap(f"{HEADLINE} sau nhiều tháng im lặng", 62)
    told = textwrap.wrap(" ".join(LONG), 58)
    roles = extract(p="\n".join([*heading, "15/11/2024", *told]))["lines"]["role"].to_list()
    assert roles[: len(heading)] == ["headline"] * len(heading)
    assert set(roles[len(heading) + 1 :]) <= {"body", "lead"}


def test_the_fields_below_a_standfirst_are_no_text():
    fields = ["VnExpress", "Thứ sáu, 15/11/2024, 16:23 (GMT+7)", "Đột phá Công nghệ & Nghệ thuật", "2 phút đọc"]
    roles = roles_of("\n".join([HEADLINE, LEAD, *fields, *BODY]))
    assert [roles[line] for line in fields] == ["byline", "byline", "ui", "ui"]
    assert {roles[line] for line in BODY} == {"body"}


def test_a_sentence_below_the_first_line_makes_that_the_title():
    title, lead = "Điệu múa với người máy", "Các nghệ sĩ múa cùng người máy tại lễ khai mạc hội thi tay nghề ở Geneva."
    roles = roles_of("\n".join([title, lead, "VnExpress", "15/11/2024", "Góc nhìn của người làm nghề", *BODY]))
    assert (roles[title], roles[lead]) == ("headline", "lead")


def test_the_days_of_a_chronicle_head_its_parts_also_below_pictures():
    pictures = [f"Trưởng đoàn hai nước tại phòng họp thứ {number} ở Geneva" for number in ("nhất", "hai")]
    days = ["Tháng 5-2016: Vòng đàm phán đầu tiên sau mười năm", "Ngày 11/3: Hai bên trở lại bàn đàm phán ở Geneva"]
    parts = [line for part in zip(pictures, days, LONG[:2], strict=True) for line in part]
    page = [*MENU[:4], HEADLINE, "12/03/2024", LEAD, *BODY[:2], *parts, *BODY[2:], "Tin liên quan"]
    roles = roles_of("\n".join(page))
    assert {roles[line] for line in (*days, *LONG[:2])} == {"body"}
    assert "related" not in {roles[line] for line in pictures}


def test_a_subheading_above_a_picture_that_is_told_is_no_caption():
    told = "Một tổ hợp phòng không trong cuộc tập trận mùa thu ở miền bắc (Ảnh: AP)."
    roles = roles_of("\n".join([HEADLINE, LEAD, BODY[0], "Lá chắn trên không", told, *BODY[1:]]))
    assert (roles["Lá chắn trên không"], roles[told]) == ("body", "caption")
    # but what stands above the credit alone is one
    roles = roles_of("\n".join([HEADLINE, LEAD, BODY[0], "Tổ hợp phòng không", "Ảnh: AP", *BODY[1:]]))
    assert roles["Tổ hợp phòng không"] == "caption"


def test_the_last_block_of_a_page_may_be_the_story():
    menu = [*MENU, "Văn hóa", "Giáo dục", "Du lịch", "Sức khỏe", "Giải trí", "Công nghệ", "Xe", "Nhà đất"]
    story = ["Bàn đàm phán sáng 12/3 (Ảnh: Reuters).", *BODY, "Theo AP"]
    roles = roles_of("\n".join([*menu, "", HEADLINE, "", LEAD, "", *story]))
    assert roles[story[0]] == "caption" and {roles[line] for line in BODY} == {"body"}


def test_whose_a_picture_is_may_stand_behind_its_text_without_a_colon():
    roles = roles_of("\n".join([HEADLINE, LEAD, "Trưởng đoàn Mỹ tại Geneva. Ảnh Al-Monitor", *BODY]))
    assert roles["Trưởng đoàn Mỹ tại Geneva. Ảnh Al-Monitor"] == "caption"


def test_lines_of_who_publishes_a_page_are_the_sites_also_where_they_read_like_sentences():
    published = "Cơ quan chủ quản: Hội Mẫu. Giấy phép: số 12/GP cấp ngày 05/06/2015. Tổng biên tập: Trần Mẫu."
    rights = "© 2021 Báo Mẫu. Mọi nội dung trên trang này được bảo hộ theo luật, và không ai được dùng lại."
    contact = ["Thông tin liên hệ", "Phone: 0912 000 000 Mr Trần Mẫu", "Gmail: toasoan@bao.example", "Địa chỉ: Ngõ 1."]
    for foot in ([published], [rights], contact):
        roles = roles_of("\n".join([HEADLINE, LEAD, *BODY, *foot]))
        assert {roles[line] for line in foot} == {"ui"}
        assert {roles[line] for line in BODY} == {"body"}


def test_a_telephone_of_which_a_story_tells_is_text():
    told = "Đại sứ quán lập đường dây nóng cho công dân, điện thoại: 0912 000 000, trực cả ngày lẫn đêm."
    assert roles_of("\n".join([HEADLINE, LEAD, *BODY[:2], told, *BODY[2:]]))[told] == "body"


@pytest.mark.parametrize(
    "line",
    [
        "TTXVN", "Reuters, AP", "TTXVN/Vietnam+", "PV", "Tổng hợp", "PV/TTXVN", "VOV/Minh Thử", "Đăng bởi: Minh Thử",
        "Minh Thử lược dịch", "Minh Thử theo Reuters", "Minh Thử (Vietnam+)", "Minh Thử (PV TTXVN tại Nga)",
        "Bài, ảnh: Minh Thử", "Theo nhật báo Le Monde", "Theo baomau.edu.vn",
    ],
)  # fmt: skip
def test_who_signs_below_a_story_without_a_name(line):
    links = "Tin liên quan\nGiá dầu tăng phiên thứ ba liên tiếp vì tồn kho giảm"
    assert list(roles_of(report(below=line)).values())[-2:] == ["body", "byline"]
    assert list(roles_of(report(below=f"{line}\n{links}")).values())[-3:] == ["byline", "ui", "related"]


@pytest.mark.parametrize(
    "lines",
    [
        "AFP\nHai phái đoàn tại Geneva hôm 12/3", "Hai phái đoàn tại Geneva hôm 12/3.AFP",
        "Hai phái đoàn tại Geneva hôm 12/3 - AFP", "Hai phái đoàn tại Geneva © Sputnik / Ivan Thử",
    ],
)  # fmt: skip
def test_whose_a_picture_is_stands_before_or_behind_its_words(lines):
    assert list(roles_of(report(inside=lines)).values())[3:-3] == ["caption"] * len(lines.split("\n"))


def test_a_subheading_below_the_credit_of_a_picture_is_text():
    lines = "Hai phái đoàn tại Geneva\nAFP\nĐàm phán kéo dài"
    assert list(roles_of(report(inside=lines)).values())[3:-3] == ["caption", "caption", "body"]


TALKS = [
    "Phái đoàn hai nước bắt đầu vòng đàm phán về kiểm soát vũ khí tại Geneva vào sáng nay, sau gần nửa năm im lặng.",
    "Vòng đàm phán kéo dài ba ngày, với trọng tâm là kho tên lửa tầm trung và việc thanh sát các bãi phóng của nhau.",
    "Trưởng đoàn Mỹ cho biết Washington muốn một bản thỏa thuận có thời hạn, kèm lịch thanh sát từng bãi phóng một.",
    "Phía Nga nói họ sẵn sàng bàn về tên lửa tầm trung, nhưng coi việc thanh sát là chuyện của giai đoạn sau cùng.",
    "Vòng đàm phán trước đổ vỡ vì hai bên không thống nhất được danh sách bãi phóng phải mở cửa cho thanh sát viên.",
]
FRAME = ["Trang chủ", "Thế giới", "Kinh tế", "Thể thao", "Chia sẻ"]


def framed(*lines: str) -> dict[str, str]:
    below = ["Tin liên quan", "Giá dầu tăng phiên thứ ba liên tiếp vì tồn kho giảm", "Bình luận", "Gửi bình luận"]
    return roles_of("\n".join([*FRAME, HEADLINE, LEAD, *lines, *below]))


def test_a_title_within_a_story_that_says_nothing_of_it_is_a_link():
    link, about = "Động đất mạnh làm rung chuyển miền trung Peru đêm qua", "Kho tên lửa tầm trung và những bãi phóng"
    roles = framed(*TALKS[:3], link, *TALKS[3:4], about, *TALKS[4:])
    assert (roles[link], roles[about]) == ("related", "body")


def test_titles_one_below_the_other_above_a_story_are_others():
    links = ["Động đất mạnh làm rung chuyển Peru", "Giá vàng lại “lập đỉnh mới”", "Ai thắng ở giải quần vợt mở rộng?"]
    roles = roles_of("\n".join([*FRAME, *links, "Thế giới", HEADLINE, LEAD, *TALKS]))
    assert [roles[link] for link in [*links, HEADLINE]] == ["related"] * 3 + ["headline"]


def test_the_teasers_of_a_list_may_be_long():
    teaser = f"{TALKS[0]} {TALKS[1]}"
    items = [f"{title}\n{teaser.replace('Geneva', title.split()[0])}\n3 giờ trước" for title in TEASERS]
    roles = framed(*TALKS, "Tin nổi bật", *items)
    listed = [line for item in items for line in item.split("\n")[:2]]
    assert {roles[line] for line in listed} == {"related"}
    assert roles[TALKS[-1]] == "body"


def test_topics_behind_their_heading_are_the_sites():
    roles = framed(*TALKS, "Chủ đề: Mỹ, Nga, tên lửa", "#Nga")
    assert (roles["Chủ đề: Mỹ, Nga, tên lửa"], roles["#Nga"]) == ("ui", "ui")


def test_a_headline_may_end_with_quoted_words():
    title = "Hai nước nối lại đàm phán vì sợ ‘chạy đua tên lửa’"
    roles = roles_of("\n".join([*FRAME, "Châu Á", title, "12/03/2019 10:02 GMT+7", LEAD, *TALKS]))
    assert (roles["Trang chủ"], roles[title]) == ("ui", "headline")


OTHER = ["Thủ tướng Thái Lan thăm Malaysia để bàn về đường sắt", *list(TEASERS.values())]


@pytest.mark.parametrize(
    "page",
    [
        "\n".join([HEADLINE, LEAD, LEAD, *TALKS, OTHER[0], OTHER[1], OTHER[1], *OTHER[2:]]),
        "\n".join([HEADLINE, LEAD, "\n\n".join([*TALKS, *BODY]), OTHER[0], OTHER[1], "\n\n".join(OTHER[2:])]),
        "\n".join([HEADLINE, LEAD, "", "\n\n".join([*TALKS, *BODY]), OTHER[0], "\n\n".join(OTHER[1:])]),
        "\n".join(
            ["News", HEADLINE, LEAD, "", "\n\n".join([*TALKS, *BODY]), "News", OTHER[0], "\n\n".join(OTHER[1:])]
        ),
    ],
    ids=["standfirst twice", "no blank line", "above its standfirst alone", "below its section"],
)
def test_a_title_set_as_only_the_headline_is_begins_another_article(page):
    roles = roles_of(page)
    assert [roles[line] for line in [*TALKS, *OTHER]] == ["body"] * len(TALKS) + ["other"] * len(OTHER)


def test_dated_chapters_are_of_one_story():
    chapters = [f"Tháng {month}-2016: Vòng đàm phán thứ {number}" for number, month in enumerate((2, 5, 9), 1)]
    page = [HEADLINE, LEAD, *(line for pair in zip(chapters, OTHER[1:], strict=False) for line in pair), *TALKS]
    assert {roles_of("\n".join([*FRAME, *page]))[chapter] for chapter in chapters} == {"body"}


@pytest.mark.parametrize("first", ["2025-06-29T01:07:58.648050+07:00", "https://baomau.vn/vong-dam-phan-moi-12.html"])
def test_a_record_begins_where_its_first_field_comes_again(first):
    again = "2025-06-29T01:07:58.745460+07:00" if first.startswith("2") else "https://baomau.vn/duong-sat-13.html"
    roles = roles_of("\n".join([first, HEADLINE, " ".join(TALKS), "Minh Thử", again, OTHER[0], " ".join(OTHER[1:])]))
    assert (roles[" ".join(TALKS)], roles[OTHER[0]], roles[" ".join(OTHER[1:])]) == ("body", "other", "other")


def test_what_a_picture_shows_may_stand_without_its_credit():
    scenes = ["Quang cảnh vòng đàm phán tại Geneva.", "Trưởng đoàn hai nước chụp ảnh chung."]
    roles = roles_of("\n".join([HEADLINE, LEAD, TALKS[0], scenes[0], *TALKS[1:3], scenes[1], *TALKS[3:]]))
    assert [roles[scene] for scene in scenes] == ["caption"] * 2
    told = "Ba người bắt tay nhau rồi cùng bước ra vườn và chụp ảnh chung."
    assert roles_of("\n".join([HEADLINE, LEAD, *TALKS[:2], told, *TALKS[2:]]))[told] == "body"


def test_a_record_may_end_with_its_standfirst_cut_off_and_its_hour():
    cut = "Vòng đàm phán kéo dài ba ngày, với trọng tâm là kho tên lửa tầm tr"
    page = "\n\n".join([HEADLINE, *TALKS, "Minh Thử", f"{cut}\n2017-05-03 11:03:11"])
    roles = roles_of(page)
    assert (roles[cut], roles["2017-05-03 11:03:11"]) == ("lead", "byline")
    assert extract(p=page)["articles"]["published"].to_list() == ["2017-05-03"]


def test_a_title_with_its_author_and_day_below_as_the_headline_has_them_begins_another_article():
    page = [HEADLINE, "Hà Mẫu", "20/01/2026 07:05", LEAD, *TALKS, OTHER[0], "Minh Thử", "20/01/2026 07:56", *OTHER[1:]]
    roles = roles_of("\n".join(page))
    assert [roles[line] for line in (TALKS[-1], OTHER[0], OTHER[1], OTHER[-1])] == ["body", "other", "other", "other"]


def test_the_number_of_a_record_is_the_sites():
    number = "2fc22d0c90c9faf69c3a1576d5ba06ce633fa4b6"
    assert roles_of("\n".join([number, HEADLINE, LEAD, *TALKS]))[number] == "ui"


def test_the_last_field_of_a_record_may_be_a_paper_with_a_common_name():
    fields = ["26/05/13 22:25 GMT+7", "Thế giới", "Mỹ,Nga,Geneva,Tên lửa,Đàm phán", "Dân Việt"]
    page = "\n".join([HEADLINE, LEAD, " ".join(TALKS), *fields])
    assert roles_of(page)["Dân Việt"] == "byline"
    assert extract(p=page)["citations"].select("source_id", "role").rows() == [("Dân Việt", "pub")]


def test_a_subheading_of_a_title_s_length_is_the_story_s_on_a_page_with_much_around_it_too():
    menu = ["Đăng nhập", "Đăng ký", "Tìm kiếm", "Liên hệ", "Góp ý", "Bình luận", "Đọc nhiều", "Mới nhất", "Video"]
    subheading = "Kho tên lửa tầm trung và những bãi phóng"
    roles = roles_of("\n".join([*FRAME, *menu, HEADLINE, LEAD, *TALKS[:3], subheading, *TALKS[3:], *reversed(menu)]))
    assert roles[subheading] == "body"


@pytest.mark.parametrize(
    ("link", "subheading"),
    [
        (["Đọc thêm - Hai tàu hàng mắc cạn ngoài khơi Na Uy sau trận bão lớn"], "Một bàn, hai ghế"),
        (["Hai tàu hàng mắc cạn ngoài khơi Na Uy sau trận bão lớn", "Hôm qua, 22:40"], "“Ba vòng họp là chưa đủ”"),
    ],
)
def test_a_subheading_below_a_whole_link_is_the_story_s(link, subheading):
    roles = roles_of("\n".join([*FRAME, HEADLINE, LEAD, *TALKS[:3], *link, subheading, *TALKS[3:], *FRAME]))
    assert [roles[line] for line in link] == ["related"] * len(link)
    assert roles[subheading] == roles[TALKS[3]] == "body"


@pytest.mark.parametrize(
    "heading",
    ["Ý kiến của bạn về vấn đề này?", "Thảo luận về bài viết", "Gửi ý kiến cho bài viết này", "Các ý kiến của độc giả"],
)
def test_what_the_heading_of_comments_is_made_of(heading):
    reader = "Lan, Huế: Chỉ mong hai bên sớm ngồi lại với nhau, dân thường khổ quá rồi."
    roles = roles_of("\n".join([*FRAME, HEADLINE, LEAD, *TALKS, heading, reader, "Gửi"]))
    assert (roles[heading], roles[reader]) == ("ui", "ui")


def test_what_a_blog_writes_below_its_entries_is_the_site_s():
    below = [
        "This entry was posted in Dịch thuật and tagged NATO, Geneva, Tên lửa.",
        "← Hai tàu hàng mắc cạn ngoài khơi Na Uy sau trận bão lớn",
        "Bão lớn đổ bộ vào quần đảo Faroe trong đêm →",
        "One thought on “Mỹ và Trung Quốc mở vòng đàm phán thương mại mới”",
    ]
    page = [HEADLINE, LEAD, *TALKS, "Share this:", "Like this:", "Related", *below, "Leave a Reply"]
    roles = roles_of("\n".join(page))
    assert [roles[line] for line in below] == ["ui", "related", "related", "ui"]


def test_starred_headings_head_the_parts_of_a_round_up_below_a_list_too():
    parts = ["* Phản ứng từ châu Âu", "* Thị trường dầu mỏ", "* Hội đồng Nhân quyền họp tại Geneva"]
    links = ["Tin liên quan", "Hai tàu hàng mắc cạn ngoài khơi Na Uy (24-3)", "Bão lớn đổ bộ vào quần đảo Faroe (3-4)"]
    told = [line for part, text in zip(parts, TALKS, strict=False) for line in (part, text)]
    roles = roles_of("\n".join([*FRAME, HEADLINE, LEAD, *TALKS[3:], *links, *told, *FRAME]))
    assert {roles[line] for line in told} == {"body"}
    assert [roles[line] for line in links] == ["ui", "related", "related"]


def test_what_a_page_calls_itself_before_a_bar_is_its_headline_again():
    title = "Nga có Thủ tướng mới"
    roles = roles_of("\n".join([f"{title} | baomau.vn", "Trang chủ", *FRAME[1:], title, LEAD, *TALKS]))
    assert (roles[f"{title} | baomau.vn"], roles[title], roles["Thế giới"]) == ("headline", "headline", "ui")


def test_a_line_without_a_capital_and_a_heading_in_capitals_link_to_nothing():
    topic, heading = "đàm phán thương mại giữa hai nước lớn", "ĐƯỢC XEM NHIỀU NHẤT:"
    roles = framed(*TALKS, "Bài viết liên quan", *TEASERS, topic, heading)
    assert (roles[topic], roles[heading], {roles[title] for title in TEASERS}) == ("ui", "ui", {"related"})


def test_where_a_text_comes_from_may_stand_before_its_address_without_a_colon():
    address = "Nguồn Báo Mẫu https://baomau.vn/vong-dam-phan-moi-12.html"
    assert roles_of("\n".join([HEADLINE, LEAD, *TALKS, address]))[address] == "byline"


MENUS = ["Tin tức Xã hội Doanh nghiệp Kinh tế vĩ mô", "Khác Hàng hóa nguyên liệu Đồ uống"]


def test_a_menu_may_stand_in_one_line():
    roles = roles_of("\n".join([*MENUS, *FRAME[:-1], HEADLINE, "Chia sẻ Lưu tin Bình luận Trở về", LEAD, *TALKS]))
    assert [roles[line] for line in [*MENUS, "Chia sẻ Lưu tin Bình luận Trở về"]] == ["ui"] * 3
    title = "Nga cáo buộc Mỹ giúp Ukraine tấn công Crimea"
    assert framed(*TALKS, "Bài viết liên quan", title)[title] == "related"


def test_a_subheading_in_the_headline_s_words_begins_no_other_article():
    subheading = "Mỹ và Trung Quốc mở vòng đàm phán"
    picture = f"{subheading} (Ảnh: Reuters)."
    page = [*FRAME, HEADLINE, LEAD, *TALKS, subheading, BODY[0], picture, *BODY[1:], *FRAME]
    roles = roles_of("\n".join(page))
    assert [roles[line] for line in (subheading, BODY[0], picture, BODY[-1])] == ["body", "body", "caption", "body"]


def test_the_event_a_site_files_a_story_under_is_no_standfirst():
    event = "Sự kiện: Vòng đàm phán về kiểm soát vũ khí"
    roles = roles_of("\n".join([*FRAME, HEADLINE, event, "19/07/2026 14:30 (GMT+07:00)", LEAD, *TALKS]))
    assert (roles[event], roles[LEAD]) == ("ui", "lead")


def test_titles_and_teasers_in_turn_between_a_story_and_its_links_are_others():
    first, second, third = (
        "Kho tên lửa của hai nước lớn đến mức nào sau vòng đàm phán?",
        "Thanh sát viên chờ ngày trở lại những bãi phóng bỏ hoang ở phương bắc",
        "Vòng đàm phán vũ khí: Những điều đã biết và những điều chưa biết",
    )
    teasers = [
        "Một bảng số liệu ngắn về các kho tên lửa mà hai bên đã khai báo trong những năm qua.",
        "Đoàn thanh sát viên đã tập huấn suốt mùa đông và sẵn sàng lên đường bất cứ khi nào được gọi.",
    ]
    links = [third, "Trưởng đoàn đàm phán kể về những đêm dài mất ngủ ở Geneva"]
    page = [*FRAME, HEADLINE, LEAD, *TALKS, first, teasers[0], second, teasers[1], *links, "Bình luận", *FRAME]
    roles = roles_of("\n".join(page))
    assert {roles[line] for line in (first, second, *teasers, *links)} == {"related"}
    assert roles[TALKS[-1]] == "body"


@pytest.mark.parametrize("author", ["TP", "Đàm Mẫu Nhà báo", "Minh Thử (theo AP)"])
def test_who_wrote_a_story_stands_below_it_in_many_ways(author):
    assert framed(*TALKS, author)[author] == "byline"


def test_calendars_hashtags_and_the_longest_entry_of_a_menu_are_the_sites():
    calendar = " ".join(["Xem", "Ngày", *map(str, range(1, 32)), *(f"Tháng {n}" for n in range(1, 13))])
    tags = "#vòng đàm phán về vũ khí #kho tên lửa của hai nước lớn"
    page = [HEADLINE, LEAD, *TALKS, tags, "Bài viết liên quan", *OTHER[:1], calendar, "Kinh tế", "Dân tộc và Tôn giáo"]
    google = "Chọn Báo Mẫu làm nguồn ưu tiên trên Google Search"
    roles = roles_of("\n".join([*FRAME, *page, "Thể thao", "Đời sống", google]))
    assert [roles[line] for line in (tags, calendar, "Dân tộc và Tôn giáo", google)] == ["ui"] * 4


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("Hà Thử, Đời sống Pháp luật 16/07/2026 16:35", "2026-07-16"),
        ("Theo Hà Minh Thử | 20-07-2026 - 00:15 AM | Thị trường chứng khoán", "2026-07-20"),
    ],
)
def test_a_page_states_its_day_below_however_long_a_menu(line, day):
    menu = [*FRAME, "Đăng nhập", "Tìm kiếm", "Sống", "Xe", "Podcast", "Multimedia", "Giáo dục", "Du lịch", "Đời sống"]
    page = "\n".join([*menu, "Pháp luật", "Công nghệ", "Khoa học", HEADLINE, line, LEAD, *TALKS])
    assert extract(p=page)["articles"]["published"].to_list() == [day]


def test_a_long_last_paragraph_may_lack_its_full_stop():
    last = f'"{TALKS[3].rstrip(".")}", trưởng đoàn Nga nói với các nhà báo đứng chờ ngoài cửa'
    assert roles_of("\n".join([HEADLINE, "", LEAD, "", *TALKS[:3], last, "", "Ảnh minh hoạ"]))[last] == "body"


@pytest.mark.parametrize("title", ["Điện thoại thông minh ở hai nước lớn", "Vòng đàm phán vũ khí mở ra ở Geneva"])
def test_a_standfirst_without_a_full_stop_is_no_headline(title):
    lead = "Phái đoàn hai nước bắt đầu vòng đàm phán về kiểm soát vũ khí với trọng tâm là kho tên lửa và các bãi phóng"
    roles = roles_of("\n".join([title, "", lead, "", *TALKS]))
    assert (roles[title], roles[lead], roles[TALKS[0]]) == ("headline", "lead", "body")


def test_titles_of_films_above_their_lengths_are_other_stories_even_below_an_imprint():
    films = ["Hãng xe mở nhà máy mới ở ngoại ô thành phố", "01:27", "Đội cứu hộ đưa mười người ra khỏi hầm", "00:54"]
    roles = roles_of("\n".join([HEADLINE, LEAD, *TALKS, "Đường dây nóng: 0900 000 000", "Video Shorts", *films]))
    assert [roles[line] for line in films] == ["related", "ui", "related", "ui"]


def test_a_headline_may_begin_as_the_credit_of_a_film_does():
    title = "CLIP: Hai phái đoàn bắt tay trước bàn đàm phán"
    roles = roles_of("\n".join([*FRAME, title, "20/07/2026 07:00", "Báo lỗi cho Báo Mẫu", LEAD, *TALKS]))
    assert (roles[title], roles["Báo lỗi cho Báo Mẫu"]) == ("headline", "ui")


def test_a_box_a_page_lets_its_readers_skip_parts_no_story():
    box = ["Bỏ qua Podcast và tiếp tục đọc", "Podcast", "Báo Mẫu", "Nghe bản tin tối của Báo Mẫu", "Hết Podcast"]
    roles = roles_of("\n".join([*FRAME, HEADLINE, LEAD, *TALKS[:2], *box, *TALKS[2:]]))
    assert [roles[line] for line in box] == ["ui", "ui", "ui", "related", "ui"]
    assert [roles[line] for line in TALKS] == ["body"] * len(TALKS)


@pytest.mark.parametrize("first", ["ẢNH TƯ LIỆU - Trưởng đoàn Nga", "FILE - Trưởng đoàn Nga"])
def test_what_begins_as_a_picture_from_the_files_is_a_caption(first):
    caption = f"{first} bắt tay trưởng đoàn Mỹ tại Geneva, ngày 9 tháng 9 năm 2023."
    roles = roles_of("\n".join([*FRAME, HEADLINE, "28/08/2025", caption, LEAD, *TALKS]))
    assert roles[caption] == "caption"


def test_when_a_story_was_changed_stands_beside_when_it_was_published():
    days = ["Đăng ngày: 14/09/2022 - 12:30", "Sửa đổi ngày: 14/09/2022 - 15:10"]
    roles = roles_of("\n".join([HEADLINE, LEAD, *days, *TALKS]))
    assert [roles[line] for line in days] == ["byline", "byline"]


def test_a_story_above_teasers_that_open_with_the_site_s_mark_is_no_list_of_links():
    teaser = ["Thủ tướng gặp lãnh đạo nước chủ nhà", "(Chinhphu.vn) - Tối qua, Thủ tướng đã gặp lãnh đạo nước chủ nhà."]
    more = ["Khai mạc hội nghị cấp cao", "(Chinhphu.vn) - Hội nghị năm nay bàn về hạ tầng và năng lượng sạch."]
    last = ["Công điện về mưa lũ", "(Chinhphu.vn) - Thủ tướng yêu cầu các địa phương tập trung cứu trợ."]
    body = [f"(Chinhphu.vn) - {LEAD}", *TALKS[:3]]
    roles = roles_of("\n".join([HEADLINE, *body, "Tham khảo thêm", *teaser, *more, *last]))
    assert [roles[line] for line in (HEADLINE, *TALKS[:3])] == ["headline", "body", "body", "body"]
    assert roles[last[1]] == "related"


def test_the_items_of_a_digest_are_its_own():
    items = [f"* Tin thứ {n}: {text.rstrip('.')}. (AFP)" for n, text in enumerate(TALKS[:4])]
    page = ["Tin thế giới 14/9: Vòng đàm phán mới; bão lớn ở Thái Bình Dương", LEAD]
    page += ["Châu Á", items[0], "Tin liên quan", OTHER[0], items[1], "Caucasus - Trung Á", *items[2:]]
    roles = roles_of("\n".join(page))
    assert [roles[line] for line in (*items, "Châu Á", "Caucasus - Trung Á")] == ["body"] * 6
    assert roles[OTHER[0]] == "related"


def test_what_a_page_puts_in_for_an_advertisement_parts_no_story():
    roles = roles_of("\n\n".join([*FRAME, HEADLINE, LEAD, *TALKS[:2], "[quangcao]", *TALKS[2:]]))
    assert [roles[line] for line in ("[quangcao]", *TALKS)] == ["ui", *["body"] * len(TALKS)]


@pytest.mark.parametrize(
    "bar", ["Facebook Twitter Google+ Pinterest Email", "Facebook  Twitter  Google+  In bài", "2 thoughts on “Mẫu”"]
)
def test_what_shares_a_story_is_the_site_s(bar):
    assert roles_of("\n".join([*FRAME, HEADLINE, "28/08/2025", bar, LEAD, *TALKS]))[bar] == "ui"


@pytest.mark.parametrize(
    "author",
    [
        "Nguồn tin: VOV1",
        "Tác giả bài viết: Minh Thử",
        "Nguồn: Lược dịch từ tagesschau.de, dpa",
        "(Biên dịch: Trần Mẫu; nguồn: Tân Hoa xã)",
        "Tham khảo CNBC, WSJ",
        "Bản tin có sự đóng góp của Reuters.",
        "(tổng hợp)",
    ],
)
def test_what_a_story_is_made_from_is_a_byline_in_many_forms(author):
    page = [*FRAME, HEADLINE, LEAD, *TALKS, author, "Bài viết liên quan", *OTHER]
    assert roles_of("\n".join(page))[author] == "byline"


@pytest.mark.parametrize(
    "author",
    [
        "Kính Mẫu, phóng viên RFA",
        "Trọng Mẫu | RFI",
        "ThS. Trần Thị Mẫu - Viện Sử học",
        "Báo Mẫu 2 giờ 41 liên quan",
        "Đăng lúc: Thứ sáu - 30/09/2016 03:22 - Người đăng bài viết: Trần Mẫu",
        "20/07 23:58",
        "vendredi 24 mai 2024",
        "Write : 2024-05-27 14:52:36 Update : 2024-05-28 09:31:40",
        "Posted on 18/04/2023 by Nghiên cứu Mẫu",
        "#1 Đã gửi : 09/05/2018 lúc 07:21:44(UTC)",
    ],
)
def test_who_wrote_a_story_stands_above_it_in_many_forms(author):
    assert roles_of("\n".join([*FRAME, HEADLINE, author, LEAD, *TALKS]))[author] == "byline"


def test_kinds_of_stories_in_brackets_lead_to_others():
    links = ["[Infographics] Hai kho tên lửa lớn nhất", "Ảnh: Bên trong nơi hai phái đoàn gặp nhau"]
    page = [*FRAME, HEADLINE, LEAD, *TALKS[:2], links[0], *TALKS[2:], "Bài viết liên quan", OTHER[0], links[1]]
    roles = roles_of("\n".join([*page, "Cửa khẩu đón những chuyến xe đầu tiên", "Trang chủ"]))
    assert [roles[line] for line in links] == ["related", "related"]


def test_what_a_picture_shows_stands_between_the_headline_and_whose_it_is():
    shown = "Hai đoàn xe chạy qua cây cầu nối hai bờ vịnh"
    roles = roles_of("\n".join([*FRAME, HEADLINE, shown, "Nguồn hình ảnh, AFP", "Tác giả, Minh Thử", LEAD, *TALKS]))
    assert (roles[HEADLINE], roles[shown]) == ("headline", "caption")


def test_a_menu_in_one_line_is_no_headline():
    menu = "Thế giới Phân tích Người Việt 5 châu Cuộc sống đó đây Quân sự"
    roles = roles_of("\n".join([menu, "Thứ tư, 5/4/2023, 08:15 (GMT+7)", "", HEADLINE, LEAD, "", *TALKS]))
    assert (roles[menu], roles[HEADLINE]) == ("ui", "headline")


def test_a_link_within_a_story_that_goes_on_with_its_names_begins_no_other():
    said = [
        "Thỏa thuận đánh cá giữa Greenland và quần đảo Faroe đã được ký ở thị trấn Nuuk sau bốn tháng bàn thảo, văn "
        "phòng nghề cá cho hay.",
        "Theo bản tóm tắt, hạn ngạch tôm của đội tàu Torshavn tăng thêm một phần mười, còn lệ phí vào cảng được "
        "giữ như năm ngoái.",
        "Phía chủ nhà nhận lại quyền kiểm tra lưới tại mọi bến, điều các nghiệp đoàn đòi từ lâu.",
    ]
    goes_on = [
        "Dư luận vùng Faroe tỏ ra dè dặt. Một chủ tàu lâu năm nói giá dầu mới là mối lo lớn nhất mùa này.",
        "Tại Nuuk, các nghị sĩ đối lập chê văn bản thiếu điều khoản về rác nhựa trôi dạt quanh bờ tây.",
        "Chuyên gia hải dương học lưu ý đàn cá tuyết đang dời lên phía bắc Greenland vì nước ấm dần theo thập niên.",
        "Giới buôn sỉ Torshavn thì mừng, bởi hợp đồng xuất sang châu Á có thể nối lại sớm hơn dự tính.",
    ]
    links = ["Chủ tàu lo giá dầu hơn hạn ngạch vì mùa này bội thu", "Vì sao nghị sĩ đối lập chê văn bản nghề cá?"]
    head = ["Trang chủ", "Thế giới", "Greenland và Faroe ký thỏa thuận đánh cá", "18/09/2021 15:42 GMT+7"]
    page = [*head, *said, *links[:1], *goes_on, "Minh Thử", "Xem thêm", "Cửa khẩu đón chuyến xe đầu tiên"]
    roles = roles_of("\n".join(page))
    assert {roles[line] for line in goes_on} == {"body"}
    # nor do two, one below the other, or what a stream of news leads to, whatever is told below
    other = goes_on
    for name in ("Nuuk", "Faroe", "Greenland", "Torshavn"):
        other = [line.replace(name, "nước này") for line in other]
    stream = ["Dòng sự kiện: Nghề cá Bắc Đại Tây Dương", "Văn bản thiếu điều khoản về rác nhựa trôi dạt"]
    for between in (links, stream):
        roles = roles_of("\n".join([*head, *said, *between, *other, "Minh Thử"]))
        assert {roles[line] for line in other} == {"body"}
    # nor does a short one, unless a whole story stands above it
    below = [*other, "Hạn ngạch tôm thì chưa ai nhắc tới trong suốt buổi tranh luận dài hai tiếng đồng hồ ấy."]
    roles = roles_of("\n".join([*head, *said, "Rác nhựa và đàn cá tuyết", *below, "Minh Thử"]))
    assert {roles[line] for line in below} == {"body"}


@pytest.mark.parametrize(
    "heading", ["Có thể quý vị quan tâm", "Các tin đáng đọc khác", "Xem nhiều nhất trong ngày", "ĐỌC NHIỀU THẾ GIỚI"]
)
def test_headings_of_lists_are_known_by_the_words_they_are_made_of(heading):
    links = ["Chelsea thua trận thứ hai liên tiếp", "Hải cảng mở cửa trở lại sau bão lớn"]
    roles = roles_of("\n".join([*FRAME, HEADLINE, LEAD, *TALKS[:2], heading, *links, *TALKS[2:]]))
    assert [roles[line] for line in (heading, *links, *TALKS)] == ["ui", *["related"] * 2, *["body"] * len(TALKS)]
    # and no sentence of the story is one
    said = "Các nước khác cùng quan tâm."
    assert roles_of("\n".join([*FRAME, HEADLINE, LEAD, *TALKS[:2], said, *TALKS[2:]]))[said] == "body"


def test_a_story_is_signed_below_the_heading_of_a_list_and_a_sign_leads_to_others():
    links = ["> Hai phái đoàn đề xuất ngày họp để bàn việc thực thi", "> Bãi thử sắp bị phá, báo chí năm nước được mời"]
    end = ["Nhiều tin liên quan", "Lan Chi (theo Kyodo)", "Nghị Sơn", "Busan"]
    roles = roles_of("\n".join([*FRAME, HEADLINE, LEAD, *TALKS[:1], *links, *TALKS[1:], *end]))
    assert [roles[line] for line in links] == ["related", "related"]
    assert (roles["Nhiều tin liên quan"], roles["Lan Chi (theo Kyodo)"]) == ("ui", "byline")


def test_the_section_of_a_story_may_be_called_as_a_list_is():
    day = "Write : 2024-05-27 14:52:36 Update : 2024-05-28 09:31:40"
    roles = roles_of("\n".join([HEADLINE, "Tin nóng", day, "Photo : YONHAP News", LEAD, *TALKS]))
    assert (roles["Tin nóng"], roles[day], roles["Photo : YONHAP News"]) == ("ui", "byline", "caption")
    assert {roles[line] for line in TALKS} == {"body"}


def test_posts_below_the_first_of_a_thread_are_the_readers():
    posts = ["#2 Đã gửi : 09/05/2018 lúc 10:48:02(UTC)", "Đã bảo rồi mà, ký xong thì lại phải ký lại một lần nữa."]
    more = ["#3 Đã gửi : 11/05/2018 lúc 01:15:37(UTC)", "Sắp tới gặp nhau ở đâu, không biết có ai tin không?"]
    first = [HEADLINE, "#1 Đã gửi : 09/05/2018 lúc 07:21:44(UTC)", LEAD]
    roles = roles_of("\n".join([*FRAME, *first, *TALKS, *posts, *more]))
    assert [roles[line] for line in (posts[0], more[0], more[1])] == ["ui"] * 3
    assert {roles[line] for line in TALKS} == {"body"} and "other" not in roles.values()


@pytest.mark.parametrize(
    "text",
    [
        ["Tổng thống giơ văn bản vừa ký trước báo giới hôm 8/5 Getty Images"],
        ["© Báo Mẫu / Arne Holt", "Các trưởng đoàn chụp ảnh chung tại hội nghị - Báo Mẫu, 1920, 23.10.2024"],
    ],
)
def test_the_text_of_a_picture_with_whose_it_is_is_a_caption(text):
    roles = roles_of("\n".join([*FRAME, HEADLINE, "23/10/2024", *text, LEAD, *TALKS]))
    assert (roles[HEADLINE], {roles[line] for line in text}) == ("headline", {"caption"})


def test_a_line_of_marks_with_a_title_and_its_day_below_begins_another_article():
    marks = "*****************"
    second = ["Úc bác yêu sách trên biển trong công hàm gửi các nước", "(VOA, 25/07/2020)", *OTHER[-2:]]
    end = ["Additional Info", "Tagged under", "Related items", "Hồng Kông và cuộc di tản của năm nay"]
    roles = roles_of("\n".join([*FRAME, HEADLINE, "25/07/2020", LEAD, *TALKS, "Thanh Mẫu, RFI", marks, *second, *end]))
    assert [roles[line] for line in (*TALKS, "Thanh Mẫu, RFI", marks)] == [*["body"] * len(TALKS), "byline", "ui"]
    assert [roles[line] for line in second] == ["other"] * 4
    assert [roles[line] for line in end] == ["ui", "ui", "ui", "related"]
    # without a day it is a chapter
    roles = roles_of("\n".join([*FRAME, HEADLINE, "25/07/2020", LEAD, *TALKS[:2], marks, "Chuyện còn lại", *TALKS[2:]]))
    assert {roles[line] for line in TALKS} == {"body"}


def test_what_a_forum_says_of_who_writes_is_the_sites():
    fields = ["Nhóm: Registered, Biên tập viên", "Gia nhập: 04-09-2011(UTC)", "Được cảm ơn: 21 lần trong 19 bài viết"]
    talk = ["Sửa bởi người viết 11/07/2023 lúc 08:21:03(UTC)", "Trần Mẫu says:", "Bài này dịch mượt, đọc một mạch."]
    head = [HEADLINE, "#1 Đã gửi : 11/07/2023 lúc 08:15:44(UTC)", *fields, "UserPostedImage"]
    roles = roles_of("\n".join([*FRAME, *head, LEAD, *TALKS, "Theo VOA", *talk, "Ai đang xem chủ đề này?"]))
    lines = [*fields, "UserPostedImage", *talk, "Ai đang xem chủ đề này?"]
    assert [roles[line] for line in lines] == ["ui"] * len(lines)
    assert (roles[LEAD], roles["Theo VOA"]) == ("lead", "byline")


def test_who_put_a_story_up_is_a_byline():
    for line in ("Written by Tổng hợp", "Publié par Trần Mẫu à 10:42"):
        assert roles_of("\n".join([*FRAME, HEADLINE, line, "25/07/2020", LEAD, *TALKS]))[line] == "byline"


def test_the_bars_of_a_menu_and_the_party_s_paper_are_no_headlines():
    menu = "Thời sự - Chính trị | Xây dựng Đảng | Kinh tế | Xã hội | Quốc tế | Báo in | Truyền hình"
    paper = "CƠ QUAN CỦA ĐẢNG BỘ TỈNH - TIẾNG NÓI CỦA ĐẢNG BỘ, CHÍNH QUYỀN VÀ NHÂN DÂN"
    for head in ([paper, "Thứ Tư, 05/04/2023, 08:10 (GMT+7)", menu], [menu, "07:00 | 29/07/2022", "1,204 lượt xem"]):
        roles = roles_of("\n".join([*head, HEADLINE, LEAD, *TALKS]))
        assert (roles[HEADLINE], roles[LEAD], roles[menu]) == ("headline", "lead", "ui")
        assert roles.get(paper, "ui") == "ui"


def test_a_link_in_markdown_leads_to_others():
    links = ["> [Lối đi nào cho khí đốt của hai nước?](https://baomau.example/a)", "[Nước láng giềng mở kho dầu](/b)"]
    site = ["[Năng Lượng Mẫu](https://baomau.example/) |", "* [Gửi bài](mailto:) * [In bài](javascript:) * [Góp ý](#)"]
    roles = roles_of("\n".join([site[0], "Trang chủ", HEADLINE, LEAD, *links, *TALKS, site[1]]))
    assert [roles[line] for line in (HEADLINE, *site)] == ["headline", "ui", "ui"]
    assert {roles[line] for line in links} == {"related"} and {roles[line] for line in TALKS} == {"body"}


def test_an_aggregator_names_the_paper_above_and_its_day_below():
    above, below = "Đời Sống Mẫu • 2 giờ trước • 18 liên quan", "12/03/2025 06:15"
    end = ["Nguồn ĐSM: https://doisongmau.example/hai-nuoc-d88213.html", below, "#Ukraine #Nga #Mỹ", "6 bình luận"]
    roles = roles_of("\n".join([*FRAME, HEADLINE, above, LEAD, *TALKS[:3], "12 liên quan", *TALKS[3:], *end]))
    assert [roles[line] for line in (above, LEAD, "12 liên quan", below)] == ["byline", "lead", "ui", "byline"]
    page = "\n".join([*FRAME, HEADLINE, above, LEAD, *TALKS, *end])
    assert extract(p=page)["articles"]["published"].to_list() == ["2025-03-12"]


def test_a_thread_of_a_forum_is_its_first_post():
    opened = "Thảo luận trong 'Châu Á' bắt đầu bởi tranmau, 17/6/20."
    who = ["tranmau", "Thành viên kỳ cựu", "Tham gia ngày:", "12/3/11", "Đã được thích:", "1,905"]
    below = ["lan_mau, haimau thích bài này.", "lan_mau nói: ↑", "Trang 1 của 3", "1 2 3 Tiếp >"]
    menu = ["Diễn đàn Mẫu", "Đăng nhập hoặc Đăng ký", "Thành viên"]
    end = ["(Bạn phải Đăng nhập hoặc Đăng ký để trả lời.)", "Thành viên mới", "Forum software by XenForo™ XenForo Ltd."]
    page = "\n".join([*menu, *FRAME, HEADLINE, opened, *below[2:], *who, LEAD, *TALKS, "Nguồn: Reuters", *below, *end])
    roles = roles_of(page)
    story = (HEADLINE, opened, LEAD, "Nguồn: Reuters")
    assert [roles[line] for line in story] == ["headline", "byline", "lead", "byline"]
    assert {roles[line] for line in (*who, *below, *end)} == {"ui"}
    table = extract(p=page)["articles"]
    # (neither the forum's program nor what stands in its menu has published it)
    assert table.select("publisher", "published").rows() == [(None, "2020-06-17")]


def test_a_text_broken_by_hand_is_joined():
    width = [62, 80, 55, 74, 68, 59, 77, 65]
    told, words = [[]], " ".join([*TALKS, *BODY]).split()
    for word in words:
        if len(" ".join([*told[-1], word])) > width[len(told) % 8]:
            told.append([])
        told[-1].append(word)
    lines = [" ".join(line) for line in told]
    roles = roles_of("\n".join([HEADLINE, "", LEAD, "", *lines, "", "Bình luận", "Thích", "Đang tải..."]))
    assert {roles[line] for line in lines} == {"body"}
    assert roles["Đang tải..."] == "ui"


def test_a_few_words_above_a_menu_are_the_site_s_name():
    head = ["Góc nhìn tên lửa", "Trang nhà", "Giới thiệu", "Liên lạc"]
    title, day = "Geneva, chuyện dài chưa kết", "Đăng ngày 05/04/2022 bởi Trần Mẫu"
    talk = ["2 phản hồi to Geneva", "Hai Mẫu says:", "06/04/2022 lúc 8:10 sáng", "Cám ơn bác, bài hay quá."]
    roles = roles_of("\n".join([*head, "", title, day, "", LEAD, *TALKS, "", "Chia sẻ:", "", *talk]))
    assert [roles[line] for line in (title, day, LEAD)] == ["headline", "byline", "lead"]
    assert {roles[line] for line in (*head, *talk)} == {"ui"}


def test_one_of_a_run_of_titles_above_the_story_is_a_list_s():
    run = [
        "Bão số 5 có thể mạnh lên rất nhanh trong đêm",
        "Khánh thành nhiều công trình chào mừng ngày hội",
        "Trưởng đoàn bóng đá: vòng hai kéo dài trong ba ngày",
    ]
    title = "Cánh cửa Geneva hé mở sau cuộc gặp kín của hai phái đoàn"
    roles = roles_of("\n".join([*FRAME, *run, "Thế giới", title, f"(Baomau.vn) - {LEAD}", "10/08/2025 10:15", *TALKS]))
    assert (roles[title], {roles[line] for line in run}) == ("headline", {"related"})


def test_an_article_below_the_links_has_two_paragraphs_before_its_picture():
    links = ["Tin liên quan", "Giá dầu tăng phiên thứ ba liên tiếp vì tồn kho giảm", "Tàu ngũ cốc đầu tiên rời cảng"]
    second = [OTHER[0], f"BAOMAU.VN - {OTHER[1]}", OTHER[2], "Hai thủ tướng trước giờ họp. Ảnh: Reuters", OTHER[-1]]
    page = "\n".join([*FRAME, HEADLINE, LEAD, *TALKS, "Trần Mẫu/BAOMAU.VN", *links, *second, "Tin nổi bật", *links[1:]])
    roles = roles_of(page)
    assert {roles[line] for line in second} == {"other"}
    assert {roles[line] for line in links[1:]} == {"related"}


def test_a_story_goes_on_with_the_surnames_of_persons_it_has_named():
    def names(*lines: str) -> list[int]:
        frame = pl.DataFrame({"n": range(len(lines)), "page": "p", "k": range(len(lines)), "plain": lines})
        return carried(frame, pl.col("plain") == "Một liên kết", pl.lit(True))["names"].to_list()

    above = "Ngoại trưởng Antony Blinken mở lời, ông Dương Khiết Trì đáp lại."
    assert names(above, "Một liên kết", "Ông Dương bật cười. Sau đó ông Blinken đáp lời bà Mẫu.") == [2]
    # who is named whole again is told of anew, and who was not named whole above is not known
    assert names(above, "Một liên kết", "Thủ tướng Dương Đức Mẫu tới. Ông Dương bật cười.") == [0]
    assert names("Ông Dương đáp lại.", "Một liên kết", "Ông Dương bật cười.") == [0]


def test_a_long_question_may_be_the_headline_below_the_titles_of_others():
    others = ["Cô gái bị bỏ rơi giữa đường cao tốc và cái kết không ai ngờ", "Chung kết cúp C1: thủ môn mắc hai lỗi"]
    title = 'Ba ngày "không ai hay biết" ở Geneva: hai phái đoàn bàn gì về tên lửa tầm trung?'
    links = ['Trưởng đoàn lên tiếng lúc nửa đêm: "Vẫn còn kịp"', "Bên trong bức thư làm chao đảo bàn đàm phán"]
    second = ["Vì sao ông Macron mang cây sồi đến tặng rồi lại phải đào lên?", "Lan Mẫu |", *OTHER[-3:]]
    page = [*FRAME, "Mới nóng", *others, "", title, "", "An Mẫu |", "", LEAD, *TALKS[:1], *links, *TALKS[1:]]
    end = ["theo Báo Mẫu", "CÙNG CHUYÊN MỤC", "Ai phá thỏa thuận với láng giềng?", "ĐỌC THÊM", "Năm con giáp đào hoa"]
    roles = roles_of("\n".join([*page, *end, "Tin nổi bật", *second, "Liên hệ quảng cáo"]))
    assert [roles[line] for line in (title, "An Mẫu |", LEAD)] == ["headline", "byline", "lead"]
    assert {roles[line] for line in (*others, *links)} == {"related"}
    assert {roles[line] for line in second} == {"other"} and {roles[line] for line in TALKS} == {"body"}


def test_the_parts_of_a_round_up_between_marks_may_go_on_without_their_day():
    mark = "------------------"
    last = ["Đài Loan: chính phủ mới đổi giọng về một hòn đảo nhỏ", TALKS[-1]]
    parts = [OTHER[0], "VOA - 27.05.2016", *OTHER[1:], mark, *last]
    page = [HEADLINE, "RFI - 27-05-2016", LEAD, *TALKS[:-1], mark, *parts, "Posted by T.M. at 6:42 AM"]
    roles = roles_of("\n".join(page))
    assert {roles[line] for line in parts if line != mark} == {"other"}


def test_the_buttons_below_a_story_are_no_captions():
    buttons = ["Gửi cho bạn bè", "In tin này", "Gửi trang này cho bè bạn    Bản để in ra"]
    roles = roles_of("\n".join([HEADLINE, "", LEAD, "", *BODY, "Minh Thử (theo AFP)", "", *buttons, "Ý kiến của bạn:"]))
    assert {roles[line] for line in buttons} == {"ui"}
