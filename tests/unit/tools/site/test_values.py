from __future__ import annotations

import functools
import re
from collections import Counter

import pytest
import yaml

from generator.explain.page import Explanations
from tests.chart.scenarios import merged, nested
from tests.helm import ROOT
from tests.spec_files import OURS
from tools.site.environments import changes
from tools.site.pages import navigation, site_pages
from tools.site.values import Entry, value_pages


@functools.cache
def explanations() -> Explanations:
    return Explanations(OURS)


@functools.cache
def texts() -> dict[str, str]:
    return site_pages(ROOT, explanations())


def entries() -> list[Entry]:
    pages = value_pages(explanations())
    return [entry for page in pages for group in page.groups for entry in group.entries]


def test_every_value_is_there_once() -> None:
    leaves = {".".join(path) for path, _ in explanations().tree.leaves()}
    assert Counter(entry.path for entry in entries()) == Counter(leaves)


def test_every_value_has_an_anchor() -> None:
    pages = "\n".join(text for path, text in texts().items() if path.startswith("values/"))
    anchors = re.findall(r'<h3 class="value" id="([^"]+)">', pages)
    assert sorted(anchors) == sorted(entry.path for entry in entries())


def test_says_what_explain_says() -> None:
    said = {entry.path: entry for entry in entries()}
    memory = said["application.api.resources.limits.memory"]
    assert memory.meaning == "Memory in bytes: 1Gi"
    assert memory.facts["unit"] == "bytes"
    assert memory.facts["default"] == "2Gi"
    assert memory.facts["in dev"] == "1Gi"
    assert "in prod" not in memory.facts, "as it is the default there"
    assert memory.facts["bounds"].startswith("documented: 512Mi-2Gi (architecture: api")


def test_text_is_no_html() -> None:
    assert "&lt;component&gt;-tls" in texts()["values/global.md"]


@pytest.mark.parametrize("environment", explanations().plan.spec.environments)
def test_changes_are_those_of_the_environment(environment: str) -> None:
    given = explanations().plan.spec.environments[environment].values
    listed = changes(explanations().plan, explanations().tree, environment)
    assert listed
    shown = {change.path: yaml.safe_load(change.here) for change in listed}
    defaults = explanations().tree.defaults()
    assert merged(defaults, nested(shown)) == merged(defaults, given)


def test_every_page_is_in_the_menu() -> None:
    listed = re.findall(r"[\w./-]+\.md\b", str(navigation(ROOT, explanations())))
    assert sorted(listed) == sorted(path for path in texts() if path.endswith(".md"))
