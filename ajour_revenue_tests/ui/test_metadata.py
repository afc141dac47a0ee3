"""What the UI shows of a materialization: columns, figures, tables and charts."""

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import dagster as dg
import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ajour_revenue.days import Window
from ajour_revenue.settings.model import Settings
from ajour_revenue.ui.metadata import column_schema, daily_chart, figures, table
from ajour_revenue.wages.assets import wage_chart
from ajour_revenue.wages.figures import COMPANY, Figure
from ajour_revenue_tests.kit import cells, settings_dict

DAY = dt.date(2026, 11, 23)


def test_a_tables_columns_are_told_with_type_description_and_whether_they_may_be_null() -> None:
    columns = {column.name: column for column in column_schema("unit_revenue").columns}

    assert list(columns) == [
        "business_date",
        "unit",
        "department",
        "revenue",
        "vat",
        "revenue_incl_vat",
        "revenue_excl_vat",
        "source",
        "locations",
        "missing_locations",
        "updated_at",
        "run_id",
    ]
    assert (columns["revenue"].type, columns["revenue"].constraints.nullable) == ("DECIMAL(18,2)", True)
    assert (columns["unit"].type, columns["unit"].constraints.nullable) == ("VARCHAR", False)
    assert "incl. or excl. VAT" in str(columns["revenue"].description)


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("ajour_locations", "company_id location_id location_name unit last_seen_at"),
        ("raw_revenue", "company_id business_date location_id revenue_incl_vat revenue_excl_vat fetched_at run_id"),
        (
            "unit_revenue_revisions",
            (
                "business_date unit revenue_before revenue_after source_before source_after changed_at run_id reason "
                "vat_before vat_after revenue_incl_vat_before revenue_incl_vat_after revenue_excl_vat_before "
                "revenue_excl_vat_after change"
            ),
        ),
        ("wage_costs", "business_date department unit wage_cost hours updated_at run_id"),
        ("wage_percentage", "business_date department unit revenue_excl_vat wage_cost wage_percentage target note"),
    ],
)
def test_the_tables_have_the_columns_that_users_rely_on(table: str, columns: str) -> None:
    assert [column.name for column in column_schema(table).columns] == columns.split()


@pytest.mark.parametrize("column", ["unit_revenue.revenue", "wage_costs.wage_cost", "wage_percentage.revenue_excl_vat"])
def test_money_is_decimal_to_the_oere(column: str) -> None:
    table, name = column.split(".")

    assert {each.name: each.type for each in column_schema(table).columns}[name] == "DECIMAL(18,2)"


def test_figures_are_whole_numbers_and_exact_amounts() -> None:
    with duckdb.connect() as connection:
        shown = figures(connection, "SELECT 7 AS days, 1234567.10::DECIMAL(18, 2) AS revenue")

    assert {name: value.value for name, value in shown.items()} == {"days": 7, "revenue": "1.234.567,10 kr."}


def shown(sql: str) -> dg.MetadataValue:
    with duckdb.connect() as connection:
        return table(connection, sql)


def test_a_table_shows_amounts_to_the_oere_percentages_days_and_ids_as_danes_write_them() -> None:
    found = shown(
        "SELECT '007' AS location, DATE '2026-01-31' AS day, 9007199254740993.10::DECIMAL(18, 2) AS revenue, "
        "31.45::DECIMAL(5, 2) AS wage_percentage, NULL::DECIMAL(5, 2) AS target, 2 AS days"
    )

    assert isinstance(found, dg.TableMetadataValue)
    assert [column.name for column in found.schema.columns] == [
        *("location", "day", "revenue", "wage_percentage", "target", "days")
    ]
    assert cells(found) == [["007", "31-01-2026", "9.007.199.254.740.993,10", "31,5 %", "-", "2"]]


def test_a_table_without_rows_says_so() -> None:
    assert shown("SELECT 1 AS days WHERE false").value == "none"


def pictured(chart: Mapping[str, dg.MetadataValue]) -> ET.Element:
    """Return the picture of a chart, which the UI shows without a click while it is shorter than 1000 letters."""
    text = str(chart["chart"].value)
    assert len(text) < 1000
    return ET.fromstring(
        unquote(
            text.removeprefix("![Wage percentage](<data:image/svg+xml,")
            .removeprefix("![Revenue](<data:image/svg+xml,")
            .removesuffix(">)")
        )
    )


def strokes(picture: ET.Element, colour: str) -> int:
    """Return how often the pen of a colour was put down."""
    return sum(path.get("d", "").count("M") for path in picture if path.get("stroke") == colour)


@given(rows=st.lists(st.none() | st.decimals(-(10**13), 10**13, places=2), min_size=1, max_size=60))
def test_a_daily_chart_has_a_bar_for_each_of_31_days_and_a_dash_where_there_is_no_amount(
    rows: list[Decimal | None],
) -> None:
    settings = Settings.model_validate(settings_dict(activation_date=DAY - dt.timedelta(days=90)))
    stored = pa.table(
        {
            "business_date": pa.array([DAY - dt.timedelta(days=back) for back in range(len(rows))], pa.date32()),
            "amount": pa.array(rows, pa.decimal128(18, 2)),
        }
    )
    sql = "FROM stored WHERE business_date BETWEEN $first_day AND $last_day"
    with duckdb.connect() as connection:
        connection.register("stored", stored)
        picture = pictured(daily_chart(connection, settings, Window(DAY, DAY), "Revenue", sql))

    known = sum(row is not None for row in rows[:31])
    assert (strokes(picture, "teal"), strokes(picture, "gray")) == (known, 31 - known)


def test_a_daily_chart_begins_with_the_activation_date() -> None:
    settings = Settings.model_validate(settings_dict(activation_date=DAY - dt.timedelta(days=1)))
    with duckdb.connect() as connection:
        sql = "SELECT $first_day::DATE AS business_date, 1.00 AS amount UNION SELECT $last_day::DATE, 2.00"
        picture = pictured(daily_chart(connection, settings, Window(DAY, DAY), "Revenue", sql))

    assert (strokes(picture, "teal"), strokes(picture, "gray")) == (2, 0)


def test_a_chart_says_in_words_what_it_shows() -> None:
    days = Window(DAY - dt.timedelta(days=1), DAY)
    figures = [
        Figure(
            days, COMPANY, Decimal("12345.67"), wage_percentage=Decimal("31.45"), judged_percentage=Decimal("31.45")
        ),
        Figure(days, COMPANY, Decimal("-500.00"), wage_percentage=Decimal("28.00")),
    ]

    assert wage_chart(figures, days)["chart_shows"].value == (
        "Revenue excl. VAT, 22-11-2026 – 23-11-2026. Bars: -500 kr. to 12.346 kr. a day. "  # noqa: RUF001
        "Line: wage percentage, 28,0 % to 31,5 %."
    )


percentages = st.none() | st.decimals(-900, 9000, places=2)


@given(
    days=st.lists(
        st.tuples(st.none() | st.decimals(-(10**9), 10**9, places=2), percentages, st.none() | st.just(Decimal(30))),
        min_size=1,
        max_size=31,
    )
)
def test_a_wage_chart_marks_each_day_over_target_and_stays_small(
    days: list[tuple[Decimal | None, Decimal | None, Decimal | None]],
) -> None:
    figures = [
        Figure(Window(DAY, DAY), COMPANY, revenue, wage_percentage=percentage, target=target)
        for revenue, percentage, target in days
    ]

    chart = wage_chart(figures, Window(DAY, DAY))
    picture, words = pictured(chart), str(chart["chart_shows"].value)

    assert ("Red squares" in words) == any(figure.is_over_target for figure in figures)
    assert ("Gray dashes" in words) == any(figure.revenue_excl_vat is None for figure in figures)
    assert ("Line" in words) == any(figure.wage_percentage is not None for figure in figures)
    assert strokes(picture, "red") == sum(figure.is_over_target for figure in figures)
    drawn = "".join(path.get("d", "") for path in picture)
    _, _, width, height = (int(number) for number in picture.get("viewBox", "").split(","))
    for x, y in re.findall(r"[ML](-?\d+),(-?\d+)", drawn):
        assert 0 <= int(x) <= width
        assert 0 <= int(y) <= height
