"""The page in a browser: on a desk, on a phone and on paper; and what axe has to say of it."""

from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page

from ajour_revenue.reports.page import html_page
from ajour_revenue.reports.texts import TEXTS
from ajour_revenue.text.bilingual import Language
from ajour_revenue_tests.kit import settings_dict
from ajour_revenue_tests.reports.kit import Books, days_before

pytestmark = pytest.mark.slow

DESKTOP, TABLET, PHONE = (1280, 900), (820, 1180), (360, 740)
A4_WIDTH = round((210 - 24) / 25.4 * 96)
"""Pixels between the margins of the sheet."""

OVERFLOWING = """
    () => [...document.querySelectorAll("body *")]
        .filter(each => !each.closest(".words, thead, svg") && each.getClientRects().length
            && (each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).display !== "inline"
                || each.getBoundingClientRect().right > document.documentElement.clientWidth + 1))
        .map(each => each.outerHTML.slice(0, 120))
"""


@pytest.fixture
def written(language: Language, books: Books, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A page on which everything is told: large amounts, long names, missing and hidden figures, what lies ahead."""
    units = settings_dict()["units"]
    long = "Smørrebrødsrestauranten på Frederiksberg Allé"
    books.change(units=[*units, {"name": long, "department": "Frederiksberg og omegn", "target_wage_percentage": 31}])
    books.fill(days=40)
    books.earn(long, "123456789.12")
    books.pay("Frederiksberg og omegn", long, "41234567.89")
    books.earn(long, "-12345.67", days_before(1), missing=("11", "12"))
    books.pay("Frederiksberg og omegn", long, "4321.09", days_before(1), people=1)
    books.list_location("11", "Baren på første sal mod gården", "Bar")
    books.list_location("99", "Gårdhaven, den nye", None)
    books.sell("99", "1234567.89")
    books.correct("Bar", "1000000.00", "2000000.00", source_after="manual", reason="Kassen var nede hele aftenen")
    books.look_ahead(monkeypatch)
    path = tmp_path / "page.html"
    path.write_text(html_page(books.report(), TEXTS[language]), encoding="utf-8")
    return path


@pytest.fixture
def language() -> Language:
    return "da"


def opened(
    browser: Browser, path: Path, size: tuple[int, int], *, on_paper: bool = False, is_dark: bool = False
) -> Page:
    """Open a page with everything on it that a tap would show."""
    scheme: Literal["dark", "light"] = "dark" if is_dark else "light"
    page = browser.new_page(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
    page.emulate_media(media="print" if on_paper else "screen")
    page.goto(path.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    page.evaluate("document.getElementById('everything').checked = true")
    return page


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize(
    ("size", "on_paper"),
    [(DESKTOP, False), (TABLET, False), (PHONE, False), ((A4_WIDTH, 1000), True)],
    ids=["desktop", "tablet", "phone", "A4"],
)
def test_nothing_overflows_and_axe_finds_nothing(
    browser: Browser, written: Path, size: tuple[int, int], *, on_paper: bool
) -> None:
    page = opened(browser, written, size, on_paper=on_paper)

    assert page.evaluate("document.documentElement.scrollWidth") == size[0]
    assert page.evaluate(OVERFLOWING) == []
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.close()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_in_the_dark_axe_finds_nothing_either(browser: Browser, written: Path, size: tuple[int, int]) -> None:
    page = opened(browser, written, size, is_dark=True)

    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(20, 24, 27)"
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.close()


def test_a_phone_shows_a_line_for_each_place_the_worst_first_and_the_rest_on_a_tap(
    browser: Browser, written: Path
) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(written.as_uri())

    assert page.evaluate("document.documentElement.scrollHeight") <= 2 * 844
    lines = [" ".join(line.split()) for line in page.locator("h3.line, summary.line").all_inner_texts()]
    assert lines[0] == "Frederiksberg og omegn 123.456.789 33,4 % mål 31 ▲ Over mål +2,4"
    assert [line.split()[0] for line in lines] == [
        *("Frederiksberg", "Smørrebrødsrestauranten", "Aarhus", "Shop", "Vesterbro", "Bar", "Kitchen"),
    ]
    bar = page.locator("details.place-of", has_text="Bar")
    assert not bar.get_by_text("Lønomkostninger").is_visible()
    bar.locator("summary").click()
    assert bar.get_by_text("Lønomkostninger").is_visible()
    assert not page.get_by_role("table").first.is_visible()
    page.locator("label.phone").click()
    assert page.get_by_role("table").first.is_visible()
    page.close()


def test_a_day_of_the_chart_says_its_figures_where_it_is_focused(browser: Browser, written: Path) -> None:
    page = opened(browser, written, DESKTOP)
    day = page.locator(".wide .day").last

    assert not day.locator("text").is_visible()
    day.focus()
    assert day.locator("text").is_visible()
    assert day.locator("text").text_content() == "mandag 23-11-2026: 123.489.789 kr. · løn 33,4 %"
    page.close()


def test_the_page_asks_for_nothing_but_itself(browser: Browser, written: Path) -> None:
    page = browser.new_page(java_script_enabled=False)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))

    page.goto(written.as_uri(), wait_until="networkidle")

    assert [url for url in requests if not url.startswith("data:")] == [written.as_uri()]
    assert page.get_by_role("heading", level=1).is_visible()
    page.close()


def test_a_phone_has_the_narrow_chart_and_a_desk_the_wide_one(browser: Browser, written: Path) -> None:
    for size, seen in ((DESKTOP, "wide"), (PHONE, "narrow")):
        page = opened(browser, written, size)
        charts = {name: page.locator(f".{name} svg").is_visible() for name in ("wide", "narrow")}
        assert charts == {"wide": seen == "wide", "narrow": seen == "narrow"}
        page.close()


def test_a_phone_keeps_the_tables_tables_for_those_who_hear_them(browser: Browser, written: Path) -> None:
    page = opened(browser, written, PHONE)

    table = page.get_by_role("table").nth(1)
    assert table.get_by_role("columnheader").count() == 11
    assert table.get_by_role("rowheader").count() > 4
    page.close()


def test_over_target_is_seen_without_colours(browser: Browser, written: Path) -> None:
    page = opened(browser, written, (A4_WIDTH, 1000), on_paper=True)

    mark = page.locator("td .over [aria-hidden]").first
    assert mark.is_visible()
    assert mark.inner_text() == "▲"
    page.close()
