"""Days and amounts as people write them: what is clear is taken exactly, what could be two things is refused."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ajour_revenue.days import Window
from ajour_revenue.text.parse import parse_amount, parse_day, parse_period


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("0", "0"),
        ("1234", "1234"),
        ("1234.5", "1234.5"),
        ("1234,50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("1.234.567", "1234567"),
        ("-1.234.567,89", "-1234567.89"),
        (" 12,5 ", "12.5"),
        ("4 100,00", "4100.00"),
        ("4\u00a0100,00", "4100.00"),
        ("4\u202f100", "4100"),
        ("1 234 567.8", "1234567.8"),
        ("1'234.50", "1234.50"),
        ("kr. 4.100,00", "4100.00"),
        ("kr 5", "5"),
        ("4.100,00 kr.", "4100.00"),
        ("DKK 4100.00", "4100.00"),
        ("-kr. 4.100,00", "-4100.00"),
        ("4100,-", "4100"),
        ("4.100,-", "4100"),
        ("4.100,-- kr.", "4100"),
        ("4100.-", "4100"),
        ("4.100.-", "4100"),
        ("+4100,00", "4100"),
        ("4100 kroner", "4100"),
        ("0,5", "0.5"),
        ("4.100,00-", "-4100.00"),
        ("(4.100,00)", "-4100.00"),
        ("(4.100,00) kr.", "-4100.00"),
        ("\u22124.100,00", "-4100.00"),
    ],
)
def test_amounts_are_read_as_people_write_them(text: str, amount: str) -> None:
    assert parse_amount(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["1.234", "1,234", "kr. 12.500", "-1.234", "(1,234)"])
def test_what_may_be_two_amounts_is_refused_with_both(text: str) -> None:
    with pytest.raises(ValueError, match=r"may be \d+ or \d+\.\d{3}; write \d+\.00 or \d+\.\d\d$"):
        parse_amount(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "kr.", "-", "()", "1,2,3", "1.2.3", "12.34,5", "1.234,567", "4.10.0", "12 34", "1 2345", "1 234 56"),
        *("0.100,00", "0.100.000", "0 100", "4100 -", "+-5"),
        *("1e3", "1,23E+05", "NaN", "Infinity", "½", "٣", "1_000", "0x10", "--5", "(-5)", "5-5", "1..2", "1,,2", "+"),
    ],
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no amount"):
        parse_amount(text)


STYLES = {
    "plain, point": lambda whole, ore: f"{whole}.{ore}",
    "plain, comma": lambda whole, ore: f"{whole},{ore}",
    "points and comma": lambda whole, ore: f"{int(whole):,}".replace(",", ".") + f",{ore}",
    "commas and point": lambda whole, ore: f"{int(whole):,}.{ore}",
    "spaces and comma": lambda whole, ore: f"{int(whole):,}".replace(",", "\u00a0") + f",{ore}",
}
SIGNS = {"before": "-{}", "behind": "{}-", "brackets": "({})", "kroner": "-kr. {}", "longer": "\u2212{} kr"}


@given(
    amount=st.decimals(0, 10**12, places=2),
    style=st.sampled_from(sorted(STYLES)),
    sign=st.none() | st.sampled_from(sorted(SIGNS)),
)
def test_every_way_of_writing_an_amount_gives_it_back(amount: Decimal, style: str, sign: str | None) -> None:
    whole, ore = f"{amount:.2f}".split(".")
    text = STYLES[style](whole, ore)

    assert parse_amount(SIGNS[sign].format(text) if sign else text) == (-amount if sign else amount)


@given(st.text(st.sampled_from("0123456789.,' -()kr"), max_size=12))
def test_no_text_is_taken_for_more_or_fewer_digits_than_it_has(text: str) -> None:
    try:
        amount = parse_amount(text)
    except ValueError:
        return
    digits = "".join(filter(str.isdigit, text))
    assert "".join(filter(str.isdigit, f"{abs(amount):f}")).lstrip("0") == digits.lstrip("0")


@pytest.mark.parametrize(
    "text",
    [
        *("2026-12-01", "1-12-2026", "01-12-2026", "01.12.2026", "1.12.2026", "1/12-2026", " 01-12-2026 "),
        *("1. dec. 2026", "1. december 2026", "1 dec 2026", "1. December 2026", "1.\u00a0december\u00a02026"),
        *(
            "01-dec-2026",
            "1/12 2026",
            "2026/12/1",
            "2026-12-1",
            "den 1. december 2026",
            "tirsdag 01-12-2026",
            "Tirsdag den 1. december 2026",
            "tir. 1/12-2026",
        ),
        *("2026-12-01 00:00:00", "2026-12-01T00:00:00.000", "01-12-2026 00:00"),
    ],
)
def test_days_are_read_in_iso_and_danish(text: str) -> None:
    assert parse_day(text) == date(2026, 12, 1)


@pytest.mark.parametrize(
    "text",
    [
        *("onsdag 01-12-2026", "tuesday 01-12-2026", "t 01-12-2026", "den", "tirsdag", "2026-12-01 12:00"),
        *("2026-12-01 00:00 00:00", "1-12 00:00-2026"),
        *("", "31-01-26", "1-12-26", "26-12-01", "2026-13-01", "30-02-2026", "2026-02-30", "01/31/2026", "1/12/2026"),
        *(
            "2026-W47",
            "2026-W47-1",
            "20261201",
            "2026-335",
            "46000",
            "tomorrow",
            "1. foo 2026",
            "1-12.2026",
            "٣-12-2026",
        ),
    ],
)
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no day"):
        parse_day(text)


@given(st.dates())
def test_every_day_is_read_back(day: date) -> None:
    for text in (f"{day}", f"{day.day}-{day.month}-{day.year:04}", f"{day.day:02}.{day.month:02}.{day.year:04}"):
        assert parse_day(text) == day


@given(
    st.dates(date(1900, 1, 1), date(2999, 12, 31)),
    st.sampled_from(["{:%Y-%m}", "{:%m-%Y}", "{:%m/%Y}", "{:%m.%Y}", "{0.month}-{0.year}"]),
)
def test_a_month_is_all_its_days(day: date, written: str) -> None:
    month = parse_period(written.format(day))

    assert day in month.days
    assert {(each.year, each.month) for each in month.days} == {(day.year, day.month)}
    assert month.first_day.day == (month.last_day + timedelta(days=1)).day == 1


@pytest.mark.parametrize("text", ["maj 2026", "Maj. 2026", "may 2026", "maj-2026", " maj  2026 "])
def test_a_month_is_named_in_danish_or_english(text: str) -> None:
    assert parse_period(text) == Window(date(2026, 5, 1), date(2026, 5, 31))


def test_a_day_is_a_period_too() -> None:
    assert parse_period("1. maj 2026") == Window(date(2026, 5, 1), date(2026, 5, 1))


@pytest.mark.parametrize("text", ["maj-26", "26-maj", "2026-13", "0-2026", "2026", "maj", "uge 7 2026", ""])
def test_what_may_be_another_period_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no day; write .* for a whole month"):
        parse_period(text)
