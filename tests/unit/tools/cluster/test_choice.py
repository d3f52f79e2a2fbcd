from __future__ import annotations

import pytest

from tools.cluster import CannotRaise, ClusterError, choice, own_engine
from tools.cluster.__main__ import main
from tools.cluster.engine import Engine


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Why each engine cannot be used; whatever is not named can."""
    reasons = {"docker": "not installed", "podman": "not installed", "own": "needs root"}
    monkeypatch.delenv(choice.ENGINE, raising=False)
    monkeypatch.delenv(choice.CONTEXT, raising=False)
    monkeypatch.setattr(own_engine, "is_running", lambda: False)
    monkeypatch.setattr(
        own_engine, "why_impossible", lambda: [reasons["own"]] if "own" in reasons else []
    )
    monkeypatch.setattr(Engine, "why_unusable", lambda self: reasons.get(self.program, ""))
    return reasons


def test_a_running_docker_comes_first(machine: dict[str, str]) -> None:
    machine.clear()
    assert choice.choose_engine() == Engine("docker")


def test_podman_comes_second(machine: dict[str, str]) -> None:
    del machine["podman"], machine["own"]
    assert choice.choose_engine() == Engine("podman")


def test_an_engine_of_our_own_comes_last(machine: dict[str, str]) -> None:
    del machine["own"]
    assert choice.choose_engine() == own_engine.ENGINE


def test_our_own_engine_is_kept_while_it_runs(
    machine: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.clear()
    monkeypatch.setattr(own_engine, "is_running", lambda: True)
    assert choice.choose_engine() == own_engine.ENGINE


def test_one_engine_can_be_demanded(
    machine: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.clear()
    monkeypatch.setenv(choice.ENGINE, "own")
    assert choice.choose_engine() == own_engine.ENGINE


def test_an_unknown_engine_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(choice.ENGINE, "lxc")
    with pytest.raises(ClusterError, match="'lxc'; it may be docker, podman, own"):
        choice.choose_engine()


def test_everything_that_is_missing_is_named_at_once(machine: dict[str, str]) -> None:
    machine["docker"] = "`docker info` says: permission denied"
    with pytest.raises(CannotRaise) as caught:
        choice.choose_engine()
    message = str(caught.value)
    assert all(reason in message for reason in machine.values())
    assert choice.CONTEXT in message


def test_a_machine_that_cannot_is_told_from_a_failure(
    machine: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["up"]) == CannotRaise.exit_status
    assert "can run no Kubernetes cluster" in capsys.readouterr().err


def test_a_context_that_does_not_exist_is_refused_with_those_that_do(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path_factory.mktemp("home")
    kubectl = folder / "kubectl"
    kubectl.write_text("#!/bin/sh\nprintf 'staging\\nlocal\\n'\n")
    kubectl.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    monkeypatch.setenv("GENX_FX_CACHE", str(folder / "cache"))
    monkeypatch.setenv(choice.CONTEXT, "production")
    assert main(["up"]) == 1
    assert "'production'; the contexts of your kubeconfig are: staging, local" in (
        capsys.readouterr().err
    )
