"""Errors that people can mend: what a log has of them, and what whoever acts."""

import pickle

from ajour_revenue.errors import ActionableError
from ajour_revenue.text.bilingual import Bilingual

TEXT = Bilingual(da="Filen mangler.", en="The file is missing.")


def test_a_log_has_english_and_whoever_acts_their_own_language() -> None:
    error = ActionableError(TEXT)

    assert str(error) == "The file is missing."
    assert error.text.in_language("da") == "Filen mangler."


def test_an_error_of_another_process_says_the_same() -> None:
    error = pickle.loads(pickle.dumps(ActionableError(TEXT)))

    assert (str(error), error.text) == (TEXT.en, TEXT)
