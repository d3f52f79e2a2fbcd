"""What the External Secrets Operator, cut down, makes of the chart's ExternalSecrets.

No kubelet reads the Secret here: that pods wait for it, and for each key, is its own matter.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from tests.chart.scenarios import OPTIONAL_SECRETS, SECRETS, external, merged, nested
from tests.cluster.kubectl import Kubectl, Object, eventually
from tests.cluster.release import SECRET
from tests.control_plane.definitions import define
from tests.control_plane.nodes import Arena
from tests.control_plane.release import QuietRelease, only
from tests.control_plane.test_preparation import PreparedRelease, Refused
from tests.fixtures import MakeNamespace
from tests.helm import HelmError, Render
from tests.passwords import ALL
from tools.build import tool_path
from tools.control_plane.processes import Processes
from tools.custom_resources import definitions
from tools.custom_resources import operated as operated_kinds

API = "external-secrets.io/v1"
STORE = "vault"
ENTRY = "trading"
NASTY = "p@ss/w:rd?#%+ ü"
# Of keys that pods read without backups.
CONTENT = {
    key: text
    for key, text in {
        **SECRETS,
        **OPTIONAL_SECRETS,
        "MYSQL_PASSWORD": ALL,
        "REDIS_PASSWORD": NASTY,
    }.items()
    if not key.startswith("BACKUP_")
}
SMALL = only("mysql", "trading-bot")
HOOK = "genx-fx-prepare"
# What the operator says of an ExternalSecret that it cannot fulfil.
NO_DATA = "could not get secret data from provider"
NOT_WRITTEN = "could not update secret"

Entries = Mapping[str, Mapping[str, str]]


@pytest.fixture(autouse=True, scope="module")
def custom_resources(kubectl: Kubectl) -> None:
    """Define what the operator serves."""
    define(kubectl, *definitions(), *operated_kinds())


@pytest.fixture(autouse=True)
def operator(control_plane: Path, namespace: str, tmp_path: Path) -> Iterator[None]:
    """Run the operator for the namespace of a test."""
    kubeconfig = control_plane / "kubeconfig"
    with operating(tmp_path, f"--kubeconfig={kubeconfig}", f"--namespace={namespace}"):
        yield


@contextmanager
def operating(folder: Path, *options: str) -> Iterator[None]:
    """Run the operator; what it said is shown where a test fails."""
    program, processes = tool_path("external-secrets"), Processes(folder)
    processes.start("operator", [program, *options])
    try:
        yield
        processes.check()
    finally:
        processes.stop()
        print((folder / "operator.log").read_text())


def by_entry(**more: Any) -> dict[str, Any]:
    """Return values with which one entry of the store has all keys."""
    return _by_store(key=ENTRY, **more)


def by_key() -> dict[str, Any]:
    """Return values with which each key has an entry of its own."""
    return _by_store(
        remoteRefs={key: {"key": entry_of(key), "property": "text"} for key in CONTENT}
    )


def _by_store(**found_by: Any) -> dict[str, Any]:
    options = {"secretStoreRef": {"name": STORE}, "refreshInterval": "1s", **found_by}
    return nested(
        {"global.secrets.source": "externalSecrets", "global.secrets.externalSecrets": options}
    )


def entry_of(key: str) -> str:
    """Return the name of the entry that has one key."""
    return key.lower().replace("_", "-")


def entries(way: Callable[..., Any], content: Mapping[str, str]) -> Entries:
    """Return what the store holds, for either way of naming it."""
    if way is by_entry:
        return {ENTRY: content}
    return {entry_of(key): {"text": text} for key, text in content.items()}


class FakeStore:
    """A store whose entries stand in its own object."""

    def __init__(self, kubectl: Kubectl, namespace: str, _: MakeNamespace) -> None:
        self._kubectl, self._namespace = kubectl, namespace

    def hold(self, entries: Entries) -> None:
        """Hold these entries and no others."""
        data = [{"key": key, "value": json.dumps(content)} for key, content in entries.items()]
        made = _secret_store({"fake": {"data": data}})
        self._kubectl.apply(made, self._namespace)


class KubernetesStore:
    """A store whose entries are the Secrets of another namespace, which an account may read."""

    def __init__(self, kubectl: Kubectl, namespace: str, make: MakeNamespace) -> None:
        self._kubectl, self._place = kubectl, make("store")
        (cluster,) = kubectl.json("config", "view", "--raw", "--minify")["clusters"]
        server = {
            "url": cluster["cluster"]["server"],
            "caBundle": cluster["cluster"]["certificate-authority-data"],
        }
        auth = {"serviceAccount": {"name": "reader"}}
        provider = {"remoteNamespace": self._place, "server": server, "auth": auth}
        account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "reader"}}
        kubectl("create", "role", "reader", "--verb=get", "--resource=secrets", "-n", self._place)
        subject = f"--serviceaccount={namespace}:reader"
        kubectl("create", "rolebinding", "reader", "--role=reader", subject, "-n", self._place)
        kubectl.apply([account, _secret_store({"kubernetes": provider})], namespace)

    def hold(self, entries: Entries) -> None:
        """Hold these entries and no others."""
        there = {item["metadata"]["name"] for item in self._kubectl.list("secrets", self._place)}
        for name in there - entries.keys():
            self._kubectl("delete", "secret", name, "-n", self._place)
        self._kubectl.apply([secret(key, text) for key, text in entries.items()], self._place)


def _secret_store(provider: Mapping[str, Any]) -> Object:
    spec = {"provider": provider}
    return {"apiVersion": API, "kind": "SecretStore", "metadata": {"name": STORE}, "spec": spec}


def secret(name: str, content: Mapping[str, str]) -> Object:
    """Return a Secret that holds texts."""
    encoded = {key: base64.b64encode(text.encode()).decode() for key, text in content.items()}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "data": encoded}


@pytest.fixture
def store(kubectl: Kubectl, namespace: str, make_namespace: MakeNamespace) -> FakeStore:
    """Return a fake store, empty as yet."""
    return FakeStore(kubectl, namespace, make_namespace)


@dataclass(frozen=True)
class Operated:
    """What the operator has made for a release."""

    release: QuietRelease

    def secret(self, name: str = SECRET) -> dict[str, str]:
        """Return what the Secret holds."""
        return self.release.kubectl.secret(name, self.release.namespace)

    def becomes(self, expected: Mapping[str, str]) -> None:
        """Wait until the Secret holds exactly this."""
        eventually("the Secret holds it", lambda: self.secret() == expected, timeout=30, every=0.2)

    def names(self, kind: str) -> set[str]:
        """Return the names of all objects of a kind."""
        found = self.release.kubectl.list(kind, self.release.namespace)
        return {item["metadata"]["name"] for item in found}

    def ready(self, name: str = SECRET) -> None:
        """Wait until an ExternalSecret is ready."""
        what = f"externalsecret/{name}"
        eventually(f"{what} is there", lambda: name in self.names("externalsecrets"), every=0.2)
        arguments = ("-n", self.release.namespace, "--for=condition=Ready", "--timeout=30s")
        self.release.kubectl("wait", what, *arguments)

    def refused(self, message: str) -> str:
        """Wait until the ExternalSecret is not ready for this; what the events say of it."""
        kubectl, namespace = self.release.kubectl, self.release.namespace

        def said() -> str:
            spec = kubectl.get("externalsecret", SECRET, namespace).get("status", {})
            (found,) = spec.get("conditions", [None])
            return f"{found['status']}: {found['message']}" if found else ""

        eventually(message, lambda: said() == f"False: {message}", timeout=30, every=0.2)
        warnings = [
            event["message"]
            for event in kubectl.list("events", namespace)
            if event["involvedObject"]["name"] == SECRET and event["type"] == "Warning"
        ]
        return "\n".join(warnings)


@pytest.fixture
def operated(release: QuietRelease) -> Operated:
    """Return what the operator makes for the release of a test."""
    return Operated(release)


def read_by_pods(rendered: Render) -> set[str]:
    """Return the keys of the chart's Secret that pods read, if they are there."""
    sources = (
        entry.get("valueFrom", {}).get("secretKeyRef", {})
        for _, item in rendered.containers()
        for entry in item.get("env", [])
    )
    return {source["key"] for source in sources if source.get("name") == SECRET}


def logins(content: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Return user and password of each URL, as a program reads them that is given one."""
    found = {key: urlsplit(content[key]) for key in ("DATABASE_URL", "REDIS_URL")}
    return {
        key: (unquote(url.username or ""), unquote(url.password or ""))
        for key, url in found.items()
    }


@pytest.mark.parametrize(
    ("kind", "way", "helm"),
    [
        (FakeStore, by_entry, "helm3"),
        (FakeStore, by_key, "helm4"),
        (KubernetesStore, by_entry, "helm4"),
        (KubernetesStore, by_key, "helm3"),
    ],
    ids=["fake-entry-helm3", "fake-keys-helm4", "kubernetes-entry-helm4", "kubernetes-keys-helm3"],
)
def test_secret_holds_what_pods_read_and_follows_the_store(
    release: QuietRelease,
    operated: Operated,
    make_namespace: MakeNamespace,
    kind: type[FakeStore | KubernetesStore],
    way: Callable[..., dict[str, Any]],
    helm: str,
) -> None:
    kubectl, namespace = release.kubectl, release.namespace
    release = replace(release, helm=helm)
    store = kind(kubectl, namespace, make_namespace)
    store.hold(entries(way, CONTENT))
    values = merged(way(), nested({"global.redis.auth.enabled": True}))
    release.install(values)
    operated.ready()
    made = operated.secret()
    assert made.items() >= CONTENT.items()
    assert made.keys() == read_by_pods(release.manifests())
    assert made.keys() - CONTENT.keys() == {"DATABASE_URL", "REDIS_URL"}
    assert logins(made) == {"DATABASE_URL": ("genx_user", ALL), "REDIS_URL": ("default", NASTY)}

    changed = {**CONTENT, "MYSQL_PASSWORD": "turned", "JWT_SECRET": NASTY}
    store.hold(entries(way, changed))
    turned = {**changed, "REDIS_URL": made["REDIS_URL"]}
    turned["DATABASE_URL"] = made["DATABASE_URL"].replace(
        made["DATABASE_URL"].split(":")[2].split("@")[0], "turned"
    )
    operated.becomes(turned)

    release.upgrade(merged(values, nested({"global.config.MYSQL_USER": "trader"})))
    turned["DATABASE_URL"] = turned["DATABASE_URL"].replace("genx_user", "trader")
    operated.becomes(turned)

    release.uninstall()
    assert operated.names("externalsecrets") == set()
    uid = kubectl.get("secret", SECRET, namespace)["metadata"]["uid"]
    release.install(values)
    operated.ready()
    assert operated.secret()["MYSQL_PASSWORD"] == "turned"
    assert kubectl.get("secret", SECRET, namespace)["metadata"]["uid"] == uid


@pytest.mark.parametrize("way", [by_entry, by_key])
def test_no_secret_is_made_until_the_store_has_every_key(
    release: QuietRelease, operated: Operated, store: FakeStore, way: Callable[..., dict[str, Any]]
) -> None:
    """Half a Secret would start some pods, and leave the others without a word of the store."""
    some = {key: text for key, text in CONTENT.items() if key != "MT5_LOGIN"}
    store.hold(entries(way, some))
    values = merged(SMALL, way())
    release.submit(values)
    said = operated.refused(NOT_WRITTEN if way is by_entry else NO_DATA)
    assert ("MT5_LOGIN" if way is by_entry else "key: mt5-login") in said
    assert SECRET not in operated.names("secrets")

    store.hold(entries(way, CONTENT))
    operated.ready()
    made = operated.secret()
    assert made.items() >= CONTENT.items()
    store.hold(entries(way, some))
    operated.refused(NOT_WRITTEN if way is by_entry else NO_DATA)
    assert operated.secret() == made


def test_install_that_waits_names_the_external_secret(
    release: QuietRelease, operated: Operated, store: FakeStore
) -> None:
    """By Helm 4, which waits for objects of any kind; Helm 3 sees the pods alone."""
    store.hold({"other": CONTENT})
    with pytest.raises(HelmError, match=f"ExternalSecret/.*{SECRET} not ready"):
        release.install(merged(SMALL, by_entry()), "--timeout=8s")
    assert "Secret does not exist" in operated.refused(NO_DATA)


def test_hook_has_a_secret_before_the_job_that_logs_in_and_only_until_it_is_done(
    release: QuietRelease, operated: Operated, store: FakeStore, nodes: Arena, helm: str
) -> None:
    release = replace(release, helm=helm)
    toolbox = {f"global.toolbox.{option}": value for option, value in nodes.values.items()}
    outside = external("mysql", "db.example.org", **{"initialization.enabled": True})
    store.hold(entries(by_key, CONTENT))
    values = merged(SMALL, by_key(), nested(toolbox), nested(outside))
    for revision in (1, 2):
        host = f"db{revision}.example.org"
        wanted = merged(values, nested({"global.external.mysql.host": host}))
        with ThreadPoolExecutor() as threads:  # Helm waits for its Jobs, which find no node
            done = threads.submit(release.submit, wanted)
            operated.ready(HOOK)
            made = operated.secret(HOOK)
            assert (SECRET in operated.names("secrets")) == (revision > 1)
            (added,) = nodes.add("a", 1)
            done.result()
        assert urlsplit(made["DATABASE_URL"]).hostname == host
        assert logins(made)["DATABASE_URL"] == ("genx_user", ALL)
        assert HOOK not in operated.names("externalsecrets")
        gone = "the Secret of the hook goes"
        eventually(gone, lambda: HOOK not in operated.names("secrets"), timeout=30, every=0.2)
        operated.becomes(made)
        nodes.remove([added])


@pytest.fixture
def prepared(release: QuietRelease, tmp_path: Path) -> PreparedRelease:
    """Return a release whose script runs before each command."""
    return PreparedRelease(**vars(release), folder=tmp_path)


OWN = {"readBy": ["trading-bot"], "generate": 32}


def test_secret_keeps_its_content_from_and_to_a_store(
    prepared: PreparedRelease, operated: Operated, store: FakeStore
) -> None:
    prepared.submit()
    made = operated.secret()
    held = {key: text for key, text in made.items() if not key.endswith("_URL")}
    held |= {"MT5_LOGIN": "demo", "MT5_PASSWORD": "demo"}
    store.hold({ENTRY: held})
    stored = by_entry(refreshInterval="1h0m0s")
    with pytest.raises(Refused) as error:
        prepared.submit(stored)
    confirm = next(line for line in str(error.value).splitlines() if "kubectl annotate" in line)
    prepared.kubectl.typed(confirm[confirm.index("kubectl annotate") :])
    prepared.submit(stored)
    operated.ready()
    there = {**made, **held}
    operated.becomes(there)

    # The operator serves its ExternalSecret until Helm deletes that, which is after the Job.
    more = nested({"global.redis.auth.enabled": True, "global.secrets.extra.OWN": OWN})
    with pytest.raises(Refused, match=r"OWN, REDIS_URL: .* would take back .* Upgrade twice"):
        prepared.submit(more)
    assert operated.secret() == there
    prepared.submit()
    assert operated.names("externalsecrets") == set()
    assert operated.secret() == there
    prepared.submit(more)
    assert len(operated.secret()["OWN"]) == 32
    assert logins(operated.secret())["REDIS_URL"] == ("default", made["REDIS_PASSWORD"])
