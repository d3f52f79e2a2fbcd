"""Fixtures that several folders of tests use; the conftest.py of each imports them by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cluster.kubectl import Kubectl
from tests.cluster.namespaces import Namespaces
from tests.helm import CHART, HELMS, package_chart

MakeNamespace = Callable[..., str]


@pytest.fixture(params=HELMS)
def helm(request: pytest.FixtureRequest) -> str:
    """Give each supported Helm in turn."""
    return str(request.param)


@pytest.fixture(scope="session")
def chart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Package the chart as it is published."""
    return package_chart(CHART, tmp_path_factory.mktemp("package"))


@pytest.fixture(scope="module")
def make_namespace(kubectl: Kubectl) -> Iterator[MakeNamespace]:
    """Make namespaces that last as long as the tests of a module."""
    made = Namespaces(kubectl)
    yield made.make
    made.end()


@pytest.fixture
def namespace(kubectl: Kubectl) -> Iterator[str]:
    """Make a namespace for one test."""
    made = Namespaces(kubectl)
    yield made.make()
    made.end()
