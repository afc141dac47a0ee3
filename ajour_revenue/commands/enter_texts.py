"""What `ajour-revenue enter` asks and says, in each language."""

from dataclasses import dataclass

from ajour_revenue.attention.texts import FINDING_TEXTS, FindingTexts
from ajour_revenue.text.bilingual import Language
from ajour_revenue.text.plural import Counted


@dataclass(frozen=True)
class EnterTexts:
    """The words of one language. `{}` takes what the name says."""

    findings: FindingTexts

    doubt: str
    """Takes what is about to be entered, and what is doubtful about it."""
    and_too: str
    negative: str
    replaces: str
    far_from_usual: str
    look_first: str
    """Takes all doubts."""
    question: Counted
    nothing_entered: str

    entered: str
    """Takes whether amounts are with VAT."""
    day: str
    unit: str
    before: str
    source: str
    now: str
    more: str
    unchanged: Counted
    may_be_replaced: str
    stays: str
    published_later: str


ENTER_TEXTS: dict[Language, EnterTexts] = {
    "da": EnterTexts(
        findings=FINDING_TEXTS["da"],
        doubt="{} {}.",
        and_too=" og ",
        negative="er negativt",
        replaces="erstatter {}, som er et komplet tal fra Ajour",
        far_from_usual="er langt fra de {}, som den ugedag normalt giver",
        look_first="Se efter, før det indtastes: {} Hvis det er rigtigt, så gentag kommandoen med --yes.",
        question=Counted("Skal det indtastes?", "Skal det hele indtastes?"),
        nothing_entered="Der er ikke indtastet noget.",
        entered="Indtastet, kr. {}",
        day="Dag",
        unit="Enhed",
        before="Før",
        source="Fra",
        now="Nu",
        more="og {} til.",
        unchanged=Counted("{} tal stod der allerede og er uændret.", "{} tal stod der allerede og er uændrede."),
        may_be_replaced="overwrite_existing er true: en senere hentning af dagene erstatter tallene, hvor Ajour så har "
        "komplette tal.",
        stays="overwrite_existing er false: tallene bliver stående, uanset hvad en senere hentning giver.",
        published_later="Den næste hentning af dagene sender tallene til Planday.",
    ),
    "en": EnterTexts(
        findings=FINDING_TEXTS["en"],
        doubt="{} {}.",
        and_too=" and ",
        negative="is negative",
        replaces="replaces {}, a complete figure from Ajour",
        far_from_usual="is far from the {} that this weekday usually brings",
        look_first="Look at this before it is entered: {} If it is right, repeat the command with --yes.",
        question=Counted("Enter it?", "Enter all of it?"),
        nothing_entered="Nothing was entered.",
        entered="Entered by hand, DKK {}",
        day="Day",
        unit="Unit",
        before="Before",
        source="From",
        now="Now",
        more="and {} more.",
        unchanged=Counted(
            "{} figure stood there already; nothing changed for it.",
            "{} figures stood there already; nothing changed for them.",
        ),
        may_be_replaced="overwrite_existing is true: a later fetch of these days replaces the figures where Ajour "
        "gives whole ones.",
        stays="overwrite_existing is false: the figures stay, whatever a later fetch brings.",
        published_later="The next fetch of these days publishes them to Planday.",
    ),
}
