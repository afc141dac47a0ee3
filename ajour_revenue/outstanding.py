"""What a run goes on without: noted in the warehouse, told by a check that fails the run, and made up for later (D25).

A step whose failure may not hold up the steps after it does not fail. It notes what is outstanding, and its check does.
"""

from collections.abc import Iterator

import dagster as dg
import duckdb

from ajour_revenue import days
from ajour_revenue.days import Window
from ajour_revenue.errors import ActionableError
from ajour_revenue.explained import explained_failures
from ajour_revenue.partitions import tagged_window
from ajour_revenue.settings.model import Settings
from ajour_revenue.text.bilingual import Bilingual, Language
from ajour_revenue.warehouse.resource import Warehouse
from ajour_revenue.warehouse.run import run, values

CHECKS = {"planday_structure": "structure_listed", "wage_costs": "wages_fetched"}
"""The assets that a run goes on without, and the check of each that fails it."""

NOTE = """
    INSERT INTO outstanding BY NAME
    SELECT
        unnest(generate_series($first_day::DATE, $last_day::DATE, INTERVAL 1 DAY))::DATE AS business_date,
        $asset AS asset,
        $reason AS reason,
        $transient AS transient,
        $now AS since,
        $now AS tried_at,
        $run_id AS run_id
    ON CONFLICT DO UPDATE SET
        reason = excluded.reason,
        transient = excluded.transient,
        tried_at = excluded.tried_at,
        run_id = excluded.run_id
"""

FORGET = "DELETE FROM outstanding WHERE asset = $asset AND business_date BETWEEN $first_day AND $last_day"

REASONS = """
    SELECT DISTINCT
        concat_ws(' ', reason, $used_meanwhile, if(transient, $tried_again, NULL))
    FROM outstanding
    WHERE asset = $asset
        AND business_date BETWEEN coalesce($first_day::DATE, business_date) AND coalesce($last_day::DATE, business_date)
    ORDER BY ALL
"""


USED_MEANWHILE = Bilingual(da="Imens blev det brugt, som allerede var hentet.", en="What is known was used meanwhile.")
TRIED_AGAIN = Bilingual(
    da="Hvor Dagsters daemon kører, bliver det prøvet igen af sig selv.",
    en="Where Dagster's daemon runs, it is tried again by itself.",
)


def note(  # noqa: PLR0913 (what is noted)
    warehouse: Warehouse,
    asset: str,
    window: Window,
    error: ActionableError,
    *,
    run_id: str,
    language: Language,
) -> None:
    """Note that a run could not bring an asset up to date for its days, and why."""
    with warehouse.transaction() as connection:
        run(
            connection,
            NOTE,
            asset=asset,
            first_day=window.first_day,
            last_day=window.last_day,
            reason=error.text.in_language(language),
            transient=error.transient,
            now=days.now(),
            run_id=run_id,
        )


def go_on_without(  # noqa: PLR0913 (what is noted, and where)
    context: dg.AssetExecutionContext,
    warehouse: Warehouse,
    asset: str,
    window: Window,
    error: ActionableError,
    *,
    language: Language,
) -> dg.MaterializeResult:
    """Note what the run goes on without; raise the error where no check of the run would tell it."""
    note(warehouse, asset, window, error, run_id=context.run.run_id, language=language)
    if all(key.name != CHECKS[asset] for key in context.job_def.asset_layer.asset_graph.asset_check_keys):
        raise error
    return dg.MaterializeResult(metadata={"not_fetched": error.text.in_language(language)})


def forget(connection: duckdb.DuckDBPyConnection, asset: str, window: Window) -> None:
    """Forget what was outstanding of an asset for the days of a run that has brought it up to date."""
    run(connection, FORGET, asset=asset, first_day=window.first_day, last_day=window.last_day)


def outstanding_check(settings: Settings, asset: str, *, description: str, passed: str) -> dg.AssetChecksDefinition:
    """Define the check that nothing of an asset is outstanding, which fails the run where something is.

    It looks at the days of the run; run alone, at all days.
    """

    @dg.asset_check(  # type: ignore[arg-type] # Dagster takes generators, as it does of ops.
        asset=dg.AssetKey([settings.name, asset]), name=CHECKS[asset], description=description
    )
    def nothing_outstanding(
        context: dg.AssetCheckExecutionContext, warehouse: Warehouse
    ) -> Iterator[dg.AssetCheckResult]:
        language = settings.report.language
        with explained_failures(language), warehouse.reading() as connection:
            window = tagged_window(context.run.tags)
            reasons = values(
                connection,
                REASONS,
                asset=asset,
                used_meanwhile=USED_MEANWHILE.in_language(language),
                tried_again=TRIED_AGAIN.in_language(language),
                first_day=window and window.first_day,
                last_day=window and window.last_day,
            )
        yield dg.AssetCheckResult(passed=not reasons, description="\n".join(reasons) or passed)
        # Not a blocking check: that would keep what depends on the asset from being made.
        if reasons:
            raise dg.Failure("\n".join(reasons))

    return nothing_outstanding
