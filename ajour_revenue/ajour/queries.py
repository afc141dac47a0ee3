"""The two queries: named parameters in, the promised columns out."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Annotated, Any, Generic, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from ajour_revenue.ajour.errors import ContractBrokenError, QueryFailedError
from ajour_revenue.text.names import clean_name, cleaned
from ajour_revenue.text.parse import parse_day

SQL_TOKENS = re.compile(
    r"""(?P<comment>--[^\n]*|/\*.*?\*/)|'(?:[^']|'')*'|"[^"]*"|\[[^\]]*\]|::|:(?P<name>[A-Za-z_]\w*)""",
    re.DOTALL,
)
RAW_DECIMALS = 8
RAW_UNIT = Decimal(1).scaleb(-RAW_DECIMALS)
TOLD_AT_MOST = 10
MIDNIGHT = re.compile(r"[ T]00:00(:00(\.0+)?)?Z?$")
TIME_OF_DAY = re.compile(r"[ T]\d{1,2}:\d{2}")
RETURN_A_DATE = "it has a time of day; return a DATE, as with CAST(... AS DATE), so that the business date is certain"
NUMBERS: dict[type, str] = {int: "whole numbers", float: "floating-point numbers"}


def _day(value: object) -> object:
    """Take a day out of a midnight; a time of day is none, since nobody knows which day it counts to."""
    if isinstance(value, str):
        text = value.strip()
        if TIME_OF_DAY.search(text) and not MIDNIGHT.search(text):
            raise ValueError(RETURN_A_DATE)
        return parse_day(MIDNIGHT.sub("", text))
    if isinstance(value, dt.datetime):
        if value.time() != dt.time() or value.tzinfo:
            raise ValueError(RETURN_A_DATE)
        return value.date()
    return value


def _to_raw_decimals(value: Decimal) -> Decimal:
    exponent = value.as_tuple().exponent
    # Hardly any value has more decimals, and rounding each takes longer than all the rest of the check.
    has_more = isinstance(exponent, int) and exponent < -RAW_DECIMALS
    return value.quantize(RAW_UNIT, rounding=ROUND_HALF_UP) if has_more else value


BusinessDate = Annotated[dt.date, Field(strict=True), BeforeValidator(_day)]
LocationId = Annotated[
    str,
    Field(coerce_numbers_to_str=True),
    StringConstraints(min_length=1),
    BeforeValidator(cleaned),
]
Money = Annotated[Decimal, Field(gt=-(10**15), lt=10**15, allow_inf_nan=False), AfterValidator(_to_raw_decimals)]


def _empty_where_missing(value: object) -> object:
    return "" if value is None else value


class Location(BaseModel):
    """A location as Ajour lists it."""

    location_id: LocationId
    location_name: Annotated[
        str, Field(coerce_numbers_to_str=True), BeforeValidator(_empty_where_missing), AfterValidator(clean_name)
    ]

    @model_validator(mode="after")
    def _named(self) -> Self:
        """Give one that has no name its id for a name: it must not keep the others from being fetched."""
        self.location_name = self.location_name or f"Location {self.location_id}"
        return self


class DailyRevenue(BaseModel):
    """What a location sold on a business date: DKK, kept to 8 decimals; the øre is rounded to at the unit-day (D1)."""

    business_date: BusinessDate
    location_id: LocationId
    revenue_incl_vat: Money
    revenue_excl_vat: Money


Row = TypeVar("Row", bound=BaseModel)


class Query(Generic[Row]):
    """An SQL text with `:named` parameters, and the contract that its rows must keep."""

    def __init__(self, path: Path, row: type[Row]) -> None:
        """Read the SQL text from its file.

        Raises QueryFailedError where it cannot be read as UTF-8, with or without a byte order mark.
        """
        self.path = path
        self.columns = list(row.model_fields)
        self._amounts = [name for name, field in row.model_fields.items() if field.annotation is Decimal]
        try:
            self._sql = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            msg = f"{path} cannot be read as UTF-8 text ({error}). Correct or replace the file."
            raise QueryFailedError(msg) from None
        self._rows = TypeAdapter(list[row])  # type: ignore[valid-type]

    def bind(self, values: Mapping[str, object]) -> tuple[str, list[object]]:
        """Return the text with ODBC's question marks, and the values in their order.

        Raises QueryFailedError where the text names a parameter that there is no value for.
        """
        bound: list[object] = []

        def question_mark(token: re.Match[str]) -> str:
            if token["comment"]:
                # The SQLite driver takes a semicolon in a comment for a second statement.
                return " "
            name = token["name"]
            if name is None:
                return token[0]
            if name not in values:
                available = ", ".join(f":{known}" for known in values)
                msg = f"{self.path} uses the unknown parameter :{name}. Available: {available}."
                raise QueryFailedError(msg)
            bound.append(values[name])
            return "?"

        return SQL_TOKENS.sub(question_mark, self._sql).strip().removesuffix(";"), bound

    def check_columns(self, found: Sequence[str]) -> None:
        """Raise ContractBrokenError unless the answer has exactly the promised columns, in any order."""
        if not found:
            msg = (
                f"The first statement of {self.path} returns no rows. Use one SELECT, without SET, USE or another "
                "statement before it; nothing was stored."
            )
            raise ContractBrokenError(msg)
        missing = [column for column in self.columns if column not in found]
        extra = [column for column in found if column not in self.columns]
        if missing or extra or len(found) != len(self.columns):
            msg = (
                f"{self.path} must return exactly the columns {', '.join(self.columns)}, but it returned "
                f"{', '.join(found)}: missing {', '.join(missing) or 'none'}, unexpected {', '.join(extra) or 'none'}. "
                "Correct the query; nothing was stored."
            )
            raise ContractBrokenError(msg)

    def refuse_numbers(self, types: Mapping[str, type]) -> None:
        """Raise ContractBrokenError where an amount comes as whole or floating-point numbers; for D18."""
        if found := {column: NUMBERS[types[column]] for column in self._amounts if types[column] in NUMBERS}:
            told = [
                f"  {column}: found {numbers}; make it text: CAST(sum(amount) AS TEXT) AS {column}"
                for column, numbers in found.items()
            ]
            msg = (
                f"{self.path} returned amounts whose øre may have been cut; nothing was stored. This ODBC driver gives "
                "a column the type of its first row: after 99, it makes 99 of 99.95. Instead of sum(amount), keep what "
                "your query has there:"
            )
            raise ContractBrokenError("\n".join([msg, *told]))

    def rows(self, columns: Sequence[str], values: Sequence[Sequence[Any]], *, first_number: int) -> list[Row]:
        """Return rows of the promised types.

        Raises ContractBrokenError naming the first rows that hold a NULL, or something other than promised.
        """
        try:
            return self._rows.validate_python([dict(zip(columns, row, strict=True)) for row in values])
        except ValidationError as error:
            errors = error.errors()
            told = [
                f"  row {first_number + int(each['loc'][0])}, {each['loc'][1]}: found {each['input']!r}: {each['msg']}"
                for each in errors[:TOLD_AT_MOST]
            ]
            more = [f"  and {len(errors) - TOLD_AT_MOST} more"] if len(errors) > TOLD_AT_MOST else []
            msg = f"{self.path} returned values that cannot be used; nothing was stored:"
            raise ContractBrokenError("\n".join([msg, *told, *more])) from None
