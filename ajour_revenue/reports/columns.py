"""The columns that the formats of tables have in common, so that all of them say the same."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, Literal, TypeVar

from ajour_revenue.plan.wage_plan import Planned
from ajour_revenue.reports.plan_texts import PlanTexts
from ajour_revenue.reports.texts import Texts
from ajour_revenue.wages.figures import Figure

Value = dt.date | Decimal | str | None


Row = TypeVar("Row")


@dataclass(frozen=True)
class Column(Generic[Row]):
    """A column of a table: its heading, what stands in it, and what it is."""

    heading: str
    value: Callable[[Row], Value]
    kind: Literal["day", "text", "money", "percent", "points", "kroner over", "hours"]


def figure_columns(texts: Texts) -> list[Column[Figure]]:
    """Return what is told of a place in a period: DKK, and percent as 31.4 for 31.4 %.

    Users' own sheets count on the order: what is new stands last.
    """
    return [
        Column(texts.first_day, lambda figure: figure.window.first_day, "day"),
        Column(texts.last_day, lambda figure: figure.window.last_day, "day"),
        Column(texts.department, lambda figure: figure.place.department or texts.company, "text"),
        Column(texts.unit, lambda figure: texts.unallocated if figure.place.unallocated else figure.place.unit, "text"),
        Column(texts.revenue_excl_vat, lambda figure: figure.revenue_excl_vat, "money"),
        Column(texts.revenue_incl_vat, lambda figure: figure.revenue_incl_vat, "money"),
        Column(texts.wage_cost, lambda figure: figure.wage_cost, "money"),
        Column(texts.wage_percentage, lambda figure: figure.wage_percentage, "percent"),
        Column(texts.target, lambda figure: figure.target, "percent"),
        Column(texts.from_target, lambda figure: figure.from_target, "points"),
        Column(texts.remarks, texts.remarks_on, "text"),
        Column(texts.hours, lambda figure: figure.hours, "hours"),
        Column(texts.revenue_per_hour, lambda figure: figure.revenue_per_hour, "money"),
    ]


def plan_columns(texts: PlanTexts) -> list[Column[Planned]]:
    """Return what is told of a place on a coming day: DKK, and percent as 31.4 for 31.4 %."""
    common = texts.common
    at_least, at_most = texts.between

    def unit(planned: Planned) -> str | None:
        place = planned.figure.place
        return common.unallocated if place.unallocated else place.unit

    return [
        Column(common.day, lambda planned: planned.day, "day"),
        Column(common.department, lambda planned: planned.figure.place.department or common.company, "text"),
        Column(common.unit, unit, "text"),
        Column(texts.expected_revenue, lambda planned: planned.figure.revenue_excl_vat, "money"),
        Column(at_least, lambda planned: planned.low, "money"),
        Column(at_most, lambda planned: planned.high, "money"),
        Column(texts.planned_wages, lambda planned: planned.figure.wage_cost, "money"),
        Column(texts.planned_hours, lambda planned: planned.figure.hours, "hours"),
        Column(common.wage_percentage, lambda planned: planned.figure.wage_percentage, "percent"),
        Column(common.target, lambda planned: planned.figure.target, "percent"),
        Column(texts.wage_cost_at_target, lambda planned: planned.wage_cost_at_target, "money"),
        Column(texts.from_target, lambda planned: planned.over_target, "kroner over"),
        Column(texts.holiday, texts.holiday_of, "text"),
        Column(common.remarks, lambda planned: "; ".join(texts.remarks_on(planned)), "text"),
    ]
