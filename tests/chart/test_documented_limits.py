"""Helm 3, Helm 4 and Python's jsonschema agree on every limit of every value, and on where it is.

Cases go to Helm in rounds, one value per path, in a chart that has schemas and no templates: what
contradicts what has tests of its own.
"""

from __future__ import annotations

import functools
import json
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.chart.scenarios import has_path, merged, nested, read_yaml
from tests.helm import CHART, HELMS, HelmError, render
from tests.limits.cases import all_cases, documented, leaves, misspelt

UNLIMITED = {"global.enforceDocumentedLimits": False}
Round = dict[str, Any]
"""Path → value that is given to it."""


def rounds(cases: Mapping[str, list[Any]]) -> list[Round]:
    """All cases, in as few rounds as the path with most cases needs."""
    most = max(map(len, cases.values()))
    return [
        {path: values[turn] for path, values in cases.items() if turn < len(values)}
        for turn in range(most)
    ]


ACCEPTED = rounds({path: case.accepted for path, case in all_cases().items()})
REFUSED = [
    *rounds({path: case.outside + case.refused for path, case in all_cases().items()}),
    # `global` accepts keys that it does not know, as other charts need them.
    {
        misspelt(path): leaf.default
        for path, leaf in leaves().items()
        if not re.fullmatch(r"global\.\w+", path)
    },
    {path: None for path in leaves() if not re.match(r"global\.\w+\.\w+\.", path)},
]
OUTSIDE = rounds({path: case.outside for path, case in all_cases().items() if case.outside})
MALFORMED = rounds(
    {
        path: case.refused
        for path, case in all_cases().items()
        if path in documented() or path == "application.tradingBot.replicas"
    }
)


@pytest.fixture(scope="session")
def schemas_only(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The chart without templates."""
    copy = tmp_path_factory.mktemp("schemas") / CHART.name
    shutil.copytree(CHART, copy, ignore=shutil.ignore_patterns("templates", "files"))
    return copy


def said_by_helm(helm: str, chart: Path, values: Round) -> str:
    """What Helm complains of; nothing where it accepts the values."""
    try:
        render(nested(values), helm=helm, chart=chart)
    except HelmError as error:
        return str(error)
    return ""


def places_in(said: str) -> set[str]:
    """The paths that a complaint of Helm names."""
    places: set[str] = set()
    _, _, complaints = said.partition("Error: values don't meet the specifications")
    for line in complaints.splitlines()[1:]:
        if complaint := re.fullmatch(r" *- at '(.*?)': (.*)", line):
            place, reason = complaint[1].strip("/").replace("/", "."), complaint[2]
            if reason != "validation failed":
                places |= set(_named(place, _keys(reason)))
        else:
            assert line in ("", "genx-fx:"), said
    return places


def _keys(reason: str) -> list[str]:
    if re.match("(additional|missing) propert", reason):
        return re.findall(r"'([^']*)'", reason)
    return []


def _named(place: str, keys: list[str]) -> Iterator[str]:
    """Paths of keys at a place; of what lies inside a value only the path of that value."""
    for key in keys or [""]:
        path = ".".join(filter(None, [place, key]))
        ends = [end.start() for end in re.finditer(r"\.|$", path)]
        yield next((path[:end] for end in ends if path[:end] in leaves()), path)


# Python's patterns take a newline before the end, and digits of all alphabets; Go's do not.
def _pattern(_: Any, pattern: str, text: Any, __: Any) -> Iterator[jsonschema.ValidationError]:
    if isinstance(text, str) and not _compiled(pattern).search(text):
        yield jsonschema.ValidationError(f"{text!r} does not match {pattern!r}")


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\$$", r"\\Z", pattern), re.ASCII)


Judge: Any = jsonschema.validators.extend(  # type: ignore[no-untyped-call]
    jsonschema.Draft7Validator, {"pattern": _pattern}
)


@functools.cache
def judge() -> Any:
    return Judge(json.loads((CHART / "values.schema.json").read_text()))


@functools.cache
def defaults() -> dict[str, Any]:
    return read_yaml(CHART / "values.yaml")


def places_by_python(values: Round) -> set[str]:
    """The paths that jsonschema refuses in the values that Helm would make of these."""
    places: set[str] = set()
    for error in judge().iter_errors(_without_nulls(merged(defaults(), nested(values)))):
        place = ".".join(map(str, error.absolute_path))
        keys = []
        if error.validator == "additionalProperties":
            keys = [key for key in error.instance if key not in error.schema["properties"]]
        elif error.validator == "required":
            keys = [key for key in error.validator_value if key not in error.instance]
        places |= set(_named(place, keys))
    return places


def _without_nulls(values: Any) -> Any:
    if not isinstance(values, dict):
        return values
    return {key: _without_nulls(value) for key, value in values.items() if value is not None}


def each(which: list[Round]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("values", which, ids=map(str, range(len(which))))


def test_there_are_cases_for_every_value_and_for_every_documented_range() -> None:
    assert all(case.accepted and case.refused for case in all_cases().values())
    assert {path for path, leaf in leaves().items() if leaf.documented} == set(documented())
    assert {path for path, case in all_cases().items() if case.outside} == set(documented())
    assert not any(has_path(defaults(), misspelt(path)) for path in leaves())


def test_there_are_at_least_500_values_of_either_sort() -> None:
    assert sum(map(len, ACCEPTED)) >= 500
    assert sum(map(len, REFUSED)) >= 500
    assert sum(map(len, OUTSIDE)) >= 200


@each(ACCEPTED)
def test_what_is_allowed_is_accepted(values: Round, schemas_only: Path) -> None:
    assert places_by_python(values) == set()
    for helm in HELMS:
        assert said_by_helm(helm, schemas_only, values) == ""


@each(REFUSED)
def test_what_is_not_is_refused_and_nothing_else_is_named(
    values: Round, schemas_only: Path
) -> None:
    assert places_by_python(values) == set(values)
    for helm in HELMS:
        assert places_in(said_by_helm(helm, schemas_only, values)) == set(values)


@each(OUTSIDE)
def test_documented_ranges_can_be_lifted(values: Round, schemas_only: Path) -> None:
    assert places_by_python(values | UNLIMITED) == set()
    for helm in HELMS:
        assert said_by_helm(helm, schemas_only, values | UNLIMITED) == ""


@each(MALFORMED)
def test_what_is_malformed_stays_refused(values: Round, schemas_only: Path) -> None:
    assert places_by_python(values | UNLIMITED) == set(values)
    for helm in HELMS:
        said = said_by_helm(helm, schemas_only, values | UNLIMITED)
        assert places_in(said) == set(values)


@pytest.mark.parametrize("helm", HELMS)
def test_helm_puts_back_what_a_null_takes_deep_inside_global(helm: str) -> None:
    deep = [path for path in leaves() if path.startswith("global.") and path.count(".") >= 3]
    assert render(nested(dict.fromkeys(deep)), helm=helm).objects == render(helm=helm).objects
