"""An archive: Delta Lake tables that grow by commits, each of them one state of all tables together.

Delta Lake changes one table atomically. The table `commits` makes a change of all of them atomic: each of its rows
lists a version of every other table, and a reader opens exactly those. A writer that dies leaves versions no row lists;
nobody reads them, and the next writer goes back before them. Every change is written on condition that its table still
stands where this writer left it (optimistic concurrency), the row of `commits` last: of two writers one loses, is told
so, and has changed nothing.

An archive is named by its folder or URL, an earlier state of it by `DIR@12`, the number of a commit, or by
`DIR@2026-11-01T06:00`, a moment in UTC.
"""

import contextlib
import json
import re
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
from deltalake import ColumnProperties, CommitProperties, DeltaTable, WriterProperties, write_deltalake
from deltalake.exceptions import CommitFailedError, DeltaError

from .catalogue import FILES
from .corrections import GIVEN
from .duplicates import BUCKETS, DAYS, SHINGLES
from .schema import (
    ARTICLES,
    CITATIONS,
    CORRECTIONS,
    DATES,
    LINES,
    MENTIONS,
    PAGES,
    PROBLEMS,
    DiembaoError,
    conform,
    empty,
)

UNDATED = "undated"  # the month of a page without a date of publication
# Of each page: hashes of its content and of its corrections, and the `method` its tables were made by.
INDEX = pl.Schema({"page": pl.String, "content": pl.Int64, "corrected": pl.Int64, "method": pl.String})
REPEATS = pl.Schema({"page": pl.String, "duplicate_of": pl.String, "similarity": pl.Float64})
# The files of every catalogue the archive was ever made with, compressed (zlib).
CATALOGUES = pl.Schema({"digest": pl.String, **dict.fromkeys(FILES, pl.Binary)})
UNMARKED = pl.Schema({name: ARTICLES[name] for name in ARTICLES if name not in ("duplicate_of", "similarity")})

# Of every row its page's publisher and month of publication. A month is a partition, a folder of files; in each file
# the rows stand by publisher, so that a reader of one source passes over the row groups of others.
PLACE = pl.Schema({"source": pl.String, "month": pl.String})
# Tables with a partition a month, in the order a reader gets their rows; and those without partitions.
MONTHLY = {
    "pages": (PAGES, ["page"]),
    "articles": (UNMARKED, ["page", "segment"]),
    "lines": (LINES, ["page", "start"]),
    "mentions": (MENTIONS, ["page", "start"]),
    "citations": (CITATIONS, ["page", "start"]),
    "dates": (DATES, ["page", "start"]),
    "buckets": (BUCKETS, ["page"]),
    "shingles": (SHINGLES, ["page"]),
    "index": (INDEX, ["page"]),
}
WHOLE = {
    "repeats": REPEATS,
    "corrections": CORRECTIONS,
    "problems": PROBLEMS,
    "given": GIVEN,
    "catalogues": CATALOGUES,
}
# What a commit says of itself: how many pages it met, and of the archive after it. `tables` is JSON: name → version.
# `oldest` is the first commit that can still be opened.
COMMITS = pl.Schema(
    {
        "number": pl.Int64,
        "time": pl.Datetime("us", "UTC"),
        "operation": pl.String,
        "new": pl.Int64,
        "changed": pl.Int64,
        "unchanged": pl.Int64,
        "extracted_again": pl.Int64,
        "rejected": pl.Int64,
        "pages": pl.Int64,
        "text": pl.Boolean,
        "method": pl.String,
        "catalogue": pl.String,
        "digest": pl.String,
        "oldest": pl.Int64,
        "tables": pl.String,
    }
)
GRACE = timedelta(hours=24)  # what a writer at work has written but not yet committed is never cleaned up before this

_ONCE = CommitProperties(max_commit_retries=0)  # a table that has moved on is a conflict, also for an addition
# The log is the archive's memory: without it an old version cannot be opened.
# Of every file it keeps the least and greatest values by which readers pass over it: not those of whole texts.
_CONFIGURATION = {"delta.logRetentionDuration": "interval 36500 days", "delta.enableExpiredLogCleanup": "false"}
_INDEXED_COLUMNS = {"pages": "2", "buckets": "4", "shingles": "2", "catalogues": "1"}
# So many pages are sorted and written together, with all their rows, which bounds a writer's memory; of some tables
# more, since their rows are short, or fewer, since a page has many.
TOGETHER = 10_000
_TIMES = {"index": 10, "lines": 0.5, "mentions": 0.5}
# Rows of each, at most: of texts and shingles those of few pages are read, of buckets all.
_ROW_GROUPS = {"pages": 1_000, "shingles": 100, "articles": 2_000, "index": 10_000}
_ROW_GROUP = 20_000  # of other tables


class LostError(DiembaoError):
    """Another writer was committed first; nothing of this one is in the archive, and it can be repeated."""


@dataclass(frozen=True, eq=False)
class Snapshot:
    """An archive after one commit: the same tables for as long as it is read, whatever others write."""

    root: str
    facts: dict[str, Any]  # the commit's row, as in `COMMITS`
    opened: dict[str, DeltaTable] = field(default_factory=dict, repr=False)  # whose log has been read

    @property
    def name(self) -> str:
        return f"{self.root}@{self.facts['number']}"

    @property
    def versions(self) -> dict[str, int]:
        """→ the version of each table."""
        return json.loads(self.facts["tables"])

    def open(self, table: str) -> DeltaTable:
        """A table's name → the Delta table at the version of this commit."""
        if table not in self.opened:
            self.opened[table] = _open(self.root, table, self.versions[table])
        return self.opened[table]

    def stored(self, table: str) -> pl.LazyFrame:
        """A table's name → its rows as stored, with their `PLACE` where they have one, in no order."""
        return pl.scan_delta(self.open(table))

    def scan(self, table: str, within: pl.Expr | None = None) -> pl.LazyFrame:
        """A table's name → its rows as `schema.TABLES` has them, in the order of the pages' names.

        within: a condition on `PLACE`, the publisher and month of a row's page; of what it leaves out no file of a
        month is opened, and of the other files no row group in which all rows are of other publishers is read.
        """
        if table in WHOLE:
            rows = self.stored(table).select(WHOLE[table].names())
            return rows.sort("page", maintain_order=True, nulls_last=True) if "page" in WHOLE[table] else rows
        schema, order = MONTHLY[table]
        stored = self.stored(table) if within is None else self.stored(table).filter(within)
        rows = stored.select(schema.names()).sort(order)
        if table != "articles":
            return rows
        repeats = self.stored("repeats").with_columns(segment=pl.lit(0, pl.Int32))
        return conform(rows.join(repeats, on=["page", "segment"], how="left", maintain_order="left"), ARTICLES)

    def parts(self, table: str, rows: int) -> list[pl.LazyFrame]:
        """A monthly table's name → all its rows in parts of so many at most, a month or less, in no order."""
        stored = self.stored(table)
        added = pl.DataFrame(self.open(table).get_add_actions(flatten=True))
        if added.is_empty():
            return [stored.drop(*PLACE)]
        months = added.group_by(month="partition.month").agg(pl.col("num_records").sum()).sort("month")
        return [
            stored.filter(pl.col("month") == month).drop(*PLACE).slice(at, rows)
            for month, held in months.iter_rows()
            for at in range(0, held, rows)
        ]

    def rows(self, table: str, within: pl.Expr | None = None) -> int:
        """A table's name and, as in `scan`, a condition on `month` → the number of its rows; none of them is read."""
        added = pl.DataFrame(self.open(table).get_add_actions(flatten=True))
        if added.is_empty():
            return 0
        return added.filter(True if within is None or table in WHOLE else within)["num_records"].sum()

    def months(
        self, tables: Sequence[str], named: Sequence[str], within: pl.Expr | None = None
    ) -> list[tuple[str, int, list[str]]]:
        """Names of monthly tables → month, rows of the longest of them, names of all files of the named ones, in order.

        within: a condition on `month`. A file never changes, and another never has its name.
        """
        added = {table: pl.DataFrame(self.open(table).get_add_actions(flatten=True)) for table in tables}
        files = pl.concat(
            files.select("path", month="partition.month", rows="num_records", table=pl.lit(table))
            for table, files in added.items()
            if not files.is_empty()
        )
        files = files if within is None else files.filter(within)
        rows = files.group_by("month", "table").agg(pl.col("rows").sum(), pl.col("path"))
        rows = rows.sort("month", "table").group_by("month", maintain_order=True)
        path = pl.col("path").filter(pl.col("table").is_in(list(named))).explode().sort()
        return rows.agg(pl.col("rows").max(), path).rows()

    def reach(self) -> pl.DataFrame:
        """→ `month`, `published_first`, `published_last`: between which a month's `buckets` lie, null if unknown."""
        added = pl.DataFrame(self.open("buckets").get_add_actions(flatten=True))
        if added.is_empty():
            return pl.DataFrame(schema={"month": pl.String, **DAYS})
        bounds = []
        for day, side in zip(DAYS, ("min", "max"), strict=True):
            undated = (pl.col(f"null_count.{day}") > 0).any()
            bound = getattr(pl.col(f"{side}.{day}"), side)()
            bounds.append(pl.when(~undated).then(bound).alias(day))
        return added.group_by(month="partition.month").agg(bounds)

    def on(self, table: str, pages: pl.DataFrame) -> pl.LazyFrame:
        """A monthly table's name; page, published_first, publisher of pages → their rows."""
        places = pages.select("page", month=month(), source=pl.col("publisher").cast(pl.String))
        return rows_of(self.stored(table), places).drop(*PLACE)

    def catalogue_files(self) -> dict[str, bytes]:
        """→ the files of the catalogue this commit was made with, by name."""
        mine = self.stored("catalogues").filter(pl.col("digest") == self.facts["catalogue"]).collect()
        return {name: zlib.decompress(mine[name][0]) for name in FILES}


def rows_of(stored: pl.LazyFrame, places: pl.DataFrame) -> pl.LazyFrame:
    """A monthly table as stored; page, `PLACE` of pages → their rows, in no order.

    Only files of their months are opened, and of these only row groups in which such pages of a source may be.
    """
    near = [stored.clear()]
    for (here,), part in places.group_by("month", maintain_order=True):
        ends = part.group_by("source").agg(first=pl.min("page"), last=pl.max("page"))
        between = [
            (pl.col("source").is_null() if source is None else pl.col("source") == source)
            & pl.col("page").is_between(pl.lit(first), pl.lit(last))
            for source, first, last in ends.rows()
        ]
        named = pl.col("page").is_in(part["page"].implode())
        near.append(stored.filter(pl.col("month") == here, pl.any_horizontal(between), named))
    return pl.concat(near)


def month() -> pl.Expr:
    """Of main articles, the partition their pages belong to."""
    return pl.col("published_first").dt.strftime("%Y-%m").fill_null(UNDATED)


def find(path: str | Path) -> tuple[str, str] | None:
    """A path, perhaps with `@` and a commit or moment behind it → (archive, commit or moment), None if it is none."""
    for root, at in ((str(path), ""), str(path).rpartition("@")[::2]):
        if root and _is_table(f"{root}/commits"):
            return root.rstrip("/"), at
    return None


def pinned(path: str) -> str:
    """The name of a corpus → the same, an archive's with the commit that is its newest now."""
    place = find(path)
    return open_snapshot(*place).name if place else path


def open_snapshot(root: str, at: str = "") -> Snapshot:
    """An archive and a commit's number or a moment (ISO 8601, UTC; empty: now) → its state then.

    `DiembaoError` where it had none yet, or where that state has been cleaned up.
    """
    commits = _commits(root)
    if commits.is_empty():
        raise DiembaoError(f"{root}: nothing has been committed to this archive yet; run `diembao ingest` again")
    found = commits.filter(_until(root, at)).tail(1)
    first, oldest = commits.row(0, named=True), commits["oldest"][-1]
    if found.is_empty():
        since = f"{first['number']} of {first['time']:%Y-%m-%dT%H:%M:%S}"
        raise DiembaoError(f"{root}@{at}: no such commit; the first is {since}, `diembao archive {root}` lists them")
    if found["number"][0] < oldest:
        raise DiembaoError(f"{root}@{at}: has been cleaned up; the oldest state that is kept is {root}@{oldest}")
    return Snapshot(root, found.row(0, named=True))


def _until(root: str, at: str) -> pl.Expr:
    """A commit's number or a moment → which rows of `commits` are not after it."""
    if not at:
        return pl.lit(True)
    if at.isdigit():
        return (pl.col("number") <= int(at)) & (pl.col("number").max() >= int(at))
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise DiembaoError(
            f"{root}@{at}: {at!r} is neither the number of a commit nor a moment such as 2026-11-01T06:00"
        ) from None
    return pl.col("time") <= (moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _commits(root: str) -> pl.DataFrame:
    return pl.scan_delta(_open(root, "commits")).sort("number").collect()


def _is_table(place: str) -> bool:
    if "://" not in place:
        return Path(place, "_delta_log").is_dir()  # the library would make the folder it asks for
    try:
        return DeltaTable.is_deltatable(place)
    except (DeltaError, OSError) as error:
        raise DiembaoError(f"{place}: cannot be reached ({why(error)}); check the address and AWS_… settings") from None


def _open(root: str, table: str, version: int | None = None) -> DeltaTable:
    try:
        return DeltaTable(f"{root}/{table}", version=version)
    except (DeltaError, OSError) as error:
        raise DiembaoError(
            f"{root}/{table}: cannot be opened ({why(error)}); an archive is copied with all its files"
        ) from None


def why(error: Exception) -> str:
    """An error of a library → its message in one line, without colours, not too long."""
    return " ".join(re.sub(r"\x1b\[[0-9;]*m", "", str(error)).split())[:300]


# Writing -------------------------------------------------------------------------------------------------------------


class Transaction:
    """What one writer changes in an archive, seen by nobody before `commit`; `LostError` where another was first.

    base: the state it starts from, None in an archive without commits.
    """

    def __init__(self, root: str):
        self.root = root
        _create(root, "commits", COMMITS)
        self._log = _open(root, "commits")
        rows = pl.scan_delta(self._log).sort("number").collect()
        self.base = Snapshot(root, rows.row(-1, named=True)) if rows.height else None
        self._versions = self.base.versions if self.base else dict.fromkeys((*MONTHLY, *WHOLE), 0)
        if self._versions.keys() != {*MONTHLY, *WHOLE}:
            raise DiembaoError(
                f"{root}: was made by another version of this package, which kept other tables; it can be read, "
                "but not changed: ingest its pages into another folder"
            )
        for table, schema in WHOLE.items():
            _create(root, table, schema)
        for table, (schema, _) in MONTHLY.items():
            _create(root, table, placed(schema), ["month"])
        self._held: dict[str, DeltaTable] = {}

    def append(self, table: str, rows: pl.LazyFrame) -> None:
        """Adds rows to a table; nothing happens where there are none."""
        held = self._sorted(table, rows)
        if held.height:
            self._write(table, held, mode="append")

    def replace(self, table: str, rows: pl.LazyFrame, months: Collection[str] | None = None) -> None:
        """Puts rows in the place of a table, or of some of its months, to which all of them must belong."""
        where = {} if months is None else {"predicate": _in_months(months)}
        if months is None or months:
            self._write(table, self._sorted(table, rows), mode="overwrite", **where)

    def compact(self, table: str) -> None:
        """Joins a table's small files, in memory those of a month or of several small ones."""
        held = self._hold(table)
        files = pl.DataFrame(held.get_add_actions(flatten=True))
        if table in WHOLE:
            if files.height > 1:
                self.replace(table, pl.scan_delta(held))
            return
        months = files.group_by(month="partition.month").agg(files=pl.len(), rows=pl.col("num_records").sum())
        several = dict(months.filter(pl.col("files") > 1).sort("month").select("month", "rows").iter_rows())
        for together in in_portions(several, _ROW_GROUPS.get(table, _ROW_GROUP) * 10):
            rows = pl.scan_delta(self._hold(table)).filter(pl.col("month").is_in(together))
            self.replace(table, rows, together)

    def commit(self, operation: str, **facts: Any) -> Snapshot:
        """Makes all changes seen at once → the archive after them. facts: columns of `COMMITS`."""
        versions = {**self._versions, **{table: held.version() for table, held in self._held.items()}}
        before = self.base.facts if self.base else {"number": 0, "time": datetime.min.replace(tzinfo=UTC), "oldest": 1}
        row = {
            "number": before["number"] + 1,
            "time": max(datetime.now(UTC), before["time"]),
            "operation": operation,
            "oldest": before["oldest"],
            **facts,
            "tables": json.dumps(versions),
        }
        while True:
            try:
                write_deltalake(self._log, pl.DataFrame([row], schema=COMMITS), mode="append", commit_properties=_ONCE)
                return Snapshot(self.root, row)
            except CommitFailedError as error:
                self._log = _open(self.root, "commits")
                if pl.scan_delta(self._log).select(pl.len()).collect().item() >= row["number"]:
                    raise _lost(self.root) from error  # otherwise two have made this table at once, twice

    def _sorted(self, table: str, rows: pl.LazyFrame) -> pl.DataFrame:
        if table in WHOLE:
            return rows.collect()
        schema, order = MONTHLY[table]
        return rows.select(placed(schema).names()).collect().sort("month", "source", *order)

    def _write(self, table: str, rows: pl.DataFrame, **options: Any) -> None:
        size = _ROW_GROUPS.get(table, _ROW_GROUP)
        hashes = ColumnProperties(dictionary_enabled=table not in ("buckets", "shingles"))  # these are all different
        properties = WriterProperties(compression="ZSTD", max_row_group_size=size, default_column_properties=hashes)
        options = {"commit_properties": _ONCE, "writer_properties": properties, **options}
        while True:
            held = self._hold(table)
            mine = held.version()
            try:
                return write_deltalake(held, rows, **options)
            except CommitFailedError as error:
                if not self._is_last(table):
                    raise _lost(self.root) from error
                self._versions[table] = mine  # what the one before wrote on top is undone
                del self._held[table]

    def _is_last(self, table: str) -> bool:
        """Whether no other writer has begun after this one, whose writing then goes on: all begin with the index."""
        mine = self._held.get("index")
        return table != "index" and mine is not None and _open(self.root, "index").version() == mine.version()

    def _hold(self, table: str) -> DeltaTable:
        """→ the Delta table at this writer's version; what a writer that died has left on top is undone first."""
        if table not in self._held:
            held = _open(self.root, table)
            if held.version() != self._versions[table]:
                with _conflicts(self.root):
                    held.restore(self._versions[table], commit_properties=_ONCE)
            self._held[table] = held
        return self._held[table]


class _conflicts:
    """Turns the library's report of a conflict into `LostError`."""

    def __init__(self, root: str):
        self.root = root

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, CommitFailedError):
            raise _lost(self.root) from error


def _lost(root: str) -> LostError:
    told = "another writer was committed first; nothing of this one is in the archive: run it again"
    return LostError(f"{root}: {told}")


def placed(schema: pl.Schema) -> pl.Schema:
    """The columns of a table → those of its rows in an archive."""
    return pl.Schema({"source": PLACE["source"], **schema, "month": PLACE["month"]})


def in_portions(sizes: Mapping[str, int], limit: int) -> Iterator[list[str]]:
    """Names and a size of each → the names in order, several together as long as their sizes stay within the limit."""
    together, total = [], 0
    for name, size in sizes.items():
        if together and total + size > limit:
            yield together
            together, total = [], 0
        together.append(name)
        total += size
    if together:
        yield together


def together(table: str) -> int:
    """A monthly table's name → of how many pages its rows are sorted and written together."""
    return max(1, int(TOGETHER * _TIMES.get(table, 1)))


def _in_months(months: Collection[str]) -> str:
    listed = ", ".join(f"'{month}'" for month in sorted(months))
    return f"month IN ({listed})"


def _create(root: str, table: str, schema: pl.Schema, months: list[str] | None = None) -> None:
    place = f"{root}/{table}"
    if not _is_table(place):
        configuration = {**_CONFIGURATION, "delta.dataSkippingNumIndexedCols": _INDEXED_COLUMNS.get(table, "32")}
        try:
            with contextlib.suppress(CommitFailedError):  # another writer has made it just now
                write_deltalake(place, empty(schema), partition_by=months, mode="ignore", configuration=configuration)
        except (DeltaError, OSError) as error:
            told = f"{root}: cannot be written ({why(error)}); choose another place for --archive"
            raise DiembaoError(told) from None


# Keeping house -------------------------------------------------------------------------------------------------------


def compact(root: str) -> Snapshot:
    """Joins the small files that daily additions leave → the archive after it, with the same rows."""
    transaction = Transaction(root)
    base = _committed(root, transaction)
    for table in (*MONTHLY, *WHOLE):
        transaction.compact(table)
    return transaction.commit("compact", **_nothing_met(base))


def clean(root: str, older_than: timedelta) -> tuple[Snapshot, int]:
    """Removes the states that were replaced longer ago → (the archive, number of files removed).

    Who reads a state that is kept is not disturbed: that of `older_than` ago and all later ones.
    """
    transaction = Transaction(root)
    base = _committed(root, transaction)
    cutoff = datetime.now(UTC) - older_than
    commits = _commits(root).filter(pl.col("number") >= base.facts["oldest"])
    then = commits.filter(pl.col("time") <= cutoff)["number"].max()
    kept = commits.filter(pl.col("number") >= (then or base.facts["oldest"]))
    # committed before anything is removed, so that nobody is offered what is about to go
    after = transaction.commit("clean", **{**_nothing_met(base), "oldest": kept["number"].min()})
    versions = [json.loads(tables) for tables in kept["tables"]]
    hours = int(max(older_than, GRACE) / timedelta(hours=1))
    removed = 0
    for table in (*MONTHLY, *WHOLE):
        removed += len(
            _open(root, table).vacuum(
                retention_hours=hours,
                dry_run=False,
                enforce_retention_duration=False,
                full=True,
                keep_versions=sorted({row[table] for row in versions}),
            )
        )
    return after, removed


def _committed(root: str, transaction: Transaction) -> Snapshot:
    if transaction.base is None:
        raise DiembaoError(f"{root}: nothing has been committed to this archive yet; run `diembao ingest` first")
    return transaction.base


def _nothing_met(base: Snapshot) -> dict[str, Any]:
    """A state → the facts of a commit that adds no page to it."""
    counts = dict.fromkeys(("new", "changed", "unchanged", "extracted_again", "rejected"), 0)
    return {**{name: base.facts[name] for name in ("pages", "text", "method", "catalogue", "digest")}, **counts}


def history(snapshot: Snapshot) -> pl.DataFrame:
    """A state → commit, time, operation and what it met, as in `COMMITS`, up to it, oldest first."""
    commits = _commits(snapshot.root).filter(pl.col("number") <= snapshot.facts["number"])
    met = ("new", "changed", "unchanged", "extracted_again", "rejected", "pages")
    return commits.select(pl.col("number").alias("commit"), "time", "operation", *met)


def sizes(snapshot: Snapshot) -> pl.DataFrame:
    """A state → part (a table), rows, files, megabytes (10⁶ bytes of the Parquet files it consists of)."""
    rows = []
    for table in snapshot.versions:
        added = pl.DataFrame(snapshot.open(table).get_add_actions(flatten=True))
        rows.append((table, added["num_records"].sum(), added.height, added["size_bytes"].sum() / 1e6))
    schema = {"part": pl.String, "rows": pl.Int64, "files": pl.Int64, "megabytes": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def days(snapshot: Snapshot) -> pl.DataFrame:
    """A state → day_dated, longer_dated, undated (main articles), and of the first: publication_days, first, last."""
    main = snapshot.stored("articles").filter(pl.col("segment") == 0)
    first, last = pl.col("published_first"), pl.col("published_last")
    day = first.filter(first == last)
    return main.select(
        day_dated=day.len(),
        longer_dated=(first < last).sum(),
        undated=(first == last).is_null().sum(),
        publication_days=day.n_unique(),
        first=day.min(),
        last=day.max(),
    ).collect()


def sources(snapshot: Snapshot, most: int = 20) -> pl.DataFrame:
    """A state → source, as_publisher, credited (main articles): those with the most."""
    main = snapshot.stored("articles").filter(pl.col("segment") == 0)
    published = main.select(source="publisher", as_publisher=1, credited=0)
    credited = main.select(source=pl.col("credits").explode(), as_publisher=0, credited=1)
    both = pl.concat([published, credited]).drop_nulls("source").group_by("source").sum()
    count = pl.col("as_publisher") + pl.col("credited")
    return both.sort(count, "source", descending=[True, False]).head(most).collect()
