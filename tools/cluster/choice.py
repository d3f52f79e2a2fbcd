"""Where the cluster comes from: the user's own, a running engine, or an engine started here."""

from __future__ import annotations

import os

from . import own_engine, packages
from .engine import Engine
from .errors import CannotRaise, ClusterError

CONTEXT = "GENX_FX_KUBECONTEXT"
ENGINE = "GENX_FX_ENGINE"
ENGINES = ("docker", "podman", "own")


def named_context() -> str:
    """Return the context of the user's kubeconfig that is to be used as it is; empty where none."""
    return os.environ.get(CONTEXT, "")


def choose_engine() -> Engine:
    """Return the first engine that can run nodes, without starting it.

    The environment variable GENX_FX_ENGINE allows just one. CannotRaise says what each lacks.
    """
    only = os.environ.get(ENGINE, "")
    if only and only not in ENGINES:
        raise ClusterError(
            f"{ENGINE} is {only!r}; it may be {', '.join(ENGINES)}; set it to one of these, or "
            "unset it to take the first that can be used"
        )
    if not only and own_engine.is_running():
        return own_engine.ENGINE
    reasons = []
    for name in ("docker", "podman"):
        if only in ("", name):
            why = Engine(name).why_unusable()
            if not why:
                return Engine(name)
            reasons.append(f"{name.capitalize()}: {why}")
    if only in ("", "own"):
        lacking = own_engine.why_impossible()
        if not lacking:
            return own_engine.ENGINE
        reasons.append(f"a Docker engine started here: {'; '.join(lacking)}")
    if only:
        raise CannotRaise(
            f"{ENGINE} is {only!r}, which cannot be used on this machine ({reasons[0]}); change "
            f"that, or unset it to take the first of {', '.join(ENGINES)} that can be used"
        )
    raise CannotRaise(
        "\n  - ".join(["this machine can run no Kubernetes cluster:", *reasons])
        + f"\nChange one of these, or name a context of your kubeconfig in {CONTEXT}."
    )


def make_ready(engine: Engine) -> None:
    """Install and start the engine where it is ours."""
    if engine.is_ours:
        packages.install_missing(packages.ENGINE)
        own_engine.start()
