from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from reference.installation import prepare, shared_volumes
from tests.chart.scenarios import COMPONENTS, merged, of_each
from tests.cluster import bots, namespaces, shared_releases
from tests.cluster.bots import Bots
from tests.cluster.diagnostics import collect
from tests.cluster.kubectl import Kubectl, last_seen
from tests.cluster.nodes import expendable
from tests.cluster.release import PRODUCTION, Release
from tests.cluster.shared_releases import SharedReleases
from tests.cluster.sweep import once_a_run, sweep
from tests.fixtures import MakeNamespace, chart, make_namespace, namespace
from tools.cluster import CannotRaise, Cluster, handle, lifecycle

__all__ = ["chart", "make_namespace", "namespace"]

NO_CLUSTER = "no cluster to test on"
# A user for each role, test-viewer and test-operator.
ACCESS = {
    "access": {
        f"{role}s": [
            {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": f"test-{role}"}
        ]
        for role in ("viewer", "operator")
    }
}

# Labels of a user's own, which must leave selectors and NetworkPolicies as they are.
LABELS = {"global": {"commonLabels": {"example.org/team": "trading"}}}
# The cluster has no Ingress controller.
REACHED = {"global": {"exposure": "loadBalancer"}}

# A Job that begins by itself would take the processors from what is measured.
BACKUPS_BY_HAND = {"data": {"mysql": {"backup": {"suspend": True}}}}

# Groups, and single tests, that take longest. They begin first, so that no process works alone at
# the end.
LONGEST = (
    *("platform", "backups", "backups-s3", "faults", "database", "volumes", "guard"),
    *("test_any_password_works", "test_platform_runs_under_given_ids"),
)

ASKED_OVER_HTTP = ("frontend", "api", "grafana")


def light(component: str) -> dict[str, Any]:
    """Return options for tests that judge neither probes nor reservations."""
    # A probe by command starts a process each time, so it runs less often than one by HTTP.
    seconds = 1 if component in ASKED_OVER_HTTP else 10
    return {
        "probes": {"readiness": {"periodSeconds": seconds}},
        "resources": {"requests": {"cpu": "50m"}},  # room on the nodes for several installations
    }


LIGHT = merged(
    *(of_each({name: place}, light(name)) for name, place in COMPONENTS.items()),
    {"global": {"enforceDocumentedLimits": False}},
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options by which both parts of `make test-cluster` use the same installations."""
    group = parser.getgroup("cluster")
    group.addoption(
        "--keep-releases", action="store_true", help="leave shared releases to the next run"
    )
    group.addoption(
        "--use-releases", action="store_true", help="use shared releases that a run has left"
    )


@pytest.fixture(scope="session")
def cluster(pytestconfig: pytest.Config) -> Iterator[Cluster]:
    """Give the cluster under test, raised if necessary, without what interrupted tests left."""
    try:
        found = lifecycle.up()
    except CannotRaise as error:
        if os.environ.get("CI"):
            pytest.fail(f"{NO_CLUSTER}: {error}", pytrace=False)
        pytest.skip(f"{NO_CLUSTER}: {error}")

    def clean() -> None:
        if not pytestconfig.getoption("use_releases"):
            shared_releases.forget()
        sweep(found, as_kubectl(found), but=shared_releases.kept())

    with once_a_run(handle.state_folder() / "tests", clean):
        yield found


def as_kubectl(cluster: Cluster) -> Kubectl:
    return Kubectl(cluster.kubectl, cluster.kubeconfig, cluster.context)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Order the tests: those that share the platform run one after the other, or not at all.

    Those that have the cluster to themselves use it last, when other releases are gone. Long groups
    begin first.
    """
    items.sort(key=order)
    grouped = [item for item in items if group(item)]
    if hasattr(config, "workerinput") and grouped and "@" not in grouped[0].nodeid:
        raise pytest.UsageError(
            "tests/cluster runs in one process, or with `--dist loadgroup` and a pytest-xdist that"
            " keeps groups together"
        )


def group(item: pytest.Item) -> str:
    """Return the name of the group with which a test shares a process; empty where it has none."""
    marker = item.get_closest_marker("xdist_group")
    return str(marker.args[0]) if marker else ""


def order(item: pytest.Item) -> tuple[int, bool]:
    """Return where a test comes: by its place in LONGEST, and who uses the platform alone last."""
    name = group(item) or item.name
    uses_last = "alone" in item.keywords and "platform" in fixtures(item)
    return (*LONGEST, name).index(name), uses_last


def fixtures(item: pytest.Item) -> list[str]:
    """Return the names of all fixtures that a test uses, directly or not."""
    return list(getattr(item, "fixturenames", []))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly that a run without a cluster is not a run that passed on one."""
    # Read from the reports, because tests also run in other processes: file, line and reason.
    skipped = [report.longrepr for report in terminalreporter.stats.get("skipped", [])]
    if reasons := [reason for *_, reason in skipped if NO_CLUSTER in reason]:
        terminalreporter.section("THE CLUSTER TESTS DID NOT RUN", red=True, bold=True)
        terminalreporter.write_line(reasons[0])


@pytest.fixture(scope="session")
def kubectl(cluster: Cluster) -> Kubectl:
    """Return kubectl for the cluster under test."""
    return as_kubectl(cluster)


@pytest.fixture(scope="session", autouse=True)
def quiet(request: pytest.FixtureRequest) -> None:
    """Let tests that have the cluster to themselves begin when all before them is gone.

    Installations that are being deleted take the processors for a minute or two.
    """
    if not any("alone" in item.keywords for item in request.session.items):
        return
    kubectl: Kubectl = request.getfixturevalue("kubectl")

    def going() -> list[str]:
        found = kubectl.json("get", "namespaces", "--selector", namespaces.LABEL)["items"]
        return [one["metadata"]["name"] for one in found if "deletionTimestamp" in one["metadata"]]

    assert last_seen(going, list[str](), timeout=600, every=2) == []


@pytest.fixture(scope="session")
def images(cluster: Cluster) -> dict[str, Any]:
    """Return values that name the reference images, which the cluster has then."""
    return prepare(cluster)


@pytest.fixture(scope="session")
def cluster_values(cluster: Cluster, images: dict[str, Any]) -> dict[str, Any]:
    """Return what every installation on this cluster needs: images, and a ReadWriteMany class."""
    return merged(images, shared_volumes(cluster), BACKUPS_BY_HAND)


@pytest.fixture(scope="session")
def base_values(cluster_values: dict[str, Any]) -> dict[str, Any]:
    """Return the values that most tests install with: those of the cluster, and light."""
    return merged(cluster_values, LIGHT)


@pytest.fixture
def release(kubectl: Kubectl, namespace: str, chart: Path, base_values: dict[str, Any]) -> Release:
    """Return a release that is yet to be installed, in a namespace of the test's own."""
    return Release(kubectl, namespace, chart, base_values)


@pytest.fixture(scope="module")
def install_bot(
    cluster: Cluster,
    kubectl: Kubectl,
    make_namespace: MakeNamespace,
    chart: Path,
    base_values: dict[str, Any],
) -> Callable[..., Bots]:
    """Give what installs, by its name and values, a release whose bot may lose its node.

    It goes with the module: bots that trade all the time would take the processors from others.
    """
    if not cluster.is_kind:
        pytest.skip(f"the nodes of {cluster.context} can't be controlled from here")
    node = expendable(cluster)

    def install(name: str, given: dict[str, Any]) -> Bots:
        release = Release(kubectl, make_namespace(name), chart, base_values)
        release.install(merged(bots.values(node), given))
        return Bots(kubectl, release, node)

    return install


@pytest.fixture(scope="session")
def shared(pytestconfig: pytest.Config, kubectl: Kubectl) -> Iterator[SharedReleases]:
    """Give releases that all tests share, until the session ends, after the last report."""
    found = shared_releases.of_run(pytestconfig, kubectl)
    yield found
    found.end()


@pytest.fixture(scope="session")
def platform(
    kubectl: Kubectl, shared: SharedReleases, chart: Path, cluster_values: dict[str, Any]
) -> Release:
    """Return the platform as production runs it. Shared: a test leaves it as it found it."""
    values = merged(cluster_values, ACCESS, LABELS, REACHED)
    return shared.get(
        "platform", lambda name: Release(kubectl, name, chart, values, files=(PRODUCTION,))
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add to the report of a failed test what its namespaces can tell."""
    report = yield
    kubectl = getattr(item, "funcargs", {}).get("kubectl")
    names = namespaces.live()
    if report.failed and isinstance(kubectl, Kubectl) and names:
        found = collect(kubectl, item.nodeid, names, is_kept=namespaces.keep_where_wanted())
        report.sections.append(("cluster", found))
    return report
