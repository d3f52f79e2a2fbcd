"""Programs that run side by side and end together."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..kind_node.cache import last_line

PATIENCE = 5  # seconds that a program may take to end before it is killed


class StartError(Exception):
    """A program of the control plane does not run; the message names its log."""


@dataclass
class Processes:
    """Programs that run side by side, each with a log `<name>.log` in a folder.

    They end with the thread that started them, however it ends.
    """

    logs: Path
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, command: Sequence[str | Path]) -> None:
        """Start a program under a name of its own."""
        with self._log(name).open("wb") as log:
            self._running[name] = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *map(str, command)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def check(self) -> None:
        """Do nothing while all of them run; StartError names one that has ended, and why."""
        for name, process in self._running.items():
            if process.poll() is not None:
                reason = last_line(self._log(name).read_text(errors="replace"))
                raise StartError(f"{name} has ended: {reason}; its log is {self._log(name)}")

    def stop(self) -> None:
        """End all of them, the last one first, and wait until they are gone."""
        for process in reversed(self._running.values()):
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._running.clear()

    def _log(self, name: str) -> Path:
        return self.logs / f"{name}.log"
