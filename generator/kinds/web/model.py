"""Stateless HTTP server: a Deployment behind a Service."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from generator.spec.component import HttpHealth, ReplicatedComponent, ServedComponent


class Web(ServedComponent, ReplicatedComponent):
    """Stateless HTTP server: a Deployment behind a Service."""

    obeys_port: ClassVar = True

    kind: Literal["web"] = Field(description="Stateless HTTP server")
    health: HttpHealth

    def health_path(self) -> str | None:
        """Return the path that answers while it is healthy."""
        return self.health.http

    def live_path(self) -> str | None:
        """Return the path that answers while it serves, whatever other servers do."""
        return self.health.live


MODEL = Web
