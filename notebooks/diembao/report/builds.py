"""The builds under a folder: what each is, which is the last good one, which go, and the lists that tell of them.

Everything here that writes is called under the builder's lock. The lists are made anew from the builds themselves,
each by one rename; the log of runs only grows.
"""

import datetime
import json
import os
import re
import shutil
import time
import uuid
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from diembao.report import document

FAILED = "-failed"
FAILED_KEPT = 5  # failed builds of an edition that stay for reading, where `keep` says that builds go at all
FEED_LENGTH = 50
_NAME = re.compile(r"(\d{8}T\d{6}Z)-(.+)")
_STAMP = "%Y%m%dT%H%M%SZ"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
Build = dict[str, Any]


def name(root: Path, edition: str) -> tuple[str, datetime.datetime]:
    """A root and an edition → a name that no build there has, and its moment; a second has one build of an edition."""
    while True:
        moment = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
        name = f"{moment:{_STAMP}}-{edition}"
        if not any((root / "builds" / f"{name}{suffix}").exists() for suffix in ("", FAILED)):
            return name, moment
        time.sleep(0.05)


def read(folder: Path) -> Build:
    """A build's folder → its manifest; of a build that broke before it had one, what its name and error.txt say."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        manifest = {}
    stamp, edition = _NAME.fullmatch(folder.name).groups()
    moment = datetime.datetime.strptime(stamp, _STAMP).replace(tzinfo=datetime.UTC)
    known = {"edition": edition.removesuffix(FAILED), "started": moment.isoformat(), "seconds": None}
    build = {**known, "languages": [], "reports": [], "errors": [], "corpora": {}, **manifest, "build": folder.name}
    build["bytes"] = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    build["status"] = "failed" if folder.name.endswith(FAILED) or not manifest else "good"
    if build["status"] == "failed" and not build["errors"]:
        with suppress(OSError):
            build["errors"] = [(folder / "error.txt").read_text(encoding="utf-8").strip()]
    return build


def listed(root: Path) -> list[Build]:
    """→ all builds under a root, the newest first."""
    return [read(folder) for folder in _folders(root)]


def last_good(root: Path, edition: str, parameters: str | None = None) -> Build | None:
    """→ the newest good build of an edition whose reports are all there; `parameters`: hash of those it must have."""
    for build in map(read, _folders(root)):
        inputs = build.get("inputs", {})
        meant = build["edition"] == edition and parameters in (None, inputs.get("parameters"))
        if meant and build["status"] == "good" and inputs and _is_whole(root, build):
            return build
    return None


def _folders(root: Path) -> list[Path]:
    """→ the folders of the builds under a root, the newest first."""
    folders = (folder for folder in (root / "builds").iterdir() if _NAME.fullmatch(folder.name) and folder.is_dir())
    return sorted(folders, key=lambda folder: folder.name, reverse=True)


def _is_whole(root: Path, build: Build) -> bool:
    folder = root / "builds" / build["build"]
    try:
        return all((folder / report["file"]).stat().st_size == report["bytes"] for report in build["reports"])
    except OSError:
        return False


def latest(root: Path) -> str | None:
    """→ the name of the build that `latest` leads to."""
    try:
        return os.path.basename(os.readlink(root / "latest"))
    except OSError:
        return None


def point_latest(root: Path, build: str) -> None:
    """Moves `latest` to a build in one step: who follows it sees the old build or the new one."""
    aside = root / ".latest.aside"
    aside.unlink(missing_ok=True)
    aside.symlink_to(Path("builds") / build)
    os.replace(aside, root / "latest")


def prune(root: Path, edition: str, keep: int, spared: Iterable[str | None]) -> None:
    """Removes an edition's good builds but the newest `keep`, and its failed ones but the newest `FAILED_KEPT`.

    Those `spared` stay whatever their age. A build goes by one rename first, so that none is ever half there.
    """
    mine = [build for build in listed(root) if build["edition"] == edition]
    good, failed = ([b["build"] for b in mine if b["status"] == status] for status in ("good", "failed"))
    for build in {*good[keep:], *failed[FAILED_KEPT:]} - {*spared, latest(root)}:
        os.replace(root / "builds" / build, root / "builds" / f".removed-{build}")
    for doomed in (root / "builds").glob(".removed-*"):  # those a killed builder left among them
        shutil.rmtree(doomed, ignore_errors=True)


# Lists ---------------------------------------------------------------------------------------------------------------


def write_lists(root: Path) -> None:
    """Brings `index.html` (in every language), `feed.xml` and `builds.jsonl` up to the builds under a root."""
    found = listed(root)
    tongues = document.languages()
    pages = [
        {"language": tongue, "file": f"index.{tongue}.html" if number else "index.html"}
        for number, tongue in enumerate(tongues)
    ]
    log(root, map(line, reversed(found)))
    for page in pages:
        write(root / page["file"], document.listing(found, latest(root), page["language"], pages))
    write(root / "feed.xml", feed(found, root))


def write(path: Path, text: str) -> None:
    """A text → a file that is there whole, or as it was."""
    aside = path.with_name(f".{path.name}.aside")
    aside.write_text(text, encoding="utf-8")
    os.replace(aside, path)


def line(build: Build) -> Build:
    """A build → what a monitor wants to know of it, on one line."""
    reports = build["reports"]
    return {
        "build": build["build"],
        "edition": build["edition"],
        "status": build["status"],
        "started": build["started"],
        "seconds": build["seconds"],
        "bytes": build["bytes"],
        "corpora": sorted(build["corpora"]),
        "changed": build.get("changed"),
        "reports": len(reports),
        "findings": sum(len(report["findings"]) for report in reports),
        "problems": sum(len(report["problems"]) for report in reports),
        "error": build["errors"][0].splitlines()[0] if build["errors"] and build["errors"][0] else None,
    }


def log(root: Path, lines: Iterable[Build]) -> None:
    """Appends to `builds.jsonl` those of the lines whose builds it does not tell of."""
    told = set()
    for written in _logged(root).splitlines():
        with suppress(ValueError, KeyError, TypeError):  # a line that a full disk cut off
            told.add(json.loads(written)["build"])
    _append(root, [each for each in lines if each["build"] not in told])


def log_unchanged(root: Path, standing: Build, started: str, seconds: float) -> Build:
    """The line of a build that stands for one that need not run → the line of this run, appended to `builds.jsonl`."""
    told = {**standing, "status": "unchanged", "started": started, "seconds": seconds, "changed": []}
    _append(root, [told])
    return told


def _logged(root: Path) -> str:
    path = root / "builds.jsonl"
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""


def _append(root: Path, lines: list[Build]) -> None:
    cut_off = _logged(root)[-1:] not in ("", "\n")
    if lines:
        with open(root / "builds.jsonl", "a", encoding="utf-8") as file:
            file.write("\n" * bool(cut_off) + "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in lines))


def feed(found: list[Build], root: Path) -> str:
    """Builds, the newest first → an Atom feed of them in each build's first language; links count from where it is."""
    from feedgen.feed import FeedGenerator

    made = FeedGenerator()
    made.id(_urn(root, ""))
    made.title("Điểm báo")
    made.author({"name": "Điểm báo"})
    made.generator("Điểm báo")
    made.link(href="feed.xml", rel="self")
    made.link(href="index.html", rel="alternate")
    made.updated(max((build["started"] for build in found), default="1970-01-01T00:00:00+00:00"))
    for build in found[:FEED_LENGTH]:
        language = build["languages"][0]["language"] if build["languages"] else document.languages()[0]
        word = document.words(language)
        entry = made.add_entry(order="append")
        entry.id(_urn(root, build["build"]))
        entry.title(f"{build['edition']}: {word['builds_' + build['status']]}")
        entry.updated(build["started"])
        entry.published(build["started"])
        entry.link(href=f"builds/{build['build']}/{'index.html' if build['status'] == 'good' else 'error.txt'}")
        told = "\n".join(_told(build, language)).replace("\r\n", "\n")
        entry.content(_NOT_XML.sub("\ufffd", told), type="text")
    return made.atom_str(pretty=True).decode()


def _told(build: Build, language: str) -> list[str]:
    """A build → its errors, or title, changes and findings of its reports in a language."""
    lines, said = list(build["errors"]), set()
    for report in build["reports"]:
        if report["language"] == language:
            changes = [text for text in report.get("changes", []) if text not in said]
            said |= set(changes)
            found = [*changes, *(finding["text"] for finding in report["findings"])]
            lines += [report["title"], *(f"• {text}" for text in found)]
    return lines


def _urn(root: Path, build: str) -> str:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"diembao:{root}:{build}").urn


def changed(now: Mapping[str, str], before: Mapping[str, str]) -> list[str]:
    """Hashes of the inputs of two builds → the names of those that differ."""
    return [part for part in now if now[part] != before.get(part)]
