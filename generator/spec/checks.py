"""Whether the parts of a spec fit together.

Each check is a small function that yields problems; all of them run, so that a user sees every
mistake at once. Checks that concern one kind alone are in generator/kinds/<kind>/checks.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from posixpath import normpath

from generator.names import camel_case, volume_name
from generator.spec.component import (
    INTERNET,
    LOG_SPACE,
    ComponentBase,
    Exposed,
    ListeningComponent,
    ReplicatedComponent,
    Resources,
    ServedComponent,
    Storage,
    StoredComponent,
    VolumePart,
)
from generator.spec.fields import DNS_LABEL, PATTERNS_IN_WORDS, YAML_WORDS
from generator.spec.model import (
    AddressKey,
    ComposedKey,
    HostKey,
    Key,
    ListenPortKey,
    PortKey,
    Spec,
    UrlKey,
)
from generator.spec.problems import Path, Problem, allowed
from generator.spec.quantities import Quantity, QuantityRange

RESERVED_TIERS = ("global", "enabled", "access", "common", "tests")
"""Keys of the umbrella chart's values, and the name of the library chart."""

RESERVED_COMPONENTS = (INTERNET, "global", "enabled", "common")
"""The callee that is no component, and keys of a tier's values."""

GLOBAL_KEYS = (
    *("imageRegistry", "imagePullPolicy", "imagePullSecrets", "storageClass", "namePrefix"),
    *("commonLabels", "commonAnnotations", "enforceDocumentedLimits", "compatibility"),
    *("exposure", "domain", "exposedTo", "tls", "loadBalancer", "ingress", "gateway"),
    *("config", "secrets", "storage", "external", "toolbox"),
)
"""Keys of the values below `global`, where a component with a password has a key as well."""

LONGEST_NAME = 32
"""Labels have at most 63 characters. A StatefulSet's revision label is its name and eleven more,
and global.namePrefix adds at most 20.
"""

FEWEST_BYTES, MOST_CORES = Decimal(1024), Decimal(1000)
"""Beyond these an amount was given in the wrong unit: 250m of memory, 512Mi of CPU."""


@dataclass(frozen=True)
class Part:
    """A component and where it stands."""

    path: Path
    name: str
    component: ComponentBase


@dataclass(frozen=True)
class Subject:
    """The spec to check, and what several checks ask of it."""

    spec: Spec

    @cached_property
    def parts(self) -> list[Part]:
        """All components, also those whose name is there twice."""
        return [
            Part(("tiers", tier, name), name, component)
            for tier, components in self.spec.tiers.items()
            for name, component in components.items()
        ]

    @cached_property
    def config(self) -> dict[str, Key]:
        """Keys of the ConfigMap."""
        return dict(self.spec.config.keys)

    @cached_property
    def secrets(self) -> dict[str, Key]:
        """Keys of the Secret."""
        return dict(self.spec.secrets.keys) if self.spec.secrets else {}

    @cached_property
    def keys(self) -> list[tuple[Path, str, Key]]:
        """All keys with their path and name."""
        return [
            ((section, "keys", name), name, key)
            for section, keys in (("config", self.config), ("secrets", self.secrets))
            for name, key in keys.items()
        ]

    def component(self, name: str) -> ComponentBase | None:
        """Return the component of that name, if there is exactly one."""
        found = [part.component for part in self.parts if part.name == name]
        return found[0] if len(found) == 1 else None

    def unknown_component(self, path: Path, name: str) -> Iterator[Problem]:
        """Yield a problem where no component has this name."""
        names = [part.name for part in self.parts]
        if name not in names:
            yield Problem(path, f"no component is named {name!r}; {allowed(name, names)}")

    def unreadable(self, part: Part, path: Path, section: str, key: str) -> Iterator[Problem]:
        """Yield a problem where `section` has no such key, or the component does not read it."""
        keys = self.config if section == "config" else self.secrets
        if key not in keys:
            yield Problem(path, f"{section}.keys has no {key!r}; {allowed(key, keys)}")
        elif part.name not in keys[key].readBy:
            yield Problem(path, f"{section}.keys.{key} isn't read by {part.name}; add it to readBy")


def reference_problems(subject: Subject) -> list[Problem]:
    """Return everything in the spec that doesn't fit together."""
    from generator.kinds.registry import checks  # the checks of kinds import this module

    return [problem for check in (*CHECKS, *checks()) for problem in check(subject)]


def calls_reach_a_listener(subject: Subject) -> Iterator[Problem]:
    """Check that a call goes to another component that listens, or to the internet."""
    for part in subject.parts:
        for index, callee in enumerate(part.component.callees):
            path = (*part.path, "calls", index)
            if callee in part.component.callees[:index]:
                yield Problem(path, f"{callee!r} is listed twice")
            elif callee == part.name:
                yield Problem(path, f"{callee} calls itself")
            elif callee != INTERNET:
                yield from subject.unknown_component(path, callee)
                yield from _without_port(subject, path, callee)


def ports_have_services(subject: Subject) -> Iterator[Problem]:
    """Check that who listens has a port and a Service, as nobody can call one without the other."""
    for part in subject.parts:
        if not isinstance(component := part.component, ListeningComponent):
            continue
        if component.port and not component.service:
            message = "needs a service as well, such as service: {name: bot-service, port: 9100}"
            yield Problem((*part.path, "port"), message, at_key=True)
        if component.service and not component.port:
            message = "needs the port as well that the container listens on, such as port: 9100"
            yield Problem((*part.path, "service"), message, at_key=True)


def calls_make_no_circle(subject: Subject) -> Iterator[Problem]:
    """Check that calls make no circle: components wait for what they call, and none would start."""
    parts = {part.name: part for part in subject.parts}
    finished: set[str] = set()

    def visit(name: str, way: list[str]) -> Iterator[Problem]:
        for index, callee in enumerate(parts[name].component.callees):
            if callee == name or callee not in parts:
                continue
            if callee in way:
                circle = [*way[way.index(callee) :], callee]
                path = (*parts[name].path, "calls", index)
                yield Problem(path, f"wait for each other: {' → '.join(circle)}")
            elif callee not in finished:
                yield from visit(callee, [*way, callee])
        finished.add(name)

    for name in parts:
        if name not in finished:
            yield from visit(name, [name])


def mounts_and_volumes_match(subject: Subject) -> Iterator[Problem]:
    """Check that what is mounted is declared, and what is declared is mounted."""
    volumes = subject.spec.volumes
    mounted = {name for part in subject.parts for name in part.component.shared_volumes}
    for part in subject.parts:
        for name in part.component.mounts:
            if name not in volumes:
                message = f"no volume is named {name!r}; {allowed(name, volumes)}"
                yield Problem((*part.path, "mounts", name), message, at_key=True)
        for path, given in part.component.writable.items():
            if isinstance(given, VolumePart) and given.volume not in volumes:
                message = f"no volume is named {given.volume!r}; {allowed(given.volume, volumes)}"
                yield Problem((*part.path, "writable", path, "volume"), message)
    for name in volumes:
        if name not in mounted:
            yield Problem(("volumes", name), "no component mounts this volume", at_key=True)


def single_writer_volumes_have_one_pod(subject: Subject) -> Iterator[Problem]:
    """Check that pods on several nodes do not mount an RWO volume."""
    for name, volume in subject.spec.volumes.items():
        pods = {
            part.name: _most_pods(part.component)
            for part in subject.parts
            if name in part.component.shared_volumes
        }
        if volume.access == "RWO" and sum(pods.values()) > 1:
            who = ", ".join(f"{name} {count}" for name, count in pods.items())
            message = f"RWO is for one pod, and {sum(pods.values())} may mount it ({who}); say RWX"
            yield Problem(("volumes", name, "access"), message)


def readers_exist(subject: Subject) -> Iterator[Problem]:
    """Check that `readBy` names components, each once."""
    for path, _, key in subject.keys:
        for index, reader in enumerate(key.readBy):
            if reader in key.readBy[:index]:
                yield Problem((*path, "readBy", index), f"{reader!r} is listed twice")
            else:
                yield from subject.unknown_component((*path, "readBy", index), reader)


def named_keys_are_readable(subject: Subject) -> Iterator[Problem]:
    """Check that a key that a component names is declared, and lists that component in `readBy`."""
    for part in subject.parts:
        for named in part.component.named_keys():
            path = (*part.path, *named.path)
            yield from subject.unreadable(part, path, named.section, named.key)


def compositions_name_plain_keys(subject: Subject) -> Iterator[Problem]:
    """Check that `compose` refers to keys that exist and aren't composed themselves."""
    known = {name: key for _, name, key in subject.keys}
    for path, _, key in subject.keys:
        if not isinstance(key, ComposedKey):
            continue
        path = (*path, "compose")
        for name in re.findall(r"\{([^{}]*)\}", key.compose):
            if isinstance(known.get(name), ComposedKey | AddressKey):
                yield Problem(path, f"{{{name}}} is composed itself; name the keys it is made of")
            elif name not in known:
                yield Problem(path, f"no key is named {name!r}; {allowed(name, known)}")
        if re.search(r"[{}]", re.sub(r"\{[^{}]*\}", "", key.compose)):
            yield Problem(path, "a brace is without its other half")


def keys_are_in_one_place(subject: Subject) -> Iterator[Problem]:
    """Check that a key is in the ConfigMap or in the Secret."""
    for name in subject.secrets:
        if name in subject.config:
            message = f"{name} is in config as well; a component would get it twice"
            yield Problem(("secrets", "keys", name), message, at_key=True)


def names_are_unique(subject: Subject) -> Iterator[Problem]:
    """Check that what becomes an object or a key of values has a name of its own."""
    parts, volumes = subject.parts, subject.spec.volumes
    yield from _repeated("component", [(part.path, part.name) for part in parts])
    yield from _repeated(
        "service",
        [
            ((*part.path, "service", "name"), component.service.name)
            for part in parts
            if isinstance(component := part.component, ListeningComponent) and component.service
        ],
    )
    yield from _repeated(
        "claim",
        [
            *(
                ((*part.path, "storage", "claim"), storage.claim)
                for part in parts
                if (storage := _storage(part.component))
            ),
            *((("volumes", name, "claim"), volume.claim) for name, volume in volumes.items()),
        ],
    )
    yield from _repeated(
        "host",
        [
            ((*part.path, "exposed"), _address(subject.spec, component.exposed))
            for part in parts
            if isinstance(component := part.component, ServedComponent) and component.exposed
        ],
    )


def keys_of_values_are_unique(subject: Subject) -> Iterator[Problem]:
    """Check that tiers, components and volumes stay apart as camelCase keys in values.yaml."""
    tiers = [(("tiers", tier), tier) for tier in subject.spec.tiers]
    components = [(part.path, part.name) for part in subject.parts]
    volumes = [(("volumes", name), name) for name in subject.spec.volumes]
    for named in (tiers, components, volumes):
        first: dict[str, str] = {}
        for path, name in named:
            other = first.setdefault(camel_case(name), name)
            if other != name:
                message = f"is {camel_case(name)} in values.yaml, just as {other!r} is"
                yield Problem(path, message, at_key=True)


def names_are_free(subject: Subject) -> Iterator[Problem]:
    """Check that no tier or component has a name that means something else in values.yaml."""
    for tier in subject.spec.tiers:
        if tier in RESERVED_TIERS:
            message = f"{tier!r} means something else in values.yaml; take another name"
            yield Problem(("tiers", tier), message, at_key=True)
    for part in subject.parts:
        taken = camel_case(part.name) in RESERVED_COMPONENTS
        taken |= bool(part.component.password_key()) and camel_case(part.name) in GLOBAL_KEYS
        if taken:
            message = f"{part.name!r} means something else in values.yaml; take another name"
            yield Problem(part.path, message, at_key=True)


def names_are_short(subject: Subject) -> Iterator[Problem]:
    """Check that names leave room for what Kubernetes appends."""
    for part in subject.parts:
        if len(part.name) > LONGEST_NAME:
            message = f"the name has {len(part.name)} characters; at most {LONGEST_NAME} fit"
            yield Problem(part.path, message, at_key=True)


def config_addresses_exist(subject: Subject) -> Iterator[Problem]:
    """Check that config keys hold addresses of components that listen."""
    for path, _, key in subject.keys:
        match key:
            case HostKey():
                path, name = (*path, "hostOf"), key.hostOf
            case PortKey():
                path, name = (*path, "portOf"), key.portOf
            case ListenPortKey():
                path, name = (*path, "listenPortOf"), key.listenPortOf
            case UrlKey():
                path, name = (*path, "urlOf"), key.urlOf
            case _:
                continue
        yield from subject.unknown_component(path, name)
        yield from _without_port(subject, path, name)


def config_addresses_have_no_password(subject: Subject) -> Iterator[Problem]:
    """Check that a URL that may hold a password is in the Secret."""
    for name, key in subject.config.items():
        if not isinstance(key, UrlKey):
            continue
        target = subject.component(key.urlOf)
        if target and target.password_key():
            path = ("config", "keys", name, "urlOf")
            message = f"the URL of {key.urlOf} may hold its password; declare it under secrets.keys"
            yield Problem(path, message)


def secret_addresses_can_be_composed(subject: Subject) -> Iterator[Problem]:
    """Check that `urlOf` in `secrets` names a redis with config keys of its host and port."""
    for path, _, key in subject.keys:
        if not isinstance(key, AddressKey):
            continue
        path = (*path, "urlOf")
        yield from subject.unknown_component(path, key.urlOf)
        target = subject.component(key.urlOf)
        if target and target.url_scheme != "redis":
            message = f"{key.urlOf} is of kind {target.kind}; a redis is allowed here"
            yield Problem(path, message)
        elif target:
            yield from _has_address(subject, path, key.urlOf)


def env_is_said_once(subject: Subject) -> Iterator[Problem]:
    """Check that a variable comes from `env` or from a key that is read, and not from both."""
    read = {(name, reader): path[0] for path, name, key in subject.keys for reader in key.readBy}
    for part in subject.parts:
        for variable in part.component.env:
            if section := read.get((variable, part.name)):
                message = f"{part.name} reads {variable} from {section} as well"
                yield Problem((*part.path, "env", variable), message, at_key=True)


def aliases_stand_for_variables(subject: Subject) -> Iterator[Problem]:
    """Check that a further name stands for a variable of the component, and is none itself."""
    for part in subject.parts:
        read = [name for _, name, key in subject.keys if part.name in key.readBy]
        variables = [*read, *part.component.env]
        for alias, name in part.component.aliases.items():
            path = (*part.path, "aliases", alias)
            if alias in variables:
                message = f"{part.name} has the variable {alias} already; take another name"
                yield Problem(path, message, at_key=True)
            if name not in variables:
                message = f"{part.name} reads no {name!r}; {allowed(name, variables)}"
                yield Problem(path, message)


def mounts_stay_apart(subject: Subject) -> Iterator[Problem]:
    """Check that no two volumes of a component have one path, or one name in its pod."""
    for part in subject.parts:
        config_maps = part.component.config_maps(part.name)
        paths = {normpath(mount.path): f"ConfigMap {mount.object}" for mount in config_maps}
        names = {mount.name: f"ConfigMap {mount.object}" for mount in config_maps}
        for below, name, path in _mounted(part.component):
            place = (*part.path, *below)
            if other := paths.get(normpath(path)):
                yield Problem(place, f"{path} is taken by {other}", below[0] == "writable")
            elif not name:
                pass  # its volume is there under the name of a shared one
            elif other := names.get(name):
                message = f"its volume would be named {name!r}, as that of {other} is"
                yield Problem(place, message, at_key=True)
            elif not re.fullmatch(DNS_LABEL, name):
                wanted = PATTERNS_IN_WORDS[DNS_LABEL]
                yield Problem(
                    place, f"its volume would be named {name!r}; wanted: {wanted}", at_key=True
                )
            elif name in YAML_WORDS:
                message = "which YAML reads as something else than text"
                yield Problem(place, f"its volume would be named {name!r}, {message}", at_key=True)
            paths[normpath(path)] = ".".join(below)
            if name:
                names[name] = ".".join(below)


def pods_are_in_bounds(subject: Subject) -> Iterator[Problem]:
    """Check that no lower bound is above its upper one, nor autoscaling above `replicas.max`."""
    for part in subject.parts:
        if not isinstance(part.component, ReplicatedComponent):
            continue
        replicas, autoscaling = part.component.replicas, part.component.autoscaling
        if replicas.default > replicas.max:
            path = (*part.path, "replicas", "default")
            yield Problem(path, f"{replicas.default} is more than max, {replicas.max}")
        if autoscaling and autoscaling.min > autoscaling.max:
            path = (*part.path, "autoscaling", "min")
            yield Problem(path, f"{autoscaling.min} is more than max, {autoscaling.max}")
        if autoscaling and autoscaling.max > replicas.max:
            path = (*part.path, "autoscaling", "max")
            yield Problem(path, f"{autoscaling.max} is more than replicas.max, {replicas.max}")


def folders_hold_what_is_wanted(subject: Subject) -> Iterator[Problem]:
    """Check that folders that the spec names hold files that their readers can work with."""
    for part in subject.parts:
        for below, folder in part.component.content_folders():
            path = (*part.path, *below)
            yield from (Problem(path, message) for message in folder.content.mistakes)


def amounts_are_in_the_right_unit(subject: Subject) -> Iterator[Problem]:
    """Check that CPU is given in cores, and everything else in bytes."""
    platform = subject.spec.platform
    yield from _implausible_resources(
        ("platform", "toolbox", "resources"), platform.toolbox.resources
    )
    for part in subject.parts:
        yield from _implausible_resources((*part.path, "resources"), part.component.resources)
        for path, size in part.component.scratch.items():
            yield from _few_bytes((*part.path, "writable", path), size)
        if storage := _storage(part.component):
            yield from _few_bytes((*part.path, "storage", "size"), storage.size)
    for name, volume in subject.spec.volumes.items():
        yield from _few_bytes(("volumes", name, "size"), volume.size)


def writable_paths_fit_in_scratch(subject: Subject) -> Iterator[Problem]:
    """Check that writable paths fit into the ephemeral storage, beyond which a pod is evicted."""
    for part in subject.parts:
        sizes = list(part.component.scratch.values())
        limit = part.component.resources.scratch.high
        if sizes and sum(size.value for size in [*sizes, LOG_SPACE]) > limit.value:
            written = " + ".join(map(str, sizes))
            message = f"{written} + {LOG_SPACE} of logs is more than the limit of scratch, {limit}"
            yield Problem((*part.path, "writable"), message, at_key=True)


CHECKS: tuple[Callable[[Subject], Iterator[Problem]], ...] = (
    calls_reach_a_listener,
    ports_have_services,
    calls_make_no_circle,
    mounts_and_volumes_match,
    single_writer_volumes_have_one_pod,
    readers_exist,
    named_keys_are_readable,
    compositions_name_plain_keys,
    keys_are_in_one_place,
    names_are_unique,
    keys_of_values_are_unique,
    names_are_free,
    names_are_short,
    config_addresses_exist,
    config_addresses_have_no_password,
    secret_addresses_can_be_composed,
    env_is_said_once,
    aliases_stand_for_variables,
    mounts_stay_apart,
    pods_are_in_bounds,
    folders_hold_what_is_wanted,
    amounts_are_in_the_right_unit,
    writable_paths_fit_in_scratch,
)


def _without_port(subject: Subject, path: Path, name: str) -> Iterator[Problem]:
    target = subject.component(name)
    if isinstance(target, ListeningComponent):
        if not target.port:
            yield Problem(path, f"{name} doesn't listen; give it port and service")
    elif target:
        yield Problem(path, f"{name} doesn't listen: kind {target.kind} has no port")


def _most_pods(component: ComponentBase) -> int:
    return component.replicas.max if isinstance(component, ReplicatedComponent) else 1


def _storage(component: ComponentBase) -> Storage | None:
    return component.storage if isinstance(component, StoredComponent) else None


def _mounted(component: ComponentBase) -> Iterator[tuple[tuple[str, str], str, str]]:
    """Yield what is mounted: its place in the component, the name of its own volume, the path."""
    if storage := _storage(component):
        yield ("storage", "path"), "storage", storage.path
    for volume, path in component.mounts.items():
        yield ("mounts", volume), volume, path
    for path, given in component.writable.items():
        name = "" if isinstance(given, VolumePart) else volume_name(path)
        yield ("writable", path), name, path


def _address(spec: Spec, exposed: Exposed) -> str:
    host = f"{exposed.host}." if exposed.host else ""
    return f"{host}{spec.platform.domain}{exposed.path.rstrip('/')}"


def _has_address(subject: Subject, path: Path, name: str) -> Iterator[Problem]:
    keys = subject.config.values()
    host = any(isinstance(key, HostKey) and key.hostOf == name for key in keys)
    port = any(isinstance(key, PortKey) and key.portOf == name for key in keys)
    for found, needed in ((host, "hostOf"), (port, "portOf")):
        if not found:
            yield Problem(path, f"no config key has {needed}: {name}; add one")


def _repeated(what: str, named: Iterable[tuple[Path, str]]) -> Iterator[Problem]:
    first: dict[str, Path] = {}
    for path, name in named:
        if name in first:
            where = ".".join(str(part) for part in first[name])
            yield Problem(path, f"{what} {name!r} is taken by {where}", what == "component")
        first.setdefault(name, path)


def _implausible_resources(path: Path, resources: Resources) -> Iterator[Problem]:
    cpu = resources.cpu
    if cpu.high.value >= MOST_CORES:
        yield Problem((*path, "cpu"), f"{cpu} is too much for cores; write 250m-1000m or 0.25-1")
    elif cpu.low.value < Decimal("0.001"):
        yield Problem((*path, "cpu"), f"{cpu.low} is too little; Kubernetes counts from 1m")
    yield from _few_bytes((*path, "memory"), resources.memory)
    yield from _few_bytes((*path, "scratch"), resources.scratch)


def _few_bytes(path: Path, amount: Quantity | QuantityRange) -> Iterator[Problem]:
    low = amount.low if isinstance(amount, QuantityRange) else amount
    if low.value < FEWEST_BYTES:
        yield Problem(path, f"{amount} is too little for bytes; write 512Mi or 2Gi")
