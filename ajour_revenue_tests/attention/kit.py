"""States of a warehouse that findings are looked for in: the last five days, with activation on the first of them."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import duckdb

from ajour_revenue.attention.finding import KINDS, Finding, Kind
from ajour_revenue.attention.findings import findings
from ajour_revenue.days import Window
from ajour_revenue.settings.model import Settings
from ajour_revenue.upcoming import NextFetch, NoFetch
from ajour_revenue.wages.percentage import calculate_wage_percentage
from ajour_revenue.warehouse.run import run
from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.kit import COMPANY_ID, settings_dict

DAYS = Window(LAST_DAY - dt.timedelta(days=4), LAST_DAY)
NO_FETCH = NoFetch("switched off")
LOCATIONS = {"10": "Bar", "11": "Bar, first floor", "20": "Kitchen", "30": "Shop"}
DEPARTMENTS = {"Bar": "Vesterbro", "Kitchen": "Vesterbro", "Shop": "Aarhus"}

SOLD = """
    INSERT INTO unit_revenue BY NAME
    SELECT
        unnest(generate_series($first_day::DATE, $last_day::DATE, INTERVAL 1 DAY))::DATE AS business_date,
        $unit AS unit,
        $department AS department,
        'excluded' AS vat,
        1000 AS revenue,
        1000 AS revenue_excl_vat,
        1250 AS revenue_incl_vat,
        'ajour' AS source,
        []::VARCHAR[] AS locations,
        []::VARCHAR[] AS missing_locations,
        now() AS updated_at,
        'run' AS run_id;
"""

PAID = """
    INSERT INTO wage_costs BY NAME
    SELECT
        unnest(generate_series($first_day::DATE, $last_day::DATE, INTERVAL 1 DAY))::DATE AS business_date,
        $department AS department,
        $unit AS unit,
        100 AS wage_cost,
        1 AS hours,
        now() AS updated_at,
        'run' AS run_id;
"""

ALL_FETCHED = """
    INSERT INTO fetches
    SELECT
        $company_id,
        unnest(generate_series($first_day::DATE, $last_day::DATE, INTERVAL 1 DAY))::DATE,
        now(),
        true,
        'run'
"""


def settings(**changes: Any) -> Settings:  # noqa: ANN401 (YAML may hold anything)
    """Return settings: Bar (locations 10, 11; target 30 %) and Kitchen (20) in Vesterbro, Shop (30) in Aarhus."""
    task = settings_dict()["task"] | {"active": False, "start_date": DAYS.first_day}
    return Settings.model_validate(settings_dict(activation_date=DAYS.first_day, task=task) | changes)


@dataclass
class State:
    """A warehouse's tables, to be put into a state."""

    connection: duckdb.DuckDBPyConnection
    settings: Settings = field(default_factory=settings)

    def be_in_order(self) -> None:
        """Let every day be fetched, and every unit sell 1000 and pay 100 on it."""
        days = {"first_day": DAYS.first_day, "last_day": DAYS.last_day}
        for unit, department in DEPARTMENTS.items():
            run(self.connection, SOLD + PAID, unit=unit, department=department, **days)
        run(self.connection, ALL_FETCHED, company_id=COMPANY_ID, **days)
        for location, name in LOCATIONS.items():
            self.list_location(location, name)

    def sell_before(self, unit: str) -> None:
        """Let a unit have sold 1000 on every day of the year before, each holiday's namesake among them."""
        days = {"first_day": DAYS.first_day - dt.timedelta(weeks=60), "last_day": DAYS.first_day - dt.timedelta(days=1)}
        run(self.connection, SOLD, unit=unit, department=DEPARTMENTS[unit], **days)

    def change(self, sql: str, *arguments: object) -> None:
        assert self.connection.execute(sql, arguments).fetchall() != [(0,)]

    def fetch(self, day: dt.date, company_id: str = COMPANY_ID) -> None:
        self.change("INSERT INTO fetches VALUES (?, ?, now(), true, 'run')", company_id, day)

    def list_location(self, location: str, name: str, company_id: str = COMPANY_ID) -> None:
        self.change("INSERT INTO ajour_locations VALUES (?, ?, ?, NULL, now())", company_id, location, name)

    def sell(self, location: str, day: dt.date, excl_vat: str) -> None:
        amount = Decimal(excl_vat)
        self.change(
            "INSERT INTO raw_revenue VALUES (?, ?, ?, ?, ?, now(), 'run')",
            *(COMPANY_ID, day, location, amount * Decimal("1.25"), amount),
        )

    def earn(
        self, unit: str, day: dt.date, excl_vat: str | None, *, missing: tuple[str, ...] = (), source: str = "ajour"
    ) -> None:
        """Set what a unit sold on a day."""
        self.connection.execute("DELETE FROM unit_revenue WHERE unit = ? AND business_date = ?", [unit, day])
        self.change(
            "INSERT INTO unit_revenue BY NAME SELECT ? AS business_date, ? AS unit, ? AS department, "
            "'excluded' AS vat, ?::DECIMAL(18, 2) AS revenue, revenue AS revenue_excl_vat, "
            "round(revenue * 1.25, 2) AS revenue_incl_vat, ? AS source, []::VARCHAR[] AS locations, "
            "?::VARCHAR[] AS missing_locations, now() AS updated_at, 'run' AS run_id",
            *(day, unit, DEPARTMENTS[unit], excl_vat, source, list(missing)),
        )

    def pay(self, unit: str | None, day: dt.date, cost: str | None, department: str = "") -> None:
        """Set what a unit, or for None a department beside its units, paid on a day."""
        department = DEPARTMENTS[unit] if unit else department
        self.connection.execute(
            "DELETE FROM wage_costs WHERE department = ? AND unit IS NOT DISTINCT FROM ? AND business_date = ?",
            [department, unit, day],
        )
        if cost is not None:
            self.change("INSERT INTO wage_costs VALUES (?, ?, ?, ?, 1, now(), 'run')", day, department, unit, cost)

    def count_people(self, unit: str, day: dt.date, people: int) -> None:
        self.change("INSERT INTO wage_cost_people VALUES (?, ?, ?, ?)", day, DEPARTMENTS[unit], unit, people)

    def revise(self, unit: str, day: dt.date, before: str | None, after: str, change: str = "corrected") -> None:
        self.change(
            "INSERT INTO unit_revenue_revisions BY NAME SELECT ? AS business_date, ? AS unit, "
            "?::DECIMAL(18, 2) AS revenue_excl_vat_before, ?::DECIMAL(18, 2) AS revenue_excl_vat_after, "
            "'ajour' AS source_before, 'ajour' AS source_after, now() AS changed_at, 'run' AS run_id, ? AS change",
            *(day, unit, before, after, change),
        )

    def calculate(self) -> None:
        calculate_wage_percentage(self.connection, self.settings, DAYS)

    def found(
        self,
        *kinds: Kind,
        days: Window | None = None,
        upcoming: NextFetch | NoFetch = NO_FETCH,
        company_id: str | None = COMPANY_ID,
    ) -> list[Finding]:
        """Return what is found, of some kinds or of all."""
        self.calculate()
        return findings(
            self.connection,
            self.settings,
            upcoming=lambda: upcoming,
            days=days,
            company_id=company_id,
            kinds=kinds or KINDS,
        )
