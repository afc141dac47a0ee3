"""The whole job over a window of days, on a real ODBC source and a real DuckDB file."""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import dagster as dg
import pytest

from ajour_revenue.days import Window
from ajour_revenue.text.formats import DANISH
from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.kit import Company, cells, make_company, settings_dict, write_wages

DAYS = Window(LAST_DAY - timedelta(days=3), LAST_DAY).days
FIRST_WINDOW, SECOND_WINDOW = Window(DAYS[0], DAYS[1]), Window(DAYS[1], DAYS[3])
DAILY = ("raw_revenue", "unit_revenue", "wage_costs", "wage_percentage")


def test_a_run_over_three_days_stores_exactly_these_days(fetched_company: Company) -> None:
    for table in DAILY:
        assert fetched_company.query(f"SELECT DISTINCT business_date FROM {table} ORDER BY 1") == [
            (day,) for day in DAYS[1:]
        ]


def test_a_unit_sums_its_locations_to_the_oere(company: Company) -> None:
    company.ajour.sell(LAST_DAY, "10", "0.005")
    company.ajour.sell(LAST_DAY, "11", "0.005")

    assert company.fetch(Window(LAST_DAY, LAST_DAY)).success

    assert company.query("SELECT revenue FROM unit_revenue WHERE unit = 'Bar'") == [(Decimal("0.01"),)]


# Two runs over windows that overlap by a day, on which a figure is corrected and a location disappears in between


@dataclass
class History:
    company: Company
    first: dg.ExecuteInProcessResult
    after_first: dict[str, list[tuple[Any, ...]]]
    second: dg.ExecuteInProcessResult

    def unit_day(self, day: date, unit: str) -> tuple[Any, ...]:
        [row] = self.company.query(
            "SELECT revenue, locations, missing_locations FROM unit_revenue "
            f"WHERE business_date = '{day}' AND unit = '{unit}'"
        )
        return row

    def metadata(self, asset: str) -> dict[str, Any]:
        """Return what the second run's materialization of an asset shows."""
        [event, *_] = self.second.asset_materializations_for_node(f"demo__{asset}")
        return {name: value.value for name, value in event.metadata.items()}


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[History]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        company = make_company(tmp_path_factory.mktemp("company"), monkeypatch)
        ajour = company.ajour
        ajour.sell_all([(DAYS[1], "11", "200"), (DAYS[1], "10", "100"), (DAYS[1], "20", "1000")])
        first = company.run(FIRST_WINDOW)
        after_first = company.contents()

        ajour.sell_all([(DAYS[1], "20", "800.40"), (DAYS[1], "11", None), (DAYS[1], "10", "90")])
        second = company.run(SECOND_WINDOW)
        assert first.success
        assert second.success
        yield History(company, first, after_first, second)


def test_two_windows_after_each_other_keep_each_others_days(history: History) -> None:
    for table in DAILY:
        assert history.company.query(f"SELECT DISTINCT business_date FROM {table} ORDER BY 1") == [
            (day,) for day in DAYS
        ]


@pytest.mark.parametrize("table", DAILY)
def test_a_day_outside_the_second_window_is_as_the_first_run_left_it(history: History, table: str) -> None:
    now = history.company.contents()

    def of_the_first_day(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        return [row for row in rows if DAYS[0] in row]

    assert of_the_first_day(now[table])
    assert of_the_first_day(now[table]) == of_the_first_day(history.after_first[table])


def test_a_figure_corrected_in_ajour_comes_in_with_the_next_fetch_of_its_day(history: History) -> None:
    assert history.unit_day(DAYS[1], "Kitchen") == (Decimal("800.40"), ["20"], [])


def test_a_correction_leaves_one_revision_of_the_run_that_brought_it(history: History) -> None:
    rows = history.company.query(
        "SELECT revenue_before, revenue_after, source_before, source_after, run_id FROM unit_revenue_revisions "
        f"WHERE business_date = '{DAYS[1]}' AND unit = 'Kitchen' AND source_before IS NOT NULL"
    )

    assert rows == [(Decimal(1000), Decimal("800.40"), "ajour", "ajour", history.second.run_id)]


def test_a_location_that_disappears_lowers_nothing_and_stands_in_the_note(history: History) -> None:
    # What was corrected of the other location (100 to 90) comes in all the same.
    assert history.unit_day(DAYS[1], "Bar") == (Decimal(290), ["10", "11"], ["11"])
    [(note,)] = history.company.query(
        f"SELECT note FROM wage_percentage WHERE business_date = '{DAYS[1]}' AND unit = 'Bar'"
    )
    assert note == "missing: 11"


def test_the_wage_percentage_of_a_department_is_the_ratio_of_its_sums(history: History) -> None:
    [row] = history.company.query(
        "SELECT revenue_excl_vat, wage_cost, wage_percentage FROM wage_percentage "
        f"WHERE business_date = '{DAYS[1]}' AND department = 'Vesterbro' AND unit IS NULL"
    )

    assert row == (Decimal("1090.40"), Decimal(1200), Decimal("110.05"))


@pytest.mark.parametrize("asset", DAILY)
def test_every_day_of_the_window_is_a_materialized_partition_with_its_row_count(history: History, asset: str) -> None:
    events = history.second.asset_materializations_for_node(f"demo__{asset}")

    stored = history.company.query(f"SELECT business_date, count(*) FROM {asset} GROUP BY 1")
    assert {event.partition: event.metadata["dagster/partition_row_count"].value for event in events} == {
        str(day): count for day, count in stored if day in SECOND_WINDOW.days
    }


@pytest.mark.parametrize("asset", DAILY)
def test_every_materialization_tells_its_days(history: History, asset: str) -> None:
    assert history.metadata(asset)["days"] == str(SECOND_WINDOW)


def test_unit_revenue_tells_the_totals_of_the_window_incl_and_excl_vat(history: History) -> None:
    shown = history.metadata("unit_revenue")

    [totals] = history.company.query(
        "SELECT sum(revenue_incl_vat), sum(revenue_excl_vat) "
        f"FROM unit_revenue WHERE business_date >= '{SECOND_WINDOW.first_day}'"
    )
    assert (shown["revenue_incl_vat"], shown["revenue_excl_vat"]) == tuple(map(DANISH.kroner, totals))
    assert shown["revenue_is"] == "VAT excluded"


def test_unit_revenue_tells_what_changed_with_before_and_after(history: History) -> None:
    assert cells(history.metadata("unit_revenue")["changed"]) == [
        [DANISH.date(DAYS[1]), "Bar", "corrected (ajour to ajour)", "300,00", "290,00"],
        [DANISH.date(DAYS[1]), "Kitchen", "corrected (ajour to ajour)", "1.000,00", "800,40"],
    ]


def test_unit_revenue_tells_which_locations_are_missing_and_what_was_kept(history: History) -> None:
    shown = history.metadata("unit_revenue")

    assert cells(shown["missing_locations"]) == [[DANISH.date(DAYS[1]), "Bar", "11", "290,00", "missing location"]]
    assert (shown["unit_days_with_missing_locations"], shown["unit_days_kept"]) == (1, 1)


def test_wage_costs_tell_rows_total_and_what_is_allocated_to_no_unit(history: History) -> None:
    shown = history.metadata("wage_costs")

    assert shown["dagster/row_count"] == 12
    assert (shown["wage_cost"], shown["wage_cost_not_allocated"]) == ("6.300,00 kr.", "1.200,00 kr.")
    assert (shown["rows_new"], shown["rows_corrected"], shown["rows_disappeared"]) == (8, 0, 0)


def test_wage_percentage_shows_units_and_totals_with_targets(history: History) -> None:
    shown = history.metadata("wage_percentage")
    rows = {row[0]: row[1:] for row in cells(shown["wage_percentage"])}

    assert list(rows) == [
        "Aarhus, Shop",
        "Aarhus, total",
        "Vesterbro, Bar",
        "Vesterbro, Kitchen",
        "Vesterbro, total",
        "Vesterbro, not allocated",
    ]
    assert rows["Vesterbro, Bar"][3] == "30,0 %"
    for name in ("hours", "days_not_covered"):
        assert [row[0] for row in cells(shown[name])] == list(rows)


@pytest.mark.parametrize(
    ("asset", "number", "sql"),
    [
        ("unit_revenue", "day_revenue_excl_vat", "sum(revenue_excl_vat) FROM unit_revenue"),
        ("wage_costs", "day_wage_cost", "sum(wage_cost) FROM wage_costs"),
        (
            "wage_percentage",
            "day_revenue_excl_vat",
            "sum(revenue_excl_vat) FROM wage_percentage WHERE unit IS NULL",
        ),
        ("wage_percentage", "day_wage_cost", "sum(wage_cost) FROM wage_percentage WHERE unit IS NULL"),
    ],
)
def test_each_day_of_a_run_has_its_own_number_for_dagsters_plots(
    history: History, asset: str, number: str, sql: str
) -> None:
    plotted = {
        event.partition: event.metadata[number].value
        for event in history.second.asset_materializations_for_node(f"demo__{asset}")
    }

    stored = dict(history.company.query(f"SELECT business_date, {sql} GROUP BY ALL"))
    assert len(plotted) == len(SECOND_WINDOW.days)
    assert plotted == {str(day): float(stored[day]) for day in SECOND_WINDOW.days}


@pytest.mark.parametrize("is_covered", [True, False])
def test_a_percentage_is_plotted_where_it_covers_the_day(company: Company, is_covered: bool) -> None:  # noqa: FBT001
    units = ("Bar", "Kitchen", "Shop") if is_covered else ("Bar",)
    departments = {unit.name: unit.department for unit in company.settings.units}
    write_wages(company.folder / "wages.csv", [(LAST_DAY, departments[unit], unit, "300.00", "2") for unit in units])

    result = company.run(Window(LAST_DAY, LAST_DAY))

    [event] = result.asset_materializations_for_node("demo__wage_percentage")
    assert "day_wage_cost" in event.metadata
    assert ("day_wage_percentage" in event.metadata) == is_covered


def test_an_unmapped_location_is_shown_with_a_suggestion(history: History) -> None:
    shown = history.metadata("ajour_locations")

    assert shown["unmapped_locations"] == 1
    assert cells(shown["locations"])[0] == ["99", "Kitchen, new", "NOT MAPPED", "Kitchen"]


def test_all_checks_are_made_in_the_run_and_those_of_findings_only_warn(history: History) -> None:
    passed = {each.check_name: each.passed for each in history.second.get_asset_check_evaluations()}

    assert passed == {
        "ajour_connection": True,
        "locations_mapped": False,
        "days_covered": False,
        "revenue_complete": False,
        "revenue_reconciles": True,
        "wages_fetched": True,
        "within_target": True,
        "revenue_usual": True,
        "planned_wages_fetched": True,
    }


def test_a_rerun_that_finds_nothing_new_leaves_unit_revenue_as_it_was(fetched_company: Company) -> None:
    before = fetched_company.contents()

    assert fetched_company.run(Window(DAYS[1], DAYS[3])).success

    after = fetched_company.contents()
    for table in ("unit_revenue", "unit_revenue_revisions", "wage_percentage"):
        assert after[table]
        assert after[table] == before[table]


def test_with_overwrite_off_a_corrected_figure_stays_and_raw_revenue_has_the_correction(
    fetched_company: Company,
) -> None:
    fetched_company.reload(revenue={"vat": "excluded", "overwrite_existing": False})
    before = fetched_company.contents()
    fetched_company.ajour.sell(LAST_DAY, "20", "1")

    assert fetched_company.fetch(Window(LAST_DAY, LAST_DAY)).success

    after = fetched_company.contents()
    assert after["unit_revenue"] == before["unit_revenue"]
    assert fetched_company.query(
        f"SELECT revenue_excl_vat FROM raw_revenue WHERE location_id = '20' AND business_date = '{LAST_DAY}'"
    ) == [(Decimal(1),)]


# What a failed run leaves

LAST_THREE = Window(DAYS[1], DAYS[3])
FETCH = {"raw_revenue", "raw_revenue_history", "fetches", "unit_revenue", "unit_revenue_revisions"}
WAGES = {"wage_costs"}
WITHOUT_WAGES = {"outstanding", "wage_percentage"}


def break_the_wage_file(company: Company) -> None:
    with company.settings.wages.file.open("a", encoding="utf-8") as file:
        file.write(f"{LAST_DAY},Vesterbro,Bar,many,2\n")


def break_the_contract(company: Company) -> None:
    with sqlite3.connect(company.ajour.path) as database:
        database.execute(
            "INSERT INTO daily_revenue SELECT * FROM daily_revenue WHERE business_date = ? LIMIT 1", [str(LAST_DAY)]
        )


def take_ajour_away(company: Company) -> None:
    company.ajour.path.unlink()


def break_both_sides(company: Company) -> None:
    take_ajour_away(company)
    break_the_wage_file(company)


def break_nothing(company: Company) -> None:
    del company


@pytest.mark.parametrize(
    ("happens", "window", "told", "other_branch"),
    [
        # All goes on where only the wage file is broken, and the wages where only Ajour is.
        (
            break_the_wage_file,
            LAST_THREE,
            "wage_cost: found 'many'",
            FETCH | {"ajour_locations", "expected_revenue", *WITHOUT_WAGES},
        ),
        (break_the_contract, LAST_THREE, "more than one row for", WAGES | {"ajour_locations"}),
        (take_ajour_away, LAST_THREE, "AJOUR_DATABASE", WAGES),
        (break_both_sides, LAST_THREE, "AJOUR_DATABASE", {"outstanding"}),
        (break_nothing, Window(LAST_DAY - timedelta(days=31), LAST_DAY), "one run takes at most 31", set()),
    ],
    ids=["bad wage file", "broken contract", "no database", "neither Ajour nor wages", "32 days"],
)
def test_a_failed_run_leaves_every_table_behind_the_failure_as_it_was(
    fetched_company: Company,
    happens: Callable[[Company], None],
    window: Window,
    told: str,
    other_branch: set[str],
) -> None:
    company = fetched_company
    company.speak("en")
    company.ajour.sell(DAYS[1], "20", "1")
    write_wages(company.settings.wages.file, [(day, "Aarhus", "Shop", "1", "1") for day in DAYS])
    happens(company)
    before = company.contents()

    result = company.run(window)

    assert not result.success
    assert told in reasons(result)
    after = company.contents()
    assert {table for table in before if after[table] != before[table]} == other_branch
    assert company.query("SELECT DISTINCT business_date FROM wage_percentage ORDER BY 1") == [
        (day,) for day in DAYS[1:]
    ]


def reasons(result: dg.ExecuteInProcessResult) -> str:
    """Return what a failed run says: of its steps and of its checks."""
    failures = [event.step_failure_data.user_failure_data for event in result.all_events if event.is_step_failure]
    checks = [each.description for each in result.get_asset_check_evaluations() if not each.passed]
    return "\n".join([*(failure.description or "" for failure in failures if failure), *map(str, checks)])


def test_a_run_repeated_after_the_cause_is_mended_stores_what_the_failed_one_did_not(company: Company) -> None:
    window = Window(LAST_DAY, LAST_DAY)
    wages = company.settings.wages.file.read_bytes()
    break_the_wage_file(company)
    assert not company.run(window).success
    company.settings.wages.file.write_bytes(wages)

    assert company.run(window).success

    assert company.query("SELECT count(*) FROM wage_percentage") == [(5,)]


def test_a_location_mapped_later_is_counted_in_the_days_fetched_again(fetched_company: Company) -> None:
    units = settings_dict()["units"]
    units[1]["locations"] = ["20", "99"]
    fetched_company.reload(units=units)
    [(before,)] = fetched_company.query(f"SELECT revenue FROM unit_revenue WHERE unit = 'Kitchen' AND {on(LAST_DAY)}")

    assert fetched_company.fetch(Window(LAST_DAY, LAST_DAY)).success

    [(after,)] = fetched_company.query(f"SELECT revenue FROM unit_revenue WHERE unit = 'Kitchen' AND {on(LAST_DAY)}")
    [(added,)] = fetched_company.query(
        f"SELECT revenue_excl_vat FROM raw_revenue WHERE location_id = '99' AND {on(LAST_DAY)}"
    )
    assert after - before == added


def on(day: date) -> str:
    return f"business_date = '{day}'"
