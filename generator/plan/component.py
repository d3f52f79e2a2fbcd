"""A component and all that follows for it from the rest of the spec."""

from __future__ import annotations

from dataclasses import dataclass, field

from generator.names import camel_case
from generator.spec.component import (
    INTERNET,
    AddressOf,
    Autoscaling,
    Component,
    ExecHealth,
    Exposed,
    FileHealth,
    Grafana,
    HttpHealth,
    MySQL,
    Redis,
    Replicas,
    ServedComponent,
    Service,
    Singleton,
    Storage,
    Web,
    Worker,
)

PROCESS_LIVES = ["sh", "-c", "grep -q '^State:.[RSD]' /proc/1/status"]
"""Fails where the first process is stopped or dead: all that can be asked of any image."""


@dataclass(frozen=True)
class RedisAddress:
    """An environment variable that holds the URL of a Redis server."""

    name: str
    component: str
    host_key: str
    port_key: str
    password_key: str | None


@dataclass(frozen=True)
class ComponentPlan:
    """One component: its place in the values, what it reads, and whom it talks to."""

    name: str
    tier: str
    spec: Component
    config_keys: list[str]
    """Keys of the ConfigMap in its environment."""
    restart_keys: list[str]
    """Keys of the ConfigMap whose change restarts it: also those that its secrets are made of."""
    secret_keys: list[str]
    optional_keys: list[str]
    password_keys: list[str]
    """Secret keys that it reads only where a server asks for a password."""
    redis_addresses: list[RedisAddress]
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
        """web, worker, singleton, mysql, redis or grafana."""
        return self.spec.kind

    @property
    def label(self) -> str:
        """Value of the label `tier`."""
        return self.spec.label

    @property
    def port(self) -> int | None:
        """The port that it listens on, if any."""
        return self.spec.port if isinstance(self.spec, ServedComponent) else None

    @property
    def port_name(self) -> str:
        """The name of that port, at most 15 characters."""
        return self.kind if self.external else "http"

    @property
    def service(self) -> Service | None:
        """The Service in front of it, if any."""
        return self.spec.service if isinstance(self.spec, ServedComponent) else None

    @property
    def exposed(self) -> Exposed | None:
        """Who reaches it from outside, if anybody."""
        return self.spec.exposed if isinstance(self.spec, ServedComponent) else None

    @property
    def host_prefix(self) -> str:
        """What stands before the domain in its host name: `api.` or nothing."""
        return f"{self.exposed.host}." if self.exposed and self.exposed.host else ""

    @property
    def external(self) -> bool:
        """Whether a server outside the release may take its place."""
        return isinstance(self.spec, (MySQL, Redis))

    @property
    def replicated(self) -> bool:
        """Whether several pods of it may run at once."""
        return isinstance(self.spec, (Web, Worker))

    @property
    def replicas(self) -> Replicas | None:
        """How many pods run; None where the kind allows exactly one."""
        return self.spec.replicas if isinstance(self.spec, (Web, Worker)) else None

    @property
    def autoscaling(self) -> Autoscaling | None:
        """The documented autoscaling, if any."""
        return self.spec.autoscaling if isinstance(self.spec, (Web, Worker)) else None

    @property
    def stateful_set(self) -> bool:
        """Whether a StatefulSet runs it, for at most one pod at any time."""
        return isinstance(self.spec, (MySQL, Redis, Singleton))

    @property
    def storage(self) -> Storage | None:
        """The volume of its own, if any."""
        return self.spec.storage if isinstance(self.spec, (MySQL, Redis, Grafana)) else None

    @property
    def password_key(self) -> str | None:
        """Secret key of the password that it may ask for."""
        return self.spec.password if isinstance(self.spec, Redis) else None

    @property
    def health_path(self) -> str | None:
        """HTTP path of its health, if it has one."""
        health = getattr(self.spec, "health", None)
        return health.http if isinstance(health, HttpHealth) else None

    @property
    def health_commands(self) -> dict[str, list[str]]:
        """Commands that tell its health where no HTTP path does, by kind of probe."""
        if isinstance(self.spec, MySQL):
            served = ["mysqladmin", "ping", "--host=127.0.0.1"]
            lives = ["mysqladmin", "ping", "--socket=/var/run/mysqld/mysqld.sock"]
            return {"startup": served, "readiness": served, "liveness": lives}
        if isinstance(self.spec, Redis):
            # While it loads its data it answers with an error: alive, not ready.
            answers_pong = ["sh", "-c", 'test "$(redis-cli ping)" = PONG']
            answers = ["sh", "-c", 'test -n "$(redis-cli ping)"']
            return {"startup": answers_pong, "readiness": answers_pong, "liveness": answers}
        health = getattr(self.spec, "health", None)
        lives = health.exec if isinstance(health, ExecHealth) else PROCESS_LIVES
        return {"startup": lives, "readiness": self._can_write, "liveness": lives}

    @property
    def _can_write(self) -> list[str]:
        """A process that serves nobody is ready when it can write where it must."""
        paths = [*self.spec.writes, *self.spec.mounts.values()]
        return ["sh", "-c", " && ".join(f"test -w {path}" for path in paths) or "true"]

    @property
    def heartbeat(self) -> FileHealth | None:
        """File that it touches while it is healthy, if it does."""
        health = getattr(self.spec, "health", None)
        return health if isinstance(health, FileHealth) else None

    @property
    def has_heartbeat(self) -> bool:
        """Whether its kind may be watched by a file's age."""
        return isinstance(self.spec, (Worker, Singleton))

    @property
    def waits_for(self) -> list[str]:
        """Components that must answer before it starts."""
        return [name for name in self.spec.calls if name != INTERNET]

    @property
    def calls_internet(self) -> bool:
        """Whether it reaches public addresses."""
        return INTERNET in self.spec.calls

    @property
    def all_secret_keys(self) -> list[str]:
        """Every secret key that it may read."""
        return [*self.secret_keys, *self.optional_keys, *self.password_keys]

    @property
    def literal_environment(self) -> dict[str, str]:
        """Environment variables with a fixed value."""
        return {k: v for k, v in self.spec.env.items() if not isinstance(v, AddressOf)}
