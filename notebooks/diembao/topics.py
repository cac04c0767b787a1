"""Lines of a page ↔ what they speak of: how much of what stands below a line the lines above it have said.

A story goes on with the words it began with; another story shares with it little but what all news share (lexical
cohesion, Hearst 1997, "TextTiling"). Words are pairs of neighbouring syllables, as most words of Vietnamese are two: in
news texts a part has a fifth of its pairs from the rest, two texts on the same subject have a twentieth in common.
"""

from collections.abc import Sequence

import polars as pl


def syllables(lines: pl.DataFrame) -> pl.DataFrame:
    """Lines → one row a syllable: the columns of the line, the `syllable` in lower case, the `pair` it begins."""
    words = lines.with_columns(syllable=pl.col("plain").str.to_lowercase().str.extract_all(r"[\p{L}\p{M}\d]+"))
    pair = pl.concat_str(pl.element(), pl.element().shift(-1), separator=" ")
    return words.with_columns(pair=pl.col("syllable").list.eval(pair)).explode("syllable", "pair")


def echoed(full: pl.DataFrame, asked: pl.Expr, told: pl.Expr, common: Sequence[str]) -> pl.DataFrame:
    """Lines → `n`, `own`, `echoed` of those asked: their pairs that are not common in news, and how many the text says.

    Of the titles of other stories 94 of 100 say nothing of a text's own, of its subheadings and captions 14 (counted in
    6,000 texts).
    """
    here = full.filter(asked).select("n", "page", "k", "plain")
    text = full.filter(told & pl.col("page").is_in(here["page"].unique().implode())).select("page", "k", "plain")
    own = ~pl.col("pair").is_in(list(common))
    said = syllables(text).drop_nulls("pair").filter(own).group_by("page", "pair")
    said = said.agg(first=pl.col("k").min(), last=pl.col("k").max())
    words = syllables(here).drop_nulls("pair").filter(own).unique(["n", "pair"])
    words = words.join(said, on=["page", "pair"], how="left")
    elsewhere = (pl.col("first") != pl.col("k")) | (pl.col("last") != pl.col("k"))
    return words.group_by("n").agg(own=pl.len(), echoed=elsewhere.fill_null(False).sum())


def shared(full: pl.DataFrame, asked: pl.Expr, told: pl.Expr, common: Sequence[str] = ()) -> pl.DataFrame:
    """Lines → `n`, `shared`, `own`, `pairs`, `taken` of those asked: what stands below has said above, and takes up.

    `shared` is the share of pairs on both sides, of the side with fewer (`pairs`), `own` the same without pairs that
    are common in news; `taken` counts the pairs of the line that only the text below says. `told` says which lines are
    text; the line asked belongs to what is below.
    """
    here = full.filter(asked).select("n", "page", "k", "plain")
    text = full.filter(told & pl.col("page").is_in(here["page"].unique().implode())).select("page", "k", "plain")
    said = syllables(text).drop_nulls("pair").group_by("page", "pair")
    said = said.agg(first=pl.col("k").min(), last=pl.col("k").max())
    said = said.with_columns(own=~pl.col("pair").is_in(list(common)))
    above, below, own = pl.col("first") < pl.col("k"), pl.col("last") >= pl.col("k"), pl.col("own")
    sides = here.drop("plain").join(said, on="page", how="inner").group_by("n", maintain_order=True)
    sides = sides.agg(
        both=(above & below).sum(),
        pairs=pl.min_horizontal(above.sum(), below.sum()),
        both_own=(above & below & own).sum(),
        own=pl.min_horizontal((above & own).sum(), (below & own).sum()),
    )
    words = syllables(here).drop_nulls("pair").unique(["n", "pair"]).join(said, on=["page", "pair"], how="inner")
    words = words.group_by("n").agg(taken=(~above & (pl.col("last") > pl.col("k"))).sum())
    sides = sides.filter(pl.col("pairs") > 0).join(words, on="n", how="left", maintain_order="left")
    return sides.select(
        "n",
        "pairs",
        pl.col("taken").fill_null(0),
        shared=pl.col("both") / pl.col("pairs"),
        own=pl.col("both_own") / pl.col("own"),
    )


def carried(full: pl.DataFrame, asked: pl.Expr, told: pl.Expr, common: Sequence[str] = ()) -> pl.DataFrame:
    """Lines → `n`, `names` of those asked: how many names are carried on from above to below.

    They are foreign names, but `common` ones, that stand on both sides, and persons of whom the text below goes on to
    speak by title and surname alone ("ông Dương"), after their whole name above. Names are what a story is told by
    from its beginning to its end: of 624 places where another story begins 16 have one foreign name on both sides, six
    two; of 14 where a link stands within a story six have two or more. Of 3,000 pairs of stories 95 go on with a
    surname, two with two; of as many stories parted in two 452 and 36. What is written as no Vietnamese syllable is
    foreign.
    """
    here = full.filter(asked).select("n", "page", "k")
    text = full.filter(told & pl.col("page").is_in(here["page"].unique().implode()))
    names = text.select("page", "k", name=pl.col("plain").str.extract_all(r"\p{Lu}[\p{L}\p{M}]{2,}")).explode("name")
    names = names.drop_nulls("name").with_columns(pl.col("name").str.to_lowercase())
    names = names.filter(~pl.col("name").str.contains(_SYLLABLE) & ~pl.col("name").is_in(list(common)))
    names = names.group_by("page", "name").agg(first=pl.col("k").min(), last=pl.col("k").max())
    both = (pl.col("first") < pl.col("k")) & (pl.col("last") > pl.col("k"))
    foreign = here.join(names, on="page", how="inner").filter(both).select("n", "name")
    found = pl.concat([foreign, _surnames(here, text)]).group_by("n").agg(names=pl.col("name").n_unique())
    return here.select("n").join(found, on="n", how="left").with_columns(pl.col("names").fill_null(0))


def _surnames(here: pl.DataFrame, text: pl.DataFrame) -> pl.DataFrame:
    """Lines asked, lines of text → `n`, `name` of persons named whole above, and below first by title and surname."""
    run = pl.col("run").str.replace("^(?:[Ôô]ng|[Bb]à) ", "")
    runs = (
        text.select("page", "k", run=pl.col("plain").str.extract_all(_RUN))
        .explode("run")
        .drop_nulls("run")
        .with_row_index("at")
        .with_columns(titled=run != pl.col("run"), words=run.str.to_lowercase().str.split(" "))
        .with_columns(whole=pl.col("words").list.len() > 1)
    )
    ends = pl.concat_list(pl.col("words").list.first(), pl.col("words").list.last()).list.unique()
    alone = pl.col("titled") & ~pl.col("whole")
    named = runs.select("page", "k", "at", "whole", name=ends, alone=alone).explode("name")
    sides = here.select("n", "page", asked="k").join(named, on="page", how="inner").sort("n", "at")
    above, below = pl.col("k") < pl.col("asked"), pl.col("k") > pl.col("asked")
    sides = sides.group_by("n", "name").agg(
        whole=(above & pl.col("whole")).any(), alone=pl.col("alone").filter(below).first()
    )
    return sides.filter(pl.col("whole") & pl.col("alone")).select("n", "name")


_RUN = r"(?:(?:[Ôô]ng|[Bb]à) )?\p{Lu}[\p{L}\p{M}'-]*(?: \p{Lu}[\p{L}\p{M}'-]*)*"

_SYLLABLE = (
    r"^(?:ngh?|nh|th|tr|ch|kh|ph|gi|qu|[bcdđghklmnpqrstvx])?"
    r"[aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵ]{1,3}(?:ng|nh|ch|[cmnpt])?$"
)
