"""What the sidecar runs, from settings in its environment."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path

from .guard import Guard, Times
from .kubernetes import Kubernetes
from .pod import SANDBOX, Pod, clock

SMALLEST_PAUSE, LONGEST_PAUSE = 0.05, 1.0
ENDING_SECONDS = 5.0


def say(text: str) -> None:
    """Print a line of the log."""
    print(f"{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())} {text}", flush=True)


def watch(pod: Pod) -> None:
    """End what is due, for ever; nothing else is done here that could take long."""
    while True:
        left = pod.end_when_due()
        time.sleep(min(max(left, SMALLEST_PAUSE), LONGEST_PAUSE))


def main() -> None:
    """Hold the Lease until SIGTERM, then end what runs and give it back."""
    if os.getpid() == SANDBOX:
        sys.exit("error: the pod does not share its processes: shareProcessNamespace has no effect")
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=stopping.set).start())
    given = os.environ
    times = Times(
        int(given["LEASE_DURATION"]), int(given["RENEW_DEADLINE"]), int(given["RETRY_PERIOD"])
    )
    leases = Kubernetes(
        given["KUBERNETES_SERVICE_HOST"],  # no name: the guard depends on no name server
        int(given["KUBERNETES_SERVICE_PORT"]),
        given["NAMESPACE"],
        given["LEASE_NAME"],
        timeout=times.renew_deadline / 3,
    )
    pod = Pod(Path(given["FOLDER"]))
    threading.Thread(target=watch, args=(pod,), daemon=True).start()
    guard = Guard(leases, pod, f"{given['POD_NAME']}_{given['POD_UID']}", times, clock, say)
    while not stopping.is_set():
        guard.step()
        stopping.wait(times.retry_period)
    end(guard, pod)


def end(guard: Guard, pod: Pod) -> None:
    """End what runs, as a rule nothing any more, give the Lease back, and begin anew if at all."""
    pod.close()
    due = clock() + ENDING_SECONDS
    while not pod.is_empty() and clock() < due:
        time.sleep(SMALLEST_PAUSE)
    if pod.is_empty():
        guard.give_back()
    pod.start_anew()


if __name__ == "__main__":
    main()
