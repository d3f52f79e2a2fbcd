"""What other platforms do to pods: OpenShift gives them ids."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from tests.chart.scenarios import COMPONENTS, nested
from tests.cluster.journal import query
from tests.cluster.kubectl import Kubectl, Object, eventually
from tests.cluster.namespaces import LABELS
from tests.cluster.pods import SLEEP, python_pod, toolbox_image
from tests.cluster.processes import is_ready
from tests.cluster.release import Release

# As OpenShift's restricted-v2 takes them from the range of a namespace; a user without an entry in
# the image's /etc/passwd has the group 0.
UID = 1000660000
POLICY = "ids-of-the-namespace"
# Of `helm test`, one of each form: a connection, a request, a login and a pod that reaches nothing.
TESTS = ("api-to-mysql-test", "frontend-health-test", "grafana-login-test", "isolated-test")
_GIVEN = f"runAsUser: {UID}, fsGroup: {UID}"
_CONTEXT = "object.spec.securityContext"
KEPT = """
INSERT INTO users (username, email, password_hash) VALUES ('kept', 'kept@example.org', '')
"""
# Of each kind of policy: the version of its API, and what it and its binding say.
MUTATING: tuple[str, Object, Object] = (
    "v1beta1",
    {
        "matchConditions": [{"name": "names-no-id", "expression": f"!has({_CONTEXT}.runAsUser)"}],
        "failurePolicy": "Fail",
        "reinvocationPolicy": "Never",
        "mutations": [
            {
                "patchType": "ApplyConfiguration",
                "applyConfiguration": {
                    "expression": "Object{spec: Object.spec{securityContext:"
                    f" Object.spec.securityContext{{{_GIVEN}}}}}}}"
                },
            }
        ],
    },
    {},
)
VALIDATING: tuple[str, Object, Object] = (
    "v1",
    {
        "failurePolicy": "Fail",
        "validations": [
            {
                "expression": f"{_CONTEXT}.runAsUser == {UID} && {_CONTEXT}.fsGroup == {UID}"
                f" && !has({_CONTEXT}.runAsGroup)"
                " && object.spec.containers.all(c, !has(c.securityContext.runAsUser))",
                "message": "the namespace gives pods their ids",
            }
        ],
    },
    {"validationActions": ["Deny"]},
)


@contextmanager
def ids_given_to(kubectl: Kubectl, namespace: str) -> Iterator[None]:
    """Give each new pod of a namespace its ids, and refuse pods that name others."""
    kinds = {"MutatingAdmissionPolicy": MUTATING, "ValidatingAdmissionPolicy": VALIDATING}
    created = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"]}
    matched = {
        "resourceRules": [created | {"resources": ["pods"]}],
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
    }
    metadata = {"name": POLICY, "labels": LABELS}
    try:
        for kind, (version, spec, binding) in kinds.items():
            made = {"apiVersion": f"admissionregistration.k8s.io/{version}", "metadata": metadata}
            kubectl.apply(
                [
                    made | {"kind": kind, "spec": {"matchConstraints": matched, **spec}},
                    made | {"kind": f"{kind}Binding", "spec": {"policyName": POLICY, **binding}},
                ]
            )
        yield
    finally:
        bound = [f"{kind}Binding" for kind in kinds]
        kubectl("delete", ",".join([*bound, *kinds]), POLICY, "--ignore-not-found")


def tried(kubectl: Kubectl, pod: Object, namespace: str) -> str:
    """Return the pod as the API server would make it, as JSON, or why it refuses to."""
    command = ("create", "--dry-run=server", "-o", "json", "-n", namespace, "-f", "-")
    done = kubectl.run(*command, stdin=json.dumps(pod))
    return done.stderr if done.returncode else done.stdout


def test_platform_runs_under_given_ids(kubectl: Kubectl, release: Release) -> None:
    """Its hooks and its tests too, in a namespace that enforces the restricted standard."""
    namespace = release.namespace
    with ids_given_to(kubectl, namespace):
        unprepared = python_pod("unprepared", toolbox_image(release.base), SLEEP)
        # The API server takes a moment until it heeds a new policy.
        eventually(
            "pods that name ids are refused",
            lambda: "the namespace gives pods their ids" in tried(kubectl, unprepared, namespace),
        )
        for ids in ("runAsUser", "fsGroup"):
            del unprepared["spec"]["securityContext"][ids]
        eventually(
            "pods that name none are given theirs",
            lambda: f'"runAsUser": {UID}' in tried(kubectl, unprepared, namespace),
        )

        release.install(nested({"global.compatibility.openshift.adaptSecurityContext": "force"}))
        pods = kubectl.staying_pods(namespace)
        assert len(pods) >= len(COMPONENTS)
        for pod in pods:
            name = pod["metadata"]["name"]
            container = pod["spec"]["containers"][0]["name"]
            found = kubectl.exec(name, ["sh", "-c", "id -u; id -g"], namespace, container=container)
            assert found.stdout.split() == [str(UID), "0"], f"{name}: {found}"
        release.test(*TESTS)

        # The files on the claims are of that id now, and a new pod reads and writes them.
        query(kubectl, namespace, KEPT)
        for name in ("mysql-0", "trading-bot-0"):
            replaced(kubectl, namespace, name)
        assert ["kept"] in query(kubectl, namespace, "SELECT username FROM users")


def replaced(kubectl: Kubectl, namespace: str, name: str) -> None:
    """Delete a pod of a StatefulSet, and wait until its successor is ready."""
    old = kubectl.get("pod", name, namespace)["metadata"]["uid"]
    kubectl("delete", "pod", name, "-n", namespace)

    def is_there() -> bool:
        pod = kubectl.get("pod", name, namespace)
        return bool(pod["metadata"]["uid"] != old) and is_ready(pod)

    eventually(f"another {name} is ready", is_there)
