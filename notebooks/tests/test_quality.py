import importlib.util
import json
import random
import re
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic import article, articles, citation, citations, corpus, dates, in_text, mention, mentions

from diembao import __main__, charts, open_corpus, theme, wording
from diembao.corpus import SAMPLE
from diembao.gold import find_gold, read_gold
from diembao.measures import comparison, intervals, quality, select
from diembao.schema import LINES, DiembaoError
from diembao.wording import Words

SHARED = Path(__file__).resolve().parents[3] / "shared" / "gold"
TEXT = "Mỹ và Nga, theo AP hôm qua; Putin ở Moskva."


def mark(kind: str, surface: str, label: str, **more) -> dict:
    start = TEXT.index(surface)
    return {"kind": kind, "start": start, "end": start + len(surface), "surface": surface, "label": label} | more


def place(surface: str) -> dict:
    start = TEXT.index(surface)
    return {"surface": surface, "start": start, "end": start + len(surface)}


MARKS = [
    mark("actor", "Mỹ", "S:USA"),
    mark("actor", "Nga", "S:RUS"),
    mark("source", "AP", "att"),
    mark("date", "hôm qua", "2024-11-14", alts=["2024-11-14~"]),
    mark("actor", "Putin", "P:Vladimir Putin"),
    mark("actor", "Moskva", "S:RUS@place"),
]
ROW = {"doc": "a", "marks": MARKS, "roles": {"1": "body|lead"}, "facts": {"published": "2024-11-15?"}}


def written(folder: Path, *rows: dict | str) -> Path:
    file = folder / "truth.jsonl"
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


@pytest.fixture
def marked(tmp_path):
    """→ a function: rows of gold → them, read."""
    return lambda *rows: find_gold(written(tmp_path, *rows))


def extracted(*named: dict, cited: tuple = (), dated: tuple = (), role: str = "body", published: str | None = None):
    """Rows of the tables of page `a` → what `compare` reads of a corpus."""
    news = corpus(articles(article("a", published=published)), mentions(*named), citations(*cited), dates(*dated))
    line = {"page": "a", "segment": 0, "line": 1, "start": 0, "end": len(TEXT), "role": role}
    news.lines = pl.LazyFrame([line], schema=LINES)
    news.pages = pl.LazyFrame({"page": ["a"], "text": [TEXT]})
    return news


NAMED = [
    mention("a", "USA") | place("Mỹ"),
    mention("a", "RUS") | place("Nga"),
    mention("a", "vladimir-putin") | place("Putin"),
    mention("a", "RUS", reading="place") | place("Moskva"),
]
CITED = citation("a", "AP") | place("AP")
DATED = in_text("a", None) | place("hôm qua") | {"edtf": "2024-11-14"}


def signs(compared: quality.Compared, figure: str) -> tuple[int, int, int]:
    return compared.counts.filter(pl.col("figure") == figure).select(pl.col("tp", "fp", "fn").sum()).row(0)


def test_all_that_is_marked_and_found_is_right(marked):
    compared = quality.compare(marked(ROW), extracted(*NAMED, cited=(CITED,), dated=(DATED,), published="2024-11-15"))
    counts = {figure: signs(compared, figure) for figure in quality.FIGURES}
    assert {figure: count[0] for figure, count in counts.items()} == {
        **dict.fromkeys(quality.FIGURES, 1),
        "state": 3,
        "org": 0,
        "count_error": 4,
    }
    assert not any(sum(count[1:]) for count in counts.values()) and compared.errors.is_empty()


def test_each_kind_of_difference_is_counted_and_shown(marked):
    wrong = [
        NAMED[0] | {"actor_id": "CHN"},  # another state
        NAMED[2] | {"actor_id": "NATO", "actor_kind": "org"},  # another kind
        NAMED[3] | {"reading": "gov"},
        mention("a", "PRK") | place("theo"),  # nothing is marked there; Nga is not found
    ]
    news = extracted(*wrong, cited=(CITED | {"role": "photo"},), dated=(DATED | {"edtf": "2024-11-13"},), role="ui")
    compared = quality.compare(marked(ROW), news)
    assert [signs(compared, name) for name in ("state", "org", "person", "person_span")] == [
        (1, 2, 2),
        (0, 1, 0),
        (0, 0, 1),
        (0, 0, 1),
    ]
    assert [signs(compared, name) for name in ("citation_span", "citation_role", "date_span", "date_value")] == [
        (1, 0, 0),
        (0, 1, 1),
    ] * 2
    assert [signs(compared, name) for name in ("reading", "line_role", "published")] == [(0, 1, 1)] * 3
    assert signs(compared, "count_error") == (1, 3, 3)
    shown = quality.concordance(compared.errors, news.pages, width=5)
    assert set(shown.select("figure", "error", "surface", "expected", "got").rows()) == {
        ("state", "wrong", "Mỹ", "USA", "CHN"),
        ("state", "missed", "Nga", "RUS", None),
        ("state", "invented", "theo", None, "PRK"),
        ("person", "wrong", "Putin", "vladimir-putin", "NATO"),
        ("reading", "wrong", "Moskva", "place", "gov"),
        ("citation_role", "wrong", "AP", "att", "photo"),
        ("date_value", "wrong", "hôm qua", "2024-11-14", "2024-11-13"),
        ("line_role", "wrong", TEXT[:10], "body|lead", "ui"),
        ("published", "missed", "", "2024-11-15?", None),
    }
    assert shown.filter(pl.col("surface") == "Nga").select("left", "right").row(0) == ("và ", ",")


def test_optional_dates_and_other_values(marked):
    optional = ROW | {"marks": [mark("date", "hôm qua", "REL", optional=True)]}
    other = ROW | {"marks": [mark("date", "hôm qua", "2024-11", alts=["2024-11-14"])]}
    open_ = ROW | {"marks": [mark("date", "hôm qua", "REL")]}
    cases = [
        (optional, (), (0, 0, 0)),
        (optional, (DATED,), (0, 0, 0)),
        (other, (DATED,), (1, 0, 0)),
        (open_, (DATED | {"edtf": "XXXX-XX-XX"},), (1, 0, 0)),
        (open_, (DATED | {"edtf": None},), (1, 0, 0)),
        (open_, (DATED,), (0, 1, 1)),
    ]
    for row, dated, expected in cases:
        compared = quality.compare(marked(row), extracted(dated=dated))
        assert signs(compared, "date_value") == expected, (row["marks"], dated)


def one_by_one(gold: list[tuple[int, int]], found: list[tuple[int, int]]) -> set[tuple[int, int]]:
    """Spans → the pairs that going through the marks one by one makes."""
    free, pairs = dict(enumerate(found)), set()
    for number, (start, end) in enumerate(gold):
        overlaps = {other: min(end, span[1]) - max(start, span[0]) for other, span in free.items()}
        best = max(overlaps, key=overlaps.get, default=None)  # the first of equals
        if best is not None and overlaps[best] > 0:
            pairs.add((number, best))
            del free[best]
    return pairs


spans = st.lists(st.tuples(st.integers(0, 20), st.integers(1, 6)).map(lambda span: (span[0], sum(span))), max_size=9)


@settings(max_examples=150)
@given(spans, spans)
def test_pairing_at_once_is_pairing_one_by_one(gold, found):
    def table(rows, prefix, number):
        columns = {f"{prefix}start": [start for start, _ in rows], f"{prefix}end": [end for _, end in rows]}
        frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.Int64)).with_row_index(number)
        return frame.with_columns(page=pl.lit("a"), kind=pl.lit("date"), family=pl.lit("date"))

    pairs = quality._pairs(table(gold, "", "mark"), table(found, "found_", "found"))
    assert set(pairs.select("mark", "found").iter_rows()) == one_by_one(gold, found)


def damaged(tables: dict[str, pl.DataFrame], seed: int) -> dict[str, pl.DataFrame]:
    """Extracted tables → the same with rows lost, moved, doubled and changed: errors of every kind."""
    draw, result = random.Random(seed), {}
    values = {"mentions": ["actor_id", "actor_kind", "reading"], "citations": ["role"], "dates": ["edtf"]}
    values |= {"lines": ["role"], "articles": ["published"]}
    for name, table in tables.items():
        rows = [row for row in table.iter_rows(named=True) if draw.random() > 0.1 or name in ("lines", "articles")]
        others = {column: table[column].to_list() for column in values[name]}
        changed = []
        for row in rows:
            for column in values[name]:
                row = row | ({column: draw.choice(others[column])} if draw.random() < 0.1 else {})
            if name in ("mentions", "citations", "dates") and draw.random() < 0.2:
                shift = draw.randint(-9, 9)
                row = row | {"start": max(0, row["start"] + shift), "end": max(1, row["end"] + shift)}
            changed += [row] * (2 if draw.random() < 0.05 and name not in ("lines", "articles") else 1)
        result[name] = pl.DataFrame(changed, schema=table.schema)
    return result


@pytest.mark.skipif(
    not (SHARED / "score.py").is_file(), reason="no ../shared/gold with a score.py beside the repository"
)
@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_figures_are_those_of_the_scorer_beside_the_repository(seed, tmp_path):
    """On the pages there, as extracted and with damage of every kind done to what was extracted."""
    spec = importlib.util.spec_from_file_location("score", SHARED / "score.py")
    score = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(score)
    gold = find_gold(SHARED)
    news = open_corpus(gold.pages)
    tables = {name: getattr(news, name).collect() for name in ("articles", "lines", "mentions", "citations", "dates")}
    if seed is not None:
        tables = damaged(tables, seed)
    for name, table in tables.items():
        table.write_parquet(tmp_path / f"{name}.parquet")
    expected, _ = score.main(gold.file, tmp_path)
    compared = quality.compare(gold, type("News", (), {"pages": news.pages, **tables}))
    found = {row["figure"]: row for row in quality.figures(compared.counts, resamples=10).iter_rows(named=True)}
    for name, theirs in expected.items():
        ours = found[name.replace("source", "citation")]
        if isinstance(theirs, dict) and "f" in theirs:
            assert [ours[sign] for sign in ("tp", "fp", "fn")] == [theirs[sign] for sign in ("tp", "fp", "fn")], name
            pairs = [(ours[long] or 0, theirs[short]) for long, short in zip(quality._ESTIMATES, "fpr", strict=True)]
        else:
            pairs = [(ours["value"], theirs["acc"] if isinstance(theirs, dict) else theirs)]
        assert all(one == pytest.approx(other, abs=6e-5) for one, other in pairs), name


HARD = {  # what is reached on them now, less half a point
    "state": 0.974, "org": 0.982, "person_span": 0.980, "citation_span": 0.919, "citation_role": 0.876,
    "date_span": 0.960, "date_value": 0.922, "reading": 0.913, "line_role": 0.945,
}  # fmt: skip


def test_the_hard_pages_are_read_no_worse_than_before():
    gold = find_gold(SAMPLE.parent / "hard")
    compared = quality.compare(gold, open_corpus(gold.pages))
    figures = quality.figures(compared.counts, resamples=10)
    found = dict(figures.select("figure", "value").iter_rows())
    assert compared.counts["page"].n_unique() == 39
    assert {name: value for name, value in found.items() if value < HARD.get(name, 0)} == {}
    assert found["count_error"] < 0.065
    assert all("Trang mẫu của Điểm báo" in page.read_text(encoding="utf-8") for page in Path(gold.pages).glob("*.txt"))


def counted(*rows: tuple[int, int, int], figure: str = "state") -> pl.DataFrame:
    """(tp, fp, fn) of one figure a page → `Compared.counts`."""
    cells = [
        (f"p{n:03d}", name, *(row if name == figure else (0, 0, 0)))
        for n, row in enumerate(rows)
        for name in quality.FIGURES
    ]
    return pl.DataFrame(cells, schema=["page", "figure", "tp", "fp", "fn"], orient="row")


def only(table: pl.DataFrame, figure: str = "state") -> dict:
    return table.row(by_predicate=pl.col("figure") == figure, named=True)


def test_figures_by_hand():
    row = only(quality.figures(counted((8, 2, 0), (0, 0, 2), (0, 0, 0), (0, 0, 0), (2, 0, 0))))
    assert (row["tp"], row["fp"], row["fn"], row["articles"], row["articles_total"]) == (10, 2, 2, 3, 5)
    assert (row["precision"], row["recall"], row["value"]) == pytest.approx((10 / 12,) * 3)
    assert row["value_low"] <= row["value"] <= row["value_high"]
    accuracy = only(quality.figures(counted(*[(3, 1, 1)] * 5, figure="reading")), "reading")
    assert (accuracy["measure"], accuracy["value"], accuracy["precision"]) == ("accuracy", 0.75, None)
    error = only(quality.figures(counted(*[(8, 1, 2)] * 5, figure="count_error")), "count_error")
    assert (error["measure"], error["value"]) == ("error", pytest.approx(0.3))
    assert only(quality.figures(counted(*[(1, 0, 0)] * 5)), "org")["value"] is None


def test_intervals_are_those_of_resampled_articles():
    rows = [(9, 1, 0), (4, 0, 4), (7, 0, 0), (6, 2, 1), (8, 0, 1), (5, 1, 1)] * 5
    row = only(quality.figures(counted(*rows), resamples=4000))
    draw, drawn = random.Random(5), []
    for _ in range(4000):
        tp, fp, fn = (sum(column) for column in zip(*draw.choices(rows, k=len(rows)), strict=True))
        drawn.append(2 * tp / (2 * tp + fp + fn))
    tail = intervals.tail_level(len(rows))
    low, high = (sorted(drawn)[round(level * 3999)] for level in (tail, 1 - tail))
    assert (row["value_low"], row["value_high"]) == pytest.approx((low, high), abs=0.006)


def test_a_figure_without_an_error_is_not_certain():
    row = only(quality.figures(counted(*[(10, 0, 0)] * 20)))
    low = intervals.wilson(pl.lit(200), pl.lit(200), False)
    assert row["value_high"] == 1 and row["value_low"] == pl.select(low).item() < 0.99
    none = only(quality.figures(counted(*[(0, 1, 1)] * 20)))
    assert none["value_low"] == 0 < none["value_high"] < 0.3
    off = only(quality.figures(counted(*[(10, 0, 0)] * 20, figure="count_error")), "count_error")
    assert off["value_low"] == 0 < off["value_high"] < 0.03


def test_few_articles_abstain():
    assert only(quality.figures(counted(*[(8, 2, 0)] * 4)))["value_low"] is None
    rare = only(quality.figures(counted(*[(8, 2, 0)] * 2, *[(0, 0, 0)] * 8)))
    assert rare["abstains"] and rare["value"] and rare["value_low"] is None


def test_groups_are_measured_each_by_itself():
    counts = counted(*[(8, 2, 0)] * 6, *[(9, 0, 1)] * 6)
    documents = pl.DataFrame({"page": counts["page"].unique(maintain_order=True)}).with_row_index("row")
    year = pl.when(pl.col("row") < 6).then(pl.lit("2023-05?")).when(pl.col("row") < 11).then(pl.lit("2024-01-02"))
    table = quality.by_year(counts, documents.with_columns(published=year)).filter(pl.col("figure") == "state")
    assert table.select("year", "tp", "fp", "fn", "articles_total").rows() == [
        ("2023", 48, 12, 0, 6),
        ("2024", 45, 0, 5, 5),
        (None, 9, 0, 1, 1),
    ]
    standing = pl.DataFrame(
        {"page": ["p000", "p000", "p011", "gone"], "segment": 0, "source_id": ["AP", "VOA", "AP", "AP"]}
    )
    table = quality.by_source(counts, standing, ["VOA", "AP", "Reuters"]).filter(pl.col("figure") == "state")
    assert table.select("source_id", "tp", "articles_total").rows() == [("VOA", 8, 1), ("AP", 17, 2)]
    assert quality.by_source(counts, standing.clear(), ["AP"]).is_empty()


def test_the_same_seed_gives_the_same_table_in_any_order():
    draw = random.Random(1)
    counts = counted(*[(draw.randint(1, 9), draw.randint(0, 3), draw.randint(0, 3)) for _ in range(30)])
    first = quality.figures(counts, seed=1)
    assert first.equals(quality.figures(counts.sample(fraction=1, shuffle=True, seed=2), seed=1))
    assert not first.equals(quality.figures(counts, seed=2))


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("{", "no JSON"),
        ("[]", "the line must be a JSON object"),
        ({"marks": []}, "`doc` must be a text"),
        (ROW | {"marks": {}}, "`marks` must be a list"),
        (ROW | {"marks": [7]}, r"marks\[0\] must be a JSON object"),
        (ROW | {"marks": [MARKS[0], MARKS[1] | {"start": "4"}]}, r"marks\[1\]: `start` and `end` must be offsets"),
        (ROW | {"marks": [MARKS[0] | {"end": 0}]}, "must be offsets, not 0 and 0"),
        (ROW | {"marks": [MARKS[0] | {"kind": "place"}]}, "kind 'place' is none of actor, source, date"),
        (ROW | {"marks": [MARKS[0] | {"label": "USA"}]}, "label 'USA' is no actor; write S:USA"),
        (ROW | {"marks": [MARKS[2] | {"label": "quote"}]}, "label 'quote' is no role; choose from pub, credit"),
        (ROW | {"marks": [MARKS[3] | {"alts": "2024"}]}, r"marks\[0\]: `alts` must be a list"),
        (ROW | {"roles": {"0": "body"}}, "'0' is no number of a line"),
        (ROW | {"roles": {"3": "body|text"}}, "roles, line 3: 'text' is no role"),
        (ROW | {"facts": {"published": 2024}}, "`published` must be an EDTF date or null, not 2024"),
        (ROW | {"doc": "z"}, "`doc` 'z' stands in line 1 already"),
    ],
)
def test_a_wrong_row_is_named(row, message, tmp_path):
    file = written(tmp_path, ROW | {"doc": "z"}, "", row)
    with pytest.raises(DiembaoError, match=f"{re.escape(str(file))}, line 3: .*{message}"):
        read_gold(file)


def test_pages_that_are_gone_or_changed_are_named(marked):
    with pytest.raises(DiembaoError, match=r"truth.jsonl, line 2: page 'b' is not among the pages"):
        quality.compare(marked(ROW, ROW | {"doc": "b"}), extracted())
    moved = ROW | {"marks": [MARKS[0] | {"start": 1, "end": 3}]}
    with pytest.raises(DiembaoError, match="line 1: page 'a' has 'ỹ ' at 1 and not 'Mỹ'"):
        quality.compare(marked(moved), extracted())


def test_where_the_marks_are_found(tmp_path):
    assert (find_gold().whose, find_gold().pages, find_gold().file) == ("sample", "sample", SAMPLE / "truth.jsonl")
    assert (find_gold("", tmp_path).whose, find_gold("", tmp_path).pages) == ("substitute", "sample")
    file = written(tmp_path, ROW)
    beside = find_gold("", tmp_path)
    assert (beside.whose, beside.pages, beside.file) == ("corpus", str(tmp_path), file)
    assert find_gold(tmp_path).pages == str(tmp_path)
    (tmp_path / "pages").mkdir()
    (tmp_path / "dev.jsonl").write_text("")
    given_ = find_gold(tmp_path)
    assert (given_.whose, given_.pages, given_.file) == ("given", str(tmp_path / "pages"), file)
    with pytest.raises(DiembaoError, match=r"dev.jsonl: holds no marked page"):
        find_gold(tmp_path / "dev.jsonl")
    (tmp_path / "more.jsonl").write_text("")
    file.unlink()
    with pytest.raises(DiembaoError, match=r"needs one .jsonl of marks; dev.jsonl, more.jsonl: name the one meant"):
        find_gold(tmp_path)
    with pytest.raises(DiembaoError, match="none is there"):
        find_gold(tmp_path / "pages")
    with pytest.raises(DiembaoError, match="no such file or folder"):
        find_gold(tmp_path / "nowhere")


@pytest.fixture(scope="module")
def sample():
    gold = find_gold()
    news = open_corpus(gold.pages)
    return gold, news, quality.compare(gold, news)


def test_the_command_prints_the_table(sample, capsys):
    gold, _, compared = sample
    assert __main__.main(["evaluate", "--errors"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len([line for line in lines if line.endswith(f"/ {gold.documents.height}")]) == len(quality.FIGURES)
    assert len(lines) >= len(quality.FIGURES) + compared.errors.height + 5
    assert __main__.main(["evaluate", "no/such/folder"]) == 1
    assert "no such file or folder" in capsys.readouterr().err


def test_every_figure_and_error_has_its_string():
    wanted = {"figure": quality.FIGURES, "error": quality.ERRORS}
    keys = wording.strings().keys()
    assert not [
        f"{section}.{word}" for section, words in wanted.items() for word in words if f"{section}.{word}" not in keys
    ]


@pytest.mark.parametrize("language", wording.LANGUAGES)
def test_what_is_shown_and_said_and_drawn(sample, language):
    gold, news, compared = sample
    chosen = select(news, duplicates="printed")
    words, minimum = Words(language, chosen.names), intervals.MINIMUM_ARTICLES
    standing = chosen.with_pages(comparison.attributed(chosen.articles, chosen.citations, chosen.sources))
    whole, differences = quality.figures(compared.counts), quality.concordance(compared.errors, news.pages)
    by_source, by_year = quality.by_source(compared.counts, standing), quality.by_year(compared.counts, gold.documents)
    few = quality.by_year(compared.counts.head(4 * len(quality.FIGURES)), gold.documents)
    none = quality.by_source(compared.counts, standing.clear())
    found = [
        *(words.measured(38, whose, "gold.jsonl") for whose in ("sample", "substitute", "corpus", "given")),
        *(words.accuracy(table) for table in (whole, whole.clear())),
        *(words.differences(table) for table in (differences, differences.clear())),
        *(words.agreement(table, minimum) for table in (by_source, by_year, few, none)),
    ]
    for said in found:
        assert said.title and said.sentence and not re.search(r"[{}]|None|nan", said.title + said.sentence), said
    for table in (whole, differences, by_source, by_year):
        shown = words.table(table, rows=100)
        assert len(shown.headings) > 5 and len(shown.rows) == table.height
    drawn = [charts.accuracy(table, words, "t") for table in (whole, whole.clear())]
    drawn += [charts.agreement(table, words, "t") for table in (by_source, by_year, few, none)]
    for chart in drawn:
        spec = chart.to_dict()
        empty = spec["description"] == f"t. {words.text('table.empty')}"
        assert spec["width"] == theme.WIDTH and empty != (len(spec["description"]) > 50)
        assert theme.bundle(spec)[0]["image/png"]
