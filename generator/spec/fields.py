"""Types of single fields in the spec, each with the JSON Schema that editors see."""

from __future__ import annotations

from pathlib import Path as File
from typing import Annotated, Any, TypedDict

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StringConstraints,
    ValidationInfo,
)
from pydantic_core import CoreSchema, core_schema

from generator.spec.content import ContentFolder, DashboardFolder, ScriptFolder
from generator.spec.problems import Path, nearest
from generator.spec.quantities import QUANTITY_PATTERN, RANGE_PATTERN, Quantity, QuantityRange


class Context(TypedDict):
    """What the spec is validated with: the folder that paths in the spec are relative to."""

    root: File


class SpecModel(BaseModel):
    """A mapping of the spec: no key beyond the declared ones."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


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


class _Folder:
    """Reads a field from text as a folder, and shows it as a string in the JSON Schema.

    The path is relative to `root` of the Context; without one, to the working directory.
    """

    def __init__(self, kind: type[ContentFolder]) -> None:
        self.kind = kind

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        text = core_schema.str_schema(strict=True, pattern=RELATIVE_PATH)
        return core_schema.with_info_after_validator_function(self._folder, text)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": "string", "pattern": RELATIVE_PATH}

    def _folder(self, name: str, info: ValidationInfo) -> ContentFolder:
        return self.kind(name, (info.context or {}).get("root", File()))


def chosen_by_key(*keys: str) -> Discriminator:
    """Choose the member of a union, tagged `with <key>`, by the key that a mapping has.

    A misspelt key counts as the one it is most like, so that an error is reported against the
    member that was meant. What is no mapping is tagged `with text`.
    """

    def choose(value: Any) -> str | None:
        if isinstance(value, str):
            return "with text"
        given = _keys_of(value)
        found = next((key for key in keys if key in given), None)
        found = found or next((near for key in given if (near := nearest(key, keys))), None)
        return found and f"with {found}"

    return Discriminator(choose)


def chosen_by_kind(*kinds: str) -> Discriminator:
    """Choose the member of a union, tagged `kind <kind>`, by `kind` or the kind most like it."""

    def choose(value: Any) -> str | None:
        kind = value.get("kind") if isinstance(value, dict) else getattr(value, "kind", None)
        if not isinstance(kind, str):
            return None
        found = kind if kind in kinds else nearest(kind, kinds)
        return found and f"kind {found}"

    return Discriminator(choose)


KEY = "[key]"
"""Ends a pydantic location where the key of a dictionary is wrong, not its value."""


def path_of(location: Path) -> Path:
    """Return a pydantic location as a path in the spec."""
    return tuple(part for part in location if part != KEY and not is_union_tag(part))


def is_union_tag(element: str | int) -> bool:
    """Return whether an element of a pydantic location names a member of a union, not a key."""
    return isinstance(element, str) and element.startswith(("with ", "kind "))


def _keys_of(value: Any) -> list[str]:
    if isinstance(value, BaseModel):
        return list(type(value).model_fields)
    return [key for key in value if isinstance(key, str)] if isinstance(value, dict) else []


DNS_LABEL = r"^[a-z]([-a-z0-9]*[a-z0-9])?$"
WORD = r"^[a-z][a-z0-9]*$"
DNS_NAME = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"
ENVIRONMENT_NAME = r"^[A-Z][A-Z0-9_]*$"
ABSOLUTE_PATH = r"^/[^:\s]+$"
RELATIVE_PATH = r"^[^/\\:\s][^\\:\s]*$"
SUB_PATH = r"^([^/.:\s][^/:\s]*|\.[^/.:\s][^/:\s]*)(/([^/.:\s][^/:\s]*|\.[^/.:\s][^/:\s]*))*$"
URL_PATH = r"^/\S*$"
IMAGE = r"^[a-z0-9]+(([./:]|_{1,2}|-+)[a-z0-9]+)*:[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$"
SEMANTIC_VERSION = r"^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$"
# As `gpg --fingerprint` shows it, without its spaces; version 6 of OpenPGP has 64 digits.
FINGERPRINT = r"^[0-9A-F]{40}([0-9A-F]{24})?$"
KUBERNETES_VERSION = r"^1\.(3[0-9]|[4-9][0-9])$"
WEB_ADDRESS = r"^https?://[^\s/]+(/\S*)?$"
SECURE_WEB_ADDRESS = r"^https://[^\s/]+(/\S*)?$"
EMAIL_ADDRESS = r"^[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$"
SPDX_EXPRESSION = r"^[A-Za-z0-9.+-]+( (AND|OR|WITH) [A-Za-z0-9.+-]+)*$"

ONE_LINE = r"^[^\x00-\x1f\x7f]+$"

PATTERNS_IN_WORDS = {
    ONE_LINE: "one line of text",
    WORD: "lower-case letters and digits, a letter first",
    DNS_LABEL: "lower-case letters, digits and '-', a letter first",
    DNS_NAME: "a host name such as genx-fx.local",
    ENVIRONMENT_NAME: "capital letters, digits and '_', a letter first",
    ABSOLUTE_PATH: "a path such as /app/logs",
    RELATIVE_PATH: "a path relative to the spec such as platform/mysql/",
    SUB_PATH: "a path inside the volume such as out/reports, without ..",
    URL_PATH: "a path such as /health",
    IMAGE: "repository:tag such as redis:7.4.5-alpine",
    SEMANTIC_VERSION: "a semantic version such as 0.1.0",
    WEB_ADDRESS: "a web address such as https://example.com/platform",
    SECURE_WEB_ADDRESS: "an https address such as https://example.com/icon.svg",
    EMAIL_ADDRESS: "an e-mail address such as team@example.com",
    SPDX_EXPRESSION: "an SPDX licence expression such as Apache-2.0",
    FINGERPRINT: "40 hexadecimal digits in capitals, as of `gpg --fingerprint` without its spaces",
    KUBERNETES_VERSION: 'a version from "1.30" on, in quotes: older ones cannot sleep in preStop',
}


def in_words(pattern: str, words: str) -> str:
    """Return a pattern, and have a text that does not match it be explained by these words."""
    PATTERNS_IN_WORDS[pattern] = words
    return pattern


Amount = Annotated[Quantity, _Parsed(Quantity, f"^{QUANTITY_PATTERN}$"), Field(examples=["64Mi"])]
AmountRange = Annotated[
    QuantityRange, _Parsed(QuantityRange, RANGE_PATTERN), Field(examples=["512Mi-2Gi"])
]

YAML_WORDS = ("true", "false", "null", "yes", "no", "on", "off", "y", "n")
"""Words that YAML 1.1 reads as something else than text: https://yaml.org/type/bool.html"""


def _is_text(name: str) -> str:
    """Return a name that stands in YAML without quotes; ValueError where YAML reads no text."""
    if name in YAML_WORDS:
        raise ValueError(f"YAML reads {name} as something else than text; take another name")
    return name


Text = Annotated[str, Field(strict=True, examples=["text"])]
Purpose = Annotated[
    Text,
    Field(min_length=1, pattern=ONE_LINE, description="What it is for, in one line"),
]
DnsLabel = Annotated[
    str,
    StringConstraints(pattern=DNS_LABEL, max_length=63),
    AfterValidator(_is_text),
    Field(examples=["api"]),
]
TierName = Annotated[
    str,
    StringConstraints(pattern=WORD, max_length=30),
    AfterValidator(_is_text),
    Field(description="Name of the subchart and its values", examples=["application"]),
]
DnsName = Annotated[
    str, StringConstraints(pattern=DNS_NAME, max_length=253), Field(examples=["genx-fx.local"])
]
EnvironmentName = Annotated[
    str, StringConstraints(pattern=ENVIRONMENT_NAME), Field(examples=["MYSQL_USER"])
]
AbsolutePath = Annotated[
    str, StringConstraints(pattern=ABSOLUTE_PATH), Field(examples=["/app/logs"])
]
SubPath = Annotated[str, StringConstraints(pattern=SUB_PATH), Field(examples=["out"])]
Scripts = Annotated[ScriptFolder, _Folder(ScriptFolder), Field(examples=["platform/mysql/"])]
Dashboards = Annotated[
    DashboardFolder, _Folder(DashboardFolder), Field(examples=["platform/dashboards/"])
]
UrlPath = Annotated[str, StringConstraints(pattern=URL_PATH), Field(examples=["/health"])]
WebAddress = Annotated[
    str,
    StringConstraints(pattern=WEB_ADDRESS),
    Field(examples=["https://example.com/platform"]),
]
SecureWebAddress = Annotated[
    str,
    StringConstraints(pattern=SECURE_WEB_ADDRESS),
    Field(examples=["https://example.com/icon.svg"]),
]
EmailAddress = Annotated[
    str, StringConstraints(pattern=EMAIL_ADDRESS), Field(examples=["team@example.com"])
]
Fingerprint = Annotated[
    str,
    StringConstraints(pattern=FINGERPRINT),
    Field(
        description="Fingerprint of a PGP key",
        examples=["0123456789ABCDEF0123456789ABCDEF01234567"],
    ),
]
Line = Annotated[
    str, StringConstraints(pattern=ONE_LINE, strict=True), Field(examples=["one line of text"])
]
ImageReference = Annotated[
    str,
    StringConstraints(pattern=IMAGE),
    Field(
        description="repository:tag; a registry may stand before it",
        examples=["redis:7.4.5-alpine"],
    ),
]
Port = Annotated[int, Field(ge=1, le=65535, strict=True, examples=[8080])]
Seconds = Annotated[int, Field(ge=1, strict=True, examples=[120])]
Count = Annotated[int, Field(ge=1, strict=True, examples=[2])]
UserId = Annotated[int, Field(ge=10000, le=2**31 - 1, strict=True, examples=[10001])]
