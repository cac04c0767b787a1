"""An `engine.Engine` on the workers of a Dask cluster: the same functions, the same batches, the same order.

A batch whose worker is lost goes to another one. What differs from one machine is only where a batch is worked on, so
the tables are the same bit for bit; workers on which that would not hold are refused.

An ingest is given its engine. Measures, called from notebooks, ask for theirs by `chosen`: the environment variable
`DIEMBAO_SCHEDULER` holds a scheduler's address, in a notebook `os.environ["DIEMBAO_SCHEDULER"] = "tcp://host:8786"`
before the first measure, for the kernels of a build `diembao report --engine dask --scheduler tcp://host:8786`.
"""

import atexit
import functools
import hashlib
import logging
import os
import platform
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from .engine import Carried, Engine, in_order, in_threads
from .learned import WEIGHTS
from .schema import DiembaoError

VARIABLE = "DIEMBAO_SCHEDULER"  # in the environment: the address of the scheduler on whose workers measures draw
PATIENCE = 15  # seconds until a scheduler or its first worker counts as not there
AHEAD = 2  # batches a thread of a worker, so that none waits for its next


def chosen() -> Engine:
    """→ the engine of the measures: the workers of the scheduler that `DIEMBAO_SCHEDULER` names, or threads here.

    `DiembaoError` as `connect`, when it is first asked for.
    """
    address = os.environ.get(VARIABLE)
    return _connected(address) if address else in_threads


@functools.cache
def _connected(address: str) -> Engine:
    """As `connect`, once and for as long as this process lives."""
    connection = connect(address)
    engine = connection.__enter__()
    atexit.register(connection.__exit__, None, None, None)
    return engine


@contextmanager
def connect(address: str) -> Iterator[Engine]:
    """A scheduler's address (`tcp://host:8786`) → the engine `ingest` takes. Every worker is asked what it runs first.

    `DiembaoError` where there is no scheduler or no worker, and where one has not this very version.
    """
    try:
        import dask
        from distributed import Client
        from distributed.versions import VersionMismatchWarning
    except ImportError:
        raise DiembaoError("--engine dask: needs the package `distributed`; pip install distributed") from None
    # what matters of Dask's warnings is refused or raised here, and no word of the rest belongs into a notebook
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 TB"}):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", VersionMismatchWarning)
                client = Client(address, timeout=PATIENCE, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            raise DiembaoError(
                f"{address}: no Dask scheduler answers there ({type(error).__name__}); "
                "start one with `dask scheduler` and give the address it prints"
            ) from None
        with client:
            _check(client, address)
            yield functools.partial(_on_workers, client)


def versions() -> dict[str, str]:
    """→ what the tables depend on besides pages, catalogue and corrections, on this machine."""
    packages = {"diembao": _code(), "polars": pl.__version__, "numpy": np.__version__}
    return {**packages, "python": platform.python_version()}


@functools.cache
def _code() -> str:
    """→ a digest of this package's code and of what it has learned: more than `corpus.code_digest`, since workers run
    more than extraction."""
    files = [*sorted(Path(__file__).parent.rglob("*.py")), WEIGHTS]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


def _check(client: Any, address: str) -> None:
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError:
        raise DiembaoError(f"{address}: the scheduler has no worker; start some with `dask worker {address}`") from None
    mine = versions()
    for worker, theirs in client.run(versions, on_error="return").items():
        if not isinstance(theirs, dict):
            raise DiembaoError(f"worker {worker}: has not this package ({theirs}); install the same version there")
        for name in ("diembao", "polars", "numpy"):
            if theirs[name] != mine[name]:
                other = f"has {name} {theirs[name]}, here it is {mine[name]}"
                raise DiembaoError(f"worker {worker}: {other}; install the same version there")


def _on_workers(
    client: Any, work: Callable[..., Any], shared: tuple, batches: Iterable[tuple[Any, Carried]]
) -> Iterator[tuple[Carried, Any]]:
    """As `engine.in_threads`."""
    # a task rather than scattered data, so that it is made again if its worker is lost
    common = client.submit(_as_given, shared, pure=False)
    version = versions()["diembao"]
    begun = in_order(
        batches,
        lambda batch: client.submit(_done, work, batch, common, version, pure=False),
        lambda: AHEAD * max(1, sum(client.nthreads().values())),
    )
    yield from ((carried, _result(outcome)) for carried, outcome in begun)


def _as_given(shared: tuple) -> tuple:
    return shared


def _done(work: Callable[..., Any], batch: Any, shared: tuple, version: str) -> Any:
    if versions()["diembao"] != version:
        raise DiembaoError("a worker that joined later has another version of this package; install the same there")
    return work(batch, *shared)


def _result(outcome: Any) -> Any:
    try:
        return outcome.result()
    except DiembaoError:
        raise
    except Exception as error:  # whatever the workers died of
        why = f"{type(error).__name__}: {error}"
        raise DiembaoError(f"the cluster gave a batch up ({why}); see what its workers died of, and repeat") from error
