"""Who has been mailed what, from one evaluation of the sensor to the next."""

import datetime as dt
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from ajour_revenue.settings.model import ReportMail

LONGEST_PAUSE = dt.timedelta(hours=1)
"""A mail is tried after 1, 2, 4 ... minutes again, then every hour."""


class Remembered(BaseModel):
    """What is kept in the sensor's cursor."""

    model_config = ConfigDict(frozen=True)


class Readers(Remembered):
    """Those who get one mail."""

    to: tuple[str, ...]
    departments: tuple[str, ...]

    @classmethod
    def of(cls, entry: ReportMail) -> Self:
        """Return the readers of an entry of the settings."""
        return cls(to=entry.to, departments=entry.departments)


class Mailed(Remembered):
    """The last mail that readers got."""

    readers: Readers
    day: dt.date
    """The day that it was about."""
    figures: str
    """The fingerprint of that day's figures."""
    at: dt.datetime


class Waiting(Remembered):
    """Readers for whom it is to be seen whether there is something to mail."""

    readers: Readers
    tries: int = 0
    """How often their mail could not be sent."""
    not_before: dt.datetime | None = None
    """When it is tried again."""

    def after_failure(self, now: dt.datetime) -> Self:
        """Return when to try again after one more time that the mail could not be sent."""
        pause = min(dt.timedelta(minutes=2 ** min(self.tries, 6)), LONGEST_PAUSE)
        return self.model_copy(update={"tries": self.tries + 1, "not_before": now + pause})


class Memory(Remembered):
    """What the sensor knows from one evaluation to the next."""

    successes: str
    """Dagster's cursor in the successful runs."""
    day: dt.date | None = None
    """The day of which the readers who wait may be mailed."""
    waiting: tuple[Waiting, ...] = ()
    mailed: tuple[Mailed, ...] = ()

    def last_mail(self, readers: Readers) -> Mailed | None:
        """Return the last mail that readers got; None where they got none."""
        return next((mailed for mailed in self.mailed if mailed.readers == readers), None)

    def without(self, readers: Readers) -> Self:
        """Return the memory where some readers no longer wait."""
        return self.model_copy(update={"waiting": tuple(each for each in self.waiting if each.readers != readers)})

    def with_waiting(self, waiting: Waiting) -> Self:
        """Return the memory where somebody waits, after all others who do."""
        return self.model_copy(update={"waiting": (*self.without(waiting.readers).waiting, waiting)})

    def with_mailed(self, mailed: Mailed) -> Self:
        """Return the memory where readers have got their mail."""
        others = tuple(each for each in self.mailed if each.readers != mailed.readers)
        return self.without(mailed.readers).model_copy(update={"mailed": (*others, mailed)})


def recall(cursor: str | None) -> Memory | None:
    """Return what the cursor holds; None where it holds nothing, or was changed by hand into something else."""
    try:
        return Memory.model_validate_json(cursor or "")
    except ValidationError:
        return None


def sensor_name(name: str) -> str:
    """Name the sensor of an integration that mails its report."""
    return f"{name}_report_by_mail"
