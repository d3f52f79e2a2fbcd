from __future__ import annotations

import pytest

from tests.unit.spec.conftest import Mistakes

SINGLETON = """
      purpose: A process
      kind: singleton
      label: backend
      image: some:image
      health: {exec: [pgrep, bot]}
      resources: {memory: 1Mi-1Mi, cpu: 1m-1, scratch: 1Mi-1Mi}
"""


def with_component(name: str) -> tuple[str, str]:
    return "    trading-bot:\n", f"    {name}:{SINGLETON}    trading-bot:\n"


def with_singleton(more: str) -> list[tuple[str, str]]:
    """Insert a singleton that says one thing more."""
    before, after = with_component("notifier")
    return [
        (
            before,
            after.replace(
                "      purpose: A process\n", f"      {more}\n      purpose: A process\n"
            ),
        )
    ]


COMPONENTS = "allowed are frontend, api, trading-bot, mysql, redis, grafana"

CASES: list[tuple[str, list[tuple[str, str]], list[str]]] = [
    (
        "call to a component that doesn't exist",
        [("calls: [api]", "calls: [apis]")],
        [
            "40:15: tiers.application.frontend.calls[0]: no component is named 'apis'; "
            f"{COMPONENTS}; did you mean 'api'?"
        ],
    ),
    (
        "call to itself",
        [("calls: [api]", "calls: [frontend]")],
        ["40:15: tiers.application.frontend.calls[0]: frontend calls itself"],
    ),
    (
        "call that is listed twice",
        [("calls: [api]", "calls: [api, api]")],
        ["40:20: tiers.application.frontend.calls[1]: 'api' is listed twice"],
    ),
    (
        "call to a component without a port",
        [("calls: [api]", "calls: [api, trading-bot]")],
        [
            "40:20: tiers.application.frontend.calls[1]: "
            "trading-bot doesn't listen; give it port and service"
        ],
    ),
    (
        "port that nobody can call",
        with_singleton("port: 9100"),
        [
            "62:7: tiers.application.notifier.port: needs a service as well, "
            "such as service: {name: bot-service, port: 9100}"
        ],
    ),
    (
        "service without a port",
        with_singleton("service: {name: notifier, port: 9100}"),
        [
            "62:7: tiers.application.notifier.service: needs the port as well "
            "that the container listens on, such as port: 9100"
        ],
    ),
    (
        "service of a singleton that another component has",
        with_singleton("port: 9100\n      service: {name: api-service, port: 9100}"),
        [
            "63:23: tiers.application.notifier.service.name: "
            "service 'api-service' is taken by tiers.application.api.service.name"
        ],
    ),
    (
        "circle of two",
        [("redis, internet]", "redis, internet, frontend]")],
        ["56:39: tiers.application.api.calls[3]: wait for each other: frontend → api → frontend"],
    ),
    (
        "circle of three, said once",
        [
            ("redis, internet]", "redis, internet, grafana]"),
            ("calls: [mysql]", "calls: [mysql, frontend]"),
        ],
        [
            "112:22: tiers.monitoring.grafana.calls[1]: "
            "wait for each other: frontend → api → grafana → frontend"
        ],
    ),
    (
        "mount of a volume that isn't declared",
        [("mounts: {logs: ", "mounts: {log: ")],
        [
            "57:16: tiers.application.api.mounts.log: no volume is named 'log'; "
            "allowed are logs, data; did you mean 'logs'?"
        ],
    ),
    (
        "volume that nobody mounts",
        [("volumes:\n", "volumes:\n  spare: {claim: spare-pvc, size: 1Gi, access: RWX}\n")],
        ["124:3: volumes.spare: no component mounts this volume"],
    ),
    (
        "single-writer volume under several pods",
        [("size: 10Gi, access: RWX", "size: 10Gi, access: RWO")],
        [
            "124:47: volumes.logs.access: RWO is for one pod, and 51 may mount it "
            "(api 50, trading-bot 1); say RWX"
        ],
    ),
    (
        "reader that doesn't exist",
        [("hostOf: redis, readBy: [api, trading-bot]", "hostOf: redis, readBy: [api, bot]")],
        [
            f"134:69: config.keys.REDIS_HOST.readBy[1]: no component is named 'bot'; {COMPONENTS}",
        ],
    ),
    (
        "reader that is listed twice",
        [("readBy: [mysql]}", "readBy: [mysql, mysql]}")],
        ["131:97: config.keys.MYSQL_USER.readBy[1]: 'mysql' is listed twice"],
    ),
    (
        "password of Redis that isn't declared",
        [("password: REDIS_PASSWORD", "password: REDIS_PASWORD")],
        [
            "98:17: tiers.data.redis.password: secrets.keys has no 'REDIS_PASWORD'; "
            "allowed are MYSQL_ROOT_PASSWORD, …; did you mean 'REDIS_PASSWORD'?"
        ],
    ),
    (
        "password of Redis that Redis doesn't read",
        [("readBy: [redis, api, trading-bot]", "readBy: [api, trading-bot]")],
        [
            "98:17: tiers.data.redis.password: "
            "secrets.keys.REDIS_PASSWORD isn't read by redis; add it to readBy"
        ],
    ),
    (
        "administrator whose keys aren't declared",
        [("user: GRAFANA_ADMIN_USER, password: GRAFANA_ADMIN_PASSWORD", "user: A, password: B")],
        [
            "114:21: tiers.monitoring.grafana.admin.user: secrets.keys has no 'A'; allowed are …",
            "114:34: tiers.monitoring.grafana.admin.password: "
            "secrets.keys has no 'B'; allowed are …",
        ],
    ),
    (
        "database whose keys aren't declared or read",
        [
            ("name: MYSQL_DATABASE\n", "name: MYSQL_DB\n"),
            ("user: GRAFANA_DATABASE_USER", "user: MYSQL_USER"),
            ("password: GRAFANA_DATABASE_PASSWORD", "password: MYSQL_PASSWORD"),
        ],
        [
            "117:15: tiers.monitoring.grafana.database.name: config.keys has no 'MYSQL_DB'; "
            "allowed are …; did you mean 'MYSQL_DATABASE'?",
            "118:15: tiers.monitoring.grafana.database.user: "
            "config.keys.MYSQL_USER isn't read by grafana; add it to readBy",
            "119:19: tiers.monitoring.grafana.database.password: "
            "secrets.keys.MYSQL_PASSWORD isn't read by grafana; add it to readBy",
        ],
    ),
    (
        "database that is no MySQL",
        [("component: mysql", "component: redis")],
        [
            "116:20: tiers.monitoring.grafana.database.component: "
            "redis is of kind redis; a mysql is allowed here"
        ],
    ),
    (
        "database that doesn't exist",
        [("component: mysql", "component: msql")],
        [
            "116:20: tiers.monitoring.grafana.database.component: no component is named 'msql'; "
            f"{COMPONENTS}; did you mean 'mysql'?"
        ],
    ),
    (
        "database that Grafana doesn't call",
        [("calls: [mysql]\n", "calls: []\n")],
        [
            "116:20: tiers.monitoring.grafana.database.component: "
            "grafana doesn't call mysql; add it to calls"
        ],
    ),
    (
        "placeholder that is no key",
        [("{MYSQL_USER}:", "{MYSQL_USR}:")],
        [
            "151:16: secrets.keys.DATABASE_URL.compose: no key is named 'MYSQL_USR'; "
            "allowed are …; did you mean 'MYSQL_USER'?"
        ],
    ),
    (
        "placeholder that is composed itself",
        [("{MYSQL_USER}:", "{DATABASE_URL}:")],
        [
            "151:16: secrets.keys.DATABASE_URL.compose: "
            "{DATABASE_URL} is composed itself; name the keys it is made of"
        ],
    ),
    (
        "placeholder that isn't closed",
        [("{MYSQL_USER}:", "{MYSQL_USER:")],
        ["151:16: secrets.keys.DATABASE_URL.compose: a brace is without its other half"],
    ),
    (
        "key in config and in secrets",
        [("    SECRET_KEY: {about", "    DEBUG: {about")],
        ["157:5: secrets.keys.DEBUG: DEBUG is in config as well; a component would get it twice"],
    ),
    (
        "component of one name in two tiers",
        [("  monitoring:\n", f"    api:{SINGLETON}  monitoring:\n")],
        ["100:5: tiers.data.api: component 'api' is taken by tiers.application.api"],
    ),
    (
        "component of one name in two tiers, the first of another kind",
        [with_component("mysql")],
        ["83:5: tiers.data.mysql: component 'mysql' is taken by tiers.application.mysql"],
    ),
    (
        "two components on one service",
        [("{name: redis-service", "{name: mysql-service")],
        [
            "94:23: tiers.data.redis.service.name: "
            "service 'mysql-service' is taken by tiers.data.mysql.service.name"
        ],
    ),
    (
        "two storages on one claim",
        [("claim: redis-pvc", "claim: mysql-pvc")],
        [
            "96:24: tiers.data.redis.storage.claim: "
            "claim 'mysql-pvc' is taken by tiers.data.mysql.storage.claim"
        ],
    ),
    (
        "volume and storage on one claim",
        [("claim: data-pvc", "claim: mysql-pvc")],
        [
            "125:17: volumes.data.claim: "
            "claim 'mysql-pvc' is taken by tiers.data.mysql.storage.claim"
        ],
    ),
    (
        "two components on one host",
        [("host: grafana}", "host: api}")],
        [
            "108:16: tiers.monitoring.grafana.exposed: "
            "host 'api.genx-fx.local' is taken by tiers.application.api.exposed"
        ],
    ),
    (
        "two components on the domain itself",
        [("exposed: {to: admins, host: grafana}", "exposed: {to: admins}")],
        [
            "108:16: tiers.monitoring.grafana.exposed: "
            "host 'genx-fx.local' is taken by tiers.application.frontend.exposed"
        ],
    ),
    (
        "the internet twice",
        [("redis, internet]", "redis, internet, {internet: [9443]}]")],
        ["56:39: tiers.application.api.calls[3]: 'internet' is listed twice"],
    ),
    (
        "two components at one path of a host",
        [
            ("exposed: {to: users, host: api}", "exposed: {to: users, path: /api}"),
            ("exposed: {to: admins, host: grafana}", "exposed: {to: admins, path: /api/}"),
        ],
        [
            "108:16: tiers.monitoring.grafana.exposed: "
            "host 'genx-fx.local/api' is taken by tiers.application.api.exposed"
        ],
    ),
    (
        "address of a component that doesn't exist",
        [("urlOf: frontend", "urlOf: frontent")],
        [
            "141:68: config.keys.FRONTEND_URL.urlOf: no component is named 'frontent'; "
            f"{COMPONENTS}; did you mean 'frontend'?"
        ],
    ),
    (
        "port of a component that doesn't listen",
        [("listenPortOf: api", "listenPortOf: trading-bot")],
        [
            "137:63: config.keys.PORT.listenPortOf: "
            "trading-bot doesn't listen; give it port and service"
        ],
    ),
    (
        "address in secrets of a component of another kind",
        [("urlOf: redis", "urlOf: mysql")],
        ["156:15: secrets.keys.REDIS_URL.urlOf: mysql is of kind mysql; a redis is allowed here"],
    ),
    (
        "address in secrets of a component that doesn't exist",
        [("urlOf: redis", "urlOf: radis")],
        [
            "156:15: secrets.keys.REDIS_URL.urlOf: no component is named 'radis'; "
            f"{COMPONENTS}; did you mean 'redis'?"
        ],
    ),
    (
        "address in secrets whose port is in no config key",
        [("portOf: redis", "portOf: mysql")],
        ["156:15: secrets.keys.REDIS_URL.urlOf: no config key has portOf: redis; add one"],
    ),
    (
        "variable from env and from config",
        [("env: {NODE_ENV: production}", "env: {API_URL: here}")],
        [
            "42:13: tiers.application.frontend.env.API_URL: "
            "frontend reads API_URL from config as well"
        ],
    ),
    (
        "variable from env and from secrets",
        [
            (
                "env: {LOG_LEVEL: info}\n\n    trading-bot",
                "env: {JWT_SECRET: here}\n\n    trading-bot",
            )
        ],
        ["59:13: tiers.application.api.env.JWT_SECRET: api reads JWT_SECRET from secrets as well"],
    ),
    (
        "two mounts on one path",
        [("data: /app/data}", "data: /app/logs/}")],
        ["57:39: tiers.application.api.mounts.data: /app/logs/ is taken by mounts.logs"],
    ),
    (
        "write path on a mount",
        [
            (
                "data: /app/data}\n      writable: {/tmp:",
                "data: /app/data}\n      writable: {/app/data:",
            )
        ],
        ["58:18: tiers.application.api.writable./app/data: /app/data is taken by mounts.data"],
    ),
    (
        "write path on the storage",
        [("writable: {/tmp: 16Mi}", "writable: {/data: 16Mi}")],
        ["97:18: tiers.data.redis.writable./data: /data is taken by storage.path"],
    ),
    (
        "write paths that give volumes one name",
        [("writable: {/tmp: 64Mi, /app/logs", "writable: {/app-logs: 64Mi, /app/logs")],
        [
            "41:35: tiers.application.frontend.writable./app/logs: "
            "its volume would be named 'app-logs', as that of writable./app-logs is"
        ],
    ),
    (
        "autoscaling beyond replicas",
        [("min: 2, max: 10}", "min: 2, max: 60}")],
        ["38:43: tiers.application.frontend.autoscaling.max: 60 is more than replicas.max, 50"],
    ),
    (
        "bounds that are upside down",
        [("{default: 2, max: 50}", "{default: 60, max: 50}"), ("min: 2, max", "min: 12, max")],
        [
            "37:27: tiers.application.frontend.replicas.default: 60 is more than max, 50",
            "38:35: tiers.application.frontend.autoscaling.min: 12 is more than max, 10",
        ],
    ),
    (
        "components that are one in camelCase",
        [with_component("bot-a1"), with_component("bot-a-1")],
        ["68:5: tiers.application.bot-a-1: is botA1 in values.yaml, just as 'bot-a1' is"],
    ),
    (
        "tier with a name that values.yaml needs",
        [("  monitoring:\n", "  access:\n")],
        ["100:3: tiers.access: 'access' means something else in values.yaml; take another name"],
    ),
    (
        "component that is called internet",
        [with_component("internet")],
        [
            "61:5: tiers.application.internet: "
            "'internet' means something else in values.yaml; take another name"
        ],
    ),
    (
        "name too long for a StatefulSet",
        [with_component("a" * 33)],
        [f"61:5: tiers.application.{'a' * 33}: the name has 33 characters; at most 32 fit"],
    ),
    (
        "CPU in bytes",
        [("cpu: 100m-500m", "cpu: 512Mi-1Gi")],
        [
            "39:43: tiers.application.frontend.resources.cpu: "
            "512Mi-1Gi is too much for cores; write 250m-1000m or 0.25-1"
        ],
    ),
    (
        "no CPU",
        [("cpu: 100m-500m", "cpu: 0-500m")],
        [
            "39:43: tiers.application.frontend.resources.cpu: "
            "0 is too little; Kubernetes counts from 1m"
        ],
    ),
    (
        "memory in cores",
        [("memory: 256Mi-1Gi", "memory: 250m-500m")],
        [
            "39:27: tiers.application.frontend.resources.memory: "
            "250m-500m is too little for bytes; write 512Mi or 2Gi"
        ],
    ),
    (
        "toolbox, writable and volumes in the wrong unit",
        [
            ("scratch: 8Mi-16Mi", "scratch: 8-16"),
            ("writable: {/tmp: 16Mi}", "writable: {/tmp: 16m}"),
            ("size: 20Gi", 'size: "20"'),
            ("size: 5Gi", "size: 5m"),
        ],
        [
            "18:60: platform.toolbox.resources.scratch: "
            "8-16 is too little for bytes; write 512Mi or 2Gi",
            "96:41: tiers.data.redis.storage.size: 5m is too little for bytes; write 512Mi or 2Gi",
            "97:24: tiers.data.redis.writable./tmp: "
            "16m is too little for bytes; write 512Mi or 2Gi",
            "125:33: volumes.data.size: 20 is too little for bytes; write 512Mi or 2Gi",
        ],
    ),
    (
        "writable that don't fit in scratch",
        [("scratch: 128Mi-512Mi", "scratch: 128Mi-200Mi")],
        [
            "41:7: tiers.application.frontend.writable: "
            "64Mi + 64Mi + 64Mi + 50Mi of logs is more than the limit of scratch, 200Mi"
        ],
    ),
]


@pytest.mark.parametrize(
    ("replacements", "expected"),
    [pytest.param(case[1], case[2], id=case[0]) for case in CASES],
)
def test_what_does_not_fit_together_is_named_at_its_place(
    mistakes: Mistakes, replacements: list[tuple[str, str]], expected: list[str]
) -> None:
    found = mistakes(*replacements)

    assert len(found) == len(expected), found
    for line, wanted in zip(found, expected, strict=True):
        start, ellipsis, end = wanted.partition("…")
        assert (line.startswith(start) and line.endswith(end)) if ellipsis else line == wanted


def test_what_depends_on_a_mistake_is_not_reported_as_well(mistakes: Mistakes) -> None:
    assert mistakes(("    redis:\n", "    Redis:\n")) == [
        "88:5: tiers.data.Redis: 'Redis' is given; wanted: lower-case letters, digits and '-', "
        "a letter first"
    ]
    assert len(mistakes(("readBy: [redis, api, trading-bot]", "readBy: api"))) == 1
    assert len(mistakes(("calls: [mysql]\n", "calls: mysql\n"))) == 1
    assert len(mistakes(("replicas: {default: 2, max: 50}", "replicas: 2"))) == 1
