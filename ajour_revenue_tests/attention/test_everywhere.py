"""Mail, status, report and checks say the same of any warehouse: whatever is a finding, and nothing else."""

import datetime as dt
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import dagster as dg
import hypothesis
import pytest
from hypothesis import strategies as st

from ajour_revenue.ajour.resource import AjourResource
from ajour_revenue.alerts.failures import begin_at
from ajour_revenue.alerts.sensors import Memory, what_is_due
from ajour_revenue.attention.checks import CHECKS, attention_checks
from ajour_revenue.attention.finding import URGENT, Finding, Kind
from ajour_revenue.attention.texts import FINDING_TEXTS, line, with_command
from ajour_revenue.commands.overview import overview_of
from ajour_revenue.days import Window
from ajour_revenue.definitions import build_definitions
from ajour_revenue.reports.page import html_page
from ajour_revenue.reports.report import Report, load_report
from ajour_revenue.reports.texts import TEXTS
from ajour_revenue.settings.model import Settings
from ajour_revenue.settings.secrets import SECRETS
from ajour_revenue.warehouse.connect import reading, transaction
from ajour_revenue.warehouse.resource import Warehouse
from ajour_revenue_tests.attention.kit import DAYS, DEPARTMENTS, LOCATIONS, NO_FETCH, State, settings
from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.kit import COMPANY_ID
from ajour_revenue_tests.reports.kit import Page

TARGET = 30
UNITS = {"Bar": ("10", "11"), "Kitchen": ("20",), "Shop": ("30",)}
DRAWN = DAYS.days[-3:]

Key = tuple[Kind, str | None, str | None, str | None, Window | None]


@dataclass(frozen=True)
class Drawn:
    """What a warehouse holds: its last three days are drawn, and on the others everything is in order."""

    fetched: frozenset[dt.date]
    listed: frozenset[str]
    revenue: dict[tuple[dt.date, str], tuple[int | None, frozenset[int], bool]]
    """Amount, which of the unit's locations are missing, and whether somebody entered it."""
    wages: dict[tuple[dt.date, str], int | None]
    not_allocated: frozenset[tuple[dt.date, str]]
    single: frozenset[tuple[dt.date, str]]
    """Where one person has earned a unit's wages."""
    corrected: frozenset[tuple[dt.date, str]] = field(default=frozenset())
    sold: frozenset[tuple[dt.date, str]] = field(default=frozenset())
    """What locations sold, those of units and others."""


places = st.tuples(st.sampled_from(DRAWN), st.sampled_from(sorted(DEPARTMENTS)))
departments = st.tuples(st.sampled_from(DRAWN), st.sampled_from(sorted(set(DEPARTMENTS.values()))))
drawn = st.builds(
    Drawn,
    fetched=st.frozensets(st.sampled_from(DAYS.days)),
    listed=st.frozensets(st.sampled_from([*LOCATIONS, "98", "99"])),
    revenue=st.dictionaries(
        places,
        st.tuples(st.sampled_from([None, 0, -100, 1000]), st.frozensets(st.integers(0, 1), max_size=2), st.booleans()),
        max_size=6,
    ),
    wages=st.dictionaries(places, st.sampled_from([None, 0, 300, 301, 900]), max_size=6),
    not_allocated=st.frozensets(departments, max_size=2),
    single=st.frozensets(places, max_size=2),
    corrected=st.frozensets(places, max_size=2),
    sold=st.frozensets(st.tuples(st.sampled_from(DRAWN), st.sampled_from(["10", "97", "99"])), max_size=3),
)


def missing_of(state: Drawn, day: dt.date, unit: str) -> set[str]:
    _, missing, entered = state.revenue.get((day, unit), (1000, frozenset(), False))
    locations = {UNITS[unit][number] for number in missing if number < len(UNITS[unit])}
    return set() if entered else locations


def sold_of(state: Drawn) -> list[tuple[dt.date, str]]:
    """Return what is known to be sold: revenue comes with the fetch of its day."""
    return [(day, location) for day, location in state.sold if day in state.fetched]


def put(state: Drawn, tables: State) -> None:
    for day in DAYS.days:
        for unit in DEPARTMENTS:
            amount, missing, entered = state.revenue.get((day, unit), (1000, frozenset(), False))
            locations = tuple(UNITS[unit][number] for number in sorted(missing) if number < len(UNITS[unit]))
            source = "manual" if entered else "ajour"
            tables.earn(unit, day, None if amount is None else str(amount), missing=locations, source=source)
            wage = state.wages.get((day, unit), 100)
            tables.pay(unit, day, None if wage is None else str(wage))
    for day in state.fetched:
        tables.fetch(day)
    for location in state.listed:
        tables.list_location(location, f"Place {location}")
    for day, department in state.not_allocated:
        tables.pay(None, day, "50", department)
    for day, unit in state.single:
        tables.count_people(unit, day, 1)
    for day, unit in state.corrected:
        tables.revise(unit, day, "1", "2")
    for day, location in sold_of(state):
        tables.sell(location, day, "5")
    tables.calculate()


# A plain model of what needs attention: day by day, then days in a row joined


def per_day(  # noqa: C901 (a rule after the other)
    state: Drawn,
) -> Iterator[tuple[Kind, str | None, str | None, str | None, dt.date, object]]:
    for day in DAYS.days:
        if day not in state.fetched:
            yield "never fetched", None, None, None, day, None
        for department in set(DEPARTMENTS.values()):
            units = [unit for unit in DEPARTMENTS if DEPARTMENTS[unit] == department]
            revenues = [state.revenue.get((day, unit), (1000, None, None))[0] for unit in units]
            wages = [state.wages.get((day, unit), 100) for unit in units]
            said: set[Kind] = set()
            for unit, revenue, wage in zip(units, revenues, wages, strict=True):
                for kind in wages_and_revenue(revenue, wage):
                    said.add(kind)
                    yield kind, department, unit, None, day, wage is not None and (day, unit) in state.single
                for location in missing_of(state, day, unit):
                    if location in state.listed or not state.listed:
                        yield "missing", department, unit, location, day, None
                is_whole = not state.revenue.get((day, unit), (1000, frozenset(), False))[1]
                judged = unit == "Bar" and day == LAST_DAY and is_whole and (day, unit) not in state.single
                if judged and revenue and wage and 100 * wage / revenue > TARGET:
                    yield "over target", department, unit, None, day, None
            known = [each for each in revenues if each is not None]
            other = [50] * ((day, department) in state.not_allocated)
            paid = [(unit, wage) for unit, wage in zip(units, wages, strict=True) if wage is not None]
            is_hidden = bool(paid) and not other and all((day, unit) in state.single for unit, _ in paid)
            total = sum((wage for _, wage in paid), sum(other)) if paid or other else None
            for kind in wages_and_revenue(sum(known) if known else None, total):
                if kind not in said:
                    yield kind, department, None, None, day, is_hidden


def wages_and_revenue(revenue: int | None, wage: int | None) -> Iterator[Kind]:
    if wage and not revenue:
        yield "wages without revenue"
    if wage is None and revenue:
        yield "revenue without wages"
    if revenue is not None and revenue < 0:
        yield "negative revenue"


def expected(state: Drawn) -> set[Key]:
    keys: set[Key] = set()
    rows = sorted(per_day(state), key=repr)
    for (kind, department, unit, location, _), group in groupby(rows, key=lambda row: (*row[:4], row[5])):
        run: list[dt.date] = []
        for day in sorted(row[4] for row in group):
            if run and day - run[-1] > dt.timedelta(days=1):
                keys.add((kind, department, unit, location, Window(run[0], run[-1])))
                run = []
            run.append(day)
        keys.add((kind, department, unit, location, Window(run[0], run[-1])))
    known = state.listed | {location for _, location in sold_of(state)}
    keys |= {("unmapped", None, None, location, None) for location in known - LOCATIONS.keys()}
    if state.listed:
        for unit, locations in UNITS.items():
            for location in set(locations) - state.listed:
                keys.add(("not listed", DEPARTMENTS[unit], unit, location, None))
    keys |= {("changed", DEPARTMENTS[unit], unit, None, Window(day, day)) for day, unit in state.corrected}
    return keys


def key(finding: Finding) -> Key:
    location = finding.location.location_id if finding.location else None
    return finding.kind, finding.place.department, finding.place.unit, location, finding.days


def of(kinds: Iterable[Kind], findings: Iterable[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.kind in kinds]


# What each of them says

DANISH = FINDING_TEXTS["da"]


@dg.op
def does_nothing() -> None:
    pass


def mailed(settings: Settings, instance: dg.DagsterInstance) -> list[str]:
    """Return the lines of the lists that a sensor sends after a successful run, when nothing was sent before."""
    with dg.build_sensor_context(instance=instance, definitions=build_definitions(settings)) as context:
        memory = Memory(
            failures=begin_at(context, dg.DagsterEventType.RUN_FAILURE),
            successes=begin_at(context, dg.DagsterEventType.RUN_SUCCESS),
        )
        dg.GraphDefinition("any", node_defs=[does_nothing]).to_job().execute_in_process(instance=instance)
        due = what_is_due(context, settings, memory, company_id=COMPANY_ID)
    return [line.removeprefix("- ") for alert in due.alerts for line in alert.text.splitlines() if line[:2] == "- "]


def checked(settings: Settings, instance: dg.DagsterInstance) -> dict[str, dg.AssetCheckResult]:
    results = {}
    ajour, warehouse = AjourResource.from_settings(settings), Warehouse.from_settings(settings)
    ajour = ajour.model_copy(update={"company_id": COMPANY_ID})
    for check in attention_checks(settings):
        context = dg.build_asset_check_context(instance=instance)
        result = check(context, ajour=ajour, warehouse=warehouse)
        assert isinstance(result, dg.AssetCheckResult)
        results[next(iter(check.check_keys)).name] = result
    return results


def reported(settings: Settings) -> Report:
    with reading(settings.warehouse_file) as connection:
        return load_report(connection, settings, DAYS, "day", lambda: NO_FETCH)


@pytest.fixture(scope="module")
def empty_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("everywhere") / "empty.duckdb"
    with transaction(path):
        pass
    return path


@pytest.fixture(scope="module", autouse=True)
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Work where no Dagster keeps its history."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.delenv("DAGSTER_HOME", raising=False)
        for variable in SECRETS:
            monkeypatch.setenv(variable, COMPANY_ID if variable == "AJOUR_COMPANY_ID" else "unused")
        monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
        yield


@hypothesis.settings(max_examples=8)
@hypothesis.given(state=drawn)
def test_whatever_is_a_finding_is_in_mail_status_report_and_checks_and_nothing_else(
    empty_warehouse: Path, state: Drawn
) -> None:
    warehouse = empty_warehouse.with_name("drawn.duckdb")
    shutil.copy(empty_warehouse, warehouse)
    company = settings(warehouse=warehouse, alerts={"webhook": True})
    with transaction(warehouse) as connection:
        put(state, State(connection, company))

    with dg.DagsterInstance.ephemeral() as instance:
        report, status = reported(company), overview_of(company)
        mail, checks = mailed(company, instance), checked(company, instance)

    found = report.findings
    assert {key(finding) for finding in found} == expected(state)
    assert len(found) == len(expected(state))
    urgent = of(URGENT, found)
    assert sorted(mail) == sorted(with_command(finding, DANISH) for finding in urgent)
    assert sorted(map(line, status.attention)) == sorted(map(line, urgent))
    lines = [said for result in checks.values() if not result.passed for said in str(result.description).splitlines()]
    assert sorted(lines) == sorted(map(line, urgent))
    assert {name for name, result in checks.items() if not result.passed} == {
        check.name for check in CHECKS if of(check.kinds, found)
    }
    for texts in TEXTS.values():
        page = Page(html_page(report, texts))
        assert rows_of(page, texts.what, texts.to_do) == len(report.notices)
        assert rows_of(page, texts.location, texts.to_do) == len(report.unmapped)
        assert rows_of(page, texts.before, texts.explained_by) == len(report.changes)
    assert len(report.notices) + len(report.unmapped) + len(report.changes) == len(found)


def test_unusual_revenue_is_in_all_of_them(empty_warehouse: Path) -> None:
    warehouse = empty_warehouse.with_name("unusual.duckdb")
    shutil.copy(empty_warehouse, warehouse)
    company = settings(warehouse=warehouse, alerts={"webhook": True})
    with transaction(warehouse) as connection:
        state = State(connection, company)
        state.be_in_order()
        state.sell_before("Kitchen")
        state.earn("Kitchen", LAST_DAY, "300")
        state.calculate()

    with dg.DagsterInstance.ephemeral() as instance:
        report, status = reported(company), overview_of(company)
        mail, checks = mailed(company, instance), checked(company, instance)

    [unusual] = report.findings
    assert (unusual.kind, unusual.place.unit) == ("unusual revenue", "Kitchen")
    assert status.attention == [unusual]
    assert mail == [with_command(unusual, DANISH)]
    assert [(name, result.description) for name, result in checks.items() if not result.passed] == [
        ("revenue_usual", line(unusual))
    ]
    for texts in TEXTS.values():
        page = html_page(report, texts)
        assert texts.findings.kinds["unusual revenue"].title in page
        assert rows_of(Page(page), texts.what, texts.to_do) == 1


def rows_of(page: Page, *headings: str) -> int:
    """Return how many rows a table has; none where it is not there."""
    try:
        return len(page.table(*headings))
    except LookupError:
        return 0
