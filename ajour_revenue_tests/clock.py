"""The one moment at which all tests of a session happen.

It is taken once, when pytest starts, and handed to pytest-xdist's workers and to every process that the tests start by
an environment variable: so yesterday is the same day everywhere, even where midnight passes meanwhile. Dagster's own
clock stays the real one: after midnight it knows one more day, which no test asks for.
"""

import datetime as dt
import os
from pathlib import Path

import pytest

from ajour_revenue import days

VARIABLE = "TESTS_MOMENT"
MOMENT = dt.datetime.fromisoformat(os.environ.setdefault(VARIABLE, days.now().isoformat())).astimezone(days.COPENHAGEN)
LAST_DAY = MOMENT.date() - dt.timedelta(days=1)
SUBPROCESSES = Path(__file__).parent / "subprocesses"
"""On the PYTHONPATH of a process, it sets the clock there."""


def set_now(patch: pytest.MonkeyPatch, moment: dt.datetime) -> None:
    """Let it be this moment in this process."""
    in_denmark = moment.astimezone(days.COPENHAGEN)
    patch.setattr(days, "now", lambda: in_denmark)
