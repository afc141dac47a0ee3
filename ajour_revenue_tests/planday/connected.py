"""A company whose wages come from a Planday that the test runs, and whose revenue goes there."""

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import dagster as dg
import pytest

from ajour_revenue.days import Window
from ajour_revenue.demo.planday import Department, PlandayPortal, Position, RevenueUnit, Shift
from ajour_revenue.partitions import window_tags
from ajour_revenue.planday import client
from ajour_revenue.planday.assets import REPLACE_STRUCTURE
from ajour_revenue.planday.client import PlandayClient
from ajour_revenue.planday.outcome import Outcome
from ajour_revenue.planday.publish import publish
from ajour_revenue.planday.resource import PlandayResource
from ajour_revenue.planday.structure import fetch_structure
from ajour_revenue.warehouse.resource import Warehouse
from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.kit import Company, opened, settings_dict
from ajour_revenue_tests.planday.kit import Planday, Seen, Stage

UNLIMITED = ((100_000, 1),)

WINDOW = Window(LAST_DAY - dt.timedelta(days=2), LAST_DAY)
FIRST_DAY, MIDDLE_DAY, LAST = WINDOW.days

VESTERBRO, AARHUS = 1, 2
BAR, KITCHEN, SHOP = 101, 102, 201
PLANDAY_UNITS = {"Bar": BAR, "Kitchen": KITCHEN, "Shop": SHOP}
BARTENDER, COOK, MANAGER, CLEANER, CLERK = 11, 12, 13, 14, 21

ENGLISH: dict[str, Any] = {"report": {"language": "en"}}

REVENUE = "/revenue/v1.0/revenue"
TOKEN = "/connect/token"

EARN = """
    INSERT OR REPLACE INTO unit_revenue BY NAME
    SELECT
        ? AS business_date,
        ? AS unit,
        ? AS department,
        ? AS revenue,
        revenue AS revenue_excl_vat,
        ? AS vat,
        'ajour' AS source,
        [] AS locations,
        ?::VARCHAR[] AS missing_locations,
        now() AS updated_at,
        'test' AS run_id
"""


def costs_of(department: int) -> str:
    """Return the path of a department's time and cost."""
    return f"/scheduling/v1.0/timeandcost/{department}"


def portal(shifts: list[Shift] | None = None) -> PlandayPortal:
    """A portal that fits the settings of `unit_list`, with two people on duty in each department every day."""
    if shifts is None:
        shifts = [
            replace(shift, day=day, shift_id=day.toordinal() * 100 + number)
            for day in WINDOW.days
            for number, shift in enumerate(
                [
                    on_duty(BARTENDER, "700.00", employee=1),
                    on_duty(COOK, "800.00", employee=2),
                    on_duty(CLERK, "450.00", employee=3, department=AARHUS),
                    on_duty(CLERK, "450.00", employee=4, department=AARHUS),
                ],
            )
        ]
    return PlandayPortal(
        name="Nordlys",
        departments=[Department(VESTERBRO, "Vesterbro"), Department(AARHUS, "Aarhus")],
        revenue_units=[
            RevenueUnit(BAR, "Bar", VESTERBRO),
            RevenueUnit(KITCHEN, "Kitchen", VESTERBRO),
            RevenueUnit(SHOP, "Shop", AARHUS),
        ],
        positions=[
            Position(BARTENDER, "Bartender", VESTERBRO, BAR),
            Position(COOK, "Cook", VESTERBRO, KITCHEN),
            Position(MANAGER, "Manager", VESTERBRO, None),
            Position(CLEANER, "Cleaner", VESTERBRO, None, affect_revenue=False),
            Position(CLERK, "Clerk", AARHUS, SHOP),
        ],
        shifts=shifts,
    )


_shift_ids = itertools.count(500)


def on_duty(  # noqa: PLR0913 (what a shift is)
    position: int | None,
    cost: str,
    *,
    employee: int = 1,
    hours: str = "5",
    day: dt.date = LAST,
    department: int = VESTERBRO,
) -> Shift:
    """A shift on the last day."""
    return Shift(department, day, employee, Decimal(cost), Decimal(hours), position, next(_shift_ids))


def unit_list(**ids: int | None) -> list[dict[str, Any]]:
    """The units of a settings file with their Planday ids; `ids` change some of them, None takes one away."""
    given = PLANDAY_UNITS | ids
    return [{**unit, "planday_unit_id": given[unit["name"]]} for unit in settings_dict()["units"]]


@dataclass
class ConnectedCompany(Company):
    """A company that is connected to a Planday."""

    planday: Planday
    planday_settings: dict[str, Any] = field(default_factory=dict)

    def reload(self, **changes: Any) -> None:  # noqa: ANN401 (YAML may hold anything)
        addresses = {"api_url": self.planday.url, "identity_url": self.planday.url}
        defaults = {"wages": {"source": "planday"}, "units": unit_list(), "planday": {}}
        given = defaults | changes
        super().reload(**given | {"planday": {"publish": True, **addresses, **given["planday"]}})

    @property
    def warehouse(self) -> Warehouse:
        return Warehouse(database=str(self.settings.warehouse_file))

    @property
    def environment(self) -> dict[str, str]:
        """The credentials that lead to its Ajour and its Planday."""
        planday = {"PLANDAY_CLIENT_ID": self.planday.client_id, "PLANDAY_REFRESH_TOKEN": self.planday.refresh_token}
        return self.ajour.environment | planday

    @property
    def portal(self) -> PlandayPortal:
        return self.planday.portal

    def materialize(self, *names: str, window: Window = WINDOW) -> dg.ExecuteInProcessResult:
        """Materialize some assets alone, as the UI does it."""
        selection = dg.AssetSelection.assets(*([self.settings.name, name] for name in names))
        return self.run_alone(selection.without_checks(), tags=window_tags(window))

    def list_structure(self) -> None:
        """Store Planday's structure without a run."""
        with self.warehouse.transaction() as connection:
            connection.register("listed", fetch_structure(self.planday.client()))
            connection.execute(REPLACE_STRUCTURE)

    def earn(self, unit: str, day: dt.date, revenue: str | None, *, missing: tuple[str, ...] = ()) -> None:
        """Store a unit-day's revenue without a run."""
        self.earn_all({(unit, day): None if revenue is None else Decimal(revenue)}, missing=missing)

    def earn_all(
        self,
        revenue: Mapping[tuple[str, dt.date], Decimal | None],
        *,
        missing: tuple[str, ...] = (),
    ) -> None:
        """Store the revenue of some unit-days without a run."""
        department = {unit.name: unit.department for unit in self.settings.units}
        vat = self.settings.revenue.vat
        with opened(self.settings.warehouse_file) as connection:
            connection.begin()
            for (unit, day), figure in revenue.items():
                connection.execute(EARN, [day, unit, department[unit], figure, vat, list(missing)])
            connection.commit()

    def publish(
        self,
        window: Window = WINDOW,
        *,
        planday: PlandayClient | None = None,
        warehouse: Warehouse | None = None,
    ) -> Counter[Outcome]:
        """Publish without a run."""
        planday = planday or self.planday.client()
        return publish(planday, warehouse or self.warehouse, self.settings, window, run_id="test")

    def fetch_and_publish(self, window: Window = WINDOW) -> dg.ExecuteInProcessResult:
        """Do of a run what Planday's revenue comes of, without wages and report."""
        names = ("ajour_locations", "raw_revenue", "unit_revenue", "planday_structure", "planday_revenue")
        assets = dg.AssetSelection.assets(*([self.settings.name, name] for name in names))
        published = dg.AssetSelection.checks_for_assets([self.settings.name, "planday_revenue"])
        return self.run_alone(assets.without_checks() | published, tags=window_tags(window))

    def publish_in_a_run(self, window: Window = WINDOW) -> dg.ExecuteInProcessResult:
        """Publish as a run of that asset alone does."""
        asset = dg.AssetSelection.assets([self.settings.name, "planday_revenue"])
        return self.run_alone(asset, tags=window_tags(window))

    @property
    def posts(self) -> list[Seen]:
        """The figures that Planday was told, taken or not, in their order."""
        return [seen for seen in self.planday.faults.requests(REVENUE) if seen.method == "POST"]

    def published(self) -> dict[tuple[str, dt.date], tuple[Decimal, str]]:
        """What the warehouse says of each unit-day: the figure and what came of it."""
        rows = self.query("SELECT unit, business_date, turnover, outcome FROM planday_revenue")
        return {(unit, day): (turnover, outcome) for unit, day, turnover, outcome in rows}

    def wages(self) -> dict[tuple[dt.date, str, str | None], Decimal]:
        """The stored wage costs by day, department and unit."""
        rows = self.query("SELECT business_date, department, unit, wage_cost FROM wage_costs")
        return {(day, department, unit): wage_cost for day, department, unit, wage_cost in rows}


def failures(result: dg.ExecuteInProcessResult) -> dict[str, str]:
    """The failed steps of a run, and what each of them says."""
    return {
        str(event.step_key).rpartition("__")[2]: str(event.step_failure_data.error_display_string)
        for event in result.get_step_failure_events()
    }


def evaluation(result: dg.ExecuteInProcessResult, check: str) -> dg.AssetCheckEvaluation:
    """What a check of a run found."""
    [found] = [each for each in result.get_asset_check_evaluations() if each.check_name == check]
    return found


def shown(result: dg.ExecuteInProcessResult, asset: str) -> dict[str, str]:
    """The metadata of an asset's last materialization, as text."""
    made = [event.step_materialization_data.materialization for event in result.get_asset_materialization_events()]
    last = [each for each in made if each.asset_key.path[-1] == asset][-1]
    return {name: str(value.value) for name, value in last.metadata.items()}


@contextmanager
def connected(
    company: Company,
    stage: Stage,
    monkeypatch: pytest.MonkeyPatch,
    **rules: Any,  # noqa: ANN401 (create_app's)
) -> Iterator[ConnectedCompany]:
    """Connect a company to a Planday of its own, without rate limits on either side."""
    monkeypatch.setattr(client, "RATE_LIMITS", UNLIMITED)
    with stage.planday(portal(), rate_limits=UNLIMITED, **rules) as planday:
        monkeypatch.setenv("PLANDAY_CLIENT_ID", planday.client_id)
        monkeypatch.setenv("PLANDAY_REFRESH_TOKEN", planday.refresh_token)
        result = ConnectedCompany(company.folder, company.settings, company.ajour, planday, always=dict(ENGLISH))
        result.reload()
        yield result


def with_patience(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Let a run's requests be repeated for so long only."""
    from_settings = PlandayResource.from_settings

    def impatient(settings: object) -> PlandayResource:
        real = from_settings(settings)  # type: ignore[arg-type]
        return PlandayResource(
            client_id=dg.EnvVar("PLANDAY_CLIENT_ID"),
            refresh_token=dg.EnvVar("PLANDAY_REFRESH_TOKEN"),
            api_url=real.api_url,
            identity_url=real.identity_url,
            patience_seconds=seconds,
        )

    monkeypatch.setattr(PlandayResource, "from_settings", impatient)
