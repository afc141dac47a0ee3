"""Let it be the tests' moment in a process that they start, and in whatever that process starts."""

import datetime as dt
import os
from contextlib import suppress

# Another Python than that of the tests has no package, and no clock to set.
with suppress(ModuleNotFoundError):
    from ajour_revenue import days

    MOMENT = dt.datetime.fromisoformat(os.environ["TESTS_MOMENT"]).astimezone(days.COPENHAGEN)
    days.now = lambda: MOMENT
