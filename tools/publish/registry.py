"""Publishes to an OCI registry, where a version is a tag: https://helm.sh/docs/topics/registries.

Registries let anybody with the right to push move a tag, so what is there is looked at first, and
what came out of it is compared afterwards.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from tools.build import go_tool
from tools.kind_node.cache import BuildError, run
from tools.publish.errors import PublishError
from tools.publish.files import digest_of
from tools.publish.package import Package
from tools.publish.versions import check_follows

SCHEME = "oci://"
# Of a version, of any that meets a constraint, and of the chart; `credential not found` is no such.
NOT_THERE = re.compile(
    r"/\S+:\S+: not found$|could not locate a version matching|repository name not known",
    re.MULTILINE,
)
NO_LOGIN = re.compile(
    r"\b(401|403|unauthorized|denied|credential not found|no basic auth)\b", re.IGNORECASE
)
DIGEST = re.compile(r"^Digest: (sha256:[0-9a-f]{64})$", re.MULTILINE)


def publish(package: Package, to: str, plain_http: bool = False) -> str:
    """Push a package; return the digest by which it is pulled, empty where it was there already.

    `to` is the address without the chart's name: oci://registry.example.org/charts. PublishError
    where the version is there with other content or does not say what it breaks, or the registry
    refuses.
    """
    reference = f"{to.rstrip('/')}/{package.name}"
    if there := _digest_of_published(reference, package.version, plain_http):
        if there == package.digest:
            return ""
        raise PublishError(
            f"{reference} has version {package.version} already, with other content (SHA-256 "
            f"{there}, this one's is {package.digest}). What is published never changes: give the "
            "chart a higher version in the spec, platform.version"
        )
    with tempfile.TemporaryDirectory() as folder:
        if before := pull_version(reference, f"<{package.version}", Path(folder), plain_http):
            check_follows(before, package.archive)
    # Helm pushes the signature beside it, too.
    output = _helm(["push", str(package.archive), to.rstrip("/")], reference, plain_http)
    if _digest_of_published(reference, package.version, plain_http) != package.digest:
        raise PublishError(
            f"{reference} gives another content for version {package.version} than what was "
            "pushed: somebody else published it at the same time. Compare the two, and give one of "
            "them a higher version"
        )
    found = DIGEST.search(output)
    return found[1] if found else ""


def pull_version(
    reference: str, version: str, folder: Path, plain_http: bool = False
) -> Path | None:
    """Pull the newest version that meets a constraint into an empty folder; None without one."""
    arguments = ["pull", reference, "--version", version, "--destination", str(folder)]
    try:
        _helm(arguments, reference, plain_http)
    except PublishError as error:
        if NOT_THERE.search(str(error)):
            return None
        raise
    return next(folder.glob("*.tgz"))


def _digest_of_published(reference: str, version: str, plain_http: bool) -> str:
    with tempfile.TemporaryDirectory() as folder:
        pulled = pull_version(reference, version, Path(folder), plain_http)
        return digest_of(pulled) if pulled else ""


def _helm(arguments: list[str], reference: str, plain_http: bool) -> str:
    """Run Helm, and return all that it printed, also to stderr."""
    options = ["--plain-http"] if plain_http else []
    try:
        return run([go_tool("helm4"), *arguments, *options], f"{arguments[0]} {reference}")
    except BuildError as error:
        host = reference.removeprefix(SCHEME).partition("/")[0]
        hint = f"; log in first: helm registry login {host}" if NO_LOGIN.search(str(error)) else ""
        raise PublishError(f"{error}{hint}") from None
