"""A chart so small that Dagster's UI shows it right in the table of an event: a longer text waits for a click."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

STEP = 3
"""From one day to the next; whole numbers of two digits keep the text short."""
AMOUNTS = (1, 20)
PERCENTAGES = (24, 35)
"""Top and bottom of the two halves."""
SCALED_BY = 3


class Day(NamedTuple):
    """A day of the chart: an amount, and perhaps a percentage. None is missing, and no zero (D3)."""

    amount: Decimal | None
    percentage: Decimal | None = None
    is_over: bool = False
    """Whether the percentage is over its target."""


def sparkline(days: Sequence[Day]) -> str:
    """Draw days that follow each other, as SVG: amounts as bars, and below them percentages as a line.

    A day without an amount has a dash below the bars; one whose percentage is over its target has a square on the line.
    """
    lines = {
        "stroke='teal' stroke-width='2'": _bars(days),
        "stroke='gray'": _dashes(days),
        "stroke='tan'": _line(days),
        "stroke='red' stroke-width='3'": _squares(days),
    }
    paths = "".join(f"<path d='{d}' {style}/>" for style, pieces in lines.items() if (d := "".join(pieces)))
    width, height = STEP * len(days), PERCENTAGES[1] + 1
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0,0,{width},{height}' width='{SCALED_BY * width}' "
        f"fill='none'>{paths}</svg>"
    )


def _bars(days: Sequence[Day]) -> Iterator[str]:
    amounts = [day.amount for day in days]
    zero, *heights = _pixels([Decimal(0), *amounts], AMOUNTS)
    for x, y in _middles(heights):
        yield f"M{x},{zero}V{y}"


def _dashes(days: Sequence[Day]) -> Iterator[str]:
    for number, day in enumerate(days):
        if day.amount is None:
            yield f"M{STEP * number},{AMOUNTS[1] + 1}h2"


def _line(days: Sequence[Day]) -> Iterator[str]:
    before = None
    for x, y in _middles(_pixels([day.percentage for day in days], PERCENTAGES)):
        # A day without neighbours is a stub.
        yield f"L{x},{y}" if before == x - STEP else f"M{x - 1},{y}h1"
        before = x


def _squares(days: Sequence[Day]) -> Iterator[str]:
    heights = _pixels([day.percentage for day in days], PERCENTAGES)
    over = [height if day.is_over else None for day, height in zip(days, heights, strict=True)]
    for x, y in _middles(over):
        yield f"M{x - 1},{y}h3"


def _middles(heights: Sequence[int | None]) -> Iterator[tuple[int, int]]:
    for number, height in enumerate(heights):
        if height is not None:
            yield STEP * number + 1, height


def _pixels(values: Sequence[Decimal | None], room: tuple[int, int]) -> list[int | None]:
    known = [value for value in values if value is not None]
    low, high = min(known, default=Decimal(0)), max(known, default=Decimal(0))
    top, bottom = room
    span = (high - low) or 1
    return [None if value is None else round(bottom - (value - low) / span * (bottom - top)) for value in values]
