"""A built report in Chromium without a network: charts drawn, nothing asked for, nothing run that is not ours."""

import csv
import io
import re
from pathlib import Path

import pytest
from conftest import HOSTILE
from documents import about, everything

from diembao.report import document, execute

NOTEBOOKS = Path(__file__).resolve().parents[1]
REPORTS = ("actor_mentions", "source_comparison", "date_coverage", "extraction_quality")

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def browser(chromium):
    sync_playwright = pytest.importorskip("playwright.sync_api").sync_playwright
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(browser):
    """→ a function that opens a file offline and returns its page, with what it asked for and complained of."""
    contexts = []

    def open_file(file, width=1280, scheme="light", wait=True):
        context = browser.new_context(
            offline=True, viewport={"width": width, "height": 900}, color_scheme=scheme, accept_downloads=True
        )
        contexts.append(context)
        page = context.new_page()
        page.requests, page.complaints = [], []
        page.on("request", lambda request: page.requests.append(request.url))
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("dialog", lambda dialog: page.complaints.append(dialog.message) or dialog.dismiss())
        page.goto(file.as_uri())
        charts = page.locator("figure.chart").count() if wait else 0
        if charts:
            page.wait_for_function(
                f"document.querySelectorAll('figure[data-drawn]').length === {charts}", timeout=90_000
            )
        return page

    yield open_file
    for context in contexts:
        context.close()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_charts_are_drawn_offline(built, visit, width, scheme):
    page = visit(built.folder / "plain.html", width, scheme)
    assert page.locator("figure.chart .plot svg").count() == 2
    assert page.locator("figure.chart:first-of-type .mark-rect.role-mark path").count() == 2
    assert page.requests == [page.url]
    assert page.complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_hostile_strings_run_nothing(built, visit):
    (file,) = (f for f in built.folder.glob("hostile*.html") if ".vi." not in f.name)
    page = visit(file, width=390)
    assert page.evaluate("typeof window.pwned") == "undefined"
    assert page.requests == [page.url]
    assert page.complaints == []
    assert page.locator("figure.chart .plot svg").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    cells = page.locator(".table tbody tr td:first-child").all_text_contents()
    assert cells == [text if text != "null" else "null" for text in HOSTILE]
    page.locator("figure.chart summary").click()
    assert page.locator("figure.chart tbody td:first-child").all_text_contents() == HOSTILE
    assert page.locator(".finding").first.text_content() == " ".join(HOSTILE)


def test_overview_runs_nothing_and_leads_to_the_reports(built, visit):
    page = visit(built.folder / "index.html")
    assert page.evaluate("typeof window.pwned") == "undefined"
    assert page.requests == [page.url] and page.complaints == []
    links = page.locator("article h2 a")
    assert links.count() == 2
    links.nth(1).click()
    assert page.locator("h1").text_content().startswith("Who? <script>")


def test_policy_stops_what_an_escape_lets_through(built, visit, tmp_path):
    whole = (built.folder / "plain.html").read_text()
    hole = (
        '<script>window.pwned=1</script><img src="x" onerror="window.pwned=1"><a href="javascript:window.pwned=1">x</a>'
    )
    file = tmp_path / "hole.html"
    file.write_text(whole.replace("</main>", f"{hole}</main>"))
    page = visit(file)
    page.locator("text=x").last.click()
    assert page.evaluate("typeof window.pwned") == "undefined"
    assert any("Content Security Policy" in complaint for complaint in page.complaints)
    assert page.locator("figure.chart .plot svg").count() == 2


def test_tooltip_and_downloads(built, visit, tmp_path):
    (file,) = (f for f in built.folder.glob("hostile*.html") if ".vi." not in f.name)
    page = visit(file)
    page.locator("figure.chart .mark-rect.role-mark path").nth(3).hover()
    tooltip = page.locator("#vg-tooltip-element.visible")
    tooltip.wait_for()
    assert HOSTILE[3] in tooltip.text_content() or tooltip.locator("tr").count() == 2
    page.locator("figure.chart summary").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save all rows as CSV").click()
    lines = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert sorted(lines[0].split(",")) == ["actor", "image", "mentions"]
    assert not [line for line in lines if line.startswith(("=", "@", '"='))]
    with page.expect_download() as download:
        page.locator("figure.chart > button").click()
    assert download.value.path().read_text().startswith("<svg")
    assert page.evaluate("typeof window.pwned") == "undefined" and page.requests[0] == file.as_uri()


# --- every chart, and tables that are searched


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """→ a folder with `en.html` and `vi.html`: every chart, a long concordance with hostile rows, changes."""
    folder = tmp_path_factory.mktemp("whole")
    for language in document.languages():
        made = everything(folder / language, language)
        (folder / f"{language}.html").write_text(made.html, encoding="utf-8")
    return folder


def rows(page):
    """→ the texts of the rows that are shown of the first table in the text."""
    return page.locator("#table-1 tbody tr:visible").all_text_contents()


def status(page):
    return page.locator("#table-1 [role=status]").text_content()


def look_for(page, text):
    page.locator("#table-1").get_by_role("searchbox").fill(text)


@pytest.mark.parametrize("width", [1280, 390])
def test_every_chart_is_drawn_offline(whole, visit, width):
    page = visit(whole / "vi.html", width)
    drawn = page.evaluate(
        "[...document.querySelectorAll('figure .plot')].map(p => p.querySelectorAll('svg .mark-group path').length)"
    )
    assert len(drawn) > 10 and min(drawn) > 0
    assert page.requests == [page.url] and page.complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_concordance_is_searched_without_accents_and_with_them(whole, visit):
    page = visit(whole / "vi.html")
    total = 60 + len(HOSTILE)
    assert len(rows(page)) == 12 and status(page) == f"12 trong {total} dòng"
    look_for(page, "TRIEU  tien")
    assert len(rows(page)) == 30 and status(page) == f"30 trong {total} dòng"
    look_for(page, "Triều Tiên")
    assert len(rows(page)) == 15 and all("Triều Tiên" in row for row in rows(page))
    assert page.evaluate("CSS.highlights.get('found').size") == 15
    look_for(page, "tướng đức thăm")  # from the words before the name to those after it
    assert len(rows(page)) == 15
    look_for(page, "đuc")
    assert rows(page) == []
    look_for(page, "")
    assert len(rows(page)) == 12 and page.evaluate("CSS.highlights.get('found').size") == 0
    page.get_by_role("button", name="Hiện mọi dòng").click()
    assert len(rows(page)) == total


def test_hostile_rows_are_found_shown_and_saved_as_text(whole, visit):
    page = visit(whole / "en.html")
    for text in ("<script>", "javascript:", "{{ 7 * 7 }}", "onerror=", "=HYPERLINK", "\u202eđảo"):
        look_for(page, text)
        assert any(text in row for row in rows(page)), text
    look_for(page, "")
    page.get_by_role("button", name="Show all rows").click()
    with page.expect_download() as download:
        page.locator("#table-1").get_by_role("button", name="Save as CSV").click()
    saved = list(csv.reader(io.StringIO(download.value.path().read_text(encoding="utf-8-sig"))))
    assert len(saved) == 61 + len(HOSTILE)
    assert not [cell for row in saved for cell in row if cell.lstrip()[:1] in tuple("=+-@") and cell.strip()]
    assert page.evaluate("typeof window.pwned") == "undefined"
    assert page.requests[0] == page.url and page.complaints == []


def test_tables_are_sorted_by_keyboard_and_by_what_stands_behind_the_text(whole, visit):
    page = visit(whole / "en.html")
    look_for(page, "triều tiên")
    head = page.locator("#table-1 thead th").last
    heading = head.get_by_role("button")
    heading.focus()
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    assert [row.strip()[-2:] for row in rows(page)][:2] == ["56", "52"]
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    assert [row.strip()[-2:] for row in rows(page)][:3] == [".0", ".4", ".8"]
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") is None
    box = page.locator("#table-1 .scroll")
    assert box.get_attribute("tabindex") is None or box.evaluate("b => b.scrollHeight > b.clientHeight")


def test_without_scripts_every_row_stands_and_pictures_are_there(built, whole, browser):
    context = browser.new_context(offline=True, java_script_enabled=False, viewport={"width": 390, "height": 900})
    page = context.new_page()
    page.goto((whole / "vi.html").as_uri())
    assert page.locator("#table-1 tbody tr:visible").count() == 60 + len(HOSTILE)
    assert page.locator("input, button").count() == 0
    context.close()


def until(page, read, wanted) -> bool:
    """Whether what is read becomes what is wanted within a minute."""
    for _ in range(600):
        if wanted(read()):
            return True
        page.wait_for_timeout(100)
    return False


def test_a_brush_changes_the_linked_chart(whole, visit):
    page = visit(whole / "en.html")
    figure = page.locator("figure", has_text="Two linked bar charts")
    figure.scroll_into_view_if_needed()
    below = figure.locator(".concat_1_marks path")

    def shapes():
        return below.evaluate_all("bars => bars.map(bar => bar.getAttribute('d'))")

    before = shapes()
    months = figure.locator("[class$='_0_marks']").bounding_box()
    page.mouse.move(months["x"] + 3, months["y"] + 20)
    page.mouse.down()
    page.mouse.move(months["x"] + months["width"] / 3, months["y"] + 40, steps=5)
    page.mouse.up()
    assert len(before) > 1
    assert until(page, shapes, lambda after: after and before != after)
    page.mouse.click(months["x"] + months["width"] - 3, months["y"] + 20)  # beside the choice: all months again
    assert until(page, shapes, lambda after: after == before)
    assert page.complaints == []


def test_charts_speak_vietnamese(whole, visit):
    """Decimal commas and days as 04/06/2024, in charts and their tooltips."""
    page = visit(whole / "vi.html")
    labels = page.locator("figure svg text").all_text_contents()
    assert any(re.search(r"\d,\d", label) for label in labels)
    assert not [label for label in labels if re.search(r"\d\.\d", label)]
    for name, form in {"Biểu đồ cột: tỷ lệ": r"\d,\d%", "Dải lịch": r"\d\d/\d\d/\d{4}"}.items():
        figure = page.locator("figure", has_text=name).first
        figure.scroll_into_view_if_needed()
        figure.locator(".mark-rect.role-mark path, .mark-group .mark-rect path").last.hover(force=True)
        tooltip = page.locator("#vg-tooltip-element.visible")
        tooltip.wait_for()
        assert re.search(form, tooltip.text_content()), tooltip.text_content()


def test_printed_there_are_no_controls_and_no_scroll_boxes(whole, visit):
    page = visit(whole / "en.html")
    page.emulate_media(media="print")
    assert (
        page.locator("main button:visible:not(thead *), input:visible, .links:visible, .contents:visible").count() == 0
    )
    assert page.evaluate("getComputedStyle(document.querySelector('#table-1 .scroll')).overflowX") == "visible"
    assert status(page).startswith("12 of") and page.locator("#table-1 [role=status]").is_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.plot')).breakInside") == "avoid"


# --- the policy, with a wall less


def test_policy_stops_a_page_that_escapes_nothing(visit, tmp_path, monkeypatch):
    """The template as it is, its escaping switched off: whatever a page says becomes markup, and still nothing runs."""
    exporter = document._exporter.__wrapped__()
    exporter.environment.autoescape = False
    monkeypatch.setattr(document, "_exporter", lambda: exporter)
    file = tmp_path / "open.html"
    file.write_text(everything(tmp_path, "en").html, encoding="utf-8")
    assert '<td role="cell" class="left"><script>' in file.read_text(encoding="utf-8")
    page = visit(file, wait=False)
    stopped = "Content Security Policy"
    assert until(page, lambda: page.complaints, lambda said: any(stopped in complaint for complaint in said))
    page.wait_for_timeout(500)  # what the policy does not stop has time to run
    assert page.evaluate("typeof window.pwned") == "undefined"


# --- axe-core


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    """→ a function: a notebook's name and a language → its report, from the outputs it was committed with."""
    folder = tmp_path_factory.mktemp("read")

    def render(name, language):
        notebook = execute.read(NOTEBOOKS / f"{name}.ipynb", language)
        file = folder / f"{name}.{language}.html"
        file.write_text(document.render(notebook, language, about(folder, name=name)).html, encoding="utf-8")
        return file

    return render


@pytest.fixture(scope="module")
def axe():
    import axe_playwright_python as package

    return (Path(package.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


# axe cannot tell the contrast of text over a picture: without the shadows of scrolling boxes it can. A few rows of a
# table have all that the others have, and a drawing is one picture with a description: test_charts has its colours.
PREPARE = """() => {
    document.styleSheets[0].insertRule(".scroll { background-image: none !important }");
    for (const details of document.querySelectorAll("details")) details.open = true;
    for (const body of document.querySelectorAll("tbody")) [...body.rows].slice(4).forEach((row) => row.remove());
}"""
AXE = """(rules) => axe.run({ exclude: [[".plot svg"]] }, { resultTypes: ["violations"], ...rules })
    .then((found) => found.violations.map((v) => [v.id, v.nodes.length, v.nodes[0].html.slice(0, 200)]))"""
LIGHT, DARK = {}, {"runOnly": ["color-contrast"]}  # nothing but colours depends on the scheme


@pytest.mark.parametrize("language", document.languages())
@pytest.mark.parametrize("name", ["whole", "index", *REPORTS])
def test_axe_finds_nothing(built, whole, read, visit, axe, name, language):
    index = built.folder / ("index.html" if language == "en" else f"index.{language}.html")
    file = {"whole": whole / f"{language}.html", "index": index}.get(name) or read(name, language)
    page = visit(file)
    page.evaluate(PREPARE)
    page.evaluate(axe)
    found = []
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
        for scheme, rules in {"light": LIGHT, "dark": DARK}.items():
            page.emulate_media(color_scheme=scheme)
            found += [(width, scheme, violation) for violation in page.evaluate(AXE, rules)]
    assert found == []
