"""`genx-fx validate`: from the spec and what a user gives to the problems."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from generator.errors import ValuesError
from generator.explain.origin import Origins
from generator.load import LoadedPlatform, load_platform
from generator.spec.problems import Path as ValuePath
from generator.validate.contradictions import Rendered, rendered
from generator.validate.inputs import Inputs, Merged, merge
from generator.validate.objects import object_problems
from generator.validate.problems import ValuesProblem, problem_at, unknown_globals, values_problems


def validate(
    spec_file: Path, inputs: Inputs, *, render: bool, kube_version: str = ""
) -> tuple[list[ValuesProblem], list[str]]:
    """Find what is wrong with the values, and warnings.

    What contradicts what is looked for last, and then what Kubernetes would refuse.
    """
    loaded = load_platform(spec_file)
    merged = merge(inputs, loaded.values.defaults())
    problems = values_problems(loaded, Origins(loaded.plan, loaded.loaded), merged)
    warnings = [*merged.warnings, *unknown_globals(loaded.values, merged)]
    if render and not problems:
        problems = _render_problems(loaded, inputs, merged, spec_file.parent, kube_version)
    return problems, warnings


def valid_render(loaded: LoadedPlatform, inputs: Inputs, folder: Path) -> str:
    """Return what Helm makes of the values. Raises ValuesError where it would refuse them."""
    merged = merge(inputs, loaded.values.defaults())
    problems = values_problems(loaded, Origins(loaded.plan, loaded.loaded), merged)
    if not problems:
        found = _rendered(loaded, inputs, folder, loaded.plan.spec.platform.kubernetes)
        if not found.contradictions:
            return found.text
        problems = _at_places(merged, found.contradictions)
    raise ValuesError([str(problem) for problem in problems])


def _render_problems(
    loaded: LoadedPlatform, inputs: Inputs, merged: Merged, folder: Path, kube_version: str
) -> list[ValuesProblem]:
    """Find what a render shows: contradictions, or else objects that Kubernetes would refuse."""
    version = kube_version or loaded.plan.spec.platform.kubernetes
    found = _rendered(loaded, inputs, folder, version)
    said = [
        *found.contradictions,
        *object_problems(found.text, version, merged.values, loaded.plan),
    ]
    return _at_places(merged, said)


def _rendered(loaded: LoadedPlatform, inputs: Inputs, folder: Path, kubernetes: str) -> Rendered:
    return rendered(inputs, folder / "charts" / loaded.plan.spec.platform.name, kubernetes)


def _at_places(merged: Merged, said: Iterable[tuple[ValuePath, str]]) -> list[ValuesProblem]:
    problems = [problem_at(merged.given, path, message) for path, message in said]
    return sorted(problems, key=lambda problem: problem.order)
