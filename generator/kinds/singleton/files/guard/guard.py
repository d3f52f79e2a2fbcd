"""Holds the Lease, and lets the pod's processes run for as long as it is surely held."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from .kubernetes import ChangedError, UnavailableError
from .lease import Lease, Seen, claim, release, see


@dataclass(frozen=True)
class Times:
    """Seconds, as client-go names them."""

    lease_duration: int
    """Others wait so long for a sign of the holder before they take the Lease."""
    renew_deadline: int
    """The holder's processes end so long after the last renewal that succeeded was sent."""
    retry_period: int
    """From one renewal to the next."""


class Leases(Protocol):
    """Where the Lease is kept."""

    def read(self) -> Lease:
        """Return the Lease."""

    def write(self, lease: Lease) -> Lease:
        """Return the Lease as it was stored."""


class Runs(Protocol):
    """What is let run."""

    until: float

    def let_run(self, until: float, token: int) -> None:
        """Let processes run until a time."""


class Guard:
    """One contender for the Lease. Each try may take long: another thread ends what is due."""

    def __init__(
        self,
        leases: Leases,
        runs: Runs,
        me: str,
        times: Times,
        clock: Callable[[], float],
        say: Callable[[str], None],
    ) -> None:
        self._leases = leases
        self._runs = runs
        self._me = me
        self._times = times
        self._clock = clock
        self._say = say
        self._said = ""
        self._seen: Seen | None = None
        self._is_current = False
        """Whether the Lease was not written since it was seen, as far as this guard knows."""

    def step(self) -> None:
        """Try once to renew the Lease or to take it, and let the processes run if that succeeds."""
        try:
            self._try()
        except ChangedError:
            self._is_current = False
        except (UnavailableError, OSError) as error:
            self._is_current = False
            self._tell(f"the Lease can't be renewed or read, {error}")

    def give_back(self) -> None:
        """Give the Lease back if it is held; the processes must have ended."""
        if self._seen is None or self._seen.lease.holder != self._me:
            return
        try:
            self._leases.write(release(self._seen.lease))
            self._tell("the Lease is given back")
        except (ChangedError, UnavailableError) as error:
            self._tell(f"the Lease is not given back: others wait until it runs out: {error}")

    def _try(self) -> None:
        if self._seen is None or not self._is_current or self._seen.lease.holder != self._me:
            self._seen = see(self._seen, self._leases.read(), self._clock())
        sent = self._clock()
        wanted = claim(
            self._seen,
            self._me,
            self._times.lease_duration,
            now=sent,
            goes_on=sent < self._runs.until,
        )
        if wanted is None:
            self._tell(f"waits for the Lease, which {self._seen.lease.holder} holds")
            return
        written = self._leases.write(wanted)
        self._seen, self._is_current = Seen(written, self._clock()), True
        self._runs.let_run(sent + self._times.renew_deadline, written.transitions)
        self._tell(f"holds the Lease as {self._me}, token {written.transitions}")

    def _tell(self, text: str) -> None:
        if text != self._said:
            self._say(text)
        self._said = text
