"""Options and arguments that several commands take."""

import datetime as dt
from pathlib import Path
from typing import Any

import click

from ajour_revenue.text.bilingual import Bilingual
from ajour_revenue.text.parse import parse_day


class DayType(click.ParamType):
    """A day, as 2026-01-31 or as Danes write it, 31-01-2026."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:  # noqa: ANN401 (click's)
        """Return the day; a usage error where it is none."""
        if isinstance(value, dt.date):
            return value
        try:
            return parse_day(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


DAY = DayType()
WRONG_WAY_ROUND = Bilingual(
    da="--from {first} er efter --to {last}. Byt om på de to.",
    en="--from {first} is after --to {last}. Exchange the two.",
)

settings_option = click.option(
    "--settings",
    "settings_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Settings file; by default the one in AJOUR_SETTINGS, else ajour.yaml.",
)
