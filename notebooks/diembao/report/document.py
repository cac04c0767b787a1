"""Executed notebook → one HTML document that asks the network for nothing and runs no code but its own.

Everything in a notebook may hold text of somebody's web page. Three walls stand between it and the reader's browser:
the template escapes every value, HTML and markdown pass nh3, and a Content-Security-Policy admits exactly the
scripts and the style sheet whose hashes it names. There is no `unsafe-inline`: the charts run on Vega's expression
interpreter, and Vega's own style sheets are switched off in favour of ours.
"""

import ast
import base64
import datetime
import hashlib
import json
import os
import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

import lxml.html
import nh3
import platformdirs
from markupsafe import Markup, escape
from nbconvert.exporters import TemplateExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode

from diembao import wording
from diembao.catalogue import load_catalogue
from diembao.report import context

TEMPLATE = Path(__file__).resolve().parents[3] / "reports" / "template"
ROWS_SHOWN = 200  # of a chart's data; the button beside the table saves all of them
VEGALITE = re.compile(r"application/vnd\.vegalite\.v\d+\+json")
IMAGES = ("image/png", "image/jpeg", "image/svg+xml")
NUMERIC = re.compile(r"[iu]\d+|f\d+|decimal.*")  # polars dtypes whose columns stand right-aligned
TAGS = (nh3.ALLOWED_TAGS - {"map", "area"}) | {"details", "summary"}
ATTRIBUTES = {
    "*": {"lang", "dir", "title"},
    "a": {"href"},
    "img": {"src", "alt"},
    "th": {"scope", "colspan", "rowspan", "class"},
    "td": {"colspan", "rowspan", "class"},
    **{f"h{level}": {"id"} for level in range(1, 7)},
}
Block = dict[str, Any]


@dataclass
class Document:
    """One report as people read it (`html`), and what the build's overview and manifest say of it."""

    title: str = ""
    lead: str = ""
    html: str = ""
    findings: list[tuple[str, Markup]] = field(default_factory=list)  # anchor, sentence
    charts: int = 0
    tables: int = 0
    problems: list[str] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)  # sentences on what is not as in the last build
    manifest: dict[str, Any] = field(default_factory=dict)


def render(notebook: NotebookNode, language: str, about: Mapping[str, Any]) -> Document:
    """An executed notebook → its document in `language`; `about` (build, name, parameters, …) closes the page."""
    html, resources = _exporter().from_notebook_node(notebook, {"language": language, "about": about})
    resources["document"].html = html
    return resources["document"]


def overview(build: Mapping[str, Any], language: str) -> str:
    """A build's manifest → the page that links its reports in `language`."""
    template = _exporter().environment.get_template("overview.html.j2")
    return template.render(build=build, language=language, word=words(language), scripts=[], style=_style())


def listing(
    builds: list[Mapping[str, Any]], latest: str | None, language: str, pages: list[Mapping[str, str]]
) -> str:
    """Builds, the newest first, the name of the one `latest` leads to → the page over all of them in `language`."""
    template = _exporter().environment.get_template("builds.html.j2")
    editions: dict[str, list[Mapping[str, Any]]] = {}
    for build in builds:
        editions.setdefault(build["edition"], []).append(build)
    word = words(language)
    return template.render(
        editions=editions, latest=latest, language=language, pages=pages, words=_words(), word=word, scripts=[],
        style=_style(),
    )


@cache
def _words() -> dict[str, dict[str, str]]:
    return tomllib.loads((TEMPLATE / "words.toml").read_text(encoding="utf-8"))


def languages() -> list[str]:
    """→ the languages a report can be written in."""
    return list(_words())


def words(language: str) -> dict[str, str]:
    """A language → the template's own words in it."""
    return _words()[language]


@cache
def vega() -> str:
    """→ Vega, Vega-Lite and Vega-Embed as one script, made by vl-convert once and kept in the user's cache folder."""
    kept = platformdirs.user_cache_path("diembao") / f"vega-{version('vl-convert-python')}.js"
    try:
        return kept.read_text(encoding="utf-8")
    except OSError:
        import vl_convert

        script = vl_convert.javascript_bundle()
    # Neither may end a script block; a carriage return would be read as a line feed, and the hash would not fit.
    for text, harmless in {"</script": r"<\/script", "<!--": r"\x3c!--", "\r\n": "\n", "\r": "\n"}.items():
        script = script.replace(text, harmless)
    aside = kept.with_suffix(f".{os.getpid()}")
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        aside.write_text(script, encoding="utf-8")
        aside.replace(kept)
    except OSError:  # a cache that cannot be written costs two seconds a build, nothing else
        with suppress(OSError):
            aside.unlink()
    return script


@cache
def _style() -> Markup:
    return Markup((TEMPLATE / "report.css").read_text(encoding="utf-8"))


def policy(scripts: list[str], style: str) -> str:
    """A page's scripts and style sheet → the Content-Security-Policy that admits them and nothing else."""

    def hashes(texts: list[str]) -> str:
        digests = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts)
        return " ".join(f"'sha256-{digest}'" for digest in digests) or "'none'"

    return (
        f"default-src 'none'; script-src {hashes(scripts)}; style-src {hashes([style])}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def block_json(value: Any) -> Markup:
    """A value → JSON for a script block: no `<` that could close or comment it, no line end JavaScript would see."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", r"\u003c").replace("\u2028", r"\u2028").replace("\u2029", r"\u2029"))


class _Exporter(TemplateExporter):
    """nbconvert with this bundle's template, in which every value is escaped that is not marked as HTML."""

    def _create_environment(self) -> Any:
        environment = super()._create_environment()
        environment.autoescape = True
        environment.globals.update(policy=policy)
        environment.filters.update(block_json=block_json, link=_link, size=_size, moment=_moment, told=_told)
        return environment


@cache
def _exporter() -> TemplateExporter:
    return _Exporter(
        file_extension=".html",
        template_name=TEMPLATE.name,
        extra_template_basedirs=[str(TEMPLATE.parent)],
        preprocessors=[_Compose],
    )


class _Compose(Preprocessor):
    """A notebook's cells → the blocks its template writes down, in `resources`."""

    def preprocess(self, notebook: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        composer = _Composer(resources["language"])
        blocks: list[Block] = []
        opening = 0  # blocks before the findings and the contents: all up to the cell with the title
        for number, cell in enumerate(notebook.cells, 1):
            blocks += composer.cell(cell, number)
            opening = opening or (len(blocks) if composer.outline else 0)
        document, language, about = composer.document, resources["language"], resources["about"]
        document.title = document.title or about["name"]
        changed = context.since(about, language, words(language)["moment"])
        document.changes = changed.sentences if changed else []
        resources.update(
            document=document,
            word=words(language),
            outline=[entry for entry in composer.outline if entry[0] in (2, 3)],
            opening=blocks[:opening],
            blocks=blocks[opening:],
            changed=changed,
            changes=composer.shown(changed.table.data()) if changed and changed.table else None,
            quality=context.quality(about, language),
            catalogue=load_catalogue().digest,
            scripts=[*([vega()] if document.charts else []), (TEMPLATE / "report.js").read_text(encoding="utf-8")],
            style=_style(),
        )
        return notebook, resources


class _Composer:
    """One document in the making: numbers charts and tables, keeps headings in order, gathers findings and problems."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.word = words(language)
        self.document = Document()
        self.outline: list[tuple[int, str, Markup]] = []  # level, anchor, heading
        self.found = 0  # findings, also those said before

    def cell(self, cell: NotebookNode, number: int) -> list[Block]:
        """A cell and its number → its blocks. Code is not shown."""
        tags = cell.metadata.get("tags", [])
        if cell.cell_type == "markdown":
            html = self.prose(cell.source, cell.get("attachments", {}))
            if not self.document.lead:
                paragraph = lxml.html.fragment_fromstring(html, create_parent=True).find("p")
                self.document.lead = "" if paragraph is None else paragraph.text_content()
            return [{"kind": "prose", "html": html}]
        if cell.cell_type != "code":
            return []
        if "manifest" in tags:
            self._manifest(cell, number)
            return []
        blocks: list[Block] = []
        for output in cell.outputs:
            finding = "finding" in tags or output.get("metadata", {}).get("finding", False)
            for block in self._output(output, number):
                blocks.append(self._finding(block) if finding and block["kind"] in ("prose", "text") else block)
        return blocks

    def heading(self, html: str, level: int) -> str:
        """A heading's HTML and level → the element: one h1, no level skipped, an anchor of its own."""
        level = 1 if not self.outline else min(max(level, 2), self.outline[-1][0] + 1)
        text = Markup(html).striptags()
        ascii_text = unicodedata.normalize("NFD", text.lower().replace("đ", "d")).encode("ascii", "ignore").decode()
        stem = "s-" + ("-".join(re.findall(r"[a-z0-9]+", ascii_text))[:60] or "section")
        taken = sum(anchor == stem or anchor.startswith(f"{stem}--") for _, anchor, _ in self.outline)
        anchor = f"{stem}--{taken + 1}" if taken else stem
        if not self.outline:
            self.document.title = text
        self.outline.append((level, anchor, Markup(nh3.clean(html, tags={"em", "strong", "code"}))))
        return f'<h{level} id="{anchor}">{html}</h{level}>\n'

    def prose(self, source: str, attachments: Mapping[str, Any]) -> Markup:
        """Markdown → HTML; tags written in it are shown, not followed."""
        return _clean(MarkdownWithMath(_Renderer(self, attachments)).render(source))

    def _finding(self, block: Block) -> Block:
        html = block["html"] if block["kind"] == "prose" else escape(block["text"].strip())
        self.found += 1
        anchor = f"finding-{self.found}"
        inline = Markup(nh3.clean(html, tags={"em", "strong", "code", "sub", "sup", "mark"}, attributes={}).strip())
        if inline not in [said for _, said in self.document.findings]:  # such as: no actor is named
            self.document.findings.append((anchor, inline))
        return {"kind": "finding", "id": anchor, "html": inline}

    def _manifest(self, cell: NotebookNode, number: int) -> None:
        text = "".join(output.get("text", output.get("data", {}).get("text/plain", "")) for output in cell.outputs)
        try:
            value = json.loads(_unquoted(text))
            self.document.manifest.update(value)
        except (TypeError, ValueError):
            self._problem("not_json", cell=number)

    def _problem(self, key: str, **values: Any) -> None:
        self.document.problems.append(self.word[f"problem_{key}"].format(**values))

    def _output(self, output: NotebookNode, number: int) -> Iterator[Block]:
        if output.output_type == "stream":
            if output.name == "stderr":
                self._problem("stderr", cell=number, text=output.text.strip()[-500:])
            elif output.text.strip():
                yield {"kind": "text", "text": output.text}
            return
        if output.output_type == "error":
            self._problem("error", cell=number, text=f"{output.ename}: {output.evalue}")
            return
        data = output.data
        chart = next((data[kind] for kind in data if VEGALITE.fullmatch(kind)), None)
        image = next((kind for kind in IMAGES if kind in data), None)
        if chart is not None:
            yield self._chart(chart, data.get("image/png"), number)
        elif wording.TABLE in data:
            yield self.shown(data[wording.TABLE])
        elif "text/html" in data:
            table = self._table(data["text/html"])
            yield table or {"kind": "html", "html": _clean(data["text/html"])}
        elif "text/markdown" in data:
            yield {"kind": "prose", "html": self.prose(data["text/markdown"], {})}
        elif image is not None:
            yield {"kind": "image", "source": _image(image, data[image]), "alt": data.get("text/plain", "")}
        elif "text/plain" in data:
            if any("widget" in kind for kind in data):
                self._problem("widget", cell=number)
            text = _unquoted(data["text/plain"])
            is_string = text != data["text/plain"]
            yield {"kind": "prose", "html": Markup("<p>%s</p>") % text} if is_string else {"kind": "text", "text": text}
        else:
            self._problem("unshown", cell=number, kinds=", ".join(data))

    def _chart(self, spec: Mapping[str, Any], png: str | None, number: int) -> Block:
        self.document.charts += 1
        notes = spec.get("usermeta", {}).get("diembao", {})
        spec = {key: value for key, value in spec.items() if key != "usermeta"}  # would override the page's own options
        title = spec.get("title", "")
        title = title.get("text", "") if isinstance(title, dict) else title
        title = " ".join(title) if isinstance(title, list) else title
        # A layered chart may carry the description in a layer.
        description = next((node["description"] for node in _nodes(spec) if node.get("description")), None)
        if description is None:
            self._problem("description", cell=number, chart=self.document.charts)
        spec["description"] = description or title or f"{self.word['chart']} {self.document.charts}"
        inlined = list(_datasets(spec))
        # a single value is a line across the chart or the words "No rows", not data
        datasets = [(name, rows) for name, rows in inlined if len(rows) > 1 or len(rows[0]) > 1]
        if not inlined:
            self._problem("data", cell=number, chart=self.document.charts)
        return {
            "kind": "chart",
            "id": f"chart-{self.document.charts}",
            "number": self.document.charts,
            "description": spec["description"],
            "notes": [(self.word[f"note_{name}"], notes[name]) for name in ("read", "of") if notes.get(name)],
            "spec": spec,
            "picture": png and _image("image/png", png),
            "tables": [self._data(name, rows, spec) for name, rows in datasets],
        }

    def _data(self, name: str, rows: list[dict[str, Any]], spec: Mapping[str, Any]) -> Block:
        """A chart's dataset → the table of what it draws, with the headings and formats of its axes and tooltips."""
        present = {key for row in rows for key in row}
        columns = {key: column for key, column in _encoded(spec).items() if key in present}
        columns = columns or {key: {"label": key, "type": None, "format": None} for key in present}
        return {
            "name": name,
            "columns": [{"label": c["label"], "style": _side(c["type"] == "quantitative")} for c in columns.values()],
            "rows": [
                [(self._value(row.get(key), c), _key(row.get(key))) for key, c in columns.items()]
                for row in rows[:ROWS_SHOWN]
            ],
            "total": len(rows),
        }

    def shown(self, table: Mapping[str, Any]) -> Block:
        """What `wording.Shown.data` says of a table → a table block."""
        self.document.tables += 1
        keys = [column or [None] * len(table["rows"]) for column in table["keys"]]
        return {
            "kind": "table",
            "number": self.document.tables,
            "columns": [{"label": c["label"], "style": c["style"] or _side(c["numeric"])} for c in table["columns"]],
            "rows": [
                [(cell, column[number]) for cell, column in zip(row, keys, strict=True)]
                for number, row in enumerate(table["rows"])
            ],
            "row_headings": not any(column["style"] for column in table["columns"]),
            "in_context": any(column["style"] for column in table["columns"]),
            "most": table["most"],
            "note": " ".join(filter(None, [self._cut(len(table["rows"]), table["total"]), table["note"]])),
        }

    def _cut(self, shown: int, total: int) -> str:
        numbers = {"shown": self._local(f"{shown:,}"), "total": self._local(f"{total:,}")}
        return self.word["rows_cut"].format(**numbers) if shown < total else ""

    def _value(self, value: Any, column: Mapping[str, Any]) -> str:
        if value is None or value == "":
            return "–"
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            if column["type"] != "quantitative" and column["format"] is None:
                return str(value)
            return self._local(_number(value, column["format"]))
        if isinstance(value, str) and (column["type"] == "temporal" or re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+", value)):
            return self._date(value.removesuffix("T00:00:00").removesuffix("T00:00:00.000"))
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

    def _table(self, html: str) -> Block | None:
        """The HTML of a polars table, or of one whose cells are finished text → a table block; None for other HTML."""
        kind = re.search(r'<table [^>]*class="(dataframe|diembao)"', html)
        if kind is None:
            return None
        page = lxml.html.fragment_fromstring(html, create_parent=True)
        head, body = ([row.getchildren() for row in page.iterfind(f".//{part}/tr")] for part in ("thead", "tbody"))
        rows = [[cell.text_content() for cell in row] for row in body]
        keys: list[list[Any]] = [[None] * len(row) for row in rows]
        total = len(rows)
        if kind[1] == "diembao" and len(head) == 1:
            columns = [{"label": c.text_content(), "style": _side(c.get("class") == "number")} for c in head[0]]
        elif kind[1] == "dataframe" and len(head) == 2:
            dtypes = [cell.text_content() for cell in head[1]]
            labels = zip(head[0], dtypes, strict=True)
            columns = [{"label": c.text_content(), "style": _side(NUMERIC.fullmatch(dtype))} for c, dtype in labels]
            keys = [[_key(_read(*cell)) for cell in zip(row, dtypes, strict=True)] for row in rows]
            rows = [[self._shown(*cell) for cell in zip(row, dtypes, strict=True)] for row in rows]
            shape = re.match(r"shape: \(([\d_]+),", page.findtext(".//small") or "")
            total = int(shape[1].replace("_", "")) if shape else total
        else:
            return None
        self.document.tables += 1
        note = page.find("p")
        return {
            "kind": "table",
            "number": self.document.tables,
            "columns": columns,
            "rows": [list(zip(*row, strict=True)) for row in zip(rows, keys, strict=True)],
            "row_headings": kind[1] == "diembao",
            "most": ROWS_SHOWN,
            "note": self._cut(len(rows), total) if note is None else note.text_content(),
        }

    def _shown(self, cell: str, dtype: str) -> str:
        """A cell as polars prints it → as people read it: no quotes, a dash for null, numbers in the language."""
        if cell == "null":
            return "–"
        if dtype == "str":
            return cell.removeprefix('"').removesuffix('"')
        if NUMERIC.fullmatch(dtype):
            return self._local(cell)
        return self._date(cell) if dtype == "date" else cell

    def _local(self, number: str) -> str:
        return number.translate(str.maketrans(",.", self.word["separators"]))

    def _date(self, iso: str) -> str:
        try:
            return datetime.date.fromisoformat(iso).strftime(self.word["date"])
        except ValueError:
            return iso


class _Renderer(IPythonRenderer):
    """nbconvert's markdown renderer, with headings in order, nothing fetched, no highlighter and no tag let through."""

    def __init__(self, composer: _Composer, attachments: Mapping[str, Any]) -> None:
        super().__init__(escape=True, allow_harmful_protocols=False, attachments=dict(attachments))
        self.composer = composer

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        return self.composer.heading(text, level)

    def block_code(self, code: str, info: str | None = None) -> str:
        return f"<pre><code>{escape(code)}</code></pre>\n"

    def table_cell(self, text: str, align: str | None = None, head: bool = False) -> str:
        tag = "th" if head else "td"
        return f'  <{tag} class="{"number" if align == "right" else ""}">{text}</{tag}>\n'


def _clean(html: str) -> Markup:
    """HTML of any origin → what of it can do no harm and asks for nothing; wide tables scroll in a box of their own."""

    def keep(tag: str, attribute: str, value: str) -> str | None:
        if (tag, attribute) == ("img", "src"):
            return value if value.startswith("data:image/") else None
        return value if attribute != "class" or value == "number" else None

    html = nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=keep,
        url_schemes={"http", "https", "mailto", "data"},
        clean_content_tags={"script", "style"},
    )
    boxed = html.replace("<table>", '<div class="scroll" tabindex="0"><table>').replace("</table>", "</table></div>")
    return Markup(boxed)


def _image(kind: str, data: str) -> str:
    encoded = base64.b64encode(data.encode()).decode() if kind == "image/svg+xml" else "".join(data.split())
    return f"data:{kind};base64,{encoded}"


def _unquoted(text: str) -> str:
    """The repr of a string, as a cell's last line displays it → the string; any other text → itself."""
    if text[:1] not in "'\"" or not text:
        return text
    try:
        value = ast.literal_eval(text)
    except (SyntaxError, ValueError):
        return text
    return value if isinstance(value, str) else text


def _nodes(spec: Any) -> Iterator[Mapping[str, Any]]:
    """A chart's specification → it and every part of it, without the data."""
    if isinstance(spec, dict):
        yield spec
        for key, value in spec.items():
            if key not in ("datasets", "values"):
                yield from _nodes(value)
    elif isinstance(spec, list):
        for value in spec:
            yield from _nodes(value)


def _datasets(spec: Mapping[str, Any]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A chart's specification → name and rows of each table in it that has columns."""
    for name, rows in spec.get("datasets", {}).items():
        if rows and all(isinstance(row, dict) and row for row in rows):
            yield name, rows
    for node in _nodes(spec):
        values = node.get("data", {}).get("values") if isinstance(node.get("data"), dict) else None
        if isinstance(values, list) and values and all(isinstance(row, dict) and row for row in values):
            yield node["data"].get("name", ""), values


def _encoded(spec: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """A chart's specification → label, type and number format of each field it draws, tooltips (the fullest) first.

    A field no tooltip tells and no axis names, such as the order of a stack, is of no interest beside those they do.
    """
    encodings = [node["encoding"] for node in _nodes(spec) if isinstance(node.get("encoding"), dict)]
    channels = [c for e in encodings if isinstance(e.get("tooltip"), list) for c in e["tooltip"]]
    told = {re.sub(r"\\(.)", r"\1", channel["field"]) for channel in channels if isinstance(channel.get("field"), str)}
    drawn = [c for e in encodings for key, c in e.items() if key != "tooltip" and isinstance(c, dict)]
    channels += sorted(drawn, key=lambda channel: channel.get("type") == "quantitative")  # what is counted, then counts
    columns: dict[str, dict[str, Any]] = {}
    for channel in channels:
        if not isinstance(channel.get("field"), str):
            continue
        key = re.sub(r"\\(.)", r"\1", channel["field"])
        column = columns.setdefault(key, {"label": key, "type": None, "format": None})
        column["type"] = column["type"] or channel.get("type")
        for part in (channel, channel.get("axis"), channel.get("legend"), channel.get("header")):
            if not isinstance(part, dict):
                continue
            if column["label"] == key and isinstance(part.get("title"), str) and part["title"]:
                column["label"] = part["title"]
            if column["format"] is None and isinstance(part.get("format"), str):
                column["format"] = part["format"]
    return {key: column for key, column in columns.items() if not told or key in told or column["label"] != key}


def _read(cell: str, dtype: str) -> float | str | None:
    """A cell as polars prints it → its number, or itself."""
    with suppress(ValueError):
        return float(cell) if NUMERIC.fullmatch(dtype) else cell
    return None


def _side(numeric: object) -> str:
    return "number" if numeric else ""


def _key(value: Any) -> Any:
    """A cell of a chart's data → what its column is sorted by, None where that is the text itself."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return value if is_number or re.match(r"\d{4}-\d\d-\d\d", str(value)) else None


def _number(value: float, pattern: str | None) -> str:
    """A number and a d3 format → its text; formats Python does not share fall back to three decimals at most."""
    if pattern and not pattern.startswith("%"):
        try:
            return format(int(value) if pattern.endswith("d") else value, pattern.replace("~", ""))
        except ValueError:
            pass
    text = f"{value:,.3f}" if isinstance(value, float) else f"{value:,}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _link(file: str) -> str:
    return "./" + quote(file)  # a file's name is a name, whatever `:`, `#` or `?` stand in it


def _size(count: int, separators: str = ",.") -> str:
    size = f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:.0f} kB"
    return size.replace(".", separators[1])


def _told(value: object, separators: str = ",.") -> object:
    """What a notebook tells the manifest → the same; a number in the form of the language."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    return f"{value:,}".replace(",", separators[0]) if whole else value


def _moment(iso: str, pattern: str) -> str:
    return datetime.datetime.fromisoformat(iso).strftime(pattern)
