"""The days that Denmark keeps, by name, and the dates to which they move."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ajour_revenue.plan.danish_holidays import danish_holidays, same_holiday_last_year
from ajour_revenue.wages.figures import YEAR

YEARS = st.integers(1990, 2090)


def dates(year: int) -> dict[str, dt.date]:
    return {holiday.holiday: holiday.business_date for holiday in danish_holidays([year])}


@given(YEARS)
def test_what_follows_easter_moves_with_it(year: int) -> None:
    easter = dates(year)["Påskedag"]

    assert easter.isoweekday() == 7
    assert {name: (day - easter).days for name, day in dates(year).items()}.items() >= {
        ("Dagen før skærtorsdag", -4),
        ("Skærtorsdag", -3),
        ("Langfredag", -2),
        ("Påskelørdag", -1),
        ("Anden påskedag", 1),
        ("Pinsedag", 49),
        ("Anden pinsedag", 50),
    }


@pytest.mark.parametrize(
    "easter", [dt.date(2008, 3, 23), dt.date(2024, 3, 31), dt.date(2026, 4, 5), dt.date(2038, 4, 25)]
)
def test_easter_is_when_it_was_and_will_be(easter: dt.date) -> None:
    assert dates(easter.year)["Påskedag"] == easter


@given(YEARS)
def test_a_day_has_one_name_and_a_name_one_day_of_the_year(year: int) -> None:
    holidays = danish_holidays([year])

    assert len({holiday.business_date for holiday in holidays}) == len(holidays)
    assert len({holiday.holiday for holiday in holidays}) == len(holidays)
    assert {holiday.business_date.year for holiday in holidays} == {year}
    assert holidays == sorted(holidays, key=lambda holiday: holiday.business_date)


@given(YEARS)
def test_the_days_that_stay_are_there(year: int) -> None:
    assert dates(year).items() >= {
        ("Nytårsdag", dt.date(year, 1, 1)),
        ("Lillejuleaften", dt.date(year, 12, 23)),
        ("Juleaftensdag", dt.date(year, 12, 24)),
        ("Juledag", dt.date(year, 12, 25)),
        ("Anden juledag", dt.date(year, 12, 26)),
        ("Nytårsaften", dt.date(year, 12, 31)),
    }


def test_store_bededag_was_one_until_2023() -> None:
    assert dates(2023)["Store bededag"] == dt.date(2023, 5, 5)
    assert dates(2023)["Store bededagsaften"] == dt.date(2023, 5, 4)
    assert not dates(2024).keys() & {"Store bededag", "Store bededagsaften"}


@pytest.mark.parametrize(("year", "name"), [(2027, "Grundlovsdag"), (2028, "Anden pinsedag")])
def test_the_fifth_of_june_is_named_after_the_public_holiday_that_falls_on_it(year: int, name: str) -> None:
    assert dates(year)[name] == dt.date(year, 6, 5)


def test_each_has_a_name_in_english_and_only_the_days_before_are_eves() -> None:
    holidays = danish_holidays([2026])

    assert {holiday.holiday_english for holiday in holidays} >= {"Good Friday", "Easter Saturday", "Christmas Eve"}
    assert [holiday.holiday for holiday in holidays if holiday.is_eve] == [
        "Dagen før skærtorsdag",
        "Påskelørdag",
        "Dagen før Kristi himmelfartsdag",
        "Pinselørdag",
        "Lillejuleaften",
    ]


@pytest.mark.parametrize(
    ("day", "last_year"),
    [
        (dt.date(2026, 4, 5), dt.date(2025, 4, 20)),  # Easter
        (dt.date(2026, 4, 4), dt.date(2025, 4, 19)),
        (dt.date(2026, 12, 23), dt.date(2025, 12, 23)),
        (dt.date(2026, 12, 24), dt.date(2025, 12, 24)),
        (dt.date(2027, 1, 1), dt.date(2026, 1, 1)),
        (dt.date(2023, 5, 5), dt.date(2022, 5, 13)),  # Store bededag
        (dt.date(2024, 5, 5), None),
        (dt.date(2026, 11, 23), None),
    ],
)
def test_the_same_holiday_is_where_it_was_a_year_before(day: dt.date, last_year: dt.date | None) -> None:
    assert same_holiday_last_year(day) == last_year


@given(YEARS)
def test_no_holiday_is_on_the_day_that_its_weekday_is_compared_with(year: int) -> None:
    days = dates(year).values()

    assert [day for day in days if same_holiday_last_year(day) == day - YEAR] == []
