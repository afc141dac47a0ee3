"""D13: a location may feed a unit from a day, or to a day; each day uses the mapping that held on it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from ajour_revenue.days import Window
from ajour_revenue.revenue.removed_locations import warn_of_removed_locations
from ajour_revenue.settings.load import SettingsWarning
from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.kit import Company
from ajour_revenue_tests.settings.kit import assert_told_in_both

LAST_OF_OLD, FIRST_OF_NEW = LAST_DAY - timedelta(days=1), LAST_DAY
WINDOW = Window(LAST_OF_OLD, LAST_DAY)


def units(*locations: str | dict[str, Any], bar: Sequence[str | dict[str, Any]] = ()) -> list[dict[str, Any]]:
    """Return the units of settings: the Kitchen and the Bar with their locations, and a Shop without one."""
    names = {"Kitchen": locations, "Bar": bar, "Shop": ()}
    return [
        {"name": name, "department": "Aarhus" if name == "Shop" else "Vesterbro", "locations": list(each)}
        for name, each in names.items()
    ]


@pytest.fixture
def replaced(company: Company) -> Company:
    """Return a company whose till 20 was replaced by 12 on the last day, and that has fetched both days before that
    was told in the settings.
    """
    company.ajour.list_locations({"20": "Kitchen", "12": "Kitchen, new till"})
    company.ajour.sell_all([(day, location, None) for day in WINDOW.days for location in ("10", "11", "30", "99")])
    company.ajour.sell_all([(LAST_OF_OLD, "20", "1000"), (FIRST_OF_NEW, "20", None), (FIRST_OF_NEW, "12", "1200")])
    company.reload(units=units("20"))
    assert company.fetch(WINDOW).success
    return company


def figures(company: Company) -> list[tuple[Any, ...]]:
    return company.query(
        "SELECT business_date, revenue_excl_vat::INTEGER, locations, missing_locations FROM unit_revenue "
        "WHERE unit = 'Kitchen' ORDER BY business_date"
    )


def changes(company: Company) -> list[tuple[Any, ...]]:
    return company.query(
        "SELECT business_date, change FROM unit_revenue_revisions WHERE change <> 'first figure' ORDER BY ALL"
    )


def test_a_replaced_location_is_missing_neither_before_nor_after(replaced: Company) -> None:
    replaced.reload(units=units({"id": "20", "to": LAST_OF_OLD}, {"id": "12", "from": FIRST_OF_NEW}))

    assert replaced.fetch(WINDOW).success

    assert figures(replaced) == [(LAST_OF_OLD, 1000, ["20"], []), (FIRST_OF_NEW, 1200, ["12"], [])]
    assert changes(replaced) == [(FIRST_OF_NEW, "mapping")]
    assert replaced.check("revenue_reconciles").passed


@pytest.mark.parametrize("dated", [True, False], ids=["with a date", "without dates"])
def test_a_location_that_moves_counts_where_the_mapping_of_the_day_says(company: Company, *, dated: bool) -> None:
    company.ajour.sell_all([(day, "20", "1000") for day in WINDOW.days] + [(day, "10", "500") for day in WINDOW.days])
    company.reload(
        units=units("20", bar=["10"]), revenue={"vat": "excluded", "vat_rate": 25, "overwrite_existing": False}
    )
    assert company.fetch(WINDOW).success
    old, new = ({"id": "20", "to": LAST_OF_OLD}, {"id": "20", "from": FIRST_OF_NEW}) if dated else (None, "20")
    company.reload(
        units=units(*([old] if old else []), bar=["10", new]),
        revenue={"vat": "excluded", "vat_rate": 25, "overwrite_existing": False},
    )

    assert company.fetch(WINDOW).success

    sums = company.query("SELECT business_date, unit, revenue_excl_vat::INTEGER FROM unit_revenue ORDER BY ALL")
    if dated:
        assert sums == [(LAST_OF_OLD, "Bar", 500), (LAST_OF_OLD, "Kitchen", 1000), (FIRST_OF_NEW, "Bar", 1500)]
    else:
        assert sums == [(LAST_OF_OLD, "Bar", 1500), (FIRST_OF_NEW, "Bar", 1500)]
    assert {change for _, change in changes(company)} == {"mapping", "removed"}
    assert company.check("revenue_reconciles").passed


def test_a_location_taken_out_of_the_settings_is_told_with_the_date_that_keeps_it(replaced: Company) -> None:
    replaced.reload(units=units("12"))

    with pytest.warns(
        SettingsWarning, match=rf'Location 20 \(Kitchen\).*1 stored day.*id: "20", to: {LAST_OF_OLD}'
    ) as warned:
        warn_of_removed_locations(replaced.settings)

    assert_told_in_both(warned[0].message)

    # As it says.
    replaced.reload(units=units({"id": "20", "to": LAST_OF_OLD}, "12"))
    warn_of_removed_locations(replaced.settings)


def test_nothing_is_told_where_no_figure_would_be_lost(replaced: Company) -> None:
    # The last day had no revenue of location 20, and the other one moved.
    replaced.reload(units=units("12", bar=["20"]))
    warn_of_removed_locations(replaced.settings)

    replaced.settings.warehouse_file.unlink()
    replaced.reload(units=units("12"))
    warn_of_removed_locations(replaced.settings)


def test_a_removed_location_counts_again_once_it_has_its_date(replaced: Company) -> None:
    replaced.reload(units=units("12"))
    assert replaced.fetch(WINDOW).success
    assert figures(replaced)[0] == (LAST_OF_OLD, None, [], ["12"])

    replaced.reload(units=units({"id": "20", "to": LAST_OF_OLD}, {"id": "12", "from": FIRST_OF_NEW}))
    assert replaced.fetch(WINDOW).success

    assert figures(replaced) == [(LAST_OF_OLD, 1000, ["20"], []), (FIRST_OF_NEW, 1200, ["12"], [])]
    assert {change for _, change in changes(replaced)} == {"mapping"}
