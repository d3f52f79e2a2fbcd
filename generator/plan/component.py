"""A component and all that follows for it from the rest of the spec."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from generator.names import camel_case
from generator.spec.component import (
    INTERNET,
    Autoscaling,
    ComponentBase,
    ExecHealth,
    Exposed,
    FileHealth,
    HttpComponent,
    HttpHealth,
    ListeningComponent,
    MountedConfigMap,
    ProcessComponent,
    Replicas,
    ReplicatedComponent,
    ServedComponent,
    Service,
    Storage,
    StoredComponent,
)

PORT = "PORT"
"""Variable by which programs are told where to listen."""


@dataclass(frozen=True)
class ServerPassword:
    """A key of the Secret that is in use only where a server asks for its password."""

    key: str
    server: str
    """Key of the server in the values: `redis`."""


@dataclass(frozen=True)
class ComponentPlan:
    """One component: its place in the values, what it reads, and whom it talks to."""

    name: str
    tier: str
    spec: ComponentBase
    config_keys: list[str]
    """Keys of the ConfigMap in its environment."""
    secret_keys: list[str]
    """Keys of the Secret in its environment, but for the two below."""
    optional_keys: list[str]
    """Keys of the Secret that need not be there: those of third parties, and those for others."""
    password_keys: list[ServerPassword]
    """Keys of the Secret that it reads only where a server asks for its password."""
    shared_with: dict[str, list[str]] = field(default_factory=dict)
    """Key of a shared volume → names of all components that mount it, where others do."""

    @property
    def key(self) -> str:
        """Its key in the values of its tier."""
        return camel_case(self.name)

    @property
    def path(self) -> str:
        """Its path in the values of the umbrella chart."""
        return f"{self.tier}.{self.key}"

    @property
    def kind(self) -> str:
        """Name of its kind, such as web: a folder of generator/kinds."""
        return self.spec.kind

    @property
    def label(self) -> str:
        """Value of the label `tier`."""
        return self.spec.label

    @property
    def workload(self) -> Literal["Deployment", "StatefulSet", "CronJob"]:
        """Kind of the Kubernetes object that runs it."""
        return self.spec.workload

    @property
    def port(self) -> int | None:
        """The port that it listens on, if any."""
        return self.spec.port if isinstance(self.spec, ListeningComponent) else None

    @property
    def own_variables(self) -> dict[str, str]:
        """Variables of its own: those of the spec, and PORT unless a key says it."""
        env = dict(self.spec.env)
        if self.port and self.spec.obeys_port and PORT not in self.config_keys:
            env.setdefault(PORT, str(self.port))
        return env

    @property
    def variables(self) -> list[str]:
        """Names of the variables that it has by keys and by the spec."""
        passwords = [password.key for password in self.password_keys]
        return [*self.config_keys, *self.watched_secret_keys, *passwords, *self.own_variables]

    @property
    def port_name(self) -> str:
        """The name of that port, at most 15 characters."""
        return self.spec.port_name

    @property
    def url_scheme(self) -> str:
        """Scheme of the URL at which it is reached."""
        return self.spec.url_scheme

    @property
    def service(self) -> Service | None:
        """The Service in front of it, if any."""
        return self.spec.service if isinstance(self.spec, ListeningComponent) else None

    @property
    def exposed(self) -> Exposed | None:
        """Who reaches it from outside, if anybody."""
        return self.spec.exposed if isinstance(self.spec, ServedComponent) else None

    @property
    def for_admins(self) -> bool:
        """Whether it is an entrance of admins, which the public is kept out of."""
        return self.exposed is not None and self.exposed.to == "admins"

    @property
    def host_prefix(self) -> str:
        """What stands before the domain in its host name: `api.` or nothing."""
        return f"{self.exposed.host}." if self.exposed and self.exposed.host else ""

    @property
    def replaceable(self) -> bool:
        """Whether a server outside the release may replace it."""
        return self.spec.replaceable

    @property
    def ca_folder(self) -> str:
        """Folder of its callers' containers with the authority of an external server: ca.crt."""
        return f"/etc/ssl/{self.name}"

    @property
    def claims(self) -> bool:
        """Whether it mounts a claim, unless values say otherwise."""
        return bool(self.spec.mounts or self.storage)

    @property
    def replicated(self) -> bool:
        """Whether several pods of it may run at once."""
        return isinstance(self.spec, ReplicatedComponent)

    @property
    def replicas(self) -> Replicas | None:
        """How many pods run; None where the kind allows exactly one."""
        return self.spec.replicas if isinstance(self.spec, ReplicatedComponent) else None

    @property
    def autoscaling(self) -> Autoscaling | None:
        """The documented autoscaling, if any."""
        return self.spec.autoscaling if isinstance(self.spec, ReplicatedComponent) else None

    @property
    def stays_up(self) -> bool:
        """Whether its process runs until it is stopped."""
        return self.spec.stays_up

    @property
    def storage(self) -> Storage | None:
        """The volume of its own, if any."""
        return self.spec.storage if isinstance(self.spec, StoredComponent) else None

    @property
    def password_key(self) -> str | None:
        """Secret key of the password that it asks for where auth is enabled."""
        return self.spec.password_key()

    @property
    def http_health(self) -> HttpHealth | None:
        """How it tells its health over HTTP, if it does."""
        return self.spec.health if isinstance(self.spec, HttpComponent) else None

    @property
    def health_path(self) -> str | None:
        """HTTP path of its health, if it has one."""
        return self.http_health.http if self.http_health else None

    @property
    def health_commands(self) -> dict[str, list[str]]:
        """Commands that tell its health where no HTTP path does, by kind of probe."""
        return self.spec.health_commands()

    @property
    def live_path(self) -> str | None:
        """HTTP path of its own that asks no other server, if it has one."""
        return self.http_health.live if self.http_health else None

    @property
    def tells_by_file(self) -> bool:
        """Whether files may tell its health."""
        return isinstance(self.spec, ProcessComponent)

    @property
    def heartbeat(self) -> FileHealth | None:
        """File that it touches while it lives, if it does."""
        health = self.spec.health if isinstance(self.spec, ProcessComponent) else None
        return health if isinstance(health, FileHealth) else None

    @property
    def ready(self) -> ExecHealth | FileHealth | None:
        """How it tells that it does its work, if it does."""
        return self.spec.ready if isinstance(self.spec, ProcessComponent) else None

    @property
    def config_maps(self) -> list[MountedConfigMap]:
        """ConfigMaps that the chart mounts in its container."""
        return self.spec.config_maps(self.name)

    @property
    def parts(self) -> list[str]:
        """What it has besides its pods, with labels of their own: mysql-backup."""
        return [f"{self.name}-{part}" for part in self.spec.parts()]

    @property
    def waits_for(self) -> list[str]:
        """Components that must answer before it starts."""
        return [name for name in self.spec.callees if name != INTERNET]

    @property
    def internet_ports(self) -> list[int]:
        """Ports of public addresses that it calls, if any."""
        return self.spec.internet_ports

    @property
    def watched_secret_keys(self) -> list[str]:
        """Keys of the Secret whose change restarts it, but for passwords of servers."""
        return [*self.secret_keys, *self.optional_keys]
