"""Reports made without kernels, for the tests of the document: every chart, long tables, changes, quality."""

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from conftest import HOSTILE
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from synthetic import press
from test_charts import drawn

from diembao import schema, theme, wording
from diembao.measures import select
from diembao.report import document
from diembao.wording import Words

SENTENCES = [
    ("Triều Tiên", "Theo hãng tin,", "phóng tên lửa vào sáng thứ Tư."),
    ("Trieu Tien", "Một tít không dấu:", "phong ten lua"),
    ("Hàn Quốc", "Đại sứ của", "trao công hàm phản đối."),
    ("Đức", "Thủ tướng", "thăm Hà Nội trong hai ngày."),
]


def shown(data: dict) -> dict:
    """What a code cell puts out, by type → the cell."""
    cell = new_code_cell("x", execution_count=1)
    cell.outputs = [new_output("display_data", data=data)]
    return cell


def concordance(rows: int = 60, extra: tuple[str, ...] = ()) -> pl.DataFrame:
    """→ a concordance of so many rows that repeats `SENTENCES`, then a row for each of the extra texts."""
    found = [(f"p{n:03}", *SENTENCES[n % len(SENTENCES)], n) for n in range(rows)]
    found += [(f"x{n:03}", text, text, text, n) for n, text in enumerate(extra)]
    table = pl.DataFrame(found, schema=["page", "surface", "left", "right", "mentions"], orient="row")
    return table.select("page", "left", "surface", "right", "mentions")


def in_report(table: pl.DataFrame, language: str, rows: int = 12) -> dict:
    """A table → the cell that shows it in a report."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DIEMBAO_BUILD", "1")
        return shown(Words(language).table(table, rows)._repr_mimebundle_())


def about(folder: Path, **besides: object) -> dict:
    """→ what a build says of its report."""
    page = {"name": "n", "edition": HOSTILE[0], "built": "2026-11-01T00:00:00+00:00", "home": "index.html"}
    page |= {"translations": [], "parameters": {"sources": HOSTILE, "empty": []}, "versions": {"polars": "2"}}
    return page | {"folder": folder, "previous": None, "corpus": "c", "changed": []} | besides


def write_build(folder: Path, pages: dict[str, str], shares: dict[str, tuple], gaps: list[tuple]) -> Path:
    """Pages (title by name), actors' shares (estimate, low, high) and silences (source, days of June) → a build."""
    for place in ("corpora/c", "tables/n"):
        (folder / place).mkdir(parents=True)
    titles = {"page": list(pages), "title": list(pages.values())}
    made = pl.DataFrame(titles).with_columns(mark=pl.lit(1, dtype=pl.UInt64))
    made.write_parquet(folder / "corpora/c/pages.parquet")
    schema.empty(schema.CORRECTIONS).write_parquet(folder / "corpora/c/corrections.parquet")
    columns = ["actor_id", "share", "share_low", "share_high"]
    rows = [(actor, *share) for actor, share in shares.items()]
    pl.DataFrame(rows, schema=columns, orient="row").write_parquet(folder / "tables/n/actors.parquet")
    silences = [(source, date(2024, 6, first), date(2024, 6, last), 0.01) for source, first, last in gaps]
    columns = ["source_id", "first", "last", "chance"]
    pl.DataFrame(silences, schema=columns, orient="row").write_parquet(folder / "tables/n/gaps.parquet")
    manifest = {"started": "2026-10-01T06:00:00+00:00", "versions": {"polars": "2"}}
    manifest["reports"] = [{"name": "n", "corpus": "c"}]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def two_builds(folder: Path) -> dict:
    """→ what the later of two builds says of its report; between them something of every kind changed."""
    was = write_build(folder / "was", {"a": "A", "b": HOSTILE[0]}, {"RUS": (0.1, 0.08, 0.12)}, [("AP", 1, 5)])
    now = write_build(folder / "now", {"a": "A", "c": HOSTILE[1]}, {"RUS": (0.3, 0.2, 0.4)}, [("AP", 10, 20)])
    return about(now, previous=was, changed=["corpus", "package"])


def everything(folder: Path, language: str) -> document.Document:
    """→ a report with every chart, a concordance with hostile rows, and everything around the text."""
    charts = drawn(select(press()), language)
    cells = [new_markdown_cell("# Everything?\n\nA lead."), new_markdown_cell("## Charts\n\nOne of each.")]
    cells += [shown({theme.MIME: chart.to_dict(), "text/plain": "a chart"}) for chart in charts.values()]
    cells += [new_markdown_cell("## Sentences"), in_report(concordance(60, tuple(HOSTILE)), language)]
    cells += [new_markdown_cell("## Short"), in_report(concordance(3), language)]
    return document.render(new_notebook(cells=cells), language, two_builds(folder))


assert wording.LONGEST > 60 + len(HOSTILE)
