"""Build the pages about the chart.

python -m tools.site              into site/
python -m tools.site --to FOLDER  into another folder
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.kind_node.command_line import exit_status
from tools.site.build import ROOT, build_site


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.site", description=__doc__)
    parser.add_argument("--to", type=Path, default=ROOT / "site", help="folder of the site")
    options = parser.parse_args(arguments)
    return exit_status(lambda: build_site(options.to.absolute()))


if __name__ == "__main__":
    sys.exit(main())
