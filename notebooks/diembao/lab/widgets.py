"""The widgets ipywidgets has no like of: a table to read and sort, a page with its marks, a search with choices.

Whatever comes from a page is set as text, never as markup.
"""

from pathlib import Path

import anywidget
from traitlets import Bool, Int, List, Unicode

_HERE = Path(__file__).parent


class Table(anywidget.AnyWidget):
    """Rows to choose one from (`chosen`, -1: none), under headings that set `order` and `descending`.

    columns: key, label, align (`left` `right` `center`), whether it sorts; the first of a row's cells may be bold.
    """

    _esm = _HERE / "table.js"
    _css = _HERE / "lab.css"
    label = Unicode("").tag(sync=True)
    columns = List().tag(sync=True)
    rows = List().tag(sync=True)
    chosen = Int(-1).tag(sync=True)
    order = Unicode("").tag(sync=True)
    descending = Bool(False).tag(sync=True)


class PageText(anywidget.AnyWidget):
    """A page in `segments` (text, class, what is said of it, number of its mark or -1); `picked`: the mark clicked."""

    _esm = _HERE / "pagetext.js"
    _css = _HERE / "lab.css"
    label = Unicode("").tag(sync=True)
    segments = List().tag(sync=True)
    picked = Int(-1).tag(sync=True)


class Search(anywidget.AnyWidget):
    """A field that is searched while one types: `query` → `options` (id, label, note); `tags` (id, label) are chosen.

    Sends `{"add": id}` and `{"remove": id}`; who listens sets `tags`.
    """

    _esm = _HERE / "search.js"
    _css = _HERE / "lab.css"
    label = Unicode("").tag(sync=True)
    placeholder = Unicode("").tag(sync=True)
    remove = Unicode("").tag(sync=True)
    query = Unicode("").tag(sync=True)
    options = List().tag(sync=True)
    tags = List().tag(sync=True)


class Fit(anywidget.AnyWidget):
    """Shows nothing; among charts it keeps them as wide as their place."""

    _esm = _HERE / "fit.js"
