"""Types of single fields in the spec, each with the JSON Schema that editors see."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StringConstraints,
)
from pydantic_core import CoreSchema, core_schema

from generator.spec.quantities import QUANTITY_PATTERN, RANGE_PATTERN, Quantity, QuantityRange


class SpecModel(BaseModel):
    """A mapping of the spec: no key beyond the declared ones."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class _Parsed:
    """Reads a field from text by `kind.parse` and shows it as a string in the JSON Schema."""

    def __init__(self, kind: type[Quantity] | type[QuantityRange], pattern: str) -> None:
        self.kind, self.pattern = kind, pattern

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(
            self.kind.parse, core_schema.str_schema(strict=True)
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": "string", "pattern": self.pattern}


def _same_text(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, str):
        raise ValueError("must be text; put it in quotes")
    return value


Amount = Annotated[Quantity, _Parsed(Quantity, f"^{QUANTITY_PATTERN}$")]
AmountRange = Annotated[QuantityRange, _Parsed(QuantityRange, RANGE_PATTERN)]

Text = Annotated[str, BeforeValidator(_same_text)]
Purpose = Annotated[Text, Field(min_length=1, description="What it is for, in one line")]
DnsLabel = Annotated[str, StringConstraints(pattern=r"^[a-z]([-a-z0-9]*[a-z0-9])?$", max_length=63)]
DnsName = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$", max_length=253)
]
EnvironmentName = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$")]
AbsolutePath = Annotated[str, StringConstraints(pattern=r"^/[^:]+$")]
ImageReference = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9]+([._/:-][a-z0-9]+)*:[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$"),
    Field(description="repository:tag; a registry may stand before it"),
]
Port = Annotated[int, Field(ge=1, le=65535, strict=True)]
Seconds = Annotated[int, Field(ge=1, strict=True)]
Count = Annotated[int, Field(ge=1, strict=True)]
UserId = Annotated[int, Field(ge=10000, le=2**31 - 1, strict=True)]
