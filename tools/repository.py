"""Package a chart into a folder that can be served as a chart repository.

python -m tools.repository charts/genx-fx dist
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.build import tool_path
from tools.kind_node.cache import run
from tools.kind_node.command_line import exit_status


def add_to_repository(chart: Path, repository: Path, helm: str = "helm3") -> None:
    """Package the chart into the folder, and list all packages there in its index.yaml.

    BuildError where Helm refuses.
    """
    program = tool_path(helm)
    run([program, "package", chart, "--destination", repository], f"package {chart}")
    run([program, "repo", "index", repository], f"list the packages in {repository}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line: a chart, and the folder to package it into."""
    parser = argparse.ArgumentParser(prog="python -m tools.repository", description=__doc__)
    parser.add_argument("chart", type=Path, help="folder of the chart")
    parser.add_argument("repository", type=Path, help="folder that is served")
    options = parser.parse_args(arguments)
    return exit_status(lambda: add_to_repository(options.chart, options.repository))


if __name__ == "__main__":
    sys.exit(main())
