"""`make bench`: how fast everything is, as ratios within one run. CORPUS=FILE measures your own pages.

The yardstick of extraction is the plain scan: one pass of one regular expression with every name of the catalogue over
the same texts, counted and thrown away. That of the measures, without their intervals, and of the lab's controls is one
plain group-by of the mentions by actor; that of reports is papermill and nbconvert by command line, one notebook after
the other. Each figure is the median of several runs, taken in turn.
"""

import argparse
import datetime
import functools
import multiprocessing
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

from diembao import cluster, corpus, duplicates, load_catalogue, measures, names, report
from diembao.ingest import ingest
from diembao.measures import comention, comparison, coverage, cube, frequency
from diembao.report import inputs, plan
from diembao.schema import PAGES, empty

try:
    import distributed
except ImportError:
    distributed = None

COPIES = 10_000  # pages of the default corpus: the sample over and over
TENFOLD = 4_000  # pages that are extracted once and ten times over, a batch for each of two cores; TENFOLD=N for others
GROWN = 5_000  # pages of the larger archive; ARCHIVE=N for others
SCALED = 5_000  # pages of the larger archive that notebooks read; SCALE=N for others
ADDED = 1_000  # pages added to an archive, or a tenth of it if that is less
CLUSTERED = 12_000  # pages that Dask workers share: six batches


def default_corpus(folder: Path) -> Path:
    """The embedded sample's pages, repeated under names of their own → a Parquet file."""
    sample = corpus.open_corpus("sample").pages.collect()
    return copies(sample.lazy(), -(-COPIES // sample.height), folder / "pages.parquet")


def copies(pages: pl.LazyFrame, times: int, out: Path) -> Path:
    """Pages → a Parquet file of them so many times over, under names of their own."""
    named = (pages.with_columns(page=pl.col("page") + f"-{n}") for n in range(times))
    pl.concat(named).sink_parquet(out, row_group_size=2_000)
    return out


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


def reports(file: Path, runs: int) -> None:
    """Prints the wall time of `diembao report` over that of papermill and nbconvert, notebook by notebook.

    Both run the default edition's notebooks on the sample, from the command line, in turn; extraction is done before.
    """
    edition = plan.read(report.EDITIONS, "default", {}, None)
    tools, here = Path(sys.executable).parent, {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    inputs.open_corpora(edition.jobs)
    seconds = {"one after the other": [], "diembao report": []}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(runs):
            began = time.perf_counter()
            for job in edition.jobs:
                executed = Path(folder, job.path.name)
                given = [part for name, value in job.parameters.items() for part in ("-p", name, str(value))]
                subprocess.run([tools / "papermill", job.path, executed, *given], check=True, **here)
                subprocess.run([tools / "jupyter", "nbconvert", "--to", "html", executed], check=True, **here)
            seconds["one after the other"].append(time.perf_counter() - began)
            began = time.perf_counter()
            command = [sys.executable, "-m", "diembao", "report", "--quiet", "--force", "--out", folder]
            subprocess.run(command, check=True, **here)
            seconds["diembao report"].append(time.perf_counter() - began)
        largest = max(Path(folder, "latest", f"{job.name}.html").stat().st_size for job in edition.jobs)
    one_by_one, together = (statistics.median(each) for each in seconds.values())
    print(f"{len(edition.jobs)} notebooks on the sample, {os.cpu_count()} cores")
    print(f"  diembao report takes {together / one_by_one:.2f} × papermill and nbconvert one after the other")
    print(f"  {together:.1f} s and {one_by_one:.1f} s on this machine, today")
    print(f"  the largest report has {largest / 1e6:.2f} MB")


def counting(file: Path, runs: int) -> None:
    """Prints each measure's time without intervals, as a multiple of one plain group-by of the mentions by actor."""
    news = corpus.open_corpus(file)
    chosen, written = measures.select(news), news.mentions.collect()
    mentions, articles, citations, dates = chosen.mentions, chosen.articles, chosen.citations, chosen.dates
    standing = coverage.standing(articles, citations)
    counted, quick = (mentions, articles), {"resamples": 0}
    tasks = {
        "plain": lambda: written.group_by("actor_id").agg(pl.len(), pl.col("page").n_unique()),
        "by_actor": lambda: frequency.by_actor(*counted, **quick),
        "by_kind": lambda: frequency.by_kind(*counted, **quick),
        "by_role": lambda: frequency.by_role(*counted, **quick),
        "by_via": lambda: frequency.by_via(*counted, **quick),
        "by_period": lambda: frequency.by_period(*counted, **quick),
        "by_source": lambda: frequency.by_source(*counted, standing, **quick),
        "pairs in sentences": lambda: comention.pairs(*counted, within="sentence", **quick),
        "pairs in articles": lambda: comention.pairs(*counted, within="article", **quick),
        "role_matrix": lambda: comparison.role_matrix(citations, articles),
        "dating": lambda: coverage.dating(articles),
        "coverage by_source": lambda: coverage.by_source(articles, citations),
        "calendar": lambda: coverage.calendar(articles, citations),
        "gaps": lambda: coverage.gaps(articles, citations),
        "reach": lambda: coverage.reach(dates, articles, standing, **quick),
        "days_named": lambda: coverage.days_named(dates, articles),
        "delays": lambda: coverage.delays(dates, articles, standing),
    }
    seconds: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(2 * runs + 2):  # the first warms up
        for name, task in tasks.items():
            began = time.perf_counter()
            task()
            seconds[name].append(time.perf_counter() - began)
    medians = {name: statistics.median(times[1:]) for name, times in seconds.items()}
    print("measures without intervals")
    for name, median in medians.items():
        print(f"  {name:24} {median / medians['plain']:6.1f} × the group-by")


HELD = 5_000_000  # mentions that fit in memory
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


def opening(place: Path) -> float:
    """Opens a corpus in the lab → wall seconds."""
    from diembao.lab import Lab, View

    began = time.perf_counter()
    Lab(View(corpus=str(place)))
    return time.perf_counter() - began


def counts_of(held: cube.Cube) -> pl.DataFrame:
    """The counts a lab holds → actor, article, part, mentions: as one table, a row for each."""
    actor = np.repeat(np.arange(held.actors.height), held.actors["articles"])
    pairs = held.pairs.with_columns(actor=actor, part=pl.lit(cube._MOST))
    others = held.cells.with_columns(pairs.select("actor", "article")[held.cells["pair"]])
    dtypes = {"actor": pl.UInt32, "article": pl.UInt32, "part": pl.UInt8, "mentions": pl.UInt32}
    counts = pl.concat([table.select(*dtypes).cast(dtypes) for table in (pairs, others)])
    counts = counts.filter(pl.col("mentions") > 0).sort("actor", "article", "part")
    return pl.DataFrame({column.name: column.to_numpy() for column in counts})  # as read: not known to be in order


def lab(file: Path, runs: int) -> None:
    """Prints what opening the lab again costs over one scan of the mentions, and each control, until everything for the
    screen is made, over one plain group-by of the counts it reads: of each actor the mentions and the articles. Wall
    time, and in brackets processor time, which tells more where others use the machine.

    Where all mentions fit in memory, also over the same group-by of these. LAB=PATH: another corpus, or an archive.
    """
    from diembao.lab import Lab, View

    place = os.environ.get("LAB") or str(file)
    opened = [measured(opening, Path(place), os.cpu_count() or 1) for _ in range(4)]
    desk = Lab(View(corpus=place))
    news, cells = desk.desk.news, counts_of(desk.desk.cube)
    named = news.mentions.select("actor_id", "page")
    mentions = named.collect() if cells["mentions"].sum() <= HELD else None
    counted = (pl.col("mentions").sum(), pl.col("article").n_unique())
    yards = {
        "scan": lambda: named.group_by("actor_id").agg(pl.len()).collect(engine="streaming"),
        "counts": lambda: cells.group_by("actor").agg(*counted),
        "mentions": lambda: mentions.group_by("actor_id").agg(pl.len(), pl.col("page").n_unique()),
    }
    if mentions is None:
        del yards["mentions"]
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in (*yards, *CONTROLS)}

    def timed(name: str, task: Callable[[], object]) -> None:
        began = time.perf_counter(), time.process_time()
        task()
        times[name].append((time.perf_counter() - began[0], time.process_time() - began[1]))

    for _ in range(max(5, runs) + 1):  # the first run draws what is drawn once for a measure
        for name, yard in yards.items():
            timed(name, yard)
        for name, choices in CONTROLS.items():
            desk.view.choose(**View(corpus=place).to_dict())
            timed(name, functools.partial(desk.view.choose, **choices))
    medians, work = (
        {name: statistics.median(run[at] for run in found[1:]) for name, found in times.items()} for at in (0, 1)
    )
    print(f"the lab, {desk.desk.pages:,} articles, {cells['mentions'].sum():,} mentions")
    for name, each in {"opening": opened[:1], "opening again": opened[1:]}.items():
        seconds, peak = (statistics.median(row[column] for row in each) for column in (2, 1))
        ratio = seconds / medians["scan"]
        print(f"  {name:24} {ratio:6.1f} × a scan of the mentions, {seconds:.2f} s, peak {peak:,.0f} MB")
    for name in CONTROLS:
        ratios = [
            f"{medians[name] / medians[yard]:5.1f} ({work[name] / work[yard]:.1f}) × that of the {yard}"
            for yard in yards
            if yard != "scan"
        ]
        print(f"  {name:24} {', '.join(ratios)}, {1000 * medians[name]:,.0f} ms")


def extracting(file: Path, runs: int) -> None:
    """Prints the wall time of extraction over that of the plain scan."""
    threads = os.cpu_count() or 1
    characters = pl.scan_parquet(file).select(pl.col("text").str.len_chars().sum()).collect().item()
    tasks = {
        "plain scan": (plain_scan, threads),
        "extraction": (extraction, threads),
        "extraction, one thread": (extraction, 1),
        "same, no near-duplicates": (without_duplicates, 1),
    }
    rows = {name: [] for name in tasks}
    for _ in range(runs):
        for name, (task, cores) in tasks.items():
            rows[name].append(measured(task, file, cores))
    pages = rows["extraction"][0][2]
    seconds = {name: statistics.median(run[0] for run in each) for name, each in rows.items()}
    memory = {name: statistics.median(run[1] for run in each) for name, each in rows.items()}
    print(f"{file.name}: {pages:,} pages, {characters / 1e6:.1f} million characters, {threads} threads")
    for name in rows:
        print(f"  {name:24} {seconds[name] / seconds['plain scan']:6.1f} × the plain scan, peak {memory[name]:,.0f} MB")
    print(f"  throughput {pages / seconds['extraction']:,.0f} pages a second on this machine, today")
    gain = seconds["extraction, one thread"] / seconds["extraction"]
    work = {name: statistics.median(run[3] for run in each) for name, each in rows.items()}
    share = 1 - work["same, no near-duplicates"] / work["extraction, one thread"]
    print(f"  near-duplicates take {share:.0%} of the processor time of extraction")
    print(f"  {threads} threads are {gain:.2f} times as fast as one")


def tenfold(file: Path, runs: int) -> None:
    """Prints the peak memory of extracting ten copies of a corpus's first pages over that of one; once each."""
    pages = pl.scan_parquet(file).head(int(os.environ.get("TENFOLD") or TENFOLD))
    threads = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as folder:
        peaks = {}
        for times in (1, 10):
            given = copies(pages, times, Path(folder, f"{times}.parquet"))
            _, peaks[times], count, _ = measured(extraction, given, threads)
            print(f"extraction of {count:,} pages, {threads} threads: peak {peaks[times]:,.0f} MB", flush=True)
    print(f"  ten copies take {peaks[10] / peaks[1]:.2f} times the memory of one")


def apart(task: Callable, *given: object) -> None:
    """Does a task in a process of its own: what it takes would count among the memory of those started later."""
    process = multiprocessing.get_context("spawn").Process(target=task, args=given)
    process.start()
    process.join()


def drawn_pages(file: Path, out: Path, count: int, first: int = 0, span: int = 1800) -> Path:
    """Paragraphs of a corpus, drawn at random → a folder of so many pages of 14, of so many days and 20 publishers.

    No two are alike but that every tenth prints another again within the month, under a first paragraph of its own.
    """
    texts = pl.scan_parquet(file).select(pl.col("text")).head(2_000).collect()["text"]
    lines = texts.str.split("\n").explode()
    paragraphs = lines.filter(lines.str.len_chars() > 80)
    out.mkdir()
    for at in range(first, first + count, 20_000):
        draw = np.random.default_rng(at)
        size = min(20_000, first + count - at)
        drawn, days = draw.integers(0, len(paragraphs), (size, 14)), draw.integers(0, span, size)
        again = np.arange(9, size, 10)
        original = again - draw.integers(1, 10, len(again))
        drawn[again, 1:], days[again] = drawn[original, 1:], days[original] + draw.integers(0, 26, len(again))
        pages = (
            pl.DataFrame({"page": np.repeat(np.arange(at, at + size), 14), "text": paragraphs.gather(drawn.ravel())})
            .group_by("page", maintain_order=True)
            .agg(pl.col("text").str.join("\n\n"))
            .select(
                pl.format("trang-{}", "page").alias("page"),
                "text",
                published=(pl.lit(datetime.date(2020, 1, 1)) + pl.duration(days=pl.Series(days))).cast(pl.String),
                publisher=pl.format("to-bao-{}", pl.Series(draw.integers(0, 20, size))),
            )
        )
        pages.write_parquet(out / f"{at:08}.parquet", row_group_size=2_000)
    return out


def growth(root: Path, file: Path, scheduler: str = "") -> int:
    if not scheduler:
        return ingest(file, root).snapshot.facts["pages"]
    with cluster.connect(scheduler) as engine:
        return ingest(file, root, engine=engine).snapshot.facts["pages"]


def archiving(file: Path, runs: int) -> None:
    """Prints how time and memory of an archive grow, what adding to it costs, what two Dask workers gain.

    Once each but for the last, the runs being long.
    """
    with tempfile.TemporaryDirectory() as folder:
        grown(file, Path(folder), int(os.environ.get("ARCHIVE") or GROWN))
        if distributed is not None:
            gained(file, Path(folder), runs)


def grown(file: Path, folder: Path, pages: int) -> None:
    threads, added = os.cpu_count() or 1, min(ADDED, pages // 10)
    few, many, more, month = (folder / f"pages-{name}" for name in ("few", "many", "more", "month"))
    for out, count, first in ((few, pages // 10, 0), (many, pages, 0), (more, added, pages)):
        apart(drawn_pages, file, out, count, first)
    apart(drawn_pages, file, month, added, pages + added, 4)  # copies follow within 26 days: all in one month
    small, large, empty, bare = (folder / name for name in ("small", "large", "empty", "bare"))
    tasks = {
        f"ingest of {pages // 10:,} pages": (small, few),
        f"ingest of {pages:,} pages": (large, many),
        f"ingest of {added:,} pages into an empty archive": (empty, more),
        f"ingest of {added:,} pages into that of {pages:,}": (large, more),
        "the same again: a look-up": (large, more),
        f"ingest of {added:,} pages of one month into an empty archive": (bare, month),
        f"ingest of {added:,} pages of one month into that of {pages:,}": (large, month),
    }
    print(f"archive of paragraphs of {file.name}; wall and processor seconds")
    rows = []
    for name, (root, given) in tasks.items():
        rows.append(measured(functools.partial(growth, root), given, threads))
        seconds, peak, _, work = rows[-1]
        print(f"  {name:60} {seconds:8.1f} s, {work:8.1f} s, peak {peak:,.0f} MB", flush=True)
    for number, unit in ((0, "time"), (3, "processor time")):
        s1, s10, alone, onto, again, month_alone, month_onto = (row[number] for row in rows)
        print(f"  ten times the pages: {s10 / s1:.1f} times the {unit}")
        print(f"  adding to the larger: {onto / alone:.2f} times the {unit} of adding to an empty one", end=", ")
        print(f"of one month {month_onto / month_alone:.2f}, a look-up {again / alone:.2f}")
    print(f"  ten times the pages: {rows[1][1] / rows[0][1]:.2f} times the memory")
    print(f"  {pages / rows[1][3]:,.0f} pages a second of a core", end=", ")
    print(f"{size_of(large) / (pages + 2 * added) / 1e3:.1f} kB a page on disk")


def gained(file: Path, folder: Path, turns: int) -> None:
    apart(drawn_pages, file, folder / "pages-shared", CLUSTERED)
    took = {1: [], 2: []}
    for turn in range(turns):
        for workers, times in took.items():
            times.append(clustered(folder / "pages-shared", folder / f"by-{workers}-{turn}", workers))
    alone, two = (statistics.median(wall for wall, *_ in times) for times in took.values())
    print(f"  two Dask workers of one thread are {alone / two:.2f} times as fast as one")
    own, theirs = (statistics.median(run[part] for run in took[2]) for part in (1, 2))
    print(f"  of the processor time {own / (own + theirs):.0%} is spent where the archive is written, not on workers")


def size_of(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def spent() -> float:
    return time.process_time()


def clustered(file: Path, root: Path, workers: int) -> tuple[float, float, float]:
    """An ingest on so many worker processes of one thread → wall seconds, workers being ready; processor seconds here
    (the scheduler's with them) and of the workers."""
    os.environ["POLARS_MAX_THREADS"] = "1"
    with distributed.LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=":0") as local:
        warm = drawn_pages(next(file.iterdir()), root.with_suffix(".pages"), 50)
        growth(root.with_suffix(".warm"), warm, local.scheduler_address)
        with distributed.Client(local) as client:
            began, here, there = time.perf_counter(), spent(), sum(client.run(spent).values())
            growth(root, file, local.scheduler_address)
            wall = time.perf_counter() - began
            return wall, spent() - here, sum(client.run(spent).values()) - there


def scaling(file: Path, runs: int) -> None:
    """Prints what the notebooks take from an archive and from one ten times as large: time and peak memory, once each.

    The archives are made of drawn pages, SCALE=N of them in the larger one, or given: SCALE=SMALL_DIR,LARGE_DIR. To
    those made here pages of one month are added, and the notebooks run again: what of other months the first run has
    kept is not made anew.
    """
    given = os.environ.get("SCALE") or str(SCALED)
    with tempfile.TemporaryDirectory() as folder:
        archives = given.split(",")
        if len(archives) == 1:
            archives = [Path(folder, name) for name in ("small", "large")]
            for root, pages in zip(archives, (int(given) // 10, int(given)), strict=True):
                apart(drawn_pages, file, root.with_suffix(".pages"), pages)
                apart(growth, root, root.with_suffix(".pages"))
        names = [f"{corpus.open_corpus(root).snapshot.facts['pages']:,} pages" for root in archives]
        print(f"notebooks on archives of {' and '.join(names)}, {os.cpu_count()} cores")
        firsts = {}
        for notebook in ("actor_mentions", "source_comparison", "date_coverage"):
            took = [executed(Path(__file__).parents[1] / f"{notebook}.ipynb", root, Path(folder)) for root in archives]
            for name, (wall, work, peak) in zip(names, took, strict=True):
                print(f"  {notebook:18} {name:>16}: {wall:7.1f} s, processor {work:7.1f} s, peak {peak:,.0f} MB")
            firsts[notebook] = took
            wall, work, peak = (large / small for small, large in zip(*took, strict=True))
            print(f"  {'':18} {'':>16}  {wall:7.1f} ×, processor {work:7.1f} ×, peak {peak:.2f} ×", flush=True)
        if given.isdigit():
            added, more = min(ADDED, int(given) // 100), Path(folder, "more.pages")
            apart(drawn_pages, file, more, added, int(given), 4)  # copies follow within 26 days: all in one month
            for root in archives:
                apart(growth, root, more)
            print(f"after {added:,} pages more, all of one month")
            for notebook, took in firsts.items():
                place = Path(__file__).parents[1] / f"{notebook}.ipynb"
                again = [executed(place, root, Path(folder)) for root in archives]
                for name, (_, first, _), (_, work, peak) in zip(names, took, again, strict=True):
                    told = f"processor {work:7.1f} s, {work / first:.2f} × that of the first time, peak {peak:,.0f} MB"
                    print(f"  {notebook:18} {name:>16}: {told}", flush=True)
                print(f"  {'':18} {'':>16}  processor {again[1][1] / again[0][1]:7.1f} ×", flush=True)


def executed(notebook: Path, root: str | Path, folder: Path) -> tuple[float, float, float]:
    """A notebook run by papermill on an archive → wall and processor seconds, peak memory (MB) of its kernel.

    What it keeps is kept for the next one with the same folder.
    """
    command = [Path(sys.executable).parent / "papermill", notebook, folder / notebook.name, "-p", "corpus", str(root)]
    began = time.perf_counter()
    cache = {**os.environ, "DIEMBAO_CACHE": str(folder / "cache")}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=cache)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(f"{notebook.name} failed on {root}")
    unit = 1024 if sys.platform != "darwin" else 1024**2
    return time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit


PARTS = {
    "extraction": extracting,
    "memory": tenfold,
    "measures": counting,
    "lab": lab,
    "reports": reports,
    "archive": archiving,
    "scale": scaling,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", nargs="?", default=os.environ.get("CORPUS"), help="Parquet file (page, text)")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", choices=PARTS, help="one part alone")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(options.corpus) if options.corpus else default_corpus(Path(folder))
        if "text" not in pl.read_parquet_schema(file):
            parser.error(f"{file}: no column `text`; a corpus has {', '.join(PAGES.names()[:2])}")
        for name, part in PARTS.items():
            if options.only in (None, name):
                part(file, options.runs)


if __name__ == "__main__":
    main()
