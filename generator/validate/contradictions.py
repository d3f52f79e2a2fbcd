"""What only a render shows: values that are right each on its own and contradict each other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path as File

from generator.errors import UsageError
from generator.spec.problems import Path
from generator.validate.helm import HelmRefused
from generator.validate.inputs import Inputs

_LISTED = re.compile(r"^  - (?P<path>[\w.\[\]-]+): (?P<message>.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Rendered:
    """What Helm has rendered, and path and message of each reason for which it refused to."""

    text: str
    contradictions: list[tuple[Path, str]]


def rendered(inputs: Inputs, chart: File, kubernetes: str) -> Rendered:
    """Render the chart by `helm template`. Raises UsageError where there is none."""
    if not (chart / "Chart.yaml").is_file():
        raise UsageError([f"{chart}: no chart is there; run genx-fx build"])
    version = ("--kube-version", f"{kubernetes}.0")
    try:
        return Rendered(
            inputs.helm.rendered(chart.name, str(chart), *version, *inputs.arguments), []
        )
    except HelmRefused as refused:
        return Rendered("", contradictions(refused))


def contradictions(refused: HelmRefused) -> list[tuple[Path, str]]:
    """Return path and message of each contradiction that Helm has printed, or all of its error."""
    listed = _LISTED.finditer(refused.said)
    found: list[tuple[Path, str]] = [
        (tuple(match["path"].split(".")), match["message"]) for match in listed
    ]
    return found or [(("",), str(refused))]
