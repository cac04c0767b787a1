"""A researcher's corrections take the place of what was extracted, everywhere, and none is passed over in silence."""

import csv
import datetime
import textwrap
from functools import lru_cache

import polars as pl
import pytest
from extracting import catalogue, pages, story
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diembao import DiembaoError, corpus, corrections, extract, open_corpus
from diembao.schema import CORRECTIONS, TABLES, UNRESOLVED

PAGE = story(
    "Mỹ và Nga nối lại đàm phán ngày 12/6 tại Moskva.",
    "Theo AP, hai bên trao đổi danh sách với Liên Hợp Quốc.",
    "Cuộc họp kéo dài tới cuối tuần.",
)
OTHER = PAGE.replace("Nga", "Trung Quốc")
MORE = (
    "Trong hai ngày làm việc, các đoàn lần lượt nêu lập trường của mình rồi cùng soạn một danh sách gồm mười điểm, "
    "còn người phát ngôn cho biết vòng tiếp theo sẽ diễn ra vào mùa thu, khi hai thủ đô đã xem xét từng điểm một."
)
ROW = {"date": "2025-01-15", "page": "mot", "reason": "đọc lại trang"}


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("DIEMBAO_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "mot.txt").write_text(PAGE, encoding="utf-8")
    (folder / "hai.txt").write_text(OTHER, encoding="utf-8")
    return folder


def write(folder, *rows, columns=(*corrections.REQUIRED, *corrections.OPTIONAL)):
    with (folder / "corrections.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows({**ROW, **row} for row in rows)


def opened(folder, *rows):
    """Corrections → the tables of the folder with them applied."""
    write(folder, *rows)
    found = open_corpus(folder, catalogue=catalogue())
    return {name: getattr(found, name).collect() for name in TABLES}


def of(table, page="mot"):
    return table.filter(pl.col("page") == page)


def main(tables, page="mot"):
    return of(tables["articles"], page).filter(pl.col("segment") == 0).row(0, named=True)


def span(surface, text=PAGE):
    start = text.index(surface)
    return {"start": start, "end": start + len(surface), "surface": surface}


def named(tables, page="mot"):
    return list(of(tables["mentions"], page).select("surface", "actor_id").iter_rows())


def told(tables):
    return tables["problems"].filter(pl.col("stage") == "corrections")["problem"].to_list()


# What changes nothing ------------------------------------------------------------------------------------------------


def test_a_corpus_without_corrections_has_an_empty_table_of_them(folder):
    found = open_corpus(folder, catalogue=catalogue()).corrections.collect()
    assert found.is_empty() and found.schema == CORRECTIONS


def test_an_empty_file_of_corrections_changes_nothing(folder):
    before = open_corpus(folder, catalogue=catalogue())
    digest, tables = before.digest, {name: getattr(before, name).collect() for name in TABLES}
    after = opened(folder)
    assert open_corpus(folder, catalogue=catalogue()).digest == digest
    assert all(after[name].equals(tables[name]) for name in TABLES)


def test_what_a_correction_confirms_stays_as_it_was(folder):
    before = opened(folder)
    same = [
        {"field": "title", "value": main(before)["title"]},
        {"field": "role:5", "value": "body"},
        {"field": "mention", "value": "RUS", **span("Nga")},
        {"field": "citation", "value": "AP:att", **span("AP")},
        {"field": "date", "value": "XXXX-06-12", **span("ngày 12/6")},
    ]
    after = opened(folder, *same)
    assert after["corrections"]["applied"].all() and told(after) == []
    assert all(after[name].equals(before[name]) for name in TABLES if name != "corrections")


# What a correction says, and what follows from it --------------------------------------------------------------------


def test_title_publisher_and_credits_are_those_of_the_correction(folder):
    before = opened(folder)
    after = opened(
        folder,
        {"field": "title", "value": "Mỹ và Nga đàm phán"},
        {"field": "publisher", "value": "VOA"},
        {"field": "credits", "value": "AP | Báo Mẫu"},
    )
    article = main(after)
    assert article["title"] == "Mỹ và Nga đàm phán"
    assert (article["publisher"], article["credits"]) == ("VOA", ["AP", "Báo Mẫu"])
    assert of(after["articles"], "hai").equals(of(before["articles"], "hai"))
    emptied = opened(folder, {"field": "publisher", "value": ""}, {"field": "credits", "value": ""})
    assert (main(emptied)["publisher"], main(emptied)["credits"]) == (None, [])


def test_a_corrected_publication_date_is_stated_and_dates_the_text(folder):
    after = opened(folder, {"field": "published", "value": "2023-06-13"})
    day = datetime.date(2023, 6, 13)
    article = main(after)
    assert (article["published"], article["published_basis"]) == ("2023-06-13", "stated")
    assert (article["published_first"], article["published_last"]) == (day, day)
    dated = of(after["dates"]).select("surface", "edtf", "basis").rows()
    assert ("ngày 12/6", "2023-06-12", "publication") in dated
    assert main(after, "hai")["published"] is None


def test_a_publication_date_may_be_bounds_or_taken_back(folder):
    month = opened(folder, {"field": "published", "value": "2023-06"})
    assert (main(month)["published_first"], main(month)["published_last"]) == (
        datetime.date(2023, 6, 1),
        datetime.date(2023, 6, 30),
    )
    assert ("ngày 12/6", "2023-06-12") in of(month["dates"]).select("surface", "edtf").rows()
    (folder / "mot.txt").unlink()
    rows = pl.DataFrame({"page": ["mot"], "text": [PAGE], "published": ["2023-06-13"]})
    rows.write_csv(folder / "trang.csv")
    assert main(opened(folder))["published_basis"] == "stated"
    back = opened(folder, {"field": "published", "value": ""})
    assert main(back)["published_basis"] != "stated" and main(back)["published"] != "2023-06-13"


def test_the_syllables_and_mentions_of_an_article_follow_the_roles_of_its_lines(folder):
    before = opened(folder)
    out = opened(folder, {"field": "role:5", "value": "related"})
    line = PAGE.split("\n")[4]
    words = len([word for word in line.replace(".", "").split() if word.isalpha()])
    assert main(before)["syllables"] - main(out)["syllables"] == words
    assert 5 in of(before["mentions"])["line"] and 5 not in of(out["mentions"])["line"]
    assert of(out["lines"]).filter(pl.col("line") == 5)["role"].to_list() == ["related"]
    (folder / "mot.txt").write_text(
        PAGE + "\nTin liên quan\nMỹ và Trung Quốc họp bàn ở Genève về thuế…", encoding="utf-8"
    )
    listed = opened(folder)
    assert of(listed["lines"])["role"].to_list()[-1] == "related" and "CHN" not in [a for _, a in named(listed)]
    counted = opened(folder, {"field": "role:9", "value": "body"})
    assert ("Trung Quốc", "CHN") in named(counted)


def test_a_corrected_headline_is_the_title(folder):
    after = opened(folder, {"field": "role:1", "value": "ui"}, {"field": "role:3", "value": "headline"})
    assert main(after)["title"] == PAGE.split("\n")[2]


def test_a_line_that_is_another_article_leaves_this_one(folder):
    after = opened(folder, {"field": "role:7", "value": "other"})
    assert of(after["lines"]).filter(pl.col("line") == 7).select("segment", "role").rows() == [(1, "other")]
    assert of(after["articles"])["segment"].to_list() == [0, 1]
    assert main(after)["syllables"] < main(opened(folder))["syllables"]


def test_a_mention_is_renamed_added_or_removed(folder):
    before = named(opened(folder))
    assert ("Nga", "RUS") in before and ("Cuộc", "cuoc-hop") not in before
    after = opened(
        folder,
        {"field": "mention", "value": "BLR", **span("Nga")},
        {"field": "mention", "value": "", **span("Liên Hợp Quốc")},
        {"field": "mention", "value": "le-van-mau", **span("Cuộc họp")},
    )
    assert ("Nga", "BLR") in named(after) and ("Nga", "RUS") not in named(after)
    assert not [actor for surface, actor in named(after) if surface == "Liên Hợp Quốc"]
    added = of(after["mentions"]).filter(pl.col("surface") == "Cuộc họp").row(0, named=True)
    line = PAGE.split("\n").index("Cuộc họp kéo dài tới cuối tuần.") + 1
    assert (added["line"], added["actor_kind"], added["basis"], added["role"]) == (line, "person", "candidate", "body")
    assert after["mentions"]["start"].to_list() == after["mentions"].sort("page", "start")["start"].to_list()


def test_the_reading_of_a_capital_is_corrected(folder):
    for reading in ("gov", "place"):
        after = opened(folder, {"field": "mention", "value": f"RUS@{reading}", **span("Moskva")})
        assert of(after["mentions"]).filter(pl.col("surface") == "Moskva")["reading"].to_list() == [reading]


def test_a_longer_span_takes_the_place_of_what_it_overlaps(folder):
    after = opened(folder, {"field": "mention", "value": "RUS", **span("Mỹ và Nga")})
    assert [surface for surface, _ in named(after)][:1] == ["Mỹ và Nga"] and ("Mỹ", "USA") not in named(after)[:2]


def test_a_span_may_reach_into_the_next_line_of_its_paragraph(folder):
    long = MORE.replace("người phát ngôn", "ông Nguyễn Văn Thử")
    text = "\n".join(textwrap.fill(line, 60) for line in [*PAGE.split("\n"), "", long])
    (folder / "mot.txt").write_text(text, encoding="utf-8")
    start = text.index("lập trường")
    span = {"start": start, "end": start + len("lập trường của mình")}
    assert "\n" in text[span["start"] : span["end"]]
    tables = opened(folder, {"field": "mention", "value": "UN", **span, "surface": text[span["start"] : span["end"]]})
    assert tables["problems"].is_empty()
    added = of(tables["mentions"]).filter(pl.col("start") == start)
    assert added.select("surface", "actor_id").rows() == [(text[span["start"] : span["end"]], "UN")]


def test_a_corrected_citation_makes_the_credits_of_its_article(folder):
    assert main(opened(folder))["credits"] == []
    after = opened(folder, {"field": "citation", "value": "Reuters:credit", **span("AP")})
    assert of(after["citations"]).select("source_id", "role").rows() == [("Reuters", "credit")]
    assert main(after)["credits"] == ["Reuters"]
    assert of(opened(folder, {"field": "citation", "value": "", **span("AP")})["citations"]).is_empty()


@pytest.mark.parametrize(
    ("value", "basis", "first"),
    [
        ("2024-06-12", "context", datetime.date(2024, 6, 12)),
        ("XXXX-06-12", "unresolved", None),
        (UNRESOLVED, "unresolved", None),
    ],
)
def test_a_corrected_date_has_its_bounds(folder, value, basis, first):
    after = opened(folder, {"field": "date", "value": value, **span("12/6")})
    found = of(after["dates"]).filter(pl.col("surface").str.contains("12/6")).row(0, named=True)
    assert (found["surface"], found["edtf"], found["basis"], found["first"]) == ("12/6", value, basis, first)


def test_the_latest_correction_of_the_same_place_counts(folder):
    after = opened(
        folder,
        {"field": "title", "value": "Mới", "date": "2025-02-01"},
        {"field": "title", "value": "Cũ", "date": "2025-01-01"},
        {"field": "mention", "value": "BLR", **span("Nga")},
        {"field": "mention", "value": "UKR", **span("Nga")},
        {"field": "mention", "value": "le-van-mau", **span("Cuộc")},
        {"field": "mention", "value": "le-van-mau", **span("Cuộc họp")},
        {"field": "mention", "value": "", **span("Cuộc họp")},
    )
    assert main(after)["title"] == "Mới" and ("Nga", "UKR") in named(after)
    assert not [surface for surface, _ in named(after) if surface.startswith("Cuộc")]
    assert told(after) == []
    assert dict(after["corrections"].filter(pl.col("start").is_null()).select("value", "applied").iter_rows()) == {
        "Mới": True,
        "Cũ": False,
    }


# What no longer fits is told -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"page": "khong-co", "field": "title", "value": "T"}, "no such page was extracted"),
        ({"field": "role:2", "value": "body"}, "the page has no such line with text in it"),
        ({"field": "role:99", "value": "body"}, "the page has no such line"),
        ({"field": "role:1", "value": "lead", "surface": "Câu khác"}, "now “Các bên nối lại đối thoại"),
        ({"field": "mention", "value": "RUS", "start": 9000, "end": 9003}, "no line of the page holds this span"),
        ({"field": "mention", "value": "RUS", "start": 45, "end": 60}, "no line of the page holds this span"),
        ({"field": "mention", "value": "RUS", **span("Nga"), "surface": "Mỹ"}, "is now “Nga”; give the place of “Mỹ”"),
        ({"field": "mention", "value": "", **span("kéo dài")}, "nothing was extracted at exactly this span"),
    ],
)
def test_a_correction_that_does_not_fit_is_a_problem(folder, row, said):
    before, after = opened(folder), opened(folder, row)
    assert len(told(after)) == 1 and "row 2" in told(after)[0] and said in told(after)[0]
    assert after["corrections"]["applied"].to_list() == [False]
    assert after["problems"]["file"].to_list() == [str(folder / "corrections.csv")]
    others = [name for name in TABLES if name not in ("corrections", "problems")]
    assert all(after[name].equals(before[name]) for name in others)


def test_a_page_that_cannot_be_extracted_tells_of_its_corrections(folder, monkeypatch):
    real = corpus._extract_pages

    def fragile(table, *rest):
        if "mot" in table["page"].to_list():
            raise pl.exceptions.ComputeError("a stage failed")
        return real(table, *rest)

    monkeypatch.setattr(corpus, "_extract_pages", fragile)
    after = opened(folder, {"field": "title", "value": "T"})
    assert sorted(after["problems"]["stage"]) == ["corrections", "extraction"]
    assert after["corrections"]["applied"].to_list() == [False]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"field": "title", "value": "T", "date": "15/1/2025"}, "column `date`: '15/1/2025' is no day"),
        ({"field": "title", "value": "T", "date": "2025-02-30"}, "column `date`: '2025-02-30' is no day"),
        ({"field": "title", "value": "T", "page": ""}, "column `page`: '' is empty"),
        ({"field": "title", "value": "T", "reason": ""}, "column `reason`: '' is empty: say why"),
        ({"field": "titel", "value": "T"}, "column `field`: 'titel' is none of title"),
        ({"field": "role:0", "value": "body"}, "column `field`: 'role:0' is none of"),
        ({"field": "title", "value": ""}, "column `value`: '' is empty: write the title"),
        ({"field": "credits", "value": "AP||VOA"}, "names nobody"),
        ({"field": "published", "value": "hôm qua"}, "is no bounded date"),
        ({"field": "published", "value": "XXXX-10-02"}, "is no bounded date"),
        ({"field": "published", "value": "2024-02-30"}, "is no bounded date"),
        ({"field": "published", "value": "2024-06/2024-01"}, "is no bounded date"),
        ({"field": "role:3", "value": "text"}, "'text' is none of headline, lead"),
        ({"field": "mention", "value": "RUS"}, "column `start`: '' is no offset"),
        ({"field": "mention", "value": "RUS", "start": 9, "end": 9}, "column `end`: '9' does not lie behind `start`"),
        ({"field": "title", "value": "T", "start": 9}, "column `start`: '9' must be empty"),
        ({"field": "title", "value": "T", "surface": "T"}, "column `surface`: 'T' must be empty"),
        ({"field": "mention", "value": "Nga", "start": 1, "end": 2}, "'Nga' names no id of"),
        ({"field": "mention", "value": "RUS@city", "start": 1, "end": 2}, "has no such reading"),
        ({"field": "mention", "value": "xi-jinping@gov", "start": 1, "end": 2}, "has no such reading"),
        ({"field": "citation", "value": "AP", "start": 1, "end": 2}, "is no outlet with its part"),
        ({"field": "citation", "value": "Báo lạ:att", "start": 1, "end": 2}, "`surface` repeats it"),
        ({"field": "date", "value": "12/6/2024", "start": 1, "end": 2}, "is no EDTF date"),
        ({"field": "date", "value": "2024-02-30", "start": 1, "end": 2}, "is no EDTF date"),
    ],
)
def test_a_row_that_cannot_be_a_correction_is_refused_with_its_place(folder, row, said):
    write(folder, {"field": "title", "value": "Đúng"}, row)
    with pytest.raises(DiembaoError) as error:
        open_corpus(folder, catalogue=catalogue())
    assert f"{folder / 'corrections.csv'}, row 3, column" in str(error.value) and said in str(error.value)


def test_a_file_of_another_form_is_refused(folder):
    for content, said in [
        (b"", "not a comma-separated UTF-8 table"),
        (b"date,page,field,value,reason\n2025-01-15,mot,title,M\xe9,x\n", "not a comma-separated UTF-8 table"),
        (b"date;page;field;value;reason\n", "column `date` is missing"),
        (b"date,page,field,value,reason,who\n", "column `who` is unknown"),
    ]:
        (folder / "corrections.csv").write_bytes(content)
        with pytest.raises(DiembaoError, match=said):
            open_corpus(folder, catalogue=catalogue())


def test_what_a_spreadsheet_makes_of_the_file_is_read(folder):
    row = "2025-01-15,mot,title,Mới,đọc lại"
    lines = ["date,page,field,value,reason", row, ",,,,", ""]
    (folder / "corrections.csv").write_bytes("\r\n".join(lines).encode("utf-8-sig"))
    assert main({"articles": open_corpus(folder, catalogue=catalogue()).articles.collect()})["title"] == "Mới"


# Where it is applied, and what is done anew --------------------------------------------------------------------------


def test_only_pages_with_other_corrections_are_extracted_again(folder, monkeypatch):
    first = open_corpus(folder, catalogue=catalogue())
    seen = []
    real = corpus.extract_pages
    monkeypatch.setattr(corpus, "extract_pages", lambda table, *rest: seen.extend(table["page"]) or real(table, *rest))
    write(folder, {"field": "title", "value": "Mới"})
    second = open_corpus(folder, catalogue=catalogue())
    assert seen == ["mot"] and second.digest != first.digest
    seen.clear()
    lost = {"field": "mention", "value": "", **span("kéo dài", OTHER), "page": "hai"}
    after = opened(folder, {"field": "title", "value": "Mới"}, lost, {"field": "title", "value": "T", "page": "xa"})
    assert seen == ["hai"]
    assert main(after)["title"] == "Mới" and after["corrections"].height == 3 and len(told(after)) == 2
    seen.clear()
    again = opened(folder, {"field": "title", "value": "Mới"}, lost)
    assert seen == [] and again["corrections"].height == 2 and len(told(again)) == 1
    (folder / "corrections.csv").unlink()
    assert open_corpus(folder, catalogue=catalogue()).digest == first.digest


def test_tables_do_not_depend_on_how_corrections_came(folder, tmp_path, monkeypatch):
    rows = [
        {"field": "mention", "value": "BLR", **span("Nga")},
        {"field": "role:5", "value": "related", "page": "hai"},
        {"field": "title", "value": "T", "page": "xa"},
    ]
    opened(folder)
    opened(folder, rows[0])
    grown = opened(folder, *rows)
    monkeypatch.setenv("DIEMBAO_CACHE", str(tmp_path / "other"))
    fresh = opened(folder, *rows)
    assert all(grown[name].equals(fresh[name]) for name in TABLES)


def test_extracted_tables_are_corrected_and_say_so(folder, tmp_path):
    write(folder, {"field": "mention", "value": "BLR", **span("Nga")}, {"field": "title", "value": "T", "page": "xa"})
    counts = extract(folder, tmp_path / "out", catalogue=catalogue())
    assert counts["corrections"] == 2 and counts["problems"] == 1
    beside = open_corpus(folder, catalogue=catalogue())
    tables = open_corpus(tmp_path / "out", catalogue=catalogue())
    for name in ("articles", "mentions", "corrections"):
        key = ["page"] if name != "mentions" else ["page", "start"]
        assert getattr(tables, name).collect().sort(key).equals(getattr(beside, name).collect().sort(key))


def test_corrections_beside_extracted_tables_are_refused_unless_they_are_in_them(folder, tmp_path):
    write(folder, {"field": "title", "value": "Mới"})
    extract(folder, tmp_path / "out", catalogue=catalogue())
    (tmp_path / "out" / "corrections.csv").write_bytes((folder / "corrections.csv").read_bytes())
    assert open_corpus(tmp_path / "out", catalogue=catalogue()).corrections.collect()["applied"].to_list() == [True]
    write(tmp_path / "out", {"field": "title", "value": "Khác"})
    with pytest.raises(DiembaoError, match=r"corrections\.csv, row 2: stands beside extracted tables"):
        open_corpus(tmp_path / "out", catalogue=catalogue())


def test_a_single_file_is_corrected_by_the_file_beside_it(tmp_path):
    pl.DataFrame({"page": ["mot", "hai"], "text": [PAGE, OTHER]}).write_parquet(tmp_path / "trang.parquet")
    write(tmp_path, {"field": "title", "value": "Mới"})
    found = open_corpus(tmp_path / "trang.parquet", catalogue=catalogue())
    assert main({"articles": found.articles.collect()})["title"] == "Mới"


def test_a_duplicate_goes_by_the_corrected_date(folder):
    for name in ("mot", "hai"):
        (folder / f"{name}.txt").write_text(f"{PAGE}\n{MORE}", encoding="utf-8")
    rows = [
        {"field": "published", "value": day, "page": page}
        for page, day in (("mot", "2023-06-13"), ("hai", "2023-06-14"))
    ]
    assert (main(opened(folder, *rows), "hai")["duplicate_of"], main(opened(folder, *rows))["duplicate_of"]) == (
        "mot",
        None,
    )
    rows[0]["value"] = "2023-06-15"
    assert (main(opened(folder, *rows), "hai")["duplicate_of"], main(opened(folder, *rows))["duplicate_of"]) == (
        None,
        "hai",
    )


def test_the_example_of_the_readme_fits_the_sample(tmp_path):
    readme = (corpus.SAMPLE.parent / "README.md").read_text(encoding="utf-8")
    rows = readme.split("```\n")[1]
    for name in ("mau-a01.txt", "mau-a03.txt"):
        (tmp_path / name).write_bytes((corpus.SAMPLE / name).read_bytes())
    (tmp_path / "corrections.csv").write_text(rows, encoding="utf-8")
    found = open_corpus(tmp_path, catalogue=catalogue())
    assert found.corrections.collect()["applied"].to_list() == [True, True]


# Any corrections -----------------------------------------------------------------------------------------------------

_spans = st.tuples(st.integers(0, len(PAGE) + 5), st.integers(1, 12)).map(lambda at: {"start": at[0], "end": sum(at)})
_rows = st.one_of(
    st.builds(
        lambda s, v: {"field": "mention", "value": v, **s}, _spans, st.sampled_from(["", "RUS", "RUS@gov", "a-b"])
    ),
    st.builds(
        lambda s, v: {"field": "citation", "value": v, **s}, _spans, st.sampled_from(["", "AP:credit", "VOA:pub"])
    ),
    st.builds(
        lambda s, v: {"field": "date", "value": v, **s}, _spans, st.sampled_from(["", "2024", "REL", "2024-05/.."])
    ),
    st.builds(
        lambda n, v: {"field": f"role:{n}", "value": v},
        st.integers(1, 12),
        st.sampled_from(["body", "other", "ui", "headline"]),
    ),
    st.builds(lambda v: {"field": "published", "value": v}, st.sampled_from(["", "2024-06", "[2023..2024]"])),
    st.builds(lambda v: {"field": "credits", "value": v}, st.sampled_from(["", "AP", "AP|VOA"])),
)


@lru_cache(maxsize=1)
def _plain():
    return corpus.extract_pages(pages(mot=PAGE, hai=OTHER), catalogue())


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(_rows, max_size=8))
def test_any_corrections_keep_the_tables_whole(tmp_path, rows):
    write(tmp_path, *rows)
    table = pages(mot=PAGE, hai=OTHER)
    mine = corrections.load(tmp_path, catalogue())
    plain, after = _plain(), corpus.extract_pages(table, catalogue(), mine)
    for name, frame in after.items():
        assert frame.schema == plain[name].schema
        assert of(frame, "hai").equals(of(plain[name], "hai"))
    for name in ("mentions", "citations", "dates"):
        found = after[name].filter(pl.col("page") == "mot")
        assert all(PAGE[start:end] == surface for start, end, surface in found.select("start", "end", "surface").rows())
        assert found.select("page", "start", "end").is_unique().all()
        placed = found.join(after["lines"], on=["page", "segment", "line"], how="semi")
        assert placed.height == found.height
    assert (
        after["lines"]
        .select("page", "line", "start", "end")
        .equals(plain["lines"].select("page", "line", "start", "end"))
    )
    assert after["corrections"].height == len(rows)
    overruled = mine["overruled"].sum()
    assert after["corrections"]["applied"].sum() + after["problems"].height + overruled == len(rows)
