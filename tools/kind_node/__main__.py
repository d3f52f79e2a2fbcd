"""Command line: `python -m kind_node`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from .cluster import kind_config, load_balancer_manifest
from .command_line import exit_status
from .go_programs import modules
from .go_tests import check_module
from .node_image import build, program


def main(arguments: Sequence[str] | None = None) -> int:
    """Build all and print where it is, or print what a cluster is configured with."""
    parser = argparse.ArgumentParser(
        prog="kind_node", description="Build kind and its node image from package registries alone."
    )
    commands = parser.add_subparsers(dest="command", metavar="command")
    commands.add_parser("build", help="build all and print where it is (the default)")
    commands.add_parser("test", help="run the tests of the node agent, which are Go's")
    config = commands.add_parser("config", help="print a file for `kind create cluster --config`")
    config.add_argument("--nodes", type=int, default=1, help="how many nodes, by default 1")
    config.add_argument("--shared", type=Path, help="the host's folder for the class `shared`")
    balancer = commands.add_parser("load-balancer", help="print objects for `kubectl apply`")
    balancer.add_argument("first", help="first address to give to services")
    balancer.add_argument("last", help="last address to give to services")
    return exit_status(lambda: _run(parser.parse_args(arguments)), ValueError)


def _run(options: argparse.Namespace) -> None:
    match options.command:
        case "test":
            print(check_module(modules()["node-agent"]), end="")
        case "config":
            print(kind_config(options.nodes, options.shared), end="")
        case "load-balancer":
            print(load_balancer_manifest(options.first, options.last), end="")
        case _:
            image = build()
            print(f"kind     {program('kind')}")
            print(f"kubectl  {program('kubectl')}")
            print(f"archive  {image.archive}")
            print(f"image    {image.name}")


if __name__ == "__main__":
    sys.exit(main())
