"""What is told of settings, in both languages."""

import re

from ajour_revenue.settings.load import SettingsError, SettingsWarning
from ajour_revenue.text.bilingual import Bilingual
from ajour_revenue_tests.language import assert_said_in_both

SAME_IN_BOTH = re.compile(
    r"^  - \S+(?=: )|(?<=did you mean )\S+|(?<=mente du )\S+|(?<=Allowed here: ).*|(?<=Her kan stå: ).*|`\w+`"
    r"|U\+[0-9A-F]{4,}(?: [A-Z-]+)*",
    re.MULTILINE,
)
"""Keys, and characters as Unicode names them."""
ONLY_IN_ENGLISH = re.compile(r" for <class 'pathlib.Path'>| of 0-23")
"""What pydantic says beyond what anybody needs."""


def assert_told_in_both(told: object) -> None:
    """See that every line is told in both languages, of the same keys and with the same values."""
    assert isinstance(told, SettingsError | SettingsWarning)
    text = told.text
    assert str(told) == text.en
    danish, english = text.da.splitlines(), text.en.splitlines()
    assert len(danish) == len(english)
    assert not set(danish) & set(english)
    assert SAME_IN_BOTH.findall(text.da) == SAME_IN_BOTH.findall(text.en)
    assert_said_in_both(
        Bilingual(da=SAME_IN_BOTH.sub("", text.da), en=ONLY_IN_ENGLISH.sub("", SAME_IN_BOTH.sub("", text.en)))
    )
