"""What changed between two builds is found, and what did not is not."""

from datetime import date

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from diembao import schema
from diembao.measures import change


def pages(**marks):
    rows = {"page": list(marks), "title": [name.upper() for name in marks], "mark": list(marks.values())}
    return pl.DataFrame(rows, schema={"page": pl.String, "title": pl.String, "mark": pl.UInt64})


def actors(**shares):
    """Shares as (estimate, low, high) by actor."""
    rows = [(name, *share) for name, share in shares.items()]
    return pl.DataFrame(
        rows,
        schema={"actor_id": pl.String, "share": pl.Float64, "share_low": pl.Float64, "share_high": pl.Float64},
        orient="row",
    )


def gaps(*rows):
    """Silences as (source, first day of June, last day of June, chance)."""
    days = [(source, date(2024, 6, first), date(2024, 6, last), chance) for source, first, last, chance in rows]
    columns = {"source_id": pl.String, "first": pl.Date, "last": pl.Date, "chance": pl.Float64}
    return pl.DataFrame(days, schema=columns, orient="row")


def found(before, now):
    return change.between(before, now).select("subject", "change", "id").rows()


def test_pages_that_are_new_gone_or_have_other_words():
    before, now = {"pages": pages(a=1, b=2, c=None)}, {"pages": pages(b=3, c=4, d=5)}
    assert found(before, now) == [("page", "new", "d"), ("page", "gone", "a"), ("page", "edited", "b")]
    titles = change.between(before, now)["about"].to_list()
    assert titles == ["D", "A", "B"]


def test_corrections_that_are_new_or_withdrawn():
    one = {"date": [date(2024, 6, 1)], "page": ["a"], "field": ["title"], "value": ["x"], "reason": ["r"]}
    frame = schema.conform(pl.DataFrame(one | {"start": [None], "end": [None], "applied": [True]}), schema.CORRECTIONS)
    empty = schema.empty(schema.CORRECTIONS)
    assert found({"corrections": empty}, {"corrections": frame}) == [("correction", "new", "a")]
    assert found({"corrections": frame}, {"corrections": empty}) == [("correction", "gone", "a")]
    assert found({"corrections": frame}, {"corrections": frame}) == []
    assert change.between({"corrections": empty}, {"corrections": frame})["about"].item() == "title: x"


def test_a_share_moves_only_beyond_both_intervals():
    before = actors(up=(0.1, 0.08, 0.12), wide=(0.1, 0.08, 0.12), down=(0.3, 0.25, 0.35), rare=(0.01, None, None))
    now = actors(up=(0.2, 0.15, 0.25), wide=(0.2, 0.09, 0.31), down=(0.1, 0.05, 0.2), rare=(0.5, 0.4, 0.6))
    told = dict(change.between({"actors": before}, {"actors": now}).select("id", "change").iter_rows())
    assert told == {"up": "up", "wide": "within", "down": "down", "rare": "abstains"}


def test_an_actor_of_one_build_has_the_share_zero_in_the_other_and_is_not_compared():
    table = change.between({"actors": actors(a=(0.2, 0.1, 0.3))}, {"actors": actors(b=(0.4, 0.3, 0.5))})
    assert table.select("id", "change", "before", "now").rows() == [
        ("b", "abstains", 0.0, 0.4),
        ("a", "abstains", 0.2, 0.0),
    ]


def test_what_is_left_of_a_silence_is_no_new_one():
    long, halves = gaps(("AP", 1, 20, 0.01)), gaps(("AP", 1, 9, 0.04), ("AP", 11, 20, 0.03))
    assert found({"gaps": long}, {"gaps": halves}) == [("gap", "gone", "AP")]
    assert found({"gaps": halves}, {"gaps": long}) == [("gap", "new", "AP")]


def test_only_unusual_silences_are_new_and_sources_are_kept_apart():
    before = gaps(("VOA", 1, 20, 0.5))
    now = gaps(("AP", 1, 20, 0.01), ("VOA", 1, 20, 0.5), ("VOA", 22, 25, 0.5), ("TASS", 1, 9, None))
    assert found({"gaps": before}, {"gaps": now}) == [
        ("gap", "new", "AP"),
        ("gap", "usual", "VOA"),
        ("gap", "usual", "TASS"),
    ]


def test_a_table_only_one_build_has_is_skipped():
    assert found({"pages": pages(a=1)}, {"actors": actors(a=(0.2, 0.1, 0.3))}) == []
    assert change.between({}, {}).schema == change.SCHEMA


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 9)), st.data())
def test_pages_are_conserved(before, data):
    now = data.draw(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 9)))
    told = change.between({"pages": pages(**before)}, {"pages": pages(**now)})
    counts = dict(told["change"].value_counts().iter_rows())
    assert len(before) + counts.get("new", 0) - counts.get("gone", 0) == len(now)
    assert counts.get("edited", 0) == sum(before[page] != now[page] for page in before.keys() & now.keys())
    assert change.between({"pages": pages(**now)}, {"pages": pages(**now)}).is_empty()
