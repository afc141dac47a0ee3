"""What is said of the plan, in each language."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ajour_revenue.plan.wage_plan import Planned
from ajour_revenue.reports.texts import TEXTS, Texts
from ajour_revenue.text.formats import DANISH, Language


@dataclass(frozen=True)
class PlanTexts:
    """The words of one language beside those of the report. `{}` takes what the name says."""

    common: Texts

    of_expected: str
    """Takes the planned wages and the expected revenue."""
    planned: str
    expected: str
    over_target: str
    under_target: str
    on_target: str

    closed: str
    notes: dict[str, str]
    """What each of `ExpectedDay`'s notes says."""
    no_shifts: str
    shifts_for_units: str
    nothing_expected: str
    expected_for_units: str
    hidden: str

    expected_revenue: str
    between: tuple[str, str]
    planned_wages: str
    planned_hours: str
    wage_cost_at_target: str
    from_target: str
    holiday: str

    open_shifts: str
    made_at: str
    no_plan: str
    ends_early: str

    def sentence(self, planned: Planned) -> str:
        """Say what is planned of what is expected, and how that is against the target, or why nobody can say it."""
        figure, formats = planned.figure, self.common.formats
        wages, revenue = formats.whole_kroner(figure.wage_cost), formats.whole_kroner(figure.revenue_excl_vat)
        lacking = "; ".join(self.remarks_on(planned))
        if figure.revenue_excl_vat == 0 and figure.wage_cost is None:
            return lacking or self.closed
        if figure.wage_cost is None:
            said = self.expected.format(revenue)
        elif figure.wage_percentage is None:
            said = self.planned.format(wages)
        else:
            said = self.of_expected.format(wages, revenue) + ": " + formats.percent(figure.wage_percentage)
        if planned.over_target is not None:
            return f"{said}, {self.against_target(planned)}"
        return f"{said} ({lacking})" if lacking else said

    def against_target(self, planned: Planned) -> str:
        """Say by how many kroner the planned wages are over or under the target; empty where nobody can say it."""
        if planned.over_target is None:
            return ""
        kroner = self.common.formats.whole_kroner(abs(planned.over_target))
        if planned.over_target == 0:
            return self.on_target
        return (self.over_target if planned.over_target > 0 else self.under_target).format(kroner)

    def holiday_of(self, planned: Planned) -> str | None:
        """Name the holiday, or the eve, in the language."""
        return planned.holiday if self.common.language == "da" else planned.holiday_english

    def remarks_on(self, planned: Planned) -> Iterator[str]:
        """Give what makes the day another one than usual, and what is not known."""
        figure = planned.figure
        if figure.place.unallocated:
            return
        if planned.note:
            yield self.notes[planned.note]
        elif 1 < figure.units > figure.units_with_revenue:
            yield self.expected_for_units.format(figure.units_with_revenue, figure.units)
        elif figure.days_without_revenue:
            yield self.nothing_expected
        # A wage that is hidden is planned.
        if figure.days_hidden and figure.wage_cost is None:
            yield self.hidden
        elif 1 < figure.units > figure.units_with_wages:
            yield self.shifts_for_units.format(figure.units_with_wages, figure.units)
        elif figure.days_without_wages:
            yield self.no_shifts


PLAN_TEXTS: dict[Language, PlanTexts] = {
    "da": PlanTexts(
        common=TEXTS["da"],
        of_expected="planlagt {} af ventede {}",
        planned="planlagt {}",
        expected="ventet {}",
        over_target="{} over mål",
        under_target="{} under mål",
        on_target="på målet",
        closed="lukket",
        notes={
            "closed": "lukket",
            "open for the holiday": "åbent på grund af helligdagen",
            "first such holiday": "første gang med den helligdag: regnet som en almindelig ugedag",
            "fewer than four such weekdays": "ventet omsætning kendes ikke: færre end fire af den ugedag",
        },
        no_shifts="ingen vagter planlagt",
        shifts_for_units="viste vagter for {} af {} enheder",
        nothing_expected="ventet omsætning kendes ikke",
        expected_for_units="ventet omsætning for {} af {} enheder",
        hidden="løn skjult: færre end to personer",
        expected_revenue="Ventet omsætning excl. moms",
        between=("Ventet, mindst", "Ventet, højst"),
        planned_wages="Planlagt løn",
        planned_hours="Planlagte timer",
        wage_cost_at_target="Løn ved målet",
        from_target="Fra mål, kr.",
        holiday="Helligdag",
        open_shifts="Åbne vagter, som ingen har taget endnu, er ikke med.",
        made_at="Planen er lavet {}.",
        no_plan="Der er ingen plan endnu. Den laves ved hver hentning: ajour-revenue fetch.",
        ends_early="Planen går til og med {}; plan.days i indstillingerne siger, hvor mange dage den har.",
    ),
    "en": PlanTexts(
        common=TEXTS["en"],
        of_expected="planned {} of {} expected",
        planned="planned {}",
        expected="expected {}",
        over_target="{} over target",
        under_target="{} under target",
        on_target="on target",
        closed="closed",
        notes={
            "closed": "closed",
            "open for the holiday": "open for the holiday",
            "first such holiday": "first such holiday: taken for an ordinary weekday",
            "fewer than four such weekdays": "expected revenue not known: fewer than four such weekdays",
        },
        no_shifts="no shifts planned",
        shifts_for_units="shifts shown for {} of {} units",
        nothing_expected="expected revenue not known",
        expected_for_units="expected revenue for {} of {} units",
        hidden="wage hidden: fewer than two people",
        expected_revenue="Expected revenue excl. VAT",
        between=("Expected, at least", "Expected, at most"),
        planned_wages="Planned wages",
        planned_hours="Planned hours",
        wage_cost_at_target="Wages at target",
        from_target="From target, DKK",
        holiday="Holiday",
        open_shifts="Open shifts, which nobody has taken yet, are not in it.",
        made_at="The plan was made {}.",
        no_plan="There is no plan yet. Each fetch makes it: ajour-revenue fetch.",
        ends_early="The plan ends on {}; plan.days in the settings says how many days it has.",
    ),
}

PLAIN_PLAN = replace(PLAN_TEXTS["en"], common=replace(TEXTS["en"], formats=DANISH))
"""What Dagster, the demo and alerts say; numbers are written as Danes write them."""
