"""Two pods that may both run the bot, and one Lease: whatever happens, never do both trade."""

from __future__ import annotations

import random
import statistics
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import takewhile

import pytest

from tests.cluster.bots import POD, Bots
from tests.cluster.journal import Entry, read_journal
from tests.cluster.kubectl import Kubectl, Object, eventually
from tests.cluster.processes import GoneError, container_id, frozen, send_signal, sidecar_id
from tools.cluster import Cluster

LEASE = "account-4711"
POLICY = "trading-bot-guard-to-api-server"
# Label of the pods whose guards reach the API server.
REACHES = {"example.org/reaches-the-api-server": "yes"}
STANDBY = "standby"
COPY = "example.org/copy"
# Shorter than by default, as the tests wait for them.
TIMES = {"leaseDuration": 10, "renewDeadline": 6, "retryPeriod": 1}

# Of the long form. With ten contests at once, two cores were so busy that few bots came to trade.
RUNS, CONTESTS = 100, 4

pytestmark = pytest.mark.xdist_group("guard")


@dataclass
class Contest:
    """Two bots of one Lease, what was done to the one that holds it, and what followed."""

    cluster: Cluster
    kubectl: Kubectl
    bots: Bots
    lease: str = LEASE
    pods: tuple[str, ...] = (POD, f"{STANDBY}-0")
    stands_still: int = 15
    """Seconds that a freeze takes, at least."""
    pauses: dict[str, list[float]] = field(default_factory=dict)
    """Fault → seconds without a bot that trades, each time."""
    ended: set[str] = field(default_factory=set)
    """Bots that had ended before the last fault."""

    @property
    def namespace(self) -> str:
        return self.bots.namespace

    @property
    def workloads(self) -> list[str]:
        """The StatefulSets of the pods."""
        return [pod.removesuffix("-0") for pod in self.pods]

    def holder(self) -> Object:
        """Return the pod that holds the Lease and whose bot runs."""

        def look() -> Object | None:
            name, _, uid = self.state().get("holderIdentity", "").partition("_")
            pod = self.kubectl.get("pod", name, self.namespace)
            is_it = pod["metadata"]["uid"] == uid and container_id(pod)
            return pod if is_it and sidecar_id(pod, "guard") else None

        found = eventually("a pod holds the Lease", look, timeout=180, every=self.bots.every)
        assert found is not None
        return found

    def state(self) -> Object:
        """Return what the Lease says."""
        found: Object = self.kubectl.get("lease", self.lease, self.namespace)["spec"]
        return found

    def token(self) -> int:
        return int(self.state()["leaseTransitions"])

    def renewed(self) -> str:
        """Return when the Lease was renewed last, such as 2026-11-29T22:10:14.123456Z."""
        return str(self.state()["renewTime"])

    def suffer(self, fault: Fault) -> None:
        """Let something happen to the bot that trades, and wait until one trades again."""
        known = eventually(
            f"a bot suffers {fault.__name__}",
            partial(self.strike, fault),
            timeout=300,
            every=self.bots.every,
            tolerate=GoneError,
        )
        self.bots.trade_anew(known, trades=2)
        entries = self.bots.entries(but=self.ended)
        last = max(entry.time for entry in entries if entry.instance in known)
        first = min(placed.time for placed in entries if is_new_trade(placed, known))
        self.pauses.setdefault(fault.__name__, []).append((first - last).total_seconds())
        self.ended = known

    def strike(self, fault: Fault) -> set[str]:
        """Let the fault hit the bot that trades; return the names of all bots until then.

        An empty set where that one has ended by itself meanwhile, as on a busy machine; GoneError
        where it has ended just now.
        """
        pod = self.holder()
        self.have_another_wait(pod)
        if container_id(self.holder()) != container_id(pod):
            return set()
        known = self.bots.instances()
        fault(self, pod)
        return known

    def suffer_all(self, faults: Iterable[Fault]) -> None:
        """Suffer one after another, and see that the Lease counts each new holder."""
        tokens = [self.token()]
        for fault in faults:
            self.suffer(fault)
            tokens.append(self.token())
        assert tokens == sorted(tokens)

    def have_another_wait(self, holder: Object) -> None:
        """Let the other pod wait for the Lease, one that the kubelet has no reason to hold back."""
        (other,) = {*self.pods} - {holder["metadata"]["name"]}
        statuses = self.kubectl.get("pod", other, self.namespace)["status"]
        if any(status["restartCount"] for status in statuses.get("initContainerStatuses", [])):
            self.kubectl("delete", "pod", other, "-n", self.namespace)

        def waits() -> bool:
            return bool(sidecar_id(self.kubectl.get("pod", other, self.namespace), "guard"))

        eventually("another pod waits", waits, timeout=180, every=self.bots.every)


Fault = Callable[[Contest, Object], None]


def is_new_trade(entry: Entry, known: set[str]) -> bool:
    return entry.event == "placed" and entry.instance not in known


def deletion(contest: Contest, pod: Object) -> None:
    contest.kubectl("delete", "pod", pod["metadata"]["name"], "-n", contest.namespace)


def forced_deletion(contest: Contest, pod: Object) -> None:
    name = pod["metadata"]["name"]
    contest.kubectl("delete", "pod", name, "-n", contest.namespace, "--force", "--grace-period=0")


def kill_of_the_bot(contest: Contest, pod: Object) -> None:
    send_signal(contest.cluster, pod, "SIGKILL")


def guard_that_hangs(contest: Contest, pod: Object) -> None:
    """Stop the guard: it cannot end the bot, and so the kubelet's probe must."""
    send_signal(contest.cluster, pod, "SIGSTOP", sidecar="guard")


def freeze(contest: Contest, pod: Object) -> None:
    """Let the pod stand still until long after the other one has taken the Lease."""
    known = contest.bots.instances()
    with frozen(contest.cluster, pod):
        started = time.monotonic()
        contest.bots.trade_anew(known)
        time.sleep(max(0, contest.stands_still - (time.monotonic() - started)))


def unreachable_api_server(contest: Contest, pod: Object) -> None:
    known, name = contest.bots.instances(), pod["metadata"]["name"]
    (label,) = REACHES
    contest.kubectl("label", "pod", name, "-n", contest.namespace, f"{label}-")
    try:
        contest.bots.trade_anew(known)
    finally:
        contest.kubectl("label", "pod", name, "-n", contest.namespace, f"{label}=yes")


FAULTS: tuple[Fault, ...] = (
    deletion,
    forced_deletion,
    kill_of_the_bot,
    guard_that_hangs,
    freeze,
    unreachable_api_server,
)


@pytest.fixture(scope="module")
def installed(kubectl: Kubectl, install_bot: Callable[..., Bots]) -> Bots:
    guarded = {
        "guard": {"enabled": True, "leaseName": LEASE, **TIMES},
        "podLabels": REACHES,
        "affinity": {},
    }
    bots = install_bot("guard", {"application": {"tradingBot": guarded}})
    # In place of the chart's policy one that leaves out a pod whose label is taken away.
    rules = kubectl.get("networkpolicy", POLICY, bots.namespace)["spec"]
    narrow = {**rules, "podSelector": {"matchLabels": REACHES}}
    head = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy"}
    kubectl.apply({**head, "metadata": {"name": "reaches"}, "spec": narrow}, bots.namespace)
    kubectl("delete", "networkpolicy", POLICY, "-n", bots.namespace)
    bot = kubectl.get("statefulset", "trading-bot", bots.namespace)
    kubectl.apply(copy(bot, STANDBY), bots.namespace)
    return bots


def copy(bot: Object, name: str, variables: Iterable[Object] = ()) -> Object:
    """Return a second bot, as another release would run it, with the same Lease or another."""
    spec = deepcopy(bot["spec"])
    for labels in (spec["selector"]["matchLabels"], spec["template"]["metadata"]["labels"]):
        labels[COPY] = name
    pod = spec["template"]["spec"]
    for container in (*pod["initContainers"], *pod["containers"]):
        container["env"] = merged_by_name(container["env"], variables)
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": name},
        "spec": spec,
    }


def merged_by_name(given: Iterable[Object], more: Iterable[Object]) -> list[Object]:
    """Return variables, those of a name that both have as the second has them."""
    return [*{variable["name"]: variable for variable in (*given, *more)}.values()]


@pytest.fixture
def contest(cluster: Cluster, kubectl: Kubectl, installed: Bots) -> Contest:
    before = frozenset(read_journal(kubectl, installed.namespace))
    found = Contest(cluster, kubectl, replace(installed, before=before))
    eventually("the bot trades", found.bots.entries)
    return found


@pytest.fixture
def contests(contest: Contest) -> Iterator[list[Contest]]:
    """Give contests that share nothing but the platform: each has its Lease and its account.

    The first contest rests meanwhile: its bot trades five times a second.
    """
    found = [
        another(contest, number, (f"bot-{number}", f"{STANDBY}-{number}"))
        for number in range(1, CONTESTS + 1)
    ]
    scale(contest, 0)
    with begun(found):
        yield found
    scale(contest, 1)


def scale(contest: Contest, replicas: int) -> None:
    """Let both bots of a contest run, or none."""
    to = f"--replicas={replicas}"
    contest.kubectl("scale", "statefulset", *contest.workloads, to, "-n", contest.namespace)


@pytest.fixture
def patient(contest: Contest) -> Iterator[Contest]:
    """Give a bot alone, whose Lease outlasts the start of a guard beside other tests."""
    found = another(contest, 0, ("patient",), LEASE_DURATION="60", RENEW_DEADLINE="45")
    with begun([found]):
        yield found


def another(contest: Contest, number: int, names: tuple[str, ...], **more: str) -> Contest:
    """Make copies of the bot, with more variables, that share a Lease and an account."""
    kubectl, namespace = contest.kubectl, contest.namespace
    bot = kubectl.get("statefulset", "trading-bot", namespace)
    lease = f"{LEASE}-{number}"
    variables = {"LEASE_NAME": lease, "MT5_LOGIN": lease, "BOT_INTERVAL_SECONDS": "1", **more}
    environment = [{"name": key, "value": value} for key, value in variables.items()]
    account = bot["spec"]["template"]["spec"]["serviceAccountName"]
    kubectl.apply(
        [*may_hold(lease, account), *(copy(bot, n, environment) for n in names)], namespace
    )
    pods = tuple(f"{name}-0" for name in names)
    bots = replace(contest.bots, before=frozenset(), pods=pods, every=3)
    return Contest(contest.cluster, kubectl, bots, lease, pods, 60)


@contextmanager
def begun(contests: list[Contest]) -> Iterator[None]:
    """Wait until a bot of each trades; at the end they go."""
    for each in contests:
        eventually(f"a bot of {each.lease} trades", each.bots.entries, timeout=600, every=5)
    yield
    for each in contests:
        each.kubectl("delete", "statefulset", *each.workloads, "-n", each.namespace)


def may_hold(lease: str, account: str) -> list[Object]:
    """Return the right of an account to hold one more Lease, as the chart gives it."""
    group = "rbac.authorization.k8s.io"
    about = {"apiVersion": f"{group}/v1", "metadata": {"name": lease}}
    rule = {
        "apiGroups": ["coordination.k8s.io"],
        "resources": ["leases"],
        "resourceNames": [lease],
        "verbs": ["get", "update", "create"],
    }
    role = {"apiGroup": group, "kind": "Role", "name": lease}
    subject = {"kind": "ServiceAccount", "name": account}
    return [
        {**about, "kind": "Role", "rules": [rule]},
        {**about, "kind": "RoleBinding", "roleRef": role, "subjects": [subject]},
    ]


def test_never_do_two_bots_trade(contest: Contest) -> None:
    contest.suffer_all(FAULTS)
    contest.bots.check(replaced=len(FAULTS))
    report([contest])


@pytest.mark.soak
def test_never_do_two_bots_trade_whatever_happens_in_which_order(contests: list[Contest]) -> None:
    """Each fault a hundred times, in four contests at once: one takes half a minute.

    In each round all of them, in any order. Ctrl-C ends it within minutes: what there was until
    then is checked and reported all the same.
    """
    ended, early = threading.Event(), False

    def suffer_all(contest: Contest) -> None:
        dice = random.Random(contest.lease)
        rounds = range(RUNS // CONTESTS)
        faults = (fault for _ in rounds for fault in dice.sample(FAULTS, len(FAULTS)))
        contest.suffer_all(takewhile(lambda _: not ended.is_set(), faults))
        contest.bots.check(replaced=sum(map(len, contest.pauses.values())))

    try:
        with ThreadPoolExecutor(len(contests)) as pool:
            running = [pool.submit(suffer_all, contest) for contest in contests]
            try:
                wait(running, return_when=FIRST_EXCEPTION)
            except KeyboardInterrupt:
                early = True
            ended.set()  # where one fails, the others end as well, and not after an hour
    finally:
        report(contests)
    for each in running:
        each.result()  # an error of a thread is the test's
    if early:
        pytest.skip("ended by hand: nothing was wrong until then")


def report(contests: Iterable[Contest]) -> None:
    """Print how long there was no bot that trades, for each fault."""
    pauses: dict[str, list[float]] = {}
    for contest in contests:
        for fault, seconds in contest.pauses.items():
            pauses.setdefault(fault, []).extend(seconds)
    for fault, seconds in pauses.items():
        p50, most = statistics.median(seconds), max(seconds)
        print(f"{fault}: {len(seconds)} runs, without a bot p50 {p50:.1f} s, max {most:.1f} s")


@pytest.mark.soak  # if it did, there would be no bot for a while, and never two
def test_a_guard_that_is_killed_interrupts_nothing(patient: Contest) -> None:
    """The next guard of the pod finds how long its bot may run, and renews the Lease for it."""
    pod, token = patient.holder(), patient.token()
    send_signal(patient.cluster, pod, "SIGKILL", sidecar="guard")

    def another_guard() -> bool:
        found = patient.kubectl.get("pod", pod["metadata"]["name"], patient.namespace)
        return sidecar_id(found, "guard") not in ("", sidecar_id(pod, "guard"))

    eventually("another guard", another_guard)
    renewed, known = patient.renewed(), len(patient.bots.entries())
    eventually("it renews the Lease", lambda: patient.renewed() > renewed)
    eventually("the bot trades on", lambda: len(patient.bots.entries()) > known)
    assert patient.token() == token
    assert container_id(patient.holder()) == container_id(pod)
    assert len(patient.bots.instances()) == 1
