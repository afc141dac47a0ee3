"""Wage costs from a CSV file: business_date, department, unit (may be empty), wage_cost (DKK), hours.

Days and decimals as people type them, fields separated by commas or semicolons: as Danish Excel saves it, too.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

import pyarrow as pa
from pydantic import BaseModel, BeforeValidator, Field, StringConstraints, ValidationError

from ajour_revenue.days import Window
from ajour_revenue.settings.model import Settings
from ajour_revenue.text.csv_table import UnreadableFileError, all_errors, read_csv
from ajour_revenue.text.parse import parse_amount, parse_day
from ajour_revenue.wages.source import WAGE_COST_SCHEMA, WageCosts, WageSourceError


class WageFileError(WageSourceError):
    """The wage file cannot be used; the message lists every bad row with its line number."""


def _empty_is_none(value: object) -> object:
    return value or None


def _day(value: object) -> object:
    return parse_day(value) if isinstance(value, str) else value


def _amount(value: object) -> object:
    return parse_amount(value) if isinstance(value, str) else value


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class WageCost(BaseModel):
    """What the shifts of a day cost in a department: DKK, without VAT; no unit where not allocated to one."""

    business_date: Annotated[dt.date, BeforeValidator(_day)]
    department: Name
    unit: Annotated[Name | None, BeforeValidator(_empty_is_none)]
    wage_cost: Annotated[Decimal, Field(gt=-(10**15), lt=10**15), BeforeValidator(_amount)]
    hours: Annotated[Decimal, Field(ge=0, lt=10**6), BeforeValidator(_amount)]


@dataclass(frozen=True)
class WageFile:
    """The wage file that the settings name, as a WageSource."""

    settings: Settings

    def fetch(self, window: Window) -> WageCosts:
        """Return the rows of the window; raises WageFileError where any row of the file is wrong."""
        asked = [
            row.model_dump()
            for row in read_wage_file(self.settings)
            if window.first_day <= row.business_date <= window.last_day
        ]
        return WageCosts(rows=pa.Table.from_pylist(asked, schema=WAGE_COST_SCHEMA))


def read_wage_file(settings: Settings) -> list[WageCost]:
    """Return the rows of the wage file that the settings name.

    Raises WageFileError that lists all rows which are not as promised, name a department or unit that the settings do
    not list, or repeat a (date, department, unit).
    """
    path = settings.wages.file
    wanted = list(WageCost.model_fields)
    if not path.exists():
        msg = f"There is no wage file {path}. Put it there, or correct wages.file in the settings."
        raise WageFileError(msg)
    try:
        columns, numbered = read_csv(path)
    except UnreadableFileError as error:
        raise WageFileError(str(error)) from None
    if sorted(columns) != sorted(wanted):
        msg = (
            f"{path}, line 1: found the columns {', '.join(columns) or 'none'}; the file must have "
            f"{','.join(wanted)}, separated by commas or semicolons."
        )
        raise WageFileError(msg)

    rows: list[WageCost] = []
    errors: list[str] = []
    first_seen: dict[tuple[dt.date, str, str | None], int] = {}
    departments = {unit.name: unit.department for unit in settings.units}
    if numbered and not departments:
        msg = f"{path} has wages, but the settings list no units yet. ajour-revenue test --write adds them."
        raise WageFileError(msg)
    for line, values in numbered:
        # DictReader puts what is too much under None, and fills up with None: 400,50 must not become 400.
        if None in values or None in values.values():
            errors.append(
                f"line {line}: must have {len(columns)} fields, as line 1 has; where commas separate these, write "
                "decimals with a point: 400.50"
            )
            continue
        try:
            row = WageCost.model_validate(values)
        except ValidationError as error:
            errors += [
                f"line {line}, {each['loc'][0]}: found {values[str(each['loc'][0])]!r}: "
                + each["msg"].removeprefix("Value error, ")
                for each in error.errors()
            ]
            continue
        rows.append(row)
        errors += [f"line {line}: {problem}" for problem in _unknown_names(row, departments)]
        key = (row.business_date, row.department, row.unit)
        if key in first_seen:
            errors.append(f"line {line}: the same date, department and unit as line {first_seen[key]}")
        first_seen.setdefault(key, line)
    if errors:
        raise WageFileError(all_errors(path, errors))
    return rows


def _unknown_names(row: WageCost, departments: dict[str, str]) -> Iterator[str]:
    if row.department not in departments.values():
        yield f"department {row.department!r} is none of {', '.join(sorted(set(departments.values())))}"
    elif row.unit is not None and departments.get(row.unit) != row.department:
        here = [unit for unit, department in departments.items() if department == row.department]
        yield f"unit {row.unit!r} is none of {row.department}'s: {', '.join(here)}"
