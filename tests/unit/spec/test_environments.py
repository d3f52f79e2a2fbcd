"""Values of an environment are refused in the words of genx-fx validate."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.errors import SpecError
from generator.load import load_platform
from tests.spec_files import CONTENT, FOREX

TEXT = FOREX.read_text()
BEFORE = TEXT[: TEXT.index("environments:\n")]
HEAD = "environments:\n  only:\n    about: One\n    values:\n      "
LINE = (BEFORE + HEAD).count("\n") + 1
"""Where the values begin, at column 7."""
API_REPLICAS = BEFORE[: BEFORE.index("replicas:", BEFORE.index("    api:\n"))].count("\n") + 1

CASES = {
    "global: {exposure: ingress}": [],
    "global: {exposur: ingress}": ["16: global.exposur: unknown key; did you mean 'exposure'?"],
    "global: {storag: {logs: {mode: ephemeral}}}": [
        "16: global.storag: unknown key; did you mean 'storage'?"
    ],
    "global: {exposur: ingress, domain: a_b}": [
        "16: global.exposur: unknown key; did you mean 'exposure'?",
        "42: global.domain: is a_b; wanted is a DNS name such as mysql.example.com",
    ],
    "global: {cattle: {systemDefaultRegistry: r}}": [],
    "global: {tls: {one: 1, two: 2}}": [
        "22: global.tls.one: unknown key; allowed are enabled, source, secretName",
        "30: global.tls.two: unknown key; allowed are enabled, source, secretName",
    ],
    "global: {exposure: clusterip}": [
        "26: global.exposure: is clusterip; allowed are loadBalancer, ingress, gateway, clusterIP;"
        " did you mean 'clusterIP'?"
    ],
    "application: {api: {replicas: 99}}": [
        "37: application.api.replicas: is 99; the document allows at most 50"
        f" (architecture: api, FILE:{API_REPLICAS});"
        " global.enforceDocumentedLimits: false allows more"
    ],
    "application: {api: {replicas: 0}}": [
        "37: application.api.replicas: is 0; at least 1 is wanted"
    ],
    'global: {tls: {enabled: "true"}}': [
        "31: global.tls.enabled: is \"true\"; allowed are auto, true, false; did you mean 'true'?"
    ],
    "global: {config: {ENV: yes}}": [
        "30: global.config.ENV: is yes, which YAML reads as true; text is wanted; put it in quotes"
    ],
    "global: {config: {ENV: 1.0}}": [
        "30: global.config.ENV: is 1.0, a number; text is wanted; put it in quotes"
    ],
    "config: {ENV: test}": ["7: config: unknown key; did you mean global.config?"],
    "application: {api: {resources: {limits: {memory: 1GB}}}}": [
        "56: application.api.resources.limits.memory: is 1GB;"
        " wanted is bytes such as 1073741824, 512Mi or 1.5Gi, with up to three "
        "decimals from M and Mi on"
    ],
    "global: {config: {ENV: , MT5_SERVER: a}}": [
        "30: global.config.ENV: nothing is given; give a value or leave the key out"
    ],
}


def mistakes(folder: Path, values: str) -> list[str]:
    """What is wrong with our spec where these are the values of its only environment.

    Each line is without the name of the file and the path of the environment.
    """
    file = folder / "genx-fx.yaml"
    (folder / "platform").symlink_to(CONTENT)
    file.write_text(f"{BEFORE}{HEAD}{values}\n")
    try:
        load_platform(file)
    except SpecError as error:
        *lines, count = error.lines
        assert count.startswith(f"{file}: {len(lines)} error")
        assert all(line.count(" environments.only.values.") == 1 for line in lines)
        short = [line.replace("environments.only.values.", "") for line in lines]
        return [line.removeprefix(f"{file}:").replace(str(file), "FILE") for line in short]
    return []


@pytest.mark.parametrize("values", CASES)
def test_values_that_the_chart_refuses_are_named_at_their_place(
    tmp_path: Path, values: str
) -> None:
    assert mistakes(tmp_path, values) == [f"{LINE}:{line}" for line in CASES[values]]


def test_values_are_judged_as_an_overlay_that_lifts_the_limits(tmp_path: Path) -> None:
    values = "global: {enforceDocumentedLimits: false}\n      application: {api: {replicas: 99}}"

    assert mistakes(tmp_path, values) == []
