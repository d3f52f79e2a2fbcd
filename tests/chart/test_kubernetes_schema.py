"""Every object is valid for every supported Kubernetes, unknown fields refused."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
from jsonschema.protocols import Validator

from generator.spec.problems import path_text
from generator.validate import kubernetes
from tests.chart.scenarios import each_scenario, own_objects, rendered
from tests.helm import Manifest

VERSIONS = [v for v in kubernetes.versions() if int(v.partition(".")[2]) >= 30]

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
                "anyOf": [{"required": ["backendRefs"]}, {"required": ["filters"]}],
                "properties": {
                    "filters": {"type": "array", "minItems": 1},
                    "backendRefs": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["name", "port"],
                            "properties": {"name": NAME, "port": {"type": "integer"}},
                        },
                    },
                },
            },
        },
    },
    ("keda.sh/v1alpha1", "ScaledObject"): {
        "scaleTargetRef": {
            "type": "object",
            "required": ["name"],
            "additionalProperties": False,
            "properties": {"apiVersion": NAME, "kind": NAME, "name": NAME},
        },
        "minReplicaCount": {"type": "integer", "minimum": 0},
        "maxReplicaCount": {"type": "integer", "minimum": 1},
        "pollingInterval": {"type": "integer", "minimum": 1},
        "cooldownPeriod": {"type": "integer", "minimum": 0},
        "advanced": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "horizontalPodAutoscalerConfig": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {"name": NAME, "behavior": {"type": "object"}},
                },
            },
        },
        "triggers": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["type", "metadata"],
                "properties": {
                    "type": NAME,
                    "metadata": {"type": "object", "additionalProperties": {"type": "string"}},
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
        "data": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["secretKey", "remoteRef"],
                "additionalProperties": False,
                "properties": {
                    "secretKey": NAME,
                    "remoteRef": {
                        "type": "object",
                        "required": ["key"],
                        "additionalProperties": {"type": "string"},
                    },
                },
            },
        },
    },
}

# Without hostnames a route is for every host of its listener; an ExternalSecret has its keys from
# one entry of the store, from an entry for each, or from both.
OPTIONAL = {"hostnames", "dataFrom", "data"}

# What has been found valid, as version and text: most objects are alike in many scenarios.
_valid: set[tuple[str, str]] = set()


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
                    "required": sorted(spec.keys() - OPTIONAL),
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


def test_the_scenarios_show_every_custom_resource() -> None:
    scenarios = ("gateway", "secrets_external", "scaled_by_keda")
    shown = {(o["apiVersion"], o["kind"]) for name in scenarios for o in rendered(name).objects}
    assert set(CUSTOM) <= shown


@each_scenario
def test_every_object_is_valid_for_every_version(scenario: str) -> None:
    found = [
        fault
        for item in own_objects(scenario)
        for version in VERSIONS
        for fault in faults(item, version)
    ]
    assert not found
