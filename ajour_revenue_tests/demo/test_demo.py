"""The demo: what the command prints and stores, run twice, and what Dagster's UI shows of it in a browser."""

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import cast

import pytest
from playwright.sync_api import Browser, Page, expect

from ajour_revenue.days import MAX_DAYS, Window
from ajour_revenue.demo.chain import DEPARTMENTS, LOCATIONS, UNITS
from ajour_revenue.demo.run import DAYS_SINCE_ACTIVATION
from ajour_revenue.partitions import window_tags
from ajour_revenue.text.formats import DANISH
from ajour_revenue_tests import processes
from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.commands.kit import COLUMNS
from ajour_revenue_tests.dagster_server import DagsterServer
from ajour_revenue_tests.kit import contents
from ajour_revenue_tests.processes import PATIENCE_SECONDS

pytestmark = pytest.mark.slow

COMMAND = str(Path(sys.executable).with_name("ajour-revenue"))

GROUPS = {
    "ajour": ("ajour_database", "ajour_locations", "raw_revenue"),
    "revenue": ("unit_revenue",),
    "wages": ("wage_costs", "wage_percentage"),
    "planday": ("planday_structure", "planday_revenue"),
    "reports": ("wage_report",),
}
FIRST_DAY = LAST_DAY - timedelta(days=DAYS_SINCE_ACTIVATION)
EARLIEST_DAYS = Window(FIRST_DAY, FIRST_DAY + timedelta(days=MAX_DAYS - 1))
NOBODY = "http://127.0.0.1:9"
"""Where nobody answers."""
LOCATION = "locations/__repository__@ajour_revenue.definitions"


Tables = dict[str, list[tuple[object, ...]]]


@dataclass
class Demo:
    """The demo, run in an empty folder and once more, and then open in the UI: what was said, and what is stored."""

    server: DagsterServer
    warehouse: Path
    first_said: str
    first_tables: Tables
    second_said: str
    second_tables: Tables
    tables_with_ui: Tables

    @property
    def said(self) -> tuple[str, str]:
        return self.first_said, self.second_said

    @property
    def tables(self) -> tuple[Tables, Tables]:
        return self.first_tables, self.second_tables


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    server = DagsterServer(tmp_path_factory.mktemp("demo") / "home")
    said, tables, settings = [], [], []
    # The demo's Planday is on this machine, and asks no proxy.
    proxy = dict.fromkeys(("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"), NOBODY)
    for environment in ({}, proxy):
        ended = processes.run(COMMAND, "demo", folder=server.folder, environment=environment)
        assert ended.returncode == 0, ended.stderr
        [warehouse] = server.folder.parent.glob("*.duckdb")
        said.append(ended.stdout)
        tables.append(contents(warehouse))
        settings.append((server.folder / "ajour.yaml").read_bytes())
    # Each run finds the other's Planday at its address.
    assert settings[0] == settings[1]
    with server.serving("ajour-revenue", "demo", "--ui", "--port", server.port):
        yield Demo(server, warehouse, said[0], tables[0], said[1], tables[1], contents(warehouse))


@pytest.fixture
def server(demo: Demo) -> DagsterServer:
    return demo.server


def test_it_prints_the_wage_percentage_of_every_unit_and_department(demo: Demo) -> None:
    rows = [line.replace(" ", "").split("│")[1:-1] for line in demo.first_said.splitlines() if line.startswith("│")]
    window, one_day = rows[: len(rows) // 2], rows[len(rows) // 2 :]
    expected = {(unit.department.replace(" ", ""), unit.name) for unit in UNITS}
    expected |= {(department.replace(" ", ""), name) for department in DEPARTMENTS for name in ("total", "nounit")}
    for table in (window, one_day):
        assert {(department, unit) for department, unit, *_ in table} == expected
    for _, unit, revenue, wage_cost, percentage, target in window:
        if unit == "nounit":
            # One manager's in each department: nobody can read it.
            assert (revenue, wage_cost, percentage, target) == ("-", "-", "-", "-")
            continue
        figures = [Decimal(figure.replace(".", "").replace(",", ".")) for figure in (revenue, wage_cost)]
        exact = (100 * figures[1] / figures[0]).quantize(Decimal("0.01"), ROUND_HALF_UP)
        assert percentage.removesuffix("over") == DANISH.percent(exact).replace(" ", "")
        assert target != "-"


def test_it_names_the_location_that_nobody_has_mapped(demo: Demo) -> None:
    mapped = {location for unit in UNITS for location in unit.locations}
    [unmapped] = [location for location in LOCATIONS if location.id not in mapped]
    for said in demo.said:
        assert f"Location without a unit: location {unmapped.id} ({unmapped.name})" in said


def test_it_says_where_the_report_and_the_warehouse_lie_and_fits_a_terminal(demo: Demo) -> None:
    paths = {
        f"  {path.resolve()}" for path in (demo.warehouse, demo.server.folder / "reports" / "demo" / "latest.html")
    }
    for said in demo.said:
        assert paths <= set(said.splitlines())
    assert max(len(line) for line in demo.first_said.splitlines() if line not in paths) <= COLUMNS


def test_its_wages_come_from_planday_and_its_revenue_goes_there(demo: Demo) -> None:
    for tables in demo.tables:
        outcomes = Counter(row[4] for row in tables["planday_revenue"])
        assert set(outcomes) == {"published", "unchanged", "refused"}
        assert outcomes["refused"] == len([row for row in tables["planday_revenue"] if cast("Decimal", row[3]) < 0])
        assert len(tables["wage_cost_people"]) == len(tables["wage_costs"])


def test_every_unit_has_a_budget_of_whole_thousands_in_every_month(demo: Demo) -> None:
    months: Counter[tuple[object, str]] = Counter()
    for day, _, unit, amount, *_ in demo.second_tables["budget"]:
        months[unit, f"{day:%Y-%m}"] += int(cast("Decimal", amount) * 100)

    assert {unit for unit, _ in months} == {unit.name for unit in UNITS}
    assert {amount % 100_000 for amount in months.values()} == {0}
    assert min(months.values()) > 0
    assert len({month for _, month in months}) > 1


def test_run_again_it_leaves_revenue_and_its_revisions_as_they_were(demo: Demo) -> None:
    first, second = demo.tables
    assert len(first["unit_revenue"]) == len(UNITS) * MAX_DAYS
    for table in ("unit_revenue", "unit_revenue_revisions"):
        assert second[table] == first[table]


def test_opened_in_the_ui_it_fetches_nothing_that_is_there(demo: Demo) -> None:
    assert demo.tables_with_ui["fetches"] == demo.second_tables["fetches"]


# In the UI


@pytest.fixture
def page(server: DagsterServer, browser: Browser) -> Iterator[Page]:
    """A page at the UI; paths are relative to it."""
    context = browser.new_context(base_url=f"{server.address}/", viewport={"width": 1600, "height": 1200})
    context.set_default_timeout(PATIENCE_SECONDS * 1000)
    expect.set_options(timeout=PATIENCE_SECONDS * 1000)
    yield context.new_page()
    context.close()


def test_the_graph_shows_the_way_of_the_data_by_groups(page: Page) -> None:
    page.goto("asset-groups")
    # Where it is still folded, each group is a box of its own.
    for group in GROUPS:
        expect(page.locator("foreignObject").get_by_text(group, exact=True)).to_be_visible()

    page.goto("asset-groups?expanded=" + "%2C".join(f"global%40global%3A{group}" for group in GROUPS))

    for assets in GROUPS.values():
        for asset in assets:
            expect(page.locator("foreignObject").get_by_text(asset, exact=True)).to_be_visible()


@pytest.mark.parametrize(
    ("asset", "chart"),
    [
        ("raw_revenue", "Raw revenue excl. VAT"),
        ("unit_revenue", "Revenue excl. VAT"),
        ("wage_costs", "Wage cost"),
        ("wage_percentage", "Wage percentage"),
        ("planday_revenue", "Revenue in Planday"),
        ("wage_report", "Wage percentage"),
    ],
)
def test_a_materialization_shows_its_chart_and_its_tables_without_a_click(page: Page, asset: str, chart: str) -> None:
    page.goto(f"assets/demo/{asset}?view=events")

    picture = page.get_by_role("img", name=chart)
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
    expect(page.get_by_text("Show Markdown")).to_have_count(0)
    if asset == "wage_percentage":
        expect(page.get_by_role("cell", name="Vesterbro").first).to_be_visible()


WITH_TABLES = (
    *("raw_revenue", "unit_revenue", "wage_costs", "wage_percentage"),
    *("expected_revenue", "planned_wages", "wage_plan"),
)


@pytest.mark.parametrize("asset", WITH_TABLES)
def test_the_tables_of_a_materialization_fit_a_page_of_1280_pixels(page: Page, asset: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"assets/demo/{asset}?view=events")

    expect(page.get_by_text("Show schema").first).to_be_visible()
    boxes = [table.bounding_box() for table in page.locator("table table").all()]
    right_edges = [box["x"] + box["width"] for box in boxes if box]
    assert right_edges
    assert max(right_edges) <= 1280


def test_the_list_of_runs_shows_their_days_uncut_and_no_tag_for_programs(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto("runs")

    tag = page.get_by_text("days: ").first
    expect(tag).to_be_visible()
    assert tag.evaluate(
        "tag => tag.getBoundingClientRect().right <= tag.closest('[class*=Row] > *').getBoundingClientRect().right"
    )
    expect(page.get_by_text("ajour_revenue/process")).to_have_count(0)


def test_a_backfill_of_31_days_launched_by_clicking_is_one_run(page: Page, server: DagsterServer) -> None:
    page.goto(f"{LOCATION}/jobs/demo_daily_revenue")
    page.get_by_text("Materialize all").click()
    partitions = page.get_by_placeholder("No matching partitions")
    partitions.fill(f"[{EARLIEST_DAYS.first_day}...{EARLIEST_DAYS.last_day}]")
    partitions.press("Enter")
    expect(page.get_by_text(f"{MAX_DAYS} partitions")).to_be_visible()
    page.get_by_role("button", name="Launch backfill").click()

    runs = server.wait_for("the backfill's run", lambda: [run for run in server.runs() if is_backfill(run["tags"])])
    server.wait_for_backfill(runs[0]["tags"]["dagster/backfill"])
    [run] = [run for run in server.runs() if is_backfill(run["tags"])]
    # The words for people are a tag of ours, which the UI does not set.
    asked = {name: value for name, value in window_tags(EARLIEST_DAYS).items() if name != "days"}
    assert run["tags"] | asked == run["tags"]
    days = [str(day) for day in EARLIEST_DAYS.days]
    found = server.materializations("wage_percentage", days)
    assert sorted(each["partition"] for each in found if each["runId"] == run["id"]) == days


def is_backfill(tags: dict[str, str]) -> bool:
    return "dagster/backfill" in tags


def test_a_failed_connection_check_says_what_to_do(page: Page, server: DagsterServer) -> None:
    ajour, away = server.folder / "ajour.sqlite", server.folder / "away.sqlite"
    page.goto("assets/demo/ajour_database?view=checks")
    # The demo is healthy.
    expect(page.get_by_text("Connected; Ajour lists 8 location(s).")).to_be_visible()
    ajour.rename(away)
    try:
        page.get_by_text("Execute", exact=True).click()
        message = page.get_by_text(
            "Ajour har ingen database med navnet i AJOUR_DATABASE, eller også må dette login ikke åbne den."
        )
        expect(message.first).to_be_visible()
    finally:
        away.rename(ajour)


def test_the_page_of_the_resource_shows_the_names_of_variables_and_no_secret(page: Page, server: DagsterServer) -> None:
    secrets = dict(line.split("=") for line in (server.folder / ".env").read_text().splitlines())
    for resource in ("ajour", "planday"):
        page.goto(f"{LOCATION}/resources/{resource}")
        variables = [variable for variable in secrets if variable.startswith(resource.upper())]
        assert variables
        for variable in variables:
            expect(page.get_by_text(variable, exact=True)).to_be_visible()
            # The company's number is 1, as many a number on the page is.
            assert len(secrets[variable]) == 1 or secrets[variable] not in page.content()
