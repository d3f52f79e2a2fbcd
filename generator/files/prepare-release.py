"""Prepare a release: refuse what would run twice or lose data, then complete the Secret.

Runs in a hook Job before each installation and upgrade, on the Python standard library alone. Only
keys that are composed of others (DATABASE_URL, REDIS_URL) are written again, so that they always
agree with them; nothing else that is there is overwritten.
"""

import base64
import json
import os
import re
import secrets
import ssl
import string
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

API = "https://kubernetes.default.svc"
ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
GIVEN = Path("/var/run/given-secrets")  # what the Secret will hold, a file for each key
REFUSED = 3  # exit status after which the Job does not try again
BYTES = "surrogateescape"  # how bytes are read that are no text, which a key of the user's may hold

NAMESPACE = (ACCOUNT / "namespace").read_text()
PLATFORM, RELEASE, PREFIX = (os.environ[name] for name in ("PLATFORM", "RELEASE", "NAME_PREFIX"))
CHECKS = json.loads(os.environ["CHECKS"])
SECRET, SOURCE = os.environ.get("SECRET_NAME", ""), os.environ.get("SECRET_SOURCE", "")
EXISTING = os.environ.get("EXISTING_SECRET", "")
DECLARED: dict[str, Any] = json.loads(os.environ.get("SECRET_KEYS", "{}"))
COMPOSED: dict[str, str] = json.loads(os.environ.get("COMPOSED_KEYS", "{}"))
NEEDED: dict[str, list[str]] = json.loads(os.environ.get("NEEDED_KEYS", "{}"))  # by who runs

SECRETS = f"/api/v1/namespaces/{NAMESPACE}/secrets"
MARK = f"{PLATFORM}/secrets-source"  # annotation: the source by which a Secret was last in use
STORE = "externalSecrets"  # the source by which an operator writes the Secret
HELM_RELEASE = "meta.helm.sh/release-name"  # annotation of all that Helm has made

Object = dict[str, Any]


def main() -> None:
    """Check the release, and complete its Secret."""
    own = read(SECRET) if SECRET else None
    if CHECKS["enabled"]:
        problems = list(check(own))
        if problems:
            print("refused:\n  - " + "\n  - ".join(problems), file=sys.stderr)
            sys.exit(REFUSED)
    if SOURCE == "generate":
        complete(own)
    elif SOURCE in ("existing", "values") and own and annotations(own).get(MARK) != SOURCE:
        change(own, {})
    print(f"release {RELEASE} is prepared")


# The Kubernetes API


def call(method: str, path: str, body: Any = None, content: str = "application/json") -> Any:
    """Return what the Kubernetes API answers."""
    headers = {
        "Authorization": f"Bearer {(ACCOUNT / 'token').read_text()}",
        "Content-Type": content,
    }
    data = json.dumps(body).encode() if body else None
    request = urllib.request.Request(API + path, method=method, data=data, headers=headers)
    trust = ssl.create_default_context(cafile=str(ACCOUNT / "ca.crt"))
    with urllib.request.urlopen(request, timeout=10, context=trust) as answer:
        return json.load(answer)


def read(name: str) -> Any:
    """Return a Secret; None where there is none."""
    try:
        return call("GET", f"{SECRETS}/{name}")
    except urllib.error.HTTPError as error:
        if error.code != 404:
            raise


def listed(group: str, kind: str) -> list[Object]:
    """Return all objects of a kind in the namespace."""
    items: list[Object] = call("GET", f"/{group}/namespaces/{NAMESPACE}/{kind}")["items"]
    return items


def labels(item: Object) -> dict[str, str]:
    """Return the labels of an object."""
    return item["metadata"].get("labels") or {}


def annotations(item: Object) -> dict[str, str]:
    """Return the annotations of an object."""
    return item["metadata"].get("annotations") or {}


def is_ours(item: Object) -> bool:
    """Return whether an object is of this chart, whatever its release."""
    return labels(item).get("app.kubernetes.io/part-of") == PLATFORM


def owner(item: Object) -> tuple[str, str]:
    """Return the release and the name prefix of an object of this chart."""
    found = labels(item)
    name = found.get("app.kubernetes.io/name", "")
    return found.get("app.kubernetes.io/instance", ""), name.removesuffix(found.get("app", ""))


def names(items: list[Object]) -> str:
    """Return the names of objects: mysql, redis."""
    return ", ".join(sorted(item["metadata"]["name"] for item in items))


def content(secret: Object | None) -> dict[str, str]:
    """Return what a Secret holds, by key."""
    stored = (secret or {}).get("data") or {}
    return {key: base64.b64decode(text).decode(errors=BYTES) for key, text in stored.items()}


# Checks


def check(own: Object | None) -> Iterator[str]:
    """Yield all that speaks against the release; `own` is the Secret that the chart names."""
    workloads = listed("apis/apps/v1", "deployments") + listed("apis/apps/v1", "statefulsets")
    claims = listed("api/v1", "persistentvolumeclaims")
    yield from run_twice(workloads)
    yield from forgotten_data(workloads, claims)
    yield from shrinking(claims)
    yield from other_mode(workloads, claims)
    if SECRET:
        yield from other_passwords(workloads, claims, own)


def run_twice(workloads: list[Object]) -> Iterator[str]:
    """Yield what would run a second time beside this release."""
    mine = [item for item in workloads if is_ours(item) and owner(item)[0] == RELEASE]
    for prefix in sorted({owner(item)[1] for item in mine} - {PREFIX}):
        there = [item for item in mine if owner(item)[1] == prefix]
        yield (
            f"global.namePrefix is {PREFIX!r}, but release {RELEASE} runs {names(there)} already: a"
            f" second set would run beside it. The prefix cannot change: set it to {prefix!r}"
        )
    for item in workloads:
        name = item["metadata"]["name"]
        if name in CHECKS["runOnce"] and not is_ours(item):
            yield (
                f"{name} is here already and of no release of this chart: it would run twice."
                f" Delete the Deployment or StatefulSet {name}, or install into another namespace"
            )


def forgotten_data(workloads: list[Object], claims: list[Object]) -> Iterator[str]:
    """Yield data of a release that runs no more, beside which this one would start empty."""
    running = {owner(item) for item in workloads if is_ours(item)}
    if (RELEASE, PREFIX) in running:
        return
    kept = [item for item in claims if is_ours(item)]
    for release, prefix in sorted({owner(item) for item in kept} - running - {(RELEASE, PREFIX)}):
        there = names([item for item in kept if owner(item) == (release, prefix)])
        yield (
            f"{there} have the data of release {release} with global.namePrefix {prefix!r}, which"
            " runs no more. To use it, install with that name and prefix. To start without it:"
            f" kubectl label pvc {there.replace(',', '')} -n {NAMESPACE} app.kubernetes.io/part-of-"
        )


def shrinking(claims: list[Object]) -> Iterator[str]:
    """Yield claims that would get smaller, at which Kubernetes stops an upgrade half-way."""
    for item in claims:
        name = item["metadata"]["name"]
        there = item.get("status", {}).get("capacity", {}).get("storage", "0")
        if (wanted := CHECKS["sizes"].get(name)) and wanted["bytes"] < amount(there):
            yield (
                f"{wanted['path']}: is {wanted['size']}, but {name} has {there}, and no volume"
                f" becomes smaller: set it to {there} or more. For a smaller one, copy the data to"
                " a claim of yours, and name that in existingClaim"
            )


def amount(quantity: str) -> float:
    """Return the bytes of a quantity as Kubernetes prints it: 10Gi, 5G or 5e9."""
    found = re.fullmatch(r"([0-9.]+(?:e[0-9]+)?)([kKMGTPE]?)(i?)", quantity)
    if not found:
        return 0  # milli-bytes, say: Kubernetes decides
    number, letter, binary = found.groups()
    power = " KMGTPE".index(letter.upper() or " ")
    return float(number) * float(1024 if binary else 1000) ** power


def other_mode(workloads: list[Object], claims: list[Object]) -> Iterator[str]:
    """Yield databases that would start empty, because their data is where another mode keeps it."""
    for new, old in CHECKS["modes"]:
        told = f"{new['path']} is {new['mode']}, but the data of {old['mode']} is in"
        known = {item["metadata"]["name"]: item for item in claims if is_ours(item)}
        kept = [known[name] for name in old["claims"] if name in known]
        name = old["workload"]
        running = [item for item in workloads if item["metadata"]["name"] == name]
        for item in filter(is_ours, running):
            if annotations(item).get(f"{PLATFORM}/replace-by") != new["mode"]:
                yield (
                    f"{told} {names(kept) or name}, and would stay there. Take it along as"
                    " docs/runbooks/database-mode.md says, then confirm it: kubectl annotate"
                    f" statefulset {name} -n {NAMESPACE} {PLATFORM}/replace-by={new['mode']}"
                )
        if kept and not running and not known.keys() & {*new["claims"]}:
            yield (
                f"{told} {names(kept)}, and the database would start empty. To start without it:"
                f" kubectl label pvc {names(kept).replace(',', '')} -n {NAMESPACE}"
                " app.kubernetes.io/part-of-"
            )


def other_passwords(
    workloads: list[Object], claims: list[Object], own: Object | None
) -> Iterator[str]:
    """Yield what would give the platform other secrets than those that its data was made with."""
    in_use = secrets_in_use(workloads)
    theirs = sorted(in_use - {SECRET})
    before = last_source(own)
    outdated = own is None or (before == "existing" and SECRET not in in_use)
    locked = [
        item["metadata"]["name"]
        for item in claims
        if item["metadata"]["name"] in CHECKS["lockedClaims"] and HELM_RELEASE in annotations(item)
    ]
    if SOURCE == "existing":
        if existing := content(read(EXISTING)):
            yield from missing_keys(existing)
        if existing and SECRET in in_use:
            yield from differences(content(own), existing, f"Secret {EXISTING}")
    elif outdated and theirs:
        first = "; set the source to generate first, later to values" if SOURCE == "values" else ""
        yield (
            f"global.secrets.source is {SOURCE}, but the platform reads Secret {theirs[0]}, which"
            f" has the passwords of its data. Copy it{first}: {copy_command(theirs[0])}"
        )
    elif SOURCE == "generate" and outdated and locked:
        yield (
            f"{', '.join(locked)} have data that was made with other passwords, and Secret {SECRET}"
            " does not hold them. Create it from the Secret that the platform read before:"
            f" {copy_command('NAME')}"
        )
    elif SOURCE == "generate" and own and before == STORE:
        yield from taken_back(changes(own))
    elif SOURCE == "values" and own and before != SOURCE:
        given = {
            path.name: path.read_text(errors=BYTES) for path in GIVEN.iterdir() if path.is_file()
        }
        made = {key: text for key, text in content(own).items() if key not in COMPOSED}
        new = {key: text for key, text in differing(own, given).items() if key not in made}
        if before == STORE:
            yield from taken_back(new)
        yield from differences(made, given, "global.secrets.values")
    elif SOURCE == STORE and own and before != SOURCE:
        yield (
            f"the store would replace the content of Secret {SECRET}, which the data was made with."
            " Put that content into the store, then confirm it:"
            f" kubectl annotate secret {SECRET} -n {NAMESPACE} --overwrite {MARK}={SOURCE}"
        )


def secrets_in_use(workloads: list[Object]) -> set[str]:
    """Return the names of the Secrets that this release's pods read the platform's keys from."""
    entries = [
        entry
        for item in workloads
        if is_ours(item) and owner(item) == (RELEASE, PREFIX)
        for container in item["spec"]["template"]["spec"]["containers"]
        for entry in container.get("env") or []
        if entry["name"] in {*DECLARED, *COMPOSED}
    ]
    references = [entry.get("valueFrom", {}).get("secretKeyRef") for entry in entries]
    return {reference["name"] for reference in references if reference}


def last_source(own: Object | None) -> str | None:
    """Return the source by which the Secret was last in use, if it says so."""
    if own is None:
        return None
    # Of the Secrets that may be there, only the one of the chart itself bears the chart's label.
    return annotations(own).get(MARK) or ("values" if "helm.sh/chart" in labels(own) else None)


def missing_keys(existing: dict[str, str]) -> Iterator[str]:
    """Yield the keys without which pods would not start, or a database lack a user of theirs."""
    if keys := sorted(set(NEEDED["required"]) - set(existing)):
        yield f"{', '.join(keys)}: pods read this, and Secret {EXISTING} does not hold it: add it"


def differences(made: dict[str, str], wanted: dict[str, str], where: str) -> Iterator[str]:
    """Yield the keys whose content would change, without the content."""
    if keys := sorted(key for key, text in made.items() if text and wanted.get(key) != text):
        yield (
            f"{', '.join(keys)}: {where} has another content than Secret {SECRET}, which the data"
            f" was made with. To see it: kubectl get secret {SECRET} -n {NAMESPACE} -o go-template="
            "'{{range $key, $text := .data}}{{$key}}: "
            """{{$text | base64decode | printf "%q"}}{{"\\n"}}{{end}}'"""
        )


def taken_back(new: dict[str, str]) -> Iterator[str]:
    """Yield the keys that would not stay: Helm ends the operator's work on the Secret later."""
    if new:
        yield (
            f"{', '.join(sorted(new))}: External Secrets would take back what is new in Secret"
            f" {SECRET}, until Helm has deleted its ExternalSecret. Upgrade twice: first with"
            f" global.secrets.source {SOURCE} and no other change"
        )


def copy_command(name: str) -> str:
    """Return the command that makes the chart's Secret from another one, for people to type."""
    head = f'{{"apiVersion": "v1", "kind": "Secret", "metadata": {{"name": "{SECRET}"}}, "data": '
    return (
        f"kubectl get secret {name} -n {NAMESPACE} -o jsonpath={{.data}} | sed 's/.*/{head}&}}/'"
        f" | kubectl replace --force -n {NAMESPACE} -f -"
    )


# The Secret


def complete(own: Object | None) -> None:
    """Write what is missing or no longer agrees; the Job tries again where another wrote too."""
    new = changes(own)
    if own is None:
        head = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": SECRET, **marks(None)}}
        call("POST", SECRETS, {**head, "stringData": new})
    elif new or annotations(own).get(MARK) != SOURCE:
        change(own, new)
    there = len(content(own))
    print(f"{SECRET}: {there} keys were there, written: {', '.join(sorted(new)) or 'none'}")


def changes(own: Object | None) -> dict[str, str]:
    """Return the keys that are missing in the Secret or no longer agree, as they should be."""
    there = content(own)
    wanted = {key: there.get(key) or create(DECLARED[key]) for key in DECLARED}
    return differing(own, wanted | {key: compose(text, wanted) for key, text in COMPOSED.items()})


def differing(own: Object | None, wanted: dict[str, str]) -> dict[str, str]:
    """Return what of this the Secret lacks; of what a store has filled, what is empty is not."""
    there, empty = content(own), "" if last_source(own) == STORE else None
    needed = {key for keys in NEEDED.values() for key in keys}
    return {k: text for k, text in wanted.items() if k in needed and there.get(k, empty) != text}


def create(key: dict[str, Any]) -> str:
    """Return a first value: random letters and digits, a default, or nothing."""
    alphabet = string.ascii_letters + string.digits
    random = "".join(secrets.choice(alphabet) for _ in range(key.get("generate", 0)))
    return random or key.get("fixed", "")


def compose(text: str, values: dict[str, str]) -> str:
    """Put values, URL-encoded, in place of their names in braces."""
    return re.sub(r"\{(\w+)\}", lambda m: urllib.parse.quote(values[m[1]], safe=""), text)


def change(own: Object, new: dict[str, str]) -> None:
    """Add keys and marks to the Secret; the API refuses it where another wrote meanwhile."""
    metadata = {"resourceVersion": own["metadata"]["resourceVersion"], **marks(own)}
    patch = {"metadata": metadata, "stringData": new}
    call("PATCH", f"{SECRETS}/{SECRET}", patch, "application/merge-patch+json")


def marks(own: Object | None) -> Object:
    """Return the mark of the source and, if nobody owns the Secret, those by which Helm adopts it.

    Helm takes it over where the source becomes `values`; without them it would refuse the upgrade.
    """
    if own and (HELM_RELEASE in annotations(own) or "ownerReferences" in own["metadata"]):
        return {"annotations": {MARK: SOURCE}}
    release = {HELM_RELEASE: RELEASE, "meta.helm.sh/release-namespace": NAMESPACE}
    return {
        "labels": {"app.kubernetes.io/managed-by": "Helm"},
        "annotations": {MARK: SOURCE, **release},
    }


if __name__ == "__main__":
    try:
        main()
    except urllib.error.HTTPError as error:
        sys.exit(f"error: the Kubernetes API refused: {error.code} {error.reason}")
    except OSError as error:
        hint = "is networkPolicy.apiServerPorts right?"
        sys.exit(f"error: no answer of {API}: {error}; {hint}")
