"""What an upgrade does to the objects of a release, restarts apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from generator.diff.changes import Change, changes
from generator.diff.finding import Finding
from generator.diff.immutable import RULES
from generator.diff.objects import Key, Object

Objects = Mapping[Key, Object]


def breaks(old: Objects, new: Objects) -> Iterator[Finding]:
    """Find what Kubernetes refuses, what goes with its data, and names that others use."""
    for key, before in old.items():
        if before.is_hook:
            continue
        if key in new:
            yield from _refused(before, new[key])
            yield from _ports(before, new[key])
        else:
            yield from _gone(before, _successor(before, old, new))


def others(old: Objects, new: Objects) -> Iterator[Finding]:
    """Find all other changes: one finding for each object that changes, one for all that are new.

    What only `helm test` makes is counted.
    """
    tests = {key for side in (old, new) for key, found in side.items() if found.is_test}
    same_but_version, changed_tests = list[Object](), list[Object]()
    for key, before in old.items():
        after = new.get(key)
        if after is None or before.content == after.content:
            continue
        if before.without_version == after.without_version:
            same_but_version.append(after)
        elif key in tests:
            changed_tests.append(after)
        elif found := list(_other_changes(before, after)):
            when = "changes; it runs at each upgrade" if after.is_hook else "changes"
            yield Finding(before.label, when, found)
    lost = {key for key, before in old.items() if list(_gone(before, ""))}
    removed = [old[key] for key in old if key not in new and key not in tests | lost]
    added = [new[key] for key in new if key not in old and key not in tests]
    changed_tests += [old[key] for key in old if key in tests and key not in new]
    changed_tests += [new[key] for key in new if key in tests and key not in old]
    yield from _together(removed, "removed")
    yield from _together(added, "new")
    yield from _together(changed_tests, "for helm test")
    if same_but_version:
        yield Finding(_counted(same_but_version), "other labels that name the chart's version")


def _together(found: Sequence[Object], word: str) -> Iterator[Finding]:
    if found:
        yield Finding(_counted(found), f"{word}: {', '.join(one.label for one in found)}")


def _counted(found: Sequence[Object]) -> str:
    return "1 object" if len(found) == 1 else f"{len(found)} objects"


def _other_changes(before: Object, after: Object) -> Iterator[Change]:
    """Find what is told neither as a break nor as a restart; a hook knows neither."""
    refused = () if after.is_hook else _refused(before, after)
    told = [change for finding in refused for change in finding.changes]
    for change in changes(before.without_version, after.without_version):
        if change not in told and not (after.runs and change.path[:2] == ("spec", "template")):
            yield change


def _refused(before: Object, after: Object) -> Iterator[Finding]:
    for rule in RULES:
        found = list(rule.broken(before, after))
        if found:
            why = f"Kubernetes refuses it: {rule.why} ({rule.source})"
            yield Finding(before.label, why, found, rule.advice(before))


def _ports(before: Object, after: Object) -> Iterator[Finding]:
    """Find ports that a Service has no more."""
    if before.kind != "Service":
        return
    left = {port["port"] for port in after.spec.get("ports", [])}
    for port in before.spec.get("ports", []):
        if port["port"] not in left:
            change = Change(("spec", "ports"), port["port"], sorted(left))
            yield Finding(before.label, "who calls it at this port finds nobody", [change])


def _gone(before: Object, successor: str) -> Iterator[Finding]:
    """Find what is lost with an object that the new chart does not have, if anything."""
    renamed = f"; {successor} takes its place" if successor else ""
    lower = f"{before.kind.lower()} {before.name}"
    keep = f"kubectl annotate {lower} helm.sh/resource-policy=keep, before the upgrade"
    if before.kind == "PersistentVolumeClaim":
        if before.is_kept:
            why = f"it stays in the cluster with its data, and no pod uses it{renamed}"
            yield Finding(
                before.label, why, do="copy the data, or name it in the values (existingClaim)"
            )
        else:
            yield Finding(before.label, f"it is deleted with its data{renamed}", do=keep)
    elif before.kind == "Secret":
        lost = "it stays in the cluster, and no pod reads it" if before.is_kept else "it is deleted"
        yield Finding(before.label, f"{lost}{renamed}", do="" if before.is_kept else keep)
    elif before.kind == "StatefulSet" and before.spec.get("volumeClaimTemplates"):
        why = f"its pods end, and nobody uses their claims and the data in them{renamed}"
        yield Finding(before.label, why, do="copy the data first")
    elif before.kind == "Service":
        yield Finding(
            before.label, f"who calls it by this name finds nobody{renamed}", do="keep it"
        )


def _successor(before: Object, old: Objects, new: Objects) -> str:
    """Return the new object that is likely the same under another name, if there is one."""
    added = [after for key, after in new.items() if key not in old and after.kind == before.kind]
    alike = [after for after in added if after.spec == before.spec and before.spec]
    name = "app.kubernetes.io/name"
    labels = before.metadata.get("labels") or {}
    alike += [
        after
        for after in added
        if name in labels and (after.metadata.get("labels") or {}).get(name) == labels[name]
    ]
    return alike[0].label if alike else ""
