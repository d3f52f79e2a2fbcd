"""The ways to install the platform that the chart tests go through, by name."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.plan.platform import Plan
from generator.spec.load import load_spec
from tests.helm import CHART, Manifest, Render, pod_template, render
from tests.platforms.files import PLATFORMS
from tests.spec_files import OURS

# What the spec declares: scenarios go through all of it. That it is what the documents say is
# held by test_architecture.py, test_contract.py and test_network_policies.py.
PLAN = Plan(load_spec(OURS))

# Tier and values key of each component, and the name of its workload.
COMPONENTS = {part.name: (part.tier, part.key) for part in PLAN.components}
TIERS = tuple(tier.name for tier in PLAN.tiers)
STORING = {part.name: COMPONENTS[part.name] for part in PLAN.components if part.storage}
VOLUMES = tuple(volume.key for volume in PLAN.volumes)
DIGEST = "sha256:" + "0123456789abcdef" * 4

_GIVEN = {
    "MYSQL_ROOT_PASSWORD": "root pass/word",
    "MYSQL_PASSWORD": "p@ss:w/rd +%",
    "MT5_LOGIN": "12345678",
    "GRAFANA_ADMIN_USER": "boss",
}


def _secrets(*keys: str) -> dict[str, str]:
    return {key: _GIVEN.get(key, f"given-{key.lower().replace('_', '-')}") for key in keys}


SECRETS = _secrets(*PLAN.generated_secrets, *PLAN.required_secrets)
OPTIONAL_SECRETS = _secrets(*PLAN.optional_secrets, *PLAN.fixed_secrets)


@dataclass(frozen=True)
class Scenario:
    """Values of one installation, over values files of the chart."""

    values: dict[str, Any] = field(default_factory=dict)
    files: tuple[Path, ...] = ()

    def __getitem__(self, path: str) -> Any:
        """What the chart reads at a dotted path: own value, values file or default."""
        for layer in (self.values, *map(read_yaml, reversed(self.files))):
            if has_path(layer, path):
                return at_path(layer, path)
        return at_path(read_yaml(CHART / "values.yaml"), path)


@functools.cache
def read_yaml(path: Path) -> dict[str, Any]:
    """A YAML file that holds one mapping. Tests share it: nobody may change it."""
    loaded = yaml.load(path.read_text(), Loader=yaml.CSafeLoader)
    assert isinstance(loaded, dict)
    return loaded


def at_path(values: Any, path: str) -> Any:
    """The value at a dotted path."""
    for key in path.split("."):
        values = values[key]
    return values


def has_path(values: Any, path: str) -> bool:
    """Whether there is a value at a dotted path."""
    for key in path.split("."):
        if not isinstance(values, dict) or key not in values:
            return False
        values = values[key]
    return True


def nested(flat: dict[str, Any]) -> dict[str, Any]:
    """Values from dotted paths: {"data.mysql.enabled": False} → {"data": {"mysql": …}}."""
    values: dict[str, Any] = {}
    for path, value in flat.items():
        *parents, last = path.split(".")
        node = values
        for key in parents:
            node = node.setdefault(key, {})
        node[last] = value
    return values


def merged(*layers: dict[str, Any]) -> dict[str, Any]:
    """Values laid over each other as Helm does; the last one wins."""
    result: dict[str, Any] = {}
    for layer in layers:
        for key, value in layer.items():
            old = result.get(key)
            if isinstance(old, dict) and isinstance(value, dict):
                value = merged(old, value)
            result[key] = value
    return result


def without_nulls(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values as Helm gives them to the schema: a null deletes a default."""
    return {
        key: without_nulls(value) if isinstance(value, dict) else value
        for key, value in values.items()
        if value is not None
    }


def of_each(names: dict[str, tuple[str, str]], options: dict[str, Any]) -> dict[str, Any]:
    """The same options for several components."""
    paths = (f"{tier}.{key}" for tier, key in names.values())
    return nested({f"{path}.{option}": options[option] for path in paths for option in options})


OWN_CONTAINER = {
    "name": "proxy",
    "image": "registry.example.org/proxy:1.35.0",
    "resources": {
        end: {"cpu": "1m", "memory": "1Mi", "ephemeral-storage": "60Mi"}
        for end in ("requests", "limits")
    },
    "volumeMounts": [{"name": "extra", "mountPath": "/extra"}],
}

# Labels of all pods of the release.
PLATFORM = {"app.kubernetes.io/instance": "genx-fx", "app.kubernetes.io/part-of": "genx-fx"}

# How the pods of a component, or of the toolbox, look names up.
NAMES = {
    "hostAliases": [{"ip": "203.0.113.7", "hostnames": ["broker.example.org"]}],
    "dnsPolicy": "None",
    "dnsConfig": {"nameservers": ["10.96.0.10"], "options": [{"name": "ndots", "value": "2"}]},
}


def _comforts(workload: str) -> dict[str, Any]:
    """Every option that all components have, and those of the Service if it has one."""
    service = {
        "service.annotations": {"example.org/service": workload},
        "service.labels": {"example.org/service": workload},
        "service.ipFamilyPolicy": "PreferDualStack",
        "service.ipFamilies": ["IPv4"],
    }
    pod = {"matchLabels": {"team": "trading"}}
    zones = {"topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "DoNotSchedule"}
    both = {
        "key": "app.kubernetes.io/name",
        "operator": "In",
        "values": ["blue-frontend", "blue-api"],
    }
    spread = [
        zones | {"maxSkew": 2},
        {"topologyKey": "example.org/rack", "whenUnsatisfiable": "ScheduleAnyway", "maxSkew": 1}
        | {"labelSelector": {"matchLabels": PLATFORM, "matchExpressions": [both]}},
    ]
    return {
        **({"topologySpreadConstraints": spread} if PLAN.by_name[workload].replicated else {}),
        **NAMES,
        "lifecycle": {"postStart": {"exec": {"command": ["true"]}}},
        "image.digest": DIGEST,
        "image.pullPolicy": "Always",
        **(service if PLAN.by_name[workload].service else {}),
        "networkPolicy.extraIngress": [{"from": [{"podSelector": pod}]}],
        "networkPolicy.extraEgress": [{"to": [{"podSelector": pod}]}],
        "nodeSelector": {"kubernetes.io/arch": "amd64"},
        "tolerations": [{"key": "dedicated", "operator": "Exists", "effect": "NoSchedule"}],
        "affinity": {
            "nodeAffinity": {
                "preferredDuringSchedulingIgnoredDuringExecution": [
                    {
                        "weight": 1,
                        "preference": {
                            "matchExpressions": [{"key": "disktype", "operator": "Exists"}]
                        },
                    }
                ]
            }
        },
        "priorityClassName": "trading",
        "runtimeClassName": "gvisor",
        "serviceAccount.annotations": {"example.org/role": workload},
        "podLabels": {"example.org/pod": workload},
        "podAnnotations": {"example.org/note": f"pod of {workload}"},
        "extraEnv": [{"name": "EXTRA", "value": workload}],
        "extraEnvFrom": [{"configMapRef": {"name": EXTRA_OBJECT}}],
        "extraContainers": [OWN_CONTAINER],
        "extraInitContainers": [
            OWN_CONTAINER | {"name": "sidecar", "restartPolicy": "Always"},
            OWN_CONTAINER | {"name": "migrate"},
        ],
        "extraVolumes": [{"name": "extra", "emptyDir": {"sizeLimit": "1Mi"}}],
        "extraVolumeMounts": [{"name": "extra", "mountPath": "/extra"}],
    }


AUTOSCALED = {
    f"{part.path}.autoscaling.enabled": True for part in PLAN.components if part.replicated
}

# A ServiceAccount that is there already.
OWN_ACCOUNT = "account-of-the-cluster"

POD_METRIC = {
    "type": "Pods",
    "pods": {
        "metric": {"name": "requests"},
        "target": {"type": "AverageValue", "averageValue": "100"},
    },
}
KEDA_TRIGGER = {
    "type": "prometheus",
    "metadata": {"serverAddress": "http://prometheus:9090", "query": "orders", "threshold": "100"},
}
SCALED_BY_KEDA = {
    f"{part.path}.keda.{key}": value
    for part in PLAN.components
    if part.replicated
    for key, value in {"enabled": True, "triggers": [KEDA_TRIGGER]}.items()
}

# The object that the scenario everything_on adds by extraObjects.
EXTRA_OBJECT = "extra-object"

BACKUPS_IN_S3 = {
    "enabled": True,
    "destination": "s3",
    "s3.endpoint": "https://s3.example.org:9443",
    "s3.bucket": "fx-backups",
    "s3.caSecret.name": "s3-ca",
    "s3.peers": [{"ipBlock": {"cidr": "203.0.113.0/24"}}],
    "image.digest": DIGEST,
}

_EVERYTHING = merged(
    *(
        nested({f"{part.path}.{option}": value for option, value in _comforts(part.name).items()})
        for part in PLAN.components
    ),
    nested(
        {
            "application.tradingBot.guard.enabled": True,
            "global.imageRegistry": "registry.example.org",
            "global.imagePullSecrets": [{"name": "registry-login"}],
            "global.storageClass": "fast",
            "global.namePrefix": "blue-",
            "global.exposure": "ingress",
            "global.domain": "fx.example.org",
            "global.tls.enabled": True,
            "global.ingress.className": "nginx",
            "global.ingress.annotations": {"example.org/ingress": "yes"},
            "global.exposedTo.users": [{"ipBlock": {"cidr": "203.0.113.0/24"}}],
            "global.exposedTo.admins": [{"ipBlock": {"cidr": "198.51.100.0/24"}}],
            "networkPolicy.dns.nodeLocalAddress": "169.254.20.10",
            "access.viewers": [
                {"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "traders"}
            ],
            "access.operators": [
                {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "ops"}
            ],
            "resourceQuota.enabled": True,
            "resourceQuota.hard": {
                "requests.ephemeral-storage": "8Gi",
                "limits.ephemeral-storage": "40Gi",
            },
            "limitRange.enabled": True,
            "global.commonLabels": {"example.org/team": "fx"},
            "global.commonAnnotations": {"example.org/contact": "fx@example.org"},
            **{f"global.toolbox.{option}": value for option, value in NAMES.items()},
            "global.toolbox.image.digest": DIGEST,
            "global.toolbox.serviceAccount.annotations": {"example.org/role": "prepare"},
            "global.config.extra": {
                "FEATURE_FLAGS": {"value": "a,b", "readBy": ["api", "redis"]},
                "MERE_TEXT": "text",
            },
            "global.secrets.source": "values",
            "global.secrets.values": SECRETS | OPTIONAL_SECRETS | {"OWN_KEY": "own"},
            "global.secrets.extra": {"OWN_KEY": {"readBy": ["frontend", "mysql"]}},
            **AUTOSCALED,
            "application.api.ingress.hostname": "trade.example.org",
            "application.api.probes.expect.json": {"status": "healthy", "$(HOME)": [1, True]},
            "application.frontend.probes.expect": {"status": 204, "text": 'it\'s "up"'},
            "application.api.aliases": {"BROKER_LOGIN": "MT5_LOGIN", "FLAGS": "FEATURE_FLAGS"},
            "data.mysql.aliases": {"OWN_ALIAS": "OWN_KEY"},
            "application.tradingBot.heartbeat.path": "/tmp/heartbeat",
            "data.mysql.initialization.extraScripts": {"50-own.sql": "SELECT 1"},
            "data.mysql.extraConfiguration": "max_connect_errors = 1000",
            "data.redis.extraConfiguration": "timeout 0",
            **{f"data.mysql.backup.{key}": value for key, value in BACKUPS_IN_S3.items()},
            "global.redis.auth.enabled": True,
            "monitoring.grafana.extraDataSources": [
                {
                    "name": "Loki",
                    "type": "loki",
                    "uid": "loki",
                    "url": "http://loki.monitoring:3100",
                    "jsonData": {"maxLines": 1000},
                    "secureJsonData": {"httpHeaderValue1": "$EXTRA"},
                }
            ],
            "monitoring.grafana.dashboards": {"own.json": '{"title": "Own", "uid": "own"}'},
            "monitoring.grafana.dashboardConfigMaps": [EXTRA_OBJECT],
            "monitoring.grafana.prometheus.url": "http://prometheus.monitoring",
            "monitoring.grafana.prometheus.peers": [{"namespaceSelector": {}}],
            "monitoring.grafana.prometheus.podPort": 9090,
            "extraObjects": [
                {
                    "apiVersion": "v1",
                    "kind": "ConfigMap",
                    "metadata": {"name": EXTRA_OBJECT},
                    "data": {"EXTRA_FROM": "extra"},
                }
            ],
        }
    ),
)


def external(server: str, host: str, **options: Any) -> dict[str, Any]:
    """Values, by dotted path, of a server outside the release; policies need its addresses."""
    options = {"host": host, "cidrs": ["203.0.113.7/32"], **options}
    return {f"global.external.{server}.{key}": value for key, value in options.items()}


MUCH = {"cpu": "64", "memory": "64Gi", "ephemeral-storage": "64Gi"}  # of a quota
# Three MySQL servers, of which one takes the writes.
GROUP: dict[str, Any] = {
    "data.mysql.mode": "groupReplication",
    "data.mysql.resources.requests.memory": "768Mi",
}
_EXTERNAL_MYSQL = external("mysql", "mysql.example.org", port=13306)
_EXTERNAL_REDIS = external("redis", "redis.example.org", port=16379)
_EXTERNAL_SECRETS = {
    "global.secrets.source": "externalSecrets",
    "global.secrets.externalSecrets.secretStoreRef.name": "vault",
    "global.secrets.externalSecrets.key": "genx-fx",
}
_SECRET_SOURCES: dict[str, dict[str, Any]] = {
    "generated": {},
    "existing": {
        "global.secrets.source": "existing",
        "global.secrets.existingSecret": "vaulted",
    },
    "values": {"global.secrets.source": "values", "global.secrets.values": SECRETS},
    "external": _EXTERNAL_SECRETS,
}
_TLS = {"global.tls.enabled": True, "global.tls.secretName": "fx-certificate"}
_PLAIN = {"global.tls.enabled": False}


# The largest whole number that Kubernetes takes where the schema names no maximum of its own.
_LARGEST = 2**31 - 1
# What must be less than another value: a grace period is longer than a part of it, and the probes
# of a container and the ports of a node differ.
_LESS = {
    "preStopSeconds": 1,
    "readiness.failureThreshold": 1,
    "liveness.failureThreshold": 2,
    **{f"{part.path}.service.nodePort": number for number, part in enumerate(PLAN.exposed)},
}


def integer_maxima() -> dict[str, int]:
    """Each integer of the values, by its dotted path, at the maximum that the schema allows."""
    schema = json.loads((CHART / "values.schema.json").read_text())

    def below(node: dict[str, Any], path: str) -> Iterator[tuple[str, int]]:
        if "$ref" in node:
            node = schema["definitions"][node["$ref"].removeprefix("#/definitions/")]
        if node.get("type") == "integer":
            less = sum(_LESS[ending] for ending in _LESS if path.endswith(ending))
            yield path, node.get("maximum", _LARGEST) - less
        for name, child in node.get("properties", {}).items():
            yield from below(child, f"{path}.{name}".strip("."))

    return dict(below(schema, ""))


_MAXIMA = {
    "global.enforceDocumentedLimits": False,
    "application.tradingBot.heartbeat.path": "/tmp/heartbeat",
    **integer_maxima(),
}


def _shared(mode: str, **more: str) -> dict[str, Any]:
    options = {"mode": mode, **more}
    return {f"global.storage.{v}.{key}": options[key] for v in VOLUMES for key in options}


def _flat(flat: dict[str, Any]) -> Scenario:
    return Scenario(nested(flat))


def nobody_waits_for(*names: str) -> dict[str, Any]:
    """Values, by dotted path, with which no component waits for these: those of disabled ones."""
    defaults = read_yaml(CHART / "values.yaml")
    waits = {
        f"{tier}.{key}": at_path(defaults, f"{tier}.{key}") for tier, key in COMPONENTS.values()
    }
    return {
        f"{path}.waitFor": [name for name in values["waitFor"] if name not in names]
        for path, values in waits.items()
        if set(values.get("waitFor", ())) & set(names)
    }


# Entries with names and paths that the chart has itself.
REPEATED = merged(
    nested(
        {
            "application.api.extraEnv": [{"name": "ENV", "value": "own"}],
            "application.api.podAnnotations": {"checksum/config": "own"},
            "monitoring.grafana.extraEnv": [{"name": "GF_LOG_MODE", "value": "file"}],
        }
    ),
    of_each(
        COMPONENTS,
        {
            "extraVolumes": [{"name": "tmp", "emptyDir": {"sizeLimit": "1Mi"}}],
            "extraVolumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],
        },
    ),
)

# Contexts that still keep to the restricted standard, with ids such as OpenShift gives.
SECURITY_CONTEXTS = of_each(
    COMPONENTS | {"toolbox": ("global", "toolbox")},
    {
        "podSecurityContext": {
            "runAsUser": 1_000_660_000,
            "runAsGroup": 1_000_660_001,
            "fsGroup": 1_000_660_002,
            "fsGroupChangePolicy": "Always",
            "supplementalGroups": [0, 1_000_660_003],
        },
        "containerSecurityContext": {
            "runAsUser": 1_000_660_004,
            "runAsGroup": 1_000_660_005,
            "capabilities": {"add": ["NET_BIND_SERVICE"]},
            "seccompProfile": {"type": "Localhost", "localhostProfile": "profiles/own.json"},
        },
    },
)

SCENARIOS: dict[str, Scenario] = {
    "default": Scenario(),
    "everything_on": Scenario(_EVERYTHING),
    "cluster_ip": _flat({"global.exposure": "clusterIP"}),
    "ingress": _flat({"global.exposure": "ingress"}),
    "ingress_without_tls": _flat({"global.exposure": "ingress", **_PLAIN}),
    "ingress_with_tls_of_the_controller": _flat(
        {"global.exposure": "ingress", "global.tls.source": "controller"}
    ),
    "gateway": _flat({"global.exposure": "gateway", "global.gateway.className": "envoy", **_TLS}),
    "gateway_without_tls": _flat(
        {"global.exposure": "gateway", "global.gateway.className": "envoy", **_PLAIN}
    ),
    **{
        f"one_host_by_{exposure}": _flat(
            {
                "global.exposure": exposure,
                "global.gateway.className": "envoy",
                **{
                    f"{part.path}.ingress.{key}": value
                    for part in PLAN.exposed[1:]
                    for key, value in {
                        "hostname": PLAN.spec.platform.domain,
                        "path": f"/{part.name}",
                    }.items()
                },
            }
        )
        for exposure in ("ingress", "gateway")
    },
    "gateway_of_others": _flat(
        {
            "global.exposure": "gateway",
            "global.gateway.create": False,
            "global.gateway.name": "shared",
            "global.gateway.namespace": "gateways",
        }
    ),
    "load_balancer_options": Scenario(
        of_each(
            {part.name: COMPONENTS[part.name] for part in PLAN.exposed},
            {
                "service.loadBalancerClass": "example.org/internal",
                "service.loadBalancerSourceRanges": ["203.0.113.0/24"],
                "service.externalTrafficPolicy": "Local",
            },
        )
    ),
    "node_ports": _flat(
        {
            **{
                f"{part.path}.service.{key}": value
                for number, part in enumerate(PLAN.exposed)
                for key, value in {"type": "NodePort", "nodePort": 30080 + number}.items()
            },
            **{
                f"{part.path}.service.sessionAffinity": "ClientIP"
                for part in PLAN.served
                if part.replicated
            },
        }
    ),
    "load_balancer_with_tls": _flat(
        {"global.tls.enabled": True, "global.loadBalancer.annotations": {"example.org/tls": "yes"}}
    ),
    "secrets_existing": _flat(
        {"global.secrets.source": "existing", "global.secrets.existingSecret": "vaulted"}
    ),
    "secrets_values": _flat({"global.secrets.source": "values", "global.secrets.values": SECRETS}),
    "secrets_external": _flat(_EXTERNAL_SECRETS),
    "secrets_external_by_key": _flat(
        _EXTERNAL_SECRETS
        | {
            "global.secrets.externalSecrets.key": "",
            "global.secrets.externalSecrets.remoteRefs": {
                key: {"key": f"prod/{key}", "property": "text"} for key in SECRETS
            },
        }
    ),
    "guarded": _flat(
        {
            "application.tradingBot.guard.enabled": True,
            "application.tradingBot.guard.leaseName": "account-4711",
            "application.tradingBot.heartbeat.path": "/tmp/heartbeat",
        }
    ),
    "redis_auth": _flat({"global.redis.auth.enabled": True}),
    "backups": _flat({"data.mysql.backup.enabled": True}),
    "scheduled_toolbox": _flat(
        {
            "global.toolbox.nodeSelector": {"kubernetes.io/arch": "amd64"},
            "global.toolbox.tolerations": [{"key": "dedicated", "operator": "Exists"}],
            "global.toolbox.affinity": {"nodeAffinity": {}},
            "global.toolbox.priorityClassName": "tools",
            "global.toolbox.runtimeClassName": "gvisor",
            "global.toolbox.podLabels": {"example.org/pod": "tools"},
            "global.toolbox.podAnnotations": {"example.org/note": "pod of the toolbox"},
        }
    ),
    "security_contexts": Scenario(SECURITY_CONTEXTS),
    "openshift": Scenario(
        merged(
            SECURITY_CONTEXTS,
            nested({"global.compatibility.openshift.adaptSecurityContext": "force"}),
        )
    ),
    "own_start": Scenario(
        of_each(
            COMPONENTS,
            {
                "command": ["sh", "-c"],
                "args": ["exec own $(HOME) # {{ }}"],
                "workingDir": "/app/out",
                "writable": {"/app/out": {"size": "1Mi"}, "/app/.cache": {"size": 2097152}},
            },
        )
    ),
    "folders_of_shared_volumes": _flat(
        {
            "application.tradingBot.writable": {"/app/out": {"volume": "data", "subPath": "out"}},
            "application.api.writable": {"/srv": {"volume": "logs"}},
            "global.storage.logs.mode": "rwo-colocated",
        }
    ),
    "named_service_accounts": Scenario(
        nested({f"{part.path}.serviceAccount.name": f"own-{part.name}" for part in PLAN.components})
    ),
    "service_accounts_of_others": Scenario(
        merged(
            of_each(COMPONENTS, {"serviceAccount.create": False}),
            nested({"application.api.serviceAccount.name": OWN_ACCOUNT}),
        )
    ),
    "no_cpu_limit": Scenario(
        merged(
            of_each(COMPONENTS, {"resources.limits.cpu": None}),
            nested({"global.enforceDocumentedLimits": False}),
        )
    ),
    "other_updates": Scenario(
        merged(
            nested(
                {
                    "application.frontend.updateStrategy.type": "Recreate",
                    "application.api.updateStrategy.rollingUpdate": {
                        "maxSurge": "25%",
                        "maxUnavailable": 1,
                    },
                    "application.api.lifecycle.preStop": {"exec": {"command": ["/drain"]}},
                    "application.api.preStopSeconds": 3600,  # not in use
                    "application.tradingBot.updateStrategy.type": "OnDelete",
                    "monitoring.grafana.persistence.enabled": False,
                    "monitoring.grafana.updateStrategy.type": "RollingUpdate",
                }
            ),
        )
    ),
    "repeated_entries": Scenario(REPEATED),
    "storage_rwo_colocated": _flat(_shared("rwo-colocated")),
    "storage_ephemeral": _flat(_shared("ephemeral")),
    "storage_existing_claim": _flat(_shared("existingClaim", existingClaim="nfs-share")),
    "storage_mixed": _flat(
        {"global.storage.logs.mode": "ephemeral", "global.storage.data.mode": "rwx"}
    ),
    "existing_claims": Scenario(
        of_each(
            STORING,
            {"persistence.existingClaim": "kept-claim"},
        )
    ),
    "no_persistence": Scenario(
        of_each(
            STORING,
            {"persistence.enabled": False},
        )
    ),
    "database_group": _flat(GROUP),
    "database_group_without_volumes": _flat(
        GROUP | {"data.mysql.persistence.enabled": False, "global.namePrefix": "blue-"}
    ),
    "database_group_with_everything_on": Scenario(
        merged(
            _EVERYTHING,
            nested(
                GROUP
                | {
                    "resourceQuota.hard": {
                        f"{end}.{name}": amount
                        for end in ("requests", "limits")
                        for name, amount in MUCH.items()
                    }
                    | {"requests.storage": "200Gi"}
                }
            ),
        )
    ),
    "external_mysql": _flat(_EXTERNAL_MYSQL),
    "external_redis": _flat(_EXTERNAL_REDIS),
    "external_both": _flat(_EXTERNAL_MYSQL | _EXTERNAL_REDIS),
    "external_redis_with_tls": _flat(
        _EXTERNAL_REDIS
        | {"global.external.redis.tls.enabled": True, "global.redis.auth.enabled": True}
    ),
    "external_with_tls": _flat(
        external(
            "mysql",
            "mysql.example.org",
            user="app",
            database="prod",
            tls={"enabled": True, "caSecret": {"name": "mysql-authority", "key": "root.pem"}},
            urlParameters={"ssl_ca": "/etc/ssl/mysql/ca.crt", "charset": "utf8mb4"},
            cidrs=["203.0.113.7/32", "198.51.100.0/24"],
        )
        | external(
            "redis",
            "redis.example.org",
            user="app",
            database=3,
            tls={"enabled": True, "caSecret": {"name": "redis-authority"}},
            urlParameters={"ssl_ca_certs": "/etc/ssl/redis/ca.crt"},
        )
        | {
            "global.redis.auth.enabled": True,
            "global.secrets.source": "values",
            "global.secrets.values": SECRETS,
        }
    ),
    **{
        f"external_mysql_made_with_secrets_{name}": _flat(
            external(
                "mysql",
                "mysql.example.org",
                initialization={"enabled": True},
                tls={"enabled": True, "caSecret": {"name": "mysql-authority"}},
            )
            | {"data.enabled": False, "global.external.redis.host": "10.9.0.8"}
            | source
        )
        for name, source in _SECRET_SOURCES.items()
    },
    "external_without_data_tier": _flat(
        _EXTERNAL_MYSQL | _EXTERNAL_REDIS | {"data.enabled": False}
    ),
    "no_network_policies": _flat({"networkPolicy.enabled": False}),
    "some_network_policies_off": _flat(
        {
            "application.api.networkPolicy.enabled": False,
            "data.mysql.networkPolicy.enabled": False,
        }
    ),
    "integers_at_their_maximum": _flat(_MAXIMA),
    "autoscaling_at_its_maximum": _flat(_MAXIMA | AUTOSCALED),
    "scaled_by_keda": _flat(
        SCALED_BY_KEDA | {"application.api.keda.annotations": {"example.org/scaled": "yes"}}
    ),
    "scaled_by_keda_at_its_maximum": _flat(_MAXIMA | SCALED_BY_KEDA),
    "scaled_by_memory_and_more": _flat(
        AUTOSCALED
        | {
            "application.api.autoscaling.targetCPUUtilizationPercentage": 0,
            "application.api.autoscaling.targetMemoryUtilizationPercentage": 80,
            "application.frontend.autoscaling.metrics": [POD_METRIC],
        }
    ),
    "name_prefix": _flat({"global.namePrefix": "green-"}),
    **{
        f"without_{name.replace('-', '_')}": _flat(
            {f"{tier}.{key}.enabled": False} | nobody_waits_for(name)
        )
        for name, (tier, key) in COMPONENTS.items()
    },
    **{
        f"without_tier_{tier}": _flat(
            {f"{tier}.enabled": False}
            | nobody_waits_for(*(name for name, (other, _) in COMPONENTS.items() if other == tier))
        )
        for tier in TIERS
    },
    **{
        f"environment_{name}": Scenario(files=(CHART / f"values-{name}.yaml",))
        for name in ("dev", "staging", "prod")
    },
    **{
        f"platform_{name.replace('-', '_')}": Scenario(files=(path,))
        for name, path in PLATFORMS.items()
    },
}

# Gives a test each scenario in turn. The scope keeps the tests of a scenario together, so that a
# worker of pytest-xdist renders few of them.
each_scenario = pytest.mark.parametrize("scenario", SCENARIOS, scope="session")


@functools.cache
def rendered(name: str, helm: str = "helm4") -> Render:
    """What a scenario renders to."""
    return render(SCENARIOS[name].values, helm=helm, files=SCENARIOS[name].files)


def own_objects(name: str) -> list[Manifest]:
    """Objects of a scenario that the chart makes, extraObjects left out."""
    extra = [(o["kind"], o["metadata"]["name"]) for o in SCENARIOS[name]["extraObjects"]]
    return [o for o in rendered(name).objects if (o["kind"], o["metadata"]["name"]) not in extra]


def pod_templates(objects: Render) -> Iterator[tuple[str, Manifest]]:
    """Every pod, hooks included, as kind/name and an object with metadata and spec."""
    for item in objects.workloads:
        yield f"{item['kind']}/{item['metadata']['name']}", pod_template(item)
