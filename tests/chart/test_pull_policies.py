"""Images: when nodes pull them, and what is said of those whose tag moves."""

from __future__ import annotations

import pytest

from tests.chart.conftest import Chart
from tests.chart.reading import component, container, pod
from tests.chart.scenarios import COMPONENTS, DIGEST, of_each
from tests.helm import HELMS, render


def policies(**image: str) -> dict[str, str]:
    """Return the pull policy of each component with this image."""
    rendered = render(of_each(COMPONENTS, {f"image.{key}": image[key] for key in image}))
    return {name: container(component(rendered, name))["imagePullPolicy"] for name in COMPONENTS}


@pytest.mark.parametrize(
    "tag",
    [
        *("latest", "api-latest", "my-api-latest", "latest-alpine"),
        *("stable", "main", "master", "edge", "nightly", "dev"),
    ],
)
def test_tags_that_move(tag: str) -> None:
    assert set(policies(tag=tag).values()) == {"Always"}


@pytest.mark.parametrize(
    "tag",
    ["8.4.6", "1", "7.4.5-alpine", "main-3f2a1b9", "1.2.3-dev", "lateste", "maintenance", "edge2"],
)
def test_tags_that_stay(tag: str) -> None:
    assert set(policies(tag=tag).values()) == {"IfNotPresent"}


@pytest.mark.parametrize("name", COMPONENTS)
def test_the_policy_follows_the_tag(chart: Chart, name: str) -> None:
    one = {name: COMPONENTS[name]}
    for tag, policy in (("nightly", "Always"), ("1.0.0", "IfNotPresent")):
        rendered = chart(of_each(one, {"image.tag": tag}))
        assert container(component(rendered, name))["imagePullPolicy"] == policy


def test_a_digest_never_moves() -> None:
    assert set(policies(tag="latest", digest=DIGEST).values()) == {"IfNotPresent"}


@pytest.mark.parametrize("policy", ["Always", "IfNotPresent", "Never"])
def test_a_policy_of_an_image_s_own_wins(policy: str) -> None:
    for tag in ("latest", "1.0.0"):
        assert set(policies(tag=tag, pullPolicy=policy).values()) == {policy}


@pytest.mark.parametrize("helm", HELMS)
def test_one_policy_for_all_images(helm: str) -> None:
    values = {"global": {"imagePullPolicy": "Never"}}
    found = {item["imagePullPolicy"] for _, item in render(values, helm=helm).containers()}
    assert found == {"Never"}


def test_an_image_s_own_policy_wins_over_that_of_all(chart: Chart) -> None:
    own = {"redis": COMPONENTS["redis"], "toolbox": ("global", "toolbox")}
    values = of_each(own, {"image.pullPolicy": "Always"})
    values["global"]["imagePullPolicy"] = "Never"
    rendered = chart(values)
    for name in COMPONENTS:
        wanted = "Always" if name == "redis" else "Never"
        assert container(component(rendered, name))["imagePullPolicy"] == wanted
        for item in pod(component(rendered, name)).get("initContainers", []):
            assert item["imagePullPolicy"] == "Always"
