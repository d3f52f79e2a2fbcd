"""A component that runs at times: the kind `cron`, in the spec of tests/specs/price-feed.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from generator.errors import SpecError
from tests.chart.reading import component, container, pod
from tests.chart.scenarios import nested
from tests.chart.test_integers import LARGE, floats, places, without_int64, without_schema
from tests.chart.test_kubernetes_schema import VERSIONS, faults
from tests.helm import HelmError, Render, render, template
from tests.spec_files import SPECS, SpecData, build_chart, build_edited

PRICE_FEED = SPECS / "price-feed.yaml"


@pytest.fixture(scope="module")
def chart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_chart(PRICE_FEED, tmp_path_factory.mktemp("price-feed"))


def pruner(chart: Path, **options: Any) -> dict[str, Any]:
    values = nested({f"ingest.pruner.{key}": value for key, value in options.items()})
    spec: dict[str, Any] = component(render(values, chart=chart), "pruner")["spec"]
    return spec


def test_is_a_cron_job_of_which_one_run_follows_the_other(chart: Path) -> None:
    spec = pruner(chart)
    assert (spec["schedule"], spec["timeZone"]) == ("30 2 * * *", "Etc/UTC")
    assert spec["concurrencyPolicy"] == "Forbid"
    assert spec["suspend"] is False
    assert spec["jobTemplate"]["spec"]["activeDeadlineSeconds"] == 1800
    assert (spec["successfulJobsHistoryLimit"], spec["failedJobsHistoryLimit"]) == (3, 3)


def test_every_version_of_kubernetes_takes_it(chart: Path) -> None:
    for item in render(chart=chart).of_kind("CronJob"):
        for version in VERSIONS:
            assert not faults(item, version)


def test_its_pod_ends_and_has_no_probes_and_no_budget(chart: Path) -> None:
    objects = render(chart=chart)
    job = component(objects, "pruner")
    assert pod(job)["restartPolicy"] == "Never"
    assert not [key for key in container(job) if key.endswith("Probe")]
    assert "pruner" not in objects.names("PodDisruptionBudget")
    assert not [name for name in objects.names("Service") if "pruner" in name]


def test_runs_what_the_spec_says_unless_values_say_otherwise(chart: Path) -> None:
    found = container({"kind": "CronJob", "spec": pruner(chart)})
    assert (found["command"], found["args"]) == (["prune"], ["--keep", "30"])
    assert found["workingDir"] == "/tmp"
    options = {"command": ["other"], "args": [], "workingDir": ""}
    found = container({"kind": "CronJob", "spec": pruner(chart, **options)})
    assert found["command"] == ["other"]
    assert not {"args", "workingDir"} & set(found)


def test_values_suspend_it_and_set_its_times(chart: Path) -> None:
    spec = pruner(chart, suspend=True, schedule="@hourly", concurrencyPolicy="Replace")
    assert (spec["suspend"], spec["schedule"]) == (True, "@hourly")
    assert spec["concurrencyPolicy"] == "Replace"


def test_its_large_times_and_counts_are_no_floats(chart: Path, tmp_path: Path) -> None:
    options = ("startingDeadlineSeconds", "activeDeadlineSeconds", "backoffLimit")
    kept = ("successfulJobsHistoryLimit", "failedJobsHistoryLimit")
    values = nested({f"ingest.pruner.{option}": LARGE for option in (*options, *kept)})
    assert floats(template(values, chart=without_schema(chart, tmp_path))) == []
    own = [place for place in places(chart) if place.file.endswith("cronjob.yaml")]
    assert len(own) == 5
    for number, place in enumerate(own):
        broken = without_int64(chart, place, tmp_path / str(number))
        assert floats(template(values, chart=broken)), place


def test_the_operator_may_suspend_it_and_the_viewer_sees_it(chart: Path) -> None:
    objects = render(chart=chart)
    operator = objects.get("Role", "price-feed-operator")["rules"]
    assert {
        "apiGroups": ["batch"],
        "resources": ["cronjobs"],
        "resourceNames": ["pruner"],
        "verbs": ["patch"],
    } in operator
    viewer = objects.get("Role", "price-feed-viewer")["rules"]
    assert [rule for rule in viewer if "cronjobs" in rule["resources"]]


@pytest.mark.parametrize("schedule", ["every night", "0 3 * *", "", "0 3 * * * *"])
def test_what_is_no_schedule_is_refused(schedule: str, chart: Path, tmp_path: Path) -> None:
    with pytest.raises(HelmError, match="/ingest/pruner/schedule"):
        pruner(chart, schedule=schedule)

    def edit(spec: SpecData) -> None:
        spec["tiers"]["ingest"]["pruner"]["schedule"] = schedule

    with pytest.raises(SpecError, match=r"ingest\.pruner\.schedule: .* a schedule such as"):
        build_edited(PRICE_FEED, edit, tmp_path)


def test_it_waits_for_what_it_calls(chart: Path) -> None:
    objects: Render = render(chart=chart)
    (waiting,) = pod(component(objects, "pruner"))["initContainers"]
    assert waiting["args"][2:] == ["$(CACHE_HOST):$(CACHE_PORT)"]
