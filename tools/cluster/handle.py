"""The cluster that is up, for programs that use it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..kind_node.cache import cache_folder, last_line
from .engine import Engine
from .errors import ClusterError
from .network import Ranges

CUT_OFF = "genx_fx_cut_off"
ADOPTED = "adopted-kubeconfig"
# The second is the lock file that kind and kubectl hold while they write the first. If they are
# killed it stays, and everybody else refuses to write.
KUBECONFIG = ("kubeconfig", "kubeconfig.lock")


def state_folder() -> Path:
    """Return the folder of everything about the cluster, outside the checkout."""
    return cache_folder("cluster")


@dataclass(frozen=True)
class Cluster:
    """A Kubernetes cluster. Nodes can be controlled only where kind made it here."""

    kubeconfig: Path
    context: str
    kubectl: Path
    engine: Engine | None = None
    """What runs the nodes; None for a cluster that was there before."""
    ranges: Ranges | None = None
    """Addresses of nodes, pods and services, where they were chosen here."""
    image: str = ""
    """The nodes' image."""

    @property
    def is_kind(self) -> bool:
        """Whether the cluster was made here, with kind."""
        return self.engine is not None

    def run_kubectl(
        self, *arguments: str, stdin: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run kubectl on this cluster and give its result, also where it failed."""
        return subprocess.run(
            [str(self.kubectl), "--context", self.context, *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            env={**os.environ, "KUBECONFIG": str(self.kubeconfig)},
            check=False,
        )

    def kubectl_output(self, *arguments: str, stdin: str | None = None) -> str:
        """Return what kubectl prints; ClusterError where it fails."""
        done = self.run_kubectl(*arguments, stdin=stdin)
        if done.returncode:
            command = " ".join(arguments[:3])
            raise ClusterError(f"`kubectl {command}` failed: {last_line(done.stderr)}")
        return done.stdout

    def nodes(self) -> list[str]:
        """Return the names of all nodes, the control plane first."""
        listed = json.loads(self.kubectl_output("get", "nodes", "-o", "json"))["items"]
        control_plane = "node-role.kubernetes.io/control-plane"
        names = [
            (control_plane not in item["metadata"]["labels"], item["metadata"]["name"])
            for item in listed
        ]
        return [name for _, name in sorted(names)]

    def node_exec(
        self, node: str, command: Sequence[str], *, interactive_input: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run a command on a node, as root, and give its result, also where it failed."""
        engine = self._engine()
        return subprocess.run(
            [engine.program, "exec", "--interactive", node, *command],
            input=interactive_input,
            capture_output=True,
            text=True,
            env=engine.environment,
            check=False,
        )

    def stop_node(self, node: str, *, abruptly: bool = False) -> None:
        """Shut a node down, or as if its power had failed."""
        self._engine().output("kill" if abruptly else "stop", node)

    def start_node(self, node: str) -> None:
        """Start a node that was stopped. It is not Ready at once."""
        self._engine().output("start", node)

    def cut_off(self, node: str) -> None:
        """Let no packet in or out of a running node; it keeps its address and goes on running."""
        self._node_nft(
            node,
            f"""
            table inet {CUT_OFF} {{
              chain in {{ type filter hook prerouting priority -500; iifname "eth0" drop; }}
              chain out {{ type filter hook postrouting priority 500; oifname "eth0" drop; }}
            }}
            """,
        )

    def rejoin(self, node: str) -> None:
        """Undo `cut_off`; nothing where the node is not cut off."""
        self._node_nft(node, f"add table inet {CUT_OFF}; delete table inet {CUT_OFF}")

    def _node_nft(self, node: str, commands: str) -> None:
        done = self.node_exec(node, ["nft", "-f", "-"], interactive_input=commands)
        if done.returncode:
            raise ClusterError(f"nft on node {node} failed: {last_line(done.stderr)}")

    def _engine(self) -> Engine:
        if self.engine is None:
            raise ClusterError(
                f"the nodes of {self.context} cannot be controlled: the cluster was not made here"
            )
        return self.engine


def current() -> Cluster:
    """Return the cluster that `python -m tools.cluster up` has raised; ClusterError if none."""
    file = state_folder() / "cluster.json"
    if not file.exists():
        raise ClusterError("no cluster is up: run `python -m tools.cluster up`")
    try:
        state: dict[str, Any] = json.loads(file.read_text())
        return Cluster(
            kubeconfig=Path(state["kubeconfig"]),
            context=state["context"],
            kubectl=Path(state["kubectl"]),
            engine=Engine(**state["engine"]) if state["engine"] else None,
            ranges=Ranges(**state["ranges"]) if state["ranges"] else None,
            image=state["image"],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ClusterError(f"{file} was written by another version: delete it") from error


def remember(cluster: Cluster) -> None:
    """Make a cluster the one that `current` gives."""
    text = json.dumps(asdict(cluster), default=str, indent=2)
    write_whole(state_folder() / "cluster.json", text)


def write_whole(file: Path, text: str) -> None:
    """Write a file so that it has its old text or all of the new, also after an interrupt."""
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f"{file.name}.unfinished")
    unfinished.write_text(text)
    unfinished.rename(file)


def forget() -> None:
    """Let `current` give none, and keep no credentials."""
    for name in ("cluster.json", *KUBECONFIG, ADOPTED):
        (state_folder() / name).unlink(missing_ok=True)
