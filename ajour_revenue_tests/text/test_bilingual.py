"""Texts in both languages: put together in each, and never by chance in one."""

import pytest

from ajour_revenue.text.bilingual import Bilingual, lines

WHO = Bilingual(da="kørsel {number}", en="run {number}")
SAID = Bilingual(da="{who} er i gang.", en="{who} is at work.")


def test_a_text_is_filled_in_in_both_languages_with_what_is_in_both_itself() -> None:
    told = SAID.format(who=WHO.format(number=7))

    assert (told.in_language("da"), told.in_language("en")) == ("kørsel 7 er i gang.", "run 7 is at work.")


def test_texts_stand_below_each_other_in_both_languages() -> None:
    assert lines([SAID, WHO]) == Bilingual(da="{who} er i gang.\nkørsel {number}", en="{who} is at work.\nrun {number}")


def test_no_text_gets_into_one_of_a_single_language() -> None:
    with pytest.raises(TypeError, match="is at work"):
        f"{SAID}"
