"""What the mail says, as HTML and as text, in Danish and English."""

import dataclasses
import re
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from ajour_revenue.alerts.messages import Mail
from ajour_revenue.days import Window
from ajour_revenue.mail.letter import MOST_FINDINGS, MOST_LINES, letter
from ajour_revenue.mail.texts import MAIL_TEXTS, MailTexts
from ajour_revenue.reports.restricted import restricted_to
from ajour_revenue_tests.kit import settings_dict
from ajour_revenue_tests.mail.kit import Html, read, shown
from ajour_revenue_tests.reports.kit import HIDDEN_WAGE, MONDAY, Books, days_before

WEEK = Window(days_before(6), MONDAY)
DANISH = MAIL_TEXTS["da"]
BLANKS = re.compile(r"\{\w*\}")


def mail_of(books: Books, *departments: str, texts: MailTexts = DANISH, xlsx: bool = False) -> Mail:
    report = books.report(WEEK, "day")
    reports = [restricted_to(report, department) for department in departments] or [report]
    return letter(reports, texts, xlsx=xlsx)


def bar(books: Books, revenue: str = "20000", wages: str = "8000") -> None:
    books.earn("Bar", revenue)
    books.pay("Vesterbro", "Bar", wages, people=4)


def test_the_subject_says_it_all(books: Books) -> None:
    books.change(units=settings_dict()["units"][:1])
    books.list_location("11", "Bar 1. sal", "Bar")
    books.earn("Bar", "30411.20", missing=("11",))
    books.pay("Vesterbro", "Bar", "10400", people=4)

    mail = mail_of(books, "Vesterbro")

    assert mail.subject == "Vesterbro mandag: 30.411 kr. · løn 34,2 % (foreløbig, mål 30) · mangler Bar 1. sal"
    # What does not cover everything is over no target.
    assert "over mål" not in mail.text.replace(DANISH.units, "")


def test_a_target_stands_in_the_subject_where_everything_is_known(books: Books) -> None:
    books.change(units=settings_dict()["units"][:1])
    bar(books)

    assert mail_of(books).subject == "demo mandag: 20.000 kr. · løn 40,0 % (mål 30)"
    assert mail_of(books, texts=MAIL_TEXTS["en"]).subject == "demo Monday: DKK 20,000 · wages 40.0% (target 30)"


def test_several_departments_have_a_block_each_and_no_sum(books: Books) -> None:
    books.change(units=[*settings_dict()["units"], {"name": "Stand", "department": "Odense"}])
    bar(books)
    books.earn("Shop", "1234.56")
    books.earn("Stand", "7000")

    mail = mail_of(books, "Vesterbro", "Aarhus")

    assert mail.subject.startswith("Vesterbro mandag: 20.000 kr. · ")
    assert "; Aarhus mandag: 1.235 kr. · " in mail.subject
    for text in (mail.text, Html(mail.html or "").words):
        assert text.index("Vesterbro") < text.index("Aarhus")
        for unseen in ("Odense", "Stand", "7.000", "21.235", "28.235"):
            assert unseen not in text


def test_units_stand_from_the_worst_on_and_say_so_in_words(books: Books) -> None:
    units = [
        {"name": name, "department": "Vesterbro", "target_wage_percentage": 30} for name in ("Bar", "Café", "Kælder")
    ]
    books.change(units=[*units, {"name": "Terrasse", "department": "Vesterbro"}])
    for unit, wages in (("Bar", "2900"), ("Café", "3500"), ("Kælder", "4100"), ("Terrasse", "9000")):
        books.earn(unit, "10000")
        books.pay("Vesterbro", unit, wages, people=3)

    html = Html(mail_of(books, "Vesterbro").html or "")

    assert html.table("Afdeling / enhed", "Omsætning, kr.", "Løn %", "Mål") == [
        ["Kælder", "10.000", "over 41,0 %", "30"],
        ["Café", "10.000", "over 35,0 %", "30"],
        ["Bar", "10.000", "29,0 %", "30"],
        ["Terrasse", "10.000", "90,0 %", ""],
    ]


def test_names_cannot_break_out_of_html_or_subject(books: Books) -> None:
    books.change(units=[{"name": "<script>alert(1)</script>", "department": "A & B\r\nBcc: x@example.dk"}])
    books.earn("<script>alert(1)</script>", "100")

    mail = mail_of(books)

    assert "<script" not in (mail.html or "")
    assert "&lt;script&gt;" in (mail.html or "")
    department = books.settings.units[0].department
    assert "\n" not in mail_of(books, department).subject


@pytest.mark.parametrize("mark", ["\n", "\r\n", "\x85", "\u2028", "\u2029", "\x0b", "\x1c"])
def test_nothing_that_ajour_says_begins_another_header(books: Books, mark: str) -> None:
    books.earn("Bar", "100", missing=("11",))
    books.list_location("11", f"Bar{mark}Bcc: x@example.dk", "Bar")

    message = EmailMessage()
    message["Subject"] = mail_of(books).subject

    assert message.keys() == ["Subject"]
    assert "Bcc: x@example.dk" in message["Subject"]


def test_nothing_in_it_is_fetched_or_runs(books: Books) -> None:
    books.fill()
    elements = Html(mail_of(books).html or "").elements

    assert {"script", "link", "img", "style", "iframe", "a"}.isdisjoint(elements)
    assert "url(" not in (mail_of(books).html or "")


def test_a_company_of_many_units_is_not_cut_by_gmail(books: Books) -> None:
    books.change(units=[{"name": f"Enhed nummer {number}", "department": "Vesterbro"} for number in range(300)])
    for number in range(300):
        books.earn(f"Enhed nummer {number}", str(1000 + number))

    mail = mail_of(books)

    assert len((mail.html or "").encode()) < 102_000
    assert DANISH.more_units.format(301 - MOST_LINES) in mail.text


def test_the_workbook_of_a_department_has_its_days_and_no_other(books: Books) -> None:
    books.fill()
    [attachment] = mail_of(books, "Aarhus", xlsx=True).attachments
    text = read(attachment.data)

    assert attachment.file_name == f"Aarhus {MONDAY}.xlsx"
    assert "Shop" in text
    assert "Vesterbro" not in text
    # On the sheet of the days too.
    assert text.count("<v>12000.00</v>") == 3


def test_a_day_without_figures_says_so(books: Books) -> None:
    books.earn("Bar", "100", days_before(1))

    mail = mail_of(books, "Aarhus")

    assert mail.subject == "Aarhus mandag: ingen tal"
    assert DANISH.common.no_figures in mail.text


def test_what_is_planned_for_today_and_the_end_of_the_week_are_said_of_what_the_reader_may_see(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    books.fill(days=70)
    books.look_ahead(monkeypatch)

    company, aarhus = mail_of(books), mail_of(books, "Aarhus")

    assert "I dag: planlagt 12.452 kr. af ventede 39.177 kr.: 31,8 %" in company.text
    assert "Uge 48: indtil nu 33.000 kr. · løn 30,9 % → ventet til og med søndag 29-11-2026" in company.text
    assert "I dag: planlagt 4.001 kr. af ventede 14.096 kr.: 28,4 %" in aarhus.text
    assert "Uge 48: indtil nu 12.000 kr. · løn 31,7 % → ventet til og med søndag 29-11-2026" in aarhus.text
    assert aarhus.html is not None
    assert "ventede 39.177 kr." not in aarhus.html


def test_an_end_of_the_week_that_does_not_cover_every_day_says_so(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Four of each weekday from Friday to Monday, three of the others: of those nothing is expected.
    books.fill(days=25)
    books.look_ahead(monkeypatch)

    [week] = [line for line in mail_of(books).text.splitlines() if line.startswith("Uge 48")]

    so_far, expected = week.split("→")
    assert "foreløbig" not in so_far
    assert re.search(r"løn \d+,\d % \(foreløbig: omsætning på 4 af 7 dage\)$", expected)


@pytest.mark.parametrize("texts", MAIL_TEXTS.values(), ids=MAIL_TEXTS)
def test_every_text_of_a_language_is_said_where_it_is_meant(
    books: Books, texts: MailTexts, monkeypatch: pytest.MonkeyPatch
) -> None:
    mails = list(mails_that_say_everything(books, texts, monkeypatch))
    said = " ".join("\n".join(map(shown, mails)).split())

    unsaid = [
        field.name
        for field in dataclasses.fields(texts)
        if field.name != "common"
        and any(part.strip() not in said for part in BLANKS.split(getattr(texts, field.name)) if part.strip())
    ]
    assert unsaid == []
    assert "{" not in said
    # And nothing in the other language.
    other = MAIL_TEXTS["en" if texts.common.language == "da" else "da"]
    for name in ("attention", "week", "note", "units"):
        assert getattr(other, name) not in said


def mails_that_say_everything(books: Books, texts: MailTexts, patch: pytest.MonkeyPatch) -> Iterator[Mail]:
    yield mail_of(books, texts=texts, xlsx=True)
    with_target: dict[str, Any] = {"department": "Vesterbro", "target_wage_percentage": 30}
    books.change(units=[{"name": "Bar", "locations": ["10", "11", "12"], **with_target}])
    books.earn("Bar", "18000", MONDAY - timedelta(days=7))
    bar(books)
    yield mail_of(books, texts=texts)
    books.earn("Bar", "20000", missing=("10", "11", "12"))
    yield mail_of(books, texts=texts)
    books.connection.execute("UPDATE wage_costs SET wage_cost = ?", [HIDDEN_WAGE])
    books.connection.execute("UPDATE wage_cost_people SET people = 1")
    yield mail_of(books, texts=texts)
    books.change(units=[{"name": f"Enhed {number}", "department": "Vesterbro"} for number in range(MOST_LINES + 5)])
    for number in range(MOST_FINDINGS + 5):
        books.earn(f"Enhed {number}", str(-100 - number))
    yield mail_of(books, texts=texts)
    books.look_ahead(patch)
    yield mail_of(books, texts=texts)
