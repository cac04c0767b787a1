"""An edition of notebooks → a build of reports under `reports/builds/`, published whole or not at all."""

import contextlib
import datetime
import fcntl
import json
import os
import platform
import re
import sys
import time
import tomllib
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from tqdm import tqdm

from diembao import archive
from diembao.report import document, execute
from diembao.schema import DiembaoError

REPORTS = Path(__file__).resolve().parents[3] / "reports"
EDITIONS = REPORTS / "editions.toml"
EDITION_KEYS = {"notebooks", "corpus", "languages", "timeout", "parameters"}
SET_BY_BUILDER = {"language": "choose it with --language", "output": "the tables of a build stand in its tables/"}
PACKAGES = ("diembao", "polars", "altair", "vl-convert-python", "papermill", "nbconvert")
LOCK_WAIT = 900  # seconds a build waits for another one before it gives up


class BuildError(DiembaoError):
    """A build that failed: the message says why and where it is kept; the last good build stands as it was."""


@dataclass(frozen=True)
class _Plan:
    edition: str
    jobs: list[execute.Job]
    languages: list[str]
    timeout: float


def build(
    edition: str = "default",
    parameters: Mapping[str, Any] | None = None,
    out: Path | str | None = None,
    language: str | None = None,
    progress: bool = True,
    editions: Path | str = EDITIONS,
) -> Path:
    """An edition's name → the folder of its new build; `OUT/latest` leads to it.

    `parameters` override the edition's, as values or as text in the type of the notebook's default. `out` is the folder
    that holds `builds/` and `latest` (default: `reports/`), `language` takes the place of the edition's languages.
    Raises DiembaoError for a request that makes no sense, before any kernel starts, and BuildError for a failed build.
    """
    plan = _plan(Path(editions), edition, dict(parameters or {}), language)
    root = Path(out or REPORTS).resolve()
    try:
        (root / "builds").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DiembaoError(f"{root}: cannot hold builds ({error})") from None
    with _lock(root, edition, progress):
        _set_aside_remains(root)
        name, moment = _name(root, edition)
        partial = root / "builds" / f".partial-{name}"
        partial.mkdir()
        try:
            _fill(partial, name, moment, plan, progress)
            os.replace(partial, root / "builds" / name)
            _point_latest(root, name)
        except BaseException as error:
            kept = _keep_failed(partial, name, error)
            if not isinstance(error, Exception):  # interrupted
                raise
            raise BuildError(
                f"{_reason(error)}\nThe build failed and is kept in {kept}; `latest` stays as it was."
            ) from error
    return root / "builds" / name


def _plan(editions: Path, edition: str, overrides: dict[str, Any], language: str | None) -> _Plan:
    """The editions file and a request → what to run, every name and value checked."""
    settings = _settings(editions, edition)
    for name in overrides:
        if name in SET_BY_BUILDER:
            raise DiembaoError(f"parameter {name} is set by the builder: {SET_BY_BUILDER[name]}")
    languages = [language] if language else settings["languages"]
    for tongue in languages:
        if tongue not in document.languages():
            raise DiembaoError(f"language {tongue!r}: choose from {', '.join(document.languages())}")
    given = {**settings["parameters"], **overrides}
    if "corpus" in settings:
        place = settings["corpus"]
        is_path = place != "sample" and "://" not in place
        given.setdefault("corpus", str((editions.parent / place).resolve()) if is_path else place)
    if "corpus" in given:  # all notebooks of a build read one state of an archive, and the report names it
        given["corpus"] = archive.pinned(given["corpus"])

    jobs, known = [], {}
    for tongue in languages:
        for entry in settings["notebooks"]:
            path = (editions.parent / entry).resolve()
            notebook = execute.read(path, tongue)
            defaults = execute.defaults(notebook, path)
            known |= defaults
            values = {name: execute.typed(name, given[name], defaults[name]) for name in given if name in defaults}
            if "language" in defaults:
                values["language"] = tongue
            name = path.stem if tongue == languages[0] else f"{path.stem}.{tongue}"
            jobs.append(execute.Job(name, path, tongue, notebook, defaults, values))
    unknown = [name for name in given if name not in known]
    if unknown:
        allowed = ", ".join(sorted(known.keys() - SET_BY_BUILDER.keys())) or "none"
        raise DiembaoError(f"parameter {unknown[0]}: no notebook of edition {edition!r} has it; they have: {allowed}")
    if len({job.name for job in jobs}) < len(jobs):
        raise DiembaoError(f"{editions}, [{edition}]: two notebooks of one name; reports are named after them")
    return _Plan(edition, jobs, languages, settings["timeout"])


def _settings(editions: Path, edition: str) -> dict[str, Any]:
    """The editions file → one edition's settings, complete."""
    try:
        table = tomllib.loads(editions.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DiembaoError(f"{editions}: not a readable editions file ({error})") from None
    if edition not in table:
        raise DiembaoError(f"edition {edition!r} is not in {editions}; it has: {', '.join(table) or 'none'}")
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", edition):
        raise DiembaoError(f"{editions}, [{edition}]: an edition's name is made of a-z, 0-9, - and _")
    settings = {"languages": ["en"], "timeout": 900, "parameters": {}, **table[edition]}
    place = f"{editions}, [{edition}]"
    if settings.keys() - EDITION_KEYS:
        odd = sorted(settings.keys() - EDITION_KEYS)[0]
        raise DiembaoError(f"{place}: {odd!r} is no setting; there are: {', '.join(sorted(EDITION_KEYS))}")
    for key in ("notebooks", "languages"):
        value = settings.get(key)
        if not (isinstance(value, list) and value and all(isinstance(item, str) for item in value)):
            raise DiembaoError(f"{place}: {key} must be a list of names, not {value!r}")
    if isinstance(settings["timeout"], bool) or not isinstance(settings["timeout"], (int, float)):
        raise DiembaoError(f"{place}: timeout must be a number of seconds, not {settings['timeout']!r}")
    if not isinstance(settings.get("corpus", ""), str):
        raise DiembaoError(f"{place}: corpus must be 'sample' or a path, not {settings['corpus']!r}")
    if not isinstance(settings["parameters"], dict):
        raise DiembaoError(f"{place}: parameters must be a table [{edition}.parameters]")
    return settings


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
        file.truncate(0)
        file.write(f"process {os.getpid()}, edition {edition}, since {datetime.datetime.now():%H:%M:%S}")
        file.flush()
        yield


def _name(root: Path, edition: str) -> tuple[str, datetime.datetime]:
    """→ a build name nothing under `builds/` has yet, and its moment."""
    while True:
        moment = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
        name = f"{moment:%Y%m%dT%H%M%SZ}-{edition}"
        if not any((root / "builds" / f"{name}{suffix}").exists() for suffix in ("", "-failed")):
            return name, moment
        time.sleep(0.1)


def _fill(folder: Path, name: str, moment: datetime.datetime, plan: _Plan, progress: bool) -> None:
    """An empty folder → a whole build in it; raises BuildError when a notebook fails."""
    start = time.monotonic()
    runs = _run(folder, plan, progress)
    errors = [run.error for run in runs if run.error]
    about = {
        "build": name,
        "edition": plan.edition,
        "status": "failed" if errors else "good",
        "started": moment.isoformat(),
        "languages": [
            _page_in(tongue, "index.html" if tongue == plan.languages[0] else f"index.{tongue}.html")
            for tongue in plan.languages
        ],
        "versions": {"python": platform.python_version(), **{package: version(package) for package in PACKAGES}},
    }
    (folder / "notebooks").mkdir()
    notebooks = [_write_notebook(folder, run) for run in runs]
    reports = (
        [] if errors else [_write_report(folder, *pair, runs, about) for pair in zip(runs, notebooks, strict=True)]
    )
    manifest = {**about, "seconds": round(time.monotonic() - start, 2), "reports": reports, "errors": errors}
    for page in about["languages"] if not errors else ():
        (folder / page["file"]).write_text(document.overview(manifest, page["language"]), encoding="utf-8")
    (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if errors:
        raise BuildError("\n\n".join(errors))


def _run(folder: Path, plan: _Plan, progress: bool) -> list[execute.Run]:
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
        runs = execute.run(plan.jobs, plan.timeout, on_cell=lambda: bar.update())
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
    folder: Path, run: execute.Run, notebook: NotebookNode, runs: list[execute.Run], build: Mapping[str, Any]
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
    }
    page = document.render(notebook, job.language, about)
    file = folder / f"{job.name}.html"
    file.write_text(page.html, encoding="utf-8")
    return {
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
        "manifest": page.manifest,
        "problems": page.problems,
    }


def _page_in(language: str, file: str) -> dict[str, str]:
    return {"language": language, "file": file, "name": document.words(language)["language_name"]}


def _point_latest(root: Path, name: str) -> None:
    """Moves `latest` to a build in one step: who follows it sees the old build or the new one."""
    aside = root / f".latest-{os.getpid()}"
    aside.unlink(missing_ok=True)
    aside.symlink_to(Path("builds") / name)
    os.replace(aside, root / "latest")


def _keep_failed(partial: Path, name: str, error: BaseException) -> Path:
    """A build that failed → the folder it is kept in, the error as text within."""
    kept = partial.with_name(f"{name}-failed")
    with contextlib.suppress(OSError):  # a full disk must not hide the error it caused
        os.replace(partial if partial.exists() else partial.with_name(name), kept)
        (kept / "error.txt").write_text(_reason(error) + "\n", encoding="utf-8")
    return kept


def _reason(error: BaseException) -> str:
    if isinstance(error, (DiembaoError, OSError)):
        return str(error)
    return "".join(traceback.format_exception(error)).rstrip()


def _set_aside_remains(root: Path) -> None:
    """What a killed builder left → failed builds. Called under the lock, so none of it is in the making."""
    for remains in (root / "builds").glob(".partial-*"):
        _keep_failed(remains, remains.name.removeprefix(".partial-"), DiembaoError("the builder was killed"))
