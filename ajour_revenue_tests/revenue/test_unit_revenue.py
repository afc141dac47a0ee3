"""Unit revenue by the rules R11-R13, D1, D3 and D7, on raw revenue of which the test decides every row."""

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ajour_revenue import days
from ajour_revenue.ajour.assets import STORE_RAW_REVENUE
from ajour_revenue.days import Window
from ajour_revenue.mapping import unit_of_locations
from ajour_revenue.revenue.unit_revenue import calculate_unit_revenue
from ajour_revenue.settings.model import Settings, Unit
from ajour_revenue.warehouse.run import run
from ajour_revenue_tests.kit import COMPANY_ID, IN_BOTH_STORES, settings_dict

DAY = dt.date(2026, 3, 1)
NEXT_DAY = DAY + dt.timedelta(days=1)
OERE = Decimal("0.01")
START = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)

Amounts = tuple[Decimal, Decimal]  # incl. and excl. VAT
RawRows = Mapping[tuple[dt.date, str], Amounts]


def settings_of(units: Mapping[str, list[Any]], *, vat: str = "excluded", overwrite: bool = True) -> Settings:
    return Settings.model_validate(
        settings_dict(
            units=[
                {"name": name, "department": f"{name}'s department", "locations": locations}
                for name, locations in units.items()
            ],
            revenue={"vat": vat, "overwrite_existing": overwrite},
        ),
    )


@dataclass(frozen=True)
class UnitDay:
    """A row of unit_revenue without its time and run."""

    department: str
    vat: str
    revenue_incl_vat: Decimal | None
    revenue_excl_vat: Decimal | None
    source: str
    locations: tuple[str, ...]
    missing_locations: tuple[str, ...]

    @property
    def revenue(self) -> Decimal | None:
        return self.revenue_incl_vat if self.vat == "included" else self.revenue_excl_vat


UnitDays = dict[tuple[dt.date, str], UnitDay]


RAW_SCHEMA = pa.schema(
    {
        "business_date": pa.date32(),
        "location_id": pa.string(),
        "revenue_incl_vat": pa.decimal128(28, 8),
        "revenue_excl_vat": pa.decimal128(28, 8),
    }
)


@dataclass
class Warehouse:
    """Unit revenue as the package calculates it, in a DuckDB in memory; time passes from one event to the next."""

    connection: duckdb.DuckDBPyConnection
    clock: pytest.MonkeyPatch
    ticks: int = 0

    def fetch(  # noqa: PLR0913 (what a fetch is made of)
        self,
        settings: Settings,
        window: Window,
        rows: RawRows,
        *,
        company_id: str = COMPANY_ID,
        run_id: str = "a run",
        asked_at: dt.datetime | None = None,
    ) -> None:
        """Store what Ajour gave for the window, and calculate; rows outside the window are not given."""
        self._tick()
        given = [
            {"business_date": day, "location_id": location, "revenue_incl_vat": incl_vat, "revenue_excl_vat": excl_vat}
            for (day, location), (incl_vat, excl_vat) in rows.items()
            if window.first_day <= day <= window.last_day
        ]
        self.connection.register("answer", pa.Table.from_pylist(given, schema=RAW_SCHEMA))
        run(
            self.connection,
            STORE_RAW_REVENUE,
            company_id=company_id,
            first_day=window.first_day,
            last_day=window.last_day,
            asked_at=asked_at or days.now(),
            overwrite=settings.revenue.overwrite_existing,
            run_id=run_id,
        )
        calculate_unit_revenue(self.connection, settings, window.days, run_id=run_id)

    def enter(  # noqa: PLR0913 (what an entry is made of)
        self,
        settings: Settings,
        day: dt.date,
        unit: str,
        incl_vat: Decimal,
        excl_vat: Decimal,
        *,
        location: str | None = None,
    ) -> None:
        """Add a manual entry, and calculate its day."""
        self._tick()
        units = unit_of_locations(settings, day)
        covered = None if location else [place for place, fed in units.items() if fed == unit]
        run(
            self.connection,
            "INSERT INTO manual_revenue BY NAME SELECT $day AS business_date, $unit AS unit, "
            "$location AS location_id, $covered::VARCHAR[] AS locations, "
            "$incl_vat AS revenue_incl_vat, $excl_vat AS revenue_excl_vat, 'a reason' AS reason, $now AS entered_at",
            day=day,
            unit=unit,
            location=location,
            covered=covered,
            incl_vat=incl_vat,
            excl_vat=excl_vat,
            now=days.now(),
        )
        calculate_unit_revenue(self.connection, settings, [day], run_id="entered")

    def unit_days(self, table: str = "unit_revenue") -> UnitDays:
        rows = self.connection.execute(
            "SELECT business_date, unit, revenue, department, vat, revenue_incl_vat, revenue_excl_vat, source, "
            f"locations, missing_locations FROM {table}",
        ).fetchall()
        unit_days = {}
        for day, unit, revenue, department, vat, incl_vat, excl_vat, source, locations, missing_locations in rows:
            unit_days[day, unit] = UnitDay(
                department, vat, incl_vat, excl_vat, source, tuple(locations), tuple(missing_locations)
            )
            assert unit_days[day, unit].revenue == revenue, "revenue is the amount that vat says"
        return unit_days

    def rows(self, table: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(f"FROM {table} ORDER BY ALL").fetchall()

    def _tick(self) -> None:
        """Let time pass, so that a row that was written again would show it."""
        self.ticks += 1
        moment = START + dt.timedelta(hours=self.ticks)
        self.clock.setattr(days, "now", lambda: moment)


def amounts_of(unit_day: UnitDay) -> tuple[Decimal | None, Decimal | None]:
    return unit_day.revenue_incl_vat, unit_day.revenue_excl_vat


@dataclass
class Known:
    """What is known of a location on a day: the amounts that count, and whether they were to replace others."""

    amounts: Amounts
    replaced_at: float | None
    by_hand: bool = False


def feeding(unit: Unit, day: dt.date) -> list[str]:
    """Return the locations that feed a unit on a day (D13)."""
    return [location.id for location in unit.locations if location.days.first_day <= day <= location.days.last_day]


@dataclass
class Model:
    """The same by the rules of domain.md, in plain Python, one event after the other."""

    unit_days: UnitDays = field(default_factory=dict)
    known: dict[tuple[dt.date, str], Known] = field(default_factory=dict)
    there: dict[dt.date, set[str]] = field(default_factory=dict)
    """The locations that the last fetch of a day gave; no entry where the day was never fetched."""
    asked: dict[dt.date, float] = field(default_factory=dict)
    """When the last answer of a day was asked for (D15)."""
    entries: dict[tuple[dt.date, str], tuple[int, Amounts, list[str]]] = field(default_factory=dict)
    """Of whole units: when, what, and the locations that it covers."""
    entered: set[tuple[dt.date, str]] = field(default_factory=set)
    """The locations that were ever entered."""
    ticks: int = 0

    def fetch(self, settings: Settings, window: Window, rows: RawRows, *, events_ago: int = 0) -> None:
        self.ticks += 1
        asked = asked_at(self.ticks, events_ago)
        for day in window.days:
            if asked > self.asked.get(day, -math.inf):
                given = {location: amounts for (of, location), amounts in rows.items() if of == day}
                self._take_over(settings, day, given, asked)
            self._calculate(settings, day)

    def _take_over(self, settings: Settings, day: dt.date, given: dict[str, Amounts], asked: float) -> None:
        self.asked[day], self.there[day] = asked, set(given)
        for location, amounts in given.items():
            known = self.known.get((day, location))
            if not settings.revenue.overwrite_existing:
                self.known.setdefault((day, location), Known(amounts, None))  # R12: off, what is there stays
            elif known is None or known.replaced_at is None or known.replaced_at < asked:
                self.known[day, location] = Known(amounts, asked)  # R12: on, it replaces what is there

    def enter(
        self, settings: Settings, day: dt.date, unit: str, amounts: Amounts, *, location: str | None = None
    ) -> None:
        self.ticks += 1
        if location:
            self.known[day, location] = Known(amounts, self.ticks, by_hand=True)
            self.entered.add((day, location))
        else:
            covered = [place for each in settings.units if each.name == unit for place in feeding(each, day)]
            self.entries[day, unit] = (self.ticks, amounts, covered)
        self._calculate(settings, day)

    def _calculate(self, settings: Settings, day: dt.date) -> None:
        for key in [key for key in self.unit_days if key[0] == day]:
            del self.unit_days[key]
        for unit in settings.units:
            row = self._unit_day(settings, day, unit)
            if row is not None:
                self.unit_days[day, unit.name] = row

    def _unit_day(self, settings: Settings, day: dt.date, unit: Unit) -> UnitDay | None:
        vat = settings.revenue.vat
        mapped = feeding(unit, day)
        known = {place: self.known[day, place] for place in mapped if (day, place) in self.known}
        entry = self.entries.get((day, unit.name))
        if entry:
            entered, amounts, covered = entry
            # D12: until every location has given a figure since that replaces what was there.
            since = [known[place].replaced_at if place in known else None for place in mapped]
            if not since or any(at is None or at <= entered for at in since):
                elsewhere = {place for each in settings.units if each != unit for place in feeding(each, day)}
                moved = [
                    self.known[day, place] for place in covered if place in elsewhere and (day, place) in self.known
                ]
                parts = [sum((each.amounts[which] for each in moved), Decimal()) for which in (0, 1)]
                incl_vat, excl_vat = (
                    amount - part.quantize(OERE, ROUND_HALF_UP) for amount, part in zip(amounts, parts, strict=True)
                )  # D11
                return UnitDay(unit.department, vat, incl_vat, excl_vat, "manual", (), ())
        entered_places = [place for place in mapped if (day, place) in self.entered]
        if (day not in self.there and not entered_places) or not mapped:
            return None
        there = self.there.get(day, set()) | set(entered_places)
        missing = tuple(sorted(place for place in mapped if place not in there))  # D3
        source = "manual" if any(each.by_hand for each in known.values()) else "ajour"
        sums = [sum((known[place].amounts[which] for place in known), Decimal()) for which in (0, 1)]
        incl, excl = (each.quantize(OERE, ROUND_HALF_UP) if known else None for each in sums)
        return UnitDay(unit.department, vat, incl, excl, source, tuple(sorted(known)), missing)


def asked_at(tick: int, events_ago: int) -> float:
    """Return when a fetch was asked that is stored at a tick: then, or between two events before (D15)."""
    return tick - events_ago - 0.5 - tick / 1000 if events_ago else tick


LOCATIONS = ["10", "11", "20", "30", "40"]
UNITS = ["Bar", "Kitchen", "Shop"]
DAYS = [DAY + dt.timedelta(days=n) for n in range(4)]

# Many amounts lie on half an øre, where rounding decides.
amounts = st.one_of(
    st.integers(-(10**6), 10**6).map(lambda n: Decimal(n) * Decimal("0.005")),
    st.decimals(-(10**9), 10**9, places=8),
)
raw_rows = st.dictionaries(
    st.tuples(st.sampled_from(DAYS), st.sampled_from(LOCATIONS)), st.tuples(amounts, amounts), max_size=20
)
windows = st.tuples(st.sampled_from(DAYS), st.sampled_from(DAYS)).map(lambda ends: Window(min(ends), max(ends)))


@st.composite
def any_settings(draw: st.DrawFn, *, overwrite: bool | None = None) -> Settings:
    names = draw(st.lists(st.sampled_from(UNITS), min_size=1, unique=True))
    home = st.sampled_from([*names, None])
    homes = draw(st.fixed_dictionaries(dict.fromkeys(LOCATIONS, home)))
    moves = draw(st.dictionaries(st.sampled_from(LOCATIONS), st.tuples(st.sampled_from(DAYS), home), max_size=2))
    units: dict[str, list[Any]] = {name: [] for name in names}
    for location, first in homes.items():
        day, second = moves.get(location, (None, None))
        before = {"id": location, "to": day - dt.timedelta(days=1)} if day else location
        for unit, written in ((first, before), (second, {"id": location, "from": day})):
            if unit:
                units[unit].append(written)
    return settings_of(
        units,
        vat=draw(st.sampled_from(["included", "excluded"])),
        overwrite=draw(st.booleans()) if overwrite is None else overwrite,
    )


@dataclass(frozen=True)
class Fetch:
    settings: Settings
    window: Window
    rows: RawRows
    events_ago: int = 0
    """How many events before it is stored Ajour was asked."""


@dataclass(frozen=True)
class Entry:
    settings: Settings
    day: dt.date
    unit: str
    amounts: Amounts
    location: str | None = None


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    oere = st.decimals(-(10**6), 10**6, places=2)
    return Entry(
        draw(any_settings()),
        draw(st.sampled_from(DAYS)),
        draw(st.sampled_from(UNITS)),
        (draw(oere), draw(oere)),
        draw(st.none() | st.sampled_from(LOCATIONS)),
    )


fetches = st.builds(Fetch, any_settings(), windows, raw_rows, st.sampled_from([0, 0, 1, 2]))
histories = st.lists(fetches | entries(), min_size=1, max_size=4)


def live(history: list[Fetch | Entry], warehouse: Warehouse, model: Model | None = None) -> None:
    """Let a history happen to the warehouse, and to the model."""
    for event in history:
        if isinstance(event, Fetch):
            asked = asked_at(warehouse.ticks + 1, event.events_ago)
            moment = START + dt.timedelta(hours=asked)
            warehouse.fetch(event.settings, event.window, event.rows, asked_at=moment)
            if model:
                model.fetch(event.settings, event.window, event.rows, events_ago=event.events_ago)
        else:
            warehouse.enter(event.settings, event.day, event.unit, *event.amounts, location=event.location)
            if model:
                model.enter(event.settings, event.day, event.unit, event.amounts, location=event.location)


@dataclass
class Empty:
    """Gives an empty warehouse as often as one is asked for; rolling back is quicker than making it anew."""

    connection: duckdb.DuckDBPyConnection
    clock: pytest.MonkeyPatch
    begun: bool = False

    def __call__(self) -> Warehouse:
        self.end()
        self.connection.begin()
        self.begun = True
        return Warehouse(self.connection, self.clock)

    def end(self) -> None:
        if self.begun:
            self.connection.rollback()
        self.begun = False


@pytest.fixture
def empty_warehouse(empty_tables: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch) -> Iterator[Empty]:
    empty = Empty(empty_tables, monkeypatch)
    yield empty
    empty.end()


@pytest.fixture
def warehouse(empty_warehouse: Empty) -> Warehouse:
    return empty_warehouse()


some = settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
many = settings(some, max_examples=25)


@IN_BOTH_STORES
@many
@given(history=histories)
def test_unit_revenue_is_what_the_rules_say_after_any_history(
    empty_warehouse: Empty, history: list[Fetch | Entry]
) -> None:
    warehouse, model = empty_warehouse(), Model()

    live(history, warehouse, model)

    assert warehouse.unit_days() == model.unit_days


@some
@given(history=histories, last=fetches)
def test_unit_revenue_can_be_calculated_again_from_answers_entries_and_settings_alone(
    empty_warehouse: Empty, history: list[Fetch | Entry], last: Fetch
) -> None:
    warehouse = empty_warehouse()
    live([*history, replace(last, window=Window(DAYS[0], DAYS[-1]))], warehouse)
    before = warehouse.unit_days()

    warehouse.connection.execute("DELETE FROM unit_revenue")
    calculate_unit_revenue(warehouse.connection, last.settings, DAYS, run_id="again")

    assert warehouse.unit_days() == before


@some
@given(history=histories, last=fetches)
def test_fetching_the_same_again_changes_nothing_and_leaves_no_revision(
    empty_warehouse: Empty, history: list[Fetch | Entry], last: Fetch
) -> None:
    warehouse = empty_warehouse()
    live([*history, replace(last, events_ago=0)], warehouse)
    before = warehouse.rows("unit_revenue"), warehouse.rows("unit_revenue_revisions")

    warehouse.fetch(last.settings, last.window, last.rows, run_id="another run")

    assert (warehouse.rows("unit_revenue"), warehouse.rows("unit_revenue_revisions")) == before


@IN_BOTH_STORES
@some
@given(history=histories)
def test_the_revisions_replayed_in_order_give_the_present_table(
    empty_warehouse: Empty, history: list[Fetch | Entry]
) -> None:
    warehouse = empty_warehouse()
    live(history, warehouse)

    replayed: dict[tuple[dt.date, str], tuple[Decimal | None, str]] = {}
    revisions = warehouse.connection.execute(
        "SELECT business_date, unit, revenue_before, source_before, revenue_after, source_after "
        "FROM unit_revenue_revisions ORDER BY changed_at",
    ).fetchall()
    for day, unit, *before, revenue_after, source_after in revisions:
        assert tuple(before) == replayed.get((day, unit), (None, None)), "each revision begins where the last one ended"
        if source_after is None:
            del replayed[day, unit]
        else:
            replayed[day, unit] = (revenue_after, source_after)

    assert replayed == {key: (row.revenue, row.source) for key, row in warehouse.unit_days().items()}


@some
@given(history=histories, last=fetches)
def test_days_outside_the_window_are_never_touched(
    empty_warehouse: Empty, history: list[Fetch | Entry], last: Fetch
) -> None:
    warehouse = empty_warehouse()
    live(history, warehouse)

    def outside() -> list[list[tuple[Any, ...]]]:
        return [
            [row for row in warehouse.rows(table) if row[0] not in last.window.days]
            for table in ("unit_revenue", "unit_revenue_revisions")
        ]

    before = outside()
    live([last], warehouse)

    assert outside() == before


@some
@given(before=any_settings(overwrite=True), after=any_settings(overwrite=True), given_rows=raw_rows, data=st.data())
def test_whatever_mapping_came_before_every_mapped_row_is_counted_once_where_none_is_missing(
    empty_warehouse: Empty, before: Settings, after: Settings, given_rows: RawRows, data: st.DataObject
) -> None:
    warehouse, window = empty_warehouse(), Window(DAY, DAY)
    warehouse.fetch(before, window, given_rows)
    mapped = [location for unit in after.units for location in feeding(unit, DAY)]
    whole = {(DAY, location): data.draw(st.tuples(oere_amounts, oere_amounts)) for location in mapped}

    warehouse.fetch(after, window, whole)

    assert sum(row.revenue or 0 for row in warehouse.unit_days().values()) == sum(
        incl_vat if after.revenue.vat == "included" else excl_vat for incl_vat, excl_vat in whole.values()
    )


oere_amounts = st.integers(-(10**6), 10**6).map(lambda n: Decimal(n) * OERE)


@some
@given(settings=any_settings(overwrite=True), rows=raw_rows, data=st.data())
def test_rows_that_disappear_change_no_figure(
    empty_warehouse: Empty, settings: Settings, rows: RawRows, data: st.DataObject
) -> None:
    warehouse, window = empty_warehouse(), Window(DAYS[0], DAYS[-1])
    warehouse.fetch(settings, window, rows)
    before = {key: row.revenue for key, row in warehouse.unit_days().items()}
    left = {key: amounts for key, amounts in rows.items() if data.draw(st.booleans())}

    warehouse.fetch(settings, window, left)

    assert {key: row.revenue for key, row in warehouse.unit_days().items()} == before


# By example

TODAY_ONLY = Window(DAY, DAY)
BAR_AND_KITCHEN = {"Bar": ["10", "11"], "Kitchen": ["20"]}


def sold(**excl_vat: str) -> dict[tuple[dt.date, str], Amounts]:
    """What locations sold on DAY, excl. VAT: `sold(at_10="100")`; VAT is 25 %."""
    return {
        (DAY, name.removeprefix("at_")): (Decimal(amount) * Decimal("1.25"), Decimal(amount))
        for name, amount in excl_vat.items()
    }


def revenue(warehouse: Warehouse) -> dict[str, Decimal | None]:
    return {unit: row.revenue for (_, unit), row in warehouse.unit_days().items()}


def enter(warehouse: Warehouse, settings: Settings, unit: str, amount: str) -> None:
    excl_vat = Decimal(amount)
    warehouse.enter(settings, DAY, unit, excl_vat * Decimal("1.25"), excl_vat)


def last_revision(warehouse: Warehouse) -> dict[str, Any]:
    result = warehouse.connection.execute("FROM unit_revenue_revisions ORDER BY changed_at DESC, unit LIMIT 1")
    [row] = result.fetchall()
    return dict(zip([column[0] for column in result.description], row, strict=True))


@pytest.mark.parametrize(("vat", "expected"), [("excluded", "300.00"), ("included", "375.00")])
def test_the_setting_chooses_revenue_with_or_without_vat(warehouse: Warehouse, vat: str, expected: str) -> None:
    warehouse.fetch(settings_of(BAR_AND_KITCHEN, vat=vat), TODAY_ONLY, sold(at_10="100", at_11="200"))

    assert revenue(warehouse)["Bar"] == Decimal(expected)


def test_both_amounts_are_stored_whichever_was_chosen(warehouse: Warehouse) -> None:
    warehouse.fetch(settings_of(BAR_AND_KITCHEN, vat="included"), TODAY_ONLY, sold(at_10="100", at_11="200"))

    assert amounts_of(warehouse.unit_days()[DAY, "Bar"]) == (Decimal(375), Decimal(300))


def test_the_oere_is_rounded_once_at_the_unit_and_not_at_each_location(warehouse: Warehouse) -> None:
    warehouse.fetch(settings_of(BAR_AND_KITCHEN), TODAY_ONLY, sold(at_10="0.004", at_11="0.004"))

    assert revenue(warehouse)["Bar"] == Decimal("0.01")


@pytest.mark.parametrize(("amount", "expected"), [("0.005", "0.01"), ("-0.005", "-0.01"), ("2.675", "2.68")])
def test_half_an_oere_is_rounded_away_from_zero(warehouse: Warehouse, amount: str, expected: str) -> None:
    warehouse.fetch(settings_of(BAR_AND_KITCHEN), TODAY_ONLY, sold(at_20=amount))

    assert revenue(warehouse)["Kitchen"] == Decimal(expected)


def test_negative_revenue_is_kept(warehouse: Warehouse) -> None:
    warehouse.fetch(settings_of(BAR_AND_KITCHEN), TODAY_ONLY, sold(at_10="50", at_11="-80.25"))

    assert revenue(warehouse)["Bar"] == Decimal("-30.25")


def test_a_location_that_nobody_has_mapped_is_in_no_unit(warehouse: Warehouse) -> None:
    warehouse.fetch(settings_of(BAR_AND_KITCHEN), TODAY_ONLY, sold(at_20="100", at_99="999"))

    assert revenue(warehouse) == {"Bar": None, "Kitchen": Decimal(100)}


def test_a_unit_without_locations_has_no_figure_of_its_own(warehouse: Warehouse) -> None:
    warehouse.fetch(settings_of({"Bar": ["10"], "Events": []}), TODAY_ONLY, sold(at_10="100"))

    assert revenue(warehouse) == {"Bar": Decimal(100)}


def test_a_fetched_figure_replaces_a_manual_one_with_overwrite_on(warehouse: Warehouse) -> None:
    settings = settings_of(BAR_AND_KITCHEN)
    enter(warehouse, settings, "Bar", "777")

    warehouse.fetch(settings, TODAY_ONLY, sold(at_10="100", at_11="200"))

    bar = warehouse.unit_days()[DAY, "Bar"]
    assert (bar.revenue, bar.source) == (Decimal(300), "ajour")


def test_a_manual_figure_stays_with_overwrite_off(warehouse: Warehouse) -> None:
    settings = settings_of(BAR_AND_KITCHEN, overwrite=False)
    enter(warehouse, settings, "Bar", "777")

    warehouse.fetch(settings, TODAY_ONLY, sold(at_10="100", at_11="200"))

    bar = warehouse.unit_days()[DAY, "Bar"]
    assert (bar.revenue, bar.source) == (Decimal(777), "manual")


def test_a_fetched_figure_too_stays_with_overwrite_off(warehouse: Warehouse) -> None:
    settings = settings_of(BAR_AND_KITCHEN, overwrite=False)
    warehouse.fetch(settings, TODAY_ONLY, sold(at_20="100"))

    warehouse.fetch(settings, TODAY_ONLY, sold(at_20="150"))

    assert revenue(warehouse)["Kitchen"] == Decimal(100)


def test_with_overwrite_off_a_figure_that_is_not_there_yet_is_stored(warehouse: Warehouse) -> None:
    settings = settings_of(BAR_AND_KITCHEN, overwrite=False)
    warehouse.fetch(settings, TODAY_ONLY, {})

    warehouse.fetch(settings, TODAY_ONLY, sold(at_20="150"))

    assert revenue(warehouse)["Kitchen"] == Decimal(150)


@pytest.mark.parametrize("given_rows", [{}, sold(at_10="100")], ids=["missing", "incomplete"])
def test_a_manual_figure_stays_where_the_fetched_one_is_not_whole(warehouse: Warehouse, given_rows: RawRows) -> None:
    settings = settings_of(BAR_AND_KITCHEN)
    enter(warehouse, settings, "Bar", "777")

    warehouse.fetch(settings, TODAY_ONLY, given_rows)

    # D12: it is the whole of the unit-day, so nothing of it is missing.
    bar = warehouse.unit_days()[DAY, "Bar"]
    assert (bar.revenue, bar.source, bar.missing_locations) == (Decimal(777), "manual", ())


def test_a_manual_figure_of_a_unit_without_locations_stays(warehouse: Warehouse) -> None:
    settings = settings_of({"Bar": [], "Kitchen": ["20"]})
    enter(warehouse, settings, "Bar", "777")

    warehouse.fetch(settings, TODAY_ONLY, sold(at_20="100"))

    assert revenue(warehouse) == {"Bar": Decimal(777), "Kitchen": Decimal(100)}


def test_a_location_that_disappears_leaves_the_earlier_figure_and_flags_the_day(warehouse: Warehouse) -> None:
    settings = settings_of(BAR_AND_KITCHEN)
    warehouse.fetch(settings, TODAY_ONLY, sold(at_10="100", at_11="200"))

    warehouse.fetch(settings, TODAY_ONLY, sold(at_10="100"))

    bar = warehouse.unit_days()[DAY, "Bar"]
    assert (bar.revenue, bar.locations, bar.missing_locations) == (Decimal(300), ("10", "11"), ("11",))


def test_a_location_that_was_never_there_leaves_a_partial_figure_and_flags_the_day(warehouse: Warehouse) -> None:
    warehouse.fetch(settings_of(BAR_AND_KITCHEN), TODAY_ONLY, sold(at_10="100"))

    bar = warehouse.unit_days()[DAY, "Bar"]
    assert (bar.revenue, bar.locations, bar.missing_locations) == (Decimal(100), ("10",), ("11",))


def test_a_partial_figure_follows_corrections_of_what_is_there(warehouse: Warehouse) -> None:
    settings = settings_of(BAR_AND_KITCHEN)
    warehouse.fetch(settings, TODAY_ONLY, sold(at_10="100"))

    warehouse.fetch(settings, TODAY_ONLY, sold(at_10="90"))

    assert revenue(warehouse)["Bar"] == Decimal(90)


@pytest.mark.parametrize("first", [sold(at_10="100"), sold(at_10="100", at_11="50")], ids=["partial", "whole"])
def test_a_location_that_comes_back_completes_the_figure(warehouse: Warehouse, first: RawRows) -> None:
    settings = settings_of(BAR_AND_KITCHEN)
    warehouse.fetch(settings, TODAY_ONLY, first)
    warehouse.fetch(settings, TODAY_ONLY, sold(at_10="100"))

    warehouse.fetch(settings, TODAY_ONLY, sold(at_10="100", at_11="200"))

    bar = warehouse.unit_days()[DAY, "Bar"]
    assert (bar.revenue, bar.locations, bar.missing_locations) == (Decimal(300), ("10", "11"), ())


def test_a_day_without_any_row_is_missing_and_not_zero(warehouse: Warehouse) -> None:
    warehouse.fetch(settings_of(BAR_AND_KITCHEN), TODAY_ONLY, {})

    assert warehouse.unit_days()[DAY, "Bar"] == UnitDay(
        "Bar's department", "excluded", None, None, "ajour", (), ("10", "11")
    )


def test_a_row_of_zero_is_a_figure_and_replaces_the_earlier_one(warehouse: Warehouse) -> None:
    settings = settings_of(BAR_AND_KITCHEN)
    warehouse.fetch(settings, TODAY_ONLY, sold(at_20="100"))

    warehouse.fetch(settings, TODAY_ONLY, sold(at_20="0"))

    kitchen = warehouse.unit_days()[DAY, "Kitchen"]
    assert (kitchen.revenue, kitchen.missing_locations) == (Decimal(0), ())


def test_a_correction_leaves_a_revision_with_before_after_source_and_run(warehouse: Warehouse) -> None:
    settings = settings_of(BAR_AND_KITCHEN)
    warehouse.fetch(settings, TODAY_ONLY, sold(at_20="100"), run_id="first run")
    first = len(warehouse.rows("unit_revenue_revisions"))

    warehouse.fetch(settings, TODAY_ONLY, sold(at_20="90"), run_id="second run")

    revision = last_revision(warehouse)
    assert revision.pop("changed_at") == dt.datetime(2026, 4, 1, 2, tzinfo=dt.UTC)
    assert revision == {
        "business_date": DAY,
        "unit": "Kitchen",
        "change": "corrected",
        "revenue_before": Decimal(100),
        "revenue_after": Decimal(90),
        "revenue_incl_vat_before": Decimal(125),
        "revenue_incl_vat_after": Decimal("112.50"),
        "revenue_excl_vat_before": Decimal(100),
        "revenue_excl_vat_after": Decimal(90),
        "vat_before": "excluded",
        "vat_after": "excluded",
        "source_before": "ajour",
        "source_after": "ajour",
        "run_id": "second run",
        "reason": None,
    }
    assert len(warehouse.rows("unit_revenue_revisions")) == first + 1


def test_the_first_figure_of_a_unit_day_is_a_revision_from_nothing(warehouse: Warehouse) -> None:
    warehouse.fetch(settings_of({"Kitchen": ["20"]}), TODAY_ONLY, sold(at_20="100"))

    revision = last_revision(warehouse)
    assert (revision["revenue_before"], revision["source_before"]) == (None, None)
    assert (revision["revenue_after"], revision["source_after"]) == (Decimal(100), "ajour")


def test_replacing_a_manual_entry_by_the_same_amount_is_a_revision_of_the_source(warehouse: Warehouse) -> None:
    settings = settings_of({"Kitchen": ["20"]})
    enter(warehouse, settings, "Kitchen", "100")

    warehouse.fetch(settings, TODAY_ONLY, sold(at_20="100"))

    revision = last_revision(warehouse)
    assert (revision["source_before"], revision["source_after"]) == ("manual", "ajour")


def test_a_correction_of_the_amount_that_is_not_chosen_is_a_revision_too(warehouse: Warehouse) -> None:
    settings = settings_of({"Kitchen": ["20"]})
    warehouse.fetch(settings, TODAY_ONLY, {(DAY, "20"): (Decimal(125), Decimal(100))}, run_id="first run")

    warehouse.fetch(settings, TODAY_ONLY, {(DAY, "20"): (Decimal(120), Decimal(100))}, run_id="second run")

    assert amounts_of(warehouse.unit_days()[DAY, "Kitchen"]) == (Decimal(120), Decimal(100))
    revision = last_revision(warehouse)
    assert (revision["run_id"], revision["change"]) == ("second run", "corrected")
    assert (revision["revenue_incl_vat_before"], revision["revenue_incl_vat_after"]) == (Decimal(125), Decimal(120))


def test_a_unit_removed_from_the_settings_is_removed_from_the_days_fetched_again(warehouse: Warehouse) -> None:
    warehouse.fetch(settings_of(BAR_AND_KITCHEN), TODAY_ONLY, sold(at_10="1", at_11="2", at_20="100"))

    warehouse.fetch(settings_of({"Bar": ["10", "11"]}), TODAY_ONLY, sold(at_10="1", at_11="2", at_20="100"))

    assert revenue(warehouse) == {"Bar": Decimal(3)}
    revision = last_revision(warehouse)
    assert (revision["unit"], revision["revenue_before"], revision["revenue_after"], revision["source_after"]) == (
        "Kitchen",
        Decimal(100),
        None,
        None,
    )


def test_a_renamed_unit_is_not_counted_beside_its_old_name(warehouse: Warehouse) -> None:
    warehouse.fetch(settings_of({"Kitchen": ["20"]}), TODAY_ONLY, sold(at_20="100"))

    warehouse.fetch(settings_of({"Galley": ["20"]}), TODAY_ONLY, sold(at_20="100"))

    assert revenue(warehouse) == {"Galley": Decimal(100)}


def test_a_renamed_unit_is_not_counted_twice_even_where_its_location_disappears(warehouse: Warehouse) -> None:
    warehouse.fetch(settings_of({"Kitchen": ["20"]}), TODAY_ONLY, sold(at_20="100"))

    warehouse.fetch(settings_of({"Galley": ["20"]}), TODAY_ONLY, {})

    # D11: the location counts where the mapping says, and its earlier figure stays (D3).
    galley = warehouse.unit_days()[DAY, "Galley"]
    assert revenue(warehouse) == {"Galley": Decimal(100)}
    assert galley.missing_locations == ("20",)


def test_with_overwrite_off_too_a_renamed_unit_is_not_counted_beside_its_old_name(warehouse: Warehouse) -> None:
    warehouse.fetch(settings_of({"Kitchen": ["20"]}, overwrite=False), TODAY_ONLY, sold(at_20="100"))

    warehouse.fetch(settings_of({"Galley": ["20"]}, overwrite=False), TODAY_ONLY, sold(at_20="100"))

    assert revenue(warehouse) == {"Galley": Decimal(100)}


def test_a_location_moved_away_is_not_counted_twice_where_another_disappears(warehouse: Warehouse) -> None:
    warehouse.fetch(settings_of(BAR_AND_KITCHEN), TODAY_ONLY, sold(at_10="100", at_11="200", at_20="1000"))

    moved = settings_of({"Bar": ["10"], "Kitchen": ["11", "20"]})
    warehouse.fetch(moved, TODAY_ONLY, sold(at_11="200", at_20="1000"))

    # D11: the unit loses its part, and keeps what its own location last sold (D3).
    assert revenue(warehouse) == {"Bar": Decimal(100), "Kitchen": Decimal(1200)}
    assert warehouse.unit_days()[DAY, "Bar"].missing_locations == ("10",)


def test_a_location_moved_to_another_unit_is_counted_there_only(warehouse: Warehouse) -> None:
    rows = sold(at_10="100", at_11="200", at_20="1000")
    warehouse.fetch(settings_of(BAR_AND_KITCHEN), TODAY_ONLY, rows)

    warehouse.fetch(settings_of({"Bar": ["10"], "Kitchen": ["11", "20"]}), TODAY_ONLY, rows)

    assert revenue(warehouse) == {"Bar": Decimal(100), "Kitchen": Decimal(1200)}


def test_a_location_taken_off_a_unit_lowers_it_since_the_user_said_so(warehouse: Warehouse) -> None:
    rows = sold(at_10="100", at_11="200")
    warehouse.fetch(settings_of({"Bar": ["10", "11"]}), TODAY_ONLY, rows)

    warehouse.fetch(settings_of({"Bar": ["10"]}), TODAY_ONLY, rows)

    assert revenue(warehouse) == {"Bar": Decimal(100)}


def test_a_changed_vat_setting_is_taken_over_by_the_days_fetched_again(warehouse: Warehouse) -> None:
    rows = {(day, "20"): (Decimal(125), Decimal(100)) for day in (DAY, NEXT_DAY)}
    warehouse.fetch(settings_of({"Kitchen": ["20"]}), Window(DAY, NEXT_DAY), rows)

    warehouse.fetch(settings_of({"Kitchen": ["20"]}, vat="included"), Window(NEXT_DAY, NEXT_DAY), rows)

    assert {day: (row.vat, row.revenue) for (day, _), row in warehouse.unit_days().items()} == {
        DAY: ("excluded", Decimal(100)),
        NEXT_DAY: ("included", Decimal(125)),
    }


def test_a_row_told_in_another_vat_is_a_changed_row_even_where_its_amounts_are_the_same(warehouse: Warehouse) -> None:
    rows = {(DAY, "20"): (Decimal(100), Decimal(100))}
    warehouse.fetch(settings_of({"Kitchen": ["20"]}), TODAY_ONLY, rows, run_id="first run")

    warehouse.fetch(settings_of({"Kitchen": ["20"]}, vat="included"), TODAY_ONLY, rows, run_id="second run")

    assert [row[-1] for row in warehouse.rows("unit_revenue")] == ["second run"]


def test_a_figure_that_stays_for_a_missing_location_is_told_in_the_vat_of_the_settings(warehouse: Warehouse) -> None:
    warehouse.fetch(settings_of({"Kitchen": ["20"]}), TODAY_ONLY, sold(at_20="100"))

    warehouse.fetch(settings_of({"Kitchen": ["20"]}, vat="included"), TODAY_ONLY, {})

    assert revenue(warehouse) == {"Kitchen": Decimal(125)}


def test_with_overwrite_off_both_amounts_stay_and_the_changed_vat_setting_chooses_between_them(
    warehouse: Warehouse,
) -> None:
    warehouse.fetch(settings_of({"Kitchen": ["20"]}), TODAY_ONLY, sold(at_20="100"))

    warehouse.fetch(settings_of({"Kitchen": ["20"]}, vat="included", overwrite=False), TODAY_ONLY, sold(at_20="900"))

    kitchen = warehouse.unit_days()[DAY, "Kitchen"]
    assert amounts_of(kitchen) == (Decimal(125), Decimal(100))
    assert (kitchen.vat, kitchen.revenue) == ("included", Decimal(125))
    assert last_revision(warehouse)["change"] == "VAT choice"


def test_a_changed_department_is_taken_over_by_the_days_fetched_again(warehouse: Warehouse) -> None:
    old = settings_of({"Bar": []})
    enter(
        warehouse,
        old.model_copy(update={"units": (old.units[0].model_copy(update={"department": "Old"}),)}),
        "Bar",
        "1",
    )

    warehouse.fetch(settings_of({"Bar": []}), TODAY_ONLY, {})

    assert warehouse.unit_days()[DAY, "Bar"].department == "Bar's department"


def test_another_company_id_takes_that_companys_rows_only(warehouse: Warehouse) -> None:
    settings = settings_of({"Kitchen": ["20"]})
    warehouse.fetch(settings, TODAY_ONLY, sold(at_20="100"), company_id="4711")

    warehouse.fetch(settings, TODAY_ONLY, sold(at_20="5"), company_id="4712")

    assert revenue(warehouse) == {"Kitchen": Decimal(5)}


def test_another_company_id_without_rows_leaves_the_earlier_figure_and_flags_the_day(warehouse: Warehouse) -> None:
    settings = settings_of({"Kitchen": ["20"]})
    warehouse.fetch(settings, TODAY_ONLY, sold(at_20="100"), company_id="4711")

    warehouse.fetch(settings, TODAY_ONLY, {}, company_id="4712")

    kitchen = warehouse.unit_days()[DAY, "Kitchen"]
    assert (kitchen.revenue, kitchen.missing_locations) == (Decimal(100), ("20",))


# What a change is called (D16)


def changes(warehouse: Warehouse, unit: str) -> list[str]:
    result = warehouse.connection.execute(
        "SELECT change FROM unit_revenue_revisions WHERE unit = ? ORDER BY changed_at", [unit]
    )
    return [change for (change,) in result.fetchall()]


def test_a_location_that_comes_late_completes_the_figure_and_corrects_nothing(warehouse: Warehouse) -> None:
    settings = settings_of(BAR_AND_KITCHEN)
    warehouse.fetch(settings, TODAY_ONLY, sold(at_10="100"))

    warehouse.fetch(settings, TODAY_ONLY, sold(at_10="100", at_11="200"))

    assert changes(warehouse, "Bar") == ["first figure", "completed"]


def test_a_late_location_beside_a_correction_is_a_correction(warehouse: Warehouse) -> None:
    settings = settings_of(BAR_AND_KITCHEN)
    warehouse.fetch(settings, TODAY_ONLY, sold(at_10="100"))

    warehouse.fetch(settings, TODAY_ONLY, sold(at_10="90", at_11="200"))

    assert changes(warehouse, "Bar") == ["first figure", "corrected"]


def test_a_unit_that_was_removed_and_put_back_is_not_corrected(warehouse: Warehouse) -> None:
    rows = sold(at_10="100", at_11="200", at_20="1000")
    for units in (BAR_AND_KITCHEN, {"Bar": ["10", "11"]}, BAR_AND_KITCHEN):
        warehouse.fetch(settings_of(units), TODAY_ONLY, rows)

    assert changes(warehouse, "Kitchen") == ["first figure", "removed", "returned"]


def test_another_mapping_is_not_a_correction(warehouse: Warehouse) -> None:
    rows = sold(at_10="100", at_11="200", at_20="1000")
    warehouse.fetch(settings_of(BAR_AND_KITCHEN), TODAY_ONLY, rows)

    warehouse.fetch(settings_of({"Bar": ["10"], "Kitchen": ["11", "20"]}), TODAY_ONLY, rows)

    assert changes(warehouse, "Bar") == ["first figure", "mapping"]


def test_a_manual_entry_and_its_replacement_are_called_so(warehouse: Warehouse) -> None:
    settings = settings_of({"Kitchen": ["20"]})
    warehouse.fetch(settings, TODAY_ONLY, sold(at_20="100"))
    enter(warehouse, settings, "Kitchen", "777")

    warehouse.fetch(settings, TODAY_ONLY, sold(at_20="100"))

    assert changes(warehouse, "Kitchen") == ["first figure", "entered by hand", "replaced a manual entry"]


# Later knowledge wins (D15)


def test_what_was_asked_earlier_never_replaces_what_was_asked_later(warehouse: Warehouse) -> None:
    settings = settings_of({"Kitchen": ["20"]})
    warehouse.fetch(settings, TODAY_ONLY, sold(at_20="90"), asked_at=START + dt.timedelta(minutes=2), run_id="B")

    warehouse.fetch(settings, TODAY_ONLY, sold(at_20="100"), asked_at=START + dt.timedelta(minutes=1), run_id="A")

    assert revenue(warehouse) == {"Kitchen": Decimal(90)}
    assert changes(warehouse, "Kitchen") == ["first figure"]


def test_with_overwrite_off_a_correction_that_was_taken_before_stays(warehouse: Warehouse) -> None:
    on, off = (settings_of({"Kitchen": ["20"]}, overwrite=overwrite) for overwrite in (True, False))
    warehouse.fetch(on, TODAY_ONLY, sold(at_20="100"))
    warehouse.fetch(on, TODAY_ONLY, sold(at_20="120"))

    warehouse.fetch(off, TODAY_ONLY, sold(at_20="150"))

    assert revenue(warehouse) == {"Kitchen": Decimal(120)}


def test_with_overwrite_off_a_location_that_comes_late_completes_what_stays(warehouse: Warehouse) -> None:
    settings = settings_of(BAR_AND_KITCHEN, overwrite=False)
    warehouse.fetch(settings, TODAY_ONLY, sold(at_10="100"))

    warehouse.fetch(settings, TODAY_ONLY, sold(at_10="120", at_11="50"))

    bar = warehouse.unit_days()[DAY, "Bar"]
    assert (bar.revenue, bar.locations, bar.missing_locations) == (Decimal(150), ("10", "11"), ())
