"""Settings of the bot."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field

from reference.common.settings import CommonSettings, http_url


class Settings(CommonSettings):
    """What the bot reads from its environment."""

    api_url: Annotated[str, BeforeValidator(http_url)] = Field(
        alias="API_URL", description="address of the API, http://host:port"
    )
    # Empty until somebody sets it: the bot then trades on a demo account.
    broker_login: str = Field(default="", alias="MT5_LOGIN")
    broker_server: str = Field(default="", alias="MT5_SERVER")
    interval: float = Field(
        default=1,
        alias="BOT_INTERVAL_SECONDS",
        ge=0.05,
        le=10,  # the heart beats once in each
        description="seconds from one order to the next",
    )
    heartbeat: Path = Field(default=Path("/tmp/heartbeat"), alias="BOT_HEARTBEAT")
    ready: Path = Field(default=Path("/tmp/ready"), alias="BOT_READY")
