"""How many figures of ordinary days are found unusual, and how many wrong ones are not: the backtest of the bounds.

Run it with `.venv/bin/python benchmarks/unusual.py restaurant.csv`, a file as benchmarks/forecast.py takes it; the
demo's chain comes after it, or alone where no file is given. Each day in turn is yesterday, and the real findings are
asked for: once as the days were, and once for each fault that is put into all units' figures of that day.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import click
import duckdb
from rich.console import Console
from rich.progress import track
from rich.table import Table

from ajour_revenue.attention.findings import findings
from ajour_revenue.days import Window
from ajour_revenue.settings.model import Settings
from ajour_revenue.upcoming import never
from ajour_revenue.warehouse.file import empty
from ajour_revenue.warehouse.run import run, values
from benchmarks.forecast import FIRST_ORIGIN, Place, demo_places, restaurant, settings_of, store

FAULTS = {
    "nothing": Decimal(0),
    "x 0.3": Decimal("0.3"),
    "one of two equal tills": Decimal("0.5"),
    "x 3": Decimal(3),
}

SPOIL = """
    UPDATE unit_revenue SET revenue_excl_vat = revenue_excl_vat * $factor
    WHERE business_date = $day AND revenue_excl_vat > 0 AND len(missing_locations) = 0
"""

SPOILT = """
    SELECT unit FROM unit_revenue
    WHERE business_date = $day AND revenue_excl_vat > 0 AND len(missing_locations) = 0
"""


@dataclass
class Judged:
    """What was found of a chain's days."""

    unit_days: int = 0
    found: int = 0
    """Of the days as they were."""
    found_closed: int = 0
    """Those of them on which nothing was sold."""
    spoilt: int = 0
    """Figures that were made wrong, in each way."""
    found_spoilt: Counter[str] = field(default_factory=Counter)

    @property
    def a_week(self) -> float:
        """Findings per week and ten units."""
        return self.found * 70 / self.unit_days


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.option("--days", default=365, show_default=True, help="Only the last days of each place.")
@click.option("--spoil-every", default=5, show_default=True, help="Days from one with faults to the next.")
def main(*, file: Path | None, days: int, spoil_every: int) -> None:
    """Print a table of the restaurant and of the demo's chain."""
    chains = {"the demo's chain": list(demo_places())}
    if file is not None:
        chains = {file.stem: [restaurant(file)], **chains}
    judged = {name: judge(places, days=days, spoil_every=spoil_every) for name, places in chains.items()}
    show(judged)


def judge(places: Iterable[Place], *, days: int, spoil_every: int) -> Judged:
    """Look for unusual revenue on each of the last days of a chain, whose places all begin on the same one."""
    places = list(places)
    result = Judged()
    history = Window(places[0].first_day, places[0].first_day + dt.timedelta(days=len(places[0].sold) - 1))
    with chain_of(places) as (connection, settings):
        for number, day in enumerate(track(history.days[FIRST_ORIGIN:][-days:], transient=True)):
            result.unit_days += len(places)
            found = unusual_on(connection, settings, day)
            result.found += len(found)
            result.found_closed += list(found.values()).count(Decimal(0))
            if number % spoil_every == 0:
                spoilt = set(values(connection, SPOILT, day=day))
                result.spoilt += len(spoilt)
                for fault, factor in FAULTS.items():
                    connection.begin()
                    run(connection, SPOIL, factor=factor, day=day)
                    result.found_spoilt[fault] += len(spoilt & unusual_on(connection, settings, day).keys())
                    connection.rollback()
    return result


@contextmanager
def chain_of(places: list[Place]) -> Iterator[tuple[duckdb.DuckDBPyConnection, Settings]]:
    """Give a warehouse that holds the places' whole history, and the chain's settings."""
    with empty() as connection:
        for place in places:
            store(connection, place)
        # As if everything had been stored long ago: only yesterday is judged.
        run(connection, "UPDATE unit_revenue SET updated_at = '2000-01-01'")
        yield connection, settings_of(places)


def unusual_on(
    connection: duckdb.DuckDBPyConnection, settings: Settings, day: dt.date
) -> dict[str | None, Decimal | None]:
    """Return the units whose figure of a day is unusual, with what they sold."""
    found = findings(
        connection, settings, upcoming=never, days=Window(day, day), company_id="", kinds=["unusual revenue"]
    )
    return {finding.place.unit: finding.facts.revenue_excl_vat for finding in found}


def show(judged: dict[str, Judged]) -> None:
    """Print what was found, a row for each chain."""
    table = Table(title="Unusual revenue: findings a week for ten units, and how many faults are found")
    for heading in ("", "unit-days", "a week", "of them closed", *FAULTS):
        table.add_column(heading, justify="right" if heading else "left")
    for name, result in judged.items():
        table.add_row(
            name,
            f"{result.unit_days}",
            f"{result.a_week:.2f}",
            f"{result.found_closed * 70 / result.unit_days:.2f}",
            *(f"{result.found_spoilt[fault] / result.spoilt:.0%}" for fault in FAULTS),
        )
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
