import itertools
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from synthetic import article, articles, citation, citations, dates, in_text, press

from diembao.measures import coverage, select

DAYS = (date(2024, 1, 3), date(2024, 1, 4), date(2024, 1, 10), date(2024, 1, 10))
ROWS = articles(
    *(article(f"a{number}", day) for number, day in enumerate(DAYS)),
    article("month", date(2024, 1, 1), published_last=date(2024, 1, 31), published_basis="inferred"),
    article("none"),
)
CITED = citations(citation("a0", "AP"), citation("a2", "AP"), citation("none", "AP"), citation("month", "VOA"))
PAIR = ("AP", "VOA")


def test_how_articles_are_dated():
    table = coverage.dating(ROWS)
    assert table.select("basis", "precision", "articles", "articles_total", "widest").rows() == [
        ("stated", "day", 4, 6, 1),
        ("inferred", "longer", 1, 6, 31),
        ("unknown", "none", 1, 6, None),
    ]


def test_by_source_keeps_dated_undated_and_silent_apart():
    table = coverage.by_source(ROWS, CITED, (*PAIR, "Reuters"))
    assert table.select("source_id", "articles", "day_dated", "longer_dated", "undated", "publication_days").rows() == [
        ("all", 6, 4, 1, 1, 3),
        ("AP", 3, 2, 0, 1, 2),
        ("VOA", 1, 0, 1, 0, 0),
        ("Reuters", 0, 0, 0, 0, 0),
    ]
    assert table.select("first", "last", "span_days", "usual_step").row(0) == (DAYS[0], DAYS[-1], 8, 3.5)


def test_calendar_tells_nothing_from_outside():
    table = coverage.calendar(ROWS, CITED, PAIR)
    runs = table.filter(pl.col("source_id") == "all").select("state", "first", "days", "articles").rows()
    assert runs == [
        ("outside", date(2024, 1, 1), 2, 0),
        ("published", date(2024, 1, 3), 2, 2),
        ("possible", date(2024, 1, 5), 5, 0),
        ("published", date(2024, 1, 10), 1, 2),
        ("outside", date(2024, 1, 11), 21, 0),
    ]
    ap = table.filter(pl.col("source_id") == "AP")["state"].to_list()
    assert ap == ["outside", "published", "nothing", "published", "outside"]
    assert table.filter(pl.col("source_id") == "VOA")["state"].to_list() == ["outside", "possible", "outside"]


def test_a_range_makes_the_days_it_holds_possible_and_no_others():
    rows = articles(
        *(article(f"a{n}", date(2024, 3, day)) for n, day in enumerate((1, 31))),
        article("long", date(2024, 3, 10), published_last=date(2024, 3, 12)),
        article("longer", date(2024, 2, 1), published_last=date(2024, 3, 5)),
        article("undated"),
    )
    runs = coverage.calendar(rows, citations(), ()).select("state", "first", "days").rows()
    assert runs == [
        ("published", date(2024, 3, 1), 1),
        ("possible", date(2024, 3, 2), 4),
        ("nothing", date(2024, 3, 6), 4),
        ("possible", date(2024, 3, 10), 3),
        ("nothing", date(2024, 3, 13), 18),
        ("published", date(2024, 3, 31), 1),
    ]
    assert coverage.gaps(rows, citations(), ())["possible"].to_list() == [2]
    table = coverage.ranges(rows, rows)
    assert table.select("page", "days").rows() == [("longer", 34), ("long", 3)]
    narrow = rows.select("page", "segment", "published_first", "published_last")
    assert coverage.ranges(narrow, rows.lazy()).equals(table)


def test_calendar_has_each_day_once_whatever_the_range():
    chosen = select(press())
    for asked in ({}, {"date_from": "2022-12", "date_to": "2023-06-15"}, {"date_to": "2026"}):
        table = coverage.calendar(chosen.articles, chosen.citations, **asked)
        for (_,), runs in table.partition_by("source_id", as_dict=True).items():
            assert (runs["first"][1:] - runs["last"][:-1] == timedelta(days=1)).all()
            assert runs["days"].sum() == (runs["last"][-1] - runs["first"][0]).days + 1


def test_calendar_without_a_dated_article_is_empty():
    undated = ROWS.filter(pl.col("page") == "none")
    assert coverage.calendar(undated, CITED, PAIR).is_empty()
    assert coverage.gaps(undated, CITED, PAIR).is_empty()


def test_gaps_are_the_days_between_longest_first():
    table = coverage.gaps(ROWS, CITED, PAIR)
    assert table.select("source_id", "first", "last", "days").rows() == [
        ("AP", date(2024, 1, 4), date(2024, 1, 9), 6),
        ("all", date(2024, 1, 5), date(2024, 1, 9), 5),
    ]
    assert table["chance"].null_count() == 2 and table["abstains"].all()


def test_chance_of_a_gap_by_simulation():
    days = sorted({date(2024, 1, 1) + timedelta(days=d) for d in (0, 2, 3, 7, 8, 20, 22, 25, 29)})
    table = coverage.gaps(articles(*(article(f"p{d}", d) for d in days)), citations(), ())
    longest = table.row(0, named=True)
    assert (longest["days"], longest["publication_days"]) == (11, 9)
    draw = np.random.default_rng(1)
    silent = 1 - 8 / 29
    steps = draw.geometric(1 - silent, size=(200_000, 8)) - 1
    assert longest["chance"] == pytest.approx((steps.max(1) >= 11).mean(), abs=0.004)


def test_offsets_are_days_to_the_nearer_end_and_hold_for_every_day_of_publication():
    day = date(2024, 5, 10)
    rows = articles(article("a", day), article("m", date(2024, 5, 1), published_last=date(2024, 5, 31)), article("u"))
    written = dates(
        in_text("a", date(2024, 5, 9)),
        in_text("a", date(2024, 5, 1), date(2024, 5, 31)),
        in_text("a", date(2024, 5, 12), date(2024, 5, 20)),
        in_text("a", date(2014, 1, 1), date(2014, 12, 31)),
        in_text("a", None),
        in_text("m", date(2024, 5, 20)),
        in_text("m", date(2024, 3, 20)),
        in_text("m", date(2024, 5, 1), date(2024, 5, 31)),
        in_text("u", day),
    )
    table = coverage.offsets(written, rows)
    assert table["days"].to_list() == [-1, 0, 2, -3418, None, None, None, 0, None]
    assert table["reach"].to_list() == [
        "days_before",
        "same",
        "days_after",
        "years_before",
        "unplaced",
        "unplaced",
        "months_before",
        "same",
        "unplaced",
    ]
    counts = coverage.reach(written, rows)
    assert counts["reach"].to_list() == list(coverage.REACHES)
    assert counts["dates"].sum() == 9 == counts["dates_total"][0]


def test_every_number_of_days_has_one_bin():
    edges = [(low, high) for _, low, high in coverage.BINS]
    assert all(high + 1 == low for (_, high), (low, _) in itertools.pairwise(edges))


def test_reach_by_source_leaves_no_bin_out():
    chosen = select(press())
    standing = coverage.standing(chosen.articles, chosen.citations, PAIR)
    table = coverage.reach(chosen.dates, chosen.articles, standing)
    assert table["source_id"].unique(maintain_order=True).to_list() == ["all", "AP", "VOA"]
    assert table.height == 3 * len(coverage.REACHES)
    whole = coverage.reach(chosen.dates, chosen.articles)
    assert table.filter(pl.col("source_id") == "all")["dates"].equals(whole["dates"])


def test_the_days_most_written_about():
    day = date(2024, 5, 10)
    rows = articles(article("a", day), article("b", date(2024, 6, 1)), article("u"))
    written = dates(
        in_text("a", day),
        in_text("a", day),
        in_text("b", day),
        in_text("u", date(2024, 1, 1)),
        in_text("u", date(2024, 5, 1), date(2024, 5, 31)),
        in_text("u", None),
    )
    table = coverage.days_named(written, rows)
    assert table.select("day", "dates", "articles", "articles_total", "same_day").rows() == [
        (day, 3, 2, 3, 1),
        (date(2024, 1, 1), 1, 1, 3, 0),
    ]


def test_a_period_of_two_days_names_both():
    first, last = date(2024, 5, 10), date(2024, 5, 11)
    rows = articles(article("a", last), article("b", date(2024, 5, 15)))
    written = dates(in_text("a", first, last), in_text("b", first, last), in_text("b", first, date(2024, 5, 12)))
    table = coverage.days_named(written, rows)
    assert table.select("day", "dates", "articles", "same_day").rows() == [(first, 2, 2, 0), (last, 2, 2, 1)]
    delays = coverage.delays(written, rows, coverage.standing(rows, citations(), PAIR))
    within = delays.filter(pl.col("source_id") == "all").select("days", "articles")
    assert within.rows()[:5] == [(0, 1), (1, 1), (2, 1), (3, 1), (7, 2)]  # b four days after the second of its days


def test_the_delay_is_that_of_the_latest_past_day_an_article_names():
    day = date(2024, 5, 10)
    rows = articles(
        *(article(f"a{n}", day) for n in range(5)),
        article("ahead", day),
        article("range", date(2024, 5, 1), published_last=date(2024, 5, 31)),
        article("u"),
    )
    offsets = {"a0": [0, -9], "a1": [-1, 3], "a2": [-2], "a3": [-40], "a4": [-5000]}
    offsets |= {"ahead": [2], "range": [0], "u": [0]}  # these tell no delay
    written = dates(*(in_text(page, day + timedelta(days=n)) for page, days in offsets.items() for n in days))
    standing = coverage.standing(rows, citations(citation("a0", "AP")), PAIR)
    table = coverage.delays(written, rows, standing)
    whole = table.filter(pl.col("source_id") == "all")
    assert whole["days"].to_list() == list(coverage.DELAYS)
    assert whole["articles"].to_list() == [1, 2, 3, 3, 3, 3, 3, 4, 4] and set(whole["articles_total"]) == {5}
    assert table["source_id"].unique(maintain_order=True).to_list() == ["all", "AP"]
    assert table.filter(pl.col("source_id") == "AP")["abstains"].all()
