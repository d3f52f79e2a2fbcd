"""What the templates of the chart are given: the plan, and parts of it in Helm's terms."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from generator.chart.render import literal
from generator.chart.restarts import Restart
from generator.chart.secret_sources import SecretKeySources
from generator.plan.component import ComponentPlan
from generator.plan.platform import PLACEHOLDER, Flow, Plan, SharedVolume, Tier
from generator.spec.component import LOG_SPACE
from generator.spec.model import (
    AddressKey,
    ComposedKey,
    Config,
    ConfigKey,
    FixedKey,
    HostKey,
    ListenPortKey,
    Platform,
    PortKey,
    Secrets,
    UrlKey,
)
from generator.spec.quantities import Quantity
from generator.values.tree import Section

ACCESS_MODES = {"RWO": "ReadWriteOnce", "RWX": "ReadWriteMany"}

# https://cert-manager.io/docs/usage/ingress/#supported-annotations
ISSUER_ANNOTATIONS = [
    "cert-manager.io/cluster-issuer",
    "cert-manager.io/issuer",
    "kubernetes.io/tls-acme",
]

# RFC 1122 (this host, reserved), 1918 (private), 2544 (benchmarks), 3927 (link local, cloud
# metadata), 5771 (multicast), 6598 (carrier NAT), 6890 (protocol assignments)
PRIVATE_IPV4 = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "224.0.0.0/4",
    "240.0.0.0/4",
]
# RFC 3056 (6to4) and 6052 (NAT64), which lead to any IPv4 address, 4193 (unique local), 4291 (this
# host, link local, multicast)
PRIVATE_IPV6 = ["::1/128", "64:ff9b::/96", "2002::/16", "fc00::/7", "fe80::/10", "ff00::/8"]


@dataclass(frozen=True)
class ConfigLine:
    """A key of the ConfigMap, and its value as YAML with Helm's actions."""

    name: str
    text: str


@dataclass(frozen=True)
class ComposedSecret:
    """A key of the Secret that is made of others: a format of Helm's printf, and its arguments.

    The format has other keys of the Secret in braces, {MYSQL_PASSWORD}.
    """

    name: str
    format: str
    arguments: list[str]


@dataclass(frozen=True)
class VolumeMount:
    """A volume mount of a container."""

    name: str
    path: str


@dataclass(frozen=True)
class Callee:
    """A component that another one calls, as a container is told of it."""

    name: str
    address: str
    """Host and port: $(DATABASE_HOST):$(DATABASE_PORT), or text with a Helm action."""
    config_keys: list[str]
    """Keys of the ConfigMap that the address needs in the environment."""
    health_path: str | None


@dataclass(frozen=True)
class PlatformContext:
    """What every template is given."""

    plan: Plan
    platform: Platform
    config: Config
    secrets: Secrets | None
    config_lines: list[ConfigLine]
    composed_secrets: list[ComposedSecret]
    secrets_in_values: list[str]
    """Keys that values must give where secrets come from values."""
    published_secrets: dict[str, dict[str, str]]
    """Environment → generated keys of the Secret whose texts anybody can read in its values."""
    preparation: str
    """Name of the Job that prepares a release, and of what belongs to it."""
    shown_secret: str
    """Key that the notes show how to read."""
    checks: list[str]
    global_keys: list[str]
    """Keys below `global` that the chart knows."""
    access_modes: dict[str, str]
    issuer_annotations: list[str]
    """Annotations that ask cert-manager for a certificate."""
    mounts: dict[str, list[VolumeMount]]
    """Component → what is mounted in it besides its writable paths."""
    log_space: Quantity
    """Most that the logs of a container take."""
    private_ipv4: list[str]
    private_ipv6: list[str]


@dataclass(frozen=True)
class TierContext:
    """What the templates of a tier are given besides."""

    tier: Tier


@dataclass(frozen=True)
class ComponentContext:
    """What the templates of a component are given besides."""

    component: ComponentPlan
    runs: str
    """Helm's condition under which it runs, below its own values."""
    enabled: str
    """The same as arguments of Helm's `and`, for conditions that ask for more."""
    callees: list[Callee]
    servers: list[ComponentPlan]
    """Callees that a server outside the release may replace."""
    volume_mounts: list[VolumeMount]
    probes: dict[str, str]
    """Kind of probe → what it asks, as YAML."""


@dataclass(frozen=True)
class FlowContext:
    """What the templates of a flow are given besides."""

    flow: Flow
    callee: Callee


@dataclass(frozen=True)
class VolumeContext:
    """What the template of a shared volume is given besides."""

    volume: SharedVolume


@dataclass(frozen=True)
class ReadmeContext:
    """What the README is given besides."""

    values: Section
    diagram: str
    secret_keys: list[SecretKeySources]
    restarts: list[Restart]


def platform_context(plan: Plan, global_keys: list[str]) -> PlatformContext:
    """Build what every template is given."""
    spec = plan.spec
    return PlatformContext(
        plan=plan,
        platform=spec.platform,
        config=spec.config,
        secrets=spec.secrets,
        config_lines=[
            ConfigLine(name, _config_text(plan, name, key))
            for name, key in spec.config.keys.items()
        ],
        composed_secrets=list(_composed_secrets(plan)),
        secrets_in_values=[*plan.generated_secrets, *plan.required_secrets],
        published_secrets=_published_secrets(plan),
        preparation=f"{spec.platform.name}-prepare",
        shown_secret=next(
            (key for c in plan.components if (key := c.spec.administrator_key())),
            next(iter(plan.generated_secrets), ""),
        ),
        checks=[name for name, sensible in checks(plan).items() if sensible],
        global_keys=global_keys,
        access_modes=ACCESS_MODES,
        issuer_annotations=ISSUER_ANNOTATIONS,
        mounts={component.name: volume_mounts(component) for component in plan.components},
        log_space=LOG_SPACE,
        private_ipv4=PRIVATE_IPV4,
        private_ipv6=PRIVATE_IPV6,
    )


def component_context(plan: Plan, component: ComponentPlan) -> ComponentContext:
    """Build what the templates of one component are given besides."""
    enabled = ".enabled"
    if component.replaceable:
        enabled = f".enabled (not $.Values.global.external.{component.key}.host)"
    return ComponentContext(
        component=component,
        runs=f"and {enabled}" if component.replaceable else enabled,
        enabled=enabled,
        callees=[_callee(plan, plan.by_name[name]) for name in component.waits_for],
        servers=plan.servers_of(component),
        volume_mounts=volume_mounts(component),
        probes=_probes(component),
    )


def flow_context(plan: Plan, flow: Flow) -> FlowContext:
    """Build what the templates of one flow are given besides."""
    return FlowContext(flow, _callee(plan, flow.callee))


def volume_mounts(component: ComponentPlan) -> list[VolumeMount]:
    """Return what is mounted in a component's container besides its writable paths."""
    mounts = [VolumeMount(name, path) for name, path in component.spec.mounts.items()]
    if component.storage:
        mounts.append(VolumeMount("storage", component.storage.path))
    return mounts + [VolumeMount(map_.name, map_.path) for map_ in component.config_maps]


def checks(plan: Plan) -> dict[str, bool]:
    """Return the checks of the values by name, and whether each makes sense for this platform."""
    return {
        "accounts": True,
        "aliases": True,
        "backups": any(component.spec.parts() for component in plan.components),
        "config": True,
        "exposure": bool(plan.exposed),
        "guard": bool(plan.guarded),
        "groups": any(component.spec.group_size for component in plan.components),
        "initialization": any(component.spec.scripts_around() for component in plan.components),
        "names": True,
        "external": bool(plan.replaceable),
        "network": True,
        "provisioning": any(component.spec.provisioned() for component in plan.components),
        "quota": True,
        "resources": True,
        "scaling": any(c.workload == "Deployment" for c in plan.components),
        "scratch": True,
        "secrets": bool(plan.spec.secrets),
        "services": bool(plan.served),
        "storage": plan.has_storage,
        "stores": bool(plan.spec.secrets),
        "waiting": bool(plan.flows),
        "writable": True,
    }


def secret_keys_text(plan: Plan) -> str:
    """Return what the Job that creates the Secret is told of each key, as JSON."""
    assert plan.spec.secrets is not None
    left_out = {*plan.optional_secrets, *plan.composed_secrets, *plan.address_secrets}
    keys = {
        name: key.model_dump(exclude={"about", "readBy"})
        for name, key in plan.spec.secrets.keys.items()
        if name not in left_out
    }
    return json.dumps({"keys": keys}) + "\n"


def _published_secrets(plan: Plan) -> dict[str, dict[str, str]]:
    published = {}
    for name, environment in plan.spec.environments.items():
        secrets = environment.values.get("global", {}).get("secrets", {})
        given = secrets.get("values", {}).items()
        if texts := {key: text for key, text in given if key in plan.generated_secrets}:
            published[name] = texts
    return published


def _probes(component: ComponentPlan) -> dict[str, str]:
    if not component.stays_up:
        return {}
    if component.health_path:
        path = json.dumps(component.health_path, ensure_ascii=False)
        request = literal(f"httpGet: {{path: {path}, port: {component.port_name}}}")
        return dict.fromkeys(("startup", "readiness"), request)
    return {
        kind: literal(f"exec: {{command: {json.dumps(command)}}}")
        for kind, command in component.health_commands.items()
    }


def _callee(plan: Plan, component: ComponentPlan) -> Callee:
    """Build the address by the ConfigMap where it has host and port, or else by the Service."""
    host = plan.config_key(HostKey, component.name)
    port = plan.config_key(PortKey, component.name)
    if host and port:
        keys, address = [host, port], f"$({host}):$({port})"
    else:
        assert component.service is not None
        service = component.service
        keys, address = [], f"{{{{ $.Values.global.namePrefix }}}}{service.name}:{service.port}"
    return Callee(component.name, address, keys, component.health_path)


def _config_text(plan: Plan, name: str, key: ConfigKey) -> str:
    """Build the value of a key of the ConfigMap; `.` is `global`."""
    if isinstance(key, FixedKey):
        text = f".config.{name}"
        for server in plan.replaceable:
            if name in server.config_keys and (field := server.spec.account_keys().get(name)):
                external = f".external.{server.key}"
                text = f"(and {external}.host {external}.{field}) | default {text}"
        return f"{{{{ {text} | quote }}}}"
    if isinstance(key, ListenPortKey):
        return json.dumps(str(plan.by_name[key.listenPortOf].port))
    if isinstance(key, UrlKey):
        url = _url(plan.by_name[key.urlOf])
        return f"{{{{ .config.{name} | default ({url}) | quote }}}}"
    if isinstance(key, HostKey):
        return f"{{{{ {_host(plan.by_name[key.hostOf])} | quote }}}}"
    return f"{{{{ {_port(plan.by_name[key.portOf])} | quote }}}}"


def _url(component: ComponentPlan) -> str:
    """Build the Helm expression of the URL at which a component answers; `.` is `global`."""
    assert component.service is not None
    if not component.replaceable:
        address = f"%s{component.service.name}:{component.service.port}"
        return f'printf "{component.url_scheme}://{address}" .namePrefix'
    scheme = f'"{component.url_scheme}"'
    if component.url_scheme == "redis":
        scheme = _redis_scheme(f".external.{component.key}")
    return f'printf "%s://%s:%s" {scheme} ({_host(component)}) ({_port(component)})'


def _host(component: ComponentPlan) -> str:
    """Build the Helm expression of the host at which a component answers; `.` is `global`."""
    assert component.service is not None
    own = f'print .namePrefix "{component.service.name}"'
    return f".external.{component.key}.host | default ({own})" if component.replaceable else own


def _port(component: ComponentPlan) -> str:
    """Build the Helm expression of the port at which a component answers; `.` is `global`."""
    assert component.service is not None
    own, external = f'"{component.service.port}"', f".external.{component.key}"
    if not component.replaceable:
        return own
    return f'ternary (print (int64 {external}.port)) {own} (ne {external}.host "")'


def _composed_secrets(plan: Plan) -> Iterator[ComposedSecret]:
    """Build each composed secret; `$config` holds the ConfigMap, and `$` the context."""
    secret_keys = plan.spec.secrets.keys if plan.spec.secrets else {}
    for name, key in secret_keys.items():
        if isinstance(key, ComposedKey):
            parts = [part for part in PLACEHOLDER.findall(key.compose) if part not in secret_keys]
            text = PLACEHOLDER.sub(
                lambda match: match[0] if match[1] in secret_keys else "%s",
                key.compose.replace("%", "%%"),
            )
            arguments = [f'(include "common.urlEncoded" $config.{part})' for part in parts]
            if name in plan.url_schemes:
                text = f"%s{text.removeprefix(plan.url_schemes[name])}"
                arguments.insert(0, f"$.Values.global.secrets.urlSchemes.{name}")
            for server in plan.replaceable:
                if plan.config_key(HostKey, server.name) in parts:
                    text += "%s"
                    arguments.append(_url_parameters(server))
            yield ComposedSecret(name, text, arguments)
        elif isinstance(key, AddressKey):
            yield _redis_url(plan, name, plan.by_name[key.urlOf])


def _redis_url(plan: Plan, name: str, server: ComponentPlan) -> ComposedSecret:
    """Build redis://default:{REDIS_PASSWORD}@host:port, with TLS and password only where in use.

    Our own Redis takes a password that it doesn't demand yet only beside a name. An external server
    may be older than names; it may also have a database and parameters.
    """
    login = '""'
    external = f"$.Values.global.external.{server.key}"
    if server.password_key:
        enabled = f"$.Values.global.{server.key}.auth.enabled"
        own = f'(include "common.urlEncoded" {external}.user)'
        user = f'(ternary {own} "default" (ne {external}.host ""))'
        login = f'(ternary (printf "%s:{{{server.password_key}}}@" {user}) "" {enabled})'
    arguments = [
        _redis_scheme(external),
        login,
        f"$config.{plan.config_key(HostKey, server.name)}",
        f"$config.{plan.config_key(PortKey, server.name)}",
        _redis_database(external),
        _url_parameters(server),
    ]
    return ComposedSecret(name, "%s://%s%s:%s%s%s", arguments)


def _redis_database(external: str) -> str:
    """Build the Helm expression of the path of an external server's URL: its database, or none."""
    number = f"(int64 {external}.database)"
    return f'(ternary (print "/" {number}) "" (and (ne {external}.host "") (ne {number} 0)))'


def _url_parameters(server: ComponentPlan) -> str:
    """Build the Helm expression of the parameters of an external server's URL: ?name=text."""
    return f'(include "common.urlParameters" $.Values.global.external.{server.key})'


def _redis_scheme(external: str) -> str:
    """Build the Helm expression of a URL's scheme: rediss where an external server speaks TLS.

    `external` is the path of the server's section in the values.
    """
    return f'(ternary "rediss" "redis" (and (ne {external}.host "") {external}.tls.enabled))'
