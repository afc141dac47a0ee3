"""The settings file as commands write it: a new one, what an unfinished one is good for, and units added to it."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from ajour_revenue.ajour.drivers import MARIADB, POSTGRESQL, family_of
from ajour_revenue.days import yesterday
from ajour_revenue.settings.documents import is_plain, settings_file, usual_settings, yaml_value
from ajour_revenue.settings.edit import NotEditableError, append, edit
from ajour_revenue.settings.load import language_of
from ajour_revenue.settings.model import AjourSettings, Settings
from ajour_revenue.settings.yaml import UnreadableYamlError, read_yaml_file
from ajour_revenue.text.bilingual import Bilingual, Language, lines
from ajour_revenue.text.names import clean_name

DEFAULT_DRIVER = AjourSettings().driver
HEADING = "Check these settings with: ajour-revenue test. Paths are relative to this file. Secrets belong in .env."

NO_UNIT = Bilingual(da="der er ingen enhed {unit!r} i den", en="it lists no unit {unit!r}")
ADD_YOURSELF = Bilingual(da="Den er, som den var. Føj selv til dens units:", en="It stays as it is. Add to its units:")


@dataclass(frozen=True)
class NewFile:
    """What a new settings file is made of."""

    name: str = "ajour"
    activation_date: dt.date = field(default_factory=yesterday)
    driver: str = DEFAULT_DRIVER
    port: int | None = None
    """None: the usual one for the driver."""
    wages: Literal["file", "planday"] = "file"
    language: Language = "da"


@dataclass(frozen=True)
class NewUnit:
    """A revenue unit that the settings file does not list yet."""

    name: str
    department: str
    locations: tuple[str, ...] = ()
    planday_unit_id: int | None = None
    target_wage_percentage: Decimal | None = None


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
    return settings_file(_values(new_file), heading=HEADING)


def _values(new_file: NewFile) -> dict[str, Any]:
    family = family_of(new_file.driver)
    ajour: dict[str, Any] = {"driver": new_file.driver}
    if family.in_network:
        ajour["port"] = usual_port(new_file.driver) if new_file.port is None else new_file.port
    usual = usual_settings(
        name=new_file.name, activation_date=new_file.activation_date, ajour=ajour, wages=new_file.wages
    )
    return usual if new_file.language == "da" else {**usual, "report": {"language": new_file.language}}


def unfinished_settings(path: Path, new_file: NewFile) -> Settings:
    """Return the settings that a file would make if what is wrong or missing in it were as in a new one.

    There may be no file at all.
    """
    new, given = _values(new_file), _given(path)

    def validated(given: Mapping[str, Any]) -> Settings:
        return Settings.model_validate({**new, **given}, context={"folder": path.absolute().parent})

    try:
        return validated(given)
    except ValidationError as error:
        wrong = {each["loc"][0] for each in error.errors()}
        right = {key: value for key, value in given.items() if key not in wrong}
        if "report" in wrong:
            right["report"] = {"language": language_of(given)}
        return validated(right)


def _given(path: Path) -> dict[str, Any]:
    try:
        values = read_yaml_file(path).values
    except (OSError, UnreadableYamlError):
        return {}
    return values if isinstance(values, dict) else {}


def add_units(path: Path, additions: Sequence[Addition | NewUnit]) -> None:
    """Put locations and units into a settings file; comments, order, quotes and all other values stay.

    Raises NotEditableError, with the file as it was, where that cannot be done.
    """

    def add(settings: dict[str, Any]) -> None:
        for addition in additions:
            if isinstance(addition, NewUnit):
                append(settings, "units", _entry(addition), brackets=False)
            else:
                unit = next(
                    (unit for unit in settings["units"] if clean_name(str(unit.get("name"))) == addition.unit), None
                )
                if unit is None:
                    raise NotEditableError(NO_UNIT.format(unit=addition.unit))
                append(unit, "locations", DoubleQuotedScalarString(addition.location), brackets=True)

    try:
        edit(path, add)
    except NotEditableError as error:
        raise NotEditableError(lines(_by_hand(path, additions, error.text))) from error


def _by_hand(path: Path, additions: Sequence[Addition | NewUnit], reason: Bilingual) -> Iterator[Bilingual]:
    yield Bilingual(da=f"{path} kan ikke ændres: {reason.da}", en=f"{path} cannot be changed: {reason.en}")
    yield ADD_YOURSELF
    for each in additions:
        if isinstance(each, NewUnit):
            entry = f"  - {yaml_value(_entry(each))}"
            yield Bilingual(da=entry, en=entry)
        else:
            yield Bilingual(
                da=f"  lokation {each.location!r} til enheden {each.unit!r}",
                en=f"  location {each.location!r} to unit {each.unit!r}",
            )


def _entry(unit: NewUnit) -> CommentedMap:
    locations = CommentedSeq(map(DoubleQuotedScalarString, unit.locations))
    entry = CommentedMap(name=_quoted(unit.name), department=_quoted(unit.department), locations=locations)
    if unit.planday_unit_id is not None:
        entry["planday_unit_id"] = unit.planday_unit_id
    if (target := unit.target_wage_percentage) is not None:
        # YAML knows no decimals; a float is written with the digits that were typed.
        entry["target_wage_percentage"] = int(target) if target == int(target) else float(target)
    entry.fa.set_flow_style()
    return entry


def _quoted(text: str) -> str:
    return text if is_plain(text) else DoubleQuotedScalarString(text)
