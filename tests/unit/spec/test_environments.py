"""Values of an environment are refused in the words of genx-fx validate."""

from __future__ import annotations

import re

import pytest

from tests.unit.spec.conftest import Mistakes

CASES = {
    "global: {exposure: ingress}": [],
    "global: {exposur: ingress}": ["16: global.exposur: unknown key; did you mean 'exposure'?"],
    "global: {tls: {one: 1, two: 2}}": [
        "22: global.tls.one: unknown key; allowed are enabled, secretName",
        "30: global.tls.two: unknown key; allowed are enabled, secretName",
    ],
    "global: {exposure: clusterip}": [
        "26: global.exposure: is clusterip; allowed are loadBalancer, ingress, gateway, clusterIP;"
        " did you mean 'clusterIP'?"
    ],
    "application: {api: {replicas: 99}}": [
        "37: application.api.replicas: is 99; the document allows at most 50"
        " (architecture: api, FILE:53); global.enforceDocumentedLimits: false allows more"
    ],
    "application: {api: {replicas: 0}}": [
        "37: application.api.replicas: is 0; at least 1 is wanted"
    ],
    'global: {tls: {enabled: "true"}}': [
        '31: global.tls.enabled: is "true"; true or false is wanted'
    ],
    "config: {ENV: yes}": [
        "21: config.ENV: is yes, which YAML reads as true; text is wanted; put it in quotes"
    ],
    "config: {ENV: 1.0}": ["21: config.ENV: is 1.0, a number; text is wanted; put it in quotes"],
    "application: {api: {resources: {limits: {memory: 1GB}}}}": [
        "56: application.api.resources.limits.memory: is 1GB;"
        " wanted is bytes such as 1073741824, 512Mi or 1.5Gi, with up to three "
        "decimals from M and Mi on"
    ],
    "config: {ENV: , MT5_SERVER: a}": [
        "21: config.ENV: nothing is given; give a value or leave the key out"
    ],
}


@pytest.mark.parametrize("values", CASES)
def test_values_that_the_chart_refuses_are_named_at_their_place(
    mistakes: Mistakes, spec_text: str, values: str
) -> None:
    rest = spec_text[spec_text.index("environments:\n") :]
    text = f"environments:\n  only:\n    about: One\n    values:\n      {values}\n"

    found = mistakes((rest, text))

    assert [_short(line) for line in found] == [f"173:{line}" for line in CASES[values]]


def _short(line: str) -> str:
    return re.sub(r"api, \S+:53", "api, FILE:53", line.replace("environments.only.values.", ""))


def test_values_are_judged_as_an_overlay_that_lifts_the_limits(
    mistakes: Mistakes, spec_text: str
) -> None:
    rest = spec_text[spec_text.index("environments:\n") :]
    values = "global: {enforceDocumentedLimits: false}\n      application: {api: {replicas: 99}}"
    text = f"environments:\n  only:\n    about: One\n    values:\n      {values}\n"

    assert mistakes((rest, text)) == []
