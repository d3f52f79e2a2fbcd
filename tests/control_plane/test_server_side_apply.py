"""The objects as GitOps tools apply them: on the server, again and again."""

from __future__ import annotations

import json
from collections.abc import Iterable

import pytest

from tests.chart.scenarios import each_scenario, rendered
from tests.cluster.kubectl import Kubectl, Object
from tests.cluster.namespaces import RESTRICTED
from tests.control_plane.definitions import define
from tests.control_plane.release import QuietRelease
from tests.control_plane.test_install import WAYS, each_way
from tests.helm import NAMESPACE, Manifest, parse
from tools.custom_resources import definitions

MANAGER = "gitops"
# Groups of APIs whose definitions cannot be had here.
BESIDE = ("monitoring.coreos.com/", "networking.gke.io/")


@pytest.fixture(autouse=True, scope="module")
def custom_resources(kubectl: Kubectl) -> None:
    """Define the custom resources that the chart makes, with the rules of their own projects."""
    define(kubectl, *definitions())


def own_kinds(objects: Iterable[Manifest]) -> list[Manifest]:
    """Return the objects that this control plane knows."""
    return [item for item in objects if not item["apiVersion"].startswith(BESIDE)]


def apply(kubectl: Kubectl, namespace: str, objects: list[Manifest], *options: str) -> str:
    """Apply objects on the server; what kubectl complains about, nothing as a rule."""
    bundle = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
    command = ["apply", "--server-side", f"--field-manager={MANAGER}", "-n", namespace, "-f", "-"]
    done = kubectl.run(*command, *options, stdin=bundle)
    return done.stderr if done.returncode or done.stderr else ""


@pytest.fixture(scope="module")
def rendered_for(kubectl: Kubectl) -> str:
    """Return the namespace that the scenarios are rendered for; it holds no workloads."""
    metadata = {"name": NAMESPACE, "labels": RESTRICTED}
    kubectl.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
    return NAMESPACE


def named_by_pods(objects: Iterable[Manifest]) -> list[Manifest]:
    """Return what the pods among the objects name: without it a server refuses a pod."""
    pods = [item["spec"] for item in objects if item["kind"] == "Pod"]
    made: dict[str, Manifest] = {
        "serviceAccountName": {"apiVersion": "v1", "kind": "ServiceAccount"},
        "priorityClassName": {
            "apiVersion": "scheduling.k8s.io/v1",
            "kind": "PriorityClass",
            "value": 1000,
        },
        "runtimeClassName": {
            "apiVersion": "node.k8s.io/v1",
            "kind": "RuntimeClass",
            "handler": "runc",
        },
    }
    return [
        {**content, "metadata": {"name": name}}
        for field, content in made.items()
        for name in sorted({pod[field] for pod in pods if field in pod})
    ]


@each_scenario
def test_server_accepts_every_object(kubectl: Kubectl, scenario: str, rendered_for: str) -> None:
    """Also those of hooks and `helm test`, where the restricted standard is enforced."""
    objects = own_kinds(rendered(scenario).objects)
    assert apply(kubectl, rendered_for, named_by_pods(objects), "--force-conflicts") == ""
    assert apply(kubectl, rendered_for, objects, "--dry-run=server", "--force-conflicts") == ""


@each_way
def test_second_application_changes_nothing(release: QuietRelease, way: str) -> None:
    kubectl, namespace = release.kubectl, release.namespace
    text = release.template(None, "--no-hooks", "--skip-tests", f"--values={WAYS[way]}")
    objects = own_kinds(parse(text).objects)
    assert apply(kubectl, namespace, objects) == ""
    before = versions(kubectl, namespace, objects)
    assert apply(kubectl, namespace, objects) == ""
    assert versions(kubectl, namespace, objects) == before


def versions(kubectl: Kubectl, namespace: str, objects: list[Manifest]) -> list[Object]:
    """Return what a change of these changes: what controllers write into them left out."""
    bundle = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
    command = ["get", "-n", namespace, "-f", "-", "-o", "json", "--show-managed-fields"]
    found = json.loads(kubectl(*command, stdin=bundle))["items"]
    assert len(found) == len(objects)
    autoscalers = [item for item in objects if item["kind"] == "HorizontalPodAutoscaler"]
    scaled = {item["spec"]["scaleTargetRef"]["name"] for item in autoscalers}
    return [_version(item, is_scaled=item["metadata"]["name"] in scaled) for item in found]


def _version(item: Object, *, is_scaled: bool) -> Object:
    metadata = item["metadata"]
    ours = [entry for entry in metadata["managedFields"] if entry["manager"] == MANAGER]
    assert ours, metadata["managedFields"]
    version = {"name": f"{item['kind']}/{metadata['name']}", "ours": ours}
    if not is_scaled:
        version["generation"] = metadata.get("generation")
    if "status" not in item:
        version["resourceVersion"] = metadata["resourceVersion"]
    return version
