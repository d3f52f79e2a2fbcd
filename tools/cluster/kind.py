"""The cluster's nodes, made with kind."""

from __future__ import annotations

import contextlib
import json
import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..kind_node import Subnets, kind_config
from ..kind_node.cache import last_line, progress
from ..kind_node.processes import run_process
from ..kind_node.versions import SHARED_FOLDER
from . import network
from .engine import Engine
from .errors import ClusterError

NAME = "genx-fx"
CONTEXT = f"kind-{NAME}"
NODES = 3
LABEL = "io.x-k8s.kind.cluster"

# Seconds until a silent node counts as lost, and between two reads of the metrics for autoscalers.
# Kubernetes' defaults are 50 and 15; tests of either would wait for as long.
NODE_MONITOR_GRACE = 16
AUTOSCALER_PERIOD = 5
# Seconds; a node reports in a quarter of it, thrice before it would be taken for lost.
NODE_LEASE = 20


@dataclass(frozen=True)
class Node:
    """A node's container."""

    name: str
    image: str
    is_running: bool
    address: str
    """Empty while it does not run."""


@dataclass(frozen=True)
class Kind:
    """kind's program and the engine that it works on."""

    program: Path
    engine: Engine

    def create(self, config: str, image: str, kubeconfig: Path) -> None:
        """Make the nodes and start Kubernetes on them."""
        self._run(
            *("create", "cluster", "--name", NAME, "--image", image),
            *("--kubeconfig", str(kubeconfig), "--config", "-"),
            stdin=config,
        )

    def _run(self, *arguments: str, stdin: str = "") -> None:
        variable = f"KIND_EXPERIMENTAL_{self.engine.program.upper()}_NETWORK"
        done = run_process(
            [self.program, *arguments],
            standard_input=stdin,
            env={**self.engine.environment, variable: network.NAME},
        )
        if done.returncode:
            lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
            reason = lines[0] if lines else last_line(done.stderr)
            raise ClusterError(f"`kind {' '.join(arguments[:2])}` failed: {reason}")


def end_leftover(kubeconfig: Path) -> None:
    """End the kind, and all that it has started, that goes on although its command was killed.

    When such a one fails later on, it deletes the nodes, also those of a cluster made meanwhile.
    For who has the cluster to itself: any kind that writes this kubeconfig is a leftover.
    """
    marks = (b"create", NAME.encode(), str(kubeconfig).encode())
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it has ended in the meantime
            arguments = file.read_bytes().split(b"\0")
            if all(mark in arguments for mark in marks):
                process = int(file.parent.name)
                leads_group = os.getpgid(process) == process
                (os.killpg if leads_group else os.kill)(process, signal.SIGKILL)


def config(shared: Path, subnets: Subnets) -> str:
    """Return what kind is to make: a control plane and two workers, which all run pods.

    Policies that change pods are on, so that tests can give them ids as OpenShift does. Kubernetes
    1.34 has them as a beta that is off:
    https://kubernetes.io/docs/reference/access-authn-authz/mutating-admission-policy/
    """
    made = json.loads(kind_config(nodes=NODES, shared=shared, subnets=subnets))
    made["featureGates"] = {"MutatingAdmissionPolicy": True}
    made["runtimeConfig"] = {"admissionregistration.k8s.io/v1beta1": "true"}
    schedulable = {"kind": "InitConfiguration", "nodeRegistration": {"taints": []}}
    controllers = {
        "node-monitor-grace-period": f"{NODE_MONITOR_GRACE}s",
        "horizontal-pod-autoscaler-sync-period": f"{AUTOSCALER_PERIOD}s",
    }
    patches: list[dict[str, Any]] = [
        schedulable,
        {"kind": "ClusterConfiguration", "controllerManager": {"extraArgs": controllers}},
        {"kind": "KubeletConfiguration", "nodeLeaseDurationSeconds": NODE_LEASE},
    ]
    made.setdefault("kubeadmConfigPatches", []).extend(map(json.dumps, patches))
    return json.dumps(made)


def nodes(engine: Engine) -> list[Node]:
    """Return the nodes there are, running or not."""
    listed = engine.output(
        *("ps", "--all", "--quiet", "--no-trunc", "--filter", f"label={LABEL}={NAME}")
    )
    if not listed:
        return []
    found = json.loads(engine.output("inspect", *listed.split()))
    return sorted((_node(container) for container in found), key=lambda node: node.name)


def _node(container: dict[str, Any]) -> Node:
    networks = container["NetworkSettings"]["Networks"].values()
    return Node(
        name=container["Name"].lstrip("/"),
        image=container["Config"]["Image"],
        is_running=container["State"]["Running"],
        address=next((one["IPAddress"] for one in networks if one["IPAddress"]), ""),
    )


def keep_stopped(engine: Engine) -> None:
    """Keep the engine from starting nodes by itself, in an order of its own.

    Engines hand out the lowest free address, so that nodes keep theirs only when they are started
    in the order of their addresses.
    """
    for node in nodes(engine):
        engine.run("update", "--restart=no", node.name)


def restart(engine: Engine, order: Sequence[str]) -> list[str]:
    """Start those of the nodes that are stopped, in this order, and give their names."""
    running = {node.name for node in nodes(engine) if node.is_running}
    stopped = [name for name in order if name not in running]
    if stopped:
        with progress(f"starting nodes {', '.join(stopped)}"):
            for name in stopped:
                engine.output("start", name)
    return stopped


def empty_shared_folder(engine: Engine) -> None:
    """Delete what pods left in the nodes' shared folder: it may belong to other users."""
    running = [node.name for node in nodes(engine) if node.is_running]
    if running:
        engine.run("exec", running[0], "find", SHARED_FOLDER, "-mindepth", "1", "-delete")
