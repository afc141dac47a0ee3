"""What others say is told without our secrets, and without betraying them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ajour_revenue.masking import first_unseen, holds, is_blank, without_secrets

SECRET = st.text(st.characters(exclude_categories=("C", "Z")), min_size=4, max_size=20)


@given(before=st.text(max_size=20), secret=SECRET, after=st.text(max_size=20))
def test_a_whole_value_is_never_told(before: str, secret: str, after: str) -> None:
    told = without_secrets(f"{before} {secret} {after}", {"X": secret})

    assert f" {secret} " not in told
    assert "<X>" in told


@pytest.mark.parametrize(
    ("text", "secrets"),
    [
        ("Login timeout expired (0), line 1, port 1433", {"AJOUR_COMPANY_ID": "1", "AJOUR_USER": "sa"}),
        ("The classroom is closed", {"AJOUR_PASSWORD": "room"}),
        ("nothing, at all", {"AJOUR_PASSWORD": "    "}),
        ("a b", {"AJOUR_PASSWORD": "a  b"}),
    ],
)
def test_short_values_and_parts_of_words_hide_nothing(text: str, secrets: dict[str, str]) -> None:
    assert without_secrets(text, secrets) == text


def test_the_longest_value_is_told_by_its_own_name() -> None:
    secrets = {"AJOUR_USER": "reader", "AJOUR_PASSWORD": "reader of ajour", "AJOUR_DATABASE": "AJOUR_USER"}

    assert without_secrets("reader of ajour, reader", secrets) == "<AJOUR_PASSWORD>, <AJOUR_USER>"


def test_a_server_may_write_a_name_in_another_case() -> None:
    assert without_secrets("no host SQL.AJOUR.DK", {"AJOUR_HOST": "sql.ajour.dk"}) == "no host <AJOUR_HOST>"


@given(text=st.text(max_size=20), secret=SECRET)
def test_a_text_that_holds_a_secret_is_known(text: str, secret: str) -> None:
    assert holds(f"{text} {secret} {text}", secret)


@pytest.mark.parametrize("character", ["\n", "\t", "\u200b", "\u202a", "\ufeff", "\x85"])
def test_a_character_that_was_pasted_along_is_found(character: str) -> None:
    assert first_unseen(f"read{character}er") == f"U+{ord(character):04X}"
    assert first_unseen("læser 'æøå' \u00a0€") is None


@pytest.mark.parametrize("value", ["", " ", "\t\n", "\u00a0", "\u200b\ufeff"])
def test_what_cannot_be_seen_is_blank(value: str) -> None:
    assert is_blank(value)
    assert not is_blank(f"{value}x{value}")
