"""What is said before anybody knows in which language it will be read."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Language = Literal["da", "en"]


@dataclass(frozen=True, kw_only=True)
class Bilingual:
    """A text in both languages.

    Whoever puts one into another takes each language by its name: `{text}` in an f-string would have to choose.
    """

    da: str
    en: str

    def in_language(self, language: Language) -> str:
        """Return the text in one language."""
        return self.da if language == "da" else self.en

    def format(self, **values: object) -> "Bilingual":
        """Fill in both; a value that is Bilingual itself in the same language."""
        return Bilingual(
            da=self.da.format(**{name: _in_language(value, "da") for name, value in values.items()}),
            en=self.en.format(**{name: _in_language(value, "en") for name, value in values.items()}),
        )

    def __str__(self) -> str:
        """Say it as a log does."""
        return self.en

    def __format__(self, spec: str) -> str:
        """Refuse to be put into a text of one language."""
        raise TypeError(self.en)


def _in_language(value: object, language: Language) -> object:
    return value.in_language(language) if isinstance(value, Bilingual) else value


EMPTY = Bilingual(da="", en="")


def lines(texts: Iterable[Bilingual]) -> Bilingual:
    """Return texts below each other."""
    return joined("\n", texts)


def joined(between: str, texts: Iterable[Bilingual]) -> Bilingual:
    """Return texts with something between them."""
    texts = list(texts)
    return Bilingual(da=between.join(text.da for text in texts), en=between.join(text.en for text in texts))
