"""A volume of a Redis that wrote dumps alone, as without the chart: its keys are still there."""

from __future__ import annotations

import time

from tests.chart.scenarios import merged
from tests.cluster.kubectl import Kubectl, Object
from tests.cluster.pods import SLEEP, image_name, python_pod
from tests.cluster.processes import kill
from tests.cluster.release import DATA_TIER, OFF, Release
from tools.cluster import Cluster

CLAIM: Object = {
    "apiVersion": "v1",
    "kind": "PersistentVolumeClaim",
    "metadata": {"name": "old-redis"},
    "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "16Mi"}}},
}
REDIS_ALONE = merged(
    DATA_TIER,
    {
        "global": {"redis": {"auth": {"enabled": True}}},
        "data": {"mysql": OFF, "redis": {"persistence": {"existingClaim": "old-redis"}}},
    },
)
WRITE = """
redis-server --dir /data --port 7000 >&2 &
until redis-cli -p 7000 ping; do sleep 0.1; done
for key in 0 1 2 3 4 5 6 7 8 9; do redis-cli -p 7000 set "key-$key" "word-$key"; done
redis-cli -p 7000 save
kill -9 $!
ls -A /data"""
READ = 'redis-cli dbsize; for key in 0 1 2 3 4 5 6 7 8 9; do redis-cli get "key-$key"; done'


def test_keys_of_a_dump_outlive_the_start_and_a_restart(release: Release) -> None:
    kubectl, namespace = release.kubectl, release.namespace
    image = image_name(release.base["data"]["redis"]["image"])
    writer = python_pod("old", image, SLEEP, claims={"/data": "old-redis"})
    kubectl.apply([CLAIM, writer], namespace)
    kubectl.wait("pod/old", "condition=Ready", namespace)
    written = run(kubectl, namespace, "old", WRITE)
    assert written[-1] == "dump.rdb", "nothing but a dump"
    kubectl("delete", "pod", "old", "-n", namespace)

    release.install(REDIS_ALONE)
    words = ["10", *(f"word-{key}" for key in range(10))]
    assert run(kubectl, namespace, "redis-0", READ) == words
    assert run(kubectl, namespace, "redis-0", "redis-cli set more words") == ["OK"]
    kubectl("delete", "pod", "redis-0", "-n", namespace)
    kubectl.rolled_out("statefulset/redis", namespace)
    assert run(kubectl, namespace, "redis-0", READ) == ["11", *words[1:]]


def test_what_was_written_a_second_ago_outlives_a_kill(cluster: Cluster, release: Release) -> None:
    """Sessions, that is: the append-only file is flushed to the disk once a second."""
    kubectl, namespace = release.kubectl, release.namespace
    values = merged(REDIS_ALONE, {"data": {"redis": {"persistence": {"existingClaim": ""}}}})
    release.install(values)
    script = "for key in 0 1 2 3 4 5 6 7 8 9; do redis-cli set key-$key word-$key; done"
    assert run(kubectl, namespace, "redis-0", script) == ["OK"] * 10
    time.sleep(1.1)
    kill(cluster, kubectl, namespace, "redis-0")
    kubectl.rolled_out("statefulset/redis", namespace)
    words = ["10", *(f"word-{key}" for key in range(10))]
    assert run(kubectl, namespace, "redis-0", READ) == words


def run(kubectl: Kubectl, namespace: str, pod: str, script: str) -> list[str]:
    """Return the lines that a shell script prints in a pod."""
    done = kubectl.exec(pod, ["sh", "-c", script], namespace)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()
