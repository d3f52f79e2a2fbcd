"""The pods of the group in the Kubernetes API."""

from __future__ import annotations

import http.client
import json
import ssl
from pathlib import Path
from typing import Any

ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
HOST = "kubernetes.default.svc"
SECONDS = 3  # for a request


class ApiError(Exception):
    """The API refused a request."""


class Pods:
    """Pods of this namespace, by name; the connection is kept, because each costs a handshake."""

    def __init__(self) -> None:
        self._namespace = (ACCOUNT / "namespace").read_text()
        self._trust = ssl.create_default_context(cafile=str(ACCOUNT / "ca.crt"))
        self._connection: http.client.HTTPSConnection | None = None

    def get(self, name: str) -> dict[str, Any] | None:
        """Return a pod, or None where there is none."""
        return self._call("GET", name)

    def patch(self, name: str, field: str, key: str, value: str | None) -> None:
        """Set one of the labels or annotations of a pod, or take it away."""
        self._call("PATCH", name, {"metadata": {field: {key: value}}})

    def _call(self, method: str, name: str, body: object = None) -> dict[str, Any] | None:
        # The token is replaced by the kubelet, so it is read each time.
        headers = {
            "Authorization": f"Bearer {(ACCOUNT / 'token').read_text()}",
            "Content-Type": "application/merge-patch+json",
        }
        path = f"/api/v1/namespaces/{self._namespace}/pods/{name}"
        text = json.dumps(body) if body else None
        kept = self._connection is not None
        try:
            answer, content = self._send(method, path, text, headers)
        except (OSError, http.client.HTTPException):
            self._forget()
            if not kept:
                raise
            answer, content = self._send(method, path, text, headers)  # it had been closed
        if answer.status == 404:
            return None
        if answer.status >= 400:
            raise ApiError(f"{method} pod {name}: {answer.status} {answer.reason}")
        pod: dict[str, Any] = json.loads(content)
        return pod

    def _send(
        self, method: str, path: str, text: str | None, headers: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, bytes]:
        if self._connection is None:
            self._connection = http.client.HTTPSConnection(
                HOST, timeout=SECONDS, context=self._trust
            )
        self._connection.request(method, path, text, headers)
        answer = self._connection.getresponse()
        return answer, answer.read()

    def _forget(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


def address(pod: dict[str, Any]) -> str:
    """Return the address of a pod, or nothing while it has none."""
    return str(pod["status"].get("podIP", ""))
