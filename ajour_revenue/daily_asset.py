"""What every daily asset of an integration has in common, written once."""

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import dagster as dg

from ajour_revenue.days import Window
from ajour_revenue.explained import explained_failures
from ajour_revenue.partitions import backfill_policy, daily_partitions, requested_window
from ajour_revenue.settings.model import Settings
from ajour_revenue.ui.metadata import column_schema
from ajour_revenue.warehouse.resource import Warehouse
from ajour_revenue.warehouse.run import run

Compute = Callable[..., dg.MaterializeResult]


def daily_asset(
    settings: Settings,
    *,
    group_name: str,
    kinds: set[str],
    owners: Sequence[str],
    deps: Sequence[str] = (),
) -> Callable[[Compute], dg.AssetsDefinition]:
    """Make an asset of a function that fills the table of its own name for the days of a run.

    The function takes the context, the `window` of days that the run is for, and resources, the warehouse among them.
    Its key, partitions, backfill policy, column schema and row counts come from here, and an ActionableError that it
    raises fails the step with its message alone. `deps` are names of the integration's other assets.
    """

    def decorate(compute: Compute) -> dg.AssetsDefinition:
        table = compute.__name__

        @functools.wraps(compute)
        def materialize(
            context: dg.AssetExecutionContext, warehouse: Warehouse, **resources: object
        ) -> dg.MaterializeResult:
            with explained_failures(settings.report.language):
                window = requested_window(context.run.tags, settings)
                result = compute(context, window=window, warehouse=warehouse, **resources)
                rows = _rows_per_day(warehouse, table, window)
            for day in window.days:
                count = {"dagster/partition_row_count": rows.get(day, 0)}
                context.add_asset_metadata(count, partition_key=day.isoformat())
            return result._replace(metadata={"days": str(window), **(result.metadata or {})})

        materialize.__signature__ = _without_window(compute)  # type: ignore[attr-defined]
        return dg.asset(
            key=[settings.name, table],
            deps=[[settings.name, dep] for dep in deps],
            group_name=group_name,
            kinds=kinds,
            owners=list(owners),
            partitions_def=daily_partitions(settings),
            backfill_policy=backfill_policy,
            metadata={"dagster/column_schema": column_schema(table)},
        )(materialize)

    return decorate


def _without_window(compute: Compute) -> inspect.Signature:
    """Return the signature that Dagster sees: it takes every parameter but resources for an asset's value."""
    signature = inspect.signature(compute)
    return signature.replace(parameters=[each for each in signature.parameters.values() if each.name != "window"])


def _rows_per_day(warehouse: Warehouse, table: str, window: Window) -> Mapping[Any, int]:
    counts = f"""
        SELECT business_date, count(*) FROM {table}
        WHERE business_date BETWEEN $first_day AND $last_day
        GROUP BY business_date
    """  # noqa: S608 (a table of ours)
    with warehouse.reading() as connection:
        return dict(run(connection, counts, first_day=window.first_day, last_day=window.last_day).fetchall())
