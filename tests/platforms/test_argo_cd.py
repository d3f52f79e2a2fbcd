"""Argo CD, which renders the chart itself, and the External Secrets Operator.

Sources: https://argo-cd.readthedocs.io/en/stable/user-guide/helm/ (hooks, no lookup),
https://argo-cd.readthedocs.io/en/stable/user-guide/diffing/ (fields that others own),
`helm.sh/resource-policy: keep` since 2.7 (argoproj/argo-cd#13157),
https://external-secrets.io/latest/api/externalsecret/.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from tests.helm import CHART, KUBERNETES, ROOT, Render, run_helm
from tests.platforms.files import PLATFORMS

PLATFORM = "argo-cd"
PAGE = (ROOT / "docs" / "platforms" / "argo-cd.md").read_text()
KNOWN_HOOKS = {"pre-install", "pre-upgrade", "post-install", "post-upgrade"}


def application() -> dict[str, Any]:
    """Return the Application on the page."""
    blocks = re.findall(
        r"^```yaml title=application.yaml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE
    )
    (text,) = blocks
    found = yaml.safe_load(text)
    assert isinstance(found, dict)
    return found


def test_two_renders_are_equal(helm: str) -> None:
    """Argo CD renders again and again, and syncs what differs."""
    command = ["template", "genx-fx", str(CHART), "--values", str(PLATFORMS[PLATFORM])]
    command += ["--namespace", "genx-fx", "--kube-version", KUBERNETES]
    assert run_helm(helm, *command) == run_helm(helm, *command)


def test_hooks_are_those_that_argo_cd_runs(rendered: Render) -> None:
    """It runs pre-install and pre-upgrade before each sync, and leaves tests out."""
    for item in rendered.objects:
        hooks = item["metadata"].get("annotations", {}).get("helm.sh/hook")
        if hooks and hooks != "test":
            assert set(hooks.split(",")) <= KNOWN_HOOKS, item["metadata"]["name"]


def test_no_object_states_what_an_autoscaler_owns(rendered: Render) -> None:
    scaled = {
        item["spec"]["scaleTargetRef"]["name"]
        for item in rendered.of_kind("HorizontalPodAutoscaler")
    }
    assert scaled
    for name in scaled:
        assert "replicas" not in rendered.get("Deployment", name)["spec"]


def test_data_outlives_the_application(rendered: Render) -> None:
    """The claims, and the Secret: the operator leaves it where its ExternalSecret goes."""
    claims = rendered.of_kind("PersistentVolumeClaim")
    assert claims
    for item in claims:
        assert item["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep"
    (external,) = rendered.of_kind("ExternalSecret")
    assert external["spec"]["target"]["creationPolicy"] == "Orphan"


def test_the_store_makes_the_secret_that_pods_read(rendered: Render) -> None:
    (external,) = rendered.of_kind("ExternalSecret")
    assert external["spec"]["secretStoreRef"] == {"name": "vault", "kind": "ClusterSecretStore"}
    assert external["spec"]["target"]["name"] == "genx-fx-secrets"
    # What the operator would fill in itself, and Argo CD would call a difference.
    assert external["spec"]["target"].keys() >= {"creationPolicy", "deletionPolicy"}
    for entry in external["spec"]["dataFrom"]:
        assert entry["extract"].keys() >= {
            "conversionStrategy",
            "decodingStrategy",
            "metadataPolicy",
        }


def test_the_application_on_the_page_installs_these_values() -> None:
    spec = application()["spec"]
    assert application()["kind"] == "Application"
    assert spec["source"]["chart"] == "genx-fx"
    assert spec["source"]["helm"]["valuesObject"] == yaml.safe_load(PLATFORMS[PLATFORM].read_text())
    assert "ServerSideApply=true" in spec["syncPolicy"]["syncOptions"]


def test_deleting_the_application_deletes_what_it_made() -> None:
    finalizers = application()["metadata"]["finalizers"]
    assert finalizers == ["resources-finalizer.argocd.argoproj.io"]
