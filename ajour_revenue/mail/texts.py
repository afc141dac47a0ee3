"""What the mail says, in each language."""

from collections.abc import Iterator
from dataclasses import dataclass

from ajour_revenue.reports.texts import TEXTS, Texts
from ajour_revenue.text.bilingual import Language
from ajour_revenue.wages.figures import Figure


@dataclass(frozen=True)
class MailTexts:
    """The words of one language beside those of the report. `{}` takes what the name says."""

    common: Texts

    wages: str
    wages_hidden: str
    target: str
    missing: str
    more_missing: str
    """Takes what is missing, and how much more is."""

    excl_vat: str
    wages_narrow: str
    week_before: str
    """Takes by how much revenue has changed."""
    units: str
    more_units: str
    attention: str
    nothing_to_attend: str
    more_findings: str
    week: str
    today: str
    attached: str
    note: str

    def headline(self, figure: Figure) -> str:
        """Say revenue, wage percentage and target of a place in a few words: 30.411 kr. · løn 34,2 % (mål 30)."""
        if not figure.days:
            return self.common.no_figures
        return " · ".join(self._headline(figure))

    def _headline(self, figure: Figure) -> Iterator[str]:
        formats = self.common.formats
        if figure.revenue_excl_vat is None:
            yield self.common.no_revenue
        else:
            yield formats.whole_kroner(figure.revenue_excl_vat)
        if figure.wage_percentage is not None:
            # D19
            provisional = self.common.provisional if figure.is_provisional else None
            target = self.target.format(formats.bare_percentage(figure.target)) if figure.target is not None else None
            beside = ", ".join(filter(None, [provisional, target]))
            yield self.wages.format(formats.percent(figure.wage_percentage)) + (f" ({beside})" if beside else "")
        elif figure.wage_cost is not None:
            yield self.wages.format(formats.whole_kroner(figure.wage_cost))
        else:
            # D21
            yield self.wages_hidden if figure.days_hidden else self.common.no_wages


MAIL_TEXTS: dict[Language, MailTexts] = {
    "da": MailTexts(
        common=TEXTS["da"],
        wages="løn {}",
        wages_hidden="løn skjult",
        target="mål {}",
        missing="mangler {}",
        more_missing="{} og {} til",
        excl_vat="ekskl. moms",
        wages_narrow="Løn %",
        week_before="{} i forhold til ugen før",
        units="Sted for sted, længst over mål først",
        more_units="De øvrige {} står i rapporten.",
        attention="Kræver handling",
        nothing_to_attend="Intet: alle tal er på plads.",
        more_findings="Og {} til, som står i rapporten.",
        week="Ugen indtil nu",
        today="I dag",
        attached="Tallene for de seneste dage er vedhæftet til Excel.",
        note="Beløb er i kr. ekskl. moms. Lønprocenten er lønnen i procent af omsætningen.",
    ),
    "en": MailTexts(
        common=TEXTS["en"],
        wages="wages {}",
        wages_hidden="wages hidden",
        target="target {}",
        missing="missing: {}",
        more_missing="{} and {} more",
        excl_vat="excl. VAT",
        wages_narrow="Wages %",
        week_before="{} on the week before",
        units="Place by place, furthest over target first",
        more_units="The other {} are in the report.",
        attention="Needs action",
        nothing_to_attend="Nothing: all figures are there.",
        more_findings="And {} more, which are in the report.",
        week="The week so far",
        today="Today",
        attached="The figures of the last days are attached for Excel.",
        note="Amounts are in DKK excl. VAT. The wage percentage is the wages in percent of the revenue.",
    ),
}
