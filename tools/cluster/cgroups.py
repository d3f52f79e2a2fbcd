"""Prepares cgroup v2 for an engine that is started inside a container.

A container's processes are in the root of the cgroups that it sees. To the kernel that is a group
like any other: while it has processes of its own, its controllers cannot be handed down, and no
container can be started in it.
"""

from __future__ import annotations

import errno
import time
from pathlib import Path

from .errors import ClusterError

ROOT = Path("/sys/fs/cgroup")
# Where Docker's own image for an engine in a container moves them, too.
CHILD = "init"
PATIENCE = 10  # seconds


def hand_down_controllers(root: Path = ROOT) -> None:
    """Let the groups below `root` use its controllers, where its own processes prevent that.

    The processes move to a group of their own; they and the controllers stay so until the machine
    or its container is restarted. Nothing is done on cgroup v1, nor where the root is the real one,
    as outside containers, nor where systemd or another program has done it.
    ClusterError where the machine does not allow it.
    """
    if not _is_in_the_way(root):
        return
    try:
        (root / CHILD).mkdir(exist_ok=True)
        deadline = time.monotonic() + PATIENCE
        _move_processes(root)
        # Other programs may start processes in the meantime.
        while not _try_to_enable(root):
            if time.monotonic() > deadline:
                raise ClusterError(
                    f"cannot use cgroup v2 in this container: new processes keep coming into {root}"
                    f" itself; move those of {root}/cgroup.procs to a group below it, and try again"
                )
            _move_processes(root)
    except OSError as error:
        raise ClusterError(
            f"cannot use cgroup v2 in this container: {error.strerror} at {error.filename or root};"
            " run it with --privileged, or give it a running engine"
        ) from None


def _is_in_the_way(root: Path) -> bool:
    # The real root cgroup has no file `cgroup.type`.
    if not (root / "cgroup.controllers").exists() or not (root / "cgroup.type").exists():
        return False
    return bool(_wanted(root) and _processes(root))


def _wanted(root: Path) -> list[str]:
    """Return the controllers that are not handed down yet."""
    enabled = (root / "cgroup.subtree_control").read_text().split()
    return [
        name for name in (root / "cgroup.controllers").read_text().split() if name not in enabled
    ]


def _processes(root: Path) -> list[str]:
    # Processes that this container cannot see are listed as 0.
    return [pid for pid in (root / "cgroup.procs").read_text().split() if pid != "0"]


def _move_processes(root: Path) -> None:
    for pid in _processes(root):
        try:
            _write(root / CHILD / "cgroup.procs", pid)
        except OSError as error:
            if error.errno != errno.ESRCH:  # it has ended
                raise


def _try_to_enable(root: Path) -> bool:
    try:
        _write(root / "cgroup.subtree_control", " ".join(f"+{name}" for name in _wanted(root)))
    except OSError as error:
        if error.errno == errno.EBUSY:
            return False
        raise
    return True


def _write(file: Path, text: str) -> None:
    """Write to a file of the kernel, in one go and without making one."""
    with file.open("r+") as opened:
        opened.write(text)
