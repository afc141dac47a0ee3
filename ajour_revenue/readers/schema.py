"""The readers' copy of a warehouse in PostgreSQL: the schema `readers`, all that a reader's role may be granted."""

from ajour_revenue.readers.tables import FOR_PEOPLE, LAYOUT, make_cells, make_tables, settings_hash
from ajour_revenue.settings.model import PostgresWarehouse, Settings
from ajour_revenue.warehouse.postgres import REVISION, transaction_in_postgres
from ajour_revenue.warehouse.run import run, value

MADE_FROM = "FROM readers_made_from"

# The tables stay where they are, and what was granted on them with them, unless they have other columns by now.
PREPARED = """
    CREATE SCHEMA IF NOT EXISTS readers;
    CREATE TABLE IF NOT EXISTS readers_made_from (layout VARCHAR NOT NULL, source VARCHAR NOT NULL);
"""


def write_schema(warehouse: PostgresWarehouse, settings: Settings, *, patience_seconds: float) -> None:
    """Write the tables for people anew where anything has changed since: in one transaction, which no reader notices.

    Raises WarehouseError.
    """
    with transaction_in_postgres(warehouse, patience_seconds=patience_seconds, is_revision=False) as connection:
        run(connection, PREPARED)
        source = f"{settings_hash(settings)} {value(connection, REVISION)}"
        noted = run(connection, MADE_FROM).fetchall()
        if noted == [(LAYOUT, source)]:
            return
        is_same_layout = [layout for layout, _ in noted] == [LAYOUT]
        make_cells(connection, settings)
        if is_same_layout:
            run(connection, " ".join(f"DELETE FROM readers.{table};" for table in FOR_PEOPLE))  # noqa: S608 (tables of ours)
            commands = {table: f"INSERT INTO readers.{table} BY NAME" for table in FOR_PEOPLE}
        else:
            run(connection, " ".join(f"DROP TABLE IF EXISTS readers.{table};" for table in FOR_PEOPLE))
            commands = {table: f"CREATE TABLE readers.{table} AS" for table in FOR_PEOPLE}
        make_tables(connection, settings, commands)
        run(connection, "DELETE FROM readers_made_from")
        run(connection, "INSERT INTO readers_made_from VALUES ($layout, $source)", layout=LAYOUT, source=source)
