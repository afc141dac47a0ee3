"""The mail as its readers get it: read back from a mail server and shown in a browser, with images off and on."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, Route

from ajour_revenue.alerts.channels import MailServer
from ajour_revenue.days import Window
from ajour_revenue.mail.daily import seen_by
from ajour_revenue.mail.letter import letter
from ajour_revenue.mail.texts import MAIL_TEXTS
from ajour_revenue_tests.alerts.kit import SENDER, Mailbox, part
from ajour_revenue_tests.kit import settings_dict
from ajour_revenue_tests.mail.kit import LEADER
from ajour_revenue_tests.reports.kit import MONDAY, Books, days_before

pytestmark = pytest.mark.slow

DESKTOP, PHONE = {"width": 800, "height": 900}, {"width": 360, "height": 740}


@pytest.fixture(params=MAIL_TEXTS.values(), ids=list(MAIL_TEXTS))
def html(request: pytest.FixtureRequest, books: Books, mailbox: Mailbox) -> str:
    """What has come of a mail in which everything is told: large amounts, long names, missing and hidden figures."""
    long = "Smørrebrødsrestauranten på Frederiksberg Allé"
    unit = {"name": long, "department": "Frederiksberg og omegn", "target_wage_percentage": 31}
    books.change(units=[*settings_dict()["units"], unit])
    books.fill(days=20)
    for day in (MONDAY, days_before(7)):
        books.earn(long, "123456789.12", day)
        books.pay("Frederiksberg og omegn", long, "51234567.89", day)
    books.earn(long, "-12345.67", days_before(1), missing=("11", "12"))
    books.pay("Frederiksberg og omegn", long, "4321.09", days_before(1), people=1)
    report = books.report(Window(days_before(6), MONDAY), "day")
    departments = ["Vesterbro", "Frederiksberg og omegn"]
    server = MailServer(
        host="127.0.0.1", port=mailbox.port, encryption="none", sender=SENDER, recipients=[], user="", password=""
    )
    server.send_to([LEADER], letter(seen_by(report, departments), request.param), named_in="report.mail")
    [mail] = mailbox.mails
    assert [each.get_content_type() for each in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert long in part(mail, "plain")
    return part(mail, "html")


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that runs nothing, as in a mail program."""
    page = browser.new_page(java_script_enabled=False)
    yield page
    page.close()


def show(page: Page, html: str, size: dict[str, int]) -> bytes:
    page.set_viewport_size(size)  # type: ignore[arg-type]
    page.set_content(html, wait_until="networkidle")
    return page.screenshot(full_page=True)


def test_with_images_off_it_is_the_same_and_it_asks_for_nothing(page: Page, html: str) -> None:
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    with_images = show(page, html, DESKTOP)

    def refuse(route: Route) -> None:
        route.abort()

    page.route("**/*", refuse)
    without = show(page, html, DESKTOP)

    assert without == with_images
    assert requests == []
    assert page.locator("h1").count() == 2
    assert page.locator("td[bgcolor='#7a9cb2']").first.is_visible()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_it_fits_its_window_and_is_no_wider_than_600_pixels(page: Page, html: str, size: dict[str, int]) -> None:
    show(page, html, size)

    for table in page.locator("table").all()[1:]:
        box = table.bounding_box()
        assert box is not None
        assert box["width"] <= 600
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= size["width"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, html: str, scheme: str) -> None:
    page = browser.new_page(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_content(html)
    # A mail is shown within a page of its program, which has the landmarks.
    found = Axe().run(page, options={"rules": {"region": {"enabled": False}, "landmark-one-main": {"enabled": False}}})

    assert found.violations_count == 0, found.generate_report()
    page.close()
