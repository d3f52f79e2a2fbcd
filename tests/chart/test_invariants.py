"""What holds for every object, pod and container, however the platform is installed."""

from __future__ import annotations

import ipaddress
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.chart.reading import quantity
from tests.chart.scenarios import (
    COMPONENTS,
    OWN_ACCOUNT,
    OWN_CONTAINER,
    PLAN,
    SCENARIOS,
    each_scenario,
    merged,
    nested,
    of_each,
    own_objects,
    pod_templates,
    read_yaml,
    rendered,
)
from tests.helm import CHART, NAMESPACE, Manifest, render
from tests.helm import template as rendered_text

TEMPLATE_FILES = sorted(path for path in CHART.glob("**/templates/**/*") if path.is_file())

# https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
RESTRICTED_VOLUMES = {
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
}

# Lists that Kubernetes keeps as maps, and the keys that tell their entries apart: a second entry
# with the same keys fails a server-side apply, which Helm 4 does.
LIST_KEYS = {
    "env": ("name",),
    "initContainers": ("name",),
    "containers": ("name",),
    "volumes": ("name",),
    "volumeMounts": ("mountPath",),
    "imagePullSecrets": ("name",),
    "topologySpreadConstraints": ("topologyKey", "whenUnsatisfiable"),
}
CONTAINER_PORT_KEYS = ("containerPort", "protocol")
SERVICE_PORT_KEYS = ("port", "protocol")

TOLERATIONS = [{"key": "dedicated", "operator": "Equal", "value": "fx", "effect": "NoSchedule"}]

# Of a container, the kubelet keeps five logs of 10Mi.
LOGS = 50 * 2**20

# How Go prints a whole number of a million and more that is a float.
SCIENTIFIC = re.compile(r"\b\d(\.\d+)?e[+]\d+")
# What `- {{- include … | nindent 2 }}` leaves: YAML takes it, and readers stumble over it.
LONE_DASH = re.compile(r"^ *- *$", re.MULTILINE)
# Where Kubernetes takes a quantity, such as 0.5 cores, a person may give a number.
QUANTITY = re.compile(r"\.(requests|limits|hard|default|defaultRequest|max|sizeLimit)\b")

# Where clouds hand out the credentials of a machine, and both ends of that range.
CREDENTIALS = ("169.254.169.254", "169.254.0.0", "169.254.255.255", "fd00:ec2::254")

# Labels that pods get after they are made: from the controller, and from the agent of a group.
SET_LATER = ("statefulset.kubernetes.io/pod-name", "genx-fx/database-role")

DNS_LABEL = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
DNS_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")


def label(item: Manifest) -> str:
    return f"{item['kind']}/{item['metadata']['name']}"


def workloads(name: str) -> list[Manifest]:
    return rendered(name).of_kind("Deployment", "StatefulSet")


def is_test(item: Manifest) -> bool:
    """Whether an object is a pod of `helm test`."""
    return "test" in hooks(item)


def of_component(scenario: str, item: Manifest, option: str) -> Any:
    """What the values of a scenario say of the component that an object belongs to."""
    tier, key = COMPONENTS[item["metadata"]["labels"]["app"]]
    return SCENARIOS[scenario][f"{tier}.{key}.{option}"]


def values_of_pod(where: str, template: Manifest) -> str:
    """Return the path of the values that say where a pod runs, and with which rights."""
    app = template["metadata"]["labels"]["app"]
    if app.endswith("-backup"):
        return ".".join(COMPONENTS[app.removesuffix("-backup")])
    if where.startswith(("Deployment/", "StatefulSet/")):
        return ".".join(COMPONENTS[app])
    return "global.toolbox"


def is_group(scenario: str, item: Manifest) -> bool:
    """Return whether the pods of a workload are servers that hold their data together."""
    tier, key = COMPONENTS[item["metadata"]["labels"]["app"]]
    mode = read_yaml(CHART / "values.yaml")[tier][key].get("mode")
    return mode is not None and of_component(scenario, item, "mode") == "groupReplication"


def claim_templates(item: Manifest) -> list[Manifest]:
    """Return the claims that a workload makes for each of its pods."""
    templates: list[Manifest] = item["spec"].get("volumeClaimTemplates", [])
    return templates


def toolbox_pods(scenario: str) -> list[tuple[str, Manifest]]:
    """Return each pod of the toolbox, hooks and tests, as kind/name and its template."""
    found = pod_templates(rendered(scenario))
    return [item for item in found if values_of_pod(*item) == "global.toolbox"]


def hooks(item: Manifest) -> list[str]:
    """Events on which Helm makes an object; none for an ordinary one."""
    value = (item["metadata"].get("annotations") or {}).get("helm.sh/hook", "")
    return [event for event in value.split(",") if event]


def hook_weight(item: Manifest) -> int:
    return int(item["metadata"]["annotations"].get("helm.sh/hook-weight", "0"))


def selected_by(selector: dict[str, Any], labels: dict[str, str]) -> bool:
    """Whether a label selector matches labels; an empty one matches all."""
    for key, value in selector.get("matchLabels", {}).items():
        if labels.get(key) != value:
            return False
    for rule in selector.get("matchExpressions", []):
        inside = labels.get(rule["key"]) in rule["values"]
        assert rule["operator"] in ("In", "NotIn")
        if inside != (rule["operator"] == "In"):
            return False
    return True


def nodes(item: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value inside an object, with its path."""
    yield path, item
    if isinstance(item, dict):
        for key, value in item.items():
            yield from nodes(value, f"{path}.{key}")
    if isinstance(item, list):
        for index, value in enumerate(item):
            yield from nodes(value, f"{path}[{index}]")


def selected_pods(selector: dict[str, Any], pods: dict[str, Manifest]) -> list[str]:
    """Return the kind/name of each pod that a label selector matches."""
    return [
        where
        for where, template in pods.items()
        if selected_by(selector, template["metadata"]["labels"])
    ]


def own_policies(scenario: str) -> list[Manifest]:
    """Return the NetworkPolicies, but for those that hold a user's own rules."""
    policies = rendered(scenario).of_kind("NetworkPolicy")
    return [policy for policy in policies if not has_rules_of_the_user(policy)]


def has_rules_of_the_user(item: Manifest) -> bool:
    """Return whether an object is what the values extraIngress and extraEgress become."""
    return str(item["metadata"]["name"]).endswith("-extra")


def pod_selectors(scenario: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield where each selector of this release's pods stands, and the selector itself."""
    for item in own_objects(scenario):
        if has_rules_of_the_user(item):
            continue
        for path, node in nodes(item):
            if not isinstance(node, dict) or "namespaceSelector" in node:
                continue  # pods of another namespace, such as name servers
            for key in {"selector", "podSelector", "labelSelector"} & set(node):
                yield f"{label(item)}{path}.{key}", node[key]


def repeated(entries: Iterable[Any]) -> list[Any]:
    return [entry for entry, count in Counter(entries).items() if count > 1]


# Security


@each_scenario
def test_every_pod_keeps_to_the_restricted_standard(scenario: str) -> None:
    for where, template in pod_templates(rendered(scenario)):
        pod = template["spec"]
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod), where
        for volume in pod.get("volumes", []):
            assert set(volume) - {"name"} <= RESTRICTED_VOLUMES, where
        security = pod["securityContext"]
        assert security["runAsNonRoot"] is True, where
        assert security["seccompProfile"] == {"type": "RuntimeDefault"}, where
        assert not {"sysctls", "seLinuxOptions", "windowsOptions"} & set(security), where
        assert "Unconfined" not in str(security.get("appArmorProfile")), where


@each_scenario
def test_every_container_keeps_to_the_restricted_standard(scenario: str) -> None:
    for where, container in rendered(scenario).containers():
        security = container["securityContext"]
        assert security["allowPrivilegeEscalation"] is False, where
        assert security["capabilities"]["drop"] == ["ALL"], where
        assert set(security["capabilities"].get("add", [])) <= {"NET_BIND_SERVICE"}, where
        # What a pod says must not be taken back by a container.
        assert security.get("runAsNonRoot", True) is True, where
        assert security.get("runAsUser") != 0, where
        assert not {"privileged", "procMount", "seLinuxOptions"} & set(security), where
        assert "Unconfined" not in str(security), where
        for port in container.get("ports", []):
            assert "hostPort" not in port, where


IDS = ("runAsUser", "runAsGroup", "fsGroup")


def wanted_security(scenario: str, owner: str, context: str) -> dict[str, Any]:
    """Return what the values say of a pod or its container, over what is restricted."""
    default = {
        "podSecurityContext": {
            **dict.fromkeys(IDS, 10001),
            "runAsNonRoot": True,
            # Or every file of a volume is handed over at each start, which may take hours.
            "fsGroupChangePolicy": "OnRootMismatch",
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containerSecurityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
    }
    wanted = merged(default[context], SCENARIOS[scenario][f"{owner}.{context}"])
    forced = SCENARIOS[scenario]["global.compatibility.openshift.adaptSecurityContext"] == "force"
    return {key: wanted[key] for key in wanted if not (forced and key in IDS)}


@each_scenario
def test_every_security_context_is_complete(scenario: str) -> None:
    for where, template in pod_templates(rendered(scenario)):
        owner = values_of_pod(where, template)
        # Of a component, what waits for others is of the toolbox.
        waits = "global.toolbox" if where.startswith(("Deployment/", "StatefulSet/")) else owner
        pod = template["spec"]
        assert pod["securityContext"] == wanted_security(scenario, owner, "podSecurityContext")
        for container in pod["containers"]:
            wanted = wanted_security(scenario, owner, "containerSecurityContext")
            assert container["securityContext"] == wanted, where
        for container in pod.get("initContainers", []):
            runs_as = owner if container["name"] == "guard" else waits
            wanted = wanted_security(scenario, runs_as, "containerSecurityContext")
            assert container["securityContext"] == wanted, where


@each_scenario
def test_every_pod_runs_as_user_and_group_10000_or_above(scenario: str) -> None:
    for where, template in pod_templates(rendered(scenario)):
        security = template["spec"]["securityContext"]
        for key in IDS:
            assert security.get(key, 10_000) >= 10_000, f"{where}: {key}"


@each_scenario
def test_no_pod_names_an_id_where_openshift_gives_them(scenario: str) -> None:
    """Components, hooks, tests and whatever waits: one that names an id is refused."""
    force = nested({"global.compatibility.openshift.adaptSecurityContext": "force"})
    values = merged(SCENARIOS[scenario].values, force)
    templates = list(pod_templates(render(values, files=SCENARIOS[scenario].files)))
    assert templates
    for where, template in templates:
        pod = template["spec"]
        for part in (pod, *pod.get("initContainers", []), *pod["containers"]):
            assert not set(IDS) & set(part["securityContext"]), where


@each_scenario
def test_every_pod_reads_its_files_whoever_it_runs_as(scenario: str) -> None:
    """A mode of its own would shut out the user that a cluster gives it."""
    for where, template in pod_templates(rendered(scenario)):
        for path, node in nodes(template["spec"].get("volumes", [])):
            assert not path.endswith((".defaultMode", ".mode")), f"{where}{path}: {node}"


@each_scenario
def test_every_root_filesystem_is_read_only(scenario: str) -> None:
    for where, container in rendered(scenario).containers():
        assert container["securityContext"]["readOnlyRootFilesystem"] is True, where


@each_scenario
def test_no_pod_is_given_a_token(scenario: str) -> None:
    for where, template in pod_templates(rendered(scenario)):
        assert template["spec"]["automountServiceAccountToken"] is False, where
    for account in rendered(scenario).of_kind("ServiceAccount"):
        assert account["automountServiceAccountToken"] is False, label(account)


@each_scenario
def test_each_workload_has_a_service_account_of_its_own(scenario: str) -> None:
    created = {}
    for item in workloads(scenario):
        create = of_component(scenario, item, "serviceAccount.create")
        name = of_component(scenario, item, "serviceAccount.name")
        prefix = SCENARIOS[scenario]["global.namePrefix"]
        own = f"{prefix}{item['metadata']['labels']['app']}" if create else "default"
        account = item["spec"]["template"]["spec"]["serviceAccountName"]
        assert account == (name or own), label(item)
        if create:
            assert account not in created, label(item)
            created[account] = of_component(scenario, item, "serviceAccount.annotations")
    accounts = rendered(scenario).of_kind("ServiceAccount")
    job = SCENARIOS[scenario]["global.toolbox.serviceAccount.annotations"]
    for item in accounts:
        annotations = item["metadata"].get("annotations", {})
        wanted = created.pop(item["metadata"]["name"], job)
        assert annotations.items() >= wanted.items(), label(item)
    assert not created, "no such accounts"


@each_scenario
def test_every_test_has_the_service_account_of_the_component_it_is_about(scenario: str) -> None:
    accounts = {
        item["metadata"]["labels"]["app"]: item["spec"]["template"]["spec"]["serviceAccountName"]
        for item in workloads(scenario)
    }
    for item in rendered(scenario).of_kind("Pod"):
        about = re.sub("(-health)?-test$|-backup$", "", item["metadata"]["labels"]["app"])
        assert item["spec"]["serviceAccountName"] == accounts.get(about, "default"), label(item)


@each_scenario
def test_no_pod_is_told_about_all_services_by_environment(scenario: str) -> None:
    for where, template in pod_templates(rendered(scenario)):
        assert template["spec"]["enableServiceLinks"] is False, where


# Images and resources


@each_scenario
def test_every_image_has_a_fixed_version(scenario: str) -> None:
    # The application's images are published under tags that float: see app-contract.md.
    published = ("frontend-latest", "api-latest", "trading-latest")
    for where, container in rendered(scenario).containers():
        image = container["image"]
        if "@" in image:
            assert re.fullmatch(r"[^@]+@sha256:[0-9a-f]{64}", image), f"{where}: {image}"
            continue
        tag = image.rsplit("/", 1)[-1].partition(":")[2]
        assert tag, f"{where}: {image} has no tag"
        assert tag in published or "latest" not in tag, f"{where}: {image}"
        assert tag in published or re.search(r"\d+\.\d+", tag), f"{where}: {image}"


@each_scenario
def test_every_image_whose_tag_moves_is_pulled_unless_values_say_otherwise(scenario: str) -> None:
    images = ("global.toolbox", *(".".join(names) for names in COMPONENTS.values()))
    paths = ("global.imagePullPolicy", *(f"{path}.image.pullPolicy" for path in images))
    named = {SCENARIOS[scenario][path] for path in paths}
    for where, container in rendered(scenario).containers():
        moves = re.search(r":(|.*-)latest$", container["image"])
        by_tag = "Always" if moves else "IfNotPresent"
        if where.rpartition("/")[2] not in (OWN_CONTAINER["name"], "sidecar", "migrate"):
            assert container["imagePullPolicy"] in {by_tag, *named}, where


@each_scenario
def test_every_pod_can_pull_from_a_private_registry(scenario: str) -> None:
    logins = SCENARIOS[scenario]["global.imagePullSecrets"]
    for where, template in pod_templates(rendered(scenario)):
        assert template["spec"].get("imagePullSecrets", []) == logins, where


@each_scenario
def test_every_container_has_requests_and_limits(scenario: str) -> None:
    taken_away = {
        f"{label(item)}/{item['metadata']['labels']['app']}"
        for item in workloads(scenario)
        if of_component(scenario, item, "resources.limits.cpu") is None
    }
    for where, container in rendered(scenario).containers():
        for kind in ("requests", "limits"):
            resources = container["resources"][kind]
            wanted = {"cpu", "memory", "ephemeral-storage"}
            wanted -= {"cpu"} if where in taken_away and kind == "limits" else set()
            assert set(resources) == wanted, f"{where}: {kind}"
            assert all(resources.values()), f"{where}: {kind}"


@each_scenario
def test_every_scratch_volume_has_a_size_limit(scenario: str) -> None:
    for where, template in pod_templates(rendered(scenario)):
        for volume in template["spec"].get("volumes", []):
            if "emptyDir" in volume:
                assert volume["emptyDir"].get("sizeLimit"), f"{where}: {volume['name']}"


@each_scenario
def test_scratch_volumes_fit_the_limits(scenario: str) -> None:
    """A pod that fills them is evicted otherwise, and a container that fills those in memory ends.

    The kubelet counts the volumes of a pod, and the logs of its containers, against the sum of the
    containers' limits.
    """
    for where, template in pod_templates(rendered(scenario)):
        volumes = {
            volume["name"]: volume["emptyDir"]
            for volume in template["spec"].get("volumes", [])
            if "emptyDir" in volume
        }
        on_disk = {name for name in volumes if volumes[name].get("medium") != "Memory"}
        sizes = {name: quantity(volumes[name]["sizeLimit"]) for name in volumes}
        room = 0.0
        for container in template["spec"]["containers"]:
            limits = container["resources"]["limits"]
            mounted = {mount["name"] for mount in container.get("volumeMounts", [])} & set(volumes)
            own = quantity(limits["ephemeral-storage"]) - LOGS
            if mounted & on_disk:
                assert sum(sizes[name] for name in mounted & on_disk) <= own, where
            assert sum(sizes[name] for name in mounted - on_disk) <= quantity(limits["memory"])
            room += own
        assert not on_disk or sum(sizes[name] for name in on_disk) <= room, where


# Labels and selectors


@each_scenario
def test_every_object_carries_the_labels_of_the_contract(scenario: str) -> None:
    release = {
        "app.kubernetes.io/instance": "genx-fx",
        "app.kubernetes.io/part-of": "genx-fx",
        "app.kubernetes.io/managed-by": "Helm",
    }
    present = ("app", "tier", "app.kubernetes.io/name", "app.kubernetes.io/component")
    for item in own_objects(scenario):
        labels = item["metadata"]["labels"]
        assert labels.items() >= release.items(), label(item)
        assert all(labels.get(key) for key in present), label(item)
        assert {"app.kubernetes.io/version", "helm.sh/chart"} <= set(labels), label(item)


@each_scenario
def test_every_object_carries_the_common_labels_and_annotations(scenario: str) -> None:
    common_labels = SCENARIOS[scenario]["global.commonLabels"]
    common_annotations = SCENARIOS[scenario]["global.commonAnnotations"]
    for item in own_objects(scenario):
        metadata = item["metadata"]
        assert metadata["labels"].items() >= common_labels.items(), label(item)
        assert metadata.get("annotations", {}).items() >= common_annotations.items(), label(item)
    for where, template in pod_templates(rendered(scenario)):
        assert template["metadata"]["labels"].items() >= common_labels.items(), where


@each_scenario
def test_every_pod_carries_its_own_labels_and_annotations(scenario: str) -> None:
    for item in workloads(scenario):
        metadata = item["spec"]["template"]["metadata"]
        for field, option in (("labels", "podLabels"), ("annotations", "podAnnotations")):
            own = of_component(scenario, item, option)
            assert metadata.get(field, {}).items() >= own.items(), f"{label(item)}: {field}"


@each_scenario
def test_every_service_carries_its_own_labels_and_annotations(scenario: str) -> None:
    for item in rendered(scenario).of_kind("Service"):
        if not item["metadata"]["name"].endswith("-headless"):
            for field in ("labels", "annotations"):
                own = of_component(scenario, item, f"service.{field}")
                assert item["metadata"].get(field, {}).items() >= own.items(), label(item)


@each_scenario
def test_pods_carry_the_labels_of_the_contract_and_no_version(scenario: str) -> None:
    for item in workloads(scenario):
        labels = item["spec"]["template"]["metadata"]["labels"]
        own = item["metadata"]["labels"]
        for key in ("app", "tier", "app.kubernetes.io/name", "app.kubernetes.io/instance"):
            assert labels[key] == own[key], label(item)
        assert "app.kubernetes.io/version" not in labels, label(item)
        assert "helm.sh/chart" not in labels, label(item)


@each_scenario
def test_the_app_and_tier_labels_are_those_of_today(scenario: str) -> None:
    tiers = {
        **{name: part.label for name, part in PLAN.by_name.items()},
        "frontend": "frontend",
        "api": "backend",
        "trading-bot": "backend",
        "mysql": "database",
        "redis": "cache",
        "grafana": "monitoring",
    }
    prefix = SCENARIOS[scenario]["global.namePrefix"]
    for item in workloads(scenario):
        labels = item["metadata"]["labels"]
        group = "-group" * is_group(scenario, item)
        assert f"{prefix}{labels['app']}{group}" == item["metadata"]["name"]
        assert labels["tier"] == tiers[labels["app"]], label(item)


@each_scenario
def test_each_workload_selects_its_own_pods_and_no_others(scenario: str) -> None:
    pods = dict(pod_templates(rendered(scenario)))
    for item in workloads(scenario):
        selector = item["spec"]["selector"]
        assert not any("version" in key or "chart" in key for key in selector["matchLabels"])
        assert selected_pods(selector, pods) == [label(item)]


@each_scenario
def test_no_selector_holds_for_pods_of_another_release(scenario: str) -> None:
    for where, selector in pod_selectors(scenario):
        labels = selector.get("matchLabels", selector)
        assert labels.get("app.kubernetes.io/instance") == "genx-fx", where


@each_scenario
def test_each_service_sends_to_one_workload_and_to_a_port_that_it_has(scenario: str) -> None:
    pods = dict(pod_templates(rendered(scenario)))
    for service in rendered(scenario).of_kind("Service"):
        kept = {k: v for k, v in service["spec"]["selector"].items() if k not in SET_LATER}
        selected = selected_pods({"matchLabels": kept}, pods)
        assert len(selected) == 1, f"{label(service)} sends to {selected}"
        assert selected[0].startswith(("Deployment/", "StatefulSet/")), label(service)
        names = {
            port["name"]
            for container in pods[selected[0]]["spec"]["containers"]
            for port in container.get("ports", [])
        }
        for port in service["spec"].get("ports", []):
            assert port["targetPort"] in names, f"{label(service)} sends to {port}"


@each_scenario
def test_all_selectors_use_the_labels_that_identify_a_component(scenario: str) -> None:
    prefix = SCENARIOS[scenario]["global.namePrefix"]
    identity = {"app.kubernetes.io/instance": "genx-fx", "app.kubernetes.io/part-of": "genx-fx"}
    for where, selector in pod_selectors(scenario):
        labels = dict(selector.get("matchLabels", selector))
        rules = selector.get("matchExpressions", [])
        names = {labels.pop("app.kubernetes.io/name", "")} - {""}
        names |= {value for rule in rules for value in rule["values"]}
        labels.pop("genx-fx/storage", "")  # of those pods, the ones that share a node
        for key in SET_LATER:
            labels.pop(key, "")
        assert labels == identity, where
        assert {rule["key"] for rule in rules} <= {"app.kubernetes.io/name"}, where
        assert names, where
        assert all(name.startswith(prefix) for name in names), where


@each_scenario
def test_a_callee_is_selected_as_its_service_selects_it(scenario: str) -> None:
    """The controller of the AWS VPC CNI opens a ClusterIP only where the peer's labels are in the
    selector of the Service: https://github.com/aws/amazon-network-policy-controller-k8s
    """
    selectors = [
        service["spec"]["selector"].items()
        for service in rendered(scenario).of_kind("Service")
        if service["spec"].get("clusterIP") != "None"
    ]
    for policy in own_policies(scenario):
        for rule in policy["spec"].get("egress", []):
            for peer in rule.get("to", []):
                if "podSelector" in peer and "namespaceSelector" not in peer:
                    assert set(peer["podSelector"]) == {"matchLabels"}, label(policy)
                    peer_s = peer["podSelector"]["matchLabels"].items()
                    assert any(peer_s <= selector for selector in selectors), label(policy)


@each_scenario
def test_each_network_policy_and_disruption_budget_holds_for_some_pod(scenario: str) -> None:
    pods = [template["metadata"]["labels"] for _, template in pod_templates(rendered(scenario))]
    for policy in rendered(scenario).of_kind("NetworkPolicy"):
        selector = policy["spec"]["podSelector"]
        assert any(selected_by(selector, labels) for labels in pods), label(policy)
    for budget in rendered(scenario).of_kind("PodDisruptionBudget"):
        selector = budget["spec"]["selector"]
        assert any(selected_by(selector, labels) for labels in pods), label(budget)


@each_scenario
def test_peers_and_ports_of_network_policies_exist(scenario: str) -> None:
    pods = [template for _, template in pod_templates(rendered(scenario))]
    ports = {
        port["name"]
        for template in pods
        for container in template["spec"]["containers"]
        for port in container.get("ports", [])
    }
    for policy in own_policies(scenario):
        rules = [*policy["spec"].get("ingress", []), *policy["spec"].get("egress", [])]
        for rule in rules:
            for port in rule.get("ports", []):
                assert isinstance(port["port"], int) or port["port"] in ports, label(policy)
            for peer in [*rule.get("from", []), *rule.get("to", [])]:
                if "podSelector" in peer and "namespaceSelector" not in peer:
                    chosen = [
                        template
                        for template in pods
                        if selected_by(peer["podSelector"], template["metadata"]["labels"])
                    ]
                    assert chosen, f"{label(policy)}: {peer}"


@each_scenario
def test_every_rule_of_a_network_policy_names_its_ports(scenario: str) -> None:
    for policy in own_policies(scenario):
        for rule in [*policy["spec"].get("ingress", []), *policy["spec"].get("egress", [])]:
            assert rule.get("ports"), label(policy)
            assert all({"protocol", "port"} <= set(port) for port in rule["ports"]), label(policy)


@each_scenario
def test_no_way_out_leads_to_an_unknown_address(scenario: str) -> None:
    """A rule without peers means every address, those of the cloud's credentials included."""
    for policy in own_policies(scenario):
        for rule in policy["spec"].get("egress", []):
            assert rule.get("to"), label(policy)
            is_dns = {port["port"] for port in rule["ports"]} <= {53, 5353}
            for block in (peer["ipBlock"] for peer in rule["to"] if "ipBlock" in peer):
                holds = [address for address in CREDENTIALS if within(block, address)]
                assert is_dns or not holds, label(policy)


def within(block: Manifest, address: str) -> bool:
    """Return whether a peer's range of addresses holds one."""
    wanted = ipaddress.ip_address(address)
    holes = map(ipaddress.ip_network, block.get("except", []))
    return wanted in ipaddress.ip_network(block["cidr"]) and not any(wanted in h for h in holes)


# References


@each_scenario
def test_every_config_map_that_a_pod_reads_exists_and_holds_the_key(scenario: str) -> None:
    maps = {
        item["metadata"]["name"]: item["data"] for item in rendered(scenario).of_kind("ConfigMap")
    }
    maps["kube-root-ca.crt"] = {"ca.crt": ""}  # Kubernetes puts it into every namespace
    theirs = {
        volume["configMap"]["name"]
        for tier, key in COMPONENTS.values()
        for volume in SCENARIOS[scenario][f"{tier}.{key}.extraVolumes"]
        if "configMap" in volume
    }
    for where, name, key in references(scenario, "configMap"):
        if name in theirs:
            continue
        assert name in maps, f"{where} reads {name}"
        assert key is None or key in maps[name], f"{where} reads {key} of {name}"


@each_scenario
def test_every_secret_that_a_pod_reads_exists_and_holds_the_key(scenario: str) -> None:
    choice = SCENARIOS[scenario]
    source = choice["global.secrets.source"]
    own, hook = (f"{choice['global.namePrefix']}genx-fx-{name}" for name in ("secrets", "prepare"))
    expected = choice["global.secrets.existingSecret"] if source == "existing" else own
    secrets = {item["metadata"]["name"]: item for item in rendered(scenario).of_kind("Secret")}
    assert set(secrets) == ({own, hook} if source == "values" else set())
    early = hook if source in ("values", "externalSecrets") else expected
    theirs = {
        choice[f"global.external.{server.key}.tls.caSecret.name"] for server in PLAN.replaceable
    }
    theirs.add(choice["data.mysql.backup.s3.caSecret.name"])
    hooked = {label(item) for item in own_objects(scenario) if hooks(item)}
    for where, name, key in references(scenario, "secret"):
        if name in theirs:
            continue
        is_early = where.startswith("Job/") and "/".join(where.split("/")[:2]) in hooked
        assert name == (early if is_early else expected), f"{where} reads {name}"
        if source == "values" and key is not None:
            assert key in secrets[name]["stringData"], f"{where} reads {key} of {name}"


def references(scenario: str, what: str) -> Iterator[tuple[str, str, str | None]]:
    """Each reference of a pod to a ConfigMap or Secret that must be there: where, name and key."""
    for where, template in pod_templates(rendered(scenario)):
        for path, node in nodes(template["spec"]):
            if not isinstance(node, dict) or node.get("optional"):
                continue
            if path.endswith((f".{what}KeyRef", f".{what}Ref")):
                yield where, node["name"], node.get("key")
            elif path.endswith(f".{what}") and "volumes[" in path:
                name = node.get("secretName") or node["name"]
                yield from ((where, name, item["key"]) for item in node.get("items", []))
                yield where, name, None


@each_scenario
def test_every_claim_that_a_pod_mounts_exists(scenario: str) -> None:
    claims = rendered(scenario).names("PersistentVolumeClaim")
    given = {"nfs-share", "kept-claim"}  # existingClaim of the scenarios
    mounted = set()
    for where, template in pod_templates(rendered(scenario)):
        for volume in template["spec"].get("volumes", []):
            if "persistentVolumeClaim" in volume:
                name = volume["persistentVolumeClaim"]["claimName"]
                mounted.add(name)
                assert name in claims | given, f"{where} mounts {name}"
    # What components share is kept while none of them is installed.
    mounters = {item["metadata"]["labels"]["app"] for item in workloads(scenario)}
    if mounters & {"api", "trading-bot"}:
        assert not claims - mounted, "no pod mounts them"


@each_scenario
def test_every_service_account_and_role_that_is_named_exists(scenario: str) -> None:
    objects = rendered(scenario)
    # Every namespace has `default`.
    accounts = objects.names("ServiceAccount") | {"default", OWN_ACCOUNT}
    for where, template in pod_templates(objects):
        assert template["spec"]["serviceAccountName"] in accounts, where
    for binding in objects.of_kind("RoleBinding"):
        assert binding["roleRef"]["name"] in objects.names("Role"), label(binding)
        for subject in binding["subjects"]:
            if subject["kind"] == "ServiceAccount":
                assert subject["name"] in accounts, label(binding)


@each_scenario
def test_hooks_before_the_installation_need_nothing_that_comes_later(scenario: str) -> None:
    early = [item for item in rendered(scenario).objects if "pre-install" in hooks(item)]
    weights = {label(item): hook_weight(item) for item in early}
    choice = SCENARIOS[scenario]
    prefix = f"{choice['global.namePrefix']}genx-fx-"
    generates = choice["global.secrets.source"] == "generate"
    theirs = {
        "kube-root-ca.crt",
        choice["global.secrets.existingSecret"],
        *(choice[f"global.external.{server.key}.tls.caSecret.name"] for server in PLAN.replaceable),
    }
    for item in early:  # hooks that make a Secret
        if item["kind"] == "ExternalSecret":
            weights[f"Secret/{item['spec']['target']['name']}"] = hook_weight(item)
        elif label(item).startswith(f"Job/{prefix}prepare-") and generates:
            weights[f"Secret/{prefix}secrets"] = hook_weight(item)
    for job in early:
        if job["kind"] != "Job":
            continue
        pod = job["spec"]["template"]["spec"]
        needed = f"ServiceAccount/{pod['serviceAccountName']}"
        assert weights[needed] < hook_weight(job)
        for _, node in nodes(pod):
            if isinstance(node, dict):
                assert not {"configMapKeyRef", "persistentVolumeClaim"} & set(node)
        for kind in ("Secret", "ConfigMap"):
            for where, name, _ in references(scenario, kind[0].lower() + kind[1:]):
                if where == label(job) and name not in theirs:
                    assert weights[f"{kind}/{name}"] < hook_weight(job), f"{where} reads {name}"


@each_scenario
def test_routes_and_autoscalers_lead_to_objects_that_exist(scenario: str) -> None:
    objects = rendered(scenario)
    services = {item["metadata"]["name"]: item["spec"] for item in objects.of_kind("Service")}
    for autoscaler in objects.of_kind("HorizontalPodAutoscaler"):
        target = autoscaler["spec"]["scaleTargetRef"]
        assert objects.has(target["kind"], target["name"]), label(autoscaler)
    for ingress in objects.of_kind("Ingress"):
        for rule in ingress["spec"]["rules"]:
            for path in rule["http"]["paths"]:
                backend = path["backend"]["service"]
                ports = {port["name"] for port in services[backend["name"]]["ports"]}
                assert backend["port"]["name"] in ports, label(ingress)
    for route in objects.of_kind("HTTPRoute"):
        for parent in route["spec"]["parentRefs"]:
            if SCENARIOS[scenario]["global.gateway.create"]:
                gateway = objects.get("Gateway", parent["name"])
                listeners = {item["name"] for item in gateway["spec"]["listeners"]}
                assert parent["sectionName"] in listeners, label(route)
        for rule in route["spec"]["rules"]:
            assert "backendRefs" in rule or "filters" in rule, label(route)
            for backend in rule.get("backendRefs", []):
                numbers = {port["port"] for port in services[backend["name"]]["ports"]}
                assert backend["port"] in numbers, label(route)


@each_scenario
def test_volumes_are_mounted_to_be_written_to(scenario: str) -> None:
    for where, template in pod_templates(rendered(scenario)):
        pod = template["spec"]
        writable = {
            volume["name"]
            for volume in pod.get("volumes", [])
            if {"emptyDir", "persistentVolumeClaim"} & set(volume)
        }
        for container in pod["containers"]:
            for mount in container.get("volumeMounts", []):
                # What the guard tells is not for others to write.
                if mount["name"] in writable - {"guard"}:
                    assert set(mount) - {"subPath"} == {"name", "mountPath"}, f"{where}: {mount}"


@each_scenario
def test_volumes_and_mounts_of_each_pod_fit_together(scenario: str) -> None:
    claimed = {
        label(item): {claim["metadata"]["name"] for claim in claim_templates(item)}
        for item in workloads(scenario)
    }
    for where, template in pod_templates(rendered(scenario)):
        pod = template["spec"]
        volumes = {volume["name"] for volume in pod.get("volumes", [])}
        volumes |= claimed.get(where, set())
        mounts = {
            mount["name"]
            for container in [*pod.get("initContainers", []), *pod["containers"]]
            for mount in container.get("volumeMounts", [])
        }
        assert mounts == volumes, where


# Lists, names and values


@each_scenario
def test_no_list_has_two_entries_of_the_same_key(scenario: str) -> None:
    for item in rendered(scenario).objects:
        for path, node in nodes(item):
            field = path.rsplit(".", 1)[-1]
            keys = LIST_KEYS.get(field, ())
            if field == "ports" and item["kind"] == "Service":
                keys = SERVICE_PORT_KEYS
            elif field == "ports" and "containers[" in path:
                keys = CONTAINER_PORT_KEYS
            if keys and isinstance(node, list):
                entries = [tuple(entry.get(key) for key in keys) for entry in node]
                assert not repeated(entries), f"{label(item)}{path}"


@each_scenario
def test_names_are_valid_and_unique(scenario: str) -> None:
    objects = rendered(scenario).objects
    assert not repeated((o["apiVersion"].split("/")[0], label(o)) for o in objects)
    for item in objects:
        name = item["metadata"]["name"]
        if item["kind"] in ("Service", "Pod"):
            assert DNS_LABEL.fullmatch(name), label(item)
            assert len(name) <= 63, label(item)
        else:
            assert DNS_NAME.fullmatch(name), label(item)
            assert len(name) <= 253, label(item)
        if item["kind"] in ("StatefulSet", "Job"):
            assert len(name) <= 52, f"{label(item)}: its pods would have too long a label"


@each_scenario
def test_every_name_has_the_prefix_and_none_has_the_version(scenario: str) -> None:
    version = read_yaml(CHART / "Chart.yaml")["version"]
    prefix = SCENARIOS[scenario]["global.namePrefix"]
    for item in own_objects(scenario):
        assert version not in item["metadata"]["name"], label(item)
        assert item["metadata"]["name"].startswith(prefix), label(item)


@each_scenario
def test_every_object_names_its_namespace(scenario: str) -> None:
    # So that `helm template | kubectl apply` installs to the same place as `helm install`.
    for item in own_objects(scenario):
        assert item["metadata"].get("namespace") == NAMESPACE, label(item)


@each_scenario
def test_no_value_is_null_and_no_text_lost_its_value(scenario: str) -> None:
    for item in own_objects(scenario):
        for path, node in nodes(item):
            assert node is not None, f"{label(item)}{path}"
            if isinstance(node, str):
                assert "<no value>" not in node, f"{label(item)}{path}"
                assert "%!" not in node, f"{label(item)}{path}"


@each_scenario
def test_every_entry_of_a_list_begins_on_the_line_of_its_dash(scenario: str) -> None:
    given = SCENARIOS[scenario]
    text = rendered_text(given.values, files=given.files)
    alone = LONE_DASH.search(text)
    assert not alone, text[alone.start() - 200 : alone.end() + 100]


@each_scenario
def test_no_object_holds_a_float(scenario: str) -> None:
    for item in own_objects(scenario):
        for path, node in nodes(item):
            if not QUANTITY.search(path):
                assert not isinstance(node, float), f"{label(item)}{path}"
                assert not (isinstance(node, str) and SCIENTIFIC.search(node)), label(item) + path


@each_scenario
def test_labels_and_annotations_are_text(scenario: str) -> None:
    for item in own_objects(scenario):
        for path, node in nodes(item):
            if path.endswith((".labels", ".annotations", ".matchLabels")):
                numbers = [key for key in node if not isinstance(node[key], str)]
                assert not numbers, f"{label(item)}{path}"


# Running


@each_scenario
def test_probes_of_a_container_differ_from_one_another(scenario: str) -> None:
    for item in workloads(scenario):
        for container in item["spec"]["template"]["spec"]["containers"][:1]:
            probes = {key: container[key] for key in container if key.endswith("Probe")}
            assert "livenessProbe" in probes, label(item)
            if item["metadata"]["labels"]["app"] != "trading-bot":  # nobody sends it traffic
                assert set(probes) == {"startupProbe", "readinessProbe", "livenessProbe"}
            for (one, first), (other, second) in itertools.combinations(probes.items(), 2):
                assert first != second, f"{label(item)}: {one} and {other}"


@each_scenario
def test_no_liveness_depends_on_what_readiness_asks(scenario: str) -> None:
    """Readiness may ask other servers; who is restarted for their fault is down for longer."""
    for item in workloads(scenario):
        for container in item["spec"]["template"]["spec"]["containers"][:1]:
            ready, lives = (
                {key: container[f"{kind}Probe"].get(key) for key in ("httpGet", "exec")}
                for kind in ("readiness", "liveness")
            )
            assert ready != lives, label(item)


@each_scenario
def test_every_pod_runs_where_its_component_s_values_say(scenario: str) -> None:
    for item in workloads(scenario):
        pod = item["spec"]["template"]["spec"]
        for option in ("nodeSelector", "tolerations", "priorityClassName", "runtimeClassName"):
            wanted = of_component(scenario, item, option)
            assert pod.get(option, type(wanted)()) == wanted, f"{label(item)}: {option}"
        wanted = of_component(scenario, item, "affinity")
        for kind, rules in wanted.items():
            for when, terms in rules.items():
                found = pod["affinity"][kind][when]
                assert terms == found or terms == found[len(found) - len(terms) :], label(item)


@each_scenario
def test_every_pod_looks_names_up_as_its_values_say(scenario: str) -> None:
    options = {"hostAliases": [], "dnsPolicy": "", "dnsConfig": {}}
    for item in workloads(scenario):
        pod = item["spec"]["template"]["spec"]
        for option, none in options.items():
            wanted = of_component(scenario, item, option)
            assert pod.get(option, none) == wanted, f"{label(item)}: {option}"
    for where, template in toolbox_pods(scenario):
        for option, none in options.items():
            wanted = SCENARIOS[scenario][f"global.toolbox.{option}"]
            assert template["spec"].get(option, none) == wanted, f"{where}: {option}"


@each_scenario
def test_every_pod_spreads_as_its_values_say(scenario: str) -> None:
    for item in workloads(scenario):
        if not PLAN.by_name[item["metadata"]["labels"]["app"]].replicated:
            continue
        found = item["spec"]["template"]["spec"]["topologySpreadConstraints"]
        own = of_component(scenario, item, "topologySpreadConstraints")
        selector = {"labelSelector": item["spec"]["selector"]}
        if own:
            assert found == [selector | constraint for constraint in own], label(item)
        else:
            assert all(constraint.items() >= selector.items() for constraint in found)


@each_scenario
def test_every_container_starts_and_stops_as_its_values_say(scenario: str) -> None:
    for item in workloads(scenario):
        handlers = item["spec"]["template"]["spec"]["containers"][0].get("lifecycle", {})
        own = of_component(scenario, item, "lifecycle")
        chart_s = {}
        if PLAN.by_name[item["metadata"]["labels"]["app"]].kind == "web":
            seconds = of_component(scenario, item, "preStopSeconds")
            chart_s = {"preStop": {"sleep": {"seconds": seconds}}}
        if is_group(scenario, item):
            chart_s = {"preStop": {"exec": {"command": ["bash", "/etc/mysql/conf.d/hand-over.sh"]}}}
        assert handlers == chart_s | own, label(item)


@each_scenario
def test_every_update_replaces_pods_as_its_values_say(scenario: str) -> None:
    for item in workloads(scenario):
        field = "strategy" if item["kind"] == "Deployment" else "updateStrategy"
        wanted = {"type": of_component(scenario, item, "updateStrategy.type")}
        if wanted["type"] == "RollingUpdate" and item["kind"] == "Deployment":
            wanted["rollingUpdate"] = {
                key: of_component(scenario, item, f"updateStrategy.rollingUpdate.{key}")
                for key in ("maxSurge", "maxUnavailable")
            }
        assert item["spec"][field] == wanted, label(item)


@each_scenario
def test_every_pod_of_the_toolbox_runs_where_its_values_say(scenario: str) -> None:
    options = ("nodeSelector", "tolerations", "affinity", "priorityClassName", "runtimeClassName")
    for where, template in toolbox_pods(scenario):
        for option in options:
            wanted = SCENARIOS[scenario][f"global.toolbox.{option}"]
            found = template["spec"].get(option, type(wanted)())
            assert found == wanted, f"{where}: {option}"


@each_scenario
def test_every_pod_of_the_toolbox_carries_its_own_labels_and_annotations(scenario: str) -> None:
    for where, template in toolbox_pods(scenario):
        for field, option in (("labels", "podLabels"), ("annotations", "podAnnotations")):
            own = SCENARIOS[scenario][f"global.toolbox.{option}"]
            found = template["metadata"].get(field, {})
            assert found.items() >= own.items(), f"{where}: {field}"


@each_scenario
def test_every_pod_can_run_where_every_node_is_tainted(scenario: str) -> None:
    """Hooks and tests included, with nothing but the values of tolerations."""
    given = SCENARIOS[scenario]
    tainted = merged(
        given.values,
        of_each(COMPONENTS, {"tolerations": TOLERATIONS}),
        nested({"global.toolbox.tolerations": TOLERATIONS}),
    )
    for where, pod in render(tainted, files=given.files).pod_specs():
        assert pod.get("tolerations") == TOLERATIONS, where


@each_scenario
def test_every_container_has_its_extra_environment(scenario: str) -> None:
    for item in workloads(scenario):
        container = item["spec"]["template"]["spec"]["containers"][0]
        for entry in of_component(scenario, item, "extraEnv"):
            assert entry in container["env"], label(item)
        sources = of_component(scenario, item, "extraEnvFrom")
        assert container.get("envFrom", []) == sources, label(item)


@each_scenario
def test_every_pod_has_its_own_containers(scenario: str) -> None:
    for item in workloads(scenario):
        pod = item["spec"]["template"]["spec"]
        own = of_component(scenario, item, "extraContainers")
        starting = of_component(scenario, item, "extraInitContainers")
        restricted = {"securityContext": pod["containers"][0]["securityContext"]}
        found = pod["containers"][1:]
        assert found == [restricted | container for container in own], label(item)
        found = pod.get("initContainers", [])
        found = found[len(found) - len(starting) :]
        assert found == [restricted | container for container in starting], label(item)


@each_scenario
def test_a_pod_that_never_gets_ready_does_not_block_its_replacement(scenario: str) -> None:
    # In order, Kubernetes waits for the broken pod to get ready before it replaces it: for good.
    for item in rendered(scenario).of_kind("StatefulSet"):
        assert item["spec"].get("podManagementPolicy") == "Parallel", label(item)


@each_scenario
def test_an_upgrade_reaches_every_pod_by_itself(scenario: str) -> None:
    for item in workloads(scenario):
        assert not item["spec"].get("paused"), label(item)
        strategy = item["spec"].get("updateStrategy", {})
        asked_for = of_component(scenario, item, "updateStrategy.type") == "OnDelete"
        assert asked_for or strategy.get("type", "RollingUpdate") == "RollingUpdate", label(item)
        assert not strategy.get("rollingUpdate", {}).get("partition"), label(item)
        assert item["spec"]["revisionHistoryLimit"] >= 1, f"{label(item)}: nothing to go back to"


@each_scenario
def test_nothing_sets_replicas_where_an_autoscaler_rules(scenario: str) -> None:
    scaled = {
        (item["spec"]["scaleTargetRef"]["kind"], item["spec"]["scaleTargetRef"]["name"])
        for item in rendered(scenario).of_kind("HorizontalPodAutoscaler", "ScaledObject")
    }
    for item in workloads(scenario):
        ruled = (item["kind"], item["metadata"]["name"]) in scaled
        assert ("replicas" in item["spec"]) != ruled, label(item)


@each_scenario
def test_each_workload_has_a_disruption_budget_that_never_blocks_a_drain(scenario: str) -> None:
    budgets = rendered(scenario).of_kind("PodDisruptionBudget")
    for item in workloads(scenario):
        labels = item["spec"]["template"]["metadata"]["labels"]
        own = [budget for budget in budgets if selected_by(budget["spec"]["selector"], labels)]
        # Two budgets for one pod make its eviction fail.
        assert len(own) == 1, label(item)
        assert "minAvailable" not in own[0]["spec"], label(item)
        assert own[0]["spec"]["maxUnavailable"] >= 1, label(item)
        assert own[0]["spec"]["unhealthyPodEvictionPolicy"] == "AlwaysAllow", label(item)


@each_scenario
def test_each_stateful_set_has_a_headless_service(scenario: str) -> None:
    for item in rendered(scenario).of_kind("StatefulSet"):
        service = rendered(scenario).get("Service", item["spec"]["serviceName"])
        assert service["spec"]["clusterIP"] == "None", label(item)
        labels = item["spec"]["template"]["metadata"]["labels"]
        assert selected_by({"matchLabels": service["spec"]["selector"]}, labels), label(item)


@each_scenario
def test_a_volume_of_one_writer_is_never_held_by_two_pods_in_a_rollout(scenario: str) -> None:
    modes = {
        item["metadata"]["name"]: item["spec"]["accessModes"]
        for item in rendered(scenario).of_kind("PersistentVolumeClaim")
    }
    for item in rendered(scenario).of_kind("Deployment"):
        for volume in item["spec"]["template"]["spec"].get("volumes", []):
            claim = volume.get("persistentVolumeClaim", {}).get("claimName")
            shared = claim and claim.endswith("-pvc-rwo")  # by pods on one node
            if modes.get(claim) == ["ReadWriteOnce"] and not shared:
                assert item["spec"]["strategy"] == {"type": "Recreate"}, label(item)


@each_scenario
def test_claims_outlive_the_release(scenario: str) -> None:
    for claim in rendered(scenario).of_kind("PersistentVolumeClaim"):
        assert claim["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep", label(claim)
    for item in rendered(scenario).of_kind("StatefulSet"):
        if claim_templates(item):
            retained = {"whenDeleted": "Retain", "whenScaled": "Retain"}
            assert item["spec"]["persistentVolumeClaimRetentionPolicy"] == retained, label(item)
        assert bool(claim_templates(item)) <= is_group(scenario, item), label(item)


# Files


@pytest.mark.parametrize("path", TEMPLATE_FILES, ids=lambda path: str(path.relative_to(CHART)))
def test_every_template_is_short_and_clean(path: Path) -> None:
    text = path.read_text()
    if "_pod" not in path.stem:  # spells out environment, volumes and mounts
        assert text.count("\n") <= 80, "more than 80 lines"
    assert "\t" not in text
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    for number, line in enumerate(text.splitlines(), start=1):
        assert line == line.rstrip(), f"line {number} ends in blanks"
