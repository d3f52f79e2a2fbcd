"""What a server says of itself, of its group and of its disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Role = Literal["primary", "replica", "none"]
"""What the label of a pod says, by which the Services select it."""

DOWN = ("OFFLINE", "ERROR")
"""States in which a server takes no part in any group."""


@dataclass(frozen=True)
class Row:
    """A member of the group, as one server sees it."""

    uuid: str
    host: str
    state: str
    role: str


@dataclass(frozen=True)
class View:
    """One server: its part in the group, and what its disk holds."""

    state: str
    """ONLINE, RECOVERING, OFFLINE or ERROR, as MySQL calls it."""
    role: str
    """PRIMARY, SECONDARY, or nothing outside a group."""
    has_quorum: bool
    """Whether it sees most members of its group."""
    writable: bool
    holds_data: bool
    """Whether its disk was ever in the group; all of a disk that was not may be replaced."""
    transactions: str
    """Every transaction that it has: those executed, and those received and not yet executed."""
    group: str = ""
    """Name of the group that it is in or was in last, since it started: a UUID."""

    @property
    def works(self) -> bool:
        """Return whether it is in a group that can decide."""
        return self.state == "ONLINE" and self.has_quorum

    @property
    def pod_role(self) -> Role:
        """Return what its pod may be called."""
        if not self.works:
            return "none"
        if self.role == "PRIMARY":
            return "primary" if self.writable else "none"
        return "replica"


def view(
    rows: Sequence[Row], uuid: str, *, read_only: bool, group: str, executed: str, received: str
) -> View:
    """Return the view of the server with this UUID from the members that it lists.

    A transaction of a group is called by the group, another one by the server that executed it.
    """
    own = next((row for row in rows if row.uuid == uuid), None)
    seen = sum(row.state in ("ONLINE", "RECOVERING") for row in rows)
    transactions = ",".join(filter(None, (executed, received))).replace("\n", "")
    return View(
        state=(own.state if own else "") or "OFFLINE",
        role=own.role if own else "",
        has_quorum=seen * 2 > len(rows),
        writable=not read_only,
        holds_data=any(not named.startswith(uuid) for named in transactions.split(",") if named),
        transactions=transactions,
        group=group,
    )
