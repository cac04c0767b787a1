"""Whatever ends a build: `latest` is a whole good build, the next one succeeds, no kernel is left."""

import builtins
import datetime
import errno
import json
import os
import random
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import lxml.etree
import polars as pl
import pytest
from conftest import write_editions, write_notebook

from diembao import report
from diembao.report import builds, execute, inputs
from diembao.schema import DiembaoError

pytestmark = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="finds kernels by /proc")
KILLS = 10  # of builders with kernels, and as many of builders without
SLEEP = "import time\ntime.sleep(600)"

# Builds for ever, telling of each; without kernels every moment is one of writing, publishing, pruning or listing.
BUILDER = """
import sys
from diembao import report
from diembao.report import builds, execute
editions, out, kernels = sys.argv[1:]
if kernels == "without":
    from test_faults import next_name, run_nothing
    builds.name, execute.run = next_name, run_nothing
print("ready", flush=True)
sys.stdin.readline()
while True:
    report.build(editions=editions, out=out, progress=False, force=True)
    print("built", flush=True)
"""


@pytest.fixture
def place(tmp_path):
    """→ a folder with an edition of one small notebook, and one good build of it."""
    code = "from pathlib import Path\nPath(output, 'a.csv').write_text('a')"
    write_notebook(tmp_path / "n.ipynb", ("md", "# Who?\n\nA lead."), ("parameters", "output = ''"), ("", code))
    write_editions(tmp_path, notebooks=["n.ipynb"], keep=3)
    build(tmp_path)
    return tmp_path


def run_nothing(jobs, timeout, on_cell, environment):
    return [execute.Run(job, job.notebook, 0.5, None) for job in jobs]


def next_name(root, edition):
    """A name of the second after the newest build's: `builds.name` would wait for it."""
    newest = max((build["started"] for build in builds.listed(root)), default="2030-01-01T00:00:00+00:00")
    moment = datetime.datetime.fromisoformat(newest) + datetime.timedelta(seconds=1)
    return f"{moment:%Y%m%dT%H%M%SZ}-{edition}", moment


@pytest.fixture
def without_kernels(monkeypatch):
    monkeypatch.setattr(builds, "name", next_name)
    monkeypatch.setattr(execute, "run", run_nothing)


def build(place, **options):
    return report.build(editions=place / "editions.toml", out=place / "out", progress=False, force=True, **options)


def start(code, *arguments, mark=""):
    """Python code and its arguments → its process, which leads a group of its own; kernels inherit the mark."""
    path = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "DIEMBAO_TEST": mark, "PYTHONPATH": path}
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    return subprocess.Popen([sys.executable, "-c", code, *map(str, arguments)], env=environment, text=True, **pipes)


def go(builder):
    """Lets a builder begin that has said that it is ready."""
    assert builder.stdout.readline() == "ready\n"
    builder.stdin.write("go\n")
    builder.stdin.flush()


def marked(mark, command=""):
    """→ ids of the living processes that carry a mark and have `command` in theirs."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            carries = f"DIEMBAO_TEST={mark}".encode() in (process / "environ").read_bytes()
            if carries and command.encode() in (process / "cmdline").read_bytes():
                found.append(int(process.name))
        except OSError:  # ended meanwhile
            continue
    return found


def wait_for(condition, seconds=30):
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
    return found


def assert_whole(root):
    """`latest` is a good build with all its files whole; so are the lists."""
    assert os.readlink(root / "latest") == f"builds/{builds.latest(root)}"
    folder = root / "latest"
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["status"] == "good" and manifest["build"] == builds.latest(root)
    for page in (*manifest["reports"], *manifest["languages"]):
        assert (folder / page["file"]).read_text().endswith("</html>"), page["file"]
    for entry in manifest["reports"]:
        assert (folder / entry["file"]).stat().st_size == entry["bytes"]
        assert json.loads((folder / entry["notebook"]).read_text())["cells"]
        assert all((folder / file).is_file() for file in entry["files"])
    assert (root / "index.html").read_text().endswith("</html>")
    lxml.etree.parse(root / "feed.xml")
    assert all(json.loads(line) for line in (root / "builds.jsonl").read_text().splitlines())


def assert_next_build_succeeds(place):
    made = build(place)
    assert builds.latest(place / "out") == made.folder.name
    assert_whole(place / "out")
    hidden = [path.name for path in (place / "out" / "builds").iterdir() if path.name.startswith(".")]
    assert not hidden
    good = [b for b in builds.listed(place / "out") if b["status"] == "good"]
    assert len(good) <= 4  # keep, and what `latest` led to before


@pytest.mark.parametrize("kernels", ["with", "without"])
def test_a_builder_killed_at_any_moment_leaves_the_last_good_build(place, kernels, request):
    if kernels == "without":
        request.getfixturevalue("without_kernels")
    def ready():
        mark = uuid.uuid4().hex
        return mark, start(BUILDER, place / "editions.toml", place / "out", kernels, mark=mark)

    _, first = ready()
    go(first)
    began = time.monotonic()
    assert first.stdout.readline() == "built\n"
    longest, moments = time.monotonic() - began, random.Random()
    first.kill()
    first.communicate()
    following = ready()
    for _ in range(KILLS):
        (mark, builder), following = following, ready()  # which imports what it needs while this one builds
        go(builder)
        time.sleep(moments.uniform(0, longest))
        builder.kill()
        builder.communicate()
        assert_whole(place / "out")
        wait_for(lambda mark=mark: not marked(mark), seconds=10)
        assert_next_build_succeeds(place)
    following[1].kill()
    following[1].communicate()
    failed = [b for b in builds.listed(place / "out") if b["status"] == "failed"]
    assert 0 < len(failed) <= builds.FAILED_KEPT and failed[0]["errors"] == ["the builder was killed"]


def test_a_kernel_killed_from_outside_is_noticed(place):
    mark = uuid.uuid4().hex
    runs = place / "runs"
    write_notebook(place / "n.ipynb", ("", f"from pathlib import Path\nPath({str(runs)!r}).touch()"), ("", SLEEP))
    builder = start(BUILDER, place / "editions.toml", place / "out", "with", mark=mark)
    go(builder)
    wait_for(runs.exists)
    (kernel,) = marked(mark, "kernel.py")
    os.kill(kernel, signal.SIGKILL)
    assert builder.wait(timeout=120) == 1
    said = builder.stderr.read()
    assert "DeadKernelError" in said
    assert_whole(place / "out")
    assert not marked(mark)


def test_a_builder_that_is_told_to_stop_keeps_the_failed_build_and_ends_its_kernels(place):
    mark = uuid.uuid4().hex
    write_notebook(place / "n.ipynb", ("", SLEEP))
    code = "import sys\nfrom pathlib import Path\nfrom diembao import __main__, report\n"
    code += "report.build.__defaults__ = tuple(Path(sys.argv[1]) if value == report.EDITIONS else value "
    code += "for value in report.build.__defaults__)\n"
    code += "sys.exit(__main__.main(['report', '--quiet', '--out', sys.argv[2]]))"
    builder = start(code, place / "editions.toml", place / "out", mark=mark)
    wait_for(lambda: marked(mark, "kernel.py"))
    builder.terminate()
    _, said = builder.communicate(timeout=120)
    assert builder.returncode == 1 and said == "diembao: stopped by a signal\n"
    wait_for(lambda: not marked(mark), seconds=10)
    failed = builds.listed(place / "out")[0]
    assert failed["status"] == "failed" and failed["errors"] == ["the builder was stopped"]
    assert_whole(place / "out")


def test_what_a_notebook_started_ends_with_a_killed_builder(place):
    mark = uuid.uuid4().hex
    write_notebook(place / "n.ipynb", ("", "import subprocess\nsubprocess.run(['sleep', '600'])"))
    builder = start(BUILDER, place / "editions.toml", place / "out", "with", mark=mark)
    go(builder)
    wait_for(lambda: marked(mark, "sleep\0"))
    builder.kill()
    builder.communicate()
    wait_for(lambda: not marked(mark), seconds=10)


def test_what_a_notebook_starts_does_not_read_from_the_builder(place):
    code = "import subprocess\nassert subprocess.run(['cat'], timeout=5).returncode == 0"
    write_notebook(place / "n.ipynb", ("", code))
    assert build(place).line["status"] == "good"


def test_two_builds_at_once_come_one_after_the_other(place):
    code = BUILDER.replace("while True:", "for _ in (1, 2):").replace("progress=False", "progress=True")
    both = [start(code, place / "editions.toml", place / "out", "without") for _ in range(2)]
    for builder in both:
        go(builder)
    said = [builder.communicate(timeout=120)[1] for builder in both]
    assert [builder.returncode for builder in both] == [0, 0], said
    assert "waiting for " in "".join(said)  # a process, or another build that has not yet said which it is
    assert_whole(place / "out")
    told = [json.loads(line)["status"] for line in (place / "out" / "builds.jsonl").read_text().splitlines()]
    assert told == ["good"] * 5


def test_disk_full_at_any_write(place, monkeypatch, without_kernels):
    """The n-th thing written finds no room, for every n that a build has."""
    monkeypatch.setattr(inputs, "distributions", lambda: [])
    count, full = 0, 0

    def scarce(function, writes=lambda *_, **__: True):
        def called(*arguments, **options):
            nonlocal count
            if writes(*arguments, **options):
                count += 1
                if count == full:
                    raise OSError(errno.ENOSPC, "No space left on device")
            return function(*arguments, **options)

        return called

    def for_writing(file, mode="r", *_, **__):
        return ("w" in mode or "a" in mode) and Path(str(file)).parent == place / "out" and ".lock" not in str(file)

    for owner, name in ((Path, "write_text"), (Path, "mkdir"), (Path, "symlink_to"), (pl.DataFrame, "write_parquet")):
        monkeypatch.setattr(owner, name, scarce(getattr(owner, name)))
    monkeypatch.setattr(os, "replace", scarce(os.replace))
    monkeypatch.setattr(builtins, "open", scarce(builtins.open, for_writing))
    for attempt in range(1, 100):
        before, count, full = builds.latest(place / "out"), 0, attempt
        try:
            made = build(place)
        except DiembaoError as error:
            assert "No space left on device" in str(error)
        else:
            break
        full = 0
        assert_whole(place / "out")
        assert before in {b["build"] for b in builds.listed(place / "out")}
        assert_next_build_succeeds(place)
    assert count < full and attempt > 15 and builds.latest(place / "out") == made.folder.name


def test_a_limit_the_system_sets_on_files(place):
    """A report of one chart is larger than any file may be: what is too large fails, as on a full disk."""
    resource = pytest.importorskip("resource")
    spec = {"mark": "bar", "data": {"values": [{"a": 1}]}, "encoding": {}, "description": "d"}
    bundle = f"{{'application/vnd.vegalite.v6+json': {spec!r}}}"
    write_notebook(place / "n.ipynb", ("", f"from IPython.display import display\ndisplay({bundle}, raw=True)"))
    report.document.vega()
    limit = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, {resource.RLIM_INFINITY}))\n"
    builder = start(limit + BUILDER, place / "editions.toml", place / "out", "with")
    _, said = builder.communicate(timeout=120)
    assert builder.returncode == 1 and "File too large" in said
    assert_whole(place / "out")
    assert_next_build_succeeds(place)
