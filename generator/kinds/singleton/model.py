"""Process that must never run twice: a StatefulSet of exactly one."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from generator.spec.component import ListeningComponent, ProcessComponent


class Singleton(ProcessComponent, ListeningComponent):
    """Process that must never run twice: a StatefulSet of exactly one."""

    workload: ClassVar = "StatefulSet"
    obeys_port: ClassVar = True

    kind: Literal["singleton"] = Field(description="Process that must never run twice")


MODEL = Singleton
