"""The render depends on the values alone: not on Helm, time, cluster or chart version."""

from __future__ import annotations

import base64
import gzip
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.spec.model import FixedKey, UrlKey
from tests.chart.scenarios import (
    OPTIONAL_SECRETS,
    PLAN,
    SCENARIOS,
    SECRETS,
    each_scenario,
    external,
    merged,
    nested,
    rendered,
)
from tests.helm import (
    CHART,
    HELMS,
    KUBERNETES,
    NAMESPACE,
    RELEASE,
    HelmError,
    Manifest,
    Render,
    parse,
    refusal,
    render,
    run_helm,
    template,
)
from tools.build import helm_on_path

APPLICATIONS = {"api", "trading-bot"}

# Which pods read a key, as app-contract.md says. Grafana's own keys come from the issue; the bot
# calls the API, so it reads API_URL; and parts of DATABASE_URL count for those who read that.
CONFIG_READERS: dict[str, set[str]] = {
    # Keys that are not from there: as the spec says.
    **{
        key: set(entry.readBy)
        for key, entry in PLAN.spec.config.keys.items()
        if isinstance(entry, FixedKey | UrlKey)
    },
    "MYSQL_DATABASE": {"mysql", "grafana"} | APPLICATIONS,
    "MYSQL_USER": {"mysql"} | APPLICATIONS,
    "ENV": {"api"},
    "DEBUG": {"api"},
    "MT5_SERVER": APPLICATIONS,
    "API_URL": {"frontend"} | APPLICATIONS,
    "FRONTEND_URL": {"frontend", "api"},
    "GRAFANA_DATABASE_USER": {"mysql", "grafana"},
    "extra.OWN_KEY": set(),
}
# Keys that follow the components and cannot be set.
FOLLOWING = {"PORT", "DATABASE_HOST", "DATABASE_PORT", "REDIS_HOST", "REDIS_PORT"}
SECRET_READERS = {
    "MYSQL_ROOT_PASSWORD": {"mysql"},
    "MYSQL_PASSWORD": {"mysql"} | APPLICATIONS,
    "REDIS_PASSWORD": {"redis"} | APPLICATIONS,
    "SECRET_KEY": {"api"},
    "JWT_SECRET": {"api"},
    "MT5_LOGIN": APPLICATIONS,
    "MT5_PASSWORD": APPLICATIONS,
    "GEMINI_API_KEY": APPLICATIONS,
    "ALPHAVANTAGE_API_KEY": {"api"},
    "NEWS_API_KEY": {"api"},
    "NEWSDATA_API_KEY": {"api"},
    "OPENAI_API_KEY": {"api"},
    "GRAFANA_ADMIN_USER": {"grafana"},
    "GRAFANA_ADMIN_PASSWORD": {"grafana"},
    "GRAFANA_DATABASE_PASSWORD": {"mysql", "grafana"},
    "OWN_KEY": set(),
}
GIVEN_SECRETS = nested(
    {
        "global.secrets.source": "values",
        "global.secrets.values": SECRETS | OPTIONAL_SECRETS,
        "global.redis.auth.enabled": True,
    }
)

# What makes a render differ from the last one, or from that of a machine without a cluster.
IMPURE = re.compile(
    r"(?<![.$\w])(rand\w+|now|date\w*|ago|gen(CA|PrivateKey|SelfSigned\w*|Signed\w*)|uuidv4"
    r"|lookup|shuffle|htpasswd|bcrypt|encryptAES|env|expandenv|getHostByName)\b"
    r"|\.Release\.(Revision|IsInstall|IsUpgrade|Time)|\.Capabilities\b"
)


def by_name(objects: Render) -> dict[tuple[str, str, str], Manifest]:
    return {(o["apiVersion"], o["kind"], o["metadata"]["name"]): o for o in objects.objects}


def pods(objects: Render) -> dict[str, Any]:
    """Pod template of each workload."""
    workloads = objects.of_kind("Deployment", "StatefulSet")
    return {item["metadata"]["name"]: item["spec"]["template"] for item in workloads}


def restarted(before: Render, after: Render) -> set[str]:
    """Workloads whose pods an upgrade restarts."""
    old, new = pods(before), pods(after)
    assert set(old) == set(new)
    return {name for name in old if old[name] != new[name]}


BLANK_BEFORE_A_KEY = re.compile(r"^( +)\n\1(?:- )?[A-Za-z]+:(?: |$)", re.MULTILINE)

# The program `render`, which makes the objects for the tests, and Helm's command line


@pytest.mark.parametrize("helm", HELMS)
@each_scenario
def test_the_objects_are_those_that_helm_template_prints(scenario: str, helm: str) -> None:
    given = SCENARIOS[scenario]
    text = template(given.values, helm=helm, files=given.files)
    assert rendered(scenario, helm).objects == parse(text).objects
    assert not BLANK_BEFORE_A_KEY.findall(text), "people read it: helpers leave no blank lines"


@pytest.mark.parametrize("helm", HELMS)
@pytest.mark.parametrize(
    "values",
    [
        {"application.api.replicas": 51},
        {"application.api.replica": 3, "data.mysql.image.tag": 8.4, "data.redis.extra": None},
        {"application.api": None},
        {"application.api": "text"},
        {"application": ["text"]},
        {"global.exposure": "gateway", "global.secrets.source": "values"},
        {"global.exposure": ["gateway"], "extraObjects": [{"metadata": "text"}]},
    ],
    ids=lambda values: next(iter(values)),
)
def test_refusals_are_those_that_helm_template_prints(values: dict[str, Any], helm: str) -> None:
    with pytest.raises(HelmError) as refused:
        render(nested(values), helm=helm)
    _, error, words = refusal(nested(values), helm=helm).partition("Error: ")  # after warnings
    # Helm names mistakes beside each other in any order.
    assert sorted(str(refused.value).splitlines()) == sorted(f"{error}{words}".splitlines())


@pytest.mark.parametrize("helm", HELMS)
def test_a_chart_is_told_the_same(helm: str, tmp_path: Path) -> None:
    if helm_on_path(helm) is not None:
        pytest.skip(f"the {helm} on PATH may be another version")
    chart = tmp_path / "told"
    for path, text in TOLD.items():
        (chart / path).parent.mkdir(parents=True, exist_ok=True)
        (chart / path).write_text(text)
    files = (tmp_path / "first.yaml", tmp_path / "second.yaml")
    files[0].write_text("a: {b: 1, c: [1, 2]}\nlarge: 12345678901234567890\n")
    files[1].write_text("a: {c: [3]}\ngone: null\nfloat: 1e3\n")
    given: dict[str, Any] = {"a": {"d": None, "e": 1.0}, "part": {"gone": None, "own": 1000000}}
    options: dict[str, Any] = {"helm": helm, "chart": chart, "files": files, "release": "told"}
    told = render(given, **options).objects
    assert told == parse(template(given, **options)).objects
    assert [item["kind"] for item in told] == ["ConfigMap", "ConfigMap", "Pod"]


# A chart that says what it is told, with a subchart, hooks and a document without an object.
SAY = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: %s}
data:
  capabilities: {{ .Capabilities | toJson | quote }}
  release: {{ .Release | toJson | quote }}
  values: {{ .Values | toJson | quote }}
  chart: {{ .Chart | toJson | quote }}
  files: {{ .Files.Get "extra.txt" | quote }}
"""
HOOK = """\
---
# Nothing here.
---
apiVersion: v1
kind: Pod
metadata: {name: hook, annotations: {helm.sh/hook: test}}
"""
TOLD = {
    "Chart.yaml": "{apiVersion: v2, name: told, version: 1.0.0}",
    "values.yaml": "{a: {b: 0, d: 4}, gone: 1, part: {gone: 1}, global: {shared: yes}}",
    "extra.txt": "extra",
    "templates/say.yaml": SAY % "whole",
    "templates/hook.yaml": HOOK,
    "templates/NOTES.txt": "Not a part of it.",
    "charts/part/Chart.yaml": "{apiVersion: v2, name: part, version: 1.0.0}",
    "charts/part/values.yaml": "{gone: 0, here: 010}",
    "charts/part/templates/say.yaml": SAY % "part",
}


# Helm 3 and Helm 4


@each_scenario
def test_helm_3_and_helm_4_make_the_same_objects(scenario: str) -> None:
    assert by_name(rendered(scenario, "helm3")) == by_name(rendered(scenario, "helm4"))


@pytest.mark.parametrize("scenario", ["default", "everything_on"])
def test_an_installation_makes_the_objects_that_a_template_prints(
    scenario: str, tmp_path: Path
) -> None:
    # Only Helm 4: Helm 3 asks for a cluster even in a dry run.
    release = dry_run(scenario, tmp_path)
    hooks = [yaml.load(hook["manifest"], Loader=yaml.CSafeLoader) for hook in release["hooks"]]
    manifest = yaml.load_all(release["manifest"], Loader=yaml.CSafeLoader)
    installed = Render((*(item for item in manifest if item), *hooks))
    assert by_name(installed) == by_name(rendered(scenario))


@pytest.mark.parametrize("scenario", ["default", "everything_on"])
def test_the_release_fits_into_the_secret_that_keeps_it(scenario: str, tmp_path: Path) -> None:
    # Helm packs the release, chart included, and writes it in base64; a Secret holds 1 MiB.
    record = base64.b64encode(gzip.compress(json.dumps(dry_run(scenario, tmp_path)).encode()))
    assert len(record) < 1024 * 1024


def dry_run(scenario: str, folder: Path) -> dict[str, Any]:
    """The release that `helm install` would keep."""
    values = folder / "values.json"
    values.write_text(json.dumps(SCENARIOS[scenario].values))
    arguments = ("--namespace", NAMESPACE, "--values", str(values), "--dry-run=client")
    text = run_helm("helm4", "install", RELEASE, str(CHART), *arguments, "--output", "json")
    release = json.loads(text)
    assert isinstance(release, dict)
    return release


# Nothing but the values


@pytest.mark.parametrize("helm", HELMS)
def test_two_renders_are_the_same_text_at_any_time_on_any_cluster(
    helm: str, tmp_path: Path
) -> None:
    scenario = SCENARIOS["everything_on"]
    values = tmp_path / "values.json"
    values.write_text(json.dumps(scenario.values))
    again = run_helm(
        helm,
        "template",
        RELEASE,
        str(CHART),
        *("--namespace", NAMESPACE),
        *("--kube-version", "1.37.0"),
        *("--api-versions", "monitoring.coreos.com/v1,gateway.networking.k8s.io/v1"),
        "--is-upgrade",
        *("--values", str(values)),
    )
    assert again == template(scenario.values, helm=helm)


@pytest.mark.parametrize("kubernetes", ["1.30.0", "1.37.0"])
def test_the_version_of_kubernetes_changes_nothing(kubernetes: str) -> None:
    assert kubernetes != KUBERNETES
    assert by_name(render(kubernetes=kubernetes)) == by_name(render())


def test_no_template_uses_a_function_that_is_not_pure() -> None:
    sources = [*CHART.glob("**/templates/**/*.*")]
    assert len(sources) > 50
    for path in sources:
        for action in re.findall(r"{{.*?}}", path.read_text(), re.DOTALL):
            # Neither comments nor texts nor names of values count.
            bare = re.sub(r'/\*.*?\*/|"[^"]*"|`[^`]*`', "", action, flags=re.DOTALL)
            found = IMPURE.search(bare)
            assert found is None, f"{path.relative_to(CHART)}: {action}"


@pytest.mark.parametrize(
    "action",
    [
        "{{ randAlphaNum 8 }}",
        "{{ now }}",
        '{{ lookup "v1" "Secret" }}',
        "{{ .Capabilities.APIVersions }}",
    ],
)
def test_the_search_for_impure_functions_finds_them(action: str) -> None:
    assert IMPURE.search(action)


# Restarts: values of `global` reach all tiers


def test_the_readers_of_every_config_key_are_known() -> None:
    keys = set(SCENARIOS["default"]["global.config"]) - {"extra"}
    assert keys == set(CONFIG_READERS) - {"extra.OWN_KEY"}
    assert keys | FOLLOWING == set(render().get("ConfigMap", "genx-fx-config")["data"])


@pytest.mark.parametrize("key", CONFIG_READERS)
def test_a_change_of_config_restarts_the_pods_that_read_it(key: str) -> None:
    changed = render(nested({f"global.config.{key}": "7777"}))
    assert restarted(render(), changed) == CONFIG_READERS[key]


@pytest.mark.parametrize("server", ["mysql", "redis"])
def test_another_port_restarts_the_pods_that_call_it(server: str) -> None:
    before = nested(external(server, "server.example.org"))
    changed = merged(before, nested({f"global.external.{server}.port": 7777}))
    callers = {flow.caller.name for flow in PLAN.flows if flow.callee.name == server}
    assert restarted(render(before), render(changed)) == callers


@pytest.mark.parametrize("key", SECRET_READERS)
def test_a_change_of_a_given_secret_restarts_the_pods_that_read_it(key: str) -> None:
    changed = merged(GIVEN_SECRETS, nested({f"global.secrets.values.{key}": "changed"}))
    assert restarted(render(GIVEN_SECRETS), render(changed)) == SECRET_READERS[key]


@pytest.mark.parametrize("helm", HELMS)
@pytest.mark.parametrize("key", ["MYSQL_DATABASE", "API_URL"])
def test_each_helm_hands_config_over_to_all_tiers(helm: str, key: str) -> None:
    changed = render(nested({f"global.config.{key}": "changed"}), helm=helm)
    assert restarted(render(helm=helm), changed) == CONFIG_READERS[key]


@pytest.mark.parametrize("helm", HELMS)
def test_each_helm_hands_secrets_over_to_all_tiers(helm: str) -> None:
    before = render(GIVEN_SECRETS, helm=helm)
    key = "GRAFANA_DATABASE_PASSWORD"
    changed = nested({f"global.secrets.values.{key}": "changed"})
    after = render(merged(GIVEN_SECRETS, changed), helm=helm)
    assert restarted(before, after) == SECRET_READERS[key]


@pytest.mark.parametrize("key", ["REDIS_PASSWORD"])
def test_a_secret_that_nobody_reads_restarts_nothing(key: str) -> None:
    values = merged(GIVEN_SECRETS, nested({"global.redis.auth.enabled": False}))
    changed = merged(values, nested({f"global.secrets.values.{key}": "changed"}))
    assert not restarted(render(values), render(changed))


@pytest.mark.parametrize(
    "values",
    [
        {"global.exposure": "clusterIP"},
        {"networkPolicy.enabled": False},
        {"resourceQuota.enabled": True},
        {"access.viewers": [{"kind": "User", "name": "ann"}]},
        {"global.commonAnnotations": {"example.org/contact": "fx"}},
        {"application.api.replicas": 5},
        {"application.api.autoscaling.enabled": True},
        {"data.mysql.podDisruptionBudget.enabled": False},
        {"global.storage.logs.size": "11Gi"},
    ],
    ids=lambda values: next(iter(values)),
)
def test_what_concerns_no_pod_restarts_none(values: dict[str, Any]) -> None:
    assert not restarted(render(), render(nested(values)))


@pytest.mark.parametrize(
    ("path", "value", "workload"),
    [
        ("data.mysql.maxConnections", 99, "mysql"),
        ("data.redis.extraConfiguration", "timeout 9", "redis"),
        (
            "monitoring.grafana.prometheus",
            {"url": "http://10.9.0.7:9090", "peers": [{"ipBlock": {"cidr": "10.9.0.7/32"}}]},
            "grafana",
        ),
    ],
)
def test_a_change_of_a_component_s_own_configuration_restarts_it_alone(
    path: str, value: object, workload: str
) -> None:
    assert restarted(render(), render(nested({path: value}))) == {workload}


# A new version of the chart


def unversioned(item: Manifest) -> Manifest:
    """Metadata but for the labels that tell versions."""
    versions = {"app.kubernetes.io/version", "helm.sh/chart"}
    metadata: Manifest = item["metadata"]
    labels = {key: value for key, value in metadata["labels"].items() if key not in versions}
    return {**metadata, "labels": labels}


def test_a_new_chart_version_restarts_no_pod_and_changes_no_immutable_field(
    tmp_path: Path,
) -> None:
    newer = tmp_path / "genx-fx"
    shutil.copytree(CHART, newer)
    for path in newer.glob("**/Chart.yaml"):
        text = re.sub(r"version: [0-9.]+", "version: 9.9.9", path.read_text())
        path.write_text(re.sub(r'appVersion: "[^"]*"', 'appVersion: "8.8.8"', text))
    before, after = by_name(render()), by_name(render(chart=newer))
    assert before != after, "the version is nowhere to be seen"
    assert set(before) == set(after)
    for key in before:
        changed = {field for field in before[key] if before[key][field] != after[key][field]}
        assert changed <= {"metadata"}, key
        assert unversioned(before[key]) == unversioned(after[key]), key
