"""The demo: an Ajour and a Planday made for the purpose, and the real job on them."""

import datetime as dt
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from ajour_revenue.days import MAX_DAYS, Window, month_of, today, yesterday
from ajour_revenue.demo.ajour import write_ajour
from ajour_revenue.demo.chain import UNITS, budget
from ajour_revenue.demo.planday import create_app, serve
from ajour_revenue.demo.portal import chain_portal
from ajour_revenue.reports.write import Pages
from ajour_revenue.settings.documents import settings_file, usual_settings
from ajour_revenue.settings.edit import edit
from ajour_revenue.settings.load import DEFAULT_SETTINGS_FILE, load_settings
from ajour_revenue.settings.model import Settings
from ajour_revenue.settings.secrets import AJOUR_CREDENTIALS
from ajour_revenue.warehouse.connect import reading
from ajour_revenue.warehouse.run import value

if TYPE_CHECKING:
    from starlette.types import ASGIApp

COMPANY_ID = "1"
PLANDAY_CLIENT_ID = "demo-client"
PLANDAY_REFRESH_TOKEN = "demo-refresh-token"  # noqa: S105 (the demo's own)
DAYS_SINCE_ACTIVATION = 40
DAYS_PLANNED = 14
BUDGET_FILE = "budget.csv"

PLANDAY = "http://127.0.0.1:27327"
"""Where a new demo's Planday is served, so that every later command finds it."""

HEADING = "The demo's settings. Change them and run `make demo` again; delete this folder to start anew."


def run_demo(home: Path, *, ui_port: int | None) -> None:
    """Make the demo's Ajour and Planday in a folder, run the 31 days that end yesterday, and print what came of it.

    With `ui_port`, Dagster's UI stays open on it until it is interrupted, and nothing is fetched that is there already.
    Can be run again at any time: it adds the days that have passed since, and nothing else changes.
    """
    home.mkdir(parents=True, exist_ok=True)
    _write_settings(home)
    known = Window(_settings(home).activation_date, yesterday())
    write_ajour(home / "ajour.sqlite", company_id=COMPANY_ID, first_day=known.first_day, last_day=known.last_day)
    planned = Window(known.first_day, today() + dt.timedelta(days=DAYS_PLANNED - 1))
    _write_budget(home / BUDGET_FILE, planned)
    app = create_app(chain_portal(planned), client_id=PLANDAY_CLIENT_ID, refresh_token=PLANDAY_REFRESH_TOKEN)
    with _planday_served(home, app):
        settings = _settings(home)
        missing = missing_days(settings)
        if ui_port is None or missing:
            # Whoever only opens the UI need not wait for it.
            from ajour_revenue.demo import morning  # noqa: PLC0415

            if ui_port is None or missing == _latest_days():
                morning.fetch_and_tell(settings)
            elif missing:
                morning.fetch(settings, missing)
        if ui_port is None:
            click.echo("See it all in Dagster: make dev")
        else:
            _open_ui(home, ui_port)


def _latest_days() -> Window:
    return Window.back_from(today(), days=MAX_DAYS)


def missing_days(settings: Settings) -> Window | None:
    """Return which of the latest days were not fetched yet, or have no report; None where all is there."""
    with reading(settings.warehouse_file) as connection:
        fetched = value(connection, "SELECT max(business_date) FROM fetches")
    days = _latest_days()
    if fetched is None or not Pages.of(settings).latest.exists():
        return days
    first_day = max(days.first_day, fetched + dt.timedelta(days=1))
    return Window(first_day, days.last_day) if first_day <= days.last_day else None


@contextmanager
def _planday_served(home: Path, app: "ASGIApp") -> Iterator[None]:
    """Serve the demo's Planday where the settings say, or on another port, which they name meanwhile."""
    usual = _settings(home).planday.api_url
    with serve(app, port=urlsplit(usual).port or 0) as url:
        _point_to_planday(home, url)
        try:
            yield
        finally:
            # Whoever has the port may be this demo's Dagster, which goes on.
            _point_to_planday(home, usual)


def _open_ui(home: Path, port: int) -> None:
    click.echo(f"Dagster opens at http://127.0.0.1:{port} in some seconds; Ctrl-C ends it.")
    command = [sys.executable, "-m", "dagster", "dev", "-m", "ajour_revenue.definitions", "-p", str(port)]
    subprocess.run(command, cwd=home, check=False)  # noqa: S603 (a number is all that is given)


def _write_settings(home: Path) -> None:
    path = home / DEFAULT_SETTINGS_FILE
    if not path.exists():
        activation_date = yesterday() - dt.timedelta(days=DAYS_SINCE_ACTIVATION)
        path.write_text(_settings_text(activation_date), encoding="utf-8")
    environment = {
        AJOUR_CREDENTIALS["company_id"]: COMPANY_ID,
        AJOUR_CREDENTIALS["user"]: "demo",
        AJOUR_CREDENTIALS["password"]: "demo-password",
        AJOUR_CREDENTIALS["database"]: str((home / "ajour.sqlite").resolve()),
        AJOUR_CREDENTIALS["host"]: "localhost",
        "PLANDAY_CLIENT_ID": PLANDAY_CLIENT_ID,
        "PLANDAY_REFRESH_TOKEN": PLANDAY_REFRESH_TOKEN,
    }
    (home / ".env").write_text("".join(f"{name}={value}\n" for name, value in environment.items()), encoding="utf-8")
    os.environ.update(environment)


def _write_budget(path: Path, window: Window) -> None:
    """Write what each unit is to sell in every month of a window, as Danish Excel saves it."""
    rows = [
        f"{unit.name};{month.first_day:%m-%Y};{budget(unit, month.days)},00;{unit.target_wage_percentage}"
        for month in dict.fromkeys(map(month_of, window.days))
        for unit in UNITS
    ]
    lines = ["Enhed;Måned;Omsætning excl. moms;Lønprocent", *rows, ""]
    path.write_text("\n".join(lines), encoding="utf-8-sig")


def _point_to_planday(home: Path, url: str) -> None:
    def point(settings: dict[str, Any]) -> None:
        settings["planday"] |= {"api_url": url, "identity_url": url}

    if _settings(home).planday.api_url != url:
        edit(home / DEFAULT_SETTINGS_FILE, point)


def _settings(home: Path) -> Settings:
    return load_settings(home / DEFAULT_SETTINGS_FILE)


def _settings_text(activation_date: dt.date) -> str:
    units = [
        {
            "name": unit.name,
            "department": unit.department,
            "locations": unit.locations,
            "planday_unit_id": unit.planday_unit_id,
            "target_wage_percentage": unit.target_wage_percentage,
        }
        for unit in UNITS
    ]
    values = usual_settings(
        name="demo", activation_date=activation_date, ajour={"driver": "SQLite3"}, wages="planday", units=units
    )
    values["title"] = "Nordhavn Restauranter"
    values["planday"] = {"publish": True, "api_url": PLANDAY, "identity_url": PLANDAY}
    values["budget"] = {"file": BUDGET_FILE}
    values["warehouse"] = "../demo.duckdb"
    return settings_file(values, heading=HEADING)
