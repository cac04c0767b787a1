"""The `diembao` command: pages → tables, notebooks → reports."""

import argparse
import json
import os
import signal
import sys
from importlib.metadata import version
from pathlib import Path

from diembao.schema import DiembaoError


def main(arguments: list[str] | None = None) -> int:
    """Command-line arguments → exit code: 0 done, 1 failed (the reason on stderr), 2 wrong usage."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        code = options.run(options)
        sys.stdout.flush()
        return code
    except BrokenPipeError:  # who reads the output, such as head, has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except DiembaoError as error:
        print(f"diembao: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("diembao: interrupted", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="diembao", description="Who is mentioned, whose reporting it is, which days are covered: Vietnamese news."
    )
    parser.add_argument("--version", action="version", version=f"diembao {version('diembao')}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    extract = commands.add_parser("extract", help="read pages and write the tables of the corpus")
    read = "folders, .txt, .html, .warc, .jsonl, .csv or .parquet"
    extract.add_argument("pages", nargs="+", metavar="PAGES", help=read)
    extract.add_argument("--out", required=True, type=Path, metavar="DIR", help="folder the tables are written to")
    extract.add_argument("--no-text", action="store_true", help="leave the articles' words out of the tables")
    extract.set_defaults(run=_extract)

    ingest = commands.add_parser("ingest", help="add pages to an archive")
    ingest.add_argument("pages", nargs="+", metavar="PAGES", help="as for extract")
    ingest.add_argument("--archive", required=True, metavar="DIR", help="folder or URL (s3://…); made if it is new")
    ingest.add_argument("--no-text", action="store_true", help="keep what is extracted, not the texts")
    _add_engine(ingest, "where pages are extracted")
    ingest.add_argument("--quiet", action="store_true", help="no progress bar")
    ingest.set_defaults(run=_ingest)

    archive = commands.add_parser("archive", help="sizes, days, sources and history of an archive; keep it tidy")
    archive.add_argument("archive", metavar="DIR", help="its folder or URL; DIR@12 or DIR@2026-11-01 for what it was")
    archive.add_argument("--compact", action="store_true", help="join the small files that daily additions leave")
    archive.add_argument(
        "--clean", type=_days, metavar="DAYS", help="remove the states that were replaced more than DAYS days ago"
    )
    archive.set_defaults(run=_archive)

    report = commands.add_parser("report", help="run the notebooks of an edition and write their reports")
    report.add_argument("edition", nargs="?", default="default", help="one of reports/editions.toml (default: default)")
    report.add_argument(
        "-p", dest="parameters", action="append", default=[], type=_pair, metavar="NAME=VALUE", help="set a parameter"
    )
    report.add_argument(
        "--as-of", metavar="WHEN", help="the archive as it was: a commit's number, or a moment such as 2026-11-01T06:00"
    )
    report.add_argument("--language", help="language of the reports, in place of the edition's: en or vi")
    report.add_argument("--out", type=Path, metavar="DIR", help="folder for the builds (default: reports/)")
    report.add_argument("--force", action="store_true", help="build even if nothing has changed since the last one")
    _add_engine(report, "where the notebooks' measures resample")
    report.add_argument("--json", action="store_true", help="print a line of JSON in place of words, also if it fails")
    report.add_argument("--quiet", action="store_true", help="no progress bar")
    report.add_argument(
        "--notify",
        choices=["failure", "always"],
        default="failure",
        help="when to send a notice to the addresses in DIEMBAO_NOTIFY (default: failure)",
    )
    report.set_defaults(run=_report)
    evaluate = commands.add_parser("evaluate", help="compare what is extracted with marks made by hand")
    evaluate.add_argument(
        "gold", nargs="?", default="", metavar="GOLD", help="folder with marks (.jsonl) and pages (default: the sample)"
    )
    evaluate.add_argument("--errors", action="store_true", help="also list every difference")
    evaluate.set_defaults(run=_evaluate)
    return parser


def _add_engine(command: argparse.ArgumentParser, what: str) -> None:
    command.add_argument("--engine", choices=("local", "dask"), default="local", help=what)
    command.add_argument("--scheduler", metavar="ADDRESS", help="of the Dask cluster, such as tcp://host:8786")


def _check_engine(options: argparse.Namespace) -> None:
    if (options.engine == "dask") != bool(options.scheduler):
        raise DiembaoError("--engine dask and --scheduler ADDRESS go together; give both or neither")


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name.isidentifier() and equals):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value


def _days(text: str) -> float:
    try:
        if 0 <= (days := float(text)) < 1e6:
            return days
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is no number of days, 0 or more")


def _extract(options: argparse.Namespace) -> int:
    from diembao import corpus

    counts = corpus.extract(options.pages, options.out, progress=True, text=not options.no_text)
    for name, count in counts.items():
        print(f"{name:10} {count:>12,}")
    print(f"The tables are in {options.out}")
    if counts["problems"]:
        print(
            f"{counts['problems']:,} problems, each with its reason: {options.out / 'problems.parquet'}",
            file=sys.stderr,
        )
    return 0


def _ingest(options: argparse.Namespace) -> int:
    from diembao.ingest import ingest

    _check_engine(options)
    given = {"text": not options.no_text, "progress": not options.quiet}
    if options.scheduler:
        from diembao import cluster

        with cluster.connect(options.scheduler) as engine:
            done = ingest(options.pages, options.archive, engine=engine, **given)
    else:
        done = ingest(options.pages, options.archive, **given)
    facts = done.snapshot.facts
    for name in ("new", "changed", "unchanged", "extracted_again", "rejected"):
        print(f"{name.replace('_', ' '):16} {facts[name]:>12,}")
    for file, problem in done.rejected.head(20).select("file", "problem").iter_rows():
        print(f"  {file}: {problem}")
    if done.rejected.height > 20:
        print(f"  … and {done.rejected.height - 20:,} more, all in the table `problems`")
    print(f"{done.snapshot.name} holds {facts['pages']:,} pages{'' if facts['text'] else ', without their texts'}")
    if done.out_of_date:
        print(
            f"{done.out_of_date:,} pages keep what an older version of the method or of the corrections made of them: "
            "the archive has no texts; give these pages again",
            file=sys.stderr,
        )
    return 0


def _archive(options: argparse.Namespace) -> int:
    from datetime import timedelta

    import polars as pl

    from diembao import archive
    from diembao.wording import Words

    place = archive.find(options.archive)
    if place is None:
        raise DiembaoError(f"{options.archive}: no archive; `diembao ingest PAGES --archive DIR` makes one")
    root, at = place
    if at and (options.compact or options.clean is not None):
        raise DiembaoError(f"{options.archive}: only the archive as it is now can be changed; leave out @{at}")
    if options.compact:
        archive.compact(root)
    if options.clean is not None:
        _, removed = archive.clean(root, timedelta(days=options.clean))
        print(f"{removed:,} files removed")
    snapshot, words = archive.open_snapshot(root, at), Words("en")
    facts = snapshot.facts
    print(f"{snapshot.name}, {facts['time']:%Y-%m-%dT%H:%M:%S} UTC: {facts['pages']:,} pages, digest {facts['digest']}")
    if not facts["text"]:
        print("Without the texts: it cannot be extracted again, and passages cannot be read.")
    commits = archive.history(snapshot).tail(20).with_columns(pl.col("time").dt.strftime("%Y-%m-%d %H:%M:%S"))
    for table in (archive.sizes(snapshot), archive.days(snapshot), archive.sources(snapshot), commits):
        print(f"\n{words.table(table, rows=table.height)}")
    return 0


def _report(options: argparse.Namespace) -> int:
    from diembao import report

    _check_engine(options)
    parameters = dict(options.parameters)
    if options.as_of:
        if "corpus" not in parameters:
            raise DiembaoError("--as-of: needs the archive it is about; add -p corpus=DIR")
        parameters["corpus"] = _as_of(parameters["corpus"], options.as_of)
    signal.signal(signal.SIGTERM, _stopped)
    try:
        build = report.build(
            options.edition,
            parameters,
            options.out,
            options.language,
            progress=not options.quiet,
            force=options.force,
            scheduler=options.scheduler,
        )
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        reason = str(error).partition("\n")[0]
        refused = {"build": None, "edition": options.edition, "status": "refused", "error": reason}
        if options.json:
            print(json.dumps(getattr(error, "line", None) or refused, ensure_ascii=False))
        _notify(f"Điểm báo: {options.edition} failed", str(error), good=False)
        raise
    if options.json:
        print(json.dumps(build.line, ensure_ascii=False))
    else:
        home = build.folder.parents[1] / "latest" / "index.html"
        print(f"Nothing has changed since {build.folder}" if build.unchanged else f"Built {build.folder}")
        print(f"Open  {home.as_uri()}")
    if options.notify == "always":
        _notify(f"Điểm báo: {options.edition} {build.line['status']}", str(build.folder), good=True)
    return 0


def _as_of(corpus: str, when: str) -> str:
    """An archive and a commit or moment → the archive as it was then."""
    from diembao import archive

    place = archive.find(corpus)
    if place is None:
        raise DiembaoError(f"--as-of: {corpus} is no archive; `diembao ingest PAGES --archive DIR` makes one")
    if place[1]:
        raise DiembaoError(f"--as-of: {corpus} says already which state it means; leave out @{place[1]} or --as-of")
    return f"{corpus}@{when}"


def _stopped(*_: object) -> None:
    """A schedule that ends a build: it ends like any that fails, its kernels with it."""
    raise SystemExit("diembao: stopped by a signal")


def _notify(title: str, text: str, good: bool) -> None:
    from diembao.report import notices

    try:
        notices.send(title, text, good)
    except DiembaoError as error:
        print(f"diembao: {error}", file=sys.stderr)


def _evaluate(options: argparse.Namespace) -> int:
    from diembao.corpus import open_corpus
    from diembao.gold import find_gold
    from diembao.measures import quality
    from diembao.wording import Words

    gold = find_gold(options.gold)
    news = open_corpus(gold.pages)
    compared, words = quality.compare(gold, news), Words("en")
    shown = ["figure", "value", "precision", "recall", "tp", "fp", "fn", "articles"]
    print(words.table(quality.figures(compared.counts), columns=shown))
    if options.errors:
        errors = quality.concordance(compared.errors, news.pages)
        print(f"\n{words.table(errors, rows=errors.height)}")
    print(f"\n{words.measured(gold.documents.height, gold.whose, str(gold.file)).sentence}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
