"""What a finding is."""

import datetime as dt
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, get_args

from ajour_revenue.days import Window
from ajour_revenue.revenue.change import Change, Source
from ajour_revenue.settings.model import Vat
from ajour_revenue.wages.figures import COMPANY, Place

Kind = Literal[
    "run failed",
    "never fetched",
    "unmapped",
    "not listed",
    "missing",
    "over target",
    "unusual revenue",
    "plan over target",
    "wages without revenue",
    "revenue without wages",
    "negative revenue",
    "no longer fed",
    "changed",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""In the order in which findings are listed."""

URGENT: tuple[Kind, ...] = (
    "run failed",
    "never fetched",
    "unmapped",
    "not listed",
    "missing",
    "over target",
    "unusual revenue",
    "plan over target",
)
"""What somebody has to do something about; the others are for whoever reads a report."""

Cause = Literal[
    "missing location",
    "mapping changed",
    "correction",
    "manual entry",
    "holiday",
    "closed",
    "no wages",
    "open",
    "none known",
]
"""Why a figure is probably unusual (D26); `open` where wages were paid, so that it was not closed."""


@dataclass(frozen=True)
class Location:
    """A location of Ajour's."""

    location_id: str
    name: str | None
    """None where Ajour does not list it."""


@dataclass(frozen=True)
class Facts:
    """What is known of a finding, as far as its kind has it: amounts in DKK, summed over its days; percent."""

    revenue_excl_vat: Decimal | None = None
    revenue_incl_vat: Decimal | None = None
    wage_cost: Decimal | None = None
    wage_percentage: Decimal | None = None
    target: Decimal | None = None
    hidden: bool | None = None
    """Whether the wage is hidden (D21)."""
    not_in_list: bool | None = None
    """Whether Ajour has a list of locations, and this one is not in it."""
    unit_today: str | None = None
    """The unit that a location feeds today, though not on the days of its revenue."""
    similar_ids: str | None = None
    """The ids of locations that are written almost like this one."""
    similar_unit: str | None = None
    """The unit that a location's name suggests."""
    in_planday: Decimal | None = None
    """What Planday still shows of a figure that we no longer have, DKK."""
    changes: Sequence[Change] = ()
    """Everything that became of a figure, in order."""
    vat: Vat | None = None
    """Whether the two amounts of a changed figure are with VAT."""
    revenue_before: Decimal | None = None
    revenue_after: Decimal | None = None
    source_before: Source | None = None
    source_after: Source | None = None
    changed_at: dt.datetime | None = None
    expected_revenue_excl_vat: Decimal | None = None
    """What was expected where the revenue is unusual."""
    cause: Cause | None = None
    holiday: str | None = None
    """The Danish name of the holiday, or of the eve, on which the revenue is unusual."""
    holiday_english: str | None = None
    reason: str | None = None
    """Why somebody entered the present figure, or why a run failed."""


NO_FACTS = Facts()


@dataclass(frozen=True)
class Finding:
    """One thing that needs attention."""

    kind: Kind
    days: Window | None = None
    """Days in a row; None where it is about no day."""
    place: Place = COMPANY
    location: Location | None = None
    facts: Facts = NO_FACTS

    @property
    def command(self) -> str | None:
        """The command that mends it, or that shows where a figure comes from; None where none does."""
        match self.kind, self.days:
            # It maps the locations of Ajour's list that are in no unit.
            case "unmapped", _ if not (self.facts.not_in_list or self.facts.unit_today):
                return "ajour-revenue test --write"
            case (("run failed" | "never fetched" | "missing" | "revenue without wages"), Window() as days):
                return f"ajour-revenue fetch --from {days.first_day} --to {days.last_day}"
            case (("unusual revenue" | "changed"), Window() as days):
                return f"ajour-revenue explain {shlex.quote(self.place.unit or '')} {days.first_day}"
            case "plan over target", _:
                return "ajour-revenue plan"
            case _:
                return None
