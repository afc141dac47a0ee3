"""The check that Ajour is reachable and its activation date respected."""

import datetime as dt

import dagster as dg

from ajour_revenue.ajour.activation import (
    NO_LOCATIONS,
    activation_problem,
    earliest_day_before_activation,
    earliest_day_in,
)
from ajour_revenue.ajour.resource import AjourResource
from ajour_revenue.errors import ActionableError
from ajour_revenue.partitions import requested_window, tagged_window
from ajour_revenue.settings.model import Settings
from ajour_revenue.text.bilingual import lines
from ajour_revenue.warehouse.resource import Warehouse


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
        language = settings.report.language
        try:
            if tagged_window(context.run.tags):
                requested_window(context.run.tags, settings)
            locations = ajour.locations()
            earlier = earliest_day_before_activation(ajour.connection, settings)
            stored = earliest_stored_day(warehouse)
        except ActionableError as error:
            return dg.AssetCheckResult(passed=False, description=error.text.in_language(language))
        if not locations:
            return dg.AssetCheckResult(passed=False, description=NO_LOCATIONS.in_language(language))
        metadata = {
            "locations": dg.MetadataValue.int(len(locations)),
            "location_names": dg.MetadataValue.text(", ".join(location.location_name for location in locations)),
            "activation_date": dg.MetadataValue.text(str(settings.activation_date)),
        }
        problem = activation_problem(settings, stored=stored, served=earlier)
        messages = [*([problem.message] if problem else []), *ajour.connection.weaknesses]
        if messages:
            is_grave = problem is not None and problem.is_grave
            return dg.AssetCheckResult(
                passed=False,
                severity=dg.AssetCheckSeverity.ERROR if is_grave else dg.AssetCheckSeverity.WARN,
                description=lines(messages).in_language(language),
                metadata=metadata,
            )
        return dg.AssetCheckResult(
            passed=True,
            description=f"Connected; Ajour lists {len(locations)} location(s).",
            metadata=metadata,
        )

    return ajour_connection


def earliest_stored_day(warehouse: Warehouse) -> dt.date | None:
    """Return the earliest business date that has revenue in the warehouse; None where there is none."""
    with warehouse.reading() as connection:
        return earliest_day_in(connection)
