"""How a step, or a whole run, fails of what people can mend."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from ajour_revenue.errors import ActionableError
from ajour_revenue.text.bilingual import Language


@contextmanager
def explained_failures(language: Language) -> Iterator[None]:
    """Fail with the message of an ActionableError, which says all there is to say; the stack trace is in English."""
    try:
        yield
    except ActionableError as error:
        raise dg.Failure(error.text.in_language(language)) from error
