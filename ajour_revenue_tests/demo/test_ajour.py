"""The demo's Ajour, read over ODBC as the platform reads it, and the demo's wages."""

import datetime as dt
import sqlite3
from collections import Counter
from contextlib import closing
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pyodbc
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ajour_revenue.demo import ajour, chain
from ajour_revenue.demo.ajour import OTHER_COMPANY_ID, correct_figure, write_ajour
from ajour_revenue.demo.chain import CLOSED_ON, DEPARTMENTS, LOCATIONS, UNITS, Location, sales, wages
from ajour_revenue.mapping import most_similar_unit
from ajour_revenue.plan.danish_holidays import danish_holidays

COMPANY_ID = "1"
FIRST_DAY, LAST_DAY = dt.date(2026, 10, 24), dt.date(2026, 11, 23)
LOCATIONS_QUERY = "SELECT location_id, location_name FROM locations WHERE company_id = ?"
REVENUE_QUERY = """
    SELECT business_date, location_id, revenue_incl_vat, revenue_excl_vat
    FROM daily_revenue
    WHERE company_id = ? AND business_date BETWEEN ? AND ?
"""
MAPPED = {location for unit in UNITS for location in unit.locations}
LOCATION = {location.id: location for location in LOCATIONS}

Figures = dict[tuple[dt.date, str], tuple[Decimal, Decimal]]

any_day = st.dates(dt.date(2024, 1, 1), dt.date(2032, 12, 31))
HOLIDAYS = {holiday.business_date: holiday.holiday for holiday in danish_holidays(range(2023, 2034))}


def is_open_on(days: list[dt.date]) -> bool:
    """Whether none of these days is a holiday on which all of the chain is closed."""
    return not any(HOLIDAYS.get(day) in CLOSED_ON for day in days)


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An Ajour of 31 days, which no test changes."""
    path = tmp_path_factory.mktemp("month") / "ajour.sqlite"
    write(path)
    return path


def write(path: Path, first_day: dt.date = FIRST_DAY, last_day: dt.date = LAST_DAY) -> None:
    write_ajour(path, company_id=COMPANY_ID, first_day=first_day, last_day=last_day)


def odbc(path: Path, query: str, *values: object) -> list[pyodbc.Row]:
    with closing(pyodbc.connect(f"DRIVER=SQLite3;Database={path};NoCreat=1")) as connection:
        rows: list[pyodbc.Row] = connection.execute(query, *values).fetchall()
        return rows


def daily_revenue(path: Path, company_id: str = COMPANY_ID) -> Figures:
    rows = odbc(path, REVENUE_QUERY, company_id, FIRST_DAY, LAST_DAY)
    figures: Figures = {
        (day, location): (Decimal(incl_vat), Decimal(excl_vat)) for day, location, incl_vat, excl_vat in rows
    }
    assert len(figures) == len(rows)
    return figures


def contents(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def days_from(day: dt.date, count: int) -> list[dt.date]:
    return [day + dt.timedelta(days=number) for number in range(count)]


def revenue_ore(day: dt.date, location: Location) -> int:
    return sum(sale.amount_incl_ore for sale in sales(day, location))


# The chain


def test_six_units_of_three_departments_have_one_location_each_but_one_that_has_two() -> None:
    assert len(DEPARTMENTS) == 3
    assert len({unit.name for unit in UNITS}) == len({unit.planday_unit_id for unit in UNITS}) == len(UNITS) == 6
    assert Counter(len(unit.locations) for unit in UNITS) == {1: 5, 2: 1}


def test_every_location_feeds_one_unit_but_one_that_nobody_mapped_and_that_is_named_like_a_unit() -> None:
    assert len(MAPPED) == sum(len(unit.locations) for unit in UNITS)
    [unmapped] = set(LOCATION) - MAPPED
    assert most_similar_unit(LOCATION[unmapped].name, [unit.name for unit in UNITS]) == "Vinbar"


@given(day=any_day, location=st.sampled_from(LOCATIONS))
def test_sales_of_a_day_and_location_are_always_the_same(day: dt.date, location: Location) -> None:
    assert sales(day, location) == sales(day, location)


def test_sales_are_the_same_on_every_machine() -> None:
    assert revenue_ore(dt.date(2026, 11, 20), LOCATION["20"]) == 4_508_387


@given(day=any_day, location=st.sampled_from(LOCATIONS))
def test_every_sale_excludes_a_fifth_rounded_to_the_ore(day: dt.date, location: Location) -> None:
    for sale in sales(day, location):
        assert abs(5 * sale.amount_excl_ore - 4 * sale.amount_incl_ore) <= 2


@given(day=any_day, location=st.sampled_from(LOCATIONS))
def test_sales_after_midnight_belong_to_the_evening_before_until_two_at_night(day: dt.date, location: Location) -> None:
    next_morning = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(2))
    for sale in sales(day, location):
        assert dt.datetime.combine(day, dt.time(8)) <= sale.sold_at < next_morning


@given(day=any_day)
def test_on_friday_and_saturday_the_bar_sells_after_midnight_and_on_other_days_not(day: dt.date) -> None:
    assume(is_open_on([day]))
    after_midnight = [sale for sale in sales(day, LOCATION["10"]) if sale.sold_at.date() > day]
    assert bool(after_midnight) == (day.weekday() in (4, 5))


@given(day=any_day, location=st.sampled_from(LOCATIONS))
def test_in_every_week_friday_and_saturday_sell_more_than_monday(day: dt.date, location: Location) -> None:
    week = days_from(day - dt.timedelta(days=day.weekday()), 7)
    assume(not any(day in HOLIDAYS for day in week))
    monday, friday, saturday = (revenue_ore(week[number], location) for number in (0, 4, 5))
    assert friday > monday
    assert saturday > monday


@pytest.mark.parametrize("location", LOCATIONS, ids=lambda location: location.id)
def test_july_and_december_sell_more_than_february(location: Location) -> None:
    february, july, december = (
        sum(revenue_ore(day, location) for day in days_from(dt.date(2026, month, 1), 28)) for month in (2, 7, 12)
    )
    assert february < min(july, december)


# Special days


@given(first_day=any_day)
@settings(max_examples=30)
def test_any_31_days_hold_one_refund_day_or_two_with_negative_revenue_of_one_location(first_day: dt.date) -> None:
    assume(is_open_on(days_from(first_day, 31)))
    negative = [
        location.id for day in days_from(first_day, 31) for location in LOCATIONS if revenue_ore(day, location) < 0
    ]
    assert negative in (["60"], ["60"] * 2)


@given(first_day=any_day)
@settings(max_examples=30)
def test_any_31_days_hold_a_day_on_which_a_whole_department_was_closed(first_day: dt.date) -> None:
    assume(is_open_on(days_from(first_day, 31)))
    closed = {
        (day, location.id)
        for day in days_from(first_day, 31)
        for location in LOCATIONS
        if [sale.amount_incl_ore for sale in sales(day, location)] == [0]
    }
    days = {day for day, _ in closed}
    assert 1 <= len(days) <= 2
    assert closed == {(day, location) for day in days for location in ("30", "40")}


@given(first_day=any_day)
@settings(max_examples=30)
def test_any_31_days_hold_two_consecutive_days_on_which_one_location_was_silent(first_day: dt.date) -> None:
    days = days_from(first_day, 31)
    silent = {(day, location.id) for day in days for location in LOCATIONS if not sales(day, location)}
    assert {location for _, location in silent} == {"11"}
    assert any({(day, "11"), (next_day, "11")} <= silent for day, next_day in pairwise(days))


# Wages


@given(day=any_day)
def test_each_departments_manager_is_paid_every_day_and_each_unit_on_the_days_it_is_open(day: dt.date) -> None:
    paid = [(row.department, row.unit) for row in wages(day)]
    closed = {unit.name for unit in UNITS if revenue_ore(day, LOCATION[unit.locations[0]]) == 0}
    managers = [(department, None) for department in DEPARTMENTS]
    units = [(unit.department, unit.name) for unit in UNITS if unit.name not in closed]
    assert Counter(paid) == Counter([*managers, *units])


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_years_wage_percentage_is_near_the_usual_one_and_higher_on_mondays_than_on_saturdays(
    unit: chain.Unit,
) -> None:
    days = days_from(dt.date(2026, 1, 1), 364)

    def wage_percentage(weekdays: set[int]) -> Decimal:
        counted = [day for day in days if day.weekday() in weekdays]
        cost = sum(row.wage_cost for day in counted for row in wages(day) if row.unit == unit.name)
        excl_ore = sum(
            sale.amount_excl_ore
            for day in counted
            for location in unit.locations
            for sale in sales(day, LOCATION[location])
        )
        return 100 * cost / (Decimal(excl_ore) / 100)

    assert abs(wage_percentage(set(range(7))) - unit.usual_wage_percentage) < 2
    assert 20 < wage_percentage({5}) < wage_percentage({0}) < 45


# Ajour over ODBC


def test_the_drivers_answer_has_dates_as_dates_and_money_as_text_with_two_decimals(month: Path) -> None:
    rows = odbc(month, REVENUE_QUERY, COMPANY_ID, FIRST_DAY, LAST_DAY)
    assert {tuple(map(type, row)) for row in rows} == {(dt.date, str, str, str)}
    assert {Decimal(amount).as_tuple().exponent for row in rows for amount in row[2:]} == {-2}


def test_both_ends_of_the_asked_window_are_answered(month: Path) -> None:
    first, last = FIRST_DAY + dt.timedelta(days=3), FIRST_DAY + dt.timedelta(days=5)
    rows = odbc(month, REVENUE_QUERY, COMPANY_ID, first, last)
    assert {row[0] for row in rows} == {first, first + dt.timedelta(days=1), last}


def test_the_locations_are_those_of_the_asked_company(month: Path) -> None:
    ours = odbc(month, LOCATIONS_QUERY, COMPANY_ID)
    assert Counter(map(tuple, ours)) == Counter((location.id, location.name) for location in LOCATIONS)
    assert list(map(tuple, odbc(month, LOCATIONS_QUERY, OTHER_COMPANY_ID))) == [("10", "Havnegrillen")]


def test_revenue_over_odbc_is_the_sum_of_the_sales_to_the_ore(month: Path) -> None:
    expected: Figures = {
        (day, location.id): (
            Decimal(sum(sale.amount_incl_ore for sale in sold)) / 100,
            Decimal(sum(sale.amount_excl_ore for sale in sold)) / 100,
        )
        for day in days_from(FIRST_DAY, 31)
        for location in LOCATIONS
        if (sold := sales(day, location))
    }
    assert daily_revenue(month) == expected
    assert min(incl_vat for incl_vat, _ in expected.values()) < 0


@pytest.mark.parametrize("ore", [0, 1, -1, 99, -99, 100, -100, -123_456_705, 9_007_199_254_740_993])
def test_every_ore_survives_odbc_negative_ones_and_those_that_no_float_holds_too(tmp_path: Path, ore: int) -> None:
    path = tmp_path / "ajour.sqlite"
    write(path, FIRST_DAY, FIRST_DAY - dt.timedelta(days=1))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "INSERT INTO sales VALUES ('1', '10', '2026-11-01', '2026-11-01 20:00:00', ?, ?)", [ore, ore]
        )
    assert daily_revenue(path) == {(dt.date(2026, 11, 1), "10"): (Decimal(ore).scaleb(-2), Decimal(ore).scaleb(-2))}


def test_a_query_without_the_company_would_get_a_location_twice(month: Path) -> None:
    rows = odbc(month, "SELECT company_id FROM daily_revenue WHERE business_date = ? AND location_id = '10'", LAST_DAY)
    assert {company_id for (company_id,) in rows} == {COMPANY_ID, OTHER_COMPANY_ID}
    assert set(daily_revenue(month, OTHER_COMPANY_ID).values()) == {(Decimal("2500.00"), Decimal("2000.00"))}


# Writing it again


def test_writing_ajour_again_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "ajour.sqlite"
    write(path)
    before = contents(path)
    write(path)
    assert contents(path) == before


def test_a_later_day_is_added_and_the_earlier_ones_stay_corrections_too(tmp_path: Path) -> None:
    path = tmp_path / "ajour.sqlite"
    write(path, last_day=LAST_DAY - dt.timedelta(days=1))
    correct_figure(path, day=LAST_DAY - dt.timedelta(days=3))
    before = daily_revenue(path)
    write(path)
    after = daily_revenue(path)
    assert before.items() <= after.items()
    assert {day for day, _ in after.keys() - before.keys()} == {LAST_DAY}


def test_an_ajour_made_day_by_day_is_the_one_made_at_once(tmp_path: Path, month: Path) -> None:
    path = tmp_path / "ajour.sqlite"
    for day in days_from(FIRST_DAY, 31):
        write(path, FIRST_DAY, day)
    assert daily_revenue(path) == daily_revenue(month)


def test_an_ajour_that_cannot_be_finished_stays_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "ajour.sqlite"

    def fail_on_the_last_day(day: dt.date, location: Location) -> list[chain.Sale]:
        if day == LAST_DAY:
            raise OSError
        return sales(day, location)

    monkeypatch.setattr(ajour, "sales", fail_on_the_last_day)
    for before in ([], [FIRST_DAY]):
        for day in before:
            write(path, day, day)
        unchanged = contents(path)
        with pytest.raises(OSError):  # noqa: PT011 (it is our own)
            write(path)
        assert contents(path) == unchanged


# Correcting a figure


def test_a_correction_raises_one_figure_of_the_day_and_a_second_one_changes_nothing(tmp_path: Path) -> None:
    path, day = tmp_path / "ajour.sqlite", LAST_DAY - dt.timedelta(days=2)
    write(path)
    before = daily_revenue(path)
    correct_figure(path, day=day)
    corrected = daily_revenue(path)
    assert [key for key in before if before[key] != corrected[key]] == [(day, "20")]
    assert corrected.keys() == before.keys()
    assert corrected[day, "20"] > before[day, "20"]
    correct_figure(path, day=day)
    assert daily_revenue(path) == corrected


@given(day=any_day)
def test_every_day_that_is_open_has_a_figure_to_correct(day: dt.date) -> None:
    assume(is_open_on([day]))
    assert revenue_ore(day, LOCATION["20"]) > 0


def test_a_day_that_ajour_does_not_have_cannot_be_corrected(tmp_path: Path) -> None:
    path = tmp_path / "ajour.sqlite"
    write(path)
    with pytest.raises(ValueError, match="no figure of 2026-11-24"):
        correct_figure(path, day=LAST_DAY + dt.timedelta(days=1))
