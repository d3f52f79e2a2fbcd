from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tools.kind_node.node import FILES
from tools.kind_node.versions import versions


@pytest.fixture
def isolate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], CompletedProcess[str]]:
    """Give a function that runs the nodes' rules with these pods' addresses."""
    programs = {
        "ip": "case $* in *address*) echo 2: eth0 inet 172.31.240.2/24 ;; "
        "*default) echo default via 172.31.240.1 ;; *) echo ip $* ;; esac",
        "nft": "cat",
        "sysctl": "echo sysctl $*",
    }
    for name, script in programs.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    def run(pods: str) -> CompletedProcess[str]:
        (tmp_path / "pod-subnet").write_text(pods)
        command = ["bash", str(FILES / "isolate"), str(tmp_path / "pod-subnet")]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    return run


@pytest.mark.parametrize("pods", ["10.187.0.0/16\n", "172.26.0.0/16"])
def test_the_nodes_rules_let_the_clusters_own_pods_be_reached(
    isolate: Callable[[str], CompletedProcess[str]], pods: str
) -> None:
    done = isolate(pods)
    assert done.returncode == 0
    assert f"ip route replace unreachable {pods.strip()} metric 4096\n" in done.stdout
    assert f"elements = {{ 127.0.0.0/8, 172.31.240.2/24, {pods.strip()} }}" in done.stdout
    assert f"ip saddr {pods.strip()} ip daddr 172.31.240.1 counter drop" in done.stdout
    assert versions()["pod_subnet"] not in done.stdout


@pytest.mark.parametrize(
    "pods",
    [
        "",
        "0.0.0.0/0",
        "10.0.0.0/8",
        "8.8.0.0/16",
        "172.32.0.0/16",
        "10.1.0.0/16, 0.0.0.0/0",
        "::/0",
    ],
)
def test_nothing_starts_on_a_node_with_a_range_that_would_open_it(
    isolate: Callable[[str], CompletedProcess[str]], pods: str
) -> None:
    done = isolate(pods)
    assert done.returncode != 0
    assert done.stdout == ""
    assert "is no range for pods" in done.stderr
