"""Settings from the environment; every problem is shown at once."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, TypeVar
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError


class DatabaseAddress(BaseModel):
    """Where MySQL is, and as whom to log in."""

    model_config = ConfigDict(frozen=True)

    host: str
    port: int
    user: str
    password: str = Field(repr=False)
    database: str

    @classmethod
    def parse(cls, url: object) -> DatabaseAddress:
        """Read `mysql://user:password@host:port/database`; user and password are URL-encoded."""
        form = (
            "must be mysql://user:password@host:port/database, with user and password URL-encoded"
        )
        if not isinstance(url, str):
            raise ValueError(form)
        try:
            parts = urlsplit(url)
            port = parts.port or 3306
        except ValueError:
            raise ValueError(form) from None  # Python's own message repeats a part of it
        database = parts.path.removeprefix("/")
        if parts.scheme != "mysql" or not parts.hostname or not parts.username or not database:
            raise ValueError(form)
        return cls(
            host=parts.hostname,
            port=port,
            user=unquote(parts.username),
            password=unquote(parts.password or ""),
            database=unquote(database),
        )


def http_url(url: object) -> str:
    """Accept the address of a server, http://host:port. Raises ValueError for any other."""
    return _server_url(url, "http", "https")


def _redis_url(url: object) -> str:
    """Accept the address of Redis, redis://host:port or rediss://…; ValueError for any other."""
    return _server_url(url, "redis", "rediss")


def _server_url(url: object, *schemes: str) -> str:
    form = f"must be {schemes[0]}://host:port"
    if not isinstance(url, str):
        raise ValueError(form)
    try:
        parts = urlsplit(url)
        has_port = parts.port != 0
    except ValueError:
        raise ValueError(form) from None  # Python's own message repeats a part of it
    if parts.scheme not in schemes or not parts.hostname or not has_port or parts.path.strip("/"):
        raise ValueError(form)
    return url


class CommonSettings(BaseModel):
    """What both programs read. The description of a field says what to set."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    database: Annotated[DatabaseAddress, BeforeValidator(DatabaseAddress.parse)] = Field(
        alias="DATABASE_URL", description="address and credentials of MySQL"
    )
    redis_url: Annotated[str, BeforeValidator(_redis_url)] = Field(
        alias="REDIS_URL", description="address of Redis, redis://host:port", repr=False
    )
    redis_password: str | None = Field(default=None, alias="REDIS_PASSWORD", repr=False)
    instance: str = Field(default_factory=socket.gethostname, alias="HOSTNAME", min_length=1)
    logs: Path = Field(default=Path("/app/logs"), alias="LOG_DIRECTORY")
    data: Path = Field(default=Path("/app/data"), alias="DATA_DIRECTORY")


Settings = TypeVar("Settings", bound=BaseModel)


def load(settings: type[Settings], environment: Mapping[str, str]) -> Settings:
    """Read the settings, or end the program with exit code 1 and a line for every problem."""
    try:
        return settings.model_validate(dict(environment))
    except ValidationError as error:
        raise SystemExit("\n".join(problems(settings, error))) from None


def problems(settings: type[BaseModel], error: ValidationError) -> list[str]:
    """Say every problem in a line that names the variable, but not its value: it may be secret."""
    about = {field.alias: field.description for field in settings.model_fields.values()}
    lines = []
    for problem in error.errors():
        name = str(problem["loc"][0])
        what = "is not set" if problem["type"] == "missing" else problem["msg"]
        what = what.removeprefix("Value error, ")
        lines.append(f"{name} {what[0].lower()}{what[1:]}" + _in_brackets(about.get(name)))
    return lines


def _in_brackets(text: str | None) -> str:
    return f" ({text})" if text else ""
