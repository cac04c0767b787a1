"""For the tests of extraction: texts of our own → the tables extracted from them."""

from functools import lru_cache

import polars as pl
from hypothesis import strategies as st

from diembao import load_catalogue
from diembao.articles import line_roles
from diembao.corpus import extract_pages
from diembao.schema import PAGES
from diembao.signals import split_lines


@lru_cache(maxsize=1)
def catalogue():
    return load_catalogue()


def pages(**texts: str) -> pl.DataFrame:
    rows = [{**dict.fromkeys(PAGES.names()), "page": page, "text": text} for page, text in texts.items()]
    return pl.DataFrame(rows, schema=PAGES)


def extract(**texts: str) -> dict[str, pl.DataFrame]:
    return extract_pages(pages(**texts), catalogue())


def several(texts: st.SearchStrategy) -> st.SearchStrategy:
    """What texts are drawn from → what five pages are drawn from: extracting five takes hardly longer than one."""
    return st.lists(texts, min_size=5, max_size=5).map(lambda drawn: {f"p{n}": text for n, text in enumerate(drawn)})


def story(*sentences: str) -> str:
    """A plain page whose body is the given sentences: headline, standfirst, then one paragraph each."""
    return "\n".join(
        [
            "Các bên nối lại đối thoại sau nhiều tháng gián đoạn",
            "",
            "Hai bên cho biết sẽ tiếp tục trao đổi trong thời gian tới để giảm bất đồng.",
            "",
            *sentences,
        ]
    )


def report(inside: str = "", below: str = "") -> str:
    """A page with paragraphs as long as the press's; a line between its paragraphs, one below them."""
    goes_on = (
        "Hai bên cho biết sẽ tiếp tục trao đổi trong thời gian tới để giảm bất đồng, trong lúc các nước láng giềng "
        "theo dõi sát diễn biến."
    )
    told = ["Mỹ và Nga nối lại đàm phán hôm nay.", "Hai phái đoàn trao đổi một danh sách dài."]
    more = ["Phái đoàn Mỹ rời đi buổi chiều.", "Vòng sau sẽ họp ở Geneva.", "Chưa có ngày cụ thể."]
    first, last = ([f"{sentence} {goes_on}" for sentence in part] for part in (told, more))
    lines = ["Các bên nối lại đối thoại sau nhiều tháng gián đoạn", *first, inside, *last, below]
    return "\n".join(line for line in lines if line)


def mentions_of(*sentences: str) -> list[tuple[str, str]]:
    """Sentences → (surface, actor_id) of the mentions in them, in order."""
    found = extract(p=story(*sentences))["mentions"].filter(pl.col("line") > 4)
    return list(found.select("surface", "actor_id").iter_rows())


def readings_of(*sentences: str) -> list[tuple[str, str]]:
    found = extract(p=story(*sentences))["mentions"].filter(pl.col("reading").is_not_null())
    return list(found.select("surface", "reading").iter_rows())


def citations_of(*sentences: str) -> list[tuple[str, str]]:
    found = extract(p=story(*sentences))["citations"]
    return list(found.select("source_id", "role").iter_rows())


def roles_of(text: str) -> dict[str, str]:
    """A page → the role of each of its lines that is not blank, by the line's text."""
    page = pages(p=text)
    lines = line_roles(split_lines(page), page, catalogue()).filter(pl.col("role").is_not_null())
    return {text[start:end].strip(): role for start, end, role in lines.select("start", "end", "role").iter_rows()}
