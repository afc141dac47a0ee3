"""What `ajour-revenue explain` says, in each language."""

from dataclasses import dataclass

from ajour_revenue.attention.texts import FINDING_TEXTS, FindingTexts
from ajour_revenue.commands.outcome_texts import OUTCOMES
from ajour_revenue.planday.outcome import Outcome
from ajour_revenue.reports.plan_texts import PLAN_TEXTS
from ajour_revenue.revenue.change import Source
from ajour_revenue.text.bilingual import Language
from ajour_revenue.text.plural import Counted


@dataclass(frozen=True)
class ExplainTexts:
    """The words of one language. `{}` takes what the name says."""

    findings: FindingTexts
    outcomes: dict[Outcome, str]
    notes: dict[str, str]
    """What each of `ExpectedDay`'s notes says."""
    nothing: str
    """Stands beside a heading below which there is nothing."""
    run: str

    figure: str
    figure_from: str
    """Takes the amounts excl. and incl. VAT, where they come from, and what the settings choose."""
    sources: dict[Source, str]
    missing: str
    figure_stays: str

    locations: str
    not_listed: str
    from_day: str
    to_day: str

    asked: str
    never_asked: str
    times_asked: Counted
    """Takes how often, and the last and the first time."""
    overwrite_off: str

    answers: str
    gave: str
    gave_no_longer: str
    corrected: str
    both_amounts: str

    entries: str
    entered_by: str

    changes: str
    first_figure: str
    became: str

    planday: str
    published: str
    """Takes the unit's number, the amount, and what came of it."""
    published_at: str
    in_planday: str
    about_to_be_sent: str
    """Takes the unit's number, the amount, and the moment."""

    expected: str
    between: str
    weekday: str
    usually: str
    last_weeks: str
    holiday: str
    holiday_names: str
    """Takes the Danish and the English one."""
    last_time: str
    factor: str
    learnt_from: str
    counts: str
    """Takes a day, its amount, and its weight."""


EXPLAIN_TEXTS: dict[Language, ExplainTexts] = {
    "da": ExplainTexts(
        findings=FINDING_TEXTS["da"],
        outcomes=OUTCOMES["da"],
        notes=PLAN_TEXTS["da"].notes,
        nothing="ingen",
        run="kørsel {}",
        figure="Tal",
        figure_from="{} ekskl. moms, {} inkl. moms, {}; indstillingerne vælger {}",
        sources={"ajour": "fra Ajour", "manual": "indtastet"},
        missing="mangler: {}",
        figure_stays="; det seneste tal fra {} bliver stående",
        locations="Lokationer",
        not_listed="(ikke på listen fra Ajour)",
        from_day=" fra {}",
        to_day=" til {}",
        asked="Spurgt i Ajour",
        never_asked="aldrig",
        times_asked=Counted("én gang, {1}", "{0} gange, senest {1}, først {2}"),
        overwrite_off="overwrite_existing var slået fra: det, der stod i forvejen, blev stående",
        answers="Ajours svar",
        gave="gav {}",
        gave_no_longer="gav ikke længere noget; før var det {}",
        corrected="rettede {} til {}",
        both_amounts="{} ekskl. / {} inkl. moms",
        entries="Indtastet",
        entered_by=" af {}",
        changes="Ændringer",
        first_figure="første tal",
        became="{} blev til {}",
        planday="Planday",
        published="enhed {}: {}, {}",
        published_at=" {}",
        in_planday="enhed {}: vi har senest sendt {}",
        about_to_be_sent="enhed {}: {} var ved at blive sendt {}; det vides endnu ikke, om det kom frem",
        expected="Ventet",
        between=", mellem {} og {} i fire ud af fem tilfælde",
        weekday="Ugedag",
        usually="normalt {}, som gennemsnit af dagene nedenfor",
        last_weeks="de seneste fire uger lå på {} af det",
        holiday="Helligdag",
        holiday_names="{0}",
        last_time="sidste gang, {}: {}",
        factor="derfor ganges ugedagens tal med {}",
        learnt_from="Lært af",
        counts="{}: {}, tæller {}",
    ),
    "en": ExplainTexts(
        findings=FINDING_TEXTS["en"],
        outcomes=OUTCOMES["en"],
        notes=PLAN_TEXTS["en"].notes,
        nothing="none",
        run="run {}",
        figure="Figure",
        figure_from="{} excl. VAT, {} incl. VAT, {}; the settings choose {}",
        sources={"ajour": "from Ajour", "manual": "entered by hand"},
        missing="missing: {}",
        figure_stays="; the last figure of {} stays",
        locations="Locations",
        not_listed="(not in the list that Ajour gave)",
        from_day=" from {}",
        to_day=" to {}",
        asked="Asked of Ajour",
        never_asked="never",
        times_asked=Counted("once, on {1}", "{0} times, last on {1}, first on {2}"),
        overwrite_off="overwrite_existing was off: what was there stayed",
        answers="Ajour's answers",
        gave="gave {}",
        gave_no_longer="no longer gave a row; it was {}",
        corrected="corrected {} to {}",
        both_amounts="{} excl. / {} incl. VAT",
        entries="Entered by hand",
        entered_by=" by {}",
        changes="Changes",
        first_figure="first figure",
        became="{} became {}",
        planday="Planday",
        published="unit {}: {}, {}",
        published_at=" on {}",
        in_planday="unit {}: we last put {} there",
        about_to_be_sent="unit {}: {} was about to be sent on {}; whether it arrived is not known yet",
        expected="Expected",
        between=", between {} and {} four times of five",
        weekday="Weekday",
        usually="usually {}, by the mean of the days below",
        last_weeks="the last four weeks were {} of that",
        holiday="Holiday",
        holiday_names="{0} ({1})",
        last_time="last time, {}: {}",
        factor="so the weekday's figure is taken times {}",
        learnt_from="Learnt from",
        counts="{}: {}, counts {}",
    ),
}
