"""What a cluster of such nodes is configured with."""

from __future__ import annotations

import json
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address
from pathlib import Path

from .images import MANIFESTS, manifest_values
from .node_image import agent_key
from .versions import POD_SUBNET_FILE, SHARED_FOLDER, fill_in, versions


@dataclass(frozen=True)
class Subnets:
    """The addresses of a cluster's pods and services, as private CIDRs of /16 or smaller."""

    pods: str
    services: str
    pods_file: Path
    """A file of the host that holds `pods` while the cluster is there. The nodes' rules against
    leaving them are set before Kubernetes could say what pods have."""


def kind_config(nodes: int = 1, shared: Path | None = None, subnets: Subnets | None = None) -> str:
    """Return the file for `kind create cluster --config`: one control plane, then workers.

    `shared` is a folder of the host for the storage class `shared`; without one, volumes of that
    class are shared within a node only. Without `subnets` those of versions.toml are used. JSON,
    which YAML readers take.
    """
    if nodes < 1:
        raise ValueError(f"a cluster of {nodes} nodes cannot be; give 1 or more")
    v = versions()
    mounts = [_mount(shared, SHARED_FOLDER)] if shared else []
    if subnets:
        mounts.append(_mount(subnets.pods_file, POD_SUBNET_FILE) | {"readOnly": True})
    roles = ["control-plane"] + ["worker"] * (nodes - 1)
    config = {
        "kind": "Cluster",
        "apiVersion": "kind.x-k8s.io/v1alpha4",
        "networking": {
            "ipFamily": "ipv4",
            "apiServerAddress": "127.0.0.1",
            "podSubnet": subnets.pods if subnets else v["pod_subnet"],
            "serviceSubnet": subnets.services if subnets else v["service_subnet"],
            # The agent's rules are nftables' too, and both hold on any kernel that has them.
            "kubeProxyMode": "nftables",
        },
        "nodes": [{"role": role, "extraMounts": mounts} for role in roles],
    }
    return json.dumps(config, indent=2) + "\n"


def _mount(host: Path, node: str) -> dict[str, str | bool]:
    return {"hostPath": str(host), "containerPath": node}


def load_balancer_manifest(first: str, last: str) -> str:
    """Return objects to apply for services of type LoadBalancer, with addresses for them.

    The addresses, both included, are of the container network that the nodes are on, and ones that
    the engine does not give to containers. ValueError where they are no range of IPv4 addresses.
    """
    try:
        is_range = IPv4Address(first) <= IPv4Address(last)
    except AddressValueError:
        is_range = False
    if not is_range:
        raise ValueError(
            f"{first} to {last} is no range of IPv4 addresses, such as 172.18.0.200 to 172.18.0.239"
        )
    text = (MANIFESTS / "load-balancer.yaml").read_text()
    return fill_in(text, manifest_values(agent_key()) | {"range": f"{first}-{last}"})
