"""What users add to a pod replaces what the chart has under the same key, in every pod."""

from __future__ import annotations

from typing import Any

import pytest

from generator.spec.source import documents
from tests.chart.conftest import Chart
from tests.chart.reading import component, container, pod
from tests.chart.scenarios import COMPONENTS, merged, nested
from tests.helm import HELMS, Manifest, render, template

# Where Redis asks for its password, which gives its clients one more variable.
BASE = nested({"global.redis.auth.enabled": True})
# List of a pod, the value that adds to it, and the key of its entries.
LISTS = {
    "env": ("extraEnv", "name"),
    "volumeMounts": ("extraVolumeMounts", "mountPath"),
    "volumes": ("extraVolumes", "name"),
}


def entries(workload: Manifest, name: str) -> list[Any]:
    """Return a list of a workload's pod or of its container."""
    where = pod(workload) if name == "volumes" else container(workload)
    return list(where.get(name, []))


def own(name: str, given: list[Any]) -> list[Any]:
    """Return entries of a user's with the keys of these, in another order, and one more."""
    extra_key = "/own" if name == "volumeMounts" else "OWN" if name == "env" else "own"
    key = LISTS[name][1]
    keys = [*(entry[key] for entry in reversed(given)), extra_key]
    more: dict[str, dict[str, Any]] = {
        "env": {"value": "own"},
        "volumes": {"emptyDir": {"sizeLimit": "1Mi"}},
        "volumeMounts": {"name": "own"},
    }
    return [{key: one, **more[name]} for one in keys]


@pytest.mark.parametrize("helm", HELMS)
@pytest.mark.parametrize("name", LISTS)
def test_own_entries_replace_those_of_the_chart_in_their_place(name: str, helm: str) -> None:
    """In their place, since an environment variable may refer to one before it."""
    option, key = LISTS[name]
    before = render(BASE, helm=helm)
    wanted, values = {}, BASE
    for each, (tier, section) in COMPONENTS.items():
        given = entries(component(before, each), name)
        mine = own(name, given)
        wanted[each] = [*reversed(mine[:-1]), mine[-1]]
        values = merged(values, {tier: {section: {option: mine}}})
        assert [entry[key] for entry in wanted[each]][:-1] == [entry[key] for entry in given]
    after = render(values, helm=helm)
    assert {each: entries(component(after, each), name) for each in COMPONENTS} == wanted


def test_last_one_counts_where_a_name_is_given_twice(chart: Chart) -> None:
    twice = [{"name": "OWN", "value": value} for value in ("one", "two")]
    found = entries(component(chart(nested({"application.api.extraEnv": twice})), "api"), "env")
    assert [entry for entry in found if entry["name"] == "OWN"] == twice[1:]


def test_own_labels_and_annotations_of_a_pod_replace_those_of_all(helm: str) -> None:
    """As one key each, which YAML asks for."""
    values = {
        "global.commonLabels": {"example.org/team": "all"},
        "application.api.podLabels": {"example.org/team": "own"},
        "application.api.podAnnotations": {"checksum/config": "own"},
    }
    repeated = [
        str(problem)
        for document in documents(template(nested(values), helm=helm).encode())
        for problem in document.repeated_keys()
    ]
    assert repeated == []
    found = component(render(nested(values), helm=helm), "api")
    metadata = found["spec"]["template"]["metadata"]
    assert metadata["labels"]["example.org/team"] == "own"
    assert metadata["annotations"]["checksum/config"] == "own"
    assert metadata["annotations"]["checksum/secrets"]
