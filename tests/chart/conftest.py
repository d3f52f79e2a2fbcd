from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.fixtures import helm
from tests.helm import Render, render

__all__ = ["chart", "helm"]

Chart = Callable[..., Render]


@pytest.fixture
def chart() -> Chart:
    """What the chart makes of some values, by Helm 4.

    Helm 3 makes the same objects of every scenario, as test_helm_versions.py shows.
    """
    return render
