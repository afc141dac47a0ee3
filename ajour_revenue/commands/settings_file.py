"""The settings file as a text: how a new one is written, what an unfinished one is good for, and units added to it."""

import datetime as dt
import json
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from ajour_revenue.ajour.drivers import MARIADB, MICROSOFT, POSTGRESQL, family_of
from ajour_revenue.days import yesterday
from ajour_revenue.settings.model import AjourSettings, Settings

COMMENT_COLUMN = 34
PLAIN = re.compile(r"[A-Za-z/][\w /.-]*\w")
PLAIN_WORD = re.compile(r"(?!(?:yes|no|on|off|true|false|null|y|n)$)[^\W\d_][\w .-]*\w", re.IGNORECASE)
DEFAULT_DRIVER = AjourSettings().driver

# `|` stands where the comment's column begins.
TEMPLATE = """\
# Check these settings with: ajour-revenue test. Paths are relative to this file. Secrets belong in .env.
name: {name}|# letters, digits, _; the prefix of everything in Dagster
activation_date: {activation_date}|# the date from which Ajour delivers revenue (R3)

task:
  active: true|# false pauses the schedules (R8)
  start_date: {start_date}|# nothing is fetched on a schedule before this date (R7)
  time: "07:00"|# Danish time, 05:00 or later (R6)
  repeat_weekly: true|# false: each weekday once, in the first seven days (R9)
  weekdays: [monday, tuesday, wednesday, thursday, friday, saturday, sunday]   # days of the fetch, not of the sale (R5)
  days_back: 3|# 1 to 31; several days bring in what was corrected in Ajour since (R4, R10)

revenue:
  vat: excluded|# included | excluded: which revenue the units report (R11)
  vat_rate: 25|# in percent; only for manual entries, which name one of the two amounts
  overwrite_existing: true|# a fetched figure replaces what is there, a manual entry too (R12)

ajour:
  driver: {driver}|# an installed ODBC driver's name, or a path to one
{address}\
  # queries:                      # your own SQL texts, where Ajour's tables are named otherwise
  #   locations: sql/locations.sql
  #   revenue: sql/daily_revenue.sql
  # login_timeout_seconds: 20
  # query_timeout_seconds: 20

wages:
  source: {wages}|# file | planday
  file: wages.csv|# business_date,department,unit,wage_cost,hours
  # show_single_person: false     # true shows the wages of a department-day that only one person worked

planday:
  publish: false|# true publishes the units' revenue to Planday

# report:
#   folder: reports
#   language: da                  # da | en

# alerts:                         # off unless they stand here; see docs/operations.md
#   mail: {{host: smtp.example.dk, sender: ajour@example.dk, recipients: [controller@example.dk]}}
#   webhook: true

warehouse: data/{name}.duckdb

units:{no_units}|# every revenue unit of Planday (R13); a location feeds at most one
"""

MICROSOFT_OPTIONS = """\
  options:|# further ODBC keywords of the driver
    Encrypt: "yes"
    TrustServerCertificate: "yes" # Ajour is reached by IP, which its certificate may not name
"""


PLACEHOLDER = [{"name": "none yet", "department": "none yet"}]
"""The one unit of a file that lists none; it is never shown."""


class NotEditableError(Exception):
    """A unit or location cannot be put into the settings file; the message says what to do by hand."""


@dataclass(frozen=True)
class NewFile:
    """What a new settings file is made of."""

    name: str = "ajour"
    activation_date: dt.date = field(default_factory=yesterday)
    driver: str = DEFAULT_DRIVER
    port: int | None = None
    """None: the one that is usual for the driver."""
    wages: Literal["file", "planday"] = "file"


@dataclass(frozen=True)
class NewUnit:
    """A revenue unit that the settings file does not list yet."""

    name: str
    department: str
    locations: tuple[str, ...] = ()
    planday_unit_id: int | None = None


@dataclass(frozen=True)
class Addition:
    """A location for a unit that the settings file lists."""

    unit: str
    location: str


def usual_port(driver: str) -> int:
    """Return the port at which databases of the driver's kind usually listen."""
    family = family_of(driver)
    if family is POSTGRESQL:
        return 5432
    return 3306 if family is MARIADB else AjourSettings().port


def settings_text(new_file: NewFile) -> str:
    """Return a new settings file, commented as ajour.example.yaml is; its units are still to be added."""
    family = family_of(new_file.driver)
    port = usual_port(new_file.driver) if new_file.port is None else new_file.port
    options = MICROSOFT_OPTIONS if family is MICROSOFT else "  options: {}|# further ODBC keywords of the driver\n"
    filled = TEMPLATE.format(
        name=new_file.name,
        activation_date=new_file.activation_date,
        start_date=new_file.activation_date + dt.timedelta(days=1),
        driver=_scalar(new_file.driver),
        address=(f"  port: {port}\n" if family.in_network else "") + options,
        wages=new_file.wages,
        no_units=" []",
    )
    return "".join(_aligned(line) for line in filled.splitlines(keepends=True))


def _aligned(line: str) -> str:
    value, bar, comment = line.partition("|#")
    if not bar:
        return line
    return f"{value}   #{comment}" if len(value) >= COMMENT_COLUMN else f"{value:<{COMMENT_COLUMN}}#{comment}"


def _scalar(text: str) -> str:
    return text if PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def unfinished_settings(path: Path, new_file: NewFile) -> Settings:
    """Return the settings that a file would make if what is wrong or missing in it were as in a new one.

    There may be no file at all. The units are those of the file, or none.
    """
    new = _plain(settings_text(new_file)) | {"units": PLACEHOLDER}
    given = {key: value for key, value in _given(path).items() if key != "units" or value}

    def validated(given: Mapping[str, Any]) -> Settings:
        return Settings.model_validate({**new, **given}, context={"folder": path.absolute().parent})

    try:
        settings = validated(given)
    except ValidationError as error:
        wrong = {each["loc"][0] for each in error.errors()}
        given = {key: value for key, value in given.items() if key not in wrong}
        settings = validated(given)
    return settings if "units" in given else settings.model_copy(update={"units": ()})


def lacks_only_units(path: Path) -> bool:
    """Tell whether a file is complete but for its units, as a new one is."""
    given = _given(path)
    if not given or given.get("units"):
        return False
    try:
        Settings.model_validate({**given, "units": PLACEHOLDER}, context={"folder": path.absolute().parent})
    except ValidationError:
        return False
    return True


def _given(path: Path) -> dict[str, Any]:
    try:
        return _plain(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, YAMLError):
        return {}


def _plain(text: str) -> dict[str, Any]:
    values = YAML(typ="safe", pure=True).load(text)
    return values if isinstance(values, dict) else {}


def add_units(path: Path, additions: Sequence[Addition | NewUnit]) -> None:
    """Put locations and units into a settings file; every other byte of it stays as it is.

    Raises NotEditableError, with the file as it was, where that cannot be done.
    """
    try:
        # As it is, ends of lines included.
        with path.open(encoding="utf-8", newline="") as file:
            text = file.read()
        expected = _plain(text)
        for addition in additions:
            text = _with_unit(text, addition) if isinstance(addition, NewUnit) else _with_location(text, addition)
            _add(expected, addition)
        if _plain(text) != expected:
            raise _by_hand(path, additions)
    except (OSError, UnicodeDecodeError, YAMLError, LookupError, AttributeError, TypeError, StopIteration) as error:
        raise _by_hand(path, additions) from error
    _replace(path.resolve(), text)


def _by_hand(path: Path, additions: Sequence[Addition | NewUnit]) -> NotEditableError:
    lines = [
        f"  - {_entry(each)}" if isinstance(each, NewUnit) else f"  location {each.location!r} to unit {each.unit!r}"
        for each in additions
    ]
    return NotEditableError("\n".join([f"{path} cannot be changed; it stays as it is. Add to its units:", *lines]))


def _add(settings: dict[str, Any], addition: Addition | NewUnit) -> None:
    """Do to the settings' values what is done to their text."""
    if isinstance(addition, NewUnit):
        settings["units"] = [*(settings.get("units") or []), _plain(_entry(addition))]
    else:
        unit = next(unit for unit in settings["units"] if unit["name"] == addition.unit)
        unit["locations"] = [*unit.get("locations", []), addition.location]


def _with_location(text: str, addition: Addition) -> str:
    units = _child(YAML().compose(text), "units")
    unit = next(unit for unit in units.value if _child(unit, "name").value == addition.unit)
    location = json.dumps(addition.location, ensure_ascii=False)
    locations = _child(unit, "locations")
    if locations is None:
        entry = f"locations: [{location}]"
        if unit.flow_style:
            return _inserted(text, unit.value[-1][1].end_mark.index, f", {entry}")
        return _with_line(text, unit, " " * unit.start_mark.column + entry)
    if not locations.flow_style:
        return _with_line(text, locations, " " * locations.start_mark.column + f"- {location}")
    if locations.value:
        return _inserted(text, locations.value[-1].end_mark.index, f", {location}")
    return _inserted(text, locations.start_mark.index + 1, location)


def _with_unit(text: str, unit: NewUnit) -> str:
    root, entry = YAML().compose(text), _entry(unit)
    units = _child(root, "units")
    if units is None:
        newline = _newline(text)
        return f"{text.rstrip()}{newline}{newline}units:{newline}  - {entry}{newline}"
    if isinstance(units, SequenceNode) and units.value:
        if units.flow_style:
            return _inserted(text, units.value[-1].end_mark.index, f", {entry}")
        return _with_line(text, units, " " * units.start_mark.column + f"- {entry}")
    key = next(key for key, value in root.value if value is units)
    if isinstance(units, SequenceNode):
        # The brackets of the empty list go; a comment behind them stays where it is.
        empty = " " * (units.end_mark.index - units.start_mark.index)
        text = text[: units.start_mark.index] + empty + text[units.end_mark.index :]
    return _with_line(text, key, f"  - {entry}")


def _entry(unit: NewUnit) -> str:
    parts = [f"name: {_quoted(unit.name)}", f"department: {_quoted(unit.department)}"]
    parts.append(f"locations: {json.dumps(unit.locations, ensure_ascii=False)}")
    if unit.planday_unit_id is not None:
        parts.append(f"planday_unit_id: {unit.planday_unit_id}")
    return "{" + ", ".join(parts) + "}"


def _quoted(text: str) -> str:
    return text if PLAIN_WORD.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def _child(node: Node, key: str) -> Any:  # noqa: ANN401 (ruamel's nodes differ by what they hold)
    return next((value for name, value in node.value if name.value == key), None)


def _inserted(text: str, index: int, what: str) -> str:
    return text[:index] + what + text[index:]


def _with_line(text: str, node: Any, line: str) -> str:  # noqa: ANN401 (as above)
    """Put a line below the last one of a node."""
    while node.value and not isinstance(node, ScalarNode) and not node.flow_style:
        last = node.value[-1]
        node = last[1] if isinstance(node, MappingNode) else last
    newline = _newline(text)
    end = text.find(newline, node.end_mark.index)
    if end < 0:
        return f"{text}{newline}{line}{newline}"
    return _inserted(text, end, newline + line)


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _replace(path: Path, text: str) -> None:
    """Let the file hold the text, or what it held before, whatever happens in between."""
    with tempfile.NamedTemporaryFile(
        "w", dir=path.parent, prefix=f".{path.name}.", encoding="utf-8", newline="", delete=False
    ) as file:
        file.write(text)
    shutil.copymode(path, file.name)
    Path(file.name).replace(path)
