from __future__ import annotations

import base64
import json
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.chart.conftest import Chart
from tests.chart.network import Network, outside, pods
from tests.chart.reading import container, environment, pod, pod_labels
from tests.chart.scenarios import SECRETS, external, nested, nobody_waits_for
from tests.chart.test_network_policies import calls, place, spec
from tests.helm import Manifest, Render, render

CONNECTIONS = {f"{caller}-to-{callee}" for caller in spec() for callee in calls(caller)}
HEALTH = {"frontend-health", "api-health", "grafana-health"}
OF_THEIR_OWN = {*HEALTH, "grafana-login", "stranger", "isolated"}
NASTY = 'it\'s "p@ss" \\w%41:/?#[] $HOME `id` ü'
API_SERVER = outside("10.96.0.1")


def _tests(rendered: Render) -> dict[str, Manifest]:
    """Test pods by name, without what all of their names end in."""
    return {
        item["metadata"]["name"].removesuffix("-test"): item
        for item in rendered.of_kind("Pod")
        if item["metadata"]["annotations"]["helm.sh/hook"] == "test"
    }


def _command(rendered: Render, name: str) -> list[str]:
    """What a test pod runs."""
    test = container(_tests(rendered)[name])
    return [*test["command"], *test.get("args", [])]


def _given(rendered: Render, name: str) -> dict[str, str]:
    """The variables of a test pod with their texts."""
    return {entry["name"]: entry["value"] for entry in container(_tests(rendered)[name])["env"]}


def _address_in_pod(rendered: Render, name: str, text: str) -> str:
    """A text with variables replaced from the ConfigMap, as the kubelet does."""
    config = rendered.get("ConfigMap", "genx-fx-config")["data"]
    sources = environment(_tests(rendered)[name])
    return re.sub(r"\$\((\w+)\)", lambda found: str(config[sources[found[1]].split()[1]]), text)


def test_every_declared_connection_is_made(chart: Chart) -> None:
    assert _tests(chart()).keys() == CONNECTIONS | OF_THEIR_OWN


def test_what_speaks_http_is_asked_for_its_health(chart: Chart) -> None:
    for name in ("frontend-to-api", "trading-bot-to-api"):
        assert _command(chart(), name)[-1] == "http://api-service:8080/health"


def test_they_have_the_reach_of_their_component(chart: Chart) -> None:
    rendered = chart()
    network = Network.of(rendered)
    for name in CONNECTIONS:
        own, test = place(rendered, name.partition("-to-")[0]), place(rendered, f"{name}-test")
        for target in pods(rendered):
            for port in (3000, 3306, 6379, 8080):
                assert network.allows(own, target, port) == network.allows(test, target, port)


def test_they_log_in_with_what_their_component_reads(chart: Chart) -> None:
    rendered = chart()
    for name in CONNECTIONS:
        caller, _, callee = name.partition("-to-")
        (workload,) = (
            item
            for item in rendered.of_kind("Deployment", "StatefulSet")
            if item["metadata"]["name"] == caller
        )
        read = {source for source in environment(workload).values() if source.startswith("secret ")}
        used = {
            source
            for source in environment(_tests(rendered)[name]).values()
            if source.startswith("secret ")
        }
        assert used <= read, name
        assert bool(used) == (callee in ("mysql", "redis")), name


def test_they_run_the_client_of_the_server(chart: Chart) -> None:
    values = {"data.mysql.image.tag": "9.9.9", "data.redis.image.tag": "8.8.8"}
    rendered = chart(nested(values))
    for name, test in _tests(rendered).items():
        callee = name.partition("-to-")[2]
        expected = {"mysql": "mysql:9.9.9", "redis": "redis:8.8.8"}.get(callee, "python:3.13")
        assert expected in container(test)["image"], name


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


def test_each_has_one_container_and_no_hook_but_pods(chart: Chart) -> None:
    """Helm 3 asks for the log of every test hook as if it were a pod of one container."""
    hooks = [
        item
        for item in chart().objects
        if item["metadata"].get("annotations", {}).get("helm.sh/hook") == "test"
    ]
    assert {item["kind"] for item in hooks} == {"Pod"}
    for item in hooks:
        assert len(pod(item)["containers"]) == 1
        assert "initContainers" not in pod(item)


def test_external_servers_are_called_at_their_address(chart: Chart) -> None:
    given = {"global.secrets.source": "values", "global.secrets.values": SECRETS}
    rendered = chart(nested(given | external("mysql", "db.example", port=3307)))
    url = rendered.get("Secret", "genx-fx-secrets")["stringData"]["DATABASE_URL"]
    assert url.endswith("@db.example:3307/genxdb_fx_db")
    assert environment(_tests(rendered)["api-to-mysql"]) == {"DATABASE_URL": "secret DATABASE_URL"}
    address = environment(_tests(rendered)["grafana-to-mysql"])["ADDRESS"]
    assert _address_in_pod(rendered, "grafana-to-mysql", address) == "db.example:3307"


def test_what_is_disabled_is_not_called(chart: Chart) -> None:
    disabled = {
        "data.enabled": False,
        "application.api.enabled": False,
        "monitoring.enabled": False,
    }
    waiting = nobody_waits_for("mysql", "redis", "api")
    assert _tests(chart(nested(disabled | waiting))).keys() == {
        "frontend-health",
        "stranger",
        "isolated",
    }


@dataclass(frozen=True)
class Ran:
    """What a test's command did, and how it called a client."""

    code: int
    output: str
    called: list[str]
    password: str


@pytest.fixture
def stubs(tmp_path: Path) -> Path:
    """A folder of clients that note how they are called, and answer what `answer` holds."""
    for name in ("mysql", "redis-cli"):
        stub = tmp_path / name
        stub.write_text(
            f'#!/bin/bash\nprintf "%s\\0" "$@" >{tmp_path}/called\n'
            f'printf %s "${{MYSQL_PWD-}}" >{tmp_path}/password\nsource {tmp_path}/answer\n'
        )
        stub.chmod(0o755)
    (tmp_path / "answer").write_text("exit 0")
    return tmp_path


def _run(command: list[str], stubs: Path, **variables: str) -> Ran:
    done = subprocess.run(
        command,
        env={"PATH": f"{stubs}:/usr/bin:/bin", **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )
    called = stubs / "called"
    words = called.read_text().split("\0")[:-1] if called.exists() else []
    password = (stubs / "password").read_text() if called.exists() else ""
    return Ran(done.returncode, done.stdout + done.stderr, words, password)


class TestMySQL:
    """The scripts that log in, run by the bash of this machine."""

    URL = f"mysql://{quote('genx user', safe='')}:{quote(NASTY, safe='')}@db.example:3307/fx_db"

    def test_logs_in_by_the_url_that_the_caller_reads(self, stubs: Path) -> None:
        ran = _run(_command(render(), "api-to-mysql"), stubs, DATABASE_URL=self.URL)
        assert ran.code == 0, ran.output
        assert ran.password == NASTY
        assert {"--host=db.example", "--port=3307", "--user=genx user", "--database=fx_db"} <= set(
            ran.called
        )

    def test_logs_in_by_name_and_password(self, stubs: Path) -> None:
        variables = {
            "GRAFANA_DATABASE_USER": "grafana_reader",
            "GRAFANA_DATABASE_PASSWORD": NASTY,
            "MYSQL_DATABASE": "fx_db",
            "ADDRESS": "mysql-service:3306",
        }
        ran = _run(_command(render(), "grafana-to-mysql"), stubs, **variables)
        assert ran.code == 0, ran.output
        assert ran.password == NASTY
        assert {"--host=mysql-service", "--port=3306", "--user=grafana_reader"} <= set(ran.called)

    def test_fails_where_the_server_refuses(self, stubs: Path) -> None:
        (stubs / "answer").write_text("echo 'Access denied' >&2; exit 1")
        ran = _run(_command(render(), "api-to-mysql"), stubs, DATABASE_URL=self.URL)
        assert ran.code != 0
        assert "Access denied" in ran.output

    @pytest.mark.parametrize("url", ["", "mysql://user:p@ss@host:3306/db", "mysql://host/db"])
    def test_says_what_a_url_must_look_like(self, stubs: Path, url: str) -> None:
        ran = _run(_command(render(), "trading-bot-to-mysql"), stubs, DATABASE_URL=url)
        assert ran.code != 0
        assert "DATABASE_URL is not mysql://user:password@host:port/database" in ran.output
        assert ran.called == []

    def test_no_password_is_shown(self, stubs: Path) -> None:
        ran = _run(_command(render(), "api-to-mysql"), stubs, DATABASE_URL=self.URL)
        assert NASTY not in ran.output
        assert not [word for word in ran.called if NASTY in word]


class TestRedis:
    """The script that logs in, run by the shell of this machine."""

    @pytest.mark.parametrize(
        ("answer", "passes"),
        [
            ("echo PONG", True),
            ("echo 'NOAUTH Authentication required.'", False),  # and redis-cli exits with 0
            ("echo 'AUTH failed: ERR no password is set' >&2; echo PONG", False),
            ("echo 'Could not connect' >&2; exit 1", False),
            ("exit 1", False),
        ],
    )
    def test_passes_only_where_redis_answers_pong(
        self, stubs: Path, answer: str, passes: bool
    ) -> None:
        (stubs / "answer").write_text(answer)
        url = "rediss://%s:se%%2Fcret@cache.example:6380"
        for given, name in {"": "default", "app": "app"}.items():
            ran = _run(_command(render(), "api-to-redis"), stubs, REDIS_URL=url % given)
            assert (ran.code == 0) == passes
            assert ran.called[-3:] == ["-u", url % name, "ping"]


@contextmanager
def _grafana(user: str, password: str, *titles: str) -> Iterator[str]:
    """An HTTP server that lets one administrator in, with MySQL and dashboards of these titles."""
    lists = {
        "/api/datasources": [{"name": "MySQL", "uid": "mysql"}],
        "/api/search?type=dash-db&limit=5000": [{"title": title} for title in titles],
    }
    expected = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.headers["Authorization"] == expected else 401)
            self.end_headers()
            self.wfile.write(json.dumps(lists[self.path]).encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/api/datasources"
        server.shutdown()


class TestGrafanaLogin:
    """The script that logs in, run by the Python of this machine."""

    @pytest.mark.parametrize(("password", "passes"), [(NASTY, True), ("another", False)])
    def test_passes_only_where_the_administrator_is_let_in(
        self, stubs: Path, password: str, passes: bool
    ) -> None:
        _, *script, url = _command(render(), "grafana-login")
        assert url == "http://grafana-service:3001/api/datasources"
        with _grafana("boss", NASTY) as address:
            asked = {"USER": "boss", "PASSWORD": password}
            asked |= {"DATA_SOURCES": '["MySQL"]', "DASHBOARDS": "[]"}
            ran = _run([sys.executable, *script, address], stubs, **asked)
        assert (ran.code == 0) == passes, ran.output
        assert passes or "answers boss: 401" in ran.output
        assert passes or "reset-admin-password" in ran.output

    def test_fails_where_something_provisioned_is_missing(self, stubs: Path) -> None:
        _, *script, _ = _command(render(), "grafana-login")
        hasty = [part.replace("time.monotonic() + 60", "time.monotonic()") for part in script]
        wanted = {"DATA_SOURCES": '["MySQL", "Loki"]', "DASHBOARDS": '["Trades", "Orders"]'}
        with _grafana("boss", NASTY, "Trades") as address:
            login = {"USER": "boss", "PASSWORD": NASTY}
            ran = _run([sys.executable, *hasty, address], stubs, **login, **wanted)
        assert ran.code != 0
        assert "Grafana has not: Loki, Orders. Its log says why" in ran.output

    def test_looks_for_all_that_is_provisioned(self, chart: Chart) -> None:
        # The kubelet would replace $(…).
        own = {"o.json": '{"title": "Own \\"one\\" $(USER)"}'}
        values = {
            "monitoring.grafana.dashboards": own,
            "monitoring.grafana.extraDataSources": [{"name": "Loki $(USER)", "type": "loki"}],
        }
        rendered = chart(nested(values))
        told = environment(rendered.get("Pod", "grafana-login-test"))
        assert not [name for name, text in told.items() if "$(" in text]
        assert json.loads(told["DATA_SOURCES"]) == ["MySQL", "Loki $(USER)"]
        boards = rendered.get("ConfigMap", "grafana-dashboards")["data"].values()
        titles = sorted(json.loads(text)["title"] for text in boards)
        assert sorted(json.loads(told["DASHBOARDS"])) == titles
        prometheus = {"url": "http://prometheus", "peers": [{"ipBlock": {"cidr": "10.0.0.9/32"}}]}
        more = chart(nested({"monitoring.grafana.prometheus": prometheus}))
        told = environment(more.get("Pod", "grafana-login-test"))
        assert json.loads(told["DATA_SOURCES"]) == ["MySQL", "Prometheus"]


class TestHealth:
    """Pods that ask for the health; tests/unit/files/test_check_health.py runs their script."""

    @pytest.mark.parametrize(
        ("name", "url"),
        [
            ("frontend", "http://blue-frontend-service:3000/"),
            ("api", "http://blue-api-service:8080/health"),
            ("grafana", "http://blue-grafana-service:3001/api/health"),
        ],
    )
    def test_asks_by_the_service(self, chart: Chart, name: str, url: str) -> None:
        rendered = chart(nested({"global.namePrefix": "blue-"}))
        assert _given(rendered, f"blue-{name}-health")["URL"] == url

    def test_asks_grafana_where_it_is_served(self, chart: Chart) -> None:
        values = {"global.exposure": "ingress", "monitoring.grafana.ingress.path": "/grafana"}
        url = _given(chart(nested(values)), "grafana-health")["URL"]
        assert url == "http://grafana-service:3001/grafana/api/health"

    def test_nothing_is_expected_but_200_unless_said(self, chart: Chart) -> None:
        """The contract promises nothing of a body."""
        for name in HEALTH:
            expected = json.loads(_given(chart(), name)["EXPECTED"])
            assert expected == {"status": 200, "text": "", "json": {}}

    def test_expects_what_the_values_of_its_component_say(self, chart: Chart) -> None:
        values = {"status": 299, "text": "$(URL)", "json": {"status": "healthy"}}
        path = "application.api.probes.expect"
        rendered = chart(nested({path: values}))
        given = _given(rendered, "api-health")
        assert json.loads(given["EXPECTED"]) == values
        assert "$(" not in given["EXPECTED"]  # or the kubelet would replace it
        assert given["VALUES"] == path
        assert json.loads(_given(rendered, "frontend-health")["EXPECTED"])["status"] == 200

    def test_other_checks_are_as_before(self, chart: Chart) -> None:
        values = {"application.api.probes.expect": {"status": 299, "json": {"a": 1}}}
        assert chart(nested(values)).get("Deployment", "api") == chart().get("Deployment", "api")

    @pytest.mark.parametrize("exposure", ["loadBalancer", "clusterIP"])
    @pytest.mark.parametrize(
        ("test", "target"),
        [
            ("frontend-health", ("frontend", 3000)),
            ("api-health", ("api", 8080)),
            ("grafana-health", ("grafana", 3000)),
            ("grafana-login", ("grafana", 3000)),
        ],
    )
    def test_the_policies_let_it_in_and_nowhere_else(
        self, chart: Chart, exposure: str, test: str, target: tuple[str, int]
    ) -> None:
        nobody = [{"ipBlock": {"cidr": "192.0.2.1/32"}}]
        values = {
            "global.exposure": exposure,
            "global.exposedTo.admins": nobody,
            "global.exposedTo.users": nobody,
        }
        rendered = chart(nested(values))
        network = Network.of(rendered)
        source = place(rendered, f"{test}-test")
        reached = {
            (other.name, port)
            for other in pods(rendered)
            for port in (3000, 3306, 6379, 8080)
            if network.allows(source, other, port)
        }
        assert reached == {target}


class TestStranger:
    """The pod that tries to get in where nobody may."""

    @pytest.mark.parametrize(
        ("values", "closed"),
        [
            ({}, ["mysql", "redis"]),
            ({"global.exposure": "clusterIP"}, ["frontend", "api", "mysql", "redis", "grafana"]),
            ({"global.exposure": "ingress"}, ["mysql", "redis"]),
            (external("mysql", "db.example"), ["redis"]),
            ({"data.mysql.networkPolicy.enabled": False}, ["redis"]),
            ({"data.redis.networkPolicy.extraIngress": [{}]}, ["mysql"]),
        ],
    )
    def test_tries_what_the_policies_close_to_everybody(
        self, chart: Chart, values: dict[str, Any], closed: list[str]
    ) -> None:
        rendered = chart(nested(values))
        targets = _command(rendered, "stranger")[3:]
        assert targets == [
            f"{spec()[name]['service']['name']}:{spec()[name]['service']['port']}"
            for name in closed
        ]
        network = Network.of(rendered)
        for name in closed:
            source, target = place(rendered, "stranger-test"), place(rendered, name)
            assert not network.allows(source, target, spec()[name]["port"])

    def test_its_own_policy_lets_it_out(self, chart: Chart) -> None:
        """Closed ports would prove nothing of the policies of those who listen there."""
        rendered = chart()
        own = Network((rendered.get("NetworkPolicy", "stranger-test"),))
        source = place(rendered, "stranger-test")
        for name in ("mysql", "redis"):
            assert own.allows(source, place(rendered, name), spec()[name]["port"])

    @pytest.mark.parametrize("name", ["stranger", "isolated"])
    def test_passes_only_where_nothing_answers(self, stubs: Path, name: str) -> None:
        _, flag, script, *targets = _command(render(), name)
        assert targets
        impatient = [sys.executable, flag, script.replace("+ 15", "+ 0")]
        with socket.create_server(("127.0.0.1", 0)) as server:
            target = f"127.0.0.1:{server.getsockname()[1]}"
            opened = _run([*impatient, target], stubs)
        closed = _run([*impatient, target], stubs)
        assert closed.code == 0, closed.output
        assert opened.code != 0
        for word in (target, "does not enforce NetworkPolicies", "networkPolicy.enforced=false"):
            assert word in opened.output

    def test_fails_where_a_name_does_not_resolve(self, stubs: Path) -> None:
        """A closed port would prove nothing then."""
        _, *script = _command(render(), "stranger")
        ran = _run([sys.executable, *script[:2], "no-such-service.invalid:3306"], stubs)
        assert ran.code != 0

    @pytest.mark.parametrize("switch", ["enabled", "enforced"])
    def test_says_that_it_is_skipped(self, stubs: Path, chart: Chart, switch: str) -> None:
        rendered = chart(nested({f"networkPolicy.{switch}": False}))
        for name in ("stranger", "isolated"):
            ran = _run(_command(rendered, name), stubs)
            assert (ran.code, ran.output) == (0, f"skipped: networkPolicy.{switch} is false\n")


def test_the_isolated_pod_gets_out_nowhere(chart: Chart) -> None:
    rendered = chart()
    network, source = Network.of(rendered), place(rendered, "isolated-test")
    assert _command(rendered, "isolated")[3:] == ["kubernetes.default.svc:443"]
    assert not network.allows(source, API_SERVER, 443)
    assert not network.allows(source, outside("203.0.113.9"), 443)
    assert not any(network.allows(source, target, 3306) for target in pods(rendered))
