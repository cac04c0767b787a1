"""The kernel of a build: ipykernel, which ends with its builder, however that ends.

Run as a script by `execute`, never imported. Its standard input is a pipe that only the builder holds the other end of:
when the builder is gone, reading it ends. ipykernel's own watch for its parent polls once a second and misses a builder
that was killed while the kernel started.
"""

import os
import signal
import threading


def _end_with(builder: int) -> None:
    os.read(builder, 1)
    os.killpg(0, signal.SIGKILL)  # with what the notebook started: a kernel leads its own process group


if __name__ == "__main__":
    builder = os.dup(0)  # not inherited by what the notebook starts, which reads from nowhere
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    threading.Thread(target=_end_with, args=(builder,), daemon=True).start()

    from ipykernel import kernelapp

    kernelapp.launch_new_instance()
