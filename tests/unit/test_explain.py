"""`genx-fx explain`."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from generator.chart.values.platform import umbrella_values
from generator.chart.values.quantity_patterns import BYTES
from generator.cli import commands
from generator.errors import UsageError
from generator.explain.page import NOT_IN_SPEC, Explanations
from generator.plan.platform import Plan
from generator.spec.load import load_spec
from tests.helm import ROOT

SPECS = [ROOT / "genx-fx.yaml", *sorted((ROOT / "tests" / "specs").glob("*.yaml"))]
SPEC = SPECS[0]


@functools.cache
def explanations(spec: Path = SPEC) -> Explanations:
    return Explanations(spec)


def explained(path: str) -> list[str]:
    """Return the page, with the text of the spec's line in place of its number."""
    spec = SPEC.read_text().splitlines()

    def line(match: re.Match[str]) -> str:
        return f"[{spec[int(match[1]) - 1].strip()}]"

    page = explanations().explained(path)
    return [re.sub(rf"{re.escape(str(SPEC))}:(\d+)", line, text) for text in page]


def test_a_quantity_says_unit_defaults_bounds_and_its_line() -> None:
    line = "[resources: {memory: 512Mi-2Gi, cpu: 250m-1000m, scratch: 128Mi-1Gi}]"

    assert explained("application.api.resources.limits.memory") == [
        "application.api.resources.limits.memory",
        "  meaning     Memory, bytes",
        f"  type        {BYTES.examples}",
        "  unit        bytes",
        "  default     2Gi",
        "  in dev      1Gi",
        "  in staging  2Gi",
        "  in prod     2Gi",
        f"  bounds      documented: 512Mi-2Gi (architecture: api, {line})",
        f"  from        {line} (tiers.application.api.resources.memory)",
    ]


@pytest.mark.parametrize(
    ("path", "fact"),
    [
        ("application.api.replicas", "from: replicas: {default: 2, max: 50}"),
        ("application.tradingBot.replicas", "from: kind: singleton"),
        ("application.tradingBot.replicas", "type: only 1"),
        ("config.MYSQL_DATABASE", "from: MYSQL_DATABASE: {"),
        ("secrets.values.MT5_LOGIN", "meaning: Login of the broker account"),
        ("secrets.values.MT5_LOGIN", "from: MT5_LOGIN: {"),
        ("storage.logs.size", "from: logs: {claim: logs-pvc, size: 10Gi"),
        ("application.api.image.tag", "from: image: genxdbx/genxdbxfx1:api-latest"),
        ("application.api.autoscaling.minReplicas", "from: autoscaling: {cpu: 70"),
        ("data.mysql.persistence.size", "from: storage: {claim: mysql-pvc"),
        ("application.api.securityContext.runAsUser", "from: user: 10001"),
        ("global.exposure", f"from: {NOT_IN_SPEC}"),
        ("global.exposure", "type: one of loadBalancer, ingress, gateway, clusterIP"),
        ("global.exposure", "in dev: clusterIP"),
        ("application.api.extraEnv", "type: a list of mappings"),
        ("global.networkPolicy.apiServerPorts", "type: a list of whole numbers"),
        ("config.extra", "type: a mapping of text"),
        ("config.extra.MINE", "meaning: A key of your own"),
        ("application.api.preStopSeconds", "unit: seconds"),
    ],
)
def test_facts_of_a_value(path: str, fact: str) -> None:
    name, _, text = fact.partition(": ")
    fields = {line[2:].partition("  ")[0]: line[2:].partition("  ")[2] for line in explained(path)}

    assert fields[name].strip().removeprefix("[").startswith(text)


def test_a_section_lists_what_is_in_it() -> None:
    page = explained("data.redis.persistence")

    assert page[:2] == ["data.redis.persistence", "  meaning  Volume at /data, RWO"]
    assert [line.partition(" ")[0] for line in page[4:]] == [
        f"data.redis.persistence.{key}"
        for key in ("enabled", "size", "storageClass", "existingClaim")
    ]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.stem)
def test_every_value_of_every_spec_has_a_page(spec: Path) -> None:
    tree = umbrella_values(Plan(load_spec(spec)))
    listed = explanations(spec).all()

    assert len(listed) == len(list(tree.leaves()))
    for path, value in tree.leaves():
        page = explanations(spec).explained(".".join(path))
        assert page[1].split()[0] == "meaning"
        assert any(line.startswith("  from ") for line in page)
        if value.documented:
            assert any("(architecture: " in line for line in page), path


def test_a_word_that_is_no_path_is_searched_for() -> None:
    found = explanations().explained("preStop")

    assert [line.split()[0] for line in found] == [
        "application.frontend.preStopSeconds",
        "application.api.preStopSeconds",
    ]
    assert found == explanations().found("prestop")


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("application.api.repplicas", "did you mean application.api.replicas?"),
        ("applicaton.trading-bot.replicas", "did you mean application.tradingBot.replicas?"),
        ("data.mysql.size", "did you mean data.mysql.persistence.size?"),
        ("zzz.zzz", "genx-fx explain without a path lists all values"),
        ("replcas", "did you mean replicas?"),
    ],
)
def test_a_misspelt_path_is_refused_with_the_likely_one(path: str, answer: str) -> None:
    with pytest.raises(UsageError) as caught:
        explanations().explained(path)

    assert caught.value.exit_code == 2
    assert caught.value.lines[0].startswith(f"{path}: no")
    assert caught.value.lines[0].endswith(f"; {answer}")


def test_the_command_lists_searches_and_explains() -> None:
    def run(*arguments: str) -> str:
        result = CliRunner().invoke(commands, ["explain", "--spec", str(SPEC), *arguments])
        assert result.exit_code == 0
        return result.output

    assert run().splitlines() == explanations().all()
    assert run("--search", "load balancer").splitlines() == explanations().found("load balancer")
    assert run("data.redis").splitlines() == explanations().explained("data.redis")
    both = CliRunner().invoke(commands, ["explain", "--search", "a", "b"])
    assert both.exit_code == 2
