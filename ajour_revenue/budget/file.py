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
from ajour_revenue.text.bilingual import Bilingual
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
            told = Bilingual(
                da=f"Budgetfilen {path} har budgetter, men indstillingerne har ingen enheder endnu. ajour-revenue test "
                "--write tilføjer dem.",
                en=f"{path} has budgets, but the settings list no units yet. ajour-revenue test --write adds them.",
            )
            raise BudgetFileError(told)
        checked = _checked(settings, line)
        if not isinstance(checked, BudgetLine):
            for problem in checked:
                errors.add(Bilingual(da=f"linje {line.number}{problem.da}", en=f"line {line.number}{problem.en}"))
            continue
        place = (checked.department, checked.unit)
        month = (*place, checked.month)
        earlier = days_seen.get(month) if checked.is_month else first_seen.get(month)
        if same := first_seen.get((*place, checked.period)):
            errors.add(
                Bilingual(
                    da=f"linje {line.number}: samme sted og periode som linje {same}; behold kun den ene",
                    en=f"line {line.number}: the same place and period as line {same}; keep one of them",
                )
            )
        elif earlier:
            of_whole = f"{checked.month.first_day:%Y-%m}"
            errors.add(
                Bilingual(
                    da=f"linje {line.number}: {checked.place} har {of_whole} både som helhed og dag for dag (linje "
                    f"{earlier}); behold måneden eller dens dage",
                    en=f"line {line.number}: {checked.place} has {of_whole} as a whole and by days (line {earlier}); "
                    "keep the month, or its days",
                )
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
        told = Bilingual(
            da=f"Der er ingen budgetfil {path}. Læg den dér, eller ret budget.file i indstillingerne.",
            en=f"There is no budget file {path}. Put it there, or correct budget.file in the settings.",
        )
        raise BudgetFileError(told)
    try:
        with opened_csv(path) as table:
            fields = [FIELD_OF.get(column) for column in table.columns]
            is_enough = "period" in fields and {"department", "unit"} & {*fields}
            if not is_enough or not {"revenue_excl_vat", "wage_percentage"} & {*fields} or _has_doubts(fields):
                found = ", ".join(table.columns)
                told = Bilingual(
                    da=f"{path}, linje 1: fandt kolonnerne {found or 'ingen'}; filen skal have enhed eller afdeling, "
                    "måned eller dag, omsætning ekskl. moms eller lønprocent, hver én gang og intet andet; på engelsk "
                    "unit, department, month, day, revenue_excl_vat, wage_percentage. De adskilles af semikolonner "
                    "eller kommaer.",
                    en=f"{path}, line 1: found the columns {found or 'none'}; the file must have unit or department, "
                    "month or day, revenue_excl_vat or wage_percentage, each once and nothing else; in Danish enhed, "
                    "afdeling, måned, dag, omsætning excl. moms, lønprocent. Semicolons or commas separate them.",
                )
                raise BudgetFileError(told)
            yield from table.rows
    except UnreadableFileError as error:
        raise BudgetFileError(error.text) from None


def _has_doubts(fields: list[str | None]) -> bool:
    """Whether a column is unknown, or two are the same."""
    return None in fields or len(set(fields)) < len(fields)


def _checked(settings: Settings, line: Line) -> BudgetLine | list[Bilingual]:
    """Return a row with its department, or everything that is wrong with it, as it goes on after the line's number."""
    if line.error:
        return [Bilingual(da=f": {line.error.da}", en=f": {line.error.en}")]
    values = {FIELD_OF[column]: value for column, value in line.values.items()}
    departments = {unit.name: unit.department for unit in settings.units}
    unit = clean_name(values.get("unit", ""))
    department = clean_name(values.get("department", "")) or departments.get(unit, "")
    problems = [
        Bilingual(da=f": {problem.da}", en=f": {problem.en}")
        for problem in _problems(values, department, unit, departments)
    ]
    try:
        checked = BudgetLine.model_validate(values | {"department": department})
    except ValidationError as error:
        wrong = wrong_fields(error)
        told = ((column, value, wrong.get(FIELD_OF[column])) for column, value in line.values.items())
        return [
            *(
                Bilingual(
                    da=f", {column}: der står {quoted(value)}: {why.da}",
                    en=f", {column}: found {quoted(value)}: {why.en}",
                )
                for column, value, why in told
                if why
            ),
            *problems,
        ]
    return problems or checked


def _problems(
    values: Mapping[str, str], department: str, unit: str, departments: Mapping[str, str]
) -> Iterator[Bilingual]:
    if department:
        yield from unknown_places(department, unit or None, departments)
    elif unit:
        known, hint = ", ".join(departments), meant(unit, departments)
        yield Bilingual(
            da=f"enheden {quoted(unit)} findes ikke blandt {known}{hint.da}",
            en=f"unit {quoted(unit)} is none of {known}{hint.en}",
        )
    else:
        yield Bilingual(da="nævner hverken en enhed eller en afdeling", en="names neither a unit nor a department")
    if not values.get("revenue_excl_vat") and not values.get("wage_percentage"):
        yield Bilingual(
            da="har hverken omsætning eller lønprocent; udfyld en af dem, eller slet rækken",
            en="has neither revenue nor a wage percentage; fill in one of them, or delete the row",
        )
