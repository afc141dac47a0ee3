"""Each kind of finding, by the smallest examples."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from ajour_revenue.attention.finding import KINDS, Finding, Location
from ajour_revenue.attention.findings import run_failed
from ajour_revenue.attention.texts import FINDING_TEXTS, about, line, with_command
from ajour_revenue.days import COPENHAGEN, Window
from ajour_revenue.upcoming import next_fetch
from ajour_revenue.wages.figures import Place
from ajour_revenue_tests.attention.kit import DAYS, State, settings
from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.kit import IN_BOTH_STORES, settings_dict

FIRST, SECOND, THIRD, FOURTH, LAST = DAYS.days
BAR, SHOP = Place("Vesterbro", "Bar"), Place("Aarhus", "Shop")
EVERY_DAY = settings_dict()["task"]


def test_where_everything_is_in_order_nothing_is_found(state: State) -> None:
    assert state.found() == []


def test_nothing_but_days_is_found_in_an_empty_warehouse(state: State) -> None:
    for table in ("fetches", "ajour_locations", "unit_revenue", "wage_costs"):
        state.connection.execute(f"DELETE FROM {table}")

    assert state.found() == [Finding("never fetched", DAYS)]


@IN_BOTH_STORES
def test_every_kind_is_found(state: State) -> None:
    state.change("DELETE FROM fetches WHERE business_date = ?", FIRST)
    state.list_location("99", "Kitchen, new")
    state.sell("99", LAST, "20")
    state.change("DELETE FROM ajour_locations WHERE location_id = '20'")
    state.earn("Bar", THIRD, "1000", missing=("11",))
    state.pay("Bar", LAST, "400")
    state.sell_before("Kitchen")
    state.earn("Kitchen", LAST, "300")
    state.earn("Shop", SECOND, None)
    state.pay("Shop", THIRD, None)
    state.earn("Shop", FOURTH, "-5.25")
    state.revise("Bar", FIRST, "900", "1000")
    state.connection.execute("DELETE FROM unit_revenue WHERE unit = 'Kitchen' AND business_date = ?", [FIRST])
    state.change("INSERT INTO planday_ours VALUES (?, 201, 'Kitchen', 1000, NULL, now(), 'run')", FIRST)

    found = state.found()

    assert {(finding.kind, finding.place.unit, finding.days) for finding in found} == {
        ("never fetched", None, Window(FIRST, FIRST)),
        ("unmapped", None, None),
        ("not listed", "Kitchen", None),
        ("missing", "Bar", Window(THIRD, THIRD)),
        ("over target", "Bar", Window(LAST, LAST)),
        ("unusual revenue", "Kitchen", Window(LAST, LAST)),
        ("wages without revenue", "Kitchen", Window(FIRST, FIRST)),
        ("wages without revenue", "Shop", Window(SECOND, SECOND)),
        ("revenue without wages", "Shop", Window(THIRD, THIRD)),
        ("negative revenue", "Shop", Window(FOURTH, FOURTH)),
        ("changed", "Bar", Window(FIRST, FIRST)),
        ("no longer fed", "Kitchen", Window(FIRST, FIRST)),
    }
    assert {finding.kind for finding in found} | {"run failed", "plan over target"} == set(KINDS)


# Never fetched


def test_days_that_no_run_fetched_are_found_as_ranges_with_the_command_that_fetches_them(state: State) -> None:
    state.change("DELETE FROM fetches WHERE business_date IN (?, ?, ?)", FIRST, SECOND, LAST)

    gaps = state.found("never fetched")

    assert [gap.days for gap in gaps] == [Window(FIRST, SECOND), Window(LAST, LAST)]
    assert gaps[0].command == f"ajour-revenue fetch --from {FIRST} --to {SECOND}"


def test_days_that_were_fetched_for_another_company_are_not_covered(state: State) -> None:
    assert [gap.days for gap in state.found("never fetched", company_id="4712")] == [DAYS]


def test_by_default_the_company_is_the_one_that_ajour_answered_for_last(state: State) -> None:
    state.change("UPDATE fetches SET asked_at = asked_at - INTERVAL 1 HOUR")
    state.change("UPDATE ajour_locations SET last_seen_at = last_seen_at - INTERVAL 1 HOUR")
    state.fetch(FIRST, "4712")

    assert [gap.days for gap in state.found("never fetched", company_id=None)] == [Window(SECOND, LAST)]


@pytest.mark.parametrize(
    ("task", "switched", "hour", "gap"),
    [
        # At six o'clock, the fetch of seven o'clock is still to come, with its three days; at eight, that of tomorrow.
        ({}, {}, 6, Window(FIRST, SECOND)),
        ({}, {}, 8, Window(FIRST, THIRD)),
        ({"days_back": 1}, {}, 6, Window(FIRST, FOURTH)),
        ({"days_back": 1}, {}, 8, DAYS),
        ({"days_back": 31}, {}, 6, None),
        ({"active": False}, {}, 6, DAYS),
        ({"start_date": LAST_DAY + dt.timedelta(days=3)}, {}, 6, Window(FIRST, FOURTH)),
        # Somebody has switched today's schedule off in Dagster, or all of them.
        ({}, {"today": False}, 6, Window(FIRST, THIRD)),
        ({}, dict.fromkeys(("today", *EVERY_DAY["weekdays"]), False), 6, DAYS),
    ],
)
def test_what_the_next_fetch_brings_by_itself_is_no_gap(
    state: State, task: dict[str, Any], switched: dict[str, bool], hour: int, gap: Window | None
) -> None:
    state.connection.execute("DELETE FROM fetches")
    state.settings = settings(task=EVERY_DAY | {"start_date": FIRST} | task)
    today = LAST + dt.timedelta(days=1)
    now = dt.datetime.combine(today, dt.time(hour), COPENHAGEN)
    weekdays = {f"{today:%A}".lower() if name == "today" else name: on for name, on in switched.items()}

    found = state.found("never fetched", upcoming=next_fetch(state.settings, now, weekdays))

    assert [finding.days for finding in found] == ([gap] if gap else [])


def test_there_is_no_gap_before_the_activation_date(state: State) -> None:
    state.connection.execute("DELETE FROM fetches")
    state.settings = settings(activation_date=FOURTH)
    assert [gap.days for gap in state.found("never fetched")] == [Window(FOURTH, LAST)]

    state.settings = settings(activation_date=LAST + dt.timedelta(days=1))
    assert state.found("never fetched") == []


def test_a_gap_is_found_however_old_unless_days_are_asked_for(state: State) -> None:
    state.settings = settings(activation_date=LAST - dt.timedelta(days=99))

    assert [gap.days for gap in state.found("never fetched")] == [
        Window(LAST - dt.timedelta(days=99), FIRST - dt.timedelta(days=1))
    ]
    assert state.found("never fetched", days=Window(FIRST, LAST)) == []


def test_a_day_that_was_fetched_and_had_no_revenue_is_covered(state: State) -> None:
    state.change("DELETE FROM unit_revenue")

    assert state.found("never fetched") == []


# The mapping


def test_a_location_that_feeds_no_unit_is_found_with_what_it_sold_and_a_suggestion(state: State) -> None:
    state.list_location("99", "Kitchen, new")
    for day, amount in ((FIRST, "1"), (FOURTH, "100.005"), (LAST, "20")):
        state.sell("99", day, amount)

    [unmapped] = state.found(days=Window(SECOND, LAST))

    assert (unmapped.kind, unmapped.days, unmapped.location) == ("unmapped", None, Location("99", "Kitchen, new"))
    assert unmapped.facts.revenue_excl_vat == Decimal("120.01")
    assert unmapped.facts.revenue_incl_vat == Decimal("150.01")
    assert line(unmapped) == (
        "Location without a unit: location 99 (Kitchen, new): not counted: 120,01 kr. excl. VAT; the unit with the "
        "most similar name is Kitchen. Add it to a unit's locations in the settings: ajour-revenue test --write"
    )


def test_whether_a_location_feeds_a_unit_is_up_to_the_settings_of_now(state: State) -> None:
    state.list_location("99", "Garden")
    assert [finding.kind for finding in state.found()] == ["unmapped"]

    units = settings_dict()["units"]
    units[2]["locations"] = ["30", "99"]
    state.settings = settings(units=units)

    assert state.found() == []


def test_a_location_of_another_company_is_none_of_ours(state: State) -> None:
    state.list_location("99", "Garden", "4712")

    assert state.found() == []


def test_a_mapped_location_that_ajour_does_not_list_is_found_once(state: State) -> None:
    state.change("DELETE FROM ajour_locations WHERE location_id = '30'")
    state.earn("Shop", LAST, None, missing=("30",))

    assert state.found() == [
        Finding("not listed", None, SHOP, Location("30", None)),
        *state.found("wages without revenue"),
    ]


def test_before_the_locations_are_listed_none_is_said_to_be_wrong(state: State) -> None:
    state.change("DELETE FROM ajour_locations")
    state.earn("Bar", LAST, "900", missing=("11",))

    assert [(finding.kind, finding.location) for finding in state.found()] == [("missing", Location("11", None))]


# Missing revenue


def test_a_location_without_a_row_is_found_with_its_days_in_a_row(state: State) -> None:
    state.earn("Bar", FIRST, None, missing=("10", "11"))
    state.earn("Bar", THIRD, "900", missing=("11",))
    state.earn("Bar", FOURTH, "900", missing=("11",))

    found = state.found("missing")

    assert [(each.place, each.location and each.location.location_id, each.days) for each in found] == [
        (BAR, "10", Window(FIRST, FIRST)),
        (BAR, "11", Window(FIRST, FIRST)),
        (BAR, "11", Window(THIRD, FOURTH)),
    ]
    command = f"ajour-revenue fetch --from {THIRD} --to {FOURTH}"
    assert with_command(found[2]) == f"Vesterbro, Bar, location 11 (Bar, first floor), {THIRD} to {FOURTH}: {command}"


def test_where_somebody_entered_the_figure_nothing_is_missing(state: State) -> None:
    state.earn("Bar", LAST, "900", missing=("11",), source="manual")

    assert state.found() == []


# The wage percentage


@pytest.mark.parametrize(
    ("revenue", "wages", "is_over"),
    [
        ("3390", "1017.00", False),
        ("3390", "1017.20", True),
        ("0", "1", False),
        (None, "1", False),
        ("1000", None, False),
        ("-1000", "999", False),
    ],
)
def test_a_unit_over_its_target_yesterday_is_found(
    state: State,
    revenue: str | None,
    wages: str | None,
    is_over: bool,  # noqa: FBT001
) -> None:
    state.earn("Bar", LAST, revenue)
    state.pay("Bar", LAST, wages)

    assert [finding.place for finding in state.found("over target")] == [BAR] * is_over


def test_a_unit_over_its_target_is_told_with_its_figures(state: State) -> None:
    state.earn("Bar", LAST, "3390")
    state.pay("Bar", LAST, "1234.56")

    [over] = state.found("over target")

    assert about(over) == (
        f"Vesterbro, Bar, {LAST}: 36,4 %, target 30,0 %; wage cost 1.234,56 kr.; revenue 3.390,00 kr. excl. VAT"
    )


def test_a_unit_that_lacks_a_location_is_not_judged(state: State) -> None:
    state.earn("Bar", LAST, "3390", missing=("11",))
    state.pay("Bar", LAST, "1234.56")

    assert state.found("over target") == []


def test_a_unit_without_a_target_or_over_it_on_an_earlier_day_is_not_found(state: State) -> None:
    state.pay("Kitchen", LAST, "900")
    state.pay("Bar", FOURTH, "900")

    assert state.found("over target") == []
    assert [over.days for over in state.found("over target", days=Window(FIRST, FOURTH))] == [Window(FOURTH, FOURTH)]


@pytest.mark.parametrize(("people", "shown", "found"), [(1, False, 0), (2, False, 1), (1, True, 1)])
def test_the_wage_of_one_person_is_judged_only_where_the_settings_show_it(
    state: State,
    people: int,
    shown: bool,  # noqa: FBT001
    found: int,
) -> None:
    state.settings = settings(wages=settings_dict()["wages"] | {"show_single_person": shown})
    state.pay("Bar", LAST, "900")
    state.count_people("Bar", LAST, people)

    assert len(state.found("over target")) == found


# Wages and revenue


def test_wages_without_revenue_and_revenue_without_wages_are_found(state: State) -> None:
    state.earn("Bar", FIRST, None)
    state.earn("Bar", SECOND, "0")
    state.pay("Shop", LAST, None)

    without_revenue, without_wages = state.found()

    assert (without_revenue.kind, without_revenue.place, without_revenue.days) == (
        "wages without revenue",
        BAR,
        Window(FIRST, SECOND),
    )
    assert without_revenue.facts.wage_cost == Decimal(200)
    assert (without_wages.kind, without_wages.place, without_wages.days) == (
        "revenue without wages",
        SHOP,
        Window(LAST, LAST),
    )
    assert without_wages.facts.revenue_excl_vat == Decimal(1000)


def test_wages_of_nothing_are_no_wages_without_revenue(state: State) -> None:
    state.earn("Bar", FIRST, "0")
    state.pay("Bar", FIRST, "0")

    assert state.found() == []


def test_a_department_speaks_for_itself_only(state: State) -> None:
    state.pay(None, FIRST, "500", department="Aarhus")
    state.earn("Shop", FIRST, None)
    state.pay("Shop", FIRST, None)
    state.pay(None, SECOND, "500", department="Aarhus")
    state.earn("Shop", SECOND, None)

    assert [(each.place, each.days) for each in state.found("wages without revenue")] == [
        (SHOP, Window(SECOND, SECOND)),
        (Place("Aarhus"), Window(FIRST, FIRST)),
    ]


def test_a_hidden_wage_without_revenue_is_told_without_its_amount(state: State) -> None:
    state.earn("Shop", FIRST, None)
    state.earn("Shop", SECOND, None)
    state.pay("Shop", SECOND, "4321.09")
    state.count_people("Shop", SECOND, 1)

    assert [(each.days, each.facts.wage_cost, each.facts.hidden) for each in state.found()] == [
        (Window(FIRST, FIRST), Decimal(100), False),
        (Window(SECOND, SECOND), None, True),
    ]


def test_negative_revenue_is_found(state: State) -> None:
    state.earn("Shop", FIRST, "-5.25")

    [negative] = state.found()

    assert (negative.kind, negative.place, negative.facts.revenue_excl_vat) == (
        "negative revenue",
        SHOP,
        Decimal("-5.25"),
    )


# Changed figures


def test_a_changed_figure_is_found_with_the_command_that_explains_it(state: State) -> None:
    state.revise("Bar", FIRST, "900", "1000")
    state.revise("Bar", SECOND, "900", "1000")

    first, second = state.found()

    assert (first.kind, first.place, first.days) == ("changed", BAR, Window(FIRST, FIRST))
    assert (first.facts.revenue_before, first.facts.revenue_after) == (Decimal(900), Decimal(1000))
    assert first.command == f"ajour-revenue explain Bar {FIRST}"
    assert second.days == Window(SECOND, SECOND)
    assert line(first) == (
        f"Changed revenue: Vesterbro, Bar, {FIRST}: corrected in Ajour: from 900,00 kr. to 1.000,00 kr. excl. VAT "
        f"(Ajour). See where the figure comes from: ajour-revenue explain Bar {FIRST}"
    )


def test_a_name_of_several_words_is_quoted_in_a_command() -> None:
    finding = Finding("changed", Window(FIRST, FIRST), Place("Vesterbro", "Bar 1. sal"))

    assert finding.command == f"ajour-revenue explain 'Bar 1. sal' {FIRST}"


# Failed runs


def test_a_failed_run_is_found_by_whoever_knows_of_it() -> None:
    assert line(run_failed(Window(FIRST, LAST), ["raw_revenue: the till is on fire"])) == (
        f"Last run failed: {FIRST} to {LAST}: raw_revenue: the till is on fire. "
        f"Fix what it reports, then fetch its days again: ajour-revenue fetch --from {FIRST} --to {LAST}"
    )


def test_both_languages_have_words_for_every_kind() -> None:
    assert FINDING_TEXTS["da"].kinds.keys() == FINDING_TEXTS["en"].kinds.keys()
