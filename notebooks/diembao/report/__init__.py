"""An edition of notebooks → a build of reports under `reports/builds/`, published whole or not at all."""

import contextlib
import datetime
import fcntl
import json
import os
import platform
import sys
import time
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from tqdm import tqdm

from diembao import cluster
from diembao.corpus import Corpus
from diembao.report import builds, document, execute, inputs
from diembao.report.plan import SET_BY_BUILDER, Plan, read
from diembao.schema import DiembaoError

REPORTS = Path(__file__).resolve().parents[3] / "reports"
EDITIONS = REPORTS / "editions.toml"
PACKAGES = ("diembao", "polars", "altair", "vl-convert-python", "papermill", "nbconvert")
LOCK_WAIT = 900  # seconds a build waits for another one before it gives up


@dataclass(frozen=True)
class Build:
    """A good build: its `folder`, its `line` for monitors; `unchanged`: it stood already and nothing had to run."""

    folder: Path
    line: dict[str, Any]
    unchanged: bool


class BuildError(DiembaoError):
    """A build that failed: the message says why and where it is kept; the last good build stands as it was."""

    def __init__(self, message: str, line: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.line = line


def build(
    edition: str = "default",
    parameters: Mapping[str, Any] | None = None,
    out: Path | str | None = None,
    language: str | None = None,
    progress: bool = True,
    editions: Path | str = EDITIONS,
    force: bool = False,
    scheduler: str | None = None,
) -> Build:
    """An edition's name → its new build, or the last good one if it would come out the same; `OUT/latest` leads to it.

    `parameters` override the edition's, as values or as text in the type of the notebook's default. `out` is the folder
    that holds `builds/` and `latest` (default: `reports/`), `language` takes the place of the edition's languages,
    `force` runs the notebooks even if nothing has changed, `scheduler` is the address of the Dask cluster whose workers
    resample (default: the environment's `cluster.VARIABLE`). Raises DiembaoError for a request that makes no
    sense, before any kernel starts, and BuildError for a failed build.
    """
    plan = read(Path(editions), edition, dict(parameters or {}), language)
    scheduler = scheduler or os.environ.get(cluster.VARIABLE)
    if scheduler:
        with cluster.connect(scheduler):
            pass
    root = Path(out or REPORTS).resolve()
    try:
        (root / "builds").mkdir(parents=True, exist_ok=True)
        (root / ".lock").open("a").close()
    except OSError as error:
        raise DiembaoError(f"{root}: cannot hold builds ({error}); name a folder you may write to with --out") from None
    with _lock(root, edition, progress):
        start = time.monotonic()
        _set_aside_remains(root)
        name, moment = builds.name(root, edition)
        before = builds.latest(root)
        partial = root / "builds" / f".partial-{name}"
        try:
            partial.mkdir()
            corpora = inputs.open_corpora(plan.jobs, progress)
            hashes = inputs.hashes(plan.jobs, corpora)
            last = builds.last_good(root, edition)
            unchanged = last is not None and last["inputs"] == hashes and not force
            if unchanged:
                partial.rmdir()
            else:
                previous = builds.last_good(root, edition, hashes["parameters"])
                about = _about(name, moment, plan, corpora, hashes, previous)
                _fill(partial, about, plan, corpora, start, progress, scheduler)
                os.replace(partial, root / "builds" / name)
        except BaseException as error:
            line = _keep_failed(partial, error)
            with contextlib.suppress(OSError):  # a full disk must not hide the error it caused
                if plan.keep:
                    builds.prune(root, edition, plan.keep, spared=[before])
                builds.write_lists(root)
            if not isinstance(error, Exception):  # interrupted
                raise
            where = f"is kept in {root / 'builds' / line['build']}" if line else "could not be kept"
            raise BuildError(
                f"{_reason(error)}\nThe build failed and {where}; `latest` stays as it was.", line
            ) from error
        folder = root / "builds" / (last["build"] if unchanged else name)
        try:
            builds.point_latest(root, folder.name)
            if plan.keep:
                builds.prune(root, edition, plan.keep, spared=[folder.name, before])
            builds.write_lists(root)
            line = builds.line(builds.read(folder))
            if unchanged:
                line = builds.log_unchanged(root, line, moment.isoformat(), round(time.monotonic() - start, 2))
        except OSError as error:
            raise DiembaoError(f"{folder} is a good build, but what leads to it cannot be written: {error}") from None
    return Build(folder, line, unchanged)


@contextlib.contextmanager
def _lock(root: Path, edition: str, progress: bool) -> Iterator[None]:
    """One build at a time under a folder: waits for the other and says who it is. It ends with its process."""
    with open(root / ".lock", "a+", encoding="utf-8") as file:
        told, end = False, time.monotonic() + LOCK_WAIT
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                file.seek(0)
                holder = file.read().strip() or "another build"
            if time.monotonic() > end:
                raise DiembaoError(f"{root / '.lock'} is still held by {holder} after {LOCK_WAIT} s")
            if progress and not told:
                print(f"waiting for {holder}", file=sys.stderr)
                told = True
            time.sleep(0.2)
        holder = f"process {os.getpid()}, edition {edition}, since {datetime.datetime.now():%H:%M:%S}"
        with contextlib.suppress(OSError):  # on a full disk it is held all the same
            os.ftruncate(file.fileno(), 0)
            os.write(file.fileno(), holder.encode())
        yield


def _about(
    name: str,
    moment: datetime.datetime,
    plan: Plan,
    corpora: Mapping[str, Corpus],
    hashes: dict[str, str],
    previous: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """What the manifest says of a build before anything of it has run; `previous` is the one it is compared with."""
    return {
        "build": name,
        "edition": plan.edition,
        "status": "good",
        "started": moment.isoformat(),
        "languages": [
            _page_in(tongue, "index.html" if tongue == plan.languages[0] else f"index.{tongue}.html")
            for tongue in plan.languages
        ],
        "versions": {"python": platform.python_version(), **{package: version(package) for package in PACKAGES}},
        "corpora": {news.digest: news.path for news in corpora.values()},
        "inputs": hashes,
        "previous": previous and previous["build"],
        "changed": previous and builds.changed(hashes, previous["inputs"]),
    }


def _fill(
    folder: Path,
    about: Mapping[str, Any],
    plan: Plan,
    corpora: Mapping[str, Corpus],
    start: float,
    progress: bool,
    scheduler: str | None,
) -> None:
    """An empty folder → a whole build in it; BuildError when a notebook fails. `start` is of the monotonic clock."""
    inputs.keep(corpora.values(), folder)
    runs = _run(folder, plan, progress, scheduler)
    errors = [run.error for run in runs if run.error]
    (folder / "notebooks").mkdir()
    notebooks = [_write_notebook(folder, run) for run in runs]
    reports = []
    if not errors:
        digests = {name: news.digest for name, news in corpora.items()}
        reports = [_write_report(folder, *pair, runs, digests, about) for pair in zip(runs, notebooks, strict=True)]
    manifest = {
        **about,
        "status": "failed" if errors else "good",
        "seconds": round(time.monotonic() - start, 2),
        "reports": reports,
        "errors": errors,
    }
    for page in about["languages"] if not errors else ():
        (folder / page["file"]).write_text(document.overview(manifest, page["language"]), encoding="utf-8")
    (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if errors:
        raise BuildError("\n\n".join(errors))


def _run(folder: Path, plan: Plan, progress: bool, scheduler: str | None) -> list[execute.Run]:
    """A build's folder and plan → the runs of its notebooks, their tables in a folder each."""
    (folder / "tables").mkdir()
    for job in plan.jobs:
        if "output" in job.defaults:
            tables = folder / "tables" / job.name
            tables.mkdir()
            job.parameters["output"] = str(tables)
    cells = sum(
        cell.cell_type == "code" and bool(cell.source.strip()) for job in plan.jobs for cell in job.notebook.cells
    )
    injected = sum(bool(job.parameters) for job in plan.jobs)
    with tqdm(total=cells + injected, desc=plan.edition, unit="cell", mininterval=0.5, disable=not progress) as bar:
        environment = {cluster.VARIABLE: scheduler} if scheduler else {}
        runs = execute.run(plan.jobs, plan.timeout, lambda: bar.update(), environment)
    for tables in (folder / "tables").iterdir():
        with contextlib.suppress(OSError):  # not empty
            tables.rmdir()
    return runs


def _write_notebook(folder: Path, run: execute.Run) -> NotebookNode:
    """A run → its notebook as kept in the build's `notebooks/`."""
    # The build moves to its own name when it is whole: what it says of its tables must hold there, too.
    text, place = nbformat.writes(run.notebook), f"{folder}{os.sep}"
    for written in (place, place.encode("unicode_escape").decode()):  # the latter in papermill's parameters cell
        text = text.replace(json.dumps(written, ensure_ascii=False)[1:-1], "")
    (folder / "notebooks" / f"{run.job.name}.ipynb").write_text(text, encoding="utf-8")
    return nbformat.reads(text, as_version=4)


def _write_report(
    folder: Path,
    run: execute.Run,
    notebook: NotebookNode,
    runs: list[execute.Run],
    digests: Mapping[str, str],
    build: Mapping[str, Any],
) -> dict[str, Any]:
    """A run and its notebook → its report, written; returns what the manifest says of it."""
    job = run.job
    parameters = {**job.defaults, **job.parameters}
    about = {
        "name": job.name,
        "edition": build["edition"],
        "built": build["started"],
        "home": next(page["file"] for page in build["languages"] if page["language"] == job.language),
        "translations": [
            _page_in(other.job.language, f"{other.job.name}.html")
            for other in runs
            if other.job.path == job.path and other is not run
        ],
        "parameters": {key: value for key, value in parameters.items() if key not in SET_BY_BUILDER},
        "versions": build["versions"],
        "corpus": digests.get(parameters.get("corpus")),
        "folder": folder,
        "previous": folder.parent / build["previous"] if build["previous"] else None,
        "changed": build["changed"],
    }
    page = document.render(notebook, job.language, about)
    file = folder / f"{job.name}.html"
    file.write_text(page.html, encoding="utf-8")
    return {
        "name": job.name,
        "file": file.name,
        "language": job.language,
        "title": page.title,
        "lead": page.lead,
        "findings": [{"anchor": anchor, "text": html.striptags()} for anchor, html in page.findings],
        "charts": page.charts,
        "tables": page.tables,
        "bytes": file.stat().st_size,
        "seconds": round(run.seconds, 2),
        "notebook": f"notebooks/{job.name}.ipynb",
        "files": sorted(f"tables/{job.name}/{table.name}" for table in (folder / "tables" / job.name).glob("*")),
        "parameters": about["parameters"],
        "corpus": about["corpus"],
        "changes": getattr(page, "changes", []),
        "manifest": page.manifest,
        "problems": page.problems,
    }


def _page_in(language: str, file: str) -> dict[str, str]:
    return {"language": language, "file": file, "name": document.words(language)["language_name"]}


def _keep_failed(partial: Path, error: BaseException) -> dict[str, Any] | None:
    """A build that failed → its line for monitors; it is kept as `…-failed`, the error as text within."""
    kept = partial.with_name(partial.name.removeprefix(".partial-") + builds.FAILED)
    try:
        os.replace(partial, kept)
        (kept / "error.txt").write_text(_reason(error) + "\n", encoding="utf-8")
    except OSError:  # a full disk must not hide the error it caused
        pass
    return builds.line(builds.read(kept)) if kept.exists() else None


def _reason(error: BaseException) -> str:
    if isinstance(error, (DiembaoError, OSError)):
        return str(error)
    if isinstance(error, (KeyboardInterrupt, SystemExit)):
        return "the builder was stopped"
    first = "".join(traceback.format_exception_only(error)).partition("\n")[0]
    return "".join([f"{first}\n", *traceback.format_exception(error)]).rstrip()


def _set_aside_remains(root: Path) -> None:
    """What a killed builder left → failed builds. Called under the lock, so none of it is in the making."""
    for remains in (root / "builds").glob(".partial-*"):
        _keep_failed(remains, DiembaoError("the builder was killed"))
