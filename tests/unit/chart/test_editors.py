"""Editors find the schema of each values file, and it holds for what is in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from generator.values.yaml_text import SCHEMA_LINE
from tests.chart.scenarios import nested, read_yaml
from tests.chart.test_values_schema import BAD_CASES
from tests.helm import CHART, ROOT

FOUND = ("values*.yaml", "ci/*.yaml")
FILES = sorted(file for pattern in FOUND for file in CHART.glob(pattern))
PARTIAL = ROOT / "schema" / "genx-fx-values.schema.json"


def schema_of(file: Path) -> Path:
    first = file.read_text().splitlines()[0]
    assert first.startswith(SCHEMA_LINE)
    return (file.parent / first.removeprefix(SCHEMA_LINE)).resolve()


def errors(schema: Path, values: Any) -> list[str]:
    found = Draft7Validator(json.loads(schema.read_text())).iter_errors(values)
    return [error.message for error in found]


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(CHART)))
def test_the_first_line_names_a_schema_that_the_file_fulfils(file: Path) -> None:
    assert errors(schema_of(file), read_yaml(file)) == []


def test_complete_files_have_the_charts_own_schema_and_others_one_without_required_values() -> None:
    for file in FILES:
        own = file.parent / "values.schema.json"
        assert schema_of(file) == (own if file.name == "values.yaml" else PARTIAL)


@pytest.mark.parametrize(("path", "value"), BAD_CASES)
def test_a_partial_file_is_held_to_all_else(path: str, value: Any) -> None:
    assert errors(PARTIAL, nested({path: value}))


def test_a_partial_file_may_lift_the_documented_limits() -> None:
    more = {"application.api.replicas": 51}

    assert errors(PARTIAL, nested(more))
    assert not errors(PARTIAL, nested({**more, "global.enforceDocumentedLimits": False}))


def test_items_of_lists_still_need_their_fields() -> None:
    assert errors(PARTIAL, {"access": {"viewers": [{"kind": "Group"}]}})
