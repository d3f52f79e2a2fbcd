"""What each source of the Secret must bring, key by key, for the chart's README."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from generator.plan.platform import Plan
from generator.spec.model import AddressKey, ComposedKey, FixedSecretKey, GeneratedKey, GivenKey

MUST, MAY, COMPOSED = "must have it", "may have it", "composed"


@dataclass(frozen=True)
class SecretKeySources:
    """One key of the Secret: what it is, who reads it, and what each source does about it."""

    name: str
    about: str
    read_by: list[str]
    generate: str
    existing: str
    values: str
    external_secrets: str


def secret_key_sources(plan: Plan) -> Iterator[SecretKeySources]:
    """Yield each key of the Secret, in the order of the spec."""
    apart = {
        key: f"{component.path}.{part}"
        for component in plan.components
        for part in component.spec.parts()
        for key in component.spec.keys_of_parts()
    }
    servers = {component.password_key: component for component in plan.authenticated}
    for name, key in (plan.spec.secrets.keys if plan.spec.secrets else {}).items():
        must = MUST
        if name in apart:
            must = f"{MUST} where `{apart[name]}.enabled` is true"
        if server := servers.get(name):
            must = f"{MUST} where `global.{server.key}.auth.enabled` is true"
        match key:
            case GeneratedKey():
                words = (f"{key.generate} letters and digits", must, must, must)
            case FixedSecretKey():
                words = (f"`{key.fixed}`", must, f"{MAY}, or else `{key.fixed}`", must)
            case ComposedKey() | AddressKey():
                words = (COMPOSED, must, COMPOSED, COMPOSED)
            case GivenKey(required=True):
                words = ("empty until you set it", must, must, must)
            case _:
                words = ("you may add it", MAY, MAY, MAY)
        yield SecretKeySources(name, key.about, key.readBy, *words)
