"""Runs the whole platform on this machine, with the reference images.

python -m reference up         cluster, images and chart; ends when the bot has traded
python -m reference build      builds the images, and raises nothing
python -m reference cluster    cluster and images alone
python -m reference down       undoes all of it
"""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_fixed

from reference.installation import (
    DIRECTLY,
    STORAGE_CLASS,
    build,
    prepare,
    raise_cluster,
    values_for,
)
from tools.build import tool_path
from tools.cluster import Cluster, ClusterError, current, lifecycle
from tools.kind_node.cache import progress
from tools.kind_node.command_line import exit_status

T = TypeVar("T")

CHART = Path(__file__).resolve().parents[1] / "charts" / "genx-fx"
RELEASE = NAMESPACE = "genx-fx"
MARK = "genx-fx.local/made-by-make-up"  # label of the namespace
RESTRICTED = {"pod-security.kubernetes.io/enforce": "restricted"}
SERVICES = {"frontend": "frontend-service", "api": "api-service", "grafana": "grafana-service"}
PATIENCE = 300  # seconds until the first trade, on a busy machine


class NotRunning(Exception):
    """The platform did not come up; the message says what is missing."""


def up() -> None:
    """Raise the cluster, install the platform, and print its addresses and first trade."""
    cluster = raise_cluster()
    take_namespace(cluster)
    if not cluster.is_kind and STORAGE_CLASS not in os.environ:
        print(
            f"  note: the shared volumes are claimed of {cluster.context}'s default storage class; "
            f"where that is not ReadWriteMany, name one that is in {STORAGE_CLASS}",
            file=sys.stderr,
        )
    values = values_for(cluster)
    with progress("installing the chart"):
        install(cluster, values)
    addresses = {name: address(cluster, service) for name, service in SERVICES.items()}
    with progress("waiting for the first trade"):
        trade = wait_for("a trade", lambda: first_trade(addresses["frontend"]))
    print(f"""
GenX FX is running on {cluster.context}:
  trading   {addresses["frontend"]}
  API       {addresses["api"]}/docs
  Grafana   {addresses["grafana"]}  (user admin, password: see below)

  first trade: {trade["trade_type"]} {trade["quantity"]} {trade["symbol"]} at {trade["price"]}

  eval "$(.venv/bin/python -m tools.cluster env)"
  kubectl get pods -n {NAMESPACE}
  kubectl get secret genx-fx-secrets -n {NAMESPACE} \\
    -o jsonpath='{{.data.GRAFANA_ADMIN_PASSWORD}}' | base64 -d
  make down""")


def cluster_with_images() -> None:
    """Raise the cluster and load the images."""
    prepare(raise_cluster())


def down() -> None:
    """Remove the platform, and the cluster if it was made here; what was built stays."""
    with suppress(ClusterError):  # there is none
        cluster = current()
        if not cluster.is_kind and MARK in (namespace_labels(cluster) or {}):
            uninstall(cluster)
    lifecycle.down()


def take_namespace(cluster: Cluster) -> None:
    """Make the namespace unless `make up` has; NotRunning where it is somebody else's."""
    labels = namespace_labels(cluster)
    if labels is None:
        make_namespace(cluster)
    elif MARK not in labels:
        raise NotRunning(
            f"the namespace {NAMESPACE} of {cluster.context} was not made by `make up`, so what is "
            "there is left as it is; use another cluster, or remove the namespace first"
        )


def namespace_labels(cluster: Cluster) -> dict[str, str] | None:
    """Return the labels of the namespace; None where there is none."""
    asked = ("get", "namespace", NAMESPACE, "--ignore-not-found", "--output=json")
    found = cluster.kubectl_output(*asked)
    labels: dict[str, str] = json.loads(found)["metadata"].get("labels", {}) if found else {}
    return labels if found else None


def make_namespace(cluster: Cluster) -> None:
    """Make the namespace, restricted, with the mark by which `make down` knows its own."""
    metadata = {"name": NAMESPACE, "labels": {MARK: "true", **RESTRICTED}}
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}
    cluster.kubectl_output("create", "--filename=-", stdin=json.dumps(namespace))


def install(cluster: Cluster, values: dict[str, Any]) -> None:
    """Install the chart, or upgrade it to these values."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(values, file)
        file.flush()
        options = ("--values", file.name, "--wait", "--timeout=10m")
        helm(cluster, "upgrade", "--install", RELEASE, str(CHART), *options)


def uninstall(cluster: Cluster) -> None:
    """Remove the release and its namespace with all its volumes."""
    with progress(f"removing the platform from {cluster.context}"):
        helm(cluster, "uninstall", RELEASE, "--ignore-not-found", "--wait")
        cluster.kubectl_output("delete", "namespace", NAMESPACE, "--ignore-not-found")


def helm(cluster: Cluster, *arguments: str) -> None:
    """Run Helm on the release's namespace; NotRunning says why it failed."""
    place = ("--namespace", NAMESPACE, "--kube-context", cluster.context)
    command = [str(tool_path("helm4")), *arguments, *place, f"--kubeconfig={cluster.kubeconfig}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotRunning(done.stderr.strip())


def address(cluster: Cluster, service: str) -> str:
    """Return where a service is reached from this machine, such as http://172.31.0.200:3000."""

    def assigned() -> str:
        command = ("get", "service", service, "-n", NAMESPACE, "-o", "json")
        found = json.loads(cluster.kubectl_output(*command))
        entries = found["status"]["loadBalancer"].get("ingress", [])
        port = found["spec"]["ports"][0]["port"]
        return f"http://{entries[0].get('ip') or entries[0]['hostname']}:{port}" if entries else ""

    return wait_for(f"an address of {service}, which the cluster's load balancer gives", assigned)


def first_trade(frontend: str) -> dict[str, Any] | None:
    """Return the oldest trade that the page shows, if there is one."""
    try:
        with DIRECTLY.open(f"{frontend}/api/trades", timeout=5) as answer:
            trades: list[dict[str, Any]] = json.load(answer)
    except (OSError, http.client.HTTPException, ValueError):
        return None
    return trades[-1] if trades else None


def wait_for(what: str, condition: Callable[[], T | None]) -> T:
    """Return the first true result of a condition, asked every second; NotRunning if none comes."""
    attempts = Retrying(
        stop=stop_after_delay(PATIENCE),
        wait=wait_fixed(1),
        retry=retry_if_result(lambda result: not result),
    )
    try:
        found = attempts(condition)
    except RetryError:
        raise NotRunning(f"{what}: not within {PATIENCE} s") from None
    assert found is not None
    return found


def main(arguments: list[str]) -> int:
    """Run the command line: `up`, `build`, `cluster` or `down`."""
    commands = {"up": up, "build": build, "cluster": cluster_with_images, "down": down}
    if len(arguments) != 1 or arguments[0] not in commands:
        print(f"usage: python -m reference {'|'.join(commands)}", file=sys.stderr)
        return 2
    return exit_status(commands[arguments[0]], NotRunning, ClusterError)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
