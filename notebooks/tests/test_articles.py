"""Lines and their roles: every character in one line, the story apart from everything around it."""

import polars as pl
from extracting import extract, roles_of
from hypothesis import given, settings
from hypothesis import strategies as st

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


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(LINE, PIECE), max_size=14))
def test_every_character_stands_in_exactly_one_line(pieces):
    text = "\n".join(pieces)
    lines = extract(p=text)["lines"].sort("start")
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
