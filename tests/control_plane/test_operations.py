"""docs/operations.md, step by step: its own commands are run, on a control plane without nodes."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import yaml

from tests import operations_document
from tests.chart.scenarios import merged, nested
from tests.cluster.kubectl import Kubectl, eventually
from tests.cluster.pods import NAME
from tests.cluster.release import SECRET
from tests.control_plane.nodes import Arena
from tests.control_plane.release import QuietRelease, only
from tests.fixtures import MakeNamespace
from tests.helm import HELMS, RELEASE
from tools.build import tool_path

PART = only("api", "trading-bot", "mysql")
CHANGED = nested({"global.config.MT5_SERVER": "changed"})
STUCK = nested({"application.api.nodeSelector": {"there-is": "no-such-node"}})
CLAIMS = {"mysql-pvc", "logs-pvc", "data-pvc"}
NOTHING: Mapping[str, str] = {}
NO_TEST = {"helm test": "true ||"}  # no container runs
# What Helm 3 calls otherwise, as the document says.
IN_HELM_3 = {"--rollback-on-failure": "--atomic"}


@dataclass(frozen=True)
class Desk:
    """A folder in which commands of the document are typed, for a namespace of the test's own."""

    folder: Path
    release: QuietRelease
    second: str
    """The namespace that stands for `trading`."""

    @property
    def kubectl(self) -> Kubectl:
        """kubectl, for what the test looks at."""
        return self.release.kubectl

    def values(self, *layers: dict[str, object]) -> None:
        """Write my-values.yaml."""
        (self.folder / "my-values.yaml").write_text(yaml.safe_dump(merged(PART, *layers)))

    def type(
        self, section: str, block: int, words: Mapping[str, str] = NOTHING, *, fails: bool = False
    ) -> str:
        """Run a block of the document, and return what it prints; `words` replace those in it."""
        script = operations_document.blocks(section)[block]
        for word, text in words.items():
            script = script.replace(word, text)
        return self.run(script, fails=fails)

    def run(self, script: str, *, fails: bool = False) -> str:
        """Run commands as the document writes them."""
        namespace = self.release.namespace
        script = script.replace(".venv/bin/genx-fx", "true")
        script = re.sub(r"--namespace genx-fx\b", f"--namespace {namespace}", script)
        script = re.sub(r"--namespace trading\b", f"--namespace {self.second}", script)
        script = script.replace('"namespace": "trading"', f'"namespace": "{self.second}"')
        script = script.replace("create namespace trading", f"get namespace {self.second}")
        if self.release.helm == "helm3":
            for four, three in IN_HELM_3.items():
                script = script.replace(four, three)
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=400,
        )
        assert bool(done.returncode) == fails, f"{script}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    @property
    def environment(self) -> dict[str, str]:
        """Programs of the names that people type, for this control plane."""
        path = f"{self.folder / 'bin'}:{os.environ['PATH']}"
        return {**self.kubectl.environment, "PATH": path, "HELM_CACHE_HOME": str(self.folder)}

    def secret(self) -> None:
        """Create the Secret that the Job would create, which nobody runs here."""
        given = ["--from-literal=MT5_LOGIN=", "--from-literal=MYSQL_PASSWORD=kept"]
        self.kubectl("create", "secret", "generic", SECRET, *given, "-n", self.release.namespace)

    def pods(self, component: str) -> set[str]:
        """Return the pods of a component, by their identities."""
        pods = self.kubectl.staying_pods(self.release.namespace, f"{NAME}={component}")
        return {pod["metadata"]["uid"] for pod in pods}

    def statuses(self) -> list[str]:
        """Return the status of each revision."""
        return [revision["status"] for revision in self.release.history()]


@pytest.fixture
def desk(
    tmp_path: Path, release: QuietRelease, helm: str, chart: Path, make_namespace: MakeNamespace
) -> Desk:
    """Return a desk with the programs, the package and values of somebody's own."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "helm").symlink_to(tool_path(helm))
    (tmp_path / "bin" / "kubectl").symlink_to(release.kubectl.program)
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / chart.name).symlink_to(chart)
    made = Desk(tmp_path, replace(release, helm=helm), make_namespace())
    made.values()
    return made


@pytest.fixture
def installed(desk: Desk) -> Desk:
    """Return a desk with a release."""
    desk.secret()
    desk.release.install(PART)
    return desk


def test_every_command_is_one_that_helm_and_kubectl_know(kubectl: Kubectl) -> None:
    """Every option of every command of the document is in the help of the programs."""
    seen = 0
    for program, verb, *words in operations_document.commands():
        options = {word.partition("=")[0] for word in words if word.startswith("--")}
        if not options:
            continue
        seen += 1
        if program == "kubectl":
            nested_verbs = ("create", "rollout")
            path = [verb, words[0]] if verb in nested_verbs and "-" not in words[0][:1] else [verb]
            known = kubectl.run(*path, "--help").stdout + kubectl.run("options").stdout
            assert {option for option in options if f"{option}=" not in known} == set(), words
            continue
        for helm in HELMS:
            done = subprocess.run(
                [str(tool_path(helm)), verb, *([words[0]] if verb == "get" else []), "--help"],
                capture_output=True,
                text=True,
                check=True,
            )
            wanted = {
                IN_HELM_3.get(option, option) if helm == "helm3" else option for option in options
            }
            wanted -= {"--force-conflicts"} if helm == "helm3" else set()
            assert {o for o in wanted if not re.search(rf"{o}\b", done.stdout)} == set(), helm
    assert seen > 30


def test_every_object_that_is_named_is_one_of_the_chart(kubectl: Kubectl) -> None:
    rendered = operations_document.names_of_the_chart()
    named = {
        word
        for command in operations_document.commands()
        for word in command[1:]
        if re.fullmatch(r"(deployment|statefulset|pvc|secret|service)/[a-z][a-z-]*", word)
    }
    assert named
    assert named <= rendered


def test_the_broker_s_login(installed: Desk) -> None:
    before = {name: installed.pods(name) for name in ("api", "trading-bot", "mysql")}
    section = "The broker's login"
    text = operations_document.sections()[section]
    example = re.search(r"^```yaml\n# broker.yaml\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    assert example
    (installed.folder / "broker.yaml").write_text(example[1])
    installed.type(section, 0)
    assert installed.kubectl.secret(SECRET, installed.release.namespace)["MT5_LOGIN"] == "12345678"
    eventually(
        "the readers are new, and nobody else",
        lambda: (
            [name for name in before if not before[name] & installed.pods(name)]
            == ["api", "trading-bot"]
        ),
    )
    installed.type("What restarts", 0)
    installed.type("Look before an upgrade", 1, NO_TEST)


def test_giving_files_to_the_user_of_the_pod(installed: Desk) -> None:
    """Root is let in for it, and only then."""
    namespace = installed.release.namespace
    words = {"kubectl wait": "true ||", "label namespace genx-fx": f"label namespace {namespace}"}
    section = "Files of another user"
    installed.type(section, 0, words)
    selector = "batch.kubernetes.io/job-name=give-files"
    eventually("its pod is let in", lambda: installed.kubectl.list("pods", namespace, selector))
    assert installed.kubectl.get("statefulset", "mysql", namespace)["spec"]["replicas"] == 0
    installed.type(section, 1, words)
    assert installed.kubectl.get("statefulset", "mysql", namespace)["spec"]["replicas"] == 1


def test_growing_a_volume(installed: Desk) -> None:
    """That the volume itself grows is up to the driver of its class, which this cluster lacks."""
    assert "ALLOWVOLUMEEXPANSION" in installed.type("Grow a volume", 0)
    installed.values(nested({"data.mysql.persistence.size": "20Gi"}))
    installed.type("Grow a volume", 1)
    claim = installed.kubectl.get("pvc", "mysql-pvc", installed.release.namespace)
    assert claim["spec"]["resources"]["requests"] == {"storage": "20Gi"}


def test_looking_before_an_upgrade_shows_what_changes(installed: Desk) -> None:
    *_, dry_run, difference = operations_document.blocks("Look before an upgrade")[0].split(
        "\nhelm "
    )
    installed.run(f"helm {dry_run}")
    assert installed.run(f"helm {difference}") == ""
    installed.values(CHANGED)
    shown = installed.run(f"helm {difference}", fails=True)
    assert re.findall(r"^\+  MT5_SERVER: changed", shown, re.MULTILINE)
    assert "checksum/config" in shown
    assert installed.statuses() == ["deployed"], "nothing was done"


def test_a_killed_upgrade_is_freed(installed: Desk) -> None:
    installed.values(CHANGED, STUCK)
    with stuck_upgrade(installed):
        pass
    refused = installed.type("Look before an upgrade", 1, fails=True)
    assert "another operation (install/upgrade/rollback) is in progress" in refused
    assert "pending-upgrade" in installed.type("An upgrade that failed", 0)
    installed.type("An upgrade that failed", 1)
    assert installed.statuses()[-1] == "deployed"
    installed.values(CHANGED)
    installed.type("Look before an upgrade", 1, NO_TEST)
    config = installed.kubectl.get("configmap", "genx-fx-config", installed.release.namespace)
    assert config["data"]["MT5_SERVER"] == "changed"


@contextmanager
def stuck_upgrade(desk: Desk) -> Iterator[None]:
    """Start an upgrade that waits for ever, and kill it as a power cut would."""
    command = f"exec helm upgrade {RELEASE} dist/*.tgz --values my-values.yaml --wait"
    process = subprocess.Popen(
        ["bash", "-c", f"{command} --namespace {desk.release.namespace}"],
        cwd=desk.folder,
        env=desk.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        eventually("it is pending", lambda: desk.statuses()[-1] == "pending-upgrade", every=0.3)
        config = "configmap", "genx-fx-config", desk.release.namespace
        eventually(
            "it is half done",
            lambda: desk.kubectl.get(*config)["data"]["MT5_SERVER"] == "changed",
            every=0.3,
        )
    finally:
        process.kill()
        process.wait()
    yield


def test_rolling_back(installed: Desk) -> None:
    installed.release.upgrade(merged(PART, CHANGED))
    config = "configmap", "genx-fx-config", installed.release.namespace
    installed.type("Roll back", 0)
    assert installed.kubectl.get(*config)["data"]["MT5_SERVER"] == ""
    installed.release.upgrade(merged(PART, CHANGED))
    installed.type("Roll back", 1)
    assert installed.kubectl.get(*config)["data"]["MT5_SERVER"] == ""
    assert installed.statuses()[-1] == "deployed"


def test_nodes_out_of_service_and_lost(desk: Desk, nodes: Arena) -> None:
    first, _ = nodes.add("zone-a", 2)
    desk.secret()
    desk.release.install(only("api", "trading-bot", on=nodes))
    desk.type("Nodes", 0, {"NODE": first})
    assert len(desk.pods("trading-bot")) == 1
    nodes.lose([first])
    desk.type("Nodes", 1, {"NODE": first})
    names = {item["metadata"]["name"] for item in nodes.nodes()}
    assert first not in names


def test_another_name(installed: Desk) -> None:
    claims = volumes(installed, installed.release.namespace)
    assert claims.keys() == CLAIMS
    installed.type("Another name", 0)
    assert volumes(installed, installed.release.namespace) == claims
    found = installed.kubectl.get("pvc", "mysql-pvc", installed.release.namespace)
    assert found["metadata"]["annotations"]["meta.helm.sh/release-name"] == "trading"
    kept = installed.kubectl.secret(SECRET, installed.release.namespace)
    assert kept["MYSQL_PASSWORD"] == "kept"


@pytest.mark.parametrize("prefix", ["", "blue-"])
def test_another_namespace(installed: Desk, prefix: str) -> None:
    claims = volumes(installed, installed.release.namespace)
    installed.values(nested({"global.namePrefix": prefix}))
    assert all(volume in installed.type("Another namespace", 0) for volume in claims.values())
    installed.type("Another namespace", 1, {"prefix=\n": f"prefix={prefix}\n"})
    eventually(
        "each new claim has the volume that it had",
        lambda: (
            volumes(installed, installed.second)
            == {f"{prefix}{name}": volume for name, volume in claims.items()}
        ),
    )
    kept = installed.kubectl.secret(f"{prefix}{SECRET}", installed.second)
    assert kept["MYSQL_PASSWORD"] == "kept"
    kinds = "deployments,statefulsets,pvc"
    assert installed.kubectl.list(kinds, installed.release.namespace) == []


def test_a_claim_that_got_an_empty_volume_gets_its_own_back(installed: Desk) -> None:
    """A claim that asks for more than its volume has is given another one."""
    claims = volumes(installed, installed.release.namespace)
    installed.values(nested({"data.mysql.persistence.size": "20Gi"}))
    installed.type("Another namespace", 1)
    eventually(
        "every claim is bound",
        lambda: volumes(installed, installed.second).keys() == claims.keys(),
    )
    assert volumes(installed, installed.second)["mysql-pvc"] != claims["mysql-pvc"]
    installed.values()
    installed.type("Another namespace", 2)
    eventually(
        "each claim has the volume that it had",
        lambda: volumes(installed, installed.second) == claims,
    )


def volumes(desk: Desk, namespace: str) -> dict[str, str]:
    """Return the volume of each claim that is bound."""
    return {
        item["metadata"]["name"]: item["spec"]["volumeName"]
        for item in desk.kubectl.list("pvc", namespace)
        if item["status"].get("phase") == "Bound"
    }


def test_wiping(installed: Desk) -> None:
    installed.type("Wipe", 0)
    kinds = "all,pvc,secret,configmap,networkpolicy,pdb,role,rolebinding"
    left = {
        f"{item['kind']}/{item['metadata']['name']}"
        for item in installed.kubectl.list(kinds, installed.release.namespace)
    }
    assert left == {"ConfigMap/kube-root-ca.crt"}
