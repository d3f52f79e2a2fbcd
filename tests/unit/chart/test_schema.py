"""The schema of the values is strict, and says of itself no more than Helm can check."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from generator.plan.platform import Plan
from generator.spec.load import load_spec
from generator.values.platform import umbrella_values
from generator.values.schema import schema_text, umbrella_schema
from generator.values.tree import JsonSchema, Section, Value
from tests.benchmark.larger import larger
from tests.spec_files import ALL_SPECS, FOREX, spec_data, write_spec

Values = dict[str, Any]


@cache
def plan(spec: Path) -> Plan:
    return Plan(load_spec(spec))


@cache
def built(spec: Path) -> tuple[JsonSchema, Section]:
    """The schema of a spec's values, and the values."""
    tree = umbrella_values(plan(spec))
    return umbrella_schema(plan(spec), tree), tree


EACH = pytest.mark.parametrize("spec", ALL_SPECS, ids=lambda spec: spec.stem)


@EACH
def test_it_is_a_draft_07_schema(spec: Path) -> None:
    schema, _ = built(spec)
    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    Draft7Validator.check_schema(schema)


@EACH
def test_defaults_are_valid(spec: Path) -> None:
    schema, tree = built(spec)
    assert errors(schema, tree.defaults()) == []


@EACH
def test_no_section_takes_a_key_that_is_not_declared(spec: Path) -> None:
    schema, tree = built(spec)
    values = copy.deepcopy(tree.defaults())
    checked = [path for path in sections(tree) if path != ("global",)]
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
def test_no_value_takes_another_type(spec: Path, wrong: Any) -> None:
    schema, tree = built(spec)
    values = copy.deepcopy(tree.defaults())
    checked = {path for path, value in tree.leaves() if not isinstance(wrong, type(value.default))}
    for path in checked:
        at(values, path[:-1])[path[-1]] = wrong
    refused = {tuple(error.absolute_path) for error in Draft7Validator(schema).iter_errors(values)}
    assert checked - refused == set()


@EACH
def test_every_value_is_described(spec: Path) -> None:
    schema, _ = built(spec)
    undescribed = [
        path
        for path, node in properties(schema, schema)
        if not node.get("description") and path[-1] not in ("global", "common", "tests")
    ]
    # Of a map's entries only the map is described, and of an entry of a list the list.
    assert [path for path in undescribed if not inside_entries(path, built(spec)[1])] == []


@EACH
def test_references_lead_to_definitions_of_its_own(spec: Path) -> None:
    schema, _ = built(spec)
    used = {node["$ref"] for node in nodes(schema) if "$ref" in node}
    assert used == {f"#/definitions/{definition}" for definition in schema["definitions"]}


@EACH
def test_patterns_are_such_as_go_understands(spec: Path) -> None:
    schema, _ = built(spec)
    patterns = {node["pattern"] for node in nodes(schema) if isinstance(node.get("pattern"), str)}
    assert patterns
    for pattern in patterns:
        re.compile(pattern)
        assert not re.search(r"\(\?(?!:)|\\[1-9]|\\[Zpk]|[*+?}]\+", pattern), pattern
        assert pattern.startswith("^"), pattern
        assert pattern.endswith("$"), pattern


def test_the_umbrella_takes_what_helm_hands_to_subcharts() -> None:
    schema, tree = built(FOREX)
    values = tree.defaults()
    for tier in plan(FOREX).tiers:
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
        ("global.external.mysql.port", 65536, False),
        ("global.external.mysql.port", 0, False),
        ("application.api.autoscaling.targetCPUUtilizationPercentage", -1, False),
        ("application.api.image.digest", "sha256:abc", False),
        ("application.api.resources.limits.memory", "1 Gi", False),
        ("application.api.podSecurityContext.runAsUser", 0, False),
        ("data.mysql.persistence.size", "ten", False),
        ("data.mysql.persistence.storageClass", "Not_a_name", False),
        ("global.exposure", "nodePort", False),
        ("global.namePrefix", "Upper-", False),
        ("global.secrets.source", "vault", False),
        ("global.storage.logs.mode", "rwm", False),
        ("global.config.DEBUG", True, False),
    ],
)
def test_limits_hold_and_only_documented_ones_can_be_lifted(
    path: str, value: object, documented: bool
) -> None:
    schema, tree = built(FOREX)
    values = copy.deepcopy(tree.defaults())
    *above, key = path.split(".")
    assert key in at(values, tuple(above))
    at(values, tuple(above))[key] = value
    assert errors(schema, values)
    values["global"]["enforceDocumentedLimits"] = False
    assert (errors(schema, values) == []) is documented


def test_the_schema_is_small() -> None:
    """Helm compiles it for each command, and stores it in each release: bytes."""
    schema, _ = built(FOREX)
    patterns = [node["pattern"] for node in nodes(schema) if isinstance(node.get("pattern"), str)]
    assert max(map(len, patterns)) <= 1024
    assert sum(map(len, patterns)) <= 12_000
    assert len(json.dumps(schema, separators=(",", ":"))) <= 130_500


def test_the_file_has_a_line_for_each_key() -> None:
    schema, _ = built(FOREX)
    assert json.loads(schema_text(schema)) == schema
    assert max(map(len, schema_text(schema).splitlines())) <= 1100


def test_definitions_keep_their_names_when_components_are_added(tmp_path: Path) -> None:
    twice = write_spec(tmp_path / "twice.yaml", larger(spec_data(FOREX), 2))
    schema, _ = built(FOREX)
    assert set(schema["definitions"]) <= set(built(twice)[0]["definitions"])


def test_building_a_schema_changes_no_value_and_no_definition() -> None:
    it = Plan(load_spec(FOREX))
    tree = umbrella_values(it)
    once = umbrella_schema(it, tree)
    assert umbrella_schema(it, tree) == once
    once["definitions"].clear()
    assert umbrella_schema(it, tree)["definitions"]


def errors(schema: JsonSchema, values: Values) -> list[str]:
    return [error.message for error in Draft7Validator(schema).iter_errors(values)]


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
