"""Copies of a chart in which a text has changed."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

from tests.helm import CHART


class Edit(NamedTuple):
    """A text of a file of the chart, and what stands there instead."""

    file: str
    before: str
    after: str


def edited(chart: Path, folder: Path, *edits: Edit) -> Path:
    """Copy a chart and change texts in it."""
    copy = folder / CHART.name
    shutil.copytree(chart, copy)
    for edit in edits:
        file = copy / edit.file
        text = file.read_text()
        assert text.count(edit.before) == 1, edit
        file.write_text(text.replace(edit.before, edit.after))
    return copy
