"""How everything drawn looks: every colour, size and font of the charts, the Altair theme and the way charts are shown.

Importing this module registers the theme `diembao` and the renderer `diembao` and makes both the current ones.

The renderer puts three forms of a chart into a notebook: its Vega-Lite specification (for reports, which draw it
without a network), a small picture (for code hosts, and for JupyterLab, which does not draw Vega-Lite 6 by itself) and
its description as plain text.
"""

import base64
import struct
import zlib

import altair as alt
import numpy as np
import vl_convert

# --- type: one family with all Vietnamese letters, one scale (px) ---------------------------------------------------
FONT = '"Segoe UI", "Noto Sans", Roboto, "Helvetica Neue", "DejaVu Sans", Arial, sans-serif'
SIZE_TITLE, SIZE_TEXT = 15, 12
TITLE_CHARACTERS = 42  # a title breaks into lines this long, so that it is not cut off on a screen 390 px wide
LABEL_WIDTH = 170  # px for the names beside an axis; longer ones end in "…"
LEGEND_WIDTH = 330  # px that the entries of a legend share; more of them stand below each other
NARROW = 210  # px that columns have on a narrow screen
HEADING_LINES = 3  # of a name over a column; a longer one ends in "…"
LETTER, SYMBOL = 5.9, 36  # px of an average letter and of a legend's symbol with the space around it

# --- space (px) -----------------------------------------------------------------------------------------------------
WIDTH = 560  # of the plot without its labels: fits a column of 1280 px; reports draw narrower where it does not fit
ROW = 26  # of one bar or one line of a matrix
TWO_LINES = 40  # of a row whose name takes two lines
DODGE = 12  # of one source within an actor's rows

# --- greys ----------------------------------------------------------------------------------------------------------
INK, MUTED, RULE, GRID, PAPER = "#1d1c1a", "#5f5b54", "#8a857c", "#e4dfd3", "#ffffff"

# --- colours: distinguishable with any of the three kinds of colour blindness (tests/test_charts.py) ----------------
BLUE, ORANGE, TEAL, WINE = "#004488", "#e8702a", "#44aa99", "#882255"
SKY, ROSE, BROWN, BLACK = "#0077bb", "#bb5566", "#6b4226", "#1b1b1b"
PALETTE = (BLUE, ORANGE, TEAL, WINE, SKY, ROSE, BROWN, BLACK)  # for up to eight actors

# A source has its colour and shape in every chart; a source not named here is grey, and always labelled.
SOURCES = {
    "AP": (ORANGE, "circle"),
    "VOA": (BLUE, "square"),
    "Reuters": (WINE, "diamond"),
    "Yonhap": (TEAL, "triangle-up"),
    "AFP": (ROSE, "triangle-down"),
    "TASS": (SKY, "cross"),
    "KCNA": (BROWN, "triangle-right"),
    "Xinhua": (BLACK, "triangle-left"),
}
SOURCE = ("#77726a", "circle")
KINDS = {"state": BLUE, "org": ORANGE, "person": WINE}
STATES = {"published": BLUE, "possible": "#8fb3cf", "nothing": "#dfc08a", "outside": "#ffffff"}
VIAS = {"name": BLUE, "capital": TEAL, "seat": ORANGE, "office": WINE}
HEAT = ("#f3f0e8", "#8fb3cf", "#004488")  # of heat maps, from nothing to most
OPPOSED = ("#b4501e", "#f3f0e8", "#004488")  # of heat maps about 0, from least to most
WRITTEN = 8  # columns of a heat map up to which each cell has its number written in it
HEAT_TEXT = 0.72  # above this part of the scale the numbers in a heat map are white: either way at least 4:1

# --- the static picture ---------------------------------------------------------------------------------------------
VEGALITE = "6.4"  # what vl-convert draws; Altair 6 writes 6.x
SCALE = 1.0  # of the picture: at most some 40 kB a chart, so that a notebook stays below 500 kB
MIME = "application/vnd.vegalite.v6+json"


def source_colour(source: str) -> str:
    """A source's id → its colour, the same everywhere."""
    return SOURCES.get(source, SOURCE)[0]


def source_shape(source: str) -> str:
    """A source's id → the shape of its points, the same everywhere."""
    return SOURCES.get(source, SOURCE)[1]


# Of dates along an axis: better fewer than crowded, and those near an end within the screen.
OVERLAP = {"labelOverlap": True, "labelSeparation": 12, "labelFlush": 24}


@alt.theme.register("diembao", enable=True)
def theme() -> alt.theme.ThemeConfig:
    """→ the Altair theme of every chart."""
    text = {"labelFont": FONT, "titleFont": FONT, "labelColor": MUTED, "titleColor": MUTED}
    sizes = {"labelFontSize": SIZE_TEXT, "titleFontSize": SIZE_TEXT, "titleFontWeight": "normal"}
    return {
        "config": {
            "background": PAPER,
            "font": FONT,
            "padding": 6,
            "view": {"stroke": None, "continuousWidth": WIDTH},
            "title": {
                "font": FONT,
                "fontSize": SIZE_TITLE,
                "fontWeight": 600,
                "color": INK,
                "anchor": "start",
                "frame": "bounds",
                "offset": 14,
                "lineHeight": 20,
            },
            "axis": {
                **text,
                **sizes,
                "grid": False,
                "domain": False,
                "ticks": False,
                "labelPadding": 6,
                "titlePadding": 8,
                "labelLimit": LABEL_WIDTH,
            },
            "axisQuantitative": {"grid": True, "gridColor": GRID, "tickCount": 5},
            "axisTemporal": {"grid": False, "ticks": True, "tickColor": RULE, "tickCount": 5, **OVERLAP},
            "axisX": {"titleAnchor": "end"},  # grows to the left, under the names, and not off the screen
            "axisY": {"labelColor": INK},
            "legend": {
                **text,
                **sizes,
                "labelColor": INK,
                "orient": "top",
                "direction": "horizontal",
                "columnPadding": 14,
                "labelLimit": 150,
                "titleLimit": 300,
                "symbolSize": 90,
                "offset": 8,
            },
            "bar": {"cornerRadiusEnd": 2},
            "text": {"font": FONT, "fontSize": SIZE_TEXT, "color": INK},
            "range": {"category": list(PALETTE)},
        }
    }


def bundle(spec: dict) -> tuple[dict, dict]:
    """A Vega-Lite specification → its notebook forms (specification, picture, description) and their metadata."""
    description = spec.get("description", "")
    picture = _packed(vl_convert.vegalite_to_png(spec, vl_version=VEGALITE, scale=SCALE))
    data = {MIME: spec, "image/png": base64.b64encode(picture).decode("ascii"), "text/plain": description}
    return data, {"image/png": {"alt": description}}


def _packed(png: bytes) -> bytes:
    """A PNG of 8-bit RGBA → the same picture in about a quarter of the bytes: vl-convert compresses for speed."""
    chunks, pixels, at = [png[:8]], b"", 8
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        chunk, kind = png[at : at + length + 12], png[at + 4 : at + 8]
        at += length + 12
        if kind == b"IDAT":
            pixels += chunk[8:-4]
            continue
        if kind == b"IEND":
            body = b"IDAT" + zlib.compress(_unfiltered(zlib.decompress(pixels), png), 9)
            chunks.append(struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body)))
        chunks.append(chunk)
    return b"".join(chunks)


def _unfiltered(pixels: bytes, png: bytes) -> bytes:
    """The rows of a PNG, each pixel less the one before it (filter `Sub`) → as they are, which packs better."""
    width, height = struct.unpack_from(">II", png, 16)
    rows = np.frombuffer(pixels, dtype=np.uint8).reshape(height, 1 + 4 * width)
    if not (rows[:, 0] == 1).all():
        return pixels
    told = rows[:, 1:].reshape(height, width, 4).cumsum(1, dtype=np.uint8)
    return np.pad(told.reshape(height, -1), ((0, 0), (1, 0))).tobytes()


alt.renderers.register("diembao", bundle)
alt.renderers.enable("diembao")
