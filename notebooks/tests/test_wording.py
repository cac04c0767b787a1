import re
from datetime import date
from string import Formatter

import polars as pl
import pytest
from synthetic import article, articles, citation, citations, copies, corpus, mention, mentions, press

from diembao import open_corpus, schema, wording
from diembao.measures import comention, comparison, coverage, frequency, intervals, narrow, select
from diembao.schema import DiembaoError
from diembao.wording import Finding, Shown, Words

EN, VI = Words("en"), Words("vi")


@pytest.mark.parametrize("key", wording.strings())
def test_both_languages_say_the_same(key):
    forms = wording.strings()[key]
    assert set(forms) == {"en", "vi"}, key
    fields = [{name for _, name, _, _ in Formatter().parse(forms[language]) if name} for language in ("en", "vi")]
    # a Vietnamese date has the month's number where an English one has its name
    assert fields[0] == fields[1] or key.startswith("date."), key
    assert forms["en"].count("|") == forms["vi"].count("|"), key
    assert all(forms[language].strip() for language in forms), key


def test_every_word_of_the_schema_has_its_string():
    keys = set(wording.strings())
    vocabularies = {
        "kind": schema.ACTOR_KINDS,
        "kinds": schema.ACTOR_KINDS,
        "line_role": schema.LINE_ROLES,
        "role": schema.CITATION_ROLES,
        "meaning": (*schema.CITATION_ROLES, "absent"),
        "basis": schema.PUBLISHED_BASES,
        "state": coverage.STATES,
        "reach": coverage.REACHES,
        "via": narrow.VIAS,
        "count": comention.UNITS,
        "source": (coverage.ALL, comparison.OTHERS),
    }
    assert not [
        f"{section}.{word}"
        for section, words in vocabularies.items()
        for word in words
        if f"{section}.{word}" not in keys
    ]


def test_numbers_and_dates_in_each_language():
    assert (EN.number(1234.5, 1), VI.number(1234.5, 1)) == ("1,234.5", "1.234,5")
    assert (EN.number(-0.25, 2), EN.number(None)) == ("−0.25", "–")
    assert (EN.percent(0.1234), VI.percent(0.1234)) == ("12.3%", "12,3%")
    assert (EN.interval(0.1, 0.2), VI.interval(0.1, 0.2), EN.interval(None, None)) == ("10.0–20.0%", "10,0–20,0%", "–")
    assert EN.interval(-1.5, 2, 1, percent=False) == "−1.5 to 2.0"
    assert (EN.date(date(2024, 6, 4)), VI.date(date(2024, 6, 4))) == ("4 June 2024", "4/6/2024")
    assert (EN.period(date(2024, 6, 1), "month"), VI.period(date(2024, 6, 1), "month")) == ("June 2024", "tháng 6/2024")
    assert EN.period(date(2024, 7, 1), "half") == "H2 2024" and VI.period(date(2024, 4, 1), "quarter") == "quý 2/2024"
    assert (EN.count("article", 1), EN.count("article", 1200), VI.count("article", 1200)) == (
        "1 article",
        "1,200 articles",
        "1.200 bài",
    )
    assert (EN.probability(0.0004), EN.probability(0.0123), EN.probability(0.0123, sign=True)) == (
        "< 0.001",
        "0.012",
        "= 0.012",
    )
    assert EN.listed(["a", "b", "c"]) == "a, b and c"
    assert VI.listed(["a", "b"]) == "a và b"
    assert EN.listed(["a"]) == "a" and EN.listed([]) == "none"


def test_an_unknown_language_is_refused():
    with pytest.raises(DiembaoError, match=r"language: 'fr'.*en, vi"):
        Words("fr")


def test_what_comes_from_a_page_is_never_markup():
    rude = "<script>alert(1)</script>"
    named = mentions(mention("a", "x-y") | {"surface": rude})
    chosen = select(corpus(articles(article("a")), named))
    words = Words("en", chosen.names)
    table = frequency.by_actor(chosen.mentions, chosen.articles)
    shown, found = words.table(table), words.actors(table)
    assert rude in repr(shown) and rude in repr(found)
    assert "<script" not in shown._repr_html_() and "&lt;script&gt;" in shown._repr_html_()
    assert not hasattr(found, "_repr_html_")  # plain text needs no escaping


def test_a_table_shows_headings_names_and_intervals():
    names = pl.DataFrame({"id": ["USA"], "name_en": ["United States"], "name_vi": ["Mỹ"]})
    table = pl.DataFrame(
        {
            "actor_id": ["USA", "X"],
            "mentions": [1200, 1],
            "mentions_total": 2400,
            "share": [0.5, 0.01],
            "share_low": [0.25, None],
            "share_high": [0.75, None],
            "internal": [1, 2],
        }
    )
    shown = Words("vi", names).table(table)
    assert list(shown.headings) == ["Chủ thể", "Lượt nhắc / tổng", "Tỷ lệ (khoảng tin cậy 95%)"]
    assert list(shown.rows[0]) == ["Mỹ", "1.200 / 2.400", "50,0% (25,0–75,0%)"]
    assert list(shown.rows[1]) == ["X", "1 / 2.400", "1,0% (–)"]
    assert '<th scope="col" style="text-align: left">Chủ thể</th>' in shown._repr_html_()
    assert '<td class="number" style="text-align: right">1.200 / 2.400</td>' in shown._repr_html_()
    assert Words("en").table(table, rows=1).note.startswith("1 of 2 rows")
    assert Words("en").table(table, columns=["actor_id", "mentions"]).headings == ["Actor", "Mentions / all"]
    assert Words("en").table(table.clear()).note == "No rows."


def test_the_text_of_a_table_is_aligned_and_whole():
    lines = repr(Shown(["A", "Bậc"], [["x", "1"], ["dài hơn", "20"]], [False, True], "")).splitlines()
    assert lines == ["A        Bậc", "───────  ───", "x          1", "dài hơn   20"]


def findings(words: Words, chosen) -> dict[str, Finding]:
    tables = chosen.mentions, chosen.articles, chosen.citations
    dated, standing = (chosen.dates, chosen.articles), coverage.standing(*tables[1:])
    minimum, none = intervals.MINIMUM_ARTICLES, schema.empty(schema.ARTICLES)
    return {
        "steps": words.steps(chosen.steps),
        "actors": words.actors(frequency.by_actor(*tables[:2])),
        "kinds": words.kinds(frequency.by_kind(*tables[:2]), frequency.by_role(*tables[:2])),
        "roll_up": words.roll_up(frequency.by_via(*tables[:2])),
        "comention": words.comention(comention.pairs(*tables[:2])),
        "periods": words.periods(frequency.by_period(*tables[:2])),
        "roles": words.roles(comparison.role_matrix(chosen.citations, chosen.articles)),
        "shares": words.shares(comparison.actor_shares(*tables), minimum),
        "log_odds": words.log_odds(comparison.log_odds(*tables), minimum),
        "attributed": words.attributed(comparison.attributed_shares(*tables), minimum),
        "wires": words.wires(comparison.publishers_by_wire(*tables[1:]), minimum),
        "distances": words.distances(comparison.distances(*tables), minimum),
        "syndicated": words.syndicated(comparison.syndicated(none, copies(none))),
        "dating": words.dating(coverage.dating(chosen.articles)),
        "calendar": words.calendar(coverage.by_source(*tables[1:])),
        "gaps": words.gaps(coverage.gaps(*tables[1:])),
        "reach": words.reach(coverage.reach(*dated)),
        "reach_by_source": words.reach_by_source(coverage.reach(*dated, standing)),
        "days_named": words.days_named(coverage.days_named(*dated), 1),
        "delays": words.delays(coverage.delays(*dated, standing), minimum),
    }


@pytest.mark.parametrize("language", wording.LANGUAGES)
def test_findings_change_with_the_numbers_and_leave_no_placeholder(language):
    one, other = (select(press(size, seed)) for size, seed in ((120, 1), (90, 2)))
    first, second = (findings(Words(language, chosen.names), chosen) for chosen in (one, other))
    for name, found in first.items():
        assert found.title and found.sentence, name
        assert not re.search(r"[{}]|None|nan|\( ", found.title + found.sentence), name
        assert found.sentence.count(Words(language).text("interval.with", estimate="", range="|").split("|")[0]) < 2
        if name != "syndicated":
            assert found.sentence != second[name].sentence, name


@pytest.mark.parametrize("language", wording.LANGUAGES)
@pytest.mark.parametrize("empty", ["no mentions", "one article", "no sources"])
def test_too_little_is_said_in_words(language, empty):
    rows = articles(*(article(f"p{n}", date(2024, 1, 1 + n)) for n in range(1 if empty == "one article" else 6)))
    named = mentions() if empty == "no mentions" else mentions(*(mention(page, "USA") for page in rows["page"]))
    cited = citations() if empty == "no sources" else citations(*(citation(page, "AP") for page in rows["page"]))
    chosen = select(corpus(rows, named, cited))
    for name, found in findings(Words(language, chosen.names), chosen).items():
        assert found.title and found.sentence and "None" not in found.sentence, name
        assert not re.search(r"\b([^\W\d]+) \1\b", found.sentence), name  # "5 articles articles each"


def test_who_printed_whose_story_is_said_only_where_it_is_known():
    groups = pl.DataFrame({"first_publisher": ["VOA", None], "articles": [2, 3], "similarity": [1.0, 0.8]})
    table = pl.DataFrame({"first_publisher": ["VOA"], "publisher": [comparison.OTHERS], "stories": [1]})
    said = EN.reprints(table, groups)
    assert said.title == "Other publishers printed 1 story of VOA again"
    assert said.sentence.startswith("2 groups") and "1 of the groups show who was first" in said.sentence
    own = table.with_columns(publisher=pl.lit("VOA"), stories=9 * pl.col("stories"))
    assert EN.reprints(pl.concat([own, table]), groups) == said
    assert "none was printed again by another" in EN.reprints(own, groups).sentence
    assert "nobody can be called the first" in EN.reprints(table.clear(), groups).sentence
    for words in (EN, VI):
        none = words.reprints(table.clear(), groups.clear()).sentence
        assert "80" in none and "30" in none and "70%" in none
        assert "5" in words.syndicated(groups).sentence


def test_the_order_is_called_uncertain_when_it_is():
    row = {"actor_id": "A", "mentions": 5, "mentions_total": 9, "articles": 5, "articles_total": 9, "rate": 1.0}
    row |= {"share": 0.55, "share_low": 0.4, "share_high": 0.7, "rank_low": 1, "abstains": False}
    assert "not certain" in EN.actors(pl.DataFrame([row | {"rank_high": 2}])).sentence
    assert "first place" in EN.actors(pl.DataFrame([row | {"rank_high": 1}])).sentence


def test_the_day_of_a_page_is_told_in_the_language_and_what_is_no_day_as_it_stands():
    table = pl.DataFrame({"published": ["2024-05-01", "2024-05-01/2024-06-02", "2024-05?", None]})
    assert EN.labels(table, "published").to_list() == ["1 May 2024", "1 May 2024 – 2 Jun 2024", "2024-05?", "–"]
    assert VI.labels(table, "published").to_list() == ["1/5/2024", "1/5/2024 – 2/6/2024", "2024-05?", "–"]


def test_two_who_are_named_as_often_share_the_first_place():
    row = {"mentions": 4, "mentions_total": 9, "articles": 4, "articles_total": 4, "rate": 1.0, "share": 4 / 9}
    row |= {"share_low": None, "share_high": None, "rank_low": None, "rank_high": None, "abstains": True}
    told = EN.actors(pl.DataFrame([row | {"actor_id": "A"}, row | {"actor_id": "B"}]))
    assert told.title.startswith("A and B are named most") and "B is named as often." in told.sentence
    told = EN.actors(pl.DataFrame([row | {"actor_id": actor} for actor in "ABC"]))
    assert told.title.startswith("A, B and C are named most") and "B and C are named as often." in told.sentence


def test_those_who_share_the_second_place_are_all_named_or_counted():
    def said(behind: str) -> str:
        row = {"articles": 4, "articles_total": 4, "rate": 1.0, "mentions_total": 99, "share": 0.1, "abstains": True}
        row |= dict.fromkeys(("share_low", "share_high", "rank_low", "rank_high"))
        rows = [row | {"actor_id": "A", "mentions": 9}, *(row | {"actor_id": b, "mentions": 4} for b in behind)]
        return EN.actors(pl.DataFrame([*rows, row | {"actor_id": "Z", "mentions": 1}])).sentence

    assert " B follows with 10.0% (no interval)." in said("B")
    assert " B, C and D follow with 10.0% (no interval) each." in said("BCD")
    assert " B and 4 others follow with" in said("BCDEF")


def test_what_an_inferred_date_rests_on_is_told_in_the_language():
    held = "in office Xi Jinping (Chủ tịch CHN 2013-03/..), Joe Biden (Tổng thống USA 2021-01/2025-01)"
    against = "disagreeing; to come tháng 4; against A (B C ../2001-02), D (E F ../..)"
    table = pl.DataFrame({"evidence": [f"{held}; reports hôm 2-2", against, None]})
    names = pl.DataFrame(
        [("xi-jinping", "Xi Jinping", "Tập Cận Bình"), ("CHN", "China", "Trung Quốc"), ("USA", "United States", "Mỹ")],
        schema=["id", "name_en", "name_vi"],
        orient="row",
    )
    offices = pl.DataFrame(
        [("president", "Chủ tịch", "CHN"), ("president", "Tổng thống", "USA")],
        schema=["office", "office_vi", "of"],
        orient="row",
    )
    assert Words("en", names, offices).labels(table, "evidence").to_list() == [
        "in office Xi Jinping (president, China, since Mar 2013), "
        "Joe Biden (president, United States, Jan 2021 – Jan 2025); reports of “hôm 2-2”",
        "the signs disagree; still to come “tháng 4”; against it A (B, C, until Feb 2001), D (E F ../..)",
        "–",
    ]
    assert Words("vi", names, offices).labels(table, "evidence").to_list() == [
        "đương chức Tập Cận Bình (Chủ tịch Trung Quốc, từ tháng 3/2013), "
        "Joe Biden (Tổng thống Mỹ, tháng 1/2021 – tháng 1/2025); đưa tin về “hôm 2-2”",
        "các dấu hiệu mâu thuẫn; sắp tới “tháng 4”; trái với A (B C, đến tháng 2/2001), D (E F ../..)",
        "–",
    ]


def test_what_dates_of_the_sample_are_inferred_from_is_told_without_codes():
    news = open_corpus("sample")
    evidence = news.articles.select(evidence="published_evidence").collect().drop_nulls()
    for language in wording.LANGUAGES:
        words = Words(language, news.catalogue.actors, news.catalogue.offices)
        told = words.labels(evidence, "evidence").to_list()
        assert told and not [line for line in told if re.search(r"\b[A-Z]{3}\b|\.\.", line)], told
    english = Words("en", news.catalogue.actors, news.catalogue.offices).labels(evidence, "evidence")
    assert not english.str.replace_all("“.*?”", "").str.contains("Tổng thống|Thủ tướng|Ngoại trưởng").any()


def test_months_that_tie_are_all_named_or_counted():
    def said(*months: int) -> Finding:
        rows = articles(*(article(f"p{n}", date(2024, month, 5)) for n, month in enumerate(months)))
        return EN.months(frequency.by_period(mentions(*(mention(row, "USA") for row in rows["page"])), rows, ["USA"]))

    assert said(1, 1, 2).title == "Most articles in January 2024: 2"
    assert said(1, 1, 2, 4, 4).title == "Most articles in January 2024 and April 2024: 2 each"
    assert "January 2024 and April 2024 hold the most, 2 each of 5 articles" in said(1, 1, 2, 4, 4).sentence
    assert said(1, 2, 3, 5).title == "Most articles in 4 months: 1 each"
    assert "4 months hold the most, 1 each of 4 articles" in said(1, 2, 3, 5).sentence
    assert said(1, 2, 3, 5).sentence.endswith("Without any: 1 month.") and "Without" not in said(1, 1, 2).sentence
    assert said(3, 3).sentence == "All 2 articles dated to a month are of March 2024."


def test_groups_whose_figures_look_the_same_are_not_said_to_be_apart():
    def said(low: float, high: float) -> Finding:
        row = {"figure": "date_value", "articles_total": 20, "abstains": False, "value_low": 0.9, "value_high": 1.0}
        rows = [{"year": "2023", **row, "value": low}, {"year": "2024", **row, "value": high}]
        return EN.agreement(pl.DataFrame(rows), 5)

    assert "furthest apart" in said(0.9960, 0.9970).sentence
    for low, high in ((0.9966, 0.9974), (1.0, 1.0)):
        assert said(low, high).sentence == "In no figure do the groups of articles differ by 0.001 or more."


def test_shares_that_look_the_same_are_not_said_to_be_apart():
    def said(low: float, high: float) -> list[Finding]:
        row = {"share_low": 0.1, "share_high": 0.4, "articles_total": 20, "abstains": False}
        sides = [row | {"source_id": source, "share": share} for source, share in (("AP", low), ("VOA", high))]
        by_actor = pl.DataFrame([side | {"actor_id": "USA"} for side in sides])
        by_reach = pl.DataFrame([side | {"reach": "same", "dates_total": 9} for side in sides])
        halves = zip(sides, (date(2024, 1, 1), date(2024, 7, 1)), strict=True)
        over_time = {"actor_id": "USA", "mentions": 9, "every": "half", "p": None, "rest_share": 0.2, "differs": False}
        by_period = pl.DataFrame([side | over_time | {"period": half} for side, half in halves])
        return [
            EN.shares(by_actor, 5),
            EN.attributed(by_actor, 5),
            EN.reach_by_source(by_reach),
            EN.periods(by_period.with_columns(pl.col("p").cast(pl.Float64))),
        ]

    for same, apart in zip(said(0.2001, 0.2004), said(0.2, 0.3), strict=True):
        assert "20.0%" in apart.title and "30.0%" in apart.title
        assert same.title.count("20.0%") < 2 and "furthest" not in same.sentence and "highest" not in same.sentence
    assert "lowest in H1 2024" in said(0.2, 0.3)[3].sentence


def test_what_nothing_is_of_is_not_spoken_of():
    """No "0 of them", no "on 0": where there is none, the sentence is shorter."""
    rows = articles(*(article(f"p{n}", date(2024, 1, 1 + n)) for n in range(6)))
    calendar = EN.calendar(coverage.by_source(rows, citations(), ()))
    assert calendar.sentence.endswith("there are some on 6 of 6 days.")
    named = mentions(*(mention(row, "USA") for row in rows["page"]))
    periods = EN.periods(frequency.by_period(named, rows, ["USA"], every="month"))
    assert periods.sentence == "All dated articles are of January 2024, so no periods can be compared."
    delays = pl.DataFrame({"source_id": "all", "days": [0, 1], "article_share": [0.6, 1.0], "articles_total": 10})
    delays = delays.with_columns(article_share_low=None, article_share_high=None, abstains=False)
    assert EN.delays(delays, 5).title == "Half of the articles come on the day of the event they date"


def test_a_number_that_is_nothing_has_no_minus():
    assert EN.percent(-1e-17) == "0.0%" and EN.number(-0.04, 1) == "0.0" and EN.number(-0.06, 1) == "−0.1"


def test_a_concordance_that_has_not_all_mentions_says_so():
    assert EN.only_first(300, 300) == ""
    note = EN.only_first(812_345, 300_000)
    assert note == "Of 812,345 mentions of these actors, at most the first 300,000 are listed."
    table = pl.DataFrame({"page": ["a", "b"]})
    assert EN.table(table, 1, note=note).note == f"1 of 2 rows shown. {note}"


def test_a_period_that_differs_is_named_and_one_that_may_be_chance_is_not():
    rows = articles(*(article(f"p{n:03}", date(2023, 1 + n % 6, 5)) for n in range(60)))
    odd = [mention(f"p{n:03}", "USA") for n in range(60) for _ in range(8 if n % 6 == 2 else 1)]
    even = [mention(f"p{n:03}", "USA") for n in range(60) for _ in range(1 + n // 6 % 2)]
    rest = [mention(f"p{n:03}", "CHN") for n in range(60) for _ in range(4 + n // 6 % 3)]
    found = EN.periods(frequency.by_period(mentions(*odd, *rest), rows, ["USA"]))
    assert found.title == "USA in March 2023: 62.0%, and 16.9% otherwise"
    assert "USA in March 2023, 62.0% against 16.9%" in found.sentence
    same = EN.periods(frequency.by_period(mentions(*even, *rest), rows, ["USA"]))
    assert "In none of 6 comparisons" in same.sentence and "otherwise" not in same.title


def test_who_would_lead_without_the_roll_up():
    def sentence(own: int, seat: int) -> str:
        rows = articles(*(article(f"p{n}") for n in range(6)))
        named = [mention(row, "USA", reading=gov) for row in rows["page"] for gov in [None] * own + ["gov"] * seat]
        named += [mention(row, "CHN") for row in rows["page"] for _ in range(3)]
        chosen = select(corpus(rows, mentions(*named)))
        return EN.roll_up(frequency.by_via(chosen.mentions, chosen.articles)).sentence

    assert "CHN would be named most, 18 times" in sentence(2, 4)
    assert "USA would still be named most, 24 times" in sentence(4, 1)
    assert "nothing is rolled up" in sentence(4, 0)


def test_who_appears_with_whom_is_not_said_of_what_may_be_chance():
    def sentence(*units: str) -> str:
        rows = articles(*(article(f"p{n:02}") for n in range(len(units))))
        named = [mention(f"p{n:02}", actor) for n, unit in enumerate(units) for actor in unit]
        return EN.comention(comention.pairs(mentions(*named), rows, within="article")).sentence

    assert "A and B: 9 articles name both" in sentence(*["AB"] * 9, "A", *["C"] * 9)
    mixed = ["ABC", "A", "B", "C", "AB", "AC", "BC"] * 4
    assert "none of 3 pairs has an interval off 0" in sentence(*mixed, *["Z"] * 4)
    assert "Not one of 3 pairs" in sentence("AB", "A", "B", "C")


def test_a_silence_of_a_source_with_few_days_is_not_spoken_of():
    rows = articles(*(article(f"p{n}", date(2024, 1, 1 + 9 * n)) for n in range(3)))
    assert "enough days" in EN.gaps(coverage.gaps(rows, citations(), ())).sentence
    assert EN.gaps(coverage.gaps(rows.head(1), citations(), ())).title == EN.text("say.gaps.none_title")
