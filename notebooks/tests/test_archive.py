"""An archive: what is added is added whole or not at all, once, and what it was stays readable."""

import contextlib
import functools
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import nbformat
import polars as pl
import pytest
from extracting import catalogue, story

from diembao import DiembaoError, archive, corpus, duplicates, measures, open_corpus, report
from diembao.__main__ import main
from diembao.archive import LostError, Transaction
from diembao.catalogue import load_catalogue
from diembao.ingest import ingest
from diembao.measures import comention, comparison, coverage, frequency, intervals, narrow, select, selection
from diembao.schema import TABLES

SENTENCES = ["Mỹ và {} nối lại đàm phán ngày 12/6/2024.", "Theo AP, hai bên trao đổi danh sách.", "Cuộc họp kéo dài."]
TABLES_BY_MONTH = ("pages", "articles", "lines", "mentions", "citations", "dates")
KILLS = 5  # of an ingest that writes
NAMES = ["Nga", "Trung Quốc", "Pháp", "Đức", "Ấn Độ", "Nhật Bản"]
LONG = (
    "Trong hai ngày làm việc, các đoàn lần lượt nêu lập trường của mình rồi cùng soạn một danh sách gồm mười điểm. "
    "Người phát ngôn cho biết vòng tiếp theo sẽ diễn ra vào mùa thu, khi hai thủ đô đã xem xét từng điểm một. "
    "Giới quan sát nhận định đây là bước đi thận trọng, bởi mỗi bên đều phải giải thích với dư luận trong nước."
)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("DIEMBAO_CACHE", str(tmp_path / "cache"))


EXTRACTED = {}  # the tables of a batch of pages, for all tests here: most of their time would go into making them again


@pytest.fixture(autouse=True)
def extract_once(monkeypatch):
    real = corpus.extract_pages

    def remembered(pages, catalogue, *given):
        key = (pages.drop("file").write_json(), catalogue.digest, *(rows.write_json() for rows in given))
        tables = EXTRACTED.get(key) or real(pages, catalogue, *given)
        if tables["problems"].is_empty():  # these name the file, and that is another in each test
            EXTRACTED[key] = tables
        return tables

    monkeypatch.setattr(corpus, "extract_pages", remembered)


def write(folder: Path, number: int, name: str, *more: str) -> None:
    folder.mkdir(exist_ok=True)
    dated = f"Thứ Tư, {number % 28 + 1:02}/{number % 12 + 1:02}/2024, 08:00 GMT+7"
    text = story(*(sentence.format(name) for sentence in SENTENCES), *more)
    head, rest = text.split("\n", 1)
    (folder / f"trang-{number}.txt").write_text(f"{head}\n{dated}\n{rest}", encoding="utf-8")


@pytest.fixture
def pages(tmp_path):
    for number, name in enumerate(NAMES[:4]):
        write(tmp_path / "pages", number, name)
    return tmp_path / "pages"


def add(pages, root, **options):
    return ingest(pages, root, catalogue(), **options).snapshot


def met(snapshot) -> dict[str, int]:
    counts = ("new", "changed", "unchanged", "extracted_again", "rejected")
    return {name: snapshot.facts[name] for name in counts if snapshot.facts[name]}


def tables_of(opened) -> dict[str, pl.DataFrame]:
    return {name: getattr(opened, name).collect() for name in (*TABLES, "pages")}


def assert_same(one, two) -> None:
    """Whether two corpora are equal; where a page was read from last does not count."""
    one, two = tables_of(one), tables_of(two)
    one["pages"], two["pages"] = one["pages"].drop("file"), two["pages"].drop("file")
    assert not [name for name in one if not one[name].equals(two[name])]


def evidence(news: corpus.Corpus) -> Iterator[pl.DataFrame]:
    """A corpus → the tables that show what is behind its figures."""
    chosen = measures.select(news, parts=["mentions"])
    for asked in (*({"order": order} for order in frequency.ORDERS), {"contains": "đàm phán"}, {"most": 20}):
        yield frequency.concordance(chosen.spans, news.pages, chosen.articles, ["USA", "CHN", "PRK"], **asked)
    yield frequency.newcomers(chosen.spans, news.catalogue.actors["id"])
    yield coverage.ranges(chosen.articles, news.articles, chosen.pages)


def without_texts(pages: Path, catalogue) -> corpus.Corpus:
    out = Path(tempfile.mkdtemp(dir=pages.parent))
    corpus.extract(pages, out, catalogue, text=False)
    return open_corpus(out, catalogue)


def test_an_archive_of_the_sample_is_the_sample(tmp_path):
    add(corpus.SAMPLE, tmp_path / "archive")
    opened, folder = open_corpus(tmp_path / "archive"), open_corpus("sample", catalogue())
    assert_same(opened, folder)
    assert opened.digest == folder.digest and opened.catalogue.digest == catalogue().digest
    for one, other in zip(*map(evidence, (opened, folder)), strict=True):
        assert one.height and one.equals(other)


def test_pages_that_come_in_parts_make_the_tables_of_all_at_once(pages, tmp_path):
    for number in (9, 10):
        write(pages, number, "Lào", LONG)  # the second repeats the first
    part = tmp_path / "part"
    part.mkdir()
    for file in sorted(pages.iterdir(), reverse=True):
        shutil.move(file, part)
        add(part, tmp_path / "archive")
        shutil.move(part / file.name, tmp_path / "cache")
    for file in (tmp_path / "cache").glob("*.txt"):
        shutil.move(file, pages)
    grown, whole = open_corpus(tmp_path / "archive"), open_corpus(pages, catalogue())
    assert_same(grown, whole)
    assert grown.digest == whole.digest
    assert grown.articles.select(pl.col("duplicate_of").drop_nulls()).collect().height == 1


def test_what_is_there_is_looked_up_what_changed_is_a_new_version(pages, tmp_path, monkeypatch):
    root = tmp_path / "archive"
    assert met(add(pages, root)) == {"new": 4}
    extracted = []
    real = corpus.extract_pages
    monkeypatch.setattr(corpus, "extract_pages", lambda p, *rest: extracted.extend(p["page"]) or real(p, *rest))
    assert met(add(pages, root)) == {"unchanged": 4} and extracted == []
    write(pages, 1, "Lào")
    write(pages, 5, "Cuba")
    assert met(add(pages, root)) == {"new": 1, "changed": 1, "unchanged": 3}
    assert sorted(extracted) == ["trang-1", "trang-5"]
    assert_same(open_corpus(root), open_corpus(pages, catalogue()))
    then = open_corpus(f"{root}@1").mentions.filter(pl.col("page") == "trang-1").collect()
    now = open_corpus(root).mentions.filter(pl.col("page") == "trang-1").collect()
    assert "CHN" in then["actor_id"].to_list() and "LAO" in now["actor_id"].to_list()
    shutil.move(pages, tmp_path / "moved")
    assert met(add(tmp_path / "moved", root)) == {"unchanged": 5}  # wherever a page lies


def test_a_page_that_repeats_one_of_long_ago_is_its_duplicate_until_it_is_changed(tmp_path):
    first, second, root = tmp_path / "first", tmp_path / "second", tmp_path / "archive"
    write(first, 1, "Nga", LONG)
    write(second, 2, "Nga", LONG)
    add(first, root)
    add(second, root)
    marked = dict(open_corpus(root).articles.select("page", "duplicate_of").collect().iter_rows())
    assert marked == {"trang-1": None, "trang-2": "trang-1"}
    write(first, 1, "Nga")
    add(first, root)
    assert open_corpus(root).articles.collect()["duplicate_of"].to_list() == [None, None]


def test_what_cannot_be_read_is_counted_told_and_kept(pages, tmp_path, capsys):
    root = str(tmp_path / "archive")
    (pages / "rong.txt").write_bytes(b"")
    (pages / "vo.txt").write_bytes((pages / "trang-1.txt").read_bytes() + b"\xff\xfe\xff")
    for _ in range(2):
        assert main(["ingest", str(pages), "--archive", root, "--quiet"]) == 0
        said = capsys.readouterr().out
        assert "rejected                    1" in said and "rong.txt" in said
        problems = open_corpus(root).problems.collect()
        assert sorted(problems["file"].str.split("/").list.last()) == ["rong.txt", "vo.txt"]  # once each
    assert main(["archive", root]) == 0
    shown = capsys.readouterr().out
    assert f"{root}@2" in shown and "5 pages" in shown and "ingest" in shown
    write(pages, 7, "Cuba")
    shutil.move(pages / "trang-7.txt", pages / "rong.txt")
    assert met(add(pages, root))["new"] == 1
    assert "rong.txt" not in str(open_corpus(root).problems.collect()["file"].to_list())


def test_days_known_only_within_bounds_are_not_told_as_days(tmp_path):
    said = {"day": "Mỹ và Nga đàm phán.", "bounded": "Tổng thống Mỹ Joe Biden phát biểu hôm 2/2.", "none": "Cuộc họp."}
    texts = [story(text) for text in said.values()]
    rows = {"page": list(said), "published": ["2024-06-12", None, None], "text": texts}
    pl.DataFrame(rows).write_parquet(tmp_path / "pages.parquet")
    (told,) = archive.days(add(tmp_path / "pages.parquet", tmp_path / "archive")).rows(named=True)
    day = date(2024, 6, 12)
    assert told == {
        "day_dated": 1, "longer_dated": 1, "undated": 1, "publication_days": 1, "first": day, "last": day
    }  # fmt: skip


def test_an_earlier_state_stays_by_number_and_by_moment(pages, tmp_path):
    root = tmp_path / "archive"
    add(pages, root)
    before = tables_of(open_corpus(root))
    between = datetime.now(UTC)
    time.sleep(0.01)
    write(pages, 0, "Cuba")
    write(pages, 8, "Lào")
    add(pages, root)
    archive.compact(str(root))
    for at in ("1", between.isoformat(), between.replace(tzinfo=None).isoformat()):
        opened = open_corpus(f"{root}@{at}")
        assert opened.path == f"{root}@1"
        assert all(table.equals(before[name]) for name, table in tables_of(opened).items())
    for wrong, why in {"9": "no such commit", "0": "no such", "2020-01-01": "no such", "x": "neither"}.items():
        with pytest.raises(DiembaoError, match=why):
            open_corpus(f"{root}@{wrong}")


def test_the_sample_report_is_the_same_from_folder_archive_dask_and_an_earlier_state(tmp_path):
    root = tmp_path / "archive"
    add(corpus.SAMPLE, root)
    editions, notebook = tmp_path / "editions.toml", tmp_path / "small_blocks.ipynb"
    editions.write_text(f'[default]\nnotebooks = ["{notebook}"]\ncorpus = "sample"\n', encoding="utf-8")
    cells = nbformat.read(Path(__file__).resolve().parents[1] / "source_comparison.ipynb", as_version=4)
    small = "from diembao.measures import intervals\nintervals._CELLS = 2**12"  # so few articles are one block
    cells.cells.insert(2, nbformat.v4.new_code_cell(small))
    nbformat.write(cells, notebook)

    def built(corpus: str, **options: str) -> tuple[bytes, bytes]:
        out = Path(tempfile.mkdtemp(dir=tmp_path))  # no earlier build to compare with
        shutil.rmtree(tmp_path / "cache" / "drawn", ignore_errors=True)  # each draws for itself
        given = {"parameters": {"corpus": corpus}, "editions": editions, "out": out, "progress": False}
        build = report.build(**given, **options).folder
        page = (build / "small_blocks.html").read_bytes()
        tables = b"".join(file.read_bytes() for file in sorted((build / "tables").rglob("*.*")))
        return re.sub(rb"<time .*?</time>", b"", page), tables  # but for the time it was built at

    then, first = built(str(root)), open_corpus(root).digest
    page, tables = built("sample")
    assert page.replace(b"<td>sample</td>", f"<td>{root}@1</td>".encode()) == then[0] and tables == then[1]
    write(tmp_path / "more", 3, "Nga")
    add(tmp_path / "more", root)
    assert open_corpus(root).digest != first
    assert built(f"{root}@1") == then
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=1, processes=True, dashboard_address=":0") as local:
        assert built(f"{root}@1", scheduler=local.scheduler_address) == then
        with distributed.Client(local) as client:
            assert all(client.run(lambda: "diembao.measures.intervals" in sys.modules).values())  # it has drawn


def test_a_range_of_dates_reads_only_its_files(pages, tmp_path):
    root = tmp_path / "archive"
    add(pages, root)
    march = pl.col("published_first").is_between(pl.date(2024, 3, 1), pl.date(2024, 3, 31))
    whole = open_corpus(root).articles.filter(march).collect()
    for file in (root / "articles").rglob("month=*/*.parquet"):
        if file.parent.name != "month=2024-03":
            file.unlink()
    assert whole["page"].to_list() == ["trang-2"] and open_corpus(root).articles.filter(march).collect().equals(whole)


def test_of_each_table_a_month_reads_only_its_files(pages, tmp_path):
    root = tmp_path / "archive"
    add(pages, root)
    snapshot, march = open_corpus(root).snapshot, pl.col("month") == "2024-03"
    whole = {table: snapshot.scan(table).filter(pl.col("page") == "trang-2").collect() for table in TABLES_BY_MONTH}
    for file in root.rglob("month=*/*.parquet"):
        if file.parent.name != "month=2024-03":
            file.unlink()
    assert all(snapshot.scan(table, march).collect().equals(rows) for table, rows in whole.items())
    assert all(rows.height for rows in whole.values())


def test_a_reader_of_one_publisher_passes_over_the_rows_of_others(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "_ROW_GROUPS", {})
    monkeypatch.setattr(archive, "_ROW_GROUP", 8)
    texts = [story(SENTENCES[0].format(NAMES[number % 6]), LONG) for number in range(40)]
    rows = {"page": [f"p{number:02}" for number in range(40)], "text": texts, "published": ["2024-06-12"] * 40}
    table = pl.DataFrame(rows).with_columns(publisher=pl.Series([f"to-bao-{number % 5}" for number in range(40)]))
    table.write_parquet(tmp_path / "pages.parquet")
    root = str(tmp_path / "archive")
    add(tmp_path / "pages.parquet", root)
    program = (
        "import sys, polars as pl; from diembao import archive;"
        f"found = archive.open_snapshot({root!r}).stored('articles').filter(pl.col('source') == 'to-bao-3').collect();"
        "print(sorted(found['page']))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "POLARS_VERBOSE": "1"},
    )
    assert run.stdout.strip() == str([f"p{number:02}" for number in range(3, 40, 5)])
    read, there = re.search(r"(\d+) / (\d+) row groups", run.stderr).groups()
    assert int(there) == 5 and int(read) <= 2, run.stderr


def test_the_rows_of_some_pages_are_found_by_month_and_publisher(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "_ROW_GROUPS", {})
    monkeypatch.setattr(archive, "_ROW_GROUP", 2)
    texts = [story(SENTENCES[0].format(NAMES[number % 6]), LONG) for number in range(12)]
    days = [None if number == 5 else f"2024-{1 + number % 3:02}-12" for number in range(12)]
    rows = {"page": [f"p{number:02}" for number in range(12)], "text": texts, "published": days}
    publishers = pl.Series([None, "to-bao-1", "to-bao-2", None] * 3, dtype=pl.String)
    pl.DataFrame(rows).with_columns(publisher=publishers).write_parquet(tmp_path / "pages.parquet")
    add(tmp_path / "pages.parquet", str(tmp_path / "archive"))
    news = open_corpus(tmp_path / "archive")
    main = news.articles.filter(pl.col("segment") == 0).select("page", "published_first", "publisher").collect()
    assert main["publisher"].n_unique() == 3 and main["published_first"].n_unique() == 4
    for some in (main, main[1::3], main[5:6], main[:0]):
        for table in ("mentions", "pages"):
            found = news.on(table, some).collect().sort(pl.all())
            wanted = getattr(news, table).filter(pl.col("page").is_in(some["page"].implode())).collect()
            assert found.equals(wanted.sort(pl.all()))
            assert found["page"].n_unique() == some.height


@pytest.mark.parametrize("text", [True, False])
def test_writing_in_small_portions_changes_nothing(pages, tmp_path, monkeypatch, text):
    def at_once():
        return open_corpus(pages, catalogue()) if text else without_texts(pages, catalogue())

    def add_in_portions():
        with monkeypatch.context() as patched:
            patched.setattr(corpus, "BATCH", 2)
            patched.setattr(archive, "TOGETHER", 2)
            add(pages, root, text=text)

    for number in range(4, 16):  # several a month, one of them printed twice
        write(pages, number % 3 + 12 * number, NAMES[number % 6], *[LONG] * (number % 5 == 0))
    (pages / "khong-ngay.txt").write_text(story(*SENTENCES, LONG), encoding="utf-8")
    root = tmp_path / "archive"
    add_in_portions()
    assert_same(open_corpus(root), at_once())
    for number in (0, 1, 60, 72, 200):
        write(pages, number, "Cuba", LONG)
    add_in_portions()
    whole = at_once()
    assert_same(open_corpus(root), whole)
    archive.compact(str(root))
    assert_same(open_corpus(root), whole)


def test_a_corpus_that_is_open_stays_what_it_was(pages, tmp_path):
    root = tmp_path / "archive"
    add(pages, root)
    opened = open_corpus(root)
    before = tables_of(opened)
    write(pages, 0, "Cuba")
    add(pages, root)
    archive.compact(str(root))
    archive.clean(str(root), timedelta(0))
    assert all(table.equals(before[name]) for name, table in tables_of(opened).items())


def test_a_reader_during_an_ingest_sees_one_state(pages, tmp_path):
    root = tmp_path / "archive"
    add(pages, root)
    states, done = [], threading.Event()

    def read():
        while not done.is_set():
            opened = open_corpus(root)
            told = [getattr(opened, name).select("page").unique().collect().height for name in ("articles", "lines")]
            states.append((opened.snapshot.facts["pages"], *told))

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(4, 8):
        write(pages, number, "Cuba")
        now, until = add(pages, root).facts["pages"], time.monotonic() + 60
        while now not in {state[0] for state in states} and time.monotonic() < until:
            time.sleep(0.01)
    done.set()
    reader.join()
    assert all(pages == articles == lines for pages, articles, lines in states)
    assert {5, 6, 7, 8} <= {pages for pages, _, _ in states}


# Faults --------------------------------------------------------------------------------------------------------------


class Died(BaseException):
    pass


def test_a_writer_that_dies_after_any_of_its_writes_has_changed_nothing(pages, tmp_path, monkeypatch):
    root = tmp_path / "archive"
    add(pages, root)
    before = tables_of(open_corpus(root))
    write(pages, 1, "Lào")
    write(pages, 6, "Cuba")
    after = tables_of(open_corpus(pages, catalogue()))
    real = Transaction._write
    written = 0

    def dying(self, *arguments, **options):
        nonlocal written
        real(self, *arguments, **options)
        written += 1
        if written == last:
            raise Died

    monkeypatch.setattr(Transaction, "_write", dying)
    for last in range(1, 40):  # noqa: B007
        written = 0
        try:
            add(pages, root)
        except Died:
            assert all(table.equals(before[name]) for name, table in tables_of(open_corpus(root)).items())
        else:
            break
    assert written >= 8 and last == written + 1  # each of its writes was the last one once
    assert all(table.equals(after[name]) for name, table in tables_of(open_corpus(root)).items())


def test_an_ingest_killed_at_any_moment_leaves_the_archive_as_before_or_as_after(pages, tmp_path):
    root = tmp_path / "archive"
    add(pages, root)
    base = tmp_path / "base"
    shutil.copytree(root, base)
    before = tables_of(open_corpus(root))
    write(pages, 1, "Lào")
    write(pages, 6, "Cuba")
    command = [sys.executable, "-c", f"from diembao.ingest import ingest; print(flush=True); ingest({str(pages)!r}, "
               f"{str(root)!r})"]  # fmt: skip
    start = subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ)
    start.stdout.readline()
    began = time.perf_counter()
    assert start.wait() == 0
    took = time.perf_counter() - began
    after = tables_of(open_corpus(root))
    draw = random.Random(20240601)
    seen = []
    # the first at once, the others spread over the time it writes in
    for moment in (0, *(0.3 + 0.7 * (number + draw.random()) / KILLS for number in range(KILLS))):
        shutil.rmtree(root)
        shutil.copytree(base, root)
        run = subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ)
        run.stdout.readline()
        time.sleep(took * moment)
        run.send_signal(signal.SIGKILL)
        run.wait()
        now = tables_of(open_corpus(root))
        state = "before" if now["pages"].equals(before["pages"]) else "after"
        expected = before if state == "before" else after
        assert all(table.equals(expected[name]) for name, table in now.items())
        seen.append(state)
        again = met(add(pages, root))
        assert again in ({"unchanged": 5}, {"new": 1, "changed": 1, "unchanged": 3})
        assert all(table.equals(after[name]) for name, table in tables_of(open_corpus(root)).items())
    assert "before" in seen


@pytest.mark.parametrize("kilobytes", [1, 3, 6, 9])
def test_a_disk_that_is_full_is_said_and_changes_nothing(pages, tmp_path, kilobytes):
    root = tmp_path / "archive"
    add(pages, root)
    before = tables_of(open_corpus(root))
    for number in range(20, 32):
        write(pages, number, NAMES[number % 6])
    limited = (
        "import resource, sys; from diembao.__main__ import main; "
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({kilobytes * 1024},) * 2); "
        f"sys.exit(main(['ingest', {str(pages)!r}, '--archive', {str(root)!r}, '--quiet']))"
    )
    run = subprocess.run([sys.executable, "-c", limited], capture_output=True, text=True, env=os.environ)
    assert run.returncode == 1 and "run it again" in run.stderr and "Traceback" not in run.stderr, run.stderr
    assert all(table.equals(before[name]) for name, table in tables_of(open_corpus(root)).items())
    assert met(add(pages, root)) == {"new": 12, "unchanged": 4}


def test_a_first_ingest_that_dies_leaves_an_archive_to_be_filled(pages, tmp_path, monkeypatch):
    root = tmp_path / "archive"
    with monkeypatch.context() as patched:
        patched.setattr(Transaction, "commit", lambda *rest, **facts: (_ for _ in ()).throw(Died))
        with pytest.raises(Died):
            add(pages, root)
    with pytest.raises(DiembaoError, match="nothing has been committed"):
        open_corpus(root)
    add(pages, root)
    assert_same(open_corpus(root), open_corpus(pages, catalogue()))


def test_of_two_ingests_at_once_one_is_told_that_it_lost_and_can_be_repeated(pages, tmp_path, monkeypatch):
    root, other = tmp_path / "archive", tmp_path / "other"
    add(pages, root)
    write(other, 7, "Cuba")
    write(pages, 8, "Lào")
    real = Transaction.commit

    def overtaken(self, *arguments, **facts):
        monkeypatch.setattr(Transaction, "commit", real)
        add(other, root)
        return real(self, *arguments, **facts)

    monkeypatch.setattr(Transaction, "commit", overtaken)
    with pytest.raises(LostError, match="run it again"):
        add(pages, root)
    assert {"trang-7"} == set(open_corpus(root).pages.collect()["page"]) - {f"trang-{n}" for n in range(4)}
    assert met(add(pages, root)) == {"new": 1, "unchanged": 4}
    shutil.copy(other / "trang-7.txt", pages)
    assert_same(open_corpus(root), open_corpus(pages, catalogue()))


def test_ingests_that_race_each_succeed_or_lose_whole(tmp_path):
    root = tmp_path / "archive"
    folders = [tmp_path / f"pages-{n}" for n in range(3)]
    for number, folder in enumerate(folders):
        write(folder, number, NAMES[number])
    outcome = {}

    def race(folder):
        try:
            outcome[folder] = add(folder, root)
        except LostError as lost:
            outcome[folder] = lost

    racers = [threading.Thread(target=race, args=(folder,)) for folder in folders]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert len(outcome) == 3
    won = [number for number, folder in enumerate(folders) if not isinstance(outcome[folder], LostError)]
    assert won and open_corpus(root).pages.collect()["page"].to_list() == [f"trang-{number}" for number in won]
    for folder in folders:
        add(folder, root)
    assert open_corpus(root).articles.collect().height == 3


# What else can change the tables -------------------------------------------------------------------------------------


def edited(folder: Path, file: str, old: str, new: str):
    shutil.copytree(catalogue().path, folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    return load_catalogue(folder)


@pytest.mark.parametrize("text", [True, False])
def test_another_catalogue_makes_only_the_pages_it_speaks_of_anew(pages, tmp_path, monkeypatch, text):
    write(pages, 5, "Quốc gia Mẫu", "Ông Trần Văn Mẫu nói như vậy.")
    root = tmp_path / "archive"
    add(pages, root, text=text)
    aliases = (catalogue().path / "aliases.csv").read_text(encoding="utf-8").splitlines()
    line = next(line for line in aliases if ",FRA,name," in line)
    newer = edited(tmp_path / "catalogue", "aliases.csv", line, f"{line}\nQuốc gia Mẫu,FRA,name,")
    extracted = []
    real = corpus.extract_pages
    monkeypatch.setattr(corpus, "extract_pages", lambda p, *rest: extracted.extend(p["page"]) or real(p, *rest))
    again = ingest(pages / "trang-0.txt" if text else pages, root, newer, text=text).snapshot.facts["extracted_again"]
    assert again == len(extracted)
    assert extracted == ["trang-5"] if text else len(extracted) == 5  # without texts nobody can say which
    opened = open_corpus(root)
    assert opened.catalogue.digest == newer.digest
    assert_same(opened, open_corpus(pages, newer) if text else without_texts(pages, newer))
    assert open_corpus(f"{root}@1").catalogue.digest == catalogue().digest


def test_pages_a_change_of_the_catalogue_passes_over_would_have_come_out_the_same(tmp_path):
    aliases = catalogue().aliases
    sample = open_corpus("sample", catalogue())
    texts = sample.pages.collect()["text"].to_list()
    surfaces = aliases.filter(pl.col("form") != "phrase")["surface"].unique(maintain_order=True).to_list()
    rare = [surface for surface in surfaces if 0 < sum(surface in text for text in texts) < 4]
    gone = random.Random(1).sample(rare, 8)
    folder = tmp_path / "catalogue"
    shutil.copytree(catalogue().path, folder)
    aliases.filter(~pl.col("surface").is_in(gone)).write_csv(folder / "aliases.csv")
    newer = load_catalogue(folder)
    root = tmp_path / "archive"
    add(corpus.SAMPLE, root)
    done = ingest(corpus.SAMPLE, root, newer)
    assert 0 < done.snapshot.facts["extracted_again"] < 38
    assert_same(open_corpus(root), open_corpus("sample", newer))


def test_other_cues_make_all_pages_anew(pages, tmp_path):
    for number in (4, 16, 28):
        write(pages, number, "Lào", LONG)
    root = tmp_path / "archive"
    add(pages, root)
    newer = edited(tmp_path / "catalogue", "cues.toml", "[dates]\n", "[dates]\nof_a_test = 'x'\n")
    assert met(ingest(pages, root, newer).snapshot) == {"unchanged": 7, "extracted_again": 7}
    assert_same(open_corpus(root), open_corpus(pages, newer))


@pytest.mark.parametrize("changed", [[2], [5, 17], [5, 17, 3, 2], [0, 1, 2, 3, 5, 17, 29]])
def test_however_many_pages_change_they_repeat_what_they_would_at_once(pages, tmp_path, monkeypatch, changed):
    for number in (5, 17, 29):
        write(pages, number, "Lào", LONG)
    root = tmp_path / "archive"
    add(pages, root)
    searched = []
    real = duplicates.neighbourhood
    monkeypatch.setattr(duplicates, "neighbourhood", lambda *given: searched.append(1) or real(*given))
    for number in changed:
        write(pages, number, "Cuba", *[LONG] * (number % 12 != 5))
    assert met(add(pages, root))["changed"] == len(changed)
    assert bool(searched) == (len(changed) < 4)  # most of them, and all are compared
    assert_same(open_corpus(root), open_corpus(pages, catalogue()))


def test_a_method_that_makes_the_same_is_written_to_the_index_in_portions(pages, tmp_path, monkeypatch):
    for number in range(4, 28):
        write(pages, number, "Lào")
    root = tmp_path / "archive"
    add(pages, root)
    aliases = (catalogue().path / "aliases.csv").read_text(encoding="utf-8").splitlines()
    line = next(line for line in aliases if ",FRA,name," in line)
    newer = edited(tmp_path / "catalogue", "aliases.csv", line, f"{line}\nQuốc gia Mẫu,FRA,name,")
    written = []
    real = Transaction._write
    monkeypatch.setattr(
        Transaction, "_write", lambda one, *given, **more: written.append(given) or real(one, *given, **more)
    )
    monkeypatch.setattr(archive, "TOGETHER", 1)
    assert met(ingest(pages / "trang-0.txt", root, newer).snapshot) == {"unchanged": 1}
    assert {table for table, _ in written} == {"index", "catalogues"}
    heights = [rows.height for table, rows in written if table == "index"]
    assert sum(heights) == 28 and len(heights) > 2 and max(heights) <= 10
    index = archive.open_snapshot(str(root)).stored("index").collect()
    assert index.height == 28 and index["method"].n_unique() == 1 and newer.digest in index["method"][0]


def test_corrections_apply_to_pages_of_any_age_and_stay(pages, tmp_path):
    root, beside = tmp_path / "archive", tmp_path / "later"
    add(pages, root)
    write(beside, 20, "Cuba")
    (beside / "corrections.csv").write_text(
        "date,page,field,value,reason\n2025-01-15,trang-1,published,2023-02-05,printed on the page\n"
        "2025-01-16,nowhere,title,x,no such page\n",
        encoding="utf-8",
    )
    assert met(add(beside, root)) == {"new": 1, "extracted_again": 1}
    for _ in range(2):
        opened = open_corpus(root)
        dated = dict(opened.articles.select("page", "published").collect().iter_rows())
        assert dated["trang-1"] == "2023-02-05" and opened.corrections.collect()["applied"].to_list() == [False, True]
        assert "no such page" in opened.problems.collect()["problem"].item()
        assert met(add(pages, root)) == {"unchanged": 4}
    (pages / "corrections.csv").write_text(
        "date,page,field,value,reason\n2025-02-01,trang-1,published,2023-02-06,read again\n", encoding="utf-8"
    )
    add(pages, root)
    assert dict(open_corpus(root).articles.select("page", "published").collect().iter_rows())["trang-1"] == "2023-02-06"


def test_an_archive_without_texts_is_the_extract_without_texts_and_says_so(pages, tmp_path, capsys):
    root = str(tmp_path / "archive")
    (pages / "vo.txt").write_bytes((pages / "trang-1.txt").read_bytes() + b"\xff\xfe\xff")
    (pages / "corrections.csv").write_text(
        "date,page,field,value,reason\n2025-01-15,trang-1,title,Một nhan đề khác,as printed\n", encoding="utf-8"
    )
    assert main(["ingest", str(pages), "--archive", root, "--no-text", "--quiet"]) == 0
    assert "without their texts" in capsys.readouterr().out
    opened = open_corpus(root)
    assert_same(opened, without_texts(pages, catalogue()))
    assert opened.pages.collect().is_empty() and opened.articles.collect()["title"].null_count() == 5
    assert opened.problems.collect().height == opened.corrections.collect().height == 1
    said = (pages / "trang-1.txt").read_text(encoding="utf-8").split("\n")[-1].encode()
    assert not any(said in file.read_bytes() for file in Path(root).rglob("*.parquet"))
    main(["archive", root])
    assert "Without the texts" in capsys.readouterr().out
    assert main(["ingest", str(pages), "--archive", root]) == 1
    assert "--no-text" in capsys.readouterr().err


# Keeping house -------------------------------------------------------------------------------------------------------


def test_compaction_leaves_fewer_files_and_the_same_rows(tmp_path):
    root = str(tmp_path / "archive")
    for number in range(3):
        write(tmp_path / f"p{number}", number * 12, NAMES[number])  # of one month
        add(tmp_path / f"p{number}", root)
    before, files = tables_of(open_corpus(root)), archive.sizes(archive.open_snapshot(root))
    after = archive.compact(root)
    assert all(table.equals(before[name]) for name, table in tables_of(open_corpus(root)).items())
    pages = [sizes.filter(pl.col("part") == "pages")["files"].item() for sizes in (files, archive.sizes(after))]
    assert pages == [3, 1]


def test_cleaning_removes_old_states_and_keeps_those_asked_for(pages, tmp_path, monkeypatch):
    root = str(tmp_path / "archive")
    monkeypatch.setattr(archive, "GRACE", timedelta(0))
    add(pages, root)
    for name in NAMES[:2]:
        write(pages, 0, name, "Thêm một câu.")
        add(pages, root)
    now = tables_of(open_corpus(root))
    _, removed = archive.clean(root, timedelta(days=1))
    assert removed == 0 and open_corpus(f"{root}@1")
    _, removed = archive.clean(root, timedelta(0))
    assert removed > 0
    with pytest.raises(DiembaoError, match="cleaned up; the oldest state that is kept"):
        open_corpus(f"{root}@2")
    assert all(table.equals(now[name]) for name, table in tables_of(open_corpus(f"{root}@4")).items())
    assert met(add(pages, root)) == {"unchanged": 4}


def test_an_archive_with_other_tables_than_this_version_keeps_is_read_and_left_as_it_is(pages, tmp_path, monkeypatch):
    root = tmp_path / "archive"
    before = add(pages, root)
    tables = tables_of(open_corpus(root, catalogue()))
    monkeypatch.setitem(archive.MONTHLY, "later", archive.MONTHLY["index"])
    for change in (lambda: add(pages, root), lambda: archive.compact(str(root))):
        with pytest.raises(DiembaoError, match="made by another version of this package"):
            change()
    assert not (root / "later").exists()
    after = open_corpus(root, catalogue())
    assert after.snapshot.facts == before.facts
    assert set(archive.sizes(after.snapshot)["part"]) == set(before.versions)
    assert all(table.equals(tables[name]) for name, table in tables_of(after).items())


def test_what_is_no_archive_is_said(pages, tmp_path, capsys):
    assert main(["archive", str(pages)]) == 1
    assert "no archive" in capsys.readouterr().err
    (tmp_path / "file").write_text("")
    assert main(["ingest", str(pages), "--archive", str(tmp_path / "file" / "a"), "--quiet"]) == 1
    assert "cannot be written" in capsys.readouterr().err
    assert main(["report", "--as-of", "3"]) == 1
    assert "-p corpus=DIR" in capsys.readouterr().err
    assert main(["report", "-p", f"corpus={pages}", "--as-of", "3", "--out", str(tmp_path / "out")]) == 1
    assert f"{pages} is no archive" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_state_is_named_once_and_days_are_a_number(pages, tmp_path, capsys):
    root = str(tmp_path / "archive")
    add(pages, root)
    assert main(["report", "-p", f"corpus={root}@1", "--as-of", "1"]) == 1
    assert "leave out @1 or --as-of" in capsys.readouterr().err
    for days in ("-5", "nan", "inf", "many"):
        with pytest.raises(SystemExit):
            main(["archive", root, f"--clean={days}"])
        assert f"'{days}' is no number of days" in capsys.readouterr().err


# What is counted ----------------------------------------------------------------------------------------------------


def kept(folder: Path) -> dict[str, set[str]]:
    """→ what is kept of an archive, part by part: table → month, what it depends on, number of the part."""
    return {table.name: {part.name for part in table.iterdir()} for table in folder.glob("cache/kept/*/*")}


def counts(news) -> dict[str, pl.DataFrame]:
    """A corpus → what is counted of it, and a table of every measure."""
    chosen = select(news, sources=["AP"], rollup="all")
    tables, dated = (chosen.mentions, chosen.articles, chosen.citations), (chosen.dates, chosen.articles)
    standing, quick = coverage.standing(*tables[1:], ["AP"]), {"resamples": 20}
    names = {"publisher": pl.String, "credits": pl.List(pl.String), "published_basis": pl.String}
    return {
        "articles": chosen.with_pages(chosen.articles).cast(names),
        "steps": chosen.steps,
        "printed": comparison.publishers_by_wire(*tables[1:], ["AP"]),
        "matrix": comparison.role_matrix(*tables[:0:-1], ["AP"]),
        "dating": coverage.dating(chosen.articles),
        "calendar": coverage.calendar(*tables[1:], ["AP"], basis="credit"),
        "coverage": coverage.by_source(*tables[1:], ["AP"]),
        "gaps": coverage.gaps(*tables[1:], ["AP"]),
        "ranges": coverage.ranges(chosen.articles, news.articles, chosen.pages),
        "actors": frequency.by_actor(*tables[:2], **quick),
        "via": frequency.by_via(*tables[:2], **quick),
        "roles": frequency.by_role(*tables[:2], **quick),
        "periods": frequency.by_period(*tables[:2], every="year", **quick),
        "pairs": comention.pairs(*tables[:2], **quick),
        "shares": comparison.actor_shares(*tables, ["AP"], **quick),
        "said": comparison.attributed_shares(*tables, ["AP"], **quick),
        "odds": comparison.log_odds(*tables, ["AP"], permutations=9, **quick),
        "reach": coverage.reach(*dated, standing, **quick),
        "days": coverage.days_named(*dated),
        "delays": coverage.delays(*dated, standing),
        "names": chosen.names.sort("id"),
    }


@pytest.mark.parametrize(("held", "part"), [(2**22, 10**6), (0, 10**6), (0, 4)])
def test_an_archive_counts_as_its_pages_do_held_whole_or_in_parts(pages, tmp_path, monkeypatch, held, part):
    for number in range(4, 16):
        write(pages, number, NAMES[number % 6])
    add(pages, str(tmp_path / "archive"))
    expected = counts(open_corpus(pages, catalogue()))
    monkeypatch.setattr(narrow, "HELD", held)
    monkeypatch.setattr(corpus, "PART", part)
    news = open_corpus(tmp_path / "archive")
    assert isinstance(select(news).mentions, narrow.Parted) == (not held)
    assert select(news).mentions.lazy().collect().height == expected["actors"]["mentions"].sum() > 0
    for name, table in counts(news).items():
        assert table.equals(expected[name]), name


def test_after_an_addition_only_its_month_is_made_again(pages, tmp_path):
    root = str(tmp_path / "archive")
    add(pages, root)
    select(open_corpus(root))
    first = kept(tmp_path)
    assert {part[:7] for parts in first.values() for part in parts} == {f"2024-{month:02}" for month in range(1, 5)}
    write(pages, 13, "Lào")  # of February
    add(pages, root)
    select(open_corpus(root))
    for table, parts in kept(tmp_path).items():
        assert parts > first[table] and [part[:7] for part in parts - first[table]] == ["2024-02"]
    after = kept(tmp_path)
    for name, table in counts(open_corpus(root)).items():
        assert table.equals(counts(open_corpus(pages, catalogue()))[name]), name
    select(open_corpus(f"{root}@1"), rollup="none", line_roles=["body"], date_from="2024-02")
    assert kept(tmp_path) == after  # neither what a reader chooses nor an earlier state makes anything anew


def test_after_an_addition_only_its_month_is_drawn_again(pages, tmp_path, monkeypatch):
    root, drawn, draw = str(tmp_path / "archive"), [], intervals._resampled
    monkeypatch.setattr(intervals, "_CELLS", 0)  # each draw a block, and all of them kept
    monkeypatch.setattr(intervals, "_resampled", lambda *given: drawn.append(given) or draw(*given))
    for number in (*range(0, 72, 12), *range(1, 73, 12)):  # January and February
        write(pages, number, NAMES[number // 12], *["Mỹ chưa trả lời."] * (number % 5))
    add(pages, root)

    def periods() -> pl.DataFrame:
        chosen = select(open_corpus(root), duplicates="printed", line_roles=["lead", "body"])
        return frequency.by_period(chosen.mentions, chosen.articles, every="month", resamples=20)

    before = periods()
    assert before["share_low"].count() == 2 and len(drawn) == 2 * 20
    assert periods().equals(before) and len(drawn) == 2 * 20
    write(pages, 73, "Lào")
    add(pages, root)
    after = periods()
    assert len(drawn) == 3 * 20 and not after.equals(before)
    tables = counts(open_corpus(root))
    drawn.clear()
    monkeypatch.setenv("DIEMBAO_CACHE", str(tmp_path / "empty"))
    assert periods().equals(after) and len(drawn) == 2 * 20
    for name, table in counts(open_corpus(root)).items():
        assert table.equals(tables[name]), name


def test_after_an_addition_only_its_month_is_counted_again(pages, tmp_path, monkeypatch):
    root, counted, tally = str(tmp_path / "archive"), [], selection._of_part

    @functools.wraps(tally)
    def told(part, *given):
        counted.extend(re.findall(r"(mentions|dates) (2024-\d\d)", part.mark or ""))
        return tally(part, *given)

    def some() -> list[pl.DataFrame]:
        chosen = select(open_corpus(root))
        named, quick = (chosen.mentions, chosen.articles, ["USA", "RUS", "CHN"]), {"resamples": 20}
        by = [frequency.by_actor, frequency.by_via, frequency.by_period, comention.pairs]
        kinds = [measure(*named[:2], **quick) for measure in (frequency.by_kind, frequency.by_role)]
        days = coverage.reach(chosen.dates, chosen.articles, **quick)
        sources = named[0], named[1], chosen.citations
        odds = comparison.log_odds(*sources, **quick, permutations=20)
        said = comparison.attributed_shares(*sources, **quick)
        return [*(measure(*named, **quick) for measure in by), *kinds, days, odds, said]

    monkeypatch.setattr(selection, "_of_part", told)
    monkeypatch.setattr(narrow, "HELD", 0)
    add(pages, root)
    before = some()
    assert set(counted) == {(table, f"2024-{month:02}") for table in ("mentions", "dates") for month in range(1, 5)}
    first = len(counted)
    assert all(map(pl.DataFrame.equals, some(), before)) and len(counted) == first
    names = select(open_corpus(root)).mentions.lazy().collect_schema()["actor_id"]
    counted.clear()
    # of February; a name that is new has a place among all names
    write(pages, 13, "Nga", *["Nga nhắc lại."] * 9, "Bộ trưởng Trần Quang Minh cho biết ông Minh sẽ đến Mỹ.")
    add(pages, root)
    some()
    assert {month for _, month in counted} == {"2024-02"} and len(counted) == first // 4
    assert select(open_corpus(root)).mentions.lazy().collect_schema()["actor_id"] != names
    after, all_at_once = counts(open_corpus(root)), str(tmp_path / "at-once")
    add(pages, all_at_once)
    monkeypatch.setenv("DIEMBAO_CACHE", str(tmp_path / "empty"))
    for other in (open_corpus(pages, catalogue()), open_corpus(all_at_once)):
        for name, table in counts(other).items():
            assert table.equals(after[name]), name


def test_what_is_kept_of_earlier_states_goes_when_it_has_long_not_been_used(pages, tmp_path):
    root = str(tmp_path / "archive")
    add(pages, root)
    select(open_corpus(root))
    first = kept(tmp_path)["mentions"]
    for part in tmp_path.glob("cache/kept/*/mentions/*"):
        os.utime(part, (0, 0))
    write(pages, 13, "Lào")
    add(pages, root)
    select(open_corpus(root))
    now = kept(tmp_path)["mentions"]
    assert {part[:7] for part in first - now} == {"2024-02"} and len(now) == len(first)


def test_two_readers_at_once_make_the_same_parts(pages, tmp_path):
    add(pages, str(tmp_path / "archive"))
    with ThreadPoolExecutor(4) as readers:
        chosen = list(readers.map(lambda _: select(open_corpus(tmp_path / "archive")).mentions, range(4)))
    assert all(mentions.equals(chosen[0]) for mentions in chosen)
    assert all(len(parts) == 4 and not any("making" in part for part in parts) for parts in kept(tmp_path).values())


# Elsewhere than in a folder ------------------------------------------------------------------------------------------


@pytest.fixture
def bucket(monkeypatch):
    """→ the URL of a bucket on an S3-compatible server on this machine."""
    pytest.importorskip("moto.server", reason="moto[s3], flask and flask-cors are not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # a process of its own: the library that asks it does not let go of the interpreter while it waits
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    settings = {"ENDPOINT_URL": address, "ALLOW_HTTP": "true", "REGION": "us-east-1", "EC2_METADATA_DISABLED": "true"}
    for name, value in (settings | dict.fromkeys(("ACCESS_KEY_ID", "SECRET_ACCESS_KEY"), "test")).items():
        monkeypatch.setenv(f"AWS_{name}", value)
    try:
        for _ in range(480):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(urllib.request.Request(f"{address}/archives", method="PUT"))
                break
            time.sleep(0.5)
        yield "s3://archives/press"
    finally:
        server.kill()
        server.wait()


def test_an_archive_on_an_s3_compatible_server_is_as_one_in_a_folder(pages, bucket, monkeypatch):
    add(pages, bucket)
    assert_same(open_corpus(bucket), open_corpus(pages, catalogue()))
    real = Transaction.commit

    def overtaken(self, *arguments, **facts):
        monkeypatch.setattr(Transaction, "commit", real)
        add(pages, bucket)
        return real(self, *arguments, **facts)

    monkeypatch.setattr(Transaction, "commit", overtaken)
    write(pages, 1, "Lào")
    with pytest.raises(LostError, match="run it again"):
        add(pages, bucket)
    assert_same(open_corpus(bucket), open_corpus(pages, catalogue()))
    assert open_corpus(f"{bucket}@1").pages.collect().height == 4
