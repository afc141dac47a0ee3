"""A morning of the demo: the real job on its Ajour and Planday, and what came of it in the terminal."""

import datetime as dt

import duckdb
from rich.console import Console
from rich.table import Table

from ajour_revenue.attention.findings import findings
from ajour_revenue.attention.texts import PLAIN, about
from ajour_revenue.days import MAX_DAYS, Window, yesterday
from ajour_revenue.demo.ajour import correct_figure
from ajour_revenue.instance import dagster_instance, next_fetch_here
from ajour_revenue.launch import run_window
from ajour_revenue.plan.wage_plan import coming_days, load_plan
from ajour_revenue.reports.plan_texts import PLAIN_PLAN
from ajour_revenue.reports.write import Pages
from ajour_revenue.settings.model import Settings
from ajour_revenue.text.formats import DANISH
from ajour_revenue.wages.figures import COMPANY, load_figures
from ajour_revenue.warehouse.connect import reading


def fetch_and_tell(settings: Settings) -> None:
    """Fetch the 31 days that end yesterday and then, after a correction, what each morning fetches; print both."""
    console = Console(highlight=False)
    tomorrow = yesterday() + dt.timedelta(days=1)
    window = Window.back_from(tomorrow, days=MAX_DAYS)
    recent = Window.back_from(tomorrow, days=settings.task.days_back)

    console.print(
        f"{_days(window)}: revenue from the demo's Ajour over ODBC, wages from its Planday, and revenue to Planday, "
        "which wants no more than 10 requests a second …"
    )
    _run(settings, window)
    console.print(f"{_days(recent)}: again, after a correction in Ajour, as each morning's schedule does …\n")
    correct_figure(settings.folder / "ajour.sqlite", day=recent.first_day)
    _run(settings, recent)

    with reading(settings.warehouse_file) as connection:
        for days in (window, Window(window.last_day, window.last_day)):
            console.print(_wage_percentages(connection, settings, days))
        _print_attention(console, connection, settings, window)
        _print_plan(console, connection, settings)
    console.print("\nThe wage report, to open in a browser, and the warehouse:")
    for path in (Pages.of(settings).latest, settings.warehouse_file):
        # Whole on one line, however long, so that it can be copied.
        console.print(f"  {path.resolve()}", soft_wrap=True)


def fetch(settings: Settings, window: Window) -> None:
    """Fetch the days that have passed since the demo was made."""
    Console(highlight=False).print(f"{_days(window)}: fetched, since the demo has them not yet …")
    _run(settings, window)


def _days(window: Window) -> str:
    return DANISH.days(window.first_day, window.last_day)


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


def _print_plan(console: Console, connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    console.print("\n[bold]The coming days[/bold] (ajour-revenue plan shows each department and unit)")
    for planned in load_plan(connection, settings, coming_days(settings)):
        if planned.figure.place == COMPANY:
            told = f"{DANISH.weekday_and_date(planned.day)}: {PLAIN_PLAN.sentence(planned)}"
            console.print(f"  {told}", markup=False)


def _print_attention(
    console: Console, connection: duckdb.DuckDBPyConnection, settings: Settings, window: Window
) -> None:
    console.print("[bold]Needs attention[/bold]")
    for finding in findings(connection, settings, upcoming=lambda: next_fetch_here(settings), days=window):
        console.print(f"  {PLAIN.kinds[finding.kind].title}: {about(finding)}", markup=False)
