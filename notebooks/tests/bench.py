"""`make bench`: how fast extraction is, as ratios within one run. CORPUS=FILE measures your own pages.

The yardstick is the plain scan: one pass of one regular expression with every name of the catalogue over the same
texts, counted and thrown away. Each figure is the median of several runs, taken in turn.
"""

import argparse
import multiprocessing
import os
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path

import polars as pl

from diembao import corpus, duplicates, load_catalogue, names
from diembao.schema import PAGES, empty

COPIES = 10_000  # pages of the default corpus: the sample over and over


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


def without_duplicates(file: Path) -> int:
    """Extraction that looks for no near-duplicates; in a process of its own, so that nothing else goes without."""
    duplicates.fingerprints = lambda lines: empty(duplicates.PRINTS)
    return extraction(file)


def _measured(task, file: Path, threads: int, send) -> None:
    began = time.perf_counter()
    result = task(file)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
    send.send((time.perf_counter() - began, peak, result, time.process_time()))


def measured(task, file: Path, threads: int) -> tuple[float, float, int, float]:
    """A task in a process of its own with so many threads → wall seconds, peak memory (MB), its result, CPU seconds."""
    os.environ["POLARS_MAX_THREADS"] = str(threads)
    context = multiprocessing.get_context("spawn")
    receive, send = context.Pipe(duplex=False)
    process = context.Process(target=_measured, args=(task, file, threads, send))
    process.start()
    result = receive.recv()
    process.join()
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", nargs="?", default=os.environ.get("CORPUS"), help="Parquet file (page, text)")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    threads = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as folder:
        file = Path(options.corpus) if options.corpus else default_corpus(Path(folder))
        if "text" not in pl.read_parquet_schema(file):
            parser.error(f"{file}: no column `text`; a corpus has {', '.join(PAGES.names()[:2])}")
        characters = pl.scan_parquet(file).select(pl.col("text").str.len_chars().sum()).collect().item()
        tasks = {
            "plain scan": (plain_scan, threads),
            "extraction": (extraction, threads),
            "extraction, one thread": (extraction, 1),
            "same, no near-duplicates": (without_duplicates, 1),
        }
        rows = {name: [] for name in tasks}
        for _ in range(options.runs):
            for name, (task, cores) in tasks.items():
                rows[name].append(measured(task, file, cores))
    pages = rows["extraction"][0][2]
    seconds = {name: statistics.median(run[0] for run in runs) for name, runs in rows.items()}
    memory = {name: statistics.median(run[1] for run in runs) for name, runs in rows.items()}
    print(f"{file.name}: {pages:,} pages, {characters / 1e6:.1f} million characters, {threads} threads")
    for name in rows:
        print(f"  {name:24} {seconds[name] / seconds['plain scan']:6.1f} × the plain scan, peak {memory[name]:,.0f} MB")
    print(f"  throughput {pages / seconds['extraction']:,.0f} pages a second on this machine, today")
    gain = seconds["extraction, one thread"] / seconds["extraction"]
    work = {name: statistics.median(run[3] for run in runs) for name, runs in rows.items()}
    share = 1 - work["same, no near-duplicates"] / work["extraction, one thread"]
    print(f"  near-duplicates take {share:.0%} of the processor time of extraction")
    print(f"  {threads} threads are {gain:.2f} times as fast as one")


if __name__ == "__main__":
    main()
