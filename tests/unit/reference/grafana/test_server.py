from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from reference.common.settings import load
from reference.grafana.check import Checker, State
from reference.grafana.provisioning import Dashboard, Provisioning
from reference.grafana.server import Server
from reference.grafana.settings import Settings, read
from reference.grafana.store import Store

ADMIN = httpx.BasicAuth("admin", "secret")
DASHBOARD = Dashboard.model_validate(
    {
        "uid": "d",
        "title": "Trades <today>",
        "schemaVersion": 42,
        "time": {"from": "now-1h", "to": "now"},
        "panels": [
            {
                "id": 1,
                "type": "stat",
                "title": "Pending now",
                "gridPos": {"x": 0, "y": 0, "w": 1, "h": 1},
            }
        ],
    }
)


class Running:
    """A server on a free port of this machine."""

    def __init__(self, data: Path, **environment: str) -> None:
        settings = load(
            Settings,
            {
                "GF_SECURITY_ADMIN_PASSWORD": "secret",
                "GF_SECURITY_SECRET_KEY": "key",
                "GF_SERVER_HTTP_ADDR": "127.0.0.1",
                "GF_SERVER_HTTP_PORT": "0",
                **environment,
            },
        )
        self.checker = Checker(data, {})
        self.checker.state = State(Provisioning(dashboards={"d": DASHBOARD}), problems=())
        self.server = Server(settings, self.checker, Store(data))
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()
        self.client = httpx.Client(
            base_url=f"http://127.0.0.1:{self.server.server_address[1]}",
            trust_env=False,
            verify=False,  # a client that reads no certificates is made faster
        )

    def stop(self) -> None:
        self.client.close()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    running = Running(tmp_path)
    yield running
    running.stop()


@pytest.fixture
def client(running: Running) -> httpx.Client:
    return running.client


def test_health_lists_every_problem(running: Running, client: httpx.Client) -> None:
    assert client.get("/api/health").status_code == 200
    assert client.get("/api/health").json()["database"] == "ok"
    running.checker.state = State(problems=("one", "two"))
    assert client.get("/healthz").status_code == 200
    answer = client.get("/api/health")
    assert answer.status_code == 503
    assert answer.json()["problems"] == ["one", "two"]


def test_volume_that_fails_is_a_problem(client: httpx.Client, tmp_path: Path) -> None:
    (tmp_path / "grafana.db").unlink(missing_ok=True)
    (tmp_path / "grafana.db").mkdir()
    answer = client.get("/api/health")
    assert answer.status_code == 503
    assert answer.json()["database"] == "failing"
    assert client.post("/login", data={"user": "admin", "password": "secret"}).status_code == 500


def test_admin_logs_in_and_sees_the_dashboards(client: httpx.Client) -> None:
    assert client.get("/").headers["location"] == "/login"
    assert "<form" in client.get("/login").text
    answer = client.post("/login", data={"user": "admin", "password": "secret"})
    assert (answer.status_code, answer.headers["location"]) == (302, "/")
    assert "HttpOnly" in answer.headers["set-cookie"]
    page = client.get("/").text
    assert "Pending now" in page
    assert "Trades &lt;today&gt;" in page
    client.get("/logout")
    assert client.get("/").status_code == 302


def test_login_by_json_is_grafanas(client: httpx.Client) -> None:
    answer = client.post("/login", json={"user": "admin", "password": "secret"})
    assert answer.json() == {"message": "Logged in"}
    assert client.get("/api/search").json()[0]["title"] == "Trades <today>"


@pytest.mark.parametrize(
    ("user", "password"), [("admin", ""), ("admin", "x"), ("", ""), ("x", "secret")]
)
def test_wrong_password_is_refused(client: httpx.Client, user: str, password: str) -> None:
    fields = {"user": user, "password": password}
    assert client.post("/login", data=fields).status_code == 401
    assert client.post("/login", json=fields).json() == {"message": "Invalid username or password"}
    assert client.get("/api/search", auth=httpx.BasicAuth(user, password)).status_code == 401


def test_credentials_that_are_no_text_are_refused(client: httpx.Client) -> None:
    headers = [(b"Authorization", b"Basic \xe4")]
    assert client.get("/api/search", headers=headers).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Basic %%%"},
        {"Authorization": "Bearer x"},
        {"Cookie": "grafana_session=guess"},
        {"Cookie": "=;;"},
    ],
)
def test_stranger_sees_nothing(client: httpx.Client, headers: dict[str, str]) -> None:
    assert client.get("/api/datasources", headers=headers).status_code == 401
    assert client.post("/api/annotations", headers=headers, json={"text": "x"}).status_code == 401
    assert client.get("/", headers=headers).status_code == 302


def test_sessions_and_annotations_outlive_the_server(tmp_path: Path) -> None:
    first = Running(tmp_path)
    first.client.post("/login", json={"user": "admin", "password": "secret"})
    cookies = dict(first.client.cookies)
    added = first.client.post("/api/annotations", json={"text": "kept"}).json()
    first.stop()
    second = Running(tmp_path)
    try:
        second.client.cookies.update(cookies)
        kept = second.client.get("/api/annotations").json()
    finally:
        second.stop()
    assert [(each["id"], each["text"]) for each in kept] == [(added["id"], "kept")]


URL = {"GF_SERVER_ROOT_URL": "https://fx.example.org/grafana/"}


@pytest.fixture
def below(tmp_path: Path) -> Iterator[httpx.Client]:
    running = Running(tmp_path, **URL, GF_SERVER_SERVE_FROM_SUB_PATH="true")
    yield running.client
    running.stop()


def test_all_of_it_is_below_the_path_of_its_url(below: httpx.Client) -> None:
    assert below.get("/grafana/api/health").status_code == 200
    assert below.get("/grafana/healthz").status_code == 200
    for path in ("/grafana", "/grafana/"):
        assert below.get(path).headers["location"] == "/grafana/login"
    assert 'action="/grafana/login"' in below.get("/grafana/login").text
    answer = below.post("/grafana/login", data={"user": "admin", "password": "secret"})
    assert (answer.status_code, answer.headers["location"]) == (302, "/grafana/")
    assert "Path=/grafana;" in answer.headers["set-cookie"]
    assert 'href="/grafana/logout"' in below.get("/grafana/").text


@pytest.mark.parametrize("path", ["/", "/api/health", "/login?next=1", "/grafanas"])
def test_who_asks_elsewhere_is_sent_there(below: httpx.Client, path: str) -> None:
    for answer in (below.get(path), below.post(path, content=b"GET / HTTP/1.1")):
        assert answer.status_code == 301
        assert answer.headers["location"] == f"https://fx.example.org/grafana{path}"


def test_a_proxy_may_have_taken_the_path_away(tmp_path: Path) -> None:
    running = Running(tmp_path, **URL)
    try:
        assert running.client.get("/api/health").status_code == 200
        assert running.client.get("/").headers["location"] == "/grafana/login"
    finally:
        running.stop()


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"text": 1}', b"\xff"])
def test_odd_bodies_are_answered(client: httpx.Client, content: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = client.post("/api/annotations", content=content, headers=headers, auth=ADMIN)
    assert answer.status_code == 400


KEY = {"GF_SECURITY_SECRET_KEY": "key"}


def test_settings_may_be_in_files(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("from-file\n")
    found = read({"GF_SECURITY_ADMIN_PASSWORD__FILE": str(tmp_path / "password"), **KEY})
    assert load(Settings, found).admin_password == "from-file"
    missing = read({"GF_SECURITY_ADMIN_PASSWORD__FILE": str(tmp_path / "missing"), **KEY})
    with pytest.raises(SystemExit, match="GF_SECURITY_ADMIN_PASSWORD is not set"):
        load(Settings, missing)


def test_arguments_come_before_variables_and_all_are_expanded() -> None:
    environment = {"GF_SECURITY_ADMIN_PASSWORD": "a${HOME}b", "HOME": "/root", **KEY}
    assert read(environment)["GF_SECURITY_ADMIN_PASSWORD"] == "a/rootb"
    argument = "cfg:security.admin_password=$__env{GF_SECURITY_ADMIN_PASSWORD}"
    assert read(environment, [argument])["GF_SECURITY_ADMIN_PASSWORD"] == "a${HOME}b"
    with pytest.raises(SystemExit, match="must be cfg:section"):
        read(environment, ["--password"])


def test_empty_variable_counts_for_nothing_and_an_empty_argument_does() -> None:
    environment = {"GF_SECURITY_ADMIN_PASSWORD": "", **KEY}
    assert "GF_SECURITY_ADMIN_PASSWORD" not in read(environment)
    argument = "cfg:security.admin_password=$__env{GF_SECURITY_ADMIN_PASSWORD}"
    assert read(environment, [argument])["GF_SECURITY_ADMIN_PASSWORD"] == ""
