"""Notebooks → executed notebooks, in memory, kernels side by side.

papermill injects the parameters and runs the cells. What it lets pass is an error here: names and values that
do not fit the parameters cell, a cell that ends the notebook early, a kernel that dies, a notebook without end.
"""

import ast
import datetime
import json
import logging
import os
import queue
import re
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import nbformat
from jupyter_client import AsyncKernelManager
from nbformat import NotebookNode

from diembao.report import notices
from diembao.schema import DiembaoError

KERNEL = "python3"  # the Python this runs in, whatever kernel a notebook was last saved with
COMMAND = [sys.executable, "-P", str(Path(__file__).with_name("kernel.py")), "-f", "{connection_file}"]
# Builds draw no widgets (nothing in a page would answer them): a notebook's helpers read DIEMBAO_BUILD.
ENVIRONMENT = {"DIEMBAO_BUILD": "1", "PYTHONHASHSEED": "0", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
GRACE = 60  # seconds a killed kernel has to be noticed before the builder gives up waiting
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


@dataclass(frozen=True)
class Job:
    """One notebook to run: its report's `name`, its cells as read, its own parameters and those that go before them."""

    name: str
    path: Path
    language: str
    notebook: NotebookNode
    defaults: dict[str, Any]
    parameters: dict[str, Any]


@dataclass(frozen=True)
class Run:
    """One notebook that ran: its cells with what they put out, the seconds it took, the error that ended it or None."""

    job: Job
    notebook: NotebookNode
    seconds: float
    error: str | None


def read(path: Path, language: str = "en") -> NotebookNode:
    """A notebook's path → its cells, the markdown of each in `language` where its metadata hold one."""
    try:
        notebook = nbformat.read(path, as_version=4)
    except FileNotFoundError:
        raise DiembaoError(f"{path}: there is no such notebook") from None
    except (OSError, ValueError, nbformat.ValidationError) as error:
        raise DiembaoError(f"{path}: not a readable notebook ({error})") from None
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and language in cell.metadata:
            translated = cell.metadata[language]
            cell.source = translated if isinstance(translated, str) else "".join(translated)
    return notebook


def defaults(notebook: NotebookNode, path: Path) -> dict[str, Any]:
    """A notebook → name and default of each parameter: the literals of the cell tagged `parameters`."""
    cell = next((c for c in notebook.cells if "parameters" in c.metadata.get("tags", [])), None)
    if cell is None:
        return {}
    found = {}
    try:
        for statement in ast.parse(cell.source).body:
            target = statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
            if isinstance(target, ast.Name) and statement.value is not None:
                found[target.id] = ast.literal_eval(statement.value)
    except (SyntaxError, ValueError) as error:
        raise DiembaoError(f"{path}: the cell tagged 'parameters' must hold literals only ({error})") from None
    return found


def typed(name: str, value: Any, default: Any) -> Any:
    """A parameter's value, a string from the command line among them → the value in the type of its default.

    A list is written `a,b,c` or as JSON, a date as text. Raises DiembaoError naming the expected type.
    """
    if isinstance(value, datetime.date):  # as TOML reads one; papermill has no form for it
        value = value.isoformat()
    wanted = "list of " + type(default[0]).__name__ if isinstance(default, list) and default else type(default).__name__
    try:
        if isinstance(value, str):
            value.encode()  # a lone surrogate, as an undecodable shell argument gives, could not be written down
            value = _parse(value, default)
        if _fits(value, default):
            return value
    except ValueError:
        pass
    raise DiembaoError(f"parameter {name}: {value!r} is not of the type {wanted} (its default is {default!r})")


def _parse(text: str, default: Any) -> Any:
    match default:
        case str() | None:
            return text
        case bool():
            return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}.get(text.lower())
        case int():
            return int(text)
        case float():
            return float(text)
        case list():
            if text.lstrip().startswith("["):
                return json.loads(text)
            items = [item.strip() for item in text.split(",") if item.strip()]
            return [_parse(item, default[0] if default else "") for item in items]
    return json.loads(text)


def _fits(value: Any, default: Any) -> bool:
    match default:
        case None:
            return True
        case float():
            return isinstance(value, (int, float)) and not isinstance(value, bool)
        case list():
            return isinstance(value, list) and all(_fits(item, default[0] if default else "") for item in value)
    return type(value) is type(default)


def run(
    jobs: list[Job],
    timeout: float,
    on_cell: Callable[[], None] = lambda: None,
    environment: Mapping[str, str] = MappingProxyType({}),
) -> list[Run]:
    """Jobs → their runs in the same order, as many kernels at a time as there are cores.

    `timeout`: seconds one notebook may take. `on_cell` is called from the running threads after every cell.
    `environment`: variables the kernels get besides the builder's.
    """
    # papermill warns of parameters its own reading of the cell misses, nbclient logs what is reported here
    logging.getLogger("papermill").setLevel(logging.CRITICAL)
    workers = max(1, min(os.cpu_count() or 1, len(jobs)))
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[int, Run]] = queue.SimpleQueue()
    kernels: list[AsyncKernelManager] = []
    for number in range(len(jobs)):
        waiting.put(number)

    def work() -> None:
        with suppress(queue.Empty):
            while True:
                number = waiting.get_nowait()
                done.put((number, _execute(jobs[number], timeout, kernels, on_cell, environment)))

    # Daemons, because a thread that waits for ever on a lost kernel must not keep the builder from ending.
    for _ in range(workers):
        threading.Thread(target=work, daemon=True).start()
    runs: dict[int, Run] = {}
    last = time.monotonic()
    try:
        while len(runs) < len(jobs):
            with suppress(queue.Empty):
                number, result = done.get(timeout=0.5)  # not longer: a signal does not always end the waiting
                runs[number], last = result, time.monotonic()
            if time.monotonic() - last > timeout + GRACE:
                stuck = ", ".join(job.path.name for number, job in enumerate(jobs) if number not in runs)
                raise DiembaoError(f"no answer from {stuck} {GRACE} s after the timeout of {timeout:g} s")
    finally:
        while not waiting.empty():
            waiting.get()
        for kernel in kernels:
            _kill(kernel)
    return [runs[number] for number in sorted(runs)]


def _execute(
    job: Job,
    timeout: float,
    kernels: list[AsyncKernelManager],
    on_cell: Callable[[], None],
    environment: Mapping[str, str],
) -> Run:
    # papermill takes a third of a second to import, which no other command should wait for
    import papermill
    from papermill.exceptions import PapermillExecutionError
    from papermill.execute import remove_error_markers

    class Kernel(AsyncKernelManager):
        """A kernel that can be ended from outside, and whose environment says that it works for a build."""

        def __init__(self, **options: Any) -> None:
            # Sockets in a folder of our own: no port to collide on, none for other users of the machine to connect to.
            super().__init__(**options, transport="ipc", connection_file=os.path.join(folder.name, "kernel.json"))
            mine.append(self)
            kernels.append(self)

        def format_kernel_cmd(self, extra_arguments: list[str] | None = None) -> list[str]:
            self.kernel_spec.argv = COMMAND
            return super().format_kernel_cmd(extra_arguments)

        async def start_kernel(self, **options: Any) -> None:
            reading, writing = os.pipe()
            held.append(writing)
            try:
                with open(log, "ab") as file:  # what the process itself says; cells' output does not go this way
                    outputs = {"stdin": reading, "stdout": file, "stderr": file}
                    await super().start_kernel(**options, env={**_environment(), **environment}, **outputs)
            finally:
                os.close(reading)

    def expire() -> None:
        expired.set()
        for kernel in mine:
            _kill(kernel)

    folder = tempfile.TemporaryDirectory(prefix="diembao-", ignore_cleanup_errors=True)
    log = Path(folder.name, "kernel.log")
    mine: list[AsyncKernelManager] = []
    held: list[int] = []  # the builder's ends of pipes that tell kernels it is there
    seen: list[NotebookNode] = []  # the cells being executed: papermill hands them over only when nothing went wrong
    expired = threading.Event()
    error = None
    watchdog = threading.Timer(timeout, expire)
    watchdog.daemon = True
    watchdog.start()
    start = time.monotonic()
    try:
        papermill.execute_notebook(
            job.notebook,
            None,
            job.parameters,
            kernel_name=KERNEL,
            language="python",
            progress_bar=False,
            kernel_manager_class=Kernel,
            on_notebook_start=lambda notebook: seen.append(notebook),
            on_cell_executed=lambda **_: on_cell(),
        )
    except PapermillExecutionError as raised:
        error = _raised(raised)
    except Exception as raised:  # a kernel that died or never started: whatever it is, this notebook failed
        last_words = log.read_text(errors="replace").splitlines()[-6:] if log.exists() else []
        error = "\n".join([f"{type(raised).__name__}: {raised}", *(f"  | {line}" for line in last_words)])
    watchdog.cancel()
    for end in held:
        os.close(end)
    folder.cleanup()
    notebook = remove_error_markers(seen[-1] if seen else job.notebook)  # or cells would not have the numbers we name
    code = [(n, cell) for n, cell in enumerate(notebook.cells, 1) if cell.cell_type == "code" and cell.source.strip()]
    last = max((n for n, cell in code if cell.execution_count is not None), default=1)  # the last cell that began
    if expired.is_set() and not (error or "").startswith("cell "):
        error = f"cell {last}: not finished within the timeout of {timeout:g} s"
    elif error is None and any(cell.execution_count is None for _, cell in code):
        error = f"cell {last}: ended the notebook, the cells after it did not run"
    elif error is not None and not error.startswith("cell "):
        error = f"cell {last}: {error}"
    return Run(job, notebook, time.monotonic() - start, error and f"{job.path}, {error}")


def _environment() -> dict[str, str]:
    """→ a kernel's environment: the builder's, without its secrets."""
    return {**{name: value for name, value in os.environ.items() if name != notices.VARIABLE}, **ENVIRONMENT}


def _raised(error: Any) -> str:
    """A papermill error → cell, exception, and the last lines of the cell and of its traceback."""
    trace = _ANSI.sub("", "\n".join(error.traceback)).splitlines()
    lines = [f"cell {error.cell_index + 1}: {error.ename}: {_ANSI.sub('', error.evalue)}"]
    lines += [f"    {line}" for line in error.source.splitlines()[-5:]]
    return "\n".join([*lines, *(f"  | {line}" for line in trace[-6:])])


def _kill(kernel: AsyncKernelManager) -> None:
    process = getattr(kernel.provisioner, "process", None)
    if process is not None and process.poll() is None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)  # a kernel leads its own process group
