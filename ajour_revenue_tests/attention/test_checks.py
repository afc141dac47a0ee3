"""The checks that show findings, in real runs and alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import dagster as dg
import duckdb
import pytest

from ajour_revenue.attention.checks import CHECKS
from ajour_revenue.days import Window
from ajour_revenue.text.bilingual import Bilingual
from ajour_revenue.warehouse.errors import WarehouseLockedError
from ajour_revenue.warehouse.resource import Warehouse
from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.kit import ACTIVATION_DATE, COMPANY_ID, Company, settings_dict

ONE_DAY = timedelta(days=1)
NO_TASK = settings_dict()["task"] | {"active": False}


def covered(company: Company, *days: Window) -> None:
    """Let exactly these days have been fetched, and no next fetch come."""
    company.reload(task=NO_TASK)
    company.query("DELETE FROM fetches")
    for window in days:
        company.query(
            f"INSERT INTO fetches SELECT '{COMPANY_ID}', unnest(generate_series("
            f"DATE '{window.first_day}', DATE '{window.last_day}', INTERVAL 1 DAY))::DATE, now(), true, 'run'"
        )


# locations_mapped


def test_an_unmapped_location_is_a_warning_with_the_most_similar_unit(fetched_company: Company) -> None:
    evaluation = fetched_company.check("locations_mapped")

    assert not evaluation.passed
    assert evaluation.severity == dg.AssetCheckSeverity.WARN
    description = str(evaluation.description)
    assert description.startswith("Location without a unit: location 99 (Kitchen, new): not counted: ")
    assert "the unit with the most similar name is Kitchen. Add it to a unit's locations" in description


def test_a_mapped_location_that_ajour_does_not_list_is_a_warning(fetched_company: Company) -> None:
    units = settings_dict()["units"]
    units[2]["locations"] = ["30", "31", "99"]
    fetched_company.reload(units=units)

    assert fetched_company.check("locations_mapped").description == (
        "Location not in Ajour's list: Aarhus, Shop, location 31. Correct the unit's locations in the settings."
    )


def test_it_passes_where_every_location_feeds_a_unit(fetched_company: Company) -> None:
    units = settings_dict()["units"]
    units[1]["locations"] = ["20", "99"]
    fetched_company.reload(units=units)

    evaluation = fetched_company.check("locations_mapped")

    assert evaluation.passed
    assert evaluation.description == "Every location feeds a unit, and a unit has all revenue of the latest 31 days."


def test_revenue_of_an_unknown_location_is_a_warning_of_the_run_that_brings_it(company: Company) -> None:
    company.ajour.sell(LAST_DAY, "98", "120.50")

    run = company.run(Window(LAST_DAY, LAST_DAY))

    [mapped] = [each for each in run.get_asset_check_evaluations() if each.check_name == "locations_mapped"]
    assert "location 98: not counted: 120,50 kr. excl. VAT; not in Ajour's list." in str(mapped.description)


# days_covered


def test_days_that_no_run_fetched_are_a_warning_with_the_command_that_fetches_them(fetched_company: Company) -> None:
    fetched_company.reload(task=NO_TASK)

    evaluation = fetched_company.check("days_covered")

    uncovered = Window(ACTIVATION_DATE, LAST_DAY - 3 * ONE_DAY)
    assert not evaluation.passed
    assert evaluation.severity == dg.AssetCheckSeverity.WARN
    assert evaluation.metadata["days"].value == 58
    assert evaluation.description == (
        f"Days never fetched: {uncovered}. "
        f"Fetch them: ajour-revenue fetch --from {uncovered.first_day} --to {uncovered.last_day}"
    )


def test_every_gap_is_a_line_of_its_own(fetched_company: Company) -> None:
    covered(
        fetched_company,
        Window(ACTIVATION_DATE + ONE_DAY, ACTIVATION_DATE + 3 * ONE_DAY),
        Window(ACTIVATION_DATE + 6 * ONE_DAY, LAST_DAY - ONE_DAY),
    )

    lines = str(fetched_company.check("days_covered").description).splitlines()

    assert [line.partition(". ")[0] for line in lines] == [
        f"Days never fetched: {ACTIVATION_DATE}",
        f"Days never fetched: {ACTIVATION_DATE + 4 * ONE_DAY} to {ACTIVATION_DATE + 5 * ONE_DAY}",
        f"Days never fetched: {LAST_DAY}",
    ]


def test_it_passes_where_every_day_since_activation_was_fetched(fetched_company: Company) -> None:
    covered(fetched_company, Window(ACTIVATION_DATE, LAST_DAY))

    assert fetched_company.check("days_covered").passed


def test_days_that_were_fetched_for_another_company_are_not_covered(
    fetched_company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    covered(fetched_company, Window(ACTIVATION_DATE, LAST_DAY))
    monkeypatch.setenv("AJOUR_COMPANY_ID", "4712")

    assert fetched_company.check("days_covered").metadata["days"].value == 61


@pytest.mark.parametrize("days", [1, 30], ids=["today", "next month"])
def test_before_the_first_day_is_over_there_is_nothing_to_cover(company: Company, days: int) -> None:
    company.activate(LAST_DAY + days * ONE_DAY)

    assert company.check("days_covered").passed


# revenue_complete and within_target


def test_missing_revenue_is_a_warning_on_unit_revenue(fetched_company: Company) -> None:
    assert fetched_company.check("revenue_complete").passed
    fetched_company.query(
        f"UPDATE unit_revenue SET missing_locations = ['11'] WHERE unit = 'Bar' AND business_date = '{LAST_DAY}'"
    )

    evaluation = fetched_company.check("revenue_complete")

    assert (evaluation.passed, evaluation.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert evaluation.asset_key.path == ["demo", "unit_revenue"]
    assert str(evaluation.description).startswith(
        f"Location missing: Vesterbro, Bar, location 11 (Bar, first floor), {LAST_DAY}. "
    )


def test_a_unit_over_its_target_is_a_warning_on_wage_percentage(fetched_company: Company) -> None:
    assert fetched_company.check("within_target").passed
    fetched_company.query(
        "UPDATE wage_percentage SET wage_cost = 314, revenue_excl_vat = 1000 "
        f"WHERE unit = 'Bar' AND business_date = '{LAST_DAY}'"
    )

    evaluation = fetched_company.check("within_target")

    assert (evaluation.passed, evaluation.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert evaluation.asset_key.path == ["demo", "wage_percentage"]
    assert f"Vesterbro, Bar, {LAST_DAY}: 31,4 %, target 30,0 %" in str(evaluation.description)


@pytest.mark.parametrize("name", [check.name for check in CHECKS])
def test_a_check_that_cannot_read_the_warehouse_says_what_to_do(
    company: Company, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    @contextmanager
    def locked(_: Warehouse) -> Iterator[duckdb.DuckDBPyConnection]:
        message = "The warehouse is kept open by another process. Close it."
        raise WarehouseLockedError(Bilingual(da=message, en=message))
        yield

    monkeypatch.setattr(Warehouse, "reading", locked)

    evaluation = company.check(name)

    assert (evaluation.passed, evaluation.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert evaluation.description == "The warehouse is kept open by another process. Close it."
