"""Dagster's instance here: what it remembers of runs and schedules."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ajour_revenue import days
from ajour_revenue.errors import ActionableError
from ajour_revenue.settings.model import Settings
from ajour_revenue.text.bilingual import Bilingual
from ajour_revenue.upcoming import NextFetch, NoFetch, next_fetch, upcoming_fetch

if TYPE_CHECKING:
    import dagster as dg

INSTANCE_FILE = "dagster.yaml"

COMPANY_TAG = "company"
"""By it an instance keeps runs of one company from overlapping, where those of several may."""


class NoInstanceError(ActionableError):
    """There is no instance where DAGSTER_HOME leads; the message says what is wrong with it."""


@contextmanager
def dagster_instance() -> Iterator["dg.DagsterInstance"]:
    """Open the instance that `dagster dev` would use here; one that forgets everything where there is none.

    That of DAGSTER_HOME, else the one that dagster.yaml in the working directory describes. Raises NoInstanceError
    where DAGSTER_HOME leads nowhere.
    """
    # Whoever needs no instance does not wait for Dagster.
    import dagster as dg  # noqa: PLC0415

    try:
        if os.environ.get("DAGSTER_HOME"):
            instance = dg.DagsterInstance.get()
        elif has_dagster_instance():
            instance = dg.DagsterInstance.from_config(str(Path.cwd()), INSTANCE_FILE)
        else:
            instance = dg.DagsterInstance.ephemeral()
    except dg.DagsterInvariantViolationError as error:
        home = os.environ.get("DAGSTER_HOME")
        told = Bilingual(
            da=f"Dagsters instans kan ikke åbnes: DAGSTER_HOME er {home}. Miljøvariablen skal være den fulde sti til "
            "en mappe, der findes.",
            en=str(error),
        )
        raise NoInstanceError(told) from error
    with instance:
        yield instance


def has_dagster_instance() -> bool:
    """Tell whether there is an instance that remembers runs."""
    return bool(os.environ.get("DAGSTER_HOME")) or Path(INSTANCE_FILE).is_file()


def next_fetch_here(settings: Settings) -> NextFetch | NoFetch:
    """Return the next scheduled fetch, or why there is none, as the instance here knows the schedules.

    Raises NoInstanceError where DAGSTER_HOME leads nowhere.
    """
    if not has_dagster_instance():
        return next_fetch(settings, days.now(), {})
    with dagster_instance() as instance:
        return upcoming_fetch(instance, settings)
