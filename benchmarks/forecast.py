"""How near expected revenue comes to what was sold, against simpler methods and against a library's.

Run it with `.venv/bin/python benchmarks/forecast.py restaurant.csv`: a file with the columns business_date (ISO) and
revenue_excl_vat, a row for each day of one restaurant. The demo's chain comes after it, or alone where no file is
given. With statsforecast, two methods of its are measured as well. It takes an older pandas than ours, so give it an
environment of its own: `pip install -r requirements.txt`, then `pip install -e . --group bench` with pip 25.1 or newer.

Every method stands on each day in turn, the origin, knows what was sold before it, and says what that day and the
thirteen after it will bring. A day without revenue or with a silent location is not scored.
"""

import csv
import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import click
import duckdb
import numpy as np
import pyarrow as pa
from rich.console import Console
from rich.progress import track
from rich.table import Table

from ajour_revenue.days import Window
from ajour_revenue.demo import chain
from ajour_revenue.plan.expected_revenue import expect_revenue, load_expected
from ajour_revenue.settings.model import Settings
from ajour_revenue.warehouse.file import empty
from ajour_revenue.warehouse.run import run

try:
    from statsforecast.models import AutoETS, DynamicOptimizedTheta
except ImportError:
    AutoETS = DynamicOptimizedTheta = None

HORIZON = 14
WEEK = 7
FIRST_ORIGIN = 13 * WEEK
"""Days that every method knows before it is scored."""
DEMO = Window(dt.date(2024, 1, 1), dt.date(2025, 12, 31))
LAST_WEEK = "same weekday last week"
MEDIAN_OF_FOUR = "median of the last four"
OURS = "expected revenue"

STORE = """
    INSERT INTO unit_revenue BY NAME
    SELECT
        business_date,
        $unit AS unit,
        'Department' AS department,
        revenue_excl_vat AS revenue,
        'excluded' AS vat,
        revenue_excl_vat,
        'ajour' AS source,
        if(revenue IS NULL, [], ['1']) AS locations,
        if(revenue IS NULL, ['1'], []) AS missing_locations,
        now() AS updated_at,
        'benchmark' AS run_id
    FROM sold
"""


@dataclass(frozen=True)
class Place:
    """What a place sold on each day from a first one on, in its currency excl. VAT; None where a till was silent."""

    name: str
    first_day: dt.date
    sold: list[Decimal | None]

    def same_weekdays(self, origin: int, day: int) -> Iterator[Decimal]:
        """Give what was sold on a day's weekday before the origin, the latest first."""
        weeks = (day - origin) // WEEK + 1
        yield from (sold for before in range(day - weeks * WEEK, -1, -WEEK) if (sold := self.sold[before]) is not None)


class Forecast(NamedTuple):
    """What a method expects of a day, with its 80 % interval where it gives one."""

    expected: float
    low: float | None = None
    high: float | None = None


Method = Callable[[Place, int], list[Forecast | None]]


@dataclass
class Score:
    """How far off a method was."""

    off: float = 0
    too_much: float = 0
    sold: float = 0
    days: int = 0
    intervals: int = 0
    held: int = 0

    def add(self, forecast: Forecast, sold: float) -> None:
        """Count a day."""
        self.off += abs(forecast.expected - sold)
        self.too_much += forecast.expected - sold
        self.sold += sold
        self.days += 1
        if forecast.low is not None and forecast.high is not None:
            self.intervals += 1
            self.held += forecast.low <= sold <= forecast.high


@dataclass
class Scores:
    """A method's scores for the first and for the second week from the origin."""

    weeks: tuple[Score, Score] = field(default_factory=lambda: (Score(), Score()))

    def wape(self, week: int) -> float:
        """Return the sum of the errors against the sum of what was sold."""
        return self.weeks[week].off / self.weeks[week].sold

    @property
    def bias(self) -> float:
        """Return by how much it expected too much."""
        return sum(week.too_much for week in self.weeks) / sum(week.sold for week in self.weeks)

    @property
    def held(self) -> float | None:
        """Return how often the interval held; None where there was none."""
        intervals = sum(week.intervals for week in self.weeks)
        return sum(week.held for week in self.weeks) / intervals if intervals else None


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.option("--every", default=1, show_default=True, help="Days from one origin to the next.")
@click.option("--days", default=365, show_default=True, help="Only the last origins: so many days of each place.")
def main(*, file: Path | None, every: int, days: int) -> None:
    """Print a table for the restaurant, and one for the demo's chain."""
    if file is not None:
        show(file.stem, measured([restaurant(file)], every=every, days=days), every=every)
    show("the demo's chain", measured(demo_places(), every=every, days=days), every=every)


@dataclass
class Measured:
    """How all methods did on the same days."""

    scores: dict[str, Scores] = field(default_factory=dict)
    without_figure: int = 0
    """Days for which a method said nothing; no method is scored on them."""


def measured(places: Iterable[Place], *, every: int, days: int) -> Measured:
    """Score all methods, each place by itself and all added up."""
    result = Measured()
    for place in places:
        first = max(FIRST_ORIGIN, len(place.sold) - days)
        with our_method(place) as ours:
            methods = {**METHODS, OURS: ours}
            for origin in track(range(first, len(place.sold), every), place.name, transient=True):
                forecasts = {name: method(place, origin) for name, method in methods.items()}
                for ahead, sold in enumerate(place.sold[origin : origin + HORIZON]):
                    if not sold or sold < 0:
                        continue
                    of_day = {
                        name: forecast
                        for name, days_ahead in forecasts.items()
                        if (forecast := days_ahead[ahead]) is not None
                    }
                    if len(of_day) < len(methods):
                        result.without_figure += 1
                        continue
                    for name, forecast in of_day.items():
                        result.scores.setdefault(name, Scores()).weeks[ahead // WEEK].add(forecast, float(sold))
    return result


def show(title: str, result: Measured, *, every: int) -> None:
    """Print how the methods did, as ratios to the first one as well."""
    table = Table(title=f"{title}: an origin every {every} day(s), {result.without_figure} days without a figure")
    for heading in ("", "WAPE 1-7", "8-14", "ratio 1-7", "8-14", "bias", "held"):
        table.add_column(heading, justify="right" if heading else "left")
    for name, score in result.scores.items():
        table.add_row(
            name,
            *(f"{score.wape(week):.1%}" for week in (0, 1)),
            *(f"{score.wape(week) / result.scores[LAST_WEEK].wape(week):.3f}" for week in (0, 1)),
            f"{score.bias:+.1%}",
            "" if score.held is None else f"{score.held:.0%}",
        )
    Console().print(table)


def last_week(place: Place, origin: int) -> list[Forecast | None]:
    """Expect what the same weekday brought last."""
    return [_median(place.same_weekdays(origin, origin + ahead), of=1) for ahead in range(HORIZON)]


def median_of_four(place: Place, origin: int) -> list[Forecast | None]:
    """Expect the median of the last four same weekdays."""
    return [_median(place.same_weekdays(origin, origin + ahead), of=4) for ahead in range(HORIZON)]


def _median(sold: Iterable[Decimal], *, of: int) -> Forecast | None:
    last = list(islice(sold, of))
    return Forecast(float(median(last))) if last else None


def library_method(model: Callable[..., Any]) -> Method:
    """Return a method of statsforecast's, which learns from up to a year.

    It takes no gaps: where nothing was sold stands the median of the four same weekdays before.
    """

    def method(place: Place, origin: int) -> list[Forecast | None]:
        days = range(max(0, origin - 52 * WEEK), origin)
        usual = (_median(place.same_weekdays(day, day), of=4) for day in days)
        sold = [
            float(place.sold[day] or (before.expected if before else 0))
            for day, before in zip(days, usual, strict=True)
        ]
        answer = model(season_length=WEEK).forecast(np.array(sold), h=HORIZON, level=[80])
        return [Forecast(*day) for day in zip(answer["mean"], answer["lo-80"], answer["hi-80"], strict=True)]

    return method


METHODS: dict[str, Method] = {LAST_WEEK: last_week, MEDIAN_OF_FOUR: median_of_four}
if AutoETS is not None:
    METHODS |= {model.__name__: library_method(model) for model in (AutoETS, DynamicOptimizedTheta)}


@contextmanager
def our_method(place: Place) -> Iterator[Method]:
    """Give the method of `ajour_revenue/plan/`, from a warehouse that holds the whole history."""
    settings = settings_of([place])
    with empty() as connection:
        store(connection, place)

        def method(place: Place, origin: int) -> list[Forecast | None]:
            today = place.first_day + dt.timedelta(days=origin)
            expect_revenue(connection, settings, Window(today, today + dt.timedelta(days=HORIZON - 1)))
            return [
                None
                if day.expected_revenue_excl_vat is None
                else Forecast(
                    float(day.expected_revenue_excl_vat),
                    None if day.low is None else float(day.low),
                    None if day.high is None else float(day.high),
                )
                for day in load_expected(connection)
            ]

        yield method


def settings_of(places: Sequence[Place]) -> Settings:
    """Return the settings of a chain whose units the places are, the nth of them fed by location n."""
    first_day = min(place.first_day for place in places)
    return Settings.model_validate(
        {
            "name": "benchmark",
            "activation_date": first_day,
            "task": {"start_date": first_day, "time": "07:00", "weekdays": ["monday"], "days_back": 7},
            "revenue": {"vat": "excluded", "overwrite_existing": True},
            "wages": {"source": "file", "file": "wages.csv"},
            "units": [
                {
                    "name": place.name,
                    "department": "Department",
                    "locations": [f"{number}"],
                    "target_wage_percentage": 30,
                }
                for number, place in enumerate(places, start=1)
            ],
        }
    )


def store(connection: duckdb.DuckDBPyConnection, place: Place) -> None:
    """Put what a place sold into the warehouse."""
    last_day = place.first_day + dt.timedelta(days=len(place.sold) - 1)
    sold = {
        "business_date": Window(place.first_day, last_day).days,
        "revenue_excl_vat": pa.array(place.sold, pa.decimal128(18, 2)),
    }
    connection.register("sold", pa.table(sold))
    run(connection, STORE, unit=place.name)


def restaurant(file: Path) -> Place:
    """Read a restaurant's days from a CSV file; ValueError where a day is missing."""
    with file.open(encoding="utf-8", newline="") as text:
        sold = {
            dt.date.fromisoformat(row["business_date"]): Decimal(row["revenue_excl_vat"])
            for row in csv.DictReader(text)
        }
    days = Window(min(sold), max(sold)).days
    if missing := sorted(set(days) - sold.keys()):
        msg = f"{file} has no row for {missing[0]}, nor for {len(missing) - 1} other days"
        raise ValueError(msg)
    return Place(file.stem, days[0], [sold[day] for day in days])


def demo_places() -> Iterator[Place]:
    """Give the units of the demo's chain."""
    locations = {location.id: location for location in chain.LOCATIONS}
    for unit in chain.UNITS:
        days = [[chain.sales(day, locations[location]) for location in unit.locations] for day in DEMO.days]
        yield Place(
            unit.name,
            DEMO.first_day,
            [
                Decimal(sum(sale.amount_excl_ore for sales in day for sale in sales)) / 100 if all(day) else None
                for day in days
            ],
        )


if __name__ == "__main__":
    main()
