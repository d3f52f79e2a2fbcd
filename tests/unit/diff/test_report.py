from __future__ import annotations

import json
from typing import Any

import pytest

from generator.diff import report
from generator.diff.changes import ABSENT, Change
from generator.diff.finding import Comparison, Finding, Side

BREAK = Finding(
    "Deployment/api",
    "Kubernetes refuses it",
    [Change(("spec", "selector", "matchLabels", "tier"), "backend", "web")],
    "keep it",
)
RESTART = Finding("StatefulSet/bot", "no bot runs meanwhile", [Change(("image",), ABSENT, "b:2")])
OTHER = Finding(
    "ConfigMap/files",
    "changes",
    [Change(("data", f"{number}.txt"), "old\nsame\n", "new\nsame\nmore\n") for number in range(7)],
)


def comparison(old: str = "0.2.0", new: str = "0.2.1", **findings: Any) -> Comparison:
    found = {"breaks": [], "restarts": [], "others": []} | findings
    sides = Side("old.tgz", "genx-fx", old), Side("charts/genx-fx", "genx-fx", new)
    return Comparison(*sides, ["prod.yaml"], "1.30", **found)


@pytest.mark.parametrize(
    ("old", "new", "passes", "said"),
    [
        (
            "0.2.0",
            "0.2.1",
            False,
            "a minor version is needed before 1.0.0, and the new version 0.2.1 is a patch one",
        ),
        (
            "0.2.0",
            "0.2.0",
            False,
            "a minor version is needed before 1.0.0, and the new version is 0.2.0 as well",
        ),
        (
            "0.2.0",
            "0.3.0-rc.1",
            True,
            "the new version 0.3.0-rc.1 is a minor one after 0.2.0, which counts as a major one"
            " before 1.0.0, which may break",
        ),
        (
            "1.2.0",
            "1.3.0",
            False,
            "a major version is needed, and the new version 1.3.0 is a minor one",
        ),
        (
            "1.2.0",
            "2.0.0",
            True,
            "the new version 2.0.0 is a major one after 1.2.0, which may break",
        ),
        (
            "1.2.0",
            "1.1.9",
            False,
            "a major version is needed, and the new version 1.1.9 is lower than 1.2.0",
        ),
    ],
)
def test_verdict_follows_from_breaks_and_the_version(
    old: str, new: str, passes: bool, said: str
) -> None:
    found = comparison(old, new, breaks=[BREAK])
    assert found.passes is passes
    assert report.verdict(found) == f"breaks: 1, restarts: 0, other changes: 0; {said}"


def test_without_breaks_every_version_passes() -> None:
    found = comparison(new="0.2.0", restarts=[RESTART])
    assert found.passes
    assert report.verdict(found) == "breaks: 0, restarts: 1, other changes: 0; nothing breaks"


def test_nothing_to_report_says_so() -> None:
    about = "genx-fx 0.2.0 (old.tgz) → 0.2.1 (charts/genx-fx), with prod.yaml, on Kubernetes 1.30"
    assert report.as_text(comparison()).splitlines() == ["nothing changes", about]


def test_text_has_the_verdict_first_then_each_category() -> None:
    text = report.as_text(comparison(breaks=[BREAK], restarts=[RESTART], others=[OTHER]))
    assert text.splitlines()[2:] == [
        "",
        "Breaks",
        "  Deployment/api: Kubernetes refuses it",
        "    spec.selector.matchLabels.tier: backend → web",
        "    do: keep it",
        "",
        "Restarts",
        "  StatefulSet/bot: no bot runs meanwhile",
        "    image: (nothing) → b:2",
        "",
        "Other changes",
        "  ConfigMap/files: changes",
        *(f"    data.{number}.txt: lines removed: 1, added: 2" for number in range(5)),
        "    and 2 more",
    ]


def test_markdown_is_for_a_comment() -> None:
    text = report.as_markdown(comparison(breaks=[BREAK], others=[OTHER]))
    lines = text.splitlines()
    assert lines[0].startswith("## ❌ Upgrade: breaks: 1, ")
    assert lines[4:9] == [
        "### Breaks: 1",
        "",
        "- **Deployment/api**: Kubernetes refuses it",
        "  - `spec.selector.matchLabels.tier: backend → web`",
        "  - Do: keep it",
    ]
    assert lines[-1] == "</details>"
    assert report.as_markdown(comparison()).startswith("## ✅ Upgrade: nothing changes")


def test_json_says_everything() -> None:
    found = json.loads(
        report.as_json(comparison(breaks=[BREAK], restarts=[RESTART], others=[OTHER]))
    )
    assert (found["passes"], found["step"]) == (False, "patch")
    assert found["breaks"] == [
        {
            "what": "Deployment/api",
            "why": "Kubernetes refuses it",
            "do": "keep it",
            "changes": [{"path": "spec.selector.matchLabels.tier", "old": "backend", "new": "web"}],
        }
    ]
    assert found["restarts"][0]["changes"] == [{"path": "image", "new": "b:2"}]
    assert len(found["others"][0]["changes"]) == 7


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ([1, 2], [2, 3, 4], "without [1], with [3, 4]"),
        ([1, 2], [2, 1], "in another order"),
        ("", "a", '"" → a'),
        ({"a": 1}, ABSENT, '{"a": 1} → (nothing)'),
        ("a" * 70, "b", f"{'a' * 60}… → b"),
        ("a\nb\n", "c", "(text of 2 lines) → c"),
    ],
)
def test_changes_are_shown_short(old: Any, new: Any, said: str) -> None:
    text = report.as_text(comparison(breaks=[Finding("x", "y", [Change(("at",), old, new)])]))
    assert text.splitlines()[-1] == f"    at: {said}"


def test_refused_values_say_that_objects_were_not_compared() -> None:
    from dataclasses import replace

    found = replace(comparison(breaks=[BREAK]), compared=False)
    assert "refuses the values, so that objects are not compared" in report.verdict(found)
