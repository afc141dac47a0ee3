"""Planday as a Dagster resource."""

import dagster as dg
from pydantic import Field

from ajour_revenue.planday.client import PlandayClient
from ajour_revenue.settings.model import Settings
from ajour_revenue.settings.secrets import PLANDAY_CREDENTIALS


class PlandayResource(dg.ConfigurableResource[None]):
    """Reads structure and wages from one Planday portal, and publishes revenue to it.

    All runs and threads of a process share one access token and the portal's rate limits. A request that meets an
    outage or a rate limit is repeated. Error messages say what failed and what to do, and contain no credentials.
    """

    client_id: str = Field(repr=False, description="The app's client id in Planday")
    refresh_token: str = Field(repr=False, description="The app's token in Planday")
    api_url: str = Field(description="Address of Planday's API")
    identity_url: str = Field(description="Address of Planday's login")
    timeout_seconds: float = Field(
        default=PlandayClient.timeout_seconds, description="How long to wait for an answer to one request"
    )
    patience_seconds: float = Field(
        default=PlandayClient.patience_seconds, description="How long to repeat a request in an outage"
    )

    @classmethod
    def from_settings(cls, settings: Settings) -> "PlandayResource":
        """Take the credentials from the environment when a run starts, and the addresses from the settings."""
        return cls(
            client_id=dg.EnvVar(PLANDAY_CREDENTIALS["client_id"]),
            refresh_token=dg.EnvVar(PLANDAY_CREDENTIALS["refresh_token"]),
            api_url=settings.planday.api_url,
            identity_url=settings.planday.identity_url,
        )

    @property
    def client(self) -> PlandayClient:
        """The same without Dagster."""
        return PlandayClient(**self.model_dump())
