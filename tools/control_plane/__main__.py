"""Command line of the control plane: `python -m tools.control_plane [--folder F] [--while PID]`."""

from __future__ import annotations

import argparse
import os
import select
import shlex
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from ..kind_node.command_line import exit_status
from . import ControlPlane, StartError, kubectl_program

LOOK = 1  # seconds between two looks at whether all programs still run


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a control plane until Ctrl-C. 0: it was wanted no longer; 1: a program failed."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)

    def command() -> None:
        with (
            tempfile.TemporaryDirectory(prefix="control-plane-") as temporary,
            ControlPlane(options.folder or Path(temporary)) as plane,
        ):
            _describe(plane)
            _wait(plane, options.process)

    return exit_status(command, StartError)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.control_plane",
        description="Kubernetes without nodes, on loopback, until Ctrl-C.",
    )
    parser.add_argument("--folder", type=Path, help="for logs and kubeconfig; else a temporary one")
    parser.add_argument("--while", dest="process", type=int, metavar="PID", help="end with it")
    return parser


def _describe(plane: ControlPlane) -> None:
    print("# A control plane without nodes, until Ctrl-C. In another shell:")
    print(f"export KUBECONFIG={shlex.quote(str(plane.kubeconfig))}")
    print(f'export PATH={shlex.quote(str(kubectl_program().parent))}:"$PATH"', flush=True)


def _wait(plane: ControlPlane, process: int | None) -> None:
    """Return when that process has ended; without one, never."""
    ended = [] if process is None else [os.pidfd_open(process)]
    while not select.select(ended, [], [], LOOK)[0]:
        plane.check()


if __name__ == "__main__":
    sys.exit(main())
