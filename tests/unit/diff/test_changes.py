from __future__ import annotations

from typing import Any

import pytest

from generator.diff.changes import ABSENT, Change, changes


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 2}, [Change(("a",), 1, 2)]),
        ({"a": 1}, {"a": "1"}, [Change(("a",), 1, "1")]),
        ({}, {"a": None}, [Change(("a",), ABSENT, None)]),
        ({"a": {"b": 1}}, {}, [Change(("a",), {"b": 1}, ABSENT)]),
        ([1, 2], [1, 3], [Change((1,), 2, 3)]),
        ([1], [1, 2], [Change((), [1], [1, 2])]),
        (
            [{"name": "x", "value": 1}, {"name": "y"}],
            [{"name": "z"}, {"name": "x", "value": 2}],
            [
                Change(("x", "value"), 1, 2),
                Change(("y",), {"name": "y"}, ABSENT),
                Change(("z",), ABSENT, {"name": "z"}),
            ],
        ),
        (
            [{"mountPath": "/a", "name": "x"}, {"mountPath": "/b", "name": "x"}],
            [{"mountPath": "/a", "name": "y"}, {"mountPath": "/b", "name": "x"}],
            [Change(("/a", "name"), "x", "y")],
        ),
    ],
)
def test_changes_are_found_as_deep_as_both_sides_have_the_path(
    old: Any, new: Any, expected: list[Change]
) -> None:
    assert list(changes(old, new)) == expected


def test_entries_that_change_places_are_a_change_of_their_order() -> None:
    """Init containers run in their order."""
    one, other = {"name": "one"}, {"name": "other"}
    assert list(changes([one, other], [other, one], ("list",))) == [
        Change(("list",), ["one", "other"], ["other", "one"])
    ]
