from __future__ import annotations

import pytest

from tests.chart.conftest import Chart
from tests.chart.reading import component, mounts, pod, pod_labels
from tests.chart.scenarios import (
    COMPONENTS,
    PLAN,
    STORING,
    VOLUMES,
    merged,
    nested,
    nobody_waits_for,
    of_each,
)
from tests.helm import Manifest, refusal

MOUNTING = {
    part.name: COMPONENTS[part.name] for volume in PLAN.volumes for part in volume.mounted_by
}

COLOCATED = nested(
    {"global.storage.logs.mode": "rwo-colocated", "global.storage.data.mode": "rwo-colocated"}
)


def _affinity(workload: Manifest) -> list[Manifest]:
    affinity = pod(workload).get("affinity", {}).get("podAffinity", {})
    required: list[Manifest] = affinity.get("requiredDuringSchedulingIgnoredDuringExecution", [])
    return required


def test_claims_are_kept_on_uninstall(chart: Chart) -> None:
    claims = chart().of_kind("PersistentVolumeClaim")
    assert len(claims) == len(STORING) + len(VOLUMES)
    for claim in claims:
        assert claim["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep"


def test_storage_class_of_all_and_of_one(chart: Chart) -> None:
    rendered = chart(
        nested({"global.storageClass": "fast", "global.storage.logs.storageClass": "nfs"})
    )
    classes = {
        claim["metadata"]["name"]: claim["spec"]["storageClassName"]
        for claim in rendered.of_kind("PersistentVolumeClaim")
    }
    assert classes == {
        "logs-pvc": "nfs",
        **dict.fromkeys(("data-pvc", "mysql-pvc", "redis-pvc", "grafana-pvc"), "fast"),
    }


def test_rwx_lets_pods_run_anywhere(chart: Chart) -> None:
    rendered = chart()
    for name in ("api", "trading-bot"):
        assert _affinity(component(rendered, name)) == []


def test_rwo_colocated_puts_all_pods_on_one_node(chart: Chart) -> None:
    rendered = chart(COLOCATED)
    for claim in ("logs-pvc-rwo", "data-pvc-rwo"):
        spec = rendered.get("PersistentVolumeClaim", claim)["spec"]
        assert spec["accessModes"] == ["ReadWriteOnce"]
    workloads = [component(rendered, name) for name in MOUNTING]
    for workload in workloads:
        (term,) = _affinity(workload)
        assert term["topologyKey"] == "kubernetes.io/hostname"
        (expression,) = term["labelSelector"]["matchExpressions"]
        for mounting in workloads:
            labels = pod_labels(mounting)
            assert labels[expression["key"]] in expression["values"]
            assert term["labelSelector"]["matchLabels"].items() <= labels.items()
        assert len(expression["values"]) == len(MOUNTING)
    for name in ("frontend", "grafana", "mysql"):
        assert _affinity(component(rendered, name)) == []


def test_another_mode_is_another_claim(chart: Chart) -> None:
    """Kubernetes changes the access modes of no claim."""
    rendered = chart(COLOCATED)
    for name in MOUNTING:
        mounted = mounts(component(rendered, name))
        assert mounted["/app/logs"] == "claim logs-pvc-rwo"
        assert mounted["/app/data"] == "claim data-pvc-rwo"
    assert not {"logs-pvc", "data-pvc"} & rendered.names("PersistentVolumeClaim")


def test_a_claim_of_ones_own_can_be_on_one_node(chart: Chart) -> None:
    own = nested({"global.storage.logs.existingClaim": "old", "resourceQuota.enabled": True})
    rendered = chart(merged(COLOCATED, own))
    for name in MOUNTING:
        assert mounts(component(rendered, name))["/app/logs"] == "claim old"
        assert len(_affinity(component(rendered, name))) == 1
    assert "logs-pvc-rwo" not in rendered.names("PersistentVolumeClaim")


def test_pods_of_another_mode_do_not_say_which_node_to_share(chart: Chart) -> None:
    """They may be on several nodes, and the volume can be on one."""
    for name in MOUNTING:
        (term,) = _affinity(component(chart(COLOCATED), name))
        before = pod_labels(component(chart(), name))
        assert not term["labelSelector"]["matchLabels"].items() <= before.items()


def test_one_colocated_volume_is_enough(chart: Chart) -> None:
    rendered = chart(nested({"global.storage.logs.mode": "rwo-colocated"}))
    assert len(_affinity(component(rendered, "api"))) == 1
    spec = rendered.get("PersistentVolumeClaim", "data-pvc")["spec"]
    assert spec["accessModes"] == ["ReadWriteMany"]


def test_own_affinity_stays_beside_colocation(chart: Chart) -> None:
    own: Manifest = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {}}}
    rendered = chart(merged(COLOCATED, nested({"application.api.affinity": own})))
    affinity = pod(component(rendered, "api"))["affinity"]
    assert affinity["nodeAffinity"] == own["nodeAffinity"]
    assert affinity["podAffinity"]


def test_ephemeral_gives_each_pod_its_own(chart: Chart) -> None:
    rendered = chart(nested({"global.storage.logs.mode": "ephemeral"}))
    assert mounts(component(rendered, "api"))["/app/logs"] == "scratch 10Gi"
    assert "logs-pvc" not in rendered.names("PersistentVolumeClaim")
    assert mounts(component(rendered, "api"))["/app/data"] == "claim data-pvc"


def test_existing_claim_is_mounted_and_not_made(chart: Chart) -> None:
    rendered = chart(
        nested(
            {
                "global.storage.data.mode": "existingClaim",
                "global.storage.data.existingClaim": "nfs",
            }
        )
    )
    for name in ("api", "trading-bot"):
        assert mounts(component(rendered, name))["/app/data"] == "claim nfs"
    assert "data-pvc" not in rendered.names("PersistentVolumeClaim")


def test_claims_are_made_only_for_those_who_mount_them(chart: Chart) -> None:
    """A claim that waits for a first consumer keeps `helm install --wait` waiting for good."""
    alone = nobody_waits_for("api")
    some = chart(nested({"application.api.enabled": False} | alone))
    assert {"logs-pvc", "data-pvc"} <= some.names("PersistentVolumeClaim")
    for nobody in (
        merged(of_each(MOUNTING, {"enabled": False}), nested(nobody_waits_for(*MOUNTING))),
        nested({"application.enabled": False}),
    ):
        claims = chart(nobody).names("PersistentVolumeClaim")
        assert claims == {"mysql-pvc", "redis-pvc", "grafana-pvc"}


def test_a_prefix_reaches_claims_and_those_who_mount_them(chart: Chart) -> None:
    rendered = chart(nested({"global.namePrefix": "blue-"}))
    assert all(name.startswith("blue-") for name in rendered.names("PersistentVolumeClaim"))
    assert mounts(component(rendered, "blue-api"))["/app/logs"] == "claim blue-logs-pvc"
    assert mounts(component(rendered, "blue-mysql"))["/var/lib/mysql"] == "claim blue-mysql-pvc"


def test_pods_that_must_share_a_node_cannot_be_spread(helm: str) -> None:
    spread = nested({"application.api.topologySpread.hosts": "DoNotSchedule"})
    said = refusal(merged(COLOCATED, spread), helm=helm)
    assert "application.api.topologySpread.hosts" in said
    assert "rwo-colocated" in said


def test_pods_that_must_share_a_node_cannot_ask_for_different_ones(helm: str) -> None:
    nodes = nested(
        {
            "application.api.nodeSelector": {"pool": "api"},
            "application.tradingBot.nodeSelector": {"pool": "bot"},
        }
    )
    said = refusal(merged(COLOCATED, nodes), helm=helm)
    assert "nodeSelector" in said


def test_one_replica_may_be_spread_strictly(chart: Chart) -> None:
    single = nested(
        {"application.api.replicas": 1, "application.api.topologySpread.hosts": "DoNotSchedule"}
    )
    assert component(chart(merged(COLOCATED, single)), "api")


@pytest.mark.parametrize("name", ["data.mysql", "data.redis", "monitoring.grafana"])
def test_own_volume_can_be_a_claim_that_is_there(chart: Chart, name: str) -> None:
    rendered = chart(nested({f"{name}.persistence.existingClaim": "old"}))
    workload = component(rendered, name.split(".")[1])
    assert "claim old" in mounts(workload).values()
    assert len(rendered.of_kind("PersistentVolumeClaim")) == 4
