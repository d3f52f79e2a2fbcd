"""Whole numbers are printed as such: Helm reads them as floats, and prints a million as 1e+06.

In the objects of a render that is seen only where they come from the text itself: JSON has one sort
of number. So this looks at the text. Most whole numbers have bounds below a million, which would
hide that one is printed as a float: so this is a chart without its schema.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.chart.scenarios import (
    AUTOSCALED,
    COMPONENTS,
    PLAN,
    SCALED_BY_KEDA,
    SCENARIOS,
    external,
    integer_maxima,
    merged,
    nested,
    of_each,
)
from tests.chart.test_invariants import SCIENTIFIC
from tests.helm import CHART, HELMS, refusal, template

# As OpenShift gives them, and large enough for Go to print it with an exponent.
LARGE = 1_000_660_000

_PORTS = [{"ports": [{"port": LARGE, "endPort": LARGE}]}]
# Whole numbers inside what is passed through to pods and policies.
_INSIDE: dict[str, Any] = {
    "podSecurityContext": {"supplementalGroups": [LARGE]},
    "containerSecurityContext": {"runAsUser": LARGE, "runAsGroup": LARGE},
    "tolerations": [{"operator": "Exists", "tolerationSeconds": LARGE}],
    "affinity": {
        "podAffinity": {
            "preferredDuringSchedulingIgnoredDuringExecution": [
                {"weight": LARGE, "podAffinityTerm": {"topologyKey": "zone"}}
            ]
        }
    },
    "extraVolumes": [{"name": "extra", "secret": {"secretName": "own", "defaultMode": LARGE}}],
    "networkPolicy.extraIngress": [{"from": [{"podSelector": {}}], **_PORTS[0]}],
    "networkPolicy.extraEgress": [{"to": [{"podSelector": {}}], **_PORTS[0]}],
    "resources.limits.ephemeral-storage": "4Ti",
}


def large_integers() -> dict[str, Any]:
    """Every whole number of the values as a large one, also inside what is passed through."""
    maxima = integer_maxima()
    highest = max(maxima.values())
    # As far below the largest as they are there: some must be less than others.
    numbers = {path: LARGE - (highest - maximum) % 10 for path, maximum in maxima.items()}
    behavior = {"scaleUp": {"stabilizationWindowSeconds": LARGE}}
    scaled = {f"{part.path}.autoscaling.behavior": behavior for part in PLAN.components}
    ports = {"networkPolicy.apiServerPorts": [LARGE], "networkPolicy.dns.ports": [LARGE]}
    return merged(
        nested({**numbers, **{path: scaled[path] for path in scaled if _replicated(path)}}),
        of_each(COMPONENTS, _INSIDE),
        nested(
            {
                **ports,
                "global.enforceDocumentedLimits": False,
                "global.toolbox.podSecurityContext": _INSIDE["podSecurityContext"],
                "global.toolbox.containerSecurityContext": _INSIDE["containerSecurityContext"],
                "application.tradingBot.heartbeat.path": "/tmp/heartbeat",
                "application.tradingBot.ready.path": "/tmp/ready",
                "application.tradingBot.guard.enabled": True,
                "application.tradingBot.guard.leaseDuration": LARGE,
                "application.tradingBot.guard.renewDeadline": LARGE - 4,
                "application.tradingBot.guard.retryPeriod": LARGE - 6,
                "application.api.networkPolicy.internetPorts": [LARGE],
                **{f"{part.path}.service.sessionAffinity": "ClientIP" for part in PLAN.exposed},
                # More than a million Mi.
                "global.storage.logs": {"mode": "ephemeral", "size": "2Ti"},
            }
        ),
    )


def _replicated(path: str) -> bool:
    return any(path.startswith(f"{part.path}.") for part in PLAN.components if part.replicated)


# Ways to install that together print every whole number.
SETTINGS: dict[str, dict[str, Any]] = {
    "plain": large_integers(),
    "scaled_behind_a_gateway": merged(
        large_integers(),
        nested(
            {
                **AUTOSCALED,
                "global.exposure": "gateway",
                "global.gateway.className": "envoy",
                **{f"{part.path}.service.nodePort": 0 for part in PLAN.exposed},
                "global.tls.enabled": True,
                "monitoring.grafana.prometheus.url": "http://prometheus.monitoring",
                "monitoring.grafana.prometheus.peers": [{"namespaceSelector": {}}],
            }
        ),
    ),
    "scaled_by_keda": merged(large_integers(), nested(SCALED_BY_KEDA)),
    "backed_up": merged(
        large_integers(),
        nested(
            {
                "data.mysql.backup.enabled": True,
                "data.mysql.backup.destination": "s3",
                "data.mysql.backup.s3.bucket": "fx-backups",
                "data.mysql.backup.verification.maxAgeSeconds": LARGE - 1,
                "data.mysql.backup.binaryLogs.expireSeconds": LARGE,
            }
        ),
    ),
    "external_servers": merged(
        large_integers(),
        nested(
            external("mysql", "mysql.example.org", initialization={"enabled": True})
            | external("redis", "redis.example.org"),
        ),
    ),
}


@dataclass(frozen=True)
class Place:
    """One `int64` of a template: the only thing between a large number and a float."""

    file: str
    start: int
    """Where `| int64` begins in the text of the file."""

    def __str__(self) -> str:
        line = (CHART / self.file).read_text()[: self.start].count("\n") + 1
        return f"{self.file}:{line}"


# What is computed with, and not printed: `common.bytes` gives a number to divide.
_COMPUTED = re.compile(r':=|^\{\{- include "common\.number"|if ')


def places(chart: Path) -> list[Place]:
    """Return each `| int64` of a chart whose result is printed into an object.

    A line that several files have from one source is looked at in the first of them.
    """
    found: dict[tuple[str, str], Place] = {}
    for path in sorted(chart.glob("**/templates/**/*.*")):
        if "checks" in path.parts:
            continue
        text = path.read_text()
        source = text.partition("\n")[0]
        for match in re.finditer(r" \| int64\b", text):
            line = text[text.rfind("\n", 0, match.start()) + 1 : match.end()]
            if not _COMPUTED.search(line):
                place = Place(str(path.relative_to(chart)), match.start())
                found.setdefault((source, line), place)
    return list(found.values())


def without_schema(chart: Path, folder: Path) -> Path:
    """Copy a chart that takes whole numbers of any size."""
    copied = folder / chart.name
    shutil.copytree(chart, copied)
    (copied / "values.schema.json").unlink()
    return copied


def without_int64(chart: Path, place: Place, folder: Path) -> Path:
    """Copy a chart without its schema and without one `int64`."""
    copied = without_schema(chart, folder)
    text = (chart / place.file).read_text()
    rest = text[place.start :].removeprefix(" | int64")
    (copied / place.file).write_text(text[: place.start] + rest)
    return copied


def floats(text: str) -> list[str]:
    """Return the lines of a text that hold a number with an exponent."""
    return [line for line in text.splitlines() if SCIENTIFIC.search(line)]


@pytest.fixture(scope="module")
def boundless(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The chart without its schema."""
    return without_schema(CHART, tmp_path_factory.mktemp("boundless"))


@pytest.mark.parametrize("helm", HELMS)
@pytest.mark.parametrize(
    "name",
    ["integers_at_their_maximum", "autoscaling_at_its_maximum", "scaled_by_keda_at_its_maximum"],
)
def test_no_integer_at_its_maximum_is_printed_as_a_float(name: str, helm: str) -> None:
    text = template(SCENARIOS[name].values, helm=helm)
    assert floats(text) == []


@pytest.mark.parametrize("helm", HELMS)
@pytest.mark.parametrize("setting", SETTINGS)
def test_no_large_integer_is_printed_as_a_float(setting: str, helm: str, boundless: Path) -> None:
    text = template(SETTINGS[setting], helm=helm, chart=boundless)
    assert floats(text) == []
    assert text.count(str(LARGE)) > 50


@pytest.mark.parametrize("place", places(CHART), ids=str)
def test_each_int64_keeps_a_large_integer_from_being_a_float(place: Place, tmp_path: Path) -> None:
    """Who drops one turns a test red: the one above."""
    chart = without_int64(CHART, place, tmp_path)
    assert any(floats(template(values, chart=chart)) for values in SETTINGS.values())


@pytest.mark.parametrize("helm", HELMS)
def test_messages_hold_no_floats(helm: str) -> None:
    message = refusal(
        nested(
            {
                "global.enforceDocumentedLimits": False,
                "application.api.autoscaling.enabled": True,
                "application.api.autoscaling.minReplicas": 3_000_000,
                "application.api.autoscaling.maxReplicas": 2_000_000,
                "data.redis.resources.requests.memory": 2**40,
                "data.redis.resources.limits.memory": 2**30,
                "data.redis.resources.limits.ephemeral-storage": 2**20,
                "application.api.extraVolumes": [
                    {"name": "large", "emptyDir": {"sizeLimit": 2**42, "medium": "Memory"}}
                ],
                "application.api.resources.limits.memory": 2**30,
                "resourceQuota.enabled": True,
                "resourceQuota.hard": {"limits.memory": 2**31},
                "limitRange.enabled": True,
                "limitRange.max": {"memory": 2**29},
            }
        ),
        helm=helm,
    )
    assert floats(message) == []
    for number in (3_000_000, 2_000_000, 2**40, 2**30, 2**20, 2**31, 2**29):
        assert str(number) in message


@pytest.mark.parametrize("text", ["1e+06", "2.147483647e+09", "--port=1.5e+07", "2e+06Mi"])
def test_a_float_is_seen_by_its_text(text: str) -> None:
    assert SCIENTIFIC.search(f"runAsUser: {text}")
