"""Whatever happens to the bot, its node or its release: never do two of them live at a time."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from tests.cluster.bots import LOST_AFTER, POD, SELECTOR, TOLERATIONS, Bots, second, values
from tests.cluster.forms import short_and_long
from tests.cluster.journal import doubled, overlaps, query, read_journal, read_trades
from tests.cluster.kubectl import Kubectl, Object, eventually
from tests.cluster.nodes import rather_on
from tests.cluster.pods import toolbox_image
from tests.cluster.processes import kill, runs_on_its_node
from tools.cluster import Cluster
from tools.cluster.kind import NODE_MONITOR_GRACE

# Seconds in which pods must be elsewhere when their node is lost, on a machine that is busy.
REPLACED_AFTER = NODE_MONITOR_GRACE + LOST_AFTER + 120

pytestmark = pytest.mark.xdist_group("one-bot")


@dataclass(frozen=True)
class Size:
    """How often each thing is done to the bot."""

    deaths: int  # so many kills, and as many deletions
    upgrades: int
    losses: int  # of its node


SHORT = Size(deaths=2, upgrades=1, losses=1)
LONG = Size(deaths=50, upgrades=10, losses=6)
sizes = short_and_long("size", SHORT, LONG)


@pytest.fixture(scope="module")
def installed(install_bot: Callable[..., Bots]) -> Bots:
    return install_bot("one-bot", {})


@pytest.fixture
def bots(kubectl: Kubectl, installed: Bots) -> Bots:
    """Return the release, whose bot is on its node and trades."""

    def at_home() -> bool:
        """Send the bot home, return whether it is there: others may just be draining the node."""
        old = installed.pod
        if old["spec"]["nodeName"] == installed.node:
            return True
        kubectl("delete", "pod", POD, "-n", installed.namespace)
        installed.wait_for_another(old)
        return False

    eventually("the bot is on its node", at_home, timeout=240)
    before = frozenset(read_journal(kubectl, installed.namespace))
    found = Bots(kubectl, installed.release, installed.node, before)
    eventually("the bot trades", found.entries)
    return found


@sizes
def test_one_bot_through_kills_and_deletions(
    cluster: Cluster, kubectl: Kubectl, bots: Bots, size: Size
) -> None:
    """In turns: a new pod is started again at once, an old one ever later."""
    chance = random.Random(size.deaths)
    for _ in range(size.deaths):
        known = bots.instances()
        kill(cluster, kubectl, bots.namespace, POD)
        # At another moment of its life each time; at zero it has not done anything yet.
        bots.trade_anew(known, trades=chance.randrange(4))

        known, old = bots.instances(), bots.pod
        kubectl("delete", "pod", POD, "-n", bots.namespace)
        bots.wait_for_another(old)
        bots.trade_anew(known, trades=1 + chance.randrange(4))

    bots.check(replaced=size.deaths)


@sizes
def test_one_bot_through_upgrades(bots: Bots, size: Size) -> None:
    for revision in range(1, size.upgrades + 1):
        known = bots.instances()
        bots.release.upgrade(values(bots.node, revision))
        bots.trade_anew(known)

    bots.check(replaced=size.upgrades)


@contextmanager
def cut_off(cluster: Cluster, node: str) -> Iterator[None]:
    """Cut a node off: nobody reaches it, and its pods reach nobody."""
    cluster.cut_off(node)
    try:
        yield
    finally:
        cluster.rejoin(node)


@contextmanager
def silent(cluster: Cluster, node: str) -> Iterator[None]:
    """Keep the node from telling the cluster anything, while its pods go on."""
    assert cluster.node_exec(node, ["systemctl", "stop", "kubelet"]).returncode == 0
    try:
        yield
    finally:
        assert cluster.node_exec(node, ["systemctl", "start", "kubelet"]).returncode == 0


LOSSES = (cut_off, silent)


@pytest.mark.alone
@sizes
def test_one_bot_while_its_node_is_lost(
    cluster: Cluster, kubectl: Kubectl, bots: Bots, base_values: dict[str, Any], size: Size
) -> None:
    kubectl.apply(deployment(bots.node, base_values), bots.namespace)
    for number in range(size.losses):
        lose = LOSSES[number % len(LOSSES)]
        if number:
            back(kubectl, bots)
        assert bots.pod["spec"]["nodeName"] == bots.node
        settled_on(kubectl, bots)
        old, known = bots.pod, bots.instances()
        with lose(cluster, bots.node):
            # A Deployment's pods are replaced by now: so would be the bot if it were one.
            eventually(
                "others are replaced", lambda: replaced(kubectl, bots), timeout=REPLACED_AFTER
            )
            eventually("the bot is to go", lambda: "deletionTimestamp" in bots.pod["metadata"])
            found = kubectl.list("pods", bots.namespace, SELECTOR)
            assert [pod["metadata"]["uid"] for pod in found] == [old["metadata"]["uid"]]
            assert runs_on_its_node(cluster, old), "nobody has stopped the old bot"
            assert bots.instances() == known
        bots.wait_for_another(old)
        bots.trade_anew(known)

    kubectl("delete", "deployment", "companion", "-n", bots.namespace)
    bots.check(replaced=size.losses)


def deployment(node: str, base_values: dict[str, Any]) -> Object:
    """Return what the bot must not be: a Deployment, which also wants to be on that node."""
    labels = {"app": "companion"}
    container = {
        "name": "idle",
        "image": toolbox_image(base_values),
        "command": ["sleep", "infinity"],
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }
    pod = {
        "affinity": rather_on(node),
        "tolerations": TOLERATIONS,
        "terminationGracePeriodSeconds": 0,
        "automountServiceAccountToken": False,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 10001,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [container],
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "companion"},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": pod},
        },
    }


def companions(kubectl: Kubectl, bots: Bots) -> set[str]:
    """Return the nodes on which a companion runs."""
    return {
        pod["spec"]["nodeName"]
        for pod in kubectl.list("pods", bots.namespace, "app=companion")
        if pod["status"]["phase"] == "Running"
    }


def settled_on(kubectl: Kubectl, bots: Bots) -> None:
    eventually("a companion", lambda: companions(kubectl, bots) == {bots.node})


def replaced(kubectl: Kubectl, bots: Bots) -> bool:
    return bool(companions(kubectl, bots) - {bots.node})


def back(kubectl: Kubectl, bots: Bots) -> None:
    """Have bot and companion on the node again."""
    kubectl.wait(f"node/{bots.node}", "condition=Ready", bots.namespace)
    old = bots.pod
    for selector in (SELECTOR, "app=companion"):
        kubectl("delete", "pods", "-n", bots.namespace, "--selector", selector)
    bots.wait_for_another(old)


def test_two_bots_would_be_seen(kubectl: Kubectl, bots: Bots) -> None:
    """What is checked above fails where somebody starts a second bot."""
    known = bots.instances()
    kubectl.apply(second(bots.pod), bots.namespace)
    try:
        bots.trade_anew(known, trades=3)
        first = {entry.instance for entry in bots.entries()} & known
        eventually("both have traded", lambda: overlaps(bots.entries()))
        with pytest.raises(AssertionError, match="second-bot"):
            bots.check(replaced=0)
    finally:
        kubectl("delete", "pod", "second-bot", "-n", bots.namespace)
    (pair,) = overlaps(bots.entries())
    assert {life.instance for life in pair} == first | (bots.instances() - known)
    assert not doubled(read_trades(kubectl, bots.namespace)), "the book keeps even two apart"


def test_a_doubled_trade_would_be_seen(kubectl: Kubectl, bots: Bots) -> None:
    columns = "user_id, account_id, symbol, trade_type, quantity, price, total_amount, signal_id"
    statement = f"""
        INSERT INTO trades ({columns}, status) SELECT {columns}, 'FILLED' FROM trades LIMIT 1;
        SELECT LAST_INSERT_ID()"""
    ((row,),) = query(kubectl, bots.namespace, statement)
    try:
        ((_, copy),) = doubled(read_trades(kubectl, bots.namespace))
        assert copy.id == row
    finally:
        query(kubectl, bots.namespace, f"DELETE FROM trades WHERE id = {row}")
