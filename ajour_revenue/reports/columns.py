"""The columns that the formats of tables have in common, so that all of them say the same."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from ajour_revenue.reports.texts import Texts
from ajour_revenue.wages.figures import Figure

Value = dt.date | Decimal | str | None


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, what stands in it, and what it is."""

    heading: str
    value: Callable[[Figure], Value]
    kind: Literal["day", "text", "money", "percent", "points", "hours"]


def figure_columns(texts: Texts) -> list[Column]:
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
