"""Does to the main process of a container what nobody inside the container can: from its node."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.cluster.kubectl import Kubectl, Object, eventually
from tools.cluster import Cluster

CTR = ("ctr", "--namespace=k8s.io", "tasks")


def main_status(pod: Object) -> Object:
    """Return the status of a pod's only container; an empty one while there is none."""
    statuses: list[Object] = pod["status"].get("containerStatuses", [])
    return statuses[0] if statuses else {}


def container_id(pod: Object) -> str:
    """Return the id of a pod's only container; empty while it does not run."""
    status = main_status(pod)
    running = "running" in status.get("state", {})
    return str(status["containerID"]).partition("://")[2] if running else ""


def sidecar_id(pod: Object, name: str) -> str:
    """Return the id of a sidecar of a pod; empty while it does not run."""
    for status in pod["status"].get("initContainerStatuses", []):
        if status["name"] == name and "running" in status.get("state", {}):
            return str(status["containerID"]).partition("://")[2]
    return ""


def restarts(pod: Object) -> int:
    """Return how often the pod's only container was started again."""
    return int(main_status(pod).get("restartCount", 0))


def is_ready(pod: Object) -> bool:
    """Return whether a pod is ready."""
    conditions = pod["status"].get("conditions", [])
    return any(item["type"] == "Ready" and item["status"] == "True" for item in conditions)


class GoneError(Exception):
    """A process has ended since its pod was looked at."""


def send_signal(
    cluster: Cluster, pod: Object, signal: str, *options: str, sidecar: str = ""
) -> None:
    """Send a signal such as SIGKILL to the main process of a pod's only container, or of a sidecar.

    With the option `--all`, to every process: the main one may be a shell that waits for another.
    GoneError where the container runs no longer.
    """
    found = sidecar_id(pod, sidecar) if sidecar else container_id(pod)
    command = [*CTR, "kill", "--signal", signal, *options, found]
    done = cluster.node_exec(pod["spec"]["nodeName"], command)
    if "not found" in done.stderr:
        raise GoneError(done.stderr)
    assert done.returncode == 0, done.stderr


def runs_on_its_node(cluster: Cluster, pod: Object) -> bool:
    """Return whether the node, and not only the API server, says that the container runs."""
    done = cluster.node_exec(pod["spec"]["nodeName"], [*CTR, "list"])
    assert done.returncode == 0, done.stderr
    rows = [line.split() for line in done.stdout.splitlines()]
    return any(row[0] == container_id(pod) and row[-1] == "RUNNING" for row in rows)


def freezer_script(paths: str, first: str, second: str) -> str:
    """Return a script that sets the state of the cgroups whose folders `find` finds by `paths`.

    `first` is the word of version 1 of cgroups for the state, such as THAWED, and `second` that of
    version 2, such as 0.
    """
    return f"""
for file in $(find /sys/fs/cgroup {paths} \\( -name freezer.state -o -name cgroup.freeze \\)); do
  case $file in */freezer.state) echo {first} >"$file" ;; *) echo {second} >"$file" ;; esac
done
"""


THAW = freezer_script("-path '*pod*'", "THAWED", "0")
"""Lets all pods of a node run that were frozen."""


@contextmanager
def frozen(cluster: Cluster, pod: Object) -> Iterator[None]:
    """Keep all processes of a pod from running, as if its node stood still."""
    uid = pod["metadata"]["uid"]
    names = {uid, uid.replace("-", "_")}
    of_pod = " -o ".join(f"-path '*pod{name}*'" for name in sorted(names))

    def write(first: str, second: str) -> None:
        script = freezer_script(f"\\( {of_pod} \\)", first, second)
        done = cluster.node_exec(pod["spec"]["nodeName"], ["sh", "-c", script])
        assert done.returncode == 0, done.stderr

    try:
        write("FROZEN", "1")
        yield
    finally:
        write("THAWED", "0")


def kill(cluster: Cluster, kubectl: Kubectl, namespace: str, name: str) -> None:
    """Kill a pod's only container without a warning, and wait until it was started again."""
    pod = kubectl.get("pod", name, namespace)
    send_signal(cluster, pod, "SIGKILL")

    def started_again() -> bool:
        found = kubectl.get("pod", name, namespace)
        return container_id(found) not in ("", container_id(pod))

    eventually(f"the container of {name} starts again", started_again)
