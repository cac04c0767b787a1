"""Near-duplicates: the same story printed again is told from another story, whatever way the pages come."""

import os
import random
import subprocess
import sys
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diembao import duplicates, schema

DAY = date(2024, 6, 12)
WORDS = [f"{first}{rest}" for first in "bcdhklmnt" for rest in ("a", "à", "ông", "iên", "ược", "inh", "oà", "uyết")]


def story(seed: int, syllables: int = 240) -> list[str]:
    draw = random.Random(seed)
    return [draw.choice(WORDS) for _ in range(syllables)]


def edited(words: list[str], share: float, seed: int = 0) -> list[str]:
    """A story with its opening rewritten, that share of it."""
    return story(1_000 + seed, int(len(words) * share)) + words[int(len(words) * share) :]


def lines_of(texts: dict[str, list[str]], role: str = "body", segment: int = 0) -> pl.DataFrame:
    rows = [
        {"page": page, "segment": segment, "text": " ".join(words[at : at + 30]), "role": role}
        for page, words in texts.items()
        for at in range(0, len(words), 30)
    ]
    return pl.DataFrame(rows, schema={"page": pl.String, "segment": pl.Int32, "text": pl.String, "role": pl.String})


def articles_of(texts: dict[str, list[str]], days: dict[str, date | tuple[date, date] | None] | None = None):
    rows = []
    for page in texts:
        given = (days or {}).get(page)
        first, last = given if isinstance(given, tuple) else (given, given)
        rows.append({"page": page, "segment": 0, "published_first": first, "published_last": last})
    names = {name: dtype for name, dtype in schema.ARTICLES.items() if name not in ("duplicate_of", "similarity")}
    return pl.LazyFrame(rows, schema=names)


def marked(texts: dict[str, list[str]], days=None) -> dict[str, tuple[str | None, float | None]]:
    table = duplicates.mark(articles_of(texts, days), duplicates.fingerprints(lines_of(texts)).lazy())
    assert table.schema == schema.ARTICLES
    return {page: (of, like) for page, of, like in table.select("page", "duplicate_of", "similarity").iter_rows()}


def jaccard(first: list[str], second: list[str]) -> float:
    one, two = ({tuple(words[at : at + 4]) for at in range(len(words) - 3)} for words in (first, second))
    return len(one & two) / len(one | two)


def test_a_reprint_under_its_own_headline_and_lead_is_found_with_its_exact_similarity():
    first = story(1)
    again, other = edited(first, 0.12), story(2)
    found = marked({"a": first, "b": again, "c": other}, dict.fromkeys("abc", DAY))
    assert found["a"] == found["c"] == (None, None)
    assert found["b"] == ("a", pytest.approx(jaccard(first, again)))


def test_a_follow_up_that_repeats_the_background_is_another_story():
    first = story(1)
    follow = edited(first, 0.3)
    assert 0.4 < jaccard(first, follow) < schema.REPEAT_SIMILARITY
    assert marked({"a": first, "b": follow})["b"] == (None, None)


@pytest.mark.parametrize(
    ("days", "originals"),
    [
        ({"a": DAY, "b": DAY - timedelta(1)}, {"a": "b", "b": None}),
        ({"a": None, "b": DAY}, {"a": "b", "b": None}),
        ({"a": None, "b": None}, {"a": None, "b": "a"}),
        ({"a": DAY, "b": DAY + timedelta(30)}, {"a": None, "b": "a"}),
        ({"a": DAY, "b": DAY + timedelta(31)}, {"a": None, "b": None}),
        ({"a": (DAY, DAY + timedelta(200)), "b": DAY + timedelta(60)}, {"a": "b", "b": None}),
    ],
)
def test_the_first_print_stands_for_the_story_within_the_window(days, originals):
    first = story(1)
    found = marked({"a": first, "b": edited(first, 0.1)}, days)
    assert {page: of for page, (of, _) in found.items()} == originals


def test_the_same_words_are_the_same_story_whenever_they_are_printed():
    first = story(1)
    capitals = [word.title() for word in first]
    found = marked({"a": first, "b": capitals}, {"a": DAY, "b": DAY + timedelta(900)})
    assert found["b"] == ("a", 1.0)


def test_where_the_tone_mark_stands_makes_no_other_story():
    first = story(1)
    assert marked({"a": first, "b": [word.replace("oà", "òa") for word in first]})["b"] == ("a", 1.0)


def test_a_chain_of_small_changes_does_not_join_two_stories():
    first = story(1)
    chain = {f"p{step}": edited(first, 0.12 * step, seed=1) for step in range(5)}
    found = marked(chain)
    for page, (of, _) in found.items():
        assert of is None or found[of][0] is None
        assert of is None or jaccard(chain[page], chain[of]) >= schema.REPEAT_SIMILARITY
    assert [page for page, (of, _) in found.items() if of is None] != ["p0"]


def test_boilerplate_is_no_story():
    notice = story(1, schema.REPEAT_SYLLABLES - 1)
    assert set(marked({"a": notice, "b": notice}).values()) == {(None, None)}
    longer = [*notice, "ba"]
    assert marked({"a": longer, "b": longer})["b"] == ("a", 1.0)


def test_only_the_articles_own_lines_count():
    words = story(1)
    shared = lines_of({"a": words, "b": words}, role="related")
    own = lines_of({"a": story(2), "b": story(3)})
    second = lines_of({"a": words, "b": words}, segment=1)
    prints = duplicates.fingerprints(pl.concat([own, shared, second]).sort("page", maintain_order=True))
    table = duplicates.mark(articles_of({"a": [], "b": []}), prints.lazy())
    assert table["duplicate_of"].null_count() == 2
    assert duplicates.fingerprints(shared).is_empty()


def test_hashing_a_few_pages_at_a_time_changes_nothing(monkeypatch):
    lines = lines_of(corpus(7, 30)[0])
    whole = duplicates.fingerprints(lines)
    monkeypatch.setattr(duplicates, "_HASHED", 4)
    assert whole.height > 20
    assert duplicates.fingerprints(lines).equals(whole)


def corpus(seed: int, size: int, span: int = 90) -> tuple[dict[str, list[str]], dict[str, date | None]]:
    """Stories, some of them printed again with changes, on days some of which are unknown."""
    draw = random.Random(seed)
    texts: dict[str, list[str]] = {}
    for number in range(size):
        again = texts and draw.random() < 0.5
        words = draw.choice(list(texts.values())) if again else story(draw.randrange(10**6), draw.randrange(60, 200))
        texts[f"p{number:02}"] = edited(words, draw.choice([0, 0.05, 0.15, 0.4]), draw.randrange(10**6))
    return texts, {page: draw.choice([None, DAY + timedelta(draw.randrange(span))]) for page in texts}


@settings(max_examples=25)
@given(st.integers(0, 10**6), st.integers(2, 24), st.integers(1, 5))
def test_neither_order_nor_batches_show_and_every_repeat_is_like_its_original(seed, size, batch):
    texts, days = corpus(seed, size)
    found = marked(texts, days)
    pages = list(texts)
    random.Random(seed).shuffle(pages)
    parts = [lines_of({page: texts[page] for page in pages[at : at + batch]}) for at in range(0, size, batch)]
    prints = pl.concat([duplicates.fingerprints(part) for part in parts])
    table = duplicates.mark(articles_of({page: texts[page] for page in pages}, days), prints.lazy())
    assert found == {page: (of, like) for page, of, like in table.select("page", "duplicate_of", "similarity").rows()}
    for page, (of, like) in found.items():
        if of is not None:
            assert found[of] == (None, None)
            assert like == pytest.approx(jaccard(texts[page], texts[of])) and like >= schema.REPEAT_SIMILARITY


def test_comparing_in_small_portions_changes_nothing(monkeypatch):
    texts, days = corpus(5, 40)
    whole = marked(texts, days)
    monkeypatch.setattr(duplicates, "_PAIRS", 3)
    assert sum(of is not None for of, _ in whole.values()) > 5
    assert marked(texts, days) == whole


@settings(max_examples=10)
@given(st.integers(0, 10**6), st.integers(1, 9))
def test_however_articles_are_packed_together_the_same_repeat(seed, together):
    texts, days = corpus(seed, 24)
    whole = marked(texts, days)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(duplicates, "_TOGETHER", together)
        patched.setattr(duplicates, "_BANDS", together)
        assert marked(texts, days) == whole


@settings(max_examples=20)
@given(st.integers(0, 10**6), st.integers(2, 30), st.integers(1, 29), st.sampled_from([1, 3, 10_000]))
def test_what_is_added_to_others_repeats_as_if_all_had_come_at_once(seed, size, added, searched):
    texts, days = corpus(seed, size, span=400)
    buckets, shingles = parted(texts, days)
    fresh = pl.col("page").is_in(random.Random(seed).sample(list(texts), min(added, size)))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(duplicates, "_SEARCHED", searched)
        near = duplicates.neighbourhood(buckets.filter(fresh), buckets.filter(~fresh).lazy(), reach_of(buckets))
    compared = fresh | pl.col("page").is_in(near["page"].implode())
    left_alone = duplicates.repeats(buckets.filter(~fresh).lazy(), shingles.lazy()).filter(~compared)
    told = duplicates.repeats(buckets.filter(compared).lazy(), shingles.lazy())
    both = pl.concat([left_alone, told]).sort("page")
    assert both.equals(duplicates.repeats(buckets.lazy(), shingles.lazy()).sort("page"))


def test_far_months_matter_only_to_the_same_words():
    texts = {"old": story(1), "like": edited(story(1), 0.05), "same": story(1), "near": edited(story(1), 0.1)}
    days = {"old": DAY, "like": DAY + timedelta(200), "same": DAY + timedelta(400), "near": DAY + timedelta(20)}
    buckets, _ = parted(texts, days)
    buckets = buckets.with_columns(band_00=pl.col("page").replace_strict({"like": 5}, default=pl.col("band_00")))
    old = pl.col("page") == "old"
    near = duplicates.neighbourhood(buckets.filter(old), buckets.filter(~old).lazy(), reach_of(buckets))
    assert set(near["page"]) == {"same", "near"}


def parted(texts: dict[str, list[str]], days: dict) -> tuple[pl.DataFrame, pl.DataFrame]:
    """→ buckets with their month, shingles."""
    prints = duplicates.fingerprints(lines_of(texts))
    buckets = duplicates.buckets(articles_of(texts, days).lazy(), prints.lazy()).collect()
    month = pl.col("published_first").dt.strftime("%Y-%m").fill_null("undated")
    return buckets.with_columns(month=month), prints.select("page", "shingles")


def reach_of(buckets: pl.DataFrame) -> pl.DataFrame:
    return buckets.group_by("month").agg(pl.col("published_first").min(), pl.col("published_last").max())


def test_names_are_looked_up_of_those_alone_that_share_a_bucket(monkeypatch):
    """Of all others a few numbers are held, which bounds memory."""
    texts = {f"p{number:02}": story(number) for number in range(40)} | {"q1": story(7), "q2": edited(story(8), 0.05)}
    prints = duplicates.fingerprints(lines_of(texts))
    buckets = duplicates.buckets(articles_of(texts), prints.lazy())
    named, widths = [], []
    real = pl.LazyFrame.collect

    def collect(frame, **options):
        rows = real(frame, **options)
        if "page" in rows.columns:
            named.append(set(rows["page"]))
        else:
            widths.append(rows.width)
        return rows

    monkeypatch.setattr(pl.LazyFrame, "collect", collect)
    told = duplicates.repeats(buckets, prints.lazy().select("page", "shingles"))
    assert dict(told.select("page", "duplicate_of").iter_rows()) == {"q1": "p07", "q2": "p08"}
    assert named and set.union(*named) == {"p07", "p08", "q1", "q2"}
    assert max(widths) <= duplicates._BANDS < duplicates.BANDS


def test_what_is_linked_through_others_is_in_one_pack(monkeypatch):
    draw = random.Random(3)
    links = {tuple(sorted(draw.sample(range(200), 2))) for _ in range(110)}
    groups: dict[int, set[int]] = {}
    for first, second in links:
        joined = groups.get(first, {first}) | groups.get(second, {second})
        groups |= dict.fromkeys(joined, joined)
    monkeypatch.setattr(duplicates, "_TOGETHER", 1)
    frame = pl.DataFrame(sorted(links), schema={"first": pl.UInt32, "row": pl.UInt32}, orient="row")
    packs = dict(duplicates._packs(frame).iter_rows())
    assert packs.keys() == groups.keys() and len(set(packs.values())) == len({min(group) for group in groups.values()})
    assert all(packs[one] == packs[other] for one, group in groups.items() for other in group)


def test_what_the_buckets_find_is_what_comparing_all_pairs_finds():
    texts, _ = corpus(11, 60)
    found = marked(texts)
    for page in texts:
        long = len(texts[page]) >= schema.REPEAT_SYLLABLES
        like = [o for o in texts if long and o < page and jaccard(texts[page], texts[o]) >= schema.REPEAT_SIMILARITY]
        originals = [other for other in like if found[other][0] is None]
        assert (found[page][0] is not None) == bool(originals), page


def test_buckets_are_the_same_on_every_machine_and_any_number_of_threads():
    """A change here means that figures published with an earlier version may not come out again."""
    program = (
        "import hashlib, test_duplicates as t; from diembao import duplicates as d;"
        "made = d.fingerprints(t.lines_of({f'p{n}': t.story(n) for n in range(30)}));"
        "plain = lambda numbers: [number % 2**32 for number in numbers];"
        "rows = [(page, plain(bands), plain(shingles)) for page, *bands, shingles in made.rows()];"
        "print(hashlib.sha256(repr(rows).encode()).hexdigest()[:16])"
    )
    told = [
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "POLARS_MAX_THREADS": threads, "PYTHONPATH": os.pathsep.join(sys.path)},
            cwd=os.path.dirname(__file__),
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for threads in ("1", "3")
    ]
    assert told == ["392325b78af77202"] * 2
