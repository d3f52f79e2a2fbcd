"""Removes what interrupted tests have left on the cluster, before a run begins.

On a cluster that was there before, that is namespaces with the tests' own label, and nothing else.
"""

from __future__ import annotations

import fcntl
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.cluster.database_group import RECONNECT
from tests.cluster.kubectl import Kubectl
from tests.cluster.namespaces import LABEL
from tests.cluster.outside import REMOVE as REMOVE_OUTSIDE
from tests.cluster.processes import THAW
from tests.cluster.small_volumes import FOLDER
from tests.cluster.traefik.run import OF_CLUSTER
from tools.cluster import Cluster

# A node as it was made: with its kubelet, reachable, without the memory of small volumes, and with
# pods that run and are connected. A frozen pod keeps its namespace for ever.
RESTORE = f"""
systemctl start kubelet
{THAW}
{RECONNECT}
for folder in {FOLDER}/*/; do
  [ -d "$folder" ] || continue
  while mountpoint -q "$folder"; do umount --lazy "$folder"; done
  rmdir "$folder"
done
{REMOVE_OUTSIDE}
"""


@contextmanager
def once_a_run(lock: Path, action: Callable[[], None]) -> Iterator[None]:
    """Do something in the first process of a run, while the others wait for it.

    All hold the lock, a file, to the end. Where another run holds it, nothing is done.
    """
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass
        else:
            action()
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


def sweep(cluster: Cluster, kubectl: Kubectl, *, but: Collection[str]) -> None:
    """Remove what tests have left, other than some namespaces."""
    found = kubectl("get", "namespaces", "--selector", LABEL, "-o", "name").split()
    left = [name.removeprefix("namespace/") for name in found]
    gone = [name for name in left if name not in but]
    if gone:
        print(f"  removing what was left by an interrupted run: {', '.join(gone)}", file=sys.stderr)
        kubectl("delete", "namespace", "--ignore-not-found", "--wait=false", *gone)
    if cluster.is_kind:
        policies = ",".join(
            f"{kind}admissionpolic{ending}"
            for kind in ("mutating", "validating")
            for ending in ("ybindings", "ies")
        )
        kubectl("delete", f"pv,{OF_CLUSTER},{policies}", "--selector", LABEL, "--wait=false")
        for node in cluster.nodes():
            cluster.rejoin(node)
            cluster.node_exec(node, ["bash", "-c", RESTORE])
            kubectl("uncordon", node)
