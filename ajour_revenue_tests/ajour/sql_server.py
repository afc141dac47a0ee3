"""SQL Server as Ajour's: a server of the tests, and its two drivers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import mssql_python_odbc
import trustme

from ajour_revenue.ajour.connection import AjourConnection
from ajour_revenue_tests.ajour import tds
from ajour_revenue_tests.ajour.kit import COMPANY_ID, LOCATIONS, PASSWORD, REVENUE, USER, WINDOW, Source
from ajour_revenue_tests.ajour.tds import Answer, SqlServer, SqlServerError, running_sql_server

DATABASE = "omsætning-2026"
HOST = "sql.ajour.example"

MICROSOFT = str(next(Path(mssql_python_odbc.get_libs_dir()).glob("linux/debian_ubuntu/*/lib/libmsodbcsql-18.*.so.*")))
FREETDS = "FreeTDS"

AUTHORITY = trustme.CA()
CERTIFICATE = AUTHORITY.issue_cert(HOST)


def figures(sql: str, parameters: list[object]) -> Answer:
    """Answer as Ajour does."""
    assert parameters[0] == COMPANY_ID
    if "FROM locations" in sql:
        return Answer([("location_id", tds.VARCHAR), ("location_name", tds.NVARCHAR)], LOCATIONS)
    assert parameters[1:] == [WINDOW.first_day, WINDOW.last_day]
    columns = [
        ("business_date", tds.DATE),
        ("location_id", tds.NVARCHAR),
        ("revenue_incl_vat", tds.DECIMAL),
        ("revenue_excl_vat", tds.MONEY),
    ]
    return Answer(columns, REVENUE)


@contextmanager
def sql_server(
    answer: Callable[[str, list[object]], Answer] = figures,
    *,
    refusal: SqlServerError | None = None,
    logins: dict[str, str] | None = None,
) -> Iterator[SqlServer]:
    """Run a server that knows the tests' login, or others, and has a certificate for HOST."""
    with running_sql_server(
        answer, logins=logins or {USER: PASSWORD}, databases={DATABASE}, certificate=CERTIFICATE, refusal=refusal
    ) as server:
        yield server


def ajour_of(server: SqlServer, driver: str, folder: Path, **changes: Any) -> AjourConnection:  # noqa: ANN401 (any field)
    """Return a connection to the server; Microsoft's driver verifies its certificate."""
    options = {} if driver == FREETDS else {"HostnameInCertificate": HOST}
    source = Source(folder, driver, DATABASE, host="127.0.0.1", port=server.port)
    return source.ajour(**{"options": options, **changes})
