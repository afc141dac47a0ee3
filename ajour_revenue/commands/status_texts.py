"""What `ajour-revenue status` says, in each language."""

from dataclasses import dataclass
from typing import NamedTuple

from ajour_revenue.attention.texts import FINDING_TEXTS, FindingTexts
from ajour_revenue.commands.outcome_texts import OUTCOMES
from ajour_revenue.commands.overview import DayState, RunResult, RunState
from ajour_revenue.planday.outcome import Outcome
from ajour_revenue.text.bilingual import Language
from ajour_revenue.upcoming import PLAIN_WHY_NONE, WhyNone


class Mark(NamedTuple):
    """How the calendar shows a day."""

    letter: str
    meaning: str


@dataclass(frozen=True)
class StatusTexts:
    """The words of one language. `{}` takes what the name says."""

    findings: FindingTexts

    active: str
    paused: str
    next_fetch: str
    no_fetch: str
    why_none: dict[WhyNone, str]
    """Takes the day that it is about, where it is about one."""
    sales_of: str
    """Takes a moment and the days."""

    last_run: str
    no_run: str
    results: dict[RunResult, str]

    under_way: str
    run: str
    process: str
    """Takes the run, the process's number and its machine."""
    since: str
    """Takes who works, and the moment."""
    states: dict[RunState, str]
    others_wait: str

    publishing: str
    publishing_off: str
    published: str
    nothing_published: str
    outcomes: dict[Outcome, str]
    last_published: str

    not_mapped: str
    all_mapped: str

    days: str
    no_days: str
    marks: dict[DayState, Mark]

    attention: str
    nothing_to_attend: str
    more_findings: str


STATUS_TEXTS: dict[Language, StatusTexts] = {
    "da": StatusTexts(
        findings=FINDING_TEXTS["da"],
        active="AKTIV",
        paused="PÅ PAUSE",
        next_fetch="Næste hentning",
        no_fetch="ingen. {}",
        why_none={
            "switched off": "Opgaven er slået fra: task.active er false i indstillingerne.",
            "not begun": "Opgaven begynder {}.",
            "over": "Opgaven gentages ikke: dens eneste uge begyndte {}.",
            "before activation": "Der er ingen omsætning før aktiveringsdatoen {}.",
            "off in Dagster": "Alle tidsplaner er slået fra i Dagster.",
        },
        sales_of="{}, salg for {}",
        last_run="Seneste kørsel",
        no_run="ingen endnu",
        results={"success": "lykkedes", "failure": "fejlede", "canceled": "afbrudt", "fetched": "hentet"},
        under_way="I gang",
        run="kørsel {}",
        process="kørsel {}, proces {} på {}",
        since="{}, siden {}",
        states={
            "queued": "venter i Dagsters kø",
            "starting": "starter",
            "waiting for its turn": "venter på, at en anden kørsel bliver færdig i datalageret",
            "working": "arbejder i datalageret",
            "ending": "er ved at blive afbrudt",
            "gone": "dens proces er væk; Dagsters daemon melder den fejlet inden for et minut, hvis den kører",
        },
        others_wait="{}: arbejder i datalageret; andre venter på den",
        publishing="Planday",
        publishing_off="der sendes ikke omsætning til Planday",
        published="omsætning sendes; enhedsdage: {}",
        nothing_published="ingen endnu",
        outcomes=OUTCOMES["da"],
        last_published="; senest {}",
        not_mapped="Uden enhed",
        all_mapped="ingen lokationer",
        days="Dage",
        no_days="ingen endnu; aktiveringsdatoen er {}",
        marks={
            "fetched": Mark("#", "hentet"),
            "corrected": Mark("r", "rettet"),
            "missing": Mark("m", "mangler"),
            "manual": Mark("i", "indtastet"),
            "never fetched": Mark("-", "aldrig hentet"),
        },
        attention="Kræver handling",
        nothing_to_attend="Alt i orden: intet kræver handling.",
        more_findings="og {} til, som --json viser.",
    ),
    "en": StatusTexts(
        findings=FINDING_TEXTS["en"],
        active="ACTIVE",
        paused="PAUSED",
        next_fetch="Next fetch",
        no_fetch="none. {}",
        why_none=PLAIN_WHY_NONE,
        sales_of="{}, the sales of {}",
        last_run="Last run",
        no_run="none yet",
        results={"success": "success", "failure": "failure", "canceled": "canceled", "fetched": "fetched"},
        under_way="Under way",
        run="run {}",
        process="run {}, process {} on {}",
        since="{}, since {}",
        states={
            "queued": "waits in Dagster's queue",
            "starting": "starting",
            "waiting for its turn": "waits until another run has worked on the warehouse",
            "working": "works on the warehouse",
            "ending": "is being ended",
            "gone": "its process is gone; Dagster's daemon, where it runs, marks it as failed within a minute",
        },
        others_wait="{}: works on the warehouse; others wait for it",
        publishing="Publishing",
        publishing_off="off",
        published="to Planday; unit-days: {}",
        nothing_published="none yet",
        outcomes=OUTCOMES["en"],
        last_published="; last on {}",
        not_mapped="Not mapped",
        all_mapped="no location",
        days="Days",
        no_days="none yet; the activation date is {}",
        marks={
            "fetched": Mark("#", "fetched"),
            "corrected": Mark("c", "corrected"),
            "missing": Mark("m", "incomplete"),
            "manual": Mark("h", "by hand"),
            "never fetched": Mark("-", "never fetched"),
        },
        attention="Needs attention",
        nothing_to_attend="Nothing needs attention.",
        more_findings="and {} more, which --json lists.",
    ),
}
