"""What the report says, in each language."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ajour_revenue.attention.finding import Finding
from ajour_revenue.attention.texts import FINDING_TEXTS, FindingTexts
from ajour_revenue.days import Window
from ajour_revenue.text.bilingual import Language
from ajour_revenue.text.formats import DANISH, ENGLISH, Formats
from ajour_revenue.wages.figures import Figure, Period, Place


@dataclass(frozen=True)
class Texts:
    """The words of one language, and how it writes numbers and dates. `{}` takes what the name says."""

    language: Language
    formats: Formats

    title: str
    written_at: str
    yesterday: str
    overview: str
    all_days: str
    latest_day: str
    nothing_that_day: str
    nothing_at_all: str
    nothing_in: str
    in_kroner: str
    wage_cost_narrow: str
    wages_short: str
    wage_percentage_narrow: str
    revenue_per_hour_narrow: str
    over_narrow: str

    revenue: str
    revenue_excl_vat: str
    revenue_incl_vat: str
    excl_vat: str
    incl_vat: str
    wage_cost: str
    wage_percentage: str
    wage_percentage_of: str
    hours: str
    revenue_per_hour: str
    hours_of_day: str
    target: str
    from_target: str
    over_target: str
    over: str
    under: str
    no_target: str
    hidden: str
    provisional: str
    unallocated: str
    wages_for_units: str
    wages_on_days: str
    no_wages: str
    revenue_for_units: str
    revenue_on_days: str
    no_revenue: str
    judged_on_allocated: str
    units_over_target: str

    comparison_caption: str
    this_day: str
    week_before: str
    year_before: str
    same_holiday: str
    revenue_growth: str
    percentage_growth: str

    places: str
    places_caption: str
    department: str
    unit: str
    department_or_unit: str
    company: str
    week_to_date: str
    month_to_date: str
    target_why: str

    whole_group: str
    companies: str
    company_name: str
    not_in_the_sums: str

    chart: str
    chart_alt: str
    chart_alt_empty: str
    chart_caption: str
    chart_table: str
    on_weekdays: str
    at_weekends: str
    not_over_target: str
    no_figures: str
    day: str

    to_date: str
    to_date_caption: str
    period: str
    to_date_rows: tuple[str, str, str, str]
    week: str
    growth_last_year: str

    attention: str
    nothing_to_attend: str
    before: str
    after: str
    source: str
    vat_head: str
    location: str
    to_do: str
    explained_by: str
    unmapped_caption: str
    notices_caption: str
    changes_caption: str
    what: str
    where: str
    details: str

    periods: dict[Period, str]
    periods_caption: str
    first_day: str
    last_day: str
    remarks: str
    missing: str
    a_location: str
    wage_hidden: str
    number_of_days: tuple[str, str]
    """One, and several."""
    days_calculated: str

    findings: FindingTexts
    figures_sheet: str
    days_sheet: str
    attention_sheet: str

    def place(self, place: Place) -> str:
        """Name a place."""
        return self.unallocated if place.unallocated else place.unit or place.department or self.company

    def path(self, place: Place) -> str:
        """Name a place with its department."""
        return " · ".join(filter(None, [place.department, place.unit])) or self.company

    def wages_of(self, figure: Figure) -> str:
        """Write a wage cost, or that it is hidden."""
        return self.hidden if _is_hidden(figure) else self.formats.money(figure.wage_cost)

    def whole_wages_of(self, figure: Figure) -> str:
        """Write a wage cost to the krone, or that it is hidden."""
        return self.hidden if _is_hidden(figure) else self.formats.whole(figure.wage_cost)

    def hours_of(self, figure: Figure) -> str:
        """Write the hours of a wage cost, or that they are hidden."""
        return self.hidden if _is_hidden(figure) else self.formats.hours(figure.hours)

    def percentage_of(self, figure: Figure) -> str:
        """Write a wage percentage, or that it is hidden."""
        return self.hidden if _has_hidden_ratios(figure) else self.formats.percent(figure.wage_percentage)

    def revenue_per_hour_of(self, figure: Figure) -> str:
        """Write revenue per working hour to the krone, or that it is hidden."""
        return self.hidden if _has_hidden_ratios(figure) else self.formats.whole(figure.revenue_per_hour)

    def action(self, finding: Finding) -> str:
        """Say what to do about a finding, with the command that helps."""
        action = self.findings.kinds[finding.kind].action
        return f"{action}: {finding.command}" if finding.command else action

    def period_of(self, window: Window, by: Period) -> str:
        """Name a day, ISO week or month; a part of one by its days too."""
        first_day, last_day = window.first_day, window.last_day
        if by == "week":
            return f"{self.week.format(first_day.isocalendar().week)} ({self.formats.days(first_day, last_day)})"
        if by == "month":
            return f"{self.formats.month(first_day).capitalize()} ({self.formats.days(first_day, last_day)})"
        return self.formats.weekday_and_date(first_day)

    def remarks_on(self, figure: Figure, missing: Sequence[str] = ()) -> str:
        """Say what a figure covers where it is not everything (D19), and what it is judged on; else empty.

        `missing` names the locations whose revenue is.
        """
        remarks = (self.coverage_remark(figure), self.wages_remark(figure), self.revenue_remark(figure, missing))
        lacking = "; ".join(filter(None, remarks))
        if figure.is_provisional and figure.wage_percentage is not None:
            lacking = f"{self.provisional}: {lacking}"
        return "; ".join(filter(None, [lacking, self.judged_remark(figure)]))

    def coverage_remark(self, figure: Figure) -> str:
        """Say on how many of its days a figure is known, where that is not all of them; else empty."""
        if not figure.days:
            return self.no_figures
        days = len(figure.window.days)
        # The wages of no unit need not be there every day.
        is_whole = figure.place.unallocated or figure.days == days
        return "" if is_whole else self.days_calculated.format(figure.days, days)

    def wages_remark(self, figure: Figure) -> str:
        """Say what a wage cost lacks; else empty."""
        return "; ".join(self._wages_lacking(figure, len(figure.window.days)))

    def revenue_remark(self, figure: Figure, missing: Sequence[str] = ()) -> str:
        """Say what revenue lacks; else empty. `missing` names the locations."""
        return "; ".join(self._revenue_lacking(figure, len(figure.window.days), missing))

    def judged_remark(self, figure: Figure) -> str:
        """Say what is held against the target, where that is not the wage percentage beside it; else empty."""
        judged = figure.judged_percentage
        if figure.target is None or judged is None or judged == figure.wage_percentage:
            return ""
        return self.judged_on_allocated.format(self.formats.percent(judged))

    def _wages_lacking(self, figure: Figure, days: int) -> Iterator[str]:
        if not figure.place.unallocated:
            if 1 < figure.units > figure.units_with_wages:
                yield self.wages_for_units.format(figure.units_with_wages, figure.units)
            elif figure.days_without_wages:
                yield self.wages_on_days.format(days - figure.days_without_wages, days) if days > 1 else self.no_wages
        if figure.days_hidden:
            yield self._on_days(self.wage_hidden, figure.days_hidden, days)

    def _revenue_lacking(self, figure: Figure, days: int, missing: Sequence[str]) -> Iterator[str]:
        if figure.place.unallocated:
            return
        if figure.days_incomplete:
            what = self.missing.format(", ".join(missing) or self.a_location)
            yield self._on_days(what, figure.days_incomplete, days)
        elif 1 < figure.units > figure.units_with_revenue:
            yield self.revenue_for_units.format(figure.units_with_revenue, figure.units)
        elif figure.days_without_revenue:
            yield self.revenue_on_days.format(days - figure.days_without_revenue, days) if days > 1 else self.no_revenue

    def _on_days(self, what: str, count: int, days: int) -> str:
        """Say on how many days something is so, of a period of several."""
        one, many = self.number_of_days
        return what if days == 1 else f"{what} ({one if count == 1 else many.format(count)})"

    def brief(self, finding: Finding) -> str:
        """Say in a few words what a finding is, and where."""
        where = self.findings.named_location(finding) or (finding.place.unit or finding.place.department)
        return ": ".join(filter(None, [self.findings.kinds[finding.kind].title, where]))

    def details_of(self, finding: Finding) -> str:
        """Say which location, and which amounts, a finding is about."""
        parts = (self.findings.named_location(finding), self.findings.facts(finding))
        return ": ".join(filter(None, parts))


def _is_hidden(figure: Figure) -> bool:
    """Whether there is a wage, and nothing of it may be shown (D21)."""
    return figure.wage_cost is None and figure.days_hidden > 0


def _has_hidden_ratios(figure: Figure) -> bool:
    """Whether what is made of the wage is hidden with it. Of the wages of no unit nothing is made."""
    return _is_hidden(figure) and not figure.place.unallocated


TEXTS: dict[Language, Texts] = {
    "da": Texts(
        language="da",
        formats=DANISH,
        title="Lønprocent",
        written_at="Opdateret {}",
        yesterday="I går",
        overview="Overblik",
        all_days="Alle dage",
        latest_day="Seneste dag",
        nothing_that_day="Der er ingen tal for denne dag endnu. Kør dagens hentning, eller vent til næste planlagte.",
        nothing_at_all="Der er endnu ikke hentet nogen tal. Kør en hentning, så fyldes siden.",
        nothing_in="Der er ingen tal for {}. Kør en hentning af disse dage.",
        in_kroner="kr.",
        wage_cost_narrow="Løn",
        wages_short="løn",
        wage_percentage_narrow="Løn- procent",
        revenue_per_hour_narrow="Kr./t. ekskl. moms",
        over_narrow="over",
        revenue="Omsætning",
        revenue_excl_vat="Omsætning ekskl. moms",
        revenue_incl_vat="Omsætning inkl. moms",
        excl_vat="ekskl. moms",
        incl_vat="inkl. moms",
        wage_cost="Lønomkostninger",
        wage_percentage="Lønprocent",
        wage_percentage_of="af omsætning ekskl. moms",
        hours="Timer",
        revenue_per_hour="Omsætning ekskl. moms pr. time",
        hours_of_day="{} timer · omsætning ekskl. moms {} kr./time",
        target="Mål",
        from_target="Afvigelse fra mål, procentpoint",
        over_target="Over mål",
        over="{} over mål",
        under="{} under mål",
        no_target="intet mål sat",
        hidden="skjult",
        provisional="foreløbig",
        unallocated="Ikke fordelt løn",
        wages_for_units="løn for {} af {} enheder",
        wages_on_days="løn på {} af {} dage",
        no_wages="løn mangler",
        revenue_for_units="omsætning for {} af {} enheder",
        revenue_on_days="omsætning på {} af {} dage",
        no_revenue="omsætning mangler",
        judged_on_allocated="holdt op mod målet: løn fordelt på enheder, {}",
        units_over_target="{} af {} enheder over mål",
        comparison_caption="Sammenlignet med samme ugedag; beløb i kr.",
        this_day="Dagen",
        week_before="Samme dag sidste uge",
        year_before="Samme dag sidste år",
        revenue_growth="Udvikling i omsætning ekskl. moms",
        percentage_growth="Udvikling i lønprocent, procentpoint",
        same_holiday="Samme helligdag sidste år",
        places="Afdelinger og enheder",
        places_caption="Afdelinger og enheder {}; beløb i kr.",
        department="Afdeling",
        unit="Enhed",
        department_or_unit="Afdeling / enhed",
        company="I alt",
        week_to_date="Lønprocent uge {} indtil nu",
        month_to_date="Lønprocent {} indtil nu",
        target_why="En afdeling uden eget mål holdes op mod sine enheders mål, vægtet efter omsætning, og kun med den "
        "løn, der er fordelt på enhederne. Afdelingens løn omfatter også den, der ikke er fordelt. Gråt er foreløbigt: "
        "det dækker ikke alt og holdes ikke op mod noget mål.",
        whole_group="Hele gruppen",
        companies="Virksomheder",
        company_name="Virksomhed",
        not_in_the_sums="Ikke med i tallene",
        chart="De seneste {} dage",
        chart_alt="Søjler: omsætning ekskl. moms {}, mellem {} og {} om dagen. Kurve: lønprocent, mellem {} og {}; "
        "over mål på {} dage. Alle tal står i tabellen under grafen.",
        chart_alt_empty="Ingen omsætning {}.",
        chart_caption="Omsætning ekskl. moms og lønprocent dag for dag, {}",
        chart_table="Tallene bag grafen",
        on_weekdays="mandag til fredag",
        at_weekends="lørdag og søndag",
        not_over_target="På eller under mål",
        no_figures="ingen tal",
        day="Dag",
        to_date="Uger og måneder indtil nu",
        to_date_caption="Uger og måneder indtil nu for hele virksomheden; beløb i kr.",
        period="Periode",
        to_date_rows=("Uge {} indtil nu", "Uge {}", "{} indtil nu", "{}"),
        week="Uge {}",
        growth_last_year="Omsætning ekskl. moms ift. sidste år",
        attention="Kræver handling",
        nothing_to_attend="Alt i orden: alle lokationer har leveret tal, og al omsætning er fordelt.",
        before="Før",
        after="Efter",
        source="Kilde",
        vat_head="Moms",
        location="Lokation",
        to_do="Sådan gør du",
        explained_by="Vis historikken",
        unmapped_caption="Lokationer uden enhed: omsætningen {} er ikke medregnet",
        notices_caption="Dage med mangler og afvigelser, {}",
        changes_caption="Omsætning rettet efter første hentning; beløb i kr.",
        what="Hvad",
        where="Hvor",
        details="Detaljer",
        periods={"day": "Dag for dag", "week": "Uge for uge", "month": "Måned for måned"},
        periods_caption="{}, {}; beløb i kr.",
        first_day="Fra",
        last_day="Til",
        remarks="Bemærkninger",
        missing="mangler {}",
        a_location="en lokation",
        wage_hidden="løn skjult",
        number_of_days=("1 dag", "{} dage"),
        days_calculated="tal for {} af {} dage",
        findings=FINDING_TEXTS["da"],
        figures_sheet="Tal",
        days_sheet="Dage",
        attention_sheet="Kræver handling",
    ),
    "en": Texts(
        language="en",
        formats=ENGLISH,
        title="Wage percentage",
        written_at="Written {}",
        yesterday="Yesterday",
        overview="Overview",
        all_days="All days",
        latest_day="Latest day",
        nothing_that_day="There are no figures for this day yet. Run today's fetch, or wait for the next planned one.",
        nothing_at_all="No figures have been fetched yet. Run a fetch, and this page fills.",
        nothing_in="There are no figures for {}. Run a fetch of these days.",
        in_kroner="DKK",
        wage_cost_narrow="Wages",
        wages_short="wages",
        wage_percentage_narrow="Wage percent",
        revenue_per_hour_narrow="DKK/h excl. VAT",
        over_narrow="over",
        revenue="Revenue",
        revenue_excl_vat="Revenue excl. VAT",
        revenue_incl_vat="Revenue incl. VAT",
        excl_vat="excl. VAT",
        incl_vat="incl. VAT",
        wage_cost="Wage cost",
        wage_percentage="Wage percentage",
        wage_percentage_of="of revenue excl. VAT",
        hours="Hours",
        revenue_per_hour="Revenue excl. VAT per hour",
        hours_of_day="{} hours · revenue excl. VAT DKK {} an hour",
        target="Target",
        from_target="From target, pp",
        over_target="Over target",
        over="{} over target",
        under="{} under target",
        no_target="no target set",
        hidden="hidden",
        provisional="provisional",
        unallocated="Wages of no unit",
        wages_for_units="wages for {} of {} units",
        wages_on_days="wages on {} of {} days",
        no_wages="no wages",
        revenue_for_units="revenue for {} of {} units",
        revenue_on_days="revenue on {} of {} days",
        no_revenue="no revenue",
        judged_on_allocated="held against the target: wages allocated to units, {}",
        units_over_target="{} of {} units over target",
        comparison_caption="Against the same weekday before; amounts in DKK",
        this_day="The day",
        week_before="The week before",
        year_before="The year before",
        same_holiday="The same holiday last year",
        revenue_growth="Growth of revenue excl. VAT",
        percentage_growth="Change of wage percentage, pp",
        places="Departments and units",
        places_caption="Departments and units {}; amounts in DKK",
        department="Department",
        unit="Unit",
        department_or_unit="Department / unit",
        company="Total",
        week_to_date="Wage percentage week {} to date",
        month_to_date="Wage percentage {} to date",
        target_why="A department without a target of its own is held against those of its units, weighed by revenue, "
        "with the wages that are allocated to them alone. Its wage cost includes what is allocated to no unit. Grey is "
        "provisional: it does not cover everything, and is held against no target.",
        whole_group="The whole group",
        companies="Companies",
        company_name="Company",
        not_in_the_sums="Not in the figures",
        chart="The last {} days",
        chart_alt="Bars: revenue excl. VAT {}, between {} and {} a day. Line: wage percentage, between {} and {}; over "
        "target on {} days. All figures are in the table below the chart.",
        chart_alt_empty="No revenue {}.",
        chart_caption="Revenue excl. VAT and wage percentage day by day, {}",
        chart_table="The figures behind the chart",
        on_weekdays="Monday to Friday",
        at_weekends="Saturday and Sunday",
        not_over_target="On or under target",
        no_figures="no figures",
        day="Day",
        to_date="Weeks and months to date",
        to_date_caption="Weeks and months to date for the whole company; amounts in DKK",
        period="Period",
        to_date_rows=("Week {} to date", "Week {}", "{} to date", "{}"),
        week="Week {}",
        growth_last_year="Growth of revenue excl. VAT in a year",
        attention="Needs attention",
        nothing_to_attend="Nothing: all locations gave figures, and everything is allocated.",
        before="Before",
        after="After",
        source="Source",
        vat_head="VAT",
        location="Location",
        to_do="What to do",
        explained_by="Show its history",
        unmapped_caption="Locations that no unit has; their revenue {} is not counted",
        notices_caption="What is missing or out of line, {}",
        changes_caption="Revenue that has changed since it was first stored; amounts in DKK",
        what="What",
        where="Where",
        details="Details",
        periods={"day": "Day by day", "week": "Week by week", "month": "Month by month"},
        periods_caption="{}, {}; amounts in DKK",
        first_day="From",
        last_day="To",
        remarks="Remarks",
        missing="{} missing",
        a_location="a location",
        wage_hidden="wage hidden",
        number_of_days=("1 day", "{} days"),
        days_calculated="figures for {} of {} days",
        findings=FINDING_TEXTS["en"],
        figures_sheet="Figures",
        days_sheet="Days",
        attention_sheet="Attention",
    ),
}
