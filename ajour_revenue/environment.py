"""What comes from the environment, or from `.env`: the secrets, and nothing else."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ajour_revenue.settings.env_file import ENV_FILE, env_file_values
from ajour_revenue.settings.load import DEFAULT_SETTINGS_FILE, SETTINGS_VARIABLE
from ajour_revenue.settings.secrets import SECRETS


def read_env_file(settings_file: Path | None = None) -> None:
    """Read the `.env` beside the settings file, whose values override the shell's and what Dagster has read.

    The settings file is the given one, else the one that AJOUR_SETTINGS names, which may stand in the `.env` of the
    working directory. Where there is no `.env` beside it, that one is read. Raises EnvFileError.
    """
    here = Path(ENV_FILE)
    values = env_file_values(here, SECRETS) if os.path.lexists(here) else {}
    named = values.get(SETTINGS_VARIABLE) or os.environ.get(SETTINGS_VARIABLE)
    beside = (settings_file or Path(named or DEFAULT_SETTINGS_FILE)).parent / ENV_FILE
    if os.path.lexists(beside) and beside.absolute() != here.absolute():
        for variable in values.keys() & set(SECRETS):
            # Dagster has read the file here by itself, and it may be another company's.
            os.environ.pop(variable, None)
        values = env_file_values(beside, SECRETS) | ({SETTINGS_VARIABLE: named} if named else {})
    os.environ.update(values)
    empty_missing_secrets()


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
