"""What Planday answers: of each thing the fields that we use, in Planday's units.

Unknown fields are ignored. Types are strict: a text where a number belongs is an error, not a guess. Money is Decimal,
in the portal's currency; an integer in the JSON is money as well, a boolean is not.
"""

import datetime as dt
import re
from decimal import Decimal
from typing import Annotated, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator
from pydantic.alias_generators import to_camel

from ajour_revenue.text.bilingual import Bilingual
from ajour_revenue.text.faults import FaultError
from ajour_revenue.text.names import cleaned, name_or

ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")
DURATION = re.compile(r"(\d{1,2}):(\d\d):(\d\d)", re.ASCII)
LONGEST_SHIFT_DAYS = 1
HIGHEST_COST = 10**10
"""More than any shift costs; the sums of all that an answer can hold fit the warehouse's columns."""

NO_DURATION = Bilingual(
    da="en varighed skal se ud som D:HH:MM eller HH:MM:SS", en="a duration must look like D:HH:MM or HH:MM:SS"
)
TOO_MANY_MINUTES = Bilingual(
    da="en varighed har højst 59 minutter og 59 sekunder", en="a duration has at most 59 minutes and 59 seconds"
)
NO_DATE = Bilingual(da="en dato skal se ud som 2026-01-31", en="a date must look like 2026-01-31")
NO_TEXT = Bilingual(da="en varighed skal være en tekst", en="a duration must be a text")


def hours_of(duration: str) -> Decimal:
    """Return the hours of a duration, which Planday writes as D:HH:MM and documents as HH:MM:SS.

    "0:09:00" is nine hours and "1:02:30" is 26.5: one digit in front is days. It is hours where it must be: where it
    has two digits ("09:00:00"), where no clock shows the hours that would follow ("8:30:00"), and where the shift
    would last longer than any does, 48 hours or more ("8:00:00").

    Raises ValueError, without the text, where it is neither.
    """
    match = DURATION.fullmatch(duration)
    if match is None:
        raise FaultError(NO_DURATION)
    first, middle, last = map(int, match.groups())
    if len(match[1]) == 1 and first <= LONGEST_SHIFT_DAYS and middle < 24:  # noqa: PLR2004 (hours of a day)
        days, hours, minutes, seconds = first, middle, last, 0
    else:
        days, hours, minutes, seconds = 0, first, middle, last
    if minutes > 59 or seconds > 59:  # noqa: PLR2004 (minutes of an hour)
        raise FaultError(TOO_MANY_MINUTES)
    return Decimal(((days * 24 + hours) * 60 + minutes) * 60 + seconds) / 3600


def _integer_is_money(value: object) -> object:
    return Decimal(value) if type(value) is int else value


def _only_iso_text(value: object) -> object:
    """Pydantic would take a number for seconds since 1970."""
    if isinstance(value, dt.date) or (isinstance(value, str) and ISO_DATE.match(value)):
        return value
    raise FaultError(NO_DATE)


def _hours(value: object) -> Decimal:
    """A supplement of a fixed amount lasts no time."""
    if value is None:
        return Decimal(0)
    if not isinstance(value, str):
        raise FaultError(NO_TEXT)
    return hours_of(value)


def _is_absent(value: object) -> bool:
    return value is None


Money = Annotated[Decimal, BeforeValidator(_integer_is_money)]
Day = Annotated[dt.date, Field(strict=False), BeforeValidator(_only_iso_text)]
Hours = Annotated[Decimal, BeforeValidator(_hours)]


class Answer(BaseModel):
    """A part of an answer of Planday's, whose fields are written in camelCase there."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        strict=True,
    )


class Named(Answer):
    """Something with an id and a name; where Planday has no name for it, it is called after its id."""

    KIND: ClassVar[str]

    id: int
    name: str

    @field_validator("name", mode="before")
    @classmethod
    def _may_be_seen(cls, name: object, row: ValidationInfo) -> object:
        return name_or(name, f"{cls.KIND} {row.data.get('id')}")


class Portal(Named):
    """A company's Planday; ids are unique within one portal only."""

    KIND = "Portal"


class ListRow(Answer):
    """A row of a list that Planday answers in pages."""

    KEY: ClassVar[tuple[str, ...]] = ("id",)

    @property
    def key(self) -> tuple[object, ...]:
        """What no other row of the list has."""
        return tuple(getattr(self, field) for field in self.KEY)


class Department(Named, ListRow):
    """Planday's organisational unit (afdeling); wages are planned per department."""

    KIND = "Department"


class RevenueUnit(Named, ListRow):
    """A place that earns revenue (omsætningsenhed); it belongs to exactly one department."""

    KIND = "Revenue unit"

    department_id: int


class Position(Named, ListRow):
    """What a shift is planned as: it leads from a shift's cost to the revenue unit."""

    KIND = "Position"

    department_id: int
    affect_revenue: bool
    """Whether the position's cost counts in the wage percentage."""
    revenue_unit_id: int | None = None


class ShiftCost(Answer):
    """The planned cost of one shift, or a supplement to one, on the date the shift starts (D4).

    It is about one person: aggregate it before anything is stored, shown or logged (D5). The employee's id is here to
    count people by; the shift's id is not here at all.
    """

    day: Day = Field(alias="date")
    cost: Annotated[Money, Field(gt=-HIGHEST_COST, lt=HIGHEST_COST)]
    hours: Hours = Field(default=Decimal(0), alias="duration")
    position_id: int | None = None
    employee_id: int | None = Field(default=None, repr=False)
    is_supplement: Annotated[bool, BeforeValidator(_is_absent)] = Field(default=True, alias="shiftId", repr=False)


class TimeAndCost(Answer):
    """What the planned shifts of one department cost in a window of days, open shifts left out."""

    costs: list[ShiftCost]
    currency_symbol: Annotated[str | None, BeforeValidator(cleaned)] = None


class Revenue(ListRow):
    """The revenue that Planday has for a unit and day; None where the unit-day is listed without a figure.

    Planday does not document the fields of this list. They are read as those of the POST that fills it, and refused
    with the names that did come where they are not.
    """

    KEY = ("revenue_unit_id", "day")

    revenue_unit_id: int
    day: Day = Field(alias="date")
    turnover: Money | None


class Paging(Answer):
    """Where in a list a page is."""

    total: int


class Page(Answer):
    """A part of a list, at most 50 rows of it."""

    paging: Paging
    data: list[object]


class AccessToken(BaseModel):
    """What the token endpoint answers (OAuth 2.0, so no camelCase)."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True, strict=True)

    access_token: str = Field(repr=False)
    expires_in: int
    """Seconds from now."""
    refresh_token: str | None = Field(default=None, repr=False)
    """The one to use from now on; None where the old one stays valid."""
