"""The demo's Ajour: a SQLite database as a till system keeps it, behind the two views that our queries read."""

import datetime as dt
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from ajour_revenue.demo.chain import INVOICING_LOCATION, LOCATIONS, Sale, forgotten_invoice, sales

# Somebody else's location has an id of ours: a query that forgets the company id gets figures twice.
OTHER_COMPANY_ID = "other-company"
OTHER_LOCATION = ("10", "Havnegrillen")

# Øre are summed as integers and written as text: SQLite would make a float of every decimal.
SCHEMA = (
    """
    CREATE TABLE IF NOT EXISTS shops (
        company_id TEXT NOT NULL,
        location_id TEXT NOT NULL,
        name TEXT NOT NULL,
        PRIMARY KEY (company_id, location_id)
    )
    """,
    """
    CREATE TABLE IF NOT EXISTS sales (
        company_id TEXT NOT NULL,
        location_id TEXT NOT NULL,
        business_date DATE NOT NULL,
        sold_at TIMESTAMP NOT NULL,
        amount_incl_ore INTEGER NOT NULL,
        amount_excl_ore INTEGER NOT NULL,
        PRIMARY KEY (company_id, business_date, location_id, sold_at)
    )
    """,
    """
    CREATE VIEW IF NOT EXISTS locations AS
    SELECT company_id, location_id, name AS location_name FROM shops
    """,
    """
    CREATE VIEW IF NOT EXISTS daily_revenue AS
    SELECT
        company_id,
        business_date,
        location_id,
        printf('%s%d.%02d', iif(incl_ore < 0, '-', ''), abs(incl_ore) / 100, abs(incl_ore) % 100) AS revenue_incl_vat,
        printf('%s%d.%02d', iif(excl_ore < 0, '-', ''), abs(excl_ore) / 100, abs(excl_ore) % 100) AS revenue_excl_vat
    FROM (
        SELECT
            company_id,
            business_date,
            location_id,
            sum(amount_incl_ore) AS incl_ore,
            sum(amount_excl_ore) AS excl_ore
        FROM sales
        GROUP BY company_id, business_date, location_id
    )
    """,
)


def write_ajour(path: Path, *, company_id: str, first_day: dt.date, last_day: dt.date) -> None:
    """Make the demo's Ajour where there is none, and add the business dates, both ends included, that it lacks.

    What is there stays as it is, corrections too. All or nothing is written.
    """
    with _transaction(path) as ajour:
        for statement in SCHEMA:
            ajour.execute(statement)
        shops = [(company_id, location.id, location.name) for location in LOCATIONS]
        ajour.executemany(
            "INSERT INTO shops VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            [*shops, (OTHER_COMPANY_ID, *OTHER_LOCATION)],
        )
        known = {day for (day,) in ajour.execute("SELECT business_date FROM sales WHERE company_id = ?", [company_id])}
        for day in _days(first_day, last_day):
            if day.isoformat() in known:
                continue
            for location in LOCATIONS:
                _add(ajour, company_id, location.id, day, sales(day, location))
            lunch = Sale(dt.datetime.combine(day, dt.time(12)), 250_000)
            _add(ajour, OTHER_COMPANY_ID, OTHER_LOCATION[0], day, [lunch])


def correct_figure(path: Path, *, day: dt.date) -> None:
    """Add to Ajour the catering invoice that a manager had forgotten on a day (R10); once, however often called.

    Raises ValueError where Ajour does not have that day yet.
    """
    with _transaction(path) as ajour:
        companies = ajour.execute(
            "SELECT DISTINCT company_id FROM sales WHERE business_date = ? AND location_id = ?",
            [day.isoformat(), INVOICING_LOCATION],
        ).fetchall()
        if not companies:
            msg = f"the demo's Ajour has no figure of {day} to correct"
            raise ValueError(msg)
        for (company_id,) in companies:
            _add(ajour, company_id, INVOICING_LOCATION, day, [forgotten_invoice(day)])


@contextmanager
def _transaction(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path)) as connection, connection:
        # Python begins none by itself before a CREATE.
        connection.execute("BEGIN IMMEDIATE")
        yield connection


def _add(ajour: sqlite3.Connection, company_id: str, location_id: str, day: dt.date, sold: Iterable[Sale]) -> None:
    ajour.executemany(
        "INSERT INTO sales VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [
            (company_id, location_id, f"{day}", f"{sale.sold_at}", sale.amount_incl_ore, sale.amount_excl_ore)
            for sale in sold
        ],
    )


def _days(first_day: dt.date, last_day: dt.date) -> Iterator[dt.date]:
    for ordinal in range(first_day.toordinal(), last_day.toordinal() + 1):
        yield dt.date.fromordinal(ordinal)
