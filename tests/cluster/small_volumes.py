"""Volumes that are small enough to be filled: memory of the nodes, with a limit of its own.

A test that fills a volume of the cluster's own storage class fills a node's disk, or the machine's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.cluster.kubectl import Kubectl, Object
from tests.cluster.namespaces import LABELS
from tools.cluster import Cluster

FOLDER = "/var/lib/genx-fx-test"
FILLER = "filler"
USER = 10001


@dataclass(frozen=True)
class SmallVolume:
    """A volume of so many MiB for one claim; on several nodes each has its own."""

    cluster: Cluster
    namespace: str
    claim: str
    size: int
    nodes: tuple[str, ...]

    @property
    def name(self) -> str:
        """Name of the PersistentVolume, which belongs to no namespace."""
        return f"{self.namespace}-{self.claim}"

    @property
    def path(self) -> str:
        """Where it is on a node."""
        return f"{FOLDER}/{self.name}"

    def make(self, kubectl: Kubectl) -> None:
        """Make the volume and its claim, whose modes are what the number of nodes allows."""
        limits = f"size={self.size}m,uid={USER},gid={USER},mode=0770"
        for node in self.nodes:
            self._run(node, "mkdir", "-p", self.path)
            self._run(node, "mount", "-t", "tmpfs", "-o", limits, "tmpfs", self.path)
        mode = "ReadWriteMany" if len(self.nodes) > 1 else "ReadWriteOnce"
        shared: Object = {"accessModes": [mode], "storageClassName": ""}
        size = {"storage": f"{self.size}Mi"}
        term = {"key": "kubernetes.io/hostname", "operator": "In", "values": list(self.nodes)}
        volume = {
            "apiVersion": "v1",
            "kind": "PersistentVolume",
            "metadata": {"name": self.name, "labels": LABELS},
            "spec": {
                **shared,
                "capacity": size,
                "hostPath": {"path": self.path, "type": "Directory"},
                "persistentVolumeReclaimPolicy": "Retain",
                "claimRef": {"namespace": self.namespace, "name": self.claim},
                "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [term]}]}},
            },
        }
        claim = {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": self.claim, "namespace": self.namespace},
            "spec": {**shared, "volumeName": self.name, "resources": {"requests": size}},
        }
        kubectl.apply([volume, claim], self.namespace)

    def remove(self, kubectl: Kubectl) -> None:
        """Remove the volume; its memory comes free when the last pod that uses it is gone."""
        kubectl("delete", "pv", self.name, "--ignore-not-found", "--wait=false")
        for node in self.nodes:
            self._run(node, "umount", "--lazy", self.path)
            self._run(node, "rmdir", self.path)

    @contextmanager
    def full(self) -> Iterator[None]:
        """Give the volume without a byte to spare, until the block ends."""
        for node in self.nodes:
            # On a disk this would never end: `mountpoint` makes sure that it is in memory.
            fill = f"mountpoint -q {self.path} && cat /dev/zero > {self.path}/{FILLER}"
            done = self.cluster.node_exec(node, ["sh", "-c", fill])
            assert "No space left on device" in done.stderr, done.stderr
        try:
            yield
        finally:
            for node in self.nodes:
                self._run(node, "rm", "-f", f"{self.path}/{FILLER}")

    def _run(self, node: str, *command: str) -> None:
        done = self.cluster.node_exec(node, command)
        assert done.returncode == 0, done.stderr


@contextmanager
def small_volumes(kubectl: Kubectl, volumes: Iterable[SmallVolume]) -> Iterator[None]:
    """Make volumes, and remove them at the end."""
    made: list[SmallVolume] = []
    try:
        for volume in volumes:
            made.append(volume)
            volume.make(kubectl)
        yield
    finally:
        for volume in made:
            volume.remove(kubectl)
