"""`genx-fx validate`: from the spec and what a person gives to the problems."""

from __future__ import annotations

from pathlib import Path

from generator.explain.origin import Origins
from generator.plan.platform import Plan
from generator.spec.load import load_spec
from generator.validate.contradictions import contradictions
from generator.validate.inputs import Inputs, read_inputs
from generator.validate.problems import ValuesProblem, problem_at, values_problems


def validate(
    spec_file: Path, inputs: Inputs, *, render: bool
) -> tuple[list[ValuesProblem], list[str]]:
    """What is wrong with the values, and warnings. Contradictions are looked for last."""
    plan = Plan(load_spec(spec_file))
    given, warnings = read_inputs(inputs)
    problems = values_problems(plan, Origins(plan, spec_file), given)
    if render and not problems:
        platform = plan.spec.platform
        chart = spec_file.parent / "charts" / platform.name
        found = contradictions(chart, platform.kubernetes, given.plain())
        problems = [problem_at(given, tuple(path.split(".")), said) for path, said in found]
        problems.sort(key=lambda problem: problem.order)
    return problems, warnings
