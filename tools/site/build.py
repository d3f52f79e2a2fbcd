"""From the pages to the site: MkDocs makes HTML of them, and may warn of nothing."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import yaml

from generator.explain.page import Explanations
from generator.plan.platform import Plan
from tools.build import tool_path
from tools.kind_node.cache import BuildError
from tools.kind_node.processes import run_process
from tools.npm import node_modules
from tools.site.pages import Navigation, navigation, site_pages

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SPEC = Path(os.path.relpath(ROOT / "genx-fx.yaml"))  # as pages name it

# File of an npm package → its path on the site, so that no page loads it from another host.
SCRIPTS = {
    "iframe-worker/shim/index.js": "assets/iframe-worker.js",
}

# What MkDocs or its theme puts there, and these pages never load.
UNUSED = ("assets/javascripts/lunr", "**/*.map", "sitemap.xml.gz")


def build_site(site: Path) -> None:
    """Write the site into a folder, in place of what is there. BuildError where a link is wrong."""
    explanations = Explanations(SPEC)
    work = ROOT / ".make" / "site"
    shutil.rmtree(work, ignore_errors=True)
    _write(work / "docs", site_pages(ROOT, explanations))
    for source, path in SCRIPTS.items():
        _copy(_packages() / source, work / "docs" / path)
    for file in (HERE / "assets").iterdir():
        _copy(file, work / "docs" / "assets" / file.name)
    config = work / "mkdocs.yml"
    config.write_text(yaml.safe_dump(_settings(explanations.plan, navigation(ROOT, explanations))))
    options = ["--strict", "--config-file", str(config), "--site-dir", str(site)]
    done = run_process([tool_path("mkdocs"), "build", *options], cwd=ROOT)
    if done.returncode:
        raise BuildError(f"cannot build the site:\n{done.stdout}{done.stderr}".rstrip())
    for pattern in UNUSED:
        for found in list(site.glob(pattern)):
            shutil.rmtree(found) if found.is_dir() else found.unlink()


def _settings(plan: Plan, pages: Navigation) -> dict[str, object]:
    """Return what the spec says of the site, over the settings that stand in mkdocs.yml."""
    platform = plan.spec.platform
    return {
        "INHERIT": str(HERE / "mkdocs.yml"),
        "site_name": platform.title,
        "site_description": platform.purpose,
        "site_url": platform.documentation or "",
        "docs_dir": "docs",
        "hooks": [str(HERE / "hooks.py")],
        "nav": pages,
    }


def _packages() -> Path:
    """Return the folder of the installed npm packages."""
    what = "installing the scripts of the site"
    return node_modules(HERE, "tools", what, "--ignore-scripts")


def _write(folder: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target)
