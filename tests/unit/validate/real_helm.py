"""What the real Helm makes of values files and --set: the values that a chart would see."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from tests.helm import run_helm

CHART = {
    "Chart.yaml": "apiVersion: v2\nname: tiny\nversion: 0.1.0\n",
    "templates/values.yaml": "values: {{ toJson .Values }}\n",
}


def helm_values(
    helm: str, *arguments: str, files: dict[str, str] | None = None, defaults: str = ""
) -> dict[str, Any]:
    """The values as JSON holds them; HelmError where Helm refuses. `files` are name → text."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path, text in {**CHART, "values.yaml": defaults}.items():
            file = folder / "tiny" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        for path, text in (files or {}).items():
            (folder / path).write_text(text)
        given = [part for path in files or {} for part in ("--values", str(folder / path))]
        text = run_helm(helm, "template", "tiny", str(folder / "tiny"), *given, *arguments)
        values = json.loads(text.partition("values: ")[2])
        assert isinstance(values, dict)
        return values
