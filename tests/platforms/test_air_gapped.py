"""A cluster without a way to the internet: images of a mirror, a proxy, a private authority."""

from __future__ import annotations

import pytest

from generator.plan.component import ComponentPlan
from tests.chart.network import Network, Place, outside
from tests.chart.reading import component, container, mounts
from tests.chart.scenarios import PLAN
from tests.helm import Render
from tests.platforms.reach import exposed, let_in, pod_of

PLATFORM = "air-gapped"
MIRROR = "registry.example.org:5000/"
PROXY = outside("10.30.0.5")
CONTROLLER = Place("controller", namespace="ingress-nginx")
CALLERS = [part for part in PLAN.components if part.internet_ports]

each_caller = pytest.mark.parametrize("caller", CALLERS, ids=lambda caller: caller.name)


def variables(rendered: Render, caller: ComponentPlan) -> dict[str, str]:
    """Return the environment of a component, where it is given as text."""
    given = container(component(rendered, caller.name))["env"]
    return {item["name"]: item["value"] for item in given if "value" in item}


def test_every_image_is_of_the_mirror(rendered: Render) -> None:
    images = {item["image"] for _, item in rendered.containers()}
    assert images
    assert not [image for image in images if not image.startswith(MIRROR)]


def test_every_pod_can_log_in_to_the_mirror(rendered: Render) -> None:
    for name, pod in rendered.pod_specs():
        assert pod.get("imagePullSecrets") == [{"name": "registry-login"}], name


@each_caller
def test_who_calls_the_internet_has_the_proxy_and_reaches_it(
    rendered: Render, caller: ComponentPlan
) -> None:
    assert variables(rendered, caller)["HTTPS_PROXY"] == "http://proxy.example.org:3128"
    assert Network.of(rendered).allows(pod_of(rendered, caller), PROXY, 3128)


@each_caller
def test_what_is_in_the_cluster_is_not_asked_of_the_proxy(
    rendered: Render, caller: ComponentPlan
) -> None:
    callees = [flow.callee for flow in PLAN.flows if flow.caller.name == caller.name]
    services = {callee.service.name for callee in callees if callee.service}
    assert set(variables(rendered, caller)["NO_PROXY"].split(",")) >= services


@each_caller
def test_the_private_authority_is_mounted_where_programs_look(
    rendered: Render, caller: ComponentPlan
) -> None:
    assert mounts(component(rendered, caller.name))["/etc/ssl/private-ca"] == "config private-ca"
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
        assert variables(rendered, caller)[name] == "/etc/ssl/private-ca/ca.crt"


def test_one_certificate_serves_every_host(rendered: Render) -> None:
    ingresses = rendered.of_kind("Ingress")
    assert {item["metadata"]["name"] for item in ingresses} == exposed()
    secrets = {entry["secretName"] for item in ingresses for entry in item["spec"]["tls"]}
    assert secrets == {"wildcard-tls"}


def test_the_controller_alone_comes_in(rendered: Render) -> None:
    assert let_in(rendered, CONTROLLER) == exposed()
    assert let_in(rendered, Place("stranger", namespace="default")) == set()
