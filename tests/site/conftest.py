from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.cluster.browser import chromium
from tests.http_folder import served
from tools.site.build import build_site


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the site, built for these tests."""
    folder = tmp_path_factory.mktemp("pages") / "site"
    build_site(folder)
    return folder


@pytest.fixture(scope="session")
def server(site: Path) -> Iterator[str]:
    """Serve the site on this machine; give its address."""
    with served(site) as address:
        yield address


@pytest.fixture(params=["http", "folder"])
def address(request: pytest.FixtureRequest, site: Path) -> str:
    """Return where the pages are: at a web server, and in a folder."""
    if request.param == "folder":
        return site.as_uri()
    shown: str = request.getfixturevalue("server")
    return shown


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Give a browser; a machine that cannot have one skips the tests, but for where CI is set."""
    with ExitStack() as stack:
        try:
            started = stack.enter_context(chromium())
        except AssertionError as error:
            if os.environ.get("CI"):
                raise
            pytest.skip(str(error))
        yield started
