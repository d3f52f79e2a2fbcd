"""Ask a component for its health through its Service, and compare the answer with what is expected.

Runs in pods of `helm test`, on the Python standard library alone.
"""

import http.client
import json
import os
import re
import string
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

URL = quote(os.environ["URL"], safe=string.punctuation)
EXPECTED: dict[str, Any] = json.loads(os.environ["EXPECTED"])  # status, text and json
VALUES = os.environ["VALUES"]  # where they are set
WORKLOAD = os.environ["WORKLOAD"]

PATIENCE = 60  # seconds in which it must answer: policies take effect on a new pod after a while
TIMEOUT = 5  # seconds for one answer
MOST_BYTES = 1_000_000  # of a body that are read
SHOWN = 1000  # characters of a body


class WithinHost(urllib.request.HTTPRedirectHandler):
    """Follows redirects as the kubelet does: not to other hosts, nor where one is expected."""

    def redirect_request(self, *given: Any) -> Any:
        """Return the next request; without one, the redirect is the answer."""
        _, _, code, _, _, target = given
        if code == EXPECTED["status"] or urlsplit(target).netloc != urlsplit(URL).netloc:
            return None
        return super().redirect_request(*given)


OPENER = urllib.request.build_opener(WithinHost)


def main() -> None:
    """Fail, and say why, where the answer is not the expected one."""
    status, target, body = patiently()
    wrong = list(differences(status, body))
    if wrong:
        fail(f"answered status {status}{target}: {body[:SHOWN]}", wrong)
    print(f"{URL} answers status {status}, as expected")


def patiently() -> tuple[int, str, str]:
    """Return the answer; who does not answer is asked again for a while."""
    give_up = time.monotonic() + PATIENCE
    while True:
        try:
            return ask()
        except (OSError, http.client.HTTPException) as error:
            if time.monotonic() > give_up:
                fail(f"was not answered for {PATIENCE} seconds: {error}", [])
            time.sleep(1)


def ask() -> tuple[int, str, str]:
    """Return the status, where it leads to if it is a redirect, and the body."""
    try:
        answer = OPENER.open(URL, timeout=TIMEOUT)
    except urllib.error.HTTPError as error:
        answer = error  # an answer too
    with answer:
        target = f" to {answer.headers['Location']}" if answer.headers["Location"] else ""
        return answer.status, target, answer.read(MOST_BYTES).decode(errors="replace")


def differences(status: int, body: str) -> Iterator[str]:
    """Yield in words what of the answer is not as expected."""
    if status != EXPECTED["status"]:
        yield f"the status is {status}, not {EXPECTED['status']}"
    # In whole words: unhealthy is not healthy.
    if not re.search(rf"(?!\B\w){re.escape(EXPECTED['text'])}(?!\B\w)", body):
        yield f"the body does not contain {in_json(EXPECTED['text'])}"
    if EXPECTED["json"]:
        try:
            found = json.loads(body)
        except ValueError as error:
            yield f"the body is not JSON: {error}"
        else:
            yield from unlike(EXPECTED["json"], found, "body")


def unlike(expected: Any, found: Any, place: str) -> Iterator[str]:
    """Yield in words what is missing or another; of a mapping, what else it has does not count."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for key, value in expected.items():
            if key in found:
                yield from unlike(value, found[key], f"{place}.{key}")
            else:
                yield f"{place}.{key} is missing"
    elif expected != found or isinstance(expected, bool) != isinstance(found, bool):  # True == 1
        yield f"{place} is {in_json(found)}, not {in_json(expected)}"


def in_json(value: Any) -> str:
    """Return a value as it would stand in the body, cut where it is long."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]} ..."


def fail(came: str, wrong: list[str]) -> None:
    """End the test: what was asked, what came, what was expected, and what to do."""
    wanted = {name: value for name, value in EXPECTED.items() if value}
    lines = [
        f"GET {URL} {came}",
        *(f"  - {difference}" for difference in wrong),
        f"Expected: {in_json(wanted)}, as {VALUES} says.",
        f"If it is not healthy, its log says more: kubectl logs {WORKLOAD}",
        f"If this is how its image says that it is healthy, set {VALUES} to that.",
    ]
    sys.exit("\n".join(lines))


main()
