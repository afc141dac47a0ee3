"""The settings file: found, read, validated; everything that is wrong with it is said at once."""

import os
import warnings
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ajour_revenue.addresses import UnsafeAddressError
from ajour_revenue.errors import ActionableError
from ajour_revenue.settings.model import Section, Settings, conflicts, in_danish
from ajour_revenue.settings.yaml import UnreadableYamlError, YamlFile, key_of, read_yaml_file
from ajour_revenue.text.bilingual import Bilingual, Language, lines
from ajour_revenue.text.faults import fault_of
from ajour_revenue.text.system_errors import reason_of

SETTINGS_VARIABLE = "AJOUR_SETTINGS"
DEFAULT_SETTINGS_FILE = "ajour.yaml"
QUOTED_AT_MOST = 80

NO_FILE = Bilingual(
    da="Der er ingen indstillingsfil {path}. Kopiér ajour.example.yaml til {default} og udfyld den, eller angiv din "
    "fil i miljøvariablen {variable}. For at se dig omkring først: make demo.",
    en="There is no settings file {path}. Copy ajour.example.yaml to {default} and fill it in, or name your file in "
    "the environment variable {variable}. To look around first: make demo.",
)
NO_UNITS = Bilingual(
    da="{path} har ingen enheder endnu, så lokationernes omsætning tælles ikke med. ajour-revenue test --write "
    "tilføjer dem.",
    en="{path} lists no units yet, so no location's revenue is counted. ajour-revenue test --write adds them.",
)
KINDS_IN_DANISH = {"NoneType": "ingenting", "list": "en liste", "str": "en tekst", "bool": "en sandhedsværdi"}
"""What a file may hold instead of keys; anything else is a number."""


class SettingsError(ActionableError):
    """The settings cannot be used; the message lists everything that has to be changed."""

    def __init__(self, text: Bilingual, language: Language = "da") -> None:
        """Take what to say, and the language that the settings ask for."""
        self.language = language
        super().__init__(text)


class SettingsWarning(UserWarning):
    """The settings can be used, but will probably not do what was meant."""

    def __init__(self, text: Bilingual) -> None:
        """Take what to say."""
        self.text = text
        super().__init__(text.en)


class NoUnitsWarning(SettingsWarning):
    """The settings list no units yet."""


def load_settings(path: Path | None = None) -> Settings:
    """Load the settings file: `path`, else the one named by AJOUR_SETTINGS, else ajour.yaml in the working directory.

    Relative paths inside the file are relative to the file's own folder.

    Raises SettingsError, whose one message lists everything that is wrong with the file. Warns (SettingsWarning)
    where valid settings would leave days of sale unfetched, or list no units yet.
    """
    path = (path or Path(os.environ.get(SETTINGS_VARIABLE) or DEFAULT_SETTINGS_FILE)).absolute()
    file = _read(path)
    language = language_of(file.values)
    try:
        settings = Settings.model_validate(file.values, context={"folder": path.parent})
    except ValidationError as error:
        complaints = [*file.invisible, *_complaints(error.errors(), file)]
        raise SettingsError(_list_of(path, complaints), language) from None
    if file.invisible:
        raise SettingsError(_list_of(path, file.invisible), language)
    _warn_of_gaps(path, settings)
    if not settings.units:
        warnings.warn(NoUnitsWarning(NO_UNITS.format(path=path)), stacklevel=2)
    return settings


def language_of(values: object) -> Language:
    """Return the language that the values of a file ask for, whatever else is wrong in it; by default Danish."""
    report = values.get("report") if isinstance(values, dict) else None
    return "en" if isinstance(report, dict) and report.get("language") == "en" else "da"


def _read(path: Path) -> YamlFile:
    try:
        file = read_yaml_file(path)
    except FileNotFoundError:
        told = NO_FILE.format(path=path, default=DEFAULT_SETTINGS_FILE, variable=SETTINGS_VARIABLE)
        # Nobody has chosen a language yet.
        raise SettingsError(told, "en") from None
    except OSError as error:
        reason = reason_of(error)
        told = Bilingual(da=f"{path} kan ikke læses: {reason.da}.", en=f"{path} cannot be read: {reason.en}.")
        raise SettingsError(told) from None
    except UnreadableYamlError as error:
        told = Bilingual(da=f"{path}, {error.text.da}.", en=f"{path}, {error.text.en}.")
        raise SettingsError(told) from None
    if not isinstance(file.values, dict):
        kind = type(file.values).__name__
        told = Bilingual(
            da=f"{path} skal have nøgler og værdier som 'name: demo'; fandt {KINDS_IN_DANISH.get(kind, 'et tal')}.",
            en=f"{path} must hold keys and values such as 'name: demo'; found {kind}.",
        )
        raise SettingsError(told)
    return file


def _list_of(path: Path, complaints: Sequence[Bilingual]) -> Bilingual:
    number = len(complaints)
    heading = Bilingual(
        da=f"{path} kan ikke bruges; {number} ting skal rettes:",
        en=f"{path} cannot be used; {number} {'thing' if number == 1 else 'things'} to change:",
    )
    return lines([heading, *(Bilingual(da=f"  - {told.da}", en=f"  - {told.en}") for told in complaints)])


def _complaints(errors: Sequence[ErrorDetails], file: YamlFile) -> list[Bilingual]:
    told = [_message(error, file) for error in errors if not _follows_from_another(error, errors)]
    if any(error["loc"][:1] == ("units",) and len(error["loc"]) > 1 for error in errors):
        # Pydantic compares the units with each other only once each of them is right in itself.
        units = [unit for unit in file.values["units"] if isinstance(unit, dict)]
        told += [_at("units", conflict) for conflict in conflicts(units)]
    return told


def _follows_from_another(error: ErrorDetails, errors: Sequence[ErrorDetails]) -> bool:
    """Tell what pydantic adds to another error: a default not worked out, a list emptied of its bad items."""
    place = error["loc"]
    return error["type"] == "default_factory_not_called" or (
        error["type"] == "too_short"
        and any(len(other["loc"]) > len(place) and other["loc"][: len(place)] == place for other in errors)
    )


def _message(error: ErrorDetails, file: YamlFile) -> Bilingual:
    place = tuple(_written_place(error["loc"], file.values))
    key = key_of(place)
    if error["type"] == "missing":
        return Bilingual(da=f"{key}: mangler", en=f"{key}: is missing")
    if error["type"] == "extra_forbidden":
        return _at(key, _unknown_key(error["loc"]))
    if error["type"] == "invalid_key":
        found = repr(str(error["input"]))
        told = Bilingual(da=f"fandt {found}: en nøgle skal være en tekst", en=f"found {found}: a key must be a text")
        return _at(key_of((*place[:-1], str(place[-1]))), told)
    fault = _fault_of(error)
    may_hold_a_password = isinstance(error.get("ctx", {}).get("error"), UnsafeAddressError)
    if may_hold_a_password or isinstance(error["input"], dict | list | tuple):
        return _at(key, fault)
    written = file.written.get(place, str(error["input"]))
    if error["input"] is None and not written:
        return _at(key, Bilingual(da=f"er tom: {fault.da}", en=f"is empty: {fault.en}"))
    quoted = written
    if len(written) > QUOTED_AT_MOST:
        quoted = f"{written[:QUOTED_AT_MOST]}…"
        fault = Bilingual(da=fault.da.replace(written, quoted), en=fault.en.replace(written, quoted))
    if error["type"] == "string_type":
        fault = Bilingual(da=f'skriv det i anførselstegn, som i "{quoted}"', en=f'write it in quotes, as in "{quoted}"')
    return _at(key, Bilingual(da=f"fandt {quoted!r}: {fault.da}", en=f"found {quoted!r}: {fault.en}"))


def _at(key: str, told: Bilingual) -> Bilingual:
    return Bilingual(da=f"{key}: {told.da}", en=f"{key}: {told.en}")


def _unknown_key(location: Sequence[int | str]) -> Bilingual:
    allowed = [field.alias or name for name, field in _section_at(location[:-1]).model_fields.items()]
    meant = get_close_matches(str(location[-1]), allowed, n=1)
    return Bilingual(
        da=f"er ukendt{f'; mente du {meant[0]}?' if meant else '.'} Her kan stå: {', '.join(allowed)}",
        en=f"unknown key{f'; did you mean {meant[0]}?' if meant else '.'} Allowed here: {', '.join(allowed)}",
    )


def _fault_of(error: ErrorDetails) -> Bilingual:
    """Return what is wrong with a value, in the words of YAML in place of Python's and JSON's."""
    fault = fault_of(error)
    return Bilingual(
        da="her skal stå nøgler og værdier" if error["type"] in {"dict_type", "model_type"} else fault.da,
        en=fault.en.replace("valid tuple", "list").replace("Tuple", "List"),
    )


def _written_place(location: Sequence[int | str], raw: object) -> Sequence[int | str]:
    """Return the place as the file has it: a value may stand for a whole section, as "10" does for {id: "10"}."""
    for depth, part in enumerate(location):
        if not isinstance(raw, dict | list) or (isinstance(raw, list) and isinstance(part, str)):
            return location[:depth]
        raw = raw.get(part) if isinstance(raw, dict) else raw[int(part)]
        if raw is None:
            break
    return location


def _section_at(location: Sequence[int | str]) -> type[Section]:
    section: type[Section] = Settings
    for key in location:
        if isinstance(key, str):
            section = next(_sections_in(section.model_fields[key].annotation))
    return section


def _sections_in(annotation: object) -> Iterator[type[Section]]:
    """Give the section that an annotation names by itself, in a tuple, or beside None."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        yield annotation
    for part in get_args(annotation):
        yield from _sections_in(part)


def _warn_of_gaps(path: Path, settings: Settings) -> None:
    task = settings.task
    if never := task.sales_days_never_fetched():
        told = Bilingual(
            da=f"{path}: når der hentes {in_danish(task.weekdays)} og {task.days_back} dag(e) tilbage, hentes "
            f"omsætningen fra {in_danish(never)} aldrig. Tilføj flere ugedage i task.weekdays, eller sæt "
            "task.days_back op.",
            en=f"{path}: fetching on {', '.join(task.weekdays)} for {task.days_back} day(s) back never fetches the "
            f"sales of {', '.join(never)}. Tick more weekdays in task.weekdays or raise task.days_back.",
        )
        warnings.warn(SettingsWarning(told), stacklevel=3)
    if task.start_date < settings.activation_date:
        told = Bilingual(
            da=f"{path}: task.start_date {task.start_date} er før activation_date {settings.activation_date}; der "
            "hentes intet før dagen efter aktiveringsdatoen.",
            en=f"{path}: task.start_date {task.start_date} is before activation_date {settings.activation_date}; "
            "nothing is fetched before the day after the activation date.",
        )
        warnings.warn(SettingsWarning(told), stacklevel=3)
