"""Arrays that took long to make, kept in the user's cache: of the same numbers the same code makes the same again.

An array is found again by all it was made of, wherever that came from: what a day adds to an archive changes the counts
of its month, so that month is drawn again and those before it are not. Nothing has to be told that it is out of date.
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
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from ..cluster import versions
from ..corpus import cache_home

UNUSED = 30 * 24 * 3600  # seconds after which what nobody has asked for again goes
ROOM = 2**28  # bytes that are kept: beyond, what has been used longest ago goes


def once(work: Callable[..., np.ndarray], given: tuple, *told: Any) -> np.ndarray:
    """What makes an array, and what it is given → the array, made or as it was kept.

    given and told: arrays, streams, numbers, texts; told is what it depends on besides. A stream may still stand where
    it stood, so no more is to be drawn from it.
    """
    file = cache_home() / "drawn" / f"{_digest(work, (*given, *told))}.npy"
    with contextlib.suppress(OSError, ValueError, EOFError):  # not there, or not whole
        made = np.load(file)
        os.utime(file)
        return made
    made = work(*given)
    with contextlib.suppress(OSError):  # a full disk: then it is made again
        file.parent.mkdir(parents=True, exist_ok=True)
        _clear(file.parent)
        own = file.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
        with own.open("wb") as part:
            np.save(part, made)
        own.replace(file)
    return made


def _digest(work: Callable[..., np.ndarray], given: tuple[Any, ...]) -> str:
    seen = hashlib.blake2b(json.dumps([work.__module__, work.__qualname__, versions()]).encode(), digest_size=16)
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
    else:
        yield repr((type(what).__name__, what)).encode()


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
