"""`explain` tells the whole story of a figure: corrected, entered by hand, missing, moved to another unit."""

from decimal import Decimal
from typing import Any

import pytest

from ajour_revenue.commands.enter import store_entries
from ajour_revenue.days import Window
from ajour_revenue.revenue.manual import check_entry
from ajour_revenue.text.formats import DANISH
from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.commands.kit import Shell
from ajour_revenue_tests.kit import Company, settings_dict

TODAY_ONLY = Window(LAST_DAY, LAST_DAY)


def story(shell: Shell, unit: str) -> str:
    result = shell.run("explain", unit, LAST_DAY)
    assert result.exit_code == 0, result.output
    return " ".join(result.stdout.split())


def plain_story(shell: Shell, unit: str) -> dict[str, Any]:
    answer: dict[str, Any] = shell.json("explain", unit, LAST_DAY)
    return answer


def test_a_correction_in_ajour_is_shown_with_both_figures_and_both_runs(
    shell: Shell, at_fetched_company: Company
) -> None:
    [(before,)] = at_fetched_company.query(
        f"SELECT revenue_excl_vat FROM unit_revenue WHERE unit = 'Kitchen' AND business_date = '{LAST_DAY}'"
    )
    at_fetched_company.ajour.sell(LAST_DAY, "20", "1234.50")
    assert at_fetched_company.fetch(TODAY_ONLY).success

    shown = story(shell, "Kitchen")

    assert f"Figure {DANISH.kroner(Decimal('1234.50'))} excl. VAT" in shown
    assert f"location 20: gave {DANISH.kroner(before)} excl." in shown
    assert f"corrected {DANISH.kroner(before)} excl." in shown
    assert f"corrected: {DANISH.kroner(before)} excl. VAT became 1.234,50 kr. excl. VAT" in shown
    first, second = plain_story(shell, "Kitchen")["answers"]
    assert first["run_id"] != second["run_id"]


def test_a_manual_entry_is_shown_with_its_reason_and_as_a_change(shell: Shell, at_fetched_company: Company) -> None:
    values = {"unit": "Bar", "business_date": LAST_DAY, "revenue_excl_vat": "1000", "reason": "the till was down"}
    store_entries(at_fetched_company.settings, [check_entry(at_fetched_company.settings, values)])

    shown = story(shell, "Bar")

    assert "1.000,00 kr. excl. VAT, 1.250,00 kr. incl. VAT, entered by hand" in shown
    assert "1.000,00 kr. excl. / 1.250,00 kr. incl. VAT" in shown
    assert ": the till was down" in shown
    assert "entered by hand: " in shown
    assert "(the till was down)" in shown


def test_a_location_that_has_disappeared_is_named_with_the_figure_that_stays(
    shell: Shell, at_fetched_company: Company
) -> None:
    at_fetched_company.ajour.sell(LAST_DAY, "11", None)
    assert at_fetched_company.fetch(TODAY_ONLY).success

    shown = story(shell, "Bar")

    assert "missing: 11; the last figure of 11 stays" in shown
    assert "location 11: no longer gave a row; it was " in shown


def test_a_location_that_moved_is_in_the_story_of_the_unit_that_it_feeds_now(
    shell: Shell, at_fetched_company: Company
) -> None:
    units = settings_dict()["units"]
    units[0]["locations"], units[1]["locations"] = ["10"], ["20", "11"]
    at_fetched_company.reload(units=units)
    assert at_fetched_company.fetch(TODAY_ONLY).success

    bar, kitchen = story(shell, "Bar"), story(shell, "Kitchen")

    assert "Locations 10 Bar Asked of Ajour" in bar
    assert "mapping: " in bar
    assert "location 11: " not in bar
    assert "11 Bar, first floor" in kitchen
    assert "location 11: gave " in kitchen


def test_a_unit_that_is_not_there_is_refused_with_the_one_that_was_meant(
    shell: Shell, at_fetched_company: Company
) -> None:
    assert at_fetched_company.settings.units
    result = shell.run("explain", "bar", LAST_DAY)

    assert result.exit_code == 2
    said = " ".join(result.stderr.split())
    assert "'bar' is not one of your units: Bar, Kitchen, Shop; did you mean Bar." in said


@pytest.mark.usefixtures("at_company")
def test_a_day_that_was_never_fetched_has_a_short_story(shell: Shell) -> None:
    assert "Figure none" in story(shell, "Bar")
    assert story(shell, "\u200bBar\u00a0") == story(shell, "Bar")
    assert "Asked of Ajour never" in story(shell, "Bar")
