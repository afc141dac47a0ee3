"""What the user decides: one validated model.

Secrets do not belong here: the five credentials of R1 come from the environment (`ajour/resource.py`).
"""

import datetime as dt
import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain, pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    PrivateAttr,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)

from ajour_revenue.addresses import checked_address
from ajour_revenue.days import MAX_DAYS, WEEKDAYS, Weekday, Window
from ajour_revenue.settings.odbc_options import refusals
from ajour_revenue.text.bilingual import Bilingual, joined
from ajour_revenue.text.faults import FaultError
from ajour_revenue.text.names import Name, clean_name, hidden_difference, looks_like
from ajour_revenue.text.parse import DANISH_WEEKDAYS, parse_day

T = TypeVar("T", bound=Hashable)

Vat = Literal["included", "excluded"]

DEFAULT_QUERIES = Path(__file__).parents[1] / "ajour" / "sql"
EARLIEST_ACTIVATION = dt.date(2000, 1, 1)
HIGHEST_ID = 2**63 - 1
"""The highest that a database's integer holds."""

TIME_ZONE = Bilingual(
    da="skriv det uden tidszone, som i 07:00; det er dansk tid",
    en="write it without a time zone, as in 07:00; it is Danish time",
)
TOO_EARLY = Bilingual(
    da="Ajours tal er klar fra 05:00; vælg 05:00 eller senere",
    en="Ajour's figures are ready from 05:00; choose 05:00 or later",
)
NO_WEEKDAYS = Bilingual(
    da="{days!r} er ikke ugedage; skriv mon, tue, wed, thu, fri, sat, sun eller man, tir, ons, tor, fre, lør, søn, "
    "eller to af dem som i man-tor",
    en="{days!r} names no weekdays; write mon, tue, wed, thu, fri, sat, sun, or man, tir, ons, tor, fre, lør, søn, or "
    "two of them as in mon-thu",
)
NO_MAIL_ADDRESS = Bilingual(
    da="skriv én mailadresse uden andet, som i controller@example.dk",
    en="write one plain mail address, as in controller@example.dk",
)
WITH_TARGET = Bilingual(da="som departments giver et mål", en="which departments gives a target")
MAILED = Bilingual(da="som report.mail nævner", en="which report.mail names")
NO_MAIL_SERVER = Bilingual(
    da="report.mail sendes over mailserveren i alerts.mail: skriv dér, hvilken det er",
    en="report.mail goes over the mail server of alerts.mail: say there which one it is",
)
NO_WAREHOUSE = Bilingual(
    da="skriv stien til en DuckDB-fil eller {postgres: true}", en="write the path of a DuckDB file, or {postgres: true}"
)

MAIL_ADDRESS = re.compile(r"[^\s@,;<>\"]+@[^\s@,;<>\"]+")


def _beside_settings_file(path: Path, info: ValidationInfo) -> Path:
    folder: Path = (info.context or {}).get("folder", Path())
    return folder / path


def _existing_file(path: Path) -> Path:
    if not path.is_file():
        raise FaultError(Bilingual(da=f"der er ingen fil {path}", en=f"there is no file {path}"))
    return path


def _day(value: object) -> object:
    """Pydantic would take a number for seconds since 1970, and a moment for its day."""
    if isinstance(value, str):
        return parse_day(value)
    if type(value) is dt.date or value is None:
        return value
    raise FaultError(Bilingual(da="skriv en dato som 2026-01-31", en="write a date as 2026-01-31"))


def _not_too_early(day: dt.date) -> dt.date:
    if day < EARLIEST_ACTIVATION:
        told = Bilingual(
            da=f"den tidligste dato er {EARLIEST_ACTIVATION}",
            en=f"Input should be greater than or equal to {EARLIEST_ACTIVATION}",
        )
        raise FaultError(told)
    return day


def _time(value: object) -> object:
    """Pydantic would take a number for seconds since midnight."""
    if isinstance(value, dt.time) or (isinstance(value, str) and ":" in value):
        return value
    raise FaultError(Bilingual(da="skriv et klokkeslæt som 07:00", en="write a time as 07:00"))


def _not_a_truth_value(value: object) -> object:
    """Pydantic would take true for 1."""
    if isinstance(value, bool):
        raise FaultError(Bilingual(da="skriv et tal", en="write a number"))
    return value


def _not_before_five(value: dt.time) -> dt.time:
    if value.tzinfo:
        raise FaultError(TIME_ZONE)
    if value < dt.time(5):
        raise FaultError(TOO_EARLY)
    if value.second or value.microsecond:
        raise FaultError(Bilingual(da="vælg et helt minut, som i 07:00", en="choose a full minute, as in 07:00"))
    return value


def _acceptable_options(options: object) -> object:
    """Run before the values are looked at: no message may quote a password that was written here."""
    if isinstance(options, dict) and (complaints := refusals(options)):
        raise FaultError(joined("; ", complaints))
    return options


def _repeated(values: Iterable[T]) -> list[T]:
    return [value for value, count in Counter(values).items() if count > 1]


def in_danish(weekdays: Iterable[str]) -> str:
    """List weekdays as a Danish text has them."""
    return ", ".join(DANISH_WEEKDAYS[WEEKDAYS.index(weekday)] for weekday in weekdays)


def _weekdays_once(weekdays: tuple[Weekday, ...]) -> tuple[Weekday, ...]:
    if repeated := _repeated(weekdays):
        told = Bilingual(
            da=f"{in_danish(repeated)} er nævnt mere end én gang",
            en=f"{', '.join(repeated)} is listed more than once",
        )
        raise FaultError(told)
    return weekdays


def _every_day(value: object) -> object:
    """A target that is one number holds on all days of the week."""
    return value if isinstance(value, dict) or value is None else {"mon-sun": value}


def _by_weekday(targets: dict[str, Decimal]) -> dict[Weekday, Decimal]:
    """Take `{mon-thu: 38, fri-sat: 27}` apart into a target for each weekday that it names."""
    by_weekday = [(weekday, target) for days, target in targets.items() for weekday in _weekdays_in(days)]
    if repeated := _repeated(weekday for weekday, _ in by_weekday):
        told = Bilingual(
            da=f"{in_danish(repeated)} har mere end ét mål; nævn hver dag én gang",
            en=f"{', '.join(repeated)} has more than one target; name each day once",
        )
        raise FaultError(told)
    return dict(by_weekday)


def _weekday(value: object) -> object:
    """Take the names of weekdays that Danes write, and short ones, whatever their case."""
    return WEEKDAY_NAMES.get(clean_name(value).casefold(), value) if isinstance(value, str) else value


def _weekdays_in(days: str) -> list[Weekday]:
    """Return the weekdays from the first to the last of `fri-mon`, or the one of `sun`."""
    first, _, last = (_weekday(part) for part in days.replace("–", "-").partition("-"))  # noqa: RUF001 (as Danes write it)
    start, end = first, last or first
    if start not in WEEKDAYS or end not in WEEKDAYS:
        raise FaultError(NO_WEEKDAYS.format(days=days))
    week: tuple[Weekday, ...] = get_args(Weekday)
    number = WEEKDAYS.index(start)
    return [week[(number + n) % len(week)] for n in range((WEEKDAYS.index(end) - number) % len(week) + 1)]


def _mail_address(value: str) -> str:
    if not MAIL_ADDRESS.fullmatch(value) or not value.isprintable():
        raise FaultError(NO_MAIL_ADDRESS)
    return value


def _none_is_empty(items: object) -> object:
    """`units:` with nothing below it is a list without units."""
    return () if items is None else items


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Address = Annotated[Text, AfterValidator(checked_address)]
MailAddress = Annotated[Text, AfterValidator(_mail_address)]
Whole = Annotated[int, BeforeValidator(_not_a_truth_value)]
Day = Annotated[dt.date, BeforeValidator(_day)]
# JSON schema's own "time" wants seconds and a time zone.
FetchTime = Annotated[
    dt.time,
    BeforeValidator(_time),
    AfterValidator(_not_before_five),
    WithJsonSchema({"type": "string", "pattern": "^(0[5-9]|1[0-9]|2[0-3]):[0-5][0-9](:00)?$"}),
]
Percentage = Annotated[
    Decimal, Field(gt=0, le=100, max_digits=5, decimal_places=2), BeforeValidator(_not_a_truth_value)
]
WEEKDAY_NAMES: dict[str, Weekday] = {
    written: weekday
    for names in (WEEKDAYS, DANISH_WEEKDAYS)
    for weekday, name in zip(get_args(Weekday), names, strict=True)
    for written in (name, name[:3])
}
NamedWeekday = Annotated[
    Weekday, BeforeValidator(_weekday), WithJsonSchema({"type": "string", "enum": [*WEEKDAYS, *DANISH_WEEKDAYS]})
]
WEEKDAY_RANGE = f"({'|'.join(name for name in WEEKDAY_NAMES if len(name) == len('mon'))})"
# D20
Target = Annotated[
    dict[str, Percentage],
    BeforeValidator(_every_day),
    AfterValidator(_by_weekday),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "exclusiveMinimum": 0, "maximum": 100},
                {
                    "type": "object",
                    "patternProperties": {
                        f"^{WEEKDAY_RANGE}(-{WEEKDAY_RANGE})?$": {
                            "type": "number",
                            "exclusiveMinimum": 0,
                            "maximum": 100,
                        },
                    },
                    "additionalProperties": False,
                },
            ],
        },
    ),
]
SettingsPath = Annotated[Path, AfterValidator(_beside_settings_file)]
QueryFile = Annotated[SettingsPath, AfterValidator(_existing_file)]
OdbcOptions = Annotated[dict[str, str], BeforeValidator(_acceptable_options)]


class Section(BaseModel):
    """A part of the settings file: unknown keys are refused, and nothing changes after loading.

    A section's docstring and its fields' descriptions are what users read: `documents.py` makes the example, the
    reference and the schema for editors from them. So they are plain text, without the codes of our rules.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)


class TaskSettings(Section):
    """When revenue is fetched, and for how many days back."""

    # R8
    active: bool = Field(default=True, description="false pauses the schedules")
    # R7
    start_date: Day = Field(description="Nothing is fetched on a schedule before this date")
    # R6
    time: FetchTime = Field(description="When to fetch: Danish time, 05:00 or later")
    # R9
    repeat_weekly: bool = Field(default=True, description="false: fetch once on each weekday, in the first seven days")
    # R5
    weekdays: Annotated[tuple[NamedWeekday, ...], AfterValidator(_weekdays_once)] = Field(
        min_length=1, description="The days of the fetch, not of the sale, in English or Danish"
    )
    # R4, R10
    days_back: Whole = Field(
        ge=1, le=MAX_DAYS, description="Days up to yesterday to fetch; several bring in later corrections"
    )

    def sales_days_never_fetched(self) -> list[str]:
        """Return the weekdays of sale that no chosen weekday of fetch reaches (R5), Monday first."""
        reached = {
            (WEEKDAYS.index(weekday) - back) % 7 for weekday in self.weekdays for back in range(1, self.days_back + 1)
        }
        return [weekday for number, weekday in enumerate(WEEKDAYS) if number not in reached]


class RevenueSettings(Section):
    """Which revenue is reported, and whether it replaces what is there."""

    # R11
    vat: Vat = Field(description="Whether the units report revenue with VAT included or excluded")
    vat_rate: Annotated[Decimal, BeforeValidator(_not_a_truth_value)] = Field(
        default=Decimal(25), ge=0, le=100, description="In percent; only for manual entries, which give one amount"
    )
    # R12
    overwrite_existing: bool = Field(
        description="true: a fetched figure replaces the one that is there, a manual entry too"
    )


class QuerySettings(Section):
    """Your own queries, where Ajour's tables have other names; see README."""

    locations: QueryFile = Field(
        default_factory=lambda: DEFAULT_QUERIES / "locations.sql",
        description="The query for locations; by default the package's own",
        examples=["sql/locations.sql"],
    )
    revenue: QueryFile = Field(
        default_factory=lambda: DEFAULT_QUERIES / "daily_revenue.sql",
        description="The query for daily revenue; by default the package's own",
        examples=["sql/daily_revenue.sql"],
    )


class AjourSettings(Section):
    """How to reach Ajour's database over ODBC."""

    driver: Text = Field(
        default="ODBC Driver 18 for SQL Server", description="The name of an installed ODBC driver, or a path to one"
    )
    port: Whole = Field(default=1433, ge=1, le=65535, description="The port of Ajour's database")
    options: OdbcOptions = Field(
        default={},
        description="Further ODBC keywords of the driver. Where AJOUR_HOST is an IP address, Microsoft's driver needs "
        "HostnameInCertificate: the name that the certificate of Ajour's server has (or, with Encrypt: strict, "
        "ServerCertificate: the path of that certificate)",
    )
    queries: QuerySettings = Field(default_factory=QuerySettings)
    login_timeout_seconds: Whole = Field(default=20, ge=1, le=600, description="How long to wait for the login")
    query_timeout_seconds: Whole = Field(default=20, ge=1, le=3600, description="How long to wait for a query's answer")


class WageSettings(Section):
    """Where wage costs come from."""

    source: Literal["file", "planday"] = Field(description="A CSV file, or the shifts planned in Planday")
    file: SettingsPath = Field(
        default=Path("wages.csv"),
        validate_default=True,
        description="CSV with the columns business_date, department, unit, wage_cost (DKK), hours and, if known, "
        "people",
    )
    # D5
    show_single_person: bool = Field(
        default=False,
        description="true shows wages that only one person earned, such as those of a unit on a quiet day",
    )


class PlanSettings(Section):
    """The plan of the coming days: what is expected to be sold, and what the planned shifts cost of it."""

    days: Whole = Field(default=14, ge=1, le=MAX_DAYS, description="How many days the plan has, today included")


class BudgetSettings(Section):
    """What each place is to sell, and to pay for it; without a file there is no budget."""

    file: SettingsPath | None = Field(
        default=None,
        description="CSV with the columns unit or department, month or day, revenue_excl_vat (DKK) and "
        "wage_percentage, of which either may be empty, as Danish Excel saves it",
        examples=["budget.csv"],
    )


class PlandaySettings(Section):
    """Where Planday is, and whether revenue is published to it."""

    publish: bool = Field(default=False, description="true publishes the units' revenue to Planday")
    api_url: Address = Field(default="https://openapi.planday.com", description="The address of Planday's API")
    identity_url: Address = Field(default="https://id.planday.com", description="Where access tokens are given out")


class ReportMail(Section):
    """Who gets the report by mail each morning, and of which departments."""

    to: tuple[MailAddress, ...] = Field(
        min_length=1,
        description="The addresses that one mail goes to; all of them see each other",
        examples=[["leder@example.dk"]],
    )
    departments: tuple[Name, ...] = Field(
        default=(),
        description="The departments that they may see, and nothing else; by default the whole company",
        examples=[["Vesterbro"]],
    )
    xlsx: bool = Field(default=False, description="true attaches the figures of the last seven days for Excel")


class ReportSettings(Section):
    """Where the wage report is written, in which language, and who gets it by mail."""

    folder: SettingsPath = Field(
        default=Path("reports"), validate_default=True, description="The folder that reports are written to"
    )
    language: Literal["da", "en"] = Field(
        default="da", description="Danish or English: of reports, mails, alerts and what commands say"
    )
    department_pages: bool = Field(
        default=False,
        description="true writes a folder of pages for each department too, so that a web server can give each a login "
        "of its own",
    )
    url: Address | None = Field(
        default=None,
        description="Where people find that folder, if a web server serves it; Dagster links to the page then",
        examples=["https://reports.example.dk"],
    )
    mail: Annotated[tuple[ReportMail, ...], BeforeValidator(_none_is_empty)] = Field(
        default=(),
        description="Who gets the report by mail each morning, over the mail server of alerts.mail; by default nobody",
    )


class ReadersSettings(Section):
    """Where people and their tools find what they may read, without waiting for a run."""

    folder: SettingsPath | None = Field(
        default=None,
        description="The folder of the readers' copy; by default beside the warehouse, and named after it",
        examples=["/srv/figures/nord"],
    )


class MailSettings(Section):
    """The mail server; its login comes from ALERT_SMTP_USER and ALERT_SMTP_PASSWORD."""

    host: Text = Field(description="The mail server's name", examples=["smtp.example.dk"])
    port: Whole = Field(default=587, ge=1, le=65535, description="The mail server's port")
    encryption: Literal["starttls", "tls", "none"] = Field(
        default="starttls",
        description="starttls for port 587, tls for 465, none for a local server",
    )
    sender: MailAddress = Field(description="The address that mails come from", examples=["ajour@example.dk"])
    recipients: tuple[MailAddress, ...] = Field(
        min_length=1, description="The addresses that alerts are sent to", examples=[["controller@example.dk"]]
    )


class AlertSettings(Section):
    """Who is alerted when something needs attention: nobody, unless it is set here."""

    mail: MailSettings | None = None
    webhook: bool = Field(
        default=False,
        description="true posts alerts to the secret address in ALERT_WEBHOOK_URL, such as Slack's",
    )
    plan_over_target_points: (
        Annotated[Decimal, Field(ge=0, le=100, max_digits=5, decimal_places=2), BeforeValidator(_not_a_truth_value)]
        | None
    ) = Field(
        default=None,
        description="Tells of each day of the coming week that is planned more percentage points than this over its "
        "target; by default of none",
        examples=[2],
    )


# D13
class LocationMapping(Section):
    """An Ajour location that feeds a unit: always, from a day, or to a day."""

    model_config = ConfigDict(populate_by_name=True)

    id: Name = Field(description="Ajour's id of the location")
    first_day: Day | None = Field(default=None, alias="from", description="The first day on which it feeds the unit")
    last_day: Day | None = Field(default=None, alias="to", description="The last day on which it feeds the unit")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first_day and self.last_day and self.last_day < self.first_day:
            told = Bilingual(
                da=f"lokation {self.id!r} kan ikke slutte, {self.last_day}, før den begynder, {self.first_day}",
                en=f"location {self.id!r} cannot end, on {self.last_day}, before it begins, on {self.first_day}",
            )
            raise FaultError(told)
        return self

    @property
    def days(self) -> Window:
        """The days on which it feeds the unit, first and last included."""
        return Window(self.first_day or dt.date.min, self.last_day or dt.date.max)

    def __str__(self) -> str:
        """Say which location it is, and its days where it has any."""
        since = f" from {self.first_day}" if self.first_day else ""
        until = f" to {self.last_day}" if self.last_day else ""
        return f"{self.id}{since}{until}"


def _location_by_id(value: object) -> object:
    """A location without days is its id alone."""
    return value if isinstance(value, dict | LocationMapping) else {"id": value}


DAY_SCHEMA = {"type": "string", "format": "date"}
Locations = Annotated[
    tuple[Annotated[LocationMapping, BeforeValidator(_location_by_id)], ...],
    WithJsonSchema(
        {
            "type": "array",
            "items": {
                "anyOf": [
                    {"type": "string"},
                    {
                        "type": "object",
                        "properties": {"id": {"type": "string"}, "from": DAY_SCHEMA, "to": DAY_SCHEMA},
                        "required": ["id"],
                        "additionalProperties": False,
                    },
                ],
            },
        },
    ),
]


class Unit(Section):
    """A revenue unit of Planday, its department, and the Ajour locations that feed it."""

    name: Name = Field(description="The unit's name, as in Planday")
    department: Name = Field(description="The name of its department, as in Planday")
    locations: Locations = Field(
        default=(),
        description="The ids of the Ajour locations that feed it, in quotes; each feeds one unit at a time. One that "
        'came later or was replaced has its first or last day, both included: {id: "12", from: 2026-11-20}, '
        '{id: "10", to: 2026-11-19}',
    )
    planday_unit_id: Annotated[Whole, Field(ge=1, le=HIGHEST_ID)] | None = Field(
        default=None,
        description="Planday's id of the unit; needed where wages come from Planday or revenue is published to it",
    )
    target_wage_percentage: Target | None = Field(
        default=None,
        description="The wage percentage that is not to be exceeded, in percent of revenue excl. VAT: one number, or "
        "by weekday, as in {mon-thu: 38, fri-sat: 27, sun: 34} or {man-tor: 38}",
    )


class Department(Section):
    """A department with a target of its own, by which all its wages are judged, those of no unit too.

    Without one, the wages of its units are judged by the units' targets.
    """

    name: Name = Field(description="The department's name, as units name it", examples=["Vesterbro"])
    target_wage_percentage: Target = Field(
        description="The wage percentage that the department is not to exceed: one number, or by weekday", examples=[32]
    )


def conflicts(units: Iterable[Mapping[str, Any]]) -> list[Bilingual]:
    """List what is given twice (R13); takes plain mappings, so that units with other errors are compared too."""
    departments: dict[str, list[str]] = {}
    homes: dict[str, list[tuple[str, Window]]] = {}
    planday_ids: list[str] = []
    for unit in units:
        name = clean_name(str(unit.get("name")))
        if "name" in unit:
            departments.setdefault(name, []).append(clean_name(str(unit.get("department"))))
        locations = unit.get("locations")
        for location in locations if isinstance(locations, list | tuple) else ():
            try:
                mapping = LocationMapping.model_validate(_location_by_id(location))
            except ValidationError:
                # It is told of already.
                continue
            homes.setdefault(mapping.id, []).append((name, mapping.days))
        if unit.get("planday_unit_id") is not None:
            planday_ids.append(str(unit["planday_unit_id"]))
    return [
        *(_listed_twice(name, within) for name, within in departments.items() if len(within) > 1),
        *(
            Bilingual(da=f"to enheder ser ens ud: {told.da}", en=f"two units look the same: {told.en}")
            for told in _hidden_differences(departments)
        ),
        *(
            Bilingual(da=f"to afdelinger ser ens ud: {told.da}", en=f"two departments look the same: {told.en}")
            for told in _hidden_differences(dict.fromkeys(chain.from_iterable(departments.values())))
        ),
        *(_counted_twice(location, fed) for location, fed in homes.items() if _at_once(fed)),
        *(
            Bilingual(
                da=f"planday_unit_id {planday_id} hører til mere end én enhed",
                en=f"planday_unit_id {planday_id} belongs to more than one unit",
            )
            for planday_id in _repeated(planday_ids)
        ),
    ]


def _listed_twice(name: str, departments: Sequence[str]) -> Bilingual:
    told = Bilingual(da=f"enheden {name!r} er nævnt mere end én gang", en=f"unit {name!r} is listed more than once")
    others = [department for department in dict.fromkeys(departments) if department != departments[0]]
    if not others:
        return told
    return Bilingual(
        da=f"{told.da}; giv den i {others[0]} et andet navn, fx '{name} {others[0]}'",
        en=f"{told.en}; call the one of {others[0]} by another name, such as '{name} {others[0]}'",
    )


def _hidden_differences(names: Iterable[str]) -> Iterator[Bilingual]:
    """Say of names that look the same in what they differ."""
    seen: dict[str, str] = {}
    for name in names:
        if told := hidden_difference(name, seen.setdefault(looks_like(name), name)):
            yield told


def _at_once(fed: Sequence[tuple[str, Window]]) -> bool:
    """Tell whether two of some windows have a day in common."""
    windows = sorted(window for _, window in fed)
    return any(following.first_day <= window.last_day for window, following in pairwise(windows))


def _counted_twice(location: str, fed: Sequence[tuple[str, Window]]) -> Bilingual:
    names = [repr(name) for name, _ in fed]
    return Bilingual(
        da=f"lokation {location!r} hører til {' og '.join(names)} på de samme dage, så den ville tælle med to gange; "
        "behold den ét sted, eller lad den slutte det ene sted, før den begynder det andet, med `to` og `from`",
        en=f"location {location!r} feeds {' and '.join(names)} on the same days: it would be counted twice; keep one, "
        "or end one before the next begins, with `to` and `from`",
    )


def _no_conflicts(units: tuple[Unit, ...], info: ValidationInfo) -> tuple[Unit, ...]:
    known = sorted({unit.department for unit in units})
    with_target = [department.name for department in info.data.get("departments", ())]
    report: ReportSettings | None = info.data.get("report")
    mailed = dict.fromkeys(name for mail in (report.mail if report else ()) for name in mail.departments)
    found = [
        *conflicts(unit.model_dump(by_alias=True) for unit in units),
        *(_unknown_department(name, known, WITH_TARGET) for name in with_target if name not in known),
        *(_unknown_department(name, known, MAILED) for name in mailed if name not in known),
    ]
    if found:
        raise FaultError(joined("; ", found))
    return units


def _unknown_department(name: str, known: Sequence[str], named: Bilingual) -> Bilingual:
    told = Bilingual(
        da=f"ingen enhed hører til afdelingen {name!r}, {named.da}; enhederne nævner {', '.join(known) or 'ingen'}",
        en=f"no unit belongs to department {name!r}, {named.en}; units name {', '.join(known) or 'none'}",
    )
    return joined("; ", [told, *filter(None, (hidden_difference(name, other) for other in known))])


def _departments_once(departments: tuple[Department, ...]) -> tuple[Department, ...]:
    if repeated := _repeated(department.name for department in departments):
        told = Bilingual(
            da=f"afdelingen {repeated[0]!r} er nævnt mere end én gang",
            en=f"department {repeated[0]!r} is listed more than once",
        )
        raise FaultError(told)
    return departments


def _mail_server_where_mailed(alerts: AlertSettings, info: ValidationInfo) -> AlertSettings:
    report: ReportSettings | None = info.data.get("report")
    if report and report.mail and not alerts.mail:
        raise FaultError(NO_MAIL_SERVER)
    return alerts


class PostgresWarehouse(BaseModel):
    """A database in PostgreSQL, in place of a file; its address comes from the environment."""

    model_config = ConfigDict(frozen=True)

    folder: Path
    """Where the settings file is."""


def _file_or_postgres(given: object, info: ValidationInfo) -> Path | PostgresWarehouse:
    if isinstance(given, str | Path) and str(given).strip():
        return _beside_settings_file(Path(given), info)
    if given == {"postgres": True}:
        return PostgresWarehouse(folder=_beside_settings_file(Path(), info))
    raise FaultError(NO_WAREHOUSE)


IN_POSTGRES = {
    "type": "object",
    "properties": {"postgres": {"const": True}},
    "required": ["postgres"],
    "additionalProperties": False,
}


def _default_warehouse(validated: dict[str, Any]) -> Path:
    return Path("data") / f"{validated.get('name')}.duckdb"


class Settings(Section):
    """The settings of one integration: one company's Ajour. Paths are relative to the settings file."""

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]+$")] = Field(
        description="Letters, digits and _; the prefix of everything in Dagster"
    )
    title: Text | None = Field(
        default=None,
        description="What reports and mails call the company; its name by default",
        examples=["Nordhavn Restauranter"],
    )
    # R3
    # Field's bound is for the schema: pydantic would tell it as datetime.date(2000, 1, 1).
    activation_date: Annotated[Day, AfterValidator(_not_too_early), Field(ge=EARLIEST_ACTIVATION)] = Field(
        description="The date from which Ajour delivers revenue"
    )
    task: TaskSettings
    revenue: RevenueSettings
    # The defaults are made by factories, so that no path of this machine gets into the schema for editors.
    ajour: AjourSettings = Field(default_factory=AjourSettings)
    wages: WageSettings
    plan: PlanSettings = Field(default_factory=PlanSettings)
    budget: BudgetSettings = Field(default_factory=BudgetSettings)
    planday: PlandaySettings = Field(default_factory=PlandaySettings)
    # A dict, since pydantic would not give a default that is a section already the folder of the file.
    report: ReportSettings = Field(default_factory=dict, validate_default=True)
    alerts: Annotated[AlertSettings, AfterValidator(_mail_server_where_mailed)] = Field(
        default_factory=AlertSettings, validate_default=True
    )
    warehouse: Annotated[
        Path | PostgresWarehouse,
        PlainValidator(_file_or_postgres),
        WithJsonSchema({"anyOf": [{"type": "string", "format": "path"}, IN_POSTGRES]}),
    ] = Field(
        default_factory=_default_warehouse,
        validate_default=True,
        description="The DuckDB file that holds everything; by default named after the integration, in data/. Or "
        "{postgres: true} for a PostgreSQL database, whose address AJOUR_WAREHOUSE has",
        examples=["data/nord.duckdb"],
    )
    readers: ReadersSettings = Field(default_factory=ReadersSettings)
    # D20
    departments: Annotated[
        tuple[Department, ...], BeforeValidator(_none_is_empty), AfterValidator(_departments_once)
    ] = Field(
        default=(),
        description="Departments with a target of their own, by which all their wages are judged, those of no unit "
        "too; a department that is not listed is judged by its units' targets",
    )
    # R13
    units: Annotated[tuple[Unit, ...], BeforeValidator(_none_is_empty), AfterValidator(_no_conflicts)] = Field(
        default=(),
        description="Every revenue unit of Planday, with the Ajour locations that feed it; "
        "ajour-revenue test --write adds them",
    )

    _folder: Path = PrivateAttr(default=Path())

    @model_validator(mode="after")
    def _remember_its_folder(self, info: ValidationInfo) -> Self:
        self._folder = _beside_settings_file(Path(), info)
        return self

    @property
    def display_name(self) -> str:
        """What people call the company."""
        return self.title or self.name

    @property
    def folder(self) -> Path:
        """Where the settings file is, and the `.env` beside it."""
        return self._folder

    @property
    def warehouse_file(self) -> Path:
        """The warehouse's DuckDB file; TypeError where the warehouse is in PostgreSQL."""
        if not isinstance(self.warehouse, Path):
            msg = "the warehouse is no file"
            raise TypeError(msg)
        return self.warehouse

    @property
    def readers_folder(self) -> Path:
        """The folder of the readers' copy of a warehouse in a file."""
        return self.readers.folder or self.warehouse_file.with_name(f"{self.warehouse_file.stem}-readers")

    @property
    def uses_planday(self) -> bool:
        """Whether anything is read from Planday or published to it."""
        return self.wages.source == "planday" or self.planday.publish
