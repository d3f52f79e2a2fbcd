"""What each value of the chart must take and must refuse.

Ranges come from the spec and whole numbers, words and forms from the tree of values. Examples of
forms (DNS names, addresses, …) are said here. No pattern of the schema is used: it is on trial.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from generator.plan.platform import Plan
from generator.spec.load import load_spec
from generator.values.platform import umbrella_values
from generator.values.tree import JsonSchema, Value
from tests.helm import ROOT
from tests.limits.quantities import UNITS, Notations, amount, around


@dataclass(frozen=True)
class Cases:
    """Values for one path."""

    accepted: list[Any]
    refused: list[Any]
    """What is malformed, or can never be."""
    outside: list[Any]
    """What is well-formed, but not within the documented range."""


@dataclass(frozen=True)
class Span:
    """A documented range, both ends included."""

    low: Fraction | None = None
    high: Fraction | None = None


@functools.cache
def plan() -> Plan:
    """Return the plan of our spec."""
    return Plan(load_spec(ROOT / "genx-fx.yaml"))


@functools.cache
def leaves() -> dict[str, Value]:
    """Return every value of the chart by its dotted path."""
    return {".".join(path): value for path, value in umbrella_values(plan()).leaves()}


@functools.cache
def documented() -> dict[str, Span]:
    """Return every range that the spec documents, by the path of the value that it binds."""
    spans: dict[str, Span] = {}
    for component in plan().components:
        for end in ("requests", "limits"):
            for name in ("cpu", "memory"):
                span = getattr(component.spec.resources, name)
                low, high = Fraction(span.low.value), Fraction(span.high.value)
                spans[f"{component.path}.resources.{end}.{name}"] = Span(low, high)
        if component.storage:
            size = Fraction(component.storage.size.value)
            spans[f"{component.path}.persistence.size"] = Span(low=size)
        if component.replicas:
            scalers = ("autoscaling", "keda")
            bounds = (f"{scaler}.{end}Replicas" for scaler in scalers for end in ("min", "max"))
            for key in ("replicas", *bounds):
                spans[f"{component.path}.{key}"] = Span(high=Fraction(component.replicas.max))
    for volume in plan().volumes:
        spans[f"global.storage.{volume.key}.size"] = Span(low=Fraction(volume.spec.size.value))
    return spans


@functools.cache
def all_cases() -> dict[str, Cases]:
    """Return the cases of every value, by its dotted path."""
    return {path: _cases(number, path) for number, path in enumerate(leaves())}


def misspelt(path: str) -> str:
    """Return the path with its last letter doubled."""
    return path + path[-1]


def _cases(number: int, path: str) -> Cases:
    schema, span = leaves()[path].schema, documented().get(path, Span())
    if ending := next((key for key in NAMED_FORMS if path.endswith(key)), None):
        return NAMED_FORMS[ending]
    kind = schema.get("$ref", "").removeprefix("#/definitions/")
    if kind in UNITS:
        return _quantities(UNITS[kind], span, number)
    if kind in FORMS:
        return FORMS[kind]
    if kind.endswith("OrEmpty"):
        return _or_empty(FORMS[kind.removesuffix("OrEmpty")])
    if "const" in schema:
        return Cases([schema["const"], 1.0], [0, 2, -1, 1.5, "1", True], [])
    if "enum" in schema:
        return _words(schema["enum"])
    if schema.get("type") == "integer":
        return _integers(schema, span)
    assert set(schema) == {"type"}, f"{path}: say in NAMED_FORMS what it takes"
    return TYPES[schema["type"]]


def _integers(schema: JsonSchema, span: Span) -> Cases:
    low, high = schema["minimum"], schema.get("maximum")
    most = high if span.high is None else int(span.high)
    assert most is not None, "a whole number without an upper bound"
    accepted = [low, low + 1, (low + most) // 2, most - 1, most, float(low)]
    refused = [low - 1, -low - 1, low + 0.5, str(low), f"{low}s", True, [low], {"of": low}]
    refused += [] if high is None else [high + 1, high * 10]
    return Cases(accepted, refused, [] if span.high is None else [most + 1, most * 10])


def _words(words: Sequence[str]) -> Cases:
    wrong: list[Any] = [word + "s" for word in words] + [word.upper() for word in words]
    wrong += [f" {words[-1]}", 1, True, [words[-1]]]
    return Cases(list(words), [word for word in wrong if word not in words], [])


def _or_empty(form: Cases) -> Cases:
    return Cases([*form.accepted, ""], [bad for bad in form.refused if bad != ""], form.outside)


NO_QUANTITIES = ["", "1 Gi", "1gi", "-1", -1, "512MB", "NaN", "0x10", "1e", "1Gi\n", True, [1], {}]
UNUSUAL = ["+1", "01", "1.", ".5", "1E3", "1e0", "1e4", "1Pi", "1P", "1.0000", "0.5Ki"]


def _quantities(unit: Notations, span: Span, number: int) -> Cases:
    """Return cases at both bounds. The notations are dealt out over the values."""
    within: list[Any] = []
    outside: list[Any] = []
    for bound in (span.low, span.high):
        if bound is None:
            continue
        texts = [(text, amount(text, unit)) for text in around(bound, unit)]
        for given, value in [*texts, *_numbers(bound)]:
            assert value is not None, given
            low = span.low is None or value >= span.low
            high = span.high is None or value <= span.high
            (within if low and high else outside).append(given)
    if not within:
        within = ["0", 0, 1, 0.5, 10**15, *around(Fraction(3 * 2**29), unit)]
    start = number % 4
    refused = NO_QUANTITIES[:4] + (NO_QUANTITIES[4:] + UNUSUAL)[start::4]
    return Cases(_dealt(within, start), refused, _dealt(outside, start))


def _dealt(cases: list[Any], start: int) -> list[Any]:
    """Return each fourth case, so that all stand with some value, and none twice."""
    return list({json.dumps(case): case for case in cases[start::4]}.values())


def _numbers(bound: Fraction) -> Iterator[tuple[int | float, Fraction]]:
    """Yield the bound and its neighbours as numbers, as YAML reads them."""
    if bound.denominator == 1:
        for whole in (bound.numerator - 1, bound.numerator, bound.numerator + 1):
            yield whole, Fraction(whole)
            yield float(whole), Fraction(whole)
    for part in (Fraction(-1, 1000), Fraction(0), Fraction(1, 1000)):
        yield float(bound + part), bound + part


NO_TEXT = [7, 1.5, True, ["text"], {"key": "text"}]
LABEL = "a" * 63

NO_LIST = [["text"], [1], [[]], {"name": "a"}, "text", 7, True]
_PEERS = [
    {"ipBlock": {"cidr": "203.0.113.0/24", "except": ["203.0.113.7/32"]}},
    {"podSelector": {}},
    {
        "namespaceSelector": {"matchLabels": {"team": "a"}},
        "podSelector": {"matchExpressions": [{"key": "a", "operator": "In", "values": ["b"]}]},
    },
]
_NO_PEERS: list[Any] = [
    {},
    {"ipBlock": {"cidr": "203.0.113.0"}},
    {"ipBlock": {"except": []}},
    {"podselector": {}},
    {"podSelector": {"matchlabels": {}}},
    {"podSelector": {"matchLabels": {"a": 1}}},
    {"podSelector": {"matchExpressions": [{"key": "a", "operator": "in"}]}},
]
_POLICY_PORTS = [{"port": 443}, {"protocol": "UDP", "port": "dns"}, {"port": 1, "endPort": 65535}]
_NO_PORTS: list[Any] = [
    [{"ports": [port]}] for port in ({"port": 0}, {"protocol": "tcp"}, {"prot": 1}, 443)
]
FORMS = {
    "dnsName": Cases(
        ["a", "genx-fx.local", "10.0.0.7", f"{LABEL}.example.org", "x" * 253],
        [
            "",
            "Upper.example.org",
            "under_score",
            "-a",
            "a-",
            "a..b",
            ".a",
            "a.",
            "a b",
            "x" * 254,
            "mysql:3306",
            "http://mysql",
            *NO_TEXT,
        ],
        [],
    ),
    "dnsLabel": Cases(
        ["a", "kube-system", "0", LABEL],
        ["", "Upper", "a.b", "-a", "a-", LABEL + "a", "a_b", *NO_TEXT],
        [],
    ),
    "remoteReferences": Cases(
        [
            {},
            {"MYSQL_PASSWORD": {"key": "prod/mysql"}},
            {"A": {"key": "a", "property": "b", "version": "1", "decodingStrategy": "Base64"}},
        ],
        [
            {"A": {"property": "b"}},
            {"A": {"key": ""}},
            {"A": {"key": 1}},
            {"A": {"key": "a", "proprety": "b"}},
            {"A": "a"},
            {"lower": {"key": "a"}},
            *(["a"], "a", 7, True),
        ],
        [],
    ),
    "dataSourceList": Cases(
        [
            [],
            [{"name": "Loki", "type": "loki"}],
            [{"name": "L", "type": "l", "uid": "a-B_1", "jsonData": {"a": [1]}, "basicAuth": True}],
            [{"name": "L", "type": "l", "url": "http://l", "secureJsonData": {"password": "$P"}}],
        ],
        [
            [{"name": "Loki"}],
            [{"name": "", "type": "loki"}],
            [{"name": "L", "type": "l", "uid": "a b"}],
            [{"name": "L", "type": "l", "isDefault": True}],
            [{"name": "L", "type": "l", "secureJsonData": {"password": 1}}],
            [{"name": "L", "type": "l", "access": "server"}],
            *NO_LIST,
        ],
        [],
    ),
    "dashboardMap": Cases(
        [{}, {"a.json": "{}"}, {"A_1-b.c.json": "text"}],
        [{"a.json": ""}, {"a.json": {"title": "A"}}, {"a.yaml": "a"}, {"a/b.json": "a"}, ["a"], 7],
        [],
    ),
    "nameList": Cases(
        [[], ["team-dashboards"], ["a", "b.c"]],
        [["A"], ["a", "a"], [""], [1], "a", {"a": "b"}],
        [],
    ),
    "scriptMap": Cases(
        [{}, {"50-a.sql": "SELECT 1"}, {"50_A.b-c.sh": "echo"}],
        [
            {"50-a.sql": ""},
            {"50-a.sql": 1},
            {"a.txt": "a"},
            {"a/b.sql": "a"},
            {".SQL": "a"},
            ["a"],
            "a",
        ],
        [],
    ),
    "addressRange": Cases(
        ["10.0.0.0/8", "0.0.0.0/0", "255.255.255.255/32", "2001:db8::/32", "::/0", "fd00::1/128"],
        [
            "",
            "10.0.0.0",
            "10.0.0.0/33",
            "256.0.0.0/8",
            "10.0.0/8",
            "::/129",
            "10.0.0.0/-1",
            "10.0.0.0/8 ",
            "example.org/8",
            "10.0.0.0/08",
            *NO_TEXT,
        ],
        [],
    ),
    "ipv4Address": Cases(
        ["169.254.20.10", "0.0.0.0", "255.255.255.255"],
        ["", "169.254.20.256", "169.254.20", "1.2.3.4.5", "01.2.3.4", "::1", "localhost", *NO_TEXT],
        [],
    ),
    "labelMap": Cases(
        [{}, {"team": "fx"}, {"example.org/a": "A_b.c-1", "b": ""}, {"a": LABEL}],
        [
            {"two words": "a"},
            {"a": 1},
            {"a": True},
            {"a": "-"},
            {"a": LABEL + "a"},
            {"a": "b c"},
            ["a"],
            "a=b",
            7,
        ],
        [],
    ),
    "ownLabels": Cases(
        [{}, {"team": "fx"}, {"example.org/a": "A_b.c-1", "b": ""}],
        [{"app": "own"}, {"app.kubernetes.io/part-of": "x"}, {"a": 1}, {"a": "b c"}, ["a"], 7],
        [],
    ),
    "annotationMap": Cases(
        [{}, {"example.org/note": "any text: at all"}],
        [
            {"two words": "a"},
            {"a": 1},
            {"a": True},
            {"a": ["b"]},
            {"a": {"b": "c"}},
            ["a"],
            "a=b",
            7,
        ],
        [],
    ),
    "urlParameters": Cases(
        [
            {},
            {"ssl_ca": "/etc/ssl/mysql/ca.crt", "ssl[verify]": "a&b=c", "read-timeout": ""},
        ],
        [{"": "x"}, {"ssl ca": "x"}, {"a=b": "x"}, {"a&b": "x"}, {"timeout": 5}, ["a=b"], "a=b", 7],
        [],
    ),
    "aliases": Cases(
        [{}, {"A": "B"}, {"A_1": "B_2", "C": "B_2"}],
        [{"a": "B"}, {"A": "b"}, {"A": ""}, {"A": "B-C"}, {"A": 1}, {"1A": "B"}, ["A"], "A=B", 7],
        [],
    ),
    "environmentValues": Cases(
        [{}, {"KEY": "text"}, {"A_1": ""}],
        [
            {"KEY": 1},
            {"KEY": True},
            {"key": "text"},
            {"1KEY": "text"},
            {"A-B": "text"},
            ["KEY"],
            "KEY=text",
            7,
        ],
        [],
    ),
    "lines": Cases(
        ["", "timeout 0", "a = b\nc = \td # é ü €\n\n", "x" * 1000],
        ["a\rb", "a\x85b", "a\u2028b", "a\u2029b", "a\x07", "\x7f", "\ufeffa", *NO_TEXT],
        [],
    ),
    "databaseUser": Cases(
        ["genx_user", "u" * 32, "user@server", "0", "a.b+c-d", "root"],
        ["", "u" * 33, "-u", "it's", 'a"b', "a\\b", "a b", "a`b", "a%", "ü", "$U", *NO_TEXT],
        [],
    ),
    "databaseName": Cases(
        ["genxdb_fx_db", "d" * 64, "a-b", "0"],
        ["", "d" * 65, "-d", "a`b", "a.b", "a/b", "a%", "a b", "a'b", "a$b", *NO_TEXT],
        [],
    ),
    "addressRangeList": Cases(
        [[], ["10.0.0.0/8"], ["10.0.0.0/8", "2001:db8::/32"]],
        [["10.0.0.0"], ["10.0.0.0/8", "10.0.0.0/33"], [8], "10.0.0.0/8", {"from": "10.0.0.0/8"}],
        [],
    ),
    "portList": Cases(
        [[443], [1, 65535], [443, 6443, 16443]],
        [[], [0], [65536], ["443"], [443.5], [True], "443", 443, {"port": 443}],
        [],
    ),
    "objectList": Cases(
        [[], [{}], [{"name": "a", "any": [1]}]],
        [["text"], [1], [[]], {"name": "a"}, "text", 7, True],
        [],
    ),
}

FORMS |= {
    "environmentVariables": Cases(
        [
            [],
            [{"name": "A", "value": "4"}],
            [{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}],
        ],
        [
            [{"name": "WORKERS", "value": 4}],
            [{"value": "4"}],
            [{"name": "A", "vaule": "b"}],
            [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "a"}}}],
            *NO_LIST,
        ],
        [],
    ),
    "environmentSources": Cases(
        [[], [{"configMapRef": {"name": "a"}}], [{"prefix": "A_", "secretRef": {"name": "a"}}]],
        [[{"configMapRef": {}}], [{"secretref": {"name": "a"}}], [{"configMapRef": "a"}], *NO_LIST],
        [],
    ),
    "pullSecrets": Cases([[], [{"name": "login"}]], [[{}], [{"nmae": "login"}], *NO_LIST], []),
    "tolerations": Cases(
        [
            [],
            [{"operator": "Exists"}],
            [{"key": "a", "operator": "Equal", "value": "b", "effect": "NoExecute"}],
            [{"key": "a", "effect": "NoExecute", "tolerationSeconds": 30}],
        ],
        [
            [{"key": "a", "efect": "NoSchedule"}],
            [{"key": "a", "operator": "exists"}],
            [{"key": "a", "value": True}],
            [{"key": "a", "tolerationSeconds": "30"}],
            *NO_LIST,
        ],
        [],
    ),
    "hostAliases": Cases(
        [[], [{"ip": "203.0.113.7", "hostnames": ["a", "b.example.org"]}]],
        [
            [{"ip": "203.0.113.7"}],
            [{"ip": "203.0.113.7", "hostnames": "a"}],
            [{"ip": "203.0.113.7", "hostnames": ["under_score"]}],
            [{"hostnames": ["a"]}],
            *NO_LIST,
        ],
        [],
    ),
    "dnsConfig": Cases(
        [
            {},
            {"nameservers": ["10.0.0.10"], "searches": ["example.org"]},
            {"options": [{"name": "ndots", "value": "2"}, {"name": "edns0"}]},
        ],
        [
            {"nameserver": ["10.0.0.10"]},
            {"nameservers": "10.0.0.10"},
            {"options": [{"name": "ndots", "value": 2}]},
            {"options": {"ndots": "2"}},
            ["10.0.0.10"],
            "10.0.0.10",
            7,
        ],
        [],
    ),
    "lifecycle": Cases(
        [{}, {"preStop": {"exec": {"command": ["a"]}}, "postStart": {"sleep": {"seconds": 1}}}],
        [{"prestop": {}}, {"preStop": "a"}, {"exec": {}}, ["a"], "a", 7],
        [],
    ),
    "podsOrPercent": Cases(
        [0, 1, 100, "0%", "25%", "100%"], ["25", "a%", "%", -1, 1.5, True, [1], {"a": 1}, ""], []
    ),
    "topologySpreadConstraints": Cases(
        [
            [],
            [{"topologyKey": "zone", "maxSkew": 1, "whenUnsatisfiable": "DoNotSchedule"}],
            [
                {
                    "topologyKey": "zone",
                    "maxSkew": 2,
                    "whenUnsatisfiable": "ScheduleAnyway",
                    "labelSelector": {"matchLabels": {"a": "b"}},
                    "matchLabelKeys": ["pod-template-hash"],
                    "minDomains": 2,
                    "nodeTaintsPolicy": "Honor",
                }
            ],
        ],
        [
            [{"topologyKey": "zone", "maxSkew": 1}],
            [{"topologyKey": "zone", "maxSkew": 0, "whenUnsatisfiable": "DoNotSchedule"}],
            [{"topologyKey": "zone", "maxSkew": "1", "whenUnsatisfiable": "DoNotSchedule"}],
            [{"topologyKey": "zone", "maxSkew": 1, "whenUnsatisfiable": "Never"}],
            [{"topologykey": "zone", "maxSkew": 1, "whenUnsatisfiable": "DoNotSchedule"}],
            *NO_LIST,
        ],
        [],
    ),
    "podVolumes": Cases(
        [[], [{"name": "cache", "emptyDir": {}}]], [[{"emptyDir": {}}], *NO_LIST], []
    ),
    "containers": Cases(
        [
            [],
            [{"name": "proxy", "image": "a:1", "any": {"thing": 1}}],
            [{"name": "a", "image": "a", "resources": {"limits": {"cpu": 1, "memory": "1Gi"}}}],
        ],
        [
            [{"name": "proxy"}],
            [{"image": "a:1"}],
            [{"name": "Proxy", "image": "a:1"}],
            [{"name": "proxy", "image": "a:1", "resources": {"limits": {"cpu": "a lot"}}}],
            [{"name": "proxy", "image": "a:1", "resources": {"limit": {"cpu": 1}}}],
            [{"name": "proxy", "image": "a:1", "securityContext": True}],
            [{"name": "proxy", "image": "a:1", "volumeMounts": [{"name": "tmp"}]}],
            *NO_LIST,
        ],
        [],
    ),
    "volumeMounts": Cases(
        [[], [{"name": "cache", "mountPath": "/cache", "subPath": "a", "readOnly": True}]],
        [
            [{"name": "cache"}],
            [{"mountPath": "/cache"}],
            [{"name": "cache", "mountPath": "/cache", "readonly": True}],
            [{"name": "cache", "mountPath": "/cache", "readOnly": "yes"}],
            *NO_LIST,
        ],
        [],
    ),
    "policyPeers": Cases(
        [[], *([peer] for peer in _PEERS), _PEERS],
        [*([peer] for peer in _NO_PEERS), *NO_LIST],
        [],
    ),
    "ingressRules": Cases(
        [[], [{}], [{"from": _PEERS, "ports": _POLICY_PORTS}]],
        [[{"to": _PEERS}], [{"from": _NO_PEERS[:1]}], *_NO_PORTS, *NO_LIST],
        [],
    ),
    "egressRules": Cases(
        [[], [{}], [{"to": _PEERS, "ports": _POLICY_PORTS}]],
        [[{"from": _PEERS}], [{"to": _NO_PEERS[:1]}], *_NO_PORTS, *NO_LIST],
        [],
    ),
}

_QUANTITY_MAP = Cases(
    [{}, {"limits.cpu": 4}, {"limits.memory": "4Gi"}],
    [{"limits.cpu": "4 cores"}, {"limits.cpu": -1}, {"limits.cpu": True}, ["4"], "4", 7],
    [],
)
_PATHS = Cases(["", "/tmp/heartbeat", "/a"], ["tmp/heartbeat", "/", "./a", "~", *NO_TEXT], [])
_SUBJECTS = Cases(
    [
        [],
        [{"kind": "Group", "name": "traders", "apiGroup": "rbac.authorization.k8s.io"}],
        [{"kind": "ServiceAccount", "name": "ci", "namespace": "tools"}],
    ],
    [
        [{"kind": "Group"}],
        [{"name": "traders"}],
        [{"kind": "Team", "name": "traders"}],
        [{"kind": "User", "name": ""}],
        [{"kind": "User", "name": "a", "nmespace": "b"}],
        [{"kind": "User", "name": 7}],
        ["traders"],
        {"kind": "User"},
        "traders",
        7,
    ],
    [],
)

_REGISTRY = Cases(
    ["", "registry.example.org", "localhost:5000", "10.0.0.7:5000", "registry.example.org/mirror"],
    ["https://registry.example.org", "two words", "registry.example.org/", *NO_TEXT],
    [],
)


_WEB_ADDRESS = Cases(
    ["", "http://prometheus:9090", "https://example.org/prometheus?x=1"],
    ["prometheus:9090", "ftp://prometheus", "http://", "http:// x", "HTTP://x", *NO_TEXT],
    [],
)


def _waits(*callees: str) -> Cases:
    """What a component may wait for."""
    refused = [["frontend-service"], [7], [callees[0], callees[0]], callees[0], {"on": callees[0]}]
    return Cases([list(callees), [], list(callees[:1])], refused, [])


_WORDS = Cases(
    [[], ["python", "main.py"], ["sh", "-c", "echo '{{ }}' $(HOME): #"], ["4"], [""]],
    [[4], [True], [["a"]], "python main.py", {"python": "main.py"}, 7],
    [],
)
_IDS = [{"runAsUser": 1, "runAsGroup": 0}, {"runAsUser": 2147483647, "runAsGroup": 2147483647}]
_NO_IDS: list[Any] = [
    *({"runAsUser": bad} for bad in (0, -1, 2147483648, 1.5, "472", True)),
    *({"runAsGroup": bad} for bad in (-1, 2147483648, 0.5, "0")),
    {"runasuser": 472},
    {"runAsNonRoot": "true"},
    {"seccompProfile": {"type": "runtimeDefault"}},
    {"appArmorProfile": {}},
    {"seLinuxOptions": {"level": 0}},
    {"windowsOptions": {}},
    [],
    "restricted",
]
# Values whose form no definition names, by the end of their path.
NAMED_FORMS = {
    "chedule": Cases(
        ["0 3 * * *", "*/5 * * * *", "0 4 * * SUN", "1,2 0-6 1 1 *", "@daily"],
        ["", "daily", "@never", "0 3 * *", "0 3 * * * *", "0 3 * * $", *NO_TEXT],
        [],
    ),
    "s3.endpoint": Cases(
        ["https://s3.example.org", "http://10.20.0.1:9000", "https://minio"],
        ["", "s3.example.org", "ftp://s3.example.org", "https://s3.example.org/x", *NO_TEXT],
        [],
    ),
    "s3.bucket": Cases(
        ["", "fx-backups", "a.b.c"], ["a", "Upper", "two words", "a/b", *NO_TEXT], []
    ),
    "s3.path": Cases(["mysql", "prod/mysql"], ["", "/mysql", "a/../b", *NO_TEXT], []),
    "s3.region": Cases(["", "us-east-1", "garage"], ["EU", "two words", *NO_TEXT], []),
    "image.registry": _REGISTRY,
    "global.imageRegistry": _REGISTRY,
    "service.loadBalancerClass": Cases(
        ["", "internal", "example.org/internal", "service.k8s.aws/nlb"],
        ["two words", "a/b/c", "-a", *NO_TEXT],
        [],
    ),
    "ingress.path": Cases(
        ["/", "/api", "/api/", "/a-b/c_d", "/api(/|$)(.*)", "/*"],
        ["", "api", "https://example.org/api", "/two words", *NO_TEXT],
        [],
    ),
    "service.ipFamilies": Cases(
        [[], ["IPv4"], ["IPv6", "IPv4"]],
        [["ipv4"], ["IPv4", "IPv4"], ["IPv4", "IPv6", "IPv4"], ["IPv5"], "IPv4", [4], {"a": 1}],
        [],
    ),
    "image.repository": Cases(
        ["mysql", "library/mysql", "team/my.app_name-x", "a/b/c"],
        ["", "Upper", "mysql:8", "https://x/y", "/mysql", "mysql/", "a b", *NO_TEXT],
        [],
    ),
    "image.tag": Cases(
        ["8.4.6", "latest", "_a", "1-alpine3.22", "a" * 128],
        ["", "-a", ".a", "a b", "a:b", "8.4.6@sha256", "a" * 129, *NO_TEXT],
        [],
    ),
    "image.digest": Cases(
        ["", "sha256:" + "0123456789abcdef" * 4],
        [
            "sha256:",
            "sha256:" + "0" * 63,
            "sha256:" + "0" * 65,
            "sha256:" + "A" * 64,
            "0" * 64,
            "sha512:" + "0" * 64,
            *NO_TEXT,
        ],
        [],
    ),
    "global.namePrefix": Cases(
        ["", "blue-", "b1-", "a" * 19 + "-", "a-b-"],
        ["blue", "-", "Blue-", "1-", "a" * 20 + "-", "a b-", "a.b-", *NO_TEXT],
        [],
    ),
    "config.extra": Cases(
        [
            *FORMS["environmentValues"].accepted,
            {"KEY": {"value": "text", "readBy": []}, "OTHER": "text"},
            {"KEY": {"value": "", "readBy": ["api", "trading-bot"]}},
        ],
        [
            *FORMS["environmentValues"].refused,
            {"KEY": {"value": "text"}},
            {"KEY": {"readBy": ["api"]}},
            {"KEY": {"value": 1, "readBy": ["api"]}},
            {"KEY": {"value": "text", "readBy": ["tradingBot"]}},
            {"KEY": {"value": "text", "readBy": "api"}},
            {"KEY": {"value": "text", "readby": ["api"]}},
            {"key": {"value": "text", "readBy": ["api"]}},
        ],
        [],
    ),
    "secrets.extra": Cases(
        [
            {},
            {"KEY": {"readBy": []}, "OTHER_1": {"readBy": ["api", "trading-bot"], "generate": 16}},
            {"KEY": {"readBy": ["mysql"], "generate": 128}},
        ],
        [
            {"KEY": "text"},
            {"KEY": {}},
            {"KEY": {"generate": 32}},
            {"KEY": {"readBy": ["api"], "generate": 15}},
            {"KEY": {"readBy": ["api"], "generate": 129}},
            {"KEY": {"readBy": ["api"], "generate": "32"}},
            {"KEY": {"readBy": ["api"], "value": "text"}},
            {"KEY": {"readBy": ["tradingBot"]}},
            {"KEY": {"readBy": "api"}},
            {"key": {"readBy": ["api"]}},
            ["KEY"],
            7,
        ],
        [],
    ),
    "urlSchemes.DATABASE_URL": Cases(
        ["mysql", "mysql+pymysql", "mysql2", "a-b.c"],
        ["", "MySQL", "mysql://", "2mysql", "my sql", "mysql\n", *NO_TEXT],
        [],
    ),
    "external.redis.user": Cases(
        ["", "genx", "app-1", "a" * 253], ["two words", "tab\t", "a\n", "a" * 254, *NO_TEXT], []
    ),
    "caSecret.key": Cases(
        ["ca.crt", "tls.crt", "CA_1-bundle.pem"], ["", "a/b", "a b", "ca.crt\n", *NO_TEXT], []
    ),
    "heartbeat.path": _PATHS,
    "ready.path": _PATHS,
    "liveness.path": _PATHS,
    "workingDir": _PATHS,
    "writable": Cases(
        [
            *({}, {"/app/out": {"size": "64Mi"}}, {"/a.b/_c-D/1": {"size": 1048576}}),
            {"/srv": {"volume": "data", "subPath": "out/.cache"}, "/var": {"volume": "logs"}},
        ],
        [
            *({"app/out": {"size": "1Mi"}}, {"/": {"size": "1Mi"}}, {"/a b": {"size": "1Mi"}}),
            *({"/a/": {"size": "1Mi"}}, {"/a": "1Mi"}, {"/a": {}}, {"/a": {"size": "lots"}}),
            *({"/a": {"volume": ""}}, {"/a": {"volume": "data", "size": "1Mi"}}),
            *({"/a": {"volume": "data", "subPath": bad}} for bad in ("/a", "..", "a/..", "")),
            *([], "/app/out", 7),
        ],
        [],
    ),
    "command": _WORDS,
    "args": _WORDS,
    "podSecurityContext": Cases(
        [
            *({}, *_IDS, {"fsGroup": 0, "supplementalGroups": [0, 2147483647]}),
            {"fsGroupChangePolicy": "Always", "supplementalGroupsPolicy": "Strict"},
            {"sysctls": [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}]},
            {"seLinuxOptions": {"level": "s0:c123,c456"}, "seLinuxChangePolicy": "MountOption"},
            {"appArmorProfile": {"type": "Localhost", "localhostProfile": "own"}},
        ],
        [
            *(*_NO_IDS, {"fsGroup": -1}, {"fsGroup": "0"}, {"supplementalGroups": 7}),
            *({"supplementalGroups": [-1]}, {"fsGroupChangePolicy": "Never"}),
            *({"sysctls": [{"name": "a"}]}, {"readOnlyRootFilesystem": True}),
        ],
        [],
    ),
    "containerSecurityContext": Cases(
        [
            *({}, *_IDS, {"readOnlyRootFilesystem": False, "privileged": True}),
            {"capabilities": {"add": ["NET_BIND_SERVICE"], "drop": ["ALL"]}},
            {"allowPrivilegeEscalation": True, "procMount": "Unmasked", "runAsNonRoot": False},
        ],
        [
            *(*_NO_IDS, {"fsGroup": 0}, {"capabilities": ["ALL"]}, {"privileged": "yes"}),
            *({"capabilities": {"dropped": []}}, {"capabilities": {"drop": [""]}}),
        ],
        [],
    ),
    "global.secrets.externalSecrets.refreshInterval": Cases(
        ["1h", "30m", "1h30m", "90s"], ["", "1", "1d", "h", "1 h", "-1h", "1.5h", *NO_TEXT], []
    ),
    "prometheus.url": _WEB_ADDRESS,
    "rootUrl": _WEB_ADDRESS,
    "global.tls.enabled": Cases(
        ["auto", True, False], ["", "Auto", "true", "false", "yes", 0, 1, [True], {"on": True}], []
    ),
    "frontend.waitFor": _waits("api"),
    "api.waitFor": _waits("mysql", "redis"),
    "tradingBot.waitFor": _waits("mysql", "redis", "api"),
    "grafana.waitFor": _waits("mysql"),
    "access.viewers": _SUBJECTS,
    "access.operators": _SUBJECTS,
    "resourceQuota.hard": _QUANTITY_MAP,
    "limitRange.default": _QUANTITY_MAP,
    "limitRange.defaultRequest": _QUANTITY_MAP,
    "limitRange.max": _QUANTITY_MAP,
}

TYPES = {
    "boolean": Cases([True, False], ["true", "false", "yes", 0, 1, [True], {"on": True}], []),
    "string": Cases(["", "word", "two words", "1", "true", "ünïcode: # {}"], NO_TEXT, []),
    "object": Cases([{}, {"any": {"thing": [1]}}], ["text", 7, True, [{}]], []),
}
