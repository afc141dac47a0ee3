"""The one moment at which all tests of a session happen.

Time goes on from there, so that what is stored later is later, but 10,000 times as slowly. The moment is taken once,
when pytest starts, and handed to pytest-xdist's workers and to every process that the tests start by environment
variables: so yesterday is the same day everywhere, even where midnight passes meanwhile. Dagster's own clock stays the
real one: after midnight it knows one more day, which no test asks for.
"""

import datetime as dt
import os
import time
from pathlib import Path

import pytest

from ajour_revenue import days

VARIABLE = "TESTS_MOMENT"
MOMENT = dt.datetime.fromisoformat(os.environ.setdefault(VARIABLE, days.now().isoformat())).astimezone(days.COPENHAGEN)
STARTED = float(os.environ.setdefault("TESTS_STARTED", str(time.time())))
LAST_DAY = MOMENT.date() - dt.timedelta(days=1)
SUBPROCESSES = Path(__file__).parent / "subprocesses"
"""On the PYTHONPATH of a process, it sets the clock there."""


def now() -> dt.datetime:
    """Return the session's moment, and as much later as time has gone on."""
    later = MOMENT.astimezone(dt.UTC) + dt.timedelta(seconds=(time.time() - STARTED) / 10_000)
    return later.astimezone(days.COPENHAGEN)


def set_now(patch: pytest.MonkeyPatch, moment: dt.datetime) -> None:
    """Let it be this moment in this process."""
    in_denmark = moment.astimezone(days.COPENHAGEN)
    patch.setattr(days, "now", lambda: in_denmark)
