"""The report at the end of a run: written by the same single run, about yesterday, seen in the UI."""

from datetime import timedelta
from typing import Any

import dagster as dg
import pytest

from ajour_revenue.days import Window
from ajour_revenue.definitions import build_definitions
from ajour_revenue.reports.write import Pages
from ajour_revenue.text.formats import DANISH
from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.kit import Company, make_company
from ajour_revenue_tests.reports.kit import Page

OLD = Window(LAST_DAY - timedelta(days=12), LAST_DAY - timedelta(days=10))


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Company, dg.ExecuteInProcessResult]:
    """A company after a run over old days, in which yesterday had been fetched before."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        company = make_company(tmp_path_factory.mktemp("company"), monkeypatch)
        assert company.run(Window(LAST_DAY, LAST_DAY)).success
        result = company.run(OLD)
        assert result.success
    return company, result


def metadata(result: dg.ExecuteInProcessResult) -> dict[str, Any]:
    [event, *_] = result.asset_materializations_for_node("demo__wage_report")
    return {name: value.value for name, value in event.metadata.items()}


def test_a_run_writes_the_page_into_the_folder_of_the_settings(
    reported: tuple[Company, dg.ExecuteInProcessResult],
) -> None:
    company, result = reported
    pages = Pages.of(company.settings)

    shown = metadata(result)
    assert shown["report"] == str(pages.latest.resolve())
    assert shown["day_page"] == str(pages.page(LAST_DAY).resolve())
    assert pages.folder == company.settings.report.folder / "demo"
    assert set(pages.folder.rglob("*.*")) == {pages.latest, pages.index, pages.page(LAST_DAY)}


def test_the_page_is_about_yesterday_whatever_days_the_run_is_for(
    reported: tuple[Company, dg.ExecuteInProcessResult],
) -> None:
    company, result = reported
    page = Page(Pages.of(company.settings).latest.read_text(encoding="utf-8"))

    assert DANISH.weekday_and_date(LAST_DAY) in page.text
    [(revenue, wages)] = company.query(
        "SELECT sum(revenue_excl_vat), sum(wage_cost) FROM wage_percentage "
        f"WHERE unit IS NULL AND business_date = '{LAST_DAY}'"
    )
    [row, *_] = page.table("Udvikling i omsætning ekskl. moms")
    assert (row["Omsætning ekskl. moms"], row["Lønomkostninger"]) == (DANISH.money(revenue), DANISH.money(wages))
    shown = metadata(result)
    assert shown["reported_day"] == str(LAST_DAY)
    assert shown["revenue_excl_vat"] == DANISH.kroner(revenue)
    assert (shown["day_revenue_excl_vat"], shown["day_wage_cost"]) == (float(revenue), float(wages))
    assert shown["day_wage_percentage"] == pytest.approx(float(100 * wages / revenue), abs=0.01)


def test_the_days_of_an_older_run_are_in_the_chart(reported: tuple[Company, dg.ExecuteInProcessResult]) -> None:
    company, _ = reported
    page = Page(Pages.of(company.settings).latest.read_text(encoding="utf-8"))

    days = {row["Dag"].split()[1]: row["Omsætning ekskl. moms"] for row in page.table("Dag", "Lønomkostninger", "Mål")}
    told = {day for day, revenue in days.items() if revenue != "-"}
    assert len(days) == 31
    assert told == {DANISH.date(day) for day in (*OLD.days, LAST_DAY)}


def test_the_report_is_written_once_whatever_days_the_run_is_for(
    reported: tuple[Company, dg.ExecuteInProcessResult],
) -> None:
    _, result = reported
    events = result.asset_materializations_for_node("demo__wage_report")

    assert [event.partition for event in events] == [None]


def test_the_ui_shows_a_compact_chart(reported: tuple[Company, dg.ExecuteInProcessResult]) -> None:
    _, result = reported
    image = metadata(result)["chart"]

    assert image.startswith("![Wage percentage](<data:image/svg+xml,%3Csvg ")
    assert len(image) < 1000  # a longer one waits for a click


def test_the_report_is_not_partitioned_and_is_made_from_the_readers_copy(company: Company) -> None:
    graph = build_definitions(company.settings).resolve_asset_graph()
    report = graph.get(dg.AssetKey(["demo", "wage_report"]))

    assert report.partitions_def is None
    assert report.group_name == "reports"
    assert report.parent_keys == {dg.AssetKey(["demo", "readers_copy"])}


def test_the_settings_choose_folder_and_language(fetched_company: Company) -> None:
    fetched_company.reload(report={"folder": "morning", "language": "en"})

    assert fetched_company.run(Window(LAST_DAY, LAST_DAY)).success

    page = (fetched_company.folder / "morning" / "demo" / "latest.html").read_text(encoding="utf-8")
    assert '<html lang="en">' in page
    assert '<h2 id="day">Yesterday</h2>' in page


def test_dagster_links_to_the_page_where_a_web_server_has_it(fetched_company: Company) -> None:
    fetched_company.reload(report={"url": "https://reports.example.dk/nord/"})

    result = fetched_company.run(Window(LAST_DAY, LAST_DAY))

    assert metadata(result)["report"] == "https://reports.example.dk/nord/demo/latest.html"
    assert metadata(result)["day_page"] == f"https://reports.example.dk/nord/demo/{LAST_DAY:%Y/%m/%d}.html"
