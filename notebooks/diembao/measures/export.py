"""Tidy tables → files that a paper can cite and a spreadsheet can open, with a dictionary of their columns."""

import json
import tomllib
from functools import cache
from pathlib import Path

import polars as pl

from ..schema import DiembaoError

DICTIONARY = Path(__file__).with_name("dictionary.toml")
_ENDS = {"low": "Lower", "high": "Upper"}
# Types of a Table Schema; in a CSV a list is a text
_TYPES = {pl.Boolean: "boolean", pl.Date: "date", pl.Float64: "number", pl.String: "string", pl.List: "string"}


def write(output: str, **tables: pl.DataFrame | pl.LazyFrame) -> pl.DataFrame:
    """A folder and tables by name → `NAME.parquet` and `NAME.csv` in it; output empty: nothing is written.

    A lazy table is never held as a whole.
    Returns table, rows of each. In the CSV a list is written a|b, and an apostrophe stands before a text that a
    spreadsheet would run as a formula. Beside them, for all tables of the folder: `dictionary.csv` (table, column,
    type, unit, description) and the same as a Data Package (Frictionless, `datapackage.json`). Raises `DiembaoError`
    where the folder cannot be written to.
    """
    if output:
        folder = Path(output)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, table in tables.items():
                file = folder / f"{name}.parquet"
                if isinstance(table, pl.LazyFrame):
                    table.sink_parquet(file)
                    tables[name] = pl.scan_parquet(file)
                    _flat(tables[name]).sink_csv(folder / f"{name}.csv")
                else:
                    table.write_parquet(file)
                    _flat(table).write_csv(folder / f"{name}.csv")
            columns = dictionary({file.stem: pl.read_parquet_schema(file) for file in sorted(folder.glob("*.parquet"))})
            columns.write_csv(folder / "dictionary.csv")
            (folder / "datapackage.json").write_text(_package(columns), encoding="utf-8")
        except OSError as error:
            raise DiembaoError(f"output: {output!r} cannot be written to ({error}); name another folder") from None
    rows = [table.lazy().select(pl.len().cast(pl.Int64)).collect().item() for table in tables.values()]
    return pl.DataFrame({"table": list(tables), "rows": rows})


def dictionary(schemas: dict[str, dict[str, pl.DataType]]) -> pl.DataFrame:
    """Tables by name with their columns → a row a column: table, column, type, unit, description (null: not known)."""
    rows = [
        (table, column, _TYPES.get(dtype.base_type(), "integer"), *_described(table, column))
        for table, schema in schemas.items()
        for column, dtype in schema.items()
    ]
    return pl.DataFrame(rows, schema=["table", "column", "type", "unit", "description"], orient="row").cast(pl.String)


@cache
def entries() -> dict[str, dict]:
    """→ `dictionary.toml`: `tables`, `columns`."""
    return tomllib.loads(DICTIONARY.read_text(encoding="utf-8"))


def _described(table: str, column: str) -> tuple[str | None, str | None]:
    """A column of a table → its unit and its description."""
    estimate, _, end = column.rpartition("_")
    own = entries()["tables"].get(table, {}).get("columns", {})
    found = own.get(column) or entries()["columns"].get(column)
    if found is None and end in _ENDS and (known := _described(table, estimate))[1]:
        return known[0], f"{_ENDS[end]} end of the 95% interval of {estimate}; empty where the table abstains"
    if not isinstance(found, str):
        return (found or {}).get("unit"), (found or {}).get("description")
    unit = entries()["columns"].get(column)
    return unit.get("unit") if isinstance(unit, dict) else None, found


def _package(columns: pl.DataFrame) -> str:
    """`dictionary` → a tabular Data Package of the CSV files."""
    resources = []
    for (name,), part in columns.partition_by("table", as_dict=True, maintain_order=True).items():
        fields = part.select("type", "unit", "description", name="column").select("name", pl.exclude("name"))
        resources.append(
            {
                "name": name,
                "path": f"{name}.csv",
                "profile": "tabular-data-resource",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "description": entries()["tables"].get(name, {}).get("description", ""),
                "schema": {"fields": [{k: v for k, v in row.items() if v is not None} for row in fields.to_dicts()]},
            }
        )
    package = {"profile": "tabular-data-package", "name": "diem-bao-tables", "resources": resources}
    return json.dumps(package, ensure_ascii=False, indent=1) + "\n"


def _flat(table: pl.DataFrame | pl.LazyFrame) -> pl.DataFrame | pl.LazyFrame:
    lists = [name for name, dtype in table.collect_schema().items() if dtype == pl.List(pl.String)]
    flat = table.with_columns(pl.col(name).list.join("|") for name in lists)
    text = pl.selectors.string()
    formula = text.str.contains(r"^[=+\-@\t\r]")
    return flat.with_columns(pl.when(formula).then(pl.lit("'") + text).otherwise(text).name.keep())
