"""Budgets from a CSV file: unit or department, month or day, revenue excl. VAT and wage percentage.

Headings in English or Danish, months, days and decimals as people type them: as Danish Excel saves it, too.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field, InstanceOf, ValidationError

from ajour_revenue.days import Window, month_of
from ajour_revenue.errors import ActionableError
from ajour_revenue.mapping import meant, unknown_places
from ajour_revenue.settings.model import Settings
from ajour_revenue.text.csv_table import Errors, Line, UnreadableFileError, opened_csv
from ajour_revenue.text.fields import amount_of, empty_is_none, wrong_fields
from ajour_revenue.text.names import Name, clean_name, quoted
from ajour_revenue.text.parse import parse_amount, parse_period

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "department": ("department", "afdeling"),
    "unit": ("unit", "revenue_unit", "enhed", "omsætningsenhed"),
    "period": ("period", "month", "day", "date", "business_date", "periode", "måned", "dag", "dato"),
    "revenue_excl_vat": (
        *("revenue_excl_vat", "revenue_excl._vat", "omsætning_excl._moms", "omsætning_excl_moms"),
        *("omsætning_ekskl._moms", "omsætning_ekskl_moms", "omsætning_uden_moms"),
    ),
    "wage_percentage": ("wage_percentage", "wage_%", "lønprocent", "løn_%"),
}
"""What a column may be called, as `opened_csv` gives its name."""
FIELD_OF = {heading: field for field, headings in HEADINGS.items() for heading in headings}


class BudgetFileError(ActionableError):
    """The budget file cannot be used; the message lists every bad row with its line number."""


def _period_of(value: object) -> object:
    return parse_period(value) if isinstance(value, str) else value


def _percentage_of(value: object) -> object:
    return parse_amount(value.removesuffix("%")) if isinstance(value, str) else value


EMPTY_IS_NONE = BeforeValidator(empty_is_none)


class BudgetLine(BaseModel):
    """What a place is to sell in a month or on a day, and what part of it its wages are to be."""

    department: Annotated[Name | None, EMPTY_IS_NONE] = None
    unit: Annotated[Name | None, EMPTY_IS_NONE] = None
    """None where it is the department's own budget."""
    period: Annotated[InstanceOf[Window], BeforeValidator(_period_of)]
    revenue_excl_vat: Annotated[
        Annotated[Decimal, Field(ge=0, lt=10**12)] | None, BeforeValidator(amount_of), EMPTY_IS_NONE
    ] = None
    """In DKK."""
    wage_percentage: Annotated[
        Annotated[Decimal, Field(ge=1, le=100)] | None, BeforeValidator(_percentage_of), EMPTY_IS_NONE
    ] = None
    """In percent of revenue excl. VAT: 31.4 for 31.4 %."""

    @property
    def place(self) -> str:
        """The unit, or the department."""
        return self.unit or self.department or ""

    @property
    def month(self) -> Window:
        """The month that it is for, or that its day is in."""
        return month_of(self.period.first_day)

    @property
    def is_month(self) -> bool:
        """Whether it is for a whole month."""
        return self.period == self.month


def read_budget(settings: Settings, path: Path) -> list[BudgetLine]:
    """Return the lines of a budget file, each with its department; raises BudgetFileError that lists all that is wrong.

    Wrong is too what names a place that the settings do not list, repeats a place and period, or gives a place a month
    and days of it.
    """
    lines: list[BudgetLine] = []
    errors = Errors()
    first_seen: dict[tuple[str | None, str | None, Window], int] = {}
    days_seen: dict[tuple[str | None, str | None, Window], int] = {}
    for line in _lines(path):
        if not settings.units:
            msg = f"{path} has budgets, but the settings list no units yet. ajour-revenue test --write adds them."
            raise BudgetFileError(msg)
        checked = _checked(settings, line)
        if not isinstance(checked, BudgetLine):
            for problem in checked:
                errors.add(f"line {line.number}{problem}")
            continue
        place = (checked.department, checked.unit)
        month = (*place, checked.month)
        earlier = days_seen.get(month) if checked.is_month else first_seen.get(month)
        if same := first_seen.get((*place, checked.period)):
            errors.add(f"line {line.number}: the same place and period as line {same}; keep one of them")
        elif earlier:
            errors.add(
                f"line {line.number}: {checked.place} has {checked.month.first_day:%Y-%m} as a whole and by days "
                f"(line {earlier}); keep the month, or its days"
            )
        first_seen.setdefault((*place, checked.period), line.number)
        if not checked.is_month:
            days_seen.setdefault(month, line.number)
        lines.append(checked)
    if errors.count:
        raise BudgetFileError(errors.message(path))
    return lines


def _lines(path: Path) -> Iterator[Line]:
    """Yield the rows of the file; raises BudgetFileError where it cannot be read, or has other columns."""
    if not path.exists():
        msg = f"There is no budget file {path}. Put it there, or correct budget.file in the settings."
        raise BudgetFileError(msg)
    try:
        with opened_csv(path) as table:
            fields = [FIELD_OF.get(column) for column in table.columns]
            is_enough = "period" in fields and {"department", "unit"} & {*fields}
            if not is_enough or not {"revenue_excl_vat", "wage_percentage"} & {*fields} or _has_doubts(fields):
                msg = (
                    f"{path}, line 1: found the columns {', '.join(table.columns) or 'none'}; the file must have unit "
                    "or department, month or day, revenue_excl_vat or wage_percentage, each once and nothing else; in "
                    "Danish enhed, afdeling, måned, dag, omsætning excl. moms, lønprocent. Semicolons or commas "
                    "separate them."
                )
                raise BudgetFileError(msg)
            yield from table.rows
    except UnreadableFileError as error:
        raise BudgetFileError(str(error)) from None


def _has_doubts(fields: list[str | None]) -> bool:
    """Whether a column is unknown, or two are the same."""
    return None in fields or len(set(fields)) < len(fields)


def _checked(settings: Settings, line: Line) -> BudgetLine | list[str]:
    """Return a row with its department, or everything that is wrong with it, as it goes on after the line's number."""
    if line.error:
        return [f": {line.error}"]
    values = {FIELD_OF[column]: value for column, value in line.values.items()}
    departments = {unit.name: unit.department for unit in settings.units}
    unit = clean_name(values.get("unit", ""))
    department = clean_name(values.get("department", "")) or departments.get(unit, "")
    problems = [f": {problem}" for problem in _problems(values, department, unit, departments)]
    try:
        checked = BudgetLine.model_validate(values | {"department": department})
    except ValidationError as error:
        wrong = wrong_fields(error)
        told = ((column, value, wrong.get(FIELD_OF[column])) for column, value in line.values.items())
        return [*(f", {column}: found {quoted(value)}: {why}" for column, value, why in told if why), *problems]
    return problems or checked


def _problems(values: Mapping[str, str], department: str, unit: str, departments: Mapping[str, str]) -> Iterator[str]:
    if department:
        yield from unknown_places(department, unit or None, departments)
    elif unit:
        yield f"unit {quoted(unit)} is none of {', '.join(departments)}{meant(unit, departments)}"
    else:
        yield "names neither a unit nor a department"
    if not values.get("revenue_excl_vat") and not values.get("wage_percentage"):
        yield "has neither revenue nor a wage percentage; fill in one of them, or delete the row"
