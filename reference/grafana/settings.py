"""Settings, under the names that Grafana gives them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

from reference.grafana.expansion import expand_setting

PUBLISHED_KEY = "SW2YcwTIb9zpOOhoPsMm"
"""Grafana's own default: https://github.com/grafana/grafana/blob/main/conf/defaults.ini"""


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
    secret_key: str = Field(
        default=PUBLISHED_KEY,
        alias="GF_SECURITY_SECRET_KEY",
        min_length=1,
        repr=False,
        description="what encrypts stored secrets",
    )
    address: str = Field(default="0.0.0.0", alias="GF_SERVER_HTTP_ADDR")
    port: int = Field(default=3000, alias="GF_SERVER_HTTP_PORT", ge=0, le=65535)
    root_url: str = Field(default="", alias="GF_SERVER_ROOT_URL")
    serves_below: bool = Field(default=False, alias="GF_SERVER_SERVE_FROM_SUB_PATH")
    provisioning: Path = Field(
        default=Path("/etc/grafana/provisioning"), alias="GF_PATHS_PROVISIONING"
    )
    data: Path = Field(default=Path("/var/lib/grafana"), alias="GF_PATHS_DATA")

    @property
    def base(self) -> str:
        """Path of the root URL, with which links and redirects begin."""
        return urlsplit(self.root_url).path.rstrip("/")


def read(environment: Mapping[str, str], arguments: Sequence[str] = ()) -> dict[str, str]:
    """Return the environment with every `GF_…` as Grafana takes it.

    An argument `cfg:section.key=text` comes before the variable, and an empty variable counts for
    nothing. References in the texts are expanded.
    """
    values = {
        name: text
        for name, text in with_files(environment).items()
        if text or not name.startswith("GF_")
    }
    for argument in arguments:
        name, equals, text = argument.removeprefix("cfg:").partition("=")
        if not argument.startswith("cfg:") or not equals or "=" in text:
            raise SystemExit(f"invalid argument {argument}: must be cfg:section.key=text")
        values["GF_" + name.replace(".", "_").upper()] = text
    return {
        name: expand_setting(text, environment) if name.startswith("GF_") else text
        for name, text in values.items()
    }


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
