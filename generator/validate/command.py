"""`genx-fx validate`: from the spec and what a user gives to the problems."""

from __future__ import annotations

from pathlib import Path

from generator.explain.origin import Origins
from generator.load import LoadedPlatform, load_platform
from generator.spec.problems import Path as ValuePath
from generator.validate.contradictions import rendered
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


def _render_problems(
    loaded: LoadedPlatform, inputs: Inputs, merged: Merged, folder: Path, kube_version: str
) -> list[ValuesProblem]:
    """Find what a render shows: contradictions, or else objects that Kubernetes would refuse."""
    platform = loaded.plan.spec.platform
    version = kube_version or platform.kubernetes
    found = rendered(inputs, folder / "charts" / platform.name, version)
    said: list[tuple[ValuePath, str]] = [
        (tuple(path.split(".")), message) for path, message in found.contradictions
    ]
    said += object_problems(found.text, version, merged.values, loaded.plan)
    problems = [problem_at(merged.given, path, message) for path, message in said]
    return sorted(problems, key=lambda problem: problem.order)
