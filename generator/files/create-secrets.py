"""Create what is missing in the platform's Secret; overwrite nothing that a person or we chose.

Runs in a hook Job, on the Python standard library alone. Keys that are composed of others
(DATABASE_URL) are kept in agreement with them.
"""

import base64
import json
import os
import re
import secrets
import ssl
import string
import urllib.error
import urllib.parse
import urllib.request

ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount/"
NAME = os.environ["SECRET_NAME"]
KEYS = json.loads(os.environ["SECRET_KEYS"])
CONFIG = json.loads(os.environ["CONFIG"])


def call(method, path, body=None, content_type="application/json"):
    with open(ACCOUNT + "token") as token, open(ACCOUNT + "namespace") as namespace:
        request = urllib.request.Request(
            f"https://kubernetes.default.svc/api/v1/namespaces/{namespace.read()}/secrets{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {token.read()}", "Content-Type": content_type},
        )
    trust = ssl.create_default_context(cafile=ACCOUNT + "ca.crt")
    with urllib.request.urlopen(request, timeout=10, context=trust) as answer:
        return json.load(answer)


def create(key):
    if "generate" in key:
        alphabet = string.ascii_letters + string.digits
        return "".join(secrets.choice(alphabet) for _ in range(key["generate"]))
    return key.get("fixed", "")


def compose(pattern, values):
    def part(match):
        return urllib.parse.quote(values[match[1]], safe="")

    return re.sub(r"\{(\w+)\}", part, pattern)


try:
    found = call("GET", "/" + NAME)
except urllib.error.HTTPError as error:
    if error.code != 404:
        raise
    found = None
stored = (found or {}).get("data") or {}
present = {name: base64.b64decode(stored[name]).decode() for name in KEYS if name in stored}
wanted = {name: present.get(name) or create(key) for name, key in KEYS.items() if "compose" not in key}
for name, key in KEYS.items():
    if "compose" in key:
        wanted[name] = compose(key["compose"], {**CONFIG, **present, **wanted})
missing = {name: value for name, value in wanted.items() if present.get(name) != value}
if found is None:
    metadata = {"name": NAME, "annotations": {"helm.sh/resource-policy": "keep"}}
    call("POST", "", {"kind": "Secret", "apiVersion": "v1", "metadata": metadata, "stringData": missing})
elif missing:
    call("PATCH", "/" + NAME, {"stringData": missing}, "application/merge-patch+json")
print(f"{NAME}: {len(stored)} keys were there, written: {', '.join(sorted(missing)) or 'none'}")
