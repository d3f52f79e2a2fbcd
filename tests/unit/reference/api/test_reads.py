from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal

import pytest

from reference.api.reads import as_json


def test_rows_become_plain_json() -> None:
    row = {
        "id": 1,
        "price": Decimal("1.08350"),
        "timestamp": datetime(2026, 1, 2, 3, 4, 5),
        "executed_at": None,
        "features": '{"fast": 1.5}',
    }
    assert json.loads(as_json([row])) == [
        {
            "id": 1,
            "price": 1.0835,
            "timestamp": "2026-01-02T03:04:05Z",
            "executed_at": None,
            "features": {"fast": 1.5},
        }
    ]


def test_unknown_type_is_an_error() -> None:
    with pytest.raises(TypeError, match="no JSON for bytes"):
        as_json([{"a": b""}])
