"""Runs the test that must see a mutant, and says whether it did."""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.mutants.mutant import Mutant, StaleMutantError

# Each test runs alone: without pytest's cache, and in this process.
OPTIONS = [
    *("-n", "0", "-p", "no:cacheprovider", "--maxfail", "1", "--tb", "short"),
    # Preloaded modules.
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),
]


@dataclass
class Recorder:
    """A plugin of pytest that keeps how tests failed, and how many passed."""

    failures: list[str] = field(default_factory=list)
    """Name of each exception that a test raised itself."""
    passed: int = 0

    def pytest_exception_interact(
        self, call: pytest.CallInfo[object], report: pytest.TestReport | pytest.CollectReport
    ) -> None:
        """Keep what a test raised; nothing of fixtures and collection, which are no verdict."""
        if report.when == "call" and call.excinfo:
            self.failures.append(call.excinfo.typename)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count what passed."""
        self.passed += report.when == "call" and report.passed


@dataclass(frozen=True)
class Verdict:
    """Whether the test saw the mutant; if not, why not."""

    name: str
    fault: str = ""
    """Nothing where it was caught."""


def judge(mutant: Mutant) -> Verdict:
    """Run the test of a mutant. For a process of its own: what is imported stays as it is."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            chart = mutant.copy_to(Path(folder))
        except StaleMutantError as error:
            return Verdict(mutant.name, f"no longer applies: {error}")
        recorder, said = run([mutant.test], chart)
    if recorder.failures == [mutant.raises]:
        return Verdict(mutant.name)
    if recorder.failures:
        return Verdict(
            mutant.name,
            f"raises {recorder.failures[0]}, not {mutant.raises}: {mutant.test}\n{said}",
        )
    if recorder.passed:
        return Verdict(mutant.name, f"missed by {mutant.test}")
    return Verdict(mutant.name, f"no test has run: {mutant.test}\n{said}")


def run(tests: Sequence[str], chart: Path) -> tuple[Recorder, str]:
    """Run tests on a chart; returns how they ended and what pytest printed."""
    os.environ["GENX_FX_CHART"] = str(chart)
    recorder = Recorder()
    with contextlib.redirect_stdout(io.StringIO()) as said:
        pytest.main([*OPTIONS, *tests], plugins=[recorder])
    return recorder, said.getvalue()
