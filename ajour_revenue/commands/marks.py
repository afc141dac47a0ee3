"""What a terminal shows that cannot show a mark."""

import codecs
import io
import sys
import unicodedata

PLAIN_MARKS = {
    "✓": "ok",
    "✗": "x",
    "…": "...",
    "→": "->",
    "\u2212": "-",
    "\u2013": "-",
    "·": ".",
    "•": "*",
    "≈": "~",
    "█": "#",
    "▓": "#",
    "▒": "+",
    "░": ".",
    "━": "-",
    "─": "-",
    "│": "|",
    "æ": "ae",
    "ø": "oe",
    "å": "aa",
    "Æ": "Ae",
    "Ø": "Oe",
    "Å": "Aa",
}
"""What stands for each mark there; letters without their accents, and ? for the rest."""


def show_plain_marks() -> None:
    """Let a terminal or a file in another encoding than UTF-8 have plain marks, instead of failing at the others."""

    def plain(error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeEncodeError):
            raise error
        return "".join(map(_plain_mark, error.object[error.start : error.end])), error.end

    codecs.register_error("plain_marks", plain)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="plain_marks")


def _plain_mark(character: str) -> str:
    if plain := PLAIN_MARKS.get(character):
        return plain
    # Letters only: ½ is made of 1 and 2.
    letters = unicodedata.normalize("NFKD", character) if character.isalpha() else ""
    return letters.encode("ascii", "ignore").decode() or "?"
