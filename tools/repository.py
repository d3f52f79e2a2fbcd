"""Package a chart into a folder that can be served as a chart repository.

python -m tools.repository charts/genx-fx dist
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tools.build import tool_path


def add_to_repository(chart: Path, repository: Path, helm: str = "helm3") -> None:
    """Package the chart into the folder, and list all packages there in its index.yaml."""
    program = str(tool_path(helm))
    for command in (
        [program, "package", str(chart), "--destination", str(repository)],
        [program, "repo", "index", str(repository)],
    ):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    add_to_repository(Path(sys.argv[1]), Path(sys.argv[2]))
