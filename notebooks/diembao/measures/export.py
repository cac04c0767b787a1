"""Tidy tables → files that a paper can cite and a spreadsheet can open."""

from pathlib import Path

import polars as pl

from ..schema import DiembaoError


def write(output: str, **tables: pl.DataFrame) -> pl.DataFrame:
    """A folder and tables by name → `NAME.parquet` and `NAME.csv` in it; output empty: nothing is written.

    Returns table, rows of each. In the CSV a list is written a|b, and an apostrophe stands before a text that a
    spreadsheet would run as a formula. Raises `DiembaoError` where the folder cannot be written to.
    """
    if output:
        folder = Path(output)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, table in tables.items():
                table.write_parquet(folder / f"{name}.parquet")
                _flat(table).write_csv(folder / f"{name}.csv")
        except OSError as error:
            raise DiembaoError(f"output: {output!r} cannot be written to ({error}); name another folder") from None
    return pl.DataFrame({"table": list(tables), "rows": [table.height for table in tables.values()]})


def _flat(table: pl.DataFrame) -> pl.DataFrame:
    lists = [name for name, dtype in table.schema.items() if dtype == pl.List(pl.String)]
    flat = table.with_columns(pl.col(name).list.join("|") for name in lists)
    text = pl.selectors.string()
    formula = text.str.contains(r"^[=+\-@\t\r]")
    return flat.with_columns(pl.when(formula).then(pl.lit("'") + text).otherwise(text).name.keep())
