"""The demo: an Ajour and a Planday made for the purpose, and the real job on them."""

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table

from ajour_revenue.attention.findings import findings
from ajour_revenue.attention.texts import PLAIN, about
from ajour_revenue.days import MAX_DAYS, Window, yesterday
from ajour_revenue.demo.ajour import correct_figure, write_ajour
from ajour_revenue.demo.chain import UNITS
from ajour_revenue.demo.planday import create_app, serve
from ajour_revenue.demo.portal import chain_portal
from ajour_revenue.instance import dagster_instance, next_fetch_here
from ajour_revenue.launch import run_window
from ajour_revenue.reports.write import report_file
from ajour_revenue.settings.documents import settings_file, usual_settings
from ajour_revenue.settings.edit import edit
from ajour_revenue.settings.load import DEFAULT_SETTINGS_FILE, load_settings
from ajour_revenue.settings.model import Settings
from ajour_revenue.settings.secrets import AJOUR_CREDENTIALS
from ajour_revenue.text.formats import DANISH
from ajour_revenue.wages.figures import load_figures
from ajour_revenue.warehouse.connect import reading

COMPANY_ID = "1"
PLANDAY_CLIENT_ID = "demo-client"
PLANDAY_REFRESH_TOKEN = "demo-refresh-token"  # noqa: S105 (the demo's own)
DAYS_SINCE_ACTIVATION = 40
DAYS_BEFORE_ACTIVATION = 5

NO_PLANDAY = "http://127.0.0.1:1"
"""Where nothing answers: each run of the demo serves its Planday on another port, and puts it into the settings."""

HEADING = "The demo's settings. Change them and run `make demo` again; delete this folder to start anew."


def run_demo(home: Path, *, ui_port: int | None) -> None:
    """Make the demo's Ajour and Planday in a folder, run the 31 days that end yesterday, and print what came of it.

    With `ui_port`, Dagster's UI stays open on it until it is interrupted. Can be run again at any time: it adds the
    days that have passed since, and nothing else changes.
    """
    home.mkdir(parents=True, exist_ok=True)
    _write_settings(home)
    known = Window(_settings(home).activation_date - dt.timedelta(days=DAYS_BEFORE_ACTIVATION), yesterday())
    write_ajour(home / "ajour.sqlite", company_id=COMPANY_ID, first_day=known.first_day, last_day=known.last_day)
    app = create_app(chain_portal(known), client_id=PLANDAY_CLIENT_ID, refresh_token=PLANDAY_REFRESH_TOKEN)
    with serve(app) as planday_url:
        _point_to_planday(home, planday_url)
        _fetch_and_tell(home)
        if ui_port:
            command = [sys.executable, "-m", "dagster", "dev", "-m", "ajour_revenue.definitions", "-p", str(ui_port)]
            subprocess.run(command, cwd=home, check=False)  # noqa: S603 (a number is all that is given)


def _fetch_and_tell(home: Path) -> None:
    console = Console(highlight=False)
    settings = _settings(home)
    tomorrow = yesterday() + dt.timedelta(days=1)
    window = Window.back_from(tomorrow, days=MAX_DAYS)
    recent = Window.back_from(tomorrow, days=settings.task.days_back)

    console.print(
        f"{_days(window)}: revenue from the demo's Ajour over ODBC, wages from its Planday, and revenue to Planday, "
        "which wants no more than 10 requests a second …"
    )
    _run(settings, window)
    console.print(f"{_days(recent)}: again, after a correction in Ajour, as each morning's schedule does …\n")
    correct_figure(home / "ajour.sqlite", day=recent.first_day)
    _run(settings, recent)

    with reading(settings.warehouse_file) as connection:
        for days in (window, Window(window.last_day, window.last_day)):
            console.print(_wage_percentages(connection, settings, days))
        _print_attention(console, connection, settings, window)
    console.print("\nThe wage report, to open in a browser, and the warehouse:")
    for path in (report_file(settings, "html"), settings.warehouse_file):
        # Whole on one line, however long, so that it can be copied.
        console.print(f"  {path.resolve()}", soft_wrap=True)
    console.print("See it all in Dagster: make dev")


def _days(window: Window) -> str:
    return DANISH.days(window.first_day, window.last_day)


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


def _point_to_planday(home: Path, url: str) -> None:
    def point(settings: dict[str, Any]) -> None:
        settings["planday"] |= {"api_url": url, "identity_url": url}

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
    values["planday"] = {"publish": True, "api_url": NO_PLANDAY, "identity_url": NO_PLANDAY}
    values["warehouse"] = "../demo.duckdb"
    return settings_file(values, heading=HEADING)


def _run(settings: Settings, window: Window) -> None:
    with dagster_instance() as instance:
        run_window(settings, window, instance)


def _wage_percentages(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    window: Window,
) -> Table:
    table = Table(title=f"Wage percentage, {_days(window)} (DKK excl. VAT)", title_justify="left", min_width=78)
    for heading in ("Department", "Unit"):
        table.add_column(heading)
    for heading in ("Revenue", "Wage cost", "Wage %", "Target"):
        table.add_column(heading, justify="right", no_wrap=True)
    figures = load_figures(connection, settings, [window]).get(window, {})
    places = [place for place in figures if place.department is not None]
    for place, following in zip(places, [*places[1:], None], strict=True):
        figure = figures[place]
        table.add_row(
            place.department,
            place.unit or ("no unit" if place.unallocated else "total"),
            DANISH.money(figure.revenue_excl_vat),
            DANISH.money(figure.wage_cost),
            DANISH.percent(figure.wage_percentage) + (" over" if figure.is_over_target else ""),
            DANISH.percent(figure.target),
            style="" if place.unit or place.unallocated else "bold",
            end_section=following is None or following.department != place.department,
        )
    return table


def _print_attention(
    console: Console, connection: duckdb.DuckDBPyConnection, settings: Settings, window: Window
) -> None:
    console.print("[bold]Needs attention[/bold]")
    for finding in findings(connection, settings, upcoming=lambda: next_fetch_here(settings), days=window):
        console.print(f"  {PLAIN.kinds[finding.kind].title}: {about(finding)}", markup=False)
