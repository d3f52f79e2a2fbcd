"""Redis server; a server outside the release may replace it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from generator.spec.component import (
    MountedConfigMap,
    NamedKey,
    ServedComponent,
    StoredComponent,
)
from generator.spec.fields import EnvironmentName


class Redis(ServedComponent, StoredComponent):
    """Redis server; a server outside the release may replace it."""

    workload: ClassVar = "StatefulSet"
    port_name: ClassVar = "redis"
    url_scheme: ClassVar = "redis"
    replaceable: ClassVar = True

    kind: Literal["redis"] = Field(description="Redis server")
    password: EnvironmentName | None = Field(None, description="Secret key of its password")

    def health_commands(self) -> dict[str, list[str]]:
        """Return the command of each probe; while it loads its data it is alive and not ready."""
        ping = f"redis-cli -p {self.port} ping"
        answers_pong = ["sh", "-c", f'test "$({ping})" = PONG']
        answers = ["sh", "-c", f'test -n "$({ping})"']
        return {"startup": answers_pong, "readiness": answers_pong, "liveness": answers}

    def named_keys(self) -> Iterator[NamedKey]:
        """Yield the key of its password."""
        if self.password:
            yield NamedKey(("password",), "secrets", self.password)

    def config_maps(self, name: str) -> list[MountedConfigMap]:
        """Return the server's configuration."""
        return [MountedConfigMap("config", f"{name}-config", "/etc/redis", {})]

    def password_key(self) -> str | None:
        """Return the key of the password that it asks for where auth is enabled."""
        return self.password


MODEL = Redis
