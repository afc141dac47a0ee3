"""Whether Ajour and the warehouse keep to the activation date, before which there is no revenue (R3)."""

import datetime as dt
from typing import NamedTuple

import duckdb

from ajour_revenue.ajour.connection import AjourConnection
from ajour_revenue.days import MAX_DAYS, Window
from ajour_revenue.settings.model import Settings
from ajour_revenue.text.bilingual import Bilingual
from ajour_revenue.warehouse.run import value

NO_LOCATIONS = Bilingual(
    da="Login virker, men Ajour har ingen lokation for virksomheden. Kontrollér AJOUR_COMPANY_ID.",
    en="The login works, but Ajour lists no location for the company. Check AJOUR_COMPANY_ID.",
)
LOOK_BACK_AT_MOST = 12
"""How many windows of 31 days before the activation date are looked at: a year."""


class Problem(NamedTuple):
    """How far the activation date is no lower bound."""

    is_grave: bool
    """Whether figures from before it could be reported."""
    message: Bilingual


def activation_problem(
    settings: Settings,
    *,
    stored: dt.date | None,
    served: dt.date | None,
) -> Problem | None:
    """Say how far the activation date is no lower bound (R3); None where it is one.

    `stored` is the earliest business date in the warehouse, `served` the earliest that Ajour serves before the
    activation date; either may be None.
    """
    if stored is not None and stored < settings.activation_date:
        return Problem(
            is_grave=True,
            message=Bilingual(
                da=f"Datalageret har omsætning for {stored}, før activation_date {settings.activation_date}. Er datoen "
                "flyttet ved en fejl, så flyt den tilbage; er den rigtig, så giv denne integration et nyt datalager, "
                "så der ikke kommer tal fra før den i rapporterne.",
                en=f"The warehouse holds revenue of {stored}, before activation_date {settings.activation_date}. If "
                "the date was moved by mistake, move it back; if it is right, give this integration a new warehouse, "
                "so that figures from before it are not reported.",
            ),
        )
    if served is not None:
        return Problem(
            is_grave=False,
            message=Bilingual(
                da=f"Ajour har omsætning fra {served} og frem, før activation_date {settings.activation_date}. De dage "
                "hentes ikke. Spørg Ajour om aktiveringsdatoen, og ret indstillingerne, hvis den er tidligere.",
                en=f"Ajour serves revenue from {served} on, before activation_date {settings.activation_date}. Those "
                "days are not fetched. Ask Ajour for the date of activation, and correct the settings if it is "
                "earlier.",
            ),
        )
    return None


def earliest_day_before_activation(ajour: AjourConnection, settings: Settings) -> dt.date | None:
    """Return the earliest business date that Ajour serves before the activation date; None where it serves none.

    Goes back in windows of 31 days (D8) until one is empty, a year at most.
    """
    earliest = None
    before = settings.activation_date
    for _ in range(LOOK_BACK_AT_MOST):
        window = Window.back_from(before, days=MAX_DAYS)
        days = ajour.daily_revenue(window).rows["business_date"].to_pylist()
        if not days:
            break
        earliest, before = min(days), window.first_day
    return earliest


def earliest_day_in(connection: duckdb.DuckDBPyConnection) -> dt.date | None:
    """Return the earliest business date that has revenue; None where there is none."""
    earliest: dt.date | None = value(
        connection,
        "SELECT least((SELECT min(business_date) FROM raw_revenue), (SELECT min(business_date) FROM unit_revenue))",
    )
    return earliest
