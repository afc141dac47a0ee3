"""Where wage costs come from: what every source of them promises."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa

from ajour_revenue.days import Window
from ajour_revenue.errors import ActionableError

if TYPE_CHECKING:
    import dagster as dg

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


class WageSourceError(ActionableError):
    """Wage costs could not be had; the message says why and what to do."""


@dataclass(frozen=True)
class WageCosts:
    """What the planned shifts of a window of days cost; nothing in it is about one person (D5)."""

    rows: pa.Table
    """As WAGE_COST_SCHEMA: DKK without VAT, unit NULL where the cost belongs to no unit; each cell once. People are
    those whose part in the cost is not 0, NULL where nobody counted them (D21)."""
    warnings: Sequence[str] = ()
    """What whoever reads the run's log should know."""
    metadata: Mapping[str, "dg.MetadataValue"] = field(default_factory=dict)
    """What the materialization shows beside the figures."""


class WageSource(Protocol):
    """A source of wage costs."""

    def fetch(self, window: Window) -> WageCosts:
        """Return the wage costs of the days of the window, and of no others.

        Raises an ActionableError where they cannot be had whole.
        """
