"""The warehouse as Dagster's resource."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from dagster_duckdb import DuckDBResource

from ajour_revenue.settings.model import Settings
from ajour_revenue.warehouse import connect


class Warehouse(DuckDBResource):
    """One integration's DuckDB file: every revenue, wage cost and wage percentage."""

    @classmethod
    def from_settings(cls, settings: Settings) -> "Warehouse":
        """Take the file that the settings name."""
        return cls(database=str(settings.warehouse))

    @contextmanager
    def transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Yield a connection whose work is stored whole, or not at all; raises WarehouseError."""
        with connect.transaction(Path(self.database)) as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Yield a connection that can only read; raises WarehouseError."""
        with connect.reading(Path(self.database)) as connection:
            yield connection
