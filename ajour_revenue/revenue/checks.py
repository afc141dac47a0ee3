"""The check that unit revenue adds up to what Ajour gave."""

from typing import NamedTuple

import dagster as dg

from ajour_revenue.explained import explained_failures
from ajour_revenue.partitions import tagged_window
from ajour_revenue.revenue.unit_revenue import expect_unit_revenue
from ajour_revenue.settings.model import Settings
from ajour_revenue.text.bilingual import Bilingual
from ajour_revenue.ui.metadata import table
from ajour_revenue.warehouse.resource import Warehouse
from ajour_revenue.warehouse.run import row, run, sql_file, values

RECONCILE = sql_file(__package__, "reconcile")

STORED_DAYS = "SELECT business_date FROM unit_revenue UNION SELECT business_date FROM fetches"


COUNTS = "SELECT count(reason) AS explained, count(*) - count(reason) AS unexplained FROM differences"


UNEXPLAINED = Bilingual(
    da="{number} enhedsdag(e) afviger fra den hentede omsætning uden kendt årsag. Materialisér unit_revenue for de "
    "viste dage; afviger de stadig, er datalageret ændret i hånden.",
    en="{number} unit-day(s) differ from raw revenue for no known reason. Materialize unit_revenue for the days "
    "listed; if they still differ, the warehouse was changed by hand.",
)


class _Counts(NamedTuple):
    explained: int
    unexplained: int


def revenue_reconciles(settings: Settings) -> dg.AssetChecksDefinition:
    """Define the check that nothing is lost between Ajour and the units."""

    @dg.asset_check(asset=dg.AssetKey([settings.name, "unit_revenue"]), name="revenue_reconciles")
    def revenue_reconciles(context: dg.AssetCheckExecutionContext, warehouse: Warehouse) -> dg.AssetCheckResult:
        """Raw revenue of mapped locations equals unit revenue to the øre, or the difference has a known reason.

        Known reasons: a manual entry stands, a location is missing, or overwrite is off; a manual entry that may hold
        the revenue of a location that feeds another unit by now is named. Revenue of locations that feed no unit is
        listed. Looks at the days of the run; run alone, at all days.
        """
        with explained_failures(settings.report.language), warehouse.reading() as connection:
            window = tagged_window(context.run.tags)
            days = window.days if window else values(connection, STORED_DAYS)
            expect_unit_revenue(connection, settings, days)
            run(connection, RECONCILE)
            counts = row(
                connection,
                COUNTS,
                _Counts,
            )
            in_no_unit = table(connection, "FROM in_no_unit ORDER BY ALL LIMIT 50")
            listed = table(connection, "FROM differences ORDER BY reason NULLS FIRST, business_date, unit LIMIT 50")
        if counts.unexplained:
            description = UNEXPLAINED.format(number=counts.unexplained).in_language(settings.report.language)
        elif counts.explained:
            description = f"{counts.explained} unit-day(s) differ from raw revenue, each for the reason listed."
        else:
            description = "Unit revenue equals the raw revenue of mapped locations to the øre."
        return dg.AssetCheckResult(
            passed=counts.unexplained == 0,
            description=description,
            metadata={**counts._asdict(), "differences": listed, "revenue_of_no_unit": in_no_unit},
        )

    return revenue_reconciles
