"""CPU time of whole processes."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.helm import ROOT


def cpu_seconds(command: Sequence[str], *, cwd: Path = ROOT, home: Path | None = None) -> float:
    """Return the user and system time of a process and those that it waits for."""
    environment = os.environ | ({"HOME": str(home)} if home else {})
    process = subprocess.Popen(command, cwd=cwd, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return usage.ru_utime + usage.ru_stime


def best_cpu_seconds(command: Sequence[str], repeats: int = 5, home: Path | None = None) -> float:
    """Return the least of several measurements: others on the machine only ever add to it."""
    return min(cpu_seconds(command, home=home) for _ in range(repeats))
