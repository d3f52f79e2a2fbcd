"""The script that prepares a release, run as its Job does against a stand-in for the API server."""

from __future__ import annotations

import ast
import base64
import io
import json
import re
import ssl
import string
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote, unquote, urlsplit

import pytest

from generator.plan.platform import Plan
from generator.spec.load import load_spec
from tests.chart.scenarios import SECRETS, external, merged, nested
from tests.helm import render
from tests.spec_files import OURS

ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
GIVEN = "/var/run/given-secrets"
SERVER = "https://kubernetes.default.svc"
PATH = f"{SERVER}/api/v1/namespaces/trading/secrets"
NAME = "genx-fx-secrets"
MARK = "genx-fx/secrets-source"
HELM_RELEASE = "meta.helm.sh/release-name"
LENGTHS = {
    "MYSQL_ROOT_PASSWORD": 32,
    "MYSQL_PASSWORD": 32,
    "REDIS_PASSWORD": 32,
    "SECRET_KEY": 64,
    "JWT_SECRET": 64,
    "GRAFANA_ADMIN_PASSWORD": 24,
    "GRAFANA_DATABASE_PASSWORD": 32,
}

Object = dict[str, Any]


def _job(values: dict[str, Any] | None = None) -> dict[str, Any]:
    """The container of the Job, where these values, by their dotted paths, are set."""
    (job,) = render(nested(values or {})).of_kind("Job")
    container: dict[str, Any] = job["spec"]["template"]["spec"]["containers"][0]
    return container


SCRIPT: str = _job()["args"][0]


@dataclass
class Cluster:
    """A namespace with objects, that speaks the API server's HTTP. `data` is the chart's Secret."""

    data: dict[str, str] | None = None
    metadata: Object = field(default_factory=dict)
    secrets: dict[str, dict[str, str]] = field(default_factory=dict)  # of the user
    workloads: list[Object] = field(default_factory=list)
    claims: list[Object] = field(default_factory=list)
    given: dict[str, str] = field(default_factory=dict)
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
        assert context == f"trusts {ACCOUNT}/ca.crt"
        assert request.headers["Authorization"] == "Bearer token-of-the-job"
        self.requests.append(request)
        self.before(str(request.method))
        body = json.loads(request.data) if isinstance(request.data, bytes) else {}
        answers = {"GET": self._get, "POST": self._post, "PATCH": self._patch}
        answer = answers[str(request.method)](request, body)
        return io.BytesIO(json.dumps(answer).encode())

    def _get(self, request: urllib.request.Request, _: Object) -> Object:
        lists = {
            f"{SERVER}/apis/apps/v1/namespaces/trading/deployments": [],
            f"{SERVER}/apis/apps/v1/namespaces/trading/statefulsets": self.workloads,
            f"{SERVER}/api/v1/namespaces/trading/persistentvolumeclaims": self.claims,
        }
        if request.full_url in lists:
            return {"items": lists[request.full_url]}
        folder, _slash, name = request.full_url.rpartition("/")
        assert folder == PATH
        if name in self.secrets:
            return _secret(self.secrets[name], {})
        assert name.endswith((NAME, "mine"))
        if name == "mine" or self.data is None:
            raise _refusal(404)
        return self._secret()

    def _post(self, request: urllib.request.Request, body: Object) -> Object:
        assert request.full_url == PATH
        assert body["metadata"]["name"].endswith(NAME)
        if self.data is not None:
            raise _refusal(409)
        self.data, self.metadata = dict(body["stringData"]), body["metadata"]
        return self._secret()

    def _patch(self, request: urllib.request.Request, body: Object) -> Object:
        assert request.full_url.endswith(NAME)
        assert request.headers["Content-type"] == "application/merge-patch+json"
        read = body["metadata"].pop("resourceVersion", str(self.version))
        if read != str(self.version):
            raise _refusal(409)
        assert self.data is not None
        self.data |= body["stringData"]
        self.metadata = merged(self.metadata, body["metadata"])
        self.version += 1
        return self._secret()

    def _secret(self) -> Object:
        assert self.data is not None
        return _secret(self.data, {**self.metadata, "resourceVersion": str(self.version)})


def _secret(data: dict[str, str], metadata: Object) -> Object:
    encoded = {key: base64.b64encode(text.encode()).decode() for key, text in data.items()}
    return {"metadata": metadata, "data": encoded}


def _refusal(code: int) -> urllib.error.HTTPError:
    return urllib.error.HTTPError(PATH, code, "refused", Message(), io.BytesIO())


Run = Callable[..., str]
REFUSED = 3


class Refused(Exception):
    """The script refused; the text is what it said."""


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Give a function that runs the script in the Job's environment, and returns what it prints."""
    for name, text in (("token", "token-of-the-job"), ("namespace", "trading")):
        (tmp_path / name).write_text(text)

    def trust(cafile: str) -> str:
        return f"trusts {ACCOUNT}/{Path(cafile).name}"

    def run_once(cluster: Cluster, values: dict[str, Any] | None = None) -> str:
        for entry in _job(values)["env"]:
            monkeypatch.setenv(entry["name"], entry["value"])
        monkeypatch.setattr(urllib.request, "urlopen", cluster.urlopen)
        monkeypatch.setattr(ssl, "create_default_context", trust)
        given = tmp_path / "given"
        given.mkdir(exist_ok=True)
        for key, text in cluster.given.items():
            (given / key).write_text(text)
        here = SCRIPT.replace(ACCOUNT, str(tmp_path)).replace(GIVEN, str(given))
        assert str(tmp_path) in here
        assert str(given) in here
        try:
            exec(compile(here, "prepare-release.py", "exec"), {"__name__": "__main__"})
        except SystemExit as end:
            if end.code != REFUSED:
                raise
            raise Refused(capsys.readouterr().err) from end
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
    assert cluster.writes == ["POST"]
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


def test_is_short_and_of_the_standard_library() -> None:
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
    assert len([line for line in SCRIPT.splitlines() if line.strip()]) <= 325


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


def _labels(app: str, release: str = "genx-fx", prefix: str = "") -> dict[str, str]:
    """Labels that the chart gives to objects of a component."""
    return {
        "app": app,
        "app.kubernetes.io/name": prefix + app,
        "app.kubernetes.io/instance": release,
        "app.kubernetes.io/part-of": "genx-fx",
    }


def _workload(app: str, *owner: str, secret: str = NAME, labels: Object | None = None) -> Object:
    """A StatefulSet; the owner is a release and a prefix, by default those of the script's run."""
    reference = {"name": "MYSQL_PASSWORD", "valueFrom": {"secretKeyRef": {"name": secret}}}
    plain: Object = {"name": "PLAIN", "value": "text"}
    own: Object = {"name": "OWN", "valueFrom": {"secretKeyRef": {"name": "a-secret-of-the-user"}}}
    return {
        "metadata": {
            "name": "".join(owner[1:]) + app,
            "labels": _labels(app, *owner) if labels is None else labels,
        },
        "spec": {"template": {"spec": {"containers": [{}, {"env": [plain, own, reference]}]}}},
    }


def _claim(app: str, *owner: str, by_helm: bool = True) -> Object:
    """A claim as the chart makes it."""
    annotations = {HELM_RELEASE: "genx-fx"} if by_helm else {}
    name = f"{''.join(owner[1:])}{app}-pvc"
    return {"metadata": {"name": name, "labels": _labels(app, *owner), "annotations": annotations}}


BLUE = {"global.namePrefix": "blue-"}
WITH_VALUES = {"global.secrets.source": "values", "global.secrets.values": SECRETS}
WITH_EXISTING = {"global.secrets.source": "existing", "global.secrets.existingSecret": "mine"}
WITH_STORE = {
    "global.secrets.source": "externalSecrets",
    "global.secrets.externalSecrets.secretStoreRef.name": "vault",
    "global.secrets.externalSecrets.key": "trading",
}
SOURCES = {
    "generate": {},
    "values": WITH_VALUES,
    "existing": WITH_EXISTING,
    "externalSecrets": WITH_STORE,
}


class TestRunsOnce:
    def test_another_prefix_is_refused_while_the_release_runs(self, run: Run) -> None:
        bot, database = _workload("trading-bot"), _workload("mysql")
        cluster = Cluster({}, workloads=[bot, database])
        with pytest.raises(Refused) as error:
            run(cluster, BLUE)
        assert "global.namePrefix is 'blue-'" in str(error.value)
        assert "release genx-fx runs mysql, trading-bot already" in str(error.value)
        assert "set it to ''" in str(error.value)
        assert cluster.writes == []

    def test_no_prefix_is_refused_where_there_was_one(self, run: Run) -> None:
        cluster = Cluster({}, workloads=[_workload("trading-bot", "genx-fx", "blue-")])
        with pytest.raises(Refused, match="set it to 'blue-'"):
            run(cluster)

    def test_same_prefix_is_accepted(self, run: Run) -> None:
        run(Cluster({}, workloads=[_workload("trading-bot"), _workload("mysql")]))

    @pytest.mark.parametrize("name", ["trading-bot", "mysql", "redis"])
    @pytest.mark.parametrize("prefix", ["", "blue-"])
    def test_workload_of_nobody_is_refused(self, run: Run, name: str, prefix: str) -> None:
        cluster = Cluster({}, workloads=[_workload(name, labels={"app": name})])
        with pytest.raises(Refused, match=f"{name} is here already and of no release"):
            run(cluster, {"global.namePrefix": prefix})

    def test_workload_of_nobody_may_be_where_ours_does_not_run(self, run: Run) -> None:
        there = [_workload(name, labels={"app": name}) for name in ("mysql", "postgres")]
        run(Cluster({}, workloads=there), external("mysql", "mysql"))

    def test_another_release_may_run_beside_it(self, run: Run) -> None:
        run(Cluster({}, workloads=[_workload("trading-bot", "green", "")]), BLUE)


OLD = [_claim("mysql", "old", ""), _claim("logs", "old", "")]


class TestForgottenData:
    def test_data_of_a_release_that_runs_no_more_is_refused(self, run: Run) -> None:
        with pytest.raises(Refused) as error:
            run(Cluster(claims=OLD), BLUE)
        said = str(error.value)
        assert "logs-pvc, mysql-pvc have the data of release old with global.namePrefix ''" in said
        assert "kubectl label pvc logs-pvc mysql-pvc -n trading app.kubernetes.io/part-of-" in said

    def test_data_under_another_prefix_is_refused(self, run: Run) -> None:
        with pytest.raises(Refused, match=r"release genx-fx with global.namePrefix 'blue-'"):
            run(Cluster(claims=[_claim("mysql", "genx-fx", "blue-")]))

    def test_own_data_is_used_again(self, run: Run) -> None:
        run(Cluster({}, claims=[_claim("mysql"), _claim("logs")]))

    def test_data_of_a_running_release_is_its_own(self, run: Run) -> None:
        run(Cluster({}, claims=OLD, workloads=[_workload("mysql", "old", "")]), BLUE)

    def test_data_of_others_does_not_stop_an_upgrade(self, run: Run) -> None:
        running = [_workload("trading-bot", "genx-fx", "blue-")]
        run(Cluster({}, claims=OLD, workloads=running), BLUE)

    def test_claims_of_others_are_none_of_its_business(self, run: Run) -> None:
        claim = {"metadata": {"name": "wiki", "labels": {"app": "wiki"}}}
        run(Cluster(claims=[claim, {"metadata": {"name": "bare"}}]))


def _sized(app: str, size: str) -> Object:
    return {**_claim(app), "status": {"capacity": {"storage": size}}}


class TestSizes:
    """Kubernetes refuses a smaller claim itself, but when half of the upgrade is done."""

    LOOSE: ClassVar = {"global.enforceDocumentedLimits": False}

    @pytest.mark.parametrize("size", ["10Gi", "9.5Gi", "10G", "10737418240", "1e9", "10240Mi"])
    def test_what_stays_or_grows_is_let_through(self, run: Run, size: str) -> None:
        run(Cluster({}, claims=[_sized("mysql", size), _sized("wiki", "1Ti")]))

    @pytest.mark.parametrize("size", ["10241Mi", "11Gi", "20G", "2e10", "10737418241", "1Ti"])
    def test_what_would_shrink_is_refused(self, run: Run, size: str) -> None:
        said = f"data.mysql.persistence.size: is 10Gi, but mysql-pvc has {size}, and no volume"
        with pytest.raises(Refused, match=re.escape(said)):
            run(Cluster({}, claims=[_sized("mysql", size)]))

    @pytest.mark.parametrize(
        ("claim", "path"),
        [
            ("redis", "data.redis.persistence.size"),
            ("grafana", "monitoring.grafana.persistence.size"),
            ("logs", "global.storage.logs.size"),
            ("data", "global.storage.data.size"),
        ],
    )
    def test_every_claim_is_looked_at(self, run: Run, claim: str, path: str) -> None:
        with pytest.raises(Refused, match=re.escape(f"{path}: is 1")):
            run(
                Cluster({}, claims=[_sized(claim, "50Gi")]),
                {**self.LOOSE, path: 1073741824},
            )

    def test_a_claim_that_the_release_does_not_make_is_not(self, run: Run) -> None:
        gone = {
            "data.mysql.persistence.enabled": False,
            "global.storage.logs.mode": "existingClaim",
            "global.storage.logs.existingClaim": "nfs",
        }
        run(Cluster({}, claims=[_sized("mysql", "50Gi"), _sized("logs", "50Gi")]), gone)


GROUP = {"data.mysql.mode": "groupReplication", "data.mysql.resources.requests.memory": "768Mi"}
MEMBERS = [f"mysql-group-{number}" for number in range(3)]


class TestOtherMode:
    """A database of another mode would start empty, beside the data of before."""

    @staticmethod
    def one(**annotations: str) -> Object:
        workload = _workload("mysql")
        workload["metadata"]["annotations"] = annotations
        return workload

    @staticmethod
    def group(**annotations: str) -> Object:
        workload = _workload("mysql")
        return workload | {
            "metadata": workload["metadata"] | {"name": "mysql-group", "annotations": annotations}
        }

    @staticmethod
    def claims_of_group() -> list[Object]:
        claims = [_claim("mysql") for _ in MEMBERS]
        return [
            claim | {"metadata": claim["metadata"] | {"name": f"storage-{member}"}}
            for claim, member in zip(claims, MEMBERS, strict=True)
        ]

    def test_one_server_does_not_become_a_group_unasked(self, run: Run) -> None:
        cluster = Cluster({}, workloads=[self.one()], claims=[_claim("mysql")])
        with pytest.raises(Refused) as error:
            run(cluster, GROUP)
        said = str(error.value)
        assert "is groupReplication, but the data of standalone is in mysql-pvc" in said
        assert "kubectl annotate statefulset mysql -n trading genx-fx/replace-by=groupRepl" in said
        assert cluster.writes == []

    def test_a_group_does_not_become_one_server_unasked(self, run: Run) -> None:
        with pytest.raises(Refused, match=r"storage-mysql-group-0, storage-mysql-group-1, sto"):
            run(Cluster({}, workloads=[self.group()], claims=self.claims_of_group()))

    def test_it_does_once_a_person_has_confirmed_it(self, run: Run) -> None:
        confirmed = self.one(**{"genx-fx/replace-by": "groupReplication"})
        run(Cluster({}, workloads=[confirmed], claims=[_claim("mysql")]), GROUP)
        confirmed = self.group(**{"genx-fx/replace-by": "standalone"})
        run(Cluster({}, workloads=[confirmed], claims=self.claims_of_group()))

    def test_it_does_not_if_another_mode_was_confirmed(self, run: Run) -> None:
        confirmed = self.one(**{"genx-fx/replace-by": "standalone"})
        with pytest.raises(Refused, match="genx-fx/replace-by=groupReplication"):
            run(Cluster({}, workloads=[confirmed], claims=[_claim("mysql")]), GROUP)

    def test_an_upgrade_in_the_same_mode_passes(self, run: Run) -> None:
        run(Cluster({}, workloads=[self.one()], claims=[_claim("mysql")]))
        both = [_claim("mysql"), *self.claims_of_group()]
        run(Cluster({}, workloads=[self.group()], claims=both), GROUP)

    def test_data_that_was_kept_in_the_other_mode_is_not_forgotten(self, run: Run) -> None:
        with pytest.raises(Refused, match="kubectl label pvc mysql-pvc -n trading"):
            run(Cluster({}, claims=[_claim("mysql")]), GROUP)
        with pytest.raises(Refused, match=r"is in storage-mysql-group-0, .* would start empty"):
            run(Cluster({}, claims=self.claims_of_group()))

    def test_passwords_of_a_group_s_data_are_not_replaced(self, run: Run) -> None:
        with pytest.raises(Refused, match="have data that was made with other passwords"):
            run(Cluster(claims=self.claims_of_group()), GROUP)


# What a Secret of the user's has besides, and what a store's operator adds.
THEIR_OWN = {
    "DATABASE_URL": "mysql://genx_user:{}@mysql-service:3306/genxdb_fx_db".format(
        quote(SECRETS["MYSQL_PASSWORD"], safe="")
    ),
    "REDIS_URL": "redis://redis-service:6379",
    "GRAFANA_ADMIN_USER": "admin",
}


def _installed(source: str, data: dict[str, str] | None = None) -> Cluster:
    """The cluster after an installation whose secrets came from a source, and its mark."""
    given = dict(SECRETS if data is None else data)
    secret = "mine" if source == "existing" else NAME
    cluster = Cluster(
        workloads=[_workload("mysql", secret=secret), _workload("trading-bot", secret=secret)],
        claims=[_claim("mysql")],
        secrets={"mine": given | THEIR_OWN},
        given=SECRETS | THEIR_OWN,
    )
    if source != "existing":
        cluster.data = given
    if source == "values":
        cluster.metadata = {
            "labels": {"helm.sh/chart": "genx-fx-0.2.0"},
            "annotations": {HELM_RELEASE: "genx-fx"},
        }
    elif source != "existing":
        cluster.metadata = {"annotations": {MARK: source}}
    if source == "externalSecrets":
        cluster.data = given | THEIR_OWN
    return cluster


class TestChangedSource:
    @pytest.mark.parametrize("source", SOURCES)
    def test_same_source_is_accepted(self, run: Run, source: str) -> None:
        cluster = _installed(source, {**SECRETS, "MYSQL_PASSWORD": "rotated by its owner"})
        run(cluster, SOURCES[source])

    @pytest.mark.parametrize("before", ["values", "externalSecrets"])
    def test_generate_keeps_what_there_is(self, run: Run, before: str) -> None:
        cluster = _installed(before)
        run(cluster)
        assert cluster.data is not None
        assert cluster.data.items() >= SECRETS.items()
        assert cluster.metadata["annotations"][MARK] == "generate"

    def test_what_the_operator_would_take_back_comes_later(self, run: Run) -> None:
        """It serves its ExternalSecret until Helm deletes that, which is after the Job."""
        more = {
            "global.secrets.extra.OWN": {"readBy": ["trading-bot"], "generate": 32},
            "global.config.MYSQL_USER": "trader",
        }
        twice = "DATABASE_URL, OWN: External Secrets would take back .* Upgrade twice"
        cluster = _installed("externalSecrets")
        with pytest.raises(Refused, match=twice):
            run(cluster, more)
        assert cluster.writes == []
        run(cluster)
        run(cluster, more)
        assert cluster.data is not None
        assert len(cluster.data["OWN"]) == 32

        cluster = _installed("externalSecrets")
        cluster.given |= {"OWN": "mine", "DATABASE_URL": "mysql://trader"}
        given = {**more, **WITH_VALUES, "global.secrets.values.OWN": "mine"}
        with pytest.raises(Refused, match=twice):
            run(cluster, given)

    @pytest.mark.parametrize("before", ["generate", "externalSecrets"])
    def test_values_may_change_later(self, run: Run, before: str) -> None:
        cluster = _installed(before)
        run(cluster, WITH_VALUES)
        cluster.given["MT5_PASSWORD"] = "changed"
        run(cluster, WITH_VALUES)

    @pytest.mark.parametrize("before", ["generate", "externalSecrets"])
    def test_values_must_be_what_there_is(self, run: Run, before: str) -> None:
        run(_installed(before), WITH_VALUES)
        changed = {**SECRETS, "MYSQL_PASSWORD": "before", "MT5_LOGIN": "", "OWN_KEY": "mine"}
        cluster = _installed(before, changed)
        with pytest.raises(Refused) as error:
            run(cluster, WITH_VALUES)
        assert "MYSQL_PASSWORD, OWN_KEY: global.secrets.values has another" in str(error.value)
        assert "before" not in str(error.value)
        assert "kubectl get secret genx-fx-secrets -n trading -o go-template=" in str(error.value)
        assert cluster.writes == []

    @pytest.mark.parametrize("before", ["generate", "values", "externalSecrets"])
    def test_existing_must_hold_what_there_is(self, run: Run, before: str) -> None:
        cluster = _installed(before)
        there = dict(cluster.data or {})
        run(cluster, WITH_EXISTING)
        assert cluster.metadata["annotations"][MARK] == "existing"
        assert cluster.data == there
        cluster = _installed(before, {**SECRETS, "JWT_SECRET": "before"})
        cluster.secrets["mine"] = SECRETS | THEIR_OWN
        with pytest.raises(Refused, match="JWT_SECRET: Secret mine has another content"):
            run(cluster, WITH_EXISTING)

    @pytest.mark.parametrize("before", ["generate", "values"])
    def test_store_is_confirmed_first(self, run: Run, before: str) -> None:
        cluster = _installed(before)
        confirm = (
            r"kubectl annotate secret genx-fx-secrets .*genx-fx/secrets-source=externalSecrets"
        )
        with pytest.raises(Refused, match=confirm):
            run(cluster, WITH_STORE)
        cluster.metadata["annotations"] = {MARK: "externalSecrets"}
        run(cluster, WITH_STORE)

    @pytest.mark.parametrize("after", ["generate", "values", "externalSecrets"])
    @pytest.mark.parametrize("outdated", [False, True])
    def test_secret_of_the_user_is_copied_first(self, run: Run, after: str, outdated: bool) -> None:
        cluster = _installed("existing")
        if outdated:  # one that was in use before
            cluster.data, cluster.metadata = {}, {"annotations": {MARK: "existing"}}
        with pytest.raises(Refused, match=r"platform reads Secret mine.*kubectl replace --force"):
            run(cluster, SOURCES[after])
        assert cluster.writes == []

    def test_copied_secret_is_accepted_and_becomes_helm_s(self, run: Run) -> None:
        cluster = _installed("existing")
        cluster.data = dict(SECRETS)
        run(cluster)
        assert cluster.data.items() >= SECRETS.items()
        assert cluster.metadata["annotations"] == {
            MARK: "generate",
            HELM_RELEASE: "genx-fx",
            "meta.helm.sh/release-namespace": "trading",
        }
        assert cluster.metadata["labels"] == {"app.kubernetes.io/managed-by": "Helm"}

    def test_interrupted_change_to_existing_can_be_taken_back(self, run: Run) -> None:
        cluster = _installed("generate")
        run(cluster, WITH_EXISTING)
        run(cluster)
        assert cluster.metadata["annotations"][MARK] == "generate"

    def test_secret_with_an_owner_is_not_made_helm_s(self, run: Run) -> None:
        cluster = _installed("externalSecrets")
        cluster.metadata["ownerReferences"] = [{"kind": "ExternalSecret"}]
        run(cluster)
        assert HELM_RELEASE not in cluster.metadata["annotations"]


class TestNeededKeys:
    """What the Job creates and asks for: what the components read that are enabled."""

    WITHOUT_GRAFANA: ClassVar = {"monitoring.enabled": False}

    def test_keys_that_nobody_reads_are_not_created(self, run: Run) -> None:
        cluster = Cluster()
        run(cluster, self.WITHOUT_GRAFANA)
        assert cluster.data is not None
        assert not {"GRAFANA_ADMIN_USER", "GRAFANA_SECRET_KEY"} & cluster.data.keys()
        assert {"MYSQL_ROOT_PASSWORD", "DATABASE_URL"} <= cluster.data.keys()

    def test_a_database_knows_the_password_of_who_is_enabled_later(self, run: Run) -> None:
        cluster = Cluster()
        run(cluster, self.WITHOUT_GRAFANA)
        assert cluster.data is not None
        before = dict(cluster.data)
        assert len(before["GRAFANA_DATABASE_PASSWORD"]) == 32
        run(cluster)
        assert cluster.data.items() >= before.items()
        assert cluster.written.keys() == {
            "GRAFANA_ADMIN_USER",
            "GRAFANA_ADMIN_PASSWORD",
            "GRAFANA_SECRET_KEY",
        }

    def test_a_url_of_nobody_is_neither_written_nor_missed(self, run: Run) -> None:
        nobody = {
            "application.enabled": False,
            **external("mysql", "10.9.0.7"),
            "monitoring.grafana.waitFor": ["mysql"],
        }
        cluster = Cluster()
        run(cluster, nobody)
        assert cluster.data is not None
        assert not {"DATABASE_URL", "REDIS_URL", "MYSQL_PASSWORD"} & cluster.data.keys()

    def test_secret_of_the_user_lacks_a_key_that_pods_read(self, run: Run) -> None:
        cluster = Cluster(secrets={"mine": SECRETS | THEIR_OWN})
        del cluster.secrets["mine"]["GRAFANA_DATABASE_PASSWORD"]
        del cluster.secrets["mine"]["REDIS_PASSWORD"]
        said = "GRAFANA_DATABASE_PASSWORD: pods read this, and Secret mine does not hold it"
        with pytest.raises(Refused, match=f"  - {said}"):
            run(cluster, WITH_EXISTING)
        run(cluster, WITH_EXISTING | self.WITHOUT_GRAFANA)
        with pytest.raises(Refused, match="REDIS_PASSWORD: pods read this"):
            run(cluster, WITH_EXISTING | self.WITHOUT_GRAFANA | {"global.redis.auth.enabled": True})

    def test_keys_of_the_user_are_created_while_their_reader_runs(self, run: Run) -> None:
        own = {
            "SALT": {"readBy": ["api"], "generate": 48},
            "TOKEN": {"readBy": ["frontend", "api"]},
            "PANEL": {"readBy": ["grafana"], "generate": 16},
        }
        cluster = Cluster({"TOKEN": "set by its owner"})
        run(cluster, {"global.secrets.extra": own} | self.WITHOUT_GRAFANA)
        assert cluster.data is not None
        assert len(cluster.data["SALT"]) == 48
        assert cluster.data["TOKEN"] == "set by its owner"
        assert "PANEL" not in cluster.data
        empty = Cluster()
        run(empty, {"global.secrets.extra": own})
        assert empty.data is not None
        assert (empty.data["TOKEN"], len(empty.data["PANEL"])) == ("", 16)

    def test_secret_of_the_user_may_come_later(self, run: Run) -> None:
        run(Cluster(), WITH_EXISTING)


class TestLostSecret:
    def test_no_new_passwords_are_made_for_old_data(self, run: Run) -> None:
        cluster = Cluster(claims=[_claim("mysql"), _claim("redis")])
        with pytest.raises(Refused, match="mysql-pvc have data that was made with other passwords"):
            run(cluster)
        assert cluster.writes == []

    def test_claims_that_are_made_together_with_it_are_empty(self, run: Run) -> None:
        """`helm template | kubectl apply` makes the claims while the Job runs."""
        cluster = Cluster(claims=[_claim("mysql", by_helm=False)])
        run(cluster)
        assert cluster.writes == ["POST"]

    def test_other_data_needs_no_password(self, run: Run) -> None:
        run(Cluster(claims=[_claim("redis"), _claim("logs")]))


def test_all_problems_are_named_at_once(run: Run) -> None:
    cluster = Cluster(workloads=[_workload("redis", labels={})], claims=[_claim("mysql")])
    with pytest.raises(Refused) as error:
        run(cluster)
    assert str(error.value).count("\n  - ") == 2


def test_without_checks_it_only_creates_the_secret(run: Run) -> None:
    cluster = Cluster(workloads=[_workload("redis", labels={})], claims=[_claim("mysql")])
    run(cluster, {"releaseChecks.enabled": False})
    assert [request.method for request in cluster.requests] == ["GET", "POST"]
