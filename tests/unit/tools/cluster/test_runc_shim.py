from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tools.cluster import runc_shim

LACKING = frozenset({"CAP_SYS_RESOURCE"})
CAPABILITIES = {
    "bounding": ["CAP_CHOWN", "CAP_SYS_RESOURCE"],
    "effective": ["CAP_SYS_RESOURCE"],
}
KEPT = {"bounding": ["CAP_CHOWN"], "effective": []}


def test_the_bounding_set_is_read_by_bits() -> None:
    status = "Name:\tx\nCapBnd:\t000001fffeffffff\nCapAmb:\t0\n"
    assert frozenset(runc_shim.CAPABILITIES) - runc_shim.bounding_set(status) == LACKING


@pytest.mark.parametrize(
    ("arguments", "file"),
    [
        (["--root", "/r", "create", "--bundle", "/b", "id"], "/b/config.json"),
        (["create", "--bundle=/b", "id"], "/b/config.json"),
        (["run", "-b", "/b", "id"], "/b/config.json"),
        (["create", "id"], "config.json"),
        (["exec", "--process", "/p.json", "id"], "/p.json"),
        (["exec", "id", "sh"], None),
        (["delete", "id"], None),
    ],
)
def test_the_specification_is_found(arguments: list[str], file: str | None) -> None:
    assert runc_shim.specification_file(arguments) == (Path(file) if file else None)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            {"process": {"capabilities": CAPABILITIES, "cwd": "/"}, "root": {}},
            {"process": {"capabilities": KEPT, "cwd": "/"}, "root": {}},
        ),
        ({"capabilities": CAPABILITIES, "cwd": "/"}, {"capabilities": KEPT, "cwd": "/"}),
        ({"process": {"cwd": "/"}}, {"process": {"cwd": "/"}}),
    ],
)
def test_only_what_is_lacking_is_taken_away(given: Any, expected: Any) -> None:
    assert runc_shim.without(given, LACKING) == expected
