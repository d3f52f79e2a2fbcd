"""The platform as a picture: a Mermaid flowchart of tiers, components and flows.

https://mermaid.js.org/syntax/flowchart.html
"""

from __future__ import annotations

from generator.plan.component import ComponentPlan
from generator.plan.platform import Plan


def diagram(plan: Plan) -> str:
    """Draw, in the language of Mermaid, who reaches what from outside, and who calls whom."""
    lines = ["flowchart TD"]
    for people in dict.fromkeys(c.exposed.to for c in plan.exposed if c.exposed):
        lines.append(f"  {_id(people)}(({people.capitalize()}))")
    for tier in plan.tiers:
        lines.append(f"  subgraph {_id(tier.name)}_tier [{tier.name}]")
        lines += [f"    {_id(c.name)}{_shape(c)}" for c in tier.components]
        lines.append("  end")
    if any(c.internet_ports for c in plan.components):
        lines.append("  internet((Internet))")
    for component in plan.exposed:
        if component.exposed and component.service:
            who, port = _id(component.exposed.to), component.service.port
            lines.append(f"  {who} -- {port} --> {_id(component.name)}")
    for flow in plan.flows:
        lines.append(f"  {_id(flow.caller.name)} -- {flow.callee.port} --> {_id(flow.callee.name)}")
    for component in plan.components:
        if component.internet_ports:
            ports = ", ".join(map(str, component.internet_ports))
            lines.append(f"  {_id(component.name)} -- {ports} --> internet")
    return "\n".join(lines) + "\n"


def _id(name: str) -> str:
    """Return a name as Mermaid takes it: a dash begins an arrow, and `end` ends a tier."""
    return name.replace("-", "_") + ("_" if name == "end" else "")


def _shape(component: ComponentPlan) -> str:
    if component.storage:
        return f'[("{component.name}<br>{component.storage.size}")]'
    pods = component.replicas.default if component.replicas else 1
    return f'["{component.name}<br>{pods} {"pod" if pods == 1 else "pods"}"]'
