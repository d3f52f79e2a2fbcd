"""A platform of the same make as ours, several times as large."""

from __future__ import annotations

import copy
import re
from typing import Any

SpecData = dict[str, Any]


def larger(spec: SpecData, times: int) -> SpecData:
    """Return the spec with every component, volume and key that many times, each renamed.

    A copy calls, mounts and reads what belongs to the same copy, so that nothing but the number
    of components grows. Environments are left out: they name components of one copy.
    """
    found = copy.deepcopy(spec)
    found.pop("environments", None)
    for number in range(2, times + 1):
        for section, parts in _renamed(spec, number).items():
            _merge(found.setdefault(section, {}), parts)
    return found


def _renamed(spec: SpecData, number: int) -> SpecData:
    """Return the tiers, volumes and keys of one copy."""
    components = {name for tier in spec["tiers"].values() for name in tier}
    names = components | set(spec.get("volumes", {}))
    keys = {
        key for section in ("config", "secrets") for key in spec.get(section, {}).get("keys", {})
    }
    named = {"name", "claim", "configMap", "host"}

    def text(value: str, under: str) -> str:
        if value in keys or "{" in value:
            return re.sub(
                r"\b[A-Z][A-Z0-9_]*\b",
                lambda match: f"{match[0]}_{number}" if match[0] in keys else match[0],
                value,
            )
        return f"{value}-{number}" if under in named or value in names else value

    def copied(value: Any, under: str = "") -> Any:
        if isinstance(value, dict):
            # Variables of a component and paths keep their names; `exposed.host` is made unique.
            entries = {
                text(key, "") if under in ("keys", "mounts") else key: copied(part, key)
                for key, part in value.items()
            }
            # Its database user would need its own script, but only the first copy has scripts.
            entries.pop("database", None)
            if under == "exposed":
                entries["host"] = entries.get("host", f"host-{number}")
            return entries
        if isinstance(value, list):
            return [copied(part, under) for part in value]
        in_words = ("purpose", "about", "kind", "label", "image", "value", "exec")
        return text(value, under) if isinstance(value, str) and under not in in_words else value

    found: SpecData = {
        "tiers": {
            tier: {f"{name}-{number}": copied(part) for name, part in parts.items()}
            for tier, parts in spec["tiers"].items()
        },
        "volumes": {
            f"{name}-{number}": copied(volume) for name, volume in spec.get("volumes", {}).items()
        },
        "config": {"keys": copied(spec["config"]["keys"], "keys")},
    }
    if "secrets" in spec:
        found["secrets"] = {"keys": copied(spec["secrets"]["keys"], "keys")}
    return found


def _merge(target: SpecData, more: SpecData) -> None:
    for key, value in more.items():
        if isinstance(value, dict) and key in target:
            _merge(target[key], value)
        else:
            target[key] = value
