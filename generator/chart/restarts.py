"""Which change of the values restarts which pods, as a table for the chart's README."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from generator.plan.component import ComponentPlan
from generator.plan.platform import Plan
from generator.spec.model import FixedKey, HostKey, PortKey, UrlKey


@dataclass(frozen=True)
class Restart:
    """What restarts the same components: values, by their paths, and keys of the Secret."""

    values: list[str]
    secrets: list[str]
    components: list[ComponentPlan]


def restarts(plan: Plan) -> list[Restart]:
    """Return what restarts whom, each set of components once."""
    found: dict[tuple[str, ...], Restart] = {}

    def of(components: list[ComponentPlan]) -> Restart:
        names = tuple(component.name for component in components)
        return found.setdefault(names, Restart([], [], components))

    for path, components in _values(plan):
        of(components).values.append(path)
    made = {*plan.composed_secrets, *plan.address_secrets}
    for name in plan.spec.secrets.keys if plan.spec.secrets else {}:
        if name not in made:
            of(plan.restarted_by_secrets([name])).secrets.append(name)
    return [restart for names, restart in found.items() if names]


def _values(plan: Plan) -> Iterator[tuple[str, list[ComponentPlan]]]:
    for name, key in plan.spec.config.keys.items():
        if isinstance(key, FixedKey | UrlKey):
            yield f"global.config.{name}", plan.restarted_by_config([name])
    for name in plan.url_schemes:
        yield f"global.secrets.urlSchemes.{name}", plan.restarted_by_secrets([name])
    for server in plan.replaceable:
        keys = [plan.config_key(HostKey, server.name), plan.config_key(PortKey, server.name)]
        known = [key for key in keys if key]
        yield f"global.external.{server.key}", plan.restarted_by_config(known)
    for server in plan.authenticated:
        assert server.password_key is not None
        readers = plan.restarted_by_secrets([server.password_key])
        yield f"global.{server.key}.auth.enabled", readers
        yield f"global.{server.key}.auth.required", [server]
    if plan.uses_toolbox:
        waiting = [component for component in plan.components if component.waits_for]
        yield "global.toolbox.image", waiting
