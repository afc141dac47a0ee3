"""Books to report on: revenue and wages in the warehouse's own tables, and the report that is made of them."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from ajour_revenue.days import COPENHAGEN, Window
from ajour_revenue.plan.expected_revenue import expect_revenue, store_expected
from ajour_revenue.plan.wage_plan import calculate_wage_plan, coming_days, store_planned_wages
from ajour_revenue.reports.report import Report, load_report
from ajour_revenue.settings.model import Settings
from ajour_revenue.upcoming import never
from ajour_revenue.wages.figures import Period
from ajour_revenue.wages.percentage import calculate_wage_percentage
from ajour_revenue.wages.source import WAGE_COST_SCHEMA, WageCosts
from ajour_revenue_tests.clock import MOMENT, set_now
from ajour_revenue_tests.kit import settings_dict, store_revenue, store_wages
from ajour_revenue_tests.plan.kit import planned

MONDAY = dt.date(2026, 11, 23)
TODAY = MONDAY + dt.timedelta(days=1)
COMPANY_ID = "1"
HIDDEN_WAGE = "4321.09"
"""What a single person earned: it stands nowhere else."""


def days_before(days: int, day: dt.date = MONDAY) -> dt.date:
    return day - dt.timedelta(days=days)


@dataclass
class Books:
    """The warehouse of a company with the units of `settings_dict`: Bar and Kitchen in Vesterbro, Shop in Aarhus."""

    connection: duckdb.DuckDBPyConnection
    settings: Settings = field(
        default_factory=lambda: Settings.model_validate(settings_dict(activation_date=dt.date(2024, 1, 1))),
    )

    def change(self, **sections: Any) -> None:  # noqa: ANN401 (YAML may hold anything)
        changed = settings_dict(activation_date=dt.date(2024, 1, 1)) | sections
        self.settings = Settings.model_validate(changed)

    def earn(self, unit: str, excl_vat: str | None, day: dt.date = MONDAY, *, missing: tuple[str, ...] = ()) -> None:
        department = {each.name: each.department for each in self.settings.units}[unit]
        store_revenue(self.connection, day, unit, department, excl_vat, missing=missing)

    def pay(  # noqa: PLR0913 (what a row has)
        self,
        department: str,
        unit: str | None,
        cost: str,
        day: dt.date = MONDAY,
        *,
        hours: str = "1",
        people: int | None = None,
    ) -> None:
        store_wages(self.connection, day, department, unit, cost)
        self.connection.execute(
            "UPDATE wage_costs SET hours = ? "
            "WHERE business_date = ? AND department = ? AND unit IS NOT DISTINCT FROM ?",
            [Decimal(hours), day, department, unit],
        )
        if people is not None:
            self.connection.execute("INSERT INTO wage_cost_people VALUES (?, ?, ?, ?)", [day, department, unit, people])

    def correct(
        self, unit: str, before: str | None, after: str | None, day: dt.date = MONDAY, **more: str | None
    ) -> None:
        values = {"source_before": "ajour", "source_after": "ajour", "at": "2026-11-24 07:00:00+01", "reason": None}
        values |= more
        self.connection.execute(
            "INSERT INTO unit_revenue_revisions BY NAME SELECT ? AS business_date, ? AS unit, "
            "?::DECIMAL(18, 2) AS revenue_before, ?::DECIMAL(18, 2) AS revenue_after, ? AS source_before, "
            "? AS source_after, ?::TIMESTAMPTZ AS changed_at, 'run' AS run_id, ? AS reason, CASE "
            "WHEN source_before IS NULL THEN 'first figure' WHEN source_after IS NULL THEN 'removed' "
            "WHEN source_after = 'manual' THEN 'entered by hand' "
            "WHEN source_before = 'manual' THEN 'replaced a manual entry' ELSE 'corrected' END AS change",
            [day, unit, before, after, *values.values()],
        )

    def list_location(self, location_id: str, name: str, unit: str | None) -> None:
        self.connection.execute(
            "INSERT INTO ajour_locations VALUES (?, ?, ?, ?, now())", [COMPANY_ID, location_id, name, unit]
        )

    def sell(self, location_id: str, excl_vat: str, day: dt.date = MONDAY) -> None:
        amount = Decimal(excl_vat)
        self.connection.execute(
            "INSERT INTO raw_revenue VALUES (?, ?, ?, ?, ?, now(), 'run')",
            [COMPANY_ID, day, location_id, amount * Decimal("1.25"), amount],
        )

    def fetch(self, window: Window) -> None:
        """Let the days have been fetched, and Ajour list the locations of the settings."""
        for day in window.days:
            self.connection.execute(
                "INSERT OR IGNORE INTO fetches VALUES (?, ?, '2026-11-24 07:00:00+01', true, 'run')", [COMPANY_ID, day]
            )
        for unit in self.settings.units:
            for location in unit.locations:
                self.connection.execute(
                    "INSERT OR IGNORE INTO ajour_locations VALUES (?, ?, ?, ?, now())",
                    [COMPANY_ID, location.id, f"Location {location.id}", unit.name],
                )

    def fill(self, days: int = 40, last_day: dt.date = MONDAY) -> None:
        """Sell and pay in every unit on each of the days up to the last one; each amount stands once."""
        self.connection.execute(
            """
            CREATE OR REPLACE TEMP TABLE filled AS
            SELECT
                $last_day::DATE - back::INTEGER AS business_date,
                place.department,
                place.unit,
                (10000 + 1000 * place.number + 137 * back + back % 100 * 0.01)::DECIMAL(18, 2) AS excl_vat,
                (3000 + 400 * place.number + 19 * back + back % 100 * 0.01)::DECIMAL(18, 2) AS wage_cost,
                (16 + 2 * place.number + back % 4 * 0.25)::DECIMAL(18, 2) AS hours
            FROM range($days) AS days(back), (VALUES
                (0, 'Vesterbro', 'Bar'), (1, 'Vesterbro', 'Kitchen'), (2, 'Aarhus', 'Shop')
            ) AS place(number, department, unit)
            """,
            {"last_day": last_day, "days": days},
        )
        self.connection.execute(
            """
            INSERT INTO unit_revenue BY NAME
            SELECT business_date, unit, department, 'excluded' AS vat, excl_vat AS revenue, revenue AS revenue_excl_vat,
                round(revenue * 1.25, 2) AS revenue_incl_vat, 'ajour' AS source, []::VARCHAR[] AS locations,
                locations AS missing_locations, now() AS updated_at, 'run' AS run_id
            FROM filled;

            INSERT INTO wage_costs BY NAME
            SELECT business_date, department, unit, wage_cost, hours, now() AS updated_at, 'run' AS run_id
            FROM filled;

            DROP TABLE filled;
            """
        )

    def look_ahead(self, patch: pytest.MonkeyPatch) -> None:
        """Let it be the morning after MONDAY, and every unit be staffed for a fortnight; a manager is of no unit.

        What is expected follows from what was earned.
        """
        set_now(patch, dt.datetime.combine(TODAY, dt.time(7), COPENHAGEN))
        window = coming_days(self.settings)
        wages = [
            planned(day, unit.name, f"{3100 + 450 * number}.50", department=unit.department)
            for day in window.days
            for number, unit in enumerate(self.settings.units)
        ]
        wages += [planned(day, None, "1800") for day in window.days]
        expect_revenue(self.connection, self.settings, window)
        store_expected(self.connection, run_id="run")
        costs = WageCosts(rows=pa.Table.from_pylist(wages, schema=WAGE_COST_SCHEMA))
        store_planned_wages(self.connection, costs, asked_at=MOMENT, run_id="run")
        calculate_wage_plan(self.connection, self.settings, window)

    def report(self, window: Window | None = None, by: Period = "week", *, of_departments: bool = False) -> Report:
        window = window or Window(days_before(30), MONDAY)
        self.fetch(window)
        [[first_day, last_day]] = self.connection.execute(
            "SELECT min(business_date), max(business_date) FROM ("
            "SELECT business_date FROM unit_revenue UNION SELECT business_date FROM wage_costs)"
        ).fetchall()
        if first_day:
            calculate_wage_percentage(self.connection, self.settings, Window(first_day, last_day))
        return load_report(
            self.connection,
            self.settings,
            window,
            by,
            upcoming=never,
            with_plan=True,
            of_departments=of_departments,
        )


REMARK = " | "
"""Stands before what is remarked on a cell, in what `Page` reads of it."""


class Page(HTMLParser):
    """What a browser reads of a page: elements, attributes, and the cells of the tables."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.tables: list[list[list[str]]] = []
        self.text = ""
        self._in_cell = False
        self._unread = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("th", "td"):
            self.tables[-1][-1].append("")
            self._in_cell = True
        elif tag == "small" and self._in_cell:
            self.tables[-1][-1][-1] += REMARK
        self._unread = tag == "style" or (self._unread and tag != "head")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("th", "td"):
            self._in_cell = False
        elif tag == "style":
            self._unread = False

    def handle_data(self, data: str) -> None:
        if self._unread:
            return
        self.text += data
        if self._in_cell:
            self.tables[-1][-1][-1] += data

    def table(self, *headings: str) -> list[dict[str, str]]:
        """Return the rows, by heading, of the first table that has all of these headings."""
        for table in self.tables:
            heads, *rows = [[" ".join(cell.split()) for cell in row] for row in table]
            if set(headings) <= set(heads):
                return [dict(zip(heads, row, strict=True)) for row in rows if len(row) == len(heads)]
        message = f"no table has {headings}"
        raise LookupError(message)
