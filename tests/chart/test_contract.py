"""What the containers and the systems around them expect of the chart."""

from __future__ import annotations

import re

import pytest
import sqlglot
from sqlglot import exp

from tests.chart.conftest import Chart
from tests.chart.reading import (
    component,
    container,
    environment,
    mounts,
    pod,
    pod_labels,
    waits,
)
from tests.helm import Render

IMAGES = {
    "frontend": "genxdbx/genxdbxfx1:frontend-latest",
    "api": "genxdbx/genxdbxfx1:api-latest",
    "trading-bot": "genxdbx/genxdbxfx1:trading-latest",
}

CONFIG = {
    "MYSQL_DATABASE": "genxdb_fx_db",
    "MYSQL_USER": "genx_user",
    "DATABASE_HOST": "mysql-service",
    "DATABASE_PORT": "3306",
    "REDIS_HOST": "redis-service",
    "REDIS_PORT": "6379",
    "ENV": "production",
    "PORT": "8080",
    "DEBUG": "false",
    "API_URL": "http://api-service:8080",
    "FRONTEND_URL": "http://frontend-service:3000",
}

ENVIRONMENT = {
    "frontend": {
        "API_URL": "config API_URL",
        "FRONTEND_URL": "config FRONTEND_URL",
        "NODE_ENV": "production",
        "PORT": "3000",
    },
    "api": {
        **{
            key: f"config {key}"
            for key in (
                *("DATABASE_HOST", "DATABASE_PORT", "REDIS_HOST", "REDIS_PORT"),
                *("ENV", "PORT", "DEBUG", "MT5_SERVER", "API_URL", "FRONTEND_URL"),
            )
        },
        **{
            key: f"secret {key}"
            for key in (
                *("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "JWT_SECRET"),
                *("MT5_LOGIN", "MT5_PASSWORD"),
            )
        },
        **{
            key: f"secret? {key}"
            for key in (
                *("GEMINI_API_KEY", "ALPHAVANTAGE_API_KEY", "NEWS_API_KEY"),
                *("NEWSDATA_API_KEY", "OPENAI_API_KEY"),
            )
        },
    },
    "trading-bot": {
        **{
            key: f"config {key}"
            for key in (
                *("DATABASE_HOST", "DATABASE_PORT", "REDIS_HOST", "REDIS_PORT"),
                *("MT5_SERVER", "API_URL"),
            )
        },
        **{
            key: f"secret {key}"
            for key in ("DATABASE_URL", "REDIS_URL", "MT5_LOGIN", "MT5_PASSWORD")
        },
        "GEMINI_API_KEY": "secret? GEMINI_API_KEY",
    },
    "mysql": {
        "MYSQL_DATABASE": "config MYSQL_DATABASE",
        "MYSQL_USER": "config MYSQL_USER",
        "GRAFANA_DATABASE_USER": "config GRAFANA_DATABASE_USER",
        "MYSQL_ROOT_PASSWORD": "secret MYSQL_ROOT_PASSWORD",
        "MYSQL_PASSWORD": "secret MYSQL_PASSWORD",
        "GRAFANA_DATABASE_PASSWORD": "secret? GRAFANA_DATABASE_PASSWORD",
        "DATA_DIRECTORY": "/var/lib/mysql",
    },
    "redis": {},
}

MOUNTS = {
    "api": {"/app/logs": "claim logs-pvc", "/app/data": "claim data-pvc"},
    "trading-bot": {"/app/logs": "claim logs-pvc", "/app/data": "claim data-pvc"},
    "mysql": {
        "/var/lib/mysql": "claim mysql-pvc",
        "/docker-entrypoint-initdb.d": "config mysql-init-scripts",
    },
    "redis": {"/data": "claim redis-pvc"},
    "grafana": {"/var/lib/grafana": "claim grafana-pvc"},
}

WAITS = {
    "api": ["mysql-service:3306", "redis-service:6379"],
    "trading-bot": ["mysql-service:3306", "redis-service:6379", "api-service:8080"],
    "frontend": ["api-service:8080"],
}

TABLES = {
    "users": {
        "id": "INT",
        "username": "VARCHAR(50)",
        "email": "VARCHAR(100)",
        "password_hash": "VARCHAR(255)",
        "is_active": "BOOLEAN",
        "created_at": "TIMESTAMP",
        "updated_at": "TIMESTAMP",
    },
    "trading_accounts": {
        "id": "INT",
        "user_id": "INT",
        "account_name": "VARCHAR(100)",
        "broker": "VARCHAR(50)",
        "account_number": "VARCHAR(100)",
        "balance": "DECIMAL(15, 2)",
        "currency": "VARCHAR(10)",
        "is_active": "BOOLEAN",
        "created_at": "TIMESTAMP",
        "updated_at": "TIMESTAMP",
    },
    "trading_pairs": {
        "id": "INT",
        "symbol": "VARCHAR(20)",
        "base_currency": "VARCHAR(10)",
        "quote_currency": "VARCHAR(10)",
        "is_active": "BOOLEAN",
        "created_at": "TIMESTAMP",
    },
    "market_data": {
        "id": "INT",
        "symbol": "VARCHAR(20)",
        "timestamp": "TIMESTAMP",
        "open_price": "DECIMAL(15, 5)",
        "high_price": "DECIMAL(15, 5)",
        "low_price": "DECIMAL(15, 5)",
        "close_price": "DECIMAL(15, 5)",
        "volume": "DECIMAL(20, 2)",
        "created_at": "TIMESTAMP",
    },
    "trading_signals": {
        "id": "INT",
        "symbol": "VARCHAR(20)",
        "signal_type": "VARCHAR(20)",
        "confidence": "DECIMAL(5, 2)",
        "price": "DECIMAL(15, 5)",
        "timestamp": "TIMESTAMP",
        "model_version": "VARCHAR(50)",
        "features": "JSON",
        "created_at": "TIMESTAMP",
    },
    "trades": {
        "id": "INT",
        "user_id": "INT",
        "account_id": "INT",
        "symbol": "VARCHAR(20)",
        "trade_type": "VARCHAR(10)",
        "quantity": "DECIMAL(15, 5)",
        "price": "DECIMAL(15, 5)",
        "total_amount": "DECIMAL(15, 2)",
        "status": "VARCHAR(20)",
        "signal_id": "INT",
        "created_at": "TIMESTAMP",
        "executed_at": "TIMESTAMP",
    },
}

DEFAULTS = {
    "users": {"is_active": "TRUE"},
    "trading_accounts": {"balance": "0", "currency": "'USD'"},
    "trades": {"status": "'PENDING'"},
}

# What rows of an installation without the chart may lack, beside what has a default.
NULLABLE = {
    "trading_accounts": {"user_id", "account_number"},
    "market_data": {"open_price", "high_price", "low_price", "close_price", "volume"},
    "trading_signals": {"confidence", "price", "model_version", "features"},
    "trades": {"user_id", "account_id", "price", "total_amount", "signal_id", "executed_at"},
}

UNIQUE = {"users": {"username", "email"}, "trading_pairs": {"symbol"}}

FOREIGN_KEYS = {
    "trading_accounts": {"user_id": "users"},
    "trades": {
        "user_id": "users",
        "account_id": "trading_accounts",
        "signal_id": "trading_signals",
    },
}

PAIRS = [
    *("EUR/USD", "GBP/USD", "USD/JPY", "USD/CHF", "AUD/USD", "USD/CAD", "NZD/USD"),
    *("EUR/GBP", "EUR/JPY", "GBP/JPY", "XAU/USD"),
]


def test_names_that_other_systems_use(chart: Chart) -> None:
    rendered = chart()
    assert {"frontend", "api", "grafana"} == rendered.names("Deployment")
    assert {"trading-bot", "mysql", "redis"} == rendered.names("StatefulSet")
    assert {"genx-fx-config", "mysql-init-scripts"} <= rendered.names("ConfigMap")
    assert rendered.names("PersistentVolumeClaim") == {
        *("mysql-pvc", "redis-pvc", "grafana-pvc", "logs-pvc", "data-pvc")
    }


def test_services_send_to_the_pods_of_their_component(chart: Chart) -> None:
    rendered = chart()
    for name in ("frontend", "api", "mysql", "redis", "grafana"):
        selector = rendered.get("Service", f"{name}-service")["spec"]["selector"]
        chosen = [
            workload["metadata"]["name"]
            for workload in rendered.workloads
            if selector.items() <= pod_labels(workload).items()
        ]
        assert chosen == [name]


def test_labels_seen_today(chart: Chart) -> None:
    rendered = chart()
    for name, tier in {
        "frontend": "frontend",
        "api": "backend",
        "trading-bot": "backend",
        "mysql": "database",
        "redis": "cache",
        "grafana": "monitoring",
    }.items():
        labels = pod_labels(component(rendered, name))
        assert (labels["app"], labels["tier"]) == (name, tier)


def test_application_images_are_those_published(chart: Chart) -> None:
    rendered = chart()
    images = {name: container(component(rendered, name))["image"] for name in IMAGES}
    assert images == IMAGES


def test_mysql_is_the_8_4_lts(chart: Chart) -> None:
    assert re.fullmatch(r"mysql:8\.4\.\d+", container(component(chart(), "mysql"))["image"])


def test_mysql_8_0_stays_possible(chart: Chart) -> None:
    rendered = chart({"data": {"mysql": {"image": {"tag": "8.0"}}}})
    assert container(component(rendered, "mysql"))["image"] == "mysql:8.0"


def test_no_floating_tags(chart: Chart) -> None:
    for owner, item in chart().containers():
        repository, tag = item["image"].rsplit(":", 1)
        if repository != "genxdbx/genxdbxfx1":
            assert re.match(r"\d+\.\d+\.\d+(-|$)", tag), owner


def test_config_map_holds_what_the_applications_read(chart: Chart) -> None:
    data = chart({"global": {"config": {"MT5_SERVER": "Broker-Live"}}}).get(
        "ConfigMap", "genx-fx-config"
    )
    assert data["data"].items() >= {**CONFIG, "MT5_SERVER": "Broker-Live"}.items()


@pytest.mark.parametrize("name", ENVIRONMENT)
def test_environment(chart: Chart, name: str) -> None:
    assert environment(component(chart(), name)) == ENVIRONMENT[name]


def test_environment_comes_from_the_objects_of_the_contract(chart: Chart) -> None:
    for _, item in chart().containers():
        for entry in item.get("env", []):
            for kind, reference in entry.get("valueFrom", {}).items():
                objects = {"configMapKeyRef": "genx-fx-config", "secretKeyRef": "genx-fx-secrets"}
                assert reference["name"] == objects[kind]


@pytest.mark.parametrize("name", MOUNTS)
def test_mounts(chart: Chart, name: str) -> None:
    assert mounts(component(chart(), name)).items() >= MOUNTS[name].items()


def test_applications_can_write_where_they_do_today(chart: Chart) -> None:
    rendered = chart()
    for name in ("frontend", "api", "trading-bot"):
        assert {"/app/logs", "/app/data", "/tmp"} <= mounts(component(rendered, name)).keys()


@pytest.mark.parametrize("name", WAITS)
def test_start_order(chart: Chart, name: str) -> None:
    assert waits(chart(), component(chart(), name)) == WAITS[name]


def test_health_endpoints(chart: Chart) -> None:
    rendered = chart()
    for name, path in {"frontend": "/", "api": "/health", "grafana": "/api/health"}.items():
        checked = container(component(rendered, name))
        for probe in ("startupProbe", "readinessProbe"):
            assert checked[probe]["httpGet"] == {"path": path, "port": "http"}
    for name, program in {"mysql": "mysqladmin ping", "redis": "redis-cli -p 6379 ping"}.items():
        checked = container(component(rendered, name))
        for probe in ("readinessProbe", "livenessProbe"):
            assert program in " ".join(checked[probe]["exec"]["command"])


def test_liveness_asks_no_other_server(chart: Chart) -> None:
    """An outage of MySQL must restart nobody: Grafana has a path for that, the others may not."""
    rendered = chart()
    for name in ("frontend", "api"):
        checked = container(component(rendered, name))["livenessProbe"]
        assert checked["tcpSocket"] == {"port": "http"}
    checked = container(component(rendered, "grafana"))["livenessProbe"]
    assert checked["httpGet"] == {"path": "/healthz", "port": "http"}


def test_liveness_asks_the_path_that_the_values_name(chart: Chart) -> None:
    rendered = chart({"application": {"api": {"probes": {"liveness": {"path": "/livez"}}}}})
    checked = container(component(rendered, "api"))
    assert checked["livenessProbe"]["httpGet"] == {"path": "/livez", "port": "http"}
    assert "path" not in checked["livenessProbe"]
    assert checked["readinessProbe"]["httpGet"]["path"] == "/health"


def _statements(rendered: Render) -> list[exp.Expr]:
    scripts = rendered.get("ConfigMap", "mysql-init-scripts")["data"]
    sql = "\n".join(text for name, text in sorted(scripts.items()) if name.endswith(".sql"))
    return [statement for statement in sqlglot.parse(sql, dialect="mysql") if statement]


def _tables(rendered: Render) -> dict[str, exp.Create]:
    created = [item for item in _statements(rendered) if isinstance(item, exp.Create)]
    assert all(item.args["exists"] for item in created), "can be run again"
    return {item.find(exp.Table).name: item for item in created}  # type: ignore[union-attr]


def test_tables_and_columns(chart: Chart) -> None:
    tables = _tables(chart())
    columns = {
        name: {
            column.name: column.args["kind"].sql(dialect="mysql")
            for column in table.find_all(exp.ColumnDef)
        }
        for name, table in tables.items()
    }
    assert columns == TABLES


def test_keys_and_defaults_of_columns(chart: Chart) -> None:
    for name, table in _tables(chart()).items():
        columns = {column.name: column for column in table.find_all(exp.ColumnDef)}
        assert columns["id"].find(exp.PrimaryKeyColumnConstraint), name
        assert columns["id"].find(exp.AutoIncrementColumnConstraint), name
        unique = {key for key, item in columns.items() if item.find(exp.UniqueColumnConstraint)}
        assert unique == UNIQUE.get(name, set()), name
        for key, value in DEFAULTS.get(name, {}).items():
            default = columns[key].find(exp.DefaultColumnConstraint)
            assert default is not None, name
            assert default.this.sql(dialect="mysql") == value, name


def test_rows_that_are_there_already_load(chart: Chart) -> None:
    for name, table in _tables(chart()).items():
        demanded = {
            column.name
            for column in table.find_all(exp.ColumnDef)
            if column.find(exp.NotNullColumnConstraint)
            and not column.find(exp.NotNullColumnConstraint).args.get("allow_null")  # type: ignore[union-attr]
        }
        assert not demanded & NULLABLE.get(name, set()), name


def test_foreign_keys(chart: Chart) -> None:
    found = {
        name: {
            key.expressions[0].name: key.find(exp.Table).name  # type: ignore[union-attr]
            for key in table.find_all(exp.ForeignKey)
        }
        for name, table in _tables(chart()).items()
    }
    assert {name: keys for name, keys in found.items() if keys} == FOREIGN_KEYS


@pytest.mark.parametrize("name", ["market_data", "trading_signals"])
def test_time_series_are_indexed_by_symbol_and_time(chart: Chart, name: str) -> None:
    (index,) = _tables(chart())[name].find_all(exp.IndexColumnConstraint)
    assert [column.name for column in index.find_all(exp.Identifier)] == [
        "idx_symbol_timestamp",
        "symbol",
        "timestamp",
    ]


def test_eleven_pairs_are_seeded(chart: Chart) -> None:
    (insert,) = (item for item in _statements(chart()) if isinstance(item, exp.Insert))
    rows = [
        tuple(value.name for value in row.expressions)
        for row in insert.args["expression"].expressions
    ]
    assert rows == [(pair, *pair.split("/")) for pair in PAIRS]
    assert insert.args["conflict"] is not None, "can be run again"


def test_no_user_of_the_platform_is_seeded(chart: Chart) -> None:
    inserts = [item for item in _statements(chart()) if isinstance(item, exp.Insert)]
    tables = [item.find(exp.Table).name for item in inserts]  # type: ignore[union-attr]
    assert tables == ["trading_pairs"]
    scripts = chart().get("ConfigMap", "mysql-init-scripts")["data"]
    assert "admin" not in "".join(scripts.values()).lower()


class TestFaultsOfTodaysManifests:
    def test_no_storage_class_is_hard_coded(self, chart: Chart) -> None:
        for claim in chart().of_kind("PersistentVolumeClaim"):
            assert "storageClassName" not in claim["spec"]

    def test_no_secrets_in_the_chart(self, chart: Chart) -> None:
        rendered = chart()
        assert rendered.of_kind("Secret") == []
        for owner, item in rendered.containers():
            for entry in item.get("env", []):
                if re.search(r"PASSWORD|JWT|_KEY$", entry["name"]):
                    assert "value" not in entry, owner

    def test_grafanas_password_is_no_literal(self, chart: Chart) -> None:
        read = environment(chart().get("Deployment", "grafana"))
        assert read["GF_SECURITY_ADMIN_PASSWORD"] == "secret GRAFANA_ADMIN_PASSWORD"
        assert read["GF_SECURITY_ADMIN_USER"] == "secret GRAFANA_ADMIN_USER"

    def test_nobody_is_root(self, chart: Chart) -> None:
        for owner, spec in chart().pod_specs():
            assert spec["securityContext"]["runAsNonRoot"] is True, owner
            assert spec["securityContext"]["runAsUser"] >= 10000, owner

    def test_the_root_filesystem_is_read_only(self, chart: Chart) -> None:
        for owner, item in chart().containers():
            assert item["securityContext"]["readOnlyRootFilesystem"] is True, owner

    def test_one_volume_never_has_two_databases(self, chart: Chart) -> None:
        rendered = chart()
        for workload in rendered.of_kind("Deployment"):
            claims = {
                volume["persistentVolumeClaim"]["claimName"]
                for volume in pod(workload)["volumes"]
                if "persistentVolumeClaim" in volume
            }
            modes = {
                mode
                for claim in claims
                for mode in rendered.get("PersistentVolumeClaim", claim)["spec"]["accessModes"]
            }
            if "ReadWriteOnce" in modes:
                assert workload["spec"]["strategy"]["type"] == "Recreate"

    def test_images_are_not_pulled_at_every_start(self, chart: Chart) -> None:
        """But for those of which the platform publishes tags alone that move."""
        for owner, item in chart().containers():
            moves = item["image"].endswith("-latest")
            assert item["imagePullPolicy"] == ("Always" if moves else "IfNotPresent"), owner

    def test_policies_roles_and_budgets_are_there(self, chart: Chart) -> None:
        rendered = chart({"application": {"api": {"autoscaling": {"enabled": True}}}})
        for kind in (*("NetworkPolicy", "Role", "PodDisruptionBudget", "HorizontalPodAutoscaler"),):
            assert rendered.of_kind(kind), kind

    def test_waiting_has_a_time_limit_and_resources(self, chart: Chart) -> None:
        rendered = chart()
        for name in WAITS:
            (waiting,) = pod(component(rendered, name))["initContainers"]
            assert "gave up" in waiting["args"][0]
            assert waiting["resources"]["requests"]
            assert waiting["resources"]["limits"]
