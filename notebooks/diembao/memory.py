"""What allocators hold on to goes back to the system, soon: else what one step needed counts with what the next needs.

To be imported before polars, whose own allocator reads its settings then. Where the C library is another than glibc,
nothing is asked of it.
"""

import contextlib
import ctypes
import os

# An arena a core instead of four; what is free goes back after a tenth of a second instead of one and a half. If polars
# is there already, this is for processes to come.
os.environ.setdefault("_RJEM_MALLOC_CONF", f"narenas:{os.cpu_count() or 1},dirty_decay_ms:100,muzzy_decay_ms:0")

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
