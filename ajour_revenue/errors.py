"""Errors that are written for the person who must act."""

from ajour_revenue.text.bilingual import Bilingual


class ActionableError(Exception):
    """Something could not be done; the text says what, where, what was found and what to do, without any secret.

    A log has it in English; who reads it in a run, a message or at a terminal has it in the language of the settings.
    """

    transient = False
    """Whether trying again later may help."""

    def __init__(self, text: Bilingual) -> None:
        """Take what to say."""
        self.text = text
        super().__init__(text)

    def __str__(self) -> str:
        """Say it as a log does."""
        return self.text.en
