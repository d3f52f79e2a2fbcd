"""A headless Chromium, as people's browsers are, that talks to nobody but who it is sent to."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Error, sync_playwright

from tools.cluster import packages

# Turn off Chromium's own services: a closed network cannot reach them, and tests need none.
QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",  # a proxy cannot reach a cluster on this machine
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Give the machine's Chromium, from Debian's packages if possible, or Playwright's."""
    if packages.can_install():
        packages.install_missing(packages.BROWSER)
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"),
                chromium_sandbox=False,  # needs a user other than root
                args=QUIET,
            )
        except Error as error:
            raise AssertionError(
                "the tests need a browser: `apt-get install chromium` (Debian) or"
                " `.venv/bin/playwright install chromium`"
            ) from error
        try:
            yield browser
        finally:
            browser.close()
