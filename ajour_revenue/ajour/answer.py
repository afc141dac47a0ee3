"""The answer to the revenue query: checked by whole columns as it comes, and outside memory where it is large."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from operator import itemgetter
from tempfile import SpooledTemporaryFile, gettempdir
from typing import IO, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import TypeAdapter

from ajour_revenue.ajour.errors import AnswerTooLargeError, ContractBrokenError
from ajour_revenue.ajour.queries import (
    AMOUNT_LIMIT,
    RAW_DECIMALS,
    Batch,
    BusinessDate,
    DailyRevenue,
    LocationId,
    Query,
)
from ajour_revenue.days import Window
from ajour_revenue.text.bilingual import Bilingual

IN_MEMORY_AT_MOST = 32 * 2**20
"""How many bytes of an answer stay in memory; what is larger goes to a file without a name, which nobody can open."""

RAW_MONEY = pa.decimal128(28, RAW_DECIMALS)
LONG_MONEY = pa.decimal128(38, 22)
REVENUE_SCHEMA = pa.schema(
    {
        "business_date": pa.date32(),
        "location_id": pa.string(),
        "revenue_incl_vat": RAW_MONEY,
        "revenue_excl_vat": RAW_MONEY,
    },
)
PLAIN_AMOUNT = r"^-?\d{1,15}(\.\d{1,22})?$"

DAY: TypeAdapter[dt.date] = TypeAdapter(BusinessDate)
ID: TypeAdapter[str] = TypeAdapter(LocationId)


@dataclass(frozen=True)
class Fetched:
    """Revenue as Ajour gave it, and when Ajour was asked."""

    asked_at: dt.datetime
    """The moment, in UTC, just before the query was sent that gave the rows (D15)."""
    row_count: int
    _stream: IO[bytes]

    def reader(self) -> pa.RecordBatchReader:
        """Return the rows, some at a time: business_date, location_id, revenue_incl_vat, revenue_excl_vat (DKK)."""
        self._stream.seek(0)
        return pa.ipc.open_stream(self._stream)

    @property
    def rows(self) -> pa.Table:
        """The rows of `reader` all at once, for an answer that is known to be small."""
        return self.reader().read_all()


class _Spool(SpooledTemporaryFile[bytes]):
    """Bytes that are gone with the last who can read them."""

    def __del__(self) -> None:
        self.close()


class RevenueAnswer:
    """Takes an answer as it comes over, and gives it back when all of it has kept the contract.

    A batch whose every value plainly is what was promised is taken by whole columns. Any other is looked at row by row,
    which takes ten times as long, and tells what is wrong with it.
    """

    def __init__(self, query: Query[DailyRevenue], window: Window) -> None:
        """Take the query that is answered, and the days that it was asked for."""
        self._query = query
        self._window = window
        self._days: dict[object, dt.date] = {}
        self._ids: dict[object, str] = {}
        self._keys = _Keys(window)
        self._row_count = 0
        self._stream = _Spool(IN_MEMORY_AT_MOST)
        self._writer = pa.ipc.new_stream(
            self._stream, REVENUE_SCHEMA, options=pa.ipc.IpcWriteOptions(compression="lz4")
        )

    def add(self, batch: Batch) -> None:
        """Take the next rows.

        Raises ContractBrokenError where a day was not asked for, or where two ids would become one, and
        AnswerTooLargeError.
        """
        columns = self._plain_columns(batch) or _columns_of(self._query.rows(batch))
        if outside := set(columns.days) - set(self._window.days):
            path, window, day = self._query.path, self._window, min(outside)
            raise ContractBrokenError(
                Bilingual(
                    da=f"{path} blev spurgt om dagene fra {window.first_day} til {window.last_day}, men svarede med "
                    f"{day}. Brug :from_date og :to_date i den, begge inklusive; intet blev gemt.",
                    en=f"{path} was asked for {window}, but returned {day}. Use :from_date and :to_date in it, both "
                    "inclusive; nothing was stored.",
                )
            )
        self._keys.add(columns.days, columns.ids)
        arrays = [pa.array(columns.days, pa.date32()), pa.array(columns.ids, pa.string()), *columns.amounts]
        try:
            self._writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=REVENUE_SCHEMA))
        except OSError as error:
            name, why = self._query.path.name, error.strerror
            raise AnswerTooLargeError(
                Bilingual(
                    da=f"Det, Ajour svarer på {name}, er stort, og der er ikke plads til det i {gettempdir()} ({why}); "
                    "intet blev gemt. Skaf plads dér, sæt TMPDIR til en anden mappe, eller bed om færre dage.",
                    en=f"What Ajour answers to {name} is large, and does not fit into {gettempdir()} ({why}); nothing "
                    "was stored. Make room there, set TMPDIR to another folder, or ask for fewer days.",
                )
            ) from error
        self._row_count += len(columns.days)

    def fetched(self, asked_at: dt.datetime) -> Fetched:
        """Return all of it; raises ContractBrokenError where a row cannot be used, or came more than once."""
        self._query.refuse_unusable()
        self._query.refuse_repeated(self._keys.repeated)
        self._writer.close()
        return Fetched(asked_at, self._row_count, self._stream)

    def _plain_columns(self, batch: Batch) -> "_Columns | None":
        """Return what `Query.rows` would, or None where a value needs a closer look."""
        days, ids, *amounts = (
            list(map(itemgetter(batch.columns.index(name)), batch.values)) for name in REVENUE_SCHEMA.names
        )
        try:
            plain_amounts = [_plain_amounts(each) for each in amounts]
            return _Columns(self._plain_days(days), self._plain_ids(ids), plain_amounts)
        except ValueError:  # pydantic's and Arrow's errors too
            return None

    def _plain_days(self, values: list[object]) -> list[dt.date]:
        _refuse_kinds(values, {dt.date}, {dt.datetime}, {str})
        for value in set(values).difference(self._days):
            if isinstance(value, dt.datetime) and value.tzinfo:
                # Two of them may be equal and of different days.
                raise ValueError(value)
            self._days[value] = DAY.validate_python(value)
        return list(map(self._days.__getitem__, values))

    def _plain_ids(self, values: list[object]) -> list[str]:
        _refuse_kinds(values, {str}, {int})
        new = {value: ID.validate_python(value) for value in dict.fromkeys(values) if value not in self._ids}
        for value, location_id in new.items():
            self._query.refuse_merged(str(value), location_id)
        self._ids |= new
        return list(map(self._ids.__getitem__, values))


class _Columns(NamedTuple):
    days: list[dt.date]
    ids: list[str]
    amounts: list[pa.Array]


def _columns_of(rows: list[DailyRevenue]) -> _Columns:
    amounts = [[row.revenue_incl_vat for row in rows], [row.revenue_excl_vat for row in rows]]
    return _Columns(
        [row.business_date for row in rows],
        [row.location_id for row in rows],
        [pa.array(each, RAW_MONEY) for each in amounts],
    )


def _plain_amounts(values: list[object]) -> pa.Array:
    """Return amounts as they will be stored; ValueError where one may be something else."""
    _refuse_kinds(values, {Decimal}, {int}, {str})
    as_type: Callable[[pa.DataType], pa.Array] = partial(pa.array, values)
    if isinstance(values[0], str):
        text = pa.array(values)
        if not pc.all(pc.match_substring_regex(text, PLAIN_AMOUNT)).as_py():
            raise ValueError(values)
        as_type = text.cast
    try:
        amounts = as_type(RAW_MONEY)
    except pa.ArrowInvalid:
        amounts = pc.round(as_type(LONG_MONEY), RAW_DECIMALS, "half_towards_infinity").cast(RAW_MONEY)
    ends = pc.min_max(amounts).as_py()
    if not -AMOUNT_LIMIT < ends["min"] <= ends["max"] < AMOUNT_LIMIT:
        raise ValueError(ends)
    return amounts


def _refuse_kinds(values: list[Any], *kinds: set[type]) -> None:
    """Raise ValueError unless all values are of one of these kinds; what is equal is then the same (1 and True are)."""
    if set(map(type, values)) not in kinds:
        raise ValueError(kinds)


class _Keys:
    """Which days and locations have come: a byte for each, since there may be millions."""

    def __init__(self, window: Window) -> None:
        self._days = window.days
        self._day_numbers = {day: number for number, day in enumerate(self._days)}
        self._ids: list[str] = []
        self._id_numbers: dict[str, int] = {}
        self._come = np.zeros(0, bool)
        self._repeated: set[int] = set()

    @property
    def repeated(self) -> list[str]:
        """Those that have come more than once, by the names of their columns, which are the same in all languages."""
        places = [divmod(number, len(self._days)) for number in sorted(self._repeated)]
        return [f"{self._days[day]}, location_id {self._ids[location]}" for location, day in places]

    def add(self, days: Sequence[dt.date], ids: Sequence[str]) -> None:
        """Take the keys of some rows."""
        for location_id in ids:
            if location_id not in self._id_numbers:
                self._id_numbers[location_id] = len(self._ids)
                self._ids.append(location_id)
        if (needed := len(self._ids) * len(self._days)) > len(self._come):
            self._come = np.concatenate([self._come, np.zeros(2 * needed - len(self._come), bool)])
        numbers = _numbers(ids, self._id_numbers) * len(self._days) + _numbers(days, self._day_numbers)
        distinct, times = np.unique(numbers, return_counts=True)
        self._repeated.update(distinct[(times > 1) | self._come[distinct]].tolist())
        self._come[distinct] = True


def _numbers(keys: Iterable[object], number_of: dict[Any, int]) -> "np.ndarray[Any, np.dtype[np.int64]]":
    return np.fromiter(map(number_of.__getitem__, keys), np.int64)
