"""D11: a kroner counts once, whatever was entered, kept or moved; and the check finds whatever was planted."""

from decimal import Decimal
from typing import Any

import dagster as dg
import pytest

from ajour_revenue.days import Window
from ajour_revenue.revenue.manual import check_entry, enter_revenue
from ajour_revenue.warehouse.connect import transaction
from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.kit import Company, cells

DAY = Window(LAST_DAY, LAST_DAY)


def units(*, kitchen: list[str], bar: list[str]) -> list[dict[str, Any]]:
    return [
        {"name": "Kitchen", "department": "Vesterbro", "locations": kitchen},
        {"name": "Bar", "department": "Vesterbro", "locations": bar},
        {"name": "Shop", "department": "Aarhus"},
    ]


def sell(company: Company, **sales: str | None) -> None:
    """Let only these locations sell on the day: `l20="1000"`."""
    others = dict.fromkeys(("l10", "l11", "l20", "l30", "l99"))
    company.ajour.sell_all([(LAST_DAY, location[1:], amount) for location, amount in (others | sales).items()])


def enter(company: Company, unit: str, excl_vat: str, location: str | None = None) -> None:
    values = {
        "business_date": LAST_DAY,
        "unit": unit,
        "location": location,
        "revenue_excl_vat": excl_vat,
        "reason": "x",
    }
    entry = check_entry(company.settings, values)
    with transaction(company.settings.warehouse_file) as connection:
        enter_revenue(connection, company.settings, [entry])


def sums(company: Company) -> dict[str, int]:
    return dict(company.query("SELECT unit, revenue_excl_vat::INTEGER FROM unit_revenue ORDER BY ALL"))


def reasons(company: Company) -> list[object]:
    evaluation = company.check("revenue_reconciles")
    assert evaluation.passed, evaluation.description
    listed = evaluation.metadata["differences"]
    return [row[-1] for row in cells(listed)] if isinstance(listed, dg.TableMetadataValue) else []


@pytest.fixture
def entered(company: Company) -> Company:
    """Return a company that has entered 1,500 for the Kitchen, which location 20 feeds."""
    sell(company, l10="500", l20="1000")
    company.reload(units=units(kitchen=["20"], bar=["10"]))
    assert company.fetch(DAY).success
    enter(company, "Kitchen", "1500")
    assert sums(company) == {"Bar": 500, "Kitchen": 1500}
    return company


def calculate(company: Company) -> None:
    assert company.run_alone(
        dg.AssetSelection.assets([company.settings.name, "unit_revenue"]).without_checks(),
        tags={"dagster/asset_partition_range_start": str(LAST_DAY), "dagster/asset_partition_range_end": str(LAST_DAY)},
    ).success


def test_an_entry_loses_the_part_of_a_location_that_feeds_another_unit_by_now(entered: Company) -> None:
    entered.reload(units=units(kitchen=[], bar=["10", "20"]))

    calculate(entered)

    assert sums(entered) == {"Bar": 1500, "Kitchen": 500}
    assert reasons(entered) == ["manual entry"]


def test_an_entry_keeps_the_part_of_a_location_that_feeds_no_unit_by_now(entered: Company) -> None:
    entered.reload(units=units(kitchen=[], bar=["10"]))

    calculate(entered)

    assert sums(entered) == {"Bar": 500, "Kitchen": 1500}


def test_a_part_that_nobody_knows_is_named_by_the_check(company: Company) -> None:
    sell(company, l10="500")
    company.reload(units=units(kitchen=["20"], bar=["10"]))
    assert company.fetch(DAY).success
    enter(company, "Kitchen", "1500")
    company.reload(units=units(kitchen=[], bar=["10", "20"]))

    calculate(company)

    assert sums(company) == {"Bar": 500, "Kitchen": 1500}
    assert "manual entry that may hold a location of another unit" in reasons(company)


def test_the_entry_of_a_location_moves_with_it(company: Company) -> None:
    sell(company, l10="500")
    company.reload(units=units(kitchen=["20"], bar=["10"]))
    assert company.fetch(DAY).success
    enter(company, "Kitchen", "1500", location="20")
    assert sums(company) == {"Bar": 500, "Kitchen": 1500}
    company.reload(units=units(kitchen=[], bar=["10", "20"]))

    calculate(company)

    assert sums(company) == {"Bar": 2000}


def test_a_figure_that_stayed_moves_with_its_location(company: Company) -> None:
    sell(company, l10="500", l20="1000")
    keep = {"vat": "excluded", "vat_rate": 25, "overwrite_existing": False}
    company.reload(units=units(kitchen=["20"], bar=["10"]), revenue=keep)
    assert company.fetch(DAY).success
    # Kept although Ajour has another one (R12), and another one although it vanished (D3).
    sell(company, l10="700")
    assert company.fetch(DAY).success
    assert sums(company) == {"Bar": 500, "Kitchen": 1000}
    company.reload(units=units(kitchen=["10"], bar=["20"]), revenue=keep)

    calculate(company)

    assert sums(company) == {"Bar": 1000, "Kitchen": 500}


PLANTED = {
    "an øre more": "UPDATE unit_revenue SET revenue_excl_vat = revenue_excl_vat + 0.01 WHERE unit = 'Bar'",
    "an øre less": "UPDATE unit_revenue SET revenue_incl_vat = revenue_incl_vat - 0.01 WHERE unit = 'Kitchen'",
    "a unit-day lost": "DELETE FROM unit_revenue WHERE unit = 'Bar'",
    "a unit-day twice": "INSERT INTO unit_revenue SELECT * REPLACE ('Pub' AS unit) FROM unit_revenue "
    "WHERE unit = 'Bar'",
    "a location in two units": "UPDATE unit_revenue SET revenue_excl_vat = revenue_excl_vat + 1000, "
    "revenue_incl_vat = revenue_incl_vat + 1250 WHERE unit = 'Bar'",
    "an entry that nobody made": "UPDATE unit_revenue SET source = 'manual', revenue_excl_vat = 1 WHERE unit = 'Bar'",
    "money that was passed on": "UPDATE unit_revenue SET revenue_excl_vat = revenue_excl_vat "
    "+ if(unit = 'Bar', 100, -100)",
}


@pytest.mark.parametrize("overwrite", [True, False])
def test_whatever_is_planted_is_found(company: Company, *, overwrite: bool) -> None:
    sell(company, l10="500", l20="1000")
    revenue = {"vat": "excluded", "vat_rate": 25, "overwrite_existing": overwrite}
    company.reload(units=units(kitchen=["20"], bar=["10"]), revenue=revenue)
    assert company.fetch(DAY).success
    assert reasons(company) == []
    untouched = company.settings.warehouse_file.read_bytes()

    found = []
    for name, planted in PLANTED.items():
        company.settings.warehouse_file.write_bytes(untouched)
        company.change(planted)
        found += [] if company.check("revenue_reconciles").passed else [name]

    assert found == list(PLANTED)


def test_money_of_no_unit_is_listed(company: Company) -> None:
    sell(company, l10="500", l99="77.50")
    company.reload(units=units(kitchen=["20"], bar=["10"]))
    assert company.fetch(DAY).success

    listed = company.check("revenue_reconciles").metadata["revenue_of_no_unit"]

    assert isinstance(listed, dg.TableMetadataValue)
    [[_, location, incl_vat, excl_vat]] = cells(listed)
    assert (location, incl_vat, excl_vat) == ("99", "96,88", "77,50")
    assert Decimal("77.50") * Decimal("1.25") == Decimal("96.875")
