"""Questions that are answered with yes or no."""

from dataclasses import dataclass

import click

from ajour_revenue.text.bilingual import Language

ANSWERS = {"j": True, "ja": True, "y": True, "yes": True, "n": False, "nej": False, "no": False, "": False}
"""Those of both languages: whoever is asked in the one may think in the other."""


@dataclass(frozen=True)
class AnswerTexts:
    """The words of one language."""

    choice: str
    unclear: str


ANSWER_TEXTS: dict[Language, AnswerTexts] = {
    "da": AnswerTexts(choice="j/N", unclear="Svar ja eller nej."),
    "en": AnswerTexts(choice="y/N", unclear="Answer yes or no."),
}


def is_agreed(question: str, language: Language) -> bool:
    """Ask a question until it is answered; Enter alone is a no."""
    texts = ANSWER_TEXTS[language]
    while True:
        answer = click.prompt(f"{question} [{texts.choice}]", default="", show_default=False).strip().casefold()
        if answer in ANSWERS:
            return ANSWERS[answer]
        click.echo(texts.unclear)
