"""Names from outside show all that is in them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ajour_revenue.text.names import INVISIBLE, JOINER, clean_name, hidden_difference, invisible_in


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Vesterbro ", "Vesterbro"),
        (" Bar\u00a0 på\tNørrebro\n", "Bar på Nørrebro"),
        ("Bar\x1b[31m", "Bar[31m"),
        ("Bar\u202e rab", "Bar rab"),
        ("B\u200bar\ufeff", "Bar"),
        ("Cafe\u0301", "Café"),
        ("Bar\u2028Kitchen\u2029", "Bar Kitchen"),
        ("\ud800Bar\ue000", "Bar"),
        ("👩\u200d🍳 Køkken 🍺", "👩\u200d🍳 Køkken 🍺"),
        ("Bar\u200d", "Bar"),
        ("\u200b\u00a0", ""),
        ("x" * 500, "x" * 200),
    ],
)
def test_a_name_is_what_is_seen_of_it(text: str, name: str) -> None:
    assert clean_name(text) == name


@given(st.text())
def test_nothing_invisible_stays_and_cleaning_again_changes_nothing(text: str) -> None:
    name = clean_name(text)

    assert not {unicodedata.category(each) for each in name.replace(JOINER, "")} & (INVISIBLE | {"Zl", "Zp"})
    assert clean_name(name) == name
    assert invisible_in(name) is None


@given(st.text(st.characters(categories=("L", "N", "P")), max_size=50))
def test_what_is_seen_stays(text: str) -> None:
    assert clean_name(text) == unicodedata.normalize("NFC", text)


def test_names_that_look_alike_are_told_apart() -> None:
    assert hidden_difference("B\u0430r", "Bar") == (
        "'B\u0430r' has U+0430 CYRILLIC SMALL LETTER A where 'Bar' has U+0061 LATIN SMALL LETTER A"
    )
    assert hidden_difference("Bar", "Bar") is None
    assert hidden_difference("bar", "Bar") is None
    assert hidden_difference("Baren", "Bar") is None
