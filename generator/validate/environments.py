"""Values of the spec's environments, checked as `genx-fx validate` checks a user's values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from generator.spec.load import LoadedSpec, spec_error
from generator.spec.problems import LocatedProblem, path_text
from generator.spec.source import Document
from generator.values.validator import HelmValidator

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

    from generator.plan.platform import Plan
    from generator.values.tree import JsonSchema, Section


def check_environments(loaded: LoadedSpec, plan: Plan, tree: Section, schema: JsonSchema) -> None:
    """Hold the values of every environment against the schema. Raises SpecError."""
    validator = HelmValidator(schema)
    found = list[LocatedProblem]()
    for name, environment in loaded.spec.environments.items():
        errors = validator.iter_errors(environment.values)
        # An overlay says only what differs: what it lacks is in the defaults.
        wrong = [error for error in errors if error.validator != "required"]
        found += _in_words(wrong, loaded, plan, tree, name)
    if found:
        raise spec_error(loaded.file, found)


def _in_words(
    errors: list[ValidationError], loaded: LoadedSpec, plan: Plan, tree: Section, name: str
) -> Iterator[LocatedProblem]:
    # Building the words costs time, and a spec without mistakes needs none.
    from generator.explain.origin import Origins
    from generator.validate.given import EverythingGiven, GivenFile
    from generator.validate.problems import in_words, misspelt_globals

    above = ("environments", name, "values")
    given_values = loaded.spec.environments[name].values
    if not errors and not misspelt_globals(given_values, tree):
        return
    _, values = loaded.source.way(above)[-1]
    given = EverythingGiven([GivenFile(str(loaded.file), Document(values))])
    origins = Origins(plan, loaded)
    for problem in in_words(errors, tree, origins, given, given_values):
        line, column = problem.place.line or 1, problem.place.column or 1
        yield LocatedProblem(line, column, f"{path_text(above)}.{problem.path}", problem.message)
