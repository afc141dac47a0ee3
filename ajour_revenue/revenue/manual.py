"""Manual revenue figures (R12): what may be entered, and how it is stored."""

import datetime as dt
import getpass
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Annotated, NamedTuple

import duckdb
import pyarrow as pa
from pydantic import BaseModel, BeforeValidator, Field, StringConstraints, ValidationError

from ajour_revenue import days
from ajour_revenue.days import yesterday
from ajour_revenue.errors import ActionableError
from ajour_revenue.revenue.unit_revenue import calculate_unit_revenue
from ajour_revenue.settings.model import Settings
from ajour_revenue.text.csv_table import UnreadableFileError, all_errors, read_csv
from ajour_revenue.text.parse import parse_amount, parse_day
from ajour_revenue.warehouse.run import rows, run

ENTERED_BY = "ajour-revenue enter"
"""What stands in the place of a run where somebody entered a figure."""

ORE = Decimal("0.01")

ENTERED_SCHEMA = pa.schema(
    {
        "business_date": pa.date32(),
        "unit": pa.string(),
        "revenue_incl_vat": pa.decimal128(18, 2),
        "revenue_excl_vat": pa.decimal128(18, 2),
        "reason": pa.string(),
    },
)

ADD_ENTRIES = """
    INSERT INTO manual_revenue BY NAME
    SELECT *, $now AS entered_at, $entered_by AS entered_by FROM entered ORDER BY business_date, unit
"""

CHANGES = """
    SELECT business_date, unit, vat_after AS vat, revenue_before, source_before, revenue_after AS revenue
    FROM unit_revenue_changes SEMI JOIN entered USING (business_date, unit)
    ORDER BY business_date, unit
"""


class ManualEntryError(ActionableError):
    """Figures cannot be entered; the message lists everything that is wrong with them. Nothing was stored."""


def _day(value: object) -> object:
    return parse_day(value) if isinstance(value, str) else value


def _amount(value: object) -> object:
    if not isinstance(value, str):
        return value
    return parse_amount(value) if value.strip() else None


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Amount = Annotated[Decimal, Field(gt=-(10**15), lt=10**15, decimal_places=2)]


class ManualEntry(BaseModel):
    """What somebody enters for a unit and day: one of the two amounts in DKK, and why."""

    business_date: Annotated[dt.date, BeforeValidator(_day)]
    unit: Name
    revenue_incl_vat: Annotated[Amount | None, BeforeValidator(_amount)] = None
    revenue_excl_vat: Annotated[Amount | None, BeforeValidator(_amount)] = None
    reason: Name

    def amounts(self, vat_rate: Decimal) -> tuple[Decimal, Decimal]:
        """Return the amounts incl. and excl. VAT: the one that was entered, and the other by the rate in percent.

        Rounded half-up to the øre (D1).
        """
        factor = 1 + vat_rate / 100
        if self.revenue_incl_vat is not None:
            return self.revenue_incl_vat, (self.revenue_incl_vat / factor).quantize(ORE, ROUND_HALF_UP)
        excl_vat = self.revenue_excl_vat or Decimal(0)
        return (excl_vat * factor).quantize(ORE, ROUND_HALF_UP), excl_vat


class Change(NamedTuple):
    """A unit-day whose figure was entered: DKK, incl. or excl. VAT as the settings choose."""

    business_date: dt.date
    unit: str
    vat: str
    revenue_before: Decimal | None
    source_before: str | None
    """None where the unit-day was not there before."""
    revenue: Decimal | None


def check_entry(settings: Settings, values: Mapping[str, object]) -> ManualEntry:
    """Return one entry, of values as people type them; raises ManualEntryError."""
    checked = _checked(settings, values)
    if isinstance(checked, ManualEntry):
        return checked
    msg = f"{'; '.join(checked)}. Nothing was stored."
    raise ManualEntryError(msg)


def read_entries(settings: Settings, path: Path, *, reason: str | None = None) -> list[ManualEntry]:
    """Return the entries of a CSV file, separated by commas or, as Danish Excel has it, semicolons.

    Columns: business_date, unit, revenue_incl_vat or revenue_excl_vat, and reason, which `reason` stands in for where
    it is empty. Raises ManualEntryError that lists every bad row with its line number.
    """
    entries: list[ManualEntry] = []
    errors: list[str] = []
    first_seen: dict[tuple[dt.date, str], int] = {}
    for line, values in _rows(path):
        if None in values or None in values.values():
            errors.append(f"line {line}: must have as many fields as line 1")
            continue
        checked = _checked(settings, {**values, "reason": values.get("reason", "").strip() or reason or ""})
        if not isinstance(checked, ManualEntry):
            errors += [f"line {line}: {problem}" for problem in checked]
            continue
        entries.append(checked)
        key = (checked.business_date, checked.unit)
        if key in first_seen:
            errors.append(f"line {line}: the same day and unit as line {first_seen[key]}")
        first_seen.setdefault(key, line)
    if errors:
        raise ManualEntryError(all_errors(path, errors))
    return entries


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    try:
        columns, rows = read_csv(path)
    except UnreadableFileError as error:
        raise ManualEntryError(str(error)) from None
    needed = {"business_date", "unit"} <= set(columns) and {"revenue_incl_vat", "revenue_excl_vat"} & set(columns)
    if not needed or set(columns) - set(ManualEntry.model_fields):
        msg = (
            f"{path}, line 1: found the columns {', '.join(columns) or 'none'}; the file must have business_date, "
            "unit, revenue_incl_vat or revenue_excl_vat, and may have reason. Nothing was stored."
        )
        raise ManualEntryError(msg)
    return rows


def _checked(settings: Settings, values: Mapping[str, object]) -> ManualEntry | list[str]:
    try:
        entry = ManualEntry.model_validate(values)
    except ValidationError as error:
        return [_told(str(each["loc"][0]), each["type"], each["msg"]) for each in error.errors()]
    return _problems(settings, entry) or entry


def _told(column: str, kind: str, message: str) -> str:
    missing = kind in {"missing", "string_too_short"}
    return f"{column}: {'is missing' if missing else message.removeprefix('Value error, ')}"


def _problems(settings: Settings, entry: ManualEntry) -> list[str]:
    problems = []
    units = [unit.name for unit in settings.units]
    if entry.unit not in units:
        problems.append(f"unit {entry.unit!r} is none of the settings': {', '.join(units) or 'they list no units yet'}")
    if not settings.activation_date <= entry.business_date <= yesterday():
        problems.append(
            f"{entry.business_date} is no day with revenue: these are from the activation date "
            f"{settings.activation_date} to yesterday, {yesterday()}"
        )
    if (entry.revenue_incl_vat is None) == (entry.revenue_excl_vat is None):
        problems.append("give one amount, revenue_incl_vat or revenue_excl_vat; the other follows from it")
    return problems


def enter_revenue(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    entries: Sequence[ManualEntry],
) -> list[Change]:
    """Add manual entries, and calculate the unit revenue of their days anew (R12, D10).

    Returns what has changed; an entry that says what is stored already is added all the same, and changes nothing.
    """
    entered = []
    for entry in entries:
        incl_vat, excl_vat = entry.amounts(settings.revenue.vat_rate)
        entered.append(entry.model_dump() | {"revenue_incl_vat": incl_vat, "revenue_excl_vat": excl_vat})
    connection.register("entered", pa.Table.from_pylist(entered, schema=ENTERED_SCHEMA))
    run(connection, ADD_ENTRIES, now=days.now(), entered_by=_login_name())
    calculate_unit_revenue(connection, settings, {entry.business_date for entry in entries}, run_id=ENTERED_BY)
    return rows(connection, CHANGES, Change)


def _login_name() -> str | None:
    """Return who is at the keyboard, where the system knows it."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return None
