"""The script of the secrets Job, run as the Job runs it against a stand-in for the API server."""

from __future__ import annotations

import ast
import base64
import io
import json
import ssl
import string
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from generator.plan.platform import Plan
from generator.spec.load import load_spec
from tests.chart.scenarios import (
    external,
    nested,
)
from tests.helm import render
from tests.spec_files import OURS

ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount/"
SERVER = "https://kubernetes.default.svc/api/v1/namespaces/trading/secrets"
NAME = "genx-fx-secrets"
LENGTHS = {
    "MYSQL_ROOT_PASSWORD": 32,
    "MYSQL_PASSWORD": 32,
    "REDIS_PASSWORD": 32,
    "SECRET_KEY": 64,
    "JWT_SECRET": 64,
    "GRAFANA_ADMIN_PASSWORD": 24,
    "GRAFANA_DATABASE_PASSWORD": 32,
}


def _job(values: dict[str, Any] | None = None) -> dict[str, Any]:
    """The container of the Job, where these values, by their dotted paths, are set."""
    (job,) = render(nested(values or {})).of_kind("Job")
    container: dict[str, Any] = job["spec"]["template"]["spec"]["containers"][0]
    return container


SCRIPT: str = _job()["args"][0]


@dataclass
class Cluster:
    """A namespace with one Secret or none, that speaks the API server's HTTP."""

    data: dict[str, str] | None = None
    version: int = 1
    requests: list[urllib.request.Request] = field(default_factory=list)
    before: Callable[[str], None] = lambda method: None  # what happens before a request arrives

    @property
    def writes(self) -> list[str]:
        """Methods of the requests that change something."""
        methods = [str(request.method) for request in self.requests]
        return [method for method in methods if method != "GET"]

    @property
    def written(self) -> dict[str, str]:
        """What the last request changes."""
        assert isinstance(self.requests[-1].data, bytes)
        body: dict[str, dict[str, str]] = json.loads(self.requests[-1].data)
        return body["stringData"]

    def urlopen(
        self, request: urllib.request.Request, timeout: float, context: object
    ) -> io.BytesIO:
        assert timeout <= 60
        assert context == f"trusts {ACCOUNT}ca.crt"
        assert request.headers["Authorization"] == "Bearer token-of-the-job"
        self.requests.append(request)
        self.before(str(request.method))
        body = json.loads(request.data) if isinstance(request.data, bytes) else {}
        answers = {"GET": self._get, "POST": self._post, "PATCH": self._patch}
        answer = answers[str(request.method)](request, body)
        return io.BytesIO(json.dumps(answer).encode())

    def _get(self, request: urllib.request.Request, _: dict[str, Any]) -> dict[str, Any]:
        assert request.full_url == f"{SERVER}/{NAME}"
        if self.data is None:
            raise _refusal(404)
        return self._secret()

    def _post(self, request: urllib.request.Request, body: dict[str, Any]) -> dict[str, Any]:
        assert request.full_url == SERVER
        assert body["metadata"]["name"] == NAME
        if self.data is not None:
            raise _refusal(409)
        self.data = dict(body["stringData"])
        return self._secret()

    def _patch(self, request: urllib.request.Request, body: dict[str, Any]) -> dict[str, Any]:
        assert request.full_url == f"{SERVER}/{NAME}"
        assert request.headers["Content-type"] == "application/merge-patch+json"
        read = body.get("metadata", {}).get("resourceVersion", str(self.version))
        if read != str(self.version):
            raise _refusal(409)
        assert self.data is not None
        self.data |= body["stringData"]
        self.version += 1
        return self._secret()

    def _secret(self) -> dict[str, Any]:
        assert self.data is not None
        encoded = {key: base64.b64encode(text.encode()).decode() for key, text in self.data.items()}
        return {"metadata": {"resourceVersion": str(self.version)}, "data": encoded}


def _refusal(code: int) -> urllib.error.HTTPError:
    return urllib.error.HTTPError(SERVER, code, "refused", Message(), io.BytesIO())


Run = Callable[..., str]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Give a function that runs the script in the Job's environment, and returns what it prints."""
    for name, text in (("token", "token-of-the-job"), ("namespace", "trading")):
        (tmp_path / name).write_text(text)

    def trust(cafile: str) -> str:
        return f"trusts {ACCOUNT}{Path(cafile).name}"

    def run_once(cluster: Cluster, values: dict[str, Any] | None = None) -> str:
        for entry in _job(values)["env"]:
            monkeypatch.setenv(entry["name"], entry["value"])
        monkeypatch.setattr(urllib.request, "urlopen", cluster.urlopen)
        monkeypatch.setattr(ssl, "create_default_context", trust)
        here = SCRIPT.replace(ACCOUNT, f"{tmp_path}/")
        assert here != SCRIPT
        exec(compile(here, "create-secrets.py", "exec"), {"__name__": "__main__"})
        return capsys.readouterr().out

    return run_once


def _env(name: str) -> str:
    (value,) = (entry["value"] for entry in _job()["env"] if entry["name"] == name)
    return str(value)


def _until_it_succeeds(run: Run, cluster: Cluster) -> None:
    """Run as the Job does: a pod that fails is tried again."""
    for _ in range(3):
        try:
            run(cluster)
        except SystemExit as error:
            if "409" not in str(error):
                raise
        else:
            return
    raise AssertionError("never succeeds")


def test_none_is_created_with_all_keys(run: Run) -> None:
    cluster = Cluster()
    printed = run(cluster)
    assert [request.method for request in cluster.requests] == ["GET", "POST"]
    assert cluster.data is not None
    for key, length in LENGTHS.items():
        assert len(cluster.data[key]) == length
        assert set(cluster.data[key]) <= set(string.ascii_letters + string.digits)
        assert cluster.data[key] not in printed
    assert len({cluster.data[key] for key in LENGTHS}) == len(LENGTHS), "no two alike"
    assert cluster.data["GRAFANA_ADMIN_USER"] == "admin"
    assert cluster.data["MT5_LOGIN"] == cluster.data["MT5_PASSWORD"] == ""
    assert "OPENAI_API_KEY" not in cluster.data


def test_each_installation_has_passwords_of_its_own(run: Run) -> None:
    first, second = Cluster(), Cluster()
    run(first)
    run(second)
    assert first.data is not None
    assert second.data is not None
    assert not [key for key in LENGTHS if first.data[key] == second.data[key]]


def test_database_url_agrees_with_the_password(run: Run) -> None:
    cluster = Cluster({"MYSQL_PASSWORD": "p@ss/w:rd?#%+ ü"})
    run(cluster, {"global.config.MYSQL_USER": "us@er+x"})
    assert cluster.data is not None
    url = urlsplit(cluster.data["DATABASE_URL"])
    assert unquote(url.password or "") == "p@ss/w:rd?#%+ ü"
    assert unquote(url.username or "") == "us@er+x"
    assert (url.hostname, url.port, url.path) == ("mysql-service", 3306, "/genxdb_fx_db")


def test_a_second_run_changes_nothing(run: Run) -> None:
    cluster = Cluster()
    run(cluster)
    assert cluster.data is not None
    before = dict(cluster.data)
    run(cluster)
    assert cluster.data == before
    assert cluster.writes == ["POST"]


def test_only_what_is_missing_is_added(run: Run) -> None:
    cluster = Cluster()
    run(cluster)
    assert cluster.data is not None
    del cluster.data["JWT_SECRET"], cluster.data["REDIS_PASSWORD"]
    before = dict(cluster.data)
    printed = run(cluster)
    assert cluster.writes == ["POST", "PATCH"]
    assert cluster.written.keys() == {"JWT_SECRET", "REDIS_PASSWORD"}
    assert cluster.data.items() >= before.items()
    assert "JWT_SECRET, REDIS_PASSWORD" in printed


def test_what_people_chose_is_kept(run: Run) -> None:
    chosen = {
        "MYSQL_PASSWORD": "chosen",
        "GRAFANA_ADMIN_USER": "boss",
        "MT5_LOGIN": "12345678",
        "OWN_KEY": "mine",
    }
    cluster = Cluster(dict(chosen))
    run(cluster)
    assert cluster.data is not None
    assert cluster.data.items() >= chosen.items()
    assert not chosen.keys() & cluster.written.keys()


def test_a_secret_without_data_is_filled(run: Run) -> None:
    cluster = Cluster({})
    run(cluster)
    assert cluster.writes == ["PATCH"]
    assert cluster.data is not None
    assert cluster.data["JWT_SECRET"]


def test_database_url_follows_the_host_and_nothing_else_changes(run: Run) -> None:
    cluster = Cluster()
    run(cluster)
    assert cluster.data is not None
    password = cluster.data["MYSQL_PASSWORD"]
    run(cluster, external("mysql", "db.example", port=3307))
    assert cluster.written == {
        "DATABASE_URL": f"mysql://genx_user:{password}@db.example:3307/genxdb_fx_db"
    }


def test_database_url_follows_a_password_that_a_person_changed(run: Run) -> None:
    cluster = Cluster()
    run(cluster)
    assert cluster.data is not None
    cluster.data["MYSQL_PASSWORD"] = "changed"
    run(cluster)
    assert cluster.data["DATABASE_URL"] == (
        "mysql://genx_user:changed@mysql-service:3306/genxdb_fx_db"
    )


WITH_PASSWORD = {"global.redis.auth.enabled": True}


def test_redis_url_has_no_password_where_redis_asks_for_none(run: Run) -> None:
    cluster = Cluster()
    run(cluster)
    assert cluster.data is not None
    assert cluster.data["REDIS_URL"] == "redis://redis-service:6379"


def test_redis_url_agrees_with_the_password(run: Run) -> None:
    cluster = Cluster({"REDIS_PASSWORD": "p@ss/w:rd?#%+ ü"})
    run(cluster, WITH_PASSWORD)
    assert cluster.data is not None
    url = urlsplit(cluster.data["REDIS_URL"])
    assert unquote(url.password or "") == "p@ss/w:rd?#%+ ü"
    assert (url.scheme, url.username) == ("redis", "default")
    assert (url.hostname, url.port, url.path) == ("redis-service", 6379, "")


def test_redis_url_follows_the_server_and_nothing_else_changes(run: Run) -> None:
    cluster = Cluster()
    run(cluster)
    assert cluster.data is not None
    password = cluster.data["REDIS_PASSWORD"]
    server = external("redis", "cache.example", port=6390, **{"tls.enabled": True})
    run(cluster, WITH_PASSWORD | server)
    assert cluster.written == {"REDIS_URL": f"rediss://:{password}@cache.example:6390"}


def test_another_who_creates_it_meanwhile_wins(run: Run) -> None:
    theirs = {"MYSQL_PASSWORD": "theirs", "JWT_SECRET": "theirs"}

    def overtake(method: str) -> None:
        if method == "POST":
            cluster.data = dict(theirs)

    cluster = Cluster(before=overtake)
    _until_it_succeeds(run, cluster)
    assert cluster.data is not None
    assert cluster.data.items() >= theirs.items()
    assert "theirs@" in cluster.data["DATABASE_URL"]


def test_another_who_adds_keys_meanwhile_wins(run: Run) -> None:
    """Between reading and writing a person, or a second Job, may add what was missing."""

    def overtake(method: str) -> None:
        if method == "PATCH" and cluster.data == {"OWN_KEY": "mine"}:
            cluster.data["JWT_SECRET"] = "theirs"
            cluster.version += 1

    cluster = Cluster({"OWN_KEY": "mine"}, before=overtake)
    _until_it_succeeds(run, cluster)
    assert cluster.data is not None
    assert cluster.data["JWT_SECRET"] == "theirs"
    assert cluster.data["SECRET_KEY"]


@pytest.mark.parametrize("code", [401, 403, 500])
def test_refusals_of_the_api_server_fail_the_job(run: Run, code: int) -> None:
    def refuse(method: str) -> None:
        raise _refusal(code)

    with pytest.raises(SystemExit, match=f"refused: {code}"):
        run(Cluster({}, before=refuse))


def test_a_silent_api_server_fails_the_job_with_a_hint(run: Run) -> None:
    def keep_silent(method: str) -> None:
        raise urllib.error.URLError(TimeoutError("timed out"))

    with pytest.raises(SystemExit, match=r"timed out.*apiServerPorts"):
        run(Cluster({}, before=keep_silent))


def test_is_a_few_dozen_lines_of_the_standard_library() -> None:
    modules = {
        alias.name.split(".")[0]
        for node in ast.walk(ast.parse(SCRIPT))
        if isinstance(node, ast.Import)
        for alias in node.names
    } | {
        (node.module or "").split(".")[0]
        for node in ast.walk(ast.parse(SCRIPT))
        if isinstance(node, ast.ImportFrom)
    }
    assert modules <= sys.stdlib_module_names
    assert len([line for line in SCRIPT.splitlines() if line.strip()]) <= 80


def test_every_generated_key_is_known_to_the_job() -> None:
    keys = json.loads(_env("SECRET_KEYS"))
    generated = {name: key["generate"] for name, key in keys.items() if "generate" in key}
    declared = Plan(load_spec(OURS)).generated_secrets
    assert generated == {name: key.generate for name, key in declared.items()}
    assert generated.items() >= LENGTHS.items()
    assert {name for name, key in keys.items() if "fixed" in key} == {"GRAFANA_ADMIN_USER"}


def test_every_composed_key_is_known_to_the_job_and_none_is_created() -> None:
    composed = json.loads(_env("COMPOSED_KEYS"))
    assert composed.keys() == {"DATABASE_URL", "REDIS_URL"}
    assert not composed.keys() & json.loads(_env("SECRET_KEYS")).keys()
    assert "{MYSQL_PASSWORD}" in composed["DATABASE_URL"]
