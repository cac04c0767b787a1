"""The `diembao` command: pages → tables, notebooks → reports."""

import argparse
import json
import signal
import sys
from pathlib import Path

from diembao.schema import DiembaoError


def main(arguments: list[str] | None = None) -> int:
    """Command-line arguments → exit code: 0 done, 1 failed (the reason on stderr), 2 wrong usage."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        return options.run(options)
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
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    extract = commands.add_parser("extract", help="read pages and write the tables of the corpus")
    extract.add_argument("pages", nargs="+", metavar="PAGES", help="folders, .txt, .html, .jsonl, .csv or .parquet")
    extract.add_argument("--out", required=True, type=Path, metavar="DIR", help="folder the tables are written to")
    extract.add_argument("--no-text", action="store_true", help="leave the articles' words out of the tables")
    extract.set_defaults(run=_extract)

    report = commands.add_parser("report", help="run the notebooks of an edition and write their reports")
    report.add_argument("edition", nargs="?", default="default", help="one of reports/editions.toml (default: default)")
    report.add_argument(
        "-p", dest="parameters", action="append", default=[], type=_pair, metavar="NAME=VALUE", help="set a parameter"
    )
    report.add_argument("--language", help="language of the reports, in place of the edition's: en or vi")
    report.add_argument("--out", type=Path, metavar="DIR", help="folder for the builds (default: reports/)")
    report.add_argument("--force", action="store_true", help="build even if nothing has changed since the last one")
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


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name.isidentifier() and equals):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value


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


def _report(options: argparse.Namespace) -> int:
    from diembao import report

    signal.signal(signal.SIGTERM, _stopped)
    try:
        build = report.build(
            options.edition,
            dict(options.parameters),
            options.out,
            options.language,
            progress=not options.quiet,
            force=options.force,
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
