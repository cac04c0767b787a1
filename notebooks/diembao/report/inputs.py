"""What a build depends on: its corpora, opened once for all its notebooks, and a hash of each thing it is made of.

Equal hashes mean an equal build, so that one whose inputs are those of the last good build need not run.
"""

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import polars as pl

from diembao.catalogue import SHIPPED
from diembao.corpus import Corpus, open_corpus
from diembao.gold import TRUTH
from diembao.report import document
from diembao.report.execute import Job

PACKAGE = Path(__file__).resolve().parents[1]
NOT_FILES = {"corpus", "language", "output"}  # parameters whose text never names a file that is an input by itself


def open_corpora(jobs: Iterable[Job], progress: bool = False) -> dict[str, Corpus]:
    """Jobs → the corpora they name, by name: extracted here, before the kernels that would each do it."""
    named = dict.fromkeys(name for job in jobs if isinstance(name := _values(job).get("corpus"), str))
    return {name: open_corpus(name, progress=progress) for name in named}


def hashes(jobs: Iterable[Job], corpora: Mapping[str, Corpus]) -> dict[str, str]:
    """Jobs and their corpora → a hash of each part that their build is made of.

    `files` are those that parameters name (and the marks beside a corpus), `environment` every installed package.
    """
    jobs = list(jobs)
    values = [_values(job) for job in jobs]
    named = {text for value in values for key, text in value.items() if isinstance(text, str) and key not in NOT_FILES}
    marks = (Path(name) if Path(name).is_dir() else Path(name).parent for name in corpora)
    files = sorted(filter(_exists, {*map(Path, filter(None, named)), *(place / TRUTH for place in marks)}))
    sample = [SHIPPED.parent / "sample" / TRUTH] if corpora else []
    parts = {
        "corpus": {name: news.digest for name, news in corpora.items()},
        "corrections": [news.corrections.collect().write_csv() for news in corpora.values()],
        "catalogue": _content(SHIPPED),
        "notebooks": [[job.name, *map(_source, job.notebook.cells)] for job in jobs],
        "parameters": [[job.name, job.language, value] for job, value in zip(jobs, values, strict=True)],
        "files": [[str(file), _content(file)] for file in [*files, *sample]],
        "package": [_content(file) for pattern in ("*.py", "*.toml") for file in sorted(PACKAGE.rglob(pattern))],
        "template": _content(document.TEMPLATE),
        "environment": [platform.python_version(), *sorted({f"{d.name} {d.version}" for d in distributions()})],
    }
    return {name: _hash(json.dumps(part, sort_keys=True, default=str).encode()) for name, part in parts.items()}


def keep(corpora: Iterable[Corpus], folder: Path) -> None:
    """Writes what the next build compares with: `corpora/DIGEST/pages.parquet` and `corrections.parquet`.

    A page's `mark` is a hash of its text, comparable between builds by one version of polars; null without the text.
    """
    for news in corpora:
        place = folder / "corpora" / news.digest
        place.mkdir(parents=True, exist_ok=True)
        marks = news.pages.select("page", mark=pl.col("text").hash(seed=1))
        heads = news.articles.filter(pl.col("segment") == 0).select("page", "title", "publisher", "published")
        pages = heads.join(marks, on="page", how="full", coalesce=True, maintain_order="left_right").sort("page")
        pages.collect().write_parquet(place / "pages.parquet")
        news.corrections.collect().write_parquet(place / "corrections.parquet")


def _values(job: Job) -> dict[str, Any]:
    """A job → the parameters its notebook runs with, less the folder it writes to."""
    return {name: value for name, value in {**job.defaults, **job.parameters}.items() if name != "output"}


def _source(cell: Any) -> list[Any]:
    """A cell → what of it decides its output: what it put out last time does not."""
    return [cell.cell_type, cell.source, cell.metadata.get("tags", []), cell.get("attachments", {})]


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # text that could not be a path
        return False


def _content(path: Path) -> list[list[str]] | str:
    """A file → a hash of its bytes; a folder → the name and hash of each file in it."""
    if not path.is_dir():
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    return [[str(file.relative_to(path)), _content(file)] for file in sorted(path.rglob("*")) if file.is_file()]


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]
