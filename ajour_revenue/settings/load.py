"""The settings file: found, read, validated; everything that is wrong with it is said at once."""

import os
import warnings
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ajour_revenue.settings.model import UNSAFE_ADDRESS, Section, Settings, conflicts
from ajour_revenue.settings.yaml import UnreadableYamlError, YamlFile, key_of, read_yaml_file

SETTINGS_VARIABLE = "AJOUR_SETTINGS"
DEFAULT_SETTINGS_FILE = "ajour.yaml"
QUOTED_AT_MOST = 80


class SettingsError(Exception):
    """The settings cannot be used; the message lists everything that has to be changed."""


class SettingsWarning(UserWarning):
    """The settings can be used, but will probably not do what was meant."""


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
    try:
        settings = Settings.model_validate(file.values, context={"folder": path.parent})
    except ValidationError as error:
        raise SettingsError(_list_of(path, [*file.invisible, *_complaints(error.errors(), file)])) from None
    if file.invisible:
        raise SettingsError(_list_of(path, file.invisible))
    _warn_of_gaps(path, settings)
    if not settings.units:
        warnings.warn(
            f"{path} lists no units yet, so no location's revenue is counted. ajour-revenue test --write adds them.",
            NoUnitsWarning,
            stacklevel=2,
        )
    return settings


def _read(path: Path) -> YamlFile:
    try:
        file = read_yaml_file(path)
    except FileNotFoundError:
        msg = (
            f"There is no settings file {path}. Copy ajour.example.yaml to {DEFAULT_SETTINGS_FILE} and fill it in, or "
            f"name your file in the environment variable {SETTINGS_VARIABLE}. To look around first: make demo."
        )
        raise SettingsError(msg) from None
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}."
        raise SettingsError(msg) from None
    except UnreadableYamlError as error:
        msg = f"{path}, {error}."
        raise SettingsError(msg) from None
    if not isinstance(file.values, dict):
        msg = f"{path} must hold keys and values such as 'name: demo'; found {type(file.values).__name__}."
        raise SettingsError(msg)
    return file


def _list_of(path: Path, complaints: Sequence[str]) -> str:
    things = "1 thing" if len(complaints) == 1 else f"{len(complaints)} things"
    return "\n".join([f"{path} cannot be used; {things} to change:", *(f"  - {line}" for line in complaints)])


def _complaints(errors: Sequence[ErrorDetails], file: YamlFile) -> list[str]:
    lines = [_message(error, file) for error in errors if not _follows_from_another(error, errors)]
    if any(error["loc"][:1] == ("units",) and len(error["loc"]) > 1 for error in errors):
        # Pydantic compares the units with each other only once each of them is right in itself.
        units = [unit for unit in file.values["units"] if isinstance(unit, dict)]
        lines += [f"units: {conflict}" for conflict in conflicts(units)]
    return lines


def _follows_from_another(error: ErrorDetails, errors: Sequence[ErrorDetails]) -> bool:
    """Tell what pydantic adds to another error: a default not worked out, a list emptied of its bad items."""
    place = error["loc"]
    return error["type"] == "default_factory_not_called" or (
        error["type"] == "too_short"
        and any(len(other["loc"]) > len(place) and other["loc"][: len(place)] == place for other in errors)
    )


def _message(error: ErrorDetails, file: YamlFile) -> str:
    place = tuple(_written_place(error["loc"], file.values))
    key = key_of(place)
    if error["type"] == "missing":
        return f"{key}: is missing"
    if error["type"] == "extra_forbidden":
        fields = _section_at(error["loc"][:-1]).model_fields
        allowed = [field.alias or name for name, field in fields.items()]
        meant = get_close_matches(str(error["loc"][-1]), allowed, n=1)
        hint = f"; did you mean {meant[0]}?" if meant else "."
        return f"{key}: unknown key{hint} Allowed here: {', '.join(allowed)}"
    if error["type"] == "invalid_key":
        return f"{key_of((*place[:-1], str(place[-1])))}: found {str(error['input'])!r}: a key must be a text"
    message = error["msg"].removeprefix("Value error, ").replace("valid tuple", "list").replace("Tuple", "List")
    if error["type"] == UNSAFE_ADDRESS or isinstance(error["input"], dict | list | tuple):
        return f"{key}: {message}"
    written = file.written.get(place, str(error["input"]))
    if error["input"] is None and not written:
        return f"{key}: is empty: {message}"
    quoted = written if len(written) <= QUOTED_AT_MOST else f"{written[:QUOTED_AT_MOST]}…"
    message = message.replace(written, quoted) if len(written) > QUOTED_AT_MOST else message
    if error["type"] == "string_type":
        message = f'write it in quotes, as in "{quoted}"'
    return f"{key}: found {quoted!r}: {message}"


def _written_place(location: Sequence[int | str], raw: object) -> Sequence[int | str]:
    """Return the place as the file has it: a value may stand for a whole section, as "10" does for {id: "10"}."""
    for depth, part in enumerate(location):
        if not isinstance(raw, dict | list):
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
        warnings.warn(
            f"{path}: fetching on {', '.join(task.weekdays)} for {task.days_back} day(s) back never fetches the "
            f"sales of {', '.join(never)}. Tick more weekdays in task.weekdays or raise task.days_back.",
            SettingsWarning,
            stacklevel=3,
        )
    if task.start_date < settings.activation_date:
        warnings.warn(
            f"{path}: task.start_date {task.start_date} is before activation_date {settings.activation_date}; "
            "nothing is fetched before the day after the activation date.",
            SettingsWarning,
            stacklevel=3,
        )
