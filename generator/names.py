"""Names that follow from other names, and names of things in plain words."""

from __future__ import annotations


def camel_case(name: str) -> str:
    """Return the key of a component in the values: `trading-bot` → `tradingBot`."""
    first, *rest = name.split("-")
    return first + "".join(part.capitalize() for part in rest)


def volume_name(path: str) -> str:
    """Return the name of the volume at a path: `/var/run/mysqld` → `var-run-mysqld`."""
    return path.strip("/").replace("/", "-").replace(".", "-").replace("_", "-").lower()


TYPES_IN_WORDS = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
}
"""JSON Schema's types as a user would say them."""
