"""Counts that are added up give what `frequency` counts anew, whatever the corpus and the choice."""

import re
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from synthetic import KINDS, article, articles, citation, citations, corpus, mention, mentions

from diembao import DiembaoError, measures, open_corpus
from diembao.measures import comparison, coverage, cube, frequency
from diembao.measures.narrow import frame
from diembao.measures.selection import ARTICLE, of
from diembao.schema import CITATION_ROLES, LINE_ROLES

NO_INTERVAL = pl.selectors.exclude(pl.selectors.matches("_(low|high)$"))
DAY = date(2024, 1, 1)


@st.composite
def corpora(draw):
    pages = [f"p{number}" for number in range(draw(st.integers(1, 9)))]
    days = st.one_of(st.none(), st.integers(0, 200))
    rows = []
    for page in pages:
        first = draw(days)
        facts = {
            "syllables": draw(st.integers(0, 50)),
            "publisher": draw(st.sampled_from([None, "VNE", "VOA"])),
            "credits": draw(st.lists(st.sampled_from(["AP", "Associated Press", "BBC"]), max_size=2)),
            "duplicate_of": draw(st.sampled_from([None, None, *pages[:2]])),
        }
        facts["duplicate_of"] = None if facts["duplicate_of"] == page or page in pages[:2] else facts["duplicate_of"]
        row = article(page, None if first is None else DAY + timedelta(first), **facts)
        if first is not None:
            row["published_last"] += timedelta(draw(st.sampled_from([0, 0, 0, 1, 40])))
        rows.append(row)
        if draw(st.booleans()):
            rows.append(row | {"segment": 1, "duplicate_of": None})
    named = st.builds(
        mention,
        st.sampled_from(pages),
        st.sampled_from(list(KINDS)),
        role=st.sampled_from(LINE_ROLES),
        reading=st.sampled_from([None, "gov", "place"]),
    )
    cited = st.builds(
        citation, st.sampled_from(pages), st.sampled_from(["AP", "VOA", "BBC"]), st.sampled_from(CITATION_ROLES)
    )
    return corpus(
        articles(*rows),
        mentions(*draw(st.lists(named, min_size=1, max_size=40))),
        citations(*draw(st.lists(cited, max_size=9))),
    )


CHOICES = st.fixed_dictionaries(
    {
        "date_from": st.sampled_from(["", "", "2024-01-01", "2024-02", "2024-03-05"]),
        "date_to": st.sampled_from(["", "", "2024-04", "2024-06-30", "2024"]),
        "duplicates": st.sampled_from(["once", "printed"]),
    }
)
SOURCES = st.lists(st.sampled_from(["AP", "VOA", "VnExpress", "BBC"]), max_size=2, unique=True)


@settings(max_examples=60)
@given(
    corpora(),
    CHOICES,
    st.sets(st.sampled_from(LINE_ROLES), min_size=1),
    st.sampled_from(["gov", "place", "both"]),
    SOURCES,
    st.sampled_from(comparison.BASES),
    st.sampled_from([(), ("USA", "kim-jong-un")]),
)
def test_what_counts_and_its_tables_are_those_of_select_and_frequency(
    news, choices, roles, capitals, only, basis, actors
):
    halves = [news.mentions.slice(0, 7), news.mentions.slice(7)]
    whole = cube.cube(halves, news.articles, news.citations, news.catalogue.outlets)
    try:
        chosen = measures.select(news, line_roles=sorted(roles), capitals=capitals, **choices)
        counted = chosen.articles
        if only:
            counted = of(counted, comparison.attributed(counted, chosen.citations, only, basis))
            if counted.is_empty():
                raise DiembaoError("only")
    except DiembaoError as error:
        with pytest.raises(DiembaoError, match=re.escape(str(error))):
            cube.chosen(whole, only=only, basis=basis, **choices)
        return
    inside = cube.chosen(whole, only=only, basis=basis, **choices)
    counts = cube.within(whole, sorted(roles), capitals)
    named, options = of(frame(chosen.mentions), counted), {"resamples": 0}
    theirs = chosen.with_pages(counted).select(ARTICLE)
    assert_frame_equal(whole.articles.filter(pl.Series(inside)).select(ARTICLE), theirs)
    found = cube.hits(whole, counts, inside, actors)
    assert found.sum() == (named.filter(pl.col("actor_id").is_in(actors)) if actors else named).height

    ours, theirs = cube.by_actor(whole, counts, inside, actors), frequency.by_actor(named, counted, actors, **options)
    assert_frame_equal(ours.drop("actor_kind"), theirs.select(NO_INTERVAL).drop("actor_kind"), check_column_order=False)

    ours = cube.by_period(whole, counts, inside, actors)
    theirs = frequency.by_period(named, counted, actors, "auto", **options).filter(pl.col("period").is_not_null())
    same = [name for name in ours.columns if name in theirs.columns and name != "rank"]
    assert_frame_equal(ours.select(same), theirs.select(same), check_row_order=False)

    compared = ["VOA", "AP", "VnExpress", "Yonhap"]
    standing = comparison.attributed(counted, chosen.citations, compared, basis)
    ours = cube.by_source(whole, counts, inside, compared, basis, actors)
    theirs = frequency.by_source(named, counted, standing, actors, **options)
    same = [name for name in ours.columns if name in theirs.columns and name != "rank"]
    assert_frame_equal(ours.select(same), theirs.select(same), check_row_order=False)

    ours = cube.calendar(whole, inside, compared, basis)
    assert_frame_equal(ours, coverage.calendar(counted, chosen.citations, compared, basis=basis))


@pytest.fixture(scope="module")
def sample():
    news = open_corpus("sample")
    return news, measures.select(news)


def test_intervals_are_those_of_frequency(sample):
    news, chosen = sample
    whole = cube.cube(news.mentions, news.articles)
    inside, counts = cube.chosen(whole), cube.within(whole)
    theirs = frequency.by_actor(chosen.mentions, chosen.articles, resamples=200)
    ours = cube.resampled(whole, counts, inside, theirs["actor_id"].head(9), resamples=200)
    assert ours["share_low"].null_count() == 0
    assert_frame_equal(ours, theirs.head(9).select(ours.columns), abs_tol=1e-12)


def test_a_mention_whose_article_is_not_there_counts_nowhere():
    named = [mention(*both) for both in (("a", "RUS"), ("a", "RUS"), ("a", "ZZ"), ("lost", "CHN"), ("lost", "RUS"))]
    counted = cube.cube(mentions(*named), articles(article("a")))
    assert counted.actors.select("actor_id", "mentions", "articles").rows() == [("RUS", 2, 1), ("ZZ", 1, 1)]
    assert cube.within(counted).totals.tolist() == [3]


@pytest.mark.parametrize("choice", [{"line_roles": []}, {"line_roles": ["title"]}, {"capitals": "all"}])
def test_a_wrong_choice_is_refused_as_by_select(sample, choice):
    news, _ = sample
    with pytest.raises(DiembaoError) as ours:
        cube.within(cube.cube(news.mentions, news.articles), **choice)
    with pytest.raises(DiembaoError, match=re.escape(str(ours.value))):
        measures.select(news, **choice)
