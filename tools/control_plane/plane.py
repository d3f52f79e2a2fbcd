"""etcd, API server, controller manager, scheduler and kwok, for as long as they are wanted."""

from __future__ import annotations

import base64
import json
import secrets
import shutil
import socket
import ssl
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ..build import tool_path
from ..kind_node.go_programs import build_module, modules
from .nodes import MANAGED, STORAGE_CLASS, node
from .processes import Processes, StartError

CONTEXT = "control-plane"
LOOPBACK = "127.0.0.1"
# The API server's advertised address must not be loopback. Nobody uses it: it is a documentation
# address (RFC 5737), and `--endpoint-reconciler-type=none` publishes none.
ADVERTISED = "192.0.2.1"
PATIENCE = 180  # seconds that a busy machine may take until everything answers
# Seconds that pods stay on a lost node, unless they set it themselves. Kubernetes' default is 300,
# for which tests would have to wait.
LOST_AFTER = 2
HERE = Path(__file__).resolve().parent
STAGES = HERE / "stages.yaml"
PROGRAMS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler")
# Three zones with two nodes each.
NODES = {f"node-{zone}{number}": f"zone-{zone}" for zone in "abc" for number in (1, 2)}
# A proxy cannot reach this machine.
NO_PROXY = urllib.request.ProxyHandler({})


def kubectl_program() -> Path:
    """Return the kubectl of the same version, built first if it is missing."""
    return build_module(modules()["kubernetes"]) / "kubectl"


@dataclass
class ControlPlane:
    """A control plane that runs inside a `with` block.

    `folder` gets the logs, which stay, and all else, which goes at the end.
    """

    folder: Path
    _processes: Processes = field(init=False)
    _port: socket.socket = field(init=False)
    _token: str = field(default_factory=lambda: secrets.token_hex(16), init=False)

    @property
    def kubeconfig(self) -> Path:
        """A kubeconfig whose user may do everything."""
        return self.folder / "kubeconfig"

    def __enter__(self) -> Self:
        """Start everything; StartError names the program that fails and its log."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._state.mkdir(mode=0o700)
        self._processes = Processes(self.folder)
        self._port = _reserved_port()
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._processes.stop()
        self._port.close()
        self.kubeconfig.unlink(missing_ok=True)
        shutil.rmtree(self._state)

    def check(self) -> None:
        """Do nothing while all programs run; StartError names one that has ended."""
        self._processes.check()

    @property
    def _state(self) -> Path:
        return self.folder / "state"

    @property
    def _server(self) -> str:
        return f"https://{LOOPBACK}:{self._port.getsockname()[1]}"

    @property
    def _certificate(self) -> Path:
        """Certificate of the API server, with that of the authority that it made for itself."""
        return self._state / "tls" / "apiserver.crt"

    def _start(self) -> None:
        hyperkube = build_module(modules()["kubernetes"]) / "hyperkube"
        kwok = tool_path("kwok")
        for name in PROGRAMS:
            (self._state / name).symlink_to(hyperkube)  # its name says what it runs as
        _write_signing_key(self._state / "accounts.key")
        _private(self._state / "tokens", f"{self._token},admin,admin,system:masters\n")
        self._start_etcd()
        self._start_api_server()
        self._wait_for("the API server", self._answers)
        # The certificate to trust exists only now.
        unfinished = self._state / "kubeconfig"
        _private(unfinished, json.dumps(self._kubeconfig()))
        self._start_controllers(unfinished)
        self._processes.start("kwok", _kwok_command(kwok, unfinished))
        for path, item in [
            ("/apis/storage.k8s.io/v1/storageclasses", STORAGE_CLASS),
            *(("/api/v1/nodes", node(name, zone)) for name, zone in NODES.items()),
        ]:
            self._request(path, item)
        self._wait_for("the nodes", self._nodes_are_ready)
        unfinished.rename(self.kubeconfig)

    def _start_etcd(self) -> None:
        self._processes.start(
            "etcd",
            [
                self._state / "etcd",
                *(f"--data-dir={self._state}/data", "--unsafe-no-fsync"),
                f"--listen-client-urls=unix://{self._state}/etcd.sock",
                f"--listen-peer-urls=unix://{self._state}/peers.sock",
                "--advertise-client-urls=http://localhost:2379",  # required; nobody uses it
            ],
        )

    def _start_api_server(self) -> None:
        key = self._state / "accounts.key"
        self._processes.start(
            "kube-apiserver",
            [
                self._state / "kube-apiserver",
                f"--etcd-servers=unix://{self._state}/etcd.sock",
                *(f"--bind-address={LOOPBACK}", f"--secure-port={self._port.getsockname()[1]}"),
                "--permit-port-sharing",
                *(f"--advertise-address={ADVERTISED}", "--endpoint-reconciler-type=none"),
                f"--cert-dir={self._state}/tls",
                "--service-cluster-ip-range=10.96.0.0/16",
                "--service-account-issuer=https://kubernetes.default.svc",
                *(f"--service-account-key-file={key}", f"--service-account-signing-key-file={key}"),
                *("--authorization-mode=RBAC", f"--token-auth-file={self._state}/tokens"),
                *("--anonymous-auth=false", "--enable-priority-and-fairness=false"),
                f"--default-not-ready-toleration-seconds={LOST_AFTER}",
                f"--default-unreachable-toleration-seconds={LOST_AFTER}",
            ],
        )

    def _start_controllers(self, kubeconfig: Path) -> None:
        # The only instance, for tests alone: no leader election and no limit on requests.
        common = [
            *(f"--kubeconfig={kubeconfig}", "--leader-elect=false", "--secure-port=0"),
            *("--kube-api-qps=1000", "--kube-api-burst=1000"),
        ]
        accounts = self._state / "accounts.key"
        self._processes.start(
            "kube-controller-manager",
            [
                self._state / "kube-controller-manager",
                *common,
                f"--service-account-private-key-file={accounts}",
                f"--root-ca-file={self._certificate}",
            ],
        )
        self._processes.start("kube-scheduler", [self._state / "kube-scheduler", *common])

    def _kubeconfig(self) -> dict[str, Any]:
        authority = base64.b64encode(self._certificate.read_bytes()).decode()
        cluster = {"server": self._server, "certificate-authority-data": authority}
        return {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": CONTEXT, "cluster": cluster}],
            "users": [{"name": "admin", "user": {"token": self._token}}],
            "contexts": [{"name": CONTEXT, "context": {"cluster": CONTEXT, "user": "admin"}}],
            "current-context": CONTEXT,
        }

    def _wait_for(self, what: str, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            self._processes.check()
            if time.monotonic() > end:
                raise StartError(f"not within {PATIENCE} s: {what}; the logs are in {self.folder}")
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            return self._certificate.exists() and self._request("/readyz") == b"ok"
        except (OSError, ssl.SSLError):
            return False

    def _nodes_are_ready(self) -> bool:
        items = json.loads(self._request("/api/v1/nodes"))["items"]
        # Untainted, too: the controller manager has seen that they are ready.
        return all(
            "taints" not in item["spec"] and "allocatable" in item["status"] for item in items
        )

    def _request(self, path: str, item: object = None) -> bytes:
        trusted = ssl.create_default_context(cafile=str(self._certificate))
        opener = urllib.request.build_opener(NO_PROXY, urllib.request.HTTPSHandler(context=trusted))
        body = None if item is None else json.dumps(item).encode()
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        request = urllib.request.Request(self._server + path, body, headers)
        with opener.open(request, timeout=10) as response:
            answer: bytes = response.read()
        return answer


def _kwok_command(kwok: Path, kubeconfig: Path) -> list[str | Path]:
    return [
        kwok,
        *(f"--kubeconfig={kubeconfig}", f"--config={STAGES}"),
        *(f"--manage-nodes-with-label-selector={MANAGED}", "--node-lease-duration-seconds=40"),
        *(f"--node-ip={ADVERTISED}", "--cidr=10.128.0.0/9"),
    ]


def _reserved_port() -> socket.socket:
    """Return a free port of loopback, which nobody else gets until it is closed.

    Bound and not listening, it gets no connections: those are for the API server, which shares it.
    """
    port = socket.socket()
    port.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    port.bind((LOOPBACK, 0))
    return port


def _write_signing_key(path: Path) -> None:
    """Write a new key that signs the tokens of service accounts."""
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    _private(path, pem.decode())


def _private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)
