"""What people type: days and amounts, in ISO's way or the Danish one; never what could be read in two ways."""

import datetime as dt
import re
from decimal import Decimal

from ajour_revenue.days import Window, month_of
from ajour_revenue.text.bilingual import Bilingual
from ajour_revenue.text.faults import FaultError
from ajour_revenue.text.names import quoted

MONTHS = {
    month: number
    for number, months in enumerate(
        (
            *(("jan", "januar"), ("feb", "februar"), ("mar", "marts"), ("apr", "april"), ("maj",), ("jun", "juni")),
            *(("jul", "juli"), ("aug", "august"), ("sep", "sept", "september"), ("okt", "oktober")),
            *(("nov", "november"), ("dec", "december")),
        ),
        start=1,
    )
    for month in months
}

DANISH_WEEKDAYS = ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag")
WRITTEN_WEEKDAYS = {written: number for number, name in enumerate(DANISH_WEEKDAYS) for written in (name, name[:3])}

BEFORE_A_DAY = re.compile(r"(?:(?P<weekday>(?!den )[a-zøæå]{3,7})\.?,? )?(?:den )?(?=\d)", re.IGNORECASE)
MIDNIGHT = re.compile(r"[ T]00[:.]00(?:[:.]00(?:\.0+)?)?$")
"""As a spreadsheet or a database writes it behind a day."""

YEAR_FIRST = re.compile(r"(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})", re.ASCII)
# Not 1/12/2026, which Americans write for the 12th of January.
DAY_FIRST = re.compile(
    r"(?P<day>\d{1,2})(?:-(?P<month>\d{1,2})-|\.(?P<month_2>\d{1,2})\.|/(?P<month_3>\d{1,2})[- ])(?P<year>\d{4})",
    re.ASCII,
)
WRITTEN = re.compile(
    r"(?P<day>\d{1,2})(?:\.? ?(?P<name>[a-z]{3,9})\.? |-(?P<name_2>[a-z]{3,9})\.?-)(?P<year>\d{4})",
    re.ASCII | re.IGNORECASE,
)

ENGLISH_MONTHS = {
    "january": 1,
    "february": 2,
    "march": 3,
    "may": 5,
    "june": 6,
    "july": 7,
    "oct": 10,
    "october": 10,
}
"""Those that Danes write in another way."""
MONTH = re.compile(
    r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})|(?P<month_2>\d{1,2})[-/.](?P<year_2>\d{4})"
    r"|(?P<name>[a-z]{3,9})\.?[- ](?P<year_3>\d{4})",
    re.ASCII | re.IGNORECASE,
)

SPACES = re.compile(r"[ \u00a0\u2007\u2009\u202f]")
"""As people and programs put them between thousands: the ordinary one, and some that hold a number together."""

CURRENCY = re.compile(r"^(?:kr\.?|dkk)\s*|\s*(?:kr\.?|kroner|dkk)$", re.IGNORECASE)
NO_ORE = re.compile(r"[.,]-+$")
MINUSES = "-\u2212\u2013"
AMOUNT = re.compile(
    r"""
    \d+ (?: [.,] \d{1,2} )?                      # 1234  1234,5  1234.50
    | [1-9]\d{0,2} (?: \. \d{3} )+ , \d{1,2}     # 1.234,50
    | [1-9]\d{0,2} (?: , \d{3} )+ \. \d{1,2}     # 1,234.50
    | [1-9]\d{0,2} (?: \. \d{3} ){2,}            # 1.234.567
    | [1-9]\d{0,2} (?: , \d{3} ){2,}             # 1,234,567
    | [1-9]\d{0,2} (?: [ ] \d{3} )+ (?: [.,] \d{1,2} )?   # 1 234,50
    | [1-9]\d{0,2} (?: ' \d{3} )+ (?: [.,] \d{1,2} )?     # 1'234.50
    """,
    re.VERBOSE | re.ASCII,
)
TWO_READINGS = re.compile(r"\d{1,3}[.,]\d{3}", re.ASCII)


def parse_day(text: str) -> dt.date:
    """Return the day that a text names: 2026-01-31, or as Danes write it, such as 31-1-2026 or fredag den 1. maj 2026.

    Raises FaultError, also for what could be another day to somebody else: a year of two digits, a week, a
    weekday that the day is not.
    """
    text = " ".join(text.split())
    before = BEFORE_A_DAY.match(text)
    day = _numbered_day(MIDNIGHT.sub("", text[before.end() :])) if before else None
    weekday = (before["weekday"] or "").lower() if before else ""
    if day is None or (weekday and weekday not in WRITTEN_WEEKDAYS):
        told = Bilingual(
            da=f"{quoted(text)} er ikke en dag; skriv 2026-01-31, eller 31-01-2026 med dagen først",
            en=f"{quoted(text)} is no day; write 2026-01-31, or 31-01-2026 with the day first",
        )
        raise FaultError(told)
    if weekday and WRITTEN_WEEKDAYS[weekday] != day.weekday():
        told = Bilingual(
            da=f"{quoted(text)} er ikke en dag: {day} er en {DANISH_WEEKDAYS[day.weekday()]}",
            en=f"{quoted(text)} is no day: {day} is a {day:%A}",
        )
        raise FaultError(told)
    return day


def _numbered_day(text: str) -> dt.date | None:
    found = YEAR_FIRST.fullmatch(text) or DAY_FIRST.fullmatch(text) or WRITTEN.fullmatch(text)
    if not found:
        return None
    fields = found.groupdict()
    name = fields.get("name") or fields.get("name_2")
    numbers = [fields.get(each) for each in ("month", "month_2", "month_3")]
    month = MONTHS.get(name.lower(), 0) if name else next(number for number in numbers if number)
    try:
        return dt.date(int(fields["year"]), int(month), int(fields["day"]))
    except ValueError:
        return None


def parse_period(text: str) -> Window:
    """Return the month that a text names: 2026-11, 11-2026, november 2026; or the day, as `parse_day` takes it.

    Raises FaultError, also for a year of two digits: nov-26 may be a day of any year.
    """
    if month := _month(" ".join(text.split())):
        return month
    try:
        day = parse_day(text)
    except FaultError as error:
        told = Bilingual(
            da=f"{error.text.da}; 2026-01 eller januar 2026 for en hel måned",
            en=f"{error.text.en}; 2026-01 or januar 2026 for a whole month",
        )
        raise FaultError(told) from None
    return Window(day, day)


def _month(text: str) -> Window | None:
    found = MONTH.fullmatch(text)
    if not found:
        return None
    year = int(found["year"] or found["year_2"] or found["year_3"])
    name = found["name"]
    number = (MONTHS | ENGLISH_MONTHS).get(name.lower(), 0) if name else int(found["month"] or found["month_2"])
    try:
        return month_of(dt.date(year, number, 1))
    except ValueError:
        return None


def parse_amount(text: str) -> Decimal:
    """Return the amount that a text names: 1234.50, 1.234,50, kr. 1 234,50, 1.234,- or (1.234,50) for a negative one.

    Raises FaultError, also where a point or comma could stand before thousands as well as before øre, as in
    1.234.
    """
    plain = NO_ORE.sub("", CURRENCY.sub("", SPACES.sub(" ", text).strip())).strip()
    has_no_ore = plain != CURRENCY.sub("", SPACES.sub(" ", text).strip()).strip()
    plain, is_negative = _without_sign(plain)
    plain = CURRENCY.sub("", plain).strip()
    if has_no_ore and TWO_READINGS.fullmatch(plain):
        # 1.234,- says where the øre would stand.
        plain = re.sub(r"[.,]", "", plain)
    if TWO_READINGS.fullmatch(plain):
        whole, ore = re.sub(r"[.,]", "", plain), re.sub(r"[.,]", ".", plain)
        with_comma = ore.replace(".", ",")
        told = Bilingual(
            da=f"{quoted(text)} kan være {whole} eller {with_comma}; skriv {whole},00 eller {with_comma[:-1]}",
            en=f"{quoted(text)} may be {whole} or {ore}; write {whole}.00 or {ore[:-1]}",
        )
        raise FaultError(told)
    if not AMOUNT.fullmatch(plain):
        told = Bilingual(
            da=f"{quoted(text)} er ikke et beløb; skriv 1234.50 eller 1.234,50",
            en=f"{quoted(text)} is no amount; write 1234.50 or 1.234,50",
        )
        raise FaultError(told)
    amount = _number(plain)
    return -amount if is_negative else amount


def _without_sign(text: str) -> tuple[str, bool]:
    """Take off a sign, before or behind the number or as brackets around it; return whether there was one."""
    if text.startswith("(") and text.endswith(")"):
        return text[1:-1].strip(), True
    if text[:1] == "+":
        return text[1:].strip(), False
    if text[:1] and text[0] in MINUSES:
        return text[1:].strip(), True
    # Not behind a space: 4100 - may as well mean that there are no øre.
    if text[-1:] and text[-1] in MINUSES and not text[:-1].endswith(" "):
        return text[:-1], True
    return text, False


def _number(text: str) -> Decimal:
    """Return the number; the last mark stands before the øre where no more than two digits follow it."""
    ore = re.search(r"[.,](\d{1,2})$", text)
    whole = re.sub(r"[^\d]", "", text[: ore.start()] if ore else text)
    return Decimal(f"{whole}.{ore[1]}" if ore else whole)
