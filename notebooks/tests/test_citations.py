"""Outlets and the part each plays, on sentences of our own."""

from functools import lru_cache

import polars as pl
import pytest
from extracting import citations_of, extract, report, story

PARTS = [
    ("Theo hãng tin AFP, cuộc gặp kéo dài hai giờ.", ("AFP", "att")),
    ("Reuters dẫn lời một quan chức giấu tên.", ("Reuters", "att")),
    ("Cuộc họp kết thúc sớm, theo AP.", ("AP", "att")),
    ("Ông viết như vậy trong bài bình luận cho tờ Politico.", ("Politico", "att")),
    ("Bà trả lời phỏng vấn kênh CNN hôm qua.", ("CNN", "att")),
    ("Hãng thông tấn RIA của Nga trong khi đó dẫn một nguồn tin.", ("RIA Novosti", "att")),
    ("Hãng thông tấn Trung ương Triều Tiên hôm nay đưa tin ngắn.", ("KCNA", "att")),
    ("Theo thống kê của Nikkei, giá tăng đều.", ("Nikkei", "att")),
    ("Ông nói với Hãng Reuters trước khi lên đường.", ("Reuters", "att")),
    ("Thuốc bị thu giữ - Ảnh (minh hoạ): AFP", ("AFP", "photo")),
    ("Phóng viên CNN bị cấm vào phòng họp báo.", ("CNN", "other")),
    ("Kênh CNN bị kiện vì bản tin này.", ("CNN", "other")),
    ("Tổng thống thăm nhà máy ở miền bắc. (Ảnh: AP)", ("AP", "photo")),
    ("Hai lãnh đạo tại lễ ký - Ảnh: REUTERS", ("Reuters", "photo")),
    ("Bản đồ khu vực. Đồ hoạ: DW.", ("DW", "photo")),
    ("Lễ ký kết chiều qua - Ảnh chụp màn hình CNN", ("CNN", "photo")),
    ("Theo nhận định của hãng tin Reuters, hai bên đã nhượng bộ.", ("Reuters", "att")),
    ("Một chủ tiệm nói với phóng viên AFP rằng giá tăng.", ("AFP", "att")),
    ("Phóng viên AFP mô tả hàng người dài trước cửa.", ("AFP", "att")),
    ("Báo Guardian của Anh hồi cuối tháng 9 tiết lộ kế hoạch.", ("Guardian", "att")),
    ("Tờ Guardian thậm chí cho rằng thỏa thuận đã hỏng.", ("Guardian", "att")),
    ("Đoàn tàu dừng ở ga, hình ảnh do KCNA cung cấp.", ("KCNA", "att")),
    ("Tổng thống dọa kiện phóng viên ảnh của tạp chí Time.", ("Time", "other")),
    ("Hãng tin Yonhap, Hàn Quốc, dựa theo một nguồn tin riêng, viết vậy.", ("Yonhap", "att")),
    ("Hãng thông tấn nhà nước (SANA) hân hoan loan tin sáng nay.", ("SANA", "att")),
    ("Bài xã luận ngày 11/8 của tờ Kyunghyang Shinmun cũng nghĩ vậy.", ("Kyunghyang Shinmun", "att")),
    ("Bà nói điều đó trong chương trình sáng chủ nhật của đài ABC.", ("ABC", "att")),
    ("Phóng viên Reuters thấy nhiều xe tải qua cầu.", ("Reuters", "att")),
    ("Chính quyền cấm phóng viên CNN vào phòng họp báo.", ("CNN", "other")),
    ("Tòa xử kín phóng viên của tờ Guardian.", ("Guardian", "other")),
    ("Nạn nhân là nhà báo Arne Holt của tờ Guardian.", ("Guardian", "other")),
    ("Người bị bắt là một phóng viên BBC, bị giữ từ hôm qua.", ("BBC", "other")),
    ("Bà nhiều năm dẫn bản tin của đài NBC ở quê nhà.", ("NBC", "other")),
    ("Reuters dẫn bản tin của đài NHK.", ("Reuters", "att")),
    ("Theo Mirror, cuộc họp bị hoãn.", ("Mirror", "att")),
    ("Cuộc họp đã bị hoãn, Independent hôm qua đưa tin.", ("Independent", "att")),
    ("Đoàn xe đã qua cầu - Hãng RBC, Nga đăng thông tin.", ("RBC", "att")),
    ("Như Tuổi Trẻ Online đã đưa tin, tàu cập cảng hôm qua.", ("Tuổi Trẻ", "pub")),
    ("Đài truyền hình trung ương Trung Quốc (CCTV) tối qua phát một phóng sự.", ("CCTV", "att")),
    ("Ông bác bỏ cáo buộc của tờ Guardian.", ("Guardian", "att")),
    ("Cơ quan này chỉ trích Guardian gay gắt.", ("Guardian", "other")),
    ("Báo Sankei Shimbun có trụ sở ở Tokyo đưa tin một tàu hàng bị giữ.", ("Sankei", "att")),
    ("Báo Sankei Shimbun có trụ sở ở Tokyo và hai thành phố lớn khác.", ("Sankei", "other")),
    ("Đài CNN, BBC và các kênh khác chính thức bị buộc đăng ký lại.", ("CNN", "other")),
    ("VTV.vn - Thủ tướng đã tới sân bay sáng nay.", ("VTV", "pub")),
    ("(Dân trí) - Hai bên gặp nhau chiều qua.", ("Dân trí", "pub")),
    ("(VOV5) - Hội nghị khai mạc sáng nay.", ("VOV", "pub")),
    ("(TTXVN) - Hội nghị khai mạc sáng nay.", ("VNA", "credit")),
    ("WASHINGTON (Reuters) - Hai bên ký kết hôm qua.", ("Reuters", "credit")),
    ("Hai bên sẽ gặp lại nhau vào tháng sau, một quan chức cho biết. (AFP, Reuters)", ("AFP", "credit")),
    ("Thông tín viên đài VOA Anna Reed tường thuật từ Hà Nội.", ("VOA", "credit")),
    ("Thông tín viên đài VOA tường thuật rằng giá tăng đều.", ("VOA", "att")),
    ("TEHRAN TIMES: hai bên đã nhượng bộ.", ("Tehran Times", "att")),
    ("BANGKOK POST – Hai bên đã nhượng bộ.", ("Bangkok Post", "att")),
    ("Theo truyền hình tiếng Arab Aljazera, cuộc gặp kéo dài.", ("Al Jazeera", "att")),
    ("Nhà phân tích quân sự nổi tiếng của tờ Guardian nghĩ khác.", ("Guardian", "other")),
    ("Theo Dailymail.com, cuộc gặp kéo dài hai giờ.", ("Daily Mail", "att")),
    ("Theo trang tinmau.com, giá tăng mạnh.", ("tinmau.com", "att")),
    ("Lễ khai mạc hội nghị. (Nguồn: www.hoinghi2017.ph)", ("hoinghi2017.ph", "photo")),
    ("Lễ đón tại sân bay sáng 5/3. Ảnh VGP/Nhật Bắc", ("Báo Chính phủ", "photo")),
    ("(VnMẫu) - Hai bên gặp nhau chiều qua.", ("VnMẫu", "pub")),
    ("(baomau.edu.vn) - Hai bên gặp nhau chiều qua.", ("baomau.edu.vn", "pub")),
    ("NDĐT - Hai bên gặp nhau chiều qua.", ("Nhân Dân", "pub")),
    ("ANTD.VN - Hai bên gặp nhau chiều qua.", ("An ninh Thủ đô", "pub")),
    ("Chinhphu.vn) - Hai bên gặp nhau chiều qua.", ("Báo Chính phủ", "pub")),
    ("Baoquocte.vn. Hai bên gặp nhau chiều qua.", ("Thế giới & Việt Nam", "pub")),
    ("(SGGPO).- Hai bên gặp nhau chiều qua.", ("Sài Gòn Giải Phóng", "pub")),
    ("Dân trí Một trận động đất xảy ra hôm qua.", ("Dân trí", "pub")),
    ("Dân trí/Thế giới", ("Dân trí", "pub")),
    ("- See more at: http://baomau.vn/The-gioi/bai-viet.html", ("baomau.vn", "pub")),
    ("Trao đổi với VnExpress, ông Martin Reed nói vậy.", ("VnExpress", "pub")),
    ("Trao đổi với Reuters, ông Martin Reed nói vậy.", ("Reuters", "att")),
    ("Theo Tuổi Trẻ, ông Martin Reed nói vậy.", ("Tuổi Trẻ", "att")),
    ("Lễ ký kết chiều qua. (AFP via Getty Images)", ("AFP", "photo")),
    ("Lễ ký kết chiều qua. REUTERS/Martin Reed", ("Reuters", "photo")),
    ("Lễ ký kết chiều qua. (AP Photo/Martin Reed)", ("AP", "photo")),
    ("Phóng viên CNN Martin Reed bị cảnh sát bắt hôm qua.", ("CNN", "other")),
    ("Tổng biên tập tờ Guardian Martin Reed im lặng.", ("Guardian", "other")),
    ("Chương trình sẽ phát sóng trên kênh CBS vào chủ nhật.", ("CBS", "other")),
    ("Theo nhà bình luận Martin Reed của Ridgeton Echo, hai bên đã gặp nhau.", ("Ridgeton Echo", "att")),
    ("Kênh 12 của Israel cho biết hai bên đã gặp nhau.", ("Channel 12 Israel", "att")),
    ("Thời báo Tài chính (Anh) viết như vậy.", ("Financial Times", "att")),
    ("NLĐ - Hai bên gặp nhau chiều qua.", ("Người Lao Động", "pub")),
    ("(Ngày Nay) - Hai bên gặp nhau chiều qua.", ("Ngày Nay", "pub")),
    ("Theo Đài truyền hình Việt Nam, cuộc gặp kéo dài.", ("VTV", "att")),
    ("Theo Đài truyền hình trung ương Trung Quốc, cuộc gặp kéo dài.", ("CCTV", "att")),
    ("Đài truyền hình nhà nước TRT đưa tin cuộc gặp kéo dài.", ("TRT", "att")),
    ("People’ s Daily cho rằng hai bên đã nhượng bộ.", ("People's Daily", "att")),
    ("Ghi nhận của phóng viên Dân trí lúc 16h cho thấy đường vắng.", ("Dân trí", "pub")),
    ("Theo báo Nước Nga ngày nay, cuộc gặp kéo dài.", ("RT", "att")),
    ("Bà nói vậy sau khi phóng viên Reuters đặt câu hỏi về chuyến thăm.", ("Reuters", "other")),
    ("Ông xuất hiện trên bản tin tối của đài NHK hôm qua.", ("NHK", "other")),
    ("Cuộc gặp được truyền trực tiếp trên đài CCTV.", ("CCTV", "other")),
    ("Chính phủ chặn trang web của BBC và hai đài khác.", ("BBC", "other")),
    ("Ông Martin Reed, cây bút của tờ Guardian, bị bắt hôm qua.", ("Guardian", "other")),
    ("Hãng thông tấn bán chính thức Fars của Iran đưa tin.", ("Fars", "att")),
    ("Tuổi Trẻ đã liên hệ đại sứ quán nhưng chưa có trả lời.", ("Tuổi Trẻ", "pub")),
    ("Theo ĐS&PL, cuộc gặp kéo dài.", ("Đời sống & Pháp luật", "att")),
    ("Theo Diễn đàn Doanh nghiệp, giá tăng.", ("Diễn đàn Doanh nghiệp", "att")),
    ("Bà có cuốn sách bán chạy nhất của New York Times.", ("New York Times", "other")),
    ("Ông là cựu biên tập viên tờ Politico.", ("Politico", "other")),
    ("Bộ Ngoại giao triệu tập phóng viên của hãng tin AP.", ("AP", "other")),
    ("Theo AP, Iran đã đồng ý.", ("AP", "att")),
    ("Ảnh cắt từ clip của RT.", ("RT", "photo")),
]


@lru_cache(maxsize=1)
def parts():
    """The first citation of each sentence of `PARTS`, extracted at once."""
    found = extract(**{sentence: story(sentence) for sentence, _ in PARTS})["citations"]
    first = found.unique("page", keep="first", maintain_order=True)
    return {page: (outlet, role) for page, outlet, role in first.select("page", "source_id", "role").iter_rows()}


@pytest.mark.parametrize(("sentence", "expected"), PARTS)
def test_the_part_an_outlet_plays(sentence, expected):
    assert parts()[sentence] == expected


def test_an_abbreviation_plays_the_part_of_the_name_before_it():
    assert citations_of("Tạp chí phố Wall (WSJ) cho biết kế hoạch đã bị hoãn.") == [("WSJ", "att"), ("WSJ", "att")]


def test_both_forms_of_a_name_play_one_part():
    for sentence in ("{} KCNA hôm nay đưa tin.", "Theo {} KCNA, lễ ký đã xong.", "{} (KCNA) sáng nay xác nhận tin."):
        found = citations_of(sentence.format("Hãng thông tấn Trung ương Triều Tiên"))
        assert found == [("KCNA", "att"), ("KCNA", "att")]


def test_a_page_about_an_outlet_names_it_as_its_subject():
    said = "Lời của CNN khi ấy vẫn còn được nhắc."
    about = citations_of("Chính phủ cấm đài CNN hoạt động.", said, "CNN cho biết sẽ khiếu nại.")
    assert about == [("CNN", "other"), ("CNN", "other"), ("CNN", "att")]
    assert citations_of(said) == [("CNN", "att")]


def test_what_a_caption_says_of_its_picture_is_a_credit():
    found = citations_of("Nhà máy mới ở miền bắc. Ảnh do KCNA công bố ngày 22-12 - Ảnh: REUTERS")
    assert found == [("KCNA", "photo"), ("Reuters", "photo")]


def test_what_follows_the_brackets_of_a_picture_is_no_part_of_its_credit():
    found = citations_of("Hai bên gặp nhau (Ảnh: AFP) Theo hãng tin TASS, cuộc gặp kéo dài.")
    assert found == [("AFP", "photo"), ("TASS", "att")]


def test_a_house_marks_its_report():
    assert citations_of("TTO - Hai bên đã ký thỏa thuận ngừng bắn.") == [("Tuổi Trẻ", "pub")]
    assert citations_of("TPO - Hai bên đã ký thỏa thuận ngừng bắn.") == [("Tiền Phong", "pub")]


def test_a_fortress_a_strait_and_an_exercise_are_no_outlets():
    assert citations_of("Ông thị sát pháo đài Paramacay.", "Cuộc tập trận Ulchi Freedom Guardian bị hoãn.") == []
    assert citations_of("Máy bay đi qua kênh Bashi hôm qua.", "Khách tới lâu đài Windsor từ sáng.") == []


def test_what_is_called_or_abbreviated_like_an_outlet_is_none():
    assert citations_of("Vệ tinh Sputnik bay lên năm 1957.", "Tiếng vọng của Sputnik còn mãi.") == []
    assert citations_of("Chuyến tàu chở tên lửa RT-23 đã về kho.", "Tờ trình của đảng Lao động đưa tin vui.") == []
    assert citations_of("Chỉ số Nikkei tăng nhẹ.", "Lực lượng vũ trang Philippines (AFP) mua máy bay.") == []


def test_the_owner_of_a_paper_is_not_who_reports():
    found = citations_of("Thời báo Hoàn cầu, ấn phẩm của Nhân dân Nhật báo, viết như vậy.")
    assert found == [("Global Times", "att"), ("People's Daily", "other")]


def test_several_outlets_share_a_verb():
    assert citations_of("AP, Reuters và AFP đưa tin cuộc họp đã kết thúc.") == [
        ("AP", "att"),
        ("Reuters", "att"),
        ("AFP", "att"),
    ]


@pytest.mark.parametrize(
    ("sentence", "outlet"),
    [
        ("Tờ Atlantis Courier viết rằng thỏa thuận đã gần kề.", "Atlantis Courier"),
        ("Tờ báo thể thao uy tín Sportavia khen ngợi trận đấu.", "Sportavia"),
        ("Các tờ như Sportavia đều theo sát diễn biến.", "Sportavia"),
        ("Theo trang công nghệ Gadgetaria, thiết bị nặng hai cân.", "Gadgetaria"),
        ("Hôm qua, báo La Montagne cho hay đàm phán đã dừng.", "La Montagne"),
        ("Theo Danish Ledger Daily, giá thuê tàu giảm.", "Danish Ledger Daily"),
    ],
)
def test_an_outlet_nobody_lists_is_known_by_the_words_around_it(sentence, outlet):
    assert citations_of(sentence) == [(outlet, "att")]


def test_an_outlet_nobody_lists_is_one_again_where_it_reports():
    told = ["Tờ Sportavia khen ngợi trận đấu.", "Theo Sportavia, trận tới sẽ khó.", "Khách đọc Sportavia ở ga."]
    assert citations_of(*told) == [("Sportavia", "att")] * 2
    assert citations_of(*told[1:]) == []


def test_the_abbreviation_of_an_outlet_nobody_lists_is_its_name_too():
    told = ["Theo trang tin Sportavia Nord (SPN), trận đấu bị hoãn.", "Theo SPN, trận tới sẽ khó.", "Khách chờ SPN."]
    assert citations_of(*told) == [("Sportavia Nord", "att")] * 3


def test_a_page_of_the_web_and_a_company_are_no_outlets():
    assert citations_of("Ông phát biểu tại Diễn đàn Doanh nghiệp châu Á.") == []
    assert citations_of("Anh xem vé trên trang Ticketaria.", "Máy bay của hãng Lion Air hạ cánh.") == []
    assert citations_of("Đó là lời cảnh báo Hàn Quốc Seul Ki nhận được.", "Vườn thú có nai, báo Sahara và cừu.") == []


def test_an_address_that_is_no_source_is_none():
    sentences = [
        "Xem thêm tại http://www.tinmau.com để biết.",
        "Theo moit.gov.vn, giá tăng.",
        "Ông viết trên facebook.com.",
    ]
    assert citations_of(*sentences) == []


def test_a_reporter_and_an_announcement_are_no_outlets():
    assert citations_of("Nhà báo Evan Gershkovich ra tòa.", "Hai bên thông báo Chủ tịch sẽ thăm Nga.") == []


def test_a_channel_of_a_network_is_no_outlet():
    assert citations_of("Kênh Telegram Rybarnik cho biết cuộc gặp kéo dài.") == []


def test_photographers_and_social_networks_are_no_outlets():
    assert citations_of("Hai bên bắt tay. Ảnh: Minh Thử", "Clip lan truyền. Video: Twitter") == []
    assert citations_of("Hai bên bắt tay. Ảnh: Lan Hai") == []  # a name without accents


def test_a_page_of_the_web_that_reports_is_an_outlet():
    assert citations_of("Trang QQ đưa tin hai bên đã gặp nhau.") == [("Tencent News", "att")]


def test_byline_credits_make_the_credits_of_the_article():
    body = story("Mỹ và Nga nối lại đàm phán hôm nay.", "Hai bên trao đổi danh sách.", "Không có tuyên bố chung nào.")
    tables = extract(end=f"{body}\nMinh Thử (theo Yonhap)", inline=f"{body} (theo AP)", none=body)
    credits = dict(tables["articles"].select("page", "credits").iter_rows())
    assert credits == {"end": ["Yonhap"], "inline": ["AP"], "none": []}


@pytest.mark.parametrize(
    ("line", "cited"),
    [
        ("Báo Tin tức", [("Tin tức", "pub")]),
        ("VOV.VN", [("VOV", "pub")]),
        ("TTXVN", [("VNA", "credit")]),
        ("Reuters, AP", [("Reuters", "credit"), ("AP", "credit")]),
        ("TTXVN/Vietnam+", [("VNA", "credit"), ("VietnamPlus", "credit")]),
        ("Theo Báo Tin tức", [("Tin tức", "credit")]),
        ("Theo tạp chí The Diplomat", [("The Diplomat", "credit")]),
        ("PV/TTXVN", [("VNA", "credit")]),
        ("Minh Thử (PV TTXVN tại Liên bang Nga)", [("VNA", "credit")]),
        ("Minh Thử lược dịch từ CNN", [("CNN", "credit")]),
        ("Minh Thử (theo Sportavia, AP)", [("Sportavia", "credit"), ("AP", "credit")]),
        ("Theo Minh Thử (Người Lao Động)", [("Người Lao Động", "credit")]),
        ("Sputnik Việt Nam", [("Sputnik", "pub")]),
    ],
)
def test_below_an_article_a_paper_has_published_it_and_an_agency_is_what_it_is_based_on(line, cited):
    assert extract(p=report(below=line))["citations"].select("source_id", "role").rows() == cited


def test_an_outlet_behind_the_words_of_a_picture_gave_it():
    for credit in ("Hai phái đoàn hôm 12/3 - AFP", "Hai phái đoàn hôm 12/3 | AFP", "Hai phái đoàn hôm 12/3.AFP"):
        assert extract(p=report(inside=credit))["citations"].select("source_id", "role").rows() == [("AFP", "photo")]


@pytest.mark.parametrize(
    ("credit", "outlets"),
    [
        ("Phái đoàn hai nước ở Geneva ngày 02/09/2022. AP - Arne Holtmann", ["AP"]),
        ("Phái đoàn hai nước ở Geneva ngày 02/09/2022. AFP - ARNE HOLTMANN", ["AFP"]),
        ("Phái đoàn hai nước ở Geneva ngày 02/09/2022. via REUTERS - KCNA", ["Reuters", "KCNA"]),
        ("Phái đoàn hai nước ở Geneva ngày 02/09/2022. © Reuters", ["Reuters"]),
        ("Nguồn hình ảnh, Getty Images", ["Getty Images"]),
    ],
)
def test_who_took_a_picture_stands_behind_what_it_shows(credit, outlets):
    below = f"{credit}\nHai phái đoàn sẽ gặp lại nhau vào tháng sau, theo thông báo của nước chủ nhà."
    found = extract(p=report(below=below))["citations"].select("source_id", "role").rows()
    assert found == [(outlet, "photo") for outlet in outlets]


def test_the_mark_of_another_house_in_a_list_is_not_this_page_s():
    listed = "Bài viết liên quan\n(ĐTCK) Giá dầu tăng phiên thứ ba liên tiếp vì tồn kho giảm mạnh hơn dự báo."
    found = [extract(p=report(below=f"{listed}\n{end}"))["citations"] for end in ("", "Theo dõi Báo Mẫu trên")]
    assert [table.filter(pl.col("role") == "pub")["source_id"].to_list() for table in found] == [
        ["Tin nhanh Chứng khoán"],
        ["Báo Mẫu"],
    ]


@pytest.mark.parametrize(
    "line",
    [
        "Trang thông tin của Báo Tiền Phong",
        "® Tiền Phong, cơ quan của Đoàn",
        "Tiền Phong Online - Địa chỉ: 5 phố Mẫu, Hà Nội",
        'Ghi rõ nguồn "Tiền Phong" khi phát hành lại thông tin từ website này',
        "Tiền Phong Online © 2021. Mọi quyền được bảo lưu.",
        "Thêm Tiền Phong trên Google",
        "Prefer Tiền Phong on Google",
        "Chọn Báo Tiền Phong làm nguồn ưu tiên trên Google Search",
        "Đồng hành cùng Tiền phong",
        "Báo lỗi cho Tiền Phong",
    ],
)
def test_who_owns_a_page_is_said_below_it(line):
    page = report(below=f"Bình luận\nGửi bình luận\n{line}")
    assert extract(p=page)["citations"].select("source_id", "role").rows() == [("Tiền Phong", "pub")]


@pytest.mark.parametrize("outlet", ["tienphong.vn", "Tiền Phong"])
def test_what_a_portal_took_a_story_from_stands_below_its_tags(outlet):
    below = f"Tags\nTheo {outlet} Copy link\nLink bài gốc Lấy link! https://tienphong.vn/dam-phan-post1.tpo"
    assert extract(p=report(below=below))["citations"].select("source_id", "role").rows() == [("Tiền Phong", "credit")]


@pytest.mark.parametrize("line", ["BÁO TIỀN PHONG ĐIỆN TỬ", "Báo Tiền Phong điện tử - Tổng Biên tập: Trần Mẫu"])
def test_the_last_lines_of_a_page_name_its_paper_in_capitals_and_with_its_editor(line):
    page = report(below=f"Bình luận\nGửi bình luận\n{line}")
    assert extract(p=page)["citations"]["role"].to_list() == ["pub"]


def test_a_house_that_names_itself_in_its_report_is_still_the_publisher():
    below = "Một quan chức nói với Báo Mẫu rằng cuộc gặp sẽ kéo dài hai ngày.\nBình luận\nTheo dõi Báo Mẫu trên"
    found = extract(p=report(below=below))["citations"].select("source_id", "role").rows()
    assert found == [("Báo Mẫu", "pub")] * 2


def test_a_blog_names_its_wire_and_its_publisher():
    header = "Friday, March 17, 2023\n\nHai bên nối lại đối thoại sau nhiều tháng\nAP\n17/03/2023\nVOA\n\n"
    tables = extract(p=header + story("Mỹ và Nga nối lại đàm phán hôm nay.", "Hai bên trao đổi danh sách."))
    assert tables["citations"].select("source_id", "role").rows() == [("AP", "credit"), ("VOA", "pub")]
    article = tables["articles"].row(0, named=True)
    assert (article["publisher"], article["credits"], article["published"]) == ("VOA", ["AP"], "2023-03-17")


def test_outside_the_article_only_its_publisher_counts():
    page = "\n".join(
        ["Mỹ kêu gọi các bên kiềm chế trong tranh chấp", "Hai bên chưa phản hồi lời kêu gọi của Washington hôm nay.",
         "Theo dõi Báo Mẫu trên", *["Phái đoàn hai nước bắt đầu vòng đàm phán mới vào sáng nay sau nửa năm."] * 1,
         "Theo AP, nội dung chính là thuế quan và kiểm soát xuất khẩu.", "Giới quan sát cho rằng khó có kết quả lớn.",
         "(theo Yonhap)", "Đọc thêm", "Reuters: Giá dầu tăng phiên thứ ba", "Reuters: Giá dầu tăng phiên thứ ba"]
    )  # fmt: skip
    found = extract(p=page)["citations"].select("source_id", "role").rows()
    assert found == [("Báo Mẫu", "pub"), ("AP", "att"), ("Yonhap", "credit")]


def test_offsets_slice_back():
    page = story("Theo hãng tin AFP, cuộc gặp kéo dài.", "Tạp chí phố Wall (WSJ) cho biết thêm.", "Ảnh: REUTERS")
    found = extract(p=page)["citations"]
    assert found.height == 4
    assert all(
        page[start:end] == surface for start, end, surface in found.select("start", "end", "surface").iter_rows()
    )
    assert found["start"].is_sorted()
    assert found.filter(pl.col("end") <= pl.col("start")).is_empty()


def test_what_a_page_was_made_from_is_credited_outlet_by_outlet():
    page = ["Hai bên nối lại đàm phán ở Geneva", "Hai phái đoàn gặp nhau sáng nay, sau hơn nửa năm im lặng."]
    sources = "Nguồn tham khảo: Reuters, CNN, BBC, AP, NBC News, Haaretz"
    cited = extract(p="\n".join([*page, sources]))["citations"]
    named = ["Reuters", "CNN", "BBC", "AP", "NBC News", "Haaretz"]
    assert cited.select("surface", "role").rows() == [(name, "credit") for name in named]


@pytest.mark.parametrize(
    "sentence",
    ["Chiến dịch Guardian of the Walls kết thúc hôm qua.", "Bản đồ vùng tâm chấn. Đồ họa: USGS"],
)
def test_operations_and_offices_are_no_outlets(sentence):
    assert citations_of(sentence) == []


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        ("Tổng thống Pháp gặp Thủ tướng Đức - VnExpress", [("VnExpress", "pub")]),
        ("Tổng thống Pháp gặp Thủ tướng Đức | Báo Dân trí", [("Dân trí", "pub")]),
        ("Tổng thống Pháp gặp Thủ tướng Đức - BBC News Tiếng Việt", [("BBC", "pub")]),
        ("Tổng thống Pháp gặp Thủ tướng Đức - Reuters", [("Reuters", "att")]),
        ("Báo điện tử Dân Trí", [("Dân trí", "pub")]),
        ("Dân Việt", [("Dân Việt", "pub")]),
        ("Pháp Luật", []),
        ("Quốc tế", []),
    ],
)
def test_the_title_of_a_page_ends_with_its_publisher(first, expected):
    page = [first, "", *story("Ngoại trưởng Đức cho biết chương trình đã được gửi cho các bên.").split("\n")[2:]]
    found = extract(p="\n".join(page))["citations"]
    assert list(found.select("source_id", "role").iter_rows()) == expected


def test_the_foot_of_a_page_names_its_publisher():
    feet = {
        "® Báo Tuổi Trẻ giữ bản quyền nội dung trên website này": [("Tuổi Trẻ", "pub")],
        "© Copyright 2023 TuoiTre Online, All rights reserved": [("Tuổi Trẻ", "pub")],
        "Trang tin điện tử VTC News\nĐịa chỉ: 5 phố Mẫu, Hà Nội": [("VTC News", "pub")],
        "Mời các bạn đón đọc báo Tiền Phong": [("Tiền Phong", "pub")],
        "Bản quyền thuộc về Báo điện tử Dân trí. Cấm sao chép dưới mọi hình thức.": [("Dân trí", "pub")],
        "Trang tin điện tử VTC News\nTrang tin điện tử Soha\nĐịa chỉ: 5 phố Mẫu, Hà Nội": [],
    }
    body = story(
        "Ngoại trưởng Đức cho biết chương trình đã được gửi cho các bên.",
        "Hai bên sẽ gặp lại vào tháng sau để bàn tiếp về danh sách này.",
        "Giới quan sát cho rằng khó có kết quả lớn trong vòng đàm phán sắp tới.",
    )
    found = extract(**{foot: f"{body}\n\n{foot}" for foot in feet})["citations"]
    for foot, expected in feet.items():
        assert found.filter(pl.col("page") == foot).select("source_id", "role").rows() == expected


@pytest.mark.parametrize(
    ("foot", "publisher"),
    [
        ("© 2019 Copyright: tinmau24.com", "tinmau24.com"),
        ("Copyright © 2018 by Bản Tin Mẫu", "Bản Tin Mẫu"),
        ("Copyright 2011-2021 VnMẫu.", "VnMẫu"),
        ("© 2019 Công ty TNHH Mẫu", None),
        ("© 2003-2025 Bản quyền thuộc về chúng tôi. Cấm sao chép dưới mọi hình thức.", None),
    ],
)
def test_a_site_nobody_lists_is_named_by_its_copyright(foot, publisher):
    text = story("Hai bên gặp nhau tại Geneva sáng nay, sau hơn nửa năm không trao đổi trực tiếp với nhau.")
    found = extract(p="\n".join(["Trang chủ", "Thế giới", text, "Chia sẻ", foot]))["citations"]
    assert found.select("source_id", "role").rows() == ([(publisher, "pub")] if publisher else [])


@pytest.mark.parametrize(
    ("above", "below", "publisher"),
    [
        ("Nhịp Cầu Mẫu", "© Nhịp Cầu Mẫu. Giấy phép số 000/GP-TTĐT. Quản lý nội dung: Trần Văn Mẫu", "Nhịp Cầu Mẫu"),
        ("NHỊP CẦU MẪU", "Ghi rõ nguồn “Nhịp cầu Mẫu” khi phát hành lại thông tin từ trang này", "Nhịp cầu Mẫu"),
        ("Tin Mẫu 24", "© Copyright 2003 Tin Mẫu 24, All rights reserved", "Tin Mẫu 24"),
        ("Nghiên cứu Phương Bắc", "Ủng hộ việc phát triển Nghiên cứu Phương Bắc", "Nghiên cứu Phương Bắc"),
        ("Ngày Mẫu", "Báo Ngày Mẫu. Thư ký tòa soạn: Trần Văn Mẫu. © Ghi rõ nguồn khi trích dẫn.", "Ngày Mẫu"),
        ("Thế giới đó đây", "© 2021 Công ty TNHH Mẫu", None),
        (" Quảng Bá Mẫu", " Quảng Bá Mẫu", None),  # an advertisement's mark
        ("Trang chủ", "© 2021. Giấy phép số 000/GP-TTĐT", None),
    ],
)
def test_what_the_imprint_calls_the_site_is_its_name_on_the_whole_page(above, below, publisher):
    text = story("Hai bên gặp nhau tại Geneva sáng nay, sau hơn nửa năm không trao đổi trực tiếp với nhau.")
    page = extract(p="\n".join([above, "20/07/2022 09:15", text, "Chia sẻ", below]))
    found = page["citations"].select("line", "role", "source_id").rows()
    assert found == ([(1, "pub", publisher), (page["lines"]["line"].max(), "pub", publisher)] if publisher else [])
    assert page["articles"]["publisher"].to_list() == [publisher]


def test_a_site_s_own_name_counts_in_its_stories_only_as_a_paper_s():
    text = story(
        "Hai nước nói đến một Nhịp Cầu Mới giữa hai bờ, sau hơn nửa năm không trao đổi trực tiếp với nhau.",
        "“Chúng tôi chờ tín hiệu”, một nhà ngoại giao nói với báo Nhịp Cầu Mới hôm thứ hai, và xin không nêu tên.",
    )
    found = extract(p="\n".join([text, "Chia sẻ", "© 2019 Nhịp Cầu Mới. Giữ bản quyền."]))["citations"]
    assert found.select("line", "role").rows() == [(6, "pub"), (8, "pub")]


def test_a_paper_called_after_its_province_is_no_province():
    text = story("Hai bên gặp nhau tại Geneva sáng nay, sau hơn nửa năm không trao đổi trực tiếp với nhau.")
    links = ["Tin liên quan", "Mưa lớn ở Sông Mẫu làm ngập nhiều tuyến đường sáng nay", "Công an Sông Mẫu cảnh báo"]
    page = ["BÁO SÔNG MẪU", "20/07/2022 09:15", text, *links, "Ghi rõ nguồn “Báo Sông Mẫu” khi phát hành lại"]
    found = extract(p="\n".join(page))
    assert found["citations"].select("line", "role").rows() == [(1, "pub"), (found["lines"]["line"].max(), "pub")]
    assert found["articles"]["publisher"].to_list() == ["Sông Mẫu"]


def test_a_vietnamese_name_may_be_run_together_without_its_marks():
    text = story("Hai bên gặp nhau tại Geneva sáng nay, sau hơn nửa năm không trao đổi trực tiếp với nhau.")
    found = extract(p="\n".join([text, "(Theo NguoiLaoDong)"]))["citations"]
    assert found.select("source_id", "role").rows() == [("Người Lao Động", "credit")]


def test_what_another_article_on_the_page_says_on_a_paper_s_word_does_not_make_it_the_publisher():
    text = story(
        "Phái đoàn hai nước bắt đầu vòng đàm phán mới tại Geneva, sau hơn nửa năm không gặp nhau.",
        "Giới quan sát cho rằng khó có kết quả lớn, nhưng việc ngồi lại với nhau đã là một bước tiến.",
    )
    other = [
        "Hai hợp tác xã An Mẫu và Bình Mẫu nhận giải nông sản",
        "Theo báo The Guardian, hai hợp tác xã An Mẫu và Bình Mẫu đã nhận giải nông sản sạch của năm do tỉnh trao.",
        "Ban giám khảo đánh giá cao cách trồng lúa của An Mẫu, nơi đã bỏ thuốc hóa học từ nhiều năm nay trên mọi thửa.",
    ]
    found = extract(p="\n".join([text, "2024-03-13", *other]))
    assert "other" in found["lines"]["role"].to_list()
    assert found["citations"]["source_id"].to_list() == []


def test_below_an_article_its_own_paper_has_published_it_and_who_stands_behind_theo_has_not():
    site = ["Trang chủ", "Thế giới", "Kinh tế", report(), "{}", "Chia sẻ", "Công ty Truyền thông VOV", "{}"]
    own = "\n".join(site).format("PV/VOV.VN", "Theo dõi VOV trên")
    based = "\n".join(site[:-2]).format("Tiền Phong\nTheo Tiền Phong")
    found = extract(own=own, based=based)["citations"]
    assert found.filter(pl.col("page") == "own").select("surface", "role").rows() == [
        ("VOV.VN", "pub"),
        ("VOV", "pub"),
        ("VOV", "pub"),
    ]
    assert found.filter(pl.col("page") == "based").select("source_id", "role").rows() == [("Tiền Phong", "credit")] * 2


@pytest.mark.parametrize(
    ("above", "below", "publisher"),
    [
        ("MẪU XE | CỘNG ĐỒNG NGƯỜI LÁI", "Mẫu Xe Community platform by XenForo", "Mẫu Xe"),
        ("Nghiên cứu quốc tế", "Share this:", "Nghiên cứu quốc tế"),
        ("KBS WORLD Tiếng Việt", "Close", "KBS"),
    ],
)
def test_a_site_is_named_above_its_story_and_by_its_program(above, below, publisher):
    text = story("Hai bên gặp nhau tại Geneva sáng nay, sau hơn nửa năm không trao đổi trực tiếp với nhau.")
    page = extract(p="\n".join([above, "Trang chủ", "Giới thiệu", "", text, "", "Chia sẻ", below]))
    assert page["articles"]["publisher"].to_list() == [publisher]
