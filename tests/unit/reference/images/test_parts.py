"""Layers of the images' own programs."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from reference.images import parts
from reference.images.catalogue import RUNTIME
from reference.images.parts import NodeProgram, PythonProgram
from tools import npm
from tools.kind_node.archive import Layer
from tools.kind_node.cache import BuildError


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GENX_FX_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "page"
    folder.mkdir()
    (folder / "package.json").write_text("{}")
    (folder / "main.js").write_text("run();")
    return folder


def members(layer: Layer) -> dict[str, int]:
    """Return the paths in a layer, with their modes."""
    data = io.BytesIO(b"".join(layer.chunks()))
    with tarfile.open(fileobj=data) as archive:
        return {member.name: member.mode for member in archive}


def bundle(arguments: Sequence[str], folder: Path) -> None:
    """Stand in for npm: the bundle is what the sources are."""
    if arguments[0] == "ci":
        (folder / "node_modules").mkdir()
    else:
        assert (folder / "node_modules").is_dir()
        (folder / "dist").mkdir(mode=0o700)
        server = folder / "dist/server.js"
        server.write_bytes((folder / "main.js").read_bytes())
        server.chmod(0o700)


def test_bundle_is_readable_for_any_user(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (parts, npm):
        monkeypatch.setattr(module, "run_npm", bundle)
    (program / "package.json").chmod(0o600)
    assert members(NodeProgram(program, "app").layer()) == {
        "app": 0o755,
        "app/dist": 0o755,
        "app/dist/server.js": 0o755,
        "app/package.json": 0o644,
    }


def test_build_without_a_bundle_is_an_error(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (parts, npm):
        monkeypatch.setattr(module, "run_npm", lambda arguments, folder: None)
    (program / "node_modules").mkdir()
    with pytest.raises(BuildError, match="wrote no folder `dist`"):
        NodeProgram(program, "app").layer()


@pytest.mark.parametrize("name", ["main.js", "package.json", "src/new.js"])
def test_change_of_a_source_makes_another_layer(program: Path, name: str) -> None:
    before = NodeProgram(program, "app").key()
    (program / name).parent.mkdir(exist_ok=True)
    (program / name).write_text("changed")
    assert NodeProgram(program, "app").key() != before


@pytest.mark.parametrize("name", ["node_modules/a.js", "dist/a.js", "tests/a.js", "README.md"])
def test_what_is_no_source_changes_nothing(program: Path, name: str) -> None:
    before = NodeProgram(program, "app").key()
    (program / name).parent.mkdir(exist_ok=True)
    (program / name).write_text("changed")
    assert NodeProgram(program, "app").key() == before


def test_python_program_is_known_by_all_its_packages(tmp_path: Path) -> None:
    for package in ("common", "api"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "module.py").write_text("")
    program = PythonProgram(tmp_path, ("common", "api"), "app", RUNTIME)
    before = program.key()
    (tmp_path / "api/__pycache__").mkdir()
    (tmp_path / "api/__pycache__/module.pyc").write_text("")
    assert program.key() == before
    (tmp_path / "common/module.py").write_text("changed = True")
    assert program.key() != before
