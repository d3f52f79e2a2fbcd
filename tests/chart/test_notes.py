from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.chart.scenarios import PLAN, SECRETS, merged, nested, nobody_waits_for
from tests.helm import CHART, HELMS, NAMESPACE, RELEASE, render, run_helm

Notes = Callable[..., str]

GIVEN = nested({"global.secrets.source": "values", "global.secrets.values": SECRETS})
ADMIN = "kubectl get secret genx-fx-secrets -n genx-fx -o jsonpath='{.data.GRAFANA_ADMIN_PASSWORD}'"


@pytest.fixture(scope="module")
def chart_that_shows_notes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`helm template` leaves the notes out, and Helm 3 prints them with a cluster only."""
    copy = tmp_path_factory.mktemp("notes") / "genx-fx"
    shutil.copytree(CHART, copy)
    notes = (copy / "templates" / "NOTES.txt").read_text()
    (copy / "templates" / "notes.yaml").write_text(
        '{{- define "notes" -}}' + notes + "{{- end -}}\n"
        'kind: Notes\nmetadata: {name: notes}\ntext: {{ include "notes" $ | toJson }}\n'
    )
    return copy


@pytest.fixture(params=HELMS)
def notes(request: pytest.FixtureRequest, chart_that_shows_notes: Path) -> Notes:
    def show(values: dict[str, Any] | None = None, *files: Path) -> str:
        rendered = render(values, helm=request.param, chart=chart_that_shows_notes, files=files)
        return str(rendered.get("Notes", "notes")["text"])

    return show


MOVING = "The tag of an image moves"


def _warnings(text: str) -> list[str]:
    """Return what is to be minded, but for the tags that the platform publishes."""
    _, _, mind = text.partition("\nMind:\n")
    lines = (line.strip(" -") for line in mind.splitlines() if line)
    return [line for line in lines if not line.startswith(MOVING)]


def test_helm_install_prints_them(notes: Notes) -> None:
    printed = run_helm(
        "helm4",
        *("install", RELEASE, str(CHART), "--namespace", NAMESPACE, "--dry-run=client"),
    )
    _, _, shown = printed.partition("NOTES:\n")
    assert shown.strip() == notes().strip()


def test_warn_of_images_whose_tag_moves(notes: Notes) -> None:
    (warning,) = (line for line in notes().splitlines() if MOVING in line)
    assert "application.api (api-latest)" in warning
    assert "data.mysql" not in warning
    fixed = {f"application.{key}.image.tag": "1.0.0" for key in ("frontend", "api", "tradingBot")}
    assert MOVING not in notes(nested(fixed))
    del fixed["application.api.image.tag"]
    without = {"application.api.enabled": False} | nobody_waits_for("api")
    assert MOVING not in notes(nested(fixed | without))


def test_say_what_was_installed_and_how_to_try_it(notes: Notes) -> None:
    text = notes()
    assert text.startswith("GenX FX")
    assert "helm test genx-fx -n genx-fx" in text
    assert "kubectl get pods -n genx-fx" in text


def test_addresses_of_load_balancers(notes: Notes) -> None:
    text = notes()
    for name, port in {"frontend": 3000, "api": 8080, "grafana": 3001}.items():
        assert f"{name}: http://ADDRESS:{port}" in text
        assert f"kubectl get service {name}-service -n genx-fx" in text


@pytest.mark.parametrize(("tls", "scheme"), [(False, "http"), (True, "https")])
@pytest.mark.parametrize("exposure", ["ingress", "gateway"])
def test_addresses_of_hosts(notes: Notes, exposure: str, tls: bool, scheme: str) -> None:
    values = {
        "global.exposure": exposure,
        "global.gateway.className": "c",
        "global.tls.enabled": tls,
    }
    text = notes(nested(values))
    for host in ("genx-fx.local", "api.genx-fx.local", "grafana.genx-fx.local"):
        assert f"{scheme}://{host}\n" in text


def test_addresses_of_load_balancers_that_do_tls(notes: Notes) -> None:
    certificate = {"service.beta.kubernetes.io/aws-load-balancer-ssl-cert": "arn:aws:acm:1"}
    said = {"global.tls.enabled": True, "global.loadBalancer.annotations": certificate}
    text = notes(merged(TELLS, nested(said)))
    for name, port in {"frontend": 3000, "api": 8080, "grafana": 3001}.items():
        assert f"{name}: https://ADDRESS:{port}" in text
    assert "http://" not in text
    assert _warnings(text) == []


def test_whom_a_load_balancer_lets_in(notes: Notes) -> None:
    text = notes()
    ranges = "10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16"
    assert text.count("It lets in clients of") == 1
    assert f"clients of {ranges}: monitoring.grafana.service.loadBalancerSourceRanges" in text
    everybody = {"monitoring.grafana.service.loadBalancerSourceRanges": ["0.0.0.0/0"]}
    assert "It lets in clients of" not in notes(nested(everybody))


@pytest.mark.parametrize(
    ("name", "said"), [("", "that is the cluster's default"), ("nginx", "nginx")]
)
def test_how_to_see_whether_a_controller_serves_the_ingresses(
    notes: Notes, name: str, said: str
) -> None:
    text = notes(nested({"global.exposure": "ingress", "global.ingress.className": name}))
    assert "kubectl get ingress -n genx-fx" in text
    assert f"no controller serves the class {said}." in text
    assert "`kubectl get ingressclass`" in text
    assert "global.ingress.className" in text
    assert "kubectl get ingress" not in notes()


def test_how_to_see_whether_a_gateway_serves_the_routes(notes: Notes) -> None:
    own = {"global.exposure": "gateway", "global.gateway.className": "envoy"}
    assert "kubectl get gateway genx-fx -n genx-fx" in notes(nested(own))
    others = {
        "global.exposure": "gateway",
        "global.gateway.create": False,
        "global.gateway.name": "edge",
        "global.gateway.namespace": "infra",
    }
    text = notes(nested(others))
    assert "kubectl get gateway edge -n infra" in text
    assert "frontend-tls" not in text, "its certificates are not ours"


def test_how_to_see_what_a_listener_of_a_gateway_lacks(notes: Notes) -> None:
    """Traefik calls a Gateway PROGRAMMED of which it refuses every HTTPS listener."""
    for exposure, place in (
        ({"create": True, "className": "traefik"}, "genx-fx -n genx-fx"),
        ({"create": False, "name": "edge", "namespace": "infra"}, "edge -n infra"),
    ):
        text = notes(nested({"global.exposure": "gateway", "global.gateway": exposure}))
        assert f"kubectl describe gateway {place}" in text


def test_which_secrets_must_hold_certificates(notes: Notes) -> None:
    ingress = {"global.exposure": "ingress"}
    assert "kubectl get secret api-tls frontend-tls grafana-tls -n genx-fx" in notes(
        nested(ingress)
    )
    one = {**ingress, "global.tls.secretName": "wildcard"}
    assert "kubectl get secret wildcard -n genx-fx" in notes(nested(one))
    none: list[dict[str, Any]] = [
        {**ingress, "global.tls.source": "controller"},
        {**ingress, "global.tls.enabled": False},
        {"global.exposure": "clusterIP"},
    ]
    for values in none:
        assert "Certificates" not in notes(nested(values))


def test_how_to_let_the_namespace_refuse_what_is_not_restricted(notes: Notes) -> None:
    label = "kubectl label namespace genx-fx pod-security.kubernetes.io/enforce=restricted"
    assert label in notes()


def test_addresses_of_hosts_are_those_of_the_routes(notes: Notes) -> None:
    own = {"global.exposure": "ingress", "application.api.ingress.hostname": "trade.example.org"}
    text = notes(nested(own))
    assert "https://trade.example.org\n" in text
    assert "://api.genx-fx.local" not in text


def test_addresses_of_one_host_have_their_paths(notes: Notes) -> None:
    same = {
        "global.exposure": "ingress",
        "application.api.ingress": {"hostname": "genx-fx.local", "path": "/api(/|$)(.*)"},
        "monitoring.grafana.ingress": {"hostname": "genx-fx.local", "path": "/grafana/"},
    }
    text = notes(nested(same))
    for path in ("", "/api", "/grafana"):
        assert f" https://genx-fx.local{path}\n" in text
    assert "kubectl get secret frontend-tls -n genx-fx" in text


def test_addresses_by_port_forward(notes: Notes) -> None:
    text = notes(nested({"global.exposure": "clusterIP", "global.namePrefix": "blue-"}))
    for name, port in {"frontend": 3000, "api": 8080, "grafana": 3001}.items():
        assert f"http://localhost:{port}" in text
        assert f"kubectl port-forward service/blue-{name}-service {port} -n genx-fx" in text


def test_addresses_of_what_runs_only(notes: Notes) -> None:
    text = notes(nested({"monitoring.enabled": False}))
    assert "grafana-service" not in text


def test_how_to_read_the_generated_password(notes: Notes) -> None:
    text = notes()
    assert f"{ADMIN} | base64 -d" in text
    for key in ("MT5_LOGIN", "MT5_PASSWORD"):
        assert key in text, "what nobody can generate"
    assert "GRAFANA_ADMIN_PASSWORD" not in notes(GIVEN)


def test_that_redis_does_not_demand_its_password_yet(notes: Notes) -> None:
    auth = nested({"global.redis.auth": {"enabled": True, "required": False}})
    (told,) = (line for line in _warnings(notes(auth)) if "auth.required" in line)
    assert told == (
        "global.redis.auth.required is false: redis lets clients in without a password."
        " Upgrade again without it."
    )
    assert "auth.required" not in notes(nested({"global.redis.auth.enabled": True}))


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"global.namePrefix": "blue-"},
        {"global.storage.logs.mode": "ephemeral", "data.mysql.persistence.enabled": False},
        {
            "global.storage.data.mode": "existingClaim",
            "global.storage.data.existingClaim": "theirs",
            "data.redis.persistence.existingClaim": "theirs-too",
        },
        {"global.external.mysql.host": "10.9.0.7", "monitoring.enabled": False},
        {
            "application.api.enabled": False,
            "application.tradingBot.enabled": False,
            **nobody_waits_for("api"),
        },
        {"global.secrets.source": "values", "global.secrets.values": SECRETS},
    ],
)
def test_name_all_that_stays_after_an_uninstall(notes: Notes, values: dict[str, Any]) -> None:
    rendered = render(nested(values))
    kept = {
        f"pvc/{item['metadata']['name']}"
        for item in rendered.of_kind("PersistentVolumeClaim")
        if item["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep"
    }
    kept.add(f"secret/{values.get('global.namePrefix', '')}genx-fx-secrets")
    _, _, words = notes(nested(values)).partition("kubectl delete -n genx-fx ")
    assert set(words.partition("\n")[0].split()) == kept


def test_only_the_secret_stays_where_no_data_is_kept(notes: Notes) -> None:
    text = notes(None, CHART / "values-dev.yaml")
    assert "kubectl delete -n genx-fx secret/genx-fx-secrets\n" in text


def test_nothing_is_said_twice_and_data_elsewhere_is_not_found(notes: Notes) -> None:
    text = notes()
    paragraphs = text.split("\n\n")
    assert len(set(paragraphs)) == len(paragraphs)
    assert "anywhere else a platform starts empty" in text


def test_nothing_stays_where_nothing_is_the_chart_s(notes: Notes) -> None:
    values = {
        "global.secrets": {"source": "existing", "existingSecret": "mine"},
        **{f"global.storage.{volume}.mode": "ephemeral" for volume in ("logs", "data")},
        **{f"data.{server}.persistence.enabled": False for server in ("mysql", "redis")},
        "monitoring.grafana.persistence.enabled": False,
    }
    assert "kubectl delete" not in notes(nested(values))


def test_say_how_a_failed_upgrade_is_undone(notes: Notes) -> None:
    text = notes()
    for helm, flag in {"helm4": "--rollback-on-failure", "helm3": "--atomic"}.items():
        assert flag in text
        assert flag in run_helm(helm, "upgrade", "--help")


def test_how_to_return_to_a_revision_with_other_volumes(notes: Notes) -> None:
    text = notes()
    assert "helm get values genx-fx -n genx-fx --revision NUMBER" in text
    assert "Another storage mode is another, empty claim" in text


def test_no_secret_is_shown(notes: Notes) -> None:
    text = notes(GIVEN)
    assert not [value for value in SECRETS.values() if value in text]


def _calls(callee: str) -> list[str]:
    """`application.api calls mysql`, for each that does."""
    callers = [flow.caller for flow in PLAN.flows if flow.callee.name == callee]
    return [f"{caller.path} calls {callee}" for caller in callers]


# A bot that says whether it works.
TELLS = nested({"application.tradingBot.ready.path": "/tmp/ready"})
RISKS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ["global.exposure"]),
    (
        {"monitoring.grafana.service.loadBalancerSourceRanges": []},
        [
            "global.exposure",
            "monitoring.grafana.service.loadBalancerSourceRanges lets everybody in",
        ],
    ),
    (
        {
            "global.exposure": "ingress",
            "global.exposedTo.users": [{"ipBlock": {"cidr": "203.0.113.7/32"}}],
        },
        ["global.exposedTo.users names address ranges"],
    ),
    (
        {
            "global.exposure": "ingress",
            "global.tls.enabled": False,
            "networkPolicy.enabled": False,
            "global.enforceDocumentedLimits": False,
            "global.secrets.source": "values",
            "global.secrets.values": SECRETS,
            "data.mysql.persistence.enabled": False,
            "data.redis.persistence.enabled": False,
            "monitoring.grafana.persistence.enabled": False,
            "global.storage.logs.mode": "ephemeral",
            "global.storage.data.mode": "ephemeral",
        },
        [
            "global.tls.enabled",
            "networkPolicy.enabled",
            "global.enforceDocumentedLimits",
            "global.secrets.source",
            "data.mysql.persistence.enabled",
            "data.redis.persistence.enabled",
            "monitoring.grafana.persistence.enabled",
            "global.storage.logs.mode",
            "global.storage.data.mode",
        ],
    ),
    (
        {
            "global.exposure": "clusterIP",
            "data.mysql.enabled": False,
            "data.redis.enabled": False,
            **nobody_waits_for("mysql", "redis"),
        },
        [*_calls("mysql"), *_calls("redis")],
    ),
    (
        {
            "global.exposure": "clusterIP",
            "application.api.enabled": False,
            **nobody_waits_for("api"),
        },
        _calls("api"),
    ),
    (
        {"global.exposure": "clusterIP", "application.tradingBot.ready.path": ""},
        ["application.tradingBot.ready.path"],
    ),
    (
        {"global.exposure": "clusterIP", "global.cattle": {"clusterId": "local"}},
        ["global.cattle is not a key of this chart"],
    ),
]


@pytest.mark.parametrize(("values", "risks"), RISKS)
def test_risky_settings_are_named_and_no_others(
    notes: Notes, values: dict[str, Any], risks: list[str]
) -> None:
    warnings = _warnings(notes(merged(TELLS, nested(values))))
    assert len(warnings) == len(risks)
    for risk in risks:
        assert any(warning.startswith(risk) for warning in warnings), warnings


def test_the_documented_password_is_named_where_it_is_in_use(notes: Notes) -> None:
    text = notes(None, CHART / "values-dev.yaml")
    assert any("GRAFANA_ADMIN_PASSWORD" in warning for warning in _warnings(text))


def test_nothing_to_mind_where_nothing_is_risky(notes: Notes) -> None:
    safe = nested({"global.exposure": "ingress", "global.tls.enabled": True})
    assert _warnings(notes(merged(TELLS, safe))) == []


def test_external_servers_are_no_risk(notes: Notes) -> None:
    safe = nested({"global.exposure": "clusterIP"})
    outside = nested(
        {"global.external.mysql.host": "10.9.0.7", "data.mysql.persistence.enabled": False}
    )
    assert _warnings(notes(merged(TELLS, safe, outside))) == []
