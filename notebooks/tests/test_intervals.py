import os
import subprocess
import sys

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from diembao.measures import intervals
from diembao.measures.selection import counted

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


def test_the_standard_error_is_scipys_and_the_interval_that_of_a_clustered_sample():
    draw = np.random.default_rng(12)
    counts, sizes = draw.poisson(3, 60) * (draw.random(60) < 0.6), 5 + draw.poisson(9, 60)
    sums = intervals.resampled(np.column_stack([counts, sizes]), intervals.generator(1), 9999)
    expected = stats.bootstrap(
        (counts, sizes), lambda a, b, axis: a.sum(axis) / b.sum(axis), paired=True, n_resamples=9999, rng=2
    ).standard_error
    draws, share = sums[:, :1] / sums[:, 1:], counts.sum() / sizes.sum()
    assert draws.std(ddof=1) == pytest.approx(expected, rel=0.03)
    low, high = intervals.standard(np.array([share]), draws, 60, "logit")
    # Korn & Graubard: the linearised standard error of a ratio, on the logit scale, with Student's t
    error = np.std(counts - share * sizes, ddof=1) * np.sqrt(60) / sizes.sum()
    ends = np.log(share / (1 - share)) + np.array([-1, 1]) * stats.t.ppf(0.975, 59) * error / (share * (1 - share))
    assert (low[0], high[0]) == pytest.approx(tuple(1 / (1 + np.exp(-ends))), rel=0.04)


def test_estimates_at_the_end_of_their_scale_have_no_interval():
    draws = np.random.default_rng(1).random((50, 3))
    draws[:, 2] = 0.5
    low, high = intervals.standard(np.array([0.0, 1.0, 0.5]), draws, 20, "logit")
    assert np.isnan(low).all() and np.isnan(high).all()


def test_departures_are_scipys_permutation_test():
    draw = np.random.default_rng(3)
    counts, sizes, groups = draw.poisson(2, (40, 2)), 5 + draw.poisson(5, 40), np.repeat([0, 1, 2], [10, 10, 20])
    counts[:10, 0] += 1
    p = intervals.departures(counts, sizes, groups, intervals.generator(1), 9999)
    assert p.shape == (3, 2)
    for group, key in ((0, 0), (1, 1), (2, 0)):
        excess = counts[:, key] - sizes * counts[:, key].sum() / sizes.sum()
        sides = excess[groups == group], excess[groups != group]
        exact = stats.permutation_test(
            sides,
            lambda x, y, axis: np.abs(x.sum(axis)),
            vectorized=True,
            n_resamples=9999,
            alternative="greater",
            rng=4,
        )
        assert p[group, key] == pytest.approx(exact.pvalue, abs=0.015)


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


@given(st.lists(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3), st.integers(0, 4)), max_size=9), max_size=9))
def test_counts_in_parts_add_up_to_those_in_one_piece(parts):
    schema = {"count": pl.UInt32, "row": pl.UInt32, "column": pl.UInt32}
    parts = [pl.DataFrame(part, schema=schema, orient="row") for part in parts]
    dense = np.zeros((4, 5), dtype=int)
    for part in parts:
        np.add.at(dense, (part["row"].to_numpy(), part["column"].to_numpy()), part["count"].to_numpy())
    sums = intervals.added_up(parts, (4, 5), np.int32)
    assert sums.shape == (4, 5) and sums.dtype == np.int32 and np.array_equal(sums.toarray(), dense)


def test_how_much_is_counted_at_a_time_changes_nothing(monkeypatch):
    items, articles = simulated(np.random.default_rng(4), 60)
    sides = {"x": pl.col("page") < "00030", "y": pl.col("page") > "00020", "z": pl.col("page") > "00056"}
    groups = pl.concat(
        articles.filter(inside, pl.col("page") != "00025").select("page", "segment", side=pl.lit(side))
        for side, inside in sides.items()
    )
    options = {"groups": groups, "group": "side", "exposure": "syllables"}
    whole = intervals.shares(items, articles, "key", **options)
    assert whole["share_low"].null_count() == 3 < whole.height  # of the few articles of z
    assert intervals.shares(counted(items, articles, "key"), articles, "key", **options).equals(whole)
    every = intervals.shares(items, articles, "key")
    monkeypatch.setattr(intervals, "SLICE", 7)
    monkeypatch.setattr(intervals, "_TOGETHER", 9)
    assert intervals.shares(items, articles, "key", **options).equals(whole)
    assert intervals.shares(items, articles, "key").equals(every)


TABLES = """
from synthetic import press
from diembao.measures import comention, comparison, coverage, frequency, select
chosen = select(press(300))
tables = chosen.mentions, chosen.articles, chosen.citations
for table in (
    frequency.by_actor(*tables[:2]),
    frequency.by_period(*tables[:2]),
    comention.pairs(*tables[:2], order="cluster"),
    comparison.log_odds(*tables),
    comparison.distances(*tables),
    coverage.reach(chosen.dates, chosen.articles, coverage.standing(*tables[1:])),
):
    print(table.write_csv(float_precision=17))
"""


def test_the_number_of_threads_changes_no_bit(tmp_path):
    def tables(threads: str) -> str:
        names = ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
        places = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        places["DIEMBAO_CACHE"] = str(tmp_path / threads)  # what one has drawn is not to be found by the other
        environment = os.environ | dict.fromkeys(names, threads) | places
        run = subprocess.run(
            [sys.executable, "-c", TABLES], env=environment, capture_output=True, text=True, check=True
        )
        return run.stdout

    one = tables("1")
    assert len(one) > 5_000 and one == tables("4")


def corpora(draw: np.random.Generator, articles: int, naming: float, count: int) -> list[np.ndarray]:
    """Articles, how many of them name an actor, and how many corpora → article × corpus mentions, all items, syllables.

    Mentions come in clusters, and a longer article has more of all.
    """
    length = draw.lognormal(0, 0.5, (articles, count))
    named = (draw.random((articles, count)) < naming / articles) * (1 + draw.poisson(3 * length))
    return [named.astype(float), named + draw.poisson(14 * length), np.round(200 * length)]


@pytest.mark.parametrize("articles, naming", [(15, 6), (40, 6), (40, 16), (200, 10), (200, 100), (1000, 300)])
def test_intervals_cover_the_true_share_and_rate(articles, naming):
    """95 % intervals hold the truth in 93–97 % of 2,000 simulated corpora (the standard error of that is 0.5 %)."""
    draw = np.random.default_rng([articles, naming])
    truth = [part.sum() for part in corpora(draw, articles, naming, 400_000 // articles)]
    named, items, syllables = corpora(draw, articles, naming, 2000)
    known = (named > 0).sum(0) >= intervals.MINIMUM_NAMING
    assert known.mean() > 0.9
    sums = intervals.resampled(np.hstack([named, items, syllables]), intervals.generator(1), 1000)
    drawn = np.hsplit(sums, 3)
    for over, scale in ((1, "logit"), (2, "log")):
        whole = (items, syllables)[over - 1].sum(0)
        low, high = intervals.standard(named.sum(0) / whole, drawn[0] / drawn[over], articles, scale)
        value = truth[0] / truth[over]
        assert 0.93 <= ((low <= value) & (value <= high))[known].mean() <= 0.97, scale


def test_the_interval_of_a_rank_holds_the_true_rank():
    """Discrete: at least 93 % of 1,000 simulated corpora, for every rank."""
    draw = np.random.default_rng(5)
    chances = np.array([0.6, 0.5, 0.4, 0.3])
    corpora_ = [(draw.random((40, 4)) < chances) * (1 + draw.poisson(3, (40, 4))) for _ in range(1000)]
    sums = intervals.resampled(np.hstack(corpora_), intervals.generator(2), 500).reshape(500, 1000, 4)
    ranks = np.argsort(np.argsort(-sums, axis=2, kind="stable"), axis=2) + 1.0
    naming = np.array([(corpus > 0).sum(0) for corpus in corpora_])
    low, high = intervals.bounds(ranks.reshape(500, -1), naming.ravel())
    truth = np.tile([1, 2, 3, 4], 1000)
    covered = ((low <= truth) & (truth <= high)).reshape(1000, 4).mean(0)
    assert (covered >= 0.93).all(), covered


@pytest.fixture
def grouped(monkeypatch):
    """Random groups already of a few hundred articles."""
    monkeypatch.setattr(intervals, "UNITED", 300)
    monkeypatch.setattr(intervals, "UNITS", 150)


def linearised(counts: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """The linearised standard error of a share (Korn & Graubard 1998)."""
    share = counts.sum(0) / sizes.sum()
    return np.std(counts - share * sizes[:, None], axis=0, ddof=1) * len(sizes) ** 0.5 / sizes.sum()


def test_standard_errors_of_random_groups_are_those_of_articles():
    """The largest sizes are drawn as random groups: 40,000 articles, actors in half of them and in 30."""
    draw = np.random.default_rng(8)
    length = draw.lognormal(0, 0.6, 40_000)
    chances = np.array([0.5, 0.05, 0.00075])
    counts = (draw.random((40_000, 3)) < chances) * (1.0 + draw.poisson(3 * length)[:, None])
    sizes = counts.sum(1) + draw.poisson(12 * length)
    assert len(counts) > intervals.UNITED
    for values in (np.column_stack([counts, sizes]), csr_array(np.column_stack([counts, sizes]))):
        sums = intervals.resampled(values, intervals.generator(1), 4000)
        error = (sums[:, :-1] / sums[:, -1:]).std(0, ddof=1)
        assert error == pytest.approx(linearised(counts, sizes), rel=0.06)
    assert abs(sums[:, 0].mean() / counts[:, 0].sum() - 1) < 0.001


def test_intervals_from_random_groups_cover_the_true_share_and_rate(grouped):
    """As above, of 1,000 articles in 150 groups; an actor that stands in 40 of them, and one in half."""
    for naming in (40, 500):
        draw = np.random.default_rng([9, naming])
        truth = [part.sum() for part in corpora(draw, 1000, naming, 400)]
        named, items, syllables = corpora(draw, 1000, naming, 2000)
        drawn = np.hsplit(intervals.resampled(np.hstack([named, items, syllables]), intervals.generator(1), 1000), 3)
        for over, scale in ((1, "logit"), (2, "log")):
            whole = (items, syllables)[over - 1].sum(0)
            size = intervals.drawn(1000)
            low, high = intervals.standard(named.sum(0) / whole, drawn[0] / drawn[over], size, scale)
            value = truth[0] / truth[over]
            assert size == 150 and 0.93 <= ((low <= value) & (value <= high)).mean() <= 0.97, (naming, scale)


def test_what_is_drawn_of_a_large_corpus_is_put_together_whatever_its_part(grouped):
    assert [intervals.drawn(*size) for size in ((300,), (301,), (200, 300), (200, 301), (120, 5000))] == [
        300,
        150,
        200,
        150,
        120,
    ]
    values = np.random.default_rng(1).poisson(3, (200, 2)).astype(float)
    alone, part = (intervals.resampled(values, intervals.generator(1), 4000, corpus) for corpus in (0, 5000))
    shares = [sums[:, 0] / sums.sum(1) for sums in (alone, part)]
    assert shares[1].mean() == pytest.approx(shares[0].mean(), rel=0.01)
    assert shares[1].std() == pytest.approx(shares[0].std(), rel=0.15)


@pytest.mark.parametrize("size", [4, 150, 701])
def test_dealing_random_groups_is_dealing_articles(grouped, size):
    """A sum without replacement has the mean and the variance that sampling theory gives it, in either path."""
    draw = np.random.default_rng(10)
    values = draw.poisson(2, (1003, 3)).astype(float)
    values[:, 2] = np.arange(1003) == 500
    sums = intervals.dealt(csr_array(values), size, intervals.generator(3), 6000)
    assert set(sums[:, 2]) == {0, 1} and sums[:, 2].mean() == pytest.approx(size / 1003, abs=0.025)
    values, sums = values[:, :2], sums[:, :2]
    exact = values.var(0, ddof=1) * size * (1 - size / 1003)
    assert sums.mean(0) == pytest.approx(size * values.mean(0), rel=0.01 + 0.1 / size)
    assert sums.var(0, ddof=1) == pytest.approx(exact, rel=0.25)  # 150 groups, so 12 % of it is one standard error
    everything = intervals.dealt(np.ones((1003, 1)), size, intervals.generator(3), 20)
    assert set(everything.ravel()) == {float(size)}


@pytest.mark.parametrize("size", [4, 150, 600])
def test_some_of_the_articles_are_drawn_as_if_there_were_no_others(grouped, size):
    draw = np.random.default_rng(12)
    values, rows = csr_array(draw.poisson(1, (1003, 4)).astype(np.int32)), draw.permutation(1003)[:701]
    alone = values[rows]
    for work, told in ((intervals.dealt, (size,)), (intervals.resampled, ())):
        part = work(values, *told, intervals.generator(3), 50, rows=rows)
        assert np.array_equal(part, work(alone, *told, intervals.generator(3), 50))
    assert np.array_equal(intervals.sums_of(values, rows), alone.sum(0))
    assert np.array_equal(intervals.sums_of(values, rows, naming=True), alone.count_nonzero(0))


def test_departures_from_random_groups_are_those_from_articles(grouped, monkeypatch):
    draw = np.random.default_rng(13)
    sizes, groups = 5 + draw.poisson(5, 900), np.repeat(np.arange(5), [7, 193, 200, 200, 300])
    counts = draw.binomial(sizes[:, None], [0.3, 0.1]).astype(float)
    counts[7:200, 0] += draw.random(193) < 0.35
    # what chance one division into groups brings in (150 of them: 6 % of a standard error) evens out over ten
    found = [intervals.departures(counts, sizes, groups, intervals.generator(seed), 1000) for seed in range(10)]
    p = np.mean(found, axis=0)
    monkeypatch.setattr(intervals, "UNITED", 1000)
    exact = intervals.departures(counts, sizes, groups, intervals.generator(1), 4000)
    assert exact[1, 0] < 0.01 and p[1, 0] < 0.01
    assert np.abs(p - exact).max() < 0.04


def test_where_nothing_changes_at_most_one_in_twenty_is_called_a_change():
    draw = np.random.default_rng(6)
    flagged, below, any_ = [], [], []
    for number in range(400):
        length = draw.lognormal(0, 0.6, 60)
        counts = (draw.random((60, 4)) < 0.5) * (1 + draw.poisson(4 * length)[:, None])
        sizes, groups = counts.sum(1) + draw.poisson(8 * length), np.arange(60) % 6
        p = intervals.departures(counts, sizes, groups, intervals.generator(number), 999).ravel()
        q = intervals.false_discovery_rate(pl.Series(p)).to_numpy()
        below.append((p <= 0.05).mean())
        flagged.append((q <= 0.05).mean())
        any_.append((q <= 0.05).any())
    assert 0.04 < np.mean(below) < 0.06
    assert np.mean(flagged) <= 0.05 and np.mean(any_) <= 0.05 + 2 * (0.05 * 0.95 / 400) ** 0.5
