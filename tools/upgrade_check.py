"""Holds the chart of the checkout against the last release: `make upgrade-check`.

    python -m tools.upgrade_check                     # fails where an upgrade breaks something
    python -m tools.upgrade_check --output markdown   # the whole reports, for a pull request

An upgrade is looked at with the defaults and with the values of each environment that both charts
have. Before the first release nobody runs the chart: what breaks is then said, and does not fail.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from generator.diff import report
from generator.diff.command import Wish, diff
from generator.diff.finding import Comparison
from generator.diff.source import environments
from generator.errors import GenxFxError
from generator.validate.inputs import Inputs
from tools.released import CHART, NoHistory, last_tag, released_chart, released_revision

ROOT = Path(__file__).resolve().parents[1]


def comparisons(old: Path, new: Path) -> Iterator[tuple[str, Comparison]]:
    """Compare two charts: with their defaults, and with the values of each environment."""
    shared = set(environments(old)) & set(environments(new))
    for name in ("", *sorted(shared)):
        yield name or "defaults", diff(Wish(str(old), str(new), Inputs(), name))


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Run the command line; the status says whether the version allows what breaks."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--output", choices=["text", "markdown"], default="text")
    options = parser.parse_args(arguments)
    try:
        revision = released_revision(root)
        with tempfile.TemporaryDirectory() as folder:
            old = released_chart(root, Path(folder))
            found = dict(comparisons(old, root / CHART))
    except NoHistory as error:
        return _not_checked(str(error))
    except GenxFxError as error:
        print("\n".join(error.lines), file=sys.stderr)
        return error.exit_code
    failed = {name: one for name, one in found.items() if not one.passes}
    is_text = options.output == "text"
    if is_text:
        print(f"an upgrade from {revision[:12] or 'this chart itself'}:")
    for name, one in found.items():
        print(f"  {name}: {report.verdict(one)}" if is_text else f"{report.as_markdown(one)}\n")
    if not last_tag(root):
        print("no release is tagged yet, so that nobody runs the chart: nothing fails")
        return 0
    if failed and is_text:
        print("", report.as_text(next(iter(failed.values()))), sep="\n")
    return 1 if failed else 0


def _not_checked(reason: str) -> int:
    """Say why nothing was compared; a failure where the run is to show that all is well."""
    failure = bool(os.environ.get("CI"))
    word = "error" if failure else "NOT CHECKED"
    print(f"{word}: no upgrade was looked at: {reason}", file=sys.stderr)
    return 1 if failure else 0


if __name__ == "__main__":
    sys.exit(main())
