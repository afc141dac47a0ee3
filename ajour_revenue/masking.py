"""What must not be read by others: whether there is any, and how a text is told without it."""

import re
from collections.abc import Mapping

SHORTEST_MASKED = 4
"""A shorter value is part of too many words: a company id of 1 would hide every error code, and be told by that."""


def is_blank(value: str) -> bool:
    """Whether a value holds nothing that can be seen."""
    return not any(character.isprintable() and not character.isspace() for character in value)


def without_secrets(text: str, secrets: Mapping[str, str]) -> str:
    """Return a text of somebody else's in which whole values of secrets are replaced by their variables' names."""
    by_length = sorted(secrets.items(), key=lambda secret: len(secret[1]), reverse=True)
    values = {" ".join(value.split()): variable for variable, value in by_length if len(value) >= SHORTEST_MASKED}
    if not values:
        return text
    whole = "|".join(rf"(?<!\w){re.escape(value)}(?!\w)" for value in values)
    # In one pass: a name that was put in is not looked at again.
    return re.sub(whole, lambda found: f"<{values[found[0]]}>", text)
