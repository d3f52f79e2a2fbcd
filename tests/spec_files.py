"""Specs to test with, and charts of them, built into folders of their own.

What holds for the real platform is tested with OURS. What the generator does and says is tested
with the others, so that an edit of genx-fx.yaml leaves those tests alone.
"""

from __future__ import annotations

import functools
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from generator.chart.files import chart_files
from generator.load import load_platform
from tests.helm import ROOT

OURS = ROOT / "genx-fx.yaml"
SPECS = ROOT / "tests" / "specs"
FOREX = SPECS / "forex.yaml"
"""A copy of OURS that stays as it is."""
CONTENT = SPECS / "platform"
"""The folders of scripts and dashboards that FOREX names."""
ALL_SPECS = [OURS, *sorted(SPECS.glob("*.yaml"))]

SpecData = dict[str, Any]
Edit = Callable[[SpecData], None]


@functools.cache
def _text(file: Path) -> str:
    return file.read_text()


def spec_data(file: Path) -> SpecData:
    """A spec as plain data, to be edited."""
    data: SpecData = yaml.load(_text(file), Loader=yaml.CSafeLoader)
    return data


def write_spec(file: Path, data: SpecData) -> Path:
    """Plain data as the spec that a person would have written, with the folders of FOREX."""
    if not (content := file.parent / "platform").exists():
        content.symlink_to(CONTENT)
    file.write_text(yaml.dump(data, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True))
    return file


def build_chart(spec: Path, folder: Path) -> Path:
    """Write the chart of a spec below a folder; gives the folder of the chart."""
    loaded = load_platform(spec)
    chart = folder / loaded.plan.spec.platform.name
    for path, text in chart_files(loaded).items():
        (chart / path).parent.mkdir(parents=True, exist_ok=True)
        (chart / path).write_text(text)
    return chart


def build_edited(spec: Path, edit: Edit, folder: Path) -> Path:
    """The chart of a spec after one edit."""
    data = spec_data(spec)
    edit(data)
    return build_chart(write_spec(folder / "edited.yaml", data), folder / "edited")


def checkout(folder: Path) -> Path:
    """Lay out a folder as the repository is, with FOREX as its genx-fx.yaml; gives that file.

    Beside it are platform/ and, as `genx-fx build` writes it, the chart in charts/.
    """
    spec = Path(shutil.copy(FOREX, folder / "genx-fx.yaml"))
    shutil.copytree(CONTENT, folder / "platform")
    build_chart(spec, folder / "charts")
    return spec
