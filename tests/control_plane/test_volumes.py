"""Changes of volumes: upgrades and rollbacks leave a claim, and the data behind it, as it is."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from tests.chart.reading import mounts
from tests.chart.scenarios import merged, nested
from tests.control_plane.release import QuietRelease, only
from tests.helm import HELMS, HelmError

OWN = {
    "apiVersion": "v1",
    "kind": "PersistentVolumeClaim",
    "metadata": {"name": "own"},
    "spec": {"accessModes": ["ReadWriteMany"], "resources": {"requests": {"storage": "1Gi"}}},
}
MODES: dict[str, dict[str, str]] = {
    "rwx": {"mode": "rwx"},
    "rwo-colocated": {"mode": "rwo-colocated"},
    "ephemeral": {"mode": "ephemeral"},
    "existingClaim": {"mode": "existingClaim", "existingClaim": "own"},
}
MOUNTED = {
    "rwx": "claim logs-pvc",
    "rwo-colocated": "claim logs-pvc-rwo",
    "ephemeral": "scratch 10Gi",
    "existingClaim": "claim own",
}
# From each mode to each other one, in one walk.
WALK = [list(MODES)[step] for step in (0, 1, 0, 2, 0, 3, 1, 2, 1, 3, 2, 3, 0)]
QUICK = "--no-hooks"  # no container runs, so nobody needs the Secret
PAIRS = [(first, second) for first in HELMS for second in HELMS]


def values(mode: str, **storage: str) -> dict[str, Any]:
    """Return values of an API with its logs in this mode."""
    return merged(only("api", replicas=1), nested({"global.storage.logs": MODES[mode] | storage}))


def claims(release: QuietRelease) -> dict[str, tuple[str, str]]:
    """Return the claims, which object each is, and which volume is behind it."""
    return {
        claim["metadata"]["name"]: (claim["metadata"]["uid"], claim["spec"].get("volumeName", ""))
        for claim in release.kubectl.list("pvc", release.namespace)
    }


def logs(release: QuietRelease) -> str:
    """Return what the API mounts for its logs."""
    return mounts(release.kubectl.get("deployment", "api", release.namespace))["/app/logs"]


def test_every_change_of_mode_is_an_upgrade_that_keeps_every_claim(
    release: QuietRelease, helm: str
) -> None:
    assert len(set(pairwise(WALK))) == len(MODES) * (len(MODES) - 1)
    release = replace(release, helm=helm)
    release.kubectl.apply(OWN, release.namespace)
    release.install(values(WALK[0]), QUICK)
    for mode in WALK[1:]:
        before = claims(release)
        release.upgrade(values(mode), QUICK)
        assert logs(release) == MOUNTED[mode]
        after = claims(release)
        assert {name: after.get(name) for name in before} == before
    assert set(claims(release)) == {"own", "logs-pvc", "logs-pvc-rwo", "data-pvc"}


@pytest.mark.parametrize(("first", "second"), PAIRS, ids=map("-".join, PAIRS))
def test_an_upgrade_goes_back_where_a_rollback_stops_at_a_claim(
    release: QuietRelease, first: str, second: str
) -> None:
    """Helm takes a claim that the release has given up as it is in the cluster for what it was.

    Unless both are Helm 4, which applies on the server, it then asks to empty what the cluster has
    filled in: the volume's name.
    """
    one, other = replace(release, helm=first), replace(release, helm=second)
    one.install(values("rwx"), QUICK)
    before = claims(one)
    one.upgrade(values("ephemeral"), QUICK)
    if (first, second) == ("helm4", "helm4"):
        other.rollback(1)
    else:
        with pytest.raises(HelmError, match="spec is immutable"):
            other.rollback(1)
    assert claims(other) == before
    other.upgrade(values("rwx"), QUICK)
    assert (logs(other), claims(other)) == ("claim logs-pvc", before)


def test_a_volume_grows_within_the_quota_and_never_shrinks(
    release: QuietRelease, helm: str
) -> None:
    """That the volume itself grows is up to the driver of its class, which this cluster lacks."""
    release = replace(release, helm=helm)
    quota = nested({"resourceQuota.enabled": True})
    release.install(merged(values("rwx"), quota), QUICK)
    before = claims(release)
    release.upgrade(merged(values("rwx", size="40Gi"), quota), QUICK)
    claim = release.kubectl.get("pvc", "logs-pvc", release.namespace)
    assert claim["spec"]["resources"]["requests"] == {"storage": "40Gi"}
    small = nested({"global.enforceDocumentedLimits": False})
    with pytest.raises(HelmError, match="field can not be less than"):
        release.upgrade(merged(values("rwx", size="9Gi"), quota, small), QUICK)
    assert claims(release) == before


def test_another_class_takes_a_claim_of_ones_own(release: QuietRelease, helm: str) -> None:
    release = replace(release, helm=helm)
    release.kubectl.apply(OWN, release.namespace)
    release.install(values("rwx"), QUICK)
    before = claims(release)
    with pytest.raises(HelmError, match="spec is immutable"):
        release.upgrade(values("rwx", storageClass="other"), QUICK)
    assert claims(release) == before
    release.upgrade(values("existingClaim"), QUICK)
    assert (logs(release), claims(release)) == ("claim own", before)
