"""Components of the platform, one model per kind."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, Tag

from generator.spec.fields import (
    AbsolutePath,
    Amount,
    AmountRange,
    Count,
    Dashboards,
    DnsLabel,
    EnvironmentName,
    ImageReference,
    Port,
    Purpose,
    Scripts,
    Seconds,
    SpecModel,
    Text,
    UrlPath,
    UserId,
    chosen_by_key,
    chosen_by_kind,
)

INTERNET = "internet"
"""The one callee that is no component: public addresses on port 443."""


class Resources(SpecModel):
    """The documented ranges: the low end is requested, the high end is the limit."""

    memory: AmountRange = Field(description="Memory, bytes: 512Mi-2Gi")
    cpu: AmountRange = Field(description="CPU, cores: 250m-1000m", examples=["250m-1000m"])
    scratch: AmountRange = Field(description="Ephemeral storage, bytes: 64Mi-1Gi")


class Service(SpecModel):
    """The Service in front of a component."""

    name: DnsLabel = Field(description="Name of the Service, and so the host name of the component")
    port: Port = Field(description="Port that callers use")


class Exposed(SpecModel):
    """Reached from outside the cluster, by load balancer, ingress or gateway."""

    to: DnsLabel = Field(description="Who comes in: users, admins")
    host: DnsLabel | None = Field(
        None, description="Label before platform.domain; without it the domain itself"
    )


class HttpHealth(SpecModel):
    """Healthy when this path answers with a status below 400."""

    http: UrlPath = Field(description="Path of the request")


class ExecHealth(SpecModel):
    """Healthy when this command exits with 0."""

    exec: list[Text] = Field(
        min_length=1, description="Command and its arguments", examples=[["pgrep", "python"]]
    )


class FileHealth(SpecModel):
    """Healthy while this file was written within the last `maxAge` seconds."""

    file: AbsolutePath = Field(description="Path in the container")
    maxAge: Seconds = Field(description="Age in seconds")


ProcessHealth = Annotated[
    Annotated[ExecHealth, Tag("with exec")] | Annotated[FileHealth, Tag("with file")],
    chosen_by_key("exec", "file"),
]


class Replicas(SpecModel):
    """How many pods run, and how far that may be raised."""

    default: Count = Field(description="Pods unless values.yaml says otherwise")
    max: Count = Field(description="Most pods that values may ask for")


class Autoscaling(SpecModel):
    """HorizontalPodAutoscaler on average CPU, percent of the request."""

    cpu: Annotated[int, Field(ge=1, le=100, strict=True)] = Field(
        description="Average CPU to hold, percent of the request", examples=[70]
    )
    min: Count = Field(description="Fewest pods")
    max: Count = Field(description="Most pods")


class Storage(SpecModel):
    """A volume of the component's own, kept when the release is uninstalled."""

    claim: DnsLabel = Field(description="Name of the PersistentVolumeClaim")
    size: Amount = Field(description="Size in bytes: 10Gi")
    access: Literal["RWO", "RWX"] = Field(
        description="RWO: mounted by one pod; RWX: by several at once"
    )
    path: AbsolutePath = Field(description="Mount path")


class AddressOf(SpecModel):
    """An environment variable composed in the pod: the URL of a component."""

    urlOf: DnsLabel = Field(description="Component whose address it holds, credentials included")


EnvironmentValue = Annotated[
    Annotated[Text, Tag("with text")] | Annotated[AddressOf, Tag("with urlOf")],
    chosen_by_key("urlOf"),
]


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
    env: dict[EnvironmentName, EnvironmentValue] = Field(
        {}, description="Environment variables beyond those of `config` and `secrets`"
    )


class ServedComponent(ComponentBase):
    """A component that listens."""

    port: Port = Field(description="Port that the container listens on")
    service: Service
    exposed: Exposed | None = None


class Web(ServedComponent):
    """Stateless HTTP server: a Deployment behind a Service."""

    kind: Literal["web"] = Field(description="Stateless HTTP server")
    health: HttpHealth
    replicas: Replicas
    autoscaling: Autoscaling | None = None


class Worker(ComponentBase):
    """Stateless process without a port: a Deployment."""

    kind: Literal["worker"] = Field(description="Stateless process without a port")
    health: ProcessHealth = Field(description="How its health is told")
    replicas: Replicas
    autoscaling: Autoscaling | None = None


class Singleton(ComponentBase):
    """Process that must never run twice: a StatefulSet of exactly one."""

    kind: Literal["singleton"] = Field(description="Process that must never run twice")
    health: ProcessHealth = Field(description="How its health is told")


class Initialization(SpecModel):
    """Scripts that run once, on an empty data directory."""

    configMap: DnsLabel = Field(description="Name of the ConfigMap that holds them")
    scripts: Scripts = Field(
        description="Folder of *.sql and *.sh files, relative to this file, which run in the order"
        " of their names"
    )


class MySQL(ServedComponent):
    """MySQL server; may be replaced by an external one."""

    kind: Literal["mysql"] = Field(description="MySQL server")
    storage: Storage
    initialization: Initialization


class Redis(ServedComponent):
    """Redis server; may be replaced by an external one."""

    kind: Literal["redis"] = Field(description="Redis server")
    storage: Storage
    password: EnvironmentName | None = Field(None, description="Secret key of its password")


class Administrator(SpecModel):
    """Secret keys of the administrator's name and password."""

    user: EnvironmentName = Field(description="Secret key of the name")
    password: EnvironmentName = Field(description="Secret key of the password")


class DatabaseReader(SpecModel):
    """Read-only access to a database, by the names of the keys that say how."""

    component: DnsLabel = Field(description="Component of kind mysql")
    name: EnvironmentName = Field(description="Config key of the database's name")
    user: EnvironmentName = Field(description="Config key of the user's name")
    password: EnvironmentName = Field(description="Secret key of the password")


class Grafana(ServedComponent):
    """Grafana, provisioned from files."""

    kind: Literal["grafana"] = Field(description="Grafana, provisioned from files")
    health: HttpHealth
    storage: Storage
    dashboards: Dashboards = Field(
        description="Folder of *.json files, relative to this file: dashboards as Grafana exports"
        " them"
    )
    admin: Administrator
    database: DatabaseReader | None = Field(
        None, description="MySQL database that the dashboards read"
    )


Component = Annotated[
    Annotated[Web, Tag("kind web")]
    | Annotated[Worker, Tag("kind worker")]
    | Annotated[Singleton, Tag("kind singleton")]
    | Annotated[MySQL, Tag("kind mysql")]
    | Annotated[Redis, Tag("kind redis")]
    | Annotated[Grafana, Tag("kind grafana")],
    chosen_by_kind("web", "worker", "singleton", "mysql", "redis", "grafana"),
]
