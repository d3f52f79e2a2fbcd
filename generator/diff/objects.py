"""Objects that Helm renders, by what Kubernetes knows them by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from generator.diff.defaults import as_stored

Key = tuple[str, str, str, str]
"""Group of the API, kind, namespace, name."""

WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet")
"""Kinds whose pods a changed template replaces."""

# Labels that say which chart an object comes from: they change with each version of it.
_VERSION_LABELS = ("helm.sh/chart", "app.kubernetes.io/version")


@dataclass(frozen=True)
class Object:
    """An object as Kubernetes would store it: defaults that are spelt out are left out."""

    content: Mapping[str, Any]

    @property
    def key(self) -> Key:
        """What makes an object of one chart the same as one of the other."""
        group = self.content["apiVersion"].rpartition("/")[0]
        return group, self.kind, self.metadata.get("namespace", ""), self.name

    @property
    def kind(self) -> str:
        """Kind, such as Deployment."""
        return str(self.content["kind"])

    @property
    def name(self) -> str:
        """Name within its namespace."""
        return str(self.metadata.get("name", ""))

    @property
    def metadata(self) -> Mapping[str, Any]:
        """Name, labels and annotations."""
        found: Mapping[str, Any] = self.content.get("metadata") or {}
        return found

    @property
    def annotations(self) -> Mapping[str, str]:
        """Annotations; none where there are none."""
        return self.metadata.get("annotations") or {}

    @property
    def spec(self) -> Mapping[str, Any]:
        """What is asked for; empty where the kind has no such part."""
        return self.content.get("spec") or {}

    @property
    def is_hook(self) -> bool:
        """Whether Helm makes it anew each time, and does not change it."""
        return "helm.sh/hook" in self.annotations

    @property
    def is_test(self) -> bool:
        """Whether only `helm test` makes it."""
        return "test" in self.annotations.get("helm.sh/hook", "").split(",")

    @property
    def is_kept(self) -> bool:
        """Whether Helm leaves it in the cluster when the chart has it no more."""
        return self.annotations.get("helm.sh/resource-policy") == "keep"

    @property
    def label(self) -> str:
        """`Deployment/api`."""
        return f"{self.kind}/{self.name}"

    @property
    def template(self) -> Mapping[str, Any]:
        """What its pods are made of."""
        return self.spec.get("template") or {}

    @property
    def runs(self) -> bool:
        """Whether it keeps pods running that are replaced when the template changes."""
        return self.kind in WORKLOADS and not self.is_hook and self.spec.get("replicas") != 0

    @property
    def without_version(self) -> Mapping[str, Any]:
        """The object but for the labels that say which version of the chart it comes from."""
        labels = self.metadata.get("labels") or {}
        left = {key: text for key, text in labels.items() if key not in _VERSION_LABELS}
        return {**self.content, "metadata": {**self.metadata, "labels": left}}


class Hidden(str):
    """What a Secret holds: it is compared, and never shown."""


def by_key(documents: Iterable[Mapping[str, Any]]) -> dict[Key, Object]:
    """Return the objects by their keys; of several with one key, the last."""
    objects = (Object(_without_secrets(as_stored(document))) for document in documents)
    return {found.key: found for found in objects}


def _without_secrets(content: dict[str, Any]) -> dict[str, Any]:
    if content["kind"] != "Secret":
        return content
    hidden = {
        part: {key: Hidden(text) for key, text in content[part].items()}
        for part in ("data", "stringData")
        if part in content
    }
    return content | hidden
