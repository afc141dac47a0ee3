"""The check that Ajour is reachable and its activation date respected."""

import datetime as dt

import dagster as dg
import duckdb

from ajour_revenue.ajour.connection import AjourConnection
from ajour_revenue.ajour.resource import AjourResource
from ajour_revenue.days import MAX_DAYS, Window
from ajour_revenue.errors import ActionableError
from ajour_revenue.partitions import requested_window, tagged_window
from ajour_revenue.settings.model import Settings
from ajour_revenue.warehouse.resource import Warehouse
from ajour_revenue.warehouse.run import value

NO_LOCATIONS = "The login works, but Ajour lists no location for the company. Check AJOUR_COMPANY_ID."
LOOK_BACK_AT_MOST = 12
"""How many windows of 31 days before the activation date are looked at: a year."""


def ajour_connection(settings: Settings) -> dg.AssetChecksDefinition:
    """Define the check that a run begins with."""

    @dg.asset_check(
        asset=dg.AssetKey([settings.name, "ajour_database"]),
        name="ajour_connection",
        blocking=True,
    )
    def ajour_connection(
        context: dg.AssetCheckExecutionContext,
        ajour: AjourResource,
        warehouse: Warehouse,
    ) -> dg.AssetCheckResult:
        """Connect to Ajour, list the locations, and verify the activation date as the lower bound.

        Warns where ajour.options switch off encryption, or the verification of who answers.

        Execute it alone to test the settings. Where it fails, nothing is fetched from Ajour.
        """
        try:
            if tagged_window(context.run.tags):
                requested_window(context.run.tags, settings)
            locations = ajour.locations()
            earlier = earliest_day_before_activation(ajour.connection, settings)
            stored = earliest_stored_day(warehouse)
        except dg.Failure as refused:
            return dg.AssetCheckResult(passed=False, description=refused.description)
        except ActionableError as error:
            return dg.AssetCheckResult(passed=False, description=str(error))
        if not locations:
            return dg.AssetCheckResult(passed=False, description=NO_LOCATIONS)
        metadata = {
            "locations": dg.MetadataValue.int(len(locations)),
            "location_names": dg.MetadataValue.text(", ".join(location.location_name for location in locations)),
            "activation_date": dg.MetadataValue.text(str(settings.activation_date)),
        }
        problems = [(dg.AssetCheckSeverity.WARN, weakness) for weakness in ajour.connection.weaknesses]
        if problem := activation_problem(settings, stored=stored, served=earlier):
            problems.insert(0, problem)
        if problems:
            return dg.AssetCheckResult(
                passed=False,
                severity=problems[0][0],
                description="\n".join(description for _, description in problems),
                metadata=metadata,
            )
        return dg.AssetCheckResult(
            passed=True,
            description=f"Connected; Ajour lists {len(locations)} location(s).",
            metadata=metadata,
        )

    return ajour_connection


def activation_problem(
    settings: Settings,
    *,
    stored: dt.date | None,
    served: dt.date | None,
) -> tuple[dg.AssetCheckSeverity, str] | None:
    """Say how far the activation date is no lower bound (R3), and how grave that is; None where it is one.

    `stored` is the earliest business date in the warehouse, `served` the earliest that Ajour serves before the
    activation date; either may be None.
    """
    if stored is not None and stored < settings.activation_date:
        return dg.AssetCheckSeverity.ERROR, (
            f"The warehouse holds revenue of {stored}, before activation_date {settings.activation_date}. If the date "
            "was moved by mistake, move it back; if it is right, give this integration a new warehouse, so that "
            "figures from before it are not reported."
        )
    if served is not None:
        return dg.AssetCheckSeverity.WARN, (
            f"Ajour serves revenue from {served} on, before activation_date {settings.activation_date}. Those days "
            "are not fetched. Ask Ajour for the date of activation, and correct the settings if it is earlier."
        )
    return None


def earliest_day_before_activation(ajour: AjourConnection, settings: Settings) -> dt.date | None:
    """Return the earliest business date that Ajour serves before the activation date; None where it serves none.

    Goes back in windows of 31 days (D8) until one is empty, a year at most.
    """
    earliest = None
    before = settings.activation_date
    for _ in range(LOOK_BACK_AT_MOST):
        window = Window.back_from(before, days=MAX_DAYS)
        days = ajour.daily_revenue(window).rows["business_date"].to_pylist()
        if not days:
            break
        earliest, before = min(days), window.first_day
    return earliest


def earliest_stored_day(warehouse: Warehouse) -> dt.date | None:
    """Return the earliest business date that has revenue in the warehouse; None where there is none."""
    with warehouse.reading() as connection:
        return earliest_day_in(connection)


def earliest_day_in(connection: duckdb.DuckDBPyConnection) -> dt.date | None:
    """Return the earliest business date that has revenue; None where there is none."""
    earliest: dt.date | None = value(
        connection,
        "SELECT least((SELECT min(business_date) FROM raw_revenue), (SELECT min(business_date) FROM unit_revenue))",
    )
    return earliest
