"""From the path of a value to the place in the spec that it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from generator.plan.platform import Plan
from generator.spec.load import LoadedSpec
from generator.spec.problems import Path, Problem, path_text

ValuePath = tuple[str, ...]

_RESOURCES = {"cpu": "cpu", "memory": "memory", "ephemeral-storage": "scratch"}

_OF_PART: dict[ValuePath, Path] = {
    ("replicas",): ("replicas",),
    **{("image", *part): ("image",) for part in ((), ("registry",), ("repository",), ("tag",))},
    **{(key,): (key,) for key in ("command", "args", "workingDir", "writable", "resources")},
    **{
        ("resources", end, key): ("resources", name)
        for end in ("requests", "limits")
        for key, name in _RESOURCES.items()
    },
    ("autoscaling",): ("autoscaling",),
    ("autoscaling", "minReplicas"): ("autoscaling", "min"),
    ("autoscaling", "maxReplicas"): ("autoscaling", "max"),
    ("autoscaling", "targetCPUUtilizationPercentage"): ("autoscaling", "cpu"),
    ("keda", "minReplicas"): ("autoscaling", "min"),
    ("keda", "maxReplicas"): ("autoscaling", "max"),
    ("service",): ("service",),
    ("service", "loadBalancerSourceRanges"): ("exposed", "to"),
    ("ingress", "hostname"): ("exposed", "host"),
    ("ingress", "path"): ("exposed", "path"),
    ("persistence",): ("storage",),
    ("persistence", "size"): ("storage", "size"),
    ("heartbeat",): ("health",),
    ("heartbeat", "path"): ("health", "file"),
    ("heartbeat", "maxAgeSeconds"): ("health", "maxAge"),
    ("ready",): ("ready",),
    ("ready", "path"): ("ready", "file"),
    ("ready", "maxAgeSeconds"): ("ready", "maxAge"),
    ("probes", "liveness", "path"): ("health", "live"),
    ("probes", "expect"): ("health", "expect"),
    **{("probes", "expect", key): ("health", "expect", key) for key in ("status", "text", "json")},
    ("waitFor",): ("calls",),
    ("networkPolicy", "internetPorts"): ("calls",),
    **{
        ("podSecurityContext", *part): ("user",)
        for part in ((), ("runAsUser",), ("runAsGroup",), ("fsGroup",))
    },
}
"""Below a component, or below global.toolbox: where a value stands in the spec's entry of it."""

_ELSEWHERE: dict[ValuePath, Path] = {
    ("global", "domain"): ("platform", "domain"),
    ("resourceQuota", "hard"): ("tiers",),
}


class Origins:
    """Lines of one spec."""

    def __init__(self, plan: Plan, loaded: LoadedSpec) -> None:
        self.plan, self.file = plan, loaded.file
        self._source = loaded.source

    def of_default(self, path: ValuePath) -> str:
        """Return `genx-fx.yaml:43 (tiers.application.api.resources.memory)`, or nothing."""
        found = self._first(_places(self.plan, path))
        return f"{self._line(found)} ({path_text(found)})" if found else ""

    def of_limit(self, path: ValuePath) -> str:
        """Return who gives the bounds: `architecture: api, genx-fx.yaml:43`, or nothing."""
        places = list(_places(self.plan, path))
        for component in self.plan.components:
            base = ("tiers", component.tier, component.name)
            if places and places[0][: len(base)] == base:
                if {"autoscaling", "keda"} & set(path):
                    places = [(*base, "replicas", "max")]
                if path[-1] == "replicas":
                    places = [(*base, "replicas"), (*base, "kind")]
                found = self._first(places)
                return f"architecture: {component.name}, {self._line(found)}" if found else ""
        found = self._first(places)
        return f"architecture: {found[1]}, {self._line(found)}" if found else ""

    def _first(self, places: Iterator[Path] | list[Path]) -> Path | None:
        """Return the first place that is there."""
        return next((place for place in places if self._source.written(place) != "nothing"), None)

    def _line(self, path: Path) -> str:
        located = self._source.located(Problem(path, "", at_key=True))
        return f"{self.file}:{located.line}"


def _places(plan: Plan, path: ValuePath) -> Iterator[Path]:
    """Yield where a value may come from, the likeliest first."""
    if path in _ELSEWHERE:
        yield _ELSEWHERE[path]
    elif path[:2] == ("global", "config") and len(path) == 3:
        yield ("config", "keys", path[2])
    elif path[:3] == ("global", "secrets", "values") and len(path) == 4:
        yield ("secrets", "keys", path[3])
    elif path[:3] == ("global", "secrets", "urlSchemes") and len(path) == 4:
        yield ("secrets", "keys", path[3], "compose")
    elif path[:2] == ("global", "storage") and len(path) > 2:
        yield from _volume_places(plan, path[2:])
    elif path[:2] == ("global", "external") and len(path) > 2:
        yield from _component_places(plan, path[2], {(): (), ("port",): ("port",)}, path[3:])
    elif path[:1] == ("global",) and path[2:] == ("auth", "enabled"):
        yield from _component_places(plan, path[1], {("auth", "enabled"): ("password",)}, path[2:])
    elif path[:2] == ("global", "toolbox"):
        yield from _part_places(plan, ("platform", "toolbox"), path[2:])
    else:
        for component in plan.components:
            if path[:2] == (component.tier, component.key):
                base = ("tiers", component.tier, component.name)
                yield from _part_places(plan, base, path[2:])


def _component_places(
    plan: Plan, key: str, places: Mapping[ValuePath, Path], below: ValuePath
) -> Iterator[Path]:
    """Yield where a value below `global` stands in the entry of the component that it is about."""
    for component in plan.components:
        if component.key == key and below in places:
            yield ("tiers", component.tier, component.name, *places[below])


def _volume_places(plan: Plan, path: ValuePath) -> Iterator[Path]:
    """Yield where a value of a shared volume comes from; the path begins with the volume's key."""
    for volume in plan.volumes:
        if volume.key == path[0]:
            base = ("volumes", volume.name)
            if len(path) == 1:
                yield base
            elif path[1] in ("mode", "size"):
                yield (*base, {"mode": "access", "size": "size"}[path[1]])


def _part_places(plan: Plan, base: Path, below: ValuePath) -> Iterator[Path]:
    if not below:
        yield base
    elif below in _OF_PART:
        yield (*base, *_OF_PART[below])
    if below[:1] == ("podSecurityContext",):
        yield ("platform", "user")
    if below == ("replicas",):
        yield (*base, "kind")
