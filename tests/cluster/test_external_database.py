"""Tables in a database outside the release: the MySQL of another release, in another namespace."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.chart.scenarios import SECRETS, merged, nested
from tests.cluster.journal import query
from tests.cluster.kubectl import Kubectl
from tests.cluster.release import DATA_TIER, Release
from tests.fixtures import MakeNamespace
from tests.helm import HELMS, HelmError
from tests.passwords import ALL

GIVEN = nested(
    {
        "global.secrets.source": "values",
        "global.secrets.values": {**SECRETS, "MYSQL_PASSWORD": ALL},
    }
)
ANYBODY: dict[str, Any] = {"from": [{"namespaceSelector": {}}]}
SERVER = merged(
    DATA_TIER,
    GIVEN,
    nested(
        {"data.redis.enabled": False, "data.mysql.networkPolicy.extraIngress": [ANYBODY]},
    ),
)
COLUMNS = """
    SELECT table_name, column_name, column_type, is_nullable, column_key, extra
    FROM information_schema.columns WHERE table_schema = '{}' ORDER BY table_name, ordinal_position
"""

pytestmark = pytest.mark.xdist_group("external database")


@pytest.fixture(scope="module")
def server(
    kubectl: Kubectl, make_namespace: MakeNamespace, chart: Path, base_values: dict[str, Any]
) -> Release:
    """Return a release whose MySQL is the server outside of others."""
    release = Release(kubectl, make_namespace("server"), chart, base_values)
    release.install(SERVER)
    return release


def empty(kubectl: Kubectl, server: Release, name: str) -> None:
    """Make an empty database, in which the application may do everything."""
    query(
        kubectl,
        server.namespace,
        f"CREATE DATABASE {name}; GRANT ALL ON {name}.* TO 'genx_user'@'%'",
    )


def using(server: Release, database: str) -> dict[str, Any]:
    """Return values of a release without pods, whose database is one of the server's."""
    peer = {"matchLabels": {"kubernetes.io/metadata.name": server.namespace}}
    options = {
        "host": f"mysql-service.{server.namespace}.svc",
        "peers": [{"namespaceSelector": peer}],
        "database": database,
        "initialization.enabled": True,
    }
    given = {f"global.external.mysql.{key}": value for key, value in options.items()}
    return merged(DATA_TIER, GIVEN, nested({"data.enabled": False, **given}))


def columns(kubectl: Kubectl, server: Release, database: str) -> list[list[str]]:
    return query(kubectl, server.namespace, COLUMNS.format(database))


@pytest.mark.parametrize("helm", HELMS)
def test_an_empty_database_gets_its_tables_once(
    kubectl: Kubectl, server: Release, namespace: str, helm: str
) -> None:
    name = f"once_{helm}"
    empty(kubectl, server, name)
    release = replace(server, namespace=namespace, helm=helm)

    release.submit(using(server, name))

    assert columns(kubectl, server, name) == columns(kubectl, server, "genxdb_fx_db") != []
    pairs = f"SELECT symbol FROM {name}.trading_pairs"
    assert len(query(kubectl, server.namespace, pairs)) == 11
    assert kubectl.list("jobs", namespace) == [], "what has succeeded is removed"
    query(kubectl, server.namespace, f"DELETE FROM {name}.trading_pairs WHERE symbol > 'EUR/USD'")
    rows = query(kubectl, server.namespace, pairs)

    release.submit(using(server, name))

    assert query(kubectl, server.namespace, pairs) == rows != [], "it has all tables: left alone"


def test_a_database_of_somebody_else_is_refused(
    kubectl: Kubectl, server: Release, namespace: str
) -> None:
    empty(kubectl, server, "orders")
    query(kubectl, server.namespace, "CREATE TABLE orders.invoices (id INT PRIMARY KEY)")
    release = replace(server, namespace=namespace)
    with pytest.raises(HelmError, match="pre-install"):
        release.submit(using(server, "orders"))
    said = kubectl("logs", "-n", namespace, "--selector=app=initialize-mysql", "--tail=-1")
    assert "has 0 of the 6 tables of the platform" in said
    assert "tables of somebody else: invoices\n" in said
    assert {table for table, *_ in columns(kubectl, server, "orders")} == {"invoices"}


def test_two_releases_at_once_make_the_tables_once(
    kubectl: Kubectl, server: Release, make_namespace: MakeNamespace
) -> None:
    empty(kubectl, server, "shared")
    releases = [replace(server, namespace=make_namespace("client")) for _ in range(2)]
    with ThreadPoolExecutor(len(releases)) as pool:
        list(pool.map(lambda release: release.submit(using(server, "shared")), releases))
    assert columns(kubectl, server, "shared") == columns(kubectl, server, "genxdb_fx_db")
    assert len(query(kubectl, server.namespace, "SELECT id FROM shared.trading_pairs")) == 11
