"""A user's own keys of the Secret reach the components that read them, whatever the source."""

from __future__ import annotations

from typing import Any

import pytest

from tests.chart.reading import component, container, environment
from tests.chart.scenarios import COMPONENTS, SECRETS, merged, nested
from tests.helm import refusal, render

SOURCES: dict[str, dict[str, Any]] = {
    "generate": {},
    "existing": {"source": "existing", "existingSecret": "vaulted"},
    "values": {"source": "values", "values": {**SECRETS, "YES": "own"}},
    "externalSecrets": {
        "source": "externalSecrets",
        "externalSecrets": {"secretStoreRef": {"name": "vault"}, "key": "genx-fx"},
    },
}


def _values(source: str, *readers: str, **more: Any) -> dict[str, Any]:
    """A key that YAML could misread, and its readers."""
    extra = {"extra": {"YES": {"readBy": list(readers), **more}}}
    return {"global": {"secrets": SOURCES[source] | extra}}


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("name", COMPONENTS)
def test_reaches_its_reader_and_nobody_else(source: str, name: str) -> None:
    found = render(_values(source, name))
    read = {each: environment(component(found, each)).get("YES") for each in COMPONENTS}
    assert {each: text for each, text in read.items() if text} == {name: "secret YES"}
    (entry,) = (e for e in container(component(found, name))["env"] if e["name"] == "YES")
    wanted = "vaulted" if source == "existing" else "genx-fx-secrets"
    assert entry["valueFrom"]["secretKeyRef"] == {"name": wanted, "key": "YES"}


@pytest.mark.parametrize("name", COMPONENTS)
def test_another_text_restarts_its_reader_alone(name: str) -> None:
    before = _values("values", name)
    after = merged(before, nested({"global.secrets.values.YES": "another"}))
    assert render(after).get("Secret", "genx-fx-secrets")["stringData"]["YES"] == "another"
    pods = [
        {each: component(found, each)["spec"]["template"] for each in COMPONENTS}
        for found in (render(before), render(after))
    ]
    assert {each for each in COMPONENTS if pods[0][each] != pods[1][each]} == {name}


def test_text_is_asked_for_while_a_reader_runs() -> None:
    values = merged(_values("values", "frontend"), nested({"global.secrets.values.YES": ""}))
    assert "global.secrets.values.YES: is missing" in refusal(values)
    off = render(merged(values, nested({"application.frontend.enabled": False})))
    assert off.get("Secret", "genx-fx-secrets")
