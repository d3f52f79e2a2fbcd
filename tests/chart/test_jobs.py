"""A Job cannot be changed, so that one of another content has another name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from tests.chart.scenarios import external, merged, nested
from tests.chart.test_values_used import MARKED, Setting, marked
from tests.helm import Manifest, render

LIFTED = {"global.enforceDocumentedLimits": False}
SETTINGS = {
    "backups": Setting(nested({"data.mysql.backup.enabled": True, **LIFTED})),
    "initialization": Setting(
        merged(
            nested(external("mysql", "mysql.example.org", **{"initialization.enabled": True})),
            nested({"global.external.mysql.tls.enabled": True}),
            nested({"global.external.mysql.tls.caSecret.name": "mysql-ca"}),
            nested({"data.mysql.enabled": False, **LIFTED}),
        )
    ),
}


def templates(values: dict[str, object]) -> dict[str, Manifest]:
    """Return the pod templates of all Jobs by the names of the Jobs."""
    objects = render(values).objects
    jobs = (item for item in objects if item.get("kind") == "Job")  # the user's own may have none
    return {job["metadata"]["name"]: job["spec"]["template"] for job in jobs}


def shown_in_jobs(setting: Setting) -> Iterator[str]:
    """Yield values that change the template of a Job: its metadata, or its nodes."""
    shown = [
        (template["metadata"], template["spec"].get("nodeSelector"))
        for template in templates(marked(setting)).values()
    ]
    words = set(re.findall(r"\w+", json.dumps(shown)))
    return (path for path, (word, _) in MARKED.items() if word in words)


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)
def test_a_job_whose_template_changes_has_another_name(setting: Setting) -> None:
    before = templates(setting.values)
    tried = set(shown_in_jobs(setting))
    for path in tried:
        after = templates(merged(setting.values, nested({path: MARKED[path][1]})))
        for name in before.keys() & after.keys():
            assert before[name] == after[name], f"{name} keeps its name when {path} changes"
    common = {"global.commonLabels", "global.toolbox.podAnnotations", "global.toolbox.nodeSelector"}
    assert common <= tried
    assert len(before) == 2
