"""The connection to Ajour's database, over ODBC."""

import datetime as dt
import logging
import re
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

import pyarrow as pa
import tenacity

from ajour_revenue import days
from ajour_revenue.ajour.drivers import DriverFamily, family_of
from ajour_revenue.ajour.errors import (
    AjourError,
    ConnectionFailedError,
    ConnectionLostError,
    ContractBrokenError,
    DriverManagerMissingError,
    DriverNotInstalledError,
    HostUnreachableError,
    LoginRefusedError,
    MissingCredentialsError,
    QueryFailedError,
    TimedOutError,
    UnknownDatabaseError,
)
from ajour_revenue.ajour.queries import DailyRevenue, Location, Query, Row
from ajour_revenue.days import Window
from ajour_revenue.masking import is_blank, without_secrets
from ajour_revenue.settings.model import Settings
from ajour_revenue.web import is_loopback

if TYPE_CHECKING:
    import pyodbc

T = TypeVar("T")

logger = logging.getLogger(__name__)

BATCH_ROWS = 10_000
RAW_MONEY = pa.decimal128(28, 8)
REVENUE_SCHEMA = pa.schema(
    {
        "business_date": pa.date32(),
        "location_id": pa.string(),
        "revenue_incl_vat": RAW_MONEY,
        "revenue_excl_vat": RAW_MONEY,
    },
)

CREDENTIALS = {
    "company_id": "AJOUR_COMPANY_ID",
    "user": "AJOUR_USER",
    "password": "AJOUR_PASSWORD",
    "database": "AJOUR_DATABASE",
    "host": "AJOUR_HOST",
}
"""The five things that Ajour gives (R1), and the environment variables that carry them."""


def fields_from_settings(settings: Settings) -> dict[str, Any]:
    """Return everything that a connection needs beside the credentials."""
    ajour = settings.ajour
    return {
        "driver": ajour.driver,
        "port": ajour.port,
        "options": ajour.options,
        "locations_query": str(ajour.queries.locations),
        "revenue_query": str(ajour.queries.revenue),
        "login_timeout_seconds": ajour.login_timeout_seconds,
        "query_timeout_seconds": ajour.query_timeout_seconds,
    }


# What servers call it (SQLSTATE, native error code, or the server's own words), whichever driver carries the message.
LOGIN_REFUSED = re.compile(r"\[28000\]|\(18456\)|\(1045\)|authentication failed|role .* does not exist|no password")
UNKNOWN_DATABASE = re.compile(r"\(4060\)|\(911\)|\(1049\)|database .* does not exist|connect failed \(14\)")
NO_DATABASE_FILE = re.compile(r"\[SQLite\]file is not a database")
TIMED_OUT = re.compile(r"\[HYT0[01]\]|time-?out|timed out", re.IGNORECASE)
BROKEN_OFF = re.compile(r"\[08S01\]|closed the connection|reset by peer|is (starting up|shutting down|in recovery)")
NO_DRIVER = re.compile(r"\[(01000|IM002|IM003|IM004)\]")


def _tell_retry(state: tenacity.RetryCallState) -> None:
    wait = state.next_action.sleep if state.next_action else 0
    error = state.outcome.exception() if state.outcome else None
    logger.warning("Trying again in %.0f s: %s", wait, error)


retried = tenacity.Retrying(
    retry=tenacity.retry_if_exception(lambda error: isinstance(error, AjourError) and error.transient),
    stop=tenacity.stop_after_attempt(4),
    wait=tenacity.wait_exponential(multiplier=2, max=30) + tenacity.wait_random(0, 1),
    before_sleep=_tell_retry,
    reraise=True,
)


class Fetched(NamedTuple):
    """Revenue as Ajour gave it, and when Ajour was asked."""

    rows: pa.Table
    """Columns: business_date, location_id, revenue_incl_vat and revenue_excl_vat in DKK."""
    asked_at: dt.datetime
    """The moment, in UTC, just before the query was sent that gave the rows (D15)."""


@dataclass(frozen=True, kw_only=True)
class AjourConnection:
    """Reads Ajour's database over ODBC: the locations, and the revenue of up to 31 days.

    Every method raises an AjourError whose message says what failed and what to do, without any of the credentials.
    What may pass by itself (an unreachable host, a time-out, a lost connection) is tried again, with exponential
    back-off and jitter; a wrong password is not.
    """

    company_id: str = field(repr=False)
    user: str = field(repr=False)
    password: str = field(repr=False)
    database: str = field(repr=False)
    host: str = field(repr=False)
    driver: str
    """An installed driver's name, or a path to one."""
    port: int
    options: Mapping[str, str]
    """Further ODBC keywords."""
    locations_query: str
    """Path of the file with the SQL text."""
    revenue_query: str
    login_timeout_seconds: int
    query_timeout_seconds: int

    @property
    def weaknesses(self) -> list[str]:
        """What the options have switched off that keeps the password and the figures safe on their way."""
        return [] if is_loopback(self.host) else family_of(self.driver).weaknesses(self.options)

    def locations(self) -> list[Location]:
        """Return the company's locations (R2), each once."""
        return retried(self._locations)

    def daily_revenue(self, window: Window) -> Fetched:
        """Return what every location sold on each business date of the window (D4).

        Rows come over in batches; the whole is returned only when every one of them has kept the contract.
        """
        return retried(self._daily_revenue, window)

    def _locations(self) -> list[Location]:
        query = Query(Path(self.locations_query), Location)
        with self._answer(query, {}) as answer:
            locations = [location for batch in answer.batches for location in batch]
        self._refuse_repeated(query, [location.location_id for location in locations])
        return locations

    def _daily_revenue(self, window: Window) -> Fetched:
        query = Query(Path(self.revenue_query), DailyRevenue)
        with self._answer(query, {"from_date": window.first_day, "to_date": window.last_day}) as answer:
            batches = [_to_arrow(query, rows, window) for rows in answer.batches]
        revenue = pa.Table.from_batches(batches, schema=REVENUE_SCHEMA)
        keys = zip(revenue["business_date"].to_pylist(), revenue["location_id"].to_pylist(), strict=True)
        self._refuse_repeated(query, [f"{day}, location {location}" for day, location in keys])
        return Fetched(revenue, answer.asked_at)

    def _refuse_repeated(self, query: Query[Row], keys: list[str]) -> None:
        if repeated := [key for key, count in Counter(keys).items() if count > 1]:
            msg = (
                f"{query.path} returned more than one row for {'; '.join(repeated[:10])}. "
                "Correct the query; nothing was stored."
            )
            raise ContractBrokenError(msg)

    @contextmanager
    def _answer(self, query: Query[Row], parameters: dict[str, object]) -> Iterator["_Answer[Row]"]:
        sql, values = query.bind({"company_id": self.company_id, **parameters})
        with self._opened() as connection:
            asked_at = days.now().astimezone(dt.UTC)
            cursor = self._execute(connection, query, sql, values)
            yield _Answer(self._batches(cursor, query), asked_at)

    def _batches(self, cursor: "pyodbc.Cursor", query: Query[Row]) -> Iterator[list[Row]]:
        columns = [str(column[0]).lower() for column in cursor.description or ()]
        query.check_columns(columns)
        types = dict(zip(columns, (column[1] for column in cursor.description or ()), strict=True))
        types_by_first_row = family_of(self.driver).types_by_first_row
        number = 1
        while rows := self._fetch(cursor, query):
            # An answer without rows has no first row that its types could come from.
            if types_by_first_row:
                query.refuse_numbers(types)
            yield query.rows(columns, rows, first_number=number)
            number += len(rows)

    @contextmanager
    def _opened(self) -> Iterator["pyodbc.Connection"]:
        connection = self._connect()
        try:
            yield connection
        except (TimedOutError, ConnectionLostError):
            # Closing could wait for the very server that does not answer; the connection ends with the process.
            raise
        except BaseException:
            self._end(connection)
            raise
        self._end(connection)

    def _end(self, connection: "pyodbc.Connection") -> None:
        """Close; nothing that a query may have written is ever committed, by a server that is gone neither."""

        def end() -> None:
            connection.rollback()
            connection.close()

        with suppress(_import_pyodbc().Error, TimeoutError):
            _within(self.query_timeout_seconds, end)

    def _connect(self) -> "pyodbc.Connection":
        pyodbc = _import_pyodbc()
        if missing := [variable for name, variable in CREDENTIALS.items() if is_blank(getattr(self, name))]:
            msg = f"No value is set for {', '.join(missing)}. Put what Ajour gave you into .env (see .env.example)."
            raise MissingCredentialsError(msg)
        family = family_of(self.driver)
        self._check_driver(family, pyodbc.drivers())
        connection_string = family.connection_string(
            driver=self.driver,
            host=self.host,
            port=self.port,
            database=self.database,
            user=self.user,
            password=self.password,
            options=self.options,
            login_timeout_seconds=self.login_timeout_seconds,
        )
        if family.in_network:
            self._knock()
        try:
            connection = _within(
                self.login_timeout_seconds,
                lambda: pyodbc.connect(connection_string, timeout=self.login_timeout_seconds, readonly=True),
            )
        except TimeoutError:
            raise self._login_timed_out() from None
        except pyodbc.Error as error:
            raise self._why_not_connected(error, family) from None
        # In the default mode a cut connection can surface as a wrong number.
        connection.decimal_mode = "text"
        return connection

    def _check_driver(self, family: DriverFamily, installed: list[str]) -> None:
        if "/" in self.driver:
            found = Path(self.driver).is_file()
        else:
            found = self.driver.lower() in (name.lower() for name in installed)
        if not found:
            raise self._driver_not_installed(family, installed)

    def _driver_not_installed(self, family: DriverFamily, installed: list[str]) -> DriverNotInstalledError:
        return DriverNotInstalledError(
            f"The ODBC driver {self.driver!r} is not installed here. Installed: {', '.join(installed) or 'none'}. "
            f"Name one of them in ajour.driver, or {family.install}.",
        )

    def _knock(self) -> None:
        """Tell an unreachable host from everything else, the same way for all drivers."""

        def knock() -> None:
            socket.create_connection((self.host, self.port), timeout=self.login_timeout_seconds).close()

        try:
            # A name server may take its time too, and a name may have many addresses.
            _within(self.login_timeout_seconds, knock)
        except (OSError, UnicodeError) as error:
            said = getattr(error, "strerror", None) or "unknown host"
            reason = "no answer in time" if isinstance(error, TimeoutError) else said
            msg = (
                f"Nothing answers at AJOUR_HOST, port {self.port} ({reason}). Check AJOUR_HOST and ajour.port, and ask "
                "Ajour whether this machine's address is allowed through their firewall."
            )
            raise HostUnreachableError(msg) from None

    def _login_timed_out(self) -> TimedOutError:
        return TimedOutError(
            f"Ajour accepted the connection on port {self.port}, but did not answer the login within "
            f"{self.login_timeout_seconds} s. Check that ajour.port is the database's port; if it is, ask Ajour "
            "whether their server is working, or raise ajour.login_timeout_seconds.",
        )

    def _why_not_connected(self, error: "pyodbc.Error", family: DriverFamily) -> AjourError:
        words = _words(error)
        said = f"The driver says: {self._without_credentials(words)}"
        if UNKNOWN_DATABASE.search(words):
            return UnknownDatabaseError(f"Ajour has no database with the name in AJOUR_DATABASE. Check it. {said}")
        if LOGIN_REFUSED.search(words):
            return LoginRefusedError(f"Ajour refused the login. Check AJOUR_USER and AJOUR_PASSWORD. {said}")
        if TIMED_OUT.search(words):
            return self._login_timed_out()
        if NO_DRIVER.search(words):
            return self._driver_not_installed(family, _import_pyodbc().drivers())
        if BROKEN_OFF.search(words):
            return ConnectionLostError(
                f"Ajour's server closed the connection during the login; it may be restarting. {said}"
            )
        return ConnectionFailedError(
            f"Ajour's server refused the connection. Check AJOUR_DATABASE, ajour.options and encryption. {said}",
        )

    def _execute(
        self,
        connection: "pyodbc.Connection",
        query: Query[Row],
        sql: str,
        values: list[object],
    ) -> "pyodbc.Cursor":
        pyodbc = _import_pyodbc()
        cursor = connection.cursor()
        try:
            return _within(self.query_timeout_seconds, lambda: cursor.execute(sql, values))
        except TimeoutError:
            raise self._query_timed_out(query) from None
        except pyodbc.Error as error:
            said = f"The driver says: {self._without_credentials(_words(error))}"
            if NO_DATABASE_FILE.search(_words(error)):
                msg = f"The file in AJOUR_DATABASE is not a database. Check it. {said}"
                raise UnknownDatabaseError(msg) from None
            if not self._still_there(connection):
                msg = f"The connection to Ajour was lost during {query.path.name}; nothing was stored. {said}"
                raise ConnectionLostError(msg) from None
            msg = f"Ajour's server refused the query {query.path}. Correct it, or ask Ajour for access. {said}"
            raise QueryFailedError(msg) from None

    def _fetch(self, cursor: "pyodbc.Cursor", query: Query[Row]) -> list[Any]:
        try:
            return _within(self.query_timeout_seconds, lambda: cursor.fetchmany(BATCH_ROWS))
        except TimeoutError:
            raise self._query_timed_out(query) from None
        except Exception as error:  # noqa: BLE001 (drivers raise exceptions of all kinds when a connection is cut)
            msg = (
                f"The connection to Ajour was lost while fetching the rows of {query.path.name}; nothing was stored. "
                f"The driver says: {self._without_credentials(_words(error))}"
            )
            raise ConnectionLostError(msg) from None

    def _query_timed_out(self, query: Query[Row]) -> TimedOutError:
        return TimedOutError(
            f"Ajour did not answer {query.path.name} within {self.query_timeout_seconds} s; nothing was stored. "
            "Ask for fewer days, or raise ajour.query_timeout_seconds.",
        )

    def _still_there(self, connection: "pyodbc.Connection") -> bool:
        def ask() -> None:
            connection.rollback()
            connection.execute("SELECT 1").fetchall()

        try:
            _within(self.query_timeout_seconds, ask)
        except (_import_pyodbc().Error, TimeoutError):
            return False
        return True

    def _without_credentials(self, text: str) -> str:
        return without_secrets(text, {variable: getattr(self, name) for name, variable in CREDENTIALS.items()})


@dataclass(frozen=True)
class _Answer(Generic[Row]):
    batches: Iterator[list[Row]]
    asked_at: dt.datetime


def _to_arrow(query: Query[DailyRevenue], rows: list[DailyRevenue], window: Window) -> pa.RecordBatch:
    outside = {row.business_date for row in rows if not window.first_day <= row.business_date <= window.last_day}
    if outside:
        msg = (
            f"{query.path} was asked for {window}, but returned {min(outside)}. "
            "Use :from_date and :to_date in it, both inclusive; nothing was stored."
        )
        raise ContractBrokenError(msg)
    columns = [[getattr(row, name) for row in rows] for name in REVENUE_SCHEMA.names]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, REVENUE_SCHEMA, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=REVENUE_SCHEMA)


def _within(seconds: float, call: Callable[[], T]) -> T:
    """Return what the call returns; raise TimeoutError after so many seconds.

    The call runs in a thread of its own, since no time-out of ODBC's is kept by all drivers. One that never returns
    is left behind, and does not keep the process from ending.
    """
    outcome: Future[T] = Future()

    def work() -> None:
        try:
            outcome.set_result(call())
        except BaseException as error:  # noqa: BLE001 (it is raised again where the outcome is asked for)
            outcome.set_exception(error)

    threading.Thread(target=work, name="ajour-odbc", daemon=True).start()
    return outcome.result(timeout=seconds)


def _words(error: Exception) -> str:
    return " ".join(str(error.args[-1] if error.args else error).split())


def _import_pyodbc() -> Any:  # noqa: ANN401 (a module)
    try:
        import pyodbc  # noqa: PLC0415 (it needs a library of the system's, whose absence must be told kindly)
    except ImportError as error:
        msg = f"The ODBC driver manager is not installed. On Debian: apt-get install unixodbc. ({error})"
        raise DriverManagerMissingError(msg) from error
    # A pooled connection may be one that the server has closed.
    pyodbc.pooling = False
    return pyodbc
