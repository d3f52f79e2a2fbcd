"""The spec as a whole."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from generator.spec.component import Component, Resources
from generator.spec.fields import (
    Amount,
    DnsLabel,
    DnsName,
    EnvironmentName,
    ImageReference,
    Purpose,
    SpecModel,
    Text,
    UserId,
)

Version = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$"),
    Field(description="Semantic version, https://semver.org"),
]


class Toolbox(SpecModel):
    """Image with python3, sh and nc, for waiting, hooks and tests."""

    image: ImageReference
    resources: Resources


class Platform(SpecModel):
    """What concerns the platform as a whole."""

    name: DnsLabel = Field(description="Name of the chart")
    title: Text
    purpose: Purpose
    version: Version = Field(description="Version of the chart")
    appVersion: Text = Field(description="Version of the platform that the chart deploys")
    namespace: DnsLabel
    kubernetes: Annotated[Text, StringConstraints(pattern=r"^1\.[0-9]+$")] = Field(
        description="Oldest Kubernetes version that is supported"
    )
    domain: DnsName
    user: UserId
    toolbox: Toolbox


class Volume(SpecModel):
    """A volume that several components mount."""

    claim: DnsLabel
    size: Amount
    access: Literal["RWO", "RWX"]


class Key(SpecModel):
    """A key of the ConfigMap or the Secret, and who reads it."""

    about: Purpose
    readBy: list[DnsLabel]


class FixedKey(Key):
    """Config key with a default of its own."""

    value: Text


class HostKey(Key):
    """Config key that holds the host name of a component."""

    hostOf: DnsLabel


class PortKey(Key):
    """Config key that holds the service port of a component."""

    portOf: DnsLabel


class ListenPortKey(Key):
    """Config key that holds the port a component's container listens on."""

    listenPortOf: DnsLabel


class UrlKey(Key):
    """Config key that holds the HTTP address of a component."""

    urlOf: DnsLabel


ConfigKey = FixedKey | HostKey | PortKey | ListenPortKey | UrlKey


class GeneratedKey(Key):
    """Secret key that is created at random, `generate` letters and digits long."""

    generate: Annotated[int, Field(ge=16, le=128, strict=True)]


class ComposedKey(Key):
    """Secret key composed of other keys; those from secrets are URL-encoded."""

    compose: Text


class GivenKey(Key):
    """Secret key that only a person can give."""

    given: Literal["required", "optional"]


class FixedSecretKey(Key):
    """Secret key with a default that is no secret, such as a user name."""

    fixed: Text


SecretKey = GeneratedKey | ComposedKey | GivenKey | FixedSecretKey


class Config(SpecModel):
    """The ConfigMap that components read."""

    object: DnsLabel
    keys: dict[EnvironmentName, ConfigKey]


class Secrets(SpecModel):
    """The Secret that components read."""

    object: DnsLabel
    keys: dict[EnvironmentName, SecretKey]


class Environment(SpecModel):
    """Values that differ from the defaults in one environment."""

    about: Purpose
    values: dict[str, Any]


class Spec(SpecModel):
    """`genx-fx.yaml`: the platform in the terms of its architecture document."""

    platform: Platform
    tiers: dict[DnsLabel, dict[DnsLabel, Component]] = Field(
        description="Tier: component: what it is"
    )
    volumes: dict[DnsLabel, Volume] = {}
    config: Config
    secrets: Secrets | None = None
    environments: dict[DnsLabel, Environment] = {}

    @property
    def components(self) -> dict[str, Component]:
        """All components by name, in the order of the spec."""
        return {name: part for tier in self.tiers.values() for name, part in tier.items()}
