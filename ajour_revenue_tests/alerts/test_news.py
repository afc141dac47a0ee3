"""Which findings are sent, and which were sent already."""

import datetime as dt

import pytest

from ajour_revenue.alerts.news import Subject, alerts_of, news
from ajour_revenue.alerts.texts import ALERT_TEXTS
from ajour_revenue.attention.finding import Finding, Location
from ajour_revenue.days import Window
from ajour_revenue.wages.figures import Place


def missing(first: int, last: int, location: str = "11") -> Finding:
    days = Window(dt.date(2026, 11, first), dt.date(2026, 11, last))
    return Finding("missing", days, Place("Vesterbro", "Bar"), Location(location, "Bar"))


def unlisted(location: str = "11") -> Finding:
    return Finding("not listed", None, Place("Vesterbro", "Bar"), Location(location, None))


@pytest.mark.parametrize(
    ("sent", "now", "is_news"),
    [
        ([], missing(3, 4), True),
        ([missing(3, 4)], missing(3, 4), False),
        ([missing(3, 4)], missing(3, 5), True),
        ([missing(3, 4)], missing(2, 4), True),
        ([missing(3, 6)], missing(4, 5), False),
        ([missing(1, 1), missing(3, 4)], missing(4, 4), False),
        ([missing(3, 4)], missing(3, 4, "10"), True),
        ([unlisted()], unlisted(), False),
        ([unlisted()], missing(3, 4), True),
    ],
)
def test_news_is_what_is_new_or_has_grown(sent: list[Finding], now: Finding, is_news: bool) -> None:  # noqa: FBT001
    assert bool(news([now], map(Subject.of, sent))) == is_news


def test_one_alert_per_kind_lists_at_most_twenty_things_and_counts_the_rest() -> None:
    [alert] = alerts_of((unlisted(str(number)) for number in range(25)), ALERT_TEXTS["en"])

    assert alert.title == "location not in Ajour's list"
    assert alert.text.splitlines()[0] == "Location not in Ajour's list. Correct the unit's locations in the settings:"
    assert alert.text.splitlines()[-2:] == [
        "- Vesterbro, Bar, location 19",
        "- and 5 more, which Dagster shows",
    ]
