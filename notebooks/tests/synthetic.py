"""Small corpora made up in memory, with known counts, for the tests of measures, charts and wording."""

from collections.abc import Iterable
from datetime import date, timedelta
from types import SimpleNamespace

import numpy as np
import polars as pl

from diembao import schema

KINDS = {"USA": "state", "CHN": "state", "PRK": "state", "RUS": "state", "NATO": "org", "kim-jong-un": "person"}


def article(page: str, day: date | None = None, **columns) -> dict:
    """One row of `articles`; by default undated, without source, 100 syllables."""
    return {
        "page": page,
        "segment": 0,
        "title": f"Tiêu đề {page}",
        "publisher": None,
        "credits": [],
        "published": day and day.isoformat(),
        "published_first": day,
        "published_last": day,
        "published_basis": "stated" if day else "unknown",
        "syllables": 100,
        "duplicate_of": None,
        "similarity": None,
        "published_evidence": None,
    } | columns


def mention(
    page: str, actor: str, *, role: str = "body", reading: str | None = None, line: int = 2, sentence: int | None = None
) -> dict:
    """One row of `mentions`; by default every line is one sentence."""
    kind = KINDS.get(actor, "person")
    span = {"page": page, "segment": 0, "line": line, "start": 0, "end": len(actor), "surface": actor}
    return span | {"actor_id": actor, "actor_kind": kind, "reading": reading, "basis": "catalogue", "role": role} | {
        "sentence": sentence or line
    }


def citation(page: str, source: str, role: str = "att", sentence: int = 2) -> dict:
    """One row of `citations`."""
    span = {"page": page, "segment": 0, "line": 2, "start": 0, "end": 2, "surface": source}
    return span | {"source_id": source, "role": role, "sentence": sentence}


def in_text(page: str, first: date | None, last: date | None = None, line: int = 2) -> dict:
    """One row of `dates`."""
    span = {"page": page, "segment": 0, "line": line, "start": 0, "end": 3, "surface": "hôm"}
    basis = "explicit" if first else "unresolved"
    return span | {"edtf": "REL", "first": first, "last": last or first, "granularity": "day", "basis": basis}


def table(rows: Iterable[dict], schema_: pl.Schema) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=schema_)


def articles(*rows: dict) -> pl.DataFrame:
    return table(rows, schema.ARTICLES)


def mentions(*rows: dict) -> pl.DataFrame:
    return table(rows, schema.MENTIONS)


def citations(*rows: dict) -> pl.DataFrame:
    return table(rows, schema.CITATIONS)


def dates(*rows: dict) -> pl.DataFrame:
    return table(rows, schema.DATES)


CATALOGUE = SimpleNamespace(
    actors=pl.DataFrame(
        [
            ("USA", "state", "United States", "Mỹ"),
            ("CHN", "state", "China", "Trung Quốc"),
            ("PRK", "state", "North Korea", "Triều Tiên"),
            ("RUS", "state", "Russia", "Nga"),
            ("NATO", "org", "NATO", "NATO"),
            ("kim-jong-un", "person", "Kim Jong-un", "Kim Jong-un"),
        ],
        schema=["id", "kind", "name_en", "name_vi"],
        orient="row",
    ),
    aliases=pl.DataFrame(
        [
            ("USA", "USA", "name"),
            ("Washington", "USA", "capital"),
            ("Nhà Trắng", "USA", "seat"),
            ("Bình Nhưỡng", "PRK", "capital"),
        ],
        schema=["surface", "actor_id", "form"],
        orient="row",
    ),
    offices=pl.DataFrame(
        [
            ("kim-jong-un", "PRK", "2011-12", ""),
            ("vladimir-putin", "RUS", "2000-05-07", "2008"),
            ("vladimir-putin", "RUS", "2012-05-07", ""),
            ("two-hats", "USA", "2020", ""),
            ("two-hats", "CHN", "2022", "2023-06"),
            ("mark-rutte", "NATO", "2024-10-01", ""),
        ],
        schema=["person_id", "of", "start", "end"],
        orient="row",
    ),
    outlets=pl.DataFrame(
        [
            ("AP", "Associated Press", "AP|A.P."),
            ("VOA", "Voice of America", "VOA|VOA Tiếng Việt"),
            ("Reuters", "Reuters", "Reuters"),
            ("Yonhap", "Yonhap News Agency", "Yonhap"),
            ("VnExpress", "VnExpress", "VnExpress|VNE"),
        ],
        schema=["id", "name", "forms"],
        orient="row",
    ),
)


def copies(articles: pl.DataFrame | pl.LazyFrame) -> pl.DataFrame | pl.LazyFrame:
    """Articles → page, duplicate_of of those that print another again."""
    return articles.filter(pl.col("duplicate_of").is_not_null()).select("page", "duplicate_of")


class Tables(SimpleNamespace):
    """What `select` reads of a corpus."""

    def rows(self, table: str) -> int:
        return getattr(self, table).select(pl.len()).collect().item()

    @property
    def copies(self) -> pl.LazyFrame:
        return copies(self.articles)


def corpus(
    articles: pl.DataFrame,
    mentions: pl.DataFrame | None = None,
    citations: pl.DataFrame | None = None,
    dates: pl.DataFrame | None = None,
) -> Tables:
    """Tables → what `select` reads of a corpus; line 1 of every article is a headline, 2 body, 3 a caption."""
    lines = articles.select("page", "segment").join(
        pl.DataFrame({"line": [1, 2, 3], "role": ["headline", "body", "caption"]}), how="cross"
    )
    lines = lines.with_columns(start=0, end=0)

    def rows(given: pl.DataFrame | None, empty: pl.Schema) -> pl.LazyFrame:
        return (pl.DataFrame(schema=empty) if given is None else given).lazy()

    return Tables(
        articles=articles.lazy(),
        lines=schema.conform(lines, schema.LINES).lazy(),
        mentions=rows(mentions, schema.MENTIONS),
        citations=rows(citations, schema.CITATIONS),
        dates=rows(dates, schema.DATES),
        pages=rows(None, schema.PAGES),
        problems=rows(None, schema.PROBLEMS),
        catalogue=CATALOGUE,
    )


def press(size: int = 120, seed: int = 1) -> Tables:
    """A corpus of that many articles in 2023–2024 with a silence of two months; Yonhap writes more about PRK, and a
    third of what names the USA names its capital."""
    draw = np.random.default_rng(seed)
    sources = ("AP", "VOA", "Reuters", "Yonhap")
    chances = {"USA": 0.8, "CHN": 0.5, "RUS": 0.4, "PRK": 0.3, "NATO": 0.2, "kim-jong-un": 0.2}
    rows, named, cited, written = [], [], [], []
    for number in range(size):
        page = f"page-{number:05d}"
        day = date(2023, 1, 9) + timedelta(days=int(draw.integers(0, 600)))
        day += timedelta(days=61) if date(2023, 6, 1) <= day < date(2023, 8, 1) else timedelta()
        source = sources[number % 4]
        rows.append(
            article(
                page,
                day if draw.random() < 0.9 else None,
                credits=[source] if number % 3 else [],
                publisher="VnExpress",
                syllables=int(draw.integers(150, 600)),
            )
        )
        cited.append(citation(page, source, "att" if number % 2 else "credit"))
        if number % 5 == 0:
            cited.append(citation(page, "AP", "photo"))
        for actor, chance in chances.items():
            if draw.random() < (0.95 if (actor, source) == ("PRK", "Yonhap") else chance):
                gov = "gov" if actor == "USA" and number % 3 == 0 else None
                named += [
                    mention(page, actor, role=role, reading=gov)
                    for role in ("headline", *["body"] * int(draw.integers(0, 6)))
                ]
        written += [in_text(page, day + timedelta(days=int(draw.integers(-400, 20)))) for _ in range(3)]
    return corpus(articles(*rows), mentions(*named), citations(*cited), dates(*written))
