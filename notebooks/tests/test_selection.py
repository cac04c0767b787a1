from datetime import date

import polars as pl
import pytest
from synthetic import article, articles, citation, citations, corpus, dates, in_text, mention, mentions, press

from diembao import schema
from diembao.measures import comention, comparison, frequency, intervals, select, selection, sizes
from diembao.schema import DiembaoError

DAY = date(2024, 5, 1)


def steps(chosen) -> dict:
    return dict(chosen.steps.iter_rows())


def test_every_article_left_out_is_accounted_for():
    rows = articles(
        article("a", DAY),
        article("a", DAY, segment=1),
        article("b", DAY, duplicate_of="a"),
        article("c"),
        article("d", date(2023, 1, 1)),
    )
    chosen = select(corpus(rows), date_from="2024")
    assert steps(chosen) == {"segment": 1, "undated": 1, "range": 1, "duplicate": 1, "counted": 1}
    assert chosen.pages.collect()["page"].to_list() == ["a"]


def test_undated_articles_count_without_a_range():
    assert steps(select(corpus(articles(article("a", DAY), article("c")))))["counted"] == 2


def test_an_article_dated_only_to_its_month_is_inside_only_if_the_whole_month_is():
    rows = articles(article("a", date(2024, 5, 1), published_last=date(2024, 5, 31)), article("b", DAY))
    assert select(corpus(rows), date_to="2024-05").articles.height == 2
    assert select(corpus(rows), date_to="2024-05-15").pages.collect()["page"].to_list() == ["b"]


def test_a_duplicate_stands_for_its_group_where_the_original_is_out_of_range():
    rows = articles(
        article("a", date(2024, 4, 30)), article("b", DAY, duplicate_of="a"), article("c", DAY, duplicate_of="a")
    )
    assert select(corpus(rows), date_from="2024-05").pages.collect()["page"].to_list() == ["b"]
    assert select(corpus(rows)).pages.collect()["page"].to_list() == ["a"]
    assert select(corpus(rows), duplicates="printed").articles.height == 3


def test_capitals_line_roles_and_run_on_articles():
    named = mentions(
        mention("a", "USA"),
        mention("a", "USA", reading="gov"),
        mention("a", "USA", reading="place"),
        mention("a", "USA", role="caption"),
        mention("a", "USA") | {"segment": 1},
    )
    news = corpus(articles(article("a", DAY), article("a", DAY, segment=1)), named)
    assert select(news).mentions.height == 2
    assert select(news, capitals="place").mentions.height == 2
    assert select(news, capitals="both").mentions.height == 3
    assert select(news, line_roles=["caption"]).mentions.height == 1
    assert select(news, line_roles="caption, body").mentions.height == 3


def test_dates_count_in_the_chosen_line_roles():
    written = dates(in_text("a", DAY, line=1), in_text("a", DAY, line=2), in_text("a", DAY, line=3))
    news = corpus(articles(article("a", DAY)), dates=written)
    assert select(news).dates.height == 2
    assert select(news, line_roles=["caption"]).dates.height == 1


def test_sources_and_actors_may_be_written_as_the_reader_knows_them():
    news = corpus(articles(article("a", DAY)))
    chosen = select(news, sources="associated press, yonhap", actors=["Triều Tiên", "russia", "NATO"])
    assert chosen.sources == ("AP", "Yonhap")
    assert chosen.actors == ("PRK", "RUS", "NATO")


def test_publishers_and_credits_become_ids_and_unknown_ones_stay():
    rows = articles(article("a", DAY, publisher="Voice of America", credits=["A.P.", "Báo nhà"]))
    chosen = select(corpus(rows, citations=citations(citation("a", "AP"), citation("gone", "AP"))))
    assert chosen.articles["publisher"].to_list() == ["VOA"]
    assert chosen.articles["credits"].to_list() == [["AP", "Báo nhà"]]
    assert chosen.citations.height == 1


def test_actors_the_catalogue_does_not_know_go_by_their_usual_form():
    named = mentions(
        mention("a", "an-nguyen") | {"surface": "An Nguyễn"},
        mention("a", "an-nguyen") | {"surface": "An Nguyễn"},
        mention("a", "an-nguyen") | {"surface": "An"},
    )
    chosen = select(corpus(articles(article("a", DAY)), named), actors=["An Nguyễn"])
    assert chosen.actors == ("an-nguyen",)
    assert chosen.names.rows() == [("an-nguyen", "An Nguyễn", "An Nguyễn")]


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ({"date_from": "2024-06", "date_to": "2024-01"}, ["date_from", "2024-06-01", "2024-01-31", "swap"]),
        ({"date_from": "01/02/2024"}, ["date_from", "01/02/2024", "2024-06-30"]),
        ({"date_to": "2024-02-30"}, ["date_to", "2024-02-30"]),
        ({"date_from": "2030"}, ["no article lies", "2024-05-01"]),
        ({"line_roles": ["titel"]}, ["line_roles", "titel", "headline"]),
        ({"line_roles": []}, ["line_roles", "empty"]),
        ({"capitals": "city"}, ["capitals", "city", "place"]),
        ({"duplicates": "never"}, ["duplicates", "never", "once"]),
        ({"sources": ["Reuter"]}, ["sources", "Reuter", "did you mean Reuters?"]),
        ({"sources": ["Chưa ai nghe"]}, ["sources", "Chưa ai nghe", "outlets.csv"]),
        ({"actors": ["Chinaa"]}, ["actors", "Chinaa", "did you mean CHN"]),
    ],
)
def test_mistakes_name_the_parameter_the_value_and_the_way_out(choice, words):
    with pytest.raises(DiembaoError) as error:
        select(corpus(articles(article("a", DAY))), **choice)
    assert all(word in str(error.value) for word in words), str(error.value)


def test_a_table_that_is_not_wanted_is_empty_and_its_span_says_where_a_mention_stands():
    chosen = select(press(20), parts=["mentions"])
    assert chosen.citations.is_empty() and chosen.dates.is_empty() and chosen.mentions.height
    spans = chosen.spans.collect()
    assert spans.height == chosen.mentions.height and set(schema.MENTIONS) <= set(spans.columns)
    counts = [table.group_by("number", "actor_id", "via").len() for table in (chosen.mentions, spans)]
    counts = [table.cast({"actor_id": pl.String, "via": pl.String}) for table in counts]
    assert counts[0].sort(pl.all()).equals(counts[1].sort(pl.all()))
    without = select(press(20), parts=[])
    assert without.mentions.is_empty() and without.articles.equals(chosen.articles)


def test_the_number_of_an_article_is_the_same_in_every_selection_of_a_corpus():
    news = press(40)
    all_, some = select(news), select(news, date_from="2024", duplicates="printed")
    numbers, fewer = (dict(chosen.pages.select("page", "number").collect().iter_rows()) for chosen in (all_, some))
    assert 0 < len(fewer) < len(numbers) and fewer.items() <= numbers.items()
    assert some.articles["number"].to_list() == sorted(fewer.values())
    assert selection.of(all_.mentions, some.articles).height == some.mentions.height


@pytest.mark.parametrize("united", [2**14, 10])  # articles are drawn one by one, or put together first
@pytest.mark.parametrize("piece", [7])
def test_counting_in_slices_changes_nothing(monkeypatch, piece, united):
    monkeypatch.setattr(intervals, "UNITED", united)
    monkeypatch.setattr(intervals, "UNITS", 8)
    chosen = select(press(50))
    tables, few = (chosen.mentions, chosen.articles, chosen.citations), {"resamples": 20}

    def measured() -> list[pl.DataFrame]:
        measures = (frequency.by_actor, frequency.by_via, frequency.by_role, frequency.by_period, comention.pairs)
        sources = (comparison.actor_shares, comparison.attributed_shares)
        return [
            *(measure(*tables[:2], **few) for measure in measures),
            *(measure(*tables, **few) for measure in sources),
            comparison.log_odds(*tables, **few, permutations=19),
            comparison.distances(*tables, permutations=19),
        ]

    whole = measured()
    for module in (selection, intervals):
        monkeypatch.setattr(module, "SLICE", piece)
    monkeypatch.setattr(intervals, "_TOGETHER", piece)
    assert len(list(selection.slices(chosen.mentions, chosen.articles, "actor_id"))) > 5
    for one, other in zip(whole, measured(), strict=True):
        assert one.height and one.equals(other)


@pytest.mark.parametrize("told", [("page", "segment"), ("number",)])
def test_rows_find_the_place_of_their_article_in_the_order_of_pages(told):
    articles = pl.DataFrame({"page": ["b", "c", "a"], "segment": 0, "number": [5, 7, 2]})
    articles = articles.cast({"number": pl.UInt32}).select(told)
    asked = pl.DataFrame({"page": ["c", "a", "x", "c"], "segment": 0, "number": [7, 2, 9, 7]})
    asked = asked.cast({"number": pl.UInt32}).select(told)
    assert selection.rows_of(asked, articles).to_list() == [2, 0, None, 2]


def test_of_an_archive_only_the_months_of_the_range_are_read():
    news, asked = press(60), []
    whole = select(news, date_from="2024-02", date_to="2024-03")
    news.between = lambda first, last: asked.append((first, last)) or news
    assert select(news, date_from="2024-02", date_to="2024-03").mentions.height == whole.mentions.height > 0
    assert asked == [(date(2024, 2, 1), date(2024, 3, 31))]


def test_sizes_count_everything():
    rows = articles(article("a", DAY), article("a", DAY, segment=1))
    assert dict(sizes(corpus(rows)).iter_rows()) == {
        "pages": 0,
        "articles": 2,
        "lines": 6,
        "mentions": 0,
        "citations": 0,
        "dates": 0,
        "problems": 0,
    }


def test_a_corpus_without_articles_or_without_dates_says_so():
    with pytest.raises(DiembaoError, match="holds no article"):
        select(corpus(articles()))
    with pytest.raises(DiembaoError, match="no article of this corpus is dated"):
        select(corpus(articles(article("a"))), date_from="2024")


def test_a_table_that_would_fan_out_is_refused():
    news = corpus(articles(article("a", DAY)), dates=dates(in_text("a", DAY)))
    doubled = news.lines.collect()
    news.lines = doubled.vstack(doubled).lazy()
    with pytest.raises(Exception, match=r"m:1|fan"):
        select(news)


def rolled(day: date | None, rollup: str, last: date | None = None, **options) -> list[tuple]:
    """An article of that day, named as it may be → actor, kind and way of every mention that counts."""
    rows = articles(article("a", day, published_last=last or day))
    named = mentions(
        mention("a", "USA"),
        mention("a", "USA", reading="gov") | {"surface": "Nhà Trắng"},
        mention("a", "USA", reading="gov") | {"surface": "Washington"},
        mention("a", "PRK", reading="place") | {"surface": "Bình Nhưỡng"},
        mention("a", "vladimir-putin"),
        mention("a", "two-hats"),
        mention("a", "mark-rutte"),
    )
    chosen = select(corpus(rows, named), rollup=rollup, **options)
    return sorted(chosen.mentions.select("actor_id", "actor_kind", "via").rows())


NAMES = [("USA", "state", "name")]
CAPITALS = [("USA", "state", "seat"), ("USA", "state", "capital")]
PERSONS = [("vladimir-putin", "person", "name"), ("two-hats", "person", "name"), ("mark-rutte", "person", "name")]


def test_a_state_counts_by_its_name_its_capital_and_seat():
    day = date(2024, 11, 1)
    assert rolled(day, "none") == sorted(NAMES + PERSONS) == rolled(day, "none", capitals="both")
    assert rolled(day, "capitals") == sorted(NAMES + CAPITALS + PERSONS)
    assert rolled(day, "capitals", capitals="place") == sorted([*NAMES, ("PRK", "state", "capital"), *PERSONS])
    with pytest.raises(DiembaoError, match=r"rollup: 'some'.*none, capitals, all"):
        rolled(day, "some")


@pytest.mark.parametrize(
    "first, last, states",
    [
        (date(2024, 11, 1), None, ["RUS", "USA", "mark-rutte"]),  # an organisation is no state
        (date(2023, 6, 30), None, ["RUS", "two-hats", "mark-rutte"]),  # of two states: nobody knows which
        (date(2023, 7, 1), None, ["RUS", "USA", "mark-rutte"]),
        (date(2010, 1, 1), None, ["vladimir-putin", "two-hats", "mark-rutte"]),  # in no office
        (date(2008, 12, 31), None, ["RUS", "two-hats", "mark-rutte"]),  # to the end of the year it ended in
        (date(2012, 5, 1), date(2012, 5, 31), ["vladimir-putin", "two-hats", "mark-rutte"]),  # not on every day
        (None, None, ["vladimir-putin", "two-hats", "mark-rutte"]),
    ],
)
def test_a_person_counts_for_the_state_of_the_office_held_that_day(first, last, states):
    counted = [row for row in rolled(first, "all", last) if row not in NAMES + CAPITALS]
    assert [actor for actor, *_ in counted] == sorted(states)
    assert [(kind, via) for _, kind, via in counted] == [
        ("state", "office") if actor.isupper() else ("person", "name") for actor in sorted(states)
    ]


def test_rolling_up_moves_mentions_and_loses_none():
    chosen = {rollup: select(press(), rollup=rollup) for rollup in ("none", "capitals", "all")}
    counts = {rollup: made.mentions.height for rollup, made in chosen.items()}
    assert counts["none"] < counts["capitals"] == counts["all"]
    moved = chosen["all"].mentions["via"].value_counts().filter(pl.col("via") == "office")["count"].sum()
    before, after = (
        made.mentions.filter(pl.col("actor_id") == "PRK").height for made in (chosen["capitals"], chosen["all"])
    )
    assert after - before == moved > 0
