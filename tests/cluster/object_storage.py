"""Runs an S3 server in a namespace of a test: versitygw, over TLS, by a Service at another port."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.cluster.certificates import Authority
from tests.cluster.kubectl import Kubectl, Object

NAME = "storage"
LABELS = {"app": NAME}
POD_PORT = 7443
REGION = "eu-central-1"
BUCKET = "fx-backups"
KEYS = {"access": "tests-access-key", "secret": "tests-secret-key"}
# Names of the keys in the environment of versitygw.
ENVIRONMENT = {"ROOT_ACCESS_KEY": "access", "ROOT_SECRET_KEY": "secret"}


@dataclass(frozen=True)
class ObjectStorage:
    """An S3 server, and the authority that has signed its certificate."""

    kubectl: Kubectl
    namespace: str
    image: str
    authority: Authority = field(default_factory=Authority)

    @property
    def host(self) -> str:
        """Name at which the cluster reaches it, by HTTPS at the usual port."""
        return f"{NAME}.{self.namespace}.svc"

    @property
    def peer(self) -> Object:
        """Peer of a NetworkPolicy that is its pod."""
        namespace = {"kubernetes.io/metadata.name": self.namespace}
        return {
            "namespaceSelector": {"matchLabels": namespace},
            "podSelector": {"matchLabels": LABELS},
        }

    def start(self) -> None:
        """Start it, and wait until it answers. It has no bucket yet."""
        certificate = self.authority.secret(NAME, self.host)
        self.kubectl.apply([certificate, self._service(), self._pod()], self.namespace)
        self.kubectl.wait(f"pod/{NAME}", "condition=Ready", self.namespace)

    def _service(self) -> Object:
        port = {"port": 443, "targetPort": POD_PORT}
        return {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": NAME},
            "spec": {"selector": LABELS, "ports": [port]},
        }

    def _pod(self) -> Object:
        certificate = [
            f"--{name}=/tls/tls.{file}" for name, file in (("cert", "crt"), ("key", "key"))
        ]
        options = [f"--port=:{POD_PORT}", f"--region={REGION}", "--health=/health", *certificate]
        return {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": NAME, "labels": LABELS},
            "spec": {
                "automountServiceAccountToken": False,
                "terminationGracePeriodSeconds": 0,
                "securityContext": {
                    "runAsNonRoot": True,
                    "fsGroup": 65532,
                    "seccompProfile": {"type": "RuntimeDefault"},
                },
                "containers": [
                    {
                        "name": NAME,
                        "image": self.image,
                        # What belongs to an object is in files of its own: not each volume of a
                        # node has extended attributes.
                        "args": [*options, "posix", "--sidecar=/data/about", "/data/objects"],
                        "env": [
                            {"name": name, "value": KEYS[key]} for name, key in ENVIRONMENT.items()
                        ],
                        "readinessProbe": {
                            "httpGet": {"path": "/health", "port": POD_PORT, "scheme": "HTTPS"},
                            "periodSeconds": 1,
                        },
                        "securityContext": {
                            "allowPrivilegeEscalation": False,
                            "readOnlyRootFilesystem": True,
                            "capabilities": {"drop": ["ALL"]},
                        },
                        "volumeMounts": [
                            {"name": "data", "mountPath": "/data/objects", "subPath": "objects"},
                            {"name": "data", "mountPath": "/data/about", "subPath": "about"},
                            {"name": "tls", "mountPath": "/tls", "readOnly": True},
                        ],
                    }
                ],
                "volumes": [
                    {"name": "data", "emptyDir": {}},
                    {"name": "tls", "secret": {"secretName": NAME}},
                ],
            },
        }
