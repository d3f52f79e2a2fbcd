"""Every value is read by a template, and no template reads a value that nobody declared."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.chart.scenarios import (
    AUTOSCALED,
    COMPONENTS,
    PLAN,
    SCALED_BY_KEDA,
    SECRETS,
    STORING,
    TIERS,
    at_path,
    external,
    has_path,
    merged,
    nested,
    nobody_waits_for,
    of_each,
    read_yaml,
    rendered,
)
from tests.chart.test_values_schema import described, leaves, schema
from tests.helm import CHART, Manifest, render, template

DEFAULTS = read_yaml(CHART / "values.yaml")
DECLARED = dict(described())
LEAVES = {path: value for path, value in leaves() if path in DECLARED}

# Values that change no object, each with the reason.
NOT_IN_THE_RENDER = {
    "global.enforceDocumentedLimits",  # read by the schema, and by the notes
    "data.mysql.backup.binaryLogs.maxSize",  # in another unit; has a test of its own
    "data.mysql.mode",  # has one legal value; replication is to come
    "enabled",  # read by a parent chart, as the condition of its dependency
    "application.tradingBot.replicas",  # has one legal value
    # name what a component has; have tests of their own
    *(f"{part.path}.aliases" for part in PLAN.components),
    "global.gateway.create",  # cannot change alone; has a test of its own
}

# Ways to install that together show every value. In each, the values of `changed` (endings of
# paths) are changed as well; they hide others, so they stay as they are elsewhere.


@dataclass(frozen=True)
class Setting:
    """Values to start from, and the hiding values that are changed there."""

    values: dict[str, Any] = field(default_factory=dict)
    changed: tuple[str, ...] = ()


SETTINGS = {
    "plain": Setting(
        nested(
            {
                "application.tradingBot.guard.enabled": True,
                "application.tradingBot.heartbeat.path": "/tmp/heartbeat",
                "application.tradingBot.ready.path": "/tmp/ready",
                "data.mysql.backup.enabled": True,
                "data.mysql.backup.s3.bucket": "fx-backups",
                **{key: value for key, value in SCALED_BY_KEDA.items() if "triggers" in key},
                **{
                    f"{part.path}.service.sessionAffinity": "ClientIP"
                    for part in PLAN.served
                    if part.replicated
                },
                "monitoring.grafana.persistence.enabled": False,
            }
        ),
        ("service.nodePort", "secrets.extra"),
    ),
    "backups_in_s3": Setting(
        nested({"data.mysql.backup.enabled": True, "data.mysql.backup.destination": "s3"}),
        ("backup.image.digest",),
    ),
    "grafana_without_volume": Setting(
        nested(
            {
                "monitoring.grafana.persistence.enabled": False,
                "monitoring.grafana.updateStrategy.type": "RollingUpdate",
            }
        )
    ),
    # With nothing to run, as quota and limit range must hold what the components may use.
    "quota": Setting(
        nested(
            {
                "resourceQuota.enabled": True,
                "limitRange.enabled": True,
                "global.toolbox.resources": at_path(DEFAULTS, "global.toolbox.resources"),
                **{f"{tier}.enabled": False for tier in TIERS},
            }
        )
    ),
    "autoscaled_ingress": Setting(
        nested(
            {
                "global.exposure": "ingress",
                "global.tls.enabled": True,
                "monitoring.grafana.ingress.path": "/grafana",
                **AUTOSCALED,
            }
        ),
        ("image.digest", "global.imageRegistry"),
    ),
    "ingresses_that_differ": Setting(
        nested({"global.exposure": "ingress"}),
        ("ingress.tlsSecretName", *(f"{part.path}.ingress.className" for part in PLAN.exposed)),
    ),
    "hostnames_and_claims": Setting(
        nested(
            {
                "global.exposure": "gateway",
                "global.storage.logs.mode": "existingClaim",
                "global.storage.data.mode": "existingClaim",
                "data.mysql.backup.enabled": True,
            }
        ),
        ("ingress.hostname", "existingClaim"),
    ),
    "scaled_by_keda": Setting(
        nested({key: value for key, value in SCALED_BY_KEDA.items() if key.endswith("enabled")})
    ),
    "gateway_of_others": Setting(
        nested(
            {
                "global.exposure": "gateway",
                "global.gateway.create": False,
                "global.secrets.source": "existing",
            }
        ),
        ("gateway.name", "gateway.namespace", "gateway.sectionName", "existingSecret"),
    ),
    "external_servers": Setting(
        nested(
            {
                "global.secrets.source": "externalSecrets",
                "global.redis.auth.enabled": True,
                "global.external.mysql.tls.enabled": True,
                "global.external.redis.tls.enabled": True,
            }
        ),
        ("mysql.host", "redis.host", "mysql.port", "redis.port", "mysql.cidrs", "redis.cidrs"),
    ),
    "entries_of_a_store": Setting(
        nested({"global.secrets.source": "externalSecrets"}), ("externalSecrets.remoteRefs",)
    ),
    "given_secrets": Setting(
        nested({"global.secrets.source": "values"}), ("global.secrets.values",)
    ),
    "one_storage_class": Setting(
        merged(
            of_each(STORING, {"persistence.storageClass": ""}),
            nested(
                {"global.storage.logs.storageClass": "", "global.storage.data.storageClass": ""}
            ),
        ),
        ("global.storageClass",),
    ),
}
HIDING = tuple(ending for setting in SETTINGS.values() for ending in setting.changed)


@functools.cache
def checker(path: str) -> jsonschema.Draft7Validator:
    """The schema of one value."""
    definitions = schema()["definitions"]
    return jsonschema.Draft7Validator({**DECLARED[path], "definitions": definitions})


def marks(number: int) -> list[tuple[str, object]]:
    """Texts that stand nowhere else, and a value that shows each; the first legal one is used.

    The number has three digits, as few integers may have more.
    """
    word, address = f"zz{number}", f"10.20.{number // 100}.{number % 100}"
    return [
        (word, word),
        (f"{number}", number),
        (f"{number}", f"{number}"),
        (f"{number}m", f"{number}m"),
        (f"{number}Mi", f"{number}Mi"),
        (f"{number}h", f"{number}h"),
        (f"{word}-", f"{word}-"),
        (f"{number:064d}", f"sha256:{number:064d}"),
        (address, address),
        (f"{address}/32", f"{address}/32"),
        (word, f"/tmp/{word}"),
        (word, f"http://{word}:9090"),
        (word, {word: word}),
        (word, {word.upper(): word}),
        (word, {word.upper(): {"key": word}}),
        (word, {f"50-{word}.sql": word}),
        (word, {f"{word}.json": f'{{"title": "{word}"}}'}),
        (f"{number}m", {"cpu": f"{number}m"}),
        (word, [word]),
        (word, [{"name": word}]),
        (word, {f"/{word}": {"size": "1Mi"}}),
        (f"{number}", {"runAsUser": number}),
        (word.upper(), {word.upper(): {"readBy": ["api"]}}),
        (word, [{"kind": "Group", "name": word}]),
        (word, [{"name": word, "type": word}]),
        (word, [word]),
        (word, [{"name": word, "image": word}]),
        (word, [{"key": word}]),
        (word, [{"ip": address, "hostnames": [word]}]),
        (word, {"nameservers": [word]}),
        (word, {"postStart": {"exec": {"command": [word]}}}),
        (word, [{"topologyKey": word, "maxSkew": 1, "whenUnsatisfiable": "DoNotSchedule"}]),
        (word, [{"configMapRef": {"name": word}}]),
        (word, [{"name": word, "mountPath": f"/{word}"}]),
        (f"{address}/32", [{"ipBlock": {"cidr": f"{address}/32"}}]),
        (word, [{"to": [{"podSelector": {"matchLabels": {word: word}}}]}]),
        (word, [{"ports": [{"port": word}]}]),
        (f"{number}", [number]),
        (f"{address}/32", [f"{address}/32"]),
    ]


def first_mark(path: str, number: int) -> tuple[str, object] | None:
    """Text to look for and the value that makes it appear; None where no mark is legal."""
    if isinstance(LEAVES[path], bool):
        return None
    if path.endswith("limits.ephemeral-storage"):  # scratch volumes must fit
        return f"{number}Gi", f"{number}Gi"
    return next((mark for mark in marks(number) if checker(path).is_valid(mark[1])), None)


def number_of(path: str, index: int) -> int:
    """A number that no other value has; a grace period must be longer than what is part of it."""
    return 301 + index + (1000 if path.endswith("terminationGracePeriodSeconds") else 0)


_FOUND = {path: first_mark(path, number_of(path, index)) for index, path in enumerate(LEAVES)}
MARKED = {path: mark for path, mark in _FOUND.items() if mark}
CHOICES = [path for path in LEAVES if path not in MARKED and path not in NOT_IN_THE_RENDER]


def marked(setting: Setting) -> dict[str, Any]:
    """Values of a setting with every mark in place that it can take."""
    flat = {
        path: MARKED[path][1]
        for path in MARKED
        if not has_path(setting.values, path)
        and (not path.endswith(HIDING) or path.endswith(setting.changed or ("-",)))
    }
    lifted = {"global.enforceDocumentedLimits": False}
    values = merged(nested(flat | lifted), setting.values)
    if "global.secrets.values" in setting.changed:
        values["global"]["secrets"]["values"] |= SECRETS  # those that are asked for
    return values


@functools.cache
def shown_in(name: str) -> frozenset[str]:
    """Paths whose mark appears among the lines that the marks of a setting have changed."""
    values = marked(SETTINGS[name])
    before = set(template().splitlines())
    changed = "\n".join(line for line in template(values).splitlines() if line not in before)
    words = set(re.findall(r"\w+", changed))
    return frozenset(
        path
        for path, (text, _) in MARKED.items()
        if has_path(values, path) and (text in words if text.isalnum() else text in changed)
    )


def test_every_value_appears_in_some_render() -> None:
    shown = frozenset().union(*(shown_in(name) for name in SETTINGS))
    assert [path for path in MARKED if path not in shown | NOT_IN_THE_RENDER] == []
    assert len(MARKED) > 300


# Choices: values that are one of a few, and small numbers


def another(path: str, values: dict[str, Any] = DEFAULTS) -> object:
    """A legal value that is not the one in use."""
    old = at_path(merged(DEFAULTS, values), path)
    if path.endswith("ullPolicy"):
        return "Never"  # the others may be what the tag asks for
    if path.endswith("chedule"):
        return "59 23 1 1 *"
    if isinstance(old, bool):
        return not old
    if isinstance(old, int):
        return old + 1
    choices = checker(path).schema
    assert isinstance(choices, dict)
    if isinstance(old, list):
        return old[1:] if old else choices["items"]["enum"][:1]
    return next(value for value in choices["enum"] if value not in (old, ""))


def component_of(path: str) -> str | None:
    """Name of the component that a value belongs to."""
    names = [name for name, parts in COMPONENTS.items() if path.startswith(".".join(parts) + ".")]
    return names[0] if names else None


OPTIONS = sorted({path.split(".", 2)[2] for path in CHOICES if component_of(path)})


def objects_of(component: str, values: dict[str, Any]) -> list[Manifest]:
    """What is labelled as the component's, its backups', or as the pod that asks for its health."""
    names = (component, f"{component}-backup", f"{component}-health-test")
    return [item for item in render(values).objects if item["metadata"]["labels"]["app"] in names]


@pytest.mark.parametrize("option", OPTIONS)
def test_every_option_of_a_component_changes_an_object_of_its(option: str) -> None:
    # Set for all components at once, which are told apart by what changes.
    paths = [path for path in CHOICES if component_of(path) and path.split(".", 2)[2] == option]
    change = nested({path: another(path) for path in paths})
    unused = set(paths)
    for name in ("plain", "autoscaled_ingress"):
        before = SETTINGS[name].values
        after = merged(before, change)
        for path in sorted(unused):
            component = component_of(path)
            assert component
            if objects_of(component, before) != objects_of(component, after):
                unused.remove(path)
        if not unused:
            break
    assert not unused


# Where a choice matters, if not in a default installation.
MATTERS_IN = {
    "global.tls.enabled": "autoscaled_ingress",
    "global.secrets.source": "external_servers",
    "global.secrets.externalSecrets.secretStoreRef.kind": "external_servers",
}
# Who waits for a component that is disabled is refused, and so is a password that nobody has;
# certificates are a matter of HTTPS.
WITH = {
    "data.enabled": nested(nobody_waits_for("mysql", "redis")),
    "global.redis.auth.required": nested({"global.redis.auth.enabled": True}),
    "global.tls.source": nested({"global.exposure": "ingress"}),
    "global.external.redis.tls.enabled": nested(external("redis", "10.9.0.8")),
    "global.external.mysql.initialization.enabled": nested(external("mysql", "10.9.0.7")),
    # Grafana would need the authority.
    "global.external.mysql.tls.enabled": nested(
        external("mysql", "10.9.0.7") | {"monitoring.enabled": False}
    ),
}


@pytest.mark.parametrize("path", [path for path in CHOICES if not component_of(path)])
def test_every_choice_for_all_components_changes_the_render(path: str) -> None:
    before = marked(SETTINGS[MATTERS_IN[path]]) if path in MATTERS_IN else WITH.get(path, {})
    after = merged(before, nested({path: another(path, before)}))
    assert template(before) != template(after)


def test_a_gateway_is_made_where_it_is_asked_for() -> None:
    assert rendered("gateway").of_kind("Gateway")
    assert not rendered("gateway_of_others").of_kind("Gateway")


# What templates read

TEXT = r'"(?:\\.|[^"\\])*"'
ACTION = re.compile(rf"{{{{-?\s*((?:{TEXT}|/\*.*?\*/|(?!\s*-?}}}}).)*)", re.DOTALL)
REFERENCE = re.compile(r"(?<![\w)\]])(\$\w*)?((?:\.[A-Za-z_]\w*)+)")


class Scanner:
    """Follows the dot and the variables of a template through its blocks.

    A place is a dotted path from the top ("Values.api.image"), or None where it is unknown: inside
    helpers, only what is read from .Values is known.
    """

    def __init__(self) -> None:
        self.dots: list[str | None] = [""]
        self.variables: dict[str, str | None] = {"$": ""}

    def reads(self, source: str) -> Iterator[str]:
        """Path of each value that the source reads."""
        for action in ACTION.findall(source):
            if not action.startswith("/*"):
                yield from self.read_action(re.sub(TEXT, '""', action))

    def read_action(self, action: str) -> Iterator[str]:
        word, _, rest = action.partition(" ")
        if word == "end":
            self.dots.pop()
            return
        if word == "else":
            outer = self.dots.pop()
            word, _, rest = rest.partition(" ")
            self.dots.append(self.dots[-1] if word != "if" and self.dots else outer)
            word = ""
        if word == "define":
            self.dots.append(None)
            self.variables = {"$": None}
            return
        for variable, fields in REFERENCE.findall(action):
            place = self.place(variable, fields)
            if place is not None and place.startswith("Values."):
                yield place.removeprefix("Values.")
        target, _, expression = rest.rpartition(":=")
        if word in ("with", "range", "if", "block"):
            inner = {"with": self.expression(expression), "if": self.dots[-1]}
            self.dots.append(inner.get(word))
        elif word.startswith("$") and ":=" in action:
            self.variables[word] = self.expression(expression)
        if word == "with" and target:
            self.variables[target.strip()] = self.dots[-1]

    def expression(self, text: str) -> str | None:
        """Place of an expression that is a plain reference."""
        found = REFERENCE.fullmatch(text.strip())
        if text.strip() in self.variables:
            return self.variables[text.strip()]
        return self.place(*found.groups(default="")) if found else None

    def place(self, variable: str, fields: str) -> str | None:
        start = self.variables.get(variable) if variable else self.dots[-1]
        if start is None and fields.startswith(".Values."):
            start = ""  # helpers that read .Values are given the top
        return None if start is None else f"{start}{fields}".strip(".")


def values_read(file: Path) -> set[str]:
    """Each value that a template reads, as a path in the umbrella's values."""
    paths = set(Scanner().reads(file.read_text()))
    tier = file.relative_to(CHART / "charts").parts[0] if CHART / "charts" in file.parents else ""
    prefix = f"{tier}." if tier in TIERS else ""
    return {path if path.split(".")[0] == "global" else f"{prefix}{path}" for path in paths}


def is_declared(path: str) -> bool:
    """Whether there is such a value, or it is inside a map of the user's own keys."""
    known = path
    while known and not has_path(DEFAULTS, known):
        known = known.rpartition(".")[0]
    return known == path or known in LEAVES


TEMPLATES = sorted(path for path in CHART.glob("**/templates/**/*.*") if path.is_file())


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(CHART)))
def test_no_template_reads_a_value_that_is_not_declared(path: Path) -> None:
    assert [read for read in values_read(path) if not is_declared(read)] == []


def test_the_scan_of_templates_sees_most_values() -> None:
    read = set().union(*(values_read(path) for path in TEMPLATES))
    assert len(read) > 200
    assert {
        "global.exposure",
        "global.storage.logs.mode",
        "application.api.autoscaling.enabled",
        "data.mysql.resources.limits.memory",
    } <= read


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ .Values.api.x }}", "api.x"),
        ("{{ if not $.Values.api.x }}{{ end }}", "api.x"),
        ("{{- with .Values.api }}{{ .x | quote }}{{ end }}", "api.x"),
        ("{{- with .Values.api }}{{ if .y }}{{ toYaml .x }}{{ end }}{{ end }}", "api.x"),
        ("{{- with .Values.api }}{{ with .image }}{{ .x }}{{ end }}{{ end }}", "api.image.x"),
        ("{{- with .Values.a }}{{ end }}{{ with .Values.api }}{{ .x }}{{ end }}", "api.x"),
        ("{{ range .Values.list }}{{ $.Values.api.x }}{{ end }}", "api.x"),
        ("{{ $api := .Values.api }}{{ $api.x }}", "api.x"),
        ('{{ define "a" }}{{ .Values.api.x }}{{ end }}', "api.x"),
        ('{{ define "a" }}{{ $.Values.api.x }}{{ end }}', "api.x"),
        ('{{ define "a" }}{{ with .Values.api }}{{ .x }}{{ end }}{{ end }}', "api.x"),
    ],
)
def test_the_scan_finds_what_is_read(source: str, expected: str) -> None:
    assert expected in set(Scanner().reads(source))
