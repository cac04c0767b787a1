import math
import os
import subprocess
import sys
from datetime import date

import numpy as np
import polars as pl
import pytest
from synthetic import article, articles, citation, citations, copies, corpus, mention, mentions, press

from diembao.measures import comparison, select
from diembao.schema import DiembaoError

PAIR = ("AP", "VOA")
ROWS = articles(
    article("a", credits=["AP"], publisher="VOA"),
    article("b", publisher="VOA"),
    article("c"),
    article("d"),
)
CITED = citations(
    citation("a", "AP", "credit"),
    citation("a", "AP", "att"),
    citation("c", "AP", "att"),
    citation("c", "Reuters", "photo"),
    citation("b", "VOA", "pub"),
    citation("gone", "AP", "att"),
)


def standing(basis: str) -> list:
    return comparison.attributed(ROWS, CITED, basis=basis).select("page", "source_id").rows()


def test_what_an_article_stands_on():
    assert standing("credit") == [("a", "AP"), ("b", "VOA")]
    assert standing("attribution") == [("a", "AP"), ("c", "AP")]
    assert standing("any") == [("a", "AP"), ("a", "VOA"), ("b", "VOA"), ("c", "AP")]
    assert comparison.attributed(ROWS, CITED, ["VOA"])["page"].to_list() == ["a", "b"]
    with pytest.raises(DiembaoError, match=r"basis: 'photo'.*credit, attribution, any"):
        comparison.attributed(ROWS, CITED, basis="photo")


def test_role_matrix_counts_by_hand():
    table = comparison.role_matrix(CITED, ROWS, PAIR)
    assert table.height == 3 * 5
    rows = table.select("source_id", "role", "citations", "articles").iter_rows()
    counts = {(source, role): numbers for source, role, *numbers in rows}
    assert counts["AP", "att"] == [2, 2] and counts["AP", "credit"] == [1, 1] and counts["VOA", "pub"] == [1, 1]
    assert counts[comparison.OTHERS, "photo"] == [1, 1] and counts["VOA", "photo"] == [0, 0]
    assert set(table.filter(pl.col("source_id") == "AP")["citations_total"]) == {3}
    assert table["abstains"].all() and table["article_share_low"].null_count() == table.height


def corpus_of(first: dict, second: dict, size: int) -> tuple:
    """Two sources with `size` articles each, the same actor counts in every article of a source."""
    rows, named, cited = [], [], []
    for source, counts in zip(PAIR, (first, second), strict=True):
        for number in range(size):
            page = f"{source}-{number}"
            rows.append(article(page))
            cited.append(citation(page, source))
            named += [mention(page, actor) for actor, count in counts.items() for _ in range(count)]
    return mentions(*named), articles(*rows), citations(*cited)


def test_log_odds_are_those_of_the_paper():
    """One source against another: the formulas of section 3.5.1, worked out here in scalars."""
    tables = corpus_of({"USA": 4, "CHN": 1}, {"USA": 1, "CHN": 3, "RUS": 1}, 6)
    table = comparison.log_odds(*tables, PAIR, prior=10)
    y = {"AP": {"USA": 24, "CHN": 6, "RUS": 0}, "VOA": {"USA": 6, "CHN": 18, "RUS": 6}}
    alpha = {actor: 10 * (y["AP"][actor] + y["VOA"][actor]) / 60 for actor in y["AP"]}
    for actor in y["AP"]:
        odds = [(y[s][actor] + alpha[actor]) / (30 + 10 - y[s][actor] - alpha[actor]) for s in PAIR]
        variance = sum(1 / (y[s][actor] + alpha[actor]) for s in PAIR)
        delta = math.log(odds[0]) - math.log(odds[1])
        found = table.row(by_predicate=(pl.col("source_id") == "AP") & (pl.col("actor_id") == actor), named=True)
        assert found["log_odds"] == pytest.approx(delta)
        assert found["z"] == pytest.approx(delta / math.sqrt(variance))
    mirrored = table.filter(pl.col("source_id") == "VOA")["log_odds"]
    assert mirrored.to_list() == pytest.approx((-table.filter(pl.col("source_id") == "AP")["log_odds"]).to_list())


def test_rare_actors_count_together(monkeypatch):
    tables = corpus_of({"USA": 4, "CHN": 2, "RUS": 1}, {"USA": 1, "CHN": 3, "PRK": 1}, 6)
    whole = comparison.log_odds(*tables, PAIR, prior=0.001)
    monkeypatch.setattr(comparison, "COMPARED", 2)
    leading = comparison.log_odds(*tables, PAIR, prior=0.001)
    assert leading["actor_id"].unique().sort().to_list() == ["CHN", "USA"]
    assert set(leading["mentions_total"]) == set(whole["mentions_total"])
    for column in ("mentions", "log_odds", "log_odds_low", "p"):
        shared = whole.filter(pl.col("actor_id").is_in(["CHN", "USA"]))[column]
        assert leading[column].to_list() == pytest.approx(shared.to_list()), column


def test_log_odds_find_the_source_that_writes_more_of_an_actor():
    chosen = select(press())
    table = comparison.log_odds(chosen.mentions, chosen.articles, chosen.citations)
    found = table.filter(pl.col("differs")).select("source_id", "actor_id").rows()
    assert ("Yonhap", "PRK") in found
    row = table.row(by_predicate=(pl.col("source_id") == "Yonhap") & (pl.col("actor_id") == "PRK"), named=True)
    assert 0 < row["log_odds_low"] < row["log_odds"] < row["log_odds_high"]


def test_few_articles_abstain():
    tables = corpus_of({"USA": 4, "CHN": 1}, {"USA": 1, "CHN": 3}, 4)
    table = comparison.log_odds(*tables, PAIR)
    assert table["abstains"].all() and table["p"].null_count() == table.height and table["log_odds"].null_count() == 0
    distance = comparison.distances(*tables, PAIR).row(0, named=True)
    assert distance["abstains"] and distance["p"] is None and distance["distance"] > 0
    shares = comparison.actor_shares(*tables, (*PAIR, "Reuters"))
    assert shares["abstains"].all()
    assert shares.filter(pl.col("source_id") == "Reuters")["share"].null_count() == 2


def test_a_single_actor_has_no_odds():
    table = comparison.log_odds(*corpus_of({"USA": 4}, {"USA": 1}, 8), PAIR)
    assert table["log_odds"].null_count() == 2 and table["abstains"].all()


def test_articles_without_mentions_give_empty_comparisons():
    _, rows, cited = corpus_of({"USA": 1}, {"USA": 1}, 6)
    assert comparison.log_odds(mentions(), rows, cited, PAIR).is_empty()
    assert comparison.actor_shares(mentions(), rows, cited, PAIR).is_empty()
    assert comparison.distances(mentions(), rows, cited, PAIR)["distance"].to_list() == [None]


def test_distance_is_scipys_jensen_shannon():
    distance = pytest.importorskip("scipy.spatial.distance")
    chosen = select(press())
    table = comparison.distances(chosen.mentions, chosen.articles, chosen.citations, permutations=99)
    base = comparison.attributed(chosen.articles, chosen.citations, ("Reuters", "Yonhap"))
    both = base.filter(pl.len().over("number") == 1)
    counts = (
        chosen.mentions.join(both, on="number", validate="m:1")
        .pivot("source_id", index="actor_id", values="number", aggregate_function="len")
        .fill_null(0)
    )
    found = table.row(by_predicate=(pl.col("source_id") == "Reuters") & (pl.col("other_id") == "Yonhap"), named=True)
    assert found["distance"] == pytest.approx(distance.jensenshannon(counts["Reuters"], counts["Yonhap"], base=2))
    assert found["divergence"] == pytest.approx(found["distance"] ** 2)


def test_distance_of_the_same_and_of_no_actor_in_common():
    same, apart = (
        comparison.distances(*corpus_of(first, second, 6), PAIR).row(0, named=True)
        for first, second in (({"USA": 2}, {"USA": 2}), ({"USA": 2}, {"CHN": 2}))
    )
    assert same["distance"] == 0 and same["p"] == 1
    assert apart["distance"] == 1 and apart["p"] < 0.01


def test_articles_on_both_sources_are_left_out_of_their_distance():
    tables = corpus_of({"USA": 2, "CHN": 1}, {"USA": 1, "CHN": 2}, 6)
    shared = citations(citation("AP-0", "VOA"))
    row = comparison.distances(tables[0], tables[1], tables[2].vstack(shared), PAIR).row(0, named=True)
    assert (row["articles"], row["other_articles"], row["shared_articles"]) == (5, 6, 1)


def test_leaving_a_source_out_changes_no_other_share():
    chosen = select(press())
    tables = chosen.mentions, chosen.articles, chosen.citations
    four = comparison.actor_shares(*tables, actors=["USA", "PRK"])
    two = comparison.actor_shares(*tables, ("Yonhap", "AP"), actors=["USA", "PRK"])
    assert two.equals(pl.concat(four.filter(pl.col("source_id") == source) for source in ("Yonhap", "AP")))


def by_chance(draw: np.random.Generator, size: int, sources: tuple[str, ...]) -> tuple:
    """A corpus in which no source differs: every article is dealt one or two of them at random."""
    rows, named, cited = [], [], []
    for number in range(size):
        page = f"p{number}"
        rows.append(article(page))
        cited += [citation(page, source) for source in draw.choice(sources, draw.integers(1, 3), replace=False)]
        topic = draw.choice(["USA", "CHN", "RUS"])  # mentions of one article belong together
        for actor in ("USA", "CHN", "RUS", "PRK"):
            named += [mention(page, actor)] * (draw.poisson(6 if actor == topic else 1) * (draw.random() < 0.8))
    return mentions(*named), articles(*rows), citations(*cited)


def test_without_a_difference_few_comparisons_are_flagged():
    """By construction p ≤ 0.05 in one of twenty; what is asserted leaves room for three standard errors."""
    draw = np.random.default_rng(7)
    runs, sources = 200, ("AP", "VOA", "Reuters")
    flagged, odds, apart = [], [], []
    for run in range(runs):
        tables = by_chance(draw, 36, sources)
        found = comparison.log_odds(*tables, sources, seed=run, resamples=20, permutations=199)
        flagged.append(found["differs"].any())
        odds += found["p"].drop_nulls().to_list()
        apart += comparison.distances(*tables, sources, seed=run, permutations=199)["p"].drop_nulls().to_list()
    assert len(apart) == 3 * runs and len(odds) > 8 * runs
    # comparisons of one corpus are not independent: as many as there are corpora
    room = 3 * math.sqrt(0.05 * 0.95 / runs)
    assert np.mean(flagged) <= 0.05 + room
    assert np.mean(np.array(odds) <= 0.05) <= 0.05 + room and np.mean(np.array(odds) <= 0.5) > 0.4
    assert np.mean(np.array(apart) <= 0.05) <= 0.05 + room and np.mean(np.array(apart) <= 0.5) > 0.4


def test_p_values_are_those_of_scipys_permutation_test():
    stats = pytest.importorskip("scipy.stats")
    draw = np.random.default_rng(3)
    tables = by_chance(draw, 40, PAIR)
    lone = tables[2].filter(pl.len().over("page") == 1)
    tables = tables[0], tables[1].join(lone, on="page", how="semi"), lone
    row = comparison.distances(*tables, PAIR, permutations=4999).row(0, named=True)
    counts = [
        np.array(
            [
                [
                    tables[0].filter((pl.col("page") == page) & (pl.col("actor_id") == actor)).height
                    for actor in ("USA", "CHN", "RUS", "PRK")
                ]
                for page in lone.filter(pl.col("source_id") == source)["page"]
            ]
        )
        for source in PAIR
    ]

    both = np.vstack(counts)
    index = np.arange(len(both))
    told = stats.permutation_test(
        (index[: len(counts[0])], index[len(counts[0]) :]),
        lambda a, b: comparison._divergence(both[a].sum(0).astype(float), both[b].sum(0).astype(float)),
        alternative="greater",
        n_resamples=4999,
        vectorized=False,
        rng=np.random.default_rng(5),
    )
    assert row["divergence"] == pytest.approx(told.statistic)
    assert row["p"] == pytest.approx(told.pvalue, abs=4 * math.sqrt(0.25 / 5000))


def measured(chosen) -> dict[str, pl.DataFrame]:
    tables = chosen.mentions, chosen.articles, chosen.citations
    few = {"resamples": 100}
    roles = comparison.role_matrix(chosen.citations, chosen.articles)
    return {
        "roles": roles,
        "profiles": comparison.profiles(roles),
        "shares": comparison.actor_shares(*tables, **few),
        "attributed": comparison.attributed_shares(*tables, **few),
        "log_odds": comparison.log_odds(*tables, permutations=99, **few),
        "distances": comparison.distances(*tables, permutations=99),
        "wires": comparison.publishers_by_wire(chosen.articles, chosen.citations),
    }


def test_shuffling_the_pages_changes_nothing():
    news = press(90)
    names = ("articles", "mentions", "citations")
    shuffled = [getattr(news, name).collect().sample(fraction=1, shuffle=True, seed=4) for name in names]
    before, after = (measured(select(made)) for made in (news, corpus(*shuffled)))
    for name, table in before.items():
        assert table.equals(after[name]), name


def test_doubling_every_page_as_a_duplicate_changes_nothing_when_stories_count_once():
    news = press(90)
    names = ("articles", "mentions", "citations")
    whole = [getattr(news, name).collect() for name in names]
    copies = [table.with_columns(page=pl.col("page") + "-copy") for table in whole]
    copies[0] = copies[0].with_columns(duplicate_of=whole[0]["page"], similarity=pl.lit(1.0))
    twice = corpus(*(pl.concat([table, copy]) for table, copy in zip(whole, copies, strict=True)))
    before, after, printed = (
        measured(select(news)),
        measured(select(twice)),
        measured(select(twice, duplicates="printed")),
    )
    for name, table in before.items():
        assert table.equals(after[name]), name
    assert printed["roles"]["citations"].to_list() == (2 * before["roles"]["citations"]).to_list()


def test_leaving_a_source_out_changes_no_others_counts():
    chosen = select(press(90))
    tables = chosen.mentions, chosen.articles, chosen.citations
    asked, left = ("AP", "VOA", "Reuters", "Yonhap"), ("Yonhap", "AP")
    pairs = []
    for sources in (asked, left):
        roles = comparison.role_matrix(tables[2], tables[1], sources)
        wires = comparison.publishers_by_wire(tables[1], tables[2], sources)
        said = comparison.attributed_shares(*tables, sources, ["USA", "PRK"], resamples=200)
        pairs.append((roles, comparison.profiles(roles), wires, said))
    for four, two in zip(*pairs, strict=True):
        key = pl.col("source_id").is_in(left)
        columns = [name for name in ("source_id", "publisher", "role", "actor_id") if name in four.columns]
        assert four.filter(key).sort(columns).equals(two.filter(key).sort(columns))


def test_the_tables_are_the_same_bit_for_bit_on_any_number_of_threads():
    program = (
        "import hashlib, test_comparison as t; from synthetic import press; from diembao.measures import select;"
        "made = t.measured(select(press(60)));"
        "print(hashlib.sha256(repr([(n, table.rows()) for n, table in made.items()]).encode()).hexdigest())"
    )
    told = [
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "POLARS_MAX_THREADS": threads, "OMP_NUM_THREADS": threads,
                 "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
            cwd=os.path.dirname(__file__), capture_output=True, text=True, check=True,
        ).stdout
        for threads in ("1", "2")
    ]  # fmt: skip
    assert told[0] == told[1] and len(told[0]) == 65


def test_a_source_is_what_it_is_in_most_articles():
    cited = citations(
        *(citation(f"p{n}", "AP", "photo") for n in range(4)),
        *(citation("p0", "AP", "att") for _ in range(9)),
        *(citation(f"p{n}", "VOA", "pub") for n in range(3)),
        *(citation(f"p{n}", "VOA", "credit") for n in range(2)),
        citation("p1", "Kyodo"),
    )
    rows = articles(*(article(f"p{n}") for n in range(6)))
    table = comparison.profiles(comparison.role_matrix(cited, rows, ("Yonhap", "AP", "VOA")))
    assert table.rows() == [
        ("Yonhap", None, 0, 6, None, None, "absent"),
        ("AP", "photo", 4, 6, None, None, "photo"),
        ("VOA", "pub", 3, 6, "credit", 2, "pub"),
    ]


def test_what_is_attributed_to_a_source_is_in_the_same_sentence():
    rows = articles(*(article(f"p{n}") for n in range(6)))
    named, cited = [], []
    for n in range(6):
        named += [
            mention(f"p{n}", "USA", sentence=3),
            mention(f"p{n}", "USA", sentence=3),
            mention(f"p{n}", "CHN", sentence=4),
        ]
        named += [mention(f"p{n}", "PRK", sentence=9)] if n < 2 else []
        cited += [
            citation(f"p{n}", "AP", sentence=3),
            citation(f"p{n}", "AP", sentence=3),
            citation(f"p{n}", "VOA", "photo", 4),
        ]
        cited += [citation(f"p{n}", "AP", sentence=9), citation(f"p{n}", "VOA", sentence=9)] if n < 2 else []
    table = comparison.attributed_shares(
        mentions(*named), rows, citations(*cited), ("AP", "VOA", "Reuters"), resamples=50
    )
    counts = table.select(
        "source_id", "actor_id", "mentions", "mentions_total", "sentences", "sentences_total", "articles_total"
    )
    assert counts.rows() == [
        ("AP", "USA", 12, 14, 6, 8, 6),
        ("AP", "PRK", 2, 14, 2, 8, 6),
        ("VOA", "PRK", 2, 2, 2, 2, 2),
        ("VOA", "USA", 0, 2, 0, 2, 2),
        ("Reuters", "PRK", 0, 0, 0, 0, 0),
        ("Reuters", "USA", 0, 0, 0, 0, 0),
    ]
    assert table["abstains"].all()  # what is left to the USA in the sentences of AP stands in two articles
    assert table["share_low"].null_count() == 6


def test_publishers_are_counted_with_the_sources_their_articles_credit():
    rows = articles(
        *(article(f"a{n}", publisher="VnExpress", credits=["AP"] if n < 2 else []) for n in range(5)),
        *(article(f"b{n}", publisher="VOA", credits=["VOA", "AP"]) for n in range(4)),
        article("c", credits=["AP"]),
        article("d", publisher="Mẫu", credits=["AP"]),
    )
    cited = citations(citation("a0", "AP", "credit"), citation("a4", "VOA", "credit"), citation("a3", "AP", "att"))
    table = comparison.publishers_by_wire(rows, cited, PAIR)
    assert table.select("publisher", "source_id", "articles", "articles_total", "abstains").rows() == [
        ("VnExpress", "AP", 2, 5, False),
        ("VnExpress", "VOA", 1, 5, False),
        ("VOA", "AP", 4, 4, True),
        ("Mẫu", "AP", 1, 1, True),
        ("Mẫu", "VOA", 0, 1, True),
    ]
    assert table["article_share"][0] == 0.4 and table["article_share_low"].null_count() == 3
    few = comparison.publishers_by_wire(rows, cited, ["AP"], most=2)
    assert few.select("publisher", "articles", "articles_total").rows() == [("VnExpress", 2, 5), ("others", 5, 5)]


def test_syndicated_groups_say_who_printed_the_story_and_who_was_first():
    first, second = date(2024, 6, 1), date(2024, 6, 2)
    rows = articles(
        article("a", first, publisher="VOA", credits=["AP"]),
        article("b", second, publisher="VnExpress", duplicate_of="a", similarity=0.8),
        article("c", second, publisher="VOA", duplicate_of="a", similarity=0.9, credits=["AP", "AFP"]),
        article("d"),
        article("e", first, publisher="VOA"),
        article("f", first, publisher="VnExpress", duplicate_of="e", similarity=1.0),
        article("g", publisher="VOA"),
        article("h", publisher="VnExpress", duplicate_of="g", similarity=1.0),
    )
    again = copies(rows)
    groups = comparison.syndicated(rows, again)
    assert groups["page"].to_list() == ["a", "e", "g"] and groups["first_publisher"].to_list() == ["VOA", None, None]
    top = groups.row(0, named=True)
    assert (top["articles"], top["publishers"], top["credits"]) == (3, ["VOA", "VnExpress"], ["AFP", "AP"])
    assert (top["published_first"], top["published_last"], top["similarity"]) == (first, second, 0.8)
    assert comparison.reprints(rows, again).rows() == [("VOA", "VOA", 1), ("VOA", "VnExpress", 1)]
    assert comparison.reprints(rows, again, most=1).rows() == [("others", "others", 1)]
    assert comparison.reprints(rows.filter(pl.col("page") > "c"), again).is_empty()
