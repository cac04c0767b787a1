"""Names in their contexts → actor mentions: states, organisations and persons, whoever may be meant by them.

States and organisations come from the catalogue and are accepted or refused by the rules of `cues.toml`. A person is
known by the catalogue, by a full name that stood in the same page (coreference), or by its context (candidate).
"""

from functools import lru_cache

import polars as pl

from .catalogue import Catalogue, any_of, asked, fold, folded, name_key
from .names import CHAMBER, GLUED_DAY, LETTER, romanised_surnames, without_lead_words
from .schema import FOUND_MENTIONS, conform

# Roles whose names are mentions: a byline names its authors, link lists and run-on articles are other stories.
_ROLES = ("headline", "lead", "body", "caption")
_SENTENCE_START = r"(?:^|[.!?…:;\"(\[]|- ) *$"


def find_mentions(names: pl.DataFrame, lines: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    """Names of `names.scan` (with `page`, `segment`, `line`, `role`) and the lines they stand in → table `mentions`."""
    names = names.filter(pl.col("role").is_in(_ROLES)).with_row_index("id")
    fixed = _states_and_orgs(names, lines, catalogue)
    persons = _persons(names, catalogue)
    found = pl.concat([conform(fixed, FOUND_MENTIONS), conform(persons, FOUND_MENTIONS)])
    return found.sort("page", "start")


def _forms(catalogue: Catalogue) -> pl.DataFrame:
    """Aliases by folded `key`: `actor_id`, `form`, `actor_kind`; of several owners of a key the best known first."""
    kinds = catalogue.actors.select(actor_id="id", actor_kind="kind")
    return (
        catalogue.aliases.filter(pl.col("form") != "phrase")
        .join(kinds, on="actor_id", how="left", maintain_order="left")
        .select(name_key(folded(pl.col("surface"))).alias("key"), "actor_id", "form", "actor_kind")
    )


def _resolved(names: pl.DataFrame, forms: pl.DataFrame) -> pl.DataFrame:
    """Names → the same with the actor their key means, if any; a line in capitals is looked up in capitals."""
    first = forms.unique("key", keep="first", maintain_order=True)
    upper = first.with_columns(pl.col("key").str.to_uppercase())
    table = pl.concat([first, upper]).unique("key", keep="first", maintain_order=True)
    return names.join(table, on="key", how="left", maintain_order="left")


def _states_and_orgs(names: pl.DataFrame, lines: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    cues = catalogue.cues
    hits = _resolved(
        names.filter(pl.col("what").is_in(["state", "org", "capital", "seat", "short"])),
        _forms(catalogue).filter(pl.col("actor_kind") != "person"),
    )
    left, right = pl.col("left"), pl.col("right")
    paired = left.str.contains(r"[§¥] ?[-/] ?$|[§¥], $|[§¥] và $") | right.str.contains(
        r"^ ?[-/] ?[§¥]|^, [§¥]|^ và [§¥]"
    )
    cued = left.str.contains(rf"(?i)(?:^|[^{LETTER}])(?:{any_of(cues['forms']['state_cues'])}) $")
    starts = left.str.contains(_SENTENCE_START)
    word = pl.any_horizontal(
        asked(pl.col("key") == key, right).str.contains(rf"^ (?:{any_of(follows)})(?:[^{LETTER}]|$)")
        for key, follows in cues["forms"]["ordinary"].items()
        if follows
    )
    # "Anh" opens a sentence as "he" on a page that says "anh" inside its sentences
    says_he = (
        lines.join(hits.filter(pl.col("key") == "Anh").select("page").unique(), on="page", how="semi")
        .filter(pl.col("text").str.contains(cues["forms"]["pronoun"]))
        .select("page")
        .unique()
    )
    pronoun = (
        (pl.col("key") == "Anh")
        & starts
        & right.str.contains(r"^ \p{Ll}")
        & pl.col("page").is_in(says_he["page"].implode())
    )
    document = left.str.contains(cues["forms"]["document"]) & pl.col("what").is_in(["capital", "org"])
    airline = asked(pl.col("what") == "state", left).str.contains(cues["forms"]["airline_left"]) | asked(
        pl.col("what") == "state", right
    ).str.contains(cues["forms"]["airline_right"])
    hits = hits.filter(~airline).join(_in_america(hits, lines, catalogue), on="id", how="anti", maintain_order="left")
    hyphened = left.str.contains(r"[§¥] ?[-/] ?$") | right.str.contains(r"^ ?[-/] ?[§¥]")
    pair_only = pl.col("key").is_in(cues["forms"]["pair_only"])
    in_brackets = left.str.contains(r"\($") & right.str.contains(r"^\)")  # "tờ Siam Sport (Thái)"
    listed = paired & ~right.str.contains(r"^ \p{Lu}\p{Ll}")
    # "quan hệ Mỹ Trung"
    pair_of = rf"(?i)(?:^|[^{LETTER}])(?:{any_of(cues['forms']['pair_of'])})"
    beside = left.str.contains(rf"{pair_of} § $") & ~right.str.contains(r"^ \p{Lu}\p{Ll}")
    beside |= left.str.contains(rf"{pair_of} $") & right.str.contains(r"^ §")
    # "nhiều năm liền, Thổ hỏi mua …", where the page has the name in full
    named = hits.filter(pl.col("what") == "state").select("page", "actor_id").unique().with_columns(in_full=True)
    hits = hits.join(named, on=["page", "actor_id"], how="left", maintain_order="left")
    alone = pl.col("key").is_in(cues["forms"]["alone"]) & pl.col("in_full").fill_null(False) & ~starts
    alone &= left.str.contains(r"(?:[,(]|(?:^|[ (])\p{Ll}+) $") & right.str.contains(r"^(?: \p{Ll}|[,.;:)?!]|$)")
    of_tongue = left.str.contains(rf"(?i)(?:^|[^{LETTER}])(?:{any_of(cues['forms']['not_alone'])}) $")
    alone &= ~of_tongue & ~right.str.contains("^ kiều")
    short = hyphened | alone | ((in_brackets | listed | cued | beside) & ~pair_only)
    return hits.filter(
        pl.when(pl.col("what") == "short").then(short & ~word).otherwise(~(word & starts) & ~pronoun & ~document)
    ).with_columns(reading=_reading(cues["readings"]["patterns"]), basis=pl.lit("catalogue"))


def _in_america(hits: pl.DataFrame, lines: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    """State hits → `id` of those that mean the American state of Georgia, on pages where none means the other."""
    forms = catalogue.cues["forms"]
    named = hits.filter(pl.col("key") == "Georgia").select("id", "page")
    text = (
        lines.join(named.select("page").unique(), on="page", how="semi")
        .group_by("page")
        .agg(pl.col("text").str.join("\n"))
    )
    american = pl.col("text").str.contains(forms["american"]) & ~pl.col("text").str.contains(forms["caucasian"])
    return named.join(text.filter(american), on="page", how="semi").select("id")


def _reading(patterns: list[dict]) -> pl.Expr:
    """Rules of `[readings]` → gov or place by the first that holds, else gov; null for all but capitals and seats."""
    read = pl.col("form").is_in(["capital", "seat"])
    asks = {name: asked(read, name) for name in ("key", "left", "right")}
    tests = []
    for rule in patterns:
        holds = pl.col("form") == rule["form"] if "form" in rule else pl.lit(True)
        for name, text in asks.items():
            if name in rule:
                holds &= text.str.contains(f"(?i){fold(rule[name])}")
        tests.append(pl.when(holds).then(pl.lit(rule["reading"])))
    return pl.when(read).then(pl.coalesce(*tests, pl.lit("gov")))


@lru_cache(maxsize=8)
def _person_patterns(catalogue: Catalogue) -> dict[str, str]:
    """The cue lists of `[persons]` as patterns on the folded context."""
    cues = catalogue.cues["persons"]
    edge = rf"(?:^|[^{LETTER}])"
    titles, honorifics = f"(?i:{any_of(cues['titles'])})", f"(?i:{any_of(cues['honorifics'])})"
    between = rf"(?:(?i:{any_of(cues['between'])})|[§¥¶](?:-[§¥])?|\p{{Lu}}[\p{{L}}'-]*|&)"
    verbs = any_of(cues["verbs"])
    things = any_of(cues["named_things"])
    when = r"hôm nay|hôm qua|cũng|đã|vừa|mới|sau đó|trước đó|khi đó|còn|sẽ|từng|ngày [\d/-]+"
    return {
        # "Thủ tướng khi đó là Martin Reed" as well
        "titled": rf"{edge}(?:{honorifics}|{titles}) $"
        rf"|{edge}{titles}(?: (?:hiện nay|khi đó|lúc đó|khi ấy|bấy giờ))? là $",
        "title": rf"{edge}(?:{titles}|{honorifics})[ ,]",
        "office": rf"{edge}(?:{titles}|{honorifics})"
        rf"(?:,? (?:{between}|{any_of(cues['linking'])}))*,? {between},? $",
        "government": rf"{edge}(?i:{any_of(cues['governments'])}) $",
        "of_office": rf" {between},? $",
        "addressed": rf"{edge}(?i:ông|bà|ngài) $",
        "outlet": rf"{edge}(?i:{any_of(cues['outlet_cues'])}) $|(?:^|[.!?:\"] ?)Báo $",
        # "một tổ chức có tên Martin Reed" is as little a person as a place
        "placed": rf"{edge}(?i:{any_of(cues['place_words'])}) $"
        rf"|{edge}(?i:{things})[^.,;:()]{{0,20}} (?:có tên|mang tên|tên|tên là|có tên là|có tên gọi|gọi là) $",
        "of_thing": rf"{edge}(?i:thuộc|của|từ) (?:một )?(?i:{things})(?: [^ .,;:()\p{{Lu}}]+){{0,8}} $",
        "of_whom": r" (?i:của|do|bởi|gồm|là|cho|với|cùng|và|như|theo) $",
        "named_after": rf"{edge}(?i:{any_of(cues['named_after'])}) $",
        # "Trung tâm Biểu diễn nghệ thuật Martin Reed", unlike "Giám đốc Viện Nghiên cứu Martin Reed"
        "institution": rf"{edge}(?i:{any_of(cues['named_after'])})(?: (?i:{any_of(cues['kinds_of_thing'])})){{1,3}} $",
        "not_after": rf"{edge}(?i:{any_of(cues['not_named_after'])}) $",
        "other": rf"{edge}(?i:{any_of(cues['not_person'])}) $",
        "kind": rf" (?i:{any_of(cues['kinds_of_thing'])}) $",
        "other_kind": rf"{edge}(?i:{any_of(cues['not_person'])})(?: (?i:{any_of(cues['kinds_of_thing'])})){{1,3}} $",
        # and "tàu chống ngầm Phó đô đốc Kulikov" is a ship
        "no_title": rf"{edge}(?i:{any_of(cues['no_title'])}|tàu[^.,;()]{{0,25}} (?:phó )?đô đốc) $",
        "led": rf"{edge}(?i:{any_of(cues['place_cues'])}) $",
        "speaks": rf"(?i)^ ?(?:\([^)]{{1,30}}\) ?)?(?:,? (?:{when}) ?)? ?(?:{verbs})(?:[^{LETTER}]|$)",
        "described": r"(?i)^(?:,| -|\s?\() ?"
        r"(?:(?:một|một trong (?:những|các|hai|ba)|cựu|nguyên|phó|tân|cố|vị|quyền|đồng|nữ) )*"
        rf"(?:{titles}|{honorifics}|{any_of(cues['roles'])}|người|nhà|\d\d tuổi|\d\d[,)])(?:[^{LETTER}]|$)",
        "belongs": rf"(?i)^,? (?:từ|thuộc|đến từ|của|tại) (?:{any_of(cues['linking'])}) ",
        "quoted": rf"{edge}(?i:{any_of(cues['quoted'])}) $",
        # who took the picture: "Ảnh: Martin Reed/AFP", "REUTERS/Martin Reed"
        "pictured": r"(?:^|[^\p{L}])(?i:ảnh|photo|nguồn|hình|đồ họa|video|clip)(?: [^:.;()]{0,25})? ?: ?$"
        r"|¢(?: (?i:photo|images?))? ?/ ?$",
        "aged": r"^,? \(?\d\d(?: tuổi|\))",
        "also": rf"(?i)^,? ?\(?(?:\d\d tuổi,? )?(?:{any_of(cues['also_called'])})(?: ông| bà| là)? ?\"?$",
        "weak": rf"{edge}(?i:{any_of(cues['weak'])}) $",
        "she": rf"{edge}(?i:{any_of(cues['she'])})(?: [§¥])? $",
        "he": rf"{edge}(?i:{any_of(cues['he'])})(?: [§¥])? $",
    }


def _persons(names: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    """Names → person mentions: known full names, candidates by context, then the short names that go back to them."""
    forms = _forms(catalogue).filter(pl.col("actor_kind") == "person")
    listed = _resolved(names.filter(pl.col("what") == "person"), forms).with_columns(basis=pl.lit("catalogue"))
    runs = _parted(_spelt_out(names.filter(pl.col("what") == "run"), forms, catalogue), forms)
    known = _known(runs, forms).filter(~_named_after(catalogue))
    left_over = runs.join(known.select("id"), on="id", how="anti", maintain_order="left")
    judged = _judged(_worth_judging(without_lead_words(left_over, catalogue), known, forms, catalogue), catalogue)
    named = pl.concat(
        part.select("page", "line", "start", "end", "actor_id", "key", "left") for part in (listed, known)
    )
    glosses = _glosses(judged, named, catalogue)
    full = _candidates(judged, named, glosses, forms, catalogue)
    people = pl.concat(
        [
            named.with_columns(known=pl.lit(True)),
            full.select(*named.columns, known=pl.lit(False)),
        ]
    )
    short = _short_names(
        judged.join(full.select("id"), on="id", how="anti", maintain_order="left"), people, glosses, forms, catalogue
    )
    columns = ("page", "segment", "line", "start", "end", "surface", "actor_id", "basis", "role")
    return pl.concat([part.select(columns) for part in (listed, known, full, short)]).with_columns(
        actor_kind=pl.lit("person"), reading=pl.lit(None, pl.String)
    )


def _spelt_out(runs: pl.DataFrame, forms: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    """Runs → the same, the `key` of a name in capitals ("Đại sứ JULIEN GUERRIER") as it is usually written.

    Capitals are a name if the catalogue or the page has it in small letters, or a title stands right before them.
    """
    capitals = pl.col("key").str.contains(r"^\p{Lu}{2,}(?:[ -]\p{Lu}{2,})+$|^\p{Lu}{4,}$").fill_null(False)
    shouted = runs.filter(capitals).select("id", "page", "left", upper="key")
    full = forms.filter(pl.col("form") == "name").select(pl.col("key").str.to_uppercase().alias("upper"), listed="key")
    titled = pl.col("left").str.tail(40).str.contains(_person_patterns(catalogue)["titled"])
    written = (
        runs.filter(~capitals & pl.col("key").str.contains(" "))
        .join(shouted.select("page").unique(), on="page", how="semi")
        .select("page", written=pl.concat_list("key", pl.col("key").str.replace("^[^ ]+ ", "")))  # without "Ông"
        .explode("written")
        .with_columns(upper=pl.col("written").str.to_uppercase())
        .unique(["page", "upper"], keep="first", maintain_order=True)
    )
    spelt = (
        shouted.join(full.unique("upper", keep="first", maintain_order=True), on="upper", how="left")
        .join(written, on=["page", "upper"], how="left")
        .select(
            "id",
            spelt=pl.coalesce(
                "listed",
                "written",
                pl.when(titled & pl.col("upper").str.contains(" ")).then(_in_small(pl.col("upper"))),
            ),
        )
    )
    return (
        runs.join(spelt, on="id", how="left", maintain_order="left")
        .with_columns(key=pl.coalesce("spelt", "key"))
        .drop("spelt")
    )


def _parted(runs: pl.DataFrame, forms: pl.DataFrame) -> pl.DataFrame:
    """Runs → the same, "Biden-Macron" as two, where each is a name of the catalogue or the last of one on the page."""
    last = runs.filter(pl.col("key").str.contains(" "))
    last = last.select("page", pl.col("key").str.extract("([^ ]+)$"), here=pl.lit(True)).unique()
    pair = pl.col("surface").str.contains(r"^\p{Lu}[\p{L}']+[-–]\p{Lu}[\p{L}']+$")
    pairs = runs.filter(pair).join(forms, on="key", how="anti").join(last, on=["page", "key"], how="anti")
    if pairs.is_empty():
        return runs
    for side, at in (("first", "^([^-–]+)"), ("second", "([^-–]+)$")):
        here = last.rename({"key": side})
        pairs = pairs.with_columns(pl.col("key").str.extract(at).alias(side))
        pairs = pairs.join(here, on=["page", side], how="left", maintain_order="left")
        pairs = pairs.filter(pl.col("here") | pl.col(side).is_in(forms["key"].implode())).drop("here")
    head = pl.col("surface").str.extract("^([^-–]+)")
    tail = pl.col("surface").str.slice(head.str.len_chars())
    halves = [
        pairs.with_columns(
            key="first", surface=head, end=pl.col("start") + head.str.len_chars(), right=tail + pl.col("right")
        ),
        pairs.with_columns(
            key="second",
            surface=tail.str.slice(1),
            start=pl.col("start") + head.str.len_chars() + 1,
            left=pl.col("left") + head + "-",
        ),
    ]
    halves = [half.select(pl.col(name).cast(dtype) for name, dtype in runs.schema.items()) for half in halves]
    halves[1] = halves[1].with_columns(id=pl.col("id") + runs["id"].max() + 1)
    return pl.concat([runs.join(pairs, on="id", how="anti", maintain_order="left"), *halves])


def _in_small(names: pl.Expr) -> pl.Expr:
    """A column of names in capitals → the same with only the first letter of each word a capital."""
    words = names.str.to_lowercase().str.split(" ")
    return words.list.eval(pl.element().str.head(1).str.to_uppercase() + pl.element().str.slice(1)).list.join(" ")


def _named_after(catalogue: Catalogue) -> pl.Expr:
    """Whether a thing named after the person stands before the name: "quảng trường", but not "Quốc vụ viện"."""
    patterns = _person_patterns(catalogue)
    left = pl.col("left").str.tail(40)
    kind = asked(left.str.contains(patterns["kind"]), left)
    institution = kind.str.contains(patterns["institution"]) & ~kind.str.contains(patterns["title"])
    return (left.str.contains(patterns["named_after"]) | institution) & ~left.str.contains(patterns["not_after"])


def _known(runs: pl.DataFrame, forms: pl.DataFrame) -> pl.DataFrame:
    """Runs of capitals → those that are a full name of the catalogue, cut to it, with `actor_id` and `basis`.

    A run may carry a capitalised title before the name or a word after it, so up to two words are tried off either end,
    three off its head ("Quốc Dân Đảng Chu Lập Luân").
    """
    full = (
        forms.filter((pl.col("form") == "name") & pl.col("key").str.contains("[ -]"))
        .select("actor_id", name="key")
        .unique("name", keep="first", maintain_order=True)
    )
    whole = ("", "")  # the second time without initials: "Donald J. Trump" is usually called Donald Trump
    cut = [whole, whole, ("^[^ ]+ ", ""), ("", " [^ ]+$"), ("^[^ ]+ [^ ]+ ", ""), ("", " [^ ]+ [^ ]+$")]
    cut.append(("^[^ ]+ [^ ]+ [^ ]*[^ -~][^ ]* ", ""))
    keys, key = runs.select("key").unique(maintain_order=True), pl.col("key")
    names = [key.str.replace(head, "").str.replace(tail, "") for head, tail in cut]
    names[1] = _without_initials(key)
    tried = pl.concat(keys.with_columns(name=name, cut=pl.lit(way)) for way, name in enumerate(names))
    fits = tried.join(full, on="name", how="inner").sort("key", "cut").unique("key", keep="first", maintain_order=True)
    found = runs.join(fits, on="key", how="inner", maintain_order="left")
    # the cut is made on the surface, whose hyphens may be spaced otherwise than the key's
    surface = pl.col("surface")
    kept = pl.coalesce(
        pl.when(pl.col("cut") == way).then(surface.str.replace(head, "").str.replace(tail, ""))
        for way, (head, tail) in enumerate(cut)
    )
    off_head = pl.when(pl.col("cut").is_in([2, 4, 6])).then(surface.str.len_chars() - kept.str.len_chars()).otherwise(0)
    return found.with_columns(
        left=pl.col("left") + surface.str.head(off_head),  # "Đường Lê Duẩn": what is cut off says what is meant
        start=pl.col("start") + off_head.cast(pl.Int64),
        surface=kept,
        key=pl.col("name"),
        basis=pl.lit("catalogue"),
    ).with_columns(end=pl.col("start") + pl.col("surface").str.len_chars().cast(pl.Int64))


def _without_initials(keys: pl.Expr) -> pl.Expr:
    """A column of names → the same without middle initials: "Daniel K. Inouye" is usually called Daniel Inouye."""
    return keys.str.replace(r"^([^ .]{2,}) (?:\p{Lu}\. ?)+(\p{Lu}\p{L}+)$", "$1 $2")


@lru_cache(maxsize=8)
def _last_words(catalogue: Catalogue) -> str:
    """Catalogue → a pattern for the last word of a title or an address at the end of a context."""
    cues = catalogue.cues["persons"]
    last = sorted({title.split()[-1] for title in cues["titles"] + cues["honorifics"]} - {"là", "đình"})
    return rf"(?:^|[^{LETTER}])(?i:{any_of(last)}) $"


def _worth_judging(
    runs: pl.DataFrame, known: pl.DataFrame, forms: pl.DataFrame, catalogue: Catalogue
) -> pl.DataFrame:
    """Runs → those that can name a person: all of several words, single words where addressed or part of a name."""
    parts = pl.concat([runs.filter(pl.col("words") > 1).select("page", "key"), known.select("page", "key")])
    parts = parts.with_columns(key=pl.col("key").str.split(" ")).explode("key").unique()
    single = runs.filter(pl.col("words") == 1)
    # "Pich" counts wherever the page says "ông Pich" or "Pich, 24 tuổi"
    addressed = pl.col("left").str.tail(12).str.contains(_last_words(catalogue))
    called = single.filter(addressed | pl.col("right").str.contains(r"^,? \(?\d\d"))
    held = pl.concat(
        [
            single.join(called.select("page", "key").unique(), on=["page", "key"], how="semi").select("id"),
            single.join(forms, on="key", how="semi").select("id"),
            single.join(parts, on=["page", "key"], how="semi").select("id"),
            single.filter(
                pl.col("left").str.contains(r"\p{L} $") & ~pl.col("right").str.contains(r"^ \p{Ll}*[^ -~]")
            ).select("id"),
        ]
    ).unique()
    return runs.join(
        pl.concat([held, runs.filter(pl.col("words") > 1).select("id")]), on="id", how="semi", maintain_order="left"
    )


def _judged(runs: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    """Runs of capitals → the same with what their context says of them."""
    patterns = _person_patterns(catalogue)
    left, right, key = pl.col("near"), pl.col("right"), pl.col("key")
    given = pl.Series(catalogue.cues["names"]["given"]).implode()
    korean = romanised_surnames(catalogue)
    # no title or kind of thing is longer: a pattern on the whole context would take three times as long
    runs = runs.with_columns(near=pl.col("left").str.tail(40))
    word = key.str.to_lowercase() + right.str.extract(rf"^( \p{{Ll}}+)(?:[^{LETTER}]|$)")
    word = word.is_in(catalogue.cues["persons"]["opens_word"]).fill_null(False)
    known = key.is_in(catalogue.cues["persons"]["known_by_surname"])
    addressed = left.str.contains(patterns["addressed"])
    titled = left.str.contains(patterns["titled"]) & ~left.str.contains(patterns["no_title"])
    # the one slow pattern, asked only where it may end so and a title stands before, but not right before the name
    open_end = asked(~titled & left.str.contains(patterns["of_office"]), "left")
    far = asked(open_end.str.contains(patterns["title"]), "left")
    return runs.with_columns(
        office=far.str.contains(patterns["office"]),
        titled=titled,
        addressed=addressed,
        outlet=left.str.contains(patterns["outlet"]),
        other=left.str.contains(patterns["other"])
        # "thuộc tổ chức từ thiện chống nghèo đói Martin Reed", unlike "thuộc công ty của Martin Reed"
        | (left.str.contains(patterns["of_thing"]) & ~left.str.contains(patterns["of_whom"]))
        | asked(left.str.contains(patterns["kind"]), left).str.contains(patterns["other_kind"]),
        led=left.str.contains(patterns["led"]) & ~left.str.contains(CHAMBER),
        placed=left.str.contains(patterns["placed"]),
        weak=left.str.contains(patterns["weak"]),
        named_after=_named_after(catalogue),
        beside=pl.coalesce(left.str.extract(r"(\p{Lu}\p{L}+) ?- ?$"), right.str.extract(r"^ ?- ?(\p{Lu}\p{L}+)")),
        speaks=right.str.contains(patterns["speaks"]) | left.str.contains(patterns["quoted"]),
        described=right.str.contains(patterns["described"]) | right.str.contains(patterns["belongs"]),
        aged=right.str.contains(patterns["aged"]),
        viet=key.str.contains(rf"^(?:{any_of(catalogue.cues['names']['surnames'])}) "),
        no_person=~key.str.contains(r"\p{Ll}")
        | (word & ~addressed & (known | ~titled))  # "thẩm phán Chung kết luận", but "Chủ tịch Tập đoàn"
        | (right.str.contains(r"^-?\d") & ~right.str.contains(GLUED_DAY))
        | left.str.contains(r"-\d+ $")
        | left.str.contains(r"(?:^|[^\p{L}])(?:gia đình|dòng|nhà) họ $")
        | asked(right.str.contains(r"^ ?(?:[)\].]* *$|[/-] ?[¢\p{Lu}])"), left).str.contains(patterns["pictured"])
        # "CoderBunker" is a firm, unlike "McCain" and "DiMaggio"
        | key.str.contains(r"(?:^| )\p{Lu}\p{Ll}{3,}\p{Lu}\p{Ll}")
        | key.str.strip_chars_end("'").is_in(catalogue.cues["persons"]["never"] + catalogue.cues["persons"]["places"])
        | key.str.contains(rf"(?:^| )(?:{any_of(catalogue.cues['persons']['company_words'])})(?: |$)"),
        given=key.str.extract("^([^ ]+) ").is_in(given).fill_null(False)
        | key.str.contains(rf"^(?:{korean}) \p{{Lu}}[a-z]+(?:-[a-z]+| \p{{Lu}}[a-z]+)$"),
    )


def _glosses(runs: pl.DataFrame, named: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    """Runs and named persons → pairs said to be one: `page`, `key`, `of` (the key before it), `of_other`, `bracketed`.

    "Hong Song-hac, 34 tuổi, tức ông Chang"; "Hoàng Hướng Mặc (Huang Xiangmo)".
    """
    columns = ("page", "line", "start", "end", "key")
    row = pl.concat(
        [
            runs.select(*columns, "left", "right", "other"),
            named.select(*columns, "left", right=pl.lit(""), other=pl.lit(False)),
        ]
    ).sort("page", "start")
    same_line = (pl.col("page") == pl.col("page").shift(1)) & (pl.col("line") == pl.col("line").shift(1))
    gap = pl.col("start") - pl.col("end").shift(1)
    vietnamese = pl.col("key").str.contains("[^ -~]")
    words = pl.col("key").str.count_matches(" ") + 1
    return (
        row.with_columns(
            of=pl.col("key").shift(1),
            of_other=pl.col("other").shift(1),
            between=pl.when(same_line & gap.is_between(1, 40)).then(pl.col("left").str.tail(gap)),
            closed=pl.col("right").str.starts_with(")") | (pl.col("right") == ""),
            spellings=(vietnamese != vietnamese.shift(1)) & (words > 1) & (words.shift(1) > 1) & (words <= 4),
        )
        .with_columns(
            bracketed=pl.col("between").is_in([" (", ", tức ", " - tức "]) & pl.col("closed") & pl.col("spellings")
        )
        .filter(
            (pl.col("bracketed") | pl.col("between").str.contains(_person_patterns(catalogue)["also"]))
            & (pl.col("key") != pl.col("of"))
        )
        .select("page", "key", "of", "of_other", "bracketed")
        .unique(["page", "key"], keep="first", maintain_order=True)
    )


def _candidates(
    runs: pl.DataFrame, named: pl.DataFrame, glosses: pl.DataFrame, forms: pl.DataFrame, catalogue: Catalogue
) -> pl.DataFrame:
    """Judged runs → those of two words and more that name a person, with `actor_id` and `basis`."""
    full = runs.filter((pl.col("words") > 1) & ~pl.col("no_person") & ~pl.col("outlet")).join(
        forms.filter(pl.col("form") == "surname"), on="key", how="anti", maintain_order="left"
    )
    # who speaks later under one of the names ("Ichikawa nói") is a person under both
    speaking = (
        runs.filter((pl.col("words") == 1) & (pl.col("titled") | pl.col("speaks")) & ~pl.col("no_person"))
        .select("page", part="key", heard=pl.lit(True))
        .unique()
    )
    # what stands in brackets behind a ship's name is no person either
    things = glosses.filter("of_other").select("page", "key", thing=pl.lit(True))
    glosses = glosses.filter(~pl.col("of_other"))
    full = full.join(things, on=["page", "key"], how="left", maintain_order="left").with_columns(
        other=pl.col("other") | pl.col("thing").fill_null(False)
    )
    full = full.with_columns(part=pl.col("key").str.extract(r"([^ ]+)$")).join(
        speaking, on=["page", "part"], how="left", maintain_order="left"
    )
    person = (
        pl.col("titled")
        # "Chủ tịch đảng Martin Reed", but not "Cảnh sát thành phố Ninh Ba"
        | (pl.col("office") & (~pl.col("led") | pl.col("given")))
        | (
            ~pl.col("other")
            & ~pl.col("named_after")
            & (
                pl.any_horizontal("described", "given", "speaks", pl.col("heard").fill_null(False))
                | (pl.col("viet") & (pl.col("words") > 2))
            )
        )
    )
    # what is a place once on the page is one wherever it is "cảnh sát Bến Lội" or "Bến Lội cho biết"
    place = (pl.col("placed") & ~pl.col("office")).any().over("page", "key") & ~pl.col("given")
    full = full.with_columns(sure=person & ~(place & (~pl.col("titled") | pl.col("weak"))))
    famous = forms.filter((pl.col("form") == "name") & ~pl.col("key").str.contains(" "))
    famous = runs.filter(~pl.col("no_person")).join(famous, on="key", how="semi")
    known = pl.concat(part.select("page", "line", "start", "end", "left") for part in (named, famous))
    full = full.with_columns(sure=pl.col("sure") | pl.col("id").is_in(_beside_persons(full, known)["id"].implode()))
    # both names of a gloss are persons if one is
    sure = pl.concat([full.filter("sure").select("page", "key"), named.select("page", "key")]).unique()
    either = pl.concat(
        [
            glosses.join(sure, left_on=["page", "of"], right_on=["page", "key"], how="semi").select("page", "key"),
            glosses.join(sure, on=["page", "key"], how="semi").select("page", key="of"),
        ]
    ).unique()
    glossed = either.with_columns(glossed=pl.lit(True))
    full = full.join(glossed, on=["page", "key"], how="left", maintain_order="left").with_columns(
        sure=pl.col("sure") | pl.col("glossed").fill_null(False)
    )
    # what is a person once on a page is one all over it
    full = full.filter(pl.col("sure").any().over("page", "key") & (pl.col("sure") | ~pl.col("other")))
    ids = _identified(full, named, glosses, forms, catalogue)
    return full.join(ids, on=["page", "key"], how="left", maintain_order="left").with_columns(basis=pl.lit("candidate"))


def _beside_persons(full: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Candidates (`sure` or not), known persons → `id` of those with a person beside them: "Putin và Arne Holt"."""
    columns = ("page", "line", "start", "end", "left")
    western = full["key"].str.contains(r"^[A-Z][a-z]+(?:[' -][A-Z]?[a-z]+|\.)*(?: [A-Z][\p{L}'-]+)+$")
    joinable = western & ~full["other"] & ~full["named_after"] & ~full["placed"] & (full["cut"] == "")
    row = pl.concat(
        [
            full.select("id", *columns, "sure", joinable=joinable),
            known.select(
                pl.lit(None, full["id"].dtype).alias("id"), *columns, sure=pl.lit(True), joinable=pl.lit(False)
            ),
        ]
    ).sort("page", "start")
    gap = pl.col("start") - pl.col("end").shift(1)
    same_line = (pl.col("page") == pl.col("page").shift(1)) & (pl.col("line") == pl.col("line").shift(1))
    joined = (same_line & pl.col("left").str.tail(gap).is_in([" và ", " cùng "])).fill_null(False)
    return (
        row.with_columns(
            beside=(joined & pl.col("sure").shift(1)) | (joined & pl.col("sure")).shift(-1).fill_null(False)
        )
        .filter("joinable", "beside")
        .select("id")
    )


def _identified(
    full: pl.DataFrame, named: pl.DataFrame, glosses: pl.DataFrame, forms: pl.DataFrame, catalogue: Catalogue
) -> pl.DataFrame:
    """Candidates and the catalogued persons of their pages → `page`, `key`, `actor_id`: one id for all forms of a name.

    The id is a catalogued person's if the form is one of theirs, otherwise the slug of the fullest form on the page.
    """
    keys = full.select("key").unique(maintain_order=True).with_columns(slug=_slugs(_without_initials(pl.col("key"))))
    keys = keys.join(_misspelt(keys, forms), on="key", how="left", maintain_order="left").join(
        _with_middle_name(keys, forms, catalogue), on="key", how="left", maintain_order="left"
    )
    keys = keys.select(
        "key", "slug", actor_id=pl.coalesce("meant", "whole", "slug"), fixed=pl.col("meant").is_not_null()
    )
    mine = full.group_by("page", "key", maintain_order=True).agg(times=pl.len()).join(keys, on="key", how="left")
    theirs = (
        named.group_by("page", "key", "actor_id", maintain_order=True)
        .agg(times=pl.len())
        .with_columns(slug=_slugs(pl.col("key")), fixed=pl.lit(True))
    )
    all_names = pl.concat([mine, theirs.select(mine.columns)])
    typo = _one_edit(mine, all_names, 8)
    pairs = _pairs(mine.filter(~pl.col("fixed")), all_names, typo).filter(pl.col("slug") != pl.col("slug_b"))
    eastern = f"^(?:{romanised_surnames(catalogue).lower()})-"
    first, last = r"^[^-]+", r"[^-]+$"
    longer = pl.col("slug_b").str.len_chars() > pl.col("slug").str.len_chars()
    tail = pl.col("slug_b").str.ends_with("-" + pl.col("slug"))
    # of "Paul Reed" four times and "Paul Reed Franz" once the first is the usual form
    head = pl.col("slug_b").str.starts_with(pl.col("slug") + "-") & (
        pl.col("fixed_b") | (pl.col("times") <= 2 * pl.col("times_b"))
    )
    usual = pl.col("slug").str.starts_with(pl.col("slug_b") + "-") & (pl.col("times_b") > 2 * pl.col("times"))
    around = (
        (pl.col("slug").str.extract(first, 0) == pl.col("slug_b").str.extract(first, 0))
        & (pl.col("slug").str.extract(last, 0) == pl.col("slug_b").str.extract(last, 0))
        & (pl.min_horizontal(*(pl.col(c).str.count_matches("-") for c in ("slug", "slug_b"))) == 1)
        & ~pl.col("slug").str.contains(eastern)
    )
    turned = pl.col("slug").str.split("-").list.sort() == pl.col("slug_b").str.split("-").list.sort()
    turned |= pl.col("slug").str.replace_all("-", "") == pl.col("slug_b").str.replace_all("-", "")
    often = pl.col("fixed_b") | (pl.col("times_b") > pl.col("times"))
    pairs = pairs.join(typo, on=["page", "key", "key_b"], how="left").with_columns(near=pl.col("near").fill_null(False))
    better = (
        pairs.filter(
            tail | head | usual | (around & (longer | pl.col("fixed_b"))) | ((turned | pl.col("near")) & often)
        )
        .sort(
            "page",
            "key",
            "fixed_b",
            "times_b",
            pl.col("slug_b").str.len_chars(),
            "row_b",
            descending=[False, False, True, True, True, False],
        )
        .unique(["page", "key"], keep="first", maintain_order=True)
        .select("page", "key", better="actor_id_b", by="key_b")
    )
    # a form may go back to one that itself goes back to another
    ids = mine.join(better, on=["page", "key"], how="left", maintain_order="left")
    ids = ids.join(
        better.select("page", by="key", best="better"), on=["page", "by"], how="left", maintain_order="left"
    ).select("page", "key", "fixed", actor_id=pl.coalesce("best", "better", "actor_id"))
    everyone = pl.concat([ids, theirs.select(ids.columns)])
    linked = (
        glosses.join(
            everyone.select("page", "key", id_key="actor_id", fixed_key="fixed"), on=["page", "key"], how="inner"
        )
        .join(everyone.select("page", of="key", id_of="actor_id", fixed_of="fixed"), on=["page", "of"], how="inner")
        .filter(pl.col("id_key") != pl.col("id_of"))
        .with_columns(
            # of a Vietnamese and a romanised spelling the romanised one is the usual English name
            keep_key=~pl.col("fixed_of")
            & (pl.col("fixed_key") | (pl.col("bracketed") & ~pl.col("key").str.contains("[^ -~]")))
        )
        .select(
            "page",
            actor_id=pl.when("keep_key").then("id_of").otherwise("id_key"),
            same=pl.when("keep_key").then("id_key").otherwise("id_of"),
        )
        .unique(["page", "actor_id"], keep="first", maintain_order=True)
    )
    return ids.join(linked, on=["page", "actor_id"], how="left", maintain_order="left").select(
        "page", "key", actor_id=pl.coalesce("same", "actor_id")
    )


def _pairs(names: pl.DataFrame, others: pl.DataFrame, typo: pl.DataFrame) -> pl.DataFrame:
    """Names of pages and all they may be forms of → the pairs worth a look: their columns, those of `others` with `_b`.

    One begins or ends with the other, has its ends, is a letter away (`typo`), or has the same words in another order
    or otherwise joined. What two names share is joined on, not their page, which may hold ten thousand.
    """
    ours, theirs = (table.with_row_index("row") for table in (names, others))
    words = pl.col("slug").str.split("-")

    def handles(table: pl.DataFrame, part: str, tags: dict[str, str]) -> pl.DataFrame:
        cut = table.with_columns(at=pl.int_ranges(1, words.list.len())).explode("at").drop_nulls("at")
        ends = pl.concat_str(words.list.first(), pl.lit("-"), words.list.last())
        forms = {
            "whole": table.select("page", "row", form="slug"),
            "head": cut.select("page", "row", form=words.list.head("at").list.join("-")),
            "tail": cut.select("page", "row", form=words.list.slice("at").list.join("-")),
            "ends": table.select("page", "row", form=ends),
            "words": table.select("page", "row", form=words.list.sort().list.join(" ")),
            "letters": table.select("page", "row", form=words.list.join("")),
        }
        return pl.concat(
            forms[name].select("page", pl.concat_str(pl.lit(tag), "form").alias("handle"), pl.col("row").alias(part))
            for name, tag in tags.items()
        )

    same = {"words": "w", "letters": "l"}
    shared = handles(ours, "row", {"whole": "=", "head": "<", "ends": "<", **same}).join(
        handles(theirs, "row_b", {"whole": "<", "head": "=", "tail": "=", "ends": "=", **same}), on=["page", "handle"]
    )
    close = (
        ours.select("page", "key", "row")
        .join(typo.select("page", "key", "key_b"), on=["page", "key"])
        .join(theirs.select("page", key_b="key", row_b="row"), on=["page", "key_b"])
    )
    pairs = pl.concat([part.select("row", "row_b") for part in (shared, close)]).unique()
    theirs = theirs.drop("page").rename(lambda name: f"{name}_b")
    return pairs.join(ours, on="row").join(theirs, on="row_b").drop("row")


def _with_middle_name(keys: pl.DataFrame, forms: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    """Candidate keys of three words and more → `key`, `whole`: who alone is catalogued under first and last."""
    eastern = f"^(?:{romanised_surnames(catalogue)}|{any_of(catalogue.cues['names']['surnames'])}) "
    short = (
        forms.filter((pl.col("form") == "name") & pl.col("key").str.contains("^[^ ]+ [^ ]+$"))
        .group_by("key")
        .agg(whole=pl.col("actor_id").first(), owners=pl.col("actor_id").n_unique())
        .filter(pl.col("owners") == 1)
        .select(ends="key", whole="whole")
    )
    return (
        keys.filter(pl.col("key").str.contains("^[A-Z][a-z]+ .* [A-Z][a-z]+$") & ~pl.col("key").str.contains(eastern))
        .with_columns(ends=pl.col("key").str.replace(" .* ", " "))
        .join(short, on="ends", how="inner")
        .select("key", "whole")
    )


def _slugs(names: pl.Expr) -> pl.Expr:
    """A column of names → ids as `catalogue.slug` makes them."""
    return (
        names.str.replace_many(["đ", "Đ"], ["d", "D"])
        .str.normalize("NFD")
        .str.replace_all(r"\p{M}", "")
        .str.to_lowercase()
        .str.replace_all(r"[^a-z0-9]+", "-")
        .str.strip_chars("-")
    )


def _deletions(table: pl.DataFrame, at_least: int) -> pl.DataFrame:
    """Rows with a long `key` → the same once for each letter left out and once whole, as `variant`."""
    length = pl.col("key").str.len_chars()
    return (
        # short and hyphenated names differ by a letter from person to person (Kim Hyong-gil, Kim Myong-gil)
        table.filter((length >= at_least) & ~pl.col("key").str.contains(r"-|(?:^| )[^ ]{1,3}(?: |$)"))
        .with_columns(at=pl.int_ranges(0, length + 1))
        .explode("at")
        .with_columns(variant=pl.col("key").str.slice(0, pl.col("at")) + pl.col("key").str.slice(pl.col("at") + 1))
    )


def _one_edit(ours: pl.DataFrame, others: pl.DataFrame, at_least: int) -> pl.DataFrame:
    """Keys of pages → those of one page a letter apart: `page`, `key`, `key_b`, `near`.

    Two spellings are within one edit if deleting at most one letter of each can make them equal (Mor & Fraenkel 1982);
    two letters that have changed places count as one edit. The first letters must agree.
    """
    return (
        _deletions(ours.select("page", "key"), at_least)
        .join(
            _deletions(others.select("page", "key"), at_least).select("page", "variant", key_b="key"),
            on=["page", "variant"],
            how="inner",
        )
        .filter((pl.col("key").str.slice(0, 1) == pl.col("key_b").str.slice(0, 1)) & (pl.col("key") != pl.col("key_b")))
        .select("page", "key", "key_b", near=pl.lit(True))
        .unique(maintain_order=True)
    )


def _misspelt(ids: pl.DataFrame, forms: pl.DataFrame) -> pl.DataFrame:
    """Candidate keys → those one letter away from a long catalogued name: `key`, `meant` (an actor id)."""
    names = forms.filter(pl.col("form") == "name").select("key", meant="actor_id")
    close = _one_edit(ids.select("key", page=pl.lit("")), names.select("key", page=pl.lit("")), 10)
    return (
        close.join(names.select(key_b="key", meant="meant"), on="key_b", how="inner")
        .sort("key", "meant")
        .unique("key", keep="first", maintain_order=True)
        .select("key", "meant")
    )


def _nearest(runs: pl.DataFrame, antecedents: pl.DataFrame) -> pl.DataFrame:
    """Runs → a row for each person of the page of whose name one is a part, with the place (`at`, `at_line`) where the
    person is named last before it, or first after it.

    Not every place: a page that says "Tổng thống Putin" a thousand times would have a million rows.
    """
    where = ["page", "part", "actor_id", "known"]
    named = antecedents.select(*where, "at_line", "at", place="at").sort("at")
    within = runs.rename({"key": "part"}).join(antecedents.select(where).unique(), on=["page", "part"]).sort("start")
    before, after = (
        within.join_asof(named, left_on="start", right_on="at", by=where, strategy=way, check_sortedness=False)
        for way in ("backward", "forward")
    )
    return before.with_columns(
        at=pl.coalesce("place", after["place"]), at_line=pl.coalesce("at_line", after["at_line"])
    ).rename({"part": "key"})


def _office_holders(singles: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    """Short names → `key`, `title`, `holder`: whose alone of several catalogued persons of a name an office was.

    "Tổng thống Clinton" is Bill Clinton, "Ngoại trưởng Clinton" Hillary Clinton. A government's title is "government":
    "chính quyền Clinton" is Bill Clinton, and "thời Kohl" is Helmut Kohl though he is the only one of his name.
    """
    names = catalogue.cues["names"]
    shared = names["korean_surnames"] + names["chinese_surnames"] + names["surnames"]
    offices = catalogue.offices.select(
        actor_id="person_id", title=folded(pl.col("office_vi").str.to_lowercase())
    ).unique()
    heads = offices.filter(pl.col("title").is_in(catalogue.cues["persons"]["heads"])).with_columns(
        title=pl.lit("government")
    )
    # "thời Yoon" is one president's, "thời Trần" and "thời Lý" are dynasties
    own = ~pl.col("key").is_in(shared) | (pl.col("title") == "government") & ~pl.col("key").str.contains("[^ -~]")
    return (
        singles.select("key", "actor_id")
        .unique()
        .with_columns(several=pl.col("actor_id").n_unique().over("key") > 1)
        .join(pl.concat([offices, heads.unique()]), on="actor_id", how="inner")
        .filter(own, pl.col("several") | (pl.col("title") == "government"))
        .group_by("key", "title")
        .agg(holder=pl.col("actor_id").first(), holders=pl.col("actor_id").n_unique())
        .filter(pl.col("holders") == 1)
        .select("key", "title", "holder")
    )


_OPENS_NAME = r"(?:Ông|Bà|Cô|Anh|Chị|Ngài|Tướng|Thống|Trưởng|Tịch|Sứ|TT|Vợ|Chồng|Con|Mẹ|Cha|Em) $"


def _short_names(
    runs: pl.DataFrame, people: pl.DataFrame, glosses: pl.DataFrame, forms: pl.DataFrame, catalogue: Catalogue
) -> pl.DataFrame:
    """Runs left over → those that are part of a name on the page, or a short name the catalogue knows."""
    # what is left of "Bộ Công An" is no name; of "Ông Tập" and "Theo Merkel" it is
    runs = runs.filter(
        ~pl.col("no_person")
        & ~pl.col("outlet")
        & (
            (pl.col("cut") == "")
            | pl.col("cut").str.contains(_OPENS_NAME)
            | pl.col("key").str.contains("^(?:[A-Z][a-z]{1,2})?[A-Z][a-z]{3,}")  # "Theo DiMaggio"
        )
    )
    lead_words = catalogue.cues["names"]["lead_words"]
    goes_on = pl.col("right").str.contains(rf"^ (?:{any_of(catalogue.cues['persons']['goes_on'])})(?: |,|$)")
    # "Thủ tướng Chính phủ" is nobody called Chính
    runs = runs.filter(
        ~pl.col("key").is_in(lead_words)
        | pl.col("key").is_in(catalogue.cues["persons"]["known_by_surname"])
        | ~pl.col("right").str.contains(r"^ \p{Ll}")
        | pl.any_horizontal("addressed", "speaks", goes_on)
    )
    singles = forms.filter(~pl.col("key").str.contains(" ") | (pl.col("form") == "surname"))
    tokens = (
        people.with_columns(part=pl.col("key").str.split(" "))
        .explode("part")
        .filter(pl.col("part").str.len_chars() > 1)
        .select("page", "part", "actor_id", "known", at="start", at_line="line")
    )
    tails = people.filter(pl.col("key").str.count_matches(" ") > 1).select(
        "page", "actor_id", "known", part=pl.col("key").str.replace(r"^[^ ]+ ", ""), at="start", at_line="line"
    )
    listed = (
        people.filter("known")
        .join(singles.select("actor_id", part="key"), on="actor_id", how="inner")
        .select("page", "part", "actor_id", "known", at="start", at_line="line")
    )
    order = ("page", "part", "actor_id", "known", "at", "at_line")
    # "tức ông Chang" makes Chang a name of who stands before it, whoever else is called so
    called = glosses.join(people.rename({"key": "of"}), on=["page", "of"], how="inner").select(
        "page", "actor_id", "known", part="key", at="start", at_line="line"
    )
    antecedents = pl.concat([tokens.select(order), tails.select(order), listed.select(order)])
    antecedents = pl.concat(
        [antecedents.join(called, on=["page", "part"], how="anti", maintain_order="left"), called.select(order)]
    ).unique(maintain_order=True)
    # a misspelt part of a name on the page: "Ông Edorgan"
    slips = _one_edit(
        runs.filter((pl.col("words") == 1) & (pl.col("titled") | pl.col("speaks"))).select("page", "key").unique(),
        antecedents.select("page", key="part").unique(),
        5,
    ).join(antecedents.select("page", key="part"), on=["page", "key"], how="anti")
    antecedents = pl.concat(
        [
            antecedents,
            slips.join(antecedents, left_on=["page", "key_b"], right_on=["page", "part"], how="inner")
            .select("page", "actor_id", "known", "at", "at_line", part="key")
            .select(order),
        ]
    )
    famous = singles.sort(pl.col("form") != "name", maintain_order=True).unique(
        "key", keep="first", maintain_order=True
    )
    # "Chủ tịch Kim" is who alone is known by a name that many on the page have
    chiefs = famous.filter(pl.col("key").is_in(catalogue.cues["persons"]["known_by_surname"]))
    chiefs = chiefs.select("key", chief="actor_id")
    # "thượng đỉnh Trump - Kim": beside another short name a short name means its best known owner
    well_known = famous.filter(pl.col("form") == "name")["key"]
    runs = runs.with_columns(
        of_her=pl.col("left").str.contains("(?:[Bb]à|[Cc]ô|[Cc]hị) $"),
        of_him=pl.col("left").str.contains("(?:[Ôô]ng|[Nn]gài) $") & ~pl.col("left").str.contains("(?:vợ|nhà) ông $"),
        led=pl.col("left").str.contains("(?i)(?:lãnh đạo|chủ tịch) $")
        & ~pl.col("left").str.contains("(?i)(?:phó chủ tịch|cố (?:nhà )?(?:lãnh đạo|chủ tịch)) $")
        & ~pl.col("right").str.contains(r"^ \p{Ll}+ ?- ?\p{Ll}"),
    )
    runs = runs.with_columns(in_pair=pl.col("beside").is_in(well_known.implode()).fill_null(False))
    pair = runs.filter("in_pair").join(famous, on="key", how="semi").select("id")
    # whom a short name means: one named in full in the same paragraph, the nearest before it first; otherwise who is
    # known by it, then whoever the page names in full most often; a headline comes before it, so later ones count too
    patterns = _person_patterns(catalogue)
    woman = pl.col("actor_id").is_in(catalogue.cues["persons"]["women"])
    often = people.group_by("page", "actor_id").agg(
        times=pl.len(),
        she=pl.when("known").then(woman).otherwise(pl.col("left").str.contains(patterns["she"])).any(),
        he=(~pl.col("known") & pl.col("left").str.contains(patterns["he"])).any(),
        known_man=(pl.col("known") & ~woman).any(),
    )
    # "bà Clinton" on a page that names only Bill Clinton in full is Hillary Clinton
    wives = singles.filter(woman).unique("key", keep="first", maintain_order=True)
    runs = runs.with_columns(
        title=pl.when(pl.col("left").str.contains(patterns["government"]))
        .then(pl.lit("government"))
        .otherwise(
            pl.col("left")
            .str.tail(40)
            .str.extract(rf"(?i)({any_of(['tổng thống', 'phó tổng thống', 'ngoại trưởng', 'thủ tướng'])}) (?:§ )?$")
            .str.to_lowercase()
        )
    ).join(_office_holders(singles, catalogue), on=["key", "title"], how="left", maintain_order="left")
    # a family name that many have means its best known owner only if the catalogue says so
    surnames = catalogue.cues["names"]["korean_surnames"] + catalogue.cues["names"]["chinese_surnames"]
    shared = pl.col("key").is_in(surnames + catalogue.cues["names"]["surnames"]) & ~pl.col("key").is_in(
        catalogue.cues["persons"]["known_by_surname"]
    )
    bound = (
        runs.filter(~pl.col("named_after"))
        .join(pair, on="id", how="anti", maintain_order="left")
        .pipe(_nearest, antecedents)
        .join(often, on=["page", "actor_id"], how="left")
        # "bà Kim" is not who is called "ông" in full
        .filter(
            ~(pl.col("of_her") & pl.col("he") & ~pl.col("she")), ~(pl.col("of_him") & pl.col("she") & ~pl.col("he"))
        )
        .with_columns(unlike=pl.col("of_her") & pl.col("known_man") & ~pl.col("she"))
        .filter(~(pl.col("unlike") & pl.col("key").is_in(wives["key"].implode())))
        .join(famous.filter(pl.col("form") == "name").select("key", owner="actor_id"), on="key", how="left")
        .join(chiefs, on="key", how="left")
        # "Tổng thống Trump" is who is known by that name, even on a page that names only Melania Trump in full
        .filter(
            ~(
                (pl.col("owner") != pl.col("actor_id")) & pl.col("titled") & ~pl.col("left").str.contains("(?i)bà $")
            ).fill_null(False)
        )
        .with_columns(
            near=(pl.col("at_line") == pl.col("line")) & (pl.col("at") < pl.col("start")),
            after=pl.col("at") > pl.col("start"),
            far=(pl.col("at") - pl.col("start")).abs(),
        )
        .sort(
            "id",
            "unlike",
            pl.when("near").then(pl.col("far")).otherwise(None),
            pl.coalesce(pl.when("led").then("chief"), "owner").ne_missing(pl.col("actor_id")) | shared,
            "times",
            "after",
            "far",
            descending=[False, False, False, False, True, False, False],
            nulls_last=True,
        )
        .unique("id", keep="first", maintain_order=True)
        .with_columns(
            actor_id=pl.when(pl.col("known") & pl.col("holder").is_not_null()).then("holder").otherwise("actor_id"),
            basis=pl.lit("coreference"),
        )
    )
    foreign = pl.col("key").str.contains("^(?:[A-Z][a-z]{1,2})?[A-Z][a-z]{3,}(?: [A-Z][a-z]+)*$")
    foreign &= ~pl.col("key").is_in(lead_words)
    stands_free = pl.any_horizontal("addressed", "speaks", foreign, goes_on) | ~pl.col("right").str.contains(
        r"^ \p{Ll}"
    )
    governs = (pl.col("title") == "government") & pl.col("holder").is_not_null()
    alone = (
        runs.join(bound.select("id"), on="id", how="anti")
        .join(famous.select("key", "actor_id", "form"), on="key", how="left", maintain_order="left")
        .join(wives.select("key", wife="actor_id"), on="key", how="left", maintain_order="left")
        .with_columns(
            actor_id=pl.when(pl.col("of_her") & pl.col("wife").is_not_null())
            .then("wife")
            .otherwise(pl.coalesce("holder", "actor_id"))
        )
        .with_columns(
            *(
                pl.when(
                    ~(pl.col("of_her") & ~woman & pl.col("key").is_in(surnames))
                    & ~(pl.col("of_him") & woman)
                    & (~shared | pl.col("in_pair") | governs | (pl.col("form") == "name"))
                )
                .then(column)
                .alias(column)
                for column in ("actor_id", "form")
            ),
            family=pl.col("key").is_in(catalogue.cues["names"]["surnames"]),
        )
        .filter(
            pl.when(pl.col("form") == "name")
            .then(~pl.col("named_after"))
            .when(pl.col("form") == "surname")
            .then(
                ((pl.col("titled") | pl.col("office")) & stands_free)
                | pl.col("in_pair")
                | governs
            )
            # a name nobody lists, met once: an address before it, and no Vietnamese word, which may be a common one
            .otherwise(
                (
                    (pl.col("titled") & stands_free & ~pl.col("left").str.contains(patterns["weak"]))
                    | (pl.col("aged") & pl.col("key").str.contains("^[A-Z][a-z]{2,}$") & ~pl.col("other"))
                )
                & (
                    ~pl.col("key").str.contains(r"[^ -~]")
                    | (pl.col("addressed") & pl.col("family"))
                    | pl.col("key").str.contains(r"^(?:\p{Lu}\.)?\p{Lu}\p{Ll}*(?:-\p{Ll}+)+$")  # "X.Rê-đơ"
                )
                & ~pl.col("right").str.contains("^, (?:ông|bà) ")
            )
        )
        .with_columns(
            basis=pl.when(pl.col("form") == "name")
            .then(pl.lit("catalogue"))
            .when(pl.col("form") == "surname")
            .then(pl.lit("coreference"))
            .otherwise(pl.lit("candidate")),
            actor_id=pl.coalesce("actor_id", _slugs(pl.col("key"))),
        )
    )
    # who was a person once, "ông Pich", is one wherever the page says "Pich"
    once = alone.filter(pl.col("basis") == "candidate").select("page", "key", "actor_id", "basis")
    again = (
        runs.join(pl.concat([bound.select("id"), alone.select("id")]), on="id", how="anti", maintain_order="left")
        .filter(pl.col("key").str.contains("^[A-Z][a-z]{2,}$") & ~pl.col("other") & ~pl.col("named_after"))
        .join(once.unique(["page", "key"], keep="first", maintain_order=True), on=["page", "key"], how="inner")
    )
    columns = [name for name in FOUND_MENTIONS if name in bound.columns] + ["id"]
    return pl.concat([bound.select(columns), alone.select(columns), again.select(columns)])
