"""JSON Schema of the types of values. Patterns are RE2, as Helm's validator needs them."""

from __future__ import annotations

from generator.chart.values.tree import JsonSchema
from generator.spec.quantities import QUANTITY_PATTERN

DNS_LABEL = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
DNS_NAME = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"
IPV4 = (
    r"(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(\.(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])){3}"
)
IPV6 = r"[0-9a-fA-F:]*:[0-9a-fA-F:]*"

DEFINITIONS: dict[str, JsonSchema] = {
    "quantity": {
        "description": "Kubernetes quantity: 512Mi, 2Gi, 250m, 0.5",
        "anyOf": [
            {"type": "string", "pattern": f"^{QUANTITY_PATTERN}$"},
            {"type": "number", "minimum": 0},
        ],
    },
    "dnsName": {"type": "string", "pattern": DNS_NAME, "maxLength": 253},
    "dnsLabel": {"type": "string", "pattern": DNS_LABEL, "maxLength": 63},
    "portNumber": {"type": "integer", "minimum": 1, "maximum": 65535},
    "addressRange": {
        "type": "string",
        "pattern": f"^({IPV4}/(3[0-2]|[12]?[0-9])|{IPV6}/(12[0-8]|1[01][0-9]|[1-9]?[0-9]))$",
    },
    "ipv4Address": {"type": "string", "pattern": f"^{IPV4}$"},
    "userId": {"type": "integer", "minimum": 1, "maximum": 2147483647},
    "seconds": {"type": "integer", "minimum": 1, "maximum": 86400},
    "text": {"type": "string"},
    "environmentValues": {
        "type": "object",
        "propertyNames": {"pattern": "^[A-Z][A-Z0-9_]*$"},
        "additionalProperties": {"type": "string"},
    },
    "labelMap": {
        "type": "object",
        "additionalProperties": {
            "type": "string",
            "pattern": "^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$",
            "maxLength": 63,
        },
    },
    "annotationMap": {"type": "object", "additionalProperties": {"type": "string"}},
    "objectList": {"type": "array", "items": {"type": "object"}},
    "anyObject": {"type": "object"},
}


def reference(name: str) -> JsonSchema:
    """A reference to one of the definitions."""
    return {"$ref": f"#/definitions/{name}"}


def optional(name: str) -> JsonSchema:
    """The empty string, or what the definition says."""
    return {"anyOf": [{"const": ""}, reference(name)]}


def choice(*allowed: str) -> JsonSchema:
    """One of these words."""
    return {"enum": list(allowed)}


def integer(minimum: int, maximum: int | None = None) -> JsonSchema:
    """A whole number within bounds, both included."""
    bounds: JsonSchema = {"type": "integer", "minimum": minimum}
    return bounds if maximum is None else bounds | {"maximum": maximum}


BOOLEAN: JsonSchema = {"type": "boolean"}
TEXT = reference("text")
