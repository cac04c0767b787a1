"""A report's build and the one before it → what the report says that its notebook cannot know.

What changed since the last build, and how well extraction did, if another notebook of the build measured it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from diembao.catalogue import load_catalogue
from diembao.measures import change
from diembao.wording import Shown, Words

METHOD = {"catalogue", "package", "environment"}  # inputs that change figures although no page did
COUNTED = {"corpus", "corrections"}  # inputs whose changes are told one by one
# Tables compared, of a corpus and of a report, and what makes a file of that name such a table.
CORPUS = {"pages": {"page", "title", "mark"}, "corrections": {"page", "field", "value", "reason"}}
REPORT = {"actors": {"actor_id", "share", "share_low", "share_high"}, "gaps": {"source_id", "first", "last", "chance"}}


@dataclass(frozen=True)
class Changes:
    """A heading, the sentences under it, and the table of the changes they count; None where there are none."""

    title: str
    sentences: list[str] = field(default_factory=list)
    table: Shown | None = None


def since(about: Mapping[str, Any], language: str, moment: str) -> Changes | None:
    """What a build says of a report → what changed since the last good build of the same edition and parameters.

    Read of `about`: `folder`, `previous` (a build's folder, or None: there is nothing to compare with), `name`,
    `corpus` (digest), `changed` (inputs that differ), `versions`. moment: how a time is written (strftime). None where
    a page belongs to no build. A table that one of the builds does not have is not compared.
    """
    if "previous" not in about:
        return None
    plain, earlier = Words(language), about["previous"]
    if earlier is None:
        return Changes(plain.text("say.change.first_title"), [plain.text("say.change.first")])
    manifest = json.loads((earlier / "manifest.json").read_text(encoding="utf-8"))
    corpus = next((entry.get("corpus") for entry in manifest["reports"] if entry.get("name") == about["name"]), None)
    before = _tables(earlier, about["name"], corpus)
    now = _tables(about["folder"], about["name"], about.get("corpus"))
    if manifest["versions"].get("polars") != about["versions"].get("polars") and "pages" in before:
        before["pages"] = before["pages"].with_columns(mark=pl.lit(None, dtype=pl.UInt64))  # hashes of another make
    table = change.between(before, now)
    words = Words(language, load_catalogue().actors)
    shown = words.change_table(table)
    return Changes(
        words.text("say.change.title", moment=datetime.fromisoformat(manifest["started"]).strftime(moment)),
        [*_inputs(about.get("changed") or (), words), *words.changes(table, before.keys() & now.keys())],
        shown if shown.rows else None,
    )


def _inputs(changed: Sequence[str], words: Words) -> list[str]:
    others = [words.text(f"input.{name}") for name in changed if name not in COUNTED]
    if not others:
        return []
    named = words.text("say.change.inputs", list=words.listed(others))
    return [f"{named} {words.text('say.change.method')}" if METHOD & set(changed) else named]


def _tables(build: Path, report: str, corpus: str | None) -> dict[str, pl.DataFrame]:
    """A build's folder, the name of one of its reports and the digest of that report's corpus → what it wrote."""
    files = {name: build / "corpora" / corpus / f"{name}.parquet" for name in CORPUS} if corpus else {}
    files |= {name: build / "tables" / report / f"{name}.parquet" for name in REPORT}
    tables = {name: pl.read_parquet(file) for name, file in files.items() if file.is_file()}
    return {name: table for name, table in tables.items() if {**CORPUS, **REPORT}[name] <= set(table.columns)}


def quality(about: Mapping[str, Any], language: str) -> dict[str, str] | None:
    """What a build says of a report → `sentence` on how well extraction did there and `file` of the report that tells.

    None where no notebook of the build wrote a table `quality` (`measures.quality.figures`).
    """
    if "folder" not in about:
        return None
    _, _, ending = about["name"].partition(".")  # reports not in the first language carry it there
    found = sorted(about["folder"].glob("tables/*/quality.parquet"))
    found.sort(key=lambda file: file.parent.name.partition(".")[2] != ending)
    if not found:
        return None
    sentence = Words(language).accuracy(pl.read_parquet(found[0])).sentence
    return {"sentence": sentence, "file": f"{found[0].parent.name}.html"}
