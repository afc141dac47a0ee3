"""What the assets of Ajour store: its locations, and its revenue as it gave it."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import dagster as dg
import pytest

from ajour_revenue.days import Window
from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.kit import COMPANY_ID, Company, cells, make_company

YESTERDAY, BEFORE = LAST_DAY, LAST_DAY - timedelta(days=1)
NO_SALES_DAY = LAST_DAY - timedelta(days=2)


@dataclass
class TwoRuns:
    """A run over three days, and one over the last of them after Ajour's figures and locations have changed."""

    company: Company
    first: dg.ExecuteInProcessResult
    raw_after_first: list[tuple[Any, ...]]
    second: dg.ExecuteInProcessResult

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        return self.company.query(sql)


@pytest.fixture(scope="module")
def two_runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoRuns]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        company = make_company(tmp_path_factory.mktemp("company"), monkeypatch)
        ajour = company.ajour
        names = {"007": "Kitchens", "10": "Bar", "11": "Bar, first floor", "20": "Kitchen", "30": "Shop", "x y": "Qqq"}
        ajour.list_locations(names)
        ajour.sell_all((NO_SALES_DAY, location, None) for location in ("10", "11", "20", "30", "99"))
        ajour.sell_all(
            [
                (YESTERDAY, "10", "100.12345678"),
                (YESTERDAY, "11", "-50.5"),
                (YESTERDAY, "007", "7"),
                (YESTERDAY, "99", None),
            ]
        )
        with sqlite3.connect(ajour.path) as database:
            database.execute("INSERT INTO daily_revenue VALUES ('4712', ?, '10', '1', '1')", [str(YESTERDAY)])
            database.execute("INSERT INTO locations VALUES ('4712', '77', 'Of another company')")
        first = company.fetch(Window(NO_SALES_DAY, YESTERDAY))
        raw_after_first = company.query("FROM raw_revenue ORDER BY ALL")

        del names["30"]
        ajour.list_locations(names | {"10": "Bar, ground floor"})
        ajour.sell_all([(YESTERDAY, "20", "1234.56"), (YESTERDAY, "30", None), (BEFORE, "20", "9")])
        second = company.fetch(Window(YESTERDAY, YESTERDAY))
        assert first.success
        assert second.success
        yield TwoRuns(company, first, raw_after_first, second)


def raw(two_runs: TwoRuns, location: str) -> list[tuple[Any, ...]]:
    return two_runs.query(
        "SELECT revenue_incl_vat, revenue_excl_vat FROM raw_revenue "
        f"WHERE location_id = '{location}' AND business_date = '{YESTERDAY}'"
    )


def metadata(result: dg.ExecuteInProcessResult, asset: str) -> dict[str, Any]:
    [event, *_] = result.asset_materializations_for_node(f"demo__{asset}")
    return {name: value.value for name, value in event.metadata.items()}


# raw_revenue


def test_amounts_are_kept_to_eight_decimals_as_ajour_gave_them(two_runs: TwoRuns) -> None:
    assert raw(two_runs, "10") == [(Decimal("125.15432098"), Decimal("100.12345678"))]


def test_a_negative_amount_is_kept(two_runs: TwoRuns) -> None:
    assert raw(two_runs, "11") == [(Decimal("-63.125"), Decimal("-50.5"))]


def test_a_location_that_nobody_has_mapped_is_kept_with_its_id_as_text(two_runs: TwoRuns) -> None:
    assert raw(two_runs, "007") == [(Decimal("8.75"), Decimal(7))]


def test_a_corrected_figure_replaces_the_earlier_one(two_runs: TwoRuns) -> None:
    assert raw(two_runs, "20") == [(Decimal("1543.2"), Decimal("1234.56"))]


def test_a_row_that_ajour_no_longer_gives_is_not_there_either(two_runs: TwoRuns) -> None:
    assert YESTERDAY in {row[1] for row in two_runs.raw_after_first if row[2] == "30"}
    assert raw(two_runs, "30") == []


def test_a_run_replaces_no_day_that_it_did_not_ask_for(two_runs: TwoRuns) -> None:
    earlier = two_runs.query(f"FROM raw_revenue WHERE business_date < '{YESTERDAY}' ORDER BY ALL")

    assert earlier
    assert earlier == [row for row in two_runs.raw_after_first if row[1] < YESTERDAY]


def test_a_row_names_the_run_that_first_fetched_its_figure(two_runs: TwoRuns) -> None:
    rows = dict(two_runs.query("SELECT (business_date, location_id), run_id FROM raw_revenue"))
    corrected = {
        (day, location)
        for day, location in two_runs.query(
            "SELECT business_date, location_id FROM raw_revenue_history WHERE revenue_incl_vat_before IS NOT NULL"
        )
    }

    first, second = two_runs.first.run_id, two_runs.second.run_id
    assert set(rows.values()) == {first, second}
    assert {key for key, run_id in rows.items() if run_id == second} <= corrected | {
        key for key in rows if key not in {(row[1], row[2]) for row in two_runs.raw_after_first}
    }


def test_the_history_holds_every_change_of_a_row_with_before_after_and_run(two_runs: TwoRuns) -> None:
    rebuilt: dict[tuple[object, object], tuple[object, object]] = {}
    for day, location, *amounts in two_runs.query(
        "SELECT business_date, location_id, revenue_incl_vat_before, revenue_excl_vat_before, "
        "revenue_incl_vat_after, revenue_excl_vat_after FROM raw_revenue_history ORDER BY asked_at"
    ):
        before, after = tuple(amounts[:2]), tuple(amounts[2:])
        assert rebuilt.pop((day, location), (None, None)) == before
        if after != (None, None):
            rebuilt[day, location] = after

    stored = two_runs.query("SELECT business_date, location_id, revenue_incl_vat, revenue_excl_vat FROM raw_revenue")
    assert rebuilt == {(day, location): (incl_vat, excl_vat) for day, location, incl_vat, excl_vat in stored}
    changes = two_runs.query(f"SELECT count(*) FROM raw_revenue_history WHERE run_id = '{two_runs.second.run_id}'")
    assert changes != [(0,)]


def test_no_row_of_another_company_is_fetched(two_runs: TwoRuns) -> None:
    assert two_runs.query("SELECT DISTINCT company_id FROM raw_revenue") == [(COMPANY_ID,)]


def test_a_day_without_any_revenue_is_remembered_as_fetched(two_runs: TwoRuns) -> None:
    days = two_runs.query("SELECT business_date, run_id FROM fetches ORDER BY 1, asked_at")

    assert days == [
        (NO_SALES_DAY, two_runs.first.run_id),
        (BEFORE, two_runs.first.run_id),
        (YESTERDAY, two_runs.first.run_id),
        (YESTERDAY, two_runs.second.run_id),
    ]


def test_a_partition_without_revenue_counts_no_row(two_runs: TwoRuns) -> None:
    events = two_runs.first.asset_materializations_for_node("demo__raw_revenue")

    counts = {event.partition: event.metadata["dagster/partition_row_count"].value for event in events}
    assert counts == {str(NO_SALES_DAY): 0, str(BEFORE): 5, str(YESTERDAY): 5}


def test_what_changed_against_what_was_stored_is_counted(two_runs: TwoRuns) -> None:
    shown = metadata(two_runs.second, "raw_revenue")

    assert (shown["rows_new"], shown["rows_corrected"], shown["rows_disappeared"]) == (0, 1, 1)


def test_a_first_fetch_is_all_new(two_runs: TwoRuns) -> None:
    shown = metadata(two_runs.first, "raw_revenue")

    assert (shown["rows_new"], shown["rows_corrected"], shown["rows_disappeared"]) == (10, 0, 0)


def test_the_totals_of_the_window_are_told_incl_and_excl_vat(two_runs: TwoRuns) -> None:
    shown = metadata(two_runs.second, "raw_revenue")

    # 100.12345678 - 50.5 + 7 + 1234.56
    assert (shown["revenue_incl_vat"], shown["revenue_excl_vat"]) == ("1.613,98 kr.", "1.291,18 kr.")


def test_revenue_that_no_unit_has_is_told_with_its_sum(two_runs: TwoRuns) -> None:
    first, second = metadata(two_runs.first, "raw_revenue"), metadata(two_runs.second, "raw_revenue")

    kitchens = ["007 Kitchens", "1", "8,75", "7,00"]
    assert (second["of_no_unit_incl_vat"], second["of_no_unit_excl_vat"]) == ("8,75 kr.", "7,00 kr.")
    assert cells(second["of_no_unit"]) == [kitchens]
    unlisted, of_kitchens = cells(first["of_no_unit"])
    assert unlisted[:2] == ["99 not in Ajour's list", "1"]
    assert of_kitchens == kitchens


def test_where_a_unit_has_all_revenue_none_is_of_no_unit(company: Company) -> None:
    company.reload(units=[{"name": "Bar", "department": "V", "locations": ["10", "11", "20", "30", "99"]}])

    shown = metadata(company.fetch(Window(YESTERDAY, YESTERDAY)), "raw_revenue")

    assert (shown["of_no_unit_excl_vat"], shown["of_no_unit"]) == ("0,00 kr.", "none")


def test_the_chart_leaves_out_what_was_fetched_for_another_company(company: Company) -> None:
    day = Window(YESTERDAY, YESTERDAY)
    before = metadata(company.fetch(day), "raw_revenue")["chart"]
    company.query(
        "INSERT INTO raw_revenue SELECT * REPLACE ('another' AS company_id, revenue_excl_vat * 9 AS revenue_excl_vat, "
        f"DATE '{BEFORE}' AS business_date) FROM raw_revenue"
    )

    assert metadata(company.fetch(day), "raw_revenue")["chart"] == before


# ajour_locations


def test_each_location_is_stored_with_the_unit_that_it_feeds(two_runs: TwoRuns) -> None:
    assert two_runs.query("SELECT location_id, unit FROM ajour_locations ORDER BY location_id") == [
        ("007", None),
        ("10", "Bar"),
        ("11", "Bar"),
        ("20", "Kitchen"),
        ("30", "Shop"),
        ("x y", None),
    ]


def test_a_renamed_location_has_its_new_name(two_runs: TwoRuns) -> None:
    rows = two_runs.query("SELECT location_name FROM ajour_locations WHERE location_id = '10'")

    assert rows == [("Bar, ground floor",)]


def test_a_location_that_ajour_no_longer_lists_stays_with_the_time_when_it_was_last_seen(two_runs: TwoRuns) -> None:
    [(seen, others)] = two_runs.query(
        "SELECT max(last_seen_at) FILTER (location_id = '30'), min(last_seen_at) FILTER (location_id <> '30') "
        "FROM ajour_locations"
    )

    assert seen < others


def test_unmapped_locations_stand_first_with_the_most_similar_unit_where_there_is_one(two_runs: TwoRuns) -> None:
    shown = metadata(two_runs.first, "ajour_locations")

    assert shown["unmapped_locations"] == 2
    assert cells(shown["locations"]) == [
        ["007", "Kitchens", "NOT MAPPED", "Kitchen"],
        ["x y", "Qqq", "NOT MAPPED", ""],
        ["10", "Bar", "Bar", ""],
        ["11", "Bar, first floor", "Bar", ""],
        ["20", "Kitchen", "Kitchen", ""],
        ["30", "Shop", "Shop", ""],
    ]
