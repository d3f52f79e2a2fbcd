"""The JSON Schema of the spec, from which editors complete and explain."""

from __future__ import annotations

import json
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from generator.chart.mark import MARK
from generator.spec.model import Spec


def spec_json_schema(title: str) -> str:
    """Return the JSON Schema (draft-07) as text; `title` is the platform's."""
    generated = Spec.model_json_schema(schema_generator=_Readable)
    head = {
        "$comment": MARK,
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": title,
    }
    return json.dumps(head | _after(head, generated), indent=2, ensure_ascii=False) + "\n"


def _after(head: dict[str, Any], generated: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in generated.items() if key not in head}


class _Readable(GenerateJsonSchema):
    """Says what a user may write: no titles made from field names, no nulls."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        generated = super().dict_schema(schema)
        if "patternProperties" in generated:
            generated["additionalProperties"] = False
        return generated
