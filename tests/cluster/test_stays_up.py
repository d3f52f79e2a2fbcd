"""Helm reports a bot as installed when it has stayed up, and no bot that soon ends."""

from __future__ import annotations

import itertools
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from tests.chart.scenarios import SECRETS, at_path, read_yaml
from tests.cluster.forms import short_and_long
from tests.cluster.kubectl import Kubectl
from tests.cluster.processes import is_ready, restarts
from tests.cluster.release import OFF, Release
from tests.fixtures import MakeNamespace
from tests.helm import CHART, HELMS, HelmError

POD = "trading-bot-0"
# Python imports it before the program, which then ends in the midst of its work.
ENDS = "import os, threading; threading.Timer({seconds}, os._exit, [1]).start()\n"
FOR_EVER = 10**6
# Longer than it takes from the start of a pod to the second start of the slowest program.
TIMEOUT = 120
# As with an image that tells nothing of itself; the reference image does.
DEFAULTS = at_path(read_yaml(CHART / "values.yaml"), "application.tradingBot")
UNTOLD = {key: DEFAULTS[key] for key in ("heartbeat", "ready", "probes")}


def values(seconds: int) -> dict[str, Any]:
    """Return a bot that has nothing to call, and ends after so many seconds."""
    program = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "ending"},
        "data": {"sitecustomize.py": ENDS.format(seconds=seconds)},
    }
    ephemeral = {"mode": "ephemeral", "size": "16Mi"}
    return {
        "global": {
            "secrets": {"source": "values", "values": SECRETS},
            "storage": {"logs": ephemeral, "data": ephemeral},
        },
        "application": {
            "frontend": OFF,
            "api": OFF,
            "tradingBot": {
                **UNTOLD,
                "waitFor": [],
                "resources": {"requests": {"memory": "64Mi"}},
                "extraEnv": [{"name": "PYTHONPATH", "value": "/ending:/app"}],
                "extraVolumes": [{"name": "ending", "configMap": {"name": "ending"}}],
                "extraVolumeMounts": [{"name": "ending", "mountPath": "/ending"}],
            },
        },
        "data": {"mysql": OFF, "redis": OFF},
        "monitoring": {"grafana": OFF},
        "extraObjects": [program],
    }


# Seconds until a bot ends, and the Helm that installs it.
SHORT = ((6, "helm3"), (40, "helm4"))
LONG = tuple(itertools.product((6, 20, 40), HELMS))


# The long form has seven installations at once, each with a time limit.
@short_and_long("ends", SHORT, LONG, pytest.mark.alone)
def test_helm_waits_until_the_bot_has_stayed_up(
    kubectl: Kubectl,
    release: Release,
    make_namespace: MakeNamespace,
    ends: tuple[tuple[int, str], ...],
) -> None:
    """All at once, beside one that goes on: the failures are of those that end."""
    releases = {
        (seconds, helm): replace(
            release, namespace=make_namespace(f"ends-{seconds}"), helm=helm, timeout=TIMEOUT
        )
        for seconds, helm in ends
    }

    def said(seconds: int, one: Release) -> str:
        try:
            one.install(values(seconds))
        except HelmError as error:
            return str(error)
        return ""

    with ThreadPoolExecutor(len(releases) + 1) as threads:
        begin = time.monotonic()
        good = threads.submit(replace(release, timeout=240).install, values(FOR_EVER))
        ended = {key: threads.submit(said, key[0], one) for key, one in releases.items()}
        for key, future in ended.items():
            assert "deadline exceeded" in future.result(), key
        good.result()
        print(f"a bot that stays up is installed after {time.monotonic() - begin:.0f} s at most")

    for key, one in releases.items():
        pod = kubectl.get("pod", POD, one.namespace)
        assert restarts(pod) >= 1, key
        assert not is_ready(pod), key
    assert is_ready(kubectl.get("pod", POD, release.namespace))
