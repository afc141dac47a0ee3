"""The chart: what it says, what it weighs, and that it is whole whatever the figures are."""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ajour_revenue.days import Window
from ajour_revenue.reports.charts import (
    INK,
    NARROW,
    OVER,
    PROVISIONAL,
    WAGES,
    WIDE,
    Size,
    chart_alt,
    legend,
    revenue_chart_svg,
)
from ajour_revenue.reports.texts import TEXTS
from ajour_revenue.wages.figures import COMPANY, Figure
from ajour_revenue_tests.reports.kit import days_before

DA = TEXTS["da"]


def figures(amounts: Sequence[tuple[Decimal | None, Decimal | None, Decimal | None]]) -> list[Figure]:
    """Return a figure a day of revenue, wage percentage and target."""
    days = [days_before(back) for back in reversed(range(len(amounts)))]
    return [
        Figure(
            Window(day, day),
            COMPANY,
            revenue,
            wage_percentage=percentage,
            judged_percentage=percentage,
            target=target,
            days=1,
        )
        for day, (revenue, percentage, target) in zip(days, amounts, strict=True)
    ]


some = figures([(Decimal(1000 * n), Decimal(25 + n), Decimal(30)) for n in range(1, 11)])

revenues = st.none() | st.decimals(-(10**6), 10**9, places=2)
percentages = st.none() | st.decimals(-900, 9000, places=2)
targets = st.none() | st.decimals(1, 100, places=2)


@settings(max_examples=60)
@given(
    amounts=st.lists(st.tuples(revenues, percentages, targets), min_size=1, max_size=31),
    size=st.sampled_from([WIDE, NARROW]),
)
def test_any_figures_make_a_whole_picture_within_its_bounds(
    amounts: list[tuple[Decimal | None, Decimal | None, Decimal | None]], size: Size
) -> None:
    root = ET.fromstring(revenue_chart_svg(figures(amounts), DA, size))

    assert root.get("role") == "group"
    for text in root.iter("{http://www.w3.org/2000/svg}text"):
        width = 6.4 * len(text.text or "")  # digits and points of 12 px
        left = float(text.get("x", "")) - (width if text.get("text-anchor") == "end" else 0)
        assert 0 <= left <= size.width
        assert 0 <= float(text.get("y", "")) <= size.height


def test_the_chart_says_in_words_what_it_shows() -> None:
    alt = chart_alt(some, DA)

    assert "14-11-2026 – 23-11-2026" in alt  # noqa: RUF001
    assert "mellem 1.000,00 kr. og 10.000,00 kr. om dagen" in alt
    assert "mellem 26,0 % og 35,0 %; over mål på 5 dage" in alt
    assert ET.fromstring(revenue_chart_svg(some, DA, WIDE)).get("aria-label") == alt


def test_a_chart_of_nothing_says_so() -> None:
    assert chart_alt(figures([(None, None, None)]), TEXTS["en"]) == "No revenue 23 Nov 2026."


def marks(svg: str) -> tuple[int, int]:
    """Return how many triangles and how many dots the line has."""
    paths = [path.attrib for path in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}path")]
    [triangles] = [path["d"].count("M") for path in paths if path.get("fill") == OVER]
    dots = [path for path in paths if path.get("stroke-linecap") == "round" and path["stroke"] == WAGES]
    return triangles, sum(path["d"].count("M") for path in dots)


def test_over_target_has_another_shape_not_only_another_colour() -> None:
    assert marks(revenue_chart_svg(some, DA, WIDE)) == (5, 5)


def test_what_is_provisional_is_a_grey_dot_and_never_over_target() -> None:
    days = [dataclasses.replace(day, is_provisional=True) for day in some]
    svg = revenue_chart_svg(days, DA, WIDE)

    assert marks(svg) == (0, 0)
    [provisional] = [path for path in ET.fromstring(svg).iter() if path.get("stroke") == PROVISIONAL]
    assert provisional.attrib["d"].count("M") == len(some)


def test_a_day_without_revenue_is_a_cross_and_no_bar_of_zero() -> None:
    gap = [*some[:4], dataclasses.replace(some[4], revenue_excl_vat=None, wage_percentage=None), *some[5:]]
    closed = [*some[:4], dataclasses.replace(some[4], revenue_excl_vat=Decimal(0), wage_percentage=None), *some[5:]]

    crosses, none = (revenue_chart_svg(days, DA, WIDE).count('stroke="#4a5258"') for days in (gap, closed))
    assert crosses == none + 1
    # The line is broken there.
    assert sum(marks(revenue_chart_svg(gap, DA, WIDE))) == 9


def test_who_points_at_a_day_taps_or_focuses_it_reads_its_figures() -> None:
    days = [element for element in ET.fromstring(revenue_chart_svg(some, DA, WIDE)).iter() if element.get("tabindex")]

    assert len(days) == len(some)
    assert days[-1].get("aria-label") == "mandag 23-11-2026: 10.000 kr. ekskl. moms, løn 35,0 %"
    assert [text.text for text in days[-1] if text.tag.endswith("text")] == [
        "mandag 23-11-2026: 10.000 kr. · løn 35,0 %"
    ]


def test_a_day_with_revenue_and_without_wages_has_a_cross_on_the_line() -> None:
    unpaid = [*some[:4], dataclasses.replace(some[4], wage_percentage=None), *some[5:]]

    paths = [path.attrib for path in ET.fromstring(revenue_chart_svg(unpaid, DA, WIDE)).iter() if "path" in path.tag]
    [cross] = [path for path in paths if path.get("stroke") == INK and path["d"].count("M") == 2 and "l" in path["d"]]
    assert cross["stroke"] == INK


def test_both_axes_begin_at_nothing() -> None:
    texts = [element.text for element in ET.fromstring(revenue_chart_svg(some, DA, WIDE)).iter()]

    assert {"0", "0 %"} <= set(texts)


def test_the_legend_names_what_is_in_the_chart_and_nothing_else() -> None:
    words = [name for _, name in legend(some, DA)]
    assert words == [
        *("mandag til fredag", "lørdag og søndag", "mandag 23-11-2026", "Lønprocent", "Mål"),
        *("Over mål", "På eller under mål"),
    ]

    under = [dataclasses.replace(day, judged_percentage=Decimal(20), revenue_excl_vat=None) for day in some[:2]]
    assert [name for _, name in legend(under, DA)] == ["ingen tal", "Lønprocent", "Mål", "På eller under mål"]
    assert all(ET.fromstring(mark).tag.endswith("svg") for mark, _ in legend(some, DA))


@pytest.mark.parametrize(("size", "weeks"), [(WIDE, ["Uge 47", "Uge 48"]), (NARROW, ["Uge 47"])])
def test_weeks_are_iso_weeks(size: Size, weeks: list[str]) -> None:
    texts = [element.text or "" for element in ET.fromstring(revenue_chart_svg(some, DA, size)).iter()]

    assert [text for text in texts if text.startswith("Uge")] == weeks


def test_a_chart_over_the_turn_of_the_year_has_week_53_and_week_1() -> None:
    days = [dt.date(2026, 12, 28) + dt.timedelta(days=n) for n in range(10)]
    svg = revenue_chart_svg([Figure(Window(day, day), COMPANY, Decimal(1)) for day in days], DA, WIDE)

    assert [week in svg for week in ("Uge 53", "Uge 1<")] == [True, True]
