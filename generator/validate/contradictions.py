"""What only a render shows: values that are right each on its own and contradict each other."""

from __future__ import annotations

import re
from pathlib import Path

from generator.errors import UsageError
from generator.validate.helm import HelmRefused
from generator.validate.inputs import Inputs

_LISTED = re.compile(r"^  - (?P<path>[\w.\[\]-]+): (?P<message>.*)$", re.MULTILINE)


def contradictions(inputs: Inputs, chart: Path, kubernetes: str) -> list[tuple[str, str]]:
    """Find path and message of each problem by `helm template`; UsageError without a chart."""
    if not (chart / "Chart.yaml").is_file():
        raise UsageError([f"--render: {chart}: no chart is there; run genx-fx build"])
    version = ("--kube-version", f"{kubernetes}.0")
    try:
        inputs.helm.rendered(chart.name, str(chart), *version, *inputs.arguments)
    except HelmRefused as refused:
        found = [(match["path"], match["message"]) for match in _LISTED.finditer(refused.said)]
        return found or [("", str(refused))]
    return []
