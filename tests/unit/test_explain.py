"""`genx-fx explain`."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from generator.cli import commands
from generator.errors import UsageError
from generator.explain.page import NOT_IN_SPEC, Explanations
from generator.plan.platform import Plan
from generator.spec.load import load_spec
from generator.values.platform import umbrella_values
from generator.values.quantity_patterns import BYTES
from tests.spec_files import ALL_SPECS, FOREX, SPECS, spec_data, write_spec


@functools.cache
def explanations(spec: Path = FOREX) -> Explanations:
    return Explanations(spec)


def explained(path: str, spec: Path = FOREX) -> list[str]:
    """Return the page, with the line of the spec that it names put in place of its number."""
    lines = spec.read_text().splitlines()

    def line(match: re.Match[str]) -> str:
        return f"[{lines[int(match[1]) - 1].strip()}]"

    page = explanations(spec).page(path)
    return [re.sub(rf"{re.escape(str(spec))}:(\d+)", line, text) for text in page]


def fields(path: str, spec: Path = FOREX) -> dict[str, str]:
    """Return what the page says, by the name of the field."""
    lines = [line[2:].partition("  ") for line in explained(path, spec)[1:]]
    return {name: text.strip() for name, _, text in lines}


def test_an_expected_answer_says_its_line() -> None:
    spec = SPECS / "price-feed.yaml"
    line = "[expect: {status: 204, text: up, json: {exchanges: {open: 2}}}]"
    page = fields("edge.quoteApi.probes.expect.status", spec)
    assert page["default"] == "204"
    assert page["from"] == f"{line} (tiers.edge.quote-api.health.expect.status)"
    assert fields("edge.quoteApi.probes.expect.json", spec)["from"].startswith(line)


def test_a_quantity_says_unit_defaults_bounds_and_its_line() -> None:
    line = "[resources: {memory: 512Mi-2Gi, cpu: 250m-1000m, scratch: 128Mi-1Gi}]"

    assert explained("application.api.resources.limits.memory") == [
        "application.api.resources.limits.memory",
        "  meaning     Memory in bytes: 1Gi",
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
        ("global.config.MYSQL_DATABASE", "from: MYSQL_DATABASE: {"),
        ("global.secrets.values.MT5_LOGIN", "meaning: Login of the broker account"),
        ("global.secrets.values.MT5_LOGIN", "from: MT5_LOGIN: {"),
        ("global.storage.logs.size", "from: logs: {claim: logs-pvc, size: 10Gi"),
        ("global.storage.data.mode", "from: data: {claim: data-pvc, size: 20Gi, access: RWX}"),
        ("global.storage.data", "from: data: {claim: data-pvc"),
        ("global.external.mysql.port", "from: port: 3306"),
        ("global.external.mysql.port", "default: 3306"),
        ("global.external.redis.port", "from: port: 6379"),
        ("global.external.mysql.cidrs", f"from: {NOT_IN_SPEC}"),
        ("global.external.redis", "from: redis:"),
        ("global.redis.auth.enabled", "from: password: REDIS_PASSWORD"),
        ("global.redis.auth.enabled", "in prod: true"),
        ("global.toolbox.resources.limits.memory", "from: resources: {memory: 32Mi-64Mi"),
        ("global.secrets.values.REDIS_URL", "from: REDIS_URL:"),
        ("application.api.image.tag", "from: image: genxdbx/genxdbxfx1:api-latest"),
        ("application.api.autoscaling.minReplicas", "from: autoscaling: {cpu: 70"),
        ("data.mysql.persistence.size", "from: storage: {claim: mysql-pvc"),
        ("application.api.podSecurityContext", "from: user: 10001"),
        ("application.api.podSecurityContext.runAsUser", "from: user: 10001"),
        ("application.api.podSecurityContext.runAsUser", "default: 10001"),
        ("application.api.podSecurityContext.runAsUser", "type: a whole number"),
        ("application.api.containerSecurityContext.privileged", "type: true or false"),
        ("application.api.ingress.hostname", "from: exposed: {to: users, host: api}"),
        ("application.api.waitFor", "from: calls: [mysql, redis, internet]"),
        ("global.exposure", f"from: {NOT_IN_SPEC}"),
        ("global.exposure", "type: one of loadBalancer, ingress, gateway, clusterIP"),
        ("global.exposure", "in dev: clusterIP"),
        ("application.api.extraEnv", "type: a list of mappings"),
        ("networkPolicy.apiServerPorts", "type: a list of whole numbers"),
        ("global.config.extra", "type: a mapping, each text or a mapping"),
        ("global.config.extra.MINE", "meaning: A key of your own"),
        ("application.api.preStopSeconds", "unit: seconds"),
    ],
)
def test_facts_of_a_value(path: str, fact: str) -> None:
    name, _, text = fact.partition(": ")

    assert fields(path)[name].removeprefix("[").startswith(text)


@pytest.mark.parametrize(
    ("path", "line", "place"),
    [
        ("tradeLogs", "trade-logs:", "volumes.trade-logs"),
        ("tradeLogs.size", "size: 10Gi", "volumes.trade-logs.size"),
        ("tradeLogs.mode", "access: RWX", "volumes.trade-logs.access"),
    ],
)
def test_a_value_of_a_volume_with_a_dash_in_its_name_has_its_line(
    with_dash: Path, path: str, line: str, place: str
) -> None:
    assert fields(f"global.storage.{path}", with_dash)["from"] == f"[{line}] ({place})"


def test_a_limit_of_a_volume_with_a_dash_in_its_name_has_its_line(with_dash: Path) -> None:
    bounds = fields("global.storage.tradeLogs.size", with_dash)["bounds"]

    assert bounds == "documented: at least 10Gi (architecture: trade-logs, [size: 10Gi])"


@pytest.fixture
def with_dash(tmp_path: Path) -> Path:
    """Our spec with the volume `logs` under the name `trade-logs`."""
    data = spec_data(FOREX)
    data["volumes"] = {"trade-logs": data["volumes"].pop("logs"), **data["volumes"]}
    for components in data["tiers"].values():
        for component in components.values():
            mounts = component.get("mounts", {})
            if "logs" in mounts:
                mounts["trade-logs"] = mounts.pop("logs")
    del data["environments"]
    return write_spec(tmp_path / "genx-fx.yaml", data)


def test_a_section_lists_what_is_in_it() -> None:
    page = explained("data.redis.persistence")

    assert page[:3] == [
        "data.redis.persistence",
        "  meaning  Volume of its data, mounted by one pod at a time",
        "  from     [storage: {claim: redis-pvc, size: 5Gi, access: RWO, path: /data}]"
        " (tiers.data.redis.storage)",
    ]
    assert [line.partition(" ")[0] for line in page[4:]] == [
        f"data.redis.persistence.{key}"
        for key in ("enabled", "size", "storageClass", "existingClaim")
    ]


@pytest.mark.parametrize("spec", ALL_SPECS, ids=lambda spec: spec.stem)
def test_every_value_of_every_spec_has_a_page(spec: Path) -> None:
    tree = umbrella_values(Plan(load_spec(spec)))
    listed = explanations(spec).all()

    assert len(listed) == len(list(tree.leaves()))
    for path, value in tree.leaves():
        page = explanations(spec).page(".".join(path))
        assert page[1].split()[0] == "meaning"
        assert any(line.startswith("  from ") for line in page)
        if value.documented:
            assert any("(architecture: " in line for line in page), path


def test_a_word_that_is_no_path_is_searched_for() -> None:
    found = explanations().page("preStop")

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
        explanations().page(path)

    assert caught.value.exit_code == 2
    assert caught.value.lines[0].startswith(f"{path}: no")
    assert caught.value.lines[0].endswith(f"; {answer}")


def test_the_command_lists_searches_and_explains() -> None:
    def run(*arguments: str) -> str:
        result = CliRunner().invoke(commands, ["explain", "--spec", str(FOREX), *arguments])
        assert result.exit_code == 0
        return result.output

    assert run().splitlines() == explanations().all()
    assert run("--search", "load balancer").splitlines() == explanations().found("load balancer")
    assert run("data.redis").splitlines() == explanations().page("data.redis")
    both = CliRunner().invoke(commands, ["explain", "--search", "a", "b"])
    assert both.exit_code == 2
