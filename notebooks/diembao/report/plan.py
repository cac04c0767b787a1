"""The editions file and a request → what to run, every name and every value checked before any kernel starts."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from diembao import archive
from diembao.report import document, execute
from diembao.schema import DiembaoError

KEYS = {"notebooks", "corpus", "languages", "timeout", "keep", "parameters"}
SET_BY_BUILDER = {"language": "choose it with --language", "output": "the tables of a build stand in its tables/"}


@dataclass(frozen=True)
class Plan:
    """One edition as it is to be built: `timeout` in seconds a notebook, `keep` good builds (None: all of them)."""

    edition: str
    jobs: list[execute.Job]
    languages: list[str]
    timeout: float
    keep: int | None


def read(editions: Path, edition: str, overrides: dict[str, Any], language: str | None) -> Plan:
    """An editions file, the name of an edition, parameters and a language that go before its own → the plan.

    Raises DiembaoError for what is unknown or of the wrong type, naming what there is.
    """
    settings = _settings(editions, edition)
    given = {**settings["parameters"], **overrides}
    for name in given:
        if name in SET_BY_BUILDER:
            raise DiembaoError(f"parameter {name} is set by the builder: {SET_BY_BUILDER[name]}")
    languages = [language] if language else settings["languages"]
    for tongue in languages:
        if tongue not in document.languages():
            raise DiembaoError(f"language {tongue!r}: choose from {', '.join(document.languages())}")
    if "corpus" in settings:
        place = settings["corpus"]
        is_path = place != "sample" and "://" not in place
        given.setdefault("corpus", str((editions.parent / place).resolve()) if is_path else place)
    if isinstance(given.get("corpus"), str):  # all notebooks of a build read one state of an archive, and name it
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
    return Plan(edition, jobs, languages, settings["timeout"], settings["keep"])


def _settings(editions: Path, edition: str) -> dict[str, Any]:
    """The editions file → one edition's settings, complete."""
    try:
        table = tomllib.loads(editions.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DiembaoError(f"{editions}: not a readable editions file ({error})") from None
    if edition not in table:
        raise DiembaoError(f"edition {edition!r} is not in {editions}; it has: {', '.join(table) or 'none'}")
    place = f"{editions}, [{edition}]"
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", edition) or edition.endswith("-failed"):
        raise DiembaoError(f"{place}: an edition's name is made of a-z, 0-9, - and _, and does not end in -failed")
    if not isinstance(table[edition], dict):
        raise DiembaoError(f"{place}: must be a table of settings")
    settings = {"languages": ["en"], "timeout": 900, "keep": None, "parameters": {}, **table[edition]}
    if settings.keys() - KEYS:
        odd = sorted(settings.keys() - KEYS)[0]
        raise DiembaoError(f"{place}: {odd!r} is no setting; there are: {', '.join(sorted(KEYS))}")
    for key in ("notebooks", "languages"):
        value = settings.get(key)
        if value is None:
            raise DiembaoError(f"{place}: {key} is missing; it is a list of names")
        if not (isinstance(value, list) and value and all(isinstance(item, str) for item in value)):
            raise DiembaoError(f"{place}: {key} must be a list of names, not {value!r}")
    if type(settings["timeout"]) not in (int, float) or not settings["timeout"] > 0:
        raise DiembaoError(f"{place}: timeout must be a number of seconds above 0, not {settings['timeout']!r}")
    if settings["keep"] is not None and (type(settings["keep"]) is not int or settings["keep"] < 1):
        raise DiembaoError(f"{place}: keep must be a number of good builds, 1 or more, not {settings['keep']!r}")
    if not isinstance(settings.get("corpus", ""), str):
        raise DiembaoError(f"{place}: corpus must be 'sample' or a path, not {settings['corpus']!r}")
    if not isinstance(settings["parameters"], dict):
        raise DiembaoError(f"{place}: parameters must be a table [{edition}.parameters]")
    return settings
