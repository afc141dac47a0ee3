import datetime as dt
import itertools
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import dagster as dg
import duckdb
import pytest
import simplejson as json
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import PrivateAttr
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from tenacity import wait_fixed

from ajour_revenue.demo.planday import SCOPES
from ajour_revenue.partitions import window_tags
from ajour_revenue.planday import client
from ajour_revenue.planday.errors import PlandayError
from ajour_revenue.warehouse.resource import Warehouse
from ajour_revenue_tests.kit import Company, make_company
from ajour_revenue_tests.planday.connected import (
    AARHUS,
    LAST,
    MIDDLE_DAY,
    PLANDAY_UNITS,
    REVENUE,
    TOKEN,
    VESTERBRO,
    WINDOW,
    ConnectedCompany,
    connected,
    costs_of,
    evaluation,
    failures,
    unit_list,
    with_patience,
)
from ajour_revenue_tests.planday.kit import Fault, Stage, answers, cuts_the_connection, nothing_wrong, row_of_costs
from ajour_revenue_tests.processes import PATIENCE_SECONDS, launch

DEPARTMENTS = "/hr/v1.0/departments"
POSITIONS = "/scheduling/v1.0/positions"
REVENUE_LISTS = 2
"""A run asks for each department's revenue before it tells any."""

THE_JOB_ALONE = """
import sys
from pathlib import Path

from ajour_revenue.definitions import build_definitions
from ajour_revenue.planday import client
from ajour_revenue.settings.load import load_settings

client.RATE_LIMITS = ((100_000, 1),)
job = build_definitions(load_settings(Path(sys.argv[1]))).resolve_job_def("demo_daily_revenue")
first_day, last_day = sys.argv[2:]
tags = {"dagster/asset_partition_range_start": first_day, "dagster/asset_partition_range_end": last_day}
job.execute_in_process(tags=tags)
"""


@pytest.mark.slow
class TestAProcessThatIsKilled:
    @pytest.mark.parametrize("is_taken", [False, True], ids=["before Planday took it", "before we heard that it did"])
    def test_between_two_posts_and_run_again_ends_in_the_same_state(
        self,
        connected_company: ConnectedCompany,
        is_taken: bool,  # noqa: FBT001 (a parameter of the test)
    ) -> None:
        posts_before = 4
        started: list[int] = []

        async def kills_the_client(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
            if is_taken:
                await app(scope, receive, unheard)
            os.kill(started[0], signal.SIGKILL)
            await answers(503)(app, scope, receive, send)

        faults = [*itertools.repeat(nothing_wrong, REVENUE_LISTS + posts_before), kills_the_client]
        connected_company.planday.faults.order(REVENUE, faults)
        folder = connected_company.folder
        command = [sys.executable, "-c", THE_JOB_ALONE, folder / "ajour.yaml", WINDOW.first_day, WINDOW.last_day]
        log = folder / "job.log"
        process = launch(*command, folder=folder, log=log, environment=connected_company.environment)
        started.append(process.pid)
        assert process.wait(timeout=PATIENCE_SECONDS) == -signal.SIGKILL, log.read_text()

        assert len(connected_company.portal.revenue) == posts_before + is_taken
        assert [outcome for _, outcome in connected_company.published().values()] == ["published"] * posts_before

        assert connected_company.publish() == {
            "unchanged": posts_before + is_taken,
            "published": len(PLANDAY_UNITS) * len(WINDOW.days) - posts_before - is_taken,
        }
        revenue = connected_company.query("SELECT unit, business_date, revenue FROM unit_revenue")
        assert connected_company.portal.revenue == {(PLANDAY_UNITS[unit], day): figure for unit, day, figure in revenue}
        assert {key: figure for key, (figure, _) in connected_company.published().items()} == {
            (unit, day): figure for unit, day, figure in revenue
        }
        # Each was told once, but for the one whose telling was cut short.
        assert len(connected_company.posts) == len(revenue) + (not is_taken)


async def unheard(_: Message) -> None:
    """Let an answer get lost."""


class TestAnOutage:
    def test_in_the_middle_of_the_posts_fails_the_run_and_loses_nothing(
        self,
        fetched: ConnectedCompany,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        with_patience(monkeypatch, 2)
        fetched.ajour.sell(MIDDLE_DAY, "20", "7000")
        outage = itertools.chain(itertools.repeat(nothing_wrong, REVENUE_LISTS + 4), itertools.repeat(answers(503)))
        fetched.planday.faults.order(REVENUE, outage)

        result = fetched.run(WINDOW)

        assert set(failures(result)) == {"planday_revenue"}
        assert "Planday answered 503, at the last of" in failures(result)["planday_revenue"]
        assert fetched.query("SELECT count(*), max(revenue) FROM unit_revenue") == [(9, Decimal(7000))]
        assert len(fetched.wages()) == 9
        assert len(fetched.portal.revenue) == 4

        fetched.planday.faults.order(REVENUE, [])
        result = fetched.run(WINDOW)

        assert result.success
        assert len(fetched.portal.revenue) == 9
        assert fetched.portal.revenue[PLANDAY_UNITS["Kitchen"], MIDDLE_DAY] == Decimal(7000)
        assert len([post for post in fetched.posts if post.status == 201]) == 9

    def test_of_the_wages_leaves_those_stored_and_does_not_stop_the_revenue(
        self,
        fetched: ConnectedCompany,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        with_patience(monkeypatch, 2)
        before = fetched.contents()
        fetched.portal.shifts = fetched.portal.shifts[:8]
        fetched.planday.faults.order(costs_of(AARHUS), itertools.repeat(answers(500)))

        result = fetched.run(WINDOW)

        assert set(failures(result)) == {WAGES_FETCHED}
        assert "timeandcost/2: Planday answered 500, at the last of" in failures(result)[WAGES_FETCHED]
        assert not evaluation(result, "wages_fetched").passed
        for table in ("wage_costs", "wage_cost_people", "wage_percentage"):
            assert fetched.contents()[table] == before[table]
        assert {outcome for _, outcome in fetched.published().values()} == {"published", "no shift that day"}


@pytest.fixture(scope="module")
def warehouse_of_a_run(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The warehouse that a run over the window leaves, wages from Planday and revenue to it."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        company = make_company(tmp_path_factory.mktemp("company"), monkeypatch)
        with connected(company, stage, monkeypatch) as connected_company:
            assert connected_company.run(WINDOW).success
            return connected_company.settings.warehouse_file


@contextmanager
def fetched_with(
    company: Company,
    stage: Stage,
    monkeypatch: pytest.MonkeyPatch,
    warehouse: Path,
    **rules: object,
) -> Iterator[ConnectedCompany]:
    with connected(company, stage, monkeypatch, **rules) as connected_company:
        connected_company.settings.warehouse_file.parent.mkdir()
        shutil.copy(warehouse, connected_company.settings.warehouse_file)
        yield connected_company


@pytest.fixture
def fetched(
    company: Company,
    stage: Stage,
    monkeypatch: pytest.MonkeyPatch,
    warehouse_of_a_run: Path,
) -> Iterator[ConnectedCompany]:
    """A company whose warehouse has all of the window, and whose Planday has forgotten the revenue."""
    with fetched_with(company, stage, monkeypatch, warehouse_of_a_run) as connected_company:
        yield connected_company


STRUCTURE_LISTED, WAGES_FETCHED = "planday_structure_structure_listed", "wage_costs_wages_fetched"
"""The steps of the checks that fail a run which went on without."""

ASSETS = ("planday_structure", "wage_costs", "planday_revenue")
OF_PLANDAY = dg.AssetSelection.assets(*(f"demo/{asset}" for asset in ASSETS))
"""With their checks; that a run goes on beside them is tested with each scope, and with an outage."""

ALL_OF_PLANDAY = {STRUCTURE_LISTED, WAGES_FETCHED, "planday_revenue"}
TABLES = {
    STRUCTURE_LISTED: ("planday_structure",),
    WAGES_FETCHED: ("wage_costs", "wage_cost_people"),
    "planday_revenue": ("planday_revenue",),
}
"""What stays as it was where a step fails."""

Arrange = Callable[[ConnectedCompany, pytest.MonkeyPatch], None]


def variable(name: str, value: str) -> Arrange:
    return lambda _, monkeypatch: monkeypatch.setenv(name, value)


def always(path: str, fault: Fault) -> Arrange:
    return lambda company, _: company.planday.faults.order(path, itertools.repeat(fault))


REPEATED_PAGE = {
    "paging": {"offset": 0, "limit": 50, "total": 1000},
    "data": [{"id": 1, "name": "A", "departmentId": 1, "affectRevenue": True}],
}

BAD_INPUTS: dict[str, tuple[Arrange, set[str], str]] = {
    "wrong client id": (
        variable("PLANDAY_CLIENT_ID", "somebody-else"),
        ALL_OF_PLANDAY,
        "it does not know this client id or refresh token.",
    ),
    "wrong refresh token": (
        variable("PLANDAY_REFRESH_TOKEN", "an-old-one"),
        ALL_OF_PLANDAY,
        "put them in PLANDAY_CLIENT_ID and PLANDAY_REFRESH_TOKEN",
    ),
    "no client id": (
        variable("PLANDAY_CLIENT_ID", ""),
        ALL_OF_PLANDAY,
        "No value is set for PLANDAY_CLIENT_ID.",
    ),
    "no refresh token": (
        variable("PLANDAY_REFRESH_TOKEN", ""),
        ALL_OF_PLANDAY,
        "No value is set for PLANDAY_REFRESH_TOKEN.",
    ),
    "deactivated": (
        always(DEPARTMENTS, answers(401)),
        {STRUCTURE_LISTED},
        "the app, or the administrator who authorized it, has been deactivated",
    ),
    "repeating page": (
        always(POSITIONS, answers(200, json.dumps(REPEATED_PAGE).encode())),
        {STRUCTURE_LISTED},
        f"GET {POSITIONS}: each of 3 times, the list changed while it was read",
    ),
    "malformed JSON": (
        always(costs_of(VESTERBRO), answers(200, b'{"data": {"costs": [')),
        {WAGES_FETCHED},
        f"GET {costs_of(VESTERBRO)}: the answer is not valid JSON",
    ),
    "a cost beyond all columns": (
        always(costs_of(VESTERBRO), answers(200, row_of_costs(cost=10**17))),
        {WAGES_FETCHED},
        f"GET {costs_of(VESTERBRO)}: the answer is not what Planday's documentation promises",
    ),
    "unknown unit id": (
        lambda company, _: company.reload(units=unit_list(Bar=999)),
        {"planday_revenue"},
        f"404 for revenue unit 999 on {WINDOW.first_day}",
    ),
    "a department that is gone": (
        always(costs_of(AARHUS), answers(404)),
        {WAGES_FETCHED},
        "the portal has no department or revenue unit with that id",
    ),
}


def assert_failed_at(result: dg.ExecuteInProcessResult, steps: set[str], message: str) -> None:
    """The run has failed at these steps, and has made all that can be made without Planday."""
    assert not result.success
    assert set(failures(result)) == steps
    assert all(message in said for said in failures(result).values())
    done = {event.asset_key.path[-1] for event in result.get_asset_materialization_events() if event.asset_key}
    assert done >= {"ajour_locations", "raw_revenue", "unit_revenue", "wage_percentage", "wage_report"}


class TestBadInput:
    @pytest.mark.parametrize(("arrange", "steps", "message"), BAD_INPUTS.values(), ids=BAD_INPUTS.keys())
    def test_fails_clearly_beside_the_revenue_and_what_was_stored_stays(
        self,
        fetched: ConnectedCompany,
        monkeypatch: pytest.MonkeyPatch,
        arrange: Arrange,
        steps: set[str],
        message: str,
    ) -> None:
        arrange(fetched, monkeypatch)
        before = fetched.contents()

        result = fetched.run_alone(OF_PLANDAY, tags=window_tags(WINDOW))

        assert not result.success
        assert set(failures(result)) == steps
        assert all(message in said for said in failures(result).values())
        after = fetched.contents()
        tables = [table for step in steps for table in TABLES[step]]
        assert all(before[table] for table in tables)
        assert {table: after[table] for table in tables} == {table: before[table] for table in tables}
        assert {(asset, transient) for _, asset, _, transient, *_ in after["outstanding"]} == {
            (asset, "changed while" in message) for asset in ASSETS if any(step.startswith(asset) for step in steps)
        }
        assert len(fetched.portal.revenue) == (0 if "planday_revenue" in steps else 9)

    @pytest.mark.parametrize(
        ("scope", "step"),
        [
            ("department:read", STRUCTURE_LISTED),
            ("timeandcost:read", WAGES_FETCHED),
            ("revenue:set", "planday_revenue"),
        ],
    )
    def test_a_missing_scope_is_named(  # noqa: PLR0913, PLR0917 (fixtures)
        self,
        company: Company,
        stage: Stage,
        monkeypatch: pytest.MonkeyPatch,
        warehouse_of_a_run: Path,
        scope: str,
        step: str,
    ) -> None:
        rules = {"scopes": SCOPES - {scope}}
        with fetched_with(company, stage, monkeypatch, warehouse_of_a_run, **rules) as fetched:
            before = fetched.contents()[TABLES[step][0]]
            assert_failed_at(fetched.run(WINDOW), {step}, f"the app lacks the scope {scope}.")
            assert fetched.contents()[TABLES[step][0]] == before


class Killed(BaseException):
    """The process is no more."""


class DyingWarehouse(Warehouse):
    """A warehouse whose process dies before so many transactions are over."""

    transactions: int
    _begun: int = PrivateAttr(default=0)

    @contextmanager
    def transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        self._begun += 1
        with super().transaction() as connection:
            yield connection
            if self._begun > self.transactions:
                raise Killed


async def takes_it_and_fails(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Do what was asked, and say that it failed."""
    await app(scope, receive, unheard)
    await answers(502)(app, scope, receive, send)


DAYS = (MIDDLE_DAY, LAST)
KEYS = [(unit, day) for day in DAYS for unit in ("Bar", "Shop")]
WITHOUT_SHIFT = ("Shop", MIDDLE_DAY)
FIGURES = st.integers(0, 4).map(Decimal)
"""So few that ours, somebody else's and corrections are often the same."""

FAULTS = {
    "nothing": nothing_wrong,
    "500": answers(500),
    "429": answers(429, x_ratelimit_reset="0"),
    "expired": answers(401),
    "cut": cuts_the_connection,
    "taken, then 502": takes_it_and_fails,
}


@dataclass
class Attempt:
    """A run, and what goes wrong in it."""

    corrections: dict[tuple[str, dt.date], Decimal]
    faults: list[str]
    is_outage: bool
    login_faults: list[str]
    transactions: int


ATTEMPTS = st.builds(
    Attempt,
    corrections=st.dictionaries(st.sampled_from(KEYS), FIGURES, max_size=2),
    faults=st.lists(st.sampled_from(sorted(FAULTS)), max_size=8),
    is_outage=st.booleans(),
    login_faults=st.lists(st.sampled_from(["500", "429", "cut"]), max_size=2),
    transactions=st.integers(1, 6) | st.just(1000),
)


@pytest.mark.slow
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    attempts=st.lists(ATTEMPTS, min_size=1, max_size=2),
    figures=st.fixed_dictionaries(dict.fromkeys(KEYS, FIGURES)),
    of_others=st.dictionaries(st.sampled_from(KEYS), FIGURES, max_size=2),
    overwrite=st.booleans(),
    refused=st.booleans(),
)
def test_after_any_faults_and_reruns_planday_holds_what_it_should_and_the_warehouse_says_so(  # noqa: PLR0913, PLR0917
    company: Company,
    stage: Stage,
    monkeypatch: pytest.MonkeyPatch,
    attempts: list[Attempt],
    figures: dict[tuple[str, dt.date], Decimal],
    of_others: dict[tuple[str, dt.date], Decimal],
    overwrite: bool,  # noqa: FBT001 (drawn)
    refused: bool,  # noqa: FBT001 (drawn)
) -> None:
    monkeypatch.setattr(client, "BACK_OFF", wait_fixed(0.01))
    figures = {**figures, **({("Kitchen", LAST): Decimal(-1)} if refused else {})}
    with connected(company, stage, monkeypatch) as connected_company:
        connected_company.settings.warehouse_file.unlink(missing_ok=True)
        connected_company.reload(revenue={"vat": "excluded", "overwrite_existing": overwrite})
        connected_company.list_structure()
        portal = connected_company.portal
        portal.shifts = [shift for shift in portal.shifts if (shift.department_id, shift.day) != (AARHUS, MIDDLE_DAY)]
        portal.revenue |= {(PLANDAY_UNITS[unit], day): figure for (unit, day), figure in of_others.items()}
        connected_company.earn_all(figures)

        for attempt in attempts:
            # With overwrite off, see the test of a correction below.
            if overwrite:
                figures |= attempt.corrections
                connected_company.earn_all(figures)
            endless = itertools.repeat(answers(503)) if attempt.is_outage else ()
            orders = connected_company.planday.faults.order
            orders(REVENUE, itertools.chain((FAULTS[name] for name in attempt.faults), endless))
            orders(TOKEN, (FAULTS[name] for name in attempt.login_faults))
            database = str(connected_company.settings.warehouse_file)
            with suppress(PlandayError, Killed):
                connected_company.publish(
                    planday=connected_company.planday.client(patience_seconds=0.2),
                    warehouse=DyingWarehouse(database=database, transactions=attempt.transactions),
                )
            orders(REVENUE, ())
            orders(TOKEN, ())
        connected_company.publish()
        told = connected_company.published()
        posts = len(connected_company.posts)
        again = connected_company.publish()

    expected_outcomes, expected_revenue = {}, dict(of_others)
    for key, figure in figures.items():
        if key in of_others and not overwrite:
            expected_outcomes[key] = {"unchanged" if of_others[key] == figure else "kept existing"}
        elif key == WITHOUT_SHIFT:
            expected_outcomes[key] = {"unchanged" if of_others.get(key) == figure else "no shift that day"}
        elif figure < 0:
            expected_outcomes[key] = {"refused"}
        else:
            expected_outcomes[key] = {"published", "unchanged"}
            expected_revenue[key] = figure
    assert portal.revenue == {(PLANDAY_UNITS[unit], day): figure for (unit, day), figure in expected_revenue.items()}
    assert {key: figure for key, (figure, _) in told.items()} == figures
    assert {key: outcome for key, (_, outcome) in told.items() if outcome not in expected_outcomes[key]} == {}
    # A run without news tells only what Planday has not taken.
    assert again["published"] == 0
    assert len(connected_company.posts) - posts == again["refused"] + again["no shift that day"]


def test_with_overwrite_off_a_figure_whose_outcome_was_never_stored_is_ours_all_the_same(
    connected_company: ConnectedCompany,
) -> None:
    connected_company.reload(revenue={"vat": "excluded", "overwrite_existing": False})
    connected_company.list_structure()
    connected_company.earn("Bar", LAST, "100.00")
    with pytest.raises(Killed):
        connected_company.publish(
            warehouse=DyingWarehouse(database=str(connected_company.settings.warehouse_file), transactions=2),
        )
    assert connected_company.portal.revenue == {(PLANDAY_UNITS["Bar"], LAST): Decimal(100)}
    connected_company.earn("Bar", LAST, "120.00")

    # It was noted before it was sent (D14).
    assert connected_company.publish() == {"published": 1}
    assert connected_company.portal.revenue == {(PLANDAY_UNITS["Bar"], LAST): Decimal(120)}
