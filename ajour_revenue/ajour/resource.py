"""Ajour's database as a Dagster resource."""

from typing import Any

import dagster as dg
from pydantic import Field

from ajour_revenue.ajour.answer import Fetched
from ajour_revenue.ajour.connection import AjourConnection, fields_from_settings
from ajour_revenue.ajour.queries import Location
from ajour_revenue.days import Window
from ajour_revenue.settings.model import Settings
from ajour_revenue.settings.secrets import AJOUR_CREDENTIALS


class AjourResource(dg.ConfigurableResource):
    """Reads Ajour's database over ODBC: the locations, and the revenue of up to 31 days.

    An unreachable host, a time-out and a lost connection are tried again, a few seconds apart; a wrong password is not.
    Error messages say what failed and what to do, and contain none of the credentials.
    """

    company_id: str = Field(repr=False, description="CompanyID from Ajour")
    user: str = Field(repr=False, description="User from Ajour")
    password: str = Field(repr=False, description="Password from Ajour")
    database: str = Field(repr=False, description="Database from Ajour")
    host: str = Field(repr=False, description="IP from Ajour")
    driver: str = Field(description="Name of an installed ODBC driver, or the path to one")
    port: int = Field(description="Port of Ajour's database server")
    options: dict[str, str] = Field(default={}, description="Further ODBC keywords")
    locations_query: str = Field(description="File with the SQL query for the locations")
    revenue_query: str = Field(description="File with the SQL query for the daily revenue")
    login_timeout_seconds: int = Field(description="How long to wait for Ajour to accept the login")
    query_timeout_seconds: int = Field(description="How long to wait for Ajour to answer a query")

    @classmethod
    def from_settings(cls, settings: Settings) -> "AjourResource":
        """Take the five credentials from the environment when a run starts, and the rest from the settings."""
        credentials: dict[str, Any] = {name: dg.EnvVar(variable) for name, variable in AJOUR_CREDENTIALS.items()}
        return cls(**credentials, **fields_from_settings(settings))

    @property
    def connection(self) -> AjourConnection:
        """The same without Dagster."""
        return AjourConnection(**self.model_dump())

    def locations(self) -> list[Location]:
        """Return the company's locations, each once; raises AjourError."""
        return self.connection.locations()

    def daily_revenue(self, window: Window) -> Fetched:
        """Return what every location sold on each business date of the window; raises AjourError."""
        return self.connection.daily_revenue(window)
