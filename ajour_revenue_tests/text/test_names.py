"""What is left of a name from outside, and what is told of two that look the same."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from ajour_revenue.text.bilingual import Bilingual
from ajour_revenue.text.names import (
    LONGEST_NAME,
    Name,
    clean_name,
    described,
    distinct,
    hidden_difference,
    invisible_in,
    name_or,
)

JOINER, EMOJI_STYLE = "\u200d", "\ufe0f"
FAMILY = f"👨{JOINER}👩{JOINER}👧"
UNWANTED = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}

# More often than by chance, and halves of characters too.
AWKWARD = st.text(
    st.one_of(
        st.sampled_from("aé1 \u00a0\u200b\u202e\u2066\u2028\x1b[31m\x9b\u0301\ud800\ufffe\ue000\u3164" + FAMILY + "❤️"),
        st.characters(),
        st.characters(categories=["Cc", "Cf", "Cs", "Co", "Zl", "Zp", "Zs", "Mn", "So", "Sk"]),
    )
)


@given(AWKWARD)
def test_nothing_invisible_is_left_of_any_text_but_what_joins_emoji(text: str) -> None:
    cleaned = clean_name(text)

    for number, character in enumerate(cleaned):
        if character == JOINER:
            assert unicodedata.category(cleaned[number - 1]) in {"So", "Sk", "Mn", "Sm", "Cn"}
            assert unicodedata.category(cleaned[number + 1]) in {"So", "Sk", "Sm", "Cn"}
        else:
            assert unicodedata.category(character) not in UNWANTED
    assert not set(cleaned) & set("\ufffe\uffff\u3164\u034f")
    assert cleaned == unicodedata.normalize("NFC", " ".join(cleaned.split()))
    assert invisible_in(cleaned) == []
    assert clean_name(cleaned) == cleaned
    cleaned.encode()


@given(AWKWARD)
def test_a_name_is_never_longer_than_anybody_reads_and_stays_clean(text: str) -> None:
    name = name_or(text * 20, "Location 12")

    assert isinstance(name, str)
    assert 0 < len(name) <= LONGEST_NAME
    assert clean_name(name) == name


@given(st.lists(st.sampled_from(["abcæøåÆØÅéüñþ漢字한글عربيไทย", "हिन्दी", "0-/&'()"])).map(" ".join))
def test_letters_of_all_languages_stay(text: str) -> None:
    assert clean_name(text).replace(" ", "") == unicodedata.normalize("NFC", text).replace(" ", "")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Vesterbro ", "Vesterbro"),
        ("\u00a0Vesterbro\u2007 ", "Vesterbro"),
        ("Bar\u00a0 \t1. sal", "Bar 1. sal"),
        ("Bar\r\nKøkken\u2028Ærø\u2029Å\x85", "Bar Køkken Ærø Å"),
        ("Ba\x00r\x07\x7f", "Bar"),
        ("\x1b[31;1mBar\x1b[0m", "Bar"),
        ("\x1b]0;owned\x07Bar", "Bar"),
        ("\x1b]8;;http://evil\x1b\\Bar\x1b]8;;\x1b\\", "Bar"),
        ("\x1b\x1b[31m[31mBar", "[31mBar"),
        ("K\x9bkken", "Kkken"),
        ("\u202eraB\u202c", "raB"),
        ("\u2066Bar\u2069\u200e\u200f\u061c", "Bar"),
        ("B\u200ba\u200cr\u2060\ufeff\u00ad", "Bar"),
        ("Ba\ud83dr\udc00", "Bar"),
        ("Bar\ufdd0\ufffe\U0010ffff\ue000\U000f0000", "Bar"),
        ("B\u3164a\u115fr\u2800\U000e0041\u034f\ufe00", "Bar"),
        ("Cafe\u0301", "Café"),
        ("A\u030aboulevarden", "Åboulevarden"),
        ("q\u0323\u0307", "q\u0323\u0307"),
        (FAMILY, FAMILY),
        ("❤️ 1️⃣ 🏳️‍🌈 👍🏽 🙂‍↔️", "❤️ 1️⃣ 🏳️‍🌈 👍🏽 🙂‍↔️"),
        (f"a{JOINER}b {JOINER}👨{JOINER}", "ab 👨"),
        (f"a{EMOJI_STYLE}{JOINER}👨", "a👨"),
        ("\u200b \u3164\u0301", ""),
        ("", ""),
    ],
)
def test_what_is_left(text: str, left: str) -> None:
    assert clean_name(text) == left


@pytest.mark.parametrize("nothing", [None, "", " ", "\u00a0", "\u200b", "\x1b[0m", "\u3164", "\u0301"])
def test_what_is_blank_is_no_name(nothing: object) -> None:
    assert name_or(nothing, "Location 12") == "Location 12"
    with pytest.raises(ValidationError):
        TypeAdapter(Name).validate_python(nothing)


def test_a_name_that_leads_to_a_thing_is_refused_where_it_is_too_long_and_not_cut() -> None:
    with pytest.raises(ValidationError, match="at most 200 characters"):
        TypeAdapter(Name).validate_python("x" * 201)
    assert TypeAdapter(Name).validate_python("\ud800 Bar \u200b") == "Bar"


@pytest.mark.parametrize(
    ("found", "other", "told"),
    [
        (
            "B\u0430r",
            "Bar",
            "'B\u0430r' has U+0430 CYRILLIC SMALL LETTER A where 'Bar' has U+0061 LATIN SMALL LETTER A",
        ),
        ("Bar\u200b", "Bar", r"'Bar\u200b' has U+200B ZERO WIDTH SPACE where 'Bar' has nothing"),
        ("Bar", "Bar\u200b", r"'Bar' has nothing where 'Bar\u200b' has U+200B ZERO WIDTH SPACE"),
        ("Bar\u00a01", "Bar 1", r"'Bar\xa01' has U+00A0 NO-BREAK SPACE where 'Bar 1' has U+0020 SPACE"),
        (
            "Cafe\u0301",
            "Café",
            "'Cafe\u0301' has U+0065 LATIN SMALL LETTER E U+0301 COMBINING ACUTE ACCENT where 'Café' has "
            + described("é").en,
        ),
        ("bar", "Bar", None),
        ("Bar", "Bar", None),
        ("Bar", "Bor", None),
        ("Bar", "Bår", None),
    ],
)
def test_what_two_names_differ_in_that_look_the_same(found: str, other: str, told: str | None) -> None:
    difference = hidden_difference(found, other)

    assert (difference and difference.en) == told


@pytest.mark.parametrize(
    ("found", "other"),
    [("СОРЕ", "COPE"), ("ΒΑR", "BAR"), ("Ｂａｒ", "Bar"), ("𝐁ar", "Bar"), ("Vester–bro", "Vester-bro"), ("Ӕrø", "Ærø")],  # noqa: RUF001 (they are meant)
)
def test_other_alphabets_look_the_same(found: str, other: str) -> None:
    difference = hidden_difference(found, other)

    assert difference
    assert f"where {other!r} has" in difference.en
    assert f"hvor {other!r} har" in difference.da


def test_of_many_differences_some_are_told() -> None:
    difference = hidden_difference("B\u200ba\u200br\u200be\u200bn\u200b", "Baren")

    assert difference
    assert difference.en.endswith(", and 2 more")
    assert difference.da.endswith(" og 2 til")


@pytest.mark.parametrize(
    ("character", "told"),
    [
        ("\u202e", "U+202E RIGHT-TO-LEFT OVERRIDE"),
    ],
)
def test_a_character_is_named_as_unicode_does(character: str, told: str) -> None:
    assert described(character) == Bilingual(da=told, en=told)


@pytest.mark.parametrize(
    ("character", "danish", "english"),
    [
        ("\x1b", "U+001B et styretegn", "U+001B a control character"),
        ("\ud800", "U+D800 et halvt tegn", "U+D800 half a character"),
        ("\ue000", "U+E000 et tegn uden betydning", "U+E000 a character without a meaning"),
        ("\ufffe", "U+FFFE ikke et tegn", "U+FFFE no character"),
    ],
)
def test_a_character_without_a_name_is_told_by_its_kind(character: str, danish: str, english: str) -> None:
    assert described(character) == Bilingual(da=danish, en=english)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Bar", ""),
        (" Bar\n", ""),
        ("Bar\u00a01", ""),
        (f"{FAMILY} ❤️", ""),
        ("B\u202ear", "\u202e"),
        ("B\nar", "\n"),
        ("B\tar\x1b", "\x1b\t"),
        (f"a{JOINER}b", JOINER),
    ],
)
def test_what_is_invisible_in_a_text(text: str, found: str) -> None:
    assert "".join(invisible_in(text)) == found


@pytest.mark.parametrize(
    ("taken", "own"),
    [
        ([], "Bar"),
        (["Kitchen", "bar"], "Bar Nørrebro"),
        (["B\u0430r"], "Bar Nørrebro"),
        (["Bar", "BAR NØRREBRO"], "Bar Nørrebro 202"),
        (["Bar", "Bar Nørrebro", "Bar Nørrebro 202", "Bar Nørrebro 202 (2)"], "Bar Nørrebro 202 (3)"),
    ],
)
def test_a_name_of_its_own_looks_like_none_that_is_taken(taken: list[str], own: str) -> None:
    assert distinct(taken, "Bar", "Nørrebro", "202") == own


@given(st.lists(AWKWARD.map(clean_name).filter(bool), max_size=5))
def test_a_name_of_its_own_is_never_too_long(names: list[str]) -> None:
    taken = [name * 100 for name in names]
    for name in names:
        own = distinct(taken, (name * 100)[:LONGEST_NAME], name * 100, "202")
        assert own not in taken
        assert len(own) <= LONGEST_NAME
