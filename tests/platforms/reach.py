"""Who reaches what on a platform, by the policies of a render."""

from __future__ import annotations

from generator.plan.component import ComponentPlan
from tests.chart.network import Network, Place, pods
from tests.chart.scenarios import PLAN
from tests.helm import Render

CONNECTED_TO_NOTHING = "isolated"  # pod of `helm test` that shows that nothing gets out


def let_in(rendered: Render, source: Place) -> set[str]:
    """Return the names of the exposed components whose port a place reaches."""
    network = Network.of(rendered)
    return {
        component.name
        for component in PLAN.exposed
        if network.allows(source, pod_of(rendered, component), component.port or 0)
    }


def exposed() -> set[str]:
    """Return the names of the components that people reach."""
    return {component.name for component in PLAN.exposed}


def pods_that_cannot_ask(rendered: Render, server: Place, port: int = 53) -> set[str]:
    """Return the names of the pods that a policy keeps from a name server."""
    network = Network.of(rendered)
    return {
        pod.name
        for pod in pods(rendered)
        for protocol in ("UDP", "TCP")
        if CONNECTED_TO_NOTHING not in pod.name and not network.allows(pod, server, port, protocol)
    }


def pod_of(rendered: Render, component: ComponentPlan) -> Place:
    """Return the pod of a component."""
    (found,) = (pod for pod in pods(rendered) if pod.name == component.name)
    return found
