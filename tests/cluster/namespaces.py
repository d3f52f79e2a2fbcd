"""The namespaces of this process' tests: made, kept where a test failed, and deleted."""

from __future__ import annotations

import os
import uuid
from collections.abc import Collection

from tests.cluster.kubectl import Kubectl

# On every namespace of a test, and on its objects that belong to no namespace.
LABEL = "genx-fx/test"
LABELS = {LABEL: "true"}
# The version of the restricted standard that namespaces of tests enforce: the cluster's own.
RESTRICTED = {
    f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn", "audit")
}
KEEP = "GENX_FX_KEEP"
# Namespaces of failed tests, kept so that somebody can look at them.
_of_failures: set[str] = set()
_live: list[str] = []


class Namespaces:
    """Makes namespaces that enforce the restricted Pod Security Standard; all go at the end."""

    def __init__(self, kubectl: Kubectl) -> None:
        self._kubectl = kubectl
        self._own: list[str] = []

    def make(self, prefix: str = "test") -> str:
        """Make a namespace, and give its name."""
        name = f"{prefix}-{uuid.uuid4().hex[:6]}"
        labels = {**RESTRICTED, **LABELS}
        self._kubectl.apply(
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}
        )
        self.adopt(name)
        return name

    def adopt(self, name: str) -> None:
        """Count a namespace that is there as one of these."""
        self._own.append(name)
        _live.append(name)

    def end(self, *, but: Collection[str] = ()) -> None:
        """Delete them, other than these and those that are to be looked at."""
        self.delete(*(name for name in self._own if name not in (*but, *_of_failures)))
        _live[:] = [name for name in _live if name not in self._own]

    def delete(self, *names: str) -> None:
        """Delete some, and wait for nothing."""
        if names:
            self._kubectl("delete", "namespace", "--ignore-not-found", "--wait=false", *names)


def live() -> list[str]:
    """Return the namespaces that tests of this process have now."""
    return list(_live)


def keep_where_wanted() -> bool:
    """Keep what a failed test leaves, if the environment says so, and tell whether it is kept."""
    if os.environ.get(KEEP, "") in ("", "0"):
        return False
    _of_failures.update(_live)
    return True
