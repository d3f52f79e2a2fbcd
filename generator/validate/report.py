"""The problems of values as text or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from generator.validate.problems import ValuesProblem

CONTRADICTIONS = (
    "values that contradict each other are named by helm template and helm install, all at once,"
    " and here with --render, as are objects that Kubernetes would refuse"
)


def as_json(problems: Iterable[ValuesProblem]) -> str:
    """Return a list of objects, one for each problem."""
    return json.dumps([_object(problem) for problem in problems], indent=2, ensure_ascii=False)


def as_text(names: list[str], problems: list[ValuesProblem], *, rendered: bool) -> str:
    """Return a line for each problem, and one that says how it stands."""
    if problems:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        return "\n".join([*map(str, problems), count])
    verdict = f"{names[0]} is valid" if len(names) == 1 else "the values are valid"
    return verdict if rendered else f"{verdict}; {CONTRADICTIONS}"


def _object(problem: ValuesProblem) -> dict[str, Any]:
    return {
        "file": problem.place.source,
        "line": problem.place.line,
        "column": problem.place.column,
        "path": problem.path,
        "given": problem.given,
        "allowed": problem.allowed,
        "source": problem.source,
        "hint": problem.hint,
    }
