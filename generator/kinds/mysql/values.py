"""Values that only components of kind mysql have."""

from __future__ import annotations

from generator.plan.component import ComponentPlan
from generator.values.schemas import choice, integer
from generator.values.sections import Times, extra_configuration, text
from generator.values.tree import Section, Value

TIMES = Times(grace=300, startup=(2, 2, 300), liveness=(20, 10, 9))


def own_values(component: ComponentPlan) -> dict[str, Value | Section]:
    """Build the values that only this kind has."""
    return {
        "mode": text("standalone", "How the database runs: standalone", choice("standalone")),
        "maxConnections": Value(
            151, "Connections that the server accepts at once", integer(10, 10000)
        ),
        "extraConfiguration": extra_configuration("max_connect_errors = 1000"),
    }
