"""Small notebooks, and one build of them, for the tests of reports."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import hypothesis
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

hypothesis.settings.register_profile("diembao", deadline=None)  # how long an example takes says how busy the machine is
hypothesis.settings.load_profile("diembao")

PAYLOAD = "window.pwned=1"
# What a page's text, a title, a file name, an outlet or a parameter might hold.
HOSTILE = [
    f"<script>{PAYLOAD}</script>",
    f"</script><script>{PAYLOAD}</script>",
    f"<!--<script>{PAYLOAD}",
    "--><!--",
    f"<img src=x onerror={PAYLOAD}>",
    f"<svg onload={PAYLOAD}><script>{PAYLOAD}</script></svg>",
    f"<svg><animate onbegin={PAYLOAD} attributeName=x dur=1s>",
    f'<iframe src="javascript:parent.{PAYLOAD}"></iframe>',
    f'<a href="javascript:{PAYLOAD}">x</a>',
    f"[x](javascript:{PAYLOAD})",
    f'![x](x" onerror="{PAYLOAD})',
    "![x](https://example.org/x.png)",
    "<img src=https://example.org/x.png>",
    "<link rel=stylesheet href=https://example.org/x.css>",
    '<meta http-equiv=refresh content="0;url=https://example.org/">',
    "<base href=https://example.org/>",
    f"<form action=https://example.org/><button autofocus onfocus={PAYLOAD}>x</button></form>",
    f"<details open ontoggle={PAYLOAD}>x</details>",
    f"<math><mtext><script>{PAYLOAD}</script></mtext></math>",
    f'" autofocus onfocus="{PAYLOAD}',
    f"' onmouseover='{PAYLOAD}",
    "</style><style>body{display:none}</style>",
    "</title></head><body>",
    f"\u2028{PAYLOAD}\u2029//",
    "{{ 7 * 7 }}{% raw %}",
    "${alert(1)} `${1}`",
    '=HYPERLINK("https://example.org/";"x")',
    "@SUM(1+1)|cmd",
    "\u202eđảo ngược",
    "&lt;b&gt; &amp;",
    "null",
]

PARAMETERS = """\
corpus = "sample"  # a folder = or "sample"
top = 3
share = 0.5
capitals: bool = False
sources = [
    "AP",  # the agency
    "VOA",
]
language = "en"
output = ""
"""
CHART = """\
from IPython.display import display
spec = {spec!r}
display({{"application/vnd.vegalite.v6+json": spec, "text/plain": "a chart"}}, raw=True)
"""


def chart(title: str, values: list[dict], description: str) -> str:
    """Title, rows of `actor` and `mentions`, description → code that shows them as a chart, as altair would."""
    tooltip = [{"field": "actor", "type": "nominal", "title": "Actor"}, {"field": "mentions", "type": "quantitative"}]
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "title": title,
        "description": description,
        "width": 500,
        "data": {"name": "mentions"},
        "datasets": {"mentions": values},
        "mark": "bar",
        "encoding": {
            "y": {"field": "actor", "type": "nominal"},
            "x": {"field": "mentions", "type": "quantitative", "axis": {"format": ",d"}},
            "tooltip": tooltip,
        },
    }
    return CHART.format(spec=spec)


def write_notebook(path: Path, *cells: tuple[str, ...]) -> Path:
    """Cells as (kind or tag, text, Vietnamese text) → a notebook file; kinds are `md` and tags of code cells."""
    made = []
    for kind, text, *vietnamese in cells:
        if kind == "md":
            made.append(new_markdown_cell(text, metadata={"vi": vietnamese[0]} if vietnamese else {}))
        else:
            made.append(new_code_cell(text, metadata={"tags": [kind]} if kind else {}))
    nbformat.write(
        new_notebook(cells=made, metadata={"kernelspec": {"name": "python3", "display_name": "Python"}}), path
    )
    return path


def write_editions(folder: Path, edition: str = "default", **settings: object) -> Path:
    """Settings of an edition → the editions file in `folder`."""
    path = folder / "editions.toml"
    lines = [f"[{edition}]"] + [f"{key} = {value!r}" for key, value in settings.items()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory):
    """Extracted tables of this process alone: what another opens may replace the older ones of the same pages."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DIEMBAO_CACHE", str(tmp_path_factory.mktemp("tables")))
        yield


@pytest.fixture(scope="session")
def chromium() -> str:
    """→ the path of the system's Chromium; skips where there is none."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip("no chromium, chromium-browser or google-chrome on PATH")
    return found


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """→ `folder` of one build whose notebooks hold every hostile string everywhere, its `editions` and its `out`."""
    from diembao import report

    place = tmp_path_factory.mktemp("báo cáo")
    bad = "\n".join(f"- {text}" for text in HOSTILE)
    picture = "https://example.org/x.png"
    rows = [{"actor": text, "mentions": 1000 + number, "image": picture} for number, text in enumerate(HOSTILE)]
    hostile = write_notebook(
        place / "hostile <b>#?&'.ipynb",
        ("md", f"# Who? {HOSTILE[0]} {HOSTILE[1]}\n\nLead {HOSTILE[2]}\n\n{bad}"),
        ("parameters", 'sources = ["AP"]'),
        ("", f"import polars as pl\nfrom IPython.display import HTML, Markdown\ntexts = {HOSTILE!r}"),
        ("md", f"#### Skips levels {HOSTILE[4]}\n\n# A second title\n\n```html\n{HOSTILE[0]}\n```"),
        (
            "",
            "pl.Config(tbl_rows=-1, fmt_str_lengths=10_000)\n"
            "pl.DataFrame({'text': texts, texts[0]: 1.5, 'none': [None] * len(texts)})",
        ),
        ("", "print(*texts, 'x' * 1_000_000, sep='\\n')"),
        ("", f"HTML({bad!r})"),
        ("", f"Markdown({bad!r})"),
        ("finding", "' '.join(texts)"),
        ("finding", "Markdown('**one** ' + texts[0])"),
        ("", chart(HOSTILE[1], rows, f"Bars {HOSTILE[2]}")),
        ("", "import sys; print(texts[0], file=sys.stderr)"),
    )
    plain = write_notebook(
        place / "plain.ipynb",
        ("md", "# Who is mentioned?\n\nA lead.", "# Ai được nhắc đến?\n\nDẫn nhập."),
        ("parameters", PARAMETERS),
        ("manifest", 'import json; print(json.dumps({"digest": "abc123", "top": top}))'),
        ("md", "## First\n\nText.", "## Thứ nhất\n\nChữ."),
        (
            "",
            "import os\nimport polars as pl\n"
            "pl.DataFrame({'actor': ['Mỹ', None], 'share': [0.25, 1234.5], 'n': [1000, 2]})",
        ),
        ("finding", "f'{sources} {top + 1} {capitals} {language}'"),
        (
            "",
            chart("Mentions", [{"actor": "Mỹ", "mentions": 1200}, {"actor": "Nga", "mentions": 7}], "Bars: Mỹ leads."),
        ),
        ("", chart("More", [{"actor": "A", "mentions": n} for n in range(300)], "Many rows.")),
        (
            "",
            "from pathlib import Path\nPath(output, 'actors.csv').write_text('a,b')\n"
            "print(os.environ['DIEMBAO_BUILD'], output)",
        ),
    )
    editions = write_editions(place, notebooks=[plain.name, hostile.name], languages=["en", "vi"], timeout=300)
    out = place / "out"
    made = report.build(parameters={"sources": HOSTILE[0], "top": "7"}, out=out, progress=False, editions=editions)
    return SimpleNamespace(folder=made.folder, editions=editions, out=out, notebooks=place)
