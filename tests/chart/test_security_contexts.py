"""Security contexts: the values' own keys win, and what they leave out stays restricted."""

from __future__ import annotations

from typing import Any

import pytest

from tests.chart.conftest import Chart
from tests.chart.reading import component, container, pod
from tests.chart.scenarios import COMPONENTS, of_each
from tests.chart.test_invariants import IDS
from tests.helm import HELMS, HelmError, Render, render

GRAFANA = {"runAsUser": 472, "runAsGroup": 0, "fsGroup": 0}  # as its image has them


def of(rendered: Render, name: str) -> dict[str, Any]:
    """Return the pod's and the container's security context of a component."""
    found = component(rendered, name)
    return {
        "podSecurityContext": pod(found)["securityContext"],
        "containerSecurityContext": container(found)["securityContext"],
    }


def given(name: str, **contexts: dict[str, Any]) -> dict[str, Any]:
    """Return values that say this of one component."""
    return of_each({name: COMPONENTS[name]}, contexts)


OWN = {
    "podSecurityContext": {"runAsUser": 4711, "supplementalGroups": [7]},
    "containerSecurityContext": {"capabilities": {"add": ["NET_BIND_SERVICE"]}, "runAsGroup": 8},
}


@pytest.mark.parametrize("name", COMPONENTS)
def test_own_keys_are_added_to_the_restricted_ones(chart: Chart, name: str) -> None:
    before, after = of(chart(), name), of(chart(given(name, **OWN)), name)
    assert after == {
        "podSecurityContext": before["podSecurityContext"] | OWN["podSecurityContext"],
        "containerSecurityContext": before["containerSecurityContext"]
        | {"runAsGroup": 8, "capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}},
    }


@pytest.mark.parametrize("name", COMPONENTS)
def test_a_context_is_that_of_one_component_alone(chart: Chart, name: str) -> None:
    before, after = chart(), chart(given(name, **OWN))
    changed = [other for other in COMPONENTS if of(before, other) != of(after, other)]
    assert changed == [name]
    assert of(after, name)["containerSecurityContext"]["runAsGroup"] == 8


def test_that_of_the_toolbox_is_that_of_hooks_tests_and_waiting_containers(chart: Chart) -> None:
    rendered = chart({"global": {"toolbox": OWN}})
    for where, spec in rendered.pod_specs():
        hooks = where.startswith(("Job/", "Pod/"))
        assert (spec["securityContext"]["runAsUser"] == 4711) is hooks, where
        for item in [*spec.get("initContainers", []), *(spec["containers"] if hooks else [])]:
            assert item["securityContext"]["runAsGroup"] == 8, where


@pytest.mark.parametrize("helm", HELMS)
def test_null_takes_a_key_out(helm: str) -> None:
    values = given("api", podSecurityContext={"runAsUser": None, "seccompProfile": None})
    left = set(of(render(values, helm=helm), "api")["podSecurityContext"])
    assert left == {"runAsNonRoot", "runAsGroup", "fsGroup", "fsGroupChangePolicy"}


def test_what_is_false_or_zero_is_not_taken_for_empty(chart: Chart) -> None:
    off = {"readOnlyRootFilesystem": False}
    values = given("grafana", podSecurityContext=GRAFANA, containerSecurityContext=off)
    found = of(chart(values), "grafana")
    assert {key: found["podSecurityContext"][key] for key in GRAFANA} == GRAFANA
    assert found["containerSecurityContext"]["readOnlyRootFilesystem"] is False


def test_root_is_refused_as_a_user_and_not_as_a_group(chart: Chart) -> None:
    chart(given("grafana", podSecurityContext=GRAFANA))
    for context in ("podSecurityContext", "containerSecurityContext"):
        with pytest.raises(HelmError, match="runAsUser"):
            chart(given("grafana", **{context: {"runAsUser": 0}}))


def test_openshift_gets_all_but_the_ids(chart: Chart) -> None:
    force = {"global": {"compatibility": {"openshift": {"adaptSecurityContext": "force"}}}}
    for name in COMPONENTS:
        plain, forced = of(chart(), name), of(chart(force), name)
        assert forced["containerSecurityContext"] == plain["containerSecurityContext"]
        left = {k: v for k, v in plain["podSecurityContext"].items() if k not in IDS}
        assert forced["podSecurityContext"] == left
