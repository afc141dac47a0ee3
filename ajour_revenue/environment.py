"""What comes from the environment, or from `.env`: the secrets, and nothing else."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

from ajour_revenue.ajour.connection import CREDENTIALS as AJOUR_CREDENTIALS
from ajour_revenue.alerts.channels import VARIABLES as ALERT_VARIABLES
from ajour_revenue.planday.client import CREDENTIALS as PLANDAY_CREDENTIALS

ENV_FILE = ".env"
SECRETS = (*AJOUR_CREDENTIALS.values(), *PLANDAY_CREDENTIALS.values(), *ALERT_VARIABLES)
"""Every environment variable that holds a secret."""


def read_env_file() -> None:
    """Read `.env` in the working directory as Dagster does: its values override the shell's."""
    os.environ.update({name: value for name, value in dotenv_values(Path(ENV_FILE)).items() if value is not None})
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
