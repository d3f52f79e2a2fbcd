"""Renders the Jinja2 sources; their delimiters clash with neither Helm, shell nor YAML."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined

from generator.chart.reference import cell
from generator.chart.values.yaml_text import scalar
from generator.names import camel_case, volume_name

SOURCES = Path(__file__).parent / "templates"


def _quoted(names: Iterable[str]) -> str:
    """Words as arguments of a Helm function: "a" "b"."""
    return " ".join(json.dumps(name) for name in names)


def literal(text: str) -> str:
    """Text that Helm prints as it is: opening braces would begin an action."""
    return text.replace("{{", '{{ "{{" }}')


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


@cache
def environment() -> Environment:
    """The Jinja2 environment; an undefined name is an error."""
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
        "json": _json,
        "quoted": _quoted,
        "yaml": scalar,
        "camel_case": camel_case,
        "literal": literal,
        "volume_name": volume_name,
    }
    return env


def render(source: str, context: dict[str, Any]) -> str:
    """The text of one source, a path below `templates/`."""
    return environment().get_template(source).render(context)
