from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.helm import HELMS, Render, render

Chart = Callable[..., Render]


@pytest.fixture(params=HELMS)
def helm(request: pytest.FixtureRequest) -> str:
    """Each supported Helm in turn."""
    return str(request.param)


@pytest.fixture
def chart() -> Chart:
    """What the chart makes of some values, by Helm 4.

    Helm 3 makes the same objects of every scenario, as test_helm_versions.py shows.
    """
    return render
