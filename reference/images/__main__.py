"""Command line of the image builder.

python -m reference.images           build what is missing and list all images
python -m reference.images values    print the values that make the chart run them
python -m reference.images modules   install the frontend's npm packages and print their folder
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import yaml

from reference.images.build import build_all, images, values_overlay
from reference.images.catalogue import FRONTEND
from tools.kind_node.command_line import exit_status


def main(arguments: Sequence[str] | None = None) -> int:
    """Build images, or print the values that name them."""
    parser = argparse.ArgumentParser(
        prog="python -m reference.images", description="Build the images of the reference platform."
    )
    parser.add_argument(
        "command",
        nargs="?",
        choices=("build", "values", "modules"),
        default="build",
        help="build what is missing (the default), print the values for the images, or print "
        "the folder of the frontend's npm packages",
    )
    options = parser.parse_args(arguments)

    def command() -> None:
        if options.command == "values":
            print(yaml.safe_dump(values_overlay(images()), sort_keys=False), end="")
        elif options.command == "modules":
            print(FRONTEND.node_modules())
        else:
            for image in build_all():
                print(f"{image.name}  {image.archive}")

    return exit_status(command)


if __name__ == "__main__":
    sys.exit(main())
