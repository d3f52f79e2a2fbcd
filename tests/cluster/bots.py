"""A release whose bot trades often, and what its bots did."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tests.chart.scenarios import SECRETS
from tests.cluster.journal import (
    Entry,
    doubled,
    lives,
    lost,
    overlaps,
    read_instances,
    read_journal,
    read_trades,
)
from tests.cluster.kubectl import Kubectl, Object, eventually
from tests.cluster.nodes import away_from, rather_on
from tests.cluster.pods import NAME
from tests.cluster.processes import container_id
from tests.cluster.release import OFF, Release

POD = "trading-bot-0"
SELECTOR = f"{NAME}=trading-bot"
# Seconds that pods stay on a lost node. Kubernetes' default of 300 would take too long.
LOST_AFTER = 2
TOLERATIONS = [
    {
        "key": f"node.kubernetes.io/{state}",
        "operator": "Exists",
        "effect": "NoExecute",
        "tolerationSeconds": LOST_AFTER,
    }
    for state in ("unreachable", "not-ready")
]


def values(node: str, revision: int = 0) -> dict[str, Any]:
    """Return the bot on a node without anything that it calls: the others outlive the node."""
    elsewhere = {"affinity": away_from(node)}
    frequent = [{"name": "BOT_INTERVAL_SECONDS", "value": "0.2"}]
    slots = [{"name": "API_SLOT_SECONDS", "value": "1"}]
    return {
        "global": {"secrets": {"source": "values", "values": SECRETS}},
        "application": {
            "frontend": OFF,
            "api": {"replicas": 1, "extraEnv": slots, **elsewhere},
            "tradingBot": {
                "affinity": rather_on(node),
                "tolerations": TOLERATIONS,
                "extraEnv": frequent,
                "podAnnotations": {"revision": str(revision)},
            },
        },
        "data": {"mysql": elsewhere, "redis": elsewhere},
        "monitoring": {"grafana": OFF},
    }


@dataclass(frozen=True)
class Bots:
    """A release whose bot trades, and what its bots did since the test began."""

    kubectl: Kubectl
    release: Release
    node: str
    before: frozenset[Entry] = frozenset()
    pods: tuple[str, ...] = ("",)
    """How the names of the pods begin in which the bots run, by default any."""
    every: float = 1
    """Seconds from one look at their journal to the next."""

    @property
    def namespace(self) -> str:
        return self.release.namespace

    @property
    def pod(self) -> Object:
        return self.kubectl.get("pod", POD, self.namespace)

    def entries(self, but: Iterable[str] = ()) -> list[Entry]:
        """Return what was written since the test began, but not by some instances."""
        found = read_journal(self.kubectl, self.namespace, pods=self.pods, but=but)
        return [entry for entry in found if entry not in self.before]

    def instances(self) -> set[str]:
        """Return all that have ever written."""
        found = read_instances(self.kubectl, self.namespace)
        return {name for name in found if name.startswith(self.pods)}

    def trade_anew(self, known: set[str], trades: int = 1) -> None:
        """Wait until an instance that was not known has placed so many trades."""

        def placed() -> bool:
            events = [entry.event for entry in self.entries(but=known)]
            return events.count("placed") >= trades

        what = f"a new bot places {trades} trades"
        eventually(what, placed, timeout=180, every=self.every)

    def wait_for_another(self, pod: Object) -> None:
        """Wait until a container runs that is not that of this pod."""
        old = container_id(pod)
        eventually(
            "the bot runs again", lambda: container_id(self.pod) not in ("", old), timeout=180
        )

    def check(self, replaced: int) -> None:
        """Expect one bot at a time, each trade once, and so many bots one after another."""
        entries = self.entries()
        assert not overlaps(entries), "\n".join(f"{a} and {b}" for a, b in overlaps(entries))
        assert len(lives(entries)) > replaced, [str(life) for life in lives(entries)]
        trades = read_trades(self.kubectl, self.namespace)
        assert not doubled(trades)
        assert not lost(entries, trades)


def second(pod: Object) -> Object:
    """Return a copy of the bot's pod that no StatefulSet knows of."""
    spec = {
        key: value
        for key, value in pod["spec"].items()
        if key not in ("nodeName", "hostname", "subdomain")
    }
    labels = {
        key: value
        for key, value in pod["metadata"]["labels"].items()
        if not key.startswith(("statefulset.", "apps.", "controller-"))
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "second-bot", "labels": labels},
        "spec": spec,
    }
