"""The recipes of reports/schedule/ name commands and options that there are, and files a system accepts."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from diembao.__main__ import _parser
from diembao.report import notices

FOLDER = Path(__file__).resolve().parents[2] / "reports" / "schedule"
RECIPES = sorted(path for path in FOLDER.iterdir() if path.is_file())


def commands(path):
    """→ the arguments of every `diembao report …` and whole `diembao ingest …` in a file."""
    text = path.read_text(encoding="utf-8")
    found = re.findall(r"diembao (report(?: [^\n`\">#;…]*)?)", text)
    found += re.findall(r"diembao (ingest [^\n`…]* --archive [^\n`…]*)", text)
    return [shlex.split(arguments) for arguments in found]


def test_every_recipe_is_explained():
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert len(RECIPES) > 5
    assert not [path.name for path in RECIPES if path.name != "README.md" and f"`{path.name}`" not in readme]


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.name)
def test_commands_are_ones_there_are(path):
    for arguments in commands(path):
        assert _parser().parse_args(arguments)


def test_commands_are_found():
    assert sum(len(commands(path)) for path in RECIPES) >= 4
    assert notices.VARIABLE in (FOLDER / "github-pages.yml").read_text()


def test_containers_run_commands_there_are():
    cluster, job = yaml.safe_load_all((FOLDER / "kubernetes.yaml").read_text(encoding="utf-8"))
    [container] = job["spec"]["template"]["spec"]["containers"]
    assert _parser().parse_args([*container["command"], *container["args"]][1:]).scheduler.endswith("-scheduler:8786")
    assert container["args"][-1] == f"tcp://{cluster['metadata']['name']}-scheduler:8786"


def test_systemd_accepts_the_units(tmp_path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze on PATH")
    program = tmp_path / ".venv" / "bin" / "diembao"
    program.parent.mkdir(parents=True)
    program.touch(mode=0o755)
    units = []
    for name in ("diembao.service", "diembao.timer"):
        units.append(tmp_path / name)
        units[-1].write_text((FOLDER / name).read_text().replace("%h/diem-bao", str(tmp_path)))
    checked = subprocess.run(["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True)
    assert checked.returncode == 0 and "diembao" not in checked.stderr, checked.stderr


def test_the_dag_compiles():
    compile((FOLDER / "airflow_dag.py").read_text(), "airflow_dag.py", "exec")
