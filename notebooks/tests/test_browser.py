"""A built report in Chromium without a network: charts drawn, nothing asked for, nothing run that is not ours."""

import pytest
from conftest import HOSTILE

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

    def open_file(file, width=1280, scheme="light"):
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
        charts = page.locator("figure.chart").count()
        if charts:
            page.wait_for_function(
                f"document.querySelectorAll('figure[data-drawn]').length === {charts}", timeout=20_000
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
        page.locator("figure.chart details button").click()
    lines = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert sorted(lines[0].split(",")) == ["actor", "image", "mentions"]
    assert not [line for line in lines if line.startswith(("=", "@", '"='))]
    with page.expect_download() as download:
        page.locator("figure.chart > button").click()
    assert download.value.path().read_text().startswith("<svg")
    assert page.evaluate("typeof window.pwned") == "undefined" and page.requests[0] == file.as_uri()
