"""What a researcher may hand over, good and bad, and what becomes of it. All texts here are our own."""

import base64
import json
import os
import re
import unicodedata
from io import BytesIO
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from diembao import pages
from diembao.pages import MAX_PAGE_CHARS, decode, list_files, read_pages
from diembao.schema import PAGES, PROBLEMS, DiembaoError

SENTENCE = (
    "Bộ trưởng Ngoại giao Việt Nam hội đàm với người đồng cấp Hàn Quốc tại Hà Nội, "
    "khẳng định quan hệ hữu nghị giữa hai nước."
)
# The sentence as glibc's iconv writes it; VNI, which iconv lacks, as one types it.
ENCODED = {
    "windows-1258": (
        b"B\xf4\xf2 tr\xfd\xf5\xd2ng Ngoa\xf2i giao Vi\xea\xf2t Nam h\xf4\xf2i \xf0\xe0m v\xf5\xeci ng\xfd\xf5\xcci "
        b"\xf0\xf4\xccng c\xe2\xecp H\xe0n Qu\xf4\xecc ta\xf2i H\xe0 N\xf4\xf2i, kh\xe3\xd2ng \xf0i\xf2nh quan "
        b"h\xea\xf2 h\xfd\xdeu nghi\xf2 gi\xfd\xdea hai n\xfd\xf5\xecc."
    ),
    "TCVN3 (ABC)": (
        b"B\xe9 tr\xad\xebng Ngo\xb9i giao Vi\xd6t Nam h\xe9i \xae\xb5m v\xedi ng\xad\xeai \xae\xe5ng c\xcap H\xb5n "
        b"Qu\xe8c t\xb9i H\xb5 N\xe9i, kh\xbcng \xae\xdenh quan h\xd6 h\xf7u ngh\xde gi\xf7a hai n\xad\xedc."
    ),
    "VISCII": (
        b"B\xb5 tr\xdf\xb7ng Ngo\xd5i giao Vi\xaet Nam h\xb5i \xf0\xe0m v\xbei ng\xdf\xb6i \xf0\xb0ng c\xa4p H\xe0n "
        b"Qu\xafc t\xd5i H\xe0 N\xb5i, kh\xc6ng \xf0\xb8nh quan h\xae h\xe6u ngh\xb8 gi\xe6a hai n\xdf\xbec."
    ),
    "VNI": (
        "Boä tröôûng Ngoaïi giao Vieät Nam hoäi ñaøm vôùi ngöôøi ñoàng caáp Haøn Quoác taïi Haø Noäi, "
        "khaúng ñònh quan heä höõu nghò giöõa hai nöôùc."
    ).encode("cp1252"),
}
NEWS = f"""<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>Hai ngoại trưởng gặp nhau | Báo Thử</title>
<meta property="og:site_name" content="Báo Thử"><meta property="og:title" content="Hai ngoại trưởng gặp nhau">
<meta property="article:published_time" content="2024-06-19T15:44:00+07:00">
<script>var hidden = "không hiện";</script><style>p {{ color: red }}</style></head><body>
<nav><ul><li>Trang chủ</li><li>Thế giới</li></ul></nav>
<h1>Hai ngoại trưởng
  gặp nhau</h1><p>Dòng một<br>dòng hai &amp; <b>chữ đậm</b></p>
<table><tr><td>Ngày</td><td>19/6</td></tr><tr><td>Nơi</td><td>Hà Nội</td></tr></table>
<article><p>{SENTENCE}</p><p>Theo Reuters, cuộc gặp kéo dài hai giờ và kết thúc với một thông cáo chung ngắn gọn.</p>
</article>
<div hidden>Không thấy</div><div style="display: none">Cũng không thấy</div><noscript>Bật script</noscript>
<aside><a href="/a">Tin khác</a> 19/3/2026</aside><a>Chủ đề</a><span>AP</span><span>N</span>ga</body></html>"""


def put(folder: Path, files: dict[str, bytes | str]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def read(paths, **options) -> tuple[pl.DataFrame, pl.DataFrame]:
    read_, problems = zip(*read_pages(paths, **options), strict=True)
    assert all(frame.schema == PAGES for frame in read_)
    assert all(frame.schema == PROBLEMS for frame in problems)
    return pl.concat(read_), pl.concat(problems)


def texts(paths, **options) -> dict[str, str]:
    return dict(read(paths, **options)[0].select("page", "text").iter_rows())


def problem(paths, **options) -> str:
    """The one problem there is."""
    (row,) = read(paths, **options)[1].iter_rows(named=True)
    assert row["stage"] == "pages"
    return row["problem"]


def archive(*records: tuple[str, str, str, bytes], gzip: bool = True) -> bytes:
    """A WARC file of responses: (address, status, content type, body)."""
    stream = BytesIO()
    writer = WARCWriter(stream, gzip=gzip)
    for address, status, mime, body in records:
        headers = StatusAndHeaders(status, [("Content-Type", mime)], protocol="HTTP/1.0")
        writer.write_record(writer.create_warc_record(address, "response", payload=BytesIO(body), http_headers=headers))
    return stream.getvalue()


def parquet(frame: pl.DataFrame) -> bytes:
    stream = BytesIO()
    frame.write_parquet(stream)
    return stream.getvalue()


# Text ----------------------------------------------------------------------------------------------------------------


def test_a_text_file_comes_out_as_it_is_in_nfc(tmp_path):
    raw = f"\n  Tít  \n\n{unicodedata.normalize('NFD', SENTENCE)}\t \n \u00a0 Cuối\u200b …\n\n"
    put(tmp_path, {"a.txt": raw})
    assert texts(tmp_path) == {"a": unicodedata.normalize("NFC", raw)}


def test_newlines_become_plain_and_a_control_becomes_a_space(tmp_path):
    put(tmp_path, {"a.txt": "một\r\nhai\rba\x00bốn\x0bnăm\tsáu"})
    assert texts(tmp_path) == {"a": "một\nhai\nba bốn năm\tsáu"}


def test_what_is_left_as_it_is_needs_no_normalising():
    untouched = [chr(c) for c in range(0x2100) if not pl.Series([chr(c)]).str.contains(pages._NOT_PLAIN)[0]]
    assert len(untouched) > 1000
    assert all(unicodedata.normalize("NFC", letter) == letter for letter in untouched)
    assert not any(unicodedata.combining(letter) for letter in untouched)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_of_two_and_four_bytes_is_read(tmp_path, encoding):
    put(tmp_path, {"a.txt": SENTENCE.encode(encoding), "b.html": f"<p>{SENTENCE}</p>".encode(encoding)})
    assert texts(tmp_path) == {"a": SENTENCE, "b": SENTENCE}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_unicode_mark_at_the_beginning_is_not_text(tmp_path, encoding):
    put(tmp_path, {"a.txt": SENTENCE.encode(encoding)})
    found, problems = read(tmp_path)
    assert found["text"].to_list() == [SENTENCE]
    assert problems.is_empty()


@pytest.mark.parametrize("encoding", ENCODED)
def test_a_vietnamese_encoding_before_unicode_is_recognised_converted_and_reported(tmp_path, encoding):
    put(tmp_path, {"a.txt": ENCODED[encoding]})
    found, problems = read(tmp_path)
    assert found["text"].to_list() == [SENTENCE]
    assert problems.select("page", "problem").rows() == [("a", f"was in {encoding}, converted to Unicode")]


@pytest.mark.parametrize("encoding", ENCODED)
@given(words=st.permutations(SENTENCE.split()))
@settings(max_examples=25)
def test_any_order_of_the_words_is_recognised(encoding, words):
    pairs = dict(zip(SENTENCE.split(), ENCODED[encoding].split(), strict=True))
    assert decode(b" ".join(pairs[word] for word in words))[0] == " ".join(words)


def test_capitals_in_vni_and_visible_quotes_are_read():
    assert decode("HOÄI ÑAØM ôû ÑIEÄN KREMLIN: “Aán Ñoä, YÙ, Æng hoä”".encode("cp1252"))[0] == (
        "HỘI ĐÀM ở ĐIỆN KREMLIN: “Ấn Độ, Ý, Ỉng hộ”"
    )


def test_a_broken_place_in_utf8_costs_only_that_place(tmp_path):
    raw = SENTENCE.encode()
    put(tmp_path, {"a.txt": raw[:2] + b"\xff" + raw[2:-60] + raw[-59:]})
    found, problems = read(tmp_path)
    assert "hội đàm với người đồng cấp" in found["text"][0]
    assert problems["problem"][0].startswith("broken UTF-8: ")


def test_english_with_curly_quotes_of_windows_is_read_and_reported(tmp_path):
    put(tmp_path, {"a.txt": "“We’re here,” he said, and left the meeting in Geneva without a word.".encode("cp1252")})
    found, problems = read(tmp_path)
    assert found["text"][0].startswith("“We’re here,”")
    assert "windows-1252" in problems["problem"][0]


# What cannot be read -------------------------------------------------------------------------------------------------

BAD = {
    "empty.txt": (b"", "empty file"),
    "blank.txt": (b" \n\t\r\n \xc2\xa0", "empty, no text in it"),
    "rubbish.txt": (bytes(range(256)) * 40, "binary data"),
    "unknown.txt": (bytes(range(0x80, 0x100)) * 40, "an encoding that was not recognised"),
    "line.txt": (b"a" * (MAX_PAGE_CHARS + 1), "2000001 characters, and a page has at most 2,000,000; split it"),
    "huge.txt": (b"a" * (pages.MAX_PAGE_BYTES + 1), "more than 64 MB"),
    "no-body.html": (b"<!-- nothing -->", "no text in this HTML"),
    "script.html": (b"<html><script>draw()</script><div id=app></div></html>", "drawn by a script"),
    "deep.html": (b"<div>" * 100_000 + b"deep", "nested too deeply"),
    "big.html": (b"<p>" + b"a" * pages.MAX_MARKUP_BYTES, "more than 8 MB of HTML"),
    "tags.html": (b"<p>a" * (pages.MAX_TAGS + 1), "400001 HTML tags, too many"),
    "rubbish.html": (bytes(range(256)) * 40, "binary data"),
    "other.csv": ("page,body\n1,một\n", "no column `text` (there is page, body)"),
    "ragged.csv": ("page,text\n1,một, hai\n", "damaged table"),
    "rubbish.csv": (bytes(range(256)) * 40, "binary data"),
    "other.parquet": (parquet(pl.DataFrame({"body": ["một"]})), "no column `text` (there is body)"),
    "list.parquet": (parquet(pl.DataFrame({"text": [["một"]]})), "no text in column `text`"),
    "cut.parquet": (parquet(pl.DataFrame({"text": ["một"] * 999}))[:-40], "damaged table"),
    "rubbish.parquet": (bytes(range(256)) * 40, "damaged table"),
    "rubbish.jsonl": (bytes(range(256)) * 40, "binary data"),
    "rubbish.warc": (bytes(range(256)) * 40, "damaged web archive"),
    "rubbish.warc.gz": (b"\x1f\x8b\x08" + bytes(range(256)) * 40, "damaged web archive"),
    "images.warc": (archive(("http://a.vn/a.png", "200 OK", "image/png", b"x"), gzip=False), "1 image/png"),
    "report.pdf": (b"%PDF-1.7", "not a page"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_beside_a_good_page_is_a_problem_and_the_page_is_read(tmp_path, name):
    content, reason = BAD[name]
    put(tmp_path, {name: content, "good.txt": SENTENCE})
    found, problems = read(tmp_path)
    assert found["page"].to_list() == ["good"]
    assert reason in problems["problem"][0]
    assert problems["file"][0] == str(tmp_path / name)
    assert problems["page"][0] in (None, Path(name).stem)


@pytest.mark.parametrize("name", BAD)
def test_bad_input_alone_is_an_error_that_names_the_file_and_the_reason(tmp_path, name):
    content, reason = BAD[name]
    put(tmp_path, {name: content})
    with pytest.raises(DiembaoError) as error:
        list(read_pages(tmp_path / name))
    assert name in str(error.value)
    assert reason in str(error.value)


def test_a_missing_folder_is_an_error_even_beside_good_pages(tmp_path):
    put(tmp_path, {"a.txt": SENTENCE})
    with pytest.raises(DiembaoError, match=r"nowhere: no such file or folder; check"):
        list(read_pages([tmp_path, tmp_path / "nowhere"]))


def test_an_empty_folder_is_an_error_alone_and_a_problem_beside_pages(tmp_path):
    put(tmp_path, {"good/a.txt": SENTENCE, "bare/.hidden": "x"})
    with pytest.raises(
        DiembaoError, match=r"bare: no pages in this folder, or it may not be listed; put files ending in \.txt"
    ):
        list(read_pages(tmp_path / "bare"))
    assert "no pages in this folder" in problem([tmp_path / "good", tmp_path / "bare"])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_a_pipe_and_a_broken_link_are_problems_and_block_nothing(tmp_path):
    put(tmp_path, {"a.txt": SENTENCE})
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "link.txt").symlink_to(tmp_path / "gone.txt")
    found, problems = read(tmp_path)
    assert found["page"].to_list() == ["a"]
    assert sorted(problems["page"]) == ["link", "pipe"]


# Files and ids -------------------------------------------------------------------------------------------------------


def test_a_folder_is_read_sorted_without_hidden_reserved_and_saved_asset_files(tmp_path):
    wanted = {"b.txt": SENTENCE, "a.HTML": NEWS, "sub/c.htm": NEWS, "loose_files/d.txt": SENTENCE}
    left_out = (
        ".x.txt",
        ".git/e.txt",
        "truth.jsonl",
        "corrections.csv",
        "README.md",
        "a_files/style.css",
        "a_files/ad.html",
    )
    put(tmp_path, wanted | dict.fromkeys(left_out, "x") | {"a.html": NEWS})
    names = [name for _, name in list_files(tmp_path)]
    assert names == ["a.HTML", "a.html", "b.txt", "loose_files/d.txt", "sub/c.htm"]
    assert list_files([tmp_path, tmp_path / "b.txt"]) == list_files(tmp_path)


def test_pages_of_one_name_get_ids_of_their_own_and_none_is_lost(tmp_path):
    put(tmp_path, {"a.html": NEWS, "a.txt": "một", "b/a.html": NEWS, "b/a.txt": "hai", "c/a.txt": "ba"})
    assert list(texts(tmp_path)) == ["a", "a.txt", "b/a", "b/a.txt", "c/a"]
    assert list(texts([tmp_path / "b" / "a.txt", tmp_path / "c" / "a.txt", tmp_path / "a.txt"])) == [
        "a",
        "a.txt",
        "a.txt#2",
    ]


def test_linked_folders_are_read_once_and_a_loop_ends(tmp_path):
    put(tmp_path, {"in/a.txt": SENTENCE, "out/b.txt": SENTENCE})
    (tmp_path / "in" / "linked").symlink_to(tmp_path / "out")
    (tmp_path / "out" / "back").symlink_to(tmp_path / "in")
    assert list(texts(tmp_path / "in")) == ["a", "b"]


def test_a_link_to_itself_is_a_problem(tmp_path):
    put(tmp_path, {"a.txt": SENTENCE})
    (tmp_path / "b.txt").symlink_to("b.txt")
    found, problems = read(tmp_path)
    assert found["page"].to_list() == ["a"]
    assert problems["problem"].str.contains("not a file that can be read").to_list() == [True]


def test_a_file_name_that_is_not_unicode_is_shown_as_far_as_it_is(tmp_path):
    name = os.fsdecode(b"b\xe9 tr\xad\xebng.txt")
    try:
        put(tmp_path, {name: SENTENCE})
    except OSError:
        pytest.skip("this file system allows no such name")
    assert texts(tmp_path) == {"b� tr��ng": SENTENCE}


def test_batches_are_bounded_and_keep_the_order(tmp_path):
    put(
        tmp_path,
        {f"{n:02}.txt": f"trang {n}" for n in range(7)}
        | {"t.csv": "page,text\n" + "".join(f"p{n},x\n" for n in range(5))},
    )
    sizes = [found.height for found, _ in read_pages(tmp_path, batch_size=3)]
    assert max(sizes) <= 3
    assert list(texts(tmp_path, batch_size=3)) == [f"{n:02}" for n in range(7)] + [f"p{n}" for n in range(5)]


# HTML ----------------------------------------------------------------------------------------------------------------


def test_html_becomes_the_lines_a_reader_sees(tmp_path):
    put(tmp_path, {"a.html": NEWS})
    assert texts(tmp_path)["a"].split("\n") == [
        "Trang chủ",
        "Thế giới",
        "Hai ngoại trưởng gặp nhau",
        "Dòng một",
        "dòng hai & chữ đậm",
        "Ngày 19/6",
        "Nơi Hà Nội",
        SENTENCE,
        "Theo Reuters, cuộc gặp kéo dài hai giờ và kết thúc với một thông cáo chung ngắn gọn.",
        "Tin khác 19/3/2026",
        "Chủ đề AP Nga",
    ]


def test_html_tells_title_day_publisher_and_main_text(tmp_path):
    put(tmp_path, {"a.html": NEWS})
    (row,) = read(tmp_path)[0].iter_rows(named=True)
    assert (row["title"], row["published"], row["publisher"]) == ("Hai ngoại trưởng gặp nhau", "2024-06-19", "Báo Thử")
    assert SENTENCE in row["main"]
    assert "Trang chủ" not in row["main"]


def test_json_ld_and_the_address_tell_day_and_publisher_where_the_head_does_not(tmp_path):
    publisher = {"@type": "Organization", "name": "Báo Nối"}
    linked = {"@context": "https://schema.org", "@type": "NewsArticle", "publisher": publisher}
    linked["datePublished"] = "2024-05-01T01:00:00Z"
    script = f'<script type="application/ld+json">{json.dumps(linked)}</script>'
    canonical = '<link rel="canonical" href="https://bao.example.vn/tin/2024/07/08/a.html">'
    body = f"<body><h1>Tít</h1><p>{SENTENCE}</p></body>"
    put(tmp_path, {"ld.html": f"<head>{script}</head>{body}", "link.html": f"<head>{canonical}</head>{body}"})
    rows = {row["page"]: row for row in read(tmp_path)[0].iter_rows(named=True)}
    assert (rows["ld"]["published"], rows["ld"]["publisher"]) == ("2024-05-01", "Báo Nối")
    assert (rows["link"]["published"], rows["link"]["publisher"]) == ("2024-07-08", "bao.example.vn")
    assert rows["link"]["url"] == "https://bao.example.vn/tin/2024/07/08/a.html"


def test_a_day_in_a_list_of_links_is_not_the_page_s(tmp_path):
    put(tmp_path, {"a.html": f"<h1>Tít</h1><p>{SENTENCE}</p><ul><li><a href=/b>Tin khác</a> 19/3/2026</li></ul>"})
    assert read(tmp_path)[0]["published"].to_list() == [None]


@pytest.mark.parametrize("encoding", ENCODED)
def test_html_in_an_old_encoding_is_converted_whatever_it_declares(tmp_path, encoding):
    put(tmp_path, {"a.html": b"<meta charset=iso-8859-1><p>" + ENCODED[encoding] + b"</p>"})
    assert texts(tmp_path) == {"a": SENTENCE}


def test_a_declared_encoding_is_used_where_the_page_is_not_vietnamese(tmp_path):
    put(
        tmp_path,
        {"a.html": "<meta charset='koi8-r'><p>Министры иностранных дел провели переговоры</p>".encode("koi8-r")},
    )
    assert texts(tmp_path) == {"a": "Министры иностранных дел провели переговоры"}


@pytest.mark.parametrize("codec", ["idna", "punycode", "unicode_escape", "utf-7", "hex", "no-such"])
def test_a_declared_encoding_that_is_none_is_ignored(tmp_path, codec):
    put(tmp_path, {"a.html": b"<meta charset=" + codec.encode() + b"><p>na\xefve talks ended in Geneva on Tuesday</p>"})
    assert texts(tmp_path) == {"a": "naïve talks ended in Geneva on Tuesday"}


def test_a_page_saved_with_its_pictures_inside_is_read(tmp_path):
    picture = base64.b64encode(bytes(9_000_000)).decode()
    put(tmp_path, {"a.html": f'<p>{SENTENCE}</p><img src="data:image/png;base64,{picture}">'})
    assert texts(tmp_path) == {"a": SENTENCE}


def test_broken_html_is_read_as_far_as_a_browser_would(tmp_path):
    put(tmp_path, {"a.html": f"</p><td><b>Một<p>{SENTENCE}<br><ul><li>hai<li>ba</html>bốn &amp &#x1EC7; &bogus;"})
    assert texts(tmp_path)["a"].split("\n") == ["Một", SENTENCE, "hai", "ba", "bốn & ệ &bogus;"]


# Tables --------------------------------------------------------------------------------------------------------------

ROWS = [
    {
        "page": "a",
        "text": f'Một, "hai"\n{SENTENCE}',
        "url": "http://a.vn/1",
        "title": "T",
        "published": "2024-06",
        "publisher": "B",
    },
    {"page": "b", "text": "ba", "url": None, "title": None, "published": None, "publisher": None},
]
WRITTEN = {
    "t.csv": pl.DataFrame(ROWS).write_csv(),
    "t.jsonl": pl.DataFrame(ROWS).write_ndjson(),
    "t.parquet": parquet(pl.DataFrame(ROWS)),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_a_table_gives_its_columns(tmp_path, name):
    put(tmp_path, {name: WRITTEN[name]})
    found, problems = read(tmp_path)
    assert problems.is_empty()
    assert found.select(ROWS[0].keys()).rows(named=True) == ROWS
    assert found["main"].to_list() == [None, None]
    assert found["file"].unique().to_list() == [str(tmp_path / name)]


@pytest.mark.parametrize("encoding", ENCODED)
def test_a_table_in_an_old_encoding_is_converted_and_reported(tmp_path, encoding):
    put(tmp_path, {"t.csv": b'page;text\n1;"' + ENCODED[encoding] + b'"\n'})
    assert texts(tmp_path) == {"1": SENTENCE}
    assert problem(tmp_path) == f"the table was in {encoding}, converted to Unicode"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_csv_as_spreadsheets_write_it_is_read(tmp_path, separator, encoding):
    raw = f"page{separator}text\r\n1{separator}một\r\n".encode(encoding)
    put(tmp_path, {"t.csv": raw})
    assert texts(tmp_path) == {"1": "một"}


def test_a_bad_row_is_a_problem_that_names_it_and_the_others_are_read(tmp_path):
    lines = [
        '\ufeff{"page": 1, "text": "một"}',
        "{broken",
        "",
        '{"page": "2"}',
        '{"page": "3", "text": " "}',
        '["x"]',
        '{"text": "hai"}',
    ]
    put(tmp_path, {"t.jsonl": "\n".join(lines)})
    found, problems = read(tmp_path)
    assert found.select("page", "text").rows() == [("1", "một"), ("t-7", "hai")]
    assert problems["page"].to_list() == ["t-2", "2", "3", "t-6"]
    assert problems["problem"][0].startswith("line 2: no JSON object with a `text`")


def test_the_second_row_of_an_id_is_a_problem_also_in_a_later_batch(tmp_path):
    put(tmp_path, {"t.csv": "page,text\na,một\nb,hai\na,ba\nb,bốn\n"})
    for size in (1, 2, 100):
        found, problems = read(tmp_path, batch_size=size)
        assert found.select("page", "text").rows() == [("a", "một"), ("b", "hai")]
        assert problems["problem"][0].startswith("row 3: the page id `a` stands in this table before")
        assert problems["page"].to_list() == ["a", "b"]


@pytest.mark.parametrize("recent", [1, 3])
def test_ids_that_are_held_sorted_are_found_as_the_recent_ones_are(tmp_path, monkeypatch, recent):
    rows = [("a", "một"), ("b", "hai"), ("c", "ba"), ("a", "bốn"), ("d", "năm"), ("b", "sáu")]
    put(tmp_path, {"1.csv": "page,text\n" + "".join(f"{page},{text}\n" for page, text in rows)})
    put(tmp_path, {"2.csv": "page,text\nd,một\ne,hai\nd,ba\n", "e.txt": "bốn"})
    whole = [table.rows() for table in read(tmp_path, batch_size=2)]
    monkeypatch.setattr(pages._Taken, "_RECENT", recent)
    assert [table.rows() for table in read(tmp_path, batch_size=2)] == whole
    assert [row[0] for row in whole[0]] == ["a", "b", "c", "d", "2/d", "e", "e.txt"]


@given(st.lists(st.text(max_size=2)), st.lists(st.text(max_size=2)), st.integers(1, 5))
def test_a_set_of_ids_holds_what_was_added_and_nothing_else(added, others, recent):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(pages._Taken, "_RECENT", recent)
        taken = pages._Taken()
        for page in added:
            taken.add(page)
        assert {page for page in {*added, *others} if page in taken} == set(added)


def test_the_same_id_in_another_table_gets_the_table_s_name(tmp_path):
    table = "page,text\na,một\n,hai\n"
    put(tmp_path, {"2023.csv": table, "2024.csv": table, "a.txt": "ba", "sub/2024.csv": table})
    assert list(texts(tmp_path)) == ["a", "2023-2", "2024/a", "2024-2", "a.txt", "sub/2024/a", "sub/2024-2"]


def test_an_id_that_only_looks_like_a_renamed_one_is_a_problem_not_a_double(tmp_path):
    put(tmp_path, {"1.csv": "page,text\na,một\n2/a,hai\n", "2.csv": "page,text\na,ba\nb,bốn\n"})
    found, problems = read(tmp_path)
    assert found["page"].to_list() == ["a", "2/a", "b"]
    assert problems["page"].to_list() == ["2/a"]


def test_days_are_understood_as_spreadsheets_and_papers_write_them(tmp_path):
    given_ = [
        "2024-11-15",
        "2024-11-15T08:00:00Z",
        "15/11/2024 08:00",
        "5.1.2024",
        "2024",
        "XXXX-10",
        "31/02/2024",
        "hôm qua",
        "",
    ]
    put(tmp_path, {"t.csv": "text,published\n" + "".join(f"x,{day}\n" for day in given_)})
    found, problems = read(tmp_path)
    assert found["published"].to_list() == ["2024-11-15"] * 3 + ["2024-01-05", "2024", "XXXX-10", None, None, None]
    assert problems["page"].to_list() == ["t-7", "t-8"]
    assert problems["problem"][1] == "`published` is no date (hôm qua); write it as 2024-11-15"


def test_a_typed_parquet_is_read(tmp_path):
    frame = pl.DataFrame({"page": [1, 2], "text": ["một", "hai"], "published": ["2024-11-15", "2024-11-16"]})
    frame = frame.with_columns(pl.col("published").str.to_datetime("%Y-%m-%d"), pl.col("text").cast(pl.Categorical))
    put(tmp_path, {"t.parquet": parquet(frame)})
    found, _ = read(tmp_path)
    assert found.select("page", "text", "published").rows() == [("1", "một", "2024-11-15"), ("2", "hai", "2024-11-16")]


def test_a_column_that_cannot_be_text_costs_only_what_it_holds(tmp_path):
    frame = pl.DataFrame({"page": ["a"], "text": [SENTENCE], "url": [{"of": 1}], "title": [["x"]]})
    lists = pl.DataFrame({"page": ["b"], "text": [[SENTENCE]]})
    put(tmp_path, {"1.parquet": parquet(frame), "2.parquet": parquet(lists)})
    found, problems = read(tmp_path)
    assert found.select("page", "text").rows() == [("a", SENTENCE)]
    left, refused = problems["problem"]
    assert left.startswith("left out, being no text: `url` (Struct") and "`title` (List" in left
    assert refused.startswith("no text in column `text` (List")


def test_brackets_and_braces_in_names_mean_nothing(tmp_path):
    put(tmp_path, {"[t]*{}.csv": "text\nmột\n", "t.csv": "text\nhai\n"})
    assert texts(tmp_path) == {"[t]*{}-1": "một", "t-1": "hai"}


# Web archives --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("gzip", [True, False])
def test_a_web_archive_gives_its_pages_and_counts_the_rest(tmp_path, gzip):
    raw = archive(
        ("https://a.vn/1", "200 OK", "text/html; charset=utf-8", NEWS.encode()),
        ("https://a.vn/x.png", "200 OK", "image/png", b"\x89PNG"),
        ("https://a.vn/2", "404 Not Found", "text/html", b"<p>gone</p>"),
        ("https://a.vn/3", "200 OK", "text/html", b""),
        ("https://a.vn/4", "200 OK", "text/plain", SENTENCE.encode()),
        gzip=gzip,
    )
    put(tmp_path, {"crawl.warc.gz" if gzip else "crawl.warc": raw})
    found, problems = read(tmp_path)
    assert found.select("page", "url").rows() == [("crawl-1", "https://a.vn/1"), ("crawl-3", "https://a.vn/4")]
    assert found["published"].to_list() == ["2024-06-19", None]
    assert problems["page"].to_list() == ["crawl-2", None]
    assert problems["problem"][1] == "2 records are not pages and were left out: 1 image/png, 1 status 404"


def test_of_a_cut_web_archive_the_pages_before_the_cut_are_kept(tmp_path):
    whole = [archive((f"https://a.vn/{n}", "200 OK", "text/plain", SENTENCE.encode())) for n in range(3)]
    put(tmp_path, {"crawl.warc.gz": whole[0] + whole[1] + b"\x1f\x8b\x08 cut"})
    found, problems = read(tmp_path)
    assert found["page"].to_list() == ["crawl-1", "crawl-2"]
    assert "damaged web archive, 2 pages read before" in problems["problem"][0]


@pytest.mark.parametrize("at", [0.5, 0.7, 0.9])
def test_a_compressed_web_archive_cut_inside_a_record_is_reported(tmp_path, at):
    whole = [archive((f"https://a.vn/{n}", "200 OK", "text/plain", os.urandom(999).hex().encode())) for n in range(2)]
    put(tmp_path, {"crawl.warc.gz": whole[0] + whole[1][: int(len(whole[1]) * at)]})
    found, problems = read(tmp_path)
    assert found["page"][0] == "crawl-1"
    assert "web archive cut off after page" in problems["problem"][-1]
    told = problems.filter(pl.col("problem").str.contains("bytes before this page does"))
    assert told["page"].to_list() == found["page"].to_list()[1:]


def test_a_record_of_wrong_length_is_reported(tmp_path, capsys):
    raw = archive(*[(f"https://a.vn/{n}", "200 OK", "text/plain", SENTENCE.encode()) for n in range(2)], gzip=False)
    length = re.search(rb"Content-Length: (\d+)", raw)
    shorter = b"Content-Length: %d" % (int(length[1]) - 20)
    put(tmp_path, {"crawl.warc": raw[: length.start()] + shorter + raw[length.end() :]})
    found, problems = read(tmp_path)
    assert found["page"].to_list() == ["crawl-1", "crawl-2"]
    assert "wrong length, something may be missing" in problems["problem"][0]
    assert capsys.readouterr().err == ""


# Whatever the bytes --------------------------------------------------------------------------------------------------

MARKUP = st.lists(
    st.sampled_from(
        [
            "<p>",
            "</div>",
            "<table>",
            "<br",
            "<!--",
            "-->",
            "<script>",
            "&#",
            "&#xD800;",
            "&#1;",
            "&#xFFFE;",
            "<i hidden>",
            "ệ",
            "\u0301",
            "a",
            " ",
            "<pre>\n",
        ]
    )
)


@pytest.mark.parametrize("suffix", sorted(pages.SUFFIXES))
@given(
    raw=st.one_of(
        st.binary(max_size=400),
        st.text(max_size=200).map(lambda s: s.encode("utf-8", "replace")),
        MARKUP.map(lambda s: "".join(s).encode()),
    )
)
@example(raw=b"\xff\xfe\x00\xd8")
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_end_in_pages_or_problems(tmp_path, suffix, raw):
    put(tmp_path, {f"bytes{suffix}": raw, "good.txt": SENTENCE})
    found, problems = read(tmp_path)
    assert "good" in found["page"].to_list()
    assert found["page"].is_unique().all()
    assert found.height > 1 or problems.height
    assert found["text"].str.contains(r"\S").all()
    assert not found["text"].str.contains(r"\r|[\x00-\x08]").any()
    assert all(unicodedata.is_normalized("NFC", text) for text in found["text"] if text.isprintable())


INTACT = {name: raw if isinstance(raw, bytes) else raw.encode() for name, raw in WRITTEN.items()} | {
    f"t{suffix}": archive(("https://a.vn/1", "200 OK", "text/html", NEWS.encode()), gzip="gz" in suffix)
    for suffix in (".warc", ".warc.gz")
}


@pytest.mark.parametrize("name", sorted({*INTACT} - {"t.parquet"}))  # polars may abort on a flipped bit in one
@given(data=st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_table_or_archive_never_stops_the_rest(tmp_path, name, data):
    raw = bytearray(INTACT[name])
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    put(tmp_path, {name: bytes(raw[: data.draw(st.integers(1, len(raw)))]), "z.txt": SENTENCE})
    found, problems = read(tmp_path)
    assert found["page"].to_list()[-1] == "z"
    assert found.height + problems.height > 1


@given(length=st.integers(1, len(INTACT["t.parquet"]) - 1))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_parquet_cut_anywhere_is_a_problem(tmp_path, length):
    put(tmp_path, {"t.parquet": INTACT["t.parquet"][:length], "z.txt": SENTENCE})
    assert "damaged table" in problem(tmp_path)


# The gold ------------------------------------------------------------------------------------------------------------


def test_offsets_of_the_gold_hold():
    gold = Path(__file__).resolve().parents[3] / "shared" / "gold"
    if not gold.is_dir():
        pytest.skip("no gold beside the repository")
    found, problems = read(gold / "pages")
    assert problems.is_empty()
    for row in found.iter_rows(named=True):
        raw = Path(row["file"]).read_bytes().decode()
        assert row["text"] == unicodedata.normalize("NFC", raw)
    marked = {doc["doc"]: doc["marks"] for doc in map(json.loads, (gold / "dev.jsonl").read_text("utf-8").splitlines())}
    assert set(marked) == set(found["page"])
    for page, text in found.select("page", "text").iter_rows():
        assert all(text[mark["start"] : mark["end"]] == mark["surface"] for mark in marked[page])
