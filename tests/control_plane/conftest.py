from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from zlib import crc32

import pytest

from tests.cluster import namespaces
from tests.cluster.kubectl import Kubectl
from tests.control_plane.nodes import Arena, arena
from tests.control_plane.release import QuietRelease
from tests.fixtures import chart, helm, make_namespace, namespace
from tests.helm import HELMS, ROOT
from tools.build import tool_path
from tools.control_plane import CONTEXT, kubectl_program
from tools.kind_node.cache import alone

__all__ = ["chart", "helm", "make_namespace", "namespace"]

# Keeps the processes referenced: the control plane ends with the run, not with this process.
_started: list[subprocess.Popen[bytes]] = []


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let one Helm run each test in `make test`, either as the test's name falls, and both in soak.

    What the chart makes is the same by both, as tests/chart shows.
    """
    forms: dict[str, list[pytest.Item]] = {}
    for item in items:
        parameters = getattr(getattr(item, "callspec", None), "params", {})
        if name := parameters.get("helm"):
            forms.setdefault(item.nodeid.replace(name, ""), []).append(item)
    for test, by_each in forms.items():
        chosen = crc32(test.encode()) % len(HELMS)
        for number, item in enumerate(by_each):
            if number != chosen and len(by_each) > 1:
                item.add_marker(pytest.mark.soak)


@pytest.fixture(scope="session")
def control_plane(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the control plane of this run, started if there is none."""
    base, run = tmp_path_factory.getbasetemp(), os.getpid()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base, run = base.parent, os.getppid()
    folder = base / "control-plane"
    with alone(base / "control-plane.lock"):
        if not (folder / "kubeconfig").exists():
            _start(folder, run)
    return folder


def _start(folder: Path, run: int) -> None:
    """Start a control plane that ends when the process `run` does."""
    kubectl_program()  # built here, where progress is shown
    tool_path("kwok")
    folder.mkdir(exist_ok=True)
    complaints = folder / "start.log"
    command = [sys.executable, "-m", "tools.control_plane", f"--folder={folder}", f"--while={run}"]
    with complaints.open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C must not end it before the tests, which still use it
        )
    _started.append(process)
    while not (folder / "kubeconfig").exists():
        if process.poll() is not None:
            pytest.fail(f"no control plane: {complaints.read_text()}", pytrace=False)
        time.sleep(0.05)


@pytest.fixture(scope="session")
def kubectl(control_plane: Path) -> Kubectl:
    """Return kubectl for the control plane."""
    return Kubectl(kubectl_program(), control_plane / "kubeconfig", CONTEXT)


@pytest.fixture
def release(kubectl: Kubectl, namespace: str, chart: Path) -> QuietRelease:
    """Return a release that is yet to be installed, in a namespace of the test's own."""
    return QuietRelease(kubectl, namespace, chart, {})


@pytest.fixture
def nodes(kubectl: Kubectl) -> Iterator[Arena]:
    """Give nodes of the test's own, none at first."""
    with arena(kubectl) as made:
        yield made


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add to the report of a failed test its namespaces' state, and where the logs are."""
    report = yield
    fixtures = getattr(item, "funcargs", {})
    folder, kubectl = fixtures.get("control_plane"), fixtures.get("kubectl")
    if report.failed and isinstance(folder, Path) and isinstance(kubectl, Kubectl):
        lines = [f"logs of the control plane: {folder}"]
        for name in namespaces.live():
            for what in ("pods,pvc,hpa", "events"):
                lines.append(kubectl.run("get", what, "-o", "wide", "-n", name).stdout)
        report.sections.append(("control plane", "\n".join(lines)))
    return report
