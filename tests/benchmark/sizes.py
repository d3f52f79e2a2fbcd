"""Size of what Helm stores."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path

from tests.helm import NAMESPACE, RELEASE, run_helm


def release_record_size(chart: Path, *options: str) -> int:
    """Return the size in bytes of a release's Secret: its JSON, compressed, in base64.

    The chart is its archive, since that says more than its folder does.

    Helm 4 prints the release without a cluster, Helm 3 doesn't; they store the same.
    """
    arguments = ("install", RELEASE, str(chart), "--namespace", NAMESPACE, *options)
    release = json.loads(run_helm("helm4", *arguments, "--dry-run=client", "--output", "json"))
    text = json.dumps(release, separators=(",", ":"), ensure_ascii=False)
    return len(base64.b64encode(gzip.compress(text.encode(), compresslevel=9)))
