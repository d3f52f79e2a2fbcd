from __future__ import annotations

from pathlib import Path

import pytest

from tools import go_modules
from tools.kind_node.cache import BuildError


def test_module_of_another_hash_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module, version, _ = go_modules.SUMS.read_text().splitlines()[0].split()
    sums = tmp_path / "modules.sum"
    sums.write_text(f"{module} {version} h1:another=\n")
    monkeypatch.setattr(go_modules, "SUMS", sums)
    with pytest.raises(BuildError, match=f"{module} {version} has the hash h1:.* says h1:another="):
        go_modules.fetched(module)


def test_module_that_nobody_pinned_is_refused() -> None:
    with pytest.raises(BuildError, match=r"modules.sum has no line for example.org/a"):
        go_modules.fetched("example.org/a")
