"""The demo's chain: closed at Christmas, busy before a holiday."""

import datetime as dt

import pytest

from ajour_revenue.demo.chain import LOCATIONS, sales, wages
from ajour_revenue.plan.danish_holidays import danish_holidays

YEARS = range(2024, 2032)


def sold(day: dt.date) -> int:
    """Return what the chain sold on a day, in øre incl. VAT."""
    return sum(sale.amount_incl_ore for location in LOCATIONS for sale in sales(day, location) if sale.amount_incl_ore)


@pytest.mark.parametrize("day", [(12, 24), (12, 25), (1, 1)], ids=["Christmas Eve", "Christmas", "New Year"])
def test_on_the_highest_holidays_nobody_but_managers_works_and_no_unit_sells(day: tuple[int, int]) -> None:
    for year in YEARS:
        date = dt.date(year, *day)
        assert {row.unit for row in wages(date)} == {None}
        unmapped = next(location for location in LOCATIONS if location.id == "90")
        assert sold(date) == sum(sale.amount_incl_ore for sale in sales(date, unmapped))


def test_the_evenings_before_holidays_sell_more_than_the_same_weekday_a_week_before() -> None:
    eves = [day.business_date for day in danish_holidays(YEARS) if day.is_eve]
    before = [eve - dt.timedelta(days=7) for eve in eves]

    assert sum(map(sold, eves)) > 1.2 * sum(map(sold, before))
