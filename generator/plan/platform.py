"""The platform as a whole: tiers, flows, shared volumes, keys and who reads them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from generator.names import camel_case
from generator.plan.component import ComponentPlan, ServerPassword
from generator.spec.component import ComponentBase, DatabaseLogin
from generator.spec.model import (
    AddressKey,
    ComposedKey,
    FixedSecretKey,
    GeneratedKey,
    GivenKey,
    HostKey,
    PortKey,
    Spec,
    Volume,
)

PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class UrlLogin:
    """Key of the Secret that holds the address of a server, with user and password."""

    url: str


@dataclass(frozen=True)
class Flow:
    """A declared connection from one component to another."""

    caller: ComponentPlan
    callee: ComponentPlan
    login: UrlLogin | DatabaseLogin | None = None
    """How the caller logs in, where the keys are known."""

    @property
    def name(self) -> str:
        """`api-to-mysql`."""
        return f"{self.caller.name}-to-{self.callee.name}"


@dataclass(frozen=True)
class Tier:
    """Components that share a subchart."""

    name: str
    components: list[ComponentPlan]


@dataclass(frozen=True)
class SharedVolume:
    """A volume that several components mount."""

    name: str
    spec: Volume
    mounted_by: list[ComponentPlan]

    @property
    def key(self) -> str:
        """Its key in the values."""
        return camel_case(self.name)

    @property
    def mode(self) -> str:
        """Its mode by default, which follows from the access mode of the spec."""
        return {"RWX": "rwx", "RWO": "rwo-colocated"}[self.spec.access]

    @property
    def claims(self) -> dict[str, str]:
        """The name of its claim in each mode that has one; that of the spec in its own mode."""
        suffixes = {"rwx": "-rwx", "rwo-colocated": "-rwo"}
        return {
            mode: self.spec.claim + ("" if mode == self.mode else suffix)
            for mode, suffix in suffixes.items()
        }


class Plan:
    """All that follows from one spec."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec

    @cached_property
    def tiers(self) -> list[Tier]:
        """Tiers in the order of the spec."""
        return [
            Tier(tier, [self._component(tier, name, part) for name, part in parts.items()])
            for tier, parts in self.spec.tiers.items()
        ]

    @cached_property
    def components(self) -> list[ComponentPlan]:
        """Components of all tiers."""
        return [component for tier in self.tiers for component in tier.components]

    @cached_property
    def by_name(self) -> dict[str, ComponentPlan]:
        """Components by name."""
        return {component.name: component for component in self.components}

    @cached_property
    def flows(self) -> list[Flow]:
        """Connections between components, by caller."""
        return [
            Flow(caller, self.by_name[callee], self._login(caller, callee))
            for caller in self.components
            for callee in caller.waits_for
        ]

    @cached_property
    def served(self) -> list[ComponentPlan]:
        """Components that listen."""
        return [component for component in self.components if component.port]

    @cached_property
    def exposed(self) -> list[ComponentPlan]:
        """Components that are reached from outside."""
        return [component for component in self.components if component.exposed]

    @cached_property
    def audiences(self) -> dict[str, list[ComponentPlan]]:
        """Who comes from outside, such as users, and the components that they reach."""
        return {
            name: [c for c in self.exposed if c.exposed and c.exposed.to == name]
            for name in dict.fromkeys(c.exposed.to for c in self.exposed if c.exposed)
        }

    @cached_property
    def replaceable(self) -> list[ComponentPlan]:
        """Components that a server outside the release may replace."""
        return [component for component in self.components if component.replaceable]

    @cached_property
    def initialized(self) -> list[ComponentPlan]:
        """Replaceable components whose tables a Job can make, by a URL in the Secret."""
        return [c for c in self.replaceable if c.spec.tables() and self.servers_url(c)]

    def servers_of(self, caller: ComponentPlan) -> list[ComponentPlan]:
        """Return the replaceable components that a component calls."""
        return [server for server in self.replaceable if server.name in caller.waits_for]

    @cached_property
    def authenticated(self) -> list[ComponentPlan]:
        """Components that may ask for a password."""
        return [component for component in self.components if component.password_key]

    @cached_property
    def scheduled(self) -> list[ComponentPlan]:
        """Components that run at times, and end."""
        return [component for component in self.components if not component.stays_up]

    @cached_property
    def guarded(self) -> list[ComponentPlan]:
        """Components that may have a sidecar that keeps them from running twice."""
        return [component for component in self.components if component.spec.guard_resources()]

    @cached_property
    def has_storage(self) -> bool:
        """Whether anything is kept on a volume."""
        return bool(self.volumes) or any(component.storage for component in self.components)

    @cached_property
    def uses_toolbox(self) -> bool:
        """Whether anything is waited for, tested, guarded or created by a hook."""
        asked = any(component.http_health for component in self.components)
        return bool(self.flows or self.spec.secrets or asked or self.guarded)

    @cached_property
    def volumes(self) -> list[SharedVolume]:
        """Shared volumes and who mounts them."""
        return [
            SharedVolume(
                name, volume, [c for c in self.components if name in c.spec.shared_volumes]
            )
            for name, volume in self.spec.volumes.items()
        ]

    @cached_property
    def composed_secrets(self) -> dict[str, ComposedKey]:
        """Secret keys that are made of other keys."""
        return {k: v for k, v in self._secrets.items() if isinstance(v, ComposedKey)}

    @cached_property
    def url_schemes(self) -> dict[str, str]:
        """Key of the Secret that is composed as a URL → its scheme."""
        schemes = {k: v.compose.partition("://") for k, v in self.composed_secrets.items()}
        return {name: scheme for name, (scheme, found, _) in schemes.items() if found}

    @cached_property
    def address_secrets(self) -> dict[str, AddressKey]:
        """Secret keys that hold the URL of a Redis server."""
        return {k: v for k, v in self._secrets.items() if isinstance(v, AddressKey)}

    @cached_property
    def fixed_secrets(self) -> dict[str, FixedSecretKey]:
        """Secret keys with a default."""
        return {k: v for k, v in self._secrets.items() if isinstance(v, FixedSecretKey)}

    @cached_property
    def generated_secrets(self) -> dict[str, GeneratedKey]:
        """Secret keys that are created at random."""
        return {k: v for k, v in self._secrets.items() if isinstance(v, GeneratedKey)}

    @cached_property
    def required_secrets(self) -> list[str]:
        """Secret keys that only a user can give, and must."""
        return [k for k, v in self._secrets.items() if isinstance(v, GivenKey) and v.required]

    @cached_property
    def optional_secrets(self) -> list[str]:
        """Secret keys that only a user can give, and need not."""
        return [k for k, v in self._secrets.items() if isinstance(v, GivenKey) and not v.required]

    @property
    def _secrets(self) -> dict[str, object]:
        return dict(self.spec.secrets.keys) if self.spec.secrets else {}

    def _component(self, tier: str, name: str, spec: ComponentBase) -> ComponentPlan:
        keys = self.spec.secrets.keys if self.spec.secrets else {}
        passwords = {
            key: camel_case(server)
            for server, part in self.spec.components.items()
            if (key := part.password_key())
        }
        apart = spec.keys_of_parts()
        read = [k for k, v in keys.items() if name in v.readBy and k not in apart]
        lent = self._lent_to(name, spec)
        optional = [k for k in read if k in self.optional_secrets or k in lent]
        return ComponentPlan(
            name=name,
            tier=tier,
            spec=spec,
            config_keys=[k for k, v in self.spec.config.keys.items() if name in v.readBy],
            secret_keys=[k for k in read if k not in passwords and k not in optional],
            optional_keys=optional,
            password_keys=[ServerPassword(k, passwords[k]) for k in read if k in passwords],
            shared_with={
                camel_case(volume): names
                for volume in spec.shared_volumes
                if len(names := self._mounted_by(volume)) > 1
            },
        )

    def _lent_to(self, name: str, spec: ComponentBase) -> set[str]:
        """Return the passwords that a server reads only to let others in, who may be disabled."""
        logins = [part.database_login(name) for part in self.spec.components.values()]
        return {login.password for login in logins if login and not spec.is_own_key(login.password)}

    def _mounted_by(self, volume: str) -> list[str]:
        parts = self.spec.components.items()
        return [name for name, part in parts if volume in part.shared_volumes]

    def _login(self, caller: ComponentPlan, callee: str) -> UrlLogin | DatabaseLogin | None:
        for name in caller.secret_keys:
            key, host = self._secrets[name], self.config_key(HostKey, callee)
            if isinstance(key, AddressKey) and key.urlOf == callee:
                return UrlLogin(name)
            if isinstance(key, ComposedKey) and host in PLACEHOLDER.findall(key.compose):
                return UrlLogin(name)
        return caller.spec.database_login(callee)

    def readers_of(self, keys: list[str]) -> list[ComponentPlan]:
        """Return the components that read any of these keys of the Secret."""
        return [c for c in self.components if set(keys) & set(c.secret_keys)]

    @cached_property
    def config_forms(self) -> dict[str, str]:
        """Keys of the ConfigMap whose texts have a form: a definition of the schema."""
        return {
            key: form
            for part in self.spec.components.values()
            for key, form in part.config_forms().items()
        }

    def restarted_by_config(self, keys: list[str]) -> list[ComponentPlan]:
        """Return the components that restart when keys of the ConfigMap change.

        They read one of them, or a key of the Secret that is made of one.
        """
        made = [name for name, parts in self._made_of.items() if parts & set(keys)]
        by_secrets = self.restarted_by_secrets(made)
        return [c for c in self.components if set(keys) & set(c.config_keys) or c in by_secrets]

    def restarted_by_secrets(self, keys: list[str]) -> list[ComponentPlan]:
        """Return the components that read keys of the Secret, or keys that are made of these."""
        changed = {*keys, *(name for name, parts in self._made_of.items() if parts & set(keys))}
        return [
            c
            for c in self.components
            if changed & {*c.watched_secret_keys, *(password.key for password in c.password_keys)}
        ]

    @cached_property
    def _made_of(self) -> dict[str, set[str]]:
        """Key of the Secret that is made of others → the keys of Secret and ConfigMap it holds."""
        found = {k: set(PLACEHOLDER.findall(v.compose)) for k, v in self.composed_secrets.items()}
        for name, key in self.address_secrets.items():
            server = self.by_name[key.urlOf]
            parts = {self.config_key(HostKey, key.urlOf), self.config_key(PortKey, key.urlOf)}
            found[name] = {part for part in {*parts, server.password_key} if part}
        return found

    def servers_url(self, server: ComponentPlan) -> str | None:
        """Return the key of the Secret that is composed of a server's address, if one is."""
        host = self.config_key(HostKey, server.name)
        return next((name for name, parts in self._made_of.items() if host in parts), None)

    def config_key(self, kind: type[HostKey] | type[PortKey], component: str) -> str | None:
        """Return the config key that holds the host or the port of a component, if one does."""
        for name, key in self.spec.config.keys.items():
            if isinstance(key, HostKey) and kind is HostKey and key.hostOf == component:
                return name
            if isinstance(key, PortKey) and kind is PortKey and key.portOf == component:
                return name
        return None
