"""MySQL and Redis outside the release: account, TLS, and parameters of drivers."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import yaml

from tests.chart.conftest import Chart
from tests.chart.network import Network, outside, pods
from tests.chart.reading import component, container, environment, pod
from tests.chart.scenarios import (
    PLAN,
    SCENARIOS,
    SECRETS,
    external,
    merged,
    nested,
    nobody_waits_for,
    rendered,
)
from tests.chart.test_helm_tests import _command, _run, _tests, stubs
from tests.helm import HELMS, Manifest, Render, render

__all__ = ["stubs"]

GIVEN = {"global.secrets.source": "values", "global.secrets.values": SECRETS}
AUTH = {"global.redis.auth.enabled": True}
TLS = {"enabled": True, "caSecret": {"name": "authority", "key": "root.pem"}}
AUTHORITY = {"secretName": "authority", "items": [{"key": "root.pem", "path": "ca.crt"}]}
PARAMETERS = {"ssl_ca": "/etc/ssl/mysql/ca.crt", "ssl": '{"rejectUnauthorized": true}'}
CALLERS = {
    "mysql": {"api", "trading-bot", "grafana"},
    "redis": {"api", "trading-bot"},
}


def _secret(values: dict[str, Any]) -> dict[str, str]:
    """What the Secret holds where values give it."""
    secret = render(nested(GIVEN | values)).get("Secret", "genx-fx-secrets")
    data: dict[str, str] = secret["stringData"]
    return data


def _mounted(workload: Manifest, server: str) -> dict[str, Any] | None:
    """The Secret that is mounted as the authority of a server, if one is."""
    volumes = {volume["name"]: volume for volume in pod(workload).get("volumes", [])}
    mounts = container(workload).get("volumeMounts", [])
    for mount in mounts:
        if mount["mountPath"] == f"/etc/ssl/{server}":
            assert mount["readOnly"] is True
            secret: dict[str, Any] = volumes[mount["name"]]["secret"]
            return secret
    return None


def _data_source(found: Render) -> dict[str, Any]:
    files = found.get("ConfigMap", "grafana-provisioning")["data"]
    source: dict[str, Any] = yaml.safe_load(files["datasources.yaml"])["datasources"][0]
    return source


class TestAccount:
    def test_user_and_database_of_mysql_replace_those_of_ours_everywhere(
        self, chart: Chart
    ) -> None:
        values = external("mysql", "10.9.0.7", user="app@genx", database="prod")
        data = chart(nested(values)).get("ConfigMap", "genx-fx-config")["data"]
        assert (data["MYSQL_USER"], data["MYSQL_DATABASE"]) == ("app@genx", "prod")
        url = urlsplit(_secret(values)["DATABASE_URL"])
        assert (unquote(url.username or ""), url.path) == ("app@genx", "/prod")

    def test_empty_ones_follow_the_config(self) -> None:
        values = external("mysql", "10.9.0.7") | {"global.config.MYSQL_USER": "own"}
        url = urlsplit(_secret(values)["DATABASE_URL"])
        assert (url.username, url.path, url.query) == ("own", "/genxdb_fx_db", "")

    @pytest.mark.parametrize(("user", "login"), [("", ":"), ("a:b/c", "a%3Ab%2Fc:")])
    def test_redis_is_told_a_user_only_where_one_is_named(self, user: str, login: str) -> None:
        values = external("redis", "10.9.0.8", user=user) | AUTH
        assert _secret(values)["REDIS_URL"] == (
            f"redis://{login}{SECRETS['REDIS_PASSWORD']}@10.9.0.8:6379"
        )

    def test_database_of_redis_is_in_its_url(self) -> None:
        values = external("redis", "10.9.0.8", database=3)
        assert _secret(values)["REDIS_URL"] == "redis://10.9.0.8:6379/3"

    def test_own_redis_has_neither(self) -> None:
        assert _secret({"global.external.redis.database": 3})["REDIS_URL"] == (
            "redis://redis-service:6379"
        )


class TestParameters:
    @pytest.mark.parametrize(("server", "key"), [("mysql", "DATABASE_URL"), ("redis", "REDIS_URL")])
    def test_are_at_the_end_of_the_url_url_encoded(self, server: str, key: str) -> None:
        url = _secret(external(server, "10.9.0.7", urlParameters=PARAMETERS))[key]
        assert "{" not in url
        given = parse_qs(urlsplit(url).query, strict_parsing=True)
        assert given == {name: [text] for name, text in PARAMETERS.items()}

    def test_reach_every_source_that_composes(self, chart: Chart) -> None:
        values = external("mysql", "10.9.0.7", urlParameters={"charset": "utf8mb4"})
        (job,) = chart(nested(values)).of_kind("Job")
        assert "/genxdb_fx_db?charset=utf8mb4" in environment(job)["COMPOSED_KEYS"]
        store = {
            "global.secrets.source": "externalSecrets",
            "global.secrets.externalSecrets.secretStoreRef.name": "vault",
            "global.secrets.externalSecrets.key": "genx-fx",
        }
        made = chart(nested(values | store)).get("ExternalSecret", "genx-fx-secrets")
        template = made["spec"]["target"]["template"]["data"]["DATABASE_URL"]
        assert template.endswith("/genxdb_fx_db?charset=utf8mb4")


class TestAuthority:
    @pytest.mark.parametrize("server", CALLERS)
    def test_is_mounted_where_the_server_is_called_and_nowhere_else(
        self, chart: Chart, server: str
    ) -> None:
        found = chart(nested(external(server, "10.9.0.7", tls=TLS)))
        running = {part.name for part in PLAN.components} - {server}
        mounted = {name: _mounted(component(found, name), server) for name in running}
        assert {name for name, secret in mounted.items() if secret} == CALLERS[server]
        assert all(secret in (None, AUTHORITY) for secret in mounted.values())
        for name, test in _tests(found).items():
            logs_in = name.endswith(f"-to-{server}")
            assert _mounted(test, server) == (AUTHORITY if logs_in else None), name

    def test_is_not_needed(self, chart: Chart) -> None:
        found = chart(nested(external("redis", "10.9.0.8", tls={"enabled": True})))
        assert _mounted(component(found, "api"), "redis") is None

    def test_grafana_reads_the_database_by_tls(self, chart: Chart) -> None:
        source = _data_source(chart(nested(external("mysql", "10.9.0.7", tls=TLS))))
        assert source["jsonData"]["tlsAuthWithCACert"] is True
        assert source["secureJsonData"]["tlsCACert"] == "$__file{/etc/ssl/mysql/ca.crt}"

    def test_grafana_reads_ours_without(self, chart: Chart) -> None:
        source = _data_source(chart())
        assert "tlsAuthWithCACert" not in source["jsonData"]
        assert source["secureJsonData"].keys() == {"password"}


class TestHelmTest:
    """The scripts that log in, run by the shell of this machine."""

    URL = "mysql://app:secret@db.example:3306/prod?ssl_ca=x"

    @pytest.mark.parametrize(
        ("tls", "mode", "file"),
        [
            ({"enabled": False}, "PREFERRED", None),
            (TLS, "VERIFY_CA", "/etc/ssl/mysql/ca.crt"),
        ],
    )
    def test_mysql(self, stubs: Any, tls: dict[str, Any], mode: str, file: str | None) -> None:
        found = render(nested(external("mysql", "10.9.0.7", tls=tls)))
        ran = _run(_command(found, "api-to-mysql"), stubs, DATABASE_URL=self.URL)
        assert ran.code == 0, ran.output
        assert [word for word in ran.called if word.startswith("--ssl")] == [
            f"--ssl-mode={mode}",
            *([f"--ssl-ca={file}"] if file else []),
        ]
        assert "--database=prod" in ran.called

    def test_mysql_by_an_authority_that_the_image_has(self, stubs: Any) -> None:
        values = external("mysql", "10.9.0.7", tls={"enabled": True})
        found = render(nested(values | {"monitoring.enabled": False}))
        ran = _run(_command(found, "api-to-mysql"), stubs, DATABASE_URL=self.URL)
        assert [word for word in ran.called if word.startswith("--ssl")] == ["--ssl-mode=REQUIRED"]

    @pytest.mark.parametrize(("tls", "options"), [(TLS, ["--cacert", "/etc/ssl/redis/ca.crt"])])
    def test_redis(self, stubs: Any, tls: dict[str, Any], options: list[str]) -> None:
        (stubs / "answer").write_text("echo PONG")
        found = render(nested(external("redis", "10.9.0.8", tls=tls)))
        url = "rediss://:secret@10.9.0.8:6379/3"
        ran = _run(_command(found, "api-to-redis"), stubs, REDIS_URL=f"{url}?ssl_cert_reqs=none")
        assert ran.code == 0, ran.output
        assert ran.called == [
            "--no-auth-warning",
            *options,
            "-u",
            url.replace("//:", "//default:"),
            "ping",
        ]


def test_all_ranges_of_addresses_are_open() -> None:
    policy = rendered("external_with_tls").get("NetworkPolicy", "api-to-mysql-egress")
    (rule,) = policy["spec"]["egress"]
    cidrs = [peer["ipBlock"]["cidr"] for peer in rule["to"]]
    assert cidrs == SCENARIOS["external_with_tls"]["global.external.mysql.cidrs"]


def test_a_new_authority_restarts_those_who_read_it() -> None:
    before = nested(external("mysql", "10.9.0.7", tls=TLS))
    other = nested({"global.external.mysql.tls.caSecret.name": "other"})
    pods = [render(values) for values in (before, merged(before, other))]
    changed = {
        part.name
        for part in PLAN.components
        if part.name != "mysql"
        and pod(component(pods[0], part.name)) != pod(component(pods[1], part.name))
    }
    assert changed == CALLERS["mysql"]


class TestInitialization:
    """Tables in the empty database of a server outside the release."""

    SOURCES: ClassVar = {
        "generated": "genx-fx-secrets",
        "existing": "vaulted",
        "values": "genx-fx-prepare",
        "external": "genx-fx-prepare",
    }

    def test_is_off_unless_asked_for(self) -> None:
        for scenario in ("default", "external_mysql", "external_with_tls"):
            objects = rendered(scenario).objects
            assert not [o for o in objects if "initialize" in o["metadata"]["name"]], scenario

    @pytest.mark.parametrize("helm", HELMS)
    @pytest.mark.parametrize("source", SOURCES)
    def test_logs_in_by_the_url_of_every_source(self, source: str, helm: str) -> None:
        found = rendered(f"external_mysql_made_with_secrets_{source}", helm)
        (entry,) = (
            entry for entry in container(_initializing(found))["env"] if "valueFrom" in entry
        )
        assert entry["name"] == "DATABASE_URL"
        assert entry["valueFrom"]["secretKeyRef"] == {
            "name": self.SOURCES[source],
            "key": "DATABASE_URL",
        }

    def test_a_store_makes_the_url_for_it_and_takes_it_back(self) -> None:
        found = rendered("external_mysql_made_with_secrets_external")
        early, later = (found.get("ExternalSecret", f"genx-fx-{n}") for n in ("prepare", "secrets"))
        assert early["spec"]["target"].pop("creationPolicy") == "Owner"
        assert later["spec"]["target"].pop("creationPolicy") == "Orphan"
        assert early["spec"]["target"].pop("name") == early["metadata"]["name"]
        assert later["spec"]["target"].pop("name") == later["metadata"]["name"]
        assert early["spec"] == later["spec"]

    @pytest.mark.parametrize("checked", [True, False])
    def test_values_give_the_url_also_without_checks(self, checked: bool) -> None:
        values = external("mysql", "10.9.0.7", initialization={"enabled": True}) | GIVEN
        found = render(nested(values | {"releaseChecks.enabled": checked}))
        assert "DATABASE_URL" in found.get("Secret", "genx-fx-prepare")["stringData"]

    def test_the_url_is_needed_though_nobody_else_reads_it(self) -> None:
        values = external("mysql", "10.9.0.7", initialization={"enabled": True})
        found = render(nested(values | {"application.enabled": False}))
        (job,) = (o for o in found.of_kind("Job") if o is not _initializing(found))
        assert "DATABASE_URL" in environment(job)["NEEDED_KEYS"]

    def test_reaches_the_server_and_name_servers_alone(self) -> None:
        found = rendered("external_mysql_made_with_secrets_generated")
        network = Network.of(found)
        (own,) = (place for place in pods(found) if "initialize" in place.name)
        assert network.allows(own, outside("203.0.113.7"), 3306)
        assert not network.allows(own, outside("203.0.113.7"), 443)
        assert not network.allows(own, outside("203.0.113.8"), 3306)
        for other in pods(found):
            assert not network.allows(own, other, 8080)
            assert not network.allows(other, own, 3306)

    @pytest.mark.parametrize(("cidrs", "policies"), [([], 0), (["10.9.0.0/24"], 1)])
    def test_policy_is_left_out_where_the_address_is_unknown(
        self, cidrs: list[str], policies: int
    ) -> None:
        """And policies are off: with them, the values are refused."""
        values = external("mysql", "db.example", cidrs=cidrs, initialization={"enabled": True})
        found = render(nested(values | {"networkPolicy.enabled": False}))
        names = [name for name in found.names("NetworkPolicy") if "initialize" in name]
        assert len(names) == policies

    @pytest.mark.parametrize(("tls", "mode"), [({}, "PREFERRED"), (TLS, "VERIFY_CA")])
    def test_goes_by_tls_where_the_server_does(self, tls: dict[str, Any], mode: str) -> None:
        values = external("mysql", "10.9.0.7", tls=tls, initialization={"enabled": True})
        job = _initializing(render(nested(values)))
        assert f"tls={mode}" in container(job)["args"][0]
        assert _mounted(job, "mysql") == (AUTHORITY if tls else None)

    def test_runs_the_client_of_the_server(self) -> None:
        values = external("mysql", "10.9.0.7", initialization={"enabled": True})
        found = render(
            nested(
                values
                | {"data.enabled": False, "data.mysql.image.tag": "9.9.9"}
                | nobody_waits_for("redis")
            )
        )
        assert container(_initializing(found))["image"] == "mysql:9.9.9"

    def test_a_refusal_is_not_tried_again(self) -> None:
        found = rendered("external_mysql_made_with_secrets_generated")
        (rule,) = _initializing(found)["spec"]["podFailurePolicy"]["rules"]
        assert rule["action"] == "FailJob"
        assert rule["onExitCodes"]["values"] == [3]
        assert rule["onExitCodes"]["containerName"] == container(_initializing(found))["name"]


def _initializing(found: Render) -> Manifest:
    (job,) = (o for o in found.of_kind("Job") if "-initialize-" in o["metadata"]["name"])
    return job
