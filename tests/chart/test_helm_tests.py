from __future__ import annotations

import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.chart.conftest import Chart
from tests.chart.network import Network, pods
from tests.chart.reading import arguments, container, pod, pod_labels
from tests.chart.scenarios import nested, nobody_waits_for
from tests.chart.test_network_policies import calls, place, spec
from tests.helm import Manifest, Render, render


def _tests(rendered: Render) -> dict[str, Manifest]:
    """Component → its test pod."""
    return {
        item["metadata"]["name"].removesuffix("-test"): item
        for item in rendered.of_kind("Pod")
        if item["metadata"]["annotations"]["helm.sh/hook"] == "test"
    }


def _targets(rendered: Render, name: str) -> list[str]:
    """Addresses that the test pod of a component calls."""
    return arguments(rendered, container(_tests(rendered)[name]))[2:]


def _address(target: str) -> tuple[str, int]:
    url = urlsplit(target if "//" in target else f"//{target}")
    assert url.hostname is not None
    assert url.port is not None
    return url.hostname, url.port


def test_all_declared_flows_are_walked(chart: Chart) -> None:
    tests = _tests(chart())
    assert tests.keys() == {name for name in spec() if calls(name)}
    for name in tests:
        services = [spec()[callee]["service"] for callee in calls(name)]
        expected = [(service["name"], service["port"]) for service in services]
        assert [_address(target) for target in _targets(chart(), name)] == expected


def test_what_speaks_http_is_asked_for_its_health(chart: Chart) -> None:
    assert _targets(chart(), "frontend") == ["http://api-service:8080/health"]


def test_they_have_the_reach_of_their_component(chart: Chart) -> None:
    rendered = chart()
    network = Network.of(rendered)
    for name in _tests(rendered):
        own, test = place(rendered, name), place(rendered, f"{name}-test")
        for target in pods(rendered):
            for port in (3000, 3306, 6379, 8080):
                assert network.allows(own, target, port) == network.allows(test, target, port)


def test_no_service_sends_them_traffic(chart: Chart) -> None:
    rendered = chart()
    for test in _tests(rendered).values():
        for service in rendered.of_kind("Service"):
            assert not service["spec"]["selector"].items() <= pod_labels(test).items()
        for budget in rendered.of_kind("PodDisruptionBudget"):
            selected = budget["spec"]["selector"]["matchLabels"].items()
            assert not selected <= pod_labels(test).items()


def test_they_end_in_time_and_go_when_they_succeed(chart: Chart) -> None:
    for test in _tests(chart()).values():
        assert pod(test)["restartPolicy"] == "Never"
        # Pulling the image may take minutes; `helm test` waits for five.
        assert pod(test)["activeDeadlineSeconds"] == 300
        policy = test["metadata"]["annotations"]["helm.sh/hook-delete-policy"]
        assert policy.split(",") == ["before-hook-creation", "hook-succeeded"]


def test_external_servers_are_called_at_their_address(chart: Chart) -> None:
    rendered = chart(
        nested({"global.external.mysql.host": "db.example", "global.external.mysql.port": 3307})
    )
    assert _targets(rendered, "api") == ["db.example:3307", "redis-service:6379"]


def test_what_is_disabled_is_not_called(chart: Chart) -> None:
    disabled = {"data.enabled": False, "application.api.enabled": False}
    waiting = nobody_waits_for("mysql", "redis", "api")
    assert _tests(chart(nested(disabled | waiting))) == {}


class TestScript:
    """The script, run by the shell of this machine with stubs of nc and wget."""

    @pytest.fixture
    def script(self) -> list[str]:
        test = container(_tests(render())["trading-bot"])
        return [*test["command"], *arguments(render(), test)]

    @pytest.mark.parametrize("broken", ["", "mysql-service", "redis-service", "api-service"])
    def test_fails_where_one_flow_fails(
        self, script: list[str], tmp_path: Path, broken: str
    ) -> None:
        refuse = f'case "$*" in *{broken}*) exit 1;; esac' if broken else "true"
        for name in ("nc", "wget"):
            (tmp_path / name).write_text(f"#!/bin/sh\n{refuse}\n")
            (tmp_path / name).chmod(0o755)
        done = subprocess.run(
            script,
            env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
            timeout=20,
        )
        assert (done.returncode != 0) == bool(broken)
        assert broken in done.stdout
