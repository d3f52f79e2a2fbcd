"""What scanners find in rendered manifests, and the findings that are excepted, each with a reason.

A file of exceptions maps a check to its reason; `only` limits the exception to some objects.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tests.helm import CHART

# The values that scanners judge the chart with, by name: files on top of the defaults.
VALUES: dict[str, tuple[Path, ...]] = {
    "default": (),
    "prod": (CHART / "values-prod.yaml",),
}

# A pod that every scanner must object to; one that does not is not working.
CARELESS = """
apiVersion: v1
kind: Pod
metadata: {name: careless}
spec:
  hostNetwork: true
  containers: [{name: careless, image: careless:latest, securityContext: {privileged: true}}]
"""

Exceptions = Mapping[str, Mapping[str, Any]]


class Finding(NamedTuple):
    """One finding: the scanner's name of the check, kind/name of the object, and its words."""

    check: str
    object: str
    message: str


def read_exceptions(file: Path) -> Exceptions:
    """Read a file of exceptions; AssertionError where one has no reason worth the name."""
    exceptions: dict[str, dict[str, Any]] = yaml.safe_load(file.read_text())
    for check, exception in exceptions.items():
        assert set(exception) <= {"reason", "only"}, check
        assert len(exception["reason"]) > 20, check
    return exceptions


def unexcepted(findings: Iterable[Finding], exceptions: Exceptions) -> list[Finding]:
    """List the findings that no exception covers."""
    return sorted(
        found
        for found in findings
        if found.check not in exceptions
        or found.object not in exceptions[found.check].get("only", [found.object])
    )


def unused(findings: Iterable[Finding], exceptions: Exceptions) -> list[tuple[str, str]]:
    """List the exceptions, by check and object, without which no more would be found."""
    found = {(finding.check, finding.object) for finding in findings}
    checks = {check for check, _ in found}
    return [
        (check, name)
        for check, exception in exceptions.items()
        for name in exception.get("only", ["any object"])
        if ((check, name) not in found if "only" in exception else check not in checks)
    ]
