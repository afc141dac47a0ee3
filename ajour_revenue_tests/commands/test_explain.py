"""`explain` tells the whole story of a figure: corrected, entered by hand, missing, moved to another unit."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any, Literal, get_args

import pytest

from ajour_revenue.commands import explain as explain_module
from ajour_revenue.commands.enter import store_entries
from ajour_revenue.commands.explain_texts import EXPLAIN_TEXTS
from ajour_revenue.days import COPENHAGEN, Window
from ajour_revenue.plan.expected_revenue import ExpectedDay, PastDay
from ajour_revenue.planday.outcome import Outcome
from ajour_revenue.reports.plan_texts import PLAN_TEXTS
from ajour_revenue.revenue.change import Change
from ajour_revenue.revenue.explain import (
    Answer,
    Entry,
    Fetch,
    InPlanday,
    MappedLocation,
    Publication,
    Revision,
    Story,
    UnitDay,
)
from ajour_revenue.revenue.manual import check_entry
from ajour_revenue.text.bilingual import Language
from ajour_revenue.text.formats import DANISH, ENGLISH
from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.commands.kit import COLUMNS, Shell
from ajour_revenue_tests.kit import Company, settings_dict
from ajour_revenue_tests.language import foreign_words, unsaid

TODAY_ONLY = Window(LAST_DAY, LAST_DAY)


def story(shell: Shell, unit: str) -> str:
    result = shell.run("explain", unit, LAST_DAY)
    assert result.exit_code == 0, result.output
    return " ".join(result.stdout.split())


def plain_story(shell: Shell, unit: str) -> dict[str, Any]:
    answer: dict[str, Any] = shell.json("explain", unit, LAST_DAY)
    return answer


def test_a_correction_in_ajour_is_shown_with_both_figures_and_both_runs(
    shell: Shell, at_fetched_company: Company
) -> None:
    [(before,)] = at_fetched_company.query(
        f"SELECT revenue_excl_vat FROM unit_revenue WHERE unit = 'Kitchen' AND business_date = '{LAST_DAY}'"
    )
    at_fetched_company.ajour.sell(LAST_DAY, "20", "1234.50")
    assert at_fetched_company.fetch(TODAY_ONLY).success

    shown = story(shell, "Kitchen")

    assert f"Figure {ENGLISH.kroner(Decimal('1234.50'))} excl. VAT" in shown
    assert f"location 20: gave {ENGLISH.kroner(before)} excl." in shown
    assert f"corrected {ENGLISH.kroner(before)} excl." in shown
    assert f"corrected in Ajour: {ENGLISH.kroner(before)} excl. VAT became DKK 1,234.50 excl. VAT" in shown
    first, second = plain_story(shell, "Kitchen")["answers"]
    assert first["run_id"] != second["run_id"]


def test_a_manual_entry_is_shown_with_its_reason_and_as_a_change(shell: Shell, at_fetched_company: Company) -> None:
    values = {"unit": "Bar", "business_date": LAST_DAY, "revenue_excl_vat": "1000", "reason": "the till was down"}
    store_entries(at_fetched_company.settings, [check_entry(at_fetched_company.settings, values)])

    shown = story(shell, "Bar")

    assert "DKK 1,000.00 excl. VAT, DKK 1,250.00 incl. VAT, entered by hand" in shown
    assert "DKK 1,000.00 excl. / DKK 1,250.00 incl. VAT" in shown
    assert ": the till was down" in shown
    assert "entered by hand: " in shown
    assert "(the till was down)" in shown


def test_a_location_that_has_disappeared_is_named_with_the_figure_that_stays(
    shell: Shell, at_fetched_company: Company
) -> None:
    at_fetched_company.ajour.sell(LAST_DAY, "11", None)
    assert at_fetched_company.fetch(TODAY_ONLY).success

    shown = story(shell, "Bar")

    assert "missing: 11; the last figure of 11 stays" in shown
    assert "location 11: no longer gave a row; it was " in shown


def test_a_location_that_moved_is_in_the_story_of_the_unit_that_it_feeds_now(
    shell: Shell, at_fetched_company: Company
) -> None:
    units = settings_dict()["units"]
    units[0]["locations"], units[1]["locations"] = ["10"], ["20", "11"]
    at_fetched_company.reload(units=units)
    assert at_fetched_company.fetch(TODAY_ONLY).success

    bar, kitchen = story(shell, "Bar"), story(shell, "Kitchen")

    assert "Locations 10 Bar Asked of Ajour" in bar
    assert "mapping: " in bar
    assert "location 11: " not in bar
    assert "11 Bar, first floor" in kitchen
    assert "location 11: gave " in kitchen


def test_a_unit_that_is_not_there_is_refused_with_the_one_that_was_meant(
    shell: Shell, at_fetched_company: Company
) -> None:
    assert at_fetched_company.settings.units
    result = shell.run("explain", "bar", LAST_DAY)

    assert result.exit_code == 2
    said = " ".join(result.stderr.split())
    assert "'bar' is not one of your units: Bar, Kitchen, Shop; did you mean Bar." in said


@pytest.mark.usefixtures("at_company")
def test_a_day_that_was_never_fetched_has_a_short_story(shell: Shell) -> None:
    assert "Figure none" in story(shell, "Bar")
    assert story(shell, "\u200bBar\u00a0") == story(shell, "Bar")
    assert "Asked of Ajour never" in story(shell, "Bar")


# In both languages


def expected_days() -> Iterator[ExpectedDay]:
    """Give coming days of which everything is known, and one of which nothing is."""
    past = PastDay(LAST_DAY, Decimal(1000))
    full = ExpectedDay(
        business_date=LAST_DAY,
        unit="Bar",
        department="Vesterbro",
        expected_revenue_excl_vat=Decimal(1100),
        low=Decimal(900),
        high=Decimal(1300),
        note=None,
        weekday_revenue=Decimal(1000),
        level=Decimal("1.1"),
        learnt_from=(past,),
        holiday="1. juledag",
        holiday_english="Christmas Day",
        holiday_factor=Decimal(1),
        last_holiday=past,
    )
    yield full
    for note in PLAN_TEXTS["da"].notes:
        yield replace(full, note=note, learnt_from=())


def stories() -> Iterator[Story]:
    """Give stories that have everything to tell."""
    at = dt.datetime(2026, 11, 30, 7, 15, tzinfo=COPENHAGEN)
    amount, run_id = Decimal(1000), "abcd-1"
    figure = UnitDay("Vesterbro", amount, "included", amount, amount, "ajour", ["10"], ["10"], at)
    changes: list[Change | Literal["first figure"]] = ["first figure", *get_args(Change)]
    full = Story(
        unit="Bar",
        day=LAST_DAY,
        locations=[MappedLocation("10", None, LAST_DAY, LAST_DAY)],
        fetches=[Fetch(at, overwrite=True, run_id=run_id), Fetch(at, overwrite=False, run_id=run_id)],
        answers=[
            Answer("10", at, before, after, before, after, run_id)
            for before, after in [(None, amount), (amount, amount), (amount, None)]
        ],
        entries=[Entry("10", amount, amount, "x", at, "kasserer")],
        figure=figure,
        revisions=[
            Revision(change, amount, amount, "included", "excluded", "ajour", "ajour", None, at, run_id)
            for change in changes
        ],
        publications=[Publication(7, amount, outcome, at) for outcome in get_args(Outcome)],
        in_planday=[InPlanday(7, amount, amount, at)],
    )
    yield full
    yield replace(full, figure=replace(figure, source="manual"), fetches=full.fetches[:1], entries=[])
    yield replace(full, fetches=[])


@pytest.mark.usefixtures("at_company")
@pytest.mark.parametrize(("language", "other"), [("da", "en"), ("en", "da")])
def test_everything_is_told_in_one_language(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, language: Language, other: Language
) -> None:
    shown = ""
    for told in stories():
        monkeypatch.setattr(explain_module, "explain", lambda *_, told=told, **__: told)
        shown += shell.show("explain", "Bar", LAST_DAY, colours=False).text
    for expected in expected_days():
        monkeypatch.setattr(explain_module, "stored_expected", lambda *_, expected=expected: [expected])
        shown += shell.show("explain", "Bar", LAST_DAY + dt.timedelta(days=1), colours=False).text
    texts = EXPLAIN_TEXTS[language]

    assert max(map(len, shown.splitlines())) <= COLUMNS
    assert unsaid(shown, texts, apart_from={"findings"}) == []
    assert unsaid(shown, tuple(texts.findings.changes.values())) == []
    assert foreign_words(shown.replace("Christmas Day", ""), texts, EXPLAIN_TEXTS[other]) == set()
    assert "{" not in shown


def test_a_danish_story_is_written_as_danes_do(shell: Shell, at_fetched_company: Company) -> None:
    at_fetched_company.speak("da")
    at_fetched_company.ajour.sell(LAST_DAY, "20", "1234.50")
    assert at_fetched_company.fetch(TODAY_ONLY).success

    shown = story(shell, "Kitchen")

    assert shown.startswith(f"Kitchen, {DANISH.weekday_and_date(LAST_DAY)} Tal 1.234,50 kr. ekskl. moms, ")
    assert "Spurgt i Ajour 2 gange, senest " in shown
    assert " lokation 20: rettede " in shown
    assert "rettet i Ajour: 2.000,45 kr. ekskl. moms blev til 1.234,50 kr. ekskl. moms (kørsel " in shown
    assert "Indtastet ingen" in shown
