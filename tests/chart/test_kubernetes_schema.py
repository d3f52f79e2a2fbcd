"""Every object is valid for every supported Kubernetes, unknown fields refused."""

from __future__ import annotations

import functools
import json
import re
from importlib import resources
from typing import Any

import jsonschema
import referencing
from jsonschema.protocols import Validator
from kubernetes_validate import utils

from tests.chart.scenarios import each_scenario, rendered
from tests.helm import Manifest

SCHEMAS = resources.files("kubernetes_validate") / "kubernetes-json-schema"
VERSIONS = [
    v for v in dict.fromkeys(utils.all_versions()) if tuple(map(int, v.split("."))) >= (1, 30)
]

# Custom resources, which Kubernetes ships no schema for: what their own definitions require.
NAME = {"type": "string", "minLength": 1}
CUSTOM: dict[tuple[str, str], dict[str, Any]] = {
    ("gateway.networking.k8s.io/v1", "Gateway"): {
        "gatewayClassName": NAME,
        "listeners": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["name", "port", "protocol"],
                "additionalProperties": False,
                "properties": {
                    "name": NAME,
                    "hostname": NAME,
                    "port": {"type": "integer", "minimum": 1, "maximum": 65535},
                    "protocol": {"enum": ["HTTP", "HTTPS"]},
                    "tls": {
                        "type": "object",
                        "required": ["certificateRefs"],
                        "additionalProperties": False,
                        "properties": {
                            "mode": {"enum": ["Terminate", "Passthrough"]},
                            "certificateRefs": {
                                "type": "array",
                                "minItems": 1,
                                "items": {"type": "object", "required": ["name"]},
                            },
                        },
                    },
                    "allowedRoutes": {"type": "object"},
                },
            },
        },
    },
    ("gateway.networking.k8s.io/v1", "HTTPRoute"): {
        "parentRefs": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "object", "required": ["name"], "properties": {"name": NAME}},
        },
        "hostnames": {"type": "array", "minItems": 1, "items": NAME},
        "rules": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["backendRefs"],
                "properties": {
                    "backendRefs": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["name", "port"],
                            "properties": {"name": NAME, "port": {"type": "integer"}},
                        },
                    }
                },
            },
        },
    },
    ("external-secrets.io/v1", "ExternalSecret"): {
        "refreshInterval": NAME,
        "secretStoreRef": {
            "type": "object",
            "required": ["name", "kind"],
            "additionalProperties": False,
            "properties": {"name": NAME, "kind": {"enum": ["SecretStore", "ClusterSecretStore"]}},
        },
        "target": {
            "type": "object",
            "required": ["name"],
            "properties": {
                "name": NAME,
                "template": {
                    "type": "object",
                    "properties": {
                        "engineVersion": {"const": "v2"},
                        "mergePolicy": {"enum": ["Replace", "Merge"]},
                        "data": {"type": "object", "additionalProperties": {"type": "string"}},
                    },
                },
            },
        },
        "dataFrom": {"type": "array", "minItems": 1, "items": {"type": "object"}},
    },
}

# What has been found valid, as version and text: most objects are alike in many scenarios.
_valid: set[tuple[str, str]] = set()


@functools.cache
def definitions(version: str) -> referencing.Registry[Any]:
    text = (SCHEMAS / f"v{version}-local-strict" / "_definitions.json").read_text()
    empty: referencing.Registry[Any] = referencing.Registry()
    return referencing.Resource.from_contents(json.loads(text)) @ empty


@functools.cache
def validator(version: str, api_version: str, kind: str) -> Validator:
    if (api_version, kind) in CUSTOM:
        return custom_validator(api_version, kind)
    # rbac.authorization.k8s.io/v1 is in the file …-rbac-v1.json.
    short = re.sub(r"^([^./]*)(\.[^/]*)?/", r"\1-", api_version)
    path = SCHEMAS / f"v{version}-local-strict" / f"{kind.lower()}-{short}.json"
    schema = json.loads(path.read_text())
    return jsonschema.Draft202012Validator(schema, registry=definitions(version))


def custom_validator(api_version: str, kind: str) -> Validator:
    spec = CUSTOM[api_version, kind]
    return jsonschema.Draft202012Validator(
        {
            "type": "object",
            "required": ["apiVersion", "kind", "metadata", "spec"],
            "additionalProperties": False,
            "properties": {
                "apiVersion": {"const": api_version},
                "kind": {"const": kind},
                "metadata": {"type": "object", "required": ["name"]},
                "spec": {
                    "type": "object",
                    "required": sorted(spec),
                    "additionalProperties": False,
                    "properties": spec,
                },
            },
        }
    )


def faults(item: Manifest, version: str) -> list[str]:
    """What is wrong with an object for a version of Kubernetes."""
    text = json.dumps(item, sort_keys=True)
    if (version, text) in _valid:
        return []
    checker = validator(version, item["apiVersion"], item["kind"])
    where = f"Kubernetes {version}, {item['kind']}/{item['metadata']['name']}"
    found = [
        f"{where}{error.json_path[1:]}: {error.message}" for error in checker.iter_errors(item)
    ]
    if not found:
        _valid.add((version, text))
    return found


def test_the_schemas_reach_from_the_oldest_kubernetes_to_the_newest() -> None:
    assert VERSIONS[0] == "1.30.0"
    assert len(VERSIONS) >= 8


def test_a_misspelt_field_is_refused_in_every_version() -> None:
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "api-service"},
        "spec": {"ports": [{"port": 8080, "targetport": "http"}]},
    }
    for version in VERSIONS:
        assert "'targetport' was unexpected" in faults(service, version)[0]


def test_the_scenarios_show_every_custom_resource() -> None:
    scenarios = ("gateway", "secrets_external")
    shown = {(o["apiVersion"], o["kind"]) for name in scenarios for o in rendered(name).objects}
    assert set(CUSTOM) <= shown


@each_scenario
def test_every_object_is_valid_for_every_version(scenario: str) -> None:
    found = [
        fault
        for item in rendered(scenario).objects
        for version in VERSIONS
        for fault in faults(item, version)
    ]
    assert not found
