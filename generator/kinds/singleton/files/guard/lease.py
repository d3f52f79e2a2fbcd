"""Who may hold the Lease: decisions on what was seen of it, without clock and connection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class Lease:
    """The Lease as it was read or written."""

    holder: str = ""
    """Who holds it; empty where it is free."""
    duration: float = 0
    """Seconds after which others may take it, if they see no sign of its holder."""
    transitions: int = 0
    """The fencing token: it rises whenever a process may begin that did not run before."""
    acquired: str = ""
    """Since when its holder has it; empty is now."""
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """Version of the object; empty where there is none."""
        return str(self.metadata.get("resourceVersion", ""))


@dataclass(frozen=True)
class Seen:
    """The Lease, and since when it has been unchanged by the own clock, in seconds."""

    lease: Lease
    since: float


def see(before: Seen | None, lease: Lease, now: float) -> Seen:
    """Return what is known after the Lease was read."""
    if before is None or lease.version != before.lease.version:
        if before and before.lease.holder and not lease.version:
            # Deleted, but its holder may not know yet: it stays theirs until they must have ended.
            return replace(before, lease=replace(before.lease, metadata={}))
        return Seen(lease, now)
    return before


def claim(seen: Seen, me: str, duration: float, *, now: float, goes_on: bool) -> Lease | None:
    """Return the Lease to write, to renew or to take it; None while another may hold it.

    `goes_on` is whether what it lets run has run all the time since it was written last.
    """
    lease = seen.lease
    if lease.holder == me:
        renewed = replace(lease, duration=duration)
        return renewed if goes_on else _anew(renewed)
    if lease.holder and now < seen.since + (lease.duration or duration):
        return None
    return _anew(replace(lease, holder=me, duration=duration))


def release(lease: Lease) -> Lease:
    """Return the Lease to write when what it lets run has ended."""
    return replace(lease, holder="", duration=1)


def _anew(lease: Lease) -> Lease:
    return replace(lease, transitions=lease.transitions + 1, acquired="")
