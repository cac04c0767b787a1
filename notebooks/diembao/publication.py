"""When an undated article was published: bounds that follow from what it says itself, with the words they follow from.

Nobody's word is taken for more than it bounds. Office holders named with their office bound the years (`offices.csv`),
the latest date with a year that the text looks back on is a lower bound, the days it reports say which part of a year,
and a weekday which years. Where these leave it open, or disagree without a clear majority, the date stays unknown.
"""

from datetime import date
from functools import lru_cache
from typing import NamedTuple

import polars as pl

from .catalogue import Catalogue, folded
from .names import LETTER, any_of

_TEXT = ("headline", "lead", "body")  # the article's own words; a caption may be years older than its article
_OPEN = date(9999, 12, 30)  # the end of a term that has none
# The latest day that an article reports without its year lies this many days back at most, and what it announces may
# have come to pass this many days before (time zones, yesterday's plan still told as one). Of 317 articles of the
# Vietnamese press that date their own day ("hôm qua 26-6"), 97 % keep to both.
_NEWS, _LATE = 90, 2
_SAME_STORY = 60  # days: later reports so close to the first one belong to its year
_WIDEST = 3653  # days: wider bounds than ten years say nothing of use
_WINDOWS = 4  # so many separate stretches are written out, more as one
_SENTENCE = r"[^.!?…]*"
_REACH = 1_000  # code points on either side that a sentence is looked for in: a line may be a whole page
_SOON = 5  # days: a day this soon after one named with its year is taken to go on from it


class Told(NamedTuple):
    """What undated main articles say of when they were published, as `tell` reads it from their dates."""

    limits: pl.DataFrame
    reported: pl.DataFrame
    window: pl.DataFrame


def tell(table: pl.DataFrame, found: pl.DataFrame, catalogue: Catalogue) -> Told:
    """Articles and scanned dates → what the dates of undated main articles bound.

    `window` (page, segment, own_first, own_last, month_now) is for `dates.resolve`: it follows from the article's own
    words alone.
    """
    undated = table.filter((pl.col("segment") == 0) & pl.col("published").is_null()).select("page")
    of_main = found.filter(pl.col("segment") == 0).join(undated, on="page", how="semi")
    own = _clauses(of_main, catalogue.cues["publication"], catalogue.cues["dates"]["cues"]["same_year"])
    reported = _reported(own)
    window = _window(own, reported).join(_month_now(own, reported), on="page", how="full", coalesce=True)
    return Told(_limits(own), reported, window.with_columns(segment=pl.lit(0, pl.Int32)))


def infer(
    table: pl.DataFrame, told: Told, mentions: pl.DataFrame, lines: pl.DataFrame, catalogue: Catalogue
) -> pl.DataFrame:
    """Articles, what they tell, mentions, lines with `text` → the same articles, undated main ones dated if possible.

    Fills published (EDTF: a day, or "one day of" `[2023-02-18..2023-12-31]`), published_first, published_last and
    published_basis, and adds `published_evidence`: what bounds the date, or why it stays unknown; null where stated.
    """
    undated = table.filter((pl.col("segment") == 0) & pl.col("published").is_null()).select("page")
    limits, reported = told.limits, told.reported
    held = _held(mentions.join(undated, on="page", how="semi"), lines, catalogue, reported)
    spans = _agreed(held)
    names = catalogue.actors.select("name_en", person_id="id")
    dates = undated.join(_written(_bounded(spans, limits, reported)), on="page", how="left")
    evidence = _evidence(dates.drop("edtf"), spans, held.join(names, on="person_id", how="left"), limits, reported)
    dated = table.join(dates.drop("wide"), on="page", how="left", maintain_order="left").join(
        evidence, on="page", how="left", maintain_order="left"
    )
    assert dated.height == table.height
    main = pl.col("segment") == 0
    here = main & pl.col("edtf").is_not_null()
    return dated.with_columns(
        published=pl.when(here).then("edtf").otherwise("published"),
        published_first=pl.when(here).then("first").otherwise("published_first"),
        published_last=pl.when(here).then("last").otherwise("published_last"),
        published_basis=pl.when(here).then(pl.lit("inferred")).otherwise("published_basis"),
        published_evidence=pl.when(main).then("evidence"),
    ).drop("edtf", "first", "last", "evidence")


# --- terms of office ---------------------------------------------------------------------------------------------


@lru_cache(maxsize=8)
def _titles(catalogue: Catalogue) -> pl.DataFrame:
    """Catalogue → person_id, office_vi, of, `title`: every written form of an office with and without what it is of."""
    same = catalogue.cues["publication"]["same_office"]
    lower = folded(pl.col("office_vi")).str.to_lowercase().str.replace_many(*map(list, zip(*same, strict=True)))
    names = catalogue.aliases.filter(pl.col("form").is_in(["name", "short"])).select(
        of="actor_id", name=folded(pl.col("surface")).str.to_lowercase()
    )
    offices = catalogue.offices.select("person_id", "office_vi", "of", office=lower).unique(maintain_order=True)
    named = offices.join(names, on="of", how="inner", maintain_order="left")
    head, place = (pl.col("office").str.extract("^(.*?)( tại .*)?$", part) for part in (1, 2))
    return (
        pl.concat(
            [
                offices.with_columns(title="office"),
                named.with_columns(title=pl.concat_str("office", pl.lit(" "), "name")).drop("name"),
                named.with_columns(title=pl.concat_str(head, pl.lit(" "), "name", place.fill_null(""))).drop("name"),
            ]
        )
        .drop("office")
        .unique(maintain_order=True)
    )


def _held(mentions: pl.DataFrame, lines: pl.DataFrame, catalogue: Catalogue, news: pl.DataFrame) -> pl.DataFrame:
    """Mentions → page, person_id, office_vi, of, first, last: the terms of those named with their office.

    `news`: the pages that report a day. On others a single office may belong to the past the article tells of.
    """
    cues = catalogue.cues["publication"]
    titles = _titles(catalogue)
    text = lines.select("page", "line", "text", line_start="start")
    named = (
        mentions.filter(
            (pl.col("actor_kind") == "person")
            & (pl.col("segment") == 0)
            & pl.col("role").is_in(_TEXT)
            & (pl.col("basis") != "candidate")
            & pl.col("actor_id").is_in(titles["person_id"].unique().implode())
        )
        .select("page", "line", "start", "end", "role", person_id="actor_id")
        .join(text, on=["page", "line"], how="inner")
        .with_columns(at=pl.col("start") - pl.col("line_start"), to=pl.col("end") - pl.col("line_start"))
        .with_columns(
            before=pl.col("text").str.slice((pl.col("at") - _REACH).clip(0), pl.min_horizontal("at", _REACH)),
            after=pl.col("text").str.slice("to", _REACH),
        )
        .with_columns(
            before=pl.col("before").str.extract(f"({_SENTENCE})$"), after=pl.col("after").str.extract(f"^({_SENTENCE})")
        )
    )
    earlier = rf"(?i)(?:^|[^{LETTER}])(?:{any_of(cues['earlier'])}|(?:19|20)[0-9]{{2}})(?:[^{LETTER}]|$)"
    sentence = pl.concat_str(folded(pl.col("before")), pl.lit(" "), folded(pl.col("after")))
    old, new = map(list, zip(*cues["same_office"], strict=True))
    told = (
        named.filter(~sentence.str.contains(earlier))
        .select(
            "page",
            "person_id",
            above=pl.col("role").is_in(["headline", "lead"]),
            before=folded(pl.col("before"))
            .str.to_lowercase()
            .str.replace_many(old, new)
            .str.replace(r" ?\([^()]{1,12}\) $", " ")
            .str.tail(120),
        )
        .with_row_index("id")
    )
    refused = rf"(?:^|[^{LETTER}])(?:{any_of(cues['not_in_office'])}) $"
    holding = (
        told.join(titles, on="person_id", how="inner")
        .filter(pl.col("before").str.ends_with(pl.concat_str("title", pl.lit(" "))))
        .sort("id", pl.col("title").str.len_chars(), descending=[False, True])
        .unique("id", keep="first", maintain_order=True)
        .with_columns(rest=pl.col("before").str.head(-(pl.col("title").str.len_chars().cast(pl.Int64) + 1)))
        .filter(~pl.col("rest").str.contains(rf"{refused}|[{LETTER}]$"))
        .group_by("page", "person_id", "office_vi", "of")
        .agg(above=pl.col("above").any())
        .filter((pl.len().over("page") > 1) | pl.col("above") | pl.col("page").is_in(news["page"].implode()))
        .drop("above")
    )
    start, end = pl.col("start"), pl.when(pl.col("end") == "").then(pl.lit("9999-12-30")).otherwise("end")
    whole = {4: "-12-31", 7: "-01", 10: ""}
    terms = catalogue.offices.select(
        "person_id",
        "office_vi",
        "of",
        first=(start + start.str.len_chars().replace_strict({4: "-01-01", 7: "-01", 10: ""})).str.to_date(),
        last=(end + end.str.len_chars().replace_strict(whole)).str.to_date(),
        months=end.str.len_chars() == 7,
    ).with_columns(last=pl.when("months").then(pl.col("last").dt.month_end()).otherwise("last"))
    return holding.join(terms.drop("months"), on=["person_id", "office_vi", "of"], how="inner").sort(
        "page", "person_id", "first"
    )


def _merged(stretches: pl.DataFrame, *keys: str) -> pl.DataFrame:
    """Stretches (keys, first, last) → the same, those that overlap or touch made one."""
    stretches = stretches.sort(*keys, "first", "last")
    reach = pl.col("last").cum_max().over(keys).shift(1).over(keys).dt.offset_by("1d")
    return (
        stretches.with_columns(part=(pl.col("first") > reach).fill_null(True).cum_sum().over(keys))
        .group_by(*keys, "part", maintain_order=True)
        .agg(pl.col("first").min(), pl.col("last").max())
    )


def _agreed(held: pl.DataFrame) -> pl.DataFrame:
    """Terms → page, first, last, agreed: the stretches in which the holders of most of the offices named held them.

    Two holders of one office are no contradiction: one of them may be named for the past or before taking office.
    """
    terms = _merged(held, "page", "office_vi", "of")
    steps = pl.concat(
        [
            terms.select("page", day="first", step=pl.lit(1)),
            terms.select("page", day=pl.col("last").dt.offset_by("1d"), step=pl.lit(-1)),
        ]
    )
    offices = terms.group_by("page").agg(offices=pl.struct("office_vi", "of").n_unique())
    stretches = (
        steps.group_by("page", "day")
        .agg(pl.col("step").sum())
        .sort("page", "day")
        .select(
            "page",
            first="day",
            last=pl.col("day").shift(-1).over("page").dt.offset_by("-1d"),
            held=pl.col("step").cum_sum().over("page"),
        )
    )
    most = pl.col("held").max().over("page")
    return (
        stretches.filter((pl.col("held") == most) & (most > 0))
        .join(offices, on="page", how="left")
        .select("page", "first", "last", agreed=3 * pl.col("held") >= 2 * pl.col("offices"))
    )


# --- dates in the text -------------------------------------------------------------------------------------------


def _clauses(found: pl.DataFrame, cues: dict, same_year: list[str]) -> pl.DataFrame:
    """Scanned dates → the article's own, with what the words around each say of when it lies.

    `ahead`: said to come; `announced`: and that for certain; `back`: said to be past; `marked`: only a mark in time;
    `reported`: what happened then is told as news; `planned`: the words right before say it is to come.
    """

    def words(key: str) -> str:
        return f"(?:{any_of(cues[key])})"

    left, right = folded(pl.col("left")), folded(pl.col("right"))
    clause = left.str.extract(r"([^.!?…:;]*)$").fill_null("")
    rest = right.str.extract(f"^({_SENTENCE})").fill_null("")
    edge = rf"(?:^|[^{LETTER}])"
    to_come = rf"(?i){edge}{words('ahead')}(?:[^{LETTER}]|$)"
    next_week = (pl.col("week_shift") > 0).fill_null(False)
    verbs = rf"(?:(?:cũng|đã|vừa) )?{words('news_verbs')}[^{LETTER}]"
    tells = right.str.contains(rf"(?i)^[ ,]*{verbs}")
    says = right.str.contains(rf"(?i)^(?: |, khi (?:ông|bà) (?:(?:này|ấy) )?){verbs}")
    # "ngày 11-1 cho biết sẽ tới thăm": what is said then is to come, not the day
    planned = clause.str.contains(to_come) | (rest.str.contains(to_come) & ~says)
    soon = right.str.contains(r"(?i)^ (?:sắp )?tới(?: đây)?(?:$|[ ,.;:)])") & ~right.str.contains(
        r"(?i)^ tới (?:ngày|\d)"
    )
    opens = clause.str.contains(rf'(?i)^["( ]*(?:{words("news_openings")}[, ]*){{0,2}}$')
    told = left.str.contains(rf"(?i){edge}{words('news_verbs')} (?:(?:vào|trong|hôm|cùng|ngày|sáng|chiều|tối) )*$")
    that_day = pl.col("surface").str.contains("(?i)^hôm") | left.str.contains("(?i)hôm $")
    mark = left.str.contains(rf"(?i){edge}{words('mark_in_time')} (?:vào )?$")
    yearly = right.str.contains(rf"(?i)^ {words('every_year')}")
    # "dự định họp vào tháng 12 năm đó": to come then, not now
    then = right.str.contains(rf"(?i)^ (?:{any_of(same_year)})(?:[^{LETTER}]|$)")
    return (
        found.filter(pl.col("role").is_in([*_TEXT, "caption"]) & ~pl.col("vague"))
        .with_columns(
            ahead=(soon | next_week | planned) & ~then,
            marked=mark | yearly,
            back=(clause + pl.lit(" ") + rest).str.contains(rf"(?i){edge}{words('looks_back')}(?:[^{LETTER}]|$)"),
            news=opens | told | tells | says | that_day,
        )
        .with_columns(
            reported=pl.col("news") & ~pl.col("ahead") & ~pl.col("marked") & pl.col("role").is_in(_TEXT),
            planned=clause.str.contains(rf"(?i){edge}{words('planned')}[^{LETTER}]")
            & pl.col("role").is_in(_TEXT)
            & ~then,
            announced=pl.col("ahead") & ~that_day,  # "hôm 10-5" looks back whatever else its sentence says
        )
        .drop("news")
    )


def _day(year: pl.Expr, month: pl.Expr, day: pl.Expr) -> pl.Expr:
    """A date, the first of the next month for a day that its month does not have ("29/2/2018")."""
    return pl.date(year, month, 1) + pl.duration(days=day - 1)


def _limits(own: pl.DataFrame) -> pl.DataFrame:
    """Dates with a year → page, `since` (the latest one looked back on), `looks_back`.

    A day with its year lies behind unless it is said to come; a year or month may be a plan unless said to be past.
    """
    span = pl.any_horizontal(pl.col("day_from", "month_from", "year_from").is_not_null())
    behind = ((pl.col("kind") == "day") & ~span & ~pl.col("marked")) | pl.col("back") | (pl.col("role") == "caption")
    year = pl.coalesce("year_from", "year")
    first = _day(year, pl.coalesce("month_from", "month", 1), pl.coalesce("day_from", "day", 1))
    plain = pl.col("kind").is_in(["day", "month", "quarter", "season", "year"]) & year.is_between(1800, 2100)
    return (
        own.filter(plain & behind & ~pl.col("ahead"))
        .with_columns(since=first)
        .filter(pl.col("since").is_not_null())
        .sort("page", "since", "start", descending=[False, True, False])
        .group_by("page", maintain_order=True)
        .agg(pl.col("since").first(), looks_back=pl.col("surface").first())
    )


def _reported(own: pl.DataFrame) -> pl.DataFrame:
    """Days without a year → page, `on` (the latest one reported, in 2001), `seen`, `within`, `due`, `weekdays`.

    Publication lies from `on` to `within` days after it; `seen` and `due` are the words for `on` and for what bounds
    `within`, `weekdays` the weekdays given to days and how many days off `on` those are.
    A page that dates its own day ("hôm qua 26-6") is dated by it; otherwise by its first reported day and those soon
    after, and by the next day that it says is to come.
    """
    one_day = pl.all_horizontal(pl.col("day", "month").is_not_null()) & (pl.col("kind") == "day")
    plain = pl.all_horizontal(pl.col("year", "year_shift", "year_said").is_null())
    leap_day = (pl.col("month") == 2) & (pl.col("day") == 29)
    lasting = (
        own.filter(one_day & plain & ~leap_day)
        .with_columns(on=_day(pl.lit(2001), pl.col("month"), pl.col("day")))  # any year without 29 February
        .filter(pl.col("on").is_not_null())
        .sort("page", "start")
    )
    days = lasting.filter(pl.all_horizontal(pl.col("day_from", "month_from").is_null()))
    today = (
        days.filter(pl.col("shift").is_not_null() & pl.col("weekday").is_null())
        .with_columns(on=pl.col("on") - pl.duration(days="shift"))
        .group_by("page", maintain_order=True)
        .agg(pl.col("on").first(), alike=pl.col("on").dt.strftime("%m-%d").n_unique(), seen=pl.col("surface").first())
        .filter(pl.col("alike") == 1)
        .select("page", "on", "seen", within=pl.lit(0))
    )
    news = days.filter(pl.col("reported") & (pl.col("shift").is_null() | pl.col("weekday").is_not_null()))
    later = (pl.col("on") - pl.col("on").first().over("page")).dt.total_days() % 365
    latest = (
        news.with_columns(later=later)
        .filter(pl.col("later") <= _SAME_STORY)
        .sort("page", "later", "start", descending=[False, True, False])
        .group_by("page", maintain_order=True)
        .agg(pl.col("on").first(), seen=pl.col("surface").first())
    )
    month = (pl.col("kind") == "month") & pl.col("month").is_not_null()
    to_come = pl.concat(
        [
            lasting.filter("announced").select("page", "surface", "on"),  # a period by its last day
            own.filter(month & plain & pl.col("announced")).select(
                "page", "surface", on=pl.date(2001, pl.col("month"), 1).dt.month_end()
            ),
        ]
    ).rename({"on": "due_on"})
    due = (
        latest.join(to_come, on="page", how="inner")
        .with_columns(within=(pl.col("due_on") - pl.col("on")).dt.total_days() % 365 + _LATE)
        .filter(pl.col("within").is_between(_LATE + 1, _NEWS))  # what is reported does not lie ahead too
        .sort("page", "within")
        .group_by("page", maintain_order=True)
        .agg(pl.col("within").first(), due=pl.col("surface").first())
    )
    around = latest.join(today.select("page"), on="page", how="anti").join(due, on="page", how="left")
    known = pl.concat(
        [
            today.select("page", "on", "seen", pl.col("within").cast(pl.Int64), due=pl.lit(None, pl.String)),
            around.select("page", "on", "seen", pl.col("within").fill_null(_NEWS), "due"),
        ]
    )
    weekdays = (
        days.filter(pl.col("weekday").is_not_null())
        .join(known.select("page", at="on"), on="page", how="inner")
        .with_columns(off=((pl.col("on") - pl.col("at")).dt.total_days() + 300) % 365 - 300)
        .group_by("page")
        .agg(weekdays=pl.struct("off", "weekday").unique())
    )
    return known.join(weekdays, on="page", how="left")


def _window(own: pl.DataFrame, reported: pl.DataFrame) -> pl.DataFrame:
    """Dates, reported days → page, own_first, own_last: publication, where the article's words leave one year.

    That is the year of the latest reported day, if only in one year it lies between the latest date with a year that
    is not to come and the earliest that is planned; if the plan is for earlier in a year, so that the day lies in the
    year before, or for a month that is also named as a plan without its year ("sẽ thăm vào tháng 4-2019", "sẽ thăm
    trong tháng 4"), and so is the next of its name; or if a reported day closely follows one named with its year and
    none lies half a year off. No more is read from a year that was looked back on: of 54 articles whose year is known
    otherwise, the next such day lies in it in 23.
    """
    year = pl.coalesce("year", "year_said")
    code_month = pl.when(pl.col("code") < 30).then((pl.col("code") - 20) * 3).otherwise((pl.col("code") - 33) * 3 + 1)
    of_year = pl.col("kind") == "year"
    dated = (
        own.filter(pl.col("kind").is_in(["day", "month", "quarter", "season", "year"]) & year.is_between(1800, 2100))
        .filter(of_year | pl.coalesce("month", "code").is_not_null())
        .with_columns(
            month_from=pl.coalesce("month_from", "month", code_month, 1),
            month_to=pl.coalesce("month", code_month + 2, 12).clip(upper_bound=12),
        )
        .with_columns(
            starts=_day(pl.coalesce("year_from", year), pl.col("month_from"), pl.coalesce("day_from", "day", 1)),
            ends=pl.coalesce(
                _day(year, pl.col("month_to"), pl.col("day")), _day(year, pl.col("month_to"), pl.lit(1)).dt.month_end()
            ),
        )
    )
    behind = ~pl.col("ahead") & ~pl.col("planned").any().over("page", "line", "sentence")
    until = pl.col("ends").filter(pl.col("planned") & ~of_year).min()
    past_year = of_year & (year < until.over("page").dt.year())  # "năm 2019" alone may well be to come
    named = dated.group_by("page").agg(
        since=pl.col("starts").filter(behind & (~of_year | past_year)).max(), until=until
    )
    yearless = pl.all_horizontal(pl.col("year", "year_said", "year_shift", "month_from").is_null())
    planned_month = (pl.col("kind") == "month") & pl.col("planned") & ~pl.col("marked")
    again = dated.filter(planned_month).join(own.filter(planned_month & yearless), on=["page", "month"], how="semi")
    again = again.select("page", until="ends", comes_next=pl.lit(True)).unique()
    named = named.join(again, on=["page", "until"], how="left")
    bounded = reported.select("page", "on", "within").join(named, on="page", how="inner")
    in_year = pl.date(pl.col("until").dt.year(), pl.col("on").dt.month(), pl.col("on").dt.day())
    last = pl.when(in_year <= pl.col("until")).then(in_year).otherwise(in_year.dt.offset_by("-1y"))
    next_year = pl.col("day").dt.year() < pl.col("until").dt.year()
    only_one = next_year | pl.col("comes_next") | (pl.col("since") > pl.col("day").dt.offset_by("-1y"))
    planned = bounded.with_columns(day=last).filter(only_one & (pl.col("since") <= pl.col("day")).fill_null(True))
    one_day = (pl.col("kind") == "day") & pl.col("day").is_not_null() & pl.col("day_from").is_null()
    latest = pl.col("year") == pl.col("year").max().over("page")
    common = pl.lit(2001)  # any year without 29 February
    after = _day(common, pl.col("month"), pl.col("day")) - _day(common, pl.col("month_named"), pl.col("day_named"))
    full = dated.filter(one_day & latest & behind & ~pl.col("marked"))
    bare = own.filter(one_day & pl.col("reported") & year.is_null() & pl.col("year_shift").is_null())
    # a day reported too long after the others to be of their story, and too long before to be of their year
    off = (_day(common, pl.col("month"), pl.col("day")) - pl.col("on")).dt.total_days() % 365
    elsewhen = bare.filter(pl.col("month").is_not_null()).join(bounded, on="page", how="inner")
    elsewhen = elsewhen.filter(off.is_between(_SAME_STORY + 1, 364 - 2 * _SAME_STORY))
    soon = (
        bare.join(elsewhen, on="page", how="anti")
        .filter(pl.col("month").is_not_null())
        .select("page", "month", "day")
        .join(full.select("page", "starts", month_named="month", day_named="day"), on="page", how="inner")
        .filter(after.dt.total_days().is_between(1, _SOON))
        .unique("page", keep="first", maintain_order=True)
        .join(bounded, on="page", how="inner")
        .with_columns(day=pl.date(pl.col("starts").dt.year(), pl.col("on").dt.month(), pl.col("on").dt.day()))
        .with_columns(
            day=pl.when(pl.col("day") < pl.col("starts")).then(pl.col("day").dt.offset_by("1y")).otherwise("day")
        )
        .filter((pl.col("day") <= pl.col("until")).fill_null(True))
    )
    columns = ["page", "day", "within", "until"]
    return (
        pl.concat([planned.select(columns), soon.select(columns)])
        .unique("page", keep="first", maintain_order=True)
        .select(
            "page",
            own_first="day",
            own_last=pl.min_horizontal(pl.col("day") + pl.duration(days="within"), "until"),
        )
    )


def _month_now(own: pl.DataFrame, reported: pl.DataFrame) -> pl.DataFrame:
    """Dates, reported days → page, month_now: the month of publication, in whatever year.

    That is the month of the latest reported day, where the article speaks of the next month and says of something in
    the month after that day that it is to come ("tháng tới", "ngày 12/6", after "hôm 24/5").
    """
    plain = pl.all_horizontal(pl.col("year", "year_said", "year_shift", "shift", "day_from", "month_from").is_null())
    named = pl.col("kind").is_in(["day", "month"]) & pl.col("month").is_not_null()
    to_come = own.filter(named & plain & pl.col("announced")).select("page", "month")
    next_month = own.filter((pl.col("kind") == "month") & (pl.col("shift") == 1) & pl.col("month").is_null())
    now = pl.col("on").dt.month().cast(pl.Int32)
    return (
        reported.select("page", month_now=now, month=now % 12 + 1)
        .join(to_come, on=["page", "month"], how="semi")
        .join(next_month, on="page", how="semi")
        .drop("month")
    )


# --- together ----------------------------------------------------------------------------------------------------


def _bounded(spans: pl.DataFrame, limits: pl.DataFrame, reported: pl.DataFrame) -> pl.DataFrame:
    """Stretches of office, lower bounds, reported days → page, first, last: where publication can lie."""
    open_years = spans.filter("agreed").join(limits.select("page", "since"), on="page", how="left")
    open_years = open_years.with_columns(first=pl.max_horizontal("first", "since")).filter(
        pl.col("first") <= pl.col("last")
    )
    closed = open_years.filter((pl.col("last") < _OPEN).all().over("page")).select("page", "first", "last")
    years = pl.int_ranges(pl.col("first").dt.year() - 1, pl.col("last").dt.year() + 1)
    stretches = (
        closed.join(reported, on="page", how="inner")
        .with_columns(year=years)
        .explode("year")
        .with_columns(day=pl.date("year", pl.col("on").dt.month(), pl.col("on").dt.day()))
        .with_columns(
            begins=pl.max_horizontal("first", "day"),
            ends=pl.min_horizontal("last", pl.col("day") + pl.duration(days="within")),
        )
        .filter(pl.col("begins") <= pl.col("ends"))
        .select("page", "day", "weekdays", first="begins", last="ends")
    )
    fits = (
        stretches.select("page", "day", "weekdays")
        .unique(["page", "day"])
        .explode("weekdays")
        .unnest("weekdays")
        .with_columns(fits=(pl.col("day") + pl.duration(days="off")).dt.weekday() == pl.col("weekday"))
        .group_by("page", "day")
        .agg(pl.col("fits").fill_null(True).all())
        # a weekday that no possible year gives is the press's slip
        .with_columns(fits=pl.col("fits") | ~pl.col("fits").any().over("page"))
    )
    stretches = stretches.join(fits, on=["page", "day"], how="left").filter("fits").select("page", "first", "last")
    alone = closed.join(reported.select("page"), on="page", how="anti")
    return pl.concat([stretches, alone]).unique().sort("page", "first", "last")


def _written(bounded: pl.DataFrame) -> pl.DataFrame:
    """Stretches → page, edtf, first, last, wide; what spans more than `_WIDEST` is `wide`, and has no edtf or ends."""

    def iso(end: str) -> pl.Expr:
        return pl.col(end).dt.to_string("%Y-%m-%d")

    one_day = pl.col("first") == pl.col("last")
    from_to = pl.concat_str(iso("first"), pl.lit(".."), iso("last"))
    listed = (
        _merged(bounded, "page")
        .with_columns(each=pl.when(one_day).then(iso("first")).otherwise(from_to))
        .group_by("page", maintain_order=True)
        .agg(pl.col("first").min(), pl.col("last").max(), parts=pl.len(), each=pl.col("each").str.join(","))
    )
    choice = pl.when(pl.col("parts") <= _WINDOWS).then("each").otherwise(from_to)
    edtf = pl.when(one_day).then("each").otherwise(pl.concat_str(pl.lit("["), choice, pl.lit("]")))
    wide = (pl.col("last") - pl.col("first")).dt.total_days() > _WIDEST
    ends = (
        pl.when(~wide).then(value).alias(name)
        for name, value in {"first": "first", "last": "last", "edtf": edtf}.items()
    )
    return listed.select("page", *ends, wide=wide)


def _evidence(
    dated: pl.DataFrame, spans: pl.DataFrame, held: pl.DataFrame, limits: pl.DataFrame, reported: pl.DataFrame
) -> pl.DataFrame:
    """Pages with first, last, wide, null where unknown → page, `evidence`: what bounds the date, who speaks against."""

    def month(end: str) -> pl.Expr:
        return pl.when(pl.col(end) < _OPEN).then(pl.col(end).dt.to_string("%Y-%m")).otherwise(pl.lit(".."))

    agreed = spans.group_by("page").agg(
        pl.col("agreed").first(), begins=pl.col("first").min(), ends=pl.col("last").max(), closed=pl.col("last").max()
    )
    looked_at = dated.join(agreed, on="page", how="left").with_columns(
        begins=pl.coalesce("first", "begins"), ends=pl.coalesce("last", "ends")
    )
    term = pl.concat_str("name_en", pl.lit(" ("), "office_vi", pl.lit(" "), "of", pl.lit(" "))
    term = pl.concat_str(term, month("first"), pl.lit("/"), month("last"), pl.lit(")"))
    meets = pl.col("agreed") & (pl.col("first") <= pl.col("ends")) & (pl.col("begins") <= pl.col("last"))
    person = ("page", "person_id", "office_vi", "of")
    latest, earliest = pl.col("first").filter("meets").max(), pl.col("last").filter("meets").min()
    bounding = pl.col("meets") & ((pl.col("first") == latest) | (pl.col("last") == earliest))
    voices = (
        held.join(looked_at.drop("first", "last"), on="page", how="left")
        .with_columns(term=term, meets=meets)
        .group_by("page")
        .agg(
            in_office=pl.col("term").filter(bounding).unique(maintain_order=True).str.join(", "),
            against=pl.col("term")
            .filter(~pl.col("meets").any().over(person))
            .unique(maintain_order=True)
            .str.join(", "),
        )
    )
    said = (
        looked_at.join(voices, on="page", how="left")
        .join(limits, on="page", how="left")
        .join(reported.select("page", "seen", "due"), on="page", how="left")
    )
    # bounded on both sides, and still nothing fits
    disagree = pl.col("wide").is_null() & (pl.col("closed") < _OPEN)
    parts = {
        "in office": "in_office",
        "looks back on": "looks_back",
        "reports": "seen",
        "to come": "due",
        "against": "against",
    }
    return said.select(
        "page",
        evidence=pl.concat_str(
            pl.when(disagree).then(pl.lit("disagreeing")),
            *(
                pl.when(pl.col(column) != "").then(pl.lit(f"{label} ") + pl.col(column))
                for label, column in parts.items()
            ),
            separator="; ",
            ignore_nulls=True,
        ).replace("", None),
    )
