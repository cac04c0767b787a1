"""What a researcher leaves with, written to a folder, and what is kept beside the notebook."""

import json
import re
import shutil
from pathlib import Path

import polars as pl
import tomlkit
import vl_convert
from tomlkit.exceptions import TOMLKitError

from .. import theme
from ..corpus import SAMPLE, strip_text
from ..measures import export
from ..schema import TABLES, DiembaoError
from .desk import Desk
from .state import View

FIGURE_KINDS = ("svg", "png", "json")
EDITIONS = Path(__file__).resolve().parents[3] / "reports" / "editions.toml"
PARAMETERS = ("date_from", "date_to", "sources", "actors", "line_roles", "capitals")  # those of the report notebooks
MY_SAMPLE, MY_PAGES = "my-sample", "my-pages"


def figure(spec: dict, name: str, kind: str, folder: str) -> str:
    """A linked chart's specification → `NAME.svg`, `.png` or `.vl.json` in the folder; returns the file's path."""
    still = {**spec, "width": theme.WIDTH, "params": [p for p in spec.get("params", []) if "select" not in p]}
    if kind == "svg":
        made = vl_convert.vegalite_to_svg(still, vl_version=theme.VEGALITE).encode()
    elif kind == "png":
        made = vl_convert.vegalite_to_png(still, vl_version=theme.VEGALITE, scale=2)
    else:
        made = json.dumps(still, ensure_ascii=False, indent=1).encode()
    return str(_written(Path(folder), f"{name}.{'vl.json' if kind == 'json' else kind}", made))


def tables(desk: Desk, view: View, folder: str) -> str:
    """The tables of a view → each as CSV and Parquet in the folder; returns the folder."""
    made = {
        "actors": desk.actors(view)
        .join(desk.intervals(view), on="actor_id", how="left")
        .select(pl.col(desk.actors(view).columns), pl.selectors.matches("^(share|rate)_(low|high)$")),
        "periods": desk.periods(view),
        "sources": desk.cells(view),
        "calendar": desk.days(view),
        "mentions": desk.found(view),
    }
    export.write(folder, **made)
    return folder


def extract(desk: Desk, folder: str) -> str:
    """An opened corpus → its tables without the articles' words, in `extract` of the folder; returns that folder."""
    out = Path(folder, "extract")
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name in TABLES:
            getattr(desk.news, name).sink_parquet(out / f"{name}.parquet")
    except OSError as error:
        raise DiembaoError(f"{out}: cannot be written ({error.strerror}); choose another folder") from None
    strip_text(out)
    return str(out)


def edition(view: View, name: str, file: Path | None = None) -> str:
    """A view and a name → the edition in `editions.toml`, all else in the file as it was; returns the file's path."""
    file = file or EDITIONS
    name = name.strip()
    if not re.fullmatch("[a-z0-9_-]+", name):
        raise DiembaoError(f"edition: {name!r} is no name; write a-z, 0-9 and hyphens, such as my-edition")
    try:
        document = tomlkit.parse(file.read_text(encoding="utf-8"))
    except (OSError, TOMLKitError) as error:
        raise DiembaoError(f"{file}: cannot be read ({error})") from None
    if name in document:
        raise DiembaoError(f"{file}: there is an edition {name!r} already; choose another name")
    first = document.get("default", {})
    made = tomlkit.table()
    made["notebooks"] = first.get("notebooks", [])
    made["corpus"] = "sample" if view.corpus == "sample" else str(Path(view.corpus).resolve())
    made["languages"] = [view.language]
    made["timeout"] = first.get("timeout", 900)
    made["parameters"] = {key: getattr(view, key) for key in PARAMETERS if getattr(view, key) != getattr(View(), key)}
    document[name] = made
    _written(file.parent, file.name, tomlkit.dumps(document).encode())
    return str(file)


def copy_of_sample() -> str:
    """→ a folder beside the notebook with the sample's pages, made unless it is there."""
    if not Path(MY_SAMPLE).exists():
        shutil.copytree(SAMPLE, MY_SAMPLE, ignore=shutil.ignore_patterns("*.jsonl"))
    return MY_SAMPLE


def stored(files: tuple) -> str:
    """Files of an upload (name, content) → the folder beside the notebook they are put in."""
    for file in files:
        _written(Path(MY_PAGES), Path(file["name"]).name, bytes(file["content"]))
    return MY_PAGES


def _written(folder: Path, name: str, content: bytes) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    except OSError as error:
        raise DiembaoError(f"{folder / name}: cannot be written ({error.strerror}); choose another folder") from None
    return folder / name
