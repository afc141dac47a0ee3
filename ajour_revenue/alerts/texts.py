"""What alerts say in each language, beside what is said of findings."""

from dataclasses import dataclass

from ajour_revenue.attention.texts import FINDING_TEXTS, FindingTexts
from ajour_revenue.text.bilingual import Language
from ajour_revenue.text.plural import Counted


@dataclass(frozen=True)
class AlertTexts:
    """The words of one language. `{}` takes what the name says."""

    findings: FindingTexts
    more_titles: str
    more_things: str
    more_lines: Counted
    run_failed_title: str
    """Takes the days."""
    run_failed: str
    """Takes the run, its job and the days."""
    backfill_failed: str
    """Takes the backfill and the days."""
    no_days: str
    run_again: str
    told_once: str
    failed: str
    failed_unexpectedly: str
    """Takes the kind of error."""


ALERT_TEXTS: dict[Language, AlertTexts] = {
    "da": AlertTexts(
        findings=FINDING_TEXTS["da"],
        more_titles="og {} til",
        more_things="og {} til, som kan ses i Dagster",
        more_lines=Counted("og {} linje til, som kan ses i Dagster", "og {} linjer til, som kan ses i Dagster"),
        run_failed_title="kørsel fejlede for {}",
        run_failed="Kørsel {} af {} fejlede for {}:",
        backfill_failed="Backfill {} fejlede for {}:",
        no_days="ingen dage",
        run_again="Det, der er gemt, bliver stående. Kør dagene igen, når årsagen er væk: Re-execute på kørslens side.",
        told_once="Der sendes ikke besked om flere fejl i denne backfill; Dagster viser dem under Backfills.",
        failed="fejlede",
        failed_unexpectedly="fejlede uventet ({}). Fejlen kan ses på kørslens side i Dagster.",
    ),
    "en": AlertTexts(
        findings=FINDING_TEXTS["en"],
        more_titles="and {} more",
        more_things="and {} more, which Dagster shows",
        more_lines=Counted("and {} more line, which Dagster shows", "and {} more lines, which Dagster shows"),
        run_failed_title="run failed for {}",
        run_failed="Run {} of {} failed for {}:",
        backfill_failed="Backfill {} failed for {}:",
        no_days="no day",
        run_again="What was stored stays. When the cause is gone, run these days again: Re-execute on the run's page.",
        told_once="No alert is sent of further runs of this backfill that fail; Dagster lists them under Backfills.",
        failed="failed",
        failed_unexpectedly="failed unexpectedly ({}). The run's page in Dagster shows the error.",
    ),
}
