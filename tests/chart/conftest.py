from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from tests.helm import HELMS, Render, render

Chart = Callable[..., Render]


@pytest.fixture(params=HELMS)
def helm(request: pytest.FixtureRequest) -> str:
    """Each supported Helm in turn."""
    return str(request.param)


@pytest.fixture
def chart(helm: str) -> Chart:
    """What the chart makes of some values, by each supported Helm in turn."""
    return partial(render, helm=helm)
