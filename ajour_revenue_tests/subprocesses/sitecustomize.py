"""Let it be the tests' day in a process that they start, and in whatever that process starts."""

import datetime as dt
import os
import time
from contextlib import suppress

# Another Python than that of the tests has no package, and no clock to set.
with suppress(ModuleNotFoundError):
    from ajour_revenue import days

    MOMENT = dt.datetime.fromisoformat(os.environ["TESTS_MOMENT"]).astimezone(dt.UTC)
    STARTED = float(os.environ["TESTS_STARTED"])

    def now() -> dt.datetime:
        """Return the tests' moment, and as much later as time has gone on."""
        later = MOMENT + dt.timedelta(seconds=(time.time() - STARTED) / 10_000)
        return later.astimezone(days.COPENHAGEN)

    days.now = now
