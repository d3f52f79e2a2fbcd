"""Values that only components of kind singleton have."""

from __future__ import annotations

from generator.plan.component import ComponentPlan
from generator.values.sections import Times, heartbeat, ready
from generator.values.tree import Section, Value

TIMES = Times(grace=60)


def own_values(component: ComponentPlan) -> dict[str, Value | Section]:
    """Build the values that only this kind has."""
    once = "Pods that run at once. It must never run twice"
    return {
        "replicas": Value(1, once, {"const": 1}),
        "heartbeat": heartbeat(component),
        "ready": ready(component),
    }
