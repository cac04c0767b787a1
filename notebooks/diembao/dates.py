"""In-text dates of Vietnamese news → EDTF (ISO 8601-2): `scan` finds and reads the expressions, `resolve` dates them.

The words are data (table `dates` of the cue file), the grammar of the written forms is here. One regular expression
finds every candidate in the whole column, each distinct surface is then read once, and neighbours decide the doubtful.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import count
from typing import Any

import polars as pl

from .catalogue import asked
from .schema import DATES, UNRESOLVED, conform

_GAP = r"[ \t\u{A0}]{1,3}"
_OPT = r"[ \t\u{A0}]{0,2}"
_DAY = "(?:3[01]|[12][0-9]|0?[1-9])"
_MONTH = "(?:1[0-2]|0?[1-9])"
_YEAR = "(?:1[5-9][0-9]{2}|20[0-9]{2})"
# What \w means in Vietnamese text and its borrowings: all of Unicode is several times slower.
_WORD = r"0-9A-Za-z_\u{C0}-\u{D6}\u{D8}-\u{F6}\u{F8}-\u{24F}\u{300}-\u{36F}\u{1E00}-\u{1EFF}"
_MARK, _NO_MARK = "\u0001", "\u0002"
_GLUED = rf"\p{{L}}((?:(?:Thứ|Chủ) \p{{L}}+, ?)?{_DAY}/{_MONTH}/{_YEAR}\b)"
_YEAR_AND_HOUR, _YEAR_AND_HOURS = (f"({_YEAR})[0-9]{{{n}}}(:[0-9]{{2}})" for n in (1, 2))
_DATELINE = 120  # bytes of the longest line above a story that tells its day
_SENTENCE_END = r"[.!?…][\"”’»)\]]*[ \t\u{A0}]"
# A day or month without a year lies in the year of publication, unless that is more than this many days away: another
# year is usually named ("năm ngoái"), so the window reaches well ahead.
_PAST, _FUTURE = 300, 150
# What news tell of is some weeks old at most; where nothing is, a past day may be so many days after publication.
_FRESH, _CONTRADICTED = 45, 100
# To count days where only day and month of publication are known; any year without 29 February.
_COMMON_YEAR = 2001
_OWN_YEAR = r"(?i)([0-9]{4}|năm[ \t\u{A0}]+[^ ]+)$"
_FOREIGN_ROLES = ("related", "other", "ui")  # lines that do not speak for the article
_LEFT, _RIGHT = 112, 48  # characters kept of a date's neighbours
_BESIDE = 60  # characters at most between a day and the event that gives it its year


# --- the grammar of written forms --------------------------------------------------------------------------------


def _any_of(words: Iterable[str]) -> str:
    """Words → a regular expression for any of them, the longest first, a space standing for any gap."""
    longest_first = sorted(words, key=len, reverse=True)
    return "(?:" + "|".join(_GAP.join(re.escape(part) for part in word.split()) for word in longest_first) + ")"


def _grammar(cues: Mapping[str, Any]) -> str:
    """The cue table → one alternation of all written forms; what a group holds is its name up to the last `_`."""
    number = count()

    def keep(role: str, pattern: str) -> str:
        return f"(?P<{role}_{next(number)}>{pattern})"

    introducer = _any_of(cues["introducers"])
    day_part = _any_of(cues["day_parts"])
    period_part = _any_of(cues["period_parts"])
    ranges = _any_of(cues["range_words"])
    weeks, years = (_any_of(cues["relative_periods"][unit]) for unit in ("week", "year"))
    year_kind = _any_of(cues["year_kinds"])
    first_last = [word for word in cues["quarters"] if word.startswith(("đầu", "cuối"))]
    quarter = _any_of(set(cues["quarters"]) - set(first_last))
    decade_word = f"thập{_GAP}(?:niên|k[ỷỉ])"

    def day() -> str:
        return keep("day", _DAY)

    def year() -> str:
        return keep("year", _YEAR)

    def month() -> str:
        return f"(?:{keep('month', _MONTH)}|{keep('monthname', _any_of(cues['month_names']))})"

    def of_year() -> str:
        start = f"{_OPT},?{_OPT}(?:của{_GAP})?(?:(?:đầu|giữa|cuối){_GAP})?"
        return f"{start}(?:năm{_GAP}(?:{year_kind}{_GAP})?{year()}|{keep('ofyear', years)})"

    def with_year(separators: str = "[-–/]") -> str:
        return f"(?:{_OPT}{separators}{_OPT}{year()}|{of_year()})"

    def part() -> str:
        return f"(?:(?:hôm{_GAP})?{keep('part', period_part)}{_GAP})?"

    def relative_day() -> str:
        plain = f"(?:(?:{day_part}|đầu|cuối){_GAP})?(?:ngày{_GAP})?{keep('relday', _any_of(cues['relative_days']))}"
        return f"(?:{plain}|{day_part}{_GAP}{keep('relpart', _any_of(cues['relative_after_part']))})"

    def weekday() -> str:
        introduced = f"(?:{keep('hom', f'hôm{_GAP}{day_part}|ngày|hôm|{day_part}')}{_GAP})?"
        this_next = keep("weekrel", _any_of(cues["relative_after_season"]))
        suffix = f"{_OPT},?{_OPT}{keep('ofweek', weeks)}|{_GAP}{this_next}"
        return f"{introduced}{keep('weekday', _any_of(cues['weekdays']))}(?:{suffix})?"

    def lead_in() -> str:
        relative = f"{relative_day()}{_OPT}[,–-]?{_OPT}(?:(?:tức|là){_GAP})?"
        return f"(?:{relative}|{weekday()}{_OPT},?{_GAP})?"

    def days_before(links: str) -> str:
        again = f"{_OPT}(?:(?:{introducer}|{day_part}){_GAP})*"
        return keep("days", f"{_DAY}{_OPT}{ranges}{again}|(?:{_DAY}{_OPT}(?:{links}|{day_part}){again})+")

    def introduced(optional: bool) -> str:
        after_word = f"{keep('intro', introducer)}{_GAP}(?:{days_before(_any_of(cues['list_words']))})?"
        return f"(?:{after_word}|{days_before(either)})" + ("?" if optional else "")

    either = "(?:và|hoặc|hay)"
    months_before = keep("months", f"(?:{_MONTH}{_OPT},{_OPT})*{_MONTH}{_OPT}(?:{ranges}|{either}){_OPT}")

    def numeric(separator: str) -> str:
        short = "" if separator == "[.]" else f"(?:{separator}{keep('shortyear', '[0-9]{2}')})?"
        return f"{day()}{_OPT}{keep('sep', separator)}{_OPT}{keep('month', _MONTH)}{short}"

    def numeric_with_year() -> str:
        same = (f"{day()}{_OPT}{x}{_OPT}{keep('month', _MONTH)}{_OPT}{x}{_OPT}{year()}" for x in ("/", "[-–]", "[.]"))
        return f"(?:{'|'.join(same)}|{day()}[/-]{keep('month', _MONTH)}[/-]{year()})"

    def n_months() -> str:
        amount = f"(?:{keep('amount', '[0-9]{1,2}')}|{keep('amountname', _any_of(cues['numbers']))})"
        return f"{amount}{_GAP}tháng{_GAP}{keep('end', 'đầu|cuối')}{_GAP}(?:của{_GAP})?"

    def english(text: str) -> str:
        return f"(?:{_any_of(cues['english_weekdays'])}[,.]?{_GAP})?{text}"

    def english_month() -> str:
        return keep("enmonth", _any_of(cues["english_months"]))

    def century() -> str:
        return f"(?:{keep('century', '2[01]|1[0-9]|[1-9]')}|{keep('centuryname', _any_of(cues['roman']))})"

    forms = [
        # 2024-11-15
        f"{year()}{keep('sep', '[-/.]')}{keep('month', '0[1-9]|1[0-2]')}[-/.]{keep('day', '0[1-9]|[12][0-9]|3[01]')}",
        # ngày 2/2022, 11/2024
        f"(?:(?:ngày|hôm){_GAP})?{keep('month', _MONTH)}{_OPT}{keep('sep', '[-/]')}{_OPT}{year()}",
        # ngày 15 tháng 11 năm 2024; từ 25-28 tháng 3-2018; 15 Tháng Mười Một 2024; sáng 15 tháng 11
        f"{lead_in()}{introduced(False)}{day()}{_GAP}tháng{_GAP}{month()}(?:{with_year()}|,?{_GAP}{year()})?",
        f"{lead_in()}{day()}{_GAP}tháng{_GAP}{month()},?{_GAP}(?:năm{_GAP})?{year()}",
        f"{day_part}{_GAP}{day()}{_GAP}tháng{_GAP}{month()}{with_year()}?",
        # ngày 28 tháng này; các ngày 28-30 tháng tới
        f"{keep('intro', introducer)}{_GAP}(?:{days_before(_any_of(cues['list_words']))})?{day()}{_GAP}"
        f"{keep('relmonth', _any_of(cues['relative_periods']['month']))}",
        # hôm nay 29-11; thứ Sáu, 15/11/2024; ngày 13 và 17/11; 9 - 25/2; 18.6; 9/9 năm ngoái
        f"{lead_in()}(?:{keep('intro', introducer)}{_GAP})?{numeric_with_year()}",
        f"{lead_in()}{introduced(True)}"
        f"(?:{numeric_with_year()}|(?:{numeric('/')}|{numeric('[-–]')}|{numeric('[.]')})(?:{of_year()})?)",
        f"{keep('bareday', 'ngày')}{_GAP}{day()}",
        # Friday, November 15, 2024; 15 Nov 2024; November 2024
        english(f"{english_month()}[.]?{_GAP}{day()}(?:st|nd|rd|th)?,?{_GAP}{year()}"),
        english(f"{day()}(?:{_GAP}|-){english_month()}[.,]?(?:{_GAP}|-){year()}"),
        f"{english_month()}{_GAP}{year()}",
        # 6 tháng đầu năm 2018
        f"{n_months()}(?:năm{_GAP}{year()}|{keep('ofyear', years)}|{keep('thisyear', 'năm')})",
        # đầu tháng 11/2024; tháng Tư năm ngoái; tháng 10, 11 và 12-2017; tháng 5
        f"{part()}tháng{_GAP}{month()}(?:{with_year('[-–/.]')}|{_OPT}[(]{year()}[)]|,?{_GAP}{year()})",
        f"{part()}tháng{_GAP}{months_before}{keep('month', _MONTH)}{with_year()}?",
        f"T{keep('month', _MONTH)}[/-]{year()}",
        f"{part()}tháng{_GAP}{month()}",
        # những năm 1960; cuối thập niên 80 của thế kỷ 20; thế kỷ XIX
        f"{part()}(?:những{_GAP}năm|{decade_word})(?:{_GAP}(?:đầu|giữa|cuối)(?:{_GAP}{decade_word})?)?{_GAP}"
        f"{keep('decade', '1[5-9][0-9]0|20[0-9]0|[1-9]0')}"
        f"(?:{_GAP}(?:của{_GAP})?thế{_GAP}k[ỷỉ]{_GAP}(?:{century()}|trước))?",
        f"{part()}thế{_GAP}k[ỷỉ]{_GAP}(?:thứ{_GAP})?{century()}",
        # quý III/2024; quý đầu năm 2019
        f"{part()}qu[ýí]{_GAP}{keep('quarter', quarter)}(?:{with_year()}|{_GAP}{year()})?",
        f"qu[ýí]{_GAP}{keep('quarter', _any_of(first_last))}{_GAP}(?:của{_GAP})?"
        f"(?:năm{_GAP}{year()}|{keep('ofyear', years)})",
        # mùa hè năm 2018; mùa thu này
        f"{part()}(?:mùa{_GAP}{keep('season', _any_of(cues['seasons']))}|{keep('season', 'hè')}){_GAP}"
        f"(?:(?:năm{_GAP})?{year()}|{keep('seasonrel', _any_of(cues['relative_after_season']))})",
        # năm 2019; cuối năm tài khóa 2018; đầu năm đến nay
        f"{part()}(?:các{_GAP})?năm{_GAP}(?:{year_kind}{_GAP})?{keep('year', '1[0-9]{3}|20[0-9]{2}')}",
        f"{keep('part', 'đầu|giữa|cuối')}{_GAP}{keep('unit', 'tuần|tháng|năm|quý')}{_GAP}(?:tới|đến){_GAP}nay",
        # cuối năm ngoái; tuần trước; tháng tới; năm qua; hồi đầu tháng
        *(f"{part()}{keep(f'rel{unit}', _any_of(words))}" for unit, words in cues["relative_periods"].items()),
        f"{part()}{keep('vague', _any_of(cues['vague_periods']))}",
        f"(?:hôm{_GAP})?{keep('part', 'đầu|giữa|cuối')}{_GAP}{keep('bareunit', 'tuần|tháng|năm|quý')}",
        # hôm thứ Hai; thứ Sáu tuần trước; sáng nay
        weekday(),
        relative_day(),
        f"(?:{keep('part', 'đầu|giữa|cuối')}{_GAP})?{keep('bareyear', _YEAR)}",
    ]
    return "|".join(forms)


# --- finding -----------------------------------------------------------------------------------------------------


def _candidates(lines: pl.DataFrame, grammar: str) -> pl.DataFrame:
    """Lines (row, text) → row, nth, at (code points into the line), surface, gap before it, gap after it."""
    # Without capture groups the search stays in the fast automaton; the character before is matched, not kept.
    search = f"(?i)(?:^|[^{_WORD}])(?:{re.sub(r'[?]P<[a-z]+_[0-9]+>', '?:', grammar)})"
    text = pl.col("text")
    # above a story the day may be glued to its section or author ("Thế giớiThứ bảy, 26/10/2024"): a space in the place
    # of the letter before it leaves all where it stands
    short = text.str.len_bytes() <= _DATELINE
    parted = asked(short, text).str.replace_all(_GLUED, " ${1}")
    # or its hour to it: "15 Tháng Bảy 20169:12 SA"
    parted = parted.str.replace_all(_YEAR_AND_HOUR, "${1} ${2}").str.replace_all(_YEAR_AND_HOURS, "${1}  ${2}")
    return (
        lines.lazy()
        .with_columns(text=pl.when(short).then(parted).otherwise(text))
        .select("row", text, hit=text.str.extract_all(search))
        .filter(pl.col("hit").list.len() > 0)
        .select(
            "row",
            gap=text.str.replace_all(_MARK, _NO_MARK, literal=True).str.replace_all(search, _MARK).str.split(_MARK),
            hit=pl.concat_list("hit", pl.lit("")),  # what follows the last hit has no hit of its own
        )
        .explode("gap", "hit", empty_as_null=False, keep_nulls=False)
        .with_columns(surface=pl.col("hit").str.replace(f"^[^{_WORD}]", ""))
        .with_columns(gap=pl.col("gap") + pl.col("hit").str.head(1).str.replace(f"[{_WORD}]", ""))
        .with_columns(width=pl.col("gap").str.len_chars() + pl.col("surface").str.len_chars())
        .with_columns(
            nth=pl.int_range(pl.len()).over("row"),
            at=pl.col("width").cum_sum().over("row") - pl.col("surface").str.len_chars(),
            sentence=pl.col("gap").str.count_matches(_SENTENCE_END).cum_sum().over("row"),
            after=pl.col("gap").shift(-1),
        )
        .filter(pl.col("surface") != "")
        .drop("hit", "width")
        .collect()
    )


def _read(surfaces: pl.Series, grammar: str, cues: Mapping[str, Any]) -> pl.DataFrame:
    """Distinct surfaces → what each says; a list ("ngày 13 và 17/11") gives a row a date, at skip, width of it."""
    lower = surfaces.str.to_lowercase()
    groups = pl.select(lower.str.extract_groups(f"^(?i:{grammar})$")).to_series().struct.unnest()
    columns: dict[str, list[str]] = {}
    for name in groups.columns:
        columns.setdefault(name.rsplit("_", 1)[0], []).append(name)
    raw = groups.select(pl.coalesce(names).alias(role) for role, names in columns.items())

    def said(role: str) -> pl.Expr:
        return pl.col(role).is_not_null()

    def number(role: str) -> pl.Expr:
        return pl.col(role).cast(pl.Int32)

    def word(role: str, values: Mapping[str, int]) -> pl.Expr:
        one_space = pl.col(role).str.replace_all(r"[ \t\u{A0}]+", " ")
        return one_space.replace_strict(dict(values), default=None, return_dtype=pl.Int32)

    periods = cues["relative_periods"]
    unit = pl.coalesce("unit", "bareunit").replace({"tuần": "week", "tháng": "month", "năm": "year", "quý": "quarter"})
    short = number("shortyear")
    of_short = pl.when(short < 70).then(2000).otherwise(1900)
    century = pl.coalesce(number("century"), word("centuryname", cues["roman"]))
    decade = number("decade") + pl.when(number("decade") < 100).then((century.fill_null(20) - 1) * 100).otherwise(0)
    named_half = pl.col("part").str.starts_with("nửa").fill_null(False) & ~said("month") & ~said("monthname")
    half = said("end") | (named_half & (said("year") | said("relyear")) & ~said("quarter") & ~said("season"))
    months = pl.coalesce(number("amount"), word("amountname", cues["numbers"]), 6).clip(1, 11)
    from_january = pl.coalesce("end", "part").str.contains("đầu")
    weekend = (said("relweek") | (unit == "week")) & (pl.col("part") == "cuối")
    day_before = pl.col("days").str.extract("([0-9]+)").cast(pl.Int32)
    month_before = pl.col("months").str.extract("([0-9]+)").cast(pl.Int32)
    month_names = word("monthname", cues["month_names"]), word("enmonth", cues["english_months"])
    month = pl.coalesce(number("month"), *month_names)
    month_ago = pl.when(month == 1).then(12).otherwise(month - 1)  # "từ 27 đến 3/6" begins in May
    before = pl.coalesce("days", "months")
    part_of_day = _any_of(cues["day_parts"])
    span = f"{_any_of(cues['range_words'])}(?:[ \\t\\u{{A0}}]|{_any_of(cues['introducers'])}|{part_of_day})*$"
    # days in a row that share their month are one period, as are months: "ngày 13 và 14/11", "ngày 30 và 1/5"
    last = pl.when(said("days")).then(number("day")).otherwise(month)
    numbers = pl.concat_list(before.str.extract_all("[0-9]+").cast(pl.List(pl.Int32)), last)
    new_month = (number("day") == 1) & day_before.is_between(_longest(month_ago), 31) & (numbers.list.len() == 2)
    steps = numbers.list.diff(null_behavior="drop")
    in_a_row = new_month.fill_null(False) | ((steps.list.min() == 1) & (steps.list.max() == 1))
    apart = before.str.contains(f"(?:{_any_of(cues['choice_words'])}|{part_of_day})[ ]")
    is_span = before.str.contains(span) | (in_a_row & ~apart)
    kind = (
        pl.when(said("decade")).then(pl.lit("decade"))
        .when(said("century") | said("centuryname")).then(pl.lit("century"))
        .when(said("quarter") | said("relquarter")).then(pl.lit("quarter"))
        .when(said("season")).then(pl.lit("season"))
        .when(said("day") | said("relday") | said("relpart") | said("weekday")).then(pl.lit("day"))
        .when(half | said("month") | said("monthname") | said("enmonth") | said("relmonth")).then(pl.lit("month"))
        .when(weekend).then(pl.lit("weekend"))
        .when(said("relweek")).then(pl.lit("week"))
        .when(said("vague")).then(pl.col("vague").replace(cues["vague_periods"]))
        .otherwise(pl.coalesce(unit, pl.lit("year")))
    )  # fmt: skip
    year = (
        pl.when(said("decade")).then(decade)
        .when(century.is_not_null()).then((century - 1) * 100)
        .otherwise(pl.coalesce(number("year"), number("bareyear"), short + of_short))
    )  # fmt: skip
    read = raw.select(
        surface=surfaces,
        lower=lower,
        kind=kind,
        day=number("day"),
        month=pl.when(half).then(pl.when(from_january).then(months).otherwise(12)).otherwise(month),
        year=year,
        day_from=pl.when(is_span).then(day_before),
        month_from=pl.when(half).then(pl.when(from_january).then(1).otherwise(13 - months)).when(is_span)
        .then(pl.coalesce(month_before, pl.when(day_before > number("day")).then(month_ago))),
        year_from=pl.lit(None, pl.Int32),
        code=pl.coalesce(word("quarter", cues["quarters"]), word("season", cues["seasons"])),
        shift=pl.coalesce(
            word("relday", cues["relative_days"]),
            word("relpart", cues["relative_after_part"]),
            *(word(f"rel{name}", periods[name]) for name in periods if name != "year"),
            word("weekrel", cues["relative_after_season"]),
            pl.when(unit.is_not_null() & (unit != "year")).then(0),
        ),
        year_shift=pl.coalesce(
            word("ofyear", periods["year"]),
            word("relyear", periods["year"]),
            word("seasonrel", cues["relative_after_season"]),
            pl.when(said("thisyear") | (unit == "year")).then(0),
        ),
        weekday=word("weekday", cues["weekdays"]),
        week_shift=word("ofweek", periods["week"]),
        vague=said("vague"),
        form=pl.when(said("bareyear")).then(pl.lit("bare year"))
        .when(said("bareunit")).then(pl.lit("bare period"))
        .when(said("bareday")).then(pl.lit("bare day"))
        .when(said("relday") | said("relpart") | said("enmonth")).then(pl.lit("plain"))
        .when(said("weekday") & ~said("day")).then(
            pl.when((said("hom") & (pl.col("hom") != "ngày")) | said("ofweek")).then(pl.lit("plain"))
            .otherwise(pl.lit("weekday"))
        )
        .when(said("weekday") & ~said("hom") & ~said("ofweek")).then(pl.lit("weekday date"))
        .when(said("weekday")).then(pl.lit("plain"))
        .when(said("intro")).then(pl.lit("plain"))
        .when(said("day") & said("sep") & ~said("year")).then(pl.lit("numeric ") + pl.col("sep"))
        .when(said("season")).then(pl.lit("season"))
        .when((said("month") | said("monthname")) & ~said("year") & ~said("ofyear") & ~said("months"))
        .then(pl.lit("bare month"))
        .when(said("vague") | said("relweek") | said("relmonth") | said("relquarter") | said("relyear"))
        .then(pl.lit("relative period"))
        .otherwise(pl.lit("plain")),
        # what of the surface is a list before the last date
        listed=pl.when(~is_span).then(pl.coalesce("days", "months")),
    )  # fmt: skip
    return _unlist(read)


def _unlist(read: pl.DataFrame) -> pl.DataFrame:
    """Readings with a list ("ngày 12, 13 và 14/6") → one for each of its days or months; all get skip and width."""
    whole = pl.col("surface").str.len_chars().cast(pl.Int64)
    before = pl.col("lower").str.splitn(pl.col("listed"), 2).struct[0].str.len_chars().cast(pl.Int64)
    listed = read.filter(pl.col("listed").is_not_null()).with_columns(before=before)
    last = listed.with_columns(skip=pl.col("before") + pl.col("listed").str.len_chars())
    last = last.with_columns(width=whole - pl.col("skip"))
    earlier = (
        listed.with_columns(
            number=pl.concat_list(pl.col("listed").str.extract_all("[0-9]+"), pl.lit("")),
            gap=pl.col("listed").str.replace_all("[0-9]+", _MARK).str.split(_MARK),
            item=pl.int_range(pl.len()),
        )
        .explode("number", "gap", empty_as_null=False, keep_nulls=False)
        .with_columns(end=(pl.col("gap") + pl.col("number")).str.len_chars().cast(pl.Int64).cum_sum().over("item"))
        .filter(pl.col("number") != "")
        .with_columns(
            # the first of the list takes the introducer along: "ngày 13"
            skip=pl.when(pl.col("gap") == "").then(0).otherwise(
                pl.col("before") + pl.col("end") - pl.col("number").str.len_chars()
            ),
            day=pl.when(pl.col("kind") == "day").then(pl.col("number").cast(pl.Int32)),
            month=pl.when(pl.col("kind") == "month").then(pl.col("number").cast(pl.Int32))
            .when(pl.col("number").cast(pl.Int32) > pl.col("day")).then(  # "ngày 30 và 1/2" begins in January
                pl.when(pl.col("month") == 1).then(12).otherwise(pl.col("month") - 1)
            )
            .otherwise("month"),
        )
        .with_columns(width=pl.col("before") + pl.col("end") - pl.col("skip"))
    )  # fmt: skip
    single = read.filter(pl.col("listed").is_null()).with_columns(skip=pl.lit(0, pl.Int64), width=whole)
    names = [*single.columns]
    return pl.concat([single, last.select(names), earlier.select(names)]).drop("lower", "listed")


def _before(words: Iterable[str]) -> pl.Expr:
    """The text before the date ends in one of the words."""
    return pl.col("left").str.contains(f"(?i)(?:^|[^{_WORD}]){_any_of(words)}[ \\t\\u{{A0}}]*$")


def _after(words: Iterable[str]) -> pl.Expr:
    """The text after the date begins with one of the words."""
    return pl.col("right").str.contains(f"(?i)^[ \\t\\u{{A0}}]*{_any_of(words)}(?:$|[^{_WORD}])")


def _longest(month: pl.Expr) -> pl.Expr:
    """Months → how many days they have at most."""
    return pl.when(month.is_in([4, 6, 9, 11])).then(30).when(month == 2).then(29).otherwise(31)


def _is_whole(cues: Mapping[str, Any]) -> pl.Expr:
    """A candidate is no fragment of a longer number or word, and its day is in the calendar."""
    gap, after, form = pl.col("gap"), pl.col("after"), pl.col("form")
    digit_first = pl.col("surface").str.contains("^[0-9]")
    runs_on = after.str.contains(f"^(?:[{_WORD}]|[.,/–-][0-9]|:[0-9]| ?%)") & ~after.str.contains("^T[0-9]{2}:")
    begun = gap.str.contains(f"(?:[0-9][.,:/–-]|[{_WORD}][-/])$")
    named = (form == "bare year") & gap.str.contains(r"\p{L}{3}-$")  # "Zapad-2017"
    other_year = (form == "bare year") & (gap.str.contains("[$€£#]$") | after.str.contains(r"^-\p{L}"))  # "2019-nCoV"
    numbered = digit_first & _before(cues["cues"]["numbered_before"])
    torn = runs_on | (digit_first & begun & ~named) | numbered
    return ~torn & ~other_year & (pl.col("day") <= _longest(pl.col("month"))).fill_null(True)


def _is_date(cues: Mapping[str, Any]) -> pl.Expr:
    """A candidate in a form that other things share (`form`) is a date, judged by its neighbours."""
    words = cues["cues"]
    left, after, form, surface = pl.col("left"), pl.col("after"), pl.col("form"), pl.col("surface")
    local = pl.col("right").str.contains(r"^[ ]giờ[ ](?:địa phương|\p{Lu})")  # "29.11 giờ Việt Nam"
    measured = _after(words["units"]) & ~pl.col("right").str.contains("(?i)^[ ](?:ngày|tháng|năm)[ ][0-9]") & ~local
    # how wide a picture is, before its day: "Sputnik Việt Nam, 1920, 13.09.2023"
    sized = left.str.contains(", $") & pl.col("right").str.contains(r"^, [0-9]{1,2}[.][0-9]{1,2}[.][0-9]{4}")
    closed = pl.col("right").str.contains(r"^[ ]?(?:$|[,.;:)”\"“!?]|[–-] )")
    counted = _before(words["quantifiers"]) | left.str.contains(f"(?:^|[^{_WORD}])[0-9]+(?:[.,][0-9]+)*[ ]*$")
    counted = counted & ~left.str.contains(r"(?i)(?:thứ|lần)[ ][^ ]+[ ]$")
    links = _any_of([*cues["range_words"], *cues["list_words"]])
    linked = (pl.col("nth") > 0) & pl.col("gap").str.contains(f"(?i)^[ ]?(?:{links})?[ (]*$")
    certain = linked | local | _before(words["certain_before"]) | left.str.contains("(?i)" + words["named_day_before"])
    likely = _before(words["likely_before"])
    small = pl.col("day_from").is_null() & (pl.col("day") < pl.col("month")) & (pl.col("month") <= 10)
    fraction = small & (_after(words["shares"]) | _before(words["approximators"]) | measured) & ~(likely & closed)
    round_the_clock = (pl.col("day") == 24) & (pl.col("month") == 7)
    probable = likely & (closed | _after(words["day_after"])) & ~measured
    # "trực thăng Mi - 8/1 7": a type, cut into tokens ("15/11/24 20:44" is a day and its hour)
    clocked = surface.str.contains("/[0-9]{1,2}/[0-9]{2}$") & after.str.contains("^,? ?[0-9]{1,2}:[0-9]{2}")
    model = left.str.contains(r"\p{Lu}\p{L}{0,3} ?- ?$") | (after.str.contains("^ ?[0-9]") & ~clocked)
    named = pl.col("named").fill_null(False)
    # a range of numbers rises ("7-8 người"): what falls is a date, unless it is a score or a name
    falling = (pl.col("day") > 12) & left.str.contains(f"(?:^|[^{_WORD}])\\p{{Ll}}[{_WORD}]*[ ][(]?$") & ~measured
    month_word = ~pl.col("surface").str.contains("[0-9]$")
    weekday_before = _before(words["weekday_before"])
    weekday = (
        (pl.col("weekday") == 7)
        | pl.col("surface").str.contains(r"(?i:thứ)[ ]\p{Lu}")
        | (weekday_before & pl.col("shift").is_not_null())
        | (weekday_before & after.str.contains(r"^(?:$|,|[.](?:$| ))"))
        | (weekday_before & _after(words["weekday_after"]) & ~surface.str.contains("(?i)^ngày"))
        | after.str.contains("^[ ]?[(]$")
    )
    tests = {
        "numeric /": (certain | ~(fraction | round_the_clock)) & ~model,
        "numeric -": certain | ((falling | named) & ~measured) | probable,
        "numeric –": certain | ((falling | named) & ~measured) | probable,
        "numeric .": (certain & ~measured) | probable,
        "bare day": ~measured & ~counted & ~_before(words["each_before"]),
        "bare month": ~counted & ~(month_word & _after(words["units"])),
        "bare year": ~_before(words["not_years_before"]) & ~measured & ~sized & (pl.col("year") >= 1800),
        "bare period": (
            _before(words["period_before"])
            | surface.str.contains("(?i)^hôm")
            | left.str.contains(r"(?:^|[.!?:;,(\"“])[ ]?$")
        )
        & ~_after(words["period_not_after"])
        & ~(_after(words["period_of"]) & ~_before(words["past_before"])),
        "relative period": ~counted
        & ~((pl.col("kind") == "quarter") & _before(words["precious_before"]))
        & ~(pl.col("vague") & _before(words["lasting_before"]))
        & ~(pl.col("surface").str.contains("(?i)(?:trước|sau)$") & _after(words["anaphoric_after"])),
        "season": (~_before(words["games"]) | surface.str.contains(_OWN_YEAR))
        & ~(_before(words["season_comes_after"]) & surface.str.contains("(?i)tới$")),
        "weekday": weekday & ~_before(words["counted_before"]) & ~_after(words["counted_after"]),
    }
    verdict = pl.lit(True)
    for name, test in tests.items():
        verdict = pl.when(form == name).then(test).otherwise(verdict)
    return verdict


def _trim(found: pl.DataFrame, cues: Mapping[str, Any]) -> pl.DataFrame:
    """Dates whose first words belong to something else lose them; offsets and surfaces become those of each date."""
    words = cues["cues"]
    # "Olympic mùa đông 2018", "Thế vận hội mùa hè năm nay": only the year is a date
    games = (pl.col("form") == "season") & _before(words["games"])
    year = pl.col("surface").str.extract(_OWN_YEAR).str.len_chars().cast(pl.Int64)
    # "lần thứ năm ngày 9/9" is no Thursday
    ordinal = (pl.col("form") == "weekday date") & (pl.col("weekday") < 7) & (pl.col("skip") == 0)
    ordinal = ordinal & pl.col("left").str.contains(r"[\p{Ll}0-9)][ ]$") & ~_before(words["weekday_before"])
    ordinal = ordinal & ~pl.col("surface").str.contains(r"(?i:thứ)[ ]\p{Lu}")
    rest = pl.col("surface").str.replace(f"(?i)^{_any_of(cues['weekdays'])}[ ]*,?[ ]*", "").str.len_chars()
    return (
        found.with_columns(
            kind=pl.when(games).then(pl.lit("year")).otherwise("kind"),
            form=pl.when(games).then(pl.lit("bare year")).otherwise("form"),
            weekday=pl.when(~ordinal).then("weekday"),
            kept=pl.when(games).then(year).when(ordinal).then(rest.cast(pl.Int64)).otherwise("width"),
            vague=pl.col("vague") | ((pl.col("year_shift") == -1) & _before(words["comparison_before"])),
        )
        .with_columns(skip=pl.col("skip") + pl.col("width") - pl.col("kept"), width="kept")
        .with_columns(
            at=pl.col("at") + pl.col("skip"),
            surface=pl.col("surface").str.slice(pl.col("skip"), pl.col("width")),
        )
        # "hôm thứ ba trước sự chứng kiến của": before something, and no week before
        .with_columns(before=pl.col("weekday").is_not_null() & pl.col("right").str.contains(r"^[ ]\p{Ll}"))
        .with_columns(before=pl.col("before") & pl.col("surface").str.contains("(?i)[^n][ ]trước$"))
        .with_columns(
            shift=pl.when(~pl.col("before")).then("shift"),
            surface=pl.when("before").then(pl.col("surface").str.replace("(?i)[ ]trước$", "")).otherwise("surface"),
        )
    )


def _combine(found: pl.DataFrame, cues: Mapping[str, Any]) -> pl.DataFrame:
    """Dates one by one → neighbours read together: spans joined, lists sharing a year, "hôm nay (26-6)" made equal."""
    words = cues["cues"]
    gap, kind, year = pl.col("gap"), pl.col("kind"), pl.col("year")
    listed = gap.str.contains(f"(?i)^[ ]*{_any_of(cues['list_words'])}[ ]*$")
    ranged = gap.str.contains(f"(?i)^[ ]*{_any_of(cues['range_words'])}[ ]*$") | (gap == "/")
    bracketed = gap.str.contains(r"(?i)^[ ]*[(](?:tức|là)?[ ]*$")
    same_row, same_kind = pl.col("row") == pl.col("row").shift(), kind == kind.shift()
    order = pl.col("month").fill_null(0) * 32 + pl.col("day").fill_null(0)
    absolute = pl.all_horizontal(pl.col("shift", "year_shift", "weekday").is_null()) & ~pl.col("vague")
    single = absolute & pl.all_horizontal(pl.col("day_from", "month_from", "year_from").is_null())
    found = found.with_columns(
        follows=(same_row & (pl.col("nth") == pl.col("nth").shift() + 1)).fill_null(False),
        absolute=absolute,
        single=single,
    )

    # "những năm 1970 và 1980"
    decade = pl.col("follows") & (listed | ranged) & (kind.shift() == "decade") & (pl.col("form") == "bare year")
    found = found.with_columns(kind=pl.when(decade & (year % 10 == 0)).then(pl.lit("decade")).otherwise("kind"))

    # "hôm nay (26-6)", "thứ tư (7-8)", "26-6 (hôm nay)", "năm ngoái (2017)"
    equal = pl.col("follows") & bracketed & same_kind & (pl.col("absolute") != pl.col("absolute").shift())
    undated = ~pl.col("absolute") & pl.all_horizontal(pl.col("day", "month", "year").is_null())
    found = found.with_columns(equal=equal, undated=undated).with_columns(
        pl.when(pl.col("undated") & pl.col("equal").shift(-1, fill_value=False)).then(pl.col(name).shift(-1))
        .when(pl.col("undated") & pl.col("equal")).then(pl.col(name).shift())
        .otherwise(name).alias(name)
        for name in ("day", "month", "year")
    )  # fmt: skip

    # "ngày 4/7, 28/7 và 29/11/2017": a list shares the year its end names …
    chained = pl.col("follows") & listed & same_kind & kind.is_in(["day", "month"])
    chained = chained | (same_row & (pl.col("nth") == pl.col("nth").shift()))
    yearless = pl.col("absolute") & year.is_null() & kind.is_in(["day", "month"])
    found = found.with_columns(chain=(~chained.fill_null(False)).cum_sum()).with_columns(
        pl.when(yearless).then(pl.col(name).backward_fill().over("chain")).otherwise(name).alias(name)
        for name in ("year", "year_shift")
    )
    # … and one that goes on stays in the year its beginning names
    onward = chained & pl.col("absolute") & year.is_null() & pl.col("year_shift").is_null() & (order > order.shift())
    found = found.with_columns(year=pl.when(onward).then(year.shift()).otherwise("year"))

    # "ngày 1/3 đến 30/4", "năm 2014 đến 2016", "từ tháng 5 đến tháng 9 năm nay": one span
    bounded = (pl.col("month").is_not_null() & kind.is_in(["day", "month"])) | kind.is_in(["year", "decade"])
    this_year = pl.col("year_shift").is_not_null() & pl.col("shift").is_null() & pl.col("month").is_not_null()
    begins, ends = bounded & pl.col("single"), bounded & (pl.col("single") | (this_year & year.shift().is_null()))
    rises = (kind != "year") | (year > year.shift())
    # ("21/9/1973 - 21/9/2023" is a day and its anniversary)
    anniversary = (year != year.shift()) & ((order == order.shift()) & (kind == "day"))
    joins = (pl.col("follows") & ranged & same_kind & begins.shift() & ends & rises).fill_null(False)
    joins = joins & ~anniversary.fill_null(False)
    found = found.with_columns(joins=joins)
    found = found.with_columns(joins=pl.col("joins") & ~pl.col("joins").shift(fill_value=False))
    next_year = (order < order.shift()).cast(pl.Int32)
    joined = {
        "year": pl.coalesce(year, year.shift() + next_year),
        "year_from": pl.coalesce(year.shift(), year - next_year),
        "month_from": pl.col("month").shift(),
        "day_from": pl.col("day").shift(),
        "surface": pl.col("surface").shift() + gap + pl.col("surface"),
        "at": pl.col("at").shift(),
        "left": pl.col("left").shift(),
        "whole": pl.col("whole").shift(),
    }
    found = found.with_columns(
        *(pl.when("joins").then(value).otherwise(name).alias(name) for name, value in joined.items()),
        absorbed=pl.col("joins").shift(-1, fill_value=False),
    ).filter(~pl.col("absorbed"))

    # a sentence about a year gives it to its days: "Năm 2017, … từ ngày 13/3", "World Cup 2018 diễn ra từ …"
    first_words = f'[ "“(]*(?:{_any_of(words["opening"])}[ ])*$'
    opens = pl.col("left").str.contains(f'(?i)[.!?…:;]["”’)]*[ ]{first_words}')
    opens = opens | (pl.col("whole") & pl.col("left").str.contains(f"(?i)^{first_words}"))
    event = (pl.col("form") == "bare year") & _after(words["event_after"])
    governs = (kind == "year") & pl.col("single") & ~pl.col("joins") & year.is_not_null() & (opens | event)
    open_year = pl.col("absolute") & year.is_null() & kind.is_in(["day", "month", "quarter"])
    about = pl.when(governs).then(year).forward_fill().over("row", "sentence")
    # so does an event named with its year beside them: "ngày 12/2, ngày khai mạc Hội chợ Mùa Xuân 2018"
    named = (pl.col("form") == "bare year") & pl.col("left").str.contains(r"\p{Lu}[\p{L}\p{M}]*[ ]?$")
    told_of = pl.col("left").str.contains(f"(?i)(?:^|[^{_WORD}]){_any_of(words['told_of'])}[ ][^.,;:()]*$")
    born = pl.col("left").str.contains(r"(?:^|[^\p{L}])(?:SN|NS)[ ]?$")  # "Ngày 19/7, bà Mẫu (SN 1981) cho biết"
    event_year = pl.when(named & ~told_of & ~born & pl.col("single")).then(year)
    close = gap.str.len_chars() <= _BESIDE
    beside = pl.coalesce(
        pl.when(close.shift(-1)).then(event_year.shift(-1)).over("row", "sentence"),
        pl.when(close).then(event_year.shift()).over("row", "sentence"),
    )
    said = pl.coalesce(about, beside)
    return found.with_columns(year_said=pl.when(open_year & ~_after(words["report_after"])).then(said))


_SAID = (
    "kind", "day", "month", "year", "day_from", "month_from", "year_from", "code", "shift", "year_shift", "weekday",
    "week_shift", "vague", "year_said", "sentence", "left", "right",
)  # fmt: skip


def scan(lines: pl.DataFrame, cues: Mapping[str, Any]) -> pl.DataFrame:
    """Lines (page, line, start, text, …) and the cue table `dates` → one row a date expression, in text order.

    Carries the other columns through. Adds start, end (code points into the page), surface and what is said: kind, day,
    month, year; day_from, month_from, year_from (of a span); code (EDTF season or quarter); shift (in units of kind,
    from publication), year_shift, weekday, week_shift; vague; year_said (the year the sentence is about); sentence
    (number in its line), left, right (neighbouring text).
    """
    grammar = _grammar(cues)
    numbered = lines.with_row_index("row")
    candidates = _candidates(numbered.select("row", "text"), grammar)
    read = _read(candidates["surface"].unique(), grammar, cues)
    last = pl.col("surface").shift()
    stretch = last.str.contains(f"(?i)^{_any_of(cues['vague_periods'])}$")  # "trong 55 năm qua, kể từ năm 1964"
    before = pl.when(pl.col("nth") > 0).then(pl.when(stretch).then(pl.col("gap").shift() + last).otherwise(last))
    behind = pl.when(pl.col("row").shift(-1) == pl.col("row")).then(pl.col("surface").shift(-1)).fill_null("")
    found = (
        candidates.with_columns(
            left=(before.fill_null("") + pl.col("gap")).str.tail(_LEFT),
            right=(pl.col("after") + behind).str.head(_RIGHT),
            whole=(pl.col("nth") == 0) & (pl.col("gap").str.len_chars() <= _LEFT),
        )
        .join(read, on="surface", how="inner")
        .filter(_is_whole(cues))
    )
    plain = pl.col("form") == "plain"
    # "1-9" is a day where the page also says "ngày 1-9"
    found = found.join(numbered.select("row", "page"), on="row", how="left", maintain_order="left")
    named = found.filter(plain & pl.col("surface").str.contains("(?i)^(?:ngày|hôm)[ ]"))
    named = named.select("page", "day", "month", named=pl.lit(True)).unique()
    found = found.join(named, on=["page", "day", "month"], how="left", maintain_order="left").drop("page")
    found = pl.concat([found.filter(plain), found.filter(~plain).filter(_is_date(cues))])
    found = _combine(_trim(found.sort("row", "at", "skip"), cues), cues)
    carried = numbered.drop("text", "end", strict=False).rename({"start": "line_start"})
    return (
        found.join(carried, on="row", how="left", maintain_order="left")
        .with_columns(year_said=_same_year(cues))
        .with_columns(start=pl.col("line_start").cast(pl.Int64) + pl.col("at").cast(pl.Int64))
        .with_columns(end=pl.col("start") + pl.col("surface").str.len_chars())
        .select(*(c for c in lines.columns if c not in ("text", "start", "end")), "start", "end", "surface", *_SAID)
    )


def _same_year(cues: Mapping[str, Any]) -> pl.Expr:
    """The year a date's sentence is about; of "tháng 12 cùng năm", "ngày 7/12 năm đó" that of the date told before."""
    named = pl.coalesce("year", "year_said")
    last, where = named.forward_fill().shift().over("page"), pl.when(named.is_not_null()).then("row").forward_fill()
    near = pl.col("row") - where.shift().over("page") <= _SAME_YEAR
    open_year = pl.all_horizontal(pl.col("year", "shift", "year_shift", "weekday").is_null())
    open_year &= pl.col("kind").is_in(["day", "month", "quarter"]) & _after(cues["cues"]["same_year"])
    return pl.when(open_year & near).then(last).otherwise("year_said")


_SAME_YEAR = 6  # lines in which the date stands whose year is told of, blank ones among them


# --- dating ------------------------------------------------------------------------------------------------------


def bounds(edtf: pl.Expr) -> pl.Expr:
    """EDTF strings → struct of first, last (dates, null where unbounded or unknown) and granularity.

    Reads what this module writes (days, months, years, 196X, seasons 21–24, quarters 33–36, intervals, XXXX) and sets.
    Seasons are those of the northern half, three whole months, winter beginning in December of its year.
    """
    plain = edtf.str.replace_all(r"[?~%\[\]{}]", "")
    ends = plain.str.replace_all(r"\.\.|,", "/").str.split("/")
    left, right = ends.list.first(), ends.list.last()

    def first_day(part: pl.Expr) -> pl.Expr:
        year, code = part.str.extract(r"^([0-9]{4})"), part.str.extract("^[0-9]{4}-(2[1-4]|3[3-6])$").cast(pl.Int32)
        month = pl.when(code < 30).then((code - 20) * 3).otherwise((code - 33) * 3 + 1)
        month = pl.coalesce(month, part.str.extract("^[0-9]{4}-(0[1-9]|1[0-2])(?:-|$)").cast(pl.Int32), 1)
        day = part.str.extract("^[0-9]{4}-[0-9]{2}-([0-9]{2})$").fill_null("01")
        year = pl.coalesce(year, part.str.extract("^([0-9]{3})X$") + "0", part.str.extract("^([0-9]{2})XX$") + "00")
        return pl.concat_str(year, month, day, separator="-").str.to_date("%Y-%m-%d", strict=False)

    def length(part: pl.Expr) -> pl.Expr:
        return (
            pl.when(part.str.contains("^[0-9]{2}XX$")).then(pl.lit("century"))
            .when(part.str.contains("^...X$") & ~part.str.contains("XX")).then(pl.lit("decade"))
            .when(part.str.contains("^[0-9X]{4}$")).then(pl.lit("year"))
            .when(part.str.contains("^[0-9X]{4}-2[1-4]$")).then(pl.lit("season"))
            .when(part.str.contains("^[0-9X]{4}-3[3-6]$")).then(pl.lit("quarter"))
            .when(part.str.contains("^[0-9X]{4}-[0-9X]{2}$")).then(pl.lit("month"))
            .when(part.str.contains("^[0-9X]{4}-[0-9X]{2}-[0-9X]{2}$")).then(pl.lit("day"))
            .otherwise(pl.lit("unknown"))
        )  # fmt: skip

    span = {"century": "1200mo", "decade": "120mo", "year": "12mo", "season": "3mo", "quarter": "3mo", "month": "1mo"}
    after = length(right).replace_strict(span, default="1d")
    last = first_day(right).dt.offset_by(after).dt.offset_by("-1d")
    granularity = (
        pl.when(edtf.str.contains(r"^[\[{]")).then(pl.lit("set"))
        .when(edtf.str.contains("/", literal=True)).then(pl.lit("interval"))
        .otherwise(length(left).replace("century", "interval"))
    )  # fmt: skip
    return pl.struct(
        first_day(left).alias("first"), last.alias("last"), granularity.fill_null("unknown").alias("granularity")
    )


def _padded(number: pl.Expr, width: int = 2) -> pl.Expr:
    return number.cast(pl.String).str.zfill(width)


def _of_month() -> pl.Expr:
    """A date is a day of a month that lies so and so far from now: "ngày 28 tháng này"."""
    day = (pl.col("kind") == "day") & pl.col("day").is_not_null()
    return day & pl.col("month").is_null() & pl.col("shift").is_not_null()


def _order(suffix: str = "") -> pl.Expr:
    """A number that rises through the year, for a date's right end or (suffix `_from`) its left end."""
    month = pl.coalesce(f"month{suffix}", "month")
    return month.fill_null(0) * 32 + pl.coalesce(f"day{suffix}", "day").fill_null(0)


def _days_off(anchor: pl.Expr) -> pl.Expr:
    """How many days after the anchor's, in its year, a day, month or quarter lies."""
    month = pl.coalesce("month", (pl.col("code") - 33) * 3 + 1)
    return (month - anchor.dt.month()) * 30 + pl.col("day").fill_null(anchor.dt.day()) - anchor.dt.day()


def _years_off(anchor: pl.Expr) -> pl.Expr:
    """Which year a day, month or quarter without one lies in: -1, 0 or 1 from the anchor's."""
    days = _days_off(anchor)
    # what is past lies a year back, unless the page's day and its text contradict each other
    past = pl.when(pl.col("contradicted") & (pl.col("kind") == "day")).then(_CONTRADICTED).otherwise(1)
    latest = pl.when(pl.col("tense") > 0).then(400).when(pl.col("tense") < 0).then(past).otherwise(_FUTURE)
    earliest = pl.when(pl.col("tense") > 0).then(-7).when(pl.col("tense") < 0).then(-400).otherwise(-_PAST)
    return pl.when(days > latest).then(-1).when(days < earliest).then(1).otherwise(0)


def _contradicted(keys: list[str]) -> pl.Expr:
    """Whether an article names days without a year, and none lies in the weeks before its publication, as news do."""
    bare = (pl.col("kind") == "day") & pl.all_horizontal(pl.col("day", "month").is_not_null())
    bare = bare & pl.col("year").is_null()
    days = pl.when(bare).then(_days_off(pl.col("first_anchor")))
    fresh = days.is_between(-_FRESH, 1) | days.is_between(365 - _FRESH, 366)
    told = days.drop_nulls().n_unique().over(keys) >= 2
    return pl.col("published_first").is_not_null() & told & ~fresh.fill_null(False).any().over(keys)


def _write(anchor: pl.Expr, year: pl.Expr) -> pl.Expr:
    """What is said, in EDTF, as seen from an anchor day (null: unknown) and with a year for days and months."""
    shift, weekday, kind = pl.col("shift"), pl.col("weekday"), pl.col("kind")
    today = anchor.dt.weekday().cast(pl.Int32)
    monday = anchor - pl.duration(days=today - 1)
    to_next = (weekday - today + 6) % 7 + 1  # 1..7 days ahead
    direction = pl.coalesce(shift, pl.when(pl.col("tense") > 0).then(1))
    day = (
        pl.when(weekday.is_null()).then(anchor + pl.duration(days=shift))
        .when(pl.col("week_shift").is_not_null())
        .then(monday + pl.duration(days=7 * pl.col("week_shift") + weekday - 1))
        .when(direction > 0).then(anchor + pl.duration(days=to_next))
        .when(direction == 0).then(monday + pl.duration(days=weekday - 1))
        .when(direction < 0).then(anchor - pl.duration(days=7 - to_next % 7))
        .otherwise(anchor - pl.duration(days=(7 - to_next) % 7))
    )  # fmt: skip
    months = anchor.dt.year() * 12 + anchor.dt.month() - 1 + shift
    quarters = anchor.dt.year() * 4 + (anchor.dt.month() - 1) // 3 + shift
    week = monday + pl.duration(days=7 * shift)
    has_from = pl.any_horizontal(pl.col("day_from", "month_from", "year_from").is_not_null())
    year_from = pl.coalesce("year_from", year - (_order("_from") > _order()).cast(pl.Int32))
    near_month = anchor.dt.month() - (pl.col("day") > anchor.dt.day() + 15).cast(pl.Int32)  # "ngày 12" alone

    def iso(date: pl.Expr) -> pl.Expr:
        return date.dt.to_string("%Y-%m-%d")

    def point(year: pl.Expr, suffix: str = "") -> pl.Expr:
        digits = pl.coalesce(_padded(year, 4), pl.when(anchor.is_null()).then(pl.lit("XXXX")))
        month, day = (_padded(pl.coalesce(f"{name}{suffix}", name)) for name in ("month", "day"))
        return (
            pl.when(kind == "day").then(pl.concat_str(digits, month, day, separator="-"))
            .when(kind == "month").then(pl.concat_str(digits, month, separator="-"))
            .when(kind.is_in(["season", "quarter"])).then(pl.concat_str(digits, pl.col("code"), separator="-"))
            .when(kind == "year").then(_padded(year, 4))
            .when(kind == "decade").then(_padded(year // 10, 3) + "X")
            .when(kind == "century").then(_padded(year // 100) + "XX")
        )  # fmt: skip

    def of_month(suffix: str = "") -> pl.Expr:
        return pl.concat_str(
            _padded(months // 12, 4), _padded(months % 12 + 1), _padded(pl.col(f"day{suffix}")), separator="-"
        )

    return (
        pl.when(pl.col("vague")).then(None)
        .when(_of_month()).then(
            pl.when(pl.col("day_from").is_null()).then(of_month())
            .otherwise(pl.concat_str(of_month("_from"), of_month(), separator="/"))
        )
        .when(has_from).then(pl.concat_str(point(year_from, "_from"), point(year), separator="/"))
        .when((kind == "day") & pl.col("day").is_null()).then(iso(day))
        .when((kind == "day") & pl.col("month").is_null()).then(
            pl.when(anchor.is_null()).then("XXXX-XX-" + _padded(pl.col("day"))).when(near_month > 0).then(
                pl.concat_str(_padded(anchor.dt.year(), 4), _padded(near_month), _padded(pl.col("day")), separator="-")
            )
        )
        .when(kind == "week").then(pl.concat_str(iso(week), iso(week + pl.duration(days=6)), separator="/"))
        .when(kind == "weekend").then(
            pl.concat_str(iso(week + pl.duration(days=5)), iso(week + pl.duration(days=6)), separator="/")
        )
        .when((kind == "month") & pl.col("month").is_null())
        .then(pl.concat_str(_padded(months // 12, 4), _padded(months % 12 + 1), separator="-"))
        .when((kind == "quarter") & pl.col("code").is_null())
        .then(pl.concat_str(_padded(quarters // 4, 4), quarters % 4 + 33, separator="-"))
        .otherwise(point(year))
    )  # fmt: skip


def _own_day(dated: pl.DataFrame, elsewhere: pl.DataFrame, keys: list[str], cues: Mapping[str, Any]) -> pl.DataFrame:
    """Rows → pages (and segments) that date their "today" ("hôm nay (26-6)"): own, or own_common in no special year.

    A round-up says it at its head ("Tin thế giới ngày mới 26/6"). The year may stand with the same day elsewhere.
    """
    year = pl.coalesce("year", pl.lit(_COMMON_YEAR))
    today = pl.date(year, pl.col("month"), pl.col("day")) - pl.duration(days="today")
    of_head = pl.col("role").is_in(["headline", "lead"]) & _before(cues["cues"]["today_before"])
    days = (
        dated.filter((pl.col("kind") == "day") & pl.col("weekday").is_null())
        .with_columns(today=pl.coalesce("shift", pl.when(of_head).then(0) if "role" in dated.columns else None))
        .filter(pl.all_horizontal(pl.col("day", "month", "today").is_not_null()))
        .filter(~((pl.col("month") == 2) & (pl.col("day") == 29)))
    )
    named = elsewhere.select(*keys, "month", "day", named="year_elsewhere")
    return (
        days.join(named, on=[*keys, "month", "day"], how="left", maintain_order="left")
        .with_columns(year=pl.coalesce("year", "named"))
        .with_columns(own=today)
        .group_by(keys)
        .agg(
            days=pl.col("own").dt.strftime("%m-%d").n_unique(),
            own=pl.col("own").filter(pl.col("year").is_not_null()).first(),
            own_common=pl.col("own").filter(pl.col("year").is_null()).first(),
        )
        .filter(pl.col("days") == 1)
        .drop("days")
    )


def _years_elsewhere(dated: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Rows → the year of each day that its article (or the sentence) names with a year, if it is the latest it names.

    The latest, because a day of an earlier year is mostly named for its anniversary and says nothing of the bare day.
    """
    points = pl.col("kind").is_in(["day", "month", "year"])
    named = dated.with_columns(named=pl.coalesce("year", "year_said")).filter(pl.col("named").is_not_null())
    return (
        named.with_columns(latest=pl.col("named").filter(points).max().over(keys))
        .filter((pl.col("kind") == "day") & pl.all_horizontal(pl.col("month", "day").is_not_null()))
        .group_by(*keys, "month", "day")
        .agg(pl.col("latest").first(), year_elsewhere=pl.col("named").max())
        .filter(pl.col("year_elsewhere") == pl.col("latest"))
        .drop("latest")
    )


def _weekdays_elsewhere(dated: pl.DataFrame, own_text: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Rows → the same, a weekday alone ("hôm Chủ nhật") made the day its article dates it with ("Chủ nhật 1/3")."""
    days = ["year", "month", "day"]
    named = (
        own_text.filter(pl.all_horizontal(pl.col("weekday", "month", "day").is_not_null()))
        .filter(pl.col("day_from").is_null())
        .group_by(*keys, "weekday")
        .agg(alike=pl.struct("month", "day").n_unique(), **{f"{name}_elsewhere": pl.col(name).max() for name in days})
        .filter(pl.col("alike") == 1)
    )
    alone = pl.all_horizontal(pl.col(*days, "shift", "week_shift").is_null()) & pl.col("weekday").is_not_null()
    said = (pl.when(alone).then(f"{name}_elsewhere").otherwise(name).alias(name) for name in days)
    joined = dated.join(named, on=[*keys, "weekday"], how="left", maintain_order="left")
    return joined.with_columns(said).select(dated.columns)


def _year_now(dated: pl.DataFrame, keys: list[str], cues: Mapping[str, Any]) -> pl.DataFrame:
    """Rows → pages (and segments) that count years to now, `year_now`: "cách đây 50 năm, năm 1969", an anniversary.

    A claim and the date it counts from must stand together. A stretch ("lần đầu tiên trong hơn 6 năm") and a date
    ("mức cao nhất kể từ tháng 4-2013") of different sentences of an article belong to one claim in 2 of 3 such pairs.
    """
    words = cues["cues"]
    number = f"(?i){_any_of(words['years_ago'])}[ ]([0-9]{{1,3}})[ ]năm"
    ago = pl.coalesce(
        pl.col("left").str.extract(number + r"[ ,(]{1,3}(?:tức |là |vào )?$"),
        pl.col("right").str.extract(r"^[ ,(]{1,3}(?:tức )?" + number),
    )
    # "lần đầu tiên sau 8 năm, kể từ khi hai ông gặp nhau năm 2011": long stretches are counted in years, short ones
    # rounded to them
    since = pl.col("left").str.extract(
        f"(?i){_any_of(words['stretch_before'])}[ ]([5-9]|[0-9]{{2,3}})[ ]năm"
        f"(?:[ ]{_any_of(words['years_past'])}[ ]?,?|[ ]?,)[ ]{_any_of(words['since'])}[ ][^.;:!?0-9]*$"
    )
    # "kỷ niệm 5 năm ngày hai nước ký hiệp ước (18/3/2014)", "cách đây đúng một năm, ngày 7/4/2017"
    to_the_day = pl.coalesce(
        pl.col("left").str.extract(
            f"(?i){_any_of(words['anniversary'])}[ ]([0-9]{{1,3}}|một)[ ]năm[^.,;:!?0-9()]*[(]?$"
        ),
        pl.col("left").str.extract(f"(?i){_any_of(words['years_ago_today'])}[ ]([0-9]{{1,3}}|một)[ ]năm[ ,(]{{1,3}}$"),
    ).str.replace("(?i)một", "1")
    counted = pl.coalesce(pl.when(pl.col("kind") == "year").then(pl.coalesce(ago, since)), to_the_day).cast(pl.Int32)
    single = pl.col("year").is_not_null() & pl.col("year_from").is_null()
    return (
        dated.filter(pl.col("kind").is_in(["day", "month", "year"]) & single)
        .with_columns(now=pl.col("year") + counted)
        .group_by(keys)
        .agg(year_now=pl.col("now").min(), year_to=pl.col("now").max())
        .filter(pl.col("year_now") == pl.col("year_to"))
        .drop("year_to")
    )


def _tense(cues: Mapping[str, Any]) -> pl.Expr:
    """Where the neighbouring words put a date against publication: 1 after it, -1 before it, 0 not said."""
    words = cues["cues"]
    soon = pl.col("left").str.contains(f"(?i)(?:^|[^{_WORD}]){_any_of(words['future_before'])}[^{_WORD}][^.;!?]*$")
    ahead = pl.col("right").str.contains(
        f'(?i)^[ ]?{_any_of(words["future_after"])}(?:[ ]?(?:$|[,.;:)”"])|[ ](?:tại|ở|để|với|nhằm|và|khi)[ ])'
    )
    introduced = pl.col("surface").str.contains(f"(?i)^{_any_of(words['past_introducers'])}[ ]")
    # "sẽ nộp báo cáo về vụ tấn công ngày 21/8": what happened has a day that is past, unless it is still to come
    event = rf"(?i)(?:^|[^{_WORD}]){_any_of(words['past_events'])}((?:[ ][^ .,;:!?()]+){{0,6}})[ (]*$"
    to_come = rf"(?i)(?:^|[^{_WORD}]){_any_of(words['future_before'])}(?:[^{_WORD}]|$)|^ (?:án|kiện|này)(?: |$)"
    happened = pl.col("left").str.extract(event, 1)
    happened = (happened.is_not_null() & ~happened.str.contains(to_come)).fill_null(False)
    past = _after(words["past_after"]) | _before(words["past_before"]) | introduced | happened
    return pl.when(ahead).then(1).when(past).then(-1).when(soon).then(1).otherwise(0)


def resolve(found: pl.DataFrame, anchors: pl.DataFrame, cues: Mapping[str, Any]) -> pl.DataFrame:
    """Scanned dates and anchors (page, segment if there, published, published_first, published_last) → `schema.DATES`.

    A year comes from the expression, its sentence, publication, or what the article's other dates tell: the same day
    with its year, or own_first and own_last of the anchors (`publication.tell`); otherwise it stays XXXX. From an
    interval of publication follows only what all of it agrees on; "next month" follows from `month_now` too.
    """
    keys = [key for key in ("page", "segment") if key in found.columns and key in anchors.columns]
    if "own_first" not in anchors.columns:
        unknown = {"own_first": pl.Date, "own_last": pl.Date, "month_now": pl.Int32}
        anchors = anchors.with_columns(pl.lit(None, dtype).alias(name) for name, dtype in unknown.items())
    ends = ["published_first", "published_last", "own_first", "own_last"]
    known = anchors.select(*keys, *ends, "month_now").unique(keys, keep="first")
    dated = found.join(known, on=keys, how="left", maintain_order="left")
    # what link lists and other articles on the page say is not about this article
    own_text = dated.filter(~pl.col("role").is_in(_FOREIGN_ROLES)) if "role" in dated.columns else dated
    dated, own_text = (_weekdays_elsewhere(rows, own_text, keys) for rows in (dated, own_text))
    elsewhere = _years_elsewhere(own_text, keys)
    dated = (
        dated.join(_own_day(own_text, elsewhere, keys, cues), on=keys, how="left", maintain_order="left")
        .join(elsewhere, on=[*keys, "month", "day"], how="left", maintain_order="left")
        .join(_year_now(own_text, keys, cues), on=keys, how="left", maintain_order="left")
    )
    # an anniversary tells the days around it from those of its first year
    agrees = (pl.col("own_first").dt.year() == pl.col("year_now")).fill_null(True)
    dated = dated.with_columns(pl.when(agrees).then(name).alias(name) for name in ("own_first", "own_last"))
    dated = dated.with_columns(
        first_anchor=pl.coalesce("published_first", "own", "own_first"),
        last_anchor=pl.when(pl.col("published_first").is_not_null()).then("published_last")
        .otherwise(pl.coalesce("own", "own_last")),
    )
    said = pl.coalesce("year", "year_said")
    # "mùa thu tới" is the next there is, "mùa hè vừa qua" the last, of this year or another
    nearest = (pl.col("kind") == "season") & (pl.col("year_shift") != 0) & ~pl.col("surface").str.contains("(?i)năm")
    begins = pl.col("code").replace_strict({"21": 2, "22": 5, "23": 8, "24": 12}, default=None, return_dtype=pl.Int8)

    def seen_from(anchor: pl.Expr) -> pl.Expr:
        shifted = anchor.dt.year() + pl.col("year_shift")
        this_year = pl.when(pl.col("year_shift") > 0).then(anchor.dt.month() < begins).otherwise(
            anchor.dt.month() >= begins + 3
        )
        shifted = pl.when(nearest & this_year).then(anchor.dt.year()).otherwise(shifted)
        near = pl.when(pl.col("kind").is_in(["day", "month", "quarter"])).then(anchor.dt.year() + _years_off(anchor))
        return _write(anchor, pl.coalesce(said, shifted, near))

    # the usual cases need no second look: nothing is known of publication, or its exact day is
    first, last = pl.col("first_anchor"), pl.col("last_anchor")
    dated = dated.with_columns(
        tense=pl.lit(0), anchored=pl.lit(None, pl.String), contradicted=_contradicted(keys).fill_null(False)
    )
    if dated["first_anchor"].is_not_null().any():
        anchored = pl.when(first.is_not_null()).then(seen_from(first))  # without an anchor: what the article tells
        dated = dated.with_columns(tense=_tense(cues)).with_columns(anchored=anchored)
    anchored = pl.col("anchored")
    if dated.select((first.is_not_null() & first.ne_missing(last)).any()).item():
        anchored = pl.when(anchored == seen_from(last)).then(anchored)
    counted = pl.col("kind").is_in(["day", "month"]) & pl.col("shift").is_not_null() & pl.col("weekday").is_null()
    bare = pl.col("kind").is_in(["day", "month"]) & pl.col("month").is_not_null() & pl.col("year_shift").is_null()
    in_article = pl.coalesce(
        pl.when(bare & (pl.col("kind") == "day")).then("year_elsewhere"),
        pl.when(bare).then("year_now"),
        pl.when(~nearest.fill_null(False)).then(pl.col("year_now") + pl.col("year_shift")),
        pl.when(pl.col("kind") == "year").then(pl.col("year_now") + pl.col("shift")),
    )
    of_month = (counted & (pl.col("kind") == "month") & pl.col("month").is_null()) | _of_month()
    in_month = pl.when(of_month).then(pl.date(_COMMON_YEAR, pl.col("month_now"), 1))
    today = pl.coalesce("own_common", in_month)
    from_own_day = _write(today, pl.lit(None, pl.Int32)).str.replace("^....", "XXXX")
    dated = dated.with_columns(
        anchored=anchored,
        open=_write(pl.lit(None, pl.Date), pl.coalesce(said, in_article)),
        counted=pl.when(counted).then(from_own_day),
    )
    edtf = pl.coalesce("anchored", "open", "counted", pl.lit(UNRESOLVED))
    explicit = pl.col("year").is_not_null() & pl.col("shift").is_null()
    publication = pl.all_horizontal(pl.col("anchored", "published_first").is_not_null()) & pl.col("year_said").is_null()
    granularity = (
        pl.when(pl.any_horizontal(pl.col("day_from", "month_from", "year_from").is_not_null())).then(pl.lit("interval"))
        .otherwise(pl.col("kind").replace({"weekend": "interval", "century": "interval"}))
    )  # fmt: skip
    dated = dated.with_columns(edtf=edtf, granularity=granularity)
    limits = dated.select(pl.col("edtf").unique()).with_columns(limits=bounds(pl.col("edtf")))
    limits = limits.select("edtf", *(pl.col("limits").struct[name] for name in ("first", "last")))
    dated = dated.join(limits, on="edtf", how="left", maintain_order="left")
    unresolved = pl.col("edtf").str.contains(f"XXXX|^{UNRESOLVED}$")
    impossible = ~unresolved & pl.col("first").is_null()  # 29 February of a common year
    dated = dated.with_columns(
        edtf=pl.when(impossible).then(pl.lit(UNRESOLVED)).otherwise("edtf"),
        basis=pl.when(unresolved | impossible).then(pl.lit("unresolved"))
        .when(explicit).then(pl.lit("explicit"))
        .when(publication).then(pl.lit("publication"))
        .otherwise(pl.lit("context")),
    )  # fmt: skip
    if "segment" not in dated.columns:
        dated = dated.with_columns(segment=pl.lit(0))
    return conform(dated, DATES)


_TOP_LINES = 12  # where a page states its date: among its first lines with text, or in its last one


# A day before a title, with its hour or glued to it: "14/01/2019 16:08Hai nước nối lại đàm phán"; then its first word.
DAY_BEFORE = (
    r"(?:\d{1,2}[/.-]\d{1,2}[/.-](?:19|20)\d{2}|(?:19|20)\d{2}-\d{2}-\d{2})(?:[ ,]+\d{1,2}[:h]\d{2} ?)?(\p{Lu}\p{L}* )"
)


def publication_lines(lines: pl.DataFrame, found: pl.DataFrame, cues: Mapping[str, Any]) -> pl.DataFrame:
    """Lines and their scanned dates → the line that states publication: page, line, published (EDTF), evidence.

    Such a line stands at the top or is the last, names one full day, and holds little else: a time, a label, an author.
    Or the day stands right before the title.
    Of several the earliest day counts, since a page's clock and its updates come after publication. Dates that stand in
    link lists further down are never taken.
    """
    labels = _any_of([*cues["cues"]["publication_labels"], *cues["weekdays"], *cues["english_weekdays"]])
    keys = [key for key in ("page", "segment") if key in lines.columns]
    filled = lines.filter(pl.col("text").str.contains(r"\S"))
    if "role" in lines.columns:
        filled = filled.filter(~pl.col("role").is_in(["related", "other"]))
    ranked = filled.with_columns(
        rank=pl.int_range(pl.len()).over(keys), behind=pl.int_range(pl.len(), 0, -1).over(keys)
    ).filter((pl.col("rank") < _TOP_LINES) | (pl.col("behind") == 1))
    full = pl.all_horizontal(pl.col("year", "month", "day").is_not_null()) & pl.col("day_from").is_null()
    full = full & pl.col("shift").is_null() & pl.col("month_from").is_null()
    stated = (
        found.filter(full & (pl.col("kind") == "day"))
        .join(ranked.select(*keys, "line", "rank", "text", line_start="start"), on=[*keys, "line"], how="inner")
        .with_columns(at=pl.col("start") - pl.col("line_start"))
        .with_columns(
            rest=pl.concat_str(
                pl.col("text").str.slice(0, "at"),
                pl.lit(" "),
                pl.col("text").str.slice(pl.col("at") + pl.col("surface").str.len_chars()),
            )
            .str.replace_all("T?[0-9]{1,2}[:hg][0-9]{2}(?:[:m][0-9]{2})?(?:[+-][0-9:]{4,5}|Z| ?[AP]M)?", " ")
            .str.replace_all("[^\\p{L} ]+", "  ")  # two spaces: neighbouring labels share none
            .str.replace_all(f"(?i)(?:^| ){labels}(?: |$)", " ")
            .str.replace_all(f"(?i)(?:^| ){labels}(?: |$)", " ")
            .str.strip_chars()
        )
    )
    name = r"^(?:\p{Lu}\S*(?: +|$)){0,5}$"  # nothing, an author, an outlet
    picture = pl.col("text").str.contains(r"(?i)ảnh|photo|nguồn:")
    clock = pl.col("text").str.contains(r"(?:^|[^0-9])[0-2]?[0-9][:hg][0-5][0-9](?:[^0-9]|$)")
    section = clock & pl.col("rest").str.contains(r"^(?:\S+(?: +|$)){0,8}$")  # "Minh Thử | 15/11/2024 10:05 | Thế giới"
    section |= pl.col("text").str.contains(r"(?i)bắt đầu bởi|started by|ngày gửi|start date")  # of a thread
    titled = (pl.col("role") != "byline") if "role" in lines.columns else pl.lit(False)
    before = titled & (pl.col("at") <= 1) & pl.col("text").str.contains(rf"^\s?{DAY_BEFORE}")
    published = pl.concat_str(
        _padded(pl.col("year"), 4), _padded(pl.col("month")), _padded(pl.col("day")), separator="-"
    )
    return (
        stated.filter(before | ((pl.col("rest").str.contains(name) | section) & ~picture & ~titled))
        .with_columns(published=published, evidence=pl.col("text").str.strip_chars().str.head(80))
        .filter(pl.col("published").str.to_date("%Y-%m-%d", strict=False).is_not_null())
        .sort(*keys, "published", "line")
        .unique(keys, keep="first", maintain_order=True)
        .select(*keys, "line", "published", "evidence")
    )
