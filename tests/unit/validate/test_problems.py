"""What `genx-fx validate` says of values that Helm would refuse."""

from __future__ import annotations

import functools
import json
import re
from typing import Any

import pytest

from generator.chart.values.platform import umbrella_values
from generator.chart.values.tree import Section
from generator.explain.origin import Origins
from generator.plan.platform import Plan
from generator.spec.load import load_spec
from generator.spec.source import documents
from generator.validate.given import EverythingGiven, GivenFile
from generator.validate.inputs import Merged
from generator.validate.problems import ValuesProblem, values_problems
from tests.chart.scenarios import SCENARIOS, merged, nested
from tests.chart.test_values_schema import BAD_CASES
from tests.helm import HELMS, ROOT, HelmError, template
from tests.unit.validate.given import merge

SPEC = ROOT / "genx-fx.yaml"


@functools.cache
def plan() -> Plan:
    return Plan(load_spec(SPEC))


@functools.cache
def origins() -> Origins:
    return Origins(plan(), SPEC)


@functools.cache
def tree() -> Section:
    return umbrella_values(plan())


def problems(text: str, *sets: str, helm: str = "helm4") -> list[ValuesProblem]:
    merged_values = merge(
        {"my.yaml": text}, ("--set", *sets), defaults=tree().defaults(), helm=helm
    )
    return values_problems(plan(), tree(), origins(), merged_values)


def problems_of(values: dict[str, Any]) -> list[ValuesProblem]:
    """Return the problems without Helm, which decides nothing where no value is null."""
    documents_given = documents(json.dumps(values).encode())
    given = EverythingGiven([GivenFile("my.yaml", document) for document in documents_given])
    together = Merged(merged(tree().defaults(), values), given, warnings=[])
    return values_problems(plan(), tree(), origins(), together)


def said(text: str, *sets: str) -> list[str]:
    return [str(problem).replace(f"{ROOT}/", "") for problem in problems(text, *sets)]


def line_of(text: str) -> int:
    """Return the line of the spec that begins so, below the component api."""
    lines = SPEC.read_text().splitlines()
    start = lines.index("    api:")
    return next(n for n, line in enumerate(lines, 1) if n > start and line.strip().startswith(text))


def test_a_quantity_outside_the_document_is_named_with_both_places_and_the_way_out() -> None:
    text = "application:\n  api:\n    resources:\n      limits:\n        memory: 2049Mi\n"

    assert said(text) == [
        "my.yaml:5:17: application.api.resources.limits.memory: is 2049Mi; the document allows"
        f" 512Mi to 2Gi (architecture: api, genx-fx.yaml:{line_of('resources:')});"
        " global.enforceDocumentedLimits: false allows more"
    ]
    assert said(text, "global.enforceDocumentedLimits=false") == []


def test_an_option_names_itself_as_the_place() -> None:
    assert said("", "application.api.replicas=51") == [
        "--set application.api.replicas=51: application.api.replicas: is 51; the document allows"
        f" at most 50 (architecture: api, genx-fx.yaml:{line_of('replicas:')});"
        " global.enforceDocumentedLimits: false allows more"
    ]


WORDS = {
    # misspelt keys
    "application: {api: {replica: 3}}": (
        "my.yaml:1:21: application.api.replica: unknown key; did you mean 'replicas'?"
    ),
    "api: {}": "my.yaml:1:1: api: unknown key; did you mean application.api?",
    "application: {api: {memory: 1Gi}}": (
        "my.yaml:1:21: application.api.memory: unknown key;"
        " did you mean application.api.resources.requests.memory?"
    ),
    "global: {tls: {zzz: 1}}": (
        "my.yaml:1:16: global.tls.zzz: unknown key; allowed are enabled, secretName"
    ),
    "config: {extra: {my-key: a}}": (
        "my.yaml:1:18: config.extra.my-key: wrong key; it must stand under a key of capital"
        " letters, digits and _ such as MY_KEY"
    ),
    # wrong types
    "config: {ENV: 1}": (
        "my.yaml:1:15: config.ENV: is 1, a number; text is wanted; put it in quotes"
    ),
    "config: {DEBUG: no}": (
        "my.yaml:1:17: config.DEBUG: is no, which YAML reads as false; text is wanted;"
        " put it in quotes"
    ),
    "application: {api: {enabled: 'true'}}": (
        'my.yaml:1:30: application.api.enabled: is "true"; true or false is wanted'
    ),
    "application: {api: 5}": ("my.yaml:1:20: application.api: is 5, a number; a mapping is wanted"),
    "extraObjects: {}": "my.yaml:1:15: extraObjects: is a mapping; a list is wanted",
    # wrong words and numbers
    "global: {exposure: Ingress}": (
        "my.yaml:1:20: global.exposure: is Ingress; allowed are loadBalancer, ingress, gateway,"
        " clusterIP; did you mean 'ingress'?"
    ),
    "application: {api: {service: {type: Public}}}": (
        "my.yaml:1:37: application.api.service.type: is Public;"
        ' allowed are "", ClusterIP, NodePort, LoadBalancer'
    ),
    "application: {api: {service: {port: 70000}}}": (
        "my.yaml:1:37: application.api.service.port: is 70000; allowed is 1 to 65535"
    ),
    "application: {api: {replicas: 0}}": (
        "my.yaml:1:31: application.api.replicas: is 0; at least 1 is wanted"
    ),
    "application: {tradingBot: {replicas: 2}}": (
        "my.yaml:1:38: application.tradingBot.replicas: is 2; allowed is 1"
        " (architecture: trading-bot, genx-fx.yaml:N)"
    ),
    "global: {domain: Not A Domain}": (
        "my.yaml:1:18: global.domain: is Not A Domain;"
        " wanted is a DNS name such as mysql.example.com"
    ),
    "global: {networkPolicy: {apiServerPorts: []}}": (
        "my.yaml:1:42: global.networkPolicy.apiServerPorts: is a list;"
        " at least 1 entry must be there"
    ),
    "global: {access: {viewers: [{kind: Group}]}}": (
        "my.yaml:1:29: global.access.viewers[0]: key 'name' is missing"
    ),
    # nulls
    "application: {api: {replicas: ~}}": (
        "my.yaml:1:31: application.api.replicas: is null; null deletes the default, which the chart"
        " needs; leave the key out to keep the default"
    ),
}


@pytest.mark.parametrize("text", WORDS)
def test_a_mistake_is_said_in_one_line(text: str) -> None:
    assert [re.sub(r"(genx-fx.yaml):\d+", r"\1:N", line) for line in said(f"{text}\n")] == [
        WORDS[text]
    ]


def test_a_secret_is_not_shown() -> None:
    text = "secrets: {values: {MYSQL_PASSWORD: 271828}}\n"

    lines = said(text, "secrets.values.JWT_SECRET=314159")

    assert lines == [
        "--set secrets.values.JWT_SECRET=…: secrets.values.JWT_SECRET: is a number;"
        " text is wanted; use --set-string",
        "my.yaml:1:36: secrets.values.MYSQL_PASSWORD: is a number; text is wanted;"
        " put it in quotes",
    ]


def test_all_problems_come_at_once_in_the_order_of_the_file() -> None:
    text = "config: {ENV: 1}\nglobal: {domain: -}\napplication: {api: {replicas: 51, cpu: 1}}\n"

    assert [(p.place.line, p.path) for p in problems(text)] == [
        (1, "config.ENV"),
        (2, "global.domain"),
        (3, "application.api.replicas"),
        (3, "application.api.cpu"),
    ]


@pytest.mark.parametrize(("path", "value"), BAD_CASES)
def test_what_the_schema_refuses_is_named(path: str, value: Any) -> None:
    found = problems_of(nested({path: value}))

    assert found
    assert all(_same_way(problem.path, path) for problem in found)


def _same_way(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_what_the_chart_renders_is_valid(scenario: str) -> None:
    assert problems_of(SCENARIOS[scenario].values) == []


def test_every_documented_limit_names_its_line_in_the_spec() -> None:
    leaves = list(tree().leaves())
    limited = [path for path, value in leaves if value.documented]

    assert len(limited) > 30
    assert [path for path in limited if not origins().of_limit(path)] == []


# Python and Go do not agree on patterns by themselves.
EDGES: dict[str, dict[str, Any]] = {
    "end of line": {"application.api.resources.limits.memory": "1Gi\n"},
    "digits of another script": {"application.api.resources.limits.memory": "\u0661Gi"},
    "true is no number": {"application.api.replicas": True},
    "whole as a float": {"application.api.replicas": 2.0},
    "one as a float": {"application.tradingBot.replicas": 1.0},
    "true is not one": {"application.tradingBot.replicas": True},
    "half a pod": {"application.api.replicas": 50.5},
    "tier deleted": {"application": None},
    "component deleted": {"application.api": None},
    "default of a component deleted": {"application.api.replicas": None},
    "section deleted": {"global": None},
    "null without a default": {"config.extra": {"A": None}},
    "globals of a tier": {"application.global": {"mine": 1}},
    "tier is a number": {"application": 5},
    "limits lifted as text": {
        "global.enforceDocumentedLimits": "false",
        "application.api.replicas": 51,
    },
}


@pytest.mark.parametrize("name", EDGES)
@pytest.mark.parametrize("helm", HELMS)
def test_the_verdict_is_that_of_helm(helm: str, name: str) -> None:
    values = nested(EDGES[name])
    try:
        template(values, helm=helm)
    except HelmError:
        accepted = False
    else:
        accepted = True

    assert (problems(json.dumps(values), helm=helm) == []) is accepted
