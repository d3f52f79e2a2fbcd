"""Renders the Jinja2 sources; their delimiters clash with neither Helm, shell nor YAML."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined

from generator.names import camel_case
from generator.values.yaml_text import scalar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

SOURCES = Path(__file__).parent.parent
"""Folder that names of sources are relative to: chart/templates/Chart.yaml, kinds/web/_pod.tpl."""


def cell(text: str) -> str:
    """Return text that fits into one cell of a Markdown table."""
    return " ".join(text.split()).replace("|", "\\|")


def _quoted(names: Iterable[str]) -> str:
    """Return words as arguments of a Helm function: "a" "b"."""
    return " ".join(json.dumps(name, ensure_ascii=False) for name in names)


def _code(words: Iterable[str]) -> str:
    """Return words as code in Markdown, with commas between."""
    return ", ".join(f"`{word}`" for word in words)


def literal(text: str) -> str:
    """Return text that Helm prints as it is: opening braces would begin an action."""
    return text.replace("{{", '{{ "{{" }}')


def _password_in_use(server: str, component: str) -> str:
    """Return the Helm expression that is true where a component needs a server's password.

    The server itself needs it where it demands it; clients may send it before.
    """
    auth = f"$.Values.global.{server}.auth"
    return f"(and {auth}.enabled {auth}.required)" if component == server else f"{auth}.enabled"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


@cache
def environment() -> Environment:
    """Build the Jinja2 environment; an undefined name is an error."""
    env = Environment(
        loader=FileSystemLoader(SOURCES),
        block_start_string="@%",
        block_end_string="%@",
        variable_start_string="@{",
        variable_end_string="}@",
        comment_start_string="@#",
        comment_end_string="#@",
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        bytecode_cache=FileSystemBytecodeCache(),  # keyed by the source, in the temporary folder
        autoescape=False,
    )
    env.filters |= {
        "cell": cell,
        "code": _code,
        "json": _json,
        "quoted": _quoted,
        "yaml": scalar,
        "camel_case": camel_case,
        "literal": literal,
        "password_in_use": _password_in_use,
    }
    return env


def render(source: str, *contexts: DataclassInstance) -> str:
    """Render one source, a path below SOURCES; the names in it are the fields of the contexts."""
    names: dict[str, Any] = {}
    for context in contexts:
        names |= vars(context)
    return environment().get_template(source).render(names)
