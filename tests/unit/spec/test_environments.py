from __future__ import annotations

from typing import Any

import pytest

from tests.unit.spec.conftest import Mistakes

AMOUNT = {"type": "string", "pattern": "^[0-9]+Mi$", "description": "bytes, such as 64Mi"}
SCHEMA: dict[str, Any] = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "required": ["global"],
    "additionalProperties": False,
    "properties": {
        "global": {
            "type": "object",
            "required": ["exposure", "domain"],
            "additionalProperties": False,
            "properties": {
                "exposure": {"enum": ["ingress", "clusterIP"]},
                "enabled": {"type": "boolean"},
                "label": {"type": "string"},
                "replicas": {"type": "integer", "minimum": 1, "maximum": 50},
                "size": AMOUNT,
                "amount": {"anyOf": [{"type": "integer"}, AMOUNT]},
                "place": {
                    "oneOf": [
                        {"type": "object", "required": ["host"], "maxProperties": 1},
                        {"type": "object", "required": ["name"], "maxProperties": 1},
                    ]
                },
            },
        }
    },
}


@pytest.fixture(autouse=True)
def _schema_of_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("generator.chart.schema.umbrella_schema", lambda plan: SCHEMA)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ("global: {exposure: ingress}", []),
        ("global: {place: {}}", []),
        (
            "globl: {}",
            [
                "167:7: environments.only.values.globl: unknown key 'globl'; "
                "allowed is global; did you mean 'global'?"
            ],
        ),
        (
            "global: {exposure: clusterip}",
            [
                "167:26: environments.only.values.global.exposure: 'clusterip' is given; "
                "allowed are ingress, clusterIP; did you mean 'clusterIP'?"
            ],
        ),
        (
            "global: {replicas: 99}",
            ["167:26: environments.only.values.global.replicas: 99 is given; at most 50 is wanted"],
        ),
        (
            "global: {replicas: 0}",
            ["167:26: environments.only.values.global.replicas: 0 is given; at least 1 is wanted"],
        ),
        (
            'global: {enabled: "true"}',
            [
                "167:25: environments.only.values.global.enabled: "
                "'true' is given; true or false is wanted"
            ],
        ),
        (
            "global: {label: true}",
            [
                "167:23: environments.only.values.global.label: true is given, "
                "which YAML reads as true or false; for text put it in quotes"
            ],
        ),
        (
            "global: {size: 1Gi}",
            [
                "167:22: environments.only.values.global.size: "
                "'1Gi' is given; wanted: bytes, such as 64Mi"
            ],
        ),
        (
            "global: {amount: 1Gi}",
            [
                "167:24: environments.only.values.global.amount: "
                "'1Gi' is given; wanted: bytes, such as 64Mi"
            ],
        ),
        (
            "global: {label: , exposure: ingress}",
            [
                "167:23: environments.only.values.global.label: "
                "nothing is given; give a value or leave the key out"
            ],
        ),
        (
            "global: {one: 1, two: 2}",
            [
                "167:16: environments.only.values.global.one: unknown key 'one'; allowed are …",
                "167:24: environments.only.values.global.two: unknown key 'two'; allowed are …",
            ],
        ),
    ],
)
def test_values_that_the_chart_refuses_are_named_at_their_place(
    mistakes: Mistakes, spec_text: str, values: str, expected: list[str]
) -> None:
    rest = spec_text[spec_text.index("environments:\n") :]
    text = f"environments:\n  only:\n    about: One\n    values:\n      {values}\n"

    found = mistakes((rest, text))

    assert len(found) == len(expected), found
    for line, wanted in zip(found, expected, strict=True):
        assert line.startswith(wanted.partition("…")[0])
        assert "…" in wanted or line == wanted
