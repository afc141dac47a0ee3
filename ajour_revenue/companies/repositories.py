"""Every company as a repository of its own, in one code location: what Dagster's workspace names.

Dagster asks a module for its repositories by looking at its attributes. Here these are the companies, and each is built
when it is asked for: a code server builds all of them, a run only the one that it is of. Credentials are read from the
company's own `.env`, when its run or its sensor needs them.
"""

from functools import cache

import dagster as dg

from ajour_revenue.companies.folder import Company, check_name, companies
from ajour_revenue.definitions import build_definitions
from ajour_revenue.errors import ActionableError
from ajour_revenue.revenue.removed_locations import warn_of_removed_locations
from ajour_revenue.settings.load import SettingsError, load_settings
from ajour_revenue.text.bilingual import Bilingual, Language

UNUSABLE = Bilingual(
    da="{company} kan ikke bruges, og intet hentes til den.",
    en="{company} cannot be used, and nothing of it is fetched.",
)


def __dir__() -> list[str]:
    return [company.name for company in companies()]


def __getattr__(name: str) -> dg.RepositoryDefinition:
    for company in companies():
        if company.name == name:
            return _repository(company)
    message = f"there is no company {name}"
    raise AttributeError(message)


@cache
def _repository(company: Company) -> dg.RepositoryDefinition:
    language: Language = "en"
    try:
        settings = load_settings(company.settings_file)
        language = settings.report.language
        check_name(company, settings)
        warn_of_removed_locations(settings)
        definitions = build_definitions(settings)
    except SettingsError as error:
        definitions = _told(company, error.text, error.language)
    except ActionableError as error:
        definitions = _told(company, error.text, language)
    return dg.create_repository_using_definitions_args(
        name=company.name,
        assets=definitions.assets,
        asset_checks=definitions.asset_checks,
        jobs=definitions.jobs,
        schedules=definitions.schedules,
        sensors=definitions.sensors,
        resources=definitions.resources,
        executor=definitions.executor,
    )


def _told(company: Company, error: Bilingual, language: Language) -> dg.Definitions:
    """Show what is wrong with one company, which keeps none of the others from being there."""
    heading = UNUSABLE.format(company=company.name).in_language(language)
    asset = dg.AssetSpec(
        [company.name, "settings"],
        description=f"**{heading}**\n\n```\n{error.in_language(language)}\n```",
        group_name="settings",
        kinds={"yaml"},
        owners=["team:data"],
    )
    return dg.Definitions(assets=[asset])
