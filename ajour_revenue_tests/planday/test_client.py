import datetime as dt
import itertools
import logging
import re
import string
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
import requests
import simplejson as json
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.types import ASGIApp, Receive, Scope, Send
from tenacity import wait_fixed, wait_none

from ajour_revenue import web
from ajour_revenue.demo.planday import SCOPES, PlandayPortal, RevenueUnit, serve
from ajour_revenue.planday import client
from ajour_revenue.planday.client import PlandayClient, Throttle
from ajour_revenue.planday.errors import (
    AccessRevokedError,
    ChangingListError,
    LoginRefusedError,
    MissingCredentialsError,
    NoOpeningDayError,
    OutageError,
    PlandayError,
    RequestNotSentError,
    RequestRefusedError,
    RevenueRefusedError,
    ScopeMissingError,
    UnknownIdError,
    UnreadableAnswerError,
)
from ajour_revenue.planday.models import Department, Position, hours_of
from ajour_revenue.planday.models import RevenueUnit as PlandayRevenueUnit
from ajour_revenue_tests.planday.kit import (
    MONDAY,
    TUESDAY,
    Fault,
    Planday,
    Stage,
    answers,
    cuts_the_connection,
    drips,
    is_silent,
    nothing_wrong,
)
from ajour_revenue_tests.processes import PATIENCE_SECONDS, free_port

DEPARTMENTS = "/hr/v1.0/departments"
UNITS = "/revenue/v1.0/revenueunits"
REVENUE = "/revenue/v1.0/revenue"
COSTS = "/scheduling/v1.0/timeandcost/1"
TOKEN = "/connect/token"


def costs(client: PlandayClient) -> object:
    return client.time_and_cost(department_id=1, first_day=MONDAY, last_day=TUESDAY)


def posted(client: PlandayClient, turnover: Decimal = Decimal("100.25"), *, unit: int = 101) -> None:
    client.set_revenue(revenue_unit_id=unit, day=MONDAY, turnover=turnover, description="Imported from Ajour on time")


def row_of_costs(**changes: object) -> bytes:
    row = {"shiftId": 800001, "employeeId": 900101, "date": "2026-11-16", "duration": "0:07:30", "cost": 1}
    return json.dumps({"data": {"costs": [{**row, **changes}], "currencySymbol": "kr."}}).encode()


CHANGES: dict[str, Callable[[list[RevenueUnit]], object]] = {
    "one more at the front": lambda units: units.insert(0, RevenueUnit(999, "New", 1)),
    "one more at the end": lambda units: units.append(RevenueUnit(999, "New", 1)),
    "one less at the front": lambda units: units.pop(0),
    "one less at the front, one more at the end": lambda units: units.append(replace(units.pop(0), id=999)),
    "one from the end to the front": lambda units: units.insert(0, units.pop()),
}
"""What may become of a list between two of its pages."""


class TestWhatIsRead:
    def test_the_structure_of_the_portal(self, planday: Planday) -> None:
        client = planday.client()
        assert client.portal().name == "Nordlys"
        assert client.departments() == [Department(id=1, name="Vesterbro"), Department(id=2, name="Nørrebro")]
        assert client.revenue_units() == [
            PlandayRevenueUnit(id=101, name="Bar", departmentId=1),
            PlandayRevenueUnit(id=201, name="Køkken", departmentId=2),
        ]
        assert client.positions() == [
            Position(id=11, name="Bartender", departmentId=1, affectRevenue=True, revenueUnitId=101),
            Position(id=12, name="Chef", departmentId=1, affectRevenue=False, revenueUnitId=None),
        ]

    def test_the_cost_of_shifts_on_both_days_of_the_window(self, planday: Planday) -> None:
        answer = planday.client().time_and_cost(department_id=1, first_day=MONDAY, last_day=TUESDAY)
        assert answer.currency_symbol == "kr."
        assert [(row.day, row.cost, row.hours, row.position_id, row.employee_id) for row in answer.costs] == [
            (MONDAY, Decimal("1234.56"), Decimal("7.5"), 11, 900101),
            (MONDAY, Decimal("75.10"), Decimal("0.5"), 11, 900101),
            (TUESDAY, Decimal(900), Decimal(26), None, 900102),
        ]

    def test_nothing_of_the_days_around_the_window(self, planday: Planday) -> None:
        client = planday.client()
        assert client.time_and_cost(department_id=1, first_day=TUESDAY, last_day=TUESDAY).costs[0].day == TUESDAY
        sunday = MONDAY - dt.timedelta(days=1)
        assert client.time_and_cost(department_id=1, first_day=sunday, last_day=sunday).costs == []

    def test_a_row_without_a_shift_is_a_supplement(self, planday: Planday) -> None:
        answer = planday.client().time_and_cost(department_id=1, first_day=MONDAY, last_day=TUESDAY)
        assert [row.is_supplement for row in answer.costs] == [False, True, False]

    def test_fields_that_may_be_absent_or_null_or_new(self, planday: Planday) -> None:
        rows = [
            {"date": "2026-11-16", "cost": 5},
            {
                "date": "2026-11-16T00:00:00",
                "cost": 5,
                "duration": None,
                "positionId": None,
                "shiftId": None,
                "new": [],
            },
        ]
        planday.faults.order(COSTS, [answers(200, json.dumps({"data": {"costs": rows}}).encode())])
        answer = planday.client().time_and_cost(department_id=1, first_day=MONDAY, last_day=MONDAY)
        assert answer.costs[0] == answer.costs[1]
        assert (answer.costs[0].hours, answer.costs[0].position_id, answer.costs[0].is_supplement) == (
            Decimal(0),
            None,
            True,
        )

    def test_the_revenue_of_a_departments_units_on_the_days_asked_for(self, planday: Planday) -> None:
        before = MONDAY - dt.timedelta(days=1)
        planday.portal.revenue = {
            (101, before): Decimal(1),
            (101, MONDAY): Decimal("0.10"),
            (201, MONDAY): Decimal(2),
            (101, TUESDAY): Decimal(-3),
        }
        listed = planday.client().revenue(department_id=1, first_day=MONDAY, last_day=TUESDAY)
        assert [(row.revenue_unit_id, row.day, str(row.turnover)) for row in listed] == [
            (101, MONDAY, "0.10"),
            (101, TUESDAY, "-3"),
        ]

    def test_revenue_with_fields_of_other_names_is_refused_with_the_names_that_came(self, planday: Planday) -> None:
        page = {"paging": {"total": 1}, "data": [{"revenueUnitId": 101, "date": "2026-11-16", "value": 7654321}]}
        planday.faults.order(REVENUE, [answers(200, json.dumps(page).encode())])
        with pytest.raises(UnreadableAnswerError, match="date, revenueUnitId, value") as error:
            planday.client().revenue(department_id=1, first_day=MONDAY, last_day=MONDAY)
        assert "7654321" not in str(error.value)


class TestPaging:
    @pytest.mark.parametrize(("rows", "requests"), [(0, 1), (1, 1), (50, 1), (51, 2), (120, 3)])
    def test_a_list_is_read_to_its_end_and_no_further(self, stage: Stage, rows: int, requests: int) -> None:
        units = [RevenueUnit(number, f"Unit {number}", 1) for number in range(rows)]
        with stage.planday(PlandayPortal(name="Many", revenue_units=units)) as planday:
            assert [unit.id for unit in planday.client().revenue_units()] == list(range(rows))
            assert len(planday.faults.requests(UNITS)) == requests

    @pytest.mark.parametrize(
        "page",
        [
            {"paging": {"total": 7}, "data": []},
            {"paging": {"total": 7}, "data": [{"id": 1, "name": "A", "departmentId": 1}]},
            {"paging": {"total": 1}, "data": [{"id": 1, "name": "A", "departmentId": 1}] * 2},
            {"paging": {"total": 2}, "data": [{"id": 1, "name": "A", "departmentId": 1}] * 2},
        ],
        ids=["empty", "one for ever", "more than there are", "one twice"],
    )
    def test_a_list_that_never_adds_up_is_refused(self, planday: Planday, page: dict[str, object]) -> None:
        planday.faults.order(UNITS, itertools.repeat(answers(200, json.dumps(page).encode())))
        with pytest.raises(ChangingListError, match=f"GET {UNITS}: each of 3 times"):
            planday.client().revenue_units()

    @pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
    def test_a_list_that_changes_while_it_is_paged_is_read_again(
        self, stage: Stage, change: Callable[[list[RevenueUnit]], object]
    ) -> None:
        units = [RevenueUnit(number, f"Unit {number}", 1) for number in range(120)]

        async def changes_first(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
            change(units)
            await app(scope, receive, send)

        with stage.planday(PlandayPortal(name="Many", revenue_units=units)) as planday:
            planday.faults.order(UNITS, [nothing_wrong, nothing_wrong, changes_first])
            listed = [(unit.id, unit.name) for unit in planday.client().revenue_units()]
        assert listed == [(unit.id, unit.name) for unit in units]

    def test_a_list_without_end_is_not_begun(self, planday: Planday) -> None:
        page = {"paging": {"total": 50_001}, "data": [{"id": 1, "name": "A", "departmentId": 1}]}
        planday.faults.order(UNITS, [answers(200, json.dumps(page).encode())])
        with pytest.raises(UnreadableAnswerError, match="50001 rows; more than 50000 are not read"):
            planday.client().revenue_units()
        assert len(planday.faults.requests(UNITS)) == 1

    def test_a_list_has_one_deadline_for_all_its_pages(self, stage: Stage) -> None:
        units = [RevenueUnit(number, f"Unit {number}", 1) for number in range(120)]
        with stage.planday(PlandayPortal(name="Many", revenue_units=units)) as planday:
            with pytest.raises(OutageError, match=f"{UNITS}: the list was not read to its end within 0 s"):
                planday.client(patience_seconds=0).revenue_units()
            assert len(planday.faults.requests(UNITS)) == 1


class TestAccess:
    def test_one_login_serves_all_requests_each_with_both_headers(self, planday: Planday) -> None:
        client = planday.client()
        client.departments()
        client.positions()
        posted(client)
        assert planday.faults.logins == 1
        asked = [seen for seen in planday.faults.seen if seen.path != TOKEN]
        assert len({seen.headers["authorization"] for seen in asked}) == 1
        assert [seen.headers["x-clientid"] for seen in asked] == [planday.client_id] * 3

    def test_a_second_client_in_the_process_logs_in_no_second_time(self, planday: Planday) -> None:
        planday.client().departments()
        planday.client().departments()
        assert planday.faults.logins == 1

    def test_a_token_is_renewed_before_it_expires(self, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
        passed = 0

        def monotonic() -> float:
            return time.monotonic() + passed

        monkeypatch.setattr(client, "time", SimpleNamespace(monotonic=monotonic))
        with stage.planday(token_seconds=3600) as planday:
            asking = planday.client()
            asking.departments()
            passed = 3590
            asking.departments()
            assert planday.faults.logins == 2
            assert [seen.status for seen in planday.faults.requests(DEPARTMENTS)] == [200, 200]

    def test_a_rotated_refresh_token_is_used_by_all_clients_of_the_process(self, stage: Stage) -> None:
        with stage.planday(rotate_refresh_token=True) as planday:
            for _ in range(3):
                planday.client().departments()
                planday.faults.revoke_tokens()
            assert [seen.status for seen in planday.faults.requests(TOKEN)] == [200, 200, 200]

    def test_a_refused_token_is_renewed_once_and_the_request_repeated(self, planday: Planday) -> None:
        client = planday.client()
        client.departments()
        planday.faults.revoke_tokens()
        assert len(client.departments()) == 2
        assert planday.faults.logins == 2
        assert [seen.status for seen in planday.faults.requests(DEPARTMENTS)] == [200, 401, 200]

    def test_threads_whose_token_is_refused_renew_it_once_between_them(self, planday: Planday) -> None:
        client = planday.client()
        client.departments()
        planday.faults.revoke_tokens()
        with ThreadPoolExecutor(6) as pool:
            answered = list(pool.map(lambda _: client.departments(), range(6)))
        assert all(len(departments) == 2 for departments in answered)
        assert planday.faults.logins == 2

    def test_threads_that_start_together_log_in_once(self, planday: Planday) -> None:
        with ThreadPoolExecutor(6) as pool:
            list(pool.map(lambda _: planday.client().portal(), range(6)))
        assert planday.faults.logins == 1

    def test_a_new_token_that_is_refused_too_means_deactivated(self, planday: Planday) -> None:
        planday.faults.order(DEPARTMENTS, itertools.repeat(answers(401)))
        with pytest.raises(AccessRevokedError, match=rf"{DEPARTMENTS}.*deactivated.*PLANDAY_REFRESH_TOKEN"):
            planday.client().departments()
        assert planday.faults.logins == 2
        assert len(planday.faults.requests(DEPARTMENTS)) == 2

    @pytest.mark.parametrize("wrong", ["client_id", "refresh_token"])
    def test_wrong_credentials_are_told_and_not_tried_again(self, planday: Planday, wrong: str) -> None:
        with pytest.raises(LoginRefusedError, match="PLANDAY_CLIENT_ID and PLANDAY_REFRESH_TOKEN") as error:
            planday.client(**{wrong: "mistyped"}).departments()
        assert not error.value.transient
        assert planday.faults.logins == 1

    def test_a_login_refused_with_an_empty_401_is_the_same(self, planday: Planday) -> None:
        planday.faults.order(TOKEN, [answers(401)])
        with pytest.raises(LoginRefusedError):
            planday.client().departments()

    @pytest.mark.parametrize(
        ("scope", "request_"),
        [
            ("department:read", lambda client: client.departments()),
            ("revenue:read", lambda client: client.revenue_units()),
            ("revenue:read", lambda client: client.revenue(department_id=1, first_day=MONDAY, last_day=MONDAY)),
            ("revenue:set", posted),
            ("shiftposition:read", lambda client: client.positions()),
            ("timeandcost:read", costs),
        ],
    )
    def test_a_missing_scope_is_named(
        self,
        stage: Stage,
        scope: str,
        request_: Callable[[PlandayClient], object],
    ) -> None:
        with (
            stage.planday(scopes=SCOPES - {scope}) as planday,
            pytest.raises(ScopeMissingError, match=f"403.* lacks the scope {scope}"),
        ):
            request_(planday.client())

    def test_no_scope_is_invented_for_the_portal(self, planday: Planday) -> None:
        planday.faults.order("/portal/v1.0/info", [answers(403)])
        with pytest.raises(RequestRefusedError, match=r"GET /portal/v1\.0/info: Planday answered 403"):
            planday.client().portal()

    def test_a_password_in_netrc_does_not_take_the_place_of_the_token(
        self,
        planday: Planday,
        monkeypatch: pytest.MonkeyPatch,
        tmp_path: Path,
    ) -> None:
        (tmp_path / "netrc").write_text("machine 127.0.0.1 login someone password else\n")
        monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
        assert len(planday.client().departments()) == 2


class TestRateLimits:
    @given(
        pauses=st.lists(st.floats(0, 2), min_size=1, max_size=60),
        limits=st.lists(st.tuples(st.integers(1, 12), st.floats(0.5, 20)), min_size=1, max_size=3),
    )
    def test_no_window_of_time_ever_holds_more_requests_than_allowed(
        self,
        pauses: list[float],
        limits: list[tuple[int, float]],
    ) -> None:
        now = 0.0

        def sleep(seconds: float) -> None:
            nonlocal now
            now += seconds

        throttle = Throttle(*limits, clock=lambda: now, sleep=sleep)
        starts = []
        for pause in pauses:
            sleep(pause)
            throttle.wait()
            starts.append(now)
        for count, seconds in limits:
            for first, next_after in zip(starts, starts[count:], strict=False):
                assert next_after - first >= seconds - 1e-6

    def test_requests_below_the_limits_do_not_wait(self) -> None:
        slept: list[float] = []
        throttle = Throttle((10, 1), (500, 60), clock=lambda: 0.0, sleep=slept.append)
        for _ in range(10):
            throttle.wait()
        assert slept == [0] * 10
        throttle.wait()
        assert slept[-1] == 1

    def test_the_threads_of_a_run_keep_plandays_limit_together(self, planday: Planday) -> None:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: planday.client().portal(), range(30)))
        refused = [seen for seen in planday.faults.seen if seen.status == 429]
        # Unhurried they would all come in the first second, and 20 be refused. Some may be late on the way.
        assert len(refused) < 10

    def test_the_minute_has_its_own_limit(self) -> None:
        now = 0.0

        def sleep(seconds: float) -> None:
            nonlocal now
            now += seconds

        throttle = Throttle((10, 1), (500, 60), clock=lambda: now, sleep=sleep)
        for _ in range(501):
            throttle.wait()
        assert now == pytest.approx(60)

    def test_a_429_is_waited_out_as_long_as_planday_says(self, planday: Planday) -> None:
        planday.faults.order(DEPARTMENTS, [answers(429, x_ratelimit_reset="1")])
        assert len(planday.client().departments()) == 2
        refused, answered = planday.faults.requests(DEPARTMENTS)
        assert answered.at - refused.at >= 1

    def test_a_portal_that_allows_less_is_obeyed(self, stage: Stage) -> None:
        with stage.planday(rate_limits=[(3, 1)]) as planday:
            client = planday.client()
            for _ in range(7):
                client.portal()
            statuses = [seen.status for seen in planday.faults.requests("/portal/v1.0/info")]
        assert statuses.count(200) == 7
        # Three requests, then a refusal and the wait for the next second.
        assert statuses.count(429) <= 3

    def test_a_429_without_a_readable_reset_is_backed_off_from(self, planday: Planday) -> None:
        planday.faults.order(DEPARTMENTS, [answers(429), answers(429, x_ratelimit_reset="soon")])
        assert len(planday.client().departments()) == 2

    def test_a_reset_beyond_our_patience_is_not_waited_for(self, planday: Planday) -> None:
        planday.faults.order(DEPARTMENTS, [answers(429, x_ratelimit_reset="3600")])
        with pytest.raises(OutageError, match=rf"{DEPARTMENTS}: Planday answered 429.* 1 attempts") as error:
            planday.client(patience_seconds=20).departments()
        assert error.value.transient

    @pytest.mark.parametrize(
        "reset",
        [None, "", "0", "0.0", "-5", "nan", "inf", "1e9", "99999999999", "Wed, 21 Oct 2026 07:28:00 GMT", "1, 2"],
    )
    def test_a_reset_of_nothing_or_nonsense_still_backs_off(
        self, planday: Planday, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, reset: str | None
    ) -> None:
        monkeypatch.setattr(client, "BACK_OFF", wait_fixed(0.2))
        refusal = answers(429) if reset is None else answers(429, x_ratelimit_reset=reset)
        planday.faults.order(DEPARTMENTS, [refusal])
        assert len(planday.client().departments()) == 2
        assert "answered 429, too many requests; trying again in 0.2 s" in caplog.text

    def test_a_reset_is_waited_for_no_longer_than_planday_can_mean(
        self, planday: Planday, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(client, "LONGEST_RESET_SECONDS", 0.2)
        monkeypatch.setattr(client, "BACK_OFF", wait_none())
        planday.faults.order(DEPARTMENTS, [answers(429, x_ratelimit_reset="86400")])
        assert len(planday.client().departments()) == 2
        assert "trying again in 0.2 s" in caplog.text


class TestOutages:
    @pytest.mark.parametrize(
        "faults",
        [
            [answers(500), answers(502), answers(503)],
            [cuts_the_connection],
            [is_silent],
            [answers(500), answers(429, x_ratelimit_reset="0"), cuts_the_connection],
        ],
        ids=["server errors", "a cut connection", "silence", "all of them"],
    )
    @pytest.mark.parametrize("path", [DEPARTMENTS, TOKEN])
    def test_what_passes_is_sat_out(self, planday: Planday, faults: list[Fault], path: str) -> None:
        planday.faults.order(path, faults)
        assert len(planday.client(timeout_seconds=1).departments()) == 2
        assert len(planday.faults.requests(path)) == len(faults) + 1

    @pytest.mark.parametrize("fault", [answers(500), cuts_the_connection], ids=["before", "after"])
    def test_revenue_is_posted_again_when_the_answer_is_lost(self, planday: Planday, fault: Fault) -> None:
        planday.faults.order(REVENUE, [fault])
        posted(planday.client())
        assert planday.portal.revenue == {(101, MONDAY): Decimal("100.25")}
        assert len(planday.faults.requests(REVENUE)) == 2

    @pytest.mark.parametrize("path", [DEPARTMENTS, TOKEN])
    def test_what_does_not_pass_ends_in_a_clear_error(self, planday: Planday, path: str) -> None:
        planday.faults.order(path, itertools.repeat(answers(503)))
        with pytest.raises(
            OutageError, match=rf"{path}: Planday answered 503, .* within 1 s\. .*run it again"
        ) as error:
            planday.client(patience_seconds=1).departments()
        assert error.value.transient
        assert len(planday.faults.requests(path)) >= 2

    def test_threads_that_wait_for_the_same_login_share_their_patience(self, planday: Planday) -> None:
        planday.faults.order(TOKEN, itertools.repeat(answers(503)))
        client = planday.client(patience_seconds=5)
        with ThreadPoolExecutor(4) as pool:
            failures = [pool.submit(client.departments).exception for _ in range(4)]
            assert [type(failure()) for failure in failures] == [OutageError] * 4
        first, last = planday.faults.seen[0], planday.faults.seen[-1]
        # One after the other they would need four times as long as each is patient.
        assert last.at - first.at < 15

    def test_nobody_at_the_address_is_an_outage(self, planday: Planday) -> None:
        with serve(planday.faults) as url:
            client = planday.client(api_url=url, patience_seconds=0.5)
            client.departments()
        with pytest.raises(OutageError, match=r"could not be reached.*ConnectionRefusedError"):
            client.departments()

    @pytest.mark.parametrize("path", [DEPARTMENTS, TOKEN])
    def test_an_answer_that_drips_for_ever_is_an_outage(self, planday: Planday, path: str) -> None:
        planday.faults.order(path, itertools.repeat(drips))
        with pytest.raises(OutageError, match=r"did not answer within 0\.2 s"):
            planday.client(timeout_seconds=0.2, patience_seconds=0.1).departments()

    def test_a_proxy_that_fails_is_told_by_its_variable(
        self, planday: Planday, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HTTPS_PROXY", f"http://user:pa55@127.0.0.1:{free_port()}")
        away = {"identity_url": "https://id.planday.invalid", "patience_seconds": 0.1}
        with pytest.raises(OutageError, match="not be reached through the proxy that HTTPS_PROXY names, or") as error:
            planday.client(**away).departments()
        assert "pa55" not in str(error.value)

        monkeypatch.setenv("HTTPS_PROXY", "http://user:pa55@127.0.0.1:no-port")
        with pytest.raises(RequestNotSentError, match="cannot be sent through the proxy that HTTPS_PROXY") as unsent:
            planday.client(**away).departments()
        assert "pa55" not in str(unsent.value)

    def test_planday_is_used_again_after_an_outage(self, planday: Planday) -> None:
        planday.faults.order(DEPARTMENTS, itertools.repeat(answers(503)))
        client = planday.client(patience_seconds=0.3)
        with pytest.raises(OutageError):
            client.departments()
        planday.faults.order(DEPARTMENTS, [])
        assert len(client.departments()) == 2


class TestRefusals:
    @pytest.mark.parametrize("path", [DEPARTMENTS, TOKEN])
    def test_an_answer_of_no_end_is_refused(self, planday: Planday, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
        monkeypatch.setattr(web, "MOST_BYTES", 1000)
        planday.faults.order(path, [answers(200, b" " * 1001)])
        with pytest.raises(UnreadableAnswerError, match=f"{path}: the answer is not valid JSON .it has more than 1000"):
            planday.client().departments()

    def test_an_unknown_department_is_named(self, planday: Planday) -> None:
        with pytest.raises(UnknownIdError, match="timeandcost/77: Planday answered 404"):
            planday.client().time_and_cost(department_id=77, first_day=MONDAY, last_day=MONDAY)

    def test_an_unknown_revenue_unit_is_named(self, planday: Planday) -> None:
        with pytest.raises(UnknownIdError, match="404 for revenue unit 77 on 2026-11-16"):
            posted(planday.client(), unit=77)

    def test_a_day_without_shifts_has_an_error_of_its_own(self, planday: Planday) -> None:
        with pytest.raises(NoOpeningDayError, match=r"409 for revenue unit 201 on 2026-11-16.*no shift is planned"):
            posted(planday.client(), unit=201)
        assert planday.portal.revenue == {}

    @pytest.mark.parametrize("body", [b"", b" \n", b"No opening day on date 16-11", b'{"error": "NO OPENING DAY"}'])
    def test_a_day_without_shifts_is_known_by_the_status_or_the_words(self, planday: Planday, body: bytes) -> None:
        planday.faults.order(REVENUE, [answers(409, body)])
        with pytest.raises(NoOpeningDayError):
            posted(planday.client())

    @pytest.mark.parametrize(
        ("body", "said"),
        [
            (b'{"message": "The month is locked", "traceId": "00-1"}', 'says "The month is locked". If'),
            (b"<h1>Conflict</h1>\n\x1b[31mlocked\xe2\x80\xae", 'says "<h1>Conflict</h1> [31mlocked". If'),
            (b'{"message": "' + b"locked " * 1000 + b'"}', 'says "' + ("locked " * 29)[:200] + ' ...". If'),
            (b"\xff\xfe", 'says "\ufffd\ufffd". If'),
            (b'{"message": {"a": NaN}}', 'says "{"message": {"a": NaN}}". If'),
            (b"[" * 100_000, 'says "' + "[" * 200 + ' ..."'),
        ],
        ids=["JSON", "HTML", "long", "no text", "no JSON", "deep"],
    )
    def test_another_conflict_is_a_refusal_in_plandays_own_words(
        self, planday: Planday, body: bytes, said: str
    ) -> None:
        planday.faults.order(REVENUE, [answers(409, body)])
        with pytest.raises(RevenueRefusedError, match=re.escape(said)):
            posted(planday.client())

    def test_plandays_own_words_hold_no_secret_of_ours(self, planday: Planday) -> None:
        planday.faults.order(REVENUE, [answers(409, f"no {planday.client_id} {planday.refresh_token}".encode())])
        with pytest.raises(RevenueRefusedError, match=re.escape('says "no *** ***".')):
            posted(planday.client())

    def test_a_negative_figure_that_is_refused_has_an_error_of_its_own(self, planday: Planday) -> None:
        with pytest.raises(RevenueRefusedError, match=r"400 for revenue unit 101 on 2026-11-16, turnover -0\.01"):
            posted(planday.client(), Decimal("-0.01"))
        planday.faults.order(REVENUE, [answers(422)])
        with pytest.raises(RevenueRefusedError, match="422"):
            posted(planday.client())

    @pytest.mark.parametrize("status", [302, 400, 405, 409])
    def test_a_refusal_without_a_meaning_is_told_as_it_came(self, planday: Planday, status: int) -> None:
        planday.faults.order(DEPARTMENTS, [answers(status, location="/hr/v1.0/elsewhere")])
        with pytest.raises(RequestRefusedError, match=f"GET {DEPARTMENTS}: Planday answered {status}"):
            planday.client().departments()
        assert len(planday.faults.requests(DEPARTMENTS)) == 1

    @pytest.mark.parametrize(
        "body",
        [
            *(b"", b"<html>", b'{"data": [', b"\xff", b"[" * 100_000, b'{"a":' * 100_000),
            *(b'{"data": %b}' % number for number in (b"NaN", b"-Infinity", b"1e999999999", b"1e-999999999")),
            *(b'{"data": %b}' % number for number in (b"1" * 1_000_000, b"1." + b"1" * 1_000_000, b"1e18", b"1" * 19)),
        ],
        ids=lambda body: body[:24].decode("latin-1"),
    )
    @pytest.mark.parametrize("path", [DEPARTMENTS, TOKEN])
    def test_malformed_json_is_refused_with_the_endpoint(self, planday: Planday, path: str, body: bytes) -> None:
        planday.faults.order(path, [answers(200, body)])
        with pytest.raises(UnreadableAnswerError, match=f"{path}: the answer is not valid JSON"):
            planday.client().departments()

    @pytest.mark.parametrize(
        ("path", "body", "fault"),
        [
            (DEPARTMENTS, b"[]", "all of it: .*found list"),
            (DEPARTMENTS, b'{"data": []}', "paging: Field required"),
            (DEPARTMENTS, b'{"paging": {"total": 1}, "data": [{"id": "1", "name": "A"}]}', "id: .*found str"),
            (DEPARTMENTS, b'{"paging": {"total": 1}, "data": [{"id": true, "name": "A"}]}', "id: .*found bool"),
            (DEPARTMENTS, b'{"paging": {"total": 1}, "data": [{"id": 1.5, "name": "A"}]}', "id: .*found Decimal"),
            (DEPARTMENTS, b'{"paging": {"total": 1}, "data": [7]}', "all of it: .*found int"),
            (COSTS, b'{"data": null}', "found NoneType"),
            (COSTS, row_of_costs(cost="1.00"), r"costs\.0\.cost: .*found str"),
            (COSTS, row_of_costs(cost=True), r"costs\.0\.cost: .*found bool"),
            (COSTS, row_of_costs(cost=10**10), r"costs\.0\.cost: .*found int"),
            (COSTS, row_of_costs(cost=None), r"costs\.0\.cost: .*found NoneType"),
            (COSTS, row_of_costs(date=1763251200), r"costs\.0\.date: .*2026-01-31, found int"),
            (COSTS, row_of_costs(date="16-11-2026"), r"costs\.0\.date: .*2026-01-31, found str"),
            (COSTS, row_of_costs(date="2026-11-16T08:00:00"), r"costs\.0\.date: "),
            (COSTS, row_of_costs(duration="7.5"), r"costs\.0\.duration: .*D:HH:MM"),
            (COSTS, row_of_costs(duration=Decimal("7.5")), r"costs\.0\.duration: .*found Decimal"),
            (COSTS, row_of_costs(employeeId="900101"), r"costs\.0\.employeeId: .*found str"),
            (TOKEN, b'{"access_token": "t", "expires_in": "soon"}', "expires_in: .*found str"),
        ],
    )
    def test_a_wrong_type_is_refused_with_endpoint_and_field(
        self,
        planday: Planday,
        path: str,
        body: bytes,
        fault: str,
    ) -> None:
        planday.faults.order(path, [answers(200, body)])
        with pytest.raises(UnreadableAnswerError, match=f"{path}: .*{fault}"):
            costs(planday.client()) if path == COSTS else planday.client().departments()

    def test_a_client_id_that_cannot_be_sent_is_told(self, planday: Planday) -> None:
        with pytest.raises(LoginRefusedError, match="PLANDAY_CLIENT_ID"):
            planday.client(client_id="client\nid").departments()

    @pytest.mark.parametrize("setting", ["api_url", "identity_url"])
    def test_an_address_that_a_secret_must_not_go_to_gets_nothing(self, planday: Planday, setting: str) -> None:
        with pytest.raises(RequestNotSentError, match=f"Nothing was sent to Planday. planday.{setting} in the"):
            planday.client(**{setting: "http://planday.invalid"}).departments()
        assert planday.faults.seen == []


def malformed_costs(planday: Planday) -> None:
    planday.faults.order(COSTS, [answers(200, row_of_costs(duration="900101", shiftId=800001, employeeId="900101"))])


def unusable_header(planday: Planday) -> None:
    token = json.dumps({"access_token": "access-token-deadbeef\n", "expires_in": 60}).encode()
    planday.faults.order(TOKEN, [answers(200, token)])


TROUBLES: dict[str, Callable[[Planday], None]] = {
    "wrong types": malformed_costs,
    "not JSON": lambda planday: planday.faults.order(COSTS, [answers(200, row_of_costs()[:-1])]),
    "a header that cannot be sent": unusable_header,
    "not found": lambda planday: planday.faults.order(COSTS, [answers(404, row_of_costs())]),
    "deactivated": lambda planday: planday.faults.order(COSTS, itertools.repeat(answers(401, b"900101"))),
    "an outage": lambda planday: planday.faults.order(COSTS, itertools.repeat(answers(500, row_of_costs()))),
    "cut connections": lambda planday: planday.faults.order(COSTS, itertools.repeat(cuts_the_connection)),
    "a login refused": lambda planday: planday.faults.order(TOKEN, [answers(400, planday.refresh_token.encode())]),
    "a login in an outage": lambda planday: planday.faults.order(TOKEN, itertools.repeat(answers(503))),
}


class TestSecrets:
    @pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES.keys())
    def test_no_error_and_no_log_tells_a_secret_or_a_person(
        self,
        planday: Planday,
        trouble: Callable[[Planday], None],
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        caplog.set_level(logging.DEBUG)
        trouble(planday)
        with pytest.raises(PlandayError) as error:
            costs(planday.client(patience_seconds=0.5))
        told = "".join(traceback.format_exception(error.value)) + repr(error.value) + caplog.text
        chain = []
        cause: BaseException | None = error.value
        while cause is not None:
            chain.append(repr(cause))
            cause = cause.__cause__ or cause.__context__
        bearers = [seen.headers["authorization"].removeprefix("Bearer ") for seen in planday.faults.requests(COSTS)]
        secrets = [planday.client_id, planday.refresh_token, "deadbeef", "900101", "800001", *bearers]
        assert [secret for secret in secrets if secret in told + "".join(chain)] == []

    def test_no_repr_shows_a_credential_or_an_employee(self, planday: Planday) -> None:
        client = planday.client()
        shown = repr(client) + str(client) + repr(costs(client)) + str(costs(client)) + repr(client._connection)  # noqa: SLF001 (it must not show them either)
        assert "1234.56" in shown
        assert [
            secret for secret in (planday.client_id, planday.refresh_token, "900101", "800001") if secret in shown
        ] == []


class TestTheDemosPlanday:
    """Where it were lenient, the tests above would prove little."""

    def headers(self, planday: Planday) -> dict[str, str]:
        planday.client().portal()
        sent = planday.faults.requests("/portal/v1.0/info")[0].headers
        return {name: sent[name] for name in ("authorization", "x-clientid")}

    @pytest.mark.parametrize("left_out", ["authorization", "x-clientid"])
    def test_it_asks_for_both_headers(self, planday: Planday, left_out: str) -> None:
        headers = self.headers(planday)
        assert requests.get(planday.url + DEPARTMENTS, headers=headers, timeout=PATIENCE_SECONDS).status_code == 200
        del headers[left_out]
        assert requests.get(planday.url + DEPARTMENTS, headers=headers, timeout=PATIENCE_SECONDS).status_code == 401

    def test_it_gives_no_page_of_more_than_fifty(self, stage: Stage) -> None:
        units = [RevenueUnit(number, f"Unit {number}", 1) for number in range(60)]
        with stage.planday(PlandayPortal(name="Many", revenue_units=units)) as planday:
            url = f"{planday.url}{UNITS}?limit=1000"
            page = requests.get(url, headers=self.headers(planday), timeout=PATIENCE_SECONDS).json()
        assert page["paging"] == {"offset": 0, "limit": 50, "total": 60}
        assert len(page["data"]) == 50

    def test_it_counts_requests_and_tells_the_count(self, planday: Planday) -> None:
        headers = self.headers(planday)
        answers_ = [
            requests.get(planday.url + DEPARTMENTS, headers=headers, timeout=PATIENCE_SECONDS) for _ in range(11)
        ]
        assert answers_[0].headers["x-ratelimit-limit"] == "10, 10;w=1, 500;w=60"
        assert [int(answer.headers["x-ratelimit-remaining"]) for answer in answers_[:9]] == list(range(8, -1, -1))
        assert {answer.headers["x-ratelimit-reset"] for answer in answers_} == {"1"}
        assert [answer.status_code for answer in answers_[8:]] == [200, 429, 429]


class TestMoney:
    @settings(max_examples=25)
    @given(
        turnover=st.decimals(min_value=0, max_value=10**16 - 1, places=2)
        | st.integers(0, 10**16).map(Decimal)
        | st.decimals(min_value=0, max_value=10**9, allow_nan=False),
    )
    def test_a_posted_figure_arrives_as_exactly_the_same_number(
        self,
        stage: Stage,
        turnover: Decimal,
    ) -> None:
        with stage.planday() as planday:
            posted(planday.client(), turnover)
        stored = planday.portal.revenue[101, MONDAY]
        assert stored.as_tuple() == turnover.as_tuple()

    @settings(max_examples=15)
    @given(turnovers=st.lists(st.decimals(-(10**16), 10**16, places=2), min_size=1, max_size=50))
    def test_listed_figures_arrive_as_exactly_the_same_numbers(
        self,
        stage: Stage,
        turnovers: list[Decimal],
    ) -> None:
        days = [MONDAY + dt.timedelta(days=number) for number in range(len(turnovers))]
        with stage.planday() as planday:
            planday.portal.revenue = {(101, day): turnover for day, turnover in zip(days, turnovers, strict=True)}
            listed = planday.client().revenue(department_id=1, first_day=days[0], last_day=days[-1])
        assert [row.turnover for row in listed] == turnovers

    def test_the_cost_of_a_shift_goes_through_no_float(self, planday: Planday) -> None:
        planday.faults.order(COSTS, [answers(200, row_of_costs(cost=Decimal("1234567890.123456789")))])
        answer = planday.client().time_and_cost(department_id=1, first_day=MONDAY, last_day=MONDAY)
        assert str(answer.costs[0].cost) == "1234567890.123456789"

    def test_posting_again_replaces_the_figure(self, planday: Planday) -> None:
        posted(planday.client(), Decimal(1))
        posted(planday.client(), Decimal(2))
        assert planday.portal.revenue == {(101, MONDAY): Decimal(2)}


MINUTES = st.integers(0, 59)


class TestDurations:
    @given(days=st.integers(0, 1), hours=st.integers(0, 23), minutes=MINUTES)
    def test_one_digit_in_front_is_days(self, days: int, hours: int, minutes: int) -> None:
        assert round(hours_of(f"{days}:{hours:02}:{minutes:02}") * 60, 9) == (days * 24 + hours) * 60 + minutes

    @given(hours=st.integers(0, 99), minutes=MINUTES, seconds=MINUTES)
    def test_two_digits_in_front_are_hours(self, hours: int, minutes: int, seconds: int) -> None:
        assert (
            round(hours_of(f"{hours:02}:{minutes:02}:{seconds:02}") * 3600, 9) == (hours * 60 + minutes) * 60 + seconds
        )

    @pytest.mark.parametrize(
        ("duration", "hours"),
        [
            ("0:09:00", "9"),
            ("1:02:30", "26.5"),
            ("09:00:00", "9"),
            ("00:45:00", "0.75"),
            ("8:00:00", "8"),
            ("8:30:00", "8.5"),
            ("0:30:00", "0.5"),
            ("12:15:36", "12.26"),
        ],
    )
    def test_examples(self, duration: str, hours: str) -> None:
        assert hours_of(duration) == Decimal(hours)

    @pytest.mark.parametrize(
        "duration",
        [
            "",
            "9",
            "9:00",
            "0:9:00",
            "-0:09:00",
            "0:09:60",
            "08:60:00",
            "08:00:60",
            "100:00:00",
            "1.02:00:00",
            "\u0660:09:00",
        ],
    )
    def test_anything_else_is_refused(self, duration: str) -> None:
        with pytest.raises(ValueError, match="a duration"):
            hours_of(duration)

    @given(st.text(string.digits + ":.- ", max_size=10))
    def test_hours_are_never_negative_and_never_above_a_hundred(self, duration: str) -> None:
        try:
            hours = hours_of(duration)
        except ValueError:
            return
        assert 0 <= hours < 100


def test_credentials_that_are_not_set_are_named() -> None:
    planday = PlandayClient(
        client_id="", refresh_token="", api_url="https://planday.invalid", identity_url="https://planday.invalid"
    )

    with pytest.raises(MissingCredentialsError, match="No value is set for PLANDAY_CLIENT_ID, PLANDAY_REFRESH_TOKEN"):
        planday.portal()
