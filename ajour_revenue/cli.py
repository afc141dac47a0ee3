"""The command `ajour-revenue`."""

from typing import Any

import click
from sqlalchemy.exc import DBAPIError

from ajour_revenue import __version__
from ajour_revenue.commands.companies import companies
from ajour_revenue.commands.demo import demo
from ajour_revenue.commands.enter import enter
from ajour_revenue.commands.explain import explain_command
from ajour_revenue.commands.fetch import fetch
from ajour_revenue.commands.init import init
from ajour_revenue.commands.move_warehouse import move_warehouse
from ajour_revenue.commands.report import report
from ajour_revenue.commands.status import status
from ajour_revenue.commands.terminal import FailedError, show_plain_marks
from ajour_revenue.commands.test import test
from ajour_revenue.errors import ActionableError


class Commands(click.Group):
    """Commands that tell an error for people in its own words, without its place in the program."""

    def main(self, *arguments: Any, **how: Any) -> Any:  # noqa: ANN401 (click's)
        """Run the command line, on whatever terminal it is."""
        show_plain_marks()
        return super().main(*arguments, **how)

    def invoke(self, ctx: click.Context) -> object:
        """Carry out the command."""
        try:
            return super().invoke(ctx)
        except ActionableError as error:
            raise FailedError(str(error)) from error
        except DBAPIError as error:
            # Only Dagster's history is spoken to by SQLAlchemy.
            message = (
                f"Dagster's history cannot be read or written: {error.orig}. Look whether its disk has room, and "
                "whether this user may write to its folder (DAGSTER_HOME, or as dagster.yaml says); then try again."
            )
            raise FailedError(message) from error


@click.group(
    cls=Commands,
    epilog="A new integration: init, test --write, fetch, status. Each command explains itself with --help.",
)
@click.version_option(__version__, prog_name="ajour-revenue", message="%(prog)s %(version)s")
def main() -> None:
    """Revenue from Ajour, wages from Planday, and the wage percentage of every restaurant."""


main.add_command(companies)
main.add_command(demo)
main.add_command(enter)
main.add_command(explain_command)
main.add_command(fetch)
main.add_command(init)
main.add_command(move_warehouse)
main.add_command(report)
main.add_command(status)
main.add_command(test)
