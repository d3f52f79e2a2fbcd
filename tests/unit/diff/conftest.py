from __future__ import annotations

from tests.oci_registry import registry, start_registry

__all__ = ["registry", "start_registry"]
