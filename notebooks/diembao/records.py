"""Lines of pages ↔ lines of the records that a dump of a database runs together in one page.

A record has fields that no page shows: the time as databases write it, the file of a picture with a number beside it or
a title below. Where those of the first record stand below its title, so they do in the others; where they stand below
its text, the next record begins there.
"""

import polars as pl

_PAGE = pl.col("page")
_PARAGRAPH = 60  # syllables of a line that is no teaser
_HERE, _NEXT_HERE = _PAGE == _PAGE.shift(1), _PAGE == _PAGE.shift(-1)


def apart(full: pl.DataFrame) -> pl.DataFrame:
    """Lines with their signals → the same, every record below the first as a page of its own, `whole` its page's name.

    `field`: what belongs to a record's fields; `entry`: what a reader says; `recorded`: pages with such fields.
    """
    full = full.with_columns(whole=_PAGE, recorded=_hard().any().over("page"))
    some = full.filter(pl.col("recorded") & (pl.col("content").sum().over("page") >= 2))
    if some.is_empty():
        return full.with_columns(field=pl.lit(False), entry=pl.lit(False))
    some = _blocks(some)
    begins = pl.col("n").is_in(_begins(some).implode()).cast(pl.Int32).cum_sum().over("page")
    # what a reader says stands alone between two hours
    below = (pl.col("block").shift(-1) & _NEXT_HERE).fill_null(False)
    entry = some.filter(pl.col("after") & below & pl.col("content") & (pl.col("told") >= 3))["n"]
    return full.with_columns(
        page=pl.when(begins > 0).then(pl.format("{}\0{}", "page", begins)).otherwise(_PAGE),
        field=pl.col("n").is_in(some.filter("block")["n"].implode()),
        entry=pl.col("n").is_in(entry.implode()),
    )


def whole(full: pl.DataFrame) -> pl.DataFrame:
    """Lines of `apart` with `segment` and `role` → those of their pages: what is below the first record is other."""
    segment = (~_HERE | (pl.col("segment") != pl.col("segment").shift(1))).fill_null(True)
    site = pl.any_horizontal("image_file", "notice", "field", "site", "button") & ~pl.col("stored")
    kept = (pl.col("role") == "related") | ((pl.col("role") == "ui") & site)
    return full.select(
        page="whole",
        line="line",
        segment=segment.cast(pl.Int32).cum_sum().over("whole") - 1,
        role=pl.when((_PAGE != pl.col("whole")) & ~kept).then(pl.lit("other")).otherwise("role"),
    )


def _hard() -> pl.Expr:
    """Whether a line is a field that shows a record."""
    number = (pl.col("plain").str.len_bytes() <= 7) & (pl.col("plain").str.strip_chars("0123456789") == "")
    counted = (number.shift(1) & _HERE) | (number.shift(-1) & _NEXT_HERE)
    # above a title and a standfirst that opens with the site's mark, as the first does
    mark = pl.col("mark").drop_nulls().first().over("page")
    titled = pl.col("head_like").shift(-1) & (pl.col("mark").shift(-2) == mark) & (_PAGE == _PAGE.shift(-2))
    return pl.col("stored") | (pl.col("image_file") & (counted | titled)).fill_null(False)


def _blocks(some: pl.DataFrame) -> pl.DataFrame:
    """Lines of pages with records → the `block`s of fields, lines of text (`texts`) and paragraphs (`told`) so far."""
    small = (pl.col("syllables") <= 4) & ~pl.col("terminal")
    loose = pl.any_horizontal("stored", "image_file", "agency", "notice") | small
    run = ((loose != loose.shift(1)) | ~_HERE).fill_null(True).cum_sum()
    long = pl.col("content") & (pl.col("syllables") >= 20)
    some = some.with_columns(
        hard=_hard(),
        loose=loose,
        run=run,
        texts=(~loose).cum_sum().over("page"),
        told=(pl.col("content") & (pl.col("syllables") >= 12) & ~pl.col("head_like")).cum_sum().over("page"),
        untitled=long.filter(~loose).first().over("page"),
    )
    some = some.with_columns(block=pl.col("loose") & pl.col("hard").any().over("run"))
    above = (pl.col("block").shift(1) & _HERE).fill_null(False)
    return some.with_columns(opens=pl.col("block") & ~above, after=~pl.col("block") & above)


def _begins(some: pl.DataFrame) -> pl.Series:
    """Lines of `_blocks` → `n` of the first lines of the records below the first."""
    first = pl.col("opens") & (pl.col("opens").cum_sum().over("page") == 1)
    head, led = (pl.col(name).filter(first).first().over("page") for name in ("texts", "told"))
    some = some.with_columns(head=head, on_top=(head <= 3) & (led <= 1) & ~pl.col("untitled"))
    # the title is as many lines above the fields as in the first record
    starts = some.filter(pl.col("on_top") & pl.col("opens") & ~first & (pl.col("head") >= 1))
    starts = starts.select("page", texts=pl.col("texts") - pl.col("head") + 1)
    on_top = some.filter(~pl.col("loose") & pl.col("head_like")).join(starts, on=["page", "texts"], how="semi")["n"]
    # a title follows the fields, or their own where the page begins without one
    titled = pl.col("after") & pl.col("head_like") & (pl.col("told") >= 1)
    titled = titled & (~pl.col("on_top") | (pl.col("head") == 0))
    told_below = (pl.col("content").shift(-1) & _NEXT_HERE) | (pl.col("content").shift(-2) & (_PAGE == _PAGE.shift(-2)))
    begins = pl.when("untitled").then(titled.shift(1) & _HERE).otherwise(titled & told_below)
    firsts = on_top.append(some.filter(begins.fill_null(False))["n"])
    told = pl.col("told").diff().over("page").fill_null(0) + (pl.col("content") & (pl.col("syllables") >= _PARAGRAPH))
    records = some.select("n", "page", told=told, record=pl.col("n").is_in(firsts.implode()).cum_sum().over("page"))
    # (titles with a teaser each are a list of links)
    stories = records.group_by("page", "record").agg(pl.col("told").sum()).filter(pl.col("told") > 1)["page"]
    records = records.filter(pl.col("page").is_in(stories.implode()))
    return records.filter(pl.col("record") != pl.col("record").shift(1).over("page"))["n"]
