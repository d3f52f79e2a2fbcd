"""Stateless HTTP server: a Deployment behind a Service."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from generator.spec.component import HttpComponent, ReplicatedComponent


class Web(HttpComponent, ReplicatedComponent):
    """Stateless HTTP server: a Deployment behind a Service."""

    obeys_port: ClassVar = True

    kind: Literal["web"] = Field(description="Stateless HTTP server")


MODEL = Web
