"""Makes each mutant of the chart and expects its test to fail: `make mutants`.

The tests must first pass on the chart as it is.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from multiprocessing import get_context

from tests.mutants.judge import Verdict, judge
from tests.mutants.mutant import ROOT, Mutant, all_mutants

# What takes long to import, and is the same for every mutant.
PRELOADED = ["hypothesis", "jsonschema", "pytest", "sqlglot", "yaml", "tests.mutants.judge"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge the mutants; returns 1 where one was not caught, 2 where nothing can be said."""
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__.splitlines()[0])
    parser.add_argument("-k", metavar="TEXT", default="", help="only mutants with TEXT in the name")
    parser.add_argument("-n", metavar="COUNT", type=int, default=2, help="processes (default: 2)")
    given = parser.parse_args(arguments)
    chosen = [mutant for mutant in all_mutants() if given.k in mutant.name]
    if not chosen:
        print(f"error: no mutant has {given.k!r} in its name", file=sys.stderr)
        return 2
    if not passes_without_them(chosen, given.n):
        print("error: these tests must pass on the chart as it is", file=sys.stderr)
        return 2
    started = time.monotonic()
    faults = [verdict for verdict in verdicts(chosen, given.n) if verdict.fault]
    for verdict in faults:
        print(f"\n{verdict.name}: {verdict.fault}")
    took = f"{time.monotonic() - started:.0f} s"
    print(f"\n{len(chosen)} mutants, {len(chosen) - len(faults)} caught, in {took}")
    return bool(faults)


def passes_without_them(mutants: Sequence[Mutant], processes: int) -> bool:
    """Return whether the tests of all mutants pass on the chart itself."""
    tests = sorted({mutant.test for mutant in mutants})
    print(f"{len(tests)} tests on the chart as it is", flush=True)
    pytest = [sys.executable, "-m", "pytest", "--quiet", "-n", str(processes)]
    return subprocess.run([*pytest, *tests], cwd=ROOT, check=False).returncode == 0


def verdicts(mutants: Sequence[Mutant], processes: int) -> Iterator[Verdict]:
    """Yield the verdict on each mutant, as it comes, each from a process of its own."""
    context = get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    with context.Pool(processes, maxtasksperchild=1) as pool:
        for verdict in pool.imap_unordered(judge, mutants, chunksize=1):
            print("." if not verdict.fault else "F", end="", flush=True)
            yield verdict


if __name__ == "__main__":
    sys.exit(main())
