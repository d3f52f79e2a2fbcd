"""The README's table of what restarts whom, against the pods that a change makes new."""

from __future__ import annotations

from typing import Any

import pytest

from generator.chart.restarts import Restart, restarts
from tests.chart.scenarios import PLAN, SECRETS, merged, nested
from tests.helm import CHART, Render, pod_template, render

ROWS = restarts(PLAN)
GIVEN = nested(
    {
        "global.secrets.source": "values",
        "global.secrets.values": SECRETS,
        "global.redis.auth.enabled": True,
    }
)
# Other values are texts, of which any other one is a change.
CHANGES: dict[str, Any] = {
    "global.external.mysql": {"host": "db.example", "cidrs": ["203.0.113.7/32"]},
    "global.external.redis": {"host": "cache.example", "cidrs": ["203.0.113.8/32"]},
    "global.redis.auth.enabled": False,
    "global.redis.auth.required": False,
    "global.toolbox.image": {"tag": "9.9"},
}


def _row(restart: Restart) -> str:
    return "+".join(component.name for component in restart.components)


def _restarted(before: Render, after: Render) -> set[str]:
    """Components whose pods differ."""
    pods = [
        {
            item["metadata"]["name"]: pod_template(item)
            for item in rendered.of_kind("Deployment", "StatefulSet", "CronJob")
        }
        for rendered in (before, after)
    ]
    return {name for name in pods[0].keys() & pods[1].keys() if pods[0][name] != pods[1][name]}


@pytest.mark.parametrize("restart", ROWS, ids=_row)
def test_a_change_restarts_whom_the_readme_says(restart: Restart) -> None:
    expected = {component.name for component in restart.components}
    changes = [nested({path: CHANGES.get(path, "changed")}) for path in restart.values]
    changes += [nested({f"global.secrets.values.{key}": "changed"}) for key in restart.secrets]
    for change in changes:
        assert _restarted(render(GIVEN), render(merged(GIVEN, change))) == expected, change


def test_every_row_is_in_the_readme() -> None:
    readme = (CHART / "README.md").read_text()
    _, _, section = readme.partition("\n## What restarts\n")
    for restart in ROWS:
        names = ", ".join(component.name for component in restart.components)
        (line,) = (row for row in section.splitlines() if row.endswith(f" | {names} |"))
        for word in (*restart.values, *restart.secrets):
            assert f"`{word}`" in line
