"""The report as a mail: HTML of tables and inline styles, as mail programs show it, and a text that says the same.

Nothing in it is fetched from anywhere, and the chart is made of table cells: with images off it is the same mail.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined

from ajour_revenue import days as clock
from ajour_revenue.alerts.messages import Attachment, Mail, one_line, plain
from ajour_revenue.attention.finding import Finding
from ajour_revenue.days import today
from ajour_revenue.mail.texts import MailTexts
from ajour_revenue.reports.plan_texts import PLAN_TEXTS
from ajour_revenue.reports.report import Report, from_worst
from ajour_revenue.reports.write import content
from ajour_revenue.wages.figures import WEEK, Figure, Place, cut, earlier

MOST_LINES = 40
"""Gmail cuts a mail at 102 kB."""
MOST_FINDINGS = 10
MOST_MISSING_IN_SUBJECT = 2
BAR_LETTERS = 20

TEMPLATES = Environment(
    loader=PackageLoader("ajour_revenue.mail"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


class Line(NamedTuple):
    """A department or unit, as the mail has it."""

    name: str
    figure: Figure
    revenue: str
    percentage: str
    target: str
    remarks: str


class Need(NamedTuple):
    """What needs attention."""

    title: str
    about: str
    action: str


class Bar(NamedTuple):
    """A day of the chart; `percent` is how long its bar is."""

    day: str
    percent: int
    revenue: str
    wages: str


@dataclass(frozen=True)
class Block:
    """What the mail says of the company, or of one department; HTML and text show it alike."""

    name: str
    day: str
    figure: Figure
    revenue: str
    growth: str
    percentage: str
    verdict: str
    target: str
    remarks: str
    lines: list[Line]
    more_lines: str
    needs: list[Need]
    more_needs: str
    week: str
    week_remarks: str
    ahead: list[str]
    """What is planned for today, and where the week will end."""
    chart: str
    bars: list[Bar]


def letter(reports: Sequence[Report], texts: MailTexts, *, xlsx: bool = False) -> Mail:
    """Write one mail of reports by day, each of the company or of a department: nothing that is in none of them."""
    blocks = [_block(report, texts) for report in reports]
    subjects = [_subject(report, texts) for report in reports]
    html = TEMPLATES.get_template("mail.html").render(
        blocks=blocks,
        texts=texts,
        written_at=texts.common.written_at.format(texts.common.formats.moment(clock.now())),
        has_attachment=xlsx,
    )
    return Mail(
        subject=one_line("; ".join(subjects)),
        text=plain("\n".join(_text(blocks, texts, has_attachment=xlsx))),
        html=plain(html),
        attachments=tuple(_workbook(report, texts) for report in reports) if xlsx else (),
    )


def _name(report: Report) -> str:
    return report.whole.department or report.title


def _subject(report: Report, texts: MailTexts) -> str:
    day = report.window.last_day
    parts = [texts.headline(report.figure(report.day)), _missing(report, texts)]
    return f"{_name(report)} {texts.common.formats.weekday(day)}: {' · '.join(filter(None, parts))}"


def _missing(report: Report, texts: MailTexts) -> str:
    """Name the locations that gave no revenue on the day."""
    names = report.missing(report.figure(report.day))
    if not names:
        return ""
    told, more = ", ".join(names[:MOST_MISSING_IN_SUBJECT]), len(names) - MOST_MISSING_IN_SUBJECT
    return texts.missing.format(texts.more_missing.format(told, more) if more > 0 else told)


def _workbook(report: Report, texts: MailTexts) -> Attachment:
    name = re.sub(r"[^\w .-]", "_", f"{_name(report)} {report.window.last_day}.xlsx")
    return Attachment(name, content(report, texts.common, "xlsx"))


def _block(report: Report, texts: MailTexts) -> Block:
    common, formats = texts.common, texts.common.formats
    day = report.figure(report.day)
    growth = day.revenue_change(report.figure(earlier(report.day, WEEK)))
    lines = list(_lines(report, texts))
    findings = report.findings
    bars = [report.figure(each) for each in cut(report.window, "day")]
    week = report.figure(report.to_date[0])
    return Block(
        name=_name(report),
        day=formats.weekday_and_date(report.window.last_day),
        figure=day,
        revenue=formats.whole_kroner(day.revenue_excl_vat),
        growth=texts.week_before.format(formats.change(growth)) if growth is not None else "",
        percentage=common.percentage_of(day),
        verdict=_verdict(day, texts),
        target=_target(day, texts),
        remarks=common.remarks_on(day, report.missing(day)),
        lines=lines[:MOST_LINES],
        more_lines=texts.more_units.format(len(lines) - MOST_LINES) if len(lines) > MOST_LINES else "",
        needs=[_need(finding, report.whole, texts) for finding in findings[:MOST_FINDINGS]],
        more_needs=(texts.more_findings.format(len(findings) - MOST_FINDINGS) if len(findings) > MOST_FINDINGS else ""),
        week=texts.headline(week),
        week_remarks=common.remarks_on(week, report.missing(week)) if week.days else "",
        ahead=list(_ahead(report, texts)),
        chart=common.chart.format(len(bars)),
        bars=list(_bars(bars, texts)),
    )


def _ahead(report: Report, texts: MailTexts) -> Iterator[str]:
    plan_texts = PLAN_TEXTS[texts.common.language]
    for planned in report.plan:
        if planned.figure.place == report.whole and planned.day == today():
            yield f"{texts.today}: {plan_texts.sentence(planned)}"
    for outlook in report.outlooks:
        if outlook.period == "week" and outlook.places:
            yield plan_texts.outlook_sentence(outlook)


def _target(figure: Figure, texts: MailTexts) -> str:
    common = texts.common
    if figure.target is None:
        return common.no_target.capitalize()
    return f"{common.target}: {common.formats.percent(figure.target)}"


def _verdict(figure: Figure, texts: MailTexts) -> str:
    """Say by how much the target is missed or kept; empty where nobody can say it (D19)."""
    if figure.from_target is None:
        return ""
    over_or_under = texts.common.over if figure.is_over_target else texts.common.under
    return over_or_under.format(texts.common.formats.points_apart(figure.from_target))


def _lines(report: Report, texts: MailTexts) -> Iterator[Line]:
    """Give the departments, the units, and the wages of none of them, each from the worst on."""
    common, formats = texts.common, texts.common.formats
    places = [report.figure(report.day, place) for place in report.places if place != report.whole]
    for figure in sorted(places, key=from_worst):
        place = figure.place
        # Only where there are several does it say of which department.
        department = place.department if report.whole == Place() and (place.unit or place.unallocated) else None
        percentage = common.percentage_of(figure)
        yield Line(
            name=" · ".join(filter(None, [department, common.place(place)])),
            figure=figure,
            revenue=formats.whole(figure.revenue_excl_vat),
            percentage=f"{common.over_narrow} {percentage}" if figure.is_over_target else percentage,
            target=formats.bare_percentage(figure.target) if figure.target is not None else "",
            remarks=common.remarks_on(figure, report.missing(figure)),
        )


def _need(finding: Finding, whole: Place, texts: MailTexts) -> Need:
    common, days = texts.common, finding.days
    where = finding.place.unit if finding.place.department == whole.department else common.path(finding.place)
    when = common.formats.days(days.first_day, days.last_day) if days else None
    about = ", ".join(filter(None, [where, when, common.details_of(finding)]))
    # Without the command: it is for whoever runs the platform.
    return Need(common.findings.kinds[finding.kind].title, about, common.findings.kinds[finding.kind].action)


def _bars(days: Sequence[Figure], texts: MailTexts) -> Iterator[Bar]:
    formats = texts.common.formats
    most = max((day.revenue_excl_vat or Decimal(0) for day in days), default=Decimal(0))
    for day in days:
        revenue = max(day.revenue_excl_vat or Decimal(0), Decimal(0))
        share = revenue * 100 / most if most > 0 else Decimal(0)
        yield Bar(
            # Of seven days each is another one.
            day=formats.weekday(day.window.first_day),
            percent=int(share.quantize(Decimal(1), ROUND_HALF_UP)),
            revenue=formats.whole(day.revenue_excl_vat),
            wages=_bracketed(day, texts.common.percentage_of(day)),
        )


def _bracketed(figure: Figure, percentage: str) -> str:
    """Put what is provisional in brackets, as the plan does (D19)."""
    return f"({percentage})" if figure.is_provisional and figure.wage_percentage is not None else percentage


# The text


def _text(blocks: Iterable[Block], texts: MailTexts, *, has_attachment: bool) -> Iterator[str]:
    for block in blocks:
        yield from _text_of(block, texts)
    if has_attachment:
        yield texts.attached
    yield texts.note
    yield texts.common.written_at.format(texts.common.formats.moment(clock.now()))


def _text_of(block: Block, texts: MailTexts) -> Iterator[str]:
    common = texts.common
    yield from (f"{block.name}, {block.day}", "")
    yield f"{common.revenue} {texts.excl_vat}: {block.revenue}" + (f" ({block.growth})" if block.growth else "")
    percentage = _bracketed(block.figure, block.percentage)
    yield f"{common.wage_percentage}: {', '.join(filter(None, [percentage, block.verdict]))}"
    yield block.target
    yield from filter(None, [block.remarks])
    if block.lines:
        yield from ("", texts.units)
    for line in block.lines:
        target = texts.target.format(line.target) if line.target else ""
        wages = texts.wages.format(_bracketed(line.figure, line.percentage))
        yield f"- {line.name}: {', '.join(filter(None, [line.revenue, wages, target, line.remarks]))}"
    yield from filter(None, [block.more_lines])
    yield from ("", texts.attention)
    yield from (f"- {need.title}: {need.about}. {need.action}." for need in block.needs)
    yield from filter(None, [block.more_needs] if block.needs else [texts.nothing_to_attend])
    yield from ("", f"{texts.week}: {block.week}", *filter(None, [block.week_remarks]), *block.ahead)
    yield from ("", block.chart)
    longest = max(len(bar.day) for bar in block.bars)
    for bar in block.bars:
        letters = "█" * round(bar.percent * BAR_LETTERS / 100)
        yield f"{bar.day:<{longest}}  {letters:<{BAR_LETTERS}}  {bar.revenue}, {bar.wages}"
    yield ""
