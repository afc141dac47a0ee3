"""Everything that Dagster sees, on one page."""

import dagster as dg

from ajour_revenue.ajour.assets import ajour_database, ajour_locations, raw_revenue
from ajour_revenue.ajour.checks import ajour_connection
from ajour_revenue.ajour.resource import AjourResource
from ajour_revenue.alerts.sensors import alert_channels, alert_sensors
from ajour_revenue.attention.checks import attention_checks
from ajour_revenue.budget.assets import budget
from ajour_revenue.environment import read_env_file
from ajour_revenue.fixed_resources import fixed, no_io_manager
from ajour_revenue.instance import COMPANY_TAG
from ajour_revenue.mail.sensor import mail_sensors
from ajour_revenue.plan.assets import expected_revenue, planned_wages, wage_plan
from ajour_revenue.planday.assets import planday_revenue, planday_structure
from ajour_revenue.planday.checks import revenue_published, structure_listed, units_match_planday
from ajour_revenue.planday.resource import PlandayResource
from ajour_revenue.planday.sensors import planday_sensor
from ajour_revenue.planday.wages import planday_wages
from ajour_revenue.readers.assets import readers_copy
from ajour_revenue.readers.copy import bring_up_to_date
from ajour_revenue.reports.assets import wage_report
from ajour_revenue.revenue.assets import manual_revenue, unit_revenue
from ajour_revenue.revenue.checks import revenue_reconciles
from ajour_revenue.revenue.removed_locations import warn_of_removed_locations
from ajour_revenue.schedules import freshness_policy, plan_schedule, weekday_schedules
from ajour_revenue.settings.load import load_settings
from ajour_revenue.settings.model import Settings
from ajour_revenue.wages.assets import wage_costs, wage_percentage
from ajour_revenue.wages.checks import wages_fetched
from ajour_revenue.wages.file import WageFile
from ajour_revenue.warehouse.resource import warehouse_of_a_run

MAX_RUNTIME_SECONDS = 3600
"""The last net under every time-out: run monitoring ends a run that takes longer."""


def build_definitions(settings: Settings) -> dg.Definitions:
    """Define one integration; its name is the prefix of every asset, job and schedule."""
    if settings.wages.source == "planday":
        source, source_deps, wage_source = "planday", ["planday_structure"], planday_wages(settings)
    else:
        source, source_deps, wage_source = "csv", [], fixed(WageFile(settings), settings.folder)
    plan = [
        expected_revenue(settings),
        planned_wages(settings, source=source, deps=source_deps),
        wage_plan(settings),
    ]
    if settings.budget.file:
        plan.append(budget(settings, settings.budget.file))
    assets = [
        ajour_locations(settings),
        raw_revenue(settings),
        unit_revenue(settings),
        wage_costs(settings, source=source, deps=source_deps),
        wage_percentage(settings),
        *plan,
        readers_copy(settings),
        wage_report(settings),
    ]
    checks = [
        ajour_connection(settings),
        revenue_reconciles(settings),
        wages_fetched(settings),
        *attention_checks(settings),
    ]
    resources: dict[str, dg.ResourceDefinition] = {
        "ajour": fixed(AjourResource.from_settings(settings), settings.folder),
        "warehouse": warehouse_of_a_run(settings, at_end=bring_up_to_date),
        "wage_source": wage_source,
        "io_manager": no_io_manager,
        **{name: fixed(channel, settings.folder) for name, channel in alert_channels(settings).items()},
    }
    if settings.uses_planday:
        assets.append(planday_structure(settings))
        checks += [structure_listed(settings), units_match_planday(settings)]
        resources["planday"] = fixed(PlandayResource.from_settings(settings), settings.folder)
    if settings.planday.publish:
        assets.append(planday_revenue(settings))
        checks.append(revenue_published(settings))
    if settings.task.active:
        policy = freshness_policy(settings)
        assets = [
            asset.map_asset_specs(lambda spec: dg.apply_freshness_policy(spec, policy))
            if asset.partitions_def
            else asset
            for asset in assets
        ]
    tags = {"dagster/max_runtime": MAX_RUNTIME_SECONDS, COMPANY_TAG: settings.name}
    daily_revenue = dg.define_asset_job(
        f"{settings.name}_daily_revenue",
        selection=dg.AssetSelection.assets(*assets) | dg.AssetSelection.checks(*checks),
        description="From Ajour to wage percentages, for up to 31 days in one run.",
        tags=tags,
    )
    plan_anew = dg.define_asset_job(
        f"{settings.name}_plan",
        selection=dg.AssetSelection.assets(*plan),
        description="The plan of the coming days anew: expected revenue, wages as planned now, and the budget.",
        tags=tags,
    )
    sensors = [*alert_sensors(settings), *mail_sensors(settings)]
    if settings.uses_planday:
        sensors.append(planday_sensor(settings, job_name=daily_revenue.name))
    # Of the same days, from what is stored: after a change of the settings, say. Nothing is asked of Ajour or Planday.
    calculated = ("unit_revenue", "wage_percentage", "readers_copy", "wage_report")
    recalculate = dg.define_asset_job(
        f"{settings.name}_recalculate",
        selection=dg.AssetSelection.assets(*(f"{settings.name}/{name}" for name in calculated)),
        description="Unit revenue, wage percentages and report anew, from what is stored. Ajour is not asked.",
        tags=tags,
    )
    return dg.Definitions(
        assets=[ajour_database(settings), manual_revenue(settings), *assets],
        asset_checks=checks,
        jobs=[daily_revenue, recalculate, plan_anew],
        schedules=[
            *weekday_schedules(settings, job_name=daily_revenue.name),
            plan_schedule(settings, job_name=plan_anew.name),
        ],
        sensors=sensors,
        resources=resources,
        # In one process no two steps fight over the DuckDB file, and a run takes half the time.
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """Load the settings only when Dagster asks for the definitions, not at import."""
    read_env_file()
    settings = load_settings()
    warn_of_removed_locations(settings)
    return build_definitions(settings)
