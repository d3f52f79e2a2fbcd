from __future__ import annotations

from tests.unit.tools.publish.test_registry import registry, start_registry

__all__ = ["registry", "start_registry"]
