"""The readers' copy as an asset: written at the end of each run."""

from pathlib import Path

import dagster as dg

from ajour_revenue.explained import explained_failures
from ajour_revenue.readers.copy import bring_up_to_date, reading_figures
from ajour_revenue.readers.tables import FOR_PEOPLE
from ajour_revenue.settings.model import Settings
from ajour_revenue.ui.metadata import table

LAST: dict[str, str] = {"dagster/priority": "-1"}
"""The tags of what comes after everything else of a run, whether that has succeeded or not."""

# The tables are ours.
ROWS = " UNION ALL ".join(f"SELECT '{table}' AS \"table\", count(*) AS rows FROM {table}" for table in FOR_PEOPLE)  # noqa: S608


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
        with explained_failures(settings.report.language):
            bring_up_to_date(settings)
        with explained_failures(settings.report.language), reading_figures(settings) as connection:
            tables = table(connection, ROWS)
        where = (
            dg.MetadataValue.path(str(settings.readers_folder.resolve()))
            if isinstance(settings.warehouse, Path)
            else dg.MetadataValue.text("the schema readers of the database in PostgreSQL")
        )
        return dg.MaterializeResult(metadata={"copy": where, "tables": tables})

    return readers_copy
