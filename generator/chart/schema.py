"""values.schema.json: draft-07, strict, enforced by Helm itself.

https://helm.sh/docs/topics/charts/#schema-files
"""

from __future__ import annotations

import copy
import itertools
import json
from collections import Counter
from typing import Any

from generator.chart.mark import MARK
from generator.chart.values.platform import subchart_values, umbrella_values
from generator.chart.values.schemas import DEFINITIONS, Limits
from generator.chart.values.tree import JsonSchema, Section, Value
from generator.plan.platform import Plan, Tier
from generator.spec.model import Spec

LEVELS_IN_LINES = 6
"""properties, tier, properties, component, properties, value."""


def values_schema(spec: Spec) -> JsonSchema:
    """The schema of the umbrella chart's values."""
    return umbrella_schema(Plan(spec))


def umbrella_schema(plan: Plan) -> JsonSchema:
    """The schema of the umbrella chart's values."""
    tree = umbrella_values(plan)
    properties = _properties(tree)
    for tier in plan.tiers:
        # Helm hands each subchart its `global`, and the umbrella sees it there.
        properties[tier.name]["properties"]["global"] = {"type": "object"}
    properties["common"] = {"type": "object", "description": "Library chart; it has no values"}
    return _document(
        f"Values of {plan.spec.platform.name}", properties, tree, _limits(plan), strict_global=True
    )


def partial_schema(schema: JsonSchema) -> JsonSchema:
    """The same for values files that say only what differs, such as overlays: all is optional."""
    described = copy.deepcopy(schema)

    def relax(node: JsonSchema) -> None:
        node.pop("required", None)
        for child in (*node.get("properties", {}).values(), *node.get("definitions", {}).values()):
            relax(child)

    relax(described)
    return described


def tier_schema(plan: Plan, tier: Tier) -> JsonSchema:
    """The schema of one subchart's values."""
    tree = subchart_values(plan, tier)
    return _document(
        f"Values of tier {tier.name}", _properties(tree), tree, _limits(plan), strict_global=False
    )


def schema_text(schema: JsonSchema) -> str:
    """The schema as the file holds it: a line for each value, which git can compare."""
    return _text(schema, LEVELS_IN_LINES) + "\n"


def _text(node: Any, levels: int) -> str:
    if levels and isinstance(node, dict) and node:
        lines = (f"{json.dumps(key)}:{_text(value, levels - 1)}" for key, value in node.items())
        return "{\n" + ",\n".join(lines) + "\n}"
    return json.dumps(node, ensure_ascii=False, separators=(",", ":"))


def _document(
    title: str,
    properties: dict[str, JsonSchema],
    tree: Section,
    limits: dict[str, JsonSchema],
    *,
    strict_global: bool,
) -> JsonSchema:
    if not strict_global:
        # Another umbrella may pass globals of its own; ours checks those that we know.
        properties["global"] = {
            "description": "What holds for all tiers: see the umbrella chart",
            "type": "object",
            "default": tree.defaults()["global"],
        }
    document: JsonSchema = {
        "$comment": MARK,
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": title,
        "type": "object",
        "properties": properties,
        "required": list(tree.entries),
        "additionalProperties": False,
    }
    documented = _documented(tree)
    if documented:
        document |= {
            "if": {
                "properties": {
                    "global": {
                        "properties": {"enforceDocumentedLimits": {"const": False}},
                        "required": ["enforceDocumentedLimits"],
                    }
                },
                "required": ["global"],
            },
            "else": documented,
        }
    shared = _hoist_repeated(document["properties"])
    document["definitions"] = shared | _used_definitions([document, shared], limits)
    return document


def _properties(section: Section) -> dict[str, JsonSchema]:
    return {key: _node(entry) for key, entry in section.entries.items()}


def _node(entry: Value | Section) -> JsonSchema:
    if isinstance(entry, Value):
        described = {"description": entry.comment, "default": entry.default}
        return described | copy.deepcopy(entry.schema)
    return {
        "description": entry.about,
        "type": "object",
        "properties": _properties(entry),
        # All have defaults, so one is missing only where a user's null deleted it.
        "required": list(entry.entries),
        "additionalProperties": False,
    }


def _documented(section: Section) -> JsonSchema:
    """Only the documented limits, as a schema that applies beside the strict one."""
    found: dict[str, JsonSchema] = {}
    for key, entry in section.entries.items():
        limits = entry.documented if isinstance(entry, Value) else _documented(entry)
        if limits:
            found[key] = limits
    return {"properties": found} if found else {}


def _hoist_repeated(properties: dict[str, JsonSchema]) -> dict[str, JsonSchema]:
    """Move what stands under the same key more than once, word for word, to the definitions."""
    counts: Counter[tuple[str, str]] = Counter()

    def count(nodes: dict[str, JsonSchema]) -> None:
        for key, node in nodes.items():
            counts[key, json.dumps(node)] += 1
            count(node.get("properties", {}))

    names: dict[tuple[str, str], str] = {}
    hoisted: dict[str, JsonSchema] = {}

    def replace(nodes: dict[str, JsonSchema]) -> None:
        for key, node in nodes.items():
            identity = key, json.dumps(node)
            if counts[identity] > 1:
                if identity not in names:
                    names[identity] = _free_name(key, {*hoisted, *DEFINITIONS})
                    hoisted[names[identity]] = node
                    replace(node.get("properties", {}))
                nodes[key] = {"$ref": f"#/definitions/{names[identity]}"}
            else:
                replace(node.get("properties", {}))

    count(properties)
    replace(properties)
    return hoisted


def _free_name(name: str, taken: set[str]) -> str:
    numbered = (f"{name}{number}" for number in itertools.count(2))
    candidates = itertools.chain([name], numbered)
    return next(candidate for candidate in candidates if candidate not in taken)


def _used_definitions(document: Any, limits: dict[str, JsonSchema]) -> JsonSchema:
    """Of all definitions, those that the document refers to."""
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
    """Definitions of all documented ranges."""
    resources = [c.spec.resources for c in plan.components]
    spans = [Limits(r.low, r.high) for part in resources for r in (part.cpu, part.memory)]
    sizes = [c.storage.size for c in plan.components if c.storage]
    sizes += [volume.spec.size for volume in plan.volumes]
    limits = [*spans, *(Limits(size, None) for size in sizes)]
    return {name: schema for one in limits for name, schema in one.definitions.items()}
