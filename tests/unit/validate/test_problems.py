"""What `genx-fx validate` says of values that Helm would refuse."""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path
from typing import Any

import pytest

from generator.explain.origin import Origins
from generator.load import LoadedPlatform, load_platform
from generator.spec.source import documents
from generator.validate.given import EverythingGiven, GivenFile
from generator.validate.inputs import Merged
from generator.validate.problems import ValuesProblem, unknown_globals, values_problems
from generator.values.tree import Section
from tests.chart.scenarios import SCENARIOS, merged, nested, without_nulls
from tests.chart.test_values_schema import BAD_CASES
from tests.helm import HELMS, HelmError, template
from tests.spec_files import FOREX, OURS
from tests.unit.validate.given import merge


@functools.cache
def platform(spec: Path) -> LoadedPlatform:
    return load_platform(spec)


@functools.cache
def origins(spec: Path) -> Origins:
    return Origins(platform(spec).plan, platform(spec).loaded)


def tree(spec: Path) -> Section:
    return platform(spec).values


def problems(text: str, *sets: str, helm: str = "helm4", spec: Path = FOREX) -> list[ValuesProblem]:
    merged_values = merge(
        {"my.yaml": text}, ("--set", *sets), defaults=tree(spec).defaults(), helm=helm
    )
    return values_problems(platform(spec), origins(spec), merged_values)


def problems_of(values: dict[str, Any]) -> list[ValuesProblem]:
    """Return the problems of our chart without Helm, which a null tells to delete a default."""
    documents_given = documents(json.dumps(values).encode())
    given = EverythingGiven([GivenFile("my.yaml", document) for document in documents_given])
    all_values = without_nulls(merged(tree(OURS).defaults(), values))
    together = Merged(all_values, given, warnings=[])
    return values_problems(platform(OURS), origins(OURS), together)


def said(text: str, *sets: str) -> list[str]:
    return [str(problem).replace(f"{FOREX.parent}/", "") for problem in problems(text, *sets)]


def line_of(text: str) -> int:
    """Return the line of the spec that begins so, below the component api."""
    lines = FOREX.read_text().splitlines()
    start = lines.index("    api:")
    return next(n for n, line in enumerate(lines, 1) if n > start and line.strip().startswith(text))


def test_a_quantity_outside_the_document_is_named_with_both_places_and_the_way_out() -> None:
    text = "application:\n  api:\n    resources:\n      limits:\n        memory: 2049Mi\n"

    assert said(text) == [
        "my.yaml:5:17: application.api.resources.limits.memory: is 2049Mi; the document allows"
        f" 512Mi to 2Gi (architecture: api, forex.yaml:{line_of('resources:')});"
        " global.enforceDocumentedLimits: false allows more"
    ]
    assert said(text, "global.enforceDocumentedLimits=false") == []


def test_an_option_names_itself_as_the_place() -> None:
    assert said("", "application.api.replicas=51") == [
        "--set application.api.replicas=51: application.api.replicas: is 51; the document allows"
        f" at most 50 (architecture: api, forex.yaml:{line_of('replicas:')});"
        " global.enforceDocumentedLimits: false allows more"
    ]


WORDS = {
    # misspelt keys
    "application: {api: {replica: 3}}": (
        "my.yaml:1:21: application.api.replica: unknown key; did you mean 'replicas'?"
    ),
    "api: {}": "my.yaml:1:1: api: unknown key; did you mean application.api?",
    "config: {ENV: a}": "my.yaml:1:1: config: unknown key; did you mean global.config?",
    "data: {redis: {auth: {enabled: true}}}": (
        "my.yaml:1:16: data.redis.auth: unknown key; did you mean global.redis.auth?"
    ),
    "data: {mysql: {external: {host: db}}}": (
        "my.yaml:1:16: data.mysql.external: unknown key; did you mean global.external?"
    ),
    "application: {api: {hostname: a.example.org}}": (
        "my.yaml:1:21: application.api.hostname: unknown key;"
        " did you mean application.api.ingress.hostname?"
    ),
    "application: {api: {securityContext: {runAsUser: 10002}}}": (
        "my.yaml:1:21: application.api.securityContext: unknown key;"
        " did you mean 'podSecurityContext'?"
    ),
    "application: {api: {service: {name: own}}}": (
        "my.yaml:1:31: application.api.service.name: unknown key; allowed are type, nodePort,"
        " annotations, labels, loadBalancerClass, loadBalancerSourceRanges, externalTrafficPolicy,"
        " sessionAffinity, sessionAffinityTimeoutSeconds, ipFamilyPolicy, ipFamilies"
    ),
    "application: {api: {memory: 1Gi}}": (
        "my.yaml:1:21: application.api.memory: unknown key;"
        " did you mean application.api.resources.requests.memory?"
    ),
    "global: {storag: {logs: {size: 20Gi}}}": (
        "my.yaml:1:10: global.storag: unknown key; did you mean 'storage'?"
    ),
    "global: {Domain: a.example.org}": (
        "my.yaml:1:10: global.Domain: unknown key; did you mean 'domain'?"
    ),
    "global: {redis: {password: a}}": (
        "my.yaml:1:18: global.redis.password: unknown key; allowed are auth"
    ),
    "global: {tls: {zzz: 1}}": (
        "my.yaml:1:16: global.tls.zzz: unknown key; allowed are enabled, source, secretName"
    ),
    "global: {config: {extra: {my-key: a}}}": (
        "my.yaml:1:27: global.config.extra.my-key: wrong key; it must stand under a key of capital"
        " letters, digits and _ such as MY_KEY"
    ),
    # wrong types
    "global: {config: {ENV: 1}}": (
        "my.yaml:1:24: global.config.ENV: is 1, a number; text is wanted; put it in quotes"
    ),
    "global: {config: {DEBUG: no}}": (
        "my.yaml:1:26: global.config.DEBUG: is no, which YAML reads as false; text is wanted;"
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
    "global: {external: {mysql: {port: 70000}}}": (
        "my.yaml:1:35: global.external.mysql.port: is 70000; allowed is 1 to 65535"
    ),
    "application: {api: {replicas: 0}}": (
        "my.yaml:1:31: application.api.replicas: is 0; at least 1 is wanted"
    ),
    "application: {tradingBot: {replicas: 2}}": (
        "my.yaml:1:38: application.tradingBot.replicas: is 2; allowed is 1"
        " (architecture: trading-bot, forex.yaml:N)"
    ),
    "global: {domain: Not A Domain}": (
        "my.yaml:1:18: global.domain: is Not A Domain;"
        " wanted is a DNS name such as mysql.example.com"
    ),
    "networkPolicy: {apiServerPorts: []}": (
        "my.yaml:1:33: networkPolicy.apiServerPorts: is a list; at least 1 entry must be there"
    ),
    "access: {viewers: [{kind: Group}]}": (
        "my.yaml:1:20: access.viewers[0]: key 'name' is missing"
    ),
    # nulls
    "application: {api: {replicas: ~}}": (
        "my.yaml:1:31: application.api.replicas: is null; null deletes the default, which the chart"
        " needs; leave the key out to keep the default"
    ),
}


@pytest.mark.parametrize("text", WORDS)
def test_a_mistake_is_said_in_one_line(text: str) -> None:
    assert [re.sub(r"(forex.yaml):\d+", r"\1:N", line) for line in said(f"{text}\n")] == [
        WORDS[text]
    ]


FOREIGN = {
    "global: {cattle: {systemDefaultRegistry: r}}": "my.yaml:1:10: warning: global.cattle is not a"
    " key of this chart; it is accepted, as a parent chart may need it",
    "global: {fleet: ~}": "my.yaml:1:10: warning: global.fleet is not a key of this chart; it is"
    " accepted, as a parent chart may need it",
    "global: {networkPolicy: {enabled: false}}": "my.yaml:1:10: warning: global.networkPolicy is"
    " not a key of this chart (networkPolicy is one); it is accepted, as a parent chart may need"
    " it",
}


@pytest.mark.parametrize("text", FOREIGN)
def test_a_key_of_global_that_is_for_another_chart_is_only_warned_of(text: str) -> None:
    given = merge({"my.yaml": f"{text}\n"}, defaults=tree(FOREX).defaults())

    assert values_problems(platform(FOREX), origins(FOREX), given) == []
    assert unknown_globals(tree(FOREX), given) == [FOREIGN[text]]


def test_a_misspelt_key_of_global_is_a_problem_and_not_warned_of() -> None:
    text = "global: {storag: {}, cattle: {}, domain: a.example.org}\n"

    given = merge({"my.yaml": text}, defaults=tree(FOREX).defaults())

    assert [
        problem.path for problem in values_problems(platform(FOREX), origins(FOREX), given)
    ] == ["global.storag"]
    assert [line.split()[2] for line in unknown_globals(tree(FOREX), given)] == ["global.cattle"]


@pytest.mark.parametrize("helm", HELMS)
@pytest.mark.parametrize("key", ["cattle", "storag"])
def test_helm_accepts_every_key_directly_below_global(helm: str, key: str) -> None:
    template({"global": {key: {"a": 1}}}, helm=helm)


def test_a_secret_is_not_shown() -> None:
    text = "global: {secrets: {values: {MYSQL_PASSWORD: 271828}}}\n"

    lines = said(text, "global.secrets.values.JWT_SECRET=314159")

    assert lines == [
        "--set global.secrets.values.JWT_SECRET=…: global.secrets.values.JWT_SECRET: is a number;"
        " text is wanted; use --set-string",
        "my.yaml:1:45: global.secrets.values.MYSQL_PASSWORD: is a number; text is wanted;"
        " put it in quotes",
    ]


def test_all_problems_come_at_once_in_the_order_of_the_file() -> None:
    text = (
        "global:\n  config: {ENV: 1}\n  domain: a b\n  exposur: gateway\n"
        "application: {api: {replicas: 51, cpu: 1}}\n"
    )

    assert [(p.place.line, p.path) for p in problems(text)] == [
        (2, "global.config.ENV"),
        (3, "global.domain"),
        (4, "global.exposur"),
        (5, "application.api.replicas"),
        (5, "application.api.cpu"),
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
    leaves = list(tree(OURS).leaves())
    limited = [path for path, value in leaves if value.documented]

    assert len(limited) > 30
    assert [path for path in limited if not origins(OURS).of_limit(path)] == []


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
    "null without a default": {"global.config.extra": {"A": None}},
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

    assert (problems(json.dumps(values), helm=helm, spec=OURS) == []) is accepted
