"""Raises the cluster, keeps it as it should be, and takes it down."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from .. import kind_node
from ..kind_node import NodeImage, Subnets
from ..kind_node.cache import GIGABYTE, alone, cache_key, check_space, last_line, progress
from . import choice, handle, kind, network, own_engine, packages
from .engine import Engine, find_program
from .errors import CannotRaise, ClusterError
from .handle import Cluster
from .kind import Kind
from .network import Ranges

# How long a cluster may take to be ready, in seconds: two slow cores need a good part of it.
PATIENCE = 300
# Where the cluster's own parts run; what tests leave in other namespaces does not count.
SYSTEM_NAMESPACES = frozenset({"kube-system", "local-path-storage"})
# What the node image and three nodes take in the storage of an engine that is started here.
NODES_SPACE = 7 * GIGABYTE
INOTIFY = {"max_user_instances": 1024, "max_user_watches": 524288}


@dataclass(frozen=True)
class Restarted:
    """Nodes that were restarted, and since when what is said of them may be believed."""

    nodes: frozenset[str]
    since: datetime


NONE_RESTARTED = Restarted(frozenset(), datetime.min.replace(tzinfo=UTC))


def up() -> Cluster:
    """Raise the cluster, or repair what is there; done at once where all is as it should be."""
    with _alone():
        engine = _allowed_engine()
        cluster = _raise(engine) if engine else _adopt(choice.named_context())
        handle.remember(cluster)
        return cluster


def check() -> None:
    """Raise the error of `up` that is known in seconds, before anything is built for minutes."""
    with _alone():
        if engine := _allowed_engine():
            _prepare(engine)


def down() -> None:
    """Delete the cluster, its network, rules and engine; caches stay. Nothing where none is up.

    A cluster that was there before is left as it is.
    """
    with _alone():
        known = _known()
        if known and not known.is_kind:
            handle.forget()
            return
        for engine in (own_engine.ENGINE, Engine("docker"), Engine("podman")):
            made_here = known is not None and known.engine == engine
            if made_here and engine.is_ours:
                choice.make_ready(engine)  # its containers are still there, also after a reboot
            why_unusable = engine.why_unusable()
            if not why_unusable and (made_here or kind.nodes(engine)):
                _delete(engine)
            # An engine of ours that does not run has no running containers.
            elif why_unusable and made_here and not engine.is_ours:
                raise ClusterError(f"cannot delete the cluster's nodes: {why_unusable}")
        own_engine.stop()
        network.let_nodes_talk(False)
        network.unguard()
        handle.forget()


def _allowed_engine() -> Engine | None:
    """Return the engine that is to run the nodes; None where the user has named a cluster."""
    engine = None if choice.named_context() else choice.choose_engine()
    _refuse_a_second(engine)
    return engine


def _known() -> Cluster | None:
    try:
        return handle.current()
    except ClusterError:
        return None


def _refuse_a_second(engine: Engine | None) -> None:
    """Refuse a second cluster at a time: what is made elsewhere would be forgotten."""
    known = _known()
    if known and known.is_kind and known.engine != engine:
        raise ClusterError(
            f"a cluster that was made here is up ({known.context}); remove it first: "
            "`python -m tools.cluster down`"
        )


def _refuse_anothers(engine: Engine) -> None:
    """Refuse a cluster of the same name that another user of the engine has."""
    found = kind.nodes(engine)
    if found and not _record_file().exists() and _known() is None:
        names = ", ".join(node.name for node in found)
        raise ClusterError(
            f"nodes {names} are there, and {handle.state_folder()} does not know them: another "
            "user has made them, or you with another GENX_FX_CACHE. If nobody needs them, delete "
            "them: `python -m tools.cluster down`"
        )


def status(cluster: Cluster) -> str:
    """Return whether all is ready, or else what is not."""
    waiting = _not_ready(cluster)
    return f"not ready   {', '.join(waiting)}" if waiting else "ready"


def _adopt(context: str) -> Cluster:
    """Return the user's own cluster, in which nothing is created or changed."""
    kubectl = Path(find_program("kubectl") or kind_node.program("kubectl"))
    file = os.environ.get("KUBECONFIG") or str(Path.home() / ".kube" / "config")
    cluster = Cluster(kubeconfig=Path(file), context=context, kubectl=kubectl)
    given = f"{choice.CONTEXT} is {context!r}"
    fix = "set it to one of these, or unset it to raise a cluster here"
    found = cluster.run_kubectl("config", "get-contexts", "--output=name")
    if found.returncode:
        raise ClusterError(
            f"{given}, and {file} cannot be read: {last_line(found.stderr)}; fix it, or unset the "
            "variable to raise a cluster here"
        )
    names = found.stdout.splitlines()
    if context not in names:
        raise ClusterError(
            f"{given}; the contexts of {file} are: {', '.join(names) or 'none'}; {fix}"
        )
    answer = cluster.run_kubectl("version", "--request-timeout=10s")
    if answer.returncode:
        raise ClusterError(
            f"{given}, whose API server does not answer: {last_line(answer.stderr)}; start it, "
            f"or choose another: the contexts of {file} are: {', '.join(names)}; {fix}"
        )
    return _with_one_file(cluster)


def _with_one_file(cluster: Cluster) -> Cluster:
    """Return the same cluster by a kubeconfig that is a single file and knows no other context."""
    flat = cluster.kubectl_output("config", "view", "--minify", "--flatten", "--raw")
    file = handle.state_folder() / handle.ADOPTED
    file.touch(mode=0o600)
    file.write_text(flat)
    return replace(cluster, kubeconfig=file)


def _prepare(engine: Engine) -> Ranges:
    """Do all that may fail within seconds: programs, engine, free addresses, the way out."""
    if packages.can_install():
        packages.install_missing(packages.BUILDER)
    elif lacking := packages.missing(packages.BUILDER):
        raise CannotRaise(
            f"this machine can run no Kubernetes cluster: {', '.join(lacking)} is missing; on "
            f"Debian or Ubuntu as root: apt-get install {' '.join(packages.BUILDER.values())}"
        )
    if engine.is_ours and not _record_file().exists():
        check_space(kind_node.space_needed() + NODES_SPACE, "raise the cluster")
    kind_node.check()
    choice.make_ready(engine)
    _refuse_anothers(engine)
    ranges = _ranges(engine)
    _shut_off(engine, ranges)
    return ranges


def _raise(engine: Engine) -> Cluster:
    ranges = _prepare(engine)
    image = kind_node.build()
    programs = {name: kind_node.program(name) for name in ("kind", "kubectl")}
    _raise_inotify_limits()
    cluster = Cluster(
        kubeconfig=_kubeconfig(),
        context=kind.CONTEXT,
        kubectl=programs["kubectl"],
        engine=engine,
        ranges=ranges,
        image=image.name,
    )
    subnets = Subnets(ranges.pods, ranges.services, _pods_file())
    config = kind.config(_shared_folder(), subnets)
    load_balancer = kind_node.load_balancer_manifest(*ranges.load_balancers)
    key = cache_key(image.name, config, load_balancer, str(engine))
    if _recorded()[0] == key and _recover(cluster):
        return cluster
    _delete(engine)
    _load(image, engine)
    # From here on there is something for `down` to delete, whatever happens.
    handle.remember(cluster)
    network.create(engine, ranges)
    _shared_folder().mkdir(parents=True, exist_ok=True)
    handle.write_whole(subnets.pods_file, ranges.pods)
    with progress("creating three nodes"):
        Kind(programs["kind"], engine).create(config, image.name, cluster.kubeconfig)
    kind.keep_stopped(engine)
    cluster.kubectl_output("apply", "--filename=-", stdin=load_balancer)
    _wait_until_ready(cluster)
    _record(key, engine)
    return cluster


def _load(image: NodeImage, engine: Engine) -> None:
    """Load the node image in place of those of earlier builds, of more than a gigabyte each."""
    repository = image.name.rpartition(":")[0]
    listed = engine.output("image", "ls", "--format={{.Repository}}:{{.Tag}}", repository).split()
    for name in listed:
        if name != image.name:
            engine.run("image", "rm", name)  # fails if another user's container uses it
    if image.name not in listed:
        with progress("loading the node image"):
            engine.output("load", "--input", str(image.archive))


def _recover(cluster: Cluster) -> bool:
    """Start what has stopped of a cluster that is otherwise as wanted; False where it is lost."""
    assert cluster.engine is not None
    order = _recorded()[1:]
    if sorted(node.name for node in kind.nodes(cluster.engine)) != sorted(order):
        return False
    if not cluster.kubeconfig.exists():
        return False
    before = datetime.now(UTC)
    try:
        restarted = frozenset(kind.restart(cluster.engine, order))
        _wait_until_ready(cluster, Restarted(restarted, before))
    except ClusterError as error:
        print(f"  {error}; making it anew", file=sys.stderr)
        return False
    return True


def _ranges(engine: Engine) -> Ranges:
    """Return the ranges of the network that is there, else free ones."""
    known = _known()
    ranges = known.ranges if known and known.engine == engine else None
    if ranges and network.exists(engine, ranges):
        return ranges
    free = network.free_ranges(network.networks_in_use())
    return replace(free, names_on_host=engine.program == "podman")


def _shut_off(engine: Engine, ranges: Ranges) -> None:
    """See to it that nothing leaves the cluster, before there is anything that could."""
    if packages.can_install():
        packages.install_missing(packages.FIREWALL)
    if network.can_guard():
        try:
            network.check_isolation(ranges)
        except ClusterError:
            network.guard(ranges)
            network.check_isolation(ranges)
    elif os.geteuid() == 0:
        raise ClusterError("cannot set firewall rules: nft is missing; install nftables")
    if engine.is_ours:
        network.let_nodes_talk(True)


def _delete(engine: Engine) -> None:
    """Delete all that there is of the cluster, also what an interrupt has left half made."""
    kind.end_leftover(_kubeconfig())
    while True:
        _delete_nodes(engine)
        try:
            network.remove(engine)
            break
        except ClusterError:
            # The engine may still have been making a node when its client was ended.
            if not kind.nodes(engine):
                raise
    shutil.rmtree(_shared_folder(), ignore_errors=True)
    for name in handle.KUBECONFIG:
        (handle.state_folder() / name).unlink(missing_ok=True)
    _pods_file().unlink(missing_ok=True)
    _record_file().unlink(missing_ok=True)


def _delete_nodes(engine: Engine) -> None:
    names = [node.name for node in kind.nodes(engine)]
    if names:
        with progress(f"deleting nodes {', '.join(names)}"):
            kind.empty_shared_folder(engine)
            engine.output("rm", "--force", "--volumes", *names)


def _wait_until_ready(cluster: Cluster, restarted: Restarted = NONE_RESTARTED) -> None:
    """Wait until all nodes are Ready and all that belongs to the cluster runs."""

    def waiting() -> list[str]:
        try:
            return _not_ready(cluster, restarted)
        except ClusterError:
            return ["the API server"]

    if not waiting():
        return
    with progress("waiting until all of the cluster is ready"):
        deadline = time.monotonic() + PATIENCE
        while still := waiting():
            if time.monotonic() > deadline:
                raise ClusterError(f"not ready after {PATIENCE} s: {', '.join(still)}")
            time.sleep(0.5)


def _not_ready(cluster: Cluster, restarted: Restarted = NONE_RESTARTED) -> list[str]:
    """Return what is not ready yet, by name. Of a cluster not made here, only nodes count."""
    system = "deployments.apps,daemonsets.apps,apiservices.apiregistration.k8s.io,pods"
    kinds = f"nodes,{system}" if cluster.is_kind else "nodes"
    output = cluster.kubectl_output(
        "get", kinds, "--all-namespaces", "--output=json", "--request-timeout=5s"
    )
    return [
        f"{item['kind'].lower()} {item['metadata']['name']}"
        for item in json.loads(output)["items"]
        if item["metadata"].get("namespace", "kube-system") in SYSTEM_NAMESPACES
        and not (_is_ready(item) and _is_current(item, restarted))
    ]


def _is_current(item: dict[str, Any], restarted: Restarted) -> bool:
    """Return whether the API server's word on a pod is from after its node's restart."""
    if item["kind"] != "Pod" or item["spec"].get("nodeName") not in restarted.nodes:
        return True
    states = (one["state"] for one in item["status"].get("containerStatuses", []))
    started = [state["running"]["startedAt"] for state in states if "running" in state]
    # Kubernetes rounds times to whole seconds.
    since = restarted.since.replace(microsecond=0)
    return bool(started) and all(datetime.fromisoformat(time) >= since for time in started)


def _is_ready(item: dict[str, Any]) -> bool:
    status = item.get("status", {})
    if item["kind"] == "Deployment":
        wanted = item["spec"].get("replicas", 1)
        counts = (status.get("updatedReplicas", 0), status.get("readyReplicas", 0))
        return _is_observed(item) and counts == (wanted, wanted)
    if item["kind"] == "Pod" and "ownerReferences" not in item["metadata"]:
        return True  # a short-lived helper of a storage class
    if item["kind"] == "DaemonSet":
        wanted = status.get("desiredNumberScheduled", 0)
        counts = (status.get("updatedNumberScheduled", 0), status.get("numberReady", 0))
        return _is_observed(item) and wanted > 0 and counts == (wanted, wanted)
    kind_of_condition = "Ready" if item["kind"] in ("Node", "Pod") else "Available"
    return any(
        condition["type"] == kind_of_condition and condition["status"] == "True"
        for condition in status.get("conditions", [])
    )


def _is_observed(item: dict[str, Any]) -> bool:
    generation: int = item["metadata"]["generation"]
    return bool(item.get("status", {}).get("observedGeneration") == generation)


def _raise_inotify_limits() -> None:
    """Let three nodes watch more files than many systems allow by default."""
    for name, wanted in INOTIFY.items():
        file = Path("/proc/sys/fs/inotify", name)
        if file.exists() and int(file.read_text()) < wanted:
            try:
                file.write_text(str(wanted))
            except OSError:
                print(
                    f"  note: fs.inotify.{name} is {file.read_text().strip()}, which may be too "
                    f"low; as root: sysctl fs.inotify.{name}={wanted}",
                    file=sys.stderr,
                )


def _kubeconfig() -> Path:
    return handle.state_folder() / handle.KUBECONFIG[0]


def _pods_file() -> Path:
    return handle.state_folder() / "pod-subnet"


def _shared_folder() -> Path:
    return handle.state_folder() / "shared"


def _record_file() -> Path:
    return handle.state_folder() / "nodes"


def _record(key: str, engine: Engine) -> None:
    """Note what the nodes were made from, and their names in the order of their addresses."""
    by_address = sorted(kind.nodes(engine), key=lambda node: IPv4Address(node.address))
    names = [node.name for node in by_address]
    handle.write_whole(_record_file(), "\n".join([key, *names]))


def _recorded() -> list[str]:
    file = _record_file()
    # It may be empty after a loss of power.
    return (file.read_text().split() if file.exists() else []) or [""]


def _alone() -> AbstractContextManager[int]:
    """Let one command at a time change the cluster; others wait for it."""
    folder = handle.state_folder()
    folder.mkdir(parents=True, exist_ok=True)
    return alone(folder / "lock")
