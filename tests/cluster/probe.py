"""Tries connections from inside a pod, whatever image it runs.

A probe is an ephemeral container: it shares the pod's address and labels, and so its policies.
https://kubernetes.io/docs/concepts/workloads/pods/ephemeral-containers/
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor

from tests.cluster.kubectl import Kubectl, eventually

Target = tuple[str, int]  # address and TCP port

# A refusal is an answer too: nothing was dropped on the way.
SCRIPT = """
import concurrent.futures, json, socket, sys
def probe(target):
    try:
        socket.create_connection(tuple(target), timeout=2).close()
        return "connected"
    except ConnectionRefusedError:
        return "refused"
    except OSError:
        return "dropped"
targets = json.loads(sys.argv[1])
with concurrent.futures.ThreadPoolExecutor(64) as pool:
    print(json.dumps(list(pool.map(probe, targets))))
"""


def probe_all(
    kubectl: Kubectl, namespace: str, image: str, targets: Mapping[str, Collection[Target]]
) -> dict[tuple[str, Target], str]:
    """Try all targets of each pod: `connected`, `refused` or `dropped` by pod and target."""

    def probe_pod(pod: str) -> dict[tuple[str, Target], str]:
        asked = sorted(targets[pod])
        answers = probe(kubectl, namespace, pod, image, asked)
        return {(pod, target): answer for target, answer in zip(asked, answers, strict=True)}

    with ThreadPoolExecutor(4) as pool:
        return {key: seen for part in pool.map(probe_pod, targets) for key, seen in part.items()}


def probe(
    kubectl: Kubectl, namespace: str, pod: str, image: str, targets: Collection[Target]
) -> list[str]:
    """Try targets from one pod, in their order."""
    name = f"probe-{uuid.uuid4().hex[:8]}"
    kubectl(
        *("debug", pod, "-n", namespace, "--image", image, "--container", name),
        *("--profile=restricted", "--attach=false", "--quiet"),
        *("--", "python3", "-c", SCRIPT, json.dumps(list(targets))),
    )
    eventually(f"probe in {pod} ends", lambda: _ended(kubectl, namespace, pod, name))
    answers: list[str] = json.loads(kubectl("logs", pod, "-n", namespace, "-c", name))
    return answers


def _ended(kubectl: Kubectl, namespace: str, pod: str, name: str) -> bool:
    statuses = kubectl.get("pod", pod, namespace)["status"].get("ephemeralContainerStatuses", [])
    return any(
        status["name"] == name and "terminated" in status.get("state", {}) for status in statuses
    )
