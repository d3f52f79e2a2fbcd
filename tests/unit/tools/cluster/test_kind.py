from __future__ import annotations

import json
from pathlib import Path

from tools.cluster import kind
from tools.kind_node.cluster import Subnets

SUBNETS = Subnets("10.187.0.0/16", "10.171.0.0/16", Path("/srv/pod-subnet"))


def test_nodes_are_told_how_soon_one_is_lost_and_how_often_autoscalers_look() -> None:
    config = json.loads(kind.config(Path("/srv"), SUBNETS))
    patches = {patch["kind"]: patch for patch in map(json.loads, config["kubeadmConfigPatches"])}
    assert patches["InitConfiguration"] == {
        "kind": "InitConfiguration",
        "nodeRegistration": {"taints": []},
    }
    assert patches["ClusterConfiguration"]["controllerManager"]["extraArgs"] == {
        "node-monitor-grace-period": "16s",
        "horizontal-pod-autoscaler-sync-period": "5s",
    }
    # A node reports in a quarter of its lease: one late report takes no node away.
    assert patches["KubeletConfiguration"]["nodeLeaseDurationSeconds"] / 4 * 3 < 16


def test_policies_may_change_pods() -> None:
    config = json.loads(kind.config(Path("/srv"), SUBNETS))
    assert config["featureGates"] == {"MutatingAdmissionPolicy": True}
    assert config["runtimeConfig"] == {"admissionregistration.k8s.io/v1beta1": "true"}
