"""From the file of a spec to what everything else is made of, each step once.

spec → plan → tree of values → schema; the files of the chart, `explain` and `validate` read these.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from generator.plan.platform import Plan
from generator.spec.load import LoadedSpec, read_spec
from generator.validate.environments import check_environments
from generator.values.platform import umbrella_values
from generator.values.schema import umbrella_schema
from generator.values.tree import JsonSchema, Section


@dataclass(frozen=True)
class LoadedPlatform:
    """A spec without mistakes, and what follows from it."""

    loaded: LoadedSpec
    plan: Plan
    values: Section
    """Tree of all values."""
    schema: JsonSchema
    """Schema of all values: values.schema.json."""


def load_platform(file: Path) -> LoadedPlatform:
    """Read a spec and check it with its environments. SpecError names every mistake."""
    loaded = read_spec(file)
    plan = Plan(loaded.spec)
    values = umbrella_values(plan)
    schema = umbrella_schema(plan, values)
    check_environments(loaded, plan, values, schema)
    return LoadedPlatform(loaded, plan, values, schema)
