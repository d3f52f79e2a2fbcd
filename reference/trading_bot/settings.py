"""Settings of the bot."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from reference.common.settings import CommonSettings


class Settings(CommonSettings):
    """What the bot reads from its environment."""

    api_url: str = Field(
        alias="API_URL", pattern="^https?://.+", description="address of the API, http://host:port"
    )
    # Empty until somebody sets it: the bot then trades on a demo account.
    broker_login: str = Field(default="", alias="MT5_LOGIN")
    broker_server: str = Field(default="", alias="MT5_SERVER")
    interval: float = Field(
        default=1,
        alias="BOT_INTERVAL_SECONDS",
        ge=0.05,
        le=3600,
        description="seconds from one order to the next",
    )
    heartbeat: Path = Field(default=Path("/tmp/heartbeat"), alias="BOT_HEARTBEAT")
