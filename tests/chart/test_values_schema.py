"""The schema knows every value, says what it is, and refuses what cannot be right."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.chart.scenarios import (
    SCENARIOS,
    TIERS,
    each_scenario,
    has_path,
    merged,
    nested,
    read_yaml,
    without_nulls,
)
from tests.helm import CHART, HELMS, refusal, render

# Objects that may hold keys unknown to us: those of Kubernetes itself, and what one chart hands to
# another. Maps whose values have a type are closed enough.
OPEN = re.compile(
    r".*\b(affinity|behavior|anyObject|objectList/items|podVolumes/items|global|common|postStart"
    r"|preStop|securityContext|jsonData|expect\.json)"
)
# A parent chart, Rancher (global.cattle) and Fleet put keys of their own below `global`.
SHARED_WITH_OTHERS = "properties/global"
# Of a user's own container, only what the checks of the chart read has a type.
CONTAINER = "definitions/containers/items"

# What may stand beside a $ref: draft-07 ignores the rest there.
NOTES = {"$ref", "description", "default", "title", "$comment"}

# Values that are wrong each on its own, as path and value. No path stands in one group twice:
# Helm is given each group at once and must complain about every member.
BAD_VALUES: tuple[dict[str, Any], ...] = (
    {
        # A misspelt key at every level.
        "globals": {},
        "global.tls.secretNme": "x",
        "networkPolicies.enabled": False,
        "networkPolicy.dns.nameSpace": "kube-system",
        "global.config.MYSQL_DATABSE": "x",
        "global.secrets.sorce": "values",
        "global.secrets.externalSecrets.secretStoreRef.nam": "vault",
        "global.storage.log": {},
        "global.storage.logs.sise": "10Gi",
        "application.fronted.enabled": True,
        "application.api.replica": 3,
        "application.api.image.tags": "1",
        "application.api.resources.limit": {},
        "application.api.resources.limits.mem": "1Gi",
        "application.api.probes.liveness.initialDelay": 1,
        "data.postgres.enabled": True,
        "global.external.mysql.hosts": "x",
        "monitoring.grafana.prometheus.address": "x",
        # Wrong types.
        "global.namePrefix": 7,
        "global.tls.enabled": "yes",
        "global.imagePullSecrets": "registry-login",
        "global.config.ENV": 1,
        "global.config.DEBUG": False,
        "global.secrets.values": {"MYSQL_PASSWORD": 12345},
        "application.api.enabled": "true",
        "application.frontend.podLabels": {"a": 1},
        "application.frontend.extraEnv": {"NAME": "value"},
        "application.frontend.tolerations": ["dedicated"],
        "extraObjects": {},
        # Outside of what is documented or possible.
        "global.exposure": "nodePort",
        "global.domain": "Not A Domain",
        "networkPolicy.dns.nodeLocalAddress": "169.254.20.300",
        "networkPolicy.apiServerPorts": [],
        "global.secrets.source": "vault",
        "global.storage.logs.mode": "rwop",
        "global.storage.logs.size": "10 gigabytes",
        "application.tradingBot.replicas": 0,
        "application.api.replicas": 0,
        "application.api.service.port": 8080,  # is fixed by the spec
        "application.api.service.type": "Nodeport",
        "application.api.autoscaling.maxReplicas": 51,
        "application.api.autoscaling.targetCPUUtilizationPercentage": 101,
        "application.api.image.digest": "sha256:123",
        "application.api.image.pullPolicy": "Sometimes",
        "application.api.resources.requests.memory": "512MB",
        "application.api.podSecurityContext.runAsUser": 0,
        "application.api.topologySpread.zones": "Never",
        "application.api.podDisruptionBudget.maxUnavailable": 0,
        "application.api.terminationGracePeriodSeconds": -1,
        "application.api.service.loadBalancerSourceRanges": ["10.0.0.0/33"],
        "data.mysql.mode": "cluster",
        "data.mysql.persistence.size": "lots",
        "application.api.waitFor": ["mysql", "grafana"],
        "application.api.commonLabels": {},
        "application.api.podLabels": {"app.kubernetes.io/name": "own"},
        "global.commonLabels": {"app": "trading"},
    },
    {
        "global.namePrefix": "no-hyphen-at-the-end",
        "application.tradingBot.replicas": 2,
        "application.api.replicas": 51,
        "networkPolicy.apiServerPorts": [65536],
        "application.api.resources.limits.memory": "3Gi",
        "application.api.resources.limits.cpu": "1001m",
        "application.api.resources.requests.memory": "511Mi",
        "data.mysql.persistence.size": "9Gi",
        "global.storage.data.size": "19Gi",
        "application.frontend.replicas": "two",
        "global.external.mysql.port": 65536,
    },
    {
        "application.tradingBot.replicas": 1.5,
        "application.api.replicas": 2.5,
        "global.external.redis.port": True,
    },
)
BAD_CASES = [(path, value) for group in BAD_VALUES for path, value in group.items()]


@functools.cache
def schema() -> dict[str, Any]:
    loaded = json.loads((CHART / "values.schema.json").read_text())
    assert isinstance(loaded, dict)
    return loaded


@functools.cache
def defaults() -> dict[str, Any]:
    return read_yaml(CHART / "values.yaml")


def subschemas(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Each schema inside a schema that describes a value, conditions left out."""
    if isinstance(node, dict):
        yield path.strip("/"), node
        for key in ("properties", "definitions"):
            for name, child in node.get(key, {}).items():
                yield from subschemas(child, f"{path}/{key}/{name}")
        for key in ("items", "additionalProperties"):
            yield from subschemas(node.get(key), f"{path}/{key}")
        for key in ("allOf", "anyOf", "oneOf"):
            for index, child in enumerate(node.get(key, [])):
                yield from subschemas(child, f"{path}/{key}/{index}")


def keywords(node: Any) -> Iterator[tuple[str, Any]]:
    """Each key and value anywhere in a schema, conditions included."""
    if isinstance(node, dict):
        yield from node.items()
    for child in node.values() if isinstance(node, dict) else node:
        if isinstance(child, dict | list):
            yield from keywords(child)


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    """A schema with the definition that it refers to, under what it says itself."""
    while node.get("$ref", "").startswith("#/"):
        target = schema()["definitions"][node["$ref"].removeprefix("#/definitions/")]
        node = target | {key: value for key, value in node.items() if key != "$ref"}
    return node


def described() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each property that a user may set, as dotted path and resolved schema."""
    # Left out: the library chart, which has no values, and what Helm itself puts into a tier.
    not_for_users = {"common", *(f"{tier}.global" for tier in TIERS)}

    def below(node: dict[str, Any], path: str) -> Iterator[tuple[str, dict[str, Any]]]:
        for name, child in node.get("properties", {}).items():
            if f"{path}{name}" in not_for_users:
                continue
            child = resolved(child)
            yield f"{path}{name}", child
            if "default" not in child:  # else an object of Kubernetes, which is one value
                yield from below(child, f"{path}{name}.")

    return below(schema(), "")


def leaves() -> Iterator[tuple[str, Any]]:
    """Each default that is not an object with declared keys."""
    objects = {path for path, node in described() if "properties" in node and "default" not in node}

    def below(values: dict[str, Any], path: str) -> Iterator[tuple[str, Any]]:
        for key, value in values.items():
            if f"{path}{key}" in objects:
                yield from below(value, f"{path}{key}.")
            else:
                yield f"{path}{key}", value

    return below(defaults(), "")


def error_paths(values: dict[str, Any]) -> set[str]:
    """Where the umbrella's schema finds fault, as dotted paths; nowhere is an empty set."""

    def paths(error: jsonschema.ValidationError) -> Iterator[str]:
        yield ".".join(str(part) for part in error.absolute_path)
        for inner in error.context or ():
            yield from paths(inner)

    checker = jsonschema.Draft7Validator(schema())
    return {path for error in checker.iter_errors(values) for path in paths(error)}


# The schema itself


def test_the_schema_is_valid_draft_7() -> None:
    assert schema()["$schema"] == "http://json-schema.org/draft-07/schema#"
    jsonschema.Draft7Validator.check_schema(schema())


def test_every_object_is_strict_but_for_maps_of_the_user_s_own_keys() -> None:
    for path, node in subschemas(schema()):
        opened = OPEN.fullmatch(path) and "properties" not in node
        # What refers to a strict object by allOf is as strict.
        opened = opened or path in (SHARED_WITH_OTHERS, CONTAINER) or "allOf" in node
        if (node.get("type") == "object" or "properties" in node) and not opened:
            assert node.get("additionalProperties", True) is not True, path


def test_nothing_is_looked_up_elsewhere() -> None:
    for key, value in keywords(schema()):
        if key == "$ref":
            assert value.startswith("#/"), value


def test_no_bound_stands_beside_a_reference_where_it_is_ignored() -> None:
    for path, node in subschemas(schema()):
        assert "$ref" not in node or set(node) <= NOTES, path


def test_nothing_depends_on_format_which_draft_7_does_not_enforce() -> None:
    for key, value in keywords(schema()):
        assert key != "format" or not isinstance(value, str)


def test_patterns_are_within_re2_and_hold_for_the_whole_text() -> None:
    for key, value in keywords(schema()):
        if key == "pattern" and isinstance(value, str):
            re.compile(value)
            assert not re.search(r"\(\?[=!<]|\\[1-9]|[*+?}]\+", value), value
            assert value.startswith("^"), value
            assert value.endswith("$"), value


def test_every_property_has_a_description() -> None:
    count = 0
    for path, node in described():
        count += 1
        assert node.get("description", "").strip(), path
    assert count > 50


def test_every_default_is_in_the_schema_and_the_same_there() -> None:
    known = dict(described())
    for path, value in leaves():
        assert path in known, path
        assert known[path]["default"] == value, path


def test_every_property_has_its_default_in_the_values() -> None:
    for path, _ in described():
        assert has_path(defaults(), path), path


def test_the_subcharts_have_no_schema_of_their_own() -> None:
    """Helm would evaluate each limit twice, and print each error twice."""
    assert [path.relative_to(CHART) for path in CHART.rglob("values.schema.json")] == [
        Path("values.schema.json")
    ]


@pytest.mark.parametrize("tier", TIERS)
def test_each_subchart_has_the_defaults_that_the_umbrella_says(tier: str) -> None:
    # One fact in one place: either of the two files may say it, but not another thing.
    def compare(own: dict[str, Any], whole: dict[str, Any]) -> None:
        for key in own.keys() & whole.keys():
            if isinstance(own[key], dict):
                compare(own[key], whole[key])
            else:
                assert own[key] == whole[key], key

    own = read_yaml(CHART / "charts" / tier / "values.yaml")
    assert set(own) <= {*defaults()[tier], "global"}
    compare(own, defaults()[tier] | {"global": defaults()["global"]})


# Good values


@each_scenario
def test_the_values_of_every_scenario_are_accepted(scenario: str) -> None:
    choice = SCENARIOS[scenario]
    layers = (defaults(), *map(read_yaml, choice.files), choice.values)
    assert not error_paths(without_nulls(merged(*layers)))


@pytest.mark.parametrize(
    "values",
    [
        {"application.api.replicas": 1},
        {"application.api.replicas": 50},
        {"application.api.autoscaling.maxReplicas": 50},
        {"global.external.redis.port": 1},
        {"global.external.redis.port": 65535},
        {"application.api.resources.limits.cpu": 1},
        {"application.api.resources.limits.cpu": "0.5"},
        {"data.mysql.persistence.size": "1Ti"},
    ],
    ids=str,
)
def test_values_at_the_bound_are_accepted(values: dict[str, Any]) -> None:
    assert not error_paths(merged(defaults(), nested(values)))


# Bad values


@pytest.mark.parametrize(("path", "value"), BAD_CASES, ids=lambda case: str(case)[:60])
def test_each_bad_value_is_refused_on_its_own(path: str, value: object) -> None:
    found = error_paths(merged(defaults(), nested({path: value})))
    place = known_part(path)
    assert any(f"{error}.".startswith(f"{place}.") for error in found) if place else "" in found


@pytest.mark.parametrize("helm", HELMS)
@pytest.mark.parametrize("group", range(len(BAD_VALUES)))
def test_helm_refuses_bad_values_and_names_each(helm: str, group: int) -> None:
    bad = BAD_VALUES[group]
    said = refusal(nested(bad), helm=helm)
    for path in bad:
        assert names(said, path), f"{path} is not named in {said}"
    errors = [line for line in said.splitlines() if line.startswith("- at ")]
    assert len(errors) == len(set(errors)), said


def known_part(path: str) -> str:
    """The path as far as there is a default: the whole of it, or the parent of a wrong key."""
    while path and not has_path(defaults(), path):
        path = path.rpartition(".")[0]
    return path


def names(said: str, path: str) -> bool:
    """Whether Helm's complaint names a path, or where a key is unknown, its parent and itself."""
    known = known_part(path)
    place = f"/{known}".replace(".", "/").rstrip("/")
    if known == path:
        return f"at '{place}" in said
    unknown = path.removeprefix(known).strip(".").split(".")[0]
    return re.search(rf"at '{place}': additional properties .*'{unknown}'", said) is not None


@pytest.mark.parametrize("helm", HELMS)
def test_helm_refuses_null_and_names_it(helm: str) -> None:
    # Null takes a default away, and nothing else would say what to do.
    paths = (
        "global.exposure",
        "global.config.ENV",
        "global.secrets.source",
        "data.mysql.persistence.size",
        "application.api.image",
        "application.api.replicas",
        "extraObjects",
    )
    said = refusal(nested(dict.fromkeys(paths)), helm=helm)
    for path in paths:
        parent, _, key = f".{path}".replace(".", "/").rpartition("/")
        missing = rf"at '{parent}': missing propert(y|ies) .*'{key}'"
        assert re.search(missing, said) or f"at '{parent}/{key}'" in said, path


@pytest.mark.parametrize("helm", HELMS)
def test_documented_ranges_can_be_lifted_but_the_bot_stays_alone(helm: str) -> None:
    lifted = {
        "global.enforceDocumentedLimits": False,
        "application.api.replicas": 51,
        "application.frontend.autoscaling.maxReplicas": 200,
        "application.api.resources.limits.memory": "3Gi",
        "global.storage.data.size": "1Gi",
    }
    api = render(nested(lifted), helm=helm).get("Deployment", "api")
    assert api["spec"]["replicas"] == 51
    for count in (0, 2):
        said = refusal(nested(lifted | {"application.tradingBot.replicas": count}), helm=helm)
        assert "/application/tradingBot/replicas" in said


def test_a_cpu_limit_is_taken_away_only_where_nothing_documents_it(helm: str) -> None:
    none: dict[str, Any] = {"application.api.resources.limits.cpu": None}
    assert "'/application/api/resources/limits': missing property 'cpu'" in refusal(
        nested(none), helm=helm
    )
    lifted = nested(none | {"global.enforceDocumentedLimits": False})
    (container,) = render(lifted, helm=helm).get("Deployment", "api")["spec"]["template"]["spec"][
        "containers"
    ]
    assert set(container["resources"]["limits"]) == {"memory", "ephemeral-storage"}
    lifted = nested(none | {"application.api.resources.limits.memory": None})
    assert "memory" in refusal(lifted, helm=helm)
