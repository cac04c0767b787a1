"""Counts that are added up give what `frequency` counts anew, whatever the corpus and the choice."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from synthetic import KINDS, article, articles, citation, citations, mention, mentions

from diembao import measures, open_corpus
from diembao.measures import comparison, cube, frequency
from diembao.schema import COUNTED_ROLES, LINE_ROLES

NO_INTERVAL = pl.selectors.exclude(pl.selectors.matches("_(low|high)$"))
DAY = date(2024, 1, 1)


@st.composite
def corpora(draw):
    pages = [f"p{number}" for number in range(draw(st.integers(1, 9)))]
    days = st.one_of(st.none(), st.integers(0, 200))
    made = articles(
        *(
            article(
                page, None if (day := draw(days)) is None else DAY + timedelta(day), syllables=draw(st.integers(0, 50))
            )
            for page in pages
        )
    )
    named = st.builds(
        mention,
        st.sampled_from(pages),
        st.sampled_from(list(KINDS)),
        role=st.sampled_from(LINE_ROLES),
        reading=st.sampled_from([None, "gov", "place"]),
    )
    cited = st.builds(
        citation, st.sampled_from(pages), st.sampled_from(["AP", "VOA"]), st.sampled_from(["att", "credit"])
    )
    return (
        made,
        mentions(*draw(st.lists(named, min_size=1, max_size=40))),
        citations(*draw(st.lists(cited, max_size=9))),
    )


@settings(deadline=None, max_examples=60)
@given(
    corpora(), st.sets(st.sampled_from(LINE_ROLES), min_size=1), st.sampled_from(["gov", "place", "both"]), st.data()
)
def test_tables_are_those_of_frequency(made, roles, capitals, data):
    every, named, cited = made
    counted = every.filter(pl.Series(data.draw(st.lists(st.booleans(), min_size=every.height, max_size=every.height))))
    if counted.is_empty():
        counted = every
    read = pl.lit(True) if capitals == "both" else pl.col("reading").is_null() | (pl.col("reading") == capitals)
    chosen = named.filter(pl.col("role").is_in(list(roles)) & read)
    whole = cube.cube(named, every)
    counts = cube.within(whole, cube.numbers(whole, counted), sorted(roles), capitals)
    actors = data.draw(st.sampled_from([(), ("USA", "kim-jong-un")]))
    options = {"resamples": 0}

    ours, theirs = cube.by_actor(whole, counts, counted, actors), frequency.by_actor(chosen, counted, actors, **options)
    assert_frame_equal(ours.drop("actor_kind"), theirs.select(NO_INTERVAL).drop("actor_kind"), check_column_order=False)

    ours = cube.by_period(whole, counts, counted, actors)
    theirs = frequency.by_period(chosen, counted, actors, "auto", **options).filter(pl.col("period").is_not_null())
    same = [name for name in ours.columns if name in theirs.columns and name != "rank"]
    assert_frame_equal(ours.select(same), theirs.select(same), check_row_order=False)

    standing = comparison.attributed(counted, cited)
    ours = cube.by_source(whole, counts, counted, standing, actors)
    theirs = frequency.by_source(chosen, counted, standing, actors, **options)
    same = [name for name in ours.columns if name in theirs.columns and name != "rank"]
    assert_frame_equal(ours.select(same), theirs.select(same), check_row_order=False)


@pytest.fixture(scope="module")
def sample():
    news = open_corpus("sample")
    return news, measures.select(news)


def test_intervals_are_those_of_frequency(sample):
    news, chosen = sample
    whole = cube.cube(news.mentions, news.articles)
    counts = cube.within(whole, cube.numbers(whole, chosen.articles), COUNTED_ROLES)
    theirs = frequency.by_actor(chosen.mentions, chosen.articles, resamples=200)
    ours = cube.resampled(whole, counts, chosen.articles, theirs["actor_id"].head(9), resamples=200)
    assert ours["share_low"].null_count() == 0
    assert_frame_equal(ours, theirs.head(9).select(ours.columns), abs_tol=1e-12)
