"""What is down is seen to be down, nobody else falls over it, and all comes back by itself.

| down | the API | the page | the bot |
|---|---|---|---|
| MySQL, Redis, or both | says why, leaves its Service, no restart | says so | is not ready |
| the API | | says so | waits |
| the volume of the logs is full | goes on | goes on | goes on |
| the volume of MySQL or Redis is full | refuses what it can't keep | says so | waits |

In each case: what was acknowledged is there afterwards.
"""

from __future__ import annotations

import http.client
import json
import re
import secrets
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from reference.installation import DIRECTLY
from tests.chart.scenarios import SECRETS
from tests.cluster.browser import chromium
from tests.cluster.forms import short_and_long
from tests.cluster.journal import doubled, lost, query, read_journal, read_trades
from tests.cluster.kubectl import Kubectl, Object, eventually, last_seen
from tests.cluster.load import address
from tests.cluster.pods import NAME
from tests.cluster.processes import is_ready, kill, restarts, send_signal
from tests.cluster.release import OFF, Release
from tests.cluster.small_volumes import SmallVolume, small_volumes
from tests.fixtures import MakeNamespace
from tools.cluster import Cluster

# MiB: MySQL needs some 250 to begin with.
SIZES = {"mysql": 512, "redis": 16, "logs": 8}
DATA = ("mysql", "redis")
PATIENCE = 60_000  # milliseconds until the page shows the present state
# Restarts after 6 s whoever is held to be dead. That must not be who only lacks another server.
HASTY = {"liveness": {"periodSeconds": 2, "failureThreshold": 3}}
VALUES: dict[str, Any] = {
    "global": {
        "secrets": {"source": "values", "values": SECRETS},
        "storage": {"logs": {"mode": "existingClaim", "existingClaim": "logs"}},
    },
    "application": {
        "frontend": {"replicas": 1, "probes": HASTY},
        "api": {"probes": HASTY},
        "tradingBot": {
            "probes": {**HASTY, "readiness": {"periodSeconds": 2}},
            "ready": {"maxAgeSeconds": 15},
        },
    },
    "data": {name: {"persistence": {"existingClaim": name}} for name in DATA},
    "monitoring": {"grafana": OFF},
}
WORKLOADS = (
    *("statefulset/mysql", "statefulset/redis", "statefulset/trading-bot"),
    *("deployment/api", "deployment/frontend"),
)
HEALTH = """
import urllib.error, urllib.request
try:
    answer = urllib.request.urlopen("http://127.0.0.1:8080/health", timeout=10)
except urllib.error.HTTPError as error:
    answer = error
print(answer.status, answer.read().decode())
"""

pytestmark = pytest.mark.xdist_group("faults")

# How long, in seconds, something is down. Longer than liveness allows: see HASTY.
durations = short_and_long("seconds", 20, 60)


class Visitor:
    """Signs up under one name after another, through the page's server, and remembers the yes."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="visitor")
        self.acknowledged: list[str] = []
        self.refused: list[str] = []
        self.cookie = ""

    def __enter__(self) -> Visitor:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(0.2):
            name = f"visitor-{secrets.token_hex(6)}"
            try:
                self._sign_up(name)
            except (OSError, http.client.HTTPException) as error:
                self.refused.append(f"{datetime.now(UTC):%H:%M:%S} {error}")

    def _sign_up(self, name: str) -> None:
        request = urllib.request.Request(
            f"{self._url}/api/login",
            data=json.dumps({"username": name, "password": name}).encode(),
            headers={"Content-Type": "application/json"},
        )
        with DIRECTLY.open(request, timeout=10) as answer:
            self.acknowledged.append(json.load(answer)["username"])
            self.cookie = self.cookie or answer.headers["Set-Cookie"].partition(";")[0]

    def session(self) -> str:
        """Return whose session it is, by the visitor's first cookie; nobody's if it is lost."""
        request = urllib.request.Request(
            f"{self._url}/api/session", headers={"Cookie": self.cookie}
        )
        try:
            with DIRECTLY.open(request, timeout=10) as answer:
                return str(json.load(answer)["username"])
        except urllib.error.HTTPError as error:
            if error.code != HTTPStatus.UNAUTHORIZED:
                raise
            return ""


@dataclass
class Scene:
    """The platform with a visitor, a page that is open, and a bot, before something goes wrong."""

    cluster: Cluster
    kubectl: Kubectl
    namespace: str
    url: str
    page: Page
    visitor: Visitor
    volumes: dict[str, SmallVolume]
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    restarts: dict[str, int] = field(default_factory=dict)

    def pods(self, name: str) -> list[Object]:
        return self.kubectl.list("pods", self.namespace, f"{NAME}={name}")

    def count_restarts(self) -> dict[str, int]:
        """Return how often each pod's program was started again."""
        pods = self.kubectl.list("pods", self.namespace)
        return {pod["metadata"]["uid"]: restarts(pod) for pod in pods}

    def answering(self, service: str) -> list[str]:
        """Return the addresses of the pods to which a Service sends its callers."""
        slices = self.kubectl.list(
            "endpointslices", self.namespace, f"kubernetes.io/service-name={service}"
        )
        return [
            endpoint["addresses"][0]
            for part in slices
            for endpoint in part["endpoints"] or []
            if endpoint["conditions"]["ready"]
        ]

    def health(self, pod: Object) -> dict[str, Any]:
        """Return what an API pod says of itself, with the status of the answer."""
        name = pod["metadata"]["name"]
        done = self.kubectl.exec(name, ["python3", "-c", HEALTH], self.namespace)
        assert done.returncode == 0, done.stderr
        status, _, body = done.stdout.partition(" ")
        return {**json.loads(body), "code": int(status)}

    def api_blames(self, *services: str) -> None:
        """Expect every API pod to have left its Service and to say who is to blame."""
        eventually("the API leaves its Service", lambda: not self.answering("api-service"))
        self.nobody_was_restarted()
        for pod in self.pods("api"):
            # The answer may be from before the last database was gone.
            blame = last_seen(lambda: self.blamed(pod), set(services), timeout=30, every=1)  # noqa: B023
            assert blame == set(services)

    def blamed(self, pod: Object) -> set[str]:
        """Return the services of which an API pod says that it can't work without them."""
        said = self.health(pod)
        assert said["code"] == HTTPStatus.SERVICE_UNAVAILABLE
        return {service for service in DATA if said[service] != "ok"}

    def page_says_so(self) -> None:
        """Expect the open page to say that the API is away, and a new visitor to get the page."""
        services = self.page.get_by_test_id("services")
        # A kept connection still reaches a pod that has left its Service; that pod then answers.
        away = re.compile("The API is away|API unavailable")
        expect(services).to_contain_text(away, timeout=PATIENCE)
        with DIRECTLY.open(self.url, timeout=10) as answer:
            assert answer.status == 200
            assert b"GenX FX" in answer.read()

    def bot_waits(self) -> None:
        """Expect the bot to say that it does not trade."""
        since = f"--since-time={self.began:%Y-%m-%dT%H:%M:%SZ}"

        def said() -> bool:
            log = self.kubectl("logs", "trading-bot-0", "-n", self.namespace, since)
            return "not trading while" in log

        eventually("the bot waits", said)

    def bot_is_ready(self) -> bool:
        """Return whether the bot's pod is ready."""
        (pod,) = self.pods("trading-bot")
        return is_ready(pod)

    def lasts(self, seconds: float, condition: Callable[[], bool] = lambda: True) -> None:
        """Expect it to last until so long after it began, seen at least once, with no restarts."""

        def is_over() -> bool:
            assert condition()
            self.nobody_was_restarted()
            return (datetime.now(UTC) - self.began).total_seconds() >= seconds

        eventually(f"{seconds} s go by", is_over, timeout=seconds + 60, every=2, tolerate=())

    def nobody_was_restarted(self, *, but: Collection[str] = ()) -> None:
        """Expect no restarts of any pod, other than those of some components."""
        excepted = {pod["metadata"]["uid"] for name in but for pod in self.pods(name)}
        now = self.count_restarts()
        restarted = {uid for uid, number in now.items() if number > self.restarts.get(uid, 0)}
        assert restarted <= excepted, "a pod was restarted though it is not at fault"

    def goes_on(self) -> None:
        """Expect that from now on visitors are let in, and the bot trades."""
        known = len(self.visitor.acknowledged)
        eventually("visitors sign up", lambda: len(self.visitor.acknowledged) > known)
        last = self.last_trade()
        eventually("the bot trades", lambda: self.last_trade() > last)

    def nobody_is_let_in(self) -> None:
        """Wait until visitors are refused, and none is let in between."""

        def refused() -> bool:
            known, already = len(self.visitor.acknowledged), len(self.visitor.refused)
            eventually("visitors are refused", lambda: len(self.visitor.refused) > already + 2)
            return len(self.visitor.acknowledged) == known

        eventually("nobody is let in", refused)

    def last_trade(self) -> int:
        ((number,),) = query(
            self.kubectl, self.namespace, "SELECT COALESCE(MAX(id), 0) FROM trades"
        )
        return int(number)

    def all_are_ready(self) -> None:
        """Wait until every pod is."""
        for workload in WORKLOADS:
            self.kubectl.rolled_out(workload, self.namespace)
        eventually("the API is back", lambda: len(self.answering("api-service")) == 2)

    def all_is_well(self) -> None:
        """Expect everybody to be ready and at work."""
        self.all_are_ready()
        state = self.page.get_by_test_id("connection-state")
        expect(state).to_have_text("live", timeout=PATIENCE)
        self.goes_on()

    def nothing_is_lost(self) -> None:
        """Expect what visitors and the bot were told to be so, and nothing to happen twice."""
        acknowledged = set(self.visitor.acknowledged)
        users = {
            row[0] for row in query(self.kubectl, self.namespace, "SELECT username FROM users")
        }
        assert acknowledged <= users
        assert self.visitor.session() == self.visitor.acknowledged[0]

        journal = read_journal(self.kubectl, self.namespace)
        trades = read_trades(self.kubectl, self.namespace)
        assert not lost(journal, trades)
        assert not doubled(trades)

    def recovers(self, *, restarted: Collection[str] = ()) -> None:
        """Expect all to come back without help."""
        self.all_is_well()
        self.nobody_was_restarted(but=restarted)
        self.nothing_is_lost()


@pytest.fixture(scope="module")
def running(
    cluster: Cluster,
    kubectl: Kubectl,
    make_namespace: MakeNamespace,
    chart: Path,
    base_values: dict[str, Any],
) -> Iterator[Scene]:
    if not cluster.is_kind:
        pytest.skip(f"the nodes of {cluster.context} can't be controlled from here")
    namespace = make_namespace("faults")
    nodes = cluster.nodes()
    volumes = {
        # MySQL and Redis are not on the last node, which others drain.
        name: SmallVolume(
            cluster, namespace, name, size, tuple(nodes if name == "logs" else nodes[1:2])
        )
        for name, size in SIZES.items()
    }
    made = Release(kubectl, namespace, chart, base_values)
    with small_volumes(kubectl, volumes.values()), chromium() as browser:
        made.install(VALUES)
        url = address(kubectl, made, "frontend-service")
        page = browser.new_page()
        page.goto(url)
        with Visitor(url) as visitor:
            made_ready = Scene(cluster, kubectl, namespace, url, page, visitor, volumes)
            made_ready.all_is_well()
            yield made_ready


@pytest.fixture
def scene(running: Scene) -> Scene:
    """Return the scene once all are ready, and start its clock."""
    running.all_are_ready()
    running.began = datetime.now(UTC)
    running.restarts = running.count_restarts()
    return running


def scale(scene: Scene, workload: str, replicas: int) -> None:
    scene.kubectl("scale", workload, f"--replicas={replicas}", "-n", scene.namespace)
    if not replicas:
        name = workload.partition("/")[2]
        scene.kubectl.gone("pods", f"{NAME}={name}", scene.namespace)


@pytest.mark.parametrize(
    "services",
    [
        pytest.param(DATA, id="all"),
        *(pytest.param((service,), id=service, marks=pytest.mark.soak) for service in DATA),
    ],
)
def test_data_services_are_stopped_for_a_minute(scene: Scene, services: tuple[str, ...]) -> None:
    for service in services:
        scale(scene, f"statefulset/{service}", 0)
    scene.api_blames(*services)
    scene.page_says_so()
    scene.bot_waits()
    eventually("the bot is not ready", lambda: not scene.bot_is_ready())
    scene.lasts(60, lambda: not scene.answering("api-service") and not scene.bot_is_ready())

    for service in services:
        scale(scene, f"statefulset/{service}", 1)
    scene.recovers()


@durations
def test_mysql_is_frozen(scene: Scene, seconds: float) -> None:
    """It takes connections and answers nobody: nobody waits for it for long."""
    (pod,) = scene.pods("mysql")
    send_signal(scene.cluster, pod, "SIGSTOP", "--all")
    try:
        scene.api_blames("mysql")
        scene.page_says_so()
        scene.bot_waits()
        scene.lasts(seconds, lambda: not scene.answering("api-service"))
    finally:
        send_signal(scene.cluster, pod, "SIGCONT", "--all")

    scene.recovers()


def test_data_services_are_killed(scene: Scene) -> None:
    for service in DATA:
        kill(scene.cluster, scene.kubectl, scene.namespace, f"{service}-0")
    scene.recovers(restarted=DATA)


@durations
def test_api_is_down(scene: Scene, seconds: float) -> None:
    scale(scene, "deployment/api", 0)
    scene.page_says_so()
    scene.bot_waits()
    last = scene.last_trade()
    scene.lasts(seconds, lambda: scene.last_trade() == last)

    scale(scene, "deployment/api", 2)
    scene.recovers()


def test_volume_of_the_logs_is_full(scene: Scene) -> None:
    """Nobody stops work over a line that can't be logged."""
    with scene.volumes["logs"].full():
        scene.goes_on()
        scene.lasts(10, lambda: len(scene.answering("api-service")) == 2)
        scene.goes_on()
    scene.recovers()


@durations
def test_volume_of_redis_is_full(scene: Scene, seconds: float) -> None:
    """Redis refuses what it can't keep, and says so when it is asked for its health."""
    with scene.volumes["redis"].full():
        scene.api_blames("redis")
        scene.page_says_so()
        scene.bot_waits()
        # Not "and has left its Service": sometimes it finds room for a few bytes for a moment.
        scene.lasts(seconds)
    scene.recovers()


@pytest.mark.soak  # MySQL checks only once a minute whether there is space again
def test_volume_of_mysql_is_full(scene: Scene) -> None:
    """MySQL holds on to what it can't write, and tells nobody that it is done."""
    with scene.volumes["mysql"].full():
        scene.nobody_is_let_in()
        scene.bot_waits()
        scene.lasts(60)
    scene.recovers()
