"""What only a render shows: values that are right each on its own and contradict each other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from generator.errors import UsageError
from generator.validate.helm import HelmRefused
from generator.validate.inputs import Inputs

_LISTED = re.compile(r"^  - (?P<path>[\w.\[\]-]+): (?P<message>.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Rendered:
    """What Helm has rendered, and path and message of each reason for which it refused to."""

    text: str
    contradictions: list[tuple[str, str]]


def rendered(inputs: Inputs, chart: Path, kubernetes: str) -> Rendered:
    """Render the chart by `helm template`. Raises UsageError where there is none."""
    if not (chart / "Chart.yaml").is_file():
        raise UsageError([f"--render: {chart}: no chart is there; run genx-fx build"])
    version = ("--kube-version", f"{kubernetes}.0")
    try:
        text = inputs.helm.rendered(chart.name, str(chart), *version, *inputs.arguments)
    except HelmRefused as refused:
        found = [(match["path"], match["message"]) for match in _LISTED.finditer(refused.said)]
        return Rendered("", found or [("", str(refused))])
    return Rendered(text, [])
