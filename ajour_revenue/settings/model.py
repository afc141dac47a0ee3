"""What the user decides: one validated model.

Secrets do not belong here: the five credentials of R1 come from the environment (`ajour/resource.py`).
"""

import datetime as dt
import re
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
)

from ajour_revenue.days import MAX_DAYS, WEEKDAYS, Weekday

T = TypeVar("T", bound=Hashable)

Vat = Literal["included", "excluded"]

DEFAULT_QUERIES = Path(__file__).parents[1] / "ajour" / "sql"
RESERVED_ODBC_KEYWORDS = {
    *("driver", "dsn", "filedsn", "server", "servername", "address", "addr", "network address", "port", "database"),
    *("uid", "user", "user id", "username", "pwd", "password"),
}

MAIL_ADDRESS = re.compile(r"[^\s@,;<>\"]+@[^\s@,;<>\"]+")


def _beside_settings_file(path: Path, info: ValidationInfo) -> Path:
    folder: Path = (info.context or {}).get("folder", Path())
    return folder / path


def _existing_file(path: Path) -> Path:
    if not path.is_file():
        msg = f"there is no file {path}"
        raise ValueError(msg)
    return path


def _no_number(value: object) -> object:
    """Pydantic would take a number for seconds since 1970."""
    if isinstance(value, int | float):
        msg = "write a date as 2026-01-31, a time as 07:00"
        raise ValueError(msg)  # noqa: TRY004 (pydantic collects ValueErrors only)
    return value


def _not_before_five(value: dt.time) -> dt.time:
    if value.tzinfo:
        msg = "write it without a time zone, as in 07:00; it is Danish time (R6)"
        raise ValueError(msg)
    if value < dt.time(5):
        msg = "Ajour's figures are ready from 05:00; choose 05:00 or later (R6)"
        raise ValueError(msg)
    if value.second or value.microsecond:
        msg = "choose a full minute, as in 07:00"
        raise ValueError(msg)
    return value


def _no_reserved_keyword(options: object) -> object:
    """Run before the values are looked at: no message may quote a password that was written here."""
    keywords = [str(keyword) for keyword in options] if isinstance(options, dict) else []
    if reserved := [keyword for keyword in keywords if keyword.strip().lower() in RESERVED_ODBC_KEYWORDS]:
        msg = f"{', '.join(reserved)} is set from ajour.driver, ajour.port and the AJOUR_* variables; remove it here"
        raise ValueError(msg)
    return options


def _repeated(values: Iterable[T]) -> list[T]:
    return [value for value, count in Counter(values).items() if count > 1]


def _weekdays_once(weekdays: tuple[Weekday, ...]) -> tuple[Weekday, ...]:
    if repeated := _repeated(weekdays):
        msg = f"{', '.join(repeated)} is listed more than once"
        raise ValueError(msg)
    return weekdays


def _mail_address(value: str) -> str:
    if not MAIL_ADDRESS.fullmatch(value):
        msg = "write one plain mail address, as in controller@example.dk"
        raise ValueError(msg)
    return value


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
MailAddress = Annotated[Text, AfterValidator(_mail_address)]
Day = Annotated[dt.date, BeforeValidator(_no_number)]
FetchTime = Annotated[dt.time, BeforeValidator(_no_number), AfterValidator(_not_before_five)]
SettingsPath = Annotated[Path, AfterValidator(_beside_settings_file)]
QueryFile = Annotated[SettingsPath, AfterValidator(_existing_file)]
OdbcOptions = Annotated[dict[str, str], BeforeValidator(_no_reserved_keyword)]


class Section(BaseModel):
    """A part of the settings file: unknown keys are refused, and nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class TaskSettings(Section):
    """When revenue is fetched, and for how many days back (R4-R9)."""

    active: bool = True
    start_date: Day
    time: FetchTime
    repeat_weekly: bool = True
    weekdays: Annotated[tuple[Weekday, ...], Field(min_length=1), AfterValidator(_weekdays_once)]
    days_back: int = Field(ge=1, le=MAX_DAYS)

    def sales_days_never_fetched(self) -> list[str]:
        """Return the weekdays of sale that no chosen weekday of fetch reaches (R5), Monday first."""
        reached = {
            (WEEKDAYS.index(weekday) - back) % 7 for weekday in self.weekdays for back in range(1, self.days_back + 1)
        }
        return [weekday for number, weekday in enumerate(WEEKDAYS) if number not in reached]


class RevenueSettings(Section):
    """Which revenue is taken (R11), and whether it replaces what is there (R12)."""

    vat: Vat
    vat_rate: Decimal = Field(default=Decimal(25), ge=0, le=100)
    overwrite_existing: bool


class QuerySettings(Section):
    """The files with the two SQL texts; their result columns are the contract with Ajour's server."""

    locations: QueryFile = DEFAULT_QUERIES / "locations.sql"
    revenue: QueryFile = DEFAULT_QUERIES / "daily_revenue.sql"


class AjourSettings(Section):
    """How Ajour's database is reached over ODBC."""

    driver: Text = "ODBC Driver 18 for SQL Server"
    port: int = Field(default=1433, ge=1, le=65535)
    options: OdbcOptions = {}
    queries: QuerySettings = QuerySettings()
    login_timeout_seconds: int = Field(default=20, ge=1, le=600)
    query_timeout_seconds: int = Field(default=20, ge=1, le=3600)


class WageSettings(Section):
    """Where wage costs come from, and whether those of a single person are shown (D5)."""

    source: Literal["file", "planday"]
    file: SettingsPath = Field(default=Path("wages.csv"), validate_default=True)
    show_single_person: bool = False


class PlandaySettings(Section):
    """Where Planday is, and whether revenue is published to it."""

    publish: bool = False
    api_url: Text = "https://openapi.planday.com"
    identity_url: Text = "https://id.planday.com"


class ReportSettings(Section):
    """The wage report: where it is written, and in which language."""

    folder: SettingsPath = Field(default=Path("reports"), validate_default=True)
    language: Literal["da", "en"] = "da"


class MailSettings(Section):
    """The mail server that alerts go through; its login comes from ALERT_SMTP_USER and ALERT_SMTP_PASSWORD."""

    host: Text
    port: int = Field(default=587, ge=1, le=65535)
    encryption: Literal["starttls", "tls", "none"] = "starttls"
    """starttls: as usual on port 587; tls: from the first byte, as on port 465; none: for a server on this machine."""
    sender: MailAddress
    recipients: tuple[MailAddress, ...] = Field(min_length=1)


class AlertSettings(Section):
    """Who is told when something needs attention; nobody by default."""

    mail: MailSettings | None = None
    webhook: bool = False
    """Whether to post to the address in ALERT_WEBHOOK_URL, which is secret."""


class Unit(Section):
    """A revenue unit of Planday, its department, and the Ajour locations that feed it (R13)."""

    name: Text
    department: Text
    locations: tuple[Text, ...] = ()
    planday_unit_id: int | None = None
    target_wage_percentage: Decimal | None = Field(default=None, gt=0, le=100, max_digits=5, decimal_places=2)


def conflicts(units: Iterable[Mapping[str, Any]]) -> list[str]:
    """Say what is told twice; takes plain mappings, so that it can judge units with other errors too."""
    names: list[str] = []
    homes: dict[str, list[str]] = {}
    planday_ids: list[str] = []
    for unit in units:
        name = str(unit.get("name"))
        if "name" in unit:
            names.append(name)
        locations = unit.get("locations")
        for location in locations if isinstance(locations, list | tuple) else ():
            homes.setdefault(str(location), []).append(name)
        if unit.get("planday_unit_id") is not None:
            planday_ids.append(str(unit["planday_unit_id"]))
    return [
        *(f"unit {name!r} is listed more than once" for name in _repeated(names)),
        *(
            f"location {location!r} feeds {' and '.join(map(repr, fed))}: it would be counted twice; keep one (R13)"
            for location, fed in homes.items()
            if len(fed) > 1
        ),
        *(f"planday_unit_id {planday_id} belongs to more than one unit" for planday_id in _repeated(planday_ids)),
    ]


def _no_conflicts(units: tuple[Unit, ...]) -> tuple[Unit, ...]:
    if told := conflicts(unit.model_dump() for unit in units):
        raise ValueError("; ".join(told))
    return units


def _default_warehouse(validated: dict[str, Any]) -> Path:
    return Path("data") / f"{validated.get('name')}.duckdb"


class Settings(Section):
    """Everything that one integration, one company's Ajour, needs to know."""

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]+$")]
    activation_date: Day
    task: TaskSettings
    revenue: RevenueSettings
    ajour: AjourSettings = AjourSettings()
    wages: WageSettings
    planday: PlandaySettings = PlandaySettings()
    # A dict, since pydantic would not give a default that is a section already the folder of the file.
    report: ReportSettings = Field(default_factory=dict, validate_default=True)
    alerts: AlertSettings = AlertSettings()
    warehouse: SettingsPath = Field(default_factory=_default_warehouse, validate_default=True)
    units: Annotated[tuple[Unit, ...], Field(min_length=1), AfterValidator(_no_conflicts)]

    @property
    def uses_planday(self) -> bool:
        """Whether Planday is asked or told anything at all."""
        return self.wages.source == "planday" or self.planday.publish
