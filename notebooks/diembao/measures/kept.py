"""Arrays and tables that took long to make, kept in the user's cache: the same code makes the same of the same.

They are found again by all they were made of, wherever that came from: what a day adds to an archive changes the counts
of its month, so that month is counted and drawn again, those before it are not. Nothing has to be told that it is out
of date.
"""

import contextlib
import functools
import hashlib
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from ..cluster import versions
from ..corpus import cache_home
from ..memory import give_back

UNUSED = 30 * 24 * 3600  # seconds after which what nobody has asked for again goes
ROOM = 2**31  # bytes that are kept: beyond, what has been used longest ago goes
Made = TypeVar("Made", np.ndarray, pl.DataFrame)
_READ = {".npy": np.load, ".arrow": pl.read_ipc}


def once(work: Callable[..., Made], given: tuple, *told: Any) -> Made:
    """What makes an array or a table, and what it is given → that, made or as it was kept.

    given and told: arrays, tables of days and numbers, streams, numbers, texts, functions, what has a `mark` (it is
    told by that alone), tuples of these; told is what it depends on besides. A stream may still stand where it stood,
    so no more is to be drawn from it.
    """
    place = cache_home() / "drawn" / _digest(work, (*given, *told))
    for suffix, read in _READ.items():
        with contextlib.suppress(OSError, ValueError, EOFError, pl.exceptions.PolarsError):  # not there, or not whole
            made = read(place.with_suffix(suffix))
            os.utime(place.with_suffix(suffix))
            return made
    made = work(*given)
    give_back()
    with contextlib.suppress(OSError):  # a full disk: then it is made again
        place.parent.mkdir(parents=True, exist_ok=True)
        _clear(place.parent)
        own = place.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
        with own.open("wb") as part:
            np.save(part, made) if isinstance(made, np.ndarray) else made.write_ipc(part, compression="lz4")
        own.replace(place.with_suffix(".npy" if isinstance(made, np.ndarray) else ".arrow"))
    return made


def _digest(work: Callable[..., Made], given: tuple[Any, ...]) -> str:
    seen = hashlib.blake2b(json.dumps([*_named(work), versions()]).encode(), digest_size=16)
    for what in given:
        for part in _parts(what):
            seen.update(part)
    return seen.hexdigest()


def _parts(what: Any) -> Iterator[bytes | memoryview]:
    """Anything that is given → what tells it from all others: kind and size first, so that no two run together."""
    if isinstance(what, csr_array):
        what.sum_duplicates()  # in order, too: the same counts are the same bytes
        for part in (np.array(what.shape), what.indptr, what.indices, what.data):
            yield from _parts(part)
    elif isinstance(what, np.ndarray):
        yield f"{what.dtype.str}{what.shape}".encode()
        yield np.ascontiguousarray(what).data.cast("B") if what.size else b""
    elif isinstance(what, np.random.Generator):
        seed = what.bit_generator.seed_seq
        yield repr((what.bit_generator.state, seed.entropy, seed.spawn_key, seed.n_children_spawned)).encode()
    elif isinstance(what, pl.DataFrame):
        for name, values in zip(what.columns, what.select(pl.all().to_physical()), strict=True):
            yield f"{name} {what.schema[name]}".encode()
            for part in (values.is_null(), values.fill_null(0)):
                yield from _parts(part.to_numpy())
    elif isinstance(what, tuple):
        yield f"{len(what)}".encode()
        for part in what:
            yield from _parts(part)
    elif hasattr(what, "mark"):
        yield what.mark.encode()
    else:
        yield repr(_named(what) if callable(what) else (type(what).__name__, what)).encode()


def _named(work: Callable[..., Any]) -> list[str]:
    return [work.__module__, work.__qualname__]


@functools.cache
def _clear(folder: Path) -> None:
    """Removes what of a folder has long not been used; once a process."""
    room, now = ROOM, time.time()
    for used, size, file in sorted(_files(folder), reverse=True):
        room -= size
        if room < 0 or now - used > UNUSED:
            file.unlink(missing_ok=True)


def _files(folder: Path) -> Iterator[tuple[float, int, Path]]:
    for file in folder.iterdir():
        with contextlib.suppress(OSError):  # another process has removed it
            told = file.stat()
            yield told.st_mtime, told.st_size, file
