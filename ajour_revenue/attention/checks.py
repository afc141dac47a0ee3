"""The checks that show findings on the assets which they are about. They warn, and never raise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import dagster as dg

from ajour_revenue.ajour.resource import AjourResource
from ajour_revenue.attention.finding import Finding, Kind
from ajour_revenue.attention.findings import findings
from ajour_revenue.attention.texts import line
from ajour_revenue.errors import ActionableError
from ajour_revenue.settings.model import Settings
from ajour_revenue.upcoming import upcoming_fetch
from ajour_revenue.warehouse.resource import Warehouse

LINES_AT_MOST = 50


@dataclass(frozen=True)
class _Check:
    """A check that passes where there is no finding of its kinds."""

    name: str
    asset: str
    kinds: tuple[Kind, ...]
    description: str
    passed: str
    after: str | None = None
    """A further asset that the check looks at, and so waits for."""


CHECKS = (
    _Check(
        "locations_mapped",
        "ajour_locations",
        ("unmapped", "not listed"),
        "Every location that Ajour lists feeds a unit, Ajour lists every location in the settings, and a unit has all "
        "revenue of the latest 31 days.",
        "Every location feeds a unit, and a unit has all revenue of the latest 31 days.",
        after="raw_revenue",
    ),
    _Check(
        "days_covered",
        "raw_revenue",
        ("never fetched",),
        "Every day since the activation date has been fetched by some run, or the next scheduled fetch brings it.",
        "Every day since activation has been fetched, or the next scheduled fetch brings it.",
    ),
    _Check(
        "revenue_complete",
        "unit_revenue",
        ("missing",),
        "Every location of a unit gave revenue on each of the latest 31 days, or somebody entered the unit's revenue.",
        "No revenue of the latest 31 days is missing.",
    ),
    _Check(
        "within_target",
        "wage_percentage",
        ("over target",),
        "No unit's wage percentage was over its target yesterday. Wages of fewer than two people are hidden, and not "
        "judged.",
        "No unit was over its target yesterday.",
    ),
    _Check(
        "revenue_usual",
        "unit_revenue",
        ("unusual revenue",),
        "No unit sold far less or far more yesterday than was expected, nor on a day whose figure came or changed "
        "today.",
        "No revenue of yesterday, or that came or changed today, is unusual.",
        after="wage_percentage",
    ),
)


def attention_checks(settings: Settings) -> list[dg.AssetChecksDefinition]:
    """Define the checks of an integration's findings."""
    return [_asset_check(settings, check) for check in CHECKS]


def _asset_check(settings: Settings, check: _Check) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=dg.AssetKey([settings.name, check.asset]),
        additional_deps=[dg.AssetKey([settings.name, check.after])] if check.after else None,
        name=check.name,
        description=check.description,
    )
    def attention_check(
        context: dg.AssetCheckExecutionContext, ajour: AjourResource, warehouse: Warehouse
    ) -> dg.AssetCheckResult:
        try:
            with warehouse.reading() as connection:
                found = findings(
                    connection,
                    settings,
                    upcoming=lambda: upcoming_fetch(context.instance, settings),
                    company_id=ajour.company_id,
                    kinds=check.kinds,
                )
        except ActionableError as error:
            said = error.text.in_language(settings.report.language)
            return dg.AssetCheckResult(passed=False, severity=dg.AssetCheckSeverity.WARN, description=said)
        return dg.AssetCheckResult(
            passed=not found,
            severity=dg.AssetCheckSeverity.WARN,
            description=_lines(found) or check.passed,
            metadata={"findings": len(found), **_days(found)},
        )

    return attention_check


def _lines(found: Sequence[Finding]) -> str:
    more = len(found) - LINES_AT_MOST
    lines = [line(finding) for finding in found[:LINES_AT_MOST]]
    return "\n".join([*lines, *([f"and {more} more"] if more > 0 else [])])


def _days(found: Sequence[Finding]) -> Mapping[str, int]:
    days = sum(len(finding.days.days) for finding in found if finding.days)
    return {"days": days} if days else {}
