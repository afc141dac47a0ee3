"""What `ajour-revenue companies` says, in each language."""

from dataclasses import dataclass

from ajour_revenue.text.bilingual import Bilingual, Language
from ajour_revenue.text.formats import FORMATS, Formats


@dataclass(frozen=True)
class CompaniesTexts:
    """The words of one language. `{}` takes what the name says."""

    formats: Formats
    company: str
    state: str
    next_fetch: str
    last_day: str
    attention: str
    code_server: str

    unusable: str
    active: str
    paused: str
    none_yet: str
    unknown_port: str
    shared: str
    up: str
    """Takes the port."""
    down: str
    """Takes the port."""

    added: str
    """Takes the folder."""
    runs_overlap: str
    """Takes Dagster's file, and the tag."""
    written: str
    """Takes the files."""
    start: str


COMPANIES_TEXTS: dict[Language, CompaniesTexts] = {
    "da": CompaniesTexts(
        formats=FORMATS["da"],
        company="Virksomhed",
        state="Status",
        next_fetch="Næste hentning",
        last_day="Seneste dag",
        attention="Kræver handling",
        code_server="Kodeserver",
        unusable="har fejl",
        active="aktiv",
        paused="på pause",
        none_yet="ingen endnu",
        unknown_port="?",
        shared="fælles",
        up="{} oppe",
        down="{} nede",
        added="Det var i {}. Lad så Dagster få den at vide:",
        runs_overlap="{} var her i forvejen og lader en virksomheds kørsler overlappe: Føj tagget {} til "
        "tag_concurrency_limits i den, som docs/operations.md viser det.",
        written="Skrevet: {}",
        start="Start Dagster, som docs/operations.md siger; hvor den kører i forvejen, så genstart dens webserver og "
        "dæmon.",
    ),
    "en": CompaniesTexts(
        formats=FORMATS["en"],
        company="Company",
        state="State",
        next_fetch="Next fetch",
        last_day="Last day",
        attention="Attention",
        code_server="Code server",
        unusable="cannot be used",
        active="active",
        paused="paused",
        none_yet="none yet",
        unknown_port="?",
        shared="shared",
        up="{} up",
        down="{} down",
        added="That was in {}. Then let Dagster know of it:",
        runs_overlap="{} was here already, and lets runs of one company overlap: add the tag {} to its "
        "tag_concurrency_limits, as docs/operations.md shows it.",
        written="Written: {}",
        start="Start Dagster as docs/operations.md says; where it runs already, start its webserver and daemon anew.",
    ),
}

NO_COMPANY = Bilingual(
    da="Der er ingen virksomhed i {folder} endnu: ingen mappe med en ajour.yaml. Tilføj en med: "
    "ajour-revenue companies add NAVN",
    en="There is no company in {folder} yet: no folder with an ajour.yaml. Add one with: "
    "ajour-revenue companies add NAME",
)
NO_NAME = Bilingual(
    da="{name} er intet navn til en virksomhed: der må kun være bogstaver fra a til z, cifre og _. En mappe med et "
    "andet navn skal omdøbes.",
    en="{name} is no name for a company: it has letters from a to z, digits and _ only. Rename a folder that is called "
    "otherwise.",
)
SEVERAL_SERVERS = Bilingual(
    da="{number} processer lytter på dens port {port} ({processes}): en kodeserver fra før kører stadig og svarer på "
    "hver anden forespørgsel med, hvad den engang vidste. Stop den ældste.",
    en="{number} processes listen on its port {port} ({processes}): a code server from before has survived, and "
    "answers every other request with what it once knew. End the older.",
)
