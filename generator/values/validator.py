"""Judges values by a schema as Helm does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from jsonschema import Draft7Validator, ValidationError
from jsonschema.validators import extend


@cache
def _go_pattern(pattern: str) -> re.Pattern[str]:
    r"""Return a pattern that matches as in Go: `\d` is ASCII, and `$` only the very end."""
    return re.compile(re.sub(r"\$$", r"\\Z", pattern), re.ASCII)


def _pattern(
    validator: Any, pattern: str, instance: Any, schema: Mapping[str, Any]
) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not _go_pattern(pattern).search(instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


HelmValidator = extend(Draft7Validator, {"pattern": _pattern})  # type: ignore[no-untyped-call]
"""Draft-07 with the patterns of Go, which Helm's validator is written in."""
