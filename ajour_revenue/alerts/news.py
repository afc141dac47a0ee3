"""Which findings nobody has been sent yet."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Self

from ajour_revenue.alerts.messages import Alert, bullets
from ajour_revenue.alerts.texts import AlertTexts
from ajour_revenue.attention.finding import URGENT, Finding, Kind
from ajour_revenue.attention.texts import with_command
from ajour_revenue.days import Window

WHOLE = Decimal(1)


@dataclass(frozen=True)
class Subject:
    """What a finding is about; whoever was sent it is not sent it again."""

    kind: Kind
    about: str
    days: Window | None = None

    @classmethod
    def of(cls, finding: Finding) -> Self:
        """Return what a finding is about."""
        location = finding.location and finding.location.location_id
        # Sent again where a correction has changed it.
        percentage = finding.facts.wage_percentage
        if finding.kind == "plan over target" and percentage is not None:
            # What is expected changes a little each day: that alone is no news.
            percentage = percentage.quantize(WHOLE, ROUND_HALF_UP)
        parts = [finding.place.department, finding.place.unit, location, percentage and str(percentage)]
        return cls(finding.kind, " · ".join(part for part in parts if part), finding.days)

    def includes(self, other: "Subject") -> bool:
        """Whether who was sent this one knows of the other too: the same, on no other days."""
        if (self.kind, self.about) != (other.kind, other.about):
            return False
        if self.days is None or other.days is None:
            return self.days == other.days
        return self.days.first_day <= other.days.first_day and other.days.last_day <= self.days.last_day


def news(findings: Iterable[Finding], sent: Iterable[Subject]) -> list[Finding]:
    """Return the findings that nobody was sent: new ones, and those that have grown."""
    sent = list(sent)
    return [finding for finding in findings if not any(old.includes(Subject.of(finding)) for old in sent)]


def alerts_of(findings: Iterable[Finding], texts: AlertTexts) -> list[Alert]:
    """Return one alert for each kind of the findings."""
    by_kind: dict[Kind, list[Finding]] = {kind: [] for kind in URGENT}
    for finding in findings:
        by_kind[finding.kind].append(finding)
    alerts = []
    for kind, of_kind in by_kind.items():
        if of_kind:
            title, action = texts.findings.kinds[kind]
            lines = bullets([with_command(finding, texts.findings) for finding in of_kind], texts)
            alerts.append(Alert(title[0].lower() + title[1:], f"{title}. {action}:\n{lines}"))
    return alerts
