"""What Helm renders of a chart, with content that is new at each render taken for the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import yaml

from generator.diff.objects import Key, Object, by_key
from generator.diff.source import Chart
from generator.validate.helm import Helm

RELEASE = "genx-fx"
"""Name and namespace of the release that is rendered, the same for both charts."""
RANDOM = "(random)"


def objects(chart: Chart, helm: Helm, values: Sequence[str], kubernetes: str) -> dict[Key, Object]:
    """Render a chart. Raises HelmRefused.

    It is rendered twice: what differs then, such as a password that is made up, says nothing of the
    chart.
    """
    version = ["--kube-version", f"{kubernetes}.0"] if kubernetes else []
    command = [RELEASE, str(chart.folder), "--namespace", RELEASE, *version, *values]
    one, other = (_documents(helm.rendered(*command)) for _ in range(2))
    return by_key(document for document in _same(one, other) if document)


def _documents(text: str) -> list[Any]:
    return list(yaml.load_all(text, yaml.CSafeLoader))


def _same(one: Any, other: Any) -> Any:
    """Return what is the same in both, and a word in place of what is not."""
    if isinstance(one, dict) and isinstance(other, dict):
        return {key: _same(value, other.get(key)) for key, value in one.items()}
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [_same(*pair) for pair in zip(one, other, strict=True)]
    return one if one == other else RANDOM
