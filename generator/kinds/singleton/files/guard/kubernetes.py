"""Reads and writes the Lease in the Kubernetes API."""

from __future__ import annotations

import http.client
import json
import ssl
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .lease import Lease

ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
NOT_FOUND, CONFLICT = 404, 409


class UnavailableError(Exception):
    """The API gave no answer, or refused; what was asked for may have been done."""


class ChangedError(Exception):
    """Another one has written the Lease since it was read."""


class Kubernetes:
    """The Lease of one name. Each call may take so many seconds for each step of its connection."""

    def __init__(self, host: str, port: int, namespace: str, name: str, timeout: float) -> None:
        self._host = host
        self._port = port
        self._name = name
        self._timeout = timeout
        self._path = f"/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases/{name}"

    def read(self) -> Lease:
        """Return the Lease; one without version where there is none."""
        status, answer = self._call("GET")
        return Lease() if status == NOT_FOUND else _lease(answer)

    def write(self, lease: Lease) -> Lease:
        """Return the Lease as it was stored, unless it has changed since it was read."""
        now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
        spec = {
            "leaseDurationSeconds": int(lease.duration),
            "leaseTransitions": lease.transitions,
            "acquireTime": lease.acquired or now,
            "renewTime": now,
            **({"holderIdentity": lease.holder} if lease.holder else {}),
        }
        body = {
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": {"name": self._name, **lease.metadata},
            "spec": spec,
        }
        # Without a version it is created: of a Lease, Kubernetes creates by PUT what is not there,
        # and only what has a name in the URL can be allowed by a Role that names it.
        status, answer = self._call("PUT", json.dumps(body).encode())
        if status == NOT_FOUND:
            raise ChangedError
        return _lease(answer)

    def _call(self, method: str, body: bytes | None = None) -> tuple[int, Any]:
        connection: http.client.HTTPSConnection | None = None
        try:
            # A new connection each time: a kept one would fail first, and late, when it is broken.
            trust = ssl.create_default_context(cafile=str(ACCOUNT / "ca.crt"))
            connection = http.client.HTTPSConnection(
                self._host, self._port, timeout=self._timeout, context=trust
            )
            headers = {
                "Authorization": f"Bearer {(ACCOUNT / 'token').read_text()}",
                "Content-Type": "application/json",
            }
            connection.request(method, self._path, body, headers)
            response = connection.getresponse()
            status, answer = response.status, json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise UnavailableError(f"no answer: {error}") from error
        finally:
            if connection is not None:
                connection.close()
        # Without a version, what another one has created meanwhile is refused as invalid.
        if status == CONFLICT or (status == 422 and b'"resourceVersion"' not in (body or b"")):
            raise ChangedError
        if status >= 300 and status != NOT_FOUND:
            raise UnavailableError(f"{status}: {answer.get('message', answer)}")
        return status, answer


def _lease(item: Any) -> Lease:
    spec = item.get("spec") or {}
    return Lease(
        holder=spec.get("holderIdentity") or "",
        duration=spec.get("leaseDurationSeconds") or 0,
        transitions=spec.get("leaseTransitions") or 0,
        acquired=spec.get("acquireTime") or "",
        metadata=item["metadata"],
    )
