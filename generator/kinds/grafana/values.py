"""Values that only components of kind grafana have."""

from __future__ import annotations

from generator.plan.component import ComponentPlan
from generator.values.schemas import matching
from generator.values.sections import Times, text
from generator.values.tree import Section, Value

TIMES = Times(grace=30)


def own_values(component: ComponentPlan) -> dict[str, Value | Section]:
    """Build the values that only this kind has."""
    url = text(
        "",
        "URL of a Prometheus server: http://prometheus.monitoring:9090. Empty adds no data source",
        matching(r"^(https?://[^\s/]+\S*)?$", "empty, or a URL such as http://prometheus:9090"),
    )
    return {"prometheus": Section("Prometheus as a second data source", {"url": url})}
