"""Names in their contexts → actor mentions: states, organisations and persons, whoever may be meant by them.

States and organisations come from the catalogue and are accepted or refused by the rules of `cues.toml`. A person is
known by the catalogue, by a full name that stood in the same page (coreference), or by its context (candidate).
"""

from functools import lru_cache

import polars as pl

from .catalogue import Catalogue, any_of, fold, folded, name_key
from .names import LETTER, without_lead_words
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
        (pl.col("key") == key) & right.str.contains(rf"^ (?:{any_of(follows)})(?:[^{LETTER}]|$)")
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
    hyphened = left.str.contains(r"[§¥] ?[-/] ?$") | right.str.contains(r"^ ?[-/] ?[§¥]")
    pair_only = pl.col("key").is_in(cues["forms"]["pair_only"])
    in_brackets = left.str.contains(r"\($") & right.str.contains(r"^\)")  # "tờ Siam Sport (Thái)"
    listed = paired & ~right.str.contains(r"^ \p{Lu}\p{Ll}")
    short = hyphened | ((in_brackets | listed | cued) & ~pair_only)
    return hits.filter(
        pl.when(pl.col("what") == "short").then(short & ~word).otherwise(~(word & starts) & ~pronoun & ~document)
    ).with_columns(reading=_reading(cues["readings"]["patterns"]), basis=pl.lit("catalogue"))


def _reading(patterns: list[dict]) -> pl.Expr:
    """Rules of `[readings]` → gov or place by the first that holds, else gov; null for all but capitals and seats."""
    tests = []
    for rule in patterns:
        holds = pl.col("form") == rule["form"] if "form" in rule else pl.lit(True)
        for side in ("left", "right"):
            if side in rule:
                holds &= pl.col(side).str.contains(f"(?i){fold(rule[side])}")
        tests.append(pl.when(holds).then(pl.lit(rule["reading"])))
    return pl.when(pl.col("form").is_in(["capital", "seat"])).then(pl.coalesce(*tests, pl.lit("gov")))


@lru_cache(maxsize=8)
def _person_patterns(catalogue: Catalogue) -> dict[str, str]:
    """The cue lists of `[persons]` as patterns on the folded context."""
    cues = catalogue.cues["persons"]
    edge = rf"(?:^|[^{LETTER}])"
    titles, honorifics = f"(?i:{any_of(cues['titles'])})", f"(?i:{any_of(cues['honorifics'])})"
    between = rf"(?:(?i:{any_of(cues['between'])})|[§¥¶](?:-[§¥])?|\p{{Lu}}[\p{{L}}'-]*|&)"
    verbs = any_of(cues["verbs"])
    when = r"hôm nay|hôm qua|cũng|đã|vừa|mới|sau đó|trước đó|khi đó|còn|sẽ|từng|ngày [\d/-]+"
    return {
        "titled": rf"{edge}(?:{honorifics}|{titles}) $",
        "office": rf"{edge}(?:{titles}|{honorifics})"
        rf"(?:,? (?:{between}|{any_of(cues['linking'])})){{0,8}},? {between},? $",
        "addressed": rf"{edge}(?i:ông|bà|ngài) $",
        "outlet": rf"{edge}(?i:{any_of(cues['outlet_cues'])}) $|(?:^|[.!?:\"] ?)Báo $",
        "named_after": rf"{edge}(?i:{any_of(cues['named_after'])}) $",
        "other": rf"{edge}(?i:{any_of(cues['not_person'])}) $",
        "speaks": rf"(?i)^ ?(?:\([^)]{{1,30}}\) ?)?(?:,? (?:{when}) ?)? ?(?:{verbs})(?:[^{LETTER}]|$)",
        "described": r"(?i)^(?:,| -|\s?\() ?(?:(?:một|cựu|nguyên|phó|tân|cố|vị) )?"
        rf"(?:{titles}|{honorifics}|người|nhà|\d\d tuổi|\d\d[,)])(?:[^{LETTER}]|$)",
    }


def _persons(names: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    """Names → person mentions: known full names, candidates by context, then the short names that go back to them."""
    forms = _forms(catalogue).filter(pl.col("actor_kind") == "person")
    listed = _resolved(names.filter(pl.col("what") == "person"), forms).with_columns(basis=pl.lit("catalogue"))
    runs = names.filter(pl.col("what") == "run")
    named_after = _person_patterns(catalogue)["named_after"]
    known = _known(runs, forms).filter(~pl.col("left").str.contains(named_after) | (pl.col("cut") != 0))
    left_over = runs.join(known.select("id"), on="id", how="anti", maintain_order="left")
    judged = _judged(_worth_judging(without_lead_words(left_over, catalogue), known, forms), catalogue)
    full = _candidates(judged, forms)
    people = pl.concat(
        part.select("page", "line", "start", "actor_id", "key", known=pl.col("basis") == "catalogue")
        for part in (listed, known, full)
    )
    short = _short_names(
        judged.join(full.select("id"), on="id", how="anti", maintain_order="left"), people, forms, catalogue
    )
    columns = ("page", "segment", "line", "start", "end", "surface", "actor_id", "basis", "role")
    return pl.concat([part.select(columns) for part in (listed, known, full, short)]).with_columns(
        actor_kind=pl.lit("person"), reading=pl.lit(None, pl.String)
    )


def _known(runs: pl.DataFrame, forms: pl.DataFrame) -> pl.DataFrame:
    """Runs of capitals → those that are a full name of the catalogue, cut to it, with `actor_id` and `basis`.

    A run may carry a capitalised title before the name or a word after it, so up to two words are tried off either end.
    """
    full = (
        forms.filter((pl.col("form") == "name") & pl.col("key").str.contains("[ -]"))
        .select("actor_id", name="key")
        .unique("name", keep="first", maintain_order=True)
    )
    cut = {0: ("", ""), 1: ("^[^ ]+ ", ""), 2: ("", " [^ ]+$"), 3: ("^[^ ]+ [^ ]+ ", ""), 4: ("", " [^ ]+ [^ ]+$")}
    keys = runs.select("key").unique(maintain_order=True)
    tried = pl.concat(
        keys.with_columns(name=pl.col("key").str.replace(head, "").str.replace(tail, ""), cut=pl.lit(way))
        for way, (head, tail) in cut.items()
    )
    fits = tried.join(full, on="name", how="inner").sort("key", "cut").unique("key", keep="first", maintain_order=True)
    found = runs.join(fits, on="key", how="inner", maintain_order="left")
    # the cut is made on the surface, whose hyphens may be spaced otherwise than the key's
    surface = pl.col("surface")
    kept = pl.coalesce(
        pl.when(pl.col("cut") == way).then(surface.str.replace(head, "").str.replace(tail, ""))
        for way, (head, tail) in cut.items()
    )
    off_head = pl.when(pl.col("cut").is_in([1, 3])).then(surface.str.len_chars() - kept.str.len_chars()).otherwise(0)
    return found.with_columns(
        start=pl.col("start") + off_head.cast(pl.Int64),
        surface=kept,
        key=pl.col("name"),
        basis=pl.lit("catalogue"),
    ).with_columns(end=pl.col("start") + pl.col("surface").str.len_chars().cast(pl.Int64))


def _worth_judging(runs: pl.DataFrame, known: pl.DataFrame, forms: pl.DataFrame) -> pl.DataFrame:
    """Runs → those that can name a person: all of several words, single words where addressed or part of a name."""
    parts = pl.concat([runs.filter(pl.col("words") > 1).select("page", "key"), known.select("page", "key")])
    parts = parts.with_columns(key=pl.col("key").str.split(" ")).explode("key").unique()
    single = runs.filter(pl.col("words") == 1)
    held = pl.concat(
        [
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
    left, right, key = pl.col("left"), pl.col("right"), pl.col("key")
    given = any_of(catalogue.cues["names"]["given"])
    korean = "|".join(catalogue.cues["names"]["korean_surnames"])
    return runs.with_columns(
        titled=left.str.contains(patterns["titled"]),
        addressed=left.str.contains(patterns["addressed"]),
        office=left.str.contains(patterns["office"]),
        outlet=left.str.contains(patterns["outlet"]),
        other=left.str.contains(patterns["other"]),
        named_after=left.str.contains(patterns["named_after"]),
        beside=pl.coalesce(left.str.extract(r"(\p{Lu}\p{L}+) ?- ?$"), right.str.extract(r"^ ?- ?(\p{Lu}\p{L}+)")),
        speaks=right.str.contains(patterns["speaks"]),
        described=right.str.contains(patterns["described"]),
        viet=key.str.contains(rf"^(?:{any_of(catalogue.cues['names']['surnames'])}) "),
        no_person=~key.str.contains(r"\p{Ll}")
        | right.str.contains(r"^-?\d")
        | left.str.contains(r"(?:^|[^\p{L}])(?:gia đình|dòng|nhà) họ $")
        | key.is_in(catalogue.cues["persons"]["never"])
        | key.str.contains(rf"(?:^| )(?:{any_of(catalogue.cues['persons']['company_words'])})(?: |$)"),
        given=key.str.contains(rf"^(?:{given}) ")
        | key.str.contains(rf"^(?:{korean}) \p{{Lu}}[a-z]+(?:-[a-z]+| \p{{Lu}}[a-z]+)$"),
    )


def _candidates(runs: pl.DataFrame, forms: pl.DataFrame) -> pl.DataFrame:
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
    full = full.with_columns(part=pl.col("key").str.extract(r"([^ ]+)$")).join(
        speaking, on=["page", "part"], how="left", maintain_order="left"
    )
    person = (
        pl.col("titled")
        | pl.col("office")
        | (
            ~pl.col("other")
            & (
                pl.any_horizontal("described", "given", "speaks", pl.col("heard").fill_null(False))
                | (pl.col("viet") & (pl.col("words") > 2))
            )
        )
    )
    # what is a person once on a page is one all over it
    full = full.with_columns(sure=person).filter(
        pl.col("sure").any().over("page", "key") & (pl.col("sure") | ~pl.col("other"))
    )
    ids = full.select("key").unique(maintain_order=True).with_columns(actor_id=_slugs(pl.col("key")))
    ids = ids.join(_misspelt(ids, forms), on="key", how="left", maintain_order="left").select(
        "key", actor_id=pl.coalesce("meant", "actor_id")
    )
    return full.join(ids, on="key", how="left", maintain_order="left").with_columns(basis=pl.lit("candidate"))


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


def _misspelt(ids: pl.DataFrame, forms: pl.DataFrame) -> pl.DataFrame:
    """Candidate keys → those one letter away from a long catalogued name: `key`, `meant` (an actor id).

    Two spellings are within one edit if deleting at most one letter of each can make them equal (Mor & Fraenkel 1982).
    """

    def deletions(table: pl.DataFrame) -> pl.DataFrame:
        length = pl.col("key").str.len_chars()
        return (
            # short and hyphenated names differ by a letter from person to person (Kim Hyong-gil, Kim Myong-gil)
            table.filter((length >= 10) & ~pl.col("key").str.contains(r"-|(?:^| )[^ ]{1,3}(?: |$)"))
            .with_columns(at=pl.int_ranges(0, length + 1))
            .explode("at")
            .with_columns(variant=pl.col("key").str.slice(0, pl.col("at")) + pl.col("key").str.slice(pl.col("at") + 1))
        )

    names = forms.filter(pl.col("form") == "name").select("key", meant="actor_id")
    close = deletions(ids.select("key")).join(
        deletions(names).select("variant", "meant", name="key"), on="variant", how="inner"
    )
    # the initial of the family name must agree: "Lee Jae-in" is not Moon Jae-in
    return (
        close.filter(pl.col("key").str.slice(0, 1) == pl.col("name").str.slice(0, 1))
        .sort("key", "meant")
        .unique("key", keep="first", maintain_order=True)
        .select("key", "meant")
    )


_OPENS_NAME = r"(?:Ông|Bà|Cô|Anh|Chị|Ngài|Tướng|Thống|Trưởng|Tịch|Sứ|TT) $"


def _short_names(runs: pl.DataFrame, people: pl.DataFrame, forms: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    """Runs left over → those that are part of a name on the page, or a short name the catalogue knows."""
    # what is left of "Bộ Công An" is no name; of "Ông Tập" and "Theo Merkel" it is
    runs = runs.filter(
        ~pl.col("no_person")
        & ~pl.col("outlet")
        & (
            (pl.col("cut") == "")
            | pl.col("cut").str.contains(_OPENS_NAME)
            | pl.col("key").str.contains("^[A-Z][a-z]{3,}")
        )
    )
    lead_words = catalogue.cues["names"]["lead_words"]
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
    antecedents = pl.concat([tokens.select(order), tails.select(order), listed.select(order)]).unique(
        maintain_order=True
    )
    famous = singles.sort(pl.col("form") != "name", maintain_order=True).unique(
        "key", keep="first", maintain_order=True
    )
    # "thượng đỉnh Trump - Kim": beside another short name a short name means its best known owner
    well_known = famous.filter(pl.col("form") == "name")["key"]
    runs = runs.with_columns(in_pair=pl.col("beside").is_in(well_known.implode()).fill_null(False))
    pair = runs.filter("in_pair").join(famous, on="key", how="semi").select("id")
    # whom a short name means: one named in full in the same paragraph, the nearest before it first; otherwise whoever
    # the page names in full most often; a headline comes before the full name, so later ones count too
    often = people.group_by("page", "actor_id").agg(times=pl.len())
    bound = (
        runs.filter(~pl.col("named_after"))
        .join(pair, on="id", how="anti", maintain_order="left")
        .join(antecedents, left_on=["page", "key"], right_on=["page", "part"], how="inner")
        .join(often, on=["page", "actor_id"], how="left")
        .join(famous.filter(pl.col("form") == "name").select("key", owner="actor_id"), on="key", how="left")
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
            pl.when("near").then(pl.col("far")).otherwise(None),
            "times",
            "after",
            "far",
            descending=[False, False, True, False, False],
            nulls_last=True,
        )
        .unique("id", keep="first", maintain_order=True)
        .with_columns(basis=pl.lit("coreference"))
    )
    foreign = pl.col("key").str.contains("^[A-Z][a-z]{3,}$") & ~pl.col("key").is_in(lead_words)
    goes_on = pl.col("right").str.contains(rf"^ (?:{any_of(catalogue.cues['persons']['goes_on'])})(?: |,|$)")
    stands_free = pl.any_horizontal("addressed", "speaks", foreign, goes_on) | ~pl.col("right").str.contains(
        r"^ \p{Ll}"
    )
    alone = (
        runs.join(bound.select("id"), on="id", how="anti")
        .join(famous.select("key", "actor_id", "form"), on="key", how="left", maintain_order="left")
        .filter(
            pl.when(pl.col("form") == "name")
            .then(~pl.col("named_after"))
            .when(pl.col("form") == "surname")
            .then(((pl.col("titled") | pl.col("office")) & stands_free) | pl.col("in_pair"))
            # a name nobody lists, met once: an address before it, and no Vietnamese word, which may be a common one
            .otherwise(
                pl.col("titled")
                & stands_free
                & ~pl.col("key").str.contains(r"[^ -~]")
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
    columns = [name for name in FOUND_MENTIONS if name in bound.columns] + ["id"]
    return pl.concat([bound.select(columns), alone.select(columns)])
