"""`make bench`: how fast extraction and the lab are, as ratios within one run. CORPUS=FILE measures your own pages.

The yardstick is the plain scan: one pass of one regular expression with every name of the catalogue over the same
texts, counted and thrown away. Each figure is the median of several runs, taken in turn. The lab's yardstick is one
plain group-by over the table of mentions in memory: how often each actor is named, and in how many pages.
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

from diembao import corpus, load_catalogue, names
from diembao.schema import PAGES

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


def _measured(task, file: Path, threads: int, send) -> None:
    began = time.perf_counter()
    result = task(file)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
    send.send((time.perf_counter() - began, peak, result))


def measured(task, file: Path, threads: int) -> tuple[float, float, int]:
    """A task in a process of its own with so many threads → wall seconds, peak memory in MB, what it returned."""
    os.environ["POLARS_MAX_THREADS"] = str(threads)
    context = multiprocessing.get_context("spawn")
    receive, send = context.Pipe(duplex=False)
    process = context.Process(target=_measured, args=(task, file, threads, send))
    process.start()
    result = receive.recv()
    process.join()
    return result


CONTROLS = {  # what a reader does in the lab, from the usual choices
    "choose an actor": {"actors": ["RUS"]},
    "brush two years": {"date_from": "2022-01-01", "date_to": "2023-12-31"},
    "count captions too": {"line_roles": ["headline", "lead", "body", "caption"]},
    "capitals as places too": {"capitals": "both"},
    "copies as printed": {"duplicates": "printed"},
    "only articles on AP": {"only": ["AP"]},
    "compare one source more": {"sources": ["AP", "VOA", "Reuters", "Yonhap", "AFP"]},
    "another measure": {"measure": "mentions"},
}


def measured_lab(file: Path, runs: int) -> dict[str, float]:
    """A file of pages → each control of the lab, times the plain group-by; until everything for the screen is made."""
    from diembao.lab import Lab, View

    lab = Lab(View(corpus=str(file)))
    mentions = lab.desk.news.mentions.collect()
    times: dict[str, list[float]] = {name: [] for name in ("group-by", *CONTROLS)}
    for _ in range(runs + 1):  # the first run draws what is drawn once for a measure
        began = time.perf_counter()
        mentions.group_by("actor_id").agg(pl.len(), pl.col("page").n_unique())
        times["group-by"].append(time.perf_counter() - began)
        for name, choices in CONTROLS.items():
            lab.view.choose(**View(corpus=str(file)).to_dict())
            began = time.perf_counter()
            lab.view.choose(**choices)
            times[name].append(time.perf_counter() - began)
    medians = {name: statistics.median(found[1:]) for name, found in times.items()}
    print(f"the lab, {lab.desk.articles.height:,} articles, {mentions.height:,} mentions")
    for name in CONTROLS:
        print(f"  {name:24} {medians[name] / medians['group-by']:6.1f} × the group-by, {1000 * medians[name]:,.0f} ms")
    return medians


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", nargs="?", default=os.environ.get("CORPUS"), help="Parquet file (page, text)")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--lab", action="store_true", help="the lab alone")
    options = parser.parse_args()
    threads = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as folder:
        file = Path(options.corpus) if options.corpus else default_corpus(Path(folder))
        if "text" not in pl.read_parquet_schema(file):
            parser.error(f"{file}: no column `text`; a corpus has {', '.join(PAGES.names()[:2])}")
        characters = pl.scan_parquet(file).select(pl.col("text").str.len_chars().sum()).collect().item()
        measured_lab(file, max(5, options.runs))
        if options.lab:
            return
        rows = {"plain scan": [], "extraction": [], "extraction, one thread": []}
        for _ in range(options.runs):
            rows["plain scan"].append(measured(plain_scan, file, threads))
            rows["extraction"].append(measured(extraction, file, threads))
            rows["extraction, one thread"].append(measured(extraction, file, 1))
    pages = rows["extraction"][0][2]
    seconds = {name: statistics.median(run[0] for run in runs) for name, runs in rows.items()}
    memory = {name: statistics.median(run[1] for run in runs) for name, runs in rows.items()}
    print(f"{file.name}: {pages:,} pages, {characters / 1e6:.1f} million characters, {threads} threads")
    for name in rows:
        print(f"  {name:24} {seconds[name] / seconds['plain scan']:6.1f} × the plain scan, peak {memory[name]:,.0f} MB")
    print(f"  throughput {pages / seconds['extraction']:,.0f} pages a second on this machine, today")
    gain = seconds["extraction, one thread"] / seconds["extraction"]
    print(f"  {threads} threads are {gain:.2f} times as fast as one")


if __name__ == "__main__":
    main()
