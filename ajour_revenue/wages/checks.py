"""The check that the wages of a run's days were there to be fetched."""

import dagster as dg

from ajour_revenue.outstanding import outstanding_check
from ajour_revenue.settings.model import Settings


def wages_fetched(settings: Settings) -> dg.AssetChecksDefinition:
    """Define the check that wage costs have been fetched."""
    return outstanding_check(
        settings,
        "wage_costs",
        description="The wage costs of the run's days have been fetched. Where they could not be, the wage percentage "
        "and the report are made of those that are known, and the run fails by this check.",
        passed="The wage costs of these days have been fetched.",
    )
