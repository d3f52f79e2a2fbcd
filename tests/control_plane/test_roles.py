"""What the roles `viewer` and `operator` may do, asked of the cluster's own authorizer."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest

from tests.cluster.conftest import ACCESS
from tests.cluster.kubectl import Kubectl
from tests.cluster.release import PRODUCTION
from tests.control_plane.release import QuietRelease
from tests.fixtures import MakeNamespace

WORKLOADS = {
    "deployments.apps": ("frontend", "api", "grafana"),
    "statefulsets.apps": ("trading-bot", "mysql", "redis"),
}
SEEN = (
    *("pods", "services", "endpoints", "configmaps", "persistentvolumeclaims", "events"),
    *("deployments.apps", "statefulsets.apps", "replicasets.apps"),
    *("horizontalpodautoscalers.autoscaling", "poddisruptionbudgets.policy"),
    *("networkpolicies.networking.k8s.io", "ingresses.networking.k8s.io", "jobs.batch"),
    "leases.coordination.k8s.io",
)
OTHERS = (
    *("secrets", "serviceaccounts", "resourcequotas", "limitranges"),
    *("roles.rbac.authorization.k8s.io", "rolebindings.rbac.authorization.k8s.io"),
    "cronjobs.batch",
)
SUBRESOURCES = (
    *("pods/log", "pods/exec", "pods/attach", "pods/portforward", "pods/ephemeralcontainers"),
    *("pods/eviction", "deployments.apps/scale", "statefulsets.apps/scale"),
    "serviceaccounts/token",
)
VERBS = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection")

Action = tuple[str, str, str]  # verb, resource, name or ""

READS = ("get", "list", "watch")
VIEWER = {(verb, kind, "") for verb in READS for kind in (*SEEN, "pods/log")}
OPERATOR = VIEWER | {
    ("delete", "pods", ""),
    ("create", "pods/portforward", ""),
    *((verb, "deployments.apps/scale", "") for verb in ("get", "patch", "update")),
    *(("patch", kind, name) for kind, names in WORKLOADS.items() for name in names),
}
ACTIONS: list[Action] = [
    *((verb, kind, "") for verb, kind in itertools.product(VERBS, (*SEEN, *OTHERS, *SUBRESOURCES))),
    *(
        (verb, kind, name)
        for verb in ("patch", "delete", "update")
        for kind, names in WORKLOADS.items()
        for name in (*names, "somebody-elses")
    ),
]


@pytest.fixture(scope="module")
def platform(kubectl: Kubectl, make_namespace: MakeNamespace, chart: Path) -> QuietRelease:
    """Return the platform as production runs it, with a user for each role."""
    made = QuietRelease(kubectl, make_namespace(), chart, ACCESS, files=(PRODUCTION,))
    made.install()
    return made


def allowed(kubectl: Kubectl, user: str, namespace: str) -> set[Action]:
    """Return the allowed actions of the matrix, by `kubectl auth can-i`, all asked at once."""
    reviews = [
        {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "LocalSubjectAccessReview",
            "metadata": {"namespace": namespace},
            "spec": {
                "user": user,
                "resourceAttributes": {"namespace": namespace, **_asked(action)},
            },
        }
        for action in ACTIONS
    ]
    bundle = json.dumps({"apiVersion": "v1", "kind": "List", "items": reviews})
    printed = ["-o", r'jsonpath={.status.allowed}{"\n"}']
    answers = kubectl("create", "-f", "-", "-n", namespace, *printed, stdin=bundle).split()
    assert len(answers) == len(ACTIONS)
    return set(itertools.compress(ACTIONS, (answer == "true" for answer in answers)))


def _asked(action: Action) -> dict[str, str]:
    verb, resource, name = action
    kind, _, subresource = resource.partition("/")
    plural, _, group = kind.partition(".")
    attributes = {"resource": plural, "group": group, "subresource": subresource, "name": name}
    return {"verb": verb, **attributes}


def granted(kubectl: Kubectl, user: str, namespace: str) -> set[Action]:
    """Return all that somebody may do in a namespace: what `kubectl auth can-i --list` prints."""
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectRulesReview",
        "spec": {"namespace": namespace},
    }
    # To check it, kubectl would ask the cluster for objects that few users may read.
    options = ("--as", user, "--validate=false", "-o", "json", "-f", "-")
    answer = json.loads(kubectl("create", *options, stdin=json.dumps(review)))["status"]
    assert not answer.get("incomplete"), answer
    return {
        (verb, _qualified(resource, group), name)
        for rule in answer["resourceRules"]
        for verb in rule["verbs"]
        for group in rule.get("apiGroups", [""])
        for resource in rule["resources"]
        for name in rule.get("resourceNames", [""])
    }


def _qualified(resource: str, group: str) -> str:
    """Return a resource and its group as kubectl takes them, such as `deployments.apps/scale`."""
    kind, slash, subresource = resource.partition("/")
    return f"{kind}.{group}".rstrip(".") + slash + subresource


@pytest.mark.parametrize(("person", "actions"), [("viewer", VIEWER), ("operator", OPERATOR)])
def test_role_grants_what_it_should_and_nothing_else(
    kubectl: Kubectl, platform: QuietRelease, person: str, actions: set[Action]
) -> None:
    # Every user may ask for their own permissions.
    of_everybody = granted(kubectl, "test-nobody", platform.namespace)
    found = granted(kubectl, f"test-{person}", platform.namespace) - of_everybody
    assert {_by_kind(action) for action in found} == {_by_kind(action) for action in actions}


def _by_kind(action: Action) -> Action:
    """Merge Deployments and StatefulSets, which share a rule, and so each other's names."""
    verb, kind, name = action
    return (verb, "workloads", name) if name and kind in WORKLOADS else action


@pytest.mark.parametrize(
    ("person", "actions"), [("viewer", VIEWER), ("operator", OPERATOR), ("nobody", set())]
)
def test_role_may_do_exactly_what_it_should(
    kubectl: Kubectl, platform: QuietRelease, person: str, actions: set[Action]
) -> None:
    # What may be done to any object of a kind may be done to each by name.
    named = {
        (verb, kind, name) for verb, kind, name in ACTIONS if name and (verb, kind, "") in actions
    }
    assert allowed(kubectl, f"test-{person}", platform.namespace) == actions | named


def test_roles_end_at_the_namespace(kubectl: Kubectl, platform: QuietRelease) -> None:
    for person in ("viewer", "operator"):
        assert allowed(kubectl, f"test-{person}", "default") == set()
