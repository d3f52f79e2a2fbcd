"""Values that only components of kind web have."""

from __future__ import annotations

from generator.plan.component import ComponentPlan
from generator.values.schemas import SECONDS
from generator.values.sections import Times
from generator.values.tree import Section, Value

TIMES = Times(grace=60)


def own_values(component: ComponentPlan) -> dict[str, Value | Section]:
    """Build the values that only this kind has."""
    return {
        "preStopSeconds": Value(
            10,
            "Time in which callers leave a pod before its process is told to stop, in seconds;"
            " a part of terminationGracePeriodSeconds",
            SECONDS,
        )
    }
