"""The life of a release in every way of installing, with both Helms.

The secrets Job is run by nobody: kwok says that it is done, and the Secret that it would have made
is not there, nor missed by pods that only seem to run.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cluster.kubectl import Kubectl, last_seen
from tests.cluster.leftovers import CLAIMS, COLOCATED_CLAIMS, left
from tests.cluster.release import SECRET
from tests.control_plane.release import QuietRelease
from tests.helm import CHART

# The chart's ci folder, and the environments.
WAYS = {
    path.name.removesuffix(".yaml").removesuffix("-values"): path
    for path in sorted((*CHART.glob("ci/*-values.yaml"), *CHART.glob("values-*.yaml")))
}
# Ways whose claims are others than those of the default values.
BACKED_UP = CLAIMS | {"PersistentVolumeClaim/backup-pvc"}
CLAIMS_OF = {
    "small": set[str](),
    "values-dev": set[str](),
    "values-staging": BACKED_UP,
    "values-prod": BACKED_UP,
    "colocated": COLOCATED_CLAIMS,
}
GIVEN = {"values-given", "values-dev"}  # ways whose Secret is in the chart
CHANGED = {"global": {"config": {"MT5_SERVER": "changed"}}}

each_way = pytest.mark.parametrize("way", WAYS)


@pytest.fixture
def release(kubectl: Kubectl, namespace: str, chart: Path, way: str, helm: str) -> QuietRelease:
    """Return a release in this way, in a namespace that enforces the restricted standard."""
    return QuietRelease(kubectl, namespace, chart, {}, helm, files=(WAYS[way],))


@each_way
def test_release_lives_and_leaves_what_it_should(release: QuietRelease, way: str) -> None:
    """Installed, upgraded, rolled back, uninstalled and installed again, without a warning."""
    kubectl, namespace = release.kubectl, release.namespace
    release.install()
    release.upgrade()
    assert broker(release) == ""
    release.upgrade(CHANGED)
    assert broker(release) == "changed"
    release.rollback()
    assert broker(release) == ""
    assert [revision["status"] for revision in release.history()][-1] == "deployed"

    release.uninstall()
    kept = CLAIMS_OF.get(way, CLAIMS) | ({f"Secret/{SECRET}"} if way in GIVEN else set())
    assert last_seen(lambda: left(kubectl, namespace), kept, timeout=120, every=0.5) == kept

    release.install()
    assert broker(release) == ""


def broker(release: QuietRelease) -> str:
    """Return the broker's server in the release's ConfigMap."""
    config = release.manifests().of_kind("ConfigMap")
    (found,) = [item for item in config if "MT5_SERVER" in item["data"]]
    seen = release.kubectl.get("configmap", found["metadata"]["name"], release.namespace)
    return str(seen["data"]["MT5_SERVER"])
