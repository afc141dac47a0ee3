"""Manual revenue figures (R12): what may be entered, and how it is stored."""

import datetime as dt
import getpass
from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Annotated, NamedTuple

import duckdb
from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from ajour_revenue import days
from ajour_revenue.days import yesterday
from ajour_revenue.errors import ActionableError
from ajour_revenue.mapping import meant, register_units, unit_of_locations
from ajour_revenue.revenue.change import Source
from ajour_revenue.revenue.unit_revenue import calculate_unit_revenue
from ajour_revenue.settings.model import Settings
from ajour_revenue.text.bilingual import Bilingual
from ajour_revenue.text.csv_table import Errors, Line, UnreadableFileError, opened_csv
from ajour_revenue.text.faults import fault_of
from ajour_revenue.text.fields import amount_of, day_of, empty_is_none
from ajour_revenue.text.names import Name, Reason, clean_name, quoted
from ajour_revenue.warehouse.run import give, rows, run

ENTERED_BY = "ajour-revenue enter"
"""What stands in the place of a run where somebody entered a figure."""

ORE = Decimal("0.01")

ENTERED = (
    "business_date DATE, unit VARCHAR, location_id VARCHAR, locations VARCHAR[], "
    "revenue_incl_vat DECIMAL(18, 2), revenue_excl_vat DECIMAL(18, 2), reason VARCHAR"
)

ADD_ENTRIES = """
    INSERT INTO manual_revenue BY NAME
    SELECT *, $now AS entered_at, $entered_by AS entered_by FROM entered ORDER BY business_date, unit
"""

# What the entries would replace, and what their weekdays usually bring: the median of the last eight with a figure,
# where there are four of them. Excl. VAT.
COMPARED = """
    WITH figures AS (
        SELECT
            business_date,
            unit,
            NULL AS location_id,
            revenue_excl_vat,
            source = 'ajour' AND len(missing_locations) = 0 AS is_ajours
        FROM unit_revenue
        UNION ALL
        SELECT business_date, mapping.unit, location_id, round(revenue_excl_vat, 2), true
        FROM raw_revenue JOIN mapping USING (location_id)
        WHERE business_date BETWEEN mapping.first_day AND mapping.last_day
    ),
    before AS (
        SELECT
            entered.business_date,
            entered.unit,
            entered.location_id,
            figures.revenue_excl_vat,
            row_number() OVER (
                PARTITION BY entered.business_date, entered.unit, entered.location_id
                ORDER BY figures.business_date DESC
            ) AS weeks_back
        FROM entered
        JOIN figures
            ON figures.unit = entered.unit
            AND figures.location_id IS NOT DISTINCT FROM entered.location_id
            AND figures.business_date < entered.business_date
            AND dayofweek(figures.business_date) = dayofweek(entered.business_date)
        WHERE figures.revenue_excl_vat IS NOT NULL
    ),
    usual AS (
        SELECT business_date, unit, location_id, quantile_disc(revenue_excl_vat, 0.5)::DECIMAL(18, 2) AS usual
        FROM before
        WHERE weeks_back <= 8
        GROUP BY ALL
        HAVING count(*) >= 4
    )
    SELECT
        entered.business_date,
        entered.unit,
        entered.location_id,
        entered.revenue_excl_vat,
        figures.revenue_excl_vat AS replaced,
        usual.usual
    FROM entered
    LEFT JOIN figures
        ON figures.business_date = entered.business_date
        AND figures.unit = entered.unit
        AND figures.location_id IS NOT DISTINCT FROM entered.location_id
        AND is_ajours
    LEFT JOIN usual
        ON usual.business_date = entered.business_date
        AND usual.unit = entered.unit
        AND usual.location_id IS NOT DISTINCT FROM entered.location_id
    ORDER BY entered.business_date, entered.unit, entered.location_id
"""

FAR = 5
"""An amount of more than so many times what is usual, or less than that part of it, is probably mistyped."""

CHANGES = """
    SELECT business_date, unit, vat_after AS vat, revenue_before, source_before, revenue_after AS revenue
    FROM unit_revenue_changes SEMI JOIN entered USING (business_date, unit)
    ORDER BY business_date, unit
"""


class ManualEntryError(ActionableError):
    """Figures cannot be entered; the message lists everything that is wrong with them. Nothing was stored."""


Amount = Annotated[Decimal, Field(gt=-(10**15), lt=10**15, decimal_places=2)]


class ManualEntry(BaseModel):
    """What somebody enters for a unit and day, or for one location of it: one of the two amounts in DKK, and why."""

    business_date: Annotated[dt.date, BeforeValidator(day_of)]
    unit: Name
    location: Annotated[Name | None, BeforeValidator(empty_is_none)] = None
    revenue_incl_vat: Annotated[Amount | None, BeforeValidator(amount_of), BeforeValidator(empty_is_none)] = None
    revenue_excl_vat: Annotated[Amount | None, BeforeValidator(amount_of), BeforeValidator(empty_is_none)] = None
    reason: Reason

    def amounts(self, vat_rate: Decimal) -> tuple[Decimal, Decimal]:
        """Return the amounts incl. and excl. VAT: the one that was entered, and the other by the rate in percent.

        Rounded half-up to the øre (D1).
        """
        factor = 1 + vat_rate / 100
        if self.revenue_incl_vat is not None:
            return self.revenue_incl_vat, (self.revenue_incl_vat / factor).quantize(ORE, ROUND_HALF_UP)
        excl_vat = self.revenue_excl_vat or Decimal(0)
        return (excl_vat * factor).quantize(ORE, ROUND_HALF_UP), excl_vat


COLUMNS = {name: name for name in ManualEntry.model_fields}
"""What the fields are called in a file."""


class Compared(NamedTuple):
    """An entry beside what it would replace and what is usual: DKK excl. VAT."""

    business_date: dt.date
    unit: str
    location_id: str | None
    revenue_excl_vat: Decimal
    replaced: Decimal | None
    """A complete figure of Ajour's."""
    usual: Decimal | None
    """What that weekday usually brings; None where too few are known."""

    @property
    def replaces_good_figure(self) -> bool:
        """Whether Ajour has given a complete figure, and another one."""
        return self.replaced is not None and self.replaced != self.revenue_excl_vat

    @property
    def is_far_from_usual(self) -> bool:
        """Whether it is more than five times what is usual, or less than a fifth of it."""
        if self.usual is None or self.usual <= 0 or self.revenue_excl_vat < 0:
            return False
        return self.revenue_excl_vat > FAR * self.usual or FAR * self.revenue_excl_vat < self.usual

    @property
    def is_doubtful(self) -> bool:
        """Whether to ask before it is entered; never where it says what is there already."""
        says_the_same = self.replaced == self.revenue_excl_vat
        return not says_the_same and (self.replaces_good_figure or self.revenue_excl_vat < 0 or self.is_far_from_usual)


class Change(NamedTuple):
    """A unit-day whose figure was entered: DKK, incl. or excl. VAT as the settings choose."""

    business_date: dt.date
    unit: str
    vat: str
    revenue_before: Decimal | None
    source_before: Source | None
    """None where the unit-day was not there before."""
    revenue: Decimal | None


def check_entry(
    settings: Settings, values: Mapping[str, object], *, called: Mapping[str, str] = COLUMNS
) -> ManualEntry:
    """Return one entry, of values as people type them; raises ManualEntryError.

    `called` is what whoever typed them calls the fields.
    """
    checked = _checked(settings, values, called)
    if isinstance(checked, ManualEntry):
        return checked
    told = Bilingual(
        da=f"{'; '.join(problem.da for problem in checked)}. Intet blev gemt.",
        en=f"{'; '.join(problem.en for problem in checked)}. Nothing was stored.",
    )
    raise ManualEntryError(told)


def read_entries(settings: Settings, path: Path, *, reason: str | None = None) -> list[ManualEntry]:
    """Return the entries of a CSV file, separated by commas or, as Danish Excel has it, semicolons.

    Columns: business_date, unit, revenue_incl_vat or revenue_excl_vat, perhaps location, and reason, which `reason`
    stands in for where it is empty. Raises ManualEntryError that lists every bad row with its line number.
    """
    entries: list[ManualEntry] = []
    errors = Errors()
    first_seen: dict[tuple[dt.date, str, str | None], int] = {}
    for line, values, error in _rows(path):
        if error:
            errors.add(_of_line(line, error))
            continue
        checked = _checked(settings, {**values, "reason": values.get("reason", "").strip() or reason or ""}, COLUMNS)
        if not isinstance(checked, ManualEntry):
            for problem in checked:
                errors.add(_of_line(line, problem))
            continue
        if not errors.count:
            entries.append(checked)
        key = (checked.business_date, checked.unit, checked.location)
        if key in first_seen:
            same = Bilingual(
                da=f"samme dag og {'lokation' if checked.location else 'enhed'} som linje {first_seen[key]}",
                en=f"the same day and {'location' if checked.location else 'unit'} as line {first_seen[key]}",
            )
            errors.add(_of_line(line, same))
        first_seen.setdefault(key, line)
    if errors.count:
        raise ManualEntryError(errors.message(path))
    return entries


def _of_line(number: int, problem: Bilingual) -> Bilingual:
    return Bilingual(da=f"linje {number}: {problem.da}", en=f"line {number}: {problem.en}")


def _rows(path: Path) -> Iterator[Line]:
    try:
        with opened_csv(path) as table:
            columns = set(table.columns)
            needed = {"business_date", "unit"} <= columns and {"revenue_incl_vat", "revenue_excl_vat"} & columns
            if not needed or columns - set(ManualEntry.model_fields):
                found = ", ".join(table.columns)
                told = Bilingual(
                    da=f"{path}, linje 1: fandt kolonnerne {found or 'ingen'}; filen skal have business_date, unit, "
                    "revenue_incl_vat eller revenue_excl_vat, og kan have location og reason. Intet blev gemt.",
                    en=f"{path}, line 1: found the columns {found or 'none'}; the file must have business_date, unit, "
                    "revenue_incl_vat or revenue_excl_vat, and may have location and reason. Nothing was stored.",
                )
                raise ManualEntryError(told)
            yield from table.rows
    except UnreadableFileError as error:
        raise ManualEntryError(error.text) from None


def _checked(
    settings: Settings, values: Mapping[str, object], called: Mapping[str, str]
) -> ManualEntry | list[Bilingual]:
    """Return the entry, or everything that is wrong with it at once, each field by what whoever typed it calls it."""
    try:
        entry = ManualEntry.model_validate(values)
    except ValidationError as error:
        wrong = {str(each["loc"][0]) for each in error.errors()}
        problems = [_told(called[str(each["loc"][0])], each["type"], fault_of(each)) for each in error.errors()]
        if "unit" not in wrong:
            problems += _unit_problems(settings, clean_name(str(values["unit"])))
        if "business_date" not in wrong:
            day = day_of(values["business_date"])
            problems += _day_problems(settings, day) if isinstance(day, dt.date) else []
        if not wrong & {"revenue_incl_vat", "revenue_excl_vat"}:
            problems += _amount_problems(values.get("revenue_incl_vat"), values.get("revenue_excl_vat"), called)
        return problems
    return [
        *_problems(settings, entry),
        *_amount_problems(entry.revenue_incl_vat, entry.revenue_excl_vat, called),
    ] or entry


def _told(name: str, kind: str, message: Bilingual) -> Bilingual:
    if kind in {"missing", "string_too_short", "string_type"}:
        message = Bilingual(da="mangler", en="is missing")
    return Bilingual(da=f"{name}: {message.da}", en=f"{name}: {message.en}")


def _problems(settings: Settings, entry: ManualEntry) -> list[Bilingual]:
    unit_problems = _unit_problems(settings, entry.unit)
    problems = [*unit_problems, *_day_problems(settings, entry.business_date)]
    feeding = _locations_of(settings, entry)
    if not unit_problems and entry.location is not None and entry.location not in feeding:
        does = ", ".join(feeding)
        problems.append(
            Bilingual(
                da=f"lokation {entry.location!r} hører ikke til {entry.unit} den {entry.business_date}; det gør "
                f"{does or 'ingen'}",
                en=f"location {entry.location!r} does not feed {entry.unit} on {entry.business_date}; "
                f"{does or 'none'} does",
            )
        )
    return problems


def _unit_problems(settings: Settings, unit: str) -> list[Bilingual]:
    units = [each.name for each in settings.units]
    if unit in units:
        return []
    of_department = [each.name for each in settings.units if each.department.casefold() == unit.casefold()]
    if of_department:
        hint = Bilingual(
            da=f"; det er en afdeling, og omsætning hører til dens enheder: {', '.join(of_department)}",
            en=f"; it is a department, and revenue belongs to its units: {', '.join(of_department)}",
        )
    else:
        hint = meant(unit, units)
    named, known = quoted(unit), ", ".join(units)
    return [
        Bilingual(
            da=f"enheden {named} findes ikke i indstillingerne: {known or 'de har ingen enheder endnu'}{hint.da}",
            en=f"unit {named} is none of the settings': {known or 'they list no units yet'}{hint.en}",
        )
    ]


def _day_problems(settings: Settings, day: dt.date) -> list[Bilingual]:
    if settings.activation_date <= day <= yesterday():
        return []
    first, last = settings.activation_date, yesterday()
    return [
        Bilingual(
            da=f"{day} er ikke en dag med omsætning: den er der fra aktiveringsdatoen {first} til i går, {last}",
            en=f"{day} is no day with revenue: these are from the activation date {first} to yesterday, {last}",
        )
    ]


def _amount_problems(incl_vat: object, excl_vat: object, called: Mapping[str, str]) -> list[Bilingual]:
    if (incl_vat in (None, "")) == (excl_vat in (None, "")):
        incl, excl = called["revenue_incl_vat"], called["revenue_excl_vat"]
        return [
            Bilingual(
                da=f"angiv ét beløb, {incl} eller {excl}; det andet følger af det",
                en=f"give one amount, {incl} or {excl}; the other follows from it",
            )
        ]
    return []


def _locations_of(settings: Settings, entry: ManualEntry) -> list[str]:
    units = unit_of_locations(settings, entry.business_date)
    return sorted(location for location, unit in units.items() if unit == entry.unit)


def compare(
    connection: duckdb.DuckDBPyConnection, settings: Settings, entries: Sequence[ManualEntry]
) -> list[Compared]:
    """Return the entries beside what they would replace and what is usual; nothing is stored."""
    register_units(connection, settings)
    _give_entered(connection, settings, entries)
    return rows(connection, COMPARED, Compared)


def enter_revenue(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    entries: Sequence[ManualEntry],
) -> list[Change]:
    """Add manual entries, and calculate the unit revenue of their days anew (R12, D10).

    Returns what has changed; an entry that says what is stored already is added all the same, and changes nothing.
    """
    _give_entered(connection, settings, entries)
    run(connection, ADD_ENTRIES, now=days.now(), entered_by=_login_name())
    calculate_unit_revenue(connection, settings, {entry.business_date for entry in entries}, run_id=ENTERED_BY)
    return rows(connection, CHANGES, Change)


def _give_entered(connection: duckdb.DuckDBPyConnection, settings: Settings, entries: Sequence[ManualEntry]) -> None:
    entered = []
    for entry in entries:
        incl_vat, excl_vat = entry.amounts(settings.revenue.vat_rate)
        entered.append(
            {
                "business_date": entry.business_date,
                "unit": entry.unit,
                "location_id": entry.location,
                "locations": None if entry.location else _locations_of(settings, entry),
                "revenue_incl_vat": incl_vat,
                "revenue_excl_vat": excl_vat,
                "reason": entry.reason,
            }
        )
    give(connection, "entered", ENTERED, entered)


def _login_name() -> str | None:
    """Return who is at the keyboard, where the system knows it."""
    try:
        return clean_name(getpass.getuser()) or None
    except (OSError, KeyError):
        return None
