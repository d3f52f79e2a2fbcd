"""What a container runs, and where: words of the values, of the chart, or of the image."""

from __future__ import annotations

from typing import Any

import pytest

from tests.chart.conftest import Chart
from tests.chart.reading import component, container
from tests.chart.scenarios import COMPONENTS, merged, nested, of_each
from tests.helm import HELMS, render

PASSWORD = nested({"global.redis.auth.enabled": True})
# What the chart runs in servers; the others have the entrypoint of their image.
OWN_COMMAND = {
    "mysql": ["bash", "/etc/mysql/conf.d/start.sh"],
    "redis": ["sh", "/etc/redis/start.sh", "/etc/redis/redis.conf"],
}
OWN_ARGS = {
    "redis": ["--requirepass", "$(REDIS_PASSWORD)"],
    "grafana": [
        "cfg:security.admin_user=$__env{GF_SECURITY_ADMIN_USER}",
        "cfg:security.admin_password=$__env{GF_SECURITY_ADMIN_PASSWORD}",
        "cfg:security.secret_key=$__env{GF_SECURITY_SECRET_KEY}",
    ],
}
NASTY = ["sh", "-c", "echo '{{ .Values }}' \"$(HOME)\": # yes", "on", "1e6"]


def start(chart: Chart, name: str, **options: Any) -> dict[str, Any]:
    """Return what a component runs, with these options of its."""
    values = of_each({name: COMPONENTS[name]}, options) if options else {}
    found = container(component(chart(merged(PASSWORD, values)), name))
    return {key: found.get(key) for key in ("command", "args", "workingDir")}


@pytest.mark.parametrize("name", COMPONENTS)
def test_by_default_the_chart_starts_servers_and_the_image_the_others(
    chart: Chart, name: str
) -> None:
    assert start(chart, name) == {
        "command": OWN_COMMAND.get(name),
        "args": OWN_ARGS.get(name),
        "workingDir": None,
    }


@pytest.mark.parametrize("name", COMPONENTS)
def test_a_command_replaces_that_of_the_chart_and_its_arguments(chart: Chart, name: str) -> None:
    found = start(chart, name, command=["sleep"], args=["infinity"])
    assert (found["command"], found["args"]) == (["sleep"], ["infinity"])
    assert start(chart, name, command=["sleep"])["args"] is None


@pytest.mark.parametrize("name", COMPONENTS)
def test_arguments_follow_those_of_the_chart(chart: Chart, name: str) -> None:
    found = start(chart, name, args=["--verbose"])
    assert found["command"] == OWN_COMMAND.get(name)
    assert found["args"] == [*OWN_ARGS.get(name, []), "--verbose"]


@pytest.mark.parametrize("name", COMPONENTS)
def test_a_working_directory(chart: Chart, name: str) -> None:
    assert start(chart, name, workingDir="/app/out")["workingDir"] == "/app/out"


@pytest.mark.parametrize("helm", HELMS)
def test_words_are_kept_as_they_are(helm: str) -> None:
    options = {"command": NASTY, "args": NASTY, "workingDir": "/on: # {{ }}"}
    rendered = render(of_each(COMPONENTS, options), helm=helm)
    for name in COMPONENTS:
        found = container(component(rendered, name))
        assert {key: found[key] for key in options} == options
