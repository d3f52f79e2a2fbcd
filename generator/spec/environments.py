"""Whether the values of the environments are values that the chart knows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path as File
from typing import TYPE_CHECKING

from generator.spec.model import Spec
from generator.spec.problems import LocatedProblem, path_text
from generator.spec.source import Document, Source

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

    from generator.plan.platform import Plan


def environment_problems(spec: Spec, source: Source, file: File) -> list[LocatedProblem]:
    """Find every value of an environment that the schema of the chart's values refuses."""
    if not spec.environments:
        return []
    from generator.chart.schema import umbrella_schema
    from generator.chart.validator import HelmValidator
    from generator.plan.platform import Plan

    plan = Plan(spec)
    validator = HelmValidator(umbrella_schema(plan))
    found = list[LocatedProblem]()
    for name, environment in spec.environments.items():
        errors = validator.iter_errors(environment.values)
        # An overlay says only what differs: what it lacks is in the defaults.
        wrong = [error for error in errors if error.validator != "required"]
        if wrong:
            found += _in_words(wrong, plan, source, file, name)
    return found


def _in_words(
    errors: list[ValidationError], plan: Plan, source: Source, file: File, name: str
) -> Iterator[LocatedProblem]:
    # Only a wrong spec needs these.
    from generator.chart.values.platform import umbrella_values
    from generator.explain.origin import Origins
    from generator.validate.given import EverythingGiven, GivenFile
    from generator.validate.problems import in_words

    above = ("environments", name, "values")
    _, values = source.way(above)[-1]
    given = EverythingGiven([GivenFile(str(file), Document(values))])
    for problem in in_words(errors, umbrella_values(plan), Origins(plan, file), given):
        line, column = problem.place.line or 1, problem.place.column or 1
        yield LocatedProblem(line, column, f"{path_text(above)}.{problem.path}", problem.message)
