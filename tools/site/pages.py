"""The pages: each path on the site, and what makes its text.

Most are written by hand in docs/; what follows from the spec is generated for the site alone.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape

from generator.chart.diagram import diagram
from generator.chart.overlays import overlay_files
from generator.chart.render import environment
from generator.explain.page import Explanations
from generator.plan.platform import Plan
from tools.site.environments import changes
from tools.site.links import Links
from tools.site.network import between, entrances, outward
from tools.site.values import page_of, value_pages

Navigation = list[dict[str, Any]]

TEMPLATES = Path(__file__).parent / "templates"

# Pages of docs/tasks/ in the order in which people need them.
TASKS = (
    "first-install",
    "external-servers",
    "database-operators",
    "secrets-from-a-vault",
    "gitops",
    "one-bot-at-a-time",
    "upgrade-and-rollback",
    "change-passwords",
    "backup-and-restore",
    "uninstall",
)


def site_pages(root: Path, explanations: Explanations) -> dict[str, str]:
    """Return the text of every file of the site, by its path, before MkDocs makes HTML of it."""
    return {**dict(_written(root, explanations.plan)), **dict(_generated(explanations))}


def navigation(root: Path, explanations: Explanations) -> Navigation:
    """Return the menu: titles and paths."""
    plan = explanations.plan
    values = [{page.title: page.file} for page in value_pages(explanations)]
    return [
        {"Home": "index.md"},
        {"Tasks": ["tasks/README.md", *(f"tasks/{name}.md" for name in TASKS)]},
        {"Operate": ["operations.md", "upgrade-gate.md"]},
        {"Runbooks": ["runbooks/README.md", *_folder(root, "runbooks")]},
        {"Platforms": ["platforms/README.md", *_folder(root, "platforms")]},
        {
            "Reference": [
                {"Values": ["values/index.md", *values]},
                {"Environments": [_environment_file(name) for name in plan.spec.environments]},
                "network.md",
                "messages.md",
                "chart.md",
                "changelog.md",
            ]
        },
        {"Contribute": ["architecture.md", "extending.md", *_source(plan)]},
    ]


def _written(root: Path, plan: Plan) -> Iterator[tuple[str, str]]:
    """Yield the files that are in the repository."""
    platform = plan.spec.platform
    chart = f"charts/{platform.name}/README.md"
    docs = [path.relative_to(root).as_posix() for path in sorted((root / "docs").rglob("*.md"))]
    values = [f"tests/platforms/{path.name}" for path in (root / "tests/platforms").glob("*.yaml")]
    pages = {
        **{path: path.removeprefix("docs/") for path in docs},
        **{path: path.removeprefix("tests/") for path in values},
        "README.md": "index.md",
        "CHANGELOG.md": "changelog.md",
        chart: "chart.md",
    }
    links = Links(root, pages, next(iter(platform.sources), ""))
    for path in (*docs, "CHANGELOG.md"):
        yield pages[path], links.rewritten((root / path).read_text(), path)
    yield pages[chart], links.rewritten(_without_values((root / chart).read_text()), chart)
    for path in (*values, "docs/icon.svg"):
        yield pages.get(path, "icon.svg"), (root / path).read_text()


def _without_values(readme: str) -> str:
    """Return the chart's README without its list of values and its picture: both are pages here."""
    text, _, _ = readme.partition("\n## Values\n")
    return re.sub(r"^```mermaid\n.*?^```\n", "", text, flags=re.DOTALL | re.MULTILINE)


def _generated(explanations: Explanations) -> Iterator[tuple[str, str]]:
    """Yield the pages that follow from the spec."""
    plan = explanations.plan
    values = value_pages(explanations)
    anchors = page_of(values)
    yield "assets/platform.mmd", diagram(plan)
    yield (
        "index.md",
        _render("index.md", platform=plan.spec.platform, environments=list(plan.spec.environments)),
    )
    yield "values/index.md", _render("values.md", plan=plan, pages=values)
    for page in values:
        yield page.file, _render("value-page.md", page=page)
    yield (
        "network.md",
        _render(
            "network.md",
            plan=plan,
            defaults=explanations.tree.defaults(),
            entrances=entrances(plan),
            between=between(plan),
            outward=outward(plan),
        ),
    )
    for name, given in plan.spec.environments.items():
        text = _render(
            "environment.md",
            platform=plan.spec.platform,
            name=name,
            about=given.about,
            changes=changes(plan, explanations.tree, name),
            anchors=anchors,
        )
        yield _environment_file(name), text
    for path, text in overlay_files(plan):
        yield f"environments/{path}", text.partition("\n")[2]  # without the path of its schema


def _source(plan: Plan) -> Navigation:
    """Return the way to the source code: a link, as a button of the theme asks another host."""
    return [{"Source code": address} for address in plan.spec.platform.sources[:1]]


def _folder(root: Path, folder: str) -> list[str]:
    """Return the pages of a folder of docs/ other than its first one."""
    names = sorted(path.name for path in (root / "docs" / folder).glob("*.md"))
    return [f"{folder}/{name}" for name in names if name != "README.md"]


def _environment_file(name: str) -> str:
    return f"environments/{name}.md"


@functools.cache
def _environment() -> Environment:
    """Return the environment of the chart's templates, with what is in HTML escaped."""
    loader = FileSystemLoader(TEMPLATES)
    return environment().overlay(loader=loader, autoescape=select_autoescape(["html"]))


def _render(template: str, **names: Any) -> str:
    return _environment().get_template(template).render(names)
