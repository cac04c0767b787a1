"""What the C library holds on to goes back to the system; where it is another than glibc, nothing happens."""

import contextlib
import ctypes

_ANOTHER = (AttributeError, OSError, TypeError)
# It keeps what each thread has freed for threads to come, in stores of some 50 megabytes that it cannot give back.
with contextlib.suppress(*_ANOTHER):
    ctypes.CDLL(None).mallopt(-8, 2)  # M_ARENA_MAX: two stores for all of them


def give_back() -> None:
    """Gives free memory back to the system."""
    with contextlib.suppress(*_ANOTHER):
        ctypes.CDLL(None).malloc_trim(0)
