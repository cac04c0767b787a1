"""Roles learned from marked pages: on a site's pages they correct rules where they are sure, and nowhere else."""

import json

import polars as pl
import pytest
from extracting import catalogue, pages, roles_of
from test_articles import BODY, HEADLINE, LEAD

from diembao import articles, learned, signals
from diembao.gold import line_weights

SITE = ["Trang chủ", "Thế giới", "Kinh tế", "Đời sống", "Liên hệ quảng cáo"]
STORY = [HEADLINE, LEAD, *BODY]


def judged(**texts: str) -> pl.DataFrame:
    given = pages(**texts)
    return articles.judged(signals.split_lines(given), given, catalogue())[0]


@pytest.fixture
def weighing(monkeypatch):
    """A role → every line has it for sure."""

    def of(role: str):
        given = {("any", 0): tuple(20.0 * (role == one) for one in learned.ROLES)}
        monkeypatch.setattr(learned, "_weights", lambda: given)

    return of


def test_chances_add_up_and_know_no_other_page():
    both = learned.probabilities(judged(p="\n".join([*SITE, *STORY]), q="\n".join(STORY)))
    assert both.sum(axis=1) == pytest.approx(1)
    assert both[-len(STORY) :] == pytest.approx(learned.probabilities(judged(q="\n".join(STORY))))


def test_plain_texts_headlines_and_what_stands_above_keep_the_roles_of_rules(weighing):
    weighing("caption")
    plain = "\n".join(STORY)
    assert roles_of(plain)[BODY[0]] == "body"
    roles = roles_of("\n".join([*SITE, *STORY]))
    assert roles[HEADLINE] == "headline"
    assert {roles[line] for line in SITE} == {"ui"}
    assert {roles[line] for line in BODY} == {"body"}  # nor is a paragraph taken from a story


def test_a_caption_learned_to_be_text_is_text_on_a_sites_page_alone(weighing):
    caption = "Hai đại sứ tại lễ ký thỏa thuận. Ảnh: AFP"
    text = [*STORY[:3], caption, *STORY[3:]]
    assert roles_of("\n".join([*SITE, *text]))[caption] == "caption"
    weighing("body")
    assert roles_of("\n".join(text))[caption] == "caption"
    assert roles_of("\n".join([*SITE, *text]))[caption] == "body"


@pytest.mark.parametrize("role", learned.ROLES)
def test_headline_lead_and_byline_are_the_rules_alone(weighing, role):
    page = "\n".join([*SITE, *STORY[:2], "12/05/2019 08:30", *BODY])
    weighing("body")
    kept = {line: given for line, given in roles_of(page).items() if given in ("headline", "lead", "byline")}
    assert set(kept.values()) == {"headline", "lead", "byline"}
    weighing(role)
    found = roles_of(page)
    assert {line: given for line, given in found.items() if given in ("headline", "lead", "byline")} == kept


def test_what_the_site_says_is_learned_to_be_no_link_and_what_its_form_shows_nothing_else(weighing):
    kind = "[Infographics] Hai kho tên lửa lớn nhất thế giới"
    page = "\n".join([*SITE, *STORY, kind, "Gửi bình luận", "Bản quyền thuộc về Báo Mẫu"])
    weighing("related")
    assert {roles_of(page)[line] for line in ("Gửi bình luận", "Bản quyền thuộc về Báo Mẫu")} == {"ui"}
    weighing("ui")
    assert roles_of(page)[kind] == "related"


def test_a_page_that_only_lists_others_stays_one(weighing):
    weighing("body")
    titles = [f"Hội nghị thứ {number} của khối kết thúc trong đồng thuận" for number in range(1, 5)]
    page = "\n".join(line for title in titles for line in (title, title, f"{title}, theo các đại biểu dự họp."))
    assert "body" not in roles_of(page).values()


def test_weights_are_learned_from_marked_pages(tmp_path, monkeypatch):
    text = [*SITE, *STORY, *SITE[:3]]
    marked = {str(number): "related" if line in SITE else "body" for number, line in enumerate(text, 1)}
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "p.txt").write_text("\n".join(text), encoding="utf-8")
    row = {"doc": "p", "marks": [], "roles": marked}
    (tmp_path / "truth.jsonl").write_text(json.dumps(row), encoding="utf-8")
    weights = line_weights([tmp_path])
    assert weights.columns == ["signal", "by", *learned.ROLES]
    rows = {(signal, by): tuple(of) for signal, by, *of in weights.iter_rows()}
    monkeypatch.setattr(learned, "_weights", lambda: rows)
    best = learned.probabilities(judged(p="\n".join(text))).argmax(axis=1)
    assert [learned.ROLES[place] for place in best] == list(marked.values())


def test_the_shipped_weights_are_of_signals_there_are():
    shown = learned.shows(judged(p="\n".join(STORY)).head(0)).columns
    table = pl.read_csv(learned.WEIGHTS)
    assert table.columns == ["signal", "by", *learned.ROLES]
    assert set(table["signal"]) <= set(shown)
    assert set(table["by"]) == set(learned.AROUND)
    assert not table.select("signal", "by").is_duplicated().any()
