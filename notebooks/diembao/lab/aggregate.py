"""What the lab holds of a corpus, made at its first opening and kept in the user's cache for the next."""

import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import fields
from functools import lru_cache
from pathlib import Path

import polars as pl

from .. import measures
from ..corpus import Corpus, cache_home
from ..measures import cube, frequency
from ..memory import give_back

KEPT = 8  # the corpora opened last; one of a million articles takes some seventy megabytes
_CODE = ("cube", "comparison", "frequency", "narrow", "selection")  # of measures: what the tables depend on


def aggregate(news: Corpus, progress: Callable[[int, int], None] | None = None) -> tuple[cube.Cube, pl.DataFrame]:
    """A corpus → its `Cube` and `frequency.newcomers`; progress: called with the parts counted so far and all.

    Kept by the corpus' digest, which of an archive is that of its commit, by the catalogue and by this code.
    """
    home = cache_home() / "lab"
    home.mkdir(exist_ok=True)
    folder = home / _key(news)
    if not folder.exists():
        _keep(_made(news, progress), folder)
        give_back()
    os.utime(folder)
    return _read(folder)


def _made(news: Corpus, progress: Callable[[int, int], None] | None) -> dict[str, pl.DataFrame]:
    parts = news.parts("mentions"), news.articles, news.parts("citations")
    made = cube.cube(*parts, news.catalogue.outlets, progress)
    newcomers = frequency.newcomers(news.mentions, news.catalogue.actors["id"])
    return {field.name: getattr(made, field.name) for field in fields(made)} | {"newcomers": newcomers}


@lru_cache(maxsize=1)  # widgets live as long as their kernel: a cell that is run again must not hold all of it again
def _read(folder: Path) -> tuple[cube.Cube, pl.DataFrame]:
    tables = {file.stem: pl.read_parquet(file).rechunk() for file in folder.glob("*.parquet")}
    newcomers = tables.pop("newcomers")
    return cube.Cube(**tables), newcomers


def _key(news: Corpus) -> str:
    code = [(Path(measures.__file__).parent / f"{module}.py").read_bytes() for module in _CODE]
    own = json.dumps(sorted(news.catalogue.own), ensure_ascii=False)
    told = "|".join([str(news.folder), news.path, news.digest, news.catalogue.digest, own, pl.__version__])
    return hashlib.sha256(b"".join([told.encode(), *code])).hexdigest()[:16]


def _keep(tables: dict[str, pl.DataFrame], folder: Path) -> None:
    """Tables → the folder, by one rename; of all such folders the one used longest ago goes where there are many."""
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".") as scratch:
        made = Path(scratch, "made")
        made.mkdir()
        for name, table in tables.items():
            # in one piece, as it is needed in memory
            table.write_parquet(made / f"{name}.parquet", row_group_size=max(1, table.height))
        try:
            os.rename(made, folder)
        except OSError:
            if not folder.exists():  # otherwise another process was first, with the same tables
                raise
        others = sorted(folder.parent.glob("[!.]*"), key=lambda other: other.stat().st_mtime)
        for other in others[:-KEPT]:
            os.rename(other, Path(scratch, other.name))
