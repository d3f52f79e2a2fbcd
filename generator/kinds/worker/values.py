"""Values that only components of kind worker have."""

from __future__ import annotations

from generator.plan.component import ComponentPlan
from generator.values.sections import Times, heartbeat, ready
from generator.values.tree import Section, Value

TIMES = Times(grace=30)


def own_values(component: ComponentPlan) -> dict[str, Value | Section]:
    """Build the values that only this kind has."""
    return {"heartbeat": heartbeat(component), "ready": ready(component)}
