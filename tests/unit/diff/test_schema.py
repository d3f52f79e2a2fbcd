from __future__ import annotations

from typing import Any

import pytest

from generator.diff.schema import Schema, narrowed, needed, removed

AMOUNT = {
    "if": {"type": "string", "pattern": "^[1-9][0-9]+Gi$"},
    "else": {"const": "at least 10Gi is wanted"},
}
LARGER = {
    "if": {"type": "string", "pattern": "^[2-9][0-9]+Gi$"},
    "else": {"const": "at least 20Gi is wanted"},
}


def values(**properties: Any) -> Schema:
    """Return a schema of values in a section `a`, strict as the chart's."""
    section = {"type": "object", "properties": properties, "additionalProperties": False}
    return Schema({"type": "object", "properties": {"a": section}})


def examples(old: Any, new: Any) -> list[Any]:
    """Return values of `a.b` that only the old rule accepts."""
    return [
        value
        for one in narrowed(values(b=old), values(b=new))
        for value in one.examples
        if one.path == ("a", "b")
    ]


@pytest.mark.parametrize(
    ("old", "new", "refused"),
    [
        ({"type": "integer", "minimum": 1}, {"type": "integer", "minimum": 2}, [1]),
        ({"type": "integer", "maximum": 9}, {"type": "integer", "maximum": 8}, [9]),
        ({"enum": ["x", "y"]}, {"enum": ["x"]}, ["y"]),
        ({"type": "string"}, {"type": "string", "minLength": 1}, [""]),
        (
            {"type": "string", "maxLength": 4},
            {"type": "string", "maxLength": 3},
            ["aaaa"],
        ),
        ({"type": ["string", "integer"]}, {"type": "string"}, [1, 0, -1, 65536]),
        (
            {"type": "string", "default": "gp3"},
            {"type": "string", "pattern": "^$"},
            ["gp3", "a", "1"],
        ),
        (AMOUNT, LARGER, ["10Gi"]),
        ({"type": "array"}, {"type": "array", "minItems": 1}, [[]]),
    ],
)
def test_tighter_rule_is_shown_by_values_that_are_refused_now(
    old: Any, new: Any, refused: list[Any]
) -> None:
    found = examples(old, new)
    assert [value for value in refused if value not in found] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"type": "integer", "minimum": 2}, {"type": "integer", "minimum": 1}),
        ({"enum": ["x"]}, {"enum": ["x", "y"]}),
        (LARGER, AMOUNT),
        ({"type": "string"}, {"type": "string", "description": "longer words"}),
        ({"type": "string"}, {"anyOf": [{"type": "string"}, {"type": "integer"}]}),
        ({"type": "integer", "minimum": 1}, {"allOf": [{"type": "integer"}, {"minimum": 1}]}),
    ],
)
def test_rule_that_takes_as_much_or_more_is_none(old: Any, new: Any) -> None:
    assert examples(old, new) == []


def test_what_the_old_rule_refused_deeper_down_is_no_example() -> None:
    old = {"type": "array", "items": {"enum": ["x"]}, "minItems": 1}
    assert examples(old, {**old, "minItems": 2}) == []


def test_references_are_followed() -> None:
    old, new = (
        Schema(
            {
                "properties": {"b": {"$ref": "#/definitions/port"}},
                "definitions": {"port": {"type": "integer", "maximum": most}},
            }
        )
        for most in (65535, 32767)
    )
    [one] = narrowed(old, new)
    assert one.path == ("b",)
    assert 65535 in one.examples


def test_limit_that_another_value_turns_on_is_found() -> None:
    """The documented limits are in an `else` at the top of the chart's schema."""
    switch = {"properties": {"free": {"const": True}}, "required": ["free"]}

    def schema(most: int) -> Schema:
        limit = {"properties": {"b": {"maximum": most}}}
        rule = {"type": "integer"}
        return Schema({"properties": {"b": rule, "free": {}}, "if": switch, "else": limit})

    [one] = narrowed(schema(50), schema(20))
    assert 50 in one.examples
    assert 20 not in one.examples


def test_entries_of_lists_are_looked_at() -> None:
    old, new = (
        values(b={"type": "array", "items": {"enum": allowed}}) for allowed in (["x", "y"], ["x"])
    )
    [one] = narrowed(old, new)
    assert (one.path, one.examples) == (("a", "b", 0), ("y",))


def test_key_that_is_gone_is_found_at_its_top() -> None:
    section = {"type": "object", "properties": {"c": {"type": "string"}}}
    assert list(removed(values(b=section, d={}), values(d={}))) == [(("a", "b"), True)]


def test_key_that_is_gone_where_others_are_accepted_is_no_longer_read() -> None:
    text = {"type": "string"}
    old, new = (
        Schema({"properties": {"global": {"properties": keys}}})
        for keys in ({"b": text, "c": text}, {"c": text})
    )
    assert list(removed(old, new)) == [(("global", "b"), False)]


def test_key_that_is_one_of_many_now_is_not_gone() -> None:
    old = values(b={"properties": {"c": {"type": "string"}}})
    new = values(b={"properties": {}, "additionalProperties": {"type": "string"}})
    assert list(removed(old, new)) == []


def test_key_that_must_be_there_is_found() -> None:
    rule = {"type": "object", "properties": {"c": {"type": "string"}}}
    found = list(needed(values(b=rule), values(b={**rule, "required": ["c"]})))
    assert found == [("a", "b", "c")]


def test_schema_that_refers_to_itself_ends() -> None:
    tree = {"properties": {"child": {"$ref": "#"}, "b": {"type": "string"}}}
    assert list(narrowed(Schema(tree), Schema(tree))) == []
