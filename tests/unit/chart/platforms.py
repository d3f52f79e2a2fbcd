"""Charts of other specs than ours, built into folders of their own."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from generator.chart.files import chart_files
from generator.spec.load import load_spec
from tests.helm import ROOT

SPECS = ROOT / "tests" / "specs"
OURS = ROOT / "genx-fx.yaml"

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
    """Plain data as the spec that a person would have written, with the folders that ours names."""
    if not (content := file.parent / "platform").exists():
        content.symlink_to(ROOT / "platform")
    file.write_text(yaml.dump(data, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True))
    return file


def build_chart(spec: Path, folder: Path) -> Path:
    """Write the chart of a spec below a folder; gives the folder of the chart."""
    loaded = load_spec(spec)
    chart = folder / loaded.platform.name
    for path, text in chart_files(loaded).items():
        (chart / path).parent.mkdir(parents=True, exist_ok=True)
        (chart / path).write_text(text)
    return chart


def build_edited(spec: Path, edit: Edit, folder: Path) -> Path:
    """The chart of a spec after one edit."""
    data = spec_data(spec)
    edit(data)
    return build_chart(write_spec(folder / "edited.yaml", data), folder / "edited")
