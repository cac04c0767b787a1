"""The extraction of `corpus`, on the workers of a Dask cluster: the same function, the same batches, the same order.

A batch whose worker is lost goes to another one. What differs from one machine is only where a batch is extracted, so
the tables are the same bit for bit; workers on which that would not hold are refused.
"""

import platform
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import polars as pl

from . import corpus
from .catalogue import Catalogue
from .ingest import Engine
from .schema import DiembaoError

PATIENCE = 15  # seconds until a scheduler or its first worker counts as not there
AHEAD = 2  # batches a thread of a worker, so that none waits for its next
LOSSES = 5  # times a batch may lose its worker before it is the batch that is to blame


@contextmanager
def connect(address: str) -> Iterator[Engine]:
    """A scheduler's address (`tcp://host:8786`) → the engine `ingest` takes. Every worker is asked what it runs first.

    `DiembaoError` where there is no scheduler or no worker, and where one has not this very version.
    """
    try:
        import dask
        from distributed import Client
    except ImportError:
        raise DiembaoError("--engine dask: needs the package `distributed`; pip install distributed") from None
    with dask.config.set({"distributed.scheduler.allowed-failures": LOSSES}):
        try:
            client = Client(address, timeout=PATIENCE, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            raise DiembaoError(
                f"{address}: no Dask scheduler answers there ({type(error).__name__}); "
                "start one with `dask scheduler` and give the address it prints"
            ) from None
        with client:
            _check(client, address)
            yield lambda batches, catalogue, given: _extract_batches(client, batches, catalogue, given)


def versions() -> dict[str, str]:
    """→ what the tables depend on besides pages, catalogue and corrections, on this machine."""
    return {"diembao": corpus.code_digest(), "polars": pl.__version__, "python": platform.python_version()}


def _check(client: Any, address: str) -> None:
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError:
        raise DiembaoError(f"{address}: the scheduler has no worker; start some with `dask worker {address}`") from None
    mine = versions()
    for worker, theirs in client.run(versions, on_error="return").items():
        if not isinstance(theirs, dict):
            raise DiembaoError(f"worker {worker}: has not this package ({theirs}); install the same version there")
        for name in ("diembao", "polars"):
            if theirs[name] != mine[name]:
                other = f"has {name} {theirs[name]}, here it is {mine[name]}"
                raise DiembaoError(f"worker {worker}: {other}; install the same version there")


def _extract_batches(
    client: Any, batches: Iterable[tuple[pl.DataFrame, corpus.Carried]], catalogue: Catalogue, given: pl.DataFrame
) -> Iterator[tuple[int, corpus.Carried, dict[str, pl.DataFrame]]]:
    """As `corpus.extract_batches`."""
    # a task rather than scattered data, so that it is made again if its worker is lost
    shared = client.submit(_shared, catalogue, given, pure=False)
    code = corpus.code_digest()
    waiting: deque = deque()
    for pages, carried in batches:
        waiting.append((pages.height, carried, client.submit(_extract, pages, shared, code, pure=False)))
        while len(waiting) > AHEAD * max(1, sum(client.nthreads().values())):
            height, carried, tables = waiting.popleft()
            yield height, carried, _result(tables)
    while waiting:
        height, carried, tables = waiting.popleft()
        yield height, carried, _result(tables)


def _shared(catalogue: Catalogue, given: pl.DataFrame) -> tuple[Catalogue, pl.DataFrame]:
    return catalogue, given


def _extract(pages: pl.DataFrame, shared: tuple[Catalogue, pl.DataFrame], code: str) -> dict[str, pl.DataFrame]:
    if corpus.code_digest() != code:
        raise DiembaoError("a worker that joined later has another version of this package; install the same there")
    return corpus.extract_pages(pages, *shared)


def _result(tables: Any) -> dict[str, pl.DataFrame]:
    try:
        return tables.result()
    except DiembaoError:
        raise
    except Exception as error:  # whatever the workers died of
        why = f"{type(error).__name__}: {error}"
        raise DiembaoError(f"the cluster gave a batch up ({why}); the archive is as before") from error
