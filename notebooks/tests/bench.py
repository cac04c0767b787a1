"""`make bench`: how fast extraction is, as ratios within one run. CORPUS=FILE measures your own pages.

The yardstick is the plain scan: one pass of one regular expression with every name of the catalogue over the same
texts, counted and thrown away. Each figure is the median of several runs, taken in turn.

Then an archive is grown to so many pages and to ten times as many (ARCHIVE=N, the larger number), of paragraphs drawn
from the same pages: how time and memory grow, what adding to the large one costs beside adding to an empty one, and
what two workers of a Dask cluster make of it beside one. Once each but for the last, the runs being long.
"""

import argparse
import datetime
import functools
import multiprocessing
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

from diembao import cluster, corpus, load_catalogue, measures, names
from diembao.ingest import ingest
from diembao.schema import PAGES

try:
    import distributed
except ImportError:
    distributed = None

COPIES = 10_000  # pages of the default corpus: the sample over and over
GROWN = 5_000  # pages of the larger archive
ADDED = 1_000  # pages added to an archive, or a tenth of it if that is less


def default_corpus(folder: Path) -> Path:
    """The embedded sample's pages, repeated under names of their own → a Parquet file."""
    sample = corpus.open_corpus("sample").pages.collect()
    repeats = -(-COPIES // sample.height)
    pages = pl.concat(sample.with_columns(page=pl.col("page") + f"-{n}") for n in range(repeats)).head(COPIES)
    pages.write_parquet(folder / "pages.parquet", row_group_size=2_000)
    return folder / "pages.parquet"


def plain_scan(file: Path) -> int:
    pattern = names.plain_pattern(load_catalogue())
    hits = pl.scan_parquet(file).select(pl.col("text").str.extract_all(pattern).list.len().sum())
    return hits.collect(engine="streaming").item()


def extraction(file: Path) -> int:
    with tempfile.TemporaryDirectory() as out:
        return corpus.extract(file, out)["pages"]


def _measured(task, file: Path, threads: int, send) -> None:
    began = time.perf_counter()
    result = task(file)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
    send.send((time.perf_counter() - began, peak, result))


def measured(task: Callable[[Path], int], file: Path, threads: int) -> tuple[float, float, int]:
    """A task in a process of its own with so many threads → wall seconds, peak memory in MB, what it returned."""
    os.environ["POLARS_MAX_THREADS"] = str(threads)
    context = multiprocessing.get_context("spawn")
    receive, send = context.Pipe(duplex=False)
    process = context.Process(target=_measured, args=(task, file, threads, send))
    process.start()
    result = receive.recv()
    process.join()
    return result


def apart(task: Callable, *given: object) -> None:
    """Does a task in a process of its own: what it takes would count among the memory of those started later."""
    process = multiprocessing.get_context("spawn").Process(target=task, args=given)
    process.start()
    process.join()


def drawn_pages(file: Path, out: Path, count: int, first: int = 0) -> Path:
    """Paragraphs of a corpus, drawn at random → a Parquet file of so many pages of 14, no two alike, of five years."""
    texts = pl.scan_parquet(file).select(pl.col("text")).head(2_000).collect()["text"]
    lines = texts.str.split("\n").explode()
    paragraphs = lines.filter(lines.str.len_chars() > 80)
    parts = []
    for at in range(first, first + count, 2_000):
        draw = np.random.default_rng(at)
        size = min(2_000, first + count - at)
        chosen = paragraphs.gather(draw.integers(0, len(paragraphs), size * 14))
        days = pl.Series("day", draw.integers(0, 1826, size))
        parts.append(
            pl.DataFrame({"page": np.repeat(np.arange(at, at + size), 14), "text": chosen})
            .group_by("page", maintain_order=True)
            .agg(pl.col("text").str.join("\n\n"))
            .select(
                pl.format("trang-{}", "page").alias("page"),
                "text",
                published=(pl.lit(datetime.date(2020, 1, 1)) + pl.duration(days=days)).cast(pl.String),
            )
        )
    pl.concat(parts).write_parquet(out, row_group_size=2_000)
    return out


def growth(root: Path, file: Path, scheduler: str = "") -> int:
    if not scheduler:
        return ingest(file, root).snapshot.facts["pages"]
    with cluster.connect(scheduler) as engine:
        return ingest(file, root, engine=engine).snapshot.facts["pages"]


def reading(root: Path) -> int:
    return measures.select(corpus.open_corpus(root)).articles.height


def show_archive(file: Path, folder: Path, pages: int) -> None:
    threads, added = os.cpu_count() or 1, min(ADDED, pages // 10)
    few, many, more = (folder / f"{name}.parquet" for name in ("few", "many", "more"))
    for out, count, first in ((few, pages // 10, 0), (many, pages, 0), (more, added, pages)):
        apart(drawn_pages, file, out, count, first)
    small, large, empty = folder / "small", folder / "large", folder / "empty"
    rows = {
        f"ingest of {pages // 10:,} pages": measured(functools.partial(growth, small), few, threads),
        f"ingest of {pages:,} pages": measured(functools.partial(growth, large), many, threads),
        f"ingest of {added:,} pages into an empty archive": measured(functools.partial(growth, empty), more, threads),
        f"ingest of {added:,} pages into that of {pages:,}": measured(functools.partial(growth, large), more, threads),
        "the same again: a look-up": measured(functools.partial(growth, large), more, threads),
        f"measures' selection from {pages // 10:,} pages": measured(reading, small, threads),
        f"measures' selection from {pages:,} pages": measured(reading, large, threads),
    }
    print(f"\nArchive of paragraphs of {file.name}")
    for name, (seconds, peak, _) in rows.items():
        print(f"  {name:48} {seconds:8.1f} s, peak {peak:,.0f} MB")
    (s1, m1, _), (s10, m10, _), (bare, _, _), (onto, _, _), (again, _, _), *_ = rows.values()
    print(f"  ten times the pages: {s10 / s1:.1f} times the time, {m10 / m1:.2f} times the memory")
    print(f"  adding to the larger: {onto / bare:.2f} times adding to an empty one, a look-up {again / bare:.2f}")
    print(f"  {pages / s10:,.0f} pages a second; {size_of(large) / (pages + added) / 1e3:.1f} kB a page on disk")
    if distributed is not None:
        took = {1: [], 2: []}
        for turn in range(3):
            for workers, runs in took.items():
                runs.append(clustered(few, folder / f"by-{workers}-{turn}", workers))
        gain = statistics.median(took[1]) / statistics.median(took[2])
        print(f"  two Dask workers of one thread are {gain:.2f} times as fast as one")


def size_of(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def clustered(file: Path, root: Path, workers: int) -> float:
    """An ingest on so many worker processes of one thread → wall seconds, workers being ready."""
    os.environ["POLARS_MAX_THREADS"] = "1"
    with distributed.LocalCluster(workers, threads_per_worker=1, processes=True, dashboard_address=":0") as local:
        growth(root.with_suffix(".warm"), drawn_pages(file, root.with_suffix(".parquet"), 50), local.scheduler_address)
        began = time.perf_counter()
        growth(root, file, local.scheduler_address)
        return time.perf_counter() - began


def show_extraction(file: Path, pages: int, characters: int, threads: int, rows: dict[str, list]) -> None:
    seconds = {name: statistics.median(run[0] for run in runs) for name, runs in rows.items()}
    memory = {name: statistics.median(run[1] for run in runs) for name, runs in rows.items()}
    print(f"{file.name}: {pages:,} pages, {characters / 1e6:.1f} million characters, {threads} threads")
    for name in rows:
        print(f"  {name:24} {seconds[name] / seconds['plain scan']:6.1f} × the plain scan, peak {memory[name]:,.0f} MB")
    print(f"  throughput {pages / seconds['extraction']:,.0f} pages a second on this machine, today")
    gain = seconds["extraction, one thread"] / seconds["extraction"]
    print(f"  {threads} threads are {gain:.2f} times as fast as one")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", nargs="?", default=os.environ.get("CORPUS"), help="Parquet file (page, text)")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--archive", type=int, default=int(os.environ.get("ARCHIVE") or GROWN), help="its pages")
    options = parser.parse_args()
    threads = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as folder:
        file = Path(options.corpus) if options.corpus else default_corpus(Path(folder))
        if "text" not in pl.read_parquet_schema(file):
            parser.error(f"{file}: no column `text`; a corpus has {', '.join(PAGES.names()[:2])}")
        characters = pl.scan_parquet(file).select(pl.col("text").str.len_chars().sum()).collect().item()
        rows = {"plain scan": [], "extraction": [], "extraction, one thread": []}
        for _ in range(options.runs):
            rows["plain scan"].append(measured(plain_scan, file, threads))
            rows["extraction"].append(measured(extraction, file, threads))
            rows["extraction, one thread"].append(measured(extraction, file, 1))
        pages = rows["extraction"][0][2]
        show_extraction(file, pages, characters, threads, rows)
        show_archive(file, Path(folder), options.archive)


if __name__ == "__main__":
    main()
