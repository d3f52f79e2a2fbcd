from __future__ import annotations

from pathlib import Path

import pytest

from tools import custom_resources
from tools.kind_node.cache import BuildError


def test_what_the_chart_makes_objects_of_is_defined() -> None:
    kinds = {item["spec"]["names"]["kind"] for item in custom_resources.definitions()}
    assert kinds >= {"Gateway", "HTTPRoute", "ExternalSecret", "ScaledObject"}


def test_module_of_another_hash_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module, version, _ = custom_resources.SUMS.read_text().splitlines()[0].split()
    sums = tmp_path / "custom-resources.sum"
    sums.write_text(f"{module} {version} h1:another=\n")
    monkeypatch.setattr(custom_resources, "SUMS", sums)
    monkeypatch.setenv("GENX_FX_CACHE", str(tmp_path / "cache"))
    with pytest.raises(BuildError, match=f"{module} {version} has the hash h1:.* says h1:another="):
        custom_resources.definitions.__wrapped__()
    assert not list((tmp_path / "cache").rglob("*.json"))
