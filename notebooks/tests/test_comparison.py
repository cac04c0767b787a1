import math

import numpy as np
import polars as pl
import pytest
from synthetic import article, articles, citation, citations, mention, mentions, press

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
    both = base.filter(pl.len().over("page") == 1)
    counts = (
        chosen.mentions.join(both, on=["page", "segment"], validate="m:1")
        .pivot("source_id", index="actor_id", values="page", aggregate_function="len")
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


def test_without_a_difference_few_comparisons_are_flagged():
    """Sources dealt out at random: at most 5 % of distances are significant, and hardly any actor is flagged."""
    draw = np.random.default_rng(7)
    flagged, significant = [], []
    for _ in range(40):
        rows, named, cited = [], [], []
        for number in range(48):
            page = f"p{number}"
            rows.append(article(page))
            cited.append(citation(page, PAIR[draw.integers(0, 2)]))
            for actor in ("USA", "CHN", "RUS"):
                named += [mention(page, actor)] * (draw.poisson(3) * (draw.random() < 0.6))
        tables = mentions(*named), articles(*rows), citations(*cited)
        flagged += comparison.log_odds(*tables, PAIR, resamples=50, permutations=199)["differs"].to_list()
        significant.append(comparison.distances(*tables, PAIR, permutations=199)["p"][0] <= 0.05)
    assert np.mean(flagged) <= 0.05
    assert np.mean(significant) <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 40)


def test_syndicated_groups_name_their_publishers():
    rows = articles(
        article("a", publisher="VOA"),
        article("b", publisher="VnExpress", duplicate_of="a"),
        article("c", publisher="VOA", duplicate_of="a"),
        article("d"),
    )
    row = comparison.syndicated(rows).row(0, named=True)
    assert (row["page"], row["articles"], row["publishers"]) == ("a", 3, ["VOA", "VnExpress"])
