"""What the templates of the chart are given: the plan in Helm's terms."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from generator.chart.render import literal
from generator.names import volume_name
from generator.plan.component import ComponentPlan
from generator.plan.platform import PLACEHOLDER, Plan
from generator.spec.component import Grafana, MySQL
from generator.spec.model import (
    ComposedKey,
    ConfigKey,
    FixedKey,
    HostKey,
    ListenPortKey,
    PortKey,
    UrlKey,
)

ACCESS_MODES = {"RWO": "ReadWriteOnce", "RWX": "ReadWriteMany"}

# RFC 1122 (this host), 1918 (private), 3927 (link local, cloud metadata), 5771 (multicast),
# 6598 (carrier NAT)
PRIVATE_IPV4 = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "224.0.0.0/4",
]
# RFC 4193 (unique local), 4291 (this host, link local, multicast)
PRIVATE_IPV6 = ["::1/128", "fc00::/7", "fe80::/10", "ff00::/8"]


GRAFANA_SETTINGS = {
    "GF_LOG_MODE": "console",
    "GF_USERS_ALLOW_SIGN_UP": "false",
    "GF_ANALYTICS_REPORTING_ENABLED": "false",
    "GF_ANALYTICS_CHECK_FOR_UPDATES": "false",
    "GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES": "false",
}


@dataclass(frozen=True)
class VolumeMount:
    """A volume mount of a container."""

    name: str
    path: str


@dataclass(frozen=True)
class ConfigVolume:
    """A ConfigMap that is mounted; `entries` maps its keys to paths."""

    name: str
    object: str
    path: str
    entries: dict[str, str]


@dataclass(frozen=True)
class Part:
    """A key that a composed secret is made of."""

    name: str
    secret: bool


@dataclass(frozen=True)
class Composition:
    """A composed secret, as format strings of Helm's printf."""

    name: str
    format: str
    external_format: str
    parts: list[Part]


def config_volumes(component: ComponentPlan) -> list[ConfigVolume]:
    """The ConfigMaps that a component mounts."""
    name, spec = component.name, component.spec
    if isinstance(spec, MySQL):
        return [
            ConfigVolume("config", f"{name}-config", "/etc/mysql/conf.d", {}),
            ConfigVolume("init", spec.initialization.configMap, "/docker-entrypoint-initdb.d", {}),
        ]
    if component.kind == "redis":
        return [ConfigVolume("config", f"{name}-config", "/etc/redis", {})]
    if component.kind == "grafana":
        items = {
            "datasources.yaml": "datasources/datasources.yaml",
            "dashboards.yaml": "dashboards/dashboards.yaml",
        }
        return [
            ConfigVolume(
                "provisioning", f"{name}-provisioning", "/etc/grafana/provisioning", items
            ),
            ConfigVolume("dashboards", f"{name}-dashboards", "/etc/grafana/dashboards", {}),
        ]
    return []


def volume_mounts(component: ComponentPlan) -> list[VolumeMount]:
    """All that is mounted in a component's container."""
    mounts = [VolumeMount(volume_name(path), path) for path in component.spec.writes]
    mounts += [VolumeMount(name, path) for name, path in component.spec.mounts.items()]
    if component.storage:
        mounts.append(VolumeMount("storage", component.storage.path))
    mounts += [VolumeMount(v.name, v.path) for v in config_volumes(component)]
    return mounts


def health_checks(component: ComponentPlan) -> dict[str, str]:
    """What each probe asks, as YAML."""
    if component.health_path:
        request = f"httpGet: {{path: {component.health_path}, port: {component.port_name}}}"
        return dict.fromkeys(("startup", "readiness", "liveness"), request)
    return {
        kind: literal(f"exec: {{command: {json.dumps(command)}}}")
        for kind, command in component.health_commands.items()
    }


def config_expression(plan: Plan, key: ConfigKey) -> str | None:
    """What a config key is when the user leaves it empty, as a Helm expression."""
    prefix = plan.spec.platform.name
    if isinstance(key, HostKey):
        return f'(include "{prefix}.{key.hostOf}.host" $)'
    if isinstance(key, PortKey):
        return f'(include "{prefix}.{key.portOf}.port" $)'
    if isinstance(key, ListenPortKey):
        return f'"{plan.by_name[key.listenPortOf].port}"'
    if isinstance(key, UrlKey):
        host, port = (f'(include "{prefix}.{key.urlOf}.{part}" $)' for part in ("host", "port"))
        return f'(printf "http://%s:%s" {host} {port})'
    return None


def composition(plan: Plan, name: str, key: ComposedKey) -> Composition:
    """How a composed secret is written, by Helm and by the External Secrets Operator."""
    secret_keys = plan.spec.secrets.keys if plan.spec.secrets else {}
    parts = [Part(part, part in secret_keys) for part in PLACEHOLDER.findall(key.compose)]

    def external(part: str) -> str:
        if part not in secret_keys:
            return "%s"
        return f'{{{{ .{part} | urlquery | replace "+" "%%20" }}}}'

    escaped = key.compose.replace("%", "%%")
    return Composition(
        name=name,
        format=PLACEHOLDER.sub("%s", escaped),
        external_format=PLACEHOLDER.sub(lambda match: external(match[1]), escaped),
        parts=parts,
    )


def host_expression(component: ComponentPlan, plan: Plan) -> str:
    """Where a component answers, as a Helm expression: the config key, where one says so."""
    return _address(component, plan, HostKey, "hostOf", "host")


def port_expression(component: ComponentPlan, plan: Plan) -> str:
    """The port on which it answers, likewise."""
    return _address(component, plan, PortKey, "portOf", "port")


def _address(
    component: ComponentPlan, plan: Plan, kind: type[ConfigKey], attribute: str, part: str
) -> str:
    for name, key in plan.spec.config.keys.items():
        if isinstance(key, kind) and getattr(key, attribute) == component.name:
            return f"$config.{name}"
    return f'(include "{plan.spec.platform.name}.{component.name}.{part}" $)'


def secret_keys_text(plan: Plan) -> str:
    """What the Job that creates secrets is told of each key."""
    assert plan.spec.secrets is not None
    keys = {
        name: key.model_dump(exclude={"about", "readBy"})
        for name, key in plan.spec.secrets.keys.items()
        if name not in plan.optional_secrets
    }
    return json.dumps({"keys": keys}) + "\n"


def checks(plan: Plan) -> dict[str, bool]:
    """The checks of the values by name, and whether each makes sense for this platform."""
    return {
        "config": True,
        "exposure": bool(plan.exposed),
        "network": True,
        "resources": True,
        "scaling": any(component.replicated for component in plan.components),
        "secrets": bool(plan.spec.secrets),
        "storage": plan.has_storage,
    }


def platform_context(plan: Plan) -> dict[str, Any]:
    """What every template is given."""
    spec = plan.spec
    compositions = [composition(plan, k, v) for k, v in plan.composed_secrets.items()]
    required = plan.required_secrets
    return {
        "plan": plan,
        "platform": spec.platform,
        "config": spec.config,
        "secrets": spec.secrets,
        "config_entries": [
            {
                "name": name,
                "expression": config_expression(plan, key),
                "settable": isinstance(key, (FixedKey, UrlKey)),
            }
            for name, key in spec.config.keys.items()
        ],
        "compositions": compositions,
        "compose_config_keys": sorted(
            {p.name for c in compositions for p in c.parts if not p.secret}
        ),
        "required_secrets": [*plan.generated_secrets, *required],
        "required_given": required,
        "given_readers": [c for c in plan.components if set(required) & set(c.secret_keys)],
        "shown_secret": next(
            (c.spec.admin.password for c in plan.components if isinstance(c.spec, Grafana)),
            next(iter(plan.generated_secrets), ""),
        ),
        "authenticated": [c for c in plan.components if c.password_key],
        "checks": [name for name, sensible in checks(plan).items() if sensible],
        "private_ipv4": PRIVATE_IPV4,
        "private_ipv6": PRIVATE_IPV6,
        "access_modes": ACCESS_MODES,
        "host": lambda component: host_expression(component, plan),
        "port": lambda component: port_expression(component, plan),
    }


def component_context(plan: Plan, component: ComponentPlan) -> dict[str, Any]:
    """What the templates of one component are given besides."""
    conditions = ".enabled (not .external.host)" if component.external else ".enabled"
    given: dict[str, Any] = {
        "c": component,
        "conditions": conditions,
        "runs": f"and {conditions}" if component.external else conditions,
        "volume_mounts": volume_mounts(component),
        "config_volumes": config_volumes(component),
        "health_checks": health_checks(component),
        "literal_environment": component.literal_environment,
        "renamed_secrets": {},
    }
    if isinstance(component.spec, Grafana):
        given["literal_environment"] = GRAFANA_SETTINGS | component.literal_environment
        given["renamed_secrets"] = {
            "GF_SECURITY_ADMIN_USER": component.spec.admin.user,
            "GF_SECURITY_ADMIN_PASSWORD": component.spec.admin.password,
        }
        if component.spec.database:
            database = component.spec.database.component
            given["database_host_key"] = plan.config_key(HostKey, database)
            given["database_port_key"] = plan.config_key(PortKey, database)
    given["has_environment"] = bool(
        component.config_keys
        or component.secret_keys
        or component.optional_keys
        or component.redis_addresses
        or given["literal_environment"]
    )
    return given
