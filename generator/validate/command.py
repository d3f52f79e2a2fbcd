"""`genx-fx validate`: from the spec and what a user gives to the problems."""

from __future__ import annotations

from pathlib import Path

from generator.explain.origin import Origins
from generator.load import load_platform
from generator.validate.contradictions import contradictions
from generator.validate.inputs import Inputs, merge
from generator.validate.problems import ValuesProblem, problem_at, unknown_globals, values_problems


def validate(
    spec_file: Path, inputs: Inputs, *, render: bool
) -> tuple[list[ValuesProblem], list[str]]:
    """Find what is wrong with the values, and warnings. Contradictions are looked for last."""
    loaded = load_platform(spec_file)
    merged = merge(inputs, loaded.values.defaults())
    problems = values_problems(loaded, Origins(loaded.plan, loaded.loaded), merged)
    warnings = [*merged.warnings, *unknown_globals(loaded.values, merged)]
    if render and not problems:
        platform = loaded.plan.spec.platform
        chart = spec_file.parent / "charts" / platform.name
        found = contradictions(inputs, chart, platform.kubernetes)
        problems = [problem_at(merged.given, tuple(path.split(".")), said) for path, said in found]
        problems.sort(key=lambda problem: problem.order)
    return problems, warnings
