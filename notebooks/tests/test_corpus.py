"""The door to a corpus: everything readable is read, everything else is listed, and nothing is extracted twice."""

import json
import os
import re
import subprocess
import sys
from unittest.mock import Mock

import polars as pl
import pytest
from extracting import catalogue, pages, story
from polars.testing import assert_frame_equal

from diembao import DiembaoError, corpus, extract, load_catalogue, measures, open_corpus
from diembao.catalogue import add_row
from diembao.schema import DATES, PAGES, TABLES

PAGE = story("Mỹ và Nga nối lại đàm phán ngày 12/6/2024.", "Theo AP, hai bên trao đổi danh sách.", "Cuộc họp kéo dài.")
LONG = "\n".join(  # long enough to be printed again
    [
        PAGE,
        "Trong hai ngày làm việc, các đoàn lần lượt nêu lập trường của mình rồi cùng soạn một danh sách gồm mười điểm.",
        "Người phát ngôn cho biết vòng tiếp theo sẽ diễn ra vào mùa thu, khi hai thủ đô đã xem xét từng điểm một.",
    ]
)


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "mot.txt").write_text(PAGE, encoding="utf-8")
    (folder / "hai.txt").write_text(PAGE.replace("Nga", "Trung Quốc"), encoding="utf-8")
    return folder


def tables_of(opened):
    return {name: getattr(opened, name).collect() for name in TABLES}


def test_the_sample_opens_with_the_columns_of_the_design():
    opened = open_corpus("sample", catalogue=catalogue())
    for name, schema in TABLES.items():
        assert getattr(opened, name).collect_schema() == schema
    articles = opened.articles.filter(pl.col("segment") == 0).collect()
    assert articles.height == opened.pages.select(pl.len()).collect().item() >= 30
    assert opened.problems.collect().is_empty()


def test_progress_counts_pages(folder, tmp_path, capsys):
    extract(folder, tmp_path / "tables", catalogue(), progress=True)
    assert re.search(r"\b2 pages \[", capsys.readouterr().err)


@pytest.mark.parametrize("source", ["AP", "VOA", "Reuters", "Yonhap"])
def test_the_sample_has_six_articles_of_every_source(source):
    cited = open_corpus("sample", catalogue=catalogue()).citations.filter(
        (pl.col("source_id") == source) & pl.col("role").is_in(["credit", "att", "pub"]) & (pl.col("segment") == 0)
    )
    assert cited.select(pl.col("page").n_unique()).collect().item() >= 6


def test_opening_again_extracts_nothing_and_a_new_page_only_itself(folder, monkeypatch):
    first = open_corpus(folder, catalogue=catalogue())
    before = tables_of(first)
    seen = []
    real = corpus.extract_pages
    monkeypatch.setattr(corpus, "extract_pages", lambda pages, *rest: seen.extend(pages["page"]) or real(pages, *rest))
    again = open_corpus(folder, catalogue=catalogue())
    assert again.digest == first.digest and seen == []
    (folder / "ba.txt").write_text(PAGE.replace("Nga", "Pháp"), encoding="utf-8")
    third = open_corpus(folder, catalogue=catalogue())
    assert seen == ["ba"]
    assert third.digest != first.digest
    kept = {name: table.filter(pl.col("page") != "ba") for name, table in tables_of(third).items()}
    assert all(kept[name].equals(before[name]) for name in TABLES)


def test_tables_do_not_depend_on_how_they_were_come_by(folder, tmp_path, monkeypatch):
    open_corpus(folder, catalogue=catalogue())
    (folder / "a.txt").write_text(PAGE.replace("Nga", "Pháp"), encoding="utf-8")
    grown = tables_of(open_corpus(folder, catalogue=catalogue()))
    monkeypatch.setenv("DIEMBAO_CACHE", str(tmp_path / "other"))
    fresh = tables_of(open_corpus(folder, catalogue=catalogue()))
    assert all(grown[name].equals(fresh[name]) for name in TABLES)


def test_a_folder_of_extracted_tables_opens_as_it_is(folder, tmp_path):
    out = tmp_path / "out"
    counts = extract(folder, out, catalogue=catalogue())
    assert counts["pages"] == counts["articles"] == 2
    opened = open_corpus(out, catalogue=catalogue())
    assert opened.mentions.collect().equals(pl.read_parquet(out / "mentions.parquet"))
    assert opened.pages.collect().is_empty()
    (out / "dates.parquet").write_bytes(b"rubbish")
    with pytest.raises(DiembaoError, match=r"dates\.parquet: not a readable Parquet file"):
        open_corpus(out, catalogue=catalogue())
    (out / "dates.parquet").unlink()
    with pytest.raises(DiembaoError, match=r"dates\.parquet: missing; run `diembao extract"):
        open_corpus(out, catalogue=catalogue())


def test_bad_pages_are_problems_and_the_others_go_on(folder, tmp_path):
    (folder / "rong.txt").write_bytes(b"")
    (folder / "rac.txt").write_bytes(bytes(range(256)) * 40)
    (folder / "vo.txt").write_bytes(PAGE.encode() + b"\xff\xfe\xff")
    (folder / "dai.txt").write_bytes(b"a" * 50_000_000)
    (folder / "thieu.csv").write_text("page,body\np,x\n", encoding="utf-8")
    (folder / "hong.parquet").write_bytes(b"PAR1 nothing PAR1")
    counts = extract(folder, tmp_path / "out", catalogue=catalogue())
    problems = pl.read_parquet(tmp_path / "out" / "problems.parquet")
    named = {name: problems.filter(pl.col("file").str.contains(name))["problem"].to_list() for name in
             ("rong.txt", "rac.txt", "vo.txt", "dai.txt", "thieu.csv", "hong.parquet")}  # fmt: skip
    assert all(len(found) == 1 and found[0] for found in named.values()), named
    assert counts["pages"] == 3  # the two good ones and the one with a broken end
    assert "text" in named["thieu.csv"][0]


@pytest.mark.parametrize("name", ["nowhere", "empty"])
def test_nothing_to_read_is_said_with_the_way_out(tmp_path, name):
    (tmp_path / "empty").mkdir()
    with pytest.raises(DiembaoError, match=str(tmp_path / name)):
        open_corpus(tmp_path / name, catalogue=catalogue())
    with pytest.raises(DiembaoError, match=str(tmp_path / name)):
        extract(tmp_path / name, tmp_path / "out", catalogue=catalogue())


def test_a_place_that_cannot_be_written_is_named(folder, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DiembaoError, match="is a file; --out names the folder"):
        extract(folder, tmp_path / "file", catalogue=catalogue())


def test_pages_nobody_has_written_to_are_not_read_again(folder, monkeypatch):
    monkeypatch.setattr(corpus, "_SETTLED", 0)
    first = open_corpus(folder, catalogue=catalogue())
    page = next(folder.glob("*.txt"))
    text, times = page.read_text(), page.stat()
    read = Mock(side_effect=corpus.read_pages)
    monkeypatch.setattr(corpus, "read_pages", read)
    assert open_corpus(folder, catalogue=catalogue()).digest == first.digest and not read.called
    page.write_text(text[:-1] + "?")  # as long as before
    os.utime(page, ns=(times.st_atime_ns, times.st_mtime_ns))  # and as old
    changed = open_corpus(folder, catalogue=catalogue())
    assert changed.digest != first.digest and read.called
    given = f"date,page,field,value,reason\n2024-07-01,{page.stem},published,2020-01-01,seen\n"
    (folder / "corrections.csv").write_text(given)
    assert open_corpus(folder, catalogue=catalogue()).digest not in (first.digest, changed.digest)


def test_a_file_written_a_moment_ago_is_read_again(folder, monkeypatch):
    open_corpus(folder, catalogue=catalogue())
    read = Mock(side_effect=corpus.read_pages)
    monkeypatch.setattr(corpus, "read_pages", read)
    open_corpus(folder, catalogue=catalogue())
    assert read.called


def test_a_cache_that_cannot_be_written_does_not_stop_anyone(folder, tmp_path, monkeypatch):
    (tmp_path / "blocked").write_text("")
    monkeypatch.setenv("DIEMBAO_CACHE", str(tmp_path / "blocked" / "cache"))
    assert open_corpus(folder, catalogue=catalogue()).articles.collect().height == 2


def test_jsonl_csv_and_parquet_give_the_same_tables(tmp_path):
    rows = pl.DataFrame(
        {"page": ["mot", "hai"], "text": [PAGE, PAGE.replace("Nga", "Lào")], "published": ["2024-06-13", None]}
    )
    rows.write_ndjson(tmp_path / "a.jsonl")
    rows.write_csv(tmp_path / "a.csv")
    rows.write_parquet(tmp_path / "a.parquet")
    made = []
    for kind in ("jsonl", "csv", "parquet"):
        extract(tmp_path / f"a.{kind}", tmp_path / kind, catalogue=catalogue())
        made.append({name: pl.read_parquet(tmp_path / kind / f"{name}.parquet") for name in TABLES})
    assert all(made[0][name].equals(other[name]) for other in made[1:] for name in TABLES)
    assert made[0]["articles"]["published"].to_list() == ["2024-06-13", None]


def test_a_later_print_of_a_story_is_a_duplicate_and_another_story_is_none(tmp_path):
    rows = pl.DataFrame(
        {"page": ["b", "a", "c", "d"],
         "text": [LONG, LONG.upper().lower(), LONG + "\nThêm một đoạn mới ở cuối bài viết này.", PAGE],
         "published": ["2024-06-13", "2024-06-14", "2024-06-15", "2024-06-15"]}
    )  # fmt: skip
    rows.write_parquet(tmp_path / "pages.parquet")
    extract(tmp_path / "pages.parquet", tmp_path / "out", catalogue=catalogue())
    found = pl.read_parquet(tmp_path / "out" / "articles.parquet")
    assert dict(found.select("page", "duplicate_of").iter_rows()) == {"b": None, "a": "b", "c": "b", "d": None}
    similar = dict(found.select("page", "similarity").iter_rows())
    assert similar["a"] == 1 > similar["c"] > 0.8 and similar["b"] is None


def test_a_new_page_that_prints_a_kept_one_again_is_its_duplicate(folder):
    (folder / "mot.txt").write_text(LONG, encoding="utf-8")
    open_corpus(folder, catalogue=catalogue())
    (folder / "nam.txt").write_text(LONG.replace("cùng soạn", "soạn"), encoding="utf-8")
    grown = open_corpus(folder, catalogue=catalogue()).articles.collect()
    assert dict(grown.select("page", "duplicate_of").iter_rows()) == {"hai": None, "mot": None, "nam": "mot"}


def test_printing_every_page_of_the_sample_twice_changes_nothing_when_stories_count_once(tmp_path):
    once = open_corpus("sample", catalogue=catalogue())
    pages = once.pages.collect()
    twice = pl.concat([pages, pages.with_columns(page=pl.col("page") + "-again")])
    twice.write_parquet(tmp_path / "twice.parquet")
    doubled = open_corpus(tmp_path / "twice.parquet", catalogue=catalogue())
    copies = doubled.articles.filter(pl.col("page").str.ends_with("-again") & (pl.col("segment") == 0)).collect()
    assert (copies["duplicate_of"] + "-again").equals(copies["page"], check_names=False)
    assert set(copies["similarity"]) == {1.0}
    chosen = [measures.select(opened) for opened in (once, doubled)]
    pages = [each.with_pages(each.articles.select("number")) for each in chosen]
    assert pages[0]["page"].equals(pages[1]["page"])
    for name in ("articles", "mentions", "citations", "dates"):
        tables = [
            getattr(each, name).with_columns(pl.col("number").replace_strict(of["number"], range(of.height)))
            for each, of in zip(chosen, pages, strict=True)
        ]
        assert tables[0].height
        assert_frame_equal(*tables, check_row_order=name == "articles")  # others have no order within an article


def test_a_page_that_breaks_a_stage_is_set_aside(monkeypatch):
    real = corpus._extract_pages

    def fragile(table, *rest):
        if "gay" in table["page"].to_list():
            raise pl.exceptions.ComputeError("a stage failed")
        return real(table, *rest)

    monkeypatch.setattr(corpus, "_extract_pages", fragile)
    found = corpus.extract_pages(pages(mot=PAGE, gay=PAGE, hai=PAGE, ba=PAGE), catalogue())
    assert set(found["articles"]["page"]) == {"mot", "hai", "ba"}
    assert found["problems"].select("page", "stage", "problem").rows() == [("gay", "extraction", "a stage failed")]


def test_batches_do_not_show(tmp_path, monkeypatch):
    rows = pl.DataFrame(
        {"page": [f"p{n}" for n in range(7)], "text": [PAGE.replace("12/6", f"{n + 1}/6") for n in range(7)]}
    )
    rows.write_parquet(tmp_path / "pages.parquet")
    extract(tmp_path / "pages.parquet", tmp_path / "whole", catalogue=catalogue())
    monkeypatch.setattr(corpus, "BATCH", 2)
    extract(tmp_path / "pages.parquet", tmp_path / "parts", catalogue=catalogue())
    for name in TABLES:
        assert pl.read_parquet(tmp_path / "whole" / f"{name}.parquet").equals(
            pl.read_parquet(tmp_path / "parts" / f"{name}.parquet")
        )


def test_articles_and_problems_account_for_every_page(folder, tmp_path):
    (folder / "rong.txt").write_bytes(b"")
    extract(folder, tmp_path / "out", catalogue=catalogue())
    articles = pl.read_parquet(tmp_path / "out" / "articles.parquet").filter(pl.col("segment") == 0)
    problems = pl.read_parquet(tmp_path / "out" / "problems.parquet")
    assert articles.height + problems.height == len(os.listdir(folder))


def test_the_command_says_what_it_did_and_what_is_wrong(folder, tmp_path, capsys):
    from diembao.__main__ import main

    assert main(["extract", str(folder), "--out", str(tmp_path / "out")]) == 0
    assert "2" in capsys.readouterr().out
    assert main(["extract", str(tmp_path / "nowhere"), "--out", str(tmp_path / "out")]) != 0
    said = capsys.readouterr().err
    assert "nowhere" in said and "Traceback" not in said


def test_dates_take_their_year_from_publication():
    rows = pages(p=PAGE.replace("ngày 12/6/2024", "ngày 12/6")).with_columns(published=pl.lit("2024-06-13"))
    found = corpus.extract_pages(rows.select(PAGES.names()), catalogue())["dates"]
    assert found.collect_schema() == DATES
    assert found.select("surface", "edtf", "basis").rows() == [("ngày 12/6", "2024-06-12", "publication")]


def test_truth_beside_the_sample_matches_its_pages():
    text = dict(open_corpus("sample", catalogue=catalogue()).pages.select("page", "text").collect().iter_rows())
    rows = [json.loads(line) for line in (corpus.SAMPLE / "truth.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {row["doc"] for row in rows} == set(text)
    for row in rows:
        page = text[row["doc"]]
        assert all(page[mark["start"] : mark["end"]] == mark["surface"] for mark in row["marks"])
        filled = {str(n) for n, line in enumerate(page.split("\n"), 1) if line.strip()}
        assert set(row["roles"]) == filled


def test_a_row_of_ones_own_extracts_only_the_pages_that_may_hold_its_name(folder, tmp_path, monkeypatch):
    (folder / "ba.txt").write_text(PAGE.replace("Cuộc họp", "Ủy ban Sông Lam cho biết cuộc họp"), encoding="utf-8")
    open_corpus(folder)
    mine = tmp_path / "mine"
    add_row(mine, "actors.csv", id="USL", kind="org", name_en="Lam River Committee", name_vi="Ủy ban Sông Lam")
    add_row(mine, "aliases.csv", surface="Uỷ ban Sông Lam", actor_id="USL", form="name")
    seen = []
    real = corpus.extract_pages
    monkeypatch.setattr(corpus, "extract_pages", lambda pages, *rest: seen.extend(pages["page"]) or real(pages, *rest))
    told = []
    taught = open_corpus(folder, load_catalogue(own=mine), progress=lambda done, total: told.append((done, total)))
    assert seen == ["ba"] and told == [(1, 1)]
    assert taught.mentions.filter(pl.col("actor_id") == "USL").collect().height == 1
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("DIEMBAO_CACHE", str(tmp_path / "another"))
        anew = open_corpus(folder, load_catalogue(own=mine))
    assert anew.digest == taught.digest
    assert all(table.equals(tables_of(anew)[name]) for name, table in tables_of(taught).items())
    (mine / "aliases.csv").write_text("surface,actor_id,form,example\n")
    forgot = open_corpus(folder, load_catalogue(own=mine))
    assert forgot.mentions.filter(pl.col("actor_id") == "USL").collect().is_empty()


def test_an_extract_without_text_keeps_numbers_and_names_and_no_words(folder, tmp_path):
    extract(folder, tmp_path / "with")
    extract(folder, tmp_path / "without", text=False)
    full, bare = open_corpus(tmp_path / "with"), open_corpus(tmp_path / "without")
    assert bare.pages.collect().is_empty()
    for name in ("mentions", "citations", "dates", "lines"):
        assert tables_of(full)[name].equals(tables_of(bare)[name])
    kept = tables_of(full)["articles"].drop("title", "published_evidence")
    assert kept.equals(tables_of(bare)["articles"].drop("title", "published_evidence"))
    said = "\n".join(str(value) for table in tables_of(bare).values() for row in table.rows() for value in row)
    assert "nối lại" not in said and "danh sách" not in said


def test_a_reader_who_has_enough_gets_no_traceback(tmp_path):
    """As `diembao extract … | head` does."""
    (tmp_path / "a.txt").write_text(story("Mỹ và Nga họp."), encoding="utf-8")
    ours, theirs = os.pipe()
    os.close(ours)
    command = [sys.executable, "-m", "diembao", "extract", str(tmp_path / "a.txt"), "--out", str(tmp_path / "tables")]
    run = subprocess.run(command, stdout=theirs, stderr=subprocess.PIPE, text=True)
    os.close(theirs)
    assert run.returncode == 0 and "BrokenPipe" not in run.stderr
