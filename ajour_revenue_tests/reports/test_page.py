"""The page: it says what SQL says, in the language of its readers, and needs nothing from elsewhere."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from babel.numbers import parse_decimal

from ajour_revenue.days import Window, yesterday
from ajour_revenue.plan.wage_plan import Planned
from ajour_revenue.reports.page import html_page
from ajour_revenue.reports.plan_texts import PLAN_TEXTS
from ajour_revenue.reports.texts import TEXTS, Texts
from ajour_revenue.wages.figures import COMPANY, Figure
from ajour_revenue_tests.kit import settings_dict
from ajour_revenue_tests.reports.kit import MONDAY, REMARK, TODAY, Books, Page, days_before

DA, EN = TEXTS["da"], TEXTS["en"]

both = pytest.mark.parametrize("texts", TEXTS.values(), ids=TEXTS)


def full(books: Books) -> Books:
    """Let everything happen that a page can tell."""
    books.fill(days=400)
    books.connection.execute(
        "UPDATE unit_revenue SET missing_locations = ['11'] WHERE unit = 'Bar' AND business_date = ?", [days_before(2)]
    )
    books.connection.execute(
        "UPDATE unit_revenue SET revenue_excl_vat = 0, revenue_incl_vat = 0 WHERE unit = 'Shop' AND business_date = ?",
        [days_before(1)],
    )
    books.list_location("11", "Bar, first floor", "Bar")
    books.list_location("99", "Garden", None)
    books.sell("99", "1234.50")
    books.sell("010", "2.00")
    books.correct("Kitchen", "11000.00", "11137.01", days_before(1), source_after="manual", reason="till was down")
    return books


def read(texts: Texts, cell: str) -> Decimal | None:
    """Return the number of a cell, without what is remarked on it; None for a dash."""
    number = re.sub(r"(procentpoint|pp|%|kr\.|DKK|▲|Over mål|Over target|\+|\s)", "", cell.partition(REMARK.strip())[0])
    return None if number == "-" else parse_decimal(number, locale=texts.formats.locale, strict=True)


def amounts_of(texts: Texts, row: dict[str, str]) -> tuple[Decimal | None, ...]:
    heads = (
        *(texts.revenue_excl_vat, texts.revenue_incl_vat, texts.wage_cost, texts.wage_percentage),
        *(texts.hours, texts.revenue_per_hour),
    )
    return tuple(read(texts, row[head]) for head in heads)


def shown(figure: Figure) -> tuple[Decimal | None, ...]:
    """Return a figure's amounts as they are shown: percentage and hours with one decimal, whole kroner per hour."""
    return (
        *(figure.revenue_excl_vat, figure.revenue_incl_vat, figure.wage_cost),
        *(rounded(figure.wage_percentage, "0.1"), rounded(figure.hours, "0.1"), rounded(figure.revenue_per_hour, "1")),
    )


def rounded(value: Decimal | None, to: str) -> Decimal | None:
    return None if value is None else value.quantize(Decimal(to), "ROUND_HALF_UP")


@both
def test_the_numbers_of_the_page_are_those_of_sql(books: Books, texts: Texts) -> None:
    report = full(books).report()
    page = Page(html_page(report, texts))

    places = page.table(texts.department_or_unit, texts.target)
    chart = page.table(texts.day, texts.target)
    to_date = page.table(texts.period)
    comparison = page.table(texts.revenue_growth)

    assert [amounts_of(texts, row) for row in places] == [
        shown(report.figure(report.day, place)) for place in report.places
    ]
    assert [amounts_of(texts, row) for row in chart] == [
        shown(report.figure(Window(day, day))) for day in report.chart_days.days
    ]
    assert [amounts_of(texts, row) for row in to_date] == [shown(report.figure(window)) for window in report.to_date]
    assert [amounts_of(texts, row) for row in comparison] == [
        shown(report.figure(Window(day, day))) for day in (MONDAY, days_before(7), days_before(364))
    ]


@both
def test_every_period_and_place_is_in_the_table_of_periods(books: Books, texts: Texts) -> None:
    report = full(books).report(by="month")
    table = Page(html_page(report, texts)).tables[-1]

    rows = [row for row in table[1:] if len(row) == len(table[0])]
    figures = [figure for period in report.periods for figure in report.places_of(period)]
    heads = [" ".join(head.split()) for head in table[0]]
    assert [amounts_of(texts, dict(zip(heads, row, strict=True))) for row in rows] == [shown(each) for each in figures]


@both
def test_the_page_needs_nothing_from_elsewhere(books: Books, texts: Texts) -> None:
    html = html_page(full(books).report(), texts)
    elements = Page(html).elements

    assert {name for name, _ in elements} & {"script", "img", "iframe", "object", "embed", "base", "audio"} == set()
    links = [value for _, attributes in elements for name, value in attributes.items() if name in ("href", "src")]
    assert {link for link in links if not (link or "").startswith("#")} == {"data:,"}
    assert [name for _, attributes in elements for name in attributes if name.startswith("on")] == []
    without_names = html.replace("http://www.w3.org/2000/svg", "")
    assert re.findall(r"https?:|//\w|@import|url\(|@font-face", without_names) == []


@both
def test_every_amount_is_labelled_incl_or_excl_vat(books: Books, texts: Texts) -> None:
    page = Page(html_page(full(books).report(), texts))

    labels = [attributes.get("data-label") or "" for name, attributes in page.elements if name == "td"]
    heads = [cell for table in page.tables for cell in table[0]]
    word = {"da": "msætning", "en": "evenue"}[texts.language]
    about_revenue = [label for label in (*labels, *heads) if word in label]
    assert about_revenue
    assert [label for label in about_revenue if not re.search(r"((ekskl|inkl)\. moms|(excl|incl)\. VAT)", label)] == []


def test_the_day_stands_on_top_as_danes_write_it(books: Books) -> None:
    books.earn("Bar", "98765.43")
    books.pay("Vesterbro", "Bar", "31012.35", hours="151.5")

    text = " ".join(Page(html_page(books.report(), DA)).text.split())

    assert "98.765,43 kr. ekskl. moms 123.456,79 kr. inkl. moms" in text
    assert "Lønomkostninger 31.012,35 kr. 151,5 timer · omsætning ekskl. moms 652 kr./time" in text
    assert "31,4 % af omsætning ekskl. moms Mål 30,0 % · ▲ 1,4 procentpoint over mål 1 af 1 enheder over mål" in text
    assert "mandag 23-11-2026" in text


def test_over_target_is_said_without_colour(books: Books) -> None:
    books.earn("Bar", "1000")
    books.pay("Vesterbro", "Bar", "314")

    rows = {
        row["Afdeling / enhed"]: row
        for row in Page(html_page(books.report(), DA)).table(
            "Afvigelse fra mål, procentpoint", "Lønprocent uge 48 indtil nu"
        )
    }

    assert rows["Bar"]["Lønprocent"] == "31,4 % ▲Over mål"
    assert rows["Bar"]["Afvigelse fra mål, procentpoint"] == "+1,4"


@both
def test_revenue_per_hour_is_hidden_with_the_wage_and_grey_where_it_is_provisional(books: Books, texts: Texts) -> None:
    books.earn("Bar", "8000")
    books.pay("Vesterbro", "Bar", "2000", hours="7.5", people=1)
    books.earn("Kitchen", "8000")
    books.pay("Vesterbro", "Kitchen", "2000", hours="16")

    html = html_page(books.report(), texts)
    rows = {row[texts.department_or_unit].split()[0]: row for row in Page(html).table(texts.department_or_unit)}

    assert (rows["Bar"][texts.hours], rows["Bar"][texts.revenue_per_hour]) == (texts.hidden, texts.hidden)
    assert rows["Vesterbro"][texts.revenue_per_hour] == "500"
    assert f'data-label="{texts.revenue_per_hour}" class="is-provisional">500<' in html


def test_under_target_has_no_mark(books: Books) -> None:
    books.earn("Bar", "1000")
    books.pay("Vesterbro", "Bar", "290")

    html = html_page(books.report(), DA)

    assert "▲" not in html
    assert "1,0 procentpoint under mål" in Page(html).text


@both
def test_what_needs_attention_is_told_and_counted(books: Books, texts: Texts) -> None:
    page = Page(html_page(full(books).report(), texts))

    notices = page.table(texts.what, texts.details)
    words = texts.findings
    told = {(row[texts.what], row[texts.where]): row[texts.details] for row in notices}
    missing = words.kinds["missing"].title, "Vesterbro · Bar"
    # That there were wages on the day is told there too.
    unusual = words.kinds["unusual revenue"].title, "Aarhus · Shop"
    assert told.keys() == {missing, unusual}
    assert told[missing] == words.location.format("11 (Bar, first floor)")
    nothing = words.revenue.format(texts.formats.kroner(Decimal(0)))
    assert told[unusual].startswith(f"{nothing} {texts.excl_vat}; ")
    assert told[unusual].endswith(words.causes["open"])
    days = f"--from {days_before(2)} --to {days_before(2)}"
    assert f"{words.kinds['missing'].action}: ajour-revenue fetch {days}" in {row[texts.to_do] for row in notices}
    unmapped, unlisted = page.table(texts.location)
    assert unmapped[texts.location] == "99 · Garden"
    assert (unlisted[texts.location], unlisted[texts.details]) == (
        "010",
        f"{words.not_in_list}; {words.similar_ids.format('10')}",
    )
    assert read(texts, unmapped[texts.revenue_excl_vat]) == Decimal("1234.50")
    [changed] = page.table(texts.before, texts.after)
    assert changed[texts.what] == words.changes["entered by hand"]
    assert (read(texts, changed[texts.before]), read(texts, changed[texts.after])) == (
        Decimal(11_000),
        Decimal("11137.01"),
    )
    assert changed[texts.vat_head] == texts.excl_vat
    assert changed[texts.source] == f"Ajour → {words.sources['manual']}: till was down"
    assert changed[texts.explained_by] == f"ajour-revenue explain Kitchen {days_before(1)}"
    assert f"{texts.attention}: 5" in page.text


@both
def test_where_nothing_is_the_matter_the_page_says_so(books: Books, texts: Texts) -> None:
    books.fill()

    assert texts.nothing_to_attend in Page(html_page(books.report(), texts)).text


@both
def test_an_empty_warehouse_gives_a_page_that_says_what_to_do(books: Books, texts: Texts) -> None:
    page = Page(html_page(books.report(), texts))

    assert texts.nothing_at_all in page.text
    assert "None" not in page.text


@both
def test_a_day_with_nothing_gives_a_page_with_the_days_before(books: Books, texts: Texts) -> None:
    books.fill(days=20, last_day=days_before(1))
    report = books.report()
    page = Page(html_page(report, texts))

    assert texts.nothing_that_day in page.text
    [day, week_before, _] = page.table(texts.revenue_growth)
    assert amounts_of(texts, day) == (None,) * 6
    assert amounts_of(texts, week_before) == shown(report.figure(Window(days_before(7), days_before(7))))


@both
@pytest.mark.parametrize(
    ("day", "last_year"),
    [
        (dt.date(2026, 4, 5), dt.date(2025, 4, 20)),  # Easter
        (dt.date(2026, 12, 24), dt.date(2025, 12, 24)),
    ],
)
def test_a_holiday_is_compared_with_the_same_one_last_year(
    books: Books, texts: Texts, day: dt.date, last_year: dt.date
) -> None:
    books.earn("Bar", "5000", day)
    books.earn("Bar", "2000", days_before(364, day))
    books.earn("Bar", "4000", last_year)

    *_, year_before, holiday = Page(html_page(books.report(Window(day, day)), texts)).table(texts.revenue_growth)

    assert [read(texts, row[texts.revenue_growth]) for row in (year_before, holiday)] == [150, 25]
    assert holiday[texts.day].startswith(f"{texts.same_holiday} {texts.formats.weekday_and_date(last_year)}")


def test_yesterday_is_called_so_and_another_day_by_its_date(books: Books) -> None:
    headings = {
        day: re.findall(r'<h2 id="day">(.*?)</h2>', html_page(books.report(Window(day, day)), DA))
        for day in (yesterday(), MONDAY - dt.timedelta(days=700))
    }

    assert list(headings.values()) == [["I går"], ["mandag 23-12-2024"]]


@both
def test_the_page_is_built_for_those_who_hear_it(books: Books, texts: Texts) -> None:
    page = Page(html_page(full(books).report(), texts))

    assert [attributes["lang"] for name, attributes in page.elements if name == "html"] == [texts.language]
    heads = [attributes for name, attributes in page.elements if name == "th"]
    assert heads
    assert {attributes.get("scope") for attributes in heads} == {"col", "row", "rowgroup"}
    assert [name for name, _ in page.elements].count("caption") == len(page.tables)
    pictures = [attributes for name, attributes in page.elements if name == "svg"]
    charts = [attributes for attributes in pictures if attributes.get("aria-hidden") != "true"]
    assert [(attributes["role"], bool(attributes["aria-label"])) for attributes in charts] == [("group", True)] * 2
    days = [attributes for _, attributes in page.elements if attributes.get("tabindex") == "0"]
    assert [(attributes["role"], bool(attributes["aria-label"])) for attributes in days] == [("img", True)] * 2 * 31


def test_names_are_taken_for_text_and_not_for_markup(books: Books) -> None:
    name = '<b>Bar & "Grill"</b>\''
    books.change(units=[settings_dict()["units"][0] | {"name": name}])
    books.earn(name, "1000")
    books.pay("Vesterbro", name, "300")
    books.list_location("<i>", "<script>alert(1)</script>", None)

    page = Page(html_page(books.report(), DA))

    assert [
        row["Afdeling / enhed"] for row in page.table("Afvigelse fra mål, procentpoint", "Lønprocent uge 48 indtil nu")
    ] == [
        "Vesterbro",
        name,
    ]
    assert {element for element, _ in page.elements} & {"b", "i", "script"} == set()


@pytest.mark.parametrize(
    ("language", "words"),
    [("da", ["I går", "Omsætning", "Uge 48"]), ("en", ["Yesterday", "Revenue", "Week 48"])],
)
def test_a_page_speaks_one_language(books: Books, language: str, words: list[str]) -> None:
    texts = {"da": DA, "en": EN}[language]
    other = {"da": EN, "en": DA}[language]
    text = Page(html_page(full(books).report(), texts)).text

    assert [word for word in words[1:] if word not in text] == []
    others = [
        other.revenue,
        other.places,
        other.attention,
        other.not_over_target,
        other.findings.kinds["missing"].title,
    ]
    assert [words for words in others if words in text] == []


# What lies ahead


def ahead(books: Books, patch: pytest.MonkeyPatch) -> Books:
    books.fill(days=70)
    books.look_ahead(patch)
    return books


@both
def test_today_and_the_next_seven_days_are_on_the_page_as_the_plan_has_them(
    books: Books, texts: Texts, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = ahead(books, monkeypatch).report()
    page, plan_texts = Page(html_page(report, texts)), PLAN_TEXTS[texts.language]

    heads = (plan_texts.expected_revenue, *plan_texts.between, plan_texts.planned_wages)
    company = page.table(texts.day, plan_texts.expected_revenue)
    places = page.table(texts.department_or_unit, plan_texts.expected_revenue)

    def amounts(rows: list[dict[str, str]]) -> list[tuple[Decimal | None, ...]]:
        return [tuple(read(texts, row[head]) for head in heads) for row in rows]

    def kroner(plan: list[Planned]) -> list[tuple[Decimal | None, ...]]:
        values = [(each.figure.revenue_excl_vat, each.low, each.high, each.figure.wage_cost) for each in plan]
        return [tuple(rounded(value, "1") for value in row) for row in values]

    of_company = [each for each in report.plan if each.figure.place == COMPANY]
    assert [each.day for each in of_company] == Window(TODAY, TODAY + dt.timedelta(days=7)).days
    assert amounts(company) == kroner(of_company)
    assert amounts(places) == kroner([each for each in report.plan if each.figure.place != COMPANY])
    assert plan_texts.open_shifts in " ".join(page.text.split())


@both
def test_the_page_says_where_week_and_month_will_end(
    books: Books, texts: Texts, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = ahead(books, monkeypatch).report()
    plan_texts = PLAN_TEXTS[texts.language]
    rows = Page(html_page(report, texts)).table(texts.department, plan_texts.expected_wages)

    ends = [outlook.at_end[place] for outlook in report.outlooks for place in outlook.places]
    so_far = [outlook.so_far[place] for outlook in report.outlooks for place in outlook.places]
    assert [read(texts, row[plan_texts.expected_revenue]) for row in rows] == [
        rounded(figure.revenue_excl_vat, "1") for figure in ends
    ]
    assert [read(texts, row[plan_texts.expected_percentage]) for row in rows] == [
        rounded(figure.wage_percentage, "0.1") for figure in ends
    ]
    assert [read(texts, row[plan_texts.revenue_so_far]) for row in rows] == [
        rounded(figure.revenue_excl_vat, "1") for figure in so_far
    ]
    assert len(ends) == 2 * len(("Aarhus", "Vesterbro", "company"))


def test_a_report_of_days_long_past_says_nothing_of_the_coming_ones(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = ahead(books, monkeypatch).report(Window(days_before(40), days_before(10)))

    assert (report.plan, report.outlooks) == ((), ())
    assert PLAN_TEXTS["da"].coming_days not in Page(html_page(report, DA)).text
