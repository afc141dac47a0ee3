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

WEEKDAY_LABEL = 14
"""Room, in pixels, for the weekdays below the chart."""

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
    has_weekdays: bool = False
    """Whether there is room for the weekday below each day."""


WIDE = Size(width=960, height=360, left=76, has_weekdays=True)
NARROW = Size(width=330, height=320, left=64, weeks_per_label=2)


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

    A day without revenue has a cross for a bar, and one without wages a cross for a mark, which breaks the line. Over
    target the mark is a triangle, else a dot, a grey one where the percentage is provisional; the target is dashed.
    Both axes begin at 0. Who points at a day, taps or focuses it, reads its figures.
    """
    slots = Slots(size, len(days))
    head, foot = 44, 34 + WEEKDAY_LABEL * size.has_weekdays
    middle = head + (size.height - head - foot) * 0.6
    revenue = _scale([0, *(float(day.revenue_excl_vat or 0) for day in days)], head, middle - 12)
    percentages = [float(each) for day in days for each in (day.wage_percentage, day.target) if each is not None]
    wages = _scale([0, *percentages], middle + 24, size.height - foot)
    return svg.SVG(
        viewBox=svg.ViewBoxSpec(0, 0, size.width, size.height),
        width=size.width,
        height=size.height,
        # Its days are focused one by one, which a picture as a whole would not allow.
        extra={"role": "group", "aria-label": escape(chart_alt(days, texts)), "font-family": FONT, "font-size": "12"},
        elements=[
            *_axis(texts.revenue_excl_vat, revenue, size, texts.formats.round_number),
            *_axis(texts.wage_percentage, wages, size, texts.formats.round_percent),
            *_weeks(days, slots, texts),
            *_bars(days, slots, revenue),
            *_lines(days, slots, wages),
            *_details(days, slots, texts),
        ],
    ).as_str()


def legend(days: Sequence[Figure], texts: Texts) -> list[tuple[str, str]]:
    """Return what is in the chart of these days: for each kind of mark an SVG of it, and what it stands for."""
    sold = [day for day in days if day.revenue_excl_vat is not None]
    paid = [day for day in days if day.wage_percentage is not None]
    bar = [svg.M(3, 12), svg.V(1), svg.h(10), svg.V(12), svg.Z()]
    line = [svg.M(0, 6), svg.H(16)]
    dot: list[svg.PathData] = [svg.M(8, 6), svg.h(0)]
    cross = [svg.M(4, 2), svg.l(8, 8), svg.M(4, 10), svg.l(8, -8)]
    triangle = [svg.M(8, 2), svg.l(RADIUS, 2 * RADIUS), svg.h(-2 * RADIUS), svg.Z()]
    marks: list[tuple[bool, svg.Path, str]] = [
        (any(not _is_weekend(day) for day in sold[:-1]), svg.Path(d=bar, fill=REVENUE), texts.on_weekdays),
        (any(_is_weekend(day) for day in sold[:-1]), svg.Path(d=bar, fill=REVENUE_WEEKEND), texts.at_weekends),
        (
            days[-1].revenue_excl_vat is not None,
            svg.Path(d=bar, fill=LATEST),
            texts.formats.weekday_and_date(days[-1].window.first_day),
        ),
        (any(day.revenue_excl_vat is None for day in days), svg.Path(d=cross, stroke=INK), texts.no_figures),
        (len(paid) > 1, svg.Path(d=line, stroke=WAGES, stroke_width=1.5), texts.wage_percentage),
        (
            any(day.target is not None for day in days),
            svg.Path(d=line, stroke=INK, stroke_dasharray=[4, 3]),
            texts.target,
        ),
        (any(day.is_over_target for day in paid), svg.Path(d=triangle, fill=OVER), texts.over_target),
        (
            any(day.from_target is not None and not day.is_over_target for day in paid),
            _dots(dot, WAGES),
            texts.not_over_target,
        ),
        (any(day.is_provisional for day in paid), _dots(dot, PROVISIONAL), texts.provisional),
    ]
    return [
        (svg.SVG(width=16, height=13, elements=[mark], extra={"aria-hidden": "true"}).as_str(), words)
        for is_there, mark, words in marks
        if is_there
    ]


def _is_weekend(day: Figure) -> bool:
    return day.window.first_day.weekday() >= SATURDAY


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
            crosses += _cross(middle, zero, width)
            continue
        colour = LATEST if number == len(days) - 1 else REVENUE_WEEKEND if _is_weekend(day) else REVENUE
        top = revenue(float(day.revenue_excl_vat))
        bar = [svg.M(round(middle - width / 2, 1), zero), svg.V(top), svg.h(width), svg.V(zero), svg.Z()]
        bars.setdefault(colour, []).extend(bar)
    for colour, data in bars.items():
        yield svg.Path(d=data, fill=colour)
    if crosses:
        yield svg.Path(d=crosses, stroke=INK)


def _cross(middle: float, bottom: float, room: float) -> list[svg.PathData]:
    """Draw that there is nothing, where a day's bar or mark would stand."""
    arm = round(min(room / 2, 4), 1)
    left, top = round(middle - arm, 1), round(bottom - 2 * arm, 1)
    return [svg.M(left, top), svg.l(2 * arm, 2 * arm), svg.M(left, bottom), svg.l(2 * arm, -2 * arm)]


def _lines(days: Sequence[Figure], slots: Slots, wages: Scale) -> Iterator[svg.Element]:
    targets, percentages = ([day.target for day in days], [day.wage_percentage for day in days])
    dots: list[svg.PathData] = []
    provisional: list[svg.PathData] = []
    triangles: list[svg.PathData] = []
    crosses: list[svg.PathData] = []
    for number, day in enumerate(days):
        if day.wage_percentage is None:
            crosses += _cross(slots.middle(number), wages(0), slots.width * 0.72)
            continue
        x, y = slots.middle(number), wages(float(day.wage_percentage))
        if day.is_over_target:
            triangles += [svg.M(x, round(y - RADIUS, 1)), svg.l(RADIUS, 2 * RADIUS), svg.h(-2 * RADIUS), svg.Z()]
        else:
            (provisional if day.is_provisional else dots).extend([svg.M(x, y), svg.h(0)])
    yield svg.Path(d=_line(targets, slots, wages), fill="none", stroke=INK, stroke_dasharray=[4, 3])
    yield svg.Path(d=_line(percentages, slots, wages), fill="none", stroke=WAGES, stroke_width=1.5)
    yield _dots(dots, WAGES)
    yield _dots(provisional, PROVISIONAL)
    yield svg.Path(d=triangles, fill=OVER)
    if crosses:
        yield svg.Path(d=crosses, stroke=INK)


def _dots(data: list[svg.PathData], colour: str) -> svg.Path:
    """Draw a dot where each line of no length is."""
    return svg.Path(d=data, stroke=colour, stroke_width=round(RADIUS * 1.7), stroke_linecap="round")


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
    """Give each day, over its whole height, what is read above the chart by who points at it, taps or focuses it."""
    formats, size = texts.formats, slots.size
    for number, day in enumerate(days):
        name = formats.weekday_and_date(day.window.first_day)
        revenue, wages = formats.whole_kroner(day.revenue_excl_vat), texts.percentage_of(day)
        if size.has_weekdays:
            yield svg.Text(
                x=slots.middle(number),
                y=size.height - 34,
                text=escape(formats.short_weekday(day.window.first_day)),
                fill=INK,
                font_size=10,
                text_anchor="middle",
            )
        yield svg.G(
            class_=["day"],
            extra={
                "tabindex": "0",
                "role": "img",
                "aria-label": escape(f"{name}: {revenue} {texts.excl_vat}, {texts.wages_short} {wages}"),
            },
            elements=[
                svg.Rect(
                    x=slots.left(number),
                    y=0,
                    width=round(slots.width, 1),
                    height=size.height,
                    fill="none",
                    pointer_events="all",
                ),
                svg.Text(
                    x=size.width,
                    y=11,
                    text=escape(f"{name}: {revenue} · {texts.wages_short} {wages}"),
                    fill=INK,
                    font_size=11,
                    text_anchor="end",
                ),
            ],
        )
