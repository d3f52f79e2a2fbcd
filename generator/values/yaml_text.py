"""Values as YAML text that a user reads: comments before keys, no surprises in scalars."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Mapping
from typing import Any

import yaml

from generator.values.tree import Section, Value

WIDTH = 100
"""Columns that a comment fills at most."""

_PLAIN_WORD = re.compile(r"[A-Za-z/][A-Za-z0-9/._ -]*[A-Za-z0-9]|[A-Za-z]")
_NUMBER_WITH_UNIT = re.compile(r"[0-9]+(Ki|Mi|Gi|Ti|m|h)")
# Words that YAML 1.1 or 1.2 reads as something else.
_RESERVED = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}


SCHEMA_LINE = "# yaml-language-server: $schema="
"""What editors look for: https://github.com/redhat-developer/yaml-language-server"""


def schema_line(schema: str) -> str:
    """Return the first line of a YAML file whose schema stands at this path from it."""
    return f"{SCHEMA_LINE}{schema}\n"


def scalar(value: Any) -> str:
    """Return a value in one line; text is quoted unless it is plainly a word or an amount."""
    if isinstance(value, str):
        plain = _PLAIN_WORD.fullmatch(value) or _NUMBER_WITH_UNIT.fullmatch(value)
        if plain and value.lower() not in _RESERVED:
            return value
        return _quoted(value)
    if isinstance(value, list) and value:
        return f"[{', '.join(map(scalar, value))}]"
    if isinstance(value, Mapping) and value:
        return f"{{{', '.join(f'{scalar(k)}: {scalar(v)}' for k, v in value.items())}}}"
    if isinstance(value, float):
        text: str = yaml.safe_dump(value)  # YAML has words of its own for infinity
        return text.removesuffix("\n...\n")
    return json.dumps(value)


def _quoted(value: str) -> str:
    if value.isprintable():
        return json.dumps(value, ensure_ascii=False)  # a JSON string is a YAML one
    text: str = yaml.safe_dump(value, default_style='"', width=10**6, allow_unicode=True)
    return text.rstrip("\n")


def tree_text(section: Section) -> str:
    """Return values.yaml, without its head."""
    return "\n".join(_section_lines(section, 0)) + "\n"


def data_text(data: Mapping[str, Any]) -> str:
    """Return plain data in block style, for overlays."""
    return "\n".join(_data_lines(data, 0)) + "\n"


def comment_lines(text: str, indent: int) -> list[str]:
    """Return a comment above what it explains."""
    lead = " " * indent + "# "
    return textwrap.wrap(text, WIDTH, initial_indent=lead, subsequent_indent=lead)


def _section_lines(section: Section, indent: int) -> list[str]:
    lines: list[str] = []
    for key, entry in section.entries.items():
        if indent == 0 and lines:
            lines.append("")
        if isinstance(entry, Value):
            lines += _commented(
                key, _entry_lines(key, entry.default, indent), entry.comment, indent
            )
        else:
            lines += _commented(key, [f"{' ' * indent}{key}:"], entry.about, indent)
            lines += _section_lines(entry, indent + 2)
    return lines


def _commented(key: str, lines: list[str], comment: str, indent: int) -> list[str]:
    """Return lines with the comment behind the first or above it, unless it repeats the key."""
    comment = " ".join(comment.split())
    if comment.replace(" ", "").lower() == key.lower():
        return lines
    first = f"{lines[0]}  # {comment}"
    if indent and len(first) <= WIDTH:
        return [first, *lines[1:]]
    return [*comment_lines(comment, indent), *lines]


def _entry_lines(key: str, value: Any, indent: int) -> list[str]:
    lead = " " * indent
    if isinstance(value, Mapping) and value:
        return [f"{lead}{scalar(key)}:", *_data_lines(value, indent + 2)]
    if isinstance(value, list) and value:
        return [f"{lead}{scalar(key)}:", *_list_lines(value, indent + 2)]
    return [f"{lead}{scalar(key)}: {scalar(value)}"]


def _data_lines(data: Mapping[str, Any], indent: int) -> list[str]:
    return [line for key, value in data.items() for line in _entry_lines(key, value, indent)]


def _list_lines(items: list[Any], indent: int) -> list[str]:
    lines: list[str] = []
    for item in items:
        if isinstance(item, Mapping) and item:
            first, *rest = _data_lines(item, indent + 2)
            lines += [f"{' ' * indent}- {first.lstrip()}", *rest]
        else:
            lines.append(f"{' ' * indent}- {scalar(item)}")
    return lines
