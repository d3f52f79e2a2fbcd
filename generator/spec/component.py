"""What components of all kinds say of themselves; the kinds are in generator/kinds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, Tag

from generator.spec.content import ContentFolder
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
    SubPath,
    Text,
    UrlPath,
    UserId,
    chosen_by_key,
)
from generator.spec.quantities import Quantity

INTERNET = "internet"
"""The one callee that is no component: public addresses, on port 443 unless ports are named."""
HTTPS = 443


LOG_SPACE = Quantity.parse("50Mi")
"""Most that the logs of a container take: the kubelet keeps five files of 10Mi."""


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

    to: DnsLabel = Field(
        description="Who comes in: users; admins, for whom a load balancer is closed to public"
        " addresses unless values say otherwise"
    )
    host: DnsLabel | None = Field(
        None, description="Label before platform.domain; without it the domain itself"
    )
    path: UrlPath = Field(
        "/", description="Path at this host, where others share it", examples=["/api"]
    )


class Expectation(SpecModel):
    """What a healthy answer looks like, where more is said of it than that it comes."""

    status: Annotated[int, Field(ge=200, le=599, strict=True)] = Field(
        200, description="HTTP status of the answer"
    )
    text: Text = Field(
        "", description="Text that the body contains, in whole words", examples=["healthy"]
    )
    members: dict[Text, Any] = Field(
        {},
        alias="json",
        description="Members that the body has as JSON; others may stand beside them",
        examples=[{"status": "healthy"}],
    )


class HttpHealth(SpecModel):
    """Healthy when this path answers with a status below 400."""

    http: UrlPath = Field(description="Path of the request; it may ask other servers")
    live: UrlPath | None = Field(
        None,
        description="Path that asks no other server, for liveness; without it a connection to the"
        " port is enough",
        examples=["/livez"],
    )
    expect: Expectation = Field(Expectation(), description="What `helm test` expects of the answer")


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


class InternetCall(SpecModel):
    """Public addresses, on these ports."""

    internet: list[Port] = Field(
        min_length=1, description="Ports of public addresses", examples=[[443, 9443]]
    )


Call = Annotated[
    Annotated[DnsLabel, Tag("with text")] | Annotated[InternetCall, Tag("with internet")],
    chosen_by_key("internet"),
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


@dataclass(frozen=True)
class NamedKey:
    """A key of the ConfigMap or the Secret that a component names, at `path` below it."""

    path: tuple[str, ...]
    section: Literal["config", "secrets"]
    key: str


@dataclass(frozen=True)
class MountedConfigMap:
    """A ConfigMap that the chart mounts in a container of this kind.

    `name` is the name of the volume, `object` of the ConfigMap without prefix, and `entries` maps
    its keys to paths below `path`; without entries all keys are files in `path`.
    """

    name: str
    object: str
    path: str
    entries: dict[str, str]


@dataclass(frozen=True)
class DatabaseLogin:
    """Keys by which a component logs in to a database: of the ConfigMap, but for the password."""

    user: str
    password: str
    database: str


class VolumePart(SpecModel):
    """A shared volume, or a folder of it, at one more path."""

    volume: DnsLabel = Field(description="Name of the shared volume")
    subPath: SubPath | None = Field(None, description="Folder of it; without one, all of it")


Writable = Annotated[
    Annotated[Amount, Tag("with text")] | Annotated[VolumePart, Tag("with volume")],
    chosen_by_key("volume"),
]


@dataclass(frozen=True)
class Provisioned:
    """What the chart provisions a Grafana with: its data sources, and the platform's dashboards."""

    data_sources: dict[str, str]
    """Name → uid; one of them may be switched off."""
    dashboards: dict[str, dict[str, str]]
    """Name of the file → its uid and title."""


class ComponentBase(SpecModel):
    """What every component says of itself."""

    workload: ClassVar[Literal["Deployment", "StatefulSet", "CronJob"]] = "Deployment"
    """Kind of the Kubernetes object that runs it."""
    port_name: ClassVar[str] = "http"
    """Name of the port that it listens on, at most 15 characters."""
    url_scheme: ClassVar[str] = "http"
    """Scheme of the URL at which it is reached."""
    replaceable: ClassVar[bool] = False
    """Whether a server outside the release may replace it."""
    locks_data: ClassVar[bool] = False
    """Whether its volume opens only to the passwords that it was first started with."""
    obeys_port: ClassVar[bool] = False
    """Whether its program may listen where the variable PORT says, as web servers do."""
    group_size: ClassVar[int] = 0
    """Servers that hold its data together where its value `mode` is groupReplication, if any."""
    stays_up: ClassVar[bool] = True
    """Whether its process runs until it is stopped, so that probes ask for its health."""

    kind: str
    purpose: Purpose
    label: DnsLabel = Field(description="Value of the label `tier`, as other systems know it")
    image: ImageReference
    user: UserId | None = Field(None, description="uid and gid, where not platform.user")
    command: list[Text] = Field(
        [], description="Command, where not that of the image", examples=[["python", "main.py"]]
    )
    args: list[Text] = Field(
        [], description="Arguments, where not those of the image", examples=[["--mode", "live"]]
    )
    workingDir: AbsolutePath | None = Field(
        None, description="Working directory, where not that of the image"
    )
    resources: Resources
    calls: list[Call] = Field(
        [],
        description="Components that it opens connections to, and `internet` for port 443, or"
        " {internet: [443, 9443]}",
    )
    mounts: dict[DnsLabel, AbsolutePath] = Field({}, description="Shared volume: mount path")
    writable: dict[AbsolutePath, Writable] = Field(
        {},
        description="Path that the program writes to: size limit in bytes of a scratch volume, or a"
        " part of a shared volume",
    )
    env: dict[EnvironmentName, Text] = Field(
        {}, description="Environment variables beyond those of `config` and `secrets`"
    )
    aliases: dict[EnvironmentName, EnvironmentName] = Field(
        {}, description="Further name of a variable: the key or variable that it stands for"
    )

    @property
    def callees(self) -> list[str]:
        """Names of what it calls, in the order of `calls`."""
        return [INTERNET if isinstance(call, InternetCall) else call for call in self.calls]

    @property
    def internet_ports(self) -> list[int]:
        """Ports of public addresses that it calls."""
        for call in self.calls:
            if isinstance(call, InternetCall):
                return call.internet
        return [HTTPS] if INTERNET in self.calls else []

    @property
    def scratch(self) -> dict[str, Quantity]:
        """Size limits of its scratch volumes, by path."""
        return {
            path: size for path, size in self.writable.items() if not isinstance(size, VolumePart)
        }

    @property
    def shared_volumes(self) -> list[str]:
        """Names of the shared volumes that it mounts, each once."""
        parts = [part for part in self.writable.values() if isinstance(part, VolumePart)]
        return list(dict.fromkeys([*self.mounts, *(part.volume for part in parts)]))

    def health_commands(self) -> dict[str, list[str]]:
        """Return the command of each probe that tells its health, by kind of probe."""
        return {}

    def parts(self) -> list[str]:
        """Return what it has besides its pods: folders of its kind with templates of their own."""
        return []

    def job_resources(self) -> Resources | None:
        """Return the resources of a Job of its parts, if there are Jobs."""
        return None

    def part_storage(self) -> Quantity | None:
        """Return the size of the volume of its parts, if they have one."""
        return None

    def keys_of_parts(self) -> list[str]:
        """Return the keys of the Secret that only pods of its parts read, and not its own."""
        return []

    def named_keys(self) -> Iterator[NamedKey]:
        """Yield the keys that it names besides `readBy`."""
        yield from ()

    def content_folders(self) -> Iterator[tuple[tuple[str, ...], ContentFolder]]:
        """Yield the folders of the platform's own files that it names, with their path below it."""
        yield from ()

    def config_maps(self, name: str) -> list[MountedConfigMap]:
        """Return the ConfigMaps that the chart mounts in the component of this name."""
        return []

    def provisioned(self) -> Provisioned | None:
        """Return what the chart provisions it with, if it shows dashboards."""
        return None

    def scripts_around(self) -> tuple[str, str] | None:
        """Return the init scripts between which those of a user run, if it runs any."""
        return None

    def tables(self) -> list[str]:
        """Return the tables that it makes on its first start, as far as SQL says them."""
        return []

    def config_forms(self) -> dict[str, Literal["databaseUser", "databaseName"]]:
        """Return keys of the ConfigMap whose texts have a form: a definition of the schema."""
        return {}

    def account_keys(self) -> dict[str, str]:
        """Return keys of the ConfigMap that an external server in its place has its own texts for.

        Each with its name below `global.external.<server>`, such as `user`.
        """
        return {}

    def python_packages(self) -> list[str]:
        """Return the packages from the Python index that its files import: pure Python alone."""
        return []

    def password_key(self) -> str | None:
        """Return the key of the password that it asks for where auth is enabled, if it may."""
        return None

    def expanded_keys(self) -> list[str]:
        """Return keys of the Secret in whose texts it would replace references to variables."""
        return []

    def guard_resources(self) -> Resources | None:
        """Return what the sidecar needs that keeps it from running twice, if it may have one."""
        return None

    def administrator_key(self) -> str | None:
        """Return the key of its administrator's password, if it has one."""
        return None

    def is_own_key(self, key: str) -> bool:
        """Return whether it needs a key that it reads, also where nobody uses it to log in."""
        return True

    def database_login(self, server: str) -> DatabaseLogin | None:
        """Return how it logs in to a database server, if it names the keys for that."""
        return None


class ListeningComponent(ComponentBase):
    """A component that may listen, for those who call it."""

    port: Port | None = Field(
        None, description="Port that the container listens on, if it does; it needs a service"
    )
    service: Service | None = Field(None, description="The Service in front of it, if it listens")


class ServedComponent(ListeningComponent):
    """A component that listens."""

    port: Port = Field(description="Port that the container listens on")
    service: Service = Field(description="The Service in front of it")
    exposed: Exposed | None = None


class HttpComponent(ServedComponent):
    """A component that answers HTTP, and tells its health by that."""

    health: HttpHealth


class ReplicatedComponent(ComponentBase):
    """A component of which several pods may run at once."""

    replicas: Replicas
    autoscaling: Autoscaling | None = None


class StoredComponent(ComponentBase):
    """A component with a volume of its own."""

    storage: Storage


PROCESS_LIVES = ["sh", "-c", "! grep -qs '^State:.[Tt]' /proc/[0-9]*/status"]
"""Fails where a process is stopped: all that can be asked of any image. All are asked, since the
first one is of no container where those of a pod share their processes."""


class ProcessComponent(ComponentBase):
    """A process whose health is told by a command or a file."""

    health: ProcessHealth = Field(
        description="How it tells that it lives, also while another server is away"
    )
    ready: ProcessHealth | None = Field(
        None, description="How it tells that it does its work; without it, by staying up"
    )

    def health_commands(self) -> dict[str, list[str]]:
        """Return the command of each probe; without one, ready is who can write where it must."""
        lives = self.health.exec if isinstance(self.health, ExecHealth) else PROCESS_LIVES
        works = {"readiness": self.ready.exec} if isinstance(self.ready, ExecHealth) else {}
        return {"startup": lives, "liveness": lives, **works}
