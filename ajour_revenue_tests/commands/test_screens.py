"""Every command on a terminal of 80 columns, with and without colour, and where no terminal is."""

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner

from ajour_revenue.cli import main
from ajour_revenue.commands.marks import show_plain_marks
from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.commands.kit import COLUMNS, Shell
from ajour_revenue_tests.kit import Company

pytestmark = pytest.mark.usefixtures("at_fetched_company")

ENTER = ("enter", "Bar", LAST_DAY, "--excl-vat", "1.000,00", "--reason", "till was down")
COMMANDS = [
    ("test",),
    ("status",),
    ("plan",),
    ENTER,
    ("fetch", "--from", LAST_DAY),
    ("fetch", "--from", LAST_DAY, "--to", LAST_DAY - timedelta(days=1)),
    ("enter", "Nowhere", LAST_DAY, "--excl-vat", "1", "--reason", "x"),
    ("status", "a-settings-file-that-does-not-exist-and-has-a-rather-long-name.yaml"),
]
HAVE_COLOURS = [("test",), ("status",), ("fetch", "--from", LAST_DAY)]


@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda arguments: arguments[0])
def test_no_line_is_wider_than_the_terminal_with_and_without_colours(
    shell: Shell, arguments: tuple[object, ...]
) -> None:
    coloured, plain = shell.show(*arguments), shell.show(*arguments, colours=False)
    for screen in (coloured, plain):
        assert screen.text.strip()
        assert screen.widest_line <= COLUMNS, screen.text
        assert "S3cret-Pass" not in screen.text
        assert "Traceback" not in screen.text
    assert coloured.has_colours or arguments not in HAVE_COLOURS
    assert not plain.has_colours
    # Nor where there is no terminal; what was fetched by then is said in the same words.
    assert "\x1b" not in shell.run(*arguments).output


@pytest.mark.parametrize("command", [(), *((name,) for name in main.commands)], ids=str)
def test_help_fits_the_terminal(shell: Shell, command: tuple[str, ...]) -> None:
    screen = shell.show(*command, "--help")
    assert screen.exit_code == 0
    assert screen.widest_line <= COLUMNS


def test_a_unit_may_be_called_as_markup_is_written(shell: Shell, at_company: Company) -> None:
    at_company.reload(units=[{"name": "[red]Bar[/red] :beer:", "department": "Vesterbro", "locations": ["10"]}])
    assert "[red]Bar[/red] :beer:" in shell.show("test").text


@pytest.mark.parametrize("encoding", ["iso-8859-1", "ascii"])
@pytest.mark.parametrize("arguments", [*COMMANDS, ("report",)], ids=lambda arguments: arguments[0])
def test_a_terminal_of_another_encoding_has_plain_marks(
    at_company: Company, encoding: str, arguments: tuple[object, ...]
) -> None:
    unit = {"name": "Køkken på Ærø", "department": "Østerbro", "locations": ["10"]}
    at_company.reload(units=[unit], wages={"source": "file", "file": "none.csv"})

    result = CliRunner(charset=encoding).invoke(main, [str(argument) for argument in arguments])

    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.stdout_bytes.decode(encoding) + result.stderr_bytes.decode(encoding)
    assert "?" not in result.stdout_bytes.decode(encoding).replace("did you mean", "")


def test_letters_that_an_encoding_has_not_lose_their_accents_and_other_marks_are_no_digits() -> None:
    show_plain_marks()

    assert "Café Żubrówka, ½ ≠ 2".encode("ascii", "plain_marks") == b"Cafe Zubrowka, ? ? 2"


def test_json_is_in_ascii_and_says_every_letter(shell: Shell, at_company: Company) -> None:
    at_company.reload(units=[{"name": "Køkken", "department": "Østerbro", "locations": ["10"]}])

    printed = shell.run("test", "--json").output

    assert printed.isascii()
    assert json.loads(printed)["units"][0]["unit"] == "Køkken"
