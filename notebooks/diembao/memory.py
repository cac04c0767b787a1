"""Free memory goes back to the system, soon: else what a part of the articles needed counts with what the next needs.

To be imported before polars, which reads `_RJEM_MALLOC_CONF` when it is. Where the C library is another than glibc,
nothing is asked of it.
"""

import contextlib
import ctypes
import os

# Polars holds on to what is free for one and a half seconds if it is not told otherwise.
os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:100,muzzy_decay_ms:0")

_ANOTHER = (AttributeError, OSError, TypeError)
# It keeps what each thread has freed for threads to come, in stores of some 50 megabytes that it cannot give back.
with contextlib.suppress(*_ANOTHER):
    ctypes.CDLL(None).mallopt(-8, 2)  # M_ARENA_MAX: two stores for all of them
    # What is longer than a block of draws (`intervals`) goes back at once: left to itself it puts ever longer arrays
    # into stores, up to 32 megabytes.
    ctypes.CDLL(None).mallopt(-3, 5 * 2**20)  # M_MMAP_THRESHOLD


def give_back() -> None:
    """Gives free memory back to the system."""
    with contextlib.suppress(*_ANOTHER):
        ctypes.CDLL(None).malloc_trim(0)
