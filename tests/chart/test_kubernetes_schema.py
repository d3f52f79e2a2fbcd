"""Every object is valid for every supported Kubernetes, unknown fields refused."""

from __future__ import annotations

import functools
import json
from typing import Any

import jsonschema
from jsonschema.protocols import Validator

from generator.spec.problems import path_text
from generator.validate import kubernetes
from tests.chart.scenarios import each_scenario, own_objects, rendered
from tests.helm import Manifest
from tools.custom_resources import definitions

VERSIONS = [v for v in kubernetes.versions() if int(v.partition(".")[2]) >= 30]

# Custom resources, of which Kubernetes has no schema: apiVersion and kind → what defines them.
CUSTOM: dict[tuple[str, str], dict[str, Any]] = {
    (f"{definition['spec']['group']}/{version['name']}", definition["spec"]["names"]["kind"]): (
        version["schema"]["openAPIV3Schema"]
    )
    for definition in definitions()
    for version in definition["spec"]["versions"]
}
# Those that the chart makes; others of these groups come from users.
MADE = {
    ("gateway.networking.k8s.io/v1", "Gateway"),
    ("gateway.networking.k8s.io/v1", "HTTPRoute"),
    ("keda.sh/v1alpha1", "ScaledObject"),
    ("external-secrets.io/v1", "ExternalSecret"),
}

# What has been found valid, as version and text: most objects are alike in many scenarios.
_valid: set[tuple[str, str]] = set()


def strict(schema: Any) -> Any:
    """Return a schema that refuses unknown fields, which a server would drop in silence."""
    if isinstance(schema, list):
        return [strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: strict(part) for key, part in schema.items()}
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object":
        made.setdefault("additionalProperties", False)
    return made


@functools.cache
def custom_validator(api_version: str, kind: str) -> Validator:
    """Return the validator of a custom resource, made of its own definition."""
    schema = strict(CUSTOM[api_version, kind])
    # Kubernetes itself knows what metadata may have.
    schema["properties"]["metadata"] = {"type": "object", "required": ["name"]}
    return jsonschema.Draft202012Validator(schema)


def faults(item: Manifest, version: str) -> list[str]:
    """What is wrong with an object for a version of Kubernetes."""
    text = json.dumps(item, sort_keys=True)
    if (version, text) in _valid:
        return []
    custom = (item["apiVersion"], item["kind"])
    if custom in CUSTOM:
        found = [error.message for error in custom_validator(*custom).iter_errors(item)]
    else:
        assert kubernetes.schema(version, *custom), f"{custom}: no schema is known"
        found = [
            f"{fault.kind_and_name}: {path_text(fault.path)}: {fault.said}"
            for fault in kubernetes.faults(item, version)
        ]
    if not found:
        _valid.add((version, text))
    return [f"Kubernetes {version}: {one}" for one in found]


def test_the_schemas_reach_from_the_oldest_kubernetes_to_the_newest() -> None:
    assert VERSIONS[0] == "1.30"
    assert len(VERSIONS) >= 8


def test_a_misspelt_field_is_refused_in_every_version() -> None:
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "api-service"},
        "spec": {"ports": [{"port": 8080, "targetport": "http"}]},
    }
    for version in VERSIONS:
        (said,) = faults(service, version)
        assert "unknown key 'targetport'; did you mean 'targetPort'?" in said


def test_a_misspelt_field_of_a_custom_resource_is_refused() -> None:
    (route, *_) = (item for item in own_objects("gateway") if item["kind"] == "HTTPRoute")
    assert not faults(route, VERSIONS[0])
    (rule, *rules) = route["spec"]["rules"]
    (backend,) = rule["backendRefs"]
    misspelt = rule | {"backendRefs": [backend | {"prot": 8080}]}
    changed = route | {"spec": route["spec"] | {"rules": [misspelt, *rules]}}
    (said,) = faults(changed, VERSIONS[0])
    assert "'prot' was unexpected" in said


def test_the_scenarios_show_every_custom_resource() -> None:
    scenarios = ("gateway", "secrets_external", "scaled_by_keda")
    shown = {(o["apiVersion"], o["kind"]) for name in scenarios for o in rendered(name).objects}
    assert shown & CUSTOM.keys() == MADE


@each_scenario
def test_every_object_is_valid_for_every_version(scenario: str) -> None:
    found = [
        fault
        for item in own_objects(scenario)
        for version in VERSIONS
        for fault in faults(item, version)
    ]
    assert not found
