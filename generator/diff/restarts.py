"""Which pods an upgrade replaces, why and how; and which read something new without it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from generator.diff.changes import Change, changes
from generator.diff.finding import Finding
from generator.diff.objects import Key, Object

Objects = Mapping[Key, Object]

_CONTENT = ("data", "binaryData", "stringData")
_TEMPLATE = ("spec", "template")
_ANNOTATIONS = (*_TEMPLATE, "metadata", "annotations")


@dataclass(frozen=True)
class _Read:
    """A ConfigMap or Secret that a pod reads: all of it, or one key."""

    kind: str
    name: str
    key: str = ""
    optional: bool = False


def restarts(old: Objects, new: Objects) -> Iterator[Finding]:
    """Find the workloads whose pods are replaced or end."""
    for key, before in old.items():
        if not before.runs:
            continue
        after = new.get(key)
        if after is None:
            yield Finding(before.label, "the chart has it no more: its pods end")
        elif _is_replaced(before, after):
            yield Finding(before.label, _how(after), _causes(before, after, old, new))


def read_later(old: Objects, new: Objects) -> Iterator[Finding]:
    """Find workloads that read changed content, but when they start next: nothing restarts them."""
    for key, before in old.items():
        after = new.get(key)
        if not before.runs or after is None or _is_replaced(before, after):
            continue
        waits = before.template != after.template
        found = (
            list(changes(before.template, after.template, _TEMPLATE))
            if waits
            else _content_changes(before, after, old, new)
        )
        if found:
            word = "is replaced only when somebody deletes it" if waits else "does not restart"
            why = f"the pod {word}: it has this from its next start on"
            restart = f"kubectl rollout restart {after.kind.lower()} {after.name}"
            delete = f"kubectl delete pod of {after.label}, when it suits"
            yield Finding(after.label, why, found, delete if waits else restart)


def needed_keys(old: Objects, new: Objects) -> Iterator[Finding]:
    """Find keys that pods read now and did not before, in Secrets that no chart renders."""
    before, after = _needed(old), _needed(new)
    for name in after:
        keys = sorted(after[name] - before.get(name, set()))
        if keys:
            why = f"a Secret of your own must have more keys, as pods need: {', '.join(keys)}"
            do = "add them before the upgrade, where it is yours"
            yield Finding(f"Secret/{name}", why, do=do)


def _needed(objects: Objects) -> dict[str, set[str]]:
    """Return the keys without which pods do not start, by the Secret that is not rendered."""
    rendered = {found.name for found in objects.values() if found.kind == "Secret"}
    found = defaultdict[str, set[str]](set)
    for one in objects.values():
        for read in _read(one.template) if one.runs else ():
            if read.kind == "Secret" and read.key and not read.optional:
                found[read.name].add(read.key)
    return {name: keys for name, keys in found.items() if name not in rendered}


def _is_replaced(old: Object, new: Object) -> bool:
    """Whether Kubernetes replaces the pods by itself."""
    waits = _strategy(new).get("type") == "OnDelete"
    return old.template != new.template and not waits


def _causes(before: Object, after: Object, old: Objects, new: Objects) -> list[Change]:
    """Return what is new to the pod: content that it reads stands in for a checksum of it."""
    found = list(changes(before.template, after.template, _TEMPLATE))
    content = _content_changes(before, after, old, new)
    rest = [change for change in found if not (content and _is_checksum(change))]
    return [*rest, *content]


def _is_checksum(change: Change) -> bool:
    return change.path[: len(_ANNOTATIONS)] == _ANNOTATIONS and "checksum" in str(change.path[-1])


def _content_changes(before: Object, after: Object, old: Objects, new: Objects) -> list[Change]:
    """Return what changes in the ConfigMaps and Secrets that the pod reads, before and after."""
    read = dict.fromkeys((*_read(before.template), *_read(after.template)))
    found = dict[tuple[Any, ...], Change]()
    for one in read:
        for key, source in old.items():
            if (source.kind, source.name) != (one.kind, one.name) or key not in new:
                continue
            for part in _CONTENT:
                contents = (source.content.get(part, {}), new[key].content.get(part, {}))
                for change in changes(*contents, (source.label, part)):
                    if not one.key or change.path[2:3] in ((), (one.key,)):
                        found[change.path] = change
    return list(found.values())


def _read(node: Any) -> Iterator[_Read]:
    """Find what a pod reads: variables, all variables of a source, and volumes."""
    if isinstance(node, list):
        for child in node:
            yield from _read(child)
    if not isinstance(node, dict):
        return
    for kind, word in (("ConfigMap", "configMap"), ("Secret", "secret")):
        for field in (f"{word}KeyRef", f"{word}Ref", word):
            source = node.get(field)
            if isinstance(source, dict):
                name = source.get("name") or source.get("secretName")
                items = source.get("items") or ()
                if name:
                    keys = [source.get("key", "")] if not items else [one["key"] for one in items]
                    optional = source.get("optional") is True
                    yield from (_Read(kind, name, key, optional) for key in keys)
    for child in node.values():
        yield from _read(child)


def _strategy(found: Object) -> Mapping[str, Any]:
    return found.spec.get("strategy") or found.spec.get("updateStrategy") or {}


def _how(found: Object) -> str:
    """Say how the pods are replaced, and who is away meanwhile."""
    if found.kind == "Deployment":
        if _strategy(found).get("type") == "Recreate":
            return f"all pods stop, then new ones start: no {found.name} runs meanwhile"
        return "new pods start, and old ones stop when these are ready"
    if found.kind == "StatefulSet" and found.spec.get("replicas", 1) == 1:
        grace = found.template.get("spec", {}).get("terminationGracePeriodSeconds", 30)
        return (
            f"the only pod stops, within {grace} s, then the new one starts:"
            f" no {found.name} runs meanwhile"
        )
    return "one pod after the other stops, and then its successor starts"
