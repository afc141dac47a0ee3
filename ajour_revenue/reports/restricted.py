"""The report of one department, for those who may see no other."""

from collections.abc import Mapping
from dataclasses import replace

from ajour_revenue.attention.finding import Finding
from ajour_revenue.reports.report import Report
from ajour_revenue.wages.figures import Figure, Place


def restricted_to(report: Report, department: str) -> Report:
    """Return the report with nothing in it but one department's figures and findings, which it then is the whole of.

    Every figure is one that the whole report shows too: nothing is added up or taken apart anew (D21). Locations that
    no unit has belong to no department, and neither do days that were never fetched: both stay with the company.
    """
    return replace(
        report,
        whole=Place(department),
        figures={window: of_department(places, department) for window, places in report.figures.items()},
        findings=tuple(_alone(each) for each in report.findings if each.place.department == department),
        plan=tuple(each for each in report.plan if each.figure.place.department == department),
        outlooks=tuple(
            replace(
                outlook,
                so_far=of_department(outlook.so_far, department),
                at_end=of_department(outlook.at_end, department),
            )
            for outlook in report.outlooks
        ),
    )


def of_department(figures: Mapping[Place, Figure], department: str) -> dict[Place, Figure]:
    """Return a department's own figures alone."""
    return {place: figure for place, figure in figures.items() if place.department == department}


def _alone(finding: Finding) -> Finding:
    # Ids that look alike may be those of another department's locations.
    return replace(finding, facts=replace(finding.facts, similar_ids=None))
