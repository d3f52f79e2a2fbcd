"""Objects that Kubernetes would refuse, at the values that they were made of."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from generator.plan.platform import Plan
from generator.spec.problems import Path, path_text
from generator.validate import kubernetes
from generator.validate.kubernetes import Fault


def object_problems(
    text: str, version: str, values: Mapping[str, Any], plan: Plan
) -> list[tuple[Path, str]]:
    """Return the path of the value and the message of each fault in what Helm has rendered.

    The path is empty where no value has the part of the object that is wrong.
    """
    places = _places(values)
    found: list[tuple[Path, str]] = []
    for item in yaml.load_all(text, yaml.CSafeLoader):
        for fault in kubernetes.faults(item, version) if item else ():
            path = _value_path(fault, places, plan)
            where = f"{fault.kind_and_name}: {path_text(fault.path)}"
            said = f"{fault.said} ({where})" if path else f"{where}: {fault.said}"
            found.append((path or ("",), said))
    return list(dict.fromkeys(found))  # several objects may show one fault


def _value_path(fault: Fault, places: Mapping[str, list[Path]], plan: Plan) -> Path:
    """Return the path of the value that the wrong part, or what is around it, is a copy of."""
    nodes: list[Any] = [fault.object]
    for part in fault.path:
        nodes.append(nodes[-1][part])
    component = plan.by_name.get(fault.object["metadata"].get("labels", {}).get("app"))
    own = (component.tier, component.key) if component else ()
    for depth in reversed(range(1, len(nodes))):
        if found := places.get(_text(nodes[depth])):
            nearest = next((path for path in found if path[:2] == own), found[0])
            return (*nearest, *fault.path[depth:])
    return ()


def _places(values: Mapping[str, Any]) -> dict[str, list[Path]]:
    """Return the paths of all mappings and lists in the values, by their content."""
    places = defaultdict(list)
    for path, node in _nodes(values, ()):
        places[_text(node)].append(path)
    return dict(places)


def _nodes(node: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if not isinstance(node, (dict, list)):
        return
    if node and path:
        yield path, node
    for key, child in node.items() if isinstance(node, dict) else enumerate(node):
        yield from _nodes(child, (*path, key))


def _text(node: Any) -> str:
    """Return the content of a mapping or a list that is not empty; of anything else, nothing."""
    return json.dumps(node, sort_keys=True) if isinstance(node, (dict, list)) and node else ""
