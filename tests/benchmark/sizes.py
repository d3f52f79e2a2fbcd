"""Sizes of what is published and of what Helm stores."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path

from tests.helm import CHART, NAMESPACE, RELEASE, run_helm


def package_size(repository: Path) -> int:
    """Return the size in bytes of the one package in a chart repository."""
    (package,) = repository.glob("*.tgz")
    return package.stat().st_size


def release_record_size(*options: str) -> int:
    """Return the size in bytes of a release's Secret: its JSON, compressed, in base64.

    Helm 4 prints the release without a cluster, Helm 3 doesn't; they store the same.
    """
    arguments = ("install", RELEASE, str(CHART), "--namespace", NAMESPACE, *options)
    release = json.loads(run_helm("helm4", *arguments, "--dry-run=client", "--output", "json"))
    text = json.dumps(release, separators=(",", ":"), ensure_ascii=False)
    return len(base64.b64encode(gzip.compress(text.encode(), compresslevel=9)))
