"""Reads `genx-fx.yaml`: a spec without mistakes, or everything that is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path as File

from pydantic import ValidationError

from generator.errors import SpecError
from generator.spec.checks import Subject, reference_problems
from generator.spec.fields import Context
from generator.spec.model import Spec
from generator.spec.problems import LocatedProblem
from generator.spec.source import Source, UnreadableSource


@dataclass(frozen=True)
class LoadedSpec:
    """A spec, and the text that it was read from, for the lines of what is found later."""

    spec: Spec
    source: Source
    file: File


def load_spec(file: File) -> Spec:
    """Read a spec and check it, but for its environments. SpecError names every mistake."""
    return read_spec(file).spec


def read_spec(file: File) -> LoadedSpec:
    """Read a spec and check it, but for its environments.

    SpecError names every mistake with its line and column. What depends on a mistake would only be
    a mistake as well, so references are checked when the form is right.
    """
    try:
        source = Source(file.read_bytes())
    except OSError as error:
        raise SpecError([f"{file}: {(error.strerror or str(error)).lower()}"]) from None
    except UnreadableSource as unreadable:
        raise spec_error(file, [unreadable.problem]) from None
    context: Context = {"root": file.parent}
    try:
        spec = Spec.model_validate(source.data, context=context)
    except ValidationError as error:
        from generator.spec.mistakes import mistakes_in_words  # only a spec with mistakes needs it

        found = [source.located(problem) for problem in mistakes_in_words(error, source)]
        raise spec_error(file, _with(source, found), "references and environments") from None
    found = [source.located(problem) for problem in reference_problems(Subject(spec))]
    if found or source.problems:
        raise spec_error(file, _with(source, found), "environments")
    return LoadedSpec(spec, source, file)


def spec_error(file: File, problems: list[LocatedProblem], unchecked: str = "") -> SpecError:
    """Build the error that lists these problems by place, and says what was not checked."""
    count = "1 error" if len(problems) == 1 else f"{len(problems)} errors"
    later = f"; {unchecked} are checked when these are fixed" if unchecked else ""
    return SpecError(
        [*(f"{file}:{problem}" for problem in sorted(problems)), f"{file}: {count}{later}"]
    )


def _with(source: Source, found: list[LocatedProblem]) -> list[LocatedProblem]:
    """Return what was found and what is wrong with the YAML, once for each place."""
    reported = {(problem.line, problem.column) for problem in source.problems}
    return source.problems + [p for p in found if (p.line, p.column) not in reported]
