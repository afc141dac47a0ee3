"""What must not be read by others: whether there is any, and how a text is told without it."""

import re
import unicodedata
from collections.abc import Mapping

SHORTEST_MASKED = 4
"""A shorter value is part of too many words: a company id of 1 would hide every error code, and be told by that."""


def is_blank(value: str) -> bool:
    """Whether a value holds nothing that can be seen."""
    return not any(character.isprintable() and not character.isspace() for character in value)


def first_unseen(value: str) -> str | None:
    """Return the code of the first character that cannot be seen, such as one that was pasted along; None without."""
    unseen = (character for character in value if unicodedata.category(character).startswith("C"))
    return next((f"U+{ord(character):04X}" for character in unseen), None)


def holds(text: str, secret: str) -> bool:
    """Whether a text has a secret as a whole value, written in whatever case."""
    return without_secrets(text, {"": secret}) != text


def without_secrets(text: str, secrets: Mapping[str, str]) -> str:
    """Return a text of somebody else's in which whole values of secrets are replaced by their variables' names.

    In the text there is no more than one space in a row.
    """
    values = {variable: " ".join(value.split()) for variable, value in secrets.items()}
    masked = [variable for variable, value in values.items() if len(value) >= SHORTEST_MASKED]
    if not masked:
        return text
    masked.sort(key=lambda variable: len(values[variable]), reverse=True)
    # In one pass: a name that was put in is not looked at again.
    whole = "|".join(rf"((?<!\w){re.escape(values[variable])}(?!\w))" for variable in masked)
    return re.sub(whole, lambda found: f"<{masked[(found.lastindex or 1) - 1]}>", text, flags=re.IGNORECASE)
