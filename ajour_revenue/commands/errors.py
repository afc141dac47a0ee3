"""How a command ends that cannot do what it was asked."""

import textwrap
from typing import IO, Any

import click

NARROW = 72


class FailedError(click.ClickException):
    """The command could not do what it was asked; the message says why and what to do. Exit code 1."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the message no wider than the terminal."""
        # Only whoever fails waits for it.
        from rich.console import Console  # noqa: PLC0415

        console = Console(file=file, stderr=file is None, highlight=False, markup=False, emoji=False)
        console.print(f"Error: {self.message}", style="red")


class RefusedError(click.UsageError):
    """The command was asked for what cannot be; the message says what can. Exit code 2."""

    def __init__(self, message: str) -> None:
        """Take a message of any length: click does not break lines."""
        super().__init__(textwrap.fill(message, NARROW))
