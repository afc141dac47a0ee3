"""How a command ends that cannot do what it was asked."""

import textwrap
from typing import IO, Any

import click

from ajour_revenue.commands.language import spoken_language
from ajour_revenue.text.bilingual import Bilingual, Language

NARROW = 72
ERROR = Bilingual(da="Fejl", en="Error")
MORE = Bilingual(da="Se mere med: {command} --help", en="See more with: {command} --help")


class FailedError(click.ClickException):
    """The command could not do what it was asked; the text says why and what to do. Exit code 1."""

    def __init__(self, text: Bilingual | str) -> None:
        """Take what to say: where it is Bilingual, in the language that the command speaks by now."""
        self.language = spoken_language()
        super().__init__(_said(text, self.language))

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the message no wider than the terminal."""
        # Only whoever fails waits for it.
        from rich.console import Console  # noqa: PLC0415

        console = Console(file=file, stderr=file is None, highlight=False, markup=False, emoji=False)
        console.print(f"{ERROR.in_language(self.language)}: {self.message}", style="red")


class RefusedError(click.UsageError):
    """The command was asked for what cannot be; the text says what can. Exit code 2."""

    def __init__(self, text: Bilingual | str) -> None:
        """Take what to say: where it is Bilingual, in the language that the command speaks by now."""
        self.language = spoken_language()
        super().__init__(_said(text, self.language), click.get_current_context(silent=True))

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the message, and how to learn more; click does not break lines."""
        said = [textwrap.fill(f"{ERROR.in_language(self.language)}: {self.message}", NARROW)]
        if self.ctx:
            said.append(MORE.in_language(self.language).format(command=self.ctx.command_path))
        click.echo("\n".join(said), file=file, err=file is None)


def _said(text: Bilingual | str, language: Language) -> str:
    return text.in_language(language) if isinstance(text, Bilingual) else text
