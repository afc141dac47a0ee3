"""What is said of the plan, in each language."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ajour_revenue.plan.outlook import Outlook
from ajour_revenue.plan.wage_plan import Planned
from ajour_revenue.reports.texts import TEXTS, Texts
from ajour_revenue.text.bilingual import Language
from ajour_revenue.text.formats import DANISH
from ajour_revenue.wages.figures import Figure


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
    coming_days: str
    coming_caption: str
    places_caption: str
    plan_sheet: str
    outlook: str
    outlook_caption: str
    until: str
    so_far: str
    at_end: str
    brought_so_far: str
    expected_to_end: str
    revenue_so_far: str
    percentage_so_far: str
    expected_wages: str
    expected_percentage: str
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

    def outlook_name(self, outlook: Outlook) -> str:
        """Name the week or month, and the day that the plan ends on where it ends before."""
        day = outlook.window.last_day
        is_week = outlook.period == "week"
        common, formats = self.common, self.common.formats
        name = common.week.format(day.isocalendar().week) if is_week else formats.month(day).capitalize()
        return self.until.format(name, formats.date(day)) if outlook.is_cut else name

    def outlook_sentence(self, outlook: Outlook) -> str:
        """Say what a week or month brought so far, and where it is expected to end, for all that it is about."""
        whole = outlook.places[-1]
        formats, so_far, at_end = self.common.formats, outlook.so_far.get(whole), outlook.at_end[whole]
        parts = []
        if so_far:
            amounts = formats.whole_kroner(so_far.revenue_excl_vat), self._percentage_with_remarks(so_far)
            parts.append(self.brought_so_far.format(*amounts))
        last_day = formats.weekday_and_date(outlook.window.last_day)
        amounts = formats.whole_kroner(at_end.revenue_excl_vat), self._percentage_with_remarks(at_end)
        parts.append(self.expected_to_end.format(last_day, *amounts))
        return f"{self.outlook_name(outlook)}: {' → '.join(parts)}"

    def _percentage_with_remarks(self, figure: Figure) -> str:
        """Write a wage percentage; of one that does not cover everything, say what it lacks."""
        percentage = self.common.percentage_of(figure)
        return f"{percentage} ({self.common.remarks_on(figure)})" if figure.is_provisional else percentage

    def name_of_day(self, planned: Planned) -> str:
        """Write the day, with the holiday it is."""
        name = self.common.formats.weekday_and_date(planned.day)
        holiday = self.holiday_of(planned)
        return f"{name} ({holiday})" if holiday else name

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
        expected_revenue="Ventet omsætning ekskl. moms",
        between=("Ventet, mindst", "Ventet, højst"),
        planned_wages="Planlagt løn",
        planned_hours="Planlagte timer",
        wage_cost_at_target="Løn ved målet",
        from_target="Fra mål, kr.",
        holiday="Helligdag",
        open_shifts="Åbne vagter, som ingen har taget endnu, er ikke med.",
        made_at="Planen er lavet {}.",
        coming_days="De kommende dage",
        coming_caption="I dag og de næste syv dage for hele virksomheden: planlagt løn mod ventet omsætning; "
        "beløb i kr.",
        places_caption="Afdelinger og enheder dag for dag",
        plan_sheet="Plan",
        outlook="Ugen og måneden, og hvor de ender",
        outlook_caption="Indtil nu, og med planen for de dage, der er tilbage; beløb i kr.",
        until="{} til og med {}, så langt planen går",
        so_far="Indtil nu",
        at_end="Ventet",
        brought_so_far="indtil nu {} · løn {}",
        expected_to_end="ventet til og med {} {} · løn {}",
        revenue_so_far="Omsætning ekskl. moms indtil nu",
        percentage_so_far="Lønprocent indtil nu",
        expected_wages="Ventet løn",
        expected_percentage="Ventet lønprocent",
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
        coming_days="The coming days",
        coming_caption="Today and the next seven days of the whole company: planned wages against expected revenue; "
        "amounts in DKK",
        places_caption="Departments and units day by day",
        plan_sheet="Plan",
        outlook="The week and the month, and where they will end",
        outlook_caption="So far, and with the plan of the days that are left; amounts in DKK",
        until="{} until {}, as far as the plan goes",
        so_far="So far",
        at_end="Expected",
        brought_so_far="so far {} · wages {}",
        expected_to_end="expected until {} {} · wages {}",
        revenue_so_far="Revenue excl. VAT so far",
        percentage_so_far="Wage percentage so far",
        expected_wages="Expected wages",
        expected_percentage="Expected wage percentage",
        no_plan="There is no plan yet. Each fetch makes it: ajour-revenue fetch.",
        ends_early="The plan ends on {}; plan.days in the settings says how many days it has.",
    ),
}

PLAIN_PLAN = replace(PLAN_TEXTS["en"], common=replace(TEXTS["en"], formats=DANISH))
"""What Dagster, the demo and alerts say; numbers are written as Danes write them."""
