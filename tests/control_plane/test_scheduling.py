"""Where the real scheduler puts the pods, and what becomes of them when nodes go."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime
from functools import partial

import pytest

from tests.chart.scenarios import COMPONENTS, merged, nested, of_each
from tests.cluster.kubectl import Kubectl, Object, eventually, last_seen
from tests.cluster.pods import NAME
from tests.control_plane.nodes import Arena, hosts, skew, zones
from tests.control_plane.release import QuietRelease, only
from tools.control_plane.nodes import ZONE

BOT = "trading-bot"
SPREADING = ("frontend", "api")
STRICT = {"topologySpread.hosts": "DoNotSchedule"}  # as the prod overlay has it


def pods(release: QuietRelease, name: str) -> list[Object]:
    """Return the pods of a component that are not on their way out."""
    return release.kubectl.staying_pods(release.namespace, f"{NAME}={name}")


@pytest.mark.parametrize("options", [{}, STRICT], ids=["default", "prod"])
def test_pods_spread_over_zones_and_hosts(
    release: QuietRelease, nodes: Arena, options: dict[str, str]
) -> None:
    """Although one zone has more room left than any other, with all replicas in it."""
    for zone, cores in {"a": 64, "b": 8, "c": 8}.items():
        nodes.add(zone, 2, cores=cores)
    release.install(only(*SPREADING, on=nodes, replicas=6, **options))
    for name in SPREADING:
        assert zones(pods(release, name), nodes.nodes()) == dict.fromkeys("abc", 2)
        assert set(hosts(pods(release, name)).values()) == {1}


@pytest.mark.parametrize(
    ("zone", "options"),
    [
        pytest.param("a", {}, id="default"),
        pytest.param("", STRICT, id="without zone labels, prod"),
        pytest.param("", {}, id="without zone labels, default"),
    ],
)
def test_two_replicas_are_on_two_hosts(
    release: QuietRelease, nodes: Arena, zone: str, options: dict[str, str]
) -> None:
    """Although one host has more room left than any other, with both replicas on it."""
    nodes.add(zone, 1, cores=64)
    nodes.add(zone, 2, cores=4)
    release.install(only(*SPREADING, on=nodes, **options))
    for name in SPREADING:
        assert set(hosts(pods(release, name)).values()) == {1}


def test_six_replicas_are_on_six_hosts_without_zone_labels_also_after_rollouts(
    release: QuietRelease, nodes: Arena
) -> None:
    """Pods of the last revision, which go, must not push the new ones together."""
    nodes.add("", 1, cores=64)
    nodes.add("", 5, cores=6)
    release.install(only(*SPREADING, on=nodes, replicas=6))
    workloads = [f"deployment/{name}" for name in SPREADING]
    for _ in range(3):
        for name in SPREADING:
            assert len(hosts(pods(release, name))) == 6, hosts(pods(release, name))
        release.kubectl("rollout", "restart", *workloads, "-n", release.namespace)
        for workload in workloads:
            release.kubectl.rolled_out(workload, release.namespace)


@pytest.mark.parametrize(("options", "waiting"), [({}, 0), (STRICT, 1)], ids=["default", "prod"])
def test_full_host_keeps_pods_waiting_only_where_to_spread_is_a_must(
    release: QuietRelease, nodes: Arena, options: dict[str, str], waiting: int
) -> None:
    nodes.add("a", 1)
    nodes.add("a", 1, cores=0)
    values = only(*SPREADING, on=nodes, **options)
    replace(release, helm="helm3").install(values, "--wait=false")
    for name in SPREADING:
        count = partial(unscheduled, release, name)
        assert last_seen(count, waiting, timeout=60, every=0.5) == waiting


def unscheduled(release: QuietRelease, name: str) -> int:
    """Return how many pods of a component have found no node; -1 while the scheduler looks."""
    conditions = [
        condition["status"]
        for pod in pods(release, name)
        for condition in pod["status"].get("conditions", [])
        if condition["type"] == "PodScheduled"
    ]
    return conditions.count("False") if len(conditions) == 2 else -1


def test_tainted_zone_keeps_nobody_from_the_others(release: QuietRelease, nodes: Arena) -> None:
    """Nodes that a pod may not run on would count as empty, were their taints not honoured."""
    for zone in "abc":
        nodes.add(zone, 2)
    tainted = [n["metadata"]["name"] for n in nodes.nodes() if n["metadata"]["labels"][ZONE] == "c"]
    release.kubectl("taint", "node", *tainted, "maintenance=yes:NoSchedule")
    must = {"topologySpread.zones": "DoNotSchedule", **STRICT}
    release.install(only(*SPREADING, on=nodes, replicas=4, **must))
    for name in SPREADING:
        assert zones(pods(release, name), nodes.nodes()) == {"a": 2, "b": 2, "c": 0}
        assert set(hosts(pods(release, name)).values()) == {1}


def test_lost_zone_is_made_up_for_and_taken_back(release: QuietRelease, nodes: Arena) -> None:
    kubectl, namespace = release.kubectl, release.namespace
    lost = nodes.add("a", 2)
    nodes.add("b", 2)
    nodes.add("c", 2)
    release.install(only("api", on=nodes, replicas=6))

    nodes.lose(lost)
    shared = {"a": 0, "b": 3, "c": 3}
    assert (
        last_seen(
            lambda: zones(pods(release, "api"), nodes.nodes()), shared, timeout=120, every=0.5
        )
        == shared
    )

    nodes.remove(lost)
    nodes.add("a", 2)
    # Kubernetes does not move running pods: the next rollout does.
    kubectl("rollout", "restart", "deployment/api", "-n", namespace)
    kubectl.rolled_out("deployment/api", namespace)
    assert zones(pods(release, "api"), nodes.nodes()) == dict.fromkeys("abc", 2)


def test_bot_runs_on_no_second_node_while_its_own_is_silent(
    kubectl: Kubectl, release: QuietRelease, nodes: Arena
) -> None:
    """A node that is silent may still run it: only who deletes the node says that it does not."""
    nodes.add("a", 1)
    nodes.add("b", 1)
    release.install(only(BOT, "api", on=nodes))
    (bot,) = pods(release, BOT)
    its_node = bot["spec"]["nodeName"]

    nodes.lose([its_node])
    # The API's pods go elsewhere, so the controllers have seen that the node is lost.
    eventually("the API has left", lambda: its_node not in hosts(pods(release, "api")))
    (seen,) = eventually("the bot is to go", lambda: leaving(kubectl, release))
    assert seen["metadata"]["uid"] == bot["metadata"]["uid"]
    time.sleep(3)  # there is no event for "nothing happened"
    (still,) = kubectl.list("pods", release.namespace, f"{NAME}={BOT}")
    assert still["metadata"]["uid"] == bot["metadata"]["uid"]

    nodes.remove([its_node])
    (new,) = eventually("the bot is back", lambda: pods(release, BOT))
    assert new["metadata"]["uid"] != bot["metadata"]["uid"]
    kubectl.rolled_out(f"statefulset/{BOT}", release.namespace)


def leaving(kubectl: Kubectl, release: QuietRelease) -> list[Object]:
    """Return the bot's pods that were told to go and have not gone."""
    found = kubectl.list("pods", release.namespace, f"{NAME}={BOT}")
    return [pod for pod in found if "deletionTimestamp" in pod["metadata"]]


@pytest.mark.soak
def test_two_hundred_of_each_on_a_thousand_nodes(release: QuietRelease, nodes: Arena) -> None:
    for zone, count in {"a": 334, "b": 333, "c": 333}.items():
        nodes.add(zone, count)
    unlimited = nested({"global.enforceDocumentedLimits": False})
    start = time.monotonic()
    release.install(merged(only(*SPREADING, on=nodes, replicas=200), unlimited), "--timeout=600s")
    print(f"installed after {time.monotonic() - start:.0f} s")
    every = nodes.nodes()
    for name in SPREADING:
        found = pods(release, name)
        assert len(found) == 200
        print(f"{name}: scheduled in {scheduled_in(found):.0f} s")
        assert skew(zones(found, every)) <= 1
        assert set(hosts(found).values()) == {1}


def scheduled_in(pods: list[Object]) -> float:
    """Return the seconds from the first pod's creation until the last one had a node."""
    created = [datetime.fromisoformat(pod["metadata"]["creationTimestamp"]) for pod in pods]
    scheduled = [
        datetime.fromisoformat(condition["lastTransitionTime"])
        for pod in pods
        for condition in pod["status"]["conditions"]
        if condition["type"] == "PodScheduled"
    ]
    return (max(scheduled) - min(created)).total_seconds()


def test_whole_platform_runs_and_is_tested_where_every_node_is_tainted(
    release: QuietRelease, nodes: Arena
) -> None:
    """The Job that prepares it and the pods of its tests too, which else wait for a node."""
    nodes.add("a", 2)
    toolbox = {f"global.toolbox.{option}": value for option, value in nodes.values.items()}
    release.install(merged(of_each(COMPONENTS, nodes.values), nested(toolbox)))
    release.test()
    found = release.kubectl.json("get", "pods", "-n", release.namespace)
    own = {item["metadata"]["name"] for item in nodes.nodes()}
    assert set(hosts(found["items"])) <= own
    assert sum(hosts(found["items"]).values()) >= len(COMPONENTS)
