"""The Kubernetes cluster that tests and newcomers use: raised, found, taken down.

From a shell: `python -m tools.cluster up`, `down`, `status`, `load ARCHIVE...`, `env`. From Python:
`current()` gives the `Cluster` that is up.
"""

from __future__ import annotations

from .errors import CannotRaise, ClusterError
from .handle import Cluster, current

__all__ = ["CannotRaise", "Cluster", "ClusterError", "current"]
