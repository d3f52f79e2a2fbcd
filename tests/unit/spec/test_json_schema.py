from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator, Draft202012Validator

from generator.chart.mark import MARK
from generator.spec.json_schema import spec_json_schema
from tests.spec_files import ALL_SPECS, spec_data
from tests.unit.spec.test_mistakes import CASES

# Only the loader sees what is lost in reading YAML, and the order of a range.
BEYOND_JSON_SCHEMA = {
    "date for text",
    "range that is upside down",
    "key that is given twice",
    "key that YAML reads as true",
    "null for a member of an answer",
}


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(spec_json_schema("GenX FX"))
    return loaded


@pytest.mark.parametrize("spec", ALL_SPECS, ids=lambda spec: spec.stem)
def test_every_spec_is_valid(schema: dict[str, Any], spec: Path) -> None:
    Draft7Validator.check_schema(schema)
    for validator in (Draft7Validator(schema), Draft202012Validator(schema)):
        assert list(validator.iter_errors(spec_data(spec))) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [pytest.param(*case[1:3], id=case[0]) for case in CASES if case[0] not in BEYOND_JSON_SCHEMA],
)
def test_an_editor_sees_mistakes(
    schema: dict[str, Any], spec_text: str, old: str, new: str
) -> None:
    spec = yaml.load(spec_text.replace(old, new, 1), yaml.CSafeLoader)
    for validator in (Draft7Validator(schema), Draft202012Validator(schema)):
        assert not validator.is_valid(spec)


def test_its_head_says_what_it_is(schema: dict[str, Any]) -> None:
    assert list(schema)[:3] == ["$comment", "$schema", "title"]
    assert schema["$comment"] == MARK
    assert schema["title"] == "GenX FX"


def test_it_is_the_same_each_time_and_ends_in_a_newline() -> None:
    assert spec_json_schema("X") == spec_json_schema("X")
    assert spec_json_schema("X").endswith("}\n")


def test_every_field_is_described(schema: dict[str, Any]) -> None:
    undescribed = [
        path for path, field in fields(schema) if "description" not in field and "$ref" not in field
    ]

    assert undescribed == []
    assert all("description" in model for model in schema["$defs"].values())


def test_it_has_no_noise_of_pydantic(schema: dict[str, Any]) -> None:
    text = json.dumps(schema)

    assert '"null"' not in text
    assert '"discriminator"' not in text
    assert all("title" not in field for _, field in fields(schema))


def test_patterns_mean_the_same_to_every_engine(schema: dict[str, Any]) -> None:
    patterns = re.findall(r'"pattern": "(.*?)"[,\n}]', json.dumps(schema))

    assert patterns
    assert not [pattern for pattern in patterns if re.search(r"\(\?|\\[dwb]", pattern)]


def fields(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, model in {"": schema, **schema["$defs"]}.items():
        for key, field in model["properties"].items():
            yield f"{name}.{key}", field
