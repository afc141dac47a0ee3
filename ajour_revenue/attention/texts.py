"""What is said of findings, in each language: a title and an action for each kind; places and facts are named alike."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from ajour_revenue.attention.finding import Cause, Facts, Finding, Kind, Location
from ajour_revenue.revenue.change import Change, Source
from ajour_revenue.settings.model import Vat
from ajour_revenue.text.bilingual import Language
from ajour_revenue.text.formats import DANISH, ENGLISH, NOTHING, PLAIN_FORMATS, Formats


class Words(NamedTuple):
    """What is said of a kind of finding."""

    title: str
    action: str
    """What to do, in a sentence; a finding's command stands behind it."""


@dataclass(frozen=True)
class FindingTexts:
    """The words of one language. `{}` takes what the name says."""

    formats: Formats
    kinds: dict[Kind, Words]
    location: str
    revenue: str
    not_counted: str
    vat: dict[Vat, str]
    wage_cost: str
    target: str
    hidden: str
    in_planday: str
    not_in_list: str
    unit_today: str
    similar_ids: str
    similar_unit: str
    expected: str
    causes: dict[Cause, str]
    changes: dict[Change, str]
    before_and_after: str
    sources: dict[Source, str]

    def named_location(self, finding: Finding) -> str:
        """Name the location that a finding is about; empty where it is about none."""
        return self.location.format(id_and_name(finding.location)) if finding.location else ""

    def facts(self, finding: Finding) -> str:
        """Say what is known of a finding; empty where its kind and place say all."""
        return "; ".join(self._facts(finding))

    def _facts(self, finding: Finding) -> Iterator[str]:
        facts, formats = finding.facts, self.formats
        if facts.wage_percentage is not None:
            yield f"{formats.percent(facts.wage_percentage)}, {self.target.format(formats.percent(facts.target))}"
        if facts.hidden:
            yield self.hidden
        if facts.wage_cost is not None:
            yield self.wage_cost.format(formats.kroner(facts.wage_cost))
        if facts.revenue_excl_vat is not None:
            revenue = self.not_counted if finding.kind == "unmapped" else self.revenue
            yield f"{revenue.format(formats.kroner(facts.revenue_excl_vat))} {self.vat['excluded']}"
        if facts.in_planday is not None:
            yield self.in_planday.format(formats.kroner(facts.in_planday))
        if facts.expected_revenue_excl_vat is not None:
            yield f"{self.expected.format(formats.kroner(facts.expected_revenue_excl_vat))} {self.vat['excluded']}"
        if facts.cause is not None:
            yield self.causes[facts.cause].format(danish=facts.holiday, english=facts.holiday_english)
        yield from self.hints(facts)
        if facts.vat:
            amounts = (formats.kroner(facts.revenue_before), formats.kroner(facts.revenue_after))
            before_and_after = f"{self.before_and_after.format(*amounts)} {self.vat[facts.vat]}"
            yield f"{self.what_changed(facts)}: {before_and_after} ({self.source(facts)})"
        elif facts.reason:
            yield facts.reason

    def hints(self, facts: Facts) -> Iterator[str]:
        """Say what helps to find the unit that a location belongs to."""
        if facts.not_in_list:
            yield self.not_in_list
        if facts.unit_today:
            yield self.unit_today.format(facts.unit_today)
        if facts.similar_ids:
            yield self.similar_ids.format(facts.similar_ids)
        if facts.similar_unit:
            yield self.similar_unit.format(facts.similar_unit)

    def what_changed(self, facts: Facts) -> str:
        """Say everything that became of a figure, in order and each thing once."""
        return ", ".join(self.changes[change] for change in dict.fromkeys(facts.changes))

    def source(self, facts: Facts) -> str:
        """Say where a figure came from, where it comes from now if that is another source, and why it was entered."""
        sources = (facts.source_before, facts.source_after)
        named = " → ".join(dict.fromkeys(self.sources[source] if source else NOTHING for source in sources))
        return f"{named}: {facts.reason}" if facts.reason else named


FINDING_TEXTS: dict[Language, FindingTexts] = {
    "da": FindingTexts(
        formats=DANISH,
        kinds={
            "run failed": Words("Seneste kørsel fejlede", "Ret det, som kørslen melder, og hent dagene igen"),
            "never fetched": Words("Dage, der aldrig er hentet", "Hent dem"),
            "unmapped": Words("Lokation uden enhed", "Føj den til en enheds lokationer i indstillingerne"),
            "not listed": Words("Lokation, som Ajour ikke kender", "Ret enhedens lokationer i indstillingerne"),
            "missing": Words("Lokation mangler", "Spørg Ajour, hvis der var åbent, og hent dagene igen"),
            "over target": Words("Lønprocent over mål", "Se lønprocenten for enheden i rapporten"),
            "unusual revenue": Words("Usædvanlig omsætning", "Se, hvor tallet kommer fra"),
            "plan over target": Words("Planlagt lønprocent over mål", "Se planen, og ret vagterne"),
            "wages without revenue": Words("Løn uden omsætning", "Indtast omsætningen, hvis der var åbent"),
            "revenue without wages": Words("Omsætning uden løn", "Tilføj lønnen i dens kilde, og hent dagene igen"),
            "negative revenue": Words("Negativ omsætning", "Kontrollér returneringerne i Ajour"),
            "no longer fed": Words(
                "Enhed uden tal", "Giv enheden en lokation for de dage, eller ret det, som Planday viser"
            ),
            "changed": Words("Ændret omsætning", "Se, hvor tallet kommer fra"),
        },
        location="lokation {}",
        revenue="omsætning {}",
        not_counted="ikke talt med: {}",
        vat={"included": "inkl. moms", "excluded": "ekskl. moms"},
        wage_cost="lønomkostninger {}",
        target="mål {}",
        hidden="løn skjult: færre end to personers",
        in_planday="Planday viser stadig {}",
        not_in_list="ikke på Ajours liste",
        unit_today="hører i dag til {}, men ikke på dagene med denne omsætning",
        similar_ids="skrives næsten som lokation {}",
        similar_unit="enheden med det mest lignende navn er {}",
        expected="forventet {}",
        causes={
            "missing location": "sandsynlig årsag: en lokation mangler",
            "mapping changed": "sandsynlig årsag: ny lokationskobling",
            "correction": "sandsynlig årsag: rettelse i Ajour",
            "manual entry": "sandsynlig årsag: manuel indtastning",
            "holiday": "sandsynlig årsag: {danish}",
            "closed": "sandsynlig årsag: lukket, for der er heller ingen løn",
            "no wages": "sandsynlig årsag: åbent en del af dagen eller slet ikke, for der er ingen løn",
            "open": "ingen kendt årsag, og der er løn den dag",
            "none known": "ingen kendt årsag",
        },
        changes={
            "corrected": "rettet i Ajour",
            "completed": "manglende lokation kom",
            "entered by hand": "indtastet",
            "replaced a manual entry": "erstattede en indtastning",
            "VAT choice": "nyt momsvalg",
            "mapping": "ny lokationskobling",
            "removed": "får ikke længere tal",
            "returned": "får tal igen",
        },
        before_and_after="fra {} til {}",
        sources={"ajour": "Ajour", "manual": "indtastet"},
    ),
    "en": FindingTexts(
        formats=ENGLISH,
        kinds={
            "run failed": Words("Last run failed", "Fix what it reports, then fetch its days again"),
            "never fetched": Words("Days never fetched", "Fetch them"),
            "unmapped": Words("Location without a unit", "Add it to a unit's locations in the settings"),
            "not listed": Words("Location not in Ajour's list", "Correct the unit's locations in the settings"),
            "missing": Words("Location missing", "If the place was open, ask Ajour, then fetch the days again"),
            "over target": Words("Wage percentage over target", "See the unit in the wage report"),
            "unusual revenue": Words("Unusual revenue", "See where the figure comes from"),
            "plan over target": Words("Planned wage percentage over target", "See the plan, and change the shifts"),
            "wages without revenue": Words("Wages without revenue", "If the place was open, enter its revenue"),
            "revenue without wages": Words(
                "Revenue without wages", "Add the wages where they come from, then fetch the days again"
            ),
            "negative revenue": Words("Negative revenue", "Check the refunds in Ajour"),
            "no longer fed": Words(
                "Unit no longer fed", "Give the unit a location for these days, or correct what Planday shows"
            ),
            "changed": Words("Changed revenue", "See where the figure comes from"),
        },
        location="location {}",
        revenue="revenue {}",
        not_counted="not counted: {}",
        vat={"included": "incl. VAT", "excluded": "excl. VAT"},
        wage_cost="wage cost {}",
        target="target {}",
        hidden="wage hidden: fewer than two people",
        in_planday="Planday still shows {}",
        not_in_list="not in Ajour's list",
        unit_today="feeds {} today, but not on the days of this revenue",
        similar_ids="written almost like location {}",
        similar_unit="the unit with the most similar name is {}",
        expected="expected {}",
        causes={
            "missing location": "likely cause: a location is missing",
            "mapping changed": "likely cause: another mapping",
            "correction": "likely cause: correction in Ajour",
            "manual entry": "likely cause: manual entry",
            "holiday": "likely cause: {english}",
            "closed": "likely cause: closed, as there are no wages either",
            "no wages": "likely cause: hardly open, as there are no wages",
            "open": "no cause known, and there are wages that day",
            "none known": "no cause known",
        },
        changes={
            "corrected": "corrected in Ajour",
            "completed": "a missing location came",
            "entered by hand": "entered by hand",
            "replaced a manual entry": "replaced a manual entry",
            "VAT choice": "another VAT choice",
            "mapping": "another mapping",
            "removed": "no longer fed",
            "returned": "fed again",
        },
        before_and_after="from {} to {}",
        sources={"ajour": "Ajour", "manual": "entered"},
    ),
}

PLAIN = replace(FINDING_TEXTS["en"], formats=PLAIN_FORMATS)
"""What Dagster says."""


def id_and_name(location: Location) -> str:
    """Name a location by its id, and by its name where Ajour lists it."""
    return f"{location.location_id} ({location.name})" if location.name else location.location_id


def about(finding: Finding, texts: FindingTexts = PLAIN) -> str:
    """Say in one line which place, days and facts a finding is about."""
    days = texts.formats.days(finding.days.first_day, finding.days.last_day) if finding.days else None
    named = [finding.place.department, finding.place.unit, texts.named_location(finding), days]
    return ": ".join(filter(None, [", ".join(filter(None, named)), texts.facts(finding)]))


def with_command(finding: Finding, texts: FindingTexts = PLAIN) -> str:
    """Say what a finding is about, and the command that helps."""
    return f"{about(finding, texts)}: {finding.command}" if finding.command else about(finding, texts)


def sentence(finding: Finding, texts: FindingTexts = PLAIN) -> str:
    """Say what a finding is, what it is about, and what to do."""
    words = texts.kinds[finding.kind]
    said = ": ".join(filter(None, [words.title, about(finding, texts)]))
    return f"{said}. {words.action}{':' if finding.command else '.'}"


def line(finding: Finding, texts: FindingTexts = PLAIN) -> str:
    """Say all of a finding in one line, with the command that helps."""
    return f"{sentence(finding, texts)} {finding.command}" if finding.command else sentence(finding, texts)
