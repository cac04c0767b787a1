import base64
import itertools
import json
import struct
import zlib
from datetime import date

import altair as alt
import numpy as np
import polars as pl
import pytest
import vl_convert
from synthetic import article, articles, citations, copies, corpus, mentions, press

from diembao import charts, open_corpus, theme, wording
from diembao.measures import comention, comparison, coverage, cube, frequency, select
from diembao.wording import Words


def reprinted(rows: pl.DataFrame) -> pl.DataFrame:
    """Articles → the same, every second of VnExpress now a print of the one before it by another publisher."""
    again = pl.int_range(pl.len()) % 2 == 1
    return rows.sort("published_first", "page", nulls_last=True).with_columns(
        publisher=pl.when(again).then(pl.lit("Tuổi Trẻ")).otherwise(pl.col("publisher").cast(pl.String)),
        duplicate_of=pl.when(again).then(pl.col("page").shift(1)),
        similarity=pl.lit(1.0),
        title=pl.col("page"),
    )


def drawn(chosen, language: str) -> dict[str, alt.Chart | alt.LayerChart]:
    """Every chart of one selection, each under the same title."""
    words, title = Words(language, chosen.names), "Yonhap names North Korea more than the other sources do, by far"
    tables = chosen.mentions, chosen.articles, chosen.citations
    again = reprinted(chosen.with_pages(chosen.articles))
    sources, standing = coverage.by_source(*tables[1:]), coverage.standing(*tables[1:])
    dated = chosen.dates, chosen.articles
    odds = comparison.distinctive(comparison.log_odds(*tables))
    return {
        "actor_bars": charts.actor_bars(frequency.by_actor(*tables[:2]), words, title),
        "kind_bars": charts.kind_bars(frequency.by_role(*tables[:2]), words, title),
        "roll_up": charts.roll_up(frequency.by_via(*tables[:2]), words, title),
        "comention": charts.comention(comention.pairs(*tables[:2]), words, title),
        "periods": charts.periods(frequency.by_period(*tables[:2]), words, title),
        "months": charts.months(frequency.by_period(*tables[:2]), words, title),
        "role_matrix": charts.role_matrix(comparison.role_matrix(*tables[:0:-1]), words, title),
        "source_shares": charts.source_shares(comparison.actor_shares(*tables), words, title),
        "attributed": charts.attributed(comparison.attributed_shares(*tables), words, title),
        "wires": charts.wires(comparison.publishers_by_wire(*tables[1:]), words, title),
        "reprints": charts.reprints(comparison.reprints(again, copies(again)), words, title),
        "log_odds": charts.log_odds(odds, words, title),
        "distances": charts.distances(comparison.distances(*tables), words, title),
        "calendar": charts.calendar(coverage.calendar(*tables[1:]), sources, words, title),
        "gaps": charts.gaps(coverage.gaps(*tables[1:]), words, title),
        "reach": charts.reach(coverage.reach(chosen.dates, chosen.articles), words, title),
        "reach_by_source": charts.reach_by_source(coverage.reach(*dated, standing), words, title),
        "days_named": charts.days_named(coverage.days_named(*dated), words, title),
        "delays": charts.delays(coverage.delays(*dated, standing), words, title),
    }


@pytest.fixture(scope="module", params=wording.LANGUAGES)
def every(request) -> dict[str, dict]:
    return {name: chart.to_dict() for name, chart in drawn(select(press()), request.param).items()}


def encodings(node: object):
    if isinstance(node, dict):
        if isinstance(node.get("encoding"), dict):
            yield node["encoding"]
        for key, value in node.items():
            if key != "datasets":
                yield from encodings(value)
    elif isinstance(node, list):
        for value in node:
            yield from encodings(value)


def test_every_chart_has_title_description_size_and_tooltips(every):
    for name, spec in every.items():
        lines = spec["title"]["text"]
        assert " ".join(lines).startswith("Yonhap names") and max(map(len, lines)) <= theme.TITLE_CHARACTERS, name
        assert spec["description"].startswith("Yonhap names") and len(spec["description"]) > 100, name
        # a report draws a chart narrower where it must, which it can do with a number and not with "container"
        assert {part["width"] for part in spec.get("vconcat", [spec])} == {theme.WIDTH}, name
        notes = spec["usermeta"]["diembao"]
        assert notes["read"] and any(sign.isdigit() for sign in notes["of"]), name
        tooltips = [part["tooltip"] for part in encodings(spec) if "tooltip" in part]
        assert tooltips and all(part["title"] for tooltip in tooltips for part in tooltip), name


def test_every_field_drawn_is_in_the_data(every):
    for name, spec in every.items():
        columns = {column for rows in spec["datasets"].values() for row in rows for column in row} | {"end"}
        for part in encodings(spec):
            channels = [c for value in part.values() for c in (value if isinstance(value, list) else [value])]
            fields = {channel["field"] for channel in channels if isinstance(channel, dict) and "field" in channel}
            assert fields <= columns, (name, fields - columns)


def test_nothing_is_named_image(every):
    """Vega's tooltip would fetch the picture of a field of that name."""
    assert not any("image" in row for spec in every.values() for rows in spec["datasets"].values() for row in rows)


def test_charts_stay_small_and_the_picture_is_a_picture(every):
    for name, spec in every.items():
        data, metadata = theme.bundle(spec)
        assert set(data) == {theme.MIME, "image/png", "text/plain"}
        assert data["text/plain"] == metadata["image/png"]["alt"] == spec["description"]
        picture = base64.b64decode(data["image/png"])
        width, height = struct.unpack(">II", picture[16:24])
        assert picture.startswith(b"\x89PNG") and 500 < width < 900 and 100 < height < 900, (name, width, height)
        assert len(picture) < 60_000 and len(json.dumps(spec, ensure_ascii=False)) < 100_000, name


def pixels(png: bytes) -> np.ndarray:
    """A PNG of RGBA whose rows are kept as they are, or each pixel less the one before → row × pixel × colour."""
    width, height = struct.unpack(">II", png[16:24])
    chunks, at = {}, 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        kind = png[at + 4 : at + 8]
        chunks[kind] = chunks.get(kind, b"") + png[at + 8 : at + 8 + length]
        at += length + 12
    rows = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), dtype=np.uint8).reshape(height, 1 + 4 * width)
    assert len(set(rows[:, 0])) == 1 and rows[0, 0] in (0, 1)
    told = rows[:, 1:].reshape(height, width, 4)
    return told.cumsum(1, dtype=np.uint8) if rows[0, 0] else told


def test_a_picture_packed_is_the_same_picture(every):
    png = vl_convert.vegalite_to_png(every["actor_bars"], vl_version=theme.VEGALITE, scale=1)
    packed = theme._packed(png)
    assert len(packed) < len(png) / 2 and np.array_equal(pixels(packed), pixels(png))
    assert theme._packed(packed) == packed


def test_at_most_twelve_categories():
    named = pl.DataFrame(
        {
            "actor_id": [f"a{n}" for n in range(40)],
            "actor_kind": "state",
            "mentions": 5,
            "mentions_total": 200,
            "share": 0.025,
            "share_low": 0.01,
            "share_high": 0.04,
            "articles": 9,
            "articles_total": 40,
        }
    )
    (rows,) = charts.actor_bars(named, Words("en"), "t").to_dict()["datasets"].values()
    assert len(rows) == charts.MOST


@pytest.mark.parametrize("language", wording.LANGUAGES)
def test_charts_of_next_to_nothing_are_still_drawn(language):
    rows = articles(article("a", date(2024, 1, 1)), article("b"))
    for chosen in (select(corpus(rows, mentions(), citations())), select(press(5))):
        for name, chart in drawn(chosen, language).items():
            assert theme.bundle(chart.to_dict())[0]["image/png"], name


def test_a_source_has_one_colour_and_shape_everywhere(every):
    seen: dict[str, set] = {}
    for spec in every.values():
        for part in encodings(spec):
            for channel in ("color", "fill", "shape"):
                scale = part.get(channel, {}).get("scale", {})
                for name, value in zip(scale.get("domain", []), scale.get("range", []), strict=False):
                    seen.setdefault(f"{name} {channel == 'shape'}", set()).add(value)
    for source, (colour, shape) in theme.SOURCES.items():
        assert seen.get(f"{source} False", {colour}) == {colour}
        assert seen.get(f"{source} True", {shape}) == {shape}
    assert seen["Yonhap False"] and len({colour for colour, _ in theme.SOURCES.values()}) == len(theme.SOURCES)


# Machado, Oliveira & Fernandes 2009, severity 1: linear RGB as seen with each kind of colour blindness.
SEEN = {
    "full": np.eye(3),
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}


def lab(colour: str, eye: str) -> np.ndarray:
    """A hex colour as an eye sees it → CIELAB."""
    rgb = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    linear = np.clip(np.array(SEEN[eye]) @ linear, 0, 1)
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ linear
    x, y, z = np.cbrt(xyz / [0.9505, 1, 1.089])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def distances(colours: list[str], eye: str) -> list[float]:
    return [np.linalg.norm(lab(one, eye) - lab(other, eye)) for one, other in itertools.combinations(colours, 2)]


@pytest.mark.parametrize("eye", SEEN)
def test_colours_that_stand_together_differ_for_every_eye(eye):
    assert min(distances(theme.PALETTE, eye)) > 15
    together = {
        "default sources": [theme.source_colour(name) for name in ("AP", "VOA", "Reuters", "Yonhap")],
        "kinds": list(theme.KINDS.values()),
        "states": list(theme.STATES.values()),
        "parts of a roll-up": list(theme.VIAS.values()),
        "ends of a scale about 0": list(theme.OPPOSED),
        "actors": list(theme.PALETTE[:4]),
    }
    for what, colours in together.items():
        assert min(distances(colours, eye)) > 25, what


def test_the_renderer_is_in_place():
    assert alt.renderers.active == "diembao" and alt.theme.active == "diembao"
    chart = charts.reach(coverage.reach(select(press(20)).dates, select(press(20)).articles), Words("en"), "t")
    data, _ = chart._repr_mimebundle_()
    assert theme.MIME in data


@pytest.mark.parametrize("language", ["en", "vi"])
@pytest.mark.parametrize("measure", charts.MEASURES)
def test_templates_of_linked_charts_are_drawn_with_whatever_fills_them(language, measure):
    news = open_corpus("sample")
    chosen = select(news)
    words = Words(language, chosen.names)
    whole = cube.cube(news.mentions, news.articles, news.citations, news.catalogue.outlets)
    inside, counts = cube.chosen(whole), cube.within(whole)
    made = [
        (charts.linked_actors(words, measure), cube.by_actor(whole, counts, inside).head(5), measure),
        (charts.linked_periods(words, measure), cube.by_period(whole, counts, inside), measure),
        (charts.linked_sources(words, measure), cube.by_source(whole, counts, inside, ["AP", "VOA"]), measure),
        (charts.linked_calendar(words), coverage.calendar(chosen.articles, chosen.citations), "articles"),
    ]
    for template, table, column in made:
        spec = template.to_dict()
        rows = charts.linked_rows(table, words, column, ["RUS"])
        drawn = charts.filled(spec, rows, "Tên riêng", ("2023-02-01", "2023-05-31"))
        assert spec["title"]["text"] == "" and "datasets" not in spec  # the template stays as it was
        assert {"pick", "brush"} & {param["name"] for param in drawn["params"]}
        svg = vl_convert.vegalite_to_svg(drawn | {"width": 400}, vl_version="6.4")
        assert "Tên riêng" in svg and (words.name("RUS") in svg or words.source("AP") in svg)
        named = vl_convert.vegalite_to_vega(charts.filled(spec, rows, "", name="drawing_3"), vl_version="6.4")
        assert 'unit: "drawing_3"' in json.dumps(named).replace('\\"', '"')
        empty = charts.filled(spec, [], "nothing")
        assert vl_convert.vegalite_to_svg(empty | {"width": 400}, vl_version="6.4").startswith("<svg")


def test_the_matrix_of_who_appears_with_whom_says_what_it_is_out_of():
    chosen = select(press())
    drawn_of = {
        within: charts.comention(comention.pairs(chosen.mentions, chosen.articles, (), within), Words("en"), "-")
        for within in comention.UNITS
    }
    notes = {within: chart.to_dict()["usermeta"]["diembao"]["of"] for within, chart in drawn_of.items()}
    assert "sentences that name an actor" in notes["sentence"]
    assert "sentence" not in notes["article"] and notes["article"].endswith("articles")


def test_one_is_not_written_as_many():
    table = pl.DataFrame({"articles_total": [1, 1], "mentions_total": [1, 7]})
    assert charts._of(table, Words("en"), "articles_total", "mentions_total") == "1 article, 1–7 actor mentions"


@pytest.mark.parametrize(
    "names, angle", [(["AP", "VOA", "Reuters", "Yonhap", "AFP"], 0), ([f"Press {n}" for n in range(9)], -90)]
)
def test_the_names_of_columns_stand_upright_where_they_have_room(names, angle):
    table = pl.DataFrame({"source_id": names, "role": "credit", "citations": 1, "articles": 1, "article_share": 0.5})
    table = table.with_columns(citations_total=1, articles_total=2)
    drawn = encodings(charts.role_matrix(table, Words("en"), "-").to_dict())
    assert {part["x"]["axis"]["labelAngle"] for part in drawn if "x" in part} == {angle}


def test_a_long_name_over_a_column_ends_after_a_few_short_lines():
    long = "Báo Điện tử Chính phủ nước Cộng hòa xã hội chủ nghĩa Việt Nam"
    table = pl.DataFrame({"first_publisher": [long, "VOA"], "publisher": ["VOA", long], "stories": [2, 1]})
    drawn = encodings(charts.reprints(table, Words("en"), "-").to_dict())
    written = next(part["x"]["axis"]["labelExpr"] for part in drawn if "x" in part)
    lines = json.loads(written[1 : written.rindex(")")])
    assert lines["VOA"] == ["VOA"] and len(lines[long]) == theme.HEADING_LINES and lines[long][-1].endswith("…")


def test_tooltips_of_the_lab_write_numbers_as_its_axes_do():
    for measure, pattern in (("share", ".1%"), ("articles", ",.0f")):
        drawn = encodings(charts.linked_actors(Words("vi"), measure).to_dict())
        told = {tip["field"]: tip.get("format") for part in drawn for tip in part.get("tooltip", [])}
        assert told["value"] == pattern and told["articles"] == ",.0f" and told["actor"] is None


def test_numbers_in_a_heat_map_can_be_read_on_every_shade():
    def light(colour: list[float]) -> float:
        parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
        return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))

    def parts(colour: str) -> list[float]:
        return [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]

    low, middle, high = map(parts, theme.HEAT)
    for step in range(101):
        ends, way = ((low, middle), step / 50) if step <= 50 else ((middle, high), step / 50 - 1)
        shade = light([a + (b - a) * way for a, b in zip(*ends, strict=True)])
        ink = light(parts(theme.PAPER if step / 100 > theme.HEAT_TEXT else theme.INK))
        assert (max(shade, ink) + 0.05) / (min(shade, ink) + 0.05) >= 4, step
