"""Who may talk to whom, on which port, and why: what the NetworkPolicies of the chart open."""

from __future__ import annotations

from dataclasses import dataclass

from generator.plan.platform import Flow, Plan, UrlLogin
from generator.spec.component import DatabaseLogin
from generator.spec.model import HostKey, UrlKey


@dataclass(frozen=True)
class Way:
    """A connection that is open; names are those of components, or of who is outside."""

    caller: str
    callee: str
    ports: tuple[int, ...]
    why: str


def entrances(plan: Plan) -> list[Way]:
    """Return who comes in from outside."""
    return [
        Way(component.exposed.to, component.name, (component.port,), component.spec.purpose)
        for component in plan.exposed
        if component.exposed and component.port
    ]


def between(plan: Plan) -> list[Way]:
    """Return the connections between components."""
    return [
        Way(flow.caller.name, flow.callee.name, (flow.callee.port,), _why(plan, flow))
        for flow in plan.flows
        if flow.callee.port
    ]


def outward(plan: Plan) -> list[Way]:
    """Return who calls public addresses."""
    return [
        Way(
            component.name,
            "internet",
            tuple(component.internet_ports),
            f"calls others; `{component.path}.networkPolicy.internetPorts` names the ports",
        )
        for component in plan.components
        if component.internet_ports
    ]


def _why(plan: Plan, flow: Flow) -> str:
    """Return how the caller finds the callee, and how it logs in."""
    address = _address_key(plan, flow)
    found = f"finds it by `{address}`" if address else f"calls the {flow.callee.name}"
    match flow.login:
        case UrlLogin(url):
            return f"{found}, logs in by `{url}`"
        case DatabaseLogin() as login:
            return f"{found}, logs in as `{login.user}` with `{login.password}`"
        case _:
            return found


def _address_key(plan: Plan, flow: Flow) -> str | None:
    """Return the key of the ConfigMap from which the caller knows the callee's address."""
    for name, key in plan.spec.config.keys.items():
        of = (
            key.hostOf if isinstance(key, HostKey) else key.urlOf if isinstance(key, UrlKey) else ""
        )
        if of == flow.callee.name and flow.caller.name in key.readBy:
            return name
    return None
