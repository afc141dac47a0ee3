"""Reading the warehouse from a command: never waiting long, never changing it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import tenacity

from ajour_revenue.commands.terminal import FailedError
from ajour_revenue.warehouse.warehouse import SCHEMA_SQL

PATIENCE_SECONDS = 15


@contextmanager
def reading(warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the warehouse to read; an empty one where there is none yet.

    Raises FailedError where a run keeps it for long, or where it is older than a table that is read.
    """
    with _opened(warehouse) as connection:
        connection.execute("SET TimeZone = 'Europe/Copenhagen'")
        try:
            yield connection
        except duckdb.CatalogException as error:
            message = f"{warehouse} is from an earlier version; the next fetch brings it up to date. ({error})"
            raise FailedError(message) from error


def _opened(warehouse: Path) -> duckdb.DuckDBPyConnection:
    if not warehouse.exists():
        connection = duckdb.connect()
        connection.execute(SCHEMA_SQL)
        return connection
    try:
        return _connect(warehouse)
    except (duckdb.IOException, duckdb.ConnectionException) as error:
        message = f"The warehouse {warehouse} cannot be read now; perhaps a run is writing to it. DuckDB says: {error}"
        raise FailedError(message) from error


@tenacity.retry(
    retry=tenacity.retry_if_exception_type(duckdb.IOException),
    stop=tenacity.stop_after_delay(PATIENCE_SECONDS),
    wait=tenacity.wait_fixed(0.5),
    reraise=True,
)
def _connect(warehouse: Path) -> duckdb.DuckDBPyConnection:
    # As the runs open it: DuckDB wants the same configuration within a process.
    return duckdb.connect(str(warehouse), read_only=True, config={"custom_user_agent": "dagster"})
