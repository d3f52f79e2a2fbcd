"""Settings, under the names that Grafana gives them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """What is read from the environment."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    admin_user: str = Field(default="admin", alias="GF_SECURITY_ADMIN_USER", min_length=1)
    admin_password: str = Field(
        alias="GF_SECURITY_ADMIN_PASSWORD",
        min_length=1,
        repr=False,
        description="password of the administrator, or GF_SECURITY_ADMIN_PASSWORD__FILE",
    )
    address: str = Field(default="0.0.0.0", alias="GF_SERVER_HTTP_ADDR")
    port: int = Field(default=3000, alias="GF_SERVER_HTTP_PORT", ge=0, le=65535)
    provisioning: Path = Field(
        default=Path("/etc/grafana/provisioning"), alias="GF_PATHS_PROVISIONING"
    )
    data: Path = Field(default=Path("/var/lib/grafana"), alias="GF_PATHS_DATA")


def with_files(environment: Mapping[str, str]) -> dict[str, str]:
    """Add what the file of every `GF_…__FILE` holds, unless it can't be read."""
    values = dict(environment)
    for name, path in environment.items():
        if name.startswith("GF_") and name.endswith("__FILE"):
            try:
                values[name.removesuffix("__FILE")] = Path(path).read_text().strip()
            except OSError:
                continue
    return values
