"""The script that asks for the health of a component, run as its pod does against a server."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from tests.chart.scenarios import nested
from tests.helm import render

PATH = "application.api.probes.expect"
HEALTHY: dict[str, Any] = {"status": "healthy", "checks": {"database": "up", "lag": 3}}
UNHEALTHY = {"status": "unhealthy", "checks": {"database": "down", "lag": 3}}


@dataclass(frozen=True)
class Answer:
    """What a server answers to every path, after a while; or it leads from /health elsewhere."""

    body: str
    status: int = 200
    seconds: float = 0
    leads_to: str = ""


@contextmanager
def _serving(answer: Answer) -> Iterator[str]:
    """Yield the address of an HTTP server."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            time.sleep(answer.seconds)
            redirects = bool(answer.leads_to) and self.path == "/health"
            try:
                self.send_response(302 if redirects else answer.status)
                if redirects:
                    self.send_header("Location", answer.leads_to)
                self.end_headers()
                self.wfile.write(answer.body.encode())
            except BrokenPipeError:
                pass  # nobody waits for it any more

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


def _ask(address: str, values: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    """Run what the rendered pod runs, impatiently, at another address than the Service's."""
    pod = render(nested(values)).get("Pod", "api-health-test")
    (container,) = pod["spec"]["containers"]
    _, flag = container["command"]
    (script,) = container["args"]
    given = {entry["name"]: entry["value"] for entry in container["env"]}
    for seconds in ("PATIENCE = 60", "TIMEOUT = 5"):
        assert seconds in script
    impatient = script.replace("PATIENCE = 60", "PATIENCE = 0").replace("OUT = 5", "OUT = 0.5")
    return subprocess.run(
        [sys.executable, flag, impatient],
        env=given | {"URL": given["URL"].replace("api-service:8080", address)},
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )


def _ask_who(answer: Answer, values: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    with _serving(answer) as address:
        return _ask(address, values)


def _in(body: Any) -> Answer:
    return Answer(json.dumps(body))


STATUS_IN_JSON = {f"{PATH}.json.status": "healthy"}
NASTY = 'it\'s $(HOME) $$ "ü" `id` {{ }} <b>'


@pytest.mark.parametrize(
    ("answer", "values"),
    [
        pytest.param(_in(HEALTHY), {}, id="nothing said of the body"),
        pytest.param(_in(UNHEALTHY), {}, id="nothing said of an unhealthy body"),
        pytest.param(_in(HEALTHY), STATUS_IN_JSON, id="healthy"),
        pytest.param(
            _in(HEALTHY), {f"{PATH}.json": {"checks": {"database": "up"}}}, id="member of a member"
        ),
        pytest.param(_in({"n": 3.0, "on": True}), {f"{PATH}.json": {"n": 3, "on": True}}, id="3.0"),
        pytest.param(_in({"up": [1, "b"]}), {f"{PATH}.json.up": [1, "b"]}, id="list"),
        pytest.param(_in({"many": 10**7}), {f"{PATH}.json.many": 10**7}, id="large number"),
        pytest.param(_in({"a": NASTY}), {f"{PATH}.json.a": NASTY}, id="nasty member"),
        pytest.param(Answer(f"…{NASTY}…"), {f"{PATH}.text": NASTY}, id="nasty text"),
        pytest.param(Answer("all is healthy."), {f"{PATH}.text": "healthy"}, id="text"),
        pytest.param(Answer('{"s":"UP"}'), {f"{PATH}.text": '"UP"}'}, id="text beside a word"),
        pytest.param(Answer("", 503), {f"{PATH}.status": 503}, id="another status"),
        pytest.param(Answer("up", leads_to="/en/health"), {f"{PATH}.text": "up"}, id="redirect"),
        pytest.param(
            Answer("", leads_to="https://other.example/"), {f"{PATH}.status": 302}, id="redirected"
        ),
    ],
)
def test_passes_where_the_answer_is_as_expected(answer: Answer, values: dict[str, Any]) -> None:
    asked = _ask_who(answer, values)
    assert asked.returncode == 0, asked.stderr
    assert asked.stdout.endswith(", as expected\n")


@pytest.mark.parametrize(
    ("answer", "values", "said"),
    [
        pytest.param(
            _in(UNHEALTHY),
            STATUS_IN_JSON,
            ['body.status is "unhealthy", not "healthy"', '"database": "down"'],
            id="200 with unhealthy",
        ),
        pytest.param(
            _in(UNHEALTHY),
            {f"{PATH}.json": {"checks": {"database": "up", "queue": "up"}}},
            ['body.checks.database is "down", not "up"', "body.checks.queue is missing"],
            id="members of a member",
        ),
        pytest.param(
            _in({"up": True}),
            {f"{PATH}.json.up": 1},
            ["body.up is true, not 1"],
            id="true is no number",
        ),
        pytest.param(
            _in(["healthy"]), STATUS_IN_JSON, ['body is ["healthy"], not {"status"'], id="list"
        ),
        pytest.param(
            Answer("unhealthy"),
            {f"{PATH}.text": "healthy"},
            ['does not contain "healthy"'],
            id="text that is a part of a word",
        ),
        pytest.param(Answer("down", 503), {}, ["the status is 503, not 200", ": down"], id="503"),
        pytest.param(
            Answer("<html>"), STATUS_IN_JSON, ["the body is not JSON", "<html>"], id="not JSON"
        ),
        pytest.param(Answer(""), STATUS_IN_JSON, ["the body is not JSON"], id="empty"),
        pytest.param(
            Answer("up", leads_to="https://other.example/"),
            {},
            ["the status is 302, not 200", "302 to https://other.example/"],
            id="redirect to another host",
        ),
        pytest.param(Answer("", seconds=1), {}, ["was not answered for 0 s"], id="timeout"),
    ],
)
def test_fails_in_words(answer: Answer, values: dict[str, Any], said: list[str]) -> None:
    asked = _ask_who(answer, values)
    assert asked.returncode == 1
    for words in (*said, "/health", "Expected: {", f"set {PATH}", "logs deployment/api"):
        assert words in asked.stderr
    assert "Traceback" not in asked.stderr


def test_says_who_does_not_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    asked = _ask(f"127.0.0.1:{port}", {})
    assert asked.returncode == 1
    assert f"GET http://127.0.0.1:{port}/health was not answered" in asked.stderr
    assert "refused" in asked.stderr
    assert "Traceback" not in asked.stderr
