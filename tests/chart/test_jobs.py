"""A Job cannot be changed, so that one of another content has another name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from tests.chart.scenarios import external, merged, nested
from tests.chart.test_values_used import MARKED, Setting, marked
from tests.helm import HelmError, Manifest, render

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
    """Yield the values that change the template of a Job."""
    words = set(re.findall(r"\w+", json.dumps(list(templates(marked(setting)).values()))))
    return (path for path, (word, _) in MARKED.items() if word in words)


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)
def test_a_job_whose_template_changes_has_another_name(setting: Setting) -> None:
    before = templates(setting.values)
    tried: set[str] = set()
    for path in shown_in_jobs(setting):
        try:
            after = templates(merged(setting.values, nested({path: MARKED[path][1]})))
        except HelmError:
            continue  # it contradicts the value of another
        tried.add(path)
        for name in before.keys() & after.keys():
            assert before[name] == after[name], f"{name} keeps its name when {path} changes"
    assert {"global.commonLabels", "global.toolbox.podAnnotations"} < tried
    assert len(before) == 2
