"""What `ajour-revenue mail` says, in each language."""

from dataclasses import dataclass

from ajour_revenue.text.bilingual import Language
from ajour_revenue.text.formats import FORMATS, Formats
from ajour_revenue.text.plural import Counted


@dataclass(frozen=True)
class MailCommandTexts:
    """The words of one language. `{}` takes what the name says."""

    formats: Formats
    sent_to: str
    """Takes the addresses."""
    sent_to_some: str
    """Takes those that it was sent to, and those that the server refused."""
    nobody: str
    sees: str
    everything: str
    with_workbook: str
    """Takes what is seen."""
    last_mail: str
    of_day: str
    """Takes when it was sent, and the day that it is about."""
    none_yet: str
    failed: str
    tries: Counted
    """Takes how many there were, and when it is tried again."""


MAIL_COMMAND_TEXTS: dict[Language, MailCommandTexts] = {
    "da": MailCommandTexts(
        formats=FORMATS["da"],
        sent_to="Rapporten er sendt til {}:",
        sent_to_some="Rapporten er sendt til {}, men ikke til {}, som mailserveren afviste:",
        nobody="Ingen får rapporten med mail. Hvem der gør, står i indstillingernes report.mail.",
        sees="ser",
        everything="hele virksomheden",
        with_workbook="{}, med en projektmappe til Excel",
        last_mail="seneste",
        of_day="{}, om {}",
        none_yet="ingen endnu",
        failed="fejlet",
        tries=Counted("{} gang; prøves igen {}", "{} gange; prøves igen {}"),
    ),
    "en": MailCommandTexts(
        formats=FORMATS["en"],
        sent_to="The report was mailed to {}:",
        sent_to_some="The report was mailed to {}, and not to {}, which the mail server refused:",
        nobody="Nobody gets the report by mail. The settings' report.mail says who does.",
        sees="sees",
        everything="the whole company",
        with_workbook="{}, with a workbook for Excel",
        last_mail="last mail",
        of_day="{}, of {}",
        none_yet="none yet",
        failed="failed",
        tries=Counted("{} time; tried again {}", "{} times; tried again {}"),
    ),
}
