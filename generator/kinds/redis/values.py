"""Values that only components of kind redis have."""

from __future__ import annotations

from generator.plan.component import ComponentPlan
from generator.values.sections import Times, extra_configuration
from generator.values.tree import Section, Value

TIMES = Times(grace=60, startup=(2, 2, 300), liveness=(20, 10, 9))


def own_values(component: ComponentPlan) -> dict[str, Value | Section]:
    """Build the values that only this kind has."""
    return {"extraConfiguration": extra_configuration("timeout 0")}
