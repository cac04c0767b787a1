"""Batches of work → what becomes of each, in their order: here in threads, in `cluster` on other machines."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import polars as pl

Carried = TypeVar("Carried")  # what goes with a batch and comes back beside its outcome
# A function of a batch and of what all batches share; the latter; batches → what each carried, what became of it.
Engine = Callable[[Callable[..., Any], tuple, Iterable[tuple[Any, Carried]]], Iterator[tuple[Carried, Any]]]


def in_threads(work: Callable[..., Any], shared: tuple, batches: Iterable[tuple[Any, Carried]]) -> Iterator:
    """The `Engine` of this machine, a batch a core: polars lets go of the interpreter while it works.

    Reads at most two batches more than there are cores, which bounds memory.
    """
    with ThreadPoolExecutor(pl.thread_pool_size()) as pool:
        begun = in_order(batches, lambda batch: pool.submit(work, batch, *shared), pl.thread_pool_size)
        yield from ((carried, outcome.result()) for carried, outcome in begun)


def in_order(
    batches: Iterable[tuple[Any, Carried]], begin: Callable[[Any], Any], ahead: Callable[[], int]
) -> Iterator[tuple[Carried, Any]]:
    """Batches, what begins the work on one, how many may be begun before the first is asked for → each as begun."""
    waiting: deque = deque()
    for batch, carried in batches:
        waiting.append((carried, begin(batch)))
        while len(waiting) > ahead():
            yield waiting.popleft()
    yield from waiting
