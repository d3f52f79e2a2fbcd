"""The commands of CONTRIBUTING.md name what there is."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text()


def found(pattern: str) -> list[str]:
    """Give the first group of each match, of which there must be one."""
    matches = sorted(set(re.findall(pattern, TEXT)))
    assert matches, pattern
    return matches


@pytest.mark.parametrize("target", found(r"(?:^|`)make ([a-z-]+)"))
def test_make_target_exists(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize("place", found(r"\b((?:tests|tools|charts|platform|schema)/[\w./-]*)"))
def test_file_or_folder_exists(place: str) -> None:
    assert (ROOT / place).exists()


@pytest.mark.parametrize("node", found(r"tests/\S+\.py::(\w+)"))
def test_test_that_it_runs_exists(node: str) -> None:
    (file,) = found(rf"(tests/\S+\.py)::{node}")
    assert f"def {node}(" in (ROOT / file).read_text()


@pytest.mark.parametrize(("file", "part"), re.findall(r"pytest (tests/\S+) -k (\w+)", TEXT))
def test_part_of_a_name_selects_a_test(file: str, part: str) -> None:
    files = [ROOT / file] if file.endswith(".py") else list((ROOT / file).rglob("test_*.py"))
    assert any(part in found.read_text() for found in files)


@pytest.mark.parametrize("module", found(r"python -m ([\w.]+)"))
def test_module_that_it_runs_exists(module: str) -> None:
    assert importlib.util.find_spec(module)
