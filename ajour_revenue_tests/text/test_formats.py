"""Numbers and dates as Danes and the English write them."""

import datetime as dt
from decimal import Decimal

import pytest
from babel.numbers import parse_decimal
from hypothesis import given
from hypothesis import strategies as st

from ajour_revenue.text.formats import DANISH, ENGLISH, Formats

languages = st.sampled_from([DANISH, ENGLISH])
amounts = st.decimals(-(10**15), 10**15, places=2)


def read(formats: Formats, text: str) -> Decimal:
    return parse_decimal(text.removesuffix(formats.percent_sign), locale=formats.locale, strict=True)


@given(formats=languages, amount=amounts)
def test_an_amount_that_is_read_back_is_the_same_to_the_oere(formats: Formats, amount: Decimal) -> None:
    assert read(formats, formats.money(amount)) == amount


@given(formats=languages, percentage=st.decimals(-(10**6), 10**6, places=1))
def test_a_percentage_of_one_decimal_that_is_read_back_is_the_same(formats: Formats, percentage: Decimal) -> None:
    assert read(formats, formats.percent(percentage)) == percentage


@given(formats=languages, percentage=st.decimals(-(10**6), 10**6, places=2))
def test_a_percentage_is_off_by_half_a_tenth_at_most(formats: Formats, percentage: Decimal) -> None:
    assert abs(read(formats, formats.percent(percentage)) - percentage) <= Decimal("0.05")


@given(formats=languages, day=st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31)))
def test_no_two_days_are_written_alike(formats: Formats, day: dt.date) -> None:
    pattern = "%d-%m-%Y" if formats is DANISH else "%d %b %Y"
    text = formats.date(day).replace("Sept", "Sep")

    assert dt.datetime.strptime(text, pattern).date() == day  # noqa: DTZ007 (a date has no zone)


@pytest.mark.parametrize(
    ("formats", "written"),
    [
        (
            DANISH,
            ["1.234.567,89 kr.", "-0,50 kr.", "31,4 %", "+3,2 %", "-1,4", "50.000", "30 %", "1.234.568", "1.612,5"],
        ),
        (ENGLISH, ["DKK 1,234,567.89", "DKK -0.50", "31.4%", "+3.2%", "-1.4", "50,000", "30%", "1,234,568", "1,612.5"]),
    ],
)
def test_numbers_are_written_as_their_readers_write_them(formats: Formats, written: list[str]) -> None:
    assert [
        formats.kroner(Decimal("1234567.89")),
        formats.kroner(Decimal("-0.5")),
        formats.percent(Decimal("31.35")),
        formats.change(Decimal("3.15")),
        formats.difference(Decimal("-1.35")),
        formats.round_number(Decimal(50_000)),
        formats.round_percent(Decimal(30)),
        formats.whole(Decimal("1234567.50")),
        formats.hours(Decimal("1612.45")),
    ] == written


def test_millions_are_written_briefly_on_an_axis() -> None:
    assert DANISH.round_number(Decimal(1_500_000)) == "1,5\N{NO-BREAK SPACE}mio."
    assert ENGLISH.round_number(Decimal(-2_000_000)) == "-2M"


def test_dates_are_written_as_their_readers_write_them() -> None:
    day = dt.date(2026, 3, 1)
    moment = dt.datetime(2026, 3, 1, 7, 5, tzinfo=dt.UTC)

    assert DANISH.weekday_and_date(day) == "søndag 01-03-2026"
    assert DANISH.days(day, dt.date(2026, 3, 31)) == "01-03-2026 – 31-03-2026"  # noqa: RUF001
    assert DANISH.moment(moment) == "01-03-2026 kl. 07.05"
    assert DANISH.month(day) == "marts 2026"
    assert ENGLISH.weekday_and_date(day) == "Sunday 1 Mar 2026"
    assert ENGLISH.days(day, day) == "1 Mar 2026"
    assert ENGLISH.moment(moment) == "1 Mar 2026, 07:05"


def test_what_is_missing_is_a_dash_and_not_zero() -> None:
    assert {write(None) for write in (DANISH.money, DANISH.kroner, DANISH.percent, DANISH.change)} == {"-"}
    assert DANISH.difference(None) == "-"


def test_a_change_that_rounds_to_nothing_has_no_direction() -> None:
    assert DANISH.change(Decimal("-0.04")) == "0,0 %"
    assert DANISH.difference(Decimal("0.04")) == "0,0"


def test_untranslated_text_has_danish_numbers() -> None:
    assert DANISH.money(Decimal("1234.5")) == "1.234,50"
    assert DANISH.percent(Decimal("31.4")) == "31,4 %"
    assert DANISH.date(dt.date(2026, 12, 31)) == "31-12-2026"
