"""Reading `genx-fx.yaml`: a spec that is right, or everything that is wrong with it."""

from __future__ import annotations

from pathlib import Path as File

from pydantic import ValidationError

from generator.errors import SpecError
from generator.spec.checks import Subject, reference_problems
from generator.spec.fields import Context
from generator.spec.model import Spec
from generator.spec.problems import LocatedProblem
from generator.spec.source import Source, UnreadableSource


def load_spec(file: File) -> Spec:
    """Read and check the spec; SpecError names every mistake with its line and column."""
    try:
        source = Source(file.read_bytes())
    except OSError as error:
        raise SpecError([f"{file}: {(error.strerror or str(error)).lower()}"]) from None
    except UnreadableSource as unreadable:
        raise _spec_error(file, [unreadable.problem]) from None
    spec, problems, unchecked = _checked(source, file)
    reported = {(problem.line, problem.column) for problem in source.problems}
    found = source.problems + [p for p in problems if (p.line, p.column) not in reported]
    if spec is None or found:
        raise _spec_error(file, found, unchecked)
    return spec


def _checked(source: Source, file: File) -> tuple[Spec | None, list[LocatedProblem], str]:
    """The spec, what is wrong with it, and what could not be looked at because of that.

    What depends on a mistake would only be a mistake as well, so each step waits for the last.
    """
    context: Context = {"root": file.parent}
    try:
        spec = Spec.model_validate(source.data, context=context)
    except ValidationError as error:
        from generator.spec.explain import explained  # only a wrong spec needs it

        problems = [source.located(problem) for problem in explained(error, source)]
        return None, problems, "references and environments"
    problems = [source.located(problem) for problem in reference_problems(Subject(spec))]
    if problems or source.problems:
        return spec, problems, "environments"
    from generator.spec.environments import environment_problems

    return spec, environment_problems(spec, source, file), ""


def _spec_error(file: File, problems: list[LocatedProblem], unchecked: str = "") -> SpecError:
    count = "1 error" if len(problems) == 1 else f"{len(problems)} errors"
    later = f"; {unchecked} are checked when these are fixed" if unchecked else ""
    return SpecError(
        [*(f"{file}:{problem}" for problem in sorted(problems)), f"{file}: {count}{later}"]
    )
