"""What the tests at the ODBC border need: a source with known figures, and a way to meet its errors."""

import select
import socket
import sqlite3
import struct
import threading
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, TypeVar

import pytest

from ajour_revenue.ajour.connection import AjourConnection
from ajour_revenue.ajour.errors import AjourError
from ajour_revenue.days import Window
from ajour_revenue.settings.model import DEFAULT_QUERIES
from ajour_revenue.settings.secrets import AJOUR_CREDENTIALS
from ajour_revenue_tests.ajour.postgres import Postgres
from ajour_revenue_tests.processes import PATIENCE_SECONDS

T = TypeVar("T")
Error = TypeVar("Error", bound=AjourError)

POSTGRES_DATABASE = "omsætning-2026"
COMPANY_ID = "firma-4711-æ"
USER = "ajour-læser-7"
PASSWORD = "p}a;s{w=o'rd æ"
WINDOW = Window(date(2026, 3, 28), date(2026, 3, 30))
LOCATIONS = [("10", "Bar på første"), ("20", "Køkken"), ("30", "Ærø 'havn'; kiosk")]
REVENUE = [
    (date(2026, 3, 28), "10", Decimal("1250.25"), Decimal("1000.20")),
    (date(2026, 3, 28), "20", Decimal("-12.50"), Decimal("-10.00")),
    (date(2026, 3, 29), "10", Decimal("0.10"), Decimal("0.08")),
    (date(2026, 3, 30), "30", Decimal("123456789012.35"), Decimal("98765431209.88")),
]


@dataclass
class Source:
    """A database that plays Ajour, and how to reach it."""

    folder: Path
    driver: str
    database: str
    host: str = "ajour.invalid"
    port: int = 1

    def ajour(self, *, locations: str | None = None, revenue: str | None = None, **changes: Any) -> AjourConnection:  # noqa: ANN401 (any field of the connection)
        """Return a connection that reads this source, with the queries that ship or with other SQL texts."""
        fields: dict[str, Any] = {
            "company_id": COMPANY_ID,
            "user": USER,
            "password": PASSWORD,
            "database": self.database,
            "host": self.host,
            "driver": self.driver,
            "port": self.port,
            "options": {},
            "locations_query": self.query("locations", locations),
            "revenue_query": self.query("daily_revenue", revenue),
            "login_timeout_seconds": 60,
            "query_timeout_seconds": 60,
        }
        return AjourConnection(**(fields | changes))

    def query(self, name: str, sql: str | None) -> str:
        """Write an SQL text into a file and return its path; without a text, the path of the one that ships."""
        if sql is None:
            return str(DEFAULT_QUERIES / f"{name}.sql")
        path = self.folder / f"{name}.sql"
        path.write_text(sql, encoding="utf-8")
        return str(path)


def sqlite_source(folder: Path) -> Source:
    """Make a SQLite file with the known figures."""
    path = folder / "omsætning.sqlite"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE locations (company_id TEXT, location_id TEXT, location_name TEXT)")
        database.execute(
            "CREATE TABLE daily_revenue (company_id TEXT, business_date DATE, location_id TEXT, "
            "revenue_incl_vat TEXT, revenue_excl_vat TEXT)",
        )
        database.executemany("INSERT INTO locations VALUES (?, ?, ?)", [(COMPANY_ID, *row) for row in LOCATIONS])
        database.executemany(
            "INSERT INTO daily_revenue VALUES (?, ?, ?, ?, ?)",
            [(COMPANY_ID, day.isoformat(), location, str(incl), str(excl)) for day, location, incl, excl in REVENUE],
        )
    database.close()
    return Source(folder, "SQLite3", str(path))


def fill(server: Postgres, database: str) -> None:
    """Make a database with the known figures, and the role that may read them."""
    server.execute(f'CREATE ROLE "{USER}" LOGIN')
    server.set_password(USER, PASSWORD)
    server.execute(f'CREATE DATABASE "{database}"')
    for statement in (
        "CREATE TABLE locations (company_id text, location_id integer, location_name text)",
        """
        CREATE TABLE daily_revenue (
            company_id text, business_date date, location_id integer,
            revenue_incl_vat numeric(18, 2), revenue_excl_vat numeric(18, 2)
        )
        """,
        "CREATE TABLE salaries (location_id text, location_name text)",
        f'GRANT SELECT ON locations TO "{USER}"',
        f'GRANT SELECT, INSERT, DELETE ON daily_revenue TO "{USER}"',
    ):
        server.execute(statement, database=database)
    for row in LOCATIONS:
        server.execute("INSERT INTO locations VALUES (?, ?::int, ?)", COMPANY_ID, *row, database=database)
    for figures in REVENUE:
        server.execute("INSERT INTO daily_revenue VALUES (?, ?, ?::int, ?, ?)", COMPANY_ID, *figures, database=database)


def in_background(call: Callable[[], T]) -> "Future[T]":
    """Begin a call in a thread of its own, which does not keep the tests from ending."""
    outcome: Future[T] = Future()

    def work() -> None:
        try:
            outcome.set_result(call())
        except BaseException as error:  # noqa: BLE001 (it is raised again where the outcome is asked for)
            outcome.set_exception(error)

    threading.Thread(target=work, daemon=True).start()
    return outcome


def failure(kind: type[Error], ajour: AjourConnection, outcome: "Future[Any]") -> str:
    """Return what a call told when it failed with exactly this error, and see that it gave no credential away."""
    with pytest.raises(kind) as raised:
        outcome.result(timeout=PATIENCE_SECONDS)
    assert raised.type is kind
    told = "".join(traceback.format_exception(raised.value))
    for name in AJOUR_CREDENTIALS:
        assert getattr(ajour, name) not in told
    return str(raised.value)


def locations_failure(kind: type[AjourError], ajour: AjourConnection) -> str:
    """Ask for the locations, which must fail; return what was told."""
    return failure(kind, ajour, in_background(ajour.locations))


def revenue_failure(kind: type[AjourError], ajour: AjourConnection) -> str:
    """Ask for the revenue of the window, which must fail; return what was told."""
    return failure(kind, ajour, in_background(lambda: ajour.daily_revenue(WINDOW)))


@contextmanager
def silent_server() -> Iterator[int]:
    """Take connections and never say a word; gives the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@contextmanager
def hanging_up_server() -> Iterator[int]:
    """Take connections and hang up at the first word; gives the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def hang_up() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(1)

        threading.Thread(target=hang_up, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


@contextmanager
def address_that_never_answers() -> Iterator[int]:
    """Let connection attempts go unanswered, as a firewall does that drops them; gives the port."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:
            each.setblocking(False)  # noqa: FBT003 (its only parameter)
            each.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]
        for each in waiting:
            each.close()


Fault = Literal["silence", "cut", "reset"]


@dataclass
class FaultyWay:
    """A way to a server on which what it says breaks off after so many bytes; whole again afterwards."""

    target: int
    fault: Fault
    after_bytes: int
    port: int = 0
    said: int = 0
    """How many bytes the server has said so far, over all connections."""
    is_broken: bool = False

    def carry(self, client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", self.target)) as server:
            ends = {client: server, server: client}
            while True:
                for end in select.select(list(ends), [], [])[0]:
                    data = end.recv(1)
                    if not data:
                        return
                    if end is server:
                        self.said += 1
                        if self.said > self.after_bytes and not self.is_broken:
                            self.is_broken = True
                            self._break_off(client)
                            return
                    ends[end].sendall(data)

    def _break_off(self, client: socket.socket) -> None:
        if self.fault == "silence":
            with suppress(ConnectionError):
                while client.recv(4096):
                    pass
        elif self.fault == "reset":
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@contextmanager
def faulty_way(target: int, fault: Fault, *, after_bytes: int) -> Iterator[FaultyWay]:
    """Listen on a port of its own, and carry everything to and from the target's."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        way = FaultyWay(target, fault, after_bytes, listener.getsockname()[1])

        def carry(client: socket.socket) -> None:
            with suppress(OSError):
                way.carry(client)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    client, _ = listener.accept()
                    threading.Thread(target=carry, args=(client,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield way
        listener.shutdown(socket.SHUT_RDWR)
