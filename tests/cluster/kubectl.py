"""Runs kubectl against the cluster under test, and waits until things are so."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from tenacity import RetryError, Retrying, stop_after_delay, wait_fixed
from tenacity.retry import retry_if_exception_type, retry_if_result

from tools.build import tool_path

Object = dict[str, Any]
T = TypeVar("T")


class KubectlError(Exception):
    """kubectl failed; the text is what it printed."""


@dataclass(frozen=True)
class Kubectl:
    """kubectl for one cluster.

    Calling it runs a command and gives what it printed; KubectlError where it failed.
    """

    program: Path
    kubeconfig: Path
    context: str

    @property
    def environment(self) -> dict[str, str]:
        """What kubectl, Helm and ct need to find the cluster."""
        return {**os.environ, "KUBECONFIG": str(self.kubeconfig)}

    def run(
        self, *arguments: str, stdin: str | None = None, timeout: float = 300
    ) -> subprocess.CompletedProcess[str]:
        """Run a command and give its result, also where it failed. The time-out is in seconds."""
        return subprocess.run(
            [str(self.program), "--context", self.context, *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=timeout,
            env=self.environment,
            check=False,
        )

    def __call__(self, *arguments: str, stdin: str | None = None, timeout: float = 300) -> str:
        done = self.run(*arguments, stdin=stdin, timeout=timeout)
        if done.returncode:
            raise KubectlError(f"kubectl {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout

    def typed(self, script: str, namespace: str = "") -> str:
        """Return what commands print that a person types in a shell, with this kubectl and Helm 4.

        With a namespace, they run there and not in `genx-fx`, which the documents name.
        KubectlError where one of them fails.
        """
        if namespace:
            script = script.replace("--namespace genx-fx", f"--namespace {namespace}")
            assert namespace in script
        programs = (str(program.parent) for program in (self.program, tool_path("helm4")))
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            capture_output=True,
            text=True,
            timeout=300,
            env={**self.environment, "PATH": ":".join((*programs, os.environ["PATH"]))},
            check=False,
        )
        if done.returncode:
            raise KubectlError(f"{script}\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def json(self, *arguments: str) -> Any:
        """Return what a command prints with `-o json`."""
        return json.loads(self(*arguments, "-o", "json"))

    def get(self, kind: str, name: str, namespace: str) -> Object:
        """Return one object; KubectlError where it is missing."""
        found: Object = self.json("get", kind, name, "-n", namespace)
        return found

    def staying_pods(self, namespace: str, selector: str = "") -> list[Object]:
        """Return the pods that are neither done nor being deleted, as a rollout does."""
        return [
            pod
            for pod in self.list("pods", namespace, selector)
            if pod["status"]["phase"] != "Succeeded" and "deletionTimestamp" not in pod["metadata"]
        ]

    def list(self, kind: str, namespace: str, selector: str = "") -> list[Object]:
        """Return the objects of a kind, or of several with a comma between."""
        arguments = ["--selector", selector] if selector else []
        items: list[Object] = self.json("get", kind, "-n", namespace, *arguments)["items"]
        return items

    def apply(self, objects: Iterable[Object] | Object, namespace: str = "default") -> None:
        """Create or change objects."""
        items = [objects] if isinstance(objects, dict) else list(objects)
        bundle = {"apiVersion": "v1", "kind": "List", "items": items}
        self("apply", "-n", namespace, "-f", "-", stdin=json.dumps(bundle))

    def exec(
        self,
        pod: str,
        command: Sequence[str],
        namespace: str,
        *,
        container: str = "",
        stdin: str | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in a container; `deploy/api` names one pod of a workload."""
        options = ["-c", container] if container else []
        options += ["-i"] if stdin is not None else []
        arguments = ["exec", "-n", namespace, pod, *options, "--", *command]
        return self.run(*arguments, stdin=stdin)

    def rolled_out(self, workload: str, namespace: str) -> None:
        """Wait until a workload such as `deployment/api` runs what it should."""
        self("rollout", "status", workload, "-n", namespace, "--timeout=300s", timeout=330)

    def wait(self, what: str, condition: str, namespace: str, *options: str) -> None:
        """Wait for a condition such as `condition=Ready` or `delete`; options such as `--all`."""
        self("wait", what, f"--for={condition}", "-n", namespace, "--timeout=180s", *options)

    def gone(self, kind: str, selector: str, namespace: str) -> None:
        """Wait until no object of a kind is left; one that is on its way out is still there."""
        options = ("--selector", selector, "-n", namespace, "--timeout=180s")
        done = self.run("wait", kind, "--for=delete", *options)
        if done.returncode and "no matching resources" not in done.stderr:
            raise KubectlError(f"{kind} {selector} stay: {done.stderr.strip()}")

    def secret(self, name: str, namespace: str) -> dict[str, str]:
        """Return what a Secret holds, decoded."""
        data = self.get("secret", name, namespace).get("data") or {}
        return {key: base64.b64decode(value).decode() for key, value in data.items()}


def eventually(
    what: str,
    condition: Callable[[], T],
    *,
    timeout: float = 120,
    every: float = 1,
    tolerate: type[Exception] | tuple[type[Exception], ...] = KubectlError,
) -> T:
    """Return the first true result of the condition.

    Asked again every so many seconds, also after an error that is tolerated. AssertionError says
    what did not come true, and the last result.
    """
    attempts = Retrying(
        stop=stop_after_delay(timeout),
        wait=wait_fixed(every),
        retry=retry_if_result(lambda result: not result) | retry_if_exception_type(tolerate),
    )
    try:
        return attempts(condition)
    except RetryError as error:
        last = error.last_attempt
        seen = last.exception() if last.failed else last.result()
        raise AssertionError(f"not within {timeout:.0f} s: {what}; last: {seen!r}") from None


def last_seen(look: Callable[[], T], expected: T, *, timeout: float, every: float = 0) -> T:
    """Return what is seen, as soon as it is what is expected, or else the last that was seen.

    For `assert last_seen(look, expected, ...) == expected`, which shows what differs. The time-out
    and the pause between looks are in seconds.
    """
    attempts = Retrying(
        stop=stop_after_delay(timeout),
        wait=wait_fixed(every),
        retry=retry_if_result(lambda seen: seen != expected)
        | retry_if_exception_type(KubectlError),
        retry_error_callback=lambda state: state.outcome and state.outcome.result(),
    )
    return attempts(look)
