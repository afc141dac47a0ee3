"""The readers' copy as an asset: written at the end of each run."""

import dagster as dg
import duckdb

from ajour_revenue.daily_asset import explained_failures
from ajour_revenue.readers.copy import FIGURES_FILE, bring_up_to_date
from ajour_revenue.settings.model import Settings
from ajour_revenue.ui.metadata import table

LAST: dict[str, str] = {"dagster/priority": "-1"}
"""The tags of what comes after everything else of a run, whether that has succeeded or not."""

TABLES = """
    SELECT table_name AS "table", estimated_size AS rows, comment AS holds
    FROM duckdb_tables()
    ORDER BY table_name
"""


def readers_copy(settings: Settings) -> dg.AssetsDefinition:
    """Define the asset of the readers' copy."""

    @dg.asset(
        key=[settings.name, "readers_copy"],
        deps=[[settings.name, "wage_percentage"], [settings.name, "ajour_locations"]],
        group_name="reports",
        kinds={"duckdb", "parquet"},
        owners=["team:controlling"],
        required_resource_keys={"warehouse"},
        op_tags=LAST,
    )
    def readers_copy() -> dg.MaterializeResult:
        """The figures for people and their tools: a DuckDB file and Parquet files, beside the warehouse.

        Every day, week and month of every place, corrections and units. Wages of fewer than two people are not in it.
        Whoever reads it waits for no run, and no run waits for a reader.
        """
        with explained_failures():
            bring_up_to_date(settings)
        with duckdb.connect(str(settings.readers_folder / FIGURES_FILE), read_only=True) as connection:
            tables = table(connection, TABLES)
        return dg.MaterializeResult(
            metadata={"folder": dg.MetadataValue.path(str(settings.readers_folder.resolve())), "tables": tables}
        )

    return readers_copy
