"""Create what is missing in the platform's Secret; overwrite nothing that is there.

Runs in a hook Job, on the Python standard library alone. Only keys that are composed of others
(DATABASE_URL, REDIS_URL) are written again, so that they always agree with them.
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
from typing import Any

ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount/"
API = "https://kubernetes.default.svc/api/v1/namespaces/"


def call(method: str, path: str, body: Any = None, content: str = "application/json") -> Any:
    """Ask the Kubernetes API for one of the namespace's Secrets."""
    with open(ACCOUNT + "token") as token, open(ACCOUNT + "namespace") as namespace:
        request = urllib.request.Request(
            f"{API}{namespace.read()}/secrets{path}",
            method=method,
            data=json.dumps(body).encode() if body else None,
            headers={"Authorization": f"Bearer {token.read()}", "Content-Type": content},
        )
    trust = ssl.create_default_context(cafile=ACCOUNT + "ca.crt")
    with urllib.request.urlopen(request, timeout=10, context=trust) as answer:
        return json.load(answer)


def read(name: str) -> Any:
    """Return the Secret as it is; None where there is none."""
    try:
        return call("GET", "/" + name)
    except urllib.error.HTTPError as error:
        if error.code != 404:
            raise


def create(key: dict[str, Any]) -> str:
    """Return a first value: random letters and digits, a default, or nothing."""
    alphabet = string.ascii_letters + string.digits
    random = "".join(secrets.choice(alphabet) for _ in range(key.get("generate", 0)))
    return random or key.get("fixed", "")


def compose(text: str, values: dict[str, str]) -> str:
    """Put values, URL-encoded, in place of their names in braces."""
    return re.sub(r"\{(\w+)\}", lambda m: urllib.parse.quote(values[m[1]], safe=""), text)


def main() -> None:
    """Write what is missing or no longer agrees; the Job tries again where another wrote too."""
    name, declared = os.environ["SECRET_NAME"], json.loads(os.environ["SECRET_KEYS"])
    composed = json.loads(os.environ["COMPOSED_KEYS"])
    secret = read(name)
    stored = (secret or {}).get("data") or {}
    ours = {*declared, *composed}
    known = {k: base64.b64decode(v).decode() for k, v in stored.items() if k in ours}
    wanted = {k: known.get(k) or create(v) for k, v in declared.items()}
    wanted |= {k: compose(text, wanted) for k, text in composed.items()}
    new = {k: v for k, v in wanted.items() if known.get(k) != v}
    if secret is None:
        head = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}}
        call("POST", "", {**head, "stringData": new})
    elif new:
        seen = {"resourceVersion": secret["metadata"]["resourceVersion"]}
        patch = {"metadata": seen, "stringData": new}
        call("PATCH", "/" + name, patch, "application/merge-patch+json")
    print(f"{name}: {len(known)} keys were there, written: {', '.join(sorted(new)) or 'none'}")


if __name__ == "__main__":
    try:
        main()
    except urllib.error.HTTPError as error:
        sys.exit(f"error: the Kubernetes API refused: {error.code} {error.reason}")
    except OSError as error:
        hint = "is networkPolicy.apiServerPorts right?"
        sys.exit(f"error: no answer of {API}: {error}; {hint}")
