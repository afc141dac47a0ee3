"""The report's tables in terminals of ordinary and of small width."""

import io

import pytest
from rich.console import Console

from ajour_revenue.days import Window
from ajour_revenue.reports.terminal import terminal_tables
from ajour_revenue.reports.texts import TEXTS, Texts
from ajour_revenue_tests.reports.kit import MONDAY, Books

both = pytest.mark.parametrize("texts", TEXTS.values(), ids=TEXTS)


def lines_of(books: Books, texts: Texts, width: int) -> list[str]:
    file = io.StringIO()
    Console(file=file, width=width).print(*terminal_tables(books.report(Window(MONDAY, MONDAY)), texts))
    return file.getvalue().splitlines()


@both
@pytest.mark.parametrize("width", [60, 80])
def test_names_and_numbers_stand_whole_on_the_line_of_their_place(books: Books, texts: Texts, width: int) -> None:
    books.fill(days=1)

    lines = lines_of(books, texts, width)

    assert max(map(len, lines)) <= width
    bar, vesterbro = (next(line for line in lines if line.strip().startswith(name)) for name in ("Bar", "Vesterbro"))
    written = {
        "da": ("10.000 3.000 30,0 % 30,0 % 16,0 625", "21.000 6.400 30,5 % - 34,0 618"),
        "en": ("10,000 3,000 30.0% 30.0% 16.0 625", "21,000 6,400 30.5% - 34.0 618"),
    }[texts.language]
    assert (" ".join(bar.split()), " ".join(vesterbro.split())) == (f"Bar {written[0]}", f"Vesterbro {written[1]}")


@both
def test_what_is_provisional_is_in_brackets_and_what_is_hidden_is_said(books: Books, texts: Texts) -> None:
    books.earn("Bar", "8000")
    books.pay("Vesterbro", "Bar", "2000", hours="7.5", people=1)
    books.earn("Kitchen", "8000")
    books.pay("Vesterbro", "Kitchen", "2000", hours="16")

    lines = [" ".join(line.split()) for line in lines_of(books, texts, 80)]

    bar, vesterbro = (next(line for line in lines if line.startswith(name)) for name in ("Bar", "Vesterbro"))
    assert bar.count(texts.hidden) == 4
    assert vesterbro.endswith("16,0 (500)" if texts.language == "da" else "16.0 (500)")
