"""A group of three MySQL servers: how clients find the right one, and what its agents may do."""

from __future__ import annotations

import re
from importlib.metadata import version
from typing import Any

import pytest

from tests.chart.network import Network, Place, outside
from tests.chart.reading import pod
from tests.chart.scenarios import GROUP, merged, nested
from tests.helm import CHART, NAMESPACE, ROOT, HelmError, Manifest, Render, refusal, render

PREFIXED = {"global.namePrefix": "blue-"}
MEMBERS = [f"blue-mysql-group-{number}" for number in range(3)]
IDENTITY = {
    "app.kubernetes.io/name": "blue-mysql",
    "app.kubernetes.io/instance": "genx-fx",
    "app.kubernetes.io/part-of": "genx-fx",
}
ROLE = "genx-fx/database-role"


@pytest.fixture(scope="module")
def group() -> Render:
    return render(nested(GROUP | PREFIXED))


@pytest.fixture(scope="module")
def alone() -> Render:
    return render(nested(PREFIXED))


@pytest.fixture(scope="module")
def servers(group: Render) -> Manifest:
    return group.get("StatefulSet", "blue-mysql-group")


def selector(rendered: Render, service: str) -> dict[str, str]:
    found: dict[str, str] = rendered.get("Service", service)["spec"]["selector"]
    return found


def agent(servers: Manifest) -> Manifest:
    (found,) = pod(servers)["initContainers"]
    assert isinstance(found, dict)
    return found


def test_writes_go_to_the_primary_and_reads_to_the_replicas(group: Render) -> None:
    assert selector(group, "blue-mysql-service") == IDENTITY | {ROLE: "primary"}
    assert selector(group, "blue-mysql-ro") == IDENTITY | {ROLE: "replica"}


def test_one_server_takes_both(alone: Render) -> None:
    assert selector(alone, "blue-mysql-service") == IDENTITY
    assert selector(alone, "blue-mysql-ro") == IDENTITY


def test_each_member_has_an_address_of_its_own_before_it_is_ready(group: Render) -> None:
    for name in MEMBERS:
        own = {"statefulset.kubernetes.io/pod-name": name}
        assert selector(group, name) == IDENTITY | own
        assert group.get("Service", name)["spec"]["publishNotReadyAddresses"] is True


def test_nothing_of_a_group_is_there_with_one_server(alone: Render) -> None:
    found = {(item["kind"], item["metadata"]["name"]) for item in alone.objects}
    assert not [name for _, name in found if "group" in name or "agent" in name]
    workload = alone.get("StatefulSet", "blue-mysql")
    assert "initContainers" not in pod(workload)
    assert "MEMBER" not in str(workload)


def test_there_are_three_each_on_a_claim_of_the_size_and_class_of_the_values() -> None:
    given = {"data.mysql.persistence.size": "20Gi", "data.mysql.persistence.storageClass": "gp3"}
    rendered = render(nested(GROUP | given))
    spec = rendered.get("StatefulSet", "mysql-group")["spec"]
    (claim,) = spec["volumeClaimTemplates"]
    assert (spec["replicas"], claim["metadata"]["name"]) == (3, "storage")
    assert claim["spec"]["storageClassName"] == "gp3"
    assert claim["spec"]["resources"] == {"requests": {"storage": "20Gi"}}
    assert not rendered.has("StatefulSet", "mysql")
    assert not rendered.has("PersistentVolumeClaim", "mysql-pvc")


def test_labels_of_a_claim_never_change() -> None:
    """Nothing of a claim template can be changed, so it holds nothing that may."""
    labels = {"global.commonLabels": {"example.org/team": "fx"}}
    spec = render(nested(GROUP | labels)).get("StatefulSet", "mysql-group")["spec"]
    metadata = spec["volumeClaimTemplates"][0]["metadata"]
    assert set(metadata["labels"]) == {*IDENTITY, "app"}


def test_members_rather_run_on_different_hosts_and_zones(servers: Manifest) -> None:
    affinity = pod(servers)["affinity"]["podAntiAffinity"]
    (rule,) = affinity["preferredDuringSchedulingIgnoredDuringExecution"]
    assert rule["podAffinityTerm"]["topologyKey"] == "kubernetes.io/hostname"
    # Pods of a StatefulSet have no pod-template-hash, and each is gone before the next of its name.
    assert "matchLabelKeys" not in rule["podAffinityTerm"]
    assert rule["podAffinityTerm"]["labelSelector"] == {"matchLabels": IDENTITY}
    (zones,) = pod(servers)["topologySpreadConstraints"]
    assert zones["topologyKey"] == "topology.kubernetes.io/zone"


def test_agents_reach_the_pods_of_the_group_and_no_other(group: Render) -> None:
    role = group.get("Role", "blue-mysql-agent")
    rule = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "patch"]}
    assert role["rules"] == [rule | {"resourceNames": MEMBERS}]
    (subject,) = group.get("RoleBinding", "blue-mysql-agent")["subjects"]
    assert subject["name"] == "blue-mysql"


def test_the_token_is_in_the_agent_alone(servers: Manifest) -> None:
    (server,) = pod(servers)["containers"]
    assert "token" not in [mount["name"] for mount in server["volumeMounts"]]
    assert "token" in [mount["name"] for mount in agent(servers)["volumeMounts"]]


def test_the_agent_outlives_its_server_and_tells_whether_it_works(servers: Manifest) -> None:
    assert agent(servers)["restartPolicy"] == "Always"
    assert agent(servers)["readinessProbe"]["httpGet"] == {"path": "/", "port": "agent"}


def test_the_agent_has_all_its_modules_where_it_imports_them(
    group: Render, servers: Manifest
) -> None:
    stored = group.get("ConfigMap", "blue-mysql-agent")["data"]
    (volume,) = [item for item in pod(servers)["volumes"] if item["name"] == "agent"]
    mounted = {entry["path"]: entry["key"] for entry in volume["configMap"]["items"]}
    assert set(mounted.values()) == set(stored)
    own = ROOT / "generator/kinds/mysql/files/agent"
    assert {f"agent/{path.name}" for path in own.glob("*.py")} <= mounted.keys()
    assert {"pymysql/__init__.py", "pymysql/constants/ER.py"} <= mounted.keys()
    text = stored[mounted["agent/decide.py"]]
    assert text.endswith((own / "decide.py").read_text())


def test_its_client_is_that_of_the_lock_and_has_its_licence_beside_it() -> None:
    """As pip checks it by its hash: another version would be another chart."""
    licence = CHART / "charts/data/files/mysql/pymysql/LICENSE"
    assert "Permission is hereby granted" in licence.read_text()
    assert f"pymysql=={version('pymysql')} \\" in (ROOT / "requirements.lock").read_text()
    assert f'"pymysql=={version("pymysql")}",' in (ROOT / "pyproject.toml").read_text()


def test_members_reach_each_other_and_the_kubernetes_api_and_nobody_else(group: Render) -> None:
    network = Network.of(group)
    member = Place(
        "mysql", namespace=NAMESPACE, labels=IDENTITY, ports={"mysql": 3306, "agent": 8090}
    )
    assert network.allows(member, member, 3306)
    assert not network.allows(member, member, 8090)
    assert network.allows(member, outside("203.0.113.7"), 6443)
    assert not network.allows(member, outside("203.0.113.7"), 3306)
    assert not network.allows(member, outside("169.254.169.254"), 443)


def test_one_server_reaches_no_kubernetes_api(alone: Render) -> None:
    server = Place("mysql", namespace=NAMESPACE, labels=IDENTITY, ports={"mysql": 3306})
    assert not Network.of(alone).allows(server, outside("203.0.113.7"), 6443)


def test_a_new_agent_restarts_the_members(group: Render) -> None:
    spec = nested(GROUP | PREFIXED)
    server = render(merged(spec, nested({"data.mysql.maxConnections": 200})))
    first, second = (
        found.get("StatefulSet", "blue-mysql-group")["spec"]["template"]["metadata"]["annotations"]
        for found in (group, server)
    )
    assert first["checksum/agent"] == second["checksum/agent"]
    assert first["checksum/configuration"] != second["checksum/configuration"]


def test_quota_counts_the_claims_of_three_members() -> None:
    little = {"resourceQuota.enabled": True, "resourceQuota.hard": {"requests.storage": "69Gi"}}
    with pytest.raises(HelmError, match="is 69Gi, but the components may use 70Gi together"):
        render(nested(GROUP | little))
    render(nested(GROUP | little | {"resourceQuota.hard": {"requests.storage": "70Gi"}}))


def test_quota_counts_three_members_and_their_agents() -> None:
    """Each with 1Gi, and 64Mi for its agent, where one server has the first alone."""

    def said(values: dict[str, Any]) -> float:
        little = {"resourceQuota.enabled": True, "resourceQuota.hard": {"limits.memory": "1Gi"}}
        problem = refusal(nested(values | little))
        (found,) = re.findall(r"the components may use ([0-9.]+)Gi together", problem)
        return float(found)

    assert said(GROUP) - said({}) == pytest.approx(2 + 3 * 64 / 1024, abs=0.011)
