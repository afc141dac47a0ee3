"""What `ajour-revenue fetch` says, in each language."""

from dataclasses import dataclass

from ajour_revenue.attention.texts import FINDING_TEXTS, FindingTexts
from ajour_revenue.commands.outcome_texts import OUTCOMES
from ajour_revenue.planday.outcome import Outcome
from ajour_revenue.text.bilingual import Language
from ajour_revenue.text.plural import Counted


@dataclass(frozen=True)
class FetchTexts:
    """The words of one language. `{}` takes what the name says."""

    findings: FindingTexts
    outcomes: dict[Outcome, str]

    days_done: Counted
    """Of all, how many days a step has been through: takes all, and those."""
    totals: str
    """Takes the days, and the amounts incl. and excl. VAT."""
    unit_days: Counted
    new: Counted
    figures_changed: Counted
    counted: str
    """Takes how many unit-days, new ones and changed figures there are."""

    changed: str
    day: str
    unit: str
    before: str
    now: str
    vat: str
    remark: str
    more: str

    planday: str
    more_findings: str

    fetched_before: str
    go_on: str


FETCH_TEXTS: dict[Language, FetchTexts] = {
    "da": FetchTexts(
        findings=FINDING_TEXTS["da"],
        outcomes=OUTCOMES["da"],
        days_done=Counted("{1}/{0} dag", "{1}/{0} dage"),
        totals="{}: {} inkl. moms, {} ekskl. moms",
        unit_days=Counted("{} enhedsdag", "{} enhedsdage"),
        new=Counted("heraf {} ny", "heraf {} nye"),
        figures_changed=Counted("{} ændret tal", "{} ændrede tal"),
        counted="{}, {}; {}.",
        changed="Ændret, kr.",
        day="Dag",
        unit="Enhed",
        before="Før",
        now="Nu",
        vat="Moms",
        remark="Bemærkning",
        more="og {} til.",
        planday="Planday: {}",
        more_findings="og {} til, som ajour-revenue status viser.",
        fetched_before="{} blev hentet inden da. ",
        go_on="Det, der fejlede, har ikke slettet noget. Når fejlen er rettet, så fortsæt med:",
    ),
    "en": FetchTexts(
        findings=FINDING_TEXTS["en"],
        outcomes=OUTCOMES["en"],
        days_done=Counted("{1}/{0} day", "{1}/{0} days"),
        totals="{}: {} incl. VAT, {} excl. VAT",
        unit_days=Counted("{} unit-day", "{} unit-days"),
        new=Counted("{} of them new", "{} of them new"),
        figures_changed=Counted("{} figure changed", "{} figures changed"),
        counted="{}; {}, {}.",
        changed="Changed, DKK",
        day="Day",
        unit="Unit",
        before="Before",
        now="Now",
        vat="VAT",
        remark="Remark",
        more="and {} more.",
        planday="Planday: {}",
        more_findings="and {} more, which ajour-revenue status lists.",
        fetched_before="{} was fetched before. ",
        go_on="Of what failed, nothing that was there is lost. When it is mended, go on with:",
    ),
}
