"""Whoever may see a department learns nothing of another one, in any part of the mail."""

import re
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ajour_revenue.alerts.messages import Mail
from ajour_revenue.attention.finding import KINDS, Facts, Finding, Location
from ajour_revenue.days import Window
from ajour_revenue.mail.daily import seen_by
from ajour_revenue.mail.letter import letter
from ajour_revenue.mail.texts import MAIL_TEXTS
from ajour_revenue.reports.report import Report
from ajour_revenue.text.bilingual import Language
from ajour_revenue.text.formats import FORMATS
from ajour_revenue.wages.figures import COMPANY, Figure, Place, cut
from ajour_revenue_tests import clock
from ajour_revenue_tests.kit import settings_dict
from ajour_revenue_tests.mail.kit import everything
from ajour_revenue_tests.reports.kit import HIDDEN_WAGE, MONDAY, Books, days_before

WEEK = Window(days_before(6), MONDAY)
DAY = Window(MONDAY, MONDAY)
SEEN = ("Seen", "Seen too")
OURS, THEIRS = (100_000, 200_000), (500_000, 900_000)
"""Tenths of kroner, so that no amount of those who may be seen is one of the others."""

languages = st.sampled_from(sorted(MAIL_TEXTS))
counts = st.integers(0, 3)


@st.composite
def companies(draw: st.DrawFn) -> Report:
    """A company's report by day: departments that may be seen and others, with figures and findings of every kind."""
    departments = [*SEEN, *(f"Unseen{number}" for number in range(draw(st.integers(1, 3))))]
    places = [COMPANY, *map(Place, departments)]
    for department in departments:
        places += [Place(department, f"{department} unit {number}") for number in range(draw(counts))]
        places += [Place(department, unallocated=True)] if draw(st.booleans()) else []
    windows = {*cut(WEEK, "day"), WEEK, DAY}
    figures = {window: {place: draw(figures_of(window, place)) for place in places} for window in windows}
    findings = tuple(draw(findings_of(place)) for place in places for _ in range(draw(counts)))
    return Report("group", WEEK, WEEK, "day", figures, findings)


def may_be_seen(place: Place) -> bool:
    return place.department in SEEN


def amounts_of(place: Place) -> st.SearchStrategy[Decimal | None]:
    """Give amounts that are no round numbers, of which a workbook has others."""
    tenths = st.integers(*(OURS if may_be_seen(place) else THEIRS))
    return st.none() | tenths.map(lambda number: Decimal(number) / 10 + Decimal("0.07"))


@st.composite
def figures_of(draw: st.DrawFn, window: Window, place: Place) -> Figure:
    revenue, wages = draw(amounts_of(place)), draw(amounts_of(place))
    known = revenue is not None and wages is not None
    percentage = draw(percentages(place)) if known else None
    return Figure(
        window,
        place,
        revenue_excl_vat=revenue,
        revenue_incl_vat=revenue,
        wage_cost=wages,
        hours=wages,
        wage_percentage=percentage,
        judged_percentage=percentage,
        target=draw(st.none() | percentages(place)),
        days=1,
        days_hidden=draw(st.integers(0, 1)) if wages is None else 0,
        units=2,
        units_with_wages=draw(st.integers(0, 2)),
        units_with_revenue=2,
        is_provisional=draw(st.booleans()),
    )


def percentages(place: Place) -> st.SearchStrategy[Decimal]:
    return st.integers(1000, 4000).map(lambda n: Decimal(n) / 100 + (0 if may_be_seen(place) else 50))


@st.composite
def findings_of(draw: st.DrawFn, place: Place) -> Finding:
    amount = amounts_of(place)
    name = f"till of {place.department or 'Unseen'}"
    return Finding(
        draw(st.sampled_from(KINDS)),
        draw(st.sampled_from([None, DAY, WEEK])),
        place,
        draw(st.sampled_from([None, Location("10", name)])),
        Facts(
            revenue_excl_vat=draw(amount),
            wage_cost=draw(amount),
            similar_ids="Unseen till",
            unit_today="Unseen unit" if place == COMPANY else None,
        ),
    )


def written(report: Report, language: Language) -> Mail:
    with pytest.MonkeyPatch.context() as patch:
        clock.set_now(patch, clock.MOMENT)
        return letter(seen_by(report, SEEN), MAIL_TEXTS[language], xlsx=True)


@settings(max_examples=12)
@given(report=companies(), language=languages)
def test_no_name_or_amount_of_another_department_is_in_any_part(report: Report, language: Language) -> None:
    text = everything(written(report, language))

    assert "Unseen" not in text
    formats = FORMATS[language]
    unseen = {
        figure for places in report.figures.values() for place, figure in places.items() if not may_be_seen(place)
    }
    for figure in unseen:
        for amount in filter(None, (figure.revenue_excl_vat, figure.wage_cost)):
            for told in (formats.whole(amount), formats.money(amount), f"{amount:f}"):
                assert not re.search(rf"(?<![\d.,]){re.escape(told)}(?!\d)", text), told
        for percentage in filter(None, (figure.wage_percentage, figure.target)):
            told = formats.percent(percentage)
            # What has a sign is a change.
            assert not re.search(rf"(?<![\d.,+-]){re.escape(told)}", text), told


@settings(max_examples=12)
@given(report=companies(), other=companies(), language=languages)
def test_the_mail_is_the_same_whatever_the_other_departments_did(
    report: Report, other: Report, language: Language
) -> None:
    figures = {
        window: {place: figure for place, figure in places.items() if may_be_seen(place)}
        | {place: figure for place, figure in other.figures[window].items() if not may_be_seen(place)}
        for window, places in report.figures.items()
    }
    findings = [each for each in report.findings if may_be_seen(each.place)]
    unseen = [each for each in other.findings if not may_be_seen(each.place)]
    changed = Report("group", WEEK, WEEK, "day", figures, (*unseen, *findings))

    assert everything(written(changed, language)) == everything(written(report, language))


amounts = st.decimals(-1000, 1_000_000, places=2)


@settings(max_examples=8)
@given(sold=amounts, paid=st.decimals(1, 1_000_000, places=2), unsold=amounts, people=st.integers(1, 3))
def test_nor_does_the_warehouse_let_anything_through(
    empty_tables: duckdb.DuckDBPyConnection, sold: Decimal, paid: Decimal, unsold: Decimal, people: int
) -> None:
    def mail(*, changed: bool) -> str:
        empty_tables.begin()
        try:
            books = Books(empty_tables)
            units = settings_dict()["units"]
            books.change(units=[unit | {"department": "Seen"} for unit in units[:2]] + units[2:])
            books.earn("Bar", "10000", missing=("11",))
            books.earn("Kitchen", "9000")
            books.pay("Seen", "Kitchen", "3000", people=5)
            books.pay("Seen", "Bar", HIDDEN_WAGE, people=1)
            if changed:
                books.earn("Shop", str(sold), missing=("30",))
                books.pay("Aarhus", "Shop", str(paid), people=people)
                books.pay("Aarhus", None, str(paid), people=people)
                books.correct("Shop", "1.00", str(sold))
                books.sell("99", str(unsold))
                books.list_location("98", "Aarhus, new", None)
            return everything(written(books.report(WEEK, "day"), "da"))
        finally:
            empty_tables.rollback()

    assert mail(changed=True) == mail(changed=False)
