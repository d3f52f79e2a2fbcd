"""docs/operations.md points at what is there; its commands are run in tests/control_plane."""

from __future__ import annotations

import re

import pytest
import yaml

from tests.chart.reading import environment
from tests.helm import CHART, HELMS, ROOT, render
from tests.operations_document import DOCUMENT, blocks, sections, typed

TEXT = DOCUMENT.read_text()
PROMISED = {
    *("What restarts", "The broker's login", "Where the Secret comes from"),
    *("Look before an upgrade", "An upgrade that failed", "Roll back", "Grow a volume"),
    "What a healthy answer is",
    *("Serve it by HTTPS", "Several components under one host", "Who may come in"),
    *("Tables of an external MySQL", "A registry of your own", "Data sources and dashboards"),
    *("Another mode or class", "Files of another user", "Nodes"),
    *("Another name", "Another namespace", "Wipe", "A pod is not ready"),
}


def test_every_subject_has_a_section() -> None:
    assert set(sections()) == PROMISED


def test_every_section_is_in_the_table_at_the_top() -> None:
    top = TEXT.partition("\n## ")[0]
    linked = set(re.findall(r"\]\(#([^)]+)\)", top))
    assert linked == {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in PROMISED}


def values_of(section: str) -> list[str]:
    """Return the values files of a section."""
    return re.findall(r"^```yaml\n(.*?)^```", sections()[section], re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("values", values_of("Data sources and dashboards"))
def test_the_data_source_renders_as_it_stands(values: str) -> None:
    assert (
        "$LOKI_PASSWORD"
        in render(yaml.safe_load(values)).get("ConfigMap", "grafana-provisioning")["data"][
            "datasources.yaml"
        ]
    )


@pytest.mark.parametrize("helm", HELMS)
@pytest.mark.parametrize("values", values_of("Serve it by HTTPS"))
def test_each_way_of_https_renders_as_it_stands(values: str, helm: str) -> None:
    rendered = render(yaml.safe_load(values), helm=helm)
    ways = {item["kind"] for item in rendered.of_kind("Ingress", "HTTPRoute")}
    services = {item["spec"].get("type") for item in rendered.of_kind("Service")}
    assert len(ways) == 1 or "LoadBalancer" in services
    grafana = environment(rendered.get("Deployment", "grafana"))
    assert grafana["GF_SERVER_ROOT_URL"].startswith("https://grafana.fx.example.org")


@pytest.mark.parametrize("helm", HELMS)
@pytest.mark.parametrize("values", values_of("Several components under one host"))
def test_each_way_to_share_a_host_renders_as_it_stands(values: str, helm: str) -> None:
    rendered = render(yaml.safe_load(values), helm=helm)
    by_ingress = [item["spec"]["rules"][0]["host"] for item in rendered.of_kind("Ingress")]
    by_route = [
        host for item in rendered.of_kind("HTTPRoute") for host in item["spec"].get("hostnames", [])
    ]
    assert (by_ingress or by_route).count("fx.example.org") > 1


def test_statements_for_grafana_are_those_of_our_own_mysql() -> None:
    script = (ROOT / "platform" / "mysql" / "30-grafana.sh").read_text()
    own = re.findall(r"^GRANT .*;$", script, re.MULTILINE)
    (block,) = re.findall(
        r"^```sql\n(.*?)^```", sections()["Tables of an external MySQL"], re.DOTALL | re.MULTILINE
    )
    user = "'grafana_reader'@'%'"
    assert block.splitlines()[1:] == [line.replace("$reader", user) for line in own]
    config = render().get("ConfigMap", "genx-fx-config")["data"]
    assert config["GRAFANA_DATABASE_USER"] == "grafana_reader"


@pytest.mark.parametrize("helm", HELMS)
@pytest.mark.parametrize("values", values_of("Tables of an external MySQL"))
def test_the_tables_are_made_by_the_values_as_they_stand(values: str, helm: str) -> None:
    jobs = render(yaml.safe_load(values), helm=helm).names("Job")
    assert any(name.startswith("genx-fx-initialize-mysql-") for name in jobs)


def test_the_package_is_that_of_this_version() -> None:
    version = yaml.safe_load((CHART / "Chart.yaml").read_text())["version"]
    assert set(re.findall(r"genx-fx-(\S+?)\.tgz", TEXT)) == {version}


def test_every_command_says_its_namespace() -> None:
    """Whoever types one in a hurry must not hit another namespace."""
    whole = {
        "node",
        "nodes",
        "pv",
        "storageclass",
        "ingressclass",
        "drain",
        "uncordon",
        "namespace",
    }
    for command in typed():
        assert "--namespace" in command or whole & set(command[1:3]), command


def test_every_upgrade_undoes_itself_where_it_fails() -> None:
    scripts = [script for section in sections() for script in blocks(section)]
    upgrades = [
        line
        for script in scripts
        for line in script.splitlines()
        if line.startswith("helm upgrade") and "--dry-run" not in line
    ]
    assert upgrades
    assert all("--rollback-on-failure" in line for line in upgrades)
