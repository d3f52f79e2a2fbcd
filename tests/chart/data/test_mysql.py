from __future__ import annotations

import configparser

import pytest

from tests.chart.conftest import Chart
from tests.chart.reading import component, container, mounts, objects_of, pod, waits
from tests.chart.scenarios import (
    PLAN,
    external,
    merged,
    nested,
    nobody_waits_for,
)
from tests.helm import Render, refusal, render

EXTERNAL = nested(external("mysql", "db.example", port=3307))
CALLERS = [flow.caller.name for flow in PLAN.flows if flow.callee.name == "mysql"]
MEBIBYTE = 2**20


def _configuration(rendered: Render) -> configparser.SectionProxy:
    parser = configparser.ConfigParser(strict=True)
    parser.read_string(rendered.get("ConfigMap", "mysql-config")["data"]["genx-fx.cnf"])
    return parser["mysqld"]


def test_is_a_stateful_set_of_one_on_its_claim(chart: Chart) -> None:
    rendered = chart()
    mysql = rendered.get("StatefulSet", "mysql")
    assert mysql["spec"]["replicas"] == 1
    assert mounts(mysql)["/var/lib/mysql"] == "claim mysql-pvc"
    governing = rendered.get("Service", mysql["spec"]["serviceName"])
    assert governing["spec"]["clusterIP"] == "None"


@pytest.mark.parametrize(
    ("limit", "memory"),
    [
        ("512Mi", 2**29),
        ("1Gi", 2**30),
        ("2G", 2 * 10**9),
        ("1073741824", 2**30),
        ("1.5Gi", 3 * 2**29),
        ("1e9", 10**9),
    ],
)
def test_buffers_fit_the_memory_limit(limit: str, memory: int) -> None:
    values = {"global.enforceDocumentedLimits": False, "data.mysql.resources.limits.memory": limit}
    configuration = _configuration(render(nested(values)))
    pool = int(configuration["innodb_buffer_pool_size"])
    assert pool == pytest.approx(memory / 4, abs=MEBIBYTE)
    # Idling with a pool of 256 MiB it takes 370 MB: what is not the pool is below 150 MiB.
    assert pool + 150 * MEBIBYTE + int(configuration["temptable_max_ram"]) < memory
    assert int(configuration["innodb_redo_log_capacity"]) >= 8 * MEBIBYTE, "the server's least"


def test_idles_within_the_documented_request(chart: Chart) -> None:
    configuration = _configuration(chart())
    assert configuration["innodb_log_buffer_size"] == "16M"
    assert int(configuration["performance_schema_max_table_instances"]) <= 1000
    assert configuration["mysqlx"] == "OFF"


def test_all_text_is_utf8mb4(chart: Chart) -> None:
    configuration = _configuration(chart())
    assert configuration["character_set_server"] == "utf8mb4"
    assert configuration["collation_server"].startswith("utf8mb4_")


def test_what_is_committed_stays(chart: Chart) -> None:
    configuration = _configuration(chart())
    assert configuration["innodb_flush_log_at_trx_commit"] == "1"
    assert configuration["sync_binlog"] == "1"


def test_each_transaction_is_logged_under_a_name_of_its_own(chart: Chart) -> None:
    configuration = _configuration(chart())
    assert configuration["gtid_mode"] == configuration["enforce_gtid_consistency"] == "ON"


def test_configuration_can_be_added_to(chart: Chart) -> None:
    rendered = chart(nested({"data.mysql.extraConfiguration": "wait_timeout = 60\nlog_bin = OFF"}))
    configuration = _configuration(rendered)
    assert configuration["wait_timeout"] == "60"
    assert configuration["log_bin"] == "OFF"


def test_starts_by_its_script_and_stops_gracefully(chart: Chart) -> None:
    rendered = chart()
    mysql = component(rendered, "mysql")
    assert container(mysql)["command"] == ["bash", "/etc/mysql/conf.d/start.sh"]
    assert mounts(mysql)["/etc/mysql/conf.d"] == "config mysql-config"
    script = rendered.get("ConfigMap", "mysql-config")["data"]["start.sh"]
    # Signals reach the server: it is the first process, or in its first start is told by it.
    assert "exec docker-entrypoint.sh mysqld" in script
    assert "trap 'kill \"$!\"' TERM" in script
    assert pod(mysql)["terminationGracePeriodSeconds"] >= 120


def test_startup_is_generous_and_restarts_are_rare(chart: Chart) -> None:
    checked = container(component(chart(), "mysql"))
    startup, liveness = checked["startupProbe"], checked["livenessProbe"]
    assert startup["periodSeconds"] * startup["failureThreshold"] >= 600
    assert liveness["periodSeconds"] * liveness["failureThreshold"] >= 120
    assert len({str(checked[f"{name}Probe"]) for name in ("startup", "readiness", "liveness")}) == 3


def test_probes_reach_only_the_server_that_is_ready(chart: Chart) -> None:
    """While it initialises, a server without network answers on the socket."""
    checked = container(component(chart(), "mysql"))
    for name in ("startup", "readiness"):
        assert "127.0.0.1" in " ".join(checked[f"{name}Probe"]["exec"]["command"])


def test_init_scripts_run_in_order(chart: Chart) -> None:
    scripts = sorted(chart().get("ConfigMap", "mysql-init-scripts")["data"])
    assert scripts[0].endswith("schema.sql")
    assert scripts[-1].endswith("complete.sh"), "the mark comes off last"


def test_own_scripts_run_after_those_of_the_platform_and_before_the_end(chart: Chart) -> None:
    own = {"31-first.sql": "-- 'a' \"b\": c\nSELECT 1;\n", "89-last.sh": "echo $MYSQL_USER"}
    values = nested({"data.mysql.initialization.extraScripts": own})
    scripts = chart(values).get("ConfigMap", "mysql-init-scripts")["data"]
    assert sorted(scripts)[-4:] == ["30-grafana.sh", *own, "90-complete.sh"]
    assert {name: scripts[name] for name in own} == own
    assert scripts.items() >= chart().get("ConfigMap", "mysql-init-scripts")["data"].items()


def test_an_own_script_restarts_nobody(chart: Chart) -> None:
    """It would not run: the volume is not empty any more."""
    values = nested({"data.mysql.initialization.extraScripts": {"50-own.sql": "SELECT 1"}})
    assert chart(values).get("StatefulSet", "mysql") == chart().get("StatefulSet", "mysql")


def test_mode_has_one_choice_for_now(helm: str) -> None:
    said = refusal(nested({"data.mysql.mode": "replication"}), helm=helm)
    assert "mode" in said
    assert "standalone" in said


def test_without_persistence_it_has_scratch_space_of_the_same_size(chart: Chart) -> None:
    rendered = chart(nested({"data.mysql.persistence.enabled": False}))
    assert mounts(component(rendered, "mysql"))["/var/lib/mysql"] == "scratch 10Gi"
    assert "mysql-pvc" not in rendered.names("PersistentVolumeClaim")


def test_external_leaves_nothing_but_the_way_to_it(chart: Chart) -> None:
    rendered = chart(EXTERNAL)
    assert objects_of(rendered, "mysql") == set()
    assert not any("mysql" in name for name in rendered.names("ConfigMap"))
    assert "mysql-pvc" not in rendered.names("PersistentVolumeClaim")
    data = rendered.get("ConfigMap", "genx-fx-config")["data"]
    assert (data["DATABASE_HOST"], data["DATABASE_PORT"]) == ("db.example", "3307")
    assert waits(rendered, component(rendered, "trading-bot"))[0] == "db.example:3307"
    policies = {name for name in rendered.names("NetworkPolicy") if "mysql" in name}
    assert policies == {f"{who}-to-mysql-egress" for who in CALLERS}


def test_external_serves_even_where_the_tier_is_disabled(chart: Chart) -> None:
    disabled = nested({"data.enabled": False} | nobody_waits_for("redis"))
    rendered = chart(merged(EXTERNAL, disabled))
    assert rendered.names("StatefulSet") == {"trading-bot"}
    assert waits(rendered, component(rendered, "api")) == ["db.example:3307"]


def test_disabled_leaves_nothing(chart: Chart) -> None:
    rendered = chart(nested({"data.mysql.enabled": False} | nobody_waits_for("mysql")))
    assert objects_of(rendered, "mysql") == set()
    assert not any("mysql" in name for name in rendered.names("NetworkPolicy"))
