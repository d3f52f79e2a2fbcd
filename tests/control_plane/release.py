"""Installs the chart on a control plane without nodes."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import Any

from tests.chart.scenarios import COMPONENTS, merged, nested, nobody_waits_for, of_each
from tests.cluster.release import OFF, Release
from tests.control_plane.nodes import Arena

# Where client-go repeats what the API server warns of.
WARNING = "warnings.go"


@dataclass(frozen=True)
class QuietRelease(Release):
    """A release whose commands must not make the API server warn of anything."""

    timeout: int = 240

    def call(self, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a Helm command; AssertionError where it warns, HelmError where it fails."""
        done = super().call(command, *arguments)
        warnings = [line for line in done.stderr.splitlines() if WARNING in line]
        assert not warnings, f"{self.helm} {command}: {warnings}"
        return done


def only(*names: str, on: Arena | None = None, **options: Any) -> dict[str, Any]:
    """Return values with which nothing but these components runs, on the nodes of an arena.

    The options are those of each of them.
    """
    chosen = {name: COMPONENTS[name] for name in names}
    others = {name: path for name, path in COMPONENTS.items() if name not in names}
    return merged(
        of_each(others, OFF),
        nested(nobody_waits_for(*others)),
        of_each(chosen, options | (on.values if on else {})),
    )
