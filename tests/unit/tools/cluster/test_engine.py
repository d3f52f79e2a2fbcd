from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.cluster import Cluster, handle, own_engine
from tools.cluster.__main__ import main
from tools.cluster.engine import Engine

Install = Callable[..., None]
HERE = os.uname().nodename


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Give a function that puts a client on PATH, which answers as told."""
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    def make(name: str, *, info: object, version: str = "", help_text: str = "") -> None:
        program = tmp_path / name
        program.write_text(
            "#!/bin/sh\ncase $1 in\n"
            f"info) echo '{json.dumps(info, separators=(',', ':'))}' ;;\n"
            f"--version) echo '{version}' ;;\n"
            f"network) echo '{help_text}' ;;\n"
            "esac\n"
        )
        program.chmod(0o755)

    return make


def test_docker_that_answers_is_used(install: Install) -> None:
    install(
        "docker",
        info={"Name": HERE, "SecurityOptions": ["name=seccomp"]},
        version="Docker version 28.2.2",
    )
    assert Engine("docker").why_unusable() == ""


def test_podman_that_can_name_a_networks_device_is_used(install: Install) -> None:
    install("podman", info={"host": {"hostname": HERE}}, help_text="--interface-name string")
    assert Engine("podman").why_unusable() == ""


def test_old_podman_is_not_used(install: Install) -> None:
    install("podman", info={"host": {"hostname": HERE}}, help_text="--ip-range")
    assert "too old" in Engine("podman").why_unusable()


def test_rootless_engine_is_not_used(install: Install) -> None:
    install(
        "docker",
        info={"Name": HERE, "SecurityOptions": ["name=rootless"]},
        version="Docker version 28",
    )
    podman = {"host": {"hostname": HERE, "security": {"rootless": True}}}
    install("podman", info=podman, help_text="--interface-name")
    assert "rootless" in Engine("docker").why_unusable()
    assert "rootless" in Engine("podman").why_unusable()


def test_podman_by_dockers_name_is_not_used(install: Install) -> None:
    install("docker", info={"Name": HERE}, version="podman version 5.4.0")
    assert "another program" in Engine("docker").why_unusable()


def test_engine_of_another_machine_is_not_used(install: Install) -> None:
    install("docker", info={"Name": "docker-desktop"}, version="Docker version 28.2.2")
    install("podman", info={"host": {"hostname": "elsewhere"}}, help_text="--interface-name")
    assert "runs on 'docker-desktop'" in Engine("docker").why_unusable()
    assert "runs on 'elsewhere'" in Engine("podman").why_unusable()


REDIRECTING = {
    "DOCKER_HOST": "tcp://192.0.2.1:2376",
    "DOCKER_CONTEXT": "production",
    "DOCKER_TLS": "1",
    "DOCKER_TLS_VERIFY": "1",
    "DOCKER_CERT_PATH": "/certificates",
    "DOCKER_API_VERSION": "1.24",
    "DOCKER_CONFIG": "/home/user/.docker",
    "DOCKER_DEFAULT_PLATFORM": "linux/s390x",
}


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], dict[str, str]]:
    """Return what Docker's client reads of the environment, where the user has set all of it."""
    client = tmp_path / "docker"
    client.write_text("#!/bin/sh\nenv | grep ^DOCKER_\n")
    client.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    for name, value in REDIRECTING.items():
        monkeypatch.setenv(name, value)
    return lambda: dict(
        line.split("=", 1) for line in own_engine.ENGINE.output("version").splitlines()
    )


def test_no_variable_of_the_user_redirects_the_client_of_our_own_engine(
    asked: Callable[[], dict[str, str]],
) -> None:
    assert asked() == {
        "DOCKER_HOST": "unix:///run/genx-fx/docker.sock",
        "DOCKER_CONFIG": "/run/genx-fx/no-client-settings",
    }


def test_the_users_own_engine_is_reached_as_the_user_says(
    asked: Callable[[], dict[str, str]],
) -> None:
    said = Engine("docker").output("version").splitlines()
    assert set(said) == {f"{name}={value}" for name, value in REDIRECTING.items()}


def test_a_shell_that_reads_env_reaches_our_own_engine(
    asked: Callable[[], dict[str, str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("GENX_FX_CACHE", str(tmp_path))
    kubectl = tmp_path / "bin" / "kubectl"
    handle.remember(Cluster(tmp_path / "kubeconfig", "kind", kubectl, own_engine.ENGINE))
    assert main(["env"]) == 0
    exports = capsys.readouterr().out
    shell = ["sh", "-c", f"{exports}\nenv | grep ^DOCKER_"]
    said = subprocess.run(shell, capture_output=True, text=True, check=True).stdout
    assert dict(line.split("=", 1) for line in said.splitlines()) == asked()
