"""What follows from a spec: flows, who reads what, who shares what."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from generator.names import camel_case, volume_name
from generator.plan.component import ComponentPlan
from generator.plan.platform import Plan
from generator.spec.load import load_spec
from generator.spec.model import HostKey, PortKey

ROOT = Path(__file__).parents[3]


@cache
def plan(name: str) -> Plan:
    return Plan(load_spec(ROOT / name))


@pytest.fixture
def ours() -> Plan:
    return plan("genx-fx.yaml")


@pytest.fixture
def price_feed() -> Plan:
    return plan("tests/specs/price-feed.yaml")


@pytest.fixture
def minimal() -> Plan:
    return plan("tests/specs/minimal.yaml")


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


def test_tiers_and_components_keep_the_order_of_the_spec(ours: Plan) -> None:
    assert [tier.name for tier in ours.tiers] == ["application", "data", "monitoring"]
    names = ["frontend", "api", "trading-bot", "mysql", "redis", "grafana"]
    assert [component.name for component in ours.components] == names
    assert list(ours.by_name) == names


def test_flows_are_the_declared_calls(ours: Plan) -> None:
    assert [flow.name for flow in ours.flows] == [
        "frontend-to-api",
        "api-to-mysql",
        "api-to-redis",
        "trading-bot-to-mysql",
        "trading-bot-to-redis",
        "trading-bot-to-api",
        "grafana-to-mysql",
    ]
    assert [c.name for c in ours.components if c.calls_internet] == ["api", "trading-bot"]


def test_no_flow_where_nobody_calls(minimal: Plan) -> None:
    assert minimal.flows == []
    assert minimal.volumes == []
    assert minimal.exposed == []


def test_who_listens_and_who_is_reached_from_outside(price_feed: Plan) -> None:
    assert [c.name for c in price_feed.served] == ["quote-api", "quotes-cache"]
    assert [c.name for c in price_feed.exposed] == ["quote-api"]
    assert price_feed.by_name["quote-api"].host_prefix == "quotes."


def test_shared_volumes_know_who_mounts_them(ours: Plan) -> None:
    assert {volume.name: [c.name for c in volume.mounted_by] for volume in ours.volumes} == {
        "logs": ["api", "trading-bot"],
        "data": ["api", "trading-bot"],
    }
    both = ["api", "trading-bot"]
    assert ours.by_name["api"].shared_with == {"logs": both, "data": both}
    assert ours.by_name["mysql"].shared_with == {}


def test_a_volume_of_one_component_is_shared_with_nobody(price_feed: Plan) -> None:
    assert price_feed.by_name["archiver"].shared_with == {}


def test_readers_of_config_and_secrets(ours: Plan) -> None:
    frontend, grafana = ours.by_name["frontend"], ours.by_name["grafana"]
    assert frontend.config_keys == ["API_URL", "FRONTEND_URL"]
    assert frontend.all_secret_keys == []
    assert grafana.secret_keys == [
        "GRAFANA_ADMIN_USER",
        "GRAFANA_ADMIN_PASSWORD",
        "GRAFANA_DATABASE_PASSWORD",
    ]


def test_optional_secrets_and_passwords_are_told_apart(ours: Plan) -> None:
    bot = ours.by_name["trading-bot"]
    assert bot.secret_keys == ["DATABASE_URL", "MT5_LOGIN", "MT5_PASSWORD"]
    assert bot.optional_keys == ["GEMINI_API_KEY"]
    assert bot.password_keys == ["REDIS_PASSWORD"]
    assert bot.all_secret_keys == [*bot.secret_keys, *bot.optional_keys, *bot.password_keys]


def test_a_pod_restarts_for_keys_that_its_secrets_are_made_of(ours: Plan) -> None:
    api, frontend = ours.by_name["api"], ours.by_name["frontend"]
    composed_of = {"MYSQL_USER", "MYSQL_DATABASE"}
    assert composed_of.isdisjoint(api.config_keys)
    assert composed_of <= set(api.restart_keys)
    assert frontend.restart_keys == frontend.config_keys


def test_kinds_of_secrets(ours: Plan) -> None:
    assert list(ours.composed_secrets) == ["DATABASE_URL"]
    assert list(ours.fixed_secrets) == ["GRAFANA_ADMIN_USER"]
    assert ours.required_secrets == ["MT5_LOGIN", "MT5_PASSWORD"]
    assert "GEMINI_API_KEY" in ours.optional_secrets
    assert ours.generated_secrets["SECRET_KEY"].generate == 64


def test_a_platform_without_secrets_has_none(price_feed: Plan) -> None:
    assert price_feed.generated_secrets == {}
    assert price_feed.fixed_secrets == {}
    assert price_feed.composed_secrets == {}
    assert price_feed.required_secrets == []
    assert all(component.all_secret_keys == [] for component in price_feed.components)


def test_the_address_of_redis(ours: Plan, price_feed: Plan) -> None:
    (address,) = ours.by_name["api"].redis_addresses
    assert (address.name, address.component) == ("REDIS_URL", "redis")
    assert (address.host_key, address.port_key) == ("REDIS_HOST", "REDIS_PORT")
    assert address.password_key == "REDIS_PASSWORD"
    (address,) = price_feed.by_name["collector"].redis_addresses
    assert (address.host_key, address.password_key) == ("CACHE_HOST", None)


def test_the_keys_that_hold_an_address(ours: Plan) -> None:
    assert ours.config_key(HostKey, "mysql") == "DATABASE_HOST"
    assert ours.config_key(PortKey, "redis") == "REDIS_PORT"


@pytest.mark.parametrize(
    ("name", "replicated", "stateful", "external"),
    [
        ("quote-api", True, False, False),
        ("collector", True, False, False),
        ("archiver", False, True, False),
        ("quotes-cache", False, True, True),
    ],
)
def test_what_follows_from_a_kind(
    name: str, replicated: bool, stateful: bool, external: bool, price_feed: Plan
) -> None:
    component = price_feed.by_name[name]
    assert (component.replicated, component.stateful_set, component.external) == (
        replicated,
        stateful,
        external,
    )
    assert (component.replicas is not None) is replicated


def test_what_a_worker_does_not_have(price_feed: Plan) -> None:
    worker = price_feed.by_name["collector"]
    assert (worker.port, worker.service, worker.exposed) == (None, None, None)
    assert (worker.storage, worker.autoscaling, worker.health_path) == (None, None, None)
    assert worker.host_prefix == ""


def test_how_health_is_told(ours: Plan, price_feed: Plan) -> None:
    assert ours.by_name["api"].health_path == "/health"
    heartbeat = price_feed.by_name["collector"].heartbeat
    assert heartbeat is not None
    assert (heartbeat.file, heartbeat.maxAge) == ("/tmp/alive", 30)
    assert ours.by_name["trading-bot"].heartbeat is None


def test_where_a_component_stands_in_the_values(ours: Plan) -> None:
    bot = ours.by_name["trading-bot"]
    assert (bot.key, bot.path) == ("tradingBot", "application.tradingBot")
    assert (bot.kind, bot.label) == ("singleton", "backend")


@pytest.mark.parametrize(
    ("name", "port_name"), [("mysql", "mysql"), ("redis", "redis"), ("api", "http")]
)
def test_the_name_of_a_port(name: str, port_name: str, ours: Plan) -> None:
    assert ours.by_name[name].port_name == port_name


def test_addresses_are_no_literal_environment(ours: Plan) -> None:
    assert ours.by_name["api"].literal_environment == {}
    assert ours.by_name["frontend"].literal_environment == {"NODE_ENV": "production"}


def test_a_plan_is_worked_out_once(ours: Plan) -> None:
    first: ComponentPlan = ours.by_name["api"]
    assert ours.components[1] is first
    assert ours.flows[0].callee is first
