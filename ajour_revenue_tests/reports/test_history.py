"""The pages of the days: each its own, linked, and written anew when its figures have changed."""

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import duckdb
import pytest

from ajour_revenue.days import Window, latest_days
from ajour_revenue.reports.history import write_department_pages, write_pages
from ajour_revenue.reports.plan_texts import PLAN_TEXTS
from ajour_revenue.reports.report import Report
from ajour_revenue.reports.texts import TEXTS
from ajour_revenue.reports.write import Pages
from ajour_revenue.wages.figures import Figure, Place, load_figures
from ajour_revenue_tests.reports.kit import MONDAY, Books, Page, days_before

DA = TEXTS["da"]


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    return Pages(tmp_path / "demo")


def write_day(books: Books, pages: Pages, day: dt.date) -> list[dt.date]:
    """Write the pages as a morning does whose latest day this is; return the earlier days written anew."""

    def figures_of(windows: Sequence[Window]) -> Mapping[Window, Mapping[Place, Figure]]:
        return load_figures(books.connection, books.settings, windows)

    def report(day: dt.date) -> Window:
        return latest_days(day, since=books.settings.activation_date)

    return write_pages(
        pages,
        books.report(report(day)),
        DA,
        figures_of=figures_of,
        report_of=lambda day: books.report(report(day)),
    )


def linked(page: Path) -> set[Path]:
    """Return the files that a page links to."""
    read = Page(page.read_text(encoding="utf-8"))
    links = [attributes["href"] or "" for name, attributes in read.elements if name == "a" and "href" in attributes]
    return {Path(urlsplit(urljoin(page.as_uri(), link)).path) for link in links if not link.startswith("#")}


def test_each_day_has_a_page_with_links_to_the_day_before_and_after(books: Books, pages: Pages) -> None:
    books.fill(days=60)
    days = [days_before(3), days_before(1), MONDAY]
    for day in days:
        write_day(books, pages, day)

    assert pages.days == days
    targets = [linked(pages.page(day)) for day in days]
    assert targets == [
        {pages.index, pages.page(days[1])},
        {pages.index, pages.page(days[0]), pages.page(days[2])},
        {pages.index, pages.page(days[1])},
    ]
    assert linked(pages.latest) == {pages.index, pages.page(days[1])}
    assert linked(pages.index) == {pages.latest, *(pages.page(day) for day in days)}
    assert DA.formats.weekday_and_date(days[0]) in Page(pages.page(days[0]).read_text(encoding="utf-8")).text


def test_a_day_whose_figures_have_changed_is_written_anew_and_no_other(books: Books, pages: Pages) -> None:
    books.fill(days=60)
    for day in (days_before(3), days_before(2), days_before(1)):
        assert write_day(books, pages, day) == []
    other = pages.page(days_before(3)).stat()

    books.connection.execute(
        "UPDATE unit_revenue SET revenue_excl_vat = 98765 WHERE unit = 'Bar' AND business_date = ?", [days_before(2)]
    )
    assert write_day(books, pages, days_before(1)) == [days_before(2)]

    assert "98.765,00" in pages.page(days_before(2)).read_text(encoding="utf-8")
    assert write_day(books, pages, days_before(1)) == []
    # A page that is written anew is another file.
    assert pages.page(days_before(3)).stat().st_ino == other.st_ino
    assert linked(pages.page(days_before(2))) == {
        *(pages.index, pages.page(days_before(3)), pages.page(days_before(1))),
    }


def test_a_day_that_came_late_is_linked_between_its_neighbours(books: Books, pages: Pages) -> None:
    books.fill(days=60)
    for day in (days_before(2), MONDAY, days_before(1)):
        write_day(books, pages, day)

    assert pages.page(days_before(1)) in linked(pages.page(days_before(2)))
    assert pages.page(days_before(1)) in linked(pages.page(MONDAY))


def test_the_index_lists_months_the_latest_first(books: Books, pages: Pages) -> None:
    books.fill(days=60)
    for day in (dt.date(2026, 10, 31), dt.date(2026, 11, 1), MONDAY):
        write_day(books, pages, day)

    text = " ".join(Page(pages.index.read_text(encoding="utf-8")).text.split())
    november, october = text.index("November 2026"), text.index("Oktober 2026")
    assert november < text.index("mandag 23-11-2026") < text.index("søndag 01-11-2026") < october
    assert october < text.index("lørdag 31-10-2026")


# Departments


def write_departments(books: Books, pages: Pages, day: dt.date = MONDAY) -> None:
    def figures_of(windows: Sequence[Window]) -> Mapping[Window, Mapping[Place, Figure]]:
        return load_figures(books.connection, books.settings, windows)

    def report_of(day: dt.date) -> Report:
        return books.report(latest_days(day, since=books.settings.activation_date), of_departments=True)

    names = ["Aarhus", "Vesterbro"]
    write_department_pages(pages, names, report_of(day), DA, figures_of=figures_of, report_of=report_of)


def test_each_department_has_pages_of_its_own_figures(
    books: Books, pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    books.fill(days=60)
    books.look_ahead(monkeypatch)
    write_departments(books, pages, days_before(1))
    write_departments(books, pages)

    aarhus = Pages(pages.folder / "departments" / "aarhus")
    assert aarhus.days == [days_before(1), MONDAY]
    page = Page(aarhus.latest.read_text(encoding="utf-8"))
    assert [row[DA.department_or_unit] for row in page.table(DA.department_or_unit, DA.week_to_date.format(48))] == [
        *("Aarhus", "Shop"),
    ]
    chart = page.table(DA.day, DA.wage_cost, DA.target)
    assert [row[DA.revenue_excl_vat] for row in chart][-1] == "12.000,00"
    assert "-" not in [row[DA.revenue_excl_vat] for row in chart]
    assert PLAN_TEXTS["da"].coming_days in page.text
    for written in aarhus.folder.rglob("*.html"):
        text = Page(written.read_text(encoding="utf-8")).text
        assert [name for name in ("Vesterbro", "Bar", "Kitchen") if name in text] == []


def test_the_pages_of_a_department_are_the_same_whatever_the_others_did(
    empty_tables: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def written(folder: Path, *, changed: bool) -> dict[str, bytes]:
        empty_tables.begin()
        try:
            books = Books(empty_tables)
            books.fill(days=60)
            if changed:
                books.earn("Bar", "-77.77", days_before(70))
                books.correct("Bar", "1.00", "2.00")
                books.connection.execute("UPDATE unit_revenue SET revenue_excl_vat = 4711 WHERE unit <> 'Shop'")
                books.connection.execute("UPDATE wage_costs SET wage_cost = 1234 WHERE unit <> 'Shop'")
                books.sell("99", "1234.00")
                books.list_location("98", "Secret garden", None)
            books.look_ahead(monkeypatch)
            write_departments(books, Pages(folder))
        finally:
            empty_tables.rollback()
        files = (folder / "departments" / "aarhus").rglob("*.html")
        return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}

    as_ever = written(tmp_path / "a", changed=False)
    assert len(as_ever) == len(["latest", "index", "the day's"])
    assert written(tmp_path / "b", changed=True) == as_ever


@pytest.mark.parametrize(
    ("departments", "folders"),
    [
        (["Aarhus Ø", "Nørrebro", "Café Åen"], ["aarhus-oe", "noerrebro", "cafe-aaen"]),
        (["Bar", "bar!", "BAR "], ["bar", "bar-2", "bar-3"]),
        (["../etc", "日本", "."], ["etc", "department", "department-2"]),
    ],
)
def test_a_departments_folder_is_named_in_letters_of_any_address(departments: list[str], folders: list[str]) -> None:
    pages = Pages(Path("demo"))

    assert [pages.of_department(name, departments).folder.name for name in departments] == folders
