"""What prepares a release finds and may do, on a real API server, between the commands of Helm.

Its Job is run by nobody here: the tests run its script, with the rights that the chart gives it.
"""

from __future__ import annotations

import base64
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.chart.reading import environment, pod
from tests.chart.scenarios import SECRETS, merged, nested
from tests.cluster.kubectl import Object
from tests.cluster.release import SECRET, Values
from tests.control_plane.release import QuietRelease, only
from tests.helm import Manifest, Render, render

SERVER = "https://kubernetes.default.svc"
ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
GIVEN = "/var/run/given-secrets"
MARK = "genx-fx/secrets-source"

SMALL = only("mysql", "trading-bot")
EXISTING = nested({"global.secrets.source": "existing", "global.secrets.existingSecret": "mine"})


class Refused(Exception):
    """The script refused; the text is what it said."""


@dataclass(frozen=True)
class PreparedRelease(QuietRelease):
    """A release whose script runs before each installation and upgrade, as its Job does."""

    folder: Path = Path()

    def submit(self, values: Values | None = None) -> None:
        """Prepare it, then install or upgrade; Refused or HelmError where one of them fails."""
        wanted = merged(SMALL, dict(values or {}))
        self.prepare(render(wanted, namespace=self.namespace))
        super().submit(wanted)

    def secret(self) -> dict[str, str]:
        """Return what the chart's Secret holds."""
        return self.kubectl.secret(SECRET, self.namespace)

    def prepare(self, rendered: Render) -> None:
        """Run the script of a render; Refused where it refuses."""
        (job,) = rendered.of_kind("Job")
        account = pod(job)["serviceAccountName"]
        rights = [
            item
            for item in rendered.of_kind("ServiceAccount", "Role", "RoleBinding")
            if item["metadata"]["name"] == account
        ]
        self.kubectl.apply(rights, self.namespace)
        done = subprocess.run(
            [sys.executable, "-c", self._script(job, rendered)],
            env={"PATH": os.environ["PATH"], **environment(job)},
            capture_output=True,
            text=True,
            check=False,
        )
        self.kubectl("delete", "serviceaccount,role,rolebinding", account, "-n", self.namespace)
        if done.returncode == 3:
            raise Refused(done.stderr)
        assert done.returncode == 0, done.stderr

    def _script(self, job: Manifest, rendered: Render) -> str:
        """Return the script of the Job, with what the Job finds at other places."""
        (cluster,) = self.kubectl.json("config", "view", "--raw", "--minify")["clusters"]
        encoded = cluster["cluster"]["certificate-authority-data"]
        authority = base64.b64decode(encoded).decode()
        account = pod(job)["serviceAccountName"]
        token = self.kubectl("create", "token", account, "-n", self.namespace).strip()
        mounted = {"token": token, "namespace": self.namespace, "ca.crt": authority}
        given = [item["stringData"] for item in rendered.of_kind("Secret") if _is_hook(item)]
        script: str = pod(job)["containers"][0]["args"][0]
        for place, there in (
            (SERVER, cluster["cluster"]["server"]),
            (ACCOUNT, self._folder("account", mounted)),
            (GIVEN, self._folder("given", *given)),
        ):
            assert place in script
            script = script.replace(place, there)
        return script

    def _folder(self, name: str, *files: Mapping[str, str]) -> str:
        made = self.folder / name
        made.mkdir(exist_ok=True)
        for file, text in (item for mapping in files for item in mapping.items()):
            (made / file).write_text(text)
        return str(made)


def _is_hook(item: Manifest) -> bool:
    return "helm.sh/hook" in item["metadata"].get("annotations", {})


@pytest.fixture
def release(release: QuietRelease, helm: str, tmp_path: Path) -> PreparedRelease:
    """Return a release of either Helm."""
    quiet = replace(release, helm=helm)
    return PreparedRelease(**vars(quiet), folder=tmp_path)


def given(secret: Mapping[str, str], **changed: str) -> dict[str, Any]:
    """Return values with those of these secrets that a user can give; empty ones get a content."""
    kept = {key: secret[key] or "demo" for key in SECRETS if key in secret}
    values = {**kept, **changed}
    return nested({"global.secrets.source": "values", "global.secrets.values": values})


def test_secret_keeps_its_content_through_every_change_of_its_source(
    release: PreparedRelease,
) -> None:
    release.submit()
    made = release.secret() | {"JWT_SECRET": 'chosen: "by" #hand \\'}
    assert len(made["MYSQL_PASSWORD"]) == 32
    release.kubectl.apply(_secret(SECRET, made), release.namespace)

    another = r"MYSQL_PASSWORD: global.secrets.values has another content"
    with pytest.raises(Refused, match=another) as refused:
        release.submit(given(made, MYSQL_PASSWORD="another"))
    show = re.search(r"kubectl get secret .*", str(refused.value))
    assert show
    assert yaml.safe_load(release.kubectl.typed(show[0])) == made
    release.submit(given(made))
    # The source `values` also writes the defaults of keys that nobody reads here.
    made |= {"MT5_LOGIN": "demo", "MT5_PASSWORD": "demo", "GRAFANA_ADMIN_USER": "admin"}
    assert release.secret() == made

    release.submit()
    assert release.secret() == made

    others = {**made, "JWT_SECRET": "another"}
    release.kubectl.apply(_secret("mine", others), release.namespace)
    with pytest.raises(Refused, match="JWT_SECRET: Secret mine has another content"):
        release.submit(EXISTING)
    release.kubectl.apply(_secret("mine", made), release.namespace)
    release.submit(EXISTING)
    assert release.secret() == made

    changed = {**made, "OWN_KEY": "mine"}
    release.kubectl.apply(_secret("mine", changed), release.namespace)
    with pytest.raises(Refused) as error:
        release.submit()
    copy = re.search(r"kubectl get secret mine .*kubectl replace .*", str(error.value))
    assert copy
    release.kubectl.typed(copy[0])
    release.submit()
    assert release.secret() == changed

    release.submit(given(made, OWN_KEY="mine"))
    assert release.secret() == changed

    release.uninstall()
    assert release.secret() == changed
    release.submit()
    assert release.secret() == changed


def test_no_new_passwords_are_made_for_a_database_that_is_there(release: PreparedRelease) -> None:
    release.submit()
    release.uninstall()
    release.kubectl("delete", "secret", SECRET, "-n", release.namespace)
    with pytest.raises(Refused, match="mysql-pvc have data that was made with other passwords"):
        release.submit()


def test_a_store_must_be_confirmed(release: PreparedRelease) -> None:
    """There is no operator here, and Helm is not asked for what it does not know."""
    store = nested(
        {
            "global.secrets.source": "externalSecrets",
            "global.secrets.externalSecrets.secretStoreRef.name": "vault",
            "global.secrets.externalSecrets.key": "trading",
        }
    )
    release.submit()
    rendered = render(merged(SMALL, store), namespace=release.namespace)
    with pytest.raises(Refused) as error:
        release.prepare(rendered)
    confirm = re.search(r"kubectl annotate .*", str(error.value))
    assert confirm
    release.kubectl.typed(confirm[0])
    release.prepare(rendered)


def test_one_bot_whatever_the_prefix(release: PreparedRelease) -> None:
    blue = nested({"global.namePrefix": "blue-"})
    release.submit()
    with pytest.raises(Refused, match="release genx-fx runs mysql, trading-bot already"):
        release.submit(blue)
    assert bots(release) == ["trading-bot"]
    release.submit(nested({"global.config.MT5_SERVER": "changed"}))
    release.rollback()
    assert bots(release) == ["trading-bot"]

    release.uninstall()
    with pytest.raises(Refused, match=r"mysql-pvc.* have the data of release genx-fx") as error:
        release.submit(blue)
    set_aside = re.search(r"kubectl label pvc .*", str(error.value))
    assert set_aside
    release.kubectl.typed(set_aside[0])
    release.submit(blue)
    assert bots(release) == ["blue-trading-bot"]


def test_no_bot_beside_one_of_nobody(release: PreparedRelease) -> None:
    """A platform that runs already, from plain manifests."""
    labels = {"app": "trading-bot"}
    template = {
        "metadata": {"labels": labels},
        "spec": {"containers": [{"name": "bot", "image": "bot"}]},
    }
    theirs = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "trading-bot"},
        "spec": {"replicas": 0, "selector": {"matchLabels": labels}, "template": template},
    }
    release.kubectl.apply(theirs, release.namespace)
    for prefix in ("", "blue-"):
        with pytest.raises(Refused, match="trading-bot is here already and of no release"):
            release.submit(nested({"global.namePrefix": prefix}))
    assert release.kubectl.list("statefulsets", release.namespace) == []


def bots(release: PreparedRelease) -> list[str]:
    """Return the names of all bots of the namespace."""
    found = release.kubectl.list("statefulsets", release.namespace, "app=trading-bot")
    return [item["metadata"]["name"] for item in found]


def _secret(name: str, content: Mapping[str, str]) -> Object:
    encoded = {key: base64.b64encode(text.encode()).decode() for key, text in content.items()}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "data": encoded}
