"""Wage costs from a CSV file: business_date, department, unit (may be empty), wage_cost (DKK), hours; maybe people.

Days and decimals as people type them, fields separated by commas or semicolons: as Danish Excel saves it, too.
"""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, NamedTuple

import pyarrow as pa
from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from ajour_revenue.days import Window
from ajour_revenue.mapping import unknown_places
from ajour_revenue.settings.model import Settings
from ajour_revenue.text.bilingual import Bilingual
from ajour_revenue.text.csv_table import Errors, Line, UnreadableFileError, opened_csv
from ajour_revenue.text.faults import FaultError
from ajour_revenue.text.fields import amount_of, day_of, empty_is_none, wrong_fields
from ajour_revenue.text.names import Name, clean_name, quoted
from ajour_revenue.text.parse import parse_day
from ajour_revenue.wages.source import WAGE_COST_SCHEMA, WageCosts, WageSourceError

WHOLE_NUMBER = re.compile(r"-?\d+", re.ASCII)


class WageFileError(WageSourceError):
    """The wage file cannot be used; the message lists every bad row with its line number."""


class RowError(NamedTuple):
    """What is wrong with a row of the file."""

    text: Bilingual
    """With the number of its line."""
    day: dt.date | None
    """None where the row does not say it, so that it may be any."""


def _count(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = value.strip()
    if text and not WHOLE_NUMBER.fullmatch(text):
        told = Bilingual(
            da=f"{text!r} er ikke et antal personer; skriv 3", en=f"{text!r} is no number of people; write 3"
        )
        raise FaultError(told)
    return text or None


class WageCost(BaseModel):
    """What the shifts of a day cost in a department: DKK, without VAT; no unit where not allocated to one."""

    business_date: Annotated[dt.date, BeforeValidator(day_of)]
    department: Name
    unit: Annotated[Name | None, BeforeValidator(empty_is_none)]
    wage_cost: Annotated[Decimal, Field(gt=-(10**15), lt=10**15), BeforeValidator(amount_of)]
    hours: Annotated[Decimal, Field(ge=0, lt=10**6), BeforeValidator(amount_of)]
    people: Annotated[Annotated[int, Field(ge=0, lt=10**6)] | None, BeforeValidator(_count)] = None
    """How many people the row covers; None where whoever made the file decides what may be seen (D21)."""


COLUMNS = [name for name, field in WageCost.model_fields.items() if field.is_required()]
FURTHER_COLUMNS = [name for name in WageCost.model_fields if name not in COLUMNS]


@dataclass(frozen=True)
class WageFile:
    """The wage file that the settings name, as a WageSource."""

    settings: Settings

    def fetch(self, window: Window) -> WageCosts:
        """Return the rows of the window, and warnings of what is wrong on other days (D24).

        The file is read row by row, however long it is. Raises WageFileError where a row is wrong that is of the
        window, or does not say of which day it is.
        """
        path = self.settings.wages.file
        asked: list[dict[str, object]] = []
        within, others = Errors(), Errors()
        for row in _checked_rows(self.settings):
            if isinstance(row, WageCost):
                if _covers(window, row.business_date):
                    asked.append(row.model_dump())
            elif row.day is None or _covers(window, row.day):
                within.add(row.text)
            else:
                others.add(
                    Bilingual(
                        da=f"{row.text.da} (fra {row.day}, som kørslen ikke dækker)",
                        en=f"{row.text.en} (of {row.day}, which this run does not cover)",
                    )
                )
        if within.count:
            raise WageFileError(within.message(path))
        return WageCosts(
            rows=pa.Table.from_pylist(asked, schema=WAGE_COST_SCHEMA),
            warnings=[f"{path}, {told.en}" for told in others.told()],
        )


def read_wage_file(settings: Settings) -> list[WageCost]:
    """Return the rows of the wage file that the settings name; raises WageFileError that lists all that is wrong."""
    rows: list[WageCost] = []
    errors = Errors()
    for row in _checked_rows(settings):
        if isinstance(row, RowError):
            errors.add(row.text)
        elif not errors.count:
            rows.append(row)
    if errors.count:
        raise WageFileError(errors.message(settings.wages.file))
    return rows


def _covers(window: Window, day: dt.date) -> bool:
    return window.first_day <= day <= window.last_day


def _checked_rows(settings: Settings) -> Iterator[WageCost | RowError]:
    """Yield the rows that are as promised, and what is wrong with the others.

    Wrong is too what names a department or unit that the settings do not list, or repeats a (date, department, unit).
    Raises WageFileError where the file cannot be read as a whole.
    """
    path = settings.wages.file
    first_seen: dict[tuple[dt.date, str, str | None], int] = {}
    departments = {unit.name: unit.department for unit in settings.units}
    for line in _lines(path):
        if not departments:
            told = Bilingual(
                da=f"Lønfilen {path} har løn, men indstillingerne har ingen enheder endnu. ajour-revenue test --write "
                "tilføjer dem.",
                en=f"{path} has wages, but the settings list no units yet. ajour-revenue test --write adds them.",
            )
            raise WageFileError(told)
        if line.error:
            yield RowError(_of_line(line.number, line.error), None)
            continue
        try:
            row = WageCost.model_validate(line.values)
        except ValidationError as error:
            yield from _field_errors(line, error, departments)
            continue
        problems = [*unknown_places(row.department, row.unit, departments)]
        key = (row.business_date, row.department, row.unit)
        if key in first_seen:
            problems.append(
                Bilingual(
                    da=f"samme dato, afdeling og enhed som linje {first_seen[key]}",
                    en=f"the same date, department and unit as line {first_seen[key]}",
                )
            )
        elif not problems:
            first_seen[key] = line.number
        if problems:
            yield from (RowError(_of_line(line.number, problem), row.business_date) for problem in problems)
        else:
            yield row


def _of_line(number: int, problem: Bilingual) -> Bilingual:
    return Bilingual(da=f"linje {number}: {problem.da}", en=f"line {number}: {problem.en}")


def _lines(path: Path) -> Iterator[Line]:
    """Yield the rows of the file; raises WageFileError where it cannot be read, or has other columns."""
    if not path.exists():
        told = Bilingual(
            da=f"Der er ingen lønfil {path}. Læg den dér, eller ret wages.file i indstillingerne.",
            en=f"There is no wage file {path}. Put it there, or correct wages.file in the settings.",
        )
        raise WageFileError(told)
    try:
        with opened_csv(path) as table:
            if sorted(table.columns) not in (sorted(COLUMNS), sorted([*COLUMNS, *FURTHER_COLUMNS])):
                found = ", ".join(table.columns)
                needed, further = ",".join(COLUMNS), ",".join(FURTHER_COLUMNS)
                told = Bilingual(
                    da=f"{path}, linje 1: fandt kolonnerne {found or 'ingen'}; filen skal have {needed}, og kan have "
                    f"{further}, adskilt af kommaer eller semikolonner.",
                    en=f"{path}, line 1: found the columns {found or 'none'}; the file must have {needed}, and may "
                    f"have {further}, separated by commas or semicolons.",
                )
                raise WageFileError(told)
            yield from table.rows
    except UnreadableFileError as error:
        raise WageFileError(error.text) from None


def _field_errors(line: Line, error: ValidationError, departments: dict[str, str]) -> Iterator[RowError]:
    wrong = wrong_fields(error)
    day = None if "business_date" in wrong else parse_day(line.values["business_date"])
    for name, message in wrong.items():
        found = quoted(line.values[name])
        told = Bilingual(
            da=f"linje {line.number}, {name}: der står {found}: {message.da}",
            en=f"line {line.number}, {name}: found {found}: {message.en}",
        )
        yield RowError(told, day)
    if not {"department", "unit"} & set(wrong):
        department, unit = clean_name(line.values["department"]), clean_name(line.values["unit"]) or None
        for problem in unknown_places(department, unit, departments):
            yield RowError(_of_line(line.number, problem), day)
