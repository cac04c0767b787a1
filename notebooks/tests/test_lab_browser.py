"""The lab in a real JupyterLab in a real browser: from a click to the sentences, to a correction, to a file.

DIEMBAO_SHOTS=DIR keeps a screenshot of every step there.
"""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import polars as pl
import pytest

from diembao.lab import View
from diembao.measures.selection import alphabetical

NOTEBOOK = Path(__file__).resolve().parents[1] / "explore.ipynb"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
SETTINGS = {
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},  # what is out of sight is there all the same
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("lab")
    shutil.copy(NOTEBOOK, home / "explore.ipynb")
    return home


@pytest.fixture(scope="module")
def address(home, tmp_path_factory):
    """→ the address of explore.ipynb in a JupyterLab of its own."""
    own = tmp_path_factory.mktemp("jupyter")
    for name, settings in SETTINGS.items():
        file = own / "settings" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(settings))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    folders = {"JUPYTER_CONFIG_DIR": "config", "JUPYTER_RUNTIME_DIR": "runtime", "JUPYTERLAB_SETTINGS_DIR": "settings"}
    folders |= {"JUPYTERLAB_WORKSPACES_DIR": "workspaces", "IPYTHONDIR": "ipython"}
    options = {
        "ServerApp.token": token,
        "ServerApp.port": port,
        "ServerApp.port_retries": 0,
        "ServerApp.ip": "127.0.0.1",
    }
    options |= {"ServerApp.root_dir": home, "ServerApp.open_browser": False, "ServerApp.allow_root": True}
    with (own / "log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *(f"--{name}={value}" for name, value in options.items())],
            env=os.environ | {name: str(own / folder) for name, folder in folders.items()},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    base = f"http://127.0.0.1:{port}"
    for _ in range(960):
        try:
            urllib.request.urlopen(f"{base}/api?token={token}", timeout=1).read()
            break
        except OSError:
            assert server.poll() is None, (own / "log").read_text()
            time.sleep(0.25)
    yield f"{base}/lab/tree/explore.ipynb?token={token}"
    os.killpg(server.pid, signal.SIGINT)
    try:
        server.wait(10)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait(10)


@pytest.fixture(scope="module")
def page(address, chromium):
    """→ explore.ipynb, run from top to bottom."""
    sync_playwright = pytest.importorskip("playwright.sync_api").sync_playwright
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_context(viewport={"width": 1400, "height": 1000}).new_page()
        page.set_default_timeout(90_000)
        page.requests = []
        page.on("request", lambda request: page.requests.append(request.url))
        page.goto(address)
        page.locator(".jp-Notebook .jp-CodeCell").first.wait_for(timeout=240_000)
        page.locator(".jp-StatusBar-Widget, #jp-main-statusbar").get_by_text("| Idle").first.wait_for(timeout=240_000)
        page.get_by_text("Run", exact=True).click()
        page.get_by_text("Run All Cells", exact=True).click()
        page.locator(".db-charts svg").nth(3).wait_for(timeout=240_000)
        page.wait_for_function(
            "document.querySelectorAll('.db-charts svg .mark-rule path, .db-charts svg .mark-rule line').length > 9"
        )
        page.locator(".db-lab").evaluate("lab => lab.scrollIntoView()")
        yield page
        browser.close()


@pytest.fixture(autouse=True)
def anew(page, request):
    """Every test begins with the usual choices on the first tab, and leaves a picture."""
    page.locator(".db-main .lm-TabBar-tab").first.click()
    page.locator(".db-ask button", has_text="Start over").click()
    shows(page, "1–25 of 1,39")
    comes_to_rest(page)
    yield
    if folder := os.environ.get("DIEMBAO_SHOTS"):
        page.screenshot(path=Path(folder, f"lab-{request.node.name}.png"))


def evidence(page):
    return page.locator(".db-read .db-table").first.locator("tbody tr")


def about(page) -> str:
    return page.locator(".db-read").first.locator(".db-bar .db-caption").inner_text()


def total(page) -> int:
    return int(about(page).split(" of ")[1].replace(",", ""))


def total_becomes(page, wanted: str) -> int:
    """Waits until the number of mentions found is as wanted (JavaScript about `n`) → it."""
    page.wait_for_function(
        f"""() => {{
            const found = document.querySelector('.db-read .db-bar .db-caption').innerText.match(/ of ([\\d,]+)/);
            const n = found ? Number(found[1].replaceAll(',', '')) : NaN;
            return {wanted};
        }}"""
    )
    return total(page)


def comes_to_rest(page) -> None:
    """Waits until the intervals are there and the charts have kept their place for a second, so that a click hits."""
    page.locator(".db-lab .db-caption", has_text="with 95% intervals").wait_for()
    places = """all => all.map(svg => {
        const box = svg.getBoundingClientRect()
        return [box.x, box.y, box.width, box.height, svg.querySelectorAll('*').length].join()
    }).join(';')"""
    seen, quiet = "", 0
    for _ in range(360):
        now = page.locator(".db-charts svg").evaluate_all(places)
        seen, quiet = now, quiet + 1 if now == seen else 0
        if quiet == 4:
            return
        page.wait_for_timeout(250)
    raise AssertionError(f"the charts do not come to rest: {seen}")


def days_asked(page) -> list[str]:
    return [field.input_value() for field in page.locator(".db-ask input[placeholder='2024-06-30']").all()]


def shows(page, text: str) -> None:
    """Waits for what the line above the evidence says."""
    page.locator(".db-read").first.locator(".db-bar .db-caption", has_text=text).wait_for()


def chart(page, title: str):
    return page.locator(".db-charts .vega-embed", has=page.locator(f"text={title}")).first


def bars(page):
    return chart(page, "Who is named").locator(".mark-rect path")


def message(page):
    return page.locator(".db-message p")


def test_it_opens_clean_and_everything_is_in_place(page):
    assert page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.error']").count() == 0
    assert page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
    assert page.locator(".db-charts svg").count() == 4
    assert evidence(page).count() == 25 and total(page) == 1390
    assert page.locator(".db-page mark.here").inner_text() == evidence(page).first.locator("td").nth(1).inner_text()
    assert [url for url in page.requests if "127.0.0.1" not in url and not url.startswith(("data:", "blob:"))] == []


@pytest.mark.parametrize("width", [1100, 1400, 1900])
def test_it_fits_the_screen(page, width):
    page.set_viewport_size({"width": width, "height": 1000})
    for _ in range(240):  # charts are drawn again as wide as there is room
        page.wait_for_timeout(250)
        wide = page.locator(".db-lab").evaluate(
            """lab => [...lab.querySelectorAll('.db-charts svg, .db-table, .db-page, input, select, button')]
            .filter(part => part.offsetParent !== null || part.tagName === 'svg')
            .filter(part => !part.closest('.db-table table'))
            .filter(part => part.getBoundingClientRect().right > lab.getBoundingClientRect().right + 1)
            .map(part => part.outerHTML.slice(0, 120))"""
        )
        narrow = page.locator(".db-charts svg").evaluate_all("all => all.map(svg => svg.getBoundingClientRect().width)")
        if not wide and min(narrow) >= 280:
            break
    if folder := os.environ.get("DIEMBAO_SHOTS"):
        page.screenshot(path=Path(folder, f"lab-width-{width}.png"))
    page.set_viewport_size({"width": 1400, "height": 1000})
    assert wide == []
    assert min(narrow) >= 280


def test_a_bar_clicked_leads_to_the_sentences(page):
    bars(page).first.click()
    page.locator(".db-tags button", has_text="Russia").wait_for()
    total_becomes(page, "n === 165")
    assert evidence(page).count() == 25
    evidence(page).nth(4).click()
    name, place = (evidence(page).nth(4).locator("td").nth(number).inner_text() for number in (1, 3))
    page.locator(".db-read h4", has_text=place).wait_for()
    # (both boxes at once: the page may be drawn anew between two calls)
    page.wait_for_function(
        """name => {
            const page = document.querySelector('.db-page'), mark = page && page.querySelector('mark.here')
            if (!mark || mark.innerText !== name) return false
            const [box, here] = [page, mark].map(part => part.getBoundingClientRect())
            return box.top <= here.top && here.top <= box.bottom
        }""",
        arg=name,
    )
    assert {"state", "citation"} <= {
        kind.split()[0] for kind in page.locator(".db-page mark").evaluate_all("all => all.map(mark => mark.className)")
    }
    page.locator(".db-read .db-table th button", has_text="After").first.click()
    page.wait_for_function("document.querySelector('.db-read th[aria-sort=ascending]').innerText.startsWith('After')")
    after = pl.Series(evidence(page).locator("td:nth-child(3)").all_inner_texts()).str.split(" ").list.first()
    keys = pl.select(alphabetical(pl.lit(after))).to_series().to_list()
    assert len(keys) == 25 and keys == sorted(keys)
    cut = """() => [...document.querySelectorAll('.db-read .db-table td.context')]
        .filter(cell => cell.scrollWidth > cell.clientWidth + 1).map(cell => cell.innerText)"""
    assert page.evaluate(cut) == []  # the words beside a name are whole


def test_a_cell_clicked_chooses_actor_and_source(page):
    chart(page, "In whose reporting").locator(".pick_1, .mark-rect").nth(1).locator("path").nth(3).click()
    page.locator(".db-tags button", has_text="Russia").wait_for()
    page.locator(".db-ask select option:checked", has_text="Yonhap").wait_for(state="attached")
    total_becomes(page, "0 < n && n < 165")


def test_the_timeline_is_brushed_and_the_calendar_follows(page):
    before = total(page)
    plot = chart(page, "Over time").locator("svg .background").first.bounding_box()
    page.mouse.move(plot["x"] + plot["width"] * 0.3, plot["y"] + 40)
    page.mouse.down()
    page.mouse.move(plot["x"] + plot["width"] * 0.7, plot["y"] + 60, steps=6)
    page.mouse.up()
    page.wait_for_function("document.querySelector('.db-ask input[placeholder=\"2024-06-30\"]').value.startsWith('20')")
    total_becomes(page, f"0 < n && n < {before}")
    chart(page, "Days covered").locator(".brush_brush path, .mark-rect.brush_brush path").first.wait_for(
        state="attached"
    )
    asked = days_asked(page)
    for _ in range(30):  # a slow page answers to the way of the mouse one step after the other
        page.wait_for_timeout(1_000)
        before, asked = asked, days_asked(page)
        if asked == before:
            break
    page.wait_for_timeout(600)  # what the calendar says of its own brush must not move the days
    assert days_asked(page) == asked == before


def test_actors_are_chosen_by_the_keyboard_alone(page):
    page.locator(".db-search input").first.focus()
    page.keyboard.type("trieu tien")
    page.locator(".db-search li[aria-selected=true]", has_text="North Korea").wait_for()
    page.keyboard.press("Enter")
    page.locator(".db-tags button", has_text="North Korea").wait_for()
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('.db-main .lm-TabBar') !== null"):
            break
    assert page.evaluate("document.activeElement.closest('.db-main .lm-TabBar') !== null")
    labelled = page.locator(".db-lab :is(input, select, textarea)").evaluate_all(
        """all => all.filter(field => !(field.labels?.length || field.ariaLabel || field.title))
        .map(field => field.outerHTML)"""
    )
    assert labelled == []


def test_it_speaks_vietnamese(page):
    page.locator(".db-head button", has_text="Tiếng Việt").click()
    page.locator(".db-ask h4", has_text="Hỏi").wait_for()
    page.locator(".db-charts text", has_text="Ai được nhắc").wait_for()
    page.wait_for_function("document.querySelectorAll('.db-charts svg').length === 4")
    page.wait_for_timeout(800)
    if folder := os.environ.get("DIEMBAO_SHOTS"):
        page.screenshot(path=Path(folder, "lab-vietnamese.png"))
    page.locator(".db-head button", has_text="English").click()
    page.locator(".db-ask h4", has_text="Ask").wait_for()


def test_the_figure_is_taken_away(page, home):
    page.locator(".db-main .lm-TabBar-tab", has_text="Take away").click()
    page.get_by_role("button", name="SVG").click()
    message(page).get_by_text("actors.svg").wait_for()
    assert (home / "lab-output" / "actors.svg").read_text().startswith("<svg")
    link = page.locator(".db-main input[placeholder*='diembao'], .db-main .widget-text input").evaluate_all(
        "all => all.map(field => field.value).find(value => value.startsWith('diembao:'))"
    )
    assert View.from_link(link).to_dict() == View().to_dict()


def test_a_broken_path_is_a_message_and_not_a_traceback(page):
    page.locator(".db-main .lm-TabBar-tab").last.click()
    field = page.locator(".db-main .widget-text input:visible").first
    field.fill("nowhere/at/all")
    field.press("Tab")
    page.get_by_role("button", name="Open", exact=True).click()
    page.locator(".db-message p[role=alert]", has_text="nowhere/at/all").wait_for()
    assert page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.error']").count() == 0


def test_a_name_is_taught_and_a_mention_flagged_and_the_counts_change(page, home):
    page.locator(".db-main .lm-TabBar-tab", has_text="Teach names").click()
    search = page.locator(".db-main .db-search input:visible")
    search.focus()
    page.keyboard.type("NATO")
    page.locator(".db-main .db-search li[aria-selected=true]", has_text="NATO").wait_for()
    page.keyboard.press("Enter")
    page.locator(".db-main .db-tags:visible button", has_text="NATO").wait_for()
    name = page.locator(".db-main input[placeholder*='written in the pages']")
    name.fill("Leopard 2")
    name.press("Tab")
    if folder := os.environ.get("DIEMBAO_SHOTS"):
        page.screenshot(path=Path(folder, "lab-teach.png"))
    page.get_by_role("button", name="Add as a written form").click()
    message(page).get_by_text("now counts").wait_for()
    assert "Leopard 2,NATO,name" in (home / "my-catalogue" / "aliases.csv").read_text()
    page.locator(".db-main .lm-TabBar-tab").first.click()
    taught = total_becomes(page, "n > 1390")

    reason = page.locator("input[placeholder='why, for readers of your figures']")
    page.locator("input[placeholder^='e.g. RUS']").fill("")
    reason.fill("no state is meant here")
    reason.press("Tab")
    if folder := os.environ.get("DIEMBAO_SHOTS"):
        page.screenshot(path=Path(folder, "lab-flag.png"))
    page.get_by_role("button", name="Flag as wrong").click()
    message(page).get_by_text("Corrected").wait_for()
    assert "no state is meant here" in (home / "my-sample" / "corrections.csv").read_text()
    total_becomes(page, f"n === {taught - 1}")


def test_running_a_cell_again_shows_the_same(page):
    before = page.locator(".db-lab").count()
    page.get_by_text("Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    page.wait_for_function("![...document.querySelectorAll('.jp-InputPrompt')].some(at => at.innerText.includes('*'))")
    page.locator(".db-charts svg").nth(3).wait_for()
    page.wait_for_timeout(500)
    total_becomes(page, "n === 1390")
    assert page.locator(".db-lab").count() == before
