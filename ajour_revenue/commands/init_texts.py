"""What `ajour-revenue init` says, in each language."""

from dataclasses import dataclass

from ajour_revenue.text.bilingual import Language


@dataclass(frozen=True)
class InitTexts:
    """The words of one language. `{}` takes what the name says."""

    ajours: str
    """Takes what Ajour calls one of the credentials."""
    plandays: str
    """Takes what Planday calls one of them."""
    name: str
    activation_date: str
    driver: str
    not_installed: str
    """Takes the driver."""
    port: str
    wages: str
    wages_from: dict[str, str]

    written: str
    """Takes the files."""
    kept: str
    """Takes the file."""
    missing: str
    """Takes the file, and the variables."""
    next: str


INIT_TEXTS: dict[Language, InitTexts] = {
    "da": InitTexts(
        ajours="Ajours {}",
        plandays="Planday-appens {}",
        name="Navn (bogstaver, cifre, _)",
        activation_date="Aktiveringsdato (i går, hvis den ikke kendes: test siger mere)",
        driver="ODBC-driver til Ajours database: et nummer eller et navn",
        not_installed="{}, som ikke er installeret her endnu",
        port="Porten på Ajours database",
        wages="Lønomkostningerne kommer fra: et nummer",
        wages_from={"file": "en fil, wages.csv", "planday": "Planday"},
        written="Skrevet: {}",
        kept="{} var her i forvejen og er, som den var.",
        missing="{} mangler {}; tilføj det.",
        next="Se nu, om Ajour svarer, og kobl lokationerne til enheder:",
    ),
    "en": InitTexts(
        ajours="Ajour's {}",
        plandays="The Planday app's {}",
        name="Name (letters, digits, _)",
        activation_date="Activation date (yesterday if unknown: test tells more)",
        driver="ODBC driver of Ajour's database: a number, or a name",
        not_installed="{}, which is not installed here yet",
        port="Port of Ajour's database",
        wages="Wage costs come from: a number",
        wages_from={"file": "a file, wages.csv", "planday": "Planday"},
        written="Written: {}",
        kept="{} was here already, and is as it was.",
        missing="{} does not hold {}; add what is missing.",
        next="Next, see whether Ajour answers, and map its locations:",
    ),
}
