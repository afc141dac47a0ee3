"""The two queries: named parameters in, the promised columns out."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Annotated, Any, Generic, NamedTuple, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
)
from pydantic_core import ErrorDetails

from ajour_revenue.ajour.errors import ContractBrokenError, QueryFailedError
from ajour_revenue.text.bilingual import EMPTY, Bilingual, lines
from ajour_revenue.text.faults import FaultError, fault_of
from ajour_revenue.text.names import clean_name, hidden_difference, name_or
from ajour_revenue.text.parse import parse_day

SQL_TOKENS = re.compile(
    r"""(?P<comment>--[^\n]*|/\*.*?\*/)|'(?:[^']|'')*'|"[^"]*"|\[[^\]]*\]|::|:(?P<name>[A-Za-z_]\w*)|(?P<end>;)""",
    re.DOTALL,
)
RAW_DECIMALS = 8
RAW_UNIT = Decimal(1).scaleb(-RAW_DECIMALS)
LONGEST_ID = 100
QUOTED_AT_MOST = 80
TOLD_AT_MOST = 10
AMOUNT_LIMIT = 10**15
NUMBERS = {
    int: Bilingual(da="hele tal", en="whole numbers"),
    float: Bilingual(da="flydende kommatal", en="floating-point numbers"),
}

USE_ONE_SELECT = Bilingual(
    da="Brug én SELECT uden SET, USE eller en anden sætning før eller efter den; intet blev gemt.",
    en="Use one SELECT, without SET, USE or another statement before or after it; nothing was stored.",
)

NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?", re.ASCII | re.IGNORECASE)
ZONE = r"(\s?(Z|[-+]\d\d(:?\d\d)?))?"
MIDNIGHT = re.compile(rf"[T\s]\s*00:00(:00([.,]0+)?)?{ZONE}$", re.ASCII)
TIME_OF_DAY = re.compile(rf"[T\s]\s*\d\d?[:.]\d\d([:.]\d\d([.,]\d+)?)?(\s?[AP]M)?{ZONE}$", re.ASCII | re.IGNORECASE)
COMPACT_DAY = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
RETURN_A_DATE = Bilingual(
    da="svar med en DATE, som med CAST(… AS DATE) AS business_date",
    en="return a DATE, as with CAST(… AS DATE) AS business_date",
)
HAS_A_TIME = Bilingual(
    da=f"den har et klokkeslæt; {RETURN_A_DATE.da}",
    en=f"it has a time of day; {RETURN_A_DATE.en}",
)
NO_DATE = Bilingual(da=f"det er ikke en dato; {RETURN_A_DATE.da}", en=f"it is no date; {RETURN_A_DATE.en}")
NO_DAY = Bilingual(da=f"det er ikke en dag; {RETURN_A_DATE.da}", en=f"it is no day; {RETURN_A_DATE.en}")
NO_ID = Bilingual(
    da="det er hverken en tekst eller et helt tal; svar med CAST(… AS VARCHAR(50)) AS location_id",
    en="it is neither a text nor a whole number; return CAST(… AS VARCHAR(50)) AS location_id",
)
NO_NAME = Bilingual(
    da="det er ikke en tekst; svar med CAST(… AS NVARCHAR(200)) AS location_name",
    en="it is no text; return CAST(… AS NVARCHAR(200)) AS location_name",
)
NO_AMOUNT = Bilingual(
    da="det er ikke et beløb som 1234.50; svar med en DECIMAL",
    en="it is no amount such as 1234.50; return a DECIMAL",
)
IS_NULL = Bilingual(da="den er tom (NULL)", en="it is empty (NULL)")


def _day(value: object) -> object:
    """Take a date, or a moment at midnight, which stands for one in databases that have no dates."""
    if isinstance(value, dt.datetime):
        if value.time() != dt.time():
            raise FaultError(HAS_A_TIME)
        return value.date()
    if isinstance(value, dt.date):
        return value
    if not isinstance(value, str):
        raise FaultError(NO_DATE)
    day = MIDNIGHT.sub("", value.strip())
    if TIME_OF_DAY.search(day):
        raise FaultError(HAS_A_TIME)
    compact = COMPACT_DAY.fullmatch(day)
    try:
        return parse_day("-".join(compact.groups()) if compact else day)
    except ValueError:
        raise FaultError(NO_DAY) from None


def _id(value: object) -> object:
    """Take a text or a whole number."""
    if isinstance(value, str):
        return clean_name(value)
    if isinstance(value, bool | bytes | float):
        raise FaultError(NO_ID)
    return value


def _name(value: object, row: ValidationInfo) -> object:
    """Take a text, or a number; a location without a name is called after its id."""
    if isinstance(value, bytes):
        raise FaultError(NO_NAME)
    return name_or(value, f"Location {row.data.get('location_id')}")


def _amount(value: object) -> object:
    if isinstance(value, bool | bytes) or (isinstance(value, str) and not NUMBER.fullmatch(value.strip())):
        raise FaultError(NO_AMOUNT)
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
    StringConstraints(min_length=1, max_length=LONGEST_ID),
    BeforeValidator(_id),
]
LocationName = Annotated[str, Field(coerce_numbers_to_str=True), BeforeValidator(_name)]
Money = Annotated[
    Decimal,
    Field(gt=-AMOUNT_LIMIT, lt=AMOUNT_LIMIT, allow_inf_nan=False),
    BeforeValidator(_amount),
    AfterValidator(_to_raw_decimals),
]


class Location(BaseModel):
    """A location as Ajour lists it; where Ajour has no name for it, it is called after its id."""

    location_id: LocationId
    location_name: LocationName


class DailyRevenue(BaseModel):
    """What a location sold on a business date: DKK, kept to 8 decimals; the øre is rounded to at the unit-day (D1)."""

    business_date: BusinessDate
    location_id: LocationId
    revenue_incl_vat: Money
    revenue_excl_vat: Money


Row = TypeVar("Row", bound=Location | DailyRevenue)


class Batch(NamedTuple):
    """Some rows of an answer, as the driver gave them."""

    columns: Sequence[str]
    values: Sequence[Sequence[Any]]
    first_number: int
    """The number of its first row in the whole answer, from 1."""


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
            raise QueryFailedError(
                Bilingual(
                    da=f"{path} kan ikke læses som UTF-8-tekst ({error}). Ret eller udskift filen.",
                    en=f"{path} cannot be read as UTF-8 text ({error}). Correct or replace the file.",
                )
            ) from None
        self._rows: TypeAdapter[list[Row]] = TypeAdapter(list[row])  # type: ignore[valid-type]
        self._lists_locations = row is Location
        self._written: dict[str, str] = {}
        """How each id of the answer was written first."""
        self._unusable: list[Bilingual] = []
        self._unusable_count = 0

    def bind(self, values: Mapping[str, object]) -> tuple[str, list[object]]:
        """Return the text with ODBC's question marks, and the values in their order.

        Raises QueryFailedError where the text names a parameter that there is no value for, and ContractBrokenError
        where it has several statements: a driver gives the answer to the first.
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
                raise QueryFailedError(
                    Bilingual(
                        da=f"{self.path} bruger den ukendte parameter :{name}. Der er: {available}.",
                        en=f"{self.path} uses the unknown parameter :{name}. Available: {available}.",
                    )
                )
            bound.append(values[name])
            return "?"

        return self._only_statement(SQL_TOKENS.sub(question_mark, self._sql).strip()), bound

    def _only_statement(self, sql: str) -> str:
        """Return the statement without a semicolon around it; raises ContractBrokenError where there are more."""
        ends = [token.start() for token in SQL_TOKENS.finditer(sql) if token["end"]]
        starts = [0, *(end + 1 for end in ends)]
        parts = [sql[start:end].lstrip() for start, end in zip(starts, [*ends, None], strict=True)]
        statements = [part for part in parts if part]
        if len(statements) > 1:
            reads = re.match(r"select|with\b", statements[0], re.IGNORECASE)
            why = (
                Bilingual(da="kun den førstes rækker ville blive læst", en="only the first one's rows would be read")
                if reads
                else Bilingual(da="den første giver ingen rækker", en="the first statement returns no rows")
            )
            raise ContractBrokenError(
                Bilingual(
                    da=f"{self.path} har {len(statements)} sætninger, og {why.da}. {USE_ONE_SELECT.da}",
                    en=f"{self.path} has {len(statements)} statements, and {why.en}. {USE_ONE_SELECT.en}",
                )
            )
        return "".join(statements)

    def check_columns(self, found: Sequence[str]) -> None:
        """Raise ContractBrokenError unless the answer has exactly the promised columns, in any order."""
        if not found:
            raise ContractBrokenError(
                Bilingual(
                    da=f"Den første sætning i {self.path} giver ingen rækker. {USE_ONE_SELECT.da}",
                    en=f"The first statement of {self.path} returns no rows. {USE_ONE_SELECT.en}",
                )
            )
        missing = [column for column in self.columns if column not in found]
        extra = [column for column in found if column not in self.columns]
        if missing or extra or len(found) != len(self.columns):
            promised, came, lacks, more = (", ".join(names) for names in (self.columns, found, missing, extra))
            raise ContractBrokenError(
                Bilingual(
                    da=f"{self.path} skal svare med netop kolonnerne {promised}, men svarede med {came}: mangler "
                    f"{lacks or 'ingen'}, uventet {more or 'ingen'}. Ret forespørgslen; intet blev gemt.",
                    en=f"{self.path} must return exactly the columns {promised}, but it returned {came}: missing "
                    f"{lacks or 'none'}, unexpected {more or 'none'}. Correct the query; nothing was stored.",
                )
            )

    def refuse_numbers(self, types: Mapping[str, type]) -> None:
        """Raise ContractBrokenError where an amount comes as whole or floating-point numbers; for D18."""
        if found := {column: NUMBERS[types[column]] for column in self._amounts if types[column] in NUMBERS}:
            told = [
                Bilingual(
                    da=f"  {column}: fandt {numbers.da}; gør det til tekst: CAST(sum(amount) AS TEXT) AS {column}",
                    en=f"  {column}: found {numbers.en}; make it text: CAST(sum(amount) AS TEXT) AS {column}",
                )
                for column, numbers in found.items()
            ]
            cut = Bilingual(
                da=f"{self.path} svarede med beløb, hvis øre kan være skåret af; intet blev gemt. Denne ODBC-driver "
                "giver en kolonne samme type som dens første række: efter 99 gør den 99,95 til 99. Behold det, som "
                "forespørgslen har i stedet for sum(amount):",
                en=f"{self.path} returned amounts whose øre may have been cut; nothing was stored. This ODBC driver "
                "gives a column the type of its first row: after 99, it makes 99 of 99.95. Instead of sum(amount), "
                "keep what your query has there:",
            )
            raise ContractBrokenError(lines([cut, *told]))

    def rows(self, batch: Batch) -> list[Row]:
        """Return rows of the promised types; none of a batch in which one holds a NULL, or what was not promised.

        Those are told by `refuse_unusable`. Raises ContractBrokenError where two ids would become one.
        """
        try:
            rows = self._rows.validate_python([dict(zip(batch.columns, row, strict=True)) for row in batch.values])
        except ValidationError as error:
            errors = error.errors()
            self._unusable_count += len(errors)
            self._unusable += [_told(each, batch) for each in errors[: TOLD_AT_MOST - len(self._unusable)]]
            return []
        place = batch.columns.index("location_id")
        for values, row in zip(batch.values, rows, strict=True):
            self.refuse_merged(str(values[place]), row.location_id)
        return rows

    def refuse_unusable(self) -> None:
        """Raise ContractBrokenError naming the first values of the whole answer that hold something not promised."""
        if self._unusable:
            more = self._unusable_count - len(self._unusable)
            unusable = Bilingual(
                da=f"{self.path} svarede med værdier, der ikke kan bruges; intet blev gemt:",
                en=f"{self.path} returned values that cannot be used; nothing was stored:",
            )
            left_out = Bilingual(da=f"  og {more} til", en=f"  and {more} more")
            raise ContractBrokenError(lines([unusable, *self._unusable, *([left_out] if more else [])]))

    def refuse_repeated(self, keys: Sequence[str]) -> None:
        """Raise ContractBrokenError where keys have come more than once, which these are."""
        if keys:
            told = "; ".join(keys[:TOLD_AT_MOST])
            raise ContractBrokenError(
                Bilingual(
                    da=f"{self.path} svarede med mere end én række for {told}. Ret forespørgslen; intet blev gemt.",
                    en=f"{self.path} returned more than one row for {told}. Correct the query; nothing was stored.",
                )
            )

    def refuse_merged(self, written: str, location_id: str) -> None:
        """Raise ContractBrokenError where ids that Ajour tells apart are the same without what nobody sees."""
        first = self._written.setdefault(location_id, written)
        # Of spaces around them databases take no notice themselves; in the list, each id is another location.
        is_same = written == first or (not self._lists_locations and written.strip(" ") == first.strip(" "))
        if not is_same:
            apart = hidden_difference(written, first) or EMPTY
            raise ContractBrokenError(
                Bilingual(
                    da=f"{self.path} svarede med to id'er, som kun adskiller sig ved noget, ingen kan se: {apart.da}. "
                    "Ret dem i Ajour eller i forespørgslen; intet blev gemt.",
                    en=f"{self.path} returned two ids that are told apart by what nobody sees: {apart.en}. Correct "
                    "them in Ajour or in the query; nothing was stored.",
                )
            )


def _told(error: ErrorDetails, batch: Batch) -> Bilingual:
    number, column = int(error["loc"][0]), str(error["loc"][1])
    found = batch.values[number][batch.columns.index(column)]
    quoted = repr(found)
    cut = f"{quoted[:QUOTED_AT_MOST]}…" if len(quoted) > QUOTED_AT_MOST else quoted
    why = IS_NULL if found is None else fault_of(error)
    row = batch.first_number + number
    return Bilingual(
        da=f"  række {row}, {column}: fandt {cut}: {why.da}", en=f"  row {row}, {column}: found {cut}: {why.en}"
    )
