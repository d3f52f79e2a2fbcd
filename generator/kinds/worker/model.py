"""Stateless process without a port: a Deployment."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from generator.spec.component import ProcessComponent, ReplicatedComponent


class Worker(ProcessComponent, ReplicatedComponent):
    """Stateless process without a port: a Deployment."""

    kind: Literal["worker"] = Field(description="Stateless process without a port")


MODEL = Worker
