import os
import subprocess
import sys

import numpy as np
import polars as pl
import pytest

from diembao.measures import intervals

stats = pytest.importorskip("scipy.stats")


def simulated(draw: np.random.Generator, size: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Articles with mentions that come in clusters: two actors and a rest → items, articles."""
    length = draw.lognormal(0, 0.5, size)
    counts = {
        "A": (draw.random(size) < 0.7) * (1 + draw.poisson(4 * length)),
        "B": (draw.random(size) < 0.3) * (1 + draw.poisson(3 * length)),
        "Z": draw.poisson(10 * length),
    }
    pages = [f"{number:05d}" for number in range(size)]
    items = pl.concat(
        pl.DataFrame({"page": np.repeat(pages, count), "segment": 0, "key": key}) for key, count in counts.items()
    )
    return items, pl.DataFrame({"page": pages, "segment": 0, "syllables": (200 * length).astype(int)})


def test_levels_are_those_of_students_t():
    for articles in (5, 8, 20, 200, 10_000):
        exact = stats.norm.cdf(-np.sqrt(articles / (articles - 1)) * stats.t.ppf(0.975, articles - 1))
        assert intervals.tail_level(articles) == pytest.approx(exact, rel=0.04)
    assert intervals.tail_level(10**6) == pytest.approx(0.025, rel=1e-4)
    assert intervals.tail_level(1) == 0


def test_bounds_are_the_quantiles_of_the_draws():
    draws = np.random.default_rng(3).normal(size=(501, 2))
    low, high = intervals.bounds(draws, np.array([9, 400]))
    for column, articles in enumerate((9, 400)):
        tail = intervals.tail_level(articles)
        assert low[column] == pytest.approx(np.quantile(draws[:, column], tail))
        assert high[column] == pytest.approx(np.quantile(draws[:, column], 1 - tail))


def test_resampling_is_scipys_bootstrap_of_articles():
    draw = np.random.default_rng(11)
    values = np.column_stack([draw.poisson(3, 80), draw.poisson(9, 80)])
    sums = intervals.resampled(values, intervals.generator(1), 9999)
    expected = stats.bootstrap(
        tuple(values.T),
        lambda a, b, axis: a.sum(axis) / b.sum(axis),
        paired=True,
        n_resamples=9999,
        method="percentile",
        rng=2,
    ).confidence_interval
    low, high = np.quantile(sums[:, 0] / sums[:, 1], [0.025, 0.975])
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=0.006)


def test_each_resample_draws_as_many_articles_as_there_are():
    sums = intervals.resampled(np.ones((37, 1)), intervals.generator(5), 100)
    assert set(sums.ravel()) == {37.0}


def test_a_deal_takes_articles_without_replacement():
    values = np.eye(9)
    sums = intervals.dealt(values, 4, intervals.generator(5), 50)
    assert set(np.unique(sums)) == {0.0, 1.0}
    assert set(sums.sum(1)) == {4.0}


def test_wilson_is_scipys():
    rows = pl.DataFrame({"count": [0, 3, 10], "total": [10, 10, 10]})
    low, high = (
        rows.select(intervals.wilson(pl.col("count"), pl.col("total"), end))["count"].to_list() for end in (False, True)
    )
    for place, count in enumerate((0, 3, 10)):
        exact = stats.binomtest(count, 10).proportion_ci(method="wilson")
        assert (low[place], high[place]) == pytest.approx((exact.low, exact.high), abs=1e-12)


def test_false_discovery_rate_is_scipys():
    p = [0.01, None, 0.04, 0.03, 0.5, 0.0005]
    adjusted = intervals.false_discovery_rate(pl.Series(p)).to_list()
    assert adjusted[1] is None
    exact = stats.false_discovery_control([value for value in p if value is not None])
    assert [value for value in adjusted if value is not None] == pytest.approx(list(exact))
    assert intervals.false_discovery_rate(pl.Series([None, None], dtype=pl.Float64)).to_list() == [None, None]


def test_shares_count_rank_and_add_up():
    items, articles = simulated(np.random.default_rng(4), 60)
    table = intervals.shares(items, articles, "key", exposure="syllables")
    assert table["count"].sum() == items.height == table["total"][0]
    assert table["share"].sum() == pytest.approx(1)
    assert table["rank"].to_list() == [1, 2, 3]
    row = table.row(by_predicate=pl.col("key") == "A", named=True)
    assert row["rate"] == pytest.approx(1000 * row["count"] / articles["syllables"].sum())
    assert row["share_low"] < row["share"] < row["share_high"]
    assert row["rate_low"] < row["rate"] < row["rate_high"]
    assert row["articles"] == items.filter(pl.col("key") == "A")["page"].n_unique()


def test_few_articles_abstain_and_keep_the_estimate():
    items = pl.DataFrame({"page": ["a", "b", "c", "d"], "segment": 0, "key": "A"})
    articles = pl.DataFrame({"page": ["a", "b", "c", "d"], "segment": 0})
    row = intervals.shares(items, articles, "key").row(0, named=True)
    assert row["abstains"] and row["share"] == 1 and row["share_low"] is None and row["article_share_low"] is None
    rare = pl.DataFrame({"page": [f"{n}" for n in range(20)], "segment": 0, "key": ["A"] * 14 + ["C"] * 4 + ["B"] * 2})
    table = intervals.shares(rare, rare.select("page", "segment"), "key")
    assert dict(table.select("key", "abstains").iter_rows()) == {"A": False, "B": True, "C": False}


def test_the_order_of_rows_and_the_other_groups_change_nothing():
    items, articles = simulated(np.random.default_rng(4), 40)
    groups = articles.select(
        "page", "segment", side=pl.when(pl.col("page") < "00020").then(pl.lit("x")).otherwise(pl.lit("y"))
    )
    both = intervals.shares(items, articles, "key", groups=groups, group="side")
    shuffled = intervals.shares(
        items.sample(fraction=1, shuffle=True, seed=1),
        articles.sample(fraction=1, shuffle=True, seed=2),
        "key",
        groups=groups.sample(fraction=1, shuffle=True, seed=3),
        group="side",
    )
    assert both.equals(shuffled)
    alone = intervals.shares(items, articles, "key", groups=groups.filter(pl.col("side") == "y"), group="side")
    assert alone.equals(both.filter(pl.col("side") == "y"))


TABLES = """
from synthetic import press
from diembao.measures import comparison, frequency, select
chosen = select(press(300))
tables = chosen.mentions, chosen.articles, chosen.citations
for table in (frequency.by_actor(*tables[:2]), comparison.log_odds(*tables), comparison.distances(*tables)):
    print(table.write_csv(float_precision=17))
"""


def test_the_number_of_threads_changes_no_bit():
    def tables(threads: str) -> str:
        names = ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
        places = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        environment = os.environ | dict.fromkeys(names, threads) | places
        run = subprocess.run(
            [sys.executable, "-c", TABLES], env=environment, capture_output=True, text=True, check=True
        )
        return run.stdout

    one = tables("1")
    assert len(one) > 5_000 and one == tables("4")


def test_intervals_cover_the_true_share():
    """95 % intervals hold the true share in 93–97 % of simulated corpora, give or take three standard errors."""
    draw = np.random.default_rng(20240601)
    items, _ = simulated(draw, 200_000)
    truth = dict(items.group_by("key").len().select("key", pl.col("len") / items.height).iter_rows())
    hits = []
    for _ in range(300):
        sample, articles = simulated(draw, 40)
        table = intervals.shares(sample, articles, "key", resamples=500).filter(pl.col("key") != "Z")
        hits += [
            low <= truth[key] <= high for key, low, high in table.select("key", "share_low", "share_high").iter_rows()
        ]
    assert 0.93 - 3 * 0.009 < np.mean(hits) < 0.97 + 3 * 0.009
