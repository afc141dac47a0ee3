"""Questions whose answers are offered by number."""

from collections.abc import Mapping

import click
from rich.text import Text

from ajour_revenue.commands.terminal import output, print_indented

NUMBER_WIDTH = 5


def choose(question: str, choices: Mapping[str, str], default: str) -> str:
    """Ask for one of the choices, each with what is shown of it; return it, or what somebody types who wants another.

    Enter alone takes the default, which is one of them.
    """
    console = output()
    for number, shown in enumerate(choices.values(), start=1):
        print_indented(console, Text(f"{number:>3}"), shown, indent=NUMBER_WIDTH)

    def chosen(typed: str) -> str:
        if not typed.isdecimal():
            return typed
        if not 1 <= int(typed) <= len(choices):
            msg = f"There is no {typed} among 1 to {len(choices)}."
            raise click.UsageError(msg)
        return [*choices][int(typed) - 1]

    return str(click.prompt(question, default=str([*choices].index(default) + 1), value_proc=chosen))
