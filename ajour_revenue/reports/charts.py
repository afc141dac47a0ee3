"""The chart of revenue and wage percentage: a static SVG, without script, font or style from elsewhere."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape

import svg

from ajour_revenue.reports.texts import Texts
from ajour_revenue.wages.figures import Figure

REVENUE, REVENUE_WEEKEND, LATEST = "#a9c1d0", "#7a9cb2", "#1f5673"
WAGES, OVER, PROVISIONAL, INK, FAINT = "#5b4a3f", "#b3261e", "#a3abb1", "#4a5258", "#d9dee2"
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"

SATURDAY = 5

RADIUS = 4
"""Of the marks on the line, in pixels."""

WEEK_LABEL = 52
"""Room, in pixels, for the words below the chart."""


@dataclass(frozen=True)
class Size:
    """How large a chart is, in pixels, and how much is written on it."""

    width: int
    height: int
    left: int
    """Room for the numbers on the axes."""
    weeks_per_label: int = 1


WIDE = Size(width=960, height=330, left=76)
NARROW = Size(width=330, height=300, left=64, weeks_per_label=2)


@dataclass(frozen=True)
class Scale:
    """From an amount or a percentage to pixels from above. Floats are good enough for pixels, and only there."""

    low: float
    high: float
    top: float
    bottom: float

    def __call__(self, value: float) -> float:
        """Return the pixel of a value."""
        return round(self.bottom - (value - self.low) / (self.high - self.low) * (self.bottom - self.top), 1)

    @property
    def ticks(self) -> list[float]:
        """A few round numbers, from the lowest to the highest."""
        step = _step(self.high - self.low)
        return [number * step for number in range(math.ceil(self.low / step), math.floor(self.high / step) + 1)]


@dataclass(frozen=True)
class Slots:
    """The room of each day, from left to right."""

    size: Size
    count: int

    @property
    def width(self) -> float:
        """The width of a day."""
        return (self.size.width - self.size.left) / self.count

    def left(self, number: int) -> float:
        """Return where a day begins, counted from 0."""
        return round(self.size.left + self.width * number, 1)

    def middle(self, number: int) -> float:
        """Return the middle of a day, counted from 0."""
        return round(self.size.left + self.width * (number + 0.5), 1)


def revenue_chart_svg(days: Sequence[Figure], texts: Texts, size: Size) -> str:
    """Draw revenue excl. VAT as bars, and below it the wage percentage as a line, for days that follow each other.

    A day without revenue has a cross for a bar, one without a percentage breaks the line. Over target the line's mark
    is a triangle, else a dot, a grey one where the percentage is provisional; the target is dashed.
    """
    slots = Slots(size, len(days))
    head, foot = 24, 34
    middle = head + (size.height - head - foot) * 0.6
    revenue = _scale([0, *(float(day.revenue_excl_vat or 0) for day in days)], head, middle - head * 0.4)
    percentages = [float(each) for day in days for each in (day.wage_percentage, day.target) if each is not None]
    wages = _scale(percentages, middle + head, size.height - foot)
    return svg.SVG(
        viewBox=svg.ViewBoxSpec(0, 0, size.width, size.height),
        width=size.width,
        height=size.height,
        extra={"role": "img", "aria-label": escape(chart_alt(days, texts)), "font-family": FONT, "font-size": "12"},
        elements=[
            *_axis(texts.revenue_excl_vat, revenue, size, texts.formats.round_number),
            *_axis(texts.wage_percentage, wages, size, texts.formats.round_percent),
            *_weeks(days, slots, texts),
            *_bars(days, slots, revenue),
            *_lines(days, slots, wages),
            *_details(days, slots, texts),
        ],
    ).as_str()


def chart_alt(days: Sequence[Figure], texts: Texts) -> str:
    """Say in words what the chart shows."""
    formats = texts.formats
    revenue = [day.revenue_excl_vat for day in days if day.revenue_excl_vat is not None]
    percentages = [day.wage_percentage for day in days if day.wage_percentage is not None]
    window = formats.days(days[0].window.first_day, days[-1].window.last_day)
    if not revenue:
        return texts.chart_alt_empty.format(window)
    return texts.chart_alt.format(
        window,
        formats.kroner(min(revenue)),
        formats.kroner(max(revenue)),
        formats.percent(min(percentages, default=None)),
        formats.percent(max(percentages, default=None)),
        sum(day.is_over_target for day in days),
    )


def _scale(values: Sequence[float], top: float, bottom: float) -> Scale:
    low, high = min(values, default=0), max(values, default=0)
    step = _step((high - low) or abs(high) or 100)
    low, high = math.floor(low / step) * step, math.ceil(high / step) * step
    return Scale(low, max(high, low + step), top, bottom)


def _step(span: float) -> float:
    """Return the largest of 1, 2, 5, 10, … that cuts a span into two or more."""
    power = 10.0 ** math.floor(math.log10(span / 2))
    return max(factor * power for factor in (1, 2, 5) if factor == 1 or factor * power <= span / 2)


def _bars(days: Sequence[Figure], slots: Slots, revenue: Scale) -> Iterator[svg.Element]:
    bars: dict[str, list[svg.PathData]] = {}
    crosses: list[svg.PathData] = []
    width = round(slots.width * 0.72, 1)
    zero = revenue(0)
    for number, day in enumerate(days):
        middle = slots.middle(number)
        if day.revenue_excl_vat is None:
            arm = round(min(width / 2, 4), 1)
            left, top = round(middle - arm, 1), round(zero - 2 * arm, 1)
            crosses += [svg.M(left, top), svg.l(2 * arm, 2 * arm), svg.M(left, zero), svg.l(2 * arm, -2 * arm)]
            continue
        is_weekend = day.window.first_day.weekday() >= SATURDAY
        colour = LATEST if number == len(days) - 1 else REVENUE_WEEKEND if is_weekend else REVENUE
        top = revenue(float(day.revenue_excl_vat))
        bar = [svg.M(round(middle - width / 2, 1), zero), svg.V(top), svg.h(width), svg.V(zero), svg.Z()]
        bars.setdefault(colour, []).extend(bar)
    for colour, data in bars.items():
        yield svg.Path(d=data, fill=colour)
    if crosses:
        yield svg.Path(d=crosses, stroke=INK)


def _lines(days: Sequence[Figure], slots: Slots, wages: Scale) -> Iterator[svg.Element]:
    targets, percentages = ([day.target for day in days], [day.wage_percentage for day in days])
    dots: list[svg.PathData] = []
    provisional: list[svg.PathData] = []
    triangles: list[svg.PathData] = []
    for number, day in enumerate(days):
        if day.wage_percentage is None:
            continue
        x, y = slots.middle(number), wages(float(day.wage_percentage))
        if day.is_over_target:
            triangles += [svg.M(x, round(y - RADIUS, 1)), svg.l(RADIUS, 2 * RADIUS), svg.h(-2 * RADIUS), svg.Z()]
        else:
            (provisional if day.is_provisional else dots).extend([svg.M(x, y), svg.h(0)])
    yield svg.Path(d=_line(targets, slots, wages), fill="none", stroke=INK, stroke_dasharray=[4, 3])
    yield svg.Path(d=_line(percentages, slots, wages), fill="none", stroke=WAGES, stroke_width=1.5)
    yield svg.Path(d=dots, stroke=WAGES, stroke_width=round(RADIUS * 1.7), stroke_linecap="round")
    yield svg.Path(d=provisional, stroke=PROVISIONAL, stroke_width=round(RADIUS * 1.7), stroke_linecap="round")
    yield svg.Path(d=triangles, fill=OVER)


def _line(values: Sequence[Decimal | None], slots: Slots, wages: Scale) -> list[svg.PathData]:
    data: list[svg.PathData] = []
    is_broken = True
    for number, value in enumerate(values):
        if value is not None:
            point = svg.M if is_broken else svg.L
            data.append(point(slots.middle(number), wages(float(value))))
        is_broken = value is None
    return data


def _axis(title: str, scale: Scale, size: Size, write: Callable[[Decimal], str]) -> Iterator[svg.Element]:
    yield svg.Text(x=0, y=scale.top - 10, text=escape(title), fill=INK, font_weight="bold")
    for value in scale.ticks:
        y = scale(value)
        yield svg.Path(d=[svg.M(size.left, y), svg.H(size.width)], stroke=INK if value == 0 else FAINT)
        number = escape(write(Decimal(str(round(value, 6)))))
        yield svg.Text(x=size.left - 6, y=y + 4, text=number, fill=INK, text_anchor="end")


def _weeks(days: Sequence[Figure], slots: Slots, texts: Texts) -> Iterator[svg.Element]:
    mondays = [(number, day.window.first_day) for number, day in enumerate(days) if day.window.first_day.weekday() == 0]
    for number, monday in mondays[:: slots.size.weeks_per_label]:
        x, bottom = slots.left(number), slots.size.height
        yield svg.Path(d=[svg.M(x, 16), svg.V(bottom - 30)], stroke=FAINT, stroke_dasharray=[2, 3])
        words = texts.week.format(monday.isocalendar().week), texts.formats.day_and_month(monday)
        # The last one must not run out of the picture.
        fits = x + WEEK_LABEL <= slots.size.width
        for line, y in zip(words, (bottom - 18, bottom - 3), strict=True):
            yield svg.Text(
                x=x if fits else slots.size.width,
                y=y,
                text=escape(line),
                fill=INK,
                text_anchor="start" if fits else "end",
            )


def _details(days: Sequence[Figure], slots: Slots, texts: Texts) -> Iterator[svg.Element]:
    """Give each day, over its whole height, the words that a pointer shows."""
    formats = texts.formats
    for number, day in enumerate(days):
        words = (
            f"{formats.weekday_and_date(day.window.first_day)}: {formats.kroner(day.revenue_excl_vat)} "
            f"{texts.excl_vat}, {formats.percent(day.wage_percentage)}"
        )
        yield svg.Rect(
            x=slots.left(number),
            y=0,
            width=round(slots.width, 1),
            height=slots.size.height,
            fill="none",
            pointer_events="all",
            elements=[svg.Title(text=escape(words))],
        )
