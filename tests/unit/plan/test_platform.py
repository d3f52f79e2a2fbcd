"""What follows from a spec: flows, who reads what, who shares what."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from generator.names import camel_case, volume_name
from generator.plan.component import ComponentPlan, ServerPassword
from generator.plan.platform import Plan
from generator.spec.load import load_spec
from generator.spec.model import HostKey, PortKey
from tests.spec_files import FOREX, SPECS


@cache
def plan(spec: Path) -> Plan:
    return Plan(load_spec(spec))


@pytest.fixture
def forex() -> Plan:
    return plan(FOREX)


@pytest.fixture
def price_feed() -> Plan:
    return plan(SPECS / "price-feed.yaml")


@pytest.fixture
def minimal() -> Plan:
    return plan(SPECS / "minimal.yaml")


@pytest.mark.parametrize(
    ("name", "key"),
    [("api", "api"), ("trading-bot", "tradingBot"), ("a-b-c2", "aBC2"), ("x-1", "x1")],
)
def test_camel_case(name: str, key: str) -> None:
    assert camel_case(name) == key


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/tmp", "tmp"),
        ("/var/run/mysqld", "var-run-mysqld"),
        ("/app/.X_y/", "app--x-y"),
    ],
)
def test_volume_name(path: str, name: str) -> None:
    assert volume_name(path) == name


def test_tiers_and_components_keep_the_order_of_the_spec(forex: Plan) -> None:
    assert [tier.name for tier in forex.tiers] == ["application", "data", "monitoring"]
    names = ["frontend", "api", "trading-bot", "mysql", "redis", "grafana"]
    assert [component.name for component in forex.components] == names
    assert list(forex.by_name) == names


def test_flows_are_the_declared_calls(forex: Plan) -> None:
    assert [flow.name for flow in forex.flows] == [
        "frontend-to-api",
        "api-to-mysql",
        "api-to-redis",
        "trading-bot-to-mysql",
        "trading-bot-to-redis",
        "trading-bot-to-api",
        "grafana-to-mysql",
    ]
    assert [c.name for c in forex.components if c.internet_ports] == ["api", "trading-bot"]


def test_no_flow_where_nobody_calls(minimal: Plan) -> None:
    assert minimal.flows == []
    assert minimal.volumes == []
    assert minimal.exposed == []


def test_who_listens_and_who_is_reached_from_outside(price_feed: Plan) -> None:
    assert [c.name for c in price_feed.served] == ["quote-api", "quotes-cache"]
    assert [c.name for c in price_feed.exposed] == ["quote-api"]
    assert price_feed.by_name["quote-api"].host_prefix == "quotes."


def test_shared_volumes_know_who_mounts_them(forex: Plan) -> None:
    assert {volume.name: [c.name for c in volume.mounted_by] for volume in forex.volumes} == {
        "logs": ["api", "trading-bot"],
        "data": ["api", "trading-bot"],
    }
    both = ["api", "trading-bot"]
    assert forex.by_name["api"].shared_with == {"logs": both, "data": both}
    assert forex.by_name["mysql"].shared_with == {}


def test_a_volume_of_one_component_is_shared_with_nobody(price_feed: Plan) -> None:
    assert price_feed.by_name["archiver"].shared_with == {}


def test_readers_of_config_and_secrets(forex: Plan) -> None:
    frontend, grafana = forex.by_name["frontend"], forex.by_name["grafana"]
    assert frontend.config_keys == ["API_URL", "FRONTEND_URL"]
    assert (frontend.secret_keys, frontend.watched_secret_keys) == ([], [])
    assert grafana.secret_keys == [
        "GRAFANA_ADMIN_USER",
        "GRAFANA_ADMIN_PASSWORD",
        "GRAFANA_DATABASE_PASSWORD",
        "GRAFANA_SECRET_KEY",
    ]


def test_optional_secrets_and_passwords_are_told_apart(forex: Plan) -> None:
    bot = forex.by_name["trading-bot"]
    assert bot.secret_keys == ["DATABASE_URL", "REDIS_URL", "MT5_LOGIN", "MT5_PASSWORD"]
    assert bot.optional_keys == ["GEMINI_API_KEY"]
    assert bot.password_keys == [ServerPassword("REDIS_PASSWORD", "redis")]
    assert bot.watched_secret_keys == [*bot.secret_keys, *bot.optional_keys]


def test_kinds_of_secrets(forex: Plan) -> None:
    assert list(forex.composed_secrets) == ["DATABASE_URL"]
    assert list(forex.address_secrets) == ["REDIS_URL"]
    assert list(forex.fixed_secrets) == ["GRAFANA_ADMIN_USER"]
    assert forex.required_secrets == ["MT5_LOGIN", "MT5_PASSWORD"]
    assert "GEMINI_API_KEY" in forex.optional_secrets
    assert forex.generated_secrets["SECRET_KEY"].generate == 64


def test_a_platform_without_secrets_has_none(price_feed: Plan) -> None:
    assert price_feed.generated_secrets == {}
    assert price_feed.fixed_secrets == {}
    assert price_feed.composed_secrets == {}
    assert price_feed.required_secrets == []
    assert all(component.secret_keys == [] for component in price_feed.components)


def test_the_keys_that_hold_an_address(forex: Plan) -> None:
    assert forex.config_key(HostKey, "mysql") == "DATABASE_HOST"
    assert forex.config_key(PortKey, "redis") == "REDIS_PORT"


@pytest.mark.parametrize(
    ("name", "replicated", "workload", "replaceable"),
    [
        ("quote-api", True, "Deployment", False),
        ("collector", True, "Deployment", False),
        ("archiver", False, "StatefulSet", False),
        ("quotes-cache", False, "StatefulSet", True),
    ],
)
def test_what_follows_from_a_kind(
    name: str, replicated: bool, workload: str, replaceable: bool, price_feed: Plan
) -> None:
    component = price_feed.by_name[name]
    assert (component.replicated, component.workload, component.replaceable) == (
        replicated,
        workload,
        replaceable,
    )
    assert (component.replicas is not None) is replicated


def test_what_a_worker_does_not_have(price_feed: Plan) -> None:
    worker = price_feed.by_name["collector"]
    assert (worker.port, worker.service, worker.exposed) == (None, None, None)
    assert (worker.storage, worker.autoscaling, worker.health_path) == (None, None, None)
    assert worker.host_prefix == ""


def test_how_health_is_told(forex: Plan, price_feed: Plan) -> None:
    assert forex.by_name["api"].health_path == "/health"
    heartbeat = price_feed.by_name["collector"].heartbeat
    assert heartbeat is not None
    assert (heartbeat.file, heartbeat.maxAge) == ("/tmp/alive", 30)
    assert forex.by_name["trading-bot"].heartbeat is None


def test_where_a_component_stands_in_the_values(forex: Plan) -> None:
    bot = forex.by_name["trading-bot"]
    assert (bot.key, bot.path) == ("tradingBot", "application.tradingBot")
    assert (bot.kind, bot.label) == ("singleton", "backend")


@pytest.mark.parametrize(
    ("name", "port_name"), [("mysql", "mysql"), ("redis", "redis"), ("api", "http")]
)
def test_the_name_of_a_port(name: str, port_name: str, forex: Plan) -> None:
    assert forex.by_name[name].port_name == port_name


def test_a_plan_is_worked_out_once(forex: Plan) -> None:
    first: ComponentPlan = forex.by_name["api"]
    assert forex.components[1] is first
    assert forex.flows[0].callee is first
