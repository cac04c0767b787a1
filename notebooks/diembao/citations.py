"""Names in their contexts → citations: the outlets a page names and the part each plays there.

Roles: `pub` published this page, `credit` its wire is what the article is based on, `att` is said to report, quote or
have learnt something, `photo` gave a picture, `other` is itself what the news is about.
"""

from functools import lru_cache

import polars as pl

from .catalogue import Catalogue, any_of, asked, folded, name_key
from .names import LEFT, LETTER, PLAIN_SYLLABLE, RIGHT, without_lead_words
from .schema import FOUND_CITATIONS, conform

_ARTICLE = ("headline", "lead", "body", "caption", "byline")


def find_citations(names: pl.DataFrame, lines: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    """Names that `names.scan` found in `lines` (with `page`, `segment`, `role` and `at_head`) → table `citations`."""
    patterns = _patterns(catalogue)
    left, right, role = pl.col("left"), pl.col("right"), pl.col("role")
    outlets = catalogue.outlet_forms.join(
        catalogue.outlets.select("kind", "country", source_id="id"), on="source_id", how="left", maintain_order="left"
    ).select(name_key(folded(pl.col("surface"))).alias("key"), "source_id", "kind", "country")
    outlets = outlets.unique("key", keep="first", maintain_order=True)
    known = names.filter(pl.col("what").is_in(["outlet", "cued"])).join(
        outlets, on="key", how="left", maintain_order="left"
    )
    unlisted = _unlisted(names.filter(pl.col("what").is_in(["run", "site"])), catalogue).select(known.columns)
    own = _own_names(lines, catalogue).select(known.columns)
    sure = pl.col("what") == "outlet"
    hits = pl.concat([known.filter(sure), own, known.filter(~sure), unlisted])
    hits = hits.with_columns(learnt=pl.col("what") == "own")
    hits = _outermost(hits.with_columns(what=pl.col("what").replace("own", "outlet")))
    at_start = left.str.contains("^ *$")
    heading = pl.col("at_head") & role.is_in(["headline", "ui"])
    opening, suffering = asked(at_start, "right"), asked(right.str.contains(r"^,? [\p{Lu}¤]|^, "), "right")
    hits = hits.with_columns(
        photo=left.str.contains(patterns["photo"])
        | ((role == "caption") & left.str.contains(patterns["pictured"]) & right.str.contains(patterns["released"]))
        | (left.str.contains(patterns["pictured"]) & right.str.contains("^ chụp"))
        | asked((role != "byline") & right.str.contains("^ ?(?:/|[Pp]ho|[Ii]ma|via)"), "right").str.contains(
            patterns["photographer"]
        )
        | left.str.contains(r"¢ via $"),
        told=left.str.contains(patterns["told"]) & ~right.str.contains(patterns["subject_right"]),
        subject=left.str.contains(patterns["subject_left"])
        | left.str.contains(patterns["expert"])
        | (suffering.str.contains(patterns["suffers"]) & left.str.contains(patterns["person_of"]))
        | (asked(right.str.contains("(?i)^ (?:đã )?(?:đặt|nêu) câu hỏi"), "left").str.contains(patterns["person_of"]))
        | right.str.contains(patterns["subject_right"])
        | (
            (right.str.contains(patterns["described"]) | left.str.contains(patterns["named_staff"]))
            & ~left.str.contains(patterns["att_left"])
            & ~right.str.contains(patterns["reports"])
        ),
        attributed=left.str.contains(patterns["att_left"])
        | left.str.contains(patterns["told_in"])
        | right.str.contains(patterns["att_right"]),
        # "vệ tinh Sputnik", "quân đội Philippines (AFP)", "tên lửa RT-23"
        misnamed=(left.str.contains(patterns["namesake"]) & (pl.col("kind") != "photo"))
        | (pl.col("surface").str.contains(r"^\p{Lu}+$") & right.str.contains(r"^ ?-\d")),
        kind_word=left.str.contains(patterns["kind_word"])
        | (left.str.contains(patterns["kind_of"]) & ~left.str.contains(patterns["not_kind"])),
        # "TTO - Hai bên …": a house's mark before its report; "như Tuổi Trẻ đã đưa tin": one it has printed
        house_mark=(pl.col("kind") != "agency")
        & (role == "body")
        & ~left.str.contains(patterns["kind_word"])
        & pl.col("surface").str.contains(r"^\p{Lu}{3,5}$")
        & left.str.contains(r"(?:^|[\p{Ll}'?!]) ?$")
        & right.str.contains(r"^ [-–] ['\"]? ?\p{Lu}")
        & ~right.str.contains("(?i)^ [-–] (?:ảnh|video|đồ họa)"),
        # "(Tuổi Trẻ) - Hai bên …", "VTV.vn - Hai bên …", "Dân trí Một …": the same at the head of a report
        opens=(pl.col("country") == "VNM")
        & (pl.col("kind") != "agency")
        & role.is_in(["lead", "body", "related", "other"])
        & (
            (left.str.contains(r"^ *[(\[]$") & right.str.contains(r"^[)\]]\.? ?-{0,2}:? ?['\"]?[\p{Lu}\d§¥¶]"))
            | (
                (pl.col("what").is_in(["outlet", "site"]) | (role == "lead"))
                & left.str.contains("^ *$")
                & right.str.contains(r"^\)? ?(?:-{1,2} ?|\| )['\"]?[\p{Lu}\d§¥¶]")
            )
            | opening.str.contains(patterns["sentence"])
            | (pl.col("surface").str.contains(r"\.\p{L}{2,4}$") & opening.str.contains(r"^\. \p{Lu}"))
        ),
        # "Dân trí/Thế giới", a line by itself: the site and its section; "See more at: http://baomau.vn/…"
        crumb=((pl.col("country") == "VNM") & opening.str.contains(patterns["section"]))
        | left.str.contains(patterns["more_at"]),
        # "Hai bên gặp nhau - VnExpress", the title of the page; "Dân Việt" alone above it
        title=(
            ((pl.col("country") == "VNM") & (pl.col("kind") != "agency"))
            | pl.col("surface").str.contains("(?i)tiếng việt|việt ngữ")
        )
        & heading
        & asked(heading, "left").str.contains(patterns["page_of"])
        # "Pháp luật", "Quốc tế" are sections of any site
        & (
            (pl.col("what") == "outlet")
            | left.str.contains("(?i)(?:báo|báo điện tử) $")
            | (
                pl.col("surface").str.contains(r" \p{Lu}\p{L}*$|^(?:[^ ]+ ){3}")
                & ~pl.col("surface").str.to_lowercase().is_in(catalogue.cues["lines"]["ui"])
            )
        )
        & right.str.contains(r"^(?i: online| điện tử)?(?: \([^)]*\))? *$"),
        # "Trao đổi với VnExpress, ông …": whom a Vietnamese outlet has asked
        asked=asked((pl.col("country") == "VNM") & (pl.col("kind") != "agency"), "left").str.contains(
            patterns["asked"]
        ),
        # "WASHINGTON (Reuters) - Hai bên …", "… nói vậy. (AFP)": whose report it is
        signed=(
            left.str.contains(patterns["dateline"]) & right.str.contains(r"^\) ?-")
            | (left.str.contains(patterns["closing"]) & right.str.contains(r"^(?:[,/&;-]? ?(?:và )?¢)*\)[. ]*$"))
            | (left.str.contains(patterns["reporter"]) & right.str.contains(patterns["reported"]))
        ),
        # "Hai bên gặp nhau. (AP)", "Hai bên gặp nhau - AP", "AP" alone: in a caption who gave the picture
        captioned=left.str.contains(r"(?:^ *|[.!?\"')¢] ?|[-–|/©] ?|[.!?] via |[(\[](?:¢[,/ -]+)*)$")
        & (right.str.contains(r"^(?: ?[/,–-] ?¢)*[)\]. ]*$") | right.str.contains(patterns["taken_by"])),
        bracketed=left.str.contains(r"¢ ?\($"),
        apposed=left.str.contains("¢ $"),
        house_report=(pl.col("country") == "VNM")
        & (
            (left.str.contains("(?i)như $") & right.str.contains("^ đã "))
            | ((pl.col("kind") != "agency") & at_start & right.str.contains("^ (?:đã|cũng đã) (?:liên hệ|liên lạc)"))
        ),
        owner=(pl.col("country") == "VNM") & left.str.contains(patterns["owner"]),
        # "Báo Mẫu", a line by itself: the house below its own article, an agency only as what it is based on
        alone=((pl.col("country") == "VNM") & left.str.contains(patterns["speaks_first"])).fill_null(False)
        & right.str.contains("^ *$"),
    )
    # what a page calls itself may be a common word in its stories
    hits = hits.filter(
        ~pl.col("learnt")
        | ~role.is_in(["headline", "lead", "body", "caption"])
        | pl.any_horizontal("kind_word", "photo", "told", "asked", "opens", "house_mark")
    )
    preferred = left.str.contains(patterns["preferred"]) & right.str.contains(patterns["as_source"])
    hits = hits.filter(
        (pl.col("what") != "cued")
        | pl.col("kind_word")
        | pl.col("photo")
        | left.str.contains(patterns["wire"])
        | pl.any_horizontal("house_mark", "opens", "crumb", "asked", "title")
        | ((role == "ui") & (left.str.contains(patterns["masthead"]) | preferred))
        | ((role == "byline") & pl.col("alone"))
        | (
            left.str.contains(r"(?:^|[^\p{L}\p{N} ] ?|[¢ ] ?và |[Hh]ãng |[Tt]rang )$")
            & right.str.contains(patterns["relays"])
        )
    )
    # the name of something else, and so wherever the page says no more
    hits = hits.filter(
        ~pl.col("misnamed").fill_null(False)
        & (~pl.col("misnamed").any().over("page", "source_id") | pl.col("attributed") | pl.col("photo"))
    )
    # what an agency publishes for Vietnam is a site: "Sputnik Việt Nam"
    service = pl.col("surface").str.contains("(?i) (?:việt nam|tiếng việt|việt ngữ)$")
    byline = (
        pl.when(left.str.contains(patterns["wire"]) | left.str.contains(r"(?i)^\W*nguồn(?: tin)? ?:"))
        .then(pl.lit("credit"))
        .when("photo")
        .then(pl.lit("photo"))
        .when(
            ((pl.col("kind") == "agency") & ~service)
            | ~(pl.any_horizontal("at_head", "alone") | service)
            | ((pl.col("country") != "VNM") & left.str.contains(r"\($") & right.str.contains(r"^\)"))
        )
        .then(pl.lit("credit"))
        .otherwise(pl.lit("pub"))
    )
    text = (
        pl.when(
            (role != "caption")
            & left.str.contains(r"(?i)\((?:theo|nguồn:?) (?:¢[,/ ]+)*$")
            & right.str.contains(r"^[^\p{L}]*$")
        )
        .then(pl.lit("credit"))
        .when(pl.col("photo") | ((role == "caption") & pl.col("captioned")))
        .then(pl.lit("photo"))
        .when((role != "caption") & (role != "headline") & pl.col("signed") & ~pl.col("opens"))
        .then(pl.lit("credit"))
        .when(left.str.contains(patterns["speaks_first"]) & right.str.contains("^ ?:"))
        .then(pl.lit("att"))
        .when(pl.any_horizontal("house_mark", "house_report", "owner", "opens", "asked", "title"))
        .then(pl.lit("pub"))
        .when("told")
        .then(pl.lit("att"))
        .when("subject")
        .then(pl.lit("other"))
        .when("attributed")
        .then(pl.lit("att"))
        # an outlet is named for what it reports, unless the page is about it
        .when(pl.col("subject").any().over("page", "source_id"))
        .then(pl.lit("other"))
        .otherwise(pl.lit("att"))
    )
    hits = hits.with_columns(
        part=pl.when(role == "byline").then(byline).when(role.is_in(["headline", "lead", "body", "caption"])).then(text)
    )
    # "Hãng thông tấn Trung ương Triều Tiên KCNA", "Tạp chí phố Wall (WSJ)": both forms of a name play one part
    same = (pl.col("row") == pl.col("row").shift(1)) & role.is_in(_ARTICLE)
    second = same & (pl.col("bracketed") | (pl.col("apposed") & (pl.col("source_id") == pl.col("source_id").shift(1))))
    hits = hits.with_columns(second=second.fill_null(False))
    first = pl.col("second").shift(-1).fill_null(False) & (pl.col("part") == "other")
    hits = hits.with_columns(part=pl.when(first).then(pl.col("part").shift(-1)).otherwise("part"))
    hits = hits.with_columns(part=pl.when("second").then(pl.col("part").shift(1)).otherwise("part"))
    # outside the article only its publisher counts, and the pictures of an article run on below it
    masthead = (role == "ui") & (
        left.str.contains(patterns["masthead"])
        | (
            pl.col("at_head")
            & left.str.contains(r"(?i)^ *(?:(?:báo|tạp chí|đài) ?)?$")
            & right.str.contains(r"(?i)^ *(?:(?:online|điện tử) *)?(?:$|[|>›»-])")
            & (left.str.contains(r"\S") | ~pl.col("surface").str.to_lowercase().is_in(catalogue.cues["lines"]["ui"]))
        )
    )
    masthead |= (role == "ui") & right.str.contains(patterns["owns"])
    masthead |= (role == "ui") & preferred
    # "Báo Thanh Niên", a line by itself below the article, unless there are several: links to others
    footer = (role == "ui") & left.str.contains(patterns["whole_line"]) & right.str.contains(patterns["footer"])
    footer &= (
        left.str.contains(r"\S")
        | pl.col("surface").str.contains("(?i)^(?:báo|tạp chí|đài) ")
        | right.str.contains("(?i)^ (?:online|điện tử)")
    )
    masthead |= footer & (pl.col("source_id").filter(footer).n_unique().over("page") == 1)
    masthead |= (pl.col("crumb") | pl.col("title")).fill_null(False)
    # an outlet alone below an article has not published it where the page says "Theo Báo Mẫu" as well
    based = ((pl.col("part") == "credit") & left.str.contains(patterns["wire"])).any().over("page", "source_id")
    below = (role == "byline") & (pl.col("part") == "pub") & ~pl.col("at_head")
    hits = hits.with_columns(part=pl.when(below & based).then(pl.lit("credit")).otherwise("part"))
    masthead |= (role == "ui") & pl.col("learnt")
    published = hits.filter(masthead | (pl.col("part") == "pub")).select("page", "source_id").unique()
    hits = hits.join(published.with_columns(own=True), on=["page", "source_id"], how="left", maintain_order="left")
    # (what another house's report begins with, where the page's own is known, is not this page's)
    known = pl.col("page").is_in(published["page"].unique().implode())
    # ("PV/VOV.VN" on a page of VOV)
    mine = (role == "byline") & (((pl.col("country") == "VNM") & (pl.col("kind") != "agency")) | service)
    mine = mine & pl.col("own") & ~left.str.contains(patterns["wire"])
    named = (role == "ui") & pl.col("own") & ~pl.col("surface").str.contains(r"\.[a-z]{2,}$")
    # (no part of an address, nor alone, as below each picture of a gallery)
    named = named & left.str.contains(r"(?:^|[ (|])$") & (left.str.contains(r"\S") | right.str.contains(r"\S"))
    # (a house names itself in its own reports: "nói với Báo Mẫu"; "Theo phóng viên Báo Mẫu" is said on its word)
    served = (service & pl.col("own")).any().over("page", "source_id")
    itself = role.is_in(["headline", "lead", "body", "caption"]) & pl.col("own")
    itself = itself & pl.col("part").is_in(["att", "other"]) & ((pl.col("kind") != "agency") | served)
    itself = itself & ~left.str.contains(r"(?i)(?:^|[^\p{L}])theo [^.,;:]{0,50}$")
    itself |= served & (pl.col("part") == "credit") & pl.col("signed")
    hits = hits.with_columns(
        part=pl.when(
            masthead
            | mine
            | named
            | itself
            | (
                role.is_in(["related", "other"])
                & (
                    pl.col("own")
                    | (pl.col("opens") & ~known)
                    | ((pl.col("country") == "VNM") & ~pl.col("attributed") & left.str.contains(patterns["own_paper"]))
                )
            )
        )
        .then(pl.lit("pub"))
        .when((role == "other") & pl.col("photo"))
        .then(pl.lit("photo"))
        .when(role.is_in(_ARTICLE))
        .then("part")
    ).filter(pl.col("part").is_not_null())
    return conform(hits.with_columns(role=pl.col("part")), FOUND_CITATIONS).sort("page", "start")


def _outermost(hits: pl.DataFrame) -> pl.DataFrame:
    """Hits → the same in their order, without those that lie inside another ("Báo Mẫu" inside "baomau.vn")."""
    hits = hits.sort("row", "start", "end", descending=[False, False, True], maintain_order=True)
    last = pl.col("end").cum_max().over("row").shift(1)
    return hits.filter(((pl.col("row") != pl.col("row").shift(1)) | (pl.col("start") >= last)).fill_null(True))


def _imprint_names(numbered: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    """Lines → `page`, `name`: what the site's own lines call the site.

    Read in the imprint ("© 2019 Tin Mẫu", "Ghi rõ nguồn 'Tin Mẫu'"), or alone above the article and named again below.
    """
    patterns = _patterns(catalogue)
    site = numbered.filter(pl.col("role") == "ui").select("page", "at_head", text=folded(pl.col("text")))
    imprint = ("imprint_owner", "imprint_source", "imprint_title", "imprint_label", "imprint_software")
    named = pl.concat(site.select("page", name=pl.col("text").str.extract(patterns[where], 1)) for where in imprint)
    above = site.filter("at_head").select("page", name=pl.col("text").str.extract(patterns["alone_above"], 1))
    again = (
        above.filter(~pl.col("name").str.to_lowercase().is_in(catalogue.cues["lines"]["ui"]))
        .join(site.filter(~pl.col("at_head")), on="page", how="inner")
        .filter(
            pl.col("text").str.contains(pl.col("name"), literal=True),
            pl.col("text").str.count_matches(r"\p{L}+") > pl.col("name").str.count_matches(r"\p{L}+"),
        )
    )
    return (
        pl.concat([named, again.select("page", "name")])
        .with_columns(pl.col("name").str.replace(patterns["kind_of_site"], "").str.strip_chars(" '\""))
        .filter(
            pl.col("name").str.count_matches(" ") < 6,
            pl.col("name").str.contains(r"\p{L}{4}|\p{L} .*\p{L}"),
            ~pl.col("name").str.contains(patterns["no_name"]),
        )
        # "TIN MẪU" and "Tin Mẫu" are one name
        .sort(pl.col("name").str.to_uppercase() == pl.col("name"), maintain_order=True)
        .unique(["page", pl.col("name").str.to_lowercase()], keep="first", maintain_order=True)
    )


def _own_names(lines: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    """Lines → wherever a page has the name its site gives itself, as candidate names of `names.scan`.

    `source_id` is the outlet's of the catalogue that is called so, otherwise the name as the page has it.
    """
    numbered = lines.with_row_index("row")
    low = folded(pl.col("surface").str.to_lowercase()).alias("low")
    forms = catalogue.outlet_forms.join(
        catalogue.outlets.select("kind", "country", source_id="id"), on="source_id", how="left", maintain_order="left"
    )
    named = (
        _imprint_names(numbered, catalogue)
        .with_columns(low=pl.col("name").str.to_lowercase())
        .join(catalogue.aliases.select(low), on="low", how="anti")
        .join(
            forms.select(low, "source_id", "kind", "country").unique("low", keep="first", maintain_order=True),
            on="low",
            how="left",
            maintain_order="left",
        )
        .select(
            "page",
            "low",
            source_id=pl.coalesce("source_id", "name"),
            kind=pl.coalesce("kind", pl.lit("portal")),
            country=pl.coalesce("country", pl.lit("VNM")),
        )
    )
    text, length = pl.col("text"), pl.col("low").str.len_chars().cast(pl.Int64)
    until = (pl.col("before").str.len_chars().cast(pl.Int64) + length).cum_sum().over("row", "low")
    there = (
        numbered.join(named, on="page", how="inner", maintain_order="left")
        .with_columns(folded(text))
        .with_columns(before=text.str.to_lowercase().str.split(pl.col("low")))
        .filter(pl.col("before").list.len() > 1, text.str.to_lowercase().str.len_chars() == text.str.len_chars())
        .explode("before")
        .with_columns(at=until - length)
        .filter(pl.col("at") + length <= text.str.len_chars())
        .with_columns(
            key=text.str.slice(pl.col("at"), length),
            left=text.str.head(pl.col("at")).str.tail(LEFT),
            right=text.str.slice(pl.col("at") + length).str.head(RIGHT),
            start=pl.col("start") + pl.col("at"),
            end=pl.col("start") + pl.col("at") + length,
            what=pl.lit("own"),
        )
    )
    there = there.filter(
        pl.col("key").str.contains(r"^[\p{Lu}\d]"),
        ~pl.col("left").str.contains(rf"[{LETTER}/.@]$"),
        ~pl.col("right").str.contains(rf"^[{LETTER}/@]"),
    ).with_columns(surface=pl.col("key"))
    # of "Báo Hà Tĩnh" the name alone is the province's, unless it is all of a line
    kind = pl.col("left").str.contains(_patterns(catalogue)["kind_before"])
    alone = text.str.strip_chars(" |[](){}.-–»>") == pl.col("key")
    return there.filter(~kind.any().over("page", "low") | kind | alone)


def _unlisted(runs: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    """Runs of capitals → outlets the catalogue does not list, known by the words before them or by how their names end.

    `source_id` is the name as it stands there; `kind` and `country` are null.
    """
    patterns = _patterns(catalogue)
    left, right, role = pl.col("left"), pl.col("right"), pl.col("role")
    sites = runs.filter(pl.col("what") == "site")
    columns = [*runs.columns, "source_id", "kind", "country"]
    runs = without_lead_words(runs.filter(pl.col("what") == "run"), catalogue)
    not_outlets = [name.lower() for name in (*catalogue.cues["citations"]["not_outlets"], "The", "A")]
    unknown = runs.filter(~pl.col("key").str.to_lowercase().is_in(not_outlets)).with_columns(
        source_id=pl.col("surface"), kind=pl.lit(None, pl.String), country=pl.lit(None, pl.String)
    )
    given = pl.Series(catalogue.cues["names"]["given"]).implode()
    personal = pl.col("key").str.contains(patterns["personal"]) | pl.col("key").str.extract("^([^ ]+)").is_in(given)
    unknown = unknown.filter(~pl.col("key").str.contains(patterns["channel"]))
    # "(VnMẫu) - Hai bên …": a house's mark before its report
    head = left.str.contains(r"^ *\($") & right.str.contains(r"^\) ?- ?['\"]?[\p{Lu}§¥]")
    head &= role.is_in(["lead", "body", "related"])
    house = head & pl.col("key").str.contains(r"^(?:\p{Lu}{3,6}|\p{Lu}[\p{L}]*\p{Ll}\p{Lu}\p{L}*)$")
    # "© 2019 Tin Mẫu": who publishes the page, below it
    owned = (role == "ui") & left.str.contains(patterns["owned_by"])
    unknown = unknown.with_columns(
        kind_word=left.str.contains(patterns["kind_word"]),
        kind_of=(left.str.contains(patterns["kind_of"]) | left.str.contains(patterns["site"])) & ~personal,
        # "Economic Daily", "Sportal TV": what a name ends with tells a newspaper from a person and a company
        titled=pl.col("key").str.contains(patterns["titled"]) & role.is_in(_ARTICLE),
        # (a name before an agency is who took the picture: "Ảnh: Martin Reed/AFP")
        credited=(
            left.str.contains(patterns["credit_word"])
            & ~personal
            & ~((pl.col("words") > 1) & right.str.contains("^ ?/ ?¢"))
        )
        | asked(left.str.ends_with("của ") & (pl.col("words") > 1), "left").str.contains(patterns["columnist"])
        | (~role.is_in(_ARTICLE) & left.str.contains(patterns["follow"]))
        | ((role == "byline") & left.str.contains(patterns["beside"]))
        | ((role == "byline") & left.str.contains(patterns["wire"]) & right.str.contains("^, ?¢"))
        | owned
        | house,
        kind=pl.when(house).then(pl.lit("portal")),
        country=pl.when(house).then(pl.lit("VNM")),
    ).filter(pl.any_horizontal("kind_word", "kind_of", "titled", "credited"))
    unknown = unknown.with_columns(
        reports=left.str.contains(patterns["att_left"]) | right.str.contains(patterns["att_right"]),
        # "báo" is also a leopard, "kênh" a strait
        vague=left.str.contains(patterns["vague"])
        & ~left.str.contains(patterns["att_left"])
        & ~right.str.contains(patterns["reports"]),
        no_kind=left.str.contains(patterns["not_kind"])
        | left.str.contains(patterns["firm"])
        | (left.str.contains("hãng $") & pl.col("key").str.contains(patterns["company"]))
        | pl.col("key").is_in(catalogue.cues["names"]["lead_words"]),
    )
    # an address is no name: it counts where a picture is credited to it, and where it is said to be a source
    address = pl.col("key").str.to_lowercase().str.replace(r"^(?:https?://)?(?:www\.)?", "")
    written = catalogue.outlet_forms.filter(~pl.col("cued"), pl.col("surface").str.len_chars() > 3).select(
        of="source_id", squeezed=pl.col("surface").str.to_lowercase().str.replace_all(" ", "")
    )
    sites = sites.with_columns(address=address, squeezed=address.str.extract(r"([^.]+)(?:\.[a-z]{2,4}){1,2}$"))
    sites = sites.join(
        written.unique("squeezed", keep="first", maintain_order=True), on="squeezed", how="left", maintain_order="left"
    )
    sites = sites.with_columns(
        source_id=pl.coalesce("of", "address"),
        kind=pl.lit("portal"),
        country=pl.when(head | left.str.contains(patterns["more_at"])).then(pl.lit("VNM")),
    ).filter(
        left.str.contains(patterns["credit_word"])
        | owned
        | pl.col("country").is_not_null()
        | ((role == "caption") & left.str.contains(patterns["photo"]))
        | (
            (
                left.str.contains(patterns["wire"])
                | left.str.contains(patterns["site"])
                | left.str.contains(patterns["kind_word"])
            )
            & ~pl.col("key").str.contains(patterns["no_press"])
        )
    )
    found = unknown.filter(
        pl.col("credited")
        | (
            pl.when("titled")
            .then(pl.any_horizontal("kind_word", "kind_of", "reports"))
            .otherwise(~pl.col("vague") & pl.any_horizontal("kind_word", "kind_of"))
            & ~pl.col("no_kind")
        )
    )
    # "trang tin Tin Mẫu (TM)" has two names
    outlet = ["source_id", "kind", "country"]
    of = found.select("row", *outlet, start=pl.col("end") + 2)
    short = left.str.ends_with("(") & right.str.starts_with(")") & pl.col("key").str.contains(r"^\p{Lu}{2,6}$")
    short = runs.filter(short).join(of, on=["row", "start"], how="inner").join(found, on=["row", "start"], how="anti")
    # what a page has called a newspaper or an agency once is one wherever it reports: "Theo Tin Mẫu, …"
    called = found.filter(left.str.contains(patterns["press"]))
    found = pl.concat([found.select(columns), short.select(columns)])
    called = pl.concat([table.select("page", "key", *outlet) for table in (called, short)]).unique(["page", "key"])
    again = runs.join(found, on=["row", "start"], how="anti").join(called, on=["page", "key"], how="inner")
    again = again.filter(left.str.contains(patterns["wire"]) | right.str.contains(patterns["relays"]))
    return pl.concat([found, again.select(columns), sites.select(columns)])


@lru_cache(maxsize=8)
def _patterns(catalogue: Catalogue) -> dict[str, str]:
    """The cue lists of `[citations]` as patterns on the folded, masked context."""
    cues, lines = catalogue.cues["citations"], catalogue.cues["lines"]
    edge = rf"(?i)(?:^|[^{LETTER}])"
    kind = any_of(
        catalogue.cues["persons"]["outlet_cues"]
        + ["báo", "trang", "chuyên trang", "tờ thời báo", "cơ quan", "truyền thông"]
    )
    of = rf"(?:(?:tiếng [^ ]+|{any_of(cues['kind_adjectives'])}|của §|[§¥]) )"
    kinds = rf"(?i:(?:{kind}) {of}{{0,2}})*"
    others = rf"(?:{kinds}¢(?: \([^)]*\))?(?:,| và|/|;) ?){{0,3}}"
    credit = any_of(lines["credit_words"])
    # what may stand between an outlet and its verb: a time, its country, its language
    when = (
        rf"(?:(?:{any_of(cues['adverbs'])})(?: \([^)]*\))?"
        r"|(?:(?:sáng|trưa|chiều|tối|đêm) )?(?:ngày |hôm )?\d[\d/ -]*(?:\([^)]*\))?"
        r"|(?:hồi )?(?:đầu|giữa|cuối) (?:tuần|tháng|năm)(?: (?:này|nay|trước|ngoái|qua|[\d/-]+))?"
        r"|hồi [^ ,]+ [^ ,]+|(?:của |\()?§\)?|tiếng [^ ]+|trong [^,]{1,30}) "
    )
    staff = any_of(cues["staff"])
    named = rf"(?:nữ )?(?:{staff})(?: ảnh| thường trú)?(?-i:(?: (?:\p{{Lu}}[^ ,.;:]*|¤)){{1,5}}) (?:(?:của|từ|tại) )?"
    members = rf"(?:(?:(?:các|một|những|nhóm|đội|\d+) )?(?:{staff})(?: của| từ)? )?"
    # what of an outlet is closed or taken away: "chặn trang web của BBC"
    held = "trang web|website|kênh|tài khoản|ứng dụng|trang|văn phòng"
    holdings = rf"(?:(?:các |những |hai )?(?:{held})(?: [^ .,;]+){{0,2}} của )?"
    # other outlets that share what follows: "CNN, BBC và hai đài khác bị cấm"
    shared = rf"(?:(?:,| và|/) ?{kinds}¢(?: \([^)]*\))?)*(?: và (?:\d+|các|nhiều|một số) [^.,;:]{{0,35}})?"
    after = rf"(?i)^\)?(?: \([^)]*\))?{shared}(?: của §)?"
    site = any_of(cues["site_kinds"])
    name = r"([\p{Lu}\d][^.,;:|()\[\]{}'\"©®–•·*\n]{2,45}?)"
    ends = r"(?: ?(?:[.,;:|(©®•·*–-]|$)| (?i:all rights|giữ|chịu|online|khi|trước khi|\d{4})(?:[^\p{L}]|$))"
    adverbs = rf"(?:(?:{any_of(cues['adverbs'])}|(?:ngày |hôm )?\d[\d/-]*) ){{0,2}}"
    return {
        "photo": rf"{edge}(?:{credit})(?: \([^)]*\))? ?:[^:;)]{{0,60}}$|{edge}(?:ảnh|photo)[^:;.]{{0,30}}[(/] ?$"
        rf"|(?i)^ *(?:{any_of(lines['caption_openers'])}), ?[^.:]{{0,40}}$"
        r"|(?i)(?:^|[.–-] ?)hình[^:;.]{0,30}[(/] ?$"
        r"|(?i)\((?:ảnh|photo|nguồn|video) ?:?[^)]{0,40}$"
        r"|(?i)(?:^|[-–(.;,!?]) ?(?:ảnh|hình|đồ họa)(?: chụp| cắt| tư liệu| minh họa)?(?: màn hình)?(?: từ)?"
        r"(?: clip| video)?(?: của| -)? $",
        "speaks_first": rf"^ *{kinds}$",
        "credit_word": rf"{edge}(?:{credit}) ?: ?$",
        "kind_word": rf"{edge}(?:{any_of(catalogue.cues['persons']['outlet_cues'])}|theo trang|theo chuyên trang) $"
        r"|(?:^|[.!?:\"] ?)báo $",
        # "tờ báo Hàn Quốc Sports Seoul", "các tờ như Sports Seoul", "hôm qua báo Sports Seoul"
        "kind_of": rf"{edge}(?:{any_of(cues['media'])}) {of}{{0,3}}$",
        # (of those words the ones that mean nothing else)
        "press": rf"{edge}(?:tờ|{any_of([word for word in cues['media'] if ' ' in word])}) {of}{{0,3}}$",
        "site": rf"{edge}(?:{any_of(cues['sites'])}) trang (?:web |tin )?{of}{{0,2}}$",
        "not_kind": rf"{edge}(?:{any_of(cues['not_kinds'])}) {of}{{0,3}}$",
        "titled": rf" (?:{any_of(cues['titles'])})$",
        "company": rf"(?:^| )(?:{any_of(cues['companies'])})(?: |$)",
        # a firm, not a source: "bán cho hãng", unlike "nói với hãng"
        "firm": r"(?i)(?:^|[^i] )(?:cho|với) hãng $",
        "vague": rf"(?:^|[^{LETTER}])(?:báo|[Kk]ênh) $",
        # "kênh Telegram Rybar"
        "channel": r"^(?i:telegram|youtube|facebook|twitter|tiktok|weibo) ",
        # (a name without accents too: "Linh An")
        "personal": rf"[^ -~]|^\p{{Lu}}\. ?|^{PLAIN_SYLLABLE}(?: {PLAIN_SYLLABLE}){{1,3}}$",
        "wire": r"(?i)(?:^|[ (])(?:theo|nguồn(?: tin)? ?:?|dẫn nguồn|tổng hợp từ|lược dịch) ?(?:tin )?"
        r"(?:hãng tin |tờ |báo |đài )?(?:¢[,/;& ]+(?:và )?|(?-i:\p{Lu})[^,/;.:()]{1,25}[,/;&(] ?)*$",
        "subject_left": rf"^[^¢]*[^{LETTER}¢]dẫn (?:{any_of(cues['programmes'])}) (?:của )?{kinds}$"
        rf"|{edge}xuất hiện trên (?:{any_of(cues['programmes'])})(?: [^ .,;]+){{0,3}} {kinds}(?:¢ của )?{kinds}$"
        rf"|{edge}(?:(?:{any_of(cues['subject_left'])}) (?:(?:của|từ|tại) )?|(?:{any_of(cues['subject_verbs'])}) )"
        rf"{members}{holdings}{kinds}{others}{kinds}$",
        "told": rf"{edge}(?:{any_of(cues['told'])}) (?:(?:các|một|những|nhóm) )?(?:{staff})(?: của)? {kinds}$"
        rf"|{edge}(?:{any_of(cues['told'])}|dẫn lời|trích lời) {named}{kinds}$"
        rf"|{edge}(?:theo|như) [^,.;:()]{{1,50}} (?:của|từ|trên|tại) {kinds}$",
        "named_staff": rf"{edge}(?:{named}|(?:,|là) (?:một )?(?:{staff})(?: của)? ){kinds}$",
        "att_left": rf"{edge}(?:{any_of(cues['attribution_left'])}) {kinds}{others}{kinds}(?-i:\p{{Lu}}\p{{Ll}}+ )?$",
        "att_right": r"(?i)^, (?:tờ|hãng|cơ quan ngôn luận|kênh|đài|nhật báo) "
        rf"|(?i)^\)?(?: \([^)]*\))?{shared}(?: \([^)]*\))? ?,? ?(?:{when}){{0,3}}"
        rf"(?:{any_of(cues['attribution_right'] + ['ngày', 'hôm nay', 'hôm qua'])})(?:[^{LETTER}]|$)",
        "told_in": rf"{edge}(?:{any_of(cues['works'])})[^.;:¢]{{0,45}}(?:,| của| trên| với| từ) {kinds}$",
        "namesake": rf"{edge}(?:(?:{any_of(cues['namesakes'])}) "
        rf"|(?:{any_of(cues['not_media'])})(?: [^ .,;()¢]+){{0,8}} \()$",
        # a place and a day may stand before the wire: "Tokyo, ngày 5/3 (Kyodo) - "
        "dateline": r"^ *(?:[\p{Lu}¥§][^().:;!?]{0,40} ?)?\((?:¢[,/& -]+)*$",
        "closing": r"[.!?\"'] ?\((?:¢[,/& -]+(?:và )?)*$",
        "reporter": rf"{edge}thông tín viên(?: thường trú)?(?: của)? {kinds}$",
        "reported": r"(?i)^(?: [^.,;:]{1,50})?,? (?:tường thuật|tường trình|gửi về)"
        r"(?: (?:từ|tại|bài|về)[^.,;:]{1,60})?(?:[.:]|$)",
        "no_press": r"(?i)\.gov(?:\.|$)|^(?:" + any_of(cues["not_outlets"]) + r")\.",
        "expert": rf"{edge}(?:chuyên gia|nhà phân tích|giám đốc|chủ tịch)[^,.]{{0,25}} (?:tại|ở) {kinds}$"
        rf"|{edge}nhà phân tích[^,.]{{0,25}} của {kinds}$",
        # "nhà bình luận Martin Reed của Ridgeton Echo"
        "columnist": rf"{edge}(?:nhà bình luận|{staff})(?-i:(?: \p{{Lu}}[^ ,.;:]*){{1,4}}) của {kinds}$",
        # "Phóng viên CNN Martin Reed bị bắt"
        "person_of": rf"{edge}(?:{staff})(?: của)? {kinds}$",
        "suffers": r"^(?:,|(?: (?:\p{Lu}[^ ,.;:]*|¤)){1,4}(?: \([^)]*\))?) (?:đã |vừa |từng )?"
        rf"(?:{any_of(cues['suffers'])})(?:[^{LETTER}]|$)",
        "subject_right": rf"{after} {adverbs}(?:{any_of(cues['subject_right'])})(?:[^{LETTER}]|$)",
        "described": rf"{after},? {adverbs}(?:{any_of(cues['described'])})(?:[^{LETTER}]|$)",
        "relays": rf"(?i)^(?:, §)? (?:{when}){{0,2}}(?:{any_of(cues['relays'])})(?:[^{LETTER}]|$)",
        "reports": rf"(?i)[^{LETTER}](?:{any_of(cues['attribution_right'])})(?:[^{LETTER}]|$)",
        "pictured": rf"{edge}(?:{any_of(cues['pictures'])})(?: [^.:;]{{0,40}})? (?:do|của|từ|trên|được)"
        rf"(?: website của)? (?:một )?{members}{kinds}$",
        "released": rf"(?i)^(?: \([^)]*\))? (?:{any_of(cues['released'])})(?:[^{LETTER}]|$)",
        # "AP Photo/Martin Reed", "AFP via Getty Images", "REUTERS/Martin Reed" at the end
        "photographer": r"^ (?i:photos?|images?)(?:[/)]|$)|^ via ¢"
        r"|^ ?/ ?(?:\p{Lu}[\p{L}'-]+ ){1,2}\p{Lu}[\p{L}'-]+[)\]. ]*$",
        # "Hai bên gặp nhau. AP - Martin Reed", in a caption
        "taken_by": r"^ ?[-–] ?(?:\p{Lu}[\p{L}.'-]+ ){1,3}\p{Lu}[\p{L}'-]+[)\]. ]*$",
        "page_of": r"(?i)(?:^ *|[^ ] ?[-|»] ?)(?:(?:báo|báo điện tử|tạp chí|trang tin|chuyên trang) )?$",
        "sentence": rf"^ (?:{any_of(catalogue.cues['names']['lead_words'])}) \p{{Ll}}",
        "section": rf"(?i)^ ?[/|>›»-] ?(?:{any_of(lines['ui'])})$",
        "asked": rf"{edge}(?:{any_of(cues['asks'])}) {kinds}$",
        "masthead": r"(?i)(?:theo dõi|trang (?:thông tin|tin)(?: điện tử)? (?:của|thuộc)|ghi rõ nguồn|copyright|©|®"
        r"|bản quyền (?:thuộc )?(?:về )?|xuất bản bởi|tải ứng dụng|liên hệ (?:với )?(?:tòa soạn)?|đón đọc"
        r"|đặt (?:mua )?báo)[^.]{0,25}$|(?:đồng hành cùng|báo lỗi cho)(?: (?:báo|tạp chí|đài))? $",
        # "Thêm Báo Mẫu trên Google", "Chọn Báo Mẫu làm nguồn ưu tiên", "Prefer Báo Mẫu on Google"
        "preferred": r"(?i)(?:^|[^\p{L}])(?:thêm|chọn|prefer|add) (?:(?:báo|tạp chí|đài)(?: điện tử)? )?$",
        "as_source": r"(?i)^(?: điện tử)? (?:trên google|on google|làm nguồn|là nguồn|as (?:a )?(?:preferred )?source)",
        "owned_by": r"(?i)(?:©|copyright|bản quyền)(?: ?(?:©|copyright|by|thuộc|về|của|:|-|\d{4}))"
        r"{0,6}(?: (?:báo|tạp chí|đài|trang tin|chuyên trang)(?: điện tử)?)? ?$",
        "owner": r"(?i)bản quyền (?:thuộc|của)(?: về)?(?: (?:báo|tạp chí|đài))?(?: điện tử)? $",
        "owns": r"(?i)^[^.;:]{0,20} (?:giữ bản quyền|all rights reserved)|^ ?(?:©|\(c\)) ?(?:19|20)\d\d"
        r"|^ ?[-–|,:.] ?(?:địa chỉ|trụ sở|tòa soạn|(?:số )?giấy phép|điện thoại|hotline|cơ quan)(?: |:|$)",
        # a name ends before what an imprint goes on with
        "imprint_owner": r"(?:©|\(c\)|(?i:copyright|bản quyền))"
        r"(?: ?(?:©|\([cC]\)|(?i:copyright|by|thuộc về|thuộc|của|về)|:|-|\d{4}(?: ?[-–] ?\d{4})?)){0,6} ?"
        rf"(?:(?i:{site}) )?{name}{ends}",
        "imprint_source": r"(?i:ghi rõ|dẫn nguồn|trích nguồn)[^'\".;]{0,15} ?['\"](?i:(?:theo|nguồn)[: ]+)?"
        rf"(?:(?i:{site}) )?{name}['\"]",
        "imprint_title": rf"^ *(?i:{any_of(cues['site_titles'])}) {name} *(?:[-–|]|$)",
        "imprint_label": rf"^ *(?:(?i:{site}) )?{name} ?[-–|,.:]+ ?(?i:{any_of(cues['site_labels'])})(?: |:|$)",
        "imprint_software": rf"^ *{name} (?i:community platform|forum software|powered) by ",
        "alone_above": r"^ *\[?(\p{Lu}[\p{L}\d]* [^.,;:|()\[\]'\"©\n]{2,35}?)(?:\]\(https?:[^)]*\))? *\|? *$",
        "kind_of_site": rf"^(?i:{site}) ",
        "kind_before": rf"(?:^|[^{LETTER}])(?i:{site}) $",
        "no_name": rf"^(?i:{any_of(cues['not_outlets'] + cues['not_names'] + lines['imprint'] + lines['forms'])})"
        rf"(?:[^{LETTER}]|$)",
        "whole_line": r"(?i)^ *(?:(?:báo|tạp chí|đài|trang tin|chuyên trang)(?: điện tử)? )?$",
        "footer": r"(?i)^(?: online| điện tử)? *(?:$|[-–|] ?(?:tổng biên tập|giấy phép|cơ quan|địa chỉ|trụ sở))",
        "beside": r"(?i)(?:theo|nguồn)[^)]*¢ ?[/,;&-] ?$",
        "follow": r"(?i)theo dõi $",
        "more_at": r"(?i)^[- ]*(?:see more at|read more at|nguồn bài viết|bài gốc|link gốc|link bài gốc) ?:? $",
        "own_paper": r"(?i)báo (?:điện tử )?$",
    }
