"""The CNCF's registry on loopback takes packages; a tag that is there is never moved."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.oci_registry import Registry, StartRegistry, free_port
from tests.unit.tools.publish.conftest import Make
from tests.unit.tools.publish.helm import Keys, MakeHelm
from tools.build import tool_path
from tools.publish.errors import PublishError
from tools.publish.files import digest_of
from tools.publish.registry import publish, pull_version

LOGIN = ("robot", "a password")
# As `htpasswd -nbB -C 4 robot "a password"` writes it.
HASH = "$2a$04$H/xPUWWZH9KxKQ7mrQiYu.e5SI1gcWjQ3kVnwWxhGUfpkTlTXhd3a"


@pytest.fixture(autouse=True)
def no_logins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have Helm keep its logins in an empty folder, and find none of Docker's."""
    for name in ("HELM_CONFIG_HOME", "HELM_CACHE_HOME", "HELM_DATA_HOME", "DOCKER_CONFIG"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    monkeypatch.delenv("HELM_REGISTRY_CONFIG", raising=False)


@pytest.mark.parametrize("name", ["helm3", "helm4"])
def test_both_helms_install_from_the_registry(
    make: Make, make_helm: MakeHelm, registry: Registry, name: str
) -> None:
    package = make("1.0.0")
    digest = publish(package, registry.address, plain_http=True)
    assert digest == registry.digest("1.0.0")
    helm = make_helm(name)
    for reference in (f"{registry.reference}:1.0.0", f"{registry.reference}@{digest}"):
        folder = helm.home / reference[-8:].replace(":", "-")
        folder.mkdir()
        helm("pull", reference, "--plain-http", "--destination", str(folder))
        (pulled,) = folder.glob("*.tgz")
        assert digest_of(pulled) == package.digest
    options = ("--version", "1.0.0", "--plain-http")
    assert "text: one" in helm("template", "trial", registry.reference, *options)


def test_the_same_package_again_changes_nothing(make: Make, registry: Registry) -> None:
    assert publish(make("1.0.0"), registry.address, plain_http=True)
    before = registry.digest("1.0.0")
    assert publish(make("1.0.0"), f"{registry.address}/", plain_http=True) == ""
    assert registry.digest("1.0.0") == before


def test_a_version_with_other_content_is_refused(make: Make, registry: Registry) -> None:
    publish(make("1.0.0", "one"), registry.address, plain_http=True)
    before = registry.digest("1.0.0")
    with pytest.raises(PublishError, match=r"version 1\.0\.0 already, with other content"):
        publish(make("1.0.0", "two"), registry.address, plain_http=True)
    assert registry.digest("1.0.0") == before
    assert publish(make("1.0.1", "two"), registry.address, plain_http=True)


def test_a_signature_is_pushed_and_verified(
    make: Make, make_helm: MakeHelm, registry: Registry, keys: Keys
) -> None:
    publish(make("1.0.0", signing=keys.signing), registry.address, plain_http=True)
    for name in ("helm3", "helm4"):
        helm = make_helm(name)
        pull = ("pull", f"{registry.reference}:1.0.0", "--plain-http", "--verify", "--keyring")
        helm(*pull, str(keys.public), "--destination", str(helm.home))
        assert (helm.home / "small-1.0.0.tgz").exists()
        with pytest.raises(AssertionError, match="signature made by unknown entity"):
            helm(*pull, str(keys.another), "--destination", str(helm.home))


def test_a_registry_that_is_not_there_changes_nothing_and_is_named(make: Make) -> None:
    address = f"oci://127.0.0.1:{free_port()}/team"
    with pytest.raises(PublishError, match=rf"cannot pull {address}/small: .*connection refused"):
        publish(make("1.0.0"), address, plain_http=True)


def test_a_registry_that_dies_is_told_from_a_version_that_is_missing(
    make: Make, start_registry: StartRegistry, registry: Registry
) -> None:
    """Its storage is gone: a server error must not pass for "not published yet"."""
    publish(make("1.0.0"), registry.address, plain_http=True)
    manifests = next(registry.folder.glob("**/_manifests"))
    blobs = next(registry.folder.glob("**/blobs"))
    moved = blobs.rename(blobs.with_name("moved"))
    blobs.write_text("no folder any more")
    with pytest.raises(PublishError, match=r"cannot (pull|push)"):
        publish(make("1.0.0", "two"), registry.address, plain_http=True)
    blobs.unlink()
    moved.rename(blobs)
    assert manifests.exists()
    assert publish(make("1.0.0"), registry.address, plain_http=True) == ""


def test_credentials_are_those_of_helm(
    make: Make, make_helm: MakeHelm, start_registry: StartRegistry, tmp_path: Path
) -> None:
    registry = start_registry(f"auth: {{htpasswd: {{realm: charts, path: {htpasswd(tmp_path)}}}}}")
    with pytest.raises(PublishError, match="log in first: helm registry login 127") as refused:
        publish(make("1.0.0"), registry.address, plain_http=True)
    assert f"127.0.0.1:{registry.port}" in str(refused.value)
    login = ["registry", "login", f"127.0.0.1:{registry.port}", "--username", LOGIN[0]]
    subprocess.run(
        [tool_path("helm4"), *login, "--password-stdin", "--plain-http"],
        input=LOGIN[1].encode(),
        check=True,
    )
    assert publish(make("1.0.0"), registry.address, plain_http=True)


def test_the_newest_version_below_another_is_found(
    make: Make, registry: Registry, tmp_path: Path
) -> None:
    for version in ("1.0.0", "1.1.0", "1.2.0-rc.1", "2.0.0"):
        publish(make(version), registry.address, plain_http=True)

    def below(version: str) -> str:
        folder = tmp_path / f"below-{version}"
        folder.mkdir()
        found = pull_version(registry.reference, f"<{version}", folder, plain_http=True)
        return found.name if found else ""

    assert below("1.1.0") == "small-1.0.0.tgz"
    assert below("2.0.0") == "small-1.1.0.tgz"
    assert below("1.0.0") == ""
    nowhere = f"{registry.address}/never-published"
    assert pull_version(nowhere, "<1.0.0", tmp_path, plain_http=True) is None


def htpasswd(folder: Path) -> Path:
    """Write a file of one login; the registry takes bcrypt alone."""
    file = folder / "htpasswd"
    file.write_text(f"{LOGIN[0]}:{HASH}\n")
    return file
