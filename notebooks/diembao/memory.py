"""What allocators hold on to goes back to the system. To be imported before polars, whose own reads its settings then.

The C library's is another than glibc, or polars' another than jemalloc: then nothing happens.
"""

import contextlib
import ctypes
import os

# An arena a core instead of four, and what is freed goes back after a tenth of a second: half of it would stay.
_SETTINGS = f"narenas:{os.cpu_count() or 1},dirty_decay_ms:100,muzzy_decay_ms:0"
_given = os.environ.get("_RJEM_MALLOC_CONF", "")  # polars' own if it is there already: then for processes to come
if "narenas" not in _given:
    os.environ["_RJEM_MALLOC_CONF"] = ",".join(filter(None, (_given, _SETTINGS)))

_ANOTHER = (AttributeError, OSError, TypeError)
# It keeps what each thread has freed for threads to come, in stores of some 50 megabytes that it cannot give back.
with contextlib.suppress(*_ANOTHER):
    ctypes.CDLL(None).mallopt(-8, 2)  # M_ARENA_MAX: two stores for all of them


def give_back() -> None:
    """Gives free memory back to the system."""
    with contextlib.suppress(*_ANOTHER):
        ctypes.CDLL(None).malloc_trim(0)
