"""A chart of a Deployment that reads a ConfigMap, to be changed in one place."""

from __future__ import annotations

import json
from pathlib import Path

TEMPLATE = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: config, labels: {helm.sh/chart: small-{{ .Chart.Version }}}}
data: {A: {{ .Values.a | quote }}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: small}
spec:
  selector: {matchLabels: {app: small}}
  template:
    metadata:
      labels: {app: small}
      annotations: {checksum/config: {{ .Values.a | toString | sha256sum }}}
    spec:
      containers:
        - {name: small, image: "small:1", envFrom: [{configMapRef: {name: config}}]}
---
apiVersion: v1
kind: Secret
metadata: {name: made-up}
stringData: {password: {{ randAlphaNum 20 | quote }}}
"""


def write(
    folder: Path,
    version: str = "1.0.0",
    before: str = "",
    after: str = "",
    *,
    most: int = 9,
    kubernetes: str = ">=1.30.0-0",
) -> Path:
    """Write the chart with one text replaced; `a` is at most `most`."""
    assert before in TEMPLATE
    chart = folder / "small"
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text(
        f"apiVersion: v2\nname: small\nversion: {version}\nkubeVersion: '{kubernetes}'\n"
    )
    (chart / "values.yaml").write_text("a: 1\n")
    (chart / "values-prod.yaml").write_text(f"a: {version[0]}\n")
    schema = {
        "properties": {"a": {"type": "integer", "maximum": most}, "global": {}},
        "additionalProperties": False,
    }
    (chart / "values.schema.json").write_text(json.dumps(schema))
    text = TEMPLATE.replace(before, after) if before else TEMPLATE
    (chart / "templates" / "all.yaml").write_text(text)
    return chart
