"""What `test` finds out, step by step: whether the settings are right, and what Ajour and Planday answer."""

import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa

from ajour_revenue.ajour.activation import (
    NO_LOCATIONS,
    activation_problem,
    earliest_day_before_activation,
    earliest_day_in,
)
from ajour_revenue.ajour.connection import AjourConnection, fields_from_settings
from ajour_revenue.ajour.drivers import family_of
from ajour_revenue.ajour.errors import (
    AjourError,
    ConnectionFailedError,
    ConnectionLostError,
    DriverManagerMissingError,
    DriverNotInstalledError,
    HostUnreachableError,
    InexpressibleValueError,
    LoginRefusedError,
    MissingCredentialsError,
    TimedOutError,
    UnknownDatabaseError,
)
from ajour_revenue.attention.findings import findings
from ajour_revenue.attention.texts import line
from ajour_revenue.budget.file import BudgetFileError, read_budget
from ajour_revenue.commands.language import said, words_of
from ajour_revenue.commands.probe_texts import StepName, StepTexts
from ajour_revenue.commands.terminal import doubts_in
from ajour_revenue.days import Window, today, yesterday
from ajour_revenue.environment import credentials
from ajour_revenue.errors import ActionableError
from ajour_revenue.mapping import register_units, unit_of_locations
from ajour_revenue.planday.client import PlandayClient
from ajour_revenue.planday.errors import PlandayError, ScopeMissingError
from ajour_revenue.planday.structure import fetch_structure
from ajour_revenue.planday.units import unit_problems
from ajour_revenue.settings.load import NoUnitsWarning, SettingsError, SettingsWarning, load_settings
from ajour_revenue.settings.model import Settings
from ajour_revenue.settings.secrets import AJOUR_CREDENTIALS, PLANDAY_CREDENTIALS
from ajour_revenue.text.bilingual import lines
from ajour_revenue.text.names import distinct, looks_like
from ajour_revenue.upcoming import never
from ajour_revenue.wages.file import WageFileError, read_wage_file
from ajour_revenue.warehouse.connect import reading
from ajour_revenue.warehouse.file import empty
from ajour_revenue.warehouse.run import run

PATIENCE_SECONDS = 15
"""How long Planday may be out of order before somebody who waits is told."""


class Result(StrEnum):
    """What came of a step."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


class Step(NamedTuple):
    """A step of the test; where it is not ok, the message says what to do."""

    name: StepName
    result: Result
    message: str


# In the order in which the way to Ajour is gone; what failed tells that everything before it is right.
AJOUR_STEPS: tuple[tuple[StepName, tuple[type[AjourError], ...]], ...] = (
    ("ODBC", (DriverManagerMissingError,)),
    ("Credentials", (MissingCredentialsError, InexpressibleValueError)),
    ("Driver", (DriverNotInstalledError,)),
    ("Host", (HostUnreachableError,)),
    (
        "Login",
        (LoginRefusedError, UnknownDatabaseError, ConnectionFailedError, TimedOutError, ConnectionLostError),
    ),
    ("Locations", (AjourError,)),
)


@dataclass
class Answers:
    """What Ajour and Planday have answered; None where it was not asked or not answered."""

    locations: Mapping[str, str] | None = None
    """Ajour's locations, id to name."""
    structure: pa.Table | None = field(default=None, repr=False)
    """Planday's, as `fetch_structure` has it."""


def settings_step(path: Path, texts: StepTexts, *, gets_units: bool = False) -> Step:
    """Judge the settings file; that it lists no units is no fault of one that is about to get them."""
    if not path.exists():
        return Step("Settings", Result.WARNING, texts.no_settings.format(path))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", SettingsWarning)
        try:
            load_settings(path)
        except SettingsError as error:
            return Step("Settings", Result.FAILED, texts.right_ones_go_on.format(words_of(error)))
    told = [doubt.text for doubt in doubts_in(caught) if not (gets_units and isinstance(doubt, NoUnitsWarning))]
    if told:
        return Step("Settings", Result.WARNING, said(lines(told)))
    return Step("Settings", Result.OK, str(path))


def ajour_steps(settings: Settings, answers: Answers, texts: StepTexts, *, is_new: bool) -> Iterator[Step]:
    """Go the way to Ajour, as far as it leads; what was learnt is put into the answers.

    `is_new` says that nobody has decided on an activation date yet.
    """
    ajour = AjourConnection(**credentials(AJOUR_CREDENTIALS), **fields_from_settings(settings))
    failed_at, message = len(AJOUR_STEPS), ""
    try:
        answers.locations = {location.location_id: location.location_name for location in ajour.locations()}
    except AjourError as error:
        failed_at, message = _place(error, ajour), words_of(error)
    if answers.locations == {}:
        failed_at, message = len(AJOUR_STEPS) - 1, said(NO_LOCATIONS)
    right = _right(settings, answers, texts)
    for number, (name, _) in enumerate(AJOUR_STEPS):
        if number == failed_at:
            yield Step(name, Result.FAILED, message)
        elif name == "Driver" and number < failed_at and ajour.weaknesses:
            yield Step(name, Result.WARNING, said(lines(ajour.weaknesses)))
        else:
            yield _skipped(name, texts) if number > failed_at else Step(name, Result.OK, right[name])
    if failed_at < len(AJOUR_STEPS):
        yield _skipped("A day of revenue", texts)
        yield _skipped("Activation date", texts)
        return
    yield _tried("A day of revenue", lambda: _revenue(ajour, settings, texts, is_new=is_new))
    yield _tried("Activation date", lambda: _activation_date(ajour, settings, texts, is_new=is_new))


def _tried(name: StepName, judge: Callable[[], tuple[Result, str]]) -> Step:
    try:
        return Step(name, *judge())
    except ActionableError as error:
        return Step(name, Result.FAILED, words_of(error))


def _place(error: AjourError, ajour: AjourConnection) -> int:
    last = len(AJOUR_STEPS) - 1
    if Path(ajour.locations_query).name in str(error):
        # Whatever it is, it happened after the login.
        return last
    return next(number for number, (_, kinds) in enumerate(AJOUR_STEPS) if isinstance(error, kinds))


def _right(settings: Settings, answers: Answers, texts: StepTexts) -> dict[StepName, str]:
    in_network = family_of(settings.ajour.driver).in_network
    return {
        "ODBC": texts.driver_manager,
        "Credentials": texts.all_credentials,
        "Driver": settings.ajour.driver,
        "Host": texts.host_answers.format(settings.ajour.port) if in_network else texts.no_host,
        "Login": texts.login,
        "Locations": texts.lists.format(len(answers.locations or ())),
    }


def _revenue(ajour: AjourConnection, settings: Settings, texts: StepTexts, *, is_new: bool) -> tuple[Result, str]:
    day, date = yesterday(), texts.formats.date
    if day < settings.activation_date and not is_new:
        return Result.SKIPPED, texts.nothing_before_activation.format(date(settings.activation_date))
    rows = ajour.daily_revenue(Window(day, day)).rows
    if not rows.num_rows:
        return Result.WARNING, texts.no_revenue.format(date(day))
    total = sum(rows["revenue_incl_vat"].to_pylist(), Decimal(0))
    return Result.OK, texts.revenue.format(rows.num_rows, date(day), texts.formats.kroner(total))


def _activation_date(
    ajour: AjourConnection, settings: Settings, texts: StepTexts, *, is_new: bool
) -> tuple[Result, str]:
    served = earliest_day_before_activation(ajour, settings)
    if is_new:
        return Result.WARNING, texts.serves_since.format(texts.formats.date(served or yesterday()))
    with reading(settings.warehouse) as connection:
        stored = earliest_day_in(connection)
    if problem := activation_problem(settings, stored=stored, served=served):
        return Result.FAILED if problem.is_grave else Result.WARNING, said(problem.message)
    return Result.OK, texts.activation_date.format(texts.formats.date(settings.activation_date))


def wage_file_step(settings: Settings, texts: StepTexts) -> Step:
    """Judge the file that wage costs come from; without units nobody can tell which of its rows are right."""
    if not settings.units:
        return Step("Wage file", Result.SKIPPED, texts.no_units_to_hold_against)
    try:
        rows = read_wage_file(settings)
    except WageFileError as error:
        return Step("Wage file", Result.FAILED, words_of(error))
    return Step("Wage file", Result.OK, texts.rows.format(len(rows), settings.wages.file))


def budget_file_step(settings: Settings, file: Path, texts: StepTexts) -> Step:
    """Judge the file that the budget comes from."""
    try:
        lines = read_budget(settings, file)
    except BudgetFileError as error:
        return Step("Budget file", Result.FAILED, words_of(error))
    return Step("Budget file", Result.OK, texts.rows.format(len(lines), file))


def planday_steps(settings: Settings, answers: Answers, texts: StepTexts) -> Iterator[Step]:
    """Go the way to Planday, as far as it leads; what was learnt is put into the answers, for `units_step` to judge."""
    planday = PlandayClient(
        **credentials(PLANDAY_CREDENTIALS),
        api_url=settings.planday.api_url,
        identity_url=settings.planday.identity_url,
        patience_seconds=PATIENCE_SECONDS,
    )
    try:
        portal = planday.portal()
    except PlandayError as error:
        yield Step("Planday token", Result.FAILED, words_of(error))
        yield _skipped("Planday scopes", texts)
        yield _skipped("Planday units", texts)
        return
    yield Step("Planday token", Result.OK, texts.portal.format(portal.name))
    result, message = _scopes(planday, settings, texts)
    yield Step("Planday scopes", result, message)
    if result is Result.FAILED:
        yield _skipped("Planday units", texts)
        return
    try:
        answers.structure = fetch_structure(planday)
    except PlandayError as error:
        yield Step("Planday units", Result.FAILED, words_of(error))


def _scopes(planday: PlandayClient, settings: Settings, texts: StepTexts) -> tuple[Result, str]:
    """Ask once for everything that a run asks for, so that all missing scopes are told at once."""
    day = yesterday()

    def time_and_cost() -> None:
        if settings.wages.source == "planday" and (departments := planday.departments()):
            planday.time_and_cost(department_id=departments[0].id, first_day=day, last_day=day)

    requests: tuple[Callable[[], Any], ...] = (
        planday.departments,
        planday.revenue_units,
        planday.positions,
        time_and_cost,
    )
    missing: list[str] = []
    for request in requests:
        try:
            request()
        except ScopeMissingError as error:
            missing.append(words_of(error))
        except PlandayError as error:
            return Result.FAILED, "\n".join([*missing, words_of(error)])
    if missing:
        return Result.FAILED, "\n".join(dict.fromkeys(missing))
    return Result.OK, f"{texts.scopes} {texts.unseen_scope}" if settings.planday.publish else texts.scopes


def units_step(settings: Settings, structure: pa.Table, texts: StepTexts) -> Step:
    """Hold the settings' units against Planday's (R13)."""
    with duckdb.connect() as connection:
        connection.register("planday_structure", structure)
        register_units(connection, settings)
        problems = unit_problems(connection)
    if problems:
        return Step("Planday units", Result.WARNING, said(lines(problems)))
    return Step("Planday units", Result.OK, texts.units_match.format(len(settings.units)))


LISTED_SCHEMA = pa.schema({"location_id": pa.string(), "location_name": pa.string()})


def mapping_step(settings: Settings, locations: Mapping[str, str], texts: StepTexts, *, is_decided: bool) -> Step:
    """Hold the settings' mapping against Ajour's locations (R13).

    `is_decided` says that somebody has just chosen which of them feed no unit.
    """
    listed = pa.table({"location_id": list(locations), "location_name": list(locations.values())}, LISTED_SCHEMA)
    with empty() as connection:
        connection.register("listed", listed)
        run(
            connection,
            "INSERT INTO ajour_locations BY NAME SELECT *, '' AS company_id, now() AS last_seen_at FROM listed",
        )
        found = findings(connection, settings, upcoming=never, company_id="", kinds=("unmapped", "not listed"))
    problems = [line(finding, texts.findings) for finding in found if not (is_decided and finding.kind == "unmapped")]
    if problems and not settings.units:
        return Step("Mapping", Result.WARNING, texts.none_mapped.format(len(locations)))
    if problems:
        return Step("Mapping", Result.WARNING, "\n".join(problems))
    feeding = len(locations.keys() & unit_of_locations(settings, today()).keys())
    if feeding < len(locations):
        return Step("Mapping", Result.OK, texts.some_mapped.format(feeding, len(locations)))
    return Step("Mapping", Result.OK, texts.all_mapped.format(len(locations)))


def _skipped(name: StepName, texts: StepTexts) -> Step:
    return Step(name, Result.SKIPPED, texts.earlier_step_failed)


class UnlistedUnit(NamedTuple):
    """A revenue unit of Planday's that the settings do not list."""

    id: int
    name: str
    department: str
    proposed: str
    """What to call it in the settings, where each unit has a name of its own."""
    listed_without_id: bool
    """Whether the settings list one of its name and department whose id Planday does not know."""


def _structure(answers: Answers) -> list[dict[str, Any]]:
    return [] if answers.structure is None else answers.structure.to_pylist()


def planday_departments(answers: Answers) -> dict[int, str]:
    """Return Planday's departments, id to name."""
    return {row["id"]: row["name"] for row in _structure(answers) if row["kind"] == "department"}


def unlisted_revenue_units(settings: Settings, answers: Answers) -> list[UnlistedUnit]:
    """Return Planday's revenue units that the settings do not list, each with a name that no other unit has."""
    rows, departments = _structure(answers), planday_departments(answers)
    listed = {unit.planday_unit_id for unit in settings.units}
    in_planday = {row["id"] for row in rows if row["kind"] == "revenue unit"}
    without_id = {
        (looks_like(unit.name), looks_like(unit.department))
        for unit in settings.units
        if unit.planday_unit_id not in in_planday
    }
    unlisted = [
        (row["id"], row["name"], departments[row["department_id"]])
        for row in rows
        if row["kind"] == "revenue unit" and row["id"] not in listed and row["department_id"] in departments
    ]
    taken = [unit.name for unit in settings.units]
    units = []
    for planday_id, name, department in unlisted:
        proposed = distinct(taken, name, department, str(planday_id))
        is_listed = (looks_like(name), looks_like(department)) in without_id
        units.append(UnlistedUnit(planday_id, name, department, proposed, is_listed))
        taken.append(proposed)
    return units


def namesakes(locations: Mapping[str, str], location: str) -> list[str]:
    """Return the ids of the other locations whose name looks the same as this one's."""
    look = looks_like(locations[location])
    return [other for other, name in locations.items() if other != location and looks_like(name) == look]
