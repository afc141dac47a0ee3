"""Take the README's pictures of the demo in the Dagster UI: run `make dev` first, then this.

Needs the Python package playwright and the system's Chromium.
"""

import shutil
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import sync_playwright

UI = "http://127.0.0.1:3000"
GROUPS = ("ajour", "revenue", "wages", "planday")
DOCS = Path(__file__).parent.parent / "docs"


def main() -> None:
    """Take every picture."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-background-networking"],
        )
        page = browser.new_page(viewport={"width": 1800, "height": 1270})
        expanded = ",".join(f"global@global:{group}" for group in GROUPS)
        page.goto(f"{UI}/asset-groups?expanded={quote(expanded, safe='')}")
        page.get_by_text("Hide navigation").click()
        page.locator("foreignObject").get_by_text("wage_percentage").wait_for()
        page.wait_for_timeout(3_000)
        page.screenshot(path=DOCS / "assets.png")
        browser.close()


if __name__ == "__main__":
    main()
