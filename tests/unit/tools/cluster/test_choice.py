from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tools.cluster import CannotRaise, ClusterError, choice, own_engine
from tools.cluster.__main__ import main
from tools.cluster.engine import Engine


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Return why each engine cannot be used; those not named can."""
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
    with pytest.raises(ClusterError) as caught:
        choice.choose_engine()
    assert str(caught.value) == (
        "GENX_FX_ENGINE is 'lxc'; it may be docker, podman, own; set it to one of these, or unset "
        "it to take the first that can be used"
    )


@pytest.mark.parametrize("only", choice.ENGINES)
def test_a_demanded_engine_that_cannot_be_used_is_explained_in_one_line(
    machine: dict[str, str], monkeypatch: pytest.MonkeyPatch, only: str
) -> None:
    why = machine[only]
    machine |= {name: "" for name in choice.ENGINES if name != only}
    monkeypatch.setenv(choice.ENGINE, only)
    with pytest.raises(CannotRaise, match=f"^GENX_FX_ENGINE is '{only}', which .*{why}.*unset it"):
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


@pytest.fixture
def kubeconfig(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], None]:
    """Name the context `production`, and let kubectl do what a script says."""
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setenv("GENX_FX_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("KUBECONFIG", "/home/user/kubeconfig")
    monkeypatch.setenv(choice.CONTEXT, "production")

    def answer(script: str) -> None:
        kubectl = tmp_path / "kubectl"
        kubectl.write_text(f"#!/bin/sh\n{script}\n")
        kubectl.chmod(0o755)

    return answer


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (
            "printf 'staging\\nlocal\\n'",
            "; the contexts of /home/user/kubeconfig are: "
            "staging, local; set it to one of these, or unset it to raise a cluster here\n",
        ),
        (
            "true",
            "; the contexts of /home/user/kubeconfig are: "
            "none; set it to one of these, or unset it to raise a cluster here\n",
        ),
        (
            "echo 'error: yaml: line 3' >&2; exit 1",
            ", and /home/user/kubeconfig cannot be read: "
            "error: yaml: line 3; fix it, or unset the variable to raise a cluster here\n",
        ),
        (
            'case "$*" in *get-contexts*) echo production ;; *) echo refused >&2; exit 1 ;; esac',
            ", whose API server does not answer: refused; "
            "start it, or choose another: the contexts of /home/user/kubeconfig are: production; "
            "set it to one of these, or unset it to raise a cluster here\n",
        ),
    ],
    ids=["another name", "no context", "unreadable", "no answer"],
)
def test_a_context_that_cannot_be_used_is_explained_in_one_line(
    kubeconfig: Callable[[str], None],
    capsys: pytest.CaptureFixture[str],
    script: str,
    said: str,
) -> None:
    kubeconfig(script)
    assert main(["up"]) == 1
    assert capsys.readouterr().err == f"error: GENX_FX_KUBECONTEXT is 'production'{said}"
