"""What changed between two builds: the tables of the earlier and of the later one → one tidy table of changes.

A share has moved if the later estimate lies outside the earlier interval and the earlier one outside the later. The two
corpora usually have most articles in common, which makes the difference surer than two separate samples would: the
rule errs on the side of silence. Of many actors compared some move by chance alone, so their number belongs beside.
A silence is new if no earlier silence of its source reaches as far on both sides: what is left of a longer one is not.
"""

from collections.abc import Mapping

import polars as pl

from .selection import attach

UNUSUAL = 0.05  # the chance of a silence at or below which it is worth telling
SUBJECTS = ("page", "correction", "actor", "gap")
CHANGES = ("new", "gone", "edited", "up", "down", "within", "abstains", "usual")
SCHEMA = pl.Schema(
    {
        "subject": pl.String,
        "change": pl.String,
        "id": pl.String,
        "about": pl.String,
        "first": pl.Date,
        "last": pl.Date,
        "before": pl.Float64,
        "before_low": pl.Float64,
        "before_high": pl.Float64,
        "now": pl.Float64,
        "now_low": pl.Float64,
        "now_high": pl.Float64,
    }
)
_CORRECTION = ("date", "page", "field", "start", "end", "value", "reason")
_SHARE = ("share", "share_low", "share_high")
Tables = Mapping[str, pl.DataFrame]


def between(before: Tables, now: Tables) -> pl.DataFrame:
    """Two builds' tables by name → a row a change, in the order of `SUBJECTS`; a table only one of them has is skipped.

    Tables read: `pages` (page, title, mark: null where texts cannot be compared), `corrections` (`schema.CORRECTIONS`),
    `actors` (`frequency.by_actor`), `gaps` (`coverage.gaps`). Columns: subject, change (`new`, `gone`; pages also
    `edited`; actors `up`, `down`, `within` both intervals, `abstains` where a build has no interval; silences `usual`
    where new but likely or untold), id (page, actor or source), about (title, or what was corrected), first and last
    (silent days), before ± and now ± (shares; of silences `now` is the chance of one so long).
    """
    parts = {"pages": _pages, "corrections": _corrections, "actors": _actors, "gaps": _gaps}
    found = [change(before[name], now[name]) for name, change in parts.items() if name in before and name in now]
    return pl.concat([pl.DataFrame(schema=SCHEMA), *found], how="diagonal").select(SCHEMA.names())


def _pages(before: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    columns = pl.col("page", "title", "mark")
    known = before.select(columns).unique("page", keep="first", maintain_order=True)
    both = now.select(columns).unique("page", keep="first", maintain_order=True)
    both = both.join(known, on="page", how="full", suffix="_before", coalesce=True, maintain_order="left_right")
    here, was = ((pl.col("page").is_in(table["page"].implode())) for table in (now, before))
    edited = (pl.col("mark") != pl.col("mark_before")).fill_null(False)
    change = (
        pl.when(here & ~was)
        .then(pl.lit("new"))
        .when(was & ~here)
        .then(pl.lit("gone"))
        .when(edited)
        .then(pl.lit("edited"))
    )
    return (
        both.select(subject=pl.lit("page"), change=change, id="page", about=pl.coalesce("title", "title_before"))
        .drop_nulls("change")
        .sort("change", "id", descending=[True, False])
    )


def _corrections(before: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    def only_in(these: pl.DataFrame, those: pl.DataFrame, change: str) -> pl.DataFrame:
        rows = these.join(those, on=list(_CORRECTION), how="anti", nulls_equal=True, maintain_order="left")
        about = pl.concat_str("field", pl.lit(": "), pl.col("value").fill_null(""))
        return rows.select(subject=pl.lit("correction"), change=pl.lit(change), id="page", about=about)

    return pl.concat([only_in(now, before, "new"), only_in(before, now, "gone")])


def _actors(before: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """Actors of both builds, those of only one with the share 0 in the other, which has no interval."""
    names = {name: name.replace("share", "now") for name in _SHARE}
    every = pl.concat([now.select("actor_id"), before.select("actor_id")]).unique(maintain_order=True)
    both = attach(every, now.select("actor_id", *_SHARE).rename(names), ["actor_id"])
    names = {name: name.replace("share", "before") for name in _SHARE}
    both = attach(both, before.select("actor_id", *_SHARE).rename(names), ["actor_id"])
    rising = (pl.col("now") > pl.col("before_high")) & (pl.col("before") < pl.col("now_low"))
    falling = (pl.col("now") < pl.col("before_low")) & (pl.col("before") > pl.col("now_high"))
    known = pl.all_horizontal(pl.col("before_low", "now_low").is_not_null())
    change = (
        pl.when(~known)
        .then(pl.lit("abstains"))
        .when(rising)
        .then(pl.lit("up"))
        .when(falling)
        .then(pl.lit("down"))
        .otherwise(pl.lit("within"))
    )
    return both.select(
        pl.lit("actor").alias("subject"),
        change.alias("change"),
        pl.col("actor_id").alias("id"),
        pl.col("before", "now").fill_null(0.0),
        pl.col("before_low", "before_high", "now_low", "now_high"),
    )


def _gaps(before: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    def not_inside(these: pl.DataFrame, those: pl.DataFrame) -> pl.DataFrame:
        """The silences of these that no silence of the same source among those covers."""
        spans = those.select("source_id", outer_first="first", outer_last="last")
        covered = (
            these.select("source_id", "first", "last")
            .join(spans, on="source_id")
            .filter((pl.col("outer_first") <= pl.col("first")) & (pl.col("outer_last") >= pl.col("last")))
        )
        return these.join(covered, on=["source_id", "first", "last"], how="anti", maintain_order="left")

    columns = {"subject": pl.lit("gap"), "id": pl.col("source_id"), "first": pl.col("first"), "last": pl.col("last")}
    unusual = pl.col("chance").fill_null(1.0) <= UNUSUAL
    new = not_inside(now, before).select(
        **columns, now="chance", change=pl.when(unusual).then(pl.lit("new")).otherwise(pl.lit("usual"))
    )
    gone = not_inside(before, now).filter(unusual).select(**columns, before="chance", change=pl.lit("gone"))
    return pl.concat([new.sort("change", maintain_order=True), gone], how="diagonal")
