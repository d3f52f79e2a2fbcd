from __future__ import annotations

import pytest

from tests.fixtures import helm
from tests.helm import Render, render
from tests.platforms.files import PLATFORMS

__all__ = ["helm"]


@pytest.fixture
def rendered(request: pytest.FixtureRequest, helm: str) -> Render:
    """Return what each Helm makes of the values of the platform that the module names."""
    return render(helm=helm, files=(PLATFORMS[request.module.PLATFORM],))
