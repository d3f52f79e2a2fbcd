"""Keys of the Secret are needed while a component runs that reads them, and no longer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.chart.reading import component, container, environment
from tests.chart.scenarios import (
    OPTIONAL_SECRETS,
    PLAN,
    SCENARIOS,
    SECRETS,
    Scenario,
    merged,
    nested,
)
from tests.helm import Render, refusal, render

WITHOUT = [name for name in SCENARIOS if name.startswith(("without_", "external_", "redis_auth"))]
EXISTING = nested({"global.secrets.source": "existing", "global.secrets.existingSecret": "vaulted"})
STORE = nested(
    {
        "global.secrets.source": "externalSecrets",
        "global.secrets.externalSecrets.secretStoreRef.name": "vault",
        "global.secrets.externalSecrets.key": "genx-fx",
    }
)
COMPOSED = {*PLAN.composed_secrets, *PLAN.address_secrets}


def _of(scenario: Scenario, source: dict[str, Any]) -> dict[str, Any]:
    """Values of a scenario with the Secret from another source."""
    own: dict[str, Any] = merged(
        scenario.values, nested({"global.secrets.existingSecret": ""}), source
    )
    if source["global"]["secrets"]["source"] != "values":
        own["global"]["secrets"]["values"] = {}
        if source is EXISTING:
            for server in own["global"].get("external", {}).values():
                server.pop("urlParameters", None)
    return own


def _required(found: Render) -> set[str]:
    """Keys of the Secret without which a pod does not start."""
    return {key for key, optional in _read(found) if not optional}


def _read(found: Render) -> Iterator[tuple[str, bool]]:
    for owner, item in found.containers():
        for entry in item.get("env", []):
            if reference := entry.get("valueFrom", {}).get("secretKeyRef"):
                assert not owner.startswith("Job/genx-fx-prepare"), owner
                yield reference["key"], reference.get("optional", False)


def _told(found: Render) -> dict[str, list[str]]:
    """What the Job is told of the keys."""
    (job,) = (item for item in found.of_kind("Job") if "prepare" in item["metadata"]["name"])
    told: dict[str, list[str]] = json.loads(environment(job)["NEEDED_KEYS"])
    return told


@pytest.mark.parametrize("name", WITHOUT)
def test_an_existing_secret_needs_what_the_pods_read_and_no_more(name: str) -> None:
    found = render(_of(SCENARIOS[name], EXISTING))
    told = _told(found)
    assert set(told["required"]) == _required(found)
    assert {key for key, _ in _read(found)} <= {*told["required"], *told["optional"]}


@pytest.mark.parametrize("name", WITHOUT)
def test_values_need_what_the_pods_read_and_no_more(name: str) -> None:
    """Fewest values: the Secret made of them has all, and one less is refused."""
    told = _told(render(_of(SCENARIOS[name], EXISTING)))
    needed = ({*told["required"], *told["parts"]} - COMPOSED) & SECRETS.keys()
    fewest = {key: SECRETS[key] for key in sorted(needed)}
    source = nested({"global.secrets.source": "values", "global.secrets.values": fewest})
    values = _of(SCENARIOS[name], source)
    values["global"]["secrets"]["values"] = fewest
    found = render(values)
    assert found.get("Secret", "genx-fx-secrets")["stringData"].keys() >= _required(found)
    values["global"]["secrets"]["values"] = {}
    said = refusal(values) if fewest else ""
    assert {key for key in SECRETS if f"global.secrets.values.{key}: is missing" in said} == needed


@pytest.mark.parametrize("name", ["without_grafana", "without_tier_application"])
def test_a_store_needs_no_part_of_what_nobody_reads(name: str) -> None:
    found = render(_of(SCENARIOS[name], STORE))
    made = found.get("ExternalSecret", "genx-fx-secrets")["spec"]["target"]["template"]["data"]
    assert made.keys() == _required(found)


def test_mysql_runs_without_the_password_of_a_grafana_that_does_not() -> None:
    found = environment(component(render(), "mysql"))
    assert found["GRAFANA_DATABASE_PASSWORD"] == "secret? GRAFANA_DATABASE_PASSWORD"
    assert found["MYSQL_PASSWORD"] == "secret MYSQL_PASSWORD"
    read = environment(component(render(), "grafana"))
    assert read["GRAFANA_DATABASE_PASSWORD"] == "secret GRAFANA_DATABASE_PASSWORD"


def test_mysql_restarts_where_values_bring_the_password() -> None:
    """Its script can only then create the user."""
    given = {key: text for key, text in SECRETS.items() if not key.startswith("GRAFANA")}
    off = nested(
        {
            "global.secrets.source": "values",
            "global.secrets.values": given,
            "monitoring.enabled": False,
        }
    )
    on = nested({"global.secrets.values": SECRETS | OPTIONAL_SECRETS, "monitoring.enabled": True})
    before, after = (component(render(v), "mysql") for v in (off, merged(off, on)))
    assert container(before) == container(after)
    assert before["spec"]["template"] != after["spec"]["template"]
