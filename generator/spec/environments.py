"""Whether the values of the environments are values that the chart knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from jsonschema.exceptions import ValidationError, best_match

from generator.names import TYPES_IN_WORDS
from generator.spec.model import Spec
from generator.spec.problems import Path, Problem, allowed
from generator.spec.source import Source

_PARTIAL = {"required", "dependencies", "minProperties"}
"""An overlay says only what differs, so what these keywords miss is in the defaults."""


def environment_problems(spec: Spec, source: Source) -> list[Problem]:
    """Every value of an environment that the schema of the chart's values refuses."""
    if not spec.environments:
        return []
    from generator.chart.schema import umbrella_schema
    from generator.chart.validator import HelmValidator
    from generator.plan.platform import Plan

    validator = HelmValidator(umbrella_schema(Plan(spec)))
    return [
        problem
        for name, environment in spec.environments.items()
        for error in validator.iter_errors(environment.values)
        for problem in _problems(error, ("environments", name, "values"), source)
    ]


def _problems(error: ValidationError, above: Path, source: Source) -> Iterator[Problem]:
    if error.validator in ("anyOf", "oneOf") and error.context:
        error = _likeliest(error)
    path = (*above, *error.absolute_path)
    if error.validator in _PARTIAL:
        return
    if error.validator == "additionalProperties" and isinstance(error.instance, dict):
        known = _schema(error).get("properties", {})
        for key in error.instance:
            if key not in known:
                message = f"unknown key {key!r}; {allowed(key, known)}"
                yield Problem((*path, key), message, at_key=True)
    else:
        not_text = source.is_not_text(path) if error.validator_value == "string" else None
        yield Problem(path, not_text or _message(error, source.written(path)))


def _likeliest(error: ValidationError) -> ValidationError:
    """Of alternatives that all fail, the failure that says most about the value."""
    partial = [inner for inner in error.context if inner.validator in _PARTIAL]
    return partial[0] if partial else best_match([error]) or error


def _message(error: ValidationError, given: str) -> str:
    wanted: Any = error.validator_value
    match error.validator:
        case "type":
            kinds = [wanted] if isinstance(wanted, str) else wanted
            names = " or ".join(TYPES_IN_WORDS.get(kind, kind) for kind in kinds)
            return f"{given} is given; {names} is wanted"
        case "enum":
            return f"{given} is given; {allowed(given, _texts(wanted))}"
        case "const":
            return f"{given} is given; allowed is {wanted}"
        case "minimum":
            return f"{given} is given; at least {wanted} is wanted"
        case "maximum":
            return f"{given} is given; at most {wanted} is wanted"
        case "pattern":
            return f"{given} is given; {_described(error)}"
    return f"{given} is not allowed here; {_described(error)}"


def _described(error: ValidationError) -> str:
    """What the schema says of the place, or else the rule itself."""
    about = _schema(error).get("description")
    return (
        f"wanted: {about}" if about else f"the rule is {error.validator}: {error.validator_value}"
    )


def _schema(error: ValidationError) -> Mapping[str, Any]:
    return error.schema if isinstance(error.schema, Mapping) else {}


def _texts(choices: Iterable[Any]) -> list[str]:
    return [str(choice).lower() if isinstance(choice, bool) else str(choice) for choice in choices]
