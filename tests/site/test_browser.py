"""The site as a person uses it: from a web server and from a folder, by day and by night."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.chart.scenarios import PLAN
from tests.helm import CHART, HELMS
from tools.build import tool_path
from tools.kind_node.cache import run

PAGES = ["index.html", "values/global.html", "network.html", "operations.html"]
PLATFORM = PLAN.spec.platform
PHONE = ViewportSize(width=390, height=844)
DESKTOP = ViewportSize(width=1280, height=900)


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """Give a tab that fails the test where it asks another host, or finds something missing."""
    context = browser.new_context(color_scheme="light", viewport=DESKTOP)
    opened = context.new_page()
    asked: list[str] = []
    failed: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("pageerror", lambda error: failed.append(str(error)))
    yield opened
    context.close()
    own = (address, "data:", "blob:")
    assert [url for url in asked if not url.startswith(own)] == []
    assert failed == []


def test_search_finds_a_value_and_leads_to_it(page: Page, address: str) -> None:
    page.goto(f"{address}/index.html")
    page.get_by_role("textbox", name="Search").press_sequentially("tradingBot heartbeat maxAge")
    found = page.locator(".md-search-result__link").filter(
        has_text="application.tradingBot.heartbeat.maxAgeSeconds"
    )
    found.first.click()
    expect(page).to_have_url(re.compile(r"#application\.tradingBot\.heartbeat\.maxAgeSeconds$"))
    heading = page.locator('[id="application.tradingBot.heartbeat.maxAgeSeconds"]')
    expect(heading).to_be_in_viewport()


def test_every_kind_of_page_fits_a_phone_and_asks_no_other_host(page: Page, address: str) -> None:
    page.set_viewport_size(PHONE)
    for path in PAGES:
        page.goto(f"{address}/{path}")
        expect(page.locator("h1")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path


def test_follows_the_scheme_of_the_system_and_the_switch(page: Page, address: str) -> None:
    def scheme() -> str | None:
        return page.locator("body").get_attribute("data-md-color-scheme")

    page.goto(f"{address}/network.html")
    light, dark = page.locator("img[src*=platform-light]"), page.locator("img[src*=platform-dark]")
    assert scheme() == "default"
    expect(light).to_be_visible()
    expect(dark).to_be_hidden()
    page.emulate_media(color_scheme="dark")
    expect(dark).to_be_visible()
    assert scheme() == "slate"
    page.locator("label[title='Switch to light']:visible").click()
    expect(light).to_be_visible()
    page.reload()
    expect(light).to_be_visible()  # the choice is kept


def versions(page: Page) -> list[str]:
    """Return the rows of the table of versions, each with the addresses it links to."""
    rows = page.locator("#chart-versions tbody tr")
    return [
        " ".join(
            [row.inner_text(), *(a.get_attribute("href") or "" for a in row.locator("a").all())]
        )
        for row in rows.all()
    ]


def test_names_the_version_that_it_was_built_for(page: Page, address: str) -> None:
    page.goto(f"{address}/index.html")
    (row,) = versions(page)
    assert row.startswith(PLATFORM.version)


@pytest.mark.parametrize("helm", HELMS)
def test_lists_all_versions_where_it_is_the_page_of_a_repository(
    helm: str, browser: Browser, server: str, site: Path, tmp_path: Path
) -> None:
    program = tool_path(helm)
    for version in (PLATFORM.version, "0.3.0"):
        options = ["--version", version, "--destination", str(tmp_path)]
        run([program, "package", CHART, *options], "package the chart")
    run([program, "repo", "index", tmp_path], "list the packages")
    index = site / "index.yaml"
    shutil.copy(tmp_path / "index.yaml", index)
    page = browser.new_page()
    try:
        page.goto(f"{server}/index.html")
        expect(page.locator("#chart-versions tbody tr")).to_have_count(2)
        newest, older = versions(page)
    finally:
        index.unlink()
        page.close()
    assert re.match(
        r"0\.3\.0\s+1\.0\s+>=1\.30\.0-0\s+20\d\d-\d\d-\d\d genx-fx-0\.3\.0\.tgz$", newest
    )
    assert older.startswith(PLATFORM.version)
    assert older.endswith(f"genx-fx-{PLATFORM.version}.tgz")


def test_is_small(site: Path) -> None:
    size = sum(path.stat().st_size for path in site.rglob("*") if path.is_file())
    assert size <= 5_000_000
