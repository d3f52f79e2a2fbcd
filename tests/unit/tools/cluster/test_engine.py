from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.cluster.engine import Engine

Install = Callable[..., None]
HERE = os.uname().nodename


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Puts a client on PATH that answers as told."""
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
