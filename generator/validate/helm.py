"""Helm, which merges and renders values as it would for an installation."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.errors import UsageError

_TEMPLATE = (
    '{{ dict "values" .Values "helm" .Capabilities.HelmVersion.Version'
    ' | toJson | b64enc | printf "merged: %s" }}'
)
_WRAPPING = re.compile(
    "(cannot unmarshal yaml document|error converting YAML to JSON|error unmarshaling JSON"
    "|while decoding JSON|yaml|json): "
)


class HelmRefused(Exception):
    """Helm printed an error; `said` is all of its text."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said

    def __str__(self) -> str:
        """Return Helm's error in one line, without what it says of its own steps."""
        error = " ".join(self.said.rpartition("Error: ")[2].split())
        file = re.fullmatch("failed to parse (?P<file>.*?): (?P<reason>.*)", error)
        if file:
            return f"{file['file']}: Helm can't read it: {_WRAPPING.sub('', file['reason'])}"
        return f"Helm: {error}"

    @property
    def reason(self) -> str:
        """What is wrong with the only option that was given."""
        found = re.search(r"failed parsing \S+ data: (.*)", self.said)
        return found[1] if found else "Helm can't read it"


@dataclass(frozen=True)
class MergedValues:
    """The values of a chart, and the version of the Helm that merged them, such as v4.3.1."""

    values: dict[str, Any]
    helm_version: str


@dataclass(frozen=True)
class Helm:
    """A Helm, and the text that it finds where a values file is named `-`."""

    program: str
    standard_input: bytes = b""

    def merged(self, arguments: Sequence[str], defaults: Mapping[str, Any]) -> MergedValues:
        """Merge values, given as arguments of Helm, over defaults. Raises HelmRefused.

        A chart without subcharts stands in for the real one, whose values are those of its
        subcharts as well.
        """
        with tempfile.TemporaryDirectory() as folder:
            chart = Path(folder)
            (chart / "Chart.yaml").write_text("apiVersion: v2\nname: values\nversion: 0.0.0\n")
            (chart / "values.yaml").write_text(json.dumps(defaults))
            (chart / "templates").mkdir()
            (chart / "templates" / "values.yaml").write_text(_TEMPLATE)
            text = self.rendered("values", folder, *arguments)
        found = json.loads(base64.b64decode(text.partition("merged: ")[2]))
        return MergedValues(found["values"], found["helm"])

    def rendered(self, *arguments: str) -> str:
        """Return what `helm template` prints. Raises HelmRefused."""
        return self._printed("template", *arguments)

    def pull(self, folder: Path, *arguments: str) -> None:
        """Put a package into a folder by `helm pull`. Raises HelmRefused."""
        self._printed("pull", "--destination", str(folder), *arguments)

    def _printed(self, *arguments: str) -> str:
        done = subprocess.run(
            [self.program, *arguments],
            input=self.standard_input,
            capture_output=True,
            # A render is short: without garbage collection it takes half the time.
            env=os.environ | {"GOGC": "off"},
            check=False,
        )
        if done.returncode:
            raise HelmRefused(done.stderr.decode(errors="replace"))
        return done.stdout.decode()


def helm_program() -> str:
    """Find the Helm on PATH, or else the one that `make tools` built. Raises UsageError."""
    if on_path := shutil.which("helm"):
        return on_path
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    tools = Path(os.environ.get("GENX_FX_CACHE") or Path(cache, "genx-fx"), "tools")
    built = max(tools.glob("helm4-*/helm"), key=lambda path: path.stat().st_mtime, default=None)
    if built is None:
        raise UsageError(
            [
                "helm is not on PATH, and make tools has built none: see"
                " https://helm.sh/docs/intro/install"
            ]
        )
    return str(built)
