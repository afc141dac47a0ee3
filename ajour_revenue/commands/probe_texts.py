"""What `ajour-revenue test` says, in each language."""

from dataclasses import dataclass
from typing import Literal

from ajour_revenue.attention.texts import FINDING_TEXTS, FindingTexts
from ajour_revenue.text.bilingual import Language
from ajour_revenue.text.formats import FORMATS, Formats
from ajour_revenue.text.plural import Counted

StepName = Literal[
    "Settings",
    "ODBC",
    "Credentials",
    "Driver",
    "Host",
    "Login",
    "Locations",
    "A day of revenue",
    "Activation date",
    "Wage file",
    "Budget file",
    "Planday token",
    "Planday scopes",
    "Planday units",
    "Mapping",
]


@dataclass(frozen=True)
class StepTexts:
    """What the steps say, in one language. `{}` takes what the name says."""

    formats: Formats
    findings: FindingTexts
    names: dict[StepName, str]

    earlier_step_failed: str
    no_settings: str
    """Takes the file."""
    right_ones_go_on: str
    """Takes what is wrong with the others."""
    driver_manager: str
    all_credentials: str
    host_answers: str
    """Takes the port."""
    no_host: str
    login: str
    lists: str
    """Takes how many locations Ajour has."""
    nothing_before_activation: str
    """Takes the activation date."""
    no_revenue: str
    """Takes the day."""
    revenue: Counted
    """How many locations sold something; takes their number, the day and the amount."""
    serves_since: str
    """Takes the day."""
    activation_date: str
    """Takes the date."""
    no_units_to_hold_against: str
    rows: Counted
    """Takes the number of rows and the file."""
    portal: str
    """Takes its name."""
    scopes: str
    unseen_scope: str
    units_match: Counted
    none_mapped: Counted
    """Takes the number of locations."""
    all_mapped: Counted
    some_mapped: str
    """Takes the number of those that feed a unit, and of all."""


@dataclass(frozen=True)
class ProbeTexts:
    """What the command says around its steps, in one language. `{}` takes what the name says."""

    steps: StepTexts

    testing: str
    mend: str
    write_settings: str
    map_locations: str
    start_dagster: str
    """Takes the activation date."""
    fetch: str
    see: str

    locations: str
    mapping: str
    department: str
    unit: str
    fed_by: str
    not_in_ajour: str
    none: str

    target: str
    """Takes the unit."""
    which_department: str
    """Takes the unit."""
    revenue_unit: str
    """Takes Planday's name of it, and of its department."""
    without_id: str
    """Takes the revenue unit, and its id."""
    add: str
    """Takes the revenue unit."""
    add_as: str
    """Takes the revenue unit, and what to call it."""
    namesakes: str
    """Takes the location, its name, and the others'."""
    new_unit: str
    """Takes its name."""
    feeds: str
    """Takes the location and its name."""
    which_unit: str
    ask_without_yes: str

    nothing_to_write: str
    written: str
    """Takes the file."""
    unit_written: str
    """Takes the unit, and its department."""
    fed_unit_written: str
    """Takes the unit, its department, and its locations."""
    location_written: str
    """Takes the location, and the unit."""


PROBE_TEXTS: dict[Language, ProbeTexts] = {
    "da": ProbeTexts(
        steps=StepTexts(
            formats=FORMATS["da"],
            findings=FINDING_TEXTS["da"],
            names={
                "Settings": "Indstillinger",
                "ODBC": "ODBC",
                "Credentials": "Adgang",
                "Driver": "Driver",
                "Host": "Server",
                "Login": "Login",
                "Locations": "Lokationer",
                "A day of revenue": "En dags omsætning",
                "Activation date": "Aktiveringsdato",
                "Wage file": "Lønfil",
                "Budget file": "Budgetfil",
                "Planday token": "Planday-token",
                "Planday scopes": "Planday-adgang",
                "Planday units": "Planday-enheder",
                "Mapping": "Kobling",
            },
            earlier_step_failed="Ikke prøvet, da et tidligere trin fejlede.",
            no_settings="{} findes ikke endnu, så der prøves med indstillingerne for en ny. Skriv den med: "
            "ajour-revenue init",
            right_ones_go_on="{}\nDe næste trin bruger det, der er rigtigt i den.",
            driver_manager="Driverhåndteringen er installeret.",
            all_credentials="Alle fem er sat.",
            host_answers="Den svarer på port {}.",
            no_host="Ikke nødvendig: databasen er en fil.",
            login="Ajour lukker os ind.",
            lists="Ajour har {}.",
            nothing_before_activation="Aktiveringsdatoen, {}, er ikke kommet endnu.",
            no_revenue="Ajour har ingen for {}. Spørg Ajour, hvis et sted havde åbent.",
            revenue=Counted("{1}: {0} lokation, {2} inkl. moms.", "{1}: {0} lokationer, {2} inkl. moms."),
            serves_since="Ajour leverer omsætning fra {}. Spørg Ajour, om det er aktiveringsdatoen.",
            activation_date="{}; Ajour leverer intet før den.",
            no_units_to_hold_against="Ikke prøvet, da der ingen enheder er at holde den op imod.",
            rows=Counted("{1}: {0} række.", "{1}: {0} rækker."),
            portal="Den åbner portalen {}.",
            scopes="Appen må læse alt, hvad der skal bruges.",
            unseen_scope="Om den har revenue:set, viser sig, når omsætning sendes.",
            units_match=Counted("Enheden er som i Planday.", "Alle {} enheder er som i Planday."),
            none_mapped=Counted(
                "Ajours ene lokation hører ikke til en enhed endnu.",
                "Ingen af Ajours {} lokationer hører til en enhed endnu.",
            ),
            all_mapped=Counted("Ajours ene lokation hører til en enhed.", "Alle {} lokationer hører til en enhed."),
            some_mapped="{} af {} lokationer hører til en enhed.",
        ),
        testing="Tester …",
        mend="Ret det, der har et kryds, og test igen",
        write_settings="Skriv nu indstillingerne",
        map_locations="Kobl nu lokationerne til enheder",
        start_dagster="Start nu Dagster, som henter fra {}",
        fetch="Hent nu, hvad Ajour har",
        see="Se nu, hvad der er hentet",
        locations="Ajours lokationer",
        mapping="Hvilke lokationer i Ajour der hører til hvilken enhed",
        department="Afdeling",
        unit="Enhed",
        fed_by="Lokationer",
        not_in_ajour="IKKE I AJOUR",
        none="ingen",
        target="Mål for lønprocent i {} (- for intet)",
        which_department="Afdelingen for {}: et nummer eller et nyt navn",
        revenue_unit="Plandays omsætningsenhed {} ({})",
        without_id="{} står i indstillingerne uden sit id. Giv den planday_unit_id: {}",
        add="Tilføj {}?",
        add_as="Tilføj {} som {}?",
        namesakes="Lokation {} hedder det samme, {}, som lokation {}.",
        new_unit="en ny enhed, {}",
        feeds="Lokation {} ({}) hører til enheden",
        which_unit="Et nummer eller navnet på en ny enhed",
        ask_without_yes="Navnet siger ikke, hvilken enhed den hører til. Sig det ved at køre kommandoen uden --yes.",
        nothing_to_write="Der er intet at skrive i {}.",
        written="Skrevet i {}:",
        unit_written="enheden {} i {}",
        fed_unit_written="enheden {} i {} med {}",
        location_written="lokation {} til enheden {}",
    ),
    "en": ProbeTexts(
        steps=StepTexts(
            formats=FORMATS["en"],
            findings=FINDING_TEXTS["en"],
            names={
                "Settings": "Settings",
                "ODBC": "ODBC",
                "Credentials": "Credentials",
                "Driver": "Driver",
                "Host": "Host",
                "Login": "Login",
                "Locations": "Locations",
                "A day of revenue": "A day of revenue",
                "Activation date": "Activation date",
                "Wage file": "Wage file",
                "Budget file": "Budget file",
                "Planday token": "Planday token",
                "Planday scopes": "Planday scopes",
                "Planday units": "Planday units",
                "Mapping": "Mapping",
            },
            earlier_step_failed="Not tried, since an earlier step failed.",
            no_settings="There is no {} yet, so the settings of a new one are tried. Write it with: ajour-revenue init",
            right_ones_go_on="{}\nThe next steps take what is right in it.",
            driver_manager="The driver manager is installed.",
            all_credentials="All five are set.",
            host_answers="It answers at port {}.",
            no_host="None needed: the database is a file.",
            login="Ajour lets us in.",
            lists="Ajour lists {}.",
            nothing_before_activation="The activation date, {}, is still to come.",
            no_revenue="Ajour has none for {}. If a place was open, ask Ajour.",
            revenue=Counted("{1}: {0} location, {2} incl. VAT.", "{1}: {0} locations, {2} incl. VAT."),
            serves_since="Ajour serves revenue from {} on. Ask Ajour whether that is the activation date.",
            activation_date="{}; Ajour serves nothing earlier.",
            no_units_to_hold_against="Not tried, since there are no units to hold it against.",
            rows=Counted("{1}: {0} row.", "{1}: {0} rows."),
            portal="It opens the portal {}.",
            scopes="The app may read all that is needed.",
            unseen_scope="Whether it has revenue:set is seen when revenue is published.",
            units_match=Counted("The unit is as in Planday.", "All {} units are as in Planday."),
            none_mapped=Counted(
                "Ajour's one location feeds no unit yet.", "None of Ajour's {} locations feeds a unit yet."
            ),
            all_mapped=Counted("Ajour's one location feeds a unit.", "All {} locations feed a unit."),
            some_mapped="{} of {} locations feed a unit.",
        ),
        testing="Testing …",
        mend="Mend what is crossed, and test again",
        write_settings="Next, write the settings",
        map_locations="Next, map the locations to units",
        start_dagster="Next, start Dagster, which fetches from {} on",
        fetch="Next, fetch what Ajour has",
        see="Next, see what was fetched",
        locations="Ajour's locations",
        mapping="Which Ajour location feeds which revenue unit",
        department="Department",
        unit="Unit",
        fed_by="Locations",
        not_in_ajour="NOT IN AJOUR",
        none="none",
        target="Target wage % of {} (- for none)",
        which_department="Department of {}: a number, or a new name",
        revenue_unit="Planday's revenue unit {} ({})",
        without_id="{} is listed without its id. Give it planday_unit_id: {}",
        add="Add {}?",
        add_as="Add {} as {}?",
        namesakes="Location {} has the same name, {}, as location {}.",
        new_unit="a new unit, {}",
        feeds="Location {} ({}) feeds the unit",
        which_unit="A number, or the name of a new unit",
        ask_without_yes="Its name does not say which unit it feeds. Say it by calling this without --yes.",
        nothing_to_write="Nothing to write to {}.",
        written="Written to {}:",
        unit_written="unit {} in {}",
        fed_unit_written="unit {} in {}, fed by {}",
        location_written="location {} to unit {}",
    ),
}
