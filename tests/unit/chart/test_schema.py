"""The schema of the values is strict, and says of itself no more than Helm can check."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from generator.chart.schema import tier_schema, umbrella_schema, values_schema
from generator.chart.values.globals import global_values
from generator.chart.values.platform import tier_values, umbrella_values
from generator.chart.values.tree import JsonSchema, Section, Value
from generator.plan.platform import Plan
from generator.spec.load import load_spec
from tests.unit.chart.platforms import OURS, SPECS

ALL_SPECS = [OURS, *sorted(SPECS.glob("*.yaml"))]
UMBRELLA = "umbrella"
Values = dict[str, Any]


@cache
def plan(spec: Path) -> Plan:
    return Plan(load_spec(spec))


@cache
def schemas(spec: Path) -> dict[str, tuple[JsonSchema, Section]]:
    """Schema and values of the umbrella chart and of each subchart."""
    it = plan(spec)
    found = {UMBRELLA: (umbrella_schema(it), umbrella_values(it))}
    for tier in it.tiers:
        entries = {"global": global_values(it), **tier_values(it, tier).entries}
        found[tier.name] = (tier_schema(it, tier), Section("", entries))
    return found


EACH = pytest.mark.parametrize(
    ("spec", "name"),
    [(spec, name) for spec in ALL_SPECS for name in schemas(spec)],
    ids=lambda part: part.stem if isinstance(part, Path) else part,
)


@EACH
def test_it_is_a_draft_07_schema(spec: Path, name: str) -> None:
    schema, _ = schemas(spec)[name]
    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    Draft7Validator.check_schema(schema)


@EACH
def test_defaults_are_valid(spec: Path, name: str) -> None:
    schema, tree = schemas(spec)[name]
    assert errors(schema, tree.defaults()) == []


@EACH
def test_no_section_takes_a_key_that_is_not_declared(spec: Path, name: str) -> None:
    schema, tree = schemas(spec)[name]
    values = copy.deepcopy(tree.defaults())
    checked = [path for path in sections(tree) if is_checked(name, path)]
    for path in checked:
        at(values, path)["misspelt"] = True
    refused = {
        tuple(error.absolute_path)
        for error in Draft7Validator(schema).iter_errors(values)
        if error.validator == "additionalProperties" and "misspelt" in error.message
    }
    assert set(checked) - refused == set()


@EACH
@pytest.mark.parametrize("wrong", [{"a": {}}, [{}, "a"], None], ids=["map", "list", "null"])
def test_no_value_takes_another_type(spec: Path, name: str, wrong: Any) -> None:
    schema, tree = schemas(spec)[name]
    values = copy.deepcopy(tree.defaults())
    checked = {
        path
        for path, value in tree.leaves()
        if is_checked(name, path) and not isinstance(wrong, type(value.default))
    }
    for path in checked:
        at(values, path[:-1])[path[-1]] = wrong
    refused = {tuple(error.absolute_path) for error in Draft7Validator(schema).iter_errors(values)}
    assert checked - refused == set()


@EACH
def test_every_value_is_described(spec: Path, name: str) -> None:
    schema, _ = schemas(spec)[name]
    undescribed = [
        path
        for path, node in properties(schema, schema)
        if not node.get("description") and path[-1] not in ("global", "common", "tests")
    ]
    # Of a map's entries only the map is described, and of an entry of a list the list.
    assert [path for path in undescribed if not inside_entries(path, schemas(spec)[name][1])] == []


@EACH
def test_references_lead_to_definitions_of_its_own(spec: Path, name: str) -> None:
    schema, _ = schemas(spec)[name]
    used = {node["$ref"] for node in nodes(schema) if "$ref" in node}
    assert used == {f"#/definitions/{definition}" for definition in schema["definitions"]}


@EACH
def test_patterns_are_such_as_go_understands(spec: Path, name: str) -> None:
    schema, _ = schemas(spec)[name]
    patterns = {node["pattern"] for node in nodes(schema) if isinstance(node.get("pattern"), str)}
    assert patterns
    for pattern in patterns:
        re.compile(pattern)
        assert not re.search(r"\(\?(?!:)|\\[1-9]|\\[Zpk]|[*+?}]\+", pattern), pattern
        assert pattern.startswith("^"), pattern
        assert pattern.endswith("$"), pattern


@pytest.mark.parametrize("spec", ALL_SPECS, ids=lambda spec: spec.stem)
def test_a_subchart_takes_global_and_enabled(spec: Path) -> None:
    for tier in plan(spec).tiers:
        schema, tree = schemas(spec)[tier.name]
        values = tree.defaults() | {"enabled": False, "global": {"of": "another umbrella"}}
        assert errors(schema, values) == []


def test_the_umbrella_takes_what_helm_hands_to_subcharts() -> None:
    schema, tree = schemas(OURS)[UMBRELLA]
    values = tree.defaults()
    for tier in plan(OURS).tiers:
        values[tier.name]["global"] = values["global"]
    values["common"] = {"global": values["global"]}
    assert errors(schema, values) == []


@pytest.mark.parametrize(
    ("path", "value", "documented"),
    [
        ("application.api.replicas", 51, True),
        ("application.api.autoscaling.maxReplicas", 51, True),
        ("application.api.replicas", 0, False),
        ("application.tradingBot.replicas", 2, False),
        ("application.tradingBot.replicas", 0, False),
        ("application.api.service.port", 65536, False),
        ("application.api.service.port", 0, False),
        ("application.api.autoscaling.targetCPUUtilizationPercentage", 0, False),
        ("application.api.image.digest", "sha256:abc", False),
        ("application.api.resources.limits.memory", "1 Gi", False),
        ("application.api.securityContext.runAsUser", 0, False),
        ("data.mysql.persistence.size", "ten", False),
        ("data.mysql.persistence.storageClass", "Not_a_name", False),
        ("global.exposure", "nodePort", False),
        ("global.namePrefix", "Upper-", False),
        ("secrets.source", "vault", False),
        ("storage.logs.mode", "rwm", False),
        ("config.DEBUG", True, False),
    ],
)
def test_limits_hold_and_only_documented_ones_can_be_lifted(
    path: str, value: object, documented: bool
) -> None:
    schema, tree = schemas(OURS)[UMBRELLA]
    values = copy.deepcopy(tree.defaults())
    *above, key = path.split(".")
    assert key in at(values, tuple(above))
    at(values, tuple(above))[key] = value
    assert errors(schema, values)
    values["global"]["enforceDocumentedLimits"] = False
    assert (errors(schema, values) == []) is documented


def test_values_schema_is_that_of_the_umbrella() -> None:
    assert values_schema(load_spec(OURS)) == umbrella_schema(plan(OURS))


def test_building_a_schema_changes_no_value_and_no_definition() -> None:
    it = Plan(load_spec(OURS))
    once = umbrella_schema(it)
    assert umbrella_schema(it) == once
    once["definitions"].clear()
    assert umbrella_schema(it)["definitions"]


def errors(schema: JsonSchema, values: Values) -> list[str]:
    return [error.message for error in Draft7Validator(schema).iter_errors(values)]


def is_checked(name: str, path: tuple[str, ...]) -> bool:
    """Whether a schema is strict there: subcharts leave `global` open for other umbrellas."""
    return name == UMBRELLA or path[:1] != ("global",)


def at(values: Values, path: tuple[str, ...]) -> Values:
    for key in path:
        values = values[key]
    return values


def sections(tree: Section, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    for key, entry in tree.entries.items():
        if isinstance(entry, Section):
            yield from sections(entry, (*path, key))


def nodes(node: Any) -> Iterator[JsonSchema]:
    if isinstance(node, dict):
        yield node
        for child in node.values():
            yield from nodes(child)
    elif isinstance(node, list):
        for child in node:
            yield from nodes(child)


def properties(
    node: JsonSchema, schema: JsonSchema, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], JsonSchema]]:
    """Every declared property, references followed."""
    for key, child in node.get("properties", {}).items():
        target = child
        if "$ref" in child:
            target = schema["definitions"][child["$ref"].removeprefix("#/definitions/")]
        yield (*path, key), target | child
        yield from properties(target, schema, (*path, key))


def inside_entries(path: tuple[str, ...], tree: Section) -> bool:
    """Whether a path leads into a value, not to it."""
    entry: Value | Section = tree
    for key in path:
        if isinstance(entry, Value):
            return True
        entry = entry.entries[key]
    return False
