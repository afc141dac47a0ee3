"""Trying again what an outage of Planday has held up, once Planday answers (D25)."""

import datetime as dt
from dataclasses import replace
from typing import NamedTuple

import dagster as dg

from ajour_revenue import days
from ajour_revenue.days import Window
from ajour_revenue.partitions import window_tags
from ajour_revenue.planday.errors import PlandayError
from ajour_revenue.settings.model import Settings
from ajour_revenue.warehouse.connect import reading
from ajour_revenue.warehouse.errors import WarehouseError
from ajour_revenue.warehouse.run import rows

AGAIN_TAG = "ajour_revenue/again"
"""On a run that tries again: the run that failed before it."""

SECONDS_BETWEEN_LOOKS = 120

# Where Planday answers and yet it fails again, it is waited as long again as it has been waited already.
DUE = """
    SELECT run_id, min(business_date) AS first_day, max(business_date) AS last_day
    FROM outstanding
    WHERE transient
    GROUP BY run_id
    HAVING max(tried_at) + least(max(tried_at - since), INTERVAL 6 HOUR) <= $now
    ORDER BY first_day
"""


class _Due(NamedTuple):
    run_id: str
    first_day: dt.date
    last_day: dt.date


def planday_sensor(settings: Settings, *, job_name: str) -> dg.SensorDefinition:
    """Define the sensor that launches what an outage of Planday has held up."""
    names = ["planday_structure"]
    if settings.wages.source == "planday":
        names += ["wage_costs", "wage_percentage", "readers_copy", "wage_report"]
    if settings.planday.publish:
        names.append("planday_revenue")
    assets = [dg.AssetKey([settings.name, name]) for name in names]

    @dg.sensor(
        name=f"{settings.name}_planday_again",
        job_name=job_name,
        minimum_interval_seconds=SECONDS_BETWEEN_LOOKS,
        default_status=dg.DefaultSensorStatus.RUNNING if settings.task.active else dg.DefaultSensorStatus.STOPPED,
        required_resource_keys={"planday"},
        description="Fetches wages and publishes revenue again, for the days on which Planday did not answer, as soon "
        "as it does.",
    )
    def planday_again(context: dg.SensorEvaluationContext) -> list[dg.RunRequest] | dg.SkipReason:
        try:
            # A sensor must not wait, and is back soon.
            with reading(settings.warehouse, patience_seconds=0) as connection:
                due = rows(connection, DUE, _Due, now=days.now())
        except WarehouseError as error:
            return dg.SkipReason(str(error))
        if not due:
            return dg.SkipReason("Nothing waits for Planday.")
        try:
            replace(context.resources.planday.client, patience_seconds=0).portal()
        except PlandayError as error:
            return dg.SkipReason(f"{len(due)} run(s) are to be tried again, and Planday does not answer yet: {error}")
        return [
            dg.RunRequest(
                # Each run that failed is tried again once; what fails then is noted with the new one.
                run_key=f"{settings.name} again {each.run_id}",
                tags={**window_tags(Window(each.first_day, each.last_day)), AGAIN_TAG: each.run_id},
                asset_selection=assets,
            )
            for each in due
        ]

    return planday_again
