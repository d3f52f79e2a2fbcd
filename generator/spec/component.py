"""Components of the platform, one model per kind."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from generator.spec.fields import (
    AbsolutePath,
    Amount,
    AmountRange,
    Count,
    DnsLabel,
    EnvironmentName,
    ImageReference,
    Port,
    Purpose,
    Seconds,
    SpecModel,
    Text,
    UserId,
)

INTERNET = "internet"
"""The one callee that is no component: public addresses on port 443."""


class Resources(SpecModel):
    """The documented ranges: the low end is requested, the high end is the limit."""

    memory: AmountRange = Field(description="Memory, bytes: 512Mi-2Gi")
    cpu: AmountRange = Field(description="CPU, cores: 250m-1000m")
    scratch: AmountRange = Field(description="Ephemeral storage, bytes: 64Mi-1Gi")


class Service(SpecModel):
    """The Service in front of a component."""

    name: DnsLabel
    port: Port


class Exposed(SpecModel):
    """Reached from outside the cluster, by load balancer, ingress or gateway."""

    to: DnsLabel = Field(description="Who comes in: users, admins")
    host: DnsLabel | None = Field(
        None, description="Label before platform.domain; without it the domain itself"
    )


class HttpHealth(SpecModel):
    """Healthy when this path answers with a status below 400."""

    http: AbsolutePath | Literal["/"]


class ExecHealth(SpecModel):
    """Healthy when this command exits with 0."""

    exec: list[Text] = Field(min_length=1)


class FileHealth(SpecModel):
    """Healthy while this file was written within the last `maxAge` seconds."""

    file: AbsolutePath
    maxAge: Seconds


class Replicas(SpecModel):
    """How many pods run, and how far that may be raised."""

    default: Count
    max: Count

    @model_validator(mode="after")
    def _ordered(self) -> Replicas:
        if self.default > self.max:
            raise ValueError(f"default {self.default} is more than max {self.max}")
        return self


class Autoscaling(SpecModel):
    """HorizontalPodAutoscaler on average CPU, percent of the request."""

    cpu: Annotated[int, Field(ge=1, le=100, strict=True)]
    min: Count
    max: Count

    @model_validator(mode="after")
    def _ordered(self) -> Autoscaling:
        if self.min > self.max:
            raise ValueError(f"min {self.min} is more than max {self.max}")
        return self


class Storage(SpecModel):
    """A volume of the component's own, kept when the release is uninstalled."""

    claim: DnsLabel
    size: Amount
    access: Literal["RWO", "RWX"]
    path: AbsolutePath


class AddressOf(SpecModel):
    """An environment variable composed in the pod: the URL of a component."""

    urlOf: DnsLabel


class ComponentBase(SpecModel):
    """What every component says of itself."""

    purpose: Purpose
    label: DnsLabel = Field(description="Value of the label `tier`, as other systems know it")
    image: ImageReference
    user: UserId | None = Field(None, description="uid and gid, where not platform.user")
    resources: Resources
    calls: list[DnsLabel] = Field(
        [], description="Components that it opens connections to, and `internet` for port 443"
    )
    mounts: dict[DnsLabel, AbsolutePath] = Field({}, description="Shared volume: mount path")
    writes: dict[AbsolutePath, Amount] = Field(
        {}, description="Writable path outside volumes: size limit in bytes"
    )
    env: dict[EnvironmentName, Text | AddressOf] = Field(
        {}, description="Environment variables beyond those of `config` and `secrets`"
    )


class ServedComponent(ComponentBase):
    """A component that listens."""

    port: Port = Field(description="Port that the container listens on")
    service: Service
    exposed: Exposed | None = None


class Web(ServedComponent):
    """Stateless HTTP server: a Deployment behind a Service."""

    kind: Literal["web"]
    health: HttpHealth
    replicas: Replicas
    autoscaling: Autoscaling | None = None


class Worker(ComponentBase):
    """Stateless process without a port: a Deployment."""

    kind: Literal["worker"]
    health: ExecHealth | FileHealth
    replicas: Replicas
    autoscaling: Autoscaling | None = None


class Singleton(ComponentBase):
    """Process that must never run twice: a StatefulSet of exactly one."""

    kind: Literal["singleton"]
    health: ExecHealth | FileHealth


class Initialization(SpecModel):
    """Scripts that run once, on an empty data directory."""

    configMap: DnsLabel


class MySQL(ServedComponent):
    """MySQL server; may be replaced by an external one."""

    kind: Literal["mysql"]
    storage: Storage
    initialization: Initialization


class Redis(ServedComponent):
    """Redis server; may be replaced by an external one."""

    kind: Literal["redis"]
    storage: Storage
    password: EnvironmentName | None = Field(None, description="Secret key of its password")


class Administrator(SpecModel):
    """Secret keys of the administrator's name and password."""

    user: EnvironmentName
    password: EnvironmentName


class DatabaseReader(SpecModel):
    """Read-only access to a database: config keys of its name and user, secret key of the password."""

    component: DnsLabel
    name: EnvironmentName
    user: EnvironmentName
    password: EnvironmentName


class Grafana(ServedComponent):
    """Grafana, provisioned from files."""

    kind: Literal["grafana"]
    health: HttpHealth
    storage: Storage
    admin: Administrator
    database: DatabaseReader | None = Field(
        None, description="MySQL database that the dashboards read"
    )


Component = Annotated[
    Web | Worker | Singleton | MySQL | Redis | Grafana, Field(discriminator="kind")
]
