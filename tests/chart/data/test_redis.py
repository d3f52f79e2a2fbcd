from __future__ import annotations

import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.chart.conftest import Chart
from tests.chart.reading import component, container, environment, mounts, objects_of, waits
from tests.chart.scenarios import (
    SECRETS,
    external,
    merged,
    nested,
    nobody_waits_for,
)
from tests.helm import Render, pod_template, render

TLS = nested({"global.external.redis.tls.enabled": True})
AUTH = nested({"global.redis.auth.enabled": True})
LENIENT = nested({"global.redis.auth.required": False})
EXTERNAL = nested(external("redis", "cache.example", port=6380))


def _configuration(rendered: Render) -> dict[str, str]:
    lines = rendered.get("ConfigMap", "redis-config")["data"]["redis.conf"].splitlines()
    return {parts[0]: " ".join(parts[1:]) for parts in map(shlex.split, lines) if parts}


def test_is_a_stateful_set_of_one(chart: Chart) -> None:
    rendered = chart()
    assert rendered.get("StatefulSet", "redis")["spec"]["replicas"] == 1
    assert rendered.get("Service", "redis-headless")["spec"]["clusterIP"] == "None"


def test_sessions_survive_restarts_and_eviction(chart: Chart) -> None:
    rendered = chart()
    configuration = _configuration(rendered)
    assert configuration["appendonly"] == "yes"
    assert configuration["appendfsync"] == "everysec"
    assert configuration["maxmemory-policy"].startswith("volatile-"), "keeps what never expires"
    assert mounts(component(rendered, "redis"))[configuration["dir"]] == "claim redis-pvc"


@pytest.mark.parametrize(
    ("limit", "memory"),
    [("512Mi", 2**29), ("256Mi", 2**28), ("400M", 400 * 10**6), ("0.5Gi", 2**29)],
)
def test_data_leaves_memory_to_the_rewrite_of_its_log(limit: str, memory: int) -> None:
    rendered = render(nested({"data.redis.resources.limits.memory": limit}))
    assert memory // 2 <= int(_configuration(rendered)["maxmemory"]) <= memory * 3 // 4


def test_configuration_is_read_and_can_be_added_to(chart: Chart) -> None:
    rendered = chart(nested({"data.redis.extraConfiguration": "timeout 5\nlatency-tracking no"}))
    assert _configuration(rendered)["timeout"] == "5"
    assert _configuration(rendered)["latency-tracking"] == "no"
    redis = component(rendered, "redis")
    assert container(redis)["command"] == ["sh", "/etc/redis/start.sh", "/etc/redis/redis.conf"]
    assert mounts(redis)["/etc/redis"] == "config redis-config"


def test_no_password_by_default(chart: Chart) -> None:
    rendered = chart()
    redis = component(rendered, "redis")
    assert environment(redis) == {}
    assert "--requirepass" not in container(redis).get("args", [])
    assert "REDIS_PASSWORD" not in environment(component(rendered, "api"))


def test_password_reaches_server_probes_and_callers(chart: Chart) -> None:
    rendered = chart(AUTH)
    redis = component(rendered, "redis")
    assert container(redis)["args"] == ["--requirepass", "$(REDIS_PASSWORD)"]
    assert environment(redis) == {
        "REDIS_PASSWORD": "secret REDIS_PASSWORD",
        "REDISCLI_AUTH": "$(REDIS_PASSWORD)",
    }
    for name in ("api", "trading-bot"):
        variables = environment(component(rendered, name))
        assert variables["REDIS_PASSWORD"] == "secret REDIS_PASSWORD"
        assert variables["REDIS_URL"] == "secret REDIS_URL"


def test_clients_send_the_password_before_it_is_demanded(chart: Chart) -> None:
    """So that a running installation can turn it on without a failed request."""
    off, sent, demanded = (chart(values) for values in ({}, merged(AUTH, LENIENT), AUTH))
    for name in ("api", "trading-bot"):
        assert environment(component(sent, name))["REDIS_PASSWORD"] == "secret REDIS_PASSWORD"
        assert pod_template(component(sent, name)) == pod_template(component(demanded, name))
    assert component(sent, "redis") == component(off, "redis"), "nothing restarts it"
    assert container(component(demanded, "redis"))["args"] == ["--requirepass", "$(REDIS_PASSWORD)"]


@pytest.mark.parametrize(
    ("change", "url"),
    [
        ({}, "redis://redis-service:6379"),
        (AUTH, "redis://default:p%40ss%3Aw%2Frd%20%2B%25@redis-service:6379"),
        (EXTERNAL, "redis://cache.example:6380"),
        (merged(AUTH, EXTERNAL), "redis://:p%40ss%3Aw%2Frd%20%2B%25@cache.example:6380"),
        (merged(EXTERNAL, TLS), "rediss://cache.example:6380"),
        (TLS, "redis://redis-service:6379"),
    ],
)
def test_url_has_the_password_encoded_and_tls_where_they_are_in_use(
    change: dict[str, Any], url: str
) -> None:
    given = SECRETS | {"REDIS_PASSWORD": "p@ss:w/rd +%"}
    values = nested({"global.secrets.source": "values", "global.secrets.values": given})
    secret = render(merged(values, change)).get("Secret", "genx-fx-secrets")
    assert secret["stringData"]["REDIS_URL"] == url


def test_probes_fail_on_a_reply_that_is_not_pong(chart: Chart) -> None:
    checked = container(component(chart(), "redis"))
    assert "PONG" in " ".join(checked["readinessProbe"]["exec"]["command"])
    startup = checked["startupProbe"]
    assert startup["periodSeconds"] * startup["failureThreshold"] >= 300, "reads its log first"


@pytest.mark.parametrize(
    ("reply", "ready", "alive"),
    [
        ("PONG", True, True),
        ("LOADING Redis is loading the dataset", False, True),
        ("", False, False),
    ],
    ids=["well", "loading", "silent"],
)
def test_is_restarted_for_silence_and_not_for_loading(
    tmp_path: Path, reply: str, ready: bool, alive: bool
) -> None:
    client = tmp_path / "redis-cli"
    client.write_text(f"#!/bin/sh\necho '{reply}'\n")
    client.chmod(0o755)
    checked = container(component(render(), "redis"))
    for probe, passes in {"startup": ready, "readiness": ready, "liveness": alive}.items():
        command = checked[f"{probe}Probe"]["exec"]["command"]
        path = f"{tmp_path}:/usr/bin:/bin"
        done = subprocess.run(command, env={"PATH": path}, check=False, timeout=20)
        assert (done.returncode == 0) == passes, probe


def test_keeps_the_claim_and_adopts_one(chart: Chart) -> None:
    rendered = chart(nested({"data.redis.persistence.existingClaim": "old-redis"}))
    assert mounts(component(rendered, "redis"))["/data"] == "claim old-redis"
    assert "redis-pvc" not in rendered.names("PersistentVolumeClaim")


def test_external_leaves_nothing_but_the_way_to_it(chart: Chart) -> None:
    rendered = chart(EXTERNAL)
    assert objects_of(rendered, "redis") == set()
    assert "redis-pvc" not in rendered.names("PersistentVolumeClaim")
    data = rendered.get("ConfigMap", "genx-fx-config")["data"]
    assert (data["REDIS_HOST"], data["REDIS_PORT"]) == ("cache.example", "6380")
    assert "cache.example:6380" in waits(rendered, component(rendered, "api"))
    policies = {name for name in rendered.names("NetworkPolicy") if "redis" in name}
    assert policies == {"api-to-redis-egress", "trading-bot-to-redis-egress"}


def test_disabled_leaves_nothing(chart: Chart) -> None:
    rendered = chart(nested({"data.redis.enabled": False} | nobody_waits_for("redis")))
    assert objects_of(rendered, "redis") == set()
    assert not any("redis" in name for name in rendered.names("NetworkPolicy"))
