"""The check that unit revenue adds up to what Ajour gave, to the øre or with a reason."""

from datetime import timedelta

import dagster as dg
import pytest

from ajour_revenue.commands.enter import store_entries
from ajour_revenue.days import Window
from ajour_revenue.partitions import window_tags
from ajour_revenue.revenue.checks import UNEXPLAINED
from ajour_revenue.revenue.manual import check_entry
from ajour_revenue.text.bilingual import Language
from ajour_revenue.text.formats import DANISH
from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.kit import Company, settings_dict

TODAY_ONLY = Window(LAST_DAY, LAST_DAY)
OFF = {"vat": "excluded", "overwrite_existing": False}


def reconcile(company: Company, window: Window | None = None) -> dg.AssetCheckEvaluation:
    return company.check("revenue_reconciles", tags=window_tags(window) if window else None)


def counts(evaluation: dg.AssetCheckEvaluation) -> tuple[object, object]:
    return evaluation.metadata["explained"].value, evaluation.metadata["unexplained"].value


def differences(evaluation: dg.AssetCheckEvaluation) -> list[dict[str, object]]:
    """Return the rows of the table that the check shows."""
    shown = evaluation.metadata["differences"]
    assert isinstance(shown, dg.TableMetadataValue)
    return [dict(record.data) for record in shown.records]


def test_it_passes_where_everything_adds_up(fetched_company: Company) -> None:
    evaluation = reconcile(fetched_company)

    assert evaluation.passed
    assert counts(evaluation) == (0, 0)
    assert "equals the raw revenue of mapped locations" in str(evaluation.description)


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE unit_revenue SET revenue_excl_vat = revenue_excl_vat + 0.01 WHERE unit = 'Bar' AND {day}",
        "UPDATE unit_revenue SET revenue_incl_vat = revenue_incl_vat - 0.01 WHERE unit = 'Bar' AND {day}",
        "UPDATE raw_revenue SET revenue_excl_vat = revenue_excl_vat + 0.01 WHERE location_id = '11' AND {day}",
        "DELETE FROM raw_revenue WHERE location_id IN ('10', '11') AND {day}",
        "DELETE FROM unit_revenue WHERE unit = 'Bar' AND {day}",
    ],
)
def test_it_fails_where_the_warehouse_was_changed_by_hand_and_names_the_unit_day(
    fetched_company: Company, tampering: str
) -> None:
    fetched_company.query(tampering.format(day=f"business_date = '{LAST_DAY}'"))

    fetched_company.speak("en")
    evaluation = reconcile(fetched_company)

    assert not evaluation.passed
    assert evaluation.severity == dg.AssetCheckSeverity.ERROR
    assert counts(evaluation) == (0, 1)
    [difference] = differences(evaluation)
    assert (difference["business_date"], difference["unit"], difference["reason"]) == (
        DANISH.date(LAST_DAY),
        "Bar",
        "-",
    )
    assert "Materialize unit_revenue" in str(evaluation.description)


def test_a_manual_entry_that_stands_is_named_as_the_reason(fetched_company: Company) -> None:
    values = {"unit": "Bar", "business_date": LAST_DAY, "revenue_excl_vat": "1", "reason": "a test"}
    store_entries(fetched_company.settings, [check_entry(fetched_company.settings, values)])

    evaluation = reconcile(fetched_company)

    assert evaluation.passed
    assert counts(evaluation) == (1, 0)
    assert [difference["reason"] for difference in differences(evaluation)] == ["manual entry"]


def test_a_manual_figure_that_nobody_entered_has_no_reason(fetched_company: Company) -> None:
    fetched_company.query(
        "UPDATE unit_revenue SET source = 'manual', revenue_excl_vat = 1, revenue_incl_vat = 1.25 "
        f"WHERE unit = 'Bar' AND business_date = '{LAST_DAY}'"
    )

    assert counts(reconcile(fetched_company)) == (0, 1)


def test_a_missing_location_whose_earlier_figure_was_kept_is_named_as_the_reason(fetched_company: Company) -> None:
    fetched_company.ajour.sell(LAST_DAY, "11", None)
    result = fetched_company.run(TODAY_ONLY)

    [evaluation] = [each for each in result.get_asset_check_evaluations() if each.check_name == "revenue_reconciles"]
    assert evaluation.passed
    assert [difference["reason"] for difference in differences(evaluation)] == ["missing location"]


def test_overwrite_off_is_named_as_the_reason(fetched_company: Company) -> None:
    fetched_company.reload(revenue=OFF)
    fetched_company.ajour.sell(LAST_DAY, "20", "1")

    result = fetched_company.run(TODAY_ONLY)

    [evaluation] = [each for each in result.get_asset_check_evaluations() if each.check_name == "revenue_reconciles"]
    assert evaluation.passed
    assert {difference["reason"] for difference in differences(evaluation)} == {"overwrite is off"}


def test_a_day_without_any_row_is_no_difference(company: Company) -> None:
    company.ajour.sell(LAST_DAY, "20", None)

    result = company.run(TODAY_ONLY)

    [evaluation] = [each for each in result.get_asset_check_evaluations() if each.check_name == "revenue_reconciles"]
    assert counts(evaluation) == (0, 0)


def test_a_location_that_nobody_has_mapped_is_no_difference(fetched_company: Company) -> None:
    fetched_company.query("UPDATE raw_revenue SET revenue_excl_vat = 1 WHERE location_id = '99'")

    assert counts(reconcile(fetched_company)) == (0, 0)


def test_in_a_run_it_looks_at_the_days_of_that_run_only(fetched_company: Company) -> None:
    fetched_company.query(f"UPDATE unit_revenue SET revenue_excl_vat = 1 WHERE business_date < '{LAST_DAY}'")

    assert counts(reconcile(fetched_company, TODAY_ONLY)) == (0, 0)
    assert counts(reconcile(fetched_company, Window(LAST_DAY - timedelta(days=1), LAST_DAY))) == (0, 3)


@pytest.mark.parametrize("language", ["da", "en"])
def test_a_mapping_that_changed_since_is_told_with_what_to_do(fetched_company: Company, language: Language) -> None:
    units = settings_dict()["units"]
    fetched_company.speak(language)
    units[1]["locations"] = ["20", "99"]
    fetched_company.reload(units=units)

    evaluation = reconcile(fetched_company)

    assert not evaluation.passed
    assert {difference["unit"] for difference in differences(evaluation)} == {"Kitchen"}
    assert evaluation.description == UNEXPLAINED.format(number=3).in_language(language)
