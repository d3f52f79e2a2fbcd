"""values.schema.json: draft-07, strict, enforced by Helm itself.

https://helm.sh/docs/topics/charts/#schema-files
"""

from __future__ import annotations

import copy
import json
from collections import Counter
from typing import Any

from generator.chart.mark import mark
from generator.plan.platform import Plan
from generator.values.schemas import DEFINITIONS, Limits, defined
from generator.values.tree import JsonSchema, Section, Value

_LIMITS_OFF: JsonSchema = {
    "properties": {
        "global": {
            "properties": {"enforceDocumentedLimits": {"const": False}},
            "required": ["enforceDocumentedLimits"],
        }
    },
    "required": ["global"],
}


def umbrella_schema(plan: Plan, tree: Section) -> JsonSchema:
    """Build the schema of the tree of all values; the subcharts have none of their own."""
    properties = _properties(tree)
    for tier in plan.tiers:
        # Helm hands each subchart its `global`, and the umbrella sees it there.
        properties[tier.name]["properties"]["global"] = {"type": "object"}
    properties["common"] = {"type": "object"}  # the library chart has no values
    document: JsonSchema = {
        "$comment": mark(),
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": f"Values of {plan.spec.platform.name}",
        "type": "object",
        "properties": properties,
        "required": list(tree.entries),
        "additionalProperties": False,
    }
    if documented := _documented(tree):
        document |= {"if": _LIMITS_OFF, "else": documented}
    shared = _hoist_repeated(document["properties"], {tier.name for tier in plan.tiers})
    document["definitions"] = shared | _used_definitions([document, shared], _limits(plan))
    return document


def partial_schema(schema: JsonSchema) -> JsonSchema:
    """Return it for values files that say only what differs, such as overlays: all is optional."""
    described = copy.deepcopy(schema)

    def relax(node: JsonSchema) -> None:
        node.pop("required", None)
        for child in (*node.get("properties", {}).values(), *node.get("definitions", {}).values()):
            relax(child)

    relax(described)
    return described


def schema_text(schema: JsonSchema) -> str:
    """Return the schema as the file holds it, indented for people and for `git diff`."""
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def _properties(section: Section) -> dict[str, JsonSchema]:
    return {key: _node(entry) for key, entry in section.entries.items()}


def _node(entry: Value | Section) -> JsonSchema:
    if isinstance(entry, Value):
        described = {"description": entry.about, "default": entry.default}
        return described | entry.schema
    described = {
        "description": entry.about,
        "type": "object",
        "properties": _properties(entry),
        # All have defaults, so one is missing only where a user's null deleted it.
        "required": [key for key, one in entry.entries.items() if not _removable(one)],
    }
    return described if entry.accepts_more else described | {"additionalProperties": False}


def _documented(section: Section) -> JsonSchema:
    """Return only the documented limits, as a schema that applies beside the strict one."""
    found: dict[str, JsonSchema] = {}
    for key, entry in section.entries.items():
        limits = entry.documented if isinstance(entry, Value) else _documented(entry)
        if limits:
            found[key] = limits
    needed = [key for key in found if _removable(section.entries[key])]
    required = {"required": needed} if needed else {}
    return {"properties": found, **required} if found else {}


def _removable(entry: Value | Section) -> bool:
    return isinstance(entry, Value) and entry.removable


def _hoist_repeated(properties: dict[str, JsonSchema], tiers: set[str]) -> dict[str, JsonSchema]:
    """Move what stands word for word under the same key to the definitions, where that is shorter.

    A definition has the path of the first place that it is used at, such as global.toolbox.image,
    so that it keeps its name when another component is added. Of a component it is the path below
    it, component.probes.liveness, unless an earlier component has another definition there.
    """
    counts: Counter[tuple[str, str]] = Counter()

    def count(nodes: dict[str, JsonSchema]) -> None:
        for key, node in nodes.items():
            counts[key, json.dumps(node)] += 1
            count(node.get("properties", {}))

    names: dict[tuple[str, str], str] = {}
    hoisted: dict[str, JsonSchema] = {}

    def name_of(identity: tuple[str, str], path: tuple[str, ...]) -> str:
        name = ".".join(path)
        if len(path) > 2 and path[0] in tiers:
            name = ".".join(("component", *path[2:]))
            name = name if name not in names.values() else ".".join(path)
        return names.setdefault(identity, name)

    def replace(nodes: dict[str, JsonSchema], above: tuple[str, ...]) -> None:
        for key, node in nodes.items():
            path = (*above, key)
            identity = key, json.dumps(node)
            name = names.get(identity) or name_of(identity, path)
            in_place = counts[identity] * len(identity[1])
            by_name = counts[identity] * len(json.dumps(defined(name))) + len(identity[1])
            if by_name + len(name) < in_place:
                if name not in hoisted:
                    hoisted[name] = node
                    replace(node.get("properties", {}), path)
                nodes[key] = defined(name)
            else:
                replace(node.get("properties", {}), path)

    count(properties)
    replace(properties, ())
    return hoisted


def _used_definitions(document: Any, limits: dict[str, JsonSchema]) -> JsonSchema:
    """Return those definitions that the document refers to."""
    available = DEFINITIONS | limits
    used: dict[str, JsonSchema] = {}

    def visit(node: Any) -> None:
        if isinstance(node, dict):
            name = str(node.get("$ref", "")).removeprefix("#/definitions/")
            if name in available and name not in used:
                used[name] = available[name]
                visit(available[name])
            for child in node.values():
                visit(child)
        elif isinstance(node, list):
            for child in node:
                visit(child)

    visit(document)
    return dict(sorted(used.items()))


def _limits(plan: Plan) -> dict[str, JsonSchema]:
    """Return definitions of all documented ranges."""
    resources = [c.spec.resources for c in plan.components]
    spans = [
        Limits(unit, span.low, span.high)
        for part in resources
        for unit, span in (("cores", part.cpu), ("bytes", part.memory))
    ]
    sizes = [c.storage.size for c in plan.components if c.storage]
    sizes += [volume.spec.size for volume in plan.volumes]
    limits = [*spans, *(Limits("bytes", size, None) for size in sizes)]
    return {name: schema for one in limits for name, schema in one.definitions.items()}
