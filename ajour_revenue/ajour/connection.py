"""The connection to Ajour's database, over ODBC."""

import datetime as dt
import logging
import re
import socket
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import tenacity

from ajour_revenue import days
from ajour_revenue.addresses import is_loopback
from ajour_revenue.ajour.answer import Fetched, RevenueAnswer
from ajour_revenue.ajour.calls import Calls, within
from ajour_revenue.ajour.causes import LOGIN, LOGIN_TIMED_OUT, QUERY, Said, cause_of
from ajour_revenue.ajour.drivers import DriverFamily, family_of
from ajour_revenue.ajour.errors import (
    AjourError,
    ConnectionFailedError,
    ConnectionLostError,
    DriverManagerMissingError,
    DriverNotInstalledError,
    HostUnreachableError,
    LoginRefusedError,
    MissingCredentialsError,
    QueryFailedError,
    TimedOutError,
)
from ajour_revenue.ajour.queries import Batch, DailyRevenue, Location, Query, Row
from ajour_revenue.days import Window
from ajour_revenue.masking import holds, is_blank, without_secrets
from ajour_revenue.settings.model import Settings
from ajour_revenue.settings.secrets import AJOUR_CREDENTIALS
from ajour_revenue.text.bilingual import EMPTY, Bilingual

if TYPE_CHECKING:
    import pyodbc

T = TypeVar("T")

logger = logging.getLogger(__name__)

BATCH_ROWS = 2_000
"""So few that what the driver makes of them is still in the processor's cache when it is looked at."""


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


NO_DRIVER = re.compile(r"Can't open lib|\[(IM002|IM003|IM004)\]")

END_SECONDS = 5
"""How long the end of a query, or of a connection, may take; after that it ends with the process."""

TRYING_AGAIN = Bilingual(da="Prøver igen om {seconds} s: {why}", en="Trying again in {seconds} s: {why}")


def _tell_retry(state: tenacity.RetryCallState) -> None:
    wait = state.next_action.sleep if state.next_action else 0
    error = state.outcome.exception() if state.outcome else None
    why = error.text if isinstance(error, AjourError) else error
    logger.warning("%s", TRYING_AGAIN.format(seconds=f"{wait:.0f}", why=why))


retried = tenacity.Retrying(
    retry=tenacity.retry_if_exception(lambda error: isinstance(error, AjourError) and error.transient),
    stop=tenacity.stop_after_attempt(4),
    wait=tenacity.wait_exponential(multiplier=2, max=30) + tenacity.wait_random(0, 1),
    before_sleep=_tell_retry,
    reraise=True,
)


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
    def weaknesses(self) -> list[Bilingual]:
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
            locations = [location for batch in answer.batches for location in query.rows(batch)]
        query.refuse_unusable()
        ids = Counter(location.location_id for location in locations)
        query.refuse_repeated([each for each, times in ids.items() if times > 1])
        return locations

    def _daily_revenue(self, window: Window) -> Fetched:
        query = Query(Path(self.revenue_query), DailyRevenue)
        revenue = RevenueAnswer(query, window)
        with self._answer(query, {"from_date": window.first_day, "to_date": window.last_day}) as answer:
            for batch in answer.batches:
                revenue.add(batch)
        return revenue.fetched(answer.asked_at)

    @contextmanager
    def _answer(self, query: Query[Row], parameters: dict[str, object]) -> Iterator["_Answer"]:
        sql, values = query.bind({"company_id": self.company_id, **parameters})
        with self._opened() as (cursor, calls):
            asked_at = days.now().astimezone(dt.UTC)
            self._call(query, cursor, calls, lambda: cursor.execute(sql, values))
            yield _Answer(self._batches(cursor, calls, query), asked_at)

    def _batches(self, cursor: "pyodbc.Cursor", calls: Calls, query: Query[Row]) -> Iterator[Batch]:
        columns = [str(column[0]).lower() for column in cursor.description or ()]
        query.check_columns(columns)
        types = dict(zip(columns, (column[1] for column in cursor.description or ()), strict=True))
        types_by_first_row = family_of(self.driver).types_by_first_row
        number = 1
        while rows := self._call(query, cursor, calls, lambda: cursor.fetchmany(BATCH_ROWS)):
            # An answer without rows has no first row that its types could come from.
            if types_by_first_row:
                query.refuse_numbers(types)
            yield Batch(columns, rows, number)
            number += len(rows)

    @contextmanager
    def _opened(self) -> Iterator[tuple["pyodbc.Cursor", Calls]]:
        """Yield a cursor of a connection of its own; nothing that a query may have written is ever committed."""
        connection = self._connect()
        cursor = connection.cursor()
        calls = Calls(cursor)

        def end() -> None:
            connection.rollback()
            connection.close()

        try:
            yield cursor, calls
        finally:
            # A server that is gone neither takes it nor says so. Where a call is left behind, the connection ends with
            # it, or with the process.
            with suppress(_import_pyodbc().Error, TimeoutError):
                calls.within(END_SECONDS, end)

    def _connect(self) -> "pyodbc.Connection":
        pyodbc = _import_pyodbc()
        if missing := [variable for name, variable in AJOUR_CREDENTIALS.items() if is_blank(getattr(self, name))]:
            named = ", ".join(missing)
            raise MissingCredentialsError(
                Bilingual(
                    da=f"{named} har ingen værdi. Skriv det, som Ajour har oplyst, i .env (se .env.example).",
                    en=f"No value is set for {named}. Put what Ajour gave you into .env (see .env.example).",
                )
            )
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
            connection = within(
                self.login_timeout_seconds,
                lambda: pyodbc.connect(connection_string, timeout=self.login_timeout_seconds, readonly=True),
            )
        except TimeoutError:
            raise TimedOutError(LOGIN_TIMED_OUT) from None
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
        names = ", ".join(installed)
        return DriverNotInstalledError(
            Bilingual(
                da=f"ODBC-driveren {self.driver!r} er ikke installeret her. Installeret: {names or 'ingen'}. Skriv en "
                f"af dem i ajour.driver, eller {family.install.da}.",
                en=f"The ODBC driver {self.driver!r} is not installed here. Installed: {names or 'none'}. Name one of "
                f"them in ajour.driver, or {family.install.en}.",
            )
        )

    def _knock(self) -> None:
        """Tell an unreachable host from everything else, the same way for all drivers."""

        def knock() -> None:
            socket.create_connection((self.host, self.port), timeout=self.login_timeout_seconds).close()

        try:
            # A name server may take its time too, and a name may have many addresses.
            within(self.login_timeout_seconds, knock)
        except (OSError, UnicodeError) as error:
            reason = _why_unreachable(error)
            raise HostUnreachableError(
                Bilingual(
                    da=f"Intet svarer på AJOUR_HOST, port {self.port} ({reason.da}). Kontrollér AJOUR_HOST og "
                    "ajour.port, og spørg Ajour, om denne maskines adresse må komme gennem deres firewall.",
                    en=f"Nothing answers at AJOUR_HOST, port {self.port} ({reason.en}). Check AJOUR_HOST and "
                    "ajour.port, and ask Ajour whether this machine's address is allowed through their firewall.",
                )
            ) from None

    def _why_not_connected(self, error: "pyodbc.Error", family: DriverFamily) -> AjourError:
        said = Said.by(error)
        if NO_DRIVER.search(said.words):
            return self._driver_not_installed(family, _import_pyodbc().drivers())
        cause = cause_of(said, LOGIN)
        if cause is None:
            words = self._what_was_said(said)
            return ConnectionFailedError(
                Bilingual(
                    da="Ajours server afviste forbindelsen. Kontrollér AJOUR_DATABASE og ajour.options. " + words.da,
                    en="Ajour's server refused the connection. Check AJOUR_DATABASE and ajour.options. " + words.en,
                )
            )
        hint = family.login_hint if cause.error is LoginRefusedError else EMPTY
        return cause.error(_with_codes(cause.message, hint, said))

    def _call(self, query: Query[Row], cursor: "pyodbc.Cursor", calls: Calls, call: Callable[[], T]) -> T:
        """Return what the driver returns within the time for a query; raise what is the matter, as an AjourError."""
        try:
            return calls.within(self.query_timeout_seconds, call)
        except TimeoutError:
            # Else it would go on, on the database that the tills use, beside the one that comes after it.
            with suppress(_import_pyodbc().Error, TimeoutError):
                Calls(cursor).within(END_SECONDS, cursor.cancel)
            calls.wait(END_SECONDS)
            name, seconds = query.path.name, self.query_timeout_seconds
            raise TimedOutError(
                Bilingual(
                    da=f"Ajour svarede ikke på {name} inden for {seconds} s; intet blev gemt. Bed om færre dage, eller "
                    "sæt ajour.query_timeout_seconds op.",
                    en=f"Ajour did not answer {name} within {seconds} s; nothing was stored. Ask for fewer days, or "
                    "raise ajour.query_timeout_seconds.",
                )
            ) from None
        except _import_pyodbc().Error as error:
            raise self._why_not_answered(query, cursor, calls, Said.by(error)) from None
        except Exception as error:  # noqa: BLE001 (drivers raise exceptions of all kinds when a connection is cut)
            name, kind = query.path.name, type(error).__name__
            raise ConnectionLostError(
                Bilingual(
                    da=f"Forbindelsen til Ajour gik tabt, mens rækkerne for {name} blev hentet; intet blev gemt. "
                    f"({kind})",
                    en=f"The connection to Ajour was lost while fetching the rows of {name}; nothing was stored. "
                    f"({kind})",
                )
            ) from None

    def _why_not_answered(self, query: Query[Row], cursor: "pyodbc.Cursor", calls: Calls, said: Said) -> AjourError:
        if cause := cause_of(said, QUERY):
            named = said.named_in(query.path.read_text(encoding="utf-8"))
            about = Bilingual(da=f"Det drejer sig om {named}.", en=f"It is about {named}.") if named else EMPTY
            return cause.error(_with_codes(cause.message.format(query=query.path), about, said))
        words = self._what_was_said(said)
        if self._still_there(cursor, calls):
            return QueryFailedError(
                Bilingual(
                    da=f"Ajours server afviste forespørgslen {query.path}. Ret den, eller bed Ajour om adgang. "
                    f"{words.da}",
                    en=f"Ajour's server refused the query {query.path}. Correct it, or ask Ajour for access. "
                    f"{words.en}",
                )
            )
        return ConnectionLostError(
            Bilingual(
                da=f"Forbindelsen til Ajour gik tabt under {query.path.name}; intet blev gemt. {words.da}",
                en=f"The connection to Ajour was lost during {query.path.name}; nothing was stored. {words.en}",
            )
        )

    def _still_there(self, cursor: "pyodbc.Cursor", calls: Calls) -> bool:
        error = _import_pyodbc().Error
        connection = cursor.connection

        def ask() -> None:
            # Some servers have rolled back by themselves, and say that there is nothing to roll back.
            with suppress(error):
                connection.rollback()
            connection.execute("SELECT 1").fetchall()

        try:
            calls.within(END_SECONDS, ask)
        except (error, TimeoutError):
            return False
        return True

    def _what_was_said(self, said: Said) -> Bilingual:
        """Return the driver's words without credentials.

        No server repeats a password. Where it stands there all the same it is a common word, and a gap in a well-known
        sentence would betray it.
        """
        if holds(said.words, self.password):
            return Bilingual(
                da=f"Det, driveren siger, er udeladt, for det kunne røbe en adgangskode ({said.codes.da}).",
                en=f"What the driver says is left out, since it could betray a credential ({said.codes.en}).",
            )
        credentials = {
            variable: getattr(self, name) for name, variable in AJOUR_CREDENTIALS.items() if name != "password"
        }
        words = without_secrets(said.words, credentials)
        return Bilingual(da=f"Driveren siger: {words}", en=f"The driver says: {words}")


class _Answer(NamedTuple):
    batches: Iterator[Batch]
    asked_at: dt.datetime


def _why_unreachable(error: OSError | UnicodeError) -> Bilingual:
    if isinstance(error, TimeoutError):
        return Bilingual(da="intet svar inden for tiden", en="no answer in time")
    if said := getattr(error, "strerror", None):
        return Bilingual(da=said, en=said)
    return Bilingual(da="ukendt vært", en="unknown host")


def _with_codes(message: Bilingual, hint: Bilingual, said: Said) -> Bilingual:
    return Bilingual(
        da=" ".join(filter(None, [message.da, hint.da, f"({said.codes.da})"])),
        en=" ".join(filter(None, [message.en, hint.en, f"({said.codes.en})"])),
    )


def _import_pyodbc() -> Any:  # noqa: ANN401 (a module)
    try:
        import pyodbc  # noqa: PLC0415 (it needs a library of the system's, whose absence must be told kindly)
    except ImportError as error:
        raise DriverManagerMissingError(
            Bilingual(
                da=f"ODBC (driver manager) er ikke installeret. På Debian: apt-get install unixodbc. ({error})",
                en=f"The ODBC driver manager is not installed. On Debian: apt-get install unixodbc. ({error})",
            )
        ) from error
    # A pooled connection may be one that the server has closed.
    pyodbc.pooling = False
    return pyodbc
