"""The command `ajour-revenue`: which commands there are. Each is imported when it is called, with what it needs."""

import sys
from collections import UserDict
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any, NamedTuple, TypeGuard

import click

from ajour_revenue import __version__
from ajour_revenue.commands.errors import FailedError
from ajour_revenue.commands.marks import show_plain_marks
from ajour_revenue.errors import ActionableError
from ajour_revenue.text.bilingual import Bilingual

if TYPE_CHECKING:
    from sqlalchemy.exc import DBAPIError


class Entry(NamedTuple):
    """A command in the list of all, which is shown without importing it."""

    where: str
    """Its module in `commands`, and its name there."""
    help: str
    """The first sentence of its own help."""


COMMANDS = {
    "companies": Entry("companies:companies", "List the companies of this folder with their state."),
    "demo": Entry(
        "demo:demo", "Make a demo Ajour and Planday, fetch their last 31 days, and print the wage percentages."
    ),
    "enter": Entry("enter:enter", "Enter the revenue of a UNIT and DAY by hand."),
    "explain": Entry("explain:explain_command", "Explain the revenue of a UNIT on a DAY."),
    "fetch": Entry("fetch:fetch", "Fetch days of the past, as a backfill in Dagster does."),
    "init": Entry("init:init", "Write the settings and .env of a new integration."),
    "mail": Entry("mail:mail", "Show who gets the report by mail, and when they last did."),
    "move-warehouse": Entry(
        "move_warehouse:move_warehouse", "Copy the warehouse into PostgreSQL, or from there into a new FILE."
    ),
    "plan": Entry("plan:plan", "Show the planned wages of the coming days against the expected revenue."),
    "report": Entry("report:report", "Report revenue, wage cost and wage percentage per department and unit."),
    "status": Entry("status:status", "Show what was fetched, what comes next, and what needs attention."),
    "test": Entry("test:test", "Test the settings, and show which Ajour location feeds which unit."),
}

NO_HISTORY = Bilingual(
    da="Dagsters historik kan ikke læses eller skrives: {said}. Se, om der er plads på disken, og om denne bruger må "
    "skrive i dens mappe (DAGSTER_HOME, eller som der står i dagster.yaml), og prøv igen.",
    en="Dagster's history cannot be read or written: {said}. Look whether its disk has room, and whether this user may "
    "write to its folder (DAGSTER_HOME, or as dagster.yaml says); then try again.",
)


class Imported(UserDict[str, Any]):
    """The commands by name, each of which is imported when it is asked for."""

    def __getitem__(self, name: str) -> click.Command:
        """Return a command; KeyError where there is none of the name."""
        command: click.Command = resolve_name(f"ajour_revenue.commands.{self.data[name].where}")
        return command


class Commands(click.Group):
    """Commands that tell an error for people in its own words, without its place in the program."""

    def main(self, *arguments: Any, **how: Any) -> Any:  # noqa: ANN401 (click's)
        """Run the command line, on whatever terminal it is."""
        show_plain_marks()
        return super().main(*arguments, **how)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 (click's)
        """List the commands as click does, none of them imported."""
        room = formatter.width - 6 - max(map(len, COMMANDS))
        with formatter.section("Commands"):
            formatter.write_dl(
                (name, click.Command(name, help=entry.help).get_short_help_str(room))
                for name, entry in COMMANDS.items()
            )

    def invoke(self, ctx: click.Context) -> object:
        """Carry out the command."""
        try:
            return super().invoke(ctx)
        except ActionableError as error:
            raise FailedError(error.text) from error
        except Exception as error:
            if not _is_of_a_database(error):
                raise
            # Only Dagster's history is spoken to by SQLAlchemy.
            raise FailedError(NO_HISTORY.format(said=error.orig)) from error


def _is_of_a_database(error: Exception) -> TypeGuard["DBAPIError"]:
    # Who has not imported SQLAlchemy has no error of it.
    exceptions = sys.modules.get("sqlalchemy.exc")
    return exceptions is not None and isinstance(error, exceptions.DBAPIError)


@click.group(
    cls=Commands,
    commands=Imported(COMMANDS),
    epilog="A new integration: init, test --write, fetch, status. Each command explains itself with --help.",
)
@click.version_option(__version__, prog_name="ajour-revenue", message="%(prog)s %(version)s")
def main() -> None:
    """Revenue from Ajour, wages from Planday, and the wage percentage of every restaurant."""
