from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from reference.installation import prepare, shared_volumes
from tests.chart.scenarios import merged
from tests.cluster.diagnostics import collect
from tests.cluster.kubectl import Kubectl
from tests.cluster.release import PRODUCTION, Release
from tests.helm import CHART, HELMS, run_helm
from tools.cluster import CannotRaise, Cluster, lifecycle

# The version of the restricted standard that namespaces of tests enforce: the cluster's own.
RESTRICTED = {
    f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn", "audit")
}
NO_CLUSTER = "no cluster to test on"
NAMESPACES: list[str] = []
# A user for each role, test-viewer and test-operator.
ACCESS = {
    "global": {
        "access": {
            f"{role}s": [
                {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": f"test-{role}"}
            ]
            for role in ("viewer", "operator")
        }
    }
}

MakeNamespace = Callable[..., str]


@pytest.fixture(scope="session")
def cluster() -> Cluster:
    """The cluster under test, raised if it isn't there."""
    try:
        return lifecycle.up()
    except CannotRaise as error:
        if os.environ.get("CI"):
            pytest.fail(f"{NO_CLUSTER}: {error}", pytrace=False)
        pytest.skip(f"{NO_CLUSTER}: {error}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests that share the platform run one after the other, or not at all."""
    grouped = [item for item in items if item.get_closest_marker("xdist_group")]
    if hasattr(config, "workerinput") and grouped and "@" not in grouped[0].nodeid:
        raise pytest.UsageError(
            "tests/cluster runs in one process, or with `--dist loadgroup` and a pytest-xdist that"
            " keeps groups together"
        )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Nobody shall take a run without a cluster for a run that passed on one."""
    # By the reports, which also come from other processes: file, line and reason of each.
    skipped = [report.longrepr for report in terminalreporter.stats.get("skipped", [])]
    if reasons := [reason for *_, reason in skipped if NO_CLUSTER in reason]:
        terminalreporter.section("THE CLUSTER TESTS DID NOT RUN", red=True, bold=True)
        terminalreporter.write_line(reasons[0])


@pytest.fixture(scope="session")
def kubectl(cluster: Cluster) -> Kubectl:
    """kubectl for the cluster under test."""
    return Kubectl(cluster.kubectl, cluster.kubeconfig, cluster.context)


@pytest.fixture(scope="session")
def chart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The chart as it is published: one package."""
    folder = tmp_path_factory.mktemp("package")
    run_helm("helm4", "package", str(CHART), "--destination", str(folder))
    (package,) = folder.glob("*.tgz")
    return package


@pytest.fixture(scope="session")
def images(cluster: Cluster) -> dict[str, Any]:
    """Values that name the reference images, which the cluster has then."""
    return prepare(cluster)


@pytest.fixture(scope="session")
def base_values(cluster: Cluster, images: dict[str, Any]) -> dict[str, Any]:
    """What every installation on this cluster needs: images, and a ReadWriteMany class."""
    return {**images, **shared_volumes(cluster)}


@pytest.fixture(params=HELMS)
def helm(request: pytest.FixtureRequest) -> str:
    """Each supported Helm in turn."""
    return str(request.param)


@contextmanager
def namespaces(kubectl: Kubectl) -> Iterator[MakeNamespace]:
    """Makes namespaces that enforce the restricted Pod Security Standard; all go at the end."""
    made: list[str] = []

    def make(prefix: str = "test") -> str:
        name = f"{prefix}-{uuid.uuid4().hex[:6]}"
        labels = {**RESTRICTED, "genx-fx/test": "true"}
        kubectl.apply(
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}
        )
        made.append(name)
        NAMESPACES.append(name)
        return name

    yield make
    if made:
        kubectl("delete", "namespace", "--ignore-not-found", "--wait=false", *made)
    NAMESPACES[:] = [name for name in NAMESPACES if name not in made]


@pytest.fixture(scope="module")
def make_namespace(kubectl: Kubectl) -> Iterator[MakeNamespace]:
    """Makes namespaces that last as long as the tests of a module."""
    with namespaces(kubectl) as make:
        yield make


@pytest.fixture
def namespace(kubectl: Kubectl) -> Iterator[str]:
    """A namespace of the test's own."""
    with namespaces(kubectl) as make:
        yield make()


@pytest.fixture
def release(kubectl: Kubectl, namespace: str, chart: Path, base_values: dict[str, Any]) -> Release:
    """A release that is yet to be installed, in a namespace of the test's own."""
    return Release(kubectl, namespace, chart, base_values)


@pytest.fixture(scope="session")
def platform_namespace(kubectl: Kubectl) -> Iterator[str]:
    """Ends with the session, also where nothing could be installed: reports come before that."""
    with namespaces(kubectl) as make:
        yield make("platform")


@pytest.fixture(scope="session")
def platform(
    kubectl: Kubectl, platform_namespace: str, chart: Path, base_values: dict[str, Any]
) -> Release:
    """The platform as production runs it. Shared: a test leaves it as it found it."""
    values = merged(base_values, ACCESS)
    made = Release(kubectl, platform_namespace, chart, values, files=(PRODUCTION,))
    made.install()
    return made


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that failed brings along what its namespaces can tell."""
    report = yield
    kubectl = getattr(item, "funcargs", {}).get("kubectl")
    if report.failed and isinstance(kubectl, Kubectl) and NAMESPACES:
        report.sections.append(("cluster", collect(kubectl, item.nodeid, NAMESPACES)))
    return report
