"""Take the README's pictures of the demo: run `make dev` first, then this.

Needs the packages for tests (`make test` installs them).
"""

import shutil
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
UI = "http://127.0.0.1:3000"
JOB = f"{UI}/locations/__repository__@ajour_revenue.definitions/jobs/demo_daily_revenue"
REPORT = ROOT / "data" / "demo" / "reports" / "demo" / "latest.html"
GROUPS = ("ajour", "revenue", "wages", "planday", "reports")


def main() -> None:
    """Take every picture."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-background-networking"],
        )
        for picture in (graph, check, materialization, backfill, report, phone):
            picture(browser)
        browser.close()


def graph(browser: Browser) -> None:
    """Show the way of the data."""
    page = _page(browser, 2000, 1330)
    expanded = ",".join(f"global@global:{group}" for group in GROUPS)
    page.goto(f"{UI}/asset-groups?expanded={quote(expanded, safe='')}")
    page.get_by_text("Hide navigation").click()
    page.locator("foreignObject").get_by_text("wage_report", exact=True).wait_for()
    _take(page, "assets")


def check(browser: Browser) -> None:
    """Show the test of the connection."""
    page = _page(browser, 1300, 560)
    page.goto(f"{UI}/assets/demo/ajour_database?view=checks")
    page.get_by_text("Latest execution").wait_for()
    _take(page, "check")


def materialization(browser: Browser) -> None:
    """Show what a materialization tells."""
    page = _page(browser, 1600, 1000)
    page.goto(f"{UI}/assets/demo/wage_percentage?view=events")
    page.get_by_role("img", name="Wage percentage").wait_for()
    _take(page, "materialization")


def backfill(browser: Browser) -> None:
    """Show how a range of days is chosen."""
    page = _page(browser, 1300, 760)
    page.goto(JOB)
    page.get_by_text("Materialize all").click()
    page.get_by_text("Latest", exact=True).wait_for()
    page.get_by_role("button", name="All", exact=True).click()
    _take(page, "backfill")


def report(browser: Browser) -> None:
    """Show the wage report."""
    page = _page(browser, 1300, 1250)
    page.goto(REPORT.as_uri())
    _take(page, "report")


def phone(browser: Browser) -> None:
    """Show the wage report on a phone."""
    page = _page(browser, 390, 844)
    page.goto(REPORT.as_uri())
    _take(page, "phone")


def _page(browser: Browser, width: int, height: int) -> Page:
    return browser.new_page(viewport={"width": width, "height": height})


def _take(page: Page, name: str) -> None:
    # Until everything has moved to its place.
    page.wait_for_timeout(3_000)
    page.screenshot(path=DOCS / f"{name}.png")
    page.close()


if __name__ == "__main__":
    main()
