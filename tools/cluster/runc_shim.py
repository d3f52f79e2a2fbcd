#!/usr/bin/env python3
"""runc for a machine that may not hand out every capability.

A privileged container asks for all capabilities, and runc refuses to start it when the machine's
own bounding set lacks one, as in many sandboxes. This program stands in for runc: it takes what
the machine lacks out of the container's specification and then becomes runc. It needs nothing but
Python's standard library, and the engine runs it by its path.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

# In the order of their bits, linux/capability.h.
CAPABILITIES = (
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_DAC_READ_SEARCH",
    "CAP_FOWNER",
    "CAP_FSETID",
    "CAP_KILL",
    "CAP_SETGID",
    "CAP_SETUID",
    "CAP_SETPCAP",
    "CAP_LINUX_IMMUTABLE",
    "CAP_NET_BIND_SERVICE",
    "CAP_NET_BROADCAST",
    "CAP_NET_ADMIN",
    "CAP_NET_RAW",
    "CAP_IPC_LOCK",
    "CAP_IPC_OWNER",
    "CAP_SYS_MODULE",
    "CAP_SYS_RAWIO",
    "CAP_SYS_CHROOT",
    "CAP_SYS_PTRACE",
    "CAP_SYS_PACCT",
    "CAP_SYS_ADMIN",
    "CAP_SYS_BOOT",
    "CAP_SYS_NICE",
    "CAP_SYS_RESOURCE",
    "CAP_SYS_TIME",
    "CAP_SYS_TTY_CONFIG",
    "CAP_MKNOD",
    "CAP_LEASE",
    "CAP_AUDIT_WRITE",
    "CAP_AUDIT_CONTROL",
    "CAP_SETFCAP",
    "CAP_MAC_OVERRIDE",
    "CAP_MAC_ADMIN",
    "CAP_SYSLOG",
    "CAP_WAKE_ALARM",
    "CAP_BLOCK_SUSPEND",
    "CAP_AUDIT_READ",
    "CAP_PERFMON",
    "CAP_BPF",
    "CAP_CHECKPOINT_RESTORE",
)


def bounding_set(status: str) -> frozenset[str]:
    """Return the capabilities that a process may ever have, by the text of /proc/<pid>/status."""
    line = next(line for line in status.splitlines() if line.startswith("CapBnd:"))
    bits = int(line.split()[1], 16)
    return frozenset(name for bit, name in enumerate(CAPABILITIES) if bits >> bit & 1)


def known_to_kernel() -> frozenset[str]:
    """Return the capabilities that the running kernel has."""
    last = int(Path("/proc/sys/kernel/cap_last_cap").read_text())
    return frozenset(CAPABILITIES[: last + 1])


def missing() -> frozenset[str]:
    """Return what this process could never have, though the kernel knows it."""
    return known_to_kernel() - bounding_set(Path("/proc/self/status").read_text())


def without(specification: dict[str, Any], lacking: frozenset[str]) -> dict[str, Any]:
    """Return a container's specification, or that of another process in it, less capabilities."""
    process = specification.get("process", specification)
    kept = {
        kind: [name for name in names if name not in lacking]
        for kind, names in (process.get("capabilities") or {}).items()
    }
    changed = {**process, "capabilities": kept} if kept else process
    return {**specification, "process": changed} if "process" in specification else changed


def specification_file(arguments: Sequence[str]) -> Path | None:
    """Return the file that a runc command reads its specification from; None if it reads none."""
    if "create" in arguments or "run" in arguments:
        return Path(_option(arguments, "--bundle", "-b") or ".", "config.json")
    if "exec" in arguments:
        process = _option(arguments, "--process", "-p")
        return Path(process) if process else None
    return None


def _option(arguments: Sequence[str], *names: str) -> str | None:
    for position, argument in enumerate(arguments):
        name, equals, value = argument.partition("=")
        if name in names:
            return value if equals else next(iter(arguments[position + 1 :]), None)
    return None


def main() -> None:
    """Fix the specification, then become runc."""
    file = specification_file(sys.argv[1:])
    if file is not None:
        file.write_text(json.dumps(without(json.loads(file.read_text()), missing())))
    os.execvp("runc", ["runc", *sys.argv[1:]])


if __name__ == "__main__":
    main()
