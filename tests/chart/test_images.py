"""`genx-fx images` against the pods of each way to install."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

from generator.images import copies, images
from generator.validate.inputs import Inputs
from tests.chart.scenarios import SCENARIOS, merged, pod_templates
from tests.helm import HELMS, Render, render
from tests.spec_files import OURS
from tools.build import tool_path

REGISTRY = "mirror.example.org:5000/fx"
# One of each thing that decides which pods there are, and with which images.
CHOSEN = (
    "default",
    "everything_on",
    "external_both",
    "without_tier_monitoring",
    "environment_prod",
)


@pytest.fixture(params=HELMS)
def helm(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    first = Path(tool_path(request.param)).parent
    monkeypatch.setenv("PATH", f"{first}:{os.environ['PATH']}")
    return str(request.param)


@pytest.mark.parametrize("scenario", CHOSEN)
def test_the_list_is_what_the_pods_of_the_render_pull(
    scenario: str, tmp_path: Path, helm: str
) -> None:
    inputs = given(scenario, tmp_path)

    assert images(OURS, inputs) == sorted(pulled(objects(scenario, helm)))


@pytest.mark.parametrize("scenario", CHOSEN)
def test_copies_have_the_names_that_the_chart_asks_for_with_that_registry(
    scenario: str, tmp_path: Path, helm: str
) -> None:
    inputs = given(scenario, tmp_path)
    found = copies(OURS, inputs, REGISTRY)
    mirrored = objects(scenario, helm, {"global": {"imageRegistry": REGISTRY}})

    # Containers of a user's own have images that the values name in full.
    assert {*found.places, *found.named_in_full} == set(images(OURS, inputs))
    assert {*found.places.values(), *found.named_in_full} == pulled(mirrored)
    assert all(to.startswith(f"{REGISTRY}/") for to in found.places.values())


def given(scenario: str, folder: Path) -> Inputs:
    values = folder / "values.yaml"
    values.write_text(yaml.safe_dump(SCENARIOS[scenario].values))
    return Inputs([*map(str, SCENARIOS[scenario].files), str(values)])


def objects(scenario: str, helm: str, more: dict[str, object] | None = None) -> Render:
    chosen = SCENARIOS[scenario]
    return render(merged(chosen.values, more or {}), helm=helm, files=chosen.files)


def pulled(rendered: Render) -> set[str]:
    pods = [template["spec"] for _, template in pod_templates(rendered)]
    return {
        container["image"]
        for pod in pods
        for container in [*pod["containers"], *pod.get("initContainers", [])]
    }
