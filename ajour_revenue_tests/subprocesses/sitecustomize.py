"""Let it be the tests' day in a process that they start, and in whatever that process starts."""

import datetime as dt
import os
import time
from contextlib import suppress

# Another Python than that of the tests has no package, and no clock to set.
with suppress(ModuleNotFoundError):
    from ajour_revenue import days

    MOMENT = dt.datetime.fromisoformat(os.environ["TESTS_MOMENT"]).astimezone(days.COPENHAGEN)
    STARTED = float(os.environ["TESTS_STARTED"])
    days.now = lambda: MOMENT + dt.timedelta(seconds=(time.time() - STARTED) / 10_000)
