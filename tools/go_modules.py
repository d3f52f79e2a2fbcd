"""Fetch Go modules of which files are read, or built together with others.

`modules.sum` names version and hash of each, as a go.sum does for those that are built as they are.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from tools.kind_node.cache import BuildError, run
from tools.kind_node.go_toolchain import go_environment, go_program

SUMS = Path(__file__).with_name("modules.sum")
EXTERNAL_SECRETS = "github.com/external-secrets/external-secrets"
OLDEST_GO = "1.23"  # it can download a module for which there is no go.mod


def pinned(module: str) -> tuple[str, str]:
    """Return the version of a module, and the hash of its files."""
    for line in SUMS.read_text().splitlines():
        path, version, expected = line.split()
        if path == module:
            return version, expected
    raise BuildError(f"{SUMS.name} has no line for {module}")


def fetched(module: str) -> Path:
    """Return the folder of a module's files, downloaded first if it is missing.

    BuildError where it cannot be had, or has another hash than is noted.
    """
    version, expected = pinned(module)
    command: list[str | Path] = [
        go_program(OLDEST_GO),
        "mod",
        "download",
        "-json",
        f"{module}@{version}",
    ]
    with tempfile.TemporaryDirectory() as outside:  # of the go.mod of any program
        what = f"download {module} {version}"
        told = json.loads(run(command, what, folder=Path(outside), env=go_environment()))
    if told["Sum"] != expected:
        raise BuildError(
            f"{module} {version} has the hash {told['Sum']}, and {SUMS.name} says {expected}:"
            " somebody changed it, or the line is wrong"
        )
    return Path(told["Dir"])
