"""What comes from the environment, or from `.env`: the secrets, and nothing else."""

import io
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dotenv.parser import parse_stream

from ajour_revenue.ajour.connection import CREDENTIALS as AJOUR_CREDENTIALS
from ajour_revenue.alerts.channels import VARIABLES as ALERT_VARIABLES
from ajour_revenue.errors import ActionableError
from ajour_revenue.masking import first_unseen
from ajour_revenue.planday.client import CREDENTIALS as PLANDAY_CREDENTIALS
from ajour_revenue.settings.load import DEFAULT_SETTINGS_FILE, SETTINGS_VARIABLE

ENV_FILE = ".env"
SECRETS = (*AJOUR_CREDENTIALS.values(), *PLANDAY_CREDENTIALS.values(), *ALERT_VARIABLES)
"""Every environment variable that holds a secret."""


class EnvFileError(ActionableError):
    """`.env` cannot be read; the message says where and what to do, and quotes nothing of it."""


def read_env_file(settings_file: Path | None = None) -> None:
    """Read the `.env` beside the settings file, whose values override the shell's and what Dagster has read.

    The settings file is the given one, else the one that AJOUR_SETTINGS names, which may stand in the `.env` of the
    working directory. Where there is no `.env` beside it, that one is read. Raises EnvFileError.
    """
    here = Path(ENV_FILE)
    values = env_file_values(here) if os.path.lexists(here) else {}
    named = values.get(SETTINGS_VARIABLE) or os.environ.get(SETTINGS_VARIABLE)
    beside = (settings_file or Path(named or DEFAULT_SETTINGS_FILE)).parent / ENV_FILE
    if os.path.lexists(beside) and beside.absolute() != here.absolute():
        for variable in values.keys() & set(SECRETS):
            # Dagster has read the file here by itself, and it may be another company's.
            os.environ.pop(variable, None)
        values = env_file_values(beside) | ({SETTINGS_VARIABLE: named} if named else {})
    os.environ.update(values)
    empty_missing_secrets()


def env_file_values(path: Path) -> dict[str, str]:
    """Return what an `.env` file says, each value as it is written, `$` included. Raises EnvFileError."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            text = file.read()
    except UnicodeDecodeError:
        message = f"{path} is not in UTF-8. Save it as a text file in UTF-8, not as Unicode or UTF-16."
        raise EnvFileError(message) from None
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}. It has to be a file that this user may read."
        raise EnvFileError(message) from None
    if "\0" in text:
        message = f"{path} is no text file in UTF-8: it has NUL characters. Save it as a text file in UTF-8."
        raise EnvFileError(message)
    return values_in(text, path)


def values_in(text: str, path: Path) -> dict[str, str]:
    """Return what the text of an `.env` file says; `path` is named where it cannot be read. Raises EnvFileError."""
    values: dict[str, str] = {}
    for binding in parse_stream(io.StringIO(text)):
        name, value = binding.key, binding.value
        blank_lines = re.match(r"\s*", binding.original.string)[0].count("\n")  # type: ignore[index]
        line = f"Line {binding.original.line + blank_lines} of {path}"
        if binding.error or (name is not None and (value is None or "=" in name)):
            message = (
                f"{line} cannot be read. Write each line as NAME=value; where the value has a space, a # or a quote, "
                "as NAME='value', with \\' for a quote within it."
            )
            raise EnvFileError(message)
        if name is None or value is None:
            continue
        if name in SECRETS and (unseen := first_unseen(value)):
            message = (
                f"{line} cannot be read: the value of {name} has a character that cannot be seen ({unseen}). Close its "
                "quote on the same line, or type it anew where it was pasted."
            )
            raise EnvFileError(message)
        values[name] = value
    return values


def credentials(variables: Mapping[str, str]) -> dict[str, Any]:
    """Return credentials by name, given the name of each one's variable."""
    return {name: os.environ[variable] for name, variable in variables.items()}


def empty_missing_secrets() -> None:
    """Make a secret that is set nowhere empty, so that the step which needs it fails and names it.

    Where a variable is not even empty, Dagster fails before any step, with a stack trace for a message, and starts the
    run once more.
    """
    for variable in SECRETS:
        os.environ.setdefault(variable, "")
