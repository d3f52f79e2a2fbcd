"""Values that only components of kind singleton have."""

from __future__ import annotations

from generator.plan.component import ComponentPlan
from generator.spec.component import Resources
from generator.values.schemas import integer, optional
from generator.values.sections import Times, heartbeat, ready, resources, switch, text
from generator.values.tree import Section, Value

TIMES = Times(grace=60)


def own_values(component: ComponentPlan) -> dict[str, Value | Section]:
    """Build the values that only this kind has."""
    once = "Pods that run at once. It must never run twice"
    return {
        "replicas": Value(1, once, {"const": 1}),
        "guard": _guard(component.name, component.spec.guard_resources()),
        "heartbeat": heartbeat(component),
        "ready": ready(component),
    }


def _guard(name: str, needs: Resources | None) -> Section:
    assert needs is not None
    return Section(
        "Sidecar that lets it run only while its pod holds a Lease of Kubernetes, so that it never"
        " runs twice, also where a pod is deleted by force, a node is lost, or another release runs"
        " the same. All containers of its pod share their processes then",
        {
            "enabled": switch(False, "Whether there is one"),
            "leaseName": text(
                "",
                "Name of the Lease: account-4711, for several releases of the namespace of which"
                " one runs at a time. Empty is the release and the component, without namePrefix",
                optional("dnsName"),
            ),
            "leaseDuration": Value(
                15,
                "Seconds without a sign of its holder after which another pod takes the Lease",
                integer(7, 600),
                bounds="7 to 600, at least 4 more than renewDeadline",
            ),
            "renewDeadline": Value(
                10,
                f"Seconds after the last renewal at which {name} is ended, if no other has"
                " succeeded",
                integer(3, 596),
                bounds="3 to 596, at least 2 more than retryPeriod",
            ),
            "retryPeriod": Value(
                2, "Seconds from one renewal to the next", integer(1, 594), bounds="1 to 594"
            ),
            "resources": resources(needs, documented=False),
        },
    )
