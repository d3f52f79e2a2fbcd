"""JSON Schema of the types of values. Patterns are RE2, as Helm's validator needs them.

A failed pattern would show a user the pattern. So text is tested in an `if`, and the `else` says
what is wanted as a constant: Helm then prints "value must be 'a DNS name such as …'".

A definition is referred to by `$ref` beside a description and a default: draft-07 has validators
ignore those two there, and editors show them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from generator.spec.quantities import Quantity
from generator.values.quantity_patterns import BYTES, CORES, Unit, at_least, at_most
from generator.values.tree import JsonSchema

DNS_LABEL = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
DNS_NAME = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"
IPV4 = (
    r"(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(\.(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])){3}"
)
_HEXTET = "[0-9a-fA-F]{1,4}"
_HEXTETS = f"(({_HEXTET}:){{0,6}}{_HEXTET})?"
IPV6 = f"(({_HEXTET}:){{7}}{_HEXTET}|{_HEXTETS}::{_HEXTETS})"
QUALIFIED_NAME = r"([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
SUB_PATH = r"^([^/.][^/]*|\.[^/.][^/]*)(/([^/.][^/]*|\.[^/.][^/]*))*$"
REGISTRY = r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:[0-9]+)?(/[a-z0-9]+([._-]+[a-z0-9]+)*)*"


BOOLEAN: JsonSchema = {"type": "boolean"}
TEXT: JsonSchema = {"type": "string"}
OBJECT: JsonSchema = {"type": "object"}

AS_DOCUMENTED = ", as documented; global.enforceDocumentedLimits: false allows more"


def with_message(condition: JsonSchema, wanted: str) -> JsonSchema:
    """Return the condition, and what a user is told where it does not hold."""
    return {"if": condition, "else": {"const": wanted}}


def matching(pattern: str, wanted: str, longest: int = 253) -> JsonSchema:
    """Return text of a certain form, which `wanted` describes."""
    return with_message({"type": "string", "pattern": pattern, "maxLength": longest}, wanted)


def _map(keys: str, values: JsonSchema, wanted: str) -> JsonSchema:
    """Return a mapping with keys of the user's choice, and what a user is told of a wrong key."""
    return {
        "type": "object",
        "patternProperties": {f"^{keys}$": values},
        # `propertyNames` would say it too, but Helm then names a wrong path.
        "additionalProperties": {"const": wanted},
    }


def _or_empty(pattern: str) -> str:
    return f"^({pattern.removeprefix('^').removesuffix('$')})?$"


_ADDRESS_RANGE = f"^({IPV4}/(3[0-2]|[12]?[0-9])|{IPV6}/(12[0-8]|1[01][0-9]|[1-9]?[0-9]))$"
UNITS = {"cores": CORES, "bytes": BYTES}


def _amount(*units: Unit) -> JsonSchema:
    """Return a quantity of one of these units, or a number."""
    texts = [{"type": "string", "pattern": unit.pattern} for unit in units]
    return {"anyOf": [{"type": "number", "minimum": 0}, *texts]}


_TEXT_FORMS = {
    "dnsName": (DNS_NAME, "a DNS name such as mysql.example.com", 253),
    "dnsLabel": (DNS_LABEL, "a DNS label such as kube-system", 63),
    "addressRange": (_ADDRESS_RANGE, "a range of addresses such as 10.0.0.0/8", 64),
    "qualifiedName": (f"^{QUALIFIED_NAME}$", "a name such as example.org/internal", 253),
    "registry": (f"^{REGISTRY}$", "a registry such as registry.example.org:5000", 253),
    "repository": (r"^[a-z0-9]+([._/-]+[a-z0-9]+)*$", "a repository such as library/mysql", 253),
    "tag": (r"^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$", "a tag such as 8.4.6, in quotes", 128),
    "digest": ("^sha256:[0-9a-f]{64}$", "sha256: and 64 hexadecimal digits", 71),
    "ipv4Address": (f"^{IPV4}$", "an address such as 169.254.20.10", 15),
    # Names that images and scripts put into SQL, options and URLs.
    "databaseUser": (
        "^[A-Za-z0-9_][A-Za-z0-9_.@+-]*$",
        "1 to 32 letters, digits and _ . @ + -, such as genx_user",
        32,
    ),
    "databaseName": (
        "^[A-Za-z0-9_][A-Za-z0-9_-]*$",
        "1 to 64 letters, digits, _ and -, such as genx_db",
        64,
    ),
}


def integer(minimum: int, maximum: int | None = None) -> JsonSchema:
    """Return a whole number within bounds, both included."""
    bounds: JsonSchema = {"type": "integer", "minimum": minimum}
    return bounds if maximum is None else bounds | {"maximum": maximum}


CHART_LABELS = (
    "app",
    "tier",
    "app.kubernetes.io/name",
    "app.kubernetes.io/instance",
    "app.kubernetes.io/component",
    "app.kubernetes.io/part-of",
    "app.kubernetes.io/version",
    "app.kubernetes.io/managed-by",
    "helm.sh/chart",
)
"""Labels that the chart sets: another value would hide pods from Services and NetworkPolicies."""


def _labels_but(*refused: str) -> JsonSchema:
    """Return labels with keys of the user's choice, but for those that the chart sets itself."""
    taken: JsonSchema = {"const": "nothing: the chart sets this label itself"}
    own = f"^({'|'.join(map(re.escape, refused))})$"
    return {
        "type": "object",
        "allOf": [{"$ref": "#/definitions/labelMap"}],
        "patternProperties": {own: taken},
    }


_ENVIRONMENT_NAME = "[A-Z][A-Z0-9_]*"
_ENVIRONMENT_KEY = "under a key of capital letters, digits and _ such as MY_KEY"
NAME: JsonSchema = {"type": "string", "minLength": 1}


def _strict(required: tuple[str, ...], **properties: JsonSchema) -> JsonSchema:
    """Return an object with these keys and no others."""
    return {
        "type": "object",
        "properties": properties,
        **({"required": list(required)} if required else {}),
        "additionalProperties": False,
    }


def _list_of(definition: str) -> JsonSchema:
    return {"type": "array", "items": {"$ref": f"#/definitions/{definition}"}}


_KEY_OF_OBJECT = _strict(("name", "key"), name=NAME, key=NAME, optional=BOOLEAN)
_VALUE_FROM = _strict(
    (),
    configMapKeyRef=_KEY_OF_OBJECT,
    secretKeyRef=_KEY_OF_OBJECT,
    fieldRef=_strict(("fieldPath",), apiVersion=TEXT, fieldPath=NAME),
    resourceFieldRef=_strict(("resource",), containerName=TEXT, resource=NAME, divisor=TEXT),
)
_USER_ID = integer(1, 2147483647)
_GROUP_ID = integer(0, 2147483647)
# What pods and containers say in the same form.
_EITHER_SECURITY_CONTEXT: dict[str, JsonSchema] = {
    "runAsNonRoot": BOOLEAN,
    "runAsUser": _USER_ID,
    "runAsGroup": _GROUP_ID,
    "seccompProfile": {"$ref": "#/definitions/securityProfile"},
    "appArmorProfile": {"$ref": "#/definitions/securityProfile"},
    "seLinuxOptions": {"type": "object", "additionalProperties": TEXT},
}
_RULE_PORTS: JsonSchema = {"ports": _list_of("policyPort")}

# Small types of Kubernetes' API, which values pass through. `validate --render` judges the others.
# https://kubernetes.io/docs/reference/kubernetes-api/
_PASSED_THROUGH: dict[str, JsonSchema] = {
    "environmentVariables": {
        "type": "array",
        "items": _strict(("name",), name=NAME, value=TEXT, valueFrom=_VALUE_FROM),
    },
    "environmentSource": _strict(("name",), name=NAME, optional=BOOLEAN),
    "environmentSources": {
        "type": "array",
        "items": _strict(
            (),
            prefix=TEXT,
            configMapRef={"$ref": "#/definitions/environmentSource"},
            secretRef={"$ref": "#/definitions/environmentSource"},
        ),
    },
    "words": {"type": "array", "items": TEXT},
    "pullSecrets": {"type": "array", "items": _strict(("name",), name=NAME)},
    "tolerations": {
        "type": "array",
        "items": _strict(
            (),
            key=TEXT,
            operator={"enum": ["Exists", "Equal"]},
            value=TEXT,
            effect={"enum": ["NoSchedule", "PreferNoSchedule", "NoExecute"]},
            tolerationSeconds={"type": "integer"},
        ),
    },
    "hostAliases": {
        "type": "array",
        "items": _strict(("ip", "hostnames"), ip=NAME, hostnames=_list_of("dnsName")),
    },
    "dnsConfig": _strict(
        (),
        nameservers={"type": "array", "items": NAME},
        searches={"type": "array", "items": NAME},
        options={"type": "array", "items": _strict(("name",), name=NAME, value=TEXT)},
    ),
    "lifecycle": _strict((), postStart=OBJECT, preStop=OBJECT),
    "podsOrPercent": with_message(
        {"anyOf": [integer(0), {"type": "string", "pattern": "^[0-9]+%$"}]},
        "a number of pods such as 1, or a share such as 25%",
    ),
    "topologySpreadConstraints": {
        "type": "array",
        "items": _strict(
            ("topologyKey", "maxSkew", "whenUnsatisfiable"),
            topologyKey=NAME,
            maxSkew=integer(1),
            whenUnsatisfiable={"enum": ["DoNotSchedule", "ScheduleAnyway"]},
            minDomains=integer(1),
            labelSelector={"$ref": "#/definitions/labelSelector"},
            matchLabelKeys={"type": "array", "items": NAME},
            nodeAffinityPolicy={"enum": ["Honor", "Ignore"]},
            nodeTaintsPolicy={"enum": ["Honor", "Ignore"]},
        ),
    },
    "securityProfile": _strict(
        ("type",),
        type={"enum": ["RuntimeDefault", "Localhost", "Unconfined"]},
        localhostProfile=NAME,
    ),
    "podSecurityContext": _strict(
        (),
        **_EITHER_SECURITY_CONTEXT,
        fsGroup=_GROUP_ID,
        fsGroupChangePolicy={"enum": ["OnRootMismatch", "Always"]},
        supplementalGroups={"type": "array", "items": _GROUP_ID},
        supplementalGroupsPolicy={"enum": ["Merge", "Strict"]},
        seLinuxChangePolicy={"enum": ["Recursive", "MountOption"]},
        sysctls={"type": "array", "items": _strict(("name", "value"), name=NAME, value=TEXT)},
    ),
    "containerSecurityContext": _strict(
        (),
        **_EITHER_SECURITY_CONTEXT,
        allowPrivilegeEscalation=BOOLEAN,
        privileged=BOOLEAN,
        procMount={"enum": ["Default", "Unmasked"]},
        readOnlyRootFilesystem=BOOLEAN,
        capabilities=_strict(
            (),
            add={"type": "array", "items": NAME},
            drop={"type": "array", "items": NAME},
        ),
    ),
    "podVolumes": {
        "type": "array",
        "items": {"type": "object", "required": ["name"]},
    },
    "containers": {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "name": {"$ref": "#/definitions/dnsLabel"},
                "resources": _strict(
                    (),
                    requests={"$ref": "#/definitions/quantityMap"},
                    limits={"$ref": "#/definitions/quantityMap"},
                    claims={"type": "array"},
                ),
                "securityContext": OBJECT,
                "volumeMounts": {"$ref": "#/definitions/volumeMounts"},
            },
            "required": ["name", "image"],
        },
    },
    "volumeMounts": {
        "type": "array",
        "items": _strict(
            ("name", "mountPath"),
            name=NAME,
            mountPath=NAME,
            subPath=TEXT,
            subPathExpr=TEXT,
            readOnly=BOOLEAN,
            recursiveReadOnly={"enum": ["Disabled", "IfPossible", "Enabled"]},
            mountPropagation={"enum": ["None", "HostToContainer", "Bidirectional"]},
        ),
    },
    "labelSelector": _strict(
        (),
        matchLabels={"$ref": "#/definitions/labelMap"},
        matchExpressions={
            "type": "array",
            "items": _strict(
                ("key", "operator"),
                key=NAME,
                operator={"enum": ["In", "NotIn", "Exists", "DoesNotExist"]},
                values={"type": "array", "items": TEXT},
            ),
        },
    ),
    "policyPeers": {
        "type": "array",
        "items": _strict(
            (),
            ipBlock=_strict(
                ("cidr",),
                cidr={"$ref": "#/definitions/addressRange"},
                **{"except": _list_of("addressRange")},
            ),
            namespaceSelector={"$ref": "#/definitions/labelSelector"},
            podSelector={"$ref": "#/definitions/labelSelector"},
        )
        | {"minProperties": 1},
    },
    "policyPort": _strict(
        (),
        protocol={"enum": ["TCP", "UDP", "SCTP"]},
        port={"anyOf": [integer(1, 65535), NAME]},
        endPort=integer(1, 65535),
    ),
    "ingressRules": {
        "type": "array",
        "items": _strict((), **{"from": {"$ref": "#/definitions/policyPeers"}}, **_RULE_PORTS),
    },
    "egressRules": {
        "type": "array",
        "items": _strict((), to={"$ref": "#/definitions/policyPeers"}, **_RULE_PORTS),
    },
}

DEFINITIONS: dict[str, JsonSchema] = {
    **_PASSED_THROUGH,
    **{name: matching(*form) for name, form in _TEXT_FORMS.items()},
    **{
        f"{name}OrEmpty": matching(_or_empty(pattern), f"empty, or {wanted}", longest)
        for name, (pattern, wanted, longest) in _TEXT_FORMS.items()
    },
    **{f"any{name.title()}": _amount(unit) for name, unit in UNITS.items()},
    **{
        name: with_message({"$ref": f"#/definitions/any{name.title()}"}, unit.examples)
        for name, unit in UNITS.items()
    },
    # In a block of YAML, other characters than these two would end a line as well, or be refused.
    "lines": with_message(
        {"type": "string", "pattern": "^[^\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]*$"},
        "lines of text, without control characters",
    ),
    # Which volumes there are is asked by a check of the chart.
    "writablePaths": _map(
        "(/[A-Za-z0-9._-]+)+",
        {
            "if": {"required": ["volume"]},
            "then": _strict(
                ("volume",),
                volume=NAME,
                subPath=matching(SUB_PATH, "a path inside the volume such as out, without .."),
            ),
            "else": _strict(("size",), size={"$ref": "#/definitions/bytes"}),
        },
        "under a path such as /app/out",
    ),
    "quantity": with_message(_amount(CORES, BYTES), f"{CORES.examples}, or {BYTES.examples}"),
    "urlParameters": _map(
        r"[A-Za-z0-9_.\[\]-]+", TEXT, "under the name of a parameter such as ssl_ca"
    ),
    "aliases": _map(
        _ENVIRONMENT_NAME,
        matching(f"^{_ENVIRONMENT_NAME}$", "the name of a variable such as MT5_LOGIN"),
        _ENVIRONMENT_KEY,
    ),
    "environmentValues": _map(_ENVIRONMENT_NAME, TEXT, _ENVIRONMENT_KEY),
    "labelMap": _map(
        QUALIFIED_NAME,
        matching(
            "^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$", "a label such as blue, in quotes", 63
        ),
        "under a key such as example.org/team",
    ),
    # remoteRef of an ExternalSecret: https://external-secrets.io/latest/api/externalsecret/
    "remoteReferences": _map(
        _ENVIRONMENT_NAME,
        _strict(
            ("key",),
            key=NAME,
            property=TEXT,
            version=TEXT,
            conversionStrategy=TEXT,
            decodingStrategy=TEXT,
            metadataPolicy=TEXT,
            nullBytePolicy=TEXT,
        ),
        _ENVIRONMENT_KEY,
    ),
    "scriptMap": _map(
        r"[A-Za-z0-9._-]+\.(sql|sh)",
        NAME,
        "under a name of letters, digits and . _ - that ends in .sql or .sh, such as 50-views.sql",
    ),
    # https://grafana.com/docs/grafana/latest/administration/provisioning/
    "dataSourceList": {
        "type": "array",
        "items": _strict(
            ("name", "type"),
            name=NAME,
            type=NAME,
            uid=matching("^[A-Za-z0-9_-]{1,40}$", "1 to 40 letters, digits, - and _"),
            access={"enum": ["proxy", "direct"]},
            url=TEXT,
            user=TEXT,
            database=TEXT,
            basicAuth=BOOLEAN,
            basicAuthUser=TEXT,
            withCredentials=BOOLEAN,
            jsonData=OBJECT,
            secureJsonData={"type": "object", "additionalProperties": TEXT},
        ),
    },
    "dashboardMap": _map(
        r"[A-Za-z0-9._-]+\.json",
        NAME,
        "under a name of letters, digits and . _ - that ends in .json, such as orders.json",
    ),
    "nameList": {
        "type": "array",
        "items": {"$ref": "#/definitions/dnsName"},
        "uniqueItems": True,
    },
    "ownLabels": _labels_but(*CHART_LABELS),
    "annotationMap": _map(QUALIFIED_NAME, TEXT, "under a key such as example.org/team"),
    "objectList": {"type": "array", "items": {"type": "object"}},
    "addressRangeList": {"type": "array", "items": {"$ref": "#/definitions/addressRange"}},
    "portList": {"type": "array", "items": integer(1, 65535), "minItems": 1},
    "quantityMap": {"type": "object", "additionalProperties": {"$ref": "#/definitions/quantity"}},
    # Subjects of a RoleBinding: https://kubernetes.io/docs/reference/access-authn-authz/rbac/
    "subjectList": {
        "type": "array",
        "items": _strict(
            ("kind", "name"),
            apiGroup=TEXT,
            kind={"enum": ["User", "Group", "ServiceAccount"]},
            name=NAME,
            namespace={"$ref": "#/definitions/dnsLabel"},
        ),
    },
}


def defined(name: str) -> JsonSchema:
    """Return what one of the definitions says."""
    return {"$ref": f"#/definitions/{name}"}


def optional(name: str) -> JsonSchema:
    """Return the empty string, or what the definition says."""
    return defined(f"{name}OrEmpty")


@dataclass(frozen=True)
class Limits:
    """Documented bounds of a quantity, both included."""

    unit: str
    """Key of UNITS."""
    low: Quantity | None
    high: Quantity | None

    @property
    def name(self) -> str:
        """Name of their definition: from512MiTo2Gi."""
        low = f"from{self.low}" if self.low else ""
        return f"{low}To{self.high}" if self.high else low

    @property
    def definitions(self) -> dict[str, JsonSchema]:
        """The schema of the limits, and of each bound; what is no quantity is passed over."""
        bounds = {
            f"{word}{bound}": _bound(word, bound, UNITS[self.unit])
            for word, bound in (("atLeast", self.low), ("atMost", self.high))
            if bound
        }
        well_formed = defined(f"any{self.unit.title()}")
        outside = {"not": {"allOf": [defined(name) for name in bounds]}}
        span = " to ".join(str(bound) for bound in (self.low, self.high) if bound)
        words = span if self.high else f"at least {span}"
        told = {"const": f"{words}{AS_DOCUMENTED}"}
        return {self.name: {"if": {"allOf": [well_formed, outside]}, "then": told}, **bounds}


def _bound(word: str, bound: Quantity, unit: Unit) -> JsonSchema:
    pattern, keyword = {
        "atLeast": (at_least, "minimum"),
        "atMost": (at_most, "maximum"),
    }[word]
    whole = bound.value == bound.value.to_integral_value()
    number = int(bound.value) if whole else float(bound.value)
    return {
        "anyOf": [
            {"type": "number", keyword: number},
            {"type": "string", "pattern": pattern(bound.value, unit)},
        ]
    }


def documented_maximum(most: int) -> JsonSchema:
    """Return at most so many; what is no whole number is passed over."""
    more = {"type": "integer", "minimum": most + 1}
    return {"if": more, "then": {"const": f"at most {most}{AS_DOCUMENTED}"}}


def _readers(components: list[str]) -> JsonSchema:
    return {"type": "array", "items": choice(*components), "uniqueItems": True}


def extra_secrets(components: list[str]) -> JsonSchema:
    """Return keys of a Secret, each with the components that read it."""
    entry = _strict(("readBy",), readBy=_readers(components), generate=integer(16, 128))
    return _map(_ENVIRONMENT_NAME, entry, _ENVIRONMENT_KEY)


def extra_config(components: list[str]) -> JsonSchema:
    """Return keys of a ConfigMap, each as text or with the components that read it."""
    entry = _strict(("value", "readBy"), value=TEXT, readBy=_readers(components))
    return _map(
        _ENVIRONMENT_NAME, {"if": {"type": "object"}, "then": entry, "else": TEXT}, _ENVIRONMENT_KEY
    )


def choice(*allowed: str | bool) -> JsonSchema:
    """Return one of these words, or true or false."""
    return {"enum": list(allowed)}


PORT = integer(1, 65535)
FILE_PATH = matching("^(/.+)?$", "empty, or a path that begins with /")
URL_PATH = matching(r"^/\S*$", "a path that begins with /, such as /api")
PULL_POLICY = choice("", "IfNotPresent", "Always", "Never")
SECONDS = integer(1, 86400)
