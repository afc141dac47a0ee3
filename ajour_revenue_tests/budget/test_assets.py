"""The budget in Dagster: it is read in the runs of the plan, and a broken file stops nothing."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import dagster as dg
import pytest

from ajour_revenue.days import Window, month_of, today
from ajour_revenue.definitions import build_definitions
from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.kit import Company, cells, execute
from ajour_revenue_tests.readers.kit import Place

BUDGET = "SELECT department, unit, sum(budget_revenue_excl_vat), count(*) FROM budget GROUP BY ALL ORDER BY ALL"
YESTERDAY = Window(LAST_DAY, LAST_DAY)
MONTH = f"{today():%Y-%m}"


BUDGET_FILE = {"file": "budget.csv"}


@pytest.fixture
def budgeting(company: Company) -> Company:
    """A company with a budget of this month: 31,000 for the bar, and as much for the whole of Aarhus."""
    company.reload(budget=BUDGET_FILE, report={"language": "en"})
    write(company.folder, f";Bar;{MONTH};31.000,00;30", f"Aarhus;;{MONTH};31.000,00;")
    return company


def write(folder: Path, *lines: str) -> None:
    (folder / "budget.csv").write_text(
        "\n".join(["Afdeling;Enhed;Måned;Omsætning ekskl. moms;Lønprocent", *lines]), encoding="utf-8-sig"
    )


def plan_anew(company: Company) -> dg.ExecuteInProcessResult:
    return execute(build_definitions(company.settings).resolve_job_def("demo_plan"))


def check(result: dg.ExecuteInProcessResult) -> dg.AssetCheckEvaluation:
    [found] = [each for each in result.get_asset_check_evaluations() if each.check_name == "budget_read"]
    return found


def test_each_run_reads_the_budget_and_says_what_is_in_it(budgeting: Company) -> None:
    result = budgeting.run(YESTERDAY)

    assert result.success
    assert check(result).passed
    days = len(month_of(today()).days)
    assert budgeting.query(BUDGET) == [
        ("Aarhus", None, Decimal(31_000), days),
        ("Vesterbro", "Bar", Decimal(31_000), days),
    ]
    [made] = result.asset_materializations_for_node("demo__budget")
    months = made.metadata["months"]
    assert isinstance(months, dg.TableMetadataValue)
    assert [MONTH, "Vesterbro", "Bar", "31.000,00", str(days)] in cells(months)
    # The kitchen has none, so that nothing can be said of its department, nor of the company.
    assert [MONTH, "company", "-", "-", "0"] in cells(months)
    assert made.metadata["dagster/row_count"].value == 2 * days


def test_a_run_of_the_plan_alone_reads_it_anew(budgeting: Company) -> None:
    assert plan_anew(budgeting).success
    write(budgeting.folder, f";Shop;{MONTH};100,00;")

    assert plan_anew(budgeting).success

    assert [row[:3] for row in budgeting.query(BUDGET)] == [("Aarhus", "Shop", Decimal(100))]


def test_a_broken_file_warns_with_its_lines_and_the_last_budget_stays(budgeting: Company) -> None:
    assert budgeting.run(YESTERDAY).success
    before = budgeting.query("FROM budget ORDER BY ALL")
    write(budgeting.folder, f";Café;{MONTH};31.000,00;30", f";Bar;{MONTH};mange;")

    result = budgeting.run(YESTERDAY)

    assert result.success
    found = check(result)
    assert (found.passed, found.severity) == (False, dg.AssetCheckSeverity.WARN)
    told = str(found.description)
    assert "line 2: unit 'Café' is none of Bar, Kitchen, Shop" in told
    assert "line 3, omsætning_ekskl._moms: found 'mange'" in told
    assert told.endswith("\nThe budget that was read last stays.")
    budgeting.reload(budget=BUDGET_FILE, report={"language": "da"})
    assert str(check(plan_anew(budgeting)).description).endswith("\nDet budget, der sidst blev læst, bliver stående.")
    assert budgeting.query("FROM budget ORDER BY ALL") == before
    assert before


def test_a_missing_file_stops_nothing(budgeting: Company) -> None:
    (budgeting.folder / "budget.csv").unlink()

    result = budgeting.run(YESTERDAY)

    assert result.success
    assert "There is no budget file" in str(check(result).description)


def test_a_spread_that_fails_leaves_what_was_there(budgeting: Company) -> None:
    assert plan_anew(budgeting).success
    before = budgeting.query("FROM budget ORDER BY ALL")
    write(budgeting.folder, f";Bar;{MONTH};50.000,00;30")
    budgeting.query("ALTER TABLE unit_revenue DROP COLUMN missing_locations")

    result = plan_anew(budgeting)

    assert "demo__budget" in {event.step_key for event in result.get_step_failure_events()}
    assert budgeting.query("FROM budget ORDER BY ALL") == before


def test_readers_find_the_budget_of_every_place_and_day(budgeting: Company) -> None:
    write(budgeting.folder, f";Bar;{today()};100;30", f";Kitchen;{today()};300;30")
    assert budgeting.run(YESTERDAY).success

    place = Place(budgeting.folder, budgeting.settings)
    # Of the shop there is none, nor then of the company.
    assert place.figures("SELECT * FROM budget") == [
        (today(), "department", "Vesterbro", None, Decimal(400), Decimal(120), Decimal(30)),
        (today(), "unit", "Vesterbro", "Bar", Decimal(100), Decimal(30), Decimal(30)),
        (today(), "unit", "Vesterbro", "Kitchen", Decimal(300), Decimal(90), Decimal(30)),
    ]

    budgeting.reload()
    assert budgeting.run(YESTERDAY).success
    assert place.figures("SELECT * FROM budget") == []


def test_the_asset_is_there_only_where_a_budget_file_is_set(budgeting: Company) -> None:
    def keys() -> set[str]:
        definitions = build_definitions(budgeting.settings)
        return {key.path[-1] for key in definitions.resolve_all_asset_keys()}

    with_budget = keys()
    budgeting.reload()

    assert with_budget - keys() == {"budget"}


def test_the_day_after_the_plan_has_no_budget_until_it_can_be_shown(budgeting: Company) -> None:
    later = today() + dt.timedelta(days=40)
    write(budgeting.folder, f";Bar;{later};100,00;", f";Bar;{today()};50,00;")

    assert plan_anew(budgeting).success

    assert budgeting.query("SELECT business_date FROM budget") == [(today(),)]
