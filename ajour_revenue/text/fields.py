"""Fields of a CSV file, as validators take them: the texts that people type, and values that are none as they are."""

from pydantic import ValidationError

from ajour_revenue.text.bilingual import Bilingual
from ajour_revenue.text.faults import fault_of
from ajour_revenue.text.names import clean_name
from ajour_revenue.text.parse import parse_amount, parse_day


def empty_is_none(value: object) -> object:
    """Return a text clean; None where nothing is left of it."""
    return clean_name(value) or None if isinstance(value, str) else value


def day_of(value: object) -> object:
    """Return the day that a text names; raises FaultError."""
    return parse_day(value) if isinstance(value, str) else value


def amount_of(value: object) -> object:
    """Return the amount that a text names; raises FaultError."""
    return parse_amount(value) if isinstance(value, str) else value


def wrong_fields(error: ValidationError) -> dict[str, Bilingual]:
    """Return what is wrong with each field that is."""
    return {str(each["loc"][0]): fault_of(each) for each in error.errors()}
