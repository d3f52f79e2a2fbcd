"""Random legal values: what a person may sensibly set, for any part of the chart's values."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.chart.scenarios import (
    OPTIONAL_SECRETS,
    OWN_ACCOUNT,
    SCENARIOS,
    SECRETS,
    Scenario,
    merged,
    nested,
)
from tests.limits.cases import all_cases, documented, leaves

_PEER = {"podSelector": {"matchLabels": {"team": "trading"}}}
_SPREAD = {"topologyKey": "rack", "maxSkew": 1, "whenUnsatisfiable": "ScheduleAnyway"}
_VIEWER = {"kind": "Group", "name": "traders", "apiGroup": "rbac.authorization.k8s.io"}

# Where the suite's invariants would not hold because a person took something away by name, or where
# the schema leaves the form to Kubernetes and the sense to a person: by the end of the path.
SENSIBLE: dict[str, list[Any]] = {
    "podDisruptionBudget.enabled": [True],
    "image.tag": ["9.1.0", "8.4.6-debian"],
    "writable": [{}, {"/app/out": {"size": "1Mi"}}, {"/tmp": {"size": 1048576}}],
    "podSecurityContext": [{}, {"runAsUser": 2147483647, "runAsGroup": 65534, "fsGroup": 10000}],
    "containerSecurityContext": [{}, {"runAsUser": 10000, "readOnlyRootFilesystem": True}],
    "imagePullSecrets": [[], [{"name": "registry-login"}]],
    "tolerations": [[], [{"key": "dedicated", "operator": "Exists", "effect": "NoSchedule"}]],
    "affinity": [{}, {"podAntiAffinity": {}}],
    "behavior": [{}, {"scaleDown": {"stabilizationWindowSeconds": 60}}],
    "aliases": [{}],  # name what the component has; tests/chart/test_aliases.py shows them
    "secrets.extra": [{}, {"OWN": {"readBy": [], "generate": 32}}],
    "extraEnv": [[], [{"name": "EXTRA", "value": "1e3"}]],
    "extraEnvFrom": [[], [{"configMapRef": {"name": "own", "optional": True}}]],
    "extraIngress": [[], [{"from": [_PEER]}]],
    "extraEgress": [[], [{"to": [_PEER]}]],
    "exposedTo.users": [[], [{"ipBlock": {"cidr": "203.0.113.0/24"}}]],
    "exposedTo.admins": [[], [{"ipBlock": {"cidr": "198.51.100.0/24"}}]],
    "prometheus.peers": [[], [{"namespaceSelector": {}}]],
    "mysql.peers": [[], [{"namespaceSelector": {}}]],
    "redis.peers": [[], [{"namespaceSelector": {}}]],
    "dns.peers": [[], [{"namespaceSelector": {}}]],
    "viewers": [[], [_VIEWER]],
    "operators": [[], [_VIEWER]],
    "limits.ephemeral-storage": ["2Gi", 4294967296],  # scratch volumes must fit
    "existingClaim": ["", "nfs-share", "kept-claim"],
    "existingSecret": ["", "vaulted"],
    "global.secrets.values": [{}, SECRETS, SECRETS | OPTIONAL_SECRETS],
    "extraObjects": [[]],
    "serviceAccount.name": ["", OWN_ACCOUNT],
    "apiServerCidrs": [["0.0.0.0/0", "::/0"], ["10.0.0.1/32"]],
    "topologySpreadConstraints": [[], [_SPREAD]],
    "hostname": ["", "trade.example.org", "genx-fx.local"],
    "domain": ["fx.example.org", "localhost"],
}


# Values that only make sense together with others; tests/chart/scenarios.py shows them.
TOGETHER = ("extraVolumes", "extraVolumeMounts", "extraContainers", "extraInitContainers")
PATHS = sorted(path for path in leaves() if not path.endswith(TOGETHER))


def legal(path: str) -> st.SearchStrategy[Any]:
    """Return legal values of one path."""
    for ending, values in SENSIBLE.items():
        if path.endswith(f".{ending}") or path == ending:
            return st.sampled_from(values)
    schema = leaves()[path].schema
    cases = st.sampled_from(all_cases()[path].accepted)
    if schema.get("type") == "integer":
        most = schema.get("maximum", 50)
        return st.one_of(cases, st.integers(schema["minimum"], most))
    if schema.get("$ref", "").endswith("/bytes") and path not in documented():
        return st.one_of(st.integers(1, 10**15), st.integers(1, 4096).map("{}Mi".format))
    return cases


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """Draw one of the known ways to install the platform, with some values set anew."""
    base = SCENARIOS[draw(st.sampled_from(sorted(SCENARIOS)))]
    paths = draw(st.lists(st.sampled_from(PATHS), min_size=1, max_size=12, unique=True))
    anew = {path: draw(legal(path), label=path) for path in paths}
    return Scenario(merged(base.values, nested(anew)), base.files)
