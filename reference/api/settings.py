"""Settings of the API."""

from __future__ import annotations

from pydantic import Field

from reference.common.settings import CommonSettings


class Settings(CommonSettings):
    """What the API reads from its environment."""

    secret_key: str = Field(
        alias="SECRET_KEY", min_length=1, repr=False, description="signs the sessions"
    )
    debug: bool = Field(default=False, alias="DEBUG", description="true or false")
    slot_seconds: int = Field(
        default=2,
        alias="API_SLOT_SECONDS",
        ge=1,
        le=3600,
        description="seconds from one price and signal of a pair to the next",
    )
    connections: int = Field(
        default=8,
        alias="API_DATABASE_CONNECTIONS",
        ge=2,
        le=100,
        description="connections to MySQL for requests; signals and /health take one each besides",
    )
