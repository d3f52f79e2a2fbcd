"""The pod that shares its processes with the guard: lets them run until a time, then ends them."""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import suppress
from pathlib import Path

SANDBOX = 1
"""The first process. The kernel ends all others of the pod with it, and the kubelet then starts the
pod's containers anew, in their order: the guard before what it guards."""


def clock() -> float:
    """Return the seconds since the node started, suspended ones included: those of /proc/uptime."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Pod:
    """What runs in the pod besides the guard, and the files by which it is let run.

    `until` holds the time, by the clock, at which the processes end unless it is written again, and
    the birth of the sandbox that it was written in. `token` holds the fencing token.
    """

    def __init__(self, folder: Path) -> None:
        self._until_file = folder / "until"
        self._token_file = folder / "token"
        self._sandbox = _birth(SANDBOX)
        self._lock = threading.Lock()
        self.until = 0.0
        # A guard before this one may have let processes in that still run.
        self._let_in = False
        with suppress(OSError, ValueError):
            until, sandbox = self._until_file.read_text().split()
            if sandbox == self._sandbox:
                self.until, self._let_in = float(until), True

    def let_run(self, until: float, token: int) -> None:
        """Let processes run until a time."""
        with self._lock:
            _write(self._token_file, f"{token}\n")
            _write(self._until_file, f"{until:.2f} {self._sandbox}\n")
            self.until, self._let_in = until, True

    def end_when_due(self) -> float:
        """End whatever runs if the time is over; return the seconds until it is."""
        with self._lock:
            left = self.until - clock()
            if left <= 0:
                self._end()
            return left

    def close(self) -> None:
        """End whatever runs, now and until it is let run again; the sandbox stays."""
        with self._lock:
            self.until, self._let_in = 0.0, False
            self._until_file.unlink(missing_ok=True)
            self._end()

    def is_empty(self) -> bool:
        """Return whether nothing of this user runs in the pod but the guard and the sandbox."""
        found = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
        return not any(_may_signal(pid) for pid in found if pid not in (SANDBOX, os.getpid()))

    def start_anew(self) -> None:
        """End the pod's processes, the guard included, so that all containers start anew.

        A sandbox of another user stays: the guard then ends, ever again, what must not run.
        """
        with suppress(PermissionError):
            os.kill(SANDBOX, signal.SIGTERM)

    def _end(self) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(-1, signal.SIGKILL)  # all but the caller, process 1 and those of other users
        if self._let_in:
            self._until_file.unlink(missing_ok=True)
            self._let_in = False
            self.start_anew()


def _birth(pid: int) -> str:
    """Return when a process began, in ticks since the node started."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]


def _may_signal(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _write(file: Path, text: str) -> None:
    new = file.with_name(f"{file.name}.new")
    new.write_text(text)
    new.replace(file)
