"""The spec as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, StringConstraints, Tag

from generator.kinds.registry import component_union
from generator.spec.component import ComponentBase, Resources
from generator.spec.fields import (
    KUBERNETES_VERSION,
    SEMANTIC_VERSION,
    SPDX_EXPRESSION,
    Amount,
    DnsLabel,
    DnsName,
    EmailAddress,
    EnvironmentName,
    Fingerprint,
    ImageReference,
    Line,
    Purpose,
    SecureWebAddress,
    SpecModel,
    Text,
    TierName,
    UserId,
    WebAddress,
    chosen_by_key,
)

if TYPE_CHECKING:
    Component = ComponentBase
else:
    Component = component_union()

Version = Annotated[
    str,
    StringConstraints(pattern=SEMANTIC_VERSION),
    Field(description="Semantic version, https://semver.org", examples=["0.1.0"]),
]


class Toolbox(SpecModel):
    """Image with python3, sh and nc, for waiting, hooks and tests."""

    image: ImageReference
    resources: Resources


class Maintainer(SpecModel):
    """A user or a group that maintains the chart."""

    name: Line = Field(description="Name of the person or the group")
    email: EmailAddress | None = Field(None, description="E-mail address")
    url: WebAddress | None = Field(None, description="Web page")


class SigningKey(SpecModel):
    """The public PGP key that published packages are signed with."""

    fingerprint: Fingerprint
    url: SecureWebAddress = Field(description="Address that the key is downloaded from, by https")


class Platform(SpecModel):
    """What concerns the platform as a whole."""

    name: DnsLabel = Field(description="Name of the chart")
    title: Text = Field(description="Name of the platform, as people write it")
    purpose: Purpose
    version: Version = Field(description="Version of the chart")
    appVersion: Text = Field(description="Version of the platform that the chart deploys")
    namespace: DnsLabel = Field(description="Namespace that the instructions install into")
    kubernetes: Annotated[str, StringConstraints(pattern=KUBERNETES_VERSION)] = Field(
        description="Oldest Kubernetes version that is supported", examples=["1.30"]
    )
    domain: DnsName = Field(description="Default host name where exposure is by ingress or gateway")
    user: UserId = Field(description="uid, gid and fsGroup of every container")
    toolbox: Toolbox
    home: WebAddress | None = Field(None, description="Home page of the platform")
    documentation: WebAddress | None = Field(
        None, description="Address of the pages about the chart, where its packages are as well"
    )
    sources: list[WebAddress] = Field(
        [], description="Web addresses of the source code, the chart's included"
    )
    maintainers: list[Maintainer] = Field([], description="Who maintains the chart")
    keywords: list[Line] = Field([], description="Words by which people search for the chart")
    icon: SecureWebAddress | None = Field(
        None, description="Address of an SVG or PNG image, by https; some tools refuse data URIs"
    )
    license: Annotated[str, StringConstraints(pattern=SPDX_EXPRESSION)] | None = Field(
        None,
        description="Licence of the chart, https://spdx.org/licenses",
        examples=["Apache-2.0"],
    )
    signingKey: SigningKey | None = Field(
        None, description="Public key that published packages are signed with"
    )


class Volume(SpecModel):
    """A volume that several components mount."""

    claim: DnsLabel = Field(description="Name of the PersistentVolumeClaim")
    size: Amount = Field(description="Size in bytes: 10Gi")
    access: Literal["RWO", "RWX"] = Field(
        description="RWO: mounted by one pod; RWX: by several at once"
    )


class Key(SpecModel):
    """A key of the ConfigMap or the Secret, and who reads it."""

    about: Purpose
    readBy: list[DnsLabel] = Field(description="Components that get it in their environment")


class FixedKey(Key):
    """Config key with a default of its own."""

    value: Text = Field(description="Default; overridable in values.yaml")


class HostKey(Key):
    """Config key that holds the host name of a component."""

    hostOf: DnsLabel = Field(description="Component whose service name it holds")


class PortKey(Key):
    """Config key that holds the service port of a component."""

    portOf: DnsLabel = Field(description="Component whose service port it holds")


class ListenPortKey(Key):
    """Config key that holds the port a component's container listens on."""

    listenPortOf: DnsLabel = Field(description="Component whose container port it holds")


class UrlKey(Key):
    """Config key that holds the HTTP address of a component."""

    urlOf: DnsLabel = Field(description="Component whose HTTP address it holds")


ConfigKey = Annotated[
    Annotated[FixedKey, Tag("with value")]
    | Annotated[HostKey, Tag("with hostOf")]
    | Annotated[PortKey, Tag("with portOf")]
    | Annotated[ListenPortKey, Tag("with listenPortOf")]
    | Annotated[UrlKey, Tag("with urlOf")],
    chosen_by_key("value", "hostOf", "portOf", "listenPortOf", "urlOf"),
]


class GeneratedKey(Key):
    """Secret key that is created at random, `generate` letters and digits long."""

    generate: Annotated[int, Field(ge=16, le=128, strict=True)] = Field(
        description="Length in characters, 16 to 128", examples=[32]
    )


class ComposedKey(Key):
    """Secret key composed of other keys; those from secrets are URL-encoded."""

    compose: Text = Field(description="Text with other keys in braces: {MYSQL_USER}")


class AddressKey(Key):
    """Secret key that holds the URL of a Redis server, with its password where it asks for one."""

    urlOf: DnsLabel = Field(description="Component of kind redis whose URL it holds")


class GivenKey(Key):
    """Secret key that only a user can give."""

    given: Literal["required", "optional"] = Field(
        description="Whether an installation without it is refused"
    )

    @property
    def required(self) -> bool:
        """Whether the platform cannot do without it."""
        return self.given == "required"


class FixedSecretKey(Key):
    """Secret key with a default that is no secret, such as a user name."""

    fixed: Text = Field(description="Default; overridable in values.yaml")


SecretKey = Annotated[
    Annotated[GeneratedKey, Tag("with generate")]
    | Annotated[ComposedKey, Tag("with compose")]
    | Annotated[AddressKey, Tag("with urlOf")]
    | Annotated[GivenKey, Tag("with given")]
    | Annotated[FixedSecretKey, Tag("with fixed")],
    chosen_by_key("generate", "compose", "urlOf", "given", "fixed"),
]


class Config(SpecModel):
    """The ConfigMap that components read."""

    object: DnsLabel = Field(description="Name of the ConfigMap")
    keys: dict[EnvironmentName, ConfigKey] = Field(
        description="Key: what it holds and who reads it"
    )


class Secrets(SpecModel):
    """The Secret that components read."""

    object: DnsLabel = Field(description="Name of the Secret")
    keys: dict[EnvironmentName, SecretKey] = Field(
        description="Key: what it holds and who reads it"
    )


class Environment(SpecModel):
    """Values that differ from the defaults in one environment."""

    about: Purpose
    values: dict[str, Any] = Field(description="Overlay on the chart's values.yaml")


class Spec(SpecModel):
    """`genx-fx.yaml`: the platform in the terms of its architecture document."""

    platform: Platform
    tiers: dict[TierName, dict[DnsLabel, Component]] = Field(
        description="Tier: component: what it is"
    )
    volumes: dict[DnsLabel, Volume] = Field(
        {}, description="Volume that components share: its claim"
    )
    config: Config
    secrets: Secrets | None = None
    environments: dict[DnsLabel, Environment] = Field(
        {}, description="Environment: how its values differ from the defaults"
    )

    @property
    def components(self) -> dict[str, ComponentBase]:
        """All components by name, in the order of the spec."""
        return {name: part for tier in self.tiers.values() for name, part in tier.items()}
