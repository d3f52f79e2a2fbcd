from __future__ import annotations

import re
from typing import Any

from tests.chart.scenarios import GROUP, PLAN, SECRETS, at_path, has_path, nested, read_yaml
from tests.helm import CHART, refusal, render

LOGS_COLOCATED = {"global.storage.logs.mode": "rwo-colocated", "global.storage.data.mode": "rwx"}
DATA_COLOCATED = {"global.storage.logs.mode": "rwx", "global.storage.data.mode": "rwo-colocated"}
GATEWAY = {"global.exposure": "gateway", "global.gateway.className": "cilium"}
INGRESS = {"global.exposure": "ingress"}
ISSUER = {
    f"global.{exposure}.annotations": {"cert-manager.io/cluster-issuer": "letsencrypt"}
    for exposure in ("ingress", "gateway")
}
HTTPS = {"global.tls.enabled": "auto"}
# A server outside the release leaves less to contradict.
EXTERNAL = {
    "global.external.mysql.peers": [],
    "global.config.MYSQL_USER": "genx_user",
    "global.config.MYSQL_DATABASE": "genxdb_fx_db",
    "global.config.GRAFANA_DATABASE_USER": "grafana_reader",
    "global.redis.auth.required": True,
    "data.redis.extraVolumes": [],
    "resourceQuota.enabled": False,
}
CLIENT = {"ipBlock": {"cidr": "203.0.113.7/32"}}
MONITORING = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}
GIVEN = {"global.secrets.source": "values", "global.secrets.values": SECRETS}
STORE = {
    "global.secrets.source": "externalSecrets",
    "global.secrets.externalSecrets.secretStoreRef.name": "vault",
    "global.secrets.externalSecrets.key": "genx-fx",
}

ENTRIES = {key: {"key": f"prod/{key}"} for key in SECRETS}

PUBLISHED: dict[str, str] = at_path(read_yaml(CHART / "values-dev.yaml"), "global.secrets.values")
IN_MEMORY = {"medium": "Memory", "sizeLimit": "1Gi"}

Values = dict[str, Any]

# Values that contradict each other, and the paths that the messages begin with.
CASES: list[tuple[Values, list[str]]] = [
    (
        {
            "application.tradingBot.guard": {
                "enabled": True,
                "leaseDuration": 13,
                "renewDeadline": 10,
                "retryPeriod": 9,
                "resources": {"requests": {"memory": "1Gi"}},
            },
            "resourceQuota.enabled": False,
            "limitRange.enabled": False,
        },
        [
            "application.tradingBot.guard.renewDeadline",
            "application.tradingBot.guard.retryPeriod",
            "application.tradingBot.guard.resources.requests.memory",
        ],
    ),
    (
        {
            "application.api.extraContainers": [
                {"name": "api", "image": "own:1.0"},
                {
                    "name": "migrate",
                    "image": "own:1.0",
                    "resources": {"requests": {"cpu": "2"}, "limits": {"cpu": "1"}},
                },
            ],
            "application.api.extraInitContainers": [{"name": "migrate", "image": "own:1.0"}],
            "resourceQuota.enabled": False,
            "limitRange.enabled": False,
        },
        ["application.api.extraContainers"] * 3,
    ),
    (
        {
            "application.api.dnsPolicy": "None",
            "application.api.dnsConfig": {"searches": ["example.org"]},
            "global.toolbox.dnsPolicy": "None",
        },
        ["application.api.dnsConfig", "global.toolbox.dnsConfig"],
    ),
    (
        {
            "monitoring.grafana.persistence.enabled": True,
            "monitoring.grafana.updateStrategy.type": "RollingUpdate",
            "application.frontend.updateStrategy.rollingUpdate.maxSurge": "0%",
        },
        [
            "monitoring.grafana.updateStrategy.type",
            "application.frontend.updateStrategy.rollingUpdate",
        ],
    ),
    (
        {
            **LOGS_COLOCATED,
            "application.api.topologySpread.hosts": "ScheduleAnyway",
            "application.api.topologySpread.zones": "ScheduleAnyway",
            "application.api.autoscaling.enabled": False,
            "application.api.topologySpreadConstraints": [
                {
                    "topologyKey": "kubernetes.io/hostname",
                    "maxSkew": 1,
                    "whenUnsatisfiable": "DoNotSchedule",
                }
            ],
        },
        ["application.api.topologySpreadConstraints"],
    ),
    (
        {
            "application.frontend.serviceAccount.name": "default",
            "application.api.serviceAccount.name": "shared",
            "application.tradingBot.serviceAccount.name": "shared",
            "monitoring.grafana.serviceAccount.name": "genx-fx-prepare",
        },
        [
            "application.frontend.serviceAccount.name",
            "application.tradingBot.serviceAccount.name",
            "monitoring.grafana.serviceAccount.name",
        ],
    ),
    ({"global.config.extra": {"DEBUG": "true"}}, ["global.config.extra.DEBUG"]),
    (
        {
            "application.api.aliases": {
                "BROKER_LOGIN": "MT5_LOGN",
                "ENV": "DEBUG",
                "OWN": "JWT_SECRET",
            },
            "application.api.extraEnv": [{"name": "OWN", "value": "text"}],
            "application.frontend.aliases": {"LOGIN": "MT5_LOGIN"},
        },
        [
            *(f"application.api.aliases.{name}" for name in ("BROKER_LOGIN", "ENV", "OWN")),
            "application.frontend.aliases.LOGIN",
        ],
    ),
    ({"networkPolicy.dns.peers": []}, ["networkPolicy.dns.peers"]),
    *(
        ({"monitoring.grafana.extraDataSources": sources}, ["monitoring.grafana.extraDataSources"])
        for sources in (
            [{"name": "MySQL", "type": "mysql"}],
            [{"name": "Loki", "type": "loki"}, {"name": "Loki", "type": "loki", "uid": "b"}],
            [{"name": "Other", "type": "mysql", "uid": "mysql"}],
            [{"name": "Loki", "type": "loki", "secureJsonData": {"a": "$NOWHERE $$HOME"}}],
            [{"name": "Loki", "type": "loki", "url": "http://${NOWHERE}"}],
        )
    ),
    *(
        ({"monitoring.grafana.dashboards": {name: text}}, ["monitoring.grafana.dashboards"])
        for name, text in (
            ("trades.json", '{"title": "Own"}'),
            ("own.json", '{"title": "Own"'),
            ("own.json", '["Own"]'),
            ("own.json", '{"dashboard": {"title": "Own"}}'),
            ("own.json", '{"title": "Trades"}'),
            ("own.json", '{"title": "Own", "uid": "genx-fx-trades"}'),
            ("own.json", '{"title": "Own", "__inputs": []}'),
        )
    ),
    (
        {"monitoring.grafana.dashboards": {"a.json": '{"title": "A"}', "b.json": '{"title": "A"}'}},
        ["monitoring.grafana.dashboards"],
    ),
    *(
        (
            {"data.mysql.initialization.extraScripts": {name: "SELECT 1"}},
            ["data.mysql.initialization.extraScripts"],
        )
        # Before the chart's scripts, one of them, and after the last of them.
        for name in ("20-own.sql", "20-pairs.sql", "90-complete.sh", "95-own.sql", "own.sql")
    ),
    ({"global.exposure": "clusterIP", "global.tls.enabled": True}, ["global.tls.enabled"]),
    (
        {"global.exposure": "loadBalancer", "global.tls.enabled": True},
        [
            "application.frontend.service.annotations",
            "application.api.service.annotations",
            "monitoring.grafana.service.annotations",
        ],
    ),
    *(
        ({**exposure, "global.tls.enabled": False, **ISSUER}, ["global.tls.enabled"])
        for exposure in (INGRESS, GATEWAY)
    ),
    (
        {**INGRESS, **HTTPS, "global.tls.source": "controller", **ISSUER},
        ["global.tls.source"],
    ),
    (
        {
            **INGRESS,
            **HTTPS,
            "global.tls.source": "secret",
            "global.tls.secretName": "wildcard",
            **ISSUER,
        },
        ["global.tls.secretName"],
    ),
    (
        {**INGRESS, **HTTPS, "global.tls.source": "controller", "global.tls.secretName": "wildcard"}
        | {"global.ingress.annotations": {}},
        ["global.tls.secretName"],
    ),
    (
        {
            "global.exposure": "loadBalancer",
            "global.exposedTo.users": [CLIENT],
            "application.api.service.externalTrafficPolicy": "Cluster",
        },
        ["application.api.service.externalTrafficPolicy"],
    ),
    ({**INGRESS, "application.api.service.nodePort": 30080}, ["application.api.service.nodePort"]),
    (
        {
            "monitoring.grafana.service.type": "NodePort",
            "application.frontend.service.type": "NodePort",
            "application.frontend.service.nodePort": 30080,
            "monitoring.grafana.service.nodePort": 30080,
        },
        ["monitoring.grafana.service.nodePort"],
    ),
    (
        {"application.api.service.ipFamilies": ["IPv6", "IPv4"]},
        ["application.api.service.ipFamilyPolicy"],
    ),
    (
        {"global.exposure": "loadBalancer", "global.exposedTo.admins": [MONITORING]},
        ["global.exposedTo.admins"],
    ),
    (
        {"global.exposure": "loadBalancer", "global.exposedTo.users": [MONITORING]},
        ["global.exposedTo.users"],
    ),
    (
        {**EXTERNAL, "global.external.mysql.host": "db.example.org"},
        ["global.external.mysql.cidrs"],
    ),
    (
        {
            "global.external.mysql.host": "",
            "global.external.mysql.initialization.enabled": True,
        },
        ["global.external.mysql.initialization.enabled"],
    ),
    (
        {
            **EXTERNAL,
            "global.external.mysql.host": "10.9.0.7",
            "global.external.mysql.urlParameters": {"charset": "utf8mb4"},
            "global.external.mysql.tls.enabled": True,
            "global.external.mysql.tls.caSecret.name": "",
            "global.external.redis.host": "10.9.0.8",
            "global.external.redis.urlParameters": {"timeout": "5"},
            "global.secrets.source": "existing",
            "global.secrets.existingSecret": "vaulted",
        },
        [
            "global.external.mysql.urlParameters",
            "global.external.mysql.tls.caSecret.name",
            "global.external.redis.urlParameters",
        ],
    ),
    (
        {
            **EXTERNAL,
            "global.external.mysql.host": "10.9.0.7",
            "global.external.mysql.tls.enabled": False,
            "global.external.mysql.tls.caSecret.name": "authority",
        },
        ["global.external.mysql.tls.caSecret.name"],
    ),
    (
        {
            **EXTERNAL,
            "global.external.redis.host": "10.9.0.8",
            "global.external.redis.user": "app",
            "global.redis.auth.enabled": False,
            "global.external.redis.tls.enabled": False,
            "global.external.redis.tls.caSecret.name": "authority",
        },
        ["global.external.redis.user", "global.external.redis.tls.caSecret.name"],
    ),
    (
        {
            **EXTERNAL,
            "global.external.redis.host": "169.254.169.254",
            "global.external.redis.cidrs": ["169.254.170.0/24"],
        },
        ["global.external.redis.cidrs", "global.external.redis.cidrs"],
    ),
    (
        {
            **EXTERNAL,
            "global.external.mysql.host": "db.example.org",
            "global.external.mysql.peers": [{"ipBlock": {"cidr": "169.254.0.0/16"}}],
        },
        ["global.external.mysql.peers"],
    ),
    (
        {
            "monitoring.grafana.prometheus.url": "http://prometheus.monitoring:9090",
            "monitoring.grafana.prometheus.peers": [],
        },
        ["monitoring.grafana.prometheus.peers"],
    ),
    (
        {
            "monitoring.grafana.prometheus.url": "http://prometheus.monitoring:9090",
            "monitoring.grafana.prometheus.peers": [MONITORING],
        },
        ["monitoring.grafana.prometheus.podPort"],
    ),
    (
        {
            "data.redis.networkPolicy.extraEgress": [
                {"ports": [{"protocol": "TCP", "port": 443}]},
                {"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}, MONITORING]},
            ]
        },
        ["data.redis.networkPolicy.extraEgress", "data.redis.networkPolicy.extraEgress"],
    ),
    (
        {
            "networkPolicy.dns.peers": [{"ipBlock": {"cidr": "169.254.169.254/32"}}],
            "networkPolicy.dns.ports": [53, 80],
        },
        ["networkPolicy.dns.ports"],
    ),
    (
        {
            "networkPolicy.dns.peers": [MONITORING],
            "networkPolicy.dns.nodeLocalAddress": "169.254.20.10",
            "networkPolicy.dns.ports": [5353, 988],
        },
        ["networkPolicy.dns.ports"],
    ),
    ({"networkPolicy.apiServerCidrs": ["169.254.0.0/16"]}, ["networkPolicy.apiServerCidrs"]),
    (
        {
            "global.exposure": "gateway",
            "global.gateway.create": True,
            "global.gateway.className": "",
        },
        ["global.gateway.className"],
    ),
    (
        {
            "global.exposure": "gateway",
            "global.gateway.create": False,
            "global.gateway.name": "",
        },
        ["global.gateway.name"],
    ),
    (
        {
            "global.exposure": "gateway",
            "global.gateway.create": True,
            "global.gateway.className": "cilium",
            "global.gateway.name": "edge",
            "global.gateway.namespace": "infra",
            "global.gateway.sectionName": "https",
        },
        ["global.gateway.name", "global.gateway.namespace", "global.gateway.sectionName"],
    ),
    (
        {
            **INGRESS,
            "application.api.ingress.hostname": "genx-fx.local",
            "application.api.ingress.path": "/",
        },
        ["application.api.ingress"],
    ),
    (
        {
            **INGRESS,
            "application.frontend.ingress.hostname": "",
            "monitoring.grafana.ingress.hostname": "genx-fx.local",
        },
        ["monitoring.grafana.ingress"],
    ),
    (
        {
            **INGRESS,
            "application.frontend.ingress.hostname": "",
            "application.api.ingress.hostname": "genx-fx.local",
            "application.api.ingress.path": "/api",
            "application.api.ingress.tlsSecretName": "own",
            "application.api.ingress.annotations": {"cert-manager.io/issuer": "own"},
        },
        ["application.api.ingress.tlsSecretName", "application.api.ingress.annotations"],
    ),
    (
        {
            "application.frontend.autoscaling.enabled": True,
            "application.frontend.autoscaling.targetCPUUtilizationPercentage": 0,
        },
        ["application.frontend.autoscaling"],
    ),
    (
        {
            "application.frontend.autoscaling.enabled": True,
            "application.frontend.autoscaling.targetCPUUtilizationPercentage": 70,
            "application.frontend.keda.enabled": True,
            "application.frontend.keda.minReplicas": 2,
            "application.frontend.keda.maxReplicas": 1,
        },
        [
            "application.frontend.keda.enabled",
            "application.frontend.keda.triggers",
            "application.frontend.keda",
        ],
    ),
    *(
        (
            {
                f"{part.path}.autoscaling.enabled": True,
                f"{part.path}.autoscaling.minReplicas": 2,
                f"{part.path}.autoscaling.maxReplicas": 1,
            },
            [f"{part.path}.autoscaling"],
        )
        for part in PLAN.components
        if part.replicated
    ),
    *(
        (
            {
                f"application.{name}.preStopSeconds": 60,
                f"application.{name}.terminationGracePeriodSeconds": 60,
            },
            [f"application.{name}.preStopSeconds"],
        )
        for name in ("frontend", "api")
    ),
    (
        {
            "application.api.resources.requests.cpu": "500m",
            "application.api.resources.limits.cpu": "250m",
        },
        ["application.api.resources.requests.cpu"],
    ),
    (
        {
            "resourceQuota.enabled": True,
            "resourceQuota.hard": {
                "requests.cpu": "1",
                "limits.cpu": "2",
                "limits.ephemeral-storage": "1Ti",
            },
        },
        [
            "resourceQuota.hard.requests.cpu",
            "resourceQuota.hard.limits.cpu",
        ],
    ),
    *(
        ({"global.config.MYSQL_USER": user}, ["global.config.MYSQL_USER"])
        for user in ("root", "mysql.sys")
    ),
    (
        {"global.config.GRAFANA_DATABASE_USER": "mysql.session"},
        ["global.config.GRAFANA_DATABASE_USER"],
    ),
    *(
        ({"global.config.MYSQL_DATABASE": name}, ["global.config.MYSQL_DATABASE"])
        for name in ("mysql", "SYS", "information_schema", "performance_schema")
    ),
    (
        {
            "global.config.MYSQL_USER": "trader",
            "global.config.GRAFANA_DATABASE_USER": "trader",
        },
        ["global.config.GRAFANA_DATABASE_USER"],
    ),
    *(
        (
            {
                "global.redis.auth.enabled": enabled,
                "global.redis.auth.required": False,
                "global.external.redis.host": host,
                "global.external.redis.cidrs": ["203.0.113.7/32"],
            },
            ["global.redis.auth.required"],
        )
        for enabled, host in ((False, ""), (True, "10.9.0.8"))
    ),
    (
        {"global.secrets.source": "existing", "global.secrets.existingSecret": ""},
        ["global.secrets.existingSecret"],
    ),
    (
        {"global.secrets.source": "generate", "global.secrets.existingSecret": "vaulted"},
        ["global.secrets.existingSecret"],
    ),
    (
        {"global.secrets.source": "generate", "global.secrets.values": {"JWT_SECRET": "x"}},
        ["global.secrets.values"],
    ),
    (
        {
            "global.secrets.source": "values",
            "global.secrets.values": {},
            "global.external.mysql.host": "",
            "global.redis.auth.enabled": True,
            "data.mysql.backup.enabled": True,
        },
        [f"global.secrets.values.{key}" for key in SECRETS],
    ),
    (
        {
            "global.secrets.source": "values",
            "global.secrets.values": {
                **SECRETS,
                "DATABASE_URL": "mysql://x",
                "REDIS_URL": "redis://x",
            },
        },
        ["global.secrets.values.DATABASE_URL", "global.secrets.values.REDIS_URL"],
    ),
    (
        {
            "global.secrets.extra": {
                "JWT_SECRET": {"readBy": ["frontend"]},
                "ENV": {"readBy": ["frontend"]},
                "MY_KEY": {"readBy": ["frontend"], "generate": 32},
            },
            "global.config.extra": {"MY_KEY": "text"},
        },
        [f"global.secrets.extra.{key}" for key in ("JWT_SECRET", "ENV", "MY_KEY")],
    ),
    (
        {**GIVEN, "global.secrets.extra": {"MY_TOKEN": {"readBy": ["api"]}}},
        ["global.secrets.values.MY_TOKEN"],
    ),
    *(
        (
            {**GIVEN, "global.secrets.values": {**SECRETS, "JWT_SECRET": text}},
            ["global.secrets.values.JWT_SECRET"],
        )
        for text in ("secret\n", "a\tb", "\x7f", "\x85")
    ),
    *(
        (
            {**GIVEN, "global.secrets.values": {**SECRETS, key: text}},
            [f"global.secrets.values.{key}"],
        )
        for key, text in (
            ("GRAFANA_ADMIN_USER", "$__env{HOME}"),
            ("GRAFANA_ADMIN_PASSWORD", "a$__file{/etc/passwd}b"),
            ("GRAFANA_SECRET_KEY", "%(admin_user)s"),
        )
    ),
    *(
        (
            {**GIVEN, "global.secrets.values": {**SECRETS, key: PUBLISHED[key]}, **opened},
            [f"global.secrets.values.{key}"],
        )
        for key, opened in (
            ("GRAFANA_ADMIN_PASSWORD", {"global.exposure": "loadBalancer"}),
            ("MYSQL_ROOT_PASSWORD", INGRESS),
            ("JWT_SECRET", GATEWAY),
            *(
                (
                    "GRAFANA_ADMIN_PASSWORD",
                    {"global.exposure": "clusterIP", "monitoring.grafana.service.type": kind},
                )
                for kind in ("LoadBalancer", "NodePort")
            ),
        )
    ),
    (
        {
            **STORE,
            "global.secrets.externalSecrets.key": "",
            "global.secrets.externalSecrets.remoteRefs": {
                key: where for key, where in ENTRIES.items() if key != "MYSQL_PASSWORD"
            },
        },
        ["global.secrets.externalSecrets.remoteRefs.MYSQL_PASSWORD"],
    ),
    (
        {
            **STORE,
            "global.secrets.externalSecrets.remoteRefs": {
                key: {"key": "a"} for key in ("DATABASE_URL", "REDIS_URL")
            },
        },
        [
            "global.secrets.externalSecrets.remoteRefs.DATABASE_URL",
            "global.secrets.externalSecrets.remoteRefs.REDIS_URL",
        ],
    ),
    (
        {
            "global.secrets.source": "generate",
            "global.secrets.externalSecrets.remoteRefs": {"JWT_SECRET": {"key": "a"}},
        },
        ["global.secrets.externalSecrets.remoteRefs"],
    ),
    (
        {
            "global.secrets.source": "externalSecrets",
            "global.secrets.externalSecrets.secretStoreRef.name": "",
            "global.secrets.externalSecrets.key": "",
            "global.secrets.externalSecrets.remoteRefs": {},
        },
        [
            "global.secrets.externalSecrets.secretStoreRef.name",
            "global.secrets.externalSecrets.key",
        ],
    ),
    *(
        (
            {
                f"global.storage.{name}.mode": "existingClaim",
                f"global.storage.{name}.existingClaim": "",
            },
            [f"global.storage.{name}.existingClaim"],
        )
        for name in ("logs", "data")
    ),
    *(
        (
            {f"global.storage.{name}.mode": "rwx", f"global.storage.{name}.existingClaim": "nfs"},
            [f"global.storage.{name}.existingClaim"],
        )
        for name in ("logs", "data")
    ),
    (
        {
            **LOGS_COLOCATED,
            "application.api.nodeSelector": {"pool": "api"},
            "application.tradingBot.nodeSelector": {"pool": "bot"},
        },
        ["application.tradingBot.nodeSelector"],
    ),
    *(
        (
            {**LOGS_COLOCATED, f"application.api.topologySpread.{domain}": "DoNotSchedule"},
            [f"application.api.topologySpread.{domain}"],
        )
        for domain in ("zones", "hosts")
    ),
    (
        {"application.api.resources.limits.ephemeral-storage": "300Mi"},
        ["application.api.resources.limits.ephemeral-storage"],
    ),
    (
        {"data.redis.extraVolumes": [{"name": "own", "emptyDir": {"sizeLimit": "100Mi"}}]},
        ["data.redis.resources.limits.ephemeral-storage"],
    ),
    (
        {"application.api.writable": {"/app/logs": {"size": "1Mi"}}},
        ["application.api.writable"],
    ),
    (
        {"application.frontend.writable": {"/app/out": {"volume": "data"}}},
        ["application.frontend.writable"],
    ),
    (
        {"monitoring.grafana.writable": {"/app/a_b": {"size": "1Mi"}, "/app/a.b": {"size": "1Mi"}}},
        ["monitoring.grafana.writable"],
    ),
    (
        {"monitoring.grafana.extraVolumes": [{"name": "own", "emptyDir": IN_MEMORY}]},
        ["monitoring.grafana.extraVolumes"],
    ),
    (
        {
            "limitRange.enabled": True,
            "limitRange.max": {"cpu": "900m", "ephemeral-storage": "1Ti"},
            "application.api.resources.limits.cpu": "1",
        },
        ["limitRange.max.cpu", "limitRange.max.cpu"],  # of the API and of the bot
    ),
    *(
        (
            {f"{name}.persistence.enabled": False, f"{name}.persistence.existingClaim": "old"},
            [f"{name}.persistence.existingClaim"],
        )
        for name in ("data.mysql", "data.redis", "monitoring.grafana")
    ),
]

# A component that is disabled contradicts nothing else: each of these is rendered alone.
DISABLED: list[tuple[Values, list[str]]] = [
    ({f"{component}.enabled": False}, [f"{waiting}.waitFor" for waiting in callers])
    for component, callers in {
        "application.api": ("application.frontend", "application.tradingBot"),
        "data.redis": ("application.api", "application.tradingBot"),
        "data.mysql": ("application.api", "application.tradingBot", "monitoring.grafana"),
    }.items()
]

# What is said of every container: rendered alone as well.
ALONE: list[tuple[Values, list[str]]] = [
    (
        {
            "data.mysql.backup.enabled": True,
            "data.mysql.backup.destination": "s3",
            "data.mysql.backup.persistence.existingClaim": "mine",
        },
        [
            "data.mysql.backup.s3.bucket",
            "data.mysql.backup.persistence.existingClaim",
        ],
    ),
    *DISABLED,
    (
        GROUP
        | {
            "data.mysql.resources.requests.memory": "767Mi",
            "data.mysql.persistence.existingClaim": "old",
            "data.mysql.command": ["mysqld"],
            "data.mysql.podDisruptionBudget.maxUnavailable": 2,
        },
        [
            "data.mysql.resources.requests.memory",
            "data.mysql.persistence.existingClaim",
            "data.mysql.command",
            "data.mysql.podDisruptionBudget.maxUnavailable",
        ],
    ),
    (
        {
            "data.mysql.backup.enabled": True,
            "data.mysql.backup.binaryLogs.expireSeconds": 3600,
            "data.mysql.backup.verification.maxAgeSeconds": 3600,
            "data.mysql.backup.workspace.size": "9Gi",
        },
        [
            "data.mysql.backup.binaryLogs.expireSeconds",
            "data.mysql.backup.resources.limits.ephemeral-storage",
        ],
    ),
    (
        {
            "global.enforceDocumentedLimits": False,
            "application.api.resources.limits.cpu": None,
            "limitRange.enabled": True,
        },
        ["limitRange.default.cpu"],
    ),
    (
        {
            "global.enforceDocumentedLimits": False,
            "application.api.resources.limits.cpu": None,
            "limitRange.enabled": True,
            "limitRange.default": {"cpu": None},
            "resourceQuota.enabled": True,
        },
        ["limitRange.max.cpu", "resourceQuota.hard.limits.cpu"],
    ),
    (
        {
            "application.frontend.extraContainers": [{"name": "proxy", "image": "own:1.0"}],
            "resourceQuota.enabled": True,
            "resourceQuota.hard": {"limits.cpu": "1k", "requests.storage": "1Ti"},
            "limitRange.enabled": False,
        },
        [
            f"resourceQuota.hard.{end}.{name}"
            for end in ("requests", "limits")
            for name in ("cpu", "memory")
        ],
    ),
    (
        {
            "application.frontend.extraContainers": [
                {
                    "name": "proxy",
                    "image": "own:1.0",
                    "resources": {"limits": {"cpu": "900m", "memory": "1Mi"}},
                }
            ],
            "limitRange.enabled": True,
            "limitRange.default": {"example.org/gpu": "1"},
            "limitRange.max": {"hugepages-2Mi": "4Mi"},
            "resourceQuota.enabled": False,
        },
        ["limitRange.max.hugepages-2Mi"] * 8,
    ),
]


def _combined() -> list[tuple[Values, list[str]]]:
    """All cases in few renders: those that set no path differently go together."""
    combined: list[tuple[Values, list[str]]] = []
    for values, paths in CASES:
        for together, expected in combined:
            if all(together.get(path, value) == value for path, value in values.items()):
                together.update(values)
                expected.extend(paths)
                break
        else:
            combined.append((dict(values), list(paths)))
    return [*combined, *ALONE]


def _problems(values: Values, helm: str = "helm4") -> list[str]:
    """Lines of the one failure."""
    said = refusal(nested(values), helm=helm)
    announced = re.findall(r"The values contradict each other in (\d+) place", said)
    assert announced, said
    lines = [line.removeprefix("  - ") for line in said.splitlines() if line.startswith("  - ")]
    assert [str(len(lines))] == announced
    return lines


def _path(problem: str) -> str:
    return problem.split(":")[0]


def test_every_contradiction_is_told_by_its_path_and_no_other() -> None:
    told: list[str] = []
    for values, expected in _combined():
        problems = _problems(values)
        assert sorted(_path(problem) for problem in problems) == sorted(expected)
        told += problems
    for message in _messages():
        pattern = re.sub(r"\\{\\{.*?\\}\\}", ".+", re.escape(message))
        assert any(re.fullmatch(pattern, problem) for problem in told), message


def test_paths_are_those_that_a_person_can_set() -> None:
    defaults = read_yaml(CHART / "values.yaml")
    for _, paths in [*CASES, *ALONE]:
        for path in paths:
            known = re.sub(
                r"^(.*\.(values|remoteRefs|extra|aliases|affinity|hard|max|default))\..*",
                r"\1",
                path,
            )
            assert has_path(defaults, known), path


def test_all_are_told_at_once(helm: str) -> None:
    together = {
        "global.config.extra": {"DEBUG": "true"},
        "global.exposure": "clusterIP",
        "global.tls.enabled": True,
        "application.api.autoscaling.enabled": True,
        "application.api.autoscaling.minReplicas": 9,
        "application.api.autoscaling.maxReplicas": 4,
        "global.secrets.existingSecret": "vaulted",
        "global.storage.logs.mode": "existingClaim",
        "data.mysql.persistence.enabled": False,
        "data.mysql.persistence.existingClaim": "old",
    }
    paths = [_path(problem) for problem in _problems(together, helm)]
    assert paths == [
        "global.config.extra.DEBUG",
        "global.tls.enabled",
        "application.api.autoscaling",
        "global.secrets.existingSecret",
        "global.storage.logs.existingClaim",
        "data.mysql.persistence.existingClaim",
    ]


def test_a_quota_is_held_against_the_largest_scale() -> None:
    scaled = {
        "resourceQuota.enabled": True,
        "data.mysql.backup.enabled": True,
        "application.frontend.autoscaling.enabled": True,
        "application.frontend.autoscaling.maxReplicas": 50,
    }
    told = {_path(problem) for problem in _problems(scaled)}
    assert told == {
        f"resourceQuota.hard.{bound}.{name}"
        for bound in ("requests", "limits")
        for name in ("cpu", "memory", "ephemeral-storage")
    }


def test_values_that_agree_say_nothing() -> None:
    agreeing: list[Values] = [
        {**INGRESS, "global.tls.enabled": True},
        {**GATEWAY, "global.tls.enabled": True},
        {**GATEWAY, "global.tls.secretName": "wildcard", **ISSUER},
        {**INGRESS, "global.exposedTo.users": [MONITORING]},
        {"global.tls.enabled": True, "global.loadBalancer.annotations": {"example.org/tls": "yes"}},
        {"global.exposedTo.users": [CLIENT, MONITORING]},
        {"global.external.mysql.host": "db.example.org", "networkPolicy.enabled": False},
        {
            "application.api.networkPolicy.extraEgress": [
                {"to": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": ["169.254.0.0/16"]}}]}
            ]
        },
        {**LOGS_COLOCATED, "application.frontend.topologySpread.hosts": "DoNotSchedule"},
        GIVEN,
        STORE,
        {**GIVEN, "global.secrets.values": {**SECRETS, "MYSQL_PASSWORD": "${HOME} $x %s $(X)"}},
        {**GIVEN, "global.exposure": "clusterIP", "global.secrets.values": PUBLISHED},
        {
            **GIVEN,
            "global.exposure": "clusterIP",
            "global.secrets.values": PUBLISHED,
            "monitoring.grafana.enabled": False,
            "monitoring.grafana.service.type": "NodePort",
        },
    ]
    for values in agreeing:
        assert render(nested(values)).objects


def _messages() -> list[str]:
    """Every line in templates/checks that is not an instruction: what a person may be told."""
    lines = []
    for file in sorted((CHART / "templates" / "checks").glob("*.tpl")):
        if file.name == "_values.tpl":
            continue
        text = re.sub(r"\{\{-? ?/\*.*?\*/ ?-?\}\}", "", file.read_text(), flags=re.DOTALL)
        lines += [line for line in text.splitlines() if line and not line.startswith("{{-")]
    assert len(lines) > 15
    return lines
