"""Opening the warehouse: one way to write, `transaction`, and one to read, `reading`, whatever it is stored in.

One process writes at a time, so open it late and briefly: never during a fetch.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from ajour_revenue.settings.model import PostgresWarehouse
from ajour_revenue.warehouse.file import reading_file, transaction_in_file
from ajour_revenue.warehouse.postgres import reading_postgres, transaction_in_postgres

Store = Path | PostgresWarehouse
"""What the settings name as the warehouse: a DuckDB file, or a database in PostgreSQL."""

WRITER_PATIENCE_SECONDS = 100
READER_PATIENCE_SECONDS = 15


@contextmanager
def transaction(
    warehouse: Store, *, patience_seconds: float = WRITER_PATIENCE_SECONDS
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection whose work is stored whole, or not at all where the block raises.

    Waits for another writer. Makes the tables where there are none, and brings those of an older version up to date.
    Raises WarehouseError.
    """
    if isinstance(warehouse, Path):
        with transaction_in_file(warehouse, patience_seconds=patience_seconds) as connection:
            yield connection
    else:
        with transaction_in_postgres(warehouse, patience_seconds=patience_seconds) as connection:
            yield connection


@contextmanager
def reading(
    warehouse: Store, *, patience_seconds: float = READER_PATIENCE_SECONDS
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection that can only read; to an empty warehouse where there is none yet.

    Waits for a writer, where readers have to. Raises WarehouseError.
    """
    if isinstance(warehouse, Path):
        with reading_file(warehouse, patience_seconds=patience_seconds) as connection:
            yield connection
    else:
        with reading_postgres(warehouse) as connection:
            yield connection
