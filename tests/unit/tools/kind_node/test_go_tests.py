from __future__ import annotations

import json

from tools.kind_node.go_tests import told


def events(*given: dict[str, str]) -> str:
    return "\n".join(map(json.dumps, given))


def test_what_is_skipped_or_fails_is_told_with_its_reason() -> None:
    said = told(
        events(
            {"Action": "output", "Package": "p", "Test": "A", "Output": "it takes root\n"},
            {"Action": "skip", "Package": "p", "Test": "A"},
            {"Action": "output", "Package": "p", "Test": "B", "Output": "wanted 1\n"},
            {"Action": "fail", "Package": "p", "Test": "B"},
            {"Action": "pass", "Package": "p", "Test": "C"},
            {"Action": "output", "Package": "p", "Output": "FAIL\n"},
            {"Action": "fail", "Package": "p"},
        )
    )
    assert said == {
        "pass": {},
        "skip": {"A": "it takes root\n"},
        "fail": {"B": "wanted 1\n", "p": "FAIL\n"},
    }


def test_packages_that_pass_are_told_and_those_without_tests_are_not() -> None:
    said = told(
        events(
            {"Action": "output", "Package": "p", "Output": "ok p 1s\n"},
            {"Action": "pass", "Package": "p"},
            {"Action": "output", "Package": "q", "Output": "? q [no test files]\n"},
            {"Action": "skip", "Package": "q"},
        )
    )
    assert said == {"pass": {"p": "ok p 1s\n"}, "skip": {}, "fail": {}}
