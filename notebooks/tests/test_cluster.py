"""An ingest on Dask workers: the tables of one machine, whatever happens to a worker; others are refused first."""

import os
import shutil
import signal
import subprocess
import sys

import pytest
from extracting import catalogue
from synthetic import press
from test_archive import NAMES, tables_of, write
from test_duplicates import story

from diembao import DiembaoError, cluster, corpus, duplicates, learned, open_corpus, report
from diembao.__main__ import main
from diembao.ingest import ingest
from diembao.measures import comparison, frequency, intervals, select

distributed = pytest.importorskip("distributed")


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("DIEMBAO_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def pages(tmp_path):
    for number in range(12):
        words = story(number % 4, 300)  # each story three times
        sentences = [" ".join(words[at : at + 15]).capitalize() + "." for at in range(0, 300, 15)]
        write(tmp_path / "pages", number, NAMES[number % 4], " ".join(sentences))
    return tmp_path / "pages"


@pytest.fixture(scope="module")
def workers():
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0") as local:
        yield local


def test_workers_make_the_tables_of_one_machine(pages, workers, tmp_path, monkeypatch):
    monkeypatch.setattr(corpus, "BATCH", 2)
    monkeypatch.setattr(duplicates, "_TOGETHER", 1)
    address = workers.scheduler_address
    command = ["ingest", str(pages), "--archive", str(tmp_path / "there"), "--quiet"]
    assert main([*command, "--engine", "dask", "--scheduler", address]) == 0
    ingest(pages, tmp_path / "here")
    there, here = open_corpus(tmp_path / "there"), open_corpus(tmp_path / "here")
    assert there.digest == here.digest
    assert there.articles.collect()["duplicate_of"].n_unique() == 5
    other = tables_of(here)
    assert all(table.equals(other[name]) for name, table in tables_of(there).items())


def test_a_worker_that_has_learned_otherwise_counts_as_another_version(tmp_path, monkeypatch):
    mine = cluster._code.__wrapped__()
    other = tmp_path / "line_weights.csv"
    other.write_bytes(learned.WEIGHTS.read_bytes().replace(b"0.5", b"0.6"))
    monkeypatch.setattr(cluster, "WEIGHTS", other)
    assert cluster._code.__wrapped__() != mine


@pytest.mark.parametrize("at", [2, 13])  # a batch of pages, a pack of near-duplicates
def test_a_worker_killed_in_the_middle_changes_nothing(pages, tmp_path, monkeypatch, at):
    monkeypatch.setattr(corpus, "BATCH", 1)
    monkeypatch.setattr(duplicates, "_TOGETHER", 1)
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0") as local:
        with distributed.Client(local) as client:
            victim = next(iter(client.run(os.getpid).values()))
        with cluster.connect(local.scheduler_address) as engine:
            done = []

            def watched(*given):
                for batch in engine(*given):
                    if len(done) == at:
                        os.kill(victim, signal.SIGKILL)
                    done.append(batch)
                    yield batch

            ingest(pages, tmp_path / "there", catalogue(), engine=watched)
    assert len(done) > 14
    other = tables_of(open_corpus(pages, catalogue()))
    assert all(table.equals(other[name]) for name, table in tables_of(open_corpus(tmp_path / "there")).items())


def measured() -> dict:
    """→ tables of measures whose intervals and tests take several blocks of draws each, made anew."""
    shutil.rmtree(corpus.cache_home() / "drawn", ignore_errors=True)
    chosen = select(press(400))
    tables = chosen.mentions, chosen.articles, chosen.citations
    return {
        "by_actor": frequency.by_actor(*tables[:2]),
        "by_period": frequency.by_period(*tables[:2]),
        "log_odds": comparison.log_odds(*tables),
        "distances": comparison.distances(*tables),
    }


@pytest.mark.parametrize("united", [2**14, 300])  # articles are drawn one by one, and as random groups
def test_workers_draw_what_this_machine_draws(workers, monkeypatch, united):
    monkeypatch.setattr(intervals, "UNITED", united)
    monkeypatch.setattr(intervals, "UNITS", united // 2)
    monkeypatch.setattr(intervals, "_CELLS", 2**14)
    here, blocks = measured(), []
    with cluster.connect(workers.scheduler_address) as engine:

        def counted(work, shared, batches):
            for outcome in engine(work, shared, batches):
                blocks.append(work)
                yield outcome

        monkeypatch.setattr(cluster, "chosen", lambda: counted)
        there = measured()
    assert len(blocks) > 100
    assert all(table.equals(here[name]) and table.height for name, table in there.items())


def test_a_worker_killed_while_it_draws_changes_nothing(monkeypatch):
    monkeypatch.setattr(intervals, "_CELLS", 2**14)
    here, blocks = measured(), []
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0") as local:
        with distributed.Client(local) as client:
            victim = next(iter(client.run(os.getpid).values()))
        with cluster.connect(local.scheduler_address) as engine:

            def watched(*given):
                for outcome in engine(*given):
                    if len(blocks) == 30:
                        os.kill(victim, signal.SIGKILL)
                    blocks.append(outcome)
                    yield outcome

            monkeypatch.setattr(cluster, "chosen", lambda: watched)
            there = measured()
    assert len(blocks) > 30
    assert all(table.equals(here[name]) for name, table in there.items())


def test_what_is_no_cluster_is_refused_before_work_starts(pages, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(cluster, "PATIENCE", 3)
    command = ["ingest", str(pages), "--archive", str(tmp_path / "archive")]
    assert main([*command, "--engine", "dask", "--scheduler", "tcp://127.0.0.1:9"]) == 1
    assert "no Dask scheduler answers" in capsys.readouterr().err
    assert main([*command, "--engine", "dask"]) == 1
    assert "--scheduler ADDRESS" in capsys.readouterr().err
    with distributed.LocalCluster(n_workers=0, dashboard_address=":0") as local:
        assert main([*command, "--engine", "dask", "--scheduler", local.scheduler_address]) == 1
        assert "has no worker" in capsys.readouterr().err
    assert not (tmp_path / "archive").exists()
    command = ["report", "--out", str(tmp_path / "out"), "--engine", "dask"]
    assert main([*command, "--scheduler", "tcp://127.0.0.1:9"]) == main(command) == 1
    told = capsys.readouterr().err
    assert "no Dask scheduler answers" in told and "--scheduler ADDRESS" in told
    monkeypatch.setenv(cluster.VARIABLE, "tcp://127.0.0.1:9")
    with pytest.raises(DiembaoError, match="no Dask scheduler answers"):
        measured()
    with pytest.raises(DiembaoError, match="no Dask scheduler answers"):
        report.build(out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("package", ["none", "other"])
def test_a_worker_without_this_very_package_is_refused(pages, tmp_path, package):
    fake = tmp_path / "fake" / "diembao"
    fake.mkdir(parents=True)
    (fake / "__init__.py").write_text("")
    if package == "other":
        told = 'def versions():\n    return {"diembao": "0123456789ab", "polars": "2.0.0", "python": "3.11"}\n'
        (fake / "cluster.py").write_text(told)
    with distributed.LocalCluster(n_workers=0, dashboard_address=":0") as local:
        environment = {**os.environ, "PYTHONPATH": str(fake.parent)}
        command = [sys.executable, "-m", "dask", "worker", local.scheduler_address, "--no-dashboard"]
        worker = subprocess.Popen(
            [*command, "--nthreads", "1", "--no-nanny"], env=environment, stderr=subprocess.DEVNULL, cwd=tmp_path
        )
        try:
            why = "has not this package" if package == "none" else "has diembao 0123456789ab, here it is"
            with pytest.raises(DiembaoError, match=why), cluster.connect(local.scheduler_address):
                pass
        finally:
            worker.kill()
            worker.wait()
