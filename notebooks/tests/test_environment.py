"""pip, uv and conda users get the same packages, and the locked ones can be had from any mirror."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
CONDA_NAMES = {"playwright-python": "playwright"}  # conda-forge's name → PyPI's, where they differ


@pytest.fixture(scope="module")
def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def direct(project):
    """→ bounds of each direct dependency, those of the tests among them."""
    listed = map(Requirement, project["dependencies"] + project["optional-dependencies"]["test"])
    return {canonicalize_name(package.name): package.specifier for package in listed}


@pytest.fixture(scope="module")
def locked():
    """→ the lines of each package in requirements.txt, by name."""
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    blocks = re.findall(r"^[A-Za-z0-9].*(?:\n[ \t].*)*", text, flags=re.M)
    packages = {}
    for block in blocks:
        packages.setdefault(canonicalize_name(re.match(r"[\w.-]+", block)[0]), []).append(block)
    return packages


def test_conda_lists_the_same_packages_with_the_same_bounds(project, direct):
    lines = (ROOT / "env.yml").read_text(encoding="utf-8").splitlines()
    below = "\n".join(lines[lines.index("dependencies:") :])
    listed = [Requirement(entry) for entry in re.findall(r"^ +- (?!pip|-e)(.+)$", below, flags=re.M)]
    conda = {CONDA_NAMES.get(package.name, canonicalize_name(package.name)): package.specifier for package in listed}
    assert conda.pop("python") == project["requires-python"]
    assert conda == direct
    assert "  - pip:" in lines and lines[-1] == "      - -e ."
    assert "  - conda-forge" in lines


def test_what_clusters_need_is_tested(project):
    extras = project["optional-dependencies"]
    assert set(extras["cluster"]) <= set(extras["test"])


def test_every_bound_has_two_ends(direct):
    for name, bounds in direct.items():
        assert sorted(bound.operator for bound in bounds) == ["<", ">="], name


def test_lock_fits_the_bounds_and_has_hashes(direct, locked):
    assert direct.keys() <= locked.keys()
    for name, blocks in locked.items():
        for block in blocks:
            pinned = Requirement(block.splitlines()[0].rstrip(" \\"))
            (pin,) = pinned.specifier
            assert pin.operator == "==" and "--hash=sha256:" in block, name
            assert name not in direct or pin.version in direct[name], name


def test_no_file_names_a_registry():
    for name in ("requirements.txt", "pyproject.toml", "env.yml", "Makefile", ".ci/run"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert not re.search(r"://|--(extra-)?index-url|--find-links|^-[if] ", text, flags=re.M), name
