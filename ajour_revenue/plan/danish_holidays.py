"""Denmark's holidays and the days before them, by name: days on which a weekday does not sell what it usually does."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict, dataclass

import duckdb
import holidays

from ajour_revenue.warehouse.run import give

EVES = {
    "Skærtorsdag": ("Dagen før skærtorsdag", "The day before Maundy Thursday"),
    "Påskedag": ("Påskelørdag", "Easter Saturday"),
    "Store bededag": ("Store bededagsaften", "The eve of Great Prayer Day"),
    "Kristi himmelfartsdag": ("Dagen før Kristi himmelfartsdag", "The day before Ascension Day"),
    "Pinsedag": ("Pinselørdag", "The Saturday before Pentecost"),
    "Juleaftensdag": ("Lillejuleaften", "The day before Christmas Eve"),
}
"""The holidays whose eve is a day to go out on, or to stay in, with its name in Danish and English."""

HOLIDAYS = "business_date DATE, holiday VARCHAR, holiday_english VARCHAR, is_eve BOOLEAN"


@dataclass(frozen=True)
class Holiday:
    """A day with a name, which stays while the date may move from year to year."""

    business_date: dt.date
    holiday: str
    """Its name in Danish."""
    holiday_english: str
    is_eve: bool
    """Whether it is only the day before a holiday."""


def danish_holidays(years: Iterable[int]) -> list[Holiday]:
    """Return the holidays and eves of some years, by date.

    Store bededag is one up to 2023. Grundlovsdag, Juleaftensdag and Nytårsaften are among them. A day has one name: of
    two that fall together, the public holiday's.
    """
    years = set(years)
    found: dict[dt.date, Holiday] = {}
    for category in ("public", "optional"):
        danish, english = (
            holidays.country_holidays("DK", years=years, categories=category, language=language)
            for language in ("da", "en_US")
        )
        for day, name in danish.items():
            found.setdefault(day, Holiday(day, name, english[day], is_eve=False))
    for holiday in list(found.values()):
        if holiday.holiday in EVES:
            eve = holiday.business_date - dt.timedelta(days=1)
            found.setdefault(eve, Holiday(eve, *EVES[holiday.holiday], is_eve=True))
    return [found[day] for day in sorted(found)]


def same_holiday_last_year(day: dt.date) -> dt.date | None:
    """Return when the holiday, or eve, of a day was in the year before; None where the day or that year has none."""
    name = next((each.holiday for each in danish_holidays([day.year]) if each.business_date == day), None)
    return next((each.business_date for each in danish_holidays([day.year - 1]) if each.holiday == name), None)


def register_holidays(connection: duckdb.DuckDBPyConnection, years: Iterable[int]) -> None:
    """Give SQL the temporary table `holidays(business_date, holiday, holiday_english, is_eve)` of some years."""
    give(connection, "holidays", HOLIDAYS, map(asdict, danish_holidays(years)))
