"""Measures build, render, sizes and the test suite, each against its aim.

python -m tests.benchmark            everything
python -m tests.benchmark --quick    without the test suite and the largest spec
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.benchmark.larger import larger
from tests.benchmark.measure import best_cpu_seconds
from tests.benchmark.sizes import release_record_size
from tests.helm import CHART, HELMS, KUBERNETES, NAMESPACE, RELEASE, ROOT, render
from tools.build import tool_path
from tools.publish.package import make_package

SPEC = ROOT / "genx-fx.yaml"
REPEATS_BY_SIZE = {1: 5, 10: 3, 100: 1}


@dataclass(frozen=True)
class Row:
    """A figure and what it should be at most; without an aim it is only told."""

    what: str
    figure: float
    unit: str
    aim: float | None = None

    def __str__(self) -> str:
        aim, verdict = "", ""
        if self.aim is not None:
            aim = f"≤ {self.aim:g}"
            verdict = "met" if self.figure <= self.aim else "NOT MET"
        figure = f"{self.figure:.0f}" if self.figure >= 100 else f"{self.figure:.3g}"
        return f"{self.what:<58}{figure:>8} {self.unit:<6}{aim:>8}  {verdict}".rstrip()


def build_rows(folder: Path, sizes: list[int]) -> Iterator[Row]:
    """Yield the CPU of `genx-fx build`, for our spec and for larger ones."""
    data = yaml.load(SPEC.read_text(), Loader=yaml.CSafeLoader)
    components = sum(len(tier) for tier in data["tiers"].values())
    per_component: dict[int, float] = {}
    (folder / "platform").symlink_to(ROOT / "platform")
    for times in sizes:
        spec = SPEC
        if times > 1:
            spec = folder / f"{times}-times.yaml"
            text = yaml.dump(larger(data, times), Dumper=yaml.CSafeDumper, sort_keys=False)
            spec.write_text(text)
        command = [sys.executable, "-m", "generator", "build", "--spec", str(spec)]
        attempts = [
            best_cpu_seconds([*command, "--output", str(folder / f"{times}-{number}")], 1)
            for number in range(REPEATS_BY_SIZE[times])
        ]
        seconds = min(attempts)
        per_component[times] = seconds / (components * times)
        if times == 1:
            yield Row("genx-fx build, whole process, CPU", seconds, "s", 0.5)
        else:
            name = f"genx-fx build, {times} × the components"
            yield Row(f"{name}, CPU", seconds, "s")
            smaller = max(size for size in per_component if size < times)
            ratio = per_component[times] / per_component[smaller]
            yield Row(f"{name}, per component, against {smaller} ×", ratio, "times", 1.2)


def validate_rows(folder: Path) -> Iterator[Row]:
    """Yield the CPU of `genx-fx validate`, which users wait for while they write values."""
    values = folder / "my-values.yaml"
    values.write_text("application: {api: {replicas: 3}}\n")
    command = [sys.executable, "-m", "generator", "validate", "-f", str(values)]
    seconds = best_cpu_seconds([*command, "--spec", str(SPEC)], 5)
    yield Row("genx-fx validate, whole process, CPU", seconds, "s", 0.6)


def render_rows(folder: Path) -> Iterator[Row]:
    """Yield the CPU of `helm template` per object, less what Helm takes for a chart without any."""
    empty = folder / "empty"
    empty.mkdir()
    (empty / "Chart.yaml").write_text("{apiVersion: v2, name: empty, version: 0.1.0}\n")
    objects = len(render().objects)
    for helm in HELMS:

        def template(chart: Path, helm: str = helm) -> list[str]:
            options = ["--namespace", NAMESPACE, "--kube-version", KUBERNETES]
            return [str(tool_path(helm)), "template", RELEASE, str(chart), *options]

        ours, none = (best_cpu_seconds(template(chart), 5, folder) for chart in (CHART, empty))
        name = f"{helm} template"
        yield Row(f"{name}, {objects} objects, CPU", ours * 1000, "ms")
        yield Row(
            f"{name}, per object, less an empty chart", (ours - none) * 1000 / objects, "ms", 1.2
        )


def size_rows(folder: Path) -> Iterator[Row]:
    """Yield the sizes of what is published and of what Helm stores."""
    package = make_package(CHART, folder / "dist", ROOT / "CHANGELOG.md")
    yield Row("package", package.archive.stat().st_size / 1000, "KB", 100)
    yield Row("release record", release_record_size(package.archive) / 1000, "KB", 150)


def one_test_rows(_: Path) -> Iterator[Row]:
    """Yield the CPU of one test of the chart, which a developer of the chart waits for."""
    one = ["-k", "test_helm_3_and_helm_4_make_the_same_objects and default"]
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "tests/chart", *one]
    yield Row("one test of the chart, CPU", best_cpu_seconds(command, 3), "s", 3)


def suite_rows(_: Path) -> Iterator[Row]:
    """Yield the tests of generator and chart, on two cores."""
    options = ["-q", "-n", "2", "--dist", "worksteal"]
    pytest = [sys.executable, "-m", "pytest", *options, "tests/unit", "tests/chart"]
    start = time.monotonic()
    done = subprocess.run(
        ["taskset", "-c", "0,1", *pytest], cwd=ROOT, capture_output=True, text=True, check=False
    )
    seconds = time.monotonic() - start
    summary = done.stdout.strip().splitlines()[-1]
    checks = sum(int(number) for number in re.findall(r"(\d+) (?:passed|failed)", summary))
    if done.returncode:
        print(f"the tests do not pass: {summary}", file=sys.stderr)
    yield Row("tests of generator and chart: checks", checks, "")
    yield Row("tests of generator and chart, 2 cores", seconds, "s", 90)
    yield Row("tests of generator and chart, per check", seconds * 1000 / checks, "ms", 10)


def main() -> None:
    """Print every row as soon as it is known."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmark", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave out what takes long")
    quick = parser.parse_args().quick
    sizes = [1, 10] if quick else [1, 10, 100]
    groups: list[Callable[[Path], Iterator[Row]]] = [
        lambda folder: build_rows(folder, sizes),
        validate_rows,
        render_rows,
        size_rows,
        one_test_rows,
    ]
    if not quick:
        groups.append(suite_rows)
    busy = os.getloadavg()[0] / (os.cpu_count() or 1)
    if busy > 0.7:
        print(f"the machine is busy (load {busy:.1f} per core): figures will be high\n")
    print(f"{'':<58}{'figure':>8} {'':<6}{'aim':>8}")
    with tempfile.TemporaryDirectory() as scratch:
        for group in groups:
            for row in group(Path(scratch)):
                print(row, flush=True)


if __name__ == "__main__":
    main()
