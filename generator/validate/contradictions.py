"""What only a render shows: values that are right each on its own and contradict each other."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from generator.errors import UsageError

_LISTED = re.compile(r"^  - (?P<path>[\w.\[\]-]+): (?P<message>.*)$", re.MULTILINE)


def contradictions(
    chart: Path, kubernetes: str, values: Mapping[str, Any]
) -> list[tuple[str, str]]:
    """Path and message of each problem that `helm template` finds; UsageError without Helm."""
    helm = shutil.which("helm")
    if helm is None:
        raise UsageError(["--render: helm is not on PATH"])
    if not (chart / "Chart.yaml").is_file():
        raise UsageError([f"--render: {chart}: no chart is there; run genx-fx build"])
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(values, file)
        file.flush()
        done = subprocess.run(
            [
                *(helm, "template", chart.name, str(chart)),
                *("--kube-version", f"{kubernetes}.0", "--values", file.name),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode == 0:
        return []
    found = [(match["path"], match["message"]) for match in _LISTED.finditer(done.stderr)]
    return found or [("", " ".join(done.stderr.removeprefix("Error: ").split()))]
