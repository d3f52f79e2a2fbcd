"""Tests on the cluster that let no request fail run when no other takes the processors."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.helm import ROOT

MODULES = sorted((ROOT / "tests" / "cluster").glob("test_*.py"))


def marks(node: ast.Module | ast.FunctionDef) -> str:
    """Return what marks a module or a function, as source."""
    if isinstance(node, ast.FunctionDef):
        return " ".join(map(ast.unparse, node.decorator_list))
    assigned = (item for item in node.body if isinstance(item, ast.Assign))
    return " ".join(ast.unparse(item) for item in assigned if "pytestmark" in ast.unparse(item))


def sends_load(function: ast.FunctionDef) -> bool:
    called = (node.func for node in ast.walk(function) if isinstance(node, ast.Call))
    return any(ast.unparse(name).endswith("steady_load") for name in called)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_who_counts_failed_requests_runs_alone(path: Path) -> None:
    module = ast.parse(path.read_text())
    functions = [node for node in module.body if isinstance(node, ast.FunctionDef)]
    beside_others = [
        function.name
        for function in functions
        if sends_load(function) and "mark.alone" not in marks(module) + marks(function)
    ]
    assert beside_others == []


def test_some_do() -> None:
    assert [path for path in MODULES if "steady_load(" in path.read_text()]
