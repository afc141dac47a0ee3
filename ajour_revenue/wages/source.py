"""Where wage costs come from: what every source of them promises."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import dagster as dg
import pyarrow as pa

from ajour_revenue.days import Window
from ajour_revenue.errors import ActionableError

WAGE_COST_SCHEMA = pa.schema(
    {
        "business_date": pa.date32(),
        "department": pa.string(),
        "unit": pa.string(),
        "wage_cost": pa.decimal128(18, 2),
        "hours": pa.decimal128(18, 2),
        "people": pa.int32(),
    },
)

PEOPLE_SCHEMA = pa.schema({"business_date": pa.date32(), "department": pa.string(), "people": pa.int32()})


class WageSourceError(ActionableError):
    """Wage costs could not be had; the message says why and what to do."""


@dataclass(frozen=True)
class WageCosts:
    """What the planned shifts of a window of days cost; nothing in it is about one person (D5)."""

    rows: pa.Table
    """As WAGE_COST_SCHEMA: DKK without VAT, unit NULL where the cost belongs to no unit; each cell once.

    `people` are those whose cost is in the cell, NULL where nobody counted them.
    """
    people: pa.Table = field(default_factory=PEOPLE_SCHEMA.empty_table)
    """As PEOPLE_SCHEMA: how many people a department's wage cost of a day is made of; no row where nobody counted."""
    warnings: Sequence[str] = ()
    """What whoever reads the run's log should know."""
    metadata: Mapping[str, dg.MetadataValue] = field(default_factory=dict)
    """What the materialization shows beside the figures."""


class WageSource(Protocol):
    """A source of wage costs."""

    def fetch(self, window: Window) -> WageCosts:
        """Return the wage costs of the days of the window, and of no others.

        Raises an ActionableError where they cannot be had whole.
        """
