"""What pydantic finds wrong, in the words of a user who knows the spec."""

from __future__ import annotations

from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from generator.spec.declared import keys_at, members, type_at
from generator.spec.fields import KEY, PATTERNS_IN_WORDS, is_union_tag, path_of
from generator.spec.problems import Path, Problem, allowed, nearest
from generator.spec.source import Source

_WANTED = {
    "string_type": "text",
    "string_too_short": "text that isn't empty",
    "int_type": "a whole number",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "list_type": "a list",
}


def mistakes_in_words(error: ValidationError, source: Source) -> list[Problem]:
    """Return one problem for each mistake: a misspelt key isn't reported as missing as well."""
    details = error.errors(include_url=False)
    meant = {
        (*detail["loc"][:-1], nearest(str(detail["loc"][-1]), keys_at(detail["loc"][:-1])))
        for detail in details
        if detail["type"] == "extra_forbidden"
    }
    return [
        _problem(detail, source)
        for detail in details
        if detail["type"] != "missing" or detail["loc"] not in meant
    ]


def _problem(detail: ErrorDetails, source: Source) -> Problem:
    location = detail["loc"]
    path = path_of(location)
    match detail["type"]:
        case "extra_forbidden":
            return Problem(path, _unknown_key(location), at_key=True)
        case "missing":
            return Problem(path[:-1], f"key {path[-1]!r} is missing", at_key=True)
        case "union_tag_not_found" | "union_tag_invalid":
            return _undecided(detail, source)
    if location[-1:] == (KEY,):
        return Problem(path, _message(detail, source, path, repr(path[-1])), at_key=True)
    return Problem(path, _message(detail, source, path, source.written(path)))


def _message(detail: ErrorDetails, source: Source, path: Path, given: str) -> str:
    context = detail.get("ctx", {})
    match detail["type"]:
        case "value_error":
            return str(context["error"])
        case "string_pattern_mismatch":
            return f"{given} is given; wanted: {PATTERNS_IN_WORDS[context['pattern']]}"
        case "string_too_long":
            return f"{given} is longer than {context['max_length']} characters"
        case "greater_than_equal":
            return f"{given} is given; at least {context['ge']} is wanted"
        case "less_than_equal":
            return f"{given} is given; at most {context['le']} is wanted"
        case "too_short":
            return "the list is empty; at least one entry is wanted"
        case "literal_error":
            return f"{given} is given; {allowed(given, _choices(detail['loc']))}"
        case "string_type" if message := source.is_not_text(path):
            return message
        case "int_type" if given.strip("'").isdigit():
            return f"{given} is given; a whole number is wanted, without quotes"
        case kind if kind in _WANTED:
            return f"{given} is given; {_WANTED[kind]} is wanted"
    return f"{given} is not allowed here"


def _unknown_key(location: Path) -> str:
    key = str(location[-1])
    choice = members(type_at(location[:-2])) if is_union_tag(location[-2:][0]) else {}
    if f"with {key}" in choice:
        return f"{key!r} is one too many; give one of {_names(choice)}"
    return f"unknown key {key!r}; {allowed(key, keys_at(location[:-1]))}"


def _undecided(detail: ErrorDetails, source: Source) -> Problem:
    """Say what tells the members of a union apart, where none fits."""
    choice, path = members(type_at(detail["loc"])), path_of(detail["loc"])
    if not isinstance(detail["input"], dict):
        if "with text" in choice and (message := source.is_not_text(path)):
            return Problem(path, message)
        wanted = "text or a mapping" if "with text" in choice else "a mapping"
        return Problem(path, f"{source.written(path)} is given; {wanted} is wanted")
    if all(tag.startswith("with ") for tag in choice):
        return Problem(path, f"a key is missing; give one of {_names(choice)}", at_key=True)
    kind = source.written((*path, "kind"))
    misspelt = nearest("kind", detail["input"])
    if kind == "nothing" and misspelt:
        message = f"unknown key {misspelt!r}; did you mean 'kind'?"
        return Problem((*path, misspelt), message, at_key=True)
    if kind == "nothing":
        return Problem(path, f"key 'kind' is missing; allowed are {_names(choice)}", at_key=True)
    return Problem((*path, "kind"), f"{kind} is given; allowed are {_names(choice)}")


def _names(choice: dict[str, Any]) -> str:
    return ", ".join(tag.partition(" ")[2] for tag in choice if tag != "with text")


def _choices(location: Path) -> list[str]:
    """Return what a literal may be; for the `kind` of a component, the kinds of all components."""
    if len(location) > 1 and str(location[-2]).startswith("kind "):
        return _names(members(type_at(location[:-2]))).split(", ")
    return [str(choice) for choice in get_args(type_at(location))]
