"""Fields of a CSV file, as validators take them: the texts that people type, and values that are none as they are."""

from typing import TYPE_CHECKING

from pydantic import ValidationError

from ajour_revenue.errors import RefusedValueError
from ajour_revenue.text.bilingual import Bilingual
from ajour_revenue.text.names import clean_name
from ajour_revenue.text.parse import parse_amount, parse_day

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

IN_DANISH = {
    "missing": "mangler",
    "string_too_short": "må ikke være tom",
    "string_too_long": "må højst have {max_length} tegn",
    "greater_than": "skal være større end {gt}",
    "greater_than_equal": "skal være mindst {ge}",
    "less_than": "skal være mindre end {lt}",
    "less_than_equal": "må højst være {le}",
    "decimal_max_places": "må højst have {decimal_places} decimaler",
}
"""What pydantic refuses fields for, by its kinds of errors."""


def empty_is_none(value: object) -> object:
    """Return a text clean; None where nothing is left of it."""
    return clean_name(value) or None if isinstance(value, str) else value


def day_of(value: object) -> object:
    """Return the day that a text names; raises RefusedValueError."""
    return parse_day(value) if isinstance(value, str) else value


def amount_of(value: object) -> object:
    """Return the amount that a text names; raises RefusedValueError."""
    return parse_amount(value) if isinstance(value, str) else value


def wrong_fields(error: ValidationError) -> dict[str, Bilingual]:
    """Return what is wrong with each field that is."""
    return {str(each["loc"][0]): complaint(each) for each in error.errors()}


def complaint(error: "ErrorDetails") -> Bilingual:
    """Return what is wrong with a field: in our words, or in pydantic's, which has English ones alone."""
    about = error.get("ctx", {})
    refused = about.get("error")
    if isinstance(refused, RefusedValueError):
        return refused.text
    return Bilingual(da=IN_DANISH.get(error["type"], "kan ikke bruges").format(**about), en=error["msg"])
