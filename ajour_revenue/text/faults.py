"""What is wrong with a value that pydantic refuses, in both languages."""

from pydantic_core import ErrorDetails

from ajour_revenue.text.bilingual import Bilingual

DANISH = {
    "missing": "feltet mangler",
    "string_type": "det er ikke en tekst",
    "string_too_short": "den er tom",
    "string_too_long": "den har mere end {max_length} tegn",
    "string_unicode": "det er ikke en gyldig tekst",
    "string_pattern_mismatch": "det passer ikke til mønsteret '{pattern}'",
    "literal_error": "det skal være {expected}",
    "int_type": "det er ikke et helt tal",
    "int_parsing": "det er ikke et helt tal",
    "int_from_float": "det er ikke et helt tal",
    "int_parsing_size": "tallet er for stort",
    "bool_type": "det er hverken true eller false",
    "bool_parsing": "det er hverken true eller false",
    "decimal_type": "det er ikke et tal",
    "decimal_parsing": "det er ikke et tal",
    "is_instance_of": "det er ikke en {class}",
    "finite_number": "det er ikke et endeligt tal",
    "greater_than": "det skal være større end {gt}",
    "greater_than_equal": "det skal være mindst {ge}",
    "less_than": "det skal være mindre end {lt}",
    "less_than_equal": "det må højst være {le}",
    "decimal_max_places": "det må højst have {decimal_places} decimaler",
    "decimal_max_digits": "det må højst have {max_digits} cifre i alt",
    "decimal_whole_digits": "det må højst have {whole_digits} cifre før kommaet",
    "date_type": "det er ikke en dato",
    "date_parsing": "det er ikke en dato",
    "date_from_datetime_parsing": "det er ikke en dato",
    "date_from_datetime_inexact": "den har et klokkeslæt",
    "time_parsing": "det er ikke et klokkeslæt",
    "path_type": "det er ikke en sti",
    "list_type": "det er ikke en liste",
    "tuple_type": "det er ikke en liste",
    "too_short": "der skal stå mindst {min_length} på listen, ikke {actual_length}",
    "model_type": "det er ikke et objekt",
    "model_attributes_type": "det er ikke et objekt",
    "dict_type": "det er ikke et objekt",
}
"""By pydantic's own names of faults, what it says in English alone."""


class FaultError(ValueError):
    """What a validator of ours says of a value."""

    def __init__(self, text: Bilingual) -> None:
        """Take what to say."""
        self.text = text
        super().__init__(text.en)


def fault_of(error: ErrorDetails) -> Bilingual:
    """Return what pydantic, or a validator of ours, says of a value; the value itself is not in it."""
    context = error.get("ctx", {})
    own = context.get("error")
    if isinstance(own, FaultError):
        return own.text
    danish = DANISH.get(error["type"])
    if danish is None:
        return Bilingual(da=error["msg"], en=error["msg"])
    return Bilingual(da=danish.format(**context).replace("' or '", "' eller '"), en=error["msg"])
