"""Helm 3, Helm 4 and Python's jsonschema agree on every limit of every value, and on where it is.

Cases go to Helm in rounds, one value per path, in a chart that has schemas and no templates: what
contradicts what has tests of its own.
"""

from __future__ import annotations

import functools
import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.chart.scenarios import TIERS, has_path, merged, nested, read_yaml
from tests.helm import CHART, HELMS, HelmError, render, template
from tests.limits.cases import all_cases, documented, leaves, misspelt

UMBRELLA = "genx-fx"
UNLIMITED = {"global.enforceDocumentedLimits": False}
Round = dict[str, Any]
"""Path → value that is given to it."""
Places = dict[str, set[str]]
"""Chart → paths that it refuses, as the umbrella names them."""


def rounds(cases: Mapping[str, list[Any]]) -> list[Round]:
    """All cases, in as few rounds as the path with most cases needs."""
    most = max(map(len, cases.values()))
    return [
        {path: values[turn] for path, values in cases.items() if turn < len(values)}
        for turn in range(most)
    ]


# A tier that is off is not looked at by its own schema: a round for itself.
TIERS_OFF = {f"{tier}.enabled": False for tier in TIERS}
ACCEPTED = [
    *rounds(
        {
            path: [v for v in case.accepted if path not in TIERS_OFF or v]
            for path, case in all_cases().items()
        }
    ),
    TIERS_OFF,
]
REFUSED = [
    *rounds({path: case.outside + case.refused for path, case in all_cases().items()}),
    {misspelt(path): leaf.default for path, leaf in leaves().items()},
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
        template(nested(values), helm=helm, chart=chart)
    except HelmError as error:
        return str(error)
    return ""


def places_in(said: str) -> Places:
    """The paths that a complaint of Helm names, chart by chart."""
    places: Places = {}
    chart = ""
    _, _, complaints = said.partition("Error: values don't meet the specifications")
    for line in complaints.splitlines()[1:]:
        if head := re.fullmatch(r"(\S+):", line):
            chart = head[1]
        elif complaint := re.fullmatch(r" *- at '(.*?)': (.*)", line):
            place, reason = complaint[1].strip("/").replace("/", "."), complaint[2]
            if reason != "validation failed":
                places.setdefault(chart, set()).update(_named(chart, place, _keys(reason)))
        else:
            assert not line, said
    return places


def _keys(reason: str) -> list[str]:
    if re.match("(additional|missing) propert", reason):
        return re.findall(r"'([^']*)'", reason)
    return []


def _named(chart: str, place: str, keys: list[str]) -> Iterator[str]:
    """Paths as the umbrella names them, of what lies inside a value only that value."""
    for key in keys or [""]:
        path = ".".join(filter(None, [chart if chart != UMBRELLA else "", place, key]))
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
def judge(chart: str) -> Any:
    folder = CHART if chart == UMBRELLA else CHART / "charts" / chart
    return Judge(json.loads((folder / "values.schema.json").read_text()))


@functools.cache
def defaults() -> dict[str, Any]:
    return read_yaml(CHART / "values.yaml")


def places_by_python(values: Round) -> Places:
    """The paths that jsonschema refuses in the values that Helm would make of these."""
    whole = _without_nulls(merged(defaults(), nested(values)))
    by_chart = {UMBRELLA: whole}
    by_chart |= {tier: whole[tier] | {"global": whole["global"]} for tier in TIERS}
    return {
        chart: places
        for chart, seen in by_chart.items()
        if (places := set(_refused_places(chart, seen)))
    }


def _refused_places(chart: str, seen: dict[str, Any]) -> Iterator[str]:
    for error in judge(chart).iter_errors(seen):
        place = ".".join(map(str, error.absolute_path))
        keys = []
        if error.validator == "additionalProperties":
            keys = [key for key in error.instance if key not in error.schema["properties"]]
        elif error.validator == "required":
            keys = [key for key in error.validator_value if key not in error.instance]
        yield from _named(chart, place, keys)


def _without_nulls(values: Any) -> Any:
    if not isinstance(values, dict):
        return values
    return {key: _without_nulls(value) for key, value in values.items() if value is not None}


def every_place(values: Round) -> Places:
    """Where these values must be refused: in the umbrella, and in the tier that they are for."""
    by_chart = {tier: {path for path in values if path.startswith(f"{tier}.")} for tier in TIERS}
    by_chart[UMBRELLA] = set(values)
    return {chart: paths for chart, paths in by_chart.items() if paths}


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
    assert places_by_python(values) == {}
    for helm in HELMS:
        assert said_by_helm(helm, schemas_only, values) == ""


@each(REFUSED)
def test_what_is_not_is_refused_and_nothing_else_is_named(
    values: Round, schemas_only: Path
) -> None:
    assert places_by_python(values) == every_place(values)
    for helm in HELMS:
        assert places_in(said_by_helm(helm, schemas_only, values)) == every_place(values)


@each(OUTSIDE)
def test_documented_ranges_can_be_lifted(values: Round, schemas_only: Path) -> None:
    assert places_by_python(values | UNLIMITED) == {}
    for helm in HELMS:
        assert said_by_helm(helm, schemas_only, values | UNLIMITED) == ""


@each(MALFORMED)
def test_what_is_malformed_stays_refused(values: Round, schemas_only: Path) -> None:
    assert places_by_python(values | UNLIMITED) == every_place(values)
    for helm in HELMS:
        said = said_by_helm(helm, schemas_only, values | UNLIMITED)
        assert places_in(said) == every_place(values)


@pytest.mark.parametrize("helm", HELMS)
def test_helm_puts_back_what_a_null_takes_deep_inside_global(helm: str) -> None:
    deep = [path for path in leaves() if path.startswith("global.") and path.count(".") >= 3]
    assert render(nested(dict.fromkeys(deep)), helm=helm).objects == render(helm=helm).objects


@pytest.fixture(scope="session")
def other_umbrella(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A chart of others that has one of our tiers, and globals of its own."""

    @functools.cache
    def build(tier: str) -> Path:
        chart = tmp_path_factory.mktemp("other") / "other"
        for part in (tier, "common"):
            shutil.copytree(CHART / "charts" / part, chart / "charts" / part)
        (chart / "Chart.yaml").write_text("{apiVersion: v2, name: other, version: 1.0.0}")
        own = {"of": {"others": [1]}, "environment": "prod"}
        (chart / "values.yaml").write_text(json.dumps({"global": own}))
        return chart

    return build


def of_tier(values: Round, tier: str) -> Round:
    return {path: value for path, value in values.items() if path.startswith(f"{tier}.")}


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("helm", HELMS)
def test_a_tier_in_the_chart_of_others_holds_the_same_limits(
    tier: str, helm: str, other_umbrella: Callable[[str], Path]
) -> None:
    chart = other_umbrella(tier)
    for values in ACCEPTED[0], ACCEPTED[1]:
        assert said_by_helm(helm, chart, of_tier(values, tier)) == ""
    for values in REFUSED[0], REFUSED[1], REFUSED[2], REFUSED[-2], REFUSED[-1]:
        bad = of_tier(values, tier)
        assert places_in(said_by_helm(helm, chart, bad)) == {tier: set(bad)}
    outside = of_tier(OUTSIDE[0], tier)
    assert places_in(said_by_helm(helm, chart, outside)) == {tier: set(outside)}
    assert said_by_helm(helm, chart, outside | UNLIMITED) == ""
