"""The type of a value in words."""

from __future__ import annotations

import json
import re
from typing import Any

from generator.names import TYPES_IN_WORDS
from generator.values.schemas import DEFINITIONS
from generator.values.tree import JsonSchema, Value

_MANY = {"a mapping": "mappings", "a whole number": "whole numbers", "text": "text"}
_UNITS = re.compile(r"\b(bytes|cores|seconds|percent)\b")


def type_in_words(schema: JsonSchema) -> str:
    """Return what a schema takes: `text`, `one of rwx, ephemeral`, `a quantity such as 512Mi`."""
    if "$ref" in schema:
        return type_in_words(DEFINITIONS[schema["$ref"].rpartition("/")[2]])
    if "enum" in schema:
        return f"one of {', '.join(map(shown, schema['enum']))}"
    if "then" in schema:
        return f"{type_in_words(schema['else'])} or {type_in_words(schema['then'])}"
    if "else" in schema:
        return str(schema["else"]["const"])
    if "const" in schema:
        return f"only {shown(schema['const'])}"
    name = TYPES_IN_WORDS[schema["type"]]
    below = schema.get("items") or next(iter(schema.get("patternProperties", {}).values()), None)
    below = below or schema.get("additionalProperties")
    if not below:
        return name
    words = type_in_words(below)
    return f"{name} of {_MANY[words]}" if words in _MANY else f"{name}, each {words}"


def unit(value: Value) -> str:
    """Return what its number counts, where its description says so."""
    found = _UNITS.search(value.comment.lower())
    return found[1] if found else ""


def shown(value: Any) -> str:
    """Return a value as a user would write it, in one line."""
    if isinstance(value, str) and value:
        return value
    return json.dumps(value, ensure_ascii=False)
