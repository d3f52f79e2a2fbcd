"""Process that must never run twice: a StatefulSet of exactly one."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from generator.spec.component import ListeningComponent, ProcessComponent, Resources


class Singleton(ProcessComponent, ListeningComponent):
    """Process that must never run twice: a StatefulSet of exactly one."""

    workload: ClassVar = "StatefulSet"
    obeys_port: ClassVar = True

    guard: Resources = Field(
        Resources.model_validate({"memory": "32Mi-64Mi", "cpu": "10m-200m", "scratch": "8Mi-16Mi"}),
        description="What the sidecar needs that holds its Lease, where values have one",
    )

    kind: Literal["singleton"] = Field(description="Process that must never run twice")

    def guard_resources(self) -> Resources:
        """Return what its sidecar needs."""
        return self.guard


MODEL = Singleton
