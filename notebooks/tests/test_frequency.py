import re
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from synthetic import KINDS, article, articles, corpus, mention, mentions, press

from diembao.measures import frequency, select, selection
from diembao.schema import DiembaoError

ROWS = articles(
    article("a", date(2024, 1, 5), syllables=200),
    article("b", date(2024, 3, 5), syllables=300),
    article("c", syllables=500),
    article("d", date(2024, 3, 1), published_last=date(2024, 4, 30)),
)
NAMED = mentions(
    mention("a", "USA", role="headline"),
    mention("a", "USA"),
    mention("a", "CHN"),
    mention("b", "USA"),
    mention("c", "kim-jong-un"),
    mention("elsewhere", "RUS"),
)


def row(table: pl.DataFrame, **where) -> dict:
    return table.row(by_predicate=pl.all_horizontal(pl.col(name) == value for name, value in where.items()), named=True)


def test_by_actor_counts_by_hand():
    table = frequency.by_actor(NAMED, ROWS)
    usa = row(table, actor_id="USA")
    assert (usa["actor_kind"], usa["mentions"], usa["mentions_total"], usa["share"]) == ("state", 3, 5, 0.6)
    assert (usa["articles"], usa["articles_total"], usa["article_share"]) == (2, 4, 0.5)
    assert (usa["syllables"], usa["rate"], usa["rank"]) == (1100, pytest.approx(3000 / 1100), 1)
    assert table["actor_id"].to_list() == ["USA", "CHN", "kim-jong-un"]
    assert table["rank"].to_list() == [1, 2, 2]
    assert table["abstains"].all() and table["share_low"].null_count() == 3


def test_actors_asked_for_are_there_with_zeros_and_keep_the_denominator():
    table = frequency.by_actor(NAMED, ROWS, ["PRK", "CHN"])
    assert table.select("actor_id", "mentions", "mentions_total", "rank").rows() == [
        ("CHN", 1, 5, 2),
        ("PRK", 0, 5, None),
    ]


def test_lazy_tables_are_as_good():
    assert frequency.by_actor(NAMED.lazy(), ROWS.lazy()).equals(frequency.by_actor(NAMED, ROWS))


def test_by_kind_and_by_role():
    assert frequency.by_kind(NAMED, ROWS).select("actor_kind", "mentions").rows() == [
        ("state", 4),
        ("person", 1),
        ("org", 0),
    ]
    table = frequency.by_role(NAMED, ROWS)
    assert row(table, line_role="headline", actor_kind="state")["share"] == 1
    assert row(table, line_role="body", actor_kind="person")["mentions_total"] == 4
    assert frequency.by_role(NAMED.clear(), ROWS).is_empty()


def test_every_month_has_its_rows_and_so_have_month_the_undated():
    table = frequency.by_period(NAMED, ROWS, ["USA"])
    assert table.select("period", "mentions", "articles_total").rows() == [
        (date(2024, 1, 1), 2, 1),
        (date(2024, 2, 1), 0, 0),
        (date(2024, 3, 1), 1, 1),
        (None, 0, 2),
    ]
    assert row(table, period=date(2024, 2, 1))["share"] is None


def test_months_of_undated_articles_only():
    undated = ROWS.filter(pl.col("page") == "c")
    assert frequency.by_period(NAMED, undated, ["USA"])["period"].to_list() == [None]


def test_periods_are_as_fine_as_the_articles_allow():
    def spread(days: int, count: int) -> str:
        rows = articles(*(article(f"p{n}", date(2022, 1, 1) + timedelta(days=n * days)) for n in range(count)))
        return frequency.by_period(NAMED, rows, ["USA"], "auto")["every"][0]

    assert [spread(*shape) for shape in ((3, 60), (12, 60), (30, 24), (60, 12), (200, 6))] == [
        "month",
        "quarter",
        "half",
        "year",
        "year",
    ]
    halves = frequency.by_period(NAMED, ROWS, ["USA"], "half")
    assert halves["period"].to_list() == [date(2024, 1, 1), None]
    with pytest.raises(DiembaoError, match=r"every: 'week'.*month, quarter"):
        frequency.by_period(NAMED, ROWS, every="week")


def test_an_article_counts_for_each_of_its_sources():
    standing = pl.DataFrame({"page": ["a", "a", "b"], "segment": 0, "source_id": ["AP", "VOA", "AP"]}).cast(
        {"segment": pl.Int32}
    )
    table = frequency.by_source(NAMED, ROWS, standing, ["USA", "CHN"])
    assert row(table, source_id="AP", actor_id="USA")["mentions"] == 3
    assert row(table, source_id="VOA", actor_id="CHN")["share"] == pytest.approx(1 / 3)


def test_months_sources_kinds_and_roles_add_up_to_the_total():
    chosen = select(press())
    actors = chosen.mentions["actor_id"].unique().to_list()
    total = chosen.mentions.height
    monthly = frequency.by_period(chosen.mentions, chosen.articles, actors)
    assert monthly["mentions"].sum() == total
    assert monthly.unique("period")["articles_total"].sum() == chosen.articles.height
    assert frequency.by_kind(chosen.mentions, chosen.articles)["mentions"].sum() == total
    assert frequency.by_role(chosen.mentions, chosen.articles)["mentions"].sum() == total
    table = frequency.by_actor(chosen.mentions, chosen.articles)
    assert table["mentions"].sum() == total and table["share"].sum() == pytest.approx(1)
    assert (table["rank_low"] <= table["rank_high"]).all()


places = st.lists(
    st.tuples(
        st.sampled_from([date(2024, 1, 5), date(2024, 1, 28), date(2024, 3, 2), None]),
        st.sampled_from(["AP", "VOA"]),
        st.lists(st.tuples(st.sampled_from(sorted(KINDS)), st.sampled_from(["headline", "lead", "body"])), max_size=6),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=15)
@given(places, st.randoms(use_true_random=False))
def test_shares_sum_to_one_counts_add_up_and_the_order_of_pages_changes_nothing(written, random):
    rows = [article(f"p{number:02}", day) for number, (day, _, _) in enumerate(written)]
    named = [
        mention(row["page"], actor, role=role)
        for row, (_, _, mentioned) in zip(rows, written, strict=True)
        for actor, role in mentioned
    ]
    standing = pl.DataFrame(
        {"page": [row["page"] for row in rows], "segment": 0, "source_id": [source for _, source, _ in written]},
        schema_overrides={"segment": pl.Int32},
    )

    def tables(named: list[dict], rows: list[dict]) -> list[pl.DataFrame]:
        counted, options = (mentions(*named), articles(*rows)), {"resamples": 30}
        return [
            frequency.by_actor(*counted, **options),
            frequency.by_kind(*counted, **options),
            frequency.by_role(*counted, **options),
            frequency.by_period(*counted, sorted(KINDS), **options),
            frequency.by_source(*counted, standing, sorted(KINDS), **options),
        ]

    made = tables(named, rows)
    for table in made:
        assert table["mentions"].sum() == len(named)
    assert made[0]["share"].sum() == pytest.approx(1 if named else 0)
    groups = zip(made[2:], ("line_role", "period", "source_id"), strict=True)
    for table, group in groups:
        sums = table.filter(pl.col("mentions_total") > 0).group_by(group).agg(pl.col("share").sum())["share"]
        assert sums.to_list() == pytest.approx([1] * len(sums))
    ends = made[0].filter(~pl.col("abstains"))
    assert (ends["share_low"] < ends["share"]).all() and (ends["share"] < ends["share_high"]).all()
    random.shuffle(named)
    random.shuffle(rows)
    assert all(again.equals(table) for again, table in zip(tables(named, rows), made, strict=True))


def test_doubling_every_page_as_a_duplicate_changes_nothing():
    news = press(60)
    once = select(news)
    rows, named = (frame.collect() for frame in (news.articles, news.mentions))
    copies = rows.with_columns(page=pl.col("page") + "-copy", duplicate_of="page")
    twice = corpus(pl.concat([rows, copies]), pl.concat([named, named.with_columns(page=pl.col("page") + "-copy")]))
    doubled = select(twice)
    tables = (frequency.by_actor(chosen.mentions, chosen.articles) for chosen in (once, doubled))
    assert next(tables).equals(next(tables))


def test_the_same_seed_gives_the_same_table_and_another_does_not():
    chosen = select(press(60))
    first, again, other = (frequency.by_actor(chosen.mentions, chosen.articles, seed=seed) for seed in (1, 1, 2))
    assert first.equals(again) and not first.equals(other)
    ends = pl.selectors.ends_with("_low", "_high")
    assert first.select(~ends).equals(other.select(~ends))


PAGES = pl.DataFrame(
    {"page": ["a", "b"], "text": ["Hôm nay Mỹ\nvà Trung Quốc họp.", "Đặc phái viên Mỹ ăn trưa. Ông báo Mỹ án binh."]}
)
CONTEXT = mentions(
    *(
        mention(page, "USA") | {"start": at, "end": at + 2, "surface": "Mỹ"}
        for page, at in (("a", 8), ("b", 14), ("b", 34))
    )
)
PRINTED = articles(
    article("a", date(2024, 5, 1), publisher="VnExpress"), article("b", date(2023, 5, 1), publisher="BBC")
)


def test_concordance_shows_the_words_around_a_mention():
    assert frequency.concordance(CONTEXT, PAGES, PRINTED, ["USA"], width=6).row(0) == (
        ("USA", "a", "2024-05-01", "VnExpress", 2, "body", "nay ", "Mỹ", " và")
    )
    assert frequency.concordance(CONTEXT, PAGES, PRINTED, ["CHN"]).is_empty()


@given(
    st.lists(st.text("aệ,“Ư", min_size=1, max_size=6), min_size=1, max_size=12),
    st.lists(st.sampled_from([" ", "\n", " \n "]), min_size=12, max_size=12),
    st.integers(0, 11),
    st.integers(6, 30),
)
@example(["a", "a"], [" \n "] * 12, 0, 6)
def test_a_context_is_of_as_many_whole_words_as_fit(words, spaces, at, width):
    at %= len(words)
    text = "".join(word + space for word, space in zip(words, spaces, strict=False))
    start = sum(len(word + space) for word, space in zip(words[:at], spaces, strict=False))
    place = mention("a", "USA") | {"start": start, "end": start + len(words[at]), "surface": words[at]}
    pages = pl.DataFrame({"page": ["a"], "text": [text]})
    left, right = frequency.concordance(mentions(place), pages, width=width).select("left", "right").row(0)
    assert words[:at][len(words[:at]) - len(left.split()) :] == left.split()
    assert words[at + 1 :][: len(right.split())] == right.split()
    before, behind = text[:start], text[place["end"] :]
    for side, whole, nearest in ((left, before, words[:at][::-1]), (right, behind, words[at + 1 :])):
        assert len(side) <= width and "  " not in side and "\n" not in side
        assert len(whole) > width or side.split() == whole.split()
        further = nearest[: len(side.split()) + 1]  # with one word more it would not fit
        assert side.split() == whole.split() or sum(map(len, further)) + 3 * len(further) > width


def test_a_word_longer_than_the_context_is_cut():
    pages = pl.DataFrame({"page": ["a"], "text": ["x" * 50 + "Mỹ" + "y" * 50]})
    place = mention("a", "USA") | {"start": 50, "end": 52, "surface": "Mỹ"}
    table = frequency.concordance(mentions(place), pages, width=8)
    assert table.select("left", "right").row(0) == ("x" * 8, "y" * 8)


@pytest.mark.parametrize(
    "order, first",
    [
        ("page", ["Hôm", "Đặc", "Đặc"]),
        ("date", ["Đặc", "Đặc", "Hôm"]),
        ("source", ["Đặc", "Đặc", "Hôm"]),
    ],
)
def test_a_concordance_is_sorted_by_what_is_asked(order, first):
    table = frequency.concordance(CONTEXT, PAGES, PRINTED, order=order)
    assert [left[:3] for left in table["left"]] == first


def test_words_sort_as_in_a_vietnamese_dictionary():
    table = frequency.concordance(CONTEXT, PAGES, PRINTED, order="right")
    assert [right.split()[0] for right in table["right"]] == ["án", "ăn", "và"]
    table = frequency.concordance(CONTEXT, PAGES, PRINTED, order="left")
    assert [left.split()[-1] for left in table["left"]] == ["báo", "nay", "viên"]
    words = ["ban", "bàn", "băn", "bân", "bo", "bô", "bơ", "da", "de", "đa", "đê", "tu", "tư", "xa"]
    shuffled = pl.DataFrame({"word": sorted(words, reverse=True)})
    ordered = shuffled.sort(selection.alphabetical(pl.col("word")), "word")["word"].to_list()
    assert ordered == words


@settings(max_examples=30)
@given(
    st.sets(st.tuples(st.sampled_from("abcd"), st.integers(0, 12)), min_size=1, max_size=20),
    st.integers(1, 12),
    st.sampled_from(["page", "date", "source"]),
    st.booleans(),
)
def test_of_more_mentions_than_are_shown_the_first_are(places, most, order, numbered):
    printed = [
        article("a", date(2024, 5, 1), published_last=date(2024, 5, 31), publisher="VOA"),
        article("b", date(2024, 5, 1), publisher="bbc"),
        article("c", publisher="AP"),
        article("d", date(2023, 1, 1)),
    ]
    rows = articles(*printed)
    named = mentions(*(mention(page, "USA") | {"start": at, "end": at + 2} for page, at in places))
    if numbered:
        numbers = rows.select("page").with_row_index("number")
        rows, named = (table.join(numbers, on="page") for table in (rows, named))
    pages = pl.DataFrame({"page": ["a", "b", "d"], "text": ["Mỹ và Trung Quốc họp", "Mỹ rút", "Ông báo Mỹ án binh"]})
    whole, first = (
        frequency.concordance(named.lazy(), pages.lazy(), rows, order=order, most=most) for most in (100, most)
    )
    assert whole.height == len(places) and first.equals(whole.head(most))
    assert whole.filter(pl.col("left").is_null())["page"].unique().to_list() in ([], ["c"])


@settings(max_examples=50)
@given(st.text("aĐệƯ(.*\\ \n", min_size=1, max_size=20), st.text("aĐệƯđỆư(.*\\ ", min_size=1, max_size=3))
def test_what_is_searched_for_is_found_in_any_case_and_with_any_space(text, contains):
    place = mention("a", "USA") | {"start": 0, "end": 1, "surface": text[0]}
    pages = pl.DataFrame({"page": ["a"], "text": [text]})
    around = "".join(frequency.concordance(mentions(place), pages).select("left", "surface", "right").row(0))
    found = frequency.concordance(mentions(place), pages, contains=contains)
    assert found.height == (" ".join(re.split(r"\s+", contains)).lower() in re.sub(r"\s+", " ", around).lower())


def test_a_concordance_can_be_searched():
    found = frequency.concordance(CONTEXT, PAGES, PRINTED, contains="TRUNG quốc")
    assert found["page"].to_list() == ["a"]
    assert frequency.concordance(CONTEXT, PAGES, PRINTED, contains="(").is_empty()
    with pytest.raises(DiembaoError, match=r"order: 'size'.*page, date"):
        frequency.concordance(CONTEXT, PAGES, PRINTED, order="size")


def test_a_period_that_differs_is_told_from_chance():
    """Half of what is written in one month of twelve is about one actor, a tenth elsewhere."""
    rows = articles(*(article(f"p{n:03}", date(2023, 1 + n % 12, 5)) for n in range(240)))
    named = [mention(f"p{n:03}", "USA") for n in range(240) for _ in range(5 if n % 12 == 6 else n // 12 % 2)]
    named += [mention(f"p{n:03}", "CHN") for n in range(240) for _ in range(5 + n % 3)]
    table = frequency.by_period(mentions(*named), rows, ["USA", "CHN"])
    usa = table.filter((pl.col("actor_id") == "USA") & pl.col("differs"))
    assert usa["period"].to_list() == [date(2023, 7, 1)] and table["q"].null_count() == 0
    july = row(table, period=date(2023, 7, 1), actor_id="USA")
    others = [name for name in named if name["page"] not in {f"p{n:03}" for n in range(6, 240, 12)}]
    assert july["rest_share"] == pytest.approx(sum(m["actor_id"] == "USA" for m in others) / len(others))
    assert (table["q"] >= table["p"]).all()


def test_periods_with_too_few_articles_are_not_tested():
    table = frequency.by_period(NAMED, ROWS, ["USA"])
    assert table["p"].null_count() == table.height and table["differs"].null_count() == table.height


def test_what_is_rolled_up_adds_up_to_the_actor():
    named = pl.concat([NAMED, NAMED.clear()]).with_columns(via=pl.lit("name"))
    named = named.with_columns(via=pl.when(pl.col("role") == "headline").then(pl.lit("seat")).otherwise("via"))
    table = frequency.by_via(named, ROWS)
    assert table.filter(pl.col("actor_id") == "USA").select("via", "mentions", "mentions_total").rows() == [
        ("name", 2, 3),
        ("capital", 0, 3),
        ("seat", 1, 3),
        ("office", 0, 3),
    ]
    assert table["actor_id"].unique(maintain_order=True).to_list() == ["USA", "CHN"]
    assert frequency.by_via(named.clear(), ROWS).is_empty()


def test_newcomers_are_the_persons_the_catalogue_does_not_list():
    rows = [("p1", 0, "Kim Song - ae", "kim-song-ae"), ("p1", 20, "Kim Song-ae", "kim-song-ae"),
            ("p2", 0, "Kim Song - ae", "kim-song-ae"),
            ("p2", 30, "Fred Hall", "fred-hall"), ("p2", 50, "Angella Merkel", "angela-merkel")]  # fmt: skip
    mentions = pl.DataFrame(rows, schema=["page", "start", "surface", "actor_id"], orient="row").with_columns(
        basis=pl.lit("candidate"), actor_kind=pl.lit("person")
    )
    found = frequency.newcomers(mentions, ["angela-merkel"])
    assert found.rows() == [
        ("kim-song-ae", "person", "Kim Song-ae", "Kim Song-ae", "", 3, 2),
        ("fred-hall", "person", "Fred Hall", "Fred Hall", "", 1, 1),
    ]
