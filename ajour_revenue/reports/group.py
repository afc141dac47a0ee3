"""One page for a group of companies: yesterday, the week and the month of each, and of all together."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from markupsafe import Markup, escape

from ajour_revenue import days as clock
from ajour_revenue.days import Window, today
from ajour_revenue.reports.page import TEMPLATES
from ajour_revenue.reports.report import Report
from ajour_revenue.reports.texts import Texts
from ajour_revenue.wages.figures import COMPANY, HUNDREDTH, Figure


@dataclass(frozen=True)
class Member:
    """One company of the group, or all of them together."""

    name: str
    day: Figure
    week: Figure
    month: Figure
    attention: int
    page: Path | None = None
    """Its own page, where there is one."""

    @classmethod
    def of(cls, report: Report, page: Path | None) -> "Member":
        """Take the company's figures from its report."""
        week, _, month, _ = report.to_date
        return cls(
            name=report.title,
            day=report.figure(report.day),
            week=report.figure(week),
            month=report.figure(month),
            attention=len(report.findings),
            page=page,
        )


def together(members: Sequence[Member], name: str) -> Member:
    """Add up the companies: sums, and the ratio of the sums (D2). A group has no target."""
    return Member(
        name=name,
        day=_sum([member.day for member in members]),
        week=_sum([member.week for member in members]),
        month=_sum([member.month for member in members]),
        attention=sum(member.attention for member in members),
    )


def group_page(
    members: Sequence[Member], unread: Sequence[tuple[str, str]], day: Window, texts: Texts, *, beside: Path
) -> str:
    """Write the page; `unread` are companies that could not be read, with the reason, and in no sum.

    Links to the companies' own pages are from where the page itself will be, `beside` them.
    """
    month = texts.month_to_date.format(texts.formats.month(day.last_day))
    week = texts.week_to_date.format(day.last_day.isocalendar().week)
    return TEMPLATES.get_template("group.html").render(
        texts=texts,
        # Of several companies together no location is named.
        missing=lambda _: [],
        style=Markup(TEMPLATES.get_template("page.css").render()),  # noqa: S704 (ours)
        written_at=texts.formats.moment(clock.now()),
        day=day.last_day,
        week_head=week,
        month_head=month,
        members=[_row(member, week, month, texts, beside) for member in members],
        total=_row(together(members, texts.company), week, month, texts, beside),
        unread=unread,
    )


def _row(member: Member, week: str, month: str, texts: Texts, beside: Path) -> dict[str, object]:
    head = escape(member.name)
    if member.page:
        address = os.path.relpath(member.page.absolute(), beside.absolute()).replace(os.sep, "/")
        head = Markup('<a href="{}">{}</a>').format(address, member.name)
    if member.attention:
        head += Markup(" <small>{}: {}</small>").format(texts.attention, member.attention)
    return {"head": head, "day": member.day, "to_date": [(week, member.week), (month, member.month)]}


def _sum(figures: Sequence[Figure]) -> Figure:
    """Add up figures of one period; what is not known of some is left out, and makes the sum provisional (D19)."""
    wages, compared, hours = (
        _added([getattr(each, name) for each in figures]) for name in ("wage_cost", "revenue_compared", "hours")
    )
    lacks_hours = any(each.lacks_hours for each in figures)
    return Figure(
        window=figures[0].window if figures else Window.back_from(today(), days=1),
        place=COMPANY,
        revenue_excl_vat=_added([each.revenue_excl_vat for each in figures]),
        revenue_incl_vat=_added([each.revenue_incl_vat for each in figures]),
        wage_cost=wages,
        hours=hours,
        lacks_hours=lacks_hours,
        revenue_compared=compared,
        wage_percentage=_ratio(wages, compared, times=100),
        revenue_per_hour=None if lacks_hours else _ratio(compared, hours, times=1),
        days=min((each.days for each in figures), default=0),
        days_hidden=max((each.days_hidden for each in figures), default=0),
        units=sum(each.units for each in figures),
        units_with_wages=sum(each.units_with_wages for each in figures),
        units_with_revenue=sum(each.units_with_revenue for each in figures),
        days_without_wages=max((each.days_without_wages for each in figures), default=0),
        days_without_revenue=max((each.days_without_revenue for each in figures), default=0),
        is_provisional=any(each.is_provisional or not each.days for each in figures),
    )


def _ratio(part: Decimal | None, whole: Decimal | None, *, times: int) -> Decimal | None:
    if part is None or not whole:
        return None
    return (times * part / whole).quantize(HUNDREDTH, ROUND_HALF_UP)


def _added(amounts: Sequence[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal()) if known else None
