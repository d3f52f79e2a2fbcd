"""Command line of the image builder.

python -m reference.images           build what is missing and list all images
python -m reference.images values    print the values that make the chart run them
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import yaml

from reference.images.build import build_all, images, values_overlay
from tools.kind_node.cache import BuildError


def main(arguments: Sequence[str] | None = None) -> int:
    """Build images, or print the values that name them."""
    parser = argparse.ArgumentParser(
        prog="python -m reference.images", description="Build the images of the reference platform."
    )
    parser.add_argument(
        "command",
        nargs="?",
        choices=("build", "values"),
        default="build",
        help="build what is missing (the default), or print the chart's values for the images",
    )
    options = parser.parse_args(arguments)
    try:
        if options.command == "values":
            print(yaml.safe_dump(values_overlay(images()), sort_keys=False), end="")
        else:
            for image in build_all():
                print(f"{image.name}  {image.archive}")
    except BuildError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
