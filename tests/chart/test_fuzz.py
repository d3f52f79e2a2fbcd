"""Random legal values render to what is valid and keeps every invariant, or are refused by path.

A fixed seed: GENX_FX_FUZZ=1000 looks at a thousand ways to install instead of a few. What it finds
becomes a test of its own.
"""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.chart import test_invariants
from tests.chart.scenarios import SCENARIOS, Scenario, own_objects, read_yaml
from tests.chart.test_kubernetes_schema import VERSIONS, faults
from tests.helm import HELMS, HelmError, refusal, render
from tests.limits.cases import leaves
from tests.limits.strategies import scenarios

PARTS = 4
EXAMPLES = int(os.environ.get("GENX_FX_FUZZ", "40"))

Check = Callable[[str], None]
INVARIANTS: list[Check] = [
    check
    for name, check in vars(test_invariants).items()
    if name.startswith("test_") and "scenario" in check.__code__.co_varnames[:1]
]
# Making a failing example smaller takes minutes: only where many are looked at.
PHASES = [Phase.generate, *([Phase.shrink] if "GENX_FX_FUZZ" in os.environ else [])]
_numbers = itertools.count()


def test_the_invariants_are_those_of_the_suite() -> None:
    assert len(INVARIANTS) >= 30


@pytest.mark.parametrize("part", range(PARTS))
def test_legal_values_render_to_a_sound_platform(part: int) -> None:
    outcomes: list[str] = []

    @seed(part)
    @settings(
        max_examples=max(1, EXAMPLES // PARTS),
        deadline=None,
        database=None,
        phases=PHASES,
        suppress_health_check=list(HealthCheck),
    )
    @given(scenarios())
    def look(scenario: Scenario) -> None:
        outcomes.append(looked_at(scenario))

    look()
    assert outcomes.count("sound") >= len(outcomes) / 2


def looked_at(scenario: Scenario) -> str:
    """`sound` or `refused`; AssertionError where it is neither."""
    name = f"fuzz-{next(_numbers)}"
    SCENARIOS[name] = scenario
    try:
        objects = own_objects(name)
    except HelmError as error:
        assert_names_what_was_set(str(error), scenario)
        return "refused"
    else:
        for item in objects:
            assert not faults(item, VERSIONS[0]) + faults(item, VERSIONS[-1])
        for check in INVARIANTS:
            check(name)
        return "sound"
    finally:
        del SCENARIOS[name]


def assert_names_what_was_set(said: str, scenario: Scenario) -> None:
    """Each problem names a path of the values, or a part of one, near to one that was set."""
    assert "The values contradict each other" in said, said
    layers = (scenario.values, *map(read_yaml, scenario.files))
    touched = {path.split(".")[0] for layer in layers for path in paths_in(layer)}
    named = [line.split(":")[0] for line in re.findall(r"^  - (.*)", said, re.MULTILINE)]
    for path in named:
        assert any(f"{path}.".startswith(f"{p}.") or p.startswith(f"{path}.") for p in leaves()), (
            said
        )
    # A problem may lie where nothing was set: who waits for a component that was disabled.
    mentioned = set(re.findall(r"\b(\w+)\.\w+", said))
    assert touched & mentioned, said


def paths_in(values: dict[str, Any], above: str = "") -> Iterator[str]:
    for key, value in values.items():
        if isinstance(value, dict) and value:
            yield from paths_in(value, f"{above}{key}.")
        else:
            yield f"{above}{key}"


# What it has found


@pytest.mark.parametrize("helm", HELMS)
def test_node_local_dns_may_be_the_only_name_server(helm: str) -> None:
    dns = {"peers": [], "nodeLocalAddress": "169.254.20.10"}
    objects = render({"networkPolicy": {"dns": dns}}, helm=helm)
    (rule,) = objects.get("NetworkPolicy", "genx-fx-default-deny")["spec"]["egress"]
    assert rule["to"] == [{"ipBlock": {"cidr": "169.254.20.10/32"}}]


@pytest.mark.parametrize("helm", HELMS)
def test_no_name_server_is_refused(helm: str) -> None:
    # An empty list of peers would open the port to everywhere.
    said = refusal({"networkPolicy": {"dns": {"peers": []}}}, helm=helm)
    assert "networkPolicy.dns.peers" in said
