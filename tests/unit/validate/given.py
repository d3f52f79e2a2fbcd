"""Values as a user gives them, merged by one of the Helms."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

from generator.validate.inputs import Inputs, Merged
from generator.validate.inputs import merge as merge_inputs
from tools.build import tool_path


def merge(
    files: Mapping[str, str],
    *options: Sequence[str],
    defaults: Mapping[str, Any] | None = None,
    helm: str = "helm4",
) -> Merged:
    """Merge files, name → text, and options; each option is a name and its texts."""
    path = {"PATH": str(Path(tool_path(helm)).parent)}
    with (
        tempfile.TemporaryDirectory() as folder,
        contextlib.chdir(folder),
        patch.dict(os.environ, path),
    ):
        for name, text in files.items():
            Path(name).write_text(text)
        inputs = Inputs(list(files), {name: texts for name, *texts in options})
        return merge_inputs(inputs, defaults or {})
