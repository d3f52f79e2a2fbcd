"""Command line of the cluster: `python -m tools.cluster up|down|status|load ARCHIVE...|env`."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from ..kind_node.command_line import exit_status
from . import images, lifecycle
from .choice import CONTEXT, ENGINE
from .engine import without_docker_settings
from .errors import ClusterError
from .handle import Cluster, current


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command. 0: done; 1: failed; 3: this machine cannot run a cluster."""
    options = _parser().parse_args(arguments)

    def command() -> None:
        match options.command:
            case "up":
                _describe(lifecycle.up())
            case "down":
                lifecycle.down()
            case "status":
                _describe(current())
                print(lifecycle.status(current()))
            case "load":
                images.load(current(), options.archives)
            case _:
                _export(current())

    return exit_status(command, ClusterError)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.cluster",
        description="The Kubernetes cluster of tests and first steps.",
        epilog=f"{CONTEXT} names a context of your kubeconfig to use instead. {ENGINE} allows "
        "only docker, podman, or own: a Docker engine started here.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("up", help="raise the cluster, or repair the one that is there")
    commands.add_parser("down", help="delete the cluster, its network and its engine")
    commands.add_parser("status", help="say which cluster is up and whether it is ready")
    load = commands.add_parser("load", help="load images into all nodes")
    load.add_argument("archives", nargs="+", type=Path, metavar="ARCHIVE", help="of docker save")
    commands.add_parser("env", help="print shell commands that point kubectl at the cluster")
    return parser


def _describe(cluster: Cluster) -> None:
    print(f"cluster     {cluster.context}{'' if cluster.is_kind else ', used as it is'}")
    print(f"kubeconfig  {cluster.kubeconfig}")
    print(f"kubectl     {cluster.kubectl}")
    if not cluster.is_kind:
        print("images      are not loaded into it: its nodes must be able to pull them")


def _export(cluster: Cluster) -> None:
    variables = {"KUBECONFIG": str(cluster.kubeconfig)}
    if cluster.engine is not None and cluster.engine.is_ours:
        for name in sorted(os.environ.keys() - without_docker_settings(os.environ).keys()):
            print(f"unset {name}")
        variables |= cluster.engine.client_settings
    for name, value in variables.items():
        print(f"export {name}={shlex.quote(value)}")
    print(f'export PATH={shlex.quote(str(cluster.kubectl.parent))}:"$PATH"')


if __name__ == "__main__":
    sys.exit(main())
