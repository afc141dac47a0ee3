from decimal import Decimal
from pathlib import Path

import pytest

from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.commands.kit import Shell
from ajour_revenue_tests.kit import Company

ONE = ("enter", "Bar", LAST_DAY)


def manual(company: Company) -> list[tuple[object, ...]]:
    return company.query("SELECT unit, revenue_incl_vat FROM unit_revenue WHERE source = 'manual' ORDER BY ALL")


def test_a_figure_is_entered_and_shown_with_what_it_replaces(shell: Shell, at_fetched_company: Company) -> None:
    result = shell.run(*ONE, "--incl-vat", "1.250,00", "--reason", "till was down")
    assert result.exit_code == 0
    assert manual(at_fetched_company) == [("Bar", Decimal(1250))]
    for shown in ("DKK excl. VAT", "2.100,", "Ajour", "1.000,00", "a later fetch of these days replaces"):
        assert shown in result.stdout
    again = shell.run(*ONE, "--incl-vat", "1250", "--reason", "till was down")
    assert (again.exit_code, again.stdout) == (0, "1 figure(s) stood there already; nothing changed for them.\n")


def test_with_overwrite_off_it_says_that_the_figure_stays(shell: Shell, at_company: Company) -> None:
    at_company.reload(revenue={"vat": "included", "overwrite_existing": False}, planday={"publish": True})
    result = shell.run(*ONE, "--excl-vat", "1000", "--reason", "x")
    assert "the figures stay" in result.stdout
    assert "DKK incl. VAT" in result.stdout
    assert "publishes them to Planday" in result.stdout


def test_a_file_is_entered_as_a_whole(shell: Shell, at_company: Company) -> None:
    Path("figures.csv").write_text(
        f"business_date;unit;revenue_incl_vat;reason\n{LAST_DAY};Bar;10,00;x\n{LAST_DAY};Shop;20,00;\n",
        encoding="utf-8",
    )
    refused = shell.run("enter", "--csv", "figures.csv")
    assert refused.exit_code == 1
    assert "line 3: reason: is missing" in refused.stderr
    assert not at_company.settings.warehouse.exists()
    assert shell.run("enter", "--csv", "figures.csv", "--reason", "month's end").exit_code == 0
    assert manual(at_company) == [("Bar", Decimal(10)), ("Shop", Decimal(20))]


def test_another_settings_file_can_be_named(shell: Shell, at_company: Company) -> None:
    Path("ajour.yaml").rename("other.yaml")
    assert shell.run(*ONE, "--incl-vat", "1", "--reason", "x").exit_code == 1
    assert shell.run(*ONE, "--incl-vat", "1", "--reason", "x", "--settings", "other.yaml").exit_code == 0
    assert manual(at_company) == [("Bar", Decimal(1))]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("enter",), "Name a unit and a day"),
        (("enter", "Bar"), "Name a unit and a day"),
        ((*ONE, "--reason", "x"), "Give one amount"),
        ((*ONE, "--incl-vat", "1", "--excl-vat", "1", "--reason", "x"), "Give one amount"),
        ((*ONE, "--incl-vat", "1.234", "--reason", "x"), "is no amount"),
        ((*ONE, "--incl-vat", "1"), "--reason"),
        ((*ONE, "--incl-vat", "1", "--reason", " "), "--reason"),
        (("enter", "Bar", "soon", "--incl-vat", "1", "--reason", "x"), "'soon' is no day"),
        (("enter", "Bar", "--csv", "f.csv"), "leave out UNIT"),
    ],
)
@pytest.mark.usefixtures("at_company")
def test_a_wrong_argument_is_a_usage_error(shell: Shell, arguments: tuple[object, ...], told: str) -> None:
    result = shell.run(*arguments)
    assert result.exit_code == 2
    assert told in result.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("enter", "Cellar", LAST_DAY, "--incl-vat", "1", "--reason", "x"), "unit 'Cellar' is none"),
        (("enter", "Bar", "2999-01-01", "--incl-vat", "1", "--reason", "x"), "is no day with revenue"),
        (("enter", "--csv", "none.csv"), "No such file"),
        (("enter", "--csv", "ajour.sqlite"), "is not a CSV file"),
    ],
)
def test_what_cannot_be_entered_is_refused(
    shell: Shell, at_company: Company, arguments: tuple[object, ...], told: str
) -> None:
    result = shell.run(*arguments)
    assert result.exit_code == 1
    assert told in " ".join(result.stderr.split())
    assert not at_company.settings.warehouse.exists()
