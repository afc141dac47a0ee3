"""Denmark's holidays and the days before them, by name: days on which a weekday does not sell what it usually does."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict, dataclass

import duckdb
import holidays
import pyarrow as pa

EVES = {
    "Skærtorsdag": ("Dagen før skærtorsdag", "The day before Maundy Thursday"),
    "Påskedag": ("Påskelørdag", "Easter Saturday"),
    "Store bededag": ("Store bededagsaften", "The eve of Great Prayer Day"),
    "Kristi himmelfartsdag": ("Dagen før Kristi himmelfartsdag", "The day before Ascension Day"),
    "Pinsedag": ("Pinselørdag", "The Saturday before Pentecost"),
    "Juleaftensdag": ("Lillejuleaften", "The day before Christmas Eve"),
}
"""The holidays whose eve is a day to go out on, or to stay in, with its name in Danish and English."""

HOLIDAYS_SCHEMA = pa.schema(
    {"business_date": pa.date32(), "holiday": pa.string(), "holiday_english": pa.string(), "is_eve": pa.bool_()}
)


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


def register_holidays(connection: duckdb.DuckDBPyConnection, years: Iterable[int]) -> None:
    """Give SQL the view `holidays(business_date, holiday, holiday_english, is_eve)` of some years."""
    rows = [asdict(holiday) for holiday in danish_holidays(years)]
    connection.register("holidays", pa.Table.from_pylist(rows, schema=HOLIDAYS_SCHEMA))
