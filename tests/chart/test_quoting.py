"""Texts that YAML could read as something else arrive as they are, wherever a user gives them."""

from __future__ import annotations

import functools
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.chart.scenarios import SECRETS, at_path, has_path, merged, nested, read_yaml
from tests.chart.test_invariants import nodes
from tests.chart.test_values_schema import described, leaves, schema
from tests.helm import CHART, HELMS, Render, render

# YAML reads these as a number, a boolean, null, a date, a mapping, a comment, a reference, a tag.
AWKWARD = (
    *("1234", "1e5", "0x1f", "1_000", "0o17", "yes", "on", "null", "~", "true", ".inf"),
    *("2026-11-28", "a: b", "a #b", "#b", "- a", "*a", "&a", "!a", "[a", "{a", "'a", '"a', "a:"),
    *("%a", "@a", "`a", "|", ">", "=", "12:30:45", "a\nb", " a ", "é"),
)

# What the schema leaves to Kubernetes: lists and maps that are printed by toYaml.
GIVEN = {
    "global.secrets.source": "values",
    "global.secrets.values": SECRETS,
    "global.exposure": "ingress",
    "global.tls.enabled": True,
    "data.mysql.backup.enabled": True,
}
EXTERNAL = {
    "global.secrets.source": "externalSecrets",
    "global.secrets.externalSecrets.secretStoreRef.name": "vault",
    "global.secrets.externalSecrets.key": "trading #1: all",
    "global.exposure": "gateway",
    "global.gateway.create": False,
    "global.gateway.name": "1234",
    "global.gateway.namespace": "84001",
    "global.gateway.sectionName": "0x1f",
    "data.mysql.backup.enabled": True,
}
EXISTING = {
    "global.secrets.source": "existing",
    "global.secrets.existingSecret": "1e5",
    "global.exposure": "gateway",
    "global.gateway.className": "1234",
    "data.mysql.backup.enabled": True,
}
WAYS: dict[str, dict[str, Any]] = {"given": GIVEN, "external": EXTERNAL, "existing": EXISTING}
# Set by the ways above, or decides what exists.
LEFT_ALONE = (
    *GIVEN,
    *EXTERNAL,
    *EXISTING,
    "existingClaim",
    "host",
    "prometheus.url",
)
DESCRIBED = dict(described())
DEFAULTS = read_yaml(CHART / "values.yaml")


@functools.cache
def legal(path: str) -> tuple[str, ...]:
    """Return the texts that the schema of a value takes and YAML could misread."""
    checker = jsonschema.Draft7Validator(
        {**DESCRIBED[path], "definitions": schema()["definitions"]}
    )
    return tuple(text for text in AWKWARD if checker.is_valid(text))


def texts(turn: int) -> Iterator[tuple[str, str]]:
    """Yield each value that is text, by its dotted path, with an awkward text.

    Values of the same name have different ones: two host names must differ.
    """
    taken: set[tuple[str, str]] = set()
    for number, (path, default) in enumerate(leaves(), start=turn):
        if not isinstance(default, str) or path.endswith(LEFT_ALONE) or path not in DESCRIBED:
            continue
        if "enum" in DESCRIBED[path] or ".resources." in path or path.endswith(".size"):
            continue
        if fitting := legal(path):
            name, first = path.rpartition(".")[2], number % len(fitting)
            turned = [*fitting[first:], *fitting[:first]]
            text = next((one for one in turned if (name, one) not in taken), turned[0])
            taken.add((name, text))
            yield path, text


@pytest.mark.parametrize("helm", HELMS)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("turn", range(2))
def test_awkward_text_is_text_in_every_object(helm: str, way: str, turn: int) -> None:
    given = dict(texts(turn))
    assert len(given) >= 50
    values = merged(nested(given), nested(WAYS[way]))
    objects = render(values, helm=helm, release="1234", namespace="84001")
    for item in objects.objects:
        assert item["metadata"]["namespace"] == "84001"
        assert item["metadata"]["labels"]["app.kubernetes.io/instance"] == "1234"
        for path, node in nodes(item):
            assert not wrong_type(path, node), f"{item['kind']}/{item['metadata']['name']}{path}"
    assert_arrived(objects, given, way)


# Fields that Kubernetes declares as text, by the end of their path.
TEXT_FIELDS = (
    *(".name", ".namespace", ".image", ".storageClassName", ".priorityClassName", ".value", ".key"),
    *(".claimName", ".ingressClassName", ".gatewayClassName", ".secretName", ".host", ".mountPath"),
    *(".loadBalancerClass", ".refreshInterval", ".serviceAccountName", ".serviceName"),
)


def wrong_type(path: str, node: Any) -> bool:
    """Return whether a field that is text holds something else."""
    if path.endswith((".labels", ".annotations", ".matchLabels", ".data", ".stringData")):
        return not all(isinstance(value, str) for value in node.values())
    if path.endswith((".args", ".command", ".hostnames", ".hosts")) or "args[" in path:
        return not isinstance(node, (list, str))
    return path.endswith(TEXT_FIELDS) and not isinstance(node, str)


def assert_arrived(objects: Render, given: dict[str, str], way: str) -> None:
    """Hold the texts against the objects that they end in."""
    prefix = given.get("global.namePrefix", "")
    assert prefix == ""  # no awkward prefix is legal
    data = objects.get("ConfigMap", "genx-fx-config")["data"]
    for path, text in given.items():
        if path.startswith("global.config."):
            assert data[path.rpartition(".")[2]] == text or not text.strip(), path
        elif path.endswith(".priorityClassName"):
            assert text in str([spec.get("priorityClassName") for _, spec in objects.pod_specs()])
        elif path.endswith(".image.tag"):
            images = [item["image"] for _, item in objects.containers()]
            assert any(image.endswith(f":{text}") for image in images), path
    claims = objects.of_kind("PersistentVolumeClaim")
    classes = {claim["spec"].get("storageClassName") for claim in claims}
    own = {text for path, text in given.items() if path.endswith(".storageClass")}
    assert own - {given["global.storageClass"]} <= classes
    if way == "external":
        spec = objects.get("ExternalSecret", "genx-fx-secrets")["spec"]
        assert spec["dataFrom"][0]["extract"]["key"] == "trading #1: all"
        assert at_path(objects.get("HTTPRoute", "api"), "spec")["parentRefs"] == [
            {"name": "1234", "namespace": "84001", "sectionName": "0x1f"}
        ]
    if way == "existing":
        assert '"1e5"' in json.dumps(objects.get("StatefulSet", "mysql"))


# Texts that would end what they stand in, and go on as YAML or as a template. YAML also breaks
# lines at a carriage return and at three characters that look like spaces.
INTRUDERS = {
    "line": "x\nkind: Intruder",
    "document": "x\n---\nkind: Intruder",
    "return": "x\rkind: Intruder",
    "next line": "x\u0085kind: Intruder",
    "separator": "x\u2028kind: Intruder",
    "paragraph": "x\u2029kind: Intruder",
    "brace": 'x"}, intruder: {"a": "b',
    "quote": "x', intruder: 'y",
    "comment": "x #",
    "action": '{{ fail "intruder" }}',
    "action's end": "x }} intruder: {{ 1",
    "backslash": "x\\",
    "mark": "\ufeffx",
    "bell": "x\x07",
}
MAPS = (
    *("global.commonAnnotations", "global.ingress.annotations", "global.gateway.annotations"),
    *("global.config.extra", "application.api.podAnnotations", "data.redis.podAnnotations"),
    *("application.api.service.annotations", "application.api.serviceAccount.annotations"),
    "global.secrets.externalSecrets.extract",
)


def intruded(way: str, text: str, fitting: str) -> dict[str, Any]:
    """Return values with this text wherever the schema takes another one, which is to fit."""
    paths = [
        path
        for path, default in leaves()
        if isinstance(default, str)
        and not path.endswith(LEFT_ALONE[len(GIVEN) + len(EXTERNAL) + len(EXISTING) :])
        and path not in WAYS[way]
        and path in DESCRIBED
        and "enum" not in DESCRIBED[path]
        and fits(path, fitting)
    ]
    assert len(paths) >= 3
    maps = {path: {"KEY": text} for path in MAPS if has_path(DEFAULTS, path)}
    values = merged(nested(dict.fromkeys(paths, text) | maps), nested(WAYS[way]))
    secrets = values["global"]["secrets"]
    if way == "given":
        secrets["values"] = {**secrets["values"], "OWN_KEY": text}
    if way == "external":
        secrets["externalSecrets"]["key"] = text
    return values


@functools.cache
def fits(path: str, text: str) -> bool:
    schema_of_path = {**DESCRIBED[path], "definitions": schema()["definitions"]}
    return bool(jsonschema.Draft7Validator(schema_of_path).is_valid(text))


def shape(objects: Render) -> set[tuple[str, str]]:
    """Return every place of every object, by the object's kind and name."""
    return {
        (f"{item.get('kind')}/{item['metadata']['name']}", path)
        for item in objects.objects
        for path, _ in nodes(item)
    }


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("text", INTRUDERS.values(), ids=INTRUDERS)
def test_no_text_goes_on_as_yaml_or_as_a_template(way: str, text: str) -> None:
    objects = render(intruded(way, text, text))
    assert shape(objects) == shape(render(intruded(way, "x", text)))
    if way == "given":
        assert objects.get("Secret", "genx-fx-secrets")["stringData"]["OWN_KEY"] == text
    if way == "external":
        (source,) = objects.get("ExternalSecret", "genx-fx-secrets")["spec"]["dataFrom"]
        assert source["extract"]["key"] == text


@pytest.mark.parametrize("helm", HELMS)
def test_versions_that_no_label_may_have_are_made_legal(helm: str, tmp_path: Path) -> None:
    chart = tmp_path / "genx-fx"
    shutil.copytree(CHART, chart)
    version = "1.2.3-" + "x" * 60 + "+build.5"
    for file in chart.rglob("Chart.yaml"):
        text = re.sub(r"^version: .*$", f'version: "{version}"', file.read_text(), flags=re.M)
        text = re.sub(r"^appVersion: .*$", f'appVersion: "{version}"', text, flags=re.M)
        file.write_text(re.sub(r"version: 0\.[0-9.]+", f'version: "{version}"', text))
    objects = render(helm=helm, chart=chart)
    for item in objects.objects:
        for key, value in item["metadata"]["labels"].items():
            assert re.fullmatch(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?", value), key
