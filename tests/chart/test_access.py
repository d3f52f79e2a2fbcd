from __future__ import annotations

from typing import Any

import pytest

from tests.chart.conftest import Chart
from tests.chart.scenarios import COMPONENTS, nested
from tests.helm import Manifest, Render

READ = {"get", "list", "watch"}
TRADERS = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "traders"}
OPERATOR = {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "olga"}
BOUND = nested({"access.viewers": [TRADERS], "access.operators": [OPERATOR]})


def _rules(rendered: Render, role: str) -> list[Manifest]:
    rules: list[Manifest] = rendered.get("Role", f"genx-fx-{role}")["rules"]
    return rules


def _granted(rules: list[Manifest]) -> dict[str, set[str]]:
    """Resource → verbs."""
    granted: dict[str, set[str]] = {}
    for rule in rules:
        for resource in rule["resources"]:
            granted.setdefault(resource, set()).update(rule["verbs"])
    return granted


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_people_neither_read_secrets_nor_enter_containers(chart: Chart, role: str) -> None:
    granted = _granted(_rules(chart(), role))
    assert not {"secrets", "pods/exec", "pods/attach", "pods/ephemeralcontainers"} & granted.keys()
    assert not {"serviceaccounts/token", "roles", "rolebindings"} & granted.keys()
    assert "*" not in str(_rules(chart(), role))


def test_viewers_read_and_nothing_else(chart: Chart) -> None:
    granted = _granted(_rules(chart(), "viewer"))
    assert all(verbs <= READ for verbs in granted.values())
    assert granted.keys() == {
        *("pods", "pods/log", "services", "endpoints", "configmaps", "persistentvolumeclaims"),
        *("events", "deployments", "statefulsets", "replicasets", "horizontalpodautoscalers"),
        *("poddisruptionbudgets", "networkpolicies", "ingresses", "leases", "jobs"),
    }


def test_operators_restart_and_scale(chart: Chart) -> None:
    rules = _rules(chart(), "operator")
    granted = _granted(rules)
    assert "delete" in granted["pods"]
    assert "patch" in granted["deployments/scale"]
    (restarts,) = (rule for rule in rules if "statefulsets" in rule["resources"])
    assert restarts["verbs"] == ["patch"]
    assert set(restarts["resourceNames"]) == set(COMPONENTS)


def test_operators_may_do_exactly_what_their_work_needs(chart: Chart) -> None:
    assert _granted(_rules(chart(), "operator")) == {
        "pods": {"delete"},
        "pods/portforward": {"create"},
        "deployments/scale": {"get", "patch", "update"},
        "deployments": {"patch"},
        "statefulsets": {"patch"},
    }


def test_roles_name_only_groups_that_have_their_resources(chart: Chart) -> None:
    for item in chart().of_kind("Role"):
        for rule in item["rules"]:
            for resource in rule["resources"]:
                if resource.split("/")[0] in {"pods", "services", "secrets", "configmaps"}:
                    assert rule["apiGroups"] == [""]
                if resource.split("/")[0] in {"deployments", "statefulsets", "replicasets"}:
                    assert rule["apiGroups"] == ["apps"]


def test_nobody_is_bound_by_default(chart: Chart) -> None:
    assert chart().names("RoleBinding") == {"genx-fx-prepare"}


def test_bindings(chart: Chart) -> None:
    rendered = chart(BOUND)
    subjects: dict[str, Any] = {
        name: rendered.get("RoleBinding", f"genx-fx-{name}")["subjects"]
        for name in ("viewer", "operator")
    }
    assert subjects == {"viewer": [TRADERS, OPERATOR], "operator": [OPERATOR]}
    for name in subjects:
        role = rendered.get("RoleBinding", f"genx-fx-{name}")["roleRef"]
        assert (role["kind"], role["name"]) == ("Role", f"genx-fx-{name}")


def test_one_who_is_both_is_bound_once(chart: Chart) -> None:
    both = nested({"access.viewers": [OPERATOR], "access.operators": [OPERATOR]})
    assert chart(both).get("RoleBinding", "genx-fx-viewer")["subjects"] == [OPERATOR]


def test_components_have_an_account_each_and_no_rights(chart: Chart) -> None:
    rendered = chart(BOUND)
    assert rendered.names("ServiceAccount") == {*COMPONENTS, "genx-fx-prepare"}
    for account in rendered.of_kind("ServiceAccount"):
        assert account["automountServiceAccountToken"] is False
    bound = {
        subject["name"]
        for binding in rendered.of_kind("RoleBinding")
        for subject in binding["subjects"]
        if subject["kind"] == "ServiceAccount"
    }
    assert bound == {"genx-fx-prepare"}
