"""The seven network flows of the architecture document, end to end, as people see them."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.cluster.browser import chromium
from tests.cluster.journal import query
from tests.cluster.kubectl import Kubectl
from tests.cluster.load import address
from tests.cluster.release import SECRET, Release

PATIENCE = 60_000  # milliseconds that a busy machine may take to show something

pytestmark = pytest.mark.xdist_group("platform")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Give an empty page of a browser that knows no cookies yet."""
    # Without a graphics card, animations cost a third of a core.
    context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


def test_user_sees_the_signal_that_the_api_computed_and_the_trade_that_the_bot_wrote(
    kubectl: Kubectl, platform: Release, page: Page
) -> None:
    page.goto(address(kubectl, platform, "frontend-service"))
    expect(page.get_by_test_id("connection-state")).to_have_text("live", timeout=PATIENCE)
    expect(page.get_by_test_id("pair-row")).to_have_count(11, timeout=PATIENCE)

    signal = page.get_by_test_id("signal-row").first
    expect(signal).to_be_visible(timeout=PATIENCE)
    (shown,) = attributes(signal, "signalId")
    statement = f"SELECT model_version FROM trading_signals WHERE id={shown}"
    assert query(kubectl, platform.namespace, statement), "the signal on the page is in MySQL"

    trade = page.get_by_test_id("trade-row").first
    expect(trade).to_be_visible(timeout=PATIENCE)
    shown, followed = attributes(trade, "tradeId", "fromSignalId")
    rows = query(kubectl, platform.namespace, f"SELECT signal_id FROM trades WHERE id={shown}")
    assert rows == [[followed]], "the bot followed that signal"


def attributes(row: Locator, *names: str) -> list[str]:
    """Return the data attributes of a row, all read at once: the next moment it is another's."""
    found: list[str] = row.evaluate("(row, names) => names.map(name => row.dataset[name])", names)
    return found


def test_session_survives_the_death_of_the_api_pod_that_began_it(
    kubectl: Kubectl, platform: Release, page: Page
) -> None:
    page.goto(address(kubectl, platform, "frontend-service"))
    name = f"ada-{secrets.token_hex(4)}"
    page.get_by_test_id("login-username").fill(name)
    page.get_by_test_id("login-password").fill(secrets.token_hex(8))
    with page.expect_response("**/api/login") as login:
        page.get_by_test_id("login-submit").click()
    session: dict[str, Any] = login.value.json()
    expect(page.get_by_test_id("user-name")).to_have_text(name)

    pod = session["instance"]
    kubectl("delete", "pod", pod, "-n", platform.namespace)
    page.reload()

    expect(page.get_by_test_id("user-name")).to_have_text(name, timeout=PATIENCE)
    expect(page.get_by_test_id("connection-state")).to_have_text("live", timeout=PATIENCE)
    kubectl.rolled_out("deployment/api", platform.namespace)


def test_admin_opens_grafana(kubectl: Kubectl, platform: Release, page: Page) -> None:
    page.goto(address(kubectl, platform, "grafana-service"))
    password = kubectl.secret(SECRET, platform.namespace)["GRAFANA_ADMIN_PASSWORD"]
    page.get_by_label("User").fill("admin")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    for title in dashboard_titles(kubectl, platform):
        expect(page.get_by_role("heading", name=title)).to_be_visible(timeout=PATIENCE)


def dashboard_titles(kubectl: Kubectl, release: Release) -> set[str]:
    """Return the titles of the dashboards that the release provisions."""
    titles = {
        json.loads(text)["title"]
        for item in kubectl.list("configmaps", release.namespace)
        for name, text in item.get("data", {}).items()
        if name.endswith(".json")
    }
    assert titles
    return titles
