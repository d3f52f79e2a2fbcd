"""The control plane itself: it answers to nobody else, and nothing of it outlives who wanted it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cluster.kubectl import Kubectl, eventually
from tests.control_plane.release import QuietRelease, only
from tests.helm import ROOT
from tools.control_plane.plane import NO_PROXY


def processes_of(folder: Path) -> list[str]:
    """Return command lines that name a folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue  # it has just ended
        if str(folder) in command:
            found.append(command)
    return found


@pytest.mark.parametrize("killed", ["whoever wanted it", "the control plane"])
def test_nothing_outlives_a_kill(killed: str, tmp_path: Path) -> None:
    folder = tmp_path / "plane"
    with subprocess.Popen(["sleep", "600"]) as wanted:
        plane = subprocess.Popen(
            [
                *(sys.executable, "-m", "tools.control_plane"),
                *(f"--folder={folder}", f"--while={wanted.pid}"),
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert plane.stdout is not None
        printed = plane.stdout.read() if plane.poll() is not None else plane.stdout.readline()
        assert printed.startswith("# A control plane without nodes"), printed
        assert len(processes_of(folder)) >= 6
        os.kill((wanted if killed == "whoever wanted it" else plane).pid, signal.SIGKILL)
        plane.stdout.close()
        plane.wait(timeout=60)
        eventually("all have ended", lambda: not processes_of(folder), timeout=30, every=0.2)
        wanted.kill()
    if killed == "whoever wanted it":
        assert not (folder / "state").exists()
        assert (folder / "kube-apiserver.log").exists()


def test_a_stranger_is_refused(kubectl: Kubectl) -> None:
    config = json.loads(kubectl("config", "view", "--raw", "-o", "json"))
    server = config["clusters"][0]["cluster"]["server"]
    assert server.startswith("https://127.0.0.1:")
    done = kubectl.run("get", "nodes", "--token", "somebody-elses")
    assert done.returncode
    assert "Unauthorized" in done.stderr or "logged in" in done.stderr
    opener = urllib.request.build_opener(NO_PROXY)
    with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
        opener.open(server, timeout=10)  # signed by nobody that this machine trusts


def test_folder_in_use_is_refused(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "tools.control_plane", f"--folder={tmp_path}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == f"error: cannot use {tmp_path}/state: File exists\n"


def test_warning_of_the_api_server_fails_a_helm_command(
    kubectl: Kubectl, release: QuietRelease, helm: str
) -> None:
    """Also where the namespace only warns of what it does not enforce."""
    label = "pod-security.kubernetes.io/enforce=privileged"
    kubectl("label", "namespace", release.namespace, label, "--overwrite")
    container = {"name": "careless", "image": "example.org/careless:1"}
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "careless"},
        "spec": {"containers": [container]},
    }
    with pytest.raises(AssertionError, match="would violate PodSecurity"):
        replace(release, helm=helm).install({**only(), "extraObjects": [pod]})
