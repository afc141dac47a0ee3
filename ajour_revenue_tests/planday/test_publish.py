import asyncio
import datetime as dt
import itertools
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import dagster as dg
import pytest
import simplejson as json
from click.testing import CliRunner
from filelock import FileLock

from ajour_revenue.attention.findings import findings
from ajour_revenue.attention.texts import line
from ajour_revenue.commands.explain import explain_command
from ajour_revenue.days import Window
from ajour_revenue.definitions import build_definitions
from ajour_revenue.planday import client
from ajour_revenue.planday.client import PlandayClient
from ajour_revenue.planday.errors import UnknownIdError, UnreadableAnswerError
from ajour_revenue.revenue.manual import check_entry, enter_revenue
from ajour_revenue.text.formats import DANISH
from ajour_revenue.upcoming import never
from ajour_revenue_tests.planday.connected import (
    BAR,
    FIRST_DAY,
    KITCHEN,
    LAST,
    MIDDLE_DAY,
    PLANDAY_UNITS,
    REVENUE,
    SHOP,
    UNLIMITED,
    WINDOW,
    ConnectedCompany,
    evaluation,
    shown,
    unit_list,
)
from ajour_revenue_tests.planday.kit import Misbehaviour, answers, nothing_wrong
from ajour_revenue_tests.processes import PATIENCE_SECONDS

UNREADABLE = answers(200, b'{"paging": {"total": 1}, "data": [{"unit": 101, "amount": 1}]}')


@pytest.fixture
def listed(connected_company: ConnectedCompany) -> ConnectedCompany:
    """A company that knows Planday's structure, and has earned nothing yet."""
    connected_company.list_structure()
    return connected_company


def overwrite_off() -> dict[str, object]:
    return {"vat": "excluded", "overwrite_existing": False}


class TestARun:
    def test_planday_gets_the_revenue_of_every_unit_and_day(self, connected_company: ConnectedCompany) -> None:
        result = connected_company.run(WINDOW)
        assert result.success
        revenue = connected_company.query("SELECT unit, business_date, revenue FROM unit_revenue")
        assert len(revenue) == 9
        assert connected_company.portal.revenue == {(PLANDAY_UNITS[unit], day): given for unit, day, given in revenue}
        assert connected_company.published() == {(unit, day): (given, "published") for unit, day, given in revenue}
        assert shown(result, "planday_revenue")["published"] == "9"
        assert evaluation(result, "revenue_published").passed

    def test_a_day_without_shifts_is_a_warning_and_published_by_the_next_run_that_covers_it(
        self,
        connected_company: ConnectedCompany,
    ) -> None:
        shifts = connected_company.portal.shifts
        connected_company.portal.shifts = [shift for shift in shifts if shift.day != MIDDLE_DAY]
        result = connected_company.fetch_and_publish()

        assert result.success
        assert {
            key for key, (_, outcome) in connected_company.published().items() if outcome == "no shift that day"
        } == {(unit, MIDDLE_DAY) for unit in PLANDAY_UNITS}
        assert {day for _, day in connected_company.portal.revenue} == {FIRST_DAY, LAST}
        check = evaluation(result, "revenue_published")
        assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.WARN)
        assert "did not take 3 unit-day(s). Plan a shift" in str(check.description)
        assert DANISH.date(MIDDLE_DAY) in str(check.metadata["not_taken"].value)

        connected_company.portal.shifts = shifts
        result = connected_company.fetch_and_publish()

        assert len(connected_company.portal.revenue) == 9
        assert {outcome for (_, day), (_, outcome) in connected_company.published().items() if day == MIDDLE_DAY} == {
            "published",
        }
        assert shown(result, "planday_revenue")["unchanged"] == "6"
        assert evaluation(result, "revenue_published").passed

    def test_without_publishing_there_is_no_such_asset(self, connected_company: ConnectedCompany) -> None:
        def assets() -> set[str]:
            graph = build_definitions(connected_company.settings).resolve_asset_graph()
            return {key.path[-1] for key in graph.materializable_asset_keys}

        with_publishing = assets()
        connected_company.reload(planday={"publish": False})
        assert with_publishing - assets() == {"planday_revenue"}


class TestWhatIsTold:
    def test_a_figure_is_told_once(self, listed: ConnectedCompany) -> None:
        listed.earn("Bar", FIRST_DAY, "100.25")
        assert listed.publish() == {"published": 1}
        assert listed.publish() == {"unchanged": 1}
        assert len(listed.posts) == 1
        assert listed.published() == {("Bar", FIRST_DAY): (Decimal("100.25"), "unchanged")}

    def test_only_the_figure_that_differs_is_told_again(self, listed: ConnectedCompany) -> None:
        listed.earn_all(dict.fromkeys(itertools.product(PLANDAY_UNITS, WINDOW.days), Decimal(100)))
        assert listed.publish() == {"published": 9}
        listed.earn("Shop", MIDDLE_DAY, "100.01")
        assert listed.publish() == {"unchanged": 8, "published": 1}
        assert len(listed.posts) == 10
        assert listed.portal.revenue[SHOP, MIDDLE_DAY] == Decimal("100.01")

    def test_a_figure_that_planday_has_lost_is_told_again(self, listed: ConnectedCompany) -> None:
        listed.earn("Bar", LAST, "100.00")
        listed.publish()
        listed.portal.revenue.clear()
        assert listed.publish() == {"published": 1}
        assert listed.portal.revenue == {(BAR, LAST): Decimal(100)}

    def test_a_figure_that_somebody_changed_in_planday_is_told_again(self, listed: ConnectedCompany) -> None:
        listed.earn("Bar", LAST, "100.00")
        listed.publish()
        listed.portal.revenue[BAR, LAST] = Decimal(7)
        assert listed.publish() == {"published": 1}
        assert listed.portal.revenue == {(BAR, LAST): Decimal(100)}

    def test_a_figure_of_zero_is_a_figure(self, listed: ConnectedCompany) -> None:
        listed.earn("Bar", LAST, "0.00")
        assert listed.publish() == {"published": 1}
        assert listed.portal.revenue == {(BAR, LAST): Decimal(0)}

    def test_the_days_around_the_window_are_left_alone(self, listed: ConnectedCompany) -> None:
        for days in (-1, 1):
            listed.earn("Bar", (FIRST_DAY if days < 0 else LAST) + dt.timedelta(days=days), "1.00")
        assert listed.publish() == {}
        assert listed.posts == []

    def test_a_sum_is_not_told_where_only_one_of_its_missing_locations_has_a_figure_that_stays(
        self, connected_company: ConnectedCompany
    ) -> None:
        for day in WINDOW.days:
            connected_company.ajour.sell(day, "10", None)
        connected_company.ajour.sell(LAST, "11", "100")
        assert connected_company.fetch_and_publish().success
        connected_company.ajour.sell(LAST, "11", None)
        assert connected_company.fetch_and_publish().success
        assert connected_company.query(
            f"SELECT locations, missing_locations FROM unit_revenue WHERE unit = 'Bar' AND business_date = '{LAST}'"
        ) == [(["11"], ["10", "11"])]
        assert (BAR, LAST) not in connected_company.portal.revenue

    def test_a_partial_sum_is_not_told(self, listed: ConnectedCompany) -> None:
        listed.earn("Bar", LAST, "100.00", missing=("11",))
        listed.earn("Kitchen", LAST, None, missing=("20",))
        assert listed.publish() == {}
        assert listed.portal.revenue == {}
        listed.earn("Bar", LAST, "150.00")
        assert listed.publish() == {"published": 1}
        assert listed.portal.revenue == {(BAR, LAST): Decimal(150)}

    def test_a_unit_without_an_id_in_planday_is_not_told(self, listed: ConnectedCompany) -> None:
        listed.reload(units=unit_list(Bar=None))
        listed.earn("Bar", LAST, "100.00")
        listed.earn("Kitchen", LAST, "200.00")
        assert listed.publish() == {"published": 1}
        assert listed.portal.revenue == {(KITCHEN, LAST): Decimal(200)}

    def test_a_unit_that_gets_another_id_in_planday_is_told_there(self, listed: ConnectedCompany) -> None:
        listed.earn("Bar", LAST, "100.00")
        listed.publish()
        listed.reload(units=unit_list(Bar=KITCHEN, Kitchen=None))
        assert listed.publish() == {"published": 1}
        assert listed.portal.revenue[KITCHEN, LAST] == Decimal(100)

    @pytest.mark.parametrize(("vat", "figure"), [("included", "3750.00"), ("excluded", "3000.00")])
    def test_the_choice_of_vat_decides_the_figure(
        self,
        connected_company: ConnectedCompany,
        vat: str,
        figure: str,
    ) -> None:
        connected_company.ajour.sell(LAST, "30", "3000")
        connected_company.reload(revenue={"vat": vat, "overwrite_existing": True})
        names = ("raw_revenue", "unit_revenue", "planday_structure", "planday_revenue")
        result = connected_company.materialize(*names)
        assert result.success
        assert connected_company.portal.revenue[SHOP, LAST] == Decimal(figure)
        assert shown(result, "planday_revenue")["revenue_is"] == f"VAT {vat}"

    def test_the_description_says_where_the_figure_is_from_and_when(self, listed: ConnectedCompany) -> None:
        bodies = listen(listed.planday.faults)
        listed.earn("Bar", LAST, "100.00")
        listed.publish()
        [body] = bodies
        assert body["date"] == LAST.isoformat()
        assert body["revenueUnitId"] == BAR
        assert re.fullmatch(r"Imported from Ajour on \d{4}-\d\d-\d\d \d\d:\d\d", str(body["description"]))


def listen(faults: Misbehaviour) -> list[dict[str, object]]:
    """Keep the bodies of what Planday is told from now on."""
    bodies: list[dict[str, object]] = []

    async def hears(app, scope, receive, send) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001 (ASGI's)
        async def heard():  # type: ignore[no-untyped-def] # noqa: ANN202 (ASGI's)
            message = await receive()
            if message.get("body"):
                bodies.append(json.loads(message["body"]))
            return message

        await app(scope, heard, send)

    faults.order(REVENUE, itertools.repeat(hears))
    return bodies


class TestOverwrite:
    def test_on_a_figure_of_somebody_elses_is_replaced(self, listed: ConnectedCompany) -> None:
        listed.portal.revenue[BAR, LAST] = Decimal(7)
        listed.earn("Bar", LAST, "100.00")
        assert listed.publish() == {"published": 1}
        assert listed.portal.revenue == {(BAR, LAST): Decimal(100)}

    def test_off_a_figure_of_somebody_elses_stays(self, listed: ConnectedCompany) -> None:
        listed.reload(revenue=overwrite_off())
        listed.portal.revenue[BAR, LAST] = Decimal(7)
        listed.earn("Bar", LAST, "100.00")
        listed.earn("Kitchen", LAST, "200.00")
        for second in ({"kept existing": 1, "published": 1}, {"kept existing": 1, "unchanged": 1}):
            assert listed.publish() == second
        assert listed.portal.revenue == {(BAR, LAST): Decimal(7), (KITCHEN, LAST): Decimal(200)}
        assert listed.published()["Bar", LAST] == (Decimal(100), "kept existing")
        assert len(listed.posts) == 1

    def test_off_a_figure_of_somebody_elses_stays_even_where_it_is_zero(self, listed: ConnectedCompany) -> None:
        listed.reload(revenue=overwrite_off())
        listed.portal.revenue[BAR, LAST] = Decimal(0)
        listed.earn("Bar", LAST, "100.00")
        assert listed.publish() == {"kept existing": 1}

    def test_off_our_own_figure_gives_way_to_its_correction(self, listed: ConnectedCompany) -> None:
        listed.reload(revenue=overwrite_off())
        listed.earn("Bar", LAST, "100.00")
        listed.publish()
        listed.publish()
        listed.earn("Bar", LAST, "120.00")
        assert listed.publish() == {"published": 1}
        assert listed.portal.revenue == {(BAR, LAST): Decimal(120)}

    def test_off_a_unit_that_gets_another_id_takes_nothing_from_whoever_is_there(
        self,
        listed: ConnectedCompany,
    ) -> None:
        listed.reload(revenue=overwrite_off())
        listed.earn("Bar", LAST, "100.00")
        listed.publish()
        listed.portal.revenue[KITCHEN, LAST] = Decimal(7)
        listed.reload(revenue=overwrite_off(), units=unit_list(Bar=KITCHEN, Kitchen=None))
        assert listed.publish() == {"kept existing": 1}
        assert listed.portal.revenue[KITCHEN, LAST] == Decimal(7)

    def test_off_a_unit_day_that_planday_lists_without_a_figure_is_free(self, listed: ConnectedCompany) -> None:
        listed.reload(revenue=overwrite_off())
        row = {"revenueUnitId": BAR, "date": LAST.isoformat(), "turnover": None}
        page = json.dumps({"paging": {"offset": 0, "limit": 50, "total": 1}, "data": [row]}).encode()
        listed.planday.faults.order(REVENUE, [answers(200, page)])
        listed.earn("Bar", LAST, "100.00")
        assert listed.publish() == {"published": 1}


class TestWhatIsOurs:
    """D14: with overwrite off, ours is what we last put there, and all else is somebody else's."""

    @pytest.fixture(autouse=True)
    def off(self, listed: ConnectedCompany) -> None:
        listed.reload(revenue=overwrite_off())

    def test_what_somebody_typed_over_our_figure_stays(self, listed: ConnectedCompany) -> None:
        listed.earn("Bar", LAST, "100.00")
        listed.publish()
        listed.portal.revenue[BAR, LAST] = Decimal(150)
        for revenue in ("100.00", "120.00"):
            listed.earn("Bar", LAST, revenue)
            assert listed.publish() == {"kept existing": 1}
        assert listed.portal.revenue == {(BAR, LAST): Decimal(150)}

    def test_ours_is_known_again_once_it_is_back(self, listed: ConnectedCompany) -> None:
        listed.earn("Bar", LAST, "100.00")
        listed.publish()
        listed.portal.revenue[BAR, LAST] = Decimal(150)
        listed.publish()
        listed.portal.revenue[BAR, LAST] = Decimal(100)
        listed.earn("Bar", LAST, "120.00")
        assert listed.publish() == {"published": 1}

    def test_somebody_elses_figure_that_equals_ours_is_not_ours(self, listed: ConnectedCompany) -> None:
        listed.portal.revenue[BAR, LAST] = Decimal(100)
        listed.earn("Bar", LAST, "100.00")
        assert listed.publish() == {"unchanged": 1}
        listed.earn("Bar", LAST, "120.00")
        assert listed.publish() == {"kept existing": 1}
        assert listed.portal.revenue == {(BAR, LAST): Decimal(100)}

    def test_a_figure_of_ours_that_somebody_deleted_is_put_again(self, listed: ConnectedCompany) -> None:
        listed.earn("Bar", LAST, "100.00")
        listed.publish()
        listed.portal.revenue.clear()
        assert listed.publish() == {"published": 1}

    @pytest.mark.parametrize("taken", [True, False], ids=["after Planday's yes", "before Planday took it"])
    @pytest.mark.parametrize("before", [None, "90.00"], ids=["a first figure", "a correction"])
    def test_a_run_that_was_killed_is_understood_by_the_next(
        self,
        listed: ConnectedCompany,
        monkeypatch: pytest.MonkeyPatch,
        taken: bool,  # noqa: FBT001 (a parameter of the test)
        before: str | None,
    ) -> None:
        if before:
            listed.earn("Bar", LAST, before)
            listed.publish()
        listed.earn("Bar", LAST, "100.00")
        kill_at_the_post(monkeypatch, taken=taken)
        with pytest.raises(KilledError):
            listed.publish()
        monkeypatch.undo()
        monkeypatch.setattr(client, "RATE_LIMITS", UNLIMITED)
        assert listed.portal.revenue.get((BAR, LAST)) == (Decimal(100) if taken else before and Decimal(before))

        listed.earn("Bar", LAST, "120.00")

        assert listed.publish() == {"published": 1}
        assert listed.portal.revenue == {(BAR, LAST): Decimal(120)}

    def test_what_a_killed_run_noted_does_not_make_somebody_elses_figure_ours(
        self, listed: ConnectedCompany, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        listed.earn("Bar", LAST, "100.00")
        kill_at_the_post(monkeypatch, taken=True)
        with pytest.raises(KilledError):
            listed.publish()
        monkeypatch.undo()
        monkeypatch.setattr(client, "RATE_LIMITS", UNLIMITED)
        listed.portal.revenue[BAR, LAST] = Decimal(150)
        for _ in range(2):
            assert listed.publish() == {"kept existing": 1}

    def test_explain_tells_what_is_ours_and_what_may_have_arrived(
        self, listed: ConnectedCompany, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        listed.speak("en")
        listed.earn("Bar", LAST, "100.00")
        listed.publish()
        listed.earn("Bar", LAST, "120.00")
        kill_at_the_post(monkeypatch, taken=True)
        with pytest.raises(KilledError):
            listed.publish()

        said = explained(listed, "Bar")
        assert "unit 101: DKK 100.00, published on" in said
        assert "unit 101: we last put DKK 100.00 there" in said
        assert re.search(r"unit 101: DKK 120\.00 was about to be sent on .*; whether it arrived is not known yet", said)

        monkeypatch.undo()
        monkeypatch.setattr(client, "RATE_LIMITS", UNLIMITED)
        listed.publish()
        said = explained(listed, "Bar")
        assert "unit 101: we last put DKK 120.00 there" in said
        assert "not known yet" not in said


def explained(company: ConnectedCompany, unit: str) -> str:
    """What `explain` says of a unit's last day."""
    result = CliRunner().invoke(explain_command, [unit, str(LAST), "--settings", str(company.folder / "ajour.yaml")])
    assert result.exit_code == 0, result.output
    return " ".join(result.stdout.split())


class KilledError(BaseException):
    """The process is no more."""


def kill_at_the_post(monkeypatch: pytest.MonkeyPatch, *, taken: bool) -> None:
    """Let the process end when it sends revenue: after Planday has taken it, or before."""
    send = PlandayClient.set_revenue

    def killed(self: PlandayClient, **figure: Any) -> None:  # noqa: ANN401 (set_revenue's)
        if taken:
            send(self, **figure)
        raise KilledError

    monkeypatch.setattr(PlandayClient, "set_revenue", killed)


class TestTwoRunsAtOnce:
    """D15: what is known later is what Planday shows in the end."""

    @pytest.mark.parametrize("vat", [overwrite_off(), {"vat": "excluded", "overwrite_existing": True}])
    def test_the_later_figure_stays(
        self, listed: ConnectedCompany, monkeypatch: pytest.MonkeyPatch, vat: dict[str, object]
    ) -> None:
        listed.reload(revenue=vat)
        listed.earn("Bar", LAST, "100.00")
        first_sends, may_go_on = threading.Event(), threading.Event()

        async def held(app, scope, receive, send) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001 (ASGI's)
            if scope["method"] == "POST" and not first_sends.is_set():
                first_sends.set()
                await asyncio.to_thread(may_go_on.wait)
            await app(scope, receive, send)

        acquire = FileLock.acquire

        def seen(lock: FileLock, **how: Any) -> object:  # noqa: ANN401 (FileLock's)
            if first_sends.is_set():
                may_go_on.set()
            return acquire(lock, **how)

        monkeypatch.setattr(FileLock, "acquire", seen)
        listed.planday.faults.order(REVENUE, itertools.repeat(held))
        with ThreadPoolExecutor() as runs:
            first = runs.submit(listed.publish_in_a_run)
            assert first_sends.wait(PATIENCE_SECONDS)
            listed.earn("Bar", LAST, "120.00")
            second = runs.submit(listed.publish_in_a_run)
            # The first goes on when the second waits for it; or has not waited, and is done.
            second.add_done_callback(lambda _: may_go_on.set())

            assert (first.result().success, second.result().success) == (True, True)
        assert listed.portal.revenue == {(BAR, LAST): Decimal(120)}
        assert listed.published() == {("Bar", LAST): (Decimal(120), "published")}

    def test_what_is_sent_is_what_is_known_by_then(
        self, listed: ConnectedCompany, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        listed.earn("Bar", FIRST_DAY, "100.00")
        listed.earn("Bar", LAST, "200.00")
        send = PlandayClient.set_revenue

        def corrected_meanwhile(self: PlandayClient, *, day: dt.date, **figure: Any) -> None:  # noqa: ANN401
            if day == FIRST_DAY:
                listed.earn("Bar", LAST, "220.00")
            send(self, day=day, **figure)

        monkeypatch.setattr(PlandayClient, "set_revenue", corrected_meanwhile)

        assert listed.publish() == {"published": 2}
        assert listed.portal.revenue[BAR, LAST] == Decimal(220)
        assert listed.published()["Bar", LAST] == (Decimal(220), "published")


class TestWholeFigures:
    def test_a_figure_that_stays_although_a_location_vanished_is_told(
        self, connected_company: ConnectedCompany
    ) -> None:
        assert connected_company.fetch_and_publish().success
        connected_company.portal.revenue.clear()
        connected_company.ajour.sell(LAST, "11", None)

        assert connected_company.fetch_and_publish().success

        [(revenue, missing)] = connected_company.query(
            f"SELECT revenue, missing_locations FROM unit_revenue WHERE unit = 'Bar' AND business_date = '{LAST}'"
        )
        assert missing == ["11"]
        assert connected_company.portal.revenue[BAR, LAST] == revenue

    def test_a_unit_that_has_lost_its_location_is_found_with_what_planday_still_shows(
        self, connected_company: ConnectedCompany
    ) -> None:
        one_day = Window(LAST, LAST)
        assert connected_company.fetch_and_publish(one_day).success
        shop = connected_company.portal.revenue[SHOP, LAST]
        units = [unit | ({"locations": []} if unit["name"] == "Shop" else {}) for unit in unit_list()]
        connected_company.reload(units=units)

        result = connected_company.fetch_and_publish(one_day)

        assert result.success
        with connected_company.warehouse.reading() as connection:
            [found] = findings(
                connection,
                connected_company.settings,
                upcoming=never,
                days=one_day,
                kinds=["no longer fed"],
            )
        assert line(found) == (
            f"Unit no longer fed: Aarhus, Shop, {LAST}: Planday still shows {DANISH.kroner(shop)}. Give the unit a "
            "location for these days, or correct what Planday shows."
        )
        assert "Shop" in shown(result, "planday_revenue")["no_longer_fed"]

    def test_what_planday_shows_of_a_unit_with_another_name_is_that_ones(
        self, connected_company: ConnectedCompany
    ) -> None:
        one_day = Window(LAST, LAST)
        assert connected_company.fetch_and_publish(one_day).success
        units = [unit | ({"name": "Store"} if unit["name"] == "Shop" else {}) for unit in unit_list()]
        connected_company.reload(units=units)

        result = connected_company.fetch_and_publish(one_day)

        with connected_company.warehouse.reading() as connection:
            assert not findings(
                connection,
                connected_company.settings,
                upcoming=never,
                days=one_day,
                kinds=["no longer fed"],
            )
        assert "Shop" not in shown(result, "planday_revenue")["no_longer_fed"]

    def test_a_silent_till_that_was_entered_by_hand_is_told_after_the_next_fetch_too(
        self, connected_company: ConnectedCompany
    ) -> None:
        connected_company.ajour.sell(LAST, "11", None)
        assert connected_company.fetch_and_publish().success
        assert (BAR, LAST) not in connected_company.portal.revenue
        entry = check_entry(
            connected_company.settings,
            {"unit": "Bar", "business_date": LAST, "revenue_excl_vat": "4321.09", "reason": "the till was down"},
        )
        with connected_company.warehouse.transaction() as connection:
            enter_revenue(connection, connected_company.settings, [entry])

        assert connected_company.fetch_and_publish().success

        assert connected_company.portal.revenue[BAR, LAST] == Decimal("4321.09")


class TestRefusals:
    def test_a_negative_figure_that_planday_refuses_does_not_stop_the_other_days(
        self,
        listed: ConnectedCompany,
    ) -> None:
        listed.earn("Bar", FIRST_DAY, "100.00")
        listed.earn("Bar", MIDDLE_DAY, "-5.00")
        listed.earn("Bar", LAST, "300.00")
        assert listed.publish() == {"published": 2, "refused": 1}
        assert listed.portal.revenue == {(BAR, FIRST_DAY): Decimal(100), (BAR, LAST): Decimal(300)}
        assert listed.published()["Bar", MIDDLE_DAY] == (Decimal(-5), "refused")
        check = listed.check("revenue_published")
        assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.WARN)
        assert "-5,00" in str(check.metadata["not_taken"].value)

    def test_a_refused_figure_is_told_again_once_it_is_right(self, listed: ConnectedCompany) -> None:
        listed.earn("Bar", LAST, "-5.00")
        listed.publish()
        listed.earn("Bar", LAST, "5.00")
        assert listed.publish() == {"published": 1}
        assert listed.portal.revenue == {(BAR, LAST): Decimal(5)}

    def test_what_was_told_before_an_unknown_unit_id_is_remembered(self, listed: ConnectedCompany) -> None:
        listed.reload(units=unit_list(Shop=999))
        for unit in PLANDAY_UNITS:
            listed.earn(unit, LAST, "100.00")
        with pytest.raises(UnknownIdError, match="404 for revenue unit 999"):
            listed.publish()
        assert listed.published() == {
            ("Bar", LAST): (Decimal(100), "published"),
            ("Kitchen", LAST): (Decimal(100), "published"),
        }


class TestAListThatCannotBeRead:
    @pytest.fixture
    def unreadable(self, listed: ConnectedCompany) -> ConnectedCompany:
        """A company that has published a figure; from then on Planday's list of revenue has other fields."""
        listed.earn("Bar", FIRST_DAY, "100.00")
        listed.publish()
        listed.earn("Bar", LAST, "300.00")
        listed.planday.faults.order(REVENUE, itertools.chain([UNREADABLE], itertools.repeat(nothing_wrong)))
        return listed

    def test_with_overwrite_on_figures_are_compared_with_those_last_published(
        self,
        unreadable: ConnectedCompany,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        assert unreadable.publish() == {"unchanged": 1, "published": 1}
        assert unreadable.portal.revenue == {(BAR, FIRST_DAY): Decimal(100), (BAR, LAST): Decimal(300)}
        assert len(unreadable.posts) == 2
        assert "compared with those last published" in caplog.text

    def test_with_overwrite_on_a_correction_is_told(self, unreadable: ConnectedCompany) -> None:
        unreadable.earn("Bar", FIRST_DAY, "101.00")
        assert unreadable.publish() == {"published": 2}
        assert unreadable.portal.revenue[BAR, FIRST_DAY] == Decimal(101)

    def test_what_a_killed_run_may_have_put_there_is_replaced(
        self, unreadable: ConnectedCompany, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        unreadable.planday.faults.order(REVENUE, itertools.repeat(nothing_wrong))
        unreadable.earn("Bar", FIRST_DAY, "120.00")
        kill_at_the_post(monkeypatch, taken=True)
        with pytest.raises(KilledError):
            unreadable.publish()
        monkeypatch.undo()
        monkeypatch.setattr(client, "RATE_LIMITS", UNLIMITED)
        unreadable.earn("Bar", FIRST_DAY, "100.00")
        unreadable.planday.faults.order(REVENUE, itertools.chain([UNREADABLE], itertools.repeat(nothing_wrong)))

        assert unreadable.publish() == {"published": 2}
        assert unreadable.portal.revenue == {(BAR, FIRST_DAY): Decimal(100), (BAR, LAST): Decimal(300)}

    def test_with_overwrite_off_nothing_is_told(self, unreadable: ConnectedCompany) -> None:
        unreadable.reload(revenue=overwrite_off())
        before = unreadable.published()
        with pytest.raises(UnreadableAnswerError, match=r"GET /revenue/v1\.0/revenue: .*came: amount, unit"):
            unreadable.publish()
        assert len(unreadable.posts) == 1
        assert unreadable.published() == before
